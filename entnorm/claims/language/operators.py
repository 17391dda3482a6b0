"""Operators: names for terms, among them those defined by recursion, and their unfolding."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sympy import Basic, Expr
from sympy.core.symbol import Str

from .binding import bound_in, free, reduce_entry, substitute, subterms
from .terms import LanguageError, Node, Plus, family, scalar
from .variables import AMBIENT, Definition, Entry, Family, Natural, Scalar, Variable, of_sort


class Operator(Definition):
    """A defined operator: a name, its parameters and the term that it abbreviates.

    `typeset` says how an application is printed and is no part of the operator's identity.
    """

    def __new__(
        cls, name: str, parameters: tuple[Variable, ...], body: Expr, typeset: Callable[..., Any] | None = None
    ) -> Operator:
        operator: Operator = cls._build(name, parameters, (body,), frozenset(parameters), typeset)
        return operator

    @classmethod
    def _build(
        cls,
        name: str,
        parameters: tuple[Variable, ...],
        bodies: tuple[Expr, ...],
        known: frozenset[Variable],
        typeset: Any,
    ) -> Any:
        if AMBIENT & {*parameters} or len(set(parameters)) < len(parameters):
            raise LanguageError(f"the parameters of {name} must be different variables other than n and mu")
        bodies = tuple(_of_sort_of(bodies[0], body) for body in bodies)
        stray = frozenset().union(*map(free, bodies)) - known - AMBIENT
        if stray:
            raise LanguageError(f"the definition of {name} depends on {sorted(map(str, stray))}, not a parameter")
        operator = Basic.__new__(cls, Str(name))
        operator.name, operator.parameters, operator.bodies, operator.typeset = name, parameters, bodies, typeset
        return operator

    typeset: Callable[..., Any] | None

    def _hashable_content(self) -> tuple[Any, ...]:
        return (self.name, self.parameters, self.bodies)

    @property
    def is_number_valued(self) -> bool:
        return bool(getattr(self.bodies[0], "is_number_valued", True))

    @property
    def indexed_by(self) -> type | None:
        return getattr(self.bodies[0], "indexed_by", None)

    def __call__(self, *arguments: Any) -> Expr:
        return Apply(self, *arguments)

    def instance(self, arguments: tuple[Expr, ...]) -> Expr | None:
        """Return the body for these arguments; None where the definition does not reach."""
        return substitute(self.bodies[0], dict(zip(self.parameters, arguments, strict=True)))


def _of_sort_of(first: Any, body: Any) -> Expr:
    """Return a body of an operator, or refuse it: in a recursion, that after a step is of the sort of that at 0."""
    if getattr(first, "is_number_valued", True):
        return scalar(body)
    return family(body, getattr(first, "indexed_by", None))


class Recursion(Operator):
    """An operator defined by recursion on its first parameter k: its value at 0, and at k + 1 from that at k.

    `step` receives the value at k, as a term, and returns the value at k + 1.
    """

    def __new__(
        cls,
        name: str,
        parameters: tuple[Variable, ...],
        base: Expr,
        step: Callable[[Expr], Expr],
        typeset: Callable[..., Any] | None = None,
    ) -> Recursion:
        counter = parameters[0]
        if not isinstance(counter, Natural):
            raise LanguageError(f"{name} recurs on {counter!r}, which is not a natural number")
        previous = (Scalar if getattr(base, "is_number_valued", True) else Family)(f"{name} previous")
        if free(base) & {counter, previous}:
            raise LanguageError(f"the value of {name} at 0 depends on {counter}")
        known = frozenset({*parameters, previous})
        recursion: Recursion = cls._build(name, parameters, (base, step(previous)), known, typeset)
        recursion.previous = previous
        return recursion

    previous: Variable

    def instance(self, arguments: tuple[Expr, ...]) -> Expr | None:
        counter, rest = arguments[0], arguments[1:]
        mapping: dict[Variable, Expr] = dict(zip(self.parameters[1:], rest, strict=True))
        if counter == 0:
            return substitute(self.bodies[0], mapping)
        if isinstance(counter, Plus) and counter.args[-1] == 1:
            before = counter.args[0] if len(counter.args) == 2 else Plus(*counter.args[:-1])
            return substitute(
                self.bodies[1], mapping | {self.parameters[0]: before, self.previous: self(before, *rest)}
            )
        return None


class Apply(Node):
    """An operator applied to arguments of the sorts of its parameters."""

    def __new__(cls, operator: Operator, *arguments: Any) -> Expr:
        if len(arguments) != len(operator.parameters):
            raise LanguageError(f"{operator.name} takes {len(operator.parameters)} arguments, not {len(arguments)}")
        checked = [of_sort(p, a) for p, a in zip(operator.parameters, arguments, strict=True)]
        return Node.__new__(cls, operator, *checked)

    @property
    def operator(self) -> Operator:
        operator: Operator = self.args[0]
        return operator

    @property
    def is_number_valued(self) -> bool:  # type: ignore[override]
        return self.operator.is_number_valued

    @property
    def indexed_by(self) -> type | None:  # type: ignore[override]
        return self.operator.indexed_by

    def __getitem__(self, index: Any) -> Expr:
        return Entry(self, index)


def recursions(node: Basic) -> frozenset[Apply]:
    """Return the values of recursions that a term or statement speaks of, if they depend on nothing that it binds."""
    found = (part for part in subterms(node) if isinstance(part, Apply) and isinstance(part.operator, Recursion))
    return frozenset(part for part in found if not free(part) & bound_in(node))


def unfold(node: Any, operators: frozenset[Operator]) -> Any:
    """Replace applications of the named operators by their definitions, until none is left that these reach."""
    if isinstance(node, Variable | Operator) or not node.args:
        return node
    if isinstance(node, Apply) and node.operator in operators:
        instance = node.operator.instance(node.args[1:])
        if instance is not None:
            return unfold(instance, operators)
    return reduce_entry(node.func(*(unfold(arg, operators) for arg in node.args)))
