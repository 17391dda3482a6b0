"""The readings of "give this joint distribution that entropy" that have one answer, by exponents of rows."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from entnorm.joint.tables import Axes, JointSolution, Tables
from entnorm.moments import Floats
from entnorm.solution import Solution, Status, name_rows
from entnorm.solver import solve


def power(
    p: ArrayLike,
    *,
    entropy: ArrayLike | None = None,
    perplexity: ArrayLike | None = None,
    deficit: ArrayLike | None = None,
    evenness: ArrayLike | None = None,
    axes: Axes = (-2, -1),
) -> JointSolution:
    """Raise p(x, y) to the power that gives the pair (X, Y) the prescribed joint entropy.

    The pair is one variable with values in the product, so there is nothing new: the exponent exists and is unique for
    targets between log m and log s, with m the multiplicity of the largest and s the number of the positive entries of
    the table [limits.existence], [limits.uniqueness]. Everything moves: both marginals, both conditionals, and the
    odds ratios, which are raised to the same power [escort.ratio].

    Parameters
    ----------
    p : array_like
        One table p(x, y), or a stack of them: nonnegative, each with sum 1.
    entropy, perplexity, deficit, evenness : array_like, optional
        The target for the pair, exactly one of the four as in `entnorm.solve`, broadcast to the batch shape (that of
        `p` without `axes`).
    axes : (int, int), default (-2, -1)
        The axis of X and the axis of Y.

    Returns
    -------
    JointSolution
        ``gamma`` has the batch shape. Its error and that of ``probs`` are within the budget of `entnorm.solve`.

    Raises
    ------
    EntnormError
        If an argument is malformed.

    Examples
    --------
    >>> import numpy as np
    >>> from entnorm import joint
    >>> found = joint.power([[0.5, 0.25], [0.125, 0.125]], perplexity=2)
    >>> print(round(found.gamma, 6), round(found.entropies.xy / np.log(2), 12))
    2.339425 1.0
    """
    tables = Tables.checked(p, axes)
    solution = solve(
        tables.joined,
        entropy=entropy,
        perplexity=perplexity,
        deficit=deficit,
        evenness=evenness,
    )
    return _joint(tables, solution.probs.reshape(tables.array.shape), solution)


def marginal(
    p: ArrayLike,
    *,
    entropy: ArrayLike | None = None,
    perplexity: ArrayLike | None = None,
    deficit: ArrayLike | None = None,
    evenness: ArrayLike | None = None,
    axes: Axes = (-2, -1),
) -> JointSolution:
    """Give X the prescribed entropy by reweighting its values: ``p(y | x) p_X(x)**gamma / Z``.

    The conditional distributions of Y given x stay, and the marginal of X becomes the escort distribution of p_X
    [joint.marginal-transformed], so that the exponent exists and is unique for targets between log m and log s, with m
    the multiplicity of the largest and s the number of the positive entries of p_X [limits.existence],
    [limits.uniqueness]. Among all joint distributions in which X has this entropy it is the one closest to `p` in the
    sense of KL(q || p), for gamma > 0 [nearest.closest-at-marginal-entropy]. The marginal of Y moves
    [joint.other-marginal].

    Parameters
    ----------
    p : array_like
        One table p(x, y), or a stack of them: nonnegative, each with sum 1.
    entropy, perplexity, deficit, evenness : array_like, optional
        The target for X, exactly one of the four as in `entnorm.solve`, broadcast to the batch shape (that of `p`
        without `axes`).
    axes : (int, int), default (-2, -1)
        The axis of the variable whose entropy is prescribed, and the axis of the other.

    Returns
    -------
    JointSolution
        ``gamma`` has the batch shape.

    Raises
    ------
    EntnormError
        If an argument is malformed.

    See Also
    --------
    marginals : The entropies of both at once.
    power_with_marginal : A power of the whole table instead, of which there may be several.

    Notes
    -----
    The marginal is summed exactly and rounded once to float64; for it, `gamma` and the marginal of ``probs`` are within
    the budget of `entnorm.solve`. Entries of ``probs`` take two roundings more.

    Examples
    --------
    >>> from entnorm import joint
    >>> found = joint.marginal([[0.6, 0.2], [0.05, 0.15]], entropy=0.6)
    >>> print(found.probs.round(6), round(found.entropies.x, 12))
    [[0.534291 0.178097]
     [0.071903 0.215709]] 0.6
    """
    tables = Tables.checked(p, axes)
    solution = solve(tables.x, entropy=entropy, perplexity=perplexity, deficit=deficit, evenness=evenness)
    return _joint(tables, reweighted(tables, solution.probs), solution)


def conditional(
    p: ArrayLike,
    *,
    entropy: ArrayLike | None = None,
    perplexity: ArrayLike | None = None,
    deficit: ArrayLike | None = None,
    evenness: ArrayLike | None = None,
    axes: Axes = (-2, -1),
) -> JointSolution:
    """Give every conditional distribution p(y | x) its prescribed entropy, each by its own exponent, as attention does.

    The marginal of X stays [joint.marginal-transformed], so H(Y | X) becomes the mean of the targets under p_X. One
    target for all x is feasible if it is for each: between the largest of the log m_x and the least of the log s_x,
    with m_x the multiplicity of the largest and s_x the number of the positive entries p(x, .). Each exponent is unique
    then [limits.existence], [limits.uniqueness]. The marginal of Y moves.

    Parameters
    ----------
    p : array_like
        One table p(x, y), or a stack of them: nonnegative, each with sum 1.
    entropy, perplexity, deficit, evenness : array_like, optional
        The target for Y given x, exactly one of the four as in `entnorm.solve`, broadcast to the shape of the marginals
        of X: the batch shape followed by the number of values of X. `evenness` is attainable on supports of any sizes.
    axes : (int, int), default (-2, -1)
        The axis of X and the axis of Y.

    Returns
    -------
    JointSolution
        ``gamma`` and ``status`` have the shape of the marginals of X. An x of no mass has no conditional distribution:
        it keeps its zeros, and its exponent is 1.

    Raises
    ------
    EntnormError
        If an argument is malformed.

    See Also
    --------
    conditional_common : The same exponent for every x, and H(Y | X) prescribed.

    Notes
    -----
    `entnorm.solve` finds the exponents from the entries p(x, .) divided by their exact sum, which rounds each once; for
    what is rounded so, all is within its budget.

    Examples
    --------
    >>> from entnorm import joint
    >>> found = joint.conditional([[0.5, 0.1], [0.1, 0.3]], entropy=0.6)
    >>> print(found.gamma.round(6), round(found.entropies.y_given_x, 12))
    [0.563556 0.825595] 0.6
    """
    tables = Tables.checked(p, axes)
    mass, rows = tables.x, tables.conditionals
    solution = solve(rows, entropy=entropy, perplexity=perplexity, deficit=deficit, evenness=evenness)
    absent = mass == 0
    status, gamma = np.array(solution.status), np.array(solution.gamma)
    status[absent], gamma[absent] = Status.CONVERGED, 1.0
    probs = np.where(absent[..., None], 0.0, solution.probs * mass[..., None])
    failed = np.flatnonzero(status == Status.INFEASIBLE).tolist()
    message = solution.message
    if absent.any():  # of which it would speak, too
        message = f"the target is out of reach of {name_rows(failed, status.shape)}" if failed else "converged"
    return JointSolution(tables.restored(probs), gamma, status, message, axes)


def reweighted(tables: Tables, marginals: Floats) -> Floats:
    """The tables with other marginals of X, and the conditionals as they are."""
    mass = tables.x[..., None]
    kept = np.divide(tables.array, mass, out=np.zeros(tables.array.shape), where=mass > 0)
    return kept * marginals[..., None]


def _joint(tables: Tables, probs: NDArray[Any], solution: Solution) -> JointSolution:
    message = solution.message.replace("row", "table")  # each of which was solved as one row
    return JointSolution(tables.restored(probs), solution.gamma, solution.status, message, tables.axes)
