"""The checks. Each is a function whose name reads as a sentence about a solver; `CHECKS` says at which level it enters.

A check asks a solver some questions and yields one finding for each. It leaves judging several findings, exceptions of
the solver and presentation to the runner. A check holds its own promise only: a search that stops early is not blamed
for its order, and one that reverses the order is not blamed for its entropy.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Final

import numpy as np

from entnorm.conformance import cases
from entnorm.conformance.budget import COARSE, TIGHT
from entnorm.conformance.cases import Case
from entnorm.conformance.findings import (
    Finding,
    NotApplicable,
    ask,
    distributions,
    entropy,
    exponent,
    measured,
    same_exponent,
    survives,
)
from entnorm.conformance.foreign import Call, Foreign, ForeignError, distances

Check = Callable[[Foreign], Iterator[Finding]]


def answers_a_plain_question(solver: Foreign) -> Iterator[Finding]:
    """Called as solve(p, target, axis=-1), with p float64 probabilities and target the entropy in nats, it answers.

    An answer is gamma, or the distribution, or an object with gamma and success; `entnorm.conformance.adapt` wraps
    functions that speak of logits, bits, perplexity or temperature, or that take one row at a time.
    """
    case = cases.plain()[
        2
    ]  # within reach in nats, in bits and as a perplexity: a wrong unit is another check's business
    answer = ask(solver, case.call)
    got = f"{'gamma' if answer.probs is None else 'a distribution, gamma'} = {answer.gamma!r}"
    yield Finding(case.name, (case.call,), answer.given, "finite numbers", got, case.answer)


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


def hits_the_target_entropy(solver: Foreign) -> Iterator[Finding]:
    """The answer has the entropy that was asked for, on rows without any difficulty."""
    for case in cases.plain():
        yield entropy(case, ask(solver, case.call), TIGHT)


def finds_the_certified_exponent(solver: Foreign) -> Iterator[Finding]:
    """Gamma, returned or implied by the distribution, is right to 1e-9 (1 + condition) on the certified corpus."""
    for case in (*cases.plain(), *cases.recorded()):
        yield exponent(case, ask(solver, case.call), TIGHT)


def is_deterministic(solver: Foreign) -> Iterator[Finding]:
    """The same question gets the same answer, bit for bit, also after another question."""
    first, *others = cases.plain()
    once = ask(solver, first.call)
    for other in others:
        ask(solver, other.call)
        again = ask(solver, first.call)
        yield Finding(
            case=first.name,
            calls=(first.call, other.call, first.call),
            holds=once.bits == again.bits,
            expected=f"the first answer again, gamma = {once.gamma.hex()}",
            got=f"gamma = {again.gamma.hex()}",
            answer=first.answer,
        )


def does_not_write_its_input(solver: Foreign) -> Iterator[Finding]:
    """The arrays that were passed are as they were."""
    for case in (*cases.plain(), *cases.with_zeros()):
        untouched = ask(solver, case.call).untouched
        yield Finding(
            case.name, (case.call,), untouched, "p as before the call", "p as before" if untouched else "p changed"
        )


def reports_unreachable_targets(solver: Foreign) -> Iterator[Finding]:
    """A target that no exponent reaches is reported: by an exception, NaN, infinity or a result without success."""
    for name, call in cases.unreachable():
        try:
            answer = ask(solver, call)
        except ForeignError as report:
            given, got = False, str(report)
        else:
            given = answer.given
            got = f"{'gamma' if answer.probs is None else 'a distribution, gamma'} = {answer.gamma!r}"
        yield Finding(
            name, (call,), not given, "an exception, NaN or no success", got, "no gamma > 0 reaches the target"
        )


def solves_every_attainable_row(solver: Foreign) -> Iterator[Finding]:
    """No attainable row is left unsolved, however far gamma is from one; a tenth of the way to an end is forgiven."""
    explicit = (cases.plain, cases.with_zeros, cases.with_ties, cases.where_newton_turns_negative, cases.far_from_one)
    for case in (*(case for family in explicit for case in family()), *cases.recorded()):
        yield measured(case, (case.call,), "entropy", case.target, ask(solver, case.call).entropy, case.room / 10)


def never_reverses_the_order(solver: Foreign) -> Iterator[Finding]:
    """Gamma is positive, also where Newton's method steps over zero."""
    for case in (*cases.plain(), *cases.where_newton_turns_negative()):
        got = ask(solver, case.call).gamma
        yield Finding(case.name, (case.call,), not got < 0, "gamma > 0", f"gamma = {got!r}", case.answer)


