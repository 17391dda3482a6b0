"""The power transform p_i^gamma / sum_j p_j^gamma: the escort distribution of order gamma.

It keeps the order of the entries, does not see their scale, and composes by multiplying exponents.  Its entropy comes
in several forms; the last one, from the gaps below the largest entry, is the one to compute with.
"""

from fractions import Fraction

from entnorm.claims import Claim, Eq, Exp, ForAll, Gt, Le, Log, Lt, Power, Refuted, Seq, Sum, by, calc, gt, le

from .entropy import AT_MOST_ONE, MAXIMUM
from .notation import H, S, Z, a, b, c, d, gamma, h_star, i, j, mean, n, p, temperature, tilde
from .setting import NORMALISED, POSITIVE

q = tilde(p, gamma)
WRITTEN_OUT = Claim(
    "escort.written-out",
    Eq(q[i], p[i] ** gamma / Sum(p[j] ** gamma, j)),
    given=(POSITIVE,),
    title="The power transform",
    proof=calc(q[i], (p[i] ** gamma / Sum(p[j] ** gamma, j), by.algebra(tilde, Z))),
)

SUMS_TO_ONE = Claim(
    "escort.sums-to-one",
    Eq(Sum(q[i], i), 1),
    given=(POSITIVE,),
    title="The partition function makes the escort distribution sum to 1",
    proof=calc(Sum(q[i], i), (Sum(p[i] ** gamma, i) / Z(p, gamma), by.termwise(tilde)), (1, Z)),
)

ENTRIES_POSITIVE = Claim(
    "escort.entries-positive",
    Gt(q[i], 0),
    given=(POSITIVE,),
    title="No finite exponent removes an entry",
    proof=calc(q[i], gt(0, by.sign)),
)

IDENTITY_AT_ONE = Claim(
    "escort.identity-at-one",
    Eq(tilde(p, 1)[i], p[i]),
    given=(POSITIVE, NORMALISED),
    title="At gamma = 1 nothing moves",
    proof=calc(tilde(p, 1)[i], (p[i] / Sum(p[j], j), by.algebra(tilde, Z)), (p[i], NORMALISED)),
)

UNIFORM_AT_ZERO = Claim(
    "escort.uniform-at-zero",
    Eq(tilde(p, 0)[i], 1 / n),
    given=(POSITIVE,),
    title="At gamma = 0 the transform is uniform on the support",
    proof=calc(tilde(p, 0)[i], (1 / n, by.termwise(tilde, Z))),
)

SCALE_INVARIANCE = Claim(
    "escort.scale-invariance",
    Eq(tilde(Seq(i, c * p[i]), gamma)[i], q[i]),
    given=(POSITIVE, Gt(c, 0)),
    title="A common factor of p, that is a common shift of the logits, does not matter",
    proof=calc(
        tilde(Seq(i, c * p[i]), gamma)[i],
        ((c * p[i]) ** gamma / Sum((c * p[j]) ** gamma, j), by.algebra(tilde, Z)),
        (c**gamma * p[i] ** gamma / Sum(c**gamma * p[j] ** gamma, j), by.logs),
        (q[i], by.termwise(tilde, Z)),
    ),
)

COMPOSITION = Claim(
    "escort.composition",
    Eq(tilde(tilde(p, a), b)[i], tilde(p, a * b)[i]),
    given=(POSITIVE,),
    title="Power transforms compose by multiplying their exponents",
    proof=calc(
        tilde(tilde(p, a), b)[i],
        ((p[i] ** a / Z(p, a)) ** b / Sum((p[j] ** a / Z(p, a)) ** b, j), by.algebra(tilde, Z)),
        (p[i] ** (a * b) * Z(p, a) ** (-b) / Sum(p[j] ** (a * b) * Z(p, a) ** (-b), j), by.logs),
        (tilde(p, a * b)[i], by.termwise(tilde, Z)),
    ),
)

RATIO = Claim(
    "escort.ratio",
    Eq(q[i] / q[j], (p[i] / p[j]) ** gamma),
    given=(POSITIVE,),
    title="Ratios of entries are raised to the power gamma",
    proof=calc(
        q[i] / q[j],
        (p[i] ** gamma / Z(p, gamma) / (p[j] ** gamma / Z(p, gamma)), tilde),
        (p[i] ** gamma / p[j] ** gamma, by.algebra),
        ((p[i] / p[j]) ** gamma, by.logs),
    ),
)

ORDER = Claim(
    "escort.order",
    Gt(q[i], q[j]),
    given=(POSITIVE, Gt(p[i], p[j]), Gt(gamma, 0)),
    title="For gamma > 0 the transform keeps the order of the entries",
    proof=calc(q[i], gt(q[j], by.sign((p[i] ** gamma - p[j] ** gamma) / Z(p, gamma), tilde))),
)

