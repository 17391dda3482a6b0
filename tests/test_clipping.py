import math
import tracemalloc

import numpy as np
import pytest
from differences import EPS, Differences
from hypothesis import given, settings
from hypothesis import strategies as st

import entnorm
from entnorm.solution import Status

steady = settings(max_examples=150, derandomize=True, deadline=None, database=None)
weights = st.lists(st.floats(1e-6, 1), min_size=2, max_size=7)
bound = st.floats(0, 2.5)
rng = np.random.default_rng(0)
LOW, HIGH = 0.6, 1.0
P = np.array(
    [
        [0.98, 0.01, 0.005, 0.005],  # below
        [0.6, 0.3, 0.1, 0.0],  # between
        [0.4, 0.3, 0.2, 0.1],  # above
        [1.0, 0.0, 0.0, 0.0],  # below, and it cannot move
        [0.25, 0.25, 0.25, 0.25],  # above, and it cannot move
        [0.34, 0.33, 0.33, 0.0],  # above
    ]
)


def normalised(w):
    return np.array(w) / math.fsum(w)


@steady
@given(weights, bound, bound)
def test_rows_move_only_if_they_have_to_and_no_further(w, a, b):
    p = normalised([*w, w[0] * 1.5, 0.0])
    low, high = min(a, b), max(a, b)
    q = entnorm.clip_entropy(p, min=low, max=high)
    before, after = entnorm.entropy(p), entnorm.entropy(q)
    if low <= before <= high:
        assert np.array_equal(q, p)
    else:
        ties = np.count_nonzero(p == p.max())
        nearest = np.clip(np.clip(before, low, high), math.log(ties), math.log(np.count_nonzero(p)))
        assert abs(after - nearest) <= 16 * EPS * max(1, nearest)
    assert (np.diff(q[np.argsort(p)]) >= 0).all()
    assert q[-1] == 0
    assert abs(math.fsum(q) - 1) <= max(8 * EPS, abs(math.fsum(p) - 1))


@steady
@given(weights, st.floats(0.3, 1.2))
def test_clipping_twice_is_clipping_once(w, low):
    once = entnorm.clip_entropy(normalised(w), min=low)
    again = entnorm.clip_entropy(once, min=low)
    assert np.abs(again - once).max() <= 256 * EPS


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_rows_between_the_bounds_are_returned_bit_for_bit(dtype):
    p = rng.dirichlet(np.ones(9), size=(4, 50)).astype(dtype)
    found = entnorm.entropy(p)
    low, high = np.quantile(found, [0.3, 0.7])
    q = entnorm.clip_entropy(p, min=low, max=high)
    same = (found >= low) & (found <= high)
    assert 0.3 < same.mean() < 0.5
    assert q.dtype == dtype
    assert np.array_equal(q[same], p[same])
    assert not (q[~same] == p[~same]).all(-1).any()
    assert q.base is None or not np.shares_memory(q, p)
    solution = entnorm.solve_clipped(p, min=low, max=high)
    assert np.array_equal(solution.log_probs[same], np.log(p)[same])


def test_bounds_count_as_inside():
    found = entnorm.entropy(P[1])
    for bounds in ({"min": found}, {"max": found}, {"min": found, "max": found}):
        assert np.array_equal(entnorm.clip_entropy(P[1], **bounds), P[1])


def test_logits_are_those_of_a_softmax():
    x = rng.normal(scale=3, size=(200, 6))
    x[:, 5] = -np.inf
    p = np.exp(x - x.max(-1, keepdims=True))
    p /= p.sum(-1, keepdims=True)
    q = entnorm.clip_entropy(logits=x, min=LOW, max=HIGH)
    assert np.abs(q - entnorm.clip_entropy(p, min=LOW, max=HIGH)).max() <= 64 * EPS
    assert np.abs(q - p).max() > 0.1
    inside = (entnorm.entropy(p) > LOW) & (entnorm.entropy(p) < HIGH)
    assert inside.any()
    assert np.abs(q - p)[inside].max() <= 4 * EPS


