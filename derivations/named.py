"""Named families: what the closed forms say of the densities in every table.

Their normalising constants do not matter: the power transform removes them. What tau stands for is the hypothesis on
its image, and it is elementary: on a half-line tau is the coordinate (kappa = omega = 1); on the line it is the
distance from the centre, which two points have (kappa = 1, omega = 2); in kappa dimensions it is the Mahalanobis
distance, and omega is the area of the unit sphere times the square root of the determinant; for Gumbel's density tau
is exp(-x), and dx is dtau/tau (kappa = 0). tau is positive, so the centre, a set of measure 0, is left out; and that
the measure dx has the image that is assumed, a change of variables, is left to the reader in each family.

Exponential, Laplace, normal and generalised normal densities stay what they are, with another scale, so the exponent
for a prescribed entropy is in closed form, and every entropy is attained. Gamma, Weibull and Gumbel densities have
the entropy in closed form; for the exponent one number has to be found. A power of a Weibull density is no Weibull
density, one of a Gumbel density no Gumbel density.
"""

from typing import Any

from sympy import Integer, Rational

from entnorm.claims import Assumption, Axiom, Claim, Digamma, Eq, Exp, Gt, Image, Log, LogGamma, Operator, Seq, by, calc
from entnorm.claims.language import substitute
from entnorm.claims.layout import Word

from .homogeneous import HOMOGENEOUS, plain
from .notation import a, b, c, gamma, h_of, h_star, kappa, o, omega, tau, w, x, y
from .potentials import ENTROPY, ENTROPY_EXISTS, POWERS_FINITE, T_POSITIVE, potential

one, half = Integer(1), Rational(1, 2)
t = tau[o]
pi = Operator("pi", (), Exp(LogGamma(half)) ** 2, lambda: Word(content="π"))  # DLMF 5.4.6

GAMMA_AT_ONE = Axiom(
    "named.gamma-at-one", Eq(LogGamma(one), 0), source="DLMF 5.4.1.", title="The Gamma function is 1 at 1"
)

HALF_LINE = Assumption("tau is the coordinate of a half-line", Image(tau, x, one))
DISTANCE = Assumption("tau is the distance from a point of the line", Image(tau, x, Integer(2)))
NORM = Assumption("tau is a norm of vectors", Image(tau, x, omega * x ** (kappa - 1)))
SURFACE = Assumption(
    "... in kappa dimensions, with a matrix of determinant y^2",
    Eq(omega, 2 * pi() ** (kappa / 2) * y / Exp(LogGamma(kappa / 2))),
)
LOGARITHMIC = Assumption("tau is exp(-x) on the line", Image(tau, x, 1 / x))


def _entropy(id: str, body: Any, values: dict[Any, Any], result: Any, given: tuple[Any, ...], title: str) -> Claim:
    """Return the claim that the powers of a density have that entropy, as a case of the general one."""
    general, family = (ENTROPY, potential) if a in values else (HOMOGENEOUS, plain)
    known = {gamma: gamma, tau: tau, **values}
    here = {a: Integer(0), **known}
    of_one = family is plain and values[kappa] == values[b]
    start, written = h_of(Seq(o, body), gamma), h_of(substitute(family, values), gamma)
    return Claim(
        id,
        Eq(start, result),
        given=(T_POSITIVE, *given, Gt(gamma, 0)),
        title=title,
        defined=(POWERS_FINITE.at(here), ENTROPY_EXISTS.at(here)),
        proof=calc(
            start,
            *([(written, by.logs)] if written != start else []),
            (substitute(general.statement.rhs, values), general.at(known)),
            *([(result + LogGamma(one), by.logs)] if of_one else []),
            (result, by.algebra(GAMMA_AT_ONE) if of_one else by.logs(pi, *(g for g in given if g is SURFACE))),
        ),
    )


def _root(id: str, entropy: Claim, exponent: Any, title: str) -> Claim:
    """Return the claim that at this exponent the entropy is the one that is asked for."""
    chosen = Eq(gamma, exponent)
    start, result = entropy.statement.args
    return Claim(
        id,
        Eq(start, h_star),
        given=(*(g for g in entropy.given if g != Gt(gamma, 0)), chosen),
        title=title,
        defined=entropy.defined,
        proof=calc(
            start,
            (result, entropy.at({v: v for v in sorted(entropy.variables, key=str)})),
            (substitute(result, {gamma: exponent}), chosen),
            (h_star, by.logs(pi)),
        ),
    )


