"""Checks of the level stress: rows and batches of a size that shows what the others cannot, and rows nobody chose."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from math import inf

import numpy as np

from entnorm.conformance import cases, hard
from entnorm.conformance.budget import TIGHT
from entnorm.conformance.calls import Call, FloatArray
from entnorm.conformance.findings import Finding, NotApplicable, answers, ask, both, exponent
from entnorm.conformance.foreign import Foreign, ForeignError

_ROWS = 5000
_EXAMPLES = 400
_SENSITIVE = 1e-4
"""Where the entropy changes less with gamma, the rounding of the target moves the root by a part of the budget."""


def survives_a_million_entries(solver: Foreign) -> Iterator[Finding]:
    """A million entries are as accurate as ten."""
    for case, answer in answers(solver, [hard.longest(solver.speaks)]):
        yield exponent(case, answer, TIGHT)
        yield from both(case, answer)


def many_rows() -> tuple[FloatArray, FloatArray]:
    """Thousands of rows of eight entries, from nearly uniform to steep, and a target for each."""
    weights = 1.0 + np.arange(8 * _ROWS).reshape(_ROWS, 8) * 7919 % 97
    p = weights ** (1 + np.arange(_ROWS)[:, None] % 7)
    return p / p.sum(-1, keepdims=True), 0.25 + np.arange(_ROWS) * 31 % 170 / 100


def solves_thousands_of_rows_at_once(solver: Foreign) -> Iterator[Finding]:
    """In a batch of five thousand rows each gets its own answer, the last one too."""
    if solver.one_row_at_a_time:
        raise NotApplicable("the solver takes one row at a time; its adapter makes the batch")
    p, target = many_rows()
    source, goals = (f"entnorm.conformance.stress.many_rows()[{i}]" for i in (0, 1))
    together = solver.ask(Call(p, target, source=source, goals=goals))
    for i in (*range(0, _ROWS, 97), _ROWS - 1):
        case = cases.solved(f"row {i} of {_ROWS}", p[i], float(target[i]))
        for finding in (exponent(case, together[i], TIGHT), *both(case, together[i])):
            yield replace(finding, case=f"{case.name}, in a batch")


def solves_rows_that_nobody_chose(solver: Foreign) -> Iterator[Finding]:
    """Hypothesis looks for a row that is solved wrongly, and shrinks the one it finds; the same rows in every run."""
    try:
        import hypothesis
        from hypothesis import strategies as st
    except ImportError as error:
        raise NotApplicable('Hypothesis is not installed: pip install "entnorm[conform]"') from error
    weights = st.lists(st.one_of(st.integers(1, 20), st.integers(1, 10**6)), min_size=2, max_size=12)
    found: list[Finding] = []
    lost: list[ForeignError] = []  # to be raised outside of Hypothesis, which would ask again

    @hypothesis.settings(
        derandomize=True,
        database=None,
        deadline=None,
        max_examples=_EXAMPLES,
        suppress_health_check=list(hypothesis.HealthCheck),
        report_multiple_bugs=False,
    )
    @hypothesis.given(weights, st.integers(1, 64))
    def hold(w: list[int], eighths: int) -> None:
        hypothesis.assume(len(set(w)) > 1)
        case = cases.known(f"weights {w}", cases.row([float(x) for x in w]), eighths / 8)
        hypothesis.assume(case.varentropy > _SENSITIVE)
        if lost:
            return
        try:
            found.append(exponent(case, ask(solver, case.call), TIGHT))
        except ForeignError as error:
            if error.lost:
                lost.append(error)
                return
            found.append(Finding(case.name, (case.call,), False, "an answer", str(error), case.answer, inf))
        assert found[-1].holds

    try:
        hold()
    except AssertionError:
        yield found[-1]  # the smallest, which Hypothesis tries last
        return
    except hypothesis.errors.Flaky:
        wrong = next(finding for finding in reversed(found) if not finding.holds)
        yield replace(wrong, got=f"not the same twice: {wrong.got}, and a right answer when asked again")
        return
    if lost:
        raise lost[0]
    yield Finding(f"{_EXAMPLES} rows", (), True, "right answers", "right answers")
