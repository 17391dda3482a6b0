"""Checks of the level edge: rows and targets at which formulas that are right on paper lose their digits."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from math import fsum, inf, log

import numpy as np

from entnorm.conformance import cases, hard
from entnorm.conformance.budget import TIGHT
from entnorm.conformance.calls import Call, FloatArray, escort
from entnorm.conformance.cases import Case
from entnorm.conformance.findings import Finding, NotApplicable, answers, ask, both, exponent, measured
from entnorm.conformance.foreign import Foreign, ForeignError


def keeps_its_digits_near_the_uniform_distribution(solver: Foreign) -> Iterator[Finding]:
    """Entries that agree to twelve digits have an exponent as accurate as any other row's."""
    for case, answer in answers(solver, hard.near_uniform(solver.speaks)):
        yield exponent(case, answer, TIGHT)


def reaches_tiny_entropies(solver: Foreign) -> Iterator[Finding]:
    """An entropy of 1e-300 is attained as accurately as any other."""
    for case, answer in answers(solver, hard.tiny(solver.speaks)):
        yield exponent(case, answer, TIGHT)


def reaches_entropies_just_below_the_largest(solver: Foreign) -> Iterator[Finding]:
    """Where the target is close to the entropy of the uniform distribution, the difference between them is solved."""
    for case, answer in answers(solver, hard.below_the_maximum(solver.speaks)):
        yield exponent(case, answer, TIGHT)


def reaches_entropies_just_above_tied_maxima(solver: Foreign) -> Iterator[Finding]:
    """Where the target is close to the entropy of the tied maxima, it is attained all the same."""
    for case, answer in answers(solver, hard.above_the_ties(solver.speaks)):
        yield exponent(case, answer, TIGHT)


def solves_rows_of_many_scales(solver: Foreign) -> Iterator[Finding]:
    """Plateaus of the entropy, and steps between them, do not stop the search or send it away."""
    for case, answer in answers(solver, hard.many_scales(solver.speaks)):
        yield exponent(case, answer, TIGHT)


def reaches_extreme_exponents(solver: Foreign) -> Iterator[Finding]:
    """No bound is put on gamma: the row and its target alone decide how far from one it is."""
    for case, answer in answers(solver, hard.extreme(solver.speaks)):
        yield exponent(case, answer, TIGHT)


def answers_or_reports_the_ends(solver: Foreign) -> Iterator[Finding]:
    """At an end of the attainable interval the answer has that entropy, to 1e-9, or is a report: nothing in between."""
    for name, call in hard.ends():
        if not solver.takes_zeros and not call.values.all():
            continue
        try:
            answer = ask(solver, call)
        except ForeignError as report:
            if report.lost:
                raise
            yield Finding(name, (call,), True, "the entropy, or a report", str(report))
            continue
        off = abs(answer.entropy - float(call.target)) if answer.given else 0.0
        found = Finding(
            case=name,
            calls=(call,),
            holds=off <= TIGHT,
            expected=f"entropy = {float(call.target)!r} within {TIGHT:.1e}, or a report",
            got=f"entropy = {answer.entropy!r}, {answer.words}",
            answer="the uniform distribution on the support, or on the maxima",
            error=off / TIGHT if np.isfinite(off) else inf,
        )
        if answer.given and answer.says_gamma and answer.gamma < 0:  # broken without degrees, near as it may be
            found = replace(found, holds=False, expected="gamma >= 0, or a report", error=None)
        yield found


def answers_a_uniform_row_that_asks_for_its_entropy(solver: Foreign) -> Iterator[Finding]:
    """A uniform row has one entropy; asked for it, it comes back as it is."""
    if solver.rounding(log(2)):
        raise NotApplicable("its adapter rounds the target, and every other target is out of reach")
    for n in (1, 2, 4, 8):  # the logarithms of these are rounded each in its own direction
        call = Call(cases.row([1.0] * n), np.array(log(n)))
        answer = ask(solver, call)
        uniform = answer.probs is None or bool(np.allclose(answer.probs, 1 / n, rtol=TIGHT, atol=0))
        yield Finding(
            case=f"{n} equal entries" if n > 1 else "a single entry",
            calls=(call,),
            holds=answer.given and uniform and not (answer.says_gamma and answer.gamma <= 0),
            expected="gamma > 0, or the uniform distribution",
            got=answer.words if answer.probs is None else f"a distribution, {answer.probs.tolist()}",
            answer="every gamma > 0, and p itself",
        )


def counts_equal_entries_as_often_as_they_occur(solver: Foreign) -> Iterator[Finding]:
    """A row in which every entry is split into 64 equal ones has the same exponent, at an entropy larger by log 64."""
    for case in cases.plain():
        split = Call(np.repeat(case.values / 64, 64), np.array(case.target + log(64)))
        split = replace(split, source=f"np.repeat({case.call.literal} / 64, 64)")
        again = ask(solver, split)
        yield measured(case, (split,), "gamma", case.gamma, again.gamma, case.exponent_budget(TIGHT))


def survives_long_rows(solver: Foreign) -> Iterator[Finding]:
    """Fifty thousand entries are as accurate as ten."""
    case = hard.long(solver.speaks)
    for long, answer in answers(solver, [case]):
        yield exponent(long, answer, TIGHT)
        yield from both(long, answer)


def has_the_gradient_of_the_implicit_function(solver: Foreign) -> Iterator[Finding]:
    """If its result has a vjp, that is the derivative through gamma too, by the implicit function theorem."""
    for case in cases.plain():
        cotangent: FloatArray = np.arange(case.values.size, dtype=np.float64) % 3 - 0.75
        found = solver.gradient(case.call, cotangent)
        if found is None:
            raise NotApplicable("the solver gives no gradient in logits and nats: its result has no vjp")
        (dlogits, dtarget), (right, right_target) = found, _gradient(case, cotangent)
        scale = TIGHT * (1 + case.condition) * float(np.abs(right).max())
        worst = int(np.argmax(np.abs(dlogits - right)))
        why = f", for the cotangent {cotangent.tolist()}"
        what = f"derivative in logit {worst}"
        yield measured(case, (case.call,), what, float(right[worst]), float(dlogits[worst]), scale, why)
        budget = TIGHT * (1 + case.condition) * max(abs(right_target), scale / TIGHT)
        yield measured(case, (case.call,), "derivative in the target", right_target, dtarget, budget, why)


def _gradient(case: Case, cotangent: FloatArray) -> tuple[FloatArray, float]:
    """The cotangent's residual after regression on one and the logits, times gamma q; and what regression says."""
    q = escort(case.values, case.kind, case.gamma)
    x = np.log(q) / case.gamma
    x = x - fsum(q * x)
    c = cotangent - fsum(q * cotangent)
    slope = fsum(q * c * x) / fsum(q * x * x)
    return case.gamma * q * (c - slope * x), -slope / case.gamma
