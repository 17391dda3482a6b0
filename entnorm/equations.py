"""H(gamma) = H* in the forms that are accurate in one place or another, each for some rows of a spectrum."""

from dataclasses import replace
from functools import cached_property
from typing import Any, Protocol

import numpy as np

from entnorm.moments import (
    DEEPEST,
    SHALLOW,
    Cumulants,
    Floats,
    Indices,
    Integers,
    Mask,
    Read,
    deficit,
    power_means,
    power_sums,
)
from entnorm.reductions import TILE
from entnorm.spectrum import Spectrum
from entnorm.steps import (
    EPS,
    FINE,
    HIGHEST,
    ROUNDED,
    UNEVEN,
    above_mean,
    balance,
    deficit_cumulants,
    deficit_residual,
    deficit_series,
    excess_cumulants,
    excess_residual,
    farthest,
    few_digits,
    highest_power,
    is_close,
    is_delicate,
    is_levered,
    is_sensitive,
    is_sound,
    nearer_start,
    start,
)
from entnorm.targets import Goal

_OFF_CENTRE = 4.0  # standard deviations of log q off the centre beyond which the rounding of offsets would show
_TALLEST = 500.0  # t that is far from overflow, and far above any logarithm of s q that a solution can have
_AT_CENTRE = 4 * EPS  # off by so much, no offset is rounded by more than the square of it
_CENTRINGS = 8  # each leaves the rounding of the last distance; two are the rule
_UNIT = 2.0**600  # in which finer entropies are measured


class Equation(Protocol):
    """H(gamma) = H* for some rows, measured from one of the ends.

    Attributes
    ----------
    spectrum, goal : Spectrum, Goal
    unit : ndarray of shape (rows,)
        Entropies and cumulants count so much, and the goal: more than 1 where float64 is too coarse.
    centre : ndarray of shape (rows,)
        The value that logarithms were relative to when rows were measured last, inf for the maximum. NaN where there
        was more to it than one sum, so that distributions cannot be made of the exponentials; nor can they of a series.
    sensitive : ndarray of shape (rows,)
        Those in which errors of the exponentials move gamma, and with it the largest probability by more than is
        promised, unless that is made of the same ones.
    delicate : ndarray of shape (rows,)
        Those in which the rounding of what was measured last may do so, whatever it is made of.
    """

    spectrum: Spectrum
    goal: Goal
    unit: Floats
    centre: Floats
    sensitive: Mask
    delicate: Mask

    def __init__(self, spectrum: Spectrum, goal: Goal) -> None: ...

    def glance(self, rows: Indices, gamma: Floats) -> Cumulants:
        """H(gamma) - H* of some rows to a few digits, with the cumulants."""

    def measure(self, gamma: Floats) -> Cumulants:
        """H(gamma) - H* of all rows, with the cumulants; NaN where a sum would not be accurate."""


def first_order(spectrum: Spectrum, goal: Goal) -> Floats:
    """Where to look first, unless it is by a series."""
    gamma = start(goal.deficit, spectrum.deviation)
    return np.asarray(nearer_start(gamma, goal.deficit, spectrum.mean))


def _put(found: Cumulants, rows: Indices, better: Cumulants) -> None:
    for numbers, new in zip(found, better, strict=True):
        numbers[rows] = new


class _Finer:
    """Where rounding errors of the mean of t might show, it is summed as c + mean (t - c), with c its first digits."""

    def __init__(self, goal: Goal, ties: Integers) -> None:
        self._goal, self._ties = goal, ties
        self._close, self._place = np.zeros(ties.shape, np.bool_), np.zeros(ties.shape)

    def around(self, rows: slice, sums: tuple[Any, ...]) -> Floats | None:
        """The number for each of some rows, which have these `power_sums`, if any needs one."""
        ties, excess, deficit = self._ties[rows], self._goal.excess[rows], self._goal.deficit[rows]
        mean = sums[1] / (ties + sums[0])
        _, second, _ = excess_cumulants(sums[0], sums[1], sums[2], sums[3], ties, excess)
        self._close[rows], self._place[rows] = is_close(mean, second, excess, deficit), few_digits(mean)
        return self._place[rows] if self._close[rows].any() else None

    def known(self, rows: slice, sums: tuple[Any, ...]) -> Floats:
        """The same of rows that come in several tiles, once these have been summed."""
        return self._place[rows]

    def cumulants(self, sums: Floats) -> Cumulants:
        """H - H* with the cumulants."""
        found = Cumulants(*excess_cumulants(sums[0], sums[1], sums[2], sums[3], self._ties, self._goal.excess))
        if self._close.any():
            value = excess_residual(sums[0], sums[4], self._ties, self._goal.excess, self._place)
            np.copyto(found.value, value, where=self._close)
        return found


