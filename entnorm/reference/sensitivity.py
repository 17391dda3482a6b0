"""How gamma* and the distribution follow the row and the target: first derivatives, in any arithmetic."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import mpmath

from entnorm.reference.derived import Pair
from entnorm.reference.escort import Escort
from entnorm.reference.exact import Row, Target


def condition(at: Escort, goal: Any) -> list[Any]:
    """min(H*, log s - H*) / (gamma^2 Var): the change of log gamma* per change of log H* or of the log deficit."""
    arithmetic = at.arithmetic
    most = arithmetic.log(arithmetic.number(at.row.size))
    return [arithmetic.least(goal, most - goal) / at.variance]


def gradient(at: Escort) -> list[Any]:
    """
    dgamma*/dx of one entry of each level, the maximum first: -gamma q (x - E x) / Var x.

    [inverse.exponent-along-logits], with gamma (x - E x) for the deviation and gamma^2 Var x for the variance of log q.
    """
    factor = -(at.gamma**2) / at.variance
    return [factor * q * x for q, x in zip(at.probabilities, at.deviations, strict=True)]


def target_gradient(at: Escort, target: Target) -> Any:
    """dgamma*/dtarget: 1 / (dH/dgamma) [inverse.exponent-along-target], times dH*/dtarget."""
    arithmetic = at.arithmetic
    if target.kind == "perplexity":
        return 1 / (at.slope * arithmetic.number(target.value))
    if target.kind == "evenness":
        return arithmetic.log(arithmetic.number(at.row.size)) / at.slope
    return (-1 if target.kind == "deficit" else 1) / at.slope


@dataclass(frozen=True)
class Direction:
    """
    A direction of the logits, entry by entry, and of the target.

    Along it q_i changes by q_i (gamma (dx_i - E dx) + (x_i - E x) dgamma*): the derivative of the softmax of gamma x.
    """

    row: Row
    target: Target
    dlogits: tuple[Fraction, ...]
    dtarget: Fraction

    def derivatives(self, at: Escort, goal: Any) -> list[Any]:
        """Dq of each entry of the support, then the terms that each is a sum of."""
        arithmetic, places = at.arithmetic, [place for place in self.row.places if place is not None]
        dx = [arithmetic.number(self.dlogits[i]) for i in self.row.support]
        by_level = [*zip(at.probabilities, at.deviations, gradient(at), strict=True)]
        q, deviations, per_logit = zip(*(by_level[place] for place in places), strict=True)
        dgamma = arithmetic.dot(per_logit, dx) + target_gradient(at, self.target) * arithmetic.number(self.dtarget)
        rate, mean = dgamma / at.gamma, arithmetic.dot(q, dx)
        by_row = [x * at.gamma * y for x, y in zip(q, dx, strict=True)]
        by_gamma = [x * y * rate for x, y in zip(q, deviations, strict=True)]
        sums = [a - x * at.gamma * mean + b for a, b, x in zip(by_row, by_gamma, q, strict=True)]
        return [*sums, *by_row, *by_gamma]

    def sizes(self, pairs: list[Pair]) -> list[mpmath.mpf]:
        """The largest of the terms, for the derivative of each entry."""
        terms = pairs[self.row.size :]
        return [max(max(abs(low), abs(high)) for low, high in terms)] * self.row.size
