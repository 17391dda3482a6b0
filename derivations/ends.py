"""The distribution at the two ends: uniform on the support as gamma falls to 0, uniform on the maxima as it grows.

Near 0 a power of a probability lies between its tangent and 1, which pins every entry of the escort distribution from
below; as the entries sum to 1, none can be far above either.  At infinity every entry that is smaller than some other
vanishes.
"""

from sympy import oo

from entnorm.claims import Claim, Eq, Exp, Ge, Gt, Le, Log, Lt, Sum, Tends, by, calc, ge, le, squeeze

from .entropy import AT_MOST_ONE
from .escort import POWER_BOUNDED, SUMS_TO_ONE
from .gaps import (
    EXP_BOUND,
    GAP_AT_MARK,
    GAP_OFF_MARK,
    LARGEST_MARKED,
    MARK_AT_MOST_ONE,
    MARK_NONNEGATIVE,
    WEIGHT_AT_MARK,
    WEIGHT_BELOW,
    same,
)
from .notation import Z, e, gamma, gap, i, j, n, p, r, slack, ties, tilde, w, y
from .setting import MAXIMA, NORMALISED, POSITIVE, TIES, UNIQUE
from .weights import ENTRY_WEIGHT, SLACK_NONNEGATIVE, SUM_ABOVE, SUM_BELOW

q = tilde(p, gamma)
delta = gap(p, r)
sigma = slack(p, e, r)
loose = Sum(sigma[i], i)
tangent = (1 + gamma * Log(p[i])) / n
marked = (*MAXIMA, TIES, Gt(ties, 0))

# ------------------------------------------------------------------------------------------------------------ near 0

POWER_ABOVE = Claim(
    "limits.power-above-tangent",
    Ge(p[i] ** gamma, 1 + gamma * Log(p[i])),
    given=(POSITIVE,),
    title="A power lies above its tangent at gamma = 0",
    proof=calc(
        p[i] ** gamma,
        (Exp(gamma * Log(p[i])), by.logs),
        ge(1 + gamma * Log(p[i]), by.sign(Exp(gamma * Log(p[i])) - (1 + gamma * Log(p[i])), EXP_BOUND)),
    ),
)

POWER_LIMIT = Claim(
    "limits.power-at-zero",
    Tends(p[i] ** gamma, gamma, 0, 1),
    given=(POSITIVE, NORMALISED),
    title="The powers of all entries tend to 1 as gamma falls to 0",
    proof=squeeze(
        -Log(p[i]),
        below=calc(
            p[i] ** gamma,
            ge(1 + gamma * Log(p[i]), by.sign(p[i] ** gamma - (1 + gamma * Log(p[i])), POWER_ABOVE)),
            (1 - -Log(p[i]) * gamma, by.algebra),
        ),
        above=calc(
            p[i] ** gamma,
            le(1, by.sign(1 - p[i] ** gamma, POWER_BOUNDED)),
            le(1 + -Log(p[i]) * gamma, by.sign(-Log(p[i]) * gamma, AT_MOST_ONE)),
        ),
    ),
)

PARTITION_BOUNDED = Claim(
    "limits.partition-at-most-n",
    Le(Z(p, gamma), n),
    given=(POSITIVE, NORMALISED, Gt(gamma, 0)),
    title="For gamma > 0 the partition function of a distribution is at most n",
    proof=calc(
        Z(p, gamma),
        (Sum(p[i] ** gamma, i), Z),
        le(Sum(1, i), by.sign(Sum(1 - p[i] ** gamma, i), POWER_BOUNDED)),
        (n, by.termwise),
    ),
)

ENTRY_ABOVE = Claim(
    "limits.entry-above-tangent",
    Ge(q[i], tangent),
    given=(POSITIVE, NORMALISED, Gt(gamma, 0)),
    title="So no entry of the escort distribution falls far below 1/n",
    proof=calc(
        q[i],
        (p[i] ** gamma / Z(p, gamma), tilde),
        ge(p[i] ** gamma / n, by.sign(p[i] ** gamma * (n - Z(p, gamma)) / (Z(p, gamma) * n), PARTITION_BOUNDED)),
        ge(tangent, by.sign((p[i] ** gamma - (1 + gamma * Log(p[i]))) / n, POWER_ABOVE)),
    ),
)

ENTRY_BELOW = Claim(
    "limits.entry-below",
    Le(q[i], 1 / n + gamma * (Log(p[i]) - Sum(Log(p[j]), j)) / n),
    given=(POSITIVE, NORMALISED, Gt(gamma, 0)),
    title="... and, since they sum to 1, none rises far above",
    proof=calc(
        q[i],
        (tangent + (q[i] - tangent), by.algebra),
        le(
            tangent + Sum(q[j] - (1 + gamma * Log(p[j])) / n, j),
            by.sign(Sum(q[j] - (1 + gamma * Log(p[j])) / n, j) - (q[i] - tangent), ENTRY_ABOVE),
        ),
        (tangent + Sum(q[j], j) - 1 - gamma * Sum(Log(p[j]), j) / n, by.termwise),
        (1 / n + gamma * (Log(p[i]) - Sum(Log(p[j]), j)) / n, SUMS_TO_ONE),
    ),
)

