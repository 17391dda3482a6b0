"""Numbers in two words, ``high + low``: where the rounding of one would show."""

from decimal import Context, Decimal
from functools import lru_cache
from typing import Any

import numpy as np

from entnorm.moments import Floats

Words = tuple[Floats, Floats]

DIGITS = Context(prec=50)
_SPLITTER = 2.0**27 + 1
_STEPS = 256  # powers of two in the table, from 1 to 2
_EXACT = 2.0**42  # of a multiple of its inverse, products with the number of steps of any exponential are exact
_FAINT = 1e-290  # quotients below this have lost digits, or their remainders have


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
    away: of that, float64 has enough digits.
    """
    powers, rests, coarse, fine = _powers()
    count = np.rint(high / coarse)
    near = high - count * coarse
    by = near + (low - count * fine)
    lost = (near - by) + (low - count * fine)
    place = count.astype(np.int64)
    factor, place = place // _STEPS, place % _STEPS
    power = powers[place]
    change = rests[place] + power * (np.expm1(by) + lost)
    found = power + change
    return np.ldexp(found, factor), np.ldexp((power - found) + change, factor)


def log_quotient(values: Floats, divisor: float) -> Words:
    """Logarithms of quotients of positive numbers, with an absolute error below 2**-60 unless they are below 1e-290."""
    quotient = values / divisor
    faint = quotient < _FAINT
    quotient[faint] = 1.0
    product, rest = two_product(quotient, divisor)
    lost = ((values - product) - rest) / divisor
    logarithm = np.log(quotient)
    high, low = exp(logarithm)
    correction = (((quotient - high) - low) + lost) / high
    logarithm[faint], correction[faint] = np.log(values[faint]) - np.log(divisor), 0.0
    return logarithm, correction


def total(high: Floats, low: Floats) -> Decimal:
    """The sum of fewer than 2**20 numbers in two words, with a relative error below 2**-80 of the sum of their sizes.

    First words are cut where their leading digits can be summed without rounding.
    """
    largest = float(np.abs(high).max(initial=0.0))
    if largest == 0.0:
        return Decimal(float(low.sum()))
    cut = np.ldexp(1.0, int(np.frexp(largest)[1]) + 21)
    leading = (cut + high) - cut
    return DIGITS.add(Decimal(float(leading.sum())), Decimal(float(((high - leading) + low).sum())))
