"""Rigorous integrals of holomorphic functions: ``acb.integral`` of python-flint, as `entnorm.balls` shows ``arb``.

The method is Petras's adaptive Gauss-Legendre quadrature with error bounds from values on complex ellipses (Johansson,
"Numerical integration in arbitrary-precision ball arithmetic", ICMS 2018): what comes back contains the integral.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from types import ModuleType
from typing import Any, TypeAlias

from entnorm.balls import Ball
from entnorm.solution import EntnormError

Complex: TypeAlias = Any
"""An ``acb`` of python-flint."""

Function: TypeAlias = Callable[[Complex, bool], Complex]
"""
A function of a complex ball, and whether it has to be holomorphic on all of that ball.

If it has to be and is not, it must return a ball that is not finite. python-flint's functions with a keyword
``analytic`` do.
"""


class CostError(EntnormError):
    """Integrals have taken as many values of their integrands as they were given."""


@dataclass
class Budget:
    """
    How many values of integrands a computation may still take.

    Attributes
    ----------
    left : int
    """

    left: int


@cache
def _flint() -> ModuleType:
    if importlib.util.find_spec("flint") is None:
        raise ImportError('rigorous integrals need python-flint: pip install "entnorm[rigorous]"')
    import flint

    module: ModuleType = flint
    return module


def complex_ball(real: Ball | int) -> Complex:
    """A complex ball on the real axis."""
    return _flint().acb(real)


def pi() -> Ball:
    """A ball around pi at the working precision."""
    return _flint().arb.pi()


def integral(function: Function, lower: Ball, upper: Ball, bits: int, depth: int, budget: Budget) -> Ball:
    """
    A ball that contains the integral of a function that is real on the real axis.

    Parameters
    ----------
    function : callable
        See `Function`.
    lower, upper : Ball
        Ends of the range.
    bits : int
        The error aimed at is 2^-bits, absolute or relative to the largest part of the integral. It is not promised:
        look at the radius of the ball.
    depth : int
        How often an interval may be halved.
    budget : Budget
        What this and other integrals may cost together.

    Returns
    -------
    Ball
        Not finite if the integrand could not be bounded.

    Raises
    ------
    CostError
        If nothing is left of the budget.

    Examples
    --------
    >>> from fractions import Fraction
    >>> from entnorm import balls
    >>> with balls.working(100):
    ...     one = integral(lambda z, analytic: (-z).exp(), balls.ball(0), balls.ball(100), 90, 100, Budget(10**5))
    >>> abs(balls.lower(one) - 1) < Fraction(1, 2**80), abs(balls.upper(one) - 1) < Fraction(1, 2**80)
    (True, True)
    """
    if budget.left <= 0:
        raise CostError("rigorous integrals are too costly here: the integrand is too narrow, too steep or too long")
    tolerance = _flint().arb(2) ** -bits
    evaluations = min(1000 * (bits + depth) + bits * bits, budget.left)

    def counted(z: Complex, analytic: bool) -> Complex:
        budget.left -= 1
        return function(z, analytic)

    found = _flint().acb.integral(
        counted, lower, upper, rel_tol=tolerance, abs_tol=tolerance, eval_limit=evaluations, depth_limit=depth
    )
    return found.real
