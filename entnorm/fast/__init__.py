"""The innermost loops compiled by numba: one row at a time, while it is in the cache.

Only ordinary rows come here: logits, all finite, with one maximum and a target inside. What is done with their sums,
`entnorm.steps`, is the same source as NumPy's rows go through; so is all that comes before and after, and a row that
does not settle soon is left to it. Compiled code is cached beside this file, or in ``NUMBA_CACHE_DIR``.
"""

from typing import Any

import numpy as np
from numba import float32, float64, int64, njit, types
from numba.extending import overload, register_jitable

from entnorm import steps
from entnorm.fast.sums import (
    CHUNK,
    aligned,
    centre_tail,
    count,
    deficit_sums,
    deficit_sums_f,
    excess_sums,
    fill_single,
    fill_tail,
    glance_sums,
    padded,
    power_means,
    scale_row,
    survey_chunk,
    tilt_row,
)
from entnorm.fast.vectors import larger, wide
from entnorm.steps import EPS, GLANCES, HIGHEST, LEAN, NEAR, NEARLY, UNEVEN

LONGEST = 2**21  # entries of a row: what is kept of it, and a copy in float64, stay below 64 MiB

_SETTLINGS = 3  # sums to all digits, after which a row is left to other code: one is the rule
_EXTREME = 1e140  # numbers between this and its inverse can be squared, and the squares summed
_ROWS, _GIVEN = (types.Array(float64, ndim, "C", readonly=True) for ndim in (2, 1))
_NUMBERS, _COUNTS, _MASK = float64[::1], int64[::1], types.boolean[::1]

_row = njit(error_model="numpy", cache=True, nogil=True, _nrt=False)  # without counts of references: see `sums`

for _function in (
    *(steps.start, steps.power_step, steps.is_last, steps.search, steps.settle),
    *(steps.excess_cumulants, steps.deficit_cumulants, steps.is_sound, steps.deficit_series),
):
    register_jitable(error_model="numpy")(_function)


@overload(steps.pick, strict=False)
def _pick(condition: Any, yes: Any, no: Any) -> Any:
    return lambda condition, yes, no: yes if condition else no


@_row
def _survey(x, tail):
    """The numbers of a row, whether they are ordinary: all entries finite, none extreme; and maxima in the tail."""
    n, whole, origin = x.size, aligned(x.size), x[0]
    fill_tail(x, origin, tail)
    top, bottom, first, second = survey_chunk(tail, origin) if n > whole else (origin, origin, 0.0, 0.0)
    for left in range(0, whole, CHUNK):
        high, low, s1, s2 = survey_chunk(x[left : min(left + CHUNK, whole)], origin)
        top, bottom, first, second = max(top, high), min(bottom, low), first + s1, second + s2
    average, reach = first / n, top - bottom
    deviation = np.sqrt(max(second / n - average * average, 0.0))
    ordinary = np.isfinite(second) and deviation > 1.0 / _EXTREME and reach < _EXTREME
    ties = count(tail, top) - (tail.size - (n - whole) if origin == top else 0)
    return ordinary, top, reach, average + (origin - top), deviation, ties


@_row
def _solve_excess(x, top, tails, single, gamma, excess, deficit, kept):
    """The answers; the last exponent of which exponentials were summed, and kept; their sums."""
    count, going = 0, True
    while going and count < GLANCES:
        value, second, third = steps.excess_cumulants(*glance_sums(single, float32(gamma)), 1)
        gamma, going = steps.search(gamma, value - excess, second, third, excess, deficit)
        count += 1
    base, done, proposal = gamma, False, gamma
    for _ in range(_SETTLINGS):
        base, count = proposal, count + 1
        sums = excess_sums(x, top, tails, base, kept)
        value, second, third = steps.excess_cumulants(*sums, 1)
        done, gamma, residual, second, proposal = steps.settle(base, value - excess, second, third, excess, deficit)
        if done:
            break
    return (done, gamma, residual, second, count), base, sums


@_row
def _finish(x, top, tails, gamma, base, sums, out):
    """The distribution from what `excess_sums` kept and found at `base`, from which gamma differs by the last step."""
    by = gamma - base
    step = by / base
    total = 1.0 + (sums[0] + step * (sums[1] + step * (sums[2] / 2.0 + step * sums[3] / 6.0)))
    scale_row(x, top, tails, by, 1.0 / total, out)


@_row
def _solve_deficit(x, centre, tail, single, gamma, excess, deficit):
    count, going, size = 0, True, x.size
    while going and count < GLANCES:
        sums = deficit_sums_f(single, float32(0.0), single[:0], float32(gamma))
        value, second, third, _ = steps.deficit_cumulants(*sums, size)
        gamma, going = steps.search(gamma, deficit - value, second, third, excess, deficit)
        count += 1
    proposal = gamma
    for _ in range(_SETTLINGS):
        sums, count = deficit_sums(x[: aligned(size)], centre, tail, proposal), count + 1
        value, second, third, drift = steps.deficit_cumulants(*sums, size)
        if deficit >= UNEVEN and not steps.is_sound(deficit, drift):
            centre += drift / proposal
            fill_tail(x, centre, tail)
            centre_tail(size - aligned(size), centre, 0.0, tail)
            sums = deficit_sums(x[: aligned(size)], centre, tail, proposal)
            value, second, third, drift = steps.deficit_cumulants(*sums, size)
        done, gamma, residual, second, proposal = steps.settle(
            proposal, deficit - value, second, third, excess, deficit
        )
        if done:
            break
    return done and steps.is_sound(deficit, drift), gamma, residual, second, count


