"""The Jacobian: gamma (diag q - q q^T - v v^T / Var) with v_i = q_i (log p_i - E), a weighted projection.

It takes a vector to gamma q times the residual of its regression on log p.  So it is symmetric and positive
semidefinite.  Being symmetric it is its own transpose: the gradient of a
function of the distribution, in the logits, is what the Jacobian makes of its gradient in the distribution.
"""

from entnorm.claims import At, Attained, Claim, D, Eq, ForAll, Ge, Gt, Log, Ne, Seq, Sum, by, calc, ge

from .escort import SUMS_TO_ONE
from .gradients import ALONG_ENTROPY, ALONG_LOGITS, per_entropy, rate
from .inverse import moved
from .notation import V, Z, b, covariance, f, gamma, h, i, j, mean, mean_of, p, r, residual, s, tilde, variance_of, x
from .setting import NOT_CONSTANT, POSITIVE
from .slopes import ENTROPY_SLOPE_NONZERO, VARIANCE_POSITIVE

q = tilde(p, gamma)
score = Log(p[i]) - mean(p, gamma)
var = V(p, gamma)
mean_f, mean_h = mean_of(p, gamma, f), mean_of(p, gamma, h)
cov_f, cov_h = covariance(p, gamma, f), covariance(p, gamma, h)
rest = residual(p, gamma, h)

covariance_with = Sum(q[i] * f[i] * Log(p[i]), i) - mean_f * mean(p, gamma)

COVARIANCE_IN_MOMENTS = Claim(
    "gradients.covariance-in-moments",
    Eq(cov_f, covariance_with),
    given=(POSITIVE,),
    title="The covariance is the mean product minus the product of the means",
    proof=calc(
        cov_f,
        (
            Sum(q[i] * f[i] * Log(p[i]), i)
            - mean_f * Sum(q[i] * Log(p[i]), i)
            - mean(p, gamma) * Sum(q[i] * f[i], i)
            + mean_f * mean(p, gamma) * Sum(q[i], i),
            by.termwise(covariance),
        ),
        (covariance_with, by.algebra(mean, mean_of, SUMS_TO_ONE)),
    ),
)

SUMS_TO_ZERO = Claim(
    "gradients.sums-to-zero",
    Eq(Sum(gamma * q[i] * rest[i], i), 0),
    given=(POSITIVE, NOT_CONSTANT),
    title="The distribution keeps its sum",
    defined=(VARIANCE_POSITIVE,),
    proof=calc(
        Sum(gamma * q[i] * rest[i], i),
        (
            gamma
            * (
                Sum(q[i] * h[i], i)
                - mean_h * Sum(q[i], i)
                - cov_h / var * (Sum(q[i] * Log(p[i]), i) - mean(p, gamma) * Sum(q[i], i))
            ),
            by.termwise(residual),
        ),
        (
            gamma * (Sum(q[i] * h[i], i) - mean_h - cov_h / var * (Sum(q[i] * Log(p[i]), i) - mean(p, gamma))),
            SUMS_TO_ONE,
        ),
        (0, by.algebra(mean, mean_of)),
    ),
)

ORTHOGONAL = Claim(
    "gradients.orthogonal",
    Eq(Sum(gamma * q[i] * rest[i] * score, i), 0),
    given=(POSITIVE, NOT_CONSTANT),
    title="... and moves at right angles to its logarithms: the normal equation of the regression",
    defined=(VARIANCE_POSITIVE,),
    proof=calc(
        Sum(gamma * q[i] * rest[i] * score, i),
        (
            gamma * (Sum(q[i] * (h[i] - mean_h) * score, i) - cov_h / var * Sum(q[i] * score**2, i)),
            by.termwise(residual),
        ),
        (gamma * (cov_h - cov_h / var * var), by.algebra(covariance, V)),
        (0, by.algebra),
    ),
)

applied = Sum(f[i] * (gamma * q[i] * rest[i]), i)
bilinear = gamma * (Sum(q[i] * f[i] * h[i], i) - mean_f * mean_h - cov_f * cov_h / var)