POWER_BOUNDED = Claim(
    "escort.power-bounded",
    Le(p[i] ** gamma, 1),
    given=(POSITIVE, NORMALISED, Gt(gamma, 0)),
    title="A positive power of a probability is at most 1: it cannot overflow",
    proof=calc(p[i] ** gamma, le(Power(1, gamma), by.sign(Power(1, gamma) - p[i] ** gamma, AT_MOST_ONE)), (1, by.logs)),
)

TEMPERATURE = Claim(
    "escort.temperature",
    Eq(Exp(Log(p[i]) / temperature) / Sum(Exp(Log(p[j]) / temperature), j), tilde(p, 1 / temperature)[i]),
    given=(POSITIVE, Gt(temperature, 0)),
    title="Softmax of log p at temperature T is the power transform of exponent 1/T",
    proof=calc(
        Exp(Log(p[i]) / temperature) / Sum(Exp(Log(p[j]) / temperature), j),
        (p[i] ** (1 / temperature) / Sum(p[j] ** (1 / temperature), j), by.logs),
        (tilde(p, 1 / temperature)[i], by.algebra(tilde, Z)),
    ),
)

LOG_ESCORT = Claim(
    "escort.log-escort",
    Eq(Log(q[i]), gamma * Log(p[i]) - Log(Z(p, gamma))),
    given=(POSITIVE,),
    title="In logarithms the transform is linear",
    proof=calc(Log(q[i]), (gamma * Log(p[i]) - Log(Z(p, gamma)), by.logs(tilde))),
)

ENTROPY_IN_MOMENTS = Claim(
    "escort.entropy-in-moments",
    Eq(H(p, gamma), Log(Z(p, gamma)) - gamma * mean(p, gamma)),
    given=(POSITIVE,),
    title="The entropy in moments",
    proof=calc(
        H(p, gamma),
        (-Sum(q[i] * Log(q[i]), i), by.algebra(H, S)),
        (-Sum(q[i] * (gamma * Log(p[i]) - Log(Z(p, gamma))), i), LOG_ESCORT),
        (Log(Z(p, gamma)) * Sum(q[i], i) - gamma * Sum(q[i] * Log(p[i]), i), by.termwise),
        (Log(Z(p, gamma)) - gamma * Sum(q[i] * Log(p[i]), i), SUMS_TO_ONE),
        (Log(Z(p, gamma)) - gamma * mean(p, gamma), mean),
    ),
)

ENTROPY_WRITTEN_OUT = Claim(
    "escort.entropy-written-out",
    Eq(H(p, gamma), -Sum(p[i] ** gamma / Z(p, gamma) * Log(p[i] ** gamma / Z(p, gamma)), i)),
    given=(POSITIVE,),
    title="The entropy of the escort distribution, written out",
    proof=calc(
        H(p, gamma),
        (-Sum(p[i] ** gamma / Z(p, gamma) * Log(p[i] ** gamma / Z(p, gamma)), i), by.algebra(H, S, tilde)),
    ),
)

ENTROPY_SPLIT = Claim(
    "escort.entropy-split",
    Eq(H(p, gamma), -Sum(p[i] ** gamma / Z(p, gamma) * (gamma * Log(p[i]) - Log(Z(p, gamma))), i)),
    given=(POSITIVE,),
    title="... with the logarithm of the quotient split",
    proof=calc(
        H(p, gamma),
        (-Sum(p[i] ** gamma / Z(p, gamma) * Log(p[i] ** gamma / Z(p, gamma)), i), ENTROPY_WRITTEN_OUT),
        (-Sum(p[i] ** gamma / Z(p, gamma) * (gamma * Log(p[i]) - Log(Z(p, gamma))), i), by.logs),
    ),
)

ENTROPY_EXPLICIT = Claim(
    "escort.entropy-explicit",
    Eq(H(p, gamma), Log(Z(p, gamma)) - gamma * Sum(p[i] ** gamma * Log(p[i]), i) / Z(p, gamma)),
    given=(POSITIVE,),
    title="... and summed",
    proof=calc(
        H(p, gamma),
        (-Sum(p[i] ** gamma / Z(p, gamma) * (gamma * Log(p[i]) - Log(Z(p, gamma))), i), ENTROPY_SPLIT),
        (
            Log(Z(p, gamma)) * Sum(p[i] ** gamma, i) / Z(p, gamma)
            - gamma * Sum(p[i] ** gamma * Log(p[i]), i) / Z(p, gamma),
            by.termwise,
        ),
        (Log(Z(p, gamma)) - gamma * Sum(p[i] ** gamma * Log(p[i]), i) / Z(p, gamma), Z),
    ),
)

