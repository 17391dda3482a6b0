"""The second witness: statements evaluated at points, by code that shares nothing with the rules.

A point gives n and exact rational values to the free variables of a claim, such that its hypotheses hold.  Terms are
evaluated there in exact fractions if they are rational, in balls otherwise; without python-flint, in mpmath at two
precisions, and the record says so.  An integral is a sum over the atoms of a measure that the point gives: an instance
of what is claimed, and the record says so; where a hypothesis gives the image of the measure, the atoms are the nodes
of a quadrature rule.

A witness can refuse.  It cannot prove: agreement at points is evidence.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Any

import numpy as np
from mpmath.ctx_mp import MPContext

from entnorm import balls

from .arithmetics import Balls, Exact, Inexpressible, Logarithms, Pair, Undefined, arithmetic
from .evaluation import Evaluator, Field, Point, Site, evaluate, is_nodal, positions
from .language import (
    Attained,
    Differentiable,
    Divergent,
    Eq,
    ForAll,
    Image,
    Implicit,
    Integrable,
    Jet,
    Natural,
    Relation,
    Root,
    Statement,
    Tends,
    Variable,
    mu,
)
from .quadrature import EVERYWHERE, NODES_PER_UNIT, Nodal, Signed, nodes

__all__ = ["Witness", "decide", "settle", "shown_sides"]

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
    site = point if isinstance(point, Site) else Site(point)
    for field in fields[:-1]:
        try:
            with field.scope():
                return _decided_at(statement, site, field, certain), field.name
        except Inexpressible:
            continue
    with fields[-1].scope():
        return _decided_at(statement, site, fields[-1], certain), fields[-1].name


def _decided_at(statement: Statement, site: Site, field: Field, certain: bool) -> bool | None:
    evaluator = site.evaluator(field)
    return _decided(statement, evaluator.point, evaluator, certain)


_FIRST = 4  # natural numbers that stand for all of them
_CLOSE = Fraction(1009, 2**61 + 1)  # to 0, and far out when inverted; powers would count up to a whole number
_CLOSE_ENOUGH = Fraction(1, 2**16)
_SAMPLE = 12  # nodes that stand for all of them
_LATE = 24  # steps of a sequence, which are counted one by one
_PIECES = 8  # into which the interval of a root is cut


def _decided(statement: Statement, point: Point, evaluator: Evaluator, certain: bool) -> bool | None:
    if isinstance(statement, ForAll):
        variable, scope = statement.args
        values = range(_FIRST) if isinstance(variable, Natural) else positions(variable, point)
        if is_nodal(variable, point):
            values = values[:: len(values) // _SAMPLE]
        outcomes = [_decided(scope, {**point, variable: k}, evaluator, certain) for k in values]
        if certain and isinstance(variable, Natural):
            outcomes.append(None)
        return _all(outcomes)
    if isinstance(statement, Relation):
        field = evaluator.field
        lhs, rhs = evaluator.value(statement.lhs, point), evaluator.value(statement.rhs, point)
        order = field.compare(lhs, rhs)
        if order == 0 and certain and not field.agreement_is_certain:
            order = None
        return None if order is None else order in _TRUE_WHEN[statement.symbol]
    if isinstance(statement, Attained):
        sides = statement.bound.args
        bound, touches, condition = (
            _decided(s, point, evaluator, certain) for s in (statement.bound, Eq(*sides), statement.condition)
        )
        return _all([bound, None if touches is None or condition is None else touches == condition])
    if isinstance(statement, Jet):
        return _all([_decided(equation, point, evaluator, certain) for equation in statement.equations])
    if isinstance(statement, Implicit):
        return _follows_curve(statement, point, evaluator, certain)
    if isinstance(statement, Image):
        return _is_image(statement, point, evaluator)
    if isinstance(statement, Root):
        return (_crosses if certain else _crossing)(statement, point, evaluator)
    if isinstance(statement, Tends) and not certain:
        return _nearing(statement, point, evaluator)
    if isinstance(statement, Divergent):
        return _escapes(statement, point, evaluator)
    if isinstance(statement, Integrable | Differentiable):
        if certain:
            _evaluate(statement, point, evaluator)
        return True  # the measures of points have finitely many atoms: there are no others to look at
    raise Inexpressible(f"a {type(statement).__name__} is not decided at points")


def _evaluate(statement: Integrable | Differentiable, point: Point, evaluator: Evaluator) -> None:
    """Evaluate an integrand at every atom, or a slope, which raises Undefined where there is no value."""
    function, variable = statement.args[:2]
    if isinstance(statement, Integrable):
        for k in positions(variable, point):
            evaluator.value(function, {**point, variable: k})
    else:
        place = evaluator.value(statement.args[2], point)
        evaluator.along(function, {**point, variable: place}, {variable: evaluator.one})


def _is_image(statement: Image, point: Point, evaluator: Evaluator) -> bool:
    """Are the atoms the nodes of the rule for that density, with its weights?"""
    function, variable, density, low = statement.args
    places, weights = nodes(low)
    if not (isinstance(evaluator.field, Nodal) and point.get(function) is places):
        return False
    shares = weights * evaluator.value(density, {**point, variable: places})
    return bool(np.all(shares.sign > 0) and np.allclose(point[mu].log, shares.log, rtol=0, atol=1e-9))


def _follows_curve(statement: Implicit, point: Point, evaluator: Evaluator, certain: bool) -> bool | None:
    """Does the function move with the unknown alone, and not where that moves with the variable by the slope?

    Both are seen by moving along a line: no partial derivative with respect to the variable is taken, and no quotient.
    """
    function, variable, place, unknown, slope = statement.args
    field, start = evaluator.field, {**point, variable: evaluator.value(place, point)}
    steepness = evaluator.along(function, start, {unknown: evaluator.one})
    drift = evaluator.along(function, start, {variable: evaluator.one, unknown: evaluator.value(slope, point)})
    apart, level = field.compare(steepness, evaluator.zero), field.compare(drift, evaluator.zero)
    if certain and not field.agreement_is_certain:
        apart, level = apart or None, level or None
    return _all([None if apart is None else apart != 0, None if level is None else level == 0])


def _escapes(statement: Divergent, point: Point, evaluator: Evaluator) -> bool:
    """Do the last nodes at an end gather as much as those before them?

    The rule is doubly exponential, so that what converges does so by orders of magnitude from node to node there.
    Finitely many atoms gather a finite integral.
    """
    body, at = statement.args
    if not is_nodal(at, point):
        return False
    gathered = (point[mu] * evaluator.value(body, {**point, at: EVERYWHERE})).log
    if np.ndim(gathered) == 0 or np.any(np.isnan(gathered)):
        raise Inexpressible("an integrand that is out of reach")
    before, last = gathered[[NODES_PER_UNIT, -1 - NODES_PER_UNIT]], gathered[[0, -1]]
    return bool(np.any(last > before - np.log(2)))


def _nearing(statement: Tends, point: Point, evaluator: Evaluator) -> bool | None:
    """Is the function close to its limit, close to the point?"""
    function, variable, end, value = statement.args
    if isinstance(variable, Natural):
        return _approaching(statement, point, evaluator)
    field = evaluator.field
    at = field.constant(_CLOSE if end == 0 else 1 / _CLOSE)
    found, limit = evaluator.value(function, {**point, variable: at}), evaluator.value(value, point)
    room = field.constant(_CLOSE_ENOUGH)
    above, below = field.compare(found, limit + room), field.compare(found, limit + room * field.constant(Fraction(-1)))
    return None if above is None or below is None else (below, above) == (1, -1)


def _approaching(statement: Tends, point: Point, evaluator: Evaluator) -> bool | None:
    """Is the sequence close to its limit after some steps, or at least much closer than after half of them?"""
    function, variable, _, value = statement.args
    field = evaluator.field
    limit = evaluator.value(value, point) * field.constant(Fraction(-1))
    errors = [evaluator.value(function, {**point, variable: k}) + limit for k in (_LATE // 2, _LATE)]
    early, late = (error * error for error in errors)
    close = field.compare(late, field.constant(_CLOSE_ENOUGH**2))
    closer = field.compare(late, early * field.constant(Fraction(1, 2)))
    return True if -1 in (close, closer) else None if None in (close, closer) else False


def _crossing(statement: Root, point: Point, evaluator: Evaluator) -> bool | None:
    """Is there a change of sign between the ends, seen from a few points between them?"""
    function, variable, low, high, value = statement.args
    field = evaluator.field
    first, last, level = (evaluator.value(term, point) for term in (low, high, value))
    if field.compare(first, last) != -1:
        return False
    places = _places(first, last, evaluator)
    sides = [field.compare(evaluator.value(function, {**point, variable: place}), level) for place in places]
    return None if None in sides else 0 in sides[1:-1] or {-1, 1} <= set(sides)


def _crosses(statement: Root, point: Point, evaluator: Evaluator) -> bool | None:
    """Is the function on different sides of the value at the two ends, and defined on balls that cover what is between?

    What the language can write is continuous where it is defined, so there is a root.  Without a change of sign there
    may be one all the same.
    """
    field = evaluator.field
    if not isinstance(field, Balls):
        raise Inexpressible("what is so between two numbers is left to balls")
    function, variable, low, high, value = statement.args
    first, last, level = (evaluator.value(term, point) for term in (low, high, value))
    places = _places(first, last, evaluator)
    try:
        covering = [evaluator.value(function, {**point, variable: balls.hull(*piece)}) for piece in pairwise(places)]
    except Undefined:
        return None
    if field.compare(first, last) != -1 or not all(map(balls.is_finite, covering)):
        return None
    sides = {balls.sign(evaluator.value(function, {**point, variable: end}) - level) for end in (first, last)}
    return True if sides == {-1, 1} else None


def _places(first: Any, last: Any, evaluator: Evaluator) -> list[Any]:
    """Return the ends of an interval and what is evenly between them."""
    constant = evaluator.field.constant
    steps = [constant(Fraction(k, _PIECES)) for k in range(_PIECES + 1)]
    return [first * (evaluator.one + step * constant(Fraction(-1))) + last * step for step in steps]


def _all(outcomes: list[bool | None]) -> bool | None:
    return False if False in outcomes else None if None in outcomes else True


def shown_sides(statement: Statement, point: Mapping[Variable, Any], digits: int = 12) -> dict[str, str] | None:
    """Return the two sides of a relation at a point: as fractions, or as decimals that contain them.

    Of an expansion those of the first derivative that is not what it says, and its `order`.  None where the statement
    is neither, or a side has no value.
    """
    if isinstance(statement, Jet):
        for order, equation in enumerate(statement.equations):
            sides = shown_sides(equation, point, digits)
            if sides and settle(equation, point)[0] is False:
                return sides | {"order": str(order)}
        return None
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


@dataclass(frozen=True)
class Witness:
    """What the second witness saw: at how many points, and in which arithmetics."""

    points: int
    arithmetics: tuple[str, ...]
