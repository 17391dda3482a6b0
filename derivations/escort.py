"""The power transform p_i^gamma / sum_j p_j^gamma, and how the entropy moves along it.

Every derivative reduces to moments of log p under the escort distribution.  The entropy falls strictly for gamma >= 0,
and that needs no calculus: the difference of two entropies is a positive combination of two divergences.
"""

from fractions import Fraction

from sympy import Rational

from entnorm.claims import (
    At,
    Claim,
    D,
    Eq,
    Exp,
    ForAll,
    Ge,
    Gt,
    Jet,
    Le,
    Log,
    Lt,
    Ne,
    Power,
    Refuted,
    Seq,
    Sum,
    by,
    calc,
    expansion,
    ge,
    gt,
    le,
    lt,
    ne,
)

from .entropy import AT_MOST_ONE, GIBBS, MAXIMUM, UNIFORM
from .notation import (
    KL,
    H,
    S,
    V,
    Z,
    a,
    b,
    c,
    d,
    gamma,
    h_star,
    i,
    j,
    mean,
    moment,
    n,
    p,
    r,
    s,
    temperature,
    third,
    tilde,
    uniform,
)
from .setting import NORMALISED, NOT_CONSTANT, POSITIVE

half = Rational(1, 2)
q = tilde(p, gamma)

WRITTEN_OUT = Claim(
    "escort.written-out",
    Eq(q[i], p[i] ** gamma / Sum(p[j] ** gamma, j)),
    given=(POSITIVE,),
    title="The power transform",
    proof=calc(q[i], (p[i] ** gamma / Sum(p[j] ** gamma, j), by.algebra(tilde, Z))),
)

SUMS_TO_ONE = Claim(
    "escort.sums-to-one",
    Eq(Sum(q[i], i), 1),
    given=(POSITIVE,),
    title="The partition function makes the escort distribution sum to 1",
    proof=calc(Sum(q[i], i), (Sum(p[i] ** gamma, i) / Z(p, gamma), by.termwise(tilde)), (1, Z)),
)

IDENTITY_AT_ONE = Claim(
    "escort.identity-at-one",
    Eq(tilde(p, 1)[i], p[i]),
    given=(POSITIVE, NORMALISED),
    title="At gamma = 1 nothing moves",
    proof=calc(tilde(p, 1)[i], (p[i] / Sum(p[j], j), by.algebra(tilde, Z)), (p[i], NORMALISED)),
)

SCALE_INVARIANCE = Claim(
    "escort.scale-invariance",
    Eq(tilde(Seq(i, c * p[i]), gamma)[i], q[i]),
    given=(POSITIVE, Gt(c, 0)),
    title="A common factor of p, that is a common shift of the logits, does not matter",
    proof=calc(
        tilde(Seq(i, c * p[i]), gamma)[i],
        ((c * p[i]) ** gamma / Sum((c * p[j]) ** gamma, j), by.algebra(tilde, Z)),
        (c**gamma * p[i] ** gamma / Sum(c**gamma * p[j] ** gamma, j), by.logs),
        (q[i], by.termwise(tilde, Z)),
    ),
)

COMPOSITION = Claim(
    "escort.composition",
    Eq(tilde(tilde(p, a), b)[i], tilde(p, a * b)[i]),
    given=(POSITIVE,),
    title="Power transforms compose by multiplying their exponents",
    proof=calc(
        tilde(tilde(p, a), b)[i],
        ((p[i] ** a / Z(p, a)) ** b / Sum((p[j] ** a / Z(p, a)) ** b, j), by.algebra(tilde, Z)),
        (p[i] ** (a * b) * Z(p, a) ** (-b) / Sum(p[j] ** (a * b) * Z(p, a) ** (-b), j), by.logs),
        (tilde(p, a * b)[i], by.termwise(tilde, Z)),
    ),
)

RATIO = Claim(
    "escort.ratio",
    Eq(q[i] / q[j], (p[i] / p[j]) ** gamma),
    given=(POSITIVE,),
    title="Ratios of entries are raised to the power gamma",
    proof=calc(
        q[i] / q[j],
        (p[i] ** gamma / Z(p, gamma) / (p[j] ** gamma / Z(p, gamma)), tilde),
        (p[i] ** gamma / p[j] ** gamma, by.algebra),
        ((p[i] / p[j]) ** gamma, by.logs),
    ),
)

ORDER = Claim(
    "escort.order",
    Gt(q[i], q[j]),
    given=(POSITIVE, Gt(p[i], p[j]), Gt(gamma, 0)),
    title="For gamma > 0 the transform keeps the order of the entries",
    proof=calc(q[i], gt(q[j], by.sign((p[i] ** gamma - p[j] ** gamma) / Z(p, gamma), tilde))),
)

LOG_ESCORT = Claim(
    "escort.log-escort",
    Eq(Log(q[i]), gamma * Log(p[i]) - Log(Z(p, gamma))),
    given=(POSITIVE,),
    title="In logarithms the transform is linear",
    proof=calc(Log(q[i]), (gamma * Log(p[i]) - Log(Z(p, gamma)), by.logs(tilde))),
)

