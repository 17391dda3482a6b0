"""How the power transform relates to what others do, and formulas of the document's applications.

The mean of a score is zero: a formula that weights the gradients of log p by p itself is zero for every model.
"""

from fractions import Fraction

from entnorm.claims import (
    Attained,
    Claim,
    D,
    Eq,
    Exp,
    ForAll,
    Ge,
    Gt,
    Le,
    Log,
    Ne,
    Refuted,
    Seq,
    Sum,
    by,
    calc,
    ge,
    le,
    n,
)

from .entropy import GIBBS
from .escort import ENTROPY_IN_MOMENTS, LOG_ESCORT, SUMS_TO_ONE
from .losses import EXPECTED_LOSS
from .notation import KL, H, S, Z, d, gamma, i, j, mean, p, r, renyi, temperature, tilde, u
from .setting import POSITIVE, U_NORMALISED, U_POSITIVE
from .slopes import LOG_PARTITION_SLOPE

q = tilde(p, gamma)

SCORE_MEAN_ZERO = Claim(
    "relations.score-mean-zero",
    Eq(Sum(q[i] * D(Log(q[i]), gamma), i), 0),
    given=(POSITIVE,),
    title="The mean of the score is zero",
    remark="For any other parameter the reason is the same: the sum of q_i D(log q_i) is that of the D(q_i).",
    proof=calc(
        Sum(q[i] * D(Log(q[i]), gamma), i),
        (Sum(q[i] * D(gamma * Log(p[i]) - Log(Z(p, gamma)), gamma), i), LOG_ESCORT),
        (Sum(q[i] * (Log(p[i]) - D(Log(Z(p, gamma)), gamma)), i), by.calculus),
        (Sum(q[i] * (Log(p[i]) - mean(p, gamma)), i), LOG_PARTITION_SLOPE),
        (Sum(q[i] * Log(p[i]), i) - mean(p, gamma) * Sum(q[i], i), by.termwise),
        (Sum(q[i] * Log(p[i]), i) - mean(p, gamma), SUMS_TO_ONE),
        (0, mean),
    ),
)

LOSS_GRADIENT = Refuted(
    "relations.loss-gradient",
    Eq(D(-Log(q[r]), gamma), Sum(q[i] * D(Log(q[i]), gamma), i)),
    given=(POSITIVE,),
    at={n: 2, p: [Fraction(2, 3), Fraction(1, 3)], r: 0, gamma: Fraction(1)},
    correction=EXPECTED_LOSS,
    title="The gradient of a loss is the mean of the score",
    remark="The right side is zero whatever the loss, which it does not name; that of position r has another gradient.",
)

SOFTMAX = Claim(
    "relations.softmax",
    Eq(Exp(d[i]) / Sum(Exp(d[i]), i), p[i] / Sum(p[i], i)),
    given=(ForAll(i, Eq(p[i], Exp(d[i]))),),
    title="Softmax normalises the exponentials of its logits",
    proof=calc(Exp(d[i]) / Sum(Exp(d[i]), i), (p[i] / Sum(p[i], i), ForAll(i, Eq(p[i], Exp(d[i]))))),
)

SOFTMAX_TEMPERATURE = Claim(
    "relations.softmax-temperature",
    Eq(Exp(d[i] / temperature) / Sum(Exp(d[j] / temperature), j), tilde(Seq(i, Exp(d[i])), 1 / temperature)[i]),
    given=(Ne(temperature, 0),),
    title="Softmax at temperature T is the power transform of exponent 1/T of the exponentials of the logits",
    proof=calc(
        Exp(d[i] / temperature) / Sum(Exp(d[j] / temperature), j),
        (Exp(d[i]) ** (1 / temperature) / Sum(Exp(d[j]) ** (1 / temperature), j), by.logs),
        (tilde(Seq(i, Exp(d[i])), 1 / temperature)[i], by.algebra(tilde, Z)),
    ),
)

