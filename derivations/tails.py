"""Towards gamma = oo: the entropy falls to log m, where m entries share the maximum; what lies between is attained.

The sums of all weights and of their exponents differ from those of the maxima by crude multiples of 1/gamma, which hold
for every gamma > 0.  `rates` has the sharp, exponential ones.  sigma sums the reciprocals of the positive gaps.
"""

from sympy import oo

from entnorm.claims import (
    Claim,
    Eq,
    Exp,
    Ge,
    Gt,
    Le,
    Log,
    Lt,
    Root,
    Sum,
    Tends,
    by,
    calc,
    ge,
    gt,
    intermediate,
    le,
    lt,
    squeeze,
)

from .decreasing import ENTROPY_DECREASING
from .entropy import NONNEGATIVE
from .escort import ENTRIES_POSITIVE, ENTROPY_AT_ZERO, FROM_TOP, SUMS_TO_ONE
from .gaps import (
    GAP_AT_MARK,
    GAP_OFF_MARK,
    GAPS_NONNEGATIVE,
    MARK_AT_MOST_ONE,
    MOMENT_ABOVE,
    WEIGHT_ABOVE,
    WEIGHT_BELOW,
    same,
)
from .limits import NEAR_UNIFORM
from .notation import H, S, a, b, breadth, c, d, e, gamma, gap, h_star, i, n, p, r, slack, ties, tilde, w, y
from .setting import LOG_BOUND, MAXIMA, NOT_CONSTANT, POSITIVE, TIES, UNIQUE

delta = gap(p, r)
top = Sum(Exp(-gamma * delta[i]), i)
tail = Sum(gamma * delta[i] * Exp(-gamma * delta[i]), i)
sigma = slack(p, e, r)
loose = Sum(sigma[i], i)
rate = 5 * loose / ties
marked = (*MAXIMA, TIES, Gt(ties, 0))
here = same(p, e, r, gamma, ties)

SLACK_NONNEGATIVE = Claim(
    "limits.slack-nonnegative",
    Ge(sigma[i], 0),
    given=MAXIMA,
    title="A reciprocal gap is not negative",
    proof=calc(
        sigma[i],
        ((1 - e[i]) / (delta[i] + e[i]), slack),
        ge(0, by.sign((1 - e[i]) / (delta[i] + e[i]), MARK_AT_MOST_ONE, GAP_OFF_MARK)),
    ),
)

AS_GAP = Claim(
    "limits.entry-from-gap",
    Eq(p[i], p[r] * Exp(-delta[i])),
    given=(POSITIVE,),
    title="An entry from its gap",
    proof=calc(p[i], (p[r] * Exp(-delta[i]), by.logs(gap))),
)

FROM_LARGEST = Claim(
    "limits.entropy-from-largest",
    Eq(H(p, gamma), Log(top) + tail / top),
    given=(POSITIVE,),
    title="The entropy from the gaps below any one entry",
    proof=calc(
        H(p, gamma), (Log(top) + tail / top, by.algebra(FROM_TOP.at({p: p, gamma: gamma, c: p[r], d: delta}), AS_GAP))
    ),
)

ENTRY_WEIGHT = Claim(
    "limits.entry-weight",
    Le(Exp(-gamma * delta[i]), e[i] + sigma[i] / gamma),
    given=(*MAXIMA, Gt(gamma, 0)),
    defined=(GAP_OFF_MARK,),
    title="The weight of an entry exceeds its mark by at most its reciprocal gap over gamma",
    proof=calc(
        Exp(-gamma * delta[i]),
        le(
            e[i] + (1 - e[i]) / (gamma * (delta[i] + e[i])),
            by.sign(
                e[i] + (1 - e[i]) / (gamma * (delta[i] + e[i])) - Exp(-gamma * delta[i]),
                WEIGHT_ABOVE.at({w: e[i], y: delta[i], gamma: gamma}),
                GAP_AT_MARK,
                GAP_OFF_MARK,
            ),
        ),
        (e[i] + sigma[i] / gamma, slack),
    ),
)

