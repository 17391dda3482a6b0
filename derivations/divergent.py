"""Integrals that diverge: where the domains of gamma end.

Where the image of the measure on the line is known, an integral is one over the line; and where an integrand there
exceeds the slope of a function that grows beyond all bounds, it has no integral.  For each bound, here alpha, the
proofs name two points between which the function grows by that much.

The densities are those of the pages on potentials, Beta densities and their relatives, and lognormal ones.  The
conditions are contrary to those under which their powers are integrable there; the parameters of the densities are as
there, but for gamma <= 0, where potentials are looked at far out only for kappa + gamma a >= 0.
"""

from sympy import Integer

from entnorm.claims import (
    Assumption,
    Claim,
    D,
    Divergent,
    Eq,
    Exp,
    Ge,
    Gt,
    Image,
    Le,
    Log,
    Lt,
    Power,
    by,
    calc,
    ge,
    le,
    unbounded,
)
from entnorm.claims.language import Plus

from .betas import SPREAD
from .domains import BETA_FAR, BETA_FAR_RISING, BETA_NEAR, BETA_NEAR_RISING, POTENTIAL_FAR, POTENTIAL_NEAR, POWER_NEAR
from .gaps import EXP_BOUND
from .heavytail import SLOW_POWERS
from .lognormal import LINE
from .notation import a, alpha, b, c, gamma, kappa, o, omega, tau, w, x, y
from .potentials import GROWTH, T_POSITIVE

ABOVE_ONE = Claim(
    "divergent.above-one",
    Ge(Exp(x), 1),
    given=(Ge(x, 0),),
    title="An exponential is at least 1 from 0 on",
    proof=calc(Exp(x), ge(1 + x, by.sign(Exp(x) - (1 + x), EXP_BOUND)), ge(1, by.sign(x))),
)

BELOW_ONE = Claim(
    "divergent.below-one",
    Le(Exp(-x), 1),
    given=(Ge(x, 0),),
    title="... and at most 1 up to there",
    proof=calc(Exp(-x), (1 / Exp(x), by.logs), le(1, by.sign((Exp(x) - 1) / Exp(x), ABOVE_ONE))),
)


spare = (1 - gamma * c) * Log(1 + x)
far_out = Exp(alpha / y)
PARETO = Claim(
    "divergent.pareto",
    Divergent(((1 + tau[o]) ** -c) ** gamma, o),
    given=(T_POSITIVE, Assumption("tau is x/y - 1 on x > y", Image(tau, x, y)), Gt(y, 0), Le(gamma * c, 1)),
    title="Pareto's density x^(-c) on x > y: no power has an integral up to gamma = 1/c",
    remark="That is so for c = 2 and y = 1, say, up to gamma = 1/2.",
    defined=(ABOVE_ONE,),
    proof=unbounded(
        y * Log(1 + x),
        x,
        bound=alpha,
        low=0,
        high=far_out - 1,
        slope=calc(
            ((1 + x) ** -c) ** gamma * y,
            (y * Exp(spare) / (1 + x), by.logs),
            ge(y * (1 + spare) / (1 + x), by.sign(y * (Exp(spare) - (1 + spare)) / (1 + x), EXP_BOUND)),
            ge(y / (1 + x), by.sign(y * (1 - gamma * c) * Log(1 + x) / (1 + x))),
            (D(y * Log(1 + x), x), by.calculus),
        ),
        growth=calc(y * Log(1 + (far_out - 1)) - y * Log(Plus(1, 0)), (alpha, by.logs)),
    ),
)

inside = Exp(-y) / y**2
HEAVY_INTEGRAND = Claim(
    "divergent.heavy-integrand",
    Eq(inside * Log(inside) * Exp(y), -1 / y - 2 * Log(y) / y**2),
    given=(Gt(y, 0),),
    title="In the coordinate y = log x, what is integrated for the entropy of 1/(x log^2 x)",
    proof=calc(inside * Log(inside) * Exp(y), (-1 / y - 2 * Log(y) / y**2, by.logs)),
)

