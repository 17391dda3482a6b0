"""Orbits of the document's loop: what counts are the small entries, and they are enough to make it arrive.

The loop is Newton's method on the product of its exponents, so its orbits are those of one number.  It falls to the
root if the target is not below the entropy of p and no logarithm of an entry lies more than 1 below their mean, which
is minus that entropy.  No entry of p may then be less than 1/e times exp(-H(p)), one over the perplexity, but the
largest may be more than e times another, as in the example at the end.  The distance to the root falls at least
geometrically, and the error of the entropy is squared at every step.  Without any such condition the loop need not
arrive (`orbits`).
"""

from sympy import oo

from entnorm.claims import (
    IH,
    Assumption,
    Claim,
    Exp,
    ForAll,
    Ge,
    Gt,
    Le,
    Log,
    Sum,
    Tends,
    beside,
    by,
    calc,
    ge,
    gt,
    induction,
    le,
    numeric,
    squeeze,
)

from .convergence import CONTRACTION, ENTROPY_ORDER, NOT_ABOVE, NOT_BELOW, ROOT, SLOPE_NONZERO, STEEPENS, TANGENT_ABOVE
from .escort import IDENTITY_AT_ONE
from .gaps import EXP_BOUND
from .newton import DOCUMENT_LOOP, ITERATE_ENTROPY, VARENTROPY
from .notation import H, S, V, b, c, gamma, h_star, i, iterate, j, k, mean, newton_step, p, reach, top, total_exponent
from .setting import NORMALISED, NOT_CONSTANT, POSITIVE
from .slopes import ENTROPY_SLOPE_NONZERO, VARIANCE_POSITIVE
from .squaring import BELOW_MEAN, QUADRATIC_STEP, WITHIN, half, within

NOT_RARE = Assumption(
    "no logarithm of an entry lies more than 1 below their mean at gamma = 1",
    ForAll(i, Ge(Log(p[i]), mean(p, 1) - 1)),
)
to_one = {top: 1}  # where the condition of the cited claims is made

BY_PERPLEXITY = Claim(
    "lopsided.by-perplexity",
    Ge(Log(p[i]), mean(p, 1) - 1),
    given=(
        POSITIVE,
        NORMALISED,
        Assumption("no entry is less than 1/e times exp(-H(p))", ForAll(i, Ge(p[i], Exp(-S(p) - 1)))),
    ),
    title="No logarithm does if no entry is less than 1/e divided by the perplexity ...",
    proof=calc(
        Log(p[i]),
        ge(Log(Exp(-S(p) - 1)), by.sign(Log(p[i]) - Log(Exp(-S(p) - 1)))),
        (-S(p) - 1, by.logs),
        (Sum(p[j] * Log(p[j]), j) - 1, S),
        (mean(p, 1) - 1, by.algebra(mean, IDENTITY_AT_ONE)),
    ),
)

WEAKER = Claim(
    "lopsided.weaker",
    Ge(Log(p[i]), mean(p, 1) - 1),
    given=(POSITIVE, WITHIN, Le(reach, 1)),
    title="... or where no two logarithms differ by more than 1",
    proof=calc(
        Log(p[i]),
        ge(
            mean(p, 1) - reach,
            by.sign(reach - (mean(p, 1) - Log(p[i])), BELOW_MEAN.at({p: p, gamma: 1, i: i} | within)),
        ),
        ge(mean(p, 1) - 1, by.sign(1 - reach)),
    ),
)

# ------------------------------------------------------------------------------------------------------ step by step

