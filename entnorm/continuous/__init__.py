"""Densities: the power of a density that has a prescribed differential entropy.

`solve` finds the exponent, `normalize` returns the density, `escort` the density of a given order. They take SciPy's
distributions and functions that return log-densities; this package needs SciPy (extra ``continuous``).

>>> from scipy import stats
>>> from entnorm import continuous
>>> narrow = continuous.normalize(stats.laplace(scale=3.0), entropy=1.0)
>>> print(narrow.dist.name, round(float(narrow.entropy()), 12), round(narrow.std() / 2**0.5, 12))
laplace 1.0 0.5
"""

try:
    import scipy  # noqa: F401
except ImportError as error:
    raise ImportError('densities need SciPy: pip install "entnorm[continuous]"') from error

from entnorm.continuous.quadrature import IntegrationError
from entnorm.continuous.solution import DensitySolution, Escort
from entnorm.continuous.solving import escort, normalize, solve

__all__ = ["DensitySolution", "Escort", "IntegrationError", "escort", "normalize", "solve"]
