"""The verification of a theory: in processes, with one deadline for each claim.

`verify` returns the one JSON-able model from which every report is rendered.  It holds no times, versions or paths, so
that it is the same everywhere.
"""

from __future__ import annotations

import importlib
import inspect
from collections import Counter
from collections.abc import Callable
from concurrent.futures import TimeoutError
from typing import Any

from pebble import ProcessExpired, ProcessPool
from sympy import Basic

from . import foundations as base
from .citing import cited, foundations_of, rule_of
from .kernel import check
from .language import Index, Operator, Point, Statement, Variable
from .ledger import Imprecise, Needs, Unverifiable, Wrong, claims_of, outcome
from .mutants import Score, score
from .proofs import (
    Assumed,
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
    Refuted,
    Solved,
    Squeeze,
    Step,
    Unbounded,
)
from .runs import Prints
from .theory import Theory, load
from .typeset import latex, mathml, text
from .witness import shown_sides

__all__ = ["DEADLINE", "TRUSTED", "verify"]

FORMAT = "entnorm-proofs/1"
DEADLINE = 300.0  # seconds for one claim with its mutants, of which the slowest takes two on a quiet machine
TRUSTED = (
    "language.terms", "language.variables", "language.binding", "language.operators", "language.statements",
    "quotients", "normal", "definedness", "facts", "convergence", "context", "rules", "proofs", "citing", "divergence",
    "links", "kernel", "foundations",
)  # fmt: skip


def _formula(node: Basic) -> dict[str, str]:
    return {"latex": latex(node), "mathml": mathml(node, block=True), "text": text(node)}


def _checked(claim: Claim | Refuted, with_mutants: bool) -> dict[str, Any]:
    """Check one claim and return plain data, which crosses from one process to another.

    A claim whose check breaks down is broken, whatever the reason; the others do not suffer.
    """
    try:
        verdict = check(claim)
        tried = score(claim) if with_mutants and isinstance(claim, Claim) and verdict.status == "proved" else None
    except Exception as error:
        return _failed(f"{type(error).__name__}: {error}")
    return {
        "status": verdict.status,
        "problem": verdict.problem,
        "obligations": [_formula(o) for o in verdict.obligations],
        "witness": None
        if verdict.witness is None
        else {"points": verdict.witness.points, "arithmetic": list(verdict.witness.arithmetics)},
        "output": verdict.output,
        "mutants": None if tried is None else tried.as_dict(),
    }


_THEORY: Theory | None = None


def _start_worker(spec: str) -> None:
    global _THEORY
    _THEORY = load(spec)


def _checked_by_id(id: str, with_mutants: bool) -> dict[str, Any]:
    assert _THEORY is not None
    return _checked(_THEORY.claim(id), with_mutants)


def _failed(problem: str) -> dict[str, Any]:
    return {"status": "broken", "problem": problem, "obligations": [], "witness": None, "output": "", "mutants": None}


def _in_processes(
    spec: str,
    ids: list[str],
    workers: int,
    deadline: float,
    with_mutants: bool,
    tick: Callable[[str], None],
    meanwhile: Callable[[], None],
) -> dict[str, dict[str, Any]]:
    results: dict[str, dict[str, Any]] = {}
    with ProcessPool(max_workers=workers, initializer=_start_worker, initargs=(spec,)) as pool:
        futures = {id: pool.schedule(_checked_by_id, args=(id, with_mutants), timeout=deadline) for id in ids}
        try:
            meanwhile()
            for id, future in futures.items():
                try:
                    results[id] = future.result()
                except TimeoutError:
                    results[id] = _failed(f"not checked within {deadline:g} s")
                except ProcessExpired as expired:
                    results[id] = _failed(f"the process that checked it died with exit code {expired.exitcode}")
                tick(id)
        except BaseException:
            pool.stop()
            raise
    return results


