"""What arrives is the distribution, entry by entry; and when the same is proved for targets below the entropy of p.

An entry of the escort distribution changes at most at the rate R with gamma, so the iterates converge with the
exponents.  A target below the entropy needs a first step beyond the root: if that step is not too long, the theorem
applies to the distribution that it leads to.  `overshoot` and `lowering` have the theorem for the loop itself, from its
first step on.
"""

from sympy import oo

from entnorm.claims import Claim, D, Eq, Ge, Gt, Le, Log, Ne, Tends, by, calc, ge, le, monotone, squeeze

from .convergence import NOT_BELOW, ROOT, bounded, spread
from .entropy import AT_MOST_ONE
from .escort import COMPOSITION, LOG_ESCORT, SUMS_TO_ONE
from .expansions import DENOMINATOR
from .lopsided import STAYS_ABOVE, STILL, distance, document, here, loop, normalised, now
from .newton import DOCUMENT_LOOP, STEP_AT_ONE
from .notation import H, S, Z, a, b, c, exponent, gamma, h_star, i, j, k, mean, newton_step, p, reach, tilde, top, x
from .setting import NORMALISED, POSITIVE
from .slopes import ENTROPY_SLOPE_NONZERO, VARIANCE_POSITIVE
from .squaring import ABOVE_MEAN, BELOW_MEAN, REACH_NONNEGATIVE, WITHIN, within

q = tilde(p, gamma)
ENTRY_SLOPE = Claim(
    "arrival.entry-slope",
    Eq(D(q[i], gamma), q[i] * (Log(p[i]) - mean(p, gamma))),
    given=(POSITIVE,),
    title="The slope of an entry",
    proof=calc(
        D(q[i], gamma),
        (
            p[i] ** gamma * Log(p[i]) / Z(p, gamma) - p[i] ** gamma * Z(p, gamma) ** -2 * D(Z(p, gamma), gamma),
            by.calculus(tilde),
        ),
        (q[i] * (Log(p[i]) - mean(p, gamma)), by.calculus(tilde, mean, Z)),
    ),
)

ENTRY_AT_MOST_ONE = Claim(
    "arrival.entry-at-most-one",
    Le(q[i], 1),
    given=(POSITIVE,),
    title="No entry exceeds 1",
    proof=calc(q[i], le(1, by.sign(1 - q[i], AT_MOST_ONE, SUMS_TO_ONE))),
)

between = (POSITIVE, WITHIN, Le(a, b))
bounds = (ENTRY_AT_MOST_ONE, REACH_NONNEGATIVE.at({p: p} | within))
RISES_SLOWLY = Claim(
    "arrival.rises-slowly",
    Le(reach * a - tilde(p, a)[i], reach * b - tilde(p, b)[i]),
    given=between,
    title="No entry rises faster than R times gamma",
    proof=monotone(
        reach * x - tilde(p, x)[i],
        x,
        low=a,
        high=b,
        slope=calc(
            D(reach * x - tilde(p, x)[i], x),
            (reach - D(tilde(p, x)[i], x), by.calculus),
            (reach - tilde(p, x)[i] * (Log(p[i]) - mean(p, x)), ENTRY_SLOPE),
            ge(
                0,
                by.sign(
                    reach * (1 - tilde(p, x)[i]) + tilde(p, x)[i] * (reach - (Log(p[i]) - mean(p, x))),
                    ABOVE_MEAN.at(within),
                    *bounds,
                ),
            ),
        ),
    ),
)

FALLS_SLOWLY = Claim(
    "arrival.falls-slowly",
    Le(reach * a + tilde(p, a)[i], reach * b + tilde(p, b)[i]),
    given=between,
    title="... and none falls faster",
    proof=monotone(
        reach * x + tilde(p, x)[i],
        x,
        low=a,
        high=b,
        slope=calc(
            D(reach * x + tilde(p, x)[i], x),
            (reach + D(tilde(p, x)[i], x), by.calculus),
            (reach + tilde(p, x)[i] * (Log(p[i]) - mean(p, x)), ENTRY_SLOPE),
            ge(
                0,
                by.sign(
                    reach * (1 - tilde(p, x)[i]) + tilde(p, x)[i] * (reach - (mean(p, x) - Log(p[i]))),
                    BELOW_MEAN.at(within),
                    *bounds,
                ),
            ),
        ),
    ),
)

