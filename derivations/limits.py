"""Near gamma = 0: how far the entropy is from log n, with explicit bounds.

The shortfall is the divergence from the uniform distribution, which is one of two divergences whose sum is gamma times
the growth of the mean of log p.
"""

from sympy import Rational

from entnorm.claims import (
    Claim,
    Eq,
    ForAll,
    Ge,
    Le,
    Log,
    Sum,
    Tends,
    by,
    calc,
    ge,
    le,
    squeeze,
)

from .decreasing import DIVERGENCE
from .entropy import DEFICIT, GIBBS
from .escort import ENTROPY_BOUNDED, SUMS_TO_ONE, UNIFORM_AT_ZERO
from .notation import (
    KL,
    H,
    S,
    V,
    breadth,
    gamma,
    high,
    i,
    j,
    low,
    mean,
    n,
    p,
    tilde,
    uniform,
)
from .setting import LOG_BOUND, POSITIVE
from .slopes import VARIANCE_IN_MOMENTS

q = tilde(p, gamma)
BELOW = ForAll(i, Le(Log(p[i]), high))
ABOVE = ForAll(i, Ge(Log(p[i]), low))

SHORTFALL = Claim(
    "limits.shortfall",
    Eq(Log(n) - H(p, gamma), KL(q, tilde(p, 0))),
    given=(POSITIVE,),
    title="The shortfall of the entropy is the divergence from the uniform member of the family",
    proof=calc(
        Log(n) - H(p, gamma),
        (Log(n) - S(q), H),
        (KL(q, uniform), DEFICIT),
        (KL(q, tilde(p, 0)), UNIFORM_AT_ZERO),
    ),
)

SHORTFALL_BY_MEANS = Claim(
    "limits.shortfall-by-means",
    Le(Log(n) - H(p, gamma), gamma * (mean(p, gamma) - mean(p, 0))),
    given=(POSITIVE,),
    title="It is at most gamma times the growth of the mean of log p",
    proof=calc(
        Log(n) - H(p, gamma),
        (KL(q, tilde(p, 0)), SHORTFALL),
        le(KL(q, tilde(p, 0)) + KL(tilde(p, 0), q), by.sign(KL(tilde(p, 0), q), GIBBS)),
        (gamma * (mean(p, gamma) - mean(p, 0)), DIVERGENCE),
    ),
)

MEAN_BELOW = Claim(
    "limits.mean-below",
    Le(mean(p, gamma), high),
    given=(POSITIVE, BELOW),
    title="A mean of log p lies below every upper bound of log p",
    proof=calc(
        mean(p, gamma),
        (Sum(q[i] * Log(p[i]), i), mean),
        le(Sum(q[i] * high, i), by.sign(Sum(q[i] * (high - Log(p[i])), i))),
        (high * Sum(q[i], i), by.termwise),
        (high, SUMS_TO_ONE),
    ),
)

MEAN_ABOVE = Claim(
    "limits.mean-above",
    Ge(mean(p, gamma), low),
    given=(POSITIVE, ABOVE),
    title="... and above every lower bound",
    proof=calc(
        mean(p, gamma),
        (Sum(q[i] * Log(p[i]), i), mean),
        ge(Sum(q[i] * low, i), by.sign(Sum(q[i] * (Log(p[i]) - low), i))),
        (low * Sum(q[i], i), by.termwise),
        (low, SUMS_TO_ONE),
    ),
)

RANGE = Claim(
    "limits.range",
    Ge(high - low, 0),
    given=(POSITIVE, BELOW, ABOVE),
    title="Bounds from above are not below bounds from below",
    proof=calc(
        high - low,
        ge(mean(p, 0) - low, by.sign(high - mean(p, 0), MEAN_BELOW)),
        ge(0, by.sign(mean(p, 0) - low, MEAN_ABOVE)),
    ),
)

SHORTFALL_LINEAR = Claim(
    "limits.shortfall-linear",
    Le(Log(n) - H(p, gamma), gamma * (high - low)),
    given=(POSITIVE, BELOW, ABOVE, Ge(gamma, 0)),
    title="As gamma falls to 0 the entropy rises to log n, at least linearly",
    proof=calc(
        Log(n) - H(p, gamma),
        le(
            gamma * (mean(p, gamma) - mean(p, 0)),
            by.sign(gamma * (mean(p, gamma) - mean(p, 0)) - (Log(n) - H(p, gamma)), SHORTFALL_BY_MEANS),
        ),
        le(
            gamma * (high - mean(p, 0)),
            by.sign(gamma * (high - mean(p, gamma)), MEAN_BELOW),
        ),
        le(gamma * (high - low), by.sign(gamma * (mean(p, 0) - low), MEAN_ABOVE)),
    ),
)

