"""A prescribed entropy, in any of its four forms, reduced to its exact distances from the two ends."""

from dataclasses import dataclass, fields
from decimal import Decimal
from functools import lru_cache
from math import prod
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from entnorm.moments import Floats, Integers, Mask
from entnorm.solution import EntnormError, name_rows
from entnorm.words import DIGITS, two_difference, two_product


@dataclass(frozen=True)
class Goal:
    """Targets as distances from the two ends, each of full relative accuracy; arrays of shape ``(rows,)``.

    A target beyond an end has a negative distance from it.
    """

    excess: Floats  # H* - log m
    deficit: Floats  # log s - H*
    at_top: Mask  # H* = log s, as nearly as the caller's float can say it
    at_bottom: Mask  # H* = log m, likewise

    def repeated(self, count: int) -> "Goal":
        """The goal of one row for so many."""
        one = self.excess, self.deficit, self.at_top, self.at_bottom
        return Goal(*(np.full(count, part[0]) for part in one))

    def take(self, rows: NDArray[Any]) -> "Goal":
        """The goals of some rows, in their order."""
        if rows.size == self.excess.size:
            return self
        return Goal(*(getattr(self, part.name)[rows] for part in fields(self)))


@dataclass(slots=True)  # not frozen: that would double the time of a call for one short row
class Target:
    """Targets as the caller gave them, one per row of the flattened batch."""

    kind: str
    values: Floats

    @classmethod
    def checked(cls, batch: tuple[int, ...], **kinds: ArrayLike | None) -> "Target":
        """The one target that is not None, broadcast to the batch.

        Raises
        ------
        EntnormError
            For no or several targets, a shape that does not fit, and with row indices for NaN or negative numbers.
        """
        given = []
        for kind in kinds:  # a comprehension would take twice the time, and this is for each call
            if kinds[kind] is not None:
                given.append(kind)
        if len(given) != 1:
            names = ", ".join(f"{kind}=" for kind in kinds)
            raise EntnormError(f"pass exactly one target of {names}; got {' and '.join(given) or 'none'}")
        kind = given[0]
        value: Any = kinds[kind]
        if isinstance(value, float) and value >= 0 and prod(batch) == 1:
            return _one_target(kind, value)
        flat = per_row(kind, value, batch)
        if (flat >= 0).all():
            return cls(kind, flat)
        for bad, what in ((np.isnan(flat), "NaN"), (flat < 0, "negative")):
            if bad.any():
                raise EntnormError(f"{kind} is {what} for {name_rows(np.flatnonzero(bad).tolist(), batch)}")
        return cls(kind, flat)

    def part(self, rows: slice | NDArray[np.intp]) -> "Target":
        """The targets of some rows."""
        return Target(self.kind, self.values[rows])

    def kept(self) -> "Target":
        """The same, whatever becomes of the array that the caller passed; one number for all rows stays one."""
        values = self.values
        alike = values.size > 1 and values.strides == (0,)
        return Target(self.kind, per_row(self.kind, float(values[0]), values.shape) if alike else values.copy())

    def reduce(self, support: Integers, ties: Integers) -> Goal:
        """The goals of rows with s = `support` and m = `ties`."""
        top, bottom = log_in_two_words(support), log_in_two_words(ties)
        reduced = {"entropy": _entropy, "deficit": _deficit, "perplexity": _perplexity, "evenness": _evenness}
        return reduced[self.kind](self.values, support, ties, top, bottom)

    def reduce_alike(self, support: int, ties: int) -> Goal:
        """The goals of rows that all have this s and m."""
        size = self.values.size
        if size == 1 or (size and (self.values == self.values[0]).all()):
            goal = _one_goal(self.kind, float(self.values[0]), support, ties)
            return goal if size == 1 else goal.repeated(size)
        return self.reduce(np.full(self.values.shape, support), np.full(self.values.shape, ties))

    def exactly(self, row: int, support: int) -> Decimal:
        """The entropy of a row with s = `support`, of the target as the binary number that it is."""
        value = Decimal(float(self.values[row]))
        if self.kind == "perplexity":
            return DIGITS.ln(value)
        if self.kind == "entropy":
            return value
        most = DIGITS.ln(Decimal(support))
        return DIGITS.subtract(most, value) if self.kind == "deficit" else DIGITS.multiply(most, value)

    def slopes(self, part: slice, support: Integers) -> Floats:
        """How fast the entropies of a block of rows rise with their targets."""
        values = self.values[part]
        if self.kind == "perplexity":
            return 1 / values
        if self.kind == "evenness":
            return log_in_two_words(support)[0]
        return np.full(values.shape, -1.0 if self.kind == "deficit" else 1.0)

    def interval(self, support: int, ties: int) -> tuple[float, float]:
        """What a row with s = `support` and m = `ties` can attain, in the units of the target."""
        low, high = _log(ties)[0], _log(support)[0]
        if self.kind == "entropy":
            return low, high
        if self.kind == "perplexity":
            return float(ties), float(support)
        if self.kind == "deficit":
            return 0.0, high - low
        return (_ratio(ties, support) if support > 1 else 0.0), 1.0


