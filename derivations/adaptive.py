"""Newton's method in the best power of gamma, found anew at every step: the third-order term.

With alpha = 2 + gamma mu3 / Var the error epsilon has the slope -(1 + alpha epsilon) / gamma, exactly.  So the
logarithm of where a step ends has a slope that is alpha' times something that vanishes to second order at the root: in
logarithms a step cubes the error, and multiplies it by minus gamma alpha' / 6.
"""

from entnorm.claims import Assumption, Claim, D, Eq, Gt, Log, Ne, by, calc

from .cumulants import THIRD_SLOPE
from .notation import H, V, best_power, c, excess, fourth, gamma, h_star, mismatch, p, third
from .powers import NO_EXCESS, raw
from .setting import NOT_CONSTANT, POSITIVE
from .slopes import ENTROPY_SLOPE, VARIANCE_POSITIVE, VARIANCE_SLOPE

best, error = best_power(p, gamma), excess(p, gamma, h_star)
turn = D(best, gamma)
base = 1 + best * error

ERROR_SLOPE = Claim(
    "adaptive.error-slope",
    Eq(D(error, gamma), -(1 + best * error) / gamma),
    given=(POSITIVE, NOT_CONSTANT, Ne(gamma, 0)),
    title="The slope of the error, in units of the slope of the entropy in log gamma",
    defined=(VARIANCE_POSITIVE,),
    proof=calc(
        D(error, gamma),
        (raw, by.calculus(excess)),
        (-(1 + best * error) / gamma, by.algebra(ENTROPY_SLOPE, VARIANCE_SLOPE, excess, best_power)),
    ),
)

ratio, cumulant = gamma * third(p, gamma) / V(p, gamma), fourth(p, gamma) - 3 * V(p, gamma) ** 2
BEST_SLOPE = Claim(
    "adaptive.best-slope",
    Eq(gamma * turn, ratio + gamma**2 * cumulant / V(p, gamma) - ratio**2),
    given=(POSITIVE, NOT_CONSTANT),
    title="The slope of the best power in log gamma: c3/c2 + c4/c2 - (c3/c2)^2",
    defined=(VARIANCE_POSITIVE,),
    proof=calc(
        gamma * turn,
        (
            gamma
            * (
                third(p, gamma) / V(p, gamma)
                + gamma * D(third(p, gamma), gamma) / V(p, gamma)
                - gamma * third(p, gamma) * D(V(p, gamma), gamma) / V(p, gamma) ** 2
            ),
            by.calculus(best_power),
        ),
        (ratio + gamma**2 * cumulant / V(p, gamma) - ratio**2, by.algebra(THIRD_SLOPE, VARIANCE_SLOPE)),
    ),
)

log_step = Log(gamma) + Log(base) / best
error_slope = D(error, gamma)
drift = turn * error + best * error_slope  # the slope of the base
rest = mismatch(p, gamma, h_star)
share = turn / best
rest_slope = best / gamma * (error / base) - turn * error**2 / base**2 - share * rest
defined_near = (
    POSITIVE,
    NOT_CONSTANT,
    Gt(gamma, 0),
    Assumption("the step is defined", Gt(base, 0)),
    Assumption("the power is not 0", Ne(best, 0)),
)
simplified = by.algebra(ERROR_SLOPE, mismatch)

STEP_SLOPE = Claim(
    "adaptive.step-slope",
    Eq(D(log_step, gamma), share * rest),
    given=defined_near,
    title="The slope of the logarithm of where a step ends is the slope of the power times a difference",
    defined=(VARIANCE_POSITIVE,),
    proof=calc(
        D(log_step, gamma),
        (1 / gamma + drift / (base * best) - turn * Log(base) / best**2, by.calculus),
        (share * rest, simplified),
    ),
)

REST_SLOPE = Claim(
    "adaptive.mismatch-slope",
    Eq(D(rest, gamma), rest_slope),
    given=defined_near,
    title="The slope of that difference",
    defined=(VARIANCE_POSITIVE,),
    proof=calc(
        D(rest, gamma),
        (
            error_slope / base - error * drift / base**2 - drift / (base * best) + turn * Log(base) / best**2,
            by.calculus(mismatch),
        ),
        (rest_slope, simplified),
    ),
)

