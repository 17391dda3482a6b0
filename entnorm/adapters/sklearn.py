"""Transformers for scikit-learn: rows of prescribed entropy, and t-SNE with the perplexity that it was asked for.

>>> import entnorm
>>> from sklearn.datasets import load_digits
>>> from sklearn.pipeline import make_pipeline
>>> from entnorm.adapters.sklearn import EntropyNormalizer
>>> images = load_digits().data
>>> rows = EntropyNormalizer(evenness=0.8).fit_transform(images)  # ink, spread as evenly everywhere
>>> print(entnorm.evenness(rows)[:3].round(9))
[0.8 0.8 0.8]

t-SNE of scikit-learn searches exponents by bisection inside compiled code that cannot be replaced. But it can be given
distances that leave it nothing to search: `CalibratedNeighbors` is a graph of neighbours, as scikit-learn's own
``KNeighborsTransformer`` is, whose distances are scaled such that the exponent of every point is 1, where the search
starts.

>>> from sklearn.manifold import TSNE
>>> from entnorm.adapters.sklearn import CalibratedNeighbors
>>> embed = make_pipeline(
...     CalibratedNeighbors(perplexity=20),
...     TSNE(perplexity=20, metric="precomputed", init="random", max_iter=250, random_state=0),
... )
>>> embed.fit_transform(images[:100]).shape
(100, 2)
"""

from __future__ import annotations

from typing import Any, Self

import numpy as np

import entnorm
from entnorm.adapters import host
from entnorm.solution import EntnormError
from entnorm.transforms import Infeasible, check_choice

with host("sklearn"):
    from scipy import sparse
    from sklearn.base import BaseEstimator, OneToOneFeatureMixin, TransformerMixin
    from sklearn.neighbors import NearestNeighbors
    from sklearn.utils.validation import check_is_fitted, validate_data

_ROWS = 1024  # of a sparse matrix at a time, with zeros up to the longest of them


