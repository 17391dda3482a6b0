"""Where nothing moves, and where everything does: two entries, and targets close to log m.

With two entries the entropy determines the distribution, so that it does not move with the logits; nor, with two kinds
of entries, in directions that keep the kinds.  Its exponent makes up for them, and the closer the two are to a tie the
faster it has to.  And as a target falls to log m, where m entries share the maximum, the exponent follows it ever
faster: the variance of log p is by then exponentially small in gamma times the gap below the maxima.
"""

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
    Ne,
    Seq,
    Sum,
    by,
    by_cases,
    calc,
    ge,
    le,
)

from .cycles import POSITIVE_EITHER
from .depths import APART
from .ends import FROM_GAPS
from .escort import SUMS_TO_ONE
from .gaps import EXP_BOUND, GAP_AT_MARK, same
from .notation import (
    V,
    a,
    b,
    c,
    covariance,
    delta,
    e,
    gamma,
    gap,
    h,
    i,
    j,
    mean,
    mean_of,
    n,
    p,
    r,
    reach,
    residual,
    ties,
    tilde,
    w,
    x,
    y,
)
from .setting import MARKS, MAXIMA, NOT_CONSTANT, POSITIVE, TIES
from .slopes import VARIANCE_IN_MOMENTS, VARIANCE_POSITIVE
from .vanishing import NULL_VECTORS
from .weights import SUM_BELOW, top

q = tilde(p, gamma)

# ------------------------------------------------------------------------------------------------ two kinds of entries

chord = (a - b) / (Log(w) - Log(y))
TWO_KINDS = (
    POSITIVE,
    NOT_CONSTANT,
    MARKS,
    Gt(w, 0),
    Gt(y, 0),
    Ne(Log(w) - Log(y), 0),
    Assumption(
        "an entry of p is w where it is marked, and y elsewhere", ForAll(i, Eq(p[i], w * e[i] + y * (1 - e[i])))
    ),
    Assumption("... where h is a and b", ForAll(i, Eq(h[i], a * e[i] + b * (1 - e[i])))),
)
ENTRIES, DIRECTION = TWO_KINDS[-2:]

ON_CHORD = Claim(
    "degenerate.two-points",
    Eq(b - chord * Log(y) + chord * Log(w * x + y * (1 - x)), a * x + b * (1 - x)),
    given=(Eq(x * (1 - x), 0), Gt(w, 0), Gt(y, 0), Ne(Log(w) - Log(y), 0)),
    title="Of two points each is where the line through both has it",
    proof=by_cases(
        (
            Eq(x, 0),
            calc(
                b - chord * Log(y) + chord * Log(w * x + y * (1 - x)),
                (b - chord * Log(y) + chord * Log(y), Eq(x, 0)),
                (b, by.algebra),
                (a * x + b * (1 - x), Eq(x, 0)),
            ),
        ),
        (
            Eq(x, 1),
            calc(
                b - chord * Log(y) + chord * Log(w * x + y * (1 - x)),
                (b - chord * Log(y) + chord * Log(w), Eq(x, 1)),
                (a, by.algebra),
                (a * x + b * (1 - x), Eq(x, 1)),
            ),
        ),
    ),
)

affine_entry = b - chord * Log(y) + chord * Log(p[i])
AFFINE = Claim(
    "degenerate.affine",
    Eq(h[i], affine_entry),
    given=TWO_KINDS[2:],
    title="So where p and h have two kinds of entries, h is affine in log p",
    defined=(POSITIVE_EITHER.at({w: e[i], x: w, y: y}),),
    proof=calc(
        h[i],
        (a * e[i] + b * (1 - e[i]), DIRECTION),
        (
            b - chord * Log(y) + chord * Log(w * e[i] + y * (1 - e[i])),
            ON_CHORD.at({x: e[i], w: w, y: y, a: a, b: b}),
        ),
        (affine_entry, ENTRIES),
    ),
)
affine = Seq(i, affine_entry)
as_affine = AFFINE.at({a: a, b: b, w: w, y: y, e: e, p: p, h: h})

NOTHING_MOVES = Claim(
    "degenerate.two-entries",
    Eq(residual(p, gamma, h)[j], 0),
    given=TWO_KINDS,
    title="Two entries do not move, in any direction: the Jacobian is zero",
    remark="With n = 2 and one of them marked, all that differ and all directions are as is asked for.",
    defined=(VARIANCE_POSITIVE,),
    proof=calc(
        residual(p, gamma, h)[j],
        (residual(p, gamma, affine)[j], as_affine),
        (0, NULL_VECTORS.at({b: b - chord * Log(y), c: chord, p: p, gamma: gamma, j: j})),
    ),
)

