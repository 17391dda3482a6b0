"""Orbits of the document's loop: where it is proved to arrive, how fast, and that it need not arrive anywhere.

The loop is Newton's method on the product of its exponents, so its orbits are those of one number.  If no entry is more
than e times another and the target is not below the entropy of p, that number falls to the root.  For a distribution
whose entries take two values, equally often, it can also go to and fro between 1 and -1 for ever.
"""

from fractions import Fraction

from sympy import oo

from entnorm.claims import (
    IH,
    Attained,
    Claim,
    Eq,
    Exp,
    Ge,
    Gt,
    Le,
    Log,
    Refuted,
    Sum,
    Tends,
    beside,
    by,
    calc,
    ge,
    gt,
    induction,
    le,
    n,
    squeeze,
)

from .convergence import (
    CONTRACTION,
    ENTROPY_ORDER,
    NOT_ABOVE,
    NOT_BELOW,
    QUADRATIC_STEP,
    ROOT,
    SHORTER,
    SLOPE_NONZERO,
    STEEPENS,
    TANGENT_ABOVE,
    WITHIN,
    bounded,
)
from .gaps import EXP_BOUND
from .newton import DOCUMENT_LOOP, ITERATE_ENTROPY, NO_ZERO, REBASED_STEP, VARENTROPY
from .notation import (
    H,
    S,
    V,
    Z,
    a,
    b,
    c,
    exponent,
    h_star,
    i,
    iterate,
    j,
    k,
    newton_step,
    p,
    r,
    reach,
    s,
    tilde,
    total_exponent,
    u,
)
from .setting import NORMALISED, NOT_CONSTANT, POSITIVE, U_POSITIVE
from .slopes import ENTROPY_SLOPE_NONZERO, VARIANCE_POSITIVE

now, then = total_exponent(k, p, h_star), total_exponent(k + 1, p, h_star)
near = (POSITIVE, NOT_CONSTANT, WITHIN, Le(reach, 1), Gt(c, 0), Le(c, 1), ROOT)
well_defined = (VARIANCE_POSITIVE, ENTROPY_SLOPE_NONZERO)
here = {p: p, c: c, h_star: h_star} | bounded
root_short = SHORTER.at({p: p, a: c, b: 1} | bounded)
now_short = SHORTER.at({p: p, a: now, b: 1} | bounded)

STAYS_ABOVE = Claim(
    "iteration.stays-above",
    Ge(now, c),
    given=near,
    title="The exponents never pass the root",
    remark="No entry is more than e times another, and the root is at most 1: the target is not below the entropy.",
    defined=well_defined,
    proof=induction(
        k,
        base=calc(total_exponent(0, p, h_star), (1, total_exponent), ge(c, by.sign)),
        step=calc(
            then,
            (newton_step(p, now, h_star), total_exponent),
            ge(c, by.sign(newton_step(p, now, h_star) - c, NOT_BELOW.at(here), root_short, now_short, IH)),
        ),
        beside=(
            beside(
                Le(now, 1),
                base=calc(total_exponent(0, p, h_star), (1, total_exponent)),
                step=calc(
                    then,
                    (newton_step(p, now, h_star), total_exponent),
                    le(now, by.sign(now - newton_step(p, now, h_star), NOT_ABOVE.at({p: p, c: c}), IH)),
                    le(1, by.sign(1 - now, IH)),
                ),
            ),
        ),
    ),
)

above = (VARIANCE_POSITIVE, STAYS_ABOVE.at(here), SLOPE_NONZERO.at({c: c}))
STAYS_BELOW = Claim(
    "iteration.stays-below",
    Le(now, 1),
    given=near,
    title="... and never exceed 1, where they start",
    defined=above,
    proof=induction(
        k,
        base=calc(total_exponent(0, p, h_star), (1, total_exponent)),
        step=calc(
            then,
            (newton_step(p, now, h_star), total_exponent),
            le(now, by.sign(now - newton_step(p, now, h_star), NOT_ABOVE.at({p: p, c: c}))),
            le(1, by.sign(1 - now, IH)),
        ),
    ),
)