ENTRY_MOMENT = Claim(
    "limits.entry-moment",
    Le(gamma * delta[i] * Exp(-gamma * delta[i]), 4 * sigma[i] / gamma),
    given=(*MAXIMA, Gt(gamma, 0)),
    defined=(GAP_OFF_MARK,),
    title="... and its product with the exponent is at most four times that",
    proof=calc(
        gamma * delta[i] * Exp(-gamma * delta[i]),
        le(
            4 * (1 - e[i]) / (gamma * (delta[i] + e[i])),
            by.sign(
                4 * (1 - e[i]) / (gamma * (delta[i] + e[i])) - gamma * delta[i] * Exp(-gamma * delta[i]),
                MOMENT_ABOVE.at({w: e[i], y: delta[i], gamma: gamma}),
                GAP_AT_MARK,
                GAP_OFF_MARK,
            ),
        ),
        (4 * sigma[i] / gamma, slack),
    ),
)

SUM_BELOW = Claim(
    "limits.partition-below",
    Ge(top, ties),
    given=(*MAXIMA[:3], TIES),
    title="Scaled by its largest entry the partition function is at least the number of maxima",
    proof=calc(
        top,
        ge(Sum(e[i], i), by.sign(Sum(Exp(-gamma * delta[i]) - e[i], i), WEIGHT_BELOW, GAP_AT_MARK)),
        (ties, TIES),
    ),
)

SUM_ABOVE = Claim(
    "limits.partition-above",
    Le(top, ties + loose / gamma),
    given=(*MAXIMA, TIES, Gt(gamma, 0)),
    defined=(GAP_OFF_MARK,),
    title="... and exceeds it by no more than a multiple of 1/gamma",
    proof=calc(
        top,
        le(
            Sum(e[i] + sigma[i] / gamma, i),
            by.sign(Sum(e[i] + sigma[i] / gamma - Exp(-gamma * delta[i]), i), ENTRY_WEIGHT.at(same(p, e, r, gamma))),
        ),
        (Sum(e[i], i) + loose / gamma, by.termwise),
        (ties + loose / gamma, TIES),
    ),
)

TAIL_ABOVE = Claim(
    "limits.tail-above",
    Le(tail, 4 * loose / gamma),
    given=(*MAXIMA, Gt(gamma, 0)),
    defined=(GAP_OFF_MARK,),
    title="... as does the sum of exponents under these weights",
    proof=calc(
        tail,
        le(
            Sum(4 * sigma[i] / gamma, i),
            by.sign(Sum(4 * sigma[i] / gamma - gamma * delta[i] * Exp(-gamma * delta[i]), i), ENTRY_MOMENT),
        ),
        (4 * loose / gamma, by.termwise),
    ),
)

ABOVE_TIES = Claim(
    "limits.entropy-above-ties",
    Ge(H(p, gamma), Log(ties)),
    given=(*marked, Gt(gamma, 0)),
    title="No positive exponent brings the entropy below the logarithm of the number of maxima",
    proof=calc(
        H(p, gamma),
        (Log(top) + tail / top, FROM_LARGEST.at(same(p, gamma, r))),
        ge(Log(top), by.sign(tail / top, GAPS_NONNEGATIVE.at(same(p, e, r)))),
        ge(Log(ties), by.sign(Log(top) - Log(ties), SUM_BELOW.at(here))),
    ),
)

BY_SUMS = Claim(
    "limits.entropy-by-sums",
    Le(H(p, gamma), Log(ties) + (top / ties - 1) + tail / ties),
    given=(*marked, Gt(gamma, 0)),
    title="The excess over that logarithm is at most the excess of the weights and their exponents, for each maximum",
    proof=calc(
        H(p, gamma),
        (Log(top) + tail / top, FROM_LARGEST.at(same(p, gamma, r))),
        (Log(ties) + Log(top / ties) + tail / top, by.logs),
        le(Log(ties) + (top / ties - 1) + tail / top, by.sign((top / ties - 1) - Log(top / ties), LOG_BOUND)),
        le(
            Log(ties) + (top / ties - 1) + tail / ties,
            by.sign(tail * (top - ties) / (top * ties), SUM_BELOW.at(here), GAPS_NONNEGATIVE.at(same(p, e, r))),
        ),
    ),
)

