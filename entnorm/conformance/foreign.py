"""Other people's solvers, seen through one interface.

Whoever wrote it, a solver is called as ``solve(p, target, axis=-1)``. It receives probabilities (float64, summing to
one along ``axis``) and the entropy in nats that each row shall have, as a float or an array of the batch shape. It
returns either

* gamma, of the batch shape: a scalar for one row;
* or the distribution, of the shape of ``p``;
* or an object with ``gamma`` and ``success``, of the batch shape, as `entnorm.solve` returns, and perhaps ``probs``, of
  the shape of ``p``, and ``vjp``, the derivative in logits and target as in `entnorm.Solution` (behind an adapter of
  squared distances, in these); or one of SciPy's, whose ``root`` and
  ``converged``, or ``x`` and ``success``, are read as these.

Gamma and distribution are told apart by shape. `entnorm.conformance.adapt` wraps functions that speak of logits,
distances, bits, perplexity or temperature, or that take one row at a time.
"""

from __future__ import annotations

import sys
import traceback
import warnings
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Barrier
from time import monotonic
from typing import Any, Final

import numpy as np

from entnorm.conformance.adapting import Adapted, must_be_callable
from entnorm.conformance.calls import Answer, Call, FloatArray, Kind, answer
from entnorm.conformance.contained import Contained, LostError
from entnorm.conformance.reading import read

Solver = Callable[..., Any]

_LONGEST_MESSAGE: Final = 1000
_REPETITIONS: Final = 25
_LONG_ENOUGH: Final = 0.2
_SWITCH: Final = 1e-5
"""Seconds after which one thread has to let in another: much shorter than a call, so that they meet inside of it."""


class ForeignError(Exception):
    """A foreign solver raised, or returned what is neither gamma nor a distribution; or it hung, or died."""

    def __init__(self, call: Call, message: str, *, lost: bool = False) -> None:
        super().__init__(message)
        self.call = call
        self.lost = lost


@dataclass(frozen=True)
class Foreign:
    """A foreign solver whose answers can be compared, whatever it returns.

    Attributes
    ----------
    solve : callable
        The solver.
    name : str or None
        Where it can be imported from, as ``pkg.mod:function``.
    process : Contained or None
        A process of its own that holds the same solver and answers in its place.
    """

    solve: Solver
    name: str | None = None
    process: Contained | None = None

    def __post_init__(self) -> None:
        """Refuse what cannot be called.

        Raises
        ------
        TypeError
            For text too: a solver is found by its name on the command line only.
        """
        must_be_callable(self.solve)

    @property
    def one_row_at_a_time(self) -> bool:
        """Whether batches and axes are the adapter's work, so that the solver cannot get them wrong."""
        return isinstance(self.solve, Adapted) and self.solve.rows == "one"

    @property
    def has_no_axis(self) -> bool:
        """Whether axes are the adapter's work, and batches the solver's."""
        return isinstance(self.solve, Adapted) and self.solve.rows in ("matrix", "matrix of one target")

    @property
    def one_target_at_a_time(self) -> bool:
        """Whether targets that differ within a batch are the adapter's work."""
        return isinstance(self.solve, Adapted) and self.solve.rows == "matrix of one target"

    @property
    def speaks(self) -> Kind:
        """Whether hard rows are best put to it as probabilities or as logits, so that no translation rounds them."""
        return self.solve.speaks if isinstance(self.solve, Adapted) else "p"

    def rounding(self, target: float) -> float:
        """How far, in nats, the translation of a target may move it."""
        return self.solve.rounding(target) if isinstance(self.solve, Adapted) else 0.0

    @property
    def takes_zeros(self) -> bool:
        """Whether rows may have entries of probability zero."""
        return self.solve.zeros if isinstance(self.solve, Adapted) else True

    def ask(self, call: Call) -> tuple[Answer, ...]:
        """Call the solver on copies of the arguments: one answer for each row, in C order of the batch."""
        return _answers(call, self._run(call, perform, call))

    def ask_at_once(self, calls: Sequence[Call]) -> list[list[tuple[Answer, ...]]]:
        """Call the solver from as many threads as there are calls, all at once and over and over: every answer."""
        replies = self._run(calls[0], perform_at_once, calls)
        return [[_answers(call, reply) for reply in each] for call, each in zip(calls, replies, strict=True)]

    def gradient(self, call: Call, cotangent: FloatArray) -> tuple[FloatArray, float] | None:
        """The gradient of ``cotangent . distribution`` in logits and nats; None if the solver gives none in these."""
        if isinstance(self.solve, Adapted) and self.solve.target != "entropy":
            return None
        reply = self._run(call, perform_gradient, call, cotangent)
        if isinstance(reply, str):
            raise ForeignError(call, reply)
        if reply is not None and isinstance(self.solve, Adapted) and self.solve.takes == "squared distances":
            return -reply[0], reply[1]  # a distance is a logit's negative
        return reply  # type: ignore[no-any-return]

    def _run(self, call: Call, perform: Callable[..., Any], *arguments: Any) -> Any:
        if self.process is None:
            return perform(self.solve, *arguments)
        try:
            return self.process.run(perform, *arguments)
        except LostError as error:
            raise ForeignError(call, str(error), lost=True) from error


