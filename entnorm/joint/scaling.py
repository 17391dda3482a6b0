"""Scaling the rows and columns of a table to given sums, block by block, and what zeros do not allow."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from entnorm.moments import Floats
from entnorm.solution import EntnormError
from entnorm.steps import EPS

_TIGHT = 4 * EPS  # every row and column within this of its mass: sums of that many roundings say no more
_ROUGH = 64 * EPS  # where rounding does not let it come closer, the best below this
_NEAR = 1e-9  # close enough for a linear model
_SWEEPS = 1000
_OFTEN = 50  # sweeps between looks for zeros that forbid it
_NAMED = 6  # values of X or Y that a message spells out


def fit(p: Floats, a: Floats, b: Floats, where: str) -> tuple[Floats, float, int]:
    """Fit one table, block by block; rows and columns of no mass stay empty."""
    found, worst, sweeps = np.zeros(p.shape), 0.0, 0
    a, b = (masses / math.fsum(masses.tolist()) for masses in (a, b))
    rows, columns = np.flatnonzero(a > 0), np.flatnonzero(b > 0)
    for some, others in _blocks(p[np.ix_(rows, columns)] > 0):
        x, y = rows[some], columns[others]
        wanted, given = math.fsum(a[x].tolist()), math.fsum(b[y].tolist())
        if abs(wanted - given) > _ROUGH * max(wanted, given):
            sides = ("rows", x, wanted), ("columns", y, given)
            _refuse(where, *(sides if wanted > given else sides[::-1]))
        block = p[np.ix_(x, y)]
        with np.errstate(all="ignore"):
            scaled, residual, nit = _scale(block, a[x], b[y] * (wanted / given), (where, x, y))
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
    u, v, sweeps = _search(p, a, b, names)
    if sweeps < _SWEEPS:
        table = _tilted(p, u, v)
        r, c = np.ones(a.shape), np.ones(b.shape)
        best, kept = np.inf, table
        while sweeps < _SWEEPS:
            sweeps += 1
            q = table * r[:, None] * c
            rows, columns = q.sum(1), _column_sums(q)
            residual = float(max(np.abs(rows / a - 1).max(), np.abs(columns / b - 1).max()))
            if residual <= _TIGHT or (best <= _ROUGH and residual > best / 2):
                _check_zeros(p, u, a, b, names)
                return (q, residual, sweeps) if residual < best else (kept, best, sweeps)
            best, kept = (residual, q) if residual < best else (best, kept)
            du, dv = _newton(q, a - rows, b - columns) if sweeps % 2 else (np.zeros(a.shape), np.zeros(b.shape))
            r = r * np.exp(du)
            c = c * np.exp(dv)
            r = r * (a / (table * r[:, None] * c).sum(1))
            c = c * (b / _column_sums(table * r[:, None] * c))
    _check_zeros(p, u, a, b, names)
    raise EntnormError(f"iterative proportional fitting of {names[0]} does not converge in {_SWEEPS} sweeps")


def _search(p: Floats, a: Floats, b: Floats, names: tuple[str, Any, Any]) -> tuple[Floats, Floats, int]:
    """Log r and log c, near enough: sweeps, and damped Newton steps where these are slow; nothing can overflow."""
    logs = np.log(p)
    u, v, before = np.zeros(a.shape), np.log(b) - _log_sums(logs.T), np.inf
    for sweep in range(1, _SWEEPS + 1):
        u = np.log(a) - _log_sums(logs + v)
        v = np.log(b) - _log_sums(logs.T + u)
        q = np.exp(logs + u[:, None] + v)
        missing = a - q.sum(1)
        residual = float(np.abs(missing / a).max())
        if residual <= _NEAR:
            return u, v, sweep
        if sweep % _OFTEN == 0:
            _check_zeros(p, u, a, b, names)
        if residual > before / 10:
            u, v = _damped(logs, u, v, a, b, _newton(q, missing, b - _column_sums(q)))
        before = residual
    return u, v, _SWEEPS


def _damped(
    logs: Floats, u: Floats, v: Floats, a: Floats, b: Floats, step: tuple[Floats, Floats]
) -> tuple[Floats, Floats]:
    """As much of a step as lowers the convex function that u and v minimise, sum q - a.u - b.v."""
    (du, dv), size = step, 1.0
    height, slope = float(np.exp(logs + u[:, None] + v).sum()), float(a @ du) + float(b @ dv)
    for _ in range(40):
        moved = u + size * du, v + size * dv
        change = float(np.exp(logs + moved[0][:, None] + moved[1]).sum()) - height - size * slope
        if change <= _ROUGH:
            return moved
        size /= 2
    return u, v


def _newton(q: Floats, rows: Floats, columns: Floats) -> tuple[Floats, Floats]:
    """The step of log r and log c that would bring what rows and columns miss, to first order.

    Without the columns, which are eliminated, its matrix is the Laplacian of a graph that joins rows by the columns
    they share. Rows are eliminated in turn, by sums of positive terms only (Grassmann, Taksar and Heyman): what joins
    almost separate blocks keeps its digits. They go from the lightest up, and log r of the heaviest is held: it takes
    what rounding leaves of the balance, which light ones could not.
    """
    if q.shape[0] > q.shape[1]:
        return _newton(q.T, columns, rows)[::-1]
    sums, order = _column_sums(q), np.argsort(-q.sum(1), kind="stable")
    q = q[order]
    weights, wanted = (q / sums) @ q.T, rows[order] - q @ (columns / sums)
    du, degrees = np.zeros(rows.shape), np.zeros(rows.shape)
    for k in range(len(du) - 1, 0, -1):
        degrees[k] = weights[k, :k].sum()
        share = weights[:k, k] / degrees[k]
        weights[:k, :k] += share[:, None] * weights[k, :k]
        wanted[:k] += share * wanted[k]
    for k in range(1, len(du)):
        du[k] = (wanted[k] + weights[k, :k] @ du[:k]) / degrees[k]
    if not np.isfinite(du).all():  # blocks that nothing joins which float64 can hold
        return np.zeros(rows.shape), np.zeros(columns.shape)
    dv = (columns - q.T @ du) / sums
    return du[np.argsort(order)], dv


def _tilted(p: Floats, u: Floats, v: Floats) -> Floats:
    """``p exp(u + v)`` with three roundings, whatever the size of the factors."""
    (mantissas, exponents), doublings = np.frexp(p), [np.rint(logs / math.log(2)) for logs in (u, v)]
    r, c = (np.exp(logs - count * math.log(2)) for logs, count in zip((u, v), doublings, strict=True))
    shift = exponents + (doublings[0][:, None] + doublings[1]).astype(np.int64)
    return np.asarray(np.ldexp(mantissas * r[:, None] * c, np.clip(shift, -4000, 4000)))


def _column_sums(q: Floats) -> Floats:
    return np.asarray(np.ascontiguousarray(q.T).sum(1))  # pairwise sums, which those along the first axis are not


def _log_sums(logs: Floats) -> Floats:
    top = logs.max(1, keepdims=True)
    return np.asarray(np.log(np.exp(logs - top).sum(1)) + top[:, 0])


def _check_zeros(p: Floats, u: Floats, a: Floats, b: Floats, names: tuple[str, Any, Any]) -> None:
    """Refuse what zeros forbid: where scaling diverges, the rows that it raises without end ask for too much.

    Both such rows and the columns that they do not reach are weighed, so that small masses beside large ones count.
    """
    where, x, y = names
    if (p > 0).all():
        return
    order = np.argsort(-u, kind="stable")
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
