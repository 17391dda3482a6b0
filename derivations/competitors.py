"""The same among all distributions that have zeros as well, and not the positive ones alone.

A distribution u whose divergence from p is finite may vanish where p is positive.  Marks e of its support say where it
does not: u_i is 0 where e_i is 0, and positive where e_i is 1, as on the page on zeros.  With 0 log 0 = 0 the
divergence stays nonnegative, and what is closest to p, or has the largest mean of log p, is still the escort
distribution alone.
"""

from fractions import Fraction

from entnorm.claims import (
    Assumption,
    Attained,
    Claim,
    Eq,
    ForAll,
    Ge,
    Gt,
    Le,
    Log,
    Lt,
    Refuted,
    Sum,
    by,
    by_cases,
    calc,
    ge,
    le,
    lt,
    n,
)

from .escort import ENTROPY_IN_MOMENTS, LOG_ESCORT, SUMS_TO_ONE
from .notation import KL, KL0, S0, H, S, Z, e, f, gamma, i, mean, p, tilde, u, uniform, v, w, x, y
from .setting import LOG_BOUND, MARKS, POSITIVE, U_NORMALISED, U_POSITIVE, V_NORMALISED, V_POSITIVE
from .zeros import ALL_PRESENT, PRESENT_POSITIVE, one

q = tilde(p, gamma)
U_ABSENT = Assumption("where e_i is 0, u_i is 0", ForAll(i, Eq((1 - e[i]) * u[i], 0)))
U_PRESENT = Assumption("where e_i is 1, u_i is positive", ForAll(i, Gt(u[i] + (1 - e[i]), 0)))
U_SUPPORT = (MARKS, U_ABSENT, U_PRESENT, U_NORMALISED)
V_SUPPORT = (
    Assumption("every f_i is 0 or 1", ForAll(i, Eq(f[i] * (1 - f[i]), 0))),
    Assumption("where f_i is 0, v_i is 0", ForAll(i, Eq((1 - f[i]) * v[i], 0))),
    Assumption("where f_i is 1, v_i is positive", ForAll(i, Gt(v[i] + (1 - f[i]), 0))),
    V_NORMALISED,
)

# ------------------------------------------------------------------------------------------------------ the divergence

whole = x + (1 - w)  # x where it is marked, and 1 elsewhere
SUMMAND = Claim(
    "competitors.summand",
    Attained(Ge(x * (Log(whole) - Log(y)) - x + y, 0), Eq(x, y)),
    given=(*one, Gt(y, 0)),
    title="A summand of the divergence, made up for the sums of both distributions, is zero only where they agree",
    defined=(PRESENT_POSITIVE.at({w: w, x: x}),),
    proof=by_cases(
        (
            Eq(w, 0),
            calc(
                x * (Log(whole) - Log(y)) - x + y,
                ((Log(whole) - Log(y)) * ((1 - w) * x) - ((1 - w) * x) + y, Eq(w, 0)),
                (y, Eq((1 - w) * x, 0)),
                (((1 - w) * x) ** 2 / y - 2 * ((1 - w) * x) + y, Eq((1 - w) * x, 0)),
                ((x - y) ** 2 / y, Eq(w, 0)),
                ge(0, by.sign((x - y) ** 2 / y)),
            ),
        ),
        (
            Eq(w, 1),
            calc(
                x * (Log(whole) - Log(y)) - x + y,
                (x * (Log(x) - Log(y)) - x + y, Eq(w, 1)),
                (x * ((y / x - 1) - Log(y / x)), by.logs(PRESENT_POSITIVE.at({w: w, x: x}))),
                ge(0, by.sign(x * ((y / x - 1) - Log(y / x)), LOG_BOUND, PRESENT_POSITIVE.at({w: w, x: x}))),
            ),
        ),
    ),
)

