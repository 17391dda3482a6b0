"""The sharp rate near gamma = 0, and the bracket that it gives for the exponent.

The shortfall log n - H is quadratic: its slope is gamma times the variance, which lies below a quarter of the squared
range of log p, and cannot leave its value at 0 faster than exponentially, because the third cumulant is at most the
range times the variance.
"""

from sympy import Rational

from entnorm.claims import (
    Claim,
    D,
    Eq,
    Exp,
    Ge,
    Gt,
    Le,
    Log,
    Lt,
    Power,
    Sum,
    by,
    calc,
    ge,
    le,
    monotone,
)

from .escort import ENTROPY_AT_ZERO
from .gaps import same
from .limits import ABOVE, BELOW, MEAN_ABOVE, MEAN_BELOW, VARIANCE_BOUND
from .notation import H, V, a, gamma, h_star, high, i, low, mean, n, p, third, tilde, x, y
from .setting import POSITIVE
from .slopes import ENTROPY_SLOPE, VARIANCE_NONNEGATIVE, VARIANCE_SLOPE

eighth = Rational(1, 8)
half = Rational(1, 2)
bounded = (POSITIVE, BELOW, ABOVE)
span = high - low
q = tilde(p, gamma)
squared = q[i] * (Log(p[i]) - mean(p, gamma)) ** 2

# ------------------------------------------------------------------------------------------------------------ near 0

QUADRATIC_GROWTH = Claim(
    "rates.quadratic-growth",
    Le(H(p, 0) + eighth * span**2 * Power(0, 2), H(p, gamma) + eighth * span**2 * gamma**2),
    given=(*bounded, Ge(gamma, 0)),
    title="With an eighth of the squared range times gamma squared added, the entropy does not fall",
    proof=monotone(
        H(p, a) + eighth * span**2 * a**2,
        a,
        low=0,
        high=gamma,
        slope=calc(
            D(H(p, a) + eighth * span**2 * a**2, a),
            (D(H(p, a), a) + 2 * eighth * span**2 * a, by.calculus),
            (-a * V(p, a) + 2 * eighth * span**2 * a, ENTROPY_SLOPE),
            ge(0, by.sign(a * (Rational(1, 4) * span**2 - V(p, a)), VARIANCE_BOUND)),
        ),
    ),
)

SHORTFALL_QUADRATIC = Claim(
    "rates.shortfall-above",
    Le(Log(n) - H(p, gamma), eighth * (gamma * span) ** 2),
    given=(*bounded, Ge(gamma, 0)),
    title="The shortfall from log n is at most an eighth of the squared product of gamma and the range of log p",
    proof=calc(
        Log(n) - H(p, gamma),
        (H(p, 0) + eighth * span**2 * Power(0, 2) - H(p, gamma), ENTROPY_AT_ZERO),
        le(
            eighth * (gamma * span) ** 2,
            by.sign(
                H(p, gamma) + eighth * span**2 * gamma**2 - (H(p, 0) + eighth * span**2 * Power(0, 2)),
                QUADRATIC_GROWTH.at(same(p, gamma, high, low)),
            ),
        ),
    ),
)

THIRD_BELOW = Claim(
    "rates.third-below",
    Ge(third(p, gamma), -span * V(p, gamma)),
    given=bounded,
    title="The third cumulant is at least minus the range times the variance",
    proof=calc(
        third(p, gamma),
        (
            Sum(squared * (Log(p[i]) - low), i) + (high - mean(p, gamma)) * V(p, gamma) - span * V(p, gamma),
            by.termwise(third, V),
        ),
        ge(
            -span * V(p, gamma),
            by.sign(
                Sum(squared * (Log(p[i]) - low), i) + (high - mean(p, gamma)) * V(p, gamma),
                MEAN_BELOW,
                VARIANCE_NONNEGATIVE,
            ),
        ),
    ),
)

THIRD_ABOVE = Claim(
    "rates.third-above",
    Le(third(p, gamma), span * V(p, gamma)),
    given=bounded,
    title="... and at most the range times the variance",
    proof=calc(
        third(p, gamma),
        (
            span * V(p, gamma) - (Sum(squared * (high - Log(p[i])), i) + (mean(p, gamma) - low) * V(p, gamma)),
            by.termwise(third, V),
        ),
        le(
            span * V(p, gamma),
            by.sign(
                Sum(squared * (high - Log(p[i])), i) + (mean(p, gamma) - low) * V(p, gamma),
                MEAN_ABOVE,
                VARIANCE_NONNEGATIVE,
            ),
        ),
    ),
)

