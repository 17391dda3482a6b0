"""Sums of rows: right to the last digits, and blind to the rows around."""

from fractions import Fraction

import mpmath
import numpy as np
import pytest
from oracle import EPS

from entnorm import reductions

MP = mpmath.MPContext()
MP.dps = 60


@pytest.mark.parametrize("n", [2, 7, 1000, 1024, 2500])
def test_row_dot_is_accurate_and_alone_in_its_row(n):
    rng = np.random.default_rng(n)
    a, b = rng.random((9, n)), rng.random((9, n))
    found = reductions.row_dot(a, b)
    for row in range(9):
        exact = MP.fsum(MP.mpf(x) * MP.mpf(y) for x, y in zip(a[row].tolist(), b[row].tolist(), strict=True))
        assert abs(found[row] - exact) <= 4 * EPS * exact
        assert found[row] == reductions.row_dot(a[row : row + 1].copy(), b[row : row + 1].copy())[0]


@pytest.mark.parametrize("n", [129, 1024, 2048, 5000, 131_072, 150_001])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("roughly", [False, True])
def test_products_prepared_once_are_those_of_what_is_in_the_rows_then(n, dtype, roughly):
    a, b = np.zeros((2, n), dtype)
    product, total = (reductions.inner(a, other, roughly=roughly) for other in (b, None))
    for seed in range(3):
        a[:], b[:] = np.random.default_rng(seed).normal(size=(2, n))
        assert product(b) == reductions.row_dot(a, b, roughly=roughly) != 0
        assert total(a) == reductions.row_sum(a, roughly=roughly) != 0


@pytest.mark.parametrize("n", [1, 8, 9, 15, 16, 31, 32, 48, 90, 510, 512, 1000, 2047, 2048, 3000])
def test_rows_are_filled_up_to_whole_vectors_where_it_pays(n):
    size = reductions.padded(n, np.float32)
    assert size == n or (size % 32 == 0 and 0 < size - n <= 16 and n < 2048)
    assert n % 32 < 16 or n >= 2048 or size > n
    size = reductions.padded(n, np.float64)
    unit = 8 if n <= 8 else 32 if reductions.PART < n <= reductions.SHORT else 16
    assert size == n or (size % unit == 0 and 0 < size - n < unit)
    assert (size == n) == (n % unit == 0 or n >= 2048)


@pytest.mark.parametrize("n", [2, 9, 31, 47, 61, 100, 127, 255, 500, 1000, 1905, 6015, 50_257])
def test_equal_terms_are_not_all_rounded_the_same_way(n):
    """By up to n / 4 rounding errors if they are added one by one."""
    terms = np.zeros(reductions.padded(n, np.float64))
    for x in np.random.default_rng(n).uniform(1, 2, 50):
        terms[:n] = x
        exact = n * Fraction(x)
        assert abs(Fraction(float(reductions.row_sum(terms))) - exact) <= 1.5 * EPS * exact
        assert abs(Fraction(float(reductions.row_dot(terms, terms))) - exact * Fraction(x)) <= 1.5 * EPS * exact * x


@pytest.mark.parametrize("shape", [(7, 3), (1, 100_000), (3, 40_000), (70_000, 1), (0, 5)])
def test_tiles_cover_everything_once(shape):
    seen = np.zeros(shape, dtype=np.int64)
    for some, part in reductions.tiles(shape):
        assert seen[some, part].size <= reductions.TILE
        seen[some, part] += 1
    assert (seen == 1).all()


def test_memory_is_used_again_and_no_more_than_asked_for():
    work = reductions.Workspace()
    first = work.array("t", (3, 4))
    assert np.shares_memory(first, work.array("t", (2, 5)))
    assert not np.shares_memory(first, work.array("w", (3, 4)))
    assert work.array("t", (2, 3), np.float32).dtype == np.float32
    assert work.array("t", (100, 3)).shape == (100, 3)
    assert all(work.array(name, (n,)).ctypes.data % 64 == 0 for name in "tw" for n in (1, 7, 1000, 100_000))


