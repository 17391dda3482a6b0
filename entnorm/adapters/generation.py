"""Which entropy each step of a generation is to have, and the scores that have it, whatever library generates.

A language model offers scores for the next token, one row per sequence; a sampler draws from their softmax. The two
classes here are what the adapters of all hosts share: `EntropySchedule` rescales scores, `StepCounter` tells from the
tokens so far which step a call is about. Both know NumPy only.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, TypedDict, Unpack

import numpy as np
from numpy.typing import ArrayLike, NDArray

from entnorm.clipping import solve_clipped
from entnorm.moments import Floats
from entnorm.rows import refuse_finite_masks
from entnorm.solution import EntnormError
from entnorm.transforms import log_softmax

__all__ = ["Course", "EntropySchedule", "StepCounter", "Targets"]

Course = ArrayLike | Callable[[int], ArrayLike]
"""What a target may be: a number for all steps, a sequence with an entry for each, or a function of the step."""

_TARGETS = ("entropy", "perplexity", "deficit", "evenness")
_BOUNDS = ("min", "max")


class Targets(TypedDict, total=False):
    """The keywords of `EntropySchedule`, which every adapter takes and passes on."""

    entropy: Course
    perplexity: Course
    deficit: Course
    evenness: Course
    min: Course
    max: Course


class EntropySchedule:
    """The entropy that each step of a generation is to have, or bounds that it is to stay within.

    Pass exactly one target, or bounds. Each is a number that holds for every step; or a sequence with an entry for each
    step, the last of which holds from then on; or a callable that is given the step, counted from 0 at the first token
    generated, and returns the value. An entry may itself be an array with a value for each row of scores.

    Parameters
    ----------
    entropy, perplexity, deficit, evenness : number, sequence or callable, optional
        The target: H in nats, exp(H), log s - H, or H / log s, where s counts the tokens that are not masked.
    min, max : number, sequence or callable, optional
        Bounds of the entropy in nats, either or both. Rows between them are left alone.

    Raises
    ------
    EntnormError
        If not exactly one target, or bounds, are given; if a sequence is empty; if a value is negative or no number.

    See Also
    --------
    entnorm.softmax, entnorm.clip_entropy : The same for arrays, without steps.

    Examples
    --------
    >>> import numpy as np
    >>> import entnorm
    >>> from entnorm.adapters.generation import EntropySchedule
    >>> calmer = EntropySchedule(entropy=np.linspace(1.0, 0.2, 5))  # and 0.2 from the fifth step on
    >>> scores = np.array([2.0, 1.5, 0.3, -np.inf])
    >>> for step in (0, 2, 9):
    ...     q = np.exp(calmer.rescale(scores, step))
    ...     print(q.round(3), entnorm.entropy(q).round(9))
    [0.498 0.351 0.151 0.   ] 1.0
    [0.76  0.227 0.013 0.   ] 0.6
    [0.95 0.05 0.   0.  ] 0.2
    """

    def __init__(self, **targets: Unpack[Targets]) -> None:
        names = set(targets)
        if not (names <= set(_BOUNDS) and names) and not (names <= set(_TARGETS) and len(names) == 1):
            one, bounds = ", ".join(_TARGETS), " and ".join(_BOUNDS)
            raise EntnormError(f"pass one of {one}, or one or both of {bounds}; got {', '.join(targets) or 'nothing'}")
        self._bounded = names <= set(_BOUNDS)
        self._targets = targets
        self._courses = {name: _as_function(name, course) for name, course in targets.items()}

    def __repr__(self) -> str:
        return f"EntropySchedule({', '.join(f'{name}={course!r}' for name, course in self._targets.items())})"

    def at(self, step: int) -> dict[str, Any]:
        """Return what is asked for at a step, counted from 0: the value by the name of the target or bound."""
        if not (isinstance(step, int | np.integer) and step >= 0):
            raise EntnormError(f"step must be an integer from 0 up, not {step!r}")
        return {name: course(step) for name, course in self._courses.items()}

    def rescale(self, logits: ArrayLike, step: int) -> NDArray[Any]:
        """Return scores whose softmax is that of ``gamma * logits``, for the gamma that meets what the step asks for.

        Parameters
        ----------
        logits : array_like
            Scores along the last axis, of any batch shape; -inf masks a token, which stays masked. A finite mask is
            refused, because its tokens would count.
        step : int
            Counted from 0.

        Returns
        -------
        ndarray
            Shaped as `logits`, of their floating dtype. Rows that lie within bounds are returned as they are, all
            others as logarithms of probabilities: ``gamma * logits`` less a constant that softmax does not see
            [escort.scale-invariance], which are finite also where gamma is not. Where the entropy asked for is out of
            reach, the row is uniform on its support or on its maxima, whichever is nearer.

        Raises
        ------
        EntnormError
            If scores or targets are malformed (NaN, +inf, a finite mask, all masked), with the step and the rows; if
            the step is no integer, or negative.
        """
        asked = self.at(step)
        try:
            refuse_finite_masks(np.asarray(logits))
            if not self._bounded:
                return log_softmax(logits, **asked, infeasible="clip")
            solution = solve_clipped(logits=logits, **asked)
        except EntnormError as error:
            raise type(error)(f"at step {step}: {error}") from error
        moved = np.not_equal(solution.gamma, 1.0)[..., np.newaxis]
        return np.where(moved, solution.log_probs, logits)


def _as_function(name: str, course: Any) -> Callable[[int], Any]:
    if callable(course):
        function: Callable[[int], Any] = course
        return function
    try:
        values = np.asarray(course)
    except ValueError:
        raise EntnormError(f"{name}: the entries of a sequence of targets have different shapes") from None
    if values.size == 0:
        raise EntnormError(f"{name}: a sequence of targets needs at least one entry")
    if values.dtype.kind not in "iuf":
        raise EntnormError(f"{name} must be a number, a sequence of numbers or a function of the step, not {course!r}")
    wrong = np.argwhere(~(values >= 0))
    if len(wrong):
        where = f" at step {wrong[0][0]}" if values.ndim else ""
        raise EntnormError(f"{name} must be nonnegative, not {values[tuple(wrong[0])]}{where}")
    return partial(_entry, values.astype(np.float64))


def _entry(values: Floats, step: int) -> Any:
    return values if values.ndim == 0 else values[min(step, len(values) - 1)]


class StepCounter:
    """Tells which step of a generation a call is about, from the tokens so far.

    Hosts hand a logits processor all tokens, the prompt's included, and do not say where the prompt ends. A call whose
    every sequence extends one of the call before by one token is the next step (also when a beam search has reordered
    or dropped sequences); any other begins a generation, at step 0. So one processor serves generation after
    generation. What asks about several positions at a time, as speculative decoding does, is not followed.

    Examples
    --------
    >>> from entnorm.adapters.generation import StepCounter
    >>> count = StepCounter()
    >>> count([[5, 7, 7]]), count([[5, 7, 7, 2]]), count([[5, 7, 7, 2, 9]])
    (0, 1, 2)
    >>> count([[5, 7, 7]])
    0
    """

    def __init__(self) -> None:
        self._seen: set[bytes] = set()
        self._step = 0

    def __call__(self, tokens: ArrayLike) -> int:
        """Return the step, counted from 0, at which these tokens, shaped (length,) or (sequences, length), stand."""
        rows = np.atleast_2d(np.asarray(tokens, dtype=np.int64))
        follows = {row[:-1].tobytes() for row in rows} <= self._seen
        self._step = self._step + 1 if follows else 0
        self._seen = {row.tobytes() for row in rows}
        return self._step
