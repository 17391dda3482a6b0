"""Sparse relatives of softmax: sparsemax, alpha-entmax, and the softmax of the k largest logits."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from entnorm.moments import Floats
from entnorm.relations.truncations import largest
from entnorm.rows import Rows
from entnorm.solution import EntnormError

_HALVINGS = 80  # of an interval at most log n long, down to neighbouring floats


def sparsemax(logits: ArrayLike, *, axis: int = -1) -> NDArray[Any]:
    """The distribution closest to the logits: ``max(logits - c, 0)``, which maximises u . logits - |u|^2 / 2.

    The threshold c is the mean of the logits above it less their share of 1; what results is a distribution
    [regularisers.sparsemax-sum], and the only maximum [regularisers.sparsemax-is-best], [regularisers.closest-point].
    It is the regularisation by Gini's entropy, and not by Shannon's [regularisers.shannon-sparsemax].

    Parameters
    ----------
    logits : array_like
        Scores along `axis`; an entry of -inf has probability zero.
    axis : int, default -1
        The axis along which distributions lie.

    Returns
    -------
    ndarray
        Shaped as `logits`, of its floating dtype (float64 for integers). Ties stay tied.

    Raises
    ------
    EntnormError
        If the logits are malformed, with the indices of the rows at fault.

    Notes
    -----
    By sorting (Martins and Astudillo, "From softmax to sparsemax", ICML 2016). Differences to the largest logit are
    taken first; entries are right to a few roundings of these, tested: ``4 n eps``, absolutely.

    Examples
    --------
    >>> from entnorm import relations
    >>> print(relations.sparsemax([1.0, 0.6, 0.1, -2.0]).round(6))
    [0.7 0.3 0.  0. ]
    """
    return _by(logits, axis, _sparsemax)


def entmax(logits: ArrayLike, alpha: float = 1.5, *, axis: int = -1) -> NDArray[Any]:
    """The maximum of u . logits plus the entropy of Tsallis: softmax at alpha = 1, sparsemax at 2, sparse from 1 on.

    Parameters
    ----------
    logits : array_like
        Scores along `axis`; an entry of -inf has probability zero.
    alpha : float, default 1.5
        At least 1, and finite.
    axis : int, default -1
        The axis along which distributions lie.

    Returns
    -------
    ndarray
        ``max(1 + (alpha - 1)(logits - t), 0) ** (1 / (alpha - 1))`` with the t at which it sums to 1; shaped as
        `logits`, of its floating dtype (float64 for integers). Ties stay tied.

    Raises
    ------
    EntnormError
        If an argument is malformed, with the indices of the rows at fault.

    Notes
    -----
    By sorting for alpha = 2 and 1.5, else by bisection down to neighbouring floats (Peters, Niculae and Martins,
    "Sparse sequence-to-sequence models", ACL 2019). Powers are taken as ``exp(log1p((alpha - 1) x) / (alpha - 1))``,
    which has no singularity at alpha = 1. What comes out is the entmax of logits that differ from the given ones by
    ``16 n eps (1 + |logit - largest|)``, tested. For alpha > 2 entries rise steeply from the threshold, so that those
    next to it are as uncertain as the power of a rounding error.

    Examples
    --------
    >>> from entnorm import relations
    >>> print(relations.entmax([1.0, 0.6, 0.1, -2.0]).round(6))
    [0.583515 0.317963 0.098522 0.      ]
    """
    if isinstance(alpha, bool) or not isinstance(alpha, (int, float, np.floating, np.integer)):
        raise EntnormError(f"alpha must be a number, not {type(alpha).__name__}")
    if not 1 <= alpha < np.inf:
        raise EntnormError(f"alpha must be at least 1 and finite, not {alpha!r}")
    if alpha == 1:
        rows = Rows.checked(None, logits, axis)
        return rows.escort(np.ones(rows.count), np.zeros(rows.count, dtype=np.int64))
    if alpha == 2:
        return _by(logits, axis, _sparsemax)
    return _by(logits, axis, _entmax15 if alpha == 1.5 else lambda z: _bisected(z, float(alpha)))


def sparse_softmax(logits: ArrayLike, k: ArrayLike, *, axis: int = -1) -> NDArray[Any]:
    """Softmax of the k largest logits, and of those tied with the last of them; the others get zero.

    It is the truncated softmax of all of them [truncation.sparse-softmax].

    Parameters
    ----------
    logits : array_like
        Scores along `axis`; an entry of -inf has probability zero.
    k : array_like of int
        At least 1, broadcast to the batch shape.
    axis : int, default -1
        The axis along which distributions lie.

    Returns
    -------
    ndarray
        Shaped as `logits`, of its floating dtype (float64 for integers).

    Raises
    ------
    EntnormError
        If an argument is malformed, with the indices of the rows at fault.

    Examples
    --------
    >>> from entnorm import relations
    >>> print(relations.sparse_softmax([2.0, 1.0, 0.0, -1.0], 2).round(6))
    [0.731059 0.268941 0.       0.      ]
    """
    rows, values = _read(logits, axis)
    kept = np.where(largest(values, k, rows), values, -np.inf)
    return _restored(rows, np.exp(kept - kept.max(-1, keepdims=True)))


def _by(logits: ArrayLike, axis: int, rule: Any) -> NDArray[Any]:
    """Apply a rule to the differences of the rows to their largest logits."""
    rows, values = _read(logits, axis)
    with np.errstate(over="ignore"):
        return _restored(rows, rule(values - values.max(-1, keepdims=True)))


def _read(logits: ArrayLike, axis: int) -> tuple[Rows, Floats]:
    rows = Rows.checked(None, logits, axis)
    return rows, np.array(rows.array, dtype=np.float64).reshape(rows.count, rows.array.shape[-1])


def _restored(rows: Rows, weights: Floats) -> NDArray[Any]:
    """Weights divided by their sums, in the caller's layout."""
    flat, shaped = rows.room()
    np.copyto(flat, weights / weights.sum(-1, keepdims=True), casting="same_kind")
    return shaped


