"""The document's loop where some entries are far larger than others: what counts are the small ones.

That the exponents fall to the root is proved on the page on the iteration where no two logarithms of entries differ by
more than 1.  Only one side of this is needed.  A third central moment is at least minus the variance where no logarithm
lies more than 1 below their mean, and the mean rises with gamma: so up to gamma = 1 the entropy is concave if none lies
more than 1 below the mean at 1, which is minus the entropy of p.  No entry of p may then be less than 1/e times
exp(-H(p)), one over the perplexity, but the largest may be more than e times another, as in the example at the end.
Without any such condition the loop need not arrive (`orbits`).
"""

from sympy import Rational, oo

from entnorm.claims import (
    IH,
    Assumption,
    Claim,
    D,
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
    monotone,
    numeric,
    squeeze,
)

from .convergence import BELOW_MEAN, ENTROPY_ORDER, NOT_ABOVE, ROOT, SLOPE_NONZERO, STEP, WITHIN, bounded
from .gaps import EXP_BOUND
from .newton import DOCUMENT_LOOP, ITERATE_ENTROPY, VARENTROPY
from .notation import (
    H,
    S,
    V,
    a,
    b,
    c,
    gamma,
    h_star,
    i,
    iterate,
    k,
    mean,
    newton_step,
    p,
    reach,
    third,
    tilde,
    total_exponent,
    x,
)
from .setting import NORMALISED, NOT_CONSTANT, POSITIVE
from .slopes import (
    ENTROPY_SLOPE,
    ENTROPY_SLOPE_NONZERO,
    MEAN_SLOPE,
    VARIANCE_NONNEGATIVE,
    VARIANCE_POSITIVE,
    VARIANCE_SLOPE,
)

q = tilde(p, gamma)
NOT_RARE = Assumption(
    "no logarithm of an entry lies more than 1 below their mean at gamma = 1",
    ForAll(i, Le(mean(p, 1) - Log(p[i]), 1)),
)

WEAKER = Claim(
    "lopsided.weaker",
    Le(mean(p, 1) - Log(p[i]), 1),
    given=(POSITIVE, WITHIN, Le(reach, 1)),
    title="So it is where no two logarithms differ by more than 1",
    proof=calc(
        mean(p, 1) - Log(p[i]),
        le(reach, by.sign(reach - (mean(p, 1) - Log(p[i])), BELOW_MEAN.at({p: p, gamma: 1, i: i} | bounded))),
        le(1, by.sign(1 - reach)),
    ),
)

MEAN_RISES = Claim(
    "lopsided.mean-rises",
    Le(mean(p, a), mean(p, b)),
    given=(POSITIVE, Le(a, b)),
    title="The mean of the logarithms does not fall as gamma grows",
    proof=monotone(
        mean(p, x),
        x,
        low=a,
        high=b,
        slope=calc(D(mean(p, x), x), (V(p, x), MEAN_SLOPE), ge(0, by.sign(V(p, x), VARIANCE_NONNEGATIVE))),
    ),
)

square = (Log(p[i]) - mean(p, gamma)) ** 2
THIRD_FROM_BELOW = Claim(
    "lopsided.third-from-below",
    Ge(third(p, gamma) + V(p, gamma), 0),
    given=(POSITIVE, NOT_RARE, Le(gamma, 1)),
    title="Up to gamma = 1 the third central moment is at least minus the variance",
    proof=calc(
        third(p, gamma) + V(p, gamma),
        (
            Sum(q[i] * square * (1 - (mean(p, 1) - Log(p[i]))), i) + (mean(p, 1) - mean(p, gamma)) * V(p, gamma),
            by.termwise(third, V),
        ),
        ge(0, by.sign(MEAN_RISES.at({p: p, a: gamma, b: 1}), VARIANCE_NONNEGATIVE)),
    ),
)

interval = (Ge(a, 0), Le(a, b), Le(b, 1), POSITIVE, NOT_RARE)
STEEPENS = Claim(
    "lopsided.slope-steepens",
    Le(a * V(p, a), b * V(p, b)),
    given=interval,
    title="So the entropy falls ever more steeply up to there",
    proof=monotone(
        x * V(p, x),
        x,
        low=a,
        high=b,
        slope=calc(
            D(x * V(p, x), x),
            (V(p, x) + x * D(V(p, x), x), by.calculus),
            (V(p, x) + x * third(p, x), VARIANCE_SLOPE),
            ge(
                0,
                by.sign(
                    ((b - x) + (1 - b)) * V(p, x) + x * (third(p, x) + V(p, x)), VARIANCE_NONNEGATIVE, THIRD_FROM_BELOW
                ),
            ),
        ),
    ),
)

TANGENT_ABOVE = Claim(
    "lopsided.tangent-at-upper-end",
    Le(H(p, a) + b * V(p, b) * a, H(p, b) + b * V(p, b) * b),
    given=interval,
    title="The tangent at b lies above the entropy at every a <= b",
    proof=monotone(
        H(p, x) + b * V(p, b) * x,
        x,
        low=a,
        high=b,
        slope=calc(
            D(H(p, x) + b * V(p, b) * x, x),
            (D(H(p, x), x) + b * V(p, b), by.calculus),
            (-x * V(p, x) + b * V(p, b), ENTROPY_SLOPE),
            ge(0, by.sign(b * V(p, b) - x * V(p, x), STEEPENS)),
        ),
    ),
)

