"""Expansions at gamma = 1, where the transform does nothing.

The first-order term of the entropy is minus the variance of log p.  It comes from the motion of the mean: freeze the
mean, and it is gone.
"""

from fractions import Fraction

from sympy import Rational

from entnorm.claims import At, Claim, D, Eq, Jet, Log, Refuted, Sum, by, calc, expansion

from .entropy import UNIFORM
from .escort import ENTROPY_AT_ONE, IDENTITY_AT_ONE
from .notation import H, S, V, Z, gamma, i, mean, n, p, third, tilde, uniform
from .setting import NORMALISED, NOT_CONSTANT, POSITIVE
from .slopes import ENTROPY_CURVATURE, ENTROPY_SLOPE, LOG_PARTITION_SLOPE, VARIANCE_IN_MOMENTS, VARIANCE_POSITIVE

half = Rational(1, 2)
q = tilde(p, gamma)
SLOPE_AT_ONE_VARIANCE = Claim(
    "escort.entropy-slope-at-one-variance",
    Eq(At(D(H(p, gamma), gamma), gamma, 1), -V(p, 1)),
    given=(POSITIVE,),
    title="The slope at gamma = 1 is minus the variance of log p",
    proof=calc(
        At(D(H(p, gamma), gamma), gamma, 1),
        (At(-gamma * V(p, gamma), gamma, 1), ENTROPY_SLOPE),
        (-V(p, 1), by.algebra),
    ),
)

VARIANCE_AT_ONE = Claim(
    "escort.variance-at-one",
    Eq(-V(p, 1), Sum(p[i] * Log(p[i]), i) ** 2 - Sum(p[i] * Log(p[i]) ** 2, i)),
    given=(POSITIVE, NORMALISED),
    title="Minus the variance of log p is its squared mean minus its mean square",
    proof=calc(
        -V(p, 1),
        (mean(p, 1) ** 2 - Sum(tilde(p, 1)[i] * Log(p[i]) ** 2, i), VARIANCE_IN_MOMENTS),
        (Sum(p[i] * Log(p[i]), i) ** 2 - Sum(p[i] * Log(p[i]) ** 2, i), by.algebra(mean, IDENTITY_AT_ONE)),
    ),
)

SLOPE_AT_ONE = Claim(
    "escort.entropy-slope-at-one",
    Eq(At(D(H(p, gamma), gamma), gamma, 1), Sum(p[i] * Log(p[i]), i) ** 2 - Sum(p[i] * Log(p[i]) ** 2, i)),
    given=(POSITIVE, NORMALISED),
    title="The slope at gamma = 1 is the squared mean minus the mean square of log p",
    proof=calc(
        At(D(H(p, gamma), gamma), gamma, 1),
        (At(-gamma * V(p, gamma), gamma, 1), ENTROPY_SLOPE),
        (-V(p, 1), by.algebra),
        (mean(p, 1) ** 2 - Sum(tilde(p, 1)[i] * Log(p[i]) ** 2, i), VARIANCE_IN_MOMENTS),
        (Sum(p[i] * Log(p[i]), i) ** 2 - Sum(p[i] * Log(p[i]) ** 2, i), by.algebra(mean, IDENTITY_AT_ONE)),
    ),
)

DENOMINATOR = Claim(
    "escort.denominator-at-one",
    Eq(S(p) ** 2 - Sum(p[i] * Log(p[i]) ** 2, i), -V(p, 1)),
    given=(POSITIVE, NORMALISED),
    title="The squared entropy minus the mean square of log p is minus the variance of log p",
    proof=calc(
        S(p) ** 2 - Sum(p[i] * Log(p[i]) ** 2, i),
        (Sum(p[i] * Log(p[i]), i) ** 2 - Sum(p[i] * Log(p[i]) ** 2, i), S),
        (mean(p, 1) ** 2 - Sum(tilde(p, 1)[i] * Log(p[i]) ** 2, i), by.algebra(mean, IDENTITY_AT_ONE)),
        (-V(p, 1), VARIANCE_IN_MOMENTS),
    ),
)

DENOMINATOR_OF_UNIFORM = Claim(
    "escort.denominator-of-uniform",
    Eq(S(uniform) ** 2 - Sum(1 / n * Log(1 / n) ** 2, i), 0),
    title="For the uniform distribution the document's denominator is zero",
    proof=calc(
        S(uniform) ** 2 - Sum(1 / n * Log(1 / n) ** 2, i),
        (Log(n) ** 2 - Sum(1 / n * Log(1 / n) ** 2, i), UNIFORM),
        (0, by.logs),
    ),
)

