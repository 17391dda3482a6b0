"""Transformers of scikit-learn, and t-SNE's probabilities beside its own search."""

from __future__ import annotations

import doctest
from importlib import import_module

import numpy as np
import pages
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oracle import EPS
from scipy import sparse

import entnorm
from entnorm.adapters import tsne

pytest.importorskip("sklearn", reason="scikit-learn is not installed: make adapters")

from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.manifold import TSNE
from sklearn.pipeline import make_pipeline
from sklearn.utils.estimator_checks import parametrize_with_checks

from entnorm.adapters import sklearn as adapter
from entnorm.adapters.sklearn import CalibratedNeighbors, EntropyNormalizer

steady = settings(max_examples=50, derandomize=True, deadline=None, database=None)
EXPECTED = {
    "check_transformer_general": "fit_transform has the point itself in its row, as t-SNE expects, and transform not",
    "check_transformer_data_not_an_array": "likewise",
}


def expected_failures(estimator):
    return EXPECTED if isinstance(estimator, CalibratedNeighbors) else {}


@pytest.mark.filterwarnings("ignore:.*SCIPY_ARRAY_API:UserWarning")
@parametrize_with_checks(
    [
        EntropyNormalizer(),
        EntropyNormalizer(perplexity=2.0, infeasible="clip"),
        CalibratedNeighbors(perplexity=1.5),
    ],
    expected_failed_checks=expected_failures,
)
def test_it_is_an_estimator_as_scikit_learn_wants_it(estimator, check):
    check(estimator)


class TestEntropyNormalizer:
    X = np.random.default_rng(0).gamma(0.3, size=(40, 12))

    @pytest.mark.parametrize("target", [{"entropy": 1.2}, {"perplexity": 3}, {"deficit": 0.2}, {"evenness": 0.7}])
    def test_rows_have_the_entropy(self, target):
        found = EntropyNormalizer(**target, infeasible="raise").fit_transform(self.X)
        ((kind, value),) = target.items()
        assert np.abs(getattr(entnorm, kind)(found) / value - 1).max() <= 32 * EPS
        assert np.array_equal(np.argsort(found), np.argsort(self.X))

    @steady
    @given(st.integers(0, 10**6), st.sampled_from([np.float64, np.float32]))
    def test_scale_does_not_matter_and_zeros_stay(self, seed, dtype):
        rng = np.random.default_rng(seed)
        x = (rng.gamma(0.5, size=(6, 9)) * (rng.random((6, 9)) < 0.7)).astype(dtype)
        x[0] = 0
        found = EntropyNormalizer(evenness=0.6).fit_transform(x)
        assert found.dtype == dtype
        assert np.array_equal(found, EntropyNormalizer(evenness=0.6).fit_transform(x * dtype(2.0**40)))
        assert not found[x == 0].any()
        for kind in (sparse.csr_array, sparse.csc_matrix, sparse.coo_array):
            thin = EntropyNormalizer(evenness=0.6).fit_transform(kind(x))
            assert sparse.issparse(thin)
            assert np.abs(thin.toarray() - found).max() <= 4 * np.finfo(dtype).eps
            assert thin.dtype == dtype

    def test_empty_rows_of_sparse_matrices(self):
        x = sparse.csr_array((1500, 4))
        assert EntropyNormalizer().fit_transform(x).nnz == 0
        x = sparse.random(2500, 30, 0.2, format="csr", random_state=0)
        found = EntropyNormalizer(evenness=0.9).fit_transform(x)
        assert np.abs(found.toarray() - EntropyNormalizer(evenness=0.9).fit_transform(x.toarray())).max() <= 16 * EPS

    def test_duplicates_of_sparse_matrices_are_one_entry(self):
        doubled = sparse.csr_matrix(([1.0, 1, 1, 1, 3], [0, 0, 1, 2, 1], [0, 4, 5]))
        found = EntropyNormalizer(entropy=0.9).fit_transform(doubled)
        assert np.array_equal(found.toarray(), EntropyNormalizer(entropy=0.9).fit_transform(doubled.toarray()))
        assert doubled.nnz == 5, "the caller's matrix is as it was"

    @pytest.mark.parametrize(
        ("parameters", "message"),
        [
            ({"entropy": 1.0, "evenness": 0.3}, "pass one target of .*; got entropy and evenness"),
            ({"entropy": -1}, "entropy=-1: a target is a nonnegative number"),
            ({"perplexity": float("nan")}, "perplexity=nan"),
            ({"evenness": "0.3"}, "evenness='0.3'"),
            ({"infeasible": "no"}, "infeasible must be"),
        ],
    )
    def test_parameters_are_checked_by_fit(self, parameters, message):
        with pytest.raises(entnorm.EntnormError, match=message):
            EntropyNormalizer(**parameters).fit(self.X)

    def test_names_and_frames(self):
        pandas = pytest.importorskip("pandas", reason="pandas is not installed")
        frame = pandas.DataFrame(self.X, columns=[f"x{i}" for i in range(12)])
        model = EntropyNormalizer().set_output(transform="pandas").fit(frame)
        assert list(model.transform(frame).columns) == list(frame.columns)

    def test_names_without_frames(self):
        assert EntropyNormalizer().fit(self.X).get_feature_names_out(list("abcdefghijkl")).tolist() == list(
            "abcdefghijkl"
        )

    def test_refusals(self):
        with pytest.raises(entnorm.InfeasibleTargetError, match=r"perplexity=20\.0 is out of reach of row 0"):
            EntropyNormalizer(perplexity=20, infeasible="raise").fit_transform(self.X)
        with pytest.raises(entnorm.EntnormError, match="got entropy and evenness"):
            EntropyNormalizer(entropy=1.0, evenness=0.3).fit_transform(self.X)
        with pytest.raises(ValueError, match="Negative values"):
            EntropyNormalizer().fit(-self.X)


