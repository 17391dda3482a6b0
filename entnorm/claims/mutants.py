"""Mutants: true claims made false, to see who notices.

A mutant changes one end of a proof together with the statement, or one interior line, or the value, rate or point of a
limit, an end of a root's interval; it drops a case, or a hypothesis.  A rule has to refuse it; the comparison of ends
cannot, because statement and proof agree.  Independently, with the rules out of the way, the second witness has to find
a point where the mutant fails.  A mutant that happens to be true is listed, not counted as a failure; a proof with a
gap is one even if what it claims is true.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from random import Random
from typing import Any, ClassVar

from sympy import Expr, Integer, oo

from .arithmetics import Inexpressible, Undefined
from .divergence import growth_of, on_the_line
from .kernel import check, seed, witnessed
from .language import (
    Attained,
    Divergent,
    Eq,
    Implicit,
    Integrable,
    Jet,
    LanguageError,
    Plus,
    Relation,
    Root,
    Scalar,
    Statement,
    Tends,
    Times,
    free,
    substitute,
)
from .links import bounds_of_limit, goals, links
from .normal import Refusal
from .proofs import (
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
    Numeric,
    Proof,
    Solved,
    Squeeze,
    Step,
    Unbounded,
)
from .variants import chosen

__all__ = ["Mutant", "Score", "Trial", "mutants", "score"]


@dataclass(frozen=True)
class Mutant:
    """A changed claim, what was changed, and the claims whose statements should have become false.

    There are none where a gap is what was made.
    """

    claim: Claim
    change: str
    asked: tuple[Claim, ...] = ()


@dataclass(frozen=True)
class Trial:
    """What became of a mutant.

    `refused_at` is the step at which the rules refuse it, empty where they accept it; `fails` whether the second
    witness, with the rules out of the way, sees it fail, None where it cannot say.
    """

    change: str
    refused_at: str
    fails: bool | None
    is_gap: bool

    @property
    def is_missed(self) -> bool:
        """Do the rules accept what is false, or full of gaps?"""
        return not self.refused_at and (bool(self.fails) or self.is_gap)

    @property
    def seen(self) -> str:
        """What was seen of it: "false", "true", "undecided"; or it is a gap in a proof of something true."""
        if self.fails:
            return "false"
        if self.is_gap:
            return "gap"
        return "undecided" if self.fails is None and self.refused_at else "true"

    @property
    def accident(self) -> str:
        """The change, and why it is no false statement; empty where it is one."""
        if self.seen in ("false", "gap"):
            return ""
        if not self.refused_at:
            return f"{self.change}: true, and the rules prove it, too"
        why = "not decided at the points" if self.seen == "undecided" else "true at every point that was looked at"
        return f"{self.change}: {why}"


@dataclass(frozen=True)
class Score:
    """What became of the mutants of a claim, and which of its hypotheses no step needs."""

    COUNTS: ClassVar[tuple[str, ...]] = (
        "tried", "refused_by_rule", "refused_by_witness", "true_by_accident", "undecided", "gaps", "missed",
    )  # fmt: skip

    trials: tuple[Trial, ...]
    unneeded: tuple[str, ...]

    @property
    def tried(self) -> int:
        """How many mutants there are."""
        return len(self.trials)

    @property
    def refused_by_rule(self) -> int:
        """How many of them the rules refuse."""
        return sum(bool(trial.refused_at) for trial in self.trials)

    @property
    def refused_by_witness(self) -> int:
        """How many of them the second witness sees to be false."""
        return sum(bool(trial.fails) for trial in self.trials)

    @property
    def accidents(self) -> tuple[str, ...]:
        """The mutants that are not seen to be false, with the reason."""
        return tuple(trial.accident for trial in self.trials if trial.accident)

    @property
    def missed(self) -> tuple[str, ...]:
        """The mutants that are false and accepted."""
        return tuple(trial.change for trial in self.trials if trial.is_missed)

    def as_dict(self) -> dict[str, Any]:
        """Return plain data.  What is not seen to be false is true by accident, undecided, or a gap."""
        seen = Counter(trial.seen for trial in self.trials)
        return {
            "tried": self.tried,
            "refused_by_rule": self.refused_by_rule,
            "refused_by_witness": self.refused_by_witness,
            "true_by_accident": seen["true"],
            "undecided": seen["undecided"],
            "gaps": seen["gap"],
            "missed": len(self.missed),
            "refused_at": dict(sorted(Counter(t.refused_at for t in self.trials if t.refused_at).items())),
            "accidents": list(self.accidents),
            "missing": list(self.missed),
            "unneeded_hypotheses": list(self.unneeded),
        }


def mutants(claim: Claim) -> Iterator[Mutant]:
    """Yield the mutants of a claim, the same ones every time."""
    random = Random(seed(claim.id))
    proof = claim.proof
    match proof:
        case Squeeze():
            yield from _of_limit(claim, proof, random)
        case Intermediate():
            yield from _of_root(claim, proof, random)
        case Monotone():
            yield from _of_order(claim, proof, random)
        case Solved() if isinstance(claim.statement, Implicit):
            yield from _of_solution(claim, claim.statement, proof, random)
        case Cases():
            yield from _of_cases(claim, proof, random)
        case Numeric():
            yield from _of_numbers(claim, random)
        case Convergence() if isinstance(claim.statement, Integrable):
            yield from _of_convergence(claim, claim.statement, proof, random)
        case Unbounded() if isinstance(claim.statement, Divergent):
            yield from _of_divergence(claim, claim.statement, proof, random)
        case Expansion() if isinstance(claim.statement, Jet):
            yield from _of_coefficients(claim, claim.statement, proof, random)
        case Calc() | Induction():
            yield from _of_ends(claim, proof, random)
            if isinstance(proof, Induction):
                yield from _of_ends_beside(claim, proof, random)
            for name, chain, rebuilt in _chains(proof):
                for change, changed, false in _of_lines(chain, random):
                    mutated = replace(claim, proof=rebuilt(changed))
                    yield Mutant(mutated, f"{name}{change}", (replace(mutated, statement=false),))
    for number, part in enumerate(goals(claim) or (), 1):
        for mutant in mutants(part):
            yield replace(mutant, change=f"goal {number}, {mutant.change}")


def _restated(claim: Claim, change: str) -> Mutant:
    """Return the mutant whose statement itself should have become false."""
    return Mutant(claim, change, (claim,))


def _relation(claim: Claim) -> Relation:
    relation = claim.statement.bound if isinstance(claim.statement, Attained) else claim.statement
    assert isinstance(relation, Relation)
    return relation


def _with_relation(claim: Claim, relation: Relation) -> Statement:
    return Attained(relation, claim.statement.condition) if isinstance(claim.statement, Attained) else relation


def _chains(proof: Calc | Induction) -> Iterator[tuple[str, Calc, Callable[[Calc], Proof]]]:
    """Yield the chains of a proof, each with its name and the proof that has another chain in its place."""
    if isinstance(proof, Calc):
        yield "", proof, lambda chain: chain
    else:
        yield "base, ", proof.base, lambda chain: replace(proof, base=chain)
        yield "step, ", proof.step, lambda chain: replace(proof, step=chain)
        for number, other in enumerate(proof.beside):
            yield "base beside, ", other.base, partial(_with_chain_beside, proof, number, True)
            yield "step beside, ", other.step, partial(_with_chain_beside, proof, number, False)


def _with_chain_beside(proof: Induction, number: int, is_base: bool, chain: Calc) -> Induction:
    other = proof.beside[number]
    return _with_beside(proof, number, replace(other, base=chain) if is_base else replace(other, step=chain))


def _with_beside(proof: Induction, number: int, changed: Beside) -> Induction:
    return replace(proof, beside=(*proof.beside[:number], changed, *proof.beside[number + 1 :]))


def _with_end(proof: Calc | Induction, end: Expr, first: bool) -> Proof:
    """Return the proof with one end replaced: the first lines or the last."""
    if isinstance(proof, Calc):
        return _chain_with_end(proof, end, first)
    base, step = (substitute(end, {proof.counter: value}) for value in (Integer(0), proof.counter + 1))
    return replace(proof, base=_chain_with_end(proof.base, base, first), step=_chain_with_end(proof.step, step, first))


def _chain_with_end(chain: Calc, end: Expr, first: bool) -> Calc:
    if first or not chain.steps:
        return replace(chain, start=end)
    return replace(chain, steps=(*chain.steps[:-1], replace(chain.steps[-1], line=end)))


def _of_ends_beside(claim: Claim, proof: Induction, random: Random) -> Iterator[Mutant]:
    """Yield mutants of what an induction carries along: its relation with the matching ends of its chains."""
    for number, other in enumerate(proof.beside):
        alone = Induction(proof.counter, other.base, other.step)
        for mutant in _of_ends(replace(claim, statement=other.relation, proof=alone), alone, random):
            chains, relation = mutant.claim.proof, mutant.claim.statement
            assert isinstance(chains, Induction)
            assert isinstance(relation, Relation)
            changed = _with_beside(proof, number, Beside(relation, chains.base, chains.step))
            yield replace(mutant, claim=replace(claim, proof=changed), change=f"beside, {mutant.change}")


def _of_ends(claim: Claim, proof: Calc | Induction, random: Random) -> Iterator[Mutant]:
    relation = _relation(claim)
    for first, side in ((False, "right"), (True, "left")):
        for change, end in chosen(relation.lhs if first else relation.rhs, random):
            try:
                changed = _with_end(proof, end, first)
            except LanguageError:
                continue  # a natural number that is none at k + 1
            changed_relation = relation.func(*((end, relation.rhs) if first else (relation.lhs, end)))
            statement = _with_relation(claim, changed_relation)
            yield _restated(replace(claim, statement=statement, proof=changed), f"{side} side: {change}")


def _of_lines(chain: Calc, random: Random) -> Iterator[tuple[str, Calc, Statement]]:
    kinds = {cls.symbol: cls for cls in Relation.__subclasses__()}
    for k, step in enumerate(chain.steps[:-1]):
        before = chain.steps[k - 1].line if k else chain.start
        for change, line in chosen(step.line, random):
            steps: tuple[Step, ...] = (*chain.steps[:k], replace(step, line=line), *chain.steps[k + 1 :])
            yield f"line {k + 1}: {change}", replace(chain, steps=steps), kinds[step.symbol](before, line)


def _of_coefficients(claim: Claim, jet: Jet, proof: Expansion, random: Random) -> Iterator[Mutant]:
    for order, coefficient in enumerate(jet.coefficients):
        for change, variant in chosen(coefficient, random):
            coefficients = (*jet.coefficients[:order], variant, *jet.coefficients[order + 1 :])
            statement = Jet(*jet.args[:3], *coefficients)
            chain = proof.chains[order]
            last = variant if order < 2 else Times(chain.steps[-1].line.args[0], variant)
            changed = replace(chain, steps=(*chain.steps[:-1], replace(chain.steps[-1], line=last)))
            chains = (*proof.chains[:order], changed, *proof.chains[order + 1 :])
            yield _restated(replace(claim, statement=statement, proof=Expansion(chains)), f"order {order}: {change}")


# ------------------------------------------------------------------------------------------- proofs of several chains


def _of_limit(claim: Claim, proof: Squeeze, random: Random) -> Iterator[Mutant]:
    """Yield mutants of the value, the rate and the point; both bounds change with them."""
    function, variable, point, value = claim.statement.args
    other_ends = (oo if point == 0 else Integer(0),) if isinstance(variable, Scalar) else ()  # sequences have one end
    changes: list[tuple[str, Any, Expr, Expr]] = [
        *(("the other point", end, value, proof.rate) for end in other_ends),
        *((f"value: {change}", point, variant, proof.rate) for change, variant in chosen(value, random)),
        *((f"rate: {change}", point, value, variant) for change, variant in chosen(proof.rate, random)),
    ]
    for change, end, limit, rate in changes:
        statement, bounds = Tends(function, variable, end, limit), replace(proof, rate=rate)
        lower, upper = bounds_of_limit(statement, bounds)
        below, above = _chain_with_end(proof.below, lower, False), _chain_with_end(proof.above, upper, False)
        mutated = replace(claim, statement=statement, proof=replace(bounds, below=below, above=above))
        if rate == proof.rate:
            yield _restated(mutated, change)
        else:  # the limit stays what it is: the two bounds should have become false
            yield Mutant(mutated, change, goals(mutated) or ())


def _of_root(claim: Claim, proof: Intermediate, random: Random) -> Iterator[Mutant]:
    """Yield mutants of the ends, with the distance between them, of the value, and of that distance alone."""
    function, variable, low, high, value = claim.statement.args
    for change, end in chosen(low, random):
        start = _chain_with_end(proof.at_low, substitute(function, {variable: end}), True)
        changed = replace(proof, width=Plus(high, Times(-1, end)), at_low=start)
        yield _restated(
            replace(claim, statement=Root(function, variable, end, high, value), proof=changed), f"lower end: {change}"
        )
    for change, end in chosen(high, random):
        start = _chain_with_end(proof.at_high, substitute(function, {variable: end}), True)
        changed = replace(proof, width=Plus(end, Times(-1, low)), at_high=start)
        yield _restated(
            replace(claim, statement=Root(function, variable, low, end, value), proof=changed), f"upper end: {change}"
        )
    for change, other in chosen(value, random):
        at_low, at_high = (_chain_with_end(chain, other, False) for chain in (proof.at_low, proof.at_high))
        changed = replace(proof, at_low=at_low, at_high=at_high)
        yield _restated(
            replace(claim, statement=Root(function, variable, low, high, other), proof=changed), f"value: {change}"
        )
    for change, width in chosen(proof.width, random):
        apart = replace(claim, statement=Eq(Plus(high, Times(-1, low)), width))
        yield Mutant(replace(claim, proof=replace(proof, width=width)), f"width: {change}", (apart,))


def _of_order(claim: Claim, proof: Monotone, random: Random) -> Iterator[Mutant]:
    """Yield mutants of the two points between which a slope is followed."""
    for name in ("low", "high"):
        for change, end in chosen(getattr(proof, name), random):
            changed = replace(proof, **{name: end})
            sides = (substitute(proof.function, {proof.variable: x}) for x in (changed.low, changed.high))
            statement = claim.statement.func(*sides)
            yield _restated(replace(claim, statement=statement, proof=changed), f"{name}: {change}")


def _of_solution(claim: Claim, statement: Implicit, proof: Solved, random: Random) -> Iterator[Mutant]:
    """Yield mutants of the function, of the point, of what moves and of the slope; what is to be shown changes, too."""
    function, variable, point, unknown, slope = statement.args
    others = sorted((v for v in free(function) - {variable, unknown} if isinstance(v, Scalar)), key=str)
    said = {"function": function, "point": point, "slope": slope}

    def saying(changed: dict[str, Expr], variable: Scalar = variable, unknown: Scalar = unknown) -> Implicit:
        now = said | changed
        return Implicit(now["function"], variable, now["point"], unknown, now["slope"])

    changes = [
        *(
            (f"{name}: {change}", saying({name: other}))
            for name in said
            for change, other in chosen(said[name], random)
        ),
        ("variable and unknown swapped", saying({}, unknown, variable)),
        *((f"another variable: {other}", saying({}, other, unknown)) for other in others),
        *((f"another unknown: {other}", saying({}, variable, other)) for other in others),
    ]
    for change, restated in changes:
        is_steep, quotient = restated.conditions
        chain = _chain_with_end(_chain_with_end(proof.slope, quotient.lhs, True), quotient.rhs, False)
        changed = Solved(_chain_with_end(proof.steepness, is_steep.lhs, True), chain)
        yield _restated(replace(claim, statement=restated, proof=changed), change)


def _of_cases(claim: Claim, proof: Cases, random: Random) -> Iterator[Mutant]:
    """Yield mutants that leave out a case, or that change what is claimed in all of them."""
    for k, (condition, _) in enumerate(proof.branches):
        rest = Cases(proof.branches[:k] + proof.branches[k + 1 :])
        yield Mutant(replace(claim, proof=rest), f"dropped case {condition}")
    relation = _relation(claim)
    for first, side in ((False, "right"), (True, "left")):
        for change, end in chosen(relation.lhs if first else relation.rhs, random):
            branches = tuple((condition, _chain_with_end(chain, end, first)) for condition, chain in proof.branches)
            sides = (end, relation.rhs) if first else (relation.lhs, end)
            statement = _with_relation(claim, relation.func(*sides))
            yield _restated(replace(claim, statement=statement, proof=Cases(branches)), f"{side} side: {change}")


def _of_numbers(claim: Claim, random: Random) -> Iterator[Mutant]:
    relation = _relation(claim)
    for first, side in ((False, "right"), (True, "left")):
        for change, end in chosen(relation.lhs if first else relation.rhs, random):
            sides = (end, relation.rhs) if first else (relation.lhs, end)
            yield _restated(replace(claim, statement=relation.func(*sides)), f"{side} side: {change}")


def _of_convergence(claim: Claim, statement: Integrable, proof: Convergence, random: Random) -> Iterator[Mutant]:
    """Yield mutants that do without something that is cited, or that speak of another integrand."""
    for k, citation in enumerate(proof.citations):
        rest = Convergence(proof.citations[:k] + proof.citations[k + 1 :])
        yield Mutant(replace(claim, proof=rest), f"without citation {k + 1}, {citation!r}")
    body, point = statement.args
    for change, variant in chosen(body, random):
        yield _restated(replace(claim, statement=Integrable(variant, point)), f"integrand: {change}")


def _of_divergence(claim: Claim, statement: Divergent, proof: Unbounded, random: Random) -> Iterator[Mutant]:
    """Yield mutants of the integrand, with its line of the proof, and of the ends between which it is integrated.

    Another integrand may diverge as well: the question is also whether what is shown of it is true.
    """
    body, point = statement.args
    for change, variant in chosen(body, random):
        restated = replace(claim, statement=Divergent(variant, point))
        try:
            slope = _chain_with_end(proof.slope, on_the_line(restated, proof), True)
        except Refusal:
            continue  # of another point the proof says nothing at all
        mutated = replace(restated, proof=replace(proof, slope=slope))
        yield Mutant(mutated, f"integrand: {change}", _goals_or_itself(mutated))
    for name in ("low", "high"):
        for change, end in chosen(getattr(proof, name), random):
            changed = replace(proof, **{name: end})
            growth = _chain_with_end(proof.growth, growth_of(changed), True)
            mutated = replace(claim, proof=replace(changed, growth=growth))
            yield Mutant(mutated, f"{name}: {change}", _goals_or_itself(mutated))


def _goals_or_itself(claim: Claim) -> tuple[Claim, ...]:
    try:
        return goals(claim) or (claim,)
    except Refusal:
        return (claim,)


# --------------------------------------------------------------------------------------------------------- the score


def _refused_at(claim: Claim) -> str:
    """Return the step at which a claim is refused by the rules; nothing where it is not."""
    if isinstance(claim.proof, Numeric):
        return "" if check(claim).status == "proved" else "the numbers"
    try:
        links(claim)
    except Refusal as refusal:
        line = re.match(r"line \d+ \(\w+\)", str(refusal))
        return line[0] if line else "definedness" if "to be defined" in str(refusal) else "the form of the proof"
    return ""


def _fails(claim: Claim) -> bool | None:
    """Does the second witness find a point where the statement fails?  None where it cannot say."""
    try:
        agrees, _ = witnessed(claim, claim.statement)
    except Inexpressible:
        return None
    except Undefined:
        return True  # the mutant has no value where the claim has one
    return None if agrees is None else not agrees


def _tried(mutant: Mutant) -> Trial:
    seen = [_fails(asked) for asked in mutant.asked]
    fails = True if True in seen else None if None in seen else False
    return Trial(mutant.change, _refused_at(mutant.claim), fails, not mutant.asked)


def score(claim: Claim) -> Score:
    """Try the mutants of a claim, and drop its hypotheses one by one."""
    unneeded = [
        g.name if isinstance(g, Assumption) else str(g)
        for k, g in enumerate(claim.given)
        if not _refused_at(replace(claim, given=claim.given[:k] + claim.given[k + 1 :]))
    ]
    return Score(tuple(map(_tried, mutants(claim))), tuple(unneeded))
