"""Other people's solvers, seen through one interface.

Whoever wrote it, a solver is called as ``solve(p, target, axis=-1)``. It receives probabilities (float64, summing to
one along ``axis``) and the entropy in nats that each row shall have, as a float or an array of the batch shape. It
returns either

* gamma, of the batch shape: a scalar for one row;
* or the distribution, of the shape of ``p``;
* or an object with ``gamma`` and ``success``, of the batch shape, as `entnorm.solve` and SciPy's root finders return,
  and perhaps ``probs``, of the shape of ``p``, and ``vjp``, the derivative as in `entnorm.Solution`.

Gamma and distribution are told apart by shape. `entnorm.conformance.adapt` wraps functions that speak of logits,
distances, bits, perplexity or temperature, or that take one row at a time.
"""

from __future__ import annotations

import traceback
import warnings
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from math import nan
from typing import Any, Final

import numpy as np

from entnorm.conformance.adapting import Adapted
from entnorm.conformance.calls import Answer, Call, FloatArray, Kind, answer
from entnorm.conformance.contained import Contained, LostError

Solver = Callable[..., Any]

_LONGEST_MESSAGE: Final = 1000


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

    @property
    def one_row_at_a_time(self) -> bool:
        """Whether batches and axes are the adapter's work, so that the solver cannot get them wrong."""
        return isinstance(self.solve, Adapted) and self.solve.rows == "one"

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

    def ask_at_once(self, calls: Sequence[Call]) -> list[tuple[Answer, ...]]:
        """Call the solver from as many threads as there are calls, all at once."""
        replies = self._run(calls[0], perform_at_once, calls)
        return [_answers(call, reply) for call, reply in zip(calls, replies, strict=True)]

    def gradient(self, call: Call, cotangent: FloatArray) -> tuple[FloatArray, float] | None:
        """The gradient of ``cotangent . distribution`` in logits and nats; None if the solver gives none in these."""
        if isinstance(self.solve, Adapted) and self.solve.target != "entropy":
            return None
        reply = self._run(call, perform_gradient, call, cotangent)
        if isinstance(reply, str):
            raise ForeignError(call, reply)
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


def perform_at_once(solve: Solver, calls: Sequence[Call]) -> list[Reply]:
    """Make calls from as many threads."""
    with _quietly(), ThreadPoolExecutor(len(calls)) as threads:
        return list(threads.map(lambda call: _performed(solve, call), calls))


def perform_gradient(solve: Solver, call: Call, cotangent: FloatArray) -> tuple[FloatArray, float] | str | None:
    """Make one call and ask the result for its derivative; an exception is returned in words."""
    try:
        with _quietly(), np.errstate(all="ignore"):
            result = _result(solve, call, *call.arguments())
            if not hasattr(result, "vjp"):
                return None
            dlogits, dtarget = result.vjp(cotangent.copy())
            return np.array(dlogits, dtype=np.float64), float(dtarget)
    except (Exception, SystemExit) as error:
        return _words(error)


def _result(solve: Solver, call: Call, values: FloatArray, target: FloatArray) -> Any:
    asked = {} if call.kind == "p" else {"kind": call.kind}
    return solve(values, target if target.ndim else float(target), axis=call.axis, **asked)


def _performed(solve: Solver, call: Call) -> Reply:
    values, target = call.arguments()
    before = values.tobytes(), target.tobytes()
    try:
        with np.errstate(all="warn", under="ignore"):  # NumPy's own defaults
            gamma, probs = _read(_result(solve, call, values, target), call)
    except (Exception, SystemExit) as error:
        return Reply(None, None, True, _words(error))
    return Reply(gamma, probs, (values.tobytes(), target.tobytes()) == before, None)


def _words(error: BaseException) -> str:
    """What an exception says, in text that can be written anywhere."""
    said = traceback.format_exception_only(error)[-1].strip()
    said = said if len(said) <= _LONGEST_MESSAGE else f"{said[:_LONGEST_MESSAGE]} ..."
    return said.encode("utf-8", "backslashreplace").decode("utf-8")


def _read(result: Any, call: Call) -> tuple[FloatArray | None, FloatArray | None]:
    """Gamma, or distribution, or both, as arrays of their own; where a result says it failed they are NaN."""
    if hasattr(result, "gamma") and hasattr(result, "success"):
        gamma = _numbers(np.where(result.success, result.gamma, nan), call, call.batch)
        if not hasattr(result, "probs"):
            return gamma, None
        failed = np.expand_dims(np.broadcast_to(np.logical_not(result.success), call.batch), call.axis)
        return gamma, np.where(failed, nan, _numbers(result.probs, call, call.values.shape))
    values = _numbers(result, call, call.batch, call.values.shape)
    return (values, None) if values.ndim < call.values.ndim else (None, values)


def _numbers(result: Any, call: Call, *shapes: tuple[int, ...]) -> FloatArray:
    expected = f"expected {call.batch} for gamma or {call.values.shape} for the distribution"
    try:
        raw = np.asarray(result)
        loose = raw.dtype.kind == "O" and not any(value is None or isinstance(value, str) for value in raw.flat)
        if raw.dtype.kind not in "iuf" and not loose:  # NumPy would make numbers of None and of text
            raise TypeError("no numbers")
        values = np.array(raw, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise TypeError(f"the solver returned {_described(result)}; {expected}") from error
    if values.shape not in shapes:
        raise TypeError(f"the solver returned shape {values.shape}; {expected}")
    return values


def _described(result: Any) -> str:
    """What somebody returned, in a few words."""
    spelt = repr(result)
    return f"{type(result).__name__} {spelt}" if len(spelt) <= 60 and "\n" not in spelt else type(result).__name__


def _answers(call: Call, reply: Reply) -> tuple[Answer, ...]:
    if reply.error is not None:
        raise ForeignError(call, reply.error)
    rows = call.rows
    gammas = [None] * len(rows) if reply.gamma is None else [float(gamma) for gamma in reply.gamma.flat]
    probs = (
        [None] * len(rows) if reply.probs is None else list(np.moveaxis(reply.probs, call.axis, -1).reshape(rows.shape))
    )
    return tuple(answer(call, *said, reply.untouched) for said in zip(rows, gammas, probs, strict=True))
