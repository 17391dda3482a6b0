"""Densities: integrals in place of sums, and what has to converge.

The differential entropy -int rho log rho and the power transform rho^gamma / int rho^gamma are written like their
finite counterparts, but here they may fail to exist: int rho^gamma can be infinite.  Where it is finite is an interval,
and inside it the theory is the same, because there one may differentiate under the integral sign.  That is the one
thing besides linearity and positivity that is taken from a textbook.  rho^gamma is therefore asked to be integrable at
two exponents, a below gamma and b above.

The measure is arbitrary: with Lebesgue's these are densities, with the counting measure of a finite or infinite set
distributions on it, on a product space joint distributions.  The second witness looks at measures of finitely many
atoms.  The real line itself is met on the next page.
"""

from sympy import Integer

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
    Seq,
    by,
    calc,
    convergence,
    ge,
)

from .notation import a, b, density, dentropy, dmean, dvariance, gamma, h_of, h_star, k, mass, moment_of, o, rho, y

g = density(rho, gamma)

RHO_POSITIVE = Assumption("rho is positive", ForAll(o, rho[o] > 0))
RHO_NORMALISED = Assumption("rho has the integral 1", Eq(Integral(rho[o], o), 1))
POWER_FINITE = Assumption("its power is integrable", Integrable(rho[o] ** gamma, o))
LOG_FINITE = Assumption("... with the logarithm, too", Integrable(rho[o] ** gamma * Log(rho[o]), o))
INSIDE = (
    RHO_POSITIVE,
    Lt(a, gamma),
    Lt(gamma, b),
    Assumption("the power is integrable at an exponent below", Integrable(rho[o] ** a, o)),
    Assumption("... and at one above", Integrable(rho[o] ** b, o)),
)

FINITE_MOMENTS = Axiom(
    "densities.finite-moments",
    Integrable(rho[o] ** gamma * Log(rho[o]) ** k, o),
    given=INSIDE,
    source="Textbooks on exponential families: rho^gamma |log rho|^k is at most a multiple of rho^a + rho^b.",
    title="Inside the interval all moments of log rho are finite",
)
FINITE = FINITE_MOMENTS.at({rho: rho, gamma: gamma, a: a, b: b})

MOMENT_SLOPE = Axiom(
    "densities.moment-slope",
    Eq(D(moment_of(k, rho, gamma), gamma), moment_of(k + 1, rho, gamma)),
    given=INSIDE,
    source="Textbooks on exponential families: differentiation under the integral sign.",
    title="... and one may differentiate under the integral sign",
    defined=(FINITE,),
)
SLOPES = MOMENT_SLOPE.at({rho: rho, a: a, b: b})

SUMS_TO_ONE = Claim(
    "densities.sums-to-one",
    Eq(Integral(g[o], o), 1),
    given=(RHO_POSITIVE, POWER_FINITE),
    title="The power transform of a density, where its power is integrable",
    proof=calc(Integral(g[o], o), (Integral(rho[o] ** gamma, o) / mass(rho, gamma), by.termwise(density)), (1, mass)),
)

LOG_DENSITY = Claim(
    "densities.log-density",
    Eq(Log(g[o]), gamma * Log(rho[o]) - Log(mass(rho, gamma))),
    given=(RHO_POSITIVE, POWER_FINITE),
    title="The logarithm of the power transform",
    proof=calc(
        Log(g[o]),
        (Log(rho[o] ** gamma / mass(rho, gamma)), density),
        (gamma * Log(rho[o]) - Log(mass(rho, gamma)), by.logs),
    ),
)

scaled = Seq(o, y * rho[o])
SCALE = Claim(
    "densities.scale-invariance",
    Eq(density(scaled, gamma)[o], g[o]),
    given=(RHO_POSITIVE, POWER_FINITE, Gt(y, 0)),
    title="A constant factor makes no difference, so rho need not have the integral 1",
    proof=calc(
        density(scaled, gamma)[o],
        ((y * rho[o]) ** gamma / Integral((y * rho[o]) ** gamma, o), by.algebra(density, mass)),
        (rho[o] ** gamma / Integral(rho[o] ** gamma, o), by.logs),
        (g[o], by.algebra(density, mass)),
    ),
)

ENTROPY_FINITE = Claim(
    "densities.entropy-finite",
    Integrable(g[o] * Log(g[o]), o),
    given=(RHO_POSITIVE, POWER_FINITE, LOG_FINITE),
    title="Then the power transform has an entropy",
    proof=convergence(),
)

LOG_MOMENT_FINITE = Claim(
    "densities.log-finite",
    Integrable(rho[o] ** gamma * Log(rho[o]), o),
    given=INSIDE,
    title="... as it does inside the interval",
    proof=convergence(FINITE),
)

SCALED_ENTROPY = Claim(
    "densities.scaled-entropy",
    Eq(h_of(scaled, gamma), h_of(rho, gamma)),
    given=(RHO_POSITIVE, POWER_FINITE, LOG_FINITE, Gt(y, 0)),
    title="... nor does it to the entropy",
    proof=calc(
        h_of(scaled, gamma),
        (dentropy(density(scaled, gamma)), h_of),
        (dentropy(g), SCALE),
        (h_of(rho, gamma), h_of),
    ),
)

