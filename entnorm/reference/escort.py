"""The escort distribution of a row at one gamma, written once for every arithmetic.

With d the distance of an entry to the maximum, t = gamma d, m maxima and A = m + sum exp(-t) over the entries below
them, an entry has probability exp(-t) / A, and H = log A + (sum t exp(-t)) / A [escort.entropy-from-top]. Nothing here
cancels near a one-hot distribution, and equal entries are evaluated once.
"""

from __future__ import annotations

from functools import cached_property
from operator import mul, neg, truediv
from typing import Any, NamedTuple

from entnorm.reference.arithmetic import Arithmetic
from entnorm.reference.exact import Row, Target


class Cumulants(NamedTuple):
    """
    The entropy, and the second and third cumulants of log q under q.

    The second, gamma^2 Var, is -dH/dlog gamma [escort.entropy-log-slope].
    """

    entropy: Any
    variance: Any
    skew: Any


def distances(row: Row, arithmetic: Arithmetic) -> list[Any]:
    """Log p_max - log p of each level, to full relative accuracy however close to the maximum the level is."""
    number = arithmetic.number
    quotients = [number(level.numerator) / number(level.denominator) for level in row.levels]
    return [arithmetic.log1p(x) for x in quotients] if row.kind == "p" else quotients


def goal(row: Row, target: Target, arithmetic: Arithmetic) -> Any:
    """H* in nats."""
    a, b, c = target.form(row.size)
    if b == 0:
        return arithmetic.number(a)
    return arithmetic.number(a) + arithmetic.number(b) * arithmetic.log(arithmetic.number(c))


class Escort:
    """
    The escort distribution of `row` at `gamma`, which together with `distances` are numbers of `arithmetic`.

    Use it at the working precision at which it was made.
    """

    def __init__(self, row: Row, arithmetic: Arithmetic, distances: list[Any], gamma: Any) -> None:
        self.row = row
        self.arithmetic = arithmetic
        self.gamma = gamma
        self.t = [gamma * d for d in distances]
        powers = map(arithmetic.exp, map(neg, self.t))
        self.weights = [*powers] if row.distinct else [*map(mul, powers, row.counts)]
        self.below = arithmetic.total(self.weights)
        self.mass = self.below + row.ties

    @cached_property
    def mean(self) -> Any:
        """The mean of t."""
        return self.arithmetic.dot(self.t, self.weights) / self.mass

    @property
    def entropy(self) -> Any:
        """H in nats."""
        ties = self.row.ties
        if ties == 1:
            return self.arithmetic.log1p(self.below) + self.mean
        return self.arithmetic.log(self.arithmetic.number(ties)) + self.arithmetic.log1p(self.below / ties) + self.mean

    @property
    def cumulants(self) -> Cumulants:
        """From power sums: fast, and of little relative accuracy where the variance is small against the mean."""
        first = [*map(mul, self.t, self.weights)]
        second = [*map(mul, self.t, first)]
        square, cube = self.arithmetic.total(second) / self.mass, self.arithmetic.dot(self.t, second) / self.mass
        mean = self.mean = self.arithmetic.total(first) / self.mass
        return Cumulants(self.entropy, square - mean**2, 3 * mean * square - cube - 2 * mean**3)

    @cached_property
    def variance(self) -> Any:
        """gamma^2 Var, from deviations from the mean, without cancellation."""
        squares = [(x - self.mean) ** 2 for x in self.t]
        return (self.arithmetic.dot(squares, self.weights) + self.row.ties * self.mean**2) / self.mass

    @property
    def slope(self) -> Any:
        """dH/dgamma = -gamma Var  [escort.entropy-slope]."""
        return -self.variance / self.gamma

    @property
    def probabilities(self) -> list[Any]:
        """The probability of one entry of each level, the maximum first."""
        powers = map(truediv, self.weights, self.row.counts)
        return [1 / self.mass, *(w / self.mass for w in powers)]

    @property
    def deviations(self) -> list[Any]:
        """Log q + H of one entry of each level, the maximum first: gamma (log p - E log p)."""
        return [self.mean, *(self.mean - x for x in self.t)]