BILINEAR = Claim(
    "gradients.jacobian",
    Eq(applied, bilinear),
    given=(POSITIVE, NOT_CONSTANT),
    title="The Jacobian between two vectors: gamma (diag q - q q^T - v v^T / Var) with v_i = q_i (log p_i - E)",
    remark="Its entries are its values on unit vectors: q^T f is the mean of f, and v^T f its covariance with log p.",
    defined=(VARIANCE_POSITIVE,),
    proof=calc(
        applied,
        (
            gamma
            * (
                Sum(q[i] * f[i] * h[i], i)
                - mean_h * Sum(q[i] * f[i], i)
                - cov_h / var * (Sum(q[i] * f[i] * Log(p[i]), i) - mean(p, gamma) * Sum(q[i] * f[i], i))
            ),
            by.termwise(residual),
        ),
        (
            gamma * (Sum(q[i] * f[i] * h[i], i) - mean_h * mean_f - cov_h / var * covariance_with),
            by.algebra(mean_of),
        ),
        (bilinear, by.algebra(COVARIANCE_IN_MOMENTS)),
    ),
)

SYMMETRIC = Claim(
    "gradients.symmetric",
    Eq(applied, Sum(h[i] * (gamma * q[i] * residual(p, gamma, f)[i]), i)),
    given=(POSITIVE, NOT_CONSTANT),
    title="The Jacobian is symmetric",
    defined=(VARIANCE_POSITIVE,),
    proof=calc(
        applied,
        (bilinear, BILINEAR),
        (
            gamma * (Sum(q[i] * h[i] * f[i], i) - mean_h * mean_f - cov_h * cov_f / var),
            by.termwise,
        ),
        (
            Sum(h[i] * (gamma * q[i] * residual(p, gamma, f)[i]), i),
            BILINEAR.at({f: h, h: f, p: p, gamma: gamma}),
        ),
    ),
)

PULLBACK = Claim(
    "gradients.pullback",
    Eq(
        Sum(f[j] * At(D(tilde(moved, gamma + x * rate)[j], x), x, 0), j),
        Sum(gamma * q[j] * residual(p, gamma, f)[j] * h[j], j),
    ),
    given=(POSITIVE, NOT_CONSTANT),
    title="A function of the distribution whose gradient is f has, in the logits, gamma q times the residual of f",
    defined=(VARIANCE_POSITIVE,),
    proof=calc(
        Sum(f[j] * At(D(tilde(moved, gamma + x * rate)[j], x), x, 0), j),
        (Sum(f[j] * (gamma * q[j] * rest[j]), j), ALONG_LOGITS),
        (
            Sum(h[j] * (gamma * q[j] * residual(p, gamma, f)[j]), j),
            SYMMETRIC.at({f: f, h: h, p: p, gamma: gamma}),
        ),
        (Sum(gamma * q[j] * residual(p, gamma, f)[j] * h[j], j), by.termwise),
    ),
)

PULLBACK_ENTROPY = Claim(
    "gradients.pullback-entropy",
    Eq(Sum(f[j] * per_entropy, j), -cov_f / (gamma * var)),
    given=(POSITIVE, NOT_CONSTANT, Ne(gamma, 0)),
    title="... and in the target minus the slope of that regression on gamma log p",
    defined=(ENTROPY_SLOPE_NONZERO, VARIANCE_POSITIVE),
    proof=calc(
        Sum(f[j] * per_entropy, j),
        (Sum(f[j] * (-q[j] * (Log(p[j]) - mean(p, gamma)) / (gamma * var)), j), ALONG_ENTROPY),
        (
            -(Sum(q[j] * f[j] * Log(p[j]), j) - mean(p, gamma) * Sum(q[j] * f[j], j)) / (gamma * var),
            by.termwise,
        ),
        (
            -(Sum(q[j] * f[j] * Log(p[j]), j) - mean_f * mean(p, gamma)) / (gamma * var),
            by.algebra(mean_of),
        ),
        (-cov_f / (gamma * var), COVARIANCE_IN_MOMENTS),
    ),
)

squares = gamma * Sum(q[i] * rest[i] ** 2, i)
along_itself = Sum(h[i] * (gamma * q[i] * rest[i]), i)

