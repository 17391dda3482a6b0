"""One ordinary row in NumPy: the sums and steps that many rows go through, without the bookkeeping that many need.

Ordinary is a row of full support with one maximum and a target inside, that settles at once. Every number is that which
`entnorm.solver`, or `entnorm.upright`, finds for the row among others, bit for bit, at a fifth of the price.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache, partial
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from entnorm.moments import (
    DEEPEST,
    FAINT,
    LEAST_CENTRE,
    SHALLOW,
    Dot,
    Floats,
    Mask,
    below,
    centred,
    log_offsets,
    moment_sums,
    power_means,
    raised_sums,
    rest_of,
    step_weights,
)
from entnorm.reductions import (
    COARSE,
    ONES,
    SHORT,
    SQUARES,
    TILE,
    Workspace,
    inner,
    padded,
    row_dot,
    row_sum,
    row_total,
)
from entnorm.scalars import excess_cumulants, excess_residual, restored_sum, search, settle, start
from entnorm.short import CLOSEST, FINITE, Alone, Left, Look, Residual, ordinary_reach
from entnorm.steps import (
    EPS,
    FINE,
    GLANCES,
    HIGHEST,
    NEARLY,
    ROUNDED,
    UNEVEN,
    above_mean,
    advance,
    balance,
    deficit_cumulants,
    deficit_residual,
    deficit_series,
    farthest,
    few_digits,
    highest_power,
    is_close,
    is_delicate,
    is_levered,
    is_sensitive,
    is_slight,
    is_sound,
    leans,
    nearer_start,
    stepped_sum,
)

LONG = TILE // 2  # entries from which on rows are better solved one by one, while they are in the cache

Total = Callable[[NDArray[Any]], Any]
# Depths, where the maximum is, how to sum up, the reach, the first gamma, how to look, and what is lent.
Known = tuple[Floats, Any, Total, float, float, Look, Alone | None]
Survey = tuple[Floats, Any, float, float, float, float]  # depths, where the maximum is, it, reach, mean, deviation
_UNDONE = (False, *(0.0,) * 6, 0)


class _Sums(NamedTuple):
    """Room for t and w, and what they will sum up to."""

    t: NDArray[Any]
    w: NDArray[Any]
    v: NDArray[Any]  # and for products of the two
    total: Dot  # of w
    dots: tuple[Dot, Dot]  # of w with t, and of v with t to a few digits
    small: Dot  # of w with v

    @classmethod
    def prepared(cls, n: int, dtype: Any, work: Workspace) -> _Sums:
        t, w = work.array("t", (n,), dtype), work.array("w", (n,), dtype)
        v = work.array("offsets", (n,)) if dtype == np.float64 else w  # a row that leans has those there
        return cls(t, w, v, inner(w), (inner(w, t), inner(v, t, roughly=True)), inner(w, v))


class Room:
    """Memory for long rows of one length, one after the other, and the sums over it, prepared once."""

    def __init__(self, n: int, work: Workspace) -> None:
        self.work = work
        self.depths, self.single = work.array("depths", (n,)), work.array("single", (n,), np.float32)
        self.exact, self.rough = _Sums.prepared(n, np.float64, work), _Sums.prepared(n, np.float32, work)
        self.total, self.plain, self.squares = inner(self.depths), inner(self.single), inner(self.single, self.single)


@np.errstate(all="ignore")
def solve_row(
    values: Floats, excess: float, deficit: float, out: Floats, room: Room | None, *, logits: bool
) -> tuple[Any, ...]:
    """Whether the row is done; gamma, the last look at it (see `LastLook`), H - H*, the varentropy, iterations.

    Its distribution goes to `out`, if that has room. The goal is that of a row of full support with one maximum.
    """
    if not (excess >= FINE and deficit >= FINE):
        return _UNDONE
    try:
        return _solve(values, excess, deficit, out, room, leans(excess, deficit), logits)
    except ZeroDivisionError:
        return _UNDONE


def _solve(
    values: Floats, excess: float, deficit: float, out: Floats, room: Room | None, lean: bool, logits: bool
) -> tuple[Any, ...]:
    """The same from one of the ends."""
    known = _known(values, excess, deficit, room, lean, logits)
    if known is None:
        return _UNDONE
    depths, peak, total, reach, gamma, look, short = known
    count, going = 0, True
    while going and count < GLANCES and gamma * reach < FINITE:
        residual, second, third, _ = look(gamma, True)
        gamma, going = search(gamma, residual, second, third, excess, deficit)
        count += 1
    if not (count and gamma * reach < FINITE):
        return _UNDONE
    base = gamma
    residual, second, third, left = look(base, False)
    done, by, residual, second = settle(base, residual, second, third, excess, deficit)
    sensitive = done and left and not short and is_sensitive(_mean(values.size, base, left))
    if sensitive and not is_slight(by / base, base * reach):
        base, count = base + by, count + 1
        residual, second, third, left = look(base, False)
        done, by, residual, second = settle(base, residual, second, third, excess, deficit)
        if not is_slight(by / base, base * reach):
            return _UNDONE
    gamma, rest = advance(base, by)
    last = 0.0, rest, excess
    if done and left and is_slight(by / base, base * reach):
        last = base, by, left[3]
        if out.size:
            _step(depths, peak, by / base, by, left, out)
    elif done and out.size:
        _tilt(depths, peak, total, gamma, rest, excess, out)
    if short:
        short.back()
    return done, gamma, *last, residual, second, count + 1


def _mean(n: int, gamma: float, left: Left) -> float:
    """The mean of t, from the maximum."""
    _, _, (rest, first, _, _), centre, above = left
    return first / ((n if centre < math.inf else 1) + rest) - gamma * above


def _step(depths: Floats, peak: Any, step: float, by: float, left: Left, out: Floats) -> None:
    """The distribution, from what the look that decided has left."""
    weights, scratch, sums, centre, above = left
    n, ones = out.size, 1
    if centre < math.inf:
        ones = n
    else:
        weights[peak] = 1.0
    step_weights(depths[:n], weights[:n], by, stepped_sum(step, ones, *sums), scratch[:n], out, above)


def _tilt(depths: Floats, peak: Any, total: Total, gamma: float, rest: float, entropy: float, out: Floats) -> None:
    """The distribution without a step, of order gamma, from which rounding has taken the `rest`."""
    n = out.size
    np.multiply(depths, gamma, depths)
    np.exp(depths, depths)
    depths[n:] = depths[peak] = 0.0  # so that the others are summed by themselves, and not beside a one
    factor = 1.0 / restored_sum(1.0 + float(total(depths)), gamma, rest, entropy)
    depths[peak] = 1.0
    np.multiply(depths[:n], factor, out)


def solve_rows(
    values: Floats,
    excess: Floats,
    deficit: Floats,
    wanted: Mask,
    found: tuple[NDArray[Any], ...],
    out: Floats,
    work: Workspace,
    *,
    logits: bool,
) -> None:
    """The same for the rows that are `wanted`, few or long: what `solve_row` returns goes to the arrays `found`."""
    room = Room(values.shape[1], work) if values.shape[1] >= LONG else None
    for row in np.flatnonzero(wanted).tolist():
        probs = out[row] if len(out) else out.ravel()
        answer = solve_row(values[row], float(excess[row]), float(deficit[row]), probs, room, logits=logits)
        for array, number in zip(found, answer, strict=True):
            array[row] = number


def _known(values: Floats, excess: float, deficit: float, room: Room | None, lean: bool, logits: bool) -> Known | None:
    """What there is to know of an ordinary row before a search, and how to look at it."""
    n = values.size
    if n <= SHORT and not lean:
        short = Alone.lent(n)
        first = short.survey(values, excess, deficit, logits)
        return None if first is None else (short.padded, short.peak, row_total, short.reach, first, short.look, short)
    work = room.work if room else None
    found = _survey_long(values, room, logits) if room and not lean else _survey(values, work, logits)
    if found is None:
        return None
    first = start(deficit, found[5])
    if lean:
        look, first = _lean(values, found, first, deficit, work, logits)
    else:
        look = _excess(values, found, excess, deficit, room, logits)
        first = float(nearer_start(first, deficit, found[4]))
    return *found[:2], room.total if room else row_total, found[3], first, look, None


def _survey(values: Floats, work: Workspace | None, logits: bool) -> Survey | None:
    """What does not depend on the exponent, of an ordinary row."""
    peak, lowest = values.argmax(), values.argmin()  # of NaN, if there is one
    top, bottom = float(values[peak]), float(values[lowest])
    if not (bottom > (-math.inf if logits else 0.0) and top < math.inf):
        return None
    n = values.size
    offsets = _offsets("depths", values, top, work, logits)
    depths = offsets[:n]
    reach, depths[peak] = -float(depths[lowest]), -math.inf
    tied = depths[depths.argmax()] > -CLOSEST  # another maximum, or all but one
    depths[peak] = 0.0
    if tied or not 1.0 / SQUARES < reach < SQUARES:
        return None
    mean, square = float(_sizes(n).plain(depths)) / n, float(row_dot(depths, depths, roughly=True)) / n
    return offsets, peak, top, reach, mean, math.sqrt(max(square - mean * mean, 0.0))


def _survey_long(values: Floats, room: Room, logits: bool) -> Survey | None:
    """The same of a long row that is solved from the top, by what float32 can tell, in half the time."""
    peak, n, single = values.argmax(), values.size, room.single
    top = float(values[peak])
    depths = _offsets("depths", values, top, room.work, logits)
    np.copyto(single, depths, casting="same_kind")
    reach = ordinary_reach(single, peak)
    if not reach:
        return None
    mean, square = float(room.plain(single)) / n, float(room.squares(single)) / n
    return depths, peak, top, reach, mean, math.sqrt(max(square - mean * mean, 0.0))


def _offsets(name: str, values: Floats, centre: float, work: Workspace | None, logits: bool) -> Floats:
    """Logarithms relative to the centre, with zeros beyond them as `padded` has it."""
    n = values.size
    room = np.empty(_sizes(n).double) if work is None else work.array(name, values.shape)
    room[n:] = 0.0
    if logits:
        np.subtract(values, centre, room[:n])
    else:
        log_offsets(values[None], np.array([centre]), logits=False, out=room[None, :n])
    return room


def _lean(
    values: Floats, found: Survey, gamma: float, deficit: float, work: Workspace | None, logits: bool
) -> tuple[Look, float]:
    """How a row that leans to the uniform distribution looks, by a series or in one sum; and where it does so first.

    The series is for a search that starts at `gamma`.
    """
    depths, _, top, reach, mean, _ = found
    radius = max(-mean, reach + mean)
    near = gamma * radius < NEARLY
    if not near:
        gamma = float(nearer_start(gamma, deficit, mean))
    centre = _moved(top, mean if near else mean + above_mean(gamma, deficit, mean), logits)
    row = _Centred(values, depths, top, deficit, work, logits)
    if not near:
        return _direct(row, centre), gamma
    row.move(centre)
    limit = farthest(gamma, radius)
    return _series(row.offsets[: values.size], mean + row.above, radius, limit, deficit, work), gamma


def _excess(values: Floats, found: Survey, excess: float, deficit: float, room: Room | None, logits: bool) -> Look:
    """By sums from the top, or in one around a centre if these show that it needs that."""
    n = values.size
    offsets, peak, top, reach, _, _ = found
    rough, exact = _looked_at(n, offsets, room)

    def look(gamma: float, roughly: bool) -> Residual:
        depths, t, w, v, total, dots, small = rough if roughly else exact
        t = np.multiply(depths, gamma, t)
        deep = roughly and not (gamma * reach < SHALLOW and reach < DEEPEST)
        if deep:
            np.maximum(t, FAINT, out=t)
        w = np.exp(t, w)
        if deep:
            w -= np.exp(FAINT)
        w[peak] = 0.0
        w[n:] = 0.0
        if v is None:
            v = w if roughly else np.empty_like(w)
        rest, (first, second, third) = float(total(w)), map(float, moment_sums(w, t, v, dots))
        sums = rest, first, second, third
        residual, second, third = excess_cumulants(*sums, 1, excess)
        if roughly:
            return residual, second, third, None
        mean = first / (1 + rest)
        if is_close(mean, second, excess, deficit):
            around = few_digits(mean)
            centred(t, around, None, v)
            residual = excess_residual(rest, float(small(v) if small else row_dot(w, v)), 1, excess, around)
        if is_levered(mean, second, excess, deficit):
            if not deficit < excess:
                return math.nan, second, third, None
            row = _Centred(values, offsets, top, deficit, room.work if room else None, logits)
            row.move(_moved(top, float(balance(gamma, (1 + rest) / n)), logits))
            return row.look(gamma)
        return residual, second, third, (w, v, sums, math.inf, 0.0)

    return look


def _looked_at(n: int, offsets: Floats, room: Room | None) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
    """Depths in float32, and in float64, each with what `_Sums` has, as far as there is any."""
    if room:
        return (room.single, *room.rough), (offsets, *room.exact)
    own = None, None, None, row_sum, None, None
    return (_single(n, offsets, None), *own), (offsets, *own)


def _single(n: int, offsets: Floats, work: Workspace | None) -> NDArray[np.float32]:
    """The same in float32."""
    size = _sizes(n).single
    if work is None and size == offsets.size:
        return offsets.astype(np.float32)
    single = np.zeros(size, np.float32) if work is None else work.array("single", (size,), np.float32)
    single[:n] = offsets[:n]
    return single


def _rooms(like: NDArray[Any], work: Workspace | None) -> list[NDArray[Any]]:
    """Room for t, w and their products; that of a row before, for a long one."""
    if work is None:
        return list(np.empty((3, *like.shape), like.dtype))
    return [work.array(name, like.shape, like.dtype) for name in ("t", "w", "products")]


class _Sizes(NamedTuple):
    """How long rows of n are made, and `row_sum` of one that was not, to a few digits, without more questions."""

    single: int
    double: int
    plain: Total


@lru_cache(maxsize=2**10)
def _sizes(n: int) -> _Sizes:
    plain = ONES[np.dtype(np.float64)][:n].dot if n <= COARSE else partial(row_sum, roughly=True)
    return _Sizes(padded(n, np.float32), padded(n, np.float64), plain)


def _moved(centre: float, by: float, logits: bool) -> float:
    """The value whose logarithm is `by` above that of another."""
    return centre + by if logits else max(centre * float(np.exp(by)), LEAST_CENTRE)


class _Centred:
    """A row with its logarithms around a centre, where one sum is enough to tell the deficit."""

    def __init__(
        self, values: Floats, depths: Floats, top: float, deficit: float, work: Workspace | None, logits: bool
    ) -> None:
        self.values, self.depths, self.top, self.deficit = values, depths, top, deficit
        self.work, self.logits = work, logits
        self.centre = math.nan

    def move(self, centre: float) -> None:
        """Take the logarithms around this centre."""
        if centre != self.centre:
            self.centre = centre
            self.above = float(below(np.array([centre]), np.array([self.top]), logits=self.logits)[0])
            self.offsets = _offsets("offsets", self.values, centre, self.work, self.logits)

    def look(self, gamma: float) -> Residual:
        """H(gamma) - H* and the cumulants, from this centre or from one that is better."""
        residual, second, third, drift, left = self._measure(self.offsets, gamma, self.above)
        if self.deficit >= UNEVEN and not is_sound(self.deficit, drift) and math.isfinite(drift / gamma):
            self.move(_moved(self.centre, drift / gamma, self.logits))
            residual, second, third, drift, left = self._measure(self.offsets, gamma, self.above)
        kept = *left, self.centre, self.above
        delicate = is_delicate(_mean(self.values.size, gamma, kept), second, self.deficit, ROUNDED)
        if delicate or not is_sound(self.deficit, drift):
            residual = math.nan
        return residual, second, third, kept if self.values.size > SHORT else None

    def glance(self, single: NDArray[np.float32], gamma: float) -> Residual:
        """The same to a few digits, from what float32 has of the logarithms."""
        return *self._measure(single, gamma, None)[:3], None

    def _measure(self, offsets: NDArray[Any], gamma: float, above: float | None) -> tuple[Any, ...]:
        t, w, v = _rooms(offsets, self.work)
        np.multiply(offsets, gamma, t)
        rest = None if above is None else rest_of(t, self.depths, gamma, above)
        sums, n = tuple(map(float, raised_sums(t, w, v, rest))), self.values.size
        residual, second, third, drift = deficit_cumulants(*(sums[0], sums[1], sums[2], sums[3]), n, self.deficit)
        if above is not None:
            around, w[n:] = few_digits(self.deficit), 0.0
            distance = float(row_dot(w, centred(t, around, rest, v)))
            residual = deficit_residual(sums[0], distance, n, self.deficit, around)
        return float(residual), second, third, float(drift), (w, v, sums)


def _direct(row: _Centred, centre: float) -> Look:
    """By one sum around the centre, or one that is better."""
    row.move(centre)
    single = _single(row.values.size, row.offsets, row.work)

    def look(gamma: float, roughly: bool) -> Residual:
        if roughly:
            return row.glance(single, gamma)
        row.move(centre)
        return row.look(gamma)

    return look


def _series(offsets: Floats, shift: float, radius: float, limit: float, deficit: float, work: Workspace | None) -> Look:
    shift = 0.0 if abs(shift) <= 2 * EPS * radius else shift
    highest = highest_power(limit)
    means = power_means(
        lambda some, part: offsets[None, part],
        (1, offsets.size),
        *(np.array([shift]), np.array([radius]), np.array([offsets.size])),
        *(highest, work or Workspace()),
    )[:, 0].tolist() + [0.0] * (HIGHEST - highest)

    def look(gamma: float, roughly: bool) -> Residual:
        value, second, third = deficit_series(means, gamma * radius)
        sound = roughly or gamma * radius <= limit
        return (deficit - float(value) if sound else math.nan), second, third, None

    return look
