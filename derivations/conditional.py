"""Conditional entropies and marginals: that there is one exponent and no more.

With one exponent for all conditional distributions, and X as it is, H(Y | X) falls strictly as soon as the powers of
one of them that occurs differ (which `strict` shows of one that is not constant); so at most one exponent has a given
value.  A power of the marginal of X with a given entropy is the problem of one variable, and has one answer as that
has.  A target for each conditional distribution by itself is as many such problems: each row can have it
[limits.existence], or cannot [limits.below-ties], whatever the others are.
"""

from entnorm.claims import (
    Assumption,
    Claim,
    D,
    Eq,
    ForAll,
    Ge,
    Gt,
    Integrable,
    Integral,
    Log,
    Lt,
    Ne,
    Sum,
    by,
    calc,
    gt,
    lt,
)

from .densities import SUMS_TO_ONE
from .divergences import AT_BOTH, ENTROPY_DIFFERENCE, ENTROPY_NONINCREASING, GIBBS, back, difference
from .joint import (
    CONDITIONAL_SLOPE,
    FINITE_ROWS,
    J_FINITE,
    J_POSITIVE,
    ROW_SLOPES,
    ROWS_INSIDE,
    WITH_ENTROPY,
    average,
    here,
)
from .notation import (
    H,
    a,
    b,
    conditional_entropy,
    density,
    dentropy,
    divergence,
    dvariance,
    gamma,
    h_of,
    h_star,
    i,
    marginal,
    mass,
    o,
    p,
    r,
    rho,
    rows,
    s,
    u,
)
from .tails import ATTAINED_ONCE

transformed = density(rows[i], gamma)[o]
scaled = u[i] * transformed
CONDITIONAL = Claim(
    "conditional.mean-of-rows",
    Eq(conditional_entropy(rows), Sum(marginal(rows)[i] * h_of(rows[i], 1), i)),
    given=WITH_ENTROPY,
    title="H(Y | X) is the mean of the entropies of the conditional distributions",
    remark="Those are the rows at exponent 1, and what weighs them is the marginal of X.",
    proof=calc(
        conditional_entropy(rows),
        (
            -Sum(
                marginal(rows)[i] * Integral(rows[i][o] / marginal(rows)[i] * Log(rows[i][o] / marginal(rows)[i]), o),
                i,
            ),
            by.logs(conditional_entropy),
        ),
        (Sum(marginal(rows)[i] * h_of(rows[i], 1), i), by.logs(h_of, dentropy, density, mass, marginal)),
    ),
)

TRANSFORMED = Claim(
    "conditional.transformed",
    Eq(
        -Sum(Integral(scaled * (Log(scaled) - Log(Integral(scaled, o))), o), i),
        Sum(u[i] * h_of(rows[i], gamma), i),
    ),
    given=(
        J_POSITIVE,
        ForAll(i, Integrable(rows[i][o] ** gamma, o)),
        ForAll(i, Integrable(rows[i][o] ** gamma * Log(rows[i][o]), o)),
        Assumption("every value of X occurs", ForAll(i, Gt(u[i], 0))),
    ),
    title="... and stays that, with the weights u, where every row is raised to the power gamma",
    remark="On the left is H(Y | X), as it is defined, of the joint density whose rows are u_i times these transforms.",
    proof=calc(
        -Sum(Integral(scaled * (Log(scaled) - Log(Integral(scaled, o))), o), i),
        (-Sum(Integral(scaled * (Log(scaled) - Log(u[i] * Integral(transformed, o))), o), i), by.termwise),
        (-Sum(Integral(scaled * (Log(scaled) - Log(u[i])), o), i), by.algebra(SUMS_TO_ONE)),
        (-Sum(Integral(scaled * Log(transformed), o), i), by.logs),
        (Sum(u[i] * h_of(rows[i], gamma), i), by.termwise(h_of, dentropy)),
    ),
)

ordered = (Ge(a, 0), Lt(a, b))
DIFFERENT = Assumption("its powers a and b differ", Ne(back, 0))

