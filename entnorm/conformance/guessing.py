"""Which adapter a solver seems to want: what it gets wrong in our words it may get right in its own."""

from __future__ import annotations

import sys
from functools import partial
from itertools import product
from typing import Any, Final

import numpy as np

from entnorm.conformance import cases
from entnorm.conformance.adapting import CHOICES, Adapted
from entnorm.conformance.budget import COARSE
from entnorm.conformance.calls import Answer, Call
from entnorm.conformance.cases import Case
from entnorm.conformance.contained import Contained, LostError
from entnorm.conformance.foreign import Foreign, ForeignError, Solver
from entnorm.conformance.runner import imported
from entnorm.conformance.verdict import Outcome, Report

_WORDS: Final = {
    "answers_a_plain_question",
    "hits_the_target_entropy",
    "batch_equals_a_loop_over_rows",
    "accepts_any_axis",
}
"""Checks that a right solver fails if it is asked in the wrong words."""

_OF_ZEROS: Final = {
    "finds_the_certified_exponent",
    "solves_every_attainable_row",
    "does_not_see_entries_of_probability_zero",
    "keeps_zeros_zero",
}
"""Checks that a right solver fails if it is given the zeros that it does not take."""

_SAME: Final = {"returns": ("gamma", "beta", "distribution")}
"""What the default understands as well."""


def wanted_adapter(report: Report, deadline: float) -> dict[str, Any] | None:
    """The options of `adapt` behind which a solver hits the targets that it missed, the fewest that do.

    For what is adapted already they are those of another adapter of the same function.

    Parameters
    ----------
    report : Report
        What the checks found; only if it failed one that the wrong words make a solver fail is anything tried.
    deadline : float
        Seconds that the search may take; it happens in a process of its own.

    Returns
    -------
    dict or None
        None if there is nothing to try, or no options do.
    """
    failed = {result.name for result in report.results if result.outcome is Outcome.FAILED and not result.lost}
    if not failed & (_WORDS | _OF_ZEROS) or report.solver is None:
        return None
    try:
        with Contained(partial(imported, report.solver), deadline) as process:
            found: dict[str, Any] | None = process.run(fitting)
    except LostError:
        return None
    return found


def fitting(solve: Solver) -> dict[str, Any] | None:
    """Try adapters, the simplest first: if none is needed to be about right, none is wanted."""
    if isinstance(solve, Adapted):
        return None if _fits(solve) and not _lacks_zeros(solve) else fitting(solve.function)
    choices = {option: [c for c in all if c not in _SAME.get(option, ())] for option, all in CHOICES.items()}
    if "torch" not in sys.modules:  # its own module would have imported it
        choices["arrays"] = ["numpy"]
    tried: list[dict[str, Any]] = [
        {option: choice for option, choice in zip(choices, chosen, strict=True) if choice != choices[option][0]}
        for chosen in product(*choices.values())
    ]
    found = next((options for options in sorted(tried, key=len) if _fits(Adapted(solve, **options))), None)
    if found is None:
        return None
    return found | ({"zeros": False} if _lacks_zeros(Adapted(solve, **found)) else {}) or None


def _lacks_zeros(adapted: Adapted) -> bool:
    """Whether rows with zeros are answered wrongly, or not at all, though nothing says that they must not be asked."""
    if not adapted.zeros:
        return False
    solver = Foreign(adapted)
    try:
        return not all(_right(case, *solver.ask(case.call)) for case in cases.with_zeros())
    except ForeignError:
        return True


def _fits(adapted: Adapted) -> bool:
    """Whether plain questions are answered rightly, and so is a batch of them."""
    batch = cases.batch()
    together = Call(np.stack([case.values for case in batch]), np.array([case.target for case in batch]))
    solver = Foreign(adapted)
    try:
        for case in cases.plain():
            (answer,) = solver.ask(case.call)
            if not _right(case, answer):
                return False
        answers = solver.ask(together)
    except ForeignError:
        return False
    return all(_right(case, answer) for case, answer in zip(batch, answers, strict=True))


def _right(case: Case, answer: Answer) -> bool:
    """Whether the entropy is about that asked for, by about the right power: others have that entropy, too."""
    exponent = abs(case.off(answer.gamma)) <= COARSE * (1 + case.condition)
    return exponent and abs(answer.entropy - case.target) <= case.entropy_budget(COARSE)