VARIANCE_BETWEEN = Claim(
    "limits.variance-between",
    Le(V(p, gamma), (high - mean(p, gamma)) * (mean(p, gamma) - low)),
    given=(POSITIVE, BELOW, ABOVE),
    title="The variance is at most the product of the distances of the mean from the two bounds",
    remark="The inequality of Bhatia and Davis.",
    proof=calc(
        V(p, gamma),
        (Sum(q[i] * Log(p[i]) ** 2, i) - mean(p, gamma) ** 2, VARIANCE_IN_MOMENTS),
        (
            (high + low) * mean(p, gamma)
            - high * low * Sum(q[i], i)
            - mean(p, gamma) ** 2
            - Sum(q[i] * ((high - Log(p[i])) * (Log(p[i]) - low)), i),
            by.termwise(mean),
        ),
        (
            (high - mean(p, gamma)) * (mean(p, gamma) - low) - Sum(q[i] * ((high - Log(p[i])) * (Log(p[i]) - low)), i),
            SUMS_TO_ONE,
        ),
        le(
            (high - mean(p, gamma)) * (mean(p, gamma) - low),
            by.sign(Sum(q[i] * ((high - Log(p[i])) * (Log(p[i]) - low)), i)),
        ),
    ),
)

VARIANCE_BOUND = Claim(
    "limits.variance-bound",
    Le(V(p, gamma), Rational(1, 4) * (high - low) ** 2),
    given=(POSITIVE, BELOW, ABOVE),
    title="The variance is at most a quarter of the squared range of log p",
    remark="The inequality of Popoviciu.  So the variance vanishes as p becomes uniform.",
    proof=calc(
        V(p, gamma),
        le(
            (high - mean(p, gamma)) * (mean(p, gamma) - low),
            by.sign((high - mean(p, gamma)) * (mean(p, gamma) - low) - V(p, gamma), VARIANCE_BETWEEN),
        ),
        le(
            Rational(1, 4) * (high - low) ** 2,
            by.sign((Rational(1, 2) * (high + low) - mean(p, gamma)) ** 2),
        ),
    ),
)

LOG_BELOW = Claim(
    "limits.log-below",
    Le(Log(p[i]), Sum(p[j], j) - 1),
    given=(POSITIVE,),
    title="No logarithm of an entry exceeds the sum of the entries, less 1",
    proof=calc(
        Log(p[i]),
        le(p[i] - 1, by.sign((p[i] - 1) - Log(p[i]), LOG_BOUND)),
        le(Sum(p[j], j) - 1, by.sign(Sum(p[j], j) - p[i])),
    ),
)

LOG_ABOVE = Claim(
    "limits.log-above",
    Ge(Log(p[i]), 1 - Sum(1 / p[j], j)),
    given=(POSITIVE,),
    title="... and none falls short of 1 less the sum of their reciprocals",
    proof=calc(
        Log(p[i]),
        (-Log(1 / p[i]), by.logs),
        ge(1 - 1 / p[i], by.sign((1 / p[i] - 1) - Log(1 / p[i]), LOG_BOUND)),
        ge(1 - Sum(1 / p[j], j), by.sign(Sum(1 / p[j], j) - 1 / p[i])),
    ),
)

NEAR_UNIFORM = Claim(
    "limits.entropy-near-zero",
    Ge(H(p, gamma), Log(n) - gamma * (breadth(p) - 2)),
    given=(POSITIVE, Ge(gamma, 0)),
    title="Near gamma = 0 the entropy falls short of log n by no more than a multiple of gamma",
    proof=calc(
        H(p, gamma),
        ge(
            Log(n) - gamma * (Sum(p[j], j) - 1 - (1 - Sum(1 / p[j], j))),
            by.sign(
                gamma * (Sum(p[j], j) - 1 - (1 - Sum(1 / p[j], j))) - (Log(n) - H(p, gamma)),
                SHORTFALL_LINEAR.at({p: p, gamma: gamma, high: Sum(p[j], j) - 1, low: 1 - Sum(1 / p[j], j)}),
                LOG_BELOW.at({p: p}),
                LOG_ABOVE.at({p: p}),
            ),
        ),
        (Log(n) - gamma * (breadth(p) - 2), breadth),
    ),
)

ZERO_LIMIT = Claim(
    "limits.entropy-at-zero",
    Tends(H(p, gamma), gamma, 0, Log(n)),
    given=(POSITIVE,),
    title="The entropy tends to log n as gamma falls to 0",
    proof=squeeze(
        breadth(p),
        below=calc(
            H(p, gamma),
            ge(
                Log(n) - gamma * (breadth(p) - 2),
                by.sign(H(p, gamma) - (Log(n) - gamma * (breadth(p) - 2)), NEAR_UNIFORM),
            ),
            ge(Log(n) - breadth(p) * gamma, by.sign(2 * gamma)),
        ),
        above=calc(
            H(p, gamma),
            le(Log(n), by.sign(Log(n) - H(p, gamma), ENTROPY_BOUNDED)),
            le(Log(n) + breadth(p) * gamma, by.sign(breadth(p) * gamma)),
        ),
    ),
)
