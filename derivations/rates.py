"""Sharp rates at both ends, and the bracket that they give for the exponent.

Near gamma = 0 the shortfall log n - H is quadratic: its slope is gamma times the variance, which lies below a quarter
of the squared range of log p, and cannot leave its value at 0 faster than exponentially.  Towards infinity the excess
H - log m falls like (1 + x) exp(-x), where x is gamma times the smallest positive gap Delta.  Both are turned around
into bounds of the exponent that attains a given entropy.
"""

from sympy import Rational

from entnorm.claims import (
    Assumption,
    Claim,
    D,
    Eq,
    Exp,
    ForAll,
    Ge,
    Gt,
    Le,
    Log,
    Lt,
    Power,
    Sum,
    by,
    by_cases,
    calc,
    ge,
    gt,
    le,
    monotone,
    numeric,
)

from .escort import ENTROPY_AT_ZERO
from .gaps import EXP_BOUND, GAP_AT_MARK, GAPS_NONNEGATIVE, same
from .limits import ABOVE, BELOW, MEAN_ABOVE, MEAN_BELOW, VARIANCE_BOUND
from .notation import H, V, a, delta, e, gamma, gap, h_star, high, i, low, mean, n, p, r, s, third, ties, tilde, w, x, y
from .setting import MAXIMA, POSITIVE, TIES
from .slopes import ENTROPY_SLOPE, VARIANCE_NONNEGATIVE, VARIANCE_SLOPE
from .tails import BY_SUMS, FROM_LARGEST, SUM_BELOW, marked, tail, top

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

# ----------------------------------------------------------------------------------------------------- towards infinity

APART = Assumption("every other gap is at least Delta", ForAll(i, Ge(gap(p, r)[i], delta * (1 - e[i]))))
separated = (*marked, APART, Gt(delta, 0))
depth = gamma * delta
bound = (1 + depth) * Exp(-depth)

TAIL_FALLS = Claim(
    "rates.tail-falls",
    Le((1 + y) * Exp(-y), (1 + x) * Exp(-x)),
    given=(Ge(x, 0), Ge(y, x)),
    title="(1 + x) exp(-x) falls",
    proof=calc(
        (1 + y) * Exp(-y),
        ((1 + x) * Exp(-x) - Exp(-y) * ((1 + x) * (Exp(y - x) - (1 + (y - x))) + x * (y - x)), by.logs),
        le(
            (1 + x) * Exp(-x),
            by.sign(Exp(-y) * ((1 + x) * (Exp(y - x) - (1 + (y - x))) + x * (y - x)), EXP_BOUND),
        ),
    ),
)

DEEPER = Claim(
    "rates.deeper",
    Ge(gamma * y, gamma * delta),
    given=(Gt(gamma, 0), Ge(y, delta * (1 - w)), Eq(w, 0)),
    title="An unmarked gap is at least Delta",
    proof=calc(
        gamma * y, ge(gamma * (delta * (1 - w)), by.sign(gamma * (y - delta * (1 - w)))), (gamma * delta, Eq(w, 0))
    ),
)

SUMMAND_ABOVE = Claim(
    "rates.summand-above",
    Le((1 + gamma * y) * Exp(-gamma * y), w + (1 - w) * bound),
    given=(Eq(w * (1 - w), 0), Eq(w * y, 0), Ge(y, delta * (1 - w)), Gt(delta, 0), Gt(gamma, 0)),
    title="One entry's part in the excess",
    proof=by_cases(
        (
            Eq(w, 0),
            calc(
                (1 + gamma * y) * Exp(-gamma * y),
                ((1 + gamma * y) * Exp(-(gamma * y)), by.algebra),
                le(
                    (1 + gamma * delta) * Exp(-(gamma * delta)),
                    by.sign(
                        (1 + gamma * delta) * Exp(-(gamma * delta)) - (1 + gamma * y) * Exp(-(gamma * y)),
                        TAIL_FALLS.at({x: gamma * delta, y: gamma * y}),
                        DEEPER,
                    ),
                ),
                (w + (1 - w) * bound, Eq(w, 0)),
            ),
        ),
        (
            Eq(w, 1),
            calc(
                (1 + gamma * y) * Exp(-gamma * y),
                ((1 + gamma * (w * y)) * Exp(-gamma * (w * y)), Eq(w, 1)),
                ((1 + gamma * 0) * Exp(-gamma * 0), Eq(w * y, 0)),
                (1, by.logs),
                (w + (1 - w) * bound, Eq(w, 1)),
            ),
        ),
    ),
)

