"""Densities tau^a (1 + tau)^(-c), through the Beta integral.

Let the image of the measure under a positive function tau be a power of x times a power of 1 + x. The powers of tau^a
(1 + tau)^(-c) are such densities again, but a power may fail to be integrable, at either end: both kappa + gamma a
and gamma c + w - kappa - gamma a have to be positive. So for heavy tails gamma cannot fall to 0. Who the densities
are is said on the next page.
"""

from sympy import Integer, Rational

from entnorm.claims import (
    Assumption,
    Axiom,
    Claim,
    D,
    Digamma,
    Eq,
    Exp,
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
from .potentials import T_POSITIVE
from .room import ROOM, ROOM_BELOW, X_DOWN, X_UP, Y_DOWN, Y_UP, room

t = tau[o]
one, half = Integer(1), Rational(1, 2)
SPREAD = Assumption(
    "the image of the measure under tau, a power and a power of 1 + tau",
    Image(tau, x, omega * x ** (kappa - 1) * (1 + x) ** -w),
)
SPACE = (T_POSITIVE, SPREAD, Gt(omega, 0))
CONVERGES = (*SPACE, Gt(kappa + a, 0), Gt(c + w - kappa - a, 0))

BETA_FINITE = Axiom(
    "betas.beta-finite",
    Integrable(t**a * (1 + t) ** -c, o),
    given=CONVERGES,
    source="DLMF 5.12.3: near 0 the integrand is a power above -1, far out one below -1.",
    title="The Beta integral converges",
)

BETA_INTEGRAL = Axiom(
    "betas.beta-integral",
    Eq(
        Integral(t**a * (1 + t) ** -c, o),
        omega * Exp(LogGamma(kappa + a)) * Exp(LogGamma(c + w - kappa - a)) / Exp(LogGamma(c + w)),
    ),
    given=CONVERGES,
    source="DLMF 5.12.3 and 5.12.1.",
    title="... and this is its value",
    defined=(BETA_FINITE.at({a: a, c: c, kappa: kappa, omega: omega, tau: tau, w: w}),),
)

value = t**a * (1 + t) ** -c
rational = Seq(o, value)
lower, upper, total = kappa + gamma * a, gamma * c + w - kappa - gamma * a, gamma * c + w
CONVERGENT = (*SPACE, Gt(lower, 0), Gt(upper, 0))
INSIDE = (*CONVERGENT, Gt(gamma, 0))
GROWS = {kappa: kappa, omega: omega, w: w}
everything = {tau: tau, **GROWS}
partition = omega * Exp(LogGamma(lower)) * Exp(LogGamma(upper)) / Exp(LogGamma(total))
log_partition = Log(omega) + LogGamma(lower) + LogGamma(upper) - LogGamma(total)
entropy = log_partition - gamma * (a * Digamma(lower) + (c - a) * Digamma(upper) - c * Digamma(total))
away = room(gamma, lower, upper, a, c - a)
numbers = {gamma: gamma, x: lower, y: upper, w: a, alpha: c - a}
ends = {rho: rational, a: gamma - away, b: gamma + away}


def near(exponent):  # type: ignore[no-untyped-def]
    """Return that the Beta integral of the power with that exponent converges."""
    return BETA_FINITE.at({a: exponent * a, c: exponent * c, **everything})


POWERS_FINITE = Claim(
    "betas.powers-finite",
    Integrable(value**gamma, o),
    given=CONVERGENT,
    title="Where kappa + gamma a is positive and less than gamma c + w the power is integrable",
    remark="The domain of gamma holds all these, and nothing else: elsewhere it diverges, see `divergent`.",
    proof=convergence(near(gamma)),
)

ROOM_HERE = tuple(claim.at(numbers) for claim in (ROOM, ROOM_BELOW, X_UP, X_DOWN, Y_UP, Y_DOWN))
AWAY = Claim(
    "betas.away",
    Gt(away, 0),
    given=(Gt(gamma, 0), Gt(lower, 0), Gt(upper, 0)),
    title="Inside the domain there is room on both sides",
    proof=calc(away, gt(0, by.sign(ROOM.at(numbers)))),
)
BELOW, ABOVE = (
    Claim(
        f"betas.{name}",
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


MASS = Claim(
    "betas.mass",
    Eq(mass(rational, gamma), partition),
    given=CONVERGENT,
    title="Z in closed form",
    defined=(near(gamma),),
    proof=calc(
        mass(rational, gamma),
        (Integral(t ** (gamma * a) * (1 + t) ** -(gamma * c), o), by.logs(mass)),
        (partition, BETA_INTEGRAL.at({a: gamma * a, c: gamma * c, **everything})),
    ),
)

TRANSFORM = Claim(
    "betas.transform",
    Eq(density(rational, gamma)[o], t ** (gamma * a) * (1 + t) ** -(gamma * c) / partition),
    given=CONVERGENT,
    title="The power transform stays in the family: gamma multiplies a and c",
    defined=(near(gamma),),
    proof=calc(
        density(rational, gamma)[o],
        (value**gamma / mass(rational, gamma), density),
        (value**gamma / partition, MASS.at(GROWS)),
        (t ** (gamma * a) * (1 + t) ** -(gamma * c) / partition, by.logs),
    ),
)


transformed = density(rational, gamma)[o]
ENTROPY_EXISTS = Claim(
    "betas.entropy-finite",
    Integrable(transformed * Log(transformed), o),
    given=INSIDE,
    title="... and its transform has an entropy",
    defined=SMOOTH,
    proof=convergence(ENTROPY_FINITE.at({rho: rational})),
)

LOG_MASS = Claim(
    "betas.log-mass",
    Eq(Log(mass(rational, gamma)), log_partition),
    given=CONVERGENT,
    title="The logarithm of Z",
    defined=(near(gamma),),
    proof=calc(Log(mass(rational, gamma)), (Log(partition), MASS.at(GROWS)), (log_partition, by.logs)),
)

ENTROPY = Claim(
    "betas.entropy",
    Eq(h_of(rational, gamma), entropy),
    given=INSIDE,
    title="The entropy of the powers of tau^a (1 + tau)^(-c), in closed form",
    defined=(*SMOOTH, ENTROPY_FINITE.at({rho: rational})),
    proof=calc(
        h_of(rational, gamma),
        (Log(mass(rational, gamma)) - gamma * D(Log(mass(rational, gamma)), gamma), ENTROPY_FROM_MASS.at(ends)),
        (log_partition - gamma * D(log_partition, gamma), LOG_MASS.at(GROWS)),
        (entropy, by.calculus),
    ),
)