short = reach * distance
ARRIVES = Claim(
    "arrival.distribution",
    Tends(loop[i], k, oo, tilde(p, c)[i]),
    given=(*normalised, WITHIN),
    title="The iterates of the document tend to the distribution that is sought, if no entry is too rare",
    remark="R may be any bound: the logarithm of the largest entry over the smallest is one.",
    defined=(*document, REACH_NONNEGATIVE.at({p: p} | within)),
    proof=squeeze(
        short,
        below=calc(
            loop[i],
            (tilde(p, now)[i], DOCUMENT_LOOP),
            ge(
                tilde(p, c)[i] - reach * (now - c),
                by.sign(
                    (reach * now + tilde(p, now)[i]) - (reach * c + tilde(p, c)[i]),
                    FALLS_SLOWLY.at({p: p, i: i, a: c, b: now} | within),
                    STAYS_ABOVE.at(here),
                ),
            ),
            ge(tilde(p, c)[i] - short / k, by.sign(reach * (distance / k - (now - c)), STILL.at(here))),
        ),
        above=calc(
            loop[i],
            (tilde(p, now)[i], DOCUMENT_LOOP),
            le(
                tilde(p, c)[i] + reach * (now - c),
                by.sign(
                    (reach * now - tilde(p, now)[i]) - (reach * c - tilde(p, c)[i]),
                    RISES_SLOWLY.at({p: p, i: i, a: c, b: now} | within),
                    STAYS_ABOVE.at(here),
                ),
            ),
            le(tilde(p, c)[i] + short / k, by.sign(reach * (distance / k - (now - c)), STILL.at(here))),
        ),
    ),
)

# ------------------------------------------------------------------------------------------ targets below the entropy

FIRST_STEP = Claim(
    "arrival.first-step",
    Ge(exponent(p, h_star), c),
    given=(Ge(top, 1), Gt(c, 0), Le(c, top), *spread, NORMALISED, ROOT),
    title="Whatever the target, the first step does not end below the root",
    remark="If no two logarithms differ by more than one over it, what it leads to meets the theorem's condition.",
    defined=(VARIANCE_POSITIVE, ENTROPY_SLOPE_NONZERO, DENOMINATOR),
    proof=calc(
        exponent(p, h_star),
        (newton_step(p, 1, h_star), by.algebra(STEP_AT_ONE, exponent)),
        ge(c, by.sign(newton_step(p, 1, h_star) - c, NOT_BELOW.at({p: p, c: c} | bounded))),
    ),
)

RANGE_AFTER = Claim(
    "arrival.range-after-step",
    Le(Log(tilde(p, b)[i]) - Log(tilde(p, b)[j]), b * reach),
    given=(POSITIVE, WITHIN, Ge(b, 0)),
    title="A power transform multiplies the range of log p by its exponent",
    proof=calc(
        Log(tilde(p, b)[i]) - Log(tilde(p, b)[j]),
        (b * (Log(p[i]) - Log(p[j])), LOG_ESCORT),
        le(b * reach, by.sign(b * (reach - (Log(p[i]) - Log(p[j]))))),
    ),
)

ROOT_AFTER = Claim(
    "arrival.root-after-step",
    Eq(H(tilde(p, b), c / b), H(p, c)),
    given=(POSITIVE, Ne(b, 0)),
    title="... and divides the root by it",
    proof=calc(
        H(tilde(p, b), c / b),
        (S(tilde(tilde(p, b), c / b)), H),
        (S(tilde(p, b * (c / b))), COMPOSITION),
        (H(p, c), H),
    ),
)
