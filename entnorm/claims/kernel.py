"""The verdict on a claim: its proof by the rules, and the second witness.

`check` looks at the claim's own links only and says what it found; whether its ancestors are proved is a matter of the
theory it belongs to.  This module is trusted.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from .arithmetics import Inexpressible, Undefined
from .citing import chains
from .language import (
    Differentiable,
    ForAll,
    Implicit,
    Integrable,
    Relation,
    Root,
    Statement,
    Tends,
    Variable,
    free,
    mu,
    n,
)
from .links import check_names, goals, links
from .normal import Refusal
from .points import exact_point, points
from .proofs import Assumed, Claim, Numeric, Refuted, Run
from .reading import check_reading
from .runs import Prints, ProgramError
from .witness import Witness, decide, settle

__all__ = ["Verdict", "check", "seed", "witnessed"]


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


_POINTS = 3


def seed(claim_id: str) -> str:
    """Return the seed of a claim's points: the same everywhere, another for every claim."""
    return hashlib.sha256(claim_id.encode()).hexdigest()


def witnessed(claim: Claim, statement: Statement | None = None) -> tuple[bool | None, Witness | None]:
    """Ask the second witness alone: is the statement true at points that satisfy the hypotheses?

    Every interior line of the proof is compared with the one before as well, unless another `statement` is asked about.
    A point where a line cannot be expressed is left out, but a `statement` is true only if it is at all points.
    """
    parts = goals(claim) if statement is None else None
    if parts is not None:
        return _witnessed_together(claim, parts)
    statements = [claim.statement, *_line_by_line(claim)] if statement is None else [statement]
    variables = claim.variables.union(*map(free, statements)) - {n}
    names: set[str] = set()
    seen: list[bool | None] = []
    count = 0
    unknown: Inexpressible | None = None
    for point in points(variables, claim.hypotheses, seed(claim.id), _POINTS):
        try:
            outcomes = [decide(question, point) for question in statements]
        except Inexpressible as inexpressible:  # numbers of absurd size, say
            unknown = inexpressible
            continue
        count += 1
        seen += [outcome for outcome, _ in outcomes]
        names |= {name for _, name in outcomes}
        if isinstance(point.get(mu), list):
            names.add("measures of finitely many atoms")
    if statement is not None and unknown is not None and False not in seen:
        raise unknown
    if not count:
        return None, None
    return False if False in seen else None if None in seen else True, Witness(count, tuple(sorted(names)))


def _witnessed_together(claim: Claim, parts: tuple[Claim, ...]) -> tuple[bool | None, Witness | None]:
    found = [witnessed(part) for part in parts]
    with suppress(Inexpressible):  # close to the point of a limit numbers may be too small for mpmath to tell from 0
        found.append(witnessed(claim, claim.statement))
    outcomes, records = zip(*found, strict=True)
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
    return replace(verdict, seconds=time.perf_counter() - start)


def _checked(claim: Claim) -> Verdict:
    if isinstance(claim.proof, Run) or isinstance(claim.statement, Prints):
        return _checked_run(claim)
    if isinstance(claim.proof, Numeric):
        return _checked_numeric(claim)
    problem = ""
    discharged: tuple[Statement, ...] = ()
    try:
        check_reading(claim)
        discharged = links(claim)
    except Refusal as refusal:
        problem = str(refusal)
    try:
        agrees, record = witnessed(claim)
        if isinstance(_innermost(claim.statement), Integrable | Differentiable):
            record = None  # points have nothing to say of it
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


def _innermost(statement: Statement) -> Statement:
    """Return what is said for all values of some variables."""
    while isinstance(statement, ForAll):
        statement = statement.args[1]
    return statement


def _checked_numeric(claim: Claim) -> Verdict:
    """Decide a closed relation; only certain answers count."""
    if not isinstance(claim.statement, Relation) or free(claim.statement) or claim.given:
        return Verdict(claim.id, "open", "only a relation without variables is decided by numbers")
    return _settled(claim.id, claim.statement, {}, True)


def _settled(id: str, statement: Statement, point: Mapping[Variable, Any], wanted: bool) -> Verdict:
    """Return the verdict on a statement that is said to be true, or false, at a point."""
    if isinstance(statement, Tends | Root):
        return Verdict(id, "open", "limits and roots are not decided at a point")
    if not wanted and not _can_be_refuted(statement, point):
        return Verdict(id, "open", "where the partial slope is not certainly other than 0 the theorem says nothing")
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


def _can_be_refuted(statement: Statement, point: Mapping[Variable, Any]) -> bool:
    """Return whether what has to hold for a statement decides about it: an implicit function may do without."""
    if not isinstance(statement, Implicit):
        return not isinstance(_innermost(statement), Implicit)
    try:
        return settle(statement.conditions[0], point)[0] is True
    except (Inexpressible, Undefined):
        return False


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
        check_names(claim)
        check_reading(claim)
        point = exact_point(claim.variables | free(claim.statement) & {mu}, claim.at)
    except Refusal as refusal:
        return Verdict(claim.id, "broken", str(refusal))
    except ValueError as error:
        return Verdict(claim.id, "broken", f"the counterexample: {error}")
    for given in claim.hypotheses:
        satisfied = _settled(claim.id, given, point, True)
        if satisfied.status != "proved":
            problem = f"the counterexample and the hypothesis {given}: {satisfied.problem}"
            return Verdict(claim.id, satisfied.status, problem, (), satisfied.witness)
    return _settled(claim.id, claim.statement, point, False)
