"""How the scale of scores has to grow with the number of keys: the rule of thumb beside the exact factors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from entnorm.drawing import new_figure
from entnorm.measures import entropies
from entnorm.moments import Floats
from entnorm.rows import Rows
from entnorm.solution import EntnormError
from entnorm.solver import solve

if TYPE_CHECKING:
    from matplotlib.figure import Figure


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


def _plain_entropy(scores: NDArray[Any]) -> Floats:
    """Of the softmax of scores as they are."""
    return entropies(Rows.checked(None, scores, -1))[0]
