"""Derivatives of the distributions that `solve` returns: their Jacobian, applied to vectors from either side.

Let q be the escort distribution and t_i = gamma log p_i, with means, covariances and variances under q. When the
logits move by dx_i and the target entropy by dH, the distribution moves by

    dq_i = gamma q_i r_i(dx) - q_i (t_i - E t) / Var t  dH,      r_i(f) = f_i - E f - Cov(f, t) / Var t  (t_i - E t)

[gradients.along-logits], [gradients.along-entropy]: r(f) is the residual of f in its least-squares regression on
(1, t), weighted with q. The Jacobian is symmetric [gradients.symmetric], so a function of q with gradient f has the
gradient gamma q r(f) in the logits [gradients.pullback], and minus the slope of that regression in H
[gradients.pullback-entropy]. Both take O(n) operations for a row, and no matrix is formed.
"""

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from entnorm.moments import EMPTY, Floats, Integers, Mask, log_offsets, row_dot
from entnorm.rows import Rows
from entnorm.solution import EntnormError, name_rows
from entnorm.targets import Target, per_row

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
                dlogit = direction if dp is None else direction / values
                dentropy = pushes[part] * self.target.slopes(part, tilted.support)
                flat[part] = tilted.along_logits(dlogit) + tilted.along_entropy(dentropy)
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
                gradient = tilted.along_logits(covector)  # the Jacobian is its own transpose [gradients.symmetric]
                if wrt == "p":
                    np.divide(gradient, values, out=gradient, where=values > 0)
                flat[part] = gradient
                dtarget[part] = tilted.gradient_in_entropy(covector) * self.target.slopes(part, tilted.support)
        return np.moveaxis(out, -1, self.rows.axis), dtarget.reshape(self.rows.batch)[()]

    def _tilted(self, part: slice, values: Floats) -> "_Tilted":
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
    square: Floats  # the mean square of that
    support: Integers
    rate: Floats  # gamma where the Jacobian is not zero; to be multiplied by 2**scale
    scale: Integers
    lever: Floats  # what turns a covariance with the regressor into a slope in t
    torn: Mask  # gamma = inf with several maxima

    @classmethod
    def of(cls, values: Floats, logits: bool, gamma: Floats, scale: Integers, free: Mask) -> Self:
        """Look at some rows again, now that their exponents are known."""
        failed, peaked = np.isnan(gamma), gamma == np.inf
        top = values.argmax(-1)
        ties = values == values[np.arange(top.size), top][:, None]
        inside = values > (-np.inf if logits else 0.0)
        support = np.count_nonzero(inside, axis=-1)
        order = np.where(failed | peaked, 0.0, gamma)
        q, score = _escort(values, np.where(peaked[:, None], ties, inside), top, logits, order, scale)
        np.copyto(score, 0.0, where=free[:, None])
        largest = np.abs(score).max(-1)
        level = largest == 0
        np.divide(score, largest[:, None], out=score, where=~level[:, None])
        square = row_dot(q * score, score)

        still = level | (support == 2)  # two entries are where their entropy puts them [gradients.two-entries]
        rate = np.select([failed, free & (gamma == 1), still], [np.nan, 1.0, 0.0], gamma)
        lever = np.select([peaked | free, failed | level], [0.0, np.nan], 1 / square / largest)
        torn = peaked & (np.count_nonzero(ties, axis=-1) > 1)
        return cls(q, top, score, square, support, rate, scale, lever, torn)

    def along_logits(self, direction: Floats) -> Floats:
        """The Jacobian, gamma q r(direction): applied from the left or from the right."""
        spread = self._centred(direction)
        parting = self.torn & (spread != 0).any(-1)
        slope = row_dot(self.q * spread, self.regressor) / self.square
        np.copyto(slope, 0.0, where=self.square == 0)
        spread -= slope[:, None] * self.regressor
        spread *= self.q * self.rate[:, None]
        np.copyto(spread, np.nan, where=parting[:, None])
        return np.asarray(np.ldexp(spread, self.scale[:, None]))

    def along_entropy(self, rise: Floats) -> Floats:
        """How the distributions move when their entropies rise so fast."""
        pull = np.where(rise == 0, 0.0, rise * self.lever)
        return -self.q * self.regressor * pull[:, None]

    def gradient_in_entropy(self, covector: Floats) -> Floats:
        """The gradient in the entropies of functions that have this gradient in the distributions."""
        return -row_dot(self.q * self._centred(covector), self.regressor) * self.lever

    def _centred(self, vector: Floats) -> Floats:
        """The vector less its mean."""
        vector = np.where(self.q > 0, vector, 0.0)
        base = vector[np.arange(self.top.size), self.top]
        centre = base + row_dot(self.q, vector - base[:, None])
        return _less_its_mean(self.q, vector - centre[:, None])


def _escort(
    values: Floats, alive: Mask, top: NDArray[np.intp], logits: bool, gamma: Floats, scale: Integers
) -> tuple[Floats, Floats]:
    """The distribution q, and t - E t from logarithms taken relative to a centre near E t."""
    most = values[np.arange(top.size), top]
    t = log_offsets(values, most, logits=logits, scale=scale)
    t *= gamma[:, None]
    np.copyto(t, EMPTY, where=~alive)
    np.maximum(t, EMPTY, out=t)
    q = np.exp(t)
    q /= q.sum(-1)[:, None]
    away = row_dot(q, t) / gamma
    centre = most + np.ldexp(away, -scale) if logits else np.maximum(most * np.exp(away), _LEAST_CENTRE)
    centre = np.where(np.isfinite(centre), centre, most)
    score = log_offsets(values, centre, logits=logits, scale=scale)
    score *= gamma[:, None]
    return q, _less_its_mean(q, score)


def _less_its_mean(q: Floats, vector: Floats) -> Floats:
    """A vector that was taken relative to a centre near its mean; 0 where q is. Overwrites it.

    The centre was found from the heaviest entry on, so that it is off the mean by little, compared with what is left of
    that entry: nothing is lost where nearly all of the weight is on one.
    """
    np.copyto(vector, 0.0, where=q == 0)
    vector -= row_dot(q, vector)[:, None]
    np.copyto(vector, 0.0, where=q == 0)
    return vector
