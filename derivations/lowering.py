"""What the document's loop does for targets below the entropy of p: its entropies and distributions arrive.

From the first step on the entropies are not above the target, the error is squared at every step, and the
distributions tend to the one that is sought, as they do for targets above the entropy.
"""

from sympy import oo

from entnorm.claims import (
    Claim,
    Ge,
    Gt,
    Le,
    Tends,
    by,
    calc,
    ge,
    gt,
    le,
    squeeze,
)

from .arrival import FALLS_SLOWLY, RISES_SLOWLY
from .convergence import ENTROPY_ORDER, ROOT, STEEPENS, TANGENT_ABOVE, bounded
from .newton import DOCUMENT_LOOP, ITERATE_ENTROPY, VARENTROPY
from .notation import H, S, V, a, b, c, gamma, h_star, i, iterate, k, newton_step, p, reach, tilde, top, total_exponent
from .overshoot import AFTERWARDS_ABOVE, AT_MOST, STILL, below, distance, here, now, orbit, then
from .setting import NORMALISED
from .slopes import ENTROPY_SLOPE_NONZERO
from .squaring import QUADRATIC_STEP, REACH_NONNEGATIVE, WITHIN, half, within

normalised = (*below, NORMALISED)
EXPONENTS_POSITIVE = Claim(
    "lowering.exponents-positive",
    Gt(now, 0),
    given=below,
    title="None of the exponents is zero or negative: no order is reversed",
    defined=orbit,
    proof=calc(now, ge(1, by.sign(now - 1)), gt(0, by.sign)),
)

document = (
    *orbit,
    EXPONENTS_POSITIVE.at(here),
    AFTERWARDS_ABOVE.at(here),
    DOCUMENT_LOOP,
    VARENTROPY,
    ITERATE_ENTROPY,
    ENTROPY_SLOPE_NONZERO,
)
loop = iterate(k + 1, p, h_star)

ERROR_SIGN = Claim(
    "lowering.error-sign",
    Ge(h_star - S(loop), 0),
    given=normalised,
    title="From the first step on the entropies do not exceed the target",
    defined=document,
    proof=calc(
        h_star - S(loop),
        (H(p, c) - H(p, then), by.algebra(ITERATE_ENTROPY, ROOT)),
        ge(0, by.sign(H(p, c) - H(p, then), ENTROPY_ORDER)),
    ),
)

ERROR_BY_EXPONENT = Claim(
    "lowering.error-by-exponent",
    Le(h_star - S(loop), top * V(p, top) * (then - c)),
    given=normalised,
    title="... and fall short of it by no more than a multiple of what the exponent exceeds the root by",
    defined=document,
    proof=calc(
        h_star - S(loop),
        (H(p, c) - H(p, then), by.algebra(ITERATE_ENTROPY, ROOT)),
        le(
            then * V(p, then) * (then - c),
            by.sign(
                H(p, then) + then * V(p, then) * then - (H(p, c) + then * V(p, then) * c),
                TANGENT_ABOVE.at(bounded),
                AT_MOST.at(here | {k: k + 1}),
            ),
        ),
        le(
            top * V(p, top) * (then - c),
            by.sign(
                (top * V(p, top) - then * V(p, then)) * (then - c),
                STEEPENS.at(bounded),
                AT_MOST.at(here | {k: k + 1}),
            ),
        ),
    ),
)

ENTROPY_CONVERGES = Claim(
    "lowering.entropy-converges",
    Tends(S(loop), k, oo, h_star),
    given=normalised,
    title="The document's loop reaches a target below the entropy of p in the limit",
    remark="If no entry of the power of p at its first exponent is less than 1/e divided by the perplexity of that.",
    defined=document,
    proof=squeeze(
        top * V(p, top) * distance,
        below=calc(
            S(loop),
            ge(
                h_star - top * V(p, top) * (then - c),
                by.sign(top * V(p, top) * (then - c) - (h_star - S(loop)), ERROR_BY_EXPONENT.at(here)),
            ),
            ge(
                h_star - top * V(p, top) * distance / k,
                by.sign(top * V(p, top) * (distance / k - (then - c)), STILL.at(here)),
            ),
        ),
        above=calc(
            S(loop),
            le(h_star, by.sign(h_star - S(loop), ERROR_SIGN.at(here))),
            le(h_star + top * V(p, top) * distance / k, by.sign(top * V(p, top) * distance / k)),
        ),
    ),
)

factor = half * (1 + c * reach)
squared = (h_star - S(loop)) ** 2 / (c**2 * V(p, c))
QUADRATIC = Claim(
    "lowering.quadratic",
    Le(h_star - S(iterate(k + 1 + 1, p, h_star)), factor * squared),
    given=(*normalised, WITHIN),
    title="... and squares its error from the second step on",
    remark="The square is over the variance of log of the distribution that is sought.",
    defined=document,
    proof=calc(
        h_star - S(iterate(k + 1 + 1, p, h_star)),
        (h_star - H(p, total_exponent(k + 1 + 1, p, h_star)), ITERATE_ENTROPY),
        (h_star - H(p, newton_step(p, then, h_star)), by.algebra(total_exponent)),
        le(
            factor * (h_star - H(p, then)) ** 2 / (c**2 * V(p, c)),
            by.sign(
                factor * (h_star - H(p, then)) ** 2 / (c**2 * V(p, c)) - (h_star - H(p, newton_step(p, then, h_star))),
                QUADRATIC_STEP.at({gamma: then} | here | within),
                AT_MOST.at(here | {k: k + 1}),
            ),
        ),
        (factor * squared, ITERATE_ENTROPY),
    ),
)

short = reach * distance
ARRIVES = Claim(
    "lowering.distribution",
    Tends(loop[i], k, oo, tilde(p, c)[i]),
    given=(*normalised, WITHIN),
    title="Its distributions tend to the one that is sought",
    remark="R may be any bound of the differences, as in what is said of the square.",
    defined=(*document, REACH_NONNEGATIVE.at({p: p} | within)),
    proof=squeeze(
        short,
        below=calc(
            loop[i],
            (tilde(p, then)[i], DOCUMENT_LOOP),
            ge(
                tilde(p, c)[i] - reach * (then - c),
                by.sign(
                    (reach * then + tilde(p, then)[i]) - (reach * c + tilde(p, c)[i]),
                    FALLS_SLOWLY.at({p: p, i: i, a: c, b: then} | within),
                ),
            ),
            ge(tilde(p, c)[i] - short / k, by.sign(reach * (distance / k - (then - c)), STILL.at(here))),
        ),
        above=calc(
            loop[i],
            (tilde(p, then)[i], DOCUMENT_LOOP),
            le(
                tilde(p, c)[i] + reach * (then - c),
                by.sign(
                    (reach * then - tilde(p, then)[i]) - (reach * c - tilde(p, c)[i]),
                    RISES_SLOWLY.at({p: p, i: i, a: c, b: then} | within),
                ),
            ),
            le(tilde(p, c)[i] + short / k, by.sign(reach * (distance / k - (then - c)), STILL.at(here))),
        ),
    ),
)
