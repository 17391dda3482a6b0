"""Facts: relations that are known, for all values of some variables that satisfy conditions.

This module is trusted.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from sympy import Expr

from .definedness import slopes
from .language import (
    Attained,
    Eq,
    ForAll,
    Ge,
    Gt,
    Image,
    Index,
    Integrable,
    Le,
    Lt,
    Ne,
    Plus,
    Relation,
    Statement,
    Times,
    Variable,
    free,
    fresh,
    substitute,
)
from .normal import Refusal

__all__ = ["ALLOWED", "ANY", "Fact", "Signs", "difference", "hypothesis"]

Signs = frozenset[int]
POSITIVE: Signs = frozenset({1})
NEGATIVE: Signs = frozenset({-1})
ZERO: Signs = frozenset({0})
NONNEGATIVE: Signs = frozenset({0, 1})
NONPOSITIVE: Signs = frozenset({-1, 0})
NONZERO: Signs = frozenset({-1, 1})
ANY: Signs = frozenset({-1, 0, 1})

# The signs of lhs - rhs that each relation allows.
ALLOWED: dict[type, Signs] = {
    Eq: ZERO, Ne: NONZERO, Lt: NEGATIVE, Le: NONPOSITIVE, Gt: POSITIVE, Ge: NONNEGATIVE,
}  # fmt: skip


def difference(relation: Relation) -> Expr:
    """Return lhs - rhs as a term."""
    if relation.rhs == 0:
        return relation.lhs
    return Plus(relation.lhs, Times(-1, relation.rhs))


@dataclass(frozen=True)
class Fact:
    """`relation`, or a statement about integrals, for all `variables` that satisfy `given`.

    It was put at `values`, and holds where these are defined.  `tied` are the variables about which it is a hypothesis:
    under a binder of one of them it may not be used.
    """

    relation: Any
    variables: frozenset[Variable] = frozenset()
    given: tuple[Statement, ...] = ()
    condition: Statement | None = None
    tied: frozenset[Variable] = frozenset()
    values: tuple[Expr, ...] = ()

    @property
    def is_unconditional(self) -> bool:
        """Does it hold at all values of its variables?"""
        return not self.given and not self.values

    @property
    def fits_every_term(self) -> bool:
        """Is it an equation for whatever number satisfies its conditions?

        Such a one is left to the rule that cites it, or to be cited at a value.  Searching for what follows would try
        it on every part of every term, among them its own conditions.
        """
        return isinstance(self.relation, Eq) and self.relation.lhs in self.variables

    @property
    def is_open(self) -> bool:
        """Is it a strict inequality?  Infinitely many together need not survive a small change of a variable."""
        return isinstance(self.relation, Lt | Gt | Ne) and all(isinstance(v, Index) for v in self.variables)

    def survives(self, variable: Variable) -> bool:
        """Does it hold near the variable's value as well?  Integrals that depend on it need not be continuous."""
        return variable not in self.tied or (self.is_open and not any(True for _ in slopes(self.relation, variable)))


@cache
def hypothesis(statement: Statement) -> Fact:
    """Return a hypothesis as a fact; its quantifiers become variables."""
    variables: set[Variable] = set()
    while isinstance(statement, ForAll):
        bound, statement = statement.args
        name = fresh(bound, free(statement) - {bound} | variables)
        statement = substitute(statement, {bound: name})
        variables.add(name)
    condition = None
    if isinstance(statement, Attained):
        statement, condition = statement.bound, statement.condition
    if not isinstance(statement, Relation | Integrable | Image):
        raise Refusal(f"a hypothesis must be a relation, for all of its variables: {statement}")
    about = free(statement) | (free(condition) if condition is not None else frozenset())
    return Fact(statement, frozenset(variables), (), condition, about - variables)
