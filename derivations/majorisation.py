"""Majorisation along the path: whatever is on top gains.

Marks e pick a set of entries that are at least as large as all the others: the k largest, say.  Its share of the escort
distribution never falls as gamma grows, for every such set: the distributions of larger exponent majorise those of
smaller, and every Schur-concave functional falls along the path, not the entropy alone (`schur` says so for sums of any
convex function).  The largest entry, and sums of powers of the entries, show it on two such functionals directly.
"""

from entnorm.claims import (
    Assumption,
    Claim,
    D,
    Eq,
    Exp,
    ForAll,
    Ge,
    Gt,
    Le,
    Log,
    Lt,
    Sum,
    by,
    by_cases,
    calc,
    ge,
    le,
    lt,
    monotone,
)

from .decreasing import DIVERGENCE
from .entropy import GIBBS
from .escort import SUMS_TO_ONE
from .notation import KL, Z, a, b, c, covariance, e, gamma, h, i, j, mean, mean_of, moment, p, r, tilde, w, x, y
from .setting import MARKS, POSITIVE

q = tilde(p, gamma)
ON_TOP = Assumption(
    "marked entries are at least as large as the others", ForAll(i, ForAll(j, Ge(e[i] * (1 - e[j]) * (p[i] - p[j]), 0)))
)
crossed = e[i] * (1 - e[j])

SHARE_SLOPE = Claim(
    "majorisation.mean-slope",
    Eq(D(mean_of(p, gamma, h), gamma), covariance(p, gamma, h)),
    given=(POSITIVE,),
    title="The slope of the mean of any h is its covariance with log p",
    proof=calc(
        D(mean_of(p, gamma, h), gamma),
        (D(Sum(p[i] ** gamma * h[i], i) / Z(p, gamma), gamma), by.termwise(mean_of, tilde)),
        (
            Sum(p[i] ** gamma * h[i] * Log(p[i]), i) / Z(p, gamma)
            - Sum(p[i] ** gamma * h[i], i) * moment(1, p, gamma) / Z(p, gamma) ** 2,
            by.calculus(Z, moment),
        ),
        (covariance(p, gamma, h), by.termwise(covariance, mean, mean_of, moment, tilde, Z)),
    ),
)

# ---------------------------------------------------------------------------------------------- two entries, x and y

CROSSED_BINARY = Claim(
    "majorisation.crossed-marks",
    Eq(x * (1 - y) * (1 - x * (1 - y)), 0),
    given=(Eq(x * (1 - x), 0), Eq(y * (1 - y), 0)),
    title="The product of a mark and the complement of another is a mark",
    proof=calc(
        x * (1 - y) * (1 - x * (1 - y)),
        ((1 - y) * (x * (1 - x)) + x * (y * (1 - y)) - x * (1 - x) * (y * (1 - y)), by.algebra),
        ((1 - y) * (x * (1 - x)), Eq(y * (1 - y), 0)),
        (0, Eq(x * (1 - x), 0)),
    ),
)

LARGER = Claim(
    "majorisation.marked-larger",
    Ge(x, y),
    given=(Ge(w * (x - y), 0), Eq(w, 1)),
    title="What is marked is not smaller",
    proof=calc(x, (y + w * (x - y), Eq(w, 1)), ge(y, by.sign)),
)

two = (Gt(x, 0), Gt(y, 0), Eq(w * (1 - w), 0), Ge(w * (x - y), 0))

LOGS_ORDERED = Claim(
    "majorisation.logs-ordered",
    Ge((Log(x) - Log(y)) * w, 0),
    given=two,
    title="... nor is its logarithm",
    proof=by_cases(
        (Eq(w, 0), calc((Log(x) - Log(y)) * w, (0, Eq(w, 0)))),
        (
            Eq(w, 1),
            calc((Log(x) - Log(y)) * w, (Log(x) - Log(y), Eq(w, 1)), ge(0, by.sign(Log(x) - Log(y), LARGER))),
        ),
    ),
)

POWERS_ORDERED = Claim(
    "majorisation.powers-ordered",
    Ge((x**c - y**c) * w, 0),
    given=(*two, Gt(c, 0)),
    title="... nor any positive power",
    proof=by_cases(
        (Eq(w, 0), calc((x**c - y**c) * w, (0, Eq(w, 0)))),
        (Eq(w, 1), calc((x**c - y**c) * w, (x**c - y**c, Eq(w, 1)), ge(0, by.sign(x**c - y**c, LARGER)))),
    ),
)

