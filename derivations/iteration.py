"""What the document's loop computes on its way, and its orbits where no entry is more than e times another.

No entry is too rare then (`lopsided`), so that the loop arrives; and the constant with which it squares its error is
one over the variance of log of the distribution that is sought.  What the document calls the exponent is the factor
from each of the exponents to the next, and tends to 1.
"""

from fractions import Fraction

from sympy import oo

from entnorm.claims import Attained, Claim, Eq, Ge, Gt, Le, Log, Refuted, Sum, Tends, by, calc, ge, le, n, squeeze

from .convergence import NOT_ABOVE, ROOT
from .lopsided import (
    ERROR,
    ERROR_SIGN,
    POSITIVE_EXPONENTS,
    QUADRATIC_ERROR,
    STAYS_ABOVE,
    STILL,
    WEAKER,
    after,
    distance,
    document,
    factor,
    here,
    loop,
    near,
    now,
    orbit,
    squared,
    then,
    well_defined,
)
from .newton import DOCUMENT_LOOP, NO_ZERO, REBASED_STEP, VARENTROPY
from .notation import (
    S,
    V,
    Z,
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
from .squaring import WITHIN, within

DECREASING = Claim(
    "iteration.decreasing",
    Le(then, now),
    given=near,
    title="The exponents fall from step to step, if no entry is too rare ...",
    defined=orbit,
    proof=calc(
        then,
        (newton_step(p, now, h_star), total_exponent),
        le(now, by.sign(now - newton_step(p, now, h_star), NOT_ABOVE.at({p: p, c: c}))),
    ),
)

STEP_VANISHES = Claim(
    "iteration.exponent-tends-to-one",
    Tends(then / now, k, oo, 1),
    given=near,
    title="... and the factors from each to the next tend to 1",
    defined=(*orbit, POSITIVE_EXPONENTS.at(here)),
    proof=squeeze(
        distance / c,
        below=calc(
            then / now,
            ge(c / now, by.sign((then - c) / now, STAYS_ABOVE.at(here | {k: k + 1}))),
            (1 - (now - c) / now, by.algebra),
            ge(1 - (now - c) / c, by.sign((now - c) ** 2 / (c * now))),
            ge(1 - distance / c / k, by.sign((distance / k - (now - c)) / c, STILL.at(here))),
        ),
        above=calc(
            then / now,
            le(1, by.sign((now - then) / now, DECREASING.at(here))),
            le(1 + distance / c / k, by.sign(distance / c / k)),
        ),
    ),
)

# -------------------------------------------------------------------------- where no entry is more than e times another

alike = (POSITIVE, NOT_CONSTANT, WITHIN, Le(reach, 1), Gt(c, 0), Le(c, 1), ROOT)
weaker = WEAKER.at({p: p} | within)
orbit_alike = (*orbit, weaker)
NEVER_PASSES = Claim(
    "iteration.stays-above",
    Ge(now, c),
    given=alike,
    title="If no entry is more than e times another, none is too rare, and no exponent passes the root",
    defined=orbit_alike,
    proof=calc(now, ge(c, by.sign(now - c))),
)

CONVERGES = Claim(
    "iteration.converges",
    Tends(now, k, oo, c),
    given=alike,
    title="So the exponents tend to the root",
    defined=orbit_alike,
    proof=squeeze(
        distance,
        below=calc(now, ge(c, by.sign(now - c)), ge(c - distance / k, by.sign(distance / k))),
        above=calc(now, le(c + distance / k, by.sign(distance / k - (now - c), STILL.at(here)))),
    ),
)

normalised = (*alike, NORMALISED)
document_alike = (*document, weaker)
ENTROPY_CONVERGES = Claim(
    "iteration.entropy-converges",
    Tends(S(loop), k, oo, h_star),
    given=normalised,
    title="... and the entropies to the target",
    remark="That is neither below the entropy of p nor log n.",
    defined=document_alike,
    proof=squeeze(
        V(p, 1) * distance,
        below=calc(
            S(loop),
            ge(h_star - V(p, 1) * (now - c), by.sign(V(p, 1) * (now - c) - (h_star - S(loop)), ERROR.at(here))),
            ge(h_star - V(p, 1) * distance / k, by.sign(V(p, 1) * (distance / k - (now - c)), STILL.at(here))),
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
    Le(after, squared),
    given=normalised,
    title="The document's loop squares its error from the first step on",
    remark="The constant is one over the variance of log of the distribution that is sought.",
    defined=document_alike,
    proof=calc(
        after,
        le(factor * squared, by.sign(factor * squared - after, QUADRATIC_ERROR.at(here | within))),
        le(squared, by.sign((1 - c) * squared / 2 + c * (1 - reach) * squared / 2)),
    ),
)

QUADRATIC_BOTH_SIDES = Claim(
    "iteration.quadratic-both-sides",
    Le(after**2, squared**2),
    given=normalised,
    title="... and it does so on either side of the target: |e_{k+1}| <= C e_k^2, with both sides squared",
    remark="No error is negative here, and all tend to 0.",
    defined=document_alike,
    proof=calc(
        after**2,
        le(
            squared**2,
            by.sign(
                (squared - after) * (squared + after), QUADRATIC.at(here | within), ERROR_SIGN.at(here | {k: k + 1})
            ),
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
