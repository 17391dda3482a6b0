"""Densities: integrals in place of sums, and what has to converge.

The differential entropy -int f log f and the power transform f^gamma / int f^gamma are written like their finite
counterparts, but here they may fail to exist: int f^gamma can be infinite.  Where it is finite is an interval, and
inside it the theory is the same, because there one may differentiate under the integral sign.  That is the one thing
besides linearity and positivity that is taken from a textbook.  f^gamma is therefore asked to be integrable at two
exponents, a below gamma and b above.

The measure is arbitrary: with Lebesgue's these are densities, with the counting measure of a finite or infinite set
distributions on it, on a product space joint distributions.  The second witness looks at measures of finitely many
atoms.  The real line itself is met on the next page.
"""

from entnorm.claims import (
    Assumption,
    Axiom,
    Claim,
    D,
    Eq,
    ForAll,
    Ge,
    Gt,
    Integrable,
    Integral,
    Log,
    Lt,
    Ne,
    by,
    calc,
    ge,
)

from .notation import a, b, density, dentropy, dmean, dvariance, f, gamma, h_of, h_star, k, mass, moment_of, o

g = density(f, gamma)

F_POSITIVE = Assumption("f is positive", ForAll(o, f[o] > 0))
F_NORMALISED = Assumption("f has the integral 1", Eq(Integral(f[o], o), 1))
POWER_FINITE = Assumption("its power is integrable", Integrable(f[o] ** gamma, o))
LOG_FINITE = Assumption("... with the logarithm, too", Integrable(f[o] ** gamma * Log(f[o]), o))
INSIDE = (
    F_POSITIVE,
    Lt(a, gamma),
    Lt(gamma, b),
    Assumption("the power is integrable at an exponent below", Integrable(f[o] ** a, o)),
    Assumption("... and at one above", Integrable(f[o] ** b, o)),
)

FINITE_MOMENTS = Axiom(
    "densities.finite-moments",
    Integrable(f[o] ** gamma * Log(f[o]) ** k, o),
    given=INSIDE,
    source="Textbooks on exponential families: f^gamma |log f|^k is at most a multiple of f^a + f^b.",
    title="Inside the interval all moments of log f are finite",
)
FINITE = FINITE_MOMENTS.at({f: f, gamma: gamma, a: a, b: b})

MOMENT_SLOPE = Axiom(
    "densities.moment-slope",
    Eq(D(moment_of(k, f, gamma), gamma), moment_of(k + 1, f, gamma)),
    given=INSIDE,
    source="Textbooks on exponential families: differentiation under the integral sign.",
    title="... and one may differentiate under the integral sign",
    defined=(FINITE,),
)
SLOPES = MOMENT_SLOPE.at({f: f, a: a, b: b})

SUMS_TO_ONE = Claim(
    "densities.sums-to-one",
    Eq(Integral(g[o], o), 1),
    given=(F_POSITIVE, POWER_FINITE),
    title="The power transform of a density, where its power is integrable",
    proof=calc(Integral(g[o], o), (Integral(f[o] ** gamma, o) / mass(f, gamma), by.termwise(density)), (1, mass)),
)

LOG_DENSITY = Claim(
    "densities.log-density",
    Eq(Log(g[o]), gamma * Log(f[o]) - Log(mass(f, gamma))),
    given=(F_POSITIVE, POWER_FINITE),
    title="The logarithm of the power transform",
    proof=calc(
        Log(g[o]),
        (Log(f[o] ** gamma / mass(f, gamma)), density),
        (gamma * Log(f[o]) - Log(mass(f, gamma)), by.logs),
    ),
)

