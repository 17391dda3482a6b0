"""The families whose escort densities are known in closed form, each as a curve of its entropy over the exponent.

========================================  =====================================  =============================
density                                   its escort density of order g          exponent for a target H
========================================  =====================================  =============================
normal, half-normal, exponential,         the same family, the scale divided by  closed; reached by one Newton
Laplace, generalised normal               g^(1/b), for p = exp(-|x|^b)           step in log g
multivariate normal                       the same, the covariance divided by g  closed
Pareto, Lomax                             the same, g (a + 1) - 1 for a          closed, Wright's omega
lognormal                                 the same, s^2 / g for s^2              closed, Wright's omega
gamma, chi^2, inverse gamma               the same family                        search in one dimension
Weibull, Frechet, Rayleigh, Maxwell, chi  generalised gamma                      search
beta, arcsine, powers on an interval      beta                                   search
Student's t, Cauchy                       Student's t, of another scale          search
Gumbel, log-gamma                         logarithm of a gamma variable          search
logistic                                  logistic of type III                   search
uniform                                   itself                                 the target is its entropy
========================================  =====================================  =============================

A location changes nothing here, and a scale s adds log s to every entropy: a curve is that of the standard density.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from scipy import special, stats

from entnorm.continuous.exponents import Curve, Domain, Exponent, Interval, Level
from entnorm.continuous.special import (
    EPS,
    NEAR,
    excess,
    gamma_entropy,
    legendre_at_one,
    legendre_at_two,
    psi,
    total,
    trigamma,
)

POSITIVE = Domain(0.0, math.inf)
EVERYTHING: Interval = (-math.inf, math.inf)
_LOG_2PI_E = math.log(2 * math.pi * math.e)

Build = Callable[[float], object]


def homogeneous(size: float, degree: float, build: Build) -> Curve:
    """
    Densities exp(-phi) with phi(c x) = c^b phi(x), of degree b in one dimension: h(g) = 1/b + log(size) - log(g)/b.

    `size` is the integral of exp(-phi), and `build` makes the density whose size is that of the standard one times its
    argument.
    """

    def level(at: Exponent) -> Level:
        entropy = total(1 / degree, math.log(size), -math.log(at.gamma) / degree)
        return Level(entropy.value, 1 / degree, entropy.error)

    def closed(target: float) -> tuple[float, float]:
        base = size * math.exp(-target) if abs(target) < 700 else _shrink(size, target)
        with np.errstate(over="ignore", under="ignore"):
            return float(np.float64(base) ** degree) * math.e, 4 * EPS * (1 + degree)

    return Curve(POSITIVE, EVERYTHING, level, lambda at: build(at.gamma ** (-1 / degree)), closed)


def _shrink(size: float, target: float) -> float:
    """Size * exp(-target), where the exponential alone may leave the range of a float."""
    try:
        return math.exp(math.log(size) - target)
    except OverflowError:
        return math.inf


def multivariate_normal(mean: object, covariance: object) -> Curve:
    """The normal density in d dimensions: h(g) = (d log(2 pi e) + log det S - d log g) / 2."""
    matrix = np.atleast_2d(np.asarray(covariance, dtype=np.float64))
    dimension = matrix.shape[0]
    logdet = float(np.linalg.slogdet(matrix)[1])

    def level(at: Exponent) -> Level:
        entropy = total(dimension / 2 * _LOG_2PI_E, logdet / 2, -dimension / 2 * math.log(at.gamma))
        return Level(entropy.value, dimension / 2, entropy.error)

    def closed(target: float) -> tuple[float, float]:
        power = (logdet - 2 * target) / dimension
        error = EPS * (8 + 2 * (abs(logdet) + 2 * abs(target)) / dimension)
        return 2 * math.pi * math.e * math.exp(power) if power < 700 else math.inf, error

    def distribution(at: Exponent) -> object:
        return stats.multivariate_normal(mean, matrix / at.gamma)

    return Curve(POSITIVE, EVERYTHING, level, distribution, closed)


def generalised_gamma(a: float, c: float, build: Callable[[float, float], object]) -> Curve:
    """
    Densities proportional to x^(c a - 1) exp(-x^c), c of either sign: gamma, Weibull, inverse gamma and relatives.

    The escort density is that of (y/g)^(1/c), y a gamma variable of shape K = (g (c a - 1) + 1) / c; `build` makes it
    from K and the scale g^(-1/c).
    """
    power = math.fma(c, a, -1.0) if hasattr(math, "fma") else c * a - 1.0
    if c < 0:
        domain = Domain(1 / -power, math.inf)
    else:
        domain = Domain(0.0, 1 / -power if power < 0 else math.inf)

    def shape(at: Exponent) -> float:
        if c < 0:
            return at.above * power / c
        return (1 + at.gamma * power) / c if power >= 0 else at.below * -power / c

    def level(at: Exponent) -> Level:
        k, s = shape(at), 1 / c
        base = gamma_entropy(k)
        entropy = total(
            base.value, (s - 1) * psi(k), -math.log(abs(c)), -math.log(at.gamma) * s, error=base.error
        )
        return Level(entropy.value, (1 - s / k) ** 2 * excess(k) + s * s / k, entropy.error)

    return Curve(domain, EVERYTHING, level, lambda at: build(shape(at), at.gamma ** (-1 / c)))


def beta(a: float, b: float, build: Callable[[float, float], object]) -> Curve:
    """Densities proportional to x^(a-1) (1-x)^(b-1): the escort density is Beta(g (a-1) + 1, g (b-1) + 1)."""
    least = min(a, b)
    domain = Domain(0.0, 1 / (1 - least) if least < 1 else math.inf)

    def shapes(at: Exponent) -> tuple[float, float]:
        if least >= 1:
            return 1 + at.gamma * (a - 1), 1 + at.gamma * (b - 1)
        small = at.below * (1 - least)
        large = small + at.gamma * abs(a - b)
        return (small, large) if a <= b else (large, small)

    def level(at: Exponent) -> Level:
        u, v = at.gamma * (a - 1), at.gamma * (b - 1)
        if max(abs(u), abs(v)) <= NEAR:
            entropy = total(legendre_at_one(u), legendre_at_one(v), -legendre_at_two(u + v))
            spread = u * u * trigamma(1 + u) + v * v * trigamma(1 + v) - (u + v) ** 2 * trigamma(2 + u + v)
            return Level(entropy.value, spread, entropy.error)
        k, m = shapes(at)
        n = k + m
        parts = gamma_entropy(k), gamma_entropy(m), gamma_entropy(n)
        error = sum(part.error for part in parts)
        entropy = total(parts[0].value, parts[1].value, -parts[2].value, -psi(n), error=error)
        spread = math.fsum(((1 - s / x) ** 2 * excess(x) + s * s / x) * t for x, s, t in ((k, 1, 1), (m, 1, 1), (n, 2, -1)))
        return Level(entropy.value, spread, entropy.error)

    return Curve(domain, (-math.inf, 0.0), level, lambda at: build(*shapes(at)))


def student(nu: float, build: Callable[[float, float], object]) -> Curve:
    """Student's t: that with n = g (nu + 1) - 1 degrees of freedom, its scale multiplied by sqrt(nu / n)."""
    domain = Domain(1 / (nu + 1), math.inf)

    def level(at: Exponent) -> Level:
        k = at.above * (nu + 1) / 2
        m = k + 0.5
        low, high = gamma_entropy(k), gamma_entropy(m)
        entropy = total(
            low.value, -high.value, -1.5 * psi(k), psi(m), 0.5, 0.5 * math.log(math.pi * nu),
            error=low.error + high.error,
        )
        spread = (m / k) ** 2 * excess(k) - excess(m) + m / (2 * k)
        return Level(entropy.value, spread, entropy.error)

    def distribution(at: Exponent) -> object:
        n = at.above * (nu + 1)
        return build(n, math.sqrt(nu / n))

    return Curve(domain, EVERYTHING, level, distribution)


