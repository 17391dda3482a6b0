"""Derivatives along the power transform: all of them are cumulants of log p under the escort distribution.

log Z has the mean for its slope and the variance for its curvature; the entropy falls with slope -gamma times the
variance, which is a sum of squares and vanishes only where p is constant.
"""

from fractions import Fraction

from sympy import Rational

from entnorm.claims import At, Claim, D, Eq, Ge, Gt, Le, Log, Lt, Ne, Refuted, Sum, by, calc, ge, gt, le, lt, ne

from .escort import ENTROPY_IN_MOMENTS, SUMS_TO_ONE
from .notation import H, V, Z, a, gamma, i, j, mean, moment, n, p, third, tilde
from .setting import NOT_CONSTANT, POSITIVE

half = Rational(1, 2)
q = tilde(p, gamma)
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

VARIANCE_POSITIVE_UNLESS_ONE_HOT = Refuted(
    "escort.variance-positive-unless-one-hot",
    Gt(V(p, gamma), 0),
    given=(POSITIVE, Gt(n, 1)),
    at={n: 2, p: [Fraction(1, 2), Fraction(1, 2)], gamma: Fraction(1)},
    correction=VARIANCE_POSITIVE,
    title="The variance is positive as soon as two entries are positive",
    remark="What has to be excluded is not the one-hot distribution but every one that is uniform on its support.",
)
