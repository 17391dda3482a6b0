"""Make the corpus: ``python -m entnorm.reference.generate [PATH]``.

The same versions of mpmath and python-flint write the same bytes; other versions differ in the field ``provenance`` and
the checksum over it only.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from importlib.metadata import version

import mpmath
import numpy as np
from tqdm import tqdm

from entnorm.reference import exact
from entnorm.reference.exact import Target, TargetKind
from entnorm.reference.families import LOGITS, PROBABILITIES, Family
from entnorm.reference.records import CORPUS, Record, RecordTarget, outputs, write
from entnorm.reference.solver import solve

DIGITS = 50
TARGETS_PER_ROW = 3


@dataclass(frozen=True)
class Place:
    """
    Where a target lies between log m and log s.

    Attributes
    ----------
    kind : {"entropy", "perplexity", "deficit", "evenness"}
    side : {"low", "high", "quarter"}
        Above log m, below log s, or at the logarithm of a quarter of the support.
    fraction : Fraction
        The distance from there, as a part of the interval.
    label : str
    """

    kind: TargetKind
    side: str
    fraction: Fraction
    label: str

    def value(self, size: int, ties: int) -> float:
        """The target, rounded to the nearest double."""
        mp = mpmath.MPContext()
        mp.prec = 2000
        low, high = mp.log(ties), mp.log(size)
        gap = (high - low) * self.fraction.numerator / self.fraction.denominator
        from_ends = {
            "low": (low + gap, high - low - gap),
            "high": (high - gap, gap),
            "quarter": (mp.log(size // 4), high - mp.log(size // 4)),
        }
        entropy, deficit = from_ends[self.side]
        exactly = {"entropy": entropy, "perplexity": mp.exp(entropy), "deficit": deficit, "evenness": entropy / high}
        return float(exactly[self.kind])


def _near(kind: TargetKind, side: str, exponent: int) -> Place:
    return Place(kind, side, Fraction(1, 2**exponent), f"{side}{exponent}")


def _inside(kind: TargetKind, tenths: int) -> Place:
    return Place(kind, "low", Fraction(tenths, 10), f"mid{tenths}")


PLACES: tuple[Place, ...] = (
    _inside("entropy", 5),
    _inside("perplexity", 3),
    _near("deficit", "high", 10),
    _near("entropy", "low", 8),
    _inside("evenness", 8),
    _near("deficit", "high", 60),
    _near("entropy", "high", 20),
    _near("evenness", "low", 20),
    _inside("deficit", 9),
    _near("entropy", "low", 36),
    _near("perplexity", "low", 25),
    _near("deficit", "high", 900),
    _inside("entropy", 1),
    _near("evenness", "high", 34),
    _near("entropy", "high", 40),
    _near("perplexity", "high", 30),
)

TINY = _near("entropy", "low", 900)
"""A target near 1e-271, which doubles express only where the maximum is unique."""

PLATEAU = Place("entropy", "quarter", Fraction(0), "plateau")
"""A staircase of four steps is flat where its highest step is all that counts, and nothing tells its entries apart."""


@dataclass(frozen=True)
class Entry:
    """One record of the corpus before it is computed."""

    family: Family
    n: int
    place: Place

    @property
    def id(self) -> str:
        """Its permanent name."""
        return f"{self.family.name}-{self.family.kind}{self.n}-{self.place.kind}-{self.place.label}"

    def record(self) -> Record:
        """Compute and certify it."""
        kind, values = self.family.kind, self.family.row(self.n)
        row = exact.row(values, None) if kind == "p" else exact.row(None, values)
        target = Target(self.place.kind, Fraction(self.place.value(row.size, row.ties)))
        solved = solve(**{kind: values, target.kind: target.value}, digits=DIGITS)  # type: ignore[arg-type]
        found = outputs(row, target, solved.enclosure, DIGITS)
        return Record(
            id=self.id,
            kind=kind,
            values=np.array(values, dtype=np.float64),
            target=RecordTarget(target.kind, float(target.value)),
            gamma=found.gamma,
            enclosure=solved.enclosure,
            slope=found.slope,
            condition=found.condition,
            digits=DIGITS,
            tags=self._tags(row),
            provenance=_provenance(),
        )

    def _tags(self, row: exact.Row) -> tuple[str, ...]:
        near = {"low": "near-log-m", "high": "near-log-s", "quarter": "plateau"}[self.place.side]
        where = near if self.place.fraction < Fraction(1, 100) else "interior"
        facts = {"zeros": row.size < self.n, "tied-maximum": row.ties > 1, "ties": len(row.levels) + 1 < row.size}
        return tuple(dict.fromkeys([self.family.name, where, *(tag for tag, holds in facts.items() if holds)]))


def _provenance() -> dict[str, object]:
    return {
        "method": "safeguarded Newton in mpmath; every digit certified in ball arithmetic",
        "backend": "mpmath, certified by python-flint",
        "versions": {name: version(name) for name in ("mpmath", "python-flint")},
        "generator": "entnorm.reference.generate",
    }


def entries() -> tuple[Entry, ...]:
    """
    The plan of the corpus: each row with the next few places of a cycle that goes through the attainable range.

    Examples
    --------
    >>> entries()[0].id
    'uniformish-p3-entropy-mid5'
    """
    return tuple(_entries())


def _entries() -> Iterator[Entry]:
    at = 0
    for family in (*PROBABILITIES, *LOGITS):
        for n in family.sizes:
            for _ in range(TARGETS_PER_ROW):
                yield Entry(family, n, PLACES[at % len(PLACES)])
                at += 1
        if family.name in ("uniformish", "normal", "zipf", "near-uniform", "two-point", "distances"):
            yield Entry(family, family.sizes[0], TINY)
        if family.name == "staircase":
            yield from (Entry(family, n, PLATEAU) for n in family.sizes)


def make(path: str | os.PathLike[str], *, progress: bool = True) -> int:
    """
    Compute, certify and write the corpus; returns the number of records.

    Parameters
    ----------
    path : path
        Written whole or not at all.
    progress : bool
        Show a bar, if standard error is a terminal.

    Raises
    ------
    ImportError
        If python-flint is not installed: a record must be certified.
    """
    plan = entries()
    bar = tqdm(plan, desc="certified references", unit="record", disable=None if progress else True)
    records = [entry.record() for entry in bar]
    write(path, records)
    return len(records)


if __name__ == "__main__":
    destination = sys.argv[1] if len(sys.argv) > 1 else CORPUS
    print(f"{make(destination)} records written to {destination}")
