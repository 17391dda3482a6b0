"""Where the derivative vanishes, grows beyond all bounds, or does not exist.

Nothing moves along constants and along log p itself, so that two entries do not move at all.  Beside a uniform
distribution a prescribed entropy cannot be kept smoothly, and near log n the exponent follows the target ever faster.
"""

from fractions import Fraction

from sympy import Rational

from entnorm.claims import (
    Assumption,
    Claim,
    Eq,
    Exp,
    ForAll,
    Ge,
    Gt,
    Log,
    Ne,
    Refuted,
    Seq,
    Sum,
    by,
    calc,
    ge,
    n,
)

from .escort import SUMS_TO_ONE
from .limits import ABOVE, BELOW, VARIANCE_BOUND
from .notation import (
    V,
    Z,
    b,
    c,
    covariance,
    gamma,
    h,
    high,
    i,
    j,
    low,
    mean,
    mean_of,
    p,
    r,
    residual,
    s,
    tilde,
    x,
)
from .setting import NOT_CONSTANT, POSITIVE
from .slopes import VARIANCE_POSITIVE

q = tilde(p, gamma)
score = Log(p[i]) - mean(p, gamma)
mean_h = mean_of(p, gamma, h)
var = V(p, gamma)


NULL_VECTORS = Claim(
    "gradients.null-vectors",
    Eq(residual(p, gamma, Seq(i, b + c * Log(p[i])))[j], 0),
    given=(POSITIVE, NOT_CONSTANT),
    title="Nothing moves along constants and along log p itself",
    remark="A common shift of the logits changes nothing, and a common factor the exponent alone.",
    defined=(VARIANCE_POSITIVE,),
    proof=calc(
        residual(p, gamma, Seq(i, b + c * Log(p[i])))[j],
        (
            b
            + c * Log(p[j])
            - (b * Sum(q[i], i) + c * Sum(q[i] * Log(p[i]), i))
            - Sum(
                q[i] * (b + c * Log(p[i]) - (b * Sum(q[j], j) + c * Sum(q[j] * Log(p[j]), j))) * score,
                i,
            )
            / var
            * (Log(p[j]) - mean(p, gamma)),
            by.termwise(residual, mean_of, covariance),
        ),
        (
            b
            + c * Log(p[j])
            - (b + c * mean(p, gamma))
            - Sum(
                q[i] * (b + c * Log(p[i]) - (b + c * mean(p, gamma))) * score,
                i,
            )
            / var
            * (Log(p[j]) - mean(p, gamma)),
            by.algebra(SUMS_TO_ONE, mean),
        ),
        (
            c * (Log(p[j]) - mean(p, gamma)) - c * Sum(q[i] * score**2, i) / var * (Log(p[j]) - mean(p, gamma)),
            by.termwise,
        ),
        (
            c * (Log(p[j]) - mean(p, gamma)) - c * var / var * (Log(p[j]) - mean(p, gamma)),
            by.algebra(V),
        ),
        (0, by.algebra),
    ),
)

step = (h[s] - h[r]) / (Log(p[s]) - Log(p[r]))
on_line = step * (Log(p[i]) - Log(p[r]))
ON_A_LINE = Assumption(
    "h lies on a line over log p, through its points at r and s", ForAll(i, Eq(on_line, h[i] - h[r]))
)

