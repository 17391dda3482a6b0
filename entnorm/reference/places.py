"""Where the targets of the corpus lie between log m and log s: everywhere, and densely at both ends."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cache

import mpmath

from entnorm.reference.exact import TargetKind

BITS = 1200
"""Enough to place a target 2^-990 from an end."""


class Limits:
    """log m and log s for a support of `size` entries, `ties` of them at the maximum."""

    def __init__(self, size: int, ties: int) -> None:
        self.mp = mpmath.MPContext()
        self.mp.prec = BITS
        self.size, self.ties = size, ties
        self.low, self.high = self.mp.log(ties), self.mp.log(size)

    def form(self, kind: TargetKind, entropy: mpmath.mpf, deficit: mpmath.mpf) -> mpmath.mpf:
        """The target of this kind at an entropy."""
        if kind == "perplexity":
            return self.mp.exp(entropy)
        return {"entropy": entropy, "deficit": deficit, "evenness": entropy / self.high}[kind]

    def distances(self, kind: TargetKind, value: Fraction) -> tuple[mpmath.mpf, mpmath.mpf]:
        """The entropy and the deficit that a target asks for, as far as it says, without cancellation."""
        x = self.mp.mpf(value.numerator) / value.denominator
        if kind == "deficit":
            return self.high - x, x
        entropy = self.mp.log(x) if kind == "perplexity" else x * self.high if kind == "evenness" else x
        return entropy, self.high - entropy

    def ends(self, kind: TargetKind) -> tuple[float, float]:
        """The doubles that stand for the two limits."""
        if kind == "perplexity":
            return float(self.ties), float(self.size)
        if kind == "evenness":
            return float(self.low / self.high), 1.0
        return (float(self.low), float(self.high)) if kind == "entropy" else (0.0, float(self.high - self.low))


@cache
def limits(size: int, ties: int) -> Limits:
    """The limits, computed once for each pair."""
    return Limits(size, ties)


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

    def value(self, at: Limits) -> float | None:
        """The target, rounded to the nearest double; None where that leaves the interval or is a limit itself."""
        least, most = at.ends(self.kind)
        value = float(at.form(self.kind, *self._distances(at)))
        return value if least < value < most else None

    def is_at(self, kind: TargetKind, value: Fraction, at: Limits) -> bool:
        """Whether a target is this one."""
        return kind == self.kind and value == self.value(at)

    def _distances(self, at: Limits) -> tuple[mpmath.mpf, mpmath.mpf]:
        """The entropy and the deficit, each without cancellation."""
        if self.side == "quarter":
            quarter = at.mp.log(max(1, at.size // 4))
            return quarter, at.high - quarter
        gap = (at.high - at.low) * self.fraction.numerator / self.fraction.denominator
        return (at.low + gap, at.high - at.low - gap) if self.side == "low" else (at.high - gap, gap)


def _near(kind: TargetKind, side: str, *exponents: int) -> list[Place]:
    return [Place(kind, side, Fraction(1, 2**k), f"{side}{k}") for k in exponents]


def _inside(kind: TargetKind, *tenths: int) -> list[Place]:
    return [Place(kind, "low", Fraction(k, 10), f"mid{k}") for k in tenths]


def _mixed(*groups: list[Place]) -> tuple[Place, ...]:
    """One of each group in turn, so that any stretch of the cycle has some of every kind."""
    longest = max(map(len, groups))
    return tuple(group[i] for i in range(longest) for group in groups if i < len(group))


PLACES = _mixed(
    _inside("entropy", 5, 1, 8, 3, 9),
    _near("entropy", "low", 8, 36, 3, 900, 20, 44, 14, 60, 990, 5, 28, 11, 300, 40, 17, 150, 24, 32),
    _near("deficit", "high", 10, 60, 3, 900, 30, 100, 20, 990, 45, 5, 200, 15, 700, 38, 26, 80, 52, 400),
    _near("evenness", "low", 20, 4, 40, 10, 100, 30, 6, 60, 15, 500, 24),
    _inside("perplexity", 3, 6, 1, 9),
    _near("entropy", "high", 20, 5, 40, 12, 46, 30, 8, 35, 16, 44, 24, 3),
    _near("perplexity", "low", 25, 6, 45, 12, 35, 4, 30, 9, 40, 20, 16),
    _inside("deficit", 9, 2, 6, 4),
    _near("evenness", "high", 34, 7, 22, 44, 14, 4, 40, 18, 28, 11),
    _near("perplexity", "high", 30, 8, 42, 16, 5, 36, 12, 25, 20),
    _inside("evenness", 8, 2, 5, 9),
)
"""The cycle in which rows get their targets. The doubles near an end are too coarse for some places of some rows."""

PLATEAU = Place("entropy", "quarter", Fraction(0), "plateau")
"""A staircase of four steps is flat where its highest step is all that counts, and nothing tells its entries apart."""
