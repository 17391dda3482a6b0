"""Densities: integrals in place of sums, and what has to converge.

The differential entropy -int f log f and the power transform f^gamma / int f^gamma are written like their finite
counterparts, but here they may fail to exist: int f^gamma can be infinite.  Where it is finite is an interval, and
inside it the theory is the same, because there one may differentiate under the integral sign.  That is the one thing
besides linearity and positivity that is taken from a textbook.  f^gamma is therefore asked to be integrable at two
exponents, a below gamma and b above.

The measure is arbitrary: with Lebesgue's these are densities, with the counting measure of a finite or infinite set
distributions on it, on a product space joint distributions.  The second witness looks at measures of finitely many
atoms.  The real line itself is met through antiderivatives.
"""

from sympy import Rational

from entnorm.claims import (
    Assumption,
    Axiom,
    Claim,
    D,
    Eq,
    ForAll,
    Ge,
    Integrable,
    Integral,
    Log,
    Lt,
    by,
    calc,
    ge,
)

from .notation import (
    a,
    b,
    density,
    dentropy,
    dmean,
    dvariance,
    f,
    gamma,
    h_of,
    m,
    mass,
    moment_of,
    o,
    x,
)

half = Rational(1, 2)
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
    Integrable(f[o] ** gamma * Log(f[o]) ** m, o),
    given=INSIDE,
    source="Textbooks on exponential families: f^gamma |log f|^m is at most a multiple of f^a + f^b.",
    title="Inside the interval all moments of log f are finite",
)
FINITE = FINITE_MOMENTS.at({f: f, gamma: gamma, a: a, b: b})

MOMENT_SLOPE = Axiom(
    "densities.moment-slope",
    Eq(D(moment_of(m, f, gamma), gamma), moment_of(m + 1, f, gamma)),
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
