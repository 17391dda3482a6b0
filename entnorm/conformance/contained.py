"""A process of its own for a solver that may hang or crash, with a deadline for each answer."""

from __future__ import annotations

import os
import pickle
import signal
import sys
import traceback
from collections.abc import Callable
from contextlib import suppress
from multiprocessing import get_context
from multiprocessing.connection import Connection
from queue import Empty, SimpleQueue
from threading import Thread
from types import TracebackType
from typing import Any, Final, Self

_STARTING: Final = 60.0
"""Seconds, at the least, that a new process has to start, and then to load the solver."""

_ENDING: Final = 5.0
"""Seconds after its last word until a process that is ending has an exit code."""


class LostError(Exception):
    """The process gave no answer: it was too late, or it died, or something was raised that is no solver's to raise."""


class LoadError(LostError):
    """The process could not load the solver; raised by what is called to load it, its message is passed on as it is."""


class _Alive:
    """One process: what it is asked, and what it says, on a clock of this side's own."""

    def __init__(self, load: Callable[[], Any]) -> None:
        spawning = get_context("spawn")
        self._here, there = spawning.Pipe()
        self._process = spawning.Process(target=_serve, args=(there, load), daemon=True)
        try:
            self._process.start()
        finally:
            there.close()  # the end of the process is the end of what can be read

    def send(self, question: Any) -> tuple[str, Any]:
        """Send something and return what comes back, whenever that is."""
        self._here.send(question)
        return self.receive()

    def receive(self) -> tuple[str, Any]:
        """The next thing that it says."""
        said: tuple[str, Any] = self._here.recv()
        return said

    def within(self, seconds: float, wait: Callable[..., tuple[str, Any]], *arguments: Any) -> tuple[str, Any]:
        """
        What `wait` returns, or a LostError after so many seconds or at the end of the process.

        A thread waits, which may be left behind: of a process that writes what it likes to its files, half a message
        may be all that ever comes.
        """
        said: SimpleQueue[tuple[str, Any] | Exception] = SimpleQueue()

        def listen() -> None:
            try:
                said.put(wait(*arguments))
            except Exception as error:  # whatever unpickling may raise
                said.put(error)

        Thread(target=listen, daemon=True).start()
        try:
            heard = said.get(timeout=seconds)
        except Empty:
            raise LostError(f"no answer within {seconds:g} s; the process was stopped") from None
        if isinstance(heard, EOFError | OSError):
            raise LostError(self._end()) from heard
        if isinstance(heard, Exception) or not (isinstance(heard, tuple) and len(heard) == 2):
            raise LostError("the process wrote to the connection on which its answers come")
        return heard

    def _end(self) -> str:
        self._process.join(_ENDING)
        code = self._process.exitcode
        if code is None:
            return "the process closed the connection on which its answers come"
        return f"the process {'ended' if code == 0 else 'died'}: {_how(code)}"

    def kill(self) -> None:
        """End it, and every process that it has started and not sent away."""
        pid = self._process.pid
        assert pid is not None
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(pid, signal.SIGKILL)  # nothing, if it did not come so far as to lead a group of its own
        self._process.kill()
        self._process.join()


class Contained:
    """A solver in a process of its own; after a hang or a crash the next question starts a new process.

    Parameters
    ----------
    load : callable
        Called without arguments in the new process, returns the solver; it has to be one that `pickle` can send there.
    deadline : float
        Seconds that one question may take. To start a process and to load the solver may take as long, or a minute.

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
        self._load = load
        self._deadline = deadline
        self._alive: _Alive | None = None

    def run(self, perform: Callable[..., Any], *arguments: Any) -> Any:
        """Return ``perform(solver, *arguments)``, computed there.

        Raises
        ------
        LostError
            If there is no answer before the deadline, or the process dies, or something is raised there.
        LoadError
            If it cannot load the solver.
        """
        try:
            alive = self._alive or self._started()
            kind, said = alive.within(self._deadline, alive.send, (perform, arguments))
        except BaseException:
            self._stop()
            raise
        if kind == "raised":
            raise LostError(f"the call raised {said}")
        return said

    def _started(self) -> _Alive:
        """A new process that has loaded the solver."""
        patience = max(self._deadline, _STARTING)
        self._alive = alive = _Alive(self._load)
        try:
            alive.within(patience, alive.receive)
        except LostError as error:
            raise LoadError(
                f"no process of its own could be started: {error}. It runs the main script again, which has to be a "
                'file, and to start what it starts below `if __name__ == "__main__":`'
            ) from error
        try:
            kind, said = alive.within(patience, alive.receive)
        except LostError as error:
            raise LoadError(f"while the solver was loaded: {error}") from error
        if kind == "raised":
            raise LoadError(said)
        return alive

    def _stop(self) -> None:
        if self._alive is not None:
            self._alive.kill()
            self._alive = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop()


def _serve(there: Connection, load: Callable[[], Any]) -> None:
    """In the new process: load the solver, then answer until nobody asks."""
    os.setsid()  # whatever it starts can be stopped with it
    # What a solver prints is not part of the verdict, and is not lost with a process that is stopped.
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    sys.stdout = sys.stderr
    home = os.getpid()
    with suppress(EOFError, OSError):
        there.send(("here", None))
        try:
            solver = load()
        except LoadError as error:
            there.send(("raised", str(error)))
            return
        except BaseException as error:
            there.send(("raised", f"the solver cannot be loaded in a process of its own: {_words(error)}"))
            return
        there.send(("loaded", None))
        while os.getpid() == home:  # a copy that the solver made of its process has nothing to say
            perform, arguments = there.recv()
            said = _performed(solver, perform, arguments)
            if os.getpid() == home:
                there.send(said)


def _performed(solver: Any, perform: Callable[..., Any], arguments: tuple[Any, ...]) -> tuple[str, Any]:
    try:
        return "returned", perform(solver, *arguments)
    except BaseException as error:  # KeyboardInterrupt too: it is the solver's, since this group has no terminal
        return "raised", _words(error)


def _words(error: BaseException) -> str:
    return traceback.format_exception_only(error)[-1].strip()


def _how(exitcode: int) -> str:
    if exitcode >= 0:
        return f"exit code {exitcode}"
    try:
        return f"signal {signal.Signals(-exitcode).name}"
    except ValueError:
        return f"signal {-exitcode}"
