"""Densities t^a (1 + t)^(-c): Student's t, beta, logistic and Pareto, through the Beta integral.

As for potentials, what t stands for is a hypothesis on its image: for Student's density t is x^2/y, for the logistic
density exp(x), for a beta density x/(1 - x), where dx is dt/(1 + t)^2, and for Pareto's x over its least value, less 1.
The powers of such a density are such densities, but here a power may fail to be integrable at either end: both
kappa + gamma a and gamma c + w - kappa - gamma a have to be positive, so for heavy tails gamma cannot fall to 0.

Student's t and Pareto's densities stay in their families, with fewer or more degrees of freedom; so do beta densities.
The powers of the logistic density do not.  For Pareto's the exponent is in closed form by Lambert's function v of
v exp(v).
"""

from typing import Any

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
from entnorm.claims.language import substitute

from .densities import (
    ENTROPY_FINITE,
    ENTROPY_FROM_MASS,
    LOG_MOMENT_FINITE,
    MASS_SLOPE,
)
from .named import GAMMA_AT_ONE
from .notation import a, alpha, b, c, density, gamma, h_of, h_star, kappa, mass, o, omega, rho, tau, w, x, y
from .potentials import ROOM, ROOM_BELOW, T_POSITIVE, X_DOWN, X_UP, Y_DOWN, Y_UP, room

t = tau[o]
one, half = Integer(1), Rational(1, 2)
SPREAD = Assumption(
    "the image of the measure under t, a power and a power of 1 + t",
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
    title="Where both are positive the power is integrable: that is the domain of gamma",
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
    *(claim.at({v: v for v in claim.variables}) for claim in (POWERS_FINITE, AWAY, BELOW, ABOVE)),
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
    title="The entropy of the powers of t^a (1 + t)^(-c), in closed form",
    defined=(*SMOOTH, ENTROPY_FINITE.at({rho: rational})),
    proof=calc(
        h_of(rational, gamma),
        (Log(mass(rational, gamma)) - gamma * D(Log(mass(rational, gamma)), gamma), ENTROPY_FROM_MASS.at(ends)),
        (log_partition - gamma * D(log_partition, gamma), LOG_MASS.at(GROWS)),
        (entropy, by.calculus),
    ),
)

# --------------------------------------------------------------------------------------------------- named families


def _entropy(id: str, body: Any, values: dict[Any, Any], result: Any, given: tuple[Any, ...], title: str) -> Claim:
    """Return the claim that the powers of a density have that entropy, as a case of the general one."""
    known = {gamma: gamma, tau: tau, **values}
    start, written = h_of(Seq(o, body), gamma), h_of(substitute(rational, values), gamma)
    return Claim(
        id,
        Eq(start, result),
        given=(T_POSITIVE, *given),
        title=title,
        defined=(POWERS_FINITE.at(known), ENTROPY_EXISTS.at(known)),
        proof=calc(
            start,
            (written, by.logs),
            (substitute(entropy, values), ENTROPY.at(known)),
            (result, by.logs),
        ),
    )


tails = gamma * (y + 1) / 2
STUDENT = _entropy(
    "betas.student",
    (1 + t) ** (-(y + 1) / 2),
    {a: Integer(0), c: (y + 1) / 2, kappa: half, omega: y**half, w: Integer(0)},
    half * Log(y)
    + LogGamma(half)
    + LogGamma(tails - half)
    - LogGamma(tails)
    + tails * (Digamma(tails) - Digamma(tails - half)),
    (
        Assumption("t is x^2/y on the line", Image(tau, x, y**half * x**-half)),
        Gt(y, 0),
        Gt(gamma, 0),
        Gt(tails - half, 0),
    ),
    "Student's density with y degrees of freedom: gamma has to exceed 1/(y + 1)",
)

LOGISTIC = _entropy(
    "betas.logistic",
    t / (1 + t) ** 2,
    {a: one, c: Integer(2), kappa: Integer(0), omega: one, w: Integer(0)},
    2 * LogGamma(gamma) - LogGamma(2 * gamma) - 2 * gamma * (Digamma(gamma) - Digamma(2 * gamma)),
    (Assumption("t is exp(x) on the line", Image(tau, x, 1 / x)), Gt(gamma, 0)),
    "The logistic density",
)

first, second = gamma * (y - 1) + 1, gamma * (w - 1) + 1
BETA = _entropy(
    "betas.beta",
    t ** (y - 1) * (1 + t) ** (2 - y - w),
    {a: y - 1, c: y + w - 2, kappa: one, omega: one, w: Integer(2)},
    LogGamma(first)
    + LogGamma(second)
    - LogGamma(first + second)
    - (first - 1) * Digamma(first)
    - (second - 1) * Digamma(second)
    + (first + second - 2) * Digamma(first + second),
    (
        Assumption("t is x/(1 - x) on the unit interval", Image(tau, x, (1 + x) ** -2)),
        Gt(gamma, 0),
        Gt(first, 0),
        Gt(second, 0),
    ),
    "The Beta density x^(y-1) (1-x)^(w-1): its powers are Beta densities, where both parameters stay positive",
)

