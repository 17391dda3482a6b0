"""A short ordinary row in NumPy by itself, in a fraction of what many rows side by side take to be set up.

Ordinary is a row of full support with one maximum, of which float32 can hold and square the depths, and with a target
inside that is not next to an end and does not lean to the uniform distribution. Sums are those of
`entnorm.reductions.row_total`, and every number is that of `entnorm.upright`, bit for bit.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from entnorm.moments import FAINT, SHALLOW, Floats, log_offsets
from entnorm.reductions import in_parts, laned, parts_total
from entnorm.scalars import excess_cumulants, excess_residual, start
from entnorm.steps import few_digits, is_close, is_levered

CLOSEST = float(np.finfo(np.float32).tiny)  # to the maximum: below it float32 would see a tie
FINITE = 1e25  # products of gamma and a distance that are surely finite, in float32 too
MODERATE = 1e18  # what float32 can square, and its inverse

Sums = tuple[float, float, float, float]  # see `entnorm.moments.power_sums`
# What `entnorm.moments.Kept` has, with room for as much as w, and the centre: see `LastLook`.
Left = tuple[NDArray[Any], NDArray[Any], Sums, float, float]  # the last: how far the maximum is above the centre
Residual = tuple[Any, Any, Any, Left | None]  # H(gamma) - H*, the two cumulants, and what is left if it can be used
Look = Callable[[float, bool], Residual]  # at some gamma: to a few digits, or to all


def ordinary_reach(single: NDArray[Any], peak: np.intp) -> float:
    """The depth of the deepest entry, from depths in float32; 0 if the row is not ordinary."""
    reach = -float(single[single.argmin()])  # infinite, or NaN, if any entry is
    single[peak] = -math.inf
    near = float(single[single.argmax()])
    single[peak] = 0.0
    return reach if near <= -CLOSEST and 1.0 / MODERATE < reach < MODERATE else 0.0  # else another maximum, or nearly


class Alone:
    """A row by itself, in memory that is lent from row to row: to make it, and views of it, costs as much as a look."""

    _free: ClassVar[dict[int, Alone]] = {}  # popped by one thread at a time

    def __init__(self, n: int) -> None:
        self.n, self.peak, self.reach, self.excess, self.deficit = n, np.intp(0), 0.0, 0.0, 0.0
        double, single = laned(n, np.float64), laned(n, np.float32)
        self.padded, self.singles = np.zeros(double), np.zeros((2, single), np.float32)
        self.depths, self.single, self.squares = self.padded[:n], *self.singles[:, :n]
        fine, few = np.zeros((4, double)), np.zeros((4, single), np.float32)
        self.exact = self.depths, np.empty(n), in_parts(fine), *fine[:, :n]
        self.rough = self.single, np.empty(n, np.float32), few, *few[:, :n]

    @classmethod
    def lent(cls, n: int) -> Alone:
        """Memory for n entries, to be given `back`, or forgotten."""
        return cls._free.pop(n, None) or cls(n)

    def back(self) -> None:
        """Let others have it."""
        self._free[self.n] = self

    def survey(self, values: Floats, excess: float, deficit: float, logits: bool) -> float | None:
        """Where the search starts, of a row that is ordinary."""
        self.excess, self.deficit = excess, deficit
        self.peak = peak = values.argmax()
        depths, single, singles, n = self.depths, self.single, self.singles, self.n
        if logits:
            np.subtract(values, values[peak], depths)
        else:
            log_offsets(values[None], values[peak, None], logits=False, out=depths[None])
        single[:] = depths
        self.reach = ordinary_reach(single, peak)
        if not self.reach:
            return None
        np.multiply(single, single, self.squares)
        total, square = np.add.reduce(singles, 1).tolist()
        mean = total / n
        return float(start(deficit, math.sqrt(max(square / n - mean * mean, 0.0))))

    def look(self, gamma: float, roughly: bool) -> Residual:
        """H(gamma) - H* and the cumulants."""
        depths, t, terms, w, first, second, third = self.rough if roughly else self.exact
        np.multiply(depths, gamma, t)
        deep = roughly and not gamma * self.reach < SHALLOW
        if deep:
            np.maximum(t, FAINT, out=t)
        np.exp(t, w)
        if deep:
            w -= np.exp(FAINT)
        w[self.peak] = 0.0
        np.multiply(w, t, first)
        np.multiply(first, t, second)
        np.multiply(second, t, third)
        sums = np.add.reduce(terms, -1) if roughly else parts_total(terms)
        rest, moment, square, cube = sums.tolist()
        residual, variance, skewness = excess_cumulants(rest, moment, square, cube, 1, self.excess)
        if roughly:
            return residual, variance, skewness, None
        mean = moment / (1 + rest)
        if is_levered(mean, variance, self.excess, self.deficit):
            return math.nan, variance, skewness, None
        if is_close(mean, variance, self.excess, self.deficit):
            around = few_digits(mean)
            np.multiply(np.subtract(t, around, third), w, third)
            residual = excess_residual(rest, float(parts_total(terms[3])), 1, self.excess, around)
        # These sums may be off by three units, which of rows that are not close is within the promise: see `is_close`.
        return residual, variance, skewness, (w, t, (rest, moment, square, cube), math.inf, 0.0)
