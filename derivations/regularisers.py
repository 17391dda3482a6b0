"""Softmax and sparsemax as the best compromises between a mean logit and an uncertainty.

Both maximise u . z + (an entropy of u) over all distributions u, and which entropy it is makes all the difference.
Shannon's leads to softmax, which is positive everywhere.  Sparsemax is the point of the simplex that is closest to the
logits; it belongs to the entropy of Gini, (1 - sum u_i^2)/2, and is zero below a threshold.  With the entropy as a
penalty, subtracted, either objective is convex and its maxima are one-hot.

None of the three prescribes an entropy: whatever comes out depends on the scale of the logits.
"""

from fractions import Fraction

from sympy import Rational

from entnorm.claims import (
    Assumption,
    Attained,
    Claim,
    Eq,
    Exp,
    ForAll,
    Ge,
    Gt,
    Le,
    Log,
    Refuted,
    Seq,
    Sum,
    by,
    calc,
    gt,
    le,
    n,
)

from .entropy import GIBBS, NONNEGATIVE
from .notation import KL, S, c, e, gini, i, softmax, u, z
from .setting import U_NORMALISED, U_POSITIVE
from .truncation import MARKS

half = Rational(1, 2)
score = Sum(u[i] * z[i], i)
partition = Sum(Exp(z[i]), i)
sparse = Seq(i, e[i] * (z[i] - c))
ABOVE = Assumption("marked logits are not below the threshold", ForAll(i, Ge(e[i] * (z[i] - c), 0)))
BELOW = Assumption("others are not above it", ForAll(i, Ge((1 - e[i]) * (c - z[i]), 0)))
THRESHOLD = Assumption(
    "the threshold is the mean of the marked logits, less its share of 1",
    Eq(c, (Sum(e[i] * z[i], i) - 1) / Sum(e[i], i)),
)
SOMETHING_MARKED = Gt(Sum(e[i], i), 0)
SPARSEMAX_OF = (MARKS, SOMETHING_MARKED, THRESHOLD, ABOVE, BELOW)

# --------------------------------------------------------------------------------------------------------- softmax

SOFTMAX_POSITIVE = Claim(
    "regularisers.softmax-positive",
    Gt(softmax(z)[i], 0),
    title="Softmax removes nothing",
    proof=calc(softmax(z)[i], gt(0, by.sign)),
)

SOFTMAX_SUM = Claim(
    "regularisers.softmax-sum",
    Eq(Sum(softmax(z)[i], i), 1),
    title="Softmax is a distribution",
    proof=calc(Sum(softmax(z)[i], i), (1, by.termwise(softmax))),
)

SHANNON_SCORE = Claim(
    "regularisers.shannon-score",
    Eq(score + S(u), Log(partition) - KL(u, softmax(z))),
    given=(U_POSITIVE, U_NORMALISED),
    title="The mean logit and the entropy fall short of log-sum-exp by the divergence from softmax",
    proof=calc(
        score + S(u),
        (score + Log(partition) * (1 - Sum(u[i], i)) - Sum(u[i] * Log(u[i]), i), by.algebra(S, U_NORMALISED)),
        (Log(partition) - Sum(u[i] * (Log(u[i]) - (z[i] - Log(partition))), i), by.termwise),
        (Log(partition) - Sum(u[i] * (Log(u[i]) - Log(Exp(z[i]) / partition)), i), by.logs),
        (Log(partition) - KL(u, softmax(z)), by.algebra(KL, softmax)),
    ),
)

SOFTMAX_IS_BEST = Claim(
    "regularisers.softmax-is-best",
    Attained(Le(score + S(u), Log(partition)), ForAll(i, Eq(u[i], softmax(z)[i]))),
    given=(U_POSITIVE, U_NORMALISED),
    title="With Shannon's entropy the best compromise is softmax, and nothing else",
    remark="A u with zeros is a distribution on fewer entries, whose log-sum-exp is smaller.",
    proof=calc(
        score + S(u),
        (Log(partition) - KL(u, softmax(z)), SHANNON_SCORE),
        le(Log(partition), by.sign(KL(u, softmax(z)), GIBBS, SOFTMAX_POSITIVE, SOFTMAX_SUM)),
    ),
)

# ------------------------------------------------------------------------------------------------------- sparsemax

CLOSEST_POINT = Claim(
    "regularisers.closest-point",
    Eq(Sum((u[i] - z[i]) ** 2, i), Sum(z[i] ** 2, i) + 1 - 2 * (score + gini(u))),
    title="To be closest to the logits is to have the largest mean logit plus Gini entropy",
    proof=calc(
        Sum((u[i] - z[i]) ** 2, i),
        (Sum(z[i] ** 2, i) + 1 - 2 * (score + (1 - Sum(u[i] ** 2, i)) / 2), by.termwise),
        (Sum(z[i] ** 2, i) + 1 - 2 * (score + gini(u)), gini),
    ),
)

SUMMING = Claim(
    "regularisers.sparsemax-sum",
    Eq(Sum(e[i] * (z[i] - c), i), 1),
    given=(SOMETHING_MARKED, THRESHOLD),
    title="The excesses over the threshold are a distribution",
    proof=calc(
        Sum(e[i] * (z[i] - c), i),
        (Sum(e[i] * z[i], i) - c * Sum(e[i], i), by.termwise),
        (Sum(e[i] * z[i], i) - (Sum(e[i] * z[i], i) - 1) / Sum(e[i], i) * Sum(e[i], i), THRESHOLD),
        (1, by.algebra),
    ),
)

