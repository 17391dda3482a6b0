"""The iteration of the document is Newton's method.

The document re-bases the distribution at every step and expands at exponent 1.  Newton's method does not notice a
linear change of its unknown, so the product of the exponents follows Newton's method for H(gamma) = H* from gamma = 1,
as long as no partial product is zero.  That says nothing about convergence.
"""

from fractions import Fraction

from sympy import Rational

from entnorm.claims import (
    IH,
    At,
    Claim,
    D,
    Eq,
    ForAll,
    Ge,
    Gt,
    Jet,
    Le,
    Log,
    Lt,
    Ne,
    Refuted,
    Sum,
    by,
    calc,
    expansion,
    induction,
    le,
)

from .escort import COMPOSITION, IDENTITY_AT_ONE, LOG_ESCORT, SUMS_TO_ONE
from .expansions import DENOMINATOR
from .notation import (
    H,
    S,
    V,
    Z,
    a,
    c,
    exponent,
    gamma,
    h_star,
    i,
    iterate,
    j,
    k,
    mean,
    n,
    newton_step,
    p,
    r,
    s,
    third,
    tilde,
    total_exponent,
)
from .setting import NORMALISED, NOT_CONSTANT, POSITIVE
from .slopes import ENTROPY_SLOPE, ENTROPY_SLOPE_NONZERO, VARIANCE_IN_MOMENTS, VARIANCE_POSITIVE, VARIANCE_SLOPE

q = tilde(p, gamma)
half = Rational(1, 2)

VARENTROPY = Claim(
    "newton.varentropy",
    Eq(S(q) ** 2 - Sum(q[i] * Log(q[i]) ** 2, i), -(gamma**2) * V(p, gamma)),
    given=(POSITIVE,),
    title="The document's denominator is minus gamma squared times the variance",
    proof=calc(
        S(q) ** 2 - Sum(q[i] * Log(q[i]) ** 2, i),
        (Sum(q[i] * Log(q[i]), i) ** 2 - Sum(q[i] * Log(q[i]) ** 2, i), S),
        (
            Sum(q[i] * (gamma * Log(p[i]) - Log(Z(p, gamma))), i) ** 2
            - Sum(q[i] * (gamma * Log(p[i]) - Log(Z(p, gamma))) ** 2, i),
            LOG_ESCORT,
        ),
        (
            (gamma * Sum(q[i] * Log(p[i]), i) - Log(Z(p, gamma)) * Sum(q[i], i)) ** 2
            - gamma**2 * Sum(q[i] * Log(p[i]) ** 2, i)
            + 2 * gamma * Log(Z(p, gamma)) * Sum(q[i] * Log(p[i]), i)
            - Log(Z(p, gamma)) ** 2 * Sum(q[i], i),
            by.termwise,
        ),
        (gamma**2 * mean(p, gamma) ** 2 - gamma**2 * Sum(q[i] * Log(p[i]) ** 2, i), by.algebra(SUMS_TO_ONE, mean)),
        (-(gamma**2) * V(p, gamma), VARIANCE_IN_MOMENTS),
    ),
)

REBASED_STEP = Claim(
    "newton.rebased-step",
    Eq(gamma * exponent(q, h_star), newton_step(p, gamma, h_star)),
    given=(POSITIVE, NOT_CONSTANT, Ne(gamma, 0)),
    title="A step from exponent 1 at the transformed distribution is a Newton step at gamma",
    defined=(VARIANCE_POSITIVE, ENTROPY_SLOPE_NONZERO, VARENTROPY),
    proof=calc(
        gamma * exponent(q, h_star),
        (gamma * (1 + (h_star - S(q)) / (S(q) ** 2 - Sum(q[i] * Log(q[i]) ** 2, i))), exponent),
        (gamma * (1 + (h_star - H(p, gamma)) / (-(gamma**2) * V(p, gamma))), by.algebra(VARENTROPY, H)),
        (gamma - (H(p, gamma) - h_star) / (-gamma * V(p, gamma)), by.algebra),
        (gamma - (H(p, gamma) - h_star) / At(-a * V(p, a), a, gamma), by.algebra),
        (gamma - (H(p, gamma) - h_star) / At(D(H(p, a), a), a, gamma), ENTROPY_SLOPE),
        (newton_step(p, gamma, h_star), newton_step),
    ),
)