ENTRY_AT_ZERO = Claim(
    "limits.entry-at-zero",
    Tends(q[i], gamma, 0, 1 / n),
    given=(POSITIVE, NORMALISED),
    title="As gamma falls to 0 the escort distribution becomes uniform on the support",
    proof=squeeze(
        Sum(-Log(p[j]), j) / n,
        below=calc(
            q[i],
            ge(tangent, by.sign(q[i] - tangent, ENTRY_ABOVE)),
            ge(
                1 / n - Sum(-Log(p[j]), j) / n * gamma,
                by.sign(gamma / n * (Sum(-Log(p[j]), j) - -Log(p[i])), AT_MOST_ONE),
            ),
        ),
        above=calc(
            q[i],
            le(
                1 / n + gamma * (Log(p[i]) - Sum(Log(p[j]), j)) / n,
                by.sign(1 / n + gamma * (Log(p[i]) - Sum(Log(p[j]), j)) / n - q[i], ENTRY_BELOW),
            ),
            le(1 / n + Sum(-Log(p[j]), j) / n * gamma, by.sign(-Log(p[i]) * gamma / n, AT_MOST_ONE)),
        ),
    ),
)

# -------------------------------------------------------------------------------------------------------- at infinity

VANISHING = Claim(
    "limits.smaller-entry-at-infinity",
    Tends(q[i], gamma, oo, 0),
    given=(POSITIVE, Lt(p[i], p[r])),
    title="An entry that is smaller than some other vanishes as gamma grows",
    proof=squeeze(
        1 / (Log(p[r]) - Log(p[i])),
        below=calc(
            q[i],
            ge(0, by.sign),
            ge(0 - 1 / (Log(p[r]) - Log(p[i])) / gamma, by.sign(1 / (Log(p[r]) - Log(p[i])) / gamma)),
        ),
        above=calc(
            q[i],
            (p[i] ** gamma / Sum(p[j] ** gamma, j), by.algebra(tilde, Z)),
            le(
                p[i] ** gamma / p[r] ** gamma,
                by.sign(
                    p[i] ** gamma * (Sum(p[j] ** gamma, j) - p[r] ** gamma) / (p[r] ** gamma * Sum(p[j] ** gamma, j))
                ),
            ),
            (1 / Exp(gamma * (Log(p[r]) - Log(p[i]))), by.logs),
            le(
                0 + 1 / (Log(p[r]) - Log(p[i])) / gamma,
                by.sign(
                    (1 + (Exp(gamma * (Log(p[r]) - Log(p[i]))) - (1 + gamma * (Log(p[r]) - Log(p[i])))))
                    / (Exp(gamma * (Log(p[r]) - Log(p[i]))) * (Log(p[r]) - Log(p[i])) * gamma),
                    EXP_BOUND,
                ),
            ),
        ),
    ),
)

FROM_GAPS = Claim(
    "limits.escort-from-gaps",
    Eq(q[i], Exp(-gamma * delta[i]) / Sum(Exp(-gamma * delta[j]), j)),
    given=(POSITIVE,),
    title="The escort distribution from the gaps",
    proof=calc(q[i], (Exp(-gamma * delta[i]) / Sum(Exp(-gamma * delta[j]), j), by.logs(tilde, Z, gap))),
)

TOP_ENTRY_BELOW = Claim(
    "limits.entry-below-share",
    Le(q[i], e[i] / ties + sigma[i] / ties / gamma),
    given=(*marked, Gt(gamma, 0)),
    title="An entry exceeds its share of the maxima by at most a multiple of 1/gamma",
    defined=(GAP_OFF_MARK,),
    proof=calc(
        q[i],
        (Exp(-gamma * delta[i]) / Sum(Exp(-gamma * delta[j]), j), FROM_GAPS.at(same(p, gamma, r))),
        le(
            Exp(-gamma * delta[i]) / ties,
            by.sign(
                Exp(-gamma * delta[i])
                * (Sum(Exp(-gamma * delta[j]), j) - ties)
                / (Sum(Exp(-gamma * delta[j]), j) * ties),
                SUM_BELOW.at(same(p, e, r, gamma, ties)),
            ),
        ),
        le(
            e[i] / ties + sigma[i] / ties / gamma,
            by.sign((e[i] + sigma[i] / gamma - Exp(-gamma * delta[i])) / ties, ENTRY_WEIGHT.at(same(p, e, r, gamma))),
        ),
    ),
)

