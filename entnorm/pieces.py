"""Blocks of rows held as a whole, or, where one row is too long for that, read column by column in each pass."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from entnorm.moments import Floats, Indices, Integers, Mask
from entnorm.reductions import WHOLE, columns, row_dot
from entnorm.tilting import as_floats

Read = Callable[[slice], Floats]  # some columns of all rows


class Pieces:
    """An array ``(rows, n)`` of which columns can be read: computed once, or anew whenever they are read."""

    def __init__(self, read: Read, parts: list[slice]) -> None:
        self._read, self.parts = read, parts
        self._held = read(parts[0]) if len(parts) == 1 else None
        self._last: tuple[slice, Floats] | None = None  # what was read last may be read again in the same pass

    @classmethod
    def of(cls, values: NDArray[Any]) -> Self:
        """The numbers of a block of `Rows`."""
        n = values.shape[1]
        return cls(lambda part: as_floats(values[:, part]), list(columns(n)) if n > WHOLE else [slice(0, n)])

    def __call__(self, part: slice) -> Floats:
        """Some columns: of one of the parts."""
        if self._held is not None:
            return self._held
        if self._last is None or self._last[0] != part:
            self._last = part, self._read(part)
        return self._last[1]

    def made(self, make: Callable[[Floats, slice], Floats]) -> Pieces:
        """Another array, made of this one, which stays what it is."""
        return Pieces(lambda part: make(self(part), part), self.parts)

    def changed(self, change: Callable[[Floats, slice], Floats]) -> Pieces:
        """The same array after a change, which may overwrite what it is given."""
        if self._held is not None:
            self._held = change(self._held, self.parts[0])
            return self
        return Pieces(lambda part: change(self(part).copy(), part), self.parts)

    def at(self, where: Indices) -> Floats:
        """One entry of each row."""
        if self._held is not None:
            return np.asarray(self._held[np.arange(where.size), where])
        return self._read(slice(int(where[0]), int(where[0]) + 1))[:, 0]

    def argmax(self) -> Indices:
        """Where a maximum is."""
        if self._held is not None:
            return np.asarray(self._held.argmax(-1))
        places = np.stack([self(part).argmax(-1) + part.start for part in self.parts])
        tops = np.stack([self(part).max(-1) for part in self.parts])
        return np.asarray(places[tops.argmax(0), np.arange(tops.shape[1])])

    def largest(self) -> Floats:
        """The largest absolute value of each row."""
        return np.asarray(np.max([np.maximum(x.max(-1), -x.min(-1)) for x in map(self, self.parts)], axis=0))

    def count(self, which: Callable[[Floats], Mask]) -> Integers:
        """How many entries of each row are such."""
        return np.asarray(np.sum([np.count_nonzero(which(x), axis=-1) for x in map(self, self.parts)], axis=0))

    def sum(self) -> Floats:
        """The sum of each row."""
        return np.asarray(np.sum([x.sum(-1) for x in map(self, self.parts)], axis=0))

    def dot(self, other: Pieces, *, twice: Pieces | None = None) -> Floats:
        """The product of each row with another, and with a third one if it is given."""
        first = self if twice is None else self.made(lambda x, part: x * twice(part))
        return np.asarray(np.sum([row_dot(first(part), other(part)) for part in self.parts], axis=0))