orbit = (*above, STAYS_BELOW.at(here))
DECREASING = Claim(
    "iteration.decreasing",
    Le(then, now),
    given=near,
    title="They fall from step to step",
    defined=orbit,
    proof=calc(
        then,
        (newton_step(p, now, h_star), total_exponent),
        le(now, by.sign(now - newton_step(p, now, h_star), NOT_ABOVE.at({p: p, c: c}))),
    ),
)

POSITIVE_EXPONENTS = Claim(
    "iteration.exponents-positive",
    Gt(now, 0),
    given=near,
    title="So none of them is zero or negative",
    defined=orbit,
    proof=calc(now, ge(c, by.sign(now - c, STAYS_ABOVE.at(here))), gt(0, by.sign)),
)

share = c * V(p, c) / V(p, 1)
RATE = Claim(
    "iteration.rate",
    Le(now - c, (1 - c) * Exp(-(k * share))),
    given=near,
    title="The distance to the root falls at least geometrically",
    defined=orbit,
    proof=induction(
        k,
        base=calc(total_exponent(0, p, h_star) - c, (1 - c, total_exponent), ((1 - c) * Exp(-(0 * share)), by.logs)),
        step=calc(
            then - c,
            (newton_step(p, now, h_star) - c, total_exponent),
            le(
                (now - c) * (1 - share),
                by.sign((now - c) * (1 - share) - (newton_step(p, now, h_star) - c), CONTRACTION.at(here | {b: 1})),
            ),
            le((now - c) * Exp(-share), by.sign((now - c) * (Exp(-share) - (1 + -share)), EXP_BOUND)),
            le(
                (1 - c) * Exp(-(k * share)) * Exp(-share),
                by.sign(((1 - c) * Exp(-(k * share)) - (now - c)) * Exp(-share), IH),
            ),
            ((1 - c) * Exp(-((k + 1) * share)), by.logs),
        ),
    ),
)

distance = (1 - c) / share
CONVERGES = Claim(
    "iteration.converges",
    Tends(now, k, oo, c),
    given=near,
    title="The exponents tend to the root",
    defined=orbit,
    proof=squeeze(
        distance,
        below=calc(
            now,
            ge(c, by.sign(now - c, STAYS_ABOVE.at(here))),
            ge(c - distance / k, by.sign(distance / k)),
        ),
        above=calc(
            now,
            le(
                c + (1 - c) * Exp(-(k * share)),
                by.sign((1 - c) * Exp(-(k * share)) - (now - c), RATE.at(here)),
            ),
            (c + (1 - c) / Exp(k * share), by.logs),
            le(
                c + distance / k,
                by.sign((1 - c) * (1 + (Exp(k * share) - (1 + k * share))) / (k * share * Exp(k * share)), EXP_BOUND),
            ),
        ),
    ),
)

normalised = (*near, NORMALISED)
document = (*orbit, POSITIVE_EXPONENTS.at(here), DOCUMENT_LOOP, VARENTROPY, ITERATE_ENTROPY)
loop = iterate(k, p, h_star)
ERROR_SIGN = Claim(
    "iteration.error-sign",
    Ge(h_star - S(loop), 0),
    given=normalised,
    title="The entropies of the iterates do not exceed the target",
    defined=document,
    proof=calc(
        h_star - S(loop),
        (H(p, c) - H(p, now), by.algebra(ITERATE_ENTROPY, ROOT)),
        ge(0, by.sign(H(p, c) - H(p, now), ENTROPY_ORDER)),
    ),
)

