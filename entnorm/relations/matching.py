"""What entropy normalization does instead: the power of the same entropy, and how it differs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from entnorm.clipping import solve_clipped
from entnorm.measures import entropy
from entnorm.moments import Floats
from entnorm.rows import Rows
from entnorm.solution import EntnormError


class Differences(NamedTuple):
    """How a distribution q differs from a truncation r; each of the batch shape, divergences in nats."""

    outside: Any
    """The mass that q has where r is zero."""
    divergence: Any
    """KL(r || q): what is lost by coding r with q; inf where r has mass that q has not."""
    reverse: Any
    """KL(q || r); inf where q has mass outside the support of r, as a power of a truncated distribution always has."""
    total_variation: Any
    """Half of sum |q - r|: the largest difference that they make to the probability of any event."""
    support: Any
    """How many entries of q are positive."""
    support_of_other: Any
    """How many entries of r are."""


@dataclass(frozen=True, eq=False)
class Match:
    """The escort distribution with the entropy of another distribution.

    Attributes
    ----------
    gamma : float64 or ndarray
        Its exponent, of the batch shape.
    probs : ndarray
        The distribution, shaped as the input.
    target : float64 or ndarray
        The entropy of the other distribution, in nats.
    entropy : float64 or ndarray
        That of `probs`: the target, or where that is beyond the attainable interval the limit nearest to it.
    limit : bool or ndarray
        Whether `probs` is a limit, uniform on the maxima (``gamma = inf``) or on the support (``gamma = 0``): a target
        of 0 or of log m is attained as one, and one below is not attained.
    differences : Differences
        Of `probs` from the other distribution.
    """

    gamma: Any
    probs: NDArray[Any]
    target: Any
    entropy: Any
    limit: Any
    differences: Differences


def same_entropy_as(
    other: ArrayLike, *, p: ArrayLike | None = None, logits: ArrayLike | None = None, axis: int = -1
) -> Match:
    """The power of p that has the entropy of `other`: what entropy normalization gives in place of a truncation of p.

    Of all distributions of that entropy on the support of p, those with zeros there such as truncations included, it is
    the closest to p [competitors.closest-at-entropy], and has the largest mean of log p
    [competitors.argmax-at-entropy], unless it is a limit. It keeps the support [zeros.support-stays], and zeros of p
    stay zero [zeros.stay].

    Parameters
    ----------
    other : array_like
        Distributions along `axis`: ``top_p(p, 0.9)``, ``sparsemax(logits)``, or any other; of the shape of p.
    p : array_like, optional
        The distributions whose power is sought.
    logits : array_like, optional
        Instead of `p`: those whose softmax they are.
    axis : int, default -1
        The axis along which distributions lie.

    Returns
    -------
    Match

    Raises
    ------
    EntnormError
        If an argument is malformed, with the indices of the rows at fault, or the shapes differ.

    Examples
    --------
    >>> from entnorm import relations
    >>> p = [0.5, 0.3, 0.15, 0.05]
    >>> match = relations.same_entropy_as(relations.top_p(p, 0.9), p=p)
    >>> print(round(match.gamma, 6), match.probs.round(6), round(match.differences.outside, 6))
    1.419997 [0.587166 0.284274 0.106237 0.022324] 0.022324
    >>> bool(relations.same_entropy_as(relations.top_k(p, 1), p=p).limit)
    True
    """
    rows, others = Rows.checked(p, logits, axis), Rows.checked(other, None, axis)
    if rows.array.shape != others.array.shape:
        raise EntnormError(
            f"other has rows of shape {others.array.shape}, and {'logits' if p is None else 'p'} of {rows.array.shape}"
        )
    target = entropy(other, axis=axis)
    solution = solve_clipped(p, logits=logits, min=target, max=target, axis=axis)
    gamma = solution.gamma
    return Match(
        gamma,
        solution.probs,
        target,
        solution.entropy,
        (gamma == 0) | (gamma == np.inf),
        differences(solution.probs, other, axis=axis),
    )


def differences(q: ArrayLike, other: ArrayLike, *, axis: int = -1) -> Differences:
    """How distributions differ from others, entry by entry of the batch.

    Parameters
    ----------
    q, other : array_like
        Distributions along `axis`, of one shape.
    axis : int, default -1
        The axis along which distributions lie.

    Returns
    -------
    Differences
        Divergences to an absolute error of ``4 n eps`` times one and the largest |log q|, tested; they are sums of
        terms of both signs, so that no relative accuracy is promised where they are small.

    Raises
    ------
    EntnormError
        If an argument is malformed, with the indices of the rows at fault, or the shapes differ.

    Examples
    --------
    >>> from entnorm import relations
    >>> found = relations.differences([0.5, 0.25, 0.25], [0.5, 0.5, 0.0])
    >>> print(found.outside, round(found.divergence, 6), found.reverse, found.total_variation)
    0.25 0.346574 inf 0.25
    """
    first, second = (np.array(Rows.checked(x, None, axis).array, dtype=np.float64) for x in (q, other))
    if first.shape != second.shape:
        raise EntnormError(f"q has shape {np.shape(q)}, where other has {np.shape(other)}")
    return Differences(
        np.where(second == 0, first, 0.0).sum(-1)[()],
        _divergence(second, first),
        _divergence(first, second),
        (np.abs(first - second).sum(-1) / 2)[()],
        np.count_nonzero(first, axis=-1),
        np.count_nonzero(second, axis=-1),
    )


def _divergence(a: Floats, b: Floats) -> Any:
    """KL(a || b) with 0 log 0 = 0; no negative sum, which rounding would make of two that are the same."""
    with np.errstate(all="ignore"):
        terms = np.where(a > 0, a * (np.log(a) - np.log(b)), 0.0)
    return np.maximum(terms.sum(-1), 0.0)[()]