TOP_ENTRY_ABOVE = Claim(
    "limits.entry-above-share",
    Ge(q[i], e[i] / ties - loose / ties**2 / gamma),
    given=(*marked, Gt(gamma, 0)),
    title="... and falls short of it by at most another",
    defined=(GAP_OFF_MARK, SLACK_NONNEGATIVE, MARK_NONNEGATIVE.at({w: e[i]})),
    proof=calc(
        q[i],
        (Exp(-gamma * delta[i]) / Sum(Exp(-gamma * delta[j]), j), FROM_GAPS.at(same(p, gamma, r))),
        ge(
            e[i] / Sum(Exp(-gamma * delta[j]), j),
            by.sign((Exp(-gamma * delta[i]) - e[i]) / Sum(Exp(-gamma * delta[j]), j), WEIGHT_BELOW, GAP_AT_MARK),
        ),
        ge(
            e[i] / (ties + loose / gamma),
            by.sign(
                e[i]
                * (ties + loose / gamma - Sum(Exp(-gamma * delta[j]), j))
                / (Sum(Exp(-gamma * delta[j]), j) * (ties + loose / gamma)),
                SUM_ABOVE.at(same(p, e, r, gamma, ties)),
            ),
        ),
        ge(
            e[i] / ties - loose / ties**2 / gamma,
            by.sign(
                e[i] * (loose / gamma) ** 2 / (ties**2 * (ties + loose / gamma)) + (1 - e[i]) * loose / gamma / ties**2,
                MARK_AT_MOST_ONE,
            ),
        ),
    ),
)

ENTRY_AT_INFINITY = Claim(
    "limits.entry-at-infinity",
    Tends(q[i], gamma, oo, e[i] / ties),
    given=marked,
    title="As gamma grows the escort distribution becomes uniform on the maxima",
    defined=(GAP_OFF_MARK, SLACK_NONNEGATIVE),
    proof=squeeze(
        loose / ties**2 + sigma[i] / ties,
        below=calc(
            q[i],
            ge(
                e[i] / ties - loose / ties**2 / gamma,
                by.sign(q[i] - (e[i] / ties - loose / ties**2 / gamma), TOP_ENTRY_ABOVE.at(same(p, e, r, gamma, ties))),
            ),
            ge(e[i] / ties - (loose / ties**2 + sigma[i] / ties) / gamma, by.sign(sigma[i] / ties / gamma)),
        ),
        above=calc(
            q[i],
            le(
                e[i] / ties + sigma[i] / ties / gamma,
                by.sign(e[i] / ties + sigma[i] / ties / gamma - q[i], TOP_ENTRY_BELOW.at(same(p, e, r, gamma, ties))),
            ),
            le(e[i] / ties + (loose / ties**2 + sigma[i] / ties) / gamma, by.sign(loose / ties**2 / gamma)),
        ),
    ),
)

# ----------------------------------------------------------------------------------------------- a single largest entry

others = Sum((1 - e[i]) * (p[i] / p[r]) ** gamma, i)

POWER_AT_MARK = Claim(
    "limits.power-at-mark",
    Eq(e[i] * (p[i] / p[r]) ** gamma, e[i]),
    given=MAXIMA[:3],
    title="At a maximum the power of the ratio to the largest entry is 1",
    proof=calc(
        e[i] * (p[i] / p[r]) ** gamma,
        (e[i] * Exp(-gamma * delta[i]), by.logs(gap)),
        (e[i], by.algebra(WEIGHT_AT_MARK.at({w: e[i], y: delta[i]}), GAP_AT_MARK)),
    ),
)

LARGEST_WRITTEN_OUT = Claim(
    "limits.largest-entry",
    Eq(q[r], 1 / (1 + others)),
    given=(*MAXIMA[:3], UNIQUE),
    title="The largest entry, where it is the only one: the sum is over all the others",
    defined=(MARK_AT_MOST_ONE,),
    proof=calc(
        q[r],
        (1 / Sum((p[i] / p[r]) ** gamma, i), by.logs(tilde, Z)),
        (1 / (Sum(e[i] * (p[i] / p[r]) ** gamma, i) + others), by.termwise),
        (1 / (Sum(e[i], i) + others), POWER_AT_MARK.at(same(p, e, r, gamma))),
        (1 / (1 + others), UNIQUE),
    ),
)

LARGEST_AT_INFINITY = Claim(
    "limits.largest-entry-at-infinity",
    Tends(1 / (1 + others), gamma, oo, 1),
    given=(*MAXIMA, UNIQUE),
    title="It tends to 1 as gamma grows",
    defined=(GAP_OFF_MARK, SLACK_NONNEGATIVE.at(same(p, e, r)), MARK_AT_MOST_ONE),
    proof=squeeze(
        loose + sigma[r],
        below=calc(
            1 / (1 + others),
            (q[r], LARGEST_WRITTEN_OUT.at(same(p, e, r, gamma))),
            ge(
                e[r] / 1 - loose / 1 / gamma,
                by.sign(q[r] - (e[r] / 1 - loose / 1 / gamma), TOP_ENTRY_ABOVE.at(same(p, e, r, gamma) | {ties: 1})),
            ),
            (1 - loose / gamma, LARGEST_MARKED.at(same(p, e, r))),
            ge(1 - (loose + sigma[r]) / gamma, by.sign(sigma[r] / gamma)),
        ),
        above=calc(
            1 / (1 + others),
            le(1, by.sign(others / (1 + others))),
            le(1 + (loose + sigma[r]) / gamma, by.sign((loose + sigma[r]) / gamma)),
        ),
    ),
)