@dataclass(frozen=True, eq=False)
class Reply:
    """What came back from one call, in arrays that can cross from one process to another."""

    gamma: FloatArray | None
    probs: FloatArray | None
    untouched: bool
    error: str | None


@contextmanager
def _quietly() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def perform(solve: Solver, call: Call) -> Reply:
    """Make one call; an exception is a reply too."""
    with _quietly():
        return _performed(solve, call)


def perform_at_once(solve: Solver, calls: Sequence[Call]) -> list[list[Reply]]:
    """Make calls from as many threads, which start together and repeat each its own call."""
    start = Barrier(len(calls))

    def repeat(call: Call) -> list[Reply]:
        start.wait()
        end, replies = monotonic() + _LONG_ENOUGH, [_performed(solve, call)]
        while len(replies) < _REPETITIONS and monotonic() < end:
            replies.append(_performed(solve, call))
        return replies

    before = sys.getswitchinterval()
    try:
        sys.setswitchinterval(_SWITCH)
        with _quietly(), ThreadPoolExecutor(len(calls)) as threads:
            return list(threads.map(repeat, calls))
    finally:
        sys.setswitchinterval(before)


def perform_gradient(solve: Solver, call: Call, cotangent: FloatArray) -> tuple[FloatArray, float] | str | None:
    """Make one call and ask the result for its derivative; an exception is returned in words."""
    try:
        with _quietly(), np.errstate(all="ignore"):
            result = _result(solve, call, *call.arguments())
            if not hasattr(result, "vjp"):
                return None
            dlogits, dtarget = result.vjp(cotangent.copy())
            if np.shape(dlogits) != call.values.shape:
                raise TypeError(f"vjp returned shape {np.shape(dlogits)}; expected {call.values.shape}")
            return np.array(dlogits, dtype=np.float64), float(dtarget)
    except (Exception, SystemExit) as error:
        return _words(error)


def _result(solve: Solver, call: Call, values: FloatArray, target: FloatArray) -> Any:
    return solve(values, target if target.ndim else float(target), axis=call.axis, **_kind(call))


def _kind(call: Call) -> dict[str, Any]:
    return {} if call.kind == "p" else {"kind": call.kind}


def _performed(solve: Solver, call: Call) -> Reply:
    values, target = call.arguments()
    before = values.tobytes(), target.tobytes()
    try:
        with np.errstate(all="warn", under="ignore"):  # NumPy's own defaults
            if isinstance(solve, Adapted):  # the function behind it sees other arrays than these
                result, untouched = solve.watched(values, target, axis=call.axis, **_kind(call))
            else:
                result = _result(solve, call, values, target)
                untouched = (values.tobytes(), target.tobytes()) == before
            said = read(result, call.values.shape, call.axis)
    except (Exception, SystemExit) as error:
        return Reply(None, None, True, _words(error))
    return Reply(said.gamma, said.probs, untouched, None)


def _words(error: BaseException) -> str:
    """What an exception says, in text that can be written anywhere."""
    said = traceback.format_exception_only(error)[-1].strip()
    said = said if len(said) <= _LONGEST_MESSAGE else f"{said[:_LONGEST_MESSAGE]} ..."
    return said.encode("utf-8", "backslashreplace").decode("utf-8")


def _answers(call: Call, reply: Reply) -> tuple[Answer, ...]:
    if reply.error is not None:
        raise ForeignError(call, reply.error)
    rows = call.rows
    gammas = [None] * len(rows) if reply.gamma is None else [float(gamma) for gamma in reply.gamma.flat]
    probs = (
        [None] * len(rows) if reply.probs is None else list(np.moveaxis(reply.probs, call.axis, -1).reshape(rows.shape))
    )
    return tuple(answer(call, *said, reply.untouched) for said in zip(rows, gammas, probs, strict=True))
