"""Distributions in, distributions or their entropies out: what most users call."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from entnorm.clipping import clipped
from entnorm.rows import Rows
from entnorm.solution import EntnormError, InfeasibleTargetError
from entnorm.solver import distributions
from entnorm.targets import Target

Infeasible = Literal["raise", "clip", "nan"]


def escort(p: ArrayLike, gamma: ArrayLike, *, axis: int = -1) -> NDArray[Any]:
    """The power transform ``p_i**gamma / sum_j p_j**gamma``: the escort distribution of order gamma.

    It keeps the order of the entries [escort.order], composes by multiplication of orders [escort.composition], and
    depends on the ratios of the entries only [escort.scale-invariance].

    Parameters
    ----------
    p : array_like
        Probabilities along `axis`. Zeros stay zero, for gamma = 0 too.
    gamma : array_like
        Order, nonnegative, broadcast to the batch shape: 1 gives `p` up to rounding, 0 the uniform distribution on the
        support, inf the uniform distribution on the maxima.
    axis : int, default -1
        The axis along which distributions lie.

    Returns
    -------
    ndarray
        Shaped as `p`, of its floating dtype (float64 for integers).

    Raises
    ------
    EntnormError
        If `p` does not hold distributions or gamma is negative or NaN, with the indices of the rows at fault.

    Examples
    --------
    >>> import entnorm
    >>> print(entnorm.escort([0.8, 0.2, 0.0], 0.5))
    [0.66666667 0.33333333 0.        ]
    """
    rows = Rows.checked(p, None, axis)
    order = Target.checked(rows.batch, gamma=gamma).values
    return rows.escort(order, np.zeros(order.shape, dtype=np.int64))


def normalize(
    p: ArrayLike,
    *,
    entropy: ArrayLike | None = None,
    perplexity: ArrayLike | None = None,
    deficit: ArrayLike | None = None,
    evenness: ArrayLike | None = None,
    axis: int = -1,
    infeasible: Infeasible = "raise",
) -> NDArray[Any]:
    """Rescale distributions by the power transform so that their entropy is the prescribed one.

    Parameters
    ----------
    p : array_like
        Probabilities along `axis`, nonnegative with sum 1 as for `solve`. Zeros stay zero, ties stay tied, order is
        kept [escort.order].
    entropy, perplexity, deficit, evenness : array_like, optional
        The target, exactly one of the four, broadcast to the batch shape (that of `p` without `axis`): H in nats,
        exp(H), log s - H, or H / log s, where s counts the nonzero entries of a row.
    axis : int, default -1
        The axis along which distributions lie.
    infeasible : {"raise", "clip", "nan"}, default "raise"
        What to do for rows that cannot have the entropy asked for: raise an error that names them, return the uniform
        distribution on their support or on their maxima, whichever is nearer, or return NaN.

    Returns
    -------
    ndarray
        Shaped as `p`, of its floating dtype (float64 for integers).

    Raises
    ------
    InfeasibleTargetError
        If a target cannot be attained and `infeasible` is "raise".
    EntnormError
        If an argument is malformed, with the indices of the rows at fault.

    See Also
    --------
    solve : The exponents too, and the status of each row.

    Examples
    --------
    >>> import entnorm
    >>> q = entnorm.normalize([0.7, 0.2, 0.1], perplexity=2.5)
    >>> print(q.round(6), entnorm.perplexity(q).round(12))
    [0.618706 0.239569 0.141724] 2.5
    """
    check_choice(infeasible)
    targets = {"entropy": entropy, "perplexity": perplexity, "deficit": deficit, "evenness": evenness}
    return _distributions(p, None, axis, infeasible, targets)


def softmax(
    logits: ArrayLike,
    *,
    entropy: ArrayLike | None = None,
    perplexity: ArrayLike | None = None,
    deficit: ArrayLike | None = None,
    evenness: ArrayLike | None = None,
    axis: int = -1,
    infeasible: Infeasible = "raise",
) -> NDArray[Any]:
    """Softmax at the temperature that gives each row its prescribed entropy: ``softmax(gamma * logits)``.

    Adding a constant to a row, or multiplying it by a positive one, changes nothing but gamma
    [escort.scale-invariance], [escort.composition].

    Parameters
    ----------
    logits : array_like
        Scores along `axis`; an entry of -inf keeps probability zero. A finite mask, such as -1e9, is a score like any
        other, which counts.
    entropy, perplexity, deficit, evenness : array_like, optional
        The target, exactly one of the four, broadcast to the batch shape (that of `logits` without `axis`): H in nats,
        exp(H), log s - H, or H / log s, where s counts the entries above -inf of a row.
    axis : int, default -1
        The axis along which distributions lie.
    infeasible : {"raise", "clip", "nan"}, default "raise"
        What to do for rows that cannot have the entropy asked for, as in `normalize`.

    Returns
    -------
    ndarray
        Shaped as `logits`, of its floating dtype (float64 for integers).

    Raises
    ------
    InfeasibleTargetError
        If a target cannot be attained and `infeasible` is "raise".
    EntnormError
        If an argument is malformed, with the indices of the rows at fault.

    Examples
    --------
    >>> import entnorm
    >>> q = entnorm.softmax([[3.0, 1.0, 0.0], [300.0, 100.0, 0.0]], entropy=0.5)
    >>> print(q.round(6))
    [[0.853874 0.107815 0.038311]
     [0.853874 0.107815 0.038311]]
    """
    check_choice(infeasible)
    targets = {"entropy": entropy, "perplexity": perplexity, "deficit": deficit, "evenness": evenness}
    return _distributions(None, logits, axis, infeasible, targets)


def log_softmax(
    logits: ArrayLike,
    *,
    entropy: ArrayLike | None = None,
    perplexity: ArrayLike | None = None,
    deficit: ArrayLike | None = None,
    evenness: ArrayLike | None = None,
    axis: int = -1,
    infeasible: Infeasible = "raise",
) -> NDArray[Any]:
    """Natural logarithm of `softmax` with a prescribed entropy, finite where the probability underflows.

    Parameters
    ----------
    logits : array_like
        Scores along `axis`; an entry of -inf stays -inf.
    entropy, perplexity, deficit, evenness : array_like, optional
        The target, exactly one of the four, as in `softmax`.
    axis : int, default -1
        The axis along which distributions lie.
    infeasible : {"raise", "clip", "nan"}, default "raise"
        What to do for rows that cannot have the entropy asked for, as in `normalize`.

    Returns
    -------
    ndarray
        Shaped as `logits`, of its floating dtype (float64 for integers).

    Raises
    ------
    InfeasibleTargetError
        If a target cannot be attained and `infeasible` is "raise".
    EntnormError
        If an argument is malformed, with the indices of the rows at fault.

    Examples
    --------
    >>> import entnorm
    >>> print(entnorm.log_softmax([3.0, 1.0, -3000.0], entropy=0.5).round(3))
    [-2.230000e-01 -1.611000e+00 -2.084468e+03]
    """
    check_choice(infeasible)
    targets = {"entropy": entropy, "perplexity": perplexity, "deficit": deficit, "evenness": evenness}
    return _distributions(None, logits, axis, infeasible, targets, log=True)


def clip_entropy(
    p: ArrayLike | None = None,
    *,
    logits: ArrayLike | None = None,
    min: ArrayLike | None = None,
    max: ArrayLike | None = None,
    axis: int = -1,
) -> NDArray[Any]:
    """Keep the entropies of distributions between bounds; rows that are between them already stay as they are.

    Parameters
    ----------
    p : array_like, optional
        Probabilities along `axis`, nonnegative with sum 1 as for `solve`. Zeros stay zero, ties stay tied, order is
        kept [escort.order].
    logits : array_like, optional
        Scores instead of `p`: the distributions are ``softmax(logits)``.
    min, max : array_like, optional
        Bounds of the Shannon entropy in nats, either or both, broadcast to the batch shape.
    axis : int, default -1
        The axis along which distributions lie.

    Returns
    -------
    ndarray
        Shaped as the input, of its floating dtype (float64 for integers). Rows of `p` between the bounds are returned
        bit for bit; the others have the entropy of the bound that they broke, or are uniform on their support or on
        their maxima where it is out of reach.

    Raises
    ------
    EntnormError
        If `min` is greater than `max` in some row, or an argument is malformed, with the indices of the rows at fault.

    See Also
    --------
    solve_clipped : The exponents too, and derivatives.

    Examples
    --------
    >>> import entnorm
    >>> q = entnorm.clip_entropy([[0.98, 0.01, 0.01], [0.5, 0.3, 0.2]], min=0.5)
    >>> print(q.round(6), entnorm.entropy(q).round(6))
    [[0.860798 0.069601 0.069601]
     [0.5      0.3      0.2     ]] [0.5      1.029653]
    """
    return clipped(Rows.opened(p, logits, axis), min, max)


def check_choice(infeasible: str) -> None:
    """Refuse what is not one of the three."""
    if infeasible not in ("raise", "clip", "nan"):
        raise EntnormError(f"infeasible must be 'raise', 'clip' or 'nan', not {infeasible!r}")


def _distributions(
    p: ArrayLike | None,
    logits: ArrayLike | None,
    axis: int,
    infeasible: str,
    targets: dict[str, ArrayLike | None],
    *,
    log: bool = False,
) -> NDArray[Any]:
    rows = Rows.opened(p, logits, axis)
    target = Target.checked(rows.batch, **targets)
    found, failures = distributions(rows, target, clip=infeasible == "clip", log=log)
    if infeasible == "raise" and failures and failures.infeasible.count:
        message = failures.message(rows.batch, target)
        raise InfeasibleTargetError(f"{message}. Pass infeasible='clip' for the nearest limit, or 'nan'")
    return found