ENTROPY_IN_MOMENTS = Claim(
    "escort.entropy-in-moments",
    Eq(H(p, gamma), Log(Z(p, gamma)) - gamma * mean(p, gamma)),
    given=(POSITIVE,),
    title="The entropy in moments",
    proof=calc(
        H(p, gamma),
        (-Sum(q[i] * Log(q[i]), i), by.algebra(H, S)),
        (-Sum(q[i] * (gamma * Log(p[i]) - Log(Z(p, gamma))), i), LOG_ESCORT),
        (Log(Z(p, gamma)) * Sum(q[i], i) - gamma * Sum(q[i] * Log(p[i]), i), by.termwise),
        (Log(Z(p, gamma)) - gamma * Sum(q[i] * Log(p[i]), i), SUMS_TO_ONE),
        (Log(Z(p, gamma)) - gamma * mean(p, gamma), mean),
    ),
)

ENTROPY_WRITTEN_OUT = Claim(
    "escort.entropy-written-out",
    Eq(H(p, gamma), -Sum(p[i] ** gamma / Z(p, gamma) * Log(p[i] ** gamma / Z(p, gamma)), i)),
    given=(POSITIVE,),
    title="The entropy of the escort distribution, written out",
    proof=calc(
        H(p, gamma),
        (-Sum(p[i] ** gamma / Z(p, gamma) * Log(p[i] ** gamma / Z(p, gamma)), i), by.algebra(H, S, tilde)),
    ),
)

ENTROPY_SPLIT = Claim(
    "escort.entropy-split",
    Eq(H(p, gamma), -Sum(p[i] ** gamma / Z(p, gamma) * (gamma * Log(p[i]) - Log(Z(p, gamma))), i)),
    given=(POSITIVE,),
    title="... with the logarithm of the quotient split",
    proof=calc(
        H(p, gamma),
        (-Sum(p[i] ** gamma / Z(p, gamma) * Log(p[i] ** gamma / Z(p, gamma)), i), ENTROPY_WRITTEN_OUT),
        (-Sum(p[i] ** gamma / Z(p, gamma) * (gamma * Log(p[i]) - Log(Z(p, gamma))), i), by.logs),
    ),
)

ENTROPY_EXPLICIT = Claim(
    "escort.entropy-explicit",
    Eq(H(p, gamma), Log(Z(p, gamma)) - gamma * Sum(p[i] ** gamma * Log(p[i]), i) / Z(p, gamma)),
    given=(POSITIVE,),
    title="... and summed",
    proof=calc(
        H(p, gamma),
        (-Sum(p[i] ** gamma / Z(p, gamma) * (gamma * Log(p[i]) - Log(Z(p, gamma))), i), ENTROPY_SPLIT),
        (
            Log(Z(p, gamma)) * Sum(p[i] ** gamma, i) / Z(p, gamma)
            - gamma * Sum(p[i] ** gamma * Log(p[i]), i) / Z(p, gamma),
            by.termwise,
        ),
        (Log(Z(p, gamma)) - gamma * Sum(p[i] ** gamma * Log(p[i]), i) / Z(p, gamma), Z),
    ),
)

VARIANCE_IN_MOMENTS = Claim(
    "escort.variance-in-moments",
    Eq(V(p, gamma), Sum(q[i] * Log(p[i]) ** 2, i) - mean(p, gamma) ** 2),
    given=(POSITIVE,),
    title="The variance is the mean square minus the squared mean",
    proof=calc(
        V(p, gamma),
        (
            Sum(q[i] * Log(p[i]) ** 2, i)
            - 2 * mean(p, gamma) * Sum(q[i] * Log(p[i]), i)
            + mean(p, gamma) ** 2 * Sum(q[i], i),
            by.termwise(V),
        ),
        (
            Sum(q[i] * Log(p[i]) ** 2, i) - 2 * mean(p, gamma) * Sum(q[i] * Log(p[i]), i) + mean(p, gamma) ** 2,
            SUMS_TO_ONE,
        ),
        (Sum(q[i] * Log(p[i]) ** 2, i) - mean(p, gamma) ** 2, mean),
    ),
)

VARIANCE_IN_SQUARES = Claim(
    "escort.variance-in-squares",
    Eq(V(p, gamma), half * Sum(Sum(q[i] * q[j] * (Log(p[i]) - Log(p[j])) ** 2, j), i)),
    given=(POSITIVE,),
    title="The variance as a manifest sum of squares",
    proof=calc(
        V(p, gamma),
        (Sum(q[i] * Log(p[i]) ** 2, i) - mean(p, gamma) ** 2, VARIANCE_IN_MOMENTS),
        (Sum(q[i] * Log(p[i]) ** 2, i) * Sum(q[i], i) - Sum(q[i] * Log(p[i]), i) ** 2, by.algebra(SUMS_TO_ONE, mean)),
        (half * Sum(Sum(q[i] * q[j] * (Log(p[i]) - Log(p[j])) ** 2, j), i), by.termwise),
    ),
)

VARIANCE_NONNEGATIVE = Claim(
    "escort.variance-nonnegative",
    Ge(V(p, gamma), 0),
    given=(POSITIVE,),
    title="The variance is never negative",
    proof=calc(V(p, gamma), ge(0, by.sign)),
)

VARIANCE_POSITIVE = Claim(
    "escort.variance-positive",
    Gt(V(p, gamma), 0),
    given=(POSITIVE, NOT_CONSTANT),
    title="The variance is positive unless p is constant",
    proof=calc(
        V(p, gamma),
        (half * Sum(Sum(q[i] * q[j] * (Log(p[i]) - Log(p[j])) ** 2, j), i), VARIANCE_IN_SQUARES),
        gt(0, by.sign),
    ),
)

