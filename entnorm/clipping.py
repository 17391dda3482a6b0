"""Entropies held between bounds: rows within them stay, the others go to the nearer bound.

The answer is a `Solution` like any other, whose exponent is 1 where nothing was moved. So everything that can be asked
of a solution, its derivatives included, can be asked of a clipped one, and `clip_entropy` only reads off its `probs`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from entnorm.gradients import Jacobian
from entnorm.measures import entropies
from entnorm.moments import Floats, Integers, Mask
from entnorm.rows import Rows
from entnorm.solution import EntnormError, Solution, Status, name_rows
from entnorm.solver import solve
from entnorm.targets import Target

_TOGETHER = 2**20  # entries of rows to be moved that are copied, and solved, at a time


def solve_clipped(
    p: ArrayLike | None = None,
    *,
    logits: ArrayLike | None = None,
    min: ArrayLike | None = None,
    max: ArrayLike | None = None,
    axis: int = -1,
) -> Solution:
    """Find the exponents that bring the entropies of distributions between bounds, and move nothing else.

    Parameters
    ----------
    p : array_like, optional
        Probabilities along `axis`, nonnegative with sum 1. Zeros stay zero.
    logits : array_like, optional
        Logarithms of probabilities up to a constant per row, instead of `p`: those of ``softmax(logits)`` are bounded.
    min, max : array_like, optional
        Bounds of the Shannon entropy in nats, either or both, broadcast to the batch shape.
    axis : int, default -1
        The axis along which distributions lie. The batch shape is the shape without it.

    Returns
    -------
    Solution
        In rows whose entropy is between the bounds, or on one, ``gamma`` is 1, and ``probs`` is `p` bit for bit. The
        others have the entropy of the bound that they broke: raised to `min` with gamma < 1, lowered to `max` with
        gamma > 1 [escort.entropy-decreasing]. Where a bound is out of reach, the row is at the nearest limit: uniform
        on its support with gamma = 0, or uniform on its maxima with gamma = inf. That is what was asked for, so no row
        fails; its `entropy` says how far it got.

    Raises
    ------
    EntnormError
        If `min` is greater than `max` in some row, or an argument is malformed, with the indices of the rows at fault.

    See Also
    --------
    clip_entropy : The distributions alone.

    Notes
    -----
    With `min` and `max` the same, this is `solve` for that entropy, with the nearest limit where it is out of reach.

    The ``jvp`` and ``vjp`` of the solution differentiate what was done. Their `dtarget` belongs to the bound that holds
    the row, to `min` where gamma < 1 and to `max` where gamma > 1, and is 0 elsewhere. Rows that were not moved have
    the derivative of ``softmax(logits)``, or of ``p / sum(p)`` [gradients.distribution-along], also on a bound itself,
    where the derivatives of the two sides differ: it is one of them. Rows at the limit nearest to a bound out of reach
    do not follow that bound, and do not move along logits either; but where these part maxima that were tied, the
    distribution jumps, and its derivative is NaN.

    Examples
    --------
    >>> import entnorm
    >>> solution = entnorm.solve_clipped([[0.98, 0.01, 0.01], [0.5, 0.3, 0.2]], min=0.5)
    >>> print(solution.gamma.round(6), solution.entropy.round(6))
    [0.548549 1.      ] [0.5      1.029653]
    """
    rows = Rows.checked(p, logits, axis)
    low, high = _bounds(rows.batch, min, max)
    found, least, most = entropies(rows)
    wanted = np.clip(found, low, high)
    moved = wanted != found
    bounds = np.clip(wanted, least, most)
    answers = _answers(rows, moved, bounds, found)
    beyond = moved & (wanted != bounds)  # at the end that is nearest, a uniform row too
    for gamma in (answers["gamma"], answers["_gamma"]):
        np.copyto(gamma, np.where(wanted > bounds, 0.0, np.inf), where=beyond)

    public: dict[str, Any] = {
        name: flat.reshape(rows.batch)[()] for name, flat in answers.items() if not name.startswith("_")
    }
    if not rows.batch:
        public["status"] = Status(int(public["status"]))
    gamma, base, scale = answers["_gamma"], answers["_base"], answers["_scale"]
    return Solution(
        **public,
        message=_message(rows.batch, moved, beyond),
        _source=_Unmoved(rows, ~moved),
        _derivative=Jacobian(rows, Target("entropy", bounds), gamma, scale, free=~moved | beyond),
        _gamma=gamma,
        _base=base,
        _scale=scale,
        _nearest=gamma,
    )


def _answers(rows: Rows, moved: Mask, bounds: Floats, found: Floats) -> dict[str, NDArray[Any]]:
    """What a solution says of each row of the flattened batch: that nothing was done, or how its bound is reached."""
    count = rows.count
    answers: dict[str, NDArray[Any]] = {
        "gamma": np.ones(count),
        "entropy": found,
        "status": np.full(count, Status.CONVERGED, dtype=np.int8),
        "nit": np.zeros(count, dtype=np.int64),
        "condition": np.zeros(count),
        "_gamma": np.ones(count),
        "_base": np.zeros(count),
        "_scale": np.zeros(count, dtype=np.int64),
    }
    which, height = np.flatnonzero(moved), max(1, _TOGETHER // rows.array.shape[-1])
    for some in (which[start : start + height] for start in range(0, which.size, height)):
        parts = rows.take(some)
        solved = solve(logits=parts, entropy=bounds[some]) if rows.logits else solve(parts, entropy=bounds[some])
        for name, values in answers.items():
            values[some] = getattr(solved, name)
    return answers


@dataclass(frozen=True)
class _Unmoved:
    """Rows some of which are handed back as they are."""

    rows: Rows
    same: Mask  # flat

    def escort(self, gamma: Floats, scale: Integers, *, base: Floats | None = None, log: bool = False) -> NDArray[Any]:
        """Escort distributions of order ``gamma * 2**scale``, or the caller's own."""
        out = self.rows.escort(gamma, scale, base=base, log=log)
        if not self.rows.logits:
            read = np.log if log else np.positive
            same = self.same.reshape(*self.rows.batch, 1)
            with np.errstate(divide="ignore"):
                read(
                    self.rows.array,
                    out=np.moveaxis(out, self.rows.axis, -1),
                    where=same,
                    dtype=out.dtype.newbyteorder("="),
                )
        return out


def _bounds(batch: tuple[int, ...], low: ArrayLike | None, high: ArrayLike | None) -> tuple[Floats, Floats]:
    if low is None and high is None:
        raise EntnormError("pass min=, max= or both: the entropies between which distributions stay as they are")
    least = Target.checked(batch, min=0.0 if low is None else low).values
    most = Target.checked(batch, max=np.inf if high is None else high).values
    crossed = np.flatnonzero(least > most).tolist()
    if crossed:
        example = f"{float(least[crossed[0]])!r} > {float(most[crossed[0]])!r} in the first"
        raise EntnormError(f"min exceeds max for {name_rows(crossed, batch)} ({example})")
    return least, most


def _message(batch: tuple[int, ...], moved: Mask, beyond: Mask) -> str:
    sentences = [
        f"{np.count_nonzero(moved)} of {moved.size} rows moved" if batch else "moved" if moved[0] else "unmoved"
    ]
    if beyond.any():
        sentences.append(f"a bound is out of reach of {name_rows(np.flatnonzero(beyond).tolist(), batch)}")
    return "; ".join(sentences)
