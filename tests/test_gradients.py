import math
import pickle
import tracemalloc

import numpy as np
import pytest
from differences import EPS, Differences
from hypothesis import given, settings
from hypothesis import strategies as st

import entnorm
from entnorm import pieces
from entnorm.solution import Status

steady = settings(max_examples=100, derandomize=True, deadline=None, database=None)
rng = np.random.default_rng(0)
X = rng.normal(size=12)
PROMISED = 4  # times what one rounding error everywhere does; gamma, to which twice that is promised, has less

ROWS = {
    "normal": {"logits": X},
    "shifted and steep": {"logits": 1e3 + 10 * X},
    "masked": {"logits": np.where(np.arange(12) < 5, -np.inf, X)},
    "an outlier": {"logits": np.array([3.0, *[0.0] * 6, *(1e-3 * np.arange(5))])},
    "an outlier among many": {"logits": np.array([30.0, *np.linspace(-1e-3, 1e-3, 59)])},
    "of many scales": {"logits": np.sort(-(10.0**X))},
    "tiny": {"logits": np.linspace(0, 1, 12) ** 8 * 1e-200},
    "large": {"logits": X * 1e100},
    "top gap far below the rest": {"logits": np.array([0.0, -1e-12, -1.0, -1.5, -2.0])},
    "probabilities": {"p": np.exp(X) / np.exp(X).sum()},
    "nearly uniform probabilities": {"p": (1 + 1e-10 * X) / math.fsum(1 + 1e-10 * X)},
    "rare and excluded": {"p": np.array([0.6, 0.4 - 1e-30, 1e-30, 0.0, 1e-300])},
    "p of two words": {"p": np.array([0.5, 0.25, 0.25 - 2.0**-40, 2.0**-40])},
}
TARGETS = [
    ("entropy", 0.5),
    ("perplexity", 2.5),
    ("evenness", 0.8),
    ("deficit", 0.1),
    ("deficit", 1e-6),
    ("deficit", 1e-20),
    ("deficit", 1e-300),
    ("entropy", 1e-3),
    ("entropy", 1e-12),
    ("entropy", 1e-300),
]
VECTORS = [
    rng.normal(size=60),
    1e8 + rng.normal(size=60),
    10.0 ** rng.uniform(-20, 20, size=60),
    1e9 * np.eye(60)[0],
]
VECTORS[3] += VECTORS[0]


def unit(row, kind, value):
    """dH/dtarget."""
    n = row.support
    return {"entropy": 1, "perplexity": 1 / row.mp.mpf(value), "deficit": -1, "evenness": row.mp.log(n)}[kind]


@pytest.mark.parametrize("name", ROWS)
@pytest.mark.parametrize(("kind", "value"), TARGETS)
def test_against_differences_in_many_digits(name, kind, value):
    row = ROWS[name]
    solution = entnorm.solve(**row, **{kind: value}).raise_if_failed()
    near, exact = float(solution.gamma), Differences(kind, value, **row)
    per_target = abs(unit(exact, kind, value))
    along_target = exact.along(near)
    for vector in (v[: next(iter(row.values())).size] for v in VECTORS):
        logits_budget, target_budget, slope_budget = exact.budgets(near, vector)
        found, dtarget = solution.jvp(vector), solution.jvp(dtarget=1.0)
        for i, right, budget in zip(exact.places, exact.along(near, vector), logits_budget, strict=True):
            assert abs(float(found[i]) - right) <= PROMISED * budget + 5e-324
        for i, right, budget in zip(exact.places, along_target, target_budget, strict=True):
            assert abs(float(dtarget[i]) - right) <= PROMISED * budget * per_target
        gradient, slope = solution.vjp(vector)
        assert np.array_equal(gradient, found)  # the Jacobian is symmetric
        assert (np.delete(gradient, exact.places) == 0).all()
        right = exact.mp.fsum(x * float(vector[i]) for i, x in zip(exact.places, along_target, strict=True))
        assert abs(float(slope) - right) <= PROMISED * slope_budget * per_target + 5e-324


def test_the_gradient_in_the_target_has_the_error_of_gamma():
    row, value = {"logits": np.array([0.0, -0.00010143402329322471, -0.9892922475076752])}, 0.6306860103793952
    vector = [0.8865629303454127, -1.973991456043179, 0.43462216695332023]
    solution, exact = entnorm.solve(**row, evenness=value), Differences("evenness", value, **row)
    right = exact.mp.fsum(x * y for x, y in zip(exact.along(float(solution.gamma)), vector, strict=True))
    budget = exact.budgets(float(solution.gamma), vector)[2] * abs(unit(exact, "evenness", value))
    assert abs(float(solution.vjp(vector)[1]) - right) <= PROMISED * budget


