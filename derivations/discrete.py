"""Infinite discrete families: geometric, Poisson, Zipf.

The measure of `densities` is arbitrary. With the counting measure of the whole numbers, or of the positive ones, and
tau the number itself, these are distributions on infinitely many values, and their entropy is Shannon's. A geometric
distribution stays one; a Poisson distribution becomes one of Conway and Maxwell's, of order gamma; a Zipf distribution
stays one while gamma times its exponent exceeds 1, because only then its power has a sum. Each is written as a power
divided by its sum, in which constant factors make no difference, and tau! as Gamma at tau + 1.
"""

from entnorm.claims import (
    Assumption,
    Claim,
    Eq,
    Exp,
    ForAll,
    Ge,
    Gt,
    Integrable,
    Integral,
    Le,
    Log,
    LogGamma,
    Lt,
    Seq,
    by,
    calc,
    ge,
)

from .gaps import EXP_BOUND
from .notation import c, density, gamma, mass, o, tau, x, y
from .potentials import T_POSITIVE

t = tau[o]
NUMBER = Assumption("tau is a number, not negative", ForAll(o, Ge(t, 0)))

geometric = Seq(o, (1 - x) * x**t)
GEOMETRIC = Claim(
    "discrete.geometric",
    Eq(density(geometric, gamma)[o], (x**gamma) ** t / Integral((x**gamma) ** t, o)),
    given=(Gt(x, 0), Lt(x, 1), Assumption("the geometric series has a sum", Integrable((x**gamma) ** t, o))),
    title="A geometric distribution stays geometric: gamma is a power of its ratio x",
    proof=calc(
        density(geometric, gamma)[o],
        (((1 - x) * x**t) ** gamma / Integral(((1 - x) * x**t) ** gamma, o), by.algebra(density, mass)),
        ((x**gamma) ** t / Integral((x**gamma) ** t, o), by.logs),
    ),
)

chance = Exp(-y) * y**t * Exp(-LogGamma(t + 1))
poisson = Seq(o, chance)
conway_maxwell = (y**gamma) ** t * Exp(-gamma * LogGamma(t + 1))
POISSON = Claim(
    "discrete.poisson",
    Eq(density(poisson, gamma)[o], conway_maxwell / Integral(conway_maxwell, o)),
    given=(NUMBER, Gt(y, 0), Assumption("the power has a sum", Integrable(conway_maxwell, o))),
    title="A Poisson distribution of mean y becomes Conway and Maxwell's, y^(gamma tau) / (tau!)^gamma",
    proof=calc(
        density(poisson, gamma)[o],
        (chance**gamma / Integral(chance**gamma, o), by.algebra(density, mass)),
        (conway_maxwell / Integral(conway_maxwell, o), by.logs),
    ),
)

zipf = Seq(o, t**-c / y)
ZIPF = Claim(
    "discrete.zipf",
    Eq(density(zipf, gamma)[o], t ** -(gamma * c) / Integral(t ** -(gamma * c), o)),
    given=(T_POSITIVE, Gt(y, 0), Assumption("the zeta series has a sum", Integrable(t ** -(gamma * c), o))),
    title="A Zipf distribution stays one: gamma multiplies its exponent c",
    proof=calc(
        density(zipf, gamma)[o],
        ((t**-c / y) ** gamma / Integral((t**-c / y) ** gamma, o), by.algebra(density, mass)),
        (t ** -(gamma * c) / Integral(t ** -(gamma * c), o), by.logs),
    ),
)

SHRINKING = Claim(
    "discrete.zipf-shrinks",
    Ge(Log((x + 1) / x), 1 / (x + 1)),
    given=(Gt(x, 0),),
    title="The logarithm of the ratio of two neighbours",
    proof=calc(
        Log((x + 1) / x),
        (1 / (x + 1) + (Exp(Log(x / (x + 1))) - (1 + Log(x / (x + 1)))), by.logs),
        ge(1 / (x + 1), by.sign(Exp(Log(x / (x + 1))) - (1 + Log(x / (x + 1))), EXP_BOUND)),
    ),
)

rise = (gamma * c - 1) * Log((x + 1) / x)
ZIPF_SUM = Claim(
    "discrete.zipf-sum",
    Ge(x ** (1 - gamma * c) - (x + 1) ** (1 - gamma * c), (gamma * c - 1) * (x + 1) ** -(gamma * c)),
    given=(Gt(x, 0), Gt(gamma * c - 1, 0)),
    title="Above 1 its terms are at most differences of neighbours, so that the series has a sum ...",
    remark="The differences x^(1 - s) - (x + 1)^(1 - s), s = gamma c, from x = 1 on have the sum 1.",
    proof=calc(
        x ** (1 - gamma * c) - (x + 1) ** (1 - gamma * c),
        ((x + 1) ** (1 - gamma * c) * (Exp(rise) - 1), by.logs),
        ge(
            (x + 1) ** (1 - gamma * c) * rise, by.sign((x + 1) ** (1 - gamma * c) * (Exp(rise) - (1 + rise)), EXP_BOUND)
        ),
        ge(
            (x + 1) ** (1 - gamma * c) * (gamma * c - 1) * (1 / (x + 1)),
            by.sign(
                (x + 1) ** (1 - gamma * c) * (gamma * c - 1) * (Log((x + 1) / x) - 1 / (x + 1)), SHRINKING.at({x: x})
            ),
        ),
        ((gamma * c - 1) * (x + 1) ** -(gamma * c), by.logs),
    ),
)

ZIPF_NO_SUM = Claim(
    "discrete.zipf-no-sum",
    Ge(x ** -(gamma * c), Log((x + 1) / x)),
    given=(Ge(x, 1), Gt(x, 0), Le(gamma * c, 1)),
    title="... and up to 1 at least the growth of the logarithm, so that it has none",
    proof=calc(
        x ** -(gamma * c),
        (1 / x * Exp((1 - gamma * c) * Log(x)), by.logs),
        ge(
            1 / x * (1 + (1 - gamma * c) * Log(x)),
            by.sign(1 / x * (Exp((1 - gamma * c) * Log(x)) - (1 + (1 - gamma * c) * Log(x))), EXP_BOUND),
        ),
        ge(1 / x, by.sign(1 / x * ((1 - gamma * c) * Log(x)))),
        (Log((x + 1) / x) + (Exp(Log((x + 1) / x)) - (1 + Log((x + 1) / x))), by.logs),
        ge(Log((x + 1) / x), by.sign(Exp(Log((x + 1) / x)) - (1 + Log((x + 1) / x)), EXP_BOUND)),
    ),
)