class ExcessEquation:
    """H - log m = goal.excess, with sums over the entries below the maximum."""

    def __init__(self, spectrum: Spectrum, goal: Goal) -> None:
        self.unit = np.where((goal.excess > 0) & (goal.excess < FINE), _UNIT, 1.0)
        self.goal = replace(goal, excess=goal.excess * self.unit)
        self.spectrum = spectrum
        self.centre = np.full(spectrum.top.shape, np.inf)
        self.sensitive, self.delicate = np.zeros((2, *spectrum.top.shape), np.bool_)

    def glance(self, rows: Indices, gamma: Floats) -> Cumulants:
        """H(gamma) - H* of some rows to a few digits, in float32 if that is at hand."""
        some = self.spectrum.take(rows)
        if some.single is None:
            sums = self._sums(some, rows, gamma, some.read(), np.float64)
        else:
            sums = self._sums(some, rows, gamma, some.read_single(some.single), np.float32)
        return Cumulants(*excess_cumulants(sums[0], sums[1], sums[2], sums[3], some.ties, self.goal.excess[rows]))

    def measure(self, gamma: Floats) -> Cumulants:
        """H(gamma) - H* of all rows, with the cumulants; around a centre where that makes a difference."""
        some = self.spectrum
        found, sums = self._measure(gamma)
        total = some.ties + sums[0]
        mean = sums[1] / total
        self.centre, self.sensitive = np.full(gamma.shape, np.inf), is_sensitive(mean)
        self.delicate = is_levered(mean, found.second, self.goal.excess, self.goal.deficit)
        levered = np.flatnonzero(self.delicate & (self.goal.deficit < self.goal.excess))
        if levered.size:
            above = balance(gamma[levered], total[levered] / some.support[levered])
            self._measure_around(levered, gamma[levered], above, found)
        return found

    def _measure_around(self, rows: Indices, gamma: Floats, above: Floats, found: Cumulants) -> None:
        """Put into `found` what some rows have for the deficit: in one sum around a centre so far above the maximum.

        Where float64 has no number that is near enough to such a centre, or the deficit is too small, term by term.
        """
        some, goal = self.spectrum.take(rows), self.goal.take(rows)
        direct = DirectDeficit(some, goal, some.moved(some.top, np.where(np.isfinite(above), above, 0.0)))
        better = direct.measure(gamma)
        coarse = np.flatnonzero(np.isnan(better.value))
        if coarse.size:
            robust = DeficitEquation(replace(some.take(coarse), kept=None), goal.take(coarse))
            _put(better, coarse, robust.measure(gamma[coarse]))
            direct.centre[coarse] = np.nan
            direct.sensitive[coarse], direct.delicate[coarse] = robust.sensitive, robust.delicate
        _put(found, rows, better)
        self.centre[rows] = direct.centre
        self.sensitive[rows], self.delicate[rows] = direct.sensitive, direct.delicate

    def keep(self, rows: Mask) -> None:
        """Forget the other rows."""
        left = np.flatnonzero(rows)
        self.goal, self.unit, self.spectrum = self.goal.take(left), self.unit[left], self.spectrum.take(left)

    def _measure(self, gamma: Floats) -> tuple[Cumulants, Floats]:
        """H(gamma) - H* of all rows, with the cumulants, by sums from the top, and these sums."""
        some, rows, read = self.spectrum, np.arange(gamma.size), self.spectrum.read()
        weights, finer, whole = some.room_for_weights(), _Finer(self.goal, some.ties), some.shape[1] <= TILE
        kind = {"weights": weights, "around": finer.around if whole else None}
        sums = self._sums(some, rows, gamma, read, np.float64, **kind)
        if not whole and finer.around(slice(None), tuple(sums)) is not None:
            sums = self._sums(some, rows, gamma, read, np.float64, around=finer.known)
        if weights is not None:
            some.store_weights(weights, sums[:4])
        return finer.cumulants(sums), sums

    def _sums(self, some: Spectrum, rows: Indices, gamma: Floats, read: Read, dtype: Any, **kind: Any) -> Floats:
        deep = (some.support < some.shape[1]) | ~((gamma * some.reach < SHALLOW) & (some.reach < DEEPEST))
        lift = np.log(self.unit[rows]) if dtype == np.float64 else None
        peak = np.where(some.ties == 1, some.peak, -1)
        kind |= {"from_top": True, "peak": peak, "deep": deep, "lift": lift, "dtype": dtype}
        return power_sums(read, some.shape, gamma, some.work, **kind)


