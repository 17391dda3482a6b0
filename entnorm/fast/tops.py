"""Rows solved from the top: ``H - log m`` is what they are to have, as all that do not lean to the uniform one."""

import numpy as np
from numba import float32, njit

from entnorm.fast import lanes as at
from entnorm.fast.building import LOOP, named
from entnorm.fast.distributions import step_row
from entnorm.fast.groups import SETTLINGS, activate, centre_row, read_sums, survey_all, write_sums
from entnorm.fast.lanes import find_excess, find_residual, look_around, number, search_all, settle_all
from entnorm.fast.sums import aligned, excess_sums, glance_sums, part


@part
def _glance_all(values, room):
    """Write the sums by which the active lanes are stepped, to a few digits."""
    lanes, whole = room.lanes, aligned(values.shape[1])
    for j in range(values.shape[0]):
        if lanes[at.ACTIVE + j] > 0.0 and not lanes[at.LOOKED + j] > 0.0:
            single, gamma = room.single[j], float32(lanes[at.GAMMA + j])
            top = float32(lanes[at.TOP + j] - lanes[at.ORIGIN + j])
            write_sums(lanes, j, glance_sums(single[:whole], top, single[whole:], gamma))
        lanes[at.LOOKED + j] = 0.0


@part
def _measure_all(values, room, kept):
    """The same to all digits; exponentials are kept."""
    lanes, whole = room.lanes, aligned(values.shape[1])
    for j in range(values.shape[0]):
        if lanes[at.ACTIVE + j] > 0.0:
            gamma, x = lanes[at.GAMMA + j], values[j]
            place = lanes[at.TOP + j], lanes[at.AROUND + j]
            sums, lanes[at.CENTRED + j] = excess_sums(x[:whole], place, room.tails[j], gamma, kept[j])
            write_sums(lanes, j, sums)


@njit(cache=True, **LOOP)
@named
def solve(values, ahead, room, out):
    """Solve the active lanes, which have their goals, for these rows; their distributions go to `out`, if it has room.

    The phases are those of `entnorm.solver`, each for all rows of the group in turn: they need not wait for each other.
    """
    lanes, count, kept = room.lanes, values.shape[0], out if out.shape[0] else room.exponentials
    survey_all(values, ahead, room, out, True)
    number(lanes, values.shape[1], False)
    left = 0
    for j in range(count):
        if lanes[at.ACTIVE + j] > 0.0:
            centre_row(values[j], j, 0.0, False, room)
            left += 1
    while left:
        _glance_all(values, room)
        find_excess(lanes)
        left = search_all(lanes)
    activate(count, lanes)
    for _ in range(SETTLINGS):
        look_around(lanes)
        _measure_all(values, room, kept)
        find_excess(lanes)
        find_residual(lanes)
        if not settle_all(lanes):
            break
    for j in range(count):
        if out.shape[0] and lanes[at.DONE + j] > 0.0:
            base, by = lanes[at.BASE + j], lanes[at.BY + j]
            step_row(values[j], lanes[at.TOP + j], base, by, 1.0, read_sums(lanes, j), room.tails[j], out[j])
        lanes[at.CENTRE + j] = np.inf
