"""The physics of the power transform, and Rényi's entropies.

Read -log p_i as the energy of state i and gamma as one over the temperature, and the escort distribution is that of a
canonical ensemble.  Its mean energy U is minus the mean of log p; then the slope of the entropy in U is gamma, and the
variance of log of the escort distribution is the heat capacity.  As a function of U the entropy is concave: no
distribution at all lies above its tangents.

Rényi's entropy of p at the order gamma falls with the order, because its slope is minus a divergence; so the entropy
of the escort distribution of exponent gamma is below it for gamma > 1, and above it for gamma < 1.
"""

from entnorm.claims import (
    Attained,
    Claim,
    D,
    Eq,
    ForAll,
    Ge,
    Gt,
    Le,
    Log,
    Lt,
    Ne,
    Sum,
    by,
    calc,
    ge,
    gt,
    le,
    lt,
    monotone,
)

from .cumulants import TEMPERATURE_SLOPE
from .entropy import GIBBS
from .escort import ENTROPY_IN_MOMENTS, LOG_ESCORT, SUMS_TO_ONE
from .notation import KL, H, S, V, Z, a, b, c, gamma, i, mean, moment, p, renyi, temperature, tilde, u
from .relations import RENYI_IDENTITY
from .setting import NORMALISED, NOT_CONSTANT, POSITIVE, U_NORMALISED, U_POSITIVE
from .slopes import ENTROPY_SLOPE, LOG_PARTITION_SLOPE, MEAN_SLOPE, VARIANCE_POSITIVE

q = tilde(p, gamma)
energy = -mean(p, gamma)
hot = 1 / temperature

# ------------------------------------------------------------------------------------------------ entropy and energy

ENERGY_SLOPE = Claim(
    "thermodynamics.energy-slope",
    Eq(D(energy, gamma), -V(p, gamma)),
    given=(POSITIVE,),
    title="The slope of the mean energy, -E, is minus the variance",
    proof=calc(D(energy, gamma), (-D(mean(p, gamma), gamma), by.calculus), (-V(p, gamma), MEAN_SLOPE)),
)

ENTROPY_IN_ENERGY = Claim(
    "thermodynamics.entropy-in-energy",
    Eq(D(H(p, gamma), gamma) / D(energy, gamma), gamma),
    given=(POSITIVE, NOT_CONSTANT),
    title="The slope of the entropy in the mean energy is gamma: one over the temperature",
    defined=(VARIANCE_POSITIVE, ENERGY_SLOPE),
    proof=calc(
        D(H(p, gamma), gamma) / D(energy, gamma),
        (-gamma * V(p, gamma) / -V(p, gamma), by.algebra(ENTROPY_SLOPE, ENERGY_SLOPE)),
        (gamma, by.algebra),
    ),
)

ENTROPY_CURVATURE_IN_ENERGY = Claim(
    "thermodynamics.entropy-curvature-in-energy",
    Eq(D(D(H(p, gamma), gamma) / D(energy, gamma), gamma) / D(energy, gamma), -1 / V(p, gamma)),
    given=(POSITIVE, NOT_CONSTANT),
    title="... and its curvature is minus one over the variance",
    defined=(VARIANCE_POSITIVE, ENERGY_SLOPE),
    proof=calc(
        D(D(H(p, gamma), gamma) / D(energy, gamma), gamma) / D(energy, gamma),
        (D(gamma, gamma) / D(energy, gamma), ENTROPY_IN_ENERGY),
        (1 / D(energy, gamma), by.calculus),
        (-1 / V(p, gamma), ENERGY_SLOPE),
    ),
)

CONCAVE_IN_ENERGY = Claim(
    "thermodynamics.concave-in-energy",
    Lt(D(D(H(p, gamma), gamma) / D(energy, gamma), gamma) / D(energy, gamma), 0),
    given=(POSITIVE, NOT_CONSTANT),
    title="So the entropy is strictly concave in the mean energy",
    defined=(VARIANCE_POSITIVE, ENERGY_SLOPE),
    proof=calc(
        D(D(H(p, gamma), gamma) / D(energy, gamma), gamma) / D(energy, gamma),
        (-1 / V(p, gamma), ENTROPY_CURVATURE_IN_ENERGY),
        lt(0, by.sign(1 / V(p, gamma), VARIANCE_POSITIVE)),
    ),
)

