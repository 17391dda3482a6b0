"""The closest pairs: what reweighting a variable, and fitting both marginals, are the nearest of.

J and K are joint densities of X, the index, and Y, a point of any space.  Their divergence is that of the marginals of
X and, besides, the mean of those of the conditional densities, none of which is negative.  So of all K whose X has a
given entropy the nearest to J has the conditional densities of J, and the power transform for its marginal.

A density r_i c(o) J_i(o) has the odds ratios of J, and whatever its marginals are, none that has them is nearer to J.
"""

from entnorm.claims import (
    Assumption,
    Claim,
    Eq,
    ForAll,
    Ge,
    Gt,
    Integrable,
    Integral,
    Log,
    Rows,
    Seq,
    Sum,
    by,
    calc,
    ge,
)

from .divergences import GIBBS
from .escort import LOG_ESCORT, SUMS_TO_ONE
from .joint import J_FINITE, J_POSITIVE, MARGINAL_KEPT
from .notation import KL, S, Z, divergence, gamma, i, marginal, o, p, rows, sigma, tilde, u, v
from .setting import LOG_BOUND, U_POSITIVE, V_NORMALISED, V_POSITIVE

others = Rows("K")
x_of_j, x_of_k = marginal(rows), marginal(others)
of_j, of_k = x_of_j[i], x_of_k[i]

K_POSITIVE = Assumption("K is positive", ForAll(i, ForAll(o, others[i][o] > 0)))
K_FINITE = Assumption("its rows are integrable", ForAll(i, Integrable(others[i][o], o)))
K_LOG_FINITE = Assumption("... with their logarithms", ForAll(i, Integrable(others[i][o] * Log(others[i][o]), o)))
K_LOG_J_FINITE = Assumption("... and with those of J", ForAll(i, Integrable(others[i][o] * Log(rows[i][o]), o)))
PAIRS = (J_POSITIVE, J_FINITE, K_POSITIVE, K_FINITE, K_LOG_FINITE, K_LOG_J_FINITE)

between = Sum(Integral(others[i][o] * (Log(others[i][o]) - Log(rows[i][o])), o), i)
within = Sum(of_k * divergence(Seq(o, others[i][o] / of_k), Seq(o, rows[i][o] / of_j)), i)

CHAIN_RULE = Claim(
    "nearest.chain-rule",
    Eq(between, KL(x_of_k, x_of_j) + within),
    given=PAIRS,
    title="The divergence of two pairs is that of the marginals of X and the mean of those of Y given X",
    proof=calc(
        between,
        (
            Sum((Log(of_k) - Log(of_j)) * Integral(others[i][o], o), i)
            + Sum(Integral(others[i][o] * (Log(others[i][o]) - Log(of_k) - Log(rows[i][o]) + Log(of_j)), o), i),
            by.termwise,
        ),
        (
            Sum((Log(of_k) - Log(of_j)) * Integral(others[i][o], o), i)
            + Sum(Integral(others[i][o] * (Log(others[i][o] / of_k) - Log(rows[i][o] / of_j)), o), i),
            by.logs,
        ),
        (
            Sum((Log(of_k) - Log(of_j)) * Integral(others[i][o], o), i)
            + Sum(of_k * Integral(others[i][o] / of_k * (Log(others[i][o] / of_k) - Log(rows[i][o] / of_j)), o), i),
            by.termwise,
        ),
        (
            Sum((Log(of_k) - Log(of_j)) * of_k, i)
            + Sum(of_k * Integral(others[i][o] / of_k * (Log(others[i][o] / of_k) - Log(rows[i][o] / of_j)), o), i),
            marginal,
        ),
        (KL(x_of_k, x_of_j) + within, by.algebra(KL, divergence)),
    ),
)

MARGINALS_CLOSER = Claim(
    "nearest.marginals-closer",
    Ge(between, KL(x_of_k, x_of_j)),
    given=PAIRS,
    title="So no two pairs are closer than their marginals",
    proof=calc(
        between,
        (KL(x_of_k, x_of_j) + within, CHAIN_RULE),
        ge(KL(x_of_k, x_of_j), by.sign(within, GIBBS)),
    ),
)

