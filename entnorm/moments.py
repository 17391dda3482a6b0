"""Sums over the entries of escort distributions, in the log domain and free of cancellation that would cost digits.

Two distances are measured, because neither is accurate everywhere:

* the *excess* ``H - log m`` over the entropy of the m tied maxima, by `power_sums` from the top: terms of one sign;
* the *deficit* ``log s - H`` below that of the uniform distribution on the s support points, by `power_sums` around a
  centre where it is not small, by `power_means` for a series where all logarithms are near each other, and else term by
  term by `deficit`, in which all have one sign.

All are taken as `entnorm.reductions` has it: the sums of a row do not depend on the rows around it, bit for bit.
"""

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from entnorm.reductions import (
    CHUNK,
    SHORT,
    TileSums,
    Workspace,
    columns,
    padded,
    row_dot,
    row_max,
    row_sum,
    row_total,
    tiles,
)
from entnorm.steps import TALL, lost, restored_sum, stepped_sum

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Mask = NDArray[np.bool_]
Indices = NDArray[np.intp]
Dot = Callable[[NDArray[Any]], Any]
Rest = tuple[tuple[Indices, ...], Floats]  # where t is large, and what rounding has taken from it there
Around = Callable[[slice, tuple[Any, ...]], Floats | None]  # by some rows and the sums over them
Read = Callable[[slice, slice], NDArray[Any]]  # some columns of some rows, in any float dtype

EMPTY = -800.0  # exp of it is zero, and its product with zero is too (that of -inf is not)
LEAST_CENTRE = 1e-300  # so that p / centre cannot overflow
SHALLOW = 86.0  # below minus this, exp may be no normal number of float32: a hundred times slower, and of no account
FAINT = np.float32(-87.0)  # where such t are held, and exp of it taken away
DEEPEST = float(np.finfo(np.float32).max)  # a depth from here on may be -inf in float32
_SMALL = 0.3  # below this, l e^l - e^l + 1 is summed as a series
_SERIES = [(k + 1) / float(np.prod(np.arange(1.0, k + 3))) for k in range(14)]  # (k+1)/(k+2)!
_UNDERFLOWN = 1e-290  # a quotient this small may have lost digits to underflow
_LEAST = 5e-324
IN_WORDS = -1.0  # instead of the order of a last look
_LIFT = 32  # powers of two that keep the difference of two finite logits finite, summed over any row


class LastLook(NamedTuple):
    """Where the look that decided was taken at rows: arrays of shape ``(rows,)``.

    Distributions are made of its exponentials, ``exp(base (log p - log centre))``, by a last step; or, where that is
    not a slight one, anew, at gamma: then the base is 0, or `IN_WORDS` if float64 has too few digits for that, and the
    others say what gamma has lost.
    """

    base: Floats  # the order, or one of those
    by: Floats  # what gamma is beyond it, the step in all its digits; without it, what gamma is beyond its rounding
    centre: Floats  # the value that logarithms are relative to, inf for the maximum; without base, the entropy

    def part(self, rows: slice | Indices) -> "LastLook":
        """The same of some rows."""
        return LastLook(self.base[rows], self.by[rows], self.centre[rows])


class Kept(NamedTuple):
    """What that look has left of rows: w, which is 0 at the maximum if that is the centre, and their `power_sums`."""

    weights: Floats  # of shape (rows, n), or longer
    sums: Floats  # of shape (4, rows)
    peak: Indices | None  # where the maxima are, if all rows have one, and full support

    def part(self, rows: slice) -> "Kept":
        """The same of some rows."""
        return Kept(self.weights[rows], self.sums[:, rows], None if self.peak is None else self.peak[rows])


class Cumulants(NamedTuple):
    """An entropy measured from one end, and the 2nd and 3rd cumulant of log q under q; each of shape ``(rows,)``."""

    value: Floats
    second: Floats
    third: Floats


def rest_of(t: Floats, depths: Floats, gamma: Any, above: Any) -> Rest | None:
    """What rounding has taken from t around a centre, where that would show in w: see `entnorm.steps.lost`.

    `depths` are logarithms relative to the maximum, which is `above` the centre; what belongs to a row may be arrays.
    """
    above = gamma * above
    if not np.any(above > TALL):
        return None
    where = np.nonzero(t > TALL)
    if t.ndim > 1:
        gamma, above = gamma[where[0]], above[where[0]]
    return where, lost(t[where], depths[where] * gamma, above)


