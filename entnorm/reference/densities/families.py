"""Named densities with exact parameters: their logarithms up to a constant, and bounds of their tails.

Each bound follows from one of three inequalities, at a point of one's choice:
t^2/2 >= k t - k^2/2,  exp(t) >= exp(c) (1 + t - c),  log t <= t/m + log(m) - 1.
"""

from __future__ import annotations

import sympy
from sympy import Abs, Integer, Rational, exp, log, oo

from entnorm.reference.densities.density import Density, X, exact
from entnorm.reference.densities.tails import Tail
from entnorm.reference.exact import Number

_SLOPE = Integer(12)  # of the lines below a parabola: far out a normal tail is smaller than it has to be
_POINT = 4  # where exponentials are bounded by their tangents
_TANGENT = exp(Integer(_POINT))
_GROWTH = 54  # less than exp(4)


def normal(mu: Number = 0, sigma: Number = 1) -> Density:
    """The normal density."""
    m, s = exact(mu), exact(sigma)
    tail = Tail("exponential", _SLOPE / s, _SLOPE**2 / 2 + _SLOPE * Abs(m) / s)
    return Density(-((X - m) ** 2) / (2 * s**2), (-oo, oo), (tail, tail))


def exponential(scale: Number = 1) -> Density:
    """The exponential density."""
    return Density(-X / exact(scale), (0, oo), (None, Tail("exponential", 1 / exact(scale))))


def laplace(scale: Number = 1) -> Density:
    """The Laplace density, by its right half."""
    return Density(-X / exact(scale), (0, oo), (None, Tail("exponential", 1 / exact(scale))), symmetric=True)


def generalised_normal(beta: Number) -> Density:
    """exp(-abs(x)^beta), by its right half: x^beta >= e^c (1 - c) + e^c beta log x."""
    b = exact(beta)
    far = Tail("power", _GROWTH * b, _TANGENT * (_POINT - 1))
    return Density(-(X**b), (0, oo), (Tail("power", Integer(0)), far), symmetric=True)


def gamma(shape: Number, scale: Number = 1) -> Density:
    """The gamma density: (k-1) log x <= x / (2 theta) + (k-1) (log(2 theta (k-1)) - 1) for k > 1."""
    k, theta = exact(shape), exact(scale)
    far = Tail("exponential", 1 / theta)
    if k > 1:
        far = Tail("exponential", 1 / (2 * theta), (k - 1) * (log(2 * theta * (k - 1)) - 1))
    return Density((k - 1) * log(X) - X / theta, (0, oo), (Tail("power", k - 1), far))


def beta(a: Number, b: Number) -> Density:
    """The beta density: close to an end the other factor is at most 1, or 2^(1-b)."""
    k, m = exact(a), exact(b)
    half = Rational(1, 2)
    low = Tail("power", k - 1, sympy.Max(0, 1 - m) * log(2), half)
    high = Tail("power", m - 1, sympy.Max(0, 1 - k) * log(2), half)
    return Density((k - 1) * log(X) + (m - 1) * log(1 - X), (0, 1), (low, high))


def student(nu: Number) -> Density:
    """Student's t, by its right half: log(1 + x^2/nu) >= 2 log x - log nu."""
    n = exact(nu)
    far = Tail("power", n + 1, (n + 1) / 2 * log(n))
    return Density(-(n + 1) / 2 * log(1 + X**2 / n), (0, oo), (None, far), symmetric=True)


def pareto(a: Number, scale: Number = 1) -> Density:
    """Pareto's density on x > scale."""
    return Density(-(exact(a) + 1) * log(X), (exact(scale), oo), (None, Tail("power", exact(a) + 1)))


def lognormal(mu: Number = 0, sigma: Number = 1) -> Density:
    """The density of exp(mu + sigma z), z standard normal."""
    m, s = exact(mu), exact(sigma)
    k = sympy.Max(_SLOPE, 4 * s)
    low = Tail("power", k / s - 1, k**2 / 2 - k * m / s)
    high = Tail("power", k / s + 1, k**2 / 2 + k * m / s)
    return Density(-log(X) - (log(X) - m) ** 2 / (2 * s**2), (0, oo), (low, high))


def weibull(shape: Number, scale: Number = 1) -> Density:
    """The Weibull density: t^k >= e^c (1 - c) + e^c k log t, where t = x/s is at least 1."""
    k, s = exact(shape), exact(scale)
    height = _TANGENT * (_POINT - 1) + _GROWTH * k * log(s)
    far = Tail("power", _GROWTH * k - k + 1, height, sympy.Max(1, s))
    return Density((k - 1) * log(X) - (X / s) ** k, (0, oo), (Tail("power", k - 1), far))


def logistic(scale: Number = 1) -> Density:
    """The logistic density, by its right half."""
    y = X / exact(scale)
    far = Tail("exponential", 1 / exact(scale))
    return Density(-y - 2 * log(1 + exp(-y)), (0, oo), (None, far), symmetric=True)


def gumbel(scale: Number = 1) -> Density:
    """Gumbel's density: exp(-x) >= e^c (1 - x - c)."""
    s = exact(scale)
    low = Tail("exponential", (_GROWTH - 1) / s, _TANGENT * (_POINT - 1))
    return Density(-X / s - exp(-X / s), (-oo, oo), (low, Tail("exponential", 1 / s)))
