"""Measures whose image is known, for the second witness: the nodes of a quadrature rule in place of the points.

That the image of mu under a function has a given density cannot hold for finitely many atoms.  It holds as far as any
smooth integrand can tell for the nodes of a double exponential rule (Takahasi and Mori, 1974), with the rule's weights
times the density for their measures.  Integrals are then computed to far more digits than a slip could hide behind,
but not exactly, and in double precision.  All nodes are treated at once: a function of points is an array.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from fractions import Fraction
from functools import cache
from typing import Any, ClassVar

import numpy as np
from mpmath import fp

from .arithmetics import Inexpressible

__all__ = ["EVERYWHERE", "Array", "Nodal", "integrated", "nodes"]

Array = np.ndarray[Any, np.dtype[np.float64]]
EVERYWHERE = slice(None)  # the position of a point that stands for all of them

_HALF_LINE, _LINE = (6.8, 24), (5.5, 32)  # how far the rules go, and how many nodes to the unit
_AGREEMENT = 1e-9
_LARGEST_POWER = 2**10  # that is computed by multiplying


@cache
def nodes(low: Any) -> tuple[Array, Array]:
    """Return the nodes and the weights of a rule for the numbers above `low`: 0 or minus infinity."""
    reach, density = _HALF_LINE if low == 0 else _LINE
    steps = np.arange(-int(reach * density), int(reach * density) + 1) / density
    if low != 0:
        return np.sinh(steps), np.cosh(steps) / density
    places = np.exp(np.pi / 2 * np.sinh(steps))
    return places, places * np.pi / 2 * np.cosh(steps) / density


def integrated(values: Any, weights: Array) -> Any:
    """Return the sum over the nodes, without those where the integrand has fallen below all numbers: 0 times infinity."""
    terms = weights * values
    return np.where(np.isnan(terms), 0, terms).sum()


class Nodal:
    """Double precision, for numbers and for functions of all nodes; numbers that nearly agree count as equal."""

    name: ClassVar[str] = "double precision, with integrals by quadrature"
    agreement_is_certain: ClassVar[bool] = False

    def scope(self) -> AbstractContextManager[Any]:
        return np.errstate(all="ignore")

    def constant(self, value: Fraction) -> Any:
        return np.float64(float(value))

    def exp(self, x: Any) -> Any:
        return np.exp(x)

    def log(self, x: Any) -> Any:
        if np.any(x < 0) or (np.ndim(x) == 0 and x == 0):
            raise Inexpressible("the logarithm of a number that may not be positive")
        return np.log(x)

    def log_gamma(self, x: Any) -> Any:
        return self._at_number(fp.loggamma, x)

    def digamma(self, x: Any) -> Any:
        return self._at_number(fp.digamma, x)

    @staticmethod
    def _at_number(function: Any, x: Any) -> Any:
        if np.ndim(x) > 0 or not x > 0:
            raise Inexpressible("the Gamma function of what may not be a positive number")
        return np.float64(function(float(x)))

    def integer(self, x: Any) -> int | None:
        return int(x) if np.ndim(x) == 0 and abs(x) < _LARGEST_POWER and x == int(x) else None

    def compare(self, a: Any, b: Any) -> int | None:
        """Return the sign of a - b, for functions that of all values that are not the same."""
        if np.ndim(a - b) > 0:
            signs = set(np.sign(a - b)) - {0.0}
            return int(signs.pop()) if len(signs) == 1 else None if signs else 0
        if not np.isfinite(a - b):
            raise Inexpressible("a term that is out of reach")
        return 0 if abs(a - b) <= _AGREEMENT * (abs(a) + abs(b)) else int(np.sign(a - b))

    def is_close(self, a: Any, b: Any) -> bool:
        """Do the two agree, or is their difference small in itself?  What is 0 may come out as a tiny number."""
        return bool(abs(a - b) <= _AGREEMENT * (1 + abs(a) + abs(b)))
