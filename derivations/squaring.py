"""How a Newton step squares the error of the entropy.

Where the entropy is concave it lies below its tangents; and above them, bent down by a parabola, if the third central
moment is bounded from above as well: by R times the variance, where no two logarithms of entries differ by more than R.
A step from above the root then squares the error, over the variance of log of the distribution that is sought, with a
factor that is at most 1 if R is at most one over the root.
"""

from sympy import Rational

from entnorm.claims import Assumption, Claim, D, ForAll, Ge, Gt, Le, Log, Sum, by, calc, ge, le, monotone

from .convergence import (
    NOT_ABOVE,
    NOT_BELOW,
    ROOT,
    STEEPENS,
    STEP,
    STEP_POSITIVE,
    bounded,
    interval,
    q,
    spread,
    square,
    well_defined,
)
from .escort import SUMS_TO_ONE
from .notation import H, V, a, b, c, gamma, h_star, i, j, mean, newton_step, p, r, reach, third, top, x
from .setting import POSITIVE
from .slopes import ENTROPY_SLOPE, VARIANCE_NONNEGATIVE, VARIANCE_SLOPE

half = Rational(1, 2)
WITHIN = Assumption(
    "no two logarithms of entries differ by more than R", ForAll(i, ForAll(j, Le(Log(p[i]) - Log(p[j]), reach)))
)

within = {reach: reach}  # the bound that the cited claims are meant to speak of

REACH_NONNEGATIVE = Claim(
    "convergence.reach-nonnegative",
    Ge(reach, 0),
    given=(POSITIVE, WITHIN),
    title="A bound of all differences is not negative",
    proof=calc(
        reach,
        ge(Log(p[r]) - Log(p[r]), by.sign(reach - (Log(p[r]) - Log(p[r])))),
        (0, by.algebra),
    ),
)

BELOW_MEAN = Claim(
    "convergence.below-mean",
    Le(mean(p, gamma) - Log(p[i]), reach),
    given=(POSITIVE, WITHIN),
    title="No logarithm lies further than R below the mean",
    proof=calc(
        mean(p, gamma) - Log(p[i]),
        (Sum(q[j] * Log(p[j]), j) - Log(p[i]) * Sum(q[j], j), by.algebra(mean, SUMS_TO_ONE)),
        (Sum(q[j] * (Log(p[j]) - Log(p[i])), j), by.termwise),
        le(Sum(q[j] * reach, j), by.sign(Sum(q[j] * (reach - (Log(p[j]) - Log(p[i]))), j))),
        (reach * Sum(q[j], j), by.termwise),
        (reach, SUMS_TO_ONE),
    ),
)

ABOVE_MEAN = Claim(
    "convergence.above-mean",
    Le(Log(p[i]) - mean(p, gamma), reach),
    given=(POSITIVE, WITHIN),
    title="... and none further above it",
    proof=calc(
        Log(p[i]) - mean(p, gamma),
        (Log(p[i]) * Sum(q[j], j) - Sum(q[j] * Log(p[j]), j), by.algebra(mean, SUMS_TO_ONE)),
        (Sum(q[j] * (Log(p[i]) - Log(p[j])), j), by.termwise),
        le(Sum(q[j] * reach, j), by.sign(Sum(q[j] * (reach - (Log(p[i]) - Log(p[j]))), j))),
        (reach * Sum(q[j], j), by.termwise),
        (reach, SUMS_TO_ONE),
    ),
)

THIRD_FROM_ABOVE = Claim(
    "convergence.third-from-above",
    Ge(reach * V(p, gamma) - third(p, gamma), 0),
    given=(POSITIVE, WITHIN),
    title="So the third central moment is at most R times the variance",
    proof=calc(
        reach * V(p, gamma) - third(p, gamma),
        (Sum(q[i] * square * (reach - (Log(p[i]) - mean(p, gamma))), i), by.termwise(third, V)),
        ge(0, by.sign(Sum(q[i] * square * (reach - (Log(p[i]) - mean(p, gamma))), i), ABOVE_MEAN)),
    ),
)

# ------------------------------------------------------------------------------------------------ a parabola below it

