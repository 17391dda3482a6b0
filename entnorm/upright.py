"""Many short ordinary rows in NumPy, stood upright: numbers that belong to a row cost no loop of their own.

A loop along a hundred entries takes NumPy a third of its time to begin and to end. Here loops run along the rows, some
hundreds of them, and from entry to entry no more than once for all of these. What is ordinary, `entnorm.short` says; it
finds the same numbers for a row by itself, bit for bit.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from entnorm.moments import FAINT, SHALLOW, Floats, Indices, Mask, log_offsets, step_weights
from entnorm.reductions import UprightSums, Workspace, laned
from entnorm.short import CLOSEST, FINITE, MODERATE
from entnorm.steps import (
    FINE,
    GLANCES,
    advance,
    excess_cumulants,
    excess_residual,
    few_digits,
    is_close,
    is_levered,
    is_slight,
    leans,
    restored_sum,
    search,
    settle,
    start,
    stepped_sum,
)

WIDTH = 528  # rows that are worked on at a time: calls cost little, and t and w are in the cache
_PIECE = 90 * WIDTH  # entries that are worked on at a time, at least
HEIGHT = 12 * WIDTH  # rows at a time for what is done but once for each
_VECTOR = 16  # entries of float32 that a line of the cache holds


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
    """Those of the rows that are `wanted` and ordinary: what `entnorm.lone.solve_row` returns goes to `found`."""
    rows = np.flatnonzero(wanted & (excess >= FINE) & (deficit >= FINE) & ~leans(excess, deficit))
    for first in range(0, rows.size, HEIGHT):
        some = rows[first : first + HEIGHT]
        crowd = _Crowd(_Tiles(values, some, work, logits), excess[some], deficit[some])
        crowd.search()
        crowd.settle(out, some)
        look = crowd.base, crowd.by, np.where(crowd.base > 0, np.inf, crowd.excess)
        answers = crowd.done, crowd.gamma, *look, crowd.residual, crowd.varentropy, crowd.count
        for array, numbers in zip(found, answers, strict=True):
            array[some] = numbers


class _Room:
    """Room for some rows that stand upright: t, w and its products with t, zero beyond their entries, and so many sums.

    Where w is not needed any more after its products, they take its place.
    """

    def __init__(self, n: int, rows: int, dtype: np.dtype[Any], work: Workspace, sums: int, kept: bool = False) -> None:
        names = "w", "v" if kept else "w"
        self.terms, self.products = (
            work.array(f"{name} {dtype.char}", (laned(n, dtype), rows), dtype) for name in names
        )
        self.terms[n:] = self.products[n:] = 0.0
        self.t, self.w, self.v = work.array(f"t {dtype.char}", (n, rows), dtype), self.terms[:n], self.products[:n]
        self.flat, self.sums = self.terms.reshape(-1), UprightSums(sums, rows, dtype, work)
        self.factor, self.each = work.array(f"factor {dtype.char}", (rows,), dtype), np.arange(rows)

    def times(self, depths: NDArray[Any], factor: Floats, out: NDArray[Any]) -> None:
        """Multiply rows by a number each."""
        np.copyto(self.factor, factor, casting="same_kind")
        np.multiply(depths, self.factor, out)

    def total(self) -> NDArray[Any]:
        """The sums of w: see `row_total`."""
        self.sums.add_up(0, self.terms)
        return np.asarray(self.sums.totals()[0])

    def power_sums(self, depths: NDArray[Any], gamma: Floats, maxima: Indices, deep: Mask | None) -> NDArray[Any]:
        """Sums of w, w t, w t^2, w t^3, see `entnorm.moments.power_sums`."""
        t, w, v, sums = self.t, self.w, self.v, self.sums
        self.times(depths, gamma, t)
        if deep is not None:
            np.maximum(t, FAINT, out=t)
        np.exp(t, w)
        if deep is not None:
            w -= np.where(deep, np.exp(FAINT), np.float32(0.0))
        self.flat[maxima] = 0.0
        sums.add_up(0, self.terms)
        for power in (1, 2, 3):
            w = np.multiply(w, t, v)
            sums.add_up(power, self.products)
        return sums.totals()[:4]  # and not a fifth, which may be wanted later

    def centred_sums(self, around: Floats) -> NDArray[Any]:
        """Sums of w (t - around), after those of powers, which stay; there has to be room for one more."""
        np.multiply(np.subtract(self.t, around, self.v), self.w, self.v)
        self.sums.add_up(4, self.products)
        return np.asarray(self.sums.totals()[4])


class _Piece(NamedTuple):
    """Some rows of those that are looked at: which they are, where among them, and room for sums over their entries."""

    rows: slice | Indices
    place: slice
    depths: NDArray[Any]
    maxima: Indices
    room: _Room


class _Tiles:
    """Rows in tiles ``(n, rows)`` of equal size, of which the last may share some with the one before."""

    def __init__(self, values: Floats, rows: Indices, work: Workspace, logits: bool) -> None:
        self.count, self.n, self.work = rows.size, values.shape[1], work
        self.cuts = _cuts(rows.size, self.n)
        self.width = self.cuts[0].stop
        shape = len(self.cuts), self.n, self.width
        self.depths = work.array("upright", shape)
        whole = work.array("upright single", (shape[0], laned(self.n, np.float32), self.width), np.float32)
        whole[:, self.n :] = 0.0
        self.single, self.maxima = whole[:, : self.n], np.empty((shape[0], self.width), np.intp)
        self.lowest, self.second = np.empty((2, rows.size), np.float32)  # depths, the latter that of the second largest
        self.sums, room = np.empty((2, rows.size)), _Room(self.n, self.width, whole.dtype, work, 2)
        for k, some in enumerate(self.cuts):
            self._stand(k, values[_as_slice(rows[some])], some, logits)
            room.sums.add_up(0, whole[k])
            room.sums.add_up(1, np.multiply(whole[k], whole[k], room.terms))
            self.sums[:, some] = room.sums.totals()

    def _stand(self, k: int, values: Floats, some: slice, logits: bool) -> None:
        """Take in the rows of a tile."""
        depths, single, each = self.depths[k], self.single[k], np.arange(self.width)
        lying, upright = self.work.array("lying", values.shape), depths
        if not logits:
            upright = self.work.array("standing", depths.shape)
        np.copyto(lying, values)  # in order, which is how memory is read fastest
        peak = lying.argmax(-1)
        np.copyto(upright, lying.T)
        log_offsets(upright.T, lying[each, peak], logits=logits, out=depths.T)
        np.copyto(single, depths, casting="same_kind")
        np.minimum.reduce(single, 0, out=self.lowest[some])
        flat, maxima = single.reshape(-1), peak * self.width + each
        flat[maxima] = -np.inf
        np.maximum.reduce(single, 0, out=self.second[some])
        flat[maxima] = 0.0
        self.maxima[k] = maxima

    def pieces(self, table: NDArray[Any], looked: Indices, sums: int, *, kept: bool = False) -> Iterator[_Piece]:
        """The rows that are looked at, so many at a time that they stay in the cache."""
        if not looked.size:
            return
        cuts = _cuts(looked.size, self.n)
        room = _Room(self.n, cuts[0].stop, table.dtype, self.work, sums, kept)
        for k, place in enumerate(cuts):
            if looked.size == self.count:
                yield _Piece(place, place, table[k], self.maxima[k], room)
            else:
                some = looked[place]
                tile = some // self.width
                column = some - np.minimum(tile * self.width, self.count - self.width)
                depths = np.ascontiguousarray(table[tile, :, column].T)
                yield _Piece(some, place, depths, self.maxima[tile, column] // self.width * some.size + room.each, room)


class _Crowd:
    """What is found out about rows: arrays of shape ``(rows,)``."""

    def __init__(self, tiles: _Tiles, excess: Floats, deficit: Floats) -> None:
        self.tiles, self.excess, self.deficit = tiles, excess, deficit
        mean, square = tiles.sums / tiles.n
        self.reach = -tiles.lowest.astype(np.float64)  # infinite, or NaN, if any entry is
        self.gamma = start(deficit, np.sqrt(np.maximum(square - mean * mean, 0.0)))
        self.fit = (self.reach > 1.0 / MODERATE) & (self.reach < MODERATE) & (self.gamma * self.reach < FINITE)
        self.fit &= ~(tiles.second > -CLOSEST)  # another maximum, or all but one
        self.base, self.by, self.residual, self.varentropy = np.zeros((4, tiles.count))
        self.done, self.count = np.zeros(tiles.count, np.bool_), np.zeros(tiles.count, np.int64)

    def search(self) -> None:
        """Move gamma next to the roots, by a few digits."""
        active = np.flatnonzero(self.fit)
        for _ in range(GLANCES):
            if not active.size:
                break
            some = _as_slice(active)
            gamma, excess, deficit = self.gamma[some], self.excess[some], self.deficit[some]
            residual, second, third = self._look(active)
            self.gamma[some], going = search(gamma, residual, second, third, excess, deficit)
            self.count[some] += 1
            active = active[going & (self.gamma[some] * self.reach[some] < FINITE) & self.fit[some]]
        self.fit &= self.gamma * self.reach < FINITE

    def settle(self, out: Floats, rows: Indices) -> None:
        """Decide by all digits; the distributions of those that are done go to these rows of `out`, if it has room.

        They are made while what they need is in the cache; of rows that have taken a longer step, afterwards.
        """
        looked, before = self._among(np.flatnonzero(self.fit)), self.gamma.copy()
        for some, _, depths, maxima, room in self.tiles.pieces(self.tiles.depths, looked, 5, kept=True):
            sums = room.power_sums(depths, before[some], maxima, None)
            by = self._step(some, before[some], sums, room)
            if out.size:
                room.flat[maxima] = 1.0
                step_weights(depths, room.w, by, stepped_sum(by / before[some], 1.0, *sums), room.v, room.v)
                out[_as_slice(rows[some])] = room.v.T
        self.done &= self.fit
        self.count += 1
        if out.size:
            self._write(out, rows, np.flatnonzero(self.done & (self.base == 0.0)))

    def _step(self, some: slice | Indices, gamma: Floats, sums: NDArray[Any], room: _Room) -> Floats:
        """Take the step of some rows from gamma, to which these sums belong; by how much."""
        excess, deficit = self.excess[some], self.deficit[some]
        rest, first, square, cube = sums
        residual, second, third = excess_cumulants(rest, first, square, cube, 1, excess)
        mean = first / (1 + rest)
        close = is_close(mean, second, excess, deficit)
        if close.any():
            around = few_digits(mean)
            finer = excess_residual(rest, room.centred_sums(around), 1, excess, around)
            np.copyto(residual, finer, where=close)
        levered = is_levered(mean, second, excess, deficit)
        residual[levered | _is_degenerate(residual, second, excess, deficit)] = np.nan
        by: Floats
        self.done[some], by, self.residual[some], self.varentropy[some] = settle(
            gamma, residual, second, third, excess, deficit
        )
        slight = is_slight(by / gamma, gamma * self.reach[some])
        self.gamma[some], rest = advance(gamma, by)
        self.base[some], self.by[some] = np.where(slight, gamma, 0.0), np.where(slight, by, rest)
        return by

    def _write(self, out: Floats, rows: Indices, which: Indices) -> None:
        """The distributions of these rows, without a step."""
        for piece in self.tiles.pieces(self.tiles.depths, which, 1):
            room, where = piece.room, _as_slice(rows[piece.rows])
            room.times(piece.depths, self.gamma[piece.rows], room.w)
            np.exp(room.w, room.w)
            room.flat[piece.maxima] = 0.0  # so that the others are summed by themselves, and not beside a one
            gamma, rest, entropy = self.gamma[piece.rows], self.by[piece.rows], self.excess[piece.rows]
            total = restored_sum(1.0 + room.total(), gamma, rest, entropy)
            room.flat[piece.maxima] = 1.0
            room.times(room.w, 1.0 / total, room.t)
            out[where] = room.t.T

    def _look(self, which: Indices) -> tuple[Floats, Floats, Floats]:
        """H - H* and the cumulants of some rows at their gamma, to a few digits."""
        looked, some = self._among(which), _as_slice(which)
        sums, deep = np.empty((4, looked.size)), ~(self.gamma * self.reach < SHALLOW)
        low = bool(deep[some].any())
        for rows, place, depths, maxima, room in self.tiles.pieces(self.tiles.single, looked, 4):
            sums[:, place] = room.power_sums(depths, self.gamma[rows], maxima, deep[rows] if low else None)
        excess, deficit = self.excess[some], self.deficit[some]
        rest, first, second, third = sums if looked is which else sums[:, some]
        residual, second, third = excess_cumulants(rest, first, second, third, 1, excess)
        self.fit[which[_is_degenerate(residual, second, excess, deficit)]] = False
        return residual, second, third

    def _among(self, which: Indices) -> Indices:
        """Rows to be looked at, among which are these: all of them, unless they are few."""
        return which if 2 * which.size <= self.tiles.count else np.arange(self.tiles.count)


def _is_degenerate(residual: Floats, second: Floats, excess: Floats, deficit: Floats) -> Mask:
    """Where a step would divide by zero."""
    return np.asarray((second == 0) | (residual == -excess) | (residual == deficit))


def _cuts(size: int, n: int) -> list[slice]:
    """Equal pieces of so many rows, of which the last may share some with the one before."""
    count = -(-size // max(WIDTH, _PIECE // n))
    width = min(-(-size // (count * _VECTOR)) * _VECTOR, size)
    return [slice(first, first + width) for first in (min(k * width, size - width) for k in range(count))]


def _as_slice(which: Indices) -> slice | Indices:
    """The same rows, without a copy of what is theirs if they follow upon each other."""
    if which.size and which[-1] - which[0] + 1 == which.size:
        return slice(int(which[0]), int(which[-1]) + 1)
    return which
