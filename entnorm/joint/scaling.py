"""Scaling the rows and columns of a table to given sums, block by block, and what zeros do not allow."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from entnorm.moments import Floats
from entnorm.solution import EntnormError

_EPS = 2.0**-52
_TIGHT = 4 * _EPS  # every row and column within this of its mass: sums of that many roundings say no more
_ROUGH = 64 * _EPS  # where rounding does not let it come closer, the best below this
_SWEEPS = 200
_NAMED = 6  # values of X or Y that a message spells out


def fit(p: Floats, a: Floats, b: Floats, where: str) -> tuple[Floats, float, int]:
    """Fit one table, block by block; rows and columns of no mass stay empty."""
    found, worst, sweeps = np.zeros(p.shape), 0.0, 0
    rows, columns = np.flatnonzero(a > 0), np.flatnonzero(b > 0)
    for some, others in _blocks(p[np.ix_(rows, columns)] > 0):
        x, y = rows[some], columns[others]
        wanted, given = math.fsum(a[x].tolist()), math.fsum(b[y].tolist())
        if abs(wanted - given) > _ROUGH:  # sums of the whole marginals may differ by roundings
            sides = ("rows", x, wanted), ("columns", y, given)
            _refuse(where, *(sides if wanted > given else sides[::-1]))
        block = p[np.ix_(x, y)]
        scaled, residual, nit = _scale(block / block.max(), a[x], b[y] * (wanted / given), (where, x, y))
        found[np.ix_(x, y)] = scaled
        worst, sweeps = max(worst, residual), max(sweeps, nit)
    return found, worst, sweeps


def _blocks(present: NDArray[np.bool_]) -> list[tuple[NDArray[np.intp], NDArray[np.intp]]]:
    """The rows and columns of the connected parts of a table; a row or a column that is empty is a part, too."""
    left, parts = np.ones(present.shape[0], dtype=np.bool_), []
    while left.any():
        rows = np.zeros_like(left)
        rows[np.argmax(left)] = True
        while True:
            columns = present[rows].any(0)
            grown = rows | present[:, columns].any(1)
            if (grown == rows).all():
                break
            rows = grown
        parts.append((np.flatnonzero(rows), np.flatnonzero(columns)))
        left &= ~rows
    for lonely in np.flatnonzero(~present.any(0)):
        parts.append((np.empty(0, dtype=np.intp), np.array([lonely])))
    return parts


def _scale(p: Floats, a: Floats, b: Floats, names: tuple[str, Any, Any]) -> tuple[Floats, float, int]:
    """Scale the rows and columns of a connected table to positive masses a and b of the same sum."""
    r, c = np.ones(a.shape), b / _column_sums(p)
    best, before, kept = np.inf, np.inf, None
    for sweep in range(1, _SWEEPS + 1):
        with np.errstate(all="ignore"):
            rows = r * (a / _scaled(p, r, c).sum(1))
            rows, c = _balanced(rows, c * (b / _column_sums(_scaled(p, rows, c))))
            q = _scaled(p, rows, c)
            residual = float(max(np.abs(q.sum(1) / a - 1).max(), np.abs(_column_sums(q) / b - 1).max()))
        if not np.isfinite(residual):
            break
        r = rows
        if residual < best:
            kept = q
        if kept is not None and (residual <= _TIGHT or (best <= _ROUGH and residual > best / 2)):
            _check_zeros(p, r, a, b, names)
            return kept, min(best, residual), sweep
        if residual > before / 10:
            with np.errstate(all="ignore"):
                r, c = _newton(p, r, c, a, b)
        best, before = min(best, residual), residual
    _check_zeros(p, r, a, b, names)
    raise EntnormError(
        f"iterative proportional fitting of {names[0]} does not converge: after {_SWEEPS} sweeps sums are off by"
        f" {best:.1e}, relatively"
    )


def _scaled(p: Floats, r: Floats, c: Floats) -> Floats:
    return p * r[:, None] * c


def _column_sums(q: Floats) -> Floats:
    return np.asarray(np.ascontiguousarray(q.T).sum(1))  # pairwise sums, which those along the first axis are not


def _balanced(r: Floats, c: Floats) -> tuple[Floats, Floats]:
    """The same products with factors of the same size."""
    shift = math.sqrt(float(r.max())) / math.sqrt(float(c.max()))
    return r / shift, c * shift


def _newton(p: Floats, r: Floats, c: Floats, a: Floats, b: Floats) -> tuple[Floats, Floats]:
    """A Newton step for log r and log c, damped until it lowers the convex function that they minimise.

    With u = log r and v = log c it is sum q - a.u - b.v. The matrix that is left when v is eliminated is a weighted
    graph Laplacian, the diagonal of which is summed from the rest: differences would lose what connects almost separate
    blocks. The first u is held.
    """
    q = _scaled(p, r, c)
    columns = _column_sums(q)
    weights = (q / columns) @ q.T
    np.fill_diagonal(weights, 0.0)
    laplacian = np.diag(weights.sum(1)) - weights
    slope = (a - q.sum(1)) - q @ ((b - columns) / columns)
    du = np.zeros(a.shape)
    try:
        du[1:] = np.linalg.solve(laplacian[1:, 1:], slope[1:])
    except np.linalg.LinAlgError:
        return r, c
    dv = (b - columns - q.T @ du) / columns
    height, size = float(q.sum()), 1.0
    for _ in range(30):
        moved = r * np.exp(size * du), c * np.exp(size * dv)
        change = float(_scaled(p, *moved).sum()) - height - size * (float(a @ du) + float(b @ dv))
        if change <= _ROUGH:
            return moved
        size /= 2
    return r, c


def _check_zeros(p: Floats, r: Floats, a: Floats, b: Floats, names: tuple[str, Any, Any]) -> None:
    """Refuse what zeros forbid: where scaling diverges, the rows that it raises without end ask for too much.

    Both such rows and the columns that they do not reach are weighed, so that small masses beside large ones count.
    """
    where, x, y = names
    order = np.argsort(-r, kind="stable")
    for count in range(1, len(order)):
        some, others = order[:count], order[count:]
        reached = (p[some] > 0).any(0)
        wanted, given, rest, free = (
            math.fsum(masses.tolist()) for masses in (a[some], b[reached], b[~reached], a[others])
        )
        if wanted >= given * (1 - _ROUGH) and rest >= free * (1 - _ROUGH):
            _refuse(where, ("rows", x[some], wanted), ("columns", y[reached], given))


def _refuse(where: str, asking: tuple[str, Any, float], giving: tuple[str, Any, float]) -> None:
    (kind, some, wanted), (other, reached, given) = asking, giving
    marginals = f"the zeros of {where} do not admit these marginals"
    there = f"the {other} that they reach, {_listed(reached)},"
    if wanted > given * (1 + _ROUGH):
        raise EntnormError(
            f"{marginals}: {kind} {_listed(some)} ask for {wanted:.9g}, where {there} can give {given:.9g}"
        )
    raise EntnormError(
        f"{marginals}, except as a limit in which further entries vanish: {kind} {_listed(some)} ask for {wanted:.9g},"
        f" which is all that {there} can give"
    )


def _listed(indices: Any) -> str:
    listed = sorted(int(k) for k in indices)
    if not listed:
        return "(none)"
    return ", ".join(map(str, listed[:_NAMED])) + (f" and {len(listed) - _NAMED} more" if len(listed) > _NAMED else "")
