"""Cumulants, and the derivatives of the entropy that they give: in gamma, in log gamma and in the temperature.

The j-th derivative of log Z is the j-th cumulant k_j of log p under the escort distribution; c_j = gamma^j k_j is that
of log p-tilde.  gamma d/dgamma is the derivative in log gamma, and gamma = 1/T.
"""

from sympy import Rational

from entnorm.claims import At, Claim, D, Eq, Gt, Jet, Log, Sum, by, calc, expansion

from .escort import ENTROPY_AT_ZERO, ENTROPY_IN_MOMENTS
from .notation import H, V, Z, fourth, gamma, i, mean, moment, n, p, temperature, third, ties, tilde
from .setting import NOT_CONSTANT, POSITIVE
from .slopes import ENTROPY_CURVATURE, ENTROPY_SLOPE, VARIANCE_POSITIVE, VARIANCE_SLOPE

half = Rational(1, 2)
k2, k3 = V(p, gamma), third(p, gamma)
k4 = fourth(p, gamma) - 3 * V(p, gamma) ** 2
k5 = Sum(tilde(p, gamma)[i] * (Log(p[i]) - mean(p, gamma)) ** 5, i) - 10 * k3 * k2
c2, c3, c4 = gamma**2 * k2, gamma**3 * k3, gamma**4 * k4

THIRD_SLOPE = Claim(
    "cumulants.third-slope",
    Eq(D(k3, gamma), k4),
    given=(POSITIVE,),
    title="The slope of the third cumulant is the fourth",
    proof=calc(
        D(k3, gamma),
        (
            D(
                moment(3, p, gamma) / Z(p, gamma)
                - 3 * moment(2, p, gamma) * moment(1, p, gamma) / Z(p, gamma) ** 2
                + 2 * (moment(1, p, gamma) / Z(p, gamma)) ** 3,
                gamma,
            ),
            by.termwise(third, mean, tilde, moment, Z),
        ),
        (
            moment(4, p, gamma) / Z(p, gamma)
            - (4 * moment(3, p, gamma) * moment(1, p, gamma) + 3 * moment(2, p, gamma) ** 2) / Z(p, gamma) ** 2
            + 12 * moment(2, p, gamma) * moment(1, p, gamma) ** 2 / Z(p, gamma) ** 3
            - 6 * (moment(1, p, gamma) / Z(p, gamma)) ** 4,
            by.calculus(moment, Z),
        ),
        (k4, by.termwise(fourth, V, mean, tilde, moment, Z)),
    ),
)

FOURTH_SLOPE = Claim(
    "cumulants.fourth-slope",
    Eq(D(k4, gamma), k5),
    given=(POSITIVE,),
    title="... and that of the fourth the fifth",
    proof=calc(
        D(k4, gamma),
        (
            D(
                moment(4, p, gamma) / Z(p, gamma)
                - (4 * moment(3, p, gamma) * moment(1, p, gamma) + 3 * moment(2, p, gamma) ** 2) / Z(p, gamma) ** 2
                + 12 * moment(2, p, gamma) * moment(1, p, gamma) ** 2 / Z(p, gamma) ** 3
                - 6 * (moment(1, p, gamma) / Z(p, gamma)) ** 4,
                gamma,
            ),
            by.termwise(fourth, V, mean, tilde, moment, Z),
        ),
        (
            moment(5, p, gamma) / Z(p, gamma)
            - (5 * moment(4, p, gamma) * moment(1, p, gamma) + 10 * moment(3, p, gamma) * moment(2, p, gamma))
            / Z(p, gamma) ** 2
            + (
                20 * moment(3, p, gamma) * moment(1, p, gamma) ** 2
                + 30 * moment(2, p, gamma) ** 2 * moment(1, p, gamma)
            )
            / Z(p, gamma) ** 3
            - 60 * moment(2, p, gamma) * moment(1, p, gamma) ** 3 / Z(p, gamma) ** 4
            + 24 * (moment(1, p, gamma) / Z(p, gamma)) ** 5,
            by.calculus(moment, Z),
        ),
        (k5, by.termwise(third, V, mean, tilde, moment, Z)),
    ),
)

SECOND_LOG_SLOPE = Claim(
    "cumulants.second-log-slope",
    Eq(gamma * D(c2, gamma), 2 * c2 + c3),
    given=(POSITIVE,),
    title="The cumulants of the logarithm of the escort distribution, in log gamma: the second ...",
    proof=calc(
        gamma * D(c2, gamma),
        (gamma * (2 * gamma * k2 + gamma**2 * D(k2, gamma)), by.calculus),
        (2 * c2 + c3, VARIANCE_SLOPE),
    ),
)

