"""Strictly: two powers of a density that is not constant differ.

No divergence of densities is negative.  That one between two powers is positive wherever log rho varies has to be
shown, because a single point may have no measure: no inequality between numbers at points makes an integral positive.
What does is that the variance of log rho is not zero.  exp(-2 x) exceeds its tangent 1 - 2 x by at least
2 y x^2 - y^2 (x^2 + x^4), whatever y is, and with the best y a divergence is at least m_2^2 / (m_2 + m_4), where m_2
and m_4 are the mean square and the mean fourth power of half the logarithm of the ratio of the two densities.
"""

from entnorm.claims import (
    Assumption,
    Claim,
    Eq,
    Exp,
    ForAll,
    Ge,
    Gt,
    Integrable,
    Integral,
    Le,
    Log,
    Lt,
    Ne,
    by,
    by_cases,
    calc,
    ge,
    gt,
    lt,
)

from .conditional import ONE_EXPONENT, ROWS_AT_BOTH, STRICTLY, WEIGHTS, at_a, at_b, ordered
from .densities import LOG_DENSITY, RHO_POSITIVE, SUMS_TO_ONE
from .divergences import AT_BOTH, back
from .gaps import EXP_BOUND
from .notation import a, b, density, divergence, dmean, dvariance, h_of, h_star, k, mass, o, r, rho, rows, u, x, y

fraction = x**2 / (1 + x**2)
ABOVE_TANGENT = Claim(
    "strict.above-tangent",
    Ge(Exp(-2 * x), 1 - 2 * x + fraction),
    title="How far an exponential is above its tangent, at least",
    proof=by_cases(
        (
            Le(x, 1),
            calc(
                Exp(-2 * x),
                (Exp(-x) ** 2, by.logs),
                ge((1 - x) ** 2, by.sign((Exp(-x) - (1 + -x)) * (Exp(-x) + (1 - x)), EXP_BOUND)),
                ge(1 - 2 * x + fraction, by.sign(x**4 / (1 + x**2))),
            ),
        ),
        (
            Gt(x, 1),
            calc(Exp(-2 * x), gt(0, by.sign), ge(1 - 2 * x + fraction, by.sign(2 * (x - 1) + 1 / (1 + x**2)))),
        ),
    ),
)

QUARTIC_BELOW = Claim(
    "strict.quartic-below",
    Ge(Exp(-2 * x), 1 - 2 * x + 2 * y * x**2 - y**2 * (x**2 + x**4)),
    title="... and polynomials that are below",
    proof=calc(
        Exp(-2 * x),
        ge(1 - 2 * x + fraction, by.sign(Exp(-2 * x) - (1 - 2 * x + fraction), ABOVE_TANGENT)),
        ge(
            1 - 2 * x + 2 * y * x**2 - y**2 * (x**2 + x**4),
            by.sign(x**2 * (1 - y * (1 + x**2)) ** 2 / (1 + x**2)),
        ),
    ),
)

MOMENTS = Assumption("at b all moments of log rho are finite", ForAll(k, Integrable(rho[o] ** b * Log(rho[o]) ** k, o)))
A_FINITE = Assumption("the power a is integrable", Integrable(rho[o] ** a, o))
SPACE = (RHO_POSITIVE, A_FINITE, MOMENTS)
level = Log(mass(rho, b)) - Log(mass(rho, a))
half_ratio = ((b - a) * Log(rho[o]) - level) / 2
there = density(rho, b)[o]
second, fourth = Integral(there * half_ratio**2, o), Integral(there * half_ratio**4, o)

RATIO = Claim(
    "strict.ratio",
    Eq(density(rho, a)[o], there * Exp(-2 * half_ratio)),
    given=(RHO_POSITIVE, A_FINITE, Integrable(rho[o] ** b, o)),
    title="The ratio of two powers",
    proof=calc(density(rho, a)[o], (there * Exp(-2 * half_ratio), by.logs(density))),
)

BELOW_DIVERGENCE = Claim(
    "strict.quadratic-below",
    Ge(back, 2 * y * second - y**2 * (second + fourth)),
    given=SPACE,
    title="So a divergence is at least this, for every y",
    proof=calc(
        back,
        (Integral(there * (Log(there) - Log(density(rho, a)[o])), o), divergence),
        (
            Integral(there * ((b * Log(rho[o]) - Log(mass(rho, b))) - (a * Log(rho[o]) - Log(mass(rho, a)))), o),
            LOG_DENSITY,
        ),
        (
            Integral(there * (2 * half_ratio), o) + Integral(density(rho, a)[o], o) - Integral(there, o),
            by.termwise(SUMS_TO_ONE),
        ),
        (Integral(density(rho, a)[o] - there * (1 - 2 * half_ratio), o), by.termwise),
        (Integral(there * Exp(-2 * half_ratio) - there * (1 - 2 * half_ratio), o), RATIO.at({rho: rho, a: a, b: b})),
        ge(
            Integral(there * (2 * y * half_ratio**2 - y**2 * (half_ratio**2 + half_ratio**4)), o),
            by.sign(
                Integral(
                    there
                    * (
                        Exp(-2 * half_ratio)
                        - (1 - 2 * half_ratio + 2 * y * half_ratio**2 - y**2 * (half_ratio**2 + half_ratio**4))
                    ),
                    o,
                ),
                QUARTIC_BELOW.at({x: half_ratio, y: y}),
            ),
        ),
        (2 * y * second - y**2 * (second + fourth), by.termwise),
    ),
)

