"""Truncation: keep some entries, drop the others, divide by what is left.

The marks e_i are 1 for the entries that are kept and 0 for the others, and P is the sum of the kept ones.  Top-k and
top-p keep the most probable entries: nothing that is dropped exceeds what is kept.  With ties at the border there are
several such choices, and everything here holds for each of them.

That is all it takes for the entropy to fall, by at least -log P.  Dropping other entries can raise it.
"""

from fractions import Fraction

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
    Ne,
    Refuted,
    Sum,
    by,
    by_cases,
    calc,
    ge,
    gt,
    le,
    lt,
    n,
)

from .notation import S, c, e, i, j, kept, p, r, truncated_entropy, u, w, x, z
from .setting import LOG_BOUND, NORMALISED, POSITIVE

P = kept(p, e)
MARKS = Assumption("e marks what is kept: it is 0 or 1", ForAll(i, Eq(e[i] * (1 - e[i]), 0)))
OTHER_MARKS = Assumption("so does u", ForAll(i, Eq(u[i] * (1 - u[i]), 0)))
SOMETHING_KEPT = Assumption("something is kept", Gt(P, 0))
KEPT_ABOVE = Assumption("nothing that is kept lies below the threshold", ForAll(i, Ge(e[i] * (Log(p[i]) - c), 0)))
DROPPED_BELOW = Assumption("nothing that is dropped lies above it", ForAll(i, Ge((1 - e[i]) * (c - Log(p[i])), 0)))
MOST_PROBABLE = (POSITIVE, NORMALISED, MARKS, SOMETHING_KEPT, KEPT_ABOVE, DROPPED_BELOW)

MARK_NONNEGATIVE = Claim(
    "truncation.mark-nonnegative",
    Ge(w, 0),
    given=(Eq(w * (1 - w), 0),),
    title="A mark is not negative",
    proof=by_cases((Eq(w, 0), calc(w, (0, Eq(w, 0)))), (Eq(w, 1), calc(w, (1, Eq(w, 1)), ge(0, by.sign)))),
)

MARK_AT_MOST_ONE = Claim(
    "truncation.mark-at-most-one",
    Ge(1 - w, 0),
    given=(Eq(w * (1 - w), 0),),
    title="... and does not exceed 1",
    proof=by_cases((Eq(w, 0), calc(1 - w, (1, Eq(w, 0)), ge(0, by.sign))), (Eq(w, 1), calc(1 - w, (0, Eq(w, 1))))),
)

MARKS_NONNEGATIVE = Claim(
    "truncation.marks-nonnegative",
    Ge(e[i], 0),
    given=(MARKS,),
    title="... nor are any of a family",
    proof=calc(e[i], ge(0, by.sign(e[i], MARK_NONNEGATIVE.at({w: e[i]})))),
)

MARKS_AT_MOST_ONE = Claim(
    "truncation.marks-at-most-one",
    Ge(1 - e[i], 0),
    given=(MARKS,),
    title="... which do not exceed 1 either",
    proof=calc(1 - e[i], ge(0, by.sign(1 - e[i], MARK_AT_MOST_ONE.at({w: e[i]})))),
)

KEPT_MASS = Claim(
    "truncation.kept-mass",
    Ge(1 - P, 0),
    given=(POSITIVE, NORMALISED, MARKS),
    title="What is kept sums to at most 1",
    proof=calc(
        1 - P,
        (Sum(p[i], i) - Sum(e[i] * p[i], i), by.algebra(NORMALISED, kept)),
        (Sum(p[i] * (1 - e[i]), i), by.termwise),
        ge(0, by.sign(Sum(p[i] * (1 - e[i]), i), MARKS_AT_MOST_ONE)),
    ),
)

ZEROED_ONLY = Claim(
    "truncation.zeroed-only",
    Lt(Sum(e[i] * p[i], i), 1),
    given=(POSITIVE, NORMALISED, MARKS, Ne(e[r], 1)),
    title="Setting entries to zero, and no more, leaves less than a distribution",
    proof=calc(
        Sum(e[i] * p[i], i),
        (Sum(p[i], i) - Sum(p[i] * (1 - e[i]), i), by.termwise),
        (1 - Sum(p[i] * (1 - e[i]), i), NORMALISED),
        lt(1, by.sign(Sum(p[i] * (1 - e[i]), i), MARKS_AT_MOST_ONE)),
    ),
)