def per_row(name: str, values: ArrayLike | None, batch: tuple[int, ...]) -> Floats:
    """One number for each row of the flattened batch, to be read only: it may be what the caller passed."""
    array: Any = values
    if not isinstance(values, float):
        if isinstance(values, np.ma.MaskedArray):  # np.ma.masked is one, too
            raise EntnormError(f"{name} is a masked array: fill it with numbers")
        try:
            array = np.asarray(values)
        except ValueError as error:
            raise EntnormError(f"{name} is not an array: {error}") from None
        if array.dtype.kind not in "biuf" or array.dtype.itemsize > 8:
            raise EntnormError(f"{name} has dtype {array.dtype}; it takes float64, or what that can hold")
    if isinstance(values, float) or array.ndim == 0:
        count, one = prod(batch), np.empty(1)
        one[0] = array
        one.flags.writeable = False
        return one if count == 1 else np.ndarray((count,), np.float64, one, strides=(0,))
    try:
        return np.broadcast_to(array.astype(np.float64, copy=False), batch).reshape(-1)
    except ValueError:
        hint = "pass a scalar" + (f" or one number per row, an array of shape {batch}" if batch else "")
        raise EntnormError(
            f"{name} has shape {array.shape}, which does not broadcast to the batch shape {batch} (the shape of the"
            f" input without its axis): {hint}"
        ) from None


def log_in_two_words(counts: Integers) -> tuple[Floats, Floats]:
    """Natural logarithms of positive integers as the nearest float64 and what is left, together to 32 digits.

    A single pair if all are the same.
    """
    if counts.size == 1 or (counts.size and (counts == counts[0]).all()):
        high, low = _log(int(counts[0]))
        return np.array([high]), np.array([low])
    values, where = np.unique(counts, return_inverse=True)
    words = np.array([_log(count) for count in values.tolist()], dtype=np.float64).reshape(-1, 2)
    return words[where, 0], words[where, 1]


def _entropy(h: Floats, support: Integers, ties: Integers, top: Any, bottom: Any) -> Goal:
    return Goal(_above(h, 0.0, bottom), -_above(h, 0.0, top), h == top[0], h == bottom[0])


def _deficit(d: Floats, support: Integers, ties: Integers, top: Any, bottom: Any) -> Goal:
    width, width_error = two_difference(top[0], bottom[0])
    width_error += top[1] - bottom[1]
    rest, rest_error = two_difference(width, d)
    return Goal(rest + (rest_error + width_error), d, d == 0, d == width + width_error)


def _above(entropy: Floats, low: Any, end: Any) -> Floats:
    """How far an entropy in two words is above an end, rounded once: a unit would be an eighth of what is promised."""
    difference, error = two_difference(entropy, end[0])
    above: Floats = difference + np.where(np.isfinite(difference), error + (low - end[1]), 0.0)
    return above


def _perplexity(p: Floats, support: Integers, ties: Integers, top: Any, bottom: Any) -> Goal:
    return Goal(_log_quotient(p, ties), -_log_quotient(p, support), p == support, p == ties)


def _evenness(e: Floats, support: Integers, ties: Integers, top: Any, bottom: Any) -> Goal:
    least = np.zeros(e.shape)
    for row in np.flatnonzero((ties > 1) & (ties < support)):
        least[row] = _ratio(int(ties[row]), int(support[row]))
    entropy, entropy_error = two_product(e, top[0])
    excess = _above(entropy, entropy_error + e * top[1], bottom)
    single = (support == 1) & (e <= 1)  # 0 = log 1 whatever its evenness is called
    return Goal(excess, (1 - e) * top[0], (e == 1) | single, e == least)


@lru_cache(maxsize=2**10)
def _one_target(kind: str, value: float) -> Target:
    flat = np.array([value], np.float64)
    flat.flags.writeable = False
    return Target(kind, flat)


@lru_cache(maxsize=2**10)
@np.errstate(all="ignore")  # targets at or beyond an end
def _one_goal(kind: str, value: float, support: int, ties: int) -> Goal:
    return Target(kind, np.array([value])).reduce(np.array([support]), np.array([ties]))


@lru_cache(maxsize=2**16)
def _log(count: int) -> tuple[float, float]:
    exact = DIGITS.ln(Decimal(count))
    nearest = float(exact)
    return nearest, float(DIGITS.subtract(exact, Decimal(nearest)))


@lru_cache(maxsize=2**16)
def _ratio(ties: int, support: int) -> float:
    return float(DIGITS.divide(DIGITS.ln(Decimal(ties)), DIGITS.ln(Decimal(support))))


def _log_quotient(p: Floats, count: Integers) -> Floats:
    difference = (p - count) / count
    return np.where(np.abs(difference) <= 0.5, np.log1p(difference), np.log(p / count))
