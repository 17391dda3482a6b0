"""Is a target attainable? Decided, not estimated: H* lies strictly between log m and log s, or an error says why not.

Whether H* *equals* an end is decided on integers, since the logarithm of a rational number other than 1 is
transcendental (Lindemann): log k is no rational number, and log s / log m is one only if s and m are powers of one
integer. Once equality is excluded, enclosures at doubling precision must separate H* from the end: the loop stops.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal, TypeAlias

import mpmath

from entnorm import balls
from entnorm.reference.exact import Row, Target
from entnorm.solution import InfeasibleTargetError

Interval: TypeAlias = tuple[Fraction, Fraction]
Reason: TypeAlias = Literal["uniform", "every gamma", "at log m", "at log s", "below log m", "above log s"]

FIRST_BITS = 64

_SAYS: dict[Reason, str] = {
    "uniform": "every entry of the support is equal, so the entropy is log s at every gamma",
    "every gamma": "every entry of the support is equal and the target is log s, so the root is not unique",
    "at log m": "it is the limit log m itself, which the entropy approaches as gamma grows and does not attain",
    "at log s": "it is the limit log s itself, which the entropy approaches as gamma -> 0 and does not attain",
    "below log m": "it lies below log m, with m the multiplicity of the maximum",
    "above log s": "it lies above log s, with s the size of the support",
}


class UnattainableTargetError(InfeasibleTargetError):
    """
    No 0 < gamma < infinity gives the target entropy, and this is why.

    Attributes
    ----------
    reason : {"uniform", "every gamma", "at log m", "at log s", "below log m", "above log s"}
        "uniform": all entries of the support are equal, so the entropy does not depend on gamma.
        "every gamma": the same, and the target is that entropy: no gamma is the answer more than another.
        "at log m", "at log s": the target is the limit for gamma -> infinity, or gamma -> 0, and is not attained.
        "below log m", "above log s": the target lies outside.
    target : tuple of two Fraction
        An enclosure of the target entropy.
    limits : tuple of two pairs of Fraction
        Enclosures of log m and of log s, disjoint from the target's where the reason says "below" or "above".
    rigorous : bool
        Were the enclosures computed in ball arithmetic? The other reasons are decided on integers alone.
    """

    def __init__(self, reason: Reason, target: Interval, limits: tuple[Interval, Interval], rigorous: bool) -> None:
        super().__init__(reason, target, limits, rigorous)
        self.reason = reason
        self.target = target
        self.limits = limits
        self.rigorous = rigorous

    def __str__(self) -> str:
        if self.reason == "every gamma":
            return f"every 0 < gamma < infinity attains the entropy {_about(self.target[0])}: {_SAYS[self.reason]}"
        refused = f"no 0 < gamma < infinity attains the entropy {_about(self.target[0])}: {_SAYS[self.reason]}"
        if self.reason == "uniform":
            return refused
        how = "" if self.rigorous else " (bounds from mpmath with a margin, not rigorous)"
        low, high = self.limits
        return f"{refused}; attainable are those between {_about(low[0])} and {_about(high[1])}{how}"


def _about(x: Fraction) -> str:
    mp = mpmath.MPContext()
    return str(mp.nstr(mp.mpf(x.numerator) / x.denominator, 17))


@dataclass(frozen=True)
class Gaps:
    """Lower bounds of H* - log m and log s - H*, both positive, sharp to a few digits."""

    low: Fraction
    high: Fraction

    @property
    def bits(self) -> int:
        """How many bits H* has in common with the nearer end, to within one; zero at least."""
        nearer = min(self.low, self.high)
        return max(0, nearer.denominator.bit_length() - nearer.numerator.bit_length())


def gaps(row: Row, target: Target) -> Gaps:
    """
    How far an attainable target is from the two ends.

    Raises
    ------
    UnattainableTargetError
        If the target is not attainable.
    """
    if not row.levels:
        attained = _is_log_of(target, row.size, row.size)
        raise _refusal("every gamma" if attained else "uniform", row, target, FIRST_BITS)
    if _is_log_of(target, row.size, row.ties):
        raise _refusal("at log m", row, target, FIRST_BITS)
    if _is_log_of(target, row.size, row.size):
        raise _refusal("at log s", row, target, FIRST_BITS)
    bits = FIRST_BITS
    while True:
        low = _difference(target, row.size, row.ties, bits)
        high = _difference(target, row.size, row.size, bits)
        if low[1] < 0:
            raise _refusal("below log m", row, target, bits)
        if high[0] > 0:
            raise _refusal("above log s", row, target, bits)
        if low[0] > 0 and high[1] < 0 and 2 * low[0] > low[1] and 2 * high[1] < high[0]:
            return Gaps(low[0], -high[1])
        bits *= 2


def _is_log_of(target: Target, size: int, k: int) -> bool:
    """Is H* exactly log k, for k = m or k = s?"""
    value = target.value
    if target.kind == "entropy":
        return k == 1 and value == 0
    if target.kind == "perplexity":
        return value == k
    if target.kind == "deficit":
        return size == k and value == 0
    # s**(j/i) = k in lowest terms makes s an i-th power, hence i <= log2 s.
    return value <= 1 and value.denominator <= size.bit_length() and size**value.numerator == k**value.denominator


def _refusal(reason: Reason, row: Row, target: Target, bits: int) -> UnattainableTargetError:
    limits = (_entropy(Target("perplexity", Fraction(k)), row.size, bits) for k in (row.ties, row.size))
    low, high = limits
    return UnattainableTargetError(reason, _entropy(target, row.size, bits), (low, high), balls.available())


def _entropy(target: Target, size: int, bits: int) -> Interval:
    return _difference(target, size, 1, bits)


def _difference(target: Target, size: int, k: int, bits: int) -> Interval:
    """An enclosure of H* - log k; where balls are not available, bounds that mpmath gives with a margin."""
    enclose: Callable[[Target, int, int, int], Interval] = _in_balls if balls.available() else _in_mpmath
    return enclose(target, size, k, bits)


def _in_balls(target: Target, size: int, k: int, bits: int) -> Interval:
    a, b, c = target.form(size)
    with balls.working(bits):
        value = balls.ball(a) - balls.log(balls.ball(k))
        if b:
            value += balls.ball(b) * balls.log(balls.ball(c))
    return balls.lower(value), balls.upper(value)


def _in_mpmath(target: Target, size: int, k: int, bits: int) -> Interval:
    mp = mpmath.MPContext()
    mp.prec = bits
    a, b, c = (mp.mpf(x.numerator) / x.denominator for x in target.form(size))
    terms = a, b * mp.log(c), -mp.log(k)
    value, margin = mp.fsum(terms), mp.ldexp(mp.fsum(terms, absolute=True), 8 - bits)
    return rational(value - margin), rational(value + margin)


def rational(x: mpmath.mpf) -> Fraction:
    """The rational number that a finite `x` is, exactly."""
    negative, mantissa, exponent, _ = x._mpf_
    size = Fraction(int(mantissa) << exponent) if exponent >= 0 else Fraction(int(mantissa), 1 << -exponent)
    return -size if negative else size
