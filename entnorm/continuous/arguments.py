"""What was passed, read into a curve: a family of which all is known, or a log-density with what was said about it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from decimal import Context, Decimal
from typing import Any, Literal, NamedTuple, get_args

import numpy as np
from scipy import stats

from entnorm.continuous import families, landmarks, limits
from entnorm.continuous.exponents import Curve, Domain, Interval, Level
from entnorm.continuous.integrand import Function, Integrand
from entnorm.continuous.quadrature import Patience
from entnorm.continuous.recognition import Standard, period, recognise
from entnorm.continuous.solution import Escort
from entnorm.solution import EntnormError

_DISCRETE = stats.Binomial.__mro__[1]  # the base of discrete distributions in SciPy's new infrastructure
_EXACT = Context(prec=60)
Closed = Literal["neither", "left", "right", "both"]


class Problem(NamedTuple):
    """A curve, the scale that its density has besides, and how well the ends of what can be attained are known."""

    curve: Curve
    scale: float
    included: tuple[Level | None, Level | None] = (None, None)
    """What is known at the lower and at the upper end of the domain, where these belong to it."""
    margins: Interval = (0.0, 0.0)
    """The errors of both ends of `curve.attainable`."""

    def reduced(self, target: float) -> float:
        """Target - log(scale), rounded once: the difference may be much smaller than both."""
        if self.scale == 1.0:
            return target
        return float(_EXACT.subtract(Decimal(target), _EXACT.ln(Decimal(self.scale))))


def read(
    density: Any,
    support: Sequence[float] | None,
    gamma_domain: Sequence[float] | None,
    closed: Closed,
    log_jacobian: Function | None,
    points: Iterable[float],
    normalised: bool,
    patience: float,
    hints: tuple[float, ...] = (),
) -> Problem:
    """What is known of the density, after every argument has been looked at; `hints` are those of `Integrand`."""
    if closed not in get_args(Closed):
        raise EntnormError(f"closed must be one of {', '.join(get_args(Closed))}, got {closed!r}")
    if not (isinstance(patience, int | float) and patience > 0):
        raise EntnormError(f"patience is a positive number of seconds, which may be inf, got {patience!r}")
    cuts = tuple(number(x, "points") for x in points)
    if isinstance(density, stats.rv_continuous) and density.numargs == 0:
        density = density()
    is_distribution = _is_distribution(density)
    quantiles = np.empty(0)
    if is_distribution:
        if support is not None or normalised:
            raise EntnormError(
                "support and normalised belong to a function; a distribution has its own, and the mass 1"
            )
        standard = recognise(density)
        if standard is not None and log_jacobian is None:
            return _known(standard, gamma_domain, cuts)
        support, quantiles, density = _own_support(density), landmarks.quantiles(density), density.logpdf
    if support is None:
        raise EntnormError("support is missing: both ends of the support of the log-density, which may be infinite")
    if gamma_domain is None:
        raise EntnormError(
            "gamma_domain is missing: say at which exponents gamma the power p^gamma is integrable, for instance "
            "(0, inf); this family is not one whose domain is known"
        )
    ends, domain = _pair(support, "support"), Domain(*_pair(gamma_domain, "gamma_domain"))
    if domain.lower < 0:
        raise EntnormError(f"gamma_domain must not be negative, got {domain.ends}")
    if is_distribution and not domain.lower <= 1 <= domain.upper:
        raise EntnormError(f"gamma_domain of a density holds 1, got {domain.ends}")
    inner = tuple(x for x in cuts if ends[0] < x < ends[1])
    whole = is_distribution or normalised
    return _computed(
        Integrand(density, ends, log_jacobian, inner, whole, quantiles, hints, Patience(patience)), domain, closed
    )


def _is_distribution(density: Any) -> bool:
    """Whether it is a distribution, and not a function."""
    family = getattr(density, "dist", density)
    if isinstance(family, stats.rv_discrete | _DISCRETE):
        raise EntnormError(
            f"density is discrete, got {density!r}, and has no differential entropy: for finitely many values pass the "
            "probabilities to entnorm.solve; the powers of infinitely many are not solved for"
        )
    if hasattr(density, "logpdf") and not isinstance(density, stats.rv_continuous):
        return True
    if not callable(density) or isinstance(density, stats.rv_continuous):
        raise EntnormError(
            f"density must be a frozen SciPy distribution or a function that returns log-densities, got {density!r}"
            + (f": freeze it, {density.name}({density.shapes})" if hasattr(density, "shapes") else "")
        )
    return False


def _own_support(density: Any) -> Interval:
    """The support of a distribution of one variable; one period of a periodic one."""
    circle = period(density)
    if circle is not None:
        return circle
    try:
        low, high = (float(x) for x in density.support())
    except AttributeError:
        if recognise(density) is not None:  # a normal distribution in several dimensions
            raise EntnormError("log_jacobian needs a density of one variable") from None
        raise EntnormError(
            f"{type(density).__name__} has no support(): pass a distribution of one variable, or its logpdf as a "
            "function, with its support"
        ) from None
    except (TypeError, ValueError):
        raise EntnormError(f"density must be a single distribution, not an array of them, got {density!r}") from None
    return low, high


def _known(standard: Standard, gamma_domain: Sequence[float] | None, points: tuple[float, ...]) -> Problem:
    if gamma_domain is not None or points:
        raise EntnormError("gamma_domain and points must not be passed for this family, of which all is known")
    high = standard.curve.attainable[1]
    lower = Level(high, 0.0, 0.0) if standard.curve.domain.lower == 0 and math.isfinite(high) else None
    return Problem(standard.curve, standard.scale, (lower, None))


def _computed(integrand: Integrand, domain: Domain, closed: Closed) -> Problem:
    """The curve of a log-density, with the limits of its entropy at the ends of the domain."""
    if integrand.is_flat:
        only = integrand.level(domain.exponent(1.0))
        same = families.uniform(Escort(1.0, integrand), only.entropy)
        return Problem(same, 1.0, margins=(only.error, only.error))
    lower = integrand.level(domain.exponent(domain.lower)) if closed in ("left", "both") and domain.lower else None
    upper = None
    if closed in ("right", "both") and math.isfinite(domain.upper):
        upper = integrand.level(domain.exponent(domain.upper))
    high = lower or limits.highest(integrand, domain)
    if domain.lower == 0 and math.isfinite(high.entropy):
        lower = high  # the power 0 is uniform on where the density is positive
    low = upper or limits.lowest(integrand, domain)
    curve = Curve(domain, (low.entropy, high.entropy), integrand.level, lambda at: Escort(at.gamma, integrand))
    return Problem(curve, 1.0, (lower, upper), (low.error, high.error))


def number(value: Any, name: str) -> float:
    """A finite number, as a float."""
    try:
        found = float(value)
    except (TypeError, ValueError):
        raise EntnormError(f"{name} must be one finite number, got {value!r}") from None
    if isinstance(value, bool | str) or not math.isfinite(found):
        raise EntnormError(f"{name} must be one finite number, got {value!r}")
    return found


def _pair(value: Any, name: str) -> Interval:
    """Two ends in increasing order, which may be infinite."""
    try:
        low, high = (math.nan if isinstance(end, bool | str) else float(end) for end in value)
    except (TypeError, ValueError):
        low = high = math.nan
    if not low < high:
        raise EntnormError(f"{name} must be two numbers in increasing order, got {value!r}")
    return low, high
