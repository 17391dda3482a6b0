"""What a proof cites: its rules, the claims it rests on, its foundations, and all of it as facts.

This module is trusted.
"""

from __future__ import annotations

from functools import cache, lru_cache
from typing import Any

from . import foundations as base
from .definedness import obligations
from .facts import Fact, hypothesis
from .foundations import Foundation
from .language import (
    Attained,
    D,
    Differentiable,
    Digamma,
    Integrable,
    LogGamma,
    Operator,
    Recursion,
    Relation,
    Statement,
    Variable,
    free,
    fresh,
    substitute,
    subterms,
)
from .normal import Refusal
from .proofs import (
    IH,
    Assumption,
    Calc,
    Cases,
    Claim,
    Convergence,
    Expansion,
    Induction,
    Instance,
    Intermediate,
    Monotone,
    Numeric,
    Proof,
    Refuted,
    Solved,
    Squeeze,
    Unbounded,
)
from .rules import Rule, by


def rule_of(reason: Any) -> Rule:
    """Return the rule of a reason; anything that can be cited stands for `by.algebra` with that citation."""
    if isinstance(reason, Rule):
        return reason
    rule: Rule = by.algebra(reason)
    return rule


def chains(proof: Proof) -> tuple[Calc, ...]:
    """Return the chains of a proof."""
    return tuple(part for part in parts_of(proof) if isinstance(part, Calc))


def parts_of(proof: Proof) -> tuple[Any, ...]:
    """Return what should be the chains of a proof, whatever its author has put there."""
    if isinstance(proof, Calc):
        return (proof,)
    if isinstance(proof, Induction):
        return (proof.base, proof.step, *(chain for other in proof.beside for chain in (other.base, other.step)))
    if isinstance(proof, Cases):
        return tuple(chain for _, chain in proof.branches)
    if isinstance(proof, Squeeze):
        return (proof.below, proof.above)
    if isinstance(proof, Intermediate):
        return (proof.at_low, proof.at_high)
    if isinstance(proof, Monotone):
        return (proof.slope,)
    if isinstance(proof, Solved):
        return (proof.steepness, proof.slope)
    if isinstance(proof, Unbounded):
        return (proof.slope, proof.growth)
    return proof.chains if isinstance(proof, Expansion) else ()


def citations_of(claim: Claim) -> list[Any]:
    """Return everything that the steps of a proof cite, in their order."""
    if isinstance(claim.proof, Convergence):
        return list(claim.proof.citations)
    return [c for chain in chains(claim.proof) for s in chain.steps for c in rule_of(s.reason).citations]


def cited(claim: Claim | Refuted) -> tuple[Claim, ...]:
    """Return the claims that a claim rests on, in the order of their first use: the edges of the theory's graph."""
    if isinstance(claim, Refuted):
        return (claim.correction,) if claim.correction else ()
    sources = [c.claim if isinstance(c, Instance) else c for c in (*citations_of(claim), *claim.defined)]
    return tuple(dict.fromkeys(source for source in sources if isinstance(source, Claim)))


_FOUNDATION_OF_TERMS: dict[type, Foundation] = {
    D: base.calculus,
    Recursion: base.induction,
    LogGamma: base.gamma,
    Digamma: base.gamma,
}
_OWN_FOUNDATION: dict[type, Foundation] = {
    Induction: base.induction,
    Expansion: base.taylor,
    Cases: base.cases,
    Squeeze: base.squeeze,
    Intermediate: base.continuity,
    Monotone: base.slopes,
    Solved: base.implicit,
    Convergence: base.integrals,
    Unbounded: base.divergence,
    Numeric: base.enclosures,
}


def foundations_of(claim: Claim | Refuted) -> tuple[Foundation, ...]:
    """Return the foundations that the claim's own proof builds in: by its rules, and by what has to be defined."""
    if isinstance(claim, Refuted):
        return ()
    used = {f.name: f for chain in chains(claim.proof) for s in chain.steps for f in rule_of(s.reason).foundations}
    terms = [term for chain in chains(claim.proof) for term in written(chain, claim)]
    if isinstance(claim.proof, Convergence):
        terms += [claim.statement, *_values(citations_of(claim))]
    raised = [obligation for term in terms for obligation in obligations(term)]
    compared = [
        sub for obligation in raised for sub in subterms(obligation) if isinstance(sub, Integrable | Differentiable)
    ]
    if compared or isinstance(claim.proof, Convergence):  # integrands are compared by the laws of logarithms
        used |= {f.name: f for f in (*by.logs.foundations, *by.sign.foundations, base.integrals)}
    if raised or any(source.given for source in cited(claim)):  # discharged by sign
        used |= {f.name: f for f in by.sign.foundations}
    for kind, foundation in _FOUNDATION_OF_TERMS.items():
        if any(_mentions(term, kind) for term in terms):
            used[foundation.name] = foundation
    for kind, foundation in _OWN_FOUNDATION.items():
        if isinstance(claim.proof, kind):
            used[foundation.name] = foundation
    return tuple(used[name] for name in sorted(used))


@cache
def _mentions(node: Any, kind: type) -> bool:
    """Is there something of that kind in a term, or in a definition that it uses?"""
    return any(
        isinstance(sub, kind) or (isinstance(sub, Operator) and any(_mentions(body, kind) for body in sub.bodies))
        for sub in subterms(node)
    )


def _fact(citation: Any, claim: Claim) -> Fact | None:
    """Return a cited claim or hypothesis as a fact, its variables renamed apart from every other."""
    if isinstance(citation, Operator) or citation is IH:
        return None
    if isinstance(citation, Assumption | Statement):
        if citation not in claim.given:
            raise Refusal(f"{claim.id} cites a hypothesis that it does not make: {citation}")
        return hypothesis(citation.statement if isinstance(citation, Assumption) else citation)
    source, values = (citation.claim, dict(citation.values)) if isinstance(citation, Instance) else (citation, {})
    if not isinstance(source, Claim):
        raise Refusal(f"{citation!r} is not a reason")
    return _instance(source, tuple(values.items()), claim.variables | source.variables)


@lru_cache(maxsize=1024)
def _instance(source: Claim, pairs: tuple[tuple[Variable, Any], ...], avoid: frozenset[Variable]) -> Fact:
    """Return what a claim says at some values, its other variables renamed apart from these and those to avoid."""
    values = dict(pairs)
    statement, condition = source.statement, None
    if isinstance(statement, Attained):
        statement, condition = statement.bound, statement.condition
    if not isinstance(statement, Relation | Integrable):
        raise Refusal(f"{source.id} states no relation that a rule could use")
    spoken_of = avoid.union(*map(free, values.values()))
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
        tuple(values.values()),
    )


def facts_of(citations: Any, claim: Claim, extra: tuple[Fact, ...] = ()) -> tuple[Fact, ...]:
    """Return the facts among some citations; `extra` are those for which `IH` stands."""
    found = [f for c in citations if (f := _fact(c, claim)) is not None]
    return (*found, *(extra if IH in citations else ()))


def all_facts(claim: Claim) -> tuple[Fact, ...]:
    """Return the hypotheses of a claim and everything that it cites anywhere, as facts."""
    return (*(hypothesis(h) for h in claim.hypotheses), *facts_of((*claim.defined, *citations_of(claim)), claim))


def written(chain: Calc, claim: Claim) -> list[Any]:
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
