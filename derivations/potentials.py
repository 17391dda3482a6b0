"""Densities tau^a exp(-c tau^b): normal, exponential, Laplace, Gamma, Weibull and Gumbel, all in one.

Whoever knows Z as a function of gamma knows the entropy: it is log Z less gamma times the slope of log Z. So one
integral from a table settles a family, and that it is right is cited, not proved.

The entropy of a density sees the space through the density alone. Let tau be a positive function on any space with a
measure, and let the points with tau below x have a measure that grows like a power of x: its image under tau has the
density omega x^(kappa - 1). The coordinate of a half-line is such a tau, the distance from a point of the line, a
norm in kappa dimensions, exp(-x) on the line (`named` says which tau belongs to which family). Then the powers of
tau^a exp(-c tau^b) are integrable where gamma and kappa + gamma a are positive, Z is a Gamma function, and its
logarithmic derivative, digamma, gives the entropy.
"""

from sympy import Integer

from entnorm.claims import (
    Assumption,
    Axiom,
    Claim,
    D,
    Digamma,
    Eq,
    Exp,
    ForAll,
    Gt,
    Image,
    Integrable,
    Integral,
    Log,
    LogGamma,
    Seq,
    by,
    calc,
    convergence,
    gt,
)

from .densities import ENTROPY_FINITE, ENTROPY_FROM_MASS, LOG_MOMENT_FINITE, MASS_SLOPE
from .notation import a, alpha, b, c, density, gamma, h_of, kappa, mass, o, omega, rho, tau, w, x, y
from .room import ROOM, ROOM_BELOW, X_DOWN, X_UP, room

T_POSITIVE = Assumption("tau is positive: the space is without its centre", ForAll(o, tau[o] > 0))
GROWTH = Assumption(
    "the set of the points with tau below x grows like a power of x", Image(tau, x, omega * x ** (kappa - 1))
)
SPACE = (T_POSITIVE, GROWTH, Gt(omega, 0))

GAMMA_FINITE = Axiom(
    "potentials.gamma-finite",
    Integrable(tau[o] ** a * Exp(-c * tau[o] ** b), o),
    given=(*SPACE, Gt(b, 0), Gt(c, 0), Gt(kappa + a, 0)),
    source="DLMF 5.9.1: near 0 the integrand is a power above -1, far out it falls exponentially.",
    title="The Gamma integral converges",
)

GAMMA_INTEGRAL = Axiom(
    "potentials.gamma-integral",
    Eq(
        Integral(tau[o] ** a * Exp(-c * tau[o] ** b), o),
        omega / b * Exp(LogGamma((kappa + a) / b)) * c ** (-(kappa + a) / b),
    ),
    given=(*SPACE, Gt(b, 0), Gt(c, 0), Gt(kappa + a, 0)),
    source="DLMF 5.9.1.",
    title="... and this is its value",
    defined=(GAMMA_FINITE.at({a: a, b: b, c: c, kappa: kappa, omega: omega, tau: tau}),),
)

value = tau[o] ** a * Exp(-c * tau[o] ** b)
potential = Seq(o, value)
shape = (kappa + gamma * a) / b
everything = {b: b, kappa: kappa, omega: omega, tau: tau}
GROWS = {kappa: kappa, omega: omega}
INSIDE = (*SPACE, Gt(b, 0), Gt(c, 0), Gt(gamma, 0), Gt(kappa + gamma * a, 0))
HERE = {a: gamma * a, c: gamma * c, **everything}
partition = omega / b * Exp(LogGamma(shape)) * (gamma * c) ** (-shape)

MASS = Claim(
    "potentials.mass",
    Eq(mass(potential, gamma), partition),
    given=INSIDE,
    title="Z in closed form",
    defined=(GAMMA_FINITE.at(HERE),),
    proof=calc(
        mass(potential, gamma),
        (Integral(tau[o] ** (gamma * a) * Exp(-(gamma * c) * tau[o] ** b), o), by.logs(mass)),
        (partition, GAMMA_INTEGRAL.at(HERE)),
    ),
)