def test_the_differences_see_a_wrong_gradient():
    solution, exact = entnorm.solve(logits=X, entropy=1.0), Differences("entropy", 1.0, logits=X)
    vector = VECTORS[0][:12]
    found, budget = solution.jvp(vector), exact.budgets(float(solution.gamma), vector)[0]
    right = exact.along(float(solution.gamma), vector)
    off = [abs(float(x) * (1 + 1e-13) - y) / b for x, y, b in zip(found, right, budget, strict=True)]
    assert max(off) > 4


@pytest.mark.parametrize("name", ["probabilities", "nearly uniform probabilities", "p of two words"])
def test_with_respect_to_p(name):
    p = ROWS[name]["p"]
    solution = entnorm.solve(p, evenness=0.7)
    dp = VECTORS[0][: p.size]
    assert np.array_equal(solution.jvp(dp=dp), solution.jvp(dp / p))
    dlogits, _ = solution.vjp(dp)
    assert np.array_equal(solution.vjp(dp, wrt="p")[0], dlogits / p)
    exact = Differences("evenness", 0.7, p=p)
    near = float(solution.gamma)
    tangent = [exact.mp.mpf(float(x)) / float(y) for x, y in zip(dp, p, strict=True)]
    budget, _, _ = exact.budgets(near, dp / p)
    for found, right, b in zip(solution.jvp(dp=dp), exact.along(near, tangent), budget, strict=True):
        assert abs(float(found) - right) <= 4 * b


logits = st.lists(st.floats(-10, 10), min_size=3, max_size=9)
share = st.floats(0.02, 0.98)


def drawn(values, part, seed):
    """A row that is not uniform, solved, and two vectors whose largest entry is 1."""
    x = np.array([*values, max(values) + 1.0])
    solution = entnorm.solve(logits=x, evenness=part)
    f, h = np.random.default_rng(seed).uniform(-1, 1, size=(2, x.size))
    return x, solution, f / np.abs(f).max(), h / np.abs(h).max()


@steady
@given(logits, share, st.integers(0, 99))
def test_the_jacobian_is_symmetric_and_positive_semidefinite_with_its_null_vectors(values, part, seed):
    x, solution, f, h = drawn(values, part, seed)
    size = 16 * EPS * solution.gamma
    jf, jh = solution.jvp(f), solution.jvp(h)
    assert abs(f @ jh - h @ jf) <= size
    assert f @ jf >= -size
    assert np.abs(solution.jvp(np.ones(x.size))).max() <= size
    spread = np.abs(x).max() * (1 + solution.condition)
    assert np.abs(solution.jvp(x)).max() <= size * spread
    assert abs(jf.sum()) <= size
    assert abs(jf @ np.maximum(solution.log_probs, -800)) <= size * (1 + solution.gamma * np.ptp(x))  # entropy is kept


@steady
@given(logits, share, st.integers(0, 99), st.floats(-2, 2))
def test_vjp_is_the_transpose_of_jvp(values, part, seed, rise):
    _, solution, f, h = drawn(values, part, seed)
    gradient, slope = solution.vjp(f)
    forward, backward = f @ solution.jvp(h, rise), gradient @ h + slope * rise
    along = np.abs(solution.jvp(dtarget=1.0)).sum()
    assert abs(forward - backward) <= 16 * EPS * (solution.gamma + along * abs(rise))


@steady
@given(st.floats(-30, 30), st.floats(1e-3, 30), share, st.floats(-1, 1))
def test_two_entries_do_not_move(x, gap, part, f):
    solution = entnorm.solve(logits=[x, x + gap, -np.inf], evenness=part)
    assert solution.jvp([f, 1.0, 2.0]).tolist() == [0, 0, 0]
    gradient, slope = solution.vjp([f, 1.0, 2.0])
    assert gradient.tolist() == [0, 0, 0]
    assert f == 1 or slope != 0


def test_tied_entries_are_told_apart():
    """Two levels of which one is tied: the Jacobian is not zero, and its entries follow the ties."""
    solution = entnorm.solve(logits=[1.0, 1.0, 0.0], entropy=0.8)
    moved = solution.jvp([1.0, 0.0, 0.0])
    q = solution.probs
    assert moved == pytest.approx(solution.gamma * q[0] / 2 * np.array([1, -1, 0]), abs=8 * EPS * solution.gamma)