tangent = H(p, gamma) + gamma * (Sum(u[i] * -Log(p[i]), i) - energy)
BELOW_TANGENTS = Claim(
    "thermodynamics.below-tangents",
    Attained(Le(S(u), tangent), ForAll(i, Eq(u[i], q[i]))),
    given=(POSITIVE, U_POSITIVE, U_NORMALISED),
    title="No distribution lies above the tangent, and the escort distribution alone touches it",
    remark="Both entropy and mean energy are those of u. So of all distributions of a mean energy the escort "
    "distribution has the largest entropy, whatever the sign of gamma.",
    proof=calc(
        S(u),
        (
            -Sum(u[i] * (Log(u[i]) - (gamma * Log(p[i]) - Log(Z(p, gamma)))), i)
            + Log(Z(p, gamma)) * Sum(u[i], i)
            - gamma * Sum(u[i] * Log(p[i]), i),
            by.termwise(S),
        ),
        (
            -Sum(u[i] * (Log(u[i]) - Log(q[i])), i) + Log(Z(p, gamma)) - gamma * Sum(u[i] * Log(p[i]), i),
            by.algebra(LOG_ESCORT, U_NORMALISED),
        ),
        (-KL(u, q) + Log(Z(p, gamma)) - gamma * Sum(u[i] * Log(p[i]), i), KL),
        le(Log(Z(p, gamma)) - gamma * Sum(u[i] * Log(p[i]), i), by.sign(KL(u, q), GIBBS, SUMS_TO_ONE)),
        (
            Log(Z(p, gamma)) - gamma * mean(p, gamma) + gamma * (Sum(u[i] * -Log(p[i]), i) + mean(p, gamma)),
            by.termwise,
        ),
        (tangent, ENTROPY_IN_MOMENTS),
    ),
)

HEAT_CAPACITY = Claim(
    "thermodynamics.heat-capacity",
    Eq(D(-mean(p, hot), temperature), V(p, hot) / temperature**2),
    given=(POSITIVE, Gt(temperature, 0)),
    title="The heat capacity, the slope of the mean energy in the temperature, is the variance of log p over T^2",
    remark="With gamma = 1/T it is c2, the variance of log of the escort distribution.",
    proof=calc(
        D(-mean(p, hot), temperature),
        (D(-(moment(1, p, hot) / Z(p, hot)), temperature), by.termwise(mean, tilde, moment)),
        (
            (moment(2, p, hot) / Z(p, hot) - (moment(1, p, hot) / Z(p, hot)) ** 2) / temperature**2,
            by.calculus(moment, Z),
        ),
        (V(p, hot) / temperature**2, by.termwise(V, mean, tilde, moment, Z)),
    ),
)

HEAT_CAPACITY_POSITIVE = Claim(
    "thermodynamics.heat-capacity-positive",
    Gt(D(-mean(p, hot), temperature), 0),
    given=(POSITIVE, NOT_CONSTANT, Gt(temperature, 0)),
    title="... and positive, unless p is constant",
    proof=calc(
        D(-mean(p, hot), temperature),
        (V(p, hot) / temperature**2, HEAT_CAPACITY),
        gt(0, by.sign(V(p, hot) / temperature**2, VARIANCE_POSITIVE)),
    ),
)

CLAUSIUS = Claim(
    "thermodynamics.heat",
    Eq(temperature * D(H(p, hot), temperature), D(-mean(p, hot), temperature)),
    given=(POSITIVE, Gt(temperature, 0)),
    title="Heat: the energy grows by the temperature times the growth of the entropy",
    proof=calc(
        temperature * D(H(p, hot), temperature),
        (temperature * (V(p, hot) / temperature**3), TEMPERATURE_SLOPE),
        (V(p, hot) / temperature**2, by.algebra),
        (D(-mean(p, hot), temperature), HEAT_CAPACITY),
    ),
)

FREE_ENERGY_SLOPE = Claim(
    "thermodynamics.free-energy-slope",
    Eq(D(-temperature * Log(Z(p, hot)), temperature), -H(p, hot)),
    given=(POSITIVE, Gt(temperature, 0)),
    title="The slope of the free energy -T log Z in the temperature is minus the entropy",
    proof=calc(
        D(-temperature * Log(Z(p, hot)), temperature),
        (-Log(Z(p, hot)) + 1 / temperature * moment(1, p, hot) / Z(p, hot), by.calculus(moment, Z)),
        (-(Log(Z(p, hot)) - 1 / temperature * mean(p, hot)), by.termwise(mean, tilde, moment)),
        (-H(p, hot), ENTROPY_IN_MOMENTS),
    ),
)

