import importlib.util
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from entnorm import steps

EPS = steps.EPS
RNG = np.random.default_rng


def two_levels(gamma):
    """Entropy of (1, exp(-gamma)) / Z, its deficit, and the 2nd and 3rd cumulant of log q."""
    q = 1 / (1 + math.exp(gamma))
    h = math.log1p(math.exp(-gamma)) + gamma * q
    return h, math.log(2) - h, gamma**2 * q * (1 - q), -(gamma**3) * q * (1 - q) * (1 - 2 * q)


@pytest.mark.parametrize("root", [0.01, 0.5, 2.0, 20.0])
@pytest.mark.parametrize("off", [-0.02, 0.02])
def test_the_step_is_of_third_order(root, off):
    excess, deficit, _, _ = two_levels(root)
    missed = []
    for delta in (off, off / 2):
        h, _, second, third = two_levels(root * math.exp(delta))
        missed.append(delta + steps.power_step(h - excess, second, third, excess, deficit))
    assert abs(missed[0]) <= abs(off) ** 3 * (1 + root)
    assert abs(missed[0]) >= 4 * abs(missed[1]) or abs(missed[0]) <= 1e-12


def test_the_last_step_is_one_that_leaves_less_than_a_rounding_error():
    for root in (0.3, 2.0, 15.0):
        excess, deficit, second, third = two_levels(root)
        delta = 1e-2
        while not steps.is_last(delta, second, third):
            delta *= 0.9
        assert delta >= 1e-7
        h, _, second, third = two_levels(root * math.exp(1000 * delta))  # a thousand times as far: measurable
        left = 1000 * delta + steps.power_step(h - excess, second, third, excess, deficit)
        assert abs(left) / 1e9 <= EPS


def test_no_step_leaves_the_positive_numbers():
    rng = RNG(0)
    excess, deficit = 10.0 ** rng.uniform(-8, 1, (2, 1000))
    residual = rng.uniform(-excess, deficit)
    second, third = 10.0 ** rng.uniform(-8, 2, 1000), rng.normal(size=1000) * 10.0 ** rng.uniform(-3, 3, 1000)
    step = steps.power_step(residual, second, third, excess, deficit)
    assert np.isfinite(step).all()
    assert (step * residual >= 0).all()  # towards the root: the entropy decreases
    gamma, _ = steps.search(np.ones(1000), residual, second, third, excess, deficit)
    assert ((gamma > 0) & (gamma < 100)).all()


def test_a_search_stands_still_where_nothing_can_be_seen():
    gamma, going = steps.search(np.array([2.0]), np.array([np.nan]), np.ones(1), np.ones(1), np.ones(1), np.ones(1))
    assert (gamma[0], going[0]) == (2.0, False)


def test_settled_rows_know_their_variance_after_the_last_step():
    root = 2.0
    excess, deficit, exact, _ = two_levels(root)
    h, _, second, third = two_levels(root * (1 + 2e-6))
    start = root * (1 + 2e-6)
    done, by, residual, varentropy = steps.settle(start, h - excess, second, third, excess, deficit)
    assert done
    assert residual == 0
    assert abs(start + by - root) <= 4 * EPS * root
    assert abs(varentropy - exact) <= 1e-10 * exact


@pytest.mark.skipif(importlib.util.find_spec("numba") is None, reason="numba is not installed")
def test_compiled_steps_are_the_same_source():
    import numba

    from entnorm.fast import lanes

    @numba.njit(error_model="numpy")
    def compiled(gamma, residual, second, third, excess, deficit, powers):
        return (
            lanes.search(gamma, residual, second, third, excess, deficit),
            lanes.settle(gamma, residual, second, third, excess, deficit),
            lanes.excess_cumulants(excess, -second, second, third, 1, deficit),
            lanes.deficit_cumulants(residual, second, third, excess, 5, deficit),
            lanes.deficit_series(powers, deficit),
            lanes.few_digits(third),
            lanes.excess_residual(excess, -second, 1, deficit, -0.25),
            lanes.deficit_residual(residual, second, 5, deficit, 0.25),
        )

    rng = RNG(1)
    for _ in range(200):
        excess, deficit, second = rng.uniform(0.01, 0.7, 3)
        residual, third, powers = rng.uniform(-excess, deficit) / 2, rng.normal(), rng.uniform(size=steps.HIGHEST)
        numbers = (rng.uniform(0.1, 5), residual, second, third, excess, deficit)
        found = compiled(*numbers, powers)
        wanted = (
            steps.search(*numbers),
            steps.settle(*numbers),
            steps.excess_cumulants(excess, -second, second, third, 1, deficit),
            steps.deficit_cumulants(residual, second, third, excess, 5, deficit),
            steps.deficit_series(powers, deficit),
            steps.few_digits(third),
            steps.excess_residual(excess, -second, 1, deficit, -0.25),
            steps.deficit_residual(residual, second, 5, deficit, 0.25),
        )
        for ours, theirs in zip(found, wanted, strict=True):
            ours, theirs = np.asarray(ours, dtype=float), np.asarray(theirs, dtype=float)
            assert ours == pytest.approx(theirs, rel=1e-12, nan_ok=True)
        assert found[5] == wanted[5], "not contracted: it would not be half the digits"