EXPONENTIAL = _entropy(
    "named.exponential",
    Exp(-c * t),
    {b: one, c: c, kappa: one, omega: one},
    1 - Log(gamma * c),
    (HALF_LINE, Gt(c, 0)),
    "The exponential density of rate c",
)
EXPONENTIAL_ROOT = _root("named.exponential-root", EXPONENTIAL, Exp(1 - h_star) / c, "... and the exponent")

LAPLACE = _entropy(
    "named.laplace",
    Exp(-t / y),
    {b: one, c: 1 / y, kappa: one, omega: Integer(2)},
    1 + Log(2 * y / gamma),
    (DISTANCE, Gt(y, 0)),
    "Laplace's density of scale y",
)
LAPLACE_ROOT = _root("named.laplace-root", LAPLACE, 2 * y * Exp(1 - h_star), "... and the exponent")

NORMAL = _entropy(
    "named.normal",
    Exp(-(t**2) / (2 * y**2)),
    {b: Integer(2), c: 1 / (2 * y**2), kappa: one, omega: Integer(2)},
    half * Log(2 * pi() * Exp(1) * y**2 / gamma),
    (DISTANCE, Gt(y, 0)),
    "The normal density of standard deviation y",
)
NORMAL_ROOT = _root("named.normal-root", NORMAL, 2 * pi() * y**2 * Exp(1 - 2 * h_star), "... and the exponent")

NORMAL_VECTOR = _entropy(
    "named.normal-vector",
    Exp(-(t**2) / 2),
    {b: Integer(2), c: half, kappa: kappa, omega: omega},
    kappa / 2 * Log(2 * pi() * Exp(1) / gamma) + Log(y),
    (NORM, SURFACE, Gt(y, 0), Gt(kappa, 0)),
    "The normal density in kappa dimensions, with a covariance matrix of determinant y^2",
)
NORMAL_VECTOR_ROOT = _root(
    "named.normal-vector-root",
    NORMAL_VECTOR,
    2 * pi() * Exp(1 + 2 / kappa * (Log(y) - h_star)),
    "... and the exponent",
)

GENERALISED = _entropy(
    "named.generalised-normal",
    Exp(-((t / y) ** b)),
    {b: b, c: y**-b, kappa: one, omega: Integer(2)},
    1 / b + Log(2 * y / b) + LogGamma(1 / b) - Log(gamma) / b,
    (DISTANCE, Gt(y, 0), Gt(b, 0)),
    "The generalised normal density exp(-|x/y|^b)",
)
GENERALISED_ROOT = _root(
    "named.generalised-normal-root",
    GENERALISED,
    (2 * y * Exp(LogGamma(1 / b)) / b) ** b * Exp(1 - b * h_star),
    "... and the exponent",
)

shape = gamma * (w - 1) + 1
GAMMA = _entropy(
    "named.gamma",
    t ** (w - 1) * Exp(-c * t),
    {a: w - 1, b: one, c: c, kappa: one, omega: one},
    shape + LogGamma(shape) + (1 - shape) * Digamma(shape) - Log(gamma * c),
    (HALF_LINE, Gt(c, 0), Gt(shape, 0)),
    "The Gamma density of shape w: its powers have the shape gamma (w - 1) + 1, while that is positive",
)

WEIBULL = _entropy(
    "named.weibull",
    t ** (w - 1) * Exp(-c * t**w),
    {a: w - 1, b: w, c: c, kappa: one, omega: one},
    LogGamma(shape / w) + shape / w - gamma * (w - 1) / w * Digamma(shape / w) - Log(w) - Log(gamma * c) / w,
    (HALF_LINE, Gt(c, 0), Gt(w, 0), Gt(shape, 0)),
    "Weibull's density of shape w: its powers are generalised Gamma densities",
)

GUMBEL = _entropy(
    "named.gumbel",
    t * Exp(-t),
    {a: one, b: one, c: one, kappa: Integer(0), omega: one},
    LogGamma(gamma) + gamma - gamma * Digamma(gamma),
    (LOGARITHMIC,),
    "Gumbel's density",
)
