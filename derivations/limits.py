"""Near gamma = 0: how far the entropy is from log n, with explicit bounds.

The shortfall is the divergence from the uniform distribution, which is one of two divergences whose sum is gamma times
the growth of the mean of log p.
"""

from entnorm.claims import Claim, Eq, ForAll, Ge, Le, Log, Sum, by, calc, ge, le

from .entropy import DEFICIT, GIBBS
from .escort import DIVERGENCE, SUMS_TO_ONE, UNIFORM_AT_ZERO
from .notation import KL, H, S, gamma, high, i, low, mean, n, p, tilde, uniform
from .setting import POSITIVE

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