STEP_AT_ONE = Claim(
    "newton.step-at-one",
    Eq(newton_step(p, 1, h_star), 1 + (h_star - S(p)) / (S(p) ** 2 - Sum(p[i] * Log(p[i]) ** 2, i))),
    given=(POSITIVE, NORMALISED, NOT_CONSTANT),
    title="The document's update is the Newton step at gamma = 1",
    defined=(VARIANCE_POSITIVE, ENTROPY_SLOPE_NONZERO, VARENTROPY, DENOMINATOR),
    proof=calc(
        newton_step(p, 1, h_star),
        (1 * exponent(tilde(p, 1), h_star), REBASED_STEP),
        (exponent(p, h_star), IDENTITY_AT_ONE),
        (1 + (h_star - S(p)) / (S(p) ** 2 - Sum(p[i] * Log(p[i]) ** 2, i)), exponent),
    ),
)

STEP_OF_UNIFORM = Refuted(
    "newton.step-of-uniform",
    STEP_AT_ONE.statement,
    given=(POSITIVE, NORMALISED),
    at={n: 2, p: [Fraction(1, 2), Fraction(1, 2)], h_star: Fraction(1, 2)},
    correction=STEP_AT_ONE,
    title="The document's update is the Newton step at every p, uniform or not",
    remark="For a uniform p the denominator is zero.",
)

NO_ZERO = ForAll(k, Ne(total_exponent(k, p, h_star), 0))

DOCUMENT_LOOP = Claim(
    "newton.document-loop",
    Eq(iterate(k, p, h_star)[i], tilde(p, total_exponent(k, p, h_star))[i]),
    given=(POSITIVE, NORMALISED, NOT_CONSTANT, NO_ZERO),
    title="The document's loop is Newton's method on the product of its exponents",
    defined=(VARIANCE_POSITIVE, ENTROPY_SLOPE_NONZERO, VARENTROPY),
    proof=induction(
        k,
        base=calc(
            iterate(0, p, h_star)[i],
            (p[i], iterate),
            (tilde(p, 1)[i], IDENTITY_AT_ONE),
            (tilde(p, total_exponent(0, p, h_star))[i], total_exponent),
        ),
        step=calc(
            iterate(k + 1, p, h_star)[i],
            (tilde(iterate(k, p, h_star), exponent(iterate(k, p, h_star), h_star))[i], iterate),
            (
                tilde(tilde(p, total_exponent(k, p, h_star)), exponent(tilde(p, total_exponent(k, p, h_star)), h_star))[
                    i
                ],
                IH,
            ),
            (
                tilde(
                    p,
                    total_exponent(k, p, h_star) * exponent(tilde(p, total_exponent(k, p, h_star)), h_star),
                )[i],
                COMPOSITION,
                DENOMINATOR,
            ),
            (tilde(p, newton_step(p, total_exponent(k, p, h_star), h_star))[i], REBASED_STEP),
            (tilde(p, total_exponent(k + 1, p, h_star))[i], total_exponent),
        ),
    ),
)

LOOP_OF_UNIFORM = Refuted(
    "newton.loop-of-uniform",
    DOCUMENT_LOOP.statement,
    given=(POSITIVE, NORMALISED),
    at={n: 2, p: [Fraction(1, 2), Fraction(1, 2)], h_star: Fraction(1, 2), k: 1, i: 0},
    correction=DOCUMENT_LOOP,
    title="From every p, uniform or not, the document's loop is Newton's method",
    remark="From a uniform p the first step divides by zero.",
)

LOOP_THROUGH_ZERO = Refuted(
    "newton.loop-through-zero",
    DOCUMENT_LOOP.statement,
    given=(POSITIVE, NORMALISED, NOT_CONSTANT),
    at={n: 2, p: [Fraction(99, 100), Fraction(1, 100)], r: 0, s: 1, h_star: S(p) + V(p, 1), k: 2, i: 0},
    correction=DOCUMENT_LOOP,
    title="... or at least from every p that is not uniform",
    remark="A target that exceeds the entropy by the variance, here 0.265, makes the first exponent 0: the first step "
    "ends at the uniform distribution, and the second divides by zero.",
)

