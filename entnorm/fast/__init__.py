"""The innermost loops compiled by numba: one row at a time, while it is in the cache.

Only ordinary rows come here: logits, all finite, with one maximum and a target inside. What is done with their sums,
`entnorm.steps`, is the same source as NumPy's rows go through; so is all that comes before and after, and a row that
does not settle at once is left to it. Compiled code is cached beside this file, or in ``NUMBA_CACHE_DIR``.
"""

from typing import Any

import numpy as np
from numba import float32, float64, int64, njit, types
from numba.extending import overload, register_jitable

from entnorm import steps
from entnorm.fast.sums import (
    CHUNK,
    aligned,
    count,
    deficit_sums,
    deficit_sums_f,
    excess_sums,
    excess_sums_f,
    fill_single,
    fill_tail,
    padded,
    power_means,
    survey_chunk,
    tilt_row,
)
from entnorm.fast.vectors import larger, wide
from entnorm.steps import GLANCES, HIGHEST, LEAN, NEAR, NEARLY, UNEVEN

LONGEST = 2**22  # entries of a row: what is kept of it stays far below 64 MiB

_EXTREME = 1e140  # numbers between this and its inverse can be squared, and the squares summed
_ROWS, _GIVEN = (types.Array(float64, ndim, "C", readonly=True) for ndim in (2, 1))
_NUMBERS, _COUNTS, _MASK = float64[::1], int64[::1], types.boolean[::1]

_row = njit(error_model="numpy", cache=True, nogil=True)

for _function in (
    *(steps.start, steps.power_step, steps.is_last, steps.search, steps.settle),
    *(steps.excess_cumulants, steps.deficit_cumulants, steps.deficit_series),
):
    register_jitable(error_model="numpy")(_function)


@overload(steps.pick, strict=False)
def _pick(condition: Any, yes: Any, no: Any) -> Any:
    return lambda condition, yes, no: yes if condition else no


@_row
def _survey(x, tail):
    """The numbers of a row, whether it is an ordinary one: all entries finite, one maximum, no extreme numbers."""
    n, whole, origin = x.size, aligned(x.size), x[0]
    fill_tail(x, 0.0, 0.0, origin, tail)
    top, bottom, first, second = survey_chunk(tail, origin) if n > whole else (origin, origin, 0.0, 0.0)
    for left in range(0, whole, CHUNK):
        high, low, s1, s2 = survey_chunk(x[left : min(left + CHUNK, whole)], origin)
        top, bottom, first, second = max(top, high), min(bottom, low), first + s1, second + s2
    average, reach = first / n, top - bottom
    deviation = np.sqrt(max(second / n - average * average, 0.0))
    ordinary = np.isfinite(second) and deviation > 1.0 / _EXTREME and reach < _EXTREME
    if ordinary:
        ties = count(x[:whole], top) + count(tail, top) - (tail.size - (n - whole) if origin == top else 0)
        ordinary = ties == 1
    return ordinary, top, reach, average + (origin - top), deviation


@_row
def _solve_excess(x, top, tail, single, gamma, excess, deficit):
    count, going = 0, True
    while going and count < GLANCES:
        sums = excess_sums_f(single, float32(0.0), single[:0], float32(gamma))
        value, second, third = steps.excess_cumulants(*sums, 1)
        gamma, going = steps.search(gamma, value - excess, second, third, excess, deficit)
        count += 1
    sums = excess_sums(x[: aligned(x.size)], top, tail, gamma)
    value, second, third = steps.excess_cumulants(*sums, 1)
    done, gamma, residual, second, _ = steps.settle(gamma, value - excess, second, third, excess, deficit)
    return done, gamma, residual, second, count + 1


