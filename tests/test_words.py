"""Numbers in two words against exact arithmetic, and against mpmath with 200 bits."""

from fractions import Fraction

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from entnorm import words

MODERATE = st.floats(-1e100, 1e100).filter(lambda x: x == 0 or abs(x) > 1e-100)
T = st.floats(-700, 700)
DIGITS = mpmath.mp.clone()
DIGITS.prec = 200
fixed = settings(max_examples=150, derandomize=True, deadline=None, database=None)


def exactly(high, low=0.0):
    return DIGITS.mpf(float(high)) + DIGITS.mpf(float(low))


@fixed
@given(MODERATE, MODERATE)
def test_differences_and_products_in_two_words_are_exact(a, b):
    for (high, low), exact in (
        (words.two_difference(a, b), Fraction(a) - Fraction(b)),
        (words.two_product(a, b), Fraction(a) * Fraction(b)),
    ):
        assert Fraction(high) + Fraction(low) == exact
        assert high == float(exact)


@fixed
@given(T, st.floats(-0.5, 0.5))
def test_exponentials_have_sixty_bits(t, share):
    lost = share * np.spacing(t)
    high, low = words.exp(np.array([t]), np.array([lost]))
    assert abs(exactly(high[0], low[0]) / DIGITS.exp(exactly(t, lost)) - 1) <= 2.0**-60
    assert abs(low[0]) <= np.spacing(high[0])


@fixed
@given(st.one_of(st.floats(1e-287, 1.0), st.floats(0.5, 1.0), st.floats(1, 40).map(lambda x: 1 - 2.0**-x)), T)
def test_logarithms_of_quotients_have_sixty_bits_behind_the_point_and_all_digits_of_a_word(share, depth):
    divisor = 2.0 ** (depth / 100)
    p = share * divisor
    high, low = words.log_quotient(np.array([p]), divisor)
    exact = DIGITS.log(exactly(p) / exactly(divisor))
    assert abs(exactly(high[0], low[0]) - exact) <= min(2.0**-60, 2.0**-57 * abs(exact))


@fixed
@given(st.floats(5e-324, 4e-291))
def test_logarithms_of_faint_quotients_have_the_digits_of_one_word(p):
    high, low = words.log_quotient(np.array([p, 0.5]), 0.5)
    assert high[0] == pytest.approx(float(DIGITS.log(exactly(p) / 0.5)), rel=2**-52)
    assert low[0] == high[1] == 0.0


@fixed
@given(st.integers(0, 10**6), st.integers(1, 3000))
def test_totals_have_sixty_four_bits(seed, n):
    rng = np.random.default_rng(seed)
    high = rng.normal(size=n) * 10.0 ** rng.uniform(-20, 5, n)
    assert_totalled(rng, high)


@pytest.mark.parametrize("seed", range(5))
def test_totals_of_many_that_are_alike_but_for_a_few_that_are_larger_do_too(seed):
    rng = np.random.default_rng(seed)
    assert_totalled(rng, np.append(rng.uniform(1, 2, 1 + seed), 2.0**-30 * rng.uniform(0.5, 1, 2**16)))


def assert_totalled(rng, high):
    low = high * rng.uniform(-1, 1, high.size) * 2.0**-53
    exact = sum(map(Fraction, high.tolist()), Fraction(0)) + sum(map(Fraction, low.tolist()), Fraction(0))
    assert abs(Fraction(words.total(high, low)) - exact) <= Fraction(float(np.abs(high).sum())) / 2**64


@fixed
@given(st.integers(0, 10**6), st.sampled_from([-800, 0, 800]), st.floats(0.5, 700), st.booleans())
def test_powers_of_rows_have_two_words(seed, scale, reach, logits):
    rng = np.random.default_rng(seed)
    t = np.append(-reach * rng.random(5), [0.0, -np.inf, -800.0])
    row, scale = (np.ldexp(t, -scale), scale) if logits else (0.3 * np.exp(t), 0)
    gamma, by = 1.0 + rng.random(), 2.0**-54
    below = words.depths(row, float(row.max()), logits=logits, scale=scale)
    with np.errstate(all="ignore"):
        (high, low), (weights, faint) = words.powers(below, gamma, by)
    for k in np.flatnonzero(t > -np.inf).tolist():
        top = exactly(row.max())
        depth = DIGITS.ldexp(exactly(row[k]) - top, scale) if logits else DIGITS.log(exactly(row[k]) / top)
        exact = exactly(gamma, by) * depth
        if exact > -700:
            assert abs(exactly(high[k], low[k]) - exact) <= 2.0**-56 * abs(exact)
            assert abs(exactly(weights[k], faint[k]) / DIGITS.exp(exact) - 1) <= 2.0**-59 + 2.0**-56 * abs(exact)
        else:
            assert weights[k] == np.exp(high[k])
            assert low[k] == faint[k] == 0.0
    assert weights[t == -np.inf] == 0.0
