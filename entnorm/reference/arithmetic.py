"""The two arithmetics in which the same formulas about a row are evaluated: balls, and mpmath numbers.

A formula written once over `Arithmetic` encloses its value in the first and approximates it in the second.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from fractions import Fraction
from operator import mul
from typing import Any, Protocol

import mpmath

from entnorm import balls


class Arithmetic(Protocol):
    """Numbers with ``+ - * /`` and integer ``**`` of their own, and what else the formulas of a row need."""

    def working(self, bits: int) -> AbstractContextManager[Any]:
        """Compute with a working precision of `bits` within this block."""

    def number(self, x: int | float | Fraction) -> Any:
        """The number of this arithmetic for an exact one."""

    def exp(self, x: Any) -> Any:
        """The exponential."""

    def log(self, x: Any) -> Any:
        """The natural logarithm."""

    def log1p(self, x: Any) -> Any:
        """log(1 + x), to full relative accuracy near zero."""

    def total(self, terms: Iterable[Any]) -> Any:
        """The sum."""

    def dot(self, x: Sequence[Any], y: Sequence[Any]) -> Any:
        """The sum of products."""

    def least(self, x: Any, y: Any) -> Any:
        """The smaller of two."""

    def magnitude(self, x: Any) -> float:
        """The absolute value, or the largest in the ball, as a double."""

    def middle(self, x: Any, mp: mpmath.MPContext) -> mpmath.mpf:
        """The number itself, or the midpoint of the ball, to all its bits, as a number of the context `mp`."""


class InBalls:
    """Ball arithmetic: what comes out contains the exact value."""

    working = staticmethod(balls.working)
    number = staticmethod(balls.ball)
    exp = staticmethod(balls.exp)
    log = staticmethod(balls.log)
    log1p = staticmethod(balls.log1p)
    least = staticmethod(balls.least)
    magnitude = staticmethod(balls.magnitude)

    def total(self, terms: Iterable[Any]) -> Any:
        """The sum."""
        return sum(terms, balls.ball(0))

    def dot(self, x: Sequence[Any], y: Sequence[Any]) -> Any:
        """The sum of products."""
        return sum(map(mul, x, y), balls.ball(0))

    def middle(self, x: Any, mp: mpmath.MPContext) -> mpmath.mpf:
        """The midpoint."""
        return mp.make_mpf(mpmath.libmp.from_man_exp(*balls.middle(x)))


class InMpmath:
    """Numbers of an mpmath context: approximations, correctly rounded operation by operation."""

    def __init__(self, mp: mpmath.MPContext) -> None:
        self.mp = mp
        self.working = mp.workprec
        self.exp = mp.exp
        self.log = mp.log
        self.log1p = mp.log1p
        self.total = mp.fsum
        self.dot = mp.fdot
        self.least = min

    def number(self, x: int | float | Fraction) -> Any:
        """`x`, rounded to the working precision."""
        return self.mp.mpf(x) if isinstance(x, float) else self.mp.mpf(x.numerator) / x.denominator

    def magnitude(self, x: Any) -> float:
        """The absolute value."""
        return float(abs(x))

    def middle(self, x: Any, mp: mpmath.MPContext) -> mpmath.mpf:
        """The number itself."""
        return mp.make_mpf(x._mpf_)