EXPONENT_IN_VARIANCE = Claim(
    "newton.exponent-in-variance",
    Eq(exponent(p, h_star), 1 - (h_star - S(p)) / V(p, 1)),
    given=(POSITIVE, NORMALISED, NOT_CONSTANT),
    title="The exponent that the document computes, through the variance of log p",
    defined=(VARIANCE_POSITIVE, DENOMINATOR),
    proof=calc(
        exponent(p, h_star),
        (1 + (h_star - S(p)) / (S(p) ** 2 - Sum(p[i] * Log(p[i]) ** 2, i)), exponent),
        (1 + (h_star - S(p)) / (-V(p, 1)), DENOMINATOR),
        (1 - (h_star - S(p)) / V(p, 1), by.algebra),
    ),
)

EXPONENT_NONPOSITIVE = Claim(
    "newton.exponent-nonpositive",
    Le(exponent(p, h_star), 0),
    given=(POSITIVE, NORMALISED, NOT_CONSTANT, Ge(h_star - S(p), V(p, 1))),
    title="A target that exceeds the entropy by the variance or more makes the exponent zero or negative",
    remark="A negative exponent reverses the order of the entries.",
    defined=(VARIANCE_POSITIVE, DENOMINATOR),
    proof=calc(
        exponent(p, h_star),
        (1 - (h_star - S(p)) / V(p, 1), EXPONENT_IN_VARIANCE),
        le(0, by.sign(((h_star - S(p)) - V(p, 1)) / V(p, 1), VARIANCE_POSITIVE)),
    ),
)

EXPONENT_ALWAYS_POSITIVE = Refuted(
    "newton.exponent-always-positive",
    Gt(exponent(p, h_star), 0),
    given=(POSITIVE, NORMALISED, NOT_CONSTANT, Gt(h_star, 0), Lt(h_star, Log(n))),
    at={n: 2, p: [Fraction(19, 20), Fraction(1, 20)], r: 0, s: 1, h_star: Fraction(2, 3)},
    correction=EXPONENT_NONPOSITIVE,
    title="The iteration stays with positive exponents",
)

TWICE_THE_VARIANCE = Eq(h_star, S(p) + 2 * V(p, 1))
REVERSAL = Claim(
    "newton.reversal",
    Eq(exponent(p, h_star), -1),
    given=(POSITIVE, NORMALISED, NOT_CONSTANT, TWICE_THE_VARIANCE),
    title="A target that exceeds the entropy by twice the variance makes the exponent -1",
    remark="For n = 2 this exchanges the two entries, and the next step exchanges them back: a cycle.",
    defined=(VARIANCE_POSITIVE, DENOMINATOR),
    proof=calc(
        exponent(p, h_star),
        (1 - (h_star - S(p)) / V(p, 1), EXPONENT_IN_VARIANCE),
        (-1, TWICE_THE_VARIANCE),
    ),
)

newton_map = gamma - (H(p, gamma) - h_star) / D(H(p, gamma), gamma)
slow = (V(p, gamma) + gamma * third(p, gamma)) / (gamma * V(p, gamma)) ** 2
constant = (V(p, c) + c * third(p, c)) / (c * V(p, c))