LOG_PARTITION_SLOPE = Claim(
    "escort.log-partition-slope",
    Eq(D(Log(Z(p, gamma)), gamma), mean(p, gamma)),
    given=(POSITIVE,),
    title="The slope of log Z is the mean of log p",
    proof=calc(
        D(Log(Z(p, gamma)), gamma),
        (Sum(p[i] ** gamma * Log(p[i]), i) / Z(p, gamma), by.calculus(Z)),
        (mean(p, gamma), by.termwise(mean, tilde)),
    ),
)

MEAN_SLOPE = Claim(
    "escort.mean-slope",
    Eq(D(mean(p, gamma), gamma), V(p, gamma)),
    given=(POSITIVE,),
    title="The slope of the mean is the variance",
    proof=calc(
        D(mean(p, gamma), gamma),
        (D(moment(1, p, gamma) / Z(p, gamma), gamma), by.termwise(mean, tilde, moment)),
        ((moment(2, p, gamma) * Z(p, gamma) - moment(1, p, gamma) ** 2) / Z(p, gamma) ** 2, by.calculus(moment, Z)),
        (Sum(q[i] * Log(p[i]) ** 2, i) - mean(p, gamma) ** 2, by.termwise(moment, mean, tilde)),
        (V(p, gamma), VARIANCE_IN_MOMENTS),
    ),
)

LOG_PARTITION_CURVATURE = Claim(
    "escort.log-partition-curvature",
    Eq(D(D(Log(Z(p, gamma)), gamma), gamma), V(p, gamma)),
    given=(POSITIVE,),
    title="The curvature of log Z is the variance: log Z is convex",
    proof=calc(
        D(D(Log(Z(p, gamma)), gamma), gamma),
        (D(mean(p, gamma), gamma), LOG_PARTITION_SLOPE),
        (V(p, gamma), MEAN_SLOPE),
    ),
)

ENTROPY_SLOPE_SPLIT = Claim(
    "escort.entropy-slope-split",
    Eq(D(H(p, gamma), gamma), D(Log(Z(p, gamma)), gamma) - mean(p, gamma) - gamma * D(mean(p, gamma), gamma)),
    given=(POSITIVE,),
    title="The slope of the entropy, by the product rule",
    proof=calc(
        D(H(p, gamma), gamma),
        (D(Log(Z(p, gamma)) - gamma * mean(p, gamma), gamma), ENTROPY_IN_MOMENTS),
        (D(Log(Z(p, gamma)), gamma) - mean(p, gamma) - gamma * D(mean(p, gamma), gamma), by.calculus),
    ),
)

ENTROPY_SLOPE_REDUCED = Claim(
    "escort.entropy-slope-reduced",
    Eq(D(H(p, gamma), gamma), -gamma * D(mean(p, gamma), gamma)),
    given=(POSITIVE,),
    title="The first two terms cancel",
    proof=calc(
        D(H(p, gamma), gamma),
        (D(Log(Z(p, gamma)), gamma) - mean(p, gamma) - gamma * D(mean(p, gamma), gamma), ENTROPY_SLOPE_SPLIT),
        (-gamma * D(mean(p, gamma), gamma), LOG_PARTITION_SLOPE),
    ),
)

ENTROPY_SLOPE = Claim(
    "escort.entropy-slope",
    Eq(D(H(p, gamma), gamma), -gamma * V(p, gamma)),
    given=(POSITIVE,),
    title="The slope of the entropy",
    proof=calc(
        D(H(p, gamma), gamma),
        (-gamma * D(mean(p, gamma), gamma), ENTROPY_SLOPE_REDUCED),
        (-gamma * V(p, gamma), MEAN_SLOPE),
    ),
)

ENTROPY_LOG_SLOPE = Claim(
    "escort.entropy-log-slope",
    Eq(gamma * D(H(p, gamma), gamma), -(gamma**2) * V(p, gamma)),
    given=(POSITIVE,),
    title="The slope of the entropy in log gamma",
    remark="gamma d/dgamma is d/dlog gamma, for gamma > 0.",
    proof=calc(
        gamma * D(H(p, gamma), gamma),
        (gamma * (-gamma * V(p, gamma)), ENTROPY_SLOPE),
        (-(gamma**2) * V(p, gamma), by.algebra),
    ),
)

ENTROPY_SLOPE_NONPOSITIVE = Claim(
    "escort.entropy-slope-nonpositive",
    Le(D(H(p, gamma), gamma), 0),
    given=(POSITIVE, Ge(gamma, 0)),
    title="The entropy rises nowhere on gamma >= 0",
    proof=calc(
        D(H(p, gamma), gamma),
        (-gamma * V(p, gamma), ENTROPY_SLOPE),
        le(0, by.sign(gamma * V(p, gamma), VARIANCE_NONNEGATIVE)),
    ),
)

ENTROPY_SLOPE_NEGATIVE = Claim(
    "escort.entropy-slope-negative",
    Lt(D(H(p, gamma), gamma), 0),
    given=(POSITIVE, NOT_CONSTANT, Gt(gamma, 0)),
    title="The entropy falls wherever gamma > 0, unless p is constant",
    proof=calc(
        D(H(p, gamma), gamma),
        (-gamma * V(p, gamma), ENTROPY_SLOPE),
        lt(0, by.sign(gamma * V(p, gamma), VARIANCE_POSITIVE)),
    ),
)

