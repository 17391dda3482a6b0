"""Claims and their checking.

A `Claim` is an immutable value: an id, a statement, its hypotheses and a proof.  `check` looks at its own links only
and says what it found; whether its ancestors are proved is a matter of the theory it belongs to.

    Claim(statement, proof=calc(...))         equations, chains of =, <, <=, and cases of equality
    Claim(statement, proof=induction(...))    for every step of an iteration
    Claim(statement, proof=expansion(...))    a Taylor polynomial
    Claim(statement, proof=by_cases(...))     whichever of several conditions holds
    Claim(statement, proof=squeeze(...))      a limit, between two explicit bounds
    Claim(statement, proof=intermediate(...)) a root between two points, by continuity
    Claim(statement, proof=numeric())         a closed statement about numbers, decided in balls
    Claim(statement, proof=run())             what a program prints
    Axiom(statement)                          a textbook fact, listed as such
    Refuted(statement, at={...})              a false statement and a point at which it fails

This module is trusted.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from sympy import Expr, Integer, Rational

from . import foundations as base
from .arithmetics import Inexpressible, Undefined
from .definedness import obligations
from .facts import ALLOWED, ANY, Context, Fact, difference, hypothesis
from .foundations import Foundation
from .language import (
    Attained,
    Eq,
    ForAll,
    Ge,
    Gt,
    Jet,
    LanguageError,
    Le,
    Lt,
    Natural,
    Operator,
    Relation,
    Root,
    Statement,
    Tends,
    Times,
    Variable,
    alpha_equal,
    free,
    fresh,
    n,
    of_sort,
    open_binder,
    scalar,
    substitute,
)
from .normal import Normaliser, Refusal
from .rules import Rule, by, check_equality, check_order
from .runs import Prints, ProgramError
from .witness import Witness, decide, exact_point, points, settle

__all__ = [
    "IH", "Assumption", "Axiom", "Calc", "Cases", "Claim", "Expansion", "Induction", "Instance", "Intermediate",
    "Numeric", "Refuted", "Run", "Squeeze", "Verdict", "by_cases", "calc", "check", "expansion", "ge", "goals", "gt",
    "induction", "intermediate", "le", "links", "lt", "ne", "numeric", "run", "squeeze", "witnessed",
]  # fmt: skip


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
class Induction:
    """Induction on a natural number: the statement at 0, and at k + 1 from that at k, which is cited as `IH`."""

    counter: Variable
    base: Calc
    step: Calc


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
    """A limit from two chains: the function is at least L - rate x, and at most L + rate x, or rate / x at infinity."""

    rate: Expr
    below: Calc
    above: Calc


@dataclass(frozen=True)
class Intermediate:
    """A root from two chains: the function is on different sides of the value at the two ends, `width` apart."""

    width: Expr
    at_low: Calc
    at_high: Calc


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
Proof = Calc | Induction | Expansion | Cases | Squeeze | Intermediate | Run | Numeric | Assumed


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
        return frozenset().union(free(self.statement), *map(free, self.hypotheses)) - {n}


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
            raise Refusal(f"{self.id} does not speak of {sorted(map(str, unknown))}")
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
    id: str, statement: Statement, *, given: tuple[Any, ...] = (), source: str, title: str = "", remark: str = ""
) -> Claim:
    """Return a claim that is assumed: a textbook fact with its source."""
    return Claim(id, statement, Assumed(source), given, title, remark)


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


@dataclass(frozen=True)
class Verdict:
    """What `check` found for one claim; `status` is that of its own links."""

    id: str
    status: str
    problem: str = ""
    obligations: tuple[Statement, ...] = ()
    witness: Witness | None = None
    seconds: float = 0.0
    output: str = ""


# ------------------------------------------------------------------------------------------------- writing proofs


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


def induction(counter: Variable, *, base: Calc, step: Calc) -> Induction:
    """Return a proof by induction on `counter`."""
    return Induction(counter, base, step)


def expansion(*chains: Calc) -> Expansion:
    """Return a proof of a Taylor polynomial: the chains for its derivatives, from the zeroth on."""
    return Expansion(chains)


def by_cases(*branches: tuple[Relation, Calc]) -> Cases:
    """Return a proof by cases: pairs of a condition, a hypothesis in its chain, and that chain.

    One condition must hold: either they relate the same two numbers and leave no order of them out, or the claim has
    the hypothesis that a product is zero, and every factor's being zero is a case.
    """
    return Cases(branches)


def squeeze(rate: Any, *, below: Calc, above: Calc) -> Squeeze:
    """Return a proof of a limit; its chains may use that the variable is positive."""
    return Squeeze(scalar(rate), below, above)


def intermediate(*, width: Any, at_low: Calc, at_high: Calc) -> Intermediate:
    """Return a proof that there is a root between two points, whose distance `width` is manifestly positive."""
    return Intermediate(scalar(width), at_low, at_high)


def numeric() -> Numeric:
    """Return the proof of a closed statement about numbers: deciding it in balls."""
    return Numeric()


def run() -> Run:
    """Return the proof of what a program prints: running it."""
    return Run()


# ----------------------------------------------------------------------------------------------- reasons and facts


def rule_of(reason: Any) -> Rule:
    """Return the rule of a reason; anything that can be cited stands for `by.algebra` with that citation."""
    if isinstance(reason, Rule):
        return reason
    rule: Rule = by.algebra(reason)
    return rule


def chains(proof: Proof) -> tuple[Calc, ...]:
    """Return the chains of a proof."""
    return tuple(part for part in _parts(proof) if isinstance(part, Calc))


def _parts(proof: Proof) -> tuple[Any, ...]:
    if isinstance(proof, Calc):
        return (proof,)
    if isinstance(proof, Induction):
        return (proof.base, proof.step)
    if isinstance(proof, Cases):
        return tuple(chain for _, chain in proof.branches)
    if isinstance(proof, Squeeze):
        return (proof.below, proof.above)
    if isinstance(proof, Intermediate):
        return (proof.at_low, proof.at_high)
    return proof.chains if isinstance(proof, Expansion) else ()


def _citations(claim: Claim) -> list[Any]:
    return [c for chain in chains(claim.proof) for s in chain.steps for c in rule_of(s.reason).citations]


def cited(claim: Claim | Refuted) -> tuple[Claim, ...]:
    """Return the claims that a claim rests on, in the order of their first use: the edges of the theory's graph."""
    if isinstance(claim, Refuted):
        return (claim.correction,) if claim.correction else ()
    sources = [c.claim if isinstance(c, Instance) else c for c in (*_citations(claim), *claim.defined)]
    return tuple(dict.fromkeys(source for source in sources if isinstance(source, Claim)))