BACK_POSITIVE = Claim(
    "conditional.divergence-positive",
    Gt(back, 0),
    given=(*AT_BOTH[:2], *AT_BOTH[3:], DIFFERENT),
    title="The divergence of two powers that differ is positive",
    proof=calc(back, gt(0, by.sign(back, GIBBS, SUMS_TO_ONE))),
)

STRICTLY = Claim(
    "conditional.density-falls-strictly",
    Lt(h_of(rho, b), h_of(rho, a)),
    given=(*AT_BOTH, *ordered, DIFFERENT),
    title="The entropy of a density falls strictly, if its powers differ",
    proof=calc(
        h_of(rho, b),
        lt(h_of(rho, b) + difference, by.sign(difference, GIBBS, SUMS_TO_ONE, BACK_POSITIVE)),
        (h_of(rho, a), ENTROPY_DIFFERENCE.at({rho: rho, a: a, b: b})),
    ),
)

ROWS_AT_BOTH = (
    J_POSITIVE,
    ForAll(i, Integrable(rows[i][o] ** a, o)),
    ForAll(i, Integrable(rows[i][o] ** a * Log(rows[i][o]), o)),
    ForAll(i, Integrable(rows[i][o] ** b, o)),
    ForAll(i, Integrable(rows[i][o] ** b * Log(rows[i][o]), o)),
)
WEIGHTS = (Assumption("u is not negative", ForAll(i, Ge(u[i], 0))), Assumption("the row r occurs", Gt(u[r], 0)))
MOVING = Assumption("... and its powers a and b differ", Ne(divergence(density(rows[r], b), density(rows[r], a)), 0))
at_a, at_b = Sum(u[i] * h_of(rows[i], a), i), Sum(u[i] * h_of(rows[i], b), i)

ONE_EXPONENT = Claim(
    "conditional.falls-strictly",
    Lt(at_b, at_a),
    given=(*ROWS_AT_BOTH, *WEIGHTS, MOVING, *ordered),
    title="With one exponent for all of them the mean of the conditional entropies falls strictly",
    proof=calc(
        at_b,
        lt(
            at_a,
            by.sign(Sum(u[i] * (h_of(rows[i], a) - h_of(rows[i], b)), i), ENTROPY_NONINCREASING, STRICTLY),
        ),
    ),
)

UNIQUE = Claim(
    "conditional.unique",
    Lt(at_b, h_star),
    given=(*ROWS_AT_BOTH, *WEIGHTS, MOVING, *ordered, Eq(at_a, h_star)),
    title="So, if a row moves, H(Y | X) has a given value at one exponent of 0 or more at most",
    proof=calc(
        at_b,
        lt(at_a, by.sign(at_a - at_b, ONE_EXPONENT.at({rows: rows, u: u, a: a, b: b, r: r}))),
        (h_star, Eq(at_a, h_star)),
    ),
)

SLOPE_NEGATIVE = Claim(
    "conditional.slope-negative",
    Lt(D(average, gamma), 0),
    given=(
        *ROWS_INSIDE,
        Gt(gamma, 0),
        *WEIGHTS,
        Assumption("... and its logarithm is not constant", Ne(dvariance(rows[r], gamma), 0)),
    ),
    title="... and its slope is negative, not zero",
    defined=(FINITE_ROWS, ROW_SLOPES),
    proof=calc(
        D(average, gamma),
        (-gamma * Sum(u[i] * dvariance(rows[i], gamma), i), CONDITIONAL_SLOPE.at(here)),
        lt(0, by.sign(gamma * Sum(u[i] * dvariance(rows[i], gamma), i))),
    ),
)

of_x = marginal(rows)
MARGINAL_UNIQUE = Claim(
    "conditional.marginal-unique",
    Lt(H(of_x, b), h_star),
    given=(
        J_POSITIVE,
        J_FINITE,
        Assumption("the marginal of X is not uniform", Ne(of_x[r], of_x[s])),
        *ordered,
        Eq(H(of_x, a), h_star),
    ),
    title="A power of the marginal of X has a given entropy at one exponent of 0 or more at most",
    proof=calc(
        H(of_x, b), lt(h_star, by.sign(h_star - H(of_x, b), ATTAINED_ONCE.at({p: of_x, a: a, b: b, h_star: h_star})))
    ),
)
