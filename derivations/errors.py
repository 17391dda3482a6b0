"""Newton's error constant, in entropies.

Near the root the entropy after a step misses its target by -(c2 + c3) / (2 c2^2) times the square of what it missed
before, where c2 and c3 are the second and third cumulant of log of the distribution that is sought.  It ends below the
target where c2 + c3 is positive, as it is near a uniform distribution, and above it where that is negative.
"""

from sympy import Rational

from entnorm.claims import Claim, D, Eq, Gt, Log, Sum, by, calc

from .convergence import STEP
from .escort import ENTROPY_IN_MOMENTS
from .notation import H, V, Z, gamma, h_star, i, mean, newton_step, p, third, tilde
from .setting import NOT_CONSTANT, POSITIVE
from .slopes import ENTROPY_SLOPE, ENTROPY_SLOPE_NONZERO, VARIANCE_IN_MOMENTS, VARIANCE_POSITIVE, VARIANCE_SLOPE

half = Rational(1, 2)
to = newton_step(p, gamma, h_star)
missed = H(p, gamma) - h_star
near = (POSITIVE, NOT_CONSTANT, Gt(gamma, 0))
at_root = (*near, Eq(H(p, gamma), h_star))
well_defined = (VARIANCE_POSITIVE, ENTROPY_SLOPE_NONZERO)
weights, weighted = p[i] ** to, p[i] ** to * Log(p[i])
second = Sum(weighted * Log(p[i]), i)

ENTROPY_AFTER = Claim(
    "errors.entropy-after",
    Eq(D(H(p, to), gamma), -to * V(p, to) * D(to, gamma)),
    given=near,
    title="The slope of the entropy after a step",
    defined=well_defined,
    proof=calc(
        D(H(p, to), gamma),
        (D(Log(Z(p, to)) - to * mean(p, to), gamma), ENTROPY_IN_MOMENTS),
        (
            -to * D(to, gamma) * (second / Sum(weights, i) - Sum(weighted, i) ** 2 / Sum(weights, i) ** 2),
            by.calculus(mean, tilde, Z),
        ),
        (
            -to * (Sum(tilde(p, to)[i] * Log(p[i]) ** 2, i) - mean(p, to) ** 2) * D(to, gamma),
            by.termwise(mean, tilde, Z),
        ),
        (-to * V(p, to) * D(to, gamma), VARIANCE_IN_MOMENTS),
    ),
)

slow = (V(p, gamma) + gamma * third(p, gamma)) / (gamma * V(p, gamma)) ** 2
STEP_SLOPE = Claim(
    "errors.step-slope",
    Eq(D(to, gamma), -missed * slow),
    given=near,
    title="The slope of where a step ends",
    defined=well_defined,
    proof=calc(
        D(to, gamma),
        (D(gamma + missed / (gamma * V(p, gamma)), gamma), STEP),
        (
            1
            + D(H(p, gamma), gamma) / (gamma * V(p, gamma))
            - missed * (V(p, gamma) + gamma * D(V(p, gamma), gamma)) / (gamma * V(p, gamma)) ** 2,
            by.calculus,
        ),
        (-missed * slow, by.algebra(ENTROPY_SLOPE, VARIANCE_SLOPE)),
    ),
)

STEP_AT_ROOT = Claim(
    "errors.step-at-root",
    Eq(to, gamma),
    given=at_root,
    title="At the root a step leads nowhere else",
    defined=well_defined,
    proof=calc(to, (gamma + missed / (gamma * V(p, gamma)), STEP), (gamma, Eq(H(p, gamma), h_star))),
)

STEP_FLAT = Claim(
    "errors.step-flat",
    Eq(D(to, gamma), 0),
    given=at_root,
    title="... nor does it to first order from near it",
    defined=well_defined,
    proof=calc(D(to, gamma), (-missed * slow, STEP_SLOPE), (0, Eq(H(p, gamma), h_star))),
)

constant = (V(p, gamma) + gamma * third(p, gamma)) / (gamma * V(p, gamma))
STEP_BENT = Claim(
    "errors.step-bent",
    Eq(D(D(to, gamma), gamma), constant),
    given=at_root,
    title="... to second order it does",
    defined=well_defined,
    proof=calc(
        D(D(to, gamma), gamma),
        (D(-missed * slow, gamma), STEP_SLOPE),
        (-D(H(p, gamma), gamma) * slow - missed * D(slow, gamma), by.calculus),
        (gamma * V(p, gamma) * slow - missed * D(slow, gamma), ENTROPY_SLOPE),
        (constant, Eq(H(p, gamma), h_star)),
    ),
)

FLAT = Claim(
    "errors.flat",
    Eq(D(H(p, to), gamma), 0),
    given=at_root,
    title="So the entropy after a step has no term of first order in the error",
    defined=well_defined,
    proof=calc(D(H(p, to), gamma), (-to * V(p, to) * D(to, gamma), ENTROPY_AFTER), (0, STEP_FLAT)),
)

SQUARE = Claim(
    "errors.square",
    Eq(D(D(missed**2, gamma), gamma), 2 * (gamma * V(p, gamma)) ** 2),
    given=(POSITIVE, Eq(H(p, gamma), h_star)),
    title="The square of what the entropy misses its target by",
    proof=calc(
        D(D(missed**2, gamma), gamma),
        (2 * D(H(p, gamma), gamma) ** 2 + 2 * missed * D(D(H(p, gamma), gamma), gamma), by.calculus),
        (2 * D(H(p, gamma), gamma) ** 2, Eq(H(p, gamma), h_star)),
        (2 * (-gamma * V(p, gamma)) ** 2, ENTROPY_SLOPE),
        (2 * (gamma * V(p, gamma)) ** 2, by.algebra),
    ),
)

c2, c3 = gamma**2 * V(p, gamma), gamma**3 * third(p, gamma)
ERROR_CONSTANT = Claim(
    "errors.constant",
    Eq(D(D(H(p, to), gamma), gamma), -(c2 + c3) / (2 * c2**2) * D(D(missed**2, gamma), gamma)),
    given=at_root,
    title="... and its second is that of the squared error times -(c2 + c3) / (2 c2^2)",
    remark="As the first are 0, a step makes of the error E -(c2 + c3) / (2 c2^2) E^2, up to terms of order 3.",
    defined=well_defined,
    proof=calc(
        D(D(H(p, to), gamma), gamma),
        (D(-to * V(p, to) * D(to, gamma), gamma), ENTROPY_AFTER),
        (-D(to * V(p, to), gamma) * D(to, gamma) - to * V(p, to) * D(D(to, gamma), gamma), by.calculus),
        (-gamma * V(p, gamma) * constant, by.algebra(STEP_FLAT, STEP_BENT, STEP_AT_ROOT)),
        (-(c2 + c3) / (2 * c2**2) * (2 * (gamma * V(p, gamma)) ** 2), by.algebra),
        (-(c2 + c3) / (2 * c2**2) * D(D(missed**2, gamma), gamma), SQUARE),
    ),
)
