"""The shape of the entropy over gamma: neither convex nor concave, whatever the scale.

It is concave for small gamma (`convergence`), and bends the other way far out.  In log gamma and in the temperature it
is the same: each is refuted both ways, with two entries.
"""

from fractions import Fraction

from entnorm.claims import D, Ge, Gt, Le, Refuted, n

from .convergence import CONCAVE
from .cumulants import LOG_CURVATURE, TEMPERATURE_CURVATURE
from .notation import H, gamma, p, r, s, temperature
from .setting import NORMALISED, NOT_CONSTANT, POSITIVE
from .slopes import ENTROPY_CURVATURE

given = (POSITIVE, NORMALISED, NOT_CONSTANT)
PAIR = {n: 2, p: [Fraction(2, 3), Fraction(1, 3)], r: 0, s: 1}
curvature = D(D(H(p, gamma), gamma), gamma)
log_curvature = gamma * D(gamma * D(H(p, gamma), gamma), gamma)
in_temperature = D(D(H(p, 1 / temperature), temperature), temperature)

CONVEX = Refuted(
    "shapes.convex",
    Ge(curvature, 0),
    given=(*given, Gt(gamma, 0)),
    at=PAIR | {gamma: Fraction(1)},
    correction=CONCAVE,
    title="The entropy is convex in gamma",
)

CONCAVE_EVERYWHERE = Refuted(
    "shapes.concave",
    Le(curvature, 0),
    given=(*given, Gt(gamma, 0)),
    at=PAIR | {gamma: Fraction(4)},
    correction=ENTROPY_CURVATURE,
    title="... or concave",
)

CONVEX_IN_LOG = Refuted(
    "shapes.convex-in-log",
    Ge(log_curvature, 0),
    given=(*given, Gt(gamma, 0)),
    at=PAIR | {gamma: Fraction(1)},
    correction=LOG_CURVATURE,
    title="It is convex in log gamma",
)

CONCAVE_IN_LOG = Refuted(
    "shapes.concave-in-log",
    Le(log_curvature, 0),
    given=(*given, Gt(gamma, 0)),
    at=PAIR | {gamma: Fraction(4)},
    correction=LOG_CURVATURE,
    title="... or concave",
)

CONVEX_IN_TEMPERATURE = Refuted(
    "shapes.convex-in-temperature",
    Ge(in_temperature, 0),
    given=(*given, Gt(temperature, 0)),
    at=PAIR | {temperature: Fraction(1)},
    correction=TEMPERATURE_CURVATURE,
    title="It is convex in the temperature",
)

CONCAVE_IN_TEMPERATURE = Refuted(
    "shapes.concave-in-temperature",
    Le(in_temperature, 0),
    given=(*given, Gt(temperature, 0)),
    at=PAIR | {temperature: Fraction(1, 8)},
    correction=TEMPERATURE_CURVATURE,
    title="... or concave",
)
