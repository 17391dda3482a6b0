"""Variables of every sort, families and their entries, and the terms that bind a variable."""

from __future__ import annotations

from typing import Any, NamedTuple

from sympy import Basic, Expr, Integer, Symbol

from .terms import LanguageError, Node, Plus, Term, family, scalar


class Binding(NamedTuple):
    """Where a node binds a variable: the position of that variable among the arguments, and that of the scope.

    Positions, because the same variable may also stand, free, in another argument: At(f, x, x).
    """

    place: int
    scope: int


class Variable(Term, Symbol):  # type: ignore[misc]
    """A variable; the subclass is its sort."""

    def __new__(cls, name: str) -> Variable:
        if (name == "n") != (cls is Size):
            raise LanguageError("n is the number of entries; there is no other size, and nothing else is called n")
        variable: Variable = Term.__new__(cls, name)
        return variable

    @classmethod
    def _made(cls, name: str) -> Variable:
        variable: Variable = Symbol.__new__(cls, name)
        return variable


class Scalar(Variable):
    """A real number."""


class Natural(Variable):
    """A natural number, 0 included: the index of an iteration."""


class Size(Variable):
    """A positive integer: how many entries the families have.  There is one, `n`, and nothing binds or replaces it."""


class Index(Variable):
    """A position among the n entries."""

    is_number_valued = False


class Point(Variable):
    """A point of the space over which integrals are taken."""

    is_number_valued = False


class Measure(Variable):
    """A measure on the space of points, which is not zero.  There is one, `mu`; nothing binds or replaces it."""

    is_number_valued = False

    def __new__(cls, name: str) -> Variable:
        if name != "mu":
            raise LanguageError("the measure is mu, and there is no other")
        return Variable.__new__(cls, name)


class Family(Variable):
    """n real numbers; `p[i]` is the i-th."""

    is_number_valued = False
    indexed_by = Index

    def __getitem__(self, index: Index) -> Expr:
        return Entry(self, index)


class Function(Variable):
    """A real function of points; `f[t]` is its value at t."""

    is_number_valued = False
    indexed_by = Point

    def __getitem__(self, point: Point) -> Expr:
        return Entry(self, point)


class Rows(Variable):
    """n functions; `P[i]` is the i-th, and `P[i][t]` its value at t."""

    is_number_valued = False

    def __getitem__(self, index: Index) -> Expr:
        return Entry(self, index)


n = Size("n")
mu = Measure("mu")
AMBIENT: frozenset[Variable] = frozenset({n, mu})


def real(variable: Any) -> Scalar:
    """Return `variable` as a real variable, or refuse it."""
    if isinstance(variable, Scalar):
        return variable
    raise LanguageError(f"{variable!r} is not a real variable")


class Entry(Node):
    """The entry of a family at an index, the value of a function at a point, or the i-th of several functions."""

    def __new__(cls, sequence: Any, index: Any) -> Expr:
        if isinstance(sequence, Rows):
            return Node.__new__(cls, sequence, of_sort(Index("i"), index))
        indexed_by = family(sequence).indexed_by
        if indexed_by is None or not isinstance(index, indexed_by):
            raise LanguageError(f"{index!r} is not an index of {sequence!r}")
        return Node.__new__(cls, sequence, index)

    @property
    def is_number_valued(self) -> bool:  # type: ignore[override]
        return not isinstance(self.args[0], Rows)

    @property
    def indexed_by(self) -> type | None:  # type: ignore[override]
        return None if self.is_number_valued else Point

    def __getitem__(self, point: Point) -> Expr:
        return Entry(self, point)


class Sum(Node):
    """The sum of `body` over `index` = 1..n."""

    binding = Binding(place=1, scope=0)

    def __new__(cls, body: Any, index: Index) -> Expr:
        if not isinstance(index, Index):
            raise LanguageError(f"{index!r} is not an index")
        return Node.__new__(cls, scalar(body), index)


class Integral(Node):
    """The integral of `body` over all values of `point`, with respect to mu."""

    binding = Binding(place=1, scope=0)

    def __new__(cls, body: Any, point: Point) -> Expr:
        if not isinstance(point, Point):
            raise LanguageError(f"{point!r} is not a point")
        return Node.__new__(cls, scalar(body), point)


class Seq(Node):
    """The family whose entry at `index` is `body`; the function, where that is a point."""

    is_number_valued = False
    binding = Binding(place=0, scope=1)

    def __new__(cls, index: Any, body: Any) -> Expr:
        if not isinstance(index, Index | Point):
            raise LanguageError(f"{index!r} is not an index")
        return Node.__new__(cls, index, scalar(body))

    @property
    def indexed_by(self) -> type | None:  # type: ignore[override]
        return Point if isinstance(self.args[0], Point) else Index

    def __getitem__(self, index: Any) -> Expr:
        return Entry(self, index)


class D(Node):
    """The derivative of `body` with respect to the real variable `variable`, at that variable."""

    def __new__(cls, body: Any, variable: Scalar) -> Expr:
        return Node.__new__(cls, scalar(body), real(variable))


class At(Node):
    """The value of `body`, a function of the real variable `variable`, at the number `value`."""

    binding = Binding(place=1, scope=0)

    def __new__(cls, body: Any, variable: Scalar, value: Any) -> Expr:
        return Node.__new__(cls, scalar(body), real(variable), scalar(value))


class Definition(Basic):  # type: ignore[misc]
    """What an operator stands for, in the first place of its applications: a leaf, closed but for n and mu."""

    name: str
    parameters: tuple[Variable, ...]
    bodies: tuple[Expr, ...]


def of_sort(parameter: Variable, argument: Any) -> Expr:
    """Return `argument` as a term of the sort of `parameter`, or refuse it."""
    if parameter in AMBIENT:
        raise LanguageError(f"nothing replaces {parameter.name}")
    if isinstance(parameter, Family | Function):
        return family(argument, parameter.indexed_by)
    if isinstance(parameter, Index | Point | Rows):
        if not isinstance(argument, type(parameter)):
            raise LanguageError(f"{argument!r} is not an index, a point or a row of functions, as {parameter!r} is")
        return argument
    term = scalar(argument)
    if isinstance(parameter, Natural) and not is_natural(term):
        raise LanguageError(f"{argument!r} is not a natural number")
    return term


def is_natural(term: Expr) -> bool:
    """Is a term manifestly a natural number?"""
    if isinstance(term, Integer):
        return bool(term >= 0)
    if isinstance(term, Plus):
        return all(is_natural(arg) for arg in term.args)
    return isinstance(term, Natural | Size)