class DirectDeficit:
    """log s - H = goal.deficit, in one sum around a centre: accurate enough away from the uniform distribution."""

    def __init__(self, spectrum: Spectrum, goal: Goal, centre: Floats | None = None) -> None:
        self.goal, self.spectrum, self.unit = goal, spectrum, np.ones(goal.deficit.shape)
        if centre is None:
            centre = spectrum.centre(above_mean(first_order(spectrum, goal), goal.deficit, spectrum.mean))
        self.centre = centre
        self.sensitive, self.delicate = np.zeros((2, *spectrum.top.shape), np.bool_)

    def glance(self, rows: Indices, gamma: Floats) -> Cumulants:
        """H(gamma) - H* of some rows to a few digits, in float32."""
        some = self.spectrum.take(rows)
        read = some.read(self.centre[rows], 0.0)
        sums = power_sums(
            *(lambda *tile: read(*tile).astype(np.float32), some.shape, gamma, some.work),
            from_top=False,
            dtype=np.float32,
        )
        goal = self.goal.deficit[rows]
        return Cumulants(*deficit_cumulants(sums[0], sums[1], sums[2], sums[3], some.support, goal)[:3])

    def measure(self, gamma: Floats) -> Cumulants:
        """H(gamma) - H* of all rows, with the cumulants; NaN too close to uniform, or still off the centre."""
        some = self.spectrum
        read, weights = some.read(self.centre, 0.0), some.room_for_weights()
        found, drift, mean = self._measure(some, np.arange(gamma.size), gamma, read, weights)
        unsound = (self.goal.deficit >= UNEVEN) & ~is_sound(self.goal.deficit, drift)
        off = np.flatnonzero(unsound & np.isfinite(drift / gamma))
        if off.size:
            some = some.take(off)
            self.centre[off] = some.moved(self.centre[off], drift[off] / gamma[off])
            read, weights = some.read(self.centre[off], 0.0), some.room_for_weights()
            again, drift[off], mean[off] = self._measure(some, off, gamma[off], read, weights)
            _put(found, off, again)
        mean -= gamma * self.spectrum.above(self.centre)
        self.sensitive = is_sensitive(mean)
        self.delicate = is_delicate(mean, found.second, self.goal.deficit, ROUNDED)
        return found._replace(value=np.where(is_sound(self.goal.deficit, drift), found.value, np.nan))

    def _measure(
        self, some: Spectrum, rows: Indices, gamma: Floats, read: Read, weights: Floats | None
    ) -> tuple[Cumulants, Floats, Floats]:
        goal, support = self.goal.deficit[rows], some.support
        place = few_digits(goal)  # about the mean
        sums = power_sums(
            *(read, some.shape, gamma, some.work),
            from_top=False,
            weights=weights,
            top=(some.read(), some.above(self.centre[rows])),
            around=lambda part, _: place[part],
        )
        if weights is not None:
            some.store_weights(weights, sums[:4])
        _, second, third, drift = deficit_cumulants(sums[0], sums[1], sums[2], sums[3], support, goal)
        residual = deficit_residual(sums[0], sums[4], support, goal, place)
        return Cumulants(residual, second, third), drift, sums[1] / (support + sums[0])