FIRST_ORDER_ERROR = Claim(
    "iteration.error-by-exponent",
    Le(h_star - S(loop), V(p, 1) * (now - c)),
    given=normalised,
    title="... and fall short of it by no more than a multiple of what the exponent lacks",
    defined=document,
    proof=calc(
        h_star - S(loop),
        (H(p, c) - H(p, now), by.algebra(ITERATE_ENTROPY, ROOT)),
        le(
            now * V(p, now) * (now - c),
            by.sign(
                H(p, now) + now * V(p, now) * now - (H(p, c) + now * V(p, now) * c),
                TANGENT_ABOVE.at(bounded),
                now_short,
            ),
        ),
        le(V(p, 1) * (now - c), by.sign((1 * V(p, 1) - now * V(p, now)) * (now - c), STEEPENS.at(bounded))),
    ),
)

ENTROPY_CONVERGES = Claim(
    "iteration.entropy-converges",
    Tends(S(loop), k, oo, h_star),
    given=normalised,
    title="The document's loop reaches its target in the limit",
    remark="If no entry is more than e times another, and the target is neither below the entropy of p nor log n.",
    defined=document,
    proof=squeeze(
        V(p, 1) * distance,
        below=calc(
            S(loop),
            ge(
                h_star - V(p, 1) * (now - c),
                by.sign(V(p, 1) * (now - c) - (h_star - S(loop)), FIRST_ORDER_ERROR.at(here)),
            ),
            ge(
                h_star - V(p, 1) * ((1 - c) * Exp(-(k * share))),
                by.sign(V(p, 1) * ((1 - c) * Exp(-(k * share)) - (now - c)), RATE.at(here)),
            ),
            (h_star - V(p, 1) * (1 - c) / Exp(k * share), by.logs),
            ge(
                h_star - V(p, 1) * distance / k,
                by.sign(
                    V(p, 1) * (1 - c) * (1 + (Exp(k * share) - (1 + k * share))) / (k * share * Exp(k * share)),
                    EXP_BOUND,
                ),
            ),
        ),
        above=calc(
            S(loop),
            le(h_star, by.sign(h_star - S(loop), ERROR_SIGN.at(here))),
            le(h_star + V(p, 1) * distance / k, by.sign(V(p, 1) * distance / k)),
        ),
    ),
)

QUADRATIC = Claim(
    "iteration.quadratic",
    Le(h_star - S(iterate(k + 1, p, h_star)), (h_star - S(loop)) ** 2 / (c**2 * V(p, c))),
    given=normalised,
    title="The document's loop squares its error from the first step on",
    remark="The constant is one over the variance of log of the distribution that is sought.",
    defined=document,
    proof=calc(
        h_star - S(iterate(k + 1, p, h_star)),
        (h_star - H(p, then), ITERATE_ENTROPY),
        (h_star - H(p, newton_step(p, now, h_star)), total_exponent),
        le(
            (h_star - H(p, now)) ** 2 / (c**2 * V(p, c)),
            by.sign(
                (h_star - H(p, now)) ** 2 / (c**2 * V(p, c)) - (h_star - H(p, newton_step(p, now, h_star))),
                QUADRATIC_STEP.at(here),
                now_short,
            ),
        ),
        ((h_star - S(loop)) ** 2 / (c**2 * V(p, c)), ITERATE_ENTROPY),
    ),
)

after = h_star - S(iterate(k + 1, p, h_star))
squared = (h_star - S(loop)) ** 2 / (c**2 * V(p, c))
QUADRATIC_BOTH_SIDES = Claim(
    "iteration.quadratic-both-sides",
    Le(after**2, squared**2),
    given=normalised,
    title="... and it does so on either side of the target: |e_{k+1}| <= C e_k^2, with both sides squared",
    remark="No error is negative here, and all tend to 0.",
    defined=document,
    proof=calc(
        after**2,
        le(
            squared**2,
            by.sign((squared - after) * (squared + after), QUADRATIC.at(here), ERROR_SIGN.at(here | {k: k + 1})),
        ),
    ),
)

# ------------------------------------------------------------------------------------ what the document writes down