QUADRATIC_FORM = Claim(
    "gradients.quadratic-form",
    Eq(along_itself, squares),
    given=(POSITIVE, NOT_CONSTANT),
    title="The quadratic form of the Jacobian is gamma times the mean square of the residual",
    defined=(VARIANCE_POSITIVE,),
    proof=calc(
        along_itself,
        (
            Sum(h[i] * (gamma * q[i] * rest[i]), i)
            - mean_h * Sum(gamma * q[i] * rest[i], i)
            - cov_h / var * Sum(gamma * q[i] * rest[i] * score, i),
            by.algebra(SUMS_TO_ZERO, ORTHOGONAL),
        ),
        (
            gamma
            * Sum(
                q[i] * rest[i] * (h[i] - mean_h - cov_h / var * score),
                i,
            ),
            by.termwise,
        ),
        (squares, by.termwise(residual)),
    ),
)

SEMIDEFINITE = Claim(
    "gradients.positive-semidefinite",
    Attained(Ge(along_itself, 0), ForAll(i, Eq(rest[i], 0))),
    given=(POSITIVE, NOT_CONSTANT, Gt(gamma, 0)),
    title="The Jacobian is positive semidefinite, and moves everything that is not affine in log p",
    defined=(VARIANCE_POSITIVE,),
    proof=calc(along_itself, (squares, QUADRATIC_FORM), ge(0, by.sign(squares))),
)

VARIANCE_OF_IN_MOMENTS = Claim(
    "gradients.variance-in-moments",
    Eq(variance_of(p, gamma, h), Sum(q[i] * h[i] * h[i], i) - mean_h**2),
    given=(POSITIVE,),
    title="A variance is the mean square minus the squared mean",
    proof=calc(
        variance_of(p, gamma, h),
        (
            Sum(q[i] * h[i] * h[i], i) - 2 * mean_h * Sum(q[i] * h[i], i) + mean_h**2 * Sum(q[i], i),
            by.termwise(variance_of),
        ),
        (Sum(q[i] * h[i] * h[i], i) - mean_h**2, by.algebra(mean_of, SUMS_TO_ONE)),
    ),
)

UNEXPLAINED_VARIANCE = Claim(
    "gradients.unexplained-variance",
    Eq(along_itself, gamma * (variance_of(p, gamma, h) - cov_h**2 / var)),
    given=(POSITIVE, NOT_CONSTANT),
    title="... gamma times the part of the variance that log p does not explain",
    remark="gamma Var (1 - rho^2), with rho the correlation of h and log p.",
    defined=(VARIANCE_POSITIVE,),
    proof=calc(
        along_itself,
        (
            gamma * (Sum(q[i] * h[i] * h[i], i) - mean_h * mean_h - cov_h * cov_h / var),
            BILINEAR.at({f: h, h: h, p: p, gamma: gamma}),
        ),
        (
            gamma * (Sum(q[i] * h[i] * h[i], i) - mean_h**2 - cov_h**2 / var),
            by.algebra,
        ),
        (
            gamma * (variance_of(p, gamma, h) - cov_h**2 / var),
            VARIANCE_OF_IN_MOMENTS,
        ),
    ),
)

powers = Seq(i, p[i] ** b)

HOMOGENEOUS = Claim(
    "gradients.homogeneous",
    Eq(gamma / b * tilde(powers, gamma / b)[j] * residual(powers, gamma / b, h)[j], gamma * q[j] * rest[j] / b),
    given=(POSITIVE, NOT_CONSTANT, Gt(b, 0)),
    title="Logits b times as far apart have the same distribution, and a Jacobian b times as small",
    remark="So it grows beyond all bounds as they draw together: near a uniform distribution nothing is smooth.",
    defined=(VARIANCE_POSITIVE, VARIANCE_POSITIVE.at({p: powers, gamma: gamma / b, r: r, s: s})),
    proof=calc(
        gamma / b * tilde(powers, gamma / b)[j] * residual(powers, gamma / b, h)[j],
        (gamma * q[j] * rest[j] / b, by.logs(residual, mean_of, covariance, V, mean, tilde, Z)),
    ),
)