class TestWhereThereIsNoDerivative:
    UNIFORM, SMOOTH, ONE, TIED = [1.0, 1.0, 1.0], [2.0, 1.0, 0.0], [2.0, 1.0, 1.0], [2.0, 2.0, 0.0]
    ROWS = np.array([UNIFORM, SMOOTH, ONE, TIED, TIED, SMOOTH])
    TARGET = np.array([math.log(3), math.log(3), 0.0, math.log(2), 0.5, 0.8])
    F = np.array([1.0, -2.0, 4.0])

    def test_the_rows_are_what_the_table_says(self):
        solution = entnorm.solve(logits=self.ROWS, entropy=self.TARGET)
        assert solution.gamma[:4].tolist() == [1, 0, np.inf, np.inf]
        for moved in (solution.jvp(self.F), solution.vjp(self.F)[0]):
            assert (moved[:3] == 0).all()
            assert np.isnan(moved[3:5]).all()
            assert np.isfinite(moved[5]).all()
        along, slopes = solution.jvp(dtarget=1.0), solution.vjp(self.F)[1]
        assert np.isnan(along[[0, 1, 4]]).all()
        assert np.isnan(slopes[[0, 1, 4]]).all()
        assert (along[2:4] == 0).all()
        assert (slopes[2:4] == 0).all()
        assert np.isfinite(slopes[5])

    def test_what_does_not_part_ties_moves_nothing(self):
        solution = entnorm.solve(logits=self.ROWS, entropy=self.TARGET)
        for moved in (solution.jvp(), solution.jvp(dtarget=0), solution.jvp([1.0, 1.0, 7.0])):
            assert (moved[:4] == 0).all()
            assert np.isnan(moved[4]).all()

    def test_at_zero_the_row_stays_uniform_and_the_rate_along_the_target_is_infinite(self):
        """The differences do what the table says of its ends."""
        moved = entnorm.softmax(np.array(self.SMOOTH) + 1e-3 * self.F, entropy=math.log(3))
        assert moved.tolist() == [1 / 3] * 3
        rates = [
            np.abs(entnorm.solve(logits=self.SMOOTH, deficit=d).jvp(dtarget=1.0)).max() for d in (1e-4, 1e-8, 1e-12)
        ]
        assert rates[1] / rates[0] == pytest.approx(100, rel=0.02)
        assert rates[2] / rates[1] == pytest.approx(100, rel=0.02)

    def test_at_infinity_the_rate_along_the_target_falls_to_zero(self):
        for row, low in ((self.ONE, 0.0), (self.TIED, math.log(2))):
            found = [np.abs(entnorm.softmax(row, entropy=low + d) - entnorm.softmax(row, entropy=low)).max() / d
                     for d in (1e-3, 1e-6, 1e-12)]  # fmt: skip
            assert found[0] > found[1] > found[2] > 0

    def test_targets_below_the_normal_range_keep_a_derivative(self):
        slopes = [-entnorm.solve(logits=self.SMOOTH, entropy=h).vjp(self.F)[1] for h in (1e-300, 1e-310, 1e-320)]
        assert slopes[0] > slopes[1] > slopes[2] > 0.9 * slopes[0]

    def test_at_infinity_parting_ties_is_not_differentiable(self):
        """The quotient of differences grows without bound as ties part by less and less."""
        moved = [
            entnorm.softmax(np.array([2.0, 2.0 + h, 0.0]), entropy=math.log(2))[1] - 0.5 for h in (1e-2, 1e-4, 1e-8)
        ]
        assert moved[0] / 1e-2 < moved[1] / 1e-4 < moved[2] / 1e-8

    def test_a_gamma_beyond_float64_is_no_reason_to_fail(self):
        solution = entnorm.solve(logits=[0.0, -5e-324, -2e-323], entropy=0.5)
        assert solution.status == Status.GAMMA_OVERFLOW
        gradient, slope = solution.vjp([1.0, 0.0, 0.0])
        assert np.isinf(gradient).all()
        assert slope == pytest.approx(entnorm.solve(logits=[0.0, -1.0, -4.0], entropy=0.5).vjp([1.0, 0.0, 0.0])[1])