heavy = Exp(-(1 + tau[o])) / (1 + tau[o]) ** 2
HEAVY = Claim(
    "divergent.heavy",
    Divergent(heavy * Log(heavy), o),
    given=(T_POSITIVE, Assumption("tau is log x - 1 on x > e", Image(tau, x, Exp(1 + x)))),
    title="The density 1/(x log^2 x) on x > e has no differential entropy",
    defined=(ABOVE_ONE,),
    proof=unbounded(
        -Log(1 + x),
        x,
        bound=alpha,
        low=0,
        high=Exp(alpha) - 1,
        slope=calc(
            Exp(-(1 + x)) / (1 + x) ** 2 * Log(Exp(-(1 + x)) / (1 + x) ** 2) * Exp(1 + x),
            (-1 / (1 + x) - 2 * Log(1 + x) / (1 + x) ** 2, HEAVY_INTEGRAND.at({y: 1 + x})),
            le(-1 / (1 + x), by.sign(2 * Log(1 + x) / (1 + x) ** 2)),
            (D(-Log(1 + x), x), by.calculus),
        ),
        growth=calc(-Log(1 + (Exp(alpha) - 1)) - -Log(Plus(1, 0)), (-alpha, by.logs)),
    ),
)


# ----------------------------------------------------------------------------------------- powers of x, and potentials

NEAR, FAR = True, False


def gathered(integrand, core, near_zero, exceeds, least=1):  # type: ignore[no-untyped-def]
    """Return the proof that an integrand, omega times its core, gathers every bound, from 0 to 1 or from 1 on.

    The claim that is cited says that the core exceeds a multiple of 1/x there: `least` times that.
    """
    factor = omega if least == 1 else omega * least  # a factor 1 would be printed
    low, high = (Exp(-(alpha / factor)), Integer(1)) if near_zero else (Integer(1), Exp(alpha / factor))
    return unbounded(
        factor * Log(x),
        x,
        bound=alpha,
        low=low,
        high=high,
        slope=calc(
            integrand,
            (omega * core, by.logs),
            ge(factor / x, by.sign(omega * (core - least / x), exceeds)),
            (D(factor * Log(x), x), by.calculus),
        ),
        growth=calc(factor * Log(high) - factor * Log(low), (alpha, by.logs)),
    )


value = tau[o] ** a * Exp(-c * tau[o] ** b)
power = kappa + gamma * a
potential = (
    (x**a * Exp(-c * x**b)) ** gamma * (omega * x ** (kappa - 1)),
    x ** (power - 1) * Exp(-gamma * c * x**b),
)
SHAPED = {w: power, x: x, gamma: gamma, c: c, b: b}

POTENTIAL_AT_ZERO = Claim(
    "divergent.potential-near-zero",
    Divergent(value**gamma, o),
    given=(T_POSITIVE, GROWTH, Gt(omega, 0), Gt(b, 0), Gt(c, 0), Gt(gamma, 0), Le(power, 0)),
    title="Potentials: no power with gamma > 0 and kappa + gamma a <= 0 has an integral, because of what is near 0",
    defined=(BELOW_ONE,),
    proof=gathered(*potential, NEAR, POTENTIAL_NEAR.at(SHAPED), least=Exp(-gamma * c)),
)

RISING_NEAR = Claim(
    "divergent.rising-near-zero",
    Ge(x ** (w - 1) * Exp(-gamma * c * x**b), 1 / x),
    given=(Gt(x, 0), Le(x, 1), Le(w, 0), Le(gamma, 0), Gt(c, 0)),
    title="For gamma <= 0 the exponential is at least 1",
    proof=calc(
        x ** (w - 1) * Exp(-gamma * c * x**b),
        ge(x ** (w - 1), by.sign(x ** (w - 1) * (Exp(-gamma * c * x**b) - 1), ABOVE_ONE)),
        ge(1 / x, by.sign(x ** (w - 1) - 1 / x, POWER_NEAR)),
    ),
)

