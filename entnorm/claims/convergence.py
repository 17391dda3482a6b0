"""Which integrals are known to converge, and which are known to have a derivative.

Facts are compared up to algebra and the laws of logarithms, term by term: a combination of convergent integrals
converges.  This module is trusted.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import TYPE_CHECKING, Any

from sympy import Expr, Integer

from .facts import Fact
from .language import (
    Apply,
    D,
    Differentiable,
    Eq,
    Function,
    Index,
    Integrable,
    Integral,
    Natural,
    Point,
    Times,
    Variable,
    free,
    fresh,
    match,
    open_binder,
    substitute,
    subterms,
    unfold,
)

if TYPE_CHECKING:
    from .context import Context

__all__ = ["converges", "differentiable", "unfolded_fully"]

_FIRST = 8  # the natural numbers that are tried for those of a fact


def unfolded_fully(term: Any) -> Any:
    """Return a term without operators, as far as their definitions reach."""
    operators = frozenset(sub.operator for sub in subterms(term) if isinstance(sub, Apply))
    opened = unfold(term, operators)
    return unfolded_fully(opened) if opened != term else opened


def converges(statement: Integrable, context: Context) -> bool:
    """Is the integrand a combination of integrands that are known to converge?

    It may be known itself.  Otherwise its factors that do not depend on the point are numbers, and what is left of each
    of its terms must be known.
    """
    facts = [f for f in context.facts if isinstance(f.relation, Integrable)]
    for fact in facts:
        values = match(fact.relation, statement, fact.variables)
        if values is not None and context.established(fact, values) is not None:
            return True
    point, body = open_binder(unfolded_fully(statement), context.spoken_of | free(statement))
    laws = context.normaliser(logs=True)

    def is_known(part: Expr) -> bool:
        return any(
            laws.equal(part, unfolded_fully(substitute(found.args[0], {found.args[1]: point})))
            and context.established(fact, values) is not None
            for fact in facts
            for found, values in _instances(fact, body, point)
        )

    return is_known(body) or all(map(is_known, laws.parts(body, point)))


def differentiable(statement: Differentiable, context: Context) -> bool:
    """Is the integral a combination of integrals for whose derivatives, at this point, there are equations?

    The coefficients are made of elementary functions, and of integrals that are asked about on their own.
    """
    integral, variable, at = unfolded_fully(statement).args
    if not isinstance(integral, Integral):
        return False
    if at != variable:  # what is known of a variable of that name is not known of this one
        name = fresh(variable, context.spoken_of | free(statement))
        integral, variable = substitute(integral, {variable: name}), name
    point, body = open_binder(integral, context.spoken_of | free(statement))
    laws = context.near(variable).normaliser(logs=True)

    def is_known(part: Expr) -> bool:
        return any(
            laws.equal(part, known) and context.established(fact, values) is not None
            for fact, known, values in _differentiated(body, variable, point, at, context)
        )

    return is_known(body) or all(map(is_known, laws.parts(body, point)))


def _differentiated(
    body: Expr, variable: Variable, point: Variable, at: Expr, context: Context
) -> Iterator[tuple[Fact, Expr, dict[Variable, Any]]]:
    """Yield integrands, as functions of the variable, for whose integrals a fact gives the derivative."""
    for fact in context.facts:
        if not (isinstance(fact.relation, Eq) and isinstance(fact.relation.lhs, D)):
            continue
        theirs = fact.relation.lhs.args[1]
        if theirs not in fact.variables and not theirs == variable == at:
            continue
        place = {theirs: at} if theirs in fact.variables else {}
        for equation, values in _instances(fact, body, point, frozenset({theirs})):
            integral = unfolded_fully(equation.lhs.args[0])
            if theirs != variable and variable in free(integral):
                continue  # the derivative is known along one of two variables, not along both at once
            if isinstance(integral, Times) and len(integral.args) == 2 and integral.args[0] == -1:
                integral = integral.args[1]  # an entropy, say
            if isinstance(integral, Integral):
                known = substitute(integral, {theirs: variable})
                yield fact, substitute(known.args[0], {known.args[1]: point}), values | place


def _instances(
    fact: Fact, body: Expr, point: Variable, undecided: frozenset[Variable] = frozenset()
) -> Iterator[tuple[Any, dict[Variable, Any]]]:
    """Yield what a fact says for the functions and indices of an integrand, and for the first natural numbers.

    A function that depends on the point of the integral is another one at each point: of its own integral nothing is
    said along the diagonal.
    """
    nodes = [node for node in dict.fromkeys(subterms(body)) if point not in free(node)]
    choices: dict[type, list[Expr]] = {
        Function: [node for node in nodes if getattr(node, "indexed_by", None) is Point],
        Index: [node for node in nodes if isinstance(node, Index)],
        Natural: [Integer(k) for k in range(_FIRST)],
    }
    wanted = sorted((free(fact.relation) & fact.variables) - undecided, key=lambda v: v.name)
    for choice in product(*(choices.get(type(v), []) for v in wanted)):
        values = dict(zip(wanted, choice, strict=True))
        yield substitute(fact.relation, values), values
