"""The entropy and the varentropy of log-gamma variables, without the cancellation that textbook forms suffer.

Every family of `entnorm.continuous.families` whose exponent needs a search is written in these two functions of one
shape K, which stay of the size of a logarithm where lgamma and K psi have grown to 10^13. What is left to subtract then
costs a few roundings.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from scipy import special

EPS = float(np.finfo(np.float64).eps)

_SMALL, _LARGE = 2.0, 8.0  # up to the one textbook forms lose nothing, from the other on asymptotic series do not
_BERNOULLI = special.bernoulli(20)[2::2]  # B_2, B_4, ..., B_20
_N = np.arange(1, _BERNOULLI.size + 1)
_STIRLING = _BERNOULLI / (2 * _N * (2 * _N - 1))  # of lgamma, in odd powers of 1/K
_DIGAMMA = _BERNOULLI / (2 * _N)  # of psi, in even powers of 1/K
_EXPONENTIAL = np.concatenate([[0.0, 0.0], 1 / special.factorial(np.arange(2, 21))])
_ARTANH = 1 / np.arange(3.0, 41.0, 2)  # in odd powers from the third on
_ORDERS = np.arange(2, 40)
_SIGNS = (1 - _ORDERS) * (-1.0) ** _ORDERS / _ORDERS
_AT_ONE = np.concatenate([[0.0, 0.0], _SIGNS * special.zeta(_ORDERS)])
_AT_TWO = np.concatenate([[0.0, 0.0], _SIGNS * special.zetac(_ORDERS)])

NEAR = 0.25
"""Up to here, and twice as far, the series of `legendre_at_one` and `legendre_at_two` are right to the last digit."""


class Value(NamedTuple):
    """A number, and a bound on what rounding has done to it, to first order."""

    value: float
    error: float


def total(*terms: float, error: float = 0.0) -> Value:
    """The sum of `terms`, each right to two eps of its own, and `error` besides."""
    return Value(math.fsum(terms), 2 * EPS * math.fsum(map(abs, terms)) + error)


def log_gamma_entropy(shape: float) -> Value:
    """
    Differential entropy of log y for a Gamma(K) variable y, log Gamma(K) + K - K psi(K), in nats.

    Examples
    --------
    >>> log_gamma_entropy(1.0).value - 1  # Gumbel's distribution: Euler's constant
    0.5772156649015328
    >>> log_gamma_entropy(1e20).value - 0.5 * math.log(2 * math.pi * math.e / 1e20)  # nearly normal
    0.0
    """
    if shape <= _SMALL:
        return total(shape, float(special.gammaln(shape)), -shape * float(special.psi(shape)))
    below = shape + np.arange(max(0.0, math.ceil(_LARGE - shape)))
    shape += below.size
    series = float(((_STIRLING + _DIGAMMA) * shape ** (1.0 - 2 * _N)).sum())
    steps = special.psi(below + 1) - np.log(below)  # the entropy at K less that at K + 1
    error = 2 * EPS * float(np.log(below).sum())
    return total(0.5 * math.log(2 * math.pi / shape), 0.5, series, *steps.tolist(), error=error)


def log_gamma_varentropy(shape: float) -> float:
    """
    Varentropy of the same, K^2 psi_1(K) - K: from 1 at 0 to 1/2 at infinity.

    Examples
    --------
    >>> log_gamma_varentropy(1e-20), log_gamma_varentropy(1e20)
    (1.0, 0.5)
    """
    if shape < _LARGE:
        return 1 - shape + shape**2 * float(special.polygamma(1, shape + 1))  # the square of 1 / K may be infinite
    return 0.5 + float((_BERNOULLI * shape ** (1.0 - 2 * _N)).sum())


def log_gamma_height(shape: Any) -> Any:
    """
    The log-density of log(y / K) for a Gamma(K) variable y at its mode 0: K log K - K - log Gamma(K).

    Examples
    --------
    >>> float(log_gamma_height(1.0)), float(log_gamma_height(1e20) - 0.5 * math.log(1e20 / (2 * math.pi)))
    (-1.0, 0.0)
    """
    shape = np.asarray(shape, dtype=np.float64)
    large = np.maximum(shape, _LARGE)
    series = np.polynomial.polynomial.polyval(1 / large / large, _STIRLING) / large
    textbook = special.xlogy(shape, shape) - shape - special.gammaln(shape)
    return np.where(shape < _LARGE, textbook, 0.5 * np.log(large / (2 * math.pi)) - series)


def log_gamma_mean(shape: Any) -> Any:
    """The mean of log(y / K) for a Gamma(K) variable y: psi(K) - log K, which is nearly -1/(2 K) for a large shape."""
    shape = np.asarray(shape, dtype=np.float64)
    large = np.maximum(shape, _LARGE)
    series = np.polynomial.polynomial.polyval(1 / large / large, _DIGAMMA) / large / large
    return np.where(shape < _LARGE, special.psi(shape) - np.log(shape), -0.5 / large - series)


def ratio_excess(x: Any, y: Any) -> Any:
    """
    Excess r - 1 - log r of r = x / y over 0, of the order of (r - 1)^2 / 2, to full relative accuracy; infinite at 0.

    Examples
    --------
    >>> float(ratio_excess(1 + 2.0**-40, 1.0)) * 2.0**81
    0.9999999999993937
    """
    delta = (x - y) / y
    r = np.clip(delta, -0.5, 0.5) / (2 + np.clip(delta, -0.5, 0.5))  # log(1 + delta) is 2 artanh r
    near = r * delta - 2 * r**3 * np.polynomial.polynomial.polyval(r**2, _ARTANH)
    return np.where(abs(delta) < 0.5, near, delta - np.log(x / y))


def exp_excess(x: Any) -> Any:
    """
    Excess exp(x) - 1 - x, of the order of x^2 / 2, to full relative accuracy.

    Examples
    --------
    >>> float(exp_excess(1e-20))
    5e-41
    """
    near = np.polynomial.polynomial.polyval(np.clip(x, -1, 1), _EXPONENTIAL)
    with np.errstate(over="ignore"):
        return np.where(np.abs(x) < 1, near, np.expm1(x) - x)


def root(x: Any, degree: Any) -> Any:
    """
    Root x^(1/degree); a step of Newton's method makes good for the rounding of 1/degree, which log x magnifies.

    Examples
    --------
    >>> float(root(8.0**60, 3.0)) == 8.0**20
    True
    """
    with np.errstate(all="ignore"):
        rough = np.asarray(x, dtype=np.float64) ** (1 / np.asarray(degree, dtype=np.float64))
        step = np.log(rough**degree / x) / degree
        return np.where(np.isfinite(rough * step), rough - rough * step, rough)


def psi(shape: float) -> float:
    """Digamma, as a float."""
    return float(special.psi(shape))


def trigamma(shape: float) -> float:
    """Trigamma, as a float."""
    return float(special.polygamma(1, shape))


def legendre_at_one(u: float) -> float:
    """
    The function f - u f' of f(u) = log Gamma(1 + u), to full relative accuracy for abs(u) <= `NEAR`.

    Examples
    --------
    >>> print(round(legendre_at_one(1e-9) / 1e-18, 8))  # -zeta(2) / 2
    -0.82246703
    """
    return float(np.polynomial.polynomial.polyval(u, _AT_ONE))


def legendre_at_two(u: float) -> float:
    """The function f - u f' of f(u) = log Gamma(2 + u), to full relative accuracy for abs(u) <= 2 `NEAR`."""
    return float(np.polynomial.polynomial.polyval(u, _AT_TWO))
