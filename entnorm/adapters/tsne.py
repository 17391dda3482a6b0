"""The conditional probabilities of t-SNE: each point spreads its similarity over so many neighbours.

SNE gives point i the distribution ``p_ij = exp(-beta_i d_ij^2) / sum_k exp(-beta_i d_ik^2)`` over the others, and
chooses beta_i so that its perplexity is the prescribed one: softmax with a prescribed entropy, of minus the squared
distances. NumPy alone; `entnorm.adapters.sklearn` and `entnorm.adapters.opentsne` bring it to their libraries.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from entnorm.moments import Floats
from entnorm.solution import EntnormError
from entnorm.transforms import softmax


def conditional_probabilities(sqdistances: ArrayLike, perplexity: float, verbose: int = 0) -> Floats:
    """Conditional probabilities with a prescribed perplexity, from squared distances.

    Parameters and result are those of ``sklearn.manifold._utils._binary_search_perplexity``, which it replaces.

    Parameters
    ----------
    sqdistances : array_like of shape (n_samples, n_neighbors) or (n_samples, n_samples)
        Squared distances of each point to its neighbours; or, if it is square, to all points, in the order of the
        rows: the diagonal, which is the point itself, is left out and gets probability zero.
    perplexity : float
        The perplexity of each row: at least 1, at most the number of neighbours.
    verbose : int, default 0
        Taken so that calls need not change, and of no effect.

    Returns
    -------
    ndarray of float64
        Of the shape of `sqdistances`; rows sum to 1. Points that have more neighbours at the smallest distance than
        the perplexity (duplicates) are uniform on those, and points with all neighbours at the same distance on all:
        the nearest that they can attain.

    Raises
    ------
    EntnormError
        If the perplexity is less than 1 or more than the number of neighbours, or a distance is negative, NaN or inf.

    Notes
    -----
    Accurate as `entnorm.solve`, whatever the scale of the distances and however little they differ: a constant that
    they share does not matter [escort.scale-invariance]. The searches of t-SNE's implementations stop at an error of
    1e-5 (scikit-learn) or 1e-8 (openTSNE) in the entropy, and where distances are concentrated, as in high dimensions,
    they end elsewhere and do not say so: `reports/peers.md` shows how.

    Examples
    --------
    >>> import numpy as np
    >>> from entnorm.adapters.tsne import conditional_probabilities
    >>> import entnorm
    >>> points = np.random.default_rng(0).normal(size=(50, 2000))  # all about as far from each other
    >>> squared = ((points[:, None] - points) ** 2).sum(-1)
    >>> p = conditional_probabilities(squared, 10)
    >>> print(entnorm.perplexity(p)[:3].round(9), p.diagonal().max())
    [10. 10. 10.] 0.0
    """
    distances = np.asarray(sqdistances, dtype=np.float64)
    if distances.ndim != 2 or distances.shape[0] != distances.shape[1]:
        return neighbour_probabilities(distances, perplexity)
    others, p = ~np.eye(len(distances), dtype=np.bool_), np.zeros(distances.shape)
    p[others] = neighbour_probabilities(distances[others].reshape(len(distances), -1), perplexity).ravel()
    return p


def neighbour_probabilities(sqdistances: ArrayLike, perplexity: float) -> Floats:
    """The same where every column is a neighbour, however many rows there are.

    Parameters
    ----------
    sqdistances : array_like of shape (n_samples, n_neighbors)
        Squared distances of each point to its neighbours.
    perplexity : float
        The perplexity of each row: at least 1, at most the number of neighbours.

    Returns
    -------
    ndarray of float64
        As of `conditional_probabilities`.

    Raises
    ------
    EntnormError
        As by `conditional_probabilities`.

    Examples
    --------
    >>> from entnorm.adapters.tsne import neighbour_probabilities
    >>> print(neighbour_probabilities([[1.0, 2.0, 3.0]], 2).round(6))
    [[0.748513 0.198726 0.052761]]
    """
    distances = np.asarray(sqdistances, dtype=np.float64)
    if distances.ndim != 2:
        raise EntnormError(f"sqdistances has shape {distances.shape}: it takes a row for each point")
    if not (sound := (distances >= 0) & (distances < np.inf)).all():
        row, column = np.argwhere(~sound)[0].tolist()
        value = float(distances[row, column])
        raise EntnormError(f"a squared distance of row {row} is {value}: they are nonnegative and finite")
    if not 1 <= perplexity <= distances.shape[1]:
        count = distances.shape[1]
        raise EntnormError(f"perplexity={perplexity} is out of reach of points with {count} neighbours: 1 to {count}")
    return np.asarray(softmax(-distances, perplexity=perplexity, infeasible="clip"))
