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

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from entnorm.moments import EMPTY, LEAST_CENTRE, Floats, Indices, Integers, Mask, log_offsets
from entnorm.pieces import Pieces, Read
from entnorm.reductions import WHOLE, columns
from entnorm.rows import Rows
from entnorm.solution import EntnormError, Tally, name_rows
from entnorm.targets import Target, per_row
from entnorm.tilting import as_floats

_FAR = 4.0  # standard deviations of log q between maximum and mean beyond which the latter is the better centre


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
        flat, shaped = self.rows.room()
        with np.errstate(all="ignore"):
            for part, values, direction in self._blocks(directions):
                tilted = self._tilted(part, values)
                read = _reader(direction) if dp is None else _quotient(_reader(direction), _reader(values))
                _, residual = tilted.regress(read)
                pull = pushes[part] * self.target.slopes(part, tilted.support)
                moved, pulled = tilted.along_logits(residual), tilted.along_entropy(pull)
                for some in tilted.q.parts:
                    flat[part, some] = moved(some) + pulled(some)
        return shaped

    def vjp(self, cotangent: ArrayLike, wrt: str) -> tuple[NDArray[Any], Any]:
        """The gradients, in the rows and in the targets, of a function of the distributions with this gradient."""
        if wrt not in ("logits", "p"):
            raise EntnormError(f"wrt must be 'logits' or 'p', not {wrt!r}")
        if wrt == "p":
            self._refuse_logits("wrt='p'")
        (flat, shaped), dtarget = self.rows.room(), np.empty(self.rows.count)
        covectors = self.rows.alongside("cotangent", cotangent)
        with np.errstate(all="ignore"):
            for part, values, covector in self._blocks(covectors):
                tilted = self._tilted(part, values)
                slope, residual = tilted.regress(_reader(covector))
                gradient = tilted.along_logits(residual)  # the Jacobian is its own transpose [gradients.symmetric]
                for some in tilted.q.parts:
                    piece = gradient(some)
                    if wrt == "p":
                        p = as_floats(values[:, some])
                        np.divide(piece, p, out=piece, where=p > 0)
                    flat[part, some] = piece
                dtarget[part] = -slope * self.target.slopes(part, tilted.support)
        return shaped, dtarget.reshape(self.rows.batch)[()]

    def _blocks(self, vectors: Rows) -> Iterator[tuple[slice, NDArray[Any], NDArray[Any]]]:
        """Blocks of rows, each with the vectors beside it; up to thirteen arrays of that size are held at a time."""
        both = self.rows.blocks(entries=WHOLE), vectors.blocks(entries=WHOLE)
        for (part, values), (_, beside) in zip(*both, strict=True):
            yield part, values, beside

    def _tilted(self, part: slice, values: NDArray[Any]) -> _Tilted:
        free = np.zeros(len(values), dtype=np.bool_) if self.free is None else self.free[part]
        return _Tilted.of(values, self.rows.logits, self.gamma[part], self.scale[part], free)

    def _directions(self, dlogits: ArrayLike | None, dp: ArrayLike | None) -> Rows:
        if dp is None:
            return self.rows.alongside("dlogits", 0.0 if dlogits is None else dlogits)
        if dlogits is not None:
            raise EntnormError("pass dlogits= or dp=, one of the two")
        self._refuse_logits("dp=")
        directions, leaving = self.rows.alongside("dp", dp), Tally()
        for part, values, direction in self._blocks(directions):
            pieces = ((values[:, some] == 0) & (direction[:, some] != 0) for some in columns(values.shape[1]))
            leaving.add(part.start, np.any([piece.any(-1) for piece in pieces], axis=0))
        if leaving.count:
            names = name_rows(leaving.first, self.rows.batch, leaving.count)
            raise EntnormError(f"dp is not zero where p is, in {names}: there is no derivative out of the support")
        return directions

    def _refuse_logits(self, argument: str) -> None:
        if self.rows.logits:
            raise EntnormError(f"{argument} needs rows that were passed as p, and these were passed as logits")


