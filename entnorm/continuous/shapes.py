"""Two distributions that SciPy does not have: the escort densities of the logistic and of the Gumbel distribution."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import special, stats

Floats = NDArray[np.float64]


class _LogisticIII(stats.rv_continuous):  # type: ignore[misc]  # SciPy has no types
    """sigma(x)^g sigma(-x)^g / B(g, g): the logit of a Beta(g, g) variable."""

    def _logpdf(self, x: Floats, g: Floats) -> Any:
        return g * (special.log_expit(x) + special.log_expit(-x)) - special.betaln(g, g)

    def _pdf(self, x: Floats, g: Floats) -> Any:
        return np.exp(self._logpdf(x, g))

    def _cdf(self, x: Floats, g: Floats) -> Any:
        return special.betainc(g, g, special.expit(x))

    def _sf(self, x: Floats, g: Floats) -> Any:
        return special.betainc(g, g, special.expit(-x))

    def _ppf(self, q: Floats, g: Floats) -> Any:
        return special.logit(special.betaincinv(g, g, q))

    def _stats(self, g: Floats) -> Any:
        variance = 2 * special.polygamma(1, g)
        return 0.0, variance, 0.0, 2 * special.polygamma(3, g) / variance**2

    def _entropy(self, g: Floats) -> Any:
        return special.betaln(g, g) - 2 * g * (special.psi(g) - special.psi(2 * g))

    def _rvs(self, g: Floats, size: Any = None, random_state: Any = None) -> Any:
        left, right = (np.log(random_state.standard_gamma(g + 1, size)) for _ in range(2))
        u, v = (np.log(random_state.uniform(size=size)) / g for _ in range(2))
        return left + u - right - v  # gamma variables of shape g, in logarithms: a small one underflows


class _NegativeLogGamma(stats.rv_continuous):  # type: ignore[misc]  # SciPy has no types
    """exp(-c x - e^-x) / Gamma(c): minus the logarithm of a Gamma(c) variable; c = 1 is Gumbel's."""

    def _logpdf(self, x: Floats, c: Floats) -> Any:
        return -c * x - np.exp(-x) - special.gammaln(c)

    def _pdf(self, x: Floats, c: Floats) -> Any:
        return np.exp(self._logpdf(x, c))

    def _cdf(self, x: Floats, c: Floats) -> Any:
        return special.gammaincc(c, np.exp(-x))

    def _sf(self, x: Floats, c: Floats) -> Any:
        return special.gammainc(c, np.exp(-x))

    def _ppf(self, q: Floats, c: Floats) -> Any:
        return -np.log(special.gammainccinv(c, q))

    def _stats(self, c: Floats) -> Any:
        variance = special.polygamma(1, c)
        skewness = -special.polygamma(2, c) / variance**1.5
        return -special.psi(c), variance, skewness, special.polygamma(3, c) / variance**2

    def _entropy(self, c: Floats) -> Any:
        return special.gammaln(c) + c - c * special.psi(c)

    def _rvs(self, c: Floats, size: Any = None, random_state: Any = None) -> Any:
        return -np.log(random_state.standard_gamma(c + 1, size)) - np.log(random_state.uniform(size=size)) / c


logistic_iii = _LogisticIII(name="logistic_iii", shapes="g")
negative_log_gamma = _NegativeLogGamma(name="negative_log_gamma", shapes="c")
