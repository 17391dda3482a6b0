"""Affinities for openTSNE, beside openTSNE's own."""

from __future__ import annotations

import doctest

import numpy as np
import pages
import pytest
from oracle import EPS
from scipy import sparse

import entnorm

openTSNE = pytest.importorskip("openTSNE", reason="openTSNE is not installed: make adapters")

from openTSNE.affinity import PerplexityBasedNN as Theirs  # noqa: E402
from openTSNE.nearest_neighbors import PrecomputedNeighbors  # noqa: E402

from entnorm.adapters import opentsne as adapter  # noqa: E402
from entnorm.adapters.opentsne import PerplexityBasedNN  # noqa: E402

NEAR = np.random.default_rng(0).normal(size=(90, 3))
FAR = np.random.default_rng(0).normal(size=(300, 2000))


def perplexities(p):
    rows = [p.data[p.indptr[i] : p.indptr[i + 1]] for i in range(p.shape[0])]
    return np.array([entnorm.perplexity(row / row.sum()) for row in rows])


def test_the_affinities_are_those_of_opentsne_where_it_is_right():
    for symmetrize in (True, False):
        ours = PerplexityBasedNN(NEAR, perplexity=8, method="exact", symmetrize=symmetrize)
        theirs = Theirs(NEAR, perplexity=8, method="exact", symmetrize=symmetrize)
        assert isinstance(ours, openTSNE.affinity.Affinities)
        assert sparse.isspmatrix_csr(ours.P)
        assert abs(ours.P - theirs.P).max() <= 1e-9  # its search stops within 1e-8 of the entropy
        assert ours.P.sum() == pytest.approx(1, abs=8 * EPS)
        assert ours.n_samples == 90


def test_points_may_be_a_list():
    ours = PerplexityBasedNN(NEAR.tolist(), perplexity=8, method="exact")
    assert abs(ours.P - PerplexityBasedNN(NEAR, perplexity=8, method="exact").P).max() == 0


def test_perplexities_hold_where_distances_are_concentrated():
    ours = PerplexityBasedNN(FAR, perplexity=30, method="exact", symmetrize=False)
    theirs = Theirs(FAR, perplexity=30, method="exact", symmetrize=False)
    assert np.abs(perplexities(ours.P) / 30 - 1).max() <= 64 * EPS
    assert np.median(perplexities(theirs.P)) > 60


def test_another_perplexity_takes_the_neighbours_that_count():
    ours, theirs = (kind(NEAR, perplexity=12, method="exact") for kind in (PerplexityBasedNN, Theirs))
    for affinities in (ours, theirs):
        affinities.set_perplexity(5)
    assert ours.perplexity == 5
    assert abs(ours.P - theirs.P).max() <= 1e-9
    with pytest.raises(entnorm.EntnormError, match="perplexity=50 is out of reach of points with 36 neighbours"):
        ours.set_perplexity(50)


def test_new_points():
    ours, theirs = (kind(NEAR, perplexity=8, method="exact") for kind in (PerplexityBasedNN, Theirs))
    new = NEAR[:7] + 0.05
    found, neighbours, distances = ours.to_new(new, return_distances=True)
    assert abs(found - theirs.to_new(new)).max() <= 1e-7
    assert neighbours.shape == distances.shape == (7, 24)
    assert np.abs(perplexities(ours.to_new(new, perplexity=3, k_neighbors=10)) / 3 - 1).max() <= 64 * EPS


def test_precomputed_distances_and_neighbours():
    distances = np.sqrt(((NEAR[:, None] - NEAR) ** 2).sum(-1))
    whole = PerplexityBasedNN(NEAR, perplexity=8, method="exact")
    assert abs(PerplexityBasedNN(distances, perplexity=8, metric="precomputed").P - whole.P).max() <= 1e-12
    near = np.argsort(distances)[:, 1:25]
    index = PrecomputedNeighbors(near, np.take_along_axis(distances, near, axis=1))
    assert abs(PerplexityBasedNN(perplexity=8, knn_index=index).P - whole.P).max() <= 1e-12


def test_refusals():
    with pytest.raises(entnorm.EntnormError, match="pass data or knn_index=, one of the two"):
        PerplexityBasedNN()
    with pytest.raises(entnorm.EntnormError, match=r"perplexity=0\.5 is out of reach"):
        PerplexityBasedNN(NEAR, perplexity=0.5, method="exact")
    with pytest.raises(entnorm.EntnormError, match="perplexity=300 is out of reach of points with 89 neighbours"):
        PerplexityBasedNN(NEAR, perplexity=300, method="exact")


@pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::DeprecationWarning")  # of what openTSNE calls
def test_the_program_of_the_readme():
    points = np.random.default_rng(0).normal(size=(150, 100))
    names = {"openTSNE": openTSNE, "points": points, "start": openTSNE.initialization.pca(points, random_state=0)}
    exec(pages.of_readme("entnorm.adapters.opentsne", "PerplexityBasedNN"), names)
    assert np.isfinite(names["embedding"]).all()


@pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::DeprecationWarning")  # of what openTSNE calls
def test_the_doctest():
    found = doctest.testmod(adapter)
    assert found.failed == 0
    assert found.attempted >= 6
