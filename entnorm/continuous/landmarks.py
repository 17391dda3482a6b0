"""Where the mass of a density is: its quantiles, if it has them; a grid of all scales, and the peaks that it shows.

A function cannot tell where a narrow peak hides. A distribution can: between two quantiles it holds a known mass, and
where the density at both is too small for that mass there is a peak between them, into which more quantiles are put.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from entnorm.continuous.exponents import Interval
from entnorm.continuous.special import EPS

Floats: TypeAlias = NDArray[np.float64]

OCTAVES: Floats = np.exp2(np.arange(-1000.0, 1001.0))
_FEW: Floats = np.unique(np.append(OCTAVES, np.exp2(np.arange(-40.0, 60.0, 1 / 4))))
_MANY: Floats = np.unique(np.append(OCTAVES, np.exp2(np.arange(-40.0, 60.0, 1 / 128))))
_FRACTIONS = np.concatenate([2.0 ** np.arange(-60, -9), np.arange(1, 513) / 1024])
_WINDOWS = (700.0, 40.0)  # stretches in which a log-density is within so many nats of its peak
_DENSE = 1 << 14  # points in each of them
_SHARES = np.concatenate([2.0 ** -np.array([40, 30, 20, 14, 10, 8, 7]), np.arange(1, 17) / 32])
_ROUNDS = 48  # in which quantiles are halved
_HIDDEN = 1.5  # a mean density between two quantiles that is so much larger than that at both hides a peak
_MOST = 256  # intervals between quantiles that are halved in one round
_ZOOMS, _ZOOM = 16, np.linspace(-1, 1, 17)  # a peak is enclosed eight times as closely each time
_DROPS = (1.0, 12.0)  # the range is cut where the integrand has fallen by these many nats from a peak
_DIGITS = 40  # of the binary digits of a log-density that tell one peak from two
MOST_PEAKS = 64
_UNEXPECTED = 1.0  # nats above both neighbours, which are of another peak


def quantiles(distribution: Any) -> Floats:
    """
    Points of a SciPy distribution between which it holds little mass; of the components of a mixture, if it is one.

    Examples
    --------
    >>> from scipy import stats
    >>> inside = abs(quantiles(stats.norm(1e9, 1e-3)) - 1e9) < 0.008
    >>> inside.all(), inside.size > 40
    (np.True_, True)
    """
    found = [_half(part, side) for part in getattr(distribution, "components", [distribution]) for side in (0, 1)]
    points = np.concatenate(found)
    return np.unique(points[np.isfinite(points)])


def _half(distribution: Any, side: int) -> Floats:
    """Quantiles below (0) or above (1) the median; none if the distribution cannot find them."""
    names = (("ppf", "icdf"), ("isf", "iccdf"))[side]
    inverse = next((getattr(distribution, name) for name in names if hasattr(distribution, name)), None)
    if inverse is None:
        return np.empty(0)
    try:
        with np.errstate(all="ignore"), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return _divided(inverse, distribution.pdf)
    except (ArithmeticError, NotImplementedError, RuntimeError, TypeError, ValueError):
        return np.empty(0)  # the mass is looked for without them, and has to be 1 in the end


def _divided(inverse: Callable[[Floats], Any], pdf: Callable[[Floats], Any]) -> Floats:
    shares = _SHARES
    x = np.asarray(inverse(shares), np.float64)
    for _ in range(_ROUNDS):
        density, gaps = np.asarray(pdf(x), np.float64), abs(np.diff(x))
        peak = _HIDDEN * np.maximum(density[1:], density[:-1]) * gaps
        hidden = np.flatnonzero((np.diff(shares) > peak) & (gaps > 4 * EPS * abs(x[1:])))[:_MOST]
        if hidden.size == 0:
            break
        more = (shares[hidden] + shares[hidden + 1]) / 2
        shares = np.concatenate([shares, more])
        x = np.concatenate([x, np.asarray(inverse(more), np.float64)])
        order = np.argsort(shares)
        shares, x = shares[order], x[order]
    return x


def grid(support: Interval, known: Floats, few: bool) -> Floats:
    """Points on all scales of the support, and those of which one knows; fewer where these suffice."""
    low, high = support
    steps = _FEW if few else _MANY
    if math.isinf(low) and math.isinf(high):
        x = np.concatenate([-steps[::-1], [0.0], steps])
    elif math.isinf(high):
        x = low + steps
    elif math.isinf(low):
        x = high - steps[::-1]
    else:
        x = np.concatenate([low + (high - low) * _FRACTIONS, (high - (high - low) * _FRACTIONS)[::-1]])
    x = np.unique(np.append(x, known))
    return x[(x > low) & (x < high)]


def windows(x: Floats, density: Floats) -> list[Floats]:
    """Points at equal distances in the stretches in which a log-density on a grid is close to its peak."""
    found = []
    for drop in _WINDOWS:
        inside = np.flatnonzero(
            (density >= density[density < np.inf].max(initial=-np.inf) - drop) & (density > -np.inf)
        )
        if inside.size:
            found.append(np.linspace(x[max(inside[0] - 1, 0)], x[min(inside[-1] + 1, x.size - 1)], _DENSE))
    return found


def peaks(height: Callable[[Floats], Floats], x: Floats, values: Floats) -> Floats:
    """The local maxima that a grid shows, but for poles: the highest of them, each as closely as floats tell."""
    values = _rounded(values)
    steps = np.flatnonzero(np.r_[True, values[1:] != values[:-1]])  # a level stretch counts once
    inner = values[steps][1:-1]
    above = np.flatnonzero((inner > values[steps][:-2]) & (inner > values[steps][2:]) & (inner < np.inf)) + 1
    chosen = above[np.argsort(-values[steps][above])][:MOST_PEAKS]
    here, top = x[steps[chosen]], values[steps[chosen]]
    reach = np.maximum(here - x[steps[chosen] - 1], x[steps[chosen + 1]] - here)
    bounds = x[steps[chosen] - 1][:, None], x[steps[chosen + 1]][:, None]
    for _ in range(_ZOOMS if chosen.size else 0):
        around = np.clip(here[:, None] + reach[:, None] * _ZOOM, *bounds)
        found = height(around.ravel()).reshape(around.shape)
        found[~np.isfinite(found)] = -np.inf
        best = found.argmax(axis=1)[:, None]
        better = np.take_along_axis(found, best, 1)[:, 0]
        here = np.where(better > top, np.take_along_axis(around, best, 1)[:, 0], here)
        top, reach = np.maximum(better, top), reach / 8
    return here


def unexpected(known: Floats, heights: Floats, x: Floats, values: Floats) -> tuple[Floats, Floats]:
    """The points x, and the values there, that are far above their neighbours among the known ones."""
    known, order = np.unique(known, return_index=True)
    after = np.searchsorted(known, x).clip(1, known.size - 1)
    with np.errstate(invalid="ignore"):
        above = values - np.maximum(heights[order[after - 1]], heights[order[after]])
    odd = (above > _UNEXPECTED) & (values < np.inf) & (known[0] < x) & (x < known[-1])
    return x[odd], values[odd]


def _rounded(values: Floats) -> Floats:
    """The values with so few digits that what rounding has left on a smooth peak is no peak of its own."""
    exponents = np.maximum(np.frexp(np.where(np.isfinite(values), values, 0.0))[1], 0) - _DIGITS
    with np.errstate(all="ignore"):
        return np.asarray(np.ldexp(np.round(np.ldexp(values, -exponents)), exponents))


def drops(height: Callable[[Floats], Floats], tops: Sequence[float], support: Interval) -> set[float]:
    """Where the integrand has fallen by `_DROPS` from its peaks, on either side of each."""
    sides, sizes = [], []
    for top in tops:
        for sign, end in ((-1.0, support[0]), (1.0, support[1])):
            steps = OCTAVES[(abs(end - top) > OCTAVES) & (EPS * abs(top) < OCTAVES)]
            sides.append(top + sign * steps)
            sizes += [steps.size]
    values = height(np.concatenate([np.asarray(tops), *sides]))
    heights, parts = values[: len(tops)], np.split(values[len(tops) :], np.cumsum(sizes)[:-1])
    found = set()
    for i, (x, part) in enumerate(zip(sides, parts, strict=True)):
        for drop in _DROPS:
            fallen = heights[i // 2] - part >= drop
            if fallen.any():
                found.add(float(x[fallen.argmax()]))
    return found
