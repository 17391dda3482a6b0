"""Rows from where they are: spelt on the command line, in a file, or from standard input; a block of rows at a time."""

from __future__ import annotations

import csv
import os
import sys
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from math import prod
from typing import Any, BinaryIO, Final

import numpy as np
from numpy.typing import NDArray

from entnorm.cli.shared import UsageError, number

NUMBERS: Final = 2**20
"""A block has as many rows as make so many numbers, and at least one."""

_MAGIC: Final = b"\x93NUMPY"
_READERS: Final = "numbers with commas between them, - for standard input, or a .npy, .npz, .csv or .parquet file"


@dataclass(frozen=True)
class Blocks:
    """The rows of one source.

    Attributes
    ----------
    count : int or None
        How many rows there are, where that is known before they are read.
    blocks : iterator of ndarray
        Of two axes each, one distribution a row; what is wrong with the source is a `UsageError` on the way.
    """

    count: int | None
    blocks: Iterator[NDArray[Any]]


@contextmanager
def opened(source: str, array: str | None) -> Iterator[Blocks]:
    """Open what an argument names or spells; nothing is ever unpickled or evaluated.

    Parameters
    ----------
    source : str
        Numbers, ``-``, or the path of a file.
    array : str or None
        Which array of an ``.npz`` file, or which column of lists of a ``.parquet`` file.
    """
    ending = os.path.splitext(source)[1].lower()
    if array is not None and ending not in (".npz", ".parquet"):
        raise UsageError(f"--array {array}: {source!r} is no .npz or .parquet file")
    try:
        if source == "-":
            yield _piped(sys.stdin.buffer)
        elif ending == ".npy":
            yield _mapped(source)
        elif ending == ".npz":
            with zipfile.ZipFile(source) as archive, archive.open(_member(archive, source, array)) as member:
                yield _stream(member)
        elif ending == ".csv":
            with open(source, "rb") as file:
                yield _text(file, source)
        elif ending == ".parquet":
            with _parquet(source, array) as blocks:
                yield blocks
        else:
            yield _spelt(source)
    except (EOFError, MemoryError, UnicodeDecodeError, csv.Error, zipfile.BadZipFile, _NotAnArray) as error:
        named = "standard input" if source == "-" else repr(source)
        raise UsageError(f"{named} does not hold what its name says: {error}") from error


class _NotAnArray(Exception):
    """Bytes that are no array in NumPy's format; the message says why."""


def _heights(shape: tuple[int, ...]) -> tuple[int, int]:
    """How many rows of how many entries an array has."""
    if len(shape) not in (1, 2):
        raise UsageError(f"the array has {len(shape)} axes: one row, or one row for each line, is what is wanted")
    if not prod(shape):
        raise UsageError("the array holds no numbers")
    return (1, shape[0]) if len(shape) == 1 else (shape[0], shape[1])


def _height(entries: int) -> int:
    """How many rows a block has."""
    return max(1, NUMBERS // entries)


def _piped(file: Any) -> Blocks:
    """An array, if it begins like one, or text."""
    return _stream(file) if file.peek(len(_MAGIC)).startswith(_MAGIC) else _text(file, "standard input")


def _mapped(path: str) -> Blocks:
    if not os.path.getsize(path):
        raise _NotAnArray("it is empty")
    with open(path, "rb") as file:
        shape, _, _ = _header(file)
    count, entries = _heights(shape)  # before NumPy maps what is there
    try:
        rows = np.lib.format.open_memmap(path, mode="r").reshape(count, entries)
    except ValueError as error:
        raise _NotAnArray(str(error)) from error
    height = _height(entries)
    return Blocks(count, (rows[start : start + height] for start in range(0, count, height)))


def _header(file: BinaryIO) -> tuple[tuple[int, ...], bool, np.dtype[Any]]:
    readers = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}
    try:
        version = np.lib.format.read_magic(file)
        if version not in readers:
            raise _NotAnArray(f"version {version} of the format is not for arrays of numbers")
        shape, fortran, dtype = readers[version](file)
    except ValueError as error:
        raise _NotAnArray(str(error)) from error
    if dtype.hasobject:
        raise _NotAnArray("it holds Python objects, which are never unpickled")
    return shape, fortran, dtype


def _stream(file: Any) -> Blocks:
    shape, fortran, dtype = _header(file)
    count, entries = _heights(shape)
    if fortran and count > 1:  # its rows are not together anywhere: there is no way around all of it
        whole = np.frombuffer(_exactly(file, count * entries * dtype.itemsize, "all of it"), dtype)
        return Blocks(count, iter([whole.reshape(shape, order="F")]))
    return Blocks(count, _streamed(file, count, entries, dtype))


def _streamed(file: Any, count: int, entries: int, dtype: np.dtype[Any]) -> Iterator[NDArray[Any]]:
    height = _height(entries)
    for start in range(0, count, height):
        rows = min(height, count - start)
        content = _exactly(file, rows * entries * dtype.itemsize, f"rows {start} to {start + rows - 1} of {count}")
        yield np.frombuffer(content, dtype).reshape(rows, entries)


def _exactly(file: Any, size: int, what: str) -> bytes:
    content: bytes = file.read(size)
    if len(content) != size:
        raise EOFError(f"it ends within {what}")
    return content


def _member(archive: zipfile.ZipFile, path: str, array: str | None) -> str:
    names = [name.removesuffix(".npy") for name in archive.namelist() if name.endswith(".npy")]
    if array is None and len(names) != 1:
        raise UsageError(
            f"{path!r} holds {len(names)} arrays: choose one with --array, of {', '.join(names) or 'none'}"
        )
    if array is not None and array not in names:
        raise UsageError(f"{path!r} has no array {array!r}: it has {', '.join(names) or 'none'}")
    return f"{array or names[0]}.npy"


