"""One ordinary row in NumPy: the sums and steps that many rows go through, without the bookkeeping that many need.

Ordinary is a row of full support with one maximum and a target inside, that settles at once. Every number is that which
`entnorm.solver` finds for the row among others, bit for bit, at a fifth of the price.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from entnorm.moments import (
    FAINT,
    LEAST_CENTRE,
    SHALLOW,
    SQUARES,
    TILE,
    Floats,
    Mask,
    Workspace,
    log_offsets,
    moment_sums,
    power_means,
    row_dot,
    row_sum,
)
from entnorm.steps import (
    EPS,
    GLANCES,
    HIGHEST,
    LEAN,
    NEAR,
    NEARLY,
    UNEVEN,
    deficit_cumulants,
    deficit_series,
    excess_cumulants,
    is_sound,
    search,
    settle,
    start,
)

LONG = TILE // 2  # entries from which on rows are better solved one by one, while they are in the cache
LONGEST = 2**20  # entries, of which up to four times as many float64 are at work

_FINE = 1e-290  # distances from an end that need no smaller unit
_CLOSEST = float(np.finfo(np.float32).tiny)  # to the maximum: below it float32 would see a tie
_FINITE = 1e25  # products of gamma and a distance that are surely finite, in float32 too

Residual = tuple[Any, Any, Any]  # H(gamma) - H* and the two cumulants
Look = Callable[[Any], Residual]
_UNDONE = (False, 0.0, 0.0, 0.0, 0.0, 0)


class _Survey(NamedTuple):
    depths: Floats  # log p - log p_max
    peak: Any  # where the maximum is
    top: Any
    reach: Any
    mean: Any
    deviation: Any


def solve_row(
    values: Floats, excess: Any, deficit: Any, out: Floats, work: Workspace | None, *, logits: bool
) -> tuple[Any, ...]:
    """Whether the row is done; gamma, that of the exponentials kept (0: none), H - H*, the varentropy, iterations.

    Its distribution goes to `out`, if that has room. The goal is that of a row of full support with one maximum.
    """
    found = _survey(values, work, logits) if min(excess, deficit) >= _FINE else None
    if found is None:
        return _UNDONE
    gamma, depths = start(deficit, found.deviation), found.depths
    glance, measure = _equation(values, found, gamma, excess, deficit, work, logits)
    count, going = 0, True
    while going and count < GLANCES and gamma * found.reach < _FINITE:
        gamma, going = search(gamma, *glance(gamma), excess, deficit)
        count += 1
    if not (count and gamma * found.reach < _FINITE):
        return _UNDONE
    done, gamma, residual, second, _ = settle(gamma, *measure(gamma), excess, deficit)
    if done and out.size:
        depths *= gamma
        np.exp(depths, out=depths)
        np.multiply(depths, 1.0 / row_sum(depths), out=out)
    return done, gamma, 0.0, residual, second, count + 1


def solve_rows(
    values: Floats,
    excess: Floats,
    deficit: Floats,
    wanted: Mask,
    found: tuple[NDArray[Any], ...],
    out: Floats,
    work: Workspace | None,
    *,
    logits: bool,
) -> None:
    """The same for the rows that are `wanted`: what `solve_row` returns goes to the arrays `found`."""
    for row in np.flatnonzero(wanted).tolist():
        probs = out[row] if len(out) else out.ravel()
        answer = solve_row(values[row], excess[row], deficit[row], probs, work, logits=logits)
        for array, number in zip(found, answer, strict=True):
            array[row] = number


def _survey(values: Floats, work: Workspace | None, logits: bool) -> _Survey | None:
    """What does not depend on the exponent, of an ordinary row."""
    peak, lowest = values.argmax(), values.argmin()  # of NaN, if there is one
    top = values[peak]
    if not (values[lowest] > (-np.inf if logits else 0.0) and top < np.inf):
        return None
    depths = _offsets("depths", values, top, work, logits)
    reach = -depths[lowest]
    if not 1.0 / SQUARES < reach < SQUARES or np.count_nonzero(depths > -_CLOSEST) > 1:
        return None
    mean = row_sum(depths) / values.size
    variance = row_dot(depths, depths) / values.size - mean * mean
    return _Survey(depths, peak, top, reach, mean, np.sqrt(max(variance, np.float64(0.0))))


def _offsets(name: str, values: Floats, centre: Any, work: Workspace | None, logits: bool) -> Floats:
    row = values[None]
    found: Floats = log_offsets(row, np.array([centre]), logits=logits, out=_room(name, row, np.float64, work))[0]
    return found


def _equation(
    values: Floats, found: _Survey, gamma: Any, excess: Any, deficit: Any, work: Workspace | None, logits: bool
) -> tuple[Look, Look]:
    """How the row looks in a search, and to all digits: the three equations of `entnorm.equations`."""
    if not deficit * LEAN < excess:
        return _excess(found.depths, found.peak, found.reach, excess, work)
    top, mean, radius = found.top, found.mean, max(-found.mean, found.reach + found.mean)
    centre = _moved(top, mean, logits)
    offsets = _offsets("offsets", values, centre, work, logits)
    if not gamma * radius < NEARLY:
        return _direct(
            offsets, lambda by: _offsets("offsets", values, _moved(centre, by, logits), work, logits), deficit, work
        )
    offset = log_offsets(np.array([[centre]]), np.array([top]), logits=logits)[0, 0]
    return _series(offsets, mean - offset, radius, deficit, work)


def _excess(depths: Floats, peak: Any, reach: Any, excess: Any, work: Workspace | None) -> tuple[Look, Look]:
    single = _single(depths, work)

    def look(depths: NDArray[Any], gamma: Any, deep: bool) -> Residual:
        t = np.multiply(depths, gamma, out=_room("t", depths, depths.dtype, work))
        if deep:
            np.maximum(t, FAINT, out=t)
        w = np.exp(t, out=_room("w", t, t.dtype, work))
        if deep:
            w -= np.exp(FAINT)
        w[peak] = 0.0
        value, second, third = excess_cumulants(*_sums(row_sum(w), w, t), 1)
        return value - excess, second, third

    def glance(gamma: Any) -> Residual:
        return look(single, np.float32(gamma), not gamma * reach < SHALLOW)

    return glance, lambda gamma: look(depths, gamma, False)


def _sums(zeroth: Any, w: NDArray[Any], t: NDArray[Any]) -> tuple[Any, Any, Any, Any]:
    first, second, third = moment_sums(w, t)
    return np.float64(zeroth), np.float64(first), np.float64(second), np.float64(third)


def _single(offsets: Floats, work: Workspace | None) -> NDArray[np.float32]:
    if work is None:
        return offsets.astype(np.float32)
    single = work.array("single", offsets.shape, np.float32)
    single[...] = offsets
    return single


def _room(name: str, like: NDArray[Any], dtype: Any, work: Workspace | None) -> NDArray[Any] | None:
    """Room that a row before had, for a long row; a short one is given its own by NumPy, at less cost."""
    return None if work is None else work.array(name, like.shape, dtype)


def _moved(centre: Any, by: Any, logits: bool) -> Any:
    """The value whose logarithm is `by` above that of another."""
    return centre + by if logits else max(centre * np.exp(by), LEAST_CENTRE)


def _direct(offsets: Floats, moved: Callable[[Any], Floats], deficit: Any, work: Workspace | None) -> tuple[Look, Look]:
    single = _single(offsets, work)

    def look(offsets: NDArray[Any], gamma: Any) -> tuple[Residual, Any]:
        t = np.multiply(offsets, gamma, out=_room("t", offsets, offsets.dtype, work))
        w = np.expm1(t, out=_room("w", t, t.dtype, work))
        raised = row_sum(w)
        w += 1
        value, second, third, drift = deficit_cumulants(*_sums(raised, w, t), offsets.size)
        return (deficit - value, second, third), drift

    def measure(gamma: Any) -> Residual:
        (residual, second, third), drift = look(offsets, gamma)
        if deficit >= UNEVEN and not is_sound(deficit, drift) and np.isfinite(drift / gamma):
            (residual, second, third), drift = look(moved(drift / gamma), gamma)
        return (residual if is_sound(deficit, drift) else np.float64(np.nan)), second, third

    return lambda gamma: look(single, np.float32(gamma))[0], measure


def _series(offsets: Floats, shift: Any, radius: Any, deficit: Any, work: Workspace | None) -> tuple[Look, Look]:
    shift = 0.0 if abs(shift) <= 2 * EPS * radius else shift
    means = power_means(
        lambda some, part: offsets[None, part],
        (1, offsets.size),
        *(np.array([shift]), np.array([radius]), np.array([offsets.size])),
        *(HIGHEST, work or Workspace()),
    )[:, 0]

    def glance(gamma: Any) -> Residual:
        value, second, third = deficit_series(means, gamma * radius)
        return deficit - value, second, third

    def measure(gamma: Any) -> Residual:
        residual, second, third = glance(gamma)
        return (residual if gamma * radius <= NEAR else np.float64(np.nan)), second, third

    return glance, measure
