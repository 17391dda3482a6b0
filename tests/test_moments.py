import mpmath
import numpy as np
import pytest
from oracle import EPS, Exact

from entnorm import moments
from entnorm.reductions import TILE, Workspace
from entnorm.steps import deficit_cumulants, excess_cumulants

MP = mpmath.MPContext()
MP.dps = 60


def reading(x):
    return lambda some, part: np.asarray(x, dtype=np.float64)[some, part]


def sums(x, gamma, **kind):
    x = np.asarray(x, dtype=np.float64)
    with np.errstate(under="ignore"):
        return moments.power_sums(reading(x), x.shape, np.full(len(x), float(gamma)), Workspace(), **kind)


def third_cumulant(exact, gamma):
    mp = exact.mp
    gamma = mp.mpf(gamma)
    weights = [(-gamma * d, count * mp.exp(-gamma * d)) for d, count in exact.levels]
    z = mp.fsum(w for _, w in weights)
    mean = mp.fsum(t * w for t, w in weights) / z
    return mp.fsum((t - mean) ** 3 * w for t, w in weights) / z


class TestLogOffsets:
    @pytest.mark.parametrize("centre", [0.3, 0.3 * (1 + 1e-13), 1e-300, 1.0])
    def test_probabilities_keep_every_digit(self, centre):
        p = np.array([0.3, 0.3 * (1 + 2**-50), 0.2, 0.599, 0.1, 1e-9, 5e-324, 1.0])
        found = moments.log_offsets(p[None], np.array([centre]), logits=False)[0]
        for value, offset in zip(p.tolist(), found.tolist(), strict=True):
            exact = MP.log(MP.mpf(value) / MP.mpf(centre))
            assert abs(offset - exact) <= 2 * EPS * abs(exact)

    def test_zeros_are_at_minus_infinity(self):
        with np.errstate(divide="ignore"):
            assert moments.log_offsets(np.array([[0.0, 1.0]]), np.array([1.0]), logits=False).tolist() == [[-np.inf, 0]]

    def test_logits_are_shifted_exactly(self):
        x = np.array([[1e6 + 1, 1e6 + 1.25, -np.inf]])
        assert moments.log_offsets(x, np.array([1e6 + 1.25]), logits=True).tolist() == [[-0.25, 0, -np.inf]]

    def test_a_scale_goes_beyond_overflow(self):
        x = np.array([[1e308, -1e308]])
        down = moments.log_offsets(x, np.array([1e308]), logits=True, scale=np.array([-900]))
        assert down.tolist() == [[0, float(MP.ldexp(MP.mpf(-1e308) - MP.mpf(1e308), -900))]]
        up = moments.log_offsets(np.array([[0, -5e-324]]), np.array([0.0]), logits=True, scale=np.array([600]))
        assert up.tolist() == [[0, -(2.0**-474)]]


@pytest.mark.parametrize("gamma", [1e-3, 0.1, 1, 7, 200])
@pytest.mark.parametrize("x", [[0, -1, -2.5], [0, 0, -1e-3, -30], [3, 3, 3, 2.75]])
def test_excess(x, gamma):
    exact = Exact(logits=x, digits=200)
    h, second, _ = exact.moments(gamma)
    found = moments.Cumulants(*excess_cumulants(*sums([np.subtract(x, max(x))], gamma, from_top=True), exact.ties, 0.0))
    value = h - exact.mp.log(exact.ties)
    assert abs(found.value[0] - value) <= 4 * EPS * (value + second)
    assert abs(found.second[0] - second) <= 8 * EPS * (second + value)
    scale = exact.mp.mpf(gamma) * (max(x) - min(x))
    assert abs(found.third[0] - third_cumulant(exact, gamma)) <= 16 * EPS * (1 + scale) * second


@pytest.mark.parametrize("gamma", [1e-12, 1e-6, 1e-3, 0.1, 1, 2])
@pytest.mark.parametrize("centre", [0.0, 0.3])
def test_deficit(gamma, centre):
    x = [0, -1, -2.5, -0.75, 0.5]
    exact = Exact(logits=x, digits=90)
    h, second, z = exact.moments(gamma)
    value = exact.mp.log(5) - h
    y = np.array([x]) + 0.75 - centre
    found, drift = moments.deficit(reading(y), y.shape, np.array([5]), np.array([float(gamma)]))
    assert abs(found.value[0] - value) <= 8 * EPS * (value + second)
    assert abs(found.second[0] - second) <= 8 * EPS * (second + value)
    assert abs(found.third[0] - third_cumulant(exact, gamma)) <= 32 * EPS * second
    expected = exact.mp.log(z / 5) + exact.mp.mpf(gamma) * exact.mp.mpf(float(y.max()))
    assert abs(drift[0] - expected) <= 8 * EPS * gamma


