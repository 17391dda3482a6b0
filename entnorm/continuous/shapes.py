"""Distributions as SciPy's, but with log-densities that keep their digits when a large shape makes them narrow.

Escort densities of a low entropy have shapes of 10^10 and more. The textbook forms of their log-densities subtract
numbers of the size of the shape: SciPy's gamma density of shape 10^15 is off by a factor. Here each is its height, and
what it falls by from there, which is what Loader's "Fast and accurate computation of binomial probabilities" (2000)
does. The distribution functions are SciPy's wherever those are right.

Logistic densities of type III and logarithms of gamma variables around their mode are not in SciPy at all.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import special, stats

from entnorm.continuous.special import (
    exp_excess,
    log_gamma_entropy,
    log_gamma_height,
    log_gamma_mean,
    psi,
    ratio_excess,
    root,
)

Floats = NDArray[np.float64]

_LARGE = 8.0  # shapes below lose nothing in SciPy's formulas
_NEARLY_NORMAL = 1e5  # from here on expansions in 1 / shape are right; SciPy's gammainc is not, five deviations out
_FAR = 40.0  # in units of a logistic scale: there a tail is an exponential
_BETA_LARGE = 1e10  # from here on SciPy's incomplete beta function loses digits, where both shapes are so large
_Gamma, _InverseGamma, _GeneralisedGamma, _Beta = map(type, (stats.gamma, stats.invgamma, stats.gengamma, stats.beta))


def _sharp_gamma(u: Floats, k: Floats) -> Any:
    """The log-density of a gamma variable of a large shape."""
    with np.errstate(divide="ignore", invalid="ignore"):
        found = log_gamma_height(k) - k * ratio_excess(u, k) - np.log(u)
    return np.where(u > 0, found, -np.inf)


def _excess(u: Floats, k: Floats) -> Any:
    with np.errstate(divide="ignore", invalid="ignore"):
        return ratio_excess(np.maximum(u, 0.0), k)


class _SharpGamma(_Gamma):  # type: ignore[misc, valid-type]  # SciPy has no types
    def _logpdf(self, x: Floats, a: Floats) -> Any:
        return np.where(a < _LARGE, super()._logpdf(x, a), _sharp_gamma(x, a))

    def _pdf(self, x: Floats, a: Floats) -> Any:
        return np.where(a < _LARGE, super()._pdf(x, a), np.exp(_sharp_gamma(x, a)))

    def _cdf(self, x: Floats, a: Floats) -> Any:
        return np.where(a < _NEARLY_NORMAL, super()._cdf(x, a), _normal_and_rest(_excess(x, a), x - a, a, 1))

    def _sf(self, x: Floats, a: Floats) -> Any:
        return np.where(a < _NEARLY_NORMAL, super()._sf(x, a), _normal_and_rest(_excess(x, a), x - a, a, -1))

    def _ppf(self, q: Floats, a: Floats) -> Any:
        return np.where(a < _NEARLY_NORMAL, super()._ppf(q, a), a * np.exp(log_gamma._ppf(q, a)))

    def _isf(self, q: Floats, a: Floats) -> Any:
        return np.where(a < _NEARLY_NORMAL, super()._isf(q, a), a * np.exp(log_gamma._isf(q, a)))


class _SharpInverseGamma(_InverseGamma):  # type: ignore[misc, valid-type]
    def _logpdf(self, x: Floats, a: Floats) -> Any:
        with np.errstate(divide="ignore", invalid="ignore"):
            sharp = np.where(x > 0, _sharp_gamma(1 / x, a) - 2 * np.log(x), -np.inf)
        return np.where(a < _LARGE, super()._logpdf(x, a), sharp)

    def _pdf(self, x: Floats, a: Floats) -> Any:
        return np.exp(self._logpdf(x, a))

    def _cdf(self, x: Floats, a: Floats) -> Any:
        return gamma._sf(1 / x, a)

    def _sf(self, x: Floats, a: Floats) -> Any:
        return gamma._cdf(1 / x, a)

    def _ppf(self, q: Floats, a: Floats) -> Any:
        with np.errstate(divide="ignore"):
            return 1 / gamma._isf(q, a)

    def _isf(self, q: Floats, a: Floats) -> Any:
        with np.errstate(divide="ignore"):
            return 1 / gamma._ppf(q, a)


class _SharpGeneralisedGamma(_GeneralisedGamma):  # type: ignore[misc, valid-type]
    def _logpdf(self, x: Floats, a: Floats, c: Floats) -> Any:
        with np.errstate(all="ignore"):
            sharp = _sharp_gamma(x**c, a) + np.log(abs(c)) + (c - 1) * np.log(x)
        sharp = np.where(np.isnan(sharp), -np.inf, sharp)  # x^c is beyond float64
        return np.where(a < _LARGE, super()._logpdf(x, a, c), sharp)

    def _pdf(self, x: Floats, a: Floats, c: Floats) -> Any:
        return np.exp(self._logpdf(x, a, c))

    def _cdf(self, x: Floats, a: Floats, c: Floats) -> Any:
        return np.where(c > 0, gamma._cdf(x**c, a), gamma._sf(x**c, a))

    def _sf(self, x: Floats, a: Floats, c: Floats) -> Any:
        return np.where(c > 0, gamma._sf(x**c, a), gamma._cdf(x**c, a))

    def _ppf(self, q: Floats, a: Floats, c: Floats) -> Any:
        return root(np.where(c > 0, gamma._ppf(q, a), gamma._isf(q, a)), c)

    def _isf(self, q: Floats, a: Floats, c: Floats) -> Any:
        return root(np.where(c > 0, gamma._isf(q, a), gamma._ppf(q, a)), c)

    def _entropy(self, a: float, c: float) -> Any:
        return log_gamma_entropy(a).value + psi(a) / c - math.log(abs(c))


class _SharpBeta(_Beta):  # type: ignore[misc, valid-type]
    def _logpdf(self, x: Floats, a: Floats, b: Floats) -> Any:
        n = a + b
        with np.errstate(divide="ignore", invalid="ignore"):
            height = log_gamma_height(a) + log_gamma_height(b) - log_gamma_height(n)
            fall = a * ratio_excess(x, a / n) + b * ratio_excess(1 - x, b / n)
            sharp = np.where((x > 0) & (x < 1), height - fall - np.log(x) - np.log1p(-x), -np.inf)
        return np.where(np.minimum(a, b) < _LARGE, super()._logpdf(x, a, b), sharp)

    def _pdf(self, x: Floats, a: Floats, b: Floats) -> Any:
        return np.exp(self._logpdf(x, a, b))

    def _entropy(self, a: float, b: float) -> Any:
        gammas = log_gamma_entropy(a).value + log_gamma_entropy(b).value - log_gamma_entropy(a + b).value
        return gammas + psi(a) + psi(b) - 2 * psi(a + b)

    def _cdf(self, x: Floats, a: Floats, b: Floats) -> Any:
        return np.where(np.minimum(a, b) < _BETA_LARGE, super()._cdf(x, a, b), _beta_tail(x, a, b))

    def _sf(self, x: Floats, a: Floats, b: Floats) -> Any:
        return np.where(np.minimum(a, b) < _BETA_LARGE, super()._sf(x, a, b), _beta_tail(1 - x, b, a))

    def _ppf(self, q: Floats, a: Floats, b: Floats) -> Any:
        return np.where(np.minimum(a, b) < _BETA_LARGE, super()._ppf(q, a, b), _beta_quantile(q, a, b))

    def _isf(self, q: Floats, a: Floats, b: Floats) -> Any:
        return np.where(np.minimum(a, b) < _BETA_LARGE, super()._isf(q, a, b), 1 - _beta_quantile(q, b, a))


def _beta_tail(x: Floats, a: Floats, b: Floats) -> Any:
    """The distribution function of a beta variable of two large shapes: DLMF 8.18.9, its second term at the mean."""
    n, mean = a + b, a / (a + b)
    with np.errstate(all="ignore"):
        fall = a * ratio_excess(x, mean) + b * ratio_excess(1 - x, b / n)
        skew = (b - a) / (3 * np.sqrt(a * b))
        found = special.ndtr(np.copysign(np.sqrt(2 * fall), x - mean)) + skew * np.exp(-fall) / np.sqrt(2 * np.pi * n)
    return np.where(x <= 0, 0.0, np.where(x >= 1, 1.0, found))


def _beta_quantile(q: Floats, a: Floats, b: Floats) -> Any:
    """The inverse of that, to the order of 1 / shape, by its Cornish-Fisher expansion."""
    n, z = a + b, special.ndtri(q)
    deviation = np.sqrt(a / n * (b / n) / n)
    return a / n + deviation * z + (b - a) / n * (z**2 - 1) / (3 * n)


class _OneShape(stats.rv_continuous):  # type: ignore[misc]
    def _shape_info(self) -> list[Any]:
        info = stats.gamma._shape_info()  # one positive number, of another name
        info[0].name = self.shapes
        return list(info)


class _LogisticIII(_OneShape):
    """sigma(x)^g sigma(-x)^g / B(g, g): the logit of a Beta(g, g) variable; tanh^2(x/2) is Beta(1/2, g)."""

    def _logpdf(self, x: Floats, g: Floats) -> Any:
        y = abs(x) / 2
        near = np.log1p(2 * np.sinh(np.minimum(y, 1) / 2) ** 2)
        fall = np.where(y < 1, near, y + np.log1p(np.exp(-2 * y)) - math.log(2))  # log cosh y
        return 2 * log_gamma_height(g) - log_gamma_height(2 * g) - 2 * g * fall

    def _pdf(self, x: Floats, g: Floats) -> Any:
        return np.exp(self._logpdf(x, g))

    def _tail(self, x: Floats, g: Floats) -> Any:
        """What lies beyond x >= 0."""
        with np.errstate(over="ignore", under="ignore"):
            near = special.betaincc(0.5, g, np.tanh(x / 2) ** 2)
            middle = special.betainc(g, 0.5, 1 / np.cosh(np.minimum(x, _FAR) / 2) ** 2)
            far = np.exp(np.minimum(self._log_tail(g) - g * x, 0.0))
        return np.where(x < 1, near / 2, np.where(x < _FAR, middle / 2, far))

    def _log_tail(self, g: Floats) -> Any:
        """The logarithm of 1 / (g B(g, g)), the factor of exp(-g x) in the tail."""
        return 2 * log_gamma_height(g) - log_gamma_height(2 * g) + 2 * g * math.log(2) - np.log(g)

    def _cdf(self, x: Floats, g: Floats) -> Any:
        tail = self._tail(abs(x), g)
        return np.where(x < 0, tail, 1 - tail)

    def _sf(self, x: Floats, g: Floats) -> Any:
        return self._cdf(-x, g)

    def _ppf(self, q: Floats, g: Floats) -> Any:
        tail = np.minimum(q, 1 - q)
        narrow = special.betaincinv(g, 0.5, 2 * tail)  # 1 / cosh^2(x/2)
        with np.errstate(divide="ignore", over="ignore"):
            near = 2 * np.arctanh(np.sqrt(np.minimum(special.betainccinv(0.5, g, 2 * tail), 0.9)))
            middle = 2 * np.arccosh(1 / np.sqrt(np.maximum(narrow, 1e-20)))
            far = (self._log_tail(g) - np.log(tail)) / g
        return np.copysign(np.where(narrow > 0.5, near, np.where(narrow > 1e-17, middle, far)), q - 0.5)

    def _isf(self, q: Floats, g: Floats) -> Any:
        return -self._ppf(q, g)

    def _stats(self, g: Floats) -> Any:
        variance = 2 * special.polygamma(1, g)
        return 0.0, variance, 0.0, 2 * special.polygamma(3, g) / variance**2

    def _entropy(self, g: float) -> Any:
        return 2 * log_gamma_entropy(g).value - log_gamma_entropy(2 * g).value


class _LogGamma(_OneShape):
    """log(y / c) for a Gamma(c) variable y, whose mode is 0; c = 1 is the lower Gumbel distribution."""

    def _logpdf(self, x: Floats, c: Floats) -> Any:
        with np.errstate(over="ignore"):
            return log_gamma_height(c) - c * exp_excess(x)

    def _pdf(self, x: Floats, c: Floats) -> Any:
        return np.exp(self._logpdf(x, c))

    def _cdf(self, x: Floats, c: Floats) -> Any:
        with np.errstate(all="ignore"):
            u = c * np.exp(x)
            lowest = np.exp(np.minimum(self._log_tail(c) + c * x, 0.0))
            found = np.where(u < 1e-17, lowest, special.gammainc(c, u))
        return np.where(c < _NEARLY_NORMAL, found, _normal_and_rest(exp_excess(x), x, c, 1))

    def _sf(self, x: Floats, c: Floats) -> Any:
        with np.errstate(over="ignore"):
            found = special.gammaincc(c, c * np.exp(x))
        return np.where(c < _NEARLY_NORMAL, found, _normal_and_rest(exp_excess(x), x, c, -1))

    def _log_tail(self, c: Floats) -> Any:
        """The logarithm of c^c / Gamma(c + 1), the factor of exp(c x) in the lower tail."""
        return log_gamma_height(c) + c - np.log(c)

    def _quantile(self, c: Floats, u: Floats, tail: Floats, z: Floats) -> Any:
        """From the quantile of y itself, the lower tail, and the normal quantile."""
        with np.errstate(divide="ignore"):
            lowest = (np.log(tail) - self._log_tail(c)) / c
            found = np.where(u < 1e-17, lowest, np.log(u / c))
        large = np.maximum(c, _NEARLY_NORMAL)
        eta = z / np.sqrt(large)  # Gil, Segura and Temme, Numerical Methods for Special Functions, section 10.3
        eta += (-1 / 3 + eta / 36 + eta**2 / 1620 - 7 * eta**3 / 6480) / large
        eta -= (7 / 405 + 7 * eta / 2592) / large / large
        normal = eta - eta**2 / 6 + eta**3 / 36 - eta**4 / 270 + eta**5 / 4320
        return np.where(c < _NEARLY_NORMAL, found, normal)

    def _ppf(self, q: Floats, c: Floats) -> Any:
        return self._quantile(c, special.gammaincinv(c, q), q, special.ndtri(q))

    def _isf(self, q: Floats, c: Floats) -> Any:
        return self._quantile(c, special.gammainccinv(c, q), 1 - q, -special.ndtri(q))

    def _stats(self, c: Floats) -> Any:
        variance = special.polygamma(1, c)
        skewness = special.polygamma(2, c) / variance**1.5
        return log_gamma_mean(c), variance, skewness, special.polygamma(3, c) / variance**2

    def _entropy(self, c: float) -> Any:
        return log_gamma_entropy(c).value


def _normal_and_rest(excess: Floats, sign: Floats, c: Floats, side: int) -> Any:
    """
    The distribution function of a gamma variable of a large shape, or (side -1) what it leaves: DLMF 8.12.3, 8.12.4.

    `excess` is r - 1 - log r for its ratio r to the shape c, and `sign` that of r - 1.
    """
    with np.errstate(over="ignore", invalid="ignore"):
        eta = np.copysign(np.sqrt(2 * excess), sign)
        rest = -1 / 3 + eta / 12 - 2 * eta**2 / 135 + eta**3 / 864 - (1 / 540 + eta / 288) / c
        rest *= np.exp(-c * excess) / np.sqrt(2 * np.pi * c)
    rest = np.where(c * excess < 800, rest, 0.0)
    return np.clip(special.ndtr(side * eta * np.sqrt(c)) - side * rest, 0.0, 1.0)


class _MirroredLogGamma(_OneShape):
    """-log(y / c) for a Gamma(c) variable y, whose mode is 0; c = 1 is the upper Gumbel distribution."""

    def _logpdf(self, x: Floats, c: Floats) -> Any:
        return log_gamma._logpdf(-x, c)

    def _pdf(self, x: Floats, c: Floats) -> Any:
        return log_gamma._pdf(-x, c)

    def _cdf(self, x: Floats, c: Floats) -> Any:
        return log_gamma._sf(-x, c)

    def _sf(self, x: Floats, c: Floats) -> Any:
        return log_gamma._cdf(-x, c)

    def _ppf(self, q: Floats, c: Floats) -> Any:
        return -log_gamma._isf(q, c)

    def _isf(self, q: Floats, c: Floats) -> Any:
        return -log_gamma._ppf(q, c)

    def _stats(self, c: Floats) -> Any:
        mean, variance, skewness, kurtosis = log_gamma._stats(c)
        return -mean, variance, -skewness, kurtosis

    def _entropy(self, c: float) -> Any:
        return log_gamma_entropy(c).value


gamma = _SharpGamma(a=0.0, name="gamma")
inverse_gamma = _SharpInverseGamma(a=0.0, name="invgamma")
generalised_gamma = _SharpGeneralisedGamma(a=0.0, name="gengamma")
beta = _SharpBeta(a=0.0, b=1.0, name="beta")
logistic_iii = _LogisticIII(name="logistic_iii", shapes="g")
log_gamma = _LogGamma(name="log_gamma", shapes="c")
mirrored_log_gamma = _MirroredLogGamma(name="mirrored_log_gamma", shapes="c")
