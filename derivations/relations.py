"""How the power transform relates to what others do, and formulas of the document's applications.

The mean of a score is zero: a formula that weights the gradients of log p by p itself is zero for every model.
"""

from fractions import Fraction

from entnorm.claims import Claim, D, Eq, Exp, ForAll, Log, Refuted, Sum, by, calc, n

from .escort import LOG_ESCORT, LOG_PARTITION_SLOPE, SUMS_TO_ONE
from .notation import Z, d, gamma, i, mean, p, r, tilde
from .setting import POSITIVE

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
    correction=SCORE_MEAN_ZERO,
    title="The gradient of a loss is the mean of the score",
    remark="The right side is zero whatever the loss; the cross-entropy of position r has another gradient.",
)

SOFTMAX = Claim(
    "relations.softmax",
    Eq(Exp(d[i]) / Sum(Exp(d[i]), i), p[i] / Sum(p[i], i)),
    given=(ForAll(i, Eq(p[i], Exp(d[i]))),),
    title="Softmax normalises the exponentials of its logits",
    proof=calc(Exp(d[i]) / Sum(Exp(d[i]), i), (p[i] / Sum(p[i], i), ForAll(i, Eq(p[i], Exp(d[i]))))),
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
