"""Densities on the real line, through their antiderivatives.

By the fundamental theorem an integral is a difference of values of an antiderivative, and the kernel can check that
something is one.  That is what the claims say, and all they say: what converges is read off in the remarks, where the
limits of antiderivatives are left to the reader.

Two densities show what may go wrong.  1/(x log^2 x) on x > e has no differential entropy.  1/x^2 on x > 1 has one, but
its square root has no integral; and there the document's iteration ends at its first step for every target from 4 on,
although the target is attained.  The exponential densities show that nothing need go wrong: all is in closed form.
"""

from sympy import Integer, Rational, oo

from entnorm.claims import (
    Claim,
    D,
    Eq,
    Exp,
    Ge,
    Gt,
    Le,
    Log,
    Root,
    Tends,
    by,
    calc,
    ge,
    gt,
    intermediate,
    le,
    lt,
    numeric,
    squeeze,
)
from entnorm.claims.language import Plus

from .gaps import EXP_BOUND
from .notation import c, gamma, h_star, x, y

half = Rational(1, 2)

heavy = 1 / (x * Log(x) ** 2)
ON_THE_TAIL = (Gt(x, 0), Gt(Log(x), 0))
HEAVY_MASS = Claim(
    "families.heavy-mass",
    Eq(D(1 - 1 / Log(x), x), heavy),
    given=ON_THE_TAIL,
    title="An antiderivative of 1/(x log^2 x)",
    remark="It grows from 0 at e to 1, a limit that is left to the reader: so this is a density on x > e.",
    proof=calc(D(1 - 1 / Log(x), x), (heavy, by.calculus)),
)

growing = Log(Log(x)) - 2 * (Log(Log(x)) + 1) / Log(x)
HEAVY_ENTROPY = Claim(
    "families.heavy-entropy",
    Eq(D(growing, x), -heavy * Log(heavy)),
    given=ON_THE_TAIL,
    title="... and one of its -f log f",
    proof=calc(
        D(growing, x),
        (
            1 / (x * Log(x)) - 2 / (x * Log(x) ** 2) + 2 * (Log(Log(x)) + 1) / (x * Log(x) ** 2),
            by.calculus,
        ),
        (-heavy * Log(heavy), by.logs),
    ),
)

INFINITE_ENTROPY = Claim(
    "families.infinite-entropy",
    Ge(growing, c - 2),
    given=(*ON_THE_TAIL, Eq(Log(Log(x)), c)),
    title="... which exceeds every bound",
    remark="At x = exp(exp(c)) it is at least c - 2. So the density has no differential entropy (`divergent.heavy`).",
    proof=calc(
        growing,
        (Log(Log(x)) - 2 * (Log(Log(x)) + 1) / Exp(Log(Log(x))), by.logs),
        (c - 2 * (c + 1) / Exp(c), Eq(Log(Log(x)), c)),
        ge(c - 2, by.sign(2 * (Exp(c) - (1 + c)) / Exp(c), EXP_BOUND)),
    ),
)

PARETO_MASS = Claim(
    "families.pareto-mass",
    Eq(D(1 - 1 / x, x), 1 / x**2),
    given=(Gt(x, 0),),
    title="An antiderivative of 1/x^2, which is 0 at 1 ...",
    proof=calc(D(1 - 1 / x, x), (1 / x**2, by.calculus)),
)

PARETO_WHOLE = Claim(
    "families.pareto-whole",
    Tends(1 - 1 / x, x, oo, 1),
    title="... and tends to 1: a density on x > 1",
    proof=squeeze(
        2,
        below=calc(1 - 1 / x, ge(1 - 2 / x, by.sign(1 / x))),
        above=calc(1 - 1 / x, le(1 + 2 / x, by.sign(3 / x))),
    ),
)

PARETO_ROOT = Claim(
    "families.pareto-root",
    Eq(D(Log(x), x), (1 / x**2) ** half),
    given=(Gt(x, 0),),
    title="The square root of the density 1/x^2 has the antiderivative log x",
    remark="It is c at exp(c): so 1/x^2 on x > 1 has no power transform of exponent 1/2 (`divergent.pareto`).",
    proof=calc(D(Log(x), x), (1 / x, by.calculus), ((1 / x**2) ** half, by.logs)),
)

PARETO_ENTROPY = Claim(
    "families.pareto-entropy",
    Eq(D(-(2 * Log(x) + 2) / x, x), -(1 / x**2) * Log(1 / x**2)),
    given=(Gt(x, 0),),
    title="An antiderivative of -f log f for the density 1/x^2",
    remark="It grows from -2 at 1 to 0, a limit that is left to the reader: so the entropy is 2.",
    proof=calc(
        D(-(2 * Log(x) + 2) / x, x),
        (2 * Log(x) / x**2, by.calculus),
        (-(1 / x**2) * Log(1 / x**2), by.logs),
    ),
)

PARETO_SQUARE = Claim(
    "families.pareto-square",
    Eq(D(-(4 * Log(x) ** 2 + 8 * Log(x) + 8) / x, x), 1 / x**2 * Log(1 / x**2) ** 2),
    given=(Gt(x, 0),),
    title="... and one of f log^2 f",
    remark="It grows from -8 at 1 to 0, a limit that is left to the reader: so the mean of the squared logarithm is 8.",
    proof=calc(
        D(-(4 * Log(x) ** 2 + 8 * Log(x) + 8) / x, x),
        (4 * Log(x) ** 2 / x**2, by.calculus),
        (1 / x**2 * Log(1 / x**2) ** 2, by.logs),
    ),
)