def returns_a_distribution(solver: Foreign) -> Iterator[Finding]:
    """The entries are nonnegative and sum to one, to 1e-9."""
    for case, _, q in distributions(solver, (*cases.plain(), *cases.with_zeros(), *cases.with_ties())):
        finding = measured(case, (case.call,), "sum", 1.0, float(q.sum()), TIGHT)
        yield replace(finding, holds=finding.holds and bool((q >= 0).all()))


def returns_a_power_of_its_input(solver: Foreign) -> Iterator[Finding]:
    """The distribution is p^gamma / sum p^gamma for one gamma: no other distribution of that entropy will do."""
    for case, answer, q in distributions(solver, (*cases.plain(), *cases.with_ties())):
        q = q / q.sum()
        t = answer.gamma * distances(case.p)
        power = np.exp(-t) / np.exp(-t).sum()
        worst = int(np.argmax(np.abs(q - power) / (power * (1 + t))))
        budget = TIGHT * (1 + float(t[worst])) * float(power[worst])
        yield measured(case, (case.call,), f"entry {worst}", float(power[worst]), float(q[worst]), budget)


def keeps_the_order_of_the_entries(solver: Foreign) -> Iterator[Finding]:
    """A larger entry stays at least as large."""
    rows = (*cases.plain(), *cases.with_zeros(), *cases.where_newton_turns_negative())
    for case, _, q in distributions(solver, rows):
        order = np.argsort(case.p, kind="stable")
        broken = np.flatnonzero((np.diff(q[order]) < 0) & (np.diff(case.p[order]) > 0))
        got = "the same order"
        if broken.size:
            low, high = int(order[broken[0]]), int(order[broken[0] + 1])
            got = f"p[{low}] < p[{high}], but q[{low}] = {float(q[low])!r} > q[{high}] = {float(q[high])!r}"
        yield Finding(case.name, (case.call,), not broken.size, "the order of p", got, case.answer)


def keeps_zeros_zero(solver: Foreign) -> Iterator[Finding]:
    """Entries outside the support stay exactly zero."""
    for case, _, q in distributions(solver, cases.with_zeros()):
        largest = float(np.abs(q[case.p == 0]).max())
        yield Finding(
            case.name, (case.call,), largest == 0, "0.0 where p is 0", f"{largest!r} where p is 0", case.answer
        )


def keeps_the_support(solver: Foreign) -> Iterator[Finding]:
    """Entries that are not zero do not become zero, however small."""
    for case, _, q in distributions(solver, (*cases.plain(), *cases.steep())):
        lost = np.flatnonzero((case.p > 0) & (q == 0))
        got = "the same support"
        if lost.size:
            got = f"p[{lost[0]}] = {float(case.p[lost[0]])!r}, but q[{lost[0]}] = 0.0"
        yield Finding(case.name, (case.call,), not lost.size, "q > 0 where p > 0", got, case.answer)


def does_not_see_entries_of_probability_zero(solver: Foreign) -> Iterator[Finding]:
    """Taking the zeros out of a row does not change its exponent."""
    for case in cases.with_zeros():
        inside = replace(case.call, p=case.p[case.p > 0])
        yield same_exponent(case, ask(solver, inside), inside, ask(solver, case.call), "as without the zeros")


def keeps_ties_tied(solver: Foreign) -> Iterator[Finding]:
    """Equal entries stay equal, bit for bit."""
    for case, _, q in distributions(solver, cases.with_ties()):
        spread = max(float(np.ptp(q[case.p == value])) for value in np.unique(case.p))
        got = f"equal entries of p differ by {spread!r}"
        yield Finding(case.name, (case.call,), spread == 0, "equal entries where p has equal entries", got, case.answer)