VARIANCE_LASTS = Claim(
    "rates.variance-below",
    Le(V(p, 0) * Exp(span * 0), V(p, gamma) * Exp(span * gamma)),
    given=(*bounded, Ge(gamma, 0)),
    title="The variance falls at most exponentially, at the rate of the range",
    proof=monotone(
        V(p, a) * Exp(span * a),
        a,
        low=0,
        high=gamma,
        slope=calc(
            D(V(p, a) * Exp(span * a), a),
            (D(V(p, a), a) * Exp(span * a) + V(p, a) * (span * Exp(span * a)), by.calculus),
            (third(p, a) * Exp(span * a) + V(p, a) * (span * Exp(span * a)), VARIANCE_SLOPE),
            ge(0, by.sign((third(p, a) - -span * V(p, a)) * Exp(span * a), THIRD_BELOW)),
        ),
    ),
)

shape = V(p, 0) / span**2
FALLING = Claim(
    "rates.fall-at-least",
    Ge(
        H(p, 0) - shape * (1 + span * 0) * Exp(-span * 0),
        H(p, gamma) - shape * (1 + span * gamma) * Exp(-span * gamma),
    ),
    given=(*bounded, Gt(span, 0), Ge(gamma, 0)),
    title="The entropy falls at least as fast as a variance that decays at the rate of the range would make it",
    proof=monotone(
        H(p, a) - shape * (1 + span * a) * Exp(-span * a),
        a,
        low=0,
        high=gamma,
        slope=calc(
            D(H(p, a) - shape * (1 + span * a) * Exp(-span * a), a),
            (D(H(p, a), a) + V(p, 0) * a * Exp(-span * a), by.calculus),
            (-a * V(p, a) + V(p, 0) * a * Exp(-span * a), ENTROPY_SLOPE),
            (-a * Exp(-span * a) * (V(p, a) * Exp(span * a) - V(p, 0) * Exp(span * 0)), by.logs),
            le(
                0,
                by.sign(a * Exp(-span * a) * (V(p, a) * Exp(span * a) - V(p, 0) * Exp(span * 0)), VARIANCE_LASTS),
            ),
        ),
    ),
)

SHORTFALL_BELOW = Claim(
    "rates.shortfall-below",
    Ge(Log(n) - H(p, gamma), shape * (1 - (1 + span * gamma) * Exp(-span * gamma))),
    given=(*bounded, Gt(span, 0), Ge(gamma, 0)),
    title="The shortfall from log n is at least half the variance at 0 times gamma squared, to second order",
    proof=calc(
        Log(n) - H(p, gamma),
        (H(p, 0) - H(p, gamma), ENTROPY_AT_ZERO),
        ge(
            shape * (1 + span * 0) * Exp(-span * 0) - shape * (1 + span * gamma) * Exp(-span * gamma),
            by.sign(
                H(p, 0)
                - shape * (1 + span * 0) * Exp(-span * 0)
                - (H(p, gamma) - shape * (1 + span * gamma) * Exp(-span * gamma)),
                FALLING,
            ),
        ),
        (shape * (1 - (1 + span * gamma) * Exp(-span * gamma)), by.logs),
    ),
)

attained = (Gt(gamma, 0), Eq(H(p, gamma), h_star))

BRACKET_SQUARED = Claim(
    "rates.bracket-below-squared",
    Le(8 * (Log(n) - h_star), (gamma * span) ** 2),
    given=(*bounded, *attained),
    title="Where the entropy is H*, eight times the shortfall is at most the squared product of exponent and range",
    proof=calc(
        8 * (Log(n) - h_star),
        (8 * (Log(n) - H(p, gamma)), Eq(H(p, gamma), h_star)),
        le(
            (gamma * span) ** 2,
            by.sign(8 * (eighth * (gamma * span) ** 2 - (Log(n) - H(p, gamma))), SHORTFALL_QUADRATIC),
        ),
    ),
)

SQUARE_ROOT = Claim(
    "rates.square-root",
    Le(x**half, y),
    given=(Gt(x, 0), Gt(y, 0), Le(x, y**2)),
    title="What is at most a square has at most its root",
    proof=calc(x**half, le((y**2) ** half, by.sign((y**2) ** half - x**half)), (y, by.logs)),
)

BRACKET_BELOW = Claim(
    "rates.bracket-below",
    Ge(gamma, (8 * (Log(n) - h_star)) ** half / span),
    given=(*bounded, *attained, Gt(span, 0), Lt(h_star, Log(n))),
    title="An exponent that attains the entropy H* is at least sqrt(8 (log n - H*)) over the range of log p",
    proof=calc(
        gamma,
        (gamma * span / span, by.algebra),
        ge(
            (8 * (Log(n) - h_star)) ** half / span,
            by.sign(
                (gamma * span - (8 * (Log(n) - h_star)) ** half) / span,
                SQUARE_ROOT.at({x: 8 * (Log(n) - h_star), y: gamma * span}),
                BRACKET_SQUARED.at(same(p, gamma, high, low, h_star)),
            ),
        ),
    ),
)
