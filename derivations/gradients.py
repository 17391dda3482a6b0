"""Tangents: how the distribution of prescribed entropy moves with logits, probabilities and target.

Logits move along a line, log p_i + x h_i, and the exponent with them: gamma + x a.  Both together carry the
distribution and its entropy along, so that every total derivative is one at x = 0.  One rate a keeps the entropy, and
with it the distribution moves by gamma q times a residual: that of h in its least-squares regression on log p, with the
weights q.

That the exponent is a differentiable function of logits and target, with this rate, is the implicit function theorem
[implicit.exponent].
"""

from entnorm.claims import At, Claim, D, Eq, Exp, Log, Ne, Seq, Sum, by, calc

from .escort import ENTROPY_EXPLICIT
from .inverse import logit, moved
from .notation import H, V, Z, a, covariance, gamma, h, i, j, mean, mean_of, p, residual, tilde, x, y
from .setting import NOT_CONSTANT, POSITIVE
from .slopes import ENTROPY_SLOPE, ENTROPY_SLOPE_NONZERO, VARIANCE_POSITIVE

q = tilde(p, gamma)
power = gamma + x * a
weight = Exp(power * logit)
drift = a * logit + power * h[i]

DISTRIBUTION_ALONG = Claim(
    "gradients.distribution-along",
    Eq(
        At(D(tilde(moved, power)[j], x), x, 0),
        q[j] * (gamma * (h[j] - mean_of(p, gamma, h)) + a * (Log(p[j]) - mean(p, gamma))),
    ),
    given=(POSITIVE,),
    title="How the distribution moves with logits and exponent together",
    proof=calc(
        At(D(tilde(moved, power)[j], x), x, 0),
        (At(D(Exp(power * (Log(p[j]) + x * h[j])) / Sum(weight, i), x), x, 0), by.logs(tilde, Z)),
        (
            At(
                Exp(power * (Log(p[j]) + x * h[j]))
                * (
                    (a * (Log(p[j]) + x * h[j]) + power * h[j]) / Sum(weight, i)
                    - Sum(weight * drift, i) / Sum(weight, i) ** 2
                ),
                x,
                0,
            ),
            by.calculus,
        ),
        (
            p[j] ** gamma
            * (
                (a * Log(p[j]) + gamma * h[j]) / Sum(p[i] ** gamma, i)
                - Sum(p[i] ** gamma * (a * Log(p[i]) + gamma * h[i]), i) / Sum(p[i] ** gamma, i) ** 2
            ),
            by.logs,
        ),
        (
            q[j] * (gamma * (h[j] - mean_of(p, gamma, h)) + a * (Log(p[j]) - mean(p, gamma))),
            by.termwise(mean, mean_of, tilde, Z),
        ),
    ),
)

ENTROPY_ALONG = Claim(
    "gradients.entropy-along",
    Eq(
        At(D(H(moved, power), x), x, 0),
        -(gamma**2) * covariance(p, gamma, h) - gamma * a * V(p, gamma),
    ),
    given=(POSITIVE,),
    title="... and how the entropy does",
    proof=calc(
        At(D(H(moved, power), x), x, 0),
        (
            At(D(Log(Sum(weight, i)) - power * Sum(weight * logit, i) / Sum(weight, i), x), x, 0),
            by.logs(ENTROPY_EXPLICIT, Z),
        ),
        (
            At(
                Sum(weight * drift, i) / Sum(weight, i)
                - a * Sum(weight * logit, i) / Sum(weight, i)
                - power
                * (
                    (Sum(weight * drift * logit, i) + Sum(weight * h[i], i)) / Sum(weight, i)
                    - Sum(weight * logit, i) * Sum(weight * drift, i) / Sum(weight, i) ** 2
                ),
                x,
                0,
            ),
            by.calculus,
        ),
        (
            -(gamma**2)
            * (
                Sum(p[i] ** gamma * h[i] * Log(p[i]), i) / Sum(p[i] ** gamma, i)
                - Sum(p[i] ** gamma * Log(p[i]), i) * Sum(p[i] ** gamma * h[i], i) / Sum(p[i] ** gamma, i) ** 2
            )
            - gamma
            * a
            * (
                Sum(p[i] ** gamma * Log(p[i]) ** 2, i) / Sum(p[i] ** gamma, i)
                - Sum(p[i] ** gamma * Log(p[i]), i) ** 2 / Sum(p[i] ** gamma, i) ** 2
            ),
            by.logs,
        ),
        (
            -(gamma**2) * covariance(p, gamma, h) - gamma * a * V(p, gamma),
            by.termwise(covariance, V, mean, mean_of, tilde, Z),
        ),
    ),
)

