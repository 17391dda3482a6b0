"""Quotients of polynomials with rational coefficients, which are never cancelled.  This module is trusted."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import reduce
from math import gcd, lcm


class Refusal(Exception):
    """A step that its rule does not accept, with the reason."""


Monomial = tuple[tuple[int, int], ...]
Polynomial = dict[Monomial, Fraction]
ONE: Monomial = ()


@dataclass(frozen=True)
class Quotient:
    """A quotient of polynomials over the atoms of one `Normaliser`."""

    over: Polynomial
    under: Polynomial


def rational(value: Fraction | int) -> Quotient:
    """Return a constant."""
    return Quotient({ONE: Fraction(value)} if value else {}, {ONE: Fraction(1)})


def times_monomial(a: Monomial, b: Monomial) -> Monomial:
    """Return the product of two monomials."""
    powers = dict(a)
    for atom, exponent in b:
        powers[atom] = powers.get(atom, 0) + exponent
    return tuple(sorted((k, e) for k, e in powers.items() if e))


def add(a: Polynomial, b: Polynomial) -> Polynomial:
    """Return the sum of two polynomials."""
    total = dict(a)
    for monomial, coefficient in b.items():
        value = total.get(monomial, Fraction(0)) + coefficient
        if value:
            total[monomial] = value
        else:
            total.pop(monomial, None)
    return total


def multiply(a: Polynomial, b: Polynomial) -> Polynomial:
    """Return the product of two polynomials."""
    product: Polynomial = {}
    for m, c in a.items():
        for k, d in b.items():
            monomial = times_monomial(m, k)
            value = product.get(monomial, Fraction(0)) + c * d
            if value:
                product[monomial] = value
            else:
                product.pop(monomial, None)
    return product


def has_one_term(p: Polynomial) -> bool:
    """Is the polynomial a single term?"""
    return len(p) == 1


def common_denominator(a: Polynomial, b: Polynomial) -> tuple[Polynomial, Polynomial]:
    """Return the factors by which two denominators become equal; monomials meet in their least common multiple."""
    if a == b:
        return {ONE: Fraction(1)}, {ONE: Fraction(1)}
    if has_one_term(a) and has_one_term(b):
        (m, c), (k, d) = next(iter(a.items())), next(iter(b.items()))
        powers = {atom: max(dict(m).get(atom, 0), dict(k).get(atom, 0)) for atom in dict(m) | dict(k)}
        both = tuple(sorted(powers.items()))
        return (
            {times_monomial(both, tuple((x, -e) for x, e in m)): 1 / c},
            {times_monomial(both, tuple((x, -e) for x, e in k)): 1 / d},
        )
    return b, a


def plus(a: Quotient, b: Quotient) -> Quotient:
    """Return the sum of two quotients, over a denominator that both divide."""
    fa, fb = common_denominator(a.under, b.under)
    return Quotient(add(multiply(a.over, fa), multiply(b.over, fb)), multiply(a.under, fa))


def times(a: Quotient, b: Quotient) -> Quotient:
    """Return the product of two quotients."""
    return Quotient(multiply(a.over, b.over), multiply(a.under, b.under))


def power(a: Quotient, exponent: int) -> Quotient:
    """Return an integer power of a quotient."""
    if exponent < 0 and not a.over:
        raise Refusal("division by a term that is identically zero")
    base = a if exponent >= 0 else Quotient(a.under, a.over)
    return reduce(times, [base] * abs(exponent), rational(1))


def content(p: Polynomial) -> tuple[Fraction, Monomial, Polynomial]:
    """Split a nonzero polynomial into a positive rational, a monomial and what is left."""
    scale = Fraction(
        reduce(gcd, (abs(c.numerator) for c in p.values())), reduce(lcm, (c.denominator for c in p.values()))
    )
    shared = dict(next(iter(p)))
    for monomial in p:
        powers = dict(monomial)
        shared = {atom: min(e, powers[atom]) for atom, e in shared.items() if atom in powers}
    common = tuple(sorted(shared.items()))
    inverse = tuple((atom, -e) for atom, e in common)
    return scale, common, {times_monomial(m, inverse): c / scale for m, c in p.items()}