# ------------------------------------------------------------------------------------------------ the share of the top

COVARIANCE_OF_MARKS = Claim(
    "majorisation.covariance-of-marks",
    Eq(covariance(p, gamma, e), Sum(Sum(q[i] * q[j] * ((Log(p[i]) - Log(p[j])) * crossed), j), i)),
    given=(POSITIVE,),
    title="The covariance of the marks with log p, pair by pair",
    proof=calc(
        covariance(p, gamma, e),
        (
            Sum(q[i] * e[i] * Log(p[i]), i)
            - 2 * Sum(q[i] * e[i], i) * Sum(q[i] * Log(p[i]), i)
            + Sum(q[i] * e[i], i) * Sum(q[i] * Log(p[i]), i) * Sum(q[i], i),
            by.termwise(covariance, mean_of, mean),
        ),
        (
            Sum(q[i] * e[i] * Log(p[i]), i) * Sum(q[i], i) - Sum(q[i] * e[i], i) * Sum(q[i] * Log(p[i]), i),
            SUMS_TO_ONE,
        ),
        (Sum(Sum(q[i] * q[j] * ((Log(p[i]) - Log(p[j])) * crossed), j), i), by.termwise),
    ),
)

SHARE_RISES = Claim(
    "majorisation.share-slope-nonnegative",
    Ge(D(mean_of(p, gamma, e), gamma), 0),
    given=(POSITIVE, MARKS, ON_TOP),
    title="The share of the top never falls: its slope is not negative",
    proof=calc(
        D(mean_of(p, gamma, e), gamma),
        (covariance(p, gamma, e), SHARE_SLOPE),
        (Sum(Sum(q[i] * q[j] * ((Log(p[i]) - Log(p[j])) * crossed), j), i), COVARIANCE_OF_MARKS),
        ge(
            0,
            by.sign(Sum(Sum(q[i] * q[j] * ((Log(p[i]) - Log(p[j])) * crossed), j), i), LOGS_ORDERED, CROSSED_BINARY),
        ),
    ),
)

exchange = Sum(Sum(p[i] ** a * p[j] ** a * ((p[i] ** (b - a) - p[j] ** (b - a)) * crossed), j), i)

MAJORISED = Claim(
    "majorisation.share-grows",
    Ge(mean_of(p, b, e), mean_of(p, a, e)),
    given=(POSITIVE, MARKS, ON_TOP, Lt(a, b)),
    title="The distribution of the larger exponent majorises the other: every set of top entries holds as much or more",
    proof=calc(
        mean_of(p, b, e),
        (mean_of(p, a, e) + exchange / (Z(p, a) * Z(p, b)), by.logs(mean_of, tilde, Z)),
        ge(mean_of(p, a, e), by.sign(exchange / (Z(p, a) * Z(p, b)), POWERS_ORDERED, CROSSED_BINARY)),
    ),
)

LARGEST_GROWS = Claim(
    "majorisation.largest-grows",
    Ge(tilde(p, b)[r], tilde(p, a)[r]),
    given=(POSITIVE, ForAll(i, Le(p[i], p[r])), Lt(a, b)),
    title="The largest entry never falls",
    proof=calc(
        tilde(p, b)[r],
        (
            tilde(p, a)[r] + Sum(p[r] ** a * p[j] ** a * (p[r] ** (b - a) - p[j] ** (b - a)), j) / (Z(p, a) * Z(p, b)),
            by.logs(tilde, Z),
        ),
        ge(
            tilde(p, a)[r],
            by.sign(Sum(p[r] ** a * p[j] ** a * (p[r] ** (b - a) - p[j] ** (b - a)), j) / (Z(p, a) * Z(p, b))),
        ),
    ),
)

# --------------------------------------------------------------------------------------------- sums of powers: Tsallis

