"""load(): records from a file, refused with file, record and field where anything is not as it must be.

A file is data from a stranger. Sizes are bounded before anything is parsed, numbers are matched against a pattern
before they are converted, and nothing is evaluated.
"""

from __future__ import annotations

import gzip
import io
import os
import select
import stat
import zlib
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import IO, Any, Protocol, TypeVar, cast

from entnorm.reference.fields import ID, Refusal, json_object, record_of
from entnorm.reference.records import CORPUS, Record, checksum
from entnorm.solution import EntnormError

MOST_BYTES = 64 * 2**20
MOST_LINE = 4 * 2**20
MOST_RECORDS = 100_000
MOST_DRAWS = 2**25
"""Random integers that the recipes of one file may ask for: a second's work."""

PATIENCE = 10.0
"""Seconds that nothing may come from a pipe."""

GZIP = b"\x1f\x8b"


class RecordError(EntnormError):
    """
    A stored record is not what it must be.

    Attributes
    ----------
    path : str
    record : str
        The id of the record, or its line number where the id cannot be read.
    field : str
        The field, or "" where it is the record or the file as a whole.
    reason : str
    """

    def __init__(self, path: str, record: str, field: str, reason: str) -> None:
        super().__init__(path, record, field, reason)
        self.path = path
        self.record = record
        self.field = field
        self.reason = reason

    def __str__(self) -> str:
        where = filter(
            None, (self.path, self.record and f"record {self.record}", self.field and f"field {self.field!r}")
        )
        return f"{', '.join(where)}: {self.reason}"


def load(path: str | os.PathLike[str] | None = None) -> tuple[Record, ...]:
    """
    Read stored references; without `path`, those that come with this package.

    Every record is checked: types, bounds and patterns of all fields, that gamma is what the two ends of the enclosure
    round to, and the checksum. That they are *true* is what `verify` proves.

    Parameters
    ----------
    path : path, optional
        A file of JSON Lines, one record a line.

    Returns
    -------
    tuple of Record

    Raises
    ------
    RecordError
        If the file or a record in it is not as it must be; it names file, record and field.
    OSError
        If the file cannot be read.

    Examples
    --------
    >>> from entnorm.reference import load
    >>> records = load()
    >>> len(records) >= 200, {record.kind for record in records} == {"p", "logits"}
    (True, True)
    """
    return _shipped() if path is None else _loaded(Path(path))


@cache
def _shipped() -> tuple[Record, ...]:
    return _loaded(CORPUS)


def _loaded(path: Path) -> tuple[Record, ...]:
    records: dict[str, Record] = {}
    left = MOST_DRAWS
    for number, line in _lines(path):
        record = record_on(line, str(path), number)
        left -= record.recipe.draws if record.recipe else 0
        if left < 0:
            raise RecordError(str(path), record.id, record.kind, f"asks for more than {MOST_DRAWS} draws in this file")
        if record.id in records:
            raise RecordError(str(path), record.id, "id", f"is there twice, again on line {number}")
        records[record.id] = record
    return tuple(records.values())


def record_on(line: bytes, path: str, number: int) -> Record:
    """
    The record on one line of a file.

    Raises
    ------
    RecordError
        If it is not one.
    """
    name = f"on line {number}"
    try:
        fields = json_object(line)
        if isinstance(fields.get("id"), str) and ID.fullmatch(fields["id"]):
            name = fields["id"]
        return record_of(fields)
    except Refusal as refusal:
        raise RecordError(path, name, refusal.field, refusal.reason) from None


class Named(Protocol):
    """A record of any kind."""

    @property
    def id(self) -> str:
        """Unique within a file."""


_N = TypeVar("_N", bound=Named)


def load_small(path: str | os.PathLike[str], record_from: Callable[[dict[str, Any]], _N], most: int) -> tuple[_N, ...]:
    """
    The records of a small file of another kind, each made of the fields of its line, which raises Refusal.

    Raises
    ------
    RecordError
        If the file has more than `most` bytes, or a record in it is not as it must be.
    """
    path = Path(path)
    with opened(path) as file:
        content = file.read(most + 1)
    if len(content) > most:
        raise RecordError(str(path), "", "", f"has more than {most} bytes")
    found: dict[str, _N] = {}
    for number, line in enumerate(content.splitlines(), 1):
        try:
            fields = json_object(line)
            if fields.get("sha256") != checksum(fields):
                raise Refusal("sha256", "is not the checksum of this record")
            if not (isinstance(fields.get("id"), str) and ID.fullmatch(fields["id"])):
                raise Refusal("id", "is not a name")
            record = record_from(fields)
        except Refusal as refusal:
            raise RecordError(str(path), f"on line {number}", refusal.field, refusal.reason) from None
        if record.id in found:
            raise RecordError(str(path), record.id, "id", "is there twice")
        found[record.id] = record
    return tuple(found.values())


def _lines(path: Path) -> Iterator[tuple[int, bytes]]:
    """The lines of a file, decompressed as they are read: no more than the bounds allow is ever in memory."""
    with opened(path) as plain:
        size = os.fstat(plain.fileno()).st_size
        if size > MOST_BYTES:
            raise RecordError(str(path), "", "", f"has {size} bytes; at most {MOST_BYTES} are read")
        file = gzip.GzipFile(fileobj=plain) if plain.peek(2)[:2] == GZIP else plain
        try:
            yield from _bounded(cast(IO[bytes], file), str(path))
        except (EOFError, gzip.BadGzipFile, zlib.error) as error:
            raise RecordError(str(path), "", "", f"cannot be decompressed: {error}") from None


def opened(path: Path) -> io.BufferedReader:
    """A file, or a pipe, which is read like a file as long as something comes."""
    raw = open(path, "rb", buffering=0, opener=_without_waiting)  # noqa: SIM115
    return io.BufferedReader(raw if stat.S_ISREG(os.fstat(raw.fileno()).st_mode) else _Pipe(raw))


def _without_waiting(path: str, flags: int) -> int:
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


class _Pipe(io.RawIOBase):
    """A pipe that is given up when nothing is written to it: it would be waited for forever."""

    def __init__(self, raw: io.FileIO) -> None:
        self._raw = raw

    def readable(self) -> bool:
        return True

    def fileno(self) -> int:
        return self._raw.fileno()

    def readinto(self, buffer: Any) -> int:
        while select.select([self._raw], [], [], PATIENCE)[0]:
            if (count := self._raw.readinto(buffer)) is not None:
                return count
        raise RecordError(str(self._raw.name), "", "", f"is no file, and nothing was written to it for {PATIENCE:g} s")

    def close(self) -> None:
        self._raw.close()
        super().close()


def _bounded(file: IO[bytes], path: str) -> Iterator[tuple[int, bytes]]:
    left = MOST_BYTES
    for number in range(1, MOST_RECORDS + 2):
        line = file.readline(MOST_LINE + 1)
        left -= len(line)
        if not line:
            return
        if len(line) > MOST_LINE:
            raise RecordError(path, f"on line {number}", "", f"is longer than {MOST_LINE} bytes")
        if left < 0:
            raise RecordError(path, "", "", f"has more than {MOST_BYTES} bytes when decompressed")
        if number > MOST_RECORDS:
            raise RecordError(path, "", "", f"has more than {MOST_RECORDS} records")
        if not line.endswith(b"\n"):
            raise RecordError(path, f"on line {number}", "", "has no end of line: the file is truncated")
        yield number, line
