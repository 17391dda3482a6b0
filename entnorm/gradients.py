"""Derivatives of the distributions that `solve` returns: their Jacobian, applied to vectors from either side.

Let q be the escort distribution and t_i = gamma log p_i, with means, covariances and variances under q. When the
logits move by dx_i and the target entropy by dH, the distribution moves by

    dq_i = gamma q_i r_i(dx) - q_i (t_i - E t) / Var t  dH,      r_i(f) = f_i - E f - Cov(f, t) / Var t  (t_i - E t)

[gradients.along-logits], [gradients.along-entropy]: r(f) is the residual of f in its least-squares regression on
(1, t), weighted with q. The Jacobian is symmetric [gradients.symmetric], so a function of q with gradient f has the
gradient gamma q r(f) in the logits [gradients.pullback], and minus the slope of that regression in H
[gradients.pullback-entropy]. Both take O(n) operations for a row, and no matrix is formed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from entnorm.moments import EMPTY, Floats, Integers, Mask, log_offsets, row_dot
from entnorm.rows import Rows
from entnorm.solution import EntnormError, name_rows
from entnorm.targets import Target, per_row

_FAR = 4.0  # standard deviations of log q between maximum and mean beyond which the latter is the better centre
_LEAST_CENTRE = 1e-300  # so that p / centre cannot overflow


@dataclass(frozen=True)
class Jacobian:
    """The derivative of the distributions with respect to rows and targets; `Solution.jvp` and `vjp` say what it is."""

    rows: Rows
    target: Target
    gamma: Floats  # flat, one per row, to be multiplied by 2**scale
    scale: Integers
    free: Mask | None = None  # rows that follow no target, with gamma = 1 or at an end

    def jvp(self, dlogits: ArrayLike | None, dtarget: ArrayLike | None, dp: ArrayLike | None) -> NDArray[Any]:
        """How the distributions move with the rows and the targets."""
        directions = self._directions(dlogits, dp)
        pushes = per_row("dtarget", 0.0 if dtarget is None else dtarget, self.rows.batch)
        out = np.empty(self.rows.batch + self.rows.array.shape[-1:], self.rows.dtype)
        flat = out.reshape(self.rows.count, out.shape[-1])
        with np.errstate(all="ignore"):
            for (part, values), (_, direction) in zip(self.rows.blocks(), directions.blocks(), strict=True):
                tilted = self._tilted(part, values)
                _, residual = tilted.regress(direction if dp is None else direction / values)
                pull = pushes[part] * self.target.slopes(part, tilted.support)
                flat[part] = tilted.along_logits(residual) + tilted.along_entropy(pull)
        return np.moveaxis(out, -1, self.rows.axis)

    def vjp(self, cotangent: ArrayLike, wrt: str) -> tuple[NDArray[Any], Any]:
        """The gradients, in the rows and in the targets, of a function of the distributions with this gradient."""
        if wrt not in ("logits", "p"):
            raise EntnormError(f"wrt must be 'logits' or 'p', not {wrt!r}")
        if wrt == "p":
            self._refuse_logits("wrt='p'")
        out = np.empty(self.rows.batch + self.rows.array.shape[-1:], self.rows.dtype)
        flat, dtarget = out.reshape(self.rows.count, out.shape[-1]), np.empty(self.rows.count)
        covectors = self.rows.alongside("cotangent", cotangent)
        with np.errstate(all="ignore"):
            for (part, values), (_, covector) in zip(self.rows.blocks(), covectors.blocks(), strict=True):
                tilted = self._tilted(part, values)
                slope, residual = tilted.regress(covector)
                gradient = tilted.along_logits(residual)  # the Jacobian is its own transpose [gradients.symmetric]
                if wrt == "p":
                    np.divide(gradient, values, out=gradient, where=values > 0)
                flat[part] = gradient
                dtarget[part] = -slope * self.target.slopes(part, tilted.support)
        return np.moveaxis(out, -1, self.rows.axis), dtarget.reshape(self.rows.batch)[()]

    def _tilted(self, part: slice, values: Floats) -> _Tilted:
        free = np.zeros(len(values), dtype=np.bool_) if self.free is None else self.free[part]
        return _Tilted.of(values, self.rows.logits, self.gamma[part], self.scale[part], free)

    def _directions(self, dlogits: ArrayLike | None, dp: ArrayLike | None) -> Rows:
        if dp is None:
            return self.rows.alongside("dlogits", 0.0 if dlogits is None else dlogits)
        if dlogits is not None:
            raise EntnormError("pass dlogits= or dp=, one of the two")
        self._refuse_logits("dp=")
        directions = self.rows.alongside("dp", dp)
        leaving = np.empty(self.rows.count, dtype=np.bool_)
        for (part, values), (_, direction) in zip(self.rows.blocks(), directions.blocks(), strict=True):
            leaving[part] = ((values == 0) & (direction != 0)).any(-1)
        if leaving.any():
            names = name_rows(np.flatnonzero(leaving).tolist(), self.rows.batch)
            raise EntnormError(f"dp is not zero where p is, in {names}: there is no derivative out of the support")
        return directions

    def _refuse_logits(self, argument: str) -> None:
        if self.rows.logits:
            raise EntnormError(f"{argument} needs rows that were passed as p, and these were passed as logits")


@dataclass(frozen=True)
class _Tilted:
    """A block of escort distributions, and their logarithms as a regressor; of shape ``(rows, n)`` or ``(rows,)``."""

    q: Floats
    top: NDArray[np.intp]  # where a maximum is
    regressor: Floats  # t_i - E t divided by the largest in the row, so that no square underflows
    square: Floats  # the mean square of that; 1 where it is 0
    lever: Floats  # what turns a slope over the regressor into one over t
    support: Integers
    rate: Floats  # gamma where the Jacobian is not zero; to be multiplied by 2**scale
    scale: Integers
    torn: Mask  # gamma = inf with several maxima

    @classmethod
    def of(cls, values: Floats, logits: bool, gamma: Floats, scale: Integers, free: Mask) -> Self:
        """Look at some rows again, now that their exponents are known."""
        failed, peaked = np.isnan(gamma), gamma == np.inf
        top = values.argmax(-1)
        alive = values > (-np.inf if logits else 0.0)
        support = np.count_nonzero(alive, axis=-1)
        torn = peaked
        if peaked.any():
            ties = values == values[np.arange(top.size), top][:, None]
            np.copyto(alive, ties, where=peaked[:, None])
            torn = peaked & (np.count_nonzero(ties, axis=-1) > 1)
        q, regressor = _escort(values, alive, top, logits, np.where(failed | peaked, 0.0, gamma), scale)
        np.copyto(regressor, 0.0, where=free[:, None])
        largest = np.maximum(regressor.max(-1), -regressor.min(-1))
        level = largest == 0
        regressor /= np.where(level, 1.0, largest)[:, None]
        square = np.where(level, 1.0, row_dot(q * regressor, regressor))

        still = level | (support == 2)  # two entries are where their entropy puts them [gradients.two-entries]
        rate = np.select([failed, free & (gamma == 1), still], [np.nan, 1.0, 0.0], gamma)
        lever = np.select([peaked | free, failed | level], [0.0, np.nan], 1 / largest)
        return cls(q, top, regressor, square, lever, support, rate, scale, torn)

    def regress(self, vector: Floats) -> tuple[Floats, Floats]:
        """The slope of a vector over t, and its residual."""
        vector = np.where(self.q > 0, vector, 0.0)
        base = vector[np.arange(self.top.size), self.top]
        centre = base + row_dot(self.q, vector - base[:, None])
        vector -= centre[:, None]
        residual = _less_its_mean(self.q, vector)
        slope = row_dot(self.q * residual, self.regressor) / self.square
        residual -= slope[:, None] * self.regressor
        return slope * self.lever, residual

    def along_logits(self, residual: Floats) -> Floats:
        """The Jacobian, applied from either side to a vector with this residual. Overwrites it."""
        parting = self.torn & residual.any(-1)
        residual *= self.q
        residual *= self.rate[:, None]
        residual[parting] = np.nan
        return np.asarray(np.ldexp(residual, self.scale[:, None])) if self.scale.any() else residual

    def along_entropy(self, rise: Floats) -> Floats:
        """How the distributions move when their entropies rise so fast."""
        pull = np.where(rise == 0, 0.0, -rise * self.lever)
        return self.q * self.regressor / self.square[:, None] * pull[:, None]


def _escort(
    values: Floats, alive: Mask, top: NDArray[np.intp], logits: bool, gamma: Floats, scale: Integers
) -> tuple[Floats, Floats]:
    """The distribution q, and t - E t from logarithms taken relative to a centre near E t."""
    most = values[np.arange(top.size), top]
    t = log_offsets(values, most, logits=logits, scale=scale)
    t *= gamma[:, None]
    if not alive.all():
        np.copyto(t, EMPTY, where=~alive)
    np.maximum(t, EMPTY, out=t)
    q = np.exp(t)
    q /= q.sum(-1)[:, None]
    mean = row_dot(q, t)
    t -= mean[:, None]
    t = _less_its_mean(q, t)

    # The rounding of t, relative to the maximum, shows where that is many standard deviations from the mean.
    far = np.flatnonzero(mean**2 > _FAR**2 * row_dot(q * t, t))
    if far.size:
        away, scale, gamma = mean[far] / gamma[far], scale[far], gamma[far]
        centre = most[far] + np.ldexp(away, -scale) if logits else np.maximum(most[far] * np.exp(away), _LEAST_CENTRE)
        centre = np.where(np.isfinite(centre), centre, most[far])
        t[far] = _less_its_mean(q[far], log_offsets(values[far], centre, logits=logits, scale=scale) * gamma[:, None])
    return q, t


def _less_its_mean(q: Floats, vector: Floats) -> Floats:
    """A vector that was taken relative to a centre near its mean; 0 where q is. Overwrites it.

    The centre was found from the heaviest entry on, so that it is off the mean by little, compared with what is left of
    that entry: nothing is lost where nearly all of the weight is on one.
    """
    dead = q == 0
    some = bool(dead.any())
    if some:
        np.copyto(vector, 0.0, where=dead)
    vector -= row_dot(q, vector)[:, None]
    if some:
        np.copyto(vector, 0.0, where=dead)
    return vector
