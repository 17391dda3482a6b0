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
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy import integrate, optimize

from entnorm.continuous.exponents import Exponent, Interval, Level
from entnorm.continuous.special import EPS
from entnorm.solution import EntnormError

Floats: TypeAlias = NDArray[np.float64]
Function: TypeAlias = Callable[[Floats], Any]

_OCTAVES = 2.0 ** np.arange(-300, 301)
_FRACTIONS = np.concatenate([2.0 ** np.arange(-60, -5), np.arange(1, 33) / 64])
_DROPS = (1.0, 12.0)  # the range is cut where the integrand has fallen by these many nats from its peak
_ROUNDINGS = 8.0
_MOMENTS = np.arange(3.0)[:, None]


class IntegrationError(EntnormError):
    """An integral is infinite, or cannot be computed: the message says at which exponent and what to do."""


@dataclass(frozen=True)
class Integrand:
    """
    A log-density L with its support, and the measure against which it is one.

    Attributes
    ----------
    log_density : callable
        L, vectorised; it need not be normalised.
    support : tuple of two floats
        Its ends, which may be infinite.
    log_measure : callable or None
        J, where integrals are taken against exp(J(t)) dt; None is Lebesgue's measure.
    points : tuple of float
        Where the range is cut besides: at kinks, and at peaks that a search might miss.
    """

    log_density: Function
    support: Interval
    log_measure: Function | None = None
    points: tuple[float, ...] = ()

    def level(self, at: Exponent) -> Level:
        """Entropy, varentropy and the estimated error of the former, in nats  [densities.entropy-form]."""
        return self._integrals(at.gamma)[0]

    def log_mass(self, gamma: float) -> float:
        """The logarithm of the integral of exp(gamma L)."""
        return self._integrals(gamma)[1]

    def values(self, x: Floats) -> tuple[Floats, Floats]:
        """L and J at some points; L is minus infinity where it is not defined."""
        with np.errstate(all="ignore"):
            density = np.asarray(self.log_density(x), dtype=np.float64)
            measure = np.zeros_like(x) if self.log_measure is None else np.asarray(self.log_measure(x), np.float64)
        if density.shape != x.shape or measure.shape != x.shape:
            raise EntnormError(
                f"the log-density has to be vectorised: it made shape {density.shape} of an array of shape {x.shape}"
            )
        return np.where(np.isnan(density), -np.inf, density), np.where(np.isnan(measure), -np.inf, measure)

    def cuts(self, gamma: float) -> tuple[float, list[float]]:
        """The peak of the integrand and where to cut the range on both sides of it, in order."""
        peak = self._peak(gamma)
        inside = {peak, *self.points}
        for side in (0, 1):
            end = self.support[side]
            inside |= self._drops(gamma, peak, end)
        low, high = self.support
        return peak, sorted(x for x in inside if low < x < high)

    @cached_property
    def _grid(self) -> tuple[Floats, Floats, Floats]:
        """Points on all scales of the support, and L and J there."""
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
        return (x, *self.values(x))

    def _peak(self, gamma: float) -> float:
        """Where exp(gamma L + J) is largest; close to an end, where most of its mass is."""
        x, density, measure = self._grid
        with np.errstate(all="ignore"):
            height = gamma * density + measure
            distance = np.minimum(x - self.support[0], self.support[1] - x)
            mass = height + np.where(np.isfinite(distance), np.log(distance), 0.0)
        mass[~np.isfinite(mass)] = -np.inf
        best = int(mass.argmax())
        if mass[best] == -np.inf:
            raise EntnormError(f"the log-density is not finite anywhere on a grid of its support {self.support}")
        if best in (0, x.size - 1) or height[best] < max(height[best - 1], height[best + 1]):
            return float(x[best])
        found = optimize.minimize_scalar(
            lambda t: -self._height(np.array([t]), gamma)[0], bounds=(x[best - 1], x[best + 1]), method="bounded"
        )
        return float(found.x) if -found.fun > height[best] else float(x[best])

    def _height(self, x: Floats, gamma: float) -> Floats:
        density, measure = self.values(x)
        with np.errstate(over="ignore"):
            return gamma * density + measure

    def _drops(self, gamma: float, peak: float, end: float) -> set[float]:
        """Where the integrand has fallen by `_DROPS` between its peak and an end."""
        room = abs(end - peak)
        steps = _OCTAVES[(_OCTAVES < room) & (_OCTAVES > EPS * abs(peak))] if room > 0 else _OCTAVES[:0]
        if steps.size == 0:
            return set()
        x = peak + math.copysign(1.0, end - peak) * steps
        fall = self._height(np.array([peak]), gamma)[0] - self._height(x, gamma)
        found = {int((fall >= drop).argmax()) for drop in _DROPS if (fall >= drop).any()}
        return {float(x[i]) for i in found}

    def _unresolved(self, gamma: float, end: float, top_density: float, top_measure: float) -> Floats:
        """
        What the three integrals hold so close to an end that floats do not resolve the distance to it.

        The integrand is taken as a power of the distance there, whose exponent two points tell. Nothing is lost at 0.
        """
        if end == 0 or math.isinf(end):
            return np.zeros(3)
        inward = 1.0 if end == self.support[0] else -1.0
        near = 8 * EPS * abs(end)
        density, measure = self.values(end + inward * np.array([near, 16 * near]))
        offset = gamma * (density - top_density)
        with np.errstate(all="ignore"):
            weight = np.exp(offset + measure - top_measure)
            pole = 0.0 if weight[0] == 0 else max(0.0, float(np.log(weight[0] / weight[1]) / np.log(16)))
            lost = near * weight[0] / (1 - pole) if pole < 1 else np.inf
        return lost * (1 + abs(offset[0])) ** np.arange(3.0) if lost else np.zeros(3)

    def _integrals(self, gamma: float) -> tuple[Level, float]:
        peak, cuts = self.cuts(gamma)
        top_density, top_measure = (float(part[0]) for part in self.values(np.array([peak])))
        unit = max((b - a for a, b in zip(cuts, cuts[1:], strict=False)), default=1.0)
        origin, step, length = _pieces(self.support, cuts, unit)

        def integrand(s: Floats, j: Floats, origin: Floats, step: Floats) -> Floats:
            density, measure = self.values(np.asarray(origin + step * s))
            with np.errstate(all="ignore"):
                offset = gamma * (density - top_density)
                weight = np.abs(step) / unit * np.exp(offset + (measure - top_measure))
                return np.where(weight > 0, weight * offset**j, 0.0)

        with np.errstate(all="ignore"):
            found = integrate.tanhsinh(
                integrand, 0.0, length, args=(_MOMENTS, origin, step), atol=0.0, rtol=2 * EPS, minlevel=3
            )
        moments = found.integral.sum(axis=1)
        errors = np.abs(found.error).sum(axis=1) + _ROUNDINGS * EPS * np.abs(found.integral).sum(axis=1)
        for end in self.support:
            errors += self._unresolved(gamma, end, top_density, top_measure) / unit
        mass, first, second = (float(x) for x in moments)
        if not (math.isfinite(mass + first + second) and mass > 0 and np.isfinite(errors).all()):
            raise IntegrationError(
                f"the integral of the power gamma = {gamma:.17g} of the density does not converge: is it inside "
                "gamma_domain? Are `points` needed where the density peaks, or another coordinate with log_measure?"
            )
        mean = first / mass
        log_mass = math.log(mass) + math.log(unit) + top_measure
        error = float(errors[0] * (1 + abs(mean)) + errors[1]) / mass
        error += 4 * EPS * (abs(math.log(mass)) + abs(math.log(unit)) + abs(top_measure) + abs(mean))
        level = Level(log_mass - mean, second / mass - mean**2, error)
        return level, log_mass + gamma * top_density


def _pieces(support: Interval, cuts: Sequence[float], unit: float) -> tuple[Floats, Floats, Floats]:
    """
    The range as pieces origin + step * s, 0 < s < length.

    A piece at a finite end of the support starts there, because the density may be singular: only distances from the
    origin of a piece keep all their digits.
    """
    low, high = support
    rows: list[tuple[float, float, float]] = []
    rows.append((cuts[0], -unit, math.inf) if math.isinf(low) else (low, cuts[0] - low, 1.0))
    rows += [(a, b - a, 1.0) for a, b in zip(cuts, cuts[1:], strict=False)]
    rows.append((cuts[-1], unit, math.inf) if math.isinf(high) else (high, cuts[-1] - high, 1.0))
    origin, step, length = np.array(rows).T
    return origin, step, length
