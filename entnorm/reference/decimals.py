"""Decimal strings for exact numbers: short ends of an enclosure, and the digits on which two ends agree."""

from __future__ import annotations

from fractions import Fraction
from math import floor, log10


def digits_of(x: Fraction, count: int) -> tuple[int, int]:
    """
    The integer mantissa of `count` digits and the exponent with mantissa * 10**exponent nearest to a positive `x`.

    Examples
    --------
    >>> digits_of(Fraction(2, 3), 4)
    (6667, -4)
    """
    bits = x.numerator.bit_length() - x.denominator.bit_length()
    exponent = floor(bits * log10(2)) - count - 2  # too low by a few at the most, which the loop corrects
    while (mantissa := round(x / Fraction(10) ** exponent)) >= 10**count:
        exponent += 1
    return mantissa, exponent


def agreeing(low: Fraction, high: Fraction, most: int) -> str:
    """
    The decimal to which both ends round, with as many significant digits as that allows, `most` at the most.

    Raises
    ------
    ValueError
        If the ends have no digit in common, or not the same sign.

    Examples
    --------
    >>> agreeing(Fraction("0.333331"), Fraction("0.333334"), 20)
    '3.3333e-1'
    >>> agreeing(Fraction("-1.0000001"), Fraction("-0.9999999"), 20)
    '-1.00000e0'
    """
    if low > 0 or high < 0:
        sign = "-" if high < 0 else ""
        ends = sorted((abs(low), abs(high)))
        for count in range(most, 0, -1):
            one, other = (_text(*digits_of(end, count)) for end in ends)
            if one == other:
                return sign + one
    raise ValueError(f"{float(low):.3g} and {float(high):.3g} have no digit in common")


def decimal(x: Fraction) -> str:
    """
    A positive number with a finite decimal expansion, exactly.

    Examples
    --------
    >>> decimal(Fraction(5, 16))
    '3.125e-1'
    """
    denominator = x.denominator
    places = twos = (denominator & -denominator).bit_length() - 1
    fives = denominator >> twos
    while 5**places < fives:
        places += 1
    text = str((x * 10**places).numerator)
    digits = text.rstrip("0")
    return _text(int(digits), len(text) - len(digits) - places)


def ends(x: Fraction, digits: int) -> tuple[Fraction, Fraction]:
    """
    Decimals of `digits` + 3 significant digits on both sides of a positive `x`, within a relative 10^-digits.

    Examples
    --------
    >>> lower, upper = ends(Fraction(1, 3), 3)
    >>> decimal(lower), decimal(upper)
    ('3.3333e-1', '3.33336e-1')
    """
    mantissa, exponent = digits_of(x, digits + 3)
    unit = Fraction(10) ** exponent
    return (mantissa - 3) * unit, (mantissa + 3) * unit


def _text(mantissa: int, exponent: int) -> str:
    text = str(mantissa)
    point = "." if len(text) > 1 else ""
    return f"{text[0]}{point}{text[1:]}e{exponent + len(text) - 1}"
