"""What integrals may hold where no float is: closer to an end or a pole, or farther out."""

from __future__ import annotations

import math

import numpy as np

from entnorm.continuous.exponents import Interval
from entnorm.continuous.landmarks import Floats
from entnorm.continuous.special import EPS

NEGLIGIBLE = 700.0  # nats below the highest peak, or below its mass
_FARTHEST = 1e150  # in an infinite range: not much farther on, the square of a distance leaves float64
_CLOSEST = 1e-290  # to an end at zero
_APART = 16.0  # the ratio of the two distances that tell how fast a tail falls
_UNDERFLOW = (-800.0, -150.0)  # log-densities beyond which the next one of a grid may be that of an underflown density
_SUBNORMAL = -736.0  # the logarithm of a density of which less than a dozen bits are left, which tells of no tail
_MARGIN = 1.5  # on what a tail is estimated to hold


def underflows(x: Floats, density: Floats, support: Interval) -> Interval:
    """Where a function that takes the logarithm of a density has none left in float64, on infinite sides of a grid."""
    positive, exact = np.flatnonzero(density > -np.inf), np.flatnonzero(density > _SUBNORMAL)
    low, high = support
    for last, seen in zip(positive[:1], exact[:1], strict=False):
        low = float(x[seen]) if math.isinf(low) and _UNDERFLOW[0] < density[last] < _UNDERFLOW[1] else -math.inf
    for last, seen in zip(positive[-1:], exact[-1:], strict=False):
        high = float(x[seen]) if math.isinf(high) and _UNDERFLOW[0] < density[last] < _UNDERFLOW[1] else math.inf
    return low, high


def distances(end: float, unit: float, room: float) -> Floats:
    """Two distances from an end, or from the peak towards an infinite one: the last to be seen, and one before it."""
    if math.isinf(end):
        reach = min(max(_FARTHEST, _APART * unit), room)
        return np.array([reach, reach / _APART])
    reach = max(8 * EPS * abs(end), _CLOSEST)
    return np.array([reach, reach * _APART])


def held(weight: Floats, offset: Floats, reach: float, span: float, scale: float) -> Floats:
    """
    What three moments hold beyond a distance, from the logarithms of integrand times distance at two distances.

    In the logarithm v of the distance the mass is taken to fall like a power v^-k there, whose k two points tell.
    That is what slowly varying tails like 1 / (x log^3 x) do, and more than any power of the distance leaves. The
    distance is counted in spans of what is cut. `offset` is that of the log-density from its peak, `scale` the
    logarithm of the unit of mass.
    """
    with np.errstate(all="ignore"):
        mass = float(weight[0]) - scale
        if not mass > -NEGLIGIBLE:
            return np.zeros(3)
        v = max(abs(math.log(reach) - math.log(span)), 1.0)
        k, growth = (float(part[1] - part[0]) / math.log(_APART) * v for part in (weight, -offset))
    if not k > 1:
        return np.full(3, np.inf)
    mass = _MARGIN * v * math.exp(min(mass, NEGLIGIBLE)) / (k - 1)
    once = growth / (k - 2) if k > 2 else math.inf if growth else 0.0
    twice = 2 * growth * once / (k - 3) if k > 3 else math.inf if growth else 0.0
    return np.asarray(mass * np.array([1.0, offset[0] + once, offset[0] ** 2 + 2 * offset[0] * once + twice]))
