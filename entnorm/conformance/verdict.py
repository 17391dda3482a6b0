"""What the checks found: outcomes, results, reports, and the exceptions that carry them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import isfinite
from typing import Any, Final

from entnorm.conformance.budget import one_digit_up, times
from entnorm.conformance.naming import versions

FORMAT: Final = "entnorm-verdict/1"


class Outcome(StrEnum):
    """What a check found."""

    PASSED = "passed"
    FAILED = "failed"
    EXPECTED = "expected failure"
    UNEXPECTED = "unexpected pass"
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
        A failure that was announced is expected; a check that passes though its failure was announced is a failure.
    promise : str
        What the check holds the solver to.
    error : float or None
        The worst error in units of the budget, infinite where there was no number; None for checks without degrees.
    case : str
        Where the worst error, or the first failure, was.
    expected, got : str
        There, in words and numbers.
    answer : str or None
        The right answer there, where one is known.
    reproducer : str
        A Python program that repeats the calls; where the solver has no name to import, it needs `solve`.
    reason : str
        Why the check does not apply, was not run, or was expected to fail.
    lost : bool
        Whether the solver hung, or its process died.
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
    reason: str = ""
    lost: bool = False

    @property
    def sentence(self) -> str:
        """The name, spelled."""
        return self.name.replace("_", " ")

    def __str__(self) -> str:
        """Everything that is needed to see a failure again."""
        lines = [f"{self.name}: {self.outcome}", self.promise]
        if self.reason:
            lines.append(f"reason: {self.reason}")
        if self.outcome in (Outcome.NOT_APPLICABLE, Outcome.NOT_RUN):
            return "\n".join(lines)
        lines += [f"case: {self.case}", f"expected: {self.expected}", f"got: {self.got}"]
        if self.error is not None and isfinite(self.error):
            lines.append(f"error: {times(self.error)}")
        if self.answer is not None:
            lines.append(f"right answer: {self.answer}")
        return "\n".join([*lines, "reproducer:", self.reproducer])

    def as_dict(self, *, rounded: bool = False) -> dict[str, Any]:
        """Plain data for JSON; the error null where it is no number, and rounded up to one digit if asked for."""
        error = self.error if self.error is not None and isfinite(self.error) else None
        return {
            "name": self.name,
            "level": self.level,
            "outcome": str(self.outcome),
            "promise": self.promise,
            "error": one_digit_up(error) if rounded and error is not None else error,
            "case": self.case,
            "expected": self.expected,
            "got": self.got,
            "answer": self.answer,
            "reproducer": self.reproducer,
            "reason": self.reason,
            "lost": self.lost,
        }


@dataclass(frozen=True)
class Report:
    """The results of all checks up to a level, in their order.

    Where the first one fails, that the solver answers at all, the others are not run.
    """

    level: str
    results: tuple[Result, ...]
    solver: str | None = None

    @property
    def failures(self) -> tuple[Result, ...]:
        """The checks that failed, and those that passed though their failure was announced."""
        return tuple(result for result in self.results if result.outcome in (Outcome.FAILED, Outcome.UNEXPECTED))

    @property
    def passed(self) -> bool:
        """Whether there are no failures."""
        return not self.failures

    def as_dict(self, *, rounded: bool = False) -> dict[str, Any]:
        """Plain data for JSON, and for `entnorm.report.render`; rounded errors do not change with the last bits."""
        return {
            "format": FORMAT,
            "solver": self.solver,
            "level": self.level,
            "passed": self.passed,
            "counts": {str(o): sum(r.outcome is o for r in self.results) for o in Outcome},
            "versions": versions(self.solver),
            "checks": [result.as_dict(rounded=rounded) for result in self.results],
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
