"""Attention weights of prescribed or bounded entropy, masks included, and how the scale has to grow with the length.

Every head and every query has a row of scores, one for each key that it may see. A causal row t sees t keys, so no
single entropy suits all rows: ``evenness``, the share of the largest entropy that the row's own keys allow, is
attainable whatever their number (unless several keys are tied at the top).

>>> import numpy as np
>>> from entnorm import attention
>>> scores = np.random.default_rng(0).normal(size=(2, 4, 4))              # heads, queries, keys
>>> weights = attention.attention_weights(scores, mask=attention.causal_mask(4), evenness=0.8)
>>> print(weights[0].round(3))
[[1.    0.    0.    0.   ]
 [0.243 0.757 0.    0.   ]
 [0.406 0.064 0.529 0.   ]
 [0.04  0.527 0.151 0.282]]
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from entnorm.drawing import new_figure
from entnorm.measures import entropies
from entnorm.moments import Floats, Mask
from entnorm.rows import Rows
from entnorm.solution import EntnormError, InfeasibleTargetError, name_rows
from entnorm.solver import solve
from entnorm.targets import log_in_two_words, per_row
from entnorm.transforms import Infeasible, clip_entropy, softmax

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = [
    "Scales",
    "attention_weights",
    "causal_mask",
    "clipped_attention_weights",
    "compare_scales",
    "entropy_invariant_scale",
    "plot_scales",
]


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

    For each row it is the closest distribution of that entropy to the softmax of its scores
    [relations.closest-at-entropy], and the one with the largest mean score [relations.argmax-at-entropy]: the scale of
    the scores, and with it any ``1 / sqrt(d)``, does not matter [escort.composition].

    Parameters
    ----------
    scores : array_like
        Scores of shape ``(..., queries, keys)``, scaled or not; -inf excludes a key, too.
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
        seen, tied = (int(np.count_nonzero(first > -np.inf)), int(np.count_nonzero(first == first.max())))
        raise InfeasibleTargetError(
            f"the target is out of reach of {name_rows(failed, batch)}: the first sees {seen} keys, {tied} of them at"
            " the top, and attains perplexities between these numbers. Pass evenness=, a share of what each row can"
            " attain, or infeasible='clip' for the nearest limit, or 'nan'"
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
        Scaled scores of shape ``(..., queries, keys)``; -inf excludes a key, too.
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
        If there are fewer keys than queries.

    Examples
    --------
    >>> from entnorm import attention
    >>> attention.causal_mask(2, 3)
    array([[ True,  True, False],
           [ True,  True,  True]])
    """
    keys = queries if keys is None else keys
    if not 0 < queries <= keys:
        raise EntnormError(f"a causal mask needs queries and as many keys or more, not {queries} and {keys}")
    return np.tri(queries, keys, keys - queries, dtype=np.bool_)


def entropy_invariant_scale(keys: ArrayLike, *, trained: int = 512) -> Any:
    """The factor ``log n / log n0`` by which scores are multiplied to keep the entropy of attention at other lengths.

    A rule of thumb, for which `compare_scales` has the exact factors: it brings nothing at the length of training n0,
    sharpens at greater lengths, and flattens at smaller ones.

    Parameters
    ----------
    keys : array_like of int
        The number of keys n that a query sees; at least 1. For a causal mask it differs by query.
    trained : int, default 512
        The length n0 at which the scores are right as they are; at least 2.

    Returns
    -------
    float64 or ndarray
        Shaped as `keys`.

    Raises
    ------
    EntnormError
        If a number is out of range.

    Notes
    -----
    Su Jianlin, "从熵不变性看Attention的Scale操作" (2021), which the document refers to. How good it is depends on
    how the scores are spread. For many that are drawn from a normal distribution of variance v, the entropy at the
    factor g is about ``log n - g^2 v / 2`` (as long as ``g^2 v`` is well below ``2 log n``), so that the factor which
    keeps it is about ``sqrt(1 + 2 log(n / n0) / v)``. From n0 on it rises by 1 / v for each unit of log n, the rule by
    1 / log n0: the two go together for v near log n0, which is 6.2 at 512. For v = 1 the rule is far too small, and
    entropies rise with the length nearly as without it; measured with `compare_scales`, 1.33 where 2.37 is exact at
    4096 keys. At smaller lengths there may be no factor at all: an entropy may need more keys than there are.

    Examples
    --------
    >>> from entnorm import attention
    >>> print(attention.entropy_invariant_scale([128, 512, 4096]).round(6))
    [0.777778 1.       1.333333]
    """
    n = np.asarray(keys)
    if n.dtype.kind not in "iu" or (n < 1).any():
        raise EntnormError("keys must be integers, at least 1")
    if not trained >= 2:
        raise EntnormError(f"trained must be at least 2, not {trained!r}")
    return (np.log(n) / np.log(trained))[()]


