"""Sums over rows in an order that is fixed by their length: what makes an answer independent of the rows around it.

Arrays are C-ordered blocks of rows, ``(rows, n)``, worked on in tiles that stay in the cache.
"""

from collections.abc import Callable, Iterator
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

Tile = tuple[slice, slice]

WHOLE = 2**19  # entries of a row that is worked on as a whole, with up to seven times as many float64
TILE = 2**16  # entries worked on at a time: this many float64, three times over, fit a second-level cache
SHORT = 128  # entries of a row up to which `np.add.reduce` has running sums, as many on every processor: see `LANES`
# Equal terms are rounded alike: of so many, a running sum of dot products has four, where vectors are long two.
CHUNK = 64
COARSE = 1024  # where a few digits are enough, as all that float32 has; for so few, BLAS wakes no thread
SQUARES = 1e140  # numbers between this and its inverse can be squared, and the squares summed
_VECTORS = {np.dtype(np.float32): 32, np.dtype(np.float64): 16}  # entries that dot products take at a time
# Running sums, added up by pairs: the order in which `np.add.reduce` takes short rows, if entries lie side by side.
LANES = 8
# Entries of the parts of a short row in float64, which are added up first, one upon the other: no running sum has more
# than four terms. Four equal ones lose nothing, three half an eps at most, sixteen more than two, all sums alike.
PART = 32
_LINE = 64  # bytes of the cache that are fetched at a time: vectors that lie across two cost twice the time
_PLAIN = 16  # sums of chunks that are added up as they are, in a few roundings
_FEW = 2048  # entries of a row from which on what is left of it does not count
ONES = {np.dtype(kind): np.ones(COARSE, kind) for kind in (np.float32, np.float64)}


class Workspace:
    """Memory that is used again: fresh pages cost as much as the exponentials written to them. For one thread."""

    def __init__(self) -> None:
        self._arrays: dict[str, NDArray[Any]] = {}
        self._views: dict[tuple[str, tuple[int, ...], Any], NDArray[Any]] = {}

    def array(self, name: str, shape: tuple[int, ...], dtype: Any = np.float64) -> NDArray[Any]:
        """An array of arbitrary content, the memory of which is that of the last one of this name."""
        found = self._views.get((name, shape, dtype))
        if found is not None:
            return found
        size = prod(shape) * np.dtype(dtype).itemsize
        if name not in self._arrays or self._arrays[name].size < size:
            room = np.empty(size + _LINE, np.uint8)
            self._arrays[name] = room[-room.ctypes.data % _LINE :]
            self._views = {key: view for key, view in self._views.items() if key[0] != name}
        self._views[name, shape, dtype] = self._arrays[name][:size].view(dtype).reshape(shape)
        return self._views[name, shape, dtype]


def columns(n: int) -> Iterator[slice]:
    """The columns in pieces that depend on their number alone."""
    for left in range(0, n, TILE):
        yield slice(left, min(left + TILE, n))


