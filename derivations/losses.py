"""Gradients of a plain softmax, with the exponent kept: which of them are small where the weight is concentrated.

The softmax itself moves little where one entry has nearly all of the weight, and so does the score of that entry.  The
cross-entropy of another position has its largest gradient just there.  An entropy bounded from below keeps weight
outside every entry.
"""

from entnorm.claims import (
    Assumption,
    At,
    Claim,
    D,
    Eq,
    Exp,
    ForAll,
    Ge,
    Le,
    Log,
    Lt,
    Sum,
    by,
    calc,
    ge,
    le,
    n,
)

from .escort import SUMS_TO_ONE
from .inverse import logit, moved, weight
from .jacobian import VARIANCE_OF_IN_MOMENTS
from .notation import S, Z, f, gamma, h, i, mean_of, p, r, tilde, variance_of, x, y
from .setting import LOG_BOUND, NORMALISED, POSITIVE

q = tilde(p, gamma)
mean_h = mean_of(p, gamma, h)

WITHIN = Assumption("no entry of h is further than y from that at r", ForAll(i, Ge(y**2 - (h[i] - h[r]) ** 2, 0)))

from_r = Sum(q[i] * (h[i] - h[r]) ** 2, i)
shortfall = Sum(q[i] * (y**2 - (h[i] - h[r]) ** 2), i)
at_r = q[r] * (y**2 - (h[r] - h[r]) ** 2)

SPREAD_FROM = Claim(
    "gradients.spread-from",
    Le(from_r, y**2 * (1 - q[r])),
    given=(POSITIVE, WITHIN),
    title="The mean square distance from an entry with nearly all of the weight is small",
    proof=calc(
        from_r,
        (y**2 * Sum(q[i], i) - shortfall, by.termwise),
        (y**2 - shortfall, SUMS_TO_ONE),
        le(y**2 - at_r, by.sign(shortfall - at_r)),
        (y**2 * (1 - q[r]), by.algebra),
    ),
)

TWO_PARTS = Claim(
    "gradients.variance-and-distance",
    Eq(from_r, variance_of(p, gamma, h) + (mean_h - h[r]) ** 2),
    given=(POSITIVE,),
    title="It is the variance and the squared distance of the mean",
    remark="The theorem of Steiner.",
    proof=calc(
        from_r,
        (Sum(q[i] * h[i] * h[i], i) - 2 * h[r] * Sum(q[i] * h[i], i) + h[r] ** 2 * Sum(q[i], i), by.termwise),
        (Sum(q[i] * h[i] * h[i], i) - mean_h**2 + (mean_h - h[r]) ** 2, by.algebra(mean_of, SUMS_TO_ONE)),
        (variance_of(p, gamma, h) + (mean_h - h[r]) ** 2, VARIANCE_OF_IN_MOMENTS),
    ),
)

CONCENTRATED = Claim(
    "gradients.small-when-concentrated",
    Le(variance_of(p, gamma, h), y**2 * (1 - q[r])),
    given=(POSITIVE, WITHIN),
    title="The softmax itself moves little where one entry has nearly all of the weight",
    remark="gamma times this variance is the quadratic form of its Jacobian, with the exponent kept.",
    proof=calc(
        variance_of(p, gamma, h),
        (from_r - (mean_h - h[r]) ** 2, by.algebra(TWO_PARTS)),
        le(from_r, by.sign((mean_h - h[r]) ** 2)),
        le(y**2 * (1 - q[r]), by.sign(y**2 * (1 - q[r]) - from_r, SPREAD_FROM)),
    ),
)

SMALL_SCORE = Claim(
    "gradients.small-score",
    Le((mean_h - h[r]) ** 2, y**2 * (1 - q[r])),
    given=(POSITIVE, WITHIN),
    title="... and so does the logarithm of that entry",
    remark="gamma times the distance of h_r from the mean is the slope of its logarithm.",
    proof=calc(
        (mean_h - h[r]) ** 2,
        (from_r - variance_of(p, gamma, h), by.algebra(TWO_PARTS)),
        le(from_r, by.sign(variance_of(p, gamma, h))),
        le(y**2 * (1 - q[r]), by.sign(y**2 * (1 - q[r]) - from_r, SPREAD_FROM)),
    ),
)

