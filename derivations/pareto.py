"""Student's t, logistic, beta and Pareto densities: the Beta integral at work.

What tau stands for is a hypothesis on its image: for Student's density tau is x^2/y, for the logistic density exp(x),
for a beta density x/(1 - x), where dx is dtau/(1 + tau)^2, and for Pareto's x over its least value, less 1. Student's
t and Pareto's densities stay in their families, with fewer or more degrees of freedom; so do beta densities. The
powers of the logistic density do not. For Pareto's the exponent is in closed form by Lambert's function: the root v of
v exp(v) = w, which exists for every w > 0. That the measure dx has the image that is assumed, a change of variables,
is left to the reader in each family.
"""

from typing import Any

from sympy import Integer

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
    Log,
    LogGamma,
    Root,
    Seq,
    by,
    calc,
    ge,
    gt,
    intermediate,
    lt,
)
from entnorm.claims.language import substitute

from .betas import ENTROPY, ENTROPY_EXISTS, POWERS_FINITE, entropy, half, one, rational, t
from .gaps import EXP_BOUND
from .named import GAMMA_AT_ONE
from .notation import a, alpha, c, gamma, h_of, h_star, kappa, o, omega, tau, w, x, y
from .potentials import T_POSITIVE


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
    "pareto.student",
    (1 + t) ** (-(y + 1) / 2),
    {a: Integer(0), c: (y + 1) / 2, kappa: half, omega: y**half, w: Integer(0)},
    half * Log(y)
    + LogGamma(half)
    + LogGamma(tails - half)
    - LogGamma(tails)
    + tails * (Digamma(tails) - Digamma(tails - half)),
    (
        Assumption("tau is x^2/y on the line", Image(tau, x, y**half * x**-half)),
        Gt(y, 0),
        Gt(gamma, 0),
        Gt(tails - half, 0),
    ),
    "Student's density with y degrees of freedom, for gamma above 1/(y + 1)",
)

LOGISTIC = _entropy(
    "pareto.logistic",
    t / (1 + t) ** 2,
    {a: one, c: Integer(2), kappa: Integer(0), omega: one, w: Integer(0)},
    2 * LogGamma(gamma) - LogGamma(2 * gamma) - 2 * gamma * (Digamma(gamma) - Digamma(2 * gamma)),
    (Assumption("tau is exp(x) on the line", Image(tau, x, 1 / x)), Gt(gamma, 0)),
    "The logistic density",
)

first, second = gamma * (y - 1) + 1, gamma * (w - 1) + 1
BETA = _entropy(
    "pareto.beta",
    t ** (y - 1) * (1 + t) ** (2 - y - w),
    {a: y - 1, c: y + w - 2, kappa: one, omega: one, w: Integer(2)},
    LogGamma(first)
    + LogGamma(second)
    - LogGamma(first + second)
    - (first - 1) * Digamma(first)
    - (second - 1) * Digamma(second)
    + (first + second - 2) * Digamma(first + second),
    (
        Assumption("tau is x/(1 - x) on the unit interval", Image(tau, x, (1 + x) ** -2)),
        Gt(gamma, 0),
        Gt(first, 0),
        Gt(second, 0),
    ),
    "The Beta density x^(y-1) (1-x)^(w-1): its powers are Beta densities, while both parameters stay positive",
)

# ------------------------------------------------------------------------------------------------------------- Pareto

RECURRENCE = Axiom(
    "pareto.recurrence",
    Eq(LogGamma(x + 1), LogGamma(x) + Log(x)),
    given=(Gt(x, 0),),
    source="DLMF 5.5.1.",
    title="The recurrence of the Gamma function",
)

DIGAMMA_RECURRENCE = Claim(
    "pareto.digamma-recurrence",
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
    "pareto.total",
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
    "pareto.entropy",
    Eq(pareto, pareto_entropy),
    given=(
        T_POSITIVE,
        Assumption("tau is x/y - 1 on x > y", Image(tau, x, y)),
        Gt(y, 0),
        Gt(c, 0),
        Gt(gamma, 0),
        Gt(index, 0),
    ),
    title="Pareto's density x^(-c) on x > y, for gamma above 1/c",
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

LAMBERT_EXISTS = Claim(
    "pareto.lambert",
    Root(x * Exp(x), x, 0, w, w),
    given=(Gt(w, 0),),
    title="Lambert's function: x exp(x) takes every positive value w, between 0 and w",
    proof=intermediate(
        width=w,
        at_low=calc(0 * Exp(Integer(0)), (0, by.algebra), lt(w, by.sign)),
        at_high=calc(
            w * Exp(w),
            ge(w * (1 + w), by.sign(w * (Exp(w) - (1 + w)), EXP_BOUND)),
            gt(w, by.sign(w * w)),
        ),
    ),
)

chosen = Eq(gamma, (1 + 1 / alpha) / c)
LAMBERT = Assumption("alpha is Lambert's function at exp(H* - 1)/y", Eq(h_star, 1 + Log(y * (alpha * Exp(alpha)))))
AT_TARGET = (Gt(y, 0), Gt(c, 0), Gt(alpha, 0), LAMBERT, chosen)

PARETO_INDEX = Claim(
    "pareto.index",
    Eq(index, 1 / alpha),
    given=(Gt(c, 0), Gt(alpha, 0), chosen),
    title="If alpha is Lambert's function of what the target makes of it (`pareto.lambert`), then at this exponent ...",
    proof=calc(index, ((1 + 1 / alpha) / c * c - 1, chosen), (1 / alpha, by.algebra)),
)

PARETO_INSIDE = Claim(
    "pareto.inside",
    Gt(index, 0),
    given=(Gt(c, 0), Gt(alpha, 0), chosen),
    title="... the power is integrable",
    proof=calc(index, (1 / alpha, PARETO_INDEX.at({alpha: alpha, c: c, gamma: gamma})), gt(0, by.sign)),
)

PARETO_ROOT = Claim(
    "pareto.root",
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
