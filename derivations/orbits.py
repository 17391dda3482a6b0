"""Orbits from exact small distributions, step by step in balls: the entropy arrives and the order is lost, or neither.

Each is a statement that one would like to make of every p and every target between 0 and log n, and a p at which it is
false.  What is true instead is true where no entry is too rare (`lopsided`).
"""

from fractions import Fraction

from sympy import Rational

from entnorm.claims import Gt, Lt, Refuted

from .lopsided import ENTROPY_CONVERGES
from .newton import DOCUMENT_LOOP, attainable
from .notation import S, h_star, i, iterate, j, n, p, r, s

close = Rational(1, 10**30)


def _settled(count: int):  # type: ignore[no-untyped-def]
    """Return that the entropy is within 1e-15 of the target after so many steps."""
    return Lt((S(iterate(count, p, h_star)) - h_star) ** 2, close)


def _keeps_order(count: int):  # type: ignore[no-untyped-def]
    return Gt(iterate(count, p, h_star)[i], iterate(count, p, h_star)[j])


def _point(target: Fraction, *entries: int):  # type: ignore[no-untyped-def]
    return {n: len(entries), p: [Fraction(x, 100) for x in entries], r: 0, s: 1, h_star: target}


REVERSED_TWO = Refuted(
    "orbits.order-of-two",
    _keeps_order(8),
    given=(*attainable, Gt(p[i], p[j]), _settled(8)),
    at=_point(Fraction(2, 3), 95, 5) | {i: 0, j: 1},
    correction=ENTROPY_CONVERGES,
    title="Once the entropy of two entries is right, their order is",
    remark="The exponents are 1, -0.137, -0.160, -0.158, -0.158: the entropy is right, the distribution reversed.",
)

REVERSED_THREE = Refuted(
    "orbits.order-of-three",
    _keeps_order(11),
    given=(*attainable, Gt(p[i], p[j]), _settled(11)),
    at=_point(Fraction(21, 20), 90, 8, 2) | {i: 0, j: 2},
    correction=ENTROPY_CONVERGES,
    title="... of three",
    remark="The exponents are 1, 0.016, 1.24, -0.51, -0.24, -0.211, -0.209: the sixth is near the one below zero.",
)

REVERSED_FOUR = Refuted(
    "orbits.order-of-four",
    _keeps_order(8),
    given=(*attainable, Gt(p[i], p[j]), _settled(8)),
    at=_point(Fraction(13, 10), 94, 3, 2, 1) | {i: 0, j: 3},
    correction=ENTROPY_CONVERGES,
    title="... of four",
    remark="The exponents are 1, -0.253, -0.292, -0.291, -0.291.",
)

NEARER_THREE = Refuted(
    "orbits.error-of-three",
    Lt((S(iterate(4, p, h_star)) - h_star) ** 2, (S(p) - h_star) ** 2),
    given=attainable,
    at=_point(Fraction(21, 20), 92, 5, 3),
    correction=ENTROPY_CONVERGES,
    title="Four steps bring the entropy of three entries nearer to its target than it was",
    remark="The exponents are 1, -0.006, -3.5, 2.2, -22, 12518, and so on.",
)

NEARER_FOUR = Refuted(
    "orbits.error-of-four",
    Lt((S(iterate(3, p, h_star)) - h_star) ** 2, (S(p) - h_star) ** 2),
    given=attainable,
    at=_point(Fraction(5, 4), 90, 7, 2, 1),
    correction=ENTROPY_CONVERGES,
    title="Three steps bring that of four entries nearer",
    remark="The exponents are 1, 0.017, 2.8, -71, 9e19.",
)

TURNED_FIRST = Refuted(
    "orbits.order-on-the-way",
    _keeps_order(1),
    given=(*attainable, Gt(p[i], p[j])),
    at=_point(Fraction(2, 3), 95, 5) | {i: 0, j: 1},
    correction=DOCUMENT_LOOP,
    title="The first step keeps the order",
    remark="The exponents are 1, -0.137, and so on: this orbit stays below zero.",
)