ENTROPY_FORM = Claim(
    "densities.entropy-form",
    Eq(h_of(rho, gamma), Log(mass(rho, gamma)) - gamma * dmean(rho, gamma)),
    given=(RHO_POSITIVE, POWER_FINITE, LOG_FINITE),
    title="The entropy of the power transform",
    proof=calc(
        h_of(rho, gamma),
        (-Integral(g[o] * Log(g[o]), o), by.algebra(h_of, dentropy)),
        (-Integral(g[o] * (gamma * Log(rho[o]) - Log(mass(rho, gamma))), o), LOG_DENSITY),
        (Log(mass(rho, gamma)) * Integral(g[o], o) - gamma * Integral(g[o] * Log(rho[o]), o), by.termwise),
        (Log(mass(rho, gamma)) - gamma * dmean(rho, gamma), by.algebra(SUMS_TO_ONE, dmean)),
    ),
)

VARIANCE_NONNEGATIVE = Claim(
    "densities.variance-nonnegative",
    Ge(dvariance(rho, gamma), 0),
    given=INSIDE,
    title="The variance of log rho is never negative",
    defined=(FINITE,),
    proof=calc(dvariance(rho, gamma), ge(0, by.sign)),
)

LOG_MASS_SLOPE = Claim(
    "densities.log-mass-slope",
    Eq(D(Log(mass(rho, gamma)), gamma), dmean(rho, gamma)),
    given=INSIDE,
    title="The slope of log Z is the mean of log rho",
    defined=(FINITE, SLOPES),
    proof=calc(
        D(Log(mass(rho, gamma)), gamma),
        (D(Log(moment_of(0, rho, gamma)), gamma), by.algebra(mass, moment_of)),
        (D(moment_of(0, rho, gamma), gamma) / moment_of(0, rho, gamma), by.calculus),
        (moment_of(1, rho, gamma) / moment_of(0, rho, gamma), SLOPES),
        (dmean(rho, gamma), by.termwise(dmean, density, mass, moment_of)),
    ),
)

ENTROPY_FROM_MASS = Claim(
    "densities.entropy-from-mass",
    Eq(h_of(rho, gamma), Log(mass(rho, gamma)) - gamma * D(Log(mass(rho, gamma)), gamma)),
    given=INSIDE,
    title="The entropy from Z alone: who knows Z as a function of gamma has the entropy in closed form",
    defined=(FINITE, SLOPES),
    proof=calc(
        h_of(rho, gamma),
        (Log(mass(rho, gamma)) - gamma * dmean(rho, gamma), ENTROPY_FORM),
        (
            Log(mass(rho, gamma)) - gamma * D(Log(mass(rho, gamma)), gamma),
            by.algebra(LOG_MASS_SLOPE.at({rho: rho, gamma: gamma, a: a, b: b})),
        ),
    ),
)

MASS_SLOPE = Claim(
    "densities.mass-slope",
    Eq(D(mass(rho, gamma), gamma), mass(rho, gamma) * dmean(rho, gamma)),
    given=INSIDE,
    title="The slope of Z itself",
    defined=(FINITE, SLOPES),
    proof=calc(
        D(mass(rho, gamma), gamma),
        (D(moment_of(0, rho, gamma), gamma), by.algebra(mass, moment_of)),
        (moment_of(1, rho, gamma), SLOPES),
        (mass(rho, gamma) * dmean(rho, gamma), by.termwise(dmean, density, mass, moment_of)),
    ),
)

MEAN_SLOPE = Claim(
    "densities.mean-slope",
    Eq(D(dmean(rho, gamma), gamma), dvariance(rho, gamma)),
    given=INSIDE,
    title="The slope of the mean is the variance",
    defined=(FINITE, SLOPES),
    proof=calc(
        D(dmean(rho, gamma), gamma),
        (D(moment_of(1, rho, gamma) / moment_of(0, rho, gamma), gamma), by.termwise(dmean, density, mass, moment_of)),
        (
            D(moment_of(1, rho, gamma), gamma) / moment_of(0, rho, gamma)
            - moment_of(1, rho, gamma) * D(moment_of(0, rho, gamma), gamma) / moment_of(0, rho, gamma) ** 2,
            by.calculus,
        ),
        (
            moment_of(2, rho, gamma) / moment_of(0, rho, gamma)
            - moment_of(1, rho, gamma) ** 2 / moment_of(0, rho, gamma) ** 2,
            SLOPES,
        ),
        (dvariance(rho, gamma), by.termwise(dvariance, dmean, density, mass, moment_of)),
    ),
)

