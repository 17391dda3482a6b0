"""Rows solved in groups: the phases of `entnorm.solver`, each for all rows of a group in turn."""

from collections import namedtuple
from typing import Any

import llvmlite.binding as llvm
import numpy as np
from llvmlite import ir
from numba import float32, float64, int64, njit, types
from numba.core import cgutils
from numba.extending import intrinsic

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
    aligned,
    centre_tail,
    count_top,
    deficit_sums,
    deficit_sums_f,
    excess_sums,
    fetch_row,
    fill_single,
    fill_tail,
    glance_sums,
    padded,
    part,
    power_means,
    survey_chunk,
)
from entnorm.fast.vectors import mutable
from entnorm.reductions import CHUNK, COARSE, SQUARES
from entnorm.steps import HIGHEST, LEAN, NEAR, NEARLY, UNEVEN

_GROUP = 2**13  # entries of a group of rows: they and what is kept of them fit a second-level cache
_SETTLINGS = 3  # sums to all digits, after which a row is left to other code: one is the rule
_ROWS, _GIVEN = (types.Array(float64, ndim, "C", readonly=True) for ndim in (2, 1))
_NUMBERS, _COUNTS, _MASK, _TABLE = float64[::1], int64[::1], types.boolean[::1], float64[:, ::1]

# Scratch for a group of rows, by lane: in float32, two tails, exponentials, means of powers; see `lanes`.
Room = namedtuple("Room", ("single", "tails", "exponentials", "means", "work", "lanes"))


@part
def _survey(x, tail):
    """The numbers of a row, whether they are ordinary: all entries finite, none extreme."""
    n, whole, origin = x.size, aligned(x.size), x[0]
    fill_tail(x, origin, tail)
    top, bottom, first, second = survey_chunk(tail, origin)
    for left in range(0, whole, COARSE):
        high, low, s1, s2 = survey_chunk(x[left : min(left + COARSE, whole)], origin)
        top, bottom, first, second = max(top, high), min(bottom, low), first + s1, second + s2
    average, reach = first / n, top - bottom
    deviation = np.sqrt(max(second / n - average * average, 0.0))
    ordinary = np.isfinite(second) and deviation > 1.0 / SQUARES and reach < SQUARES
    return ordinary, top, reach, average + (origin - top), deviation


@part
def _open(x, j, room):
    """Survey a row and prepare its sums; the equation by which it is solved."""
    n, whole, lanes, tail = x.size, aligned(x.size), room.lanes, room.tails[j, 0]
    excess, deficit = lanes[at.EXCESS + j], lanes[at.DEFICIT + j]
    if not (excess > 1.0 / SQUARES and deficit > 1.0 / SQUARES):
        return at.UNSOLVED
    ordinary, top, reach, mean, deviation = _survey(x, tail)
    if not ordinary:
        return at.UNSOLVED
    gamma, centre, radius = start(deficit, deviation), top + mean, max(-mean, reach + mean)
    if not deficit * LEAN < excess:
        kind, centre = at.FROM_TOP, top
    else:
        kind = at.SERIES if gamma * radius < NEARLY else at.DIRECT
    shift = mean - (centre - top) if kind == at.SERIES else 0.0  # of the mean from the centre, which is rounded
    body, ties = x[:whole], centre_tail(n - whole, top, centre, shift, tail, room.single[j, whole:])
    if kind != at.SERIES:
        ties += fill_single(body, top, centre, room.single[j, :whole])
    else:
        ties += count_top(body, top)
        farthest = gamma * radius * (NEAR / NEARLY)
        power_means(body, n, centre, shift, tail, radius, highest_power(farthest), room.work, room.means[j])
        lanes[at.FARTHEST + j] = farthest
    lanes[at.GAMMA + j], lanes[at.TOP + j], lanes[at.CENTRE + j], lanes[at.RADIUS + j] = gamma, top, centre, radius
    return kind if ties == 1 else at.UNSOLVED


@part
def _glance(n, j, room):
    """H(gamma) - H* of a row to a few digits, and the two cumulants."""
    lanes, single = room.lanes, room.single[j]
    kind, gamma = lanes[at.KIND + j], lanes[at.GAMMA + j]
    if kind == at.SERIES:
        value, second, third = deficit_series(room.means[j], gamma * lanes[at.RADIUS + j])
    else:
        sums = deficit_sums_f(single, float32(0.0), single[:0], float32(gamma))
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
            if lanes[at.KIND + j] == at.FROM_TOP:
                sums = glance_sums(room.single[j], float32(lanes[at.GAMMA + j]))
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


_ROOM = types.NamedTuple((float32[:, ::1], float64[:, :, ::1], _TABLE, _TABLE, _TABLE, _NUMBERS), Room)
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


@part
def _room(count, n, kept):
    """Room for a group of so many rows of n, the exponentials of which are `kept` elsewhere or not."""
    tails, exponentials = np.empty((count, 2, padded(n - aligned(n)))), np.empty((count, 0 if kept else n))
    single, work, lanes = np.empty((count, padded(n)), np.float32), np.empty((5, CHUNK)), np.zeros(at.PLACES)
    return Room(single, tails, exponentials, np.empty((count, HIGHEST - 1)), work, lanes)


@entry(types.Tuple((types.boolean, *(float64,) * 4, int64))(_GIVEN, float64, float64, _NUMBERS), calls=_link)
def solve_row(x, excess, deficit, out):
    """Whether the row is done; gamma, that of the exponentials kept (or 0), H - H*, the varentropy, iterations.

    Its distribution goes to `out`, if that has room. The goal is that of a row of full support with one maximum.
    """
    room = _room(1, x.size, out.size > 0)
    lanes = room.lanes
    lanes[at.ACTIVE], lanes[at.EXCESS], lanes[at.DEFICIT] = 1.0, excess, deficit
    values = mutable(x).reshape(1, x.size)
    _call_group(values, values[1:], room, out.reshape(1 if out.size else 0, x.size))
    done, gamma, base = lanes[at.DONE] > 0.0, lanes[at.GAMMA], lanes[at.BASE]
    return done, gamma, base, lanes[at.RESIDUAL], lanes[at.SECOND], int64(lanes[at.NIT])


@entry(types.void(_ROWS, _GIVEN, _GIVEN, _MASK, _MASK, *(_NUMBERS,) * 4, _COUNTS, _TABLE), calls=_link)
def solve_rows(values, excess, deficit, wanted, done, gamma, base, residual, varentropy, nit, out):
    """The same for the rows that are `wanted`."""
    values, count, n, kept = mutable(values), values.shape[0], values.shape[1], out.shape[0] > 0
    height = max(1, min(at.LANES, _GROUP // n))
    room = _room(height, n, kept)
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