RATE = Claim(
    "gradients.exponent-rate",
    Eq(a, -gamma * covariance(p, gamma, h) / V(p, gamma) - y / (gamma * V(p, gamma))),
    given=(POSITIVE, NOT_CONSTANT, Ne(gamma, 0), Eq(At(D(H(moved, power), x), x, 0), y)),
    title="If the entropy is to move at the rate y, this is the rate of the exponent",
    remark="y = 0 keeps the entropy; h = 0 and y = 1 give the slope of the exponent in the target.",
    defined=(VARIANCE_POSITIVE,),
    proof=calc(
        a,
        (
            -gamma * covariance(p, gamma, h) / V(p, gamma)
            - (-(gamma**2) * covariance(p, gamma, h) - gamma * a * V(p, gamma)) / (gamma * V(p, gamma)),
            by.algebra,
        ),
        (
            -gamma * covariance(p, gamma, h) / V(p, gamma) - At(D(H(moved, power), x), x, 0) / (gamma * V(p, gamma)),
            ENTROPY_ALONG,
        ),
        (
            -gamma * covariance(p, gamma, h) / V(p, gamma) - y / (gamma * V(p, gamma)),
            Eq(At(D(H(moved, power), x), x, 0), y),
        ),
    ),
)

rate = -gamma * covariance(p, gamma, h) / V(p, gamma)

ENTROPY_KEPT = Claim(
    "gradients.entropy-kept",
    Eq(At(D(H(moved, gamma + x * rate), x), x, 0), 0),
    given=(POSITIVE, NOT_CONSTANT),
    title="At that rate the entropy stays",
    defined=(VARIANCE_POSITIVE,),
    proof=calc(
        At(D(H(moved, gamma + x * rate), x), x, 0),
        (
            -(gamma**2) * covariance(p, gamma, h) - gamma * rate * V(p, gamma),
            ENTROPY_ALONG.at({a: rate, p: p, gamma: gamma, h: h}),
        ),
        (0, by.algebra),
    ),
)

ALONG_LOGITS = Claim(
    "gradients.along-logits",
    Eq(At(D(tilde(moved, gamma + x * rate)[j], x), x, 0), gamma * q[j] * residual(p, gamma, h)[j]),
    given=(POSITIVE, NOT_CONSTANT),
    title="At constant entropy the distribution moves by gamma q times the residual of the direction",
    defined=(VARIANCE_POSITIVE,),
    proof=calc(
        At(D(tilde(moved, gamma + x * rate)[j], x), x, 0),
        (
            q[j] * (gamma * (h[j] - mean_of(p, gamma, h)) + rate * (Log(p[j]) - mean(p, gamma))),
            DISTRIBUTION_ALONG.at({a: rate, p: p, gamma: gamma, h: h}),
        ),
        (gamma * q[j] * residual(p, gamma, h)[j], by.algebra(residual)),
    ),
)

ALONG_EXPONENT = Claim(
    "gradients.along-exponent",
    Eq(D(q[j], gamma), q[j] * (Log(p[j]) - mean(p, gamma))),
    given=(POSITIVE,),
    title="How the distribution moves with the exponent",
    proof=calc(
        D(q[j], gamma),
        (D(p[j] ** gamma / Sum(p[i] ** gamma, i), gamma), by.algebra(tilde, Z)),
        (
            p[j] ** gamma * Log(p[j]) / Sum(p[i] ** gamma, i)
            - p[j] ** gamma * Sum(p[i] ** gamma * Log(p[i]), i) / Sum(p[i] ** gamma, i) ** 2,
            by.calculus,
        ),
        (q[j] * (Log(p[j]) - mean(p, gamma)), by.termwise(mean, tilde, Z)),
    ),
)

