"""Foreign functions that speak of other things than probabilities and nats, behind the signature of the suite."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from math import log
from typing import Any, Final, Literal

import numpy as np

from entnorm.conformance.calls import FloatArray, Kind

Function = Callable[..., Any]
Takes = Literal["p", "logits", "squared distances"]
Target = Literal["entropy", "bits", "perplexity"]
Returns = Literal["answer", "gamma", "beta", "sigma", "temperature", "distribution"]
Rows = Literal["batch", "one", "matrix"]
Arrays = Literal["numpy", "torch"]


def _log(p: FloatArray) -> FloatArray:
    with np.errstate(divide="ignore"):
        return np.log(p)


def _same(values: Any) -> Any:
    return values


_INPUTS: Final[dict[str, dict[str, Callable[[Any], Any]]]] = {
    "p": {"p": _same, "logits": _log, "squared distances": lambda p: -_log(p)},
    "logits": {"logits": _same, "squared distances": np.negative},
}
_TARGETS: Final[dict[str, Callable[[Any], Any]]] = {
    "entropy": _same,
    "bits": lambda nats: nats / log(2),
    "perplexity": np.exp,
}
_RETURNS: Final[dict[str, Callable[[Any], Any]]] = {
    "answer": _same,
    "gamma": _same,
    "beta": _same,
    "sigma": lambda sigma: 0.5 / np.square(np.float64(sigma)),
    "temperature": lambda t: 1 / np.float64(t),
    "distribution": _same,
}
CHOICES: Final = {
    "takes": tuple(_INPUTS["p"]),
    "target": tuple(_TARGETS),
    "returns": tuple(_RETURNS),
    "rows": ("batch", "one", "matrix"),
    "arrays": ("numpy", "torch"),
}
"""What each option may be, its default first."""


def must_be_callable(solver: Any) -> None:
    """Raise TypeError for what is no function."""
    if not callable(solver):
        hint = "; what is named as text is held by the command: entnorm conform pkg.mod:function"
        raise TypeError(f"a solver is a function, not {solver!r:.60}{hint if isinstance(solver, str) else ''}")


@dataclass(frozen=True)
class Adapted:
    """A foreign function behind the signature of the suite; made by `adapt`."""

    function: Function
    takes: Takes = "p"
    target: Target = "entropy"
    returns: Returns = "answer"
    rows: Rows = "batch"
    arrays: Arrays = "numpy"
    zeros: bool = True

    def __post_init__(self) -> None:
        must_be_callable(self.function)
        for option, allowed in CHOICES.items():
            if getattr(self, option) not in allowed:
                raise ValueError(f"{option}={getattr(self, option)!r}: choose one of {', '.join(map(repr, allowed))}")

    @property
    def speaks(self) -> Kind:
        """In what it can be asked without rounding: its own input is that, or its negative."""
        return "p" if self.takes == "p" else "logits"

    def rounding(self, target: float) -> float:
        """How far, in nats, the translation of the target may move it."""
        eps = 2.0**-52
        return {"entropy": 0.0, "bits": 2 * eps * target, "perplexity": eps * (2 + target)}[self.target]

    def __call__(self, values: FloatArray, target: Any, *, axis: int = -1, kind: Kind = "p") -> Any:
        """Translate the question, ask, translate the answer; values are probabilities, or logits."""
        return self.watched(values, target, axis=axis, kind=kind)[0]

    def watched(self, values: FloatArray, target: Any, *, axis: int = -1, kind: Kind = "p") -> tuple[Any, bool]:
        """Do that, and say whether the function left the arrays that it was given as they were."""
        rows = np.moveaxis(_laid_out_like(values, _INPUTS[kind][self.takes](values)), axis, -1)
        goals = np.broadcast_to(_TARGETS[self.target](target), rows.shape[:-1])
        if self.rows == "batch":
            goal = goals.copy() if goals.ndim else float(goals)
            return self._answer(np.moveaxis(rows, -1, axis), goal, axis=axis)
        if self.rows == "matrix":
            n = rows.shape[-1]
            answer, untouched = self._answer(rows.reshape(goals.size, n), goals.reshape(goals.size))
            one_each = np.ndim(answer) < 2 and not hasattr(answer, "gamma")
            answer = np.reshape(answer, goals.shape if one_each else rows.shape)
            return (answer if one_each else np.moveaxis(answer, -1, axis)), untouched
        answers = [self._answer(rows[i], float(goals[i])) for i in np.ndindex(goals.shape)]
        if not answers:
            return np.empty(goals.shape), True
        untouched = all(each for _, each in answers)
        stacked = np.array([answer for answer, _ in answers], dtype=np.float64)
        stacked = stacked.reshape(goals.shape + stacked.shape[1:])
        return (np.moveaxis(stacked, -1, axis) if stacked.ndim == values.ndim else stacked), untouched

    def _answer(self, values: FloatArray, goal: Any, **axis: int) -> tuple[Any, bool]:
        goals = np.asarray(goal, dtype=np.float64)
        before = values.tobytes(), goals.tobytes()
        if self.arrays == "numpy":
            returned = self.function(values, goal, **axis)
        else:
            torch = import_module("torch")
            asked = (torch.as_tensor(array, dtype=torch.float64) for array in (values, goals))  # the same memory
            returned = self.function(*asked, **axis)
            returned = returned.detach().cpu().numpy() if hasattr(returned, "detach") else returned
        self._must_be_as_promised(returned, values.shape, goals.shape)
        return _RETURNS[self.returns](returned), (values.tobytes(), goals.tobytes()) == before

    def _must_be_as_promised(self, returned: Any, row: tuple[int, ...], number: tuple[int, ...]) -> None:
        """Shapes are compared before anything is computed with what came back."""
        if returned is None:  # NumPy would make NaN of it
            raise TypeError("the function returned None")
        if self.returns == "answer":
            shape = getattr(returned, "shape", number)
            if shape not in (row, number):
                wanted = f"gamma of shape {number} or a distribution of shape {row}"
                raise TypeError(f"{wanted} was expected; shape {shape} came back")
        elif self.returns == "distribution" and np.shape(returned) != row:
            raise TypeError(f"a distribution of shape {row} was promised; shape {np.shape(returned)} came back")
        elif self.returns != "distribution" and np.shape(returned) != number:
            raise TypeError(
                f"{self.returns}, a number for each row, was promised; shape {np.shape(returned)} came back"
            )


def _laid_out_like(old: FloatArray, new: FloatArray) -> FloatArray:
    """What the translation made, with gaps where its input has gaps, and read-only where that is."""
    if new is old:
        return new
    if not (old.flags.c_contiguous or old.flags.f_contiguous):
        new = np.repeat(new, 2, axis=-1)[..., ::2]
    new.flags.writeable = old.flags.writeable
    return new


def adapt(
    function: Function,
    *,
    takes: Takes = "p",
    target: Target = "entropy",
    returns: Returns = "answer",
    rows: Rows = "batch",
    arrays: Arrays = "numpy",
    zeros: bool = True,
) -> Adapted:
    """Wrap a foreign function into a solver ``(p, target, *, axis=-1)`` that the suite can call.

    Parameters
    ----------
    function : callable
        Called as ``function(values, target, axis=axis)``, or as ``function(row, target)`` with ``rows="one"``, or as
        ``function(matrix, targets)`` with ``rows="matrix"``. Of what is adapted already it is the function behind.
    takes : {"p", "logits", "squared distances"}
        What it is given: probabilities; their natural logarithms (zeros as -inf); or the negative of those, as the
        squared distances of a Gaussian kernel exp(-beta d^2) (zeros as inf).
    target : {"entropy", "bits", "perplexity"}
        How it is told what to reach: entropy H in nats, H / log 2, or exp H.
    returns : {"answer", "gamma", "beta", "sigma", "temperature", "distribution"}
        By default gamma and distribution are told apart by shape. Beta, the factor of squared distances, is gamma
        itself; sigma, of exp(-d^2 / (2 sigma^2)), is 1 / sqrt(2 gamma); the temperature is 1 / gamma.
    rows : {"batch", "one", "matrix"}
        Whether it takes arrays with an axis; or a single row, so that the adapter makes the batch, and checks of
        batches and axes do not apply to it; or a matrix of rows with a vector of targets: the adapter moves the axis.
    arrays : {"numpy", "torch"}
        What it is given and returns; with "torch", tensors of float64.
    zeros : bool
        Whether it takes entries of probability zero. If not, rows with such entries are not asked.

    Returns
    -------
    Adapted
        A callable with the signature of a foreign solver.

    Raises
    ------
    TypeError
        If `function` is no function.
    ValueError
        For an option outside these sets.

    Examples
    --------
    >>> import numpy as np
    >>> from entnorm.conformance import adapt
    >>> def t_of_two(logits, bits):  # two entries: their temperature is the gap over the wanted log odds
    ...     return (logits[0] - logits[1]) / np.log(4)
    >>> solve = adapt(t_of_two, takes="logits", target="bits", returns="temperature", rows="one")
    >>> print(f"gamma = {solve(np.array([2 / 3, 1 / 3]), 0.5004024235):.10f}")
    gamma = 2.0000000000
    """
    if isinstance(function, Adapted):
        function = function.function
    return Adapted(function, takes, target, returns, rows, arrays, zeros)
