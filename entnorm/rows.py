"""The caller's array: checked before any work is done, then read a block of rows at a time, in one layout."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from math import prod
from operator import index
from typing import Any, Self

import numpy as np
from numpy.ma import MaskedArray
from numpy.typing import ArrayLike, NDArray

from entnorm.moments import Floats, Integers, LastLook
from entnorm.reductions import columns, row_sum
from entnorm.solution import EntnormError, Tally, name_rows
from entnorm.tilting import LONG, as_floats, holds_floats, tilt_rows

_BLOCK = LONG  # entries at a time: what is done once per row is done for many, and the rest in smaller tiles
_AT_ONCE = 2**23  # entries of rows that need no memory besides: some tens of milliseconds, then one may interrupt
_FINITE_MASK = -1e9  # the customary number, to which a score may have been added
_TALLEST = 2**14  # rows at a time, each with a few dozen numbers of its own


def height_of(n: int, entries: int = _BLOCK) -> int:
    """How many rows of n make a block of about so many entries."""
    return min(max(1, entries // n), _TALLEST)


def sum_tolerance(n: int, eps: float) -> float:
    """How far the sum of n probabilities may be from 1, for numbers with that machine epsilon."""
    return max(1e-6, 8 * float(np.sqrt(n)) * eps)


@dataclass(slots=True)  # not frozen: that would double the time of a call for one short row
class Rows:
    """Distributions or logits along one axis of an array, which is never written to and never copied as a whole."""

    array: NDArray[Any]  # the rows along its last axis: a view of what the caller passed
    axis: int  # where the caller has them
    logits: bool

    @classmethod
    def checked(cls, p: ArrayLike | None, logits: ArrayLike | None, axis: int) -> Self:
        """The rows of the one of `p` and `logits` that is not None.

        Raises
        ------
        EntnormError
            With the indices of the rows at fault.
        """
        rows = cls.opened(p, logits, axis)
        rows.check()
        return rows

    @classmethod
    def opened(cls, p: ArrayLike | None, logits: ArrayLike | None, axis: int) -> Self:
        """The same with the numbers unseen: whoever reads the blocks has each vetted.

        Raises
        ------
        EntnormError
            If the array is not one of real numbers, or has no such axis.
        """
        if p is None and logits is None:
            raise EntnormError("there is no array: pass either p (probabilities) or logits=, and not None")
        if not (p is None or logits is None):
            raise EntnormError("pass either p (probabilities) or logits=, one of the two")
        name = "logits" if p is None else "p"
        array = _real_array(name, logits if p is None else p)
        return cls(_axis_last(name, array, axis), axis, logits=p is None)

    def vet(self, values: NDArray[Any]) -> None:
        """Check the probabilities of a block; logits tell by their maxima alone: see `vet_tops`.

        Raises
        ------
        EntnormError
            With the indices of the rows at fault, in this block and elsewhere.
        """
        if self.logits:
            return
        least, sums = _least_and_sums(values)
        if not ((least >= 0) & (np.abs(sums - 1) <= self._tolerance() / 2)).all():
            self.check()

    def vet_tops(self, top: Floats) -> None:
        """Check the rows of a block whose maxima these are.

        Raises
        ------
        EntnormError
            With the indices of the rows at fault, in this block and elsewhere.
        """
        if not np.isfinite(top).all():
            self.check()

    def check(self) -> None:
        """Check every row.

        Raises
        ------
        EntnormError
            With the indices of the rows at fault.
        """
        if self.logits:
            self._check_logits()
        else:
            self._check_probabilities()

    @property
    def batch(self) -> tuple[int, ...]:
        """The shape of one number per row."""
        return self.array.shape[:-1]

    @property
    def count(self) -> int:
        """How many rows there are."""
        return prod(self.batch)

    @property
    def dtype(self) -> np.dtype[Any]:
        """The floating dtype of the distributions handed back."""
        return self.array.dtype if self.array.dtype.kind == "f" else np.dtype(np.float64)

    def blocks(self, *, entries: int = _BLOCK, large: bool = False) -> Iterator[tuple[slice, NDArray[Any]]]:
        """Slices of the flattened batch, and their rows as C-ordered float64, whatever the layout of the array.

        Working on one layout only is what makes a row's answer independent, bit for bit, of strides and neighbours.
        Rows that are too long to be held as a whole come one by one and as they are, for `as_floats` to read columns.
        A block has so many `entries` at most, or one row. Of an array that has this layout, blocks may be `large`, if
        what is done with them takes no memory for entries.
        """
        n, count = self.array.shape[-1], self.count
        in_place = n <= LONG and holds_floats(self.array) and self.array.flags.aligned
        height = height_of(n, _AT_ONCE if large and in_place else entries)
        for start in range(0, count, height):
            part = slice(start, min(start + height, count))
            block = self.part(part)
            yield part, block if n > LONG else as_floats(block)

    def alone(self) -> Floats:
        """The only row, in the same layout; probabilities vetted."""
        row = as_floats(self.array if self.array.ndim == 1 else self.array.reshape(-1))
        if not self.logits:
            with np.errstate(all="ignore"):
                self.vet(row[None])
        return row

    def part(self, rows: slice) -> NDArray[Any]:
        """Consecutive rows of the flattened batch, as they are: a view wherever there can be one."""
        array, n = self.array, self.array.shape[-1]
        if array.ndim < 3 or array.flags.c_contiguous:
            return array.reshape(-1, n)[rows]
        if rows.stop - rows.start == 1:
            return array[np.unravel_index(rows.start, self.batch)][None]
        return self.take(np.arange(rows.start, rows.stop))

    def take(self, which: NDArray[np.intp]) -> NDArray[Any]:
        """Some rows of the flattened batch, as they are."""
        return self.array[np.unravel_index(which, self.batch)] if self.batch else self.array[None][which]

    def alongside(self, name: str, values: ArrayLike) -> Self:
        """Another array of the same shape, or one that broadcasts to it: its rows come in the same blocks.

        Raises
        ------
        EntnormError
            If it has another shape, or does not hold real numbers.
        """
        array, shape = _real_array(name, values), np.moveaxis(self.array, -1, self.axis).shape
        try:
            whole = np.broadcast_to(array, shape)
        except ValueError:
            raise EntnormError(f"{name} has shape {array.shape}, where the distributions have {shape}") from None
        return replace(self, array=np.moveaxis(whole, self.axis, -1), logits=True)

    def escort(
        self, gamma: Floats, scale: Integers, *, look: LastLook | None = None, log: bool = False
    ) -> NDArray[Any]:
        """Escort distributions of order ``gamma * 2**scale`` (flat, one per row), shaped as the caller's array.

        With the last look at rows, those that were made while they were solved, bit for bit.
        """
        flat, shaped = self.room()
        look = LastLook(*np.zeros((3, gamma.size))) if look is None else look
        with quietly():
            for part, values in self.blocks():
                tilt_rows(values, gamma[part], look.part(part), scale[part], flat[part], logits=self.logits, log=log)
        return shaped

    def room(self) -> tuple[NDArray[Any], NDArray[Any]]:
        """Memory for the distributions: one per row of a matrix, and the same shaped as the caller's array."""
        out = np.empty(self.array.shape, self.dtype)
        flat = out[None] if out.ndim == 1 else out.reshape(-1, out.shape[-1])
        return flat, out if self.axis == -1 else np.moveaxis(out, -1, self.axis)

    def _check_logits(self) -> None:
        nan, infinite, nothing = Tally(), Tally(), Tally()
        for part, values in self.blocks():
            tops = np.max([values[:, some].max(-1) for some in columns(values.shape[1])], axis=0)  # NaN if there is one
            nan.add(part.start, np.isnan(tops))
            infinite.add(part.start, tops == np.inf)
            nothing.add(part.start, tops == -np.inf)
        self._refuse(nan, "logits contain NaN", "remove or replace it; -inf excludes an entry")
        self._refuse(infinite, "logits contain +inf", "logits must be finite, or -inf to exclude an entry")
        self._refuse(nothing, "every logit is -inf", "a distribution needs at least one finite logit")

    def _check_probabilities(self) -> None:
        odd, negative, nothing, off, example = Tally(), Tally(), Tally(), Tally(), np.nan
        with np.errstate(all="ignore"):
            for part, values in self.blocks():
                least, sums = _least_and_sums(values)
                odd.add(part.start, np.isnan(least) | ~(np.abs(sums) < np.inf))
                negative.add(part.start, least < 0)
                nothing.add(part.start, sums == 0)
                if (wrong := np.abs(sums - 1) > self._tolerance()).any():
                    example = example if off.count else sums[np.argmax(wrong)]
                    off.add(part.start, wrong)
        self._refuse(odd, "p contains NaN or inf", "remove or replace it")
        hint = "if these are scores or log-probabilities, pass them as logits="
        self._refuse(negative, "p has negative entries", hint)
        self._refuse(nothing, "every entry of p is zero", "a distribution needs at least one positive entry")
        hint = "divide weights by their sum, or pass their logarithms as logits=; scores go to logits= as they are"
        what = f"p does not sum to 1 along axis {self.axis} (the first sums to {example:.9g})"
        self._refuse(off, what, hint)

    def _tolerance(self) -> float:
        return sum_tolerance(self.array.shape[-1], float(np.finfo(self.dtype).eps))

    def _refuse(self, bad: Tally, what: str, advice: str) -> None:
        if bad.count:
            raise EntnormError(f"{what} in {name_rows(bad.first, self.batch, bad.count)}: {advice}")


