"""Where powers have no integral, and the domains of gamma in families of densities therefore end.

What is integrated over a half-line is x^(w - 1) exp(-gamma c x^b) for the potentials, and x^(w - 1) (1 + x)^(-y) for
the Beta densities and their relatives.  Where an exponent leaves the domain that `potentials` and `betas`
have, the integrand exceeds a multiple of 1/x, near 0 or far out, whose antiderivative log x is beyond all bounds there:
these integrals diverge (`divergent`, where lognormal densities are, too).
"""

from entnorm.claims import Claim, D, Eq, Exp, Ge, Gt, Le, Log, Power, by, calc, ge

from .gaps import EXP_BOUND
from .notation import b, c, gamma, w, x, y
from .setting import LOG_BOUND

ANTIDERIVATIVE = Claim(
    "domains.antiderivative",
    Eq(D(Log(x), x), 1 / x),
    given=(Gt(x, 0),),
    title="The logarithm is an antiderivative of 1/x",
    proof=calc(D(Log(x), x), (1 / x, by.calculus)),
)

turned = w * Log(x)
near, far = (Gt(x, 0), Le(x, 1)), (Gt(x, 0), Ge(x, 1))
POWER_NEAR = Claim(
    "domains.power-near-zero",
    Ge(x ** (w - 1), 1 / x),
    given=(*near, Le(w, 0)),
    title="Up to 1 a power of exponent -1 or less is at least 1/x",
    proof=calc(
        x ** (w - 1),
        (Exp(turned) / x, by.logs),
        ge(1 / x, by.sign((Exp(turned) - (1 + turned)) / x + turned / x, EXP_BOUND)),
    ),
)

POWER_FAR = Claim(
    "domains.power-far-out",
    Ge(x ** (w - 1), 1 / x),
    given=(*far, Ge(w, 0)),
    title="From 1 on one of exponent -1 or more is",
    proof=calc(
        x ** (w - 1),
        (Exp(turned) / x, by.logs),
        ge(1 / x, by.sign((Exp(turned) - (1 + turned)) / x + turned / x, EXP_BOUND)),
    ),
)

depth = gamma * c * (Power(1, b) - x**b)
scale = x ** (w - 1) * Exp(-gamma * c)
POTENTIAL_NEAR = Claim(
    "domains.potential-near-zero",
    Ge(x ** (w - 1) * Exp(-gamma * c * x**b), Exp(-gamma * c) / x),
    given=(*near, Le(w, 0), Gt(gamma, 0), Gt(c, 0), Gt(b, 0)),
    title="Where kappa + gamma a, here w, is not positive, a potential's power exceeds a multiple of 1/x near 0",
    remark="For gamma <= 0 it exceeds 1/x itself (`divergent.rising-near-zero`).",
    proof=calc(
        x ** (w - 1) * Exp(-gamma * c * x**b),
        (x ** (w - 1) * Exp(-gamma * c) * Exp(depth), by.logs),
        ge(
            x ** (w - 1) * Exp(-gamma * c),
            by.sign(scale * (Exp(depth) - (1 + depth)) + scale * depth, EXP_BOUND),
        ),
        ge(Exp(-gamma * c) / x, by.sign(Exp(-gamma * c) * (x ** (w - 1) - 1 / x), POWER_NEAR)),
    ),
)

height = -gamma * c * x**b
POTENTIAL_FAR = Claim(
    "domains.potential-far-out",
    Ge(x ** (w - 1) * Exp(height), 1 / x),
    given=(*far, Ge(w, 0), Le(gamma, 0), Gt(c, 0)),
    title="... and where gamma is not, it exceeds 1/x far out",
    proof=calc(
        x ** (w - 1) * Exp(height),
        ge(x ** (w - 1), by.sign(x ** (w - 1) * (Exp(height) - (1 + height)) + x ** (w - 1) * height, EXP_BOUND)),
        ge(1 / x, by.sign(x ** (w - 1) - 1 / x, POWER_FAR)),
    ),
)

BETA_NEAR = Claim(
    "domains.beta-near-zero",
    Ge(x ** (w - 1) * (1 + x) ** (-y), Power(2, -y) / x),
    given=(*near, Le(w, 0), Gt(y, 0)),
    title="So it is for x^(w - 1) (1 + x)^(-y) near 0, where w is not positive",
    proof=calc(
        x ** (w - 1) * (1 + x) ** (-y),
        ge(
            x ** (w - 1) * Power(2, -y),
            by.sign(x ** (w - 1) * ((1 + x) ** (-y) - Power(2, -y))),
        ),
        ge(Power(2, -y) / x, by.sign(Power(2, -y) * (x ** (w - 1) - 1 / x), POWER_NEAR)),
    ),
)

BETA_FAR = Claim(
    "domains.beta-far-out",
    Ge(x ** (w - 1) * (1 + x) ** (-y), Power(2, -y) / x),
    given=(*far, Ge(w - y, 0), Gt(y, 0)),
    title="... and far out, where y - w is not: so it is for powers of Pareto's and Student's densities",
    proof=calc(
        x ** (w - 1) * (1 + x) ** (-y),
        ge(
            x ** (w - 1) * (2 * x) ** (-y),
            by.sign(x ** (w - 1) * ((1 + x) ** (-y) - (2 * x) ** (-y))),
        ),
        (Power(2, -y) * x ** ((w - y) - 1), by.logs),
        ge(Power(2, -y) / x, by.sign(Power(2, -y) * (x ** ((w - y) - 1) - 1 / x), POWER_FAR.at({w: w - y, x: x}))),
    ),
)

lift = -y * Log(1 + x)
BETA_NEAR_RISING = Claim(
    "domains.beta-near-zero-rising",
    Ge(x ** (w - 1) * (1 + x) ** (-y), 1 / x),
    given=(*near, Le(w, 0), Le(y, 0)),
    title="Where y is not positive, it exceeds 1/x itself near 0",
    proof=calc(
        x ** (w - 1) * (1 + x) ** (-y),
        (x ** (w - 1) * Exp(lift), by.logs),
        ge(x ** (w - 1), by.sign(x ** (w - 1) * (Exp(lift) - (1 + lift)) + x ** (w - 1) * lift, EXP_BOUND)),
        ge(1 / x, by.sign(x ** (w - 1) - 1 / x, POWER_NEAR)),
    ),
)

part = x / (1 + x)
more = y * Log(part)
rest = x ** ((w - y) - 1)
BETA_FAR_RISING = Claim(
    "domains.beta-far-out-rising",
    Ge(x ** (w - 1) * (1 + x) ** (-y), 1 / x),
    given=(*far, Ge(w - y, 0), Le(y, 0)),
    title="... and far out",
    remark="With y = 2 gamma and w = gamma, for one, no gamma <= 0 is in the domain of the logistic density.",
    proof=calc(
        x ** (w - 1) * (1 + x) ** (-y),
        (rest * Exp(more), by.logs),
        ge(rest * (1 + more), by.sign(rest * (Exp(more) - (1 + more)), EXP_BOUND)),
        ge(rest * (1 + y * (part - 1)), by.sign(-y * rest * (part - 1 - Log(part)), LOG_BOUND)),
        ge(rest, by.sign(-y * rest / (1 + x))),
        ge(1 / x, by.sign(rest - 1 / x, POWER_FAR.at({w: w - y, x: x}))),
    ),
)