@dataclass(frozen=True)
class _Tilted:
    """A block of escort distributions, and their logarithms as a regressor; of shape ``(rows, n)`` or ``(rows,)``."""

    q: Pieces
    top: Indices  # where a maximum is
    regressor: Pieces  # t_i - E t divided by the largest in the row, so that no square underflows
    square: Floats  # the mean square of that; 1 where it is 0
    lever: Floats  # what turns a slope over the regressor into one over t
    support: Integers
    rate: Floats  # gamma where the Jacobian is not zero; to be multiplied by 2**scale
    scale: Integers
    torn: Mask  # gamma = inf with several maxima

    @classmethod
    def of(cls, values: NDArray[Any], logits: bool, gamma: Floats, scale: Integers, free: Mask) -> Self:
        """Look at some rows again, now that their exponents are known."""
        numbers = Pieces.of(values)
        failed, peaked = np.isnan(gamma), gamma == np.inf
        top = numbers.argmax()
        most = numbers.at(top)

        def alive(part: slice) -> Mask:
            inside = numbers(part) > (-np.inf if logits else 0.0)
            if peaked.any():
                np.copyto(inside, numbers(part) == most[:, None], where=peaked[:, None])
            return inside

        support = numbers.count(lambda x: x > (-np.inf if logits else 0.0))
        torn = peaked & (numbers.count(lambda x: x == most[:, None]) > 1) if peaked.any() else peaked
        q, t = _escort(numbers, most, alive, logits, np.where(failed | peaked, 0.0, gamma), scale)
        t = t.changed(lambda x, _: _with(x, 0.0, free[:, None]))
        largest = t.largest()
        level = largest == 0
        divisor = np.where(level, 1.0, largest)[:, None]
        regressor = t.changed(lambda x, _: np.divide(x, divisor, out=x))
        square = np.where(level, 1.0, q.dot(regressor, twice=regressor))

        still = level | (support == 2)  # two entries are where their entropy puts them [gradients.two-entries]
        rate = np.select([failed, free & (gamma == 1), still], [np.nan, 1.0, 0.0], gamma)
        lever = np.select([peaked | free, failed | level], [0.0, np.nan], 1 / largest)
        return cls(q, top, regressor, square, lever, support, rate, scale, torn)

    def regress(self, read: Read) -> tuple[Floats, Pieces]:
        """The slope of a vector over t, and its residual."""
        vector = self.q.made(lambda q, part: np.where(q > 0, read(part), 0.0))
        base = vector.at(self.top)
        centre = base + self.q.dot(vector.made(lambda x, _: x - base[:, None]))
        vector = vector.changed(lambda x, _: np.subtract(x, centre[:, None], out=x))
        residual = _less_its_mean(self.q, vector)
        slope = self.q.dot(self.regressor, twice=residual) / self.square
        residual = residual.changed(lambda x, part: np.subtract(x, slope[:, None] * self.regressor(part), out=x))
        return slope * self.lever, residual

    def along_logits(self, residual: Pieces) -> Pieces:
        """The Jacobian, applied from either side to a vector with this residual. Overwrites it."""
        parting = self.torn & (residual.count(lambda x: x != 0) > 0) if self.torn.any() else self.torn

        def weighed(x: Floats, part: slice) -> Floats:
            x *= self.q(part)
            x *= self.rate[:, None]
            x[parting] = np.nan
            return np.asarray(np.ldexp(x, self.scale[:, None])) if self.scale.any() else x

        return residual.changed(weighed)

    def along_entropy(self, rise: Floats) -> Pieces:
        """How the distributions move when their entropies rise so fast."""
        pull = np.where(rise == 0, 0.0, -rise * self.lever)
        return self.q.made(lambda q, part: q * self.regressor(part) / self.square[:, None] * pull[:, None])


def _escort(
    numbers: Pieces, most: Floats, alive: Callable[[slice], Mask], logits: bool, gamma: Floats, scale: Integers
) -> tuple[Pieces, Pieces]:
    """The distribution q, and t - E t from logarithms taken relative to a centre near E t."""

    def exponents(x: Floats, part: slice) -> Floats:
        t = log_offsets(x, most, logits=logits, scale=scale)
        t *= gamma[:, None]
        return np.maximum(_with(t, EMPTY, ~alive(part)), EMPTY, out=t)

    t = numbers.made(exponents)
    q = t.made(lambda x, _: np.exp(x))
    total = q.sum()
    q = q.changed(lambda x, _: np.divide(x, total[:, None], out=x))
    mean = q.dot(t)
    t = _less_its_mean(q, t.changed(lambda x, _: np.subtract(x, mean[:, None], out=x)))

    # The rounding of t, relative to the maximum, shows where that is many standard deviations from the mean.
    far = np.flatnonzero(mean**2 > _FAR**2 * q.dot(t, twice=t))
    if far.size:
        away, scale, gamma = mean[far] / gamma[far], scale[far], gamma[far]
        centre = most[far] + np.ldexp(away, -scale) if logits else np.maximum(most[far] * np.exp(away), LEAST_CENTRE)
        centre = np.where(np.isfinite(centre), centre, most[far])
        centred = numbers.made(
            lambda x, _: log_offsets(x[far], centre, logits=logits, scale=scale) * gamma[:, None],
        )
        centred = _less_its_mean(q.made(lambda x, _: x[far]), centred)

        def replaced(x: Floats, part: slice) -> Floats:
            x[far] = centred(part)
            return x

        t = t.changed(replaced)
    return q, t


def _less_its_mean(q: Pieces, vector: Pieces) -> Pieces:
    """A vector that was taken relative to a centre near its mean; 0 where q is. Overwrites it.

    The centre was found from the heaviest entry on, so that it is off the mean by little, compared with what is left of
    that entry: nothing is lost where nearly all of the weight is on one.
    """
    vector = vector.changed(lambda x, part: _with(x, 0.0, q(part) == 0))
    mean = q.dot(vector)
    return vector.changed(lambda x, part: _with(np.subtract(x, mean[:, None], out=x), 0.0, q(part) == 0))


def _with(values: Floats, number: float, where: Mask) -> Floats:
    """The values, with a number in some places. Overwrites them."""
    if where.any():
        np.copyto(values, number, where=where)
    return values


def _reader(values: NDArray[Any]) -> Read:
    return lambda part: as_floats(values[:, part])


def _quotient(above: Read, below: Read) -> Read:
    return lambda part: above(part) / below(part)