ENTROPY_FORM = Claim(
    "densities.entropy-form",
    Eq(h_of(f, gamma), Log(mass(f, gamma)) - gamma * dmean(f, gamma)),
    given=(F_POSITIVE, POWER_FINITE, LOG_FINITE),
    title="The entropy of the power transform",
    proof=calc(
        h_of(f, gamma),
        (-Integral(g[o] * Log(g[o]), o), by.algebra(h_of, dentropy)),
        (-Integral(g[o] * (gamma * Log(f[o]) - Log(mass(f, gamma))), o), LOG_DENSITY),
        (Log(mass(f, gamma)) * Integral(g[o], o) - gamma * Integral(g[o] * Log(f[o]), o), by.termwise),
        (Log(mass(f, gamma)) - gamma * dmean(f, gamma), by.algebra(SUMS_TO_ONE, dmean)),
    ),
)

VARIANCE_NONNEGATIVE = Claim(
    "densities.variance-nonnegative",
    Ge(dvariance(f, gamma), 0),
    given=INSIDE,
    title="The variance of log f is never negative",
    defined=(FINITE,),
    proof=calc(dvariance(f, gamma), ge(0, by.sign)),
)

LOG_MASS_SLOPE = Claim(
    "densities.log-mass-slope",
    Eq(D(Log(mass(f, gamma)), gamma), dmean(f, gamma)),
    given=INSIDE,
    title="The slope of log Z is the mean of log f",
    defined=(FINITE, SLOPES),
    proof=calc(
        D(Log(mass(f, gamma)), gamma),
        (D(Log(moment_of(0, f, gamma)), gamma), by.algebra(mass, moment_of)),
        (D(moment_of(0, f, gamma), gamma) / moment_of(0, f, gamma), by.calculus),
        (moment_of(1, f, gamma) / moment_of(0, f, gamma), SLOPES),
        (dmean(f, gamma), by.termwise(dmean, density, mass, moment_of)),
    ),
)

MASS_SLOPE = Claim(
    "densities.mass-slope",
    Eq(D(mass(f, gamma), gamma), mass(f, gamma) * dmean(f, gamma)),
    given=INSIDE,
    title="The slope of Z itself",
    defined=(FINITE, SLOPES),
    proof=calc(
        D(mass(f, gamma), gamma),
        (D(moment_of(0, f, gamma), gamma), by.algebra(mass, moment_of)),
        (moment_of(1, f, gamma), SLOPES),
        (mass(f, gamma) * dmean(f, gamma), by.termwise(dmean, density, mass, moment_of)),
    ),
)

MEAN_SLOPE = Claim(
    "densities.mean-slope",
    Eq(D(dmean(f, gamma), gamma), dvariance(f, gamma)),
    given=INSIDE,
    title="The slope of the mean is the variance",
    defined=(FINITE, SLOPES),
    proof=calc(
        D(dmean(f, gamma), gamma),
        (D(moment_of(1, f, gamma) / moment_of(0, f, gamma), gamma), by.termwise(dmean, density, mass, moment_of)),
        (
            D(moment_of(1, f, gamma), gamma) / moment_of(0, f, gamma)
            - moment_of(1, f, gamma) * D(moment_of(0, f, gamma), gamma) / moment_of(0, f, gamma) ** 2,
            by.calculus,
        ),
        (
            moment_of(2, f, gamma) / moment_of(0, f, gamma) - moment_of(1, f, gamma) ** 2 / moment_of(0, f, gamma) ** 2,
            SLOPES,
        ),
        (dvariance(f, gamma), by.termwise(dvariance, dmean, density, mass, moment_of)),
    ),
)

ENTROPY_SLOPE = Claim(
    "densities.entropy-slope",
    Eq(D(h_of(f, gamma), gamma), -gamma * dvariance(f, gamma)),
    given=INSIDE,
    title="The slope of the differential entropy: the same formula",
    defined=(FINITE, SLOPES),
    proof=calc(
        D(h_of(f, gamma), gamma),
        (D(Log(mass(f, gamma)) - gamma * dmean(f, gamma), gamma), ENTROPY_FORM),
        (D(Log(mass(f, gamma)), gamma) - dmean(f, gamma) - gamma * D(dmean(f, gamma), gamma), by.calculus),
        (-gamma * dvariance(f, gamma), by.algebra(LOG_MASS_SLOPE, MEAN_SLOPE)),
    ),
)