@_row
def _powers(t):
    """The highest power, an even one, that the series of the deficit needs where no |t| is larger than this."""
    term, power = t, 2
    while term > EPS / 4 and power < HIGHEST:
        term *= t * t / (power * (power + 1))
        power += 2
    return power


@_row
def _solve_series(means, radius, farthest, gamma, excess, deficit):
    count, going = 0, True
    while going and count < GLANCES:
        value, second, third = steps.deficit_series(means, gamma * radius)
        gamma, going = steps.search(gamma, deficit - value, second, third, excess, deficit)
        count += 1
    proposal = gamma
    for _ in range(_SETTLINGS):
        near, count = proposal * radius <= farthest, count + 1
        value, second, third = steps.deficit_series(means, proposal * radius)
        done, gamma, residual, second, proposal = steps.settle(
            proposal, deficit - value, second, third, excess, deficit
        )
        if done:
            break
    return done and near, gamma, residual, second, count


@njit(error_model="numpy", cache=True, nogil=True)
def _room(n, kept):
    """Scratch for rows of n: float32, two tails, exponentials that are not to be kept, two for `power_means`."""
    tails, exponentials = np.empty((2, padded(n - aligned(n)))), np.empty(0 if kept else n)
    return np.empty(padded(n), np.float32), tails, exponentials, np.empty((5, CHUNK)), np.empty(HIGHEST - 1)


@_row
def _solve_row(x, e, d, room, out):
    """See `solve_row`; `room` is for rows of this length."""
    n, whole, (single, tails, exponentials, work, means) = x.size, aligned(x.size), room
    tail, base, sums = tails[0], 0.0, (0.0, 0.0, 0.0, 0.0)
    undone = (False, 0.0, 0.0, 0.0, 0.0, 0)
    if not (e > 1.0 / _EXTREME and d > 1.0 / _EXTREME):
        return undone
    ordinary, top, reach, mean, deviation, ties = _survey(x, tail)
    if not ordinary:
        return undone
    start = steps.start(d, deviation)
    centre, radius, found = top + mean, max(-mean, reach + mean), (False, 0.0, 0.0, 0.0, 0)
    if not d * LEAN < e:
        centre_tail(n - whole, top, 0.0, tail)
        ties += fill_single(x[:whole], top, top, tail, single)
        if ties == 1:
            kept = out if out.size else exponentials
            found, base, sums = _solve_excess(x[:whole], top, tails, single, start, e, d, kept)
    elif start * radius < NEARLY:
        shift = mean - (centre - top)  # of the mean from the centre, which is rounded
        ties += count(x[:whole], top)
        centre_tail(n - whole, centre, shift, tail)
        farthest = start * radius * (NEAR / NEARLY)
        power_means(x[:whole], n, centre, shift, tail, radius, _powers(farthest), work, means)
        found = _solve_series(means, radius, farthest, start, e, d)
    else:
        centre_tail(n - whole, centre, 0.0, tail)
        ties += fill_single(x[:whole], top, centre, tail, single)
        found = _solve_deficit(x, centre, tail, single, start, e, d)
    done, gamma, residual, varentropy, nit = found
    if not done or ties != 1:
        return undone
    if out.size and base > 0.0:
        _finish(x, top, tails, gamma, base, sums, out)
    elif out.size:
        tilt_row(x, top, gamma, tails, out)
    return True, gamma, base, residual, varentropy, nit


@njit(
    types.Tuple((types.boolean, *(float64,) * 4, int64))(_GIVEN, float64, float64, _NUMBERS),
    error_model="numpy", cache=True, nogil=True,
)  # fmt: skip
def solve_row(x, excess, deficit, out):
    """Whether the row is done; gamma, that of the exponentials kept (or 0), H - H*, the varentropy, iterations.

    Its distribution goes to `out`, if that has room. The goal is that of a row of full support with one maximum.
    """
    return _solve_row(x, excess, deficit, _room(x.size, out.size > 0), out)


@njit(
    types.void(_ROWS, _GIVEN, _GIVEN, _MASK, _MASK, *(_NUMBERS,) * 4, _COUNTS, float64[:, ::1]),
    error_model="numpy", cache=True, nogil=True,
)  # fmt: skip
def solve_rows(values, excess, deficit, wanted, done, gamma, base, residual, varentropy, nit, out):
    """The same for the rows that are `wanted`."""
    kept = out.shape[0] > 0
    room, nothing = _room(values.shape[1], kept), np.empty(0)
    for row in range(values.shape[0]):
        done[row] = False
        if wanted[row]:
            found = _solve_row(values[row], excess[row], deficit[row], room, out[row] if kept else nothing)
            done[row], gamma[row], base[row], residual[row], varentropy[row], nit[row] = found


@njit(types.void(_ROWS, _GIVEN, _GIVEN, float64[:, ::1]), error_model="numpy", cache=True, nogil=True)
def tilt(values, gamma, base, out):
    """Escort distributions of logits, as `solve_rows` makes them: for what `base` is, see there."""
    wide()
    n, whole = values.shape[1], aligned(values.shape[1])
    tails = np.empty((2, padded(n - whole)))
    for row in range(values.shape[0]):
        x = values[row]
        top = x[0]
        for i in range(x.size):
            top = larger(x[i], top)
        if base[row] > 0.0:
            fill_tail(x, 0.0, tails[0])
            centre_tail(n - whole, top, 0.0, tails[0])
            sums = excess_sums(x[:whole], top, tails, base[row], out[row])
            _finish(x, top, tails, gamma[row], base[row], sums, out[row])
            continue
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
