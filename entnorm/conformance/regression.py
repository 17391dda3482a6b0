"""The regression of entnorm's own solver: its error on every certified record, in units of the promised budget.

With k = 1 + condition, eps = 2**-52, t_i = gamma* (log p_max - log p_i), the promise is

* |gamma - gamma*| <= 8 eps k gamma*;
* |H(gamma) - H*| <= 4 eps (H* + gamma*^2 Var), H at the returned double;
* |q_i - q_i*| <= 8 eps (1 + t_i) k q_i* wherever q_i* is a normal double, and q_i = 0 outside the support.

The right answers come from the enclosures of the records, and the errors are computed from the exact binary inputs: as
upper bounds in balls, or with seventy digits of mpmath where python-flint is not installed. No reference is ever
rounded to double.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from math import inf
from typing import Any, Final

import numpy as np
from mpmath import MPContext

from entnorm import balls
from entnorm.conformance.budget import EPS, one_digit_up
from entnorm.conformance.calls import FloatArray
from entnorm.reference import Record
from entnorm.reference.arithmetic import Arithmetic, InBalls, InMpmath
from entnorm.reference.escort import Escort, distances, goal
from entnorm.reference.exact import Kind, Row, Target
from entnorm.solver import solve

_BITS: Final = 240
_SMALLEST_NORMAL: Final = 2.0**-1022


@dataclass(frozen=True)
class Errors:
    """The errors of one record in units of the budget: at most one each, if the promise is kept."""

    id: str
    family: str
    gamma: float
    entropy: float
    probability: float
    evaluations: int

    @property
    def worst(self) -> float:
        """The largest of the three."""
        return max(self.gamma, self.entropy, self.probability)


@dataclass(frozen=True)
class Family:
    """The records of one family, and the worst of each error among them.

    Attributes
    ----------
    name : str
        The family.
    records, inside : int
        How many there are, and how many are inside the budget.
    gamma, entropy, probability : float
        Worst errors in units of the budget; infinite where a record was not solved.
    worst : str
        The id of the record with the largest of them.
    evaluations, most_evaluations : int
        Iterations of all its records together, and of the slowest.
    """

    name: str
    records: int
    inside: int
    gamma: float
    entropy: float
    probability: float
    worst: str
    evaluations: int
    most_evaluations: int

    def as_dict(self) -> dict[str, Any]:
        """Plain data for JSON: errors rounded up to one digit, null for an unsolved record."""
        errors = {name: getattr(self, name) for name in ("gamma", "entropy", "probability")}
        return {
            "name": self.name,
            "records": self.records,
            "inside": self.inside,
            "errors": {name: None if error == inf else one_digit_up(error) for name, error in errors.items()},
            "worst": self.worst,
            "evaluations": self.evaluations,
            "most_evaluations": self.most_evaluations,
        }


@dataclass(frozen=True)
class Regression:
    """The errors of every record, in the order of the records."""

    errors: tuple[Errors, ...]

    @property
    def inside(self) -> bool:
        """Whether every record is inside the budget."""
        return not self.outside

    @property
    def outside(self) -> tuple[Errors, ...]:
        """The records that are not."""
        return tuple(error for error in self.errors if error.worst > 1)

    @property
    def families(self) -> tuple[Family, ...]:
        """The records by family, in the order in which families first appear."""
        members: dict[str, list[Errors]] = {}
        for error in self.errors:
            members.setdefault(error.family, []).append(error)
        return tuple(_family(name, errors) for name, errors in members.items())

    def as_dict(self) -> dict[str, Any]:
        """Plain data for JSON, the same bytes wherever the errors agree to one digit."""
        return {
            "records": len(self.errors),
            "inside": len(self.errors) - len(self.outside),
            "outside": [error.id for error in self.outside],
            "families": [family.as_dict() for family in self.families],
        }


def _family(name: str, errors: list[Errors]) -> Family:
    return Family(
        name=name,
        records=len(errors),
        inside=sum(error.worst <= 1 for error in errors),
        gamma=max(error.gamma for error in errors),
        entropy=max(error.entropy for error in errors),
        probability=max(error.probability for error in errors),
        worst=max(errors, key=lambda error: error.worst).id,
        evaluations=sum(error.evaluations for error in errors),
        most_evaluations=max(error.evaluations for error in errors),
    )


def regress(records: Iterable[Record]) -> Regression:
    """Solve every certified record with `entnorm.solve` and measure the errors in units of the budget.

    Parameters
    ----------
    records : iterable of Record
        For instance `entnorm.reference.load()`: some seconds in balls. mpmath alone takes ten for one row of 50,000.

    Returns
    -------
    Regression
        Errors of gamma, entropy and probabilities for each record, and by family.

    Examples
    --------
    >>> from entnorm.conformance import regress
    >>> from entnorm import reference
    >>> len(regress(reference.load()[:3]).errors)
    3
    """
    return Regression(tuple(_errors(record) for record in records))


def _errors(record: Record) -> Errors:
    rows: dict[str, Any] = {record.kind: record.values, record.target.kind: record.target.value}
    solution = solve(**rows)
    family = record.tags[0]
    if not solution.success:
        return Errors(record.id, family, inf, inf, inf, int(solution.nit))
    exact = _Exact(record)
    return Errors(
        record.id,
        family,
        gamma=exact.gamma_error(float(solution.gamma)),
        entropy=exact.entropy_error(float(solution.gamma)),
        probability=exact.probability_error(solution.probs),
        evaluations=int(solution.nit),
    )


@lru_cache(maxsize=4)
def _measured(kind: Kind, values: bytes, rigorous: bool) -> tuple[Row, Arithmetic, list[Any]]:
    """A row, an arithmetic for it, and its distances to the maximum: the targets of a row are side by side."""
    floats = np.frombuffer(values).tolist()
    row = Row(kind, tuple(None if x == -inf else Fraction(x) for x in floats))
    arithmetic: Arithmetic = InBalls() if rigorous else InMpmath(MPContext())
    with arithmetic.working(_BITS):
        return row, arithmetic, distances(row, arithmetic)


class _Exact:
    """What a record says; each error in units of its budget."""

    def __init__(self, record: Record) -> None:
        self._record = record
        self._root = sum(record.enclosure) / 2
        self._k = 1 + Fraction(str(record.condition))
        self._varentropy = -Fraction(str(record.slope)) * self._root
        self._row, self._arithmetic, self._distances = _measured(
            record.kind, record.values.tobytes(), balls.available()
        )

    def _at(self, gamma: Any) -> Escort:
        return Escort(self._row, self._arithmetic, self._distances, gamma)

    def gamma_error(self, gamma: float) -> float:
        """Distance to the farther end of the enclosure."""
        farthest = max(abs(Fraction(gamma) - end) for end in self._record.enclosure)
        return float(farthest / (8 * Fraction(EPS) * self._k * self._root))

    def entropy_error(self, gamma: float) -> float:
        """How far the entropy at the returned double is from the target."""
        arithmetic, target = self._arithmetic, self._record.target
        with arithmetic.working(_BITS):
            aim = goal(self._row, Target(target.kind, Fraction(target.value)), arithmetic)
            off = self._at(arithmetic.number(Fraction(gamma))).entropy - aim
            return arithmetic.magnitude(off / (4 * EPS * (aim + arithmetic.number(self._varentropy))))

    def probability_error(self, probs: FloatArray) -> float:
        """The worst entry."""
        arithmetic, places, found = self._arithmetic, self._row.places, probs.tolist()
        outside = any(q != 0 for q, place in zip(found, places, strict=True) if place is None)
        if outside or not np.isfinite(probs).all():
            return inf
        pairs = {(q, place) for q, place in zip(found, places, strict=True) if place is not None}
        with arithmetic.working(_BITS):
            at = self._at(arithmetic.number(self._root))
            right, unit = at.probabilities, 8 * EPS * arithmetic.number(self._k)
            budgets = [unit * (1 + t) * q for t, q in zip([0, *at.t], right, strict=True)]
            errors = (
                arithmetic.magnitude((arithmetic.number(q) - right[place]) / budgets[place])
                for q, place in pairs
                if q > 2 * _SMALLEST_NORMAL or arithmetic.magnitude(right[place]) >= _SMALLEST_NORMAL
            )
            return max(errors, default=0.0)
