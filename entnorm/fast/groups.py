"""Rows solved in groups, each in a lane: what all have in common, whatever the equation by which they are solved.

An equation is a function that solves a group, `tops.solve` or `lean.solve`. It is compiled when it is first needed, and
called where it is: linked in, it would be optimised again with each of its callers, for seconds.
"""

from collections import namedtuple
from typing import Any

import numpy as np
from llvmlite import ir
from numba import float32, float64, int64, types
from numba.core import cgutils
from numba.extending import intrinsic
from numpy.typing import NDArray

from entnorm.fast import lanes as at
from entnorm.fast.building import entry
from entnorm.fast.lanes import start
from entnorm.fast.sums import (
    LINE,
    LONG,
    PAD,
    aligned,
    centre_tail,
    count_top,
    fetch,
    fetch_row,
    fill_tail,
    look_on,
    padded,
    part,
    survey_chunk,
)
from entnorm.fast.vectors import mutable
from entnorm.reductions import COARSE, Workspace
from entnorm.steps import HIGHEST

SETTLINGS = 3  # sums to all digits, after which a row is left to other code: one is the rule
_GROUP = 2**13  # entries of a group of rows: they and what is kept of them fit a second-level cache
_PIECE, _AHEAD = 2**8, 2**10  # entries of a long row that come at a time, and how long before they are needed
_WIDTH = 2**7  # entries of scratch, of which there are five rows
_ROWS, _GIVEN = (types.Array(float64, ndim, "C", readonly=True) for ndim in (2, 1))
_NUMBERS, _COUNTS, _MASK, _TABLE = float64[::1], int64[::1], types.boolean[::1], float64[:, ::1]

# Scratch for a group of rows, by lane: in float32, two tails, exponentials, means of powers; see `lanes`.
Room = namedtuple("Room", ("single", "tails", "exponentials", "means", "work", "lanes"))
_LARGE = float32[:, ::1], _TABLE
_ROOM = types.NamedTuple((_LARGE[0], float64[:, :, ::1], *(_TABLE,) * 3, _NUMBERS), Room)
SOLVE = types.void(_TABLE, _TABLE, _ROOM, _TABLE)  # rows, those of the next group, and room for distributions, if any


def address(solve: Any) -> int:
    """Where the compiled code of an equation is; compiled now, or loaded from the cache."""
    solve.compile(SOLVE)
    compiled = solve.overloads[SOLVE.args]
    return int(compiled.library.get_pointer_to_function(compiled.fndesc.llvm_func_name))


@intrinsic
def _call(context: Any, address: Any, values: Any, ahead: Any, room: Any, out: Any) -> Any:
    """Call an equation by its address: numba does so only through Python, or with types that it gives away."""

    def generate(context: Any, builder: ir.IRBuilder, signature: Any, arguments: Any) -> Any:
        convention, found, taken = context.call_conv, SOLVE.return_type, SOLVE.args
        place = builder.inttoptr(arguments[0], convention.get_function_type(found, taken).as_pointer())
        status, _ = convention.call_function(builder, place, found, taken, arguments[1:])
        with cgutils.if_unlikely(builder, status.is_error):
            convention.return_status_propagate(builder, status)
        return context.get_dummy_value()

    return types.void(types.intp, *SOLVE.args), generate