FROM_TOP = Claim(
    "escort.entropy-from-top",
    Eq(
        H(p, gamma),
        Log(Sum(Exp(-gamma * d[i]), i)) + Sum(gamma * d[i] * Exp(-gamma * d[i]), i) / Sum(Exp(-gamma * d[i]), i),
    ),
    given=(ForAll(i, Eq(p[i], c * Exp(-d[i]))), Gt(c, 0)),
    title="The entropy from the gaps d_i = log p_max - log p_i alone: nothing overflows",
    remark="c is the largest entry, or any other positive number.",
    proof=calc(
        H(p, gamma),
        (
            Log(Sum((c * Exp(-d[i])) ** gamma, i))
            - gamma * Sum((c * Exp(-d[i])) ** gamma * Log(c * Exp(-d[i])), i) / Sum((c * Exp(-d[i])) ** gamma, i),
            by.algebra(ENTROPY_EXPLICIT, Z, ForAll(i, Eq(p[i], c * Exp(-d[i])))),
        ),
        (
            Log(c**gamma * Sum(Exp(-gamma * d[i]), i))
            - gamma * Sum(c**gamma * Exp(-gamma * d[i]) * (Log(c) - d[i]), i) / Sum(c**gamma * Exp(-gamma * d[i]), i),
            by.logs,
        ),
        (
            Log(Sum(Exp(-gamma * d[i]), i)) + Sum(gamma * d[i] * Exp(-gamma * d[i]), i) / Sum(Exp(-gamma * d[i]), i),
            by.logs,
        ),
    ),
)

ENTROPY_AT_ZERO = Claim(
    "escort.entropy-at-zero",
    Eq(H(p, 0), Log(n)),
    given=(POSITIVE,),
    title="At gamma = 0 the entropy is that of the uniform distribution",
    proof=calc(
        H(p, 0),
        (-Sum(1 / n * Log(1 / n), i), by.termwise(H, S, tilde, Z)),
        (Log(n), by.logs),
    ),
)

ENTROPY_AT_ONE = Claim(
    "escort.entropy-at-one",
    Eq(H(p, 1), S(p)),
    given=(POSITIVE, NORMALISED),
    title="At gamma = 1 the entropy is that of p",
    proof=calc(H(p, 1), (S(tilde(p, 1)), H), (S(p), IDENTITY_AT_ONE)),
)

ENTROPY_BOUNDED = Claim(
    "escort.entropy-bounded",
    Le(H(p, gamma), Log(n)),
    given=(POSITIVE,),
    title="No power transform has an entropy above log n",
    proof=calc(H(p, gamma), (S(q), H), le(Log(n), by.sign(Log(n) - S(q), MAXIMUM))),
)

ENTROPY_CONSTANT = Claim(
    "escort.entropy-of-constant",
    Eq(H(p, gamma), Log(n)),
    given=(ForAll(i, Eq(p[i], c)), Gt(c, 0)),
    title="If p is constant, so is the entropy: no exponent moves it",
    proof=calc(
        H(p, gamma),
        (
            -Sum(c**gamma / Sum(c**gamma, j) * Log(c**gamma / Sum(c**gamma, j)), i),
            by.algebra(H, S, tilde, Z, ForAll(i, Eq(p[i], c))),
        ),
        (-Sum(1 / n * Log(1 / n), i), by.termwise),
        (Log(n), by.logs),
    ),
)

CONSTANT_OUT_OF_REACH = Claim(
    "escort.constant-out-of-reach",
    Gt(H(p, gamma), h_star),
    given=(ForAll(i, Eq(p[i], c)), Gt(c, 0), Lt(h_star, Log(n))),
    title="If p is constant, no exponent of either sign reaches a target below log n",
    remark="So no power of (1/2, 1/2) has the entropy 1/2, though 1/2 lies between 0 and log 2.",
    proof=calc(H(p, gamma), (Log(n), ENTROPY_CONSTANT.at({p: p, c: c})), gt(h_star, by.sign)),
)

ORDER_ANY_EXPONENT = Refuted(
    "escort.order-any-exponent",
    Gt(q[i], q[j]),
    given=(POSITIVE, Gt(p[i], p[j])),
    at={n: 2, p: [Fraction(2, 3), Fraction(1, 3)], i: 0, j: 1, gamma: Fraction(0)},
    correction=ORDER,
    title="The order is kept whatever the exponent",
    remark="At gamma = 0 all entries are equal; for gamma < 0 the order is reversed.",
)
