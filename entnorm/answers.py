"""What a solve finds out about each row of the flattened batch, and how that is told."""

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from entnorm.gradients import Jacobian
from entnorm.moments import Floats, Integers
from entnorm.rows import Rows
from entnorm.solution import Solution, Status, name_row, name_rows
from entnorm.targets import Goal, Target, log_in_two_words

_SPELT_OUT = 3  # infeasible rows whose interval a message gives
_NUMBERS = ("gamma", "base", "residual", "varentropy", "goal_excess", "goal_deficit", "nearest")
_COUNTS = ("scale", "nit", "support", "ties")
_TINY = float(np.finfo(np.float64).tiny)


@dataclass
class Answers:
    """Arrays of shape ``(rows,)``; of the whole batch, or views of them for a block."""

    gamma: Floats  # to be multiplied by 2**scale
    base: Floats  # gamma before the last step, where compiled code took one from sums over the top; else 0
    residual: Floats  # H(gamma) - H*
    varentropy: Floats  # gamma^2 Var_q[log p]
    goal_excess: Floats
    goal_deficit: Floats
    nearest: Floats  # gamma of the nearest end, for infeasible rows
    scale: Integers
    nit: Integers
    support: Integers
    ties: Integers

    @classmethod
    def empty(cls, count: int) -> Self:
        """Room for so many rows, all zeros."""
        return cls(*np.zeros((len(_NUMBERS), count)), *np.zeros((len(_COUNTS), count), dtype=np.int64))

    @classmethod
    def alone(cls, n: int, goal: Goal, found: tuple[Any, ...]) -> Self:
        """Those of one row of n, of full support and with one maximum: what `solve_row` of either kind has returned."""
        _, gamma, base, residual, varentropy, nit = found
        numbers = np.array([gamma, base, residual, varentropy, goal.excess[0], goal.deficit[0], np.inf])
        return cls(*numbers[:, None], *np.array([0, nit, n, 1])[:, None])

    def part(self, rows: slice) -> "Answers":
        """Views of some rows."""
        return Answers(*(getattr(self, name)[rows] for name in (*_NUMBERS, *_COUNTS)))

    def put(self, rows: NDArray[np.intp], found: "Answers") -> None:
        """Copy what was found about some rows."""
        for name in (*_NUMBERS, *_COUNTS):
            getattr(self, name)[rows] = getattr(found, name)

    @np.errstate(all="ignore")
    def solution(self, rows: Rows, target: Target) -> Solution:
        """The answers in the caller's shape, with what can be said about them."""
        gamma = np.ldexp(self.gamma, self.scale) if self.scale.any() else self.gamma
        status = self._status(gamma)
        top, bottom = log_in_two_words(self.support), log_in_two_words(self.ties)
        from_top = top[0] - (self.goal_deficit - top[1])
        from_bottom = bottom[0] + (self.goal_excess + bottom[1])
        wanted = np.where(self.goal_deficit < self.goal_excess, from_top, from_bottom)
        failed = status == Status.INFEASIBLE.value
        if failed.any():
            wanted[failed] = np.nan

        def shaped(numbers: NDArray[Any]) -> Any:
            return numbers.reshape(rows.batch)[()]

        return Solution(
            gamma=shaped(gamma),
            entropy=shaped(wanted + self.residual),
            status=shaped(status) if rows.batch else Status(int(status[0])),
            nit=shaped(self.nit),
            condition=shaped(np.minimum(wanted, self.goal_deficit) / self.varentropy),
            message=self._message(rows.batch, target, status),
            _source=rows,
            _derivative=Jacobian(rows, target, self.gamma, self.scale),
            _gamma=self.gamma,
            _base=self.base,
            _scale=self.scale,
            _nearest=self.nearest,
        )

    def _status(self, gamma: Floats) -> NDArray[np.int8]:
        status = np.zeros(gamma.shape, dtype=np.int8)
        ordinary = (gamma >= _TINY) & (gamma < np.inf)
        if not ordinary.all():
            status[(self.gamma > 0) & (self.gamma < np.inf) & ~ordinary] = Status.GAMMA_OVERFLOW
            status[np.isnan(gamma)] = Status.INFEASIBLE
        return status

    def _message(self, batch: tuple[int, ...], target: Target, status: NDArray[np.int8]) -> str:
        if not status.any():
            return "converged" if not batch else f"all {status.size} rows converged"
        infeasible = np.flatnonzero(status == Status.INFEASIBLE).tolist()
        sentences = out_of_reach(infeasible, batch, target, self.support, self.ties)
        overflow = np.flatnonzero(status == Status.GAMMA_OVERFLOW).tolist()
        if overflow:
            sentences.append(f"gamma is beyond the range of float64 in {name_rows(overflow, batch)}; probs are right")
        return "; ".join(sentences)


def out_of_reach(
    rows: list[int], batch: tuple[int, ...], target: Target, support: Integers, ties: Integers
) -> list[str]:
    """What each of the first few of some rows could have attained, and how many follow."""
    sentences = [_limits(row, batch, target, int(support[row]), int(ties[row])) for row in rows[:_SPELT_OUT]]
    if len(rows) > _SPELT_OUT:
        sentences.append(f"{len(rows)} in all: {name_rows(rows, batch)}")
    return sentences


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
