"""All the weights together: their sum, and that of their exponents.

Both differ from those of the maxima alone by crude multiples of 1/gamma, which hold for every gamma > 0.  sigma is the
reciprocal of a positive gap; `rates` has the sharp, exponential bounds.
"""

from entnorm.claims import (
    Claim,
    Eq,
    Exp,
    Ge,
    Gt,
    Le,
    Log,
    Sum,
    by,
    calc,
    ge,
    le,
)

from .escort import FROM_TOP
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
from .notation import H, c, d, e, gamma, gap, i, p, r, slack, ties, w, y
from .setting import LOG_BOUND, MAXIMA, POSITIVE, TIES

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