def concentrated(points=150, dimensions=2000):
    return np.random.default_rng(0).normal(size=(points, dimensions))


def distances(x):
    return ((x[:, None] - x) ** 2).sum(-1)


def search(squared, perplexity):
    found = import_module("sklearn.manifold._utils")._binary_search_perplexity(
        squared.astype(np.float32), perplexity, 0
    )
    return np.asarray(found)


class TestConditionalProbabilities:
    @pytest.mark.parametrize("columns", [40, 17])
    def test_are_those_of_the_search_that_they_replace(self, columns):
        squared = distances(np.random.default_rng(1).normal(size=(40, 3)))
        squared = squared if columns == 40 else np.sort(squared, axis=-1)[:, 1 : columns + 1]
        squared = squared.astype(np.float32)
        ours, theirs = tsne.conditional_probabilities(squared, 7.0, 0), search(squared, 7.0)
        assert ours.shape == theirs.shape
        assert np.abs(ours - theirs).max() <= 1e-4  # what its tolerance of 1e-5 in the entropy leaves
        found = entnorm.perplexity(ours)
        assert np.abs(found / 7 - 1).max() <= 32 * EPS

    def test_hold_where_the_search_does_not(self):
        row = (1000 + np.arange(20) / 4)[None]
        assert entnorm.perplexity(tsne.conditional_probabilities(row, 5.0))[0] == pytest.approx(5.0, abs=1e-12)
        theirs = search(np.concatenate([[[0.0]], row], axis=1), 5.0)[0, 1:]
        assert not np.isclose(entnorm.perplexity(theirs / theirs.sum()), 5.0, atol=0.1)

    @steady
    @given(st.integers(0, 10**6), st.floats(-3, 6))
    def test_a_common_constant_and_scale_do_not_matter(self, seed, offset):
        rng = np.random.default_rng(seed)
        squared = rng.integers(0, 2**20, size=(5, 12)) / 2.0**10
        moved = tsne.neighbour_probabilities(np.round(10**offset) + squared, 4)
        assert np.abs(moved - tsne.neighbour_probabilities(2.0**30 * squared, 4)).max() <= 64 * EPS

    def test_duplicates_and_equal_distances(self):
        squared = np.array([[0.0, 0.0, 0.0, 1.0], [2.0, 2.0, 2.0, 2.0]])
        found = tsne.neighbour_probabilities(squared, 2)
        assert found.tolist() == [[1 / 3, 1 / 3, 1 / 3, 0], [1 / 4] * 4]

    @pytest.mark.parametrize(
        ("squared", "perplexity", "message"),
        [
            (np.ones((3, 3)), 2.5, "perplexity=2.5 is out of reach of points with 2 neighbours"),
            (np.ones((3, 5)), 0.5, "1 to 5"),
            (np.array([[1.0, -1.0, 1.0]]), 2, "squared distance of row 0 is -1.0"),
            (np.array([[1.0, 2.0, 1.0], [1.0, np.nan, 1.0]]), 2, "of row 1 is nan"),
            (np.ones(4), 2, r"shape \(4,\)"),
        ],
    )
    def test_refusals(self, squared, perplexity, message):
        with pytest.raises(entnorm.EntnormError, match=message):
            tsne.conditional_probabilities(squared, perplexity)


