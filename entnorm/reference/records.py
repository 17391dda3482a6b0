"""Stored references: what a record is, how it is written, and how it is proved again.

README.md beside this file says the format for readers without this project; record.schema.json says it for machines.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol

import mpmath
import numpy as np
from mpmath.libmp import dps_to_prec, from_str, round_nearest
from numpy.typing import NDArray

from entnorm.reference.attainable import Interval
from entnorm.reference.certificate import Certificate
from entnorm.reference.decimals import agreeing, decimal
from entnorm.reference.enclosure import slope_and_condition
from entnorm.reference.exact import Kind, Row, Target, TargetKind
from entnorm.reference.recipes import Recipe, row_checksum
from entnorm.reference.tags import are_true

CORPUS = Path(__file__).with_name("corpus.jsonl.gz")

SLOPE_DIGITS = 20
"""The slope and the condition are given to 20 significant digits, or fewer where the enclosure does not fix as many."""

MOST_BITS = 2**14


@dataclass(frozen=True)
class RecordTarget:
    """
    The target of a record.

    Attributes
    ----------
    kind : {"entropy", "perplexity", "deficit", "evenness"}
    value : float
        Exactly the target: nats for entropy and deficit.
    """

    kind: TargetKind
    value: float


@dataclass(frozen=True, eq=False)
class Record:
    """
    One certified reference.

    Attributes
    ----------
    id : str
        Unique within a file.
    kind : {"p", "logits"}
    values : ndarray of shape (n,), float64, read-only
        The row; each float is exactly the number that is meant.
    recipe : Recipe or None
        What makes the values, if the row is too long to be written out.
    target : RecordTarget
    gamma : str
        The decimal to which both ends of the enclosure round.
    enclosure : tuple of two Fraction
        gamma* lies strictly between these ends.
    slope : str
        dH/dgamma at gamma*, likewise.
    condition : str
        min(H*, log s - H*) / (gamma*^2 Var), likewise.
    digits : int
        The enclosure has relative width at most 10^-digits.
    tags : tuple of str
    provenance : dict
        Method, backend, versions and generator that made the record.
    """

    id: str
    kind: Kind
    values: NDArray[np.float64]
    recipe: Recipe | None
    target: RecordTarget
    gamma: str
    enclosure: tuple[Fraction, Fraction]
    slope: str
    condition: str
    digits: int
    tags: tuple[str, ...]
    provenance: dict[str, Any]

    @property
    def gamma_fraction(self) -> Fraction:
        """`gamma` as an exact rational number."""
        return Fraction(self.gamma)

    @property
    def gamma_mpf(self) -> mpmath.mpf:
        """`gamma` as an mpf of mpmath's global context, with bits enough for all its digits."""
        bits = dps_to_prec(self.digits + 10)
        return mpmath.mp.make_mpf(from_str(self.gamma, bits, round_nearest))

    @property
    def row(self) -> Row:
        """The row as exact numbers."""
        return _row(self.kind, np.asarray(self.values, dtype=np.float64).tobytes())

    @property
    def certificate(self) -> Certificate:
        """The exact statement that the record makes about gamma*."""
        lower, upper = self.enclosure
        exact = Fraction(self.target.value)
        return Certificate(self.kind, self.row.values, self.target.kind, exact, lower, upper, self.digits)

    def to_json(self) -> str:
        """The line that stands for the record in a file: sorted keys, no spaces, with its checksum."""
        fields = _fields(self)
        return canonical({**fields, "sha256": checksum(fields)})


@lru_cache(maxsize=4)
def _row(kind: Kind, values: bytes) -> Row:
    """A row as exact numbers: the targets of a row are side by side, and what is known of it is kept with it."""
    floats = np.frombuffer(values).tolist()
    return Row(kind, tuple(None if x == -np.inf else Fraction(x) for x in floats))


class Line(Protocol):
    """What can be written to a file of JSON Lines."""

    def to_json(self) -> str:
        """The line that stands for it."""


def canonical(fields: dict[str, Any]) -> str:
    """
    The one JSON text for `fields`: ASCII, sorted keys, no spaces.

    Examples
    --------
    >>> canonical({"b": [1, "x"], "a": {}})
    '{"a":{},"b":[1,"x"]}'
    """
    return json.dumps(fields, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)


