"""The second witness: statements evaluated at points, by code that shares nothing with the rules.

A point gives n and exact rational values to the free variables of a claim, such that its hypotheses hold.  Terms are
evaluated there in exact fractions if they are rational, in balls otherwise; without python-flint, in mpmath at two
precisions, and the record says so.  Operators are evaluated by binding their parameters, sums by adding, derivatives by
nested dual numbers: no substitution, no rewriting and no formula for a derivative is involved.

A witness can refuse.  It cannot prove: agreement at points is evidence.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from fractions import Fraction
from random import Random
from typing import Any, ClassVar

from mpmath.ctx_mp import MPContext
from sympy import Expr, Rational

from entnorm import balls

from .language import (
    Apply,
    At,
    Attained,
    D,
    Entry,
    Eq,
    Exp,
    Family,
    ForAll,
    Index,
    Jet,
    Log,
    Natural,
    Operator,
    Plus,
    Power,
    Recursion,
    Relation,
    Scalar,
    Seq,
    Size,
    Statement,
    Sum,
    Times,
    Variable,
    free,
    n,
)

__all__ = ["Balls", "Exact", "TwoPrecisions", "Undefined", "Witness", "arithmetic", "decide", "evaluate", "points"]

BITS = 400
AGREEMENT = Fraction(1, 2**300)  # far below the smallest perturbation that a test plants, far above a ball's radius
Point = dict[Variable, Any]


class Undefined(ArithmeticError):
    """A term has no value at a point, or none that the arithmetic can give."""


class Exact:
    """Exact rational arithmetic."""

    name: ClassVar[str] = "exact fractions"

    def scope(self) -> Any:
        return nullcontext()

    def constant(self, value: Fraction) -> Any:
        return value

    def exp(self, x: Any) -> Any:
        if x == 0:
            return Fraction(1)
        raise Undefined("exp is not rational")

    def log(self, x: Any) -> Any:
        if x == 1:
            return Fraction(0)
        raise Undefined("log is not rational")

    def integer(self, x: Any) -> int | None:
        return int(x) if x.denominator == 1 else None

    def compare(self, a: Any, b: Any) -> int | None:
        """Return the sign of a - b, 0 where they agree, None where that is not decided."""
        return (a > b) - (a < b)


class Balls:
    """Ball arithmetic: every comparison but agreement is certain."""

    name: ClassVar[str] = "balls"

    def scope(self) -> Any:
        return balls.working(BITS)

    def constant(self, value: Fraction) -> Any:
        return balls.ball(value)

    def exp(self, x: Any) -> Any:
        return balls.exp(x)

    def log(self, x: Any) -> Any:
        if not balls.sign(x) == 1:
            raise Undefined("the logarithm of a number that is not positive")
        return balls.log(x)

    def integer(self, x: Any) -> int | None:
        low, high = balls.lower(x), balls.upper(x)
        return int(low) if low == high and low.denominator == 1 else None

    def compare(self, a: Any, b: Any) -> int | None:
        gap = a - b
        if not balls.is_finite(gap):
            raise Undefined("a term is not defined at the point")
        certain = balls.sign(gap)
        if certain is not None:
            return certain
        width = balls.upper(gap) - balls.lower(gap)
        scale = 1 + abs(balls.upper(a)) + abs(balls.upper(b))
        return 0 if width <= AGREEMENT * scale else None


class TwoPrecisions:
    """mpmath at two precisions; what both agree on is believed, not certain."""

    name: ClassVar[str] = "mpmath at two precisions (not rigorous)"

    def __init__(self) -> None:
        self.contexts = (MPContext(), MPContext())
        for context, bits in zip(self.contexts, (BITS, 2 * BITS), strict=True):
            context.prec = bits

    def scope(self) -> Any:
        return nullcontext()

    def constant(self, value: Fraction) -> Any:
        return _Pair(tuple(c.mpf(value.numerator) / value.denominator for c in self.contexts))

    def exp(self, x: Any) -> Any:
        return _Pair(tuple(c.exp(v) for c, v in zip(self.contexts, x.values, strict=True)))

    def log(self, x: Any) -> Any:
        if not all(v > 0 for v in x.values):
            raise Undefined("the logarithm of a number that is not positive")
        return _Pair(tuple(c.log(v) for c, v in zip(self.contexts, x.values, strict=True)))

    def integer(self, x: Any) -> int | None:
        first, second = x.values
        return int(first) if first == second == int(first) else None

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
class _Pair:
    """One number at two precisions."""

    values: tuple[Any, ...]

    def _with(self, other: _Pair, operation: Callable[[Any, Any], Any]) -> _Pair:
        return _Pair(tuple(operation(x, y) for x, y in zip(self.values, other.values, strict=True)))

    def __add__(self, other: _Pair) -> _Pair:
        return self._with(other, lambda x, y: x + y)

    def __sub__(self, other: _Pair) -> _Pair:
        return self._with(other, lambda x, y: x - y)

    def __mul__(self, other: _Pair) -> _Pair:
        return self._with(other, lambda x, y: x * y)

    def __truediv__(self, other: _Pair) -> _Pair:
        return self._with(other, lambda x, y: x / y)


Arithmetic = Exact | Balls | TwoPrecisions


def arithmetic() -> Arithmetic:
    """Return the arithmetic for numbers that are not rational: balls where python-flint is installed."""
    return Balls() if balls.available() else TwoPrecisions()


@dataclass(frozen=True)
class _Dual:
    """A number and its slope; `level` tells the derivatives of a nest apart."""

    level: int
    value: Any
    slope: Any


class _Evaluator:
    """One evaluation at one point in one arithmetic."""

    def __init__(self, field: Arithmetic) -> None:
        self.field = field
        self.zero, self.one = field.constant(Fraction(0)), field.constant(Fraction(1))
        self._level = 0
        self._known: dict[Any, tuple[Any, Any]] = {}

    # ----------------------------------------------------------------------------------- arithmetic of nested duals

    def _lift(self, a: Any, b: Any) -> tuple[int, Any, Any, Any, Any]:
        level = max(x.level if isinstance(x, _Dual) else 0 for x in (a, b))
        parts = []
        for x in (a, b):
            inside = isinstance(x, _Dual) and x.level == level
            parts += [x.value, x.slope] if inside else [x, self.zero]
        return level, *parts  # type: ignore[return-value]

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
        if self.field.compare(a, self.zero) in (0, None):
            raise Undefined("division by zero")
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

    def power(self, base: Any, exponent: Any) -> Any:
        whole = None if isinstance(exponent, _Dual) else self.field.integer(exponent)
        if whole is None:
            return self.exp(self.multiply(exponent, self.log(base)))
        result = self.one
        for _ in range(abs(whole)):
            result = self.multiply(result, base)
        return self.inverse(result) if whole < 0 else result

    # ------------------------------------------------------------------------------------------------------ terms

    def value(self, term: Any, point: Mapping[Variable, Any]) -> Any:
        """Return the value of a term; a family's is the list of its entries, an index's its position from 0."""
        if isinstance(term, Apply):
            return self._applied(term, point)
        if isinstance(term, Rational):
            return self.field.constant(Fraction(term.p, term.q))
        if isinstance(term, Size | Natural):
            return self.field.constant(Fraction(point[term]))
        if isinstance(term, Variable):
            return point[term]
        if isinstance(term, Plus):
            return self._folded(self.add, self.zero, (self.value(arg, point) for arg in term.args))
        if isinstance(term, Times):
            return self._folded(self.multiply, self.one, (self.value(arg, point) for arg in term.args))
        if isinstance(term, Power):
            base, exponent = term.args
            return self.power(self.value(base, point), self.value(exponent, point))
        if isinstance(term, Exp):
            return self.exp(self.value(term.args[0], point))
        if isinstance(term, Log):
            return self.log(self.value(term.args[0], point))
        if isinstance(term, Entry):
            return self.value(term.args[0], point)[point[term.args[1]]]
        if isinstance(term, Seq):
            index, body = term.args
            return [self.value(body, {**point, index: k}) for k in range(point[n])]
        if isinstance(term, Sum):
            body, index = term.args
            parts = (self.value(body, {**point, index: k}) for k in range(point[n]))
            return self._folded(self.add, self.zero, parts)
        if isinstance(term, At):
            body, variable, value = term.args
            return self.value(body, {**point, variable: self.value(value, point)})
        if isinstance(term, D):
            return self._slope(term, point)
        raise TypeError(f"{term!r} has no value")

    @staticmethod
    def _folded(operation: Callable[[Any, Any], Any], start: Any, values: Iterator[Any]) -> Any:
        for value in values:
            start = operation(start, value)
        return start

    def _slope(self, term: D, point: Mapping[Variable, Any]) -> Any:
        body, variable = term.args
        self._level += 1
        try:
            moving = _Dual(self._level, point[variable], self.one)
            result = self.value(body, {**point, variable: moving})
            return result.slope if isinstance(result, _Dual) and result.level == self._level else self.zero
        finally:
            self._level -= 1

    def _applied(self, term: Apply, point: Mapping[Variable, Any]) -> Any:
        relevant = [point[v] for v in sorted(free(term), key=lambda v: v.name)] + [point[n]]
        key = (term, self._level, *map(id, relevant))
        if key not in self._known:
            pairs = zip(term.operator.parameters, term.args[1:], strict=True)
            arguments = [self._counted(a, point) if isinstance(p, Natural) else self.value(a, point) for p, a in pairs]
            scope = {n: point[n]} | dict(zip(term.operator.parameters, arguments, strict=True))
            # The values are kept beside the result, so that their identities stay theirs.
            self._known[key] = (self._body(term.operator, scope), relevant)
        return self._known[key][0]

    def _counted(self, term: Expr, point: Mapping[Variable, Any]) -> int:
        count = self.field.integer(self.value(term, point))
        if count is None:
            raise Undefined(f"{term} is not a natural number")
        return count

    def _body(self, operator: Operator, scope: dict[Variable, Any]) -> Any:
        if not isinstance(operator, Recursion):
            return self.value(operator.bodies[0], scope)
        counter = operator.parameters[0]
        current = self.value(operator.bodies[0], scope)
        for k in range(scope[counter]):
            current = self.value(operator.bodies[1], {**scope, counter: k, operator.previous: current})
        return current


def evaluate(term: Expr, point: Mapping[Variable, Any], field: Arithmetic) -> Any:
    """Return the value of a term at a point of exact numbers.  Call it within `field.scope()`."""
    return _Evaluator(field).value(term, _converted(point, field))


def _converted(point: Mapping[Variable, Any], field: Arithmetic) -> Point:
    """Return a point in an arithmetic; a value may also be a term in the others, such as an entropy."""

    def number(value: Any) -> Any:
        return field.constant(value) if isinstance(value, Fraction) else value

    plain = {v: x for v, x in point.items() if not isinstance(x, Expr)}
    done = {v: [number(x) for x in value] if isinstance(value, list) else number(value) for v, value in plain.items()}
    for variable, value in point.items():
        if isinstance(value, Expr):
            done[variable] = _Evaluator(field).value(value, done)
    return done


_TRUE_WHEN: dict[str, tuple[int, ...]] = {"=": (0,), "≠": (-1, 1), "<": (-1,), "≤": (-1, 0), ">": (1,), "≥": (0, 1)}


def decide(statement: Statement, point: Mapping[Variable, Any]) -> tuple[bool | None, str]:
    """Return whether the statement is true at the point (None: not decided) and the arithmetic that says so."""
    for field in (Exact(), arithmetic()):
        with field.scope():
            try:
                return _decided(statement, _converted(point, field), field), field.name
            except Undefined:
                if isinstance(field, Exact):
                    continue
                raise
    raise AssertionError("the last arithmetic decides or raises")


def _decided(statement: Statement, point: Point, field: Arithmetic) -> bool | None:
    if isinstance(statement, ForAll):
        variable, scope = statement.args
        values = range(point[n]) if isinstance(variable, Index) else range(4)
        outcomes = [_decided(scope, {**point, variable: k}, field) for k in values]
        return False if False in outcomes else None if None in outcomes else True
    if isinstance(statement, Relation):
        evaluator = _Evaluator(field)
        order = field.compare(evaluator.value(statement.lhs, point), evaluator.value(statement.rhs, point))
        return None if order is None else order in _TRUE_WHEN[statement.symbol]
    if isinstance(statement, Attained):
        bound, condition = _decided(statement.bound, point, field), _decided(statement.condition, point, field)
        touches = _decided(Eq(statement.bound.lhs, statement.bound.rhs), point, field)
        if None in (bound, condition, touches):
            return None
        return bool(bound) and touches == condition
    if isinstance(statement, Jet):
        factorial, outcomes = 1, []
        for order, coefficient in enumerate(statement.coefficients):
            factorial *= max(order, 1)
            outcomes.append(_decided(Eq(statement.derivative(order), factorial * coefficient), point, field))
        return False if False in outcomes else None if None in outcomes else True
    raise TypeError(f"a {type(statement).__name__} is not decided at points")


def shown_sides(statement: Statement, point: Mapping[Variable, Any], digits: int = 12) -> dict[str, str] | None:
    """Return the two sides of a relation at a point as decimals that contain them, or as fractions where they are exact."""
    if not isinstance(statement, Relation):
        return None
    try:
        sides = [evaluate(side, point, Exact()) for side in (statement.lhs, statement.rhs)]
        return dict(zip(("lhs", "rhs"), map(str, sides), strict=True))
    except Undefined:
        field = arithmetic()
    with field.scope():
        values = [evaluate(side, _converted(point, field), field) for side in (statement.lhs, statement.rhs)]
        return dict(zip(("lhs", "rhs"), (_decimal(v, digits) for v in values), strict=True))


def _decimal(value: Any, digits: int) -> str:
    if isinstance(value, _Pair):
        return "about " + str(MPContext().nstr(value.values[1], digits))
    return str(value.str(digits))


# --------------------------------------------------------------------------------------------------------- points


@dataclass(frozen=True)
class Witness:
    """What the second witness saw: at how many points, and in which arithmetics."""

    points: int
    arithmetics: tuple[str, ...]


_SIZES = (2, 3, 1, 5)
_TRIES = 300


def points(variables: frozenset[Variable], given: tuple[Statement, ...], seed: str, count: int) -> list[Point]:
    """Return exact points at which the hypotheses hold, the same ones for the same seed.

    Hypotheses that are equations for a variable, or a normalisation, are satisfied by construction; the others by
    trying again.
    """
    random = Random(seed)
    found: list[Point] = []
    for attempt in range(_TRIES * count):
        size = _SIZES[(len(found) + attempt // (_TRIES // 2)) % len(_SIZES)]
        point: Point | None = _drawn(variables, size, random)
        point = _adjusted(point, given) if point else None
        if point is not None and all(_is_true(g, point) for g in given):
            found.append(point)
        if len(found) == count:
            break
    return found


def _is_true(statement: Statement, point: Point) -> bool:
    try:
        return decide(statement, point)[0] is True
    except Undefined:
        return False


def _drawn(variables: frozenset[Variable], size: int, random: Random) -> Point:
    positive = random.random() < 0.75

    def number() -> Fraction:
        value = Fraction(random.randint(1, 24), random.randint(5, 12))
        return value if positive or random.random() < 0.5 else -value

    point: Point = {n: size}
    for variable in sorted(variables, key=lambda v: (type(v).__name__, v.name)):
        if isinstance(variable, Family):
            point[variable] = [number() for _ in range(size)]
        elif isinstance(variable, Index):
            point[variable] = random.randrange(size)
        elif isinstance(variable, Natural):
            point[variable] = random.randrange(3)
        elif isinstance(variable, Scalar):
            point[variable] = number()
    return point


def _adjusted(point: Point, given: tuple[Statement, ...]) -> Point | None:
    for statement in given:
        bound, relation = statement.args if isinstance(statement, ForAll) else (None, statement)
        if not isinstance(relation, Eq):
            continue
        for target, value in ((relation.lhs, relation.rhs), (relation.rhs, relation.lhs)):
            changed = _solved(target, value, bound, point)
            if changed is not None:
                point = point | changed
                break
    return point


def _solved(target: Expr, value: Expr, bound: Variable | None, point: Point) -> Point | None:
    """Return the value of the variable or family that `target` is, if the equation gives it."""
    if isinstance(target, Log):
        return _solved(target.args[0], Exp(value), bound, point)
    if isinstance(target, Scalar) and target not in free(value):
        return {target: _exactly(value, point)}
    if isinstance(target, Entry) and isinstance(target.args[0], Family) and isinstance(bound, Index):
        if target.args[1] == bound and target.args[0] not in free(value):
            return {target.args[0]: _exactly(Seq(bound, value), point)}
    if isinstance(target, Sum) and value == 1 and isinstance(target.args[0], Entry):
        entries = point.get(target.args[0].args[0])
        if isinstance(entries, list) and sum(entries) != 0:
            return {target.args[0].args[0]: [x / sum(entries) for x in entries]}
    return None


def _exactly(value: Expr, point: Point) -> Any:
    """Return the rational value of a term, or the term itself where it has none."""
    try:
        return evaluate(value, point, Exact())
    except Undefined:
        return value