ENTROPY_SLOPE = Claim(
    "densities.entropy-slope",
    Eq(D(h_of(rho, gamma), gamma), -gamma * dvariance(rho, gamma)),
    given=INSIDE,
    title="The slope of the differential entropy: the same formula",
    defined=(FINITE, SLOPES),
    proof=calc(
        D(h_of(rho, gamma), gamma),
        (D(Log(mass(rho, gamma)) - gamma * dmean(rho, gamma), gamma), ENTROPY_FORM),
        (D(Log(mass(rho, gamma)), gamma) - dmean(rho, gamma) - gamma * D(dmean(rho, gamma), gamma), by.calculus),
        (-gamma * dvariance(rho, gamma), by.algebra(LOG_MASS_SLOPE, MEAN_SLOPE)),
    ),
)

at_one = (RHO_POSITIVE, RHO_NORMALISED, Lt(a, 1), Gt(b, 1), *INSIDE[3:], Eq(gamma, 1))
FINITE_AT_ONE = FINITE_MOMENTS.at({rho: rho, gamma: 1, a: a, b: b})
square = Integral(rho[o] * Log(rho[o]) ** 2, o)
SLOPE_AT_ONE = Claim(
    "densities.slope-at-one",
    Eq(D(h_of(rho, gamma), gamma), dentropy(rho) ** 2 - square),
    given=at_one,
    title="... at gamma = 1 it is the squared entropy less the mean of the squared logarithm",
    defined=(FINITE, FINITE_AT_ONE, SLOPES),
    proof=calc(
        D(h_of(rho, gamma), gamma),
        (-gamma * dvariance(rho, gamma), ENTROPY_SLOPE.at({rho: rho, a: a, b: b})),
        (-1 * dvariance(rho, 1), Eq(gamma, 1)),
        (
            (Integral(rho[o] * Log(rho[o]), o) / Integral(rho[o], o)) ** 2
            * (2 - Integral(rho[o], o) / Integral(rho[o], o))
            - square / Integral(rho[o], o),
            by.termwise(dvariance, dmean, density, mass),
        ),
        (Integral(rho[o] * Log(rho[o]), o) ** 2 - square, RHO_NORMALISED),
        (dentropy(rho) ** 2 - square, dentropy),
    ),
)

ENTROPY_AT_ONE = Claim(
    "densities.entropy-at-one",
    Eq(h_of(rho, 1), dentropy(rho)),
    given=(RHO_POSITIVE, RHO_NORMALISED, Integrable(rho[o], o), Integrable(rho[o] * Log(rho[o]), o)),
    title="At gamma = 1 the entropy is that of rho",
    proof=calc(
        h_of(rho, 1),
        (
            -Integral(rho[o] / Integral(rho[o], o) * Log(rho[o] / Integral(rho[o], o)), o),
            by.algebra(h_of, dentropy, density, mass),
        ),
        (-Integral(rho[o] / 1 * Log(rho[o] / 1), o), RHO_NORMALISED),
        (dentropy(rho), by.algebra(dentropy)),
    ),
)

NEWTON_STEP = Claim(
    "densities.newton-step",
    Eq(
        1 + (h_star - dentropy(rho)) / (dentropy(rho) ** 2 - square),
        gamma - (h_of(rho, gamma) - h_star) / D(h_of(rho, gamma), gamma),
    ),
    given=(*at_one, Ne(dentropy(rho) ** 2 - square, 0)),
    title="The document's step, with integrals for sums, is Newton's for the differential entropy",
    defined=(FINITE, FINITE_AT_ONE, SLOPES),
    proof=calc(
        1 + (h_star - dentropy(rho)) / (dentropy(rho) ** 2 - square),
        (1 - (dentropy(rho) - h_star) / (dentropy(rho) ** 2 - square), by.algebra),
        (gamma - (dentropy(rho) - h_star) / (dentropy(rho) ** 2 - square), Eq(gamma, 1)),
        (gamma - (h_of(rho, 1) - h_star) / (dentropy(rho) ** 2 - square), ENTROPY_AT_ONE),
        (gamma - (h_of(rho, gamma) - h_star) / (dentropy(rho) ** 2 - square), Eq(gamma, 1)),
        (gamma - (h_of(rho, gamma) - h_star) / D(h_of(rho, gamma), gamma), SLOPE_AT_ONE.at({rho: rho, a: a, b: b})),
    ),
)

EXPECTATION = Claim(
    "densities.entropy-as-expectation",
    Eq(dentropy(rho), Integral(rho[o] * -Log(rho[o]), o)),
    given=(RHO_POSITIVE, Assumption("rho log rho is integrable", Integrable(rho[o] * Log(rho[o]), o))),
    title="Differential entropy is the mean of -log rho, where that exists",
    proof=calc(dentropy(rho), (Integral(rho[o] * -Log(rho[o]), o), by.termwise(dentropy))),
)

volume = Integral(Integer(1), o)
constant = Seq(o, y)
CONSTANT = Claim(
    "densities.constant",
    Eq(h_of(constant, gamma), Log(volume)),
    given=(Gt(y, 0), Assumption("the space has a finite measure", Integrable(Integer(1), o))),
    title="A uniform density stays what it is, and its entropy is out of reach of any exponent",
    proof=calc(
        h_of(constant, gamma),
        (-Integral(1 / volume * Log(1 / volume), o), by.logs(h_of, dentropy, density, mass)),
        (Log(volume), by.logs),
    ),
)
