"""Checks of what an answer has to be, whatever the row: the right entropy, the right exponent, a power of its input."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from entnorm.conformance import cases
from entnorm.conformance.budget import COARSE, TIGHT
from entnorm.conformance.findings import (
    Finding,
    answers,
    ask,
    askable,
    distributions,
    entropy,
    exponent,
    measured,
    power,
    same_exponent,
    survives,
)
from entnorm.conformance.foreign import Foreign


def hits_the_target_entropy(solver: Foreign) -> Iterator[Finding]:
    """The answer has the entropy that was asked for, on rows without any difficulty."""
    for case in cases.plain():
        yield entropy(case, ask(solver, case.call), TIGHT)


def finds_the_certified_exponent(solver: Foreign) -> Iterator[Finding]:
    """Gamma, returned or implied by the distribution, is right to 1e-9 (1 + condition) on certified rows."""
    for case, answer in answers(solver, (*cases.plain(), *cases.with_zeros(), *cases.with_ties(), *cases.recorded())):
        yield exponent(case, answer, TIGHT)


def solves_every_attainable_row(solver: Foreign) -> Iterator[Finding]:
    """No attainable row is left unsolved, however far gamma is from one; a tenth of the way to an end is forgiven."""
    explicit = (cases.plain, cases.with_zeros, cases.with_ties, cases.where_newton_turns_negative, cases.far_from_one)
    rows = (*(case for family in explicit for case in family()), *cases.recorded())
    for case, answer in answers(solver, rows):
        yield measured(case, (case.call,), "entropy", case.target, answer.entropy, case.room / 10)


def never_reverses_the_order(solver: Foreign) -> Iterator[Finding]:
    """Gamma is positive, also where Newton's method steps over zero."""
    for case in (*cases.plain(), *cases.where_newton_turns_negative()):
        got = ask(solver, case.call).gamma
        yield Finding(case.name, (case.call,), not got < 0, "gamma > 0", f"gamma = {got!r}", case.answer)


def returns_a_distribution(solver: Foreign) -> Iterator[Finding]:
    """The entries are nonnegative and sum to one, to 1e-9."""
    for case, _, q in distributions(solver, (*cases.plain(), *cases.with_zeros(), *cases.with_ties())):
        yield measured(case, (case.call,), "sum", 1.0, float(q.sum()), TIGHT)
        worst = int(np.argmin(q))
        got = f"entry {worst} = {float(q[worst])!r}"
        yield Finding(case.name, (case.call,), bool(q[worst] >= 0), "no negative entry", got, case.answer)


def returns_a_power_of_its_input(solver: Foreign) -> Iterator[Finding]:
    """The distribution is p^gamma / sum p^gamma for one gamma: no other distribution of that entropy will do."""
    for case, answer, q in distributions(solver, (*cases.plain(), *cases.with_ties())):
        yield power(case, answer, q)


def keeps_the_order_of_the_entries(solver: Foreign) -> Iterator[Finding]:
    """A larger entry stays at least as large."""
    rows = (*cases.plain(), *cases.with_zeros(), *cases.where_newton_turns_negative())
    for case, _, q in distributions(solver, rows):
        order = np.argsort(case.values, kind="stable")
        broken = np.flatnonzero((np.diff(q[order]) < 0) & (np.diff(case.values[order]) > 0))
        got = "the same order"
        if broken.size:
            low, high = int(order[broken[0]]), int(order[broken[0] + 1])
            got = f"p[{low}] < p[{high}], but q[{low}] = {float(q[low])!r} > q[{high}] = {float(q[high])!r}"
        yield Finding(case.name, (case.call,), not broken.size, "the order of p", got, case.answer)


def keeps_zeros_zero(solver: Foreign) -> Iterator[Finding]:
    """Entries outside the support stay exactly zero."""
    for case, _, q in distributions(solver, cases.with_zeros()):
        largest = float(np.abs(q[~case.inside]).max())
        yield Finding(
            case.name, (case.call,), largest == 0, "0.0 where p is 0", f"{largest!r} where p is 0", case.answer
        )


def keeps_the_support(solver: Foreign) -> Iterator[Finding]:
    """Entries that are not zero do not become zero, however small."""
    for case, _, q in distributions(solver, (*cases.plain(), *cases.steep())):
        lost = np.flatnonzero(case.inside & (q == 0))
        got = "the same support"
        if lost.size:
            got = f"p[{lost[0]}] = {float(case.values[lost[0]])!r}, but q[{lost[0]}] = 0.0"
        yield Finding(case.name, (case.call,), not lost.size, "q > 0 where p > 0", got, case.answer)


def does_not_see_entries_of_probability_zero(solver: Foreign) -> Iterator[Finding]:
    """Taking the zeros out of a row does not change its exponent."""
    for case, answer in answers(solver, cases.with_zeros()):
        inside = case.call.changed(case.values[case.inside], "(p := {})[p > 0]")
        yield same_exponent(case, ask(solver, inside), inside, answer, "as without the zeros")


def keeps_ties_tied(solver: Foreign) -> Iterator[Finding]:
    """Equal entries stay equal, bit for bit."""
    for case, _, q in distributions(solver, cases.with_ties()):
        width = max(float(np.ptp(q[case.values == value])) for value in np.unique(case.values))
        got = f"equal entries of p differ by {width!r}"
        yield Finding(case.name, (case.call,), width == 0, "equal entries where p has equal entries", got, case.answer)


def does_not_depend_on_scale(solver: Foreign) -> Iterator[Finding]:
    """A row whose sum is off one by float32 rounding has the same answer [escort.scale-invariance]."""
    for case in cases.plain():
        asked = ask(solver, case.call)
        for factor in (1 - 2.0**-21, 1 + 2.0**-21):
            call = case.call.changed(case.values * factor, f"{{}} * {factor!r}")
            yield same_exponent(case, asked, call, ask(solver, call), f"as before p was scaled by {factor!r}")


def permutes_with_its_input(solver: Foreign) -> Iterator[Finding]:
    """Entries in another order get the same exponent, and the distribution follows them."""
    for case in askable(solver, (*cases.plain(), *cases.with_zeros(), *cases.with_ties())):
        asked = ask(solver, case.call)
        for shift in range(1, case.values.size):
            call = case.call.changed(np.roll(case.values, shift), f"np.roll({{}}, {shift})")
            yield same_exponent(case, asked, call, ask(solver, call), f"as before p was rotated by {shift}")


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
    backwards = case.call.changed(case.values[::-1], "{}[::-1]")
    yield same_exponent(case, answer, backwards, ask(solver, backwards), "as from the other end")
