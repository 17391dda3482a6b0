"""The powers of one table, seen from its rows: what decides H(X) and H(Y | X) at an exponent, and on an interval.

With L = log p(x, y), measured from the largest entry, and q the table raised to the power gamma and normalised, the
marginal of X is proportional to exp(w_x), ``w_x = log sum_y exp(gamma L)``. With m_x and v_x the mean and the variance
of L given x, and h_x the entropy of Y given x,

    dH(X)/dgamma = -Cov(w, m)  [joint.slope-of-x],
    dH(Y | X)/dgamma = -gamma E v + Cov(h, m)  [joint.slope-of-y-given-x].

Along gamma each ingredient is monotone or bounded by its value at a point, so that its values at the ends of an
interval enclose it: w falls (L <= 0) [escort.log-partition-slope], m rises [majorisation.mean-grows], h falls
[escort.entropy-nonincreasing], and log v changes at most as fast as the range of the row [rates.third-below],
[rates.third-above]. That gives intervals that contain a slope wherever in the interval of exponents it is taken.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from entnorm.moments import Floats, log_offsets

Of = Literal["x", "y given x"]
Range = tuple[Floats, Floats]  # both ends, elementwise

_TOGETHER = 2**20  # entries at a time


class Rows(NamedTuple):
    """What is known of the rows at exponents; each of shape ``(exponents, rows)``."""

    w: Floats
    m: Floats
    h: Floats
    v: Floats
    square: Floats  # the mean of the square of the distance to the largest entry of the row

    def part(self, which: list[int] | NDArray[np.intp]) -> Rows:
        """Some exponents."""
        return Rows(*(field[which] for field in self))


class Path:
    """The powers of one table p(x, y), checked, X along the first axis."""

    def __init__(self, table: Floats) -> None:
        self.shape, self.present = table.shape, np.flatnonzero(table.max(1) > 0)
        present = table[self.present]
        with np.errstate(all="ignore"):
            offsets = log_offsets(present, np.full(len(present), table.max()), logits=False)
        self.depths = np.where(present > 0, -offsets, np.inf)
        self.tops = self.depths.min(1)
        self.inner = self.depths - self.tops[:, None]  # within each row
        self.ties = (self.inner == 0).sum(1)
        self.spans = np.where(np.isfinite(self.inner), self.inner, 0.0).max(1)

    @property
    def range(self) -> float:
        """Of log p over the support."""
        return float(self.depths[np.isfinite(self.depths)].max())

    @property
    def gap(self) -> float:
        """The least positive distance between an entry and the largest one, of the table or of its row."""
        apart = [part[(part > 0) & np.isfinite(part)] for part in (self.depths, self.inner)]
        return float(min((part.min() for part in apart if part.size), default=np.inf))

    def table(self, gamma: float) -> Floats:
        """The power at a positive exponent, normalised."""
        found = np.zeros(self.shape)
        with np.errstate(under="ignore"):
            found[self.present] = np.exp(-gamma * self.depths)
        return np.asarray(found / found.sum())

    def rows(self, gamma: Floats) -> Rows:
        """At these exponents, of which one may be inf, the limit."""
        found = [np.empty((len(gamma), len(self.tops))) for _ in Rows._fields]
        height = max(1, _TOGETHER // self.depths.size)
        with np.errstate(all="ignore"):
            for first in range(0, len(gamma), height):
                some = slice(first, first + height)
                for whole, part in zip(found, self._some_rows(gamma[some, None, None]), strict=True):
                    whole[some] = part
        return Rows(*found)

    def _some_rows(self, gamma: Floats) -> Rows:
        below = (self.inner > 0) & np.isfinite(self.inner)
        weights = np.where(below, np.exp(-gamma * self.inner), 0.0)
        inner = np.where(below, self.inner, 0.0)
        rest = weights.sum(-1)
        total = self.ties + rest
        mean = (weights * inner).sum(-1) / total
        square = (weights * inner**2).sum(-1) / total
        spread = ((inner - mean[..., None]) ** 2 * weights).sum(-1) + self.ties * mean**2
        gamma = gamma[..., 0]
        fall = np.where(self.tops > 0, gamma * self.tops, 0.0)
        share = np.where(mean > 0, gamma * mean, 0.0)
        logs = np.log(self.ties) + np.log1p(rest / self.ties)
        return Rows(logs - fall, -(self.tops + mean), logs + share, spread / total, square)

    def heights(self, rows: Rows, of: Of) -> Floats:
        """H(X) or H(Y | X), from the largest entry down: with its digits where it is small."""
        q, t, rest = _shares(rows.w)
        if of == "x":
            return np.asarray(np.log1p(rest) + (q * np.where(q > 0, t, 0.0)).sum(-1))
        return np.asarray((q * rows.h).sum(-1))

    def slopes(self, gamma: Floats, rows: Rows, of: Of) -> Floats:
        """Their derivatives by gamma."""
        q = _shares(rows.w)[0]
        other = rows.w if of == "x" else rows.h
        mean_m, mean_other = ((q * part).sum(-1, keepdims=True) for part in (rows.m, other))
        covariance = (q * (rows.m - mean_m) * (other - mean_other)).sum(-1)
        return np.asarray(-covariance if of == "x" else covariance - gamma * (q * rows.v).sum(-1))

    def height_range(self, low: Rows, high: Rows, of: Of) -> Range:
        """Between which values H lies on the intervals at whose ends the rows are these; they may be unbounded."""
        q, rest = _share_range(low.w, high.w)
        if of == "y given x":
            return (q[0] * high.h).sum(-1), (q[1] * low.h).sum(-1)
        ends = [_information(*part) for part in zip(q, rest, strict=True)]
        peak = np.exp(-1.0)
        most = np.where((q[0] < peak) & (peak < q[1]), peak, np.maximum(*ends))
        return np.minimum(*ends).sum(-1), most.sum(-1)

    def slope_range(self, ends: tuple[Floats, Floats], low: Rows, middle: Rows, high: Rows, of: Of) -> Range:
        """Between which values the slope lies on bounded intervals."""
        q, _ = _share_range(low.w, high.w)
        m, other = (low.m, high.m), ((high.w, low.w) if of == "x" else (high.h, low.h))
        covariance = _covariance_range(q, m, other, _shares(middle.w)[0], middle.m, middle.w if of == "x" else middle.h)
        if of == "x":
            return -covariance[1], -covariance[0]
        radius = (ends[1] - ends[0])[:, None] / 2
        with np.errstate(all="ignore"):
            change = np.exp(self.spans * radius)
            v = middle.v / change, np.fmin(middle.v * change, low.square)  # fmin: 0 times inf is no bound
        falls = ends[0] * (q[0] * v[0]).sum(-1), ends[1] * (q[1] * v[1]).sum(-1)
        return covariance[0] - falls[1], covariance[1] - falls[0]


def _shares(w: Floats) -> tuple[Floats, Floats, Floats]:
    """The distribution proportional to exp(w), the distances from the largest w, and what is beside one largest."""
    t = w.max(-1, keepdims=True) - w
    weights = np.exp(-t)
    np.put_along_axis(weights, w.argmax(-1)[..., None], 0.0, axis=-1)
    rest = weights.sum(-1)
    np.put_along_axis(weights, w.argmax(-1)[..., None], 1.0, axis=-1)
    return weights / (1 + rest)[..., None], t, rest


def _share_range(w_low: Floats, w_high: Floats) -> tuple[Range, Range]:
    """Of the distributions proportional to exp(w), where w falls from the first to the second, and what is beside them.

    The second range is of 1 - q, in the order of the first, with its digits where q is close to 1.
    """
    with np.errstate(all="ignore"):
        top = w_low.max(-1, keepdims=True)
        most, least = np.exp(w_low - top), np.exp(w_high - top)
        pairs = (least, _others(most)), (most, _others(least))
        low, high = (np.where(own > 0, own / (own + others), 0.0) for own, others in pairs)
        above, below = (np.where(others > 0, others / (own + others), 0.0) for own, others in pairs)
    return (low, high), (above, below)


def _others(weights: Floats) -> Floats:
    """The sum of all but each; that beside the largest is not a difference from the sum, in which it may be lost."""
    largest = weights.argmax(-1)[..., None]
    rest = weights.copy()
    np.put_along_axis(rest, largest, 0.0, axis=-1)
    beside = rest.sum(-1, keepdims=True)
    others: Floats = np.maximum(beside + weights.max(-1, keepdims=True) - weights, 0.0)
    np.put_along_axis(others, largest, beside, axis=-1)
    return others


def _information(q: Floats, rest: Floats) -> Floats:
    """-q log q, where `rest` is 1 - q."""
    with np.errstate(all="ignore"):
        return np.asarray(np.where(q > 0, -q * np.where(q < 0.5, np.log(q), np.log1p(-rest)), 0.0))


def _covariance_range(q: Range, f: Range, g: Range, middle: Floats, f_middle: Floats, g_middle: Floats) -> Range:
    """Of Cov_q(f, g) = E (f - a)(g - b) - E (f - a) E (g - b), with a and b the means in the middle."""
    a, b = ((middle * part).sum(-1, keepdims=True) for part in (f_middle, g_middle))
    f, g = (f[0] - a, f[1] - a), (g[0] - b, g[1] - b)
    both = _sum(_product(q, _product(f, g)))
    each = _product(_sum(_product(q, f)), _sum(_product(q, g)))
    return both[0] - each[1], both[1] - each[0]


def _product(a: Range, b: Range) -> Range:
    products = [x * y for x in a for y in b]
    return np.minimum.reduce(products), np.maximum.reduce(products)


def _sum(a: Range) -> Range:
    return a[0].sum(-1), a[1].sum(-1)
