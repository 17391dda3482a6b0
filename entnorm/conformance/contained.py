"""A process of its own for a solver that may hang or crash, with a deadline for each answer."""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
import traceback
from collections.abc import Callable
from contextlib import suppress
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from queue import Empty, SimpleQueue
from threading import TIMEOUT_MAX, Thread
from types import TracebackType
from typing import Any, Final, Self

_STARTING: Final = 60.0
"""Seconds, at the least, that a new process has to start and to load the solver."""

_ENDING: Final = 5.0
"""Seconds after its last word until a process that is ending has an exit code."""

_PROGRAM: Final = """\
import os, signal, sys
if not os.fork():
    if not os.fork():
        os.close({there})
        os.read({life}, 1)
        os.killpg(0, signal.SIGKILL)
    os._exit(0)
os.wait()
os.close({life})
sys.path[:] = {path!r}
from entnorm.conformance.contained import serve
serve({there}, {memory})
"""
"""
What a new process runs.

Beside it, and no child of its own, another waits for the end of the caller, whose death closes `life`, and ends the
whole group then: a solver that loops in compiled code lets no thread of its own do so, and may have started others.
"""


class LostError(Exception):
    """The process gave no answer: it was too late, or it died, or something was raised that is no solver's to raise."""


class LoadError(LostError):
    """The process could not load the solver; raised by what is called to load it, its message is passed on as it is."""


class _Alive:
    """One process: what it is asked, and what it says, on a clock of this side's own.

    It starts from nothing but the path of modules: `multiprocessing` would run the main script of the caller again.
    """

    def __init__(self, memory: int | None) -> None:
        self._here, there = Pipe()
        life, self._life = Pipe(duplex=False)
        with there, life:  # the end of the process is the end of what can be read
            passed = {"there": there.fileno(), "life": life.fileno()}
            path = [entry for entry in sys.path if isinstance(entry, str)]  # as Python itself does
            self._process = subprocess.Popen(
                [sys.executable, "-c", _PROGRAM.format(**passed, path=path, memory=memory)],
                pass_fds=[*passed.values()],
                stdin=subprocess.DEVNULL,
                stdout=2,  # what a solver prints is no part of the verdict, and not lost with a process that is stopped
                start_new_session=True,  # whatever it starts can be stopped with it
            )

    def send(self, question: Any) -> tuple[str, Any]:
        """Send something and return what comes back, whenever that is."""
        self._here.send(question)
        said: tuple[str, Any] = self._here.recv()
        return said

    def within(self, seconds: float, question: Any) -> tuple[str, Any]:
        """
        What comes back, or a LostError after so many seconds or at the end of the process.

        A thread waits, which may be left behind: of a process that writes what it likes to its files, half a message
        may be all that ever comes.
        """
        said: SimpleQueue[tuple[str, Any] | Exception] = SimpleQueue()

        def listen() -> None:
            try:
                said.put(self.send(question))
            except Exception as error:  # whatever unpickling may raise
                said.put(error)

        Thread(target=listen, daemon=True).start()
        try:
            heard = said.get(timeout=min(seconds, TIMEOUT_MAX))
        except Empty:
            raise LostError(f"no answer within {seconds:g} s; the process was stopped") from None
        if isinstance(heard, EOFError | OSError):
            raise LostError(self._end()) from heard
        if isinstance(heard, Exception) or not (isinstance(heard, tuple) and len(heard) == 2):
            raise LostError("the process wrote to the connection on which its answers come")
        return heard

    def _end(self) -> str:
        try:
            code = self._process.wait(_ENDING)
        except subprocess.TimeoutExpired:
            return "the process closed the connection on which its answers come"
        return f"the process {'ended' if code == 0 else 'died'}: {_how(code)}"

    def kill(self) -> None:
        """End it, and every process that it has started and not sent away."""
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()


class Contained:
    """A solver in a process of its own, started on entering; after a hang or a crash the next question starts another.

    The process ends with this one, however this one ends.

    Parameters
    ----------
    load : callable
        Called without arguments in the new process, returns the solver; it has to be one that `pickle` can send there.
    deadline : float
        Seconds that one question may take. To start a process and to load the solver may take as long, or a minute.
    memory : int, optional
        Bytes of address space that the process may have; beyond them it meets a MemoryError.

    Raises
    ------
    ValueError
        If `load` cannot be sent to another process, or the deadline or the memory is not positive.
    OSError
        If this is not a POSIX system, or starts no process more.
    LoadError
        On entering, if the process cannot load the solver.
    """

    def __init__(self, load: Callable[[], Any], deadline: float, memory: int | None = None) -> None:
        if not deadline > 0:
            raise ValueError(f"deadline={deadline!r}: a number of seconds above zero")
        if memory is not None and not 0 < memory <= sys.maxsize:
            raise ValueError(f"memory={memory!r}: a number of bytes above zero")
        if not hasattr(os, "fork"):
            raise OSError("only on POSIX can a solver have a process of its own: hold it without a deadline")
        try:
            self._load = pickle.dumps(load)
        except Exception as error:
            raise ValueError(f"a process of its own needs a solver defined at the top of a module: {error}") from error
        self._deadline = deadline
        self._memory = memory
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
            kind, said = alive.within(self._deadline, (perform, arguments))
        except BaseException:
            self._stop()
            raise
        if kind == "raised":
            raise LostError(f"the call raised {said}")
        return said

    def _started(self) -> _Alive:
        """A new process that has loaded the solver."""
        self._alive = alive = _Alive(self._memory)
        try:
            kind, said = alive.within(max(self._deadline, _STARTING), self._load)
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
        try:
            self._started()
        except BaseException:
            self._stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop()


_loading = False
"""Whether this is such a process, and has not got its solver yet."""


def must_not_be_loading() -> None:
    """Raise RuntimeError where checks are run by the module of the very solver that a process is loading."""
    if _loading:
        raise RuntimeError(
            "a process of its own imports the module of its solver, which starts checks in turn: "
            'what a script does belongs below `if __name__ == "__main__":`'
        )


def serve(descriptor: int, memory: int | None) -> None:
    """In the new process: load the solver, then answer until nobody asks."""
    global _loading
    sys.stdout = sys.stderr  # in the order in which things are printed
    home, there = os.getpid(), Connection(descriptor)
    with suppress(EOFError, OSError):
        load = there.recv()
        try:
            _loading = True
            if memory is not None:
                _bound(memory)
            solver = pickle.loads(load)()
        except LoadError as error:
            there.send(("raised", str(error)))
            return
        except BaseException as error:
            there.send(
                ("raised", f"the solver cannot be loaded in a process of its own, which imports it: {_words(error)}")
            )
            return
        finally:
            _loading = False
        there.send(("loaded", None))
        while os.getpid() == home:  # a copy that the solver made of its process has nothing to say
            perform, arguments = there.recv()
            said = _performed(solver, perform, arguments)
            if os.getpid() == home:
                there.send(said)


def _bound(memory: int) -> None:
    import resource  # which not every system has

    _, most = resource.getrlimit(resource.RLIMIT_AS)
    if most == resource.RLIM_INFINITY or memory < most:
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))


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
