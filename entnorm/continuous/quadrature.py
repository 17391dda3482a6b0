"""Integrals over pieces of a range, each of them found twice: SciPy's tanh-sinh rule on the piece, and on its halves.

The rule is at home with infinite ranges, algebraic tails and singular ends, and says how far off it may be; but it sees
only the part of a piece on which its points fall. So each piece is integrated again in two halves, at other points, and
the difference counts as an error. Pieces on which both do not agree are halved again, which is how kinks and steps are
closed in on.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from scipy import integrate

from entnorm.continuous.exponents import Interval
from entnorm.continuous.landmarks import Floats
from entnorm.continuous.special import EPS
from entnorm.solution import EntnormError

_NOTHING = 1e-24  # an integral that is not worth a digit, in the unit of the caller
_SHARE = EPS / 64  # the same, in units of the whole
_MIN_LEVEL, _MAX_LEVEL = 4, 7
_MOST_HALVINGS = 60
_MOST_PIECES = 48  # that do not agree: more are noise, which halving does not cure
_ROUNDINGS = 4.0  # that an integral has suffered
MOMENTS = np.arange(3.0)[:, None]

Moments = Callable[[Floats, Floats, Floats, Floats], Floats]
"""The integrand of one of three moments: s, order, origin, step -> its value at origin + step s, times abs(step)."""


class IntegrationError(EntnormError):
    """An integral is infinite, or cannot be computed: the message says at which exponent and what to do."""


class DivergenceError(IntegrationError):
    """An integral that does not converge, as far as a tail or a pole can be followed in float64."""


class Patience:
    """The seconds that a log-density may take, all its values for grids and integrals together."""

    def __init__(self, seconds: float) -> None:
        self.seconds, self._left, self._points = seconds, seconds, 0

    def charge(self, seconds: float, points: int) -> None:
        """Take off what some points have taken; raise IntegrationError if nothing is left."""
        self._left -= seconds
        self._points += points
        if self._left < 0:
            raise IntegrationError(
                f"the log-density took {self.seconds - self._left:.3g} s for {self._points} points, and the integrals "
                "are not done: pass a faster function, perhaps one that interpolates it, or more seconds of patience"
            )


class MissedPeakError(EntnormError):
    """An integral has met a peak that the search for peaks had missed: what was computed before is worth nothing."""

    def __init__(self, at: float) -> None:
        super().__init__(f"the density has a narrow peak close to {at:.17g}: pass it among the points")
        self.at = at


class Pieces(NamedTuple):
    """A range as pieces origin + step * s, 0 < s < length, where the length is 1 or infinite."""

    origin: Floats
    step: Floats
    length: Floats

    def halves(self) -> Pieces:
        """Two pieces for each, the inner ones first: halves, or a unit and an infinite rest in units twice as large."""
        finite = np.isfinite(self.length)
        inner = np.where(finite, self.step / 2, self.step)
        outer = np.where(finite, self.step / 2, 2 * self.step)
        return Pieces(
            np.concatenate([self.origin, self.origin + inner]),
            np.concatenate([inner, outer]),
            np.concatenate([np.ones_like(self.length), self.length]),
        )

    def only(self, chosen: Floats) -> Pieces:
        """Some of them."""
        return Pieces(*(part[chosen] for part in self))


def pieces(support: Interval, cuts: Sequence[float], singular: Collection[float], unit: float) -> Pieces:
    """
    The support, cut.

    A piece next to a place where the density may be singular starts there: only distances from the origin of a piece
    keep all their digits.
    """
    low, high = support
    rows: list[tuple[float, float, float]] = []
    for a, b in pairwise([low, *cuts, high]):
        if math.isinf(a) or math.isinf(b):
            near = b if math.isinf(a) else a
            width = min((abs(near - x) for x in (*cuts, low, high) if x != near), default=math.inf)
            width = width if math.isfinite(width) else unit
            rows.append((near, -width if math.isinf(a) else width, math.inf))
        elif a in singular and b in singular:
            rows += [(a, (b - a) / 2, 1.0), (b, (a - b) / 2, 1.0)]
        elif b in singular:
            rows.append((b, a - b, 1.0))
        else:
            rows.append((a, b - a, 1.0))
    return Pieces(*np.array(rows).T)


def moments(integrand: Moments, at: Pieces, tolerance: float, lost: Floats) -> tuple[Floats, Floats]:
    """
    Three integrals over all pieces, and their errors.

    Pieces are halved until each is right to `tolerance`, or to a part of what is lost anyhow.
    """
    coarse, _ = _integrals(integrand, at, _NOTHING)
    whole = np.abs(coarse).sum(axis=1, keepdims=True)
    total, errors = np.zeros(3), np.zeros(3)
    for halving in range(_MOST_HALVINGS):
        halves = at.halves()
        size = float(whole.min())
        values, estimates = _integrals(integrand, halves, max(_NOTHING, _SHARE * size if math.isfinite(size) else 0.0))
        n = at.length.size
        fine = values[:, :n] + values[:, n:]
        off = np.abs(fine - coarse) + estimates[:, :n] + estimates[:, n:]
        settled = (off <= np.maximum(tolerance * whole, lost[:, None] / 16)).all(axis=0)
        if halving == _MOST_HALVINGS - 1 or (~settled).sum() > _MOST_PIECES:
            settled[:] = True
        total += fine[:, settled].sum(axis=1)
        errors += off[:, settled].sum(axis=1)
        if settled.all():
            break
        open_ = np.tile(~settled, 2)
        at, coarse = halves.only(open_), values[:, open_]
    return total, errors + _ROUNDINGS * EPS * whole[:, 0]


def _integrals(integrand: Moments, at: Pieces, negligible: float) -> tuple[Floats, Floats]:
    with np.errstate(all="ignore"):
        found = integrate.tanhsinh(
            integrand,
            0.0,
            at.length,
            args=(MOMENTS, at.origin, at.step),
            atol=negligible,
            rtol=4 * EPS,
            minlevel=_MIN_LEVEL,
            maxlevel=_MAX_LEVEL,
        )
    return found.integral, np.abs(found.error)
