"""NumPy's elementary functions, as far as `entnorm.steps` needs them, in a form that becomes vector instructions.

That source, which serves NumPy too, is compiled with this module for its ``np``.
"""

import math

from numba import float64, njit
from numpy import sqrt

from entnorm.fast.building import HELPER
from entnorm.fast.vectors import LOWEST, larger, minus_one, parted, plus_one, reduced

__all__ = ["exp", "expm1", "log1p", "sqrt"]

_HIGHEST = 709.0
_LOWEST = LOWEST[float64]
_LN2_HIGH, _LN2_LOW = 6.93147180369123816490e-01, 1.90821492927058770002e-10
# (log(1+f) - log(1-f)) / (2 f) - 1, divided by f^2, where (1+f) / (1-f) is between sqrt(1/2) and sqrt(2) (FreeBSD's)
_L1, _L2, _L3, _L4 = (
    6.666666666666735130e-01,
    3.999999999940941908e-01,
    2.857142874366239149e-01,
    2.222219843214978396e-01,
)
_L5, _L6, _L7 = 1.818357216161805012e-01, 1.531383769920937332e-01, 1.479819860511658591e-01

_elementary = njit(**HELPER)


@_elementary
def _within(t):
    """What `reduced` can take, NaN left out."""
    return -larger(-larger(t if t == t else 0.0, _LOWEST), -_HIGHEST)


@_elementary
def exp(t):
    """Right to two ulp from exp(-708) to exp(709), and between these two elsewhere."""
    found = plus_one(*reduced(_within(t)))
    return found if t == t else math.nan


@_elementary
def expm1(t):
    """Likewise."""
    found = minus_one(*reduced(_within(t)), 1.0)
    return found if t == t else math.nan


@_elementary
def log1p(x):
    """Right to an ulp: ``log(2**k m) + c / u`` with u = 1 + x as rounded, c what that leaves; if k = 0, x for m - 1.

    At -1 and beyond what it ought to be: -inf, NaN, or inf.
    """
    u = 1.0 + x
    k, m = parted(u)
    c = 0.0 if k == 0.0 else (x - (u - 1.0)) / u
    f = x if k == 0.0 else m - 1.0
    half, s = 0.5 * f * f, f / (2.0 + f)
    z = s * s
    w = z * z
    series = w * (_L2 + w * (_L4 + w * _L6)) + z * (_L1 + w * (_L3 + w * (_L5 + w * _L7)))
    found = s * (half + series) + (k * _LN2_LOW + c) - half + f + k * _LN2_HIGH
    beyond = -math.inf if x == -1.0 else (x if x > 0.0 else math.nan)
    return found if -1.0 < x < math.inf else beyond
