"""Measures whose image is known, for the second witness: the nodes of a quadrature rule in place of the points.

That the image of mu under a function has a given density cannot hold for finitely many atoms.  It holds as far as any
smooth integrand can tell for the nodes of a double exponential rule (Takahasi and Mori, 1974), with the rule's weights
times the density for their measures.  Integrals are then computed to far more digits than a slip could hide behind,
but not exactly, and in double precision.  All nodes are treated at once: a function of points is an array of numbers.
"""

from __future__ import annotations

import math
from contextlib import AbstractContextManager
from fractions import Fraction
from functools import cache
from typing import Any, ClassVar

import numpy as np
from mpmath import fp

from .arithmetics import Inexpressible, Undefined

__all__ = ["EVERYWHERE", "Nodal", "Signed", "nodes"]

EVERYWHERE = slice(None)  # the position of a point that stands for all of them

_UNIT = 40  # nodes
_HALF_LINE, _LINE = 272, 220  # on either side
_LARGEST = 1e300
_AGREEMENT = math.log(1e-9)
_LARGEST_POWER = 2**10  # that is computed by multiplying


class Signed:
    """A number, or one for each node, by its sign and the logarithm of its size: nothing is too large or too small."""

    def __init__(self, sign: Any, log: Any) -> None:
        self.sign, self.log = sign, log

    @classmethod
    def of(cls, value: Any) -> Signed:
        return cls(np.sign(value), np.log(np.abs(value)))

    @property
    def value(self) -> Any:
        return self.sign * np.exp(self.log)

    def __mul__(self, other: Signed) -> Signed:
        sign, log = self.sign * other.sign, self.log + other.log
        return Signed(sign, np.where(sign == 0, -np.inf, log))

    def __truediv__(self, other: Signed) -> Signed:
        return self * Signed(other.sign, -other.log)

    def __add__(self, other: Signed) -> Signed:
        top = np.maximum(self.log, other.log)
        top = np.where(np.isfinite(top), top, 0)
        rest = self.sign * np.exp(self.log - top) + other.sign * np.exp(other.log - top)
        return Signed(np.sign(rest), np.log(np.abs(rest)) + top)

    def __sub__(self, other: Signed) -> Signed:
        return self + Signed(-other.sign, other.log)

    def __getitem__(self, position: Any) -> Signed:
        return self if np.ndim(self.log) == 0 else Signed(self.sign[position], self.log[position])

    def total(self) -> Signed:
        """Return the sum over the nodes."""
        top = np.max(self.log)
        rest = np.sum(self.sign * np.exp(self.log - top))
        return Signed(np.sign(rest), np.log(np.abs(rest)) + top)


@cache
def nodes(low: Any) -> tuple[Signed, Signed]:
    """Return the nodes and the weights of a rule for the numbers above `low`: 0 or minus infinity."""
    reach = _HALF_LINE if low == 0 else _LINE
    steps = np.arange(-reach, reach + 1) / _UNIT
    with np.errstate(all="ignore"):
        if low != 0:
            return Signed.of(np.sinh(steps)), Signed.of(np.cosh(steps) / _UNIT)
        log = np.pi / 2 * np.sinh(steps)
        return Signed(np.ones_like(log), log), Signed.of(np.pi / 2 * np.cosh(steps) / _UNIT) * Signed(1.0, log)


class Nodal:
    """Double precision, for numbers and for functions of all nodes; numbers that nearly agree count as equal."""

    name: ClassVar[str] = "double precision, with integrals by quadrature"
    agreement_is_certain: ClassVar[bool] = False

    def scope(self) -> AbstractContextManager[Any]:
        return np.errstate(all="ignore")

    def constant(self, value: Fraction) -> Signed:
        return Signed.of(np.float64(float(value)))

    def exp(self, x: Signed) -> Signed:
        return Signed(np.ones_like(x.log), np.clip(x.value, -_LARGEST, _LARGEST))

    def log(self, x: Signed) -> Signed:
        if np.any(x.sign < 0):
            raise Undefined("the logarithm of a negative number")
        if np.any(x.sign == 0):
            raise Inexpressible("the logarithm of a number that may not be positive")
        return Signed.of(x.log)

    def log_gamma(self, x: Signed) -> Signed:
        return self._at_number(fp.loggamma, x)

    def digamma(self, x: Signed) -> Signed:
        return self._at_number(fp.digamma, x)

    @staticmethod
    def _at_number(function: Any, x: Signed) -> Signed:
        if np.ndim(x.log) > 0:
            raise Inexpressible("the Gamma function at all nodes")
        if not x.sign > 0:
            raise Undefined("the Gamma function of a number that is not positive")
        return Signed.of(np.float64(function(float(x.value))))

    def integer(self, x: Signed) -> int | None:
        if np.ndim(x.log) > 0 or not abs(x.value) <= _LARGEST_POWER:
            return None
        whole = round(float(x.value))
        return whole if abs(float(x.value) - whole) <= 1e-14 * max(1, abs(whole)) else None

    def compare(self, a: Signed, b: Signed) -> int | None:
        """Return the sign of a - b, for functions that of all values that are not the same."""
        gap = a - b
        if np.any(np.isnan(gap.log)):
            raise Inexpressible("a term that is out of reach")
        if np.ndim(gap.log) == 0:
            return 0 if gap.log <= np.maximum(a.log, b.log) + _AGREEMENT else int(gap.sign)
        signs = {int(sign) for sign in np.unique(gap.sign)}
        return signs.pop() if len(signs) == 1 else None

    def is_close(self, a: Signed, b: Signed) -> bool:
        """Do the two agree, or is their difference small in itself?  What is 0 may come out as a tiny number."""
        return bool((a - b).log <= max(0.0, a.log, b.log) + _AGREEMENT)
