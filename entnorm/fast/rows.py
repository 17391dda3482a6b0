"""Rows solved in groups: the phases of `entnorm.solver`, each for all rows of a group in turn."""

from collections import namedtuple
from typing import Any

import llvmlite.binding as llvm
import numpy as np
from llvmlite import ir
from numba import float32, float64, int64, njit, types
from numba.core import cgutils
from numba.extending import intrinsic
from numpy.typing import NDArray

from entnorm.fast import lanes as at
from entnorm.fast.building import LOOP, entry
from entnorm.fast.distributions import distribute
from entnorm.fast.lanes import (
    deficit_cumulants,
    deficit_series,
    highest_power,
    is_levered,
    is_sound,
    start,
    step_all,
)
from entnorm.fast.sums import (
    LINE,
    PAD,
    aligned,
    centre_tail,
    count_top,
    deficit_sums,
    deficit_sums_f,
    excess_sums,
    fetch,
    fetch_row,
    fill_tail,
    glance_sums,
    look_on,
    padded,
    part,
    power_means,
    survey_chunk,
)
from entnorm.fast.vectors import mutable
from entnorm.reductions import CHUNK, COARSE, SQUARES, Workspace
from entnorm.steps import HIGHEST, LEAN, NEAR, NEARLY, UNEVEN

_GROUP = 2**13  # entries of a group of rows: they and what is kept of them fit a second-level cache
_LONG = 2**12  # entries of a row from which on its first sums are taken while it comes from memory
_PIECE, _AHEAD = 2**8, 2**10  # entries that then come at a time, and how long before they are needed
_SEEN = 1.001  # sums, of which 1 is for the maximum, that have some digits without it
_ASTRAY = 1.5  # a factor by which a start from a few entries may be off
_SETTLINGS = 3  # sums to all digits, after which a row is left to other code: one is the rule
_ROWS, _GIVEN = (types.Array(float64, ndim, "C", readonly=True) for ndim in (2, 1))
_NUMBERS, _COUNTS, _MASK, _TABLE = float64[::1], int64[::1], types.boolean[::1], float64[:, ::1]

# Scratch for a group of rows, by lane: in float32, two tails, exponentials, means of powers; see `lanes`.
Room = namedtuple("Room", ("single", "tails", "exponentials", "means", "work", "lanes"))


@part
def _numbers(n, top, bottom, first, second):
    """Mean and deviation of a row less the origin, from sums; whether it is ordinary: all finite, none extreme."""
    average, reach = first / n, top - bottom
    deviation = np.sqrt(max(second / n - average * average, 0.0))
    return average, deviation, np.isfinite(second) and deviation > 1.0 / SQUARES and reach < SQUARES