def tiles(shape: tuple[int, ...]) -> Iterator[Tile]:
    """Whole rows, or columns of one row."""
    rows, n = shape
    height = max(1, TILE // n)
    for top in range(0, rows, height):
        for part in columns(n):
            yield slice(top, min(top + height, rows)), part


def padded(n: int, dtype: Any) -> int:
    """How long to make rows of n: dot products take what is left of a row, after vectors, one by one.

    In float32 that costs time, in float64 digits: so many equal terms, added to a sum, are all rounded the same way.
    Short rows of more than one part have whole ones, see `laned`; for others a multiple of a vector will do.
    """
    if dtype == np.float64 and (n <= LANES or PART < n <= SHORT):
        return laned(n, dtype)
    whole = _whole(n, dtype)
    worthwhile = dtype == np.float64 or whole - n <= _VECTORS[np.dtype(np.float32)] // 2
    return whole if n < _FEW and worthwhile else n


def _whole(n: int, dtype: Any) -> int:
    """The next multiple of a vector's length."""
    width = _VECTORS[np.dtype(dtype)]
    return -(-n // width) * width


def row_dot(a: NDArray[Any], b: NDArray[Any], *, roughly: bool = False) -> Any:
    """Inner product of each row, in an order that depends on the length of the rows alone; a scalar for one row."""
    n, chunk = a.shape[-1], _chunk(a.dtype, roughly)
    if n <= chunk:
        return np.vecdot(a, b) if a.ndim > 1 else a.dot(b)  # the same loop
    whole, shape = n - n % chunk, (*a.shape[:-1], n // chunk, chunk)
    chunks = np.vecdot(a[..., :whole].reshape(shape), b[..., :whole].reshape(shape))
    return chunk_total(chunks, np.vecdot(a[..., whole:], b[..., whole:]), roughly=chunk == COARSE)


def row_sum(a: NDArray[Any], *, roughly: bool = False) -> Any:
    """Sum of each row, by the same rule: a product with ones takes half the time of a sum."""
    n, chunk = a.shape[-1], _chunk(a.dtype, roughly)
    ones = ONES[a.dtype][:chunk]
    if n <= chunk:
        return np.vecdot(a, ones[:n]) if a.ndim > 1 else a.dot(ones[:n])
    whole = n - n % chunk
    chunks = np.vecdot(a[..., :whole].reshape(*a.shape[:-1], n // chunk, chunk), ones)
    return chunk_total(chunks, np.vecdot(a[..., whole:], ones[: n - whole]), roughly=chunk == COARSE)


def inner(a: NDArray[Any], b: NDArray[Any] | None = None, *, roughly: bool = False) -> Callable[[Any], Any]:
    """The `row_dot` of two long rows, or the `row_sum` of one, of whatever is in them when it is called.

    They are cut into chunks but once, which takes as long as to go through some ten thousand entries. What is called
    takes an argument, which it knows already, as ``a.dot`` does.
    """
    n, chunk = a.size, _chunk(a.dtype, roughly)
    count = n // chunk
    whole, shape = count * chunk, (count, chunk)
    sums, ones = np.zeros(_whole(count + 1, a.dtype), a.dtype), ONES[a.dtype]
    factors, last = (ones[:chunk], ones[: n - whole]) if b is None else (b[:whole].reshape(shape), b[whole:])
    chunks, rest, of_chunks = a[:whole].reshape(shape), a[whole:], sums[:count]

    def product(_: Any) -> Any:
        np.vecdot(chunks, factors, out=of_chunks)
        sums[count] = rest.dot(last)
        return row_sum(sums, roughly=True) if chunk == COARSE else _total(sums)

    return product


def _chunk(dtype: np.dtype[Any], roughly: bool) -> int:
    """Entries that are summed at a time."""
    return COARSE if roughly or dtype == np.float32 else CHUNK


def chunk_total(chunks: NDArray[Any], last: NDArray[Any], *, roughly: bool = False) -> Any:
    """Sum of what the chunks and the rest of each row add up to."""
    count = chunks.shape[-1]
    sums = np.zeros((*chunks.shape[:-1], _whole(count + 1, chunks.dtype)), chunks.dtype)
    sums[..., :count], sums[..., count] = chunks, last
    return row_sum(sums, roughly=True) if roughly else _total(sums)


def _total(terms: NDArray[Any]) -> Any:
    """Sum of each row, and of many terms one that is rounded once: equal ones, of equal entries, are rounded alike.

    See `halved`; terms may be of either sign here, so that it takes the sum of their sizes.
    """
    if terms.shape[-1] <= _PLAIN:
        return row_sum(terms)
    size = np.asarray(row_sum(np.abs(terms), roughly=True))[..., None]
    leading, rest = halved(terms, size)
    return row_sum(leading, roughly=True) + row_sum(rest, roughly=True)


def row_max(a: NDArray[Any]) -> NDArray[Any]:
    """Largest entry of each row, NaN if there is one: by its place, found in half the time where rows are short."""
    return np.asarray(a[np.arange(len(a)), a.argmax(-1)])


def row_min(a: NDArray[Any]) -> NDArray[Any]:
    """Smallest entry of each row, likewise."""
    return np.asarray(a[np.arange(len(a)), a.argmin(-1)])


def laned(n: int, dtype: Any) -> int:
    """How long to make a short row so that nothing of it is left over beside its parts, or its running sums."""
    unit = PART if dtype == np.float64 and n > PART else LANES
    return -(-n // unit) * unit


def row_total(a: NDArray[Any]) -> Any:
    """Sum of each row; of short ones that are as long as `laned` has it, as they are summed when they stand upright."""
    n = a.shape[-1]
    if n > SHORT:
        return row_sum(a)
    return parts_total(in_parts(a)) if n > PART and a.dtype == np.float64 else np.add.reduce(a, -1)


def in_parts(a: NDArray[Any]) -> NDArray[Any]:
    """Short rows in float64, as long as `laned` has it, seen as the parts that they are summed in."""
    n = a.shape[-1]
    part = min(n, PART)
    return a.reshape(*a.shape[:-1], n // part, part)


def parts_total(parts: NDArray[Any]) -> Any:
    """Sum of each row of these."""
    return np.add.reduce(np.add.reduce(parts, -2), -1)


def halved(terms: NDArray[Any], total: Any) -> tuple[NDArray[Any], NDArray[Any]]:
    """Leading digits of terms, cut where they can be summed without rounding, and what they leave.

    The sum of both sums is off by little more than half a unit, where that of terms of a few levels may be off by two.
    `total` is the sum of their sizes, nearly: of terms of one sign, their sum.
    """
    cut = 2.0 * np.abs(total)
    leading = cut + terms
    leading -= cut
    return leading, terms - leading


class TileSums:
    """Sums over rows that come tile by tile, to the rows of `shape`; those of equal tiles would be rounded alike."""

    def __init__(self, shape: tuple[int, ...]) -> None:
        self._sums, self._rest = np.zeros((2, *shape))

    def add(self, tile: Tile, terms: Any) -> None:
        """Add the sums over the next tile, and beside them what rounding takes from that (Knuth)."""
        some, part = tile
        if part.start == 0:
            self._sums[..., some] = terms
            return
        before, terms = self._sums[..., some], np.asarray(terms)
        after = before + terms
        moved = after - before
        self._rest[..., some] += (before - (after - moved)) + (terms - moved)
        self._sums[..., some] = after

    def total(self) -> NDArray[Any]:
        """The sums over all tiles."""
        return np.asarray(self._sums + self._rest)


class UprightSums:
    """Sums over rows that stand upright, ``(entries, rows)``: those of `row_total`.

    Some at a time, and all arrays are cut beforehand, which takes as long as to go through a thousand numbers.
    """

    def __init__(self, count: int, rows: int, dtype: np.dtype[Any], work: Workspace) -> None:
        whole = work.array(f"lanes {dtype.char}", (count, 2 * LANES - 1, rows), dtype)
        lanes, rest = whole[:, :LANES], whole[:, LANES:]
        self._lanes, self._pairs = list(lanes), []
        while lanes.shape[1] > 1:
            half = lanes.shape[1] // 2
            self._pairs.append((lanes[:, 0::2], lanes[:, 1::2], rest[:, :half]))
            lanes, rest = rest[:, :half], rest[:, half:]
        self._sums, self._work = lanes[:, 0], work

    def add_up(self, k: int, terms: NDArray[Any]) -> None:
        """Find the running sums of the k-th that is wanted."""
        rows = terms.shape[-1]
        if terms.dtype == np.float64 and len(terms) > PART:
            parts, terms = terms.reshape(-1, PART, rows), self._work.array("part", (PART, rows))
            np.add.reduce(parts, out=terms)
        np.add.reduce(terms.reshape(-1, LANES, rows), 0, None, self._lanes[k])

    def totals(self) -> NDArray[Any]:
        """What they add up to, of each that is wanted; valid until the next time."""
        for a, b, out in self._pairs:
            np.add(a, b, out)
        return self._sums
