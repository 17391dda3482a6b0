"""A block of rows as the solver sees it: extent, ties and support, and the two equations for its exponents."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from entnorm.moments import Cumulants, Floats, Integers, Mask, deficit, excess, log_offsets, row_dot

_OFF_CENTRE = 4.0  # standard deviations between centre and mean beyond which the rounding of offsets would show
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
    gap: Floats  # smallest such distance that is not zero; inf if there is none
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
            gap=-below.max(-1),
            scale=np.zeros(rows, dtype=np.int64),
        )

    def take(self, rows: NDArray[np.int64]) -> "Spectrum":
        """Some of the rows."""
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

    def rescale(self, rows: NDArray[np.int64], scale: Integers) -> None:
        """Let the logarithms of some rows count 2**scale times: what leaves float64's range was out of reach anyway."""
        self.scale[rows] = scale
        self.below[rows] = np.ldexp(self.below[rows], scale[:, None])
        self.reach[rows] = np.exp(self.log_reach[rows] + scale * np.log(2.0))

    def mean_below(self) -> Floats:
        """Mean over the support of log p_i - log p_max."""
        return np.asarray(np.where(self.below > -np.inf, self.below, 0.0).sum(-1) / self.support)

    def deviation(self) -> Floats:
        """Standard deviation over the support of log p_i, to a few digits."""
        shares = np.where(self.below > -np.inf, self.below, 0.0) / self.reach[:, None]
        mean = shares.sum(-1) / self.support
        variance = np.maximum(row_dot(shares, shares) / self.support - mean**2, 0.0)
        return np.asarray(self.reach * np.sqrt(variance))


class Equation(Protocol):
    """H(gamma) = H* for some rows, measured from one of the ends."""

    target: Floats

    def measure(self, gamma: Floats) -> tuple[Cumulants, Mask]:
        """H(gamma) - H* with the cumulants, and the rows where they can be relied on."""

    def keep(self, rows: Mask) -> None:
        """Forget the other rows."""


class ExcessEquation:
    """H - log m = target."""

    def __init__(self, spectrum: Spectrum, target: Floats) -> None:
        self.target = target
        self._below, self._ties = spectrum.below, spectrum.ties

    def measure(self, gamma: Floats) -> tuple[Cumulants, Mask]:
        """See `Equation`."""
        found = excess(self._below, self._ties, gamma)
        return found._replace(value=found.value - self.target), np.ones(gamma.shape, dtype=np.bool_)

    def keep(self, rows: Mask) -> None:
        """See `Equation`."""
        self.target, self._below, self._ties = self.target[rows], self._below[rows], self._ties[rows]


class DeficitEquation:
    """log s - H = target; the offsets are centred anew when the mean moves away from the centre."""

    def __init__(self, spectrum: Spectrum, target: Floats) -> None:
        self.target = target
        self._rows = spectrum
        mean = np.ldexp(spectrum.mean_below(), -spectrum.scale)
        self._centre = spectrum.top.copy()
        self._offsets, self._peak = np.empty_like(spectrum.values), np.empty_like(target)
        self._recentre(np.arange(len(target)), np.where(np.isfinite(mean), mean, 0.0))

    def deviation(self) -> Floats:
        """Standard deviation over the support of log p_i, as accurate as the offsets."""
        rows = self._rows
        shares = self._offsets / rows.reach[:, None]
        if rows.inside is not None:
            np.copyto(shares, 0.0, where=~rows.inside)
        shares -= (shares.sum(-1) / rows.support)[:, None]
        if rows.inside is not None:
            shares *= rows.inside
        return np.asarray(rows.reach * np.sqrt(row_dot(shares, shares) / rows.support))

    def measure(self, gamma: Floats) -> tuple[Cumulants, Mask]:
        """See `Equation`."""
        rows = self._rows
        found, mean = deficit(self._offsets, rows.inside, rows.support, self._peak, gamma)
        centred = np.abs(mean) <= _OFF_CENTRE * np.sqrt(found.second)
        off = np.flatnonzero(~centred)
        if off.size:
            self._recentre(off, np.ldexp(mean[off] / gamma[off], -rows.scale[off]))
        return found._replace(value=self.target - found.value), centred

    def keep(self, rows: Mask) -> None:
        """See `Equation`."""
        self._rows = self._rows.take(np.flatnonzero(rows))
        self.target, self._centre, self._peak = self.target[rows], self._centre[rows], self._peak[rows]
        self._offsets = self._offsets[rows]

    def _recentre(self, which: NDArray[np.int64], by: Floats) -> None:
        """Move the centres of some rows by so many nats."""
        rows, centre = self._rows.take(which), self._centre[which]
        centre = centre + by if rows.logits else np.maximum(centre * np.exp(by), _LEAST_CENTRE)
        self._centre[which] = centre
        self._offsets[which] = log_offsets(rows.values, centre, logits=rows.logits, scale=rows.scale)
        self._peak[which] = log_offsets(rows.top[:, None], centre, logits=rows.logits, scale=rows.scale)[:, 0]