class DeficitSeries:
    """log s - H = goal.deficit close to the uniform distribution, as a power series: one look serves every exponent."""

    def __init__(self, spectrum: Spectrum, goal: Goal) -> None:
        self.unit = np.where(goal.deficit < FINE, _UNIT, 1.0)
        self.goal, self.spectrum = replace(goal, deficit=goal.deficit * self.unit), spectrum
        self.centre, self._radius = spectrum.centre(), spectrum.radius()
        self.sensitive, self.delicate = np.zeros((2, *spectrum.top.shape), np.bool_)
        self._farthest = farthest(start(goal.deficit, spectrum.deviation), self._radius)
        self._shift = spectrum.mean + spectrum.above(self.centre)  # of the mean from the centre, which is rounded
        self._shift[np.abs(self._shift) <= 2 * EPS * self._radius] = 0.0

    @cached_property
    def _means(self) -> Floats:
        highest = highest_power(self._farthest)
        means = np.zeros((HIGHEST, highest.size))
        for power in np.unique(highest).tolist():
            rows = np.flatnonzero(highest == power)
            some, numbers = self.spectrum.take(rows), (self._shift[rows], self._radius[rows])
            read = some.read(self.centre[rows])
            means[:power, rows] = power_means(read, some.shape, *numbers, some.support, power, some.work)
        return means

    def glance(self, rows: Indices, gamma: Floats) -> Cumulants:
        """H(gamma) - H* of some rows."""
        tau = gamma * self._radius[rows] * np.sqrt(self.unit[rows])  # where that is not 1, D is quadratic in tau
        value, second, third = deficit_series(self._means[:, rows], tau)
        return Cumulants(self.goal.deficit[rows] - value, second, third)

    def measure(self, gamma: Floats) -> Cumulants:
        """H(gamma) - H* of all rows, with the cumulants; NaN where the series is too short."""
        found = self.glance(np.arange(gamma.size), gamma)
        return found._replace(value=np.where(gamma * self._radius <= self._farthest, found.value, np.nan))


class DeficitEquation:
    """log s - H = goal.deficit, wherever the root is: a row is centred anew when it drifts from its centre.

    It starts at the mean of the logarithms, and at the maximum where that is so far above that exponentials overflow.
    Term by term, in two sweeps, it is for rows that nothing else is accurate for: nobody glances at it, and no
    distribution is made of what it sums up.
    """

    def __init__(self, spectrum: Spectrum, goal: Goal) -> None:
        self.goal, self.spectrum, self.unit = goal, spectrum, np.ones(goal.deficit.shape)
        self._centre = spectrum.centre()
        self.sensitive, self.delicate = np.zeros((2, *spectrum.top.shape), np.bool_)

    def measure(self, gamma: Floats) -> Cumulants:
        """H(gamma) - H* of all rows, with the cumulants."""
        found, drift = self._deficit(np.arange(gamma.size), gamma)
        for _ in range(_CENTRINGS):
            width = np.maximum(_OFF_CENTRE * np.sqrt(found.second), _AT_CENTRE)
            off = np.flatnonzero(np.abs(drift) > np.minimum(width, 1.0))
            if not off.size:
                break
            self._centre[off] = self.spectrum.take(off).moved(self._centre[off], drift[off] / gamma[off])
            again, drift[off] = self._deficit(off, gamma[off])
            _put(found, off, again)
        mean = found.value + drift - gamma * self.spectrum.above(self._centre)
        self.sensitive = is_sensitive(mean)
        self.delicate = is_delicate(mean, found.second, self.goal.deficit, 0.0)
        return found._replace(value=self.goal.deficit - found.value)

    def keep(self, rows: Mask) -> None:
        """Forget the other rows."""
        left = np.flatnonzero(rows)
        self.spectrum, self.goal = self.spectrum.take(left), self.goal.take(left)
        self.unit, self._centre = self.unit[left], self._centre[left]

    def _deficit(self, rows: Indices, gamma: Floats) -> tuple[Cumulants, Floats]:
        some = self.spectrum.take(rows)
        tall = gamma * some.above(self._centre[rows]) > _TALLEST
        self._centre[rows[tall]] = some.top[tall]
        return deficit(some.read(self._centre[rows]), some.shape, some.support, gamma)