def give_back(rest: Rest | None, w: Floats, less: float = 0.0) -> None:
    """Let w be exp(t), less `less`, of the t that has not been rounded."""
    if rest is not None:
        where, t = rest
        w[where] += (w[where] + less) * t


def centred(t: NDArray[Any], around: Any, rest: Rest | None, out: NDArray[Any]) -> NDArray[Any]:
    """The t that have not been rounded, less a number."""
    np.subtract(t, around, out=out)
    if rest is not None:
        where, lost_there = rest
        out[where] += lost_there
    return out


def raised_sums(
    t: NDArray[Any], w: NDArray[Any] | None = None, v: NDArray[Any] | None = None, rest: Rest | None = None
) -> tuple[Any, Any, Any, Any]:
    """Sums of expm1(t), and of w t, w t^2, w t^3 for w = exp(t), over each row; `w` is room for w, `v` for the others.

    Without the latter, w is used up.
    """
    w = np.expm1(t, w)
    give_back(rest, w, less=1.0)
    raised = row_sum(w)
    if w.dtype == np.float64:  # anew, for NumPy's expm1 is off by up to two units in its last place
        np.exp(t, out=w)
        give_back(rest, w)
    else:
        w += 1
    return raised, *moment_sums(w, t, v)


def moment_sums(
    w: NDArray[Any], t: NDArray[Any], v: NDArray[Any] | None = None, dots: tuple[Dot, Dot] | None = None
) -> tuple[Any, Any, Any]:
    """Sums of w t, w t^2, w t^3 over each row, the latter two to a few digits; `v`, or else `w`, is used up.

    `dots` may give what multiplies w by t, and what does so with v to a few digits.
    """
    v = w if v is None else v
    if dots is None:
        short = w.ndim == 1 and w.size <= CHUNK
        dots = (w.dot, v.dot) if short else (partial(row_dot, w), partial(row_dot, v, roughly=True))
    dot, rough = dots
    first = dot(t)
    np.multiply(w, t, v)
    second = rough(t)
    np.multiply(v, t, v)
    return first, second, rough(t)


def log_offsets(
    values: Floats, centre: Floats, *, logits: bool, scale: Integers | None = None, out: Floats | None = None
) -> Floats:
    """Logarithms of the entries relative to `centre` (one per row), each right to a few units in its last place.

    `values` are logits, or probabilities whose logarithms are taken here: from the exact difference where entry and
    centre are within a factor of two, since ``log p - log c`` would lose every digit that they share. With `scale`
    (logits only) the result is multiplied by ``2**scale``, without an overflow on the way down.
    """
    out = np.empty(values.shape) if out is None else out
    column = centre[:, None]
    if not logits:
        for part in columns(values.shape[1]):  # scratch for a long row would be twice as long as it is
            _log_quotients(values[:, part], column, out[:, part])
    elif scale is None or not scale.any():
        np.subtract(values, column, out=out)
    else:
        lift = np.where(scale < 0, _LIFT, 0)
        difference = np.ldexp(values, -lift[:, None]) - np.ldexp(centre, -lift)[:, None]
        np.ldexp(difference, (scale + lift)[:, None], out=out)
        np.copyto(out, -_LEAST, where=(out == 0) & (values < column))  # below is below, however little
    return out


def _log_quotients(values: Floats, column: Floats, out: Floats) -> None:
    quotient = values / column
    np.log(quotient, out=out)
    faint = quotient < _UNDERFLOWN
    if faint.any():
        out[faint] = np.log(values[faint]) - np.log(column)[np.nonzero(faint)[0], 0]
    np.subtract(values, column, out=quotient)
    quotient /= column
    np.log1p(quotient, out=out, where=np.abs(quotient) <= 0.5)


def below(values: Floats, top: Floats, *, logits: bool, scale: Integers | None = None) -> Floats:
    """How far the logarithms of some values, one for each row, are below those of `top`: see `log_offsets`."""
    return np.asarray(-log_offsets(values[:, None], top, logits=logits, scale=scale)[:, 0])


