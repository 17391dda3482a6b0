"""Densities once more: the entropy falls, and for that no derivative is needed.

As for finitely many entries, two entropies along the powers of a density differ by a combination of the divergences
between them, with positive coefficients, and no divergence is negative.  All that has to converge is f^gamma and
f^gamma log f at the two exponents.
"""

from entnorm.claims import Assumption, Claim, Eq, ForAll, Ge, Integrable, Integral, Log, Lt, Ne, by, calc, ge

from .densities import ENTROPY_FORM, F_NORMALISED, F_POSITIVE, LOG_DENSITY, SUMS_TO_ONE
from .notation import a, b, density, divergence, dmean, f, h_of, mass, o, other
from .setting import LOG_BOUND

OTHER_POSITIVE = Assumption("F is positive", ForAll(o, other[o] > 0))
OTHER_NORMALISED = Assumption("F has the integral 1", Eq(Integral(other[o], o), 1))
FINITE = (
    Integrable(f[o], o),
    Integrable(other[o], o),
    Integrable(f[o] * Log(f[o]), o),
    Integrable(f[o] * Log(other[o]), o),
)
AT_BOTH = (
    F_POSITIVE,
    Integrable(f[o] ** a, o),
    Integrable(f[o] ** a * Log(f[o]), o),
    Integrable(f[o] ** b, o),
    Integrable(f[o] ** b * Log(f[o]), o),
)
ratio = other[o] / f[o]
first, second = density(f, a), density(f, b)
there, back = divergence(first, second), divergence(second, first)
difference = (a * there + b * back) / (b - a)

GIBBS = Claim(
    "divergences.gibbs",
    Ge(divergence(f, other), 0),
    given=(F_POSITIVE, OTHER_POSITIVE, F_NORMALISED, OTHER_NORMALISED, *FINITE),
    title="No divergence of densities is negative",
    proof=calc(
        divergence(f, other),
        (-Integral(f[o] * Log(ratio), o), by.logs(divergence)),
        (
            -Integral(f[o] * Log(ratio), o) + Integral(other[o], o) - Integral(f[o], o),
            by.algebra(F_NORMALISED, OTHER_NORMALISED),
        ),
        (Integral(f[o] * ((ratio - 1) - Log(ratio)), o), by.termwise),
        ge(0, by.sign(Integral(f[o] * ((ratio - 1) - Log(ratio)), o), LOG_BOUND)),
    ),
)

DIVERGENCE = Claim(
    "divergences.between-powers",
    Eq(there, (a - b) * dmean(f, a) - Log(mass(f, a)) + Log(mass(f, b))),
    given=AT_BOTH,
    title="The divergence between two powers of a density",
    proof=calc(
        there,
        (Integral(first[o] * (Log(first[o]) - Log(second[o])), o), divergence),
        (
            Integral(first[o] * ((a * Log(f[o]) - Log(mass(f, a))) - (b * Log(f[o]) - Log(mass(f, b)))), o),
            LOG_DENSITY,
        ),
        (
            (a - b) * Integral(first[o] * Log(f[o]), o) + (Log(mass(f, b)) - Log(mass(f, a))) * Integral(first[o], o),
            by.termwise,
        ),
        ((a - b) * dmean(f, a) - Log(mass(f, a)) + Log(mass(f, b)), by.algebra(SUMS_TO_ONE, dmean)),
    ),
)

ENTROPY_DIFFERENCE = Claim(
    "divergences.entropy-difference",
    Eq(h_of(f, a), h_of(f, b) + difference),
    given=(*AT_BOTH, Ne(a, b)),
    title="Two entropies along the powers of a density differ by two divergences",
    proof=calc(
        h_of(f, a),
        (Log(mass(f, a)) - a * dmean(f, a), ENTROPY_FORM),
        (
            Log(mass(f, b))
            - b * dmean(f, b)
            + (
                a * ((a - b) * dmean(f, a) - Log(mass(f, a)) + Log(mass(f, b)))
                + b * ((b - a) * dmean(f, b) - Log(mass(f, b)) + Log(mass(f, a)))
            )
            / (b - a),
            by.algebra,
        ),
        (h_of(f, b) + difference, by.algebra(ENTROPY_FORM, DIVERGENCE)),
    ),
)

ENTROPY_NONINCREASING = Claim(
    "divergences.entropy-nonincreasing",
    Ge(h_of(f, a), h_of(f, b)),
    given=(*AT_BOTH, Ge(a, 0), Lt(a, b)),
    title="The entropy of a density does not grow with gamma >= 0",
    proof=calc(
        h_of(f, a),
        (h_of(f, b) + difference, ENTROPY_DIFFERENCE.at({f: f, a: a, b: b})),
        ge(h_of(f, b), by.sign(difference, GIBBS, SUMS_TO_ONE)),
    ),
)
