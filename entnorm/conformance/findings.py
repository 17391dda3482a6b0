"""What a check finds, and the comparisons that checks are made of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from math import inf, isfinite

from entnorm.conformance.budget import COARSE, TIGHT
from entnorm.conformance.cases import Case
from entnorm.conformance.foreign import Answer, Call, FloatArray, Foreign


class NotApplicable(Exception):
    """The check says nothing about this solver; the message says why."""


@dataclass(frozen=True, eq=False)
class Finding:
    """What one question showed.

    Attributes
    ----------
    case : str
        Which row.
    calls : tuple of Call
        The calls that show it.
    holds : bool
        Whether the promise was kept.
    expected, got : str
        In words and numbers.
    answer : str or None
        The right answer, where one is known.
    error : float or None
        In units of the budget; None where the promise is kept or broken, without degrees.
    """

    case: str
    calls: tuple[Call, ...]
    holds: bool
    expected: str
    got: str
    answer: str | None = None
    error: float | None = None


def ask(solver: Foreign, call: Call) -> Answer:
    """The answer to a call of one row."""
    (answer,) = solver.ask(call)
    return answer


def distributions(solver: Foreign, rows: Iterable[Case]) -> Iterator[tuple[Case, Answer, FloatArray]]:
    """The rows that the solver answers with a distribution; unanswered ones are another check's business."""
    answered = False
    for case in rows:
        answer = ask(solver, case.call)
        if answer.probs is None:
            raise NotApplicable("the solver returns gamma, not a distribution")
        if answer.given:
            answered = True
            yield case, answer, answer.probs
    if not answered:
        raise NotApplicable("the solver answers none of these rows")


def measured(
    case: Case, calls: tuple[Call, ...], what: str, expected: float, got: float, budget: float, why: str = ""
) -> Finding:
    """A number against what it should be, in units of what it may be off; NaN and infinity are infinitely far off."""
    error = abs(got - expected) / budget if isfinite(got) and isfinite(expected) else inf
    return Finding(
        case=case.name,
        calls=calls,
        holds=error <= 1,
        expected=f"{what} = {expected!r} within {budget:.1e}{why}",
        got=f"{what} = {got!r}",
        answer=case.answer,
        error=error,
    )


def entropy(case: Case, answer: Answer, relative: float) -> Finding:
    """The entropy of an answer against the target."""
    return measured(case, (case.call,), "entropy", case.target, answer.entropy, case.entropy_budget(relative))


def exponent(case: Case, answer: Answer, relative: float) -> Finding:
    """The gamma of an answer against the certified root."""
    return measured(case, (case.call,), "gamma", case.gamma, answer.gamma, case.exponent_budget(relative))


def survives(solver: Foreign, case: Case) -> Iterator[Finding]:
    """Entropy and exponent are about right."""
    answer = ask(solver, case.call)
    yield entropy(case, answer, COARSE)
    yield exponent(case, answer, COARSE)


def same_exponent(case: Case, asked: Answer, other: Call, again: Answer, why: str) -> Finding:
    """A second way of asking against the first, to the budget of every exponent; no answer is the same as none."""
    calls, budget = (case.call, other), case.exponent_budget(TIGHT)
    finding = measured(case, calls, "gamma", asked.gamma, again.gamma, budget, f", {why}")
    return finding if asked.given or again.given else replace(finding, holds=True, error=0.0)
