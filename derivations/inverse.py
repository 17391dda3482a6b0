"""Sensitivities: how the exponent and the distribution follow the logits and the target.

Logits move along a line: log p_i + x h_i for a direction h.  Entries of a Jacobian are its values on unit directions,
so nothing is lost, and no derivative with respect to an indexed entry is ever taken.  The exponent that keeps the
entropy at its target moves by the implicit function theorem: its slope is minus the quotient of the two partial slopes
[implicit.exponent].
"""

from entnorm.claims import At, Claim, D, Eq, Exp, Log, Ne, Seq, Sum, by, calc

from .escort import ENTROPY_EXPLICIT
from .notation import H, V, Z, a, covariance, gamma, h, i, mean, mean_of, p, tilde, x
from .setting import NOT_CONSTANT, POSITIVE
from .slopes import ENTROPY_SLOPE, ENTROPY_SLOPE_NONZERO, VARIANCE_POSITIVE

q = tilde(p, gamma)
moved = Seq(i, p[i] * Exp(x * h[i]))
logit = Log(p[i]) + x * h[i]
weight = Exp(gamma * logit)

LOGIT_SLOPE = Claim(
    "inverse.entropy-along-logits",
    Eq(At(D(H(moved, gamma), x), x, 0), -(gamma**2) * covariance(p, gamma, h)),
    given=(POSITIVE,),
    title="The slope of the entropy along a direction of the logits",
    proof=calc(
        At(D(H(moved, gamma), x), x, 0),
        (
            At(D(Log(Sum(weight, i)) - gamma * Sum(weight * logit, i) / Sum(weight, i), x), x, 0),
            by.logs(ENTROPY_EXPLICIT, Z),
        ),
        (
            At(
                gamma * Sum(weight * h[i], i) / Sum(weight, i)
                - gamma
                * (
                    (gamma * Sum(weight * h[i] * logit, i) + Sum(weight * h[i], i)) / Sum(weight, i)
                    - gamma * Sum(weight * logit, i) * Sum(weight * h[i], i) / Sum(weight, i) ** 2
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
            ),
            by.logs,
        ),
        (-(gamma**2) * covariance(p, gamma, h), by.termwise(covariance, mean, mean_of, tilde, Z)),
    ),
)

EXPONENT_ALONG_LOGITS = Claim(
    "inverse.exponent-along-logits",
    Eq(
        -At(D(H(moved, gamma), x), x, 0) / At(D(H(p, a), a), a, gamma),
        -gamma * covariance(p, gamma, h) / V(p, gamma),
    ),
    given=(POSITIVE, NOT_CONSTANT, Ne(gamma, 0)),
    title="How the exponent follows the logits at constant entropy",
    defined=(ENTROPY_SLOPE_NONZERO, VARIANCE_POSITIVE),
    proof=calc(
        -At(D(H(moved, gamma), x), x, 0) / At(D(H(p, a), a), a, gamma),
        (gamma**2 * covariance(p, gamma, h) / At(-a * V(p, a), a, gamma), by.algebra(LOGIT_SLOPE, ENTROPY_SLOPE)),
        (-gamma * covariance(p, gamma, h) / V(p, gamma), by.algebra),
    ),
)

EXPONENT_ALONG_TARGET = Claim(
    "inverse.exponent-along-target",
    Eq(1 / At(D(H(p, a), a), a, gamma), -1 / (gamma * V(p, gamma))),
    given=(POSITIVE, NOT_CONSTANT, Ne(gamma, 0)),
    title="How the exponent follows the target",
    defined=(ENTROPY_SLOPE_NONZERO, VARIANCE_POSITIVE),
    proof=calc(
        1 / At(D(H(p, a), a), a, gamma),
        (1 / At(-a * V(p, a), a, gamma), ENTROPY_SLOPE),
        (-1 / (gamma * V(p, gamma)), by.algebra),
    ),
)
