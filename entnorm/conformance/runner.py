"""Running the checks: from a solver to a report, or to an exception that names what failed."""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import inf, isfinite
from typing import Any

import numpy as np

from entnorm.conformance.budget import one_digit_up
from entnorm.conformance.checks import CHECKS, Check
from entnorm.conformance.findings import NotApplicable
from entnorm.conformance.foreign import Call, Foreign, ForeignError, Solver


class Outcome(StrEnum):
    """What a check found."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_APPLICABLE = "not applicable"
    NOT_RUN = "not run"


@dataclass(frozen=True)
class Result:
    """What one check found.

    Attributes
    ----------
    name : str
        The check, as a sentence about the solver.
    level : str
        The level at which it enters.
    outcome : Outcome
        Passed, failed, not applicable, or not run.
    promise : str
        What the check holds the solver to.
    error : float or None
        The worst error in units of the budget, infinite where there was no number; None for checks without degrees.
    case : str
        Where the worst error, or the first failure, was.
    expected, got : str
        There, in words and numbers; for a check that does not apply or was not run, `got` says why.
    answer : str or None
        The right answer there, where one is known.
    reproducer : str
        A Python program that repeats the calls; it needs nothing but `solve`.
    """

    name: str
    level: str
    outcome: Outcome
    promise: str
    error: float | None = None
    case: str = ""
    expected: str = ""
    got: str = ""
    answer: str | None = None
    reproducer: str = ""

    @property
    def sentence(self) -> str:
        """The name, spelled."""
        return self.name.replace("_", " ")

    def __str__(self) -> str:
        """Everything that is needed to see a failure again."""
        lines = [f"{self.name}: {self.outcome}", self.promise]
        if self.outcome in (Outcome.NOT_APPLICABLE, Outcome.NOT_RUN):
            return "\n".join([*lines, self.got])
        lines += [f"case: {self.case}", f"expected: {self.expected}", f"got: {self.got}"]
        if self.error is not None:
            lines.append(f"error: {self.error:.3g} of the budget")
        if self.answer is not None:
            lines.append(f"right answer: {self.answer}")
        return "\n".join([*lines, "reproducer:", self.reproducer])

    def as_dict(self) -> dict[str, Any]:
        """Plain data for JSON; the error rounded up to one digit, null where it is no number."""
        return {
            "name": self.name,
            "level": self.level,
            "outcome": str(self.outcome),
            "promise": self.promise,
            "error": one_digit_up(self.error) if self.error is not None and isfinite(self.error) else None,
            "case": self.case,
            "expected": self.expected,
            "got": self.got,
            "answer": self.answer,
            "reproducer": self.reproducer,
        }


@dataclass(frozen=True)
class Report:
    """The results of all checks up to a level, in their order.

    Where the first one fails, that the solver answers at all, the others are not run.
    """

    level: str
    results: tuple[Result, ...]

    @property
    def failures(self) -> tuple[Result, ...]:
        """The checks that failed."""
        return tuple(result for result in self.results if result.outcome is Outcome.FAILED)

    @property
    def passed(self) -> bool:
        """Whether no check failed."""
        return not self.failures

    def as_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {
            "level": self.level,
            "passed": self.passed,
            "counts": {str(o): sum(r.outcome is o for r in self.results) for o in Outcome},
            "checks": [result.as_dict() for result in self.results],
        }


class CheckFailed(AssertionError):
    """One failed check; `result` has what there is to know."""

    def __init__(self, result: Result) -> None:
        super().__init__(str(result))
        self.result = result


class ConformanceError(ExceptionGroup[CheckFailed]):
    """All checks that a solver failed."""

    def derive(self, excs: Sequence[CheckFailed], /) -> ConformanceError:  # type: ignore[override]
        """Keep the type when the group is split."""
        return ConformanceError(self.message, excs)


def run(solve: Solver, level: str = "core") -> Report:
    """Hold a solver against every check up to a level.

    Parameters
    ----------
    solve : callable
        ``(p, target, *, axis=-1)``; see `entnorm.conformance.adapt` for functions that speak otherwise.
    level : {"smoke", "core"}
        How far to go; each level includes those before it.

    Returns
    -------
    Report
        The same on every run, for a solver that is deterministic.

    Raises
    ------
    ValueError
        For an unknown level.

    Examples
    --------
    >>> import numpy as np
    >>> report = run(lambda p, target, *, axis=-1: np.ones(np.delete(p.shape, axis)), level="smoke")
    >>> [result.sentence for result in report.failures][0]
    'hits the target entropy'
    """
    solver = Foreign(solve)
    (entered, door), *rest = [(entered, check) for entered in _up_to(level) for check in CHECKS[entered]]
    first = _result(door, entered, solver)
    if first.outcome is Outcome.FAILED:
        return Report(level, (first, *(_not_run(check, entered, door) for entered, check in rest)))
    return Report(level, (first, *(_result(check, entered, solver) for entered, check in rest)))


def check_solver(solve: Solver, level: str = "core") -> None:
    """Hold a solver against every check up to a level; return if it passes all that apply.

    Parameters
    ----------
    solve : callable
        ``(p, target, *, axis=-1)``; see `entnorm.conformance.adapt` for functions that speak otherwise.
    level : {"smoke", "core"}
        How far to go; each level includes those before it.

    Raises
    ------
    ConformanceError
        An exception group with one `CheckFailed` for each failed check: its name, what was expected, the right answer
        where one is known, and a reproducer.
    ValueError
        For an unknown level.

    Examples
    --------
    >>> import numpy as np
    >>> try:
    ...     check_solver(lambda p, target, *, axis=-1: np.ones(np.delete(p.shape, axis)), level="smoke")
    ... except* CheckFailed as group:
    ...     print(len(group.exceptions), group.exceptions[0].result.name)
    3 hits_the_target_entropy
    """
    failures = run(solve, level).failures
    if failures:
        names = ", ".join(failure.name for failure in failures)
        raise ConformanceError(f"failed at level {level}: {names}", [CheckFailed(failure) for failure in failures])


def _up_to(level: str) -> tuple[str, ...]:
    levels = tuple(CHECKS)
    if level not in levels:
        raise ValueError(f"level={level!r}: the levels are {' < '.join(levels)}")
    return levels[: levels.index(level) + 1]


def _not_run(check: Check, level: str, door: Check) -> Result:
    why = f"what does not pass {door.__name__} is asked nothing else"
    return Result(check.__name__, level, Outcome.NOT_RUN, _promise(check), got=why)


def _promise(check: Check) -> str:
    return inspect.getdoc(check) or ""


def _result(check: Check, level: str, solver: Foreign) -> Result:
    name, promise = check.__name__, _promise(check)
    try:
        with np.errstate(all="ignore"):  # an absurd answer is judged like any other
            findings = list(check(solver))
    except NotApplicable as reason:
        return Result(name, level, Outcome.NOT_APPLICABLE, promise, got=str(reason))
    except ForeignError as error:
        return Result(
            name,
            level,
            Outcome.FAILED,
            promise,
            error=inf,
            case="the call below",
            expected="an answer",
            got=str(error),
            reproducer=_program(error.call),
        )
    worst = max(findings, key=lambda finding: (not finding.holds, finding.error or 0.0))
    return Result(
        name,
        level,
        Outcome.PASSED if worst.holds else Outcome.FAILED,
        promise,
        error=worst.error,
        case=worst.case,
        expected=worst.expected,
        got=worst.got,
        answer=worst.answer,
        reproducer=_program(*worst.calls),
    )


def _program(*calls: Call) -> str:
    named = any(call.source for call in calls)  # in this package
    imports = ["import numpy as np", *(["import entnorm.conformance"] if named else [])]
    return "\n".join([*imports, *(call.reproducer for call in calls)])