def _sparsemax(z: Floats) -> Floats:
    falling = _near(-np.sort(-z, axis=-1))
    counts = np.arange(1, z.shape[-1] + 1)
    sums = np.cumsum(falling, axis=-1)
    inside = 1 + counts * falling > sums
    size = inside.cumprod(-1).sum(-1, keepdims=True)
    threshold = (np.take_along_axis(sums, size - 1, -1) - 1) / size
    return np.asarray(np.maximum(z - threshold, 0.0))


def _entmax15(z: Floats) -> Floats:
    half = z / 2
    falling = _near(-np.sort(-half, axis=-1))
    counts = np.arange(1, z.shape[-1] + 1)
    mean = np.cumsum(falling, axis=-1) / counts
    spread = np.cumsum(falling**2, axis=-1) - counts * mean**2
    with np.errstate(invalid="ignore"):
        thresholds = mean - np.sqrt((1 - spread) / counts)
    inside = thresholds <= falling  # and not NaN
    size = inside.cumprod(-1).sum(-1, keepdims=True)
    return np.asarray(np.maximum(half - np.take_along_axis(thresholds, size - 1, -1), 0.0) ** 2)


def _bisected(z: Floats, alpha: float) -> Floats:
    """The t at which the sum is 1: at 0 it is at least 1, and where the largest entry is 1/n at most."""
    rise = alpha - 1

    def powers(t: Floats) -> Floats:
        with np.errstate(all="ignore"):
            base = rise * (z - t)
            return np.asarray(np.where(base > -1, np.exp(np.log1p(base) / rise), 0.0))

    low = np.zeros((len(z), 1))
    high = np.full(low.shape, -np.expm1(-rise * np.log(z.shape[-1])) / rise)
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        enough = powers(middle).sum(-1, keepdims=True) >= 1
        low, high = np.where(enough, middle, low), np.where(enough, high, middle)
    return powers(low)


def _near(falling: Floats) -> Floats:
    """Differences from the largest, those beyond 1 and so certainly outside the support cut to 2: sums stay finite."""
    return np.maximum(falling, -2.0)