# -------------------------------------------------------------------------------------------------- Rényi's entropies

from_p = KL(q, p)
FROM_P = Claim(
    "thermodynamics.divergence-from-p",
    Eq(from_p, (gamma - 1) * mean(p, gamma) - Log(Z(p, gamma))),
    given=(POSITIVE,),
    title="The divergence of the escort distribution from p",
    proof=calc(
        from_p,
        (Sum(q[i] * (Log(q[i]) - Log(p[i])), i), KL),
        (Sum(q[i] * (gamma * Log(p[i]) - Log(Z(p, gamma)) - Log(p[i])), i), LOG_ESCORT),
        ((gamma - 1) * Sum(q[i] * Log(p[i]), i) - Log(Z(p, gamma)) * Sum(q[i], i), by.termwise),
        ((gamma - 1) * mean(p, gamma) - Log(Z(p, gamma)), by.algebra(SUMS_TO_ONE, mean)),
    ),
)

RENYI_SLOPE = Claim(
    "thermodynamics.renyi-slope",
    Eq(D(renyi(p, gamma), gamma), -from_p / (1 - gamma) ** 2),
    given=(POSITIVE, Ne(gamma, 1)),
    title="The slope of Rényi's entropy in its order is minus a divergence",
    proof=calc(
        D(renyi(p, gamma), gamma),
        (D(Log(Z(p, gamma)), gamma) / (1 - gamma) + Log(Z(p, gamma)) / (1 - gamma) ** 2, by.calculus(renyi)),
        (mean(p, gamma) / (1 - gamma) + Log(Z(p, gamma)) / (1 - gamma) ** 2, LOG_PARTITION_SLOPE),
        (-((gamma - 1) * mean(p, gamma) - Log(Z(p, gamma))) / (1 - gamma) ** 2, by.algebra),
        (-from_p / (1 - gamma) ** 2, FROM_P),
    ),
)

RENYI_FALLS = Claim(
    "thermodynamics.renyi-falls",
    Le(D(renyi(p, gamma), gamma), 0),
    given=(POSITIVE, NORMALISED, Ne(gamma, 1)),
    title="So it does not rise with the order",
    proof=calc(
        D(renyi(p, gamma), gamma),
        (-from_p / (1 - gamma) ** 2, RENYI_SLOPE),
        le(0, by.sign(from_p / (1 - gamma) ** 2, GIBBS, SUMS_TO_ONE)),
    ),
)

same_side = (POSITIVE, NORMALISED, Lt(a, b))
along = calc(
    D(renyi(p, c), c),
    (-KL(tilde(p, c), p) / (1 - c) ** 2, RENYI_SLOPE.at({gamma: c})),
    le(0, by.sign(KL(tilde(p, c), p) / (1 - c) ** 2, GIBBS, SUMS_TO_ONE)),
)
RENYI_BELOW_ONE = Claim(
    "thermodynamics.renyi-below-one",
    Ge(renyi(p, a), renyi(p, b)),
    given=(*same_side, Lt(b, 1)),
    title="Of two orders below 1 the larger has the smaller entropy, or the same",
    proof=monotone(renyi(p, c), c, low=a, high=b, slope=along),
)

RENYI_ABOVE_ONE = Claim(
    "thermodynamics.renyi-above-one",
    Ge(renyi(p, a), renyi(p, b)),
    given=(*same_side, Gt(a, 1)),
    title="... and so it is above 1",
    proof=monotone(renyi(p, c), c, low=a, high=b, slope=along),
)

