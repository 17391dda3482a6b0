"""Distributions of two values: the entropy in closed form, the exponent in closed form, and a loop that never ends.

Some of the entries of p are x, the others y, which e marks.  The exponent that carries p to a given distribution of
two values is a quotient of two logarithms; what has no formula is the distribution of a given entropy, the inverse of
one function of one variable.  Where x and y occur equally often, for n = 2 always, the entropy is the same at gamma and
-gamma, and the document's loop can go to and fro between the two.
"""

from fractions import Fraction

from sympy import Rational

from entnorm.claims import (
    IH,
    Assumption,
    At,
    Claim,
    D,
    Eq,
    Exp,
    ForAll,
    Ge,
    Gt,
    Log,
    Ne,
    Refuted,
    Sum,
    by,
    by_cases,
    calc,
    gt,
    induction,
    n,
    ne,
)
from entnorm.claims.language import Times

from .convergence import STEP
from .escort import ENTROPY_AT_ONE, ENTROPY_EXPLICIT
from .newton import DOCUMENT_LOOP, ITERATE_ENTROPY, VARENTROPY
from .notation import (
    H,
    S,
    V,
    Z,
    a,
    b,
    c,
    e,
    gamma,
    h_star,
    i,
    iterate,
    k,
    mean,
    newton_step,
    p,
    r,
    s,
    tilde,
    total_exponent,
    u,
    w,
    x,
    y,
)
from .setting import MARKS, NORMALISED, NOT_CONSTANT, POSITIVE, U_NORMALISED
from .slopes import ENTROPY_SLOPE, MEAN_SLOPE, VARIANCE_POSITIVE

TWO_VALUES = Assumption("p is x where e is 1, and y elsewhere", ForAll(i, Eq(p[i], x * e[i] + y * (1 - e[i]))))
HALF = Assumption("half of the entries are marked", Eq(Sum(e[i], i), n / 2))
either = Eq(w * (1 - w), 0)
mixed = x * w + y * (1 - w)

POSITIVE_EITHER = Claim(
    "cycles.positive",
    Gt(mixed, 0),
    given=(either, Gt(x, 0), Gt(y, 0)),
    title="One of two positive values is positive",
    proof=by_cases(
        (Eq(w, 0), calc(mixed, (y, Eq(w, 0)), gt(0, by.sign))),
        (Eq(w, 1), calc(mixed, (x, Eq(w, 1)), gt(0, by.sign))),
    ),
)

POWER_OF_EITHER = Claim(
    "cycles.power",
    Eq(mixed**gamma, w * x**gamma + (1 - w) * y**gamma),
    given=(either, Gt(x, 0), Gt(y, 0)),
    title="A power of one of two values",
    proof=by_cases(
        (Eq(w, 0), calc(mixed**gamma, (w * x**gamma + (1 - w) * y**gamma, Eq(w, 0)))),
        (Eq(w, 1), calc(mixed**gamma, (w * x**gamma + (1 - w) * y**gamma, Eq(w, 1)))),
    ),
)

LOG_OF_EITHER = Claim(
    "cycles.power-times-log",
    Eq(mixed**gamma * Log(mixed), w * x**gamma * Log(x) + (1 - w) * y**gamma * Log(y)),
    given=(either, Gt(x, 0), Gt(y, 0)),
    title="... times its logarithm",
    proof=by_cases(
        (
            Eq(w, 0),
            calc(mixed**gamma * Log(mixed), (w * x**gamma * Log(x) + (1 - w) * y**gamma * Log(y), Eq(w, 0))),
        ),
        (
            Eq(w, 1),
            calc(mixed**gamma * Log(mixed), (w * x**gamma * Log(x) + (1 - w) * y**gamma * Log(y), Eq(w, 1))),
        ),
    ),
)

