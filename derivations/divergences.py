"""Densities once more: the entropy falls, and for that no derivative is needed.

As for finitely many entries, two entropies along the powers of a density differ by a combination of the divergences
between them, with positive coefficients, and no divergence is negative.  All that has to converge is rho^gamma and
rho^gamma log rho at the two exponents.
"""

from entnorm.claims import (
    Assumption,
    Claim,
    Eq,
    ForAll,
    Ge,
    Gt,
    Integrable,
    Integral,
    Le,
    Log,
    Lt,
    Ne,
    by,
    calc,
    ge,
    le,
)

from .densities import ENTROPY_AT_ONE, ENTROPY_FORM, LOG_DENSITY, RHO_NORMALISED, RHO_POSITIVE, SUMS_TO_ONE
from .notation import a, b, density, dentropy, divergence, dmean, h_of, mass, o, rho, sigma
from .setting import LOG_BOUND

SIGMA_POSITIVE = Assumption("sigma is positive", ForAll(o, sigma[o] > 0))
SIGMA_NORMALISED = Assumption("sigma has the integral 1", Eq(Integral(sigma[o], o), 1))
FINITE = (
    Integrable(rho[o], o),
    Integrable(sigma[o], o),
    Integrable(rho[o] * Log(rho[o]), o),
    Integrable(rho[o] * Log(sigma[o]), o),
)
AT_BOTH = (
    RHO_POSITIVE,
    Integrable(rho[o] ** a, o),
    Integrable(rho[o] ** a * Log(rho[o]), o),
    Integrable(rho[o] ** b, o),
    Integrable(rho[o] ** b * Log(rho[o]), o),
)
ratio = sigma[o] / rho[o]
first, second = density(rho, a), density(rho, b)
there, back = divergence(first, second), divergence(second, first)
difference = (a * there + b * back) / (b - a)

GIBBS = Claim(
    "divergences.gibbs",
    Ge(divergence(rho, sigma), 0),
    given=(RHO_POSITIVE, SIGMA_POSITIVE, RHO_NORMALISED, SIGMA_NORMALISED, *FINITE),
    title="No divergence of densities is negative",
    proof=calc(
        divergence(rho, sigma),
        (-Integral(rho[o] * Log(ratio), o), by.logs(divergence)),
        (
            -Integral(rho[o] * Log(ratio), o) + Integral(sigma[o], o) - Integral(rho[o], o),
            by.algebra(RHO_NORMALISED, SIGMA_NORMALISED),
        ),
        (Integral(rho[o] * ((ratio - 1) - Log(ratio)), o), by.termwise),
        ge(0, by.sign(Integral(rho[o] * ((ratio - 1) - Log(ratio)), o), LOG_BOUND)),
    ),
)

DIVERGENCE = Claim(
    "divergences.between-powers",
    Eq(there, (a - b) * dmean(rho, a) - Log(mass(rho, a)) + Log(mass(rho, b))),
    given=AT_BOTH[:4],
    title="The divergence between two powers of a density",
    proof=calc(
        there,
        (Integral(first[o] * (Log(first[o]) - Log(second[o])), o), divergence),
        (
            Integral(first[o] * ((a * Log(rho[o]) - Log(mass(rho, a))) - (b * Log(rho[o]) - Log(mass(rho, b)))), o),
            LOG_DENSITY,
        ),
        (
            (a - b) * Integral(first[o] * Log(rho[o]), o)
            + (Log(mass(rho, b)) - Log(mass(rho, a))) * Integral(first[o], o),
            by.termwise,
        ),
        ((a - b) * dmean(rho, a) - Log(mass(rho, a)) + Log(mass(rho, b)), by.algebra(SUMS_TO_ONE, dmean)),
    ),
)

ENTROPY_DIFFERENCE = Claim(
    "divergences.entropy-difference",
    Eq(h_of(rho, a), h_of(rho, b) + difference),
    given=(*AT_BOTH, Ne(a, b)),
    title="Two entropies along the powers of a density differ by two divergences",
    proof=calc(
        h_of(rho, a),
        (Log(mass(rho, a)) - a * dmean(rho, a), ENTROPY_FORM),
        (
            Log(mass(rho, b))
            - b * dmean(rho, b)
            + (
                a * ((a - b) * dmean(rho, a) - Log(mass(rho, a)) + Log(mass(rho, b)))
                + b * ((b - a) * dmean(rho, b) - Log(mass(rho, b)) + Log(mass(rho, a)))
            )
            / (b - a),
            by.algebra,
        ),
        (h_of(rho, b) + difference, by.algebra(ENTROPY_FORM, DIVERGENCE)),
    ),
)

ENTROPY_NONINCREASING = Claim(
    "divergences.entropy-nonincreasing",
    Ge(h_of(rho, a), h_of(rho, b)),
    given=(*AT_BOTH, Ge(a, 0), Lt(a, b)),
    title="The entropy of a density does not grow with gamma >= 0",
    proof=calc(
        h_of(rho, a),
        (h_of(rho, b) + difference, ENTROPY_DIFFERENCE.at({rho: rho, a: a, b: b})),
        ge(h_of(rho, b), by.sign(difference, GIBBS, SUMS_TO_ONE)),
    ),
)

NOT_RAISED = Claim(
    "divergences.not-raised",
    Le(h_of(rho, b), dentropy(rho)),
    given=(
        RHO_POSITIVE,
        RHO_NORMALISED,
        Integrable(rho[o], o),
        Integrable(rho[o] * Log(rho[o]), o),
        Integrable(rho[o] ** b, o),
        Integrable(rho[o] ** b * Log(rho[o]), o),
        Gt(b, 1),
    ),
    title="No exponent above 1 raises the entropy: where no smaller power is integrable, nothing does",
    remark="A density with so heavy a tail, such as 2/(x log^3 x), has the largest entropy of all of its transforms.",
    proof=calc(
        h_of(rho, b),
        le(h_of(rho, 1), by.sign(h_of(rho, 1) - h_of(rho, b), ENTROPY_NONINCREASING)),
        (dentropy(rho), ENTROPY_AT_ONE),
    ),
)
