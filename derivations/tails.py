"""Towards gamma = oo: the entropy falls to log m, where m entries share the maximum; what lies between is attained.

A distribution is described by its gaps: p_i = c exp(-d_i), where e_i = 1 marks the maxima, whose gap is 0, and every
other gap is at least Delta.  The bounds are crude multiples of 1/gamma, and explicit.
"""

from sympy import oo

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
    Root,
    Sum,
    Tends,
    by,
    by_cases,
    calc,
    ge,
    gt,
    intermediate,
    le,
    lt,
    squeeze,
)

from .escort import FROM_TOP
from .limits import SHORTFALL_LINEAR
from .notation import (
    H,
    c,
    d,
    delta,
    e,
    gamma,
    h_star,
    high,
    i,
    low,
    n,
    p,
    reach,
    ties,
    w,
    x,
    y,
)
from .setting import LOG_BOUND


def same(*variables):  # type: ignore[no-untyped-def]
    """Return the values that give each variable its own name: which of them a claim is meant to speak of here."""
    return {v: v for v in variables}


BINARY = Assumption("e marks the maxima: it is 0 or 1", ForAll(i, Eq(e[i] * (1 - e[i]), 0)))
AT_MAXIMA = Assumption("at the maxima the gap is 0", ForAll(i, Eq(e[i] * d[i], 0)))
BELOW_MAXIMA = Assumption("elsewhere the gap is at least Delta", ForAll(i, Ge(d[i], delta * (1 - e[i]))))
GAPS = Assumption("p_i is c exp(-d_i)", ForAll(i, Eq(p[i], c * Exp(-d[i]))))
WITHIN_REACH = Assumption("no gap exceeds R", ForAll(i, Le(d[i], reach)))
MARKED = (BINARY, AT_MAXIMA, BELOW_MAXIMA, Gt(delta, 0))
one = (Eq(w * (1 - w), 0), Eq(w * y, 0), Ge(y, delta * (1 - w)), Gt(delta, 0), Gt(gamma, 0))
growth = Exp(2 * (gamma * y / 2))

EXP_BOUND = Claim(
    "limits.exp-bound",
    Ge(Exp(x), 1 + x),
    title="The exponential lies above its tangent at 0",
    proof=calc(
        Exp(x),
        (1 + x + ((Exp(x) - 1) - Log(Exp(x))), by.logs),
        ge(1 + x, by.sign((Exp(x) - 1) - Log(Exp(x)), LOG_BOUND)),
    ),
)

EXP_SQUARE_BOUND = Claim(
    "limits.exp-square-bound",
    Ge(Exp(2 * x), (1 + x) ** 2),
    given=(Ge(x, 0),),
    title="... and so does its square above the square of the tangent",
    proof=calc(
        Exp(2 * x),
        (Exp(x) ** 2, by.logs),
        ge((1 + x) ** 2, by.sign((Exp(x) - (1 + x)) * (Exp(x) + (1 + x)), EXP_BOUND)),
    ),
)

NONNEGATIVE_GAP = Claim(
    "limits.gap-nonnegative",
    Ge(y, 0),
    given=one[:4],
    title="No gap is negative",
    proof=by_cases(
        (
            Eq(w, 0),
            calc(
                y,
                ge(delta * (1 - w), by.sign),
                (delta, Eq(w, 0)),
                ge(0, by.sign),
            ),
        ),
        (Eq(w, 1), calc(y, (w * y, Eq(w, 1)), (0, Eq(w * y, 0)))),
    ),
)

WEIGHT_BELOW = Claim(
    "limits.weight-below",
    Ge(Exp(-gamma * y), w),
    given=one,
    title="The weight of a maximum is 1, any other is positive",
    proof=by_cases(
        (Eq(w, 0), calc(Exp(-gamma * y), ge(0, by.sign), (w, Eq(w, 0)))),
        (
            Eq(w, 1),
            calc(
                Exp(-gamma * y),
                (Exp(-gamma * (w * y)), Eq(w, 1)),
                (Exp(0), Eq(w * y, 0)),
                (1, by.logs),
                (w, Eq(w, 1)),
            ),
        ),
    ),
)