def test_half_the_digits_are_kept():
    x = RNG(0).normal(size=300) * 10.0 ** RNG(1).uniform(-300, 200, 300)
    half = steps.few_digits(x)
    assert (np.abs(half / x - 1) <= 2.0**-26).all()
    mantissas, _ = np.frexp(half)
    assert (mantissas * 2**26 == np.rint(mantissas * 2**26)).all()


@given(st.lists(st.floats(0.01, 30), min_size=2, max_size=12), st.floats(-40, 0), st.integers(1, 3))
def test_small_terms_tell_the_same_entropy_wherever_they_are_around(depths, place, ties):
    t, around = -np.array(depths), steps.few_digits(place)
    r = np.exp(t)
    sums, goal = [float((r * t**k).sum()) for k in range(4)], 0.3
    plain = steps.excess_cumulants(*sums, ties, goal)[0]
    size = 4 * EPS * (goal + abs(plain) + np.log1p(r.sum()) + 40) * len(depths)
    assert abs(steps.excess_residual(sums[0], float((r * (t - around)).sum()), ties, goal, around) - plain) <= size
    support = len(depths) + ties
    whole = np.append(t, np.zeros(ties))
    raised, weights = np.expm1(whole), np.exp(whole)
    sums = [float(raised.sum()), *(float((weights * whole**k).sum()) for k in (1, 2, 3))]
    plain = steps.deficit_cumulants(*sums, support, goal)[0]
    found = steps.deficit_residual(sums[0], float((weights * (whole - around)).sum()), support, goal, around)
    assert abs(found - plain) <= 4 * EPS * (80 + abs(plain)) * support


def test_the_series_ends_where_what_follows_does_not_count():
    t = np.append(np.geomspace(1e-20, steps.NEAR, 400), 0.0)
    ends = steps.highest_power(t)
    assert set(ends.tolist()) == set(range(2, steps.HIGHEST + 1, 2))
    assert ends.tolist() == [steps.highest_power(at) for at in t.tolist()]
    for at, end in zip(t.tolist(), ends.tolist(), strict=True):
        # relative to the first term: no mean of |z|^k is above that of z^2
        left = sum(2 * (k - 1) * at ** (k - 2) / math.factorial(k) for k in range(end + 1, end + 20))
        assert left <= steps.EPS / 4


def test_a_step_is_slight_if_its_second_order_leaves_less_than_a_rounding_error():
    for depth in (1e-3, 1.0, 40.0, 700.0):
        step = 1.0
        while not steps.is_slight(step, depth):
            step *= 0.9
        for t in np.linspace(0, depth, 50):
            y = -step * t
            left = abs(math.expm1(y) - y - y * y / 2) if step * depth > 1e-4 else abs(y) ** 3 / 6
            assert left <= EPS * (1 + t) / 11
        assert steps.is_slight(-step, depth)
        assert not steps.is_slight(np.nan, depth)
    assert steps.is_slight(0.0, 1e25)


def test_sums_after_a_step():
    rng = RNG(2)
    for _ in range(100):
        t, step = -rng.exponential(5, 20), rng.uniform(-1, 1) * 1e-4
        r = np.exp(t)
        found = steps.stepped_sum(step, 3, r.sum(), (r * t).sum(), (r * t * t).sum(), (r * t**3).sum())
        assert abs(found - (3 + np.exp((1 + step) * t).sum())) <= 8 * EPS * found
