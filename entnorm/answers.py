"""What a solve finds out about each row of the flattened batch, and how that is told."""

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from entnorm.moments import Floats, Integers, LastLook, Mask
from entnorm.solution import Derivative, Solution, Source, Status, Tally, name_row, name_rows
from entnorm.targets import Goal, Target, log_in_two_words

_SPELT_OUT = 3  # infeasible rows whose interval a message gives
_TINY = float(np.finfo(np.float64).tiny)


class _PerRow:
    """Numbers about rows: a dataclass of arrays of shape ``(rows,)``."""

    base: Floats  # for this and the next two see `LastLook`
    by: Floats
    centre: Floats

    def look(self) -> LastLook:
        """Where distributions are stepped from."""
        return LastLook(self.base, self.by, self.centre)

    def put(self, rows: slice | NDArray[np.intp], found: Self) -> None:
        """Copy what was found about some rows."""
        for name, kept in vars(self).items():
            kept[rows] = getattr(found, name)


@dataclass
class Answers(_PerRow):
    """What is found out about the rows of a block: arrays of shape ``(rows,)``."""

    gamma: Floats  # to be multiplied by 2**scale
    base: Floats
    by: Floats
    centre: Floats
    residual: Floats  # H(gamma) - H*
    varentropy: Floats  # gamma^2 Var_q[log p]
    goal_excess: Floats
    goal_deficit: Floats
    nearest: Floats  # gamma of the nearest end, for infeasible rows
    scale: Integers
    nit: Integers
    support: Integers
    ties: Integers
    delicate: Mask  # whether gamma is still to be refined
    sensitive: Mask  # whether the distribution is to be made of the exponentials that gamma was found from

    @classmethod
    def empty(cls, count: int) -> Self:
        """Room for so many rows, all zeros."""
        return cls._of(np.zeros((9, count)), np.zeros((4, count), dtype=np.int64))

    @classmethod
    def alone(cls, n: int, goal: Goal, found: tuple[Any, ...]) -> Self:
        """Those of one row of n, of full support and with one maximum: what `solve_row` of either kind has returned."""
        _, *numbers, nit = found
        numbers += [goal.excess[0], goal.deficit[0], np.inf]
        return cls._of(np.array(numbers)[:, None], np.array([0, nit, n, 1])[:, None])

    @classmethod
    def _of(cls, numbers: Floats, counts: Integers) -> Self:
        parts: list[Any] = [*numbers, *counts, *np.zeros((2, numbers.shape[1]), np.bool_)]
        return cls(*parts)

    def orders(self) -> Floats:
        """The exponents, to be multiplied by 2**scale; of the nearest end, for infeasible rows."""
        return np.where(np.isnan(self.gamma), self.nearest, self.gamma)

    def status(self) -> NDArray[np.int8]:
        """How the rows ended: values of `Status`."""
        status = np.zeros(self.gamma.shape, dtype=np.int8)
        gamma = np.ldexp(self.gamma, self.scale) if self.scale.any() else self.gamma
        ordinary = (gamma >= _TINY) & (gamma < np.inf)
        if not ordinary.all():
            status[(self.gamma > 0) & (self.gamma < np.inf) & ~ordinary] = Status.GAMMA_OVERFLOW
            status[np.isnan(gamma)] = Status.INFEASIBLE
        return status

    @np.errstate(all="ignore")
    def record(self) -> "Record":
        """What a solution keeps of it."""
        status = self.status()
        top, bottom = log_in_two_words(self.support), log_in_two_words(self.ties)
        from_top = top[0] - (self.goal_deficit - top[1])
        from_bottom = bottom[0] + (self.goal_excess + bottom[1])
        wanted = np.where(self.goal_deficit < self.goal_excess, from_top, from_bottom)
        failed = status == Status.INFEASIBLE.value
        if failed.any():
            wanted[failed] = np.nan
        condition = np.minimum(wanted, self.goal_deficit) / self.varentropy
        numbers = self.gamma, *self.look(), self.scale, wanted + self.residual, condition
        return Record(*numbers, self.nit, status)


class Failures:
    """The rows that failed, of which there may be many: how many, and the first few with what they could attain."""

    def __init__(self) -> None:
        self.infeasible, self.overflow = Tally(), Tally()
        self._counts: list[tuple[int, int]] = []  # sizes of the support and numbers of maxima

    def add(self, start: int, status: NDArray[np.int8], support: Integers, ties: Integers) -> None:
        """Those of a block that begins with row `start`."""
        if status.any():
            infeasible = status == Status.INFEASIBLE
            self.infeasible.add(start, infeasible)
            self.overflow.add(start, status == Status.GAMMA_OVERFLOW)
            some = np.flatnonzero(infeasible)[: _SPELT_OUT - len(self._counts)]
            self._counts += zip(support[some].tolist(), ties[some].tolist(), strict=True)

    def message(self, batch: tuple[int, ...], target: Target) -> str:
        """What each of the first could have attained, and how many follow; empty if none failed."""
        bad, high = self.infeasible, self.overflow
        sentences = [_limits(row, batch, target, *counts) for row, counts in zip(bad.first, self._counts, strict=False)]
        if bad.count > _SPELT_OUT:
            sentences.append(f"{bad.count} in all: {name_rows(bad.first, batch, bad.count)}")
        if high.count:
            rows = name_rows(high.first, batch, high.count)
            sentences.append(f"gamma is beyond the normal range of float64 in {rows}; probs are right")
        return "; ".join(sentences)


@dataclass
class Record(_PerRow):
    """What a solution keeps of each row of the flattened batch: arrays of shape ``(rows,)``."""

    gamma: Floats  # to be multiplied by 2**scale
    base: Floats
    by: Floats
    centre: Floats
    scale: NDArray[Any]
    entropy: Floats
    condition: Floats
    nit: Integers
    status: NDArray[np.int8]

    @classmethod
    def empty(cls, count: int) -> Self:
        """Room for so many rows."""
        gamma, base, by, centre, entropy, condition = (np.empty(count) for _ in range(6))
        scale, nit, status = np.empty(count, np.int16), np.empty(count, np.int64), np.empty(count, np.int8)
        return cls(gamma, base, by, centre, scale, entropy, condition, nit, status)

    @np.errstate(all="ignore")
    def solution(self, rows: Source, derivative: Derivative, batch: tuple[int, ...], message: str) -> Solution:
        """The same in the caller's shape."""
        gamma = np.ldexp(self.gamma, self.scale) if self.scale.any() else self.gamma

        def shaped(numbers: NDArray[Any]) -> Any:
            return numbers.reshape(batch)[()]

        return Solution(
            gamma=shaped(gamma),
            entropy=shaped(self.entropy),
            status=shaped(self.status) if batch else Status(int(self.status[0])),
            nit=shaped(self.nit),
            condition=shaped(self.condition),
            message=message,
            _source=rows,
            _derivative=derivative,
            _gamma=self.gamma,
            _look=self.look(),
            _scale=self.scale,
        )


def _limits(row: int, batch: tuple[int, ...], target: Target, support: int, ties: int) -> str:
    low, high = target.interval(support, ties)
    kind, value = target.kind, float(target.values[row])
    if support == ties:
        only = low if kind in ("entropy", "perplexity") else {"deficit": 0.0, "evenness": 1.0}[kind]
        limits = f"it is uniform on its support, which attains {kind}={only!r} alone"
    else:
        counts = f"{support} entries in the support, {ties} at the maximum"
        limits = f"it attains {low!r} <= {kind} <= {high!r} ({counts})"
    return f"{kind}={value!r} is out of reach of {name_row(row, batch)}: {limits}"