def verify(
    theory: Theory,
    *,
    spec: str | None = None,
    ids: list[str] | None = None,
    workers: int = 2,
    deadline: float = DEADLINE,
    mutants: bool = True,
    tick: Callable[[str], None] = lambda id: None,
    meanwhile: Callable[[], None] = lambda: None,
) -> dict[str, Any]:
    """Check the claims of a theory and return the model of its report.

    Parameters
    ----------
    theory : Theory
    spec : str, optional
        Where processes find the theory, as `pkg.mod:NAME`.  Without it everything runs in this process, and no claim
        can be stopped at its deadline.
    ids : list of str, optional
        Check only these claims, or those of pages with these names, and what they rest on.
    workers : int
        Processes.
    deadline : float
        Seconds for each claim; one that takes longer is stopped and reported as broken, by name.
    mutants : bool
        Also try to make each proved claim false, and count who notices.
    tick : callable
        Called with each id as its result is looked at.
    meanwhile : callable
        Called once, in this process, while the others check the claims; before they are, where there are no others.

    Returns
    -------
    dict
        Plain data, the same for the same theory on every machine.
    """
    chosen = list(theory.claims()) if ids is None else theory.with_ancestors(ids)
    names = [claim.id for claim in chosen]
    described: dict[str, dict[str, Any]] = {}

    def beside() -> None:
        described.update(_described(chosen))
        meanwhile()

    if spec is None:
        beside()
        results = {}
        for claim in chosen:
            results[claim.id] = _checked(claim, mutants)
            tick(claim.id)
    else:
        results = _in_processes(spec, names, workers, deadline, mutants, tick, beside)
    status = _closed(chosen, results, {claim.id for claim in chosen if claim in theory.accepts})
    ledger = [] if ids is not None else _ledger(theory, status)
    return {
        "format": FORMAT,
        "title": theory.title,
        "counts": {
            "claims": dict(sorted(Counter(status.values()).items())),
            "ledger": dict(sorted(Counter(s["outcome"] for section in ledger for s in section["statements"]).items())),
            "mutants": _total([r["mutants"] for r in results.values() if r["mutants"]]),
        },
        "trusted": [{"module": f"entnorm.claims.{m}", "purpose": _first_line(m)} for m in TRUSTED],
        "foundations": _foundations(chosen),
        "pages": [
            {"name": p.name, "prose": p.prose, "claims": [c.id for c in p.claims if c.id in status]}
            for p in theory.pages
        ],
        "claims": [_entry(described[id], results[id], status[id]) for id in names],
        "outputs": {claim.id: results[claim.id]["output"] for claim in chosen if isinstance(claim.statement, Prints)},
        "ledger": ledger,
    }


def _first_line(module: str) -> str:
    loaded = importlib.import_module(f"{__package__}.{module}")
    return inspect.cleandoc(loaded.__doc__ or "").partition("\n")[0]


def _closed(claims: list[Claim | Refuted], results: dict[str, dict[str, Any]], accepted: set[str]) -> dict[str, str]:
    """Return the status of each claim in the light of its ancestors: proved means proved all the way down.

    What rests on axioms that are not accepted is conditional on them.
    """
    status: dict[str, str] = {}
    axioms = {id: [axiom for axiom in found if axiom not in accepted] for id, (_, found) in _rests_on(claims).items()}

    def settle(claim: Claim | Refuted) -> str:
        if claim.id not in status:
            own = results[claim.id]["status"]
            weak = [c.id for c in cited(claim) if settle(c) not in ("proved", "computed", "assumed", "conditional")]
            if own in ("proved", "computed", "refuted", "assumed") and weak:
                results[claim.id]["problem"] = f"rests on {', '.join(weak)}"
                own = "open"
            if own == "assumed" and claim.id in axioms[claim.id]:
                results[claim.id]["problem"] = "the theory does not accept it: what rests on it is conditional"
            if own == "proved" and axioms[claim.id]:
                results[claim.id]["problem"] = f"if {' and '.join(axioms[claim.id])}, which the theory does not accept"
                own = "conditional"
            status[claim.id] = own
        return status[claim.id]

    for claim in claims:
        settle(claim)
    return status


def _total(scores: list[dict[str, Any]]) -> dict[str, int]:
    return {key: sum(s[key] for s in scores) for key in Score.COUNTS}


def _foundations(claims: list[Claim | Refuted]) -> list[dict[str, Any]]:
    own = [(claim.id, foundations_of(claim)) for claim in claims]
    return [
        {"name": f.name, "statement": f.statement, "used_by": [id for id, theirs in own if f in theirs]}
        for f in (getattr(base, name) for name in sorted(base.__all__))
        if isinstance(f, base.Foundation)
    ]


def _rests_on(claims: list[Claim | Refuted]) -> dict[str, tuple[list[str], list[str]]]:
    """Return the foundations and the axioms of the whole ancestry of each claim."""
    found: dict[str, tuple[set[str], set[str]]] = {}

    def settle(claim: Claim | Refuted) -> tuple[set[str], set[str]]:
        if claim.id not in found:
            above = [settle(source) for source in cited(claim)]
            names = {f.name for f in foundations_of(claim)}.union(*(names for names, _ in above))
            own = {claim.id} if isinstance(claim, Claim) and isinstance(claim.proof, Assumed) else set()
            found[claim.id] = names, own.union(*(axioms for _, axioms in above))
        return found[claim.id]

    for claim in claims:
        settle(claim)
    return {id: (sorted(names), sorted(axioms)) for id, (names, axioms) in found.items()}