@contextmanager
def quietly() -> Iterator[None]:
    """Floating-point events are expected, and seen to; and NumPy's buffers shrink, with which it would copy columns."""
    with np.errstate(all="ignore"):
        np.setbufsize(16)  # undone by errstate
        yield


def _least_and_sums(values: NDArray[Any]) -> tuple[Floats, Floats]:
    """The smallest entry of each row, NaN if there is one, and the sum."""
    if values.dtype == np.float64:
        return values.min(-1), row_sum(values)
    found = [
        (piece.min(-1), row_sum(piece)) for piece in (as_floats(values[:, some]) for some in columns(values.shape[1]))
    ]
    least, sums = np.array(found).swapaxes(0, 1)
    return least.min(0), sums.sum(0)


def _real_array(name: str, values: ArrayLike | None) -> NDArray[Any]:
    if hasattr(values, "toarray"):
        raise EntnormError(f"{name} is a sparse array: pass {name}.toarray(); what it leaves out counts as 0")
    if isinstance(values, MaskedArray):
        raise EntnormError(f"{name} is a masked array: fill it, p with 0 or logits with -inf, to exclude entries")
    try:
        array = np.asarray(values)
    except ValueError as error:  # rows of different lengths
        raise EntnormError(f"{name} is not an array: {error}") from None
    if array.dtype.kind not in "biuf" or array.dtype.itemsize > 8:
        raise EntnormError(f"{name} has dtype {array.dtype}: convert it to float64, in which the arithmetic is done")
    return array