class TestRowsAreIndependent:
    SHAPE = (3, 40, 7)
    X = rng.normal(size=SHAPE)
    F = rng.normal(size=SHAPE)
    T = rng.uniform(0.5, 1.8, size=(3, 7))

    def both(self, x, f, target, rise, axis):
        solution = entnorm.solve(logits=x, entropy=target, axis=axis)
        return solution.jvp(f, rise), *solution.vjp(f)

    def test_of_batch_position_axis_and_layout(self):
        whole = self.both(self.X, self.F, self.T, self.T, 1)
        assert [part.shape for part in whole] == [self.SHAPE, self.SHAPE, (3, 7)]
        for a in range(3):
            for b in range(7):
                row = self.both(self.X[a, :, b], self.F[a, :, b].copy(), self.T[a, b], self.T[a, b], 0)
                assert np.array_equal(row[0], whole[0][a, :, b])
                assert np.array_equal(row[1], whole[1][a, :, b])
                assert row[2] == whole[2][a, b]
        for order in ("C", "F"):
            moved = self.both(np.array(self.X, order=order), np.asfortranarray(self.F)[::1], self.T, self.T, -2)
            assert all(np.array_equal(x, y) for x, y in zip(moved, whole, strict=True))

    def test_vectors_broadcast(self):
        solution = entnorm.solve(logits=self.X, entropy=self.T, axis=1)
        f = self.F[0, :, :1]
        assert np.array_equal(solution.vjp(f)[0], solution.vjp(np.broadcast_to(f, self.SHAPE))[0])
        assert np.array_equal(solution.jvp(dtarget=2.0), solution.jvp(0.0, np.full((3, 7), 2.0)))
        assert np.array_equal(solution.jvp(np.arange(7)), solution.jvp(np.arange(7.0)))

    def test_a_bad_cotangent_stays_in_its_row(self):
        solution = entnorm.solve(logits=[[2.0, 1.0, 0.0], [2.0, 1.0, 0.0]], entropy=0.8)
        gradient, slope = solution.vjp([[1.0, np.nan, 0.0], [1.0, 0.0, 0.0]])
        assert np.isnan(gradient[0]).all()
        assert np.isnan(slope[0])
        assert np.isfinite(gradient[1]).all()
        assert np.isfinite(slope[1])

    def test_what_is_outside_the_support_does_not_count(self):
        solution = entnorm.solve([0.6, 0.3, 0.1, 0.0], entropy=0.8)
        without = entnorm.solve([0.6, 0.3, 0.1], entropy=0.8).vjp([1, 2, 4], wrt="p")[0]
        expected = solution.vjp([1.0, 2.0, 4.0, 0.0], wrt="p")[0]
        assert np.abs(expected[:3] - without).max() <= 8 * EPS  # the exponents may be a rounding error apart
        for outside in (7.0, np.inf, np.nan):
            gradient, slope = solution.vjp([1.0, 2.0, 4.0, outside], wrt="p")
            assert gradient[3] == 0
            assert np.array_equal(gradient, expected)
            assert np.isfinite(slope)
            assert solution.jvp([1.0, 2.0, 4.0, outside])[3] == 0

    @pytest.mark.parametrize("dtype", [np.float16, np.float32])
    def test_narrow_floats_are_rounded_once(self, dtype):
        x = self.X[0].T.astype(dtype)
        narrow, wide = entnorm.solve(logits=x, entropy=1.0), entnorm.solve(logits=x.astype(np.float64), entropy=1.0)
        f = self.F[0].T
        for found, right in ((narrow.jvp(f, 1.0), wide.jvp(f, 1.0)), (narrow.vjp(f)[0], wide.vjp(f)[0])):
            assert found.dtype == dtype
            assert np.array_equal(found, right.astype(dtype))
        assert narrow.vjp(f)[1].dtype == np.float64

    def test_no_rows_and_one_entry(self):
        empty = entnorm.solve(logits=np.zeros((0, 3)), entropy=1.0)
        assert empty.jvp(1.0).shape == (0, 3)
        assert [part.shape for part in empty.vjp(np.zeros((0, 3)))] == [(0, 3), (0,)]
        single = entnorm.solve(logits=[[3.0]], entropy=0.0)
        assert single.jvp(1.0).tolist() == [[0.0]]

    def test_a_solution_keeps_its_derivative_when_it_travels(self):
        solution = entnorm.solve(logits=self.X, entropy=self.T, axis=1)
        again = pickle.loads(pickle.dumps(solution))
        assert np.array_equal(again.vjp(self.F)[0], solution.vjp(self.F)[0])