@pytest.mark.parametrize("gamma", [0.1, 1, 2])
def test_deficits_away_from_the_uniform_distribution_need_no_series(gamma):
    x = [0.75, -0.25, -1.75, 0.0, 1.25]  # mean 0
    exact = Exact(logits=x, digits=90)
    h, second, z = exact.moments(gamma)
    residual, c2, _, log_mean = deficit_cumulants(*sums([x], gamma, from_top=False), 5, 0.0)
    assert abs(-residual[0] - (exact.mp.log(5) - h)) <= 4 * EPS
    assert abs(c2[0] - second) <= 8 * EPS * second
    assert abs(log_mean[0] - exact.mp.log(z / 5) - exact.mp.mpf(gamma) * 1.25) <= 4 * EPS


def test_sums_in_float32_have_its_digits_and_sums_can_be_lifted():
    x = np.random.default_rng(0).normal(0, 3, (1, 5000))
    x -= x.max()
    fine = sums(x, 1.5, from_top=True)
    with np.errstate(under="ignore"):
        rough = moments.power_sums(reading(x), x.shape, np.array([1.5]), Workspace(), from_top=True, dtype=np.float32)
    assert np.abs(rough / fine - 1).max() > 0
    single = x.astype(np.float32)
    with np.errstate(under="ignore"):
        rough = moments.power_sums(
            lambda some, part: single[some, part], x.shape, np.array([1.5]), Workspace(), from_top=True,
            dtype=np.float32,
        )  # fmt: skip
    assert np.abs(rough / fine - 1).max() <= 2.0**-18
    deep = [[0.0, -740.0, -743.0]]
    lifted = sums(deep, 1.0, from_top=True, lift=np.array([600 * np.log(2.0)]))
    exact = MP.exp(-740 + 600 * MP.log(2)) + MP.exp(-743 + 600 * MP.log(2))
    assert abs(lifted[0, 0] - exact) <= 500 * EPS * exact


def test_a_fifth_sum_is_of_small_terms_and_the_others_stay():
    x = np.random.default_rng(0).normal(0, 3, (3, 700))
    x -= x.max(-1, keepdims=True)
    x[1, 5:9] = -np.inf
    place, asked = np.array([-1.5, -2.25, -0.5]), []

    def around(some, found):
        asked.append((some, np.array(found)))
        return place[some]

    for from_top in (True, False):
        offsets, top = x, None
        if not from_top:
            offsets, top = np.where(x > -np.inf, x + 2.0, 0.0), (reading(x), np.full(3, 2.0))
        found = sums(offsets, 1.5, from_top=from_top, top=top, deep=np.isinf(x).any(-1), around=around)
        assert np.array_equal(found[:4], sums(offsets, 1.5, from_top=from_top, top=top, deep=np.isinf(x).any(-1)))
        assert np.array_equal(asked[-1][1], found[:4])
        t = 1.5 * offsets
        w = np.where((x == -np.inf) | ((x == 0) & from_top), 0.0, np.exp(t))
        terms = w * np.where(w > 0, t - place[:, None], 0.0)
        assert (np.abs(found[4] - terms.sum(-1)) <= 700 * EPS * np.abs(terms).sum(-1)).all()
        nothing = sums(offsets, 1.5, from_top=from_top, top=top, deep=np.isinf(x).any(-1), around=lambda *_: None)
        assert np.array_equal(nothing, [*found[:4], np.zeros(3)])


@pytest.mark.parametrize("deep", [None, np.ones(3, dtype=bool)])
def test_zeros_beyond_a_row_and_a_known_maximum_change_nothing(deep):
    x = np.random.default_rng(0).normal(0, 3, (3, 64))
    x -= x.max(-1, keepdims=True)
    kind = {"from_top": True, "dtype": np.float32, "deep": deep}
    whole = sums(x.astype(np.float32), 1.5, **kind)
    assert np.array_equal(sums(x.astype(np.float32), 1.5, peak=x.argmax(-1), **kind), whole)
    for peak in (None, x.argmax(-1)):
        wider = np.zeros((3, 96), np.float32)
        wider[:, :64] = x
        with np.errstate(under="ignore"):
            found = moments.power_sums(
                lambda some, part, wider=wider: wider[some],
                x.shape,
                np.full(3, 1.5),
                Workspace(),
                peak=peak,
                **kind,
            )
        assert np.array_equal(found, whole)


def test_a_maximum_is_found_in_whichever_part_of_a_long_row_it_is():
    x = np.full((1, TILE + 8), -1.0)
    x[0, -3] = 0
    expected = sums(x, 1.0, from_top=True)
    assert np.array_equal(sums(x, 1.0, from_top=True, peak=np.array([TILE + 5])), expected)
    assert expected[0, 0] == pytest.approx((TILE + 7) * np.exp(-1), rel=1e-13)


