"""The two models from which every report is rendered: plain data, without times, paths or anything random."""

from __future__ import annotations

import platform
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final, Protocol, TypeVar

import numpy as np

from entnorm import balls, conformance, reference
from entnorm.claims.citing import chains
from entnorm.claims.language import (
    Apply,
    Entry,
    Eq,
    Index,
    Operator,
    Point,
    Recursion,
    Relation,
    reduce_entry,
    subterms,
)
from entnorm.claims.proofs import Claim, Refuted
from entnorm.claims.theory import Theory, load
from entnorm.claims.typeset import latex, mathml, text
from entnorm.claims.verification import verify
from entnorm.conformance.budget import one_digit_up
from entnorm.conformance.example import THEORY, run_example
from entnorm.reference.records import Record
from entnorm.report.figures import figures
from entnorm.report.iteration import survey
from entnorm.solver import solve

__all__ = ["THEORY", "Over", "broken_claims", "broken_numbers", "conformance_model", "machine", "proofs_model"]

FORMAT: Final = "entnorm-conformance/1"
EVERY: Final = 20
"""One stored reference in so many is computed anew, by mpmath, from nothing but its row and its target."""

LONGEST_IN_MPMATH: Final = 1000
"""What mpmath computes has no more entries than this: it takes a hundred times as long as balls."""

T = TypeVar("T")


class Over(Protocol):
    """Passes items on, one by one, and may show how far it is."""

    def __call__(self, items: Iterable[T], label: str, /) -> Iterable[T]:
        """Return the items; `label` says what is being done with them."""


def _silent(items: Iterable[T], label: str, /) -> Iterable[T]:
    return items


# -------------------------------------------------------------------------------------------------------- proofs


def proofs_model(
    spec: str = THEORY,
    *,
    ids: list[str] | None = None,
    workers: int = 2,
    tick: Callable[[str], None] = lambda id: None,
    meanwhile: Callable[[], None] = lambda: None,
) -> dict[str, Any]:
    """Verify a theory, each claim in a process under its own deadline, and return the model of its report.

    Parameters
    ----------
    spec : str
        Where the theory is, as ``pkg.mod:NAME``.
    ids : list of str, optional
        Only these claims, or those of pages with these names, and what they rest on.
    workers : int
        Processes.
    tick : callable
        Called with the id of each claim that is done.
    meanwhile : callable
        Called once, in this process, while the others check the claims.

    Raises
    ------
    TheoryError
        If there is no such theory or claim.
    """
    theory = load(spec)
    whole = spec == THEORY and ids is None
    more: dict[str, Any] = {}

    def beside() -> None:
        more["definitions"], more["outputs"] = _definitions(theory), {}
        more["figures"] = figures() if whole else []
        more["iteration"] = survey() if whole else None
        meanwhile()

    model = verify(theory, spec=spec, ids=ids, workers=workers, tick=tick, meanwhile=beside)
    more["outputs"] = model.pop("outputs")
    return {"theory": spec, **model, **more}


_SETTLED = {"proved", "computed", "assumed", "conditional", "refuted"}


def _left_to_balls(model: dict[str, Any]) -> set[str]:
    """What stays undecided without balls: refutations in real numbers, closed statements, what rests on these alone."""
    if balls.available():
        return set()
    weak = {c["id"] for c in model["claims"] if c["status"] not in _SETTLED}
    left: set[str] = set()
    for c in model["claims"]:
        undecided = c["status"] == "evidence" and c["proof"]["kind"] in ("counterexample", "numeric")
        resting = c["status"] == "open" and c["problem"].startswith("rests on ")
        if undecided or (resting and weak & {*c["uses"]} <= left):
            left.add(c["id"])
    return left


def broken_claims(model: dict[str, Any]) -> list[str]:
    """Return what is broken or unproved, or has a false variant that nobody noticed, and why.

    These are claims, and statements whose condition is not seen to fail at their counterexample.  What only balls can
    decide is no failure where there are none.
    """
    excused = _left_to_balls(model)
    broken = [
        f"{c['id']}: {c['status']}: {c['problem']}"
        for c in model["claims"]
        if c["status"] not in _SETTLED and c["id"] not in excused
    ]
    blind = [
        f"{c['id']}: nobody notices when it is made false ({missed})"
        for c in model["claims"]
        for missed in (c["mutants"] or {}).get("missing", ())
    ]
    unseen = [
        f"{said['id']}: open: {said['failure']['problem']}"
        for section in model["ledger"]
        for said in section["statements"]
        if said.get("failure", {}).get("problem") and balls.available()
    ]
    return broken + blind + unseen


