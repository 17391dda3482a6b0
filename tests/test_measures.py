import math

import numpy as np
import pytest
from oracle import EPS, Exact

import entnorm

ROWS = [
    [0.5, 0.3, 0.2],
    [0.25] * 4,
    [1.0, 1e-30],
    [1 - 2**-53, 2**-54, 2**-54],
    [0.4, 0.4, 0.2, 0.0],
    [0.7, 0.3, 5e-324],
    [1.0],
    [0.0, 1.0],
    list((1 + 1e-12 * np.arange(10)) / np.sum(1 + 1e-12 * np.arange(10))),
    list(np.arange(1.0, 101) ** -1.5 / np.sum(np.arange(1.0, 101) ** -1.5)),
]


@pytest.mark.parametrize("p", ROWS)
def test_the_four_measures(p):
    exact = Exact(p=p, digits=400)
    h, varentropy, _ = exact.moments(1)
    size = exact.mp.log(exact.support)
    with np.errstate(all="raise"):
        entropy, perplexity, deficit, evenness = (
            getattr(entnorm, name)(p) for name in ("entropy", "perplexity", "deficit", "evenness")
        )
    assert abs(entropy - h) <= 4 * EPS * h
    assert abs(perplexity - exact.mp.exp(h)) <= 4 * EPS * exact.mp.exp(h) * (1 + h)
    assert abs(deficit - (size - h)) <= 8 * EPS * (size - h + varentropy)
    assert abs(evenness - (h / size if size else 1)) <= 4 * EPS


def test_sums_off_by_rounding_are_divided_out():
    p = np.array([0.5, 0.3, 0.2]) * (1 + 5e-7)
    assert entnorm.entropy(p) == pytest.approx(entnorm.entropy([0.5, 0.3, 0.2]), rel=4 * EPS)


@pytest.mark.parametrize("name", ["entropy", "perplexity", "deficit", "evenness"])
def test_shapes_and_independence(name):
    measure = getattr(entnorm, name)
    p = np.random.default_rng(0).dirichlet(np.full(5, 0.3), (4, 3))
    found = measure(p)
    assert found.shape == (4, 3)
    assert measure(p, keepdims=True).shape == (4, 3, 1)
    assert measure(np.moveaxis(p, -1, 0), axis=0, keepdims=True).shape == (1, 4, 3)
    assert np.array_equal(measure(np.moveaxis(p, -1, 0), axis=0), found)
    assert measure(p[2, 1]) == found[2, 1]
    assert isinstance(measure(p[2, 1]), np.float64)
    assert measure(p[2, 1], keepdims=True).shape == (1,)
    with pytest.raises(entnorm.EntnormError, match=r"negative entries in row \(0, 0\)"):
        measure(p - 0.1 * (np.arange(12).reshape(4, 3, 1) == 0))


def test_limits():
    assert entnorm.entropy([1.0, 0.0]) == 0
    assert entnorm.perplexity([0.125] * 8) == 8
    assert str(entnorm.deficit([0.2] * 5)) == "0.0"
    assert entnorm.evenness([[0.0, 1.0], [0.5, 0.5]]).tolist() == [1, 1]
    assert entnorm.entropy([1, 0, 0]) == 0
    assert entnorm.entropy(np.full(3, 1 / 3, dtype=np.float32)) == pytest.approx(math.log(3), rel=2 * EPS)