NEAR_TIES = Claim(
    "limits.entropy-near-ties",
    Le(H(p, gamma), Log(ties) + rate / gamma),
    given=(*marked, Gt(gamma, 0)),
    defined=(GAP_OFF_MARK,),
    title="As gamma grows the entropy falls to that logarithm, at least like 1/gamma",
    proof=calc(
        H(p, gamma),
        le(
            Log(ties) + (top / ties - 1) + tail / ties,
            by.sign(Log(ties) + (top / ties - 1) + tail / ties - H(p, gamma), BY_SUMS.at(here)),
        ),
        le(
            Log(ties) + ((ties + loose / gamma) / ties - 1) + tail / ties,
            by.sign((ties + loose / gamma - top) / ties, SUM_ABOVE.at(here)),
        ),
        le(
            Log(ties) + ((ties + loose / gamma) / ties - 1) + 4 * loose / gamma / ties,
            by.sign((4 * loose / gamma - tail) / ties, TAIL_ABOVE.at(same(p, e, r, gamma))),
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
        ge(Log(ties), by.sign(H(p, gamma) - Log(ties), ABOVE_TIES.at(here))),
        gt(h_star, by.sign),
    ),
)

TOP_LIMIT = Claim(
    "limits.entropy-at-infinity",
    Tends(H(p, gamma), gamma, oo, Log(ties)),
    given=marked,
    defined=(GAP_OFF_MARK,),
    title="The entropy tends to the logarithm of the number of maxima as gamma grows",
    proof=squeeze(
        rate,
        below=calc(
            H(p, gamma),
            ge(Log(ties), by.sign(H(p, gamma) - Log(ties), ABOVE_TIES.at(here))),
            ge(Log(ties) - rate / gamma, by.sign(rate / gamma, SLACK_NONNEGATIVE)),
        ),
        above=calc(
            H(p, gamma),
            le(Log(ties) + rate / gamma, by.sign(Log(ties) + rate / gamma - H(p, gamma), NEAR_TIES.at(here))),
        ),
    ),
)

lower = (Log(n) - h_star) / breadth(p)
upper = lower + (1 + rate) / (h_star - Log(ties))

EXISTENCE = Claim(
    "limits.existence",
    Root(H(p, gamma), gamma, lower, upper, h_star),
    given=(*marked, Lt(h_star, Log(n)), Gt(h_star, Log(ties))),
    defined=(GAP_OFF_MARK, SLACK_NONNEGATIVE),
    title="A positive p attains every entropy between log m and log n, at an exponent between two explicit ones",
    remark="It is attained once, because the entropy falls strictly.",
    proof=intermediate(
        width=(1 + rate) / (h_star - Log(ties)),
        at_low=calc(
            H(p, lower),
            ge(
                Log(n) - lower * (breadth(p) - 2),
                by.sign(H(p, lower) - (Log(n) - lower * (breadth(p) - 2)), NEAR_UNIFORM.at({p: p, gamma: lower})),
            ),
            (h_star + 2 * lower, by.algebra),
            gt(h_star, by.sign(2 * lower)),
        ),
        at_high=calc(
            H(p, upper),
            le(
                Log(ties) + rate / upper,
                by.sign(Log(ties) + rate / upper - H(p, upper), NEAR_TIES.at(here | {gamma: upper})),
            ),
            lt(h_star, by.sign(((h_star - Log(ties)) * lower + 1) / upper)),
        ),
    ),
)

ATTAINED_ONCE = Claim(
    "limits.uniqueness",
    Lt(H(p, b), h_star),
    given=(POSITIVE, NOT_CONSTANT, Ge(a, 0), Eq(H(p, a), h_star), Lt(a, b)),
    title="... and at no other: beyond the exponent that attains it the entropy is smaller",
    proof=calc(H(p, b), lt(H(p, a), by.sign(H(p, a) - H(p, b), ENTROPY_DECREASING)), (h_star, Eq(H(p, a), h_star))),
)

ONE_HOT_ENTROPY = Claim(
    "limits.entropy-at-infinity-unique",
    Tends(H(p, gamma), gamma, oo, 0),
    given=(*MAXIMA, UNIQUE),
    title="If one entry is the largest, the entropy tends to 0",
    defined=(GAP_OFF_MARK,),
    proof=squeeze(
        5 * loose,
        below=calc(
            H(p, gamma),
            ge(Log(1), by.sign(H(p, gamma) - Log(1), ABOVE_TIES.at(here | {ties: 1}))),
            (0, by.logs),
            ge(0 - 5 * loose / gamma, by.sign(5 * loose / gamma, SLACK_NONNEGATIVE)),
        ),
        above=calc(
            H(p, gamma),
            le(
                Log(1) + 5 * loose / 1 / gamma,
                by.sign(Log(1) + 5 * loose / 1 / gamma - H(p, gamma), NEAR_TIES.at(here | {ties: 1})),
            ),
            (0 + 5 * loose / gamma, by.logs),
        ),
    ),
)

higher = lower + (1 + 5 * loose) / h_star

EXISTENCE_UNIQUE = Claim(
    "limits.existence-unique",
    Root(H(p, gamma), gamma, lower, higher, h_star),
    given=(*MAXIMA, UNIQUE, Gt(h_star, 0), Lt(h_star, Log(n))),
    title="If one entry is the largest, p attains every entropy strictly between 0 and log n",
    defined=(GAP_OFF_MARK, SLACK_NONNEGATIVE),
    proof=intermediate(
        width=(1 + 5 * loose) / h_star,
        at_low=calc(
            H(p, lower),
            ge(
                Log(n) - lower * (breadth(p) - 2),
                by.sign(H(p, lower) - (Log(n) - lower * (breadth(p) - 2)), NEAR_UNIFORM.at({p: p, gamma: lower})),
            ),
            (h_star + 2 * lower, by.algebra),
            gt(h_star, by.sign(2 * lower)),
        ),
        at_high=calc(
            H(p, higher),
            le(
                Log(1) + 5 * loose / 1 / higher,
                by.sign(Log(1) + 5 * loose / 1 / higher - H(p, higher), NEAR_TIES.at(here | {ties: 1, gamma: higher})),
            ),
            (5 * loose / higher, by.logs),
            lt(h_star, by.sign((h_star * lower + 1) / higher)),
        ),
    ),
)

NEXT = Claim(
    "limits.next",
    Lt(gamma, gamma + 1),
    title="gamma + 1 is larger",
    proof=calc(gamma, lt(gamma + 1, by.sign(1 + 0 * gamma))),
)

INSIDE = Claim(
    "limits.entropy-positive",
    Gt(H(p, gamma), 0),
    given=(POSITIVE, NOT_CONSTANT, Ge(gamma, 0)),
    title="No finite exponent attains the entropy 0, unless p is constant",
    proof=calc(
        H(p, gamma),
        gt(H(p, gamma + 1), by.sign(H(p, gamma) - H(p, gamma + 1), ENTROPY_DECREASING, NEXT)),
        (S(tilde(p, gamma + 1)), H),
        ge(0, by.sign(S(tilde(p, gamma + 1)), NONNEGATIVE, ENTRIES_POSITIVE, SUMS_TO_ONE)),
    ),
)

SHORT_OF_UNIFORM = Claim(
    "limits.entropy-below-uniform",
    Lt(H(p, gamma), Log(n)),
    given=(POSITIVE, NOT_CONSTANT, Gt(gamma, 0)),
    title="... and no positive one the entropy log n",
    proof=calc(
        H(p, gamma),
        lt(H(p, 0), by.sign(H(p, 0) - H(p, gamma), ENTROPY_DECREASING)),
        (Log(n), ENTROPY_AT_ZERO),
    ),
)
