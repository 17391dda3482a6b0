"""One step of Newton's method where no entry is too rare: a condition under which it does not pass the root.

Let no logarithm of an entry lie more than 1/beta below their mean at gamma = beta; that is, let no entry of the power
of p at beta be less than 1/e divided by the perplexity of that.  As the mean rises with gamma, a third central moment
is then at least minus the variance over beta, for every gamma up to beta, and the entropy is concave there.  Where a
function that falls is concave, Newton's method does not pass its root from above, and takes away a fixed share of the
distance at every step.
"""

from entnorm.claims import (
    Assumption,
    At,
    Claim,
    D,
    Eq,
    ForAll,
    Ge,
    Gt,
    Le,
    Log,
    Ne,
    Sum,
    by,
    by_cases,
    calc,
    ge,
    gt,
    le,
    monotone,
    ne,
)

from .notation import H, V, a, b, c, gamma, h_star, i, mean, newton_step, p, third, tilde, top, x
from .setting import NOT_CONSTANT, POSITIVE
from .slopes import (
    ENTROPY_CURVATURE,
    ENTROPY_SLOPE,
    ENTROPY_SLOPE_NONZERO,
    MEAN_SLOPE,
    VARIANCE_NONNEGATIVE,
    VARIANCE_POSITIVE,
    VARIANCE_SLOPE,
)

q = tilde(p, gamma)
square = (Log(p[i]) - mean(p, gamma)) ** 2
NOT_RARE = Assumption(
    "at gamma = beta no logarithm of an entry lies more than 1/beta below their mean",
    ForAll(i, Ge(top * Log(p[i]), top * mean(p, top) - 1)),
)
concave = (POSITIVE, Gt(top, 0), NOT_RARE)
bounded = {top: top}  # the exponent of the condition that the cited claims are meant to make

MEAN_RISES = Claim(
    "convergence.mean-rises",
    Le(mean(p, a), mean(p, b)),
    given=(POSITIVE, Le(a, b)),
    title="The mean of the logarithms does not fall as gamma grows",
    proof=monotone(
        mean(p, x),
        x,
        low=a,
        high=b,
        slope=calc(D(mean(p, x), x), (V(p, x), MEAN_SLOPE), ge(0, by.sign(V(p, x), VARIANCE_NONNEGATIVE))),
    ),
)

THIRD_FROM_BELOW = Claim(
    "convergence.third-from-below",
    Ge(V(p, gamma) + top * third(p, gamma), 0),
    given=(*concave, Le(gamma, top)),
    title="Up to beta the third central moment is at least minus the variance over beta",
    proof=calc(
        V(p, gamma) + top * third(p, gamma),
        (
            Sum(q[i] * square * (top * Log(p[i]) - (top * mean(p, top) - 1)), i)
            + top * (mean(p, top) - mean(p, gamma)) * V(p, gamma),
            by.termwise(third, V),
        ),
        ge(0, by.sign(MEAN_RISES.at({p: p, a: gamma, b: top}), VARIANCE_NONNEGATIVE)),
    ),
)

rise = V(p, gamma) + gamma * third(p, gamma)
SLOPE_RISES = Claim(
    "convergence.slope-rises",
    Ge(rise, 0),
    given=(*concave, Ge(gamma, 0), Le(gamma, top)),
    title="So gamma times the variance does not fall up to there ...",
    proof=calc(
        rise,
        ge(
            0,
            by.sign(
                (top - gamma) / top * V(p, gamma) + gamma / top * (V(p, gamma) + top * third(p, gamma)),
                VARIANCE_NONNEGATIVE,
                THIRD_FROM_BELOW.at(bounded),
            ),
        ),
    ),
)

CONCAVE = Claim(
    "convergence.concave",
    Le(D(D(H(p, gamma), gamma), gamma), 0),
    given=(*concave, Ge(gamma, 0), Le(gamma, top)),
    title="... and the entropy is concave for 0 <= gamma <= beta",
    proof=calc(
        D(D(H(p, gamma), gamma), gamma),
        (-rise, ENTROPY_CURVATURE),
        le(0, by.sign(rise, SLOPE_RISES.at(bounded))),
    ),
)

# -------------------------------------------------------------------------------- what concavity means, without limits

