"""Both marginals at once: iterative proportional fitting, and what it says where it cannot succeed."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from entnorm.joint.tables import Axes, JointSolution, Tables
from entnorm.moments import Floats
from entnorm.rows import Rows
from entnorm.solution import EntnormError, Status, name_rows
from entnorm.solver import solve

_EPS = 2.0**-52
_TIGHT = 4 * _EPS  # every row and column within this of its mass: sums of that many roundings say no more
_ROUGH = 64 * _EPS  # where rounding does not let it come closer, the best below this
_SWEEPS = 200
_NAMED = 6  # values of X or Y that a message spells out


@dataclass(frozen=True)
class Fit:
    """A joint distribution with prescribed marginals.

    Attributes
    ----------
    probs : ndarray
        The tables, shaped as the input and of its floating dtype.
    residual : float64 or ndarray
        The largest relative error of a row or a column sum; of the batch shape.
    nit : int or ndarray
        Sweeps; of the batch shape.
    """

    probs: NDArray[Any]
    residual: Any
    nit: Any


def marginals(
    p: ArrayLike,
    *,
    entropy: tuple[ArrayLike, ArrayLike] | None = None,
    perplexity: tuple[ArrayLike, ArrayLike] | None = None,
    deficit: tuple[ArrayLike, ArrayLike] | None = None,
    evenness: tuple[ArrayLike, ArrayLike] | None = None,
    axes: Axes = (-2, -1),
) -> JointSolution:
    """Give X and Y their prescribed entropies at once, keeping the dependence: ``p(x, y) r(x) c(y)``.

    The marginals become the escort distributions of p_X and of p_Y that have the entropies, with an exponent each
    [limits.existence], [limits.uniqueness], and the table is fitted to them as `fit_marginals` does, which says when
    that is possible (always, if `p` is positive) and that it is unique. The odds ratios stay. One marginal after the
    other would not do: each reweighting moves the other [joint.other-marginal].

    Parameters
    ----------
    p : array_like
        One table p(x, y), or a stack of them: nonnegative, each with sum 1.
    entropy, perplexity, deficit, evenness : pair of array_like, optional
        The targets for X and for Y, exactly one kind as in `entnorm.solve`, each broadcast to the batch shape.
    axes : (int, int), default (-2, -1)
        The axis of X and the axis of Y.

    Returns
    -------
    JointSolution
        ``gamma`` and ``status`` have the batch shape followed by 2: the exponent of p_X, and that of p_Y. A table one
        of whose targets is out of reach is NaN.

    Raises
    ------
    EntnormError
        If an argument is malformed, or the zeros of a table do not admit the marginals; it names them.

    Notes
    -----
    This is one answer of several that attain both entropies: other distributions of X, not escort distributions of p_X,
    have the same entropy. It is what "normalise both marginals, then restore the dependence" means.

    Examples
    --------
    >>> from entnorm import joint
    >>> p = [[0.4, 0.1, 0.1], [0.05, 0.15, 0.2]]
    >>> found = joint.marginals(p, entropy=(0.65, 1.0))
    >>> print(round(found.entropies.x, 12), round(found.entropies.y, 12))
    0.65 1.0
    """
    tables = Tables.checked(p, axes)
    given = {"entropy": entropy, "perplexity": perplexity, "deficit": deficit, "evenness": evenness}
    first, second = {}, {}
    for kind, pair in given.items():
        if pair is not None:
            if not isinstance(pair, (tuple, list)) or len(pair) != 2:
                raise EntnormError(f"{kind} must be a pair, the target of X and that of Y")
            first[kind], second[kind] = pair
    of_x, of_y = solve(tables.x, **first), solve(tables.y, **second)
    gamma = np.stack([of_x.gamma, of_y.gamma], axis=-1)
    status = np.stack([of_x.status, of_y.status], axis=-1).astype(np.int8)
    reached = (status != Status.INFEASIBLE).all(-1).reshape(-1)
    probs = np.full(tables.flat.shape, np.nan)
    x, y = (found.probs.reshape(-1, found.probs.shape[-1]) for found in (of_x, of_y))
    for k in np.flatnonzero(reached).tolist():
        probs[k] = _fit(tables.flat[k], x[k], y[k], name_rows([k], tables.batch).replace("row", "table"))[0]
    message = "; ".join(
        f"{name}: {found.message}" for name, found in (("X", of_x), ("Y", of_y)) if not np.all(found.success)
    )
    return JointSolution(
        tables.restored(probs.reshape(tables.array.shape)), gamma, status, message or "converged", axes
    )


def fit_marginals(p: ArrayLike, x: ArrayLike, y: ArrayLike, *, axes: Axes = (-2, -1)) -> Fit:
    """The table ``p(x, y) r(x) c(y)`` with given marginals: iterative proportional fitting (Sinkhorn, RAS).

    It keeps the odds ratios of `p`, and of all tables with these marginals it is the closest to `p` in the sense of
    KL(q || p), by a margin that says that it is the only one [joint.fitted-is-closest]. It exists if and only if every
    set of rows, not being a separate block of the table, asks for strictly less than the columns that it reaches can
    give (a block, for exactly as much): always, if `p` is positive.

    Parameters
    ----------
    p : array_like
        One table p(x, y), or a stack of them: nonnegative, each with sum 1. Zeros stay zero.
    x, y : array_like
        The marginals: distributions along the last axis, which broadcast to the batch shape followed by the number of
        values of X, and of Y.
    axes : (int, int), default (-2, -1)
        The axis of X and the axis of Y.

    Returns
    -------
    Fit

    Raises
    ------
    EntnormError
        If an argument is malformed. If the zeros of a table do not admit the marginals, with the rows that ask for more
        than their columns can give; or where other entries would have to vanish, so that they are a limit that no
        scaling attains.

    Notes
    -----
    A sweep scales the rows to their masses, then the columns. Where a sweep brings less than nine tenths of the way, a Newton
    step for the logarithms of r and c goes before the next: alone, sweeps gain a factor sigma^2 each, with sigma the
    second singular value of ``q(x, y) / sqrt(x(x) y(y))``, which is close to 1 for strong dependence.

    It ends when every row and every column sums to its mass within 4 eps, relatively; or, where rounding does not let
    that happen, when sweeps do not improve on less than 64 eps. Relative errors of at most rho in the sums are a total
    variation distance of at most ``rho / sqrt(2 (1 - sigma))`` to the exact table; tested against 50 digits.

    Examples
    --------
    >>> from entnorm import joint
    >>> fit = joint.fit_marginals([[0.4, 0.1], [0.1, 0.4]], [0.7, 0.3], [0.5, 0.5])
    >>> print(fit.probs.round(6))
    [[0.456498 0.243502]
     [0.043502 0.256498]]
    """
    tables = Tables.checked(p, axes)
    nx, ny = tables.array.shape[-2:]
    of_x, of_y = _marginal("x", x, (*tables.batch, nx)), _marginal("y", y, (*tables.batch, ny))
    probs = np.empty(tables.flat.shape)
    residual, nit = np.empty(len(probs)), np.empty(len(probs), dtype=np.int64)
    for k, (table, a, b) in enumerate(zip(tables.flat, of_x.reshape(-1, nx), of_y.reshape(-1, ny), strict=True)):
        where = name_rows([k], tables.batch).replace("row", "table")
        probs[k], residual[k], nit[k] = _fit(table, a, b, where)
    batch = tables.batch
    return Fit(
        tables.restored(probs.reshape(tables.array.shape)), residual.reshape(batch)[()], nit.reshape(batch)[()]
    )


def _marginal(name: str, values: ArrayLike, shape: tuple[int, ...]) -> Floats:
    try:
        array = Rows.checked(values, None, -1).array.astype(np.float64)
    except EntnormError as error:
        raise EntnormError(f"the marginal {name}: {error}") from None
    try:
        return np.broadcast_to(array, shape)
    except ValueError:
        raise EntnormError(f"the marginal {name} has shape {array.shape}, which does not broadcast to {shape}") from None


def _fit(p: Floats, a: Floats, b: Floats, where: str) -> tuple[Floats, float, int]:
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
    """The rows and columns of the connected parts of a table; a row without columns is a part, and so is such a column."""
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
            r = r * (a / _scaled(p, r, c).sum(1))
            c = c * (b / _column_sums(_scaled(p, r, c)))
            r, c = _balanced(r, c)
            q = _scaled(p, r, c)
            residual = float(max(np.abs(q.sum(1) / a - 1).max(), np.abs(_column_sums(q) / b - 1).max()))
        if not np.isfinite(residual):
            break
        if residual < best:
            kept = q
        if kept is not None and (residual <= _TIGHT or (best <= _ROUGH and residual > best / 2)):
            _check_zeros(p, r, a, b, names)
            return kept, min(best, residual), sweep
        if residual > before / 10:
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
    return np.ascontiguousarray(q.T).sum(1)  # pairwise sums, which those along the first axis are not


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
        with np.errstate(all="ignore"):
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