GIBBS_WITH_ZEROS = Claim(
    "competitors.gibbs",
    Attained(Ge(KL0(u, e, v), 0), ForAll(i, Eq(u[i], v[i]))),
    given=(*U_SUPPORT, V_POSITIVE, V_NORMALISED),
    title="The divergence of a distribution with zeros is nonnegative, too, and zero only between equal distributions",
    proof=calc(
        KL0(u, e, v),
        (KL0(u, e, v) - Sum(u[i], i) + Sum(v[i], i), by.algebra(U_NORMALISED, V_NORMALISED)),
        (Sum(u[i] * (Log(u[i] + (1 - e[i])) - Log(v[i])) - u[i] + v[i], i), by.termwise(KL0)),
        ge(
            0,
            by.sign(
                Sum(u[i] * (Log(u[i] + (1 - e[i])) - Log(v[i])) - u[i] + v[i], i),
                SUMMAND.at({w: e[i], x: u[i], y: v[i]}),
            ),
        ),
    ),
)

PRESENT_EVERYWHERE = Claim(
    "competitors.without-zeros",
    Eq(KL0(u, e, v), KL(u, v)),
    given=(ForAll(i, Eq(e[i], 1)), U_POSITIVE, V_POSITIVE),
    title="Without zeros it is the divergence",
    defined=(ALL_PRESENT.at({p: u, e: e}),),
    proof=calc(KL0(u, e, v), (KL(u, v), by.algebra(KL0, KL, ForAll(i, Eq(e[i], 1))))),
)

DEFICIT_WITH_ZEROS = Claim(
    "competitors.deficit",
    Eq(KL0(u, e, uniform), Log(n) - S0(u, e)),
    given=U_SUPPORT,
    title="The divergence from the uniform distribution on n positions is what the entropy lacks of log n",
    proof=calc(
        KL0(u, e, uniform),
        (Sum(u[i] * (Log(u[i] + (1 - e[i])) - Log(1 / n)), i), KL0),
        (Sum(u[i] * (Log(u[i] + (1 - e[i])) + Log(n)), i), by.logs),
        (Log(n) * Sum(u[i], i) - S0(u, e), by.termwise(S0)),
        (Log(n) - S0(u, e), U_NORMALISED),
    ),
)

CLOSER_WITH_ZEROS = Claim(
    "competitors.closer-to-uniform",
    Lt(KL0(v, f, uniform), KL0(u, e, uniform)),
    given=(*U_SUPPORT, *V_SUPPORT, Lt(S0(u, e), S0(v, f))),
    title="Of two distributions on n positions, that of larger entropy has the smaller divergence from the uniform one,"
    " wherever their zeros are",
    proof=calc(
        KL0(v, f, uniform),
        (Log(n) - S0(v, f), DEFICIT_WITH_ZEROS.at({u: v, e: f})),
        lt(Log(n) - S0(u, e), by.sign(S0(v, f) - S0(u, e))),
        (KL0(u, e, uniform), DEFICIT_WITH_ZEROS.at({u: u, e: e})),
    ),
)

# ------------------------------------------------------------------------------------------- closest, and largest mean

CROSS = Claim(
    "competitors.divergence-from-escort",
    Eq(KL0(u, e, q), Log(Z(p, gamma)) - S0(u, e) - gamma * Sum(u[i] * Log(p[i]), i)),
    given=(POSITIVE, *U_SUPPORT),
    title="The divergence from the escort distribution, through entropy and mean of log p",
    proof=calc(
        KL0(u, e, q),
        (Sum(u[i] * (Log(u[i] + (1 - e[i])) - Log(q[i])), i), KL0),
        (Sum(u[i] * (Log(u[i] + (1 - e[i])) - (gamma * Log(p[i]) - Log(Z(p, gamma)))), i), LOG_ESCORT),
        (Log(Z(p, gamma)) * Sum(u[i], i) - S0(u, e) - gamma * Sum(u[i] * Log(p[i]), i), by.termwise(S0)),
        (Log(Z(p, gamma)) - S0(u, e) - gamma * Sum(u[i] * Log(p[i]), i), U_NORMALISED),
    ),
)

