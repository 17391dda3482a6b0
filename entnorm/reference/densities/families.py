"""Named densities with exact parameters: their logarithms up to a constant, and bounds of their tails.

Each bound follows from one of four inequalities, at a point of one's choice: t^2/2 >= k t - k^2/2,
exp(t) >= exp(c) (1 + t - c), t^b >= 1 + b (t - 1) for b >= 1, and log t <= t/m + log(m) - 1.

Where such a bound is a power, the exponents that it covers begin above zero although those of the density do not: at
1/65 for the lognormal density, and at 1.2e-7 / b for pointed ones, exp(-abs(x)^b) with b < 1.

A parameter is an exact number; all but mu are positive, and EntnormError says which is not.
"""

from __future__ import annotations

import sympy
from sympy import Abs, Integer, Rational, exp, log, oo

from entnorm.reference.densities.density import Density, X, exact
from entnorm.reference.densities.tails import Tail
from entnorm.reference.exact import Number
from entnorm.solution import EntnormError

_SLOPE = Integer(12)  # of the lines below a parabola: far out a normal tail is smaller than it has to be
_LOG_SLOPE = Integer(64)  # the same for the lognormal density
_POINT = Integer(4)  # where an exponential is bounded by its tangent
_FAR_POINT = Integer(16)


def _growth(point: sympy.Integer) -> sympy.Integer:
    """An integer just below exp(point)."""
    return sympy.floor(exp(point))


def _positive(value: Number, name: str) -> sympy.Rational:
    number = exact(value, name)
    if not number > 0:
        raise EntnormError(f"{name} must be positive, got {value!r}")
    return number


def normal(mu: Number = 0, sigma: Number = 1) -> Density:
    """The normal density."""
    m, s = exact(mu, "mu"), _positive(sigma, "sigma")
    tail = Tail("exponential", _SLOPE / s, _SLOPE**2 / 2 + _SLOPE * Abs(m) / s)
    return Density(-((X - m) ** 2) / (2 * s**2), (-oo, oo), (tail, tail))


def exponential(scale: Number = 1) -> Density:
    """The exponential density."""
    rate = 1 / _positive(scale, "scale")
    return Density(-X * rate, (0, oo), (None, Tail("exponential", rate)))


def laplace(scale: Number = 1) -> Density:
    """The Laplace density, by its right half."""
    rate = 1 / _positive(scale, "scale")
    return Density(-X * rate, (0, oo), (None, Tail("exponential", rate)), symmetric=True)


def generalised_normal(beta: Number) -> Density:
    """exp(-abs(x)^beta), by its right half."""
    b = _positive(beta, "beta")
    far = Tail("exponential", b, b - 1) if b >= 1 else _pointed(b)
    return Density(-(X**b), (0, oo), (Tail("power", Integer(0)), far), symmetric=True)


def _pointed(power: sympy.Rational, scale: sympy.Rational = sympy.S.One) -> Tail:
    """-t^b <= e^c (c - 1) - e^c b log t for t = x/scale >= 1, where e^c may be replaced by what is below it."""
    rate = _growth(_FAR_POINT) * power
    return Tail("power", rate, exp(_FAR_POINT) * (_FAR_POINT - 1) + rate * log(scale), sympy.Max(1, scale))


def gamma(shape: Number, scale: Number = 1) -> Density:
    """The gamma density: (k-1) log x <= x / (2 theta) + (k-1) (log(2 theta (k-1)) - 1) for k > 1."""
    k, theta = _positive(shape, "shape"), _positive(scale, "scale")
    far = Tail("exponential", 1 / theta)
    if k > 1:
        far = Tail("exponential", 1 / (2 * theta), (k - 1) * (log(2 * theta * (k - 1)) - 1))
    return Density((k - 1) * log(X) - X / theta, (0, oo), (Tail("power", k - 1), far))


def beta(a: Number, b: Number) -> Density:
    """The beta density: close to an end the other factor is at most 1, or 2^(1-b)."""
    k, m = _positive(a, "a"), _positive(b, "b")
    half = Rational(1, 2)
    low = Tail("power", k - 1, sympy.Max(0, 1 - m) * log(2), half)
    high = Tail("power", m - 1, sympy.Max(0, 1 - k) * log(2), half)
    return Density((k - 1) * log(X) + (m - 1) * log(1 - X), (0, 1), (low, high))


def student(nu: Number) -> Density:
    """Student's t, by its right half: log(1 + x^2/nu) >= 2 log x - log nu."""
    n = _positive(nu, "nu")
    far = Tail("power", n + 1, (n + 1) / 2 * log(n))
    return Density(-(n + 1) / 2 * log(1 + X**2 / n), (0, oo), (None, far), symmetric=True)


def pareto(a: Number, scale: Number = 1) -> Density:
    """Pareto's density on x > scale."""
    power, start = _positive(a, "a") + 1, _positive(scale, "scale")
    return Density(-power * log(X), (start, oo), (None, Tail("power", power)))


def lognormal(mu: Number = 0, sigma: Number = 1) -> Density:
    """The density of exp(mu + sigma z), z standard normal."""
    m, s = exact(mu, "mu"), _positive(sigma, "sigma")
    slope = _LOG_SLOPE
    low = Tail("power", slope - 1, (slope * s) ** 2 / 2 - slope * m)
    high = Tail("power", slope + 1, (slope * s) ** 2 / 2 + slope * m)
    return Density(-log(X) - (log(X) - m) ** 2 / (2 * s**2), (0, oo), (low, high))


def weibull(shape: Number, scale: Number = 1) -> Density:
    """The Weibull density; its factor x^(k-1) is below 1 on x > 1 for k < 1, and below half of the rest for k > 1."""
    k, s = _positive(shape, "shape"), _positive(scale, "scale")
    if k > 1:
        half = k / (2 * s)
        far = Tail("exponential", half, k - 1 + (k - 1) * (log((k - 1) / half) - 1))
    else:
        far = Tail("exponential", 1 / s) if k == 1 else _pointed(k, s)
    return Density((k - 1) * log(X) - (X / s) ** k, (0, oo), (Tail("power", k - 1), far))


def logistic(scale: Number = 1) -> Density:
    """The logistic density, by its right half."""
    rate = 1 / _positive(scale, "scale")
    y, far = X * rate, Tail("exponential", rate)
    return Density(-y - 2 * log(1 + exp(-y)), (0, oo), (None, far), symmetric=True)


def gumbel(scale: Number = 1) -> Density:
    """Gumbel's density: exp(-x) >= e^c (1 - x - c)."""
    s = _positive(scale, "scale")
    low = Tail("exponential", (_growth(_POINT) - 1) / s, exp(_POINT) * (_POINT - 1))
    return Density(-X / s - exp(-X / s), (-oo, oo), (low, Tail("exponential", 1 / s)))
