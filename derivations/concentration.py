"""What the size of the entropy says about a distribution, and what it does not.

Entropy is the divergence from the uniform distribution, turned around; it bounds the largest entry from below and the
number of positive entries too.  It does not order distributions by their largest entry, by the sum of their squares, or
by the size of their support: two distributions of nearly the same entropy can be concentrated in different ways.
"""

from fractions import Fraction

from entnorm.claims import (
    Claim,
    Eq,
    Exp,
    ForAll,
    Ge,
    Gt,
    Le,
    Log,
    Lt,
    Refuted,
    Sum,
    by,
    calc,
    ge,
    le,
    lt,
    n,
)

from .entropy import DEFICIT, MAXIMUM, NONNEGATIVE
from .escort import ENTRIES_POSITIVE, RATIO
from .notation import KL, S0, S, Z, c, e, gamma, i, j, p, r, tilde, u, uniform, v
from .setting import NORMALISED, POSITIVE, U_NORMALISED, U_POSITIVE, V_NORMALISED, V_POSITIVE
from .zeros import SUPPORT

q = tilde(p, gamma)
two = (U_POSITIVE, U_NORMALISED, V_POSITIVE, V_NORMALISED, Lt(S(u), S(v)))
flat = [Fraction(9, 20), Fraction(9, 20), Fraction(1, 10)]
peaked = [Fraction(3, 5), Fraction(1, 5), Fraction(1, 5)]

CLOSER_TO_UNIFORM = Claim(
    "concentration.closer-to-uniform",
    Lt(KL(v, uniform), KL(u, uniform)),
    given=two,
    title="Of two positive distributions on n positions, that of larger entropy has the smaller divergence from the "
    "uniform one",
    proof=calc(
        KL(v, uniform),
        (Log(n) - S(v), DEFICIT),
        lt(Log(n) - S(u), by.sign(S(v) - S(u))),
        (KL(u, uniform), DEFICIT),
    ),
)

MEAN_LOG_BELOW = Claim(
    "concentration.mean-log-below",
    Ge(Log(c) * Sum(p[i], i), Sum(p[i] * Log(p[i]), i)),
    given=(POSITIVE, Gt(c, 0), ForAll(i, Le(p[i], c))),
    title="The mean of log p is at most the logarithm of every bound of its entries",
    proof=calc(
        Log(c) * Sum(p[i], i),
        (Sum(p[i] * Log(c), i), by.termwise),
        ge(Sum(p[i] * Log(p[i]), i), by.sign(Sum(p[i] * (Log(c) - Log(p[i])), i))),
    ),
)

LARGEST_ENTRY = Claim(
    "concentration.largest-entry",
    Ge(c, Exp(-S(p))),
    given=(POSITIVE, NORMALISED, Gt(c, 0), ForAll(i, Le(p[i], c))),
    title="The largest entry is at least exp(-H): a small entropy means that one entry holds nearly everything",
    proof=calc(
        c,
        (Exp(Log(c) * Sum(p[i], i)), by.logs(NORMALISED)),
        ge(
            Exp(Sum(p[i] * Log(p[i]), i)),
            by.sign(Exp(Log(c) * Sum(p[i], i)) - Exp(Sum(p[i] * Log(p[i]), i)), MEAN_LOG_BELOW),
        ),
        (Exp(-S(p)), S),
    ),
)

PERPLEXITY_AT_MOST = Claim(
    "concentration.perplexity-at-most",
    Le(Exp(S(p)), n),
    given=(POSITIVE, NORMALISED),
    title="exp(H) is at most the number of positive entries",
    proof=calc(Exp(S(p)), le(Exp(Log(n)), by.sign(Exp(Log(n)) - Exp(S(p)), MAXIMUM.at({p: p}))), (n, by.logs)),
)

PERPLEXITY_AT_LEAST = Claim(
    "concentration.perplexity-at-least",
    Ge(Exp(S(p)), 1),
    given=(POSITIVE, NORMALISED),
    title="... and at least 1",
    proof=calc(Exp(S(p)), ge(Exp(0 * S(p)), by.sign(Exp(S(p)) - Exp(0 * S(p)), NONNEGATIVE.at({p: p}))), (1, by.logs)),
)