distance = gap(p, r)
part = (1 + gamma * distance[i]) * Exp(-gamma * distance[i])
EXCESS_ABOVE = Claim(
    "rates.excess-above",
    Le(H(p, gamma), Log(ties) + (n - ties) / ties * bound),
    given=(*separated, Gt(gamma, 0)),
    title="The excess over log m falls like (1 + x) exp(-x), where x is gamma times the smallest gap",
    proof=calc(
        H(p, gamma),
        le(
            Log(ties) + (top / ties - 1) + tail / ties,
            by.sign(Log(ties) + (top / ties - 1) + tail / ties - H(p, gamma), BY_SUMS.at(same(p, e, r, gamma, ties))),
        ),
        (Log(ties) + Sum(part, i) / ties - 1, by.termwise),
        le(
            Log(ties) + Sum(e[i] + (1 - e[i]) * bound, i) / ties - 1,
            by.sign(
                Sum(e[i] + (1 - e[i]) * bound - part, i) / ties,
                SUMMAND_ABOVE.at({w: e[i], y: distance[i], gamma: gamma, delta: delta}),
                GAP_AT_MARK,
            ),
        ),
        (Log(ties) + (Sum(e[i], i) + (n - Sum(e[i], i)) * bound) / ties - 1, by.termwise),
        (Log(ties) + (n - ties) / ties * bound, TIES),
    ),
)

WEIGHT_AT_MOST_ONE = Claim(
    "rates.weight-at-most-one",
    Le(Exp(-gamma * distance[i]), 1),
    given=(*MAXIMA, Gt(gamma, 0)),
    title="No weight exceeds 1",
    proof=calc(
        Exp(-gamma * distance[i]),
        le(Exp(0), by.sign(Exp(0) - Exp(-gamma * distance[i]), GAPS_NONNEGATIVE.at(same(p, e, r)))),
        (1, by.logs),
    ),
)

EXCESS_BELOW = Claim(
    "rates.excess-below",
    Ge(H(p, gamma), Log(ties) + gamma * distance[s] * Exp(-gamma * distance[s]) / n),
    given=(*marked, Gt(gamma, 0)),
    title="... and no faster than x exp(-x) does, where x is gamma times any gap",
    proof=calc(
        H(p, gamma),
        (Log(top) + tail / top, FROM_LARGEST.at(same(p, gamma, r))),
        ge(Log(ties) + tail / top, by.sign(Log(top) - Log(ties), SUM_BELOW.at(same(p, e, r, gamma, ties)))),
        ge(
            Log(ties) + tail / n,
            by.sign(
                tail * Sum(1 - Exp(-gamma * distance[i]), i) / (top * n),
                WEIGHT_AT_MOST_ONE.at(same(p, e, r, gamma)),
                GAPS_NONNEGATIVE.at(same(p, e, r)),
            ),
        ),
        ge(
            Log(ties) + gamma * distance[s] * Exp(-gamma * distance[s]) / n,
            by.sign((tail - gamma * distance[s] * Exp(-gamma * distance[s])) / n, GAPS_NONNEGATIVE.at(same(p, e, r))),
        ),
    ),
)

excess = h_star - Log(ties)
reached = (*separated, *attained, Gt(h_star, Log(ties)))
values = same(p, e, r, gamma, ties, delta)

