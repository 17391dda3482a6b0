"""The points at which statements fail that are true under a condition: exact, with values for all that the claims name.

At each the verification decides which hypotheses fail.  Indices that have no value stand for every position.
"""

from fractions import Fraction

from entnorm.claims import Log, n

from ..notation import S, V, c, e, gamma, h_star, i, p, r, reach, s, ties, x, y

HALF = Fraction(1, 2)
STEEP = Fraction(99, 100)

HALVES = {n: 2, p: [HALF, HALF], c: HALF, e: [1, 1], ties: 2, r: 0, h_star: HALF}  # two maxima, 0 < 1/2 < log 2
EXPONENT_ZERO = {e: [1, 1], r: 0, i: 1, gamma: 0}
NO_MASS = {n: 100, p: [0] * 100}
UNIFORM_LIMIT = {p: [HALF, HALF], h_star: Log(3) - 2 * Log(2) / 3, r: 0, s: 1}  # of 2 : 1
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