MEAN_GROWS = Claim(
    "majorisation.mean-grows",
    Ge(mean(p, b), mean(p, a)),
    given=(POSITIVE, Lt(a, b)),
    title="The mean of log p never falls",
    proof=calc(
        mean(p, b),
        (
            mean(p, a) + (KL(tilde(p, a), tilde(p, b)) + KL(tilde(p, b), tilde(p, a))) / (b - a),
            DIVERGENCE,
        ),
        ge(
            mean(p, a),
            by.sign((KL(tilde(p, a), tilde(p, b)) + KL(tilde(p, b), tilde(p, a))) / (b - a), GIBBS, SUMS_TO_ONE),
        ),
    ),
)

POWER_SUM = Claim(
    "majorisation.power-sum",
    Eq(Sum(q[i] ** c, i), Exp(Log(Z(p, c * gamma)) - c * Log(Z(p, gamma)))),
    given=(POSITIVE,),
    title="The sum of powers of the escort distribution, from the partition function",
    proof=calc(Sum(q[i] ** c, i), (Exp(Log(Z(p, c * gamma)) - c * Log(Z(p, gamma))), by.logs(tilde, Z))),
)

power_slope = c * Sum(q[i] ** c, i) * (mean(p, c * gamma) - mean(p, gamma))

POWER_SUM_SLOPE = Claim(
    "majorisation.power-sum-slope",
    Eq(D(Sum(q[i] ** c, i), gamma), power_slope),
    given=(POSITIVE,),
    title="... and its slope",
    proof=calc(
        D(Sum(q[i] ** c, i), gamma),
        (D(Exp(Log(Z(p, c * gamma)) - c * Log(Z(p, gamma))), gamma), POWER_SUM),
        (
            c
            * Exp(Log(Z(p, c * gamma)) - c * Log(Z(p, gamma)))
            * (
                Sum(p[i] ** (c * gamma) * Log(p[i]), i) / Z(p, c * gamma)
                - Sum(p[i] ** gamma * Log(p[i]), i) / Z(p, gamma)
            ),
            by.calculus(Z),
        ),
        (
            c * Exp(Log(Z(p, c * gamma)) - c * Log(Z(p, gamma))) * (mean(p, c * gamma) - mean(p, gamma)),
            by.termwise(mean, tilde),
        ),
        (power_slope, POWER_SUM),
    ),
)

AHEAD = Claim(
    "majorisation.ahead",
    Lt(gamma, c * gamma),
    given=(Gt(c, 1), Gt(gamma, 0)),
    title="A factor above 1 moves ahead",
    proof=calc(gamma, lt(c * gamma, by.sign((c - 1) * gamma))),
)

BEHIND = Claim(
    "majorisation.behind",
    Lt(c * gamma, gamma),
    given=(Lt(c, 1), Gt(gamma, 0)),
    title="... and one below 1 back",
    proof=calc(c * gamma, lt(gamma, by.sign((1 - c) * gamma))),
)

POWER_SUM_GROWS = Claim(
    "majorisation.power-sum-grows",
    Le(Sum(tilde(p, a)[i] ** c, i), Sum(tilde(p, b)[i] ** c, i)),
    given=(POSITIVE, Gt(c, 1), Ge(a, 0), Lt(a, b)),
    title="Sums of powers above the first never fall: Tsallis and Rényi entropies of order above 1 do not grow",
    proof=monotone(
        Sum(q[i] ** c, i),
        gamma,
        low=a,
        high=b,
        slope=calc(
            D(Sum(q[i] ** c, i), gamma),
            (power_slope, POWER_SUM_SLOPE),
            ge(
                0,
                by.sign((1 + (c - 1)) * Sum(q[i] ** c, i) * (mean(p, c * gamma) - mean(p, gamma)), MEAN_GROWS, AHEAD),
            ),
        ),
    ),
)

POWER_SUM_FALLS = Claim(
    "majorisation.power-sum-falls",
    Ge(Sum(tilde(p, a)[i] ** c, i), Sum(tilde(p, b)[i] ** c, i)),
    given=(POSITIVE, Gt(c, 0), Lt(c, 1), Ge(a, 0), Lt(a, b)),
    title="... and those of powers between 0 and the first never rise",
    proof=monotone(
        Sum(q[i] ** c, i),
        gamma,
        low=a,
        high=b,
        slope=calc(
            D(Sum(q[i] ** c, i), gamma),
            (power_slope, POWER_SUM_SLOPE),
            le(0, by.sign(-power_slope, MEAN_GROWS, BEHIND)),
        ),
    ),
)
