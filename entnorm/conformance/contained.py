"""A process of its own for a solver that may hang or crash, with a deadline for each answer."""

from __future__ import annotations

import os
import pickle
import signal
import sys
import traceback
from collections.abc import Callable
from concurrent.futures import TimeoutError as LateError
from multiprocessing import get_context
from types import TracebackType
from typing import Any, Self

from pebble import ProcessExpired, ProcessPool

_held: Any = None
"""The solver that this process holds, if it is one of those made here; or why there is none."""


class LostError(Exception):
    """The process gave no answer: it was too late, or it died, or it could not load the solver."""


def _hold(load: Callable[[], Any]) -> None:
    global _held
    # What a solver prints is not part of the verdict, and is not lost with a process that is stopped.
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    sys.stdout = sys.stderr
    try:
        _held = load()
    except (Exception, SystemExit) as error:
        said = traceback.format_exception_only(error)[-1].strip()
        _held = LostError(f"the solver cannot be loaded in a process of its own: {said}")


def _perform(perform: Callable[..., Any], arguments: tuple[Any, ...]) -> Any:
    if isinstance(_held, LostError):
        raise _held
    return perform(_held, *arguments)


class Contained:
    """A solver in a process of its own; after a hang or a crash the next question starts a new process.

    Parameters
    ----------
    load : callable
        Called without arguments in the new process, returns the solver; it has to be one that `pickle` can send there.
    deadline : float
        Seconds that one question may take.

    Raises
    ------
    ValueError
        If `load` cannot be sent to another process, or the deadline is not positive.
    """

    def __init__(self, load: Callable[[], Any], deadline: float) -> None:
        if not deadline > 0:
            raise ValueError(f"deadline={deadline!r}: a number of seconds above zero")
        try:
            pickle.dumps(load)
        except Exception as error:
            raise ValueError(f"a process of its own needs a solver defined at the top of a module: {error}") from error
        self._deadline = deadline
        self._pool = ProcessPool(max_workers=1, context=get_context("spawn"), initializer=_hold, initargs=(load,))

    def run(self, perform: Callable[..., Any], *arguments: Any) -> Any:
        """Return ``perform(solver, *arguments)``, computed there.

        Raises
        ------
        LostError
            If there is no answer before the deadline, or the process dies, or it cannot load the solver.
        """
        try:
            return self._pool.schedule(_perform, args=(perform, arguments), timeout=self._deadline).result()
        except LateError as error:
            raise LostError(f"no answer within {self._deadline:g} s; the process was stopped") from error
        except ProcessExpired as error:
            raise LostError(f"the process died: {_how(error.exitcode)}") from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pool.stop()
        self._pool.join()


def _how(exitcode: int) -> str:
    if exitcode >= 0:
        return f"exit code {exitcode}"
    try:
        return f"signal {signal.Signals(-exitcode).name}"
    except ValueError:
        return f"signal {-exitcode}"