RENORMALISED = Claim(
    "truncation.renormalised",
    Eq(Sum(e[i] * p[i] / P, i), 1),
    given=(SOMETHING_KEPT,),
    title="Divided by what is kept it is a distribution again",
    proof=calc(Sum(e[i] * p[i] / P, i), (Sum(e[i] * p[i], i) / P, by.termwise), (1, kept)),
)

softmax = Exp(z[i]) / Sum(Exp(z[i]), i)
SOFTMAX_KEPT = Claim(
    "truncation.softmax-kept",
    Gt(Sum(e[i] * softmax, i), 0),
    given=(Gt(Sum(e[i] * Exp(z[i]), i), 0),),
    title="What keeps a logit keeps some of the softmax",
    proof=calc(
        Sum(e[i] * softmax, i),
        (Sum(e[i] * Exp(z[i]), i) / Sum(Exp(z[i]), i), by.termwise),
        gt(0, by.sign),
    ),
)

SPARSE_SOFTMAX = Claim(
    "truncation.sparse-softmax",
    Eq(e[i] * Exp(z[i]) / Sum(e[i] * Exp(z[i]), i), e[i] * softmax / Sum(e[i] * softmax, i)),
    given=(Gt(Sum(e[i] * Exp(z[i]), i), 0),),
    defined=(SOFTMAX_KEPT,),
    title="The softmax of the kept logits is the truncated softmax of all of them",
    proof=calc(
        e[i] * Exp(z[i]) / Sum(e[i] * Exp(z[i]), i),
        (e[i] * softmax / Sum(e[i] * softmax, i), by.termwise),
    ),
)

gain = (1 - P) / P * Sum(p[i] * (e[i] * (Log(p[i]) - c)), i) + Sum(p[i] * ((1 - e[i]) * (c - Log(p[i]))), i)

ENTROPY_SPLIT = Claim(
    "truncation.entropy-split",
    Eq(S(p) - truncated_entropy(p, e), gain - Log(P)),
    given=MOST_PROBABLE[:4],
    title="How much entropy truncation takes away",
    proof=calc(
        S(p) - truncated_entropy(p, e),
        (-Sum(p[i] * Log(p[i]), i) + Sum(e[i] * p[i] / P * Log(p[i] / P), i), by.algebra(S, truncated_entropy)),
        (-Sum(p[i] * Log(p[i]), i) + Sum(e[i] * p[i] / P * (Log(p[i]) - Log(P)), i), by.logs),
        (Sum(e[i] * p[i] * Log(p[i]), i) / P - Sum(p[i] * Log(p[i]), i) - Log(P), by.termwise(kept)),
        (
            Sum(e[i] * p[i] * Log(p[i]), i) / P
            - Sum(p[i] * Log(p[i]), i)
            + c * (Sum(p[i], i) - P)
            - c * (1 - P)
            - Log(P),
            NORMALISED,
        ),
        (gain - Log(P), by.termwise(kept)),
    ),
)

LOWERS_ENTROPY = Claim(
    "truncation.lowers-entropy",
    Ge(S(p) - truncated_entropy(p, e), -Log(P)),
    given=MOST_PROBABLE,
    title="Keeping the most probable entries lowers the entropy at least by -log P",
    proof=calc(
        S(p) - truncated_entropy(p, e),
        (gain - Log(P), ENTROPY_SPLIT.at({c: c})),
        ge(-Log(P), by.sign(gain, KEPT_MASS)),
    ),
)

NEVER_RAISES = Claim(
    "truncation.never-raises-entropy",
    Le(truncated_entropy(p, e), S(p)),
    given=MOST_PROBABLE,
    title="So it never raises the entropy, whatever the ties",
    proof=calc(
        truncated_entropy(p, e),
        le(S(p) + Log(P), by.sign(S(p) - truncated_entropy(p, e) + Log(P), LOWERS_ENTROPY.at({p: p, e: e, c: c}))),
        le(S(p) + (P - 1), by.sign((P - 1) - Log(P), LOG_BOUND)),
        le(S(p), by.sign(1 - P, KEPT_MASS)),
    ),
)

