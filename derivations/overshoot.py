"""The document's loop for targets below the entropy of p, from its first step on.

Such a target has its root c above 1, and the first exponent, b = 1 + (H(p) - H*) / Var, lies beyond the root.  From
there no step leads up.  For targets above the entropy no two logarithms of entries may differ by more than 1; here, by
more than 1/b, which can be read off p and the target before the loop is run.  (That b is not below the root then
follows, because the entropy falls; it is stated beside it.)
"""

from sympy import oo

from entnorm.claims import (
    IH,
    Assumption,
    Claim,
    Eq,
    Exp,
    ForAll,
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
    ROOT,
    SHORTER,
    SLOPE_NONZERO,
    STEEPENS,
    STEP,
    TANGENT_BELOW,
    WITHIN,
    bounded,
)
from .gaps import EXP_BOUND
from .notation import H, V, a, b, c, gamma, h_star, i, j, k, newton_step, p, reach, total_exponent, x
from .setting import NOT_CONSTANT, POSITIVE
from .slopes import ENTROPY_SLOPE_NONZERO, VARIANCE_POSITIVE

first = 1 + (H(p, 1) - H(p, c)) / V(p, 1)
START = Assumption("b is the first exponent", Eq(first, b))
NARROW = Assumption(
    "no two logarithms of entries differ by more than 1/b", ForAll(i, ForAll(j, Le(Log(p[i]) - Log(p[j]), 1 / b)))
)
well_defined = (VARIANCE_POSITIVE, ENTROPY_SLOPE_NONZERO)
below = (POSITIVE, NOT_CONSTANT, NARROW, Ge(c, 1), Le(c, b), START, ROOT)
narrow = {reach: 1 / b}
here = {p: p, c: c, b: b, h_star: h_star}
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
    Gt(b, 0),
    given=(Ge(c, 1), Le(c, b)),
    title="... and so is what is beyond it",
    proof=calc(b, ge(c, by.sign), ge(1, by.sign), gt(0, by.sign)),
)

SHORT = Claim(
    "overshoot.short",
    Le(x * (1 / b), 1),
    given=(Gt(b, 0), Le(x, b)),
    title="What is at most b is at most 1 in units of b",
    proof=calc(x * (1 / b), le(1, by.sign((b - x) / b))),
)

FIRST = Claim(
    "overshoot.first-exponent",
    Eq(newton_step(p, 1, h_star), b),
    given=(POSITIVE, NOT_CONSTANT, START, ROOT),
    title="The first exponent",
    defined=well_defined,
    proof=calc(newton_step(p, 1, h_star), (1 + (H(p, 1) - h_star) / (1 * V(p, 1)), STEP), (first, ROOT), (b, START)),
)

to_root = SHORTER.at({p: p, a: gamma, b: c} | bounded)
reached = a + (H(p, a) - H(p, c)) / (a * V(p, a))
NO_FURTHER = Claim(
    "overshoot.bounded-above",
    Le(newton_step(p, gamma, h_star), b),
    given=(
        POSITIVE,
        NOT_CONSTANT,
        WITHIN,
        Gt(a, 0),
        Le(a, gamma),
        Le(gamma, b),
        Gt(c, 0),
        Le(c * reach, 1),
        ROOT,
        Assumption("b is at least where a step from a ends", Ge(b, reached)),
    ),
    title="No step from an exponent between a and b ends beyond b, if that from a does not",
    defined=well_defined,
    proof=by_cases(
        (
            Le(c, gamma),
            calc(
                newton_step(p, gamma, h_star),
                le(gamma, by.sign(gamma - newton_step(p, gamma, h_star), NOT_ABOVE.at({p: p, c: c}))),
                le(b, by.sign(b - gamma)),
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
                        to_root,
                    ),
                ),
                le(
                    reached,
                    by.sign(
                        (H(p, a) + a * V(p, a) * a - (H(p, gamma) + a * V(p, a) * gamma)) / (a * V(p, a)),
                        TANGENT_BELOW.at(bounded),
                        to_root,
                    ),
                ),
                le(b, by.sign(b - reached)),
            ),
        ),
    ),
)

STARTS = Claim(
    "overshoot.starts",
    Ge(b, 1 + (H(p, 1) - H(p, c)) / (1 * V(p, 1))),
    given=(POSITIVE, NOT_CONSTANT, START),
    title="The first step ends there",
    defined=(VARIANCE_POSITIVE,),
    proof=calc(b, (first, START), (1 + (H(p, 1) - H(p, c)) / (1 * V(p, 1)), by.algebra)),
)