score = Sum(u[i] * Log(p[i]), i)
among = (POSITIVE, *U_SUPPORT, Gt(gamma, 0))
through = (
    (
        (Log(Z(p, gamma)) - S0(u, e) - (Log(Z(p, gamma)) - S0(u, e) - gamma * score)) / gamma,
        by.algebra,
    ),
    ((Log(Z(p, gamma)) - S0(u, e) - KL0(u, e, q)) / gamma, CROSS.at({p: p, u: u, e: e, gamma: gamma})),
    le(
        (Log(Z(p, gamma)) - S0(u, e)) / gamma,
        by.sign(KL0(u, e, q) / gamma, GIBBS_WITH_ZEROS.at({u: u, e: e, v: q}), SUMS_TO_ONE),
    ),
)

ARGMAX_AT_ENTROPY = Claim(
    "competitors.argmax-at-entropy",
    Attained(Le(score, mean(p, gamma)), ForAll(i, Eq(u[i], q[i]))),
    given=(*among, Eq(S0(u, e), H(p, gamma))),
    title="Among all distributions of its entropy, those with zeros included, the escort distribution alone has the "
    "largest mean of log p",
    proof=calc(
        score,
        *through,
        ((Log(Z(p, gamma)) - H(p, gamma)) / gamma, Eq(S0(u, e), H(p, gamma))),
        (mean(p, gamma), ENTROPY_IN_MOMENTS),
    ),
)

CONSTRAINED_ARGMAX = Claim(
    "competitors.constrained-argmax",
    Le(score, mean(p, gamma)),
    given=(*among, Ge(S0(u, e), H(p, gamma))),
    title="... and no distribution of at least its entropy has a larger one",
    proof=calc(
        score,
        *through,
        le((Log(Z(p, gamma)) - H(p, gamma)) / gamma, by.sign((S0(u, e) - H(p, gamma)) / gamma)),
        (mean(p, gamma), ENTROPY_IN_MOMENTS),
    ),
)

CLOSEST_WITH_ZEROS = Claim(
    "competitors.closest-at-entropy",
    Attained(Ge(KL0(u, e, p), KL(q, p)), ForAll(i, Eq(u[i], q[i]))),
    given=(*among, Eq(S0(u, e), H(p, gamma))),
    title="Among all distributions of its entropy, those with zeros included, the escort distribution of exponent "
    "gamma > 0 is the closest to p",
    proof=calc(
        KL0(u, e, p),
        (-S0(u, e) - score, by.termwise(KL0, S0)),
        ge(
            -S0(u, e) - mean(p, gamma),
            by.sign(mean(p, gamma) - score, ARGMAX_AT_ENTROPY.at({p: p, u: u, e: e, gamma: gamma})),
        ),
        (-H(p, gamma) - mean(p, gamma), Eq(S0(u, e), H(p, gamma))),
        (Sum(q[i] * Log(q[i]), i) - Sum(q[i] * Log(p[i]), i), by.algebra(H, S, mean)),
        (KL(q, p), by.termwise(KL)),
    ),
)

LARGEST_MEAN_OF_ALL = Refuted(
    "competitors.largest-mean-of-all",
    Le(score, mean(p, gamma)),
    given=among,
    at={
        n: 2,
        p: [Fraction(2, 3), Fraction(1, 3)],
        u: [Fraction(1), Fraction(0)],
        e: [Fraction(1), Fraction(0)],
        gamma: Fraction(1),
    },
    correction=CONSTRAINED_ARGMAX,
    title="No distribution at all, whatever its entropy, has a larger mean of log p",
    remark="The distribution that is 1 at the largest entry has a larger one, and a smaller entropy.",
)

FARTHEST_AT_ENTROPY = Refuted(
    "competitors.closest-any-exponent",
    Ge(KL0(u, e, p), KL(q, p)),
    given=(POSITIVE, *U_SUPPORT, Eq(S0(u, e), H(p, gamma))),
    at={
        n: 2,
        p: [Fraction(2, 3), Fraction(1, 3)],
        u: [Fraction(2, 3), Fraction(1, 3)],
        e: [Fraction(1), Fraction(1)],
        gamma: Fraction(-1),
    },
    correction=CLOSEST_WITH_ZEROS,
    title="The escort distribution is the closest whatever the sign of its exponent",
)
