"""The points at which statements fail that are true under a condition: exact, with values for all that the claims name.

At each the verification decides which hypotheses fail.  Indices that have no value stand for every position.
"""

from fractions import Fraction

from entnorm.claims import Exp, Log, n

from ..notation import S, V, a, b, c, e, h_star, i, p, r, reach, s, ties, x, y

HALF = Fraction(1, 2)
STEEP = Fraction(99, 100)

TIED = {n: 2, p: [HALF, HALF], c: HALF, e: [1, 1], ties: 2, r: 0}
HALVES = {**TIED, h_star: HALF, a: 0, b: 1}  # two maxima, 0 < 1/2 < log 2
BESIDE_HALVES = {**TIED, h_star: Log(1 + Exp(1)) - Exp(1) / (1 + Exp(1)), y: 0}  # the entropy of e : 1
EXPONENT_ZERO = {e: [1, 1], r: 0, s: 1}
NO_MASS = {n: 100, p: [0] * 100, i: 0}
TO_AND_FRO = {
    n: 2,
    p: [STEEP, 1 - STEEP],
    e: [1, 0],
    x: STEEP,
    y: 1 - STEEP,
    r: 0,
    s: 1,
    h_star: S(p) + 2 * V(p, 1),
    reach: Log(99),
}
