"""What a solve returns, and the errors of the package."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property
from typing import Any, Protocol, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from entnorm.moments import LastLook

_NAMED = 5  # rows an error message spells out


class EntnormError(ValueError):
    """An argument is not what it has to be; the message says which one, where, and what to do."""


class InfeasibleTargetError(EntnormError):
    """No escort distribution of some row has the entropy asked for; the message names the rows and their intervals."""


class Status(IntEnum):
    """How a row ended."""

    CONVERGED = 0
    """The row has the entropy asked for."""
    INFEASIBLE = 1
    """No escort distribution of the row has the entropy asked for; its numbers are NaN, but for `nit`."""
    GAMMA_OVERFLOW = 2
    """The distribution is right, but its exponent is beyond the normal range of float64."""


class Source(Protocol):
    """Checked rows that can be tilted; `entnorm.rows.Rows` is the one implementation."""

    def escort(
        self,
        gamma: NDArray[np.float64],
        scale: NDArray[np.int64],
        *,
        look: LastLook | None = None,
        log: bool = False,
    ) -> NDArray[Any]:
        """Escort distributions of order ``gamma * 2**scale``, shaped as the caller's array."""


class Derivative(Protocol):
    """How distributions depend on rows and targets; `entnorm.gradients.Jacobian` is the one implementation."""

    def jvp(self, dlogits: ArrayLike | None, dtarget: ArrayLike | None, dp: ArrayLike | None) -> NDArray[Any]:
        """Tangents of the distributions."""

    def vjp(self, cotangent: ArrayLike, wrt: str) -> tuple[NDArray[Any], Any]:
        """Gradients in the rows and in the targets."""