def power_sums(
    read: Read,
    shape: tuple[int, ...],
    gamma: Floats,
    work: Workspace,
    *,
    from_top: bool,
    peak: Indices | None = None,
    deep: Mask | None = None,
    lift: Floats | None = None,
    dtype: Any = np.float64,
    weights: Floats | None = None,
    top: tuple[Read, Floats] | None = None,
    around: Around | None = None,
) -> Floats:
    """Sums of w, w t, w t^2, w t^3 over each row, for t = gamma * offset and w = exp(t); shape ``(4, rows)``.

    Parameters
    ----------
    read : callable
        Gives the offsets, logarithms of entries relative to any centre of their row; from the top it may append zeros.
    shape : (rows, n)
    gamma : ndarray of shape (rows,)
    from_top : bool
        Whether offsets are measured from the maximum; w counts as 0 where they are 0. Otherwise they are measured from
        a centre inside the row, are 0 outside the support, and the first sum is that of expm1(t).
    peak : ndarray of shape (rows,), optional
        Where the maximum is, or -1 if there are several: saves looking for it, and float32 would see some that are not.
    deep : ndarray of shape (rows,), optional
        Rows in which the product of an offset with gamma may be below -86, or -inf.
    lift : ndarray of shape (rows,), optional
        Logarithms of factors for the w of each row, from the top, with which they do not underflow.
    dtype : dtype
        float32 for a third of the time and of the digits.
    weights : ndarray, optional
        Where w is kept: as long as `entnorm.reductions.padded` has it, of rows that are one tile long.
    top : (callable, ndarray of shape (rows,)), optional
        Around a centre: gives logarithms relative to the maximum, and how far that is above; for the last digits of w.
    around : callable, optional
        Then there is a fifth sum, that of w (t - c) over the support. It is asked for the c of the rows of each tile,
        with the other sums over that; where it has none, the fifth is 0. Around a centre, `top` is needed as well.
    """
    sums = TileSums((4 if around is None else 5, shape[0]))
    column = gamma.astype(dtype)[:, None]
    lift = lift.astype(dtype) if lift is not None and lift.any() else None
    for some, part in tiles(shape):
        offsets = read(some, part)
        height, width = offsets.shape
        room = height, padded(width, dtype)
        t, v = work.array("t", room, dtype), work.array("w", room, dtype)
        w = weights[some] if weights is not None else v if around is None else work.array("weights", room, dtype)
        np.multiply(offsets, column[some], out=t[:, :width])
        t[:, width:] = 0
        rest = None
        if from_top:
            _weigh(t, w, None if lift is None else lift[some], None if deep is None else deep[some])
            _forget_maxima(w, offsets, part, None if peak is None else peak[some])
            found: tuple[Any, ...] = row_sum(w), *moment_sums(w, t, v)
        elif top is None:
            found = raised_sums(t, w, v)
        else:
            found, rest = _exact_sums(t, w, v, top[0](some, part), gamma[some], top[1][some])
        if around is not None:
            found = *found, _small_sum(w, t, around(some, found), rest, v)
        sums.add((some, part), found)
    return sums.total()


def _weigh(t: NDArray[Any], out: NDArray[Any], lift: NDArray[Any] | None, deep: Mask | None) -> None:
    """exp(t) from the top: see `power_sums`. Overwrites t that are too low."""
    single = out.dtype == np.float32
    deep = deep if deep is not None and deep.any() else None
    if deep is not None:
        np.maximum(t, FAINT if single else EMPTY, out=t)
    np.exp(t if lift is None else t + lift[:, None], out=out)
    if deep is not None and single:
        out -= np.where(deep, np.exp(FAINT), np.float32(0.0))[:, None]


def _small_sum(w: NDArray[Any], t: NDArray[Any], place: Floats | None, rest: Rest | None, v: NDArray[Any]) -> Any:
    """The sum of w (t - place), if there is a place: see `power_sums`."""
    return np.zeros(len(w)) if place is None else row_dot(w, centred(t, place[:, None], rest, v))


