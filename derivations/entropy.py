"""Shannon entropy: its bounds and when they are attained.

Both bounds come from one inequality, log x <= x - 1.  It makes the divergence of two distributions nonnegative (Gibbs),
and the entropy falls short of log n by the divergence from the uniform distribution.
"""

from fractions import Fraction

from entnorm.claims import At, Attained, Claim, D, Eq, Exp, ForAll, Ge, Gt, Le, Log, Refuted, Seq, Sum, by, calc, ge, le

from .notation import KL, S, c, h, i, j, lagrange, n, p, total, u, uniform, v, x
from .setting import LOG_BOUND, NORMALISED, POSITIVE, U_NORMALISED, U_POSITIVE, V_NORMALISED, V_POSITIVE

half = Fraction(1, 2)
ratio = v[i] / u[i]
shifted = Seq(i, p[i] + x * h[i])

GIBBS = Claim(
    "entropy.gibbs",
    Attained(Ge(KL(u, v), 0), ForAll(i, Eq(u[i], v[i]))),
    given=(U_POSITIVE, V_POSITIVE, U_NORMALISED, V_NORMALISED),
    title="The divergence is nonnegative, and zero only between equal distributions",
    proof=calc(
        KL(u, v),
        (-Sum(u[i] * Log(ratio), i), by.logs(KL)),
        (-Sum(u[i] * Log(ratio), i) + Sum(v[i], i) - Sum(u[i], i), by.algebra(U_NORMALISED, V_NORMALISED)),
        (Sum(u[i] * ((ratio - 1) - Log(ratio)), i), by.termwise),
        ge(0, by.sign(Sum(u[i] * ((ratio - 1) - Log(ratio)), i), LOG_BOUND)),
    ),
)

AS_EXPECTATION = Claim(
    "entropy.as-expectation",
    Eq(S(p), Sum(p[i] * -Log(p[i]), i)),
    title="Entropy is the mean of -log p",
    given=(POSITIVE,),
    proof=calc(S(p), (Sum(p[i] * -Log(p[i]), i), by.termwise(S))),
)

AT_MOST_ONE = Claim(
    "entropy.entries-at-most-one",
    Le(p[i], 1),
    given=(POSITIVE, NORMALISED),
    title="No entry exceeds 1",
    proof=calc(p[i], le(Sum(p[j], j), by.sign), (1, NORMALISED)),
)

SUMMAND_NONNEGATIVE = Claim(
    "entropy.summand-nonnegative",
    Ge(-(p[i] * Log(p[i])), 0),
    given=(POSITIVE, NORMALISED),
    title="Every summand of the entropy is nonnegative",
    proof=calc(-(p[i] * Log(p[i])), ge(0, by.sign(-(p[i] * Log(p[i])), AT_MOST_ONE))),
)

NONNEGATIVE = Claim(
    "entropy.nonnegative",
    Attained(Ge(S(p), 0), ForAll(i, Eq(p[i], 1))),
    given=(POSITIVE, NORMALISED),
    title="Entropy is nonnegative, and zero only where every positive entry is 1: one-hot",
    proof=calc(
        S(p),
        (Sum(p[i] * -Log(p[i]), i), by.termwise(S)),
        ge(0, by.sign(Sum(p[i] * -Log(p[i]), i), AT_MOST_ONE)),
    ),
)

DEFICIT = Claim(
    "entropy.deficit",
    Eq(S(p), Log(n) - KL(p, uniform)),
    given=(POSITIVE, NORMALISED),
    title="The entropy falls short of log n by the divergence from the uniform distribution",
    proof=calc(
        S(p),
        (-Sum(p[i] * Log(p[i]), i), S),
        (Log(n) * Sum(p[i], i) - Sum(p[i] * (Log(p[i]) + Log(n)), i), by.termwise),
        (Log(n) - Sum(p[i] * (Log(p[i]) + Log(n)), i), NORMALISED),
        (Log(n) - Sum(p[i] * (Log(p[i]) - Log(1 / n)), i), by.logs),
        (Log(n) - KL(p, uniform), KL),
    ),
)

