"""Distributions with zeros: what they add to the entropy, and the range of the entropy with them.

x log x tends to 0 with x, so a zero adds nothing.  A distribution on n positions is written with marks e of its
support: p_i is 0 where e_i is 0, and positive where e_i is 1.  Its entropy S(p) sums p_i log p_i over the support.  It
runs through the closed interval from 0, at a one-hot distribution, to log n, at the uniform one.
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
    Tends,
    by,
    by_cases,
    calc,
    ge,
    gt,
    le,
    lt,
    squeeze,
)

from .notation import S0, S, e, i, j, n, p, r, w, x, y
from .setting import (
    LOG_BOUND,
    MARKS,
    NORMALISED,
    POSITIVE,
    UNIQUE,
)

half = Rational(1, 2)
root = x**half

# ---------------------------------------------------------------------------------------------------- the convention

LOG_OF_ROOTS = Claim(
    "zeros.log-of-roots",
    Eq(Log(x), Log(root * root)),
    given=(Gt(x, 0),),
    title="The logarithm of x, through its square root",
    proof=calc(Log(x), (Log(root * root), by.logs)),
)

EXP_OF_LOG = Claim(
    "zeros.exp-of-log",
    Eq(Exp(Log(y)), y),
    given=(Gt(y, 0),),
    title="The exponential undoes the logarithm",
    proof=calc(Exp(Log(y)), (y, by.logs)),
)

ROOT_SQUARED = Claim(
    "zeros.root-squared",
    Eq(root * root, x),
    given=(Gt(x, 0),),
    title="The square of the square root",
    proof=calc(
        root * root,
        (Exp(Log(root * root)), EXP_OF_LOG.at({y: root * root})),
        (Exp(Log(x)), LOG_OF_ROOTS.at({x: x})),
        (x, by.logs),
    ),
)

X_LOG_X_ABOVE = Claim(
    "zeros.x-log-x-bound",
    Ge(Log(y * y) * (y * y), -2 * y),
    given=(Gt(y, 0),),
    title="x log x is at least -2 times the square root of x, here y",
    proof=calc(
        Log(y * y) * (y * y),
        (-2 * y**2 * Log(1 / y), by.logs),
        ge(-2 * y**2 * (1 / y - 1), by.sign(2 * y**2 * ((1 / y - 1) - Log(1 / y)), LOG_BOUND)),
        ge(-2 * y, by.sign(2 * y**2)),
    ),
)

X_LOG_X = Claim(
    "zeros.x-log-x",
    Tends(x * Log(x), x, 0, 0),
    title="x log x tends to 0 with x: a zero adds nothing to the entropy",
    proof=squeeze(
        2,
        order=half,
        within=1,
        below=calc(
            x * Log(x),
            (Log(root * root) * (root * root), ROOT_SQUARED.at({x: x})),
            ge(-2 * root, by.sign(Log(root * root) * (root * root) - -2 * root, X_LOG_X_ABOVE.at({y: root}))),
            (0 - 2 * root, by.algebra),
        ),
        above=calc(x * Log(x), le(0, by.sign(-x * Log(x))), le(0 + 2 * root, by.sign(2 * root))),
    ),
)

# ------------------------------------------------------------------------------------------------ range of the entropy

ABSENT = Assumption("where e_i is 0, p_i is 0", ForAll(i, Eq((1 - e[i]) * p[i], 0)))
PRESENT = Assumption("where e_i is 1, p_i is positive", ForAll(i, Gt(p[i] + (1 - e[i]), 0)))
SUPPORT = (MARKS, ABSENT, PRESENT)
one = (Eq(w * (1 - w), 0), Eq((1 - w) * x, 0), Gt(x + (1 - w), 0))
summand = x * Log(x + (1 - w))

PRESENT_POSITIVE = Claim(
    "zeros.present-positive",
    Gt(x, 0),
    given=(Gt(x + (1 - w), 0), Eq(w, 1)),
    title="What is marked is positive",
    proof=calc(x, (x + (1 - w), Eq(w, 1)), gt(0, by.sign)),
)

ENTRY_NONNEGATIVE = Claim(
    "zeros.entry-nonnegative",
    Ge(x, 0),
    given=one,
    title="An entry with a mark of the support is not negative",
    proof=by_cases(
        (Eq(w, 0), calc(x, ((1 - w) * x, Eq(w, 0)), (0, Eq((1 - w) * x, 0)))),
        (Eq(w, 1), calc(x, (x + (1 - w), Eq(w, 1)), ge(0, by.sign))),
    ),
)

ENTRIES_AT_MOST_ONE = Claim(
    "zeros.entries-at-most-one",
    Le(p[i], 1),
    given=(*SUPPORT, NORMALISED),
    title="No entry exceeds 1, with zeros as without",
    proof=calc(
        p[i],
        le(Sum(p[j], j), by.sign(Sum(p[j], j) - p[i], ENTRY_NONNEGATIVE.at({w: e[j], x: p[j]}))),
        (1, NORMALISED),
    ),
)

SUMMAND_NONNEGATIVE = Claim(
    "zeros.summand-nonnegative",
    Ge(-summand, 0),
    given=(*one, Le(x, 1)),
    title="No summand of the entropy is negative",
    proof=by_cases(
        (
            Eq(w, 0),
            calc(-summand, (-((1 - w) * x) * Log(x + (1 - w)), Eq(w, 0)), (0, Eq((1 - w) * x, 0))),
        ),
        (
            Eq(w, 1),
            calc(
                -summand,
                (-(x + (1 - w)) * Log(x + (1 - w)), Eq(w, 1)),
                ge(
                    -(x + (1 - w)) * (x + (1 - w) - 1),
                    by.sign((x + (1 - w)) * ((x + (1 - w) - 1) - Log(x + (1 - w))), LOG_BOUND),
                ),
                ((x + (1 - w)) * (1 - x), Eq(w, 1)),
                ge(0, by.sign),
            ),
        ),
    ),
)

SUMMAND_ABOVE = Claim(
    "zeros.summand-above",
    Ge(summand + x * Log(n), x - 1 / n),
    given=one,
    title="A summand of the shortfall from log n lies above its tangent at 1/n",
    proof=by_cases(
        (
            Eq(w, 0),
            calc(
                summand + x * Log(n),
                ((Log(x + (1 - w)) + Log(n)) * ((1 - w) * x), Eq(w, 0)),
                (0, Eq((1 - w) * x, 0)),
                ge(0 - 1 / n, by.sign(1 / n)),
                ((1 - w) * x - 1 / n, Eq((1 - w) * x, 0)),
                (x - 1 / n, Eq(w, 0)),
            ),
        ),
        (
            Eq(w, 1),
            calc(
                summand + x * Log(n),
                ((x + (1 - w)) * Log(x + (1 - w)) + (x + (1 - w)) * Log(n), Eq(w, 1)),
                (-(x + (1 - w)) * Log(1 / ((x + (1 - w)) * n)), by.logs),
                ge(
                    -(x + (1 - w)) * (1 / ((x + (1 - w)) * n) - 1),
                    by.sign((x + (1 - w)) * ((1 / ((x + (1 - w)) * n) - 1) - Log(1 / ((x + (1 - w)) * n))), LOG_BOUND),
                ),
                ((x + (1 - w)) - 1 / n, by.algebra),
                (x - 1 / n, Eq(w, 1)),
            ),
        ),
    ),
)

NONNEGATIVE_WITH_ZEROS = Claim(
    "zeros.nonnegative",
    Ge(S0(p, e), 0),
    given=(*SUPPORT, NORMALISED),
    title="With zeros, too, the entropy is nonnegative",
    proof=calc(
        S0(p, e),
        (Sum(-(p[i] * Log(p[i] + (1 - e[i]))), i), by.termwise(S0)),
        ge(
            0,
            by.sign(
                Sum(-(p[i] * Log(p[i] + (1 - e[i]))), i), SUMMAND_NONNEGATIVE, ENTRIES_AT_MOST_ONE.at({p: p, e: e})
            ),
        ),
    ),
)

AT_MOST_LOG_N = Claim(
    "zeros.at-most-log-n",
    Le(S0(p, e), Log(n)),
    given=(*SUPPORT, NORMALISED),
    title="... and at most the logarithm of the number of positions",
    proof=calc(
        S0(p, e),
        (-Sum(p[i] * Log(p[i] + (1 - e[i])), i), S0),
        le(
            -Sum(p[i] - 1 / n - p[i] * Log(n), i),
            by.sign(
                Sum(p[i] * Log(p[i] + (1 - e[i])) + p[i] * Log(n) - (p[i] - 1 / n), i),
                SUMMAND_ABOVE.at({w: e[i], x: p[i]}),
            ),
        ),
        (1 + (Log(n) - 1) * Sum(p[i], i), by.termwise),
        (Log(n), NORMALISED),
    ),
)

ABSENT_ZERO = Claim(
    "zeros.absent-zero",
    Eq(p[r], 0),
    given=(ABSENT, Eq(e[r], 0)),
    title="What is not marked is 0",
    proof=calc(p[r], ((1 - e[r]) * p[r], Eq(e[r], 0)), (0, ABSENT)),
)

shortfall = p[i] * Log(p[i] + (1 - e[i])) + p[i] * Log(n) - (p[i] - 1 / n)

ZERO_IS_SHORT = Claim(
    "zeros.zero-is-short",
    Lt(S0(p, e), Log(n)),
    given=(*SUPPORT, NORMALISED, Eq(e[r], 0)),
    title="... and less, if one of them has a zero: what has the entropy log n has no zeros",
    proof=calc(
        S0(p, e),
        (-Sum(p[i] * Log(p[i] + (1 - e[i])), i), S0),
        (Log(n) * Sum(p[i], i) + 1 - Sum(p[i], i) - Sum(shortfall, i), by.termwise),
        (Log(n) - Sum(shortfall, i), NORMALISED),
        le(
            Log(n) - (p[r] * Log(p[r] + (1 - e[r])) + p[r] * Log(n) - (p[r] - 1 / n)),
            by.sign(
                Sum(shortfall, i) - (p[r] * Log(p[r] + (1 - e[r])) + p[r] * Log(n) - (p[r] - 1 / n)),
                SUMMAND_ABOVE.at({w: e[i], x: p[i]}),
            ),
        ),
        (Log(n) - 1 / n, ABSENT_ZERO.at({p: p, e: e})),
        lt(Log(n), by.sign(1 / n)),
    ),
)

MARK_OR_NOT = Claim(
    "zeros.mark-or-not",
    Gt(w + (1 - w), 0),
    title="A number and its complement make 1",
    proof=calc(w + (1 - w), (1, by.algebra), gt(0, by.sign)),
)

ONE_HOT = Claim(
    "zeros.one-hot",
    Eq(S0(e, e), 0),
    title="The entropy of a one-hot distribution is 0",
    remark="e is the distribution and the marks of its support; where it sums to 1, it is 1 at one position only.",
    defined=(MARK_OR_NOT.at({w: e[i]}),),
    proof=calc(
        S0(e, e),
        (-Sum(e[i] * Log(1), i), by.algebra(S0)),
        (0, by.logs),
    ),
)

SUMMAND_BELOW = Claim(
    "zeros.summand-below",
    Le(-summand, w - x),
    given=one,
    title="A summand of the entropy lies below its tangent at a mark",
    proof=by_cases(
        (
            Eq(w, 0),
            calc(
                -summand,
                (-((1 - w) * x) * Log(x + (1 - w)), Eq(w, 0)),
                (0, Eq((1 - w) * x, 0)),
                (-((1 - w) * x), Eq((1 - w) * x, 0)),
                (w - x, Eq(w, 0)),
            ),
        ),
        (
            Eq(w, 1),
            calc(
                -summand,
                (-(x + (1 - w)) * Log(x + (1 - w)), Eq(w, 1)),
                ((x + (1 - w)) * Log(1 / (x + (1 - w))), by.logs),
                le(
                    (x + (1 - w)) * (1 / (x + (1 - w)) - 1),
                    by.sign((x + (1 - w)) * ((1 / (x + (1 - w)) - 1) - Log(1 / (x + (1 - w)))), LOG_BOUND),
                ),
                (w - x, by.algebra),
            ),
        ),
    ),
)

ONE_MARK = Claim(
    "zeros.one-mark",
    Le(S0(p, e), 0),
    given=(*SUPPORT, NORMALISED, UNIQUE),
    title="If one entry is positive and no more, the entropy is not: it is 0",
    proof=calc(
        S0(p, e),
        (Sum(-(p[i] * Log(p[i] + (1 - e[i]))), i), by.termwise(S0)),
        le(
            Sum(e[i] - p[i], i),
            by.sign(Sum((e[i] - p[i]) - -(p[i] * Log(p[i] + (1 - e[i]))), i), SUMMAND_BELOW.at({w: e[i], x: p[i]})),
        ),
        (Sum(e[i], i) - Sum(p[i], i), by.termwise),
        (0, by.algebra(UNIQUE, NORMALISED)),
    ),
)

SPREAD_POSITIVE = Claim(
    "zeros.not-one-hot",
    Gt(S0(p, e), 0),
    given=(*SUPPORT, NORMALISED, Eq(e[r], 1), Lt(p[r], 1)),
    title="If a positive entry falls short of 1 the entropy is positive: only one-hot distributions have entropy 0",
    proof=calc(
        S0(p, e),
        (Sum(-(p[i] * Log(p[i] + (1 - e[i]))), i), by.termwise(S0)),
        ge(
            -(p[r] * Log(p[r] + (1 - e[r]))),
            by.sign(
                Sum(-(p[i] * Log(p[i] + (1 - e[i]))), i) - -(p[r] * Log(p[r] + (1 - e[r]))),
                SUMMAND_NONNEGATIVE,
                ENTRIES_AT_MOST_ONE.at({p: p, e: e}),
            ),
        ),
        (-(p[r] * Log(p[r])), Eq(e[r], 1)),
        gt(0, by.sign(-(p[r] * Log(p[r])), PRESENT_POSITIVE.at({w: e[r], x: p[r]}))),
    ),
)

ALL_PRESENT = Claim(
    "zeros.all-present",
    Gt(p[i] + (1 - e[i]), 0),
    given=(ForAll(i, Eq(e[i], 1)), POSITIVE),
    title="A positive distribution is present everywhere",
    proof=calc(p[i] + (1 - e[i]), (p[i], ForAll(i, Eq(e[i], 1))), gt(0, by.sign)),
)

WITHOUT_ZEROS = Claim(
    "zeros.without",
    Eq(S0(p, e), S(p)),
    given=(ForAll(i, Eq(e[i], 1)), POSITIVE),
    defined=(ALL_PRESENT.at({p: p, e: e}),),
    title="Without zeros nothing changes",
    proof=calc(S0(p, e), (S(p), by.algebra(S0, S, ForAll(i, Eq(e[i], 1))))),
)
