"""The document's loop for targets below the entropy of p, from its first step on.

Such a target has its root c above 1, and the first exponent, beta = 1 + (H(p) - H*) / Var, lies beyond the root.  From
there no step leads up.  For targets above the entropy no entry of p may be too rare (`lopsided`); here, none of the
power of p at beta, which can be computed from p and the target before the loop is run.  (That beta is not below the
root then follows, because the entropy falls; it is stated beside it.)
"""

from sympy import oo

from entnorm.claims import (
    IH,
    Assumption,
    Claim,
    Eq,
    Exp,
    Ge,
    Gt,
    Le,
    Log,
    Tends,
    beside,
    by,
    by_cases,
    calc,
    ge,
    gt,
    induction,
    le,
    squeeze,
)

from .convergence import (
    CONTRACTION,
    ENTROPY_ORDER,
    NOT_ABOVE,
    NOT_BELOW,
    NOT_RARE,
    ROOT,
    SLOPE_NONZERO,
    STEEPENS,
    STEP,
    TANGENT_BELOW,
    bounded,
    spread,
)
from .gaps import EXP_BOUND
from .notation import H, V, a, b, c, gamma, h_star, i, k, mean, newton_step, p, reach, top, total_exponent, x
from .setting import NOT_CONSTANT, POSITIVE
from .slopes import ENTROPY_SLOPE_NONZERO, VARIANCE_POSITIVE
from .squaring import BELOW_MEAN, WITHIN, within

first = 1 + (H(p, 1) - H(p, c)) / V(p, 1)
START = Assumption("beta is the first exponent", Eq(first, top))
well_defined = (VARIANCE_POSITIVE, ENTROPY_SLOPE_NONZERO)
below = (POSITIVE, NOT_CONSTANT, NOT_RARE, Ge(c, 1), Le(c, top), START, ROOT)
here = {p: p, c: c, top: top, h_star: h_star}
now, then = total_exponent(k, p, h_star), total_exponent(k + 1, p, h_star)

ABOVE_ONE = Claim(
    "overshoot.positive",
    Gt(x, 0),
    given=(Ge(x, 1),),
    title="What is at least 1 is positive",
    proof=calc(x, ge(1, by.sign), gt(0, by.sign)),
)

FURTHER = Claim(
    "overshoot.beyond-positive",
    Gt(top, 0),
    given=(Ge(c, 1), Le(c, top)),
    title="... and so is what is beyond it",
    proof=calc(top, ge(c, by.sign), ge(1, by.sign), gt(0, by.sign)),
)

NARROW = Claim(
    "overshoot.narrow",
    Ge(top * Log(p[i]), top * mean(p, top) - 1),
    given=(POSITIVE, WITHIN, Gt(top, 0), Le(top * reach, 1)),
    title="No entry is too rare at beta where no two logarithms differ by more than 1/beta",
    proof=calc(
        top * Log(p[i]),
        ge(
            top * (mean(p, top) - reach),
            by.sign(top * (reach - (mean(p, top) - Log(p[i]))), BELOW_MEAN.at({p: p, gamma: top, i: i} | within)),
        ),
        ge(top * mean(p, top) - 1, by.sign(1 - top * reach)),
    ),
)

FIRST = Claim(
    "overshoot.first-exponent",
    Eq(newton_step(p, 1, h_star), top),
    given=(POSITIVE, NOT_CONSTANT, START, ROOT),
    title="The first exponent",
    defined=well_defined,
    proof=calc(newton_step(p, 1, h_star), (1 + (H(p, 1) - h_star) / (1 * V(p, 1)), STEP), (first, ROOT), (top, START)),
)