class EntropyNormalizer(OneToOneFeatureMixin, TransformerMixin, BaseEstimator):  # type: ignore[misc]  # may be missing
    """Give each row of a nonnegative matrix a prescribed entropy, by the power transform.

    A row x becomes ``x_i**gamma / sum_j x_j**gamma``, with the gamma for which its Shannon entropy is the target. So
    this is to entropy what ``sklearn.preprocessing.Normalizer`` is to a norm: it works on each row alone and learns
    nothing.

    Parameters
    ----------
    entropy, perplexity, deficit, evenness : float, optional
        The target, at most one of the four: H in nats, exp(H), log s - H, or H / log s, where s counts the nonzero
        entries of a row. With none, evenness=0.5.
    infeasible : {"clip", "raise", "nan"}, default "clip"
        What to do for rows that cannot have the entropy asked for: return the uniform distribution on their support or
        on their maxima, whichever is nearer, raise an error that names them, or return NaN.

    Attributes
    ----------
    n_features_in_ : int
        Number of features seen by `fit`.
    feature_names_in_ : ndarray of str
        Their names, if they have some.

    See Also
    --------
    entnorm.normalize : The same for arrays.

    Notes
    -----
    Rows of zeros stay zero, as in ``Normalizer``. Sparse matrices are taken in any format and come back as CSR, their
    zeros kept. Rows of float32 come back as float32.

    Examples
    --------
    >>> from entnorm.adapters.sklearn import EntropyNormalizer
    >>> print(EntropyNormalizer(perplexity=2).fit_transform([[4.0, 2.0, 2.0], [9.0, 1.0, 0.0]]).round(6))
    [[0.772908 0.113546 0.113546]
     [0.5      0.5      0.      ]]
    """

    def __init__(
        self,
        *,
        entropy: float | None = None,
        perplexity: float | None = None,
        deficit: float | None = None,
        evenness: float | None = None,
        infeasible: Infeasible = "clip",
    ) -> None:
        self.entropy = entropy
        self.perplexity = perplexity
        self.deficit = deficit
        self.evenness = evenness
        self.infeasible = infeasible

    def fit(self, X: Any, y: Any = None) -> Self:
        """Check the data, and remember the number and the names of their features.

        Parameters
        ----------
        X : {array_like, sparse matrix} of shape (n_samples, n_features)
            Nonnegative.
        y : None
            Ignored.

        Returns
        -------
        EntropyNormalizer
            Itself.

        Raises
        ------
        EntnormError
            If two targets were given, one is negative or not a number, or `infeasible` is none of its three words.
        """
        check_choice(self.infeasible)
        for name, value in self._target().items():
            if not isinstance(value, int | float | np.number) or not value >= 0:
                raise EntnormError(f"{name}={value!r}: a target is a nonnegative number")
        self._checked(X, reset=True)
        return self

    def transform(self, X: Any) -> Any:
        """Give each row the prescribed entropy.

        Parameters
        ----------
        X : {array_like, sparse matrix} of shape (n_samples, n_features)
            Nonnegative.

        Returns
        -------
        {ndarray, sparse matrix} of shape (n_samples, n_features)
            Rows that sum to 1; rows of zeros stay zero.

        Raises
        ------
        InfeasibleTargetError
            If a row cannot have its target and `infeasible` is "raise".
        EntnormError
            If a row is not a distribution up to a factor.
        """
        check_is_fitted(self)
        X = self._checked(X, reset=False)
        if not sparse.issparse(X):
            return self._normalised(X)
        X = X.copy()
        X.sum_duplicates()  # entries of one place are one number
        X.eliminate_zeros()
        counts = np.diff(X.indptr)
        for top in range(0, X.shape[0], _ROWS):
            count = counts[top : top + _ROWS]
            there = np.arange(max(count.max(), 1)) < count[:, None]
            part = slice(X.indptr[top], X.indptr[top + count.size])
            rows = np.zeros(there.shape, X.dtype)
            rows[there] = X.data[part]
            X.data[part] = self._normalised(rows)[there]
        return X

    def _target(self) -> dict[str, Any]:
        names = ("entropy", "perplexity", "deficit", "evenness")
        given = {name: value for name in names if (value := getattr(self, name)) is not None}
        if len(given) > 1:
            raise EntnormError(f"pass one target of {', '.join(names)}; got {' and '.join(given)}")
        return given or {"evenness": 0.5}

    def _normalised(self, rows: Any) -> Any:
        found, alive = np.zeros_like(rows), rows.any(axis=-1)
        p = rows[alive] / rows[alive].max(axis=-1, keepdims=True, initial=0.0)
        found[alive] = entnorm.normalize(
            p / p.sum(axis=-1, keepdims=True), **self._target(), infeasible=self.infeasible
        )
        return found

    def _checked(self, X: Any, *, reset: bool) -> Any:
        return validate_data(
            self, X, reset=reset, accept_sparse="csr", dtype=[np.float64, np.float32], ensure_non_negative=True
        )

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "n_features_in_")

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.positive_only = tags.input_tags.sparse = True
        tags.transformer_tags.preserves_dtype = ["float64", "float32"]
        return tags