THIRD_LOG_SLOPE = Claim(
    "cumulants.third-log-slope",
    Eq(gamma * D(c3, gamma), 3 * c3 + c4),
    given=(POSITIVE,),
    title="... and the third: each is its order times itself, and the next",
    proof=calc(
        gamma * D(c3, gamma),
        (gamma * (3 * gamma**2 * k3 + gamma**3 * D(k3, gamma)), by.calculus),
        (3 * c3 + c4, THIRD_SLOPE),
    ),
)

ENTROPY_THIRD = Claim(
    "cumulants.entropy-third-slope",
    Eq(D(D(D(H(p, gamma), gamma), gamma), gamma), -(2 * k3 + gamma * k4)),
    given=(POSITIVE,),
    title="The third derivative of the entropy",
    proof=calc(
        D(D(D(H(p, gamma), gamma), gamma), gamma),
        (D(-(k2 + gamma * k3), gamma), ENTROPY_CURVATURE),
        (-D(k2, gamma) - k3 - gamma * D(k3, gamma), by.calculus),
        (-(2 * k3 + gamma * k4), by.algebra(VARIANCE_SLOPE, THIRD_SLOPE)),
    ),
)

LOG_CURVATURE = Claim(
    "cumulants.entropy-log-curvature",
    Eq(gamma * D(gamma * D(H(p, gamma), gamma), gamma), -(2 * c2 + c3)),
    given=(POSITIVE,),
    title="The second derivative of the entropy in log gamma",
    proof=calc(
        gamma * D(gamma * D(H(p, gamma), gamma), gamma),
        (gamma * D(gamma * (-gamma * k2), gamma), ENTROPY_SLOPE),
        (-gamma * (2 * gamma * k2 + gamma**2 * D(k2, gamma)), by.calculus),
        (-(2 * c2 + c3), VARIANCE_SLOPE),
    ),
)

LOG_THIRD = Claim(
    "cumulants.entropy-log-third",
    Eq(gamma * D(gamma * D(gamma * D(H(p, gamma), gamma), gamma), gamma), -(4 * c2 + 5 * c3 + c4)),
    given=(POSITIVE,),
    title="... and the third",
    proof=calc(
        gamma * D(gamma * D(gamma * D(H(p, gamma), gamma), gamma), gamma),
        (gamma * D(-(2 * c2 + c3), gamma), LOG_CURVATURE),
        (
            -gamma * (4 * gamma * k2 + 2 * gamma**2 * D(k2, gamma) + 3 * gamma**2 * k3 + gamma**3 * D(k3, gamma)),
            by.calculus,
        ),
        (-(4 * c2 + 5 * c3 + c4), by.algebra(VARIANCE_SLOPE, THIRD_SLOPE)),
    ),
)

hot = 1 / temperature

TEMPERATURE_SLOPE = Claim(
    "cumulants.entropy-temperature-slope",
    Eq(D(H(p, hot), temperature), V(p, hot) / temperature**3),
    given=(POSITIVE, Gt(temperature, 0)),
    title="The slope of the entropy in the temperature: it rises",
    proof=calc(
        D(H(p, hot), temperature),
        (
            D(Log(Z(p, hot)) - hot * moment(1, p, hot) / Z(p, hot), temperature),
            by.termwise(ENTROPY_IN_MOMENTS, mean, tilde, moment),
        ),
        (
            (moment(2, p, hot) / Z(p, hot) - (moment(1, p, hot) / Z(p, hot)) ** 2) / temperature**3,
            by.calculus(moment, Z),
        ),
        (V(p, hot) / temperature**3, by.termwise(V, mean, tilde, moment, Z)),
    ),
)

TEMPERATURE_CURVATURE = Claim(
    "cumulants.entropy-temperature-curvature",
    Eq(
        D(D(H(p, hot), temperature), temperature),
        -(3 * V(p, hot) / temperature**4 + third(p, hot) / temperature**5),
    ),
    given=(POSITIVE, Gt(temperature, 0)),
    title="... and its curvature",
    proof=calc(
        D(D(H(p, hot), temperature), temperature),
        (D(V(p, hot) / temperature**3, temperature), TEMPERATURE_SLOPE),
        (
            D((moment(2, p, hot) / Z(p, hot) - (moment(1, p, hot) / Z(p, hot)) ** 2) / temperature**3, temperature),
            by.termwise(V, mean, tilde, moment, Z),
        ),
        (
            -3 * (moment(2, p, hot) / Z(p, hot) - (moment(1, p, hot) / Z(p, hot)) ** 2) / temperature**4
            - (
                moment(3, p, hot) / Z(p, hot)
                - 3 * moment(2, p, hot) * moment(1, p, hot) / Z(p, hot) ** 2
                + 2 * (moment(1, p, hot) / Z(p, hot)) ** 3
            )
            / temperature**5,
            by.calculus(moment, Z),
        ),
        (
            -(3 * V(p, hot) / temperature**4 + third(p, hot) / temperature**5),
            by.termwise(V, third, mean, tilde, moment, Z),
        ),
    ),
)

