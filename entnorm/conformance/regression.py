"""The regression of entnorm's own solver: its error on every certified record, in units of the promised budget.

With k = 1 + condition, eps = 2**-52, t_i = gamma* (log p_max - log p_i), the promise is

* |gamma - gamma*| <= 8 eps k gamma*;
* |H(gamma) - H*| <= 4 eps (H* + gamma*^2 Var), H at the returned double;
* |q_i - q_i*| <= 8 eps (1 + t_i) k q_i* wherever q_i* is a normal double, and q_i = 0 outside the support.

The right answers come from the enclosures of the records, and the errors are computed with sixty digits from the exact
binary inputs: no reference is ever rounded to double.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import inf
from typing import Any, Final

import numpy as np
from mpmath import MPContext

from entnorm.conformance.budget import EPS, one_digit_up
from entnorm.conformance.calls import FloatArray
from entnorm.reference import Record
from entnorm.solver import solve

_DIGITS: Final = 60
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
        For instance `entnorm.reference.load()`.

    Returns
    -------
    Regression
        Errors of gamma, entropy and probabilities for each record, and by family.

    Examples
    --------
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


class _Exact:
    """What a record says, to sixty digits; each error in units of its budget."""

    def __init__(self, record: Record) -> None:
        self._mp = mp = MPContext()
        mp.dps = _DIGITS
        self._ends = tuple(mp.mpf(end.numerator) / end.denominator for end in record.enclosure)
        self._root = sum(self._ends) / 2
        self._k = 1 + mp.mpf(record.condition)
        self._varentropy = -mp.mpf(record.slope) * self._root
        self._values = record.values
        inside = record.values > 0 if record.kind == "p" else record.values > -inf
        values, counts = np.unique(record.values[inside], return_counts=True)
        self._ties = int(counts[-1])
        top = mp.mpf(float(values[-1]))
        gaps = [(float(x), top - mp.mpf(float(x))) for x in values]
        self._distance = {x: mp.log1p(gap / x) if record.kind == "p" else gap for x, gap in gaps}
        self._below = [(self._distance[x], int(c)) for x, c in zip(values[:-1].tolist(), counts[:-1], strict=True)]
        self._target = self._entropy_in_nats(record.target.kind, mp.mpf(record.target.value), int(inside.sum()))

    def _entropy_in_nats(self, kind: str, value: Any, size: int) -> Any:
        most = self._mp.log(size)
        forms = {
            "entropy": lambda: value,
            "perplexity": lambda: self._mp.log(value),
            "deficit": lambda: most - value,
            "evenness": lambda: value * most,
        }
        return forms[kind]()

    def _moments(self, gamma: Any) -> tuple[Any, Any]:
        """A - m and T, sums over the entries below the maximum [escort.entropy-from-top]."""
        terms = [(gamma * d, c * self._mp.exp(-gamma * d)) for d, c in self._below]
        return self._mp.fsum(r for _, r in terms), self._mp.fsum(t * r for t, r in terms)

    def gamma_error(self, gamma: float) -> float:
        """Distance to the farther end of the enclosure."""
        farthest = max(abs(self._mp.mpf(gamma) - end) for end in self._ends)
        return float(farthest / (8 * EPS * self._k * self._root))

    def entropy_error(self, gamma: float) -> float:
        """How far the entropy at the returned double is from the target."""
        rest, moment = self._moments(self._mp.mpf(gamma))
        entropy = self._mp.log(self._ties) + self._mp.log1p(rest / self._ties) + moment / (self._ties + rest)
        return float(abs(entropy - self._target) / (4 * EPS * (self._target + self._varentropy)))

    def probability_error(self, probs: FloatArray) -> float:
        """The worst entry."""
        total = self._ties + self._moments(self._root)[0]
        right = {x: (self._root * d, self._mp.exp(-self._root * d) / total) for x, d in self._distance.items()}
        worst = 0.0
        for x, q in zip(self._values.tolist(), probs.tolist(), strict=True):
            if x not in right:
                error = 0.0 if q == 0 else inf
            else:
                t, exact = right[x]
                if exact < _SMALLEST_NORMAL:
                    continue
                error = float(abs(self._mp.mpf(q) - exact) / (8 * EPS * (1 + t) * self._k * exact))
            worst = max(worst, error) if error == error else inf
        return worst
