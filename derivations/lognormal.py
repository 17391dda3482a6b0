"""The lognormal density: entropy and power transform depend on the coordinate.

A lognormal density is that of exp(Y) for a normal Y. With tau the logarithm, it is exp(b tau - c tau^2) on the line,
where dx is exp(tau) dtau: the integral is Gauss's, with a linear term. Its powers are lognormal, but both parameters
move, and gamma is not what it would be for Y. The exponent for a prescribed entropy is in closed form by Lambert's
function. That the measure dx has the image that is assumed, a change of variables, is left to the reader.
"""

from sympy import Integer, Rational, oo

from entnorm.claims import (
    Assumption,
    Axiom,
    Claim,
    D,
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
)
from entnorm.claims.language import substitute

from .densities import ENTROPY_FINITE, ENTROPY_FROM_MASS, LOG_MOMENT_FINITE, MASS_SLOPE
from .named import pi
from .notation import a, alpha, b, c, density, gamma, h_of, h_star, mass, o, omega, rho, tau, w, x, y

t = tau[o]
half, one = Rational(1, 2), Integer(1)
LINE = Assumption("the image of the measure under tau, on the whole line", Image(tau, x, omega * Exp(w * x), -oo))
SPACE = (LINE, Gt(omega, 0), Gt(c, 0))

GAUSS_FINITE = Axiom(
    "lognormal.gauss-finite",
    Integrable(Exp(b * t - c * t**2), o),
    given=SPACE,
    source="DLMF 7.7.6 for x to minus infinity.",
    title="Gauss's integral converges",
)

GAUSS_INTEGRAL = Axiom(
    "lognormal.gauss-integral",
    Eq(
        Integral(Exp(b * t - c * t**2), o),
        omega * Exp(LogGamma(half)) * c**-half * Exp((b + w) ** 2 / (4 * c)),
    ),
    given=SPACE,
    source="DLMF 7.7.6 for x to minus infinity; Gamma(1/2) is the square root of pi (DLMF 5.4.6).",
    title="... and this is its value",
    defined=(GAUSS_FINITE.at({b: b, c: c, omega: omega, tau: tau, w: w}),),
)

value = Exp(b * t - c * t**2)
bell = Seq(o, value)
INSIDE = (*SPACE, Gt(gamma, 0))
GROWS = {omega: omega, w: w}
everything = {tau: tau, **GROWS}
partition = omega * Exp(LogGamma(half)) * (gamma * c) ** -half * Exp((gamma * b + w) ** 2 / (4 * (gamma * c)))
log_partition = Log(omega) + LogGamma(half) - Log(gamma * c) / 2 + (gamma * b + w) ** 2 / (4 * gamma * c)
entropy = Log(omega) + LogGamma(half) + half - Log(gamma * c) / 2 + b * w / (2 * c) + w**2 / (2 * gamma * c)
ends = {rho: bell, a: gamma / 2, b: 2 * gamma}


def near(exponent):  # type: ignore[no-untyped-def]
    """Return that Gauss's integral of the power with that exponent converges."""
    return GAUSS_FINITE.at({b: exponent * b, c: exponent * c, **everything})


SMOOTH = (*map(near, (gamma, gamma / 2, 2 * gamma)), MASS_SLOPE.at(ends), LOG_MOMENT_FINITE.at(ends))

MASS = Claim(
    "lognormal.mass",
    Eq(mass(bell, gamma), partition),
    given=INSIDE,
    title="Z in closed form",
    defined=(near(gamma),),
    proof=calc(
        mass(bell, gamma),
        (Integral(Exp(gamma * b * t - gamma * c * t**2), o), by.logs(mass)),
        (partition, GAUSS_INTEGRAL.at({b: gamma * b, c: gamma * c, **everything})),
    ),
)

POWERS_FINITE = Claim(
    "lognormal.powers-finite",
    Integrable(value**gamma, o),
    given=INSIDE,
    title="Every positive power is integrable",
    proof=convergence(near(gamma)),
)