RISING_AT_ZERO = Claim(
    "divergent.rising-potential-near-zero",
    Divergent(value**gamma, o),
    given=(T_POSITIVE, GROWTH, Gt(omega, 0), Gt(c, 0), Le(gamma, 0), Le(power, 0)),
    title="... nor has one with gamma <= 0 and kappa + gamma a <= 0 ...",
    defined=(BELOW_ONE,),
    proof=gathered(*potential, NEAR, RISING_NEAR.at(SHAPED)),
)

RISING_FAR_OUT = Claim(
    "divergent.rising-potential-far-out",
    Divergent(value**gamma, o),
    given=(T_POSITIVE, GROWTH, Gt(omega, 0), Gt(c, 0), Le(gamma, 0), Ge(power, 0)),
    title="... or with kappa + gamma a >= 0, because of what is far out: gamma > 0 and kappa + gamma a > 0 are needed",
    defined=(ABOVE_ONE,),
    proof=gathered(*potential, FAR, POTENTIAL_FAR.at(SHAPED)),
)

# --------------------------------------------------------------------------------------------- Beta and its relatives

rational = tau[o] ** a * (1 + tau[o]) ** -c
decay = gamma * c + w
beta = (
    (x**a * (1 + x) ** -c) ** gamma * (omega * x ** (kappa - 1) * (1 + x) ** -w),
    x ** (power - 1) * (1 + x) ** (-decay),
)
SPREAD_OUT = (T_POSITIVE, SPREAD, Gt(omega, 0))
MATCHED = {w: power, y: decay, x: x}

BETA_AT_ZERO = Claim(
    "divergent.beta-near-zero",
    Divergent(rational**gamma, o),
    given=(*SPREAD_OUT, Le(power, 0), Gt(decay, 0)),
    title="Beta and its relatives: near 0 too much is gathered where kappa + gamma a <= 0 ...",
    defined=(BELOW_ONE,),
    proof=gathered(*beta, NEAR, BETA_NEAR.at(MATCHED), least=Power(2, -decay)),
)

BETA_FAR_OUT = Claim(
    "divergent.beta-far-out",
    Divergent(rational**gamma, o),
    given=(*SPREAD_OUT, Ge(power - decay, 0), Gt(decay, 0)),
    title="... and far out where kappa + gamma a >= gamma c + w",
    defined=(ABOVE_ONE,),
    proof=gathered(*beta, FAR, BETA_FAR.at(MATCHED), least=Power(2, -decay)),
)

RISING_BETA_AT_ZERO = Claim(
    "divergent.rising-beta-near-zero",
    Divergent(rational**gamma, o),
    given=(*SPREAD_OUT, Le(power, 0), Le(decay, 0)),
    title="... near 0 also where gamma c + w is not positive",
    defined=(BELOW_ONE,),
    proof=gathered(*beta, NEAR, BETA_NEAR_RISING.at(MATCHED)),
)

RISING_BETA_FAR_OUT = Claim(
    "divergent.rising-beta-far-out",
    Divergent(rational**gamma, o),
    given=(*SPREAD_OUT, Ge(power - decay, 0), Le(decay, 0)),
    title="... and far out: so powers have an integral just where `betas.powers-finite` says so",
    defined=(ABOVE_ONE,),
    proof=gathered(*beta, FAR, BETA_FAR_RISING.at(MATCHED)),
)

# --------------------------------------------------------------------------------- lognormal densities, and a slow one

