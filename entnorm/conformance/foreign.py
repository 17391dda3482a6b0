"""Other people's solvers, seen through one interface.

Whoever wrote it, a solver is called as ``solve(p, target, axis=-1)``. It receives probabilities (float64, summing to
one along ``axis``) and the entropy in nats that each row shall have, as a float or an array of the batch shape. It
returns either

* gamma, of the batch shape: a scalar for one row;
* or the distribution, of the shape of ``p``;
* or an object with ``gamma`` and ``success``, of the batch shape, as `entnorm.solve` and SciPy's root finders return.

Gamma and distribution are told apart by shape. `adapt` wraps functions that speak of logits, bits, perplexity or
temperature, or that take one row at a time.
"""

from __future__ import annotations

import traceback
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from math import fsum, log, nan
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
Solver = Callable[..., Any]

_LONGEST_LITERAL: Final = 128


@dataclass(frozen=True, eq=False)
class Call:
    """One call of a solver: its arguments, and how to make it again.

    Attributes
    ----------
    p : ndarray
        Probabilities along `axis`.
    target : ndarray
        Entropies in nats, of the batch shape.
    axis : int
        The axis that sums to one.
    source : str or None
        A Python expression for `p`, where writing its entries out would be too long.
    """

    p: FloatArray
    target: FloatArray
    axis: int = -1
    source: str | None = None

    @property
    def reproducer(self) -> str:
        """Lines of Python that make the same call, every number exact; they need NumPy as np, and `solve`."""
        p, target = self.source or _literal(self.p), _literal(self.target)
        return f"p = {p}\ntarget = {target}\nsolve(p, target, axis={self.axis})"


def _literal(values: FloatArray) -> str:
    if values.ndim == 0:
        return f'float.fromhex("{float(values).hex()}")'
    if values.size > _LONGEST_LITERAL:
        raise ValueError(f"{values.size} entries are too many to write out: give the call a source")
    numbers = " ".join(float(value).hex() for value in values.flat)
    shape = "" if values.ndim == 1 else f".reshape({values.shape})"
    return f'np.array([float.fromhex(x) for x in "{numbers}".split()]){shape}'


@dataclass(frozen=True, eq=False)
class Answer:
    """What a solver said about one row.

    Attributes
    ----------
    gamma : float
        The exponent: returned, or implied by the returned distribution.
    probs : ndarray or None
        The distribution, if the solver returned one.
    entropy : float
        Entropy in nats of the returned distribution, or of the escort distribution of order `gamma`.
    untouched : bool
        Whether the call left its arguments as they were.
    """

    gamma: float
    probs: FloatArray | None
    entropy: float
    untouched: bool

    @property
    def given(self) -> bool:
        """Whether this is an answer at all: a finite gamma, or a distribution without NaN or infinity."""
        return bool(np.isfinite(self.gamma if self.probs is None else self.probs).all())

    @property
    def bits(self) -> bytes:
        """The answer bit for bit."""
        return np.float64(self.gamma).tobytes() if self.probs is None else self.probs.tobytes()


class ForeignError(Exception):
    """A foreign solver raised, or returned what is neither gamma nor a distribution."""

    def __init__(self, call: Call, message: str) -> None:
        super().__init__(message)
        self.call = call


