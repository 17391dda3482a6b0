"""Statements beyond relations: quantified, with a case of equality, about Taylor polynomials, limits and roots."""

from __future__ import annotations

from math import factorial
from typing import Any

from sympy import Expr, oo, sympify

from .terms import Eq, Ge, LanguageError, Le, Ne, Relation, Statement, family, scalar
from .variables import At, Binding, D, Index, Natural, Point, Scalar, Variable, real


class ForAll(Statement):
    """`statement` for every value of `variable`, an index, a point or a natural number."""

    binding = Binding(place=0, scope=1)

    def __new__(cls, variable: Variable, statement: Statement) -> ForAll:
        if not isinstance(variable, Index | Point | Natural):
            raise LanguageError(f"{variable!r} is neither an index nor a natural number")
        if not isinstance(statement, Statement):
            raise LanguageError(f"{statement!r} is not a statement")
        quantified: ForAll = Statement.__new__(cls, variable, statement)
        return quantified


class Attained(Statement):
    """`bound` holds, and with equality exactly when `condition` holds."""

    def __new__(cls, bound: Relation, condition: Statement) -> Attained:
        if not isinstance(bound, Le | Ge):
            raise LanguageError(f"a case of equality belongs to a bound, not to {bound!r}")
        if not isinstance(condition, Statement):
            raise LanguageError(f"{condition!r} is not a statement")
        attained: Attained = Statement.__new__(cls, bound, condition)
        return attained

    @property
    def bound(self) -> Relation:
        bound: Relation = self.args[0]
        return bound

    @property
    def condition(self) -> Statement:
        condition: Statement = self.args[1]
        return condition


class Integrable(Statement):
    """`body`, a function of `point`, has an integral: that of its absolute value is finite."""

    binding = Binding(place=1, scope=0)

    def __new__(cls, body: Any, point: Point) -> Integrable:
        if not isinstance(point, Point):
            raise LanguageError(f"{point!r} is not a point")
        integrable: Integrable = Statement.__new__(cls, scalar(body), point)
        return integrable


class Divergent(Statement):
    """`body`, a function of `point`, has no integral: that of its absolute value is infinite."""

    binding = Binding(place=1, scope=0)

    def __new__(cls, body: Any, point: Point) -> Divergent:
        if not isinstance(point, Point):
            raise LanguageError(f"{point!r} is not a point")
        divergent: Divergent = Statement.__new__(cls, scalar(body), point)
        return divergent


class Image(Statement):
    """The image of mu under `function` has the density `density` on the numbers above `low`, which is 0 or -oo.

    That is, F(function) and F(x) density(x) have the same integral, over mu and over all real x > `low`, for every
    Borel function F >= 0, and `function` is measurable; the density is part of what is said, so it is defined there and
    not negative.
    """

    binding = Binding(place=1, scope=2)

    def __new__(cls, function: Any, variable: Scalar, density: Any, low: Any = 0) -> Image:
        if isinstance(low, bool | float) or low not in (0, -oo):
            raise LanguageError(f"the numbers above 0 or all numbers, not those above {low!r}")
        arguments = (family(function, Point), real(variable), scalar(density), sympify(low))
        image: Image = Statement.__new__(cls, *arguments)
        return image


class Differentiable(Statement):
    """`function` of `variable` has a derivative at `point`."""

    binding = Binding(place=1, scope=0)

    def __new__(cls, function: Any, variable: Scalar, point: Any) -> Differentiable:
        differentiable: Differentiable = Statement.__new__(cls, scalar(function), variable, scalar(point))
        return differentiable


class Jet(Statement):
    """`function` = c_0 + c_1 (x - point) + ... + c_k (x - point)**k + O((x - point)**(k+1)) as x -> point."""

    binding = Binding(place=1, scope=0)

    def __new__(cls, function: Any, variable: Scalar, point: Any, *coefficients: Any) -> Jet:
        if not coefficients:
            raise LanguageError("an expansion has at least one coefficient: the value of its function at the point")
        jet: Jet = Statement.__new__(cls, scalar(function), real(variable), scalar(point), *map(scalar, coefficients))
        return jet

    @property
    def coefficients(self) -> tuple[Expr, ...]:
        return tuple(self.args[3:])

    def derivative(self, order: int) -> Expr:
        """Return the derivative of that order at the point, as a term."""
        function, variable, point = self.args[:3]
        for _ in range(order):
            function = D(function, variable)
        return At(function, variable, point)

    @property
    def equations(self) -> tuple[Relation, ...]:
        """Return what it says of the value and each derivative at the point, which is k! times the coefficient."""
        coefficients = enumerate(self.coefficients)
        return tuple(Eq(self.derivative(order), factorial(order) * c) for order, c in coefficients)


class Tends(Statement):
    """`function` of `variable` tends to `value` as the variable falls to 0, or grows beyond all bounds.

    `point` is 0 or oo; the variable is positive.  A sequence, whose variable is a natural number, tends at oo only.
    """

    binding = Binding(place=1, scope=0)

    def __new__(cls, function: Any, variable: Scalar | Natural, point: Any, value: Any) -> Tends:
        if isinstance(variable, Natural) and point != oo:
            raise LanguageError("a sequence has its limit at infinity")
        if isinstance(point, bool | float) or point not in (0, oo):
            raise LanguageError(f"a limit is taken at 0 from above or at infinity, not at {point!r}")
        moving = variable if isinstance(variable, Natural) else real(variable)
        tends: Tends = Statement.__new__(cls, scalar(function), moving, sympify(point), scalar(value))
        return tends


class Root(Statement):
    """There is a number strictly between `low` and `high` at which `function` of `variable` has the value `value`."""

    binding = Binding(place=1, scope=0)

    def __new__(cls, function: Any, variable: Scalar, low: Any, high: Any, value: Any) -> Root:
        root: Root = Statement.__new__(cls, scalar(function), real(variable), *map(scalar, (low, high, value)))
        return root


class Implicit(Statement):
    """Near `variable` = `point`, `function` keeps its value along one function of `variable`, the `unknown`.

    It is smooth, its slope at `point` is `slope`, and `function` depends on both variables.  The unknown is free here,
    as the variable of a derivative is: it is also the value from which that function starts.
    """

    binding = Binding(place=1, scope=0)

    def __new__(cls, function: Any, variable: Scalar, point: Any, unknown: Scalar, slope: Any) -> Implicit:
        if variable == unknown:
            raise LanguageError(f"{variable!r} is not a function of itself")
        arguments = (scalar(function), real(variable), scalar(point), real(unknown), scalar(slope))
        implicit: Implicit = Statement.__new__(cls, *arguments)
        return implicit

    @property
    def conditions(self) -> tuple[Ne, Eq]:
        """Return what the theorem asks for, a partial slope that is not 0, and what it says of the slope."""
        function, variable, point, unknown, slope = self.args
        steepness, drift = (At(D(function, v), variable, point) for v in (unknown, variable))
        return Ne(steepness, 0), Eq(-drift / steepness, slope)
