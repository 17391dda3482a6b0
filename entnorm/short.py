"""Short ordinary rows in NumPy: one by itself, or many that are stood upright.

A loop along a hundred entries takes NumPy a third of its time to begin and to end. Of many rows it runs along a few
hundred at once instead, entry by entry, and numbers that belong to a row cost no loop of their own. Both ways add up in
the same order, `entnorm.reductions.LANES`, and find the same numbers for a row, bit for bit.

Ordinary is a row of full support with one maximum, of which float32 can hold and square the depths, and with a target
inside that is not next to an end and does not lean to the uniform distribution.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from entnorm.moments import FAINT, SHALLOW, Floats, Indices, Mask, log_offsets
from entnorm.reductions import LANES, UprightSums, Workspace, laned
from entnorm.steps import FINE, GLANCES, LEAN, excess_cumulants, is_levered, search, settle, start

CLOSEST = float(np.finfo(np.float32).tiny)  # to the maximum: below it float32 would see a tie
FINITE = 1e25  # products of gamma and a distance that are surely finite, in float32 too
WIDTH = 528  # rows that are worked on at a time: their entries are in the cache twice, and calls cost little
HEIGHT = 8 * WIDTH  # rows at a time for what is done but once for each
_MODERATE = 1e18  # what float32 can square, and its inverse
_VECTOR = 16  # entries of float32 that a line of the cache holds

Residual = tuple[Any, Any, Any]  # H(gamma) - H* and the two cumulants
Look = Callable[[float, bool], Residual]  # at some gamma: to a few digits, or to all
Table = NDArray[Any]  # shape (tiles, laned(n), rows of a tile)


class Alone:
    """A row by itself, in memory that is lent from row to row: to make it, and views of it, costs as much as a look."""

    _free: ClassVar[dict[int, Alone]] = {}  # popped by one thread at a time

    def __init__(self, n: int) -> None:
        self.n, self.peak, self.reach, self.excess, self.deficit = n, np.intp(0), 0.0, 0.0, 0.0
        self.padded, self.singles = np.zeros(laned(n)), np.zeros((2, laned(n)), np.float32)
        self.depths, self.single, self.squares = self.padded[:n], *self.singles[:, :n]
        fine, few = np.zeros((4, laned(n))), np.zeros((4, laned(n)), np.float32)
        self.exact = self.depths, np.empty(n), fine, *fine[:, :n]
        self.rough = self.single, np.empty(n, np.float32), few, *few[:, :n]

    @classmethod
    def lent(cls, n: int) -> Alone:
        """Memory for n entries, to be given `back`, or forgotten."""
        return cls._free.pop(n, None) or cls(n)

    def back(self) -> None:
        """Let others have it."""
        self._free[self.n] = self

    def survey(self, values: Floats, excess: float, deficit: float, logits: bool) -> float | None:
        """Where the search starts, of a row that is ordinary."""
        self.excess, self.deficit = excess, deficit
        self.peak = peak = values.argmax()
        depths, single, singles, n = self.depths, self.single, self.singles, self.n
        if logits:
            np.subtract(values, values[peak], depths)
        else:
            log_offsets(values[None], values[peak, None], logits=False, out=depths[None])
        single[:] = depths
        self.reach = reach = -float(single[single.argmin()])  # infinite, or NaN, if any entry is
        single[peak] = -math.inf
        near = float(single[single.argmax()])
        single[peak] = 0.0
        if near > -CLOSEST or not 1.0 / _MODERATE < reach < _MODERATE:  # another maximum, or all but one
            return None
        np.multiply(single, single, self.squares)
        total, square = np.add.reduce(singles, 1).tolist()
        mean = total / n
        return float(start(deficit, math.sqrt(max(square / n - mean * mean, 0.0))))

    def look(self, gamma: float, roughly: bool) -> Residual:
        """H(gamma) - H* and the cumulants."""
        depths, t, terms, w, first, second, third = self.rough if roughly else self.exact
        np.multiply(depths, gamma, t)
        deep = roughly and not gamma * self.reach < SHALLOW
        if deep:
            np.maximum(t, FAINT, out=t)
        np.exp(t, w)
        if deep:
            w -= np.exp(FAINT)
        w[self.peak] = 0.0
        np.multiply(w, t, first)
        np.multiply(first, t, second)
        np.multiply(second, t, third)
        rest, moment, square, cube = np.add.reduce(terms, 1).tolist()
        residual, variance, skewness = excess_cumulants(rest, moment, square, cube, 1, self.excess)
        unfit = not roughly and is_levered(moment / (1 + rest), variance, self.excess, self.deficit)
        return (math.nan if unfit else float(residual)), variance, skewness


def solve_rows(
    values: Floats,
    excess: Floats,
    deficit: Floats,
    wanted: Mask,
    found: tuple[NDArray[Any], ...],
    out: Floats,
    work: Workspace,
    *,
    logits: bool,
) -> None:
    """Many rows, of those that are `wanted` and ordinary: what `entnorm.lone.solve_row` returns goes to `found`."""
    rows = np.flatnonzero(wanted & (excess >= FINE) & (deficit >= FINE) & ~(deficit * LEAN < excess))
    for first in range(0, rows.size, HEIGHT):
        some = rows[first : first + HEIGHT]
        crowd = _Crowd(values, some, excess[some], deficit[some], work, logits)
        crowd.search()
        crowd.settle()
        answers = crowd.done, crowd.gamma, 0.0, crowd.residual, crowd.varentropy, crowd.count
        for array, numbers in zip(found, answers, strict=True):
            array[some] = numbers
        if out.size:
            crowd.write(out)


class _Room:
    """Room for some rows that stand upright: t and w, which is zero beyond their entries, and so many sums over w."""

    def __init__(self, n: int, width: int, dtype: Any, work: Workspace, count: int) -> None:
        whole = work.array("w", (laned(n), width), dtype)
        whole[n:] = 0.0
        self.t, self.w = work.array("t", (n, width), dtype), whole[:n]
        self.groups, self.sums = whole.reshape(-1, LANES, width), UprightSums(count, width, dtype, work)
        self.factor, self.each = work.array("factor", (width,), dtype), np.arange(width)

    def times(self, depths: NDArray[Any], factor: Floats, out: NDArray[Any]) -> None:
        """Multiply rows by a number each."""
        np.copyto(self.factor, factor, casting="same_kind")
        np.multiply(depths, self.factor, out)

    def power_sums(self, depths: NDArray[Any], gamma: Floats, peak: Indices, deep: Mask | None) -> NDArray[Any]:
        """Sums of w, w t, w t^2, w t^3, see `entnorm.moments.power_sums`."""
        t, w, groups, sums = self.t, self.w, self.groups, self.sums
        self.times(depths, gamma, t)
        if deep is not None:
            np.maximum(t, FAINT, out=t)
        np.exp(t, w)
        if deep is not None:
            w -= np.where(deep, np.exp(FAINT), np.float32(0.0))
        w[peak, self.each] = 0.0
        sums.add_up(0, groups)
        for power in (1, 2, 3):
            np.multiply(w, t, w)
            sums.add_up(power, groups)
        return sums.totals()


class _Crowd:
    """Some rows and what is found out about them."""

    def __init__(
        self, values: Floats, rows: Indices, excess: Floats, deficit: Floats, work: Workspace, logits: bool
    ) -> None:
        self.rows, self.excess, self.deficit, self.work = rows, excess, deficit, work
        size, n = rows.size, values.shape[1]
        self.n, self.cuts = n, _cuts(size)
        width = self.cuts[0].stop
        self.depths = work.array("upright", (len(self.cuts), n, width))
        self.single = work.array("upright single", (len(self.cuts), laned(n), width), np.float32)
        self.single[:, n:] = 0.0
        self.peak, self.count = np.zeros((2, size), np.intp)
        self.residual, self.varentropy = np.zeros((2, size))
        self.done, sums, extremes = np.zeros(size, np.bool_), np.empty((2, size)), np.empty((2, size), np.float32)
        upright, room = work.array("standing", (n, width)), _Room(n, width, np.float32, work, 2)
        for k, some in enumerate(self.cuts):
            sums[:, some] = self._stand(
                values[_as_slice(rows[some])], some, k, upright, room, extremes[:, some], logits
            )
        (lowest, near), (mean, square) = extremes, sums / n
        self.reach = -lowest.astype(np.float64)  # infinite, or NaN, if any entry is
        self.gamma = start(deficit, np.sqrt(np.maximum(square - mean * mean, 0.0)))
        self.fit = (self.reach > 1.0 / _MODERATE) & (self.reach < _MODERATE) & (self.gamma * self.reach < FINITE)
        self.fit &= ~(near > -CLOSEST)  # another maximum, or all but one

    def _stand(
        self,
        values: Floats,
        some: slice,
        k: int,
        upright: Floats,
        room: _Room,
        extremes: NDArray[Any],
        logits: bool,
    ) -> NDArray[Any]:
        """Take in the rows of a tile, which do not yet stand upright."""
        lying = self.work.array("lying", values.shape)
        np.copyto(lying, values)  # in order, which is how memory is read fastest
        depths, single, each = self.depths[k], self.single[k, : self.n], room.each
        groups = self.single[k].reshape(room.groups.shape)
        self.peak[some] = peak = lying.argmax(-1)
        np.copyto(upright, lying.T)
        log_offsets(upright.T, lying[each, peak], logits=logits, out=depths.T)
        np.copyto(single, depths, casting="same_kind")
        np.minimum.reduce(single, 0, None, extremes[0])
        single[peak, each] = -np.inf
        np.maximum.reduce(single, 0, None, extremes[1])
        single[peak, each] = 0.0
        room.sums.add_up(0, groups)
        room.sums.add_up(1, np.multiply(groups, groups, room.groups))
        return room.sums.totals()

    def search(self) -> None:
        """Move gamma next to the roots, by a few digits."""
        active = np.flatnonzero(self.fit)
        for _ in range(GLANCES):
            if not active.size:
                break
            some = _as_slice(active)
            gamma, excess, deficit = self.gamma[some], self.excess[some], self.deficit[some]
            residual, second, third, _ = self._look(self.single, active)
            self.gamma[some], going = search(gamma, residual, second, third, excess, deficit)
            self.count[some] += 1
            active = active[going & (self.gamma[some] * self.reach[some] < FINITE) & self.fit[some]]
        self.fit &= self.gamma * self.reach < FINITE

    def settle(self) -> None:
        """Decide by all digits."""
        which = np.flatnonzero(self.fit)
        some = _as_slice(which)
        gamma, excess, deficit = self.gamma[some], self.excess[some], self.deficit[some]
        residual, second, third, mean = self._look(self.depths, which)
        residual[is_levered(mean, second, excess, deficit)] = np.nan
        answers = settle(gamma, residual, second, third, excess, deficit)
        self.done[some], self.gamma[some], self.residual[some], self.varentropy[some], _ = answers
        self.done &= self.fit
        self.count += 1

    def write(self, out: Floats) -> None:
        """The distributions of the rows that are done."""
        for columns, _, depths, room in self._pieces(self.depths, self._among(np.flatnonzero(self.done)), 1):
            room.times(depths, self.gamma[columns], room.w)
            np.exp(room.w, room.w)
            room.sums.add_up(0, room.groups)
            lying, factor = room.w.T, (1.0 / room.sums.totals()[0])[:, None]
            rows = _as_slice(self.rows[columns])
            if isinstance(rows, slice):
                np.multiply(lying, factor, out[rows])
            else:
                out[rows] = lying * factor

    def _look(self, table: Table, which: Indices) -> tuple[Floats, Floats, Floats, Floats]:
        """H - H* and the cumulants of some rows at their gamma, and the mean."""
        looked, some = self._among(which), _as_slice(which)
        sums = np.empty((4, looked.size))
        deep = ~(self.gamma * self.reach < SHALLOW)
        clipped = table.dtype == np.float32 and bool(deep[some].any())
        for columns, place, depths, room in self._pieces(table, looked, 4):
            low = deep[columns] if clipped else None
            sums[:, place] = room.power_sums(depths, self.gamma[columns], self.peak[columns], low)
        rest, first, second, third = sums if looked is which else sums[:, some]
        excess, deficit, mean = self.excess[some], self.deficit[some], first / (1 + rest)
        residual, second, third = excess_cumulants(rest, first, second, third, 1, excess)
        zero = (second == 0) | (residual == -excess) | (residual == deficit)  # which a step would divide by
        self.fit[which[zero]] = False
        return residual, second, third, mean

    def _among(self, which: Indices) -> Indices:
        """Rows to be looked at, among which are these: all of them, unless they are few."""
        return which if 2 * which.size <= self.rows.size else np.arange(self.rows.size)

    def _pieces(self, table: Table, looked: Indices, count: int) -> Iterator[tuple[Any, slice, NDArray[Any], _Room]]:
        """A few hundred rows at a time: which they are, where among those that are looked at, and their entries."""
        if not looked.size:
            return
        cuts = _cuts(looked.size)
        room = _Room(self.n, cuts[0].stop, table.dtype, self.work, count)
        for k, place in enumerate(cuts):
            if looked.size == self.rows.size:
                yield place, place, table[k, : self.n], room
            else:
                some = looked[place]
                tile = some // self.cuts[0].stop
                column = some - np.array([cut.start for cut in self.cuts])[tile]
                yield some, place, np.ascontiguousarray(table[tile, : self.n, column].T), room


def _cuts(size: int) -> list[slice]:
    """Equal pieces of so many rows, of which the last may overlap with the one before."""
    tiles = -(-size // WIDTH)
    width = min(-(-size // (tiles * _VECTOR)) * _VECTOR, size)
    return [slice(first, first + width) for first in (min(k * width, size - width) for k in range(tiles))]


def _as_slice(which: Indices) -> slice | Indices:
    """The same rows, without a copy of what is theirs if they follow upon each other."""
    if which.size and which[-1] - which[0] + 1 == which.size:
        return slice(int(which[0]), int(which[-1]) + 1)
    return which