SOFTMAX_SHIFT = Claim(
    "relations.softmax-shift",
    Eq(Exp(d[i] + gamma) / Sum(Exp(d[i] + gamma), i), Exp(d[i]) / Sum(Exp(d[i]), i)),
    title="Softmax does not see a common shift of its logits: subtracting the largest keeps every exponential below 1",
    proof=calc(
        Exp(d[i] + gamma) / Sum(Exp(d[i] + gamma), i),
        (Exp(gamma) * Exp(d[i]) / Sum(Exp(gamma) * Exp(d[i]), i), by.logs),
        (Exp(d[i]) / Sum(Exp(d[i]), i), by.termwise),
    ),
)

# ------------------------------------------------------------------------------- variational and physical identities

VARIATIONAL = Claim(
    "relations.variational-identity",
    Eq(KL(u, p), -S(u) + (S(u) + KL(u, q) - Log(Z(p, gamma))) / gamma),
    given=(POSITIVE, U_POSITIVE, U_NORMALISED, Ne(gamma, 0)),
    title="The divergence of any distribution from p, through the escort distribution",
    proof=calc(
        KL(u, p),
        (
            Sum(u[i] * Log(u[i]), i)
            + (-Sum(u[i] * (gamma * Log(p[i]) - Log(Z(p, gamma))), i) - Log(Z(p, gamma)) * Sum(u[i], i)) / gamma,
            by.termwise(KL),
        ),
        (
            Sum(u[i] * Log(u[i]), i) + (-Sum(u[i] * Log(q[i]), i) - Log(Z(p, gamma)) * Sum(u[i], i)) / gamma,
            LOG_ESCORT,
        ),
        (
            Sum(u[i] * Log(u[i]), i) + (-Sum(u[i] * Log(q[i]), i) - Log(Z(p, gamma))) / gamma,
            U_NORMALISED,
        ),
        (-S(u) + (S(u) + KL(u, q) - Log(Z(p, gamma))) / gamma, by.termwise(S, KL)),
    ),
)

CLOSEST = Claim(
    "relations.closest-at-entropy",
    Attained(Ge(KL(u, p), KL(q, p)), ForAll(i, Eq(u[i], q[i]))),
    given=(POSITIVE, U_POSITIVE, U_NORMALISED, Gt(gamma, 0), Eq(S(u), H(p, gamma))),
    title="Among the positive distributions of its entropy the escort distribution of exponent gamma > 0 is the "
    "closest to p",
    proof=calc(
        KL(u, p),
        (-S(u) + (S(u) + KL(u, q) - Log(Z(p, gamma))) / gamma, VARIATIONAL.at({p: p, u: u, gamma: gamma})),
        (
            -H(p, gamma) + (H(p, gamma) + KL(u, q) - Log(Z(p, gamma))) / gamma,
            Eq(S(u), H(p, gamma)),
        ),
        ge(
            -H(p, gamma) + (H(p, gamma) - Log(Z(p, gamma))) / gamma,
            by.sign(KL(u, q) / gamma, GIBBS),
        ),
        (-S(q) + (S(q) + KL(q, q) - Log(Z(p, gamma))) / gamma, by.termwise(H, KL)),
        (KL(q, p), VARIATIONAL.at({p: p, u: q, gamma: gamma})),
    ),
)

score = Sum(u[i] * Log(p[i]), i)
expected = (
    (
        (Log(Z(p, gamma)) * Sum(u[i], i) - S(u) - Sum(u[i] * (Log(u[i]) - (gamma * Log(p[i]) - Log(Z(p, gamma)))), i))
        / gamma,
        by.termwise(S),
    ),
    ((Log(Z(p, gamma)) * Sum(u[i], i) - S(u) - Sum(u[i] * (Log(u[i]) - Log(q[i])), i)) / gamma, LOG_ESCORT),
    ((Log(Z(p, gamma)) * Sum(u[i], i) - S(u) - KL(u, q)) / gamma, KL),
    ((Log(Z(p, gamma)) - S(u) - KL(u, q)) / gamma, U_NORMALISED),
)