class Scales(NamedTuple):
    """Factors for scores at several lengths, arrays of shape ``(lengths,)`` or ``(queries, lengths)``."""

    lengths: NDArray[np.int64]
    rule: Floats
    """`entropy_invariant_scale`."""
    exact: Floats
    """The factor that gives each query the entropy that it has at the length of training."""
    plain: Floats
    """The entropy of each query's weights with no factor."""
    ruled: Floats
    """... and with that of the rule."""


def compare_scales(scores: ArrayLike, lengths: ArrayLike, *, trained: int = 512) -> Scales:
    """Hold the rule of `entropy_invariant_scale` against the exact factors, on scores of one's own.

    Parameters
    ----------
    scores : array_like of shape ``(queries, keys)``
        Scaled scores of queries to more keys than any of the lengths.
    lengths : array_like of int
        How many of the keys, the first, a query sees; at least 2.
    trained : int, default 512
        The length at which the scores are right as they are. Each query's entropy there is its target at all lengths.

    Returns
    -------
    Scales
        ``exact`` is NaN where no factor gives the entropy: at lengths of fewer keys than the target's perplexity.

    Raises
    ------
    EntnormError
        If an argument is malformed.

    Examples
    --------
    >>> import numpy as np
    >>> from entnorm import attention
    >>> scores = np.random.default_rng(0).normal(scale=2, size=(100, 4096))
    >>> found = attention.compare_scales(scores, [256, 1024, 4096])
    >>> print(found.rule.round(3), found.exact.mean(0).round(3))
    [0.889 1.111 1.333] [0.777 1.2   1.545]
    """
    rows = Rows.checked(None, scores, -1)
    sizes = np.asarray(lengths)
    if rows.array.ndim != 2:
        raise EntnormError(f"scores must have the shape (queries, keys), not {rows.array.shape}")
    if sizes.dtype.kind not in "iu" or sizes.ndim != 1 or (sizes < 2).any():
        raise EntnormError("lengths must be a list of integers, at least 2")
    if max(trained, *sizes.tolist()) > rows.array.shape[1]:
        raise EntnormError(f"there are scores for {rows.array.shape[1]} keys only")
    rule = entropy_invariant_scale(sizes, trained=trained)
    target = _plain_entropy(rows.array[:, :trained])
    columns = [rows.array[:, :size].astype(np.float64) for size in sizes.tolist()]
    return Scales(
        sizes.astype(np.int64),
        rule,
        np.stack([solve(logits=part, entropy=target).gamma for part in columns], axis=-1),
        np.stack([_plain_entropy(part) for part in columns], axis=-1),
        np.stack([_plain_entropy(factor * part) for factor, part in zip(rule, columns, strict=True)], axis=-1),
    )


def plot_scales(scales: Scales) -> Figure:
    """Draw the factors over the length, and the entropies that they give: medians over the queries, and quartiles.

    Parameters
    ----------
    scales : Scales
        What `compare_scales` returned.

    Returns
    -------
    matplotlib.figure.Figure
        It belongs to no window: save it with ``savefig``.

    Raises
    ------
    ImportError
        If matplotlib is not installed (extra ``plot``).

    Examples
    --------
    >>> import numpy as np
    >>> from entnorm import attention
    >>> scores = np.random.default_rng(0).normal(size=(20, 1024))
    >>> len(attention.plot_scales(attention.compare_scales(scores, [512, 724, 1024])).axes)
    2
    """
    order = np.argsort(scales.lengths)
    lengths = scales.lengths[order]
    figure = new_figure(9.0, 3.4)
    factors, heights = figure.subplots(1, 2)
    for panel, name, values, style in (
        (factors, "exact", scales.exact, "o-"),
        (heights, "no factor", scales.plain, ":"),
        (heights, "rule", scales.ruled, "s--"),
    ):
        known = ~np.isnan(values[:, order]).any(0)
        low, middle, high = np.quantile(values[:, order][:, known], (0.25, 0.5, 0.75), axis=0)
        panel.plot(lengths[known], middle, style, ms=4, label=name)
        panel.fill_between(lengths[known], low, high, alpha=0.2)
    factors.plot(lengths, scales.rule[order], "s--", ms=4, label="rule")
    factors.set_ylabel("factor")
    heights.set_ylabel("entropy (nats)")
    for panel in (factors, heights):
        panel.set_xscale("log", base=2)
        panel.set_xlabel("keys")
        panel.legend(frameon=False)
    return figure


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
    blind = (array == -np.inf).all(-1)
    array[blind] = 0
    return array, blind


def _shares(name: str, bound: ArrayLike | None, largest: Floats, batch: tuple[int, ...]) -> Floats | None:
    return None if bound is None else (per_row(name, bound, batch) * largest).reshape(batch)


def _plain_entropy(scores: NDArray[Any]) -> Floats:
    """Of the softmax of scores as they are."""
    return entropies(Rows.checked(None, scores, -1))[0]