_OWN_FOUNDATION: dict[type, Foundation] = {
    Induction: base.induction,
    Expansion: base.taylor,
    Cases: base.cases,
    Squeeze: base.squeeze,
    Intermediate: base.continuity,
    Numeric: base.enclosures,
}


def foundations_of(claim: Claim | Refuted) -> tuple[Foundation, ...]:
    """Return the foundations that the claim's own proof builds in: by its rules, and by what has to be defined."""
    if isinstance(claim, Refuted):
        return ()
    used = {f.name: f for chain in chains(claim.proof) for s in chain.steps for f in rule_of(s.reason).foundations}
    if any(obligations(term) for chain in chains(claim.proof) for term in _written(chain, claim)) or any(
        source.given for source in cited(claim)
    ):  # discharged by sign
        used |= {f.name: f for f in by.sign.foundations}
    for kind, foundation in _OWN_FOUNDATION.items():
        if isinstance(claim.proof, kind):
            used[foundation.name] = foundation
    return tuple(used[name] for name in sorted(used))


def _fact(citation: Any, claim: Claim) -> Fact | None:
    """Return a cited claim or hypothesis as a fact, its variables renamed apart from every other."""
    if isinstance(citation, Operator) or citation is IH:
        return None
    if isinstance(citation, Assumption | Statement):
        if citation not in claim.given:
            raise Refusal(f"{claim.id} cites a hypothesis that it does not make: {citation}")
        return hypothesis(citation.statement if isinstance(citation, Assumption) else citation, citation)
    source, values = (citation.claim, dict(citation.values)) if isinstance(citation, Instance) else (citation, {})
    if not isinstance(source, Claim):
        raise Refusal(f"{citation!r} is not a reason")
    statement, condition = source.statement, None
    if isinstance(statement, Attained):
        statement, condition = statement.bound, statement.condition
    if not isinstance(statement, Relation):
        raise Refusal(f"{source.id} states no relation that a rule could use")
    spoken_of = claim.variables | source.variables | frozenset().union(*map(free, values.values()))
    apart: dict[Variable, Any] = {
        v: fresh(type(v)(v.name + "°"), spoken_of) for v in source.variables if v not in values
    }
    mapping = apart | values
    return Fact(
        substitute(statement, mapping),
        frozenset(apart.values()),
        tuple(substitute(g, mapping) for g in source.hypotheses),
        substitute(condition, mapping) if condition is not None else None,
        frozenset(),
        source.id,
    )