def added_up(terms):
    """In running sums, one entry after the other, and these by pairs; in float64 of parts, one upon the other."""
    if terms.dtype == np.float64 and len(terms) > reductions.PART:
        terms = sum(terms[first : first + reductions.PART] for first in range(0, len(terms), reductions.PART))
    lanes = [terms.dtype.type(0)] * reductions.LANES
    for k, term in enumerate(terms):
        lanes[k % reductions.LANES] += term
    while len(lanes) > 1:
        lanes = [a + b for a, b in zip(lanes[0::2], lanes[1::2], strict=True)]
    return lanes[0]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("n", range(8, 129, 8))
def test_short_rows_are_added_up_in_one_order_lying_or_upright(n, dtype):
    n = reductions.laned(n, dtype)
    rng = np.random.default_rng(n)
    rows = (rng.normal(size=(300, n)) * 10.0 ** rng.uniform(-3, 3, (300, n))).astype(dtype)
    expected = np.array([added_up(row) for row in rows])
    assert np.array_equal(reductions.row_total(rows), expected)
    assert np.array_equal(reductions.row_total(rows.reshape(75, 4, n)).ravel(), expected)
    assert reductions.row_total(rows[0]) == expected[0]
    assert np.array_equal(np.add.reduce(rows, -1), expected) == (dtype == np.float32 or n <= reductions.PART)
    for count in (1, 2, 3, 7, 8, 9, 300):
        upright = np.ascontiguousarray(rows[:count].T)
        sums = reductions.UprightSums(2, count, np.dtype(dtype), reductions.Workspace())
        sums.add_up(0, upright)
        sums.add_up(1, -upright)
        assert np.array_equal(sums.totals(), [expected[:count], -expected[:count]])


def units_off(sums, terms):
    """By how many eps the sums of as many equal terms are off, at most."""
    count = np.count_nonzero(terms[0])
    exact = (count * Fraction(term) for term in terms[:, 0].tolist())
    return max(abs(Fraction(found) / total - 1) for found, total in zip(sums.tolist(), exact, strict=True)) / EPS


@pytest.mark.parametrize("n", [64, 73, 90, 100, 105, 121, 127, 128])
def test_equal_terms_of_a_short_row_are_not_all_rounded_alike(n):
    terms = np.zeros((1000, reductions.laned(n, np.float64)))
    terms[:, :n] = np.random.default_rng(n).uniform(1.0, 2.0, (1000, 1))
    worst = units_off(reductions.row_total(terms), terms)
    assert worst <= (1.6 if n % 64 else 0), "two parts are doubled, and four"
    assert worst < units_off(np.add.reduce(terms, -1), terms), "in running sums they are"


def test_a_sum_in_two_halves_is_off_by_little_more_than_half_a_unit():
    rng, worst, plain = np.random.default_rng(0), Fraction(0), Fraction(0)
    for _ in range(300):
        terms = np.zeros((2, 128))
        terms[:, : rng.integers(33, 129)] = 1.0
        terms *= rng.uniform(0.1, 3.0, 3)[np.searchsorted(np.sort(rng.integers(0, 128, 2)), np.arange(128))]
        terms[1] *= -1.0
        exact = [sum(map(Fraction, row)) for row in terms.tolist()]
        total = reductions.row_total(terms)
        leading, rest = map(reductions.row_total, reductions.halved(terms, total[:, None]))
        worst = max(worst, *(abs(Fraction(x) / y - 1) for x, y in zip(leading + rest, exact, strict=True)))
        plain = max(plain, *(abs(Fraction(x) / y - 1) for x, y in zip(total, exact, strict=True)))
    assert worst <= 0.51 * EPS
    assert plain > EPS


@pytest.mark.parametrize("n", [1, 7, 8, 9, 90, 128])
def test_short_rows_are_filled_up_to_whole_lanes_and_parts(n):
    single, double = (reductions.laned(n, dtype) for dtype in (np.float32, np.float64))
    assert single % reductions.LANES == 0
    assert 0 <= single - n < reductions.LANES
    assert double == (single if n <= reductions.PART else -(-n // reductions.PART) * reductions.PART)
    assert reductions.padded(n, np.float64) % reductions.LANES == 0
