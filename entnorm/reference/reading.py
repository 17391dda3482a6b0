"""load(): records from a file, refused with file, record and field where anything is not as it must be.

A file is data from a stranger. Sizes are bounded before anything is parsed, numbers are matched against a pattern
before they are converted, and nothing is evaluated.
"""

from __future__ import annotations

import json
import math
import os
import re
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any, NoReturn

import numpy as np

from entnorm.reference.decimals import agreeing
from entnorm.reference.exact import TARGET_KINDS, Kind
from entnorm.reference.records import CORPUS, Record, RecordTarget, checksum
from entnorm.solution import EntnormError

MOST_BYTES = 64 * 2**20
MOST_LINE = 4 * 2**20
MOST_RECORDS = 100_000
MOST_ENTRIES = 100_000
MOST_DIGITS = 1000

_ID = re.compile(r"[a-z0-9][a-z0-9.+-]{0,99}")
_TAG = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
_HEX_FLOAT = re.compile(r"-?0x[01]\.[0-9a-f]{1,13}p[+-][0-9]{1,4}")
_DECIMAL = re.compile(r"-?[0-9](\.[0-9]{1,1010})?e-?[0-9]{1,4}")
_CHECKSUM = re.compile(r"[0-9a-f]{64}")
_ALWAYS = ("id", "target", "gamma", "enclosure", "digits", "slope", "condition", "tags", "provenance", "sha256")
_PROVENANCE = ("backend", "generator", "method", "versions")


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