bound_positive = FURTHER.at({b: b, c: c})
root_short, now_short = (SHORT.at({b: b, x: exponent}) for exponent in (c, now))
AT_LEAST_ONE = Claim(
    "overshoot.at-least-one",
    Ge(now, 1),
    given=below,
    title="So no exponent is below 1, where they start, ...",
    defined=(VARIANCE_POSITIVE, SLOPE_NONZERO.at({c: 1}), ABOVE_ONE.at({x: c}), bound_positive),
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
                    NOT_BELOW.at({p: p, c: c} | narrow),
                    ABOVE_ONE.at({x: now}),
                    root_short,
                    now_short,
                    IH,
                ),
            ),
            ge(1, by.sign(c - 1)),
        ),
        beside=(
            beside(
                Le(now, b),
                base=calc(
                    total_exponent(0, p, h_star),
                    (1, total_exponent),
                    le(c, by.sign(c - 1)),
                    le(b, by.sign(b - c)),
                ),
                step=calc(
                    then,
                    (newton_step(p, now, h_star), total_exponent),
                    le(
                        b,
                        by.sign(
                            b - newton_step(p, now, h_star),
                            NO_FURTHER.at({a: 1, gamma: now} | here | narrow),
                            root_short,
                            STARTS,
                            IH,
                        ),
                    ),
                ),
            ),
        ),
    ),
)

orbit = (
    VARIANCE_POSITIVE,
    SLOPE_NONZERO.at({c: 1}),
    AT_LEAST_ONE.at(here),
    ABOVE_ONE.at({x: c}),
    bound_positive,
)
AT_MOST = Claim(
    "overshoot.at-most-first",
    Le(now, b),
    given=below,
    title="... and none above the first that is computed",
    defined=orbit,
    proof=induction(
        k,
        base=calc(
            total_exponent(0, p, h_star),
            (1, total_exponent),
            le(c, by.sign(c - 1)),
            le(b, by.sign(b - c)),
        ),
        step=calc(
            then,
            (newton_step(p, now, h_star), total_exponent),
            le(
                b,
                by.sign(
                    b - newton_step(p, now, h_star),
                    NO_FURTHER.at({a: 1, gamma: now} | here | narrow),
                    root_short,
                    STARTS,
                    IH,
                ),
            ),
        ),
    ),
)

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
                NOT_BELOW.at({p: p, c: c} | narrow),
                root_short,
                now_short,
                AT_MOST.at(here),
            ),
        ),
    ),
)

share = c * V(p, c) / (b * V(p, b))
RATE = Claim(
    "overshoot.rate",
    Le(newton_step(p, now, h_star) - c, (b - c) * Exp(-(k * share))),
    given=below,
    title="... and their distance to it falls at least geometrically",
    remark="On the left is the exponent after k + 1 steps.",
    defined=orbit,
    proof=induction(
        k,
        base=calc(
            newton_step(p, total_exponent(0, p, h_star), h_star) - c,
            (newton_step(p, 1, h_star) - c, total_exponent),
            (b - c, FIRST),
            ((b - c) * Exp(-(0 * share)), by.logs),
        ),
        step=calc(
            newton_step(p, then, h_star) - c,
            le(
                (then - c) * (1 - share),
                by.sign(
                    (then - c) * (1 - share) - (newton_step(p, then, h_star) - c),
                    CONTRACTION.at({p: p, gamma: then, b: b, c: c, h_star: h_star} | narrow),
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
                (b - c) * Exp(-(k * share)) * Exp(-share),
                by.sign(((b - c) * Exp(-(k * share)) - (newton_step(p, now, h_star) - c)) * Exp(-share), IH),
            ),
            ((b - c) * Exp(-((k + 1) * share)), by.logs),
        ),
    ),
)

distance = (b - c) / share
CONVERGES = Claim(
    "overshoot.converges",
    Tends(then, k, oo, c),
    given=below,
    title="So they tend to the root",
    defined=(*orbit, AFTERWARDS_ABOVE.at(here)),
    proof=squeeze(
        distance,
        below=calc(
            then,
            ge(c, by.sign(then - c)),
            ge(c - distance / k, by.sign(distance / k)),
        ),
        above=calc(
            then,
            (newton_step(p, now, h_star), total_exponent),
            le(
                c + (b - c) * Exp(-(k * share)),
                by.sign((b - c) * Exp(-(k * share)) - (newton_step(p, now, h_star) - c), RATE.at(here)),
            ),
            (c + (b - c) / Exp(k * share), by.logs),
            le(
                c + distance / k,
                by.sign((b - c) * (1 + (Exp(k * share) - (1 + k * share))) / (k * share * Exp(k * share)), EXP_BOUND),
            ),
        ),
    ),
)
