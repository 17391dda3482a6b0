"""The checks as tests of somebody's own pytest suite."""

from __future__ import annotations

import inspect
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from entnorm.conformance.adapting import Adapted, must_be_callable
from entnorm.conformance.checks import Check, up_to
from entnorm.conformance.expectations import Expected, expected_failures
from entnorm.conformance.foreign import Solver
from entnorm.conformance.naming import name_of
from entnorm.conformance.runner import foreign, result
from entnorm.conformance.verdict import CheckFailed, Outcome


@dataclass(frozen=True)
class CheckOfSolver:
    """One check; called with a solver it returns, fails, or skips the test where it does not apply."""

    level: str
    check: Check
    name: str | None = None
    deadline: float | None = None
    memory: int | None = None

    def __call__(self, solver: Solver) -> None:
        """Hold the solver against the check."""
        __tracebackhide__ = True
        import pytest

        level, door = up_to("smoke")[0]
        with foreign(solver, self.deadline, self.memory, self.name) as asked:
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
    memory: int | None = None,
) -> Any:
    """Parametrize a test with every pair of a solver and a check, each a test of its own.

    Parameters
    ----------
    solvers : callable, iterable of callable, or mapping
        One or more solvers ``(p, target, *, axis=-1)``; a mapping gives them names.
    level : {"smoke", "core", "edge", "accuracy", "stress"}
        How far to go; each level includes those before it.
    expected : mapping or path, optional
        Checks that are known to fail, as in `entnorm.conformance.run`; their tests are strict xfails. A relative path
        starts from the folder of the test.
    deadline : float, optional
        Seconds for each call, in a process of its own for each test, as in `entnorm.conformance.run`.
    memory : int, optional
        Bytes that this process may have, as in `entnorm.conformance.run`.

    Returns
    -------
    pytest.MarkDecorator
        For a test with the arguments `solver` and `check`, whose body is ``check(solver)``.

    Raises
    ------
    ImportError
        If pytest is not installed.
    TypeError
        If one of the solvers is no function.
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

    frame = inspect.currentframe()
    test = frame.f_back.f_globals if frame and frame.f_back else {}
    if isinstance(expected, str | os.PathLike) and "__file__" in test:
        expected = Path(test["__file__"]).parent / expected
    reasons = expected_failures(expected)
    parameters = []
    for label, solver in _labelled(solvers).items():
        name = name_of(solver)
        for entered, check in up_to(level):
            known = reasons.get(check.__name__)
            marks = [pytest.mark.xfail(reason=known, strict=True)] if known else []
            held = CheckOfSolver(entered, check, name, deadline, memory)
            parameters.append(pytest.param(solver, held, id=f"{label}-{check.__name__}", marks=marks))
    return pytest.mark.parametrize(("solver", "check"), parameters)


def _labelled(solvers: Solver | Iterable[Solver] | Mapping[str, Solver]) -> dict[str, Solver]:
    """The solvers by names that are all different."""
    if isinstance(solvers, Mapping):
        found = dict(solvers)
    else:
        found = {}
        one: Any = solvers  # text is no list of solvers, though Python would take it for one
        for position, solver in enumerate([one] if callable(one) or isinstance(one, str) else one):
            label = _label(solver, position)
            found[f"{label}{position}" if label in found else label] = solver
    for solver in found.values():
        must_be_callable(solver)
    return found


def _label(solver: Solver, position: int) -> str:
    name = getattr(solver.function if isinstance(solver, Adapted) else solver, "__name__", "")
    return name if name.isidentifier() else f"solver{position}"
