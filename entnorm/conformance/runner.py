"""Running the checks: from a solver to a report, or to an exception that names what failed."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from importlib import import_module
from math import inf
from operator import attrgetter
from typing import Any, Final

import numpy as np

from entnorm.conformance.adapting import Adapted
from entnorm.conformance.checks import Check, up_to
from entnorm.conformance.contained import Contained, must_not_be_loading
from entnorm.conformance.expectations import Expected, expected_failures
from entnorm.conformance.findings import Finding, NotApplicable
from entnorm.conformance.foreign import Foreign, ForeignError, Solver
from entnorm.conformance.naming import name_of
from entnorm.conformance.programs import program
from entnorm.conformance.verdict import CheckFailed, ConformanceError, Outcome, Report, Result

_LOSSES: Final = 3
"""After so many checks that ended in a hang or a crash the solver is asked nothing else."""


def run(
    solve: Solver,
    level: str = "core",
    *,
    expected: Expected = None,
    deadline: float | None = None,
    memory: int | None = None,
    name: str | None = None,
    tick: Callable[[str], None] = lambda check: None,
) -> Report:
    """Hold a solver against every check up to a level.

    Parameters
    ----------
    solve : callable
        ``(p, target, *, axis=-1)``; see `entnorm.conformance.adapt` for functions that speak otherwise.
    level : {"smoke", "core", "edge", "accuracy", "stress"}
        How far to go; each level includes those before it.
    expected : mapping or path, optional
        Checks that are known to fail, with a reason for each; or the TOML file that lists them in a table
        ``[expected-failures]``. One of them that passes is a failure.
    deadline : float, optional
        With it the solver runs in a process of its own, and has so many seconds for each call; a solver that hangs or
        takes its process down fails the check in hand. That process imports it, and runs no script: what is defined in
        the main script is imported from there, and so what the script does has to be below
        ``if __name__ == "__main__":``. The import may take as long as a call, or a minute. Only on POSIX.
    memory : int, optional
        Bytes of address space that the process of its own may have, of which libraries for tensors reserve much more
        than they use; beyond them it meets a MemoryError.
    name : str, optional
        Where the solver is imported from, as ``pkg.mod:function``; found out where it can be.
    tick : callable
        Called with the name of each check that is done.

    Returns
    -------
    Report
        The same on every run, for a solver that is deterministic.

    Raises
    ------
    LoadError
        If a process of its own cannot load the solver.
    ValueError
        For an unknown level or check, a solver that cannot be sent to a process of its own, or a bound of its memory
        without a deadline.

    Examples
    --------
    >>> import numpy as np
    >>> from entnorm.conformance import run
    >>> report = run(lambda p, target, *, axis=-1: np.ones(np.delete(p.shape, axis)), level="smoke")
    >>> [result.sentence for result in report.failures][0]
    'hits the target entropy'
    """
    checks, reasons = up_to(level), expected_failures(expected)
    with foreign(solve, deadline, memory, name) as solver:
        return Report(level, tuple(_results(solver, checks, reasons, tick)), solver.name)


def run_elsewhere(
    load: Callable[[], Solver],
    level: str,
    *,
    name: str,
    deadline: float,
    memory: int | None = None,
    expected: Expected = None,
    tick: Callable[[str], None] = lambda check: None,
) -> Report:
    """`run` for a solver that only a process of its own loads, by calling `load` there; `memory` as in `Contained`.

    Raises
    ------
    LoadError
        If it cannot be loaded.
    ValueError
        For an unknown level or check, or a `load` that cannot be sent to another process.
    """
    checks, reasons = up_to(level), expected_failures(expected)
    with Contained(load, deadline, memory) as process:
        solver = Foreign(process.run(stand_in), name, process)
        return Report(level, tuple(_results(solver, checks, reasons, tick)), name)


@contextmanager
def foreign(
    solve: Solver, deadline: float | None, memory: int | None = None, name: str | None = None
) -> Iterator[Foreign]:
    """The solver as checks see it; with a deadline, in a process of its own for as long as the context lasts."""
    must_not_be_loading()
    name = name or name_of(solve)
    if deadline is None:
        if memory is not None:
            raise ValueError("memory is bounded in a process of its own: give a deadline, too")
        yield Foreign(solve, name)
        return
    inner = name_of(solve.function) if isinstance(solve, Adapted) else None
    load: Callable[[], Any] = partial(_given, solve)
    if name:
        load = partial(imported, name)
    elif inner:
        load = partial(_adapted, inner, stand_in(solve))
    with Contained(load, deadline, memory) as process:
        yield Foreign(solve, name, process)


def check_solver(
    solve: Solver,
    level: str = "core",
    *,
    expected: Expected = None,
    deadline: float | None = None,
    memory: int | None = None,
) -> None:
    """Hold a solver against every check up to a level; return if it passes all that apply.

    Parameters
    ----------
    solve : callable
        ``(p, target, *, axis=-1)``; see `entnorm.conformance.adapt` for functions that speak otherwise.
    level : {"smoke", "core", "edge", "accuracy", "stress"}
        How far to go; each level includes those before it.
    expected : mapping or path, optional
        Checks that are known to fail, as in `run`.
    deadline : float, optional
        Seconds for each call, in a process of its own, as in `run`.
    memory : int, optional
        Bytes that this process may have, as in `run`.

    Raises
    ------
    ConformanceError
        An exception group with one `CheckFailed` for each failed check: its name, what was expected, the right answer
        where one is known, and a reproducer.
    LoadError
        If a process of its own cannot load the solver.
    ValueError
        For an unknown level or check, a solver that cannot be sent to a process of its own, or a bound of its memory
        without a deadline.

    Examples
    --------
    >>> import numpy as np
    >>> from entnorm.conformance import CheckFailed, check_solver
    >>> try:
    ...     check_solver(lambda p, target, *, axis=-1: np.ones(np.delete(p.shape, axis)), level="smoke")
    ... except* CheckFailed as group:
    ...     print(len(group.exceptions), group.exceptions[0].result.name)
    3 hits_the_target_entropy
    """
    failures = run(solve, level, expected=expected, deadline=deadline, memory=memory).failures
    if failures:
        names = ", ".join(failure.name for failure in failures)
        raise ConformanceError(f"failed at level {level}: {names}", [CheckFailed(failure) for failure in failures])


def _results(
    solver: Foreign, checks: list[tuple[str, Check]], reasons: dict[str, str], tick: Callable[[str], None]
) -> Iterator[Result]:
    why, losses = "", 0
    door = checks[0][1]
    for level, check in checks:
        found = _not_run(check, level, why) if why else _judged(result(check, level, solver), reasons)
        losses += found.lost
        if check is door and found.outcome in (Outcome.FAILED, Outcome.EXPECTED):
            why = f"what does not pass {door.__name__} is asked nothing else"
        elif losses == _LOSSES:
            why = why or f"{_LOSSES} checks ended in a hang or a crash"
        tick(check.__name__)
        yield found


def _not_run(check: Check, level: str, why: str) -> Result:
    return Result(check.__name__, level, Outcome.NOT_RUN, _promise(check), reason=why)


def _judged(found: Result, reasons: dict[str, str]) -> Result:
    """A failure that was announced is expected, and no failure is a failure then."""
    strict = {Outcome.FAILED: Outcome.EXPECTED, Outcome.PASSED: Outcome.UNEXPECTED}
    if found.name not in reasons or found.outcome not in strict:
        return found
    return replace(found, outcome=strict[found.outcome], reason=reasons[found.name])


def _promise(check: Check) -> str:
    return inspect.getdoc(check) or ""


def result(check: Check, level: str, solver: Foreign) -> Result:
    """What one check finds."""
    name, promise = check.__name__, _promise(check)
    try:
        with np.errstate(all="ignore"):  # an absurd answer is judged like any other
            findings = list(check(solver))
    except NotApplicable as reason:
        return Result(name, level, Outcome.NOT_APPLICABLE, promise, reason=str(reason))
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
            reproducer=program(solver, [error.call]),
            lost=error.lost,
        )
    worst = max(findings, key=Finding.weight)
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
        reproducer=program(solver, worst.calls, worst.shows),
    )


def imported(name: str) -> Any:
    """What ``pkg.mod:function`` names."""
    module, _, path = name.partition(":")
    return attrgetter(path)(import_module(module))


def _given(solve: Solver) -> Solver:
    return solve


def _adapted(name: str, how: Solver) -> Solver:
    return replace(how, function=imported(name))  # type: ignore[type-var]


def stand_in(solve: Solver) -> Solver:
    """What there is to know of a solver besides its answers, where it is not itself: how its adapter translates."""
    return replace(solve, function=_elsewhere) if isinstance(solve, Adapted) else _elsewhere


def _elsewhere(*arguments: Any, **options: Any) -> Any:
    raise AssertionError("the solver is in a process of its own")
