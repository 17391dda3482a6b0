"""Distributions of rows whose exponents are known."""

import math

import numpy as np
from numba import float64, types

from entnorm.fast.building import entry
from entnorm.fast.lanes import FAR, restored_sum, stepped_sum
from entnorm.fast.sums import (
    CHUNK,
    add,
    aligned,
    count_top,
    deficit_sums,
    exact,
    excess_sums,
    fill_tail,
    if_normal,
    loop,
    of_four,
    padded,
    part,
    plain,
)
from entnorm.fast.vectors import larger, mutable, plus_one, reduced, wide

_HALF, _SIXTH, _24TH, _120TH = (1.0 / math.factorial(k) for k in range(2, 6))
_PIECE = 2**12  # entries that are scaled at a time, from the end of a row, which the cache still holds
_ROWS, _GIVEN = (types.Array(float64, ndim, "C", readonly=True) for ndim in (2, 1))
_NUMBERS = float64[::1]


@loop
def _scale_chunk(x, centre, by, factor, out):
    wide()
    for i in range(x.size):
        y = (x[i] - centre) * by
        out[i] = out[i] * factor * (1.0 + y * (1.0 + y * (_HALF + y * (_SIXTH + y * (_24TH + y * _120TH)))))


@exact
def scale_row(x, centre, tails, by, factor, out):
    """Turn exponentials that were kept into ``factor exp(t + by (x - centre))``; `by` moves t by less than 1 / 200."""
    wide()
    whole = aligned(x.size)
    for right in range(whole, 0, -_PIECE):
        part = slice(max(right - _PIECE, 0), right)
        _scale_chunk(x[part], centre, by, factor, out[part])
    _scale_chunk(tails[0], centre, by, factor, tails[1])
    for i in range(x.size - whole):
        out[whole + i] = tails[1, i]


@plain
def _weight(d, gamma):
    t = d * gamma
    s, p = reduced(t)
    return if_normal(t, plus_one(s, p))


@loop
def tilt_chunk(x, top, gamma, out):
    """exp(gamma (x - top)) and its sum."""
    wide()
    total = 0.0
    far = x.size // 4
    for i in range(far):
        j, k, l = i + far, i + 2 * far, i + 3 * far  # noqa: E741
        out[i], out[j], out[k], out[l] = (
            *(_weight(x[i] - top, gamma), _weight(x[j] - top, gamma)),
            *(_weight(x[k] - top, gamma), _weight(x[l] - top, gamma)),
        )
        total += of_four((out[i], out[j], out[k], out[l]))
    return total


@exact
def tilt_row(x, top, gamma, by, entropy, tails, out):
    """The escort distribution of one row, see `entnorm.moments.tilt`; the two rows of `tails` are scratch."""
    wide()
    fill_tail(x, -np.inf, tails[0])
    total, rest, whole = 0.0, 0.0, aligned(x.size)
    for left in range(0, tails.shape[1], CHUNK):
        part = slice(left, min(left + CHUNK, tails.shape[1]))
        total, rest = add(total, rest, tilt_chunk(tails[0, part], top, gamma, tails[1, part]))
    for left in range(0, whole, CHUNK):
        part = slice(left, min(left + CHUNK, whole))
        total, rest = add(total, rest, tilt_chunk(x[part], top, gamma, out[part]))
    factor = 1.0 / restored_sum(total + rest, gamma, by, entropy)
    for i in range(whole):
        out[i] *= factor
    for i in range(x.size - whole):
        out[whole + i] = tails[1, i] * factor


@part
def step_row(x, centre, base, by, ones, sums, tails, out):
    """The distribution, from what was kept and summed up at `base`, a last step, `by`, from gamma.

    The sums are those of `excess_sums`, from which `ones` are left out, that of the maximum, or of `deficit_sums`, from
    which that of each entry is.
    """
    total = stepped_sum(by / base, ones, sums[0], sums[1], sums[2], sums[3])
    scale_row(x, centre, tails, by, 1.0 / total, out)


@part
def _retake(x, top, base, by, centre, tails, out):
    """The distribution of a row that was solved, from the look that decided, which is taken again.

    But for the sum of small terms, which is not needed: the others have the same bits without it.
    """
    whole, from_top = aligned(x.size), centre == np.inf
    origin = top if from_top else centre
    fill_tail(x, origin, tails[0])
    if from_top:
        ones, (sums, _) = count_top(x, top), excess_sums(x[:whole], (origin, 0.0), tails, base, out)
    else:
        ones, (sums, _) = x.size, deficit_sums(x[:whole], origin, top, 0.0, tails, base, out)
    step_row(x, origin, base, by, float(ones), sums, tails, out)


@entry(types.void(_ROWS, *(_GIVEN,) * 4, types.boolean[::1], float64[:, ::1]))
def tilt(values, gamma, base, by, centre, others, out):
    """Escort distributions of logits, as `solve_rows` makes them, after the look that is told by what follows gamma.

    But for some `others`, to which are added those that others have solved and it cannot step to: with entries outside
    the support, or with logarithms that move far.
    """
    wide()
    tails = np.empty((2, padded(values.shape[1] - aligned(values.shape[1]))))
    for row in range(values.shape[0]):
        if others[row]:
            continue
        x = mutable(values)[row]
        top, below = x[0], -x[0]
        for i in range(x.size):
            top, below = larger(x[i], top), larger(-x[i], below)
        if base[row] > 0.0 and not abs(by[row]) * (top + below) < FAR:
            others[row] = True
            continue
        if 0.0 < gamma[row] < np.inf:
            if base[row] > 0.0:
                _retake(x, top, base[row], by[row], centre[row], tails, out[row])
            else:
                tilt_row(x, top, gamma[row], by[row], centre[row], tails, out[row])
            continue
        count = 0
        for i in range(x.size):
            inside = x[i] > -np.inf if gamma[row] == 0.0 else x[i] == top
            out[row, i] = 1.0 if inside else 0.0
            count += 1 if inside else 0
        for i in range(x.size):
            out[row, i] = out[row, i] / count if gamma[row] == gamma[row] else np.nan


@entry(types.void(_GIVEN, float64, float64, _NUMBERS, _NUMBERS))
def weigh(x, top, gamma, sums, out):
    """Weights of some columns of a row, the sum of which goes to `sums`, with what rounding has left of it: `tilt_row`.

    The columns fill vectors; those that begin with what does not, filled up with -inf, come first.
    """
    wide()
    for left in range(0, x.size, CHUNK):
        part = slice(left, min(left + CHUNK, x.size))
        sums[0], sums[1] = add(sums[0], sums[1], tilt_chunk(mutable(x)[part], top, gamma, out[part]))