CROSS_ENTROPY = Claim(
    "gradients.cross-entropy",
    Eq(At(D(-Log(tilde(moved, gamma)[r]), x), x, 0), gamma * (mean_h - h[r])),
    given=(POSITIVE,),
    title="The cross-entropy of a position moves by gamma times how far the direction there is below its mean",
    proof=calc(
        At(D(-Log(tilde(moved, gamma)[r]), x), x, 0),
        (
            At(D(Log(Sum(Exp(gamma * logit), i)) - gamma * (Log(p[r]) + x * h[r]), x), x, 0),
            by.logs(tilde, Z),
        ),
        (
            At(Sum(Exp(gamma * logit) * (gamma * h[i]), i) / Sum(Exp(gamma * logit), i) - gamma * h[r], x, 0),
            by.calculus,
        ),
        (
            gamma * (Sum(p[i] ** gamma * h[i], i) / Sum(p[i] ** gamma, i) - h[r]),
            by.logs,
        ),
        (gamma * (mean_h - h[r]), by.termwise(mean_of, tilde, Z)),
    ),
)

here = tilde(moved, gamma)
LOG_SLOPE = Claim(
    "gradients.log-slope",
    Eq(At(D(Log(here[i]), x), x, 0), gamma * (h[i] - mean_h)),
    given=(POSITIVE,),
    title="The score of a position along any direction h of the logits",
    remark="Whatever the parameter, it moves the logits in some direction.",
    proof=calc(
        At(D(Log(here[i]), x), x, 0),
        (-At(D(-Log(here[i]), x), x, 0), by.calculus),
        (gamma * (h[i] - mean_h), CROSS_ENTROPY),
    ),
)

MEAN_SCORE = Claim(
    "gradients.mean-score",
    Eq(Sum(q[i] * At(D(Log(here[i]), x), x, 0), i), 0),
    given=(POSITIVE,),
    title="... has the mean zero",
    proof=calc(
        Sum(q[i] * At(D(Log(here[i]), x), x, 0), i),
        (Sum(q[i] * (gamma * (h[i] - mean_h)), i), LOG_SLOPE),
        (gamma * (Sum(q[i] * h[i], i) - mean_h * Sum(q[i], i)), by.termwise),
        (gamma * (Sum(q[i] * h[i], i) - mean_h), SUMS_TO_ONE),
        (0, by.algebra(mean_of)),
    ),
)

EXPECTED_LOSS = Claim(
    "gradients.expected-loss",
    Eq(At(D(Sum(here[i] * f[i], i), x), x, 0), Sum(q[i] * f[i] * At(D(Log(here[i]), x), x, 0), i)),
    given=(POSITIVE,),
    title="The slope of a mean loss is the mean of the losses f times the scores",
    remark="The policy gradient. If all losses are equal it is zero.",
    proof=calc(
        At(D(Sum(here[i] * f[i], i), x), x, 0),
        (At(D(Sum(weight * f[i], i) / Sum(weight, i), x), x, 0), by.logs(tilde, Z)),
        (
            At(
                Sum(weight * (gamma * h[i]) * f[i], i) / Sum(weight, i)
                - Sum(weight * f[i], i) * Sum(weight * (gamma * h[i]), i) / Sum(weight, i) ** 2,
                x,
                0,
            ),
            by.calculus,
        ),
        (
            gamma
            * (
                Sum(p[i] ** gamma * h[i] * f[i], i) / Sum(p[i] ** gamma, i)
                - Sum(p[i] ** gamma * f[i], i) * Sum(p[i] ** gamma * h[i], i) / Sum(p[i] ** gamma, i) ** 2
            ),
            by.logs,
        ),
        (gamma * (Sum(q[i] * f[i] * h[i], i) - mean_h * Sum(q[i] * f[i], i)), by.termwise(mean_of, tilde, Z)),
        (Sum(q[i] * f[i] * (gamma * (h[i] - mean_h)), i), by.termwise),
        (Sum(q[i] * f[i] * At(D(Log(here[i]), x), x, 0), i), LOG_SLOPE),
    ),
)

