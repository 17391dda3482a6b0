"""Entropies held between bounds: rows within them stay, the others go to the nearer bound.

The answer is a `Solution` like any other, whose exponent is 1 where nothing was moved. So everything that can be asked
of a solution, its derivatives included, can be asked of a clipped one, and `clip_entropy` only reads off its `probs`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from entnorm.answers import Record
from entnorm.gradients import Jacobian
from entnorm.measures import attained
from entnorm.moments import Floats, Integers, LastLook, Mask
from entnorm.reductions import WHOLE, Workspace
from entnorm.rows import Rows, quietly
from entnorm.solution import EntnormError, Solution, Tally, name_rows
from entnorm.solver import find
from entnorm.spectrum import Spectrum
from entnorm.targets import Target
from entnorm.tilting import tilt_rows


def solve_clipped(
    p: ArrayLike | None = None,
    *,
    logits: ArrayLike | None = None,
    min: ArrayLike | None = None,
    max: ArrayLike | None = None,
    axis: int = -1,
) -> Solution:
    """Find the exponents that bring the entropies of distributions between bounds, and move nothing else.

    Parameters
    ----------
    p : array_like, optional
        Probabilities along `axis`, nonnegative with sum 1 as for `solve`. Zeros stay zero.
    logits : array_like, optional
        Logarithms of probabilities up to a constant per row, instead of `p`: those of ``softmax(logits)`` are bounded.
    min, max : array_like, optional
        Bounds of the Shannon entropy in nats, either or both, broadcast to the batch shape.
    axis : int, default -1
        The axis along which distributions lie. The batch shape is the shape without it.

    Returns
    -------
    Solution
        In rows whose entropy is between the bounds, or on one, ``gamma`` is 1, and ``probs`` is `p` bit for bit. The
        others have the entropy of the bound that they broke: raised to `min` with gamma < 1, lowered to `max` with
        gamma > 1 [escort.entropy-decreasing]. Where a bound is out of reach, the row is at the nearest limit: uniform
        on its support with gamma = 0, or uniform on its maxima with gamma = inf. That is what was asked for, so no row
        fails; its `entropy` says how far it got.

    Raises
    ------
    EntnormError
        If `min` is greater than `max` in some row, or an argument is malformed, with the indices of the rows at fault.

    See Also
    --------
    clip_entropy : The distributions alone.

    Notes
    -----
    With `min` and `max` the same, this is `solve` for that entropy, with the nearest limit where it is out of reach.

    The ``jvp`` and ``vjp`` of the solution differentiate what was done. Their `dtarget` belongs to the bound that holds
    the row, to `min` where gamma < 1 and to `max` where gamma > 1, and is 0 elsewhere. Rows that were not moved have
    the derivative of ``softmax(logits)``, or of ``p / sum(p)`` [gradients.distribution-along], also on a bound itself,
    where the derivatives of the two sides differ: it is one of them. Rows at the limit nearest to a bound out of reach
    do not follow that bound, and do not move along logits either; but where these part maxima that were tied, the
    distribution jumps, and its derivative is NaN.

    Examples
    --------
    >>> import entnorm
    >>> solution = entnorm.solve_clipped([[0.98, 0.01, 0.01], [0.5, 0.3, 0.2]], min=0.5)
    >>> print(solution.gamma.round(6), solution.entropy.round(6))
    [0.548549 1.      ] [0.5      1.029653]
    """
    rows = Rows.opened(p, logits, axis)
    low, high = _bounds(rows.batch, min, max)
    all_rows = _Clipped.empty(rows.count)
    for part, _, found in _clip(rows, low, high):
        all_rows.put(part, found)
    record, moved, beyond = all_rows.record, all_rows.moved, all_rows.beyond
    target, free = Target("entropy", all_rows.bounds), ~moved | beyond
    derivative = Jacobian(rows, target, record.gamma, record.scale, free=free)
    return record.solution(_Unmoved(rows, ~moved), derivative, rows.batch, _message(rows.batch, moved, beyond))


def clipped(rows: Rows, min: ArrayLike | None, max: ArrayLike | None) -> NDArray[Any]:
    """The distributions alone, made while the rows are in the cache."""
    flat, shaped = rows.room()
    for part, values, found in _clip(rows, *_bounds(rows.batch, min, max)):
        record = found.record
        with quietly():
            tilt_rows(values, record.gamma, record.look(), record.scale, flat[part], logits=rows.logits)
        if not rows.logits:
            np.copyto(flat[part], rows.part(part), where=~found.moved[:, None], casting="same_kind")
    return shaped


@dataclass(frozen=True)
class _Clipped:
    """What was done to the rows of a block, or of the flattened batch."""

    record: Record
    bounds: Floats  # the entropies that were asked for, as far as they are within reach
    moved: Mask
    beyond: Mask  # moved to the end that is nearest

    @classmethod
    def empty(cls, count: int) -> Self:
        return cls(Record.empty(count), np.empty(count), np.empty(count, np.bool_), np.empty(count, np.bool_))

    def put(self, part: slice, found: Self) -> None:
        self.record.put(part, found.record)
        self.bounds[part], self.moved[part], self.beyond[part] = found.bounds, found.moved, found.beyond


def _clip(rows: Rows, low: Floats, high: Floats) -> Iterator[tuple[slice, NDArray[Any], _Clipped]]:
    """Go through the blocks of the rows: where they are, their numbers, and what to do with them."""
    work = Workspace()
    for part, values in rows.blocks(entries=WHOLE):  # for rows that have to move are copied
        with quietly():
            rows.vet(values)
            spectrum = Spectrum.survey(values, work, logits=rows.logits)
            rows.vet_tops(spectrum.top)
            found, least, most = attained(spectrum)
            wanted = np.clip(found, low[part], high[part])
            moved, bounds = wanted != found, np.clip(wanted, least, most)
            record = _unmoved(found)
            which = np.flatnonzero(moved)
            if which.size:
                some = rows.part(part) if which.size == moved.size else rows.take(part.start + which)
                solved, _ = find(Rows(some, -1, rows.logits), Target("entropy", bounds[which]), work)
                record.put(which, solved)
            beyond = moved & (wanted != bounds)  # at the end that is nearest, a uniform row too
            np.copyto(record.gamma, np.where(wanted > bounds, 0.0, np.inf), where=beyond)
            record.base[beyond] = record.by[beyond] = 0.0
        yield part, values, _Clipped(record, bounds, moved, beyond)


def _unmoved(found: Floats) -> Record:
    """What a solution says of rows to which nothing was done."""
    record = Record.empty(found.size)
    record.gamma[:], record.entropy[:] = 1.0, found
    for nothing in (*record.look(), record.scale, record.condition, record.nit, record.status):
        nothing[:] = 0
    return record


@dataclass(frozen=True)
class _Unmoved:
    """Rows some of which are handed back as they are."""

    rows: Rows
    same: Mask  # flat

    def escort(
        self, gamma: Floats, scale: Integers, *, look: LastLook | None = None, log: bool = False
    ) -> NDArray[Any]:
        """Escort distributions of order ``gamma * 2**scale``, or the caller's own."""
        out = self.rows.escort(gamma, scale, look=look, log=log)
        if not self.rows.logits:
            read = np.log if log else np.positive
            same = self.same.reshape(*self.rows.batch, 1)
            with np.errstate(divide="ignore"):
                read(
                    self.rows.array,
                    out=np.moveaxis(out, self.rows.axis, -1),
                    where=same,
                    dtype=out.dtype.newbyteorder("="),
                )
        return out


def _bounds(batch: tuple[int, ...], low: ArrayLike | None, high: ArrayLike | None) -> tuple[Floats, Floats]:
    if low is None and high is None:
        raise EntnormError("pass min=, max= or both: the entropies between which distributions stay as they are")
    least = Target.checked(batch, min=0.0 if low is None else low).values
    most = Target.checked(batch, max=np.inf if high is None else high).values
    crossed = np.flatnonzero(least > most).tolist()
    if crossed:
        example = f"{float(least[crossed[0]])!r} > {float(most[crossed[0]])!r} in the first"
        raise EntnormError(f"min exceeds max for {name_rows(crossed, batch)} ({example})")
    return least, most


def _message(batch: tuple[int, ...], moved: Mask, beyond: Mask) -> str:
    sentences = [
        f"{np.count_nonzero(moved)} of {moved.size} rows moved" if batch else "moved" if moved[0] else "unmoved"
    ]
    if beyond.any():
        rows = Tally()
        rows.add(0, beyond)
        sentences.append(f"a bound is out of reach of {name_rows(rows.first, batch, rows.count)}")
    return "; ".join(sentences)