ENTROPY_SLOPE_NONZERO = Claim(
    "escort.entropy-slope-nonzero",
    Ne(At(D(H(p, a), a), a, gamma), 0),
    given=(POSITIVE, NOT_CONSTANT, Ne(gamma, 0)),
    title="Newton's denominator vanishes only at gamma = 0, unless p is constant",
    proof=calc(
        At(D(H(p, a), a), a, gamma),
        (At(-a * V(p, a), a, gamma), ENTROPY_SLOPE),
        (-gamma * V(p, gamma), by.algebra),
        ne(0, by.sign(-gamma * V(p, gamma), VARIANCE_POSITIVE)),
    ),
)

spread = Sum(Sum(p[i] ** a * p[j] ** a * ((p[i] ** (b - a) - p[j] ** (b - a)) * (Log(p[i]) - Log(p[j]))), j), i)
difference = (a * KL(tilde(p, a), tilde(p, b)) + b * KL(tilde(p, b), tilde(p, a))) / (b - a)

DIVERGENCE = Claim(
    "escort.divergence",
    Eq(KL(tilde(p, a), tilde(p, b)), (a - b) * mean(p, a) - Log(Z(p, a)) + Log(Z(p, b))),
    given=(POSITIVE,),
    title="The divergence between two members of the escort family",
    proof=calc(
        KL(tilde(p, a), tilde(p, b)),
        (Sum(tilde(p, a)[i] * (Log(tilde(p, a)[i]) - Log(tilde(p, b)[i])), i), KL),
        (
            Sum(tilde(p, a)[i] * ((a * Log(p[i]) - Log(Z(p, a))) - (b * Log(p[i]) - Log(Z(p, b)))), i),
            LOG_ESCORT,
        ),
        (
            (a - b) * Sum(tilde(p, a)[i] * Log(p[i]), i) + (Log(Z(p, b)) - Log(Z(p, a))) * Sum(tilde(p, a)[i], i),
            by.termwise,
        ),
        ((a - b) * mean(p, a) - Log(Z(p, a)) + Log(Z(p, b)), by.algebra(SUMS_TO_ONE, mean)),
    ),
)

ENTROPY_DIFFERENCE = Claim(
    "escort.entropy-difference",
    Eq(H(p, a), H(p, b) + difference),
    given=(POSITIVE, Ne(a, b)),
    title="Two entropies along the path differ by two divergences",
    proof=calc(
        H(p, a),
        (Log(Z(p, a)) - a * mean(p, a), ENTROPY_IN_MOMENTS),
        (
            Log(Z(p, b))
            - b * mean(p, b)
            + (
                a * ((a - b) * mean(p, a) - Log(Z(p, a)) + Log(Z(p, b)))
                + b * ((b - a) * mean(p, b) - Log(Z(p, b)) + Log(Z(p, a)))
            )
            / (b - a),
            by.algebra,
        ),
        (H(p, b) + difference, by.algebra(ENTROPY_IN_MOMENTS, DIVERGENCE)),
    ),
)

ENTROPY_NONINCREASING = Claim(
    "escort.entropy-nonincreasing",
    Ge(H(p, a), H(p, b)),
    given=(POSITIVE, Ge(a, 0), Lt(a, b)),
    title="The entropy does not grow with gamma >= 0",
    proof=calc(
        H(p, a),
        (H(p, b) + difference, ENTROPY_DIFFERENCE.at({a: a, b: b})),
        ge(H(p, b), by.sign(difference, GIBBS)),
    ),
)

JEFFREYS = Claim(
    "escort.divergences-positive",
    Gt(KL(tilde(p, a), tilde(p, b)) + KL(tilde(p, b), tilde(p, a)), 0),
    given=(POSITIVE, NOT_CONSTANT, Lt(a, b)),
    title="Two different members of the escort family diverge, unless p is constant",
    proof=calc(
        KL(tilde(p, a), tilde(p, b)) + KL(tilde(p, b), tilde(p, a)),
        ((b - a) * (mean(p, b) - mean(p, a)), DIVERGENCE),
        (
            (b - a) * (half * spread / (Z(p, a) * Z(p, b))),
            by.logs(mean, tilde, Z),
        ),
        gt(0, by.sign),
    ),
)

ENTROPY_DECREASING_INSIDE = Claim(
    "escort.entropy-decreasing-inside",
    Lt(H(p, b), H(p, a)),
    given=(POSITIVE, NOT_CONSTANT, Gt(a, 0), Lt(a, b)),
    title="The entropy falls strictly for gamma > 0",
    proof=calc(
        H(p, b),
        (H(p, a) - difference, ENTROPY_DIFFERENCE.at({a: a, b: b})),
        (
            H(p, a)
            - (
                a * (KL(tilde(p, a), tilde(p, b)) + KL(tilde(p, b), tilde(p, a)))
                + (b - a) * KL(tilde(p, b), tilde(p, a))
            )
            / (b - a),
            by.algebra,
        ),
        lt(
            H(p, a),
            by.sign(
                (
                    a * (KL(tilde(p, a), tilde(p, b)) + KL(tilde(p, b), tilde(p, a)))
                    + (b - a) * KL(tilde(p, b), tilde(p, a))
                )
                / (b - a),
                JEFFREYS,
                GIBBS,
            ),
        ),
    ),
)

middle = half * (a + b)

