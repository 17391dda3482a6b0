"""Close to the uniform distribution, with entries of any number of kinds.

Let p come close to a uniform distribution along its own powers: c p^x with x falling to 0.  What has the target is the
same at every x, at exponents that grow like 1/x.  The directions being the same, too, the Jacobian grows like 1/x, and
what the exponent does like 1/x^2: one over the distance of the logits from a tie, and one over its square.  With two
kinds of entries the Jacobian vanishes, and stays zero (`degenerate`); with three it need not.
"""

from fractions import Fraction

from entnorm.claims import Claim, Eq, Gt, Le, Log, Ne, Refuted, Seq, Sum, by, calc, n

from .escort import SUMS_TO_ONE
from .notation import V, Z, c, covariance, gamma, h, i, j, mean, mean_of, p, r, residual, s, tilde, x
from .setting import NOT_CONSTANT, POSITIVE
from .slopes import VARIANCE_POSITIVE

near = Seq(i, c * p[i] ** x)
there = gamma / x
q = tilde(p, gamma)
CLOSE = (POSITIVE, Gt(c, 0), Ne(x, 0))

SAME = Claim(
    "ties.same",
    Eq(tilde(near, there)[j], q[j]),
    given=CLOSE,
    title="At gamma/x the power transform of c p^x is that of p at gamma",
    proof=calc(
        tilde(near, there)[j],
        ((c * p[j] ** x) ** there / Sum((c * p[i] ** x) ** there, i), by.algebra(tilde, Z)),
        (c**there * p[j] ** gamma / Sum(c**there * p[i] ** gamma, i), by.logs),
        (q[j], by.termwise(tilde, Z)),
    ),
)

MEAN = Claim(
    "ties.mean",
    Eq(mean(near, there), Log(c) + x * mean(p, gamma)),
    given=CLOSE,
    title="The mean of its logarithms",
    proof=calc(
        mean(near, there),
        (Sum(tilde(near, there)[i] * Log(c * p[i] ** x), i), mean),
        (Sum(q[i] * Log(c * p[i] ** x), i), SAME),
        (Log(c) * Sum(q[i], i) + x * Sum(q[i] * Log(p[i]), i), by.logs),
        (Log(c) + x * mean(p, gamma), by.algebra(SUMS_TO_ONE, mean)),
    ),
)

VARIANCE = Claim(
    "ties.variance",
    Eq(V(near, there), x**2 * V(p, gamma)),
    given=CLOSE,
    title="... their variance ...",
    proof=calc(
        V(near, there),
        (Sum(tilde(near, there)[i] * (Log(c * p[i] ** x) - mean(near, there)) ** 2, i), V),
        (
            Sum(q[i] * (Log(c * p[i] ** x) - (Log(c) + x * mean(p, gamma))) ** 2, i),
            by.algebra(SAME, MEAN),
        ),
        (x**2 * Sum(q[i] * (Log(p[i]) - mean(p, gamma)) ** 2, i), by.logs),
        (x**2 * V(p, gamma), V),
    ),
)

MEAN_OF = Claim(
    "ties.mean-of-direction",
    Eq(mean_of(near, there, h), mean_of(p, gamma, h)),
    given=CLOSE,
    title="... the mean of a direction ...",
    proof=calc(
        mean_of(near, there, h),
        (Sum(tilde(near, there)[i] * h[i], i), mean_of),
        (Sum(q[i] * h[i], i), SAME),
        (mean_of(p, gamma, h), mean_of),
    ),
)

COVARIANCE = Claim(
    "ties.covariance",
    Eq(covariance(near, there, h), x * covariance(p, gamma, h)),
    given=CLOSE,
    title="... and its covariance with the logarithms",
    proof=calc(
        covariance(near, there, h),
        (
            Sum(tilde(near, there)[i] * (h[i] - mean_of(near, there, h)) * (Log(c * p[i] ** x) - mean(near, there)), i),
            covariance,
        ),
        (
            Sum(q[i] * (h[i] - mean_of(p, gamma, h)) * (Log(c * p[i] ** x) - (Log(c) + x * mean(p, gamma))), i),
            by.algebra(SAME, MEAN, MEAN_OF),
        ),
        (x * Sum(q[i] * (h[i] - mean_of(p, gamma, h)) * (Log(p[i]) - mean(p, gamma)), i), by.logs),
        (x * covariance(p, gamma, h), covariance),
    ),
)

MOVING = (*CLOSE, NOT_CONSTANT)
EXPONENT = Claim(
    "ties.exponent",
    Eq(
        -there * covariance(near, there, h) / V(near, there),
        -gamma * covariance(p, gamma, h) / V(p, gamma) / x**2,
    ),
    given=MOVING,
    title="The exponent follows the logits like one over the square of the distance from a tie",
    defined=(VARIANCE_POSITIVE,),
    proof=calc(
        -there * covariance(near, there, h) / V(near, there),
        (-there * (x * covariance(p, gamma, h)) / (x**2 * V(p, gamma)), by.algebra(COVARIANCE, VARIANCE)),
        (-gamma * covariance(p, gamma, h) / V(p, gamma) / x**2, by.algebra),
    ),
)

moved = there * tilde(near, there)[j] * residual(near, there, h)[j]
JACOBIAN = Claim(
    "ties.jacobian",
    Eq(moved, gamma * q[j] * residual(p, gamma, h)[j] / x),
    given=MOVING,
    title="... and the distribution like one over that distance, whatever kinds of entries there are",
    remark="The left side is its slope along h at constant entropy [gradients.along-logits].",
    defined=(VARIANCE_POSITIVE,),
    proof=calc(
        moved,
        (
            there
            * tilde(near, there)[j]
            * (
                h[j]
                - mean_of(near, there, h)
                - covariance(near, there, h) / V(near, there) * (Log(c * p[j] ** x) - mean(near, there))
            ),
            by.algebra(residual),
        ),
        (
            there
            * q[j]
            * (
                h[j]
                - mean_of(p, gamma, h)
                - x
                * covariance(p, gamma, h)
                / (x**2 * V(p, gamma))
                * (Log(c * p[j] ** x) - (Log(c) + x * mean(p, gamma)))
            ),
            by.algebra(SAME, MEAN, MEAN_OF, COVARIANCE, VARIANCE),
        ),
        (
            there
            * q[j]
            * (h[j] - mean_of(p, gamma, h) - covariance(p, gamma, h) / V(p, gamma) * (Log(p[j]) - mean(p, gamma))),
            by.logs,
        ),
        (gamma * q[j] * residual(p, gamma, h)[j] / x, by.algebra(residual)),
    ),
)

BOUNDED = Refuted(
    "ties.bounded",
    Le(moved**2, 100),
    given=(*MOVING, Gt(x, 0), Gt(gamma, 0)),
    at={
        n: 3,
        p: [Fraction(4, 7), Fraction(2, 7), Fraction(1, 7)],
        h: [Fraction(1), Fraction(0), Fraction(0)],
        c: Fraction(1, 3),
        x: Fraction(1, 1000),
        gamma: Fraction(1),
        j: 0,
        r: 0,
        s: 1,
    },
    correction=JACOBIAN,
    title="No entry moves more than ten times as fast as a logit",
    remark="Three entries within 0.0014 of each other in their logarithms, of which one logit moves.",
)
