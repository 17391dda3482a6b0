"""A block of rows as the solver sees it: extent, ties and support, and the two equations for its exponents."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from entnorm.moments import Cumulants, Floats, Integers, Mask, deficit, excess, log_offsets, row_dot
from entnorm.targets import Goal

Indices = NDArray[np.intp]

_OFF_CENTRE = 4.0  # standard deviations of log q off the centre beyond which the rounding of offsets would show
_CENTRINGS = 8  # each leaves the rounding of the last distance; two are the rule
_LEAST_CENTRE = 1e-300  # so that p / centre cannot overflow


@dataclass
class Spectrum:
    """Rows ``(rows, n)`` and what does not depend on the exponent; the other arrays have shape ``(rows,)``."""

    values: Floats  # logits, or probabilities
    logits: bool
    below: Floats  # log p_i - log p_max; -inf at the maxima and outside the support
    inside: Mask | None  # the support; None if it is everything
    support: Integers
    ties: Integers
    top: Floats  # the largest value
    reach: Floats  # largest distance of a logarithm from the maximum; inf if float64 cannot hold it
    log_reach: Floats
    gap: Floats  # smallest such distance that is not zero, or the largest float64 if that is smaller
    scale: Integers  # logarithms count 2**scale times

    @classmethod
    def survey(cls, values: Floats, *, logits: bool) -> "Spectrum":
        """Look at every entry once."""
        rows, n = values.shape
        inside = values > (-np.inf if logits else 0.0)
        support = np.count_nonzero(inside, axis=-1)
        full = bool((support == n).all())
        top = values.max(-1)
        bottom = values.min(-1) if full else np.where(inside, values, top[:, None]).min(-1)
        reach = -log_offsets(bottom[:, None], top, logits=logits)[:, 0]
        halved = np.log(top / 2 - bottom / 2) + np.log(2.0)
        below = log_offsets(values, top, logits=logits)
        maximal = below == 0
        ties = np.count_nonzero(maximal, axis=-1)
        np.copyto(below, -np.inf, where=maximal)
        return cls(
            values=values,
            logits=logits,
            below=below,
            inside=None if full else inside,
            support=support,
            ties=ties,
            top=top,
            reach=reach,
            log_reach=np.where(np.isinf(reach), halved, np.log(reach)),
            gap=np.minimum(-below.max(-1), np.finfo(np.float64).max),
            scale=np.zeros(rows, dtype=np.int64),
        )

    def take(self, rows: Indices) -> "Spectrum":
        """Some of the rows, in their order."""
        if rows.size == self.top.size:
            return self
        return Spectrum(
            values=self.values[rows],
            logits=self.logits,
            below=self.below[rows],
            inside=None if self.inside is None else self.inside[rows],
            support=self.support[rows],
            ties=self.ties[rows],
            top=self.top[rows],
            reach=self.reach[rows],
            log_reach=self.log_reach[rows],
            gap=self.gap[rows],
            scale=self.scale[rows],
        )

    def rescale(self, rows: Indices, scale: Integers) -> None:
        """Let the logarithms of some rows count 2**scale times: what leaves float64's range was out of reach anyway."""
        self.scale[rows] = scale
        values, top = self.values[rows], self.top[rows]
        below = log_offsets(values, top, logits=self.logits, scale=scale)
        np.copyto(below, -np.inf, where=values == top[:, None])
        self.below[rows] = below
        self.reach[rows] = np.exp(self.log_reach[rows] + scale * np.log(2.0))

    def moments(self) -> tuple[Floats, Floats]:
        """Mean of log p_i - log p_max over the support and standard deviation, to a few digits: enough for a start."""
        shares = self.below / self.reach[:, None]
        np.copyto(shares, 0.0, where=self.below == -np.inf)
        mean = shares.sum(-1) / self.support
        variance = np.maximum(row_dot(shares, shares) / self.support - mean**2, 0.0)
        return self.reach * mean, self.reach * np.sqrt(variance)


class Equation(Protocol):
    """H(gamma) = H* for some rows, measured from one of the ends."""

    goal: Goal
    deviation: Floats  # standard deviation of log p over the support, for all the rows that there were in the beginning

    def measure(self, gamma: Floats) -> Cumulants:
        """H(gamma) - H*, with the cumulants."""

    def keep(self, rows: Mask) -> None:
        """Forget the other rows."""


class ExcessEquation:
    """H - log m = goal.excess."""

    def __init__(self, spectrum: Spectrum, goal: Goal) -> None:
        self.goal = goal
        self._below, self._ties = spectrum.below, spectrum.ties
        self.deviation = spectrum.moments()[1]

    def measure(self, gamma: Floats) -> Cumulants:
        """H(gamma) - H*, with the cumulants."""
        found = excess(self._below, self._ties, gamma)
        return found._replace(value=found.value - self.goal.excess)

    def keep(self, rows: Mask) -> None:
        """Forget the other rows."""
        left = np.flatnonzero(rows)
        self.goal, self._below, self._ties = self.goal.take(left), self._below[left], self._ties[left]


class DeficitEquation:
    """log s - H = goal.deficit; a row is centred anew when it drifts from its centre."""

    def __init__(self, spectrum: Spectrum, goal: Goal) -> None:
        self.goal = goal
        self._rows = spectrum
        mean, self.deviation = spectrum.moments()
        mean = np.ldexp(mean, -spectrum.scale)
        self._centre = spectrum.top.copy()
        self._offsets, self._peak = np.empty_like(spectrum.values), np.empty_like(spectrum.top)
        self._recentre(np.arange(spectrum.top.size), np.where(np.isfinite(mean), mean, 0.0))

    def measure(self, gamma: Floats) -> Cumulants:
        """H(gamma) - H*, with the cumulants."""
        found, drift = self._deficit(np.arange(gamma.size), gamma)
        for _ in range(_CENTRINGS):
            off = np.flatnonzero(np.abs(drift) > np.minimum(_OFF_CENTRE * np.sqrt(found.second), 1.0))
            if not off.size:
                break
            self._recentre(off, np.ldexp(drift[off] / gamma[off], -self._rows.scale[off]))
            again, drift[off] = self._deficit(off, gamma[off])
            for kept, new in zip(found, again, strict=True):
                kept[off] = new
        return found._replace(value=self.goal.deficit - found.value)

    def keep(self, rows: Mask) -> None:
        """Forget the other rows."""
        left = np.flatnonzero(rows)
        self._rows, self.goal = self._rows.take(left), self.goal.take(left)
        self._offsets, self._centre, self._peak = self._offsets[left], self._centre[left], self._peak[left]

    def _deficit(self, which: Indices, gamma: Floats) -> tuple[Cumulants, Floats]:
        rows, whole = self._rows, which.size == self._peak.size
        inside = rows.inside if whole or rows.inside is None else rows.inside[which]
        offsets = self._offsets if whole else self._offsets[which]
        return deficit(offsets, inside, rows.support[which], self._peak[which], gamma)

    def _recentre(self, which: Indices, by: Floats) -> None:
        """Move the centres of some rows by so many nats."""
        rows, centre = self._rows.take(which), self._centre[which]
        centre = centre + by if rows.logits else np.maximum(centre * np.exp(by), _LEAST_CENTRE)
        self._centre[which] = centre
        self._offsets[which] = log_offsets(rows.values, centre, logits=rows.logits, scale=rows.scale)
        self._peak[which] = log_offsets(rows.top[:, None], centre, logits=rows.logits, scale=rows.scale)[:, 0]
