"""A group of rows, each in a lane of vectors: the steps of their iterations are taken together.

A step is a chain of divisions and logarithms that wait for one another; in vectors one chain serves a group of rows.
What it does to a row does not depend on the others, nor on how many there are: lanes without one are computed too.
"""

from types import FunctionType

import numpy as np
from numba import njit

from entnorm import steps
from entnorm.fast import elementary
from entnorm.fast.building import HELPER, LOOP
from entnorm.fast.vectors import wide
from entnorm.reductions import SQUARES
from entnorm.steps import GLANCES, NEARLY

LANES = 16  # rows of a group, at most: of two vectors, one is computed while the other waits for a quotient
# Where the numbers of the lanes are in the one array that has them all: of several, LLVM would not know them distinct.
PLACES = 30 * LANES
_place = iter(range(0, PLACES, LANES))
KIND, ACTIVE, DONE, NIT, EXCESS, DEFICIT, GAMMA, BASE, BY, RESIDUAL, SECOND, THIRD = (next(_place) for _ in range(12))
ORIGIN, TOP, BOTTOM, TIES, PLAIN, SQUARE, GUESS, LOOKED = (next(_place) for _ in range(8))  # see `groups.survey`
MEAN, CENTRE, RADIUS, FARTHEST, SUM_0, SUM_1, SUM_2, SUM_3, AROUND, CENTRED = _place
UNSOLVED, SERIES, DIRECT = 0.0, 1.0, 2.0  # kinds: how a row that leans to the uniform distribution is summed, if any is
_ASTRAY = 1.5  # a factor by which a guess may be off
_NEAR = 0.25  # of the mean of t: how far what a sum is around may be from it
# By how much no logarithm may move in a last step, the fifth power of which multiplies exp of it, perhaps 0.
FAR = 1e60

_inlined = njit(forceinline=True, **HELPER)  # without which a loop over lanes has no vectors
_each = njit(**LOOP)


def _compiled(*names):
    """Functions of `steps` with other elementary functions, and another `pick`: the same source serves NumPy.

    Each may call those of `steps`, and of those that have been asked for, the compiled ones.
    """
    namespace = vars(steps) | {"np": elementary, "pick": _inlined(lambda condition, yes, no: yes if condition else no)}
    for name in names:
        namespace[name] = _inlined(FunctionType(getattr(steps, name).__code__, namespace, name))
    return [namespace[name] for name in names]


_, _, search, settle = _compiled("power_step", "is_last", "search", "settle")
start, nearer_start = _compiled("start", "nearer_start")
_, is_levered, is_close = _compiled("shows", "is_levered", "is_close")
is_delicate, is_sound = _compiled("is_delicate", "is_sound")
farthest, highest_power, above_mean = _compiled("farthest", "highest_power", "above_mean")
stepped_sum, lost, advance, restored_sum = _compiled("stepped_sum", "lost", "advance", "restored_sum")
few_digits, excess_residual, excess_cumulants = _compiled("few_digits", "excess_residual", "excess_cumulants")
deficit_residual, deficit_cumulants, deficit_series = _compiled(
    "deficit_residual", "deficit_cumulants", "deficit_series"
)


@_each
def number(lanes, n, lean):
    """What is the same for all exponents, from what was found about rows of n; which of them are ordinary.

    Those are finite, and none is extreme. A row starts with the sums that it has, if their exponent was a good guess.
    """
    wide()
    for j in range(LANES):
        top, bottom, guess, square = lanes[TOP + j], lanes[BOTTOM + j], lanes[GUESS + j], lanes[SQUARE + j] / n
        average, goal = lanes[PLAIN + j] / n, min(lanes[EXCESS + j], lanes[DEFICIT + j])
        variance, reach = square - average * average, top - bottom
        deviation = np.sqrt(variance if variance > 0.0 else 0.0)
        wanted = (lanes[ACTIVE + j] > 0.0) & (goal > 1.0 / SQUARES)
        ordinary = wanted & (square < np.inf) & (deviation > 1.0 / SQUARES) & (reach < SQUARES)
        gamma, mean = start(lanes[DEFICIT + j], deviation), average + (lanes[ORIGIN + j] - top)
        radius = reach + mean if reach + mean > -mean else -mean
        series = gamma * radius < NEARLY
        lanes[ACTIVE + j] = 1.0 if ordinary else 0.0
        lanes[KIND + j] = (SERIES if series else DIRECT) if ordinary else UNSOLVED
        lanes[FARTHEST + j] = farthest(gamma, radius)
        nearer = nearer_start(gamma, lanes[DEFICIT + j], mean)
        gamma = gamma if lean and series else nearer
        looked = (guess < _ASTRAY * gamma) & (gamma < _ASTRAY * guess)
        lanes[LOOKED + j] = 1.0 if looked else 0.0
        lanes[GAMMA + j], lanes[MEAN + j], lanes[RADIUS + j] = guess if looked else gamma, mean, radius
        centre = mean + (0.0 if series else above_mean(gamma, lanes[DEFICIT + j], mean))
        lanes[CENTRE + j] = top + centre if lean else top


