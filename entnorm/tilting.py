"""Escort distributions of rows whose exponents are known: of blocks in pieces that stay in the cache, or by columns."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from entnorm import backend
from entnorm.moments import Floats, Integers, Kept, LastLook, Mask, log_offsets, powers, tilt, tilt_by_step
from entnorm.reductions import CHUNK, ONES, TILE, Workspace, chunk_total, columns, row_max
from entnorm.steps import is_slight

LONG = 2**20  # entries of a row beyond which it is not held as a whole in float64, unless compiled code does


def as_floats(values: NDArray[Any]) -> Floats:
    """The same numbers as aligned float64 in C order: the one layout that is worked on."""
    found = np.asarray(values, np.float64, order="C")
    return found if found.flags.aligned else found.copy()


def holds_floats(array: NDArray[Any]) -> bool:
    """Whether what is worked on can be written to an array as it is."""
    return array.dtype == np.float64 and array.flags.c_contiguous


class Total:
    """The sums of rows that come in pieces of whole chunks: what `row_sum` finds for rows at once, bit for bit."""

    def __init__(self) -> None:
        self._chunks: list[Floats] = []
        self._rest: Any = 0.0

    def add(self, piece: Floats, by: Floats | None = None) -> None:
        """Take in the next columns, multiplied by others: then the value is that of `row_dot`."""
        count, width = piece.shape
        whole, ones = width - width % CHUNK, ONES[piece.dtype][:CHUNK]
        chunks = count, whole // CHUNK, CHUNK
        factors = ones if by is None else by[:, :whole].reshape(chunks)
        self._chunks.append(np.vecdot(piece[:, :whole].reshape(chunks), factors))
        if whole < width:
            self._rest = np.vecdot(piece[:, whole:], ones[: width - whole] if by is None else by[:, whole:])

    def value(self) -> Floats:
        """The sums."""
        return np.asarray(chunk_total(np.concatenate(self._chunks, -1), self._rest))


def tilt_rows(
    values: NDArray[Any],
    gamma: Floats,
    look: LastLook,
    scale: Integers,
    out: NDArray[Any],
    *,
    logits: bool,
    log: bool = False,
    depths: Floats | None = None,
    kept: Kept | None = None,
    work: Workspace | None = None,
) -> None:
    """Escort distributions of order ``gamma * 2**scale``, or their logarithms.

    With `depths`, what `log_offsets` has found for the maxima, they are not taken anew but overwritten; they may be
    where the distributions go. Nor is what the last look has `kept` of rows.
    """
    n = values.shape[1]
    if n > LONG and (log or not look.base.any()):
        for row in range(len(values)):
            some = slice(row, row + 1)
            _tilt_by_columns(values[some], gamma[some], scale[some], out[some], logits, log)
        return
    values, height, work = as_floats(values), max(1, TILE // n), work or Workspace()
    for first in range(0, len(values), height):
        some = slice(first, first + height)
        known = None if depths is None else depths[some], None if kept is None else kept.part(some)
        _tilt_piece(values[some], gamma[some], look.part(some), scale[some], out[some], logits, log, *known, work)


def _tilt_piece(
    values: Floats,
    gamma: Floats,
    look: LastLook,
    scale: Integers,
    out: NDArray[Any],
    logits: bool,
    log: bool,
    depths: Floats | None,
    kept: Kept | None,
    work: Workspace,
) -> None:
    fast = backend.compiled() if logits and not log else None
    room = out if holds_floats(out) else work.array("out", values.shape)
    if fast is None:
        _tilt(values, gamma, look, scale, room, logits, log, depths, kept, work)
    else:
        fast.tilt(values, gamma, *look, room)
        left = np.flatnonzero(scale)
        if left.size:
            found = np.empty((left.size, values.shape[1]))
            _tilt(values[left], gamma[left], look.part(left), scale[left], found, True, False, None, None, work)
            room[left] = found
    if room is not out:
        np.copyto(out, room, casting="same_kind")


def _tilt(
    values: Floats,
    gamma: Floats,
    look: LastLook,
    scale: Integers,
    out: Floats,
    logits: bool,
    log: bool,
    depths: Floats | None,
    kept: Kept | None,
    work: Workspace,
) -> None:
    if depths is None:
        depths = log_offsets(values, row_max(values), logits=logits, scale=scale, out=out)
    stepped = look.base > 0
    if kept is None and not log and stepped.any():
        stepped &= _may_have_stepped(depths, look)
    others = np.flatnonzero(~stepped)
    if log or others.size == len(depths):
        tilt(depths, gamma, out, work, log=log)
    else:
        left, found = depths[others], np.empty((others.size, depths.shape[1]))
        tilt_by_step(values, depths, look, out, work, logits=logits, kept=kept)
        tilt(left, gamma[others], found, work, log=False)
        out[others] = found
    if not logits and not log and (gamma == 1).any():  # a uniform row is its own escort distribution, exactly
        same = (gamma == 1) & ((values == 0) | (values == row_max(values)[:, None])).all(-1)
        if same.any():
            out[same] = values[same]


def _may_have_stepped(depths: Floats, look: LastLook) -> Mask:
    """Rows that NumPy may have stepped to from there: compiled code, which may have been chosen then, goes farther.

    The depth was told by float32, perhaps.
    """
    return np.asarray(is_slight(look.by / look.base, 0.99 * look.base * -depths.min(-1)))


def _tilt_by_columns(
    values: NDArray[Any], gamma: Floats, scale: Integers, out: NDArray[Any], logits: bool, log: bool
) -> None:
    """The same numbers for one row of any length and layout, in passes over its columns: first what they sum up to."""
    parts = list(columns(values.shape[1]))
    top = np.max([as_floats(values[:, part]).max(-1) for part in parts], axis=0)
    fast = backend.compiled() if logits and not log and not scale[0] and 0 < gamma[0] < np.inf else None
    if fast is not None:
        _tilt_by_compiled_columns(fast, values, float(top[0]), float(gamma[0]), out)
        return
    if not logits and not log and gamma[0] == 1 and all(_is_level(values[:, part], top[0]) for part in parts):
        np.copyto(out, values, casting="same_kind")
        return

    def depths(part: slice) -> Floats:
        return log_offsets(as_floats(values[:, part]), top, logits=logits, scale=scale)

    others, largest = Total(), 0.0
    for part in parts:
        some = depths(part)
        peak = some[0].argmax()
        first = not largest and some[0, peak] == 0.0
        weights = np.exp(powers(some, gamma))
        if first:
            largest, weights[0, peak] = weights[0, peak], 0.0  # added last: see `entnorm.moments.tilt`
        others.add(weights)
    total = largest + others.value()
    log_total, factor = np.log(total), 1.0 / total
    for part in parts:
        exponents = powers(depths(part), gamma)
        found = exponents - log_total if log else np.exp(exponents) * factor
        np.copyto(out[:, part], found, casting="same_kind")


def _is_level(values: NDArray[Any], top: float) -> bool:
    return bool(((values == 0) | (values == top)).all())


def _tilt_by_compiled_columns(fast: ModuleType, values: NDArray[Any], top: float, gamma: float, out: Any) -> None:
    """The numbers of ``fast.tilt``, which begins with what is left of the row after vectors, filled up to one."""
    n, width = values.shape[1], fast.sums.PAD
    whole = n - n % width
    tail, sums, room = np.full(width, -np.inf), np.zeros(2), np.empty(TILE)
    tail[: n - whole] = values[0, whole:]
    fast.weigh(tail, top, gamma, sums, room[:width])
    for part in columns(whole):
        fast.weigh(as_floats(values[0, part]), top, gamma, sums, room[: part.stop - part.start])
    factor = 1.0 / (sums[0] + sums[1])
    for part in columns(whole):
        weights = room[: part.stop - part.start]
        fast.weigh(as_floats(values[0, part]), top, gamma, sums, weights)
        np.multiply(weights, factor, out=out[0, part], casting="same_kind")
    fast.weigh(tail, top, gamma, sums, room[:width])
    np.multiply(room[: n - whole], factor, out=out[0, whole:], casting="same_kind")
