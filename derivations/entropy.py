"""Shannon entropy: its bounds and when they are attained.

Both bounds come from one inequality, log x <= x - 1.  It makes the divergence of two distributions nonnegative (Gibbs),
and the entropy falls short of log n by the divergence from the uniform distribution.
"""

from entnorm.claims import Attained, Claim, Eq, ForAll, Ge, Le, Log, Sum, by, calc, ge, le

from .notation import KL, S, i, j, n, p, u, uniform, v
from .setting import LOG_BOUND, NORMALISED, POSITIVE, U_NORMALISED, U_POSITIVE, V_NORMALISED, V_POSITIVE

ratio = v[i] / u[i]

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

AT_MOST_ONE = Claim(
    "entropy.entries-at-most-one",
    Le(p[i], 1),
    given=(POSITIVE, NORMALISED),
    title="No entry exceeds 1",
    proof=calc(p[i], le(Sum(p[j], j), by.sign), (1, NORMALISED)),
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