def _text(file: Any, name: str) -> Blocks:
    """Lines of numbers with commas, or white space, between them."""
    return Blocks(None, _lines(file, name))


def _lines(file: Any, name: str) -> Iterator[NDArray[Any]]:
    rows: list[list[float]] = []
    entries = 0
    for place, line in enumerate(file, start=1):
        cells = _cells(line.decode("utf-8-sig" if place == 1 else "utf-8"))
        if not cells:
            continue
        where = f"{name}, line {place}"
        row = [_cell(cell, f"{where}, column {k}", first=not entries) for k, cell in enumerate(cells, start=1)]
        entries = entries or len(row)
        if len(row) != entries:
            raise UsageError(
                f"{where}: {len(row)} numbers, but {entries} in the first row; "
                "fill shorter rows up with 0 for --p, with -inf for --logits"
            )
        rows.append(row)
        if len(rows) == _height(entries):
            yield np.array(rows)
            rows = []
    if not entries:
        raise UsageError(f"{name} holds no numbers")
    if rows:
        yield np.array(rows)


def _cells(line: str) -> list[str]:
    return next(csv.reader([line])) if "," in line else line.split()


def _cell(cell: str, where: str, *, first: bool) -> float:
    try:
        return number(cell)
    except ValueError:
        hint = ": if the first line names the columns, take it out" if first else ""
        raise UsageError(f"{where}: {cell!r} is not a number{hint}") from None


def _spelt(text: str) -> Blocks:
    try:
        row = np.array([[number(cell) for cell in _cells(text)]])
    except ValueError as error:
        if os.path.exists(text) or os.path.splitext(text)[1].removeprefix(".").isalpha():
            raise UsageError(
                f"{text!r} does not end in .npy, .npz, .csv or .parquet, the files that are read"
            ) from error
        raise UsageError(f"{text!r} is not a row of numbers with commas between them: {error}") from error
    if not row.size:
        raise UsageError(f"{text!r} holds no numbers: {_READERS} is what is wanted")
    return Blocks(1, iter([row]))


@contextmanager
def _parquet(path: str, column: str | None) -> Iterator[Blocks]:
    try:
        import pyarrow
        from pyarrow import parquet
    except ModuleNotFoundError as error:
        raise UsageError(
            f'{path!r} is read by pyarrow, which is not installed: pip install "entnorm[parquet]"'
        ) from error
    try:
        with parquet.ParquetFile(path, pre_buffer=False) as file:  # which would hold every row group at once
            yield Blocks(file.metadata.num_rows, _batches(file, path, *_columns(file.schema_arrow, path, column)))
    except pyarrow.ArrowInvalid as error:
        raise _NotAnArray(str(error)) from error


def _columns(schema: Any, path: str, column: str | None) -> tuple[list[str], Callable[[Any, str], NDArray[Any]]]:
    """Which columns make the rows, and how: one of lists, or all of them, of numbers."""
    from pyarrow import types

    lists = [f.name for f in schema if types.is_list(f.type) or types.is_large_list(f.type)]
    lists += [f.name for f in schema if types.is_fixed_size_list(f.type)]
    if column is not None and column not in lists:
        raise UsageError(f"{path!r} has no column of lists {column!r}: it has {', '.join(lists) or 'none'}")
    if column is not None or len(lists) == 1:
        return [column or lists[0]], _from_lists
    if lists:
        raise UsageError(f"{path!r} has {len(lists)} columns of lists: choose one with --array, of {', '.join(lists)}")
    other = [f.name for f in schema if not (types.is_integer(f.type) or types.is_floating(f.type))]
    if other or not schema.names:
        raise UsageError(f"{path!r}: columns of numbers make the rows, and {', '.join(other) or 'none'} is not")
    return list(schema.names), _from_columns


def _batches(
    file: Any, path: str, names: list[str], rows: Callable[[Any, str], NDArray[Any]]
) -> Iterator[NDArray[Any]]:
    first, start = 0, 0
    for batch in file.iter_batches(batch_size=_height(len(names) if rows is _from_columns else 4096), columns=names):
        found = rows(batch, f"{path}, row {start} and following")
        first = first or found.shape[1]
        if not first or found.shape[1] != first:
            raise UsageError(f"{path}, row {start} and following: {found.shape[1]} numbers, {first} in the first row")
        start += len(found)
        yield found
    if not start:
        raise UsageError(f"{path!r} holds no rows")


def _from_columns(batch: Any, where: str) -> NDArray[Any]:
    return np.column_stack(
        [_filled(column, f"{where}, column {batch.schema.names[k]}") for k, column in enumerate(batch)]
    )


def _from_lists(batch: Any, where: str) -> NDArray[Any]:
    from pyarrow import compute

    (column,) = batch.columns
    if column.null_count:
        raise UsageError(f"{where}: {column.null_count} of them are missing")
    lengths = np.unique(compute.list_value_length(column).to_numpy(zero_copy_only=False))
    if len(lengths) != 1:
        raise UsageError(
            f"{where}: lists of {lengths[0]} to {lengths[-1]} numbers; "
            "fill shorter ones up with 0 for --p, with -inf for --logits"
        )
    return _filled(column.flatten(), where).reshape(len(column), -1)


def _filled(column: Any, where: str) -> NDArray[Any]:
    if column.null_count:
        raise UsageError(f"{where}: {column.null_count} numbers are missing")
    numbers: NDArray[Any] = column.to_numpy(zero_copy_only=False)
    return numbers