interval = (*concave, Ge(a, 0), Le(a, b), Le(b, top))
STEEPENS = Claim(
    "convergence.slope-steepens",
    Le(a * V(p, a), b * V(p, b)),
    given=interval,
    title="There the entropy falls ever more steeply",
    proof=monotone(
        x * V(p, x),
        x,
        low=a,
        high=b,
        slope=calc(
            D(x * V(p, x), x),
            (V(p, x) + x * D(V(p, x), x), by.calculus),
            (V(p, x) + x * third(p, x), VARIANCE_SLOPE),
            ge(0, by.sign(V(p, x) + x * third(p, x), SLOPE_RISES.at(bounded))),
        ),
    ),
)

TANGENT_ABOVE = Claim(
    "convergence.tangent-at-upper-end",
    Le(H(p, a) + b * V(p, b) * a, H(p, b) + b * V(p, b) * b),
    given=interval,
    title="The tangent at b lies above the entropy at every a <= b",
    proof=monotone(
        H(p, x) + b * V(p, b) * x,
        x,
        low=a,
        high=b,
        slope=calc(
            D(H(p, x) + b * V(p, b) * x, x),
            (D(H(p, x), x) + b * V(p, b), by.calculus),
            (-x * V(p, x) + b * V(p, b), ENTROPY_SLOPE),
            ge(0, by.sign(b * V(p, b) - x * V(p, x), STEEPENS.at(bounded))),
        ),
    ),
)

TANGENT_BELOW = Claim(
    "convergence.tangent-at-lower-end",
    Ge(H(p, a) + a * V(p, a) * a, H(p, b) + a * V(p, a) * b),
    given=interval,
    title="... and that at a at every b >= a",
    proof=monotone(
        H(p, x) + a * V(p, a) * x,
        x,
        low=a,
        high=b,
        slope=calc(
            D(H(p, x) + a * V(p, a) * x, x),
            (D(H(p, x), x) + a * V(p, a), by.calculus),
            (-x * V(p, x) + a * V(p, a), ENTROPY_SLOPE),
            le(0, by.sign(x * V(p, x) - a * V(p, a), STEEPENS.at(bounded))),
        ),
    ),
)

ENTROPY_ORDER = Claim(
    "convergence.entropy-order",
    Ge(H(p, a), H(p, b)),
    given=(POSITIVE, Ge(a, 0), Le(a, b)),
    title="The entropy does not grow with gamma >= 0",
    proof=monotone(
        H(p, x),
        x,
        low=a,
        high=b,
        slope=calc(
            D(H(p, x), x),
            (-x * V(p, x), ENTROPY_SLOPE),
            le(0, by.sign(x * V(p, x), VARIANCE_NONNEGATIVE)),
        ),
    ),
)

# ---------------------------------------------------------------------------------------------------- one step

ROOT = Eq(H(p, c), h_star)
spread = (POSITIVE, NOT_CONSTANT, NOT_RARE)
well_defined = (VARIANCE_POSITIVE, ENTROPY_SLOPE_NONZERO)

SLOPE_NONZERO = Claim(
    "convergence.slope-nonzero",
    Ne(At(D(H(p, a), a), a, gamma), 0),
    given=(POSITIVE, NOT_CONSTANT, Gt(c, 0), Ge(gamma, c)),
    title="At and above a positive number Newton's denominator does not vanish",
    proof=calc(
        At(D(H(p, a), a), a, gamma),
        (-gamma * V(p, gamma), ENTROPY_SLOPE),
        ne(0, by.sign(-gamma * V(p, gamma), VARIANCE_POSITIVE)),
    ),
)

STEP = Claim(
    "convergence.step",
    Eq(newton_step(p, gamma, h_star), gamma + (H(p, gamma) - h_star) / (gamma * V(p, gamma))),
    given=(POSITIVE, NOT_CONSTANT, Ne(gamma, 0)),
    title="A Newton step, through the variance",
    defined=well_defined,
    proof=calc(
        newton_step(p, gamma, h_star),
        (gamma - (H(p, gamma) - h_star) / (-gamma * V(p, gamma)), by.algebra(newton_step, ENTROPY_SLOPE)),
        (gamma + (H(p, gamma) - h_star) / (gamma * V(p, gamma)), by.algebra),
    ),
)

