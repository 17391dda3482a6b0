"""A block of rows as the solver sees it: extent, ties and support, and how to read it."""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from entnorm.moments import LEAST_CENTRE, Floats, Indices, Integers, Kept, Read, below, log_offsets
from entnorm.reductions import SQUARES, TILE, Workspace, columns, padded, row_dot, row_min, row_sum, tiles
from entnorm.tilting import LONG, Total, as_floats, holds_floats


@dataclass
class Spectrum:
    """Rows of an array ``(rows, n)`` and what does not depend on the exponent: arrays of shape ``(rows,)``."""

    values: NDArray[Any]  # logits, or probabilities; those of a whole block, like `depths` and `single`
    logits: bool
    index: Indices | None  # which rows of the block these are; None if all
    depths: Floats | None  # log p - log p_max, -inf outside the support; None for rows so long that they are taken anew
    single: NDArray[np.float32] | None  # the same in float32, with zeros beyond, see `padded`
    work: Workspace
    peak: Indices  # where a maximum is
    top: Floats  # the largest value
    bottom: Floats  # the smallest in the support
    support: Integers
    ties: Integers
    reach: Floats  # largest distance of a logarithm from the maximum; inf if float64 cannot hold it
    mean: Floats  # of log p - log p_max over the support
    deviation: Floats  # standard deviation of log p over the support, to a few digits
    scale: Integers  # logarithms count 2**scale times
    kept: Kept | None = None  # of the block, what the look that decided leaves

    @classmethod
    def survey(
        cls, values: NDArray[Any], work: Workspace, *, logits: bool, room: NDArray[Any] | None = None
    ) -> "Spectrum":
        """Look at all entries; what is kept of them is in `work`, and lasts until the next survey there.

        The logarithms themselves are kept in `room` if that, an array of the same shape, is fit for them.
        """
        fit = room is not None and holds_floats(room)
        rows, n = values.shape
        numbers: dict[str, Any] = {name: np.empty(rows) for name in ("top", "bottom", "reach", "mean", "deviation")}
        numbers |= {name: np.zeros(rows, dtype=np.int64) for name in ("peak", "ties", "scale")}
        found = cls(
            values=values,
            logits=logits,
            index=None,
            depths=None if n > LONG else (room if fit else work.array("depths", values.shape)),
            single=None if n > LONG else work.array("single", (rows, padded(n, np.float32)), np.float32),
            work=work,
            support=np.full(rows, n),
            **numbers,
        )
        if found.single is not None:
            found.single[:, n:] = 0
        sums, height = np.zeros((2, rows)), max(1, TILE // n)
        for first in range(0, rows, height):
            some = slice(first, first + height)
            found._survey(some, sums[:, some])
        found.mean[:], square = sums / found.support
        np.sqrt(np.maximum(square - found.mean * found.mean, 0.0), out=found.deviation)
        extreme = ~((found.reach < SQUARES) & (found.reach > 1 / SQUARES))
        for few in found._in_tiles(np.flatnonzero(extreme)):
            found._spread(few)
        return found

    def _survey(self, some: slice, sums: Floats) -> None:
        """The numbers of some rows, few enough to stay in the cache; to `sums`, those of depths and their squares."""
        full = self._extremes(some)
        top, bottom, n = self.top[some], self.bottom[some], self.values.shape[1]
        reach = below(bottom, top, logits=self.logits)
        self.reach[some] = reach
        rows = top.size
        for part in columns(n):
            out = (
                self.work.array("offsets", (rows, part.stop - part.start))
                if self.depths is None
                else self.depths[some, part]
            )
            values = self.numbers(some, part)
            depths = log_offsets(values, top, logits=self.logits, out=out)
            _keep_inside(depths, values, reach)
            level = depths == 0
            if rows == np.count_nonzero(level) and part.stop - part.start == n:
                self.ties[some] = 1
            else:
                self.ties[some] += np.bincount(np.flatnonzero(level) // level.shape[1], minlength=rows)
            if self.single is not None:
                np.copyto(self.single[some, part], depths, casting="same_kind")
            if not full:
                depths = np.where(depths > -np.inf, depths, 0.0)
            sums += row_sum(depths, roughly=True), row_dot(depths, depths, roughly=True)

    def _extremes(self, some: slice) -> bool:
        """The largest and the smallest entry of some rows, and how many are in the support; whether all are."""
        top, bottom, nothing, full = self.top[some], self.bottom[some], -np.inf if self.logits else 0.0, True
        top[:], bottom[:] = -np.inf, np.inf
        for part in columns(self.values.shape[1]):
            values = self.numbers(some, part)
            at, low = values.argmax(-1), row_min(values)
            high = values[np.arange(at.size), at]
            if not low.min() > nothing:
                full, inside = False, values > nothing
                self.support[some] -= np.bincount(np.flatnonzero(~inside) // values.shape[1], minlength=at.size)
                low = np.where(inside, values, np.inf).min(-1)
            np.copyto(self.peak[some], at + part.start, where=high > top)
            np.maximum(top, high, out=top)
            np.minimum(bottom, low, out=bottom)
        np.minimum(bottom, top, out=bottom)
        return full

    def _in_tiles(self, rows: Indices) -> Iterator[Indices]:
        """So many of these rows at a time that what is made of their entries stays in the cache."""
        height = max(1, TILE // self.shape[1])
        for first in range(0, rows.size, height):
            yield rows[first : first + height]

    def _spread(self, rows: Indices) -> None:
        """Mean and deviation where logarithms are too large or too small to be squared."""
        total, squares = Total(), Total()
        for part in columns(self.values.shape[1]):
            values = self.numbers(rows, part)
            depths = log_offsets(values, self.top[rows], logits=self.logits, scale=self.scale[rows])
            shares = np.where(values > (-np.inf if self.logits else 0.0), depths / self.reach[rows, None], 0.0)
            total.add(shares)
            squares.add(shares, shares)
        mean = total.value() / self.support[rows]
        variance = np.maximum(squares.value() / self.support[rows] - mean * mean, 0.0)
        self.mean[rows], self.deviation[rows] = self.reach[rows] * mean, self.reach[rows] * np.sqrt(variance)

    @property
    def shape(self) -> tuple[int, int]:
        """How many rows there are, and how long they are."""
        return self.top.size, self.values.shape[1]

    def take(self, rows: Indices) -> "Spectrum":
        """Some of the rows, in their order; no entry is copied."""
        if rows.size == self.top.size:
            return self
        parts = {part.name: getattr(self, part.name) for part in fields(self)}
        for name in ("peak", "top", "bottom", "support", "ties", "reach", "mean", "deviation", "scale"):
            parts[name] = parts[name][rows]
        parts["index"] = rows if self.index is None else self.index[rows]
        return Spectrum(**parts)

    def entries(self, array: NDArray[Any], rows: slice | Indices, part: slice = slice(None)) -> NDArray[Any]:
        """Some columns of some rows of one of the arrays of the block."""
        return np.asarray(array[rows if self.index is None else self.index[rows], part])

    def numbers(self, rows: slice | Indices, part: slice) -> Floats:
        """The logits or probabilities there."""
        return as_floats(self.entries(self.values, rows, part))

    def read(self, centre: Floats | None = None, outside: float = -np.inf) -> Read:
        """Reads logarithms relative to those of `centre`, by default the maximum, tile by tile."""
        stored = self.depths
        if centre is None and stored is not None:
            return lambda some, part: self.entries(stored, some, part)
        centre = self.top if centre is None else centre
        partial = outside > -np.inf and bool((self.support < self.shape[1]).any())

        def tile(some: slice, part: slice) -> Floats:
            values = self.numbers(some, part)
            out = self.work.array("offsets", values.shape)
            log_offsets(values, centre[some], logits=self.logits, scale=self.scale[some], out=out)
            _keep_inside(out, values, self.reach[some])
            if partial:
                np.copyto(out, outside, where=out == -np.inf)
            return out

        return tile

    def read_single(self, single: NDArray[np.float32]) -> Read:
        """Reads logarithms relative to the maximum in float32, with the zeros beyond them if there are any."""
        whole = single.shape[1] > self.shape[1]
        return lambda some, part: self.entries(single, some, slice(None) if whole else part)

    def centre(self, above: Floats | float = 0.0) -> Floats:
        """The value whose logarithm is the mean over the support, nearly, or so far above it."""
        by = self.mean + above
        return self.moved(self.top, np.where(np.isfinite(by), by, 0.0))

    def moved(self, centre: Floats, by: Floats) -> Floats:
        """Values whose logarithms are `by` above those of `centre`; they are in range, though `by` may not be."""
        if not self.logits:
            return np.maximum(centre * np.exp(np.ldexp(by, -self.scale)), LEAST_CENTRE)
        found, halved = centre + np.ldexp(by, -self.scale), np.ldexp(by, -self.scale - 1)
        return np.where(np.isfinite(found), found, 2.0 * (centre / 2.0 + halved))

    def radius(self) -> Floats:
        """Largest distance of a logarithm from their mean."""
        return np.maximum(-self.mean, self.reach + self.mean)

    def above(self, centre: Floats) -> Floats:
        """How far the logarithms of the maxima are above that of `centre`."""
        return below(centre, self.top, logits=self.logits, scale=self.scale)

    def log_reach(self) -> Floats:
        """Logarithm of the reach, also where that overflows."""
        halved = np.log(self.top / 2 - self.bottom / 2) + np.log(2.0)
        return np.where(np.isinf(self.reach), halved, np.log(self.reach))

    def gap(self) -> Floats:
        """Smallest distance of a logarithm from the maximum that is not zero, at most the largest float64."""
        gap, read = np.full(self.top.shape, np.finfo(np.float64).max), self.read()
        for some, part in tiles(self.shape):
            depths = read(some, part)
            gap[some] = np.minimum(gap[some], -np.where(depths < 0, depths, -np.inf).max(-1))
        return gap

    def keep_weights(self) -> None:
        """Have the look that decides keep what it finds, in `work`."""
        rows, n = self.shape
        weights = self.work.array("kept", (rows, padded(n, np.float64)))
        single = bool(((self.ties == 1) & (self.support == n)).all())
        self.kept = Kept(weights, np.empty((4, rows)), self.peak if single else None)

    def room_for_weights(self) -> Floats | None:
        """Where that look is to put the weights, if they are wanted."""
        if self.kept is None:
            return None
        if self.index is None:
            return self.kept.weights
        return self.work.array("some kept", (self.top.size, self.kept.weights.shape[1]))

    def store_weights(self, weights: Floats, sums: Floats) -> None:
        """Keep what it has found there."""
        assert self.kept is not None
        rows = slice(None) if self.index is None else self.index
        self.kept.sums[:, rows] = sums
        if self.index is not None:
            self.kept.weights[rows] = weights

    def rescale(self, rows: Indices, scale: Integers) -> None:
        """Let the logarithms of some rows count 2**scale times: what leaves float64's range was out of reach anyway."""
        log_reach = self.log_reach()[rows]
        self.scale[rows] = scale
        self.reach[rows] = np.exp(log_reach + scale * np.log(2.0))
        for some in self._in_tiles(rows):
            self._spread(some)
            if self.depths is not None:
                self._measure_anew(some, self.depths)

    def _measure_anew(self, rows: Indices, depths: Floats) -> None:
        """The depths of some rows, to the scale that they have now."""
        base, scale = rows if self.index is None else self.index[rows], self.scale[rows]
        if self.logits:
            values = self.values[base]
            found = log_offsets(values, self.top[rows], logits=True, scale=scale)
            _keep_inside(found, values, self.reach[rows])
        else:  # in range
            found = np.ldexp(depths[base], scale[:, None])
        depths[base] = found


def _keep_inside(offsets: Floats, values: Floats, reach: Floats) -> None:
    """Let no logit be taken for one of an entry outside the support because its distance overflows."""
    if (reach == np.inf).any():
        np.copyto(offsets, -np.finfo(np.float64).max, where=(offsets == -np.inf) & (values > -np.inf))