UPDATE = Claim(
    "iteration.update",
    Eq(
        iterate(k + 1, p, h_star)[i],
        loop[i] ** exponent(loop, h_star) / Sum(loop[j] ** exponent(loop, h_star), j),
    ),
    given=(POSITIVE, NORMALISED, NOT_CONSTANT, NO_ZERO),
    title="The next distribution is a power of the one before",
    defined=(DOCUMENT_LOOP, *well_defined, VARENTROPY),
    proof=calc(
        iterate(k + 1, p, h_star)[i],
        (loop[i] ** exponent(loop, h_star) / Sum(loop[j] ** exponent(loop, h_star), j), by.algebra(iterate, tilde, Z)),
    ),
)

SQUARED_ERROR = Claim(
    "iteration.squared-error",
    Attained(Ge((S(u) - h_star) ** 2, 0), Eq(S(u), h_star)),
    given=(U_POSITIVE,),
    title="The square of the error of a distribution u: it vanishes exactly where the entropy is the target",
    proof=calc((S(u) - h_star) ** 2, ge(0, by.sign((S(u) - h_star) ** 2))),
)

ENTROPY_WRITTEN_OUT = Claim(
    "iteration.entropy-written-out",
    Eq(S(u), -Sum(u[i] * Log(u[i]), i)),
    given=(U_POSITIVE,),
    title="The entropy of the distribution at hand, whichever it is",
    proof=calc(S(u), (-Sum(u[i] * Log(u[i]), i), S)),
)

PRODUCT = Claim(
    "iteration.product-of-exponents",
    Eq(now * exponent(loop, h_star), then),
    given=(POSITIVE, NORMALISED, NOT_CONSTANT, NO_ZERO),
    title="The document's exponent is the factor by which Newton's exponent changes",
    defined=(DOCUMENT_LOOP, *well_defined, VARENTROPY),
    proof=calc(
        now * exponent(loop, h_star),
        (now * exponent(tilde(p, now), h_star), DOCUMENT_LOOP),
        (newton_step(p, now, h_star), REBASED_STEP),
        (then, total_exponent),
    ),
)

IS_CUMULATIVE = Refuted(
    "iteration.exponent-is-cumulative",
    Eq(exponent(loop, h_star), then),
    given=(POSITIVE, NORMALISED, NOT_CONSTANT),
    at={n: 2, p: [Fraction(2, 3), Fraction(1, 3)], r: 0, s: 1, h_star: Fraction(3, 5), k: 1},
    correction=PRODUCT,
    title="The exponents that the document computes are those of Newton's method for H(gamma) = H*",
    remark="They are its factors: they tend to 1, whatever the root is.",
)

STEP_VANISHES = Claim(
    "iteration.exponent-tends-to-one",
    Tends(then / now, k, oo, 1),
    given=near,
    title="The factors tend to 1",
    defined=(*orbit, POSITIVE_EXPONENTS.at(here)),
    proof=squeeze(
        distance / c,
        below=calc(
            then / now,
            ge(c / now, by.sign((then - c) / now, STAYS_ABOVE.at(here | {k: k + 1}))),
            (1 - (now - c) / now, by.algebra),
            ge(1 - (now - c) / c, by.sign((now - c) ** 2 / (c * now))),
            ge(
                1 - (1 - c) * Exp(-(k * share)) / c,
                by.sign(((1 - c) * Exp(-(k * share)) - (now - c)) / c, RATE.at(here)),
            ),
            (1 - (1 - c) / Exp(k * share) / c, by.logs),
            ge(
                1 - distance / c / k,
                by.sign(
                    (1 - c) * (1 + (Exp(k * share) - (1 + k * share))) / (k * share * Exp(k * share) * c), EXP_BOUND
                ),
            ),
        ),
        above=calc(
            then / now,
            le(1, by.sign((now - then) / now, DECREASING.at(here))),
            le(1 + distance / c / k, by.sign(distance / c / k)),
        ),
    ),
)
