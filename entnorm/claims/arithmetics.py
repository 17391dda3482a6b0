"""The arithmetics in which the second witness evaluates: numbers, exp, log, and when two numbers are equal.

    Exact           fractions
    Logarithms      quotients of polynomials in the logarithms of small primes, with rational coefficients
    Balls           enclosures, by python-flint
    TwoPrecisions   mpmath twice, where python-flint is missing: not rigorous

`compare` says 0 for numbers that agree as far as the arithmetic can tell; `agreement_is_certain` says whether that
proves them equal.  An arithmetic that cannot express a number says so, which does not mean that there is none.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from math import floor, prod
from typing import Any, ClassVar

from mpmath.ctx_mp import MPContext
from sympy import QQ
from sympy.polys.fields import field as fraction_field

from entnorm import balls

__all__ = [
    "Arithmetic", "Balls", "Exact", "Inexpressible", "Logarithms", "Pair", "TwoPrecisions", "Undefined", "arithmetic",
]  # fmt: skip

BITS = 400
AGREEMENT = Fraction(1, 2**300)  # far below the smallest perturbation that a test plants, far above a ball's radius


class Undefined(ArithmeticError):
    """A term has no value at a point."""


class Inexpressible(Undefined):
    """A term has no value that the arithmetic can give; another arithmetic may know better."""


class Exact:
    """Exact rational arithmetic."""

    name: ClassVar[str] = "exact fractions"
    agreement_is_certain: ClassVar[bool] = True

    def scope(self) -> AbstractContextManager[None]:
        return nullcontext()

    def constant(self, value: Fraction) -> Any:
        return value

    def exp(self, x: Any) -> Any:
        if x == 0:
            return Fraction(1)
        raise Inexpressible("exp is not rational")

    def log(self, x: Any) -> Any:
        if x <= 0:
            raise Undefined("the logarithm of a number that is not positive")
        if x == 1:
            return Fraction(0)
        raise Inexpressible("log is not rational")

    def log_gamma(self, x: Any) -> Any:
        if x <= 0:
            raise Undefined("the Gamma function of a number that is not positive")
        raise Inexpressible("the Gamma function is not rational")

    digamma = log_gamma

    def integer(self, x: Any) -> int | None:
        return int(x) if x.denominator == 1 else None

    def may_be_whole(self, x: Any) -> bool:
        """Return False for what is certainly no whole number."""
        return self.integer(x) is not None

    def compare(self, a: Any, b: Any) -> int | None:
        """Return the sign of a - b, 0 where they agree, None where that is not decided."""
        return int(a > b) - int(a < b)


_PRIMES = (2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47)
_FIELD, *_LOGS = fraction_field([f"log{prime}" for prime in _PRIMES], QQ)


class Logarithms:
    """Exact arithmetic with logarithms of rational numbers: an expression that is zero formally is zero.

    The converse is left to balls: whether such logarithms satisfy an unexpected polynomial equation is not known.
    """

    name: ClassVar[str] = "exact logarithms"
    agreement_is_certain: ClassVar[bool] = True

    def scope(self) -> AbstractContextManager[None]:
        return nullcontext()

    def constant(self, value: Fraction) -> Any:
        return _FIELD(QQ(value.numerator, value.denominator))

    def exp(self, x: Any) -> Any:
        if not x.denom.is_ground or not x.numer.is_linear:
            raise Inexpressible("exp is not rational")
        scale, power = self._rational(x.denom.LC), Fraction(1)
        for exponents, coefficient in x.numer.terms():
            count = self._rational(coefficient) / scale
            if count.denominator != 1 or (count and not any(exponents)):
                raise Inexpressible("exp is not rational")
            power *= Fraction(prod(p**e for p, e in zip(_PRIMES, exponents, strict=True))) ** int(count)
        return self.constant(power)

    def log(self, x: Any) -> Any:
        value = self._constant_of(x)
        if value is None:
            raise Inexpressible("the logarithm of a logarithm")
        if value <= 0:
            raise Undefined("the logarithm of a number that is not positive")
        return self._log_of(value.numerator) - self._log_of(value.denominator)

    def log_gamma(self, x: Any) -> Any:
        raise Inexpressible("the Gamma function is no combination of logarithms")

    digamma = log_gamma

    def _log_of(self, number: int) -> Any:
        total = self.constant(Fraction(0))
        for prime, log in zip(_PRIMES, _LOGS, strict=True):
            while number % prime == 0:
                number //= prime
                total = total + log
        if number != 1:
            raise Inexpressible("the logarithm of a large prime")
        return total

    def integer(self, x: Any) -> int | None:
        value = self._constant_of(x)
        return int(value) if value is not None and value.denominator == 1 else None

    def may_be_whole(self, x: Any) -> bool:
        return self._constant_of(x) is None or self.integer(x) is not None

    def compare(self, a: Any, b: Any) -> int | None:
        gap = a - b
        value = self._constant_of(gap)
        if value is not None:
            return (value > 0) - (value < 0)
        if not balls.available():
            return None
        with balls.working(BITS):
            halves = [balls.sign(self._enclosed(half)) for half in (gap.numer, gap.denom)]
        return None if None in halves else prod(s for s in halves if s is not None)

    @staticmethod
    def _rational(coefficient: Any) -> Fraction:
        return Fraction(int(QQ.numer(coefficient)), int(QQ.denom(coefficient)))

    def _constant_of(self, x: Any) -> Fraction | None:
        if not (x.numer.is_ground and x.denom.is_ground):
            return None
        return self._rational(x.numer.LC) / self._rational(x.denom.LC)

    def _enclosed(self, polynomial: Any) -> Any:
        total = balls.ball(0)
        for exponents, coefficient in polynomial.terms():
            term = balls.ball(self._rational(coefficient))
            for prime, exponent in zip(_PRIMES, exponents, strict=True):
                for _ in range(exponent):
                    term = term * balls.log(balls.ball(prime))
            total = total + term
        return total


class Balls:
    """Ball arithmetic: every comparison but agreement is certain."""

    name: ClassVar[str] = "balls"
    agreement_is_certain: ClassVar[bool] = False

    def scope(self) -> AbstractContextManager[None]:
        return balls.working(BITS)

    def constant(self, value: Fraction) -> Any:
        return balls.ball(value)

    def exp(self, x: Any) -> Any:
        return balls.exp(x)

    def log(self, x: Any) -> Any:
        return balls.log(self._positive(x, "the logarithm"))

    def log_gamma(self, x: Any) -> Any:
        return balls.log_gamma(self._positive(x, "the Gamma function"))

    def digamma(self, x: Any) -> Any:
        return balls.digamma(self._positive(x, "the digamma function"))

    @staticmethod
    def _positive(x: Any, what: str) -> Any:
        certain = balls.sign(x)
        if certain is None:
            raise Inexpressible(f"{what} of a number that may not be positive")
        if certain < 1:
            raise Undefined(f"{what} of a number that is not positive")
        return x

    def integer(self, x: Any) -> int | None:
        low, high = self._ends(x)
        return int(low) if low == high and low.denominator == 1 else None

    @staticmethod
    def _ends(x: Any) -> tuple[Fraction, Fraction]:
        try:
            return balls.lower(x), balls.upper(x)
        except OverflowError:
            raise Inexpressible("a number of absurd size") from None

    def may_be_whole(self, x: Any) -> bool:
        low, high = self._ends(x)
        return floor(high) >= low

    def compare(self, a: Any, b: Any) -> int | None:
        gap = a - b
        if not balls.is_finite(gap):
            raise Inexpressible("a term that is out of reach")
        certain = balls.sign(gap)
        if certain is not None:
            return certain
        low, high = self._ends(gap)
        scale = 1 + abs(self._ends(a)[1]) + abs(self._ends(b)[1])
        return 0 if high - low <= AGREEMENT * scale else None


@cache
def _context(bits: int) -> Any:
    """Return an mpmath context of its own at that precision; making one costs as much as many evaluations."""
    context = MPContext()
    context.prec = bits
    return context


class TwoPrecisions:
    """mpmath at two precisions; what both agree on is believed, not certain."""

    name: ClassVar[str] = "mpmath at two precisions (not rigorous)"
    agreement_is_certain: ClassVar[bool] = False

    def __init__(self) -> None:
        self.contexts = tuple(map(_context, (BITS, 2 * BITS)))

    def scope(self) -> AbstractContextManager[None]:
        return nullcontext()

    def constant(self, value: Fraction) -> Any:
        return Pair(tuple(c.mpf(value.numerator) / value.denominator for c in self.contexts))

    def exp(self, x: Any) -> Any:
        return Pair(tuple(c.exp(v) for c, v in zip(self.contexts, x.values, strict=True)))

    def log(self, x: Any) -> Any:
        return self._of_positive("log", x)

    def log_gamma(self, x: Any) -> Any:
        return self._of_positive("loggamma", x)

    def digamma(self, x: Any) -> Any:
        return self._of_positive("digamma", x)

    def _of_positive(self, function: str, x: Any) -> Any:
        if not all(v > 0 for v in x.values):
            raise Inexpressible(f"{function} of a number that may not be positive")
        return Pair(tuple(getattr(c, function)(v) for c, v in zip(self.contexts, x.values, strict=True)))

    def integer(self, x: Any) -> int | None:
        first, second = x.values
        return int(first) if bool(first == second == int(first)) else None

    def may_be_whole(self, x: Any) -> bool:
        return True

    def compare(self, a: Any, b: Any) -> int | None:
        scale = 1 + abs(a.values[1]) + abs(b.values[1])
        gaps = [x - y for x, y in zip(a.values, b.values, strict=True)]
        tiny = self.contexts[1].mpf(AGREEMENT.numerator) / AGREEMENT.denominator * scale
        if all(abs(g) <= tiny for g in gaps):
            return 0
        if all(abs(g) > tiny for g in gaps) and (gaps[0] > 0) == (gaps[1] > 0):
            return 1 if gaps[0] > 0 else -1
        return None


@dataclass(frozen=True)
class Pair:
    """One number at two precisions."""

    values: tuple[Any, ...]

    def _with(self, other: Pair, operation: Callable[[Any, Any], Any]) -> Pair:
        return Pair(tuple(operation(x, y) for x, y in zip(self.values, other.values, strict=True)))

    def __add__(self, other: Pair) -> Pair:
        return self._with(other, lambda x, y: x + y)

    def __sub__(self, other: Pair) -> Pair:
        return self._with(other, lambda x, y: x - y)

    def __mul__(self, other: Pair) -> Pair:
        return self._with(other, lambda x, y: x * y)

    def __truediv__(self, other: Pair) -> Pair:
        return self._with(other, lambda x, y: x / y)


Arithmetic = Exact | Logarithms | Balls | TwoPrecisions


def arithmetic() -> Arithmetic:
    """Return the arithmetic for numbers that are not rational: balls where python-flint is installed."""
    return Balls() if balls.available() else TwoPrecisions()