ENTROPY_DECREASING = Claim(
    "escort.entropy-decreasing",
    Lt(H(p, b), H(p, a)),
    given=(POSITIVE, NOT_CONSTANT, Ge(a, 0), Lt(a, b)),
    title="The entropy falls strictly for gamma >= 0, unless p is constant",
    proof=calc(
        H(p, b),
        lt(H(p, middle), by.sign(H(p, middle) - H(p, b), ENTROPY_DECREASING_INSIDE)),
        le(H(p, a), by.sign(H(p, a) - H(p, middle), ENTROPY_NONINCREASING)),
    ),
)

ENTROPY_AT_ZERO = Claim(
    "escort.entropy-at-zero",
    Eq(H(p, 0), Log(n)),
    given=(POSITIVE,),
    title="At gamma = 0 the entropy is that of the uniform distribution",
    proof=calc(
        H(p, 0),
        (-Sum(1 / n * Log(1 / n), i), by.termwise(H, S, tilde, Z)),
        (Log(n), by.logs),
    ),
)

ENTROPY_AT_ONE = Claim(
    "escort.entropy-at-one",
    Eq(H(p, 1), S(p)),
    given=(POSITIVE, NORMALISED),
    title="At gamma = 1 the entropy is that of p",
    proof=calc(H(p, 1), (S(tilde(p, 1)), H), (S(p), IDENTITY_AT_ONE)),
)

ENTROPY_BOUNDED = Claim(
    "escort.entropy-bounded",
    Le(H(p, gamma), Log(n)),
    given=(POSITIVE,),
    title="No power transform has an entropy above log n",
    proof=calc(H(p, gamma), (S(q), H), le(Log(n), by.sign(Log(n) - S(q), MAXIMUM))),
)

ENTROPY_CONSTANT = Claim(
    "escort.entropy-of-constant",
    Eq(H(p, gamma), Log(n)),
    given=(ForAll(i, Eq(p[i], c)), Gt(c, 0)),
    title="If p is constant, so is the entropy: no exponent moves it",
    proof=calc(
        H(p, gamma),
        (
            -Sum(c**gamma / Sum(c**gamma, j) * Log(c**gamma / Sum(c**gamma, j)), i),
            by.algebra(H, S, tilde, Z, ForAll(i, Eq(p[i], c))),
        ),
        (-Sum(1 / n * Log(1 / n), i), by.termwise),
        (Log(n), by.logs),
    ),
)

UNIFORM_AT_ZERO = Claim(
    "escort.uniform-at-zero",
    Eq(tilde(p, 0)[i], 1 / n),
    given=(POSITIVE,),
    title="At gamma = 0 the transform is uniform on the support",
    proof=calc(tilde(p, 0)[i], (1 / n, by.termwise(tilde, Z))),
)

SLOPE_AT_ONE = Claim(
    "escort.entropy-slope-at-one",
    Eq(At(D(H(p, gamma), gamma), gamma, 1), Sum(p[i] * Log(p[i]), i) ** 2 - Sum(p[i] * Log(p[i]) ** 2, i)),
    given=(POSITIVE, NORMALISED),
    title="The slope at gamma = 1 is the squared mean minus the mean square of log p",
    proof=calc(
        At(D(H(p, gamma), gamma), gamma, 1),
        (At(-gamma * V(p, gamma), gamma, 1), ENTROPY_SLOPE),
        (-V(p, 1), by.algebra),
        (mean(p, 1) ** 2 - Sum(tilde(p, 1)[i] * Log(p[i]) ** 2, i), VARIANCE_IN_MOMENTS),
        (Sum(p[i] * Log(p[i]), i) ** 2 - Sum(p[i] * Log(p[i]) ** 2, i), by.algebra(mean, IDENTITY_AT_ONE)),
    ),
)

SLOPE_AT_ONE_VARIANCE = Claim(
    "escort.entropy-slope-at-one-variance",
    Eq(At(D(H(p, gamma), gamma), gamma, 1), -V(p, 1)),
    given=(POSITIVE,),
    title="The slope at gamma = 1 is minus the variance of log p",
    proof=calc(
        At(D(H(p, gamma), gamma), gamma, 1),
        (At(-gamma * V(p, gamma), gamma, 1), ENTROPY_SLOPE),
        (-V(p, 1), by.algebra),
    ),
)

DENOMINATOR = Claim(
    "escort.denominator-at-one",
    Eq(S(p) ** 2 - Sum(p[i] * Log(p[i]) ** 2, i), -V(p, 1)),
    given=(POSITIVE, NORMALISED),
    title="The squared entropy minus the mean square of log p is minus the variance of log p",
    proof=calc(
        S(p) ** 2 - Sum(p[i] * Log(p[i]) ** 2, i),
        (Sum(p[i] * Log(p[i]), i) ** 2 - Sum(p[i] * Log(p[i]) ** 2, i), S),
        (mean(p, 1) ** 2 - Sum(tilde(p, 1)[i] * Log(p[i]) ** 2, i), by.algebra(mean, IDENTITY_AT_ONE)),
        (-V(p, 1), VARIANCE_IN_MOMENTS),
    ),
)

FIRST_ORDER = Claim(
    "escort.first-order-at-one",
    Jet(H(p, gamma), gamma, 1, S(p), S(p) ** 2 - Sum(p[i] * Log(p[i]) ** 2, i)),
    given=(POSITIVE, NORMALISED),
    title="The entropy to first order at gamma = 1",
    proof=expansion(
        calc(At(H(p, gamma), gamma, 1), (H(p, 1), by.algebra), (S(p), ENTROPY_AT_ONE)),
        calc(
            At(D(H(p, gamma), gamma), gamma, 1),
            (-V(p, 1), SLOPE_AT_ONE_VARIANCE),
            (S(p) ** 2 - Sum(p[i] * Log(p[i]) ** 2, i), DENOMINATOR),
        ),
    ),
)

