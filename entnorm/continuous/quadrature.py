"""The entropy of the escort densities of a log-density that is only known as a function, by numerical integration.

Three integrals are taken at once, of exp(g L), its product with L and that with L^2, by SciPy's vectorised tanh-sinh
quadrature, which is at home with infinite ranges, algebraic tails and singular ends. What it needs is to know where the
mass is: the integrand is looked at on a grid of all scales of a float, and the range is cut around its peak.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy import integrate, optimize

from entnorm.continuous.exponents import Exponent, Interval, Level
from entnorm.continuous.special import EPS
from entnorm.solution import EntnormError

Floats: TypeAlias = NDArray[np.float64]
Function: TypeAlias = Callable[[Floats], Any]

_OCTAVES: Floats = np.exp2(np.arange(-1000.0, 1001.0))
_FRACTIONS = np.concatenate([2.0 ** np.arange(-60, -5), np.arange(1, 33) / 64])
_DROPS = (1.0, 12.0)  # the range is cut where the integrand has fallen by these many nats from its peak
_FARTHEST = 1e150  # in an infinite range: not much farther on, the square of a distance leaves float64
_MOST_PEAKS = 16
_NEGLIGIBLE = 700.0  # nats below the highest peak
_ROUNDINGS = 4.0  # that an integral, or a value of the log-density, has suffered
_NOTHING = 1e-24  # an integral that is not worth a digit, in units of the peak
_LEVEL = 5  # at 3 and 4 the error estimates of tanhsinh are sometimes 30 times too small
_MOMENTS = np.arange(3.0)[:, None]


class Top(NamedTuple):
    """L and the logarithm of the integrand at the peak of the latter."""

    log_density: float
    exponent: float


class IntegrationError(EntnormError):
    """An integral is infinite, or cannot be computed: the message says at which exponent and what to do."""


@dataclass(frozen=True)
class Integrand:
    """
    A log-density l(t) with its support, and the coordinate x in which its entropy is meant.

    If x = phi(t), the density in x is exp(L), L = l - J with J = log phi'(t), and integrals over x of exp(g L) are
    integrals over t of exp(g l + (1 - g) J): nothing cancels where g is close to 1.

    Attributes
    ----------
    log_density : callable
        l, vectorised; it need not be normalised.
    support : tuple of two floats
        Its ends, which may be infinite.
    log_jacobian : callable or None
        J, vectorised; None where x is t.
    points : tuple of float
        Where the range is cut besides: at kinks, and at peaks that a search might miss.
    """

    log_density: Function
    support: Interval
    log_jacobian: Function | None = None
    points: tuple[float, ...] = ()

    def level(self, at: Exponent) -> Level:
        """Entropy, varentropy and the estimated error of the former, in nats  [densities.entropy-form]."""
        return self._integrals(at.gamma)[0]

    def log_mass(self, gamma: float) -> float:
        """The logarithm of the integral of exp(gamma L)."""
        return self._integrals(gamma)[1]

    def exponents(self, x: Floats, gamma: float) -> Floats:
        """The logarithm of the integrand at some points."""
        return _tilted(*self.values(x), gamma)

    def values(self, x: Floats) -> tuple[Floats, Floats]:
        """The logarithms of density and Jacobian at some points; minus infinity where the density is not defined."""
        with np.errstate(all="ignore"):
            density = np.asarray(self.log_density(x), dtype=np.float64)
            jacobian = np.zeros_like(x) if self.log_jacobian is None else np.asarray(self.log_jacobian(x), np.float64)
        if density.shape != x.shape or jacobian.shape != x.shape:
            raise EntnormError(
                f"the log-density has to be vectorised: it made shape {density.shape} of an array of shape {x.shape}"
            )
        return np.where(np.isnan(density), -np.inf, density), jacobian

    @property
    def is_flat(self) -> bool:
        """Whether the density is the same all over the grid, in the coordinate of the entropy."""
        density, jacobian = self._grid[1]
        with np.errstate(invalid="ignore"):
            log_density = density - jacobian
        return bool(np.isfinite(log_density).all() and np.ptp(log_density) == 0)

    def cuts(self, gamma: float) -> tuple[float, list[float]]:
        """Where the integrand is largest, and where to cut the range around all of its peaks, in order."""
        low, high = self.support
        peaks = self._peaks(gamma)
        inside = {*peaks, *self.points}
        for peak in peaks:
            inside |= self._drops(gamma, peak, low) | self._drops(gamma, peak, high)
        return peaks[0], sorted(x for x in inside if low < x < high)

    @cached_property
    def _grid(self) -> tuple[Floats, tuple[Floats, Floats]]:
        """Points on all scales of the support, and the values there."""
        low, high = self.support
        if math.isinf(low) and math.isinf(high):
            x = np.concatenate([-_OCTAVES[::-1], [0.0], _OCTAVES])
        elif math.isinf(high):
            x = low + _OCTAVES
        elif math.isinf(low):
            x = high - _OCTAVES[::-1]
        else:
            x = np.concatenate([low + (high - low) * _FRACTIONS, (high - (high - low) * _FRACTIONS)[::-1]])
        x = np.unique(np.concatenate([x, self.points]))
        x = x[(x > low) & (x < high)]
        return x, self.values(x)

    def _peaks(self, gamma: float) -> list[float]:
        """The peaks that the grid shows, the largest first; close to an end of the range, where most of its mass is."""
        x, values = self._grid
        height, room = _tilted(*values, gamma), np.minimum(x - self.support[0], self.support[1] - x)
        mass = height + np.log(np.where(np.isfinite(room), room, 1.0))
        mass[~np.isfinite(mass)] = -np.inf
        if mass.max() == -np.inf:
            raise EntnormError(f"the log-density is not finite anywhere on a grid of its support {self.support}")
        peaks = {float(x[mass.argmax()])}
        steps = np.flatnonzero(np.r_[True, height[1:] != height[:-1]])  # a level stretch counts once
        inner = height[steps][1:-1]
        above = np.flatnonzero((inner > height[steps][:-2]) & (inner > height[steps][2:])) + 1
        for i in above[np.argsort(-height[steps][above])][:_MOST_PEAKS]:
            low, here, high = x[steps[i] - 1], x[steps[i]], x[steps[i + 1]]
            with np.errstate(all="ignore"):  # its parabolas may leave float64, and are then not used
                found = optimize.minimize_scalar(
                    lambda t: -self.exponents(np.array([t]), gamma)[0], bounds=(low, high), method="bounded"
                )
            peaks.add(float(found.x) if -found.fun > height[steps[i]] else float(here))
        inside = np.array(sorted(peaks))
        tops = _tilted(*self.values(inside), gamma)
        order = np.argsort(-tops)
        return [float(x) for x in inside[order][tops[order] >= tops.max() - _NEGLIGIBLE]]

    def _drops(self, gamma: float, peak: float, end: float) -> set[float]:
        """Where the integrand has fallen by `_DROPS` between its peak and an end."""
        room = abs(end - peak)
        steps = _OCTAVES[(room > _OCTAVES) & (EPS * abs(peak) < _OCTAVES)]
        x = peak + math.copysign(1.0, end - peak) * steps
        fall = self.exponents(np.array([peak]), gamma)[0] - _tilted(*self.values(x), gamma)
        return {float(x[(fall >= drop).argmax()]) for drop in _DROPS if (fall >= drop).any()}

    def _unresolved(self, gamma: float, side: int, peak: float, unit: float, top: Top) -> Floats:
        """
        What the integrals hold beyond the reach of floats: too close to a finite end, or too far out.

        The integrand is taken as a power of the distance there, whose exponent two points tell. Nothing is lost at 0.
        """
        end, inward = self.support[side], 1.0 - 2.0 * side
        if end == 0:
            return np.zeros(3)
        reach = max(_FARTHEST, 16 * unit) if math.isinf(end) else 8 * EPS * abs(end)
        distance = np.array([reach, reach / 16 if math.isinf(end) else reach * 16])
        values = self.values(peak - inward * distance if math.isinf(end) else end + inward * distance)
        with np.errstate(all="ignore"):
            weight = np.exp(_tilted(*values, gamma) - top.exponent)
            if weight[0] == 0:
                return np.zeros(3)
            pole = float(np.log(weight[0] / weight[1]) / np.log(distance[1] / distance[0]))
            room = pole - 1 if math.isinf(end) else 1 - max(pole, 0.0)
            offset = abs(gamma * (values[0] - values[1] - top.log_density)[0]) + abs(pole / room) if room > 0 else 0.0
        lost = reach / unit * weight[0] / room if room > 0 else np.inf
        return lost * (1 + offset) ** np.arange(3.0)

    def _moments(self, gamma: float, peak: float, cuts: Sequence[float], unit: float) -> tuple[Top, Floats, Floats]:
        """
        The integrals of the integrand, and of its product with the first two powers of gamma L, with their errors.

        They are in units of the height of the peak and of `unit`, and L is counted from its value at the peak.
        """
        density, jacobian = self.values(np.array([peak]))
        top = Top(float(density[0] - jacobian[0]), float(_tilted(density, jacobian, gamma)[0]))
        origin, step, length = _pieces(self.support, cuts, unit)

        def integrand(s: Floats, j: Floats, origin: Floats, step: Floats) -> Floats:
            density, jacobian = self.values(np.asarray(origin + step * s))
            with np.errstate(all="ignore"):
                weight = np.abs(step) / unit * np.exp(_tilted(density, jacobian, gamma) - top.exponent)
                return np.where(weight > 0, weight * (gamma * (density - jacobian - top.log_density)) ** j, 0.0)

        with np.errstate(all="ignore"):
            found = integrate.tanhsinh(
                integrand, 0.0, length, args=(_MOMENTS, origin, step), atol=_NOTHING, rtol=2 * EPS, minlevel=_LEVEL
            )
        errors = np.abs(found.error).sum(axis=1) + _ROUNDINGS * EPS * np.abs(found.integral).sum(axis=1)
        errors += sum(self._unresolved(gamma, side, peak, unit, top) for side in (0, 1))
        return top, found.integral.sum(axis=1), errors

    def _integrals(self, gamma: float) -> tuple[Level, float]:
        peak, cuts = self.cuts(gamma)
        unit = max((b - a for a, b in pairwise(cuts)), default=1.0)
        top, moments, errors = self._moments(gamma, peak, cuts, unit)
        mass, first, second = (float(x) for x in moments)
        if not (math.isfinite(mass + first + errors[0] + errors[1]) and mass > 0):
            raise IntegrationError(
                f"the integral of the power gamma = {gamma:.17g} of the density does not converge: is gamma inside "
                "gamma_domain? Are points needed where the density peaks, or another coordinate with log_jacobian?"
            )
        mean = first / mass
        shift = top.exponent - gamma * top.log_density
        log_mass = math.log(mass) + math.log(unit) + shift
        error = float(errors[0] * (1 + abs(mean)) + errors[1]) / mass
        error += 4 * EPS * (abs(math.log(mass)) + abs(math.log(unit)) + abs(shift) + abs(mean))
        error += EPS * (
            abs(peak) / unit + _ROUNDINGS * (1 + gamma * abs(top.log_density))
        )  # points and values are rounded
        varentropy = second / mass - mean**2
        level = Level(log_mass - mean, varentropy if math.isfinite(varentropy) else math.inf, error)
        return level, log_mass + gamma * top.log_density


def _tilted(density: Floats, jacobian: Floats, gamma: float) -> Floats:
    """Gamma l + (1 - gamma) J; minus infinity where both are infinite."""
    with np.errstate(all="ignore"):
        exponent = gamma * density + (1 - gamma) * jacobian
    return np.where(np.isnan(exponent), -np.inf, exponent)


def _pieces(support: Interval, cuts: Sequence[float], unit: float) -> tuple[Floats, Floats, Floats]:
    """
    The range as pieces origin + step * s, 0 < s < length.

    A piece at a finite end of the support starts there, because the density may be singular: only distances from the
    origin of a piece keep all their digits.
    """
    low, high = support
    rows: list[tuple[float, float, float]] = []
    rows.append((cuts[0], -unit, math.inf) if math.isinf(low) else (low, cuts[0] - low, 1.0))
    rows += [(a, b - a, 1.0) for a, b in pairwise(cuts)]
    rows.append((cuts[-1], unit, math.inf) if math.isinf(high) else (high, cuts[-1] - high, 1.0))
    origin, step, length = np.array(rows).T
    return origin, step, length
