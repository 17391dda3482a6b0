"""Rows that are ordinary, as nearly all are, by the shortest way: logits by compiled code if there is any.

Else, and rows of probabilities in any case, as they are long: long ones, or a few, are solved one by one, and many
short ones side by side. What is ordinary, the kernels decide, `entnorm.fast`, `entnorm.lone` and `entnorm.upright`:
full support, one maximum, a target inside, and nothing extreme. Rows that they leave, and rows of middling length for
which there is no kernel, `entnorm.solver` takes together.
"""

from __future__ import annotations

from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from entnorm import backend, lone, upright
from entnorm.answers import Answers
from entnorm.moments import Floats, Mask
from entnorm.reductions import SHORT, WHOLE, Workspace
from entnorm.rows import Rows
from entnorm.steps import leans
from entnorm.targets import Goal, Target
from entnorm.tilting import as_floats

_FEW = 12  # short rows that are solved one by one in less time than it takes to stand rows upright


def compiled(rows: Rows) -> ModuleType | None:
    """The compiled code that solves these rows, if there is any. A wrong choice is told whatever rows come first."""
    backend.choice()
    return backend.compiled() if rows.logits else None


def solve_row(rows: Rows, target: Target, out: NDArray[Any] | None) -> tuple[int, Goal, tuple[Any, ...]] | None:
    """What `Answers.alone` takes, of a single row that is an ordinary one: solved without the bookkeeping of many."""
    if rows.array.size != rows.array.shape[-1] or rows.array.size > WHOLE:
        return None
    row, fast = rows.alone(), compiled(rows)
    goal = target.reduce_alike(row.size, 1)
    if goal.at_top[0] or goal.at_bottom[0]:
        return None
    double = out is not None and out.dtype == np.float64
    room = out[0] if out is not None and double else np.empty(0 if out is None else row.size)
    excess, deficit = goal.excess.item(), goal.deficit.item()
    if fast is not None:
        found = (False,)
        if not leans(excess, deficit):
            found = fast.solve_row(fast.FROM_TOP, row, excess, deficit, room)
        if not found[0] and deficit < excess:
            found = fast.solve_row(fast.LEAN, row, excess, deficit, room)
    else:
        memory = lone.Room(row.size, Workspace()) if row.size >= lone.LONG else None
        found = lone.solve_row(row, excess, deficit, room, memory, logits=rows.logits)
    if not found[0]:
        return None
    if not (out is None or double):
        with np.errstate(all="ignore"):
            out[0] = room
    return row.size, goal, found


def solve_rows(
    rows: Rows, values: NDArray[Any], target: Target, answers: Answers, probs: NDArray[Any] | None, work: Workspace
) -> Mask:
    """Solve the ordinary ones of these rows by compiled code, or if they are long or short; say which they are."""
    (count, n), fast = values.shape, compiled(rows)
    done = np.zeros(count, dtype=np.bool_)
    if not (n <= fast.LONGEST if fast is not None else n <= SHORT or lone.LONG <= n <= WHOLE):
        return done
    goal = target.reduce_alike(n, 1)
    wanted = ~(goal.at_top | goal.at_bottom)
    if probs is None:
        room = np.empty((0, n))
    else:
        room = probs if probs.dtype == np.float64 else work.array("probs", values.shape)
    found = done, answers.gamma, *answers.look(), answers.residual, answers.varentropy, answers.nit
    if fast is not None:
        _solve_compiled(fast, as_floats(values), goal, wanted, found, room, fast.room(work, n, probs is not None))
    elif n <= SHORT and count > _FEW:
        upright.solve_rows(values, goal.excess, goal.deficit, wanted, found, room, work, logits=rows.logits)
    else:
        lone.solve_rows(values, goal.excess, goal.deficit, wanted, found, room, work, logits=rows.logits)
    if probs is not None and probs.dtype != np.float64:
        np.copyto(probs, room, casting="same_kind", where=done[:, None])
    answers.goal_excess[:], answers.goal_deficit[:] = goal.excess, goal.deficit
    answers.support[:], answers.ties[:] = n, 1
    return done


def _solve_compiled(
    fast: ModuleType, values: Floats, goal: Goal, wanted: Mask, found: tuple[Any, ...], room: Floats, large: Any
) -> None:
    """Solve rows from the top, and for the deficit those that lean to the uniform distribution, or that this leaves."""
    excess, deficit = as_floats(goal.excess), as_floats(goal.deficit)  # the latter may be what the caller passed
    some = wanted & ~leans(excess, deficit)
    if some.any():
        fast.solve_rows(fast.FROM_TOP, values, excess, deficit, some, *found, room, *large)
    some = wanted & ~found[0] & (deficit < excess)
    if some.any():
        fast.solve_rows(fast.LEAN, values, excess, deficit, some, *found, room, *large)