transformed = density(bell, gamma)[o]
ENTROPY_EXISTS = Claim(
    "lognormal.entropy-finite",
    Integrable(transformed * Log(transformed), o),
    given=INSIDE,
    title="... and its transform has an entropy",
    defined=SMOOTH,
    proof=convergence(ENTROPY_FINITE.at({rho: bell})),
)

LOG_MASS = Claim(
    "lognormal.log-mass",
    Eq(Log(mass(bell, gamma)), log_partition),
    given=INSIDE,
    title="The logarithm of Z",
    defined=(near(gamma),),
    proof=calc(Log(mass(bell, gamma)), (Log(partition), MASS.at(GROWS)), (log_partition, by.logs)),
)

ENTROPY = Claim(
    "lognormal.entropy-on-line",
    Eq(h_of(bell, gamma), entropy),
    given=INSIDE,
    title="The entropy of the powers of exp(b tau - c tau^2), where the measure grows exponentially with tau",
    defined=(*SMOOTH, ENTROPY_FINITE.at({rho: bell})),
    proof=calc(
        h_of(bell, gamma),
        (Log(mass(bell, gamma)) - gamma * D(Log(mass(bell, gamma)), gamma), ENTROPY_FROM_MASS.at(ends)),
        (log_partition - gamma * D(log_partition, gamma), LOG_MASS.at(GROWS)),
        (entropy, by.calculus),
    ),
)

LOGARITHM = Assumption("tau is log x on the half-line x > 0", Image(tau, x, Exp(x), -oo))
VALUES = {b: alpha / y**2 - 1, c: 1 / (2 * y**2), omega: one, w: one}
known = {gamma: gamma, tau: tau, **VALUES}
lognormal = h_of(Seq(o, Exp(-t - (t**2 - 2 * alpha * t) / (2 * y**2))), gamma)
lognormal_entropy = alpha + y**2 * (1 / gamma - 1) + Log(2 * pi() * Exp(1) * y**2 / gamma) / 2

LOGNORMAL = Claim(
    "lognormal.entropy",
    Eq(lognormal, lognormal_entropy),
    given=(LOGARITHM, Gt(y, 0), Gt(gamma, 0)),
    title="The lognormal density: exp of a normal variable of mean alpha and standard deviation y",
    remark="Its constant factors, exp(-alpha^2 / 2 y^2) among them, make no difference.",
    defined=(POWERS_FINITE.at(known), ENTROPY_EXISTS.at(known)),
    proof=calc(
        lognormal,
        (h_of(substitute(bell, VALUES), gamma), by.logs),
        (substitute(entropy, VALUES), ENTROPY.at(known)),
        (lognormal_entropy, by.logs(pi)),
    ),
)

chosen = Eq(gamma, 2 * y**2 / w)
LAMBERT = Assumption(
    "w is Lambert's function of what the target makes of it",
    Eq(h_star, alpha - y**2 + Log(2 * pi() * Exp(1) * (w * Exp(w) / 2)) / 2),
)
LOGNORMAL_ROOT = Claim(
    "lognormal.root",
    Eq(lognormal, h_star),
    given=(LOGARITHM, Gt(y, 0), Gt(w, 0), LAMBERT, chosen),
    title="... and the exponent, if w is Lambert's function of what the target makes of it",
    remark="There is such a w for every target: w exp(w) takes every positive value (`pareto.lambert`).",
    defined=LOGNORMAL.defined,
    proof=calc(
        lognormal,
        (lognormal_entropy, LOGNORMAL.at({alpha: alpha, y: y, gamma: gamma})),
        (substitute(lognormal_entropy, {gamma: 2 * y**2 / w}), chosen),
        (alpha - y**2 + Log(2 * pi() * Exp(1) * (w * Exp(w) / 2)) / 2, by.logs),
        (h_star, LAMBERT),
    ),
)
