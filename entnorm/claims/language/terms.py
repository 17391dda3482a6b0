"""Numbers, and relations between them: arithmetic that stays as written."""

from __future__ import annotations

from typing import Any, ClassVar

from sympy import Add, Basic, Expr, Integer, Mul, Pow, Rational


class LanguageError(TypeError):
    """An expression outside the grammar, or of the wrong sort."""


def scalar(value: Any) -> Expr:
    """Return `value` as a number-valued term, or refuse it."""
    if isinstance(value, Term) and value.is_number_valued:
        return value
    if isinstance(value, bool | float):
        raise LanguageError(f"{value!r} is not exact: write integers and fractions of integers")
    if isinstance(value, int):
        return Integer(value)
    if isinstance(value, Rational):
        return value
    if isinstance(value, Expr):
        raise LanguageError(
            f"{value} was built by SymPy's own operators, which evaluate; use the variables of a notation page"
        )
    raise LanguageError(f"{value!r} is not a number-valued term")


def family(value: Any, indexed_by: type | None = None) -> Term:
    """Return `value` as what has entries, or refuse it; `indexed_by` is the sort of index that it has to have."""
    kind = getattr(value, "indexed_by", None)
    if isinstance(value, Term) and kind is not None and indexed_by in (None, kind):
        return value
    raise LanguageError(f"{value!r} is not a family")


def _printed_as_text(self: Basic, printer: object) -> str:
    from ..typeset import text

    return text(self)


def _printed_as_latex(self: Basic, printer: object) -> str:
    from ..typeset import latex

    return latex(self)


_KNOWN: dict[tuple[Any, ...], Any] = {}


class Interned(Basic):  # type: ignore[misc]
    """A node of which there is one for each way to write it: terms that are written alike are the same object.

    So comparing two of them, or looking one up, does not depend on their size.
    """

    def __new__(cls, *args: Any) -> Any:
        key = (cls, *args)
        known = _KNOWN.get(key)
        return _KNOWN.setdefault(key, cls._made(*args)) if known is None else known

    @classmethod
    def _made(cls, *args: Any) -> Any:
        return Basic.__new__(cls, *args)

    def __eq__(self, other: object) -> bool:
        return self is other

    __hash__ = object.__hash__


class Term(Interned, Expr):  # type: ignore[misc]
    """A node that stays as written; the base of every node but the rational numbers."""

    is_commutative = True  # asked by SymPy's products; answering spares its assumption system
    _op_priority = 100.0  # our operators win over those of SymPy's numbers, so that 2*t is built here too
    is_number_valued: ClassVar[bool] = True
    indexed_by: ClassVar[type | None] = None  # for what has entries
    _sympystr = _printed_as_text
    _latex = _printed_as_latex

    def __neg__(self) -> Expr:
        return Times(-1, self)

    def __add__(self, other: Any) -> Expr:
        return Plus(self, other)

    def __radd__(self, other: Any) -> Expr:
        return Plus(other, self)

    def __sub__(self, other: Any) -> Expr:
        return Plus(self, _negated(other))

    def __rsub__(self, other: Any) -> Expr:
        return Plus(other, _negated(self))

    def __mul__(self, other: Any) -> Expr:
        return Times(self, other)

    def __rmul__(self, other: Any) -> Expr:
        return Times(other, self)

    def __truediv__(self, other: Any) -> Expr:
        return Times(self, Power(other, -1))

    def __rtruediv__(self, other: Any) -> Expr:
        return Power(self, -1) if scalar(other) == 1 else Times(other, Power(self, -1))

    def __pow__(self, other: Any) -> Expr:
        return Power(self, other)

    def __rpow__(self, other: Any) -> Expr:
        return Power(other, self)

    def __lt__(self, other: Any) -> Statement:
        return Lt(self, other)

    def __le__(self, other: Any) -> Statement:
        return Le(self, other)

    def __gt__(self, other: Any) -> Statement:
        return Gt(self, other)

    def __ge__(self, other: Any) -> Statement:
        return Ge(self, other)


def _negated(value: Any) -> Expr:
    number = scalar(value)
    return -number if isinstance(number, Rational) else Times(-1, number)


class Plus(Term, Add):  # type: ignore[misc]
    """A sum as written; a left operand that is itself a sum is continued, not nested."""

    def __new__(cls, *args: Any) -> Expr:
        terms = [scalar(arg) for arg in args]
        if terms and isinstance(terms[0], Plus):
            terms[:1] = terms[0].args
        return Term.__new__(cls, *terms) if len(terms) > 1 else (*terms, cls.identity)[0]


class Times(Term, Mul):  # type: ignore[misc]
    """A product as written; a left operand that is itself a product is continued, not nested."""

    def __new__(cls, *args: Any) -> Expr:
        factors = [scalar(arg) for arg in args]
        if factors and isinstance(factors[0], Times):
            factors[:1] = factors[0].args
        return Term.__new__(cls, *factors) if len(factors) > 1 else (*factors, cls.identity)[0]


class Power(Term, Pow):  # type: ignore[misc]
    """A power as written; a quotient a/b is the product of a and b ** -1.

    A whole exponent means a product, so t ** 0 is 1 for every t; with any other exponent the base has to be positive.
    """

    def __new__(cls, base: Any, exponent: Any) -> Expr:
        return Term.__new__(cls, scalar(base), scalar(exponent))


class Node(Term):
    """A term of a kind that SymPy does not have, or has with laws that would evaluate."""


class Exp(Node):
    """The exponential function, unevaluated."""

    def __new__(cls, argument: Any) -> Expr:
        return Term.__new__(cls, scalar(argument))


class Log(Node):
    """The natural logarithm, unevaluated."""

    def __new__(cls, argument: Any) -> Expr:
        return Term.__new__(cls, scalar(argument))


class LogGamma(Node):
    """The logarithm of Euler's Gamma function, of a positive number."""

    def __new__(cls, argument: Any) -> Expr:
        return Term.__new__(cls, scalar(argument))


class Digamma(Node):
    """The derivative of that logarithm."""

    def __new__(cls, argument: Any) -> Expr:
        return Term.__new__(cls, scalar(argument))


class Statement(Interned):
    """A proposition about terms."""

    def __bool__(self) -> bool:
        raise LanguageError(f"{self} is not true or false to Python; in a < b < c it would forget that a < b")

    _sympystr = _printed_as_text
    _latex = _printed_as_latex


class Relation(Statement):
    """A relation between two numbers."""

    symbol: ClassVar[str]

    def __new__(cls, lhs: Any, rhs: Any) -> Relation:
        relation: Relation = Statement.__new__(cls, scalar(lhs), scalar(rhs))
        return relation

    @property
    def lhs(self) -> Expr:
        return self.args[0]

    @property
    def rhs(self) -> Expr:
        return self.args[1]


class Eq(Relation):
    """lhs = rhs."""

    symbol = "="


class Ne(Relation):
    """lhs != rhs."""

    symbol = "≠"


class Lt(Relation):
    """lhs < rhs."""

    symbol = "<"


class Le(Relation):
    """lhs <= rhs."""

    symbol = "≤"


class Gt(Relation):
    """lhs > rhs."""

    symbol = ">"


class Ge(Relation):
    """lhs >= rhs."""

    symbol = "≥"