SOUGHT = Assumption("u is a where e is 1, and b elsewhere", ForAll(i, Eq(u[i], a * e[i] + b * (1 - e[i]))))
QUOTIENT = Eq(gamma, (Log(a) - Log(b)) / (Log(x) - Log(y)))
several = (Gt(x, 0), Gt(y, 0), Gt(a, 0), Gt(b, 0), Ne(Log(x) - Log(y), 0), QUOTIENT)
POWERS_IN_PROPORTION = Claim(
    "cycles.powers-in-proportion",
    Eq(x**gamma, a / b * y**gamma),
    given=several,
    title="A quotient of logarithms is the exponent that turns one ratio into another",
    proof=calc(
        x**gamma,
        (y**gamma * Exp(gamma * (Log(x) - Log(y))), by.logs),
        (y**gamma * Exp(Log(a) - Log(b)), QUOTIENT),
        (a / b * y**gamma, by.logs),
    ),
)

EXPONENT = Claim(
    "cycles.exponent",
    Eq(tilde(p, gamma)[i], u[i]),
    given=(POSITIVE, MARKS, TWO_VALUES, SOUGHT, U_NORMALISED, *several),
    title="Between distributions of the same two classes of entries the exponent is a quotient of logarithms",
    remark="For n = 2 all that has no formula here is the inverse of one function: the entropy of (a, 1 - a).",
    defined=(POSITIVE_EITHER,),
    proof=calc(
        tilde(p, gamma)[i],
        (p[i] ** gamma / Sum(p[i] ** gamma, i), by.algebra(tilde, Z)),
        (
            (x * e[i] + y * (1 - e[i])) ** gamma / Sum((x * e[i] + y * (1 - e[i])) ** gamma, i),
            TWO_VALUES,
        ),
        (
            (x**gamma * e[i] + y**gamma * (1 - e[i])) / Sum(x**gamma * e[i] + y**gamma * (1 - e[i]), i),
            POWER_OF_EITHER,
        ),
        (
            (a * e[i] + b * (1 - e[i])) / Sum(a * e[i] + b * (1 - e[i]), i),
            by.termwise(POWERS_IN_PROPORTION.at({a: a, b: b, gamma: gamma, x: x, y: y})),
        ),
        (u[i] / Sum(u[i], i), SOUGHT),
        (u[i], U_NORMALISED),
    ),
)

these = {x: x, y: y, e: e}  # the values and the marks that the cited claims are meant to speak of
values = (MARKS, HALF, TWO_VALUES, Gt(x, 0), Gt(y, 0))
valued = (POSITIVE, *values)
halves = Rational(1, 2) * n * (x**gamma + y**gamma)
PARTITION = Claim(
    "cycles.partition",
    Eq(Z(p, gamma), halves),
    given=values,
    defined=(POSITIVE_EITHER,),
    title="The partition function of two equally frequent values",
    proof=calc(
        Z(p, gamma),
        (Sum((x * e[i] + y * (1 - e[i])) ** gamma, i), by.algebra(Z, TWO_VALUES)),
        (Sum(e[i] * x**gamma + (1 - e[i]) * y**gamma, i), POWER_OF_EITHER),
        (Sum(e[i], i) * x**gamma + (n - Sum(e[i], i)) * y**gamma, by.termwise),
        (halves, HALF),
    ),
)

leaning = (x**gamma * Log(x) + y**gamma * Log(y)) / (x**gamma + y**gamma)
FIRST_MOMENT = Claim(
    "cycles.first-moment",
    Eq(Sum(p[i] ** gamma * Log(p[i]), i), Rational(1, 2) * n * (x**gamma * Log(x) + y**gamma * Log(y))),
    given=values,
    defined=(POSITIVE_EITHER,),
    title="... and the sum of the weighted logarithms",
    proof=calc(
        Sum(p[i] ** gamma * Log(p[i]), i),
        (Sum((x * e[i] + y * (1 - e[i])) ** gamma * Log(x * e[i] + y * (1 - e[i])), i), TWO_VALUES),
        (Sum(e[i] * x**gamma * Log(x) + (1 - e[i]) * y**gamma * Log(y), i), LOG_OF_EITHER),
        (Sum(e[i], i) * x**gamma * Log(x) + (n - Sum(e[i], i)) * y**gamma * Log(y), by.termwise),
        (Rational(1, 2) * n * (x**gamma * Log(x) + y**gamma * Log(y)), HALF),
    ),
)

