"""Numbers in two words, ``high + low``: where the rounding of one would show."""

import math
from collections.abc import Iterator
from decimal import Context, Decimal
from functools import lru_cache
from typing import Any

import numpy as np

from entnorm.moments import Floats

Words = tuple[Floats, Floats]

DIGITS = Context(prec=50)
_SPLITTER = 2.0**27 + 1
_PIECE = 2**13
_STEPS = 256  # powers of two in the table, from 1 to 2
_EXACT = 2.0**42  # of a multiple of its inverse, products with the number of steps of any exponential are exact
_FAINT = 1e-290  # quotients below this have lost digits, or their remainders have
_NEAR = 0.8  # quotients above this have logarithms that are small beside 1, and whose second word has to be, too
_TERMS = 10  # of a series in squares of up to 1 / 81
_LOWEST = -700.0  # exponentials of less than this have one word, and do not count beside that of 0, however many


def pieces(n: int) -> Iterator[slice]:
    """The columns of a row, so many at a time that all that they take stays in the cache."""
    for left in range(0, n, _PIECE):
        yield slice(left, min(left + _PIECE, n))


def two_difference(a: Any, b: Any) -> tuple[Any, Any]:
    """``a - b`` and its rounding error (Knuth)."""
    difference = a - b
    back = difference - a
    return difference, (a - (difference - back)) - (b + back)


def two_product(a: Any, b: Any) -> tuple[Any, Any]:
    """``a * b`` and its rounding error (Dekker, Veltkamp)."""
    product = a * b
    (a_high, a_low), (b_high, b_low) = _halves(a), _halves(b)
    return product, ((a_high * b_high - product) + a_high * b_low + a_low * b_high) + a_low * b_low


def _halves(a: Any) -> tuple[Any, Any]:
    spread = _SPLITTER * a
    high = spread - (spread - a)
    return high, a - high


@lru_cache(maxsize=1)
def _powers() -> tuple[Floats, Floats, float, float]:
    """2^(j / 256) for j = 0, ..., 255 in two words, and log 2 / 256, of which the first has few digits."""
    step = DIGITS.divide(DIGITS.ln(Decimal(2)), Decimal(_STEPS))
    exact = [DIGITS.exp(DIGITS.multiply(step, Decimal(j))) for j in range(_STEPS)]
    high = np.array([float(power) for power in exact])
    low = np.array([float(DIGITS.subtract(power, Decimal(float(power)))) for power in exact])
    coarse = round(float(step) * _EXACT) / _EXACT
    return high, low, coarse, float(DIGITS.subtract(step, Decimal(coarse)))


def exp(high: Floats, low: Floats | float = 0.0) -> Words:
    """Exponentials of numbers between -700 and 700, with a relative error below 2**-60.

    From the next power of 2^(1 / 256), the second word of which is known, an exponential is less than 0.0014 of itself
    away: of that, float64 has enough digits, as NumPy's expm1 is off by no more than two units in its last place.
    """
    powers, rests, coarse, fine = _powers()
    count = np.rint(high / coarse)
    near = high - count * coarse
    by = near + (low - count * fine)
    lost = (near - by) + (low - count * fine)
    place = count.astype(np.int64)
    factor, place = (place // _STEPS).astype(np.int32), place & (_STEPS - 1)
    power = powers[place]
    change = rests[place] + power * (np.expm1(by) + lost)
    found = power + change
    return np.ldexp(found, factor), np.ldexp((power - found) + change, factor)


def log_quotient(values: Floats, divisor: float) -> Words:
    """Logarithms of quotients of positive numbers, none above 1, with errors below 2**-60, and 2**-57 of their size.

    Of quotients below 1e-290 they have one word, and the digits of that.
    """
    quotient = values / divisor
    faint = quotient < _FAINT
    quotient[faint] = 1.0
    product, rest = two_product(quotient, divisor)
    lost = ((values - product) - rest) / divisor
    logarithm = np.log(quotient)
    high, low = exp(logarithm)
    correction = (((quotient - high) - low) + lost) / high
    logarithm[faint], correction[faint] = np.log(values[faint]) - np.log(divisor), 0.0
    near = values > _NEAR * divisor
    logarithm[near], correction[near] = _log_near_one(values[near], divisor)
    return logarithm, correction


def _log_near_one(values: Floats, divisor: float) -> Words:
    """The same of quotients next to 1: twice the inverse hyperbolic tangent of (v - d) / (v + d), by its series."""
    below = values - divisor
    whole = values + divisor
    missing = values - (whole - divisor)
    z = below / whole
    product, rest = two_product(z, whole)
    lost = ((below - product) - rest - z * missing) / whole
    square, series = z * z, np.zeros(z.shape)
    for k in range(_TERMS, 0, -1):
        series = (series + 1.0 / (2 * k + 1)) * square
    return 2.0 * z, 2.0 * (lost + z * series)


def depths(values: Floats, top: float, *, logits: bool, scale: int) -> Words:
    """Logarithms relative to that of `top`, 2**scale times, -inf outside the support."""
    inside = values > (-np.inf if logits else 0.0)
    high, low = np.full(values.shape, -np.inf), np.zeros(values.shape)
    if logits:
        high[inside], low[inside] = two_difference(np.ldexp(values[inside], scale), float(np.ldexp(top, scale)))
    else:
        high[inside], low[inside] = (np.ldexp(word, scale) for word in log_quotient(values[inside], top))
    return high, low


def powers(below: Words, gamma: float, by: float) -> tuple[Words, Words]:
    """Such depths times the order, which has two words as well, and the exponentials of that."""
    factor, exponent = math.frexp(gamma)  # for halves of the others to be in range
    t, lost = two_product(np.ldexp(below[0], exponent), factor)
    lost += below[1] * gamma + below[0] * by
    count = t > _LOWEST
    lost[~count] = 0.0  # there is none of an infinite product
    weights, faint = np.exp(t), np.zeros(t.shape)
    weights[count], faint[count] = exp(t[count], lost[count])
    return (t, lost), (weights, faint)


def total(high: Floats, low: Floats) -> Decimal:
    """The sum of fewer than 2**20 numbers in two words, with an error below 2**-64 of the sum of their sizes.

    First words are cut where their leading digits can be summed without rounding.
    """
    largest = float(np.abs(high).max(initial=0.0))
    cut = np.ldexp(1.0, int(np.frexp(largest)[1]) + 21)
    leading = (cut + high) - cut
    return DIGITS.add(Decimal(float(leading.sum())), Decimal(float(((high - leading) + low).sum())))
