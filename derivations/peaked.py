"""What little entropy means: for the largest entry, and for the gradients that pass through a softmax.

The Jacobian of softmax is diag(q) - q q'.  As a quadratic form it is the variance of a direction h under q, and that is
at most R^2 times the entropy if h varies by no more than R about its value at the largest entry.  So whatever
passes *through* a nearly one-hot softmax is small.  The slope of a cross-entropy, in contrast, is q_r - 1 in its own
logit and not small at all where q is confidently wrong.

Normalising the entropy removes one more direction: the result does not see the scale of the logits.
"""

from fractions import Fraction

from entnorm.claims import (
    At,
    Claim,
    D,
    Eq,
    Exp,
    ForAll,
    Ge,
    Gt,
    Le,
    Log,
    Lt,
    Refuted,
    Seq,
    Sum,
    by,
    calc,
    ge,
    le,
    n,
)

from .notation import S, Z, c, delta, e, gamma, h, h_star, i, p, r, reach, softmax, tilde, x, z
from .setting import LOG_BOUND, NORMALISED, POSITIVE
from .truncation import MARKS, MARKS_AT_MOST_ONE, MARKS_NONNEGATIVE

q = tilde(p, gamma)
line = Seq(i, z[i] + x * h[i])
mass = Sum(e[i] * p[i], i)
spread = Sum(p[i] * h[i] ** 2, i) - Sum(p[i] * h[i], i) ** 2

# -------------------------------------------------------------------------------------------- through a softmax

SPREAD_BOUND = Claim(
    "peaked.spread-bound",
    Le(spread, reach**2 * (1 - mass)),
    given=(POSITIVE, NORMALISED, ForAll(i, Le((h[i] - c) ** 2, reach**2 * (1 - e[i])))),
    title="A variance is small where the direction is constant on most of the mass",
    proof=calc(
        spread,
        (spread + c**2 * (Sum(p[i], i) - 1), by.algebra(NORMALISED)),
        le(
            Sum(p[i] * (h[i] - c) ** 2, i),
            by.sign((Sum(p[i] * h[i], i) - c) ** 2),
        ),
        le(
            Sum(p[i] * (reach**2 * (1 - e[i])), i),
            by.sign(Sum(p[i] * (reach**2 * (1 - e[i]) - (h[i] - c) ** 2), i)),
        ),
        (reach**2 * (Sum(p[i], i) - mass), by.termwise),
        (reach**2 * (1 - mass), NORMALISED),
    ),
)

MISSING_MASS = Claim(
    "peaked.missing-mass",
    Le(1 - mass, S(p)),
    given=(POSITIVE, NORMALISED, Gt(mass, 0), ForAll(i, Le(p[i], mass))),
    title="What the largest entry lacks to 1 is at most the entropy",
    proof=calc(
        1 - mass,
        le(-Log(mass), by.sign((mass - 1) - Log(mass), LOG_BOUND)),
        (-Log(mass) * Sum(p[i], i), NORMALISED),
        le(
            -Sum(p[i] * Log(p[i]), i),
            by.sign(Sum(p[i] * (Log(mass) - Log(p[i])), i)),
        ),
        (S(p), S),
    ),
)

THROUGH_SOFTMAX = Claim(
    "peaked.through-softmax",
    Le(spread, reach**2 * S(p)),
    given=(
        POSITIVE,
        NORMALISED,
        Gt(mass, 0),
        ForAll(i, Le(p[i], mass)),
        ForAll(i, Le((h[i] - c) ** 2, reach**2 * (1 - e[i]))),
    ),
    title="What passes through a softmax is at most a multiple of its entropy",
    remark="c is the value of the direction h at the largest entry, R bounds its distances from there.",
    proof=calc(
        spread,
        le(reach**2 * (1 - mass), by.sign(reach**2 * (1 - mass) - spread, SPREAD_BOUND.at({p: p, e: e, h: h, c: c}))),
        le(reach**2 * S(p), by.sign(reach**2 * (S(p) - (1 - mass)), MISSING_MASS.at({p: p, e: e}))),
    ),
)

CROSS_ENTROPY_SLOPE = Claim(
    "peaked.cross-entropy-slope",
    Eq(At(D(-Log(softmax(line)[r]), x), x, 0), Sum(softmax(z)[i] * h[i], i) - h[r]),
    title="The slope of a cross-entropy: the distribution minus the truth",
    proof=calc(
        At(D(-Log(softmax(line)[r]), x), x, 0),
        (At(D(Log(Sum(Exp(z[i] + x * h[i]), i)) - (z[r] + x * h[r]), x), x, 0), by.logs(softmax)),
        (At(Sum(h[i] * Exp(z[i] + x * h[i]), i) / Sum(Exp(z[i] + x * h[i]), i) - h[r], x, 0), by.calculus),
        (Sum(h[i] * Exp(z[i]), i) / Sum(Exp(z[i]), i) - h[r], by.logs),
        (Sum(softmax(z)[i] * h[i], i) - h[r], by.termwise(softmax)),
    ),
)