MEAN = Claim(
    "cycles.mean",
    Eq(mean(p, gamma), leaning),
    given=valued,
    title="... and their mean",
    proof=calc(
        mean(p, gamma),
        (Sum(p[i] ** gamma * Log(p[i]), i) / Z(p, gamma), by.termwise(mean, tilde)),
        (leaning, by.algebra(FIRST_MOMENT.at(these), PARTITION.at(these))),
    ),
)

ENTROPY = Claim(
    "cycles.entropy",
    Eq(H(p, gamma), Log(halves) - gamma * leaning),
    given=valued,
    title="The entropy of two equally frequent values",
    proof=calc(
        H(p, gamma),
        (Log(Z(p, gamma)) - gamma * Sum(p[i] ** gamma * Log(p[i]), i) / Z(p, gamma), ENTROPY_EXPLICIT),
        (Log(halves) - gamma * leaning, by.algebra(FIRST_MOMENT.at(these), PARTITION.at(these))),
    ),
)

EVEN = Claim(
    "cycles.even",
    Eq(H(p, -gamma), H(p, gamma)),
    given=valued,
    title="It is the same at gamma and -gamma",
    remark="So every target is reached twice, the second time with the order of the entries reversed.",
    proof=calc(
        H(p, -gamma),
        (
            Log(Rational(1, 2) * n * (x**-gamma + y**-gamma))
            - -gamma * ((x**-gamma * Log(x) + y**-gamma * Log(y)) / (x**-gamma + y**-gamma)),
            ENTROPY.at(these),
        ),
        (Log(halves) - gamma * leaning, by.logs),
        (H(p, gamma), ENTROPY.at(these)),
    ),
)

VARIANCE = Claim(
    "cycles.variance",
    Eq(V(p, gamma), x**gamma * y**gamma * (Log(x) - Log(y)) ** 2 / (x**gamma + y**gamma) ** 2),
    given=valued,
    title="The variance of two equally frequent values",
    proof=calc(
        V(p, gamma),
        (D(mean(p, gamma), gamma), MEAN_SLOPE),
        (D(leaning, gamma), MEAN.at(these)),
        (x**gamma * y**gamma * (Log(x) - Log(y)) ** 2 / (x**gamma + y**gamma) ** 2, by.calculus),
    ),
)

EVEN_VARIANCE = Claim(
    "cycles.even-variance",
    Eq(V(p, -gamma), V(p, gamma)),
    given=valued,
    title="It is the same at gamma and -gamma, too",
    proof=calc(
        V(p, -gamma),
        (x**-gamma * y**-gamma * (Log(x) - Log(y)) ** 2 / (x**-gamma + y**-gamma) ** 2, VARIANCE.at(these)),
        (x**gamma * y**gamma * (Log(x) - Log(y)) ** 2 / (x**gamma + y**gamma) ** 2, by.logs),
        (V(p, gamma), VARIANCE.at(these)),
    ),
)

# --------------------------------------------------------------------------------------------------- to and fro

COMPLEMENTS = Eq(y, 2 / n - x)  # what NORMALISED means here
summed = (POSITIVE, MARKS, HALF, Gt(x, 0), COMPLEMENTS, Gt(y, 0), TWO_VALUES, NORMALISED)

REFLECTED = Claim(
    "cycles.entropy-reflected",
    Eq(H(p, -1), S(p)),
    given=summed,
    title="At -1 the entropy is that of p",
    proof=calc(
        H(p, -1),
        (H(p, Times(-1, 1)), by.algebra),
        (H(p, 1), EVEN.at(these | {gamma: 1})),
        (S(p), ENTROPY_AT_ONE),
    ),
)

REFLECTED_VARIANCE = Claim(
    "cycles.variance-reflected",
    Eq(V(p, -1), V(p, 1)),
    given=valued,
    title="... and so is the variance",
    proof=calc(V(p, -1), (V(p, Times(-1, 1)), by.algebra), (V(p, 1), EVEN_VARIANCE.at(these | {gamma: 1}))),
)

