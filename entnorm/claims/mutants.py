"""Mutants: true claims made false, to see who notices.

A mutant changes one end of a proof together with the statement, or one interior line, or drops a hypothesis.  A rule
has to refuse it; the comparison of ends cannot, because statement and proof agree.  Independently, with the rules out
of the way, the second witness has to find a point where the mutant fails.  A mutant that happens to be true is listed,
not counted as a failure.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from random import Random
from typing import Any, ClassVar

from sympy import Expr, Integer, Rational

from .kernel import seed, witnessed
from .language import (
    Attained,
    Entry,
    Index,
    Jet,
    LanguageError,
    Plus,
    Power,
    Relation,
    Statement,
    Sum,
    Times,
    alpha_equal,
    free,
    substitute,
)
from .links import goals, links
from .normal import Refusal
from .proofs import Calc, Claim, Expansion, Induction, Proof, Step
from .witness import Undefined

__all__ = ["Mutant", "Score", "mutants", "score", "variants"]

PER_LINE = 4


@dataclass(frozen=True)
class Mutant:
    """A changed claim, what was changed, and the statement that should have become false."""

    claim: Claim
    change: str
    false: Statement | None


@dataclass(frozen=True)
class Score:
    """How many mutants were tried, and who refused them."""

    COUNTS: ClassVar[tuple[str, ...]] = ("tried", "refused_by_rule", "refused_by_witness", "true_by_accident", "missed")

    tried: int
    refused_by_rule: int
    refused_by_witness: int
    accidents: tuple[str, ...]
    missed: tuple[str, ...]
    unneeded: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return plain data."""
        return {
            "tried": self.tried,
            "refused_by_rule": self.refused_by_rule,
            "refused_by_witness": self.refused_by_witness,
            "true_by_accident": len(self.accidents),
            "missed": len(self.missed),
            "accidents": list(self.accidents),
            "missing": list(self.missed),
            "unneeded_hypotheses": list(self.unneeded),
        }


def variants(term: Any) -> Iterator[tuple[str, Any]]:
    """Yield terms that differ from `term` in one place: a sign, factor, exponent, constant or index, an omission."""
    if isinstance(term, Rational):
        yield "constant + 1", term + 1
        return
    if isinstance(term, Expr) and getattr(term, "is_number_valued", False):
        yield "sign", Times(-1, term)
        yield "factor 2", Times(2, term)
    if isinstance(term, Plus) and len(term.args) > 1:
        for k in range(len(term.args)):
            rest = term.args[:k] + term.args[k + 1 :]
            yield "dropped term", rest[0] if len(rest) == 1 else Plus(*rest)
        if len(term.args) == 2:
            yield "swapped terms", Plus(Times(-1, term.args[0]), Times(-1, term.args[1]))
    if isinstance(term, Times) and len(term.args) > 1:
        for k, arg in enumerate(term.args):
            if arg != -1:
                rest = term.args[:k] + term.args[k + 1 :]
                yield "dropped factor", rest[0] if len(rest) == 1 else Times(*rest)
    if isinstance(term, Power):
        yield "exponent + 1", Power(term.args[0], Plus(term.args[1], 1))
    if isinstance(term, Entry):
        kind = type(term.args[1])
        yield "another index", Entry(term.args[0], kind("r" if term.args[1] != kind("r") else "s"))
    if not isinstance(term, Sum | Entry) and not term.args:
        return
    for k, arg in enumerate(term.args):
        if isinstance(arg, Index) or not isinstance(arg, Expr):
            continue
        for change, variant in variants(arg):
            try:
                yield change, term.func(*term.args[:k], variant, *term.args[k + 1 :])
            except LanguageError:
                continue  # the place has room for one sort of term only


def _chosen(line: Expr, random: Random) -> list[tuple[str, Expr]]:
    """Return a few variants of a line that are not the line."""
    found: dict[Expr, str] = {}
    for change, variant in variants(line):
        if not alpha_equal(variant, line):
            found.setdefault(variant, change)
    several = [(change, variant) for variant, change in found.items()]
    return random.sample(several, min(PER_LINE, len(several)))