def _forget_maxima(w: NDArray[Any], offsets: NDArray[Any], part: slice, peak: Indices | None) -> None:
    """Let w be 0 where the maxima are, of each row by itself, and beyond these columns: see `power_sums`."""
    several = np.ones(len(w), np.bool_) if peak is None else peak < 0
    if several.any():
        np.copyto(w[:, : offsets.shape[1]], 0, where=(offsets == 0) & several[:, None])
    if peak is not None:
        here = np.flatnonzero((peak >= part.start) & (peak < part.stop))
        w[here, peak[here] - part.start] = 0
    w[:, part.stop - part.start :] = 0


def _exact_sums(
    t: Floats, w: Floats, v: Floats, depths: Floats, gamma: Floats, above: Floats
) -> tuple[tuple[Any, ...], Rest | None]:
    """`raised_sums` of the t that have not been rounded, and their rest; then w is 0 outside the support and beyond."""
    rest = rest_of(t, depths, gamma, above)
    found = raised_sums(t, w, v, rest)
    w[:, depths.shape[1] :] = 0
    np.copyto(w[:, : depths.shape[1]], 0, where=depths == -np.inf)
    return found, rest


def power_means(
    read: Read, shape: tuple[int, ...], mean: Floats, radius: Floats, support: Integers, highest: int, work: Workspace
) -> Floats:
    """Means over the support of z, z^2, ... up to `highest`, where z = (offset - mean) / radius.

    The offsets are -inf outside the support; the result has shape ``(highest, rows)``.
    """
    rows, n = shape
    sums = TileSums((highest, rows))
    column, shifted, holes = (1.0 / radius)[:, None], bool(mean.any()), bool((support < n).any())
    for some, part in tiles(shape):
        offsets = read(some, part)
        height, width = offsets.shape
        room = height, padded(width, np.float64)
        z, power, higher = (work.array(name, room) for name in ("z", "power", "higher"))
        if shifted:
            offsets = np.subtract(offsets, mean[some, None], out=higher[:, :width])
        np.multiply(offsets, column[some], out=z[:, :width])
        z[:, width:] = 0.0
        if holes:
            np.copyto(z, 0.0, where=z == -np.inf)
        np.copyto(power, z)
        terms = [row_sum(z)]
        for k in range(1, highest // 2 + 1):  # power = z^k
            terms.append(row_dot(power, power))
            if 2 * k < highest:
                np.multiply(power, z, out=higher)
                terms.append(row_dot(power, higher))
                power, higher = higher, power
        sums.add((some, part), terms)
    return np.asarray(sums.total() / support)


def deficit(read: Read, shape: tuple[int, ...], support: Integers, gamma: Floats) -> tuple[Cumulants, Floats]:
    """``log s - H`` of the escort distribution of order `gamma`, and the log of the mean of exp(gamma * offset).

    With l_i = log(s q_i), the deficit is the mean over the support of ``l e^l - e^l + 1 >= 0``, which vanishes to
    second order at l = 0. What rounding has left of the normalisation, r, is taken out: with v the mean of those terms,
    the deficit is ``(v + r) / (1 + r) - log1p(r)``, to second order ``v / (1 + r) - r^2 / 2``. But the rounding of
    ``gamma * offset`` does more, and is harmless only while the offsets are centred: where the second number returned
    is not small, a caller moves the centre by it.

    Parameters
    ----------
    read : callable
        Gives log p_i minus a constant of the row, -inf outside the support. Its product with gamma may overflow to
        -inf, but has to be far from where exp overflows.
    shape : (rows, n)
    support, gamma : ndarray of shape (rows,)
        s and the order.
    """
    sums = TileSums((2, shape[0]))
    for some, part in tiles(shape):
        t, raised, outside = _raised(_lengthened(read(some, part)), gamma[some], 0.0)
        sums.add((some, part), (row_sum(raised), row_dot(_weights(t, raised, outside), t)))
    mean, first = sums.total() / support
    log_mean = np.log1p(mean)
    guess = first / (1.0 + mean) - log_mean
    sums = TileSums((4, shape[0]))
    for some, part in tiles(shape):
        t, raised, outside = _raised(_lengthened(read(some, part)), gamma[some], log_mean[some, None])
        weights = _weights(t, raised, outside)
        terms = _convex_terms(t, weights, raised)
        np.copyto(terms, 0.0, where=outside)
        t -= guess[some, None]
        weights *= t
        square = row_dot(weights, t)
        weights *= t
        sums.add((some, part), (row_sum(terms), row_sum(raised), square, row_dot(weights, t)))
    value, rest, second, third = sums.total() / support
    total = 1.0 + rest
    return Cumulants(value / total - 0.5 * rest * rest, second / total, third / total), log_mean


def _lengthened(offsets: NDArray[Any]) -> NDArray[Any]:
    """The same with entries outside the support beyond them, see `padded`."""
    rows, n = offsets.shape
    size = padded(n, np.float64)
    if size == n:
        return offsets
    room = np.full((rows, size), -np.inf)
    room[:, :n] = offsets
    return room


def _raised(offsets: NDArray[Any], gamma: Floats, level: Any) -> tuple[Floats, Floats, Mask]:
    """By how much t is above a level; expm1 of that, 0 outside the support; and where that is."""
    outside = offsets == -np.inf
    t = offsets * gamma[:, None]
    t -= level
    np.copyto(t, EMPTY, where=outside)
    np.maximum(t, EMPTY, out=t)
    raised = np.expm1(t)
    np.copyto(raised, 0.0, where=outside)
    return t, raised, outside


def _weights(t: Floats, raised: Floats, outside: Mask) -> Floats:
    """exp(t), 0 outside the support: not from expm1(t) where that is close to -1 and has the digits of 1, no more."""
    weights = raised + 1.0
    low = np.flatnonzero(raised < -0.5)
    weights.ravel()[low] = np.exp(t.ravel()[low])
    np.copyto(weights, 0.0, where=outside)
    return weights


def _convex_terms(l: Floats, weights: Floats, raised: Floats) -> Floats:  # noqa: E741
    """``l e^l - e^l + 1``; by its series where the three terms cancel."""
    terms = weights * l
    terms -= raised
    small = np.flatnonzero(np.abs(l) < _SMALL)
    if small.size:
        x = l.ravel()[small]
        series = np.full_like(x, _SERIES[-1])
        for coefficient in reversed(_SERIES[:-1]):
            series *= x
            series += coefficient
        terms.ravel()[small] = series * x * x
    return terms


def powers(depths: Floats, gamma: Floats) -> Floats:
    """Logarithms of weights of order `gamma`, from those of the entries; see `tilt`. Overwrites them."""
    ends = (gamma == 0) | (gamma == np.inf)
    if ends.any():
        uniform, peaked = gamma == 0, gamma == np.inf
        depths[uniform] = np.where(depths[uniform] > -np.inf, 0.0, -np.inf)
        depths[peaked] = np.where(depths[peaked] == 0, 0.0, -np.inf)
    depths *= np.where(ends, 1.0, gamma)[:, None]
    return depths


def step_weights(
    depths: NDArray[Any], w: Floats, by: Any, total: Any, room: Floats, out: Floats, above: Any = 0.0
) -> None:
    """Probabilities after a last step: w exp(y) / total, see `entnorm.steps.is_slight`.

    There y is `by` times the logarithms relative to a centre, `above` which the maximum is. It saves an exponential,
    which takes five sweeps, and where the processor has no vectors for it three times as long. What belongs to a row
    broadcasts; `room` is scratch.
    """
    factor, rise = 1.0 / total, by * above
    slope = factor * by * (1.0 + rise)
    np.multiply(depths, factor * by * by * 0.5, room)
    np.add(room, slope, room)
    np.multiply(room, depths, room)
    np.add(room, factor * (1.0 + rise * (1.0 + 0.5 * rise)), room)
    np.multiply(room, w, out)


def tilt_by_step(
    values: Floats,
    depths: Floats,
    look: LastLook,
    out: Floats,
    work: Workspace,
    *,
    logits: bool,
    kept: Kept | None = None,
) -> None:
    """Escort distributions of rows the last step to which was a slight one.

    They are those that were made from what the last look `kept`, bit for bit, whether it is still there or not.
    """
    (rows, n), outside = depths.shape, None
    leans = (look.base > 0) & (look.centre < np.inf)
    lean, from_top = np.flatnonzero(leans), np.flatnonzero(~leans)
    if kept is not None and kept.peak is not None:
        maxima: Any = from_top, kept.peak[from_top]
        ones = np.where(leans, n, 1)
    else:
        outside = depths == -np.inf if depths.min() == -np.inf else None
        on_top = depths == 0.0
        on_top[lean] = False
        maxima, ones = on_top, np.count_nonzero(on_top, -1)
        ones[lean] = n if outside is None else n - np.count_nonzero(outside, -1)[lean]
    above, v = np.zeros(rows), work.array("w", (rows, padded(n, np.float64)))
    if lean.size:
        above[lean] = below(look.centre[lean], row_max(values)[lean], logits=logits)
    if kept is None:
        t, offsets = work.array("t", v.shape), log_offsets(values[lean], look.centre[lean], logits=logits)
        np.multiply(depths, look.base[:, None], t[:, :n])
        t[:, n:] = 0.0
        offsets *= look.base[lean, None]
        t[lean, :n] = offsets
        if outside is not None:
            t[:, :n][outside] = 0.0
        kept = _kept(n, t, rest_of(t, depths, look.base, above), lean, maxima, outside, v, work)
    weights = kept.weights[:, :n]
    weights[maxima] = 1.0
    if outside is not None:
        weights[outside] = depths[outside] = 0.0
    total = stepped_sum(look.by / look.base, ones, *kept.sums)
    step_weights(depths, weights, look.by[:, None], total[:, None], v[:, :n], out, above[:, None])


def _kept(
    n: int,
    t: Floats,
    rest: Rest | None,
    lean: Indices,
    maxima: Mask,
    outside: Mask | None,
    v: Floats,
    work: Workspace,
) -> Kept:
    """What the last look had of rows of n: those that `lean` around a centre, the others without their maxima."""
    w = np.exp(t, work.array("weights", t.shape))
    give_back(rest, w)
    w[:, n:] = w[:, :n][maxima] = 0.0
    if outside is not None:
        w[:, :n][outside] = 0.0
    kept = Kept(w, np.array(_sums(w, t, v)), None)
    if lean.size:
        raised = np.expm1(t, v)
        give_back(rest, raised, less=1.0)
        kept.sums[0, lean] = row_sum(raised)[lean]
    return kept


def _sums(w: Floats, t: Floats, v: Floats) -> tuple[Any, ...]:
    """The sums of rows that were solved by themselves, or upright if they are short."""
    if w.shape[-1] > SHORT:
        return row_sum(w), *moment_sums(w, t, v)
    first = row_total(np.multiply(w, t, v))
    second = row_total(np.multiply(v, t, v))
    return row_total(w), first, second, row_total(np.multiply(v, t, v))


def tilt(depths: Floats, gamma: Floats, by: Floats, entropy: Floats, out: Floats, work: Workspace) -> None:
    """The escort distribution of order `gamma`.

    Parameters
    ----------
    depths : ndarray of shape (rows, n)
        log p_i - log p_max; -inf outside the support. Overwritten.
    gamma : ndarray of shape (rows,)
        Orders in [0, inf]: 0 is the uniform distribution on the support, inf the one on the maxima; NaN fills its row.
    by, entropy : ndarray of shape (rows,)
        What rounding has taken from gamma, and the entropy without that: see `entnorm.steps.restored_sum`.
    out : ndarray of shape (rows, n)
        Where the result goes; it may be `depths`.
    work : Workspace
    """
    rows, n = depths.shape
    largest = np.arange(rows), depths.argmax(-1)  # now: their powers, others may be rounded to the same
    powers(depths, gamma)
    size = padded(n, np.float64)
    weights = work.array("w", (rows, size)) if size > n else depths
    weights[:, n:] = 0.0
    np.exp(depths, out=weights[:, :n])
    beside = weights[largest]
    weights[largest] = 0.0  # so that the others are summed by themselves, and not beside a one
    total = (beside + row_total(weights))[:, None]
    weights[largest] = beside
    total = restored_sum(total, gamma[:, None], by[:, None], entropy[:, None])
    np.multiply(weights[:, :n], 1.0 / total, out=out)
