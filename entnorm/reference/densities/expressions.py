"""SymPy expressions as functions of complex balls, by walking a small closed set of nodes."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import sympy

from entnorm import balls, integration
from entnorm.balls import Ball
from entnorm.integration import Complex, Function
from entnorm.solution import EntnormError

_ENTIRE: dict[Any, Callable[[Complex], Complex]] = {
    sympy.exp: lambda z: z.exp(),
    sympy.sin: lambda z: z.sin(),
    sympy.cos: lambda z: z.cos(),
    sympy.sinh: lambda z: z.sinh(),
    sympy.cosh: lambda z: z.cosh(),
    sympy.tanh: lambda z: z.tanh(),
    sympy.erf: lambda z: z.erf(),
    sympy.erfc: lambda z: z.erfc(),
    sympy.gamma: lambda z: z.gamma(),
}
"""Functions without branch cuts: at a pole a ball is not finite by itself."""


def function(expression: sympy.Expr, variable: sympy.Symbol) -> Function:
    """
    The expression as a function of a complex ball, its constants at the working precision of now.

    Raises
    ------
    EntnormError
        If it holds another symbol, a float, or a node that is not known here.

    Examples
    --------
    >>> x = sympy.Symbol("x")
    >>> with balls.working(60):
    ...     f = function(sympy.log(1 + x**2), x)
    ...     value = f(integration.complex_ball(1), False).real - balls.log(balls.ball(2))
    >>> balls.sign(value) is None, float(balls.upper(value)) < 1e-15
    (True, True)
    """
    if expression == variable:
        return lambda z, analytic: z
    if not expression.free_symbols:
        value = integration.complex_ball(constant(expression))
        return lambda z, analytic: value
    if expression.is_Symbol:
        raise EntnormError(f"{expression} is neither a number nor the variable of the density")
    if isinstance(expression, sympy.Add):
        return _folded([function(part, variable) for part in expression.args], lambda a, b: a + b)
    if isinstance(expression, sympy.Mul):
        return _folded([function(part, variable) for part in expression.args], lambda a, b: a * b)
    if isinstance(expression, sympy.Pow):
        base, exponent = expression.args
        return _power(base, exponent, variable)
    inner = function(expression.args[0], variable) if len(expression.args) == 1 else None
    if inner is not None and isinstance(expression, sympy.log):
        return lambda z, analytic: inner(z, analytic).log(analytic=analytic)
    if inner is not None and isinstance(expression, sympy.Abs):
        return lambda z, analytic: inner(z, analytic).real_abs(analytic=analytic)
    if inner is not None and expression.func in _ENTIRE:
        entire = _ENTIRE[expression.func]
        return lambda z, analytic: entire(inner(z, analytic))
    raise EntnormError(f"{expression} cannot be integrated in balls: {expression.func.__name__} is not known here")


def constant(expression: sympy.Expr) -> Ball:
    """
    A ball around a real expression without symbols.

    Raises
    ------
    EntnormError
        As `function` does.
    """
    if isinstance(expression, sympy.Rational):
        return balls.ball(Fraction(int(expression.p), int(expression.q)))
    if expression is sympy.pi:
        return integration.pi()
    if expression is sympy.E:
        return balls.exp(balls.ball(1))
    if isinstance(expression, sympy.Float):
        raise EntnormError(f"{expression} is not exact: write it as a Rational")
    if expression.is_Atom:
        raise EntnormError(f"{expression} is neither a number nor the variable of the density")
    holder = sympy.Dummy()
    parts = [integration.complex_ball(constant(part)) for part in expression.args]
    if isinstance(expression, sympy.Add | sympy.Mul):
        value = parts[0]
        for part in parts[1:]:
            value = value + part if isinstance(expression, sympy.Add) else value * part
        return _real(value, expression)
    if isinstance(expression, sympy.Pow):
        return _real(parts[0].pow(parts[1]), expression)
    return _real(function(expression.func(holder), holder)(parts[0], False), expression)


def _real(value: Complex, expression: sympy.Expr) -> Ball:
    """The real part of a value without an imaginary one."""
    if balls.sign(value.imag) != 0:
        raise EntnormError(f"{expression} is not real, or is not told from a number that is not")
    return value.real


def _folded(parts: list[Function], combine: Callable[[Complex, Complex], Complex]) -> Function:
    first, *rest = parts

    def fold(z: Complex, analytic: bool) -> Complex:
        value = first(z, analytic)
        for part in rest:
            value = combine(value, part(z, analytic))
        return value

    return fold


def _power(base: sympy.Expr, exponent: sympy.Expr, variable: sympy.Symbol) -> Function:
    if base is sympy.E:
        return function(sympy.exp(exponent, evaluate=False), variable)
    inner = function(base, variable)
    if isinstance(exponent, sympy.Integer):
        count = int(exponent)
        return lambda z, analytic: inner(z, analytic) ** count
    if exponent == sympy.Rational(1, 2):
        return lambda z, analytic: inner(z, analytic).sqrt(analytic=analytic)
    power = function(exponent, variable)
    return lambda z, analytic: inner(z, analytic).pow(power(z, analytic), analytic=analytic)