moved = u[i] * (rows[i][o] / of_j)
REWEIGHTED = Claim(
    "nearest.reweighted",
    Eq(Sum(Integral(moved * (Log(moved) - Log(rows[i][o])), o), i), KL(u, x_of_j)),
    given=(J_POSITIVE, J_FINITE, U_POSITIVE),
    title="A pair whose X is reweighted, with Y given X as it was, is as close as the marginals",
    proof=calc(
        Sum(Integral(moved * (Log(moved) - Log(rows[i][o])), o), i),
        (Sum(Integral(moved * (Log(u[i]) - Log(of_j)), o), i), by.logs),
        (Sum((Log(u[i]) - Log(of_j)) * Integral(moved, o), i), by.termwise),
        (Sum((Log(u[i]) - Log(of_j)) * u[i], i), MARGINAL_KEPT),
        (KL(u, x_of_j), KL),
    ),
)

q = tilde(x_of_j, gamma)
of_entropy = -S(x_of_k) + (S(x_of_k) - Log(Z(x_of_j, gamma)) * Sum(of_k, i)) / gamma

AT_MARGINAL_ENTROPY = Claim(
    "nearest.at-marginal-entropy",
    Eq(between, of_entropy + KL(x_of_k, q) / gamma + within),
    given=(*PAIRS, Gt(gamma, 0)),
    title="The divergence of any pair from J is made of the entropy of its X, and of two divergences",
    proof=calc(
        between,
        (KL(x_of_k, x_of_j) + within, CHAIN_RULE),
        (Sum(of_k * Log(of_k), i) - Sum(of_k * Log(of_j), i) + within, by.termwise(KL)),
        (
            Sum(of_k * Log(of_k), i)
            + (-Sum(of_k * (gamma * Log(of_j) - Log(Z(x_of_j, gamma))), i) - Log(Z(x_of_j, gamma)) * Sum(of_k, i))
            / gamma
            + within,
            by.termwise,
        ),
        (
            Sum(of_k * Log(of_k), i)
            + (-Sum(of_k * Log(q[i]), i) - Log(Z(x_of_j, gamma)) * Sum(of_k, i)) / gamma
            + within,
            LOG_ESCORT.at({p: x_of_j, gamma: gamma}),
        ),
        (of_entropy + KL(x_of_k, q) / gamma + within, by.termwise(S, KL)),
    ),
)

shares_of_x = v[i] / u[i]
ANY_TOTAL = Claim(
    "nearest.any-total",
    Ge(KL(u, v), Sum(u[i], i) - 1),
    given=(U_POSITIVE, V_POSITIVE, V_NORMALISED),
    title="Gibbs' inequality for numbers u that need not add up to 1",
    proof=calc(
        KL(u, v),
        (-Sum(u[i] * Log(shares_of_x), i), by.logs(KL)),
        (-Sum(u[i] * Log(shares_of_x), i) + Sum(v[i], i) - 1, by.algebra(V_NORMALISED)),
        (Sum(u[i] * ((shares_of_x - 1) - Log(shares_of_x)), i) + (Sum(u[i], i) - 1), by.termwise),
        ge(Sum(u[i], i) - 1, by.sign(Sum(u[i] * ((shares_of_x - 1) - Log(shares_of_x)), i), LOG_BOUND)),
    ),
)

beyond = Sum(of_k, i) - 1
CLOSEST_AT_ENTROPY = Claim(
    "nearest.closest-at-marginal-entropy",
    Ge(between, of_entropy + beyond / gamma),
    given=(*PAIRS, Gt(gamma, 0)),
    title="So no pair is closer to J than the entropy of its X allows",
    remark="Probabilities K add up to 1, so that the bound depends on K by the entropy S(K_X) alone. It is attained"
    " where the marginal of X is the escort distribution, and Y given X is as in J (`nearest.at-marginal-entropy`);"
    " that it is attained there alone is no part of the claim.",
    proof=calc(
        between,
        (of_entropy + KL(x_of_k, q) / gamma + within, AT_MARGINAL_ENTROPY.at({gamma: gamma})),
        ge(of_entropy + KL(x_of_k, q) / gamma, by.sign(within, GIBBS)),
        ge(of_entropy + beyond / gamma, by.sign((KL(x_of_k, q) - beyond) / gamma, ANY_TOTAL, SUMS_TO_ONE)),
    ),
)