def mutants(claim: Claim) -> Iterator[Mutant]:
    """Yield the mutants of a claim, the same ones every time."""
    parts = goals(claim)
    if parts is not None:
        for number, part in enumerate(parts, 1):
            for mutant in mutants(part):
                yield replace(mutant, change=f"goal {number}, {mutant.change}")
        return
    random = Random(seed(claim.id))
    statement, proof = claim.statement, claim.proof
    if isinstance(proof, Calc | Induction):
        yield from _of_ends(claim, proof, random)
        for name, chain, rebuilt in _chains(proof):
            for change, changed, false in _of_lines(chain, random):
                yield Mutant(replace(claim, proof=rebuilt(changed)), f"{name}{change}", false)
    if isinstance(statement, Jet) and isinstance(proof, Expansion):
        yield from _of_coefficients(claim, statement, proof, random)


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


def _of_ends(claim: Claim, proof: Calc | Induction, random: Random) -> Iterator[Mutant]:
    relation = _relation(claim)
    for first, side in ((False, "right"), (True, "left")):
        for change, end in _chosen(relation.lhs if first else relation.rhs, random):
            try:
                changed = _with_end(proof, end, first)
            except LanguageError:
                continue  # a natural number that is none at k + 1
            changed_relation = relation.func(*((end, relation.rhs) if first else (relation.lhs, end)))
            statement = _with_relation(claim, changed_relation)
            yield Mutant(replace(claim, statement=statement, proof=changed), f"{side} side: {change}", statement)


def _of_lines(chain: Calc, random: Random) -> Iterator[tuple[str, Calc, Statement]]:
    kinds = {cls.symbol: cls for cls in Relation.__subclasses__()}
    for k, step in enumerate(chain.steps[:-1]):
        before = chain.steps[k - 1].line if k else chain.start
        for change, line in _chosen(step.line, random):
            steps: tuple[Step, ...] = (*chain.steps[:k], replace(step, line=line), *chain.steps[k + 1 :])
            yield f"line {k + 1}: {change}", replace(chain, steps=steps), kinds[step.symbol](before, line)


def _of_coefficients(claim: Claim, jet: Jet, proof: Expansion, random: Random) -> Iterator[Mutant]:
    for order, coefficient in enumerate(jet.coefficients):
        for change, variant in _chosen(coefficient, random):
            coefficients = (*jet.coefficients[:order], variant, *jet.coefficients[order + 1 :])
            statement = Jet(*jet.args[:3], *coefficients)
            chain = proof.chains[order]
            last = variant if order < 2 else Times(chain.steps[-1].line.args[0], variant)
            changed = replace(chain, steps=(*chain.steps[:-1], replace(chain.steps[-1], line=last)))
            chains = (*proof.chains[:order], changed, *proof.chains[order + 1 :])
            yield Mutant(
                replace(claim, statement=statement, proof=Expansion(chains)), f"order {order}: {change}", statement
            )


def _refused(claim: Claim) -> bool:
    try:
        links(claim)
    except Refusal:
        return True
    return False


def _false_somewhere(claim: Claim, statement: Statement) -> bool | None:
    """Does the second witness find a point where the statement fails?  None where it cannot say."""
    if free(statement) - claim.variables:
        claim = replace(claim, statement=statement)
    try:
        agrees, _ = witnessed(claim, statement)
    except Undefined:
        return True  # the mutant has no value where the claim has one
    return None if agrees is None else not agrees


def score(claim: Claim) -> Score:
    """Try the mutants of a claim and count who refuses them."""
    tried = by_rule = by_witness = 0
    accidents, missed = [], []
    for mutant in mutants(claim):
        tried += 1
        refused = _refused(mutant.claim)
        by_rule += refused
        fails = mutant.false is not None and _false_somewhere(mutant.claim, mutant.false)
        by_witness += bool(fails)
        if fails and not refused:
            missed.append(mutant.change)
        elif not fails:
            accidents.append(mutant.change + ("" if refused else ": accepted, and true"))
    unneeded = [
        str(g)
        for k, g in enumerate(claim.given)
        if not _refused(replace(claim, given=claim.given[:k] + claim.given[k + 1 :]))
    ]
    return Score(tried, by_rule, by_witness, tuple(accidents), tuple(missed), tuple(unneeded))
