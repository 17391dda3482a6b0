"""A group of rows, each in a lane of vectors: the steps of their iterations are taken together.

A step is a chain of divisions and logarithms that wait for one another; in vectors one chain serves a group of rows.
What it does to a row does not depend on the others, nor on how many there are: lanes without one are computed too.
"""

from types import FunctionType

from numba import njit

from entnorm import steps
from entnorm.fast import elementary
from entnorm.fast.building import HELPER, LOOP
from entnorm.fast.vectors import wide
from entnorm.steps import GLANCES

LANES = 16  # rows of a group, at most: of two vectors, one is computed while the other waits for a quotient
# Where the numbers of the lanes are in the one array that has them all: of several, LLVM would not know them distinct.
PLACES = 21 * LANES
_place = iter(range(0, PLACES, LANES))
KIND, ACTIVE, DONE, NIT, GAMMA, BASE, EXCESS, DEFICIT = (next(_place) for _ in range(8))
RESIDUAL, SECOND, THIRD, TOP, CENTRE, RADIUS, FARTHEST = (next(_place) for _ in range(7))
SHOWN, LOOKED, SUM_0, SUM_1, SUM_2, SUM_3 = _place  # where the centre is in float32; whether there are sums already
UNSOLVED, FROM_TOP, SERIES, DIRECT = 0.0, 1.0, 2.0, 3.0  # kinds: by which equation a row is solved, if by any

_inlined = njit(forceinline=True, **HELPER)  # without which a loop over lanes has no vectors
_each = njit(**LOOP)


def _compiled(*names):
    """Functions of `steps` with other elementary functions, and another `pick`: the same source serves NumPy."""
    namespace = vars(steps) | {"np": elementary, "pick": _inlined(lambda condition, yes, no: yes if condition else no)}
    for name in names:
        namespace[name] = _inlined(FunctionType(getattr(steps, name).__code__, namespace, name))
    return [namespace[name] for name in names]


_, _, search, settle = _compiled("power_step", "is_last", "search", "settle")
start, is_levered, is_sound, highest_power = _compiled("start", "is_levered", "is_sound", "highest_power")
excess_cumulants, deficit_cumulants, deficit_series = _compiled(
    "excess_cumulants", "deficit_cumulants", "deficit_series"
)


@_each
def _find_excess(lanes):
    """H(gamma) - H* and the cumulants of those active lanes that are summed from the top."""
    wide()
    for j in range(LANES):
        residual, second, third = excess_cumulants(
            *(lanes[SUM_0 + j], lanes[SUM_1 + j], lanes[SUM_2 + j], lanes[SUM_3 + j]), 1, lanes[EXCESS + j]
        )
        before, variance, skew = lanes[RESIDUAL + j], lanes[SECOND + j], lanes[THIRD + j]
        found = (lanes[KIND + j] == FROM_TOP) & (lanes[ACTIVE + j] > 0.0)
        lanes[RESIDUAL + j] = residual if found else before
        lanes[SECOND + j] = second if found else variance
        lanes[THIRD + j] = third if found else skew


@_each
def _search(lanes):
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
def _settle(lanes):
    """Take the step of each active lane that accurate sums show; say how many are not done by it."""
    wide()
    left = 0
    for j in range(LANES):
        active, ended = lanes[ACTIVE + j], lanes[DONE + j]
        base, before, rest, second = lanes[BASE + j], lanes[GAMMA + j], lanes[RESIDUAL + j], lanes[SECOND + j]
        done, gamma, residual, moved, proposal = settle(
            before, rest, second, lanes[THIRD + j], lanes[EXCESS + j], lanes[DEFICIT + j]
        )
        gamma = gamma if done else proposal
        lanes[BASE + j] = before if active > 0.0 else base
        lanes[GAMMA + j] = gamma if active > 0.0 else before
        lanes[RESIDUAL + j] = residual if active > 0.0 else rest
        lanes[SECOND + j] = moved if active > 0.0 else second
        lanes[NIT + j] += active
        lanes[DONE + j] = ended + active if done else ended
        active = 0.0 if done else active
        lanes[ACTIVE + j] = active
        left += 1 if active > 0.0 else 0
    return left


@_each
def step_all(lanes, closely):
    """Take steps in the active lanes, by sums to all digits or cheap ones; say how many need such sums again."""
    _find_excess(lanes)
    return _settle(lanes) if closely else _search(lanes)
