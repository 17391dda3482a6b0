"""Choosing the entropy: a target fitted by held-out likelihood, beside temperature scaling, and how to judge them.

A prescribed entropy makes every row equally uncertain, which a classifier's rows are not: what is fitted here is the
best of a family, and whether the family is any good is for the held-out likelihood to say. One temperature for all rows
leaves them their differences; a floor under the entropy moves the overconfident rows alone.

>>> import numpy as np
>>> from entnorm.calibration import fit_target, fit_temperature
>>> rng = np.random.default_rng(0)
>>> logits = rng.normal(size=(4000, 5)) * 3
>>> labels = (logits / 2 + rng.gumbel(size=logits.shape)).argmax(-1)  # so the right temperature is 2
>>> one = fit_temperature(logits, labels)
>>> same = fit_target(logits, labels, kind="entropy")
>>> print(round(one.value, 1), one.nll < same.nll)
2.0 True
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from entnorm.clipping import solve_clipped
from entnorm.moments import Floats
from entnorm.rows import Rows, sum_tolerance
from entnorm.solution import EntnormError, name_rows
from entnorm.steps import EPS
from entnorm.transforms import log_softmax

Family = Callable[[Floats, float], Floats]

_GRID: Final = 48  # a likelihood may have several maxima in a target: the best of so many is refined
_GOLDEN: Final = (np.sqrt(5.0) - 1) / 2
_CLOSE: Final = 1e-8  # the square root of what a likelihood can resolve
_EXTREMES: Final = 1e3  # times the largest range of logits, and divided by it the smallest, are temperatures' ends
_EXPONENTS: Final = 700.0  # of e, within the range of float64
_KINDS: Final = ("temperature", "floor", "entropy", "perplexity", "evenness")


@dataclass(frozen=True)
class Fit:
    """A family of distributions with the number that fits best.

    Attributes
    ----------
    kind : str
        "temperature", "floor", "entropy", "perplexity" or "evenness".
    value : float
        The temperature; the least entropy in nats; or the target.
    nll : float
        Mean negative log-likelihood of the labels that it was fitted to, in nats.
    at_end : bool
        Whether nothing between the ends of what was searched is better than an end: the data do not determine the
        number. It is so for a temperature where every label has the largest score, or none of the scores helps; and a
        floor of 0 says that none helps.

    Raises
    ------
    EntnormError
        If there is no such kind.
    """

    kind: str
    value: float
    nll: float
    at_end: bool = False

    def __post_init__(self) -> None:
        if self.kind not in _KINDS:
            raise EntnormError(f"kind must be one of {', '.join(_KINDS)}, not {self.kind!r}")

    def log_probs(self, logits: ArrayLike) -> Floats:
        """Logarithms of the distributions of rows of logits, the last axis being that of the classes.

        Parameters
        ----------
        logits : array_like of shape (..., n_classes)

        Returns
        -------
        ndarray of float64
            Shaped as `logits`.

        Examples
        --------
        >>> from entnorm.calibration import Fit
        >>> print(Fit("temperature", 2.0, 0.5).log_probs([2.0, 0.0]).round(6))
        [-0.313262 -1.313262]
        """
        return _family(self.kind)(np.asarray(logits, dtype=np.float64), self.value)


def fit_target(logits: ArrayLike, labels: ArrayLike, *, kind: str = "evenness") -> Fit:
    """Find the target for which `entnorm.softmax` makes labels most likely.

    Parameters
    ----------
    logits : array_like of shape (n_samples, n_classes)
        Scores of data that the classifier was not trained on.
    labels : array_like of int, of shape (n_samples,)
        The classes of these data.
    kind : {"evenness", "entropy", "perplexity"}, default "evenness"
        What is the same for all rows. With no class excluded by -inf the three differ in their unit only.

    Returns
    -------
    Fit
        To be compared with `fit_temperature` on data that neither has seen.

    Raises
    ------
    EntnormError
        If labels are not classes of the logits, or classes that these exclude by -inf, or an argument is malformed.

    Notes
    -----
    The best of 48 targets from one end to the other is refined by golden sections to eight digits: the likelihood may
    have several maxima in the target. Rows that cannot have a target take the nearest limit.

    Examples
    --------
    >>> import numpy as np
    >>> from entnorm import log_softmax
    >>> from entnorm.calibration import fit_target
    >>> rng = np.random.default_rng(0)
    >>> logits = rng.normal(size=(2000, 4))
    >>> labels = (log_softmax(logits, entropy=0.7) + rng.gumbel(size=logits.shape)).argmax(-1)
    >>> print(round(fit_target(logits, labels, kind="entropy").value, 1))
    0.7
    """
    if kind not in ("evenness", "entropy", "perplexity"):
        raise EntnormError(f"kind must be 'evenness', 'entropy' or 'perplexity', not {kind!r}")
    x, y = _checked(logits, labels)
    most = {"evenness": 1.0, "entropy": np.log(x.shape[1]), "perplexity": x.shape[1]}[kind]
    return _fitted(kind, x, y, 0.0, 1.0, lambda e: most**e if kind == "perplexity" else most * e)


def fit_temperature(logits: ArrayLike, labels: ArrayLike) -> Fit:
    """Find the one temperature for which ``softmax(logits / temperature)`` makes labels most likely.

    Parameters
    ----------
    logits : array_like of shape (n_samples, n_classes)
        Scores of data that the classifier was not trained on.
    labels : array_like of int, of shape (n_samples,)
        The classes of these data.

    Returns
    -------
    Fit
        With a temperature between a thousandth of the smallest range of a row of logits and a thousand times the
        largest: logits of another scale have the temperature of that scale, and the same likelihood.

    Raises
    ------
    EntnormError
        If labels are not classes of the logits, or classes that these exclude by -inf, or an argument is malformed.

    Notes
    -----
    Temperature scaling of Guo et al., "On calibration of modern neural networks" (2017). The loss is convex in
    1 / temperature, the exponent of the power transform [relations.softmax-temperature].

    Examples
    --------
    >>> from entnorm.calibration import fit_temperature
    >>> print(round(fit_temperature([[2.0, 0.0]] * 4, [0, 0, 0, 1]).value, 6))  # three to one: 2 / T = log 3
    1.820478
    """
    x, y = _checked(logits, labels)
    with np.errstate(over="ignore", invalid="ignore"):
        ranges = x.max(-1) - np.where(x > -np.inf, x, np.inf).min(-1)
    ranges = ranges[(ranges > 0) & (ranges < np.inf)] if (ranges > 0).any() else np.ones(1)
    ends = np.log([ranges.min(), ranges.max()]) + np.log(_EXTREMES) * np.array([-1.0, 1.0])
    low, high = np.clip(ends, -_EXPONENTS, _EXPONENTS).tolist()
    return _fitted("temperature", x, y, low, high, np.exp)


def fit_floor(logits: ArrayLike, labels: ArrayLike) -> Fit:
    """Find the entropy below which no row should be, by `entnorm.clip_entropy`: other rows stay.

    A row of at least some entropy is certain of no class [losses.not-concentrated].

    Parameters
    ----------
    logits : array_like of shape (n_samples, n_classes)
        Scores of data that the classifier was not trained on.
    labels : array_like of int, of shape (n_samples,)
        The classes of these data.

    Returns
    -------
    Fit
        With an entropy between 0, which changes nothing, and log n_classes.

    Raises
    ------
    EntnormError
        If labels are not classes of the logits, or classes that these exclude by -inf, or an argument is malformed.

    Examples
    --------
    >>> import numpy as np
    >>> from entnorm.calibration import fit_floor
    >>> fit = fit_floor([[20.0, 0.0, 0.0]] * 9 + [[1.0, 0.5, 0.0]], [0, 0, 0, 1, 0, 0, 0, 0, 0, 1])
    >>> print(np.exp(fit.log_probs([[20.0, 0.0, 0.0]])).round(3))
    [[0.889 0.056 0.056]]
    """
    x, y = _checked(logits, labels)
    return _fitted("floor", x, y, 0.0, 1.0, lambda e: e * np.log(x.shape[1]))


def reliability(probs: ArrayLike, labels: ArrayLike, *, bins: int = 15) -> dict[str, NDArray[Any]]:
    """How often the most probable class is right, for rows of like confidence: what a reliability diagram shows.

    Parameters
    ----------
    probs : array_like of shape (n_samples, n_classes)
        Distributions.
    labels : array_like of int, of shape (n_samples,)
        The classes.
    bins : int, default 15
        Intervals of equal width, of which those without a row are left out.

    Returns
    -------
    dict
        "confidence", "accuracy" and "count", one number for each interval.

    Raises
    ------
    EntnormError
        If labels are not classes, rows are not distributions, or there is no bin.

    Examples
    --------
    >>> from entnorm.calibration import reliability
    >>> found = reliability([[0.9, 0.1], [0.9, 0.1], [0.4, 0.6]], [0, 1, 1])
    >>> print(found["confidence"], found["accuracy"], found["count"])
    [0.6 0.9] [1.  0.5] [1 2]
    """
    p, y = _checked(probs, labels)
    right = (np.abs(p.sum(-1) - 1) <= sum_tolerance(p.shape[-1], EPS)) & (p >= 0).all(-1)  # NaN is neither
    if not right.all():
        named = name_rows(np.flatnonzero(~right).tolist(), right.shape)
        raise EntnormError(f"probs are not distributions in {named}: pass rows that are nonnegative with sum 1")
    if not isinstance(bins, int | np.integer) or bins < 1:
        raise EntnormError(f"bins={bins!r}: a whole number of them, at least one")
    confidence, right = p.max(-1), p.argmax(-1) == y
    place = np.minimum((confidence * bins).astype(np.int64), bins - 1)
    count = np.bincount(place, minlength=bins)
    some = count > 0
    means = [np.bincount(place, values, bins)[some] / count[some] for values in (confidence, right)]
    return {"confidence": means[0], "accuracy": means[1], "count": count[some]}


def calibration_error(probs: ArrayLike, labels: ArrayLike, *, bins: int = 15) -> float:
    """Expected calibration error: the mean distance of confidence and accuracy over the bins of `reliability`.

    Parameters
    ----------
    probs : array_like of shape (n_samples, n_classes)
        Distributions.
    labels : array_like of int, of shape (n_samples,)
        The classes.
    bins : int, default 15
        As in `reliability`.

    Returns
    -------
    float
        Between 0 and 1; biased upwards by the noise of bins with few rows.

    Raises
    ------
    EntnormError
        As by `reliability`.

    Examples
    --------
    >>> from entnorm.calibration import calibration_error
    >>> print(round(calibration_error([[0.9, 0.1], [0.9, 0.1], [0.4, 0.6]], [0, 1, 1]), 6))
    0.4
    """
    found = reliability(probs, labels, bins=bins)
    distance = np.abs(found["confidence"] - found["accuracy"])
    return float((distance * found["count"]).sum() / found["count"].sum())


def _tempered(logits: Floats, temperature: float) -> Floats:
    rows = Rows.checked(None, logits, -1)
    order = np.full(rows.count, 1 / temperature)
    return np.asarray(rows.escort(order, np.zeros(rows.count, dtype=np.int64), log=True))


def _floored(logits: Floats, least: float) -> Floats:
    return np.asarray(solve_clipped(logits=logits, min=least).log_probs)


def _family(kind: str) -> Family:
    families = {"temperature": _tempered, "floor": _floored}
    return families.get(kind) or (lambda logits, value: log_softmax(logits, **{kind: value}, infeasible="clip"))  # type: ignore[arg-type]


def _checked(scores: ArrayLike, labels: ArrayLike) -> tuple[Floats, NDArray[np.intp]]:
    x, y = np.asarray(scores, dtype=np.float64), np.asarray(labels)
    if x.ndim != 2 or y.shape != x.shape[:1]:
        raise EntnormError(f"scores of shape {x.shape} and labels of shape {y.shape}: it takes (n, k) and (n,)")
    if not y.size:
        raise EntnormError("there are no rows: it takes scores and labels of one at least")
    classes = f"labels are the numbers of the classes, integers from 0 to {x.shape[1] - 1}"
    if y.dtype.kind not in "iu":
        raise EntnormError(f"{classes}, and not of dtype {y.dtype}")
    wrong = np.flatnonzero((y < 0) | (y >= x.shape[1]))
    if wrong.size:
        raise EntnormError(f"{classes}: that of {name_rows(wrong.tolist(), y.shape)} is {y[wrong[0]]}")
    return x, y.astype(np.intp)


def _fitted(kind: str, x: Floats, y: NDArray[np.intp], low: float, high: float, unit: Callable[[float], float]) -> Fit:
    """The best value between two ends, of a grid and then by golden sections."""
    family, rows = _family(kind), np.arange(len(y))
    excluded = np.flatnonzero(x[rows, y] == -np.inf).tolist()
    if excluded:
        raise EntnormError(
            f"the labels of {name_rows(excluded, y.shape)} have the logit -inf: no number makes them likely"
        )

    def loss(place: float) -> float:
        return float(-family(x, unit(place))[rows, y].mean())

    places = np.linspace(low, high, _GRID)
    losses = [loss(place) for place in places]
    best = int(np.argmin(losses))
    left, right = places[max(best - 1, 0)], places[min(best + 1, _GRID - 1)]
    while right - left > _CLOSE * (high - low):
        inner, outer = right - _GOLDEN * (right - left), left + _GOLDEN * (right - left)
        if loss(inner) <= loss(outer):
            right = outer
        else:
            left = inner
    middle = (left + right) / 2
    place = min(((loss(middle), middle), (losses[best], places[best])))[1]
    at_end = min(place - low, high - place) <= 2 * _CLOSE * (high - low)
    return Fit(kind, float(unit(place)), loss(place), bool(at_end))