def _index(axis: Any) -> int:
    if isinstance(axis, bool | np.bool_):
        raise TypeError("an axis is not true or false")
    return index(axis)


def _axis_last(name: str, array: NDArray[Any], axis: int) -> NDArray[Any]:
    if array.ndim == 0:
        raise EntnormError(f"{name} is a single number; a distribution is an array with at least one axis")
    try:
        moved = array if type(axis) is int and axis == -1 else np.moveaxis(array, _index(axis), -1)
    except TypeError:
        raise EntnormError(f"axis must be an integer, not {axis!r}") from None
    except ValueError:
        raise EntnormError(f"axis={axis!r} does not exist in {name}, which has shape {array.shape}") from None
    if moved.shape[-1] == 0:
        raise EntnormError(f"{name} has shape {array.shape}: its rows along axis {axis} are empty")
    return moved


def refuse_finite_masks(scores: NDArray[Any]) -> None:
    """Refuse scores of keys or tokens that can only be a mask, and would count as what was to be left out.

    What is to be excluded is -inf. A prescribed entropy does not see how far away an entry is, and takes the ones that
    are in sight for one cluster: a mask of finite numbers spoils all of it, where softmax would hide it.
    """
    least = float(np.finfo(scores.dtype).min) if scores.dtype.kind == "f" else -np.inf
    limit = max(_FINITE_MASK, least) / 2
    masked = np.flatnonzero(((scores <= limit) & (scores > -np.inf)).any(-1))
    if masked.size:
        raise EntnormError(
            f"scores at or below {limit:.3g} in {name_rows(masked.tolist(), scores.shape[:-1])} look like a finite"
            " mask, whose entries would count: set them to -inf"
        )
