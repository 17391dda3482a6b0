"""One small interface over ball arithmetic: the ``arb`` of python-flint (extra ``rigorous``).

A ball is a real interval, kept as midpoint and radius, that is guaranteed to contain the exact result of the operations
that made it (Johansson, "Arb: efficient arbitrary-precision midpoint-radius interval arithmetic", IEEE Transactions on
Computers 66, 2017). ``+ - * /`` and integer ``**`` are the balls' own operators; everything else that entnorm asks of a
ball is here.

Precision belongs to the caller and is an argument: ``with working(bits): ...``. FLINT keeps it in one variable of the
whole process, so the block holds a lock: threads take turns, and the precision that was set before is put back.

Importing this module does not import python-flint; `available` says whether it could be.
"""

from __future__ import annotations

import importlib.util
import math
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from functools import cache
from types import ModuleType
from typing import Any, TypeAlias

__all__ = [
    "Ball",
    "available",
    "ball",
    "digamma",
    "disjoint",
    "ends",
    "exp",
    "hull",
    "is_finite",
    "least",
    "log",
    "log1p",
    "log_gamma",
    "lower",
    "magnitude",
    "middle",
    "sign",
    "upper",
    "working",
]

Ball: TypeAlias = Any
"""An ``arb`` of python-flint, which has no type of its own here because it may be absent."""

_PRECISION_LOCK = threading.RLock()


def _new_lock() -> None:
    """In a process that was forked while another thread had the lock: nobody is left there to give it back."""
    global _PRECISION_LOCK
    _PRECISION_LOCK = threading.RLock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_new_lock)

_LARGEST_EXPONENT = 2**24  # a ball may be as small as exp(-10**18), whose exact rational would not fit in memory


def available() -> bool:
    """
    Can balls be computed here, that is, is python-flint installed?

    Returns
    -------
    bool

    Examples
    --------
    >>> isinstance(available(), bool)
    True
    """
    return importlib.util.find_spec("flint") is not None


@cache
def _flint() -> ModuleType:
    try:
        import flint
    except ImportError as error:
        raise ImportError('certified balls need python-flint: pip install "entnorm[rigorous]"') from error
    module: ModuleType = flint
    return module


@contextmanager
def working(bits: int) -> Iterator[None]:
    """
    Compute balls with a working precision of ``bits`` within this block, which one thread at a time may be in.

    Parameters
    ----------
    bits : int
        Mantissa bits of the midpoints, at least 2.

    Raises
    ------
    ValueError
        If ``bits`` is below 2.
    ImportError
        If python-flint is not installed.

    Examples
    --------
    >>> with working(100):
    ...     third = ball(Fraction(1, 3))
    >>> upper(third) - lower(third) < Fraction(1, 2**99)
    True
    """
    if bits < 2:
        raise ValueError(f"a ball needs a working precision of at least 2 bits, got {bits}")
    context = _flint().ctx
    with _PRECISION_LOCK:
        before = context.prec
        context.prec = bits
        try:
            yield
        finally:
            context.prec = before


def ball(x: int | Fraction | float) -> Ball:
    """
    The smallest ball at the working precision that contains an exact number.

    Parameters
    ----------
    x : int, Fraction or float
        Ints and floats (the binary number that a float is) are represented exactly, whatever the precision.

    Returns
    -------
    Ball

    Raises
    ------
    ValueError
        If a float is NaN or infinite.
    TypeError
        If ``x`` is none of these types.

    Examples
    --------
    >>> lower(ball(0.1)) == Fraction(0.1) == upper(ball(0.1))
    True
    """
    flint = _flint()
    if isinstance(x, int):
        return flint.arb(x)
    if isinstance(x, Fraction):
        return flint.arb(flint.fmpq(x.numerator, x.denominator))
    if isinstance(x, float):
        if not math.isfinite(x):
            raise ValueError(f"a ball needs a finite number, got {x}")
        return flint.arb(float(x))
    raise TypeError(f"a ball is made from an int, a Fraction or a float, not from {type(x).__name__}")


def exp(x: Ball) -> Ball:
    """
    A ball that contains exp(t) for every t of the ball ``x``.

    Examples
    --------
    >>> lower(exp(ball(1))) < Fraction(2718281828459045, 10**15) < upper(exp(ball(1))) + Fraction(1, 10**14)
    True
    """
    return x.exp()


def log(x: Ball) -> Ball:
    """
    A ball that contains log(t) for every t of the ball ``x``; not finite if ``x`` is not positive throughout.

    Examples
    --------
    >>> sign(log(ball(1))), is_finite(log(ball(0)))
    (0, False)
    """
    return x.log()


def log1p(x: Ball) -> Ball:
    """
    A ball that contains log(1 + t) for every t of the ball ``x``, to full relative accuracy near zero.

    Examples
    --------
    >>> sign(log1p(ball(1e-300))), sign(log(1 + ball(1e-300)))
    (1, None)
    """
    return x.log1p()


def log_gamma(x: Ball) -> Ball:
    """
    A ball that contains log Gamma(t) for every t of the ball ``x``, which is positive.

    Examples
    --------
    >>> sign(log_gamma(ball(5)) - log(ball(24))), sign(log_gamma(ball(3)))
    (None, 1)
    """
    return x.lgamma()


