"""The entropy of the escort densities of a log-density that is only known as a function, by numerical integration.

Three integrals are taken at once, of exp(g L), its product with L and that with L^2. What the quadrature needs is to
know where the mass is: `entnorm.continuous.landmarks` finds the places at which the range is cut.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, NamedTuple, Self, TypeAlias

import numpy as np

from entnorm.continuous import beyond, landmarks, quadrature
from entnorm.continuous.exponents import Exponent, Interval, Level
from entnorm.continuous.landmarks import Floats
from entnorm.continuous.quadrature import DivergenceError, IntegrationError, MissedPeakError, Patience
from entnorm.continuous.special import EPS
from entnorm.solution import EntnormError

Function: TypeAlias = Callable[[Floats], Any]

_ROUNDINGS = 4.0  # that a value of the log-density has suffered
_VISIBLE = 40.0  # nats below the highest peak, down to which others are
_AT_A_TIME = 1 << 12  # points, between two looks at the clock
_MOST_HINTS = 8  # peaks that integrals may have to find: more are noise, or a pole
_UNNORMALISED = 1e-6  # nats by which the mass of a distribution may be off


class Top(NamedTuple):
    """Where the integrand has its highest peak; L and the logarithm of the integrand there."""

    x: float
    log_density: float
    exponent: float


class Seen(NamedTuple):
    """Where an integral has looked at the log-density, and what it found."""

    x: list[Floats]
    density: list[Floats]


class Integrals(NamedTuple):
    """What is computed at one exponent."""

    level: Level
    log_mass: float
    mass_error: float
    """Relative, as estimated."""


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
        Where the range is cut besides: at kinks and poles, and at peaks that a search might miss.
    normalised : bool
        Whether the mass is known to be 1.
    quantiles : array
        Of a distribution; empty where only a function is known.
    hints : tuple of float
        Where integrals have met peaks that the grid had missed.
    patience : Patience
        How long the log-density may take.
    """

    log_density: Function
    support: Interval
    log_jacobian: Function | None = None
    points: tuple[float, ...] = ()
    normalised: bool = False
    quantiles: Floats = field(default_factory=lambda: np.empty(0))
    hints: tuple[float, ...] = ()
    patience: Patience = field(default_factory=lambda: Patience(math.inf))

    def level(self, at: Exponent) -> Level:
        """Entropy, varentropy and the estimated error of the former, in nats  [densities.entropy-form]."""
        return self.integrals(at.gamma).level

    def integrals(self, gamma: float) -> Integrals:
        """
        Mass and entropy of the power gamma.

        Raises
        ------
        IntegrationError
            If the integrals do not converge, or miss a part of the mass of a distribution.
        MissedPeakError
            If they meet a peak of which the grid shows nothing.
        """
        return self._integrals(gamma, self._missed)

    def settled(self, gamma: float) -> tuple[Self, Integrals]:
        """The same, after whatever the integrals have met is known; with the integrand that knows it."""
        try:
            return self, self.integrals(gamma)
        except MissedPeakError as missed:
            return replace(self, hints=(*self.hints, missed.at)).settled(gamma)

    @property
    def is_flat(self) -> bool:
        """Whether the density is the same all over the grid, in the coordinate of the entropy."""
        density, jacobian = self.grid[1]
        with np.errstate(invalid="ignore"):
            log_density = density - jacobian
        return bool(np.isfinite(log_density).all() and np.ptp(log_density) == 0)

    def cuts(self, gamma: float) -> tuple[list[float], list[float]]:
        """The peaks, the highest first, and where the range is cut for the integrals, in their order."""
        (low, high), peaks = self.support, self._peaks(gamma)
        inside = {*peaks, *self._singular, *landmarks.drops(lambda t: self.exponents(t, gamma), peaks, self.support)}
        return peaks, sorted(x for x in inside if low < x < high)

    def exponents(self, x: Floats, gamma: float) -> Floats:
        """The logarithm of the integrand at some points."""
        return _tilted(*self.values(x), gamma)

    def values(self, x: Floats) -> tuple[Floats, Floats]:
        """The logarithms of density and Jacobian at some points; minus infinity where the density is not defined."""
        with np.errstate(all="ignore"):
            try:
                density = np.asarray(self.log_density(x.ravel()), np.float64)
            except ArithmeticError as error:
                raise IntegrationError(f"the log-density fails between {x.min():g} and {x.max():g}: {error}") from error
            except (TypeError, ValueError) as error:
                raise EntnormError(
                    f"the log-density has to be vectorised: it fails for {x.size} points: {error}"
                ) from error
            jacobian = np.zeros(x.size)
            if self.log_jacobian is not None:
                jacobian = np.asarray(self.log_jacobian(x.ravel()), np.float64)
        for name, found in (("log-density", density), ("log_jacobian", jacobian)):
            if found.shape != (x.size,):
                raise EntnormError(f"the {name} has to be vectorised: it made shape {found.shape} of shape {(x.size,)}")
        return np.where(np.isnan(density), -np.inf, density).reshape(x.shape), jacobian.reshape(x.shape)

    def _timed(self, x: Floats) -> tuple[Floats, Floats]:
        """The same for many points, as long as there is patience."""
        found = []
        for part in np.split(x.ravel(), range(_AT_A_TIME, x.size, _AT_A_TIME)):
            start = time.perf_counter()
            found.append(self.values(part))
            self.patience.charge(time.perf_counter() - start, part.size)
        density, jacobian = (np.concatenate(values).reshape(x.shape) for values in zip(*found, strict=True))
        return density, jacobian

    def center(self, gamma: float) -> float:
        """Where the integrand is largest."""
        return self._peaks(gamma)[0]

    @cached_property
    def grid(self) -> tuple[Floats, tuple[Floats, Floats]]:
        """Points on all scales of the support, and the values there."""
        known = np.concatenate([self.points, self.hints, self.quantiles])
        x = landmarks.grid(self.support, known, bool(self.quantiles.size))
        density, jacobian = self._timed(x)
        for more in () if self.quantiles.size else landmarks.windows(x, density):
            x, order = np.unique(np.append(x, more), return_index=True)
            added = self._timed(more)
            density, jacobian = np.append(density, added[0])[order], np.append(jacobian, added[1])[order]
        return x, (density, jacobian)

    @cached_property
    def _singular(self) -> tuple[float, ...]:
        """The ends of the support, points that were passed, and poles."""
        x, (density, _) = self.grid
        return tuple(sorted({*self.support, *self.points, *x[density == np.inf].tolist()}))

    @cached_property
    def _missed(self) -> float:
        """How far the mass that has to be 1 is from it, in nats."""
        if not self.normalised:
            return 0.0
        _, log_mass, error = self._integrals(1.0, 0.0)
        if abs(log_mass) > error + _UNNORMALISED:
            raise IntegrationError(
                f"the integrals find the mass {math.exp(log_mass):.9g}, where 1 is said to be: pass points where the "
                "density peaks or has kinks"
            )
        return abs(log_mass)

    @cached_property
    def _still(self) -> Floats:
        """The peaks of the log-density, which are those of its powers where there is no Jacobian."""
        x, (density, _) = self.grid
        return landmarks.peaks(lambda t: self.values(t)[0], x, density)

    def _peaks(self, gamma: float) -> list[float]:
        """The peaks, the highest first; close to an end of the range, where most of its mass is."""
        x, values = self.grid
        height = _tilted(*values, gamma)
        room = np.abs(x[:, None] - np.array(self._singular)).min(axis=1)
        with np.errstate(all="ignore"):
            mass = height + np.log(np.where(np.isfinite(room), room, 1.0))
        mass[~np.isfinite(mass)] = -np.inf
        if mass.max() == -np.inf:
            raise EntnormError(f"the log-density is not finite anywhere on a grid of its support {self.support}")
        found = self._still
        if self.log_jacobian is not None:
            found = landmarks.peaks(lambda t: self.exponents(t, gamma), x, height)
        inside = np.unique(np.append(found, x[mass.argmax()]))
        tops = self.exponents(inside, gamma)
        order = np.argsort(-tops)
        return [float(x) for x in inside[order][tops[order] >= tops.max() - beyond.NEGLIGIBLE]]

    def _integrals(self, gamma: float, missed: float) -> Integrals:
        (low, high), (peaks, cuts) = self.support, self.cuts(gamma)
        place = cuts.index(peaks[0])
        unit = max((abs(x - peaks[0]) for x in cuts[max(place - 1, 0) : place + 2] if x != peaks[0]), default=1.0)
        density, jacobian = self.values(np.array(peaks[:1]))
        top = Top(peaks[0], float(density[0] - jacobian[0]), float(_tilted(density, jacobian, gamma)[0]))
        at = quadrature.pieces(self.support, cuts, self._singular, unit)
        rounding = _ROUNDINGS * EPS * (1 + gamma * abs(top.log_density))
        span = (cuts[-1] if math.isinf(high) else high) - (cuts[0] if math.isinf(low) else low)
        lost = np.sum([self._lost(gamma, side, top, unit, span or unit) for side in self._sides()], axis=0)
        found, errors = np.full(3, np.inf), lost
        if np.isfinite(lost[:2]).all():
            tolerance, seen = _ROUNDINGS * (EPS + rounding), Seen([], [])
            found, errors = quadrature.moments(self._moments(gamma, top, unit, seen), at, tolerance, lost)
            self._look_for_missed(gamma, top, seen)
            errors = errors + lost
        mass, first, second = (float(x) for x in found)
        if not math.isfinite(mass + first + errors[0] + errors[1]):
            raise DivergenceError(
                f"the integral of the power gamma = {gamma:.17g} of the density does not converge in float64: is gamma "
                "inside gamma_domain? Are points needed where the density peaks, or another coordinate with "
                "log_jacobian?"
            )
        if not mass > 0:
            raise IntegrationError(f"the power gamma = {gamma:.17g} of the density has the integral {mass:.17g}")
        with np.errstate(all="ignore"):  # points are rounded, too
            heights = np.exp(self.exponents(np.array(peaks), gamma) - top.exponent)
            rounding += EPS * float(np.abs(peaks) @ heights) / (mass * unit)
        mean = first / mass
        shift = top.exponent - gamma * top.log_density
        log_mass = math.log(mass) + math.log(unit) + shift
        mass_error = float(errors[0]) / mass + missed
        error = mass_error * (1 + abs(mean)) + float(errors[1]) / mass + rounding
        error += 4 * EPS * (abs(math.log(mass)) + abs(math.log(unit)) + abs(shift) + abs(mean))
        varentropy = second / mass - mean**2
        level = Level(log_mass - mean, varentropy if math.isfinite(varentropy) else math.inf, error)
        return Integrals(level, log_mass + gamma * top.log_density, mass_error + rounding)

    def _look_for_missed(self, gamma: float, top: Top, seen: Seen) -> None:
        """Raise MissedPeakError if integrals have met what is far above its neighbours on the grid, and matters."""
        if len(self.hints) >= _MOST_HINTS:
            return
        (grid, (heights, _)), peaks = self.grid, np.asarray(self._still)
        known = np.append(grid, peaks), np.append(heights, self.values(peaks)[0])
        x, density = landmarks.unexpected(*known, np.concatenate(seen.x), np.concatenate(seen.density))
        matters = self.exponents(x, gamma) > top.exponent - _VISIBLE
        if matters.any():
            raise MissedPeakError(float(x[matters][density[matters].argmax()]))

    def _moments(self, gamma: float, top: Top, unit: float, seen: Seen) -> quadrature.Moments:
        """The integrand times powers of gamma L, counted from the peak, in units of its height and of `unit`."""

        def moment(s: Floats, order: Floats, origin: Floats, step: Floats) -> Floats:
            x = np.asarray(origin + step * s)
            density, jacobian = self._timed(x)
            first = np.broadcast_to(order == 0, x.shape)
            seen.x.append(x[first])
            seen.density.append(density[first])
            with np.errstate(all="ignore"):
                weight = np.abs(step) / unit * np.exp(_tilted(density, jacobian, gamma) - top.exponent)
                return np.where(weight > 0, weight * (gamma * (density - jacobian - top.log_density)) ** order, 0.0)

        return moment

    @cached_property
    def _underflows(self) -> Interval:
        x, (density, _) = self.grid
        return beyond.underflows(x, density, self.support)

    def _sides(self) -> list[tuple[float, float]]:
        """Where mass may be out of reach, with the direction from there into the range."""
        low, high = self.support
        inner = [(x, sign) for x in self._singular if low < x < high for sign in (-1.0, 1.0)]
        return [(low, 1.0), *inner, (high, -1.0)]

    def _lost(self, gamma: float, side: tuple[float, float], top: Top, unit: float, span: float) -> Floats:
        """What the integrals may hold beyond the reach of floats on one side."""
        end, inward = side
        room = inward * (top.x - self._underflows[inward < 0])
        if not room > 0 and math.isinf(end):  # most is where the density has underflowed
            return np.full(3, np.inf)
        distance = beyond.distances(end, unit, room)
        density, jacobian = self.values(top.x - inward * distance if math.isinf(end) else end + inward * distance)
        with np.errstate(all="ignore"):
            weight = _tilted(density, jacobian, gamma) + np.log(distance)
            offset = gamma * np.abs(density - jacobian - top.log_density)
        return beyond.held(weight, offset, float(distance[0]), span, top.exponent + math.log(unit))


def _tilted(density: Floats, jacobian: Floats, gamma: float) -> Floats:
    """Gamma l + (1 - gamma) J; minus infinity where both are infinite."""
    with np.errstate(all="ignore"):
        exponent = gamma * density + (1 - gamma) * jacobian
    return np.where(np.isnan(exponent), -np.inf, exponent)
