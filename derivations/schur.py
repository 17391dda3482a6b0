"""Schur-concave functionals: whatever measures spread falls along the path, not the entropy alone.

Of two distributions one majorises the other if each of its sets of top entries holds as much or more; a functional is
Schur-concave if it is never larger for the one that majorises.  As gamma grows the escort distribution majorises those
before it (`majorisation`), so every such functional falls: that is the definition, and there is nothing left to prove.
The language has no variable for a function of a whole distribution, so the sentence itself is no claim here.  Two
claims say it of two kinds of functionals, and neither cites the general theorem.

The sum of phi(p_i), for any convex phi, never falls.  Of phi no more is used than its values, u and v, at the entries
of two distributions, and slopes h of lines that touch it from below: that is what convex means, and no smoothness is
asked for.  With phi(x) = x log x, x^c, -log x or max(x - t, 0) these are the entropies of Shannon, Tsallis and Burg,
and majorisation itself.  And any functional with a gradient f that is ordered against the distribution, which is
Schur's criterion for differentiable Schur-concave functionals, has a slope in gamma that is not positive; that this
slope is the sum of f_i times the slope of the i-th entry is the chain rule, which is left to the reader.
"""

from entnorm.claims import (
    Assumption,
    Claim,
    D,
    Eq,
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
)

from .escort import SUMS_TO_ONE
from .gradients import ALONG_EXPONENT
from .notation import Z, a, b, c, f, gamma, h, i, j, mean, mean_of, p, tilde, u, v, w, x, y
from .setting import POSITIVE

before, after = tilde(p, a), tilde(p, b)
q = tilde(p, gamma)

TOUCHES_BEFORE = Assumption(
    "the line of slope h_i through phi(p_i) lies below phi, at the entries before",
    ForAll(i, ForAll(j, Ge(v[j], v[i] + h[i] * (before[j] - before[i])))),
)
TOUCHES_AFTER = Assumption("... and at those after", ForAll(i, Ge(u[i], v[i] + h[i] * (after[i] - before[i]))))
AGAINST = Assumption(
    "the gradient f is ordered against the distribution", ForAll(i, ForAll(j, Ge((f[j] - f[i]) * (q[i] - q[j]), 0)))
)

# ---------------------------------------------------------------------------------------------- two entries, x and y

two = (Gt(x, 0), Gt(y, 0), Ge(w * (x - y), 0))


def quotient(rise):  # type: ignore[no-untyped-def]
    """Return the chain that w times a rise between y and x is w (x - y) times the quotient of the two differences."""
    return calc(w * rise, (rise / (x - y) * (w * (x - y)), by.algebra), ge(0, by.sign))


POWERS = Claim(
    "schur.powers-ordered",
    Ge(w * (x**c - y**c), 0),
    given=(*two, Gt(c, 0)),
    title="What is ordered like two numbers is ordered like their powers",
    proof=by_cases(
        (Lt(x, y), quotient(x**c - y**c)),
        (Eq(x, y), calc(w * (x**c - y**c), (w * (y**c - y**c), Eq(x, y)), (0, by.algebra))),
        (Gt(x, y), quotient(x**c - y**c)),
    ),
)

LOGS = Claim(
    "schur.logs-ordered",
    Ge(w * (Log(x) - Log(y)), 0),
    given=two,
    title="... and like their logarithms",
    proof=by_cases(
        (Lt(x, y), quotient(Log(x) - Log(y))),
        (Eq(x, y), calc(w * (Log(x) - Log(y)), (w * (Log(y) - Log(y)), Eq(x, y)), (0, by.algebra))),
        (Gt(x, y), quotient(Log(x) - Log(y))),
    ),
)

# ------------------------------------------------------------------------------------------- sums of convex functions

at_i, at_j = v[j] - (v[i] + h[i] * (before[j] - before[i])), v[i] - (v[j] + h[j] * (before[i] - before[j]))
SLOPES_ORDERED = Claim(
    "schur.slopes-ordered",
    Ge((h[i] - h[j]) * (before[i] - before[j]), 0),
    given=(POSITIVE, TOUCHES_BEFORE),
    title="The slopes of lines that touch a convex function from below are ordered like the places where they touch",
    proof=calc(
        (h[i] - h[j]) * (before[i] - before[j]),
        (at_i + at_j, by.algebra),
        ge(at_i, by.sign(at_j)),
        ge(0, by.sign(at_i)),
    ),
)

