"""Checks of how a solver may be called, and of what it does besides answering."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from math import isinf, log
from typing import Final

import numpy as np

from entnorm.conformance import cases
from entnorm.conformance.budget import COARSE, TIGHT
from entnorm.conformance.calls import Answer, Call, Form
from entnorm.conformance.cases import Case
from entnorm.conformance.findings import (
    Finding,
    NotApplicable,
    answers,
    ask,
    askable,
    entropy,
    same_bits,
    same_distribution,
    same_exponent,
)
from entnorm.conformance.foreign import Foreign, ForeignError

_ROUNDS: Final = 3


def answers_a_plain_question(solver: Foreign) -> Iterator[Finding]:
    """Called as solve(p, target, axis=-1), with p float64 probabilities and target the entropy in nats, it answers.

    An answer is gamma, or the distribution, or an object with gamma and success. Functions that speak of logits,
    distances, bits, perplexity or temperature, or that take one row at a time, can be wrapped by adapt.
    """
    case = cases.plain()[2]  # in reach in nats, in bits, as a perplexity: a wrong unit is another check's business
    answer = ask(solver, case.call)
    yield Finding(case.name, (case.call,), answer.given, "finite numbers", answer.words, case.answer)


def takes_its_target_in_nats(solver: Foreign) -> Iterator[Finding]:
    """The target is an entropy in nats: neither bits nor a perplexity."""
    for case in cases.plain():
        got = ask(solver, case.call).entropy
        others = {"bits": case.target * np.log(2), "a perplexity": np.log(case.target)}
        mistaken = [unit for unit, other in others.items() if abs(got - other) <= case.entropy_budget(COARSE)]
        yield Finding(
            case=case.name,
            calls=(case.call,),
            holds=not mistaken,
            expected=f"entropy = {case.target!r} nats",
            got=f"entropy = {got!r} nats" + "".join(f", as if {case.target!r} were {unit}" for unit in mistaken),
            answer=case.answer,
        )


def is_deterministic(solver: Foreign) -> Iterator[Finding]:
    """The same question gets the same answer, bit for bit, also after another question."""
    first, *others = cases.plain()
    once = ask(solver, first.call)
    for other in others:
        ask(solver, other.call)
        calls = (first.call, other.call, first.call)
        yield same_bits(first.name, once, calls, ask(solver, first.call), "the first answer again")


def does_not_write_its_input(solver: Foreign) -> Iterator[Finding]:
    """The arrays that were passed, rows and batches, probabilities and targets, are as they were."""
    for case, answer in answers(solver, (*cases.plain(), *cases.with_zeros())):
        yield _as_before(case.name, case.call, answer)
    if solver.one_row_at_a_time:
        return
    for name, call in (("a batch of six rows", _batch_of(cases.batch())), ("the same, in columns", _columns())):
        try:
            answer, *_ = solver.ask(call)
        except ForeignError:  # that it takes batches at all is another check's business
            continue
        yield _as_before(name, call, answer)


def _as_before(name: str, call: Call, answer: Answer) -> Finding:
    got = "both as before" if answer.untouched else "p or target changed"
    return Finding(name, (call,), answer.untouched, "p and target as before the call", got, shows="what is written")


def _columns() -> Call:
    batch = _batch_of(cases.batch())
    return Call(np.ascontiguousarray(batch.values.T), batch.target, 0)


def reports_unreachable_targets(solver: Foreign) -> Iterator[Finding]:
    """A target that no exponent reaches is reported: by an exception, NaN or a result without success.

    Below the entropy of the maxima, which growing exponents approach, infinity is a report as well.
    """
    for name, call in cases.unreachable():
        if not solver.takes_zeros and not call.values.all():
            continue
        try:
            answer = ask(solver, call)
        except ForeignError as report:
            if report.lost:
                raise
            given, got = False, str(report)
        else:
            given, got = answer.given or _a_wrong_limit(call, answer), answer.words
        yield Finding(
            name, (call,), not given, "an exception, NaN or no success", got, "no gamma > 0 reaches the target"
        )


def _a_wrong_limit(call: Call, answer: Answer) -> bool:
    """Whether gamma is infinite though larger exponents do not come closer to the target."""
    ties = (call.values == call.values.max()).sum()
    return answer.says_gamma and isinf(answer.gamma) and not (answer.gamma > 0 and float(call.target) < log(ties))


def _batch_of(batch: tuple[Case, ...]) -> Call:
    return Call(np.stack([case.values for case in batch]), np.array([case.target for case in batch]))


def _must_take_batches(solver: Foreign) -> None:
    if solver.one_row_at_a_time:
        raise NotApplicable("the solver takes one row at a time; its adapter makes the batch")


def _must_take_targets(solver: Foreign) -> None:
    _must_take_batches(solver)
    if solver.one_target_at_a_time:
        raise NotApplicable("the solver takes one target for all rows; its adapter makes batches of several")


def _row_by_row(solver: Foreign, batch: tuple[Case, ...], call: Call, why: str) -> Iterator[Finding]:
    """Each row of a batch against the same row alone."""
    _must_take_batches(solver)
    for case, together in zip(batch, solver.ask(call), strict=True):
        alone = ask(solver, case.call)
        yield same_exponent(case, alone, call, together, why)
        yield from same_distribution(case, alone, call, together, why)


def batch_equals_a_loop_over_rows(solver: Foreign) -> Iterator[Finding]:
    """A row has the same answer alone and in a batch, be it the only one there; targets may differ or be all alike."""
    for batch in (cases.batch(), cases.batch()[:1], cases.batch_of_one_target()):
        yield from _row_by_row(solver, batch, _batch_of(batch), "as alone")


def accepts_any_axis(solver: Foreign) -> Iterator[Finding]:
    """The distribution may lie along any axis."""
    if solver.has_no_axis:
        raise NotApplicable("the solver takes matrices of rows; its adapter moves the axis")
    batch = cases.batch()
    stacked = np.stack([case.values for case in batch]).reshape(2, 3, -1)
    targets = np.array([case.target for case in batch]).reshape(2, 3)
    for axis in (0, 1, -2):
        call = Call(np.ascontiguousarray(np.moveaxis(stacked, -1, axis)), targets, axis)
        yield from _row_by_row(solver, batch, call, f"as alone, with axis={axis}")


def _in_another_form(solver: Foreign, form: Form, why: str) -> Iterator[Finding]:
    batch = _batch_of(cases.batch())
    for case in cases.plain():
        other = replace(case.call, form=form)
        yield same_exponent(case, ask(solver, case.call), other, ask(solver, other), why)
    if not solver.one_row_at_a_time:
        formed = replace(batch, form=form)
        for case, once, again in zip(cases.batch(), solver.ask(batch), solver.ask(formed), strict=True):
            yield replace(same_exponent(case, once, formed, again, why), calls=(batch, formed))


def does_not_depend_on_memory_layout(solver: Foreign) -> Iterator[Finding]:
    """Arrays in Fortran order, or with gaps between their entries, are read as the numbers that they are."""
    yield from _in_another_form(solver, "Fortran", "as in C order")
    yield from _in_another_form(solver, "strided", "as without gaps")


def accepts_read_only_arrays(solver: Foreign) -> Iterator[Finding]:
    """An array that may not be written to is an array like any other."""
    yield from _in_another_form(solver, "read-only", "as of a writeable array")


def computes_float32_rows_in_double(solver: Foreign) -> Iterator[Finding]:
    """A row of float32 is taken as the numbers that it holds, and summed in double."""
    case = cases.long()
    single = replace(case.call, form="float32")
    try:
        answer = ask(solver, single)
    except ForeignError as error:
        if error.lost:
            raise
        raise NotApplicable(f"the solver does not take float32: {error}") from error
    yield replace(entropy(case, answer, COARSE), calls=(single,))


def accepts_an_empty_batch(solver: Foreign) -> Iterator[Finding]:
    """No rows get no answers: an array of length zero."""
    _must_take_targets(solver)
    call = Call(np.empty((0, 4)), np.empty(0))
    rows = len(solver.ask(call))
    yield Finding("no rows of four entries", (call,), rows == 0, "no answers", f"{rows} answers")


def an_unreachable_row_leaves_its_batch_alone(solver: Foreign) -> Iterator[Finding]:
    """Where one row of a batch is out of reach and the solver says so row by row, the others are as alone."""
    _must_take_targets(solver)
    batch = cases.batch()
    call = _batch_of(batch)
    call.target[2] = 30.0
    try:
        together = solver.ask(call)
    except ForeignError as error:
        if error.lost:
            raise
        raise NotApplicable(f"the solver refuses the whole batch: {error}") from error
    for i, (case, answer) in enumerate(zip(batch, together, strict=True)):
        if i != 2:
            yield same_exponent(case, ask(solver, case.call), call, answer, "as alone, where row 2 is out of reach")


def answers_from_many_threads_at_once(solver: Foreign) -> Iterator[Finding]:
    """Four threads with different rows or batches, asking over and over, get what each would get alone, bit for bit."""
    refusals: list[ForeignError] = []
    compared = False
    for named in _asked_at_once(solver):
        alone = _answered(solver, named, refusals)
        compared = compared or bool(alone)
        calls = tuple(named[name] for name in alone)
        for _ in range(_ROUNDS if alone else 0):
            found = _as_alone(solver, list(alone), calls, list(alone.values()))
            yield from (replace(each, shows="at once") for each in found)
    if not compared:
        raise refusals[0]


def _answered(solver: Foreign, named: dict[str, Call], refusals: list[ForeignError]) -> dict[str, tuple[Answer, ...]]:
    """The answers to calls made alone: where there is none, there is nothing to compare, and other checks tell."""
    answers = {}
    for name, call in named.items():
        try:
            answers[name] = solver.ask(call)
        except ForeignError as error:
            if error.lost:
                raise
            refusals.append(error)
    return answers


def _as_alone(
    solver: Foreign, names: list[str], calls: tuple[Call, ...], alone: list[tuple[Answer, ...]]
) -> Iterator[Finding]:
    why = "as alone, though four threads ask at once"
    try:
        together = solver.ask_at_once(calls)
    except ForeignError as error:
        if error.lost:
            raise
        yield Finding(names[0], calls, False, f"an answer, {why}", str(error))
        return
    for name, once, replies in zip(names, alone, together, strict=True):
        for again in replies:
            for before, after in zip(once, again, strict=True):
                yield same_bits(name, before, calls, after, why)


def _asked_at_once(solver: Foreign) -> Iterator[dict[str, Call]]:
    """Four rows of one length, four of several, and four batches of one shape: arrays of a module are kept by shape."""
    batch = cases.batch()
    for rows in (batch[:4], cases.plain()[:4]):
        yield {case.name: case.call for case in askable(solver, rows, TIGHT)}
    if not solver.one_row_at_a_time:
        yield {f"a batch of six rows, from row {i} on": _batch_of((*batch[i:], *batch[:i])) for i in range(4)}
