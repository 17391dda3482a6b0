"""What a check finds, and the comparisons that checks are made of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from math import inf, isfinite, isnan

import numpy as np

from entnorm.conformance.budget import COARSE, TIGHT
from entnorm.conformance.calls import Answer, Call, FloatArray, escort
from entnorm.conformance.cases import Case
from entnorm.conformance.foreign import Foreign
from entnorm.conformance.programs import Shows


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
    shows : {"answers", "what is written", "at once"}
        What a program that makes the calls again has to show.
    """

    case: str
    calls: tuple[Call, ...]
    holds: bool
    expected: str
    got: str
    answer: str | None = None
    error: float | None = None
    shows: Shows = "answers"

    def weight(self) -> tuple[bool, bool, float]:
        """How much it is worth showing: broken promises first, of these such without zeros, then by the error."""
        return not self.holds, not self.holds and not any(c.has_zeros for c in self.calls), self.error or 0.0


def ask(solver: Foreign, call: Call) -> Answer:
    """The answer to a call of one row."""
    (answer,) = solver.ask(call)
    return answer


def askable(solver: Foreign, rows: Iterable[Case], relative: float = TIGHT) -> list[Case]:
    """The rows that can be put to the solver, with their targets, without rounding them by a part of the budget."""
    taken = [case for case in rows if solver.takes_zeros or not case.has_zeros]
    if not taken:
        raise NotApplicable("all these rows have zeros, and its adapter says that it does not take them: zeros=False")
    fit = [case for case in taken if 8 * solver.rounding(case.target) <= case.entropy_budget(relative)]
    if not fit:
        raise NotApplicable("its adapter cannot put any of these rows and targets without rounding them")
    return fit


def answers(solver: Foreign, rows: Iterable[Case], relative: float = TIGHT) -> Iterator[tuple[Case, Answer]]:
    """The rows that can be put to the solver, with its answers."""
    for case in askable(solver, rows, relative):
        yield case, ask(solver, case.call)


def distributions(
    solver: Foreign, rows: Iterable[Case], relative: float = TIGHT
) -> Iterator[tuple[Case, Answer, FloatArray]]:
    """The rows that the solver answers with a distribution; unanswered ones are another check's business."""
    answered = False
    for case, answer in answers(solver, rows, relative):
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
    return _found(case, calls, what, expected, got, error, budget, why)


def _found(
    case: Case, calls: tuple[Call, ...], what: str, expected: float, got: float, error: float, budget: float, why: str
) -> Finding:
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
    """The gamma of an answer against the certified root, compared as exact numbers."""
    error = abs(case.off(answer.gamma)) / (relative * (1 + case.condition))
    budget = case.exponent_budget(relative)
    found = _found(case, (case.call,), "gamma", case.gamma, answer.gamma, error, budget, "")
    return replace(found, got=answer.words) if isnan(answer.gamma) else found


def survives(solver: Foreign, case: Case) -> Iterator[Finding]:
    """Entropy and exponent are about right."""
    answer = ask(solver, case.call)
    yield entropy(case, answer, COARSE)
    yield exponent(case, answer, COARSE)


def same_exponent(case: Case, asked: Answer, other: Call, again: Answer, why: str, relative: float = TIGHT) -> Finding:
    """A second way of asking against the first, to the budget of every exponent; no answer is the same as none."""
    calls, budget = (case.call, other), case.exponent_budget(relative)
    finding = measured(case, calls, "gamma", asked.gamma, again.gamma, budget, f", {why}")
    return finding if asked.given or again.given else replace(finding, holds=True, error=0.0)


def power(case: Case, answer: Answer, q: FloatArray) -> Finding:
    """A distribution against the power of the row by the gamma of the same answer, where it is farthest from it."""
    q = q / q.sum()
    right = escort(case.values, case.kind, answer.gamma)
    t = np.log(right.max() / right)
    worst = int(np.argmax(np.abs(q - right) / (right * (1 + t))))
    budget = TIGHT * (1 + float(t[worst])) * float(right[worst])
    return measured(case, (case.call,), f"entry {worst}", float(right[worst]), float(q[worst]), budget)


def both(case: Case, answer: Answer) -> Iterator[Finding]:
    """Of an answer that has gamma and a distribution, the one against the other."""
    if answer.says_gamma and answer.given and answer.probs is not None:
        yield power(case, answer, answer.probs)


def same_distribution(case: Case, asked: Answer, other: Call, again: Answer, why: str) -> Iterator[Finding]:
    """Of answers that have gamma and a distribution, the second distribution against the first.

    As dq / dlog gamma = q (log q + H), an entry moves by no more than 1 + H times what gamma may be off.
    """
    if not (asked.says_gamma and asked.given and again.given) or asked.probs is None or again.probs is None:
        return
    worst = int(np.argmax(np.abs(again.probs - asked.probs)))
    calls, budget = (case.call, other), TIGHT * (1 + case.condition) * (1 + case.target)
    expected, got = float(asked.probs[worst]), float(again.probs[worst])
    yield measured(case, calls, f"entry {worst}", expected, got, budget, f", {why}")


def same_bits(case: str, asked: Answer, calls: tuple[Call, ...], again: Answer, why: str) -> Finding:
    """A second way of asking against the first, bit for bit."""
    return Finding(
        case=case,
        calls=calls,
        holds=asked.bits == again.bits,
        expected=f"{why}: {asked.words}, gamma = {asked.gamma.hex()}",
        got=_difference(asked, again),
    )


def _difference(asked: Answer, again: Answer) -> str:
    if asked.bits == again.bits:
        return f"the same, gamma = {again.gamma.hex()}"
    if asked.probs is None or again.probs is None or asked.probs.tobytes() == again.probs.tobytes():
        return f"gamma = {again.gamma.hex()}"
    entries = zip(asked.probs.tolist(), again.probs.tolist(), strict=True)
    i, (before, after) = next((i, (a, b)) for i, (a, b) in enumerate(entries) if a.hex() != b.hex())
    return f"entry {i} = {after.hex()}, not {before.hex()}"