def _facts(citations: Any, claim: Claim, extra: tuple[Fact, ...] = ()) -> tuple[Fact, ...]:
    found = [f for c in citations if (f := _fact(c, claim)) is not None]
    return (*found, *(extra if IH in citations else ()))


def _all_facts(claim: Claim) -> tuple[Fact, ...]:
    """Return the hypotheses of a claim and everything that it cites anywhere, as facts."""
    return (*(hypothesis(h) for h in claim.hypotheses), *_facts((*claim.defined, *_citations(claim)), claim))


# ------------------------------------------------------------------------------------------------- definedness


def _written(chain: Calc, claim: Claim) -> list[Any]:
    """Return the terms that the author of a chain has written, all of which have to be defined."""
    written: list[Any] = [chain.start]
    for step in chain.steps:
        rule = rule_of(step.reason)
        written += [step.line, *_values(rule.citations)]
        if rule.certificate is not None:
            written.append(rule.certificate)
    return [*written, *_values(claim.defined)]


def _values(citations: Any) -> list[Any]:
    return [term for c in citations if isinstance(c, Instance) for _, term in c.values]


def _defined(nodes: list[Any], facts: tuple[Fact, ...]) -> list[Statement]:
    """Return the obligations of some terms or statements, all discharged; refuse the first that is not."""
    context = Context(facts)
    found = list(dict.fromkeys(o for node in nodes for o in obligations(node)))
    for obligation in found:
        if not context.holds(obligation):
            raise Refusal(f"not shown to be defined: {obligation}")
    return found


def _defined_by_induction(
    nodes: list[Any], facts: tuple[Fact, ...], claim: Claim, counter: Variable
) -> list[Statement]:
    """Return the obligations of the lines of an induction step, all discharged.

    A recursion is defined after every step because of what the induction has shown before it: the definition at k + 1
    and the equation at k go together.
    """
    now = _own_equation(claim, counter)
    context = Context((now, *facts))
    found = list(dict.fromkeys(o for node in nodes for o in obligations(node, (counter, counter + 1))))
    for obligation in found:
        if isinstance(obligation, ForAll) and isinstance(obligation.args[0], Natural):
            step, scope = open_binder(obligation, context.fixed | free(obligation))
            holds = Context((_own_equation(claim, counter, step), now, *facts)).holds(scope)
        else:
            holds = context.holds(obligation)
        if not holds:
            raise Refusal(f"not shown to be defined: {obligation}")
    return found


# ---------------------------------------------------------------------------------------------------- checking


def _check_chain(chain: Calc, claim: Claim, extra: tuple[Fact, ...]) -> tuple[str, list[Any]]:
    """Check every step; return the relation of the two ends and the conditions under which weak steps are equations."""
    known = (*(hypothesis(h) for h in claim.hypotheses), *_facts(claim.defined, claim))
    symbols, conditions, line = [], [], chain.start
    for number, step in enumerate(chain.steps, 1):
        rule = rule_of(step.reason)
        facts = _facts(rule.citations, claim, extra)
        context = Context((*facts, *known))
        equations = tuple(f for f in facts if isinstance(f.relation, Eq))
        try:
            if step.symbol == "=":
                check_equality(line, step.line, rule, equations, context)
            else:
                conditions.append(check_order(line, step.symbol, step.line, rule, equations, context))
        except Refusal as refusal:
            raise Refusal(f"line {number} ({rule.name}): {refusal}") from None
        symbols.append(step.symbol)
        line = step.line
    return _composed(symbols), conditions