GINI_SCORE = Claim(
    "regularisers.gini-score",
    Eq(
        Sum(sparse[i] * z[i], i) + gini(sparse) - (score + gini(u)),
        half * Sum((u[i] - e[i] * (z[i] - c)) ** 2, i) + Sum(u[i] * ((1 - e[i]) * (c - z[i])), i),
    ),
    given=(*SPARSEMAX_OF[:3], U_NORMALISED),
    title="What any other distribution lacks",
    proof=calc(
        Sum(sparse[i] * z[i], i) + gini(sparse) - (score + gini(u)),
        (
            Sum(e[i] * (z[i] - c) * z[i], i)
            - half * Sum((e[i] * (z[i] - c)) ** 2, i)
            - score
            + half * Sum(u[i] ** 2, i)
            + c * (1 - 1),
            by.algebra(gini),
        ),
        (
            Sum(e[i] * (z[i] - c) * z[i], i)
            - half * Sum((e[i] * (z[i] - c)) ** 2, i)
            - score
            + half * Sum(u[i] ** 2, i)
            + c * (Sum(u[i], i) - Sum(e[i] * (z[i] - c), i)),
            by.algebra(SUMMING, U_NORMALISED),
        ),
        (
            half * Sum((u[i] - e[i] * (z[i] - c)) ** 2, i)
            + Sum(u[i] * ((1 - e[i]) * (c - z[i])), i)
            + Sum((z[i] - c) ** 2 * (e[i] * (1 - e[i])), i),
            by.termwise,
        ),
        (
            half * Sum((u[i] - e[i] * (z[i] - c)) ** 2, i) + Sum(u[i] * ((1 - e[i]) * (c - z[i])), i),
            by.termwise(MARKS),
        ),
    ),
)

SPARSEMAX_IS_BEST = Claim(
    "regularisers.sparsemax-is-best",
    Le(
        score + gini(u),
        Sum(sparse[i] * z[i], i) + gini(sparse) - half * Sum((u[i] - e[i] * (z[i] - c)) ** 2, i),
    ),
    given=(*SPARSEMAX_OF, U_NORMALISED, ForAll(i, Ge(u[i], 0))),
    title="With the entropy of Gini the best compromise is sparsemax, and nothing else: the excess over a threshold",
    proof=calc(
        score + gini(u),
        (
            Sum(sparse[i] * z[i], i) + gini(sparse) - (Sum(sparse[i] * z[i], i) + gini(sparse) - (score + gini(u))),
            by.algebra,
        ),
        (
            Sum(sparse[i] * z[i], i)
            + gini(sparse)
            - (half * Sum((u[i] - e[i] * (z[i] - c)) ** 2, i) + Sum(u[i] * ((1 - e[i]) * (c - z[i])), i)),
            GINI_SCORE,
        ),
        le(
            Sum(sparse[i] * z[i], i) + gini(sparse) - half * Sum((u[i] - e[i] * (z[i] - c)) ** 2, i),
            by.sign(Sum(u[i] * ((1 - e[i]) * (c - z[i])), i)),
        ),
    ),
)

example = {n: 2, z: [Fraction(1, 2), 0], e: [1, 1], c: Fraction(-1, 4)}

SHANNON_SPARSEMAX = Refuted(
    "regularisers.shannon-sparsemax",
    Le(score + S(u), Sum(sparse[i] * z[i], i) + S(sparse)),
    given=(*SPARSEMAX_OF, U_NORMALISED, U_POSITIVE),
    at=example | {u: [Fraction(5, 8), Fraction(3, 8)]},
    correction=SOFTMAX_IS_BEST,
    title="Sparsemax is the best compromise with Shannon's entropy",
)

PENALTY_SPARSEMAX = Refuted(
    "regularisers.penalty-sparsemax",
    Le(score - S(u), Sum(sparse[i] * z[i], i) - S(sparse)),
    given=(*SPARSEMAX_OF, U_NORMALISED, U_POSITIVE),
    at=example | {u: [Fraction(99, 100), Fraction(1, 100)]},
    title="Sparsemax is the best compromise with Shannon's entropy as a penalty",
)

PENALTY_IS_ONE_HOT = Claim(
    "regularisers.penalty-is-one-hot",
    Le(score - S(u), c),
    given=(U_POSITIVE, U_NORMALISED, ForAll(i, Le(z[i], c))),
    title="With the entropy as a penalty nothing is better than the largest logit, that is than one-hot",
    proof=calc(
        score - S(u),
        le(score, by.sign(S(u), NONNEGATIVE)),
        le(Sum(u[i] * c, i), by.sign(Sum(u[i] * (c - z[i]), i))),
        (c * Sum(u[i], i), by.termwise),
        (c, U_NORMALISED),
    ),
)

SPARSEMAX_ENTROPY = Refuted(
    "regularisers.sparsemax-entropy",
    Eq(S(sparse), Log(n)),
    given=SPARSEMAX_OF,
    at=example,
    title="The regulariser of sparsemax prescribes the entropy of its result, here as log n",
    remark="For equal logits it is log n; for the logits 1/2 and 0 the result is 3/4 and 1/4.",
)