# At the root.  Inside the derivatives nothing is known of it.
root = Eq(H(p, gamma), h_star)
at_root = (*defined_near, root)
at_root_alone = (*defined_near[:3], defined_near[4], root)  # there the base of the step is 1
no_error = NO_EXCESS.at({c: gamma, p: p, h_star: h_star})

REST_ZERO = Claim(
    "adaptive.mismatch-zero",
    Eq(rest, 0),
    given=at_root_alone,
    title="It vanishes at the root",
    defined=(VARIANCE_POSITIVE,),
    proof=calc(
        rest,
        (error / base - Log(base) / best, mismatch),
        (-Log(1) / best, no_error),
        (0, by.logs),
    ),
)

REST_FLAT = Claim(
    "adaptive.mismatch-flat",
    Eq(D(rest, gamma), 0),
    given=at_root_alone,
    title="... with its slope",
    defined=(VARIANCE_POSITIVE,),
    proof=calc(D(rest, gamma), (rest_slope, REST_SLOPE), (0, by.algebra(no_error, REST_ZERO))),
)

REST_BENT = Claim(
    "adaptive.mismatch-bent",
    Eq(D(D(rest, gamma), gamma), -best / gamma**2),
    given=at_root,
    title="... and this is its curvature",
    defined=(VARIANCE_POSITIVE,),
    proof=calc(
        D(D(rest, gamma), gamma),
        (D(rest_slope, gamma), REST_SLOPE),
        (
            D(best / gamma, gamma) * (error / base)
            + best / gamma * (error_slope / base - error * drift / base**2)
            - D(turn, gamma) * error**2 / base**2
            - turn * (2 * error * error_slope / base**2 - 2 * error**2 * drift / base**3)
            - D(share, gamma) * rest
            - share * D(rest, gamma),
            by.calculus,
        ),
        (best / gamma * error_slope, by.algebra(no_error, REST_ZERO, REST_FLAT)),
        (best / gamma * (-base / gamma), ERROR_SLOPE),
        (-best / gamma**2, no_error),
    ),
)

FIRST_ORDER = Claim(
    "adaptive.first-order",
    Eq(D(log_step, gamma), 0),
    given=at_root_alone,
    title="So the logarithm of where a step ends has at the root no slope",
    defined=(VARIANCE_POSITIVE,),
    proof=calc(D(log_step, gamma), (share * rest, STEP_SLOPE), (0, REST_ZERO)),
)

SECOND_ORDER = Claim(
    "adaptive.second-order",
    Eq(D(D(log_step, gamma), gamma), 0),
    given=at_root,
    title="... and no curvature",
    defined=(VARIANCE_POSITIVE,),
    proof=calc(
        D(D(log_step, gamma), gamma),
        (D(share * rest, gamma), STEP_SLOPE),
        (D(share, gamma) * rest + share * D(rest, gamma), by.calculus),
        (0, by.algebra(REST_ZERO, REST_FLAT)),
    ),
)

THIRD_ORDER = Claim(
    "adaptive.third-order",
    Eq(D(D(D(log_step, gamma), gamma), gamma), -turn / gamma**2),
    given=at_root,
    title="Its third derivative is minus the slope of the power over gamma^2: a step cubes the error",
    remark="An error delta of log gamma becomes -gamma alpha' delta^3 / 6, up to terms of order 4.",
    defined=(VARIANCE_POSITIVE,),
    proof=calc(
        D(D(D(log_step, gamma), gamma), gamma),
        (D(D(share * rest, gamma), gamma), STEP_SLOPE),
        (
            D(D(share, gamma), gamma) * rest + 2 * D(share, gamma) * D(rest, gamma) + share * D(D(rest, gamma), gamma),
            by.calculus,
        ),
        (-turn / gamma**2, by.algebra(REST_ZERO, REST_FLAT, REST_BENT)),
    ),
)
