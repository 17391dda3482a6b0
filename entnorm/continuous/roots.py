"""The exponent at which a curve takes a target: Newton's method in the logarithm of the odds, inside a bracket."""

from __future__ import annotations

import math
from typing import NamedTuple

from entnorm.continuous.exponents import Curve, Exponent, Level
from entnorm.continuous.quadrature import IntegrationError
from entnorm.continuous.special import EPS

_SMALLEST, _LARGEST = 1e-300, 1e300  # odds beyond which a root is not looked for
_LONGEST = 600.0  # step in the logarithm of the odds
_MOST_STEPS = 200


class Found(NamedTuple):
    """Where the search has ended, at a root or elsewhere: whoever called it looks at the entropy there."""

    at: Exponent
    level: Level
    nit: int
    inside: bool
    """Whether it ended inside the range of odds, and not at one of its ends."""


def find(curve: Curve, target: float, start: float) -> Found:
    """
    Solve h(gamma) = target for a curve that decreases, from the odds `start`.

    A step of Newton's method in log r is exact for homogeneous families and never leaves the domain; where it leaves
    the bracket, the bracket is halved instead, or widened while it is open. The search ends one step after the residual
    is below the error of the entropy itself, if that step is one forward, or when the bracket cannot be divided any
    more.
    """
    low, high = 0.0, math.inf  # odds at which the entropy is above and below the target
    odds, stride = min(max(start, _SMALLEST), _LARGEST), 2.0
    for nit in range(1, _MOST_STEPS + 1):
        at = curve.domain.at(odds)
        try:
            level = curve.level(at)
        except IntegrationError:
            if odds in (_SMALLEST, _LARGEST):  # what float64 holds of such a density says nothing about the next
                return Found(at, Level(math.nan, math.inf, math.inf), nit, False)
            raise
        residual = level.entropy - target
        low, high = (odds, high) if residual > 0 else (low, odds)
        step = _newton(curve, at, level, residual)
        if abs(residual) <= level.error:
            at, level = _polished(curve, target, odds, step, (at, level))
            return Found(at, level, nit, True)
        if odds in (_SMALLEST, _LARGEST) and (low == odds or high == odds) and not 0 < low < high < math.inf:
            return Found(at, level, nit, False)
        following = odds * math.exp(step) if step is not None and abs(step) < min(stride, _LONGEST) else 0.0
        if not low < following < high:
            following = _between(low, high, odds, stride)
            stride *= 2
        following = min(max(following, _SMALLEST), _LARGEST)
        if abs(following - odds) <= EPS * odds:
            break
        odds = following
    return Found(at, level, nit, True)


def _polished(
    curve: Curve, target: float, odds: float, step: float | None, best: tuple[Exponent, Level]
) -> tuple[Exponent, Level]:
    """One step more, if the entropy there is not farther from the target."""
    if step is None or step == 0 or abs(step) > 1:
        return best
    at = curve.domain.at(odds * math.exp(step))
    level = curve.level(at)
    return (at, level) if abs(level.entropy - target) <= abs(best[1].entropy - target) else best


def _newton(curve: Curve, at: Exponent, level: Level, residual: float) -> float | None:
    """The step in log r; None where the slope is lost."""
    slope = level.varentropy * curve.domain.rate(at)
    step = residual / slope if slope > 0 else math.inf
    return step if math.isfinite(step) else None


def _between(low: float, high: float, odds: float, stride: float) -> float:
    """The middle of a bracket, in logarithms; beyond its finite end while it is open."""
    if low > 0 and high < math.inf:
        return math.sqrt(low) * math.sqrt(high)
    factor = math.exp(min(stride, _LONGEST))
    return odds * factor if high == math.inf else odds / factor