def _described(claims: list[Claim | Refuted]) -> dict[str, dict[str, Any]]:
    """Return the entry of each claim, but for what its check will say."""
    uses = {claim.id: cited(claim) for claim in claims}
    users: dict[str, list[str]] = {claim.id: [] for claim in claims}
    for id, sources in uses.items():
        for source in sources:
            users[source.id].append(id)
    rests_on = _rests_on(claims)
    return {
        claim.id: {
            "id": claim.id,
            "title": claim.title,
            "remark": claim.remark,
            "status": "open",
            "problem": "",
            "statement": _statement(claim.statement),
            "given": [_hypothesis(g) for g in claim.given],
            "proof": _proof(claim),
            "uses": [source.id for source in uses[claim.id]],
            "used_by": users[claim.id],
            "foundations": rests_on[claim.id][0],
            "axioms": rests_on[claim.id][1],
        }
        for claim in claims
    }


def _entry(described: dict[str, Any], result: dict[str, Any], status: str) -> dict[str, Any]:
    found = {key: result[key] for key in ("problem", "obligations", "witness", "mutants")}
    proof = described["proof"]
    if proof["kind"] == "counterexample" and "program" not in described["statement"]:
        proof = {**proof, "undefined": result["output"]}
    return described | {"proof": proof, "status": status} | found


def _statement(statement: Statement) -> dict[str, Any]:
    if isinstance(statement, Prints):
        return {"program": statement.program, "number": statement.number, "line": statement.line}
    return _formula(statement)


def _hypothesis(given: Assumption | Statement) -> dict[str, str]:
    name, statement = (given.name, given.statement) if isinstance(given, Assumption) else ("", given)
    return {"name": name, **_formula(statement)}


def _proof(claim: Claim | Refuted) -> dict[str, Any]:
    if isinstance(claim, Refuted):
        point = {str(v): _coordinate(v, t) for v, t in claim.at.items()}
        return {
            "kind": "counterexample",
            "point": point,
            "sides": shown_sides(claim.statement, claim.at),
            "undefined": "",
            "correction": claim.correction.id if claim.correction else None,
        }
    match claim.proof:
        case Calc():
            return {"kind": "calc", "chains": [_chain("", claim.proof)]}
        case Induction(counter, first, then, others):
            over = str(counter)
            chains = [_chain(f"{over} = 0", first), _chain(f"{over} + 1", then)]
            for other in others:
                name = f"beside it {text(other.relation)}"
                chains += [_chain(f"{name}: {over} = 0", other.base), _chain(f"{name}: {over} + 1", other.step)]
            return {"kind": "induction", "over": over, "chains": chains}
        case Expansion(chains):
            return {"kind": "expansion", "chains": [_chain(f"order {k}", c) for k, c in enumerate(chains)]}
        case Assumed(source):
            return {"kind": "axiom", "source": source}
        case Cases(branches):
            return {"kind": "cases", "chains": [_chain(text(condition), c) for condition, c in branches]}
        case Squeeze(rate, below, above, order, within):
            found = [_chain("from below", below), _chain("from above", above)]
            reach = None if within is None else _formula(within)
            return {"kind": "limit", "rate": _formula(rate), "order": str(order), "within": reach, "chains": found}
        case Intermediate(width, at_low, at_high):
            found = [_chain("at the lower end", at_low), _chain("at the upper end", at_high)]
            return {"kind": "root", "width": _formula(width), "chains": found}
        case Monotone(function, variable, low, high, slope):
            found = [_chain("slope", slope)]
            between = {"function": _formula(function), "over": str(variable), "from": _formula(low)}
            return {"kind": "monotone", **between, "to": _formula(high), "chains": found}
        case Solved(steepness, slope):
            found = [_chain("slope in the unknown", steepness), _chain("slope of the unknown", slope)]
            return {"kind": "implicit", "chains": found}
        case Unbounded(function, variable, bound, low, high, slope, growth):
            ends = f"from {text(low)} to {text(high)}"
            found = [_chain(f"slope, {ends}", slope), _chain(f"growth {ends}, for all {text(bound)} ≥ 0", growth)]
            return {"kind": "unbounded", "function": _formula(function), "over": str(variable), "chains": found}
        case Convergence(citations):
            return {"kind": "convergence", "cites": [_citation(c) for c in citations]}
        case Numeric():
            return {"kind": "numeric", "sides": shown_sides(claim.statement, {})}
        case _:
            return {"kind": "run"}