@dataclass(frozen=True, eq=False, repr=False)
class Solution:
    """The escort distributions that have the prescribed entropies, and the exponents that produce them.

    Fields have the batch shape, which is the shape of the input without `axis`; for one row they are scalars.

    Attributes
    ----------
    gamma : float64
        Exponent (inverse temperature): ``q_i`` is proportional to ``p_i**gamma``, or to ``exp(gamma * logits_i)``. It
        is 0 where the target is the entropy of the uniform distribution on the support, inf where it is that of the
        uniform distribution on the maxima, and 1 where the row is uniform on its support already.
    temperature : float64
        1 / gamma.
    probs, log_probs : ndarray
        The distributions and their natural logarithms, shaped as the input and of its floating dtype (float64 for
        integers). They are computed on first use, from the array that was passed: do not change that array before.
    entropy : float64
        Shannon entropy of the distribution at `gamma`, in nats.
    status : Status, or ndarray of int8 holding its values
        `Status.CONVERGED`, `Status.INFEASIBLE` or `Status.GAMMA_OVERFLOW`.
    success : bool
        Whether `status` is `Status.CONVERGED`.
    nit : int64
        Iterations; each one evaluates the entropy and its derivatives, in a few rows more than once.
    condition : float64
        min(H, log s - H) / (gamma^2 Var_q[log p]), s the size of the support: how much a relative error in the entropy
        or in the deficit is magnified in gamma [escort.entropy-log-slope]. 0 where nothing had to be solved.
    message : str
        A sentence about the whole batch; it names the rows that failed, and what they could have attained.

    Examples
    --------
    >>> import entnorm
    >>> solution = entnorm.solve([[0.7, 0.2, 0.1], [0.5, 0.5, 0.0]], perplexity=2)
    >>> solution.gamma.round(6), solution.success
    (array([1.217299, 1.      ]), array([ True,  True]))
    >>> solution.probs[1]
    array([0.5, 0.5, 0. ])
    >>> solution
    <Solution: all 2 rows converged; gamma from 1 to 1.21729927663339>
    """

    gamma: Any
    entropy: Any
    status: Any
    nit: Any
    condition: Any
    message: str
    _source: Source
    _derivative: Derivative
    _gamma: NDArray[np.float64]  # flat, and in float64's range when multiplied by 2**-_scale
    _look: LastLook
    _scale: NDArray[Any]

    def __repr__(self) -> str:
        """The message and the exponent, or where the exponents lie."""
        gamma = np.asarray(self.gamma)
        given = gamma[~np.isnan(gamma)]
        if not given.size:
            return f"<Solution: {self.message}>"
        low, high = (f"{x:.15g}" for x in (given.min(), given.max()))
        return f"<Solution: {self.message}; gamma {low if low == high else f'from {low} to {high}'}>"

    @property
    def temperature(self) -> Any:
        """1 / gamma: inf for a uniform distribution, 0 for the limit on the maxima."""
        with np.errstate(all="ignore"):
            return 1.0 / self.gamma

    @property
    def success(self) -> Any:
        """Whether each row has the entropy asked for, at a gamma that float64 can hold."""
        return self.status == Status.CONVERGED

    @cached_property
    def probs(self) -> NDArray[Any]:
        """The distributions, shaped as the input; a row that is infeasible is NaN."""
        return self._source.escort(self._gamma, self._scale, look=self._look)

    @cached_property
    def log_probs(self) -> NDArray[Any]:
        """Natural logarithms of the distributions: finite where `probs` underflows, -inf outside the support."""
        return self._source.escort(self._gamma, self._scale, look=self._look, log=True)

    def raise_if_failed(self) -> Self:
        """Return the solution itself, or raise what its `message` says.

        Raises
        ------
        InfeasibleTargetError
            If a target cannot be attained.
        EntnormError
            If a gamma is beyond the normal range of float64.

        Examples
        --------
        >>> import entnorm
        >>> entnorm.solve([0.7, 0.2, 0.1], entropy=0.5).raise_if_failed().success
        True
        """
        raise_failures(self.status, self.message)
        return self

    def jvp(
        self, dlogits: ArrayLike | None = None, dtarget: ArrayLike | None = None, *, dp: ArrayLike | None = None
    ) -> NDArray[Any]:
        """Jacobian-vector product: the rate at which `probs` move when logits and targets do.

        Parameters
        ----------
        dlogits : array_like, optional
            Tangent of the logits, or of log p where `p` was passed; of the shape of the input, or broadcast to it.
            Entries outside the support do not count.
        dtarget : array_like, optional
            Tangent of the target, in the unit in which it was given; broadcast to the batch shape.
        dp : array_like, optional
            Tangent of `p`, instead of `dlogits`: the same as ``dlogits = dp / p`` [gradients.along-probabilities].

        Returns
        -------
        ndarray
            Shaped as `probs`, of its dtype: ``gamma q_i r_i(dlogits) - q_i (t_i - E t) / Var t dH``, where t_i is
            gamma log p_i, dH the rate of the target entropy, and r(f) the residual of f in its least-squares
            regression on (1, t) with the weights q [gradients.along-logits], [gradients.along-entropy].

        Raises
        ------
        EntnormError
            If a tangent has the wrong shape or dtype, if `dp` is passed with `dlogits` or for logits, or if it is not
            zero where `p` is: the support does not move.

        Notes
        -----
        O(n) operations for each row. Tangents sum to 0 [gradients.sums-to-zero]; those along logits keep the entropy
        [gradients.entropy-kept], and vanish along constants and along the logits themselves [gradients.null-vectors].
        Where there is no derivative, the rows are NaN:

        ======================================  ==============================  ==============================
        row                                     along logits                    along the target
        ======================================  ==============================  ==============================
        solved, 0 < gamma < inf                 as above; 0 for two entries     as above
        gamma = 0, or uniform on its support    0: it stays uniform             NaN: infinitely fast
        gamma = inf, one maximum                0: it stays one-hot             0, as the target rises
        gamma = inf, tied maxima                NaN: infinitely fast, if parted  0, as the target rises
        infeasible                              NaN                             NaN
        ======================================  ==============================  ==============================

        Rounding, tested against differences in hundreds of digits: with e_i = |f_i - E f| + |b (t_i - E t)| +
        k (1 + log max q / q_i) |r_i|, where b is the slope over t and k = 1 + `condition`, each entry is right to
        4 eps gamma q_i (e_i + E e + |t_i - E t| E(e |t - E t|) / Var t), as long as q_i and the entry itself are normal
        numbers: first-order effects of one rounding in every f_i, t_i and log q_i, and of k of them in gamma. With
        `dp`, f is dp / p as it is rounded. A target so small that all but one of the probabilities underflow has no
        derivative to be seen: NaN. NaN and inf in a tangent stay in its row. Where gamma is beyond the normal range of
        float64, the row counts as solved, with the gamma that it has: all of this holds, and such an error may be huge.

        Examples
        --------
        >>> import entnorm
        >>> solution = entnorm.solve(logits=[2.0, 1.0, 0.0], entropy=0.8)
        >>> print(solution.jvp([1.0, 0.0, 0.0]).round(6), solution.jvp(dtarget=1.0).round(6))
        [ 0.034612 -0.069224  0.034612] [-0.630306  0.331171  0.299135]
        """
        return self._derivative.jvp(dlogits, dtarget, dp)

    def vjp(self, cotangent: ArrayLike, *, wrt: str = "logits") -> tuple[NDArray[Any], Any]:
        """Vector-Jacobian product: the gradient in logits and target of a function of `probs`, from its gradient there.

        Parameters
        ----------
        cotangent : array_like
            Gradient of the function in `probs`; of their shape, or broadcast to it. Entries outside the support do
            not count.
        wrt : {"logits", "p"}, default "logits"
            What to differentiate by: the logits, which are log p where `p` was passed; or `p` itself, for which each
            entry is divided by that of `p` [gradients.along-probabilities].

        Returns
        -------
        gradient : ndarray
            Shaped as the input, of the dtype of `probs`: ``gamma q_i r_i``, with r the residual of `cotangent` in its
            least-squares regression on (1, t), t_i = gamma log p_i, with the weights q [gradients.pullback]. It is
            exactly 0 outside the support.
        dtarget : float64 or ndarray
            Of the batch shape: minus the slope of that regression, per unit of the target [gradients.pullback-entropy].
            Where one target was broadcast over many rows, its gradient is the sum of theirs.

        Raises
        ------
        EntnormError
            If the cotangent has the wrong shape or dtype, or `wrt` is "p" for rows that were passed as logits.

        See Also
        --------
        jvp : Its transpose, with a table of the rows that have no derivative, and the size of rounding errors.

        Notes
        -----
        The gradient in the rows has the rounding errors of `jvp`, with f the cotangent; that in the target is right to
        4 eps (2 k |b| + E(e |t - E t|) / Var t), times the rate of H with the target: what gamma is off by shows there.

        Examples
        --------
        >>> import entnorm
        >>> solution = entnorm.solve([0.7, 0.2, 0.1], perplexity=2)
        >>> dp, dperplexity = solution.vjp([1.0, 0.0, 0.0], wrt="p")
        >>> print(dp.round(6), round(float(dperplexity), 6))
        [ 0.018391 -0.180702  0.23267 ] -0.264675
        """
        return self._derivative.vjp(cotangent, wrt)