to_q = KL(p, q)
RENYI_FROM_SHANNON = Claim(
    "thermodynamics.renyi-from-shannon",
    Eq(renyi(p, gamma), S(p) + to_q / (1 - gamma)),
    given=(POSITIVE, NORMALISED, Ne(gamma, 1)),
    title="Rényi's entropy from Shannon's, which stands where the order is 1",
    proof=calc(
        renyi(p, gamma),
        (Log(Z(p, gamma)) / (1 - gamma), renyi),
        (
            -Sum(p[i] * Log(p[i]), i)
            + (Sum(p[i] * Log(p[i]), i) - gamma * Sum(p[i] * Log(p[i]), i) + Log(Z(p, gamma)) * 1) / (1 - gamma),
            by.algebra,
        ),
        (
            -Sum(p[i] * Log(p[i]), i)
            + (Sum(p[i] * Log(p[i]), i) - gamma * Sum(p[i] * Log(p[i]), i) + Log(Z(p, gamma)) * Sum(p[i], i))
            / (1 - gamma),
            NORMALISED,
        ),
        (
            -Sum(p[i] * Log(p[i]), i)
            + Sum(p[i] * (Log(p[i]) - (gamma * Log(p[i]) - Log(Z(p, gamma)))), i) / (1 - gamma),
            by.termwise,
        ),
        (S(p) + to_q / (1 - gamma), by.algebra(S, KL, LOG_ESCORT)),
    ),
)

RENYI_ABOVE_SHANNON = Claim(
    "thermodynamics.renyi-above-shannon",
    Ge(renyi(p, gamma), S(p)),
    given=(POSITIVE, NORMALISED, Lt(gamma, 1)),
    title="At orders below 1 it is at least Shannon's entropy",
    proof=calc(
        renyi(p, gamma),
        (S(p) + to_q / (1 - gamma), RENYI_FROM_SHANNON),
        ge(S(p), by.sign(to_q / (1 - gamma), GIBBS, SUMS_TO_ONE)),
    ),
)

RENYI_BELOW_SHANNON = Claim(
    "thermodynamics.renyi-below-shannon",
    Le(renyi(p, gamma), S(p)),
    given=(POSITIVE, NORMALISED, Gt(gamma, 1)),
    title="... and above 1 at most: so it falls through 1, too",
    proof=calc(
        renyi(p, gamma),
        (S(p) - to_q / (gamma - 1), RENYI_FROM_SHANNON),
        le(S(p), by.sign(to_q / (gamma - 1), GIBBS, SUMS_TO_ONE)),
    ),
)

ESCORT_BELOW_RENYI = Claim(
    "thermodynamics.escort-below-renyi",
    Le(H(p, gamma), renyi(p, gamma)),
    given=(POSITIVE, NORMALISED, Gt(gamma, 1)),
    title="Where gamma > 1 the escort distribution has at most Rényi's entropy of p at the order gamma",
    proof=calc(
        H(p, gamma),
        (renyi(p, gamma) + gamma * (gamma - 1) * D(renyi(p, gamma), gamma), RENYI_IDENTITY),
        (renyi(p, gamma) - gamma * (gamma - 1) * (from_p / (1 - gamma) ** 2), RENYI_SLOPE),
        le(
            renyi(p, gamma),
            by.sign((1 + (gamma - 1)) * (gamma - 1) * (from_p / (1 - gamma) ** 2), GIBBS, SUMS_TO_ONE),
        ),
    ),
)

ESCORT_ABOVE_RENYI = Claim(
    "thermodynamics.escort-above-renyi",
    Ge(H(p, gamma), renyi(p, gamma)),
    given=(POSITIVE, NORMALISED, Ge(gamma, 0), Lt(gamma, 1)),
    title="... and where 0 <= gamma < 1 at least that",
    proof=calc(
        H(p, gamma),
        (renyi(p, gamma) + gamma * (gamma - 1) * D(renyi(p, gamma), gamma), RENYI_IDENTITY),
        (renyi(p, gamma) + gamma * (1 - gamma) * (from_p / (1 - gamma) ** 2), RENYI_SLOPE),
        ge(renyi(p, gamma), by.sign(gamma * (1 - gamma) * (from_p / (1 - gamma) ** 2), GIBBS, SUMS_TO_ONE)),
    ),
)

ESCORT_AS_SLOPE = Claim(
    "thermodynamics.escort-as-slope",
    Eq(H(p, gamma), gamma**2 * D((1 - 1 / gamma) * renyi(p, gamma), gamma)),
    given=(POSITIVE, Ne(gamma, 1), Ne(gamma, 0)),
    title="The entropy of the escort distribution is a slope: that of Rényi's times 1 - 1/gamma, in -1/gamma",
    proof=calc(
        H(p, gamma),
        (renyi(p, gamma) + gamma * (gamma - 1) * D(renyi(p, gamma), gamma), RENYI_IDENTITY),
        (gamma**2 * D((1 - 1 / gamma) * renyi(p, gamma), gamma), by.calculus),
    ),
)
