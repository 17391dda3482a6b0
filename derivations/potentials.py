"""Densities t^a exp(-c t^b): normal, exponential, Laplace, Gamma, Weibull and Gumbel, all in one.

Whoever knows Z as a function of gamma knows the entropy: it is log Z less gamma times the slope of log Z.  So one
integral from a table settles a family, and that it is right is cited, not proved.

The entropy of a density sees the space through the density alone.  Let t be a positive function on any space with a
measure, and let the points with t below x have a measure that grows like a power of x: its image under t has the
density omega x^(kappa - 1).  The coordinate of a half-line is such a t, the distance from a point of the line, a norm
in kappa dimensions, exp(-x) on the line (`named` says which t belongs to which family).  Then the powers of
t^a exp(-c t^b) are integrable where gamma and kappa + gamma a are positive, Z is a Gamma function, and its logarithmic
derivative, digamma, gives the entropy.

For a = 0, the homogeneous potentials, log gamma enters linearly: gamma is in closed form for every target, and
Newton's method in log gamma needs one step.
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
    ForAll,
    Gt,
    Image,
    Integrable,
    Integral,
    Log,
    LogGamma,
    Operator,
    Seq,
    by,
    calc,
    convergence,
    gt,
)

from .densities import (
    ENTROPY_FINITE,
    ENTROPY_FROM_MASS,
    ENTROPY_SLOPE,
    FINITE_MOMENTS,
    LOG_MOMENT_FINITE,
    MASS_SLOPE,
    MOMENT_SLOPE,
)
from .notation import a, alpha, b, c, density, dvariance, gamma, h_of, h_star, kappa, mass, o, omega, rho, tau, w, x, y

T_POSITIVE = Assumption("t is positive", ForAll(o, tau[o] > 0))
GROWTH = Assumption(
    "the set of the points with t below x grows like a power of x", Image(tau, x, omega * x ** (kappa - 1))
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

# ------------------------------------------------------------------------------------ room on both sides of an exponent

under = 2 * (x * y + gamma * y * (1 + w**2) + gamma * x * (1 + alpha**2))
room = Operator("room", (gamma, x, y, w, alpha), gamma * x * y / under)
step = room(gamma, x, y, w, alpha)
NUMBERS = (Gt(gamma, 0), Gt(x, 0), Gt(y, 0))

ROOM = Claim(
    "potentials.room",
    Gt(step, 0),
    given=NUMBERS,
    title="Where x and y are positive, the exponent can move by this much ...",
    proof=calc(step, (gamma * x * y / under, room), gt(0, by.sign)),
)

ROOM_BELOW = Claim(
    "potentials.room-below",
    Gt(gamma - step, 0),
    given=NUMBERS,
    title="... and stays positive",
    proof=calc(
        gamma - step,
        (gamma * (under - x * y) / under, by.algebra(room)),
        gt(0, by.sign(gamma * (x * y + 2 * (gamma * y * (1 + w**2) + gamma * x * (1 + alpha**2))) / under)),
    ),
)


def _stays(id: str, number, slope, other, against, sign: int, title: str) -> Claim:  # type: ignore[no-untyped-def]
    """Return the claim that a number of that slope in the exponent stays positive."""
    least = 2 * (slope + Rational(sign, 4)) ** 2 + Rational(15, 8)  # 2 + 2 slope**2 + sign slope
    rest = 2 * number * other + gamma * other * least + 2 * gamma * number * (1 + against**2)
    moved = number + sign * (slope * step)
    return Claim(
        id,
        Gt(moved, 0),
        given=NUMBERS,
        title=title,
        proof=calc(moved, (number * rest / under, by.algebra(room)), gt(0, by.sign)),
    )


X_UP = _stays("potentials.x-up", x, w, y, alpha, 1, "x, whose slope in the exponent is w, stays positive above")
X_DOWN = _stays("potentials.x-down", x, w, y, alpha, -1, "... and below")
Y_UP = _stays("potentials.y-up", y, alpha, x, w, 1, "So does y, whose slope is alpha, above")
Y_DOWN = _stays("potentials.y-down", y, alpha, x, w, -1, "... and below")

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
    title="So the domain of gamma is where gamma and kappa + gamma a are positive: there the power is integrable",
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
    *(claim.at({v: v for v in claim.variables}) for claim in (POWERS_FINITE, AWAY, BELOW, ABOVE)),
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
    title="The entropy of the powers of t^a exp(-c t^b), in closed form",
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

# --------------------------------------------------------------------------------------------- homogeneous potentials

plain = Seq(o, Exp(-c * tau[o] ** b))
degree = kappa / b
GROWING = (*SPACE, Gt(b, 0), Gt(c, 0), Gt(kappa, 0), Gt(gamma, 0))
PLAIN = {a: Integer(0), gamma: gamma, c: c, **everything}
without_power = Seq(o, tau[o] ** 0 * Exp(-c * tau[o] ** b))
level = Log(omega) - Log(b) + LogGamma(degree) + degree - degree * Log(c)

HOMOGENEOUS = Claim(
    "potentials.homogeneous-entropy",
    Eq(h_of(plain, gamma), level - degree * Log(gamma)),
    given=GROWING,
    title="For exp(-c t^b) the entropy is a number less kappa/b times log gamma",
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
    "potentials.root",
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
    "potentials.one-step",
    Eq(h_of(plain, arrived), h_star),
    given=GROWING,
    title="Newton's method in log gamma arrives at its first step, from anywhere",
    remark="The slope of the entropy in log gamma is -kappa/b, whatever gamma is.",
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
VARIANCE = Claim(
    "potentials.variance",
    Eq(gamma**2 * dvariance(plain, gamma), degree),
    given=GROWING,
    title="The variance of log p along the path is constant: kappa/b in units of 1/gamma^2",
    defined=(
        *AROUND,
        *POWERS_OF_DEGREE,
        ENTROPY_EXISTS.at(PLAIN),
        FINITE_MOMENTS.at({gamma: gamma, **twice}),
        MOMENT_SLOPE.at(twice),
        ENTROPY_SLOPE.at({gamma: gamma, **twice}),
    ),
    proof=calc(
        gamma**2 * dvariance(plain, gamma),
        (-gamma * D(h_of(plain, gamma), gamma), ENTROPY_SLOPE.at({gamma: gamma, **twice})),
        (-gamma * D(level - degree * Log(gamma), gamma), HOMOGENEOUS.at(GROWS)),
        (degree, by.calculus),
    ),
)