PARETO_STEP = Claim(
    "families.pareto-step",
    Le(1 + (h_star - 2) / (2**2 - Integer(8)), half),
    given=(Ge(h_star, 4),),
    title="With the entropy 2, and 8 for the mean, the document's step towards 4 or more ends at 1/2 or below",
    remark="There the power has no integral: the step leaves the interval at once.",
    proof=calc(
        1 + (h_star - 2) / (2**2 - Integer(8)),
        (half - Rational(1, 4) * (h_star - 4), by.algebra),
        le(half, by.sign(Rational(1, 4) * (h_star - 4))),
    ),
)

power = y * x ** (-y - 1)
PARETO_POWERS = Claim(
    "families.pareto-powers",
    Eq(D(x**-y * (Log(y) - (y + 1) * (Log(x) + 1 / y)), x), -power * Log(power)),
    given=(Gt(x, 0), Gt(y, 0)),
    title="An antiderivative of -f log f for y x^(-y-1), which the powers of 1/x^2 are, with y = 2 gamma - 1",
    remark="It grows from log y - 1 - 1/y at 1 to 0, a limit that is left to the reader: so the entropy is "
    "1 + 1/y - log y.",
    proof=calc(
        D(x**-y * (Log(y) - (y + 1) * (Log(x) + 1 / y)), x),
        (-y * x ** (-y - 1) * (Log(y) - (y + 1) * (Log(x) + 1 / y)) - x**-y * (y + 1) / x, by.calculus),
        (-power * Log(power), by.logs),
    ),
)

third = Rational(1, 3)
PARETO_ABOVE = Claim(
    "families.pareto-above", Gt(4 + Log(3), 4), numeric(), title="At y = 1/3 that is 4 + log 3, more than 4"
)

PARETO_ATTAINS = Claim(
    "families.pareto-attains",
    Root(1 + 1 / (third + x) - Log(third + x), x, 0, 2 * third, 4),
    title="... at y = 1 it is 2: so in between it is 4",
    remark="y is 1/3 + x. So an entropy of 4 is attained all the same, at gamma = (1 + y)/2, between 2/3 and 1.",
    proof=intermediate(
        width=2 * third,
        at_low=calc(
            1 + 1 / Plus(third, 0) - Log(Plus(third, 0)),
            (4 + Log(3), by.logs),
            gt(4, by.sign(PARETO_ABOVE)),
        ),
        at_high=calc(
            1 + 1 / Plus(third, 2 * third) - Log(Plus(third, 2 * third)), (2, by.logs), lt(4, by.sign(Integer(2)))
        ),
    ),
)

rate = Exp(-c * x)
EXPONENTIAL_POWER = Claim(
    "families.exponential-power",
    Eq(D(-(c**gamma) * Exp(-gamma * c * x) / (gamma * c), x), (c * rate) ** gamma),
    given=(Gt(c, 0), Gt(gamma, 0)),
    title="An antiderivative of a power of the density c exp(-c x)",
    remark="It grows from -c^gamma/(gamma c) at 0 to 0, a limit that is left to the reader.",
    proof=calc(
        D(-(c**gamma) * Exp(-gamma * c * x) / (gamma * c), x),
        (c**gamma * Exp(-gamma * c * x), by.calculus),
        ((c * rate) ** gamma, by.logs),
    ),
)

EXPONENTIAL_STAYS = Claim(
    "families.exponential-stays",
    Eq((c * rate) ** gamma / (c**gamma / (gamma * c)), gamma * c * Exp(-gamma * c * x)),
    given=(Gt(c, 0), Gt(gamma, 0)),
    title="Divided by that growth, the power of an exponential density is one again, of gamma times the rate",
    proof=calc(
        (c * rate) ** gamma / (c**gamma / (gamma * c)),
        (gamma * c * Exp(-gamma * c * x), by.logs),
    ),
)

EXPONENTIAL_ENTROPY = Claim(
    "families.exponential-entropy",
    Eq(D(-rate * (1 + c * x - Log(c)), x), -(c * rate) * Log(c * rate)),
    given=(Gt(c, 0),),
    title="An antiderivative of -f log f for an exponential density",
    remark="It grows from log c - 1 at 0 to 0, a limit that is left to the reader: so the entropy is 1 - log c.",
    proof=calc(
        D(-rate * (1 + c * x - Log(c)), x),
        (c * rate * (c * x - Log(c)), by.calculus),
        (-(c * rate) * Log(c * rate), by.logs),
    ),
)

EXPONENTIAL_ROOT = Claim(
    "families.exponential-root",
    Eq(1 - Log(gamma * c), h_star),
    given=(Gt(c, 0), Eq(gamma, Exp(1 - h_star) / c)),
    title="The exponent at which 1 - log(gamma c) is what is asked for, in closed form",
    remark="The same from integrals over a measure, which leaves nothing to the reader: `named.exponential-root`.",
    proof=calc(
        1 - Log(gamma * c),
        (1 - Log(Exp(1 - h_star) / c * c), Eq(gamma, Exp(1 - h_star) / c)),
        (h_star, by.logs),
    ),
)
