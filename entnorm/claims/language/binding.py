"""Bound and free variables: substitution that never captures, equality up to renaming, matching."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, NamedTuple

from sympy import Basic, Expr

from .terms import LanguageError
from .variables import (
    AMBIENT,
    At,
    Binding,
    D,
    Definition,
    Entry,
    Index,
    Integral,
    Scalar,
    Seq,
    Sum,
    Variable,
    mu,
    n,
    of_sort,
)

_CLOSED = (Variable, Definition)  # what is inside them is not part of a term


class _Bound(NamedTuple):
    """The variable that a node binds, its position among the arguments, and that of the scope."""

    variable: Variable
    place: int
    scope: int


def _binding(node: Basic) -> _Bound | None:
    where: Binding | None = getattr(node, "binding", None)
    return None if where is None else _Bound(node.args[where.place], *where)


@cache
def free(node: Basic) -> frozenset[Variable]:
    """Return the free variables of a term or statement.

    The variable of a derivative is free: it is also the point.  What sums or lists the entries depends on n, and an
    integral on mu.
    """
    if isinstance(node, Variable):
        return frozenset({node})
    if isinstance(node, Definition):
        return frozenset().union(*map(free, node.bodies)) & AMBIENT
    binding = _binding(node)
    found: frozenset[Variable] = frozenset({n}) if isinstance(node, Sum | Seq) else frozenset()
    if isinstance(node, Integral):
        found = frozenset({mu})
    for position, arg in enumerate(node.args):
        if binding and position == binding.place:
            continue
        inside = free(arg)
        found |= inside - {binding.variable} if binding and position == binding.scope else inside
    return found


def bound_in(node: Basic) -> frozenset[Variable]:
    """Return the variables that are bound somewhere in a term or statement."""
    return frozenset(found.variable for part in subterms(node) if (found := _binding(part)))


def fresh(variable: Variable, avoid: frozenset[Variable] | set[Variable]) -> Variable:
    """Return a variable of the same sort whose name is not among those to avoid."""
    names = {v.name for v in avoid}
    name = variable.name
    while name in names:
        name += "′"
    return type(variable)(name)


def substitute(node: Basic, mapping: Mapping[Variable, Expr]) -> Any:
    """Replace free variables, renaming bound ones wherever they would capture; entries of a `Seq` are reduced."""
    present = free(node)
    if present.isdisjoint(mapping):
        return node
    if isinstance(node, Variable):
        return mapping[node]
    if isinstance(node, D):
        return _substitute_derivative(node, {v: t for v, t in mapping.items() if v in present})
    binding = _binding(node)
    if binding is None:
        return reduce_entry(node.func(*[substitute(arg, mapping) for arg in node.args]))
    bound, scope = binding.variable, node.args[binding.scope]
    inner = {v: t for v, t in mapping.items() if v in present and v != bound}
    captured = frozenset().union(*map(free, inner.values()))
    name = fresh(bound, captured | (free(scope) - {bound})) if bound in captured else bound
    args = [substitute(arg, mapping) for arg in node.args]
    args[binding.place] = name
    args[binding.scope] = substitute(scope, inner | {bound: name} if name != bound else inner)
    return node.func(*args)


def _substitute_derivative(node: D, mapping: dict[Variable, Expr]) -> Expr:
    body, variable = node.args
    point = mapping.get(variable)
    others = {v: t for v, t in mapping.items() if v != variable}
    clash = frozenset().union(*(free(t) for t in others.values())) if others else frozenset()
    if point is None and variable not in clash:
        return D(substitute(body, others), variable)
    inner = fresh(variable, clash | free(body)) if variable in clash else variable
    moved = D(substitute(body, others | {variable: inner}), inner)
    point = variable if point is None else point
    if isinstance(point, Scalar) and point not in free(moved) - {inner}:
        return D(substitute(moved.args[0], {inner: point}), point)
    return At(moved, inner, point)


def reduce_entry(node: Any) -> Any:
    """Return the entry of a `Seq` written out; anything else as it is."""
    if isinstance(node, Entry) and isinstance(node.args[0], Seq):
        index, body = node.args[0].args
        return substitute(body, {index: node.args[1]})
    return node


def open_binder(node: Basic, avoid: frozenset[Variable]) -> tuple[Variable, Any]:
    """Return the bound variable, renamed apart from `avoid` and what is free, and the scope in which it is bound."""
    binding = _binding(node)
    if binding is None:
        raise LanguageError(f"{node!r} binds nothing")
    scope = node.args[binding.scope]
    name = fresh(binding.variable, avoid | (free(scope) - {binding.variable}))
    return name, scope if name == binding.variable else substitute(scope, {binding.variable: name})


def alpha_equal(a: Basic, b: Basic) -> bool:
    """Are two terms or statements the same up to the names of bound variables?"""
    if a == b:
        return True
    if type(a) is not type(b) or len(a.args) != len(b.args) or isinstance(a, Variable | Definition) or not a.args:
        return False
    binding, other = _binding(a), _binding(b)
    if binding is None or other is None:
        return all(alpha_equal(x, y) for x, y in zip(a.args, b.args, strict=True))
    if type(binding.variable) is not type(other.variable):
        return False
    name, scope = open_binder(a, free(b) | free(b.args[other.scope]) - {other.variable})
    renamed = substitute(b.args[other.scope], {other.variable: name})
    inside = (binding.place, binding.scope)
    rest = [pair for k, pair in enumerate(zip(a.args, b.args, strict=True)) if k not in inside]
    return alpha_equal(scope, renamed) and all(alpha_equal(x, y) for x, y in rest)


def subterms(node: Basic) -> Iterator[Basic]:
    """Yield every node, outermost first."""
    pending = [node]
    while pending:
        part = pending.pop()
        yield part
        if not isinstance(part, _CLOSED):
            pending += part.args[::-1]


def abstraction(index: Index, body: Expr) -> Expr:
    """Return the family with the entry `body` at `index`; the entries of a family are that family again."""
    if isinstance(body, Entry) and body.args[1] == index and index not in free(body.args[0]):
        sequence: Expr = body.args[0]
        return sequence
    return Seq(index, body)


def match(pattern: Basic, node: Basic, variables: frozenset[Variable], found: dict[Variable, Any] | None = None) -> Any:
    """Match `pattern` with `node` to the letter; return the values of `variables`, or None.

    A variable matches a term of its own sort only, and nothing under a binder may mention what is bound there.
    """
    found = dict(found or {})
    if isinstance(pattern, Variable) and pattern in variables:
        if pattern in found:
            return found if alpha_equal(found[pattern], node) else None
        try:
            of_sort(pattern, node)
        except LanguageError:
            return None
        return found | {pattern: node}
    if pattern == node:
        return found if not free(pattern) & variables else _match_same(pattern, variables, found)
    if type(pattern) is not type(node) or len(pattern.args) != len(node.args) or not pattern.args:
        return None
    if isinstance(pattern, Definition | Variable):
        return None
    binding, other = _binding(pattern), _binding(node)
    if isinstance(pattern, D):  # its variable is the point, too
        binding, other = _Bound(pattern.args[1], 1, 0), _Bound(node.args[1], 1, 0)
    if binding is None or other is None:
        return _match_args(pattern.args, node.args, variables, found)
    return _match_binder(pattern, node, binding, other, variables, found)


def _match_same(pattern: Basic, variables: frozenset[Variable], found: dict[Variable, Any]) -> Any:
    for variable in free(pattern) & variables:
        if found.setdefault(variable, variable) != variable:
            return None
    return found


def _match_args(patterns: Any, nodes: Any, variables: frozenset[Variable], found: dict[Variable, Any]) -> Any:
    current: Any = found
    for p, q in zip(patterns, nodes, strict=True):
        current = match(p, q, variables, current)
        if current is None:
            return None
    return current


def _match_binder(
    pattern: Any,
    node: Any,
    binding: _Bound,
    other: _Bound,
    variables: frozenset[Variable],
    found: dict[Variable, Any],
) -> Any:
    bound = binding.variable
    if type(bound) is not type(other.variable):
        return None
    name = fresh(bound, free(pattern) | free(node) | variables | {bound, other.variable})
    scope = substitute(pattern.args[binding.scope], {bound: name})
    target = substitute(node.args[other.scope], {other.variable: name})
    current = match(scope, target, variables, found)
    if current is None or any(name in free(t) for t in current.values()):
        return None
    inside = (binding.scope,) if isinstance(pattern, D) else (binding.scope, binding.place)
    rest = [k for k in range(len(pattern.args)) if k not in inside]
    return _match_args([pattern.args[k] for k in rest], [node.args[k] for k in rest], variables, current)