@dataclass(frozen=True)
class Foreign:
    """A foreign solver whose answers can be compared, whatever it returns."""

    solve: Solver

    @property
    def one_row_at_a_time(self) -> bool:
        """Whether batches and axes are the adapter's work, so that the solver cannot get them wrong."""
        return isinstance(self.solve, Adapted) and self.solve.rows == "one"

    def ask(self, call: Call) -> tuple[Answer, ...]:
        """Call the solver on copies of the arguments: one answer for each row, in C order of the batch."""
        p, target = call.p.copy(), call.target.copy()
        try:
            with warnings.catch_warnings(), np.errstate(all="warn", under="ignore"):  # NumPy's own defaults
                warnings.simplefilter("ignore")
                result = _read(self.solve(p, target if target.ndim else float(target), axis=call.axis), call)
        except Exception as error:
            raise ForeignError(call, traceback.format_exception_only(error)[-1].strip()) from error
        untouched = p.tobytes() == call.p.tobytes() and target.tobytes() == call.target.tobytes()
        rows = np.moveaxis(call.p, call.axis, -1).reshape(-1, call.p.shape[call.axis])
        if result.ndim < p.ndim:
            gammas = [float(gamma) for gamma in result.flat]
            pairs = zip(rows, gammas, strict=True)
            return tuple(Answer(gamma, None, _escort_entropy(row, gamma), untouched) for row, gamma in pairs)
        answers = np.moveaxis(result, call.axis, -1).reshape(rows.shape)
        return tuple(
            Answer(_implied_gamma(row, q), q, _entropy(q), untouched) for row, q in zip(rows, answers, strict=True)
        )


def _read(result: Any, call: Call) -> FloatArray:
    """Gamma or distribution as an array of their own; a result that says it failed counts as NaN."""
    batch = tuple(int(length) for length in np.delete(call.p.shape, call.axis))
    expected = f"expected {batch} for gamma or {call.p.shape} for the distribution"
    if hasattr(result, "gamma") and hasattr(result, "success"):
        result = np.where(result.success, result.gamma, nan)
    try:
        values = np.array(result, dtype=np.float64)
        loose = np.array(result, dtype=object).flat
    except (TypeError, ValueError) as error:
        raise TypeError(f"the solver returned {_described(result)}; {expected}") from error
    if any(value is None or isinstance(value, str | bytes) for value in loose):  # NumPy would make numbers of them
        raise TypeError(f"the solver returned {_described(result)}; {expected}")
    if values.shape not in (batch, call.p.shape):
        raise TypeError(f"the solver returned shape {values.shape}; {expected}")
    return values


def _described(result: Any) -> str:
    """What somebody returned, in a few words."""
    spelt = repr(result)
    return f"{type(result).__name__} {spelt}" if len(spelt) <= 60 and "\n" not in spelt else type(result).__name__


def distances(p: FloatArray) -> FloatArray:
    """The distances log p_max - log p_i of positive entries, accurate also where p is nearly uniform."""
    top = p.max()
    with np.errstate(over="ignore"):  # of the branch that is not taken
        d: FloatArray = np.where(p > top / 2, np.log1p((top - p) / p), np.log(top) - np.log(p))
    return d


def _escort_entropy(p: FloatArray, gamma: float) -> float:
    """Entropy of the escort distribution, from the largest entry down [escort.entropy-from-top]."""
    t = gamma * distances(p[p > 0])
    if not np.isfinite(t).all():
        return nan
    t = t - t.min()
    r = np.exp(-t)
    total = fsum(r)
    return log(total) + fsum(t * r) / total


def _shares(q: FloatArray) -> FloatArray | None:
    """A returned distribution, made to sum to one: that it does not is a matter of its own; None if it is nonsense."""
    if not np.isfinite(q).all() or q.min() < 0 or q.max() == 0:
        return None
    shares: FloatArray = q / q.max()
    return shares / fsum(shares)


def _entropy(q: FloatArray) -> float:
    shares = _shares(q)
    return nan if shares is None else -fsum(x * log(x) for x in shares.tolist() if x > 0)


def _implied_gamma(p: FloatArray, q: FloatArray) -> float:
    """The slope of log q against log p, least squares with weights q: gamma itself if q is a power of p."""
    shares = _shares(q)
    if shares is None:
        return nan
    inside = (p > 0) & (shares > 0)
    if not inside.any():
        return nan
    x, weight = -distances(p[inside]), shares[inside] / fsum(shares[inside])
    x = x - fsum(weight * x)
    variance = fsum(weight * x * x)
    return fsum(weight * x * np.log(weight / weight.max())) / variance if variance > 0 else nan