class TestCalibratedNeighbors:
    def test_leave_nothing_to_the_search_of_scikit_learn(self):
        graph = CalibratedNeighbors(perplexity=20).fit_transform(concentrated())
        squared = graph.data.reshape(150, -1)[:, 1:] ** 2
        p = search(squared, 20.0)
        # one evaluation: what is left is the rounding of distances to float32, and its 1e-8 in place of an empty sum
        assert np.abs(entnorm.perplexity(p / p.sum(-1, keepdims=True)) / 20 - 1).max() <= 1e-6
        assert np.abs(p - np.exp(-squared) / np.exp(-squared).sum(-1, keepdims=True)).max() <= 1e-7

    def test_rank_the_neighbours_as_they_are(self):
        x = concentrated(60, 5)
        graph, squared = CalibratedNeighbors(perplexity=5).fit_transform(x), distances(x)
        for row in range(60):
            order = graph.indices[graph.indptr[row] : graph.indptr[row + 1]]
            assert order.tolist() == np.argsort(squared[row], kind="stable")[:17].tolist()
        assert (np.diff(graph.data.reshape(60, 17)[:, 1:]) >= 0).all()

    def test_of_new_points(self):
        model = CalibratedNeighbors(perplexity=5).fit(concentrated(60, 5))
        graph = model.transform(concentrated(7, 5) + 0.1)
        assert graph.shape == (7, 60)
        p = np.exp(-(graph.data.reshape(7, -1) ** 2))
        assert np.abs(entnorm.perplexity(p / p.sum(-1, keepdims=True)) / 5 - 1).max() <= 64 * EPS

    def test_duplicates_keep_their_distances(self):
        x = np.vstack([np.zeros((30, 2)), np.random.default_rng(0).normal(size=(30, 2))])
        assert np.isfinite(CalibratedNeighbors(perplexity=5).fit_transform(x).data).all()

    def test_in_a_pipeline(self):
        embed = make_pipeline(
            CalibratedNeighbors(perplexity=5),
            TSNE(perplexity=5, metric="precomputed", init="random", max_iter=250, random_state=0),
        )
        assert np.isfinite(embed.fit_transform(concentrated(60, 30))).all()

    def test_refusal(self):
        with pytest.raises(entnorm.EntnormError, match=r"perplexity=30\.0 is out of reach of points with 9 neighbours"):
            CalibratedNeighbors().fit(concentrated(10, 2))


def test_the_programs_of_the_readme():
    texts = ["the cat sat on the mat", "a dog sat on a cat", "stocks fell on monday", "bonds fell, then stocks rose"]
    names = {
        "make_pipeline": make_pipeline,
        "CountVectorizer": CountVectorizer,
        "LogisticRegression": LogisticRegression,
    }
    exec(pages.of_readme("entnorm.adapters.sklearn", "EntropyNormalizer"), names)
    assert names["topics"].fit(texts, [0, 0, 1, 1]).predict(["the dog sat", "stocks rose"]).tolist() == [0, 1]
    names = {"make_pipeline": make_pipeline, "TSNE": TSNE}
    exec(pages.of_readme("entnorm.adapters.sklearn", "CalibratedNeighbors"), names)
    assert np.isfinite(names["embed"].fit_transform(concentrated(100, 30))).all()


def test_the_doctests():
    assert doctest.testmod(tsne).attempted >= 5
    assert doctest.testmod(tsne).failed == 0
    found = doctest.testmod(adapter)
    assert found.failed == 0
    assert found.attempted >= 12