def checksum(fields: dict[str, Any]) -> str:
    """
    SHA-256 of the canonical text of a record without its field ``sha256``, in hexadecimal.

    Examples
    --------
    >>> checksum({"id": "x", "sha256": "is not counted"}) == checksum({"id": "x"})
    True
    """
    counted = {key: value for key, value in fields.items() if key != "sha256"}
    return hashlib.sha256(canonical(counted).encode("ascii")).hexdigest()


def _fields(record: Record) -> dict[str, Any]:
    recipe = record.recipe
    return {
        "id": record.id,
        record.kind: {**recipe.as_dict(), "sha256": row_checksum(record.values)}
        if recipe
        else [x.hex() for x in record.values.tolist()],
        "target": {"kind": record.target.kind, "value": record.target.value.hex()},
        "gamma": record.gamma,
        "enclosure": [decimal(end) for end in record.enclosure],
        "slope": record.slope,
        "condition": record.condition,
        "digits": record.digits,
        "tags": list(record.tags),
        "provenance": record.provenance,
    }


@dataclass(frozen=True)
class Outputs:
    """The three numbers of a record, as decimals of which every digit is certified."""

    gamma: str
    slope: str
    condition: str


def outputs(row: Row, target: Target, enclosure: Interval, digits: int) -> Outputs:
    """
    Gamma, slope and condition for an enclosure of the root, rounded to digits that the balls around them fix.

    Raises
    ------
    ImportError
        If python-flint is not installed.
    """
    bits, before = 256, None
    while True:
        found = slope, condition = slope_and_condition(row, target, enclosure, bits)
        sharp = all((high - low) * 10 ** (SLOPE_DIGITS + 2) < abs(low) for low, high in found)
        widths = [high - low for low, high in found]
        final = before is not None and all(2 * now > old for now, old in zip(widths, before, strict=True))
        if sharp or final or bits >= MOST_BITS:  # final: as wide as the enclosure makes them
            break
        bits, before = 2 * bits, widths
    return Outputs(agreeing(*enclosure, digits + 1), agreeing(*slope, SLOPE_DIGITS), agreeing(*condition, SLOPE_DIGITS))


def verify(records: Iterable[Record]) -> tuple[str, ...]:
    """
    Prove each record again: its certificate, the digits of its gamma, slope and condition, and its tags.

    The certificate is proved from the definitions alone. Slope and condition are computed again within its enclosure,
    in balls, by the formulas that made them: this finds what was altered, and is no second derivation. The tags that
    follow from row and target have to be there, and no others of them; the family of the row is a name and no more.

    Parameters
    ----------
    records : iterable of Record

    Returns
    -------
    tuple of str
        The ids of the records that could not be proved; empty if all are.

    Raises
    ------
    ImportError
        If python-flint is not installed.

    Examples
    --------
    >>> from entnorm.reference import verify
    >>> from entnorm.reference import load
    >>> verify(load()[:3])
    ()
    """
    return tuple(record.id for record in records if not _proved(record))


def _proved(record: Record) -> bool:
    if not record.certificate.verify():
        return False
    target = Target(record.target.kind, Fraction(record.target.value))
    if not are_true(record.tags, record.row, target, long=record.recipe is not None):
        return False
    stated = Outputs(record.gamma, record.slope, record.condition)
    try:
        return stated == outputs(record.row, target, record.enclosure, record.digits)
    except ValueError:  # an enclosure so wide that it fixes no digit of what is stated
        return False


def write(path: str | os.PathLike[str], records: Iterable[Line]) -> None:
    """
    Write records to a file of JSON Lines, which is replaced as a whole or left as it was.

    A name that ends in ``.gz`` is compressed, with nothing in the file that depends on when or where.

    Raises
    ------
    OSError
        If the file cannot be written.
    """
    path = Path(path)
    unfinished = path.with_name(f".{path.name}.{os.getpid()}-{threading.get_ident()}.unfinished")
    lines = (f"{record.to_json()}\n".encode("ascii") for record in records)
    try:
        with unfinished.open("wb") as file:
            if path.suffix == ".gz":
                with gzip.GzipFile("", "wb", 9, file, mtime=0) as compressed:
                    compressed.writelines(lines)
            else:
                file.writelines(lines)
        os.replace(unfinished, path)
    finally:
        unfinished.unlink(missing_ok=True)
