"""Where an exponent may lie, and how close it is to the ends: what families and integrals are evaluated at."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

Interval: TypeAlias = tuple[float, float]


class Exponent(NamedTuple):
    """
    An exponent with its distances to the ends of its domain, each of them to full relative accuracy.

    Close to an end the difference of two floats has lost the digits on which everything there depends.
    """

    gamma: float
    above: float
    """Gamma minus the lower end."""
    below: float
    """The upper end minus gamma; inf where that is."""


class Level(NamedTuple):
    """What is known of an escort density at one exponent, in nats."""

    entropy: float
    varentropy: float
    """gamma^2 Var_q[log p] = -dh/dlog gamma  [densities.entropy-slope]."""
    error: float
    """A bound, or an estimate where integrals are computed, of the error of `entropy`."""


@dataclass(frozen=True)
class Domain:
    """
    The interval of exponents at which the power of a density is integrable, in an odds-like coordinate r.

    r runs from 0 to infinity: gamma = (lower + r upper) / (1 + r), or lower + r unit if there is no upper end, where
    the unit is the lower end itself unless that is 0. Newton's method in log r cannot leave the domain.

    Examples
    --------
    >>> Domain(0.0, 2.0).at(1.0)
    Exponent(gamma=1.0, above=1.0, below=1.0)
    >>> Domain(0.5, math.inf).at(1e-20)
    Exponent(gamma=0.5, above=5e-21, below=inf)
    """

    lower: float
    upper: float

    @property
    def ends(self) -> Interval:
        """Both ends."""
        return self.lower, self.upper

    @property
    def unit(self) -> float:
        """What r counts where there is no upper end."""
        return self.lower or 1.0

    def at(self, odds: float) -> Exponent:
        """The exponent at `odds`."""
        if math.isinf(self.upper):
            return Exponent(self.lower + odds * self.unit, odds * self.unit, math.inf)
        length, low = self.upper - self.lower, 1 / (1 + odds)
        high = odds * low if odds < 1 else 1 / (1 + 1 / odds)
        return Exponent(self.lower * low + self.upper * high, length * high, length * low)

    def odds(self, gamma: float) -> float:
        """The odds of an exponent inside."""
        if math.isinf(self.upper):
            return (gamma - self.lower) / self.unit
        return (gamma - self.lower) / (self.upper - gamma)

    def rate(self, at: Exponent) -> float:
        """Dlog gamma / dlog r."""
        inside = 1.0 if math.isinf(self.upper) else at.below / (self.upper - self.lower)
        return at.above / at.gamma * inside

    def exponent(self, gamma: float) -> Exponent:
        """An exponent given as a number, with the distances that subtraction finds."""
        return Exponent(gamma, gamma - self.lower, self.upper - gamma)

    def __contains__(self, gamma: float) -> bool:
        return self.lower < gamma < self.upper


@dataclass(frozen=True)
class Curve:
    """
    The entropy of the escort densities of one density, as a function of their order.

    Attributes
    ----------
    domain : Domain
        Where the power is integrable.
    attainable : tuple of two floats
        The limits of the entropy at the upper and at the lower end of the domain, in nats.
    level : callable
        Exponent -> Level.
    distribution : callable
        Exponent -> the escort distribution of that order.
    closed : callable or None
        Target -> odds of the exponent and a bound on their relative error, where a formula says it.
    """

    domain: Domain
    attainable: Interval
    level: Callable[[Exponent], Level]
    distribution: Callable[[Exponent], object]
    closed: Callable[[float], tuple[float, float]] | None = None
