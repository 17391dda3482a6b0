"""The language in which claims are written: terms and statements.

Terms are SymPy expressions of a small closed grammar, and they stay as written: operators build nodes, nothing is
evaluated, cancelled or reordered.  What a page of `derivations/` writes is therefore what the rules check and what the
report prints; in particular a quotient keeps its denominator until a rule has seen it.

    t ::= integer | rational | variable | F[i] | t + t | t * t | t ** t | exp(t) | log(t)
        | Sum(t, i)           the sum over i = 1..n
        | D(t, x)             the derivative of t with respect to x, at x
        | At(t, x, c)         t with x replaced by the value c (of the derivative, where t is one)
        | f(t, ...)           an operator, applied
    F ::= variable | f(t, ...) | Seq(i, t)        a family: n numbers, indexed by i

Variables carry their sort in their class.  A free variable of a claim is universally quantified over its sort.
This module is trusted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any, ClassVar, NamedTuple

from sympy import Add, Basic, Expr, Integer, Mul, Pow, Rational, Symbol, oo, sympify
from sympy.core.symbol import Str

__all__ = [
    "Apply",
    "At",
    "Attained",
    "D",
    "Entry",
    "Eq",
    "Exp",
    "Family",
    "ForAll",
    "Ge",
    "Gt",
    "Index",
    "Jet",
    "LanguageError",
    "Le",
    "Log",
    "Lt",
    "Natural",
    "Ne",
    "Operator",
    "Plus",
    "Power",
    "Recursion",
    "Relation",
    "Root",
    "Scalar",
    "Seq",
    "Size",
    "Statement",
    "Sum",
    "Tends",
    "Term",
    "Times",
    "Variable",
    "abstraction",
    "alpha_equal",
    "free",
    "fresh",
    "match",
    "n",
    "of_sort",
    "open_binder",
    "substitute",
    "subterms",
    "unfold",
]


class LanguageError(TypeError):
    """An expression outside the grammar, or of the wrong sort."""


def scalar(value: Any) -> Expr:
    """Return `value` as a number-valued term, or refuse it."""
    if isinstance(value, bool | float):
        raise LanguageError(f"{value!r} is not exact: write integers and fractions of integers")
    if isinstance(value, int):
        return Integer(value)
    if isinstance(value, Rational):
        return value
    if isinstance(value, Term) and value.is_number_valued:
        return value
    if isinstance(value, Expr):
        raise LanguageError(
            f"{value} was built by SymPy's own operators, which evaluate; use the variables of a notation page"
        )
    raise LanguageError(f"{value!r} is not a number-valued term")


def family(value: Any) -> Term:
    """Return `value` as a family, or refuse it."""
    if isinstance(value, Term) and not value.is_number_valued:
        return value
    raise LanguageError(f"{value!r} is not a family")


def _printed_as_text(self: Basic, printer: object) -> str:
    from .typeset import text

    return text(self)


def _printed_as_latex(self: Basic, printer: object) -> str:
    from .typeset import latex

    return latex(self)


class Term(Expr):  # type: ignore[misc]
    """A node that stays as written; the base of every node but the rational numbers."""

    _op_priority = 100.0  # our operators win over those of SymPy's numbers, so that 2*t is built here too
    is_number_valued: ClassVar[bool] = True
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
        return Power(self, -1) if other == 1 else Times(other, Power(self, -1))

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
    return -value if isinstance(value, int | Rational) else Times(-1, value)


class Plus(Term, Add):  # type: ignore[misc]
    """A sum as written; a left operand that is itself a sum is continued, not nested."""

    def __new__(cls, *args: Any) -> Expr:
        terms = [scalar(arg) for arg in args]
        if terms and isinstance(terms[0], Plus):
            terms[:1] = terms[0].args
        return Add.__new__(cls, *terms, evaluate=False)


class Times(Term, Mul):  # type: ignore[misc]
    """A product as written; a left operand that is itself a product is continued, not nested."""

    def __new__(cls, *args: Any) -> Expr:
        factors = [scalar(arg) for arg in args]
        if factors and isinstance(factors[0], Times):
            factors[:1] = factors[0].args
        return Mul.__new__(cls, *factors, evaluate=False)


class Power(Term, Pow):  # type: ignore[misc]
    """A power as written; a quotient a/b is the product of a and b ** -1."""

    def __new__(cls, base: Any, exponent: Any) -> Expr:
        return Pow.__new__(cls, scalar(base), scalar(exponent), evaluate=False)


class Node(Term):
    """A term of a kind that SymPy does not have, or has with laws that would evaluate."""

    is_commutative = True  # asked by SymPy's products; answering spares its assumption system


class Exp(Node):
    """The exponential function, unevaluated."""

    def __new__(cls, argument: Any) -> Expr:
        return Expr.__new__(cls, scalar(argument))


class Log(Node):
    """The natural logarithm, unevaluated."""

    def __new__(cls, argument: Any) -> Expr:
        return Expr.__new__(cls, scalar(argument))


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


class Entry(Node):
    """The entry of a family at an index."""

    def __new__(cls, sequence: Any, index: Index) -> Expr:
        if not isinstance(index, Index):
            raise LanguageError(f"{index!r} is not an index")
        return Expr.__new__(cls, family(sequence), index)


class Sum(Node):
    """The sum of `body` over `index` = 1..n."""

    def __new__(cls, body: Any, index: Index) -> Expr:
        if not isinstance(index, Index):
            raise LanguageError(f"{index!r} is not an index")
        return Expr.__new__(cls, scalar(body), index)


class Seq(Node):
    """The family whose entry at `index` is `body`."""

    is_number_valued = False

    def __new__(cls, index: Index, body: Any) -> Expr:
        if not isinstance(index, Index):
            raise LanguageError(f"{index!r} is not an index")
        return Expr.__new__(cls, index, scalar(body))

    def __getitem__(self, index: Index) -> Expr:
        return Entry(self, index)


def abstraction(index: Index, body: Expr) -> Expr:
    """Return the family with the entry `body` at `index`; the entries of a family are that family again."""
    if isinstance(body, Entry) and body.args[1] == index and index not in free(body.args[0]):
        sequence: Expr = body.args[0]
        return sequence
    return Seq(index, body)


class D(Node):
    """The derivative of `body` with respect to the real variable `variable`, at that variable."""

    def __new__(cls, body: Any, variable: Scalar) -> Expr:
        if not isinstance(variable, Scalar):
            raise LanguageError(f"{variable!r} is not a real variable")
        return Expr.__new__(cls, scalar(body), variable)


class At(Node):
    """The value of `body`, a function of the real variable `variable`, at the number `value`."""

    def __new__(cls, body: Any, variable: Scalar, value: Any) -> Expr:
        if not isinstance(variable, Scalar):
            raise LanguageError(f"{variable!r} is not a real variable")
        return Expr.__new__(cls, scalar(body), variable, scalar(value))


class Operator(Basic):  # type: ignore[misc]
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
        if n in parameters or len(set(parameters)) < len(parameters):
            raise LanguageError(f"the parameters of {name} must be different variables other than n")
        stray = frozenset().union(*map(free, bodies)) - known - {n}
        if stray:
            raise LanguageError(f"the definition of {name} depends on {sorted(map(str, stray))}, not a parameter")
        operator = Basic.__new__(cls, Str(name))
        operator.name, operator.parameters, operator.bodies, operator.typeset = name, parameters, bodies, typeset
        return operator

    name: str
    parameters: tuple[Variable, ...]
    bodies: tuple[Expr, ...]
    typeset: Callable[..., Any] | None

    def _hashable_content(self) -> tuple[Any, ...]:
        return (self.name, self.parameters, self.bodies)

    @property
    def is_number_valued(self) -> bool:
        return bool(getattr(self.bodies[0], "is_number_valued", True))

    def __call__(self, *arguments: Any) -> Expr:
        return Apply(self, *arguments)

    def instance(self, arguments: tuple[Expr, ...]) -> Expr | None:
        """Return the body for these arguments; None where the definition does not reach."""
        return substitute(self.bodies[0], dict(zip(self.parameters, arguments, strict=True)))


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
        return Expr.__new__(cls, operator, *checked)

    @property
    def operator(self) -> Operator:
        operator: Operator = self.args[0]
        return operator

    @property
    def is_number_valued(self) -> bool:  # type: ignore[override]
        return self.operator.is_number_valued

    def __getitem__(self, index: Index) -> Expr:
        return Entry(self, index)


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


# --------------------------------------------------------------------------------------------------- statements


class Statement(Basic):  # type: ignore[misc]
    """A proposition about terms."""

    _sympystr = _printed_as_text
    _latex = _printed_as_latex


class Relation(Statement):
    """A relation between two numbers."""

    symbol: ClassVar[str]

    def __new__(cls, lhs: Any, rhs: Any) -> Relation:
        relation: Relation = Basic.__new__(cls, scalar(lhs), scalar(rhs))
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


class ForAll(Statement):
    """`statement` for every value of `variable`, an index or a natural number."""

    def __new__(cls, variable: Variable, statement: Statement) -> ForAll:
        if not isinstance(variable, Index | Natural):
            raise LanguageError(f"{variable!r} is neither an index nor a natural number")
        if not isinstance(statement, Statement):
            raise LanguageError(f"{statement!r} is not a statement")
        quantified: ForAll = Basic.__new__(cls, variable, statement)
        return quantified


class Attained(Statement):
    """`bound` holds, and with equality exactly when `condition` holds."""

    def __new__(cls, bound: Relation, condition: Statement) -> Attained:
        if not isinstance(bound, Le | Ge):
            raise LanguageError(f"a case of equality belongs to a bound, not to {bound!r}")
        attained: Attained = Basic.__new__(cls, bound, condition)
        return attained

    @property
    def bound(self) -> Relation:
        bound: Relation = self.args[0]
        return bound

    @property
    def condition(self) -> Statement:
        condition: Statement = self.args[1]
        return condition


class Jet(Statement):
    """`function` = c_0 + c_1 (x - point) + ... + c_k (x - point)**k + O((x - point)**(k+1)) as x -> point."""

    def __new__(cls, function: Any, variable: Scalar, point: Any, *coefficients: Any) -> Jet:
        if not isinstance(variable, Scalar):
            raise LanguageError(f"{variable!r} is not a real variable")
        jet: Jet = Basic.__new__(cls, scalar(function), variable, scalar(point), *map(scalar, coefficients))
        return jet

    @property
    def coefficients(self) -> tuple[Expr, ...]:
        return tuple(self.args[3:])

    def derivative(self, order: int) -> Expr:
        """Return the derivative of that order at the point, as a term."""
        function, variable, point = self.args[:3]
        for _ in range(order):
            function = D(function, variable)
        return At(function, variable, point)


# ------------------------------------------------------------------------------------------------ binding, substitution


class Tends(Statement):
    """`function` of `variable` tends to `value` as the variable falls to 0, or grows beyond all bounds.

    `point` is 0 or oo; the variable is positive.
    """

    def __new__(cls, function: Any, variable: Scalar, point: Any, value: Any) -> Tends:
        if point not in (0, oo):
            raise LanguageError(f"a limit is taken at 0 from above or at infinity, not at {point!r}")
        tends: Tends = Basic.__new__(cls, scalar(function), variable, sympify(point), scalar(value))
        return tends


class Root(Statement):
    """There is a number strictly between `low` and `high` at which `function` of `variable` has the value `value`."""

    def __new__(cls, function: Any, variable: Scalar, low: Any, high: Any, value: Any) -> Root:
        root: Root = Basic.__new__(cls, scalar(function), variable, scalar(low), scalar(high), scalar(value))
        return root


class _Binding(NamedTuple):
    """Where a node binds: the variable, its position among the arguments, and that of the scope.

    Positions, because the same variable may also stand, free, in another argument: At(f, x, x).
    """

    variable: Variable
    place: int
    scope: int


def _binding(node: Basic) -> _Binding | None:
    if isinstance(node, Sum | At | Jet | Tends | Root):
        return _Binding(node.args[1], 1, 0)
    if isinstance(node, Seq | ForAll):
        return _Binding(node.args[0], 0, 1)
    return None


@cache
def free(node: Basic) -> frozenset[Variable]:
    """Return the free variables of a term or statement.

    The variable of a derivative is free: it is also the point.  What sums or lists the entries depends on n.
    """
    if isinstance(node, Variable):
        return frozenset({node})
    if isinstance(node, Operator):
        return frozenset().union(*map(free, node.bodies)) & {n}
    binding = _binding(node)
    found: frozenset[Variable] = frozenset({n}) if isinstance(node, Sum | Seq) else frozenset()
    for position, arg in enumerate(node.args):
        if binding and position == binding.place:
            continue
        inside = free(arg)
        found |= inside - {binding.variable} if binding and position == binding.scope else inside
    return found


def fresh(variable: Variable, avoid: frozenset[Variable] | set[Variable]) -> Variable:
    """Return a variable of the same sort whose name is not among those to avoid."""
    names = {v.name for v in avoid}
    name = variable.name
    while name in names:
        name += "′"
    return type(variable)(name)


def substitute(node: Basic, mapping: Mapping[Variable, Expr]) -> Any:
    """Replace free variables, renaming bound ones wherever they would capture; entries of a `Seq` are reduced."""
    relevant = {v: t for v, t in mapping.items() if v in free(node)}
    if not relevant:
        return node
    if isinstance(node, Variable):
        return relevant[node]
    if isinstance(node, D):
        return _substitute_derivative(node, relevant)
    binding = _binding(node)
    if binding:
        bound, scope = binding.variable, node.args[binding.scope]
        inner = {v: t for v, t in relevant.items() if v != bound}
        captured = frozenset().union(*(free(t) for t in inner.values())) if inner else frozenset()
        name = fresh(bound, captured | (free(scope) - {bound})) if bound in captured else bound
        args = [substitute(arg, relevant) for arg in node.args]
        args[binding.place] = name
        args[binding.scope] = substitute(scope, inner | {bound: name} if name != bound else inner)
        return node.func(*args)
    return reduce_entry(node.func(*(substitute(arg, relevant) for arg in node.args)))


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
    if type(a) is not type(b) or len(a.args) != len(b.args) or isinstance(a, Variable | Operator) or not a.args:
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
    yield node
    if not isinstance(node, Variable | Operator):
        for arg in node.args:
            yield from subterms(arg)


def unfold(node: Any, operators: frozenset[Operator]) -> Any:
    """Replace applications of the named operators by their definitions, until none is left that these reach."""
    if isinstance(node, Variable | Operator) or not node.args:
        return node
    if isinstance(node, Apply) and node.operator in operators:
        instance = node.operator.instance(node.args[1:])
        if instance is not None:
            return unfold(instance, operators)
    return reduce_entry(node.func(*(unfold(arg, operators) for arg in node.args)))


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
    if isinstance(pattern, Operator | Variable):
        return None
    binding, other = _binding(pattern), _binding(node)
    if isinstance(pattern, D):  # its variable is the point, too
        binding, other = _Binding(pattern.args[1], 1, 0), _Binding(node.args[1], 1, 0)
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
    binding: _Binding,
    other: _Binding,
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
