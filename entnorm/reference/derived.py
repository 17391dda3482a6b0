"""What follows from the root of a row: probabilities, slope, condition and derivatives, enclosed as the root is.

The root is located to as many more digits as it takes. Then balls over its whole enclosure contain the values; without
python-flint, values at the two ends, one at a higher precision than the other, stand for them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import ceil, log2
from typing import Any, TypeAlias

import mpmath

from entnorm import balls
from entnorm.reference.arithmetic import InBalls, InMpmath
from entnorm.reference.attainable import gaps
from entnorm.reference.escort import Escort, distances, goal
from entnorm.reference.exact import Row, Target
from entnorm.reference.locate import Located, locate

Pair: TypeAlias = tuple[mpmath.mpf, mpmath.mpf]
"""The two ends of an enclosure, exact binary numbers of mpmath's global context."""

Quantity: TypeAlias = Callable[[Escort, Any], list[Any]]
"""Numbers of the arithmetic of an escort distribution, which is given together with H*."""

Sizes: TypeAlias = Callable[[list[Pair]], Sequence[mpmath.mpf]]
"""What the width of each enclosure is measured against."""

MOST_EXTRA = 2**17
GUARD = 64
MARGIN = 16
"""Bits that rounding may cost in mpmath, where nothing is proved anyway."""


def enclose(row: Row, target: Target, digits: int, rigorous: bool, quantity: Quantity, sizes: Sizes) -> list[Pair]:
    """
    Enclosures of a quantity at the root, each narrower than 10^-digits times the size that `sizes` gives for it.

    Where `sizes` gives fewer sizes than there are enclosures, the rest may be as wide as they are.

    Raises
    ------
    ImportError
        If it is to be `rigorous`, and python-flint is not installed.
    ArithmeticError
        If 2^17 more digits of gamma* do not tell the quantity.
    """
    room = gaps(row, target)
    guard = GUARD + room.bits
    evaluate = _in_balls if rigorous else _in_mpmath
    extra = 5
    while extra <= MOST_EXTRA:
        found = locate(row, target, room, digits + extra, "arb" if rigorous else "mpmath")
        bits = ceil((digits + extra) * log2(10)) + guard
        pairs = evaluate(row, target, found, bits, quantity)
        if _narrow(pairs, sizes, digits, bits):
            return pairs
        extra *= 2
    raise ArithmeticError(f"{MOST_EXTRA} more digits of gamma* do not tell this quantity")


def each(pairs: list[Pair]) -> Sequence[mpmath.mpf]:
    """The relative width of every enclosure counts."""
    return [min(abs(low), abs(high)) for low, high in pairs]


def largest(pairs: list[Pair]) -> Sequence[mpmath.mpf]:
    """The width counts against the largest of the numbers."""
    return [max(each(pairs))] * len(pairs)


def middle(pair: Pair) -> mpmath.mpf:
    """The midpoint, to as many bits as the ends have."""
    low, high = (end._mpf_ for end in pair)
    total = mpmath.libmp.mpf_add(low, high, 2 + max(low[3], high[3]), "n")
    return mpmath.mp.make_mpf(mpmath.libmp.mpf_shift(total, -1))


def _narrow(pairs: list[Pair], sizes: Sizes, digits: int, bits: int) -> bool:
    mp = mpmath.MPContext()
    mp.prec = bits + GUARD
    scale = mp.mpf(10) ** digits
    own = [(mp.make_mpf(low._mpf_), mp.make_mpf(high._mpf_)) for low, high in pairs]
    return all((high - low) * scale <= size for (low, high), size in zip(own, sizes(own), strict=False))


def _in_balls(row: Row, target: Target, found: Located, bits: int, quantity: Quantity) -> list[Pair]:
    arithmetic = InBalls()
    with arithmetic.working(bits):
        gamma = balls.hull(*map(balls.ball, found.enclosure))
        at = Escort(row, arithmetic, distances(row, arithmetic), gamma)
        bounds = [balls.ends(x) for x in quantity(at, goal(row, target, arithmetic))]
    return [(_dyadic(*low), _dyadic(*high)) for low, high in bounds]


def _in_mpmath(row: Row, target: Target, found: Located, bits: int, quantity: Quantity) -> list[Pair]:
    at_ends = []
    for end, precision in zip(found.enclosure, (bits, bits + GUARD), strict=True):
        mp = mpmath.MPContext()
        mp.prec = precision
        arithmetic = InMpmath(mp)
        at = Escort(row, arithmetic, distances(row, arithmetic), arithmetic.number(end))
        at_ends.append(quantity(at, goal(row, target, arithmetic)))
    pairs = (sorted(map(mp.convert, values)) for values in zip(*at_ends, strict=True))
    margin = mp.ldexp(1, MARGIN - bits)
    return [(_public(low - margin * abs(low)), _public(high + margin * abs(high))) for low, high in pairs]


def _dyadic(mantissa: int, exponent: int) -> mpmath.mpf:
    return mpmath.mp.make_mpf(mpmath.libmp.from_man_exp(mantissa, exponent))


def _public(x: Any) -> mpmath.mpf:
    """The same number as an mpf of mpmath's global context, to all its bits."""
    return mpmath.mp.make_mpf(x._mpf_)