reached = a + (H(p, a) - H(p, c)) / (a * V(p, a))
NO_FURTHER = Claim(
    "overshoot.bounded-above",
    Le(newton_step(p, gamma, h_star), top),
    given=(
        *spread,
        Gt(top, 0),
        Gt(a, 0),
        Le(a, gamma),
        Le(gamma, top),
        Gt(c, 0),
        ROOT,
        Assumption("beta is at least where a step from a ends", Ge(top, reached)),
    ),
    title="No step from an exponent between a and beta ends beyond beta, if that from a does not",
    defined=well_defined,
    proof=by_cases(
        (
            Le(c, gamma),
            calc(
                newton_step(p, gamma, h_star),
                le(gamma, by.sign(gamma - newton_step(p, gamma, h_star), NOT_ABOVE.at({p: p, c: c}))),
                le(top, by.sign(top - gamma)),
            ),
        ),
        (
            Gt(c, gamma),
            calc(
                newton_step(p, gamma, h_star),
                (gamma + (H(p, gamma) - h_star) / (gamma * V(p, gamma)), STEP),
                (gamma + (H(p, gamma) - H(p, c)) / (gamma * V(p, gamma)), ROOT),
                le(
                    gamma + (H(p, gamma) - H(p, c)) / (a * V(p, a)),
                    by.sign(
                        (H(p, gamma) - H(p, c))
                        * (gamma * V(p, gamma) - a * V(p, a))
                        / (gamma * V(p, gamma) * (a * V(p, a))),
                        ENTROPY_ORDER,
                        STEEPENS.at(bounded),
                    ),
                ),
                le(
                    reached,
                    by.sign(
                        (H(p, a) + a * V(p, a) * a - (H(p, gamma) + a * V(p, a) * gamma)) / (a * V(p, a)),
                        TANGENT_BELOW.at(bounded),
                    ),
                ),
                le(top, by.sign(top - reached)),
            ),
        ),
    ),
)

STARTS = Claim(
    "overshoot.starts",
    Ge(top, 1 + (H(p, 1) - H(p, c)) / (1 * V(p, 1))),
    given=(POSITIVE, NOT_CONSTANT, START),
    title="The first step ends there",
    defined=(VARIANCE_POSITIVE,),
    proof=calc(top, (first, START), (1 + (H(p, 1) - H(p, c)) / (1 * V(p, 1)), by.algebra)),
)

bound_positive = FURTHER.at({top: top, c: c})
start = (VARIANCE_POSITIVE, SLOPE_NONZERO.at({c: 1}), ABOVE_ONE.at({x: c}), bound_positive)
AT_MOST = Claim(
    "overshoot.at-most-first",
    Le(now, top),
    given=below,
    title="So no exponent is above the first that is computed, ...",
    defined=start,
    proof=induction(
        k,
        base=calc(
            total_exponent(0, p, h_star),
            (1, total_exponent),
            le(c, by.sign(c - 1)),
            le(top, by.sign(top - c)),
        ),
        step=calc(
            then,
            (newton_step(p, now, h_star), total_exponent),
            le(
                top,
                by.sign(top - newton_step(p, now, h_star), NO_FURTHER.at({a: 1, gamma: now} | here), STARTS, IH),
            ),
        ),
        beside=(
            beside(
                Ge(now, 1),
                base=calc(total_exponent(0, p, h_star), (1, total_exponent)),
                step=calc(
                    then,
                    (newton_step(p, now, h_star), total_exponent),
                    ge(
                        c,
                        by.sign(
                            newton_step(p, now, h_star) - c,
                            NOT_BELOW.at({p: p, c: c} | bounded),
                            ABOVE_ONE.at({x: now}),
                            IH,
                        ),
                    ),
                    ge(1, by.sign(c - 1)),
                ),
            ),
        ),
    ),
)

AT_LEAST_ONE = Claim(
    "overshoot.at-least-one",
    Ge(now, 1),
    given=below,
    title="... and none below 1, where they start",
    defined=start,
    proof=induction(
        k,
        base=calc(total_exponent(0, p, h_star), (1, total_exponent)),
        step=calc(
            then,
            (newton_step(p, now, h_star), total_exponent),
            ge(
                c,
                by.sign(
                    newton_step(p, now, h_star) - c,
                    NOT_BELOW.at({p: p, c: c} | bounded),
                    AT_MOST.at(here),
                    ABOVE_ONE.at({x: now}),
                    IH,
                ),
            ),
            ge(1, by.sign(c - 1)),
        ),
    ),
)