@_each
def find_excess(lanes):
    """H(gamma) - H* and the cumulants of all lanes that are active, from sums over the entries below the top."""
    wide()
    for j in range(LANES):
        residual, second, third = excess_cumulants(
            *(lanes[SUM_0 + j], lanes[SUM_1 + j], lanes[SUM_2 + j], lanes[SUM_3 + j]), 1, lanes[EXCESS + j]
        )
        before, variance, skew, active = lanes[RESIDUAL + j], lanes[SECOND + j], lanes[THIRD + j], lanes[ACTIVE + j]
        lanes[RESIDUAL + j] = residual if active > 0.0 else before
        lanes[SECOND + j] = second if active > 0.0 else variance
        lanes[THIRD + j] = third if active > 0.0 else skew


@_each
def look_around(lanes):
    """Say what the next sum of small terms is around: the mean of t, as the last sums have it."""
    wide()
    for j in range(LANES):
        lanes[AROUND + j] = few_digits(lanes[SUM_1 + j] / (1.0 + lanes[SUM_0 + j]))


@_each
def find_residual(lanes):
    """H(gamma) - H* of the active lanes to all digits; those are given up in which these sums are not right enough.

    What they are around may be far from the mean: float32 has no number for the smallest.
    """
    wide()
    for j in range(LANES):
        rest, centred, excess, around = lanes[SUM_0 + j], lanes[CENTRED + j], lanes[EXCESS + j], lanes[AROUND + j]
        mean, second, deficit = lanes[SUM_1 + j] / (1.0 + rest), lanes[SECOND + j], lanes[DEFICIT + j]
        active, kind, coarse = lanes[ACTIVE + j], lanes[KIND + j], lanes[RESIDUAL + j]
        near = abs(mean - around) < -_NEAR * mean
        residual = excess_residual(rest, centred, 1, excess, around)
        lanes[RESIDUAL + j] = residual if near & (active > 0.0) else coarse
        levered = is_levered(mean, second, excess, deficit) | (is_close(mean, second, excess, deficit) & ~near)
        lanes[ACTIVE + j] = 0.0 if levered else active
        lanes[KIND + j] = UNSOLVED if levered & (active > 0.0) else kind


@_each
def search_all(lanes):
    """Take the step of each active lane that cheap sums show; say how many still need such sums."""
    wide()
    left = 0
    for j in range(LANES):
        active, before = lanes[ACTIVE + j], lanes[GAMMA + j]
        gamma, going = search(
            *(before, lanes[RESIDUAL + j], lanes[SECOND + j], lanes[THIRD + j]),
            *(lanes[EXCESS + j], lanes[DEFICIT + j]),
        )
        nit = lanes[NIT + j] + active
        lanes[NIT + j] = nit
        lanes[GAMMA + j] = gamma if active > 0.0 else before
        active = active if going & (nit < GLANCES) else 0.0
        lanes[ACTIVE + j] = active
        left += 1 if active > 0.0 else 0
    return left


@_each
def settle_all(lanes):
    """Take the step of each active lane that accurate sums show; say how many are not done by it."""
    wide()
    left = 0
    for j in range(LANES):
        active, ended = lanes[ACTIVE + j], lanes[DONE + j]
        base, before, rest, second = lanes[BASE + j], lanes[GAMMA + j], lanes[RESIDUAL + j], lanes[SECOND + j]
        last = lanes[BY + j]
        done, by, residual, moved = settle(
            before, rest, second, lanes[THIRD + j], lanes[EXCESS + j], lanes[DEFICIT + j]
        )
        done &= abs(by) * (lanes[TOP + j] - lanes[BOTTOM + j]) < FAR
        lanes[BASE + j] = before if active > 0.0 else base
        lanes[BY + j] = by if active > 0.0 else last
        lanes[GAMMA + j] = before + by if active > 0.0 else before
        lanes[RESIDUAL + j] = residual if active > 0.0 else rest
        lanes[SECOND + j] = moved if active > 0.0 else second
        lanes[NIT + j] += active
        lanes[DONE + j] = ended + active if done else ended
        active = 0.0 if done else active
        lanes[ACTIVE + j] = active
        left += 1 if active > 0.0 else 0
    return left
