"""The power transform of a distribution with zeros: they stay zero, and everything else is as without them.

The marks e are those of the support.  A power p_i^gamma with gamma > 0 is 0 where p_i is; written so that no power of 0
is taken, it is e_i (p_i + 1 - e_i)^gamma, whatever p is where e_i is 0.  r is a position of the support: every
distribution has one.
"""

from entnorm.claims import Assumption, Claim, Eq, Ge, Gt, Lt, Sum, by, by_cases, calc, ge, gt

from .notation import e, gamma, i, j, p, r, s, w, x, y
from .setting import MARKS
from .zeros import PRESENT, PRESENT_POSITIVE

IN_SUPPORT = Assumption("r is in the support", Eq(e[r], 1))
marked = (MARKS, PRESENT)
one = (Eq(w * (1 - w), 0), Gt(x + (1 - w), 0))
power = (x + (1 - w)) ** gamma


def weight(index):  # type: ignore[no-untyped-def]
    """Return the power of the entry at an index, 0 outside the support."""
    return e[index] * (p[index] + (1 - e[index])) ** gamma


total = Sum(weight(j), j)
q = weight(i) / total

POWER_NONNEGATIVE = Claim(
    "zeros.power-nonnegative",
    Ge(w * power, 0),
    given=one,
    title="A power of an entry is not negative: the sum of the powers is the sum of their absolute values",
    proof=by_cases(
        (Eq(w, 0), calc(w * power, (0, Eq(w, 0)))),
        (Eq(w, 1), calc(w * power, (power, Eq(w, 1)), ge(0, by.sign))),
    ),
)

POWERS_POSITIVE = Claim(
    "zeros.power-sum-positive",
    Gt(total, 0),
    given=(*marked, IN_SUPPORT),
    title="The sum of the powers is positive: there is something to divide by",
    proof=calc(
        total,
        ge(weight(r), by.sign(total - weight(r), POWER_NONNEGATIVE.at({w: e[j], x: p[j]}))),
        ((p[r] + (1 - e[r])) ** gamma, IN_SUPPORT),
        gt(0, by.sign),
    ),
)

SUMS_TO_ONE = Claim(
    "zeros.escort-sums-to-one",
    Eq(Sum(q, i), 1),
    given=(*marked, IN_SUPPORT),
    defined=(POWERS_POSITIVE,),
    title="With zeros, too, the power transform sums to 1",
    proof=calc(Sum(q, i), (Sum(weight(i), i) / total, by.termwise), (1, by.algebra)),
)

ZEROS_STAY = Claim(
    "zeros.stay",
    Eq(q, 0),
    given=(*marked, IN_SUPPORT, Eq(e[i], 0)),
    defined=(POWERS_POSITIVE,),
    title="Zeros stay zero",
    proof=calc(q, (0, Eq(e[i], 0))),
)

SUPPORT_STAYS = Claim(
    "zeros.support-stays",
    Gt(weight(r) / total, 0),
    given=(*marked, IN_SUPPORT),
    defined=(POWERS_POSITIVE,),
    title="... and what is positive stays positive",
    proof=calc(
        weight(r) / total,
        ((p[r] + (1 - e[r])) ** gamma / total, IN_SUPPORT),
        gt(0, by.sign((p[r] + (1 - e[r])) ** gamma / total, POWERS_POSITIVE)),
    ),
)

POWER_BELOW = Claim(
    "zeros.power-below",
    Gt(y**gamma - w * power, 0),
    given=(*one, Gt(y, 0), Lt(x, y), Gt(gamma, 0)),
    title="The larger of two entries has the larger power",
    proof=by_cases(
        (Eq(w, 0), calc(y**gamma - w * power, (y**gamma, Eq(w, 0)), gt(0, by.sign))),
        (
            Eq(w, 1),
            calc(
                y**gamma - w * power,
                (y**gamma - x**gamma, Eq(w, 1)),
                gt(0, by.sign(y**gamma - x**gamma, PRESENT_POSITIVE)),
            ),
        ),
    ),
)

ORDER = Claim(
    "zeros.order",
    Gt(weight(r) / total, weight(s) / total),
    given=(*marked, IN_SUPPORT, Lt(p[s], p[r]), Gt(gamma, 0)),
    defined=(POWERS_POSITIVE,),
    title="For gamma > 0 the order is kept, with zeros as without: the larger entry, p_r, is positive",
    proof=calc(
        weight(r) / total,
        (p[r] ** gamma / total, IN_SUPPORT),
        gt(
            weight(s) / total,
            by.sign(
                (p[r] ** gamma - weight(s)) / total,
                POWERS_POSITIVE,
                POWER_BELOW.at({w: e[s], x: p[s], y: p[r]}),
                PRESENT_POSITIVE.at({w: e[r], x: p[r]}),
            ),
        ),
    ),
)