# A hypothesis about p alone, which every p of two equally frequent values satisfies.
SAME_ENTROPY = Assumption("the entropy is the same at -1", Eq(H(p, -1), S(p)))
SAME_VARIANCE = Assumption("so is the variance", Eq(V(p, -1), V(p, 1)))
TARGET = Eq(h_star, S(p) + 2 * V(p, 1))
symmetric = (POSITIVE, NORMALISED, NOT_CONSTANT, SAME_ENTROPY, SAME_VARIANCE)
cyclic = (*symmetric, TARGET)

unit = Eq((gamma - 1) * (gamma + 1), 0)
step_from = gamma + (H(p, gamma) - h_star) / (gamma * V(p, gamma))

UNIT_NONZERO = Claim(
    "cycles.unit-nonzero",
    Ne(gamma, 0),
    given=(unit,),
    title="Neither 1 nor -1 is 0",
    proof=by_cases(
        (Eq(gamma, 1), calc(gamma, (1, Eq(gamma, 1)), ne(0, by.sign))),
        (Eq(gamma, -1), calc(gamma, (-1, Eq(gamma, -1)), ne(0, by.sign))),
    ),
)

UNIT_SLOPE = Claim(
    "cycles.unit-slope",
    Ne(At(D(H(p, a), a), a, gamma), 0),
    given=(POSITIVE, NOT_CONSTANT, unit),
    title="At neither does Newton's denominator vanish",
    defined=(UNIT_NONZERO.at({gamma: gamma}),),
    proof=calc(
        At(D(H(p, a), a), a, gamma),
        (-gamma * V(p, gamma), ENTROPY_SLOPE),
        ne(0, by.sign(-gamma * V(p, gamma), VARIANCE_POSITIVE)),
    ),
)

ENTROPY_AT_UNITS = Claim(
    "cycles.entropy-at-units",
    Eq(H(p, gamma), S(p)),
    given=(POSITIVE, NORMALISED, SAME_ENTROPY, unit),
    title="At both the entropy is that of p",
    proof=by_cases(
        (Eq(gamma, 1), calc(H(p, gamma), (H(p, 1), Eq(gamma, 1)), (S(p), ENTROPY_AT_ONE))),
        (Eq(gamma, -1), calc(H(p, gamma), (H(p, -1), Eq(gamma, -1)), (S(p), SAME_ENTROPY))),
    ),
)

REFLECTS = Claim(
    "cycles.reflects",
    Eq(newton_step(p, gamma, h_star), -gamma),
    given=(*cyclic, unit),
    title="From each of them the step leads to the other, if the target exceeds the entropy by twice the variance",
    defined=(VARIANCE_POSITIVE, UNIT_SLOPE, UNIT_NONZERO.at({gamma: gamma})),
    proof=by_cases(
        (
            Eq(gamma, 1),
            calc(
                newton_step(p, gamma, h_star),
                (step_from, STEP),
                (1 + (H(p, 1) - h_star) / V(p, 1), Eq(gamma, 1)),
                (1 + (S(p) - h_star) / V(p, 1), ENTROPY_AT_ONE),
                (-1, TARGET),
                (-gamma, Eq(gamma, 1)),
            ),
        ),
        (
            Eq(gamma, -1),
            calc(
                newton_step(p, gamma, h_star),
                (step_from, STEP),
                (-1 + (H(p, -1) - h_star) / (-V(p, -1)), Eq(gamma, -1)),
                (-1 + (S(p) - h_star) / (-V(p, 1)), by.algebra(SAME_ENTROPY, SAME_VARIANCE)),
                (1, TARGET),
                (-gamma, Eq(gamma, -1)),
            ),
        ),
    ),
)

now, then = total_exponent(k, p, h_star), total_exponent(k + 1, p, h_star)
CYCLE = Claim(
    "cycles.two-cycle",
    Eq((now - 1) * (now + 1), 0),
    given=cyclic,
    title="Then every exponent of the loop is 1 or -1",
    defined=(VARIANCE_POSITIVE, UNIT_SLOPE),
    proof=induction(
        k,
        base=calc(
            (total_exponent(0, p, h_star) - 1) * (total_exponent(0, p, h_star) + 1),
            (0, total_exponent),
        ),
        step=calc(
            (then - 1) * (then + 1),
            ((newton_step(p, now, h_star) - 1) * (newton_step(p, now, h_star) + 1), total_exponent),
            ((-now - 1) * (-now + 1), by.algebra(REFLECTS, IH)),
            ((now - 1) * (now + 1), by.algebra),
            (0, IH),
        ),
    ),
)

