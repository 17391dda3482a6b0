"""Gaps below the largest entry, one entry at a time.

The gap of an entry is delta_i = log p_r - log p_i, its weight exp(-gamma delta_i), where p_r is a largest entry.  Marks
e_i = 1 stand at the maxima, where the gap is 0; every other gap is positive, and its weight falls at least like
1/gamma.  Here y is a gap and w its mark.
"""

from entnorm.claims import Claim, Eq, Exp, ForAll, Ge, Gt, Le, Log, Lt, by, by_cases, calc, ge, gt, le

from .notation import c, d, e, gamma, gap, i, p, r, w, x, y
from .setting import LOG_BOUND, MARKS, MAXIMA, POSITIVE, UNMARKED_BELOW


def same(*variables):  # type: ignore[no-untyped-def]
    """Return the values that give each variable its own name: which of them a claim is meant to speak of here."""
    return {v: v for v in variables}


# ------------------------------------------------------------------------------------------------------- one entry

entry = (Eq(w * (1 - w), 0), Eq(w * y, 0), Gt(y + w, 0))
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

weighted = (ForAll(i, Ge(d[i], 0)), Ge(gamma, 0))
NO_OVERFLOW = Claim(
    "limits.no-overflow",
    Le(Exp(-gamma * d[i]), 1),
    given=weighted,
    title="The exponential of minus gamma times a gap is at most 1: it does not overflow",
    proof=calc(
        Exp(-gamma * d[i]),
        (1 / Exp(gamma * d[i]), by.logs),
        le(
            1,
            by.sign(
                (Exp(gamma * d[i]) - (1 + gamma * d[i])) / Exp(gamma * d[i]) + gamma * d[i] / Exp(gamma * d[i]),
                EXP_BOUND.at({x: gamma * d[i]}),
            ),
        ),
    ),
)
NO_TERM_VANISHES = Claim(
    "limits.no-term-vanishes",
    Gt(Exp(-gamma * d[i]), 0),
    title="... and it is never 0",
    proof=calc(Exp(-gamma * d[i]), gt(0, by.sign)),
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

MARK_AT_MOST_ONE = Claim(
    "limits.mark-at-most-one",
    Le(w, 1),
    given=entry[:1],
    title="No mark exceeds 1",
    proof=by_cases(
        (Eq(w, 0), calc(w, (0, Eq(w, 0)), le(1, by.sign))),
        (Eq(w, 1), calc(w, (1, Eq(w, 1)))),
    ),
)

MARK_NONNEGATIVE = Claim(
    "limits.mark-nonnegative",
    Ge(w, 0),
    given=entry[:1],
    title="No mark is negative",
    proof=by_cases(
        (Eq(w, 0), calc(w, (0, Eq(w, 0)))),
        (Eq(w, 1), calc(w, (1, Eq(w, 1)), ge(0, by.sign))),
    ),
)

NONNEGATIVE_GAP = Claim(
    "limits.gap-nonnegative",
    Ge(y, 0),
    given=entry,
    title="A gap that is 0 where it is marked and positive elsewhere is not negative",
    proof=by_cases(
        (Eq(w, 0), calc(y, (y + w, Eq(w, 0)), ge(0, by.sign))),
        (Eq(w, 1), calc(y, (w * y, Eq(w, 1)), (0, Eq(w * y, 0)))),
    ),
)

WEIGHT_AT_MARK = Claim(
    "limits.weight-at-mark",
    Eq(w * Exp(-gamma * y), w),
    given=entry[:2],
    title="The weight of a maximum is 1",
    proof=by_cases(
        (Eq(w, 0), calc(w * Exp(-gamma * y), (0, Eq(w, 0)), (w, Eq(w, 0)))),
        (
            Eq(w, 1),
            calc(w * Exp(-gamma * y), (w * Exp(-gamma * (w * y)), Eq(w, 1)), (w * Exp(0), Eq(w * y, 0)), (w, by.logs)),
        ),
    ),
)

WEIGHT_BELOW = Claim(
    "limits.weight-below",
    Ge(Exp(-gamma * y), w),
    given=entry[:2],
    title="No weight is below its mark",
    proof=by_cases(
        (Eq(w, 0), calc(Exp(-gamma * y), ge(0, by.sign), (w, Eq(w, 0)))),
        (Eq(w, 1), calc(Exp(-gamma * y), (w * Exp(-gamma * y), Eq(w, 1)), (w, WEIGHT_AT_MARK))),
    ),
)

WEIGHT_ABOVE = Claim(
    "limits.weight-above",
    Le(Exp(-gamma * y), w + (1 - w) / (gamma * (y + w))),
    given=(*entry, Gt(gamma, 0)),
    title="Below the maxima weights fall at least like 1/gamma",
    proof=by_cases(
        (
            Eq(w, 0),
            calc(
                Exp(-gamma * y),
                (1 / Exp(gamma * y), by.logs),
                le(
                    1 / (gamma * (y + w)),
                    by.sign(
                        (1 + (Exp(gamma * y) - (1 + gamma * y))) / (gamma * (y + w) * Exp(gamma * y)),
                        EXP_BOUND,
                        Eq(w, 0),
                    ),
                ),
                (w + (1 - w) / (gamma * (y + w)), Eq(w, 0)),
            ),
        ),
        (
            Eq(w, 1),
            calc(
                Exp(-gamma * y),
                (w * Exp(-gamma * y), Eq(w, 1)),
                (w, WEIGHT_AT_MARK),
                (w + (1 - w) / (gamma * (y + w)), Eq(w, 1)),
            ),
        ),
    ),
)

MOMENT_ABOVE = Claim(
    "limits.moment-above",
    Le(gamma * y * Exp(-gamma * y), 4 * (1 - w) / (gamma * (y + w))),
    given=(*entry, Gt(gamma, 0)),
    title="... and so do their products with the exponents",
    proof=by_cases(
        (
            Eq(w, 0),
            calc(
                gamma * y * Exp(-gamma * y),
                (gamma * y / growth, by.logs),
                le(
                    4 / (gamma * (y + w)),
                    by.sign(
                        (4 + 4 * (gamma * y) + 4 * (growth - (1 + gamma * y / 2) ** 2)) / (gamma * (y + w) * growth),
                        EXP_SQUARE_BOUND,
                        NONNEGATIVE_GAP.at(same(w, y)),
                        Eq(w, 0),
                    ),
                ),
                (4 * (1 - w) / (gamma * (y + w)), Eq(w, 0)),
            ),
        ),
        (
            Eq(w, 1),
            calc(
                gamma * y * Exp(-gamma * y),
                (gamma * (w * y) * Exp(-gamma * y), Eq(w, 1)),
                (0, Eq(w * y, 0)),
                (4 * (1 - w) / (gamma * (y + w)), Eq(w, 1)),
            ),
        ),
    ),
)

# ------------------------------------------------------------------------------------------- the gaps of an entry x

below = (Gt(x, 0), Gt(c, 0), Eq(w * (1 - w), 0))
at_mark, off_mark = Eq(w * (x - c), 0), Lt((1 - w) * x, c)

LOG_AT_MARK = Claim(
    "limits.log-at-mark",
    Eq(w * (Log(c) - Log(x)), 0),
    given=(*below, at_mark),
    title="At a maximum the gap is 0",
    proof=by_cases(
        (Eq(w, 0), calc(w * (Log(c) - Log(x)), (0, Eq(w, 0)))),
        (
            Eq(w, 1),
            calc(
                w * (Log(c) - Log(x)),
                (Log(c) - Log(c + w * (x - c)), Eq(w, 1)),
                (Log(c) - Log(c + 0), at_mark),
                (0, by.algebra),
            ),
        ),
    ),
)

LOWER = Claim(
    "limits.unmarked-smaller",
    Gt(c, x),
    given=(off_mark, Eq(w, 0)),
    title="What is not marked is smaller",
    proof=calc(c, gt((1 - w) * x, by.sign), (x, Eq(w, 0))),
)

LOG_OFF_MARK = Claim(
    "limits.log-off-mark",
    Gt(Log(c) - Log(x) + w, 0),
    given=(*below, at_mark, off_mark),
    title="Elsewhere the gap is positive",
    proof=by_cases(
        (
            Eq(w, 0),
            calc(Log(c) - Log(x) + w, (Log(c) - Log(x), Eq(w, 0)), gt(0, by.sign(Log(c) - Log(x), LOWER))),
        ),
        (
            Eq(w, 1),
            calc(
                Log(c) - Log(x) + w,
                (w * (Log(c) - Log(x)) + w, Eq(w, 1)),
                (w, LOG_AT_MARK.at(same(w, x, c))),
                (1, Eq(w, 1)),
                gt(0, by.sign),
            ),
        ),
    ),
)

GAP_AT_MARK = Claim(
    "limits.gap-at-mark",
    Eq(e[i] * gap(p, r)[i], 0),
    given=MAXIMA[:3],
    title="The gaps of the maxima are 0",
    proof=calc(
        e[i] * gap(p, r)[i],
        (e[i] * (Log(p[r]) - Log(p[i])), gap),
        (0, LOG_AT_MARK.at({w: e[i], x: p[i], c: p[r]})),
    ),
)

GAP_OFF_MARK = Claim(
    "limits.gap-off-mark",
    Gt(gap(p, r)[i] + e[i], 0),
    given=MAXIMA,
    title="All other gaps are positive",
    proof=calc(
        gap(p, r)[i] + e[i],
        (Log(p[r]) - Log(p[i]) + e[i], gap),
        gt(0, by.sign(Log(p[r]) - Log(p[i]) + e[i], LOG_OFF_MARK.at({w: e[i], x: p[i], c: p[r]}))),
    ),
)

MARK_AT_LARGEST = Claim(
    "limits.mark-at-largest-positive",
    Gt(e[r], 0),
    given=(POSITIVE, UNMARKED_BELOW),
    title="The largest entry is marked: its mark is not 0",
    proof=calc(
        e[r],
        ((p[r] - (1 - e[r]) * p[r]) / p[r], by.algebra),
        gt(0, by.sign((p[r] - (1 - e[r]) * p[r]) / p[r], UNMARKED_BELOW)),
    ),
)

LARGEST_MARKED = Claim(
    "limits.mark-at-largest",
    Eq(e[r], 1),
    given=(POSITIVE, MARKS, UNMARKED_BELOW),
    title="... so it is 1",
    defined=(MARK_AT_LARGEST.at(same(p, e, r)),),
    proof=calc(
        e[r],
        (e[r] + 1 / e[r] * (e[r] * (1 - e[r])), MARKS),
        (1, by.algebra),
    ),
)

GAPS_NONNEGATIVE = Claim(
    "limits.gaps-nonnegative",
    Ge(gap(p, r)[i], 0),
    given=MAXIMA,
    title="No gap below a largest entry is negative",
    proof=calc(
        gap(p, r)[i],
        ge(0, by.sign(gap(p, r)[i], NONNEGATIVE_GAP.at({w: e[i], y: gap(p, r)[i]}), GAP_AT_MARK, GAP_OFF_MARK)),
    ),
)