TRANSFORM = Claim(
    "potentials.transform",
    Eq(density(potential, gamma)[o], tau[o] ** (gamma * a) * Exp(-(gamma * c) * tau[o] ** b) / partition),
    given=INSIDE,
    title="The power transform stays in the family: gamma multiplies a and c",
    defined=(GAMMA_FINITE.at(HERE),),
    proof=calc(
        density(potential, gamma)[o],
        (value**gamma / mass(potential, gamma), density),
        (value**gamma / partition, MASS.at(GROWS)),
        (tau[o] ** (gamma * a) * Exp(-(gamma * c) * tau[o] ** b) / partition, by.logs),
    ),
)

# ----------------------------------------------------------------------------------------------------------- entropy

numbers = {gamma: gamma, x: kappa + gamma * a, y: Integer(1), w: a, alpha: Integer(0)}
away = room(gamma, kappa + gamma * a, 1, a, 0)


def near(exponent):  # type: ignore[no-untyped-def]
    """Return that the Gamma integral of the power with that exponent converges."""
    return GAMMA_FINITE.at({a: exponent * a, c: exponent * c, **everything})


ends = {rho: potential, a: gamma - away, b: gamma + away}
POWERS_FINITE = Claim(
    "potentials.powers-finite",
    Integrable(value**gamma, o),
    given=INSIDE,
    title="Where gamma and kappa + gamma a are positive the power is integrable: the domain of gamma holds all these",
    proof=convergence(near(gamma)),
)

ROOM_HERE = tuple(claim.at(numbers) for claim in (ROOM, ROOM_BELOW, X_UP, X_DOWN))
AWAY = Claim(
    "potentials.away",
    Gt(away, 0),
    given=(Gt(gamma, 0), Gt(kappa + gamma * a, 0)),
    title="Inside the domain there is room on both sides",
    proof=calc(away, gt(0, by.sign(ROOM.at(numbers)))),
)
BELOW, ABOVE = (
    Claim(
        f"potentials.{name}",
        Integrable(value**exponent, o),
        given=INSIDE,
        title=title,
        defined=ROOM_HERE,
        proof=convergence(near(exponent)),
    )
    for name, exponent, title in (
        ("below", gamma - away, "... the power is integrable at an exponent below"),
        ("above", gamma + away, "... and at one above"),
    )
)
SMOOTH = (
    *(claim.at({v: v for v in sorted(claim.variables, key=str)}) for claim in (POWERS_FINITE, AWAY, BELOW, ABOVE)),
    MASS_SLOPE.at(ends),
    LOG_MOMENT_FINITE.at(ends),
)


log_partition = Log(omega) - Log(b) + LogGamma(shape) - shape * Log(gamma * c)
entropy = Log(omega) - Log(b) + LogGamma(shape) + shape - gamma * a / b * Digamma(shape) - kappa / b * Log(gamma * c)

LOG_MASS = Claim(
    "potentials.log-mass",
    Eq(Log(mass(potential, gamma)), log_partition),
    given=INSIDE,
    title="... and its logarithm",
    defined=(near(gamma),),
    proof=calc(Log(mass(potential, gamma)), (Log(partition), MASS.at(GROWS)), (log_partition, by.logs)),
)


transformed = density(potential, gamma)[o]
ENTROPY_EXISTS = Claim(
    "potentials.entropy-finite",
    Integrable(transformed * Log(transformed), o),
    given=INSIDE,
    title="... and its transform has an entropy",
    defined=SMOOTH,
    proof=convergence(ENTROPY_FINITE.at({rho: potential})),
)

ENTROPY = Claim(
    "potentials.entropy",
    Eq(h_of(potential, gamma), entropy),
    given=INSIDE,
    title="The entropy of the powers of tau^a exp(-c tau^b), in closed form",
    defined=(*SMOOTH, ENTROPY_FINITE.at({rho: potential})),
    proof=calc(
        h_of(potential, gamma),
        (
            Log(mass(potential, gamma)) - gamma * D(Log(mass(potential, gamma)), gamma),
            ENTROPY_FROM_MASS.at(ends),
        ),
        (log_partition - gamma * D(log_partition, gamma), LOG_MASS.at(GROWS)),
        (entropy, by.calculus),
    ),
)
