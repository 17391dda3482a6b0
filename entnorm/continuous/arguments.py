"""What was passed, read into a curve: a family of which all is known, or a log-density with what was said about it."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterable, Sequence
from typing import Any, Literal, NamedTuple, get_args

import numpy as np
from scipy import stats

from entnorm.continuous import families
from entnorm.continuous.exponents import Curve, Domain, Exponent, Interval, Level
from entnorm.continuous.quadrature import Function, Integrand, IntegrationError
from entnorm.continuous.recognition import Standard, recognise
from entnorm.continuous.solution import Escort
from entnorm.solution import EntnormError

_DISCRETE = stats.Binomial.__mro__[1]  # the base of discrete distributions in SciPy's new infrastructure
_LARGEST = math.log(sys.float_info.max)
Closed = Literal["neither", "left", "right", "both"]


class Problem(NamedTuple):
    """A curve, the scale that its density has besides, and whether the entropies at the ends are computed ones."""

    curve: Curve
    scale: float
    included: tuple[Level | None, Level | None]
    """What is known at the lower and at the upper end of the domain, where these belong to it."""


def read(
    density: Any,
    support: Sequence[float] | None,
    gamma_domain: Sequence[float] | None,
    closed: Closed,
    log_jacobian: Function | None,
    points: Iterable[float],
) -> Problem:
    """What is known of the density, after every argument has been looked at."""
    if closed not in get_args(Closed):
        raise EntnormError(f"closed must be one of {', '.join(get_args(Closed))}, got {closed!r}")
    cuts = tuple(number(x, "points") for x in points)
    family = getattr(density, "dist", density)
    if isinstance(family, stats.rv_discrete | _DISCRETE):
        raise EntnormError(
            f"density is discrete, got {density!r}, and has no differential entropy: for finitely many values pass the "
            "probabilities to entnorm.solve; the powers of infinitely many are not solved for"
        )
    is_distribution = hasattr(density, "logpdf") and not isinstance(density, stats.rv_continuous)
    if not is_distribution and (not callable(density) or isinstance(density, stats.rv_continuous)):
        raise EntnormError(
            f"density must be a frozen SciPy distribution or a function that returns log-densities, got {density!r}"
        )
    if is_distribution:
        if support is not None:
            raise EntnormError("support belongs to a function; a distribution has its own")
        standard = recognise(density)
        if standard is not None and log_jacobian is None:
            return _known(standard, gamma_domain, cuts)
        support, density = tuple(float(x) for x in density.support()), density.logpdf
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
    return _computed(
        Integrand(density, ends, log_jacobian, tuple(x for x in cuts if ends[0] < x < ends[1])), domain, closed
    )


def _known(standard: Standard, gamma_domain: Sequence[float] | None, points: tuple[float, ...]) -> Problem:
    if gamma_domain is not None or points:
        raise EntnormError("gamma_domain and points must not be passed for this family, of which all is known")
    return Problem(standard.curve, standard.scale, (None, None))


def _computed(integrand: Integrand, domain: Domain, closed: Closed) -> Problem:
    """
    The curve of a log-density, with the limits of its entropy at the ends of the domain.

    Towards an end at which the integral of the power is infinite the entropy has no bound: it is at least the Renyi
    entropy log Z / (1 - gamma) below 1, and at most that above. At gamma = 0 it is the logarithm of the measure of the
    support. At an end that belongs to the domain it is computed.
    """
    if integrand.is_flat:
        only = _log_measure(integrand)
        if math.isfinite(only):
            return Problem(families.uniform(Escort(1.0, integrand), only), 1.0, (None, None))
    lower = integrand.level(Exponent(domain.lower, 0.0, 0.0)) if closed in ("left", "both") and domain.lower else None
    upper = integrand.level(Exponent(domain.upper, 0.0, 0.0)) if closed in ("right", "both") else None
    highest = math.inf
    if lower is not None:
        highest = lower.entropy
    elif domain.lower == 0:
        highest = _log_measure(integrand)
    lowest = -math.inf if upper is None else upper.entropy

    def distribution(at: Exponent) -> Escort:
        return Escort(at.gamma, integrand)

    return Problem(Curve(domain, (lowest, highest), integrand.level, distribution), 1.0, (lower, upper))


def _log_measure(integrand: Integrand) -> float:
    """The logarithm of the measure of the support in the coordinate of the entropy; inf beyond the range of float64."""
    low, high = integrand.support
    if integrand.log_jacobian is None:
        return math.log(high - low)
    try:
        found = integrand.log_mass(0.0)
    except IntegrationError:
        return math.inf
    return found if found < _LARGEST else math.inf


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
    ends = np.asarray(value)
    if ends.shape != (2,) or ends.dtype.kind not in "iuf" or not ends[0] < ends[1]:
        raise EntnormError(f"{name} must be two numbers in increasing order, got {value!r}")
    return float(ends[0]), float(ends[1])
