"""Which family a SciPy distribution belongs to, and the SciPy distribution of its escort densities."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
from scipy import stats

from entnorm.continuous import families, shapes
from entnorm.continuous.exponents import Curve
from entnorm.solution import EntnormError


class Standard(NamedTuple):
    """The curve of a standard density, and the scale that the distribution at hand has besides."""

    curve: Curve
    scale: float


class Place(NamedTuple):
    """Location and scale of a distribution."""

    loc: float
    scale: float


def _homogeneous(log_size: float, degree: float, again: Callable[[Place], object]) -> Callable[[Place], Standard]:
    """Families that only change their scale, with the logarithm of their size where that is 1."""

    def recognise(at: Place) -> Standard:
        return Standard(families.homogeneous(log_size, at.scale, degree, lambda s: again(Place(at.loc, s))), 1.0)

    return recognise


def _gamma_like(a: float, c: float, unit: float = 1.0) -> Callable[[Place], Standard]:
    """Families of x^(c a - 1) exp(-x^c), where x is measured in `unit` scales."""

    def recognise(at: Place) -> Standard:
        scale = at.scale * unit

        def build(k: float, factor: float) -> object:
            if c == 1:
                return shapes.gamma(k, loc=at.loc, scale=scale * factor)
            if c == -1:
                return shapes.inverse_gamma(k, loc=at.loc, scale=scale * factor)
            return shapes.generalised_gamma(k, c, loc=at.loc, scale=scale * factor)

        return Standard(families.generalised_gamma(a, c, build), scale)

    return recognise


def _beta(a: float, b: float) -> Callable[[Place], Standard]:
    def recognise(at: Place) -> Standard:
        if a == b == 1:
            return Standard(families.uniform(stats.uniform(*at)), at.scale)
        return Standard(families.beta(a, b, lambda k, m: shapes.beta(k, m, *at)), at.scale)

    return recognise


def _student(nu: float) -> Callable[[Place], Standard]:
    def recognise(at: Place) -> Standard:
        return Standard(families.student(nu, lambda n, factor: stats.t(n, at.loc, at.scale * factor)), at.scale)

    return recognise


def _pareto(a: float, family: Any) -> Callable[[Place], Standard]:
    return lambda at: Standard(families.pareto(a, lambda k: family(k, *at)), at.scale)


def _lognormal(s: float) -> Callable[[Place], Standard]:
    def recognise(at: Place) -> Standard:
        return Standard(
            families.lognormal(s, lambda sigma, factor: stats.lognorm(sigma, at.loc, at.scale * factor)), at.scale
        )

    return recognise


def _log_gamma(c: float) -> Callable[[Place], Standard]:
    def recognise(at: Place) -> Standard:
        mode = at.loc + at.scale * math.log(c)
        return Standard(families.log_gamma(c, lambda k: shapes.log_gamma(k, mode, at.scale)), at.scale)

    return recognise


def _gumbel() -> Callable[[Place], Standard]:
    return lambda at: Standard(families.log_gamma(1.0, lambda k: shapes.mirrored_log_gamma(k, *at)), at.scale)


def _logistic() -> Callable[[Place], Standard]:
    return lambda at: Standard(families.logistic(lambda g: shapes.logistic_iii(g, *at)), at.scale)


_OWN = {own.name: type(own) for own in (shapes.gamma, shapes.inverse_gamma, shapes.generalised_gamma, shapes.beta)}
_MULTIVARIATE_NORMAL = type(stats.multivariate_normal([0.0]))  # SciPy does not export the class
_AFFINE, _NEW = type(2 * stats.Normal()), stats.Normal.__mro__[1]  # nor these
_ROOT2, _LOG2, _LOG_ROOT_2PI = math.sqrt(2), math.log(2), math.log(2 * math.pi) / 2

FAMILIES: Mapping[str, Callable[..., Callable[[Place], Standard]]] = {
    "norm": lambda: _homogeneous(_LOG_ROOT_2PI, 2, lambda at: stats.norm(*at)),
    "halfnorm": lambda: _homogeneous(_LOG_ROOT_2PI - _LOG2, 2, lambda at: stats.halfnorm(*at)),
    "expon": lambda: _homogeneous(0.0, 1, lambda at: stats.expon(*at)),
    "laplace": lambda: _homogeneous(_LOG2, 1, lambda at: stats.laplace(*at)),
    "gennorm": lambda beta: _homogeneous(_LOG2 + math.lgamma(1 + 1 / beta), beta, lambda at: stats.gennorm(beta, *at)),
    "halfgennorm": lambda beta: _homogeneous(math.lgamma(1 + 1 / beta), beta, lambda at: stats.halfgennorm(beta, *at)),
    "gamma": lambda a: _gamma_like(a, 1.0),
    "erlang": lambda a: _gamma_like(a, 1.0),
    "chi2": lambda df: _gamma_like(df / 2, 1.0, 2.0),
    "invgamma": lambda a: _gamma_like(a, -1.0),
    "gengamma": lambda a, c: _gamma_like(a, c),
    "weibull_min": lambda c: _gamma_like(1.0, c),
    "invweibull": lambda c: _gamma_like(1.0, -c),
    "rayleigh": lambda: _gamma_like(1.0, 2.0, _ROOT2),
    "maxwell": lambda: _gamma_like(1.5, 2.0, _ROOT2),
    "chi": lambda df: _gamma_like(df / 2, 2.0, _ROOT2),
    "beta": _beta,
    "powerlaw": lambda a: _beta(a, 1.0),
    "arcsine": lambda: _beta(0.5, 0.5),
    "uniform": lambda: _beta(1.0, 1.0),
    "t": _student,
    "cauchy": lambda: _student(1.0),
    "pareto": lambda b: _pareto(b, stats.pareto),
    "lomax": lambda c: _pareto(c, stats.lomax),
    "lognorm": _lognormal,
    "loggamma": _log_gamma,
    "gumbel_l": lambda: _log_gamma(1.0),
    "gumbel_r": _gumbel,
    "logistic": _logistic,
}
"""By the name that SciPy gives the family: shape parameters -> location and scale -> curve."""


def recognise(distribution: Any) -> Standard | None:
    """
    The curve of a SciPy distribution; None if it is of no family known here.

    Raises
    ------
    EntnormError
        If a parameter is out of range, or there is more than one set of them.
    """
    if isinstance(distribution, stats.Normal):
        mu, sigma = _scalars("Normal", mu=distribution.mu, sigma=distribution.sigma).values()
        return _homogeneous(_LOG_ROOT_2PI, 2, lambda at: stats.Normal(mu=at.loc, sigma=at.scale))(Place(mu, sigma))
    if isinstance(distribution, stats.Uniform):
        a, b = _scalars("Uniform", a=distribution.a, b=distribution.b).values()
        return Standard(families.uniform(distribution), b - a)
    if isinstance(distribution, _MULTIVARIATE_NORMAL):
        return _multivariate_normal(distribution)
    if isinstance(distribution, _AFFINE):
        return _affine(distribution)
    if isinstance(distribution, _NEW):
        return _made(distribution)
    return _frozen(distribution) if hasattr(distribution, "dist") else None


def period(distribution: Any) -> tuple[float, float] | None:
    """One period of a distribution on the circle, which SciPy says to be supported by the line; None for others."""
    if getattr(getattr(distribution, "dist", None), "name", "") != "vonmises":
        return None
    given = _scalars("vonmises", **_parameters(distribution))
    return given["loc"] - math.pi * given["scale"], given["loc"] + math.pi * given["scale"]


def _affine(distribution: Any) -> Standard | None:
    """A multiple of one of the new infrastructure, shifted: the same multiple of what becomes of that."""
    inner = recognise(distribution._dist)
    if inner is None:
        return None
    by = _scalars("a multiple of a distribution", scale=distribution.scale, loc=distribution.loc)
    curve = replace(
        inner.curve,
        distribution=lambda at: inner.curve.distribution(at) * by["scale"] + by["loc"],  # type: ignore[operator]
    )
    return Standard(curve, inner.scale * abs(by["scale"]))


def _made(distribution: Any) -> Standard | None:
    """One that `scipy.stats.make_distribution` has made of a family: its methods are those of the family."""
    formula = getattr(type(distribution), "_logpdf_formula", None)
    family = getattr(formula, "__self__", getattr(getattr(type(distribution), "_pdf_formula", None), "__self__", None))
    if not isinstance(family, stats.rv_continuous):
        return None
    standard = _frozen(family(**distribution._original_parameters))
    if standard is None:
        return None
    return Standard(
        replace(standard.curve, distribution=lambda at: _renewed(standard.curve.distribution(at))), standard.scale
    )


def _renewed(frozen: Any) -> Any:
    """A frozen distribution in the new infrastructure, where it has ``sample``, and can be shifted and multiplied."""
    parameters = _parameters(frozen)
    loc, scale = parameters.pop("loc"), parameters.pop("scale")
    made = stats.make_distribution(frozen.dist)(**parameters)
    return made if (loc, scale) == (0.0, 1.0) else made * scale + loc


def _parameters(frozen: Any) -> dict[str, Any]:
    """By their names, location and scale last."""
    shapes = frozen.dist.shapes.split(", ") if frozen.dist.shapes else []
    given = {**dict(zip([*shapes, "loc", "scale"], frozen.args, strict=False)), **frozen.kwds}
    return {name: given[name] for name in shapes} | {"loc": given.get("loc", 0.0), "scale": given.get("scale", 1.0)}


def _frozen(distribution: Any) -> Standard | None:
    family = distribution.dist
    known = FAMILIES.get(family.name)
    if known is None or type(family) not in (type(getattr(stats, family.name)), _OWN.get(family.name)):
        return None
    given = _parameters(distribution)
    parameters = _scalars(family.name, **given)
    place = Place(parameters.pop("loc"), parameters.pop("scale"))
    if np.isnan(distribution.support()).any():
        raise EntnormError(f"{family.name}: its parameters {given} are out of range")
    standard = known(*parameters.values())(place)
    return Standard(
        replace(standard.curve, distribution=lambda at: _checked(standard.curve.distribution(at))), standard.scale
    )


def _checked(frozen: Any) -> Any:
    """What has been built, if its parameters are numbers of float64."""
    given = _parameters(frozen)
    if not np.isfinite(list(given.values())).all() or given["scale"] == 0:
        raise EntnormError(
            f"the exponent is in the range of float64, but the distribution is not: {frozen.dist.name} of {given}"
        )
    return frozen


def _multivariate_normal(distribution: Any) -> Standard:
    if distribution.cov_object.rank < distribution.dim:
        raise EntnormError("multivariate_normal: a singular covariance has no density, hence no differential entropy")
    return Standard(families.multivariate_normal(distribution.mean, distribution.cov), 1.0)


def _scalars(name: str, **parameters: Any) -> dict[str, float]:
    """The parameters as floats, if each is a single finite number."""
    found = {}
    for key, value in parameters.items():
        if np.ndim(value) != 0 or not np.isfinite(value):
            raise EntnormError(f"{name}: parameter {key} must be one finite number, got {value!r}")
        found[key] = float(value)
    return found
