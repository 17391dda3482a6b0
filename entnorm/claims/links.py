"""The checking of a proof by the rules alone: every step, every obligation, and that the ends are the statement's.

This module is trusted.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import Any

from sympy import Expr, Integer, Rational

from .citing import all_facts, chains, facts_of, parts_of, rule_of, written
from .context import Context
from .definedness import obligations, slopes
from .divergence import growth_of, image_of, on_the_line
from .facts import ALLOWED, ANY, Fact, difference, hypothesis
from .language import (
    AMBIENT,
    Apply,
    Attained,
    D,
    Eq,
    ForAll,
    Function,
    Ge,
    Gt,
    Implicit,
    Integrable,
    Jet,
    LanguageError,
    Le,
    Lt,
    Natural,
    Operator,
    Point,
    Power,
    Relation,
    Root,
    Rows,
    Scalar,
    Statement,
    Tends,
    Times,
    Variable,
    alpha_equal,
    bound_in,
    free,
    fresh,
    mu,
    open_binder,
    recursions,
    substitute,
    subterms,
)
from .normal import Normaliser, Refusal
from .proofs import (
    Assumed,
    Assumption,
    Beside,
    Calc,
    Cases,
    Claim,
    Convergence,
    Expansion,
    Induction,
    Intermediate,
    Monotone,
    Refuted,
    Solved,
    Squeeze,
    Unbounded,
)
from .rules import Rule, check_equality, check_order


def _defined(nodes: list[Any], facts: tuple[Fact, ...]) -> list[Statement]:
    """Return the obligations of some terms or statements, all discharged; refuse the first that is not."""
    context = Context(facts)
    found = list(dict.fromkeys(o for node in nodes for o in obligations(node)))
    for obligation in found:
        if not context.discharges(obligation):
            raise Refusal(f"not shown to be defined: {obligation}")
    return found


def _defined_by_induction(nodes: list[Any], facts: tuple[Fact, ...], claim: Claim, proof: Induction) -> list[Statement]:
    """Return the obligations of the lines of an induction step, all discharged.

    A recursion is defined after every step because of what the induction has shown before it: the definition at k + 1
    and the relations at k go together.
    """
    now = _shown_before(claim, proof, proof.counter)
    context = Context((*now, *facts))
    reach = (proof.counter, proof.counter + 1)
    found = list(dict.fromkeys(o for node in nodes for o in obligations(node, reach)))
    for obligation in found:
        if isinstance(obligation, ForAll) and isinstance(obligation.args[0], Natural):
            step, scope = open_binder(obligation, context.fixed | free(obligation))
            holds = Context((*_shown_before(claim, proof, step), *now, *facts)).discharges(scope)
        else:
            holds = context.discharges(obligation)
        if not holds:
            raise Refusal(f"not shown to be defined: {obligation}")
    return found


def _known(claim: Claim) -> tuple[Fact, ...]:
    """Return what every line of a proof may use: the hypotheses, and the claims cited for definedness."""
    return (*(hypothesis(h) for h in claim.hypotheses), *facts_of(claim.defined, claim))


@lru_cache(maxsize=1024)
def _check_step(
    before: Expr,
    symbol: str,
    after: Expr,
    rule: Rule,
    facts: tuple[Fact, ...],
    known: tuple[Fact, ...],
    defined: frozenset[Apply],
) -> Statement | None:
    """Refuse a step that does not follow; return the condition under which a weak inequality is an equation.

    Whether it follows depends on the arguments alone, none of which ever changes: so a step that was accepted need not
    be checked again in the variants of a proof that leave it as it is.  Refusals are not remembered.
    """
    context = Context((*facts, *known), defined=defined)
    equations = tuple(f for f in facts if isinstance(f.relation, Eq))
    if symbol == "=":
        check_equality(before, after, rule, equations, context)
        return None
    return check_order(before, symbol, after, rule, equations, context)


def _check_chain(chain: Calc, claim: Claim, extra: tuple[Fact, ...]) -> tuple[str, list[Any]]:
    """Check every step; return the relation of the two ends and the conditions under which weak steps are equations."""
    known = _known(claim)
    defined = frozenset().union(*map(recursions, written(chain, claim)))
    symbols, conditions, line = [], [], chain.start
    for number, step in enumerate(chain.steps, 1):
        rule = rule_of(step.reason)
        facts = facts_of(rule.citations, claim, extra)
        try:
            condition = _check_step(line, step.symbol, step.line, rule, facts, known, defined)
        except Refusal as refusal:
            raise Refusal(f"line {number} ({rule.name}): {refusal}") from None
        if step.symbol != "=":
            conditions.append(condition)
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
    if not Context(_known(claim)).equivalent(conditions[0], condition):
        raise Refusal(f"equality holds when {conditions[0]}, which is not shown to mean {condition}")


def _check_induction(claim: Claim, relation: Relation, proof: Induction) -> None:
    counter = proof.counter
    if not isinstance(counter, Natural):
        raise Refusal(f"{counter} is not a natural number: induction does not reach all of its values")
    if any(counter in free(h) for h in claim.hypotheses):
        raise Refusal(f"a hypothesis speaks of {counter}, on which the induction goes")
    known = _shown_before(claim, proof, counter)
    for wanted, base, step in ((relation, proof.base, proof.step), *map(_parts_beside, proof.beside)):
        for chain, at, extra, name in (
            (base, Integer(0), (), "base case"),
            (step, counter + 1, known, "induction step"),
        ):
            lhs, rhs = (substitute(side, {counter: at}) for side in wanted.args)
            _check_ends(chain, lhs, rhs, f"the {name}")
            symbol, _ = _check_chain(chain, claim, extra)
            if wanted.symbol not in _IMPLIES[symbol]:
                raise Refusal(f"the {name} shows {symbol}, the statement says {wanted.symbol}")


def _parts_beside(beside: Beside) -> tuple[Relation, Calc, Calc]:
    if not isinstance(beside.relation, Relation):
        raise Refusal("an induction carries relations along, and nothing else")
    return beside.relation, beside.base, beside.step


def _shown_before(claim: Claim, proof: Induction, step: Variable) -> tuple[Fact, ...]:
    """Return what an induction has shown at a step before the next: its relation, and those beside it."""
    relations = (claim.statement, *(beside.relation for beside in proof.beside))
    return tuple(_shown_at(step, relation, proof.counter, claim) for relation in relations)


def _shown_at(step: Variable, relation: Any, counter: Variable, claim: Claim) -> Fact:
    """Return a relation of an induction at a step, general in all but the variables of the hypotheses."""
    relation = substitute(relation, {counter: step})
    general = free(relation) - AMBIENT - {step} - frozenset().union(*map(free, claim.hypotheses))
    fixed = free(relation) | frozenset().union(*map(free, claim.hypotheses))
    apart = {v: fresh(type(v)(v.name + "°"), fixed) for v in general}
    tied = free(relation) - general - AMBIENT
    return Fact(substitute(relation, apart), frozenset(apart.values()), (), None, tied)


def _made_of_elementary_functions(function: Expr, variable: Variable) -> None:
    """Refuse a function with integrals, which need be neither continuous nor smooth."""
    if any(True for _ in slopes(function, variable)):
        raise Refusal(f"{function} has integrals that depend on {variable}: they need not be continuous")


def _check_expansion(claim: Claim, jet: Jet, proof: Expansion) -> None:
    _made_of_elementary_functions(jet.args[0], jet.args[1])
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
        check_names(claim)
        parts = goals(claim)
        if parts is not None:
            return _distinct([obligation for part in parts for obligation in links(part)])
        _follows(claim)
        return _all_defined(claim)
    except (LanguageError, RecursionError) as error:
        raise Refusal(f"{type(error).__name__}: {error}") from None


def check_names(claim: Claim | Refuted) -> None:
    """Refuse a statement in which one name stands for two things: it would not be read as what is checked."""
    known: dict[Any, Any] = {}
    for node in (claim.statement, *claim.hypotheses):
        for sub in subterms(node):
            if isinstance(sub, Variable | Operator):
                name = (sub.name, len(sub.parameters)) if isinstance(sub, Operator) else sub.name
                if known.setdefault(name, sub) != sub:
                    raise Refusal(f"{sub.name} stands for two things in {claim.id}")


def goals(claim: Claim) -> tuple[Claim, ...] | None:
    """Return the claims, each with a chain for its proof, that together prove this one; None if it has a chain itself.

    Raises
    ------
    Refusal
        If they would not prove it, whatever their chains say.
    """
    if isinstance(claim.proof, Cases | Squeeze | Intermediate | Monotone | Solved | Unbounded) and not all(
        isinstance(part, Calc) for part in parts_of(claim.proof)
    ):
        raise Refusal("a case, a bound, a value or a slope is proved by a chain")
    match claim.proof:
        case Cases(branches):
            cases = [condition for condition, _ in branches]
            _check_exhaustive(claim, cases)
            _defined(cases, _known(claim))  # by none of themselves: where none has a value, none holds
            return tuple(replace(claim, given=(*claim.given, case), proof=chain) for case, chain in branches)
        case Squeeze():
            return _goals_of_limit(claim, claim.proof)
        case Intermediate():
            return _goals_of_root(claim, claim.proof)
        case Monotone():
            return (_goal_of_order(claim, claim.proof),)
        case Solved():
            return _goals_of_solution(claim, claim.proof)
        case Unbounded():
            return _goals_of_divergence(claim, claim.proof)
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
    within = () if proof.within is None else (proof.within,)
    if variable in frozenset().union(*map(free, (proof.rate, value, *within, *claim.hypotheses))):
        raise Refusal(f"rate, limit and hypotheses must not depend on {variable}")
    if not (isinstance(proof.order, Rational) and proof.order > 0):
        raise Refusal(f"the order {proof.order} is not a positive rational number")
    _defined(list(within), all_facts(claim))
    if within and point == 0 and not Context(all_facts(claim)).holds(Gt(within[0], 0)):
        raise Refusal(f"{within[0]} is not manifestly positive")
    lower, upper = bounds_of_limit(claim.statement, proof)
    near = Lt if point == 0 else Gt
    given = (*claim.given, Gt(variable, 0), *(near(variable, bound) for bound in within))
    return (
        replace(claim, statement=Ge(function, lower), given=given, proof=proof.below),
        replace(claim, statement=Le(function, upper), given=given, proof=proof.above),
    )


def bounds_of_limit(statement: Tends, proof: Squeeze) -> tuple[Expr, Expr]:
    """Return the two bounds of the function between which the proof of a limit has to keep it."""
    _, variable, point, value = statement.args
    vanishing = variable if proof.order == 1 else Power(variable, proof.order)
    room = proof.rate * vanishing if point == 0 else proof.rate / vanishing
    return value - room, value + room


def _goals_of_root(claim: Claim, proof: Intermediate) -> tuple[Claim, ...]:
    if not isinstance(claim.statement, Root):
        raise Refusal(f"two values do not prove a {type(claim.statement).__name__}")
    function, variable, low, high, value = claim.statement.args
    if variable in frozenset().union(*map(free, (low, high, value, *claim.hypotheses))):
        raise Refusal(f"ends, value and hypotheses must not depend on {variable}")
    _made_of_elementary_functions(function, variable)
    facts = all_facts(claim)
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


_SLOPE: dict[type, type[Relation]] = {Lt: Gt, Le: Ge, Gt: Lt, Ge: Le}


def _goal_of_order(claim: Claim, proof: Monotone) -> Claim:
    statement, variable = claim.statement, proof.variable
    if not isinstance(statement, Lt | Le | Gt | Ge):
        raise Refusal(f"a slope does not prove a {type(statement).__name__}")
    if variable in frozenset().union(*map(free, (proof.low, proof.high, statement, *claim.hypotheses))):
        raise Refusal(f"ends, values and hypotheses must not depend on {variable}")
    for end, side in ((proof.low, statement.lhs), (proof.high, statement.rhs)):
        value = substitute(proof.function, {variable: end})
        if not alpha_equal(value, side):
            raise Refusal(f"the function is {value} at {end}, and the statement has {side}")
    _made_of_elementary_functions(proof.function, variable)
    facts = all_facts(claim)
    _defined([proof.low, proof.high], facts)
    ordered = (Lt if isinstance(statement, Lt | Gt) else Le)(proof.low, proof.high)
    if not Context(facts).holds(ordered):
        raise Refusal(f"not shown: {ordered}")
    between = (hypothesis(Ge(variable, proof.low)), hypothesis(Le(variable, proof.high)))
    _defined([proof.function], (*between, *facts))
    return replace(
        claim,
        statement=_SLOPE[type(statement)](D(proof.function, variable), 0),
        given=(*claim.given, Gt(variable, proof.low), Lt(variable, proof.high)),
        proof=proof.slope,
    )


def _goals_of_solution(claim: Claim, proof: Solved) -> tuple[Claim, ...]:
    if not isinstance(claim.statement, Implicit):
        raise Refusal(f"two partial slopes do not prove a {type(claim.statement).__name__}")
    function, variable, point, unknown, slope = claim.statement.args
    if variable in frozenset().union(*map(free, (point, slope, *claim.hypotheses))):
        raise Refusal(f"point, slope and hypotheses must not depend on {variable}")
    for of in (variable, unknown):
        _made_of_elementary_functions(function, of)
    is_steep, quotient = claim.statement.conditions
    return (
        replace(claim, statement=is_steep, proof=proof.steepness),
        replace(claim, statement=quotient, given=(*claim.given, is_steep), proof=proof.slope),
    )


def _goals_of_divergence(claim: Claim, proof: Unbounded) -> tuple[Claim, ...]:
    variable, bound, integrand = proof.variable, proof.bound, on_the_line(claim, proof)
    spoken_of = frozenset().union(free(claim.statement), bound_in(claim.statement), *map(free, claim.hypotheses))
    if not (isinstance(variable, Scalar) and isinstance(bound, Scalar)) or {variable, bound} & spoken_of:
        raise Refusal(f"{variable} and {bound} must be numbers of which nothing else speaks")
    if variable in free(proof.low) | free(proof.high) | {bound}:
        raise Refusal(f"ends and bound must not depend on {variable}")
    for function in (integrand, proof.function):
        _made_of_elementary_functions(function, variable)
    _defined([claim.statement, *claim.hypotheses], all_facts(claim))
    numbers = tuple(g for g in claim.given if not _is_about_points(g.statement if isinstance(g, Assumption) else g))
    there = replace(claim, given=(*numbers, Ge(bound, 0)))
    above = _checked_interval(there, proof, image_of(claim).args[3])
    increase, amount = (Le, Times(-1, bound)) if proof.is_falling else (Ge, bound)
    return (
        replace(
            there,
            statement=increase(integrand, D(proof.function, variable)),
            given=(*there.given, *above, Gt(variable, proof.low), Lt(variable, proof.high)),
            proof=proof.slope,
        ),
        replace(there, statement=increase(growth_of(proof), amount), proof=proof.growth),
    )


def _checked_interval(claim: Claim, proof: Unbounded, least: Expr) -> tuple[Relation, ...]:
    """Refuse ends that are not in order, above the `least` number, or between which the function is not defined.

    Return what is known of the numbers between them because they are above the least.
    """
    facts = all_facts(claim)
    _defined([proof.low, proof.high], facts)
    context = Context(facts)
    ordered = (Le(proof.low, proof.high), *((Ge(proof.low, 0),) if least == 0 else ()))
    for relation in ordered:
        if not context.holds(relation):
            raise Refusal(f"not shown: {relation}")
    above = (Gt(proof.variable, 0),) if least == 0 else ()
    ends = [Ge(proof.variable, proof.low), Le(proof.variable, proof.high)]
    if context.holds(Gt(proof.low, 0)):
        ends.append(Gt(proof.variable, 0))
    _defined([proof.function], (*map(hypothesis, ends), *facts))
    return above


def _is_about_points(statement: Statement) -> bool:
    return bool(mu in free(statement)) or any(isinstance(v, Function | Rows | Point) for v in free(statement))


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
    elif isinstance(proof, Convergence) and isinstance(statement, Integrable):
        if not Context((*facts_of(proof.citations, claim), *_known(claim))).holds(statement):
            raise Refusal(f"not shown to converge: {statement}")
    else:
        raise Refusal(f"a {type(proof).__name__} does not prove a {type(statement).__name__}")


def _all_defined(claim: Claim) -> tuple[Statement, ...]:
    proof = claim.proof
    facts = all_facts(claim)
    if isinstance(proof, Induction):  # whose ends are the statement, and what is shown beside it
        bases, steps = parts_of(proof)[::2], parts_of(proof)[1::2]
        found = _defined([*claim.hypotheses, *(t for base in bases for t in written(base, claim))], facts)
        found += _defined_by_induction([t for step in steps for t in written(step, claim)], facts, claim, proof)
    elif isinstance(proof, Assumed) and isinstance(claim.statement, Eq) and isinstance(claim.statement.lhs, D):
        # That the derivative exists is part of what is assumed.
        found = _defined([claim.statement.lhs.args[0], claim.statement.rhs, *claim.hypotheses], facts)
    else:
        lines = [term for chain in chains(proof) for term in written(chain, claim)]
        found = _defined([claim.statement, *claim.hypotheses, *lines], facts)
    return _distinct(found)


def _distinct(statements: list[Statement]) -> tuple[Statement, ...]:
    kept: list[Statement] = []
    for statement in statements:
        if not any(alpha_equal(statement, known) for known in kept):
            kept.append(statement)
    return tuple(kept)
