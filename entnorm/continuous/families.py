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

The entropies are cases of three: that of powers of tau^a exp(-c tau^b) [potentials.entropy], of tau^a (1 + tau)^(-c)
[betas.entropy], and of exp(b tau - c tau^2) [lognormal.entropy-on-line], where tau is a coordinate or a function of it.

**The ends.** That every entropy is attained is proved where the exponent is closed: [homogeneous.root],
[named.normal-vector-root], [pareto.root] and [lognormal.root] with [pareto.lambert]. For the other families the limits
at the ends of the domain are assumed. They follow from those of log Gamma(K) + K - K psi(K), which is nearly -log K for
a small shape (DLMF 5.7.1, 5.7.6) and log(2 pi e / K) / 2 for a large one (DLMF 5.11.1, 5.11.2), and that a positive
entropy is out of reach on an interval of length 1 is Gibbs' inequality; the tests look at both ends, the proofs do not.
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
    legendre_at_one,
    legendre_at_two,
    log_gamma_entropy,
    log_gamma_varentropy,
    psi,
    root,
    total,
    trigamma,
)

POSITIVE = Domain(0.0, math.inf)
EVERYTHING: Interval = (-math.inf, math.inf)
_IN_RANGE = 700.0  # logarithms whose exponentials are far from the ends of float64
_LOG_2PI_E = math.log(2 * math.pi * math.e)

Build = Callable[[float], object]


def homogeneous(log_size: float, scale: float, degree: float, build: Build) -> Curve:
    """
    Densities exp(-phi) with phi(c x) = c^b phi(x), of degree b in one dimension: h(g) = 1/b + log(size) - log(g)/b
    [homogeneous.entropy], so that every entropy has its exponent in closed form [homogeneous.root]: of exponential
    [named.exponential-root], Laplace [named.laplace-root], normal [named.normal-root], and generalised normal densities
    [named.generalised-normal-root].

    The size is the integral of exp(-phi), that of the standard density times the scale; `build` makes the density of
    another scale.
    """

    def level(at: Exponent) -> Level:
        entropy = total(1 / degree, log_size, math.log(scale), -math.log(at.gamma) / degree)
        return Level(entropy.value, 1 / degree, entropy.error)

    def closed(target: float) -> tuple[float, float]:
        if max(abs(target), abs(log_size)) < _IN_RANGE:
            with np.errstate(over="ignore", under="ignore"):
                power = (np.float64(scale) * math.exp(-target) * math.exp(log_size)) ** degree
            return float(power) * math.e, 4 * EPS * (1 + degree * (1 + abs(log_size)))
        terms = log_size, math.log(scale), -target
        return exp(degree * math.fsum(terms) + 1), 4 * EPS * (1 + degree * math.fsum(map(abs, terms)))

    return Curve(POSITIVE, EVERYTHING, level, lambda at: build(scale * float(root(at.gamma, -degree))), closed)


def exp(x: float) -> float:
    """exp(x), infinite where it leaves the range of a float."""
    return math.exp(x) if x < _IN_RANGE else math.inf


def multivariate_normal(mean: object, covariance: object) -> Curve:
    """
    The normal density in d dimensions: h(g) = (d log(2 pi e) + log det S - d log g) / 2  [named.normal-vector].

    The exponent is in closed form [named.normal-vector-root].
    """
    matrix = np.atleast_2d(np.asarray(covariance, dtype=np.float64))
    dimension = matrix.shape[0]
    logdet = float(np.linalg.slogdet(matrix)[1])

    def level(at: Exponent) -> Level:
        entropy = total(dimension / 2 * _LOG_2PI_E, logdet / 2, -dimension / 2 * math.log(at.gamma))
        return Level(entropy.value, dimension / 2, entropy.error)

    def closed(target: float) -> tuple[float, float]:
        power = (logdet - 2 * target) / dimension
        error = EPS * (8 + 2 * (abs(logdet) + 2 * abs(target)) / dimension)
        return 2 * math.pi * math.e * exp(power), error

    def distribution(at: Exponent) -> object:
        return stats.multivariate_normal(mean, matrix / at.gamma)

    return Curve(POSITIVE, EVERYTHING, level, distribution, closed)


def _spread(k: float, s: float) -> float:
    """Variance of (k - s) log y - y for a Gamma(k) variable y."""
    return _square(1 - s / k) * log_gamma_varentropy(k) + s * s / k


def _square(x: float) -> float:
    """x^2; infinite where it leaves float64, for which Python's power has an exception."""
    return x * x


