"""The points at which the second witness looks: exact, drawn at random, and made to satisfy the hypotheses.

Most are in general position.  A statement may fail just where numbers are zero, one or equal, so some have only such.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction
from functools import lru_cache
from random import Random
from typing import Any

from sympy import Expr, Integer, Rational

from .arithmetics import (
    Exact,
    Undefined,
)
from .evaluation import Point, Site, as_fraction, evaluate, is_rational, is_whole
from .language import (
    Entry,
    Eq,
    Exp,
    Family,
    ForAll,
    Function,
    Ge,
    Image,
    Index,
    Integral,
    Log,
    Measure,
    Natural,
    Plus,
    Rows,
    Scalar,
    Seq,
    Size,
    Statement,
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
from .quadrature import Nodal, nodes
from .witness import decide, settle

__all__ = ["exact_point", "points"]

_SIZES = (2, 3, 1, 5)
_TRIES = 300
_REPAIRED, _REPAIRS = 24, 40
_FACTORS = tuple(Fraction(2) ** k for k in (-3, -2, -1, 1, 2, 3))
_SPECIAL = tuple(map(Fraction, (0, 1, -1, 2)))
_SPECIAL_POINTS, _SPECIAL_TRIES = 2, 40

Source = Callable[[], Fraction]


@lru_cache(maxsize=32)  # a claim and its mutants ask again and again, other claims never
def points(variables: frozenset[Variable], given: tuple[Statement, ...], seed: str, count: int) -> tuple[Site, ...]:
    """Return exact points at which the hypotheses hold, the same ones for the same seed.

    `count` are in general position, and up to two more are not.  Hypotheses that are equations for a variable, or a
    normalisation, are satisfied by construction; the others by trying again.
    """
    random = Random(seed)
    general = (_general(random) for _ in range(_TRIES * count + _REPAIRED))
    special = (lambda: _SPECIAL[0], lambda: _SPECIAL[1], *[lambda: random.choice(_SPECIAL)] * _SPECIAL_TRIES)
    return (
        *_found(variables, given, random, general, count, repaired_from=_TRIES * count),
        *_found(variables, given, random, special, _SPECIAL_POINTS),
    )


def _found(
    variables: frozenset[Variable],
    given: tuple[Statement, ...],
    random: Random,
    sources: Iterable[Source],
    count: int,
    *,
    repaired_from: int | None = None,
) -> list[Site]:
    """Return the first points that satisfy the hypotheses, each with its numbers from one of the sources.

    Those that come late are repaired.
    """
    found: list[Site] = []
    images = [g for g in given if isinstance(g, Image) and isinstance(g.args[0], Function)]
    # Nodes are many: where there are some, what speaks of numbers alone comes first.
    of_numbers = [g for g in given if not (images and any(isinstance(v, Function) for v in free(g)))]
    in_order, rest = tuple(of_numbers), [g for g in given if g not in of_numbers]
    for attempt, number in enumerate(sources):
        size = _SIZES[(len(found) + attempt // (_TRIES // 2)) % len(_SIZES)]
        point = Site(_adjusted(_drawn(variables, size, random, number), given, random))
        if repaired_from is not None and attempt >= repaired_from:
            point = _repaired(point, in_order, random)
        if _are_true(of_numbers, point):
            point = Site(_on_nodes(point, images, random)) if images else point
            if _are_true(rest, point):
                found.append(point)
        if len(found) == count:
            break
    return found


def _general(random: Random, *, either_sign: bool = False) -> Source:
    """Return a source of numbers in general position, positive or of either sign."""
    positive = not either_sign and random.random() < 0.75

    def number() -> Fraction:
        value = Fraction(random.randint(1, 24), random.randint(5, 12))
        return value if positive or random.random() < 0.5 else -value

    return number


def _are_true(statements: list[Statement], site: Site) -> bool:
    """Are all of the statements true?  One that is not comes to the front: the next time it may decide, too."""
    for k, statement in enumerate(statements):
        if not _is_true(statement, site):
            statements.insert(0, statements.pop(k))
            return False
    return True


def _repaired(point: Site, given: tuple[Statement, ...], random: Random) -> Site:
    """Return a point where variables of a hypothesis that fails were changed, one at a time, as long as one does.

    Where several narrow hypotheses have to hold together, points that satisfy all of them are not found by drawing.
    """
    for _ in range(_REPAIRS):
        wrong = next((g for g in given if not _is_true(g, point)), None)
        about = free(wrong) - {n} if wrong is not None else ()
        movable = sorted((v for v in about if isinstance(v, Scalar | Family | Index | Natural)), key=str)
        if not movable:
            break
        moved = random.choice(movable)
        changed = _drawn(frozenset({moved}), point[n], random, _general(random))
        if isinstance(moved, Scalar) and is_rational(point[moved]):
            changed[moved] = random.choice((changed[moved], *(point[moved] * factor for factor in _FACTORS)))
        point = Site(_adjusted(point | changed, given, random))
    return point


def _is_true(statement: Statement, site: Site) -> bool:
    # A coordinate that is a term costs an evaluation, so those that the statement does not speak of are left out.
    spoken_of = free(statement)
    unneeded = [v for v, x in site.items() if isinstance(x, Term) and v not in spoken_of]
    point = {v: x for v, x in site.items() if v not in unneeded} if unneeded else site
    try:
        return decide(statement, point)[0] is True
    except Undefined:
        return False


def _drawn(variables: frozenset[Variable], size: int, random: Random, number: Source) -> Point:
    point: Point = {n: size}
    if any(isinstance(v, Function | Measure | PointOfSpace | Rows) for v in variables):
        point[mu] = [abs(number()) or Fraction(1) for _ in range(random.randint(1, 4))]  # mu is not zero
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
            point[variable] = int(2 * abs(number())) % 5  # any of 0, ..., 4, and 0 where all numbers are
        elif isinstance(variable, Scalar):
            point[variable] = number()
    return point


def _on_nodes(point: Point, images: list[Image], random: Random) -> Point:
    """Return a point whose atoms are the nodes of a quadrature rule, for a hypothesis that gives the image of mu."""
    field = Nodal()
    for image in images:
        function, variable, density, low = image.args
        places, weights = nodes(low)
        with field.scope():
            shares = weights * evaluate(density, point | {variable: places}, field)
        amid = {v: len(places.log) * random.randint(40, 60) // 100 for v in point if isinstance(v, PointOfSpace)}
        point = point | {function: places, mu: shares} | amid
    return point


def _adjusted(point: Point, given: tuple[Statement, ...], random: Random) -> Point:
    for statement in given:
        bound, relation = statement.args if isinstance(statement, ForAll) else (None, statement)
        if isinstance(bound, Index) and isinstance(relation, Ge):
            point = point | _raised(relation, bound, point, random)
        if not isinstance(relation, Eq):
            continue
        if isinstance(relation.lhs, Times) and relation.rhs == 0:
            point = _with_zero_factor(relation.lhs, bound, point, random)
            continue
        for target, value in ((relation.lhs, relation.rhs), (relation.rhs, relation.lhs)):
            changed = _solved(target, value, bound, point)
            if changed is not None:
                point = point | changed
                break
    return point


def _raised(bound_below: Ge, index: Index, point: Point, random: Random) -> Point:
    """Return a family that is at least what bounds it below, where that depends on other variables."""
    entry, least = bound_below.args
    family = entry.args[0] if isinstance(entry, Entry) and entry.args[1] == index else None
    if not isinstance(family, Family) or family in free(least) or not free(least):
        return {}
    return {family: _exactly(Seq(index, Plus(least, Rational(random.randint(0, 24), 12))), point)}


def _with_zero_factor(product: Times, bound: Variable | None, point: Point, random: Random) -> Point:
    """Return values that make a factor x, x - t or t - x of the product zero, entry by entry for families.

    If the factors have different variables, that of the last moves: what marks entries comes before what it marks.
    """
    ways: list[tuple[Variable, Expr]] = []
    for factor in product.args:
        first, second = _ends(factor)
        for side, value in ((first, second), (second, first)):
            variable = side.args[0] if isinstance(side, Entry) and side.args[1] == bound else side
            if isinstance(variable, Family) or (isinstance(variable, Scalar) and variable not in free(value)):
                ways.append((variable, value))
    now = dict(point)
    ways = [way for way in ways if way[0] == ways[-1][0]]
    for k in range(point[n] if ways and isinstance(ways[0][0], Family) else len(ways[:1])):
        here = now | {bound: k} if isinstance(bound, Index) else now
        if _exactly(product, here) != 0:
            variable, value = random.choice(ways)
            old, zero = now[variable], _exactly(value, here)
            now[variable] = [*old[:k], zero, *old[k + 1 :]] if isinstance(old, list) else zero
    return now


def _ends(factor: Expr) -> tuple[Expr, Expr]:
    """Return two terms whose difference the factor is, up to sign."""
    if isinstance(factor, Plus) and len(factor.args) == 2:
        first, second = factor.args
        if isinstance(second, Times) and second.args[0] == -1 and len(second.args) == 2:
            return first, second.args[1]
    return factor, Integer(0)


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
    needed = free(value) | {n}
    try:
        return evaluate(value, {v: x for v, x in point.items() if v in needed}, Exact())
    except Undefined:
        return value


# ------------------------------------------------------------------------------------------------ points by authors


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
    if not is_whole(size) or size < 1:
        raise ValueError(f"n = {size!r} is not a positive integer")
    atoms = len(values.get(mu, ()))
    point = {v: _of_sort(v, x, int(size), atoms) for v, x in values.items()}
    try:
        settle(Eq(size, size), point)  # which evaluates the point
    except Undefined as undefined:
        raise ValueError(f"a coordinate has no value: {undefined}") from None
    except KeyError as absent:
        raise ValueError(f"a coordinate speaks of {absent.args[0]}, which has no value before it") from None
    return point


def _of_sort(variable: Variable, value: Any, size: int, atoms: int) -> Any:
    if isinstance(variable, Rows) and isinstance(value, list) and len(value) == size:
        return [_of_sort(Function("row"), row, size, atoms) for row in value]
    if isinstance(variable, Scalar):
        if is_rational(value):
            return as_fraction(value)
        if isinstance(value, Term) and value.is_number_valued:
            return value
    if (
        isinstance(variable, Family | Function | Measure)
        and isinstance(value, list)
        and len(value) == (size if isinstance(variable, Family) else atoms)
        and all(map(is_rational, value))
        and not (isinstance(variable, Measure) and not all(weight > 0 for weight in value))
    ):
        return [as_fraction(x) for x in value]
    if isinstance(variable, Index) and is_whole(value) and 0 <= value < size:
        return value
    if isinstance(variable, PointOfSpace) and is_whole(value) and 0 <= value < atoms:
        return value
    if isinstance(variable, Natural | Size) and is_whole(value) and value >= 0:
        return value
    raise ValueError(f"{variable} = {value!r} is not of its sort, for n = {size}")
