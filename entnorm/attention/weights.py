"""Attention weights of prescribed or bounded entropy, masks included."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from entnorm.moments import Floats, Mask
from entnorm.rows import refuse_finite_masks
from entnorm.solution import EntnormError, InfeasibleTargetError, name_rows
from entnorm.targets import log_in_two_words, per_row
from entnorm.transforms import Infeasible, clip_entropy, softmax


def attention_weights(
    scores: ArrayLike,
    *,
    mask: ArrayLike | None = None,
    entropy: ArrayLike | None = None,
    perplexity: ArrayLike | None = None,
    deficit: ArrayLike | None = None,
    evenness: ArrayLike | None = None,
    infeasible: Infeasible = "raise",
) -> NDArray[Any]:
    """Softmax over the keys at the temperature that gives each query's weights their prescribed entropy.

    Of all distributions of that entropy on the keys that a query sees, those that are zero at some of them included, it
    is the closest to the softmax of the scores [competitors.closest-at-entropy], and the one with the largest mean
    score [competitors.argmax-at-entropy], unless it is a limit. The scale of the scores, and with it any
    ``1 / sqrt(d)``, does not matter [escort.composition]. Keys that are not seen are outside of all this: their weights
    are and stay zero [zeros.stay].

    Parameters
    ----------
    scores : array_like
        Scores of shape ``(..., queries, keys)``, scaled or not; -inf excludes a key, too. A finite mask, such as the
        least number of the dtype or -1e9, would count as a key, and is refused.
    mask : array_like of bool, optional
        True where a query may see a key; broadcast to the shape of `scores`.
    entropy, perplexity, deficit, evenness : array_like, optional
        The target, exactly one of the four as in `entnorm.softmax`, broadcast to ``(..., queries)``.
    infeasible : {"raise", "clip", "nan"}, default "raise"
        What to do with rows that cannot have the entropy asked for, as in `entnorm.normalize`: with "clip" a causal row
        that sees fewer keys than the perplexity asked for is uniform on those.

    Returns
    -------
    ndarray
        Weights, shaped as `scores`, of their floating dtype (float64 for integers). The weights of a query that sees no
        key are all zero: there is nothing to attend to, and nothing is added.

    Raises
    ------
    InfeasibleTargetError
        If a target cannot be attained and `infeasible` is "raise".
    EntnormError
        If an argument is malformed, with the indices of the rows at fault.

    Examples
    --------
    >>> from entnorm import attention
    >>> print(attention.attention_weights([[2.0, 1.0, 0.0]], perplexity=2).round(6))
    [[0.748513 0.198726 0.052761]]
    """
    masked, blind = _masked(scores, mask)
    targets: dict[str, Any] = {"entropy": entropy, "perplexity": perplexity, "deficit": deficit, "evenness": evenness}
    weights = softmax(masked, **targets, infeasible="nan" if infeasible == "raise" else infeasible)
    weights[blind] = 0
    failed = np.flatnonzero(np.isnan(weights).any(-1)).tolist() if infeasible == "raise" else []
    if failed:
        batch = weights.shape[:-1]
        first = masked.reshape(-1, masked.shape[-1])[failed[0]]
        other = "" if evenness is not None else "evenness=, a share of what each row can attain, or "
        seen, tied = (int(np.count_nonzero(first > -np.inf)), int(np.count_nonzero(first == first.max())))
        raise InfeasibleTargetError(
            f"the target is out of reach of {name_rows(failed, batch)}: the first sees {seen} keys, {tied} of them at"
            f" the top, and attains perplexities between these numbers. Pass {other}infeasible='clip' for the nearest"
            " limit, or 'nan'"
        )
    return weights


def clipped_attention_weights(
    scores: ArrayLike,
    *,
    mask: ArrayLike | None = None,
    min: ArrayLike | None = None,
    max: ArrayLike | None = None,
    unit: Literal["entropy", "evenness"] = "entropy",
) -> NDArray[Any]:
    """Softmax over the keys, with the entropy of each query's weights kept between bounds.

    Rows whose entropy is between them have the softmax of their scores, as they are: scale these as the model does.

    Parameters
    ----------
    scores : array_like
        Scaled scores of shape ``(..., queries, keys)``; -inf excludes a key, too. A finite mask is refused.
    mask : array_like of bool, optional
        True where a query may see a key; broadcast to the shape of `scores`.
    min, max : array_like, optional
        The bounds, either or both, broadcast to ``(..., queries)``.
    unit : {"entropy", "evenness"}, default "entropy"
        Whether bounds are in nats, or shares of log s, with s the number of keys that the query sees.

    Returns
    -------
    ndarray
        Weights, shaped as `scores`, of their floating dtype (float64 for integers). Rows that cannot have the entropy
        of a bound are at the limit nearest to it, uniform on their keys or on the largest of them; those of a query
        that sees no key are zero.

    Raises
    ------
    EntnormError
        If `min` is greater than `max` in some row, or an argument is malformed, with the indices of the rows at fault.

    Examples
    --------
    >>> from entnorm import attention
    >>> print(attention.clipped_attention_weights([[9.0, 1.0, 0.0], [1.0, 0.5, 0.0]], min=0.5).round(6))
    [[0.860193 0.080195 0.059613]
     [0.50648  0.307196 0.186324]]
    """
    masked, blind = _masked(scores, mask)
    if unit not in ("entropy", "evenness"):
        raise EntnormError(f"unit must be 'entropy' or 'evenness', not {unit!r}")
    if unit == "evenness":
        seen = np.count_nonzero(masked > -np.inf, axis=-1)
        largest = log_in_two_words(seen.ravel())[0].reshape(-1) * np.ones(seen.size)
        min, max = (_shares(name, bound, largest, seen.shape) for name, bound in (("min", min), ("max", max)))
    weights = clip_entropy(logits=masked, min=min, max=max)
    weights[blind] = 0
    return weights


def causal_mask(queries: int, keys: int | None = None) -> Mask:
    """The mask of a decoder: a query sees the keys up to its own, the last query all of them.

    Parameters
    ----------
    queries : int
        How many.
    keys : int, optional
        As many by default; more, if the first are those of a cache.

    Returns
    -------
    ndarray of bool, of shape ``(queries, keys)``

    Raises
    ------
    EntnormError
        If there are fewer keys than queries, or one of the two is no integer.

    Examples
    --------
    >>> from entnorm import attention
    >>> attention.causal_mask(2, 3)
    array([[ True,  True, False],
           [ True,  True,  True]])
    """
    keys = queries if keys is None else keys
    if not all(isinstance(count, int | np.integer) for count in (queries, keys)) or not 0 < queries <= keys:
        raise EntnormError(
            f"a causal mask has a whole number of queries and as many keys or more, not {queries} and {keys}"
        )
    return np.tri(queries, keys, keys - queries, dtype=np.bool_)


def _masked(scores: ArrayLike, mask: ArrayLike | None) -> tuple[NDArray[Any], Mask]:
    """Scores with -inf for what is not seen, and which queries see nothing, whose scores are replaced by zeros."""
    array = np.asarray(scores)
    if array.dtype.kind not in "biuf":
        raise EntnormError(f"scores have dtype {array.dtype}; they are real numbers")
    if array.ndim < 1:
        raise EntnormError("scores are a single number; they have an axis of keys at least")
    array = array.astype(array.dtype if array.dtype.kind == "f" else np.float64)
    if mask is not None:
        seen = np.asarray(mask)
        if seen.dtype != np.bool_:
            raise EntnormError(f"mask has dtype {seen.dtype}; it is bool, True where a query may see a key")
        try:
            array[~np.broadcast_to(seen, array.shape)] = -np.inf
        except ValueError:
            raise EntnormError(
                f"mask has shape {seen.shape}, which does not broadcast to that of scores, {array.shape}"
            ) from None
    refuse_finite_masks(array)
    blind = (array == -np.inf).all(-1)
    array[blind] = 0
    return array, blind


def _shares(name: str, bound: ArrayLike | None, largest: Floats, batch: tuple[int, ...]) -> Floats | None:
    if bound is None:
        return None
    share = per_row(name, bound, batch)
    wrong = np.flatnonzero(~((share >= 0) & (share <= 1))).tolist()
    if wrong:
        raise EntnormError(f"{name} is no share between 0 and 1 in {name_rows(wrong, batch)}: evenness is one")
    return (share * largest).reshape(batch)
