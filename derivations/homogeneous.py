"""Homogeneous potentials: densities exp(-c tau^b), of which the powers differ by a scale.

Exponential, Laplace, normal and generalised normal densities are of this kind, in any dimension. Their entropy is a
number less kappa/b times log gamma. So gamma is in closed form for every target, the variance of log p is kappa/b in
units of 1/gamma^2, and Newton's method in log gamma needs one step. The document's iteration, in gamma itself, leaves
the domain at its first step if the target is too far above.
"""

from sympy import Integer

from entnorm.claims import Claim, D, Digamma, Eq, Exp, Ge, Gt, Le, Log, LogGamma, Lt, Seq, by, calc, le, lt

from .densities import ENTROPY_SLOPE, FINITE_MOMENTS, MOMENT_SLOPE
from .notation import a, b, c, dvariance, gamma, h_of, h_star, kappa, o, omega, rho, tau
from .potentials import ENTROPY, ENTROPY_EXISTS, GAMMA_FINITE, GROWS, HERE, POWERS_FINITE, SPACE, everything

plain = Seq(o, Exp(-c * tau[o] ** b))
degree = kappa / b
GROWING = (*SPACE, Gt(b, 0), Gt(c, 0), Gt(kappa, 0), Gt(gamma, 0))
PLAIN = {a: Integer(0), gamma: gamma, c: c, **everything}
without_power = Seq(o, tau[o] ** 0 * Exp(-c * tau[o] ** b))
level = Log(omega) - Log(b) + LogGamma(degree) + degree - degree * Log(c)

HOMOGENEOUS = Claim(
    "homogeneous.entropy",
    Eq(h_of(plain, gamma), level - degree * Log(gamma)),
    given=GROWING,
    title="For exp(-c tau^b) the entropy is a number less kappa/b times log gamma",
    defined=(POWERS_FINITE.at(PLAIN), ENTROPY_EXISTS.at(PLAIN)),
    proof=calc(
        h_of(plain, gamma),
        (h_of(without_power, gamma), by.algebra),
        (
            Log(omega)
            - Log(b)
            + LogGamma((kappa + gamma * 0) / b)
            + (kappa + gamma * 0) / b
            - gamma * 0 / b * Digamma((kappa + gamma * 0) / b)
            - kappa / b * Log(gamma * c),
            ENTROPY.at({a: Integer(0), **GROWS}),
        ),
        (level - degree * Log(gamma), by.logs),
    ),
)

ROOT = Claim(
    "homogeneous.root",
    Eq(h_of(plain, gamma), h_star),
    given=(*GROWING[:-1], Eq(gamma, Exp(b / kappa * (level - h_star)))),
    title="... so every entropy is attained, at an exponent in closed form",
    defined=(POWERS_FINITE.at(PLAIN), ENTROPY_EXISTS.at(PLAIN)),
    proof=calc(
        h_of(plain, gamma),
        (level - degree * Log(gamma), HOMOGENEOUS.at(GROWS)),
        (level - degree * Log(Exp(b / kappa * (level - h_star))), Eq(gamma, Exp(b / kappa * (level - h_star)))),
        (h_star, by.logs),
    ),
)

arrived = gamma * Exp((h_of(plain, gamma) - h_star) / degree)
ONE_STEP = Claim(
    "homogeneous.one-step",
    Eq(h_of(plain, arrived), h_star),
    given=GROWING,
    title="From anywhere the entropy is attained at gamma exp((H - H*) / (kappa/b))",
    remark="That is the first step of Newton's method in log gamma, in which the slope of the entropy is gamma times"
    " that in gamma, -kappa/b (`homogeneous.slope`).",
    defined=tuple(
        claim.at({**PLAIN, gamma: exponent})
        for claim in (POWERS_FINITE, ENTROPY_EXISTS)
        for exponent in (gamma, arrived)
    ),
    proof=calc(
        h_of(plain, arrived),
        (level - degree * Log(arrived), HOMOGENEOUS.at({**GROWS, gamma: arrived})),
        (level - degree * Log(gamma) - (h_of(plain, gamma) - h_star), by.logs),
        (h_star, by.algebra(HOMOGENEOUS.at({**GROWS, gamma: gamma}))),
    ),
)

