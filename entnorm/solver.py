"""The exponent that gives each row of a batch its prescribed entropy: `solve`.

From the top down: `Rows.opened` and `Target.checked` *validate* what is passed, `Rows.vet` the numbers, a block at a
time; `Target.reduce` *reduces* targets to their distances from the ends; ordinary rows go the short way of
`entnorm.ordinary`; the others `_classify` *classifies* by the equation that is accurate, `_solve_rows` searches and
settles, and what this leaves `_bracket` *brackets* and `_iterate` *iterates*; `tilt_rows` *restores* the distributions.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from entnorm import ordinary
from entnorm.answers import Answers, Failures, Record
from entnorm.equations import DeficitEquation, DeficitSeries, DirectDeficit, Equation, ExcessEquation, first_order
from entnorm.gradients import Jacobian
from entnorm.moments import Cumulants, Floats, Indices, Mask
from entnorm.reductions import SHORT, SQUARES, TILE, Workspace
from entnorm.refinement import refine
from entnorm.rows import Rows, height_of, quietly
from entnorm.solution import Solution, Status
from entnorm.spectrum import Spectrum
from entnorm.steps import EPS, FINE, GLANCES, NEARLY, advance, is_slight, leans, search, settle, start
from entnorm.targets import Goal, Target
from entnorm.tilting import tilt_rows

_PATIENCE = 8  # evaluations before every other step halves the bracket, whatever the iteration says
_FAR = 512  # roots beyond 2**512 or below 2**-512 are sought with the logarithms scaled
_SCALE_UP, _SCALE_DOWN = 600, -900  # roots reach 2**1084, over the smallest gap, and 2**-1561, of the smallest deficit
_SAFE = 650.0  # exp of it, and of its negative, is well inside float64's range


def solve(
    p: ArrayLike | None = None,
    *,
    logits: ArrayLike | None = None,
    axis: int = -1,
    entropy: ArrayLike | None = None,
    perplexity: ArrayLike | None = None,
    deficit: ArrayLike | None = None,
    evenness: ArrayLike | None = None,
) -> Solution:
    """Find the exponents that give distributions their prescribed entropies.

    For each row the escort distribution ``q_i = p_i**gamma / sum_j p_j**gamma``, or ``softmax(gamma * logits)``, has
    strictly decreasing entropy in gamma unless the row is constant on its support [escort.entropy-decreasing]. Every
    entropy strictly between log m and log s is attained once [limits.existence], [limits.uniqueness], where m is the
    multiplicity of the row's maximum and s the size of its support; those two are the limits for gamma -> inf
    [limits.entropy-at-infinity] and gamma -> 0 [limits.entropy-at-zero].

    Parameters
    ----------
    p : array_like, optional
        Probabilities along `axis`, nonnegative with sum 1 to within 1e-6, or 8 sqrt(n) machine epsilons of their dtype
        if that is more. Zeros stay zero.
    logits : array_like, optional
        Logarithms of probabilities up to a constant per row, instead of `p`. An entry of -inf keeps probability zero.
    axis : int, default -1
        The axis along which distributions lie. The batch shape is the shape without it.
    entropy, perplexity, deficit, evenness : array_like, optional
        The target, exactly one of the four, broadcast to the batch shape. With H the Shannon entropy in nats: H itself,
        exp(H), log s - H, or H / log s. Use `deficit` close to the uniform distribution: it keeps its digits there.

    Returns
    -------
    Solution
        ``gamma, temperature, probs, log_probs, entropy, status, success, nit, condition, message``. A target that is an
        end itself (in float64: the number nearest to it) gives gamma = 0 or inf and the limit distribution; a row that
        is uniform on its support, asked for the entropy that it has, gamma = 1. A target beyond the ends gives
        `Status.INFEASIBLE` and NaN for its row alone.

    Raises
    ------
    EntnormError
        If an argument is malformed, with the indices of the rows at fault.

    Notes
    -----
    Newton's method for ``log((H - log m) / (log s - H))`` in ``gamma**alpha``, where alpha cancels the curvature that
    the second and third cumulant of log q give at each iterate, converges with third order. Cheap sums, most of them
    in float32, lead it next to the root, where one sum in float64 decides: a row is done if the step after the one to
    be taken would be below a rounding error. Rows that this leaves are searched inside the bracket
    ``sqrt(8 (log s - H*)) / R <= gamma <= x / D``, R the range and D the top gap of log p; the ends come from the bound
    of Popoviciu on the variance [rates.bracket-below] and from ``(1 + x) exp(-x)``, which bounds the tail
    [rates.bracket-above]. Rows near the uniform distribution are solved for ``log s - H``, others for ``H - log m``,
    both summed without cancellation that would cost digits. A row's answer does not depend on the other rows, nor on
    memory layout.

    Examples
    --------
    >>> import entnorm
    >>> solution = entnorm.solve([0.7, 0.2, 0.1], entropy=0.5)
    >>> print(round(solution.gamma, 12), solution.probs.round(6), round(solution.entropy, 12))
    1.625635976882 [0.852686 0.111258 0.036055] 0.5
    """
    rows = Rows.opened(p, logits, axis)
    target = Target.checked(rows.batch, entropy=entropy, perplexity=perplexity, deficit=deficit, evenness=evenness)
    record, failures = find(rows, target)
    message = failures.message(rows.batch, target) if failures else ""
    if not message:
        message = f"all {rows.count} rows converged" if rows.batch else "converged"
    derivative = Jacobian(rows, target.kept(), record.gamma, record.scale)
    return record.solution(rows, derivative, rows.batch, message)


def find(rows: Rows, target: Target, work: Workspace | None = None) -> tuple[Record, Failures | None]:
    """What a solution keeps of each row, and which of them failed, if any can have."""
    found = ordinary.solve_row(rows, target, None)
    if found:
        return Answers.alone(*found).record(), None
    record, failures, work = Record.empty(rows.count), Failures(), work or Workspace()
    with quietly():
        for part, values in rows.blocks(large=ordinary.compiled(rows) is not None):
            answers = _solve_block(rows, values, target.part(part), None, work)
            record.put(part, answers.record())
            failures.add(part.start, record.status[part], answers.support, answers.ties)
    return record, failures


def distributions(
    rows: Rows, target: Target, *, clip: bool = False, log: bool = False
) -> tuple[NDArray[Any], Failures | None]:
    """The distributions or their logarithms, computed while the rows are in the cache, and rows that failed, if any.

    Rows that are infeasible are NaN, or, with `clip`, at their nearest end.
    """
    flat, shaped = rows.room()
    found = ordinary.solve_row(rows, target, None if log else flat)
    if found and not log:
        return shaped, None
    failures, work = Failures(), Workspace()
    with quietly():
        for part, values in rows.blocks(large=not log and ordinary.compiled(rows) is not None):
            out = flat[part]
            goals, room = target.part(part), None if log else out
            answers = Answers.alone(*found) if found else _solve_block(rows, values, goals, room, work)
            if log:
                tilt_rows(values, answers.orders(), answers.look(), answers.scale, out, logits=rows.logits, log=True)
            status = answers.status()
            failures.add(part.start, status, answers.support, answers.ties)
            if not clip and status.any():
                out[status == Status.INFEASIBLE] = np.nan
    return shaped, failures


def _solve_block(
    rows: Rows, values: NDArray[Any], target: Target, out: NDArray[Any] | None, work: Workspace
) -> Answers:
    """Solve some rows of any kind; their distributions go to `out`."""
    rows.vet(values)
    answers = Answers.empty(len(values))
    done = ordinary.solve_rows(rows, values, target, answers, out, work)
    others, height = np.flatnonzero(~done), height_of(values.shape[1])
    if others.size == len(values) <= height:
        _solve_others(rows, values, target, answers, out, work)
        return answers
    for first in range(0, others.size, height):
        left = others[first : first + height]
        some, room = Answers.empty(left.size), None if out is None else out[left]
        _solve_others(rows, values[left], target.part(left), some, room, work)
        answers.put(left, some)
        if out is not None:
            out[left] = room
    return answers


def _solve_others(
    rows: Rows, values: NDArray[Any], target: Target, answers: Answers, probs: NDArray[Any] | None, work: Workspace
) -> None:
    """Solve rows whatever they are; their distributions go to `probs`, infeasible ones at their nearest end."""
    for numbers in (answers.nit, answers.base, answers.by, answers.residual):  # what came to nothing does not count
        numbers[:] = 0
    spectrum = Spectrum.survey(values, work, logits=rows.logits, room=probs)
    rows.vet_tops(spectrum.top)
    stepping = values.shape[1] > SHORT
    if stepping and values.shape[1] <= TILE and probs is not None and ordinary.compiled(rows) is None:
        spectrum.keep_weights()
    support, ties = spectrum.support, spectrum.ties
    alike = bool((support == support[0]).all() and (ties == ties[0]).all())
    goal = target.reduce_alike(int(support[0]), int(ties[0])) if alike else target.reduce(support, ties)
    for kind, which in _classify(spectrum, goal, answers):
        _solve_rows(kind, spectrum.take(which), goal.take(which), which, answers, stepping)
    apart = answers.sensitive & (answers.base == 0.0) & stepping  # exponentials taken anew would be off by other errors
    refine(spectrum, target, np.flatnonzero(answers.delicate | apart), answers)
    if probs is not None:
        found = answers.orders(), answers.look(), answers.scale
        tilt_rows(values, *found, probs, logits=rows.logits, depths=spectrum.depths, kept=spectrum.kept, work=work)


def _classify(spectrum: Spectrum, goal: Goal, answers: Answers) -> list[tuple[type[Equation], Indices]]:
    """Settle the rows whose target is an end, or beyond; say by which equation to solve the others."""
    answers.support[:], answers.ties[:] = spectrum.support, spectrum.ties
    answers.goal_excess[:], answers.goal_deficit[:] = goal.excess, goal.deficit
    answers.centre[:] = np.log(spectrum.ties) + goal.excess
    at_end = goal.at_top | goal.at_bottom
    unsolved = (goal.excess > 0) & (goal.deficit > 0) & ~at_end
    if not unsolved.all():
        _settle_ends(goal, at_end, unsolved, spectrum.ties == spectrum.support, answers)
    lean = unsolved & leans(goal.excess, goal.deficit)
    from_top = np.flatnonzero(unsolved & ~lean)
    found: list[tuple[type[Equation], Indices]] = [(ExcessEquation, from_top)] if from_top.size else []
    return found + (_classify_lean(spectrum, goal, lean) if lean.any() else [])


def _classify_lean(spectrum: Spectrum, goal: Goal, lean: Mask) -> list[tuple[type[Equation], Indices]]:
    """By which equation to solve the rows that are to be solved for the deficit."""
    near = start(goal.deficit, spectrum.deviation) * spectrum.radius() < NEARLY
    found: list[tuple[type[Equation], Indices]] = [
        (DeficitSeries, np.flatnonzero(lean & near)),
        (DirectDeficit, np.flatnonzero(lean & ~near)),
    ]
    return [(kind, which) for kind, which in found if which.size]


def _settle_ends(goal: Goal, at_end: Mask, unsolved: Mask, uniform: Mask, answers: Answers) -> None:
    """Answer where the target is an end, or beyond; the others are answered later."""
    beyond = ~(at_end | unsolved)
    answers.gamma[:] = np.select([beyond, at_end & uniform, goal.at_top], [np.nan, 1.0, 0.0], np.inf)
    answers.nearest[:] = np.where(goal.deficit <= 0, 0.0, np.inf)
    answers.goal_excess[goal.at_bottom] = 0.0
    answers.goal_deficit[goal.at_top] = 0.0
    answers.varentropy[:] = np.inf  # so that the condition is 0: nothing is solved for


def _solve_rows(
    kind: type[Equation], spectrum: Spectrum, goal: Goal, which: Indices, answers: Answers, stepping: bool
) -> None:
    """Search by cheap sums, settle by accurate ones; the rows that this leaves are enclosed and cornered.

    If `stepping`, distributions are made of the exponentials that were summed last, where they may be: those of rows
    that were cornered are summed once more, and have the last word. Gamma is the same whether distributions are wanted
    or not.
    """
    equation = kind(spectrum, goal)
    gamma = start(goal.deficit, spectrum.deviation) if kind is DeficitSeries else first_order(spectrum, goal)
    _search(equation, gamma, which, answers)
    stepping &= kind is not DeficitSeries
    done, gamma = _decide(equation, goal, gamma, which, answers, stepping)
    left = np.flatnonzero(~done)
    if left.size:
        robust, plain = (ExcessEquation,) * 2 if kind is ExcessEquation else (DeficitEquation, DirectDeficit)
        spectrum, goal = spectrum.take(left), goal.take(left)
        _corner(robust, plain, spectrum, goal, gamma[left], which[left], answers, stepping)


def _corner(
    robust: type[ExcessEquation] | type[DeficitEquation],
    plain: type[Equation],
    spectrum: Spectrum,
    goal: Goal,
    gamma: Floats,
    which: Indices,
    answers: Answers,
    stepping: bool,
) -> None:
    """Enclose the roots of rows, and iterate inside; if `stepping`, their exponentials are summed once more.

    Rows that this does not find to be done keep what iterating has found.
    """
    kept, spectrum = spectrum.kept, replace(spectrum, kept=None)
    low, high = _bracket(robust, spectrum, goal)
    answers.scale[which] = spectrum.scale
    gamma = np.ldexp(gamma, -spectrum.scale)
    gamma = np.where((low < gamma) & (gamma < high), gamma, np.sqrt(low) * np.sqrt(high))
    _iterate(robust(spectrum, goal), low, high, gamma, which, answers)
    if stepping:
        some = np.flatnonzero(spectrum.scale == 0)
        goal, which = goal.take(some), which[some]
        equation = plain(replace(spectrum, kept=kept).take(some), goal)
        _decide(equation, goal, answers.gamma[which], which, answers, stepping)


def _decide(
    equation: Equation, goal: Goal, gamma: Floats, which: Indices, answers: Answers, stepping: bool
) -> tuple[Mask, Floats]:
    """Settle rows next to their roots by accurate sums; say which are done, and where all go next.

    If `stepping`, it is said from where the distributions of those that are done may be told. Sensitive rows that moved
    too far for that, or are not done, are looked at again.
    """
    spectrum, base = equation.spectrum, gamma.copy()
    done, by = _settle(equation, equation.measure(base), base, which, answers)
    if stepping:
        near = done & is_slight(by / base, base * spectrum.reach)
        far = np.flatnonzero(equation.sensitive & ~np.isnan(equation.centre) & ~near & np.isfinite(by))
        if far.size:
            base[far] += by[far]
            again = type(equation)(spectrum.take(far), goal.take(far))
            done[far], by[far] = _settle(again, again.measure(base[far]), base[far], which[far], answers)
            equation.centre[far] = again.centre
        fit = done & ~np.isnan(equation.centre) & _may_step(spectrum, goal, base, by)
        stepped = which[fit]
        answers.base[stepped], answers.by[stepped] = base[fit], by[fit]
        answers.centre[stepped] = equation.centre[fit]
    return done, base + by


def _may_step(spectrum: Spectrum, goal: Goal, base: Floats, by: Floats) -> Mask:
    """Rows whose distribution may be told from the exponentials at `base`, because the last step was slight.

    The squares of logarithms and of the step have to be in range, and powers of the lowest exponent finite.
    """
    reach, lowest = spectrum.reach, base * spectrum.reach
    moderate = (reach < SQUARES) & (reach > 1 / SQUARES) & (goal.excess >= FINE)
    moderate &= (np.abs(by) < SQUARES) & (lowest < SQUARES)
    return np.asarray(moderate & is_slight(by / base, lowest))


def _search(equation: Equation, gamma: Floats, which: Indices, answers: Answers) -> None:
    """Move `gamma` next to the roots, as far as a few digits show the way; nothing that matters is decided here."""
    active = np.flatnonzero((gamma > 0) & (gamma < np.inf))
    for _ in range(GLANCES):
        some, goal = slice(None) if active.size == gamma.size else active, equation.goal.take(active)
        answers.nit[which[some]] += 1
        found = equation.glance(active, gamma[some])
        gamma[some], going = search(gamma[some], *found, goal.excess, goal.deficit)
        active = active[going]
        if not active.size:
            return


def _settle(
    equation: Equation | DeficitEquation,
    found: Cumulants,
    gamma: Floats,
    which: Indices,
    answers: Answers,
    squeezed: Any = False,
) -> tuple[Mask, Floats]:
    """Record the rows that are done; say which, and by how much the gamma of all moves."""
    done, by, residual, varentropy = settle(gamma, *found, equation.goal.excess, equation.goal.deficit)
    ended, rest = advance(gamma, np.where(done, by, 0.0))
    done |= squeezed
    answers.nit[which] += 1
    some = slice(None) if done.all() else done
    settled = which[some]
    answers.gamma[settled], answers.by[settled] = ended[some], rest[some]
    answers.residual[settled] = (residual / equation.unit)[some]
    answers.varentropy[settled] = (varentropy / equation.unit)[some]
    answers.sensitive[settled], answers.delicate[settled] = equation.sensitive[some], equation.delicate[some]
    return done, by


def _bracket(
    kind: type[ExcessEquation] | type[DeficitEquation], spectrum: Spectrum, goal: Goal
) -> tuple[Floats, Floats]:
    """Ends between which the root lies, strictly, in the scale that the spectrum has afterwards.

    From below, Var <= R^2 / 4 (Popoviciu) in dH/dgamma = -gamma Var [rates.bracket-below]; from above, the bound
    ((s - m) / m) (1 + x) exp(-x) on the excess at x = gamma D [rates.excess-above], in which (1 + x) exp(-x / 2) is at
    most 2 exp(-1/2) < 1.2131 [rates.bracket-above], [rates.constant].
    """
    crowd = np.log(spectrum.ties / (spectrum.support - spectrum.ties))
    x = np.maximum(1.0, 2 * (np.log(1.2131) - np.log(goal.excess) - crowd))
    low = 0.5 * (np.log(8.0) + np.log(goal.deficit)) - spectrum.log_reach()
    high = np.log(x) - np.log(spectrum.gap())
    for sign, bound, scale in ((1, high, _SCALE_UP), (-1, low, _SCALE_DOWN)):
        far = np.flatnonzero(sign * bound > _SAFE)
        if far.size:
            edge = sign * _FAR * np.log(2.0)
            equation = kind(spectrum.take(far), goal.take(far))
            right = equation.measure(np.full(far.shape, 2.0 ** (sign * _FAR))).value > 0
            low[far] = np.where(right, np.maximum(low[far], edge), low[far])
            high[far] = np.where(right, high[far], np.minimum(high[far], edge))
            beyond = far[right == (sign > 0)]
            spectrum.rescale(beyond, np.full(beyond.shape, scale))
    shift = spectrum.scale * np.log(2.0)
    return np.exp(low - shift) * (1 - 1e-9), np.exp(high - shift) * (1 + 1e-9)


def _iterate(
    equation: ExcessEquation | DeficitEquation,
    low: Floats,
    high: Floats,
    gamma: Floats,
    which: Indices,
    answers: Answers,
) -> None:
    """Refine all rows together; those that are done leave, so that no row sees another."""
    count = 0
    while which.size:
        count += 1
        found = equation.measure(gamma)
        right = found.value > 0  # the entropy decreases [escort.entropy-decreasing]
        low, high = np.where(right, gamma, low), np.where(right, high, gamma)
        squeezed = ~(high > low * (1 + 4 * EPS))  # or NaN, if the caller changes the array meanwhile
        done, by = _settle(equation, found, gamma, which, answers, squeezed)
        proposal = gamma + by
        newton = (low < proposal) & (proposal < high) & (count <= _PATIENCE or count % 2 == 0)
        gamma = np.where(newton, proposal, np.sqrt(low) * np.sqrt(high))
        if done.any():
            left = ~done
            equation.keep(left)
            low, high, gamma, which = low[left], high[left], gamma[left], which[left]
