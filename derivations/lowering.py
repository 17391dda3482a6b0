"""What the document's loop does for targets below the entropy of p: its entropies and distributions arrive.

From the first step on the entropies are not above the target, the error is squared at every step, and the
distributions tend to the one that is sought, as they do for targets above the entropy.
"""

from sympy import oo

from entnorm.claims import (
    Claim,
    Exp,
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
from .convergence import (
    ENTROPY_ORDER,
    QUADRATIC_STEP,
    ROOT,
    STEEPENS,
    TANGENT_ABOVE,
)
from .gaps import EXP_BOUND
from .newton import DOCUMENT_LOOP, ITERATE_ENTROPY, VARENTROPY
from .notation import H, S, V, a, b, c, gamma, h_star, i, iterate, k, newton_step, p, tilde, total_exponent, x
from .overshoot import AFTERWARDS_ABOVE, AT_MOST, RATE, SHORT, below, distance, here, narrow, now, orbit, share, then
from .setting import NORMALISED
from .slopes import ENTROPY_SLOPE_NONZERO

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
past = newton_step(p, now, h_star)
then_short = SHORT.at({b: b, x: then})

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
    Le(h_star - S(loop), b * V(p, b) * (then - c)),
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
                TANGENT_ABOVE.at(narrow),
                then_short,
                AT_MOST.at(here | {k: k + 1}),
            ),
        ),
        le(
            b * V(p, b) * (then - c),
            by.sign(
                (b * V(p, b) - then * V(p, then)) * (then - c),
                STEEPENS.at(narrow),
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
    remark="If no two logarithms of entries differ by more than one over its first exponent.",
    defined=document,
    proof=squeeze(
        b * V(p, b) * distance,
        below=calc(
            S(loop),
            ge(
                h_star - b * V(p, b) * (then - c),
                by.sign(b * V(p, b) * (then - c) - (h_star - S(loop)), ERROR_BY_EXPONENT.at(here)),
            ),
            (h_star - b * V(p, b) * (past - c), total_exponent),
            ge(
                h_star - b * V(p, b) * ((b - c) * Exp(-(k * share))),
                by.sign(b * V(p, b) * ((b - c) * Exp(-(k * share)) - (past - c)), RATE.at(here)),
            ),
            (h_star - b * V(p, b) * (b - c) / Exp(k * share), by.logs),
            ge(
                h_star - b * V(p, b) * distance / k,
                by.sign(
                    b * V(p, b) * (b - c) * (1 + (Exp(k * share) - (1 + k * share))) / (k * share * Exp(k * share)),
                    EXP_BOUND,
                ),
            ),
        ),
        above=calc(
            S(loop),
            le(h_star, by.sign(h_star - S(loop), ERROR_SIGN.at(here))),
            le(h_star + b * V(p, b) * distance / k, by.sign(b * V(p, b) * distance / k)),
        ),
    ),
)

QUADRATIC = Claim(
    "lowering.quadratic",
    Le(h_star - S(iterate(k + 1 + 1, p, h_star)), (h_star - S(loop)) ** 2 / (c**2 * V(p, c))),
    given=normalised,
    title="... and squares its error from the second step on",
    remark="The constant is one over the variance of log of the distribution that is sought.",
    defined=document,
    proof=calc(
        h_star - S(iterate(k + 1 + 1, p, h_star)),
        (h_star - H(p, total_exponent(k + 1 + 1, p, h_star)), ITERATE_ENTROPY),
        (h_star - H(p, newton_step(p, then, h_star)), by.algebra(total_exponent)),
        le(
            (h_star - H(p, then)) ** 2 / (c**2 * V(p, c)),
            by.sign(
                (h_star - H(p, then)) ** 2 / (c**2 * V(p, c)) - (h_star - H(p, newton_step(p, then, h_star))),
                QUADRATIC_STEP.at({p: p, c: c, h_star: h_star, gamma: then} | narrow),
                then_short,
                AT_MOST.at(here | {k: k + 1}),
            ),
        ),
        ((h_star - S(loop)) ** 2 / (c**2 * V(p, c)), ITERATE_ENTROPY),
    ),
)

short = 1 / b * distance
beyond = 1 / b * (b - c) * (1 + (Exp(k * share) - (1 + k * share))) / (k * share * Exp(k * share))
ARRIVES = Claim(
    "lowering.distribution",
    Tends(loop[i], k, oo, tilde(p, c)[i]),
    given=normalised,
    title="Its distributions tend to the one that is sought",
    defined=document,
    proof=squeeze(
        short,
        below=calc(
            loop[i],
            (tilde(p, then)[i], DOCUMENT_LOOP),
            ge(
                tilde(p, c)[i] - 1 / b * (then - c),
                by.sign(
                    (1 / b * then + tilde(p, then)[i]) - (1 / b * c + tilde(p, c)[i]),
                    FALLS_SLOWLY.at({p: p, i: i, a: c, b: then} | narrow),
                ),
            ),
            (tilde(p, c)[i] - 1 / b * (past - c), total_exponent),
            ge(
                tilde(p, c)[i] - 1 / b * ((b - c) * Exp(-(k * share))),
                by.sign(1 / b * ((b - c) * Exp(-(k * share)) - (past - c)), RATE.at(here)),
            ),
            (tilde(p, c)[i] - 1 / b * (b - c) / Exp(k * share), by.logs),
            ge(tilde(p, c)[i] - short / k, by.sign(beyond, EXP_BOUND)),
        ),
        above=calc(
            loop[i],
            (tilde(p, then)[i], DOCUMENT_LOOP),
            le(
                tilde(p, c)[i] + 1 / b * (then - c),
                by.sign(
                    (1 / b * then - tilde(p, then)[i]) - (1 / b * c - tilde(p, c)[i]),
                    RISES_SLOWLY.at({p: p, i: i, a: c, b: then} | narrow),
                ),
            ),
            (tilde(p, c)[i] + 1 / b * (past - c), total_exponent),
            le(
                tilde(p, c)[i] + 1 / b * ((b - c) * Exp(-(k * share))),
                by.sign(1 / b * ((b - c) * Exp(-(k * share)) - (past - c)), RATE.at(here)),
            ),
            (tilde(p, c)[i] + 1 / b * (b - c) / Exp(k * share), by.logs),
            le(tilde(p, c)[i] + short / k, by.sign(beyond, EXP_BOUND)),
        ),
    ),
)