POWER_JET = Claim(
    "escort.power-jet",
    Jet(p[i] ** gamma, gamma, 1, p[i], p[i] * Log(p[i])),
    given=(POSITIVE,),
    title="A power to first order at gamma = 1",
    proof=expansion(
        calc(At(p[i] ** gamma, gamma, 1), (p[i], by.algebra)),
        calc(
            At(D(p[i] ** gamma, gamma), gamma, 1),
            (At(p[i] ** gamma * Log(p[i]), gamma, 1), by.calculus),
            (p[i] * Log(p[i]), by.algebra),
        ),
    ),
)

PARTITION_JET = Claim(
    "escort.partition-jet",
    Jet(Z(p, gamma), gamma, 1, 1, Sum(p[i] * Log(p[i]), i)),
    given=(POSITIVE, NORMALISED),
    title="The partition function to first order at gamma = 1",
    proof=expansion(
        calc(At(Z(p, gamma), gamma, 1), (Sum(p[i], i), Z), (1, NORMALISED)),
        calc(
            At(D(Z(p, gamma), gamma), gamma, 1),
            (At(Sum(p[i] ** gamma * Log(p[i]), i), gamma, 1), by.calculus(Z)),
            (Sum(p[i] * Log(p[i]), i), by.algebra),
        ),
    ),
)

LOG_PARTITION_JET = Claim(
    "escort.log-partition-jet",
    Jet(Log(Z(p, gamma)), gamma, 1, 0, Sum(p[i] * Log(p[i]), i)),
    given=(POSITIVE, NORMALISED),
    title="log Z to first order at gamma = 1",
    proof=expansion(
        calc(At(Log(Z(p, gamma)), gamma, 1), (Log(Sum(p[i], i)), Z), (Log(1), NORMALISED), (0, by.logs)),
        calc(
            At(D(Log(Z(p, gamma)), gamma), gamma, 1),
            (At(mean(p, gamma), gamma, 1), LOG_PARTITION_SLOPE),
            (mean(p, 1), by.algebra),
            (Sum(p[i] * Log(p[i]), i), by.algebra(mean, IDENTITY_AT_ONE)),
        ),
    ),
)

INVERSE_JET = Claim(
    "escort.inverse-jet",
    Jet(1 + (H(p, gamma) - S(p)) / (S(p) ** 2 - Sum(p[i] * Log(p[i]) ** 2, i)), gamma, 1, 1, 1),
    given=(POSITIVE, NORMALISED, NOT_CONSTANT),
    title="Solved for gamma, to first order",
    remark="The right side is 1 + (gamma - 1) = gamma.",
    defined=(VARIANCE_POSITIVE, DENOMINATOR),
    proof=expansion(
        calc(
            At(1 + (H(p, gamma) - S(p)) / (S(p) ** 2 - Sum(p[i] * Log(p[i]) ** 2, i)), gamma, 1),
            (1 + (H(p, 1) - S(p)) / (S(p) ** 2 - Sum(p[i] * Log(p[i]) ** 2, i)), by.algebra),
            (1 + (S(p) - S(p)) / (S(p) ** 2 - Sum(p[i] * Log(p[i]) ** 2, i)), ENTROPY_AT_ONE),
            (1, by.algebra),
        ),
        calc(
            At(D(1 + (H(p, gamma) - S(p)) / (S(p) ** 2 - Sum(p[i] * Log(p[i]) ** 2, i)), gamma), gamma, 1),
            (At(D(H(p, gamma), gamma) / (S(p) ** 2 - Sum(p[i] * Log(p[i]) ** 2, i)), gamma, 1), by.calculus),
            (At(D(H(p, gamma), gamma), gamma, 1) / (S(p) ** 2 - Sum(p[i] * Log(p[i]) ** 2, i)), by.algebra),
            (-V(p, 1) / (S(p) ** 2 - Sum(p[i] * Log(p[i]) ** 2, i)), SLOPE_AT_ONE_VARIANCE),
            (1, DENOMINATOR),
        ),
    ),
)

FROM_TOP = Claim(
    "escort.entropy-from-top",
    Eq(
        H(p, gamma),
        Log(Sum(Exp(-gamma * d[i]), i)) + Sum(gamma * d[i] * Exp(-gamma * d[i]), i) / Sum(Exp(-gamma * d[i]), i),
    ),
    given=(ForAll(i, Eq(p[i], c * Exp(-d[i]))), Gt(c, 0)),
    title="The entropy from the gaps d_i = log p_max - log p_i alone: nothing overflows",
    remark="c is the largest entry, or any other positive number.",
    proof=calc(
        H(p, gamma),
        (
            Log(Sum((c * Exp(-d[i])) ** gamma, i))
            - gamma * Sum((c * Exp(-d[i])) ** gamma * Log(c * Exp(-d[i])), i) / Sum((c * Exp(-d[i])) ** gamma, i),
            by.algebra(ENTROPY_EXPLICIT, Z, ForAll(i, Eq(p[i], c * Exp(-d[i])))),
        ),
        (
            Log(c**gamma * Sum(Exp(-gamma * d[i]), i))
            - gamma * Sum(c**gamma * Exp(-gamma * d[i]) * (Log(c) - d[i]), i) / Sum(c**gamma * Exp(-gamma * d[i]), i),
            by.logs,
        ),
        (
            Log(Sum(Exp(-gamma * d[i]), i)) + Sum(gamma * d[i] * Exp(-gamma * d[i]), i) / Sum(Exp(-gamma * d[i]), i),
            by.logs,
        ),
    ),
)