WEIGHT_ABOVE = Claim(
    "limits.weight-above",
    Le(Exp(-gamma * y), w + (1 - w) / (gamma * delta)),
    given=one,
    title="Below the maxima weights fall at least like 1/gamma",
    proof=by_cases(
        (
            Eq(w, 0),
            calc(
                Exp(-gamma * y),
                (1 / Exp(gamma * y), by.logs),
                le(
                    1 / (gamma * delta),
                    by.sign(
                        (1 + gamma * (y - delta * (1 - w)) + (Exp(gamma * y) - (1 + gamma * y)))
                        / (gamma * delta * Exp(gamma * y)),
                        EXP_BOUND,
                        Eq(w, 0),
                    ),
                ),
                (w + (1 - w) / (gamma * delta), Eq(w, 0)),
            ),
        ),
        (
            Eq(w, 1),
            calc(
                Exp(-gamma * y),
                (Exp(-gamma * (w * y)), Eq(w, 1)),
                (Exp(0), Eq(w * y, 0)),
                (1, by.logs),
                (w + (1 - w) / (gamma * delta), Eq(w, 1)),
            ),
        ),
    ),
)

MOMENT_ABOVE = Claim(
    "limits.moment-above",
    Le(gamma * y * Exp(-gamma * y), 4 * (1 - w) / (gamma * delta)),
    given=one,
    title="... and so do their products with the exponents",
    proof=by_cases(
        (
            Eq(w, 0),
            calc(
                gamma * y * Exp(-gamma * y),
                (gamma * y / growth, by.logs),
                le(
                    4 / (gamma * delta),
                    by.sign(
                        (
                            4
                            + 4 * (gamma * y)
                            + gamma**2 * y * (y - delta * (1 - w))
                            + 4 * (growth - (1 + gamma * y / 2) ** 2)
                        )
                        / (gamma * delta * growth),
                        EXP_SQUARE_BOUND,
                        NONNEGATIVE_GAP.at({w: w, y: y, delta: delta}),
                        Eq(w, 0),
                    ),
                ),
                (4 * (1 - w) / (gamma * delta), Eq(w, 0)),
            ),
        ),
        (
            Eq(w, 1),
            calc(
                gamma * y * Exp(-gamma * y),
                (gamma * (w * y) * Exp(-gamma * y), Eq(w, 1)),
                (0, Eq(w * y, 0)),
                (4 * (1 - w) / (gamma * delta), Eq(w, 1)),
            ),
        ),
    ),
)


here = same(gamma, d, e, delta, ties)
top = Sum(Exp(-gamma * d[i]), i)
tail = Sum(gamma * d[i] * Exp(-gamma * d[i]), i)
rate = 5 * (n - ties) / (ties * delta)
COUNTED = Eq(Sum(e[i], i), ties)
marked = (GAPS, Gt(c, 0), *MARKED, COUNTED, Gt(ties, 0), Ge(n, ties))

GAPS_NONNEGATIVE = Claim(
    "limits.gaps-nonnegative",
    Ge(d[i], 0),
    given=MARKED,
    title="No gap of a marked distribution is negative",
    proof=calc(d[i], ge(0, by.sign(d[i], NONNEGATIVE_GAP.at({w: e[i], y: d[i], delta: delta})))),
)

TOP_BELOW = Claim(
    "limits.partition-below",
    Ge(top, ties),
    given=(*MARKED, COUNTED, Gt(gamma, 0)),
    title="Scaled by its largest entry the partition function is at least the number of maxima",
    proof=calc(
        top,
        ge(Sum(e[i], i), by.sign(Sum(Exp(-gamma * d[i]) - e[i], i), WEIGHT_BELOW)),
        (ties, COUNTED),
    ),
)

