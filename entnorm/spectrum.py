"""A block of rows as the solver sees it: extent, ties and support, and the equations for its exponents."""

from dataclasses import dataclass, fields, replace
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from entnorm.moments import (
    Cumulants,
    Floats,
    Integers,
    Mask,
    TILE,
    Read,
    Workspace,
    columns,
    deficit,
    log_offsets,
    power_means,
    power_sums,
    row_dot,
    row_sum,
    tiles,
)
from entnorm.steps import EPS, HIGHEST, NEAR, deficit_cumulants, deficit_series, excess_cumulants
from entnorm.targets import Goal

Indices = NDArray[np.intp]

_STORED = 2**20  # entries of a row beyond which its logarithms are taken anew in each pass, for want of memory
_OFF_CENTRE = 4.0  # standard deviations of log q off the centre beyond which the rounding of offsets would show
_CENTRINGS = 8  # each leaves the rounding of the last distance; two are the rule
_LEAST_CENTRE = 1e-300  # so that p / centre cannot overflow
_UNEVEN = 0.02  # deficits above which one of order 1 can be told from its rounding
_COARSE, _UNIT = 1e-290, 2.0**600  # subnormal numbers have few digits: such entropies are measured in smaller units
_SQUARES = 1e140  # numbers between this and its inverse can be squared, and the squares summed
_SINGLE = 1e25  # products of gamma and a distance that are surely finite, in float32 too