def _composed(symbols: list[str]) -> str:
    kinds = set(symbols) - {"="}
    if not kinds:
        return "="
    if kinds == {"≠"} and symbols.count("≠") == 1:
        return "≠"
    for weak, strict in (("≤", "<"), ("≥", ">")):
        if kinds <= {weak, strict}:
            return strict if strict in kinds else weak
    raise Refusal(f"a chain of {' '.join(symbols)} says nothing about its ends")


_IMPLIES = {"=": "=≤≥", "<": "<≤≠", ">": ">≥≠", "≤": "≤", "≥": "≥", "≠": "≠"}


def _check_ends(chain: Calc, lhs: Expr, rhs: Expr, name: str) -> None:
    last = chain.steps[-1].line if chain.steps else chain.start
    for end, side in ((chain.start, lhs), (last, rhs)):
        if not alpha_equal(end, side):
            raise Refusal(f"{name} has the end {end}, and the statement has {side}")


def _check_relation(claim: Claim, relation: Relation, condition: Statement | None, chain: Calc) -> None:
    _check_ends(chain, relation.lhs, relation.rhs, "the chain")
    symbol, conditions = _check_chain(chain, claim, ())
    if relation.symbol not in _IMPLIES[symbol]:
        raise Refusal(f"the chain shows {symbol}, the statement says {relation.symbol}")
    if condition is None:
        return
    if symbol not in "≤≥" or len(conditions) != 1 or conditions[0] is None:
        raise Refusal(
            "a case of equality needs a chain with one weak inequality whose certificate shows when it vanishes"
        )
    context = Context((*(hypothesis(h) for h in claim.hypotheses), *_facts(claim.defined, claim)))
    if not context.equivalent(conditions[0], condition):
        raise Refusal(f"equality holds when {conditions[0]}, which is not shown to mean {condition}")


def _check_induction(claim: Claim, relation: Relation, proof: Induction) -> None:
    counter = proof.counter
    if not isinstance(relation, Eq):
        raise Refusal("induction is for equations")
    if not isinstance(counter, Natural):
        raise Refusal(f"{counter} is not a natural number: induction does not reach all of its values")
    if any(counter in free(h) for h in claim.hypotheses):
        raise Refusal(f"a hypothesis speaks of {counter}, on which the induction goes")
    first, then = ([substitute(side, {counter: k}) for side in relation.args] for k in (Integer(0), counter + 1))
    _check_ends(proof.base, first[0], first[1], "the base case")
    _check_ends(proof.step, then[0], then[1], "the induction step")
    for chain, extra in ((proof.base, ()), (proof.step, (_own_equation(claim, counter),))):
        symbol, _ = _check_chain(chain, claim, extra)
        if symbol != "=":
            raise Refusal("induction is for equations")


def _own_equation(claim: Claim, counter: Variable, step: Variable | None = None) -> Fact:
    """Return the equation of an induction at a step, general in all but the variables of its hypotheses."""
    relation = substitute(claim.statement, {counter: step or counter})
    general = free(relation) - {n, step or counter} - frozenset().union(*map(free, claim.hypotheses))
    fixed = free(relation) | frozenset().union(*map(free, claim.hypotheses))
    apart = {v: fresh(type(v)(v.name + "°"), fixed) for v in general}
    return Fact(substitute(relation, apart), frozenset(apart.values()), (), None, free(relation) - general - {n}, "IH")


def _check_expansion(claim: Claim, jet: Jet, proof: Expansion) -> None:
    if len(proof.chains) != len(jet.coefficients):
        raise Refusal(f"{len(jet.coefficients)} coefficients need as many chains")
    factorial = 1
    for order, (chain, coefficient) in enumerate(zip(proof.chains, jet.coefficients, strict=True)):
        factorial *= max(order, 1)
        side = coefficient if factorial == 1 else Times(factorial, coefficient)
        _check_ends(chain, jet.derivative(order), side, f"the chain of order {order}")
        symbol, _ = _check_chain(chain, claim, ())
        if symbol != "=":
            raise Refusal("a coefficient needs a chain of equations")