TOP_ABOVE = Claim(
    "limits.partition-above",
    Le(top, ties + (n - ties) / (gamma * delta)),
    given=(*MARKED, COUNTED, Gt(gamma, 0)),
    title="... and exceeds it by no more than a multiple of 1/gamma",
    proof=calc(
        top,
        le(
            Sum(e[i] + (1 - e[i]) / (gamma * delta), i),
            by.sign(Sum(-Exp(-gamma * d[i]) + (e[i] + (1 - e[i]) / (gamma * delta)), i), WEIGHT_ABOVE),
        ),
        (Sum(e[i], i) + (n - Sum(e[i], i)) / (gamma * delta), by.termwise),
        (ties + (n - ties) / (gamma * delta), COUNTED),
    ),
)

TAIL_ABOVE = Claim(
    "limits.tail-above",
    Le(tail, 4 * (n - ties) / (gamma * delta)),
    given=(*MARKED, COUNTED, Gt(gamma, 0)),
    title="... as does the sum of exponents under these weights",
    proof=calc(
        tail,
        le(
            Sum(4 * (1 - e[i]) / (gamma * delta), i),
            by.sign(Sum(4 * (1 - e[i]) / (gamma * delta) - gamma * d[i] * Exp(-gamma * d[i]), i), MOMENT_ABOVE),
        ),
        (4 * (n - Sum(e[i], i)) / (gamma * delta), by.termwise),
        (4 * (n - ties) / (gamma * delta), COUNTED),
    ),
)

ABOVE_TIES = Claim(
    "limits.entropy-above-ties",
    Ge(H(p, gamma), Log(ties)),
    given=(*marked, Gt(gamma, 0)),
    title="No positive exponent brings the entropy below the logarithm of the number of maxima",
    proof=calc(
        H(p, gamma),
        (Log(top) + tail / top, FROM_TOP.at({p: p, gamma: gamma, c: c, d: d})),
        ge(Log(top), by.sign(tail / top, GAPS_NONNEGATIVE.at(same(d, e, delta)))),
        ge(Log(ties), by.sign(Log(top) - Log(ties), TOP_BELOW.at(here))),
    ),
)

NEAR_TIES = Claim(
    "limits.entropy-near-ties",
    Le(H(p, gamma), Log(ties) + rate / gamma),
    given=(*marked, Gt(gamma, 0)),
    title="As gamma grows the entropy falls to that logarithm, at least like 1/gamma",
    proof=calc(
        H(p, gamma),
        (Log(top) + tail / top, FROM_TOP.at({p: p, gamma: gamma, c: c, d: d})),
        (Log(ties) + Log(top / ties) + tail / top, by.logs),
        le(
            Log(ties) + (top / ties - 1) + tail / top,
            by.sign((top / ties - 1) - Log(top / ties), LOG_BOUND, TOP_BELOW.at(here)),
        ),
        le(
            Log(ties) + (top / ties - 1) + tail / ties,
            by.sign(tail * (top - ties) / (top * ties), TOP_BELOW.at(here), GAPS_NONNEGATIVE.at(same(d, e, delta))),
        ),
        le(
            Log(ties) + ((ties + (n - ties) / (gamma * delta)) / ties - 1) + tail / ties,
            by.sign((ties + (n - ties) / (gamma * delta) - top) / ties, TOP_ABOVE.at(here)),
        ),
        le(
            Log(ties) + ((ties + (n - ties) / (gamma * delta)) / ties - 1) + 4 * (n - ties) / (gamma * delta) / ties,
            by.sign((4 * (n - ties) / (gamma * delta) - tail) / ties, TAIL_ABOVE.at(here)),
        ),
        (Log(ties) + rate / gamma, by.algebra),
    ),
)