TANGENT_BELOW = Claim(
    "lopsided.tangent-at-lower-end",
    Ge(H(p, a) + a * V(p, a) * a, H(p, b) + a * V(p, a) * b),
    given=interval,
    title="... and that at a at every b >= a",
    proof=monotone(
        H(p, x) + a * V(p, a) * x,
        x,
        low=a,
        high=b,
        slope=calc(
            D(H(p, x) + a * V(p, a) * x, x),
            (D(H(p, x), x) + a * V(p, a), by.calculus),
            (-x * V(p, x) + a * V(p, a), ENTROPY_SLOPE),
            le(0, by.sign(x * V(p, x) - a * V(p, a), STEEPENS)),
        ),
    ),
)

# ------------------------------------------------------------------------------------------------------ step by step

near = (Gt(c, 0), Le(c, 1), POSITIVE, NOT_CONSTANT, NOT_RARE, ROOT)
well_defined = (VARIANCE_POSITIVE, ENTROPY_SLOPE_NONZERO)
from_above = (Gt(c, 0), Le(c, gamma), Le(gamma, 1), *near[2:])
steep = gamma * V(p, gamma)
NOT_BELOW = Claim(
    "lopsided.not-below",
    Ge(newton_step(p, gamma, h_star), c),
    given=from_above,
    title="No step from between the root and 1 ends below the root",
    defined=well_defined,
    proof=calc(
        newton_step(p, gamma, h_star),
        (gamma + (H(p, gamma) - h_star) / steep, STEP),
        (gamma + (H(p, gamma) - H(p, c)) / steep, ROOT),
        ge(
            c,
            by.sign((H(p, gamma) + steep * gamma - (H(p, c) + steep * c)) / steep, TANGENT_ABOVE),
        ),
    ),
)

CONTRACTION = Claim(
    "lopsided.contraction",
    Le(newton_step(p, gamma, h_star) - c, (gamma - c) * (1 - c * V(p, c) / V(p, 1))),
    given=from_above,
    title="... and it takes away a fixed share of the distance",
    defined=well_defined,
    proof=calc(
        newton_step(p, gamma, h_star) - c,
        (gamma + (H(p, gamma) - h_star) / steep - c, STEP),
        (gamma + (H(p, gamma) - H(p, c)) / steep - c, ROOT),
        le(
            (gamma - c) * (1 - c * V(p, c) / steep),
            by.sign((H(p, c) + c * V(p, c) * c - (H(p, gamma) + c * V(p, c) * gamma)) / steep, TANGENT_BELOW),
        ),
        le(
            (gamma - c) * (1 - c * V(p, c) / V(p, 1)),
            by.sign((gamma - c) * (c * V(p, c)) * (1 * V(p, 1) - steep) / (steep * V(p, 1)), STEEPENS),
        ),
    ),
)

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
            ge(c, by.sign(newton_step(p, now, h_star) - c, NOT_BELOW.at(here), IH)),
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
                by.sign((now - c) * (1 - share) - (newton_step(p, now, h_star) - c), CONTRACTION.at(here)),
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
    "lopsided.converges",
    Tends(now, k, oo, c),
    given=near,
    title="So the exponents tend to the root",
    defined=orbit,
    proof=squeeze(
        distance,
        below=calc(now, ge(c, by.sign(now - c, STAYS_ABOVE.at(here))), ge(c - distance / k, by.sign(distance / k))),
        above=calc(
            now,
            le(c + (1 - c) * Exp(-(k * share)), by.sign((1 - c) * Exp(-(k * share)) - (now - c), RATE.at(here))),
            (c + (1 - c) / Exp(k * share), by.logs),
            le(
                c + distance / k,
                by.sign((1 - c) * (1 + (Exp(k * share) - (1 + k * share))) / (k * share * Exp(k * share)), EXP_BOUND),
            ),
        ),
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
ERROR = Claim(
    "lopsided.error-by-exponent",
    Le(h_star - S(loop), V(p, 1) * (now - c)),
    given=normalised,
    title="The entropies fall short of the target by no more than a multiple of what the exponent lacks",
    defined=document,
    proof=calc(
        h_star - S(loop),
        (H(p, c) - H(p, now), by.algebra(ITERATE_ENTROPY, ROOT)),
        le(
            now * V(p, now) * (now - c),
            by.sign(H(p, now) + now * V(p, now) * now - (H(p, c) + now * V(p, now) * c), TANGENT_ABOVE),
        ),
        le(V(p, 1) * (now - c), by.sign((1 * V(p, 1) - now * V(p, now)) * (now - c), STEEPENS)),
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
            (H(p, now), ITERATE_ENTROPY),
            le(H(p, c), by.sign(H(p, c) - H(p, now), ENTROPY_ORDER)),
            (h_star, ROOT),
            le(h_star + V(p, 1) * distance / k, by.sign(V(p, 1) * distance / k)),
        ),
    ),
)

# -------------------------------------------------------------------------------------------- how much more that says

half = Rational(1, 2)
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