beyond = (*interval, WITHIN, Gt(c, 0), Le(c, a))
bend = (1 / c + reach) * (b * V(p, b))
FLATTENS = Claim(
    "convergence.slope-bends",
    Ge(a * V(p, a) - bend * a, b * V(p, b) - bend * b),
    given=beyond,
    title="From c on the slope changes at most at the rate (1/c + R) b Var(b)",
    proof=monotone(
        x * V(p, x) - bend * x,
        x,
        low=a,
        high=b,
        slope=calc(
            D(x * V(p, x) - bend * x, x),
            (V(p, x) + x * D(V(p, x), x) - bend, by.calculus),
            (V(p, x) + x * third(p, x) - bend, VARIANCE_SLOPE),
            le(
                0,
                by.sign(
                    x * (reach * V(p, x) - third(p, x))
                    + ((x - a) + (a - c)) * V(p, x) / c
                    + (1 / c + reach) * (b * V(p, b) - x * V(p, x)),
                    THIRD_FROM_ABOVE.at(within),
                    REACH_NONNEGATIVE.at({p: p} | within),
                    VARIANCE_NONNEGATIVE,
                    STEEPENS.at(bounded),
                ),
            ),
        ),
    ),
)

PARABOLA = Claim(
    "convergence.parabola",
    Le(
        -H(p, a) - b * V(p, b) * a - half * bend * (a - b) ** 2,
        -H(p, b) - b * V(p, b) * b - half * bend * (b - b) ** 2,
    ),
    given=beyond,
    title="The entropy lies above its tangent at b bent down by a parabola",
    proof=monotone(
        -H(p, x) - b * V(p, b) * x - half * bend * (x - b) ** 2,
        x,
        low=a,
        high=b,
        slope=calc(
            D(-H(p, x) - b * V(p, b) * x - half * bend * (x - b) ** 2, x),
            (-D(H(p, x), x) - b * V(p, b) - bend * (x - b), by.calculus),
            (x * V(p, x) - b * V(p, b) - bend * (x - b), ENTROPY_SLOPE),
            ge(
                0,
                by.sign(
                    (x * V(p, x) - bend * x) - (b * V(p, b) - bend * b),
                    FLATTENS.at({p: p, a: x, b: b, c: c} | bounded | within),
                ),
            ),
        ),
    ),
)

to = newton_step(p, gamma, h_star)
steep = gamma * V(p, gamma)
error = h_star - H(p, gamma)
factor = half * (1 + c * reach)
QUADRATIC_STEP = Claim(
    "convergence.quadratic-step",
    Le(h_star - H(p, to), factor * error**2 / (c**2 * V(p, c))),
    given=(Gt(c, 0), Le(c, gamma), Le(gamma, top), Gt(top, 0), *spread, WITHIN, ROOT),
    title="A step from above squares the error of the entropy, over the variance of log of what is sought",
    remark="c squared times Var(c) is the variance of log p̃(c) under p̃(c).  The factor is at most 1 if c R is.",
    defined=(*well_defined, NOT_ABOVE),
    proof=calc(
        h_star - H(p, to),
        le(
            error + steep * (to - gamma) + half * ((1 / c + reach) * steep) * (to - gamma) ** 2,
            by.sign(
                (-H(p, gamma) - steep * gamma - half * ((1 / c + reach) * steep) * (gamma - gamma) ** 2)
                - (-H(p, to) - steep * to - half * ((1 / c + reach) * steep) * (to - gamma) ** 2),
                PARABOLA.at({p: p, a: to, b: gamma, c: c} | bounded | within),
                NOT_BELOW.at({p: p, c: c} | bounded),
                STEP_POSITIVE.at({p: p, c: c} | bounded),
                NOT_ABOVE.at({p: p, c: c}),
            ),
        ),
        (factor * error**2 / (c * steep), STEP),
        le(
            factor * error**2 / (c**2 * V(p, c)),
            by.sign(
                factor * error**2 * (steep - c * V(p, c)) / (c * steep * (c * V(p, c))),
                STEEPENS.at(bounded),
                REACH_NONNEGATIVE.at({p: p} | within),
            ),
        ),
    ),
)