def test_a_solution_says_what_was_done():
    solution = entnorm.solve_clipped(P, min=LOW, max=HIGH)
    assert solution.gamma[1] == 1
    assert solution.gamma[0] < 1 < min(solution.gamma[2], solution.gamma[5])
    assert solution.gamma[3] == 0
    assert solution.gamma[4] == np.inf
    assert solution.success.all()
    assert np.array_equal(solution.probs[[1, 3, 4]], P[[1, 3, 4]])
    assert solution.entropy == pytest.approx([LOW, entnorm.entropy(P[1]), HIGH, 0, math.log(4), HIGH], rel=4 * EPS)
    assert solution.condition[1] == solution.nit[1] == 0
    assert min(solution.nit[[0, 2, 5]]) > 0
    assert solution.message == "5 of 6 rows moved; a bound is out of reach of rows 3, 4"
    assert np.array_equal(entnorm.clip_entropy(P, min=LOW, max=HIGH), solution.probs)
    one = entnorm.solve_clipped(P[0], min=LOW)
    assert (one.status, one.message) == (Status.CONVERGED, "moved")
    assert entnorm.solve_clipped(P[0], max=LOW).message == "unmoved"
    assert one.probs == pytest.approx(entnorm.normalize(P[0], entropy=LOW), abs=EPS)


def test_unattainable_bounds_give_the_nearest_limit():
    tied = [0.4, 0.4, 0.2]
    assert entnorm.clip_entropy(tied, max=0.1).tolist() == [0.5, 0.5, 0]
    assert entnorm.clip_entropy(tied, min=3).tolist() == [1 / 3] * 3
    assert entnorm.clip_entropy([0.4, 0.6, 0.0], min=0.9).tolist() == [0.5, 0.5, 0]
    assert entnorm.clip_entropy([0.4, 0.6], max=0).tolist() == [0, 1]
    assert entnorm.clip_entropy([1, 0], min=0.1).tolist() == [1, 0]


@steady
@given(weights, bound)
def test_one_bound_twice_is_a_target_with_the_nearest_limit(w, target):
    p = normalised([*w, w[0] * 1.5, 0.0])
    q = entnorm.clip_entropy(p, min=target, max=target)
    if entnorm.entropy(p) != target:
        assert np.array_equal(q, entnorm.normalize(p, entropy=target, infeasible="clip"))


class TestDerivatives:
    F = np.array([1.0, -2.0, 0.5, 4.0])

    def test_rows_that_moved_follow_their_bound(self):
        solution = entnorm.solve_clipped(P, min=LOW, max=HIGH)
        for row, target in ((0, LOW), (2, HIGH), (5, HIGH)):
            alone = entnorm.solve(P[row], entropy=target)
            assert np.array_equal(solution.vjp(self.F)[0][row], alone.vjp(self.F)[0])
            assert solution.vjp(self.F)[1][row] == alone.vjp(self.F)[1]
            assert np.array_equal(solution.jvp(self.F, 1.0)[row], alone.jvp(self.F, 1.0))
        exact = Differences("entropy", LOW, p=P[0])
        near = float(solution.gamma[0])
        budget, _, _ = exact.budgets(near, self.F)
        for found, right, b in zip(solution.jvp(self.F)[0], exact.along(near, self.F), budget, strict=True):
            assert abs(float(found) - right) <= 4 * b

    def test_rows_that_did_not_have_the_derivative_of_softmax_and_no_target(self):
        x = rng.normal(size=(5, 4))
        solution = entnorm.solve_clipped(logits=x, min=0.01)
        assert (solution.gamma == 1).all()
        q = solution.probs
        right = np.array([(np.diag(row) - np.outer(row, row)) @ self.F for row in q])
        assert np.abs(solution.jvp(self.F, 3.0) - right).max() <= 16 * EPS
        gradient, slopes = solution.vjp(self.F)
        assert np.array_equal(gradient, solution.jvp(self.F))
        assert slopes.tolist() == [0] * 5
        # two entries, for which a prescribed entropy would leave no room
        pair = entnorm.solve_clipped([0.7, 0.3], min=0.01)
        assert pair.vjp([1.0, 0.0], wrt="p")[0] == pytest.approx([0.3, -0.7], rel=4 * EPS)
        assert pair.jvp(dp=[1e-3, -1e-3]) == pytest.approx([1e-3, -1e-3], rel=4 * EPS)

    def test_uniform_rows_between_the_bounds_move_freely(self):
        solution = entnorm.solve_clipped([0.5, 0.5], min=0.1)
        assert solution.jvp([1.0, 0.0]) == pytest.approx([0.25, -0.25], rel=4 * EPS)

    def test_rows_at_a_limit_stay_there_unless_ties_part(self):
        rows = [[0.5, 0.3, 0.2, 0.0], [0.5, 0.3, 0.2, 0.0], [0.4, 0.4, 0.2, 0.0], [0.25, 0.25, 0.25, 0.25]]
        solution = entnorm.solve_clipped(rows, min=[2, 0, 0, 0], max=[2, 0, 0.1, 0.1])
        assert solution.gamma.tolist() == [0, np.inf, np.inf, np.inf]
        gradient, slopes = solution.vjp(self.F)
        assert (gradient[0] == 0).all()
        assert (gradient[1] == 0).all()
        assert np.isnan(gradient[2:]).all()
        assert slopes.tolist() == [0, 0, 0, 0]
        assert (solution.jvp([1.0, 1.0, 5.0, 1.0], 1.0)[:3] == 0).all()

    def test_the_derivative_is_that_of_the_function(self):
        x = rng.normal(scale=2, size=(300, 5))
        h, step = rng.normal(size=x.shape), 1e-6
        solution = entnorm.solve_clipped(logits=x, min=LOW, max=HIGH)
        after, before = (entnorm.clip_entropy(logits=x + s * h, min=LOW, max=HIGH) for s in (step, -step))
        found = entnorm.entropy(np.stack([before, after]))
        away = (np.abs(found - LOW) > 1e-5) & (np.abs(found - HIGH) > 1e-5)
        settled = away.all(0) | (~away).all(0)  # not across a bound
        assert settled.mean() > 0.9
        error = np.abs(solution.jvp(h) - (after - before) / (2 * step))[settled]
        assert error.max() <= 1e-7 * (1 + np.abs(solution.jvp(h)).max())