slant = gamma * b + w
reach = alpha / (2 * omega)
LOGNORMAL = Claim(
    "divergent.lognormal",
    Divergent(Exp(b * tau[o] - c * tau[o] ** 2) ** gamma, o),
    given=(LINE, Gt(omega, 0), Gt(c, 0), Le(gamma, 0)),
    title="Lognormal densities: no power with gamma <= 0 has an integral",
    remark="Every other has (`lognormal.powers-finite`).  With w = 0 these are the normal densities.",
    proof=unbounded(
        omega * (x + slant * x**2 / 2),
        x,
        bound=alpha,
        low=-reach,
        high=reach,
        slope=calc(
            Exp(b * x - c * x**2) ** gamma * (omega * Exp(w * x)),
            (omega * Exp(slant * x - gamma * c * x**2), by.logs),
            ge(
                omega * (1 + (slant * x - gamma * c * x**2)),
                by.sign(omega * (Exp(slant * x - gamma * c * x**2) - (1 + (slant * x - gamma * c * x**2))), EXP_BOUND),
            ),
            ge(omega * (1 + slant * x), by.sign(-omega * gamma * c * x**2)),
            (D(omega * (x + slant * x**2 / 2), x), by.calculus),
        ),
        growth=calc(
            omega * (reach + slant * reach**2 / 2) - omega * (-reach + slant * (-reach) ** 2 / 2),
            (alpha, by.algebra),
        ),
    ),
)

LOG_OF_EXP = Claim("divergent.log-exp", Eq(Log(Exp(y)), y), calc(Log(Exp(y)), (y, by.logs)), title="A logarithm")

slow_power = Power(2, gamma) * ((1 - gamma) / 4) ** 4
SLOW_INTEGRAND = Claim(
    "divergent.slow-integrand",
    Ge((2 * Exp(-y) / y**3) ** gamma * Exp(y), slow_power * y),
    given=(Ge(y, 1), Gt(y, 0), Lt(gamma, 1)),
    title="In the coordinate y = log x, what is integrated for a power of 2/(x log^3 x)",
    defined=(LOG_OF_EXP,),
    proof=calc(
        (2 * Exp(-y) / y**3) ** gamma * Exp(y),
        ((2 / (Exp(y) * Log(Exp(y)) ** 3)) ** gamma * Exp(y), by.logs(LOG_OF_EXP)),
        ge(
            slow_power * Log(Exp(y)) / Exp(y) * Exp(y),
            by.sign(
                ((2 / (Exp(y) * Log(Exp(y)) ** 3)) ** gamma - slow_power * Log(Exp(y)) / Exp(y)) * Exp(y),
                SLOW_POWERS.at({x: Exp(y), gamma: gamma}),
            ),
        ),
        (slow_power * y, by.logs),
    ),
)

SLOW = Claim(
    "divergent.slow",
    Divergent((2 * Exp(-(1 + tau[o])) / (1 + tau[o]) ** 3) ** gamma, o),
    given=(T_POSITIVE, Assumption("tau is log x - 1 on x > e", Image(tau, x, Exp(1 + x))), Lt(gamma, 1)),
    title="The density 2/(x log^3 x) on x > e: no power below the first has an integral",
    remark="So gamma = 1 is the end of the domain, where the entropy is largest (`divergences.not-raised`).",
    proof=unbounded(
        slow_power * x,
        x,
        bound=alpha,
        low=0,
        high=alpha / slow_power,
        slope=calc(
            (2 * Exp(-(1 + x)) / (1 + x) ** 3) ** gamma * Exp(1 + x),
            ge(
                slow_power * (1 + x),
                by.sign(
                    (2 * Exp(-(1 + x)) / (1 + x) ** 3) ** gamma * Exp(1 + x) - slow_power * (1 + x),
                    SLOW_INTEGRAND.at({y: 1 + x, gamma: gamma}),
                ),
            ),
            ge(slow_power, by.sign(slow_power * x)),
            (D(slow_power * x, x), by.calculus),
        ),
        growth=calc(slow_power * (alpha / slow_power) - slow_power * 0, (alpha, by.algebra)),
    ),
)
