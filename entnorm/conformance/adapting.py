"""Foreign functions that speak of other things than probabilities and nats, behind the signature of the suite."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import import_module
from math import log
from types import SimpleNamespace
from typing import Any, Final, Literal

import numpy as np

from entnorm.conformance.calls import FloatArray, Kind
from entnorm.conformance.reading import Said, put_together, read

Function = Callable[..., Any]
Takes = Literal["p", "logits", "squared distances"]
Target = Literal["entropy", "bits", "perplexity"]
Returns = Literal["answer", "gamma", "beta", "sigma", "temperature", "distribution"]
Rows = Literal["batch", "one", "matrix", "matrix of one target"]
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
    "rows": ("batch", "one", "matrix", "matrix of one target"),
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
        matrix, flat = rows.reshape(goals.size, rows.shape[-1]), goals.flatten()
        parts, untouched = [], True
        for where, some, goal in self._questions(matrix, flat):
            returned, as_before = self._answer(some, goal)
            parts.append((where, read(returned, some.shape)))
            untouched = untouched and as_before
        return _restored(put_together(parts, matrix.shape), rows.shape, axis), untouched

    def _questions(self, matrix: FloatArray, goals: FloatArray) -> Iterator[tuple[Any, FloatArray, Any]]:
        """What the function is asked about a matrix: places in it, the rows there, and their target or targets."""
        if self.rows == "matrix":
            yield slice(None), matrix, goals
        elif self.rows == "one":
            yield from zip(range(goals.size), matrix, goals.tolist(), strict=True)
        else:
            different, which = np.unique(goals, return_inverse=True)
            for i, goal in enumerate(different.tolist()):
                where = np.flatnonzero(which == i)
                some = matrix if len(different) == 1 else _laid_out_like(matrix, matrix[where])
                yield where, some, goal

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
        self._must_be_as_promised(returned, values.shape, tuple(np.delete(values.shape, axis.get("axis", -1)).tolist()))
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


def _restored(said: Said, shape: tuple[int, ...], axis: int) -> Any:
    """What was said about each row of a matrix, in the shape of the batch that it was made of."""
    gamma = None if said.gamma is None else said.gamma.reshape(shape[:-1])
    probs = None if said.probs is None else np.moveaxis(said.probs.reshape(shape), -1, axis)
    if gamma is None or probs is None:
        return gamma if probs is None else probs
    return SimpleNamespace(gamma=gamma, success=True, probs=probs)


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
        ``function(matrix, targets)`` with ``rows="matrix"``, or as ``function(matrix, target)`` with
        ``rows="matrix of one target"``. Of what is adapted already it is the function behind.
    takes : {"p", "logits", "squared distances"}
        What it is given: probabilities; their natural logarithms (zeros as -inf); or the negative of those, as the
        squared distances of a Gaussian kernel exp(-beta d^2) (zeros as inf).
    target : {"entropy", "bits", "perplexity"}
        How it is told what to reach: entropy H in nats, H / log 2, or exp H.
    returns : {"answer", "gamma", "beta", "sigma", "temperature", "distribution"}
        By default gamma and distribution are told apart by shape, and objects with gamma and success, or of SciPy, are
        read as those. Beta, the factor of squared distances, is gamma itself; sigma, of exp(-d^2 / (2 sigma^2)), is
        1 / sqrt(2 gamma); the temperature is 1 / gamma.
    rows : {"batch", "one", "matrix", "matrix of one target"}
        Whether it takes arrays with an axis; or a single row, so that the adapter makes the batch, and checks of
        batches and axes do not apply to it; or a matrix of rows, with a vector of targets or, as in the textbooks of
        t-SNE, with a number that is the target of them all: the adapter moves the axis.
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
