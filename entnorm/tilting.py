"""Escort distributions of rows whose exponents are known: of blocks in pieces that stay in the cache, or by columns."""

from __future__ import annotations

from decimal import Decimal
from types import ModuleType
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from entnorm import backend, words
from entnorm.moments import (
    IN_WORDS,
    Floats,
    Indices,
    Integers,
    Kept,
    LastLook,
    Mask,
    below,
    give_back,
    log_offsets,
    power_sums,
    powers,
    rest_of,
    step_weights,
    tilt,
    tilt_by_step,
)
from entnorm.reductions import CHUNK, ONES, TILE, WHOLE, Workspace, chunk_total, columns, row_max
from entnorm.steps import is_slight, restored_sum, stepped_sum

LONG = 2**20  # entries of a row beyond which it is not held as a whole in float64, unless compiled code does


def as_floats(values: NDArray[Any]) -> Floats:
    """The same numbers as aligned float64 in C order: the one layout that is worked on."""
    found = np.asarray(values, np.float64, order="C")
    return found if found.flags.aligned else found.copy()


def holds_floats(array: NDArray[Any]) -> bool:
    """Whether what is worked on can be written to an array as it is."""
    return array.dtype == np.float64 and array.flags.c_contiguous


class Asked(NamedTuple):
    """Rows and their orders ``gamma * 2**scale``, and what is wanted of each: its distribution, or the logarithms."""

    values: NDArray[Any]
    gamma: Floats
    look: LastLook
    scale: Integers
    logits: bool
    log: bool

    def part(self, rows: slice | Indices) -> Asked:
        """The same of some rows."""
        some = self.values[rows], self.gamma[rows], self.look.part(rows), self.scale[rows]
        return Asked(*some, self.logits, self.log)


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
    n, precisely = values.shape[1], np.flatnonzero(look.base == IN_WORDS)
    work, look = work or Workspace(), look._replace(base=np.maximum(look.base, 0.0))
    if n > LONG and not (look.base.any() and _is_compiled(values, look, logits)):
        asked = Asked(values, gamma, look, scale, logits, log)
        for row in range(len(values)):
            one, room = asked.part(slice(row, row + 1)), out[row : row + 1]
            largest = _tilt_by_columns(one, room, work)
            if log:
                _log_by_columns(one, largest, room)
    else:
        asked, height = Asked(as_floats(values), gamma, look, scale, logits, log), max(1, TILE // n)
        for first in range(0, len(values), height):
            some = slice(first, first + height)
            known = None if depths is None else depths[some], None if kept is None else kept.part(some)
            _tilt_piece(asked.part(some), out[some], *known, work)
    for row in precisely.tolist():
        _tilt_in_words(asked.part(slice(row, row + 1)), out[row])


def _tilt_in_words(asked: Asked, out: NDArray[Any]) -> None:
    """The distribution of one row, or the logarithms: no error is shared by all entries of a crowd."""
    row, (gamma,), (by,), (scale,) = asked.values[0], asked.gamma.tolist(), asked.look.by.tolist(), asked.scale.tolist()
    parts = list(words.pieces(row.size))
    top = max(float(row[part].max()) for part in parts)

    def powers(part: slice) -> tuple[words.Words, words.Words]:
        return words.powers(words.depths(as_floats(row[part]), top, logits=asked.logits, scale=scale), gamma, by)

    kept: list[words.Words] = []
    whole, wanted = Decimal(0), 0 if asked.log else 1
    for found in map(powers, parts):
        whole = words.DIGITS.add(whole, words.total(*found[1]))
        if row.size <= WHOLE:
            kept.append(found[wanted])
    total, log_total = float(whole), float(words.DIGITS.ln(whole))
    for part, (number, rest) in zip(parts, kept or (powers(part)[wanted] for part in parts), strict=True):
        np.copyto(out[part], (number - log_total) + rest if asked.log else number / total, casting="same_kind")


def _is_compiled(values: NDArray[Any], look: LastLook, logits: bool) -> bool:
    """Whether compiled code steps to rows so long that other code goes by columns, and hands none of them back."""
    fast = backend.compiled() if logits else None
    if fast is None or values.shape[1] > fast.LONGEST:
        return False
    reach = values.max(-1).astype(np.float64) - values.min(-1)  # infinite where entries are excluded
    return bool((np.abs(look.by) * reach < fast.FAR).all())


def _tilt_piece(asked: Asked, out: NDArray[Any], depths: Floats | None, kept: Kept | None, work: Workspace) -> None:
    values = asked.values
    fast = backend.compiled() if asked.logits else None
    room = out if holds_floats(out) else work.array("out", values.shape)
    if fast is None:
        _tilt(asked, room, depths, kept, work)
    else:
        others = asked.scale != 0
        fast.tilt(values, asked.gamma, *asked.look, others, room)
        left = np.flatnonzero(others)
        if left.size:
            found = np.empty((left.size, values.shape[1]))
            _tilt(asked.part(left), found, None, None, work)
            room[left] = found
    if asked.log:
        _log(asked, row_max(values), row_max(room), room)
    if room is not out:
        np.copyto(out, room, casting="same_kind")


def _log(asked: Asked, top: Floats, largest: Floats, out: Floats) -> None:
    """Logarithms of probabilities, from that of the largest, which is known.

    Wherever it matters, the largest is made of the exponentials that gamma was found with. A crowd shares the rounding
    errors of these: what they do to gamma they undo in the sum. In a sum of exponentials taken anew, they would be
    others, and the logarithm of the largest would be off by both.
    """
    powers(log_offsets(asked.values, top, logits=asked.logits, scale=asked.scale, out=out), asked.gamma)
    out += np.log(largest)[:, None]


def _log_by_columns(asked: Asked, largest: float, out: NDArray[Any]) -> None:
    """The same for one row of any length and layout."""
    top = _top(asked.values)
    for part in columns(asked.values.shape[1]):
        some = as_floats(asked.values[:, part])
        found = np.empty(some.shape)
        _log(asked._replace(values=some), top, np.array([largest]), found)
        np.copyto(out[:, part], found, casting="same_kind")


def _top(values: NDArray[Any]) -> Floats:
    """The maximum of one row of any length and layout."""
    return np.asarray(np.max([as_floats(values[:, part]).max(-1) for part in columns(values.shape[1])], axis=0))


def _tilt(asked: Asked, out: Floats, depths: Floats | None, kept: Kept | None, work: Workspace) -> None:
    values, gamma, look, scale, logits, log = asked
    if depths is None:
        depths = log_offsets(values, row_max(values), logits=logits, scale=scale, out=out)
    stepped = look.base > 0
    if kept is None and stepped.any():
        stepped &= _may_have_stepped(_lowest(depths), look)
    others = np.flatnonzero(~stepped)
    lost = np.where(look.base > 0, 0.0, look.by)
    if others.size == len(depths):
        tilt(depths, gamma, lost, look.centre, out, work)
    else:
        left, found = depths[others], np.empty((others.size, depths.shape[1]))
        if depths.shape[1] <= WHOLE:
            tilt_by_step(values, depths, look, out, work, logits=logits, kept=kept)
        else:
            for row in np.flatnonzero(stepped).tolist():
                some = slice(row, row + 1)
                extremes = _extremes(values[some], logits)
                _step_by_columns(values[some], extremes, look.part(some), out[some], logits, work)
        tilt(left, gamma[others], lost[others], look.centre[others], found, work)
        out[others] = found
    if not logits and not log and (gamma == 1).any():  # a uniform row is handed back; log q is that of 1 / s
        same = (gamma == 1) & ((values == 0) | (values == row_max(values)[:, None])).all(-1)
        if same.any():
            out[same] = values[same]


def _may_have_stepped(lowest: Floats, look: LastLook) -> Mask:
    """Rows that NumPy may have stepped to from there: compiled code, which may have been chosen then, goes farther.

    The depth of the lowest entry was told by float32, perhaps.
    """
    return np.asarray(is_slight(look.by / look.base, 0.99 * look.base * -lowest))


def _lowest(depths: Floats) -> Floats:
    """The smallest in the support of each row."""
    return np.asarray(depths.min(-1, where=depths > -np.inf, initial=0.0))


class _Extremes(NamedTuple):
    """Of one row: arrays of shape ``(1,)``."""

    top: Floats
    reach: Floats  # how far the logarithm of the smallest entry in the support is below that of the largest
    support: Integers
    ties: Integers


def _extremes(values: NDArray[Any], logits: bool) -> _Extremes:
    top, bottom, support, ties = np.array([-np.inf]), np.array([np.inf]), *np.zeros((2, 1), np.int64)
    for part in columns(values.shape[1]):
        some = as_floats(values[:, part])
        inside = some > (-np.inf if logits else 0.0)
        np.maximum(top, some.max(-1), out=top)
        np.minimum(bottom, np.where(inside, some, np.inf).min(-1), out=bottom)
        support += np.count_nonzero(inside)
    for part in columns(values.shape[1]):
        ties += np.count_nonzero(values[:, part] == top)
    return _Extremes(top, below(bottom, top, logits=logits), support, ties)


def _step_by_columns(
    values: NDArray[Any], extremes: _Extremes, look: LastLook, out: NDArray[Any], logits: bool, work: Workspace
) -> float:
    """What `tilt_by_step` does, for one row of any length, in passes over its columns: first what they sum up to.

    Returns the largest probability.
    """
    top, _, support, ties = extremes
    largest = 0.0
    from_top = bool(look.centre[0] == np.inf)
    centre = top if from_top else look.centre
    above = below(centre, top, logits=logits)

    def offsets(part: slice, centre: Floats) -> Floats:
        found = log_offsets(as_floats(values[:, part]), centre, logits=logits)
        np.copyto(found, 0.0, where=found == -np.inf)
        return found

    sums = power_sums(
        *(lambda _, part: offsets(part, centre), values.shape, look.base, work),
        from_top=from_top,
        top=(lambda _, part: offsets(part, top), above),
    )
    total = stepped_sum(look.by / look.base, ties if from_top else support, *sums)
    for part in columns(values.shape[1]):
        depths, t = offsets(part, top), offsets(part, centre)
        t *= look.base
        rest = rest_of(t, depths, look.base, above)
        weights = np.exp(t)
        give_back(rest, weights)
        np.copyto(weights, 0.0, where=values[:, part] == (-np.inf if logits else 0.0))
        step_weights(depths, weights, look.by, total, t, depths, above)
        largest = max(largest, float(depths.max()))
        np.copyto(out[:, part], depths, casting="same_kind")
    return largest


def _tilt_by_columns(asked: Asked, out: NDArray[Any], work: Workspace) -> float:
    """The same numbers for one row of any length and layout, in passes over its columns: first what they sum up to.

    Returns the largest probability.
    """
    values, gamma, look, scale, logits, log = asked
    if look.base[0] > 0:
        extremes = _extremes(values, logits)
        if _may_have_stepped(-extremes.reach, look)[0]:
            return _step_by_columns(values, extremes, look, out, logits, work)
        look = LastLook(*np.zeros((3, 1)))
    top = _top(values)
    fast = backend.compiled() if logits and not scale[0] and 0 < gamma[0] < np.inf else None
    if fast is not None:
        return _tilt_by_compiled_columns(fast, values, top, gamma, look, out)
    level = not logits and not log and gamma[0] == 1
    if level and all(_is_level(values[:, part], top[0]) for part in columns(values.shape[1])):
        np.copyto(out, values, casting="same_kind")
        return float(top[0])
    return _tilt_from_top(asked._replace(look=look), top, out)


def _tilt_from_top(asked: Asked, top: Floats, out: NDArray[Any]) -> float:
    """The distribution of such a row, of which the maximum is known, without a step: 1 / Z is its probability."""
    values, gamma, look, scale, logits, _ = asked
    parts = list(columns(values.shape[1]))

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
    factor = 1.0 / restored_sum(largest + others.value(), gamma, look.by, look.centre)
    for part in parts:
        np.copyto(out[:, part], np.exp(powers(depths(part), gamma)) * factor, casting="same_kind")
    return float(factor[0])


def _is_level(values: NDArray[Any], top: float) -> bool:
    return bool(((values == 0) | (values == top)).all())


def _tilt_by_compiled_columns(
    fast: ModuleType, values: NDArray[Any], top: Floats, gamma: Floats, look: LastLook, out: Any
) -> float:
    """The numbers of ``fast.tilt``, which begins with what is left of the row after vectors, filled up to one.

    Returns the largest probability, the weight of which is 1.
    """
    n, width = values.shape[1], fast.sums.PAD
    whole = n - n % width
    tail, sums, room = np.full(width, -np.inf), np.zeros(2), np.empty(TILE)
    tail[: n - whole] = values[0, whole:]
    fast.weigh(tail, top[0], gamma[0], sums, room[:width])
    for part in columns(whole):
        fast.weigh(as_floats(values[0, part]), top[0], gamma[0], sums, room[: part.stop - part.start])
    factor = 1.0 / restored_sum(sums[0] + sums[1], gamma, look.by, look.centre)
    for part in columns(whole):
        weights = room[: part.stop - part.start]
        fast.weigh(as_floats(values[0, part]), top[0], gamma[0], sums, weights)
        np.multiply(weights, factor, out=out[0, part], casting="same_kind")
    fast.weigh(tail, top[0], gamma[0], sums, room[:width])
    np.multiply(room[: n - whole], factor, out=out[0, whole:], casting="same_kind")
    return float(factor[0])
