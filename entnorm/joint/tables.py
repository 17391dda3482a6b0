"""Joint distributions as arrays: checked, brought to one layout, measured, and handed back in the caller's."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from entnorm.measures import entropy
from entnorm.moments import Floats
from entnorm.rows import Rows
from entnorm.solution import EntnormError, Status, raise_failures

Axes = tuple[int, int]


class Entropies(NamedTuple):
    """The entropies of a pair (X, Y) in nats, each of the batch shape."""

    x: Any
    """H(X)"""
    y: Any
    """H(Y)"""
    xy: Any
    """H(X, Y) = H(X) + H(Y | X) [joint.chain-rule]"""
    y_given_x: Any
    """H(Y | X), the mean of the entropies of the conditional distributions of Y"""
    x_given_y: Any
    """H(X | Y)"""

    @property
    def information(self) -> Any:
        """Mutual information H(X) - H(X | Y), by a subtraction: no digits are promised where it is small."""
        return self.x - self.x_given_y


@dataclass(frozen=True)
class Tables:
    """Checked tables, one or a stack, as float64 with X along the last axis but one and Y along the last."""

    array: Floats
    axes: Axes
    dtype: np.dtype[Any]

    @classmethod
    def checked(cls, p: ArrayLike, axes: Axes) -> Self:
        """Read and check what the caller passed.

        Raises
        ------
        EntnormError
            If the array has fewer than two axes or not these, or a table is not a distribution.
        """
        array = np.asarray(p)
        if array.ndim < 2:
            raise EntnormError(f"p has shape {array.shape}; a joint distribution has an axis for X and one for Y")
        try:
            moved = np.moveaxis(array, axes, (-2, -1))
        except (ValueError, TypeError):
            raise EntnormError(
                f"axes={axes!r} must name the axis of X and that of Y, two different ones of the {array.ndim} of p"
            ) from None
        try:
            rows = Rows.checked(_joined(moved), None, -1)
        except EntnormError as error:
            raise EntnormError(f"with each table (x, y) read as one row: {error}") from None
        return cls(np.array(moved, dtype=np.float64), axes, rows.dtype)

    @property
    def batch(self) -> tuple[int, ...]:
        """The shape of one number per table."""
        return self.array.shape[:-2]

    @property
    def flat(self) -> Floats:
        """The tables one after the other."""
        return self.array.reshape(-1, *self.array.shape[-2:])

    @property
    def joined(self) -> Floats:
        """Each table as the distribution of one variable, the pair."""
        return _joined(self.array)

    @property
    def x(self) -> Floats:
        """The marginal distributions of X, summed exactly and rounded once."""
        return sums(self.array)

    @property
    def y(self) -> Floats:
        """Those of Y."""
        return sums(np.swapaxes(self.array, -1, -2))

    @property
    def conditionals(self) -> Floats:
        """The distributions of Y given x, along the last axis; uniform where x has no mass, to be a distribution."""
        mass = self.x[..., None]
        uniform = np.full(self.array.shape, 1 / self.array.shape[-1])
        return np.asarray(np.divide(self.array, mass, out=uniform, where=mass > 0))

    def restored(self, found: Floats) -> NDArray[Any]:
        """Tables in the layout and dtype of the caller's array."""
        return np.moveaxis(found, (-2, -1), self.axes).astype(self.dtype, copy=False)


@dataclass(frozen=True, eq=False)
class JointSolution:
    """Joint distributions with a prescribed entropy, and the exponents that made them.

    Attributes
    ----------
    probs : ndarray
        The tables, shaped as the input and of its floating dtype. NaN where a target is out of reach.
    gamma : float64 or ndarray
        The exponents; the function that returns this says of what, and in which shape.
    status : Status, or ndarray of int8 holding its values
        Shaped as `gamma`: how each exponent ended.
    message : str
        A sentence about all of them; it names those that failed.
    entropies : Entropies
        All entropies of `probs`: what was asked for, and what moved with it.
    """

    probs: NDArray[Any]
    gamma: Any
    status: Any
    message: str
    _axes: Axes

    @property
    def success(self) -> Any:
        """Whether each target was met, at an exponent that float64 can hold."""
        return self.status == Status.CONVERGED

    @property
    def entropies(self) -> Entropies:
        """All entropies of the result, NaN for a table with an entry that is NaN because a target is out of reach."""
        tables = np.moveaxis(self.probs, self._axes, (-2, -1))
        failed = np.isnan(tables).any((-2, -1))
        uniform = 1 / math.prod(tables.shape[-2:])
        found = entropies(np.where(failed[..., None, None], uniform, tables))
        return Entropies(*(np.where(failed, np.nan, values)[()] for values in found))

    def raise_if_failed(self) -> Self:
        """Return the solution itself, or raise what its `message` says.

        Raises
        ------
        InfeasibleTargetError
            If a target cannot be attained.
        EntnormError
            If an exponent is beyond the range of float64.
        """
        raise_failures(self.status, self.message)
        return self


def entropies(p: ArrayLike, *, axes: Axes = (-2, -1)) -> Entropies:
    """All entropies of joint distributions p(x, y).

    Parameters
    ----------
    p : array_like
        One table, or a stack of them: nonnegative, each with sum 1.
    axes : (int, int), default (-2, -1)
        The axis of X and the axis of Y.

    Returns
    -------
    Entropies
        ``x, y, xy, y_given_x, x_given_y`` and ``information``, in nats, each of the shape of `p` without `axes`.
        None is computed as a difference of others, so that H(Y | X) keeps its digits where it is small; marginals are
        rounded once, by up to half an ulp.

    Raises
    ------
    EntnormError
        If `p` does not hold joint distributions.

    Examples
    --------
    >>> from entnorm import joint
    >>> found = joint.entropies([[0.5, 0.0], [0.25, 0.25]])
    >>> print(f"{found.x:.6f} {found.y_given_x:.6f} {found.xy:.6f}")
    0.693147 0.346574 1.039721
    """
    tables = Tables.checked(p, axes)
    swapped = Tables(np.swapaxes(tables.array, -1, -2), axes, tables.dtype)
    return Entropies(
        entropy(tables.x),
        entropy(swapped.x),
        entropy(tables.joined),
        conditional_entropy(tables),
        conditional_entropy(swapped),
    )


def conditional_entropy(tables: Tables) -> Any:
    """H(Y | X), of the batch shape."""
    mass = tables.x
    found = np.where(mass > 0, mass * entropy(tables.conditionals), 0.0).sum(-1)
    return (found / mass.sum(-1))[()]  # a sum off 1 by rounding is divided out, as `entnorm.entropy` does


def _joined(array: NDArray[Any]) -> NDArray[Any]:
    return array.reshape(*array.shape[:-2], math.prod(array.shape[-2:]))


def sums(array: Floats) -> Floats:
    """Exact sums along the last axis, rounded once."""
    rows = array.reshape(-1, array.shape[-1]).tolist()
    return np.array([math.fsum(row) for row in rows], dtype=np.float64).reshape(array.shape[:-1])