class TestErrors:
    LOGITS = entnorm.solve(logits=[[2.0, 1.0, 0.0]] * 2, entropy=0.8)
    P = entnorm.solve([[0.6, 0.4, 0.0]] * 2, entropy=0.5)

    @pytest.mark.parametrize(
        ("call", "message"),
        [
            (lambda s, p: s.vjp(np.zeros(4)), r"cotangent has shape \(4,\), where the distributions have \(2, 3\)"),
            (lambda s, p: s.jvp(np.zeros((3, 3))), r"dlogits has shape \(3, 3\)"),
            (lambda s, p: s.jvp(dtarget=[1, 2, 3]), "dtarget has shape"),
            (lambda s, p: s.vjp([1j, 0, 0]), "cotangent has dtype complex128"),
            (lambda s, p: s.jvp(dtarget="fast"), "dtarget has dtype"),
            (lambda s, p: s.vjp([1, 0, 0], wrt="target"), "wrt must be 'logits' or 'p', not 'target'"),
            (lambda s, p: s.vjp([1, 0, 0], wrt="p"), "wrt='p' needs rows that were passed as p"),
            (lambda s, p: s.jvp(dp=[1, 0, 0]), "dp= needs rows that were passed as p"),
            (lambda s, p: p.jvp([1, 0, 0], dp=[1, 0, 0]), "pass dlogits= or dp=, one of the two"),
            (lambda s, p: p.jvp(dp=[[1, -1, 0], [1, 0, -1]]), "dp is not zero where p is, in row 1"),
        ],
    )
    def test_say_what_and_where(self, call, message):
        with pytest.raises(entnorm.EntnormError, match=message):
            call(self.LOGITS, self.P)


def test_nothing_leaks_from_extreme_rows():
    with np.errstate(all="raise"):
        for row in ([1e308, -1e308, 0.0], [1e-308, 0.0, -1e-308], [0.0, -1e4, -1e5], [5.0, 5.0001, -np.inf]):
            for target in (0.1, 0.5, 0.69):
                solution = entnorm.solve(logits=row, entropy=target)
                gradient, slope = solution.vjp([1.0, -1.0, 0.5])
                assert solution.status != Status.INFEASIBLE
                for found in (gradient, slope, solution.jvp([1.0, -1.0, 0.5], 1.0)):
                    assert not np.isnan(found).any()


@pytest.mark.parametrize("dtype", [np.float16, np.float64])
@pytest.mark.parametrize("shape", [(2, 2**20), (11, 2**18), (16_259, 129)])
def test_memory_is_bounded_for_the_largest_blocks(shape, dtype):
    x = rng.normal(size=shape).astype(dtype)
    solution = entnorm.solve(logits=x, evenness=0.7)
    for run in (lambda: solution.vjp(x), lambda: solution.jvp(x, 1.0)):
        tracemalloc.start()
        run()
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert peak - x.nbytes < 2**26


def test_memory_does_not_grow_with_the_length_of_a_row():
    x = rng.normal(size=(1, 3_000_000)).astype(np.float32)
    solution = entnorm.solve(logits=x, evenness=0.7)
    for run in (lambda: solution.vjp(x), lambda: solution.jvp(x, 1.0)):
        tracemalloc.start()
        run()
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert peak - x.nbytes < 2**25


@pytest.mark.parametrize("scale", [1.0, 1e-7])
@pytest.mark.parametrize("logits", [True, False])
def test_by_columns_derivatives_are_the_same(logits, scale, monkeypatch):
    draw = np.random.default_rng(150_001)
    x = scale * draw.normal(size=(1, 150_001))
    x[0, 3] = -np.inf
    p = np.exp(x) / np.exp(x).sum()
    given = {"logits": x} if logits else {"p": p}
    vector = draw.normal(size=x.shape)

    def derivatives(**target):
        solution = entnorm.solve(**given, **target)
        gradient, slope = solution.vjp(vector)
        terms = np.abs(vector * solution.jvp(dtarget=1.0))  # which nearly cancel in the slope
        yield slope, terms.sum()
        found = [gradient, solution.jvp(vector, 0.5)]
        if not logits:
            found += [solution.vjp(vector, wrt="p")[0], solution.jvp(dp=np.where(p > 0, vector, 0.0))]
        for array in found:
            yield array, np.nanmax(np.abs(array), initial=0.0)

    for target in ({"evenness": 0.7}, {"deficit": 1e-9}, {"perplexity": 1.5}, {"deficit": 0.0}, {"entropy": 0.0}):
        right = list(derivatives(**target))
        with monkeypatch.context() as patch:
            patch.setattr(pieces, "WHOLE", 1)
            found = list(derivatives(**target))
        for (one, size), (other, _) in zip(right, found, strict=True):
            np.testing.assert_allclose(other, one, rtol=0, atol=64 * EPS * np.nan_to_num(size))
