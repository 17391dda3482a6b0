"""The document's iteration on densities: every step of it is Newton's.

Powers of a density compose like those of finite distributions, where they are integrable; and a step from exponent 1 at
the transformed density is a step of Newton's method at gamma for the differential entropy.  So the product of the
exponents follows Newton's method as long as it stays inside the interval where powers are integrable, and off 0, which
the iteration itself does not see to.
"""

from entnorm.claims import Assumption, Claim, D, Eq, Integrable, Integral, Log, Ne, by, calc

from .densities import (
    ENTROPY_SLOPE,
    FINITE,
    INSIDE,
    LOG_DENSITY,
    RHO_POSITIVE,
    SLOPES,
    SUMS_TO_ONE,
    g,
)
from .notation import a, b, density, dentropy, dmean, dvariance, gamma, h_of, h_star, mass, o, rho

COMPOSITION = Claim(
    "rebasing.composition",
    Eq(density(density(rho, a), b)[o], density(rho, a * b)[o]),
    given=(
        RHO_POSITIVE,
        Assumption("the power a is integrable", Integrable(rho[o] ** a, o)),
        Assumption("... and so is the power a b", Integrable(rho[o] ** (a * b), o)),
    ),
    title="Powers of a density compose by multiplying their exponents",
    proof=calc(
        density(density(rho, a), b)[o],
        (
            (rho[o] ** a / mass(rho, a)) ** b / Integral((rho[o] ** a / mass(rho, a)) ** b, o),
            by.algebra(density, mass),
        ),
        (
            rho[o] ** (a * b) * mass(rho, a) ** (-b) / Integral(rho[o] ** (a * b) * mass(rho, a) ** (-b), o),
            by.logs,
        ),
        (density(rho, a * b)[o], by.termwise(density, mass)),
    ),
)

log_g = gamma * Log(rho[o]) - Log(mass(rho, gamma))
squares = Integral(g[o] * Log(rho[o]) ** 2, o)
VARIANCE_IN_MOMENTS = Claim(
    "rebasing.variance-in-moments",
    Eq(dvariance(rho, gamma), squares - dmean(rho, gamma) ** 2),
    given=INSIDE,
    title="The variance is the mean square less the squared mean",
    defined=(FINITE,),
    proof=calc(
        dvariance(rho, gamma),
        (
            squares
            - 2 * dmean(rho, gamma) * Integral(g[o] * Log(rho[o]), o)
            + dmean(rho, gamma) ** 2 * Integral(g[o], o),
            by.termwise(dvariance),
        ),
        (squares - dmean(rho, gamma) ** 2, by.algebra(dmean, SUMS_TO_ONE)),
    ),
)

denominator = dentropy(g) ** 2 - Integral(g[o] * Log(g[o]) ** 2, o)
VARENTROPY = Claim(
    "rebasing.varentropy",
    Eq(denominator, -(gamma**2) * dvariance(rho, gamma)),
    given=INSIDE,
    title="The document's denominator, with integrals for sums, is minus gamma squared times the variance",
    defined=(FINITE,),
    proof=calc(
        denominator,
        (Integral(g[o] * Log(g[o]), o) ** 2 - Integral(g[o] * Log(g[o]) ** 2, o), dentropy),
        (Integral(g[o] * log_g, o) ** 2 - Integral(g[o] * log_g**2, o), LOG_DENSITY),
        (
            (gamma * Integral(g[o] * Log(rho[o]), o) - Log(mass(rho, gamma)) * Integral(g[o], o)) ** 2
            - gamma**2 * squares
            + 2 * gamma * Log(mass(rho, gamma)) * Integral(g[o] * Log(rho[o]), o)
            - Log(mass(rho, gamma)) ** 2 * Integral(g[o], o),
            by.termwise,
        ),
        (gamma**2 * dmean(rho, gamma) ** 2 - gamma**2 * squares, by.algebra(SUMS_TO_ONE, dmean)),
        (-(gamma**2) * dvariance(rho, gamma), by.algebra(VARIANCE_IN_MOMENTS.at({rho: rho, gamma: gamma, a: a, b: b}))),
    ),
)

NEWTON_STEP = Claim(
    "rebasing.newton-step",
    Eq(
        gamma * (1 + (h_star - dentropy(g)) / denominator),
        gamma - (h_of(rho, gamma) - h_star) / D(h_of(rho, gamma), gamma),
    ),
    given=(
        *INSIDE,
        Ne(gamma, 0),
        Assumption("log rho is not constant", Ne(dvariance(rho, gamma), 0)),
    ),
    title="A step of the document at the transformed density is Newton's at gamma",
    defined=(FINITE, SLOPES, VARENTROPY, ENTROPY_SLOPE),
    proof=calc(
        gamma * (1 + (h_star - dentropy(g)) / denominator),
        (
            gamma * (1 + (h_star - dentropy(g)) / (-(gamma**2) * dvariance(rho, gamma))),
            by.algebra(VARENTROPY.at({rho: rho, gamma: gamma, a: a, b: b})),
        ),
        (gamma * (1 + (h_star - h_of(rho, gamma)) / (-(gamma**2) * dvariance(rho, gamma))), by.algebra(h_of)),
        (gamma - (h_of(rho, gamma) - h_star) / (-gamma * dvariance(rho, gamma)), by.algebra),
        (
            gamma - (h_of(rho, gamma) - h_star) / D(h_of(rho, gamma), gamma),
            by.algebra(ENTROPY_SLOPE.at({rho: rho, a: a, b: b})),
        ),
    ),
)