def test_rows_do_not_see_each_other():
    p = rng.dirichlet(np.full(6, 0.5), size=(3, 40))
    whole = entnorm.clip_entropy(np.moveaxis(p, -1, 0), min=LOW, max=HIGH, axis=0)
    assert whole.shape == (6, 3, 40)
    for a in range(3):
        for b in range(40):
            assert np.array_equal(whole[:, a, b], entnorm.clip_entropy(p[a, b], min=LOW, max=HIGH))
    spread = entnorm.clip_entropy(p, min=np.linspace(0, 1, 40), max=np.full((3, 1), 2.0))
    assert np.array_equal(spread[1, 20], entnorm.clip_entropy(p[1, 20], min=np.linspace(0, 1, 40)[20], max=2.0))


def test_input_is_not_written_to_and_other_kinds_are_read():
    p = P.copy()
    p.flags.writeable = False
    entnorm.clip_entropy(p, min=LOW, max=HIGH)
    assert entnorm.clip_entropy([1, 0], max=1).dtype == np.float64
    assert entnorm.clip_entropy([True, False], max=1).tolist() == [1, 0]
    assert entnorm.clip_entropy(np.zeros((0, 3)), min=1).shape == (0, 3)
    with np.errstate(all="raise"):
        assert entnorm.solve_clipped(P, min=LOW, max=HIGH).log_probs[1, 3] == -np.inf


@pytest.mark.parametrize("shape", [(2, 10**6), (16_387, 128)])
@pytest.mark.parametrize("excluded", [0.0, 0.999])
def test_memory_does_not_grow_with_what_has_to_move(shape, excluded):
    p = rng.exponential(size=shape)
    p[:, 1:][rng.random(p[:, 1:].shape) < excluded] = 0.0
    p /= p.sum(-1, keepdims=True)
    p[0, :], p[0, :2] = 0.0, (0.95, 0.05)  # which stays, so that the others are copied
    assert not entnorm.solve_clipped(p[:1], min=0.1, max=0.5).nit.any()
    tracemalloc.start()
    entnorm.clip_entropy(p, min=0.1, max=0.5)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak - p.nbytes < 2**26


@pytest.mark.parametrize(
    ("bounds", "message"),
    [
        ({}, "pass min=, max= or both"),
        ({"min": 1.0, "max": 0.5}, r"min exceeds max for rows 0, 1, 2, 3, 4 and 1 more \(1.0 > 0.5 in the first\)"),
        ({"min": [0, 0, 1, 0, 0, 0], "max": 0.5}, r"min exceeds max for row 2 \(1.0 > 0.5"),
        ({"min": np.nan}, "min is NaN for rows 0, 1"),
        ({"max": -1}, "max is negative for rows 0, 1"),
        ({"min": [1, 2]}, r"min has shape \(2,\), which does not broadcast to the batch shape \(6,\)"),
        ({"max": "high"}, "max has dtype"),
    ],
)
def test_errors_say_what_and_where(bounds, message):
    with pytest.raises(entnorm.EntnormError, match=message):
        entnorm.clip_entropy(P, **bounds)


def test_rows_are_checked_like_everywhere():
    with pytest.raises(entnorm.EntnormError, match="p has negative entries in row 1"):
        entnorm.clip_entropy([[0.5, 0.5], [-0.5, 1.5]], min=0.1)
    with pytest.raises(entnorm.EntnormError, match="there is no array: pass either p"):
        entnorm.solve_clipped(min=0.1)
