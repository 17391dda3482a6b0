"""A density whose entropy cannot be raised.

2/(x log^3 x) on x > e has an entropy, 7/2 - log 2.  But no power of it below the first is integrable: gamma = 1 is the
end of the domain of gamma, where the entropy is largest because it falls with gamma.  No exponent attains more.  As on
the page of families, integrals are read off antiderivatives, with x the coordinate of the line; the limits of the
antiderivatives, all of them powers of 1/log x and its product with log log x, are left to the reader.
"""

from sympy import Integer, Rational

from entnorm.claims import Claim, D, Eq, Exp, Ge, Gt, Log, Lt, by, calc, ge

from .gaps import EXP_BOUND
from .notation import gamma, x, y

slow = 2 / (x * Log(x) ** 3)
FAR_OUT = (Gt(x, 0), Gt(Log(x), 0))

SLOW_MASS = Claim(
    "heavytail.mass",
    Eq(D(-1 / Log(x) ** 2, x), slow),
    given=FAR_OUT,
    title="2/(x log^3 x) has the antiderivative -1/log^2 x",
    remark="It is -1 at e and tends to 0, so that this is a density on x > e; the limit is left to the reader.",
    proof=calc(D(-1 / Log(x) ** 2, x), (slow, by.calculus)),
)

primitive = -2 / Log(x) - 3 * Log(Log(x)) / Log(x) ** 2 - Rational(3, 2) / Log(x) ** 2 + Log(Integer(2)) / Log(x) ** 2
SLOW_ENTROPY = Claim(
    "heavytail.entropy",
    Eq(D(primitive, x), -slow * Log(slow)),
    given=FAR_OUT,
    title="... and this is an antiderivative of its -f log f",
    remark="It is log 2 - 7/2 at e, where log x is 1, and tends to 0, a limit that is left to the reader: so the"
    " entropy is 7/2 - log 2.",
    proof=calc(
        D(primitive, x),
        (
            2 / (x * Log(x) ** 2)
            - 3 / (x * Log(x) ** 3)
            + 6 * Log(Log(x)) / (x * Log(x) ** 3)
            + 3 / (x * Log(x) ** 3)
            - 2 * Log(Integer(2)) / (x * Log(x) ** 3),
            by.calculus,
        ),
        (-slow * Log(slow), by.logs),
    ),
)

FOURTH_POWER = Claim(
    "heavytail.fourth-power",
    Ge(Exp(4 * y), y**4),
    given=(Gt(y, 0),),
    title="An exponential exceeds a fourth power",
    proof=calc(
        Exp(4 * y),
        (Exp(y) ** 4, by.logs),
        ge(y**4, by.sign((1 + (Exp(y) - (1 + y))) * (Exp(y) + y) * (Exp(y) ** 2 + y**2), EXP_BOUND)),
    ),
)

LESS_STEEP = Claim(
    "heavytail.less-steep",
    Ge(y ** (-3 * gamma), y**-3),
    given=(Gt(y, 0), Ge(y, 1), Lt(gamma, 1)),
    title="A smaller exponent makes the power of a number above 1 fall less",
    proof=calc(
        y ** (-3 * gamma),
        (y**-3 * Exp(3 * (1 - gamma) * Log(y)), by.logs),
        ge(
            y**-3 * (1 + 3 * (1 - gamma) * Log(y)),
            by.sign(y**-3 * (Exp(3 * (1 - gamma) * Log(y)) - (1 + 3 * (1 - gamma) * Log(y))), EXP_BOUND),
        ),
        ge(y**-3, by.sign(y**-3 * (3 * (1 - gamma) * Log(y)))),
    ),
)

quarter = (1 - gamma) * Log(x) / 4
SLOW_POWERS = Claim(
    "heavytail.powers",
    Ge(slow**gamma, 2**gamma * ((1 - gamma) / 4) ** 4 * Log(x) / x),
    given=(*FAR_OUT, Ge(Log(x), 1), Lt(gamma, 1)),
    title="Any smaller power of it exceeds a multiple of log x / x ...",
    proof=calc(
        slow**gamma,
        (2**gamma / x * Exp(4 * quarter) * Log(x) ** (-3 * gamma), by.logs),
        ge(
            2**gamma / x * quarter**4 * Log(x) ** (-3 * gamma),
            by.sign(
                2**gamma / x * Log(x) ** (-3 * gamma) * (Exp(4 * quarter) - quarter**4), FOURTH_POWER.at({y: quarter})
            ),
        ),
        ge(
            2**gamma / x * quarter**4 * Log(x) ** -3,
            by.sign(2**gamma / x * quarter**4 * (Log(x) ** (-3 * gamma) - Log(x) ** -3), LESS_STEEP.at({y: Log(x)})),
        ),
        (2**gamma * ((1 - gamma) / 4) ** 4 * Log(x) / x, by.algebra),
    ),
)

NO_INTEGRAL = Claim(
    "heavytail.no-integral",
    Eq(D(Log(x) ** 2 / 2, x), Log(x) / x),
    given=(Gt(x, 0),),
    title="... of which this is an antiderivative, c^2/2 at exp(c)",
    remark="So no power below the first has an integral (`divergent.slow`), gamma = 1 is the end of the domain, and "
    "7/2 - log 2 the largest entropy (`divergences.not-raised`).",
    proof=calc(D(Log(x) ** 2 / 2, x), (Log(x) / x, by.calculus)),
)