SLOPE_OF_TWO = Claim(
    "degenerate.regression-slope",
    Eq(covariance(p, gamma, h), chord * V(p, gamma)),
    given=(POSITIVE, *TWO_KINDS[2:]),
    title="Their regression on log p has the slope of that line",
    proof=calc(
        covariance(p, gamma, h),
        (covariance(p, gamma, affine), as_affine),
        (
            Sum(
                q[i]
                * (affine_entry - ((b - chord * Log(y)) * Sum(q[j], j) + chord * mean(p, gamma)))
                * (Log(p[i]) - mean(p, gamma)),
                i,
            ),
            by.termwise(covariance, mean_of, mean),
        ),
        (
            Sum(
                q[i] * (affine_entry - (b - chord * Log(y) + chord * mean(p, gamma))) * (Log(p[i]) - mean(p, gamma)),
                i,
            ),
            SUMS_TO_ONE,
        ),
        (chord * V(p, gamma), by.termwise(V)),
    ),
)

EXPONENT_AT_TIE = Claim(
    "degenerate.exponent-at-tie",
    Eq(
        -gamma * covariance(p, gamma, h) / V(p, gamma),
        -(gamma * (Log(w) - Log(y))) * (a - b) / (Log(w) - Log(y)) ** 2,
    ),
    given=TWO_KINDS,
    title="The exponent follows their logits ever faster towards a tie: by one over the square of their distance",
    remark="gamma times the distance is what the target determines, however close they are.",
    defined=(VARIANCE_POSITIVE,),
    proof=calc(
        -gamma * covariance(p, gamma, h) / V(p, gamma),
        (-gamma * (chord * V(p, gamma)) / V(p, gamma), SLOPE_OF_TWO.at({a: a, b: b, w: w, y: y, e: e, p: p, h: h})),
        (-(gamma * (Log(w) - Log(y))) * (a - b) / (Log(w) - Log(y)) ** 2, by.algebra),
    ),
)

# ----------------------------------------------------------------------------------------------- targets close to log m

distance = gap(p, r)
squares = Sum(q[i] * Log(p[i]) ** 2, i)
off_top = (mean(p, gamma) - Log(p[r])) ** 2
VARIANCE_NEAR_TOP = Claim(
    "degenerate.variance-near-top",
    Le(V(p, gamma), Sum(Exp(-gamma * distance[i]) * distance[i] ** 2, i) / ties),
    given=(*MAXIMA[:3], TIES, Gt(ties, 0)),
    title="The variance is at most the mean square distance from the maxima, with weights that fall exponentially",
    proof=calc(
        V(p, gamma),
        (squares - mean(p, gamma) ** 2, VARIANCE_IN_MOMENTS),
        (squares - 2 * Log(p[r]) * mean(p, gamma) + Log(p[r]) ** 2 * Sum(q[i], i) - off_top, SUMS_TO_ONE),
        (Sum(q[i] * distance[i] ** 2, i) - off_top, by.termwise(mean, gap)),
        le(Sum(q[i] * distance[i] ** 2, i), by.sign(off_top)),
        (
            Sum(Exp(-gamma * distance[i]) / Sum(Exp(-gamma * distance[j]), j) * distance[i] ** 2, i),
            FROM_GAPS.at(same(p, gamma, r)),
        ),
        (Sum(Exp(-gamma * distance[i]) * distance[i] ** 2, i) / top, by.termwise),
        le(
            Sum(Exp(-gamma * distance[i]) * distance[i] ** 2, i) / ties,
            by.sign(
                Sum(Exp(-gamma * distance[i]) * distance[i] ** 2, i) * (top - ties) / (top * ties),
                SUM_BELOW.at(same(p, e, r, gamma, ties)),
            ),
        ),
    ),
)

GROWN = Claim(
    "degenerate.exponential-at-least-one",
    Ge(Exp(x) - 1, 0),
    given=(Ge(x, 0),),
    title="The exponential of what is not negative is at least 1",
    proof=calc(Exp(x) - 1, ge(x, by.sign(Exp(x) - (1 + x), EXP_BOUND)), ge(0, by.sign)),
)