def digamma(x: Ball) -> Ball:
    """
    A ball that contains the derivative of log Gamma at every t of the ball ``x``, which is positive.

    Examples
    --------
    >>> sign(digamma(ball(2)) - digamma(ball(1)) - 1), sign(digamma(ball(1)))
    (None, -1)
    """
    return x.digamma()


def hull(a: Ball, b: Ball) -> Ball:
    """
    A ball that contains both balls and everything between them.

    Examples
    --------
    >>> middle = hull(ball(1), ball(2)) - ball(Fraction(3, 2))
    >>> lower(middle) <= Fraction(-1, 2), upper(middle) >= Fraction(1, 2)
    (True, True)
    """
    return a.union(b)


def least(a: Ball, b: Ball) -> Ball:
    """
    A ball that contains min(s, t) for every s of `a` and t of `b`.

    Examples
    --------
    >>> lower(least(ball(1), hull(ball(0), ball(2)))) <= 0, upper(least(ball(1), ball(2)))
    (True, Fraction(1, 1))
    """
    return a.min(b)


def is_finite(b: Ball) -> bool:
    """
    Is the ball a bounded interval? An operation outside its domain, such as 1/0, gives one that is not.

    Examples
    --------
    >>> is_finite(ball(1) / ball(3)), is_finite(ball(1) / ball(0))
    (True, False)
    """
    return bool(b.is_finite())


def lower(b: Ball) -> Fraction:
    """
    The exact lower end of a finite ball.

    Raises
    ------
    ValueError
        If the ball is not finite.
    OverflowError
        If the end is too large or too small to be written down as a fraction (beyond 2**(+-2**24)).

    Examples
    --------
    >>> lower(ball(Fraction(3, 4)))
    Fraction(3, 4)
    """
    return _exact(b, b.mid()) - _exact(b, b.rad())


def upper(b: Ball) -> Fraction:
    """
    The exact upper end of a finite ball; raises as `lower` does.

    Examples
    --------
    >>> third = ball(Fraction(1, 3))
    >>> lower(third) < Fraction(1, 3) < upper(third)
    True
    """
    return _exact(b, b.mid()) + _exact(b, b.rad())


def magnitude(b: Ball) -> float:
    """
    The largest absolute value in the ball, rounded to a double; infinite if the ball is not finite.

    Examples
    --------
    >>> magnitude(hull(ball(-3), ball(1))) >= 3, magnitude(ball(1) / ball(0))
    (True, inf)
    """
    return float(b.abs_upper()) if is_finite(b) else math.inf


def middle(b: Ball) -> tuple[int, int]:
    """
    The midpoint of a finite ball as an exact ``mantissa * 2**exponent``, however large the exponent.

    Raises
    ------
    ValueError
        If the ball is not finite.

    Examples
    --------
    >>> middle(ball(0.375))
    (3, -3)
    """
    return _dyadic(b, b.mid())


def ends(b: Ball) -> tuple[tuple[int, int], tuple[int, int]]:
    """
    Both ends of a finite ball, rounded outwards to the working precision, each as ``mantissa * 2**exponent``.

    Unlike `lower` and `upper` it gives the ends of balls as small as exp(-10**18).

    Raises
    ------
    ValueError
        If the ball is not finite.

    Examples
    --------
    >>> with working(30):
    ...     low, high = ends(exp(ball(-(10**18))))
    >>> low[1] < -(10**18), high[1] < -(10**18)
    (True, True)
    """
    return _dyadic(b, b.lower()), _dyadic(b, b.upper())


def _dyadic(b: Ball, part: Ball) -> tuple[int, int]:
    if not is_finite(b):
        raise ValueError(f"the ball {b} has no finite end")
    mantissa, exponent = part.man_exp()
    return int(mantissa), int(exponent)


def _exact(b: Ball, part: Ball) -> Fraction:
    mantissa, exponent = _dyadic(b, part)
    if abs(exponent) > _LARGEST_EXPONENT:
        raise OverflowError(f"an end of the ball {b} does not fit in an exact fraction")
    return Fraction(mantissa << exponent) if exponent >= 0 else Fraction(mantissa, 1 << -exponent)


def sign(b: Ball) -> int | None:
    """
    The sign that every number of the ball has, or None where the ball does not decide it.

    Returns
    -------
    int or None
        1 or -1; 0 only if the ball is exactly zero; None if it holds numbers of different signs, or is NaN.

    Examples
    --------
    >>> sign(ball(2)), sign(ball(-0.5)), sign(ball(0))
    (1, -1, 0)
    >>> sign(ball(Fraction(1, 3)) - ball(Fraction(1, 3))) is None
    True
    """
    if b > 0:
        return 1
    if b < 0:
        return -1
    return 0 if b.is_zero() else None


def disjoint(a: Ball, b: Ball) -> bool:
    """
    Have the two balls certainly no number in common?

    Examples
    --------
    >>> disjoint(log(ball(2)), log(ball(3))), disjoint(log(ball(2)), log(ball(2)))
    (True, False)
    """
    return bool(a < b or a > b)