TWO_ENTRIES = Claim(
    "gradients.two-entries",
    Eq(residual(p, gamma, h)[j], 0),
    given=(POSITIVE, NOT_CONSTANT, ON_A_LINE),
    title="Two entries do not move: two points are always on a line",
    remark="With two entries every direction is on such a line (`degenerate`). With more it need not be, even where p "
    "has only two values: tied entries can be told apart.",
    defined=(VARIANCE_POSITIVE,),
    proof=calc(
        residual(p, gamma, h)[j],
        (
            (h[j] - h[r])
            - (Sum(q[i] * h[i], i) - h[r] * Sum(q[i], i))
            - Sum(q[i] * ((h[i] - h[r]) - (Sum(q[i] * h[i], i) - h[r] * Sum(q[i], i))) * score, i)
            / var
            * (Log(p[j]) - mean(p, gamma)),
            by.termwise(residual, mean_of, covariance, SUMS_TO_ONE),
        ),
        (
            (h[j] - h[r])
            - Sum(q[i] * (h[i] - h[r]), i)
            - Sum(q[i] * ((h[i] - h[r]) - Sum(q[i] * (h[i] - h[r]), i)) * score, i)
            / var
            * (Log(p[j]) - mean(p, gamma)),
            by.termwise,
        ),
        (
            step * (Log(p[j]) - Log(p[r]))
            - Sum(q[i] * on_line, i)
            - Sum(q[i] * (on_line - Sum(q[i] * on_line, i)) * score, i) / var * (Log(p[j]) - mean(p, gamma)),
            ON_A_LINE,
        ),
        (
            residual(p, gamma, Seq(i, -step * Log(p[r]) + step * Log(p[i])))[j],
            by.termwise(residual, mean_of, covariance),
        ),
        (0, NULL_VECTORS.at({b: -step * Log(p[r]), c: step, p: p, gamma: gamma, j: j})),
    ),
)

away = Seq(i, c * Exp(x * h[i]))
back = Seq(i, c * Exp(-x * h[i]))

STEP_MADE_UP = Claim(
    "gradients.step-made-up",
    Eq(tilde(away, gamma / x)[j], tilde(Seq(i, Exp(h[i])), gamma)[j]),
    given=(Gt(c, 0), Ne(x, 0)),
    title="Beside a uniform distribution the exponent makes up for every step, however small",
    remark="So a prescribed entropy below log n gives the same distribution at every distance from the uniform one: "
    "another one in every direction, whose limit there is not the uniform one, nor any one.",
    proof=calc(
        tilde(away, gamma / x)[j],
        ((c * Exp(x * h[j])) ** (gamma / x) / Sum((c * Exp(x * h[i])) ** (gamma / x), i), by.algebra(tilde, Z)),
        (
            c ** (gamma / x) * Exp(h[j]) ** gamma / Sum(c ** (gamma / x) * Exp(h[i]) ** gamma, i),
            by.logs,
        ),
        (tilde(Seq(i, Exp(h[i])), gamma)[j], by.termwise(tilde, Z)),
    ),
)

CONTINUOUS_AT_UNIFORM = Refuted(
    "gradients.continuous-at-uniform",
    Eq(tilde(away, gamma / x)[j], tilde(back, gamma / x)[j]),
    given=(Gt(c, 0), Gt(x, 0), Gt(gamma, 0)),
    at={
        n: 2,
        h: [Fraction(1), Fraction(0)],
        c: Fraction(1, 2),
        x: Fraction(1, 10**6),
        gamma: 1,
        j: 0,
    },
    correction=STEP_MADE_UP,
    title="Just before and just behind the uniform distribution the result is the same",
    remark="The two sides are mirror images, with the same entropy. Neither depends on the step, so it jumps.",
)

TARGET_SENSITIVITY = Claim(
    "gradients.target-sensitivity",
    Ge(1 / (gamma * var), 4 / (gamma * (high - low) ** 2)),
    given=(POSITIVE, NOT_CONSTANT, Gt(gamma, 0), BELOW, ABOVE, Gt(high, low)),
    title="The exponent follows the target ever faster as gamma falls to 0, where the target is log n",
    remark="The left side is minus the slope of the exponent in the target.",
    defined=(VARIANCE_POSITIVE,),
    proof=calc(
        1 / (gamma * var),
        ge(
            4 / (gamma * (high - low) ** 2),
            by.sign(
                (Rational(1, 4) * (high - low) ** 2 - var) * 4 / (gamma * var * (high - low) ** 2),
                VARIANCE_BOUND,
            ),
        ),
    ),
)
