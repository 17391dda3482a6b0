"""Variables of every sort, families and their entries, and the terms that bind a variable."""

from __future__ import annotations

from typing import Any, NamedTuple

from sympy import Basic, Expr, Integer, Symbol

from .terms import LanguageError, Node, Plus, Term, scalar


class Binding(NamedTuple):
    """Where a node binds a variable: the position of that variable among the arguments, and that of the scope.

    Positions, because the same variable may also stand, free, in another argument: At(f, x, x).
    """

    place: int
    scope: int


class Variable(Term, Symbol):  # type: ignore[misc]
    """A variable; the subclass is its sort."""

    def __new__(cls, name: str) -> Variable:
        variable: Variable = Symbol.__new__(cls, name)
        return variable


class Scalar(Variable):
    """A real number."""


class Natural(Variable):
    """A natural number, 0 included: the index of an iteration."""


class Size(Variable):
    """A positive integer: how many entries the families have.  There is one, `n`, and nothing binds or replaces it."""

    def __new__(cls, name: str) -> Variable:
        if name != "n":
            raise LanguageError("the number of entries is n, and there is no other size")
        return Variable.__new__(cls, name)


class Index(Variable):
    """A position among the n entries."""

    is_number_valued = False


class Family(Variable):
    """n real numbers; `p[i]` is the i-th."""

    is_number_valued = False

    def __getitem__(self, index: Index) -> Expr:
        return Entry(self, index)


n = Size("n")


def real(variable: Any) -> Scalar:
    """Return `variable` as a real variable, or refuse it."""
    if isinstance(variable, Scalar):
        return variable
    raise LanguageError(f"{variable!r} is not a real variable")


def family(value: Any) -> Term:
    """Return `value` as a family, or refuse it."""
    if isinstance(value, Term) and not value.is_number_valued and not isinstance(value, Index):
        return value
    raise LanguageError(f"{value!r} is not a family")


class Entry(Node):
    """The entry of a family at an index."""

    def __new__(cls, sequence: Any, index: Index) -> Expr:
        if not isinstance(index, Index):
            raise LanguageError(f"{index!r} is not an index")
        return Expr.__new__(cls, family(sequence), index)


class Sum(Node):
    """The sum of `body` over `index` = 1..n."""

    binding = Binding(place=1, scope=0)

    def __new__(cls, body: Any, index: Index) -> Expr:
        if not isinstance(index, Index):
            raise LanguageError(f"{index!r} is not an index")
        return Expr.__new__(cls, scalar(body), index)


class Seq(Node):
    """The family whose entry at `index` is `body`."""

    is_number_valued = False
    binding = Binding(place=0, scope=1)

    def __new__(cls, index: Index, body: Any) -> Expr:
        if not isinstance(index, Index):
            raise LanguageError(f"{index!r} is not an index")
        return Expr.__new__(cls, index, scalar(body))

    def __getitem__(self, index: Index) -> Expr:
        return Entry(self, index)


class D(Node):
    """The derivative of `body` with respect to the real variable `variable`, at that variable."""

    def __new__(cls, body: Any, variable: Scalar) -> Expr:
        return Expr.__new__(cls, scalar(body), real(variable))


class At(Node):
    """The value of `body`, a function of the real variable `variable`, at the number `value`."""

    binding = Binding(place=1, scope=0)

    def __new__(cls, body: Any, variable: Scalar, value: Any) -> Expr:
        return Expr.__new__(cls, scalar(body), real(variable), scalar(value))


class Definition(Basic):  # type: ignore[misc]
    """What an operator stands for, in the first place of its applications: a leaf, whose bodies speak of n at most."""

    name: str
    parameters: tuple[Variable, ...]
    bodies: tuple[Expr, ...]


def of_sort(parameter: Variable, argument: Any) -> Expr:
    """Return `argument` as a term of the sort of `parameter`, or refuse it."""
    if parameter == n:
        raise LanguageError("nothing replaces n")
    if isinstance(parameter, Family):
        return family(argument)
    if isinstance(parameter, Index):
        if not isinstance(argument, Index):
            raise LanguageError(f"{argument!r} is not an index")
        return argument
    term = scalar(argument)
    if isinstance(parameter, Natural) and not _is_natural(term):
        raise LanguageError(f"{argument!r} is not a natural number")
    return term


def _is_natural(term: Expr) -> bool:
    if isinstance(term, Integer):
        return bool(term >= 0)
    if isinstance(term, Plus):
        return all(_is_natural(arg) for arg in term.args)
    return isinstance(term, Natural | Size)