Takes = Literal["p", "logits"]
Target = Literal["entropy", "bits", "perplexity"]
Returns = Literal["answer", "temperature"]
Rows = Literal["batch", "one"]


def _log(p: FloatArray) -> FloatArray:
    with np.errstate(divide="ignore"):
        return np.log(p)


def _same(values: Any) -> Any:
    return values


_INPUTS: Final[dict[str, Callable[[Any], Any]]] = {"p": _same, "logits": _log}
_TARGETS: Final[dict[str, Callable[[Any], Any]]] = {
    "entropy": _same,
    "bits": lambda nats: nats / log(2),
    "perplexity": np.exp,
}
_RETURNS: Final[dict[str, Callable[[Any], Any]]] = {"answer": _same, "temperature": lambda t: 1 / np.float64(t)}
_ROWS: Final = ("batch", "one")


@dataclass(frozen=True)
class Adapted:
    """A foreign function behind the signature of the suite; made by `adapt`."""

    function: Solver
    takes: Takes = "p"
    target: Target = "entropy"
    returns: Returns = "answer"
    rows: Rows = "batch"

    def __post_init__(self) -> None:
        for option, allowed in (("takes", _INPUTS), ("target", _TARGETS), ("returns", _RETURNS), ("rows", _ROWS)):
            if getattr(self, option) not in allowed:
                raise ValueError(f"{option}={getattr(self, option)!r}: choose one of {', '.join(map(repr, allowed))}")

    def __call__(self, p: FloatArray, target: Any, *, axis: int = -1) -> Any:
        """Translate the question, ask, translate the answer."""
        values, goal = _INPUTS[self.takes](p), _TARGETS[self.target](target)
        if self.rows == "batch":
            return _RETURNS[self.returns](self.function(values, goal, axis=axis))
        rows = np.moveaxis(values, axis, -1)
        goals = np.broadcast_to(goal, rows.shape[:-1])
        answers = [_RETURNS[self.returns](self.function(rows[i], float(goals[i]))) for i in np.ndindex(goals.shape)]
        stacked = np.array(answers, dtype=np.float64).reshape(goals.shape + np.shape(answers[0]))
        return np.moveaxis(stacked, -1, axis) if stacked.ndim == p.ndim else stacked


def adapt(
    function: Solver,
    *,
    takes: Takes = "p",
    target: Target = "entropy",
    returns: Returns = "answer",
    rows: Rows = "batch",
) -> Adapted:
    """Wrap a foreign function into a solver ``(p, target, *, axis=-1)`` that the suite can call.

    Parameters
    ----------
    function : callable
        Called as ``function(values, target, axis=axis)``, or as ``function(row, target)`` with ``rows="one"``.
    takes : {"p", "logits"}
        What it is given: probabilities, or their natural logarithms (zeros as -inf).
    target : {"entropy", "bits", "perplexity"}
        How it is told what to reach: entropy H in nats, H / log 2, or exp H.
    returns : {"answer", "temperature"}
        Gamma or the distribution as they are (told apart by shape), or the temperature 1 / gamma.
    rows : {"batch", "one"}
        Whether it takes arrays with an axis, or a single row; then the adapter makes the batch, and checks of batches
        and axes do not apply to it.

    Returns
    -------
    Adapted
        A callable with the signature of a foreign solver.

    Raises
    ------
    ValueError
        For an option outside these sets.

    Examples
    --------
    >>> import numpy as np
    >>> def t_of_two(logits, bits):  # two entries: their temperature is the gap over the wanted log odds
    ...     return (logits[0] - logits[1]) / np.log(4)
    >>> solve = adapt(t_of_two, takes="logits", target="bits", returns="temperature", rows="one")
    >>> print(f"gamma = {solve(np.array([2 / 3, 1 / 3]), 0.5004024235):.10f}")
    gamma = 2.0000000000
    """
    return Adapted(function, takes, target, returns, rows)