m1, m2, m3, m4 = (moment(order, p, hot) / Z(p, hot) for order in (1, 2, 3, 4))
squares, cubes = m2 - m1**2, m3 - 3 * m2 * m1 + 2 * m1**3
fourths = m4 - 4 * m3 * m1 - 3 * m2**2 + 12 * m2 * m1**2 - 6 * m1**4
k4_hot = fourth(p, hot) - 3 * V(p, hot) ** 2

TEMPERATURE_THIRD = Claim(
    "cumulants.entropy-temperature-third",
    Eq(
        D(D(D(H(p, hot), temperature), temperature), temperature),
        12 * V(p, hot) / temperature**5 + 8 * third(p, hot) / temperature**6 + k4_hot / temperature**7,
    ),
    given=(POSITIVE, Gt(temperature, 0)),
    title="... and the third derivative",
    proof=calc(
        D(D(D(H(p, hot), temperature), temperature), temperature),
        (D(-(3 * V(p, hot) / temperature**4 + third(p, hot) / temperature**5), temperature), TEMPERATURE_CURVATURE),
        (
            D(-(3 * squares / temperature**4 + cubes / temperature**5), temperature),
            by.termwise(V, third, mean, tilde, moment, Z),
        ),
        (12 * squares / temperature**5 + 8 * cubes / temperature**6 + fourths / temperature**7, by.calculus(moment, Z)),
        (
            12 * V(p, hot) / temperature**5 + 8 * third(p, hot) / temperature**6 + k4_hot / temperature**7,
            by.termwise(V, third, fourth, mean, tilde, moment, Z),
        ),
    ),
)

AT_ZERO = Claim(
    "cumulants.entropy-jet-at-zero",
    Jet(H(p, gamma), gamma, 0, Log(n), 0, -half * V(p, 0)),
    given=(POSITIVE,),
    title="Near gamma = 0 the entropy is log n less half the variance times gamma squared",
    proof=expansion(
        calc(At(H(p, gamma), gamma, 0), (H(p, 0), by.algebra), (Log(n), ENTROPY_AT_ZERO)),
        calc(
            At(D(H(p, gamma), gamma), gamma, 0),
            (At(-gamma * k2, gamma, 0), ENTROPY_SLOPE),
            (0, by.algebra),
        ),
        calc(
            At(D(D(H(p, gamma), gamma), gamma), gamma, 0),
            (At(-(k2 + gamma * k3), gamma, 0), ENTROPY_CURVATURE),
            (2 * (-half * V(p, 0)), by.algebra),
        ),
    ),
)

# ----------------------------------------------------------------------- the odds of the entropy between its two ends

above, short = H(p, gamma) - Log(ties), Log(n) - H(p, gamma)
odds = Log(above) - Log(short)
inside = (POSITIVE, Gt(ties, 0), Gt(above, 0), Gt(short, 0))

ODDS_SLOPE = Claim(
    "cumulants.odds-slope",
    Eq(gamma * D(odds, gamma), -c2 * (1 / above + 1 / short)),
    given=inside,
    title="The slope in log gamma of the log-odds of the entropy between log m and log n",
    proof=calc(
        gamma * D(odds, gamma),
        (gamma * (D(H(p, gamma), gamma) / above + D(H(p, gamma), gamma) / short), by.calculus),
        (-c2 * (1 / above + 1 / short), ENTROPY_SLOPE),
    ),
)

ODDS_CURVATURE = Claim(
    "cumulants.odds-curvature",
    Eq(
        gamma * D(gamma * D(odds, gamma), gamma),
        (2 + k3 * gamma / k2 + c2 * (1 / above - 1 / short)) * (-c2 * (1 / above + 1 / short)),
    ),
    given=(*inside, NOT_CONSTANT),
    title="Its curvature is a multiple of its slope: the power of gamma in which the log-odds have none",
    remark="In gamma^alpha the curvature is that in log gamma less alpha times the slope, up to a positive factor.",
    defined=(VARIANCE_POSITIVE,),
    proof=calc(
        gamma * D(gamma * D(odds, gamma), gamma),
        (gamma * D(-c2 * (1 / above + 1 / short), gamma), ODDS_SLOPE),
        (
            -gamma * (2 * gamma * k2 + gamma**2 * D(k2, gamma)) * (1 / above + 1 / short)
            - gamma * c2 * (D(H(p, gamma), gamma) / short**2 - D(H(p, gamma), gamma) / above**2),
            by.calculus,
        ),
        (
            -gamma * (2 * gamma * k2 + gamma**2 * k3) * (1 / above + 1 / short)
            - gamma * c2 * (-gamma * k2 / short**2 - -gamma * k2 / above**2),
            by.algebra(ENTROPY_SLOPE, VARIANCE_SLOPE),
        ),
        ((2 + k3 * gamma / k2 + c2 * (1 / above - 1 / short)) * (-c2 * (1 / above + 1 / short)), by.algebra),
    ),
)
