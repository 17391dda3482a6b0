"""Stored references of joint distributions: all powers of a table that have a prescribed entropy, and their proof.

The records of rows have one root each, these have any number: they have a file and a schema of their own.
``joint.schema.json`` says the fields for machines. An entry and a target are the exact binary numbers that their
hexadecimal floats are; each enclosure holds exactly one root, and there is no other at any exponent above 0.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from importlib.metadata import version
from itertools import pairwise
from pathlib import Path
from typing import Any, cast, get_args

from entnorm.reference.attainable import Interval
from entnorm.reference.decimals import decimal
from entnorm.reference.fields import Refusal, double, enclosure_of, is_count, provenance_of, rounded
from entnorm.reference.isolating import MOST_DIGITS, joint_powers
from entnorm.reference.reading import load_small
from entnorm.reference.records import canonical, checksum, write
from entnorm.reference.tables import Of
from entnorm.solution import EntnormError

CORPUS = Path(__file__).with_name("joint.jsonl")
DIGITS = 40
MOST_BYTES = 2**20
MOST_ENTRIES = 4096

_FIELDS = {"id", "p", "of", "target", "roots", "digits", "provenance", "sha256"}
_COUNTS = {  # whole numbers in proportion to which the entries are
    "three-roots": ((500, 10), (245, 245)),
    "two-roots": ((400, 2), (799, 799)),
    "independent": ((2, 4, 2), (6, 12, 6)),
    "symmetric": ((9, 1, 2), (1, 5, 1), (2, 1, 7)),
    "zeros": ((0, 3, 0, 5), (7, 0, 1, 0), (0, 0, 2, 4)),
    "tied": ((4, 4, 1), (4, 1, 1), (2, 2, 2)),
    "hair-eyes": ((68, 119, 26, 7), (20, 84, 17, 94), (15, 54, 14, 10), (5, 29, 14, 16)),  # of 592 students; Snee, 1974
    "many": tuple(tuple((37 * k * k + 11 * k) % 101 + 1 for k in range(8 * i, 8 * i + 8)) for i in range(6)),
}
_TARGETS = {  # none of them as close to the limit of an entropy as balls cannot tell
    "three-roots": (0.69, 0.5, 0.75),
    "two-roots": (0.6, 0.25),
    "independent": (0.5, 0.9375),
}


@dataclass(frozen=True)
class JointRecord:
    """
    One certified reference.

    Attributes
    ----------
    id : str
    p : tuple of tuples of float
        The table, a row for each value of X.
    of : {"x", "y given x"}
        Whose entropy is prescribed: H(X) or H(Y | X).
    target : float
        The entropy, in nats.
    gamma : tuple of str
        For each root, rising, the decimal to which both ends of its enclosure round; there may be none.
    roots : tuple of pairs of Fraction
        The enclosures.
    digits : int
    provenance : dict
    """

    id: str
    p: tuple[tuple[float, ...], ...]
    of: Of
    target: float
    gamma: tuple[str, ...]
    roots: tuple[Interval, ...]
    digits: int
    provenance: dict[str, Any]

    def to_json(self) -> str:
        """The line that stands for the record in a file, with its checksum."""
        roots = zip(self.gamma, self.roots, strict=True)
        fields = {
            "id": self.id,
            "p": [[x.hex() for x in row] for row in self.p],
            "of": self.of,
            "target": self.target.hex(),
            "roots": [{"gamma": gamma, "enclosure": [decimal(end) for end in ends]} for gamma, ends in roots],
            "digits": self.digits,
            "provenance": self.provenance,
        }
        return canonical({**fields, "sha256": checksum(fields)})


def load(path: str | os.PathLike[str] = CORPUS) -> tuple[JointRecord, ...]:
    """
    Read stored references of joint distributions; without `path`, those that come with this package.

    Raises
    ------
    RecordError
        If the file or a record in it is not as it must be; it names file, record and field.
    OSError
        If the file cannot be read.

    Examples
    --------
    >>> from entnorm.reference.joint import load
    >>> record = load()[0]
    >>> record.p, record.of, [gamma[:10] for gamma in record.gamma]
    (((0.5, 0.01), (0.245, 0.245)), 'x', ['1.73227276', '6.37764019', '1.18070635'])
    """
    return load_small(path, _record, MOST_BYTES)


def verify(records: Iterable[JointRecord]) -> tuple[str, ...]:
    """
    Prove each record again, in balls: one root in each enclosure, and no other; the ids of those that are not.

    Raises
    ------
    ImportError
        If python-flint is not installed.
    """
    return tuple(record.id for record in records if not _proved(record))


def _proved(record: JointRecord) -> bool:
    found = joint_powers(record.p, entropy=record.target, of=record.of, digits=1)
    stated = replace(found, roots=record.roots, digits=record.digits)
    return found.settled and len(found.roots) == len(record.roots) and stated.verify()


def make(path: str | os.PathLike[str]) -> None:
    """Solve the questions of this module and write the records, atomically."""
    provenance = {
        "backend": "arb",
        "generator": "entnorm.reference.joint",
        "method": "every exponent cleared, or in an interval on which the entropy is monotone, in ball arithmetic",
        "versions": {"python-flint": version("python-flint")},
    }
    records = []
    for name, p, of, target in _questions():
        found = joint_powers(p, entropy=target, of=of, digits=DIGITS)
        if not found.settled:
            raise EntnormError(f"{name} has roots that are not settled: {found.unsettled}")
        gamma = tuple(rounded(root, DIGITS) for root in found.roots)
        records.append(JointRecord(name, p, of, target, gamma, found.roots, DIGITS, provenance))
    write(path, records)


def _questions() -> Iterator[tuple[str, tuple[tuple[float, ...], ...], Of, float]]:
    """Names, tables, whose entropy, and targets."""
    for name, counts in _COUNTS.items():
        total = sum(map(sum, counts))
        p = tuple(tuple(x / total for x in row) for row in counts)
        for of in get_args(Of):
            for target in _TARGETS.get(name, (0.25, 0.75, 1.0625)):
                yield f"{name}-{of.replace(' ', '-')}-{target:g}", p, of, target


def _record(fields: dict[str, Any]) -> JointRecord:
    """A record from the fields of its line, each of which is looked at before it is used."""
    if set(fields) != _FIELDS:
        raise Refusal("", f"has the fields {', '.join(sorted(fields))} instead of {', '.join(sorted(_FIELDS))}")
    if fields["of"] not in get_args(Of):
        raise Refusal("of", f"must be one of {', '.join(get_args(Of))}")
    digits = fields["digits"]
    if not is_count(digits, MOST_DIGITS):
        raise Refusal("digits", f"is not an integer from 1 to {MOST_DIGITS}")
    roots = _roots(fields["roots"], digits)
    return JointRecord(
        fields["id"],
        _table(fields["p"]),
        cast(Of, fields["of"]),
        double(fields["target"], "target", least=0.0),
        tuple(gamma for gamma, _ in roots),
        tuple(ends for _, ends in roots),
        digits,
        provenance_of(fields["provenance"]),
    )


def _table(found: Any) -> tuple[tuple[float, ...], ...]:
    rows = found if isinstance(found, list) and all(isinstance(row, list) for row in found) else []
    if not rows or len({len(row) for row in rows}) != 1 or not 1 <= len(rows) * len(rows[0]) <= MOST_ENTRIES:
        raise Refusal("p", f"must be a list of rows of one length, of 1 to {MOST_ENTRIES} entries in all")
    p = tuple(tuple(double(x, f"p[{i}][{j}]", least=0.0) for j, x in enumerate(row)) for i, row in enumerate(rows))
    if not any(map(any, p)):
        raise Refusal("p", "has no positive entry")
    return p


def _roots(found: Any, digits: int) -> list[tuple[str, Interval]]:
    if not isinstance(found, list) or not all(isinstance(root, dict) for root in found):
        raise Refusal("roots", "must be a list of objects")
    roots = []
    for k, root in enumerate(found):
        if set(root) != {"gamma", "enclosure"}:
            raise Refusal(f"roots[{k}]", "must have the fields gamma and enclosure")
        ends = enclosure_of(root["enclosure"], digits)
        if root["gamma"] != rounded(ends, digits):
            raise Refusal(f"roots[{k}].gamma", "is not what both ends of the enclosure round to")
        roots.append((root["gamma"], ends))
    if not all(one[1] <= other[0] for (_, one), (_, other) in pairwise(roots)):
        raise Refusal("roots", "must rise")
    return roots
