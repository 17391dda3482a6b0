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
@given(st.floats(1e-287, 1.0), st.floats(1e-3, 1.0))
def test_logarithms_of_quotients_have_sixty_bits_behind_the_point(p, divisor):
    high, low = words.log_quotient(np.array([p]), divisor)
    assert abs(exactly(high[0], low[0]) - DIGITS.log(exactly(p) / exactly(divisor))) <= 2.0**-60


@fixed
@given(st.floats(5e-324, 4e-291))
def test_logarithms_of_faint_quotients_have_the_digits_of_one_word(p):
    high, low = words.log_quotient(np.array([p, 0.5]), 0.5)
    assert high[0] == pytest.approx(float(DIGITS.log(exactly(p) / 0.5)), rel=2**-52)
    assert low[0] == high[1] == 0.0


@fixed
@given(st.integers(0, 10**6), st.integers(1, 3000))
def test_totals_have_eighty_bits(seed, n):
    rng = np.random.default_rng(seed)
    high = rng.normal(size=n) * 10.0 ** rng.uniform(-20, 5, n)
    low = high * rng.uniform(-1, 1, n) * 2.0**-53
    exact = sum(map(Fraction, high.tolist()), Fraction(0)) + sum(map(Fraction, low.tolist()), Fraction(0))
    assert abs(Fraction(words.total(high, low)) - exact) <= Fraction(float(np.abs(high).sum())) / 2**80
    assert words.total(np.zeros(n), low) == float(low.sum())
