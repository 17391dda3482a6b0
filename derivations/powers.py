"""Newton's method in a power of gamma: which power is best.

A step in gamma**alpha multiplies gamma by (1 + alpha epsilon)**(1/alpha), where epsilon is the error of the entropy in
units of its slope in log gamma; a step in log gamma multiplies it by e**epsilon.  All of them converge quadratically
near the root, with a constant that is linear in alpha: one power makes it vanish.
"""

from sympy import Rational

from entnorm.claims import At, Claim, D, Eq, Exp, Gt, Jet, Ne, Power, by, calc, expansion, gt
from entnorm.claims.language import Times

from .convergence import ROOT
from .notation import H, V, alpha, c, excess, gamma, h_star, p, third, w
from .setting import NOT_CONSTANT, POSITIVE
from .slopes import ENTROPY_SLOPE, VARIANCE_POSITIVE, VARIANCE_SLOPE

half = Rational(1, 2)
at_root = (POSITIVE, NOT_CONSTANT, Ne(c, 0), ROOT)
error = excess(p, gamma, h_star)
bend = (2 * gamma * V(p, gamma) + gamma**2 * third(p, gamma)) / (gamma**2 * V(p, gamma)) ** 2
slope = -1 / gamma - (H(p, gamma) - h_star) * bend

raw = (
    D(H(p, gamma), gamma) / (gamma**2 * V(p, gamma))
    - (H(p, gamma) - h_star)
    * (2 * gamma * V(p, gamma) + gamma**2 * D(V(p, gamma), gamma))
    / (gamma**2 * V(p, gamma)) ** 2
)  # the slope of the error
in_cumulants = by.algebra(ENTROPY_SLOPE, VARIANCE_SLOPE)  # ... which is `slope`

NO_EXCESS = Claim(
    "powers.no-excess",
    Eq(excess(p, c, h_star), 0),
    given=at_root,
    title="At the root there is no error",
    defined=(VARIANCE_POSITIVE,),
    proof=calc(excess(p, c, h_star), ((H(p, c) - h_star) / (c**2 * V(p, c)), excess), (0, ROOT)),
)

base = 1 + alpha * error
at_c = 1 + alpha * excess(p, c, h_star)
BASE_POSITIVE = Claim(
    "powers.base-positive",
    Gt(at_c, 0),
    given=at_root,
    title="... so the factor of a step is defined at it",
    defined=(VARIANCE_POSITIVE,),
    proof=calc(at_c, (1, NO_EXCESS), gt(0, by.sign)),
)

BASE_ONE = Claim(
    "powers.base-one",
    Eq(at_c**w, 1),
    given=at_root,
    title="... and 1 at the root",
    defined=(VARIANCE_POSITIVE, BASE_POSITIVE),
    proof=calc(at_c**w, (Power(1, w), NO_EXCESS), (1, by.logs)),
)

step = gamma * base ** (1 / alpha)
slope_c = -1 / c - (H(p, c) - h_star) * At(bend, gamma, c)
turn = 1 / gamma**2 - D(H(p, gamma), gamma) * bend - (H(p, gamma) - h_star) * D(bend, gamma)
value = calc(At(step, gamma, c), (c * at_c ** (1 / alpha), by.algebra), (c, BASE_ONE))
first = calc(
    At(D(step, gamma), gamma, c),
    (At(base ** (1 / alpha) + gamma * base ** (1 / alpha - 1) * raw, gamma, c), by.calculus(excess)),
    (
        At(base ** (1 / alpha) + gamma * base ** (1 / alpha - 1) * slope, gamma, c),
        in_cumulants,
    ),
    (at_c ** (1 / alpha) + c * at_c ** (1 / alpha - 1) * slope_c, by.algebra),
    (1 + c * slope_c, BASE_ONE),
    (0, ROOT),
)
curved = (
    At(D(D(step, gamma), gamma), gamma, c),
    (
        At(D(base ** (1 / alpha) + gamma * base ** (1 / alpha - 1) * raw, gamma), gamma, c),
        by.calculus(excess),
    ),
    (
        At(D(base ** (1 / alpha) + gamma * base ** (1 / alpha - 1) * slope, gamma), gamma, c),
        in_cumulants,
    ),
    (
        At(
            base ** (1 / alpha - 1) * raw
            + base ** (1 / alpha - 1) * slope
            + (1 - alpha) * gamma * base ** (1 / alpha - 2) * raw * slope
            + gamma * base ** (1 / alpha - 1) * turn,
            gamma,
            c,
        ),
        by.calculus(excess),
    ),
    (
        At(
            2 * base ** (1 / alpha - 1) * slope
            + (1 - alpha) * gamma * base ** (1 / alpha - 2) * slope**2
            + gamma
            * base ** (1 / alpha - 1)
            * (1 / gamma**2 + gamma * V(p, gamma) * bend - (H(p, gamma) - h_star) * D(bend, gamma)),
            gamma,
            c,
        ),
        in_cumulants,
    ),
    (
        2 * at_c ** (1 / alpha - 1) * slope_c
        + (1 - alpha) * c * at_c ** (1 / alpha - 2) * slope_c**2
        + c
        * at_c ** (1 / alpha - 1)
        * (1 / c**2 + c * V(p, c) * At(bend, gamma, c) - (H(p, c) - h_star) * At(D(bend, gamma), gamma, c)),
        by.algebra,
    ),
    (
        2 * slope_c
        + (1 - alpha) * c * slope_c**2
        + c * (1 / c**2 + c * V(p, c) * At(bend, gamma, c) - (H(p, c) - h_star) * At(D(bend, gamma), gamma, c)),
        BASE_ONE,
    ),
)

