"""Two variables: an entropy of the pair, of one of them, or of one given the other.  They are different problems.

X takes n values, the index; Y is a point of any space with a measure, discrete or not.  J_i(o) is their joint density.

The pair is a single variable with values in the product, and nothing new.  For a marginal one may transform the
marginal and keep the conditional distributions: then all that is known of one variable holds, and the other marginal
moves.  Or one may raise the joint density to a power until the marginal has the entropy: then there may be several
exponents.  For the conditional entropy, likewise: with one exponent for all conditional distributions and the marginal
kept there is one solution at most, while for a power of the joint density there may be several.
"""

from fractions import Fraction

from entnorm.claims import (
    Assumption,
    Claim,
    D,
    Eq,
    ForAll,
    Ge,
    Gt,
    Integrable,
    Integral,
    Le,
    Log,
    Lt,
    Refuted,
    Seq,
    Sum,
    by,
    calc,
    le,
    mu,
    n,
)

from .densities import ENTROPY_SLOPE, FINITE_MOMENTS, MASS_SLOPE, MOMENT_SLOPE
from .notation import (
    S,
    a,
    b,
    conditional_entropy,
    dmean,
    dvariance,
    gamma,
    h_of,
    i,
    j,
    joint_entropy,
    marginal,
    mass,
    o,
    rows,
    u,
)

J_POSITIVE = Assumption("J is positive", ForAll(i, ForAll(o, rows[i][o] > 0)))
J_FINITE = Assumption("its rows are integrable", ForAll(i, Integrable(rows[i][o], o)))
J_LOG_FINITE = Assumption("... with their logarithms, too", ForAll(i, Integrable(rows[i][o] * Log(rows[i][o]), o)))
WITH_ENTROPY = (J_POSITIVE, J_FINITE, J_LOG_FINITE)

CHAIN_RULE = Claim(
    "joint.chain-rule",
    Eq(joint_entropy(rows), S(marginal(rows)) + conditional_entropy(rows)),
    given=WITH_ENTROPY,
    title="The entropy of a pair is that of X and that of Y given X",
    proof=calc(
        joint_entropy(rows),
        (
            -Sum(Integral(rows[i][o], o) * Log(Integral(rows[i][o], o)), i)
            - Sum(Integral(rows[i][o] * (Log(rows[i][o]) - Log(Integral(rows[i][o], o))), o), i),
            by.termwise(joint_entropy),
        ),
        (S(marginal(rows)) + conditional_entropy(rows), by.algebra(S, conditional_entropy, marginal)),
    ),
)

# ------------------------------------------------------------------------------------------------- the entropy of X

MARGINAL_KEPT = Claim(
    "joint.marginal-transformed",
    Eq(Integral(u[i] * (rows[i][o] / marginal(rows)[i]), o), u[i]),
    given=(J_POSITIVE, J_FINITE),
    title="Any distribution u of X goes with the conditional distributions of Y, and is the marginal of what results",
    remark="So the power transform of the marginal, with all that is known of it, normalises the entropy of X.",
    proof=calc(
        Integral(u[i] * (rows[i][o] / marginal(rows)[i]), o),
        (u[i] * (Integral(rows[i][o], o) / marginal(rows)[i]), by.termwise),
        (u[i], marginal),
    ),
)

OTHER_MARGINAL = Refuted(
    "joint.other-marginal",
    Eq(Sum(u[i] * (rows[i][o] / marginal(rows)[i]), i), Sum(rows[i][o], i)),
    given=(J_POSITIVE, J_FINITE, ForAll(i, Gt(u[i], 0)), Eq(Sum(u[i], i), 1)),
    at={
        n: 2,
        mu: [1, 1],
        rows: [[Fraction(4, 10), Fraction(1, 10)], [Fraction(1, 10), Fraction(4, 10)]],
        u: [Fraction(3, 4), Fraction(1, 4)],
        o: 0,
    },
    correction=MARGINAL_KEPT,
    title="This leaves the marginal of Y as it is",
    remark="So to normalise the entropies of both marginals is a joint problem, and one after the other does not do.",
)

POWER_MARGINAL = Claim(
    "joint.marginal-of-power",
    Eq(
        Integral(rows[i][o] ** gamma, o),
        marginal(rows)[i] ** gamma * Integral((rows[i][o] / marginal(rows)[i]) ** gamma, o),
    ),
    given=(J_POSITIVE, J_FINITE, ForAll(i, Integrable(rows[i][o] ** gamma, o))),
    title="The marginal of a power is the power of the marginal only up to the mass of a power of each row",
    proof=calc(
        Integral(rows[i][o] ** gamma, o),
        (
            Integral(rows[i][o], o) ** gamma * Integral((rows[i][o] / Integral(rows[i][o], o)) ** gamma, o),
            by.logs,
        ),
        (marginal(rows)[i] ** gamma * Integral((rows[i][o] / marginal(rows)[i]) ** gamma, o), marginal),
    ),
)

