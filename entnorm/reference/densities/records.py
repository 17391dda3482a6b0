"""Stored references of densities: what a record is, how it is read, and how it is proved again.

The records of rows have another format, in which there is no density: these have a file and a schema of their own.
``densities.schema.json`` says the fields for machines. A parameter and a target are the exact binary numbers that their
hexadecimal floats are; the enclosure states h(enclosure[0]) > target > h(enclosure[1]).
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from importlib.metadata import version
from pathlib import Path
from typing import Any

from entnorm.reference.decimals import agreeing, decimal
from entnorm.reference.densities import families
from entnorm.reference.densities.certificate import MOST_DIGITS, DensityCertificate
from entnorm.reference.densities.density import Density
from entnorm.reference.densities.solving import solve
from entnorm.reference.fields import Refusal, double, enclosure_of, is_count, provenance_of, rounded
from entnorm.reference.reading import load_small
from entnorm.reference.records import canonical, checksum, write

CORPUS = Path(__file__).with_name("densities.jsonl")
DIGITS = 30
MOST_BYTES = 2**20

FAMILIES: dict[str, tuple[Callable[..., Density], tuple[str, ...]]] = {
    "normal": (families.normal, ("mu", "sigma")),
    "exponential": (families.exponential, ("scale",)),
    "laplace": (families.laplace, ("scale",)),
    "generalised-normal": (families.generalised_normal, ("beta",)),
    "gamma": (families.gamma, ("shape", "scale")),
    "beta": (families.beta, ("a", "b")),
    "student": (families.student, ("nu",)),
    "pareto": (families.pareto, ("a", "scale")),
    "lognormal": (families.lognormal, ("mu", "sigma")),
    "weibull": (families.weibull, ("shape", "scale")),
    "logistic": (families.logistic, ("scale",)),
    "gumbel": (families.gumbel, ("scale",)),
}
"""By the name in a record: what makes the density, and its parameters in order."""

_FIELDS = {"id", "family", "parameters", "target", "gamma", "enclosure", "digits", "provenance", "sha256"}


@dataclass(frozen=True)
class DensityRecord:
    """
    One certified reference.

    Attributes
    ----------
    id : str
    family : str
        A name of `FAMILIES`.
    parameters : tuple of float
        In the order of `FAMILIES`.
    target : float
        The entropy, in nats.
    gamma : str
        The decimal to which both ends of the enclosure round.
    enclosure : tuple of two Fraction
    digits : int
    provenance : dict
    """

    id: str
    family: str
    parameters: tuple[float, ...]
    target: float
    gamma: str
    enclosure: tuple[Fraction, Fraction]
    digits: int
    provenance: dict[str, Any]

    @property
    def density(self) -> Density:
        """The density, to be integrated."""
        return FAMILIES[self.family][0](*self.parameters)

    @property
    def certificate(self) -> DensityCertificate:
        """The exact statement that the record makes."""
        return DensityCertificate(self.density, Fraction(self.target), *self.enclosure, self.digits)

    def to_json(self) -> str:
        """The line that stands for the record in a file, with its checksum."""
        names = FAMILIES[self.family][1]
        fields = {
            "id": self.id,
            "family": self.family,
            "parameters": {name: value.hex() for name, value in zip(names, self.parameters, strict=True)},
            "target": self.target.hex(),
            "gamma": self.gamma,
            "enclosure": [decimal(end) for end in self.enclosure],
            "digits": self.digits,
            "provenance": self.provenance,
        }
        return canonical({**fields, "sha256": checksum(fields)})


def load(path: str | os.PathLike[str] = CORPUS) -> tuple[DensityRecord, ...]:
    """
    Read stored references of densities; without `path`, those that come with this package.

    Raises
    ------
    RecordError
        If the file or a record in it is not as it must be; it names file, record and field.
    OSError
        If the file cannot be read.

    Examples
    --------
    >>> from entnorm.reference.densities.records import load
    >>> record = load()[0]
    >>> record.family, record.parameters, record.certificate.verify()
    ('normal', (1.0, 2.0), True)
    """
    return load_small(path, _record, MOST_BYTES)


def verify(records: Iterable[DensityRecord]) -> tuple[str, ...]:
    """
    Prove each record again; the ids of those that could not be proved come back.

    Raises
    ------
    ImportError
        If python-flint is not installed.
    """
    return tuple(record.id for record in records if not record.certificate.verify())


def make(path: str | os.PathLike[str]) -> None:
    """Solve the questions of this module and write the records, atomically."""
    provenance = {
        "backend": "arb",
        "generator": "entnorm.reference.densities.records",
        "method": "rigorous integration at both ends; entropy does not increase",
        "versions": {"python-flint": version("python-flint")},
    }
    records = []
    for family, parameters, target in _questions():
        solution = solve(FAMILIES[family][0](*parameters), entropy=target, digits=DIGITS)
        gamma = agreeing(*solution.enclosure, DIGITS + 1)
        name = "-".join([family, *(f"{x:g}" for x in parameters), "h", f"{target:g}"])
        records.append(DensityRecord(name, family, parameters, target, gamma, solution.enclosure, DIGITS, provenance))
    write(path, records)


def _questions() -> Iterator[tuple[str, tuple[float, ...], float]]:
    """Families, parameters and targets; all dyadic, so that a name is exact."""
    line = (0.5, 2.0)
    for family, sets, targets in (
        ("normal", ((1.0, 2.0), (0.0, 0.125)), line),
        ("exponential", ((2.0,),), line),
        ("laplace", ((3.0,),), line),
        ("generalised-normal", ((2.5,), (0.5,)), line),
        ("gamma", ((2.5, 2.0), (0.5, 1.0)), line),
        ("beta", ((2.0, 3.5), (0.5, 0.75), (1.0, 8.0)), (-0.5, -0.125)),
        ("student", ((3.0,), (1.0,)), line),
        ("pareto", ((2.0, 1.5),), line),
        ("lognormal", ((0.0, 0.875), (0.5, 2.0)), line),
        ("weibull", ((3.5, 2.0), (0.5, 2.0)), line),
        ("logistic", ((2.0,),), line),
        ("gumbel", ((1.5,),), line),
    ):
        yield from ((family, parameters, target) for parameters in sets for target in targets)


def _record(fields: dict[str, Any]) -> DensityRecord:
    """A record from the fields of its line, each of which is looked at before it is used."""
    if set(fields) != _FIELDS:
        raise Refusal("", f"has the fields {', '.join(sorted(fields))} instead of {', '.join(sorted(_FIELDS))}")
    if not (isinstance(fields["family"], str) and fields["family"] in FAMILIES):
        raise Refusal("family", f"is none of {', '.join(FAMILIES)}")
    names, given = FAMILIES[fields["family"]][1], fields["parameters"]
    if not (isinstance(given, dict) and set(given) == set(names)):
        raise Refusal("parameters", f"are not {', '.join(names)}")
    parameters = tuple(double(given[name], f"parameters.{name}") for name in names)
    for name, value in zip(names, parameters, strict=True):
        if name != "mu" and value <= 0:
            raise Refusal(f"parameters.{name}", "must be positive")
    digits = fields["digits"]
    if not is_count(digits, MOST_DIGITS):
        raise Refusal("digits", f"is not an integer from 1 to {MOST_DIGITS}")
    ends = enclosure_of(fields["enclosure"], digits)
    if fields["gamma"] != rounded(ends, digits):
        raise Refusal("gamma", "is not what both ends of the enclosure round to")
    target, provenance = double(fields["target"], "target"), provenance_of(fields["provenance"])
    return DensityRecord(fields["id"], fields["family"], parameters, target, fields["gamma"], ends, digits, provenance)