ERROR_CONSTANT = Claim(
    "newton.error-constant",
    Jet(newton_map, gamma, c, c, 0, half * constant),
    given=(POSITIVE, NOT_CONSTANT, Ne(c, 0), Eq(H(p, c), h_star)),
    title="Near a root c Newton's error is squared, times a constant made of the second and third cumulant",
    remark="So the convergence is quadratic from points near enough; from where that is, this does not say.",
    defined=(VARIANCE_POSITIVE, ENTROPY_SLOPE_NONZERO, ENTROPY_SLOPE),
    proof=expansion(
        calc(
            At(newton_map, gamma, c),
            (c - (H(p, c) - h_star) / At(D(H(p, gamma), gamma), gamma, c), by.algebra),
            (c, Eq(H(p, c), h_star)),
        ),
        calc(
            At(D(newton_map, gamma), gamma, c),
            (At(D(gamma - (H(p, gamma) - h_star) / (-gamma * V(p, gamma)), gamma), gamma, c), ENTROPY_SLOPE),
            (
                At(
                    1
                    + D(H(p, gamma), gamma) / (gamma * V(p, gamma))
                    - (H(p, gamma) - h_star)
                    * (V(p, gamma) + gamma * D(V(p, gamma), gamma))
                    / (gamma * V(p, gamma)) ** 2,
                    gamma,
                    c,
                ),
                by.calculus,
            ),
            (At(-(H(p, gamma) - h_star) * slow, gamma, c), by.algebra(ENTROPY_SLOPE, VARIANCE_SLOPE)),
            (
                -(H(p, c) - h_star) * (V(p, c) + c * third(p, c)) / (c * V(p, c)) ** 2,
                by.algebra,
            ),
            (0, Eq(H(p, c), h_star)),
        ),
        calc(
            At(D(D(newton_map, gamma), gamma), gamma, c),
            (At(D(D(gamma - (H(p, gamma) - h_star) / (-gamma * V(p, gamma)), gamma), gamma), gamma, c), ENTROPY_SLOPE),
            (
                At(
                    D(
                        1
                        + D(H(p, gamma), gamma) / (gamma * V(p, gamma))
                        - (H(p, gamma) - h_star)
                        * (V(p, gamma) + gamma * D(V(p, gamma), gamma))
                        / (gamma * V(p, gamma)) ** 2,
                        gamma,
                    ),
                    gamma,
                    c,
                ),
                by.calculus,
            ),
            (At(D(-(H(p, gamma) - h_star) * slow, gamma), gamma, c), by.algebra(ENTROPY_SLOPE, VARIANCE_SLOPE)),
            (
                At(-D(H(p, gamma), gamma) * slow - (H(p, gamma) - h_star) * D(slow, gamma), gamma, c),
                by.calculus,
            ),
            (At(gamma * V(p, gamma) * slow - (H(p, gamma) - h_star) * D(slow, gamma), gamma, c), ENTROPY_SLOPE),
            (constant - (H(p, c) - h_star) * At(D(slow, gamma), gamma, c), by.algebra),
            (2 * (half * constant), Eq(H(p, c), h_star)),
        ),
    ),
)

ITERATE_ENTROPY = Claim(
    "newton.iterate-entropy",
    Eq(S(iterate(k, p, h_star)), H(p, total_exponent(k, p, h_star))),
    given=(POSITIVE, NORMALISED, NOT_CONSTANT, NO_ZERO),
    title="The entropies of the iterates are those along Newton's exponents",
    defined=(DOCUMENT_LOOP, VARIANCE_POSITIVE, ENTROPY_SLOPE_NONZERO, VARENTROPY),
    proof=calc(
        S(iterate(k, p, h_star)),
        (S(tilde(p, total_exponent(k, p, h_star))), DOCUMENT_LOOP),
        (H(p, total_exponent(k, p, h_star)), H),
    ),
)

# ------------------------------------------------------------------------------------------ what is not true

attainable = (POSITIVE, NORMALISED, NOT_CONSTANT, Gt(h_star, 0), Lt(h_star, Log(n)))
steep = {n: 2, p: [Fraction(99, 100), Fraction(1, 100)], r: 0, s: 1, h_star: Fraction(1, 2)}

CLOSE_AFTER_THREE = Refuted(
    "newton.close-after-three",
    Lt((S(iterate(3, p, h_star)) - h_star) ** 2, Rational(1, 100)),
    given=attainable,
    at=steep,
    correction=ERROR_CONSTANT,
    title="Three iterations bring the entropy to within 0.1 of its target",
    remark="The exponents of this orbit alternate in sign and grow: 1, -1.1, 2.3, -479.",
)

CLOSE_AFTER_FOUR = Refuted(
    "newton.close-after-four",
    Lt((S(iterate(4, p, h_star)) - h_star) ** 2, Rational(1, 100)),
    given=attainable,
    at=steep | {h_star: Fraction(19, 40)},
    correction=ERROR_CONSTANT,
    title="Four iterations bring the entropy to within 0.1 of its target",
)

CLOSE_AFTER_TWO = Refuted(
    "newton.close-after-two",
    Lt((S(iterate(2, p, h_star)) - h_star) ** 2, Rational(1, 100)),
    given=attainable,
    at=steep,
    correction=ERROR_CONSTANT,
    title="Two iterations bring the entropy to within 0.1 of its target",
)

ORDER_AFTER_FIVE = Refuted(
    "newton.order-after-five",
    Gt(iterate(5, p, h_star)[i], iterate(5, p, h_star)[j]),
    given=(*attainable, Gt(p[i], p[j])),
    at={n: 2, p: [Fraction(19, 20), Fraction(1, 20)], r: 0, s: 1, i: 0, j: 1, h_star: Fraction(2, 3)},
    correction=DOCUMENT_LOOP,
    title="The iterates keep the order of the entries",
    remark="The loop approaches a negative exponent, -0.158: the entropy comes out right, the distribution reversed.",
)
