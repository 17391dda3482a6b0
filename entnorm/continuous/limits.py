"""The limits of the entropy at the ends of the domain, for a density of which only the log-density is known.

They are computed, or follow from a divergence that the integrals show; what neither says is unknown, which is NaN.
"""

from __future__ import annotations

import math

import numpy as np

from entnorm.continuous.exponents import Domain, Exponent, Level
from entnorm.continuous.integrand import Integrand
from entnorm.continuous.quadrature import DivergenceError, IntegrationError

FLAT = 1e-6  # nats that the entropy loses as gamma grows by the factor e, where it has stopped to fall
_STEEP = 1e10  # an exponent that shows what is constant around the maximum, and not yet the rounding of log-densities
_LAST = 1e300  # an exponent that shows the plateau alone, if no rounding hides it
_AFTER = 16.0  # times the varentropy: what the entropy may lose from there to infinity
_EVEN = 1e-3  # nats that the entropy loses there, per factor e, around a maximum that is a plateau
_BOTTOM = -1e100  # a log-density that has fallen so far before it is -inf has overflowed
UNKNOWN = Level(math.nan, math.nan, 0.0)


def lowest(integrand: Integrand, domain: Domain) -> Level:
    """
    The limit at the upper end, towards which the entropy falls.

    At infinity it is the logarithm of the measure on which the density is constant around its maximum, if it is. That
    it is nowhere constant no computation tells.
    """
    if math.isfinite(domain.upper):
        return _at(integrand, domain.upper, -math.inf)
    try:
        level = integrand.level(Exponent(_STEEP, 0.0, 0.0))
    except IntegrationError:
        return UNKNOWN
    if not level.varentropy < _EVEN > level.error:
        return UNKNOWN
    level = level._replace(error=level.error + _AFTER * level.varentropy)
    try:
        end = integrand.level(Exponent(_LAST, 0.0, 0.0))
    except IntegrationError:
        return level
    return end if end.error < level.error and abs(end.entropy - level.entropy) <= level.error else level


def highest(integrand: Integrand, domain: Domain) -> Level:
    """The limit at the lower end: at 0 the logarithm of the measure of the set on which the density is positive."""
    if domain.lower > 0:
        return _at(integrand, domain.lower, math.inf)
    if integrand.log_jacobian is None and math.inf in np.abs(integrand.support):
        return Level(math.inf, math.nan, 0.0) if _goes_on(integrand) else UNKNOWN
    try:
        _, measure, error = integrand.integrals(0.0)
    except DivergenceError:
        return Level(math.inf, math.nan, 0.0)
    except IntegrationError:
        return UNKNOWN
    whole = math.log(integrand.support[1] - integrand.support[0]) if integrand.log_jacobian is None else measure
    return Level(whole if abs(whole - measure) <= error else measure, math.nan, error)


def _at(integrand: Integrand, end: float, unbounded: float) -> Level:
    """
    The limit at an exponent that is said to be none of the domain: computed, where the integrals converge even so.

    If they do not, it has no bound: it is at least the Renyi entropy log Z / (1 - gamma) below 1, and at most that
    above.
    """
    try:
        return integrand.level(Exponent(end, 0.0, 0.0))
    except DivergenceError:
        return Level(unbounded, math.nan, 0.0)
    except IntegrationError:
        return UNKNOWN


def _goes_on(integrand: Integrand) -> bool:
    """Whether the density is positive all the way to an infinite end, or until its logarithm leaves float64."""
    x, (density, _) = integrand.grid
    for side, end in enumerate(integrand.support):
        positive = np.flatnonzero(density > -np.inf)
        if math.isfinite(end) or positive.size == 0:
            continue
        last = positive[-1 if side else 0]
        if last in (0, x.size - 1) or density[last] < _BOTTOM:
            return True
    return False