squares, average = Integral(there * Log(rho[o]) ** 2, o), dmean(rho, b)
shift = ((b - a) * average - level) ** 2 / 4
SPREAD = Claim(
    "strict.mean-square",
    Ge(second, (b - a) ** 2 / 4 * dvariance(rho, b)),
    given=SPACE,
    title="The mean square is at least the variance",
    proof=calc(
        second,
        (
            (b - a) ** 2 / 4 * squares
            - (b - a) / 2 * level * Integral(there * Log(rho[o]), o)
            + level**2 / 4 * Integral(there, o),
            by.termwise,
        ),
        (
            (b - a) ** 2
            / 4
            * (squares - 2 * average * Integral(there * Log(rho[o]), o) + average**2 * Integral(there, o))
            + shift,
            by.algebra(SUMS_TO_ONE, dmean),
        ),
        ((b - a) ** 2 / 4 * Integral(there * (Log(rho[o]) - average) ** 2, o) + shift, by.termwise),
        ((b - a) ** 2 / 4 * dvariance(rho, b) + shift, by.algebra(dvariance)),
        ge((b - a) ** 2 / 4 * dvariance(rho, b), by.sign(shift)),
    ),
)

VARIES = Assumption("log rho is not constant", Ne(dvariance(rho, b), 0))
SECOND_POSITIVE = Claim(
    "strict.mean-square-positive",
    Gt(second, 0),
    given=(*SPACE, VARIES, Ne(a, b)),
    title="... and positive",
    proof=calc(
        second,
        ge((b - a) ** 2 / 4 * dvariance(rho, b), by.sign(second - (b - a) ** 2 / 4 * dvariance(rho, b), SPREAD)),
        gt(0, by.sign),
    ),
)

best = second / (second + fourth)
AT_BEST = Claim(
    "strict.at-best",
    Ge(back, y * second),
    given=(*SPACE, VARIES, Ne(a, b), Eq(y, best)),
    title="With the best y this is m_2^2 / (m_2 + m_4)",
    defined=(SECOND_POSITIVE.at({rho: rho, a: a, b: b}),),
    proof=calc(
        back,
        ge(
            2 * y * second - y**2 * (second + fourth),
            by.sign(
                back - (2 * y * second - y**2 * (second + fourth)), BELOW_DIVERGENCE.at({rho: rho, a: a, b: b, y: y})
            ),
        ),
        (2 * y * second - y * best * (second + fourth), by.algebra(Eq(y, best))),
        (y * second, by.algebra(Eq(y, best))),
    ),
)

DIVERGENCE_POSITIVE = Claim(
    "strict.divergence-positive",
    Gt(back, 0),
    given=(*SPACE, VARIES, Ne(a, b)),
    title="The divergence between two powers of a density that is not constant is positive",
    remark="So what `conditional.density-falls-strictly` asks for holds as soon as log rho varies.",
    defined=(SECOND_POSITIVE.at({rho: rho, a: a, b: b}),),
    proof=calc(
        back,
        ge(best * second, by.sign(back - best * second, AT_BEST.at({rho: rho, a: a, b: b, y: best}))),
        gt(0, by.sign),
    ),
)

DENSITY_FALLS = Claim(
    "strict.density-falls",
    Lt(h_of(rho, b), h_of(rho, a)),
    given=(*AT_BOTH[:3], *ordered, MOMENTS, VARIES),
    title="So the entropy of a density that is not constant falls strictly",
    proof=calc(
        h_of(rho, b),
        lt(
            h_of(rho, a),
            by.sign(h_of(rho, a) - h_of(rho, b), STRICTLY, DIVERGENCE_POSITIVE.at({rho: rho, a: a, b: b})),
        ),
    ),
)

row = rows[r]
ROW_VARIES = (
    Assumption("... has moments of its logarithm at b", ForAll(k, Integrable(row[o] ** b * Log(row[o]) ** k, o))),
    Assumption("... and is not constant", Ne(dvariance(row, b), 0)),
)
ROW_MOVES = DIVERGENCE_POSITIVE.at({rho: row, a: a, b: b})
CONDITIONAL_FALLS = Claim(
    "strict.conditional-falls",
    Lt(at_b, at_a),
    given=(*ROWS_AT_BOTH, *WEIGHTS, *ROW_VARIES, *ordered),
    title="H(Y | X) falls strictly with one exponent for all rows, if a row that occurs is not constant",
    proof=calc(
        at_b,
        lt(at_a, by.sign(at_a - at_b, ONE_EXPONENT.at({rows: rows, u: u, a: a, b: b, r: r}), ROW_MOVES)),
    ),
)

CONDITIONAL_UNIQUE = Claim(
    "strict.conditional-unique",
    Lt(at_b, h_star),
    given=(*CONDITIONAL_FALLS.given, Eq(at_a, h_star)),
    title="... and then has a given value at one exponent of 0 or more at most",
    proof=calc(
        at_b,
        lt(at_a, by.sign(at_a - at_b, CONDITIONAL_FALLS.at({rows: rows, u: u, a: a, b: b, r: r}))),
        (h_star, Eq(at_a, h_star)),
    ),
)