at_one = (F_POSITIVE, F_NORMALISED, Lt(a, 1), Gt(b, 1), *INSIDE[3:], Eq(gamma, 1))
FINITE_AT_ONE = FINITE_MOMENTS.at({f: f, gamma: 1, a: a, b: b})
square = Integral(f[o] * Log(f[o]) ** 2, o)
SLOPE_AT_ONE = Claim(
    "densities.slope-at-one",
    Eq(D(h_of(f, gamma), gamma), dentropy(f) ** 2 - square),
    given=at_one,
    title="... at gamma = 1 it is the squared entropy less the mean of the squared logarithm",
    defined=(FINITE, FINITE_AT_ONE, SLOPES),
    proof=calc(
        D(h_of(f, gamma), gamma),
        (-gamma * dvariance(f, gamma), ENTROPY_SLOPE.at({f: f, a: a, b: b})),
        (-1 * dvariance(f, 1), Eq(gamma, 1)),
        (
            (Integral(f[o] * Log(f[o]), o) / Integral(f[o], o)) ** 2 * (2 - Integral(f[o], o) / Integral(f[o], o))
            - square / Integral(f[o], o),
            by.termwise(dvariance, dmean, density, mass),
        ),
        (Integral(f[o] * Log(f[o]), o) ** 2 - square, F_NORMALISED),
        (dentropy(f) ** 2 - square, dentropy),
    ),
)

ENTROPY_AT_ONE = Claim(
    "densities.entropy-at-one",
    Eq(h_of(f, 1), dentropy(f)),
    given=(F_POSITIVE, F_NORMALISED, Integrable(f[o], o), Integrable(f[o] * Log(f[o]), o)),
    title="At gamma = 1 the entropy is that of f",
    proof=calc(
        h_of(f, 1),
        (
            -Integral(f[o] / Integral(f[o], o) * Log(f[o] / Integral(f[o], o)), o),
            by.algebra(h_of, dentropy, density, mass),
        ),
        (-Integral(f[o] / 1 * Log(f[o] / 1), o), F_NORMALISED),
        (dentropy(f), by.algebra(dentropy)),
    ),
)

NEWTON_STEP = Claim(
    "densities.newton-step",
    Eq(
        1 + (h_star - dentropy(f)) / (dentropy(f) ** 2 - square),
        gamma - (h_of(f, gamma) - h_star) / D(h_of(f, gamma), gamma),
    ),
    given=(*at_one, Ne(dentropy(f) ** 2 - square, 0)),
    title="The document's step, with integrals for sums, is Newton's for the differential entropy",
    defined=(FINITE, FINITE_AT_ONE, SLOPES),
    proof=calc(
        1 + (h_star - dentropy(f)) / (dentropy(f) ** 2 - square),
        (1 - (dentropy(f) - h_star) / (dentropy(f) ** 2 - square), by.algebra),
        (gamma - (dentropy(f) - h_star) / (dentropy(f) ** 2 - square), Eq(gamma, 1)),
        (gamma - (h_of(f, 1) - h_star) / (dentropy(f) ** 2 - square), ENTROPY_AT_ONE),
        (gamma - (h_of(f, gamma) - h_star) / (dentropy(f) ** 2 - square), Eq(gamma, 1)),
        (gamma - (h_of(f, gamma) - h_star) / D(h_of(f, gamma), gamma), SLOPE_AT_ONE.at({f: f, a: a, b: b})),
    ),
)

EXPECTATION = Claim(
    "densities.entropy-as-expectation",
    Eq(dentropy(f), Integral(f[o] * -Log(f[o]), o)),
    given=(F_POSITIVE, Assumption("f log f is integrable", Integrable(f[o] * Log(f[o]), o))),
    title="Differential entropy is the mean of -log f, where that exists",
    proof=calc(dentropy(f), (Integral(f[o] * -Log(f[o]), o), by.termwise(dentropy))),
)