score_of_r = q[r] * (h[r] - mean_h)

SHARES = Claim(
    "gradients.shares",
    Eq(Sum(q[i] * (h[i] - mean_h), i) - score_of_r, -score_of_r),
    given=(POSITIVE,),
    title="In the mean score the other positions weigh as much together as any one, with the opposite sign",
    remark="h_i - Mean is the score of position i, and the mean score is zero: no position dominates it.",
    proof=calc(
        Sum(q[i] * (h[i] - mean_h), i) - score_of_r,
        (Sum(q[i] * h[i], i) - mean_h * Sum(q[i], i) - score_of_r, by.termwise),
        (Sum(q[i] * h[i], i) - mean_h - score_of_r, SUMS_TO_ONE),
        (-score_of_r, by.algebra(mean_of)),
    ),
)

# --------------------------------------------------------------------------- what a bound on the entropy does about it

outside = 1 - p[r]
bound = outside * (1 + Log(n) - Log(outside))
term = outside / n - p[i] - p[i] * (Log(outside) - Log(n) - Log(p[i]))
term_r = outside / n - p[r] - p[r] * (Log(outside) - Log(n) - Log(p[r]))
NOT_ALL = Assumption("p_r is not everything", Lt(p[r], 1))

TANGENT = Claim(
    "losses.tangent",
    Ge(term, 0),
    given=(POSITIVE, NOT_ALL),
    title="p_i log(w / n p_i) is at most w / n - p_i, with w = 1 - p_r",
    proof=calc(
        term,
        (p[i] * ((outside / n / p[i] - 1) - Log(outside / n / p[i])), by.logs),
        ge(0, by.sign(p[i] * ((outside / n / p[i] - 1) - Log(outside / n / p[i])), LOG_BOUND)),
    ),
)

WEIGHT_OUTSIDE = Claim(
    "losses.weight-outside",
    Le(S(p), bound),
    given=(POSITIVE, NORMALISED, NOT_ALL),
    title="The weight outside any position bounds the entropy: if the one is small, so is the other",
    remark="w (1 + log n - log w), with w = 1 - p_r, increases with w, from 0 to 1 + log n. Fano's inequality is a bit "
    "sharper: it has log (n - 1) for log n, and the entropy of (w, 1 - w) for w (1 - log w).",
    proof=calc(
        S(p),
        (outside - Sum(p[i], i) - (Log(outside) - Log(n)) * Sum(p[i], i) - Sum(term, i), by.termwise(S)),
        (outside - 1 - (Log(outside) - Log(n)) - Sum(term, i), NORMALISED),
        le(outside - 1 - (Log(outside) - Log(n)) - term_r, by.sign(Sum(term, i) - term_r, TANGENT)),
        (outside * (Log(n) - Log(outside)) - outside / n + p[r] * Log(1 / p[r]), by.logs),
        le(bound, by.sign(outside / n + p[r] * ((1 / p[r] - 1) - Log(1 / p[r])), LOG_BOUND)),
    ),
)

NOT_CONCENTRATED = Claim(
    "losses.not-concentrated",
    Ge(bound, y),
    given=(POSITIVE, NORMALISED, NOT_ALL, Ge(S(p), y)),
    title="An entropy of at least y keeps weight outside every position",
    proof=calc(
        bound,
        ge(S(p), by.sign(bound - S(p), WEIGHT_OUTSIDE)),
        ge(y, by.sign),
    ),
)