STRICTLY_LOWERS = Claim(
    "truncation.strictly-lowers-entropy",
    Lt(truncated_entropy(p, e), S(p)),
    given=(*MOST_PROBABLE, Ne(e[r], 1)),
    title="... and lowers it strictly if anything is dropped",
    proof=calc(
        truncated_entropy(p, e),
        le(S(p) + Log(P), by.sign(S(p) - truncated_entropy(p, e) + Log(P), LOWERS_ENTROPY.at({p: p, e: e, c: c}))),
        le(S(p) + (P - 1), by.sign((P - 1) - Log(P), LOG_BOUND)),
        (S(p) - 1 + Sum(e[i] * p[i], i), kept),
        lt(S(p), by.sign(1 - Sum(e[i] * p[i], i), ZEROED_ONLY)),
    ),
)

ANY_TRUNCATION = Refuted(
    "truncation.of-any-entries",
    Le(truncated_entropy(p, e), S(p)),
    given=MOST_PROBABLE[:4],
    at={n: 3, p: [Fraction(8, 10), Fraction(1, 10), Fraction(1, 10)], e: [0, 1, 1]},
    correction=NEVER_RAISES,
    title="Truncation lowers the entropy whatever it drops",
    remark="Without its largest entry a peaked distribution becomes uniform.",
)

# --------------------------------------------------------------------------------------- what the most probable carry

MAJORISES_INSIDE = Claim(
    "truncation.majorises-inside",
    Ge(Sum(u[i] * (e[i] * p[i] / P), i), Sum(u[i] * p[i], i)),
    given=(POSITIVE, NORMALISED, MARKS, OTHER_MARKS, SOMETHING_KEPT, ForAll(i, Eq(u[i] * e[i], u[i]))),
    title="Any entries that are kept gain by truncation",
    proof=calc(
        Sum(u[i] * (e[i] * p[i] / P), i),
        (Sum(p[i] * (u[i] * e[i]), i) / P, by.termwise),
        (Sum(p[i] * u[i], i) / P, ForAll(i, Eq(u[i] * e[i], u[i]))),
        ge(Sum(u[i] * p[i], i), by.sign((1 - P) / P * Sum(p[i] * u[i], i), KEPT_MASS, MARKS_NONNEGATIVE)),
    ),
)

MAJORISES_OUTSIDE = Claim(
    "truncation.majorises-outside",
    Ge(Sum(u[i] * (e[i] * p[i] / P), i), Sum(u[i] * p[i], i)),
    given=(POSITIVE, NORMALISED, OTHER_MARKS, SOMETHING_KEPT, ForAll(i, Eq(u[i] * e[i], e[i]))),
    title="Entries among which are all that are kept sum to 1: with nested choices, truncation majorises",
    remark="The k most probable and the kept ones are nested, so every sum of the k largest entries grows.",
    proof=calc(
        Sum(u[i] * (e[i] * p[i] / P), i),
        (Sum(p[i] * (u[i] * e[i]), i) / P, by.termwise),
        (Sum(p[i] * e[i], i) / P, ForAll(i, Eq(u[i] * e[i], e[i]))),
        (1, kept),
        (Sum(p[i], i), NORMALISED),
        ge(Sum(u[i] * p[i], i), by.sign(Sum((1 - u[i]) * p[i], i), MARKS_AT_MOST_ONE)),
    ),
)