twice = {rho: plain, a: gamma / 2, b: 2 * gamma}
POWERS_OF_DEGREE = tuple(GAMMA_FINITE.at({**HERE, a: times * b}) for times in (0, 1, 2))
AROUND = tuple(POWERS_FINITE.at({**PLAIN, gamma: exponent}) for exponent in (gamma, gamma / 2, 2 * gamma))
SLOPED = (
    *AROUND,
    *POWERS_OF_DEGREE,
    ENTROPY_EXISTS.at(PLAIN),
    FINITE_MOMENTS.at({gamma: gamma, **twice}),
    MOMENT_SLOPE.at(twice),
    ENTROPY_SLOPE.at({gamma: gamma, **twice}),
)
EVERYTHING = {v: v for v in (b, c, gamma, kappa, omega, tau)}
SLOPE_HERE = Claim(
    "homogeneous.slope",
    Eq(D(h_of(plain, gamma), gamma), -degree / gamma),
    given=GROWING,
    title="The slope of the entropy",
    defined=SLOPED,
    proof=calc(
        D(h_of(plain, gamma), gamma),
        (D(level - degree * Log(gamma), gamma), HOMOGENEOUS.at(GROWS)),
        (-degree / gamma, by.calculus),
    ),
)

VARIANCE = Claim(
    "homogeneous.variance",
    Eq(gamma**2 * dvariance(plain, gamma), degree),
    given=GROWING,
    title="The variance of log p along the path is constant: kappa/b in units of 1/gamma^2",
    defined=SLOPED,
    proof=calc(
        gamma**2 * dvariance(plain, gamma),
        (-gamma * D(h_of(plain, gamma), gamma), ENTROPY_SLOPE.at({gamma: gamma, **twice})),
        (-gamma * D(level - degree * Log(gamma), gamma), HOMOGENEOUS.at(GROWS)),
        (degree, by.calculus),
    ),
)

SLOPE_NEGATIVE = Claim(
    "homogeneous.slope-negative",
    Lt(D(h_of(plain, gamma), gamma), 0),
    given=GROWING,
    title="It is negative",
    defined=SLOPED,
    proof=calc(
        D(h_of(plain, gamma), gamma), (-degree / gamma, SLOPE_HERE.at(EVERYTHING)), lt(0, by.sign(degree / gamma))
    ),
)

newton = gamma - (h_of(plain, gamma) - h_star) / D(h_of(plain, gamma), gamma)
NEWTON_STEP = Claim(
    "homogeneous.newton-step",
    Eq(newton, gamma * (1 - (h_star - h_of(plain, gamma)) / degree)),
    given=GROWING,
    title="Newton's step in gamma itself, which is the document's, as a factor",
    defined=(*SLOPED, SLOPE_NEGATIVE.at(EVERYTHING)),
    proof=calc(
        newton,
        (gamma - (h_of(plain, gamma) - h_star) / (-degree / gamma), SLOPE_HERE.at(EVERYTHING)),
        (gamma * (1 - (h_star - h_of(plain, gamma)) / degree), by.algebra),
    ),
)

NEWTON_LEAVES = Claim(
    "homogeneous.newton-leaves",
    Le(gamma * (1 - (h_star - h_of(plain, gamma)) / degree), 0),
    given=(*GROWING, Ge(h_star - h_of(plain, gamma), degree)),
    title="... it leaves the domain at once, if the target is kappa/b or more above the entropy",
    defined=(POWERS_FINITE.at(PLAIN), ENTROPY_EXISTS.at(PLAIN)),
    proof=calc(
        gamma * (1 - (h_star - h_of(plain, gamma)) / degree),
        (-(gamma / degree) * (h_star - h_of(plain, gamma) - degree), by.algebra),
        le(0, by.sign(gamma / degree * ((h_star - h_of(plain, gamma)) - degree))),
    ),
)