gain = (H(p, gamma) + gamma * V(p, gamma) * gamma - (H(p, c) + gamma * V(p, gamma) * c)) / (gamma * V(p, gamma))
NOT_BELOW = Claim(
    "convergence.not-below",
    Ge(newton_step(p, gamma, h_star), c),
    given=(Gt(gamma, 0), Le(gamma, top), Gt(c, 0), Le(c, top), *spread, ROOT),
    title="A step from anywhere up to beta does not end below the root",
    defined=well_defined,
    proof=by_cases(
        (
            Le(c, gamma),
            calc(
                newton_step(p, gamma, h_star),
                (gamma + (H(p, gamma) - h_star) / (gamma * V(p, gamma)), STEP),
                (gamma + (H(p, gamma) - H(p, c)) / (gamma * V(p, gamma)), ROOT),
                ge(c, by.sign(gain, TANGENT_ABOVE.at(bounded))),
            ),
        ),
        (
            Gt(c, gamma),
            calc(
                newton_step(p, gamma, h_star),
                (gamma + (H(p, gamma) - h_star) / (gamma * V(p, gamma)), STEP),
                (gamma + (H(p, gamma) - H(p, c)) / (gamma * V(p, gamma)), ROOT),
                ge(c, by.sign(gain, TANGENT_BELOW.at(bounded))),
            ),
        ),
    ),
)

STEP_POSITIVE = Claim(
    "convergence.step-positive",
    Gt(newton_step(p, gamma, h_star), 0),
    given=(Gt(gamma, 0), Le(gamma, top), Gt(c, 0), Le(c, top), *spread, ROOT),
    title="... so it does not turn the order round",
    defined=well_defined,
    proof=calc(
        newton_step(p, gamma, h_star),
        ge(c, by.sign(newton_step(p, gamma, h_star) - c, NOT_BELOW.at({c: c} | bounded))),
        gt(0, by.sign),
    ),
)

NOT_ABOVE = Claim(
    "convergence.not-above",
    Le(newton_step(p, gamma, h_star), gamma),
    given=(POSITIVE, NOT_CONSTANT, Gt(c, 0), ROOT, Le(c, gamma)),
    title="From above the root every step goes down",
    defined=well_defined,
    proof=calc(
        newton_step(p, gamma, h_star),
        (gamma + (H(p, gamma) - h_star) / (gamma * V(p, gamma)), STEP),
        (gamma + (H(p, gamma) - H(p, c)) / (gamma * V(p, gamma)), ROOT),
        le(gamma, by.sign((H(p, c) - H(p, gamma)) / (gamma * V(p, gamma)), ENTROPY_ORDER)),
    ),
)

slack = H(p, c) + c * V(p, c) * c - (H(p, gamma) + c * V(p, c) * gamma)
CONTRACTION = Claim(
    "convergence.contraction",
    Le(newton_step(p, gamma, h_star) - c, (gamma - c) * (1 - c * V(p, c) / (b * V(p, b)))),
    given=(Gt(c, 0), Le(c, gamma), Le(gamma, b), Gt(b, 0), Le(b, top), *spread, ROOT),
    title="A step from above takes away a fixed share of the distance to the root",
    defined=well_defined,
    proof=calc(
        newton_step(p, gamma, h_star) - c,
        (gamma + (H(p, gamma) - h_star) / (gamma * V(p, gamma)) - c, STEP),
        (gamma + (H(p, gamma) - H(p, c)) / (gamma * V(p, gamma)) - c, ROOT),
        le(
            (gamma - c) * (1 - c * V(p, c) / (gamma * V(p, gamma))),
            by.sign(slack / (gamma * V(p, gamma)), TANGENT_BELOW.at(bounded)),
        ),
        le(
            (gamma - c) * (1 - c * V(p, c) / (b * V(p, b))),
            by.sign(
                (gamma - c)
                * (c * V(p, c))
                * (b * V(p, b) - gamma * V(p, gamma))
                / (gamma * V(p, gamma) * (b * V(p, b))),
                STEEPENS.at(bounded),
            ),
        ),
    ),
)