ROWS_INSIDE = (
    J_POSITIVE,
    Lt(a, gamma),
    Lt(gamma, b),
    Assumption("powers of the rows are integrable at an exponent below", ForAll(i, Integrable(rows[i][o] ** a, o))),
    Assumption("... and at one above", ForAll(i, Integrable(rows[i][o] ** b, o))),
)
FINITE_ROWS = FINITE_MOMENTS.at({gamma: gamma, a: a, b: b})
ROW_SLOPES = MOMENT_SLOPE.at({a: a, b: b})
here = {a: a, b: b, gamma: gamma}
powers = Sum(mass(rows[j], gamma), j)
weight = mass(rows[i], gamma) / powers
excess = dmean(rows[i], gamma) - Sum(mass(rows[j], gamma) * dmean(rows[j], gamma), j) / powers
logs = Sum(mass(rows[i], gamma) * Log(mass(rows[i], gamma)), i)
growth = Sum(mass(rows[i], gamma) * dmean(rows[i], gamma), i)

POWER_SLOPE_OF_X = Claim(
    "joint.slope-of-x",
    Eq(D(S(Seq(i, weight)), gamma), -Sum(weight * excess * Log(weight), i)),
    given=ROWS_INSIDE,
    title="Along powers of the joint density the slope of H(X) is minus a covariance, which may have either sign",
    remark="Of log q_X and of the mean of log J given X.",
    defined=(FINITE_ROWS, ROW_SLOPES),
    proof=calc(
        D(S(Seq(i, weight)), gamma),
        (D(Log(powers) - logs / powers, gamma), by.logs(S)),
        (
            Sum(D(mass(rows[i], gamma), gamma), i) / powers
            - Sum(D(mass(rows[i], gamma), gamma) * (Log(mass(rows[i], gamma)) + 1), i) / powers
            + logs * Sum(D(mass(rows[i], gamma), gamma), i) / powers**2,
            by.calculus,
        ),
        (
            growth / powers
            - Sum(mass(rows[i], gamma) * dmean(rows[i], gamma) * (Log(mass(rows[i], gamma)) + 1), i) / powers
            + logs * growth / powers**2,
            MASS_SLOPE.at(here),
        ),
        (-Sum(weight * excess * Log(weight), i), by.logs),
    ),
)

POWER_SLOPE_OF_Y = Claim(
    "joint.slope-of-y-given-x",
    Eq(
        D(Sum(weight * h_of(rows[i], gamma), i), gamma),
        -gamma * Sum(weight * dvariance(rows[i], gamma), i) + Sum(weight * excess * h_of(rows[i], gamma), i),
    ),
    given=ROWS_INSIDE,
    title="... and that of H(Y | X) has besides the mean of the slopes a covariance, too",
    remark="Of the entropy of Y given X and of the mean of log J given X.",
    defined=(FINITE_ROWS, ROW_SLOPES),
    proof=calc(
        D(Sum(weight * h_of(rows[i], gamma), i), gamma),
        (
            Sum(D(mass(rows[i], gamma), gamma) * h_of(rows[i], gamma), i) / powers
            + Sum(mass(rows[i], gamma) * D(h_of(rows[i], gamma), gamma), i) / powers
            - Sum(mass(rows[i], gamma) * h_of(rows[i], gamma), i) * Sum(D(mass(rows[i], gamma), gamma), i) / powers**2,
            by.calculus,
        ),
        (
            Sum(mass(rows[i], gamma) * dmean(rows[i], gamma) * h_of(rows[i], gamma), i) / powers
            + Sum(mass(rows[i], gamma) * (-gamma * dvariance(rows[i], gamma)), i) / powers
            - Sum(mass(rows[i], gamma) * h_of(rows[i], gamma), i) * growth / powers**2,
            by.algebra(MASS_SLOPE.at(here), ENTROPY_SLOPE.at(here)),
        ),
        (
            -gamma * Sum(weight * dvariance(rows[i], gamma), i) + Sum(weight * excess * h_of(rows[i], gamma), i),
            by.termwise,
        ),
    ),
)

# ----------------------------------------------------------------------------------------- the entropy of Y given X

average = Sum(u[i] * h_of(rows[i], gamma), i)

CONDITIONAL_SLOPE = Claim(
    "joint.conditional-slope",
    Eq(D(average, gamma), -gamma * Sum(u[i] * dvariance(rows[i], gamma), i)),
    given=ROWS_INSIDE,
    title="With one exponent for all conditional densities, and X as it is, the slope is the mean of the slopes",
    remark="u is the distribution of X, and the power transform does not see the scale of a row.",
    defined=(FINITE_ROWS, ROW_SLOPES),
    proof=calc(
        D(average, gamma),
        (Sum(u[i] * D(h_of(rows[i], gamma), gamma), i), by.calculus),
        (Sum(u[i] * (-gamma * dvariance(rows[i], gamma)), i), ENTROPY_SLOPE.at(here)),
        (-gamma * Sum(u[i] * dvariance(rows[i], gamma), i), by.termwise),
    ),
)

CONDITIONAL_FALLS = Claim(
    "joint.conditional-falls",
    Le(D(average, gamma), 0),
    given=(*ROWS_INSIDE, Ge(gamma, 0), ForAll(i, Ge(u[i], 0))),
    title="So H(Y | X) does not grow with this exponent",
    defined=(FINITE_ROWS, ROW_SLOPES),
    proof=calc(
        D(average, gamma),
        (-gamma * Sum(u[i] * dvariance(rows[i], gamma), i), CONDITIONAL_SLOPE.at(here)),
        le(0, by.sign(gamma * Sum(u[i] * dvariance(rows[i], gamma), i))),
    ),
)