class CalibratedNeighbors(TransformerMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn may be missing
    """The graph of nearest neighbours, with distances scaled to the perplexity of t-SNE.

    A squared distance ``d_ij**2`` becomes ``beta_i (d_ij**2 - min_k d_ik**2)``, with the beta_i for which
    ``softmax(-beta_i d_ij**2)`` has the perplexity. t-SNE's own search, which starts at 1, ends there. What comes back
    is a matrix as of ``sklearn.neighbors.KNeighborsTransformer``, to be used with ``metric="precomputed"``: it is not
    symmetric.

    Parameters
    ----------
    perplexity : float, default 30
        That of the t-SNE that follows.
    n_neighbors : int, optional
        At least what the t-SNE will ask for, and by default just that: ``int(3 * perplexity + 1)``, or all others if
        there are fewer.
    metric : str or callable, default "euclidean"
        As in ``NearestNeighbors``.
    n_jobs : int, optional
        As in ``NearestNeighbors``.

    Attributes
    ----------
    search_ : NearestNeighbors
        The points, ready to be searched.
    n_features_in_ : int
        Number of features seen by `fit`.

    Notes
    -----
    With TSNE of scikit-learn 1.9.1 and its default ``method="barnes_hut"``, the conditional probabilities are right to
    the rounding of float32, in which it keeps distances. Points with more duplicates than the perplexity have no beta;
    their distances stay, and t-SNE's own search is left to do what it can. ``init="pca"`` is not available for a
    precomputed metric: pass ``init="random"``, or an array.

    Examples
    --------
    >>> import entnorm
    >>> import numpy as np
    >>> from entnorm.adapters.sklearn import CalibratedNeighbors
    >>> points = np.random.default_rng(0).normal(size=(200, 1000))
    >>> graph = CalibratedNeighbors(perplexity=10).fit_transform(points)
    >>> p = np.exp(-graph[0].data[1:] ** 2)  # the first entry is the point itself
    >>> print(entnorm.perplexity(p / p.sum()).round(9))
    10.0
    """

    def __init__(
        self,
        perplexity: float = 30.0,
        *,
        n_neighbors: int | None = None,
        metric: Any = "euclidean",
        n_jobs: int | None = None,
    ) -> None:
        self.perplexity = perplexity
        self.n_neighbors = n_neighbors
        self.metric = metric
        self.n_jobs = n_jobs

    def fit(self, X: Any, y: Any = None) -> Self:
        """Remember the points.

        Parameters
        ----------
        X : {array_like, sparse matrix} of shape (n_samples, n_features)
            The points, at least three.
        y : None
            Ignored.

        Returns
        -------
        CalibratedNeighbors
            Itself.

        Raises
        ------
        EntnormError
            If the perplexity is less than 1 or more than the number of neighbours.
        """
        X = validate_data(self, X, accept_sparse="csr", ensure_min_samples=3)
        wanted = int(3 * self.perplexity + 1) if self.n_neighbors is None else self.n_neighbors
        count = min(X.shape[0] - 1, wanted)
        if not 1 <= self.perplexity <= count:
            raise EntnormError(f"perplexity={self.perplexity} is out of reach of points with {count} neighbours")
        self.search_ = NearestNeighbors(n_neighbors=count, metric=self.metric, n_jobs=self.n_jobs).fit(X)
        return self

    def fit_transform(self, X: Any, y: Any = None) -> Any:
        """The graph of the points themselves.

        Parameters
        ----------
        X : {array_like, sparse matrix} of shape (n_samples, n_features)
            The points, at least three.
        y : None
            Ignored.

        Returns
        -------
        csr_matrix of shape (n_samples, n_samples)
            Each row has the point itself, with distance 0, and its neighbours in order of their distance.

        Raises
        ------
        EntnormError
            If the perplexity is less than 1 or more than the number of neighbours.
        """
        distances, neighbours = self.fit(X).search_.kneighbors()
        itself = np.arange(len(distances))[:, None]
        found = np.hstack([np.zeros(itself.shape), self._calibrated(distances)])
        return self._graph(found, np.hstack([itself, neighbours]))

    def transform(self, X: Any) -> Any:
        """The graph from new points to those that were fitted.

        Parameters
        ----------
        X : {array_like, sparse matrix} of shape (n_new, n_features)
            New points.

        Returns
        -------
        csr_matrix of shape (n_new, n_samples)
            Each row has its neighbours in order of their distance.
        """
        check_is_fitted(self)
        distances, neighbours = self.search_.kneighbors(validate_data(self, X, accept_sparse="csr", reset=False))
        return self._graph(self._calibrated(distances), neighbours)

    def _calibrated(self, distances: Any) -> Any:
        squared = distances.astype(np.float64) ** 2
        squared -= squared.min(axis=-1, keepdims=True)
        beta = entnorm.solve(logits=-squared, perplexity=self.perplexity).gamma
        return np.sqrt(np.where(np.isfinite(beta), beta, 1.0)[:, None] * squared)

    def _graph(self, distances: Any, neighbours: Any) -> Any:
        starts = np.arange(0, distances.size + 1, distances.shape[1])
        shape = (len(distances), self.search_.n_samples_fit_)
        return sparse.csr_matrix((distances.ravel(), neighbours.ravel(), starts), shape=shape)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        return tags
