"""Checks of the level accuracy: the last digits, in units of condition times machine epsilon.

With k = 1 + condition, eps = 2**-52 and t_i = gamma* (log p_max - log p_i), the promise is

* |gamma - gamma*| <= 8 eps k gamma*;
* |H(gamma) - H*| <= 4 eps (H* + gamma*^2 Var);
* |q_i - q_i*| <= 8 eps (1 + t_i) k q_i* while q_i* is a normal double, q_i <= 2**-1021 while it is less;
* |sum q - 1| <= 8 eps.

Of the certified corpus those records are asked whose target is an entropy and whose row is of the kind that the solver
takes, probabilities or logits, so that nothing is rounded on the way: about a sixth of it. `regress` asks all.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from math import fsum, inf, isfinite
from typing import Any, Final

import mpmath
import numpy as np

from entnorm.conformance import cases, hard
from entnorm.conformance.budget import ENTROPY, EPS, EXPONENT
from entnorm.conformance.calls import Answer, Call, FloatArray
from entnorm.conformance.cases import Case
from entnorm.conformance.findings import (
    Finding,
    NotApplicable,
    answers,
    ask,
    askable,
    distributions,
    exponent,
    measured,
    same_bits,
)
from entnorm.conformance.foreign import Foreign

_SMALLEST_NORMAL: Final = 2.0**-1022
_LONGEST: Final = 100
"""Probabilities are compared one by one in rows up to this length."""


def _worst_cases(solver: Foreign) -> tuple[Case, ...]:
    """Certified entropies of that kind, and rows made to lose digits."""
    kind = solver.speaks
    families = (
        hard.near_uniform,
        hard.tiny,
        hard.below_the_maximum,
        hard.above_the_ties,
        hard.many_scales,
        hard.extreme,
    )
    return (*hard.certified(kind), *(case for family in families for case in family(kind)))


def _exponents(solver: Foreign) -> Iterator[tuple[Case, Answer]]:
    for case, answer in answers(solver, _worst_cases(solver), EXPONENT):
        if not answer.says_gamma:
            raise NotApplicable("the solver returns a distribution, not gamma")
        yield case, answer


def finds_the_exponent_to_the_last_digits(solver: Foreign) -> Iterator[Finding]:
    """Gamma is right to 8 eps (1 + condition), on certified entropies and on rows made to lose digits."""
    for case, answer in _exponents(solver):
        yield exponent(case, answer, EXPONENT)


def hits_the_entropy_to_the_last_digits(solver: Foreign) -> Iterator[Finding]:
    """The entropy at the returned double is right to 4 eps (H* + gamma^2 Var), to first order in the error of gamma."""
    for case, answer in _exponents(solver):
        budget = ENTROPY * (case.target + case.varentropy)
        off = case.off(answer.gamma) * case.varentropy
        yield Finding(
            case=case.name,
            calls=(case.call,),
            holds=abs(off) <= budget,
            expected=f"entropy = {case.target!r} within {budget:.1e}",
            got=f"entropy off by {off:.3g}, at gamma = {answer.gamma!r}",
            answer=case.answer,
            error=abs(off) / budget if isfinite(off) else inf,
        )


def computes_probabilities_to_the_last_digits(solver: Foreign) -> Iterator[Finding]:
    """Each is right to 8 eps (1 + condition) (1 + gamma times its distance); what is below the normal doubles stays."""
    rows = [case for case in _worst_cases(solver) if case.values.size <= _LONGEST]
    for case, _, q in distributions(solver, rows, EXPONENT):
        errors, right = _errors(case, q)
        worst = int(np.argmax(errors))
        yield Finding(
            case=case.name,
            calls=(case.call,),
            holds=bool(errors[worst] <= 1),
            expected=f"entry {worst} = {mpmath.nstr(right[worst], 20)}",
            got=f"entry {worst} = {float(q[worst])!r}",
            answer=case.answer,
            error=float(errors[worst]),
        )


def _errors(case: Case, q: FloatArray) -> tuple[FloatArray, list[Any]]:
    """The error of each entry in units of its budget, and the right entries, to forty digits."""
    mp = mpmath.MPContext()
    mp.dps = 40
    gamma, top = mp.mpf(case.root.numerator) / case.root.denominator, mp.mpf(float(case.values.max()))
    entries = [mp.mpf(x) if keep else None for x, keep in zip(case.values.tolist(), case.inside, strict=True)]
    if case.kind == "p":
        t = [None if x is None else gamma * mp.log1p((top - x) / x) for x in entries]
    else:
        t = [None if x is None else gamma * (top - x) for x in entries]
    total = mp.fsum(mp.exp(-x) for x in t if x is not None)
    right = [mp.zero if x is None else mp.exp(-x) / total for x in t]
    errors = np.zeros(q.size)
    for i, (x, exact, got) in enumerate(zip(t, right, q.tolist(), strict=True)):
        if x is None:
            errors[i] = 0 if got == 0 else inf
        elif exact >= _SMALLEST_NORMAL or got > 2 * _SMALLEST_NORMAL:
            budget = EXPONENT * (1 + case.condition) * (1 + x) * exact
            errors[i] = float(abs(mp.mpf(got) - exact) / budget) if isfinite(got) else inf
    return errors, right


def sums_to_one_to_the_last_digits(solver: Foreign) -> Iterator[Finding]:
    """The entries of a distribution sum to one, to 8 eps."""
    for case, _, q in distributions(solver, _worst_cases(solver), EXPONENT):
        yield measured(case, (case.call,), "sum", 1.0, fsum(q.tolist()), 8 * EPS)


def lowers_gamma_where_the_target_rises(solver: Foreign) -> Iterator[Finding]:
    """Targets a few rounding errors apart, but farther than the budget, have exponents in the opposite order."""
    for case in askable(solver, cases.plain(), EXPONENT):
        step = 3 * case.entropy_budget(EXPONENT)
        targets = case.target + step * np.arange(-8, 9)
        calls = [Call(case.values, np.array(target), source=case.source) for target in targets]
        gammas = [ask(solver, call).gamma for call in calls]
        if not np.isfinite(gammas).all():
            raise NotApplicable("the solver does not answer")
        for i in range(16):
            yield Finding(
                case=f"{case.name}, targets {step:.1e} apart",
                calls=(calls[i], calls[i + 1]),
                holds=gammas[i] > gammas[i + 1],
                expected=f"less than {gammas[i]!r} at the larger target",
                got=f"gamma = {gammas[i + 1]!r}",
                answer=case.answer,
            )


def answers_a_row_bit_for_bit_alone_and_in_any_batch(solver: Foreign) -> Iterator[Finding]:
    """Neither the other rows of a batch, nor the position in it, nor the memory layout shows in the last bit."""
    if solver.one_row_at_a_time:
        raise NotApplicable("the solver takes one row at a time; its adapter makes the batch")
    batch = cases.batch()
    alone = [ask(solver, case.call) for case in batch]
    stacked, targets = np.stack([case.values for case in batch]), np.array([case.target for case in batch])
    for order in (range(6), (5, 3, 1, 0, 2, 4), (0, 0, 4, 4, 4, 1, 2, 3, 5)):
        rows = list(order)
        plain = Call(stacked[rows], targets[rows])
        for call in (plain, replace(plain, form="Fortran"), replace(plain, form="strided")):
            for i, answer in zip(rows, solver.ask(call), strict=True):
                why = f"as alone, in a batch in {call.form} form" if call.form != "plain" else "as alone"
                yield same_bits(batch[i].name, alone[i], (batch[i].call, call), answer, why)