def links(claim: Claim) -> tuple[Statement, ...]:
    """Check the proof of a claim by the rules alone; return the obligations that were discharged on the way.

    Raises
    ------
    Refusal
        If the proof has a gap, and says where.
    """
    try:
        parts = goals(claim)
        if parts is not None:
            return _distinct([obligation for part in parts for obligation in links(part)])
        _follows(claim)
        return _all_defined(claim)
    except (LanguageError, RecursionError) as error:
        raise Refusal(f"{type(error).__name__}: {error}") from None


def goals(claim: Claim) -> tuple[Claim, ...] | None:
    """Return the claims, each with a chain for its proof, that together prove this one; None if it has a chain itself.

    Raises
    ------
    Refusal
        If they would not prove it, whatever their chains say.
    """
    if isinstance(claim.proof, Cases | Squeeze | Intermediate) and not all(
        isinstance(part, Calc) for part in _parts(claim.proof)
    ):
        raise Refusal("a case, a bound or a value is proved by a chain")
    match claim.proof:
        case Cases(branches):
            _check_exhaustive(claim, [condition for condition, _ in branches])
            return tuple(replace(claim, given=(*claim.given, case), proof=chain) for case, chain in branches)
        case Squeeze():
            return _goals_of_limit(claim, claim.proof)
        case Intermediate():
            return _goals_of_root(claim, claim.proof)
    return None


def _check_exhaustive(claim: Claim, cases: list[Relation]) -> None:
    """Refuse cases that leave something out."""
    if not cases or not all(isinstance(case, Relation) for case in cases):
        raise Refusal("a case is a relation")
    if len({case.args for case in cases}) == 1 and frozenset().union(*(ALLOWED[type(c)] for c in cases)) == ANY:
        return
    zeros = [difference(case) for case in cases if isinstance(case, Eq)]
    for known in claim.hypotheses:
        product = known.lhs if isinstance(known, Eq) and known.rhs == 0 else None
        if isinstance(product, Times) and all(any(_proportional(z, f) for z in zeros) for f in product.args):
            return
    raise Refusal(f"the cases {', '.join(map(str, cases))} leave something out")


def _proportional(a: Expr, b: Expr) -> bool:
    """Is one number a rational multiple of the other, not zero?"""
    factors = Normaliser().factors_between(a, b)
    return factors is not None and all(isinstance(c, Rational) and c != 0 for c in factors)


def _goals_of_limit(claim: Claim, proof: Squeeze) -> tuple[Claim, ...]:
    if not isinstance(claim.statement, Tends):
        raise Refusal(f"a squeeze does not prove a {type(claim.statement).__name__}")
    function, variable, point, value = claim.statement.args
    if variable in free(proof.rate) | free(value) | frozenset().union(*map(free, claim.hypotheses)):
        raise Refusal(f"rate, limit and hypotheses must not depend on {variable}")
    room = proof.rate * variable if point == 0 else proof.rate / variable
    given = (*claim.given, Gt(variable, 0))
    return (
        replace(claim, statement=Ge(function, value - room), given=given, proof=proof.below),
        replace(claim, statement=Le(function, value + room), given=given, proof=proof.above),
    )


def _goals_of_root(claim: Claim, proof: Intermediate) -> tuple[Claim, ...]:
    if not isinstance(claim.statement, Root):
        raise Refusal(f"two values do not prove a {type(claim.statement).__name__}")
    function, variable, low, high, value = claim.statement.args
    if variable in frozenset().union(*map(free, (low, high, value, *claim.hypotheses))):
        raise Refusal(f"ends, value and hypotheses must not depend on {variable}")
    facts = _all_facts(claim)
    _defined([proof.width, low, high, value], facts)
    if not (Normaliser().equal(high - low, proof.width) and Context(facts).holds(Gt(proof.width, 0))):
        raise Refusal(f"{proof.width} is not the distance from {low} to {high}, or not manifestly positive")
    between = (hypothesis(Ge(variable, low)), hypothesis(Le(variable, high)))
    _defined([function], (*between, *facts))
    sides = [substitute(function, {variable: end}) for end in (low, high)]
    falling = proof.at_low.steps and any(s.symbol == ">" for s in proof.at_low.steps)
    first, second = (Gt, Lt) if falling else (Lt, Gt)
    return (
        replace(claim, statement=first(sides[0], value), proof=proof.at_low),
        replace(claim, statement=second(sides[1], value), proof=proof.at_high),
    )