@dataclass
class Spectrum:
    """Rows ``(rows, n)`` and what does not depend on the exponent; the other arrays have shape ``(rows,)``."""

    values: Floats  # logits, or probabilities
    logits: bool
    top: Floats  # the largest value
    bottom: Floats  # the smallest in the support
    support: Integers
    ties: Integers
    reach: Floats  # largest distance of a logarithm from the maximum; inf if float64 cannot hold it
    mean: Floats  # of log p - log p_max over the support, to a few digits
    deviation: Floats  # standard deviation of log p over the support, likewise
    scale: Integers  # logarithms count 2**scale times
    depths: Floats | None  # log p - log p_max, (rows, n), -inf outside the support; None where it is taken anew in each pass
    single: NDArray[np.float32] | None  # the same in float32; None for rows too long to store
    work: Workspace

    @classmethod
    def survey(cls, values: Floats, work: Workspace, *, logits: bool) -> "Spectrum":
        """Look at every entry once; what is kept of them is in `work`, and lasts until the next survey there."""
        rows, n = values.shape
        found = cls(
            values=values,
            logits=logits,
            scale=np.zeros(rows, dtype=np.int64),
            depths=None if logits or n > _STORED else work.array("depths", values.shape),
            single=work.array("single", values.shape, np.float32) if n <= _STORED else None,
            work=work,
            **{name: np.empty(rows) for name in ("top", "bottom", "reach", "mean", "deviation")},
            **{name: np.zeros(rows, dtype=np.int64) for name in ("support", "ties")},
        )
        height = max(1, TILE // n)
        for first in range(0, rows, height):
            found._survey(slice(first, first + height))
        found._spread(np.flatnonzero(~((found.reach < _SQUARES) & (found.reach > 1 / _SQUARES))))
        return found

    def _survey(self, some: slice) -> None:
        """The numbers of some rows, few enough to stay in the cache."""
        values, nothing = self.values[some], -np.inf if self.logits else 0.0
        rows, n = values.shape
        top, bottom = values.max(-1), values.min(-1)
        full = bool((bottom > nothing).all())
        self.support[some] = n
        if not full:
            inside = values > nothing
            self.support[some] -= np.bincount(np.flatnonzero(~inside) // n, minlength=rows)
            bottom = np.where(inside, values, top[:, None]).min(-1)
        reach = -log_offsets(bottom[:, None], top, logits=self.logits)[:, 0]
        self.top[some], self.bottom[some], self.reach[some] = top, bottom, reach
        sums = np.zeros((2, rows))
        for part in columns(n):
            out = self.work.array("piece", values[:, part].shape) if self.depths is None else self.depths[some, part]
            depths = log_offsets(values[:, part], top, logits=self.logits, out=out)
            _keep_inside(depths, values[:, part], reach)
            self.ties[some] += np.bincount(np.flatnonzero(depths == 0) // depths.shape[1], minlength=rows)
            if self.single is not None:
                np.copyto(self.single[some, part], depths, casting="same_kind")
            if not full:
                depths = np.where(depths > -np.inf, depths, 0.0)
            sums += row_sum(depths), row_dot(depths, depths)
        mean, square = sums / self.support[some]
        self.mean[some], self.deviation[some] = mean, np.sqrt(np.maximum(square - mean * mean, 0.0))

    def _spread(self, rows: Indices) -> None:
        """Mean and deviation where logarithms are too large or too small to be squared."""
        depths = log_offsets(self.values[rows], self.top[rows], logits=self.logits, scale=self.scale[rows])
        shares = np.where(depths > -np.inf, depths / self.reach[rows, None], 0.0)
        mean = row_sum(shares) / self.support[rows]
        variance = np.maximum(row_dot(shares, shares) / self.support[rows] - mean * mean, 0.0)
        self.mean[rows], self.deviation[rows] = self.reach[rows] * mean, self.reach[rows] * np.sqrt(variance)

    def take(self, rows: Indices) -> "Spectrum":
        """Some of the rows, in their order."""
        if rows.size == self.top.size:
            return self
        parts = {part.name: getattr(self, part.name) for part in fields(self)}
        return Spectrum(**{name: part[rows] if isinstance(part, np.ndarray) else part for name, part in parts.items()})

    def read(self, centre: Floats | None = None, outside: float = -np.inf) -> Read:
        """Reads logarithms relative to those of `centre`, by default the maximum, tile by tile."""
        stored = self.depths
        if centre is None and stored is not None:
            return lambda some, part: stored[some, part]
        centre = self.top if centre is None else centre
        partial = outside > -np.inf and bool((self.support < self.values.shape[1]).any())

        def tile(some: slice, part: slice) -> Floats:
            values = self.values[some, part]
            out = self.work.array("offsets", values.shape)
            log_offsets(values, centre[some], logits=self.logits, scale=self.scale[some], out=out)
            _keep_inside(out, values, self.reach[some])
            if partial:
                np.copyto(out, outside, where=out == -np.inf)
            return out

        return tile

    def centre(self) -> Floats:
        """The value whose logarithm is the mean over the support, nearly."""
        return self.moved(self.top, np.where(np.isfinite(self.mean), self.mean, 0.0))

    def moved(self, centre: Floats, by: Floats) -> Floats:
        """Values whose logarithms are `by` above those of `centre`."""
        by = np.ldexp(by, -self.scale)
        return np.asarray(centre + by if self.logits else np.maximum(centre * np.exp(by), _LEAST_CENTRE))

    def radius(self) -> Floats:
        """Largest distance of a logarithm from their mean."""
        return np.maximum(-self.mean, self.reach + self.mean)

    def rescale(self, rows: Indices, scale: Integers) -> None:
        """Let the logarithms of some rows count 2**scale times: what leaves float64's range was out of reach anyway."""
        log_reach = self.log_reach()[rows]
        self.scale[rows] = scale
        self.reach[rows] = np.exp(log_reach + scale * np.log(2.0))
        self._spread(rows)
        if self.depths is not None:
            depths = log_offsets(self.values[rows], self.top[rows], logits=self.logits, scale=scale)
            _keep_inside(depths, self.values[rows], self.reach[rows])
            self.depths[rows] = depths

    def log_reach(self) -> Floats:
        """Logarithm of the reach, also where that overflows."""
        halved = np.log(self.top / 2 - self.bottom / 2) + np.log(2.0)
        return np.where(np.isinf(self.reach), halved, np.log(self.reach))

    def gap(self) -> Floats:
        """Smallest distance of a logarithm from the maximum that is not zero, at most the largest float64."""
        gap, read = np.full(self.top.shape, np.finfo(np.float64).max), self.read()
        for some, part in tiles(self.values.shape):
            depths = read(some, part)
            gap[some] = np.minimum(gap[some], -np.where(depths < 0, depths, -np.inf).max(-1))
        return gap


class Equation(Protocol):
    """H(gamma) = H* for some rows, measured from one of the ends."""

    goal: Goal

    unit: Floats  # entropies and cumulants count so much, and the goal: more than 1 where float64 is too coarse

    def glance(self, rows: Indices, gamma: Floats) -> Cumulants:
        """H(gamma) - H* of some rows to a few digits, with the cumulants."""

    def measure(self, gamma: Floats) -> Cumulants:
        """H(gamma) - H* of all rows, with the cumulants; NaN where a sum would not be accurate."""


class ExcessEquation:
    """H - log m = goal.excess, with sums over the entries below the maximum."""

    def __init__(self, spectrum: Spectrum, goal: Goal) -> None:
        self.unit = np.where(goal.excess < _COARSE, _UNIT, 1.0)
        self.goal = replace(goal, excess=goal.excess * self.unit)
        self._rows = spectrum

    def glance(self, rows: Indices, gamma: Floats) -> Cumulants:
        """H(gamma) - H* of some rows to a few digits, in float32."""
        single = self._rows.single
        if single is None:
            return self._measure(rows, gamma, self._rows.take(rows).read(), np.float64)
        return self._measure(rows, gamma, _rows_of(single, rows), np.float32)

    def measure(self, gamma: Floats) -> Cumulants:
        """H(gamma) - H* of all rows, with the cumulants."""
        return self._measure(np.arange(gamma.size), gamma, self._rows.read(), np.float64)

    def keep(self, rows: Mask) -> None:
        """Forget the other rows."""
        left = np.flatnonzero(rows)
        self.goal, self.unit, self._rows = self.goal.take(left), self.unit[left], self._rows.take(left)

    def _measure(self, which: Indices, gamma: Floats, read: Read, dtype: Any) -> Cumulants:
        n, rows = self._rows.values.shape[1], self._rows
        floor = bool((rows.support[which] < n).any()) or not (gamma * rows.reach[which] < _SINGLE).all()
        lift = np.log(self.unit[which])
        sums = power_sums(read, (which.size, n), gamma, rows.work, from_top=True, floor=floor, lift=lift, dtype=dtype)
        value, second, third = excess_cumulants(*sums, rows.ties[which])
        return Cumulants(value - self.goal.excess[which], second, third)


class DirectDeficit:
    """log s - H = goal.deficit, from the mean as a fixed centre: accurate enough away from the uniform distribution."""

    def __init__(self, spectrum: Spectrum, goal: Goal) -> None:
        self.goal, self.unit = goal, np.ones(goal.deficit.shape)
        self._rows = spectrum
        self._centre = spectrum.centre()

    def glance(self, rows: Indices, gamma: Floats) -> Cumulants:
        """H(gamma) - H* of some rows to a few digits."""
        read = self._rows.take(rows).read(self._centre[rows], 0.0)
        return self._measure(rows, gamma, lambda some, part: read(some, part).astype(np.float32), np.float32)[0]

    def measure(self, gamma: Floats) -> Cumulants:
        """H(gamma) - H* of all rows, with the cumulants; NaN close to the uniform distribution or far off the centre."""
        found, drift = self._measure(np.arange(gamma.size), gamma, self._rows.read(self._centre, 0.0), np.float64)
        sound = (self.goal.deficit >= _UNEVEN) & (drift <= 1.0)
        return found._replace(value=np.where(sound, found.value, np.nan))

    def _measure(self, which: Indices, gamma: Floats, read: Read, dtype: Any) -> tuple[Cumulants, Floats]:
        rows, shape = self._rows, (which.size, self._rows.values.shape[1])
        sums = power_sums(read, shape, gamma, rows.work, from_top=False, dtype=dtype)
        value, second, third, drift = deficit_cumulants(*sums, rows.support[which])
        return Cumulants(self.goal.deficit[which] - value, second, third), drift


class DeficitSeries:
    """log s - H = goal.deficit close to the uniform distribution, as a power series: one look serves every exponent."""

    def __init__(self, spectrum: Spectrum, goal: Goal) -> None:
        self.unit = np.where(goal.deficit < _COARSE, _UNIT, 1.0)
        self.goal = replace(goal, deficit=goal.deficit * self.unit)
        self._radius, centre = spectrum.radius(), spectrum.centre()
        mean = spectrum.mean - log_offsets(centre[:, None], spectrum.top, logits=spectrum.logits)[:, 0]
        mean[np.abs(mean) <= 2 * EPS * self._radius] = 0.0
        self._means = power_means(
            spectrum.read(centre), spectrum.values.shape, mean, self._radius, spectrum.support, HIGHEST, spectrum.work
        )

    def glance(self, rows: Indices, gamma: Floats) -> Cumulants:
        """H(gamma) - H* of some rows."""
        tau = gamma * self._radius[rows] * np.sqrt(self.unit[rows])  # where that is not 1, D is quadratic in tau
        value, second, third = deficit_series(self._means[:, rows], tau)
        return Cumulants(self.goal.deficit[rows] - value, second, third)

    def measure(self, gamma: Floats) -> Cumulants:
        """H(gamma) - H* of all rows, with the cumulants; NaN where the series is too short."""
        found = self.glance(np.arange(gamma.size), gamma)
        return found._replace(value=np.where(gamma * self._radius <= NEAR, found.value, np.nan))


class DeficitEquation:
    """log s - H = goal.deficit, wherever the root is: a row is centred anew when it drifts from its centre."""

    def __init__(self, spectrum: Spectrum, goal: Goal) -> None:
        self.goal, self.unit = goal, np.ones(goal.deficit.shape)
        self._rows = spectrum
        self._centre = spectrum.centre()

    def measure(self, gamma: Floats) -> Cumulants:
        """H(gamma) - H* of all rows, with the cumulants."""
        found, drift = self._deficit(np.arange(gamma.size), gamma)
        for _ in range(_CENTRINGS):
            off = np.flatnonzero(np.abs(drift) > np.minimum(_OFF_CENTRE * np.sqrt(found.second), 1.0))
            if not off.size:
                break
            rows = self._rows.take(off)
            self._centre[off] = rows.moved(self._centre[off], drift[off] / gamma[off])
            again, drift[off] = self._deficit(off, gamma[off])
            for kept, new in zip(found, again, strict=True):
                kept[off] = new
        return found._replace(value=self.goal.deficit - found.value)

    def keep(self, rows: Mask) -> None:
        """Forget the other rows."""
        left = np.flatnonzero(rows)
        self._rows, self.goal = self._rows.take(left), self.goal.take(left)
        self.unit, self._centre = self.unit[left], self._centre[left]

    def _deficit(self, which: Indices, gamma: Floats) -> tuple[Cumulants, Floats]:
        rows, centre = self._rows.take(which), self._centre[which]
        peak = log_offsets(rows.top[:, None], centre, logits=rows.logits, scale=rows.scale)[:, 0]
        return deficit(rows.read(centre), rows.values.shape, rows.support, peak, gamma)


def _rows_of(array: NDArray[Any], rows: Indices) -> Read:
    if rows.size == len(array):
        return lambda some, part: array[some, part]
    return lambda some, part: array[rows[some], part]


def _keep_inside(offsets: Floats, values: Floats, reach: Floats) -> None:
    """Let no logit be taken for one of an entry outside the support because its distance overflows."""
    if (reach == np.inf).any():
        np.copyto(offsets, -np.finfo(np.float64).max, where=(offsets == -np.inf) & (values > -np.inf))
