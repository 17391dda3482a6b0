"""The second witness: statements evaluated at points, by code that shares nothing with the rules.

A point gives n and exact rational values to the free variables of a claim, such that its hypotheses hold.  Terms are
evaluated there in exact fractions if they are rational, in balls otherwise; without python-flint, in mpmath at two
precisions, and the record says so.  Operators are evaluated by binding their parameters, sums by adding, derivatives by
nested dual numbers: no substitution, no rewriting and no formula for a derivative is involved.  An integral is
a sum over the atoms of a measure that the point gives: an instance of what is claimed, and the record says so.  Where a
hypothesis gives the image of the measure, the atoms are the nodes of a quadrature rule (`quadrature`).

A witness can refuse.  It cannot prove: agreement at points is evidence.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from mpmath.ctx_mp import MPContext
from sympy import Expr, Rational

from entnorm import balls

from .arithmetics import (
    Arithmetic,
    Balls,
    Exact,
    Inexpressible,
    Logarithms,
    Pair,
    TwoPrecisions,
    Undefined,
    arithmetic,
)
from .language import (
    Apply,
    At,
    Attained,
    D,
    Differentiable,
    Digamma,
    Entry,
    Eq,
    Exp,
    Family,
    ForAll,
    Function,
    Image,
    Index,
    Integrable,
    Integral,
    Jet,
    Log,
    LogGamma,
    Measure,
    Natural,
    Operator,
    Plus,
    Power,
    Recursion,
    Relation,
    Root,
    Rows,
    Scalar,
    Seq,
    Size,
    Statement,
    Sum,
    Tends,
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
from .quadrature import EVERYWHERE, Nodal, Signed, nodes

__all__ = [
    "Balls", "Exact", "Logarithms", "Point", "TwoPrecisions", "Undefined", "Witness", "arithmetic", "decide",
    "evaluate", "exact_point", "settle", "shown_sides",
]  # fmt: skip

Point = dict[Variable, Any]
Field = Arithmetic | Nodal


@dataclass(frozen=True)
class _Dual:
    """A number and its slope; `level` tells the derivatives of a nest apart."""

    level: int
    value: Any
    slope: Any


class _Evaluator:
    """One evaluation at one point in one arithmetic."""

    def __init__(self, field: Field) -> None:
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
        if isinstance(term, LogGamma):
            return self.log_gamma(self.value(term.args[0], point))
        if isinstance(term, Digamma):
            return self.digamma(self.value(term.args[0], point))
        if isinstance(term, Entry):
            return _entry(self.value(term.args[0], point), point[term.args[1]])
        if isinstance(term, Seq):
            index, body = term.args
            if _is_nodal(index, point):
                return self.value(body, {**point, index: EVERYWHERE})
            return [self.value(body, {**point, index: k}) for k in _positions(index, point)]
        if isinstance(term, Sum):
            body, index = term.args
            parts = (self.value(body, {**point, index: k}) for k in range(point[n]))
            return self._folded(self.add, self.zero, parts)
        if isinstance(term, Integral):
            body, at = term.args
            if _is_nodal(at, point):
                return self._integrated(self.value(body, {**point, at: EVERYWHERE}), point[mu])
            atoms = enumerate(point[mu])
            weighted = (self.multiply(weight, self.value(body, {**point, at: k})) for k, weight in atoms)
            return self._folded(self.add, self.zero, weighted)
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

    def _integrated(self, values: Any, weights: Any) -> Any:
        if isinstance(values, _Dual):
            parts = (self._integrated(part, weights) for part in (values.value, values.slope))
            return _Dual(values.level, *parts)
        return (weights * values).total()

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
        relevant = [point[v] for v in sorted(free(term) | {n} & point.keys(), key=lambda v: v.name)]
        key = (term, self._level, *map(id, relevant))
        if key not in self._known:
            pairs = zip(term.operator.parameters, term.args[1:], strict=True)
            arguments = [self._counted(a, point) if isinstance(p, Natural) else self.value(a, point) for p, a in pairs]
            ambient = {v: point[v] for v in (n, mu) if v in point}
            scope = ambient | dict(zip(term.operator.parameters, arguments, strict=True))
            # The values are kept beside the result, so that their identities stay theirs.
            self._known[key] = (self._body(term.operator, scope), relevant)
        return self._known[key][0]

    def _counted(self, term: Expr, point: Mapping[Variable, Any]) -> int:
        count = self.field.integer(self.value(term, point))
        if count is None:
            raise Inexpressible(f"{term} is not certainly a natural number")
        return count

    def _body(self, operator: Operator, scope: dict[Variable, Any]) -> Any:
        if not isinstance(operator, Recursion):
            return self.value(operator.bodies[0], scope)
        counter = operator.parameters[0]
        current = self.value(operator.bodies[0], scope)
        for k in range(scope[counter]):
            current = self.value(operator.bodies[1], {**scope, counter: k, operator.previous: current})
        return current


def _is_nodal(index: Variable, point: Mapping[Variable, Any]) -> bool:
    """Does a variable stand for the nodes of a quadrature rule, all at once?"""
    return isinstance(index, PointOfSpace) and isinstance(point.get(mu), Signed)


def _entry(values: Any, position: Any) -> Any:
    """Return the entry of a family, or the value of a function of points, which may be one number for all nodes."""
    if isinstance(values, _Dual):
        return _Dual(values.level, *(_entry(part, position) for part in (values.value, values.slope)))
    return values[position]


def evaluate(term: Expr, point: Mapping[Variable, Any], field: Field) -> Any:
    """Return the value of a term at a point of exact numbers.  Call it within `field.scope()`."""
    return _Evaluator(field).value(term, _converted(point, field))


def _converted(point: Mapping[Variable, Any], field: Field) -> Point:
    """Return a point in an arithmetic; a value may also be a term in the others, such as an entropy."""

    def number(value: Any) -> Any:
        return field.constant(_fraction(value)) if _is_rational(value) else value

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
            done[variable] = _Evaluator(field).value(value, done)
    return done


_TRUE_WHEN: dict[str, tuple[int, ...]] = {"=": (0,), "≠": (-1, 1), "<": (-1,), "≤": (-1, 0), ">": (1,), "≥": (0, 1)}


def decide(statement: Statement, point: Mapping[Variable, Any]) -> tuple[bool | None, str]:
    """Return whether the statement is true at the point (None: not decided) and the arithmetic that says so.

    Numbers that agree to `AGREEMENT` count as equal, and what holds for the first natural numbers as true for all.

    Raises
    ------
    Undefined
        If a term has no value at the point.
    """
    return _in_turn(statement, point, _fields(point), False)


def _fields(point: Mapping[Variable, Any]) -> tuple[Field, ...]:
    return (Nodal(),) if isinstance(point.get(mu), Signed) else (Exact(), arithmetic())


def settle(statement: Statement, point: Mapping[Variable, Any]) -> tuple[bool | None, str]:
    """Return the same where it is certain: by exact arithmetic, or by balls that lie apart; None where it is not.

    Raises
    ------
    Undefined
        If a term certainly has no value at the point.
    """
    certain: tuple[Field, ...] = (Exact(), Logarithms())
    try:
        return _in_turn(statement, point, (*certain, Balls()) if balls.available() else certain, True)
    except Inexpressible:
        return None, arithmetic().name


def _in_turn(
    statement: Statement, point: Mapping[Variable, Any], fields: tuple[Field, ...], certain: bool
) -> tuple[bool | None, str]:
    """Decide in the first arithmetic that can express all terms."""
    for field in fields[:-1]:
        try:
            with field.scope():
                return _decided(statement, _converted(point, field), field, certain), field.name
        except Inexpressible:
            continue
    with fields[-1].scope():
        return _decided(statement, _converted(point, fields[-1]), fields[-1], certain), fields[-1].name


def _positions(variable: Variable, point: Mapping[Variable, Any]) -> range:
    """Return the values of an index, or of a point: the atoms of the measure."""
    if isinstance(variable, PointOfSpace):
        return range(len(point[mu].log if isinstance(point[mu], Signed) else point[mu]))
    return range(point[n])


_FIRST = 4  # natural numbers that stand for all of them
_CLOSE = Fraction(1009, 2**61 + 1)  # to 0, and far out when inverted; powers would count up to a whole number
_CLOSE_ENOUGH = Fraction(1, 2**16)
_SAMPLE = 12  # nodes that stand for all of them
_LATE = 24  # steps of a sequence, which are counted one by one
_PIECES = 8  # into which the interval of a root is cut


def _decided(statement: Statement, point: Point, field: Field, certain: bool) -> bool | None:
    if isinstance(statement, ForAll):
        variable, scope = statement.args
        values = range(_FIRST) if isinstance(variable, Natural) else _positions(variable, point)
        if _is_nodal(variable, point):
            values = values[:: len(values) // _SAMPLE]
        outcomes = [_decided(scope, {**point, variable: k}, field, certain) for k in values]
        if certain and isinstance(variable, Natural):
            outcomes.append(None)
        return _all(outcomes)
    if isinstance(statement, Relation):
        evaluator = _Evaluator(field)
        lhs, rhs = evaluator.value(statement.lhs, point), evaluator.value(statement.rhs, point)
        order = field.compare(lhs, rhs)
        if isinstance(field, Nodal) and 0 in _TRUE_WHEN[statement.symbol] and field.is_close(lhs, rhs):
            order = 0
        if order == 0 and certain and not field.agreement_is_certain:
            order = None
        return None if order is None else order in _TRUE_WHEN[statement.symbol]
    if isinstance(statement, Attained):
        sides = statement.bound.args
        bound, touches, condition = (
            _decided(s, point, field, certain) for s in (statement.bound, Eq(*sides), statement.condition)
        )
        return _all([bound, None if touches is None or condition is None else touches == condition])
    if isinstance(statement, Jet):
        factorial, outcomes = 1, []
        for order, coefficient in enumerate(statement.coefficients):
            factorial *= max(order, 1)
            outcomes.append(_decided(Eq(statement.derivative(order), factorial * coefficient), point, field, certain))
        return _all(outcomes)
    if isinstance(statement, Image):
        return _is_image(statement, point, field)
    if isinstance(statement, Tends | Root) and not certain:
        return (_nearing if isinstance(statement, Tends) else _crossing)(statement, point, field)
    if isinstance(statement, Integrable | Differentiable):
        return True  # the measures of points have finitely many atoms: there are no others to look at
    raise Inexpressible(f"a {type(statement).__name__} is not decided at points")


def _is_image(statement: Image, point: Point, field: Field) -> bool:
    """Are the atoms the nodes of the rule for that density, with its weights?"""
    function, variable, density, low = statement.args
    places, weights = nodes(low)
    if not (isinstance(field, Nodal) and point.get(function) is places):
        return False
    shares = weights * _Evaluator(field).value(density, {**point, variable: places})
    return bool(np.all(shares.sign > 0) and np.allclose(point[mu].log, shares.log, rtol=0, atol=1e-9))


def _nearing(statement: Tends, point: Point, field: Field) -> bool | None:
    """Is the function close to its limit, close to the point?"""
    function, variable, end, value = statement.args
    if isinstance(variable, Natural):
        return _approaching(statement, point, field)
    at = field.constant(_CLOSE if end == 0 else 1 / _CLOSE)
    evaluator = _Evaluator(field)
    found, limit = evaluator.value(function, {**point, variable: at}), evaluator.value(value, point)
    room = field.constant(_CLOSE_ENOUGH)
    above, below = field.compare(found, limit + room), field.compare(found, limit + room * field.constant(Fraction(-1)))
    return None if above is None or below is None else (below, above) == (1, -1)


def _approaching(statement: Tends, point: Point, field: Field) -> bool | None:
    """Is the sequence close to its limit after some steps, or at least much closer than after half of them?"""
    function, variable, _, value = statement.args
    evaluator = _Evaluator(field)
    limit = evaluator.value(value, point) * field.constant(Fraction(-1))
    errors = [evaluator.value(function, {**point, variable: k}) + limit for k in (_LATE // 2, _LATE)]
    early, late = (error * error for error in errors)
    close = field.compare(late, field.constant(_CLOSE_ENOUGH**2))
    closer = field.compare(late, early * field.constant(Fraction(1, 2)))
    return True if -1 in (close, closer) else None if None in (close, closer) else False


def _crossing(statement: Root, point: Point, field: Field) -> bool | None:
    """Is there a change of sign between the ends, seen from a few points between them?"""
    function, variable, low, high, value = statement.args
    evaluator = _Evaluator(field)
    first, last, level = (evaluator.value(term, point) for term in (low, high, value))
    if field.compare(first, last) != -1:
        return False
    steps = [field.constant(Fraction(k, _PIECES)) for k in range(_PIECES + 1)]
    places = [first * (evaluator.one + step * field.constant(Fraction(-1))) + last * step for step in steps]
    sides = [field.compare(evaluator.value(function, {**point, variable: place}), level) for place in places]
    return None if None in sides else 0 in sides[1:-1] or {-1, 1} <= set(sides)


def _all(outcomes: list[bool | None]) -> bool | None:
    return False if False in outcomes else None if None in outcomes else True


def shown_sides(statement: Statement, point: Mapping[Variable, Any], digits: int = 12) -> dict[str, str] | None:
    """Return the two sides of a relation at a point: as fractions, or as decimals that contain them.

    None where the statement is no relation or a side has no value.
    """
    if not isinstance(statement, Relation):
        return None
    for field in (Exact(), arithmetic()):
        try:
            with field.scope():
                lhs, rhs = (evaluate(side, point, field) for side in statement.args)
                return {"lhs": _decimal(lhs, digits), "rhs": _decimal(rhs, digits)}
        except Undefined:
            continue
    return None


def _decimal(value: Any, digits: int) -> str:
    if isinstance(value, Fraction):
        return str(value)
    if isinstance(value, Pair):
        return "about " + str(MPContext().nstr(value.values[1], digits))
    return str(value.str(digits))


# --------------------------------------------------------------------------------------------------------- points


def exact_point(variables: frozenset[Variable], values: Mapping[Variable, Any]) -> Point:
    """Return a point that an author has written, in exact numbers, or say what is wrong with it.

    Raises
    ------
    ValueError
        If a variable has no value, or one outside its sort: indices are positions from 0, a family has n numbers; or
        if a term that stands for a number is none.
    """
    missing = sorted(str(v) for v in variables | {n} if v not in values)
    if missing:
        raise ValueError(f"no value for {', '.join(missing)}")
    size = values[n]
    if not _is_whole(size) or size < 1:
        raise ValueError(f"n = {size!r} is not a positive integer")
    atoms = len(values.get(mu, ()))
    point = {v: _of_sort(v, x, int(size), atoms) for v, x in values.items()}
    try:
        settle(Eq(size, size), point)  # which evaluates the point
    except Undefined as undefined:
        raise ValueError(f"a coordinate has no value: {undefined}") from None
    return point


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_rational(value: Any) -> bool:
    return _is_whole(value) or isinstance(value, Fraction | Rational)


def _fraction(value: Any) -> Fraction:
    return Fraction(int(value.p), int(value.q)) if isinstance(value, Rational) else Fraction(value)


def _of_sort(variable: Variable, value: Any, size: int, atoms: int) -> Any:
    if isinstance(variable, Rows) and isinstance(value, list) and len(value) == size:
        return [_of_sort(Function("row"), row, size, atoms) for row in value]
    if isinstance(variable, Scalar):
        if _is_rational(value):
            return _fraction(value)
        if isinstance(value, Term) and value.is_number_valued:
            return value
    if (
        isinstance(variable, Family | Function | Measure)
        and isinstance(value, list)
        and len(value) == (size if isinstance(variable, Family) else atoms)
        and all(map(_is_rational, value))
        and not (isinstance(variable, Measure) and not all(weight > 0 for weight in value))
    ):
        return [_fraction(x) for x in value]
    if isinstance(variable, Index) and _is_whole(value) and 0 <= value < size:
        return value
    if isinstance(variable, PointOfSpace) and _is_whole(value) and 0 <= value < atoms:
        return value
    if isinstance(variable, Natural | Size) and _is_whole(value) and value >= 0:
        return value
    raise ValueError(f"{variable} = {value!r} is not of its sort, for n = {size}")


@dataclass(frozen=True)
class Witness:
    """What the second witness saw: at how many points, and in which arithmetics."""

    points: int
    arithmetics: tuple[str, ...]