def _follows(claim: Claim) -> None:
    statement, proof = claim.statement, claim.proof
    if isinstance(proof, Assumed):
        return
    relation, condition = statement, None
    if isinstance(statement, Attained):
        relation, condition = statement.bound, statement.condition
    if isinstance(proof, Calc) and isinstance(relation, Relation):
        _check_relation(claim, relation, condition, proof)
    elif isinstance(proof, Induction) and isinstance(relation, Relation) and condition is None:
        _check_induction(claim, relation, proof)
    elif isinstance(proof, Expansion) and isinstance(statement, Jet):
        _check_expansion(claim, statement, proof)
    else:
        raise Refusal(f"a {type(proof).__name__} does not prove a {type(statement).__name__}")


def _all_defined(claim: Claim) -> tuple[Statement, ...]:
    proof = claim.proof
    facts = _all_facts(claim)
    if isinstance(proof, Induction):  # whose two ends are the statement
        found = _defined([*claim.hypotheses, *_written(proof.base, claim)], facts)
        found += _defined_by_induction(_written(proof.step, claim), facts, claim, proof.counter)
    else:
        lines = [term for chain in chains(proof) for term in _written(chain, claim)]
        found = _defined([claim.statement, *claim.hypotheses, *lines], facts)
    return _distinct(found)


def _distinct(statements: list[Statement]) -> tuple[Statement, ...]:
    kept: list[Statement] = []
    for statement in statements:
        if not any(alpha_equal(statement, known) for known in kept):
            kept.append(statement)
    return tuple(kept)


_POINTS = 3


def seed(claim_id: str) -> str:
    """Return the seed of a claim's points: the same everywhere, another for every claim."""
    return hashlib.sha256(claim_id.encode()).hexdigest()


def witnessed(claim: Claim, statement: Statement | None = None) -> tuple[bool | None, Witness | None]:
    """Ask the second witness alone: is the statement true at points that satisfy the hypotheses?

    Every interior line of the proof is compared with the one before as well, unless another `statement` is asked about.
    """
    parts = goals(claim) if statement is None else None
    if parts is not None:
        return _witnessed_together(parts)
    statements = [claim.statement, *_line_by_line(claim)] if statement is None else [statement]
    variables = claim.variables.union(*map(free, statements)) - {n}
    names: set[str] = set()
    seen: list[bool | None] = []
    count = 0
    for point in points(variables, claim.hypotheses, seed(claim.id), _POINTS):
        try:
            outcomes = [decide(question, point) for question in statements]
        except Inexpressible:
            if statement is not None:
                raise
            continue  # numbers of absurd size, say
        count += 1
        seen += [outcome for outcome, _ in outcomes]
        names |= {name for _, name in outcomes}
    if not count:
        return None, None
    return False if False in seen else None if None in seen else True, Witness(count, tuple(sorted(names)))


def _witnessed_together(parts: tuple[Claim, ...]) -> tuple[bool | None, Witness | None]:
    outcomes, records = zip(*map(witnessed, parts), strict=True)
    agreed = False if False in outcomes else None if None in outcomes else True
    seen = [record for record in records if record is not None]
    if not seen:
        return agreed, None
    return agreed, Witness(min(r.points for r in seen), tuple(sorted({name for r in seen for name in r.arithmetics})))


def _line_by_line(claim: Claim) -> Iterator[Statement]:
    kinds = {cls.symbol: cls for cls in Relation.__subclasses__()}
    for chain in chains(claim.proof):
        line = chain.start
        for step in chain.steps:
            yield kinds[step.symbol](line, step.line)
            line = step.line