POWER_JET = Claim(
    "escort.power-jet",
    Jet(p[i] ** gamma, gamma, 1, p[i], p[i] * Log(p[i])),
    given=(POSITIVE,),
    title="A power to first order at gamma = 1",
    proof=expansion(
        calc(At(p[i] ** gamma, gamma, 1), (p[i], by.algebra)),
        calc(
            At(D(p[i] ** gamma, gamma), gamma, 1),
            (At(p[i] ** gamma * Log(p[i]), gamma, 1), by.calculus),
            (p[i] * Log(p[i]), by.algebra),
        ),
    ),
)

PARTITION_JET = Claim(
    "escort.partition-jet",
    Jet(Z(p, gamma), gamma, 1, 1, Sum(p[i] * Log(p[i]), i)),
    given=(POSITIVE, NORMALISED),
    title="The partition function to first order at gamma = 1",
    proof=expansion(
        calc(At(Z(p, gamma), gamma, 1), (Sum(p[i], i), Z), (1, NORMALISED)),
        calc(
            At(D(Z(p, gamma), gamma), gamma, 1),
            (At(Sum(p[i] ** gamma * Log(p[i]), i), gamma, 1), by.calculus(Z)),
            (Sum(p[i] * Log(p[i]), i), by.algebra),
        ),
    ),
)

LOG_PARTITION_JET = Claim(
    "escort.log-partition-jet",
    Jet(Log(Z(p, gamma)), gamma, 1, 0, Sum(p[i] * Log(p[i]), i)),
    given=(POSITIVE, NORMALISED),
    title="log Z to first order at gamma = 1",
    proof=expansion(
        calc(At(Log(Z(p, gamma)), gamma, 1), (Log(Sum(p[i], i)), Z), (Log(1), NORMALISED), (0, by.logs)),
        calc(
            At(D(Log(Z(p, gamma)), gamma), gamma, 1),
            (At(mean(p, gamma), gamma, 1), LOG_PARTITION_SLOPE),
            (mean(p, 1), by.algebra),
            (Sum(p[i] * Log(p[i]), i), by.algebra(mean, IDENTITY_AT_ONE)),
        ),
    ),
)

FIRST_ORDER = Claim(
    "escort.first-order-at-one",
    Jet(H(p, gamma), gamma, 1, S(p), S(p) ** 2 - Sum(p[i] * Log(p[i]) ** 2, i)),
    given=(POSITIVE, NORMALISED),
    title="The entropy to first order at gamma = 1",
    proof=expansion(
        calc(At(H(p, gamma), gamma, 1), (H(p, 1), by.algebra), (S(p), ENTROPY_AT_ONE)),
        calc(
            At(D(H(p, gamma), gamma), gamma, 1),
            (-V(p, 1), SLOPE_AT_ONE_VARIANCE),
            (S(p) ** 2 - Sum(p[i] * Log(p[i]) ** 2, i), DENOMINATOR),
        ),
    ),
)

SECOND_ORDER = Claim(
    "escort.second-order-at-one",
    Jet(H(p, gamma), gamma, 1, S(p), -V(p, 1), -half * (V(p, 1) + third(p, 1))),
    given=(POSITIVE, NORMALISED),
    title="The entropy to second order at gamma = 1",
    proof=expansion(
        calc(At(H(p, gamma), gamma, 1), (H(p, 1), by.algebra), (S(p), ENTROPY_AT_ONE)),
        calc(At(D(H(p, gamma), gamma), gamma, 1), (-V(p, 1), SLOPE_AT_ONE_VARIANCE)),
        calc(
            At(D(D(H(p, gamma), gamma), gamma), gamma, 1),
            (At(-(V(p, gamma) + gamma * third(p, gamma)), gamma, 1), ENTROPY_CURVATURE),
            (2 * (-half * (V(p, 1) + third(p, 1))), by.algebra),
        ),
    ),
)