class _Refusal(Exception):
    """What is wrong with one field, before it is known in which record."""

    def __init__(self, field: str, reason: str) -> None:
        self.field = field
        self.reason = reason


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
    >>> records = load()
    >>> len(records) >= 200, {record.kind for record in records} == {"p", "logits"}
    (True, True)
    """
    path = CORPUS if path is None else Path(path)
    records: dict[str, Record] = {}
    for number, line in _lines(path):
        name = f"on line {number}"
        try:
            fields = _object(line)
            if isinstance(fields.get("id"), str) and _ID.fullmatch(fields["id"]):
                name = fields["id"]
            record = _record(fields)
        except _Refusal as refusal:
            raise RecordError(str(path), name, refusal.field, refusal.reason) from None
        if record.id in records:
            raise RecordError(str(path), name, "id", f"is there twice, again on line {number}")
        records[record.id] = record
    return tuple(records.values())


def _lines(path: Path) -> Iterator[tuple[int, bytes]]:
    size = path.stat().st_size
    if size > MOST_BYTES:
        raise RecordError(str(path), "", "", f"has {size} bytes; at most {MOST_BYTES} are read")
    with path.open("rb") as file:
        for number in range(1, MOST_RECORDS + 2):
            line = file.readline(MOST_LINE + 1)
            if not line:
                return
            if len(line) > MOST_LINE:
                raise RecordError(str(path), f"on line {number}", "", f"is longer than {MOST_LINE} bytes")
            if number > MOST_RECORDS:
                raise RecordError(str(path), "", "", f"has more than {MOST_RECORDS} records")
            if not line.endswith(b"\n"):
                raise RecordError(str(path), f"on line {number}", "", "has no end of line: the file is truncated")
            yield number, line


def _object(line: bytes) -> dict[str, Any]:
    """The JSON object on a line, in which no number but a short integer and no key twice is allowed."""
    try:
        found = json.loads(
            line.decode("ascii"),
            parse_int=_short_int,
            parse_float=_no_number,
            parse_constant=_no_number,
            object_pairs_hook=_distinct,
        )
    except (ValueError, RecursionError) as error:
        raise _Refusal("", f"is not JSON: {str(error)[:100]}") from None
    if not isinstance(found, dict):
        raise _Refusal("", "is not a JSON object")
    return found


def _short_int(text: str) -> int:
    if len(text) > 9:
        raise _Refusal("", f"holds an integer of {len(text)} digits")
    return int(text)


def _no_number(text: str) -> NoReturn:
    raise _Refusal("", f"holds the number {text[:40]}; numbers are strings here")


def _distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise _Refusal("", "holds a key twice")
    return found


def _record(fields: dict[str, Any]) -> Record:
    kind = _keys(fields)
    digits = fields["digits"]
    if not isinstance(digits, int) or isinstance(digits, bool) or not 1 <= digits <= MOST_DIGITS:
        raise _Refusal("digits", f"must be an integer from 1 to {MOST_DIGITS}")
    enclosure = _enclosure(fields["enclosure"], digits)
    record = Record(
        id=_matched(fields, "id", _ID),
        kind=kind,
        values=_values(fields[kind], kind),
        target=_target(fields["target"]),
        gamma=_matched(fields, "gamma", _DECIMAL),
        enclosure=enclosure,
        slope=_signed(fields, "slope", -1),
        condition=_signed(fields, "condition", 1),
        digits=digits,
        tags=_tags(fields["tags"]),
        provenance=_provenance(fields["provenance"]),
    )
    if record.gamma != _rounded(enclosure, digits):
        raise _Refusal("gamma", "is not the decimal to which both ends of the enclosure round")
    if _matched(fields, "sha256", _CHECKSUM) != checksum(fields):
        raise _Refusal("sha256", "is not the checksum of this record: it was altered")
    return record


def _keys(fields: dict[str, Any]) -> Kind:
    kinds = [kind for kind in ("p", "logits") if kind in fields]
    if len(kinds) != 1:
        raise _Refusal("p", "there must be exactly one of p and logits")
    for key in _ALWAYS:
        if key not in fields:
            raise _Refusal(key, "is missing")
    unknown = sorted(set(fields) - {*_ALWAYS, *kinds})
    if unknown:
        raise _Refusal(unknown[0][:40], "is not a field of a record")
    return kinds[0]


def _matched(fields: dict[str, Any], key: str, pattern: re.Pattern[str]) -> str:
    text = fields[key]
    if not isinstance(text, str) or not pattern.fullmatch(text):
        raise _Refusal(key, f"must be a string that matches {pattern.pattern}, got {repr(text)[:60]}")
    return text


def _signed(fields: dict[str, Any], key: str, sign: int) -> str:
    text = _matched(fields, key, _DECIMAL)
    if sign * Fraction(text) <= 0:
        raise _Refusal(key, f"must be {'positive' if sign > 0 else 'negative'}")
    return text


def _float(text: Any, field: str, least: float = -math.inf) -> float:
    if not isinstance(text, str) or not _HEX_FLOAT.fullmatch(text):
        raise _Refusal(field, f"must be a hexadecimal float such as '0x1.8p+0', got {repr(text)[:60]}")
    try:
        value = float.fromhex(text)
    except OverflowError:
        raise _Refusal(field, f"is beyond double precision: {text}") from None
    if value.hex() != text:
        raise _Refusal(field, f"is not a double as Python writes it: {text}")
    if value < least:
        raise _Refusal(field, f"must be at least {least}")
    return value


def _values(texts: Any, kind: Kind) -> np.ndarray[Any, np.dtype[np.float64]]:
    if not isinstance(texts, list) or not 1 <= len(texts) <= MOST_ENTRIES:
        raise _Refusal(kind, f"must be a list of 1 to {MOST_ENTRIES} strings")
    least: Callable[[Any, str], float] = _probability if kind == "p" else _logit
    values = np.array([least(text, f"{kind}[{i}]") for i, text in enumerate(texts)], dtype=np.float64)
    values.flags.writeable = False
    return values


def _probability(text: Any, field: str) -> float:
    return _float(text, field, least=0.0)


def _logit(text: Any, field: str) -> float:
    return -math.inf if text == "-inf" else _float(text, field)


def _target(found: Any) -> RecordTarget:
    if not isinstance(found, dict) or set(found) != {"kind", "value"}:
        raise _Refusal("target", "must be an object with the keys kind and value")
    if found["kind"] not in TARGET_KINDS:
        raise _Refusal("target.kind", f"must be one of {', '.join(TARGET_KINDS)}")
    return RecordTarget(found["kind"], _float(found["value"], "target.value", least=0.0))


def _enclosure(found: Any, digits: int) -> tuple[Fraction, Fraction]:
    if not isinstance(found, list) or len(found) != 2:
        raise _Refusal("enclosure", "must be a list of two decimals")
    pair = dict(zip(("enclosure[0]", "enclosure[1]"), found, strict=True))
    lower, upper = (Fraction(_signed(pair, key, 1)) for key in pair)
    if not lower < upper:
        raise _Refusal("enclosure", "must have its lower end first")
    if (upper - lower) * 10**digits > lower:
        raise _Refusal("enclosure", f"is wider than 10^-{digits} of its lower end")
    return lower, upper


def _rounded(enclosure: tuple[Fraction, Fraction], digits: int) -> str:
    try:
        return agreeing(*enclosure, digits + 1)
    except ValueError as error:
        raise _Refusal("enclosure", str(error)) from None


def _tags(found: Any) -> tuple[str, ...]:
    if not isinstance(found, list) or len(found) > 20:
        raise _Refusal("tags", "must be a list of at most 20 strings")
    return tuple(_matched({"tags": tag}, "tags", _TAG) for tag in found)


def _provenance(found: Any) -> dict[str, Any]:
    if not isinstance(found, dict) or sorted(found) != list(_PROVENANCE):
        raise _Refusal("provenance", f"must be an object with the keys {', '.join(_PROVENANCE)}")
    versions = found["versions"]
    if not isinstance(versions, dict) or len(versions) > 20:
        raise _Refusal("provenance.versions", "must be an object of at most 20 strings")
    texts = [*versions, *versions.values(), *(found[key] for key in _PROVENANCE if key != "versions")]
    if not all(isinstance(text, str) and len(text) <= 200 for text in texts):
        raise _Refusal("provenance", "must hold strings of at most 200 characters")
    return found
