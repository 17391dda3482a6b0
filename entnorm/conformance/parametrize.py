"""The checks as tests of somebody's own pytest suite."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from entnorm.conformance.checks import Check, up_to
from entnorm.conformance.expectations import Expected, expected_failures
from entnorm.conformance.foreign import Solver
from entnorm.conformance.runner import foreign, result
from entnorm.conformance.verdict import CheckFailed, Outcome


@dataclass(frozen=True)
class CheckOfSolver:
    """One check; called with a solver it returns, fails, or skips the test where it does not apply."""

    level: str
    check: Check
    deadline: float | None = None

    def __call__(self, solver: Solver) -> None:
        """Hold the solver against the check."""
        __tracebackhide__ = True
        import pytest

        level, door = up_to("smoke")[0]
        with foreign(solver, self.deadline) as asked:
            if self.check is not door and result(door, level, asked).outcome is Outcome.FAILED:
                pytest.skip(f"what does not pass {door.__name__} is asked nothing else")
            found = result(self.check, self.level, asked)
        if found.outcome is Outcome.NOT_APPLICABLE:
            pytest.skip(found.reason)
        if found.outcome is Outcome.FAILED:
            raise CheckFailed(found)


def parametrize_with_checks(
    solvers: Solver | Iterable[Solver] | Mapping[str, Solver],
    level: str = "core",
    *,
    expected: Expected = None,
    deadline: float | None = None,
) -> Any:
    """Parametrize a test with every pair of a solver and a check, each a test of its own.

    Parameters
    ----------
    solvers : callable, iterable of callable, or mapping
        One or more solvers ``(p, target, *, axis=-1)``; a mapping gives them names.
    level : {"smoke", "core", "edge", "accuracy", "stress"}
        How far to go; each level includes those before it.
    expected : mapping or path, optional
        Checks that are known to fail, as in `entnorm.conformance.run`; their tests are strict xfails.
    deadline : float, optional
        Seconds for each call, in a process of its own for each test, as in `entnorm.conformance.run`.

    Returns
    -------
    pytest.MarkDecorator
        For a test with the arguments `solver` and `check`, whose body is ``check(solver)``.

    Raises
    ------
    ImportError
        If pytest is not installed.
    ValueError
        For an unknown level or check.

    Examples
    --------
    In a file ``test_mysolver.py``::

        from entnorm.conformance import parametrize_with_checks
        from mypackage import solve

        @parametrize_with_checks(solve, level="core", expected="expected-failures.toml")
        def test_conformance(solver, check):
            check(solver)
    """
    import pytest

    reasons = expected_failures(expected)
    parameters = []
    for label, solver in _named(solvers).items():
        for entered, check in up_to(level):
            name = check.__name__
            marks = [pytest.mark.xfail(reason=reasons[name], strict=True)] if name in reasons else []
            parameters.append(
                pytest.param(solver, CheckOfSolver(entered, check, deadline), id=f"{label}-{name}", marks=marks)
            )
    return pytest.mark.parametrize(("solver", "check"), parameters)


def _named(solvers: Solver | Iterable[Solver] | Mapping[str, Solver]) -> Mapping[str, Solver]:
    if isinstance(solvers, Mapping):
        return solvers
    return {_label(solver, i): solver for i, solver in enumerate([solvers] if callable(solvers) else solvers)}


def _label(solver: Solver, position: int) -> str:
    name = getattr(solver, "__name__", "")
    return name if name.isidentifier() else f"solver{position}"
