"""Affinities for openTSNE whose perplexities are what they are said to be. Tested with openTSNE 1.0.4.

>>> import numpy as np
>>> import openTSNE
>>> from entnorm.adapters.opentsne import PerplexityBasedNN
>>> points = np.random.default_rng(0).normal(size=(120, 300))
>>> affinities = PerplexityBasedNN(points, perplexity=10)
>>> initial = openTSNE.initialization.pca(points, random_state=0)
>>> embedding = openTSNE.TSNE(n_iter=50).fit(affinities=affinities, initialization=initial)
>>> embedding.shape
(120, 2)
>>> embedding.transform(points[:3] + 0.01).shape  # new points are placed by the same affinities
(3, 2)
"""

from __future__ import annotations

from typing import Any

import numpy as np

from entnorm.adapters import host
from entnorm.adapters.tsne import neighbour_probabilities
from entnorm.solution import EntnormError

with host("opentsne"):
    from openTSNE.affinity import Affinities, get_knn_index
    from scipy import sparse


class PerplexityBasedNN(Affinities):  # type: ignore[misc]  # openTSNE may be missing
    """Gaussian affinities with a prescribed perplexity: a drop-in for `openTSNE.affinity.PerplexityBasedNN`.

    Parameters
    ----------
    data : array_like of shape (n_samples, n_features), optional
        The points, or their distances if `metric` is "precomputed"; None if `knn_index` is given.
    perplexity : float, default 30
        Effective number of neighbours of each point. Unlike openTSNE, which lowers one that is out of reach to a third
        of the number of neighbours, this raises an error.
    method, metric, metric_params, n_jobs, random_state, verbose, knn_kwargs, knn_index
        How neighbours are found; as in `openTSNE.affinity.PerplexityBasedNN`, whose code does it.
    symmetrize : bool, default True
        Whether to average P and its transpose, as t-SNE does.
    k_neighbors : int or "auto", default "auto"
        Neighbours that count; three times the perplexity by default.

    Attributes
    ----------
    P : csr_matrix of shape (n_samples, n_samples)
        The affinities, with sum 1.
    perplexity : float
        As given.

    Raises
    ------
    EntnormError
        If `perplexity` is less than 1 or more than the number of neighbours.

    Notes
    -----
    Each row has its perplexity to the last digits before P is made symmetric (`entnorm.softmax`); rows with more
    duplicates than that are uniform on these.
    """

    def __init__(
        self,
        data: Any = None,
        perplexity: float = 30,
        method: str = "auto",
        metric: Any = "euclidean",
        metric_params: Any = None,
        symmetrize: bool = True,
        n_jobs: int = 1,
        random_state: Any = None,
        verbose: bool = False,
        k_neighbors: int | str = "auto",
        knn_kwargs: Any = None,
        knn_index: Any = None,
    ) -> None:
        super().__init__(verbose=verbose)
        if (data is None) == (knn_index is None):
            raise EntnormError("pass data or knn_index=, one of the two")
        if knn_index is None:
            data = data if sparse.issparse(data) else np.asarray(data)
            count = min(data.shape[0] - 1, int(3 * perplexity)) if k_neighbors == "auto" else int(k_neighbors)
            options = {"metric": metric, "metric_params": metric_params, "n_jobs": n_jobs, "verbose": verbose}
            options |= {"random_state": random_state, "knn_kwargs": knn_kwargs}
            knn_index = get_knn_index(data, method, k=count, **options)
        self.knn_index, self.symmetrize = knn_index, symmetrize
        self._neighbours, self._distances = knn_index.build()
        self.set_perplexity(perplexity)

    def set_perplexity(self, new_perplexity: float) -> None:
        """Compute P anew for another perplexity, with the neighbours that are known.

        Parameters
        ----------
        new_perplexity : float
            At most the number of neighbours. Of these, three times the perplexity count, if there are so many.

        Raises
        ------
        EntnormError
            If it is out of reach.
        """
        count = max(int(3 * new_perplexity), 2)
        p = _affinities(self._neighbours[:, :count], self._distances[:, :count], new_perplexity, self.n_samples)
        if self.symmetrize:
            p = (p + p.T) / 2
        self.perplexity, self.P = new_perplexity, sparse.csr_matrix(p / p.sum())

    def to_new(
        self,
        data: Any,
        perplexity: float | None = None,
        return_distances: bool = False,
        k_neighbors: int | str = "auto",
    ) -> Any:
        """Affinities of new points to the points, each row a distribution with the prescribed perplexity.

        Parameters
        ----------
        data : array_like of shape (n_new, n_features)
            The new points.
        perplexity : float, optional
            By default that of the affinities.
        return_distances : bool, default False
            Whether to return the neighbours and the distances to them too.
        k_neighbors : int or "auto", default "auto"
            Neighbours that count; three times the perplexity by default.

        Returns
        -------
        P : csr_matrix of shape (n_new, n_samples)
            Rows sum to 1.
        neighbors, distances : ndarray of shape (n_new, k_neighbors)
            If asked for.

        Raises
        ------
        EntnormError
            If the perplexity is out of reach.
        """
        wanted = self.perplexity if perplexity is None else perplexity
        count = min(self.n_samples, int(3 * wanted)) if k_neighbors == "auto" else int(k_neighbors)
        neighbours, distances = self.knn_index.query(data, count)
        p = _affinities(neighbours, distances, wanted, self.n_samples)
        return (p, neighbours, distances) if return_distances else p


def _affinities(neighbours: Any, distances: Any, perplexity: float, points: int) -> Any:
    """One row of a sparse matrix for each row of neighbours."""
    p = neighbour_probabilities(np.square(np.asarray(distances, dtype=np.float64)), perplexity)
    starts = np.arange(0, p.size + 1, p.shape[1])
    return sparse.csr_matrix((p.ravel(), np.asarray(neighbours).ravel(), starts), shape=(len(p), points))
