"""Towards gamma = oo: the entropy falls to log m, where m entries share the maximum; what lies between is attained.

And it is attained once.  The ends are not: log n belongs to gamma = 0 alone, and log m to no exponent.
"""

from sympy import oo

from entnorm.claims import (
    Claim,
    Eq,
    Ge,
    Gt,
    Le,
    Log,
    Lt,
    Root,
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
from .escort import ENTRIES_POSITIVE, ENTROPY_AT_ZERO, SUMS_TO_ONE
from .gaps import (
    GAP_OFF_MARK,
    GAPS_NONNEGATIVE,
    same,
)
from .limits import NEAR_UNIFORM
from .notation import H, S, a, b, breadth, e, gamma, h_star, n, p, r, ties, tilde
from .setting import MAXIMA, NOT_CONSTANT, POSITIVE, UNIQUE
from .weights import (
    BY_SUMS,
    FROM_LARGEST,
    SLACK_NONNEGATIVE,
    SUM_ABOVE,
    SUM_BELOW,
    TAIL_ABOVE,
    here,
    loose,
    marked,
    rate,
    tail,
    top,
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
    title="If one entry alone is the largest, p attains every entropy strictly between 0 and log n",
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

ABOVE_TIES_STRICTLY = Claim(
    "limits.entropy-strictly-above-ties",
    Gt(H(p, gamma), Log(ties)),
    given=(*marked, NOT_CONSTANT, Gt(gamma, 0)),
    title="... nor, more generally, log m",
    proof=calc(
        H(p, gamma),
        gt(H(p, gamma + 1), by.sign(H(p, gamma) - H(p, gamma + 1), ENTROPY_DECREASING, NEXT)),
        ge(Log(ties), by.sign(H(p, gamma + 1) - Log(ties), ABOVE_TIES.at(here | {gamma: gamma + 1}))),
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