BY_LARGEST_ENTRY = Refuted(
    "concentration.by-largest-entry",
    Ge(u[r], v[r]),
    given=(*two, ForAll(i, Le(u[i], u[r])), ForAll(i, Le(v[i], v[r]))),
    at={n: 3, u: flat, v: peaked, r: 0},
    correction=LARGEST_ENTRY,
    title="The distribution of smaller entropy has the larger largest entry",
)

BY_SQUARES = Refuted(
    "concentration.by-squares",
    Ge(Sum(u[i] ** 2, i), Sum(v[i] ** 2, i)),
    given=two,
    at={n: 3, u: flat, v: peaked},
    correction=CLOSER_TO_UNIFORM,
    title="The distribution of smaller entropy has the larger sum of squares",
    remark="So entropy and the sum of squares are two measures of sparsity that order distributions differently.",
)

BY_SUPPORT = Refuted(
    "concentration.by-support",
    Le(n, 2),
    given=(POSITIVE, NORMALISED, Lt(S(p), Log(2))),
    at={n: 3, p: [Fraction(9, 10), Fraction(1, 20), Fraction(1, 20)]},
    correction=PERPLEXITY_AT_MOST,
    title="A distribution of entropy below log 2 has at most two positive entries",
)

PERPLEXITY_OF_LOG = Claim(
    "concentration.perplexity-of-log",
    Eq(Exp(S(p)), c),
    given=(POSITIVE, Gt(c, 0), Eq(S(p), Log(c))),
    title="A distribution of entropy log c has the perplexity c",
    proof=calc(Exp(S(p)), (Exp(Log(c)), Eq(S(p), Log(c))), (c, by.logs)),
)

SIMPSON_OF_UNIFORM = Claim(
    "concentration.simpson-of-uniform",
    Eq(Sum(uniform[i] ** 2, i), 1 / n),
    title="The sum of squares of the uniform distribution is 1/n",
    remark="So its inverse, the number of entries that Simpson's index counts, is n, as the perplexity is.",
    proof=calc(Sum(uniform[i] ** 2, i), (1 / n, by.termwise)),
)

HALF_OF_SUPPORT = Refuted(
    "concentration.half-of-support",
    Eq(Sum(e[i], i), n / 2),
    given=(*SUPPORT, NORMALISED, Eq(S0(p, e), Log(n / 2))),
    at={n: 8, p: [Fraction(1, 2), *[Fraction(1, 8)] * 4, 0, 0, 0], e: [1] * 5 + [0] * 3},
    correction=PERPLEXITY_OF_LOG,
    title="A distribution of entropy log(n/2) has n/2 positive entries",
)

TEN_OF_SUPPORT = Refuted(
    "concentration.ten-of-support",
    Le(Sum(e[i], i), 10),
    given=(*SUPPORT, NORMALISED, Le(S0(p, e), Log(10))),
    at={n: 11, p: [Fraction(90, 100), *[Fraction(1, 100)] * 10], e: [1] * 11},
    correction=PERPLEXITY_OF_LOG,
    title="A distribution of an entropy of at most log 10 has at most 10 positive entries",
)

TIES_KEPT = Claim(
    "concentration.ties-kept",
    Eq(q[i], q[j]),
    given=(POSITIVE, Eq(p[i], p[j])),
    title="Ties stay tied",
    proof=calc(
        q[i],
        (p[i] ** gamma / Sum(p[r] ** gamma, r), by.algebra(tilde, Z)),
        (q[j], by.algebra(tilde, Z, Eq(p[i], p[j]))),
    ),
)

RATIOS_KEPT = Refuted(
    "concentration.ratios-kept",
    Eq(q[i] / q[j], p[i] / p[j]),
    given=(POSITIVE, NORMALISED, Gt(gamma, 0)),
    at={n: 2, p: [Fraction(2, 3), Fraction(1, 3)], i: 0, j: 1, gamma: Fraction(2)},
    correction=RATIO,
    title="The transform keeps the ratios of the entries",
)

SOME_ENTRY_VANISHES = Refuted(
    "concentration.some-entry-vanishes",
    Eq(q[i], 0),
    given=(POSITIVE, NORMALISED, Lt(p[i], p[j]), Gt(gamma, 0)),
    at={n: 2, p: [Fraction(1, 3), Fraction(2, 3)], i: 0, j: 1, gamma: Fraction(2)},
    correction=ENTRIES_POSITIVE,
    title="The smaller entries become zero",
)
