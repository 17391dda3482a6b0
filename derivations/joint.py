"""Two variables: an entropy of the pair, of one of them, or of one given the other.  They are different problems.

X takes n values, the index; Y is a point of any space with a measure, discrete or not.  J_i(o) is their joint density.

The pair is a single variable with values in the product, and nothing new.  For a marginal one may transform the
marginal and keep the conditional distributions: then all that is known of one variable holds, and the other marginal
moves.  Or one may raise the joint density to a power until the marginal has the entropy: then there may be several
exponents.  For the conditional entropy, likewise: with one exponent for all conditional distributions and the marginal
kept there is one solution at most, while for a power of the joint density there may be several.
"""

from fractions import Fraction

from sympy import Rational

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
    Operator,
    Power,
    Refuted,
    Root,
    Sum,
    by,
    calc,
    gt,
    intermediate,
    le,
    lt,
    mu,
    n,
    numeric,
)

from .densities import ENTROPY_SLOPE, FINITE_MOMENTS, MOMENT_SLOPE
from .notation import (
    S,
    a,
    b,
    conditional_entropy,
    dvariance,
    gamma,
    h_of,
    i,
    joint_entropy,
    marginal,
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

# A pair of binary variables: the rows (1/2, 1/100) and (49/200, 49/200), raised to a power and normalised.
first = Power(Rational(1, 2), gamma) + Power(Rational(1, 100), gamma)
second = 2 * Power(Rational(49, 200), gamma)
entropy_of_x = Operator(
    "H_X",
    (gamma,),
    -(first / (first + second) * Log(first / (first + second)))
    - second / (first + second) * Log(second / (first + second)),
)
target = Rational(69, 100)


X_AT_LOW = Claim(
    "joint.x-at-low", Gt(entropy_of_x(Rational(1, 10)), target), numeric(), title="At gamma = 1/10 H(X) is above 0.69"
)
X_BETWEEN = Claim(
    "joint.x-between", Lt(entropy_of_x(Rational(2, 5)), target), numeric(), title="... at 2/5 it is below"
)
X_AT_ONE = Claim("joint.x-at-one", Gt(entropy_of_x(1), target), numeric(), title="... at 1 again above")
X_AT_TWO = Claim("joint.x-at-two", Lt(entropy_of_x(2), target), numeric(), title="... and at 2 below")

X_ROOT = Claim(
    "joint.x-root",
    Root(entropy_of_x(gamma), gamma, Rational(1, 10), Rational(2, 5), target),
    title="So a power of the joint distribution has H(X) = 0.69 for a gamma between 1/10 and 2/5,",
    proof=intermediate(
        width=Rational(3, 10),
        at_low=calc(entropy_of_x(Rational(1, 10)), gt(target, by.sign(X_AT_LOW))),
        at_high=calc(entropy_of_x(Rational(2, 5)), lt(target, by.sign(X_BETWEEN))),
    ),
)

X_SECOND_ROOT = Claim(
    "joint.x-second-root",
    Root(entropy_of_x(gamma), gamma, Rational(2, 5), 1, target),
    title="... for another between 2/5 and 1,",
    proof=intermediate(
        width=Rational(3, 5),
        at_low=calc(entropy_of_x(Rational(2, 5)), lt(target, by.sign(X_BETWEEN))),
        at_high=calc(entropy_of_x(1), gt(target, by.sign(X_AT_ONE))),
    ),
)

X_THIRD_ROOT = Claim(
    "joint.x-third-root",
    Root(entropy_of_x(gamma), gamma, 1, 2, target),
    title="... and for a third between 1 and 2",
    proof=intermediate(
        width=1,
        at_low=calc(entropy_of_x(1), gt(target, by.sign(X_AT_ONE))),
        at_high=calc(entropy_of_x(2), lt(target, by.sign(X_AT_TWO))),
    ),
)

# ----------------------------------------------------------------------------------------- the entropy of Y given X

ROWS_INSIDE = (
    J_POSITIVE,
    Lt(a, gamma),
    Lt(gamma, b),
    Assumption("powers of the rows are integrable at an exponent below", ForAll(i, Integrable(rows[i][o] ** a, o))),
    Assumption("... and at one above", ForAll(i, Integrable(rows[i][o] ** b, o))),
)
FINITE_ROWS = FINITE_MOMENTS.at({gamma: gamma, a: a, b: b})
ROW_SLOPES = MOMENT_SLOPE.at({a: a, b: b})
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
        (Sum(u[i] * (-gamma * dvariance(rows[i], gamma)), i), ENTROPY_SLOPE.at({a: a, b: b, gamma: gamma})),
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
        (-gamma * Sum(u[i] * dvariance(rows[i], gamma), i), CONDITIONAL_SLOPE.at({a: a, b: b, gamma: gamma})),
        le(0, by.sign(gamma * Sum(u[i] * dvariance(rows[i], gamma), i))),
    ),
)

# Another pair: the rows (1/5, 1/1000) and (799/2000, 799/2000).
left = Power(Rational(1, 5), gamma)
right = Power(Rational(1, 1000), gamma)
even = 2 * Power(Rational(799, 2000), gamma)
within = -(left * Log(left / (left + right))) - right * Log(right / (left + right)) + even * Log(2)
entropy_of_y = Operator("H_Y|X", (gamma,), within / (left + right + even))
goal = Rational(3, 5)

Y_AT_LOW = Claim(
    "joint.y-at-low", Gt(entropy_of_y(Rational(1, 4)), goal), numeric(), title="At gamma = 1/4 H(Y | X) is above 0.6"
)
Y_AT_ONE = Claim("joint.y-at-one", Lt(entropy_of_y(1), goal), numeric(), title="... at 1 it is below")
Y_AT_THREE = Claim("joint.y-at-three", Gt(entropy_of_y(3), goal), numeric(), title="... and at 3 above again")

Y_ROOT = Claim(
    "joint.y-root",
    Root(entropy_of_y(gamma), gamma, Rational(1, 4), 1, goal),
    title="So a power of the joint distribution has H(Y | X) = 0.6 for a gamma between 1/4 and 1,",
    proof=intermediate(
        width=Rational(3, 4),
        at_low=calc(entropy_of_y(Rational(1, 4)), gt(goal, by.sign(Y_AT_LOW))),
        at_high=calc(entropy_of_y(1), lt(goal, by.sign(Y_AT_ONE))),
    ),
)

Y_SECOND_ROOT = Claim(
    "joint.y-second-root",
    Root(entropy_of_y(gamma), gamma, 1, 3, goal),
    title="... and for another between 1 and 3",
    proof=intermediate(
        width=2,
        at_low=calc(entropy_of_y(1), lt(goal, by.sign(Y_AT_ONE))),
        at_high=calc(entropy_of_y(3), gt(goal, by.sign(Y_AT_THREE))),
    ),
)