MAXIMUM = Claim(
    "entropy.maximum",
    Attained(Le(S(p), Log(n)), ForAll(i, Eq(p[i], 1 / n))),
    given=(POSITIVE, NORMALISED),
    title="The entropy is at most log n, and equal to it only for the uniform distribution",
    proof=calc(
        S(p),
        (Log(n) - KL(p, uniform), DEFICIT),
        le(Log(n), by.sign(KL(p, uniform), GIBBS)),
    ),
)

UNIFORM = Claim(
    "entropy.of-uniform",
    Eq(S(uniform), Log(n)),
    title="The uniform distribution has entropy log n",
    proof=calc(
        S(uniform),
        (-Sum(1 / n * Log(1 / n), i), S),
        (-Log(1 / n), by.termwise),
        (Log(n), by.logs),
    ),
)

MAXIMUM_AMONG = Claim(
    "entropy.maximum-among",
    Le(S(p), Log(total)),
    given=(POSITIVE, NORMALISED, Gt(total, 0), Ge(total, n)),
    title="Zeros do not raise the bound: n positive entries out of N have an entropy of at most log N",
    proof=calc(S(p), le(Log(n), by.sign(Log(n) - S(p), MAXIMUM)), le(Log(total), by.sign)),
)

LAGRANGE = Claim(
    "entropy.lagrange",
    Eq(
        At(D(S(shifted) - lagrange * (Sum(p[i] + x * h[i], i) - 1), x), x, 0),
        Sum(h[i] * (-Log(p[i]) - 1 - lagrange), i),
    ),
    given=(POSITIVE,),
    title="The derivative of the Lagrangian in any direction h: its gradient has the entries -log p_i - 1 - lambda",
    proof=calc(
        At(D(S(shifted) - lagrange * (Sum(p[i] + x * h[i], i) - 1), x), x, 0),
        (
            At(
                D(-Sum((p[i] + x * h[i]) * Log(p[i] + x * h[i]), i) - lagrange * (Sum(p[i] + x * h[i], i) - 1), x), x, 0
            ),
            S,
        ),
        (
            At(
                -Sum(h[i] * Log(p[i] + x * h[i]) + (p[i] + x * h[i]) * h[i] / (p[i] + x * h[i]), i)
                - lagrange * Sum(h[i], i),
                x,
                0,
            ),
            by.calculus,
        ),
        (-Sum(h[i] * Log(p[i]) + h[i], i) - lagrange * Sum(h[i], i), by.termwise),
        (Sum(h[i] * (-Log(p[i]) - 1 - lagrange), i), by.termwise),
    ),
)

STATIONARY = Claim(
    "entropy.stationary",
    Eq(p[i], Exp(-1 - lagrange)),
    given=(POSITIVE, ForAll(i, Eq(Log(p[i]), -1 - lagrange))),
    title="Where the gradient of the Lagrangian vanishes all entries are equal",
    proof=calc(p[i], (Exp(Log(p[i])), by.logs), (Exp(-1 - lagrange), ForAll(i, Eq(Log(p[i]), -1 - lagrange)))),
)

STATIONARY_IS_LARGEST = Refuted(
    "entropy.stationary-is-largest",
    Le(Sum(u[i] ** 2, i), Sum(p[i] ** 2, i)),
    given=(POSITIVE, NORMALISED, U_POSITIVE, U_NORMALISED, ForAll(i, Eq(2 * p[i], lagrange))),
    at={n: 2, p: [half, half], lagrange: Fraction(1), u: [Fraction(3, 4), Fraction(1, 4)]},
    correction=MAXIMUM,
    title="Where the gradient of a Lagrangian vanishes on the simplex, here that of the sum of squares, is its maximum",
    remark="There is one such point, the uniform distribution; for the sum of squares it is the minimum.",
)

STATIONARY_VALUE = Claim(
    "entropy.stationary-value",
    Eq(p[i], 1 / n),
    given=(NORMALISED, ForAll(i, Eq(p[i], c))),
    title="A constant distribution is uniform",
    proof=calc(
        p[i],
        (c, ForAll(i, Eq(p[i], c))),
        (Sum(c, j) / n, by.termwise),
        (Sum(p[j], j) / n, ForAll(i, Eq(p[i], c))),
        (1 / n, NORMALISED),
    ),
)