@part
def _sample(x, work, single):
    """The largest of some entries of a long row, and their deviation."""
    origin, first, second, count = x[0], 0.0, 0.0, work.shape[0] * CHUNK
    top, bottom, stride = origin, origin, LINE * (x.size // count)
    for k in range(work.shape[0]):
        for i in range(CHUNK):
            work[k, i] = x[(k * CHUNK + i) // LINE * stride + i % LINE]
        high, low, s1, s2 = survey_chunk(work[k], origin, single)
        top, bottom, first, second = max(top, high), min(bottom, low), first + s1, second + s2
    _, deviation, _ = _numbers(count, top, bottom, first, second)
    return top, deviation


@part
def _survey(x, origin, gamma, tail, single):
    """The numbers of a row, whether they are ordinary, and, unless gamma is 0, sums by which it may be stepped.

    Memory is slow and exponentials are: of a long row one comes while the other is computed.
    """
    n, whole = x.size, aligned(x.size)
    fill_tail(x, origin, tail)
    top, bottom, first, second = survey_chunk(tail, origin, single[whole:])
    for i in range(n - whole, tail.size):
        single[whole + i] = -np.inf
    sums, size = (0.0, 0.0, 0.0, 0.0), COARSE
    if gamma > 0.0:
        sums, size = look_on(sums, single[whole:], 0.0, float32(top - origin), gamma), _PIECE
    for left in range(0, whole, size):
        right = min(left + size, whole)
        if gamma > 0.0:
            fetch(x, left + _AHEAD, right + _AHEAD)
        high, low, s1, s2 = survey_chunk(x[left:right], origin, single[left:right])
        higher, bottom, first, second = max(top, high), min(bottom, low), first + s1, second + s2
        if gamma > 0.0:
            sums = look_on(sums, single[left:right], higher - top, float32(higher - origin), gamma)
        top = higher
    average, deviation, ordinary = _numbers(n, top, bottom, first, second)
    return ordinary, top, top - bottom, average + (origin - top), deviation, sums


@part
def _open(x, j, room):
    """Survey a row and prepare its sums; the equation by which it is solved."""
    n, whole, lanes, tail, single = x.size, aligned(x.size), room.lanes, room.tails[j, 0], room.single[j]
    excess, deficit = lanes[at.EXCESS + j], lanes[at.DEFICIT + j]
    if not (excess > 1.0 / SQUARES and deficit > 1.0 / SQUARES):
        return at.UNSOLVED
    origin, first_gamma, lean = x[0], 0.0, deficit * LEAN < excess
    if not lean and n >= _LONG:
        origin, deviation = _sample(x, room.work, single)
        first_gamma = start(deficit, deviation)
    ordinary, top, reach, mean, deviation, sums = _survey(x, origin, first_gamma, tail, single)
    if not ordinary:
        return at.UNSOLVED
    gamma, centre, radius, kind = start(deficit, deviation), top, max(-mean, reach + mean), at.FROM_TOP
    if lean:
        centre, kind = top + mean, at.SERIES if gamma * radius < NEARLY else at.DIRECT
    lanes[at.LOOKED + j] = 0.0
    if sums[0] > _SEEN and gamma < _ASTRAY * first_gamma and first_gamma < _ASTRAY * gamma:
        lanes[at.LOOKED + j], gamma = 1.0, first_gamma
        lanes[at.SUM_0 + j], lanes[at.SUM_1 + j], lanes[at.SUM_2 + j] = sums[0] - 1.0, sums[1], sums[2]
        lanes[at.SUM_3 + j] = sums[3]
    shift = mean - (centre - top) if kind == at.SERIES else 0.0  # of the mean from the centre, which is rounded
    ties = centre_tail(n - whole, top, centre, shift, tail, single[whole:])
    shown = count_top(single[:whole], float32(top - origin))
    ties = 1 if ties + shown == 1 else ties + count_top(x[:whole], top)  # in float32 there may be more
    if kind == at.SERIES:
        farthest = gamma * radius * (NEAR / NEARLY)
        highest = highest_power(farthest)
        power_means(x[:whole], n, centre, shift, tail, radius, highest, room.work, room.means[j])
        lanes[at.FARTHEST + j] = farthest
    lanes[at.GAMMA + j], lanes[at.TOP + j], lanes[at.CENTRE + j], lanes[at.RADIUS + j] = gamma, top, centre, radius
    lanes[at.SHOWN + j] = centre - origin
    return kind if ties == 1 else at.UNSOLVED


@part
def _glance(n, j, room):
    """H(gamma) - H* of a row to a few digits, and the two cumulants."""
    lanes, single = room.lanes, room.single[j]
    kind, gamma = lanes[at.KIND + j], lanes[at.GAMMA + j]
    if kind == at.SERIES:
        value, second, third = deficit_series(room.means[j], gamma * lanes[at.RADIUS + j])
    else:
        whole = aligned(n)
        sums = deficit_sums_f(single[:whole], float32(lanes[at.SHOWN + j]), single[whole:], float32(gamma))
        value, second, third, _ = deficit_cumulants(*sums, n)
    return lanes[at.DEFICIT + j] - value, second, third


@part
def _measure(x, j, room):
    """The same to all digits, or NaN where a sum would not have them."""
    lanes = room.lanes
    kind, gamma = lanes[at.KIND + j], lanes[at.GAMMA + j]
    if kind == at.DIRECT:
        return _measure_directly(x, j, room)
    tau = gamma * lanes[at.RADIUS + j]
    value, second, third = deficit_series(room.means[j], tau)
    return lanes[at.DEFICIT + j] - value if tau <= lanes[at.FARTHEST + j] else np.nan, second, third


@part
def _measure_directly(x, j, room):
    n, whole, lanes, tail = x.size, aligned(x.size), room.lanes, room.tails[j, 0]
    gamma, deficit = lanes[at.GAMMA + j], lanes[at.DEFICIT + j]
    for again in range(2):
        sums = deficit_sums(x[:whole], lanes[at.CENTRE + j], tail, gamma)
        value, second, third, drift = deficit_cumulants(*sums, n)
        sound = is_sound(deficit, drift)
        if sound or again or deficit < UNEVEN:
            break
        _move_centre(x, j, room, lanes[at.CENTRE + j] + drift / gamma)
    return deficit - value if sound else np.nan, second, third


@njit(**LOOP)
def _move_centre(x, j, room, centre):
    """Measure a row around another centre from now on, in float64."""
    n, whole, tail = x.size, aligned(x.size), room.tails[j, 0]
    fill_tail(x, centre, tail)
    centre_tail(n - whole, centre, centre, 0.0, tail, room.single[j, whole:])
    room.lanes[at.CENTRE + j] = centre


@part
def _prefer_deficit(x, sums, j, room):
    """Leave the row to sums around a centre if these, from the top, are not accurate enough for its probabilities."""
    lanes, total = room.lanes, 1.0 + sums[0]
    mean = sums[1] / total
    if is_levered(mean, sums[2] / total - mean * mean, lanes[at.EXCESS + j], lanes[at.DEFICIT + j]):
        lanes[at.KIND + j] = at.DIRECT
        _move_centre(x, j, room, lanes[at.TOP + j] + np.log(total / x.size) / lanes[at.GAMMA + j])


@part
def _glance_all(values, room):
    """Write what the active lanes are stepped by, to a few digits."""
    lanes = room.lanes
    for j in range(values.shape[0]):
        if lanes[at.ACTIVE + j] > 0.0:
            if lanes[at.LOOKED + j] > 0.0:
                lanes[at.LOOKED + j] = 0.0
            elif lanes[at.KIND + j] == at.FROM_TOP:
                single, whole = room.single[j], aligned(values.shape[1])
                gamma, top = float32(lanes[at.GAMMA + j]), float32(lanes[at.SHOWN + j])
                sums = glance_sums(single[:whole], top, single[whole:], gamma)
                lanes[at.SUM_0 + j], lanes[at.SUM_1 + j], lanes[at.SUM_2 + j], lanes[at.SUM_3 + j] = sums
            else:
                found = _glance(values.shape[1], j, room)
                lanes[at.RESIDUAL + j], lanes[at.SECOND + j], lanes[at.THIRD + j] = found


@part
def _measure_all(values, room, kept):
    """The same to all digits; exponentials are kept."""
    lanes = room.lanes
    for j in range(values.shape[0]):
        if lanes[at.ACTIVE + j] > 0.0:
            x = values[j]
            if lanes[at.KIND + j] == at.FROM_TOP:
                gamma, whole = lanes[at.GAMMA + j], aligned(x.size)
                sums = excess_sums(x[:whole], lanes[at.TOP + j], room.tails[j], gamma, kept[j])
                _prefer_deficit(x, sums, j, room)
                lanes[at.SUM_0 + j], lanes[at.SUM_1 + j], lanes[at.SUM_2 + j], lanes[at.SUM_3 + j] = sums
            if lanes[at.KIND + j] != at.FROM_TOP:
                found = _measure(x, j, room)
                lanes[at.RESIDUAL + j], lanes[at.SECOND + j], lanes[at.THIRD + j] = found


@njit(cache=True, **LOOP)
def _solve_group(values, ahead, room, out):
    """Solve the active lanes, which have their goals, for these rows; their distributions go to `out`, if it has room.

    The phases are those of `entnorm.solver`, each for all rows of the group in turn: they need not wait for each other.
    Meanwhile the rows `ahead`, which are the next group, come from memory.
    """
    lanes, count = room.lanes, values.shape[0]
    for j in range(count):
        lanes[at.DONE + j] = lanes[at.NIT + j] = 0.0
        if j < ahead.shape[0]:
            fetch_row(ahead[j], False)
        if out.shape[0]:
            fetch_row(out[j], True)
        lanes[at.KIND + j] = _open(values[j], j, room) if lanes[at.ACTIVE + j] > 0.0 else at.UNSOLVED
        lanes[at.ACTIVE + j] = 1.0 if lanes[at.KIND + j] > 0.0 else 0.0
    kept, left = out if out.shape[0] else room.exponentials, count
    while left:
        _glance_all(values, room)
        left = step_all(lanes, False)
    for j in range(count):
        lanes[at.ACTIVE + j] = 1.0 if lanes[at.KIND + j] > 0.0 else 0.0
    for _ in range(_SETTLINGS):
        _measure_all(values, room, kept)
        if not step_all(lanes, True):
            break
    for j in range(count):
        lanes[at.ACTIVE + j] = 0.0
        lanes[at.BASE + j] = lanes[at.BASE + j] if lanes[at.KIND + j] == at.FROM_TOP else 0.0
        if out.shape[0] and lanes[at.DONE + j] > 0.0:
            sums = lanes[at.SUM_0 + j], lanes[at.SUM_1 + j], lanes[at.SUM_2 + j], lanes[at.SUM_3 + j]
            distribute(
                values[j], lanes[at.TOP + j], lanes[at.GAMMA + j], lanes[at.BASE + j], sums, room.tails[j], out[j]
            )


_LARGE = float32[:, ::1], _TABLE
_ROOM = types.NamedTuple((_LARGE[0], float64[:, :, ::1], *(_TABLE,) * 3, _NUMBERS), Room)
_SOLVE_GROUP = types.void(_TABLE, _TABLE, _ROOM, _TABLE)
_NAME = f"{__name__}.{_solve_group.__name__}"


def _link() -> None:
    """Compile `_solve_group`, or load it from the cache, and make its address known by name."""
    _solve_group.compile(_SOLVE_GROUP)
    compiled = _solve_group.overloads[_SOLVE_GROUP.args]
    llvm.add_symbol(_NAME, compiled.library.get_pointer_to_function(compiled.fndesc.llvm_func_name))


@intrinsic
def _call_group(context: Any, values: Any, ahead: Any, room: Any, out: Any) -> Any:
    """Call `_solve_group` by name; a call as usual would have it optimised again in either entry, for seconds."""

    def generate(context: Any, builder: ir.IRBuilder, signature: Any, arguments: Any) -> Any:
        convention, kinds = context.call_conv, (signature.return_type, signature.args)
        function = cgutils.get_or_insert_function(builder.module, convention.get_function_type(*kinds), _NAME)
        convention.call_function(builder, function, *kinds, arguments)
        return context.get_dummy_value()

    return _SOLVE_GROUP, generate


def room(work: Workspace, n: int, kept: bool) -> tuple[NDArray[np.float32], NDArray[np.float64]]:
    """Room for rows of n, by the group, the exponentials of which are `kept` elsewhere or not: for `solve_rows`."""
    height = max(1, min(at.LANES, _GROUP // n))
    single = work.array("single", (height, -(-n // PAD) * PAD), np.float32)
    return single, work.array("exponentials", (height, 0 if kept else n))


@part
def _room(n, single, exponentials):
    """The same with what is small."""
    count = single.shape[0]
    tails, means = np.empty((count, 2, padded(n - aligned(n)))), np.empty((count, HIGHEST - 1))
    return Room(single, tails, exponentials, means, np.empty((5, CHUNK)), np.zeros(at.PLACES))


@entry(types.Tuple((types.boolean, *(float64,) * 4, int64))(_GIVEN, float64, float64, _NUMBERS), calls=_link)
def solve_row(x, excess, deficit, out):
    """Whether the row is done; gamma, that of the exponentials kept (or 0), H - H*, the varentropy, iterations.

    Its distribution goes to `out`, if that has room. The goal is that of a row of full support with one maximum.
    """
    n = x.size
    room = _room(n, np.empty((1, padded(n)), np.float32), np.empty((1, 0 if out.size else n)))
    lanes = room.lanes
    lanes[at.ACTIVE], lanes[at.EXCESS], lanes[at.DEFICIT] = 1.0, excess, deficit
    values = mutable(x).reshape(1, x.size)
    _call_group(values, values[1:], room, out.reshape(1 if out.size else 0, x.size))
    done, gamma, base = lanes[at.DONE] > 0.0, lanes[at.GAMMA], lanes[at.BASE]
    return done, gamma, base, lanes[at.RESIDUAL], lanes[at.SECOND], int64(lanes[at.NIT])


@entry(types.void(_ROWS, _GIVEN, _GIVEN, _MASK, _MASK, *(_NUMBERS,) * 4, _COUNTS, _TABLE, *_LARGE), calls=_link)
def solve_rows(
    values, excess, deficit, wanted, done, gamma, base, residual, varentropy, nit, out, single, exponentials
):
    """The same for the rows that are `wanted`."""
    values, count, height = mutable(values), values.shape[0], single.shape[0]
    room = _room(values.shape[1], single, exponentials)
    lanes = room.lanes
    for first in range(0, count, height):
        rows = min(height, count - first)
        for j in range(rows):
            lanes[at.ACTIVE + j] = 1.0 if wanted[first + j] else 0.0
            lanes[at.EXCESS + j], lanes[at.DEFICIT + j] = excess[first + j], deficit[first + j]
        last = first + rows
        _call_group(values[first:last], values[last : last + height], room, out[first:last])
        for j in range(rows):
            row = first + j
            done[row] = lanes[at.DONE + j] > 0.0
            gamma[row], base[row], residual[row] = lanes[at.GAMMA + j], lanes[at.BASE + j], lanes[at.RESIDUAL + j]
            varentropy[row], nit[row] = lanes[at.SECOND + j], int64(lanes[at.NIT + j])