EXCESS_OF_TARGET = Claim(
    "rates.excess-of-target",
    Ge((n - ties) * bound, ties * excess),
    given=(*separated, *attained),
    title="The excess of an entropy that is attained, in the same terms",
    proof=calc(
        (n - ties) * bound,
        (ties * (Log(ties) + (n - ties) / ties * bound - Log(ties)), by.algebra),
        ge(
            ties * (H(p, gamma) - Log(ties)),
            by.sign(ties * (Log(ties) + (n - ties) / ties * bound - H(p, gamma)), EXCESS_ABOVE.at(values)),
        ),
        (ties * excess, Eq(H(p, gamma), h_star)),
    ),
)

OTHERS_LEFT = Claim(
    "rates.others-left",
    Gt(n - ties, 0),
    given=reached,
    title="So not every entry is a maximum",
    proof=calc(
        n - ties,
        ((n - ties) * bound / bound, by.algebra),
        ge(
            ties * excess / bound,
            by.sign(((n - ties) * bound - ties * excess) / bound, EXCESS_OF_TARGET.at(values | {h_star: h_star})),
        ),
        gt(0, by.sign),
    ),
)

half_depth = half * depth
HALVES = Claim(
    "rates.halves",
    Eq(2 * Exp(y - half) * Exp(-2 * y) * Exp(y), 2 * Exp(-half)),
    title="Two halves make a whole",
    proof=calc(2 * Exp(y - half) * Exp(-2 * y) * Exp(y), (2 * Exp(-half), by.logs)),
)

HALF_DEPTH = Claim(
    "rates.half-depth",
    Le(Exp(half_depth), 2 * Exp(-half) * (n - ties) / (ties * excess)),
    given=reached,
    title="Half of gamma times the smallest gap, exponentiated, is at most the inverse of the relative excess",
    proof=calc(
        Exp(half_depth),
        (ties * excess * Exp(half_depth) / (ties * excess), by.algebra),
        le(
            (n - ties) * bound * Exp(half_depth) / (ties * excess),
            by.sign(
                ((n - ties) * bound - ties * excess) * Exp(half_depth) / (ties * excess),
                EXCESS_OF_TARGET.at(values | {h_star: h_star}),
            ),
        ),
        le(
            (n - ties) * (2 * Exp(half_depth - half)) * Exp(-depth) * Exp(half_depth) / (ties * excess),
            by.sign(
                2
                * (n - ties)
                * (Exp(half_depth - half) - (1 + (half_depth - half)))
                * Exp(-depth)
                * Exp(half_depth)
                / (ties * excess),
                EXP_BOUND,
                OTHERS_LEFT.at(values | {h_star: h_star}),
            ),
        ),
        (
            (n - ties) / (ties * excess) * (2 * Exp(half_depth - half) * Exp(-2 * half_depth) * Exp(half_depth)),
            by.algebra,
        ),
        (2 * Exp(-half) * (n - ties) / (ties * excess), HALVES.at({y: half_depth})),
    ),
)

BRACKET_ABOVE = Claim(
    "rates.bracket-above",
    Le(gamma, 2 * Log(2 * Exp(-half) * (n - ties) / (ties * excess)) / delta),
    given=reached,
    title="An exponent that attains H* is at most 2 log(2 exp(-1/2) (n - m) / (m (H* - log m))) over the smallest gap",
    defined=(OTHERS_LEFT.at(values | {h_star: h_star}),),
    proof=calc(
        gamma,
        (2 * Log(Exp(half_depth)) / delta, by.logs),
        le(
            2 * Log(2 * Exp(-half) * (n - ties) / (ties * excess)) / delta,
            by.sign(
                2 * (Log(2 * Exp(-half) * (n - ties) / (ties * excess)) - Log(Exp(half_depth))) / delta,
                HALF_DEPTH.at(values | {h_star: h_star}),
            ),
        ),
    ),
)

ROUNDED_UP = Claim(
    "rates.constant",
    Lt(2 * Exp(-half), Rational(12131, 10000)),
    title="The constant, rounded up",
    proof=numeric(),
)
