"""The evaluation of terms at a point, in one arithmetic, by code that shares nothing with the rules.

Operators are evaluated by binding their parameters, sums by adding, derivatives by nested dual numbers: no
substitution, no rewriting and no formula for a derivative is involved.  An integral is a sum over the atoms of a
measure that the point gives; where a hypothesis gives the image of the measure, the atoms are the nodes of a quadrature
rule (`quadrature`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cache, reduce
from typing import Any

from sympy import Expr, Rational

from .arithmetics import Arithmetic, Inexpressible, Undefined
from .language import (
    Apply,
    At,
    D,
    Digamma,
    Entry,
    Exp,
    Family,
    Function,
    Index,
    Integral,
    Log,
    LogGamma,
    Measure,
    Natural,
    Operator,
    Plus,
    Power,
    Recursion,
    Rows,
    Scalar,
    Seq,
    Size,
    Sum,
    Term,
    Times,
    Variable,
    free,
    mu,
    n,
)
from .language import (
    Point as PointOfSpace,
)
from .quadrature import EVERYWHERE, Nodal, Signed

__all__ = [
    "Evaluator", "Field", "Point", "Site", "as_fraction", "evaluate", "is_nodal", "is_rational", "is_whole",
    "positions",
]  # fmt: skip

Point = dict[Variable, Any]
Field = Arithmetic | Nodal


@dataclass(frozen=True)
class _Dual:
    """A number and its slope; `level` tells the derivatives of a nest apart."""

    level: int
    value: Any
    slope: Any


class Evaluator:
    """Evaluation in one arithmetic, at one point and wherever its terms lead from there.

    A term has one value at the point, which is kept.
    """

    def __init__(self, field: Field, point: Point) -> None:
        self.field, self.point = field, point
        self.zero, self.one = field.constant(Fraction(0)), field.constant(Fraction(1))
        self._level = 0
        self._values: dict[Any, Any] = {}
        self._known: dict[Any, tuple[Any, Any]] = {}
        self._constants: dict[Rational, Any] = {}

    # ----------------------------------------------------------------------------------- arithmetic of nested duals

    def _lift(self, a: Any, b: Any) -> tuple[int, Any, Any, Any, Any]:
        level = max(x.level if isinstance(x, _Dual) else 0 for x in (a, b))
        parts = []
        for x in (a, b):
            inside = isinstance(x, _Dual) and x.level == level
            parts += [x.value, x.slope] if inside else [x, self.zero]
        return level, *parts

    def add(self, a: Any, b: Any) -> Any:
        if not isinstance(a, _Dual) and not isinstance(b, _Dual):
            return a + b
        level, x, dx, y, dy = self._lift(a, b)
        return _Dual(level, self.add(x, y), self.add(dx, dy))

    def multiply(self, a: Any, b: Any) -> Any:
        if not isinstance(a, _Dual) and not isinstance(b, _Dual):
            return a * b
        level, x, dx, y, dy = self._lift(a, b)
        return _Dual(level, self.multiply(x, y), self.add(self.multiply(dx, y), self.multiply(x, dy)))

    def inverse(self, a: Any) -> Any:
        if isinstance(a, _Dual):
            value = self.inverse(a.value)
            square = self.multiply(value, value)
            return _Dual(a.level, value, self.multiply(self.multiply(self._minus_one, square), a.slope))
        order = self.field.compare(a, self.zero)
        if order == 0 and self.field.agreement_is_certain:
            raise Undefined("division by zero")
        if not order:
            raise Inexpressible("division by a number that may be zero")
        return self.one / a

    @property
    def _minus_one(self) -> Any:
        return self.field.constant(Fraction(-1))

    def exp(self, a: Any) -> Any:
        if isinstance(a, _Dual):
            value = self.exp(a.value)
            return _Dual(a.level, value, self.multiply(value, a.slope))
        return self.field.exp(a)

    def log(self, a: Any) -> Any:
        if isinstance(a, _Dual):
            return _Dual(a.level, self.log(a.value), self.multiply(a.slope, self.inverse(a.value)))
        return self.field.log(a)

    def log_gamma(self, a: Any) -> Any:
        if isinstance(a, _Dual):
            return _Dual(a.level, self.log_gamma(a.value), self.multiply(a.slope, self.digamma(a.value)))
        return self.field.log_gamma(a)

    def digamma(self, a: Any) -> Any:
        if isinstance(a, _Dual):
            raise Inexpressible("the slope of the digamma function")
        return self.field.digamma(a)

    def power(self, base: Any, exponent: Any) -> Any:
        whole = None if isinstance(exponent, _Dual) else self.field.integer(exponent)
        if whole is None:
            return self.exp(self.multiply(exponent, self._log_of_base(base, exponent)))
        result = self._product(base, abs(whole))
        return self.inverse(result) if whole < 0 else result

    def _product(self, base: Any, count: int) -> Any:
        """Return the product of so many equal factors."""
        if count < 2:
            return base if count else self.one
        half = self._product(base, count // 2)
        square = self.multiply(half, half)
        return self.multiply(square, base) if count % 2 else square

    def _log_of_base(self, base: Any, exponent: Any) -> Any:
        """Return the logarithm of the base of a power; a power that may be whole may have a value without one."""
        try:
            return self.log(base)
        except Inexpressible:
            raise
        except Undefined as undefined:
            while isinstance(exponent, _Dual):
                exponent = exponent.value
            if self.field.may_be_whole(exponent):
                raise Inexpressible(f"{undefined}, to a power that may be whole") from None
            raise

    # ------------------------------------------------------------------------------------------------------ terms

    def value(self, term: Any, point: Point) -> Any:
        """Return the value of a term; a family's is the list of its entries, an index's its position from 0."""
        if point is not self.point:
            return self._value(term, point)
        if term not in self._values:
            self._values[term] = self._value(term, point)
        return self._values[term]

    def _value(self, term: Any, point: Point) -> Any:
        kind = type(term)
        if kind is Times:
            return reduce(self.multiply, [self.value(arg, point) for arg in term.args])
        if kind is Plus:
            return reduce(self.add, [self.value(arg, point) for arg in term.args])
        if kind is Entry:
            return _entry(self.value(term.args[0], point), point[term.args[1]])
        if kind in _AS_GIVEN:
            return point[term]
        if kind is Apply:
            return self._applied(term, point)
        if kind is Power:
            base, exponent = term.args
            return self.power(self.value(base, point), self.value(exponent, point))
        if kind in _FUNCTIONS:
            return _FUNCTIONS[kind](self, self.value(term.args[0], point))
        if kind is Size or kind is Natural:
            return self.field.constant(Fraction(point[term]))
        if isinstance(term, Rational):
            return self._constant(term)
        if kind is At:
            body, variable, value = term.args
            return self.value(body, {**point, variable: self.value(value, point)})
        if kind is D:
            return self._slope(term, point)
        return self._summed(term, point)

    def _constant(self, number: Rational) -> Any:
        if number not in self._constants:
            self._constants[number] = self.field.constant(Fraction(number.p, number.q))
        return self._constants[number]

    def _summed(self, term: Any, point: Point) -> Any:
        """Return the value of what goes over all positions: a sum, an integral, the entries of a family."""
        if isinstance(term, Seq):
            index, body = term.args
            if is_nodal(index, point):
                return self.value(body, {**point, index: EVERYWHERE})
            return [self.value(body, {**point, index: k}) for k in positions(index, point)]
        if isinstance(term, Sum):
            body, index = term.args
            parts = (self.value(body, {**point, index: k}) for k in range(point[n]))
            return self._folded(self.add, self.zero, parts)
        if isinstance(term, Integral):
            body, at = term.args
            if is_nodal(at, point):
                return self._integrated(self.value(body, {**point, at: EVERYWHERE}), point[mu])
            atoms = enumerate(point[mu])
            weighted = (self.multiply(weight, self.value(body, {**point, at: k})) for k, weight in atoms)
            return self._folded(self.add, self.zero, weighted)
        raise TypeError(f"{term!r} has no value")

    @staticmethod
    def _folded(operation: Callable[[Any, Any], Any], start: Any, values: Iterator[Any]) -> Any:
        for value in values:
            start = operation(start, value)
        return start

    def _integrated(self, values: Any, weights: Any) -> Any:
        if isinstance(values, _Dual):
            parts = (self._integrated(part, weights) for part in (values.value, values.slope))
            return _Dual(values.level, *parts)
        return (weights * values).total()

    def _slope(self, term: D, point: Point) -> Any:
        body, variable = term.args
        return self.along(body, point, {variable: self.one})

    def along(self, term: Any, point: Point, velocities: Mapping[Variable, Any]) -> Any:
        """Return the slope of a term along the line on which some variables move, each with its velocity."""
        self._level += 1
        try:
            moving = {v: _Dual(self._level, point[v], velocity) for v, velocity in velocities.items()}
            result = self.value(term, {**point, **moving})
            return result.slope if isinstance(result, _Dual) and result.level == self._level else self.zero
        finally:
            self._level -= 1

    def _applied(self, term: Apply, point: Point) -> Any:
        relevant = [point[v] for v in _relevant(term) if v in point]
        key = (term, self._level, *map(id, relevant))
        if key not in self._known:
            pairs = zip(term.operator.parameters, term.args[1:], strict=True)
            arguments = [self._counted(a, point) if isinstance(p, Natural) else self.value(a, point) for p, a in pairs]
            ambient = {v: point[v] for v in (n, mu) if v in point}
            scope = ambient | dict(zip(term.operator.parameters, arguments, strict=True))
            # The values are kept beside the result, so that their identities stay theirs.
            self._known[key] = (self._body(term.operator, scope), relevant)
        return self._known[key][0]

    def _counted(self, term: Expr, point: Point) -> int:
        count = self.field.integer(self.value(term, point))
        if count is None:
            raise Inexpressible(f"{term} is not certainly a natural number")
        return count

    def _body(self, operator: Operator, scope: Point) -> Any:
        if not isinstance(operator, Recursion):
            return self.value(operator.bodies[0], scope)
        counter = operator.parameters[0]
        current = self.value(operator.bodies[0], scope)
        for k in range(scope[counter]):
            current = self.value(operator.bodies[1], {**scope, counter: k, operator.previous: current})
        return current


_FUNCTIONS: dict[type, Callable[[Evaluator, Any], Any]] = {
    Exp: Evaluator.exp, Log: Evaluator.log, LogGamma: Evaluator.log_gamma, Digamma: Evaluator.digamma,
}  # fmt: skip
_AS_GIVEN = frozenset({Scalar, Family, Function, Rows, Measure, Index, PointOfSpace})  # sorts of variables


class Site(dict[Variable, Any]):
    """A point that does not change any more, with what has been evaluated there."""

    def __init__(self, point: Mapping[Variable, Any]) -> None:
        super().__init__(point)
        self._evaluators: dict[str, Evaluator | Inexpressible] = {}

    def evaluator(self, field: Field) -> Evaluator:
        """Return what evaluates terms here in an arithmetic.  Call it within `field.scope()`.

        Raises
        ------
        Inexpressible
            If a coordinate is no number of the arithmetic.
        """
        if field.name not in self._evaluators:
            try:
                self._evaluators[field.name] = Evaluator(field, _converted(self, field))
            except Inexpressible as unknown:
                self._evaluators[field.name] = unknown
        found = self._evaluators[field.name]
        if isinstance(found, Inexpressible):
            raise found
        return found


@cache
def _relevant(term: Apply) -> tuple[Variable, ...]:
    """Return the variables on which a value may depend, in an order of their own."""
    return tuple(sorted(free(term) | {n}, key=lambda v: v.name))


def is_nodal(index: Variable, point: Mapping[Variable, Any]) -> bool:
    """Does a variable stand for the nodes of a quadrature rule, all at once?"""
    return isinstance(index, PointOfSpace) and isinstance(point.get(mu), Signed)


def _entry(values: Any, position: Any) -> Any:
    """Return the entry of a family, or the value of a function of points, which may be one number for all nodes."""
    if isinstance(values, _Dual):
        return _Dual(values.level, *(_entry(part, position) for part in (values.value, values.slope)))
    if position is EVERYWHERE and isinstance(values, list):
        raise Inexpressible("a function whose values at the nodes are not given")
    try:
        return values[position]
    except IndexError:
        raise Inexpressible("a function whose values at the nodes are not given") from None


def evaluate(term: Expr, point: Mapping[Variable, Any], field: Field) -> Any:
    """Return the value of a term at a point of exact numbers.  Call it within `field.scope()`."""
    evaluator = Site(point).evaluator(field)
    return evaluator.value(term, evaluator.point)


def _converted(point: Mapping[Variable, Any], field: Field) -> Point:
    """Return a point in an arithmetic; a value may also be a term in the others, such as an entropy."""

    def number(value: Any) -> Any:
        return field.constant(as_fraction(value)) if is_rational(value) else value

    plain = {v: x for v, x in point.items() if not isinstance(x, Term)}

    def converted(variable: Variable, value: Any) -> Any:
        if isinstance(value, Signed):
            return value
        if isinstance(variable, Family | Function | Measure):
            return [number(x) for x in value]
        if isinstance(variable, Rows):
            return [[number(x) for x in row] for row in value]
        return number(value) if isinstance(variable, Scalar) else value

    done = {v: converted(v, value) for v, value in plain.items()}
    for variable, value in point.items():
        if isinstance(value, Term):
            done[variable] = Evaluator(field, done).value(value, dict(done))
    return done


def positions(variable: Variable, point: Mapping[Variable, Any]) -> range:
    """Return the values of an index, or of a point: the atoms of the measure."""
    if isinstance(variable, PointOfSpace):
        if mu not in point:
            raise Inexpressible("no measure is given")
        return range(len(point[mu].log if isinstance(point[mu], Signed) else point[mu]))
    return range(point[n])


def is_whole(value: Any) -> bool:
    """Is a coordinate a whole number?"""
    return isinstance(value, int) and not isinstance(value, bool)


def is_rational(value: Any) -> bool:
    """Is a coordinate a rational number?"""
    return isinstance(value, Fraction) or is_whole(value) or isinstance(value, Rational)


def as_fraction(value: Any) -> Fraction:
    """Return a rational coordinate."""
    if isinstance(value, Fraction):
        return value
    return Fraction(int(value.p), int(value.q)) if isinstance(value, Rational) else Fraction(value)