near = (Gt(c, 0), Le(c, 1), POSITIVE, NOT_CONSTANT, NOT_RARE, ROOT)
well_defined = (VARIANCE_POSITIVE, ENTROPY_SLOPE_NONZERO)
now, then = total_exponent(k, p, h_star), total_exponent(k + 1, p, h_star)
here = {p: p, c: c, h_star: h_star}
STAYS_ABOVE = Claim(
    "lopsided.stays-above",
    Ge(now, c),
    given=near,
    title="The exponents never pass the root",
    defined=well_defined,
    proof=induction(
        k,
        base=calc(total_exponent(0, p, h_star), (1, total_exponent), ge(c, by.sign)),
        step=calc(
            then,
            (newton_step(p, now, h_star), total_exponent),
            ge(c, by.sign(newton_step(p, now, h_star) - c, NOT_BELOW.at(here | to_one), IH)),
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
    "lopsided.stays-below",
    Le(now, 1),
    given=near,
    title="... nor exceed 1, where they start",
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
share = c * V(p, c) / V(p, 1)
RATE = Claim(
    "lopsided.rate",
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
                by.sign(
                    (now - c) * (1 - share) - (newton_step(p, now, h_star) - c), CONTRACTION.at(here | to_one | {b: 1})
                ),
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
STILL = Claim(
    "lopsided.distance",
    Le(now - c, distance / k),
    given=(*near, Gt(k, 0)),
    title="... so that it vanishes",
    defined=orbit,
    proof=calc(
        now - c,
        le((1 - c) * Exp(-(k * share)), by.sign((1 - c) * Exp(-(k * share)) - (now - c), RATE.at(here))),
        ((1 - c) / Exp(k * share), by.logs),
        le(
            distance / k,
            by.sign((1 - c) * (1 + (Exp(k * share) - (1 + k * share))) / (k * share * Exp(k * share)), EXP_BOUND),
        ),
    ),
)

CONVERGES = Claim(
    "lopsided.converges",
    Tends(now, k, oo, c),
    given=near,
    title="The exponents tend to the root",
    defined=orbit,
    proof=squeeze(
        distance,
        below=calc(now, ge(c, by.sign(now - c, STAYS_ABOVE.at(here))), ge(c - distance / k, by.sign(distance / k))),
        above=calc(now, le(c + distance / k, by.sign(distance / k - (now - c), STILL.at(here)))),
    ),
)

POSITIVE_EXPONENTS = Claim(
    "lopsided.exponents-positive",
    Gt(now, 0),
    given=near,
    title="None of them is zero or negative",
    defined=orbit,
    proof=calc(now, ge(c, by.sign(now - c, STAYS_ABOVE.at(here))), gt(0, by.sign)),
)

normalised = (*near, NORMALISED)
document = (*orbit, POSITIVE_EXPONENTS.at(here), DOCUMENT_LOOP, VARENTROPY, ITERATE_ENTROPY)
loop = iterate(k, p, h_star)
ERROR_SIGN = Claim(
    "lopsided.error-sign",
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

ERROR = Claim(
    "lopsided.error-by-exponent",
    Le(h_star - S(loop), V(p, 1) * (now - c)),
    given=normalised,
    title="... and fall short of it by no more than a multiple of what the exponent exceeds the root by",
    defined=document,
    proof=calc(
        h_star - S(loop),
        (H(p, c) - H(p, now), by.algebra(ITERATE_ENTROPY, ROOT)),
        le(
            now * V(p, now) * (now - c),
            by.sign(H(p, now) + now * V(p, now) * now - (H(p, c) + now * V(p, now) * c), TANGENT_ABOVE.at(to_one)),
        ),
        le(V(p, 1) * (now - c), by.sign((1 * V(p, 1) - now * V(p, now)) * (now - c), STEEPENS.at(to_one))),
    ),
)

ENTROPY_CONVERGES = Claim(
    "lopsided.entropy-converges",
    Tends(S(loop), k, oo, h_star),
    given=normalised,
    title="The document's loop reaches its target in the limit, if no entry is too rare",
    remark="That is, if no entry is less than 1/e divided by the perplexity of p, and the target is neither below the "
    "entropy of p nor log n.",
    defined=document,
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

after = h_star - S(iterate(k + 1, p, h_star))
squared = (h_star - S(loop)) ** 2 / (c**2 * V(p, c))
factor = half * (1 + c * reach)
QUADRATIC_ERROR = Claim(
    "lopsided.quadratic",
    Le(after, factor * squared),
    given=(*normalised, WITHIN),
    title="... and squares its error from the first step on",
    remark="R may be any bound of the differences: the logarithm of the largest entry over the smallest is one.",
    defined=document,
    proof=calc(
        after,
        (h_star - H(p, then), ITERATE_ENTROPY),
        (h_star - H(p, newton_step(p, now, h_star)), total_exponent),
        le(
            factor * (h_star - H(p, now)) ** 2 / (c**2 * V(p, c)),
            by.sign(
                factor * (h_star - H(p, now)) ** 2 / (c**2 * V(p, c)) - (h_star - H(p, newton_step(p, now, h_star))),
                QUADRATIC_STEP.at(here | within | to_one),
            ),
        ),
        (factor * squared, ITERATE_ENTROPY),
    ),
)

# -------------------------------------------------------------------------------------------- how much more that says

EXAMPLE = Claim(
    "lopsided.example",
    Le(half * Log(half) + 3 * (half / 3) * Log(half / 3) - Log(half / 3), 1),
    numeric(),
    title="For p = (1/2, 1/6, 1/6, 1/6) the smallest logarithm is less than 1 below the mean ...",
)

EXAMPLE_FAR = Claim(
    "lopsided.example-far",
    Gt(Log(half) - Log(half / 3), 1),
    numeric(),
    title="... although the largest differs from it by more than 1",
)