def _definitions(theory: Theory) -> list[dict[str, Any]]:
    """What each operator in the claims abbreviates, in the order in which a reader meets them."""
    operators: dict[str, Operator] = {}

    def meet(node: Any) -> None:
        for part in subterms(node):
            if isinstance(part, Apply) and part.operator.name not in operators:
                operators[part.operator.name] = part.operator
                for body in part.operator.bodies:
                    meet(body)

    for claim in theory.claims():
        for term in _terms(claim):
            meet(term)
    return [{"name": text(o), "equations": [_printed(e) for e in _equations(o)]} for o in operators.values()]


def _terms(claim: Claim | Refuted) -> Iterator[Any]:
    """What a claim shows: its statement and the lines of its proof."""
    yield claim.statement
    if isinstance(claim, Claim):
        for chain in chains(claim.proof):
            yield chain.start
            for line in chain.steps:
                yield line.line


def _equations(operator: Operator) -> Iterator[Relation]:
    if isinstance(operator, Recursion):
        counter, *rest = operator.parameters
        for count in (0, counter + 1):
            applied = operator(count, *rest)
            yield _equation(applied, operator.instance(applied.args[1:]))
    else:
        yield _equation(operator(*operator.parameters), operator.bodies[0])


def _equation(left: Any, right: Any) -> Relation:
    if left.is_number_valued:
        return Eq(left, right)
    at = Index("i") if left.indexed_by is Index else Point("o")
    return Eq(Entry(left, at), reduce_entry(Entry(right, at)))


def _printed(statement: Relation) -> dict[str, str]:
    return {"latex": latex(statement), "mathml": mathml(statement, block=True), "text": text(statement)}


# --------------------------------------------------------------------------------------------------- conformance


def conformance_model(over: Over = _silent) -> dict[str, Any]:
    """Prove the stored references again, hold the NumPy solver against them and against the checks; return the model.

    Errors are in units of the promised budget, rounded up to one digit; cost is in evaluations of the entropy.

    Raises
    ------
    RecordError
        If the stored references are not what they should be.
    """
    records = reference.load()
    measured = records if balls.available() else [r for r in records if _size(r) <= LONGEST_IN_MPMATH // 10]
    regression = conformance.regress(over(measured, "NumPy solver against references"))
    worst = max(regression.errors, key=lambda error: error.worst)
    return {
        "format": FORMAT,
        "machine": machine(),
        "worst": {"error": one_digit_up(worst.worst), "id": worst.id},
        "references": _references(records, over),
        "regression": regression.as_dict(),
        "checks": _checks(),
        "example": run_example(),
    }


def broken_numbers(model: dict[str, Any]) -> list[str]:
    """Return what is wrong with the references or the solver, one line for each."""
    references = model["references"]
    failed = [check for check in model["checks"]["checks"] if check["outcome"] == "failed"]
    return [
        *(f"{id}: the stored reference could not be proved" for id in references["unproved"]),
        *(f"{id}: computed anew, the root differs from the stored one" for id in references["different"]),
        *(f"{id}: the NumPy solver is outside its budget" for id in model["regression"]["outside"]),
        *(f"{check['name']}: entnorm fails its own check: {check['got']}" for check in failed),
    ]


def _checks() -> dict[str, Any]:
    """A verdict on entnorm itself; the versions stand elsewhere in the report."""
    found = conformance.run(_entnorm, "accuracy").as_dict(rounded=True)
    return {key: value for key, value in found.items() if key != "versions"}


def _entnorm(p: Any, target: Any, *, axis: int = -1) -> Any:
    return solve(p, entropy=target, axis=axis)


def _references(records: Iterable[Record], over: Over) -> dict[str, Any]:
    records = list(records)
    rigorous = balls.available()
    proved = reference.verify(over(records, "certificates in ball arithmetic")) if rigorous else ()
    anew = [record for record in records[::EVERY] if _size(record) <= LONGEST_IN_MPMATH]
    return {
        "stored": len(records),
        "digits": min(record.digits for record in records),
        "families": len({record.tags[0] for record in records}),
        "entries": {"smallest": min(map(_size, records)), "largest": max(map(_size, records))},
        "rigorous": rigorous,
        "unproved": list(proved),
        "computed_anew": len(anew),
        "different": [record.id for record in over(anew, "references computed anew") if not _found_again(record)],
    }


def _size(record: Record) -> int:
    return int(record.values.size)


def _found_again(record: Record) -> bool:
    """Whether the root, computed from the row and the target alone, is the stored one."""
    question: dict[str, Any] = {record.kind: record.values.tolist(), record.target.kind: record.target.value}
    certified = reference.solve(**question, digits=record.digits)
    (low, high), (stored_low, stored_high) = certified.enclosure, record.enclosure
    return low < stored_high and stored_low < high


def machine() -> dict[str, str]:
    """What the last bits of the measured errors depend on: the processor, its vector instructions, and NumPy."""
    config: Any = np.show_config(mode="dicts")
    simd = config.get("SIMD Extensions", {})
    found = [*simd.get("baseline", ()), *simd.get("found", ())]
    return {"processor": platform.machine(), "vector instructions": " ".join(found), "numpy": np.__version__}
