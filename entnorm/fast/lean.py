"""Rows solved for ``log s - H``, as those that lean to the uniform distribution: by a series, or in one sum."""

import numpy as np
from numba import float32, njit

from entnorm.fast import lanes as at
from entnorm.fast.building import LOOP, named
from entnorm.fast.distributions import step_row, tilt_row
from entnorm.fast.groups import SETTLINGS, activate, centre_row, read_sums, survey_all, write_sums
from entnorm.fast.lanes import (
    advance,
    deficit_cumulants,
    deficit_residual,
    deficit_series,
    few_digits,
    highest_power,
    is_delicate,
    is_sound,
    number,
    search_all,
    settle_all,
)
from entnorm.fast.sums import PAD, aligned, deficit_sums, deficit_sums_f, fill_tail, part, power_means
from entnorm.steps import ROUNDED, UNEVEN


@part
def _centre(x, j, room):
    """Take the row less its centre, for a series in powers too."""
    lanes, whole, centre = room.lanes, aligned(x.size), room.lanes[at.CENTRE + j]
    series = lanes[at.KIND + j] == at.SERIES
    shift = lanes[at.MEAN + j] - (centre - lanes[at.TOP + j]) if series else 0.0  # of the mean: the centre is rounded
    centre_row(x, j, shift, series, room)
    if series and lanes[at.ACTIVE + j] > 0.0:
        radius, highest = lanes[at.RADIUS + j], highest_power(lanes[at.FARTHEST + j])
        tail, means = room.tails[j, 0], room.means[j]
        power_means(x[:whole], x.size, centre, shift, tail, radius, highest, room.work, means)


@part
def _glance(n, j, room):
    """H(gamma) - H* of a row to a few digits, and the two cumulants."""
    lanes, single, whole, gamma = room.lanes, room.single[j], aligned(n), room.lanes[at.GAMMA + j]
    if lanes[at.KIND + j] == at.SERIES:
        value, second, third = deficit_series(room.means[j], gamma * lanes[at.RADIUS + j])
    else:
        centre = float32(lanes[at.CENTRE + j] - lanes[at.ORIGIN + j])
        sums = deficit_sums_f(single[:whole], centre, single[whole:], float32(gamma))
        residual, second, third, _ = deficit_cumulants(*sums, n, lanes[at.DEFICIT + j])
        return residual, second, third
    return lanes[at.DEFICIT + j] - value, second, third


@part
def _measure(x, j, room, kept):
    """The same to all digits, or NaN where a sum would not have them; the exponentials of that are kept."""
    lanes = room.lanes
    if lanes[at.KIND + j] == at.DIRECT:
        return _measure_directly(x, j, room, kept)
    tau = lanes[at.GAMMA + j] * lanes[at.RADIUS + j]
    value, second, third = deficit_series(room.means[j], tau)
    return lanes[at.DEFICIT + j] - value if tau <= lanes[at.FARTHEST + j] else np.nan, second, third


@part
def _measure_directly(x, j, room, kept):
    n, whole, lanes, tails = x.size, aligned(x.size), room.lanes, room.tails[j]
    gamma, deficit, top = lanes[at.GAMMA + j], lanes[at.DEFICIT + j], lanes[at.TOP + j]
    around = few_digits(deficit)
    for again in range(2):
        sums, centred = deficit_sums(x[:whole], lanes[at.CENTRE + j], top, around, tails, gamma, kept)
        residual, second, third, drift = deficit_cumulants(*sums, n, deficit)
        sound = is_sound(deficit, drift)
        if sound or again or deficit < UNEVEN:
            break
        centre = lanes[at.CENTRE + j] + drift / gamma
        fill_tail(x, centre, tails[0])
        lanes[at.CENTRE + j] = centre
    write_sums(lanes, j, sums)
    if n >= PAD:  # beside what fills a shorter row up, where t is 0, nothing is small
        centred += (whole + tails.shape[1] - n) * around
        residual = deficit_residual(sums[0], centred, n, deficit, around)
    mean = sums[1] / (n + sums[0]) - gamma * (top - lanes[at.CENTRE + j])
    return np.nan if is_delicate(mean, second, deficit, ROUNDED) or not sound else residual, second, third


@part
def _glance_all(values, room):
    """Write what the active lanes are stepped by, to a few digits."""
    lanes = room.lanes
    for j in range(values.shape[0]):
        if lanes[at.ACTIVE + j] > 0.0:
            lanes[at.RESIDUAL + j], lanes[at.SECOND + j], lanes[at.THIRD + j] = _glance(values.shape[1], j, room)


@part
def _measure_all(values, room, kept):
    """The same to all digits."""
    lanes = room.lanes
    for j in range(values.shape[0]):
        if lanes[at.ACTIVE + j] > 0.0:
            found = _measure(values[j], j, room, kept[j])
            lanes[at.RESIDUAL + j], lanes[at.SECOND + j], lanes[at.THIRD + j] = found


@njit(cache=True, **LOOP)
@named
def solve(values, ahead, room, out):
    """Solve the active lanes, which have their goals, for these rows; their distributions go to `out`, if it has room.

    The phases are those of `entnorm.solver`, each for all rows of the group in turn.
    """
    lanes, count, kept, left = room.lanes, values.shape[0], out if out.shape[0] else room.exponentials, 0
    survey_all(values, ahead, room, out, False)
    number(lanes, values.shape[1], True)
    for j in range(count):
        if lanes[at.ACTIVE + j] > 0.0:
            _centre(values[j], j, room)
            left += 1
    while left:
        _glance_all(values, room)
        left = search_all(lanes)
    activate(count, lanes)
    for _ in range(SETTLINGS):
        _measure_all(values, room, kept)
        if not settle_all(lanes):
            break
    for j in range(count):
        direct, base, by = lanes[at.KIND + j] == at.DIRECT, lanes[at.BASE + j], lanes[at.BY + j]
        if not direct:
            gamma, rest = advance(base, by)
            lanes[at.BASE + j], lanes[at.BY + j], lanes[at.CENTRE + j] = 0.0, rest, lanes[at.EXCESS + j]
        if out.shape[0] and lanes[at.DONE + j] > 0.0:
            if direct:
                x, ones = values[j], float(values.shape[1])
                step_row(x, lanes[at.CENTRE + j], base, by, ones, read_sums(lanes, j), room.tails[j], out[j])
            else:
                top, entropy = lanes[at.TOP + j], lanes[at.EXCESS + j]
                tilt_row(values[j], top, gamma, rest, entropy, room.tails[j], out[j])