# ----------------------------------------------------------------------------------------------- both marginals

fitted = rows[i][o] * u[i] * sigma[o]
FACTORS_POSITIVE = (U_POSITIVE, Assumption("c is positive", ForAll(o, Gt(sigma[o], 0))))
SAME_X = Assumption(
    "K and the fitted pair have the same marginal of X",
    ForAll(i, Eq(Integral(others[i][o], o), Integral(fitted, o))),
)
SAME_Y = Assumption(
    "... and of Y, so that the mean of log c is the same",
    Eq(Sum(Integral(others[i][o] * Log(sigma[o]), o), i), Sum(Integral(fitted * Log(sigma[o]), o), i)),
)
FITTED_FINITE = (
    Assumption("the fitted rows are integrable", ForAll(i, Integrable(rows[i][o] * sigma[o], o))),
    Assumption("... with the logarithms of c", ForAll(i, Integrable(rows[i][o] * sigma[o] * Log(sigma[o]), o))),
    Assumption("... as is K with those of c", ForAll(i, Integrable(others[i][o] * Log(sigma[o]), o))),
)

log_of_factors = Log(u[i]) + Log(sigma[o])
moved_apart = Sum(Integral(fitted * log_of_factors, o), i)
margin = Sum(Integral(others[i][o] * (Log(others[i][o]) - Log(rows[i][o]) - log_of_factors), o), i)
BOTH = (*PAIRS, *FACTORS_POSITIVE, *FITTED_FINITE)

PYTHAGORAS = Claim(
    "nearest.pythagoras",
    Eq(between, moved_apart + margin),
    given=(*BOTH, SAME_X, SAME_Y),
    title="Divergences add as squares do: from J to the fitted pair r c J, and from there to a pair with its marginals",
    remark="Of the marginal of Y no more is assumed than what it gives: that the mean of log c is the same.",
    proof=calc(
        between,
        (
            Sum(Log(u[i]) * Integral(others[i][o], o), i) + Sum(Integral(others[i][o] * Log(sigma[o]), o), i) + margin,
            by.termwise,
        ),
        (
            Sum(Log(u[i]) * Integral(fitted, o), i) + Sum(Integral(fitted * Log(sigma[o]), o), i) + margin,
            by.algebra(SAME_X, SAME_Y),
        ),
        (moved_apart + margin, by.termwise),
    ),
)

shares = fitted / others[i][o]
MARGIN = Claim(
    "nearest.margin",
    Ge(margin, 0),
    given=(*BOTH, SAME_X),
    title="... of which the second is not negative",
    proof=calc(
        margin,
        (-Sum(Integral(others[i][o] * Log(shares), o), i), by.logs),
        (
            -Sum(Integral(others[i][o] * Log(shares), o), i)
            + (Sum(Integral(fitted, o), i) - Sum(Integral(others[i][o], o), i)),
            by.algebra(SAME_X),
        ),
        (Sum(Integral(others[i][o] * ((shares - 1) - Log(shares)), o), i), by.termwise),
        ge(0, by.sign(Sum(Integral(others[i][o] * ((shares - 1) - Log(shares)), o), i), LOG_BOUND)),
    ),
)

FITTED = Claim(
    "nearest.fitted",
    Ge(between, moved_apart),
    given=(*BOTH, SAME_X, SAME_Y),
    title="So no pair with its marginals is closer to J than the fitted pair r c J",
    remark="On the right is the divergence of the fitted pair from J. It is what iterative proportional fitting finds,"
    " and it has the odds ratios of J. That no other pair is as close is no part of the claim.",
    proof=calc(
        between,
        (moved_apart + margin, PYTHAGORAS.at({u: u, sigma: sigma})),
        ge(moved_apart, by.sign(margin, MARGIN)),
    ),
)