def test_a_floor_keeps_entries_outside_the_support_out():
    x = [[0.0, -1.0, -np.inf, -2.0]]
    deep = np.ones(1, dtype=bool)
    expected = sums([[0.0, -1.0, -2.0]], 2.0, from_top=True)[:, 0]
    assert sums(x, 2.0, from_top=True, deep=deep)[:, 0] == pytest.approx(expected, rel=4 * EPS)
    assert sums(x, 2.0, from_top=True, deep=deep, dtype=np.float32)[:, 0] == pytest.approx(expected, rel=2.0**-20)


def test_faint_numbers_of_float32_count_as_zero_in_deep_rows_alone():
    x, deep = [[0.0, -1.0, -100.0], [0.0, -1.0, -60.0]], np.array([True, False])
    found = sums(np.array(x), 1.0, from_top=True, deep=deep, dtype=np.float32)
    for row, kept in ((0, x[0][:2]), (1, x[1])):
        alone = sums([kept], 1.0, from_top=True, dtype=np.float32)
        assert found[:, row].tolist() == alone[:, 0].tolist()


@pytest.mark.parametrize("n", [5, 1500, 40_000])
def test_power_means(n):
    x = np.random.default_rng(n).uniform(-1, 1, (2, n)) + 0.25
    mean, radius = np.array([0.25, 0.25]), np.array([2.0, 4.0])
    found = moments.power_means(reading(x), x.shape, mean, radius, np.array([n, n]), 6, Workspace())
    for k, row in zip(range(1, 7), found, strict=True):
        assert row == pytest.approx((((x - 0.25) / radius[:, None]) ** k).mean(-1), rel=64 * EPS, abs=EPS)


def test_deficit_counts_the_support_only():
    y = np.array([[0.5, -np.inf, -0.25, 0.1, -np.inf]])
    full = y[:, [0, 2, 3]]
    for gamma in (0.7, 0.0):
        with np.errstate(invalid="ignore"):
            with_holes, _ = moments.deficit(reading(y), y.shape, np.array([3]), np.array([gamma]))
            without, _ = moments.deficit(reading(full), full.shape, np.array([3]), np.array([gamma]))
        for a, b in zip(with_holes, without, strict=True):
            assert a == pytest.approx(b, rel=8 * EPS, abs=0)


@pytest.mark.parametrize("n", [3, 15, 17, 47, 2047, 2048, 2049])
def test_equal_terms_of_the_deficit_are_rounded_alike_a_few_times_only(n):
    """Most of the sum are two entries far below; the others are added to that, each off by the rounding of the sum."""
    y = np.repeat([[0.1 + 2.0**-40, -50.0, -60.0]], [n, 1, 1], axis=1)
    exact = Exact(logits=y[0], digits=90)
    h, _, _ = exact.moments(1)
    found, _ = moments.deficit(reading(y), y.shape, np.array([n + 2]), np.array([1.0]))
    assert abs(found.value[0] - (exact.mp.log(n + 2) - h)) <= 2 * EPS * (2 / n)


class TestTilt:
    DEPTHS = ((0.0, -0.5, 0.0, -2.0, -np.inf),)

    def tilt(self, gamma):
        with np.errstate(all="ignore"):
            out = np.empty(np.shape(self.DEPTHS))
            moments.tilt(np.array(self.DEPTHS), np.array([gamma]), *np.zeros((2, 1)), out, Workspace())
            return out[0]

    @pytest.mark.parametrize("gamma", [1e-300, 0.3, 1.0, 40.0])
    def test_matches_the_definition(self, gamma):
        weights = [MP.exp(MP.mpf(gamma) * MP.mpf(d)) if d > -np.inf else MP.zero for d in self.DEPTHS[0]]
        for found, weight in zip(self.tilt(gamma), weights, strict=True):
            exact = weight / MP.fsum(weights)
            assert abs(found - exact) <= 4 * EPS * (1 + gamma) * exact

    def test_ends(self):
        assert self.tilt(0.0).tolist() == [0.25, 0.25, 0.25, 0.25, 0]
        assert self.tilt(np.inf).tolist() == [0.5, 0, 0.5, 0, 0]
        assert np.isnan(self.tilt(np.nan)).all()


@pytest.mark.parametrize("above", [0.0, 0.7, 12.0])
def test_a_last_step_is_taken_around_any_centre(above):
    """Depths are those from the maximum, the exponentials those around a centre below it."""
    depths, base, by = -np.linspace(0, 30, 200), 1.25, 3e-6
    w = np.exp(base * (depths + above))
    total = (w * np.exp(by * (depths + above))).sum()
    found = np.empty_like(w)
    moments.step_weights(depths, w, by, total, np.empty_like(w), found, above)
    wanted = w * np.exp(by * (depths + above)) / total
    assert np.abs(found / wanted - 1).max() <= 4 * EPS + (by * 30) ** 3