ARGMAX_AT_ENTROPY = Claim(
    "relations.argmax-at-entropy",
    Attained(Le(score, mean(p, gamma)), ForAll(i, Eq(u[i], q[i]))),
    given=(POSITIVE, U_POSITIVE, U_NORMALISED, Gt(gamma, 0), Eq(S(u), H(p, gamma))),
    title="Among the positive distributions of its entropy the escort distribution alone has the largest mean of log p",
    proof=calc(
        score,
        *expected,
        le((Log(Z(p, gamma)) - S(u)) / gamma, by.sign(KL(u, q) / gamma, GIBBS)),
        ((Log(Z(p, gamma)) - H(p, gamma)) / gamma, Eq(S(u), H(p, gamma))),
        (mean(p, gamma), ENTROPY_IN_MOMENTS),
    ),
)

CONSTRAINED_ARGMAX = Claim(
    "relations.constrained-argmax",
    Le(score, mean(p, gamma)),
    given=(POSITIVE, U_POSITIVE, U_NORMALISED, Gt(gamma, 0), Ge(S(u), H(p, gamma))),
    title="... and no positive distribution of at least its entropy has a larger one",
    remark="So softmax with a prescribed entropy is an argmax under a constraint, where softmax at a fixed temperature"
    " is one with a penalty.",
    proof=calc(
        score,
        *expected,
        le((Log(Z(p, gamma)) - S(u)) / gamma, by.sign(KL(u, q) / gamma, GIBBS)),
        le((Log(Z(p, gamma)) - H(p, gamma)) / gamma, by.sign((S(u) - H(p, gamma)) / gamma)),
        (mean(p, gamma), ENTROPY_IN_MOMENTS),
    ),
)

FREE_ENERGY = Claim(
    "relations.free-energy",
    Eq(-temperature * Log(Z(p, 1 / temperature)), -mean(p, 1 / temperature) - temperature * H(p, 1 / temperature)),
    given=(POSITIVE, Gt(temperature, 0)),
    title="Free energy is energy minus temperature times entropy, with the energies -log p_i",
    proof=calc(
        -temperature * Log(Z(p, 1 / temperature)),
        (
            -mean(p, 1 / temperature)
            - temperature * (Log(Z(p, 1 / temperature)) - 1 / temperature * mean(p, 1 / temperature)),
            by.algebra,
        ),
        (-mean(p, 1 / temperature) - temperature * H(p, 1 / temperature), ENTROPY_IN_MOMENTS),
    ),
)

RENYI_IDENTITY = Claim(
    "relations.renyi",
    Eq(H(p, gamma), renyi(p, gamma) + gamma * (gamma - 1) * D(renyi(p, gamma), gamma)),
    given=(POSITIVE, Ne(gamma, 1)),
    title="The entropy of the escort distribution from the Rényi entropy of p and its slope",
    proof=calc(
        H(p, gamma),
        (Log(Z(p, gamma)) - gamma * mean(p, gamma), ENTROPY_IN_MOMENTS),
        (
            Log(Z(p, gamma)) / (1 - gamma)
            + gamma * (gamma - 1) * (mean(p, gamma) / (1 - gamma) + Log(Z(p, gamma)) / (1 - gamma) ** 2),
            by.algebra,
        ),
        (
            Log(Z(p, gamma)) / (1 - gamma)
            + gamma * (gamma - 1) * (D(Log(Z(p, gamma)), gamma) / (1 - gamma) + Log(Z(p, gamma)) / (1 - gamma) ** 2),
            LOG_PARTITION_SLOPE,
        ),
        (
            Log(Z(p, gamma)) / (1 - gamma) + gamma * (gamma - 1) * D(Log(Z(p, gamma)) / (1 - gamma), gamma),
            by.calculus,
        ),
        (renyi(p, gamma) + gamma * (gamma - 1) * D(renyi(p, gamma), gamma), renyi),
    ),
)
