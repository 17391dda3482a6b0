"""Claims and proofs, as immutable values.

    Claim(statement, proof=calc(...))         equations, chains of =, <, <=, and cases of equality
    Claim(statement, proof=induction(...))    for every step of an iteration
    Claim(statement, proof=expansion(...))    a Taylor polynomial
    Claim(statement, proof=by_cases(...))     whichever of several conditions holds
    Claim(statement, proof=squeeze(...))      a limit, between two explicit bounds
    Claim(statement, proof=intermediate(...)) a root between two points, by continuity
    Claim(statement, proof=monotone(...))     the order of two values of a function, from the sign of its slope
    Claim(statement, proof=solved(...))       a function that an equation defines, and its slope
    Claim(statement, proof=convergence(...))  an integral that converges, from others that do
    Claim(statement, proof=unbounded(...))    an integral that diverges, from the growth of an antiderivative below it
    Claim(statement, proof=numeric())         a closed statement about numbers, decided in balls
    Claim(statement, proof=run())             what a program prints
    Axiom(statement)                          a textbook fact, listed as such
    Refuted(statement, at={...})              a false statement and a point at which it fails

This module is trusted.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sympy import Expr, Rational, sympify

from .language import AMBIENT, Relation, Scalar, Statement, Variable, free, of_sort, scalar
from .normal import Refusal


@dataclass(frozen=True)
class Assumption:
    """A named hypothesis."""

    name: str
    statement: Statement


@dataclass(frozen=True)
class Step:
    """A line of a chain: how it relates to the one before, and why."""

    symbol: str
    line: Expr
    reason: Any


@dataclass(frozen=True)
class Calc:
    """A chain of relations; its ends are the two sides of the statement."""

    start: Expr
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class Beside:
    """A relation that an induction carries along, with its own base and step."""

    relation: Relation
    base: Calc
    step: Calc


@dataclass(frozen=True)
class Induction:
    """Induction on a natural number: the statement at 0, and at k + 1 from that at k, which is cited as `IH`.

    What is shown `beside` it, in the same induction, belongs to the induction hypothesis.
    """

    counter: Variable
    base: Calc
    step: Calc
    beside: tuple[Beside, ...] = ()


@dataclass(frozen=True)
class Expansion:
    """One chain for each coefficient of a Taylor polynomial."""

    chains: tuple[Calc, ...]


@dataclass(frozen=True)
class Cases:
    """The statement under each of several conditions, one of which must hold."""

    branches: tuple[tuple[Relation, Calc], ...]


@dataclass(frozen=True)
class Squeeze:
    """A limit from two chains: the function is at least L - rate x**order, and at most L + rate x**order.

    At infinity x**order divides.  With `within` this is shown for x < within only, or for x > within at infinity.
    """

    rate: Expr
    below: Calc
    above: Calc
    order: Rational
    within: Expr | None


@dataclass(frozen=True)
class Intermediate:
    """A root from two chains: the function is on different sides of the value at the two ends, `width` apart."""

    width: Expr
    at_low: Calc
    at_high: Calc


@dataclass(frozen=True)
class Monotone:
    """The order of the values of `function` at `low` and at `high` from one chain: the sign of its slope between."""

    function: Expr
    variable: Scalar
    low: Expr
    high: Expr
    slope: Calc


@dataclass(frozen=True)
class Solved:
    """A function that an equation defines, from two chains: the slope in the unknown is not 0, and the quotient."""

    steepness: Calc
    slope: Calc


@dataclass(frozen=True)
class Convergence:
    """An integrand is a combination of integrands of which it is known, by what is cited, that they converge."""

    citations: tuple[Any, ...]


@dataclass(frozen=True)
class Unbounded:
    """An integral that diverges, from two chains about the line: from `low` to `high` it exceeds every `bound` >= 0.

    There the integrand is at least the slope of a function, whose increase from end to end is at least the bound; or
    it is at most that slope, and the function falls by the bound.
    """

    function: Expr
    variable: Scalar
    bound: Scalar
    low: Expr
    high: Expr
    slope: Calc
    growth: Calc

    @property
    def is_falling(self) -> bool:
        """Is the integrand shown to be far below zero, rather than far above?"""
        chains = (chain for chain in (self.slope, self.growth) if isinstance(chain, Calc))
        return any(step.symbol in "<≤" for chain in chains for step in chain.steps)


@dataclass(frozen=True)
class Run:
    """The program of the statement is run, and its output compared."""


@dataclass(frozen=True)
class Numeric:
    """The statement speaks of no variables, and ball arithmetic decides it."""


@dataclass(frozen=True)
class Assumed:
    """No proof: a textbook fact that is listed among the foundations."""

    source: str


class _InductionHypothesis:
    def __repr__(self) -> str:
        return "IH"


IH = _InductionHypothesis()
Proof = (
    Calc
    | Induction
    | Expansion
    | Cases
    | Squeeze
    | Intermediate
    | Monotone
    | Solved
    | Convergence
    | Unbounded
    | Run
    | Numeric
    | Assumed
)


class _Stated:
    """What claims and refutations have in common: a statement under hypotheses."""

    id: str
    statement: Statement
    given: tuple[Assumption | Statement, ...]

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.id}>"

    @property
    def hypotheses(self) -> tuple[Statement, ...]:
        """The hypotheses without their names."""
        return tuple(g.statement if isinstance(g, Assumption) else g for g in self.given)

    @property
    def variables(self) -> frozenset[Variable]:
        """The variables of which the statement and its hypotheses speak."""
        return frozenset().union(free(self.statement), *map(free, self.hypotheses)) - AMBIENT


@dataclass(frozen=True, eq=False, repr=False)
class Claim(_Stated):
    """A statement with its proof.  Its free variables are universally quantified, subject to `given`."""

    id: str
    statement: Statement
    proof: Proof
    given: tuple[Assumption | Statement, ...] = ()
    title: str = ""
    remark: str = ""
    defined: tuple[Claim | Instance, ...] = ()

    def at(self, values: Mapping[Variable, Any]) -> Instance:
        """Return the claim for particular values of some of its variables."""
        unknown = set(values) - self.variables
        if unknown:
            raise Refusal(f"{self.id} does not speak of {', '.join(sorted(map(str, unknown)))}")
        return Instance(self, tuple((variable, of_sort(variable, value)) for variable, value in values.items()))


@dataclass(frozen=True)
class Instance:
    """A claim for particular values of some of its variables."""

    claim: Claim
    values: tuple[tuple[Variable, Any], ...]

    def __post_init__(self) -> None:
        for variable, value in self.values:
            of_sort(variable, value)


def Axiom(
    id: str,
    statement: Statement,
    *,
    given: tuple[Any, ...] = (),
    source: str,
    title: str = "",
    remark: str = "",
    defined: tuple[Claim | Instance, ...] = (),
) -> Claim:
    """Return a claim that is assumed: a textbook fact with its source."""
    return Claim(id, statement, Assumed(source), given, title, remark, defined)


@dataclass(frozen=True, eq=False, repr=False)
class Refuted(_Stated):
    """A statement that is false, with an exact point that satisfies its hypotheses, and what is true instead."""

    id: str
    statement: Statement
    at: Mapping[Variable, Any] = field(default_factory=dict)
    given: tuple[Assumption | Statement, ...] = ()
    correction: Claim | None = None
    title: str = ""
    remark: str = ""


def _steps(lines: tuple[Any, ...]) -> tuple[Step, ...]:
    return tuple(line if isinstance(line, Step) else Step("=", scalar(line[0]), line[1]) for line in lines)


def calc(start: Any, *lines: Any) -> Calc:
    """Return a chain: a pair (line, reason) continues it by an equation, `lt(line, reason)` and so on by an order."""
    return Calc(scalar(start), _steps(lines))


def lt(line: Any, reason: Any) -> Step:
    """Continue a chain by `<`."""
    return Step("<", scalar(line), reason)


def le(line: Any, reason: Any) -> Step:
    """Continue a chain by `<=`."""
    return Step("≤", scalar(line), reason)


def gt(line: Any, reason: Any) -> Step:
    """Continue a chain by `>`."""
    return Step(">", scalar(line), reason)


def ge(line: Any, reason: Any) -> Step:
    """Continue a chain by `>=`."""
    return Step("≥", scalar(line), reason)


def ne(line: Any, reason: Any) -> Step:
    """Continue a chain by `!=`."""
    return Step("≠", scalar(line), reason)


def induction(counter: Variable, *, base: Calc, step: Calc, beside: tuple[Beside, ...] = ()) -> Induction:
    """Return a proof by induction on `counter`, of a relation alone or of several together."""
    return Induction(counter, base, step, beside)


def beside(relation: Relation, *, base: Calc, step: Calc) -> Beside:
    """Return a relation that is shown in the same induction."""
    return Beside(relation, base, step)


def expansion(*chains: Calc) -> Expansion:
    """Return a proof of a Taylor polynomial: the chains for its derivatives, from the zeroth on."""
    return Expansion(chains)


def by_cases(*branches: tuple[Relation, Calc]) -> Cases:
    """Return a proof by cases: pairs of a condition, a hypothesis in its chain, and that chain.

    One condition must hold: either they relate the same two numbers and leave no order of them out, or the claim has
    the hypothesis that a product is zero, and every factor's being zero is a case.
    """
    return Cases(branches)


def squeeze(rate: Any, *, below: Calc, above: Calc, order: Any = 1, within: Any = None) -> Squeeze:
    """Return a proof of a limit; its chains may use that the variable is positive, and on which side of `within`."""
    return Squeeze(scalar(rate), below, above, sympify(order), None if within is None else scalar(within))


def intermediate(*, width: Any, at_low: Calc, at_high: Calc) -> Intermediate:
    """Return a proof that there is a root between two points, whose distance `width` is manifestly positive."""
    return Intermediate(scalar(width), at_low, at_high)


def monotone(function: Any, variable: Scalar, *, low: Any, high: Any, slope: Calc) -> Monotone:
    """Return a proof that compares f(low) with f(high), written in this order.

    The chain `slope` compares f' with 0; it may use that the variable lies strictly between `low` and `high`.
    """
    return Monotone(scalar(function), variable, scalar(low), scalar(high), slope)


def solved(*, steepness: Calc, slope: Calc) -> Solved:
    """Return a proof that an equation defines a function, by the implicit function theorem.

    The chain `steepness` shows that the partial slope in the unknown is not 0; the chain `slope` leads from minus the
    quotient of the two partial slopes to what the statement says, and may use that.
    """
    return Solved(steepness, slope)


def convergence(*citations: Any) -> Convergence:
    """Return a proof that an integral converges: those that are cited do, and it is a combination of them."""
    return Convergence(citations)


def unbounded(
    function: Any, variable: Scalar, *, bound: Scalar, low: Any, high: Any, slope: Calc, growth: Calc
) -> Unbounded:
    """Return a proof that an integral diverges, where the image of the measure on the line is known.

    The chain `slope` leads from the integrand on the line, times the density of the image, to a smaller slope of the
    function; it may use that the variable lies strictly between `low` and `high`.  The chain `growth` leads from the
    difference f(high) - f(low) to the `bound`, any number that is not negative, on which the ends depend.  Both may
    be turned round: a larger slope, and a difference of at most minus the bound.
    """
    return Unbounded(scalar(function), variable, bound, scalar(low), scalar(high), slope, growth)


def numeric() -> Numeric:
    """Return the proof of a closed statement about numbers: deciding it in balls."""
    return Numeric()


def run() -> Run:
    """Return the proof of what a program prints: running it."""
    return Run()
