"""The powers of one exact table, in balls: its rows at an exponent, and H and its slope on an interval of exponents.

What `entnorm.joint.path` says about the ingredients, w, m, h and v of each row, holds here with every rounding counted.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Literal, NamedTuple, TypeAlias

from entnorm import balls
from entnorm.balls import Ball

Of: TypeAlias = Literal["x", "y given x"]
Exponent: TypeAlias = Fraction | None
"""None is infinity."""


class Row(NamedTuple):
    """What is known of a row at an exponent: see `entnorm.joint.path`; w is None for minus infinity."""

    w: Ball | None
    m: Ball
    h: Ball
    v: Ball
    square: Ball


@dataclass(frozen=True)
class Table:
    """A table of exact nonnegative numbers, X along the rows; neither rows of zeros nor its sum matter."""

    entries: tuple[tuple[Fraction, ...], ...]

    @cached_property
    def rows(self) -> tuple[tuple[Fraction, ...], ...]:
        """The positive entries of each row that has one, as shares of the largest of the table."""
        top = max(max(row) for row in self.entries)
        positive = (tuple(x / top for x in row if x > 0) for row in self.entries)
        return tuple(row for row in positive if row)

    @cached_property
    def uniform(self) -> bool:
        """Are all positive entries the same, so that every power is the table itself?"""
        return all(x == 1 for row in self.rows for x in row)

    def at(self, gamma: Exponent) -> list[Row]:
        """Its rows at an exponent."""
        return [_row(row, gamma) for row in self.rows]

    def height(self, gamma: Fraction, of: Of) -> Ball:
        """H(X) or H(Y | X)."""
        return _height(self.at(gamma), of)

    def height_between(self, low: list[Row], high: list[Row], of: Of) -> Ball:
        """A ball that contains H at each exponent between those of two lists of rows."""
        shares = _shares_between(low, high)
        if of == "y given x":
            return sum(
                (balls.hull(*q) * balls.hull(a.h, b.h) for q, a, b in zip(shares, low, high, strict=True)),
                balls.ball(0),
            )
        return sum((_surprise(*q) for q in shares), balls.ball(0))

    def slope_between(self, ends: tuple[Fraction, Fraction], low: list[Row], high: list[Row], of: Of) -> Ball:
        """A ball that contains dH/dgamma at each exponent between two finite ones."""
        middle = self.at(sum(ends, Fraction(0)) / 2)
        shares = [balls.hull(*q) for q in _shares_between(low, high)]
        weights = _shares(middle)
        m = [balls.hull(a.m, b.m) for a, b in zip(low, high, strict=True)]
        others = _others(low, of), _others(high, of), _others(middle, of)
        other = [balls.hull(a, b) for a, b in zip(*others[:2], strict=True)]
        centres = _mean(weights, [row.m for row in middle]), _mean(weights, others[2])
        covariance = _covariance(shares, m, other, centres)
        if of == "x":
            return -covariance
        radius = balls.ball((ends[1] - ends[0]) / 2)
        v = [_variance_between(row, at, start, radius) for row, at, start in zip(self.rows, middle, low, strict=True)]
        return covariance - balls.hull(*map(balls.ball, ends)) * _mean(shares, v)


def _row(row: tuple[Fraction, ...], gamma: Exponent) -> Row:
    top = max(row)
    nearest, ties = -balls.log(balls.ball(top)), row.count(top)
    inner = [balls.log(balls.ball(top / x)) for x in row if x < top]
    if gamma is None:
        w = balls.log(balls.ball(ties)) if top == 1 else None
        return Row(w, -nearest, balls.log(balls.ball(ties)), balls.ball(0), balls.ball(0))
    exponent, zero = balls.ball(gamma), balls.ball(0)
    weights = [balls.exp(-exponent * d) for d in inner]
    total = sum(weights, balls.ball(ties))
    mean = sum((d * x for d, x in zip(inner, weights, strict=True)), zero) / total
    square = sum((d**2 * x for d, x in zip(inner, weights, strict=True)), zero) / total
    spread = sum(((d - mean) ** 2 * x for d, x in zip(inner, weights, strict=True)), ties * mean**2) / total
    logs = balls.log(total)
    return Row(logs - exponent * nearest, -(nearest + mean), logs + exponent * mean, spread, square)


def _others(rows: list[Row], of: Of) -> list[Ball]:
    return [row.w if of == "x" else row.h for row in rows]


def _shares(rows: list[Row]) -> list[Ball]:
    weights = [balls.ball(0) if row.w is None else balls.exp(row.w) for row in rows]
    total = sum(weights, balls.ball(0))
    return [weight / total for weight in weights]


def _height(rows: list[Row], of: Of) -> Ball:
    weights = _shares(rows)
    if of == "y given x":
        return _mean(weights, [row.h for row in rows])
    partition = balls.log(sum((balls.exp(row.w) for row in rows), balls.ball(0)))
    return partition - _mean(weights, [row.w for row in rows])


def _shares_between(low: list[Row], high: list[Row]) -> list[tuple[Ball, Ball]]:
    """Both ends of each share: w falls [escort.log-partition-slope]."""
    most = [balls.exp(row.w) for row in low]
    least = [balls.ball(0) if row.w is None else balls.exp(row.w) for row in high]
    total_most, total_least = sum(most, balls.ball(0)), sum(least, balls.ball(0))
    return [(b / (b + (total_most - a)), a / (a + (total_least - b))) for a, b in zip(most, least, strict=True)]


def _surprise(low: Ball, high: Ball) -> Ball:
    """-q log q for q between two balls: it rises up to 1/e, and falls then."""
    peak = balls.exp(balls.ball(-1))
    ends = [balls.ball(0) if balls.sign(q) == 0 else -q * balls.log(q) for q in (low, high)]
    across = balls.sign(peak - high) != 1 and balls.sign(low - peak) != 1
    found = balls.hull(*ends)
    return balls.hull(found, peak) if across else found


def _mean(weights: list[Ball], values: list[Ball]) -> Ball:
    return sum((weight * value for weight, value in zip(weights, values, strict=True)), balls.ball(0))


def _covariance(q: list[Ball], f: list[Ball], g: list[Ball], centres: tuple[Ball, Ball]) -> Ball:
    """Cov_q(f, g) = E (f - a)(g - b) - E (f - a) E (g - b), whatever a and b."""
    f, g = [x - centres[0] for x in f], [x - centres[1] for x in g]
    return _mean(q, [x * y for x, y in zip(f, g, strict=True)]) - _mean(q, f) * _mean(q, g)


def _variance_between(row: tuple[Fraction, ...], middle: Row, low: Row, radius: Ball) -> Ball:
    """Log v changes at most as fast as the range of the row [rates.third-below], [rates.third-above]."""
    change = balls.exp(balls.log(balls.ball(max(row) / min(row))) * radius)
    return balls.hull(middle.v / change, balls.least(middle.v * change, low.square))