INVERSE_JET = Claim(
    "escort.inverse-jet",
    Jet(1 + (H(p, gamma) - S(p)) / (S(p) ** 2 - Sum(p[i] * Log(p[i]) ** 2, i)), gamma, 1, 1, 1),
    given=(POSITIVE, NORMALISED, NOT_CONSTANT),
    title="Solved for gamma, to first order",
    remark="The right side is 1 + (gamma - 1) = gamma.",
    defined=(VARIANCE_POSITIVE, DENOMINATOR),
    proof=expansion(
        calc(
            At(1 + (H(p, gamma) - S(p)) / (S(p) ** 2 - Sum(p[i] * Log(p[i]) ** 2, i)), gamma, 1),
            (1 + (H(p, 1) - S(p)) / (S(p) ** 2 - Sum(p[i] * Log(p[i]) ** 2, i)), by.algebra),
            (1 + (S(p) - S(p)) / (S(p) ** 2 - Sum(p[i] * Log(p[i]) ** 2, i)), ENTROPY_AT_ONE),
            (1, by.algebra),
        ),
        calc(
            At(D(1 + (H(p, gamma) - S(p)) / (S(p) ** 2 - Sum(p[i] * Log(p[i]) ** 2, i)), gamma), gamma, 1),
            (At(D(H(p, gamma), gamma) / (S(p) ** 2 - Sum(p[i] * Log(p[i]) ** 2, i)), gamma, 1), by.calculus),
            (At(D(H(p, gamma), gamma), gamma, 1) / (S(p) ** 2 - Sum(p[i] * Log(p[i]) ** 2, i)), by.algebra),
            (-V(p, 1) / (S(p) ** 2 - Sum(p[i] * Log(p[i]) ** 2, i)), SLOPE_AT_ONE_VARIANCE),
            (1, DENOMINATOR),
        ),
    ),
)

FROZEN_MEAN = Refuted(
    "escort.frozen-mean",
    Jet(H(p, gamma) - (Log(Z(p, gamma)) - gamma * Sum(p[i] * Log(p[i]), i)), gamma, 1, 0, 0),
    given=(POSITIVE, NORMALISED),
    at={n: 2, p: [Fraction(2, 3), Fraction(1, 3)]},
    correction=FIRST_ORDER,
    title="To first order the mean of log p may be taken under p instead of the escort distribution",
    remark="The mean moves with gamma, and its slope, the variance, is just the first-order term that is lost.",
)

NO_FIRST_ORDER_TERM = Refuted(
    "escort.no-first-order-term",
    Jet(H(p, gamma), gamma, 1, S(p), 0),
    given=(POSITIVE, NORMALISED),
    at={n: 2, p: [Fraction(2, 3), Fraction(1, 3)]},
    correction=FIRST_ORDER,
    title="The first-order expansion of the entropy at gamma = 1 is constant",
    remark="Its derivative there is minus the variance. It was lost where the mean of log p was frozen, which is no "
    "matter of the order: the first one has it, and a second is not needed for it.",
)

SLOPE_SIGN = Refuted(
    "escort.slope-sign",
    Eq(-V(p, 1), Sum(p[i] * Log(p[i]) ** 2, i) - Sum(p[i] * Log(p[i]), i) ** 2),
    given=(POSITIVE, NORMALISED),
    at={n: 2, p: [Fraction(2, 3), Fraction(1, 3)]},
    correction=VARIANCE_AT_ONE,
    title="Minus the variance is the mean square minus the squared mean",
)

SLOPE_SIGN_ENTROPY = Refuted(
    "escort.slope-sign-entropy",
    Eq(-V(p, 1), Sum(p[i] * Log(p[i]) ** 2, i) - S(p) ** 2),
    given=(POSITIVE, NORMALISED),
    at={n: 2, p: [Fraction(2, 3), Fraction(1, 3)]},
    correction=DENOMINATOR,
    title="Minus the variance is the mean square minus the squared entropy",
    remark="The squared entropy is the squared mean: the sign was wrong before it was put in.",
)

SECOND_ORDER_TERM_ZERO = Refuted(
    "escort.second-order-term-zero",
    Jet(H(p, gamma), gamma, 1, S(p), S(p) ** 2 - Sum(p[i] * Log(p[i]) ** 2, i), 0),
    given=(POSITIVE, NORMALISED),
    at={n: 2, p: [Fraction(2, 3), Fraction(1, 3)]},
    correction=SECOND_ORDER,
    title="The linear expansion of the entropy at gamma = 1 is right to second order",
)

INVERSE_WITHOUT_SPREAD = Refuted(
    "escort.inverse-of-constant",
    Jet(1 + (H(p, gamma) - S(p)) / (S(p) ** 2 - Sum(p[i] * Log(p[i]) ** 2, i)), gamma, 1, 1, 1),
    given=(POSITIVE, NORMALISED),
    at={n: 2, p: [Fraction(1, 2), Fraction(1, 2)]},
    correction=INVERSE_JET,
    title="The expansion can be solved for gamma at every p",
    remark="For a uniform p the denominator is zero.",
)