DEEPER_BY = Claim(
    "degenerate.deeper",
    Ge(gamma * (y - delta), 0),
    given=(Gt(gamma, 0), Ge(y, delta * (1 - w)), Eq(w, 0)),
    title="An unmarked gap is at least Delta",
    proof=calc(
        gamma * (y - delta),
        (gamma * (y - delta * (1 - w)), Eq(w, 0)),
        ge(0, by.sign),
    ),
)

DEEP_SUMMAND = Claim(
    "degenerate.deep-summand",
    Le(Exp(-gamma * y) * y**2, (1 - w) * Exp(-gamma * delta) * reach**2),
    given=(
        Eq(w * (1 - w), 0),
        Eq(w * y, 0),
        Ge(y, delta * (1 - w)),
        Gt(gamma, 0),
        Le(y**2, reach**2),
    ),
    title="One entry's part in it, at a gap y between Delta and R",
    proof=by_cases(
        (
            Eq(w, 0),
            calc(
                Exp(-gamma * y) * y**2,
                (Exp(-(gamma * delta)) * y**2 / Exp(gamma * (y - delta)), by.logs),
                le(
                    Exp(-(gamma * delta)) * y**2,
                    by.sign(
                        Exp(-(gamma * delta)) * y**2 * (Exp(gamma * (y - delta)) - 1) / Exp(gamma * (y - delta)),
                        GROWN.at({x: gamma * (y - delta)}),
                        DEEPER_BY,
                    ),
                ),
                le(Exp(-(gamma * delta)) * reach**2, by.sign(Exp(-(gamma * delta)) * (reach**2 - y**2))),
                ((1 - w) * Exp(-gamma * delta) * reach**2, by.algebra(Eq(w, 0))),
            ),
        ),
        (
            Eq(w, 1),
            calc(
                Exp(-gamma * y) * y**2,
                (Exp(-gamma * y) * (w * y) ** 2, Eq(w, 1)),
                (0, Eq(w * y, 0)),
                ((1 - w) * Exp(-gamma * delta) * reach**2, Eq(w, 1)),
            ),
        ),
    ),
)

NOT_FAR = Assumption("no gap exceeds R", ForAll(i, Le(distance[i] ** 2, reach**2)))
near_top = (*MAXIMA[:3], TIES, Gt(ties, 0), APART, NOT_FAR, Gt(gamma, 0))
deep = (n - ties) * Exp(-gamma * delta) * reach**2
VARIANCE_FALLS = Claim(
    "degenerate.variance-falls",
    Le(V(p, gamma), deep / ties),
    given=near_top,
    title="So it falls exponentially, at the rate of the smallest gap Delta",
    remark="No gap being larger than R.",
    proof=calc(
        V(p, gamma),
        le(
            Sum(Exp(-gamma * distance[i]) * distance[i] ** 2, i) / ties,
            by.sign(
                Sum(Exp(-gamma * distance[i]) * distance[i] ** 2, i) / ties - V(p, gamma),
                VARIANCE_NEAR_TOP.at(same(p, e, r, gamma, ties)),
            ),
        ),
        le(
            Sum((1 - e[i]) * Exp(-gamma * delta) * reach**2, i) / ties,
            by.sign(
                Sum(
                    (1 - e[i]) * Exp(-gamma * delta) * reach**2 - Exp(-gamma * distance[i]) * distance[i] ** 2,
                    i,
                )
                / ties,
                DEEP_SUMMAND,
                GAP_AT_MARK,
            ),
        ),
        ((n - Sum(e[i], i)) * Exp(-gamma * delta) * reach**2 / ties, by.termwise),
        (deep / ties, TIES),
    ),
)

TARGET_RUNS = Claim(
    "degenerate.target-sensitivity",
    Ge(1 / (gamma * V(p, gamma)), ties / (gamma * deep)),
    given=(*near_top, NOT_CONSTANT, Gt(deep, 0)),
    title="... and the exponent follows a target near log m, like exp(gamma Delta) / gamma",
    remark="On the left is minus the slope of the exponent in the target.",
    defined=(VARIANCE_POSITIVE,),
    proof=calc(
        1 / (gamma * V(p, gamma)),
        ge(
            ties / (gamma * deep),
            by.sign(
                (deep / ties - V(p, gamma)) * ties / (gamma * V(p, gamma) * deep),
                VARIANCE_FALLS.at(same(p, e, r, gamma, ties) | {delta: delta, reach: reach}),
            ),
        ),
    ),
)