NESTED = Assumption(
    "of the two choices one contains the other", ForAll(i, ForAll(j, Eq(u[i] * (1 - e[i]) * (e[j] * (1 - u[j])), 0)))
)
both = Sum(Sum(p[i] * p[j] * (u[i] * e[i]) * ((1 - e[j]) * (1 - u[j])), j), i)
MAJORISES = Claim(
    "truncation.majorises",
    Ge(Sum(u[i] * (e[i] * p[i] / P), i), Sum(u[i] * p[i], i)),
    given=(POSITIVE, NORMALISED, MARKS, OTHER_MARKS, SOMETHING_KEPT, NESTED),
    title="Truncation majorises: entries that contain those that are kept, or are among them, hold as much or more",
    proof=calc(
        Sum(u[i] * (e[i] * p[i] / P), i),
        (Sum(u[i] * e[i] * p[i], i) * Sum(p[i], i) / P, by.termwise(NORMALISED)),
        (
            (
                Sum(u[i] * p[i], i) * P
                + both
                + Sum(Sum(p[i] * p[j] * (u[i] * e[i] * (1 - e[j]) * u[j]), j), i)
                - Sum(Sum(p[i] * p[j] * (u[i] * (1 - e[i]) * e[j] * u[j]), j), i)
                - Sum(Sum(p[i] * p[j] * (u[i] * (1 - e[i]) * (e[j] * (1 - u[j]))), j), i)
            )
            / P,
            by.termwise(kept),
        ),
        ((Sum(u[i] * p[i], i) * P + both) / P, by.termwise(NESTED)),
        ge(Sum(u[i] * p[i], i), by.sign(both / P, MARKS_NONNEGATIVE, MARKS_AT_MOST_ONE)),
    ),
)

CARRY_MOST = Claim(
    "truncation.most-probable-carry-most",
    Ge(Sum(e[i] * p[i], i), Sum(u[i] * p[i], i)),
    given=(
        MARKS,
        OTHER_MARKS,
        ForAll(i, Ge(e[i] * (p[i] - c), 0)),
        ForAll(i, Ge((1 - e[i]) * (c - p[i]), 0)),
        Eq(Sum(u[i], i), Sum(e[i], i)),
    ),
    title="No other choice of as many entries carries more: the smallest set that reaches a mass can be of this kind",
    proof=calc(
        Sum(e[i] * p[i], i),
        (Sum(e[i] * p[i], i) - c * (Sum(e[i], i) - Sum(u[i], i)), Eq(Sum(u[i], i), Sum(e[i], i))),
        ge(
            Sum(u[i] * p[i], i),
            by.sign(
                Sum((1 - u[i]) * (e[i] * (p[i] - c)) + u[i] * ((1 - e[i]) * (c - p[i])), i),
                MARKS_AT_MOST_ONE,
                MARKS_NONNEGATIVE,
            ),
        ),
    ),
)

TIES_DECIDE_NOTHING = Refuted(
    "truncation.ties-do-not-matter",
    Eq(u[r], e[r]),
    given=(
        MARKS,
        OTHER_MARKS,
        ForAll(i, Ge(e[i] * (p[i] - c), 0)),
        ForAll(i, Ge((1 - e[i]) * (c - p[i]), 0)),
        ForAll(i, Ge(u[i] * (p[i] - c), 0)),
        ForAll(i, Ge((1 - u[i]) * (c - p[i]), 0)),
        Eq(Sum(u[i], i), Sum(e[i], i)),
    ),
    at={n: 2, p: [Fraction(1, 2), Fraction(1, 2)], c: Fraction(1, 2), e: [1, 0], u: [0, 1], r: 0},
    correction=CARRY_MOST,
    title="The k most probable entries are determined",
    remark="With a tie at the border they are not; what they sum to is.",
)

SMALLEST_SET = Refuted(
    "truncation.smallest-set",
    Eq(u[r], e[r]),
    given=(
        POSITIVE,
        NORMALISED,
        MARKS,
        OTHER_MARKS,
        ForAll(i, Ge(e[i] * (p[i] - c), 0)),
        ForAll(i, Ge((1 - e[i]) * (c - p[i]), 0)),
        Eq(Sum(u[i], i), Sum(e[i], i)),
        Ge(Sum(u[i] * p[i], i), x),
        ForAll(i, Lt(p[i], x)),
    ),
    at={
        n: 3,
        p: [Fraction(5, 10), Fraction(3, 10), Fraction(2, 10)],
        c: Fraction(3, 10),
        x: Fraction(6, 10),
        e: [1, 1, 0],
        u: [1, 0, 1],
        r: 1,
    },
    correction=CARRY_MOST,
    title="A smallest set of entries that reaches a given mass is that of the most probable ones",
    remark="No single entry reaches 0.6; the first and the third do, and so do the first and the second.",
)
