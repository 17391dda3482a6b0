"""What a counterexample shows of a claim that holds under a condition: which of its hypotheses fail there, for certain.

A statement fails at a point because it is refuted there, or because what is proved in general contradicts it there.
Only what is certain counts: exact arithmetic, balls that lie apart, or an equation whose sides are written alike.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any

from .arithmetics import Undefined
from .facts import difference
from .language import (
    Divergent,
    Eq,
    Ge,
    Gt,
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
from .witness import settle

__all__ = ["Failure", "contradicts", "failure", "truth"]


@dataclass(frozen=True)
class Failure:
    """The hypotheses of a claim that a counterexample violates; `problem` says why it is none."""

    violated: tuple[Statement, ...] = ()
    problem: str = ""


def failure(counterexample: Refuted | Claim, claim: Claim, at: Mapping[Variable, Any]) -> Failure:
    """Return which hypotheses of `claim` fail where a statement like it does.

    Parameters
    ----------
    counterexample : Refuted or Claim
        What is refuted, at its own point, to which `at` adds; or what is proved, and contradicts the claim at `at`.
        That an integral diverges contradicts what speaks of it.
    claim : Claim
    at : mapping
        Exact values of variables.  An index that has none stands for every position.  One number may be missing that
        is a root: hypotheses give an equation for it, and two bounds.

    Returns
    -------
    Failure
        It has a problem unless some hypotheses certainly fail and all others certainly hold.
    """
    if isinstance(counterexample, Claim) and isinstance(counterexample.statement, Divergent):
        return _on_the_line(counterexample, claim, at)
    try:
        point = _completed(counterexample.at, at) if isinstance(counterexample, Refuted) else at
        if isinstance(counterexample, Claim):
            unmet = [given for given in counterexample.hypotheses if truth(given, point) is not True]
            if unmet:
                return Failure(problem=f"the counterexample does not certainly satisfy {unmet[0]}")
            if not contradicts(counterexample.statement, claim.statement, point):
                return Failure(problem=f"that {counterexample.id} contradicts {claim.id} there is not seen")
        of_root = [given for given in claim.hypotheses if _unknown(given, point)]
        found = {given: truth(given, point) for given in claim.hypotheses if given not in of_root}
        if of_root:
            found |= dict.fromkeys(of_root, truth(_root(of_root), point))
    except ValueError as error:
        return Failure(problem=f"the counterexample: {error}")
    undecided = [given for given, holds in found.items() if holds is None]
    if undecided:
        return Failure(problem=f"at the counterexample it is not certain whether {undecided[0]}")
    violated = tuple(given for given, holds in found.items() if holds is False)
    return Failure(violated, "" if violated else f"the counterexample violates no hypothesis of {claim.id}")


def _on_the_line(diverges: Claim, claim: Claim, at: Mapping[Variable, Any]) -> Failure:
    try:
        line = Line(diverges, at)
        if not line.deprives_of_value(claim.statement):
            return Failure(problem=f"that {diverges.id} contradicts {claim.id} there is not seen")
        return Failure(line.violated(claim))
    except ValueError as error:
        return Failure(problem=str(error))


def _completed(point: Mapping[Variable, Any], more: Mapping[Variable, Any]) -> Mapping[Variable, Any]:
    """Return a point with more values; a claim may use an index for another position, but no other variable."""
    other = [str(v) for v in point.keys() & more.keys() if not isinstance(v, Index) and point[v] != more[v]]
    if other:
        raise ValueError(f"another value for {', '.join(sorted(other))} is another point")
    return {**point, **more}


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
        found = settle(statement, exact_point(free(statement), at))[0]
    except Undefined:
        return False
    return True if found is None and _is_written_alike(statement, at) else found


def _is_written_alike(statement: Statement, at: Mapping[Variable, Any]) -> bool:
    values = {v: value for v, value in at.items() if isinstance(v, Scalar) and isinstance(value, Term)}
    return isinstance(statement, Eq) and alpha_equal(*(substitute(side, values) for side in statement.args))


def contradicts(proved: Statement, said: Statement, at: Mapping[Variable, Any]) -> bool:
    """Does a statement, for all values of the variables that have none at the point, contradict another there?

    A root is contradicted by a strict relation between the same two terms, at every argument; a limit by a distance
    that is not zero and stays the same from step to step.
    """
    if isinstance(said, Root):
        function, variable, _, _, value = said.args
        return (
            isinstance(proved, Lt | Gt | Ne)
            and variable not in at
            and variable not in free(value)
            and alpha_equal(proved.lhs, function)
            and alpha_equal(proved.rhs, value)
        )
    if isinstance(said, Tends):
        function, variable, _, value = said.args
        return (
            isinstance(proved, Eq)
            and variable not in at
            and variable not in free(proved.rhs) | free(value)
            and alpha_equal(proved.lhs, difference(Eq(value, function)))
            and truth(Ne(proved.rhs, 0), at) is True
        )
    return False
