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

__all__ = ["EVERYWHERE", "NODES_PER_UNIT", "Nodal", "Signed", "nodes"]

EVERYWHERE = slice(None)  # the position of a point that stands for all of them

NODES_PER_UNIT = 40
_HALF_LINE, _LINE = 272, 220  # on either side
_LARGEST = 1e300
_AGREEMENT = math.log(1e-9)  # of what cancelled: an integral is known to that, and arithmetic to far less
_SIGN_IS_SEEN = -_AGREEMENT - math.log(2)  # of an exponential, however little is known of its exponent
_ROUNDING = math.log(2.0**-52)
_LARGEST_POWER = 2**10  # that is computed by multiplying


class Signed:
    """A number, or one for each node, by its sign and the logarithm of its size: nothing is too large or too small.

    Its error is relative to `gross`, the logarithm of the size of all that was added before anything cancelled, carried
    through whatever has been done since.  `left` is the logarithm of the part of that which the number is: 0 where
    nothing cancelled.  The part is kept, not the size: beside a logarithm of 1e17 there is no room for it.
    """

    def __init__(self, sign: Any, gross: Any, left: Any = None) -> None:
        self.sign, self.gross = sign, gross
        self.left = np.zeros_like(gross) if left is None else left

    @classmethod
    def of(cls, value: Any, error: Any = -np.inf) -> Signed:
        """Return a number; its error is relative to its size, or to that with the logarithm `error` if it is larger."""
        log = np.log(np.abs(value))
        gross = np.maximum(log, error)
        return cls(np.sign(value), gross, np.where(gross == -np.inf, 0, log - gross))

    @property
    def log(self) -> Any:
        return self.gross + self.left

    @property
    def value(self) -> Any:
        return self.sign * np.exp(self.log)

    @property
    def is_noise(self) -> Any:
        """Is nothing left but what may be the error of what cancelled?"""
        return (self.sign == 0) | (self.left <= _AGREEMENT)

    def __mul__(self, other: Signed) -> Signed:
        # Each error times the other number, and the product of both errors, relative to the product of what was added.
        error = np.maximum(np.maximum(self.left, other.left), _ROUNDING)
        return Signed(self.sign * other.sign, self.gross + other.gross + error, self.left + other.left - error)

    def __truediv__(self, other: Signed) -> Signed:
        return self * Signed(other.sign, -other.log - other.left, other.left)

    def __add__(self, other: Signed) -> Signed:
        top = np.maximum(self.gross, other.gross)
        top = np.where(np.isfinite(top), top, 0)
        shares = [np.exp(number.gross - top) for number in (self, other)]
        return self._summed(top, sum(shares), self._scaled(shares[0]) + other._scaled(shares[1]))

    def __sub__(self, other: Signed) -> Signed:
        return self + Signed(-other.sign, other.gross, other.left)

    def __getitem__(self, position: Any) -> Signed:
        if np.ndim(self.gross) == 0:
            return self
        return Signed(self.sign[position], self.gross[position], self.left[position])

    def total(self) -> Signed:
        """Return the sum over the nodes."""
        top = np.max(self.gross)
        top = top if np.isfinite(top) else np.float64(0)
        shares = np.exp(self.gross - top)
        return self._summed(top, np.sum(shares), np.sum(self._scaled(shares)))

    def _scaled(self, share: Any) -> Any:
        return self.sign * share * np.exp(self.left)

    @staticmethod
    def _summed(top: Any, added: Any, rest: Any) -> Signed:
        """Return what is left, as `rest`, of what was added up, both in units of exp(top)."""
        left = np.where(added == 0, 0, np.log(np.abs(rest)) - np.log(added))
        return Signed(np.sign(rest), top + np.log(added), left)


@cache
def nodes(low: Any) -> tuple[Signed, Signed]:
    """Return the nodes and the weights of a rule for the numbers above `low`: 0 or minus infinity."""
    reach = _HALF_LINE if low == 0 else _LINE
    steps = np.arange(-reach, reach + 1) / NODES_PER_UNIT
    with np.errstate(all="ignore"):
        if low != 0:
            return Signed.of(np.sinh(steps)), Signed.of(np.cosh(steps) / NODES_PER_UNIT)
        log = np.pi / 2 * np.sinh(steps)
        return Signed(np.ones_like(log), log), Signed.of(np.pi / 2 * np.cosh(steps) / NODES_PER_UNIT) * Signed(1.0, log)


class Nodal:
    """Double precision, for numbers and for functions of all nodes; numbers that nearly agree count as equal."""

    name: ClassVar[str] = "double precision, with integrals by quadrature"
    agreement_is_certain: ClassVar[bool] = False

    def scope(self) -> AbstractContextManager[Any]:
        return np.errstate(all="ignore")

    def constant(self, value: Fraction) -> Signed:
        return Signed.of(np.float64(float(value)))

    def exp(self, x: Signed) -> Signed:
        log = np.clip(x.value, -_LARGEST, _LARGEST)
        error = np.clip(x.gross, 0, _SIGN_IS_SEEN)
        return Signed(np.ones_like(log), log + error, -error)

    def log(self, x: Signed) -> Signed:
        if np.any((x.sign < 0) & ~x.is_noise):
            raise Undefined("the logarithm of a negative number")
        if np.any(x.is_noise):
            raise Inexpressible("the logarithm of a number that may not be positive")
        return Signed.of(x.log, -x.left)

    def log_gamma(self, x: Signed) -> Signed:
        return self._at_number(fp.loggamma, fp.digamma, x)

    def digamma(self, x: Signed) -> Signed:
        return self._at_number(fp.digamma, lambda value: fp.psi(1, value), x)

    @staticmethod
    def _at_number(function: Any, slope: Any, x: Signed) -> Signed:
        if np.ndim(x.log) > 0:
            raise Inexpressible("the Gamma function at all nodes")
        if x.is_noise:
            raise Inexpressible("the Gamma function of a number that may not be positive")
        if x.sign < 0:
            raise Undefined("the Gamma function of a number that is not positive")
        value = float(x.value)
        return Signed.of(np.float64(function(value)), np.log(abs(slope(value))) + x.gross)

    def integer(self, x: Signed) -> int | None:
        if np.ndim(x.log) > 0 or not abs(x.value) <= _LARGEST_POWER:
            return None
        whole = round(float(x.value))
        return whole if abs(float(x.value) - whole) <= 1e-14 * max(1, abs(whole)) else None

    def may_be_whole(self, x: Signed) -> bool:
        return True

    def compare(self, a: Signed, b: Signed) -> int | None:
        """Return the sign of a - b, 0 where that is no more than an error; of functions, where all nodes agree.

        There is no size below which a difference counts as none: the error is relative to what has cancelled.
        """
        gap = a - b
        if np.any(np.isnan(gap.log)):
            raise Inexpressible("a term that is out of reach")
        signs = {int(sign) for sign in np.unique(np.where(gap.is_noise, 0, gap.sign))}
        return signs.pop() if len(signs) == 1 else None