cycling = (VARIANCE_POSITIVE, UNIT_SLOPE, CYCLE)
NO_ZERO = Claim(
    "cycles.no-zero",
    Ne(now, 0),
    given=cyclic,
    title="None of them is zero",
    defined=(*cycling, UNIT_NONZERO.at({gamma: now})),
    proof=calc(now, ne(0, by.sign)),
)

ALTERNATES = Claim(
    "cycles.alternates",
    Eq(then, -now),
    given=cyclic,
    title="... in turn: the loop goes to and fro for ever",
    defined=cycling,
    proof=calc(then, (newton_step(p, now, h_star), total_exponent), (-now, REFLECTS)),
)

NEVER_ARRIVES = Claim(
    "cycles.never-arrives",
    Eq(h_star - S(iterate(k, p, h_star)), 2 * V(p, 1)),
    given=cyclic,
    title="... and its error stays what it was",
    defined=(*cycling, NO_ZERO, DOCUMENT_LOOP, VARENTROPY),
    proof=calc(
        h_star - S(iterate(k, p, h_star)),
        (h_star - H(p, now), ITERATE_ENTROPY),
        (h_star - S(p), ENTROPY_AT_UNITS),
        (2 * V(p, 1), TARGET),
    ),
)

# The same from the other side: as an equation for p it would be put into the loop, which is not known by that name.
VALUED = Assumption("x where e is 1, and y elsewhere, is p", ForAll(i, Eq(x * e[i] + y * (1 - e[i]), p[i])))
two_valued = (POSITIVE, MARKS, HALF, Gt(x, 0), COMPLEMENTS, Gt(y, 0), VALUED, NORMALISED, NOT_CONSTANT, TARGET)
TWO_ENTRIES = Claim(
    "cycles.two-values-never-arrive",
    Eq(h_star - S(iterate(k, p, h_star)), 2 * V(p, 1)),
    given=two_valued,
    title="Whatever two values are equally frequent, the loop never reaches a target 2 Var above the entropy",
    remark="For p = (99/100, 1/100), say, where the target, about 0.474, is within reach.",
    defined=(
        *cycling,
        NO_ZERO,
        DOCUMENT_LOOP,
        VARENTROPY,
        REFLECTED.at(these),
        REFLECTED_VARIANCE.at(these),
    ),
    proof=calc(h_star - S(iterate(k, p, h_star)), (2 * V(p, 1), NEVER_ARRIVES)),
)

NO_COMMON_CONSTANT = Claim(
    "cycles.no-common-constant",
    Gt(h_star - S(iterate(k + 1, p, h_star)), c * (h_star - S(iterate(k, p, h_star))) ** 2),
    given=(*cyclic, Gt(1 - 2 * c * V(p, 1), 0)),
    title="No one C squares the errors of all p: if 2 C Var is below 1, the inequality fails at every step",
    remark="It is for every C if an entry of two is close enough to 1; the target is then still within reach.",
    defined=(*cycling, NO_ZERO, DOCUMENT_LOOP, VARENTROPY),
    proof=calc(
        h_star - S(iterate(k + 1, p, h_star)),
        (2 * V(p, 1), NEVER_ARRIVES),
        gt(c * (2 * V(p, 1)) ** 2, by.sign(2 * V(p, 1) * (1 - 2 * c * V(p, 1)), VARIANCE_POSITIVE)),
        (c * (h_star - S(iterate(k, p, h_star))) ** 2, NEVER_ARRIVES),
    ),
)

TARGET_TOO_HIGH = Refuted(
    "cycles.target-too-high",
    Ge(S(p) + 2 * V(p, 1), Log(n)),
    given=(POSITIVE, NORMALISED, NOT_CONSTANT),
    at={n: 2, p: [Fraction(99, 100), Fraction(1, 100)], r: 0, s: 1},
    correction=NEVER_ARRIVES,
    title="Such a target lies out of reach",
    remark="Here it does not: an exponent near 0.42 attains it.",
)