def raise_failures(status: Any, message: str) -> None:
    """Raise what the message says, if a target cannot be attained or an exponent is beyond what float64 has."""
    found = np.asarray(status)
    if (found == Status.INFEASIBLE).any():
        raise InfeasibleTargetError(message)
    if (found == Status.GAMMA_OVERFLOW).any():
        raise EntnormError(message)


def name_row(row: int, batch: tuple[int, ...]) -> str:
    """``row 3`` of a one-dimensional batch, ``row (1, 2)`` of a deeper one, ``the row`` when there is only one."""
    if not batch:
        return "the row"
    index = tuple(int(i) for i in np.unravel_index(row, batch))
    return f"row {index[0] if len(index) == 1 else index}"


def name_rows(rows: Iterable[int], batch: tuple[int, ...], count: int | None = None) -> str:
    """The first few rows by index and how many follow: of `count` rows, if these are not all of them."""
    rows = list(rows)
    count = len(rows) if count is None else count
    if not batch:
        return "the row"
    if count == 1:
        return name_row(rows[0], batch)
    names = ", ".join(name_row(row, batch).removeprefix("row ") for row in rows[:_NAMED])
    return f"rows {names}" + (f" and {count - _NAMED} more" if count > _NAMED else "")


class Tally:
    """Some rows of the flattened batch, of which there may be many: how many, and the first few by index."""

    def __init__(self) -> None:
        self.count = 0
        self.first: list[int] = []

    def add(self, start: int, which: NDArray[np.bool_]) -> None:
        """Count those of a block that begins with row `start`."""
        self.count += int(np.count_nonzero(which))
        if len(self.first) < _NAMED:
            self.first += (start + np.flatnonzero(which)[: _NAMED - len(self.first)]).tolist()
