"""What a counterexample shows of claims that hold under a condition: their conclusions fail there, for certain.

A conclusion fails where it is evaluated and false, where it certainly has no value, and where what is proved in general
contradicts it.  Only what is certain counts: exact arithmetic, balls that lie apart, or an equation whose sides are
written alike.

Where the conclusion of a proved claim fails, its hypotheses do not all hold, whatever the values of those variables
that they alone speak of.  So no choice of these makes a counterexample of a point that is none: a bound may be larger
than it need be, and some hypothesis fails all the same.  They have values so that it can be said which one; the least
bound says it best.  And a claim that has all these hypotheses among its own does not apply there either.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from typing import Any

from .arithmetics import Undefined
from .definedness import obligations
from .facts import difference
from .language import (
    Divergent,
    Eq,
    ForAll,
    Ge,
    Gt,
    Implicit,
    Index,
    Le,
    Lt,
    Ne,
    Root,
    Scalar,
    Statement,
    Tends,
    Term,
    Variable,
    alpha_equal,
    free,
    n,
    substitute,
)
from .lines import Line
from .points import exact_point
from .proofs import Claim, Refuted
from .typeset import text
from .witness import settle, shown_sides

__all__ = ["Failure", "Shown", "contradicts", "shown", "truth"]


@dataclass(frozen=True)
class Failure:
    """A claim whose conclusion fails at the point of a counterexample, with those of its hypotheses that fail there."""

    counterexample: Refuted | Claim
    claim: Claim
    point: dict[Variable, Any]
    contradicted: bool  # by what is proved; or else false, or without a value, when it is evaluated
    violated: tuple[Statement, ...]

    def values(self) -> dict[str, str]:
        """Return the two sides of the conclusion, `lhs` and `rhs`, or why it has no value: `undefined`.

        Of a limit that is contradicted, the `distance` that stays; of a root, the sides of what contradicts it at one
        argument, `where`; of what an integral that diverges contradicts, that it has no value.
        """
        if self.contradicted:
            return self._against()
        said = _evaluable(self.claim.statement)
        point = self.point | {v: 0 for v in free(said) - self.point.keys() if isinstance(v, Index)}
        try:
            settle(said, _exact(said, point))
        except Undefined as undefined:
            return {"undefined": str(undefined)}
        return shown_sides(said, point) or {}

    def _against(self) -> dict[str, str]:
        said, proved = self.claim.statement, self.counterexample.statement
        if isinstance(proved, Divergent):
            return {"undefined": "an integral in it diverges"}
        if isinstance(said, Root):
            sides = shown_sides(proved, self.point | {said.args[1]: Fraction(1)})
            return {"where": f"{text(said.args[1])} = 1", **sides} if sides else {}
        sides = shown_sides(Ne(proved.rhs, 0), self.point)
        return {"distance": sides["lhs"]} if sides else {}


@dataclass(frozen=True)
class Shown:
    """What counterexamples show, all in all; `problem` says why it is not what they are meant to show."""

    failures: tuple[Failure, ...] = ()
    problem: str = ""


def shown(counterexamples: tuple[Refuted | Claim, ...], claims: tuple[Claim, ...], at: Mapping[Variable, Any]) -> Shown:
    """Return where the conclusions of `claims` fail, and which hypotheses with them.

    Parameters
    ----------
    counterexamples : tuple of Refuted or Claim
        What is refuted, at its own point, to which `at` adds; and what is proved, and contradicts a claim at `at`.
        That an integral diverges contradicts what speaks of it.
    claims : tuple of Claim
    at : mapping
        Exact values of variables.  An index that has none stands for every position.  One number may be missing that
        is a root: hypotheses give an equation for it, and two bounds.

    Returns
    -------
    Shown
        It has a problem unless every counterexample makes the conclusion of some claim fail, for each of these
        some hypotheses certainly fail and all others certainly hold, and every other claim has all the hypotheses of
        one of these.
    """
    try:
        found = [failure for each in counterexamples for failure in _failures(each, claims, at)]
    except ValueError as error:
        return Shown(problem=str(error))
    failing = [set(failure.claim.hypotheses) for failure in found]
    for claim in claims:
        if not any(hypotheses <= set(claim.hypotheses) for hypotheses in failing):
            return Shown(problem=f"that {claim.id} fails at a counterexample is not seen")
    return Shown(tuple(found))


def _failures(counterexample: Refuted | Claim, claims: tuple[Claim, ...], at: Mapping[Variable, Any]) -> list[Failure]:
    """Return how the claims fail at the point of one counterexample, or raise a ValueError that says why none does."""
    if isinstance(counterexample, Claim) and isinstance(counterexample.statement, Divergent):
        return _failures_on_the_line(counterexample, claims, at)
    contradicted: list[Claim] = []
    if isinstance(counterexample, Refuted):
        point = _completed(counterexample.at, at)
    else:
        point = at
        contradicted = [claim for claim in claims if _is_contradicted(claim, counterexample, point)]
        if not contradicted:
            raise ValueError(f"that {counterexample.id} contradicts a claim at the point is not seen")
    false, doubt = [], ""
    for claim in claims:
        try:
            false += [claim] if truth(_evaluable(claim.statement), point) is False else []
        except ValueError as error:
            doubt = doubt or f": {error}"
    failing = [claim for claim in claims if claim in contradicted or claim in false]
    if not failing:
        raise ValueError(f"that a claim fails at {counterexample.id} is not seen{doubt}")
    return [Failure(counterexample, c, dict(point), c in contradicted, _violated(c, point)) for c in failing]


def _violated(claim: Claim, point: Mapping[Variable, Any]) -> tuple[Statement, ...]:
    """Return the hypotheses that fail at the point, all others holding there; or raise a ValueError."""
    of_root = [given for given in claim.hypotheses if _unknown(given, point)]
    found = {given: truth(given, point) for given in claim.hypotheses if given not in of_root}
    if of_root:
        found |= dict.fromkeys(of_root, truth(_root(of_root), point))
    undecided = [given for given, holds in found.items() if holds is None]
    if undecided:
        raise ValueError(f"at the counterexample it is not certain whether {undecided[0]}")
    violated = tuple(given for given, holds in found.items() if holds is False)
    if not violated:
        raise ValueError(f"the counterexample violates no hypothesis of {claim.id}")
    return violated


def _failures_on_the_line(diverges: Claim, claims: tuple[Claim, ...], at: Mapping[Variable, Any]) -> list[Failure]:
    """Return how the claims fail where an integral diverges, or raise a ValueError that says why none does."""
    line = Line(diverges, at)
    failing = [claim for claim in claims if line.deprives_of_value(claim.statement)]
    if not failing:
        raise ValueError(f"that {diverges.id} contradicts a claim there is not seen")
    return [Failure(diverges, claim, dict(at), True, line.violated(claim)) for claim in failing]


def _completed(point: Mapping[Variable, Any], more: Mapping[Variable, Any]) -> Mapping[Variable, Any]:
    """Return a point with values for more variables: what it says of its own stays."""
    other = [str(v) for v in point.keys() & more.keys() if point[v] != more[v]]
    if other:
        raise ValueError(f"another value for {', '.join(sorted(other))} is another point")
    return {**point, **more}


def _evaluable(statement: Statement) -> Statement:
    """Return what of a conclusion can be false at a point.

    Of an implicit function only its slope's having a value: what makes it exist is sufficient, not necessary.
    """
    if isinstance(statement, ForAll):
        return ForAll(statement.args[0], _evaluable(statement.args[1]))
    if isinstance(statement, Implicit):
        slope = statement.args[-1]
        return Eq(slope, slope)
    return statement


def _unknown(statement: Statement, at: Mapping[Variable, Any]) -> frozenset[Variable]:
    """Return the variables that have no value, but for indices."""
    return frozenset(v for v in free(statement) - at.keys() if not isinstance(v, Index))


def _root(given: list[Statement]) -> Root:
    """Return what hypotheses about one number say together: it is a root between two bounds."""
    equations = [g for g in given if isinstance(g, Eq)]
    low, high = ([g for g in given if isinstance(g, kinds)] for kinds in (Gt | Ge, Lt | Le))
    if len(given) == 3 and len(equations) == len(low) == len(high) == 1:
        (equation, above, below), variable = (equations[0], low[0], high[0]), low[0].lhs
        if isinstance(variable, Scalar) and variable == below.lhs and variable not in free(equation.rhs):
            return Root(equation.lhs, variable, above.rhs, below.rhs, equation.rhs)
    raise ValueError(f"no value for {', '.join(sorted({str(v) for g in given for v in free(g)}))} to decide {given[0]}")


def truth(statement: Statement, at: Mapping[Variable, Any]) -> bool | None:
    """Return whether a statement holds at a point, for all positions of indices that have no value; or None.

    It is False if it fails for all of them, and where it certainly has no value; None if that is not certain, or not
    the same for all of them.

    Raises
    ------
    ValueError
        If another variable has no value, or one that is none of its sort.
    """
    indices = sorted((v for v in free(statement) - at.keys() if isinstance(v, Index)), key=str)
    places = product(range(at[n]) if indices else (), repeat=len(indices))
    found = {_truth(statement, {**at, **dict(zip(indices, place, strict=True))}) for place in places}
    return found.pop() if len(found) == 1 else None


def _truth(statement: Statement, at: Mapping[Variable, Any]) -> bool | None:
    try:
        found = settle(statement, _exact(statement, at))[0]
    except Undefined:
        return False
    return True if found is None and _is_written_alike(statement, at) else found


def _exact(statement: Statement, at: Mapping[Variable, Any]) -> dict[Variable, Any]:
    """Return a point in exact numbers, without the terms of which a statement does not speak.

    An arithmetic that cannot express one of these may yet decide the statement.
    """
    named = free(statement)
    return exact_point(named, {v: value for v, value in at.items() if v in named or not isinstance(value, Term)})


def _is_written_alike(statement: Statement, at: Mapping[Variable, Any]) -> bool:
    """Is it an equation between two terms that are the same, and certainly have a value?"""
    values = {v: value for v, value in at.items() if isinstance(v, Scalar) and isinstance(value, Term)}
    return (
        isinstance(statement, Eq)
        and alpha_equal(*(substitute(side, values) for side in statement.args))
        and all(_truth(needed, at) for needed in obligations(statement))
    )


def _is_contradicted(claim: Claim, proved: Claim, at: Mapping[Variable, Any]) -> bool:
    """Does what is proved apply at the point, and contradict the claim there?

    It is known for all values of what it has no value for.  That is also so of the variable that the claim binds.
    """
    said = claim.statement
    bound = said.args[1] if isinstance(said, Root | Tends) else None
    point = {v: value for v, value in at.items() if v != bound}
    if not contradicts(proved.statement, said, point):
        return False
    unmet = [given for given in proved.hypotheses if truth(given, point) is not True]
    if unmet:
        raise ValueError(f"{proved.id} is no counterexample: that {unmet[0]} is not certain")
    return True


def contradicts(proved: Statement, said: Statement, at: Mapping[Variable, Any]) -> bool:
    """Does a statement, for all values of the variables that have none at the point, contradict another there?

    Every kind of statement that cannot be evaluated at a point has its own way of being contradicted.

    - A root, wherever it is said to be: a strict relation between the same two terms, at every argument.
    - A limit: a distance that is not zero and stays the same from step to step.
    """
    match said:
        case Root():
            function, variable, _, _, value = said.args
            return (
                isinstance(proved, Lt | Gt | Ne)
                and variable not in at
                and variable not in free(value)
                and alpha_equal(proved.lhs, function)
                and alpha_equal(proved.rhs, value)
            )
        case Tends():
            function, variable, _, value = said.args
            return (
                isinstance(proved, Eq)
                and variable not in at
                and variable not in free(proved.rhs) | free(value)
                and alpha_equal(proved.lhs, difference(Eq(value, function)))
                and truth(Ne(proved.rhs, 0), at) is True
            )
        case _:
            return False
