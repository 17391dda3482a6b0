"""Quotients of polynomials with rational coefficients, which are never cancelled.  This module is trusted."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import reduce
from math import gcd, lcm


class Refusal(Exception):
    """A step that its rule does not accept, with the reason."""


Monomial = tuple[tuple[int, int], ...]
Coefficient = int | Fraction  # whole numbers as int, which is many times faster
Polynomial = dict[Monomial, Coefficient]
ONE: Monomial = ()
PRIME = 2**61 - 1  # for residues
UNIT: Polynomial = {ONE: 1}  # never changed: polynomials are made, not edited


@dataclass(frozen=True)
class Quotient:
    """A quotient of polynomials over the atoms of one `Normaliser`."""

    over: Polynomial
    under: Polynomial


def rational(value: Coefficient) -> Quotient:
    """Return a constant."""
    return Quotient({ONE: _plain(value)} if value else {}, UNIT)


def ratio(a: Coefficient, b: Coefficient) -> Coefficient:
    """Return a / b."""
    return _plain(Fraction(a) / Fraction(b))


def _plain(value: Coefficient) -> Coefficient:
    return value.numerator if value.denominator == 1 else value


def times_monomial(a: Monomial, b: Monomial) -> Monomial:
    """Return the product of two monomials."""
    if not (a and b):
        return a or b
    powers = dict(a)
    for atom, exponent in b:
        powers[atom] = powers.get(atom, 0) + exponent
    return tuple(sorted((k, e) for k, e in powers.items() if e))


def add(a: Polynomial, b: Polynomial) -> Polynomial:
    """Return the sum of two polynomials."""
    total = dict(a)
    for monomial, coefficient in b.items():
        value = total.get(monomial, 0) + coefficient
        if value:
            total[monomial] = value
        else:
            total.pop(monomial, None)
    return total


def multiply(a: Polynomial, b: Polynomial) -> Polynomial:
    """Return the product of two polynomials."""
    if a == UNIT or b == UNIT:
        return b if a == UNIT else a
    product: Polynomial = {}
    for m, c in a.items():
        for k, d in b.items():
            monomial = times_monomial(m, k)
            value = product.get(monomial, 0) + c * d
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
        return UNIT, UNIT
    if has_one_term(a) and has_one_term(b):
        (m, c), (k, d) = next(iter(a.items())), next(iter(b.items()))
        powers = {atom: max(dict(m).get(atom, 0), dict(k).get(atom, 0)) for atom in dict(m) | dict(k)}
        both = tuple(sorted(powers.items()))
        return (
            {times_monomial(both, tuple((x, -e) for x, e in m)): ratio(1, c)},
            {times_monomial(both, tuple((x, -e) for x, e in k)): ratio(1, d)},
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


def residue(a: Quotient, values: list[int]) -> int:
    """Return the value of a quotient at whole numbers for its atoms, modulo a large prime.

    Equal quotients have equal residues, so that different residues tell quotients apart without multiplying them out.
    Should a denominator happen to vanish there, an equation may go unseen; none is ever believed.
    """
    return _residue(a.over, values) * _inverse(_residue(a.under, values)) % PRIME


def _residue(p: Polynomial, values: list[int]) -> int:
    total = 0
    for monomial, coefficient in p.items():
        term = coefficient.numerator
        if coefficient.denominator != 1:
            term *= _inverse(coefficient.denominator)
        for atom, exponent in monomial:
            term = term * (values[atom] if exponent == 1 else pow(values[atom], exponent, PRIME)) % PRIME
        total += term
    return total % PRIME


def _inverse(value: int) -> int:
    """Return 1 / value modulo the prime, by Fermat; 0 for 0."""
    return pow(value, PRIME - 2, PRIME)


def content(p: Polynomial) -> tuple[Coefficient, Monomial, Polynomial]:
    """Split a nonzero polynomial into a positive rational, a monomial and what is left."""
    scale = ratio(reduce(gcd, (abs(c.numerator) for c in p.values())), reduce(lcm, (c.denominator for c in p.values())))
    shared = dict(next(iter(p)))
    for monomial in p:
        powers = dict(monomial)
        shared = {atom: min(e, powers[atom]) for atom, e in shared.items() if atom in powers}
    common = tuple(sorted(shared.items()))
    inverse = tuple((atom, -e) for atom, e in common)
    return scale, common, {times_monomial(m, inverse): ratio(c, scale) for m, c in p.items()}
