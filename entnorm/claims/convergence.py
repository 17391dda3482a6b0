"""Which integrals are known to converge, and which are known to have a derivative.

Facts are compared up to algebra and the laws of logarithms, term by term: a combination of convergent integrals
converges.  This module is trusted.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from sympy import Expr, Integer

from .facts import Fact
from .language import (
    Apply,
    D,
    Differentiable,
    Eq,
    Integrable,
    Integral,
    Natural,
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

    Its factors that do not depend on the point are numbers; what is left of each of its terms must be known.
    """
    facts = [f for f in context.facts if isinstance(f.relation, Integrable)]
    for fact in facts:
        values = match(fact.relation, statement, fact.variables)
        if values is not None and context.established(fact, values) is not None:
            return True
    point, body = open_binder(unfolded_fully(statement), context.fixed | free(statement))
    laws = context.normaliser(logs=True)
    instances = [(fact, *instance) for fact in facts for instance in _instances(fact)]
    known = [found for fact, found, values in instances if context.established(fact, values) is not None]
    bodies = [unfolded_fully(substitute(k.args[0], {k.args[1]: point})) for k in known]
    return all(any(laws.equal(part, k) for k in bodies) for part in laws.parts(body, point))


def differentiable(statement: Differentiable, context: Context) -> bool:
    """Is the integral a combination of integrals for whose derivatives, at this point, there are equations?

    The coefficients are made of elementary functions, and of integrals that are asked about on their own.
    """
    integral, variable, at = unfolded_fully(statement).args
    if at != variable:  # what is known of a variable of that name is not known of this one
        name = fresh(variable, context.fixed | free(statement))
        integral, variable = substitute(integral, {variable: name}), name
    point, body = open_binder(integral, context.fixed | free(statement))
    laws = context.normaliser(logs=True)
    known = [substitute(k.args[0], {k.args[1]: point}) for k in _differentiated(variable, at, context)]
    return all(any(laws.equal(part, k) for k in known) for part in laws.parts(body, point))


def _differentiated(variable: Variable, at: Expr, context: Context) -> Iterator[Integral]:
    """Yield the integrals whose derivative is known there, as functions of the variable."""
    for fact in context.facts:
        if not (isinstance(fact.relation, Eq) and isinstance(fact.relation.lhs, D)):
            continue
        theirs = fact.relation.lhs.args[1]
        if theirs not in fact.variables and not theirs == variable == at:
            continue
        place = {theirs: at} if theirs in fact.variables else {}
        for equation, values in _instances(fact, frozenset({theirs})):
            function = unfolded_fully(equation.lhs.args[0])
            if isinstance(function, Integral) and context.established(fact, values | place) is not None:
                yield substitute(function, {theirs: variable})


def _instances(fact: Fact, free_to_choose: frozenset[Variable] = frozenset()) -> Iterator[tuple[Any, dict[Any, Any]]]:
    """Yield what a fact says for the first natural numbers, if it is for all of them and otherwise definite."""
    naturals = [v for v in fact.variables if isinstance(v, Natural)]
    if len(naturals) > 1 or fact.variables - {*naturals} - free_to_choose:
        return
    for k in range(_FIRST if naturals else 1):
        values = dict.fromkeys(naturals, Integer(k))
        yield substitute(fact.relation, values), values