def generalised_gamma(a: float, c: float, build: Callable[[float, float], object]) -> Curve:
    """
    Densities proportional to x^(c a - 1) exp(-x^c), c of either sign: gamma, Weibull, inverse gamma and relatives.

    The escort density is that of (y/g)^(1/c), y a gamma variable of shape K = (g (c a - 1) + 1) / c; `build` makes it
    from K and the scale g^(-1/c). A power has an integral where g and K are positive [potentials.powers-finite]; the
    entropy is that of [named.gamma] for c = 1, of [named.weibull] for a = 1, and in general of [potentials.entropy],
    with 1/x for tau where c is negative.
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
        base = log_gamma_entropy(k)
        entropy = total(base.value, s * psi(k), -math.log(abs(c)), -math.log(at.gamma) * s, error=base.error)
        return Level(entropy.value, _spread(k, s), entropy.error)

    return Curve(domain, EVERYTHING, level, lambda at: build(shape(at), float(root(at.gamma, -c))))


def beta(a: float, b: float, build: Callable[[float, float], object]) -> Curve:
    """
    Densities proportional to x^(a-1) (1-x)^(b-1): the escort density is Beta(g (a-1) + 1, g (b-1) + 1).

    Its entropy is that of [pareto.beta], its domain where both parameters stay positive.
    """
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
        x, y, z = (log_gamma_entropy(shape) for shape in (k, m, n))
        error = x.error + y.error + z.error
        entropy = total(x.value, psi(k), y.value, psi(m), -z.value, -2 * psi(n), error=error)
        return Level(entropy.value, _spread(k, 1) + _spread(m, 1) - _spread(n, 2), entropy.error)

    return Curve(domain, (-math.inf, 0.0), level, lambda at: build(*shapes(at)))


def student(nu: float, build: Callable[[float, float], object]) -> Curve:
    """
    Student's t: that with n = g (nu + 1) - 1 degrees of freedom, its scale multiplied by sqrt(nu / n).

    Its entropy is that of [pareto.student], its domain where n is positive.
    """
    domain = Domain(1 / (nu + 1), math.inf)

    def level(at: Exponent) -> Level:
        k = at.above * (nu + 1) / 2
        m = k + 0.5
        low, high = log_gamma_entropy(k), log_gamma_entropy(m)
        constant = 0.5 + 0.5 * math.log(math.pi * nu)
        entropy = total(low.value, -high.value, -0.5 * psi(k), constant, error=low.error + high.error)
        spread = _square(m / k) * log_gamma_varentropy(k) - log_gamma_varentropy(m) + m / (2 * k)
        return Level(entropy.value, spread, entropy.error)

    def distribution(at: Exponent) -> object:
        n = at.above * (nu + 1)
        return build(n, math.sqrt(nu / n))

    return Curve(domain, EVERYTHING, level, distribution)


def pareto(a: float, build: Callable[[float], object]) -> Curve:
    """
    Pareto's a x^(-a-1) on x > 1: that with g (a + 1) - 1 for a  [pareto.entropy], [pareto.root].

    The function of the root is Lambert's W(exp(H - 1)), which is Wright's omega at H - 1.
    """
    domain = Domain(1 / (a + 1), math.inf)

    def level(at: Exponent) -> Level:
        inverse = 1 / (at.above * (a + 1))
        entropy = total(-math.log(at.above), -math.log(a + 1), 1.0, inverse)
        return Level(entropy.value, _square(1 + inverse), entropy.error)

    def closed(target: float) -> tuple[float, float]:
        inverse = float(special.wrightomega(target - 1))
        return 1 / inverse if inverse else math.inf, EPS * (8 + 2 * (abs(target) + 1) / (1 + inverse))

    return Curve(domain, EVERYTHING, level, lambda at: build(at.above * (a + 1)), closed)


def lognormal(s: float, build: Callable[[float, float], object]) -> Curve:
    """
    exp(s z), z standard normal: that of s^2 / g, multiplied by exp(s^2/g - s^2)  [lognormal.entropy].

    The function of the root is Lambert's W [lognormal.root], of an exponential: Wright's omega.
    """

    def level(at: Exponent) -> Level:
        variance = s * s / at.gamma
        entropy = total(variance, -s * s, 0.5 * math.log(variance), 0.5 * _LOG_2PI_E)
        return Level(entropy.value, variance + 0.5, entropy.error)

    def closed(target: float) -> tuple[float, float]:
        terms = 2 * target, 2 * s * s, math.log(2.0), -_LOG_2PI_E
        variance = float(special.wrightomega(math.fsum(terms))) / 2
        return s * s / variance if variance else math.inf, EPS * (
            8 + 2 * math.fsum(map(abs, terms)) / (1 + 2 * variance)
        )

    def distribution(at: Exponent) -> object:
        variance = s * s / at.gamma
        return build(math.sqrt(variance), exp(variance - s * s))

    return Curve(POSITIVE, EVERYTHING, level, distribution, closed)


def uniform(distribution: object, entropy: float = 0.0) -> Curve:
    """A uniform density, of which the entropy is the logarithm of a length, and which every order leaves as it is."""
    return Curve(POSITIVE, (entropy, entropy), lambda at: Level(entropy, 0.0, 0.0), lambda at: distribution)


def log_gamma(c: float, build: Build) -> Curve:
    """
    Densities proportional to exp(c x - e^x): log c + log(y / K), y a gamma variable of shape K = c g.

    The entropy is that of [potentials.entropy], with exp(x) for tau; Gumbel's, c = 1, of [named.gumbel].
    """

    def level(at: Exponent) -> Level:
        k = c * at.gamma
        entropy = log_gamma_entropy(k)
        return Level(entropy.value, log_gamma_varentropy(k), entropy.error)

    return Curve(POSITIVE, EVERYTHING, level, lambda at: build(c * at.gamma))


def logistic(build: Callable[[float], object]) -> Curve:
    """The logistic density: sigma(x)^g sigma(-x)^g / B(g, g), known as type III  [pareto.logistic]."""

    def level(at: Exponent) -> Level:
        g = at.gamma
        single, double = log_gamma_entropy(g), log_gamma_entropy(2 * g)
        entropy = total(2 * single.value, -double.value, error=2 * single.error + double.error)
        spread = 2 * log_gamma_varentropy(g) - log_gamma_varentropy(2 * g)
        return Level(entropy.value, spread, entropy.error)

    return Curve(POSITIVE, EVERYTHING, level, lambda at: build(at.gamma))