per_entropy = D(q[j], gamma) / At(D(H(p, a), a), a, gamma)

ALONG_ENTROPY = Claim(
    "gradients.along-entropy",
    Eq(per_entropy, -q[j] * (Log(p[j]) - mean(p, gamma)) / (gamma * V(p, gamma))),
    given=(POSITIVE, NOT_CONSTANT, Ne(gamma, 0)),
    title="How the distribution moves with the target",
    defined=(ENTROPY_SLOPE_NONZERO, VARIANCE_POSITIVE),
    proof=calc(
        per_entropy,
        (q[j] * (Log(p[j]) - mean(p, gamma)) / At(-a * V(p, a), a, gamma), by.algebra(ALONG_EXPONENT, ENTROPY_SLOPE)),
        (-q[j] * (Log(p[j]) - mean(p, gamma)) / (gamma * V(p, gamma)), by.algebra),
    ),
)

TARGET_SPEED = Claim(
    "gradients.target-speed",
    Eq(Sum(per_entropy**2 / q[j], j), 1 / (gamma**2 * V(p, gamma))),
    given=(POSITIVE, NOT_CONSTANT, Ne(gamma, 0)),
    title="In the Fisher metric the distribution follows its target with the squared speed 1 / (gamma^2 Var)",
    remark="Where gamma^2 Var, the varentropy, falls to 0, it grows beyond all bounds: so it does near log n.",
    defined=(ENTROPY_SLOPE_NONZERO, VARIANCE_POSITIVE),
    proof=calc(
        Sum(per_entropy**2 / q[j], j),
        (
            Sum((-q[j] * (Log(p[j]) - mean(p, gamma)) / (gamma * V(p, gamma))) ** 2 / q[j], j),
            ALONG_ENTROPY,
        ),
        (
            Sum(q[j] * (Log(p[j]) - mean(p, gamma)) ** 2, j) / (gamma**2 * V(p, gamma) ** 2),
            by.termwise,
        ),
        (V(p, gamma) / (gamma**2 * V(p, gamma) ** 2), by.algebra(V)),
        (1 / (gamma**2 * V(p, gamma)), by.algebra),
    ),
)

ALONG_PROBABILITIES = Claim(
    "gradients.along-probabilities",
    Eq(
        At(D(tilde(Seq(i, p[i] + x * h[i]), power)[j], x), x, 0),
        At(D(tilde(Seq(i, p[i] * Exp(x * (h[i] / p[i]))), power)[j], x), x, 0),
    ),
    given=(POSITIVE,),
    title="A direction h of p does what the direction h / p of its logarithms does",
    proof=calc(
        At(D(tilde(Seq(i, p[i] + x * h[i]), power)[j], x), x, 0),
        (
            At(D((p[j] + x * h[j]) ** power / Sum((p[i] + x * h[i]) ** power, i), x), x, 0),
            by.algebra(tilde, Z),
        ),
        (
            p[j] ** gamma * (a * Log(p[j]) + gamma * h[j] / p[j]) / Sum(p[i] ** gamma, i)
            - p[j] ** gamma
            * Sum(p[i] ** gamma * (a * Log(p[i]) + gamma * h[i] / p[i]), i)
            / Sum(p[i] ** gamma, i) ** 2,
            by.calculus,
        ),
        (
            q[j] * (gamma * (h[j] / p[j] - mean_of(p, gamma, Seq(i, h[i] / p[i]))) + a * (Log(p[j]) - mean(p, gamma))),
            by.termwise(mean, mean_of, tilde, Z),
        ),
        (
            At(D(tilde(Seq(i, p[i] * Exp(x * (h[i] / p[i]))), power)[j], x), x, 0),
            DISTRIBUTION_ALONG.at({h: Seq(i, h[i] / p[i]), p: p, gamma: gamma, a: a}),
        ),
    ),
)