ratio = (b - a) / a
pair = (h[i] - h[j]) * ((p[i] ** a) ** ratio - (p[j] ** a) ** ratio)
exchanged = Sum(Sum(p[i] ** a * p[j] ** a * pair, j), i) / (2 * Z(p, a) * Z(p, b))

EXCHANGE = Claim(
    "schur.exchange",
    Eq(mean_of(p, b, h), mean_of(p, a, h) + exchanged),
    given=(POSITIVE, Gt(a, 0)),
    title="How the mean of any h moves, pair by pair",
    proof=calc(mean_of(p, b, h), (mean_of(p, a, h) + exchanged, by.logs(mean_of, tilde, Z))),
)

MEAN_GROWS = Claim(
    "schur.mean-grows",
    Ge(mean_of(p, b, h), mean_of(p, a, h)),
    given=(POSITIVE, ForAll(i, ForAll(j, Ge((h[i] - h[j]) * (p[i] ** a - p[j] ** a), 0))), Gt(a, 0), Lt(a, b)),
    title="The mean of whatever is ordered like the entries never falls",
    proof=calc(
        mean_of(p, b, h),
        (mean_of(p, a, h) + exchanged, EXCHANGE.at({p: p, a: a, b: b, h: h})),
        ge(mean_of(p, a, h), by.sign(exchanged, POWERS)),
    ),
)

POWERS_LIKE_SHARES = Claim(
    "schur.slopes-like-powers",
    Ge((h[i] - h[j]) * (p[i] ** a - p[j] ** a), 0),
    given=(POSITIVE, TOUCHES_BEFORE),
    title="... so they are ordered like the powers of the entries",
    proof=calc(
        (h[i] - h[j]) * (p[i] ** a - p[j] ** a),
        (Z(p, a) * ((h[i] - h[j]) * (before[i] - before[j])), by.algebra(tilde)),
        ge(0, by.sign(Z(p, a) * ((h[i] - h[j]) * (before[i] - before[j])), SLOPES_ORDERED.at({v: v}))),
    ),
)

above = Sum(u[i] - (v[i] + h[i] * (after[i] - before[i])), i)

CONVEX_SUMS = Claim(
    "schur.convex-sums-grow",
    Ge(Sum(u[i], i), Sum(v[i], i)),
    given=(POSITIVE, TOUCHES_BEFORE, TOUCHES_AFTER, Gt(a, 0), Lt(a, b)),
    title="The sum of phi(p_i) never falls, for any convex phi: sums of concave functions fall",
    remark="v_i is phi at the i-th entry for the exponent a, u_i the same for b; this is Karamata's inequality.",
    proof=calc(
        Sum(u[i], i),
        (Sum(v[i], i) + above + (mean_of(p, b, h) - mean_of(p, a, h)), by.termwise(mean_of)),
        ge(Sum(v[i], i) + (mean_of(p, b, h) - mean_of(p, a, h)), by.sign(above)),
        ge(Sum(v[i], i), by.sign(mean_of(p, b, h) - mean_of(p, a, h), MEAN_GROWS, POWERS_LIKE_SHARES.at({v: v}))),
    ),
)

# ------------------------------------------------------------------------------------------- differentiable functionals

moves = Sum(f[i] * D(q[i], gamma), i)
pairs = Sum(Sum(q[i] * q[j] * ((f[j] - f[i]) * (Log(q[i]) - Log(q[j]))), j), i) / (2 * gamma)

ALONG_GRADIENT = Claim(
    "schur.along-gradient",
    Eq(moves, -pairs),
    given=(POSITIVE, Gt(gamma, 0)),
    title="The gradient f of a functional against the slopes of the entries, pair by pair",
    proof=calc(
        moves,
        (Sum(f[i] * (q[i] * (Log(p[i]) - mean(p, gamma))), i), ALONG_EXPONENT),
        (
            Sum(f[i] * (q[i] * Log(p[i])), i) * Sum(q[i], i) - Sum(f[i] * q[i], i) * Sum(q[i] * Log(p[i]), i),
            by.termwise(SUMS_TO_ONE, mean),
        ),
        (-pairs, by.logs(tilde, Z)),
    ),
)

SCHUR = Claim(
    "schur.gradient-falls",
    Le(moves, 0),
    given=(POSITIVE, Gt(gamma, 0), AGAINST),
    title="By Schur's criterion every differentiable Schur-concave functional falls",
    remark="f_i is its partial derivative, and the sum its slope by the chain rule; the criterion is that"
    " (f_i - f_j)(p_i - p_j) is never positive.",
    proof=calc(moves, (-pairs, ALONG_GRADIENT), le(0, by.sign(pairs, LOGS))),
)