VARIANCE_SLOPE = Claim(
    "escort.variance-slope",
    Eq(D(V(p, gamma), gamma), third(p, gamma)),
    given=(POSITIVE,),
    title="The slope of the variance is the third central moment",
    proof=calc(
        D(V(p, gamma), gamma),
        (
            D(moment(2, p, gamma) / Z(p, gamma) - (moment(1, p, gamma) / Z(p, gamma)) ** 2, gamma),
            by.termwise(V, mean, tilde, moment, Z),
        ),
        (
            moment(3, p, gamma) / Z(p, gamma)
            - 3 * moment(2, p, gamma) * moment(1, p, gamma) / Z(p, gamma) ** 2
            + 2 * (moment(1, p, gamma) / Z(p, gamma)) ** 3,
            by.calculus(moment, Z),
        ),
        (third(p, gamma), by.termwise(third, mean, tilde, moment, Z)),
    ),
)

ENTROPY_CURVATURE = Claim(
    "escort.entropy-curvature",
    Eq(D(D(H(p, gamma), gamma), gamma), -(V(p, gamma) + gamma * third(p, gamma))),
    given=(POSITIVE,),
    title="The curvature of the entropy",
    proof=calc(
        D(D(H(p, gamma), gamma), gamma),
        (D(-gamma * V(p, gamma), gamma), ENTROPY_SLOPE),
        (-V(p, gamma) - gamma * D(V(p, gamma), gamma), by.calculus),
        (-(V(p, gamma) + gamma * third(p, gamma)), VARIANCE_SLOPE),
    ),
)

SECOND_ORDER = Claim(
    "escort.second-order-at-one",
    Jet(H(p, gamma), gamma, 1, S(p), -V(p, 1), -half * (V(p, 1) + third(p, 1))),
    given=(POSITIVE, NORMALISED),
    title="The entropy to second order at gamma = 1",
    proof=expansion(
        calc(At(H(p, gamma), gamma, 1), (H(p, 1), by.algebra), (S(p), ENTROPY_AT_ONE)),
        calc(At(D(H(p, gamma), gamma), gamma, 1), (-V(p, 1), SLOPE_AT_ONE_VARIANCE)),
        calc(
            At(D(D(H(p, gamma), gamma), gamma), gamma, 1),
            (At(-(V(p, gamma) + gamma * third(p, gamma)), gamma, 1), ENTROPY_CURVATURE),
            (2 * (-half * (V(p, 1) + third(p, 1))), by.algebra),
        ),
    ),
)

VARIANCE_AT_ONE = Claim(
    "escort.variance-at-one",
    Eq(-V(p, 1), Sum(p[i] * Log(p[i]), i) ** 2 - Sum(p[i] * Log(p[i]) ** 2, i)),
    given=(POSITIVE, NORMALISED),
    title="Minus the variance of log p is its squared mean minus its mean square",
    proof=calc(
        -V(p, 1),
        (mean(p, 1) ** 2 - Sum(tilde(p, 1)[i] * Log(p[i]) ** 2, i), VARIANCE_IN_MOMENTS),
        (Sum(p[i] * Log(p[i]), i) ** 2 - Sum(p[i] * Log(p[i]) ** 2, i), by.algebra(mean, IDENTITY_AT_ONE)),
    ),
)

POWER_BOUNDED = Claim(
    "escort.power-bounded",
    Le(p[i] ** gamma, 1),
    given=(POSITIVE, NORMALISED, Gt(gamma, 0)),
    title="A positive power of a probability is at most 1: it cannot overflow",
    proof=calc(p[i] ** gamma, le(Power(1, gamma), by.sign(Power(1, gamma) - p[i] ** gamma, AT_MOST_ONE)), (1, by.logs)),
)

TEMPERATURE = Claim(
    "escort.temperature",
    Eq(Exp(Log(p[i]) / temperature) / Sum(Exp(Log(p[j]) / temperature), j), tilde(p, 1 / temperature)[i]),
    given=(POSITIVE, Gt(temperature, 0)),
    title="Softmax of log p at temperature T is the power transform of exponent 1/T",
    proof=calc(
        Exp(Log(p[i]) / temperature) / Sum(Exp(Log(p[j]) / temperature), j),
        (p[i] ** (1 / temperature) / Sum(p[j] ** (1 / temperature), j), by.logs),
        (tilde(p, 1 / temperature)[i], by.algebra(tilde, Z)),
    ),
)

ENTRIES_POSITIVE = Claim(
    "escort.entries-positive",
    Gt(q[i], 0),
    given=(POSITIVE,),
    title="No finite exponent removes an entry",
    proof=calc(q[i], gt(0, by.sign)),
)

