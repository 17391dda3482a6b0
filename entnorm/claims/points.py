"""The points at which the second witness looks: exact, drawn at random, and made to satisfy the hypotheses."""

from __future__ import annotations

from fractions import Fraction
from functools import cache
from random import Random
from typing import Any

from sympy import Expr

from .arithmetics import (
    Exact,
    Undefined,
)
from .language import (
    Entry,
    Eq,
    Exp,
    Family,
    ForAll,
    Function,
    Index,
    Integral,
    Log,
    Measure,
    Natural,
    Plus,
    Rows,
    Scalar,
    Seq,
    Statement,
    Sum,
    Times,
    Variable,
    free,
    mu,
    n,
)
from .language import (
    Point as PointOfSpace,
)
from .witness import Point, decide, evaluate

__all__ = ["points"]

_SIZES = (2, 3, 1, 5)
_TRIES = 300


@cache
def points(variables: frozenset[Variable], given: tuple[Statement, ...], seed: str, count: int) -> tuple[Point, ...]:
    """Return exact points at which the hypotheses hold, the same ones for the same seed.

    Hypotheses that are equations for a variable, or a normalisation, are satisfied by construction; the others by
    trying again.
    """
    random = Random(seed)
    found: list[Point] = []
    for attempt in range(_TRIES * count):
        size = _SIZES[(len(found) + attempt // (_TRIES // 2)) % len(_SIZES)]
        point: Point | None = _drawn(variables, size, random)
        point = _adjusted(point, given, random) if point else None
        if point is not None and all(_is_true(g, point) for g in given):
            found.append(point)
        if len(found) == count:
            break
    return tuple(found)


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
    if any(isinstance(v, Function | Measure | PointOfSpace | Rows) for v in variables):
        point[mu] = [abs(number()) for _ in range(random.randint(1, 4))]
    for variable in sorted(variables, key=lambda v: (type(v).__name__, v.name)):
        if isinstance(variable, Family):
            point[variable] = [number() for _ in range(size)]
        elif isinstance(variable, Function):
            point[variable] = [number() for _ in point[mu]]
        elif isinstance(variable, Rows):
            point[variable] = [[number() for _ in point[mu]] for _ in range(size)]
        elif isinstance(variable, PointOfSpace):
            point[variable] = random.randrange(len(point[mu]))
        elif isinstance(variable, Index):
            point[variable] = random.randrange(size)
        elif isinstance(variable, Natural):
            point[variable] = random.randrange(5)
        elif isinstance(variable, Scalar):
            point[variable] = number()
    return point


def _adjusted(point: Point, given: tuple[Statement, ...], random: Random) -> Point | None:
    for statement in given:
        bound, relation = statement.args if isinstance(statement, ForAll) else (None, statement)
        if not isinstance(relation, Eq):
            continue
        if isinstance(relation.lhs, Times) and relation.rhs == 0:
            point = point | _with_zero_factor(relation.lhs, point, random)
            continue
        for target, value in ((relation.lhs, relation.rhs), (relation.rhs, relation.lhs)):
            changed = _solved(target, value, bound, point)
            if changed is not None:
                point = point | changed
                break
    return point


def _with_zero_factor(product: Times, point: Point, random: Random) -> Point:
    """Return values that make a factor w or 1 - w of the product zero, entry by entry for families."""
    simple: list[tuple[Variable, Fraction]] = []
    for factor in product.args:
        inner = factor.args[1] if isinstance(factor, Plus) and factor.args[0] == 1 and len(factor.args) == 2 else factor
        value = Fraction(int(inner is not factor))
        inner = inner.args[1] if isinstance(inner, Times) and inner.args[0] == -1 and len(inner.args) == 2 else inner
        variable = inner.args[0] if isinstance(inner, Entry) else inner
        if isinstance(variable, Scalar | Family):
            simple.append((variable, value))
    changed: Point = {}
    for k in range(point[n]):
        now = point | changed
        entries = [now[v][k] if isinstance(v, Family) else now[v] for v, _ in simple]
        if not simple or any(entry == value for entry, (_, value) in zip(entries, simple, strict=True)):
            continue
        variable, value = simple[-1] if len({v for v, _ in simple}) > 1 else random.choice(simple)
        old = now[variable]
        changed[variable] = [*old[:k], value, *old[k + 1 :]] if isinstance(variable, Family) else value
    return changed


def _solved(target: Expr, value: Expr, bound: Variable | None, point: Point) -> Point | None:
    """Return the value of the variable or family that `target` is, if the equation gives it."""
    if isinstance(target, Log):
        return _solved(target.args[0], Exp(value), bound, point)
    if isinstance(target, Scalar) and target not in free(value):
        return {target: _exactly(value, point)}
    if isinstance(target, Entry) and isinstance(bound, Index) and target.args[1] == bound:
        family = target.args[0]
        if isinstance(family, Family) and family not in free(value):
            return {family: _exactly(Seq(bound, value), point)}
    if isinstance(target, Integral) and value == 1 and isinstance(target.args[0], Entry):
        function = target.args[0].args[0]
        values = point[function] if isinstance(function, Function) else []
        total = sum((w * x for w, x in zip(point[mu], values, strict=False)), Fraction(0))
        if total:
            return {function: [x / total for x in values]}
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