@_row
def _solve_deficit(x, centre, tail, single, gamma, excess, deficit):
    count, going, size = 0, True, x.size
    while going and count < GLANCES:
        sums = deficit_sums_f(single, float32(0.0), single[:0], float32(gamma))
        value, second, third, _ = steps.deficit_cumulants(*sums, size)
        gamma, going = steps.search(gamma, deficit - value, second, third, excess, deficit)
        count += 1
    value, second, third, drift = steps.deficit_cumulants(
        *deficit_sums(x[: aligned(x.size)], centre, tail, gamma), size
    )
    done, gamma, residual, second, _ = steps.settle(gamma, deficit - value, second, third, excess, deficit)
    return done and deficit >= UNEVEN and drift <= 1.0, gamma, residual, second, count + 1


@_row
def _solve_series(means, radius, gamma, excess, deficit):
    count, going = 0, True
    while going and count < GLANCES:
        value, second, third = steps.deficit_series(means, gamma * radius)
        gamma, going = steps.search(gamma, deficit - value, second, third, excess, deficit)
        count += 1
    near = gamma * radius <= NEAR
    value, second, third = steps.deficit_series(means, gamma * radius)
    done, gamma, residual, second, _ = steps.settle(gamma, deficit - value, second, third, excess, deficit)
    return done and near, gamma, residual, second, count + 1


@njit(
    types.void(_ROWS, _GIVEN, _GIVEN, _MASK, _MASK, *(_NUMBERS,) * 3, _COUNTS, float64[:, ::1]),
    error_model="numpy", cache=True, nogil=True,
)  # fmt: skip
def solve_rows(values, excess, deficit, wanted, done, gamma, residual, varentropy, nit, out):
    """Solve the rows that are `wanted` and ordinary, and say which are `done`; their distributions, if `out` has rows.

    The goals are those of rows of full support with one maximum.
    """
    n = values.shape[1]
    single, tails = np.empty(padded(n), np.float32), np.empty((2, padded(n - aligned(n))))
    tail = tails[0]
    work = np.empty((5, CHUNK))
    means = np.empty(HIGHEST - 1)
    for row in range(values.shape[0]):
        x, e, d = values[row], excess[row], deficit[row]
        done[row] = False
        if not (wanted[row] and e > 1.0 / _EXTREME and d > 1.0 / _EXTREME):
            continue
        ordinary, top, reach, mean, deviation = _survey(x, tail)
        if not ordinary:
            continue
        g = steps.start(d, deviation)
        if not d * LEAN < e:
            fill_tail(x, top, 0.0, 0.0, tail)
            fill_single(x, top, 0.0, single)
            found = _solve_excess(x, top, tail, single, g, e, d)
        else:
            centre, radius = top + mean, max(-mean, reach + mean)
            if g * radius < NEARLY:
                shift = mean - (centre - top)  # of the mean from the centre, which is rounded
                fill_tail(x, centre, shift, 0.0, tail)
                power_means(x[: aligned(n)], n, centre, shift, tail, radius, work, means)
                found = _solve_series(means, radius, g, e, d)
            else:
                fill_tail(x, centre, 0.0, 0.0, tail)
                fill_single(x, centre, 0.0, single)
                found = _solve_deficit(x, centre, tail, single, g, e, d)
        done[row], gamma[row], residual[row], varentropy[row], nit[row] = found
        nit[row] *= done[row]
        if done[row] and out.shape[0]:
            tilt_row(x, top, gamma[row], tails, out[row])


@njit(types.void(_ROWS, _GIVEN, float64[:, ::1]), error_model="numpy", cache=True, nogil=True)
def tilt(values, gamma, out):
    """Escort distributions of logits."""
    wide()
    tails = np.empty((2, padded(values.shape[1] - aligned(values.shape[1]))))
    for row in range(values.shape[0]):
        x = values[row]
        top = x[0]
        for i in range(x.size):
            top = larger(x[i], top)
        if 0.0 < gamma[row] < np.inf:
            tilt_row(x, top, gamma[row], tails, out[row])
            continue
        count = 0
        for i in range(x.size):
            inside = x[i] > -np.inf if gamma[row] == 0.0 else x[i] == top
            out[row, i] = 1.0 if inside else 0.0
            count += 1 if inside else 0
        for i in range(x.size):
            out[row, i] = out[row, i] / count if gamma[row] == gamma[row] else np.nan