CROSS_ENTROPY_SMALL = Refuted(
    "peaked.cross-entropy-small",
    Le((Sum(p[i] * h[i], i) - h[r]) ** 2, reach**2 * S(p)),
    given=(POSITIVE, NORMALISED, ForAll(i, Le((h[i] - c) ** 2, reach**2))),
    at={
        n: 2,
        p: [Fraction(99, 100), Fraction(1, 100)],
        h: [0, 1],
        c: 0,
        reach: 1,
        r: 1,
    },
    correction=CROSS_ENTROPY_SLOPE,
    title="The slope of a cross-entropy is small where the entropy is",
    remark="The distribution is confident, and wrong: the slope in the logit of the true class is -0.99.",
)

# ---------------------------------------------------------------------------------------- entropy against one-hot

missing = Sum((1 - e[i]) * p[i], i)
room = (n - 1) * delta - missing * Log(delta)
at_one = p[i] * ((1 / p[i] - 1) - Log(1 / p[i]))
elsewhere = p[i] * ((delta / p[i] - 1) - Log(delta / p[i]))
ROOM = Claim(
    "peaked.room-left",
    Le(S(p), room),
    given=(POSITIVE, NORMALISED, MARKS, Eq(Sum(e[i], i), 1), Gt(delta, 0)),
    title="The entropy is bounded by what one entry leaves to the others",
    remark="For Delta = (1 - p_r)/(n - 1) it is (1 - p_r)(1 + log(n - 1) - log(1 - p_r)): it vanishes with 1 - p_r.",
    proof=calc(
        S(p),
        (
            Sum(e[i] * (p[i] * Log(1 / p[i])) + (1 - e[i]) * (p[i] * (Log(delta / p[i]) - Log(delta))), i),
            by.logs(S),
        ),
        le(
            Sum(e[i] * (p[i] / p[i] - p[i]) + (1 - e[i]) * (p[i] * (delta / p[i]) - p[i] * (1 + Log(delta))), i),
            by.sign(Sum(e[i] * at_one + (1 - e[i]) * elsewhere, i), LOG_BOUND, MARKS_NONNEGATIVE, MARKS_AT_MOST_ONE),
        ),
        (Sum(e[i] * (1 - p[i]) + (1 - e[i]) * (delta - p[i] * (1 + Log(delta))), i), by.algebra),
        (
            Sum(e[i], i) + delta * (n - Sum(e[i], i)) - Sum(p[i], i) - missing * Log(delta),
            by.termwise,
        ),
        (room, by.algebra(NORMALISED, Eq(Sum(e[i], i), 1))),
    ),
)

NOT_CONCENTRATED = Claim(
    "peaked.not-concentrated",
    Ge(missing, (h_star - (n - 1) * delta) / -Log(delta)),
    given=(*ROOM.given, Lt(delta, 1), Ge(S(p), h_star)),
    title="An entropy of at least H* leaves to all other entries at least ...",
    remark="For Delta = H*/(2n), say, the bound is positive: no entry comes closer to 1 than by H*/(2 log(2n/H*)).",
    proof=calc(
        missing,
        (missing * -Log(delta) / -Log(delta), by.algebra),
        ge(
            (S(p) - (n - 1) * delta) / -Log(delta),
            by.sign((room - S(p)) / -Log(delta), ROOM.at({p: p, e: e, delta: delta})),
        ),
        ge((h_star - (n - 1) * delta) / -Log(delta), by.sign((S(p) - h_star) / -Log(delta))),
    ),
)

SCALE_FREE = Claim(
    "peaked.scale-free",
    Eq(tilde(Seq(i, Exp(x * z[i])), 1 / x)[r], softmax(z)[r]),
    given=(Gt(x, 0),),
    title="However small the logits, a suitable exponent makes the same distribution of them",
    remark="For -x the result is the softmax of -z, which has the same entropy if z is symmetric, as (1, -1) is.  Both "
    "belong to distributions as close to uniform as one likes: there a normalised entropy jumps.",
    proof=calc(
        tilde(Seq(i, Exp(x * z[i])), 1 / x)[r],
        (Exp(x * z[r]) ** (1 / x) / Sum(Exp(x * z[i]) ** (1 / x), i), by.algebra(tilde, Z)),
        (Exp(z[r]) / Sum(Exp(z[i]), i), by.logs),
        (softmax(z)[r], softmax),
    ),
)

SCALE_SLOPE = Claim(
    "peaked.scale-slope",
    Eq(D(tilde(Seq(i, Exp(x * z[i])), 1 / x)[r], x), 0),
    given=(Gt(x, 0),),
    title="So at constant entropy no gradient flows along the logits themselves",
    remark="For two entries this is the only direction that changes anything: the gradient is zero.",
    proof=calc(
        D(tilde(Seq(i, Exp(x * z[i])), 1 / x)[r], x),
        (D(softmax(z)[r], x), SCALE_FREE),
        (0, by.calculus),
    ),
)
