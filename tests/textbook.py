"""The differential entropies of escort densities as textbooks print them, in as many digits as one likes.

Nothing here is shared with the library, which avoids these forms because they cancel.
"""

from __future__ import annotations

import mpmath
from mpmath import mp, mpf


def _gamma_like(g, a, c, scale):
    k = (g * (c * a - 1) + 1) / c
    if k <= 0:
        return mpmath.inf
    log_mass = mp.loggamma(k) - k * mp.log(g) - mp.log(abs(c))
    mean_log = (mp.digamma(k) - mp.log(g)) / c  # of log x
    return log_mass - g * ((c * a - 1) * mean_log - k / g) + mp.log(scale)


def _beta(g, a, b, scale):
    k, m = g * (a - 1) + 1, g * (b - 1) + 1
    if min(k, m) <= 0:
        return -mpmath.inf
    log_mass = mp.loggamma(k) + mp.loggamma(m) - mp.loggamma(k + m)
    means = mp.digamma(k) - mp.digamma(k + m), mp.digamma(m) - mp.digamma(k + m)
    return log_mass - g * ((a - 1) * means[0] + (b - 1) * means[1]) + mp.log(scale)


def _student(g, nu, scale):
    n = g * (nu + 1) - 1
    if n <= 0:
        return mpmath.inf
    log_mass = mp.loggamma(n / 2) + mp.loggamma(mpf(1) / 2) - mp.loggamma((n + 1) / 2) + mp.log(nu) / 2
    return log_mass + (n + 1) / 2 * (mp.digamma((n + 1) / 2) - mp.digamma(n / 2)) + mp.log(scale)


def _pareto(g, a, scale):
    b = g * (a + 1) - 1
    return mp.log(scale / b) + 1 + 1 / b if b > 0 else mpmath.inf


def _lognormal(g, s, scale):
    return mp.log(scale) + s**2 * (1 / g - 1) + mp.log(2 * mp.pi * mp.e * s**2 / g) / 2


def _log_gamma(g, c, scale):
    k = c * g
    return mp.loggamma(k) - k * mp.log(g) - g * (c * (mp.digamma(k) - mp.log(g)) - c) + mp.log(scale)


def _logistic(g, scale):
    log_mass = 2 * mp.loggamma(g) - mp.loggamma(2 * g)
    return log_mass - 2 * g * (mp.digamma(g) - mp.digamma(2 * g)) + mp.log(scale)


def _generalised_normal(g, beta, scale, sides):
    return 1 / beta + mp.log(sides * scale * mp.gamma(1 / beta) / beta) - mp.log(g) / beta


ENTROPIES = {
    "norm": lambda g, s: mp.log(2 * mp.pi * mp.e * s**2 / g) / 2,
    "halfnorm": lambda g, s: mp.log(mp.pi * mp.e * s**2 / (2 * g)) / 2,
    "expon": lambda g, s: 1 + mp.log(s / g),
    "laplace": lambda g, s: 1 + mp.log(2 * s / g),
    "gennorm": lambda g, b, s: _generalised_normal(g, b, s, 2),
    "halfgennorm": lambda g, b, s: _generalised_normal(g, b, s, 1),
    "gamma": lambda g, a, s: _gamma_like(g, a, mpf(1), s),
    "chi2": lambda g, df, s: _gamma_like(g, df / 2, mpf(1), 2 * s),
    "invgamma": lambda g, a, s: _gamma_like(g, a, mpf(-1), s),
    "gengamma": _gamma_like,
    "weibull_min": lambda g, c, s: _gamma_like(g, mpf(1), c, s),
    "invweibull": lambda g, c, s: _gamma_like(g, mpf(1), -c, s),
    "rayleigh": lambda g, s: _gamma_like(g, mpf(1), mpf(2), mp.sqrt(2) * s),
    "maxwell": lambda g, s: _gamma_like(g, mpf(3) / 2, mpf(2), mp.sqrt(2) * s),
    "chi": lambda g, df, s: _gamma_like(g, df / 2, mpf(2), mp.sqrt(2) * s),
    "beta": _beta,
    "powerlaw": lambda g, a, s: _beta(g, a, mpf(1), s),
    "arcsine": lambda g, s: _beta(g, mpf(1) / 2, mpf(1) / 2, s),
    "t": _student,
    "cauchy": lambda g, s: _student(g, mpf(1), s),
    "pareto": _pareto,
    "lomax": _pareto,
    "lognorm": _lognormal,
    "loggamma": _log_gamma,
    "gumbel_l": lambda g, s: _log_gamma(g, mpf(1), s),
    "gumbel_r": lambda g, s: _log_gamma(g, mpf(1), s),
    "logistic": _logistic,
}
"""By SciPy's name: (exponent, shape parameters, scale) -> entropy in nats; infinite where the power has no integral."""