def check(claim: Claim | Refuted) -> Verdict:
    """Check the links of one claim: every step by its rule, every obligation, and the second witness.

    Parameters
    ----------
    claim : Claim or Refuted

    Returns
    -------
    Verdict
        `status` is "proved", "computed", "refuted", "assumed", "evidence" (the witness agrees, the proof has a gap),
        "open" (not even that) or "broken" (rule and witness disagree, or a refutation does not refute).
    """
    start = time.perf_counter()
    try:
        verdict = _refuted(claim) if isinstance(claim, Refuted) else _checked(claim)
    except ProgramError as error:
        verdict = Verdict(claim.id, "broken", str(error))
    return Verdict(**{**verdict.__dict__, "seconds": time.perf_counter() - start})


def _checked(claim: Claim) -> Verdict:
    if isinstance(claim.proof, Run) or isinstance(claim.statement, Prints):
        return _checked_run(claim)
    if isinstance(claim.proof, Numeric):
        return _checked_numeric(claim)
    problem = ""
    discharged: tuple[Statement, ...] = ()
    try:
        discharged = links(claim)
    except Refusal as refusal:
        problem = str(refusal)
    try:
        agrees, record = witnessed(claim)
    except (Undefined, Refusal) as unknown:
        agrees, record = None, None
        problem = problem or f"second witness: {unknown}"
    if agrees is False:
        return Verdict(claim.id, "broken", problem or "the second witness found a point where a line fails", (), record)
    if agrees is None:
        return Verdict(claim.id, "open", problem or "no point decides the statement under its hypotheses", (), record)
    if problem:
        return Verdict(claim.id, "evidence", problem, (), record)
    status = "assumed" if isinstance(claim.proof, Assumed) else "proved"
    return Verdict(claim.id, status, "", discharged, record)


def _checked_numeric(claim: Claim) -> Verdict:
    """Decide a closed relation; only certain answers count."""
    if free(claim.statement) or claim.given:
        return Verdict(claim.id, "open", "a statement with variables is not decided by numbers")
    return _settled(claim.id, claim.statement, {}, True)


def _settled(id: str, statement: Statement, point: Mapping[Variable, Any], wanted: bool) -> Verdict:
    """Return the verdict on a statement that is said to be true, or false, at a point."""
    if isinstance(statement, Tends | Root):
        return Verdict(id, "open", "limits and roots are not decided at a point")
    status, contrary = ("proved", "false") if wanted else ("refuted", "not false at the counterexample")
    try:
        outcome, name = settle(statement, point)
        apparent = decide(statement, point)[0] if outcome is None else outcome
    except Inexpressible as unknown:
        return Verdict(id, "evidence", f"not decided: {unknown}")
    except Undefined as undefined:
        problem = f"no value there: {undefined}"
        return Verdict(id, "broken", problem) if wanted else Verdict(id, status, output=problem)
    record = Witness(1, (name,))
    if outcome is None:
        apart = "evidence" if apparent is wanted else "open"
        return Verdict(id, apart, f"not decided with certainty by {name}", (), record)
    if outcome is not wanted:
        return Verdict(id, "broken", f"the statement is {contrary}", (), record)
    return Verdict(id, status, "", (), record)


def _checked_run(claim: Claim) -> Verdict:
    if not (isinstance(claim.proof, Run) and isinstance(claim.statement, Prints)):
        return Verdict(claim.id, "open", "what a program prints is proved by running it, and nothing else is")
    output = claim.statement.real_output()
    if claim.statement.agrees(output):
        return Verdict(claim.id, "computed", output=output)
    return Verdict(claim.id, "broken", "the program prints something else", output=output)


def _refuted(claim: Refuted) -> Verdict:
    if isinstance(claim.statement, Prints):
        output = claim.statement.real_output()
        refuted = not claim.statement.agrees(output)
        problem = "" if refuted else "the program prints just that"
        return Verdict(claim.id, "refuted" if refuted else "broken", problem, output=output)
    try:
        point = exact_point(claim.variables, claim.at)
    except ValueError as error:
        return Verdict(claim.id, "broken", f"the counterexample: {error}")
    for given in claim.hypotheses:
        satisfied = _settled(claim.id, given, point, True)
        if satisfied.status != "proved":
            problem = f"the counterexample and the hypothesis {given}: {satisfied.problem}"
            return Verdict(claim.id, satisfied.status, problem, (), satisfied.witness)
    return _settled(claim.id, claim.statement, point, False)