_LONG = 12  # entries; so many that are equal need not be written out


def _coordinate(variable: Variable, value: Any) -> str | list[str]:
    """Return a coordinate of a point as it is read: positions are counted from 1."""
    if isinstance(value, list):
        entries = ["(" + ", ".join(map(str, x)) + ")" if isinstance(x, list) else str(x) for x in value]
        return [entries[0], "…", entries[-1]] if len(entries) > _LONG and len(set(entries)) == 1 else entries
    return str(value + 1 if isinstance(variable, Index | Point) else value)


def _shown(settled: Needs) -> dict[str, Any]:
    """Return where claims fail without their condition, how, and which of their hypotheses fail there."""
    return {
        "counterexamples": [c.id for c in settled.counterexamples],
        "at": {str(v): _coordinate(v, value) for v, value in settled.at.items()},
        "claims": [
            {
                "id": failure.claim.id,
                "counterexample": failure.counterexample.id,
                "contradicted": failure.contradicted,
                "values": failure.values(),
                "violated": [_formula(h) for h in failure.violated],
            }
            for failure in settled.shown.failures
        ],
        "problem": settled.shown.problem,
    }


def _chain(name: str, chain: Any) -> dict[str, Any]:
    if not isinstance(chain, Calc):  # refused by the check, and shown as what it is: nothing
        return {"name": name, "start": {"latex": "", "mathml": "", "text": ""}, "steps": []}
    return {"name": name, "start": _formula(chain.start), "steps": [_step(s) for s in chain.steps]}


def _step(step: Step) -> dict[str, Any]:
    rule = rule_of(step.reason)
    return {
        "relation": step.symbol,
        "line": _formula(step.line),
        "rule": rule.name,
        "cites": [_citation(c) for c in rule.citations],
        "certificate": _formula(rule.certificate) if rule.certificate is not None else None,
    }


def _citation(citation: Any) -> dict[str, str]:
    if isinstance(citation, Operator):
        return {"kind": "definition", "name": text(citation)}
    if isinstance(citation, Assumption):
        return {"kind": "hypothesis", "name": citation.name}
    if isinstance(citation, Statement):
        return {"kind": "hypothesis", "name": text(citation)}
    if isinstance(citation, Instance):
        values = ", ".join(f"{text(v)} := {text(t)}" for v, t in citation.values)
        return {"kind": "claim", "name": citation.claim.id, "values": values}
    if isinstance(citation, Claim):
        return {"kind": "claim", "name": citation.id}
    return {"kind": "induction hypothesis", "name": "the induction hypothesis"}


def _ledger(theory: Theory, status: dict[str, str]) -> list[dict[str, Any]]:
    return [
        {"id": section.id, "title": section.title, "statements": [_said(s, status, theory) for s in section.statements]}
        for section in theory.sections
    ]


def _said(said: Any, status: dict[str, str], theory: Theory) -> dict[str, Any]:
    claims = claims_of(said)
    settled = said.settled
    refuted = [c for c in claims if isinstance(c, Refuted)]
    proved = [c for c in claims if isinstance(c, Claim)]
    entry: dict[str, Any] = {
        "id": said.id,
        "printed": said.printed,
        "english": said.english,
        "outcome": outcome(said, status),
        "reads": [
            _statement(c.statement) for c in (refuted[:1] or proved[-1:] if isinstance(settled, Needs) else claims)
        ],
        "claims": [c.id for c in claims],
    }
    if refuted:
        entry["counterexample"] = refuted[0].id
        corrections = [c.id for c in proved] or [r.correction.id for r in refuted if r.correction]
        if corrections:
            entry["correction"] = corrections[0]
    if isinstance(settled, Needs):
        entry["assumption"] = settled.assumption
        entry["counterexample"] = settled.counterexamples[0].id
        entry["correction"] = settled.claims[0].id
        entry["failure"] = _shown(settled)
    if isinstance(settled, Wrong):
        entry["counterexample"] = settled.refutation.id
        if settled.correction:
            entry["correction"] = settled.correction.id
    if isinstance(settled, Unverifiable):
        entry["reason"] = settled.reason
    if isinstance(settled, Imprecise) and settled.note:
        entry["note"] = settled.note
    return entry
