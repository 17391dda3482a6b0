"""The iteration of the document is Newton's method.

The document re-bases the distribution at every step and expands at exponent 1.  Newton's method does not notice a
linear change of its unknown, so the product of the exponents follows Newton's method for H(gamma) = H* from gamma = 1,
as long as no partial product is zero.  That says nothing about convergence.
"""

from entnorm.claims import IH, At, Claim, D, Eq, ForAll, Log, Ne, Sum, by, calc, induction

from .escort import (
    COMPOSITION,
    DENOMINATOR,
    ENTROPY_SLOPE,
    ENTROPY_SLOPE_NONZERO,
    IDENTITY_AT_ONE,
    LOG_ESCORT,
    SUMS_TO_ONE,
    VARIANCE_IN_MOMENTS,
    VARIANCE_POSITIVE,
)
from .notation import H, S, V, Z, a, exponent, gamma, h_star, i, iterate, k, mean, newton_step, p, tilde, total_exponent
from .setting import NORMALISED, NOT_CONSTANT, POSITIVE

q = tilde(p, gamma)

VARENTROPY = Claim(
    "newton.varentropy",
    Eq(S(q) ** 2 - Sum(q[i] * Log(q[i]) ** 2, i), -(gamma**2) * V(p, gamma)),
    given=(POSITIVE,),
    title="The document's denominator is minus gamma squared times the variance",
    proof=calc(
        S(q) ** 2 - Sum(q[i] * Log(q[i]) ** 2, i),
        (Sum(q[i] * Log(q[i]), i) ** 2 - Sum(q[i] * Log(q[i]) ** 2, i), S),
        (
            Sum(q[i] * (gamma * Log(p[i]) - Log(Z(p, gamma))), i) ** 2
            - Sum(q[i] * (gamma * Log(p[i]) - Log(Z(p, gamma))) ** 2, i),
            LOG_ESCORT,
        ),
        (
            (gamma * Sum(q[i] * Log(p[i]), i) - Log(Z(p, gamma)) * Sum(q[i], i)) ** 2
            - gamma**2 * Sum(q[i] * Log(p[i]) ** 2, i)
            + 2 * gamma * Log(Z(p, gamma)) * Sum(q[i] * Log(p[i]), i)
            - Log(Z(p, gamma)) ** 2 * Sum(q[i], i),
            by.termwise,
        ),
        (gamma**2 * mean(p, gamma) ** 2 - gamma**2 * Sum(q[i] * Log(p[i]) ** 2, i), by.algebra(SUMS_TO_ONE, mean)),
        (-(gamma**2) * V(p, gamma), VARIANCE_IN_MOMENTS),
    ),
)

REBASED_STEP = Claim(
    "newton.rebased-step",
    Eq(gamma * exponent(q, h_star), newton_step(p, gamma, h_star)),
    given=(POSITIVE, NOT_CONSTANT, Ne(gamma, 0)),
    title="A step from exponent 1 at the transformed distribution is a Newton step at gamma",
    defined=(VARIANCE_POSITIVE, ENTROPY_SLOPE_NONZERO, VARENTROPY),
    proof=calc(
        gamma * exponent(q, h_star),
        (gamma * (1 + (h_star - S(q)) / (S(q) ** 2 - Sum(q[i] * Log(q[i]) ** 2, i))), exponent),
        (gamma * (1 + (h_star - H(p, gamma)) / (-(gamma**2) * V(p, gamma))), by.algebra(VARENTROPY, H)),
        (gamma - (H(p, gamma) - h_star) / (-gamma * V(p, gamma)), by.algebra),
        (gamma - (H(p, gamma) - h_star) / At(-a * V(p, a), a, gamma), by.algebra),
        (gamma - (H(p, gamma) - h_star) / At(D(H(p, a), a), a, gamma), ENTROPY_SLOPE),
        (newton_step(p, gamma, h_star), newton_step),
    ),
)

STEP_AT_ONE = Claim(
    "newton.step-at-one",
    Eq(newton_step(p, 1, h_star), 1 + (h_star - S(p)) / (S(p) ** 2 - Sum(p[i] * Log(p[i]) ** 2, i))),
    given=(POSITIVE, NORMALISED, NOT_CONSTANT),
    title="The document's update is the Newton step at gamma = 1",
    defined=(VARIANCE_POSITIVE, ENTROPY_SLOPE_NONZERO, VARENTROPY, DENOMINATOR),
    proof=calc(
        newton_step(p, 1, h_star),
        (1 * exponent(tilde(p, 1), h_star), REBASED_STEP),
        (exponent(p, h_star), IDENTITY_AT_ONE),
        (1 + (h_star - S(p)) / (S(p) ** 2 - Sum(p[i] * Log(p[i]) ** 2, i)), exponent),
    ),
)

NO_ZERO = ForAll(k, Ne(total_exponent(k, p, h_star), 0))

DOCUMENT_LOOP = Claim(
    "newton.document-loop",
    Eq(iterate(k, p, h_star)[i], tilde(p, total_exponent(k, p, h_star))[i]),
    given=(POSITIVE, NORMALISED, NOT_CONSTANT, NO_ZERO),
    title="The document's loop is Newton's method on the product of its exponents",
    defined=(VARIANCE_POSITIVE, ENTROPY_SLOPE_NONZERO, VARENTROPY),
    proof=induction(
        k,
        base=calc(
            iterate(0, p, h_star)[i],
            (p[i], iterate),
            (tilde(p, 1)[i], IDENTITY_AT_ONE),
            (tilde(p, total_exponent(0, p, h_star))[i], total_exponent),
        ),
        step=calc(
            iterate(k + 1, p, h_star)[i],
            (tilde(iterate(k, p, h_star), exponent(iterate(k, p, h_star), h_star))[i], iterate),
            (
                tilde(tilde(p, total_exponent(k, p, h_star)), exponent(tilde(p, total_exponent(k, p, h_star)), h_star))[
                    i
                ],
                IH,
            ),
            (
                tilde(
                    p,
                    total_exponent(k, p, h_star) * exponent(tilde(p, total_exponent(k, p, h_star)), h_star),
                )[i],
                COMPOSITION,
                DENOMINATOR,
            ),
            (tilde(p, newton_step(p, total_exponent(k, p, h_star), h_star))[i], REBASED_STEP),
            (tilde(p, total_exponent(k + 1, p, h_star))[i], total_exponent),
        ),
    ),
)