OUT_OF_REACH = Claim(
    "limits.below-ties",
    Gt(H(p, gamma), h_star),
    given=(*marked, Gt(gamma, 0), Lt(h_star, Log(ties))),
    title="No positive exponent reaches a target below the logarithm of the number of maxima",
    proof=calc(
        H(p, gamma),
        ge(Log(ties), by.sign(H(p, gamma) - Log(ties), ABOVE_TIES.at(same(p, gamma, c, d, e, delta, ties)))),
        gt(h_star, by.sign),
    ),
)

TOP_LIMIT = Claim(
    "limits.entropy-at-infinity",
    Tends(H(p, gamma), gamma, oo, Log(ties)),
    given=marked,
    title="The entropy tends to the logarithm of the number of maxima as gamma grows",
    proof=squeeze(
        rate,
        below=calc(
            H(p, gamma),
            ge(Log(ties), by.sign(H(p, gamma) - Log(ties), ABOVE_TIES.at(same(p, gamma, c, d, e, delta, ties)))),
            ge(Log(ties) - rate / gamma, by.sign(rate / gamma)),
        ),
        above=calc(
            H(p, gamma),
            le(
                Log(ties) + rate / gamma,
                by.sign(Log(ties) + rate / gamma - H(p, gamma), NEAR_TIES.at(same(p, gamma, c, d, e, delta, ties))),
            ),
        ),
    ),
)

LOG_BELOW = Claim(
    "limits.log-below",
    Le(Log(p[i]), Log(c)),
    given=(GAPS, Gt(c, 0), *MARKED),
    title="No logarithm exceeds that of the largest entry",
    proof=calc(
        Log(p[i]),
        (Log(c * Exp(-d[i])), GAPS),
        (Log(c) - d[i], by.logs),
        le(Log(c), by.sign(d[i], GAPS_NONNEGATIVE.at(same(d, e, delta)))),
    ),
)

LOG_ABOVE = Claim(
    "limits.log-above",
    Ge(Log(p[i]), Log(c) - reach),
    given=(GAPS, Gt(c, 0), WITHIN_REACH),
    title="... and none falls short of it by more than the largest gap",
    proof=calc(
        Log(p[i]),
        (Log(c * Exp(-d[i])), GAPS),
        (Log(c) - d[i], by.logs),
        ge(Log(c) - reach, by.sign(reach - d[i])),
    ),
)

lower = (Log(n) - h_star) / (1 + reach)
upper = lower + (1 + rate) / (h_star - Log(ties))

EXISTENCE = Claim(
    "limits.existence",
    Root(H(p, gamma), gamma, lower, upper, h_star),
    given=(*marked, WITHIN_REACH, Gt(reach, 0), Lt(h_star, Log(n)), Gt(h_star, Log(ties))),
    title="A p with marked gaps attains every entropy between log m and log n, between two explicit exponents",
    remark="It is attained once, because the entropy falls strictly.",
    proof=intermediate(
        width=(1 + rate) / (h_star - Log(ties)),
        at_low=calc(
            H(p, lower),
            ge(
                Log(n) - lower * reach,
                by.sign(
                    lower * reach - (Log(n) - H(p, lower)),
                    SHORTFALL_LINEAR.at({p: p, high: Log(c), low: Log(c) - reach, gamma: lower}),
                    LOG_BELOW.at(same(p, c, d, e, delta)),
                    LOG_ABOVE.at(same(p, c, d, reach)),
                ),
            ),
            gt(h_star, by.sign((Log(n) - h_star) / (1 + reach))),
        ),
        at_high=calc(
            H(p, upper),
            le(
                Log(ties) + rate / upper,
                by.sign(
                    Log(ties) + rate / upper - H(p, upper),
                    NEAR_TIES.at(same(p, c, d, e, delta, ties) | {gamma: upper}),
                ),
            ),
            lt(h_star, by.sign(((h_star - Log(ties)) * lower + 1) / upper)),
        ),
    ),
)