@part
def _origin(x):
    """The largest of a few entries: from one that is far from the others, as a mask is, float32 sees them as one."""
    n, largest = x.size, x[0]
    if aligned(n):
        for i in (n // 4, n // 2, 3 * n // 4, n - 1):
            largest = max(largest, x[i])
    return largest


@part
def _deviation(x, origin, work, single):
    """The standard deviation of some entries of a long row."""
    first, second, count = 0.0, 0.0, work.size
    stride = LINE * (x.size // count)
    for k in range(work.shape[0]):
        for i in range(_WIDTH):
            work[k, i] = x[(k * _WIDTH + i) // LINE * stride + i % LINE]
        _, _, s1, s2 = survey_chunk(work[k], origin, origin, single)
        first, second = first + s1, second + s2
    return np.sqrt(max(second / count - (first / count) ** 2, 0.0))


@part
def _joined(a, b):
    """Largest, smallest, and two sums, of some entries and of others."""
    return max(a[0], b[0]), min(a[1], b[1]), a[2] + b[2], a[3] + b[3]


@part
def _tally(single, high, top, origin, ties):
    """How many entries there are at the top so far, or more: float32 may see one there that is below."""
    if high < top:
        return ties
    found = count_top(single, float32(high - origin))
    return found if high > top else ties + found


@part
def survey(x, j, room, looking):
    """The extremes of a row, and the sums of its entries less one of them, and of their squares; all so in float32.

    If `looking`, a long row is also summed from the top, at an exponent guessed from some of its entries: exponentials
    are computed while memory, which is as slow, hands over the next ones.
    """
    n, whole, lanes, tail, single = x.size, aligned(x.size), room.lanes, room.tails[j, 0], room.single[j]
    origin, ties = _origin(x), 0
    found, size, gamma, sums = (x[0], x[0], 0.0, 0.0), COARSE, 0.0, (0.0, 0.0, 0.0, 0.0)
    if looking and n >= LONG:
        size, gamma = _PIECE, start(lanes[at.DEFICIT + j], _deviation(x, origin, room.work, single))
    for left in range(0, whole, size):
        right = min(left + size, whole)
        if gamma > 0.0:
            fetch(x, left + _AHEAD, right + _AHEAD)
        top, more = found[0], survey_chunk(x[left:right], x[left], origin, single[left:right])
        found = _joined(found, more)
        if gamma > 0.0:
            ties = _tally(single[left:right], more[0], top, origin, ties)
            rise = found[0] - top if left else 0.0
            sums = look_on(sums, single[left:right], rise, float32(found[0] - origin), gamma)
    fill_tail(x, origin, tail)
    before = found[0]
    found = _joined(found, survey_chunk(tail, before, origin, single[whole:]))
    top = found[0]
    if gamma > 0.0:
        for i in range(n - whole, tail.size):
            single[whole + i] = -np.inf
        sums = look_on(sums, single[whole:], top - before, float32(top - origin), gamma)
        ties = 0 if top > before else ties  # those of the tail are counted when it is centred
    else:
        ties = count_top(single[:whole], float32(top - origin))
    lanes[at.TOP + j], lanes[at.BOTTOM + j], lanes[at.PLAIN + j], lanes[at.SQUARE + j] = found
    lanes[at.ORIGIN + j], lanes[at.TIES + j], lanes[at.GUESS + j] = origin, ties, gamma
    write_sums(lanes, j, sums)


@part
def write_sums(lanes, j, sums):
    """Four sums over the entries of a row to its lane."""
    lanes[at.SUM_0 + j], lanes[at.SUM_1 + j], lanes[at.SUM_2 + j], lanes[at.SUM_3 + j] = sums


@part
def read_sums(lanes, j):
    """Four sums over the entries of a row, from its lane."""
    return lanes[at.SUM_0 + j], lanes[at.SUM_1 + j], lanes[at.SUM_2 + j], lanes[at.SUM_3 + j]


@part
def survey_all(values, ahead, room, out, looking):
    """Survey the active lanes. Meanwhile the rows `ahead`, which are the next group, come from memory."""
    lanes = room.lanes
    for j in range(values.shape[0]):
        lanes[at.DONE + j] = lanes[at.NIT + j] = 0.0
        if j < ahead.shape[0]:
            fetch_row(ahead[j], False)
        if out.shape[0]:
            fetch_row(out[j], True)
        if lanes[at.ACTIVE + j] > 0.0:
            survey(values[j], j, room, looking)


@part
def centre_row(x, j, shift, moved, room):
    """Take the tail around the centre, see `centre_tail`; give a row up if it has another maximum."""
    n, whole, lanes, single, top = x.size, aligned(x.size), room.lanes, room.single[j], room.lanes[at.TOP + j]
    ties = centre_tail(n - whole, top, lanes[at.CENTRE + j], shift, moved, room.tails[j, 0], single[whole:])
    if ties + lanes[at.TIES + j] != 1.0 and ties + count_top(x[:whole], top) != 1:
        lanes[at.KIND + j], lanes[at.ACTIVE + j] = at.UNSOLVED, 0.0


@part
def activate(count, lanes):
    """Let the lanes that have not been given up be active."""
    for j in range(count):
        lanes[at.ACTIVE + j] = 1.0 if lanes[at.KIND + j] > 0.0 else 0.0


def room(work: Workspace, n: int, kept: bool) -> tuple[NDArray[np.float32], NDArray[np.float64]]:
    """Room for rows of n, by the group, the exponentials of which are `kept` elsewhere or not: for `solve_rows`."""
    height = max(1, min(at.LANES, _GROUP // n))
    single = work.array("single", (height, -(-n // PAD) * PAD), np.float32)
    return single, work.array("exponentials", (height, 0 if kept else n))


@part
def _room(n, single, exponentials):
    """The same with what is small, in one piece: for a row alone, six would take a tenth of its time."""
    count, tail = single.shape[0], padded(n - aligned(n))
    ends = at.PLACES + 5 * _WIDTH, at.PLACES + 5 * _WIDTH + count * HIGHEST
    memory = np.empty(ends[1] + 2 * count * tail)
    lanes, work = memory[: at.PLACES], memory[at.PLACES : ends[0]].reshape(5, _WIDTH)
    means, tails = memory[ends[0] : ends[1]].reshape(count, HIGHEST), memory[ends[1] :].reshape(count, 2, tail)
    lanes[:] = 0.0
    return Room(single, tails, exponentials, means, work, lanes)


@entry(types.Tuple((types.boolean, *(float64,) * 6, int64))(types.intp, _GIVEN, float64, float64, _NUMBERS))
def solve_row(equation, x, excess, deficit, out):
    """Whether the row is done; gamma, the last look at it (see `LastLook`), H - H*, the varentropy, iterations.

    Its distribution goes to `out`, if that has room. The goal is that of a row of full support with one maximum.
    """
    n = x.size
    room = _room(n, np.empty((1, padded(n)), np.float32), np.empty((1, 0 if out.size else n)))
    lanes = room.lanes
    lanes[at.ACTIVE], lanes[at.EXCESS], lanes[at.DEFICIT] = 1.0, excess, deficit
    values = mutable(x).reshape(1, n)
    _call(equation, values, values[1:], room, out.reshape(1 if out.size else 0, n))
    done, look = lanes[at.DONE] > 0.0, (lanes[at.BASE], lanes[at.BY], lanes[at.CENTRE])
    return done, lanes[at.GAMMA], *look, lanes[at.RESIDUAL], lanes[at.SECOND], int64(lanes[at.NIT])


@entry(types.void(types.intp, _ROWS, _GIVEN, _GIVEN, _MASK, _MASK, *(_NUMBERS,) * 6, _COUNTS, _TABLE, *_LARGE))
def solve_rows(
    equation,
    values,
    excess,
    deficit,
    wanted,
    done,
    gamma,
    base,
    by,
    centre,
    residual,
    varentropy,
    nit,
    out,
    single,
    exponentials,
):
    """The same for the rows that are `wanted`."""
    values, count, height = mutable(values), values.shape[0], single.shape[0]
    room = _room(values.shape[1], single, exponentials)
    lanes = room.lanes
    for first in range(0, count, height):
        rows, some = min(height, count - first), False
        for j in range(rows):
            lanes[at.ACTIVE + j] = 1.0 if wanted[first + j] else 0.0
            lanes[at.EXCESS + j], lanes[at.DEFICIT + j] = excess[first + j], deficit[first + j]
            some = some or wanted[first + j]
        if not some:
            continue
        last = first + rows
        _call(equation, values[first:last], values[last : last + height], room, out[first:last])
        for j in range(rows):
            row = first + j
            if wanted[row]:
                done[row] = lanes[at.DONE + j] > 0.0
                gamma[row], nit[row] = lanes[at.GAMMA + j], int64(lanes[at.NIT + j])
                base[row], by[row], centre[row] = lanes[at.BASE + j], lanes[at.BY + j], lanes[at.CENTRE + j]
                residual[row], varentropy[row] = lanes[at.RESIDUAL + j], lanes[at.SECOND + j]
        for j in range(rows):
            lanes[at.ACTIVE + j] = 0.0