orbit = (*start, AT_LEAST_ONE.at(here))
AFTERWARDS_ABOVE = Claim(
    "overshoot.stays-above",
    Ge(then, c),
    given=below,
    title="From the first step on no exponent is below the root",
    defined=(*orbit, ABOVE_ONE.at({x: now})),
    proof=calc(
        then,
        (newton_step(p, now, h_star), total_exponent),
        ge(
            c,
            by.sign(
                newton_step(p, now, h_star) - c,
                NOT_BELOW.at({p: p, c: c} | bounded),
                AT_MOST.at(here),
            ),
        ),
    ),
)

share = c * V(p, c) / (top * V(p, top))
RATE = Claim(
    "overshoot.rate",
    Le(newton_step(p, now, h_star) - c, (top - c) * Exp(-(k * share))),
    given=below,
    title="... and their distance to it falls at least geometrically",
    remark="On the left is the exponent after k + 1 steps.",
    defined=orbit,
    proof=induction(
        k,
        base=calc(
            newton_step(p, total_exponent(0, p, h_star), h_star) - c,
            (newton_step(p, 1, h_star) - c, total_exponent),
            (top - c, FIRST),
            ((top - c) * Exp(-(0 * share)), by.logs),
        ),
        step=calc(
            newton_step(p, then, h_star) - c,
            le(
                (then - c) * (1 - share),
                by.sign(
                    (then - c) * (1 - share) - (newton_step(p, then, h_star) - c),
                    CONTRACTION.at({gamma: then, b: top} | here),
                    AT_MOST.at(here | {k: k + 1}),
                    AFTERWARDS_ABOVE.at(here),
                ),
            ),
            le(
                (then - c) * Exp(-share),
                by.sign((then - c) * (Exp(-share) - (1 + -share)), EXP_BOUND, AFTERWARDS_ABOVE.at(here)),
            ),
            ((newton_step(p, now, h_star) - c) * Exp(-share), total_exponent),
            le(
                (top - c) * Exp(-(k * share)) * Exp(-share),
                by.sign(((top - c) * Exp(-(k * share)) - (newton_step(p, now, h_star) - c)) * Exp(-share), IH),
            ),
            ((top - c) * Exp(-((k + 1) * share)), by.logs),
        ),
    ),
)

distance = (top - c) / share
STILL = Claim(
    "overshoot.distance",
    Le(then - c, distance / k),
    given=(*below, Gt(k, 0)),
    title="... so that it vanishes",
    defined=(*orbit, AFTERWARDS_ABOVE.at(here)),
    proof=calc(
        then - c,
        (newton_step(p, now, h_star) - c, total_exponent),
        le(
            (top - c) * Exp(-(k * share)),
            by.sign((top - c) * Exp(-(k * share)) - (newton_step(p, now, h_star) - c), RATE.at(here)),
        ),
        ((top - c) / Exp(k * share), by.logs),
        le(
            distance / k,
            by.sign((top - c) * (1 + (Exp(k * share) - (1 + k * share))) / (k * share * Exp(k * share)), EXP_BOUND),
        ),
    ),
)

CONVERGES = Claim(
    "overshoot.converges",
    Tends(then, k, oo, c),
    given=below,
    title="The exponents tend to the root",
    defined=(*orbit, AFTERWARDS_ABOVE.at(here)),
    proof=squeeze(
        distance,
        below=calc(then, ge(c, by.sign(then - c)), ge(c - distance / k, by.sign(distance / k))),
        above=calc(then, le(c + distance / k, by.sign(distance / k - (then - c), STILL.at(here)))),
    ),
)
