"""Truncations of samplers: top-k, top-p, min-p, locally typical; and temperature, which truncates nothing.

Each keeps a set of entries and divides by what they sum to [truncation.renormalised]. The set is given by a threshold,
so that tied entries stay or go together: that is the only rule that does not depend on the order in which the entries
are written. With a tie at the border more is kept than was asked for, and the least that a truncation keeps is the tied
maxima (or, for `typical`, the most typical). Entries of zero are never kept.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from entnorm.measures import entropy
from entnorm.moments import Floats, Mask
from entnorm.rows import Rows
from entnorm.solution import EntnormError, name_rows
from entnorm.targets import per_row

ROUNDING = 8 * 2.0**-52  # a mass that sums reach within this is reached


def temperature_softmax(logits: ArrayLike, temperature: ArrayLike, *, axis: int = -1) -> NDArray[Any]:
    """Softmax of ``logits / temperature``: the power transform of exponent 1/T [relations.softmax-temperature].

    Parameters
    ----------
    logits : array_like
        Scores along `axis`; an entry of -inf keeps probability zero.
    temperature : array_like
        Positive, broadcast to the batch shape (that of `logits` without `axis`).
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
    >>> print(relations.temperature_softmax([2.0, 1.0, 0.0], 0.5).round(6))
    [0.866813 0.11731  0.015876]
    """
    rows = Rows.checked(None, logits, axis)
    values = _parameter("temperature", temperature, rows, lambda t: (t > 0) & (t < np.inf), "positive and finite")
    with np.errstate(over="ignore"):
        gamma = 1 / values
    if np.isinf(gamma).any():
        raise EntnormError("temperature is so small that its inverse is beyond the range of float64")
    return rows.escort(gamma, np.zeros(gamma.shape, dtype=np.int64))


def top_k(p: ArrayLike, k: ArrayLike, *, axis: int = -1) -> NDArray[Any]:
    """Keep the k most probable entries, and those tied with the last of them.

    It lowers the entropy by at least -log of the mass kept [truncation.lowers-entropy]; no other choice of as many
    entries carries more [truncation.most-probable-carry-most].

    Parameters
    ----------
    p : array_like
        Probabilities along `axis`.
    k : array_like of int
        At least 1, broadcast to the batch shape; beyond the size of the support nothing is dropped.
    axis : int, default -1
        The axis along which distributions lie.

    Returns
    -------
    ndarray
        Shaped as `p`, of its floating dtype (float64 for integers).

    Raises
    ------
    EntnormError
        If an argument is malformed, with the indices of the rows at fault.

    Examples
    --------
    >>> from entnorm import relations
    >>> print(relations.top_k([0.4, 0.3, 0.2, 0.1], 2).round(6))
    [0.571429 0.428571 0.       0.      ]
    >>> print(relations.top_k([0.4, 0.2, 0.2, 0.2], 2))
    [0.4 0.2 0.2 0.2]
    """
    rows, values = _read(p, axis)
    return _kept(rows, values, largest(values, k, rows))


def top_p(p: ArrayLike, mass: ArrayLike, *, axis: int = -1) -> NDArray[Any]:
    """Nucleus: keep the most probable entries until they sum to `mass`, and those tied with the last of them.

    The fewest entries that reach a mass can be chosen in this way [truncation.most-probable-carry-most], though other
    sets of as many may reach it too [truncation.smallest-set].

    Parameters
    ----------
    p : array_like
        Probabilities along `axis`.
    mass : array_like
        Above 0 and at most 1, broadcast to the batch shape. Sums that fall short of it by 8 eps reach it: so do 0.7
        and 0.1 reach 0.8.
    axis : int, default -1
        The axis along which distributions lie.

    Returns
    -------
    ndarray
        Shaped as `p`, of its floating dtype (float64 for integers).

    Raises
    ------
    EntnormError
        If an argument is malformed, with the indices of the rows at fault.

    Examples
    --------
    >>> from entnorm import relations
    >>> print(relations.top_p([0.5, 0.3, 0.15, 0.05], 0.9).round(6))
    [0.526316 0.315789 0.157895 0.      ]
    """
    rows, values = _read(p, axis)
    return _kept(rows, values, _smallest(values, -values, _parameter("mass", mass, rows, _is_mass, "in (0, 1]")))


def min_p(p: ArrayLike, ratio: ArrayLike, *, axis: int = -1) -> NDArray[Any]:
    """Keep the entries of at least `ratio` times the largest.

    Parameters
    ----------
    p : array_like
        Probabilities along `axis`.
    ratio : array_like
        From 0, which drops nothing, to 1, which keeps the maxima; broadcast to the batch shape.
    axis : int, default -1
        The axis along which distributions lie.

    Returns
    -------
    ndarray
        Shaped as `p`, of its floating dtype (float64 for integers).

    Raises
    ------
    EntnormError
        If an argument is malformed, with the indices of the rows at fault.

    Examples
    --------
    >>> from entnorm import relations
    >>> print(relations.min_p([0.5, 0.3, 0.15, 0.05], 0.5).round(6))
    [0.625 0.375 0.    0.   ]
    """
    rows, values = _read(p, axis)
    share = _parameter("ratio", ratio, rows, lambda r: (r >= 0) & (r <= 1), "in [0, 1]")
    return _kept(rows, values, values >= share[:, None] * values.max(-1, keepdims=True))


def typical(p: ArrayLike, mass: ArrayLike, *, axis: int = -1) -> NDArray[Any]:
    """Locally typical: keep the entries whose -log p is nearest to the entropy, until they sum to `mass`.

    The most probable entry may be among those that are dropped, and then the entropy may rise, unlike for the other
    truncations [truncation.of-any-entries].

    Parameters
    ----------
    p : array_like
        Probabilities along `axis`.
    mass : array_like
        Above 0 and at most 1, broadcast to the batch shape, as for `top_p`.
    axis : int, default -1
        The axis along which distributions lie.

    Returns
    -------
    ndarray
        Shaped as `p`, of its floating dtype (float64 for integers).

    Raises
    ------
    EntnormError
        If an argument is malformed, with the indices of the rows at fault.

    Notes
    -----
    Meister et al., "Locally typical sampling", Transactions of the ACL 11, 2023. Entries count as tied where their
    distances from the entropy are the same float64 number; equal entries always are.

    Examples
    --------
    >>> from entnorm import relations
    >>> print(relations.typical([0.6, 0.2, 0.1, 0.1], 0.2).round(6))
    [0. 1. 0. 0.]
    """
    rows, values = _read(p, axis)
    wanted = _parameter("mass", mass, rows, _is_mass, "in (0, 1]")
    with np.errstate(divide="ignore"):
        surprise = -np.log(values)
    return _kept(rows, values, _smallest(values, np.abs(surprise - entropy(values, keepdims=True)), wanted))


def largest(values: Floats, k: ArrayLike, rows: Rows) -> Mask:
    """The k largest entries of each row, whole ties."""
    counts = _parameter("k", k, rows, lambda k: (k >= 1) & (k == np.floor(k)), "a positive integer")
    falling = -np.sort(-values, axis=-1)
    last = np.minimum(counts, values.shape[-1]).astype(np.intp) - 1
    return np.asarray(values >= np.take_along_axis(falling, last[:, None], -1))


def _smallest(values: Floats, rank: Floats, mass: Floats) -> Mask:
    """The entries of lowest rank until they sum to a mass, whole ties."""
    order = np.argsort(rank, axis=-1, kind="stable")
    reached = np.cumsum(np.take_along_axis(values, order, -1), axis=-1)
    enough = reached >= mass[:, None] * values.sum(-1, keepdims=True) - ROUNDING
    last = np.where(enough.any(-1), enough.argmax(-1), values.shape[-1] - 1)
    border = np.take_along_axis(np.take_along_axis(rank, order, -1), last[:, None], -1)
    return np.asarray(rank <= border)


def _is_mass(values: Floats) -> Mask:
    return np.asarray((values > 0) & (values <= 1))


def _read(p: ArrayLike, axis: int) -> tuple[Rows, Floats]:
    rows = Rows.checked(p, None, axis)
    return rows, np.array(rows.array, dtype=np.float64).reshape(rows.count, rows.array.shape[-1])


def _parameter(name: str, values: ArrayLike, rows: Rows, valid: Any, wanted: str) -> Floats:
    flat = per_row(name, values, rows.batch)
    bad = np.flatnonzero(~valid(flat)).tolist()
    if bad:
        raise EntnormError(f"{name} must be {wanted}, not {float(flat[bad[0]])!r}, in {name_rows(bad, rows.batch)}")
    return flat


def _kept(rows: Rows, values: Floats, kept: Mask) -> NDArray[Any]:
    values = np.where(kept, values, 0.0)
    flat, shaped = rows.room()
    np.copyto(flat, values / values.sum(-1, keepdims=True), casting="same_kind")
    return shaped