# ------------------------------------------------------------------------------------------------------------- Pareto

RECURRENCE = Axiom(
    "betas.recurrence",
    Eq(LogGamma(x + 1), LogGamma(x) + Log(x)),
    given=(Gt(x, 0),),
    source="DLMF 5.5.1.",
    title="The recurrence of the Gamma function",
)

DIGAMMA_RECURRENCE = Claim(
    "betas.digamma-recurrence",
    Eq(Digamma(x + 1), Digamma(x) + 1 / x),
    given=(Gt(x, 0),),
    title="... and of its logarithmic derivative",
    proof=calc(
        Digamma(x + 1),
        (D(LogGamma(x + 1), x), by.calculus),
        (D(LogGamma(x) + Log(x), x), RECURRENCE),
        (Digamma(x) + 1 / x, by.calculus),
    ),
)

index = gamma * c - 1
PARETO_TOTAL = Claim(
    "betas.pareto-total",
    Gt(index + 1, 0),
    given=(Gt(gamma, 0), Gt(c, 0)),
    title="A number and the next",
    proof=calc(index + 1, (gamma * c, by.algebra), gt(0, by.sign)),
)

PARETO_VALUES = {a: Integer(0), c: c, kappa: one, omega: y, w: Integer(0)}
known = {gamma: gamma, tau: tau, **PARETO_VALUES}
pareto = h_of(Seq(o, (1 + t) ** -c), gamma)
pareto_entropy = Log(y) - Log(index) + gamma * c / index
PARETO = Claim(
    "betas.pareto",
    Eq(pareto, pareto_entropy),
    given=(
        T_POSITIVE,
        Assumption("t is x/y - 1 on x > y", Image(tau, x, y)),
        Gt(y, 0),
        Gt(c, 0),
        Gt(gamma, 0),
        Gt(index, 0),
    ),
    title="Pareto's density x^(-c) on x > y: gamma has to exceed 1/c",
    defined=(POWERS_FINITE.at(known), ENTROPY_EXISTS.at(known), PARETO_TOTAL.at({gamma: gamma, c: c})),
    proof=calc(
        pareto,
        (h_of(substitute(rational, PARETO_VALUES), gamma), by.logs),
        (substitute(entropy, PARETO_VALUES), ENTROPY.at(known)),
        (
            Log(y)
            + LogGamma(one)
            + LogGamma(index)
            - LogGamma(index + 1)
            - gamma * c * (Digamma(index) - Digamma(index + 1)),
            by.logs,
        ),
        (
            Log(y) + LogGamma(one) - Log(index) + gamma * c / index,
            by.algebra(RECURRENCE.at({x: index}), DIGAMMA_RECURRENCE.at({x: index})),
        ),
        (pareto_entropy, GAMMA_AT_ONE),
    ),
)

chosen = Eq(gamma, (1 + 1 / alpha) / c)
LAMBERT = Assumption("alpha is Lambert's function at exp(H* - 1)/y", Eq(h_star, 1 + Log(y * (alpha * Exp(alpha)))))
AT_TARGET = (Gt(y, 0), Gt(c, 0), Gt(alpha, 0), LAMBERT, chosen)

PARETO_INDEX = Claim(
    "betas.pareto-index",
    Eq(index, 1 / alpha),
    given=(Gt(c, 0), Gt(alpha, 0), chosen),
    title="At this exponent, by Lambert's function ...",
    proof=calc(index, ((1 + 1 / alpha) / c * c - 1, chosen), (1 / alpha, by.algebra)),
)

PARETO_INSIDE = Claim(
    "betas.pareto-inside",
    Gt(index, 0),
    given=(Gt(c, 0), Gt(alpha, 0), chosen),
    title="... the power is integrable",
    proof=calc(index, (1 / alpha, PARETO_INDEX.at({alpha: alpha, c: c, gamma: gamma})), gt(0, by.sign)),
)

PARETO_ROOT = Claim(
    "betas.pareto-root",
    Eq(pareto, h_star),
    given=(*PARETO.given[:2], *AT_TARGET),
    title="... at which the entropy is what is asked for",
    defined=(POWERS_FINITE.at(known), ENTROPY_EXISTS.at(known), PARETO_INSIDE.at({alpha: alpha, c: c, gamma: gamma})),
    proof=calc(
        pareto,
        (pareto_entropy, PARETO.at({y: y})),
        (Log(y) - Log(1 / alpha) + gamma * c / (1 / alpha), PARETO_INDEX.at({alpha: alpha, c: c, gamma: gamma})),
        (Log(y) - Log(1 / alpha) + (1 + 1 / alpha) / c * c * alpha, chosen),
        (1 + Log(y * (alpha * Exp(alpha))), by.logs),
        (h_star, LAMBERT),
    ),
)
