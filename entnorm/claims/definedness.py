"""What must hold for a term or a statement to be defined: denominators that do not vanish, logarithms of positives.

A statement that is used as true is also defined: an undefined relation holds for nothing.  This module is trusted.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

from sympy import Expr

from .language import (
    Apply,
    At,
    D,
    Differentiable,
    Digamma,
    Divergent,
    ForAll,
    Gt,
    Image,
    Implicit,
    Integrable,
    Integral,
    Jet,
    Log,
    LogGamma,
    Ne,
    Operator,
    Power,
    Recursion,
    Root,
    Seq,
    Statement,
    Sum,
    Tends,
    Variable,
    free,
    fresh,
    is_natural,
    substitute,
    subterms,
)
from .normal import Normaliser, Refusal

__all__ = ["obligations", "slopes"]

Reach = tuple[Expr, ...] | None


@cache
def obligations(node: Any, reach: Reach = None) -> tuple[Statement, ...]:
    """Return what must hold for a term or statement to be defined.

    A proof by induction knows its equation for some steps only: a recursion that is carried further than to one of
    `reach` is refused there.
    """
    return tuple(dict.fromkeys(_obligations(node, reach)))


def _obligations(node: Any, reach: Reach) -> Iterator[Statement]:
    if isinstance(node, Variable | Operator) or not node.args:
        return
    if isinstance(node, Apply):
        for arg in node.args[1:]:
            yield from obligations(arg, reach)
        if isinstance(node.operator, Recursion):
            yield from _of_recursion(node, node.operator, reach)
        else:
            yield from obligations(node.operator.instance(node.args[1:]), reach)
    elif isinstance(node, Sum):
        yield from _quantified(node.args[1], obligations(node.args[0], reach))
    elif isinstance(node, Integral):
        yield from _quantified(node.args[1], obligations(node.args[0], reach))
        yield Integrable(*node.args)
    elif isinstance(node, Integrable | Divergent):
        yield from _quantified(node.args[1], obligations(node.args[0], reach))
    elif isinstance(node, D):
        yield from obligations(node.args[0], reach)
        yield from slopes(*node.args)
    elif isinstance(node, Seq | ForAll):
        yield from _quantified(node.args[0], obligations(node.args[1], reach))
    elif isinstance(node, At):
        body, variable, value = node.args
        yield from obligations(value, reach)
        for inner in obligations(body, reach):
            yield substitute(inner, {variable: value})
    elif isinstance(node, Tends | Root | Implicit | Differentiable | Image):
        return  # defined where the proof's own goals, or the statement itself, say so
    elif isinstance(node, Jet):
        for order, coefficient in enumerate(node.coefficients):
            yield from obligations(node.derivative(order), reach)
            yield from obligations(coefficient, reach)
    else:
        for arg in node.args:
            yield from obligations(arg, reach)
        if isinstance(node, Log | LogGamma | Digamma):
            yield Gt(node.args[0], 0)
        if isinstance(node, Power):
            yield from _of_power(*node.args)


def slopes(term: Any, variable: Variable) -> Iterator[Statement]:
    """Yield what must hold for a term to be differentiable: elementary functions are, integrals need not be.

    Of the derivative of an integral, or a recursion through one, nothing is ever known.
    """
    if variable not in free(term) or isinstance(term, Variable):
        return
    if isinstance(term, D):
        if any(True for x in {variable, term.args[1]} for _ in slopes(term.args[0], x)):
            yield Differentiable(term, variable, variable)
    elif isinstance(term, Integral | Sum):
        if isinstance(term, Integral):
            yield Differentiable(term, variable, variable)
        yield from _quantified(term.args[1], slopes(term.args[0], variable))
    elif isinstance(term, Seq):
        yield from _quantified(term.args[0], slopes(term.args[1], variable))
    elif isinstance(term, At):
        body, inner, value = term.args
        name = fresh(inner, free(term) | {variable})
        moved = substitute(body, {inner: name})
        for statement in (*slopes(moved, name), *slopes(moved, variable)):
            yield substitute(statement, {name: value})
        yield from slopes(value, variable)
    elif isinstance(term, Apply):
        for arg in term.args[1:]:
            yield from slopes(arg, variable)
        instance = term.operator.instance(term.args[1:])
        if instance is not None:
            yield from slopes(instance, variable)
        elif any(isinstance(sub, Integral) for body in term.operator.bodies for sub in subterms(body)):
            yield Differentiable(term, variable, variable)
    else:
        for arg in term.args:
            yield from slopes(arg, variable)


def _quantified(bound: Variable, statements: Iterable[Statement]) -> Iterator[Statement]:
    for inner in statements:
        yield ForAll(bound, inner) if bound in free(inner) else inner


def _of_power(base: Expr, exponent: Expr) -> Iterator[Statement]:
    constant = Normaliser().constant(exponent)
    if constant is not None and constant.denominator == 1:
        if constant < 0:
            yield Ne(base, 0)
    elif not is_natural(exponent):
        yield Gt(base, 0)


def _of_recursion(node: Apply, operator: Recursion, reach: Reach) -> Iterator[Statement]:
    """Yield what makes the value at 0 defined, and the value after every step, which is more than is needed."""
    values = dict(zip(operator.parameters[1:], node.args[2:], strict=True))
    yield from obligations(substitute(operator.bodies[0], values), reach)
    if node.args[1] == 0:
        return
    if reach is not None and node.args[1] not in reach:
        raise Refusal(f"the induction does not reach {node}")
    step = fresh(operator.parameters[0], free(node))
    before = operator(step, *node.args[2:])
    for inner in obligations(operator.bodies[1]):
        yield ForAll(step, substitute(inner, values | {operator.parameters[0]: step, operator.previous: before}))
