"""The sharp rate towards infinity, and the bracket that it gives for the exponent.

The excess H - log m falls like (1 + x) exp(-x), where x is gamma times the smallest positive gap Delta, and no faster
than x exp(-x).  As (1 + x) exp(-x/2) never exceeds 2 exp(-1/2), an excess bounds the exponent that attains it.
"""

from sympy import Rational

from entnorm.claims import (
    Assumption,
    Claim,
    Eq,
    Exp,
    ForAll,
    Ge,
    Gt,
    Le,
    Log,
    Lt,
    Sum,
    by,
    by_cases,
    calc,
    ge,
    gt,
    le,
    numeric,
)

from .gaps import EXP_BOUND, GAP_AT_MARK, GAPS_NONNEGATIVE, same
from .notation import H, delta, e, gamma, gap, h_star, i, n, p, r, s, ties, w, x, y
from .setting import MAXIMA, TIES
from .weights import BY_SUMS, FROM_LARGEST, SUM_BELOW, marked, tail, top

half = Rational(1, 2)
attained = (Gt(gamma, 0), Eq(H(p, gamma), h_star))
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