DENOMINATOR_OF_UNIFORM = Claim(
    "escort.denominator-of-uniform",
    Eq(S(uniform) ** 2 - Sum(1 / n * Log(1 / n) ** 2, i), 0),
    title="For the uniform distribution the document's denominator is zero",
    proof=calc(
        S(uniform) ** 2 - Sum(1 / n * Log(1 / n) ** 2, i),
        (Log(n) ** 2 - Sum(1 / n * Log(1 / n) ** 2, i), UNIFORM),
        (0, by.logs),
    ),
)

# ------------------------------------------------------------------------------------------ what is not true

thirds = [Fraction(2, 3), Fraction(1, 3)]

ORDER_ANY_EXPONENT = Refuted(
    "escort.order-any-exponent",
    Gt(q[i], q[j]),
    given=(POSITIVE, Gt(p[i], p[j])),
    at={n: 2, p: thirds, i: 0, j: 1, gamma: Fraction(0)},
    correction=ORDER,
    title="The order is kept whatever the exponent",
    remark="At gamma = 0 all entries are equal; for gamma < 0 the order is reversed.",
)

VARIANCE_POSITIVE_UNLESS_ONE_HOT = Refuted(
    "escort.variance-positive-unless-one-hot",
    Gt(V(p, gamma), 0),
    given=(POSITIVE, Gt(n, 1)),
    at={n: 2, p: [Fraction(1, 2), Fraction(1, 2)], gamma: Fraction(1)},
    correction=VARIANCE_POSITIVE,
    title="The variance is positive as soon as two entries are positive",
    remark="What has to be excluded is not the one-hot distribution but every one that is uniform on its support.",
)

ENTROPY_NONDECREASING = Refuted(
    "escort.entropy-nondecreasing",
    Ge(H(p, b), H(p, a)),
    given=(POSITIVE, Ge(a, 0), Lt(a, b)),
    at={n: 2, p: thirds, a: Fraction(0), b: Fraction(1)},
    correction=ENTROPY_NONINCREASING,
    title="The entropy never falls with gamma",
)

FROZEN_MEAN = Refuted(
    "escort.frozen-mean",
    Jet(H(p, gamma) - (Log(Z(p, gamma)) - gamma * Sum(p[i] * Log(p[i]), i)), gamma, 1, 0, 0),
    given=(POSITIVE, NORMALISED),
    at={n: 2, p: thirds, i: 0, gamma: Fraction(1)},
    correction=FIRST_ORDER,
    title="To first order the mean of log p may be taken under p instead of the escort distribution",
    remark="The mean moves with gamma, and its slope, the variance, is just the first-order term that is lost.",
)

NO_FIRST_ORDER_TERM = Refuted(
    "escort.no-first-order-term",
    Jet(H(p, gamma), gamma, 1, S(p), 0),
    given=(POSITIVE, NORMALISED),
    at={n: 2, p: thirds, i: 0, gamma: Fraction(1)},
    correction=FIRST_ORDER,
    title="The first-order expansion of the entropy at gamma = 1 is constant",
)

SLOPE_SIGN = Refuted(
    "escort.slope-sign",
    Eq(-V(p, 1), Sum(p[i] * Log(p[i]) ** 2, i) - Sum(p[i] * Log(p[i]), i) ** 2),
    given=(POSITIVE, NORMALISED),
    at={n: 2, p: thirds, i: 0, gamma: Fraction(1)},
    correction=VARIANCE_AT_ONE,
    title="Minus the variance is the mean square minus the squared mean",
)

SLOPE_SIGN_ENTROPY = Refuted(
    "escort.slope-sign-entropy",
    Eq(-V(p, 1), Sum(p[i] * Log(p[i]) ** 2, i) - S(p) ** 2),
    given=(POSITIVE, NORMALISED),
    at={n: 2, p: thirds, i: 0, gamma: Fraction(1)},
    correction=DENOMINATOR,
    title="Minus the variance is the mean square minus the squared entropy",
)

SECOND_ORDER_TERM_ZERO = Refuted(
    "escort.second-order-term-zero",
    Jet(H(p, gamma), gamma, 1, S(p), S(p) ** 2 - Sum(p[i] * Log(p[i]) ** 2, i), 0),
    given=(POSITIVE, NORMALISED),
    at={n: 2, p: thirds, i: 0, gamma: Fraction(1)},
    correction=SECOND_ORDER,
    title="The linear expansion of the entropy at gamma = 1 is right to second order",
)

INVERSE_WITHOUT_SPREAD = Refuted(
    "escort.inverse-of-constant",
    Jet(1 + (H(p, gamma) - S(p)) / (S(p) ** 2 - Sum(p[i] * Log(p[i]) ** 2, i)), gamma, 1, 1, 1),
    given=(POSITIVE, NORMALISED),
    at={n: 2, p: [Fraction(1, 2), Fraction(1, 2)], i: 0, gamma: Fraction(1)},
    correction=INVERSE_JET,
    title="The expansion can be solved for gamma at every p",
    remark="For a uniform p the denominator is zero.",
)

ROOT_BELOW_HUNDRED = Refuted(
    "escort.root-below-hundred",
    Le(H(p, 100), h_star),
    given=(POSITIVE, NORMALISED, NOT_CONSTANT, Gt(h_star, 0), Lt(h_star, Log(n))),
    at={n: 2, p: [Fraction(51, 100), Fraction(49, 100)], r: 0, s: 1, h_star: Fraction(1, 20)},
    correction=ENTROPY_DECREASING,
    title="The exponent that reaches a target never exceeds 100",
    remark="The entropy at 100 is still above the target, and it falls: the root lies beyond.",
)