def pareto(a: float, build: Callable[[float], object]) -> Curve:
    """Pareto's a x^(-a-1) on x > 1: that with g (a + 1) - 1 for a."""
    domain = Domain(1 / (a + 1), math.inf)

    def level(at: Exponent) -> Level:
        inverse = 1 / (at.above * (a + 1))
        entropy = total(-math.log(at.above), -math.log(a + 1), 1.0, inverse)
        return Level(entropy.value, (1 + inverse) ** 2, entropy.error)

    def closed(target: float) -> tuple[float, float]:
        inverse = float(special.wrightomega(target - 1))
        return 1 / inverse, EPS * (8 + 2 * (abs(target) + 1) / (1 + inverse))

    return Curve(domain, EVERYTHING, level, lambda at: build(at.above * (a + 1)), closed)


def lognormal(s: float, build: Callable[[float, float], object]) -> Curve:
    """exp(s z), z standard normal: that of s^2 / g, multiplied by exp(s^2/g - s^2)."""

    def level(at: Exponent) -> Level:
        variance = s * s / at.gamma
        entropy = total(variance, -s * s, 0.5 * math.log(variance), 0.5 * _LOG_2PI_E)
        return Level(entropy.value, variance + 0.5, entropy.error)

    def closed(target: float) -> tuple[float, float]:
        terms = 2 * target, 2 * s * s, math.log(2.0), -_LOG_2PI_E
        variance = float(special.wrightomega(math.fsum(terms))) / 2
        return s * s / variance, EPS * (8 + 2 * math.fsum(map(abs, terms)) / (1 + 2 * variance))

    def distribution(at: Exponent) -> object:
        variance = s * s / at.gamma
        return build(math.sqrt(variance), math.exp(variance - s * s))

    return Curve(POSITIVE, EVERYTHING, level, distribution, closed)


def uniform(distribution: object) -> Curve:
    """The uniform density on an interval of unit length, which every order leaves as it is."""
    return Curve(POSITIVE, (0.0, 0.0), lambda at: Level(0.0, 0.0, 0.0), lambda at: distribution)


def log_gamma(c: float, build: Callable[[float, float], object]) -> Curve:
    """Densities proportional to exp(c x - e^x): log(y / g), y a gamma variable of shape K = c g."""

    def level(at: Exponent) -> Level:
        k = c * at.gamma
        base = gamma_entropy(k)
        entropy = total(base.value, -psi(k), error=base.error)
        return Level(entropy.value, excess(k), entropy.error)

    return Curve(POSITIVE, EVERYTHING, level, lambda at: build(c * at.gamma, -math.log(at.gamma)))


def logistic(build: Callable[[float], object]) -> Curve:
    """The logistic density: sigma(x)^g sigma(-x)^g / B(g, g), known as type III."""

    def level(at: Exponent) -> Level:
        g = at.gamma
        single, double = gamma_entropy(g), gamma_entropy(2 * g)
        entropy = total(
            2 * single.value, -double.value, -2 * psi(g), psi(2 * g), error=2 * single.error + double.error
        )
        return Level(entropy.value, 2 * excess(g) - excess(2 * g), entropy.error)

    return Curve(POSITIVE, EVERYTHING, level, lambda at: build(at.gamma))