SHAPES = {
    name: count
    for count, names in {
        0: "norm halfnorm expon laplace rayleigh maxwell arcsine cauchy gumbel_l gumbel_r logistic",
        1: "gennorm halfgennorm gamma chi2 invgamma weibull_min invweibull chi powerlaw "
        "t pareto lomax lognorm loggamma",
        2: "gengamma beta",
    }.items()
    for name in names.split()
}
"""How many shape parameters each has."""


def encloses(name, parameters, target, low, high, digits=60):
    """Does the root lie between two floats, that is, does the entropy pass the target between them?"""
    with mp.workdps(digits):
        exact = [mpf(x) for x in parameters]
        entropy = ENTROPIES[name]
        above = low <= 0 or entropy(low, *exact) >= target
        return bool(above and entropy(high, *exact) <= target)


def _gamma_like_log(x, g, a, c, scale):
    k = (g * (c * a - 1) + 1) / c
    y = x / scale
    return g * ((c * a - 1) * mp.log(y) - y**c) + k * mp.log(g) - mp.loggamma(k) + mp.log(abs(c) / scale)


def _beta_log(x, g, a, b, scale):
    k, m, y = g * (a - 1) + 1, g * (b - 1) + 1, x / scale
    log_mass = mp.loggamma(k) + mp.loggamma(m) - mp.loggamma(k + m)
    return (k - 1) * mp.log(y) + (m - 1) * mp.log(1 - y) - log_mass - mp.log(scale)


def _log_gamma_log(x, g, c, scale):
    y, k = x / scale, c * g
    return g * (c * y - mp.exp(y)) + k * mp.log(g) - mp.loggamma(k) - mp.log(scale)


def _logistic_log(x, g, scale):
    y = x / scale
    return g * (y - 2 * mp.log(1 + mp.exp(y))) - 2 * mp.loggamma(g) + mp.loggamma(2 * g) - mp.log(scale)


LOG_DENSITIES = {
    "gamma": lambda x, g, a, s: _gamma_like_log(x, g, a, mpf(1), s),
    "chi2": lambda x, g, df, s: _gamma_like_log(x, g, df / 2, mpf(1), 2 * s),
    "invgamma": lambda x, g, a, s: _gamma_like_log(x, g, a, mpf(-1), s),
    "gengamma": _gamma_like_log,
    "weibull_min": lambda x, g, c, s: _gamma_like_log(x, g, mpf(1), c, s),
    "invweibull": lambda x, g, c, s: _gamma_like_log(x, g, mpf(1), -c, s),
    "chi": lambda x, g, df, s: _gamma_like_log(x, g, df / 2, mpf(2), mp.sqrt(2) * s),
    "beta": _beta_log,
    "loggamma": _log_gamma_log,
    "gumbel_l": lambda x, g, s: _log_gamma_log(x, g, mpf(1), s),
    "gumbel_r": lambda x, g, s: _log_gamma_log(-x, g, mpf(1), s),
    "logistic": _logistic_log,
}
"""The log-densities of escort densities, by the point, the exponent, the shapes and the scale."""
