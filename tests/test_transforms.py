import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oracle import EPS, Exact

import entnorm

weights = st.lists(st.floats(1e-6, 1), min_size=2, max_size=7)
steady = settings(max_examples=100, derandomize=True, deadline=None, database=None)


def normalised(w):
    return np.array(w) / math.fsum(w)


class TestEscort:
    @pytest.mark.parametrize("gamma", [0.0, 1e-9, 0.5, 1.0, 3.0, 300.0, np.inf])
    def test_matches_the_definition(self, gamma):
        p = [0.35, 0.35, 0.2, 0.1 - 1e-300, 1e-300, 0.0]
        exact = Exact(p=p)
        mp = exact.mp
        for x, q in zip(p, entnorm.escort(p, gamma).tolist(), strict=True):
            if x == 0:
                assert q == 0
            elif gamma == np.inf:
                assert q == (0.5 if x == 0.35 else 0)
            else:
                t = mp.mpf(gamma) * exact.distance[x]
                right = mp.exp(-t) / exact.moments(gamma)[2]
                assert abs(q - right) <= 4 * EPS * (1 + t) * right + 5e-324

    @steady
    @given(weights, st.floats(0.1, 3), st.floats(0.1, 3))
    def test_orders_compose_and_keep_the_order(self, w, a, b):
        p = normalised(w)
        twice, once = entnorm.escort(entnorm.escort(p, a), b), entnorm.escort(p, a * b)
        assert np.abs(twice - once).max() <= 256 * EPS
        order = np.argsort(p)
        assert (np.diff(once[order]) >= 0).all()
        assert np.abs(entnorm.escort(p, 1) - p).max() <= 32 * EPS

    def test_orders_broadcast_and_are_checked(self):
        p = np.full((2, 3), 1 / 3)
        assert entnorm.escort(p, [0, np.inf]).shape == (2, 3)
        assert entnorm.escort(p.T, [0.5, 2], axis=0).shape == (3, 2)
        for gamma, message in (([1, -1], "gamma is negative for row 1"), ([np.nan, 1], "gamma is NaN for row 0")):
            with pytest.raises(entnorm.EntnormError, match=message):
                entnorm.escort(p, gamma)


@steady
@given(weights, st.floats(0.01, 0.99))
def test_normalize_has_the_entropy_and_keeps_order_and_ties(w, share):
    p = normalised([*w, w[0], 1.5, 0.0])
    q = entnorm.normalize(p, evenness=share)
    assert entnorm.evenness(q) == pytest.approx(share, rel=16 * EPS, abs=EPS)
    assert q[0] == q[-3]
    assert q[-1] == 0
    assert (np.diff(q[np.argsort(p)]) >= 0).all()
    assert abs(math.fsum(q) - 1) <= 8 * EPS


@steady
@given(st.lists(st.integers(-20, 20), min_size=3, max_size=8), st.floats(0.05, 0.95))
def test_softmax_and_normalize_agree(x, share):
    x = np.array([*x, 21.0])
    target = share * math.log(x.size)
    q = entnorm.softmax(x, entropy=target)
    again = entnorm.normalize(q, entropy=target)
    assert np.abs(again - q).max() <= 256 * EPS


def test_softmax_is_solve():
    x = np.random.default_rng(0).normal(size=(6, 9))
    solution = entnorm.solve(logits=x, perplexity=4)
    assert np.array_equal(entnorm.softmax(x, perplexity=4), solution.probs)
    assert np.array_equal(entnorm.log_softmax(x, perplexity=4), solution.log_probs)
    p = solution.probs
    assert np.array_equal(entnorm.normalize(p, entropy=1.0), entnorm.solve(p, entropy=1.0).probs)


def test_log_softmax_is_finite_where_softmax_underflows():
    x = np.array([3.0, 1.0, -1e5, -np.inf])
    found = entnorm.log_softmax(x, entropy=0.5)
    solution, exact = entnorm.solve(logits=x, entropy=0.5), Exact(logits=x)
    assert exact.errors(solution, "entropy", 0.5)["log_probs"] <= 1
    assert -1e6 < found[2] < -1e4
    assert found[3] == -np.inf
    assert entnorm.softmax(x, entropy=0.5)[2:].tolist() == [0, 0]


class TestInfeasible:
    P = np.array([[0.4, 0.4, 0.2], [0.5, 0.3, 0.2], [0.6, 0.4, 0.0]])
    TARGET = np.array([0.5, 1.5, 0.5])  # below log 2, above log 3, attainable

    def test_raise_names_rows_and_intervals(self):
        for call in (entnorm.normalize, lambda p, **kw: entnorm.softmax(np.log(p + 1e-300), **kw)):
            with pytest.raises(
                entnorm.InfeasibleTargetError, match=r"entropy=0.5 is out of reach of row 0: .* row 1: "
            ):
                call(self.P, entropy=self.TARGET)

    def test_clip_gives_the_nearest_limit(self):
        q = entnorm.normalize(self.P, entropy=self.TARGET, infeasible="clip")
        assert q[0].tolist() == [0.5, 0.5, 0]
        assert q[1].tolist() == [1 / 3] * 3
        assert np.array_equal(q[2], entnorm.normalize(self.P[2], entropy=0.5))
        log_q = entnorm.log_softmax([[0.0, 0.0, -1.0]], perplexity=7, infeasible="clip")
        assert log_q.tolist() == [[-np.log(3)] * 3]
        for kind, value, expected in (
            ("deficit", 2.0, [1, 0]),
            ("evenness", 1.5, [0.5, 0.5]),
            ("perplexity", 0.5, [1, 0]),
        ):
            assert entnorm.normalize([0.7, 0.3], **{kind: value}, infeasible="clip").tolist() == expected

    def test_nan_fills_those_rows_only(self):
        q = entnorm.normalize(self.P, entropy=self.TARGET, infeasible="nan")
        assert np.isnan(q).all(axis=-1).tolist() == [True, True, False]

    def test_other_choices_are_refused(self):
        for call in (entnorm.normalize, entnorm.softmax, entnorm.log_softmax):
            with pytest.raises(entnorm.EntnormError, match="infeasible must be 'raise', 'clip' or 'nan', not 'ignore'"):
                call([0.5, 0.5], entropy=0.1, infeasible="ignore")

    def test_a_gamma_beyond_float64_is_no_reason_to_fail(self):
        assert entnorm.softmax([0.0, -5e-324], entropy=0.5).sum() == pytest.approx(1, rel=EPS)


@pytest.mark.parametrize("dtype", [np.float16, np.float32])
@pytest.mark.parametrize("shape", [(20, 30), (1, 100), (300, 1000), (2, 40_000)])
def test_narrow_floats_are_rounded_once(dtype, shape):
    rng = np.random.default_rng(0)
    x, evenness = rng.normal(0, 3, shape).astype(dtype), rng.uniform(0.1, 0.9, shape[0])
    narrow = entnorm.softmax(x, evenness=evenness)
    assert narrow.dtype == dtype
    assert np.array_equal(narrow, entnorm.softmax(x.astype(np.float64), evenness=evenness).astype(dtype))


def test_narrow_probabilities_are_rounded_once():
    rng = np.random.default_rng(0)
    p, evenness = rng.dirichlet(np.ones(1000), 300).astype(np.float32), rng.uniform(0.1, 0.9, 300)
    narrow = entnorm.normalize(p, evenness=evenness)
    assert narrow.dtype == np.float32
    assert np.array_equal(narrow, entnorm.normalize(p.astype(np.float64), evenness=evenness).astype(np.float32))