def does_not_depend_on_scale(solver: Foreign) -> Iterator[Finding]:
    """A row whose sum is off one by float32 rounding has the same answer [escort.scale-invariance]."""
    for case in cases.plain():
        asked = ask(solver, case.call)
        for factor in (1 - 2.0**-21, 1 + 2.0**-21):
            call = replace(case.call, p=case.p * factor)
            yield same_exponent(case, asked, call, ask(solver, call), f"as before p was scaled by {factor!r}")


def permutes_with_its_input(solver: Foreign) -> Iterator[Finding]:
    """Entries in another order get the same exponent, and the distribution follows them."""
    for case in (*cases.plain(), *cases.with_zeros(), *cases.with_ties()):
        asked = ask(solver, case.call)
        for shift in range(1, case.p.size):
            call = replace(case.call, p=np.roll(case.p, shift))
            yield same_exponent(case, asked, call, ask(solver, call), f"as before p was rotated by {shift}")


def _row_by_row(solver: Foreign, batch: tuple[Case, ...], call: Call, why: str) -> Iterator[Finding]:
    """Each row of a batch against the same row alone."""
    if solver.one_row_at_a_time:
        raise NotApplicable("the solver takes one row at a time; its adapter makes the batch")
    for case, together in zip(batch, solver.ask(call), strict=True):
        yield same_exponent(case, ask(solver, case.call), call, together, why)


def batch_equals_a_loop_over_rows(solver: Foreign) -> Iterator[Finding]:
    """A row has the same answer alone and in a batch, each row with its own target."""
    batch = cases.batch()
    call = Call(np.stack([case.p for case in batch]), np.array([case.target for case in batch]))
    yield from _row_by_row(solver, batch, call, "as alone")


def accepts_any_axis(solver: Foreign) -> Iterator[Finding]:
    """The distribution may lie along any axis."""
    batch = cases.batch()
    stacked = np.stack([case.p for case in batch]).reshape(2, 3, -1)
    targets = np.array([case.target for case in batch]).reshape(2, 3)
    for axis in (0, 1, -2):
        call = Call(np.ascontiguousarray(np.moveaxis(stacked, -1, axis)), targets, axis)
        yield from _row_by_row(solver, batch, call, f"as alone, with axis={axis}")


def survives_concentrated_rows_with_an_offset(solver: Foreign) -> Iterator[Finding]:
    """Powers that are negligible or underflow unless the largest entry is divided out first do no harm."""
    for case in cases.concentrated():
        yield from survives(solver, case)


def survives_underflow(solver: Foreign) -> Iterator[Finding]:
    """Entries near the smallest double take part as what they are."""
    for case in cases.underflowing():
        yield from survives(solver, case)


def accumulates_in_double(solver: Foreign) -> Iterator[Finding]:
    """Sums over a long row do not lose its small entries, whichever end they start from."""
    case = cases.long()
    answer = ask(solver, case.call)
    yield entropy(case, answer, COARSE)
    backwards = replace(case.call, p=case.p[::-1], source=f"{case.source}[::-1]")
    yield same_exponent(case, answer, backwards, ask(solver, backwards), "as from the other end")


CHECKS: Final[dict[str, tuple[Check, ...]]] = {
    "smoke": (
        answers_a_plain_question,
        takes_its_target_in_nats,
        hits_the_target_entropy,
        finds_the_certified_exponent,
        is_deterministic,
        reports_unreachable_targets,
        does_not_write_its_input,
    ),
    "core": (
        solves_every_attainable_row,
        never_reverses_the_order,
        returns_a_distribution,
        returns_a_power_of_its_input,
        keeps_the_order_of_the_entries,
        keeps_zeros_zero,
        keeps_the_support,
        does_not_see_entries_of_probability_zero,
        keeps_ties_tied,
        does_not_depend_on_scale,
        permutes_with_its_input,
        batch_equals_a_loop_over_rows,
        accepts_any_axis,
        survives_concentrated_rows_with_an_offset,
        survives_underflow,
        accumulates_in_double,
    ),
}
"""The checks that enter at each level; a level holds all those of the levels before it.

The first one is the door: of a solver that does not pass it, nothing else is asked.
"""