constant = half * ((2 - alpha + c * third(p, c) / V(p, c)) / c)
BEST = Eq(alpha, 2 + c * third(p, c) / V(p, c))
near = (*at_root, Ne(alpha, 0))
well_defined = (VARIANCE_POSITIVE, BASE_POSITIVE)

ERROR_CONSTANT = Claim(
    "powers.error-constant",
    Jet(step, gamma, c, c, 0, constant),
    given=near,
    title="The error constant of Newton's method in a power of gamma",
    remark="For alpha = 1 it is that of the document's loop, for alpha = -1 that of Newton's method in temperature.",
    defined=well_defined,
    proof=expansion(value, first, calc(*curved, (2 * constant, ROOT))),
)

BEST_POWER = Claim(
    "powers.best-power",
    Jet(step, gamma, c, c, 0, 0),
    given=(*near, BEST),
    title="The power 2 + c3/c2 makes it vanish: convergence of third order",
    remark="c2, c3 are cumulants of log of the distribution that is sought: c3/c2 is gamma mu3 / Var at the root.",
    defined=well_defined,
    proof=expansion(value, first, calc(*curved, (2 * constant, ROOT), (Times(2, 0), BEST))),
)

log_step = gamma * Exp(error)
LOG_CONSTANT = Claim(
    "powers.error-constant-of-log",
    Jet(log_step, gamma, c, c, 0, half * ((2 + c * third(p, c) / V(p, c)) / c)),
    given=at_root,
    title="... and of Newton's method in log gamma",
    defined=(VARIANCE_POSITIVE,),
    proof=expansion(
        calc(
            At(log_step, gamma, c), (c * Exp(excess(p, c, h_star)), by.algebra), (c * Exp(0), NO_EXCESS), (c, by.logs)
        ),
        calc(
            At(D(log_step, gamma), gamma, c),
            (At(Exp(error) + gamma * Exp(error) * raw, gamma, c), by.calculus(excess)),
            (At(Exp(error) + gamma * Exp(error) * slope, gamma, c), in_cumulants),
            (Exp(excess(p, c, h_star)) * (1 + c * slope_c), by.algebra),
            (0, ROOT),
        ),
        calc(
            At(D(D(log_step, gamma), gamma), gamma, c),
            (At(D(Exp(error) + gamma * Exp(error) * raw, gamma), gamma, c), by.calculus(excess)),
            (
                At(D(Exp(error) + gamma * Exp(error) * slope, gamma), gamma, c),
                in_cumulants,
            ),
            (
                At(
                    Exp(error) * raw
                    + Exp(error) * slope
                    + gamma * Exp(error) * raw * slope
                    + gamma * Exp(error) * turn,
                    gamma,
                    c,
                ),
                by.calculus(excess),
            ),
            (
                At(
                    Exp(error)
                    * (
                        2 * slope
                        + gamma * slope**2
                        + gamma * (1 / gamma**2 + gamma * V(p, gamma) * bend - (H(p, gamma) - h_star) * D(bend, gamma))
                    ),
                    gamma,
                    c,
                ),
                in_cumulants,
            ),
            (
                Exp(excess(p, c, h_star))
                * (
                    2 * slope_c
                    + c * slope_c**2
                    + c
                    * (1 / c**2 + c * V(p, c) * At(bend, gamma, c) - (H(p, c) - h_star) * At(D(bend, gamma), gamma, c))
                ),
                by.algebra,
            ),
            (Exp(excess(p, c, h_star)) * ((2 + c * third(p, c) / V(p, c)) / c), ROOT),
            (Exp(0) * ((2 + c * third(p, c) / V(p, c)) / c), NO_EXCESS),
            (2 * (half * ((2 + c * third(p, c) / V(p, c)) / c)), by.logs),
        ),
    ),
)
