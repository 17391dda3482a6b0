"""The rows that a solver is held against: a few explicit ones, each made for one check, and the certified corpus.

Every row is reproducible bit for bit: explicit ones are quotients of integers, records are hex floats.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import fsum, log, sqrt

import numpy as np
from mpmath import nstr

from entnorm import reference
from entnorm.conformance.budget import EPS, TIGHT
from entnorm.conformance.foreign import Call, FloatArray


@dataclass(frozen=True, eq=False)
class Case:
    """A row, a target, and the right answer.

    Attributes
    ----------
    name : str
        What is special about it, or the id of its record.
    p : ndarray of shape (n,)
        Probabilities; read-only.
    target : float
        Entropy in nats.
    gamma, slope, condition : float
        The root gamma*, dH/dgamma at the root, and min(H*, log s - H*) / (gamma*^2 Var), to double precision.
    answer : str
        The root to twenty digits, and how it is known.
    source : str or None
        A Python expression for `p`, where it is too long to be written out.
    """

    name: str
    p: FloatArray
    target: float
    gamma: float
    slope: float
    condition: float
    answer: str
    source: str | None = None

    @property
    def call(self) -> Call:
        """The plain question."""
        return Call(self.p, np.array(self.target), source=self.source)

    @property
    def varentropy(self) -> float:
        """gamma*^2 Var, the change of the entropy per relative change of gamma [escort.entropy-log-slope]."""
        return -self.slope * self.gamma

    @property
    def room(self) -> float:
        """How far the target is from the nearer end of the attainable interval (log m, log s)."""
        return min(self.target - log((self.p == self.p.max()).sum()), log((self.p > 0).sum()) - self.target)

    def exponent_budget(self, relative: float) -> float:
        """The error of gamma that is allowed where the relative budget is `relative` per 1 + condition."""
        return relative * (1 + self.condition) * self.gamma

    def entropy_budget(self, relative: float) -> float:
        """The error of the entropy that the same budget amounts to."""
        return relative * (1 + self.condition) * self.varentropy


def row(weights: Sequence[float]) -> FloatArray:
    """Probabilities in proportion to `weights`, read-only."""
    values = np.array(weights, dtype=np.float64)
    values /= fsum(values)
    values.flags.writeable = False
    return values


def _case(name: str, p: FloatArray, target: float, source: str | None = None) -> Case:
    solved = reference.solve(p=p.tolist(), entropy=target, digits=30)
    known = "certified" if solved.rigorous else "agreed on at two precisions"
    return Case(
        name=name,
        p=p,
        target=target,
        gamma=float(solved.gamma),
        slope=float(solved.slope),
        condition=float(solved.condition),
        answer=f"gamma = {nstr(solved.gamma, 20)} ({known})",
        source=source,
    )


@lru_cache(maxsize=1)
def plain() -> tuple[Case, ...]:
    """Rows without any difficulty, entries out of order, targets above and below their own entropy."""
    harmonic = row([1 / i for i in (3, 1, 7, 2, 12, 5, 4, 9, 6, 11, 8, 10)])
    return (
        _case("three entries, sharpened", row([2, 7, 1]), 0.5),
        _case("three entries, flattened", row([2, 7, 1]), 1.0),
        _case("four entries", row([1, 5, 3, 7]), 1.1),
        _case("twelve harmonic entries, sharpened", harmonic, 1.5),
        _case("twelve harmonic entries, flattened", harmonic, 2.25),
    )


@lru_cache(maxsize=1)
def with_zeros() -> tuple[Case, ...]:
    """Rows with entries outside the support."""
    return (
        _case("two zeros among five", row([5, 0, 3, 2, 0]), 0.75),
        _case("zeros at both ends", row([0, 4, 1, 2, 8, 0]), 1.25),
    )


@lru_cache(maxsize=1)
def with_ties() -> tuple[Case, ...]:
    """Rows with equal entries, at the maximum too."""
    return (
        _case("a tie at the maximum", row([3, 1, 3, 2, 1]), 1.25),
        _case("three equal maxima, two equal minima", row([1, 2, 2, 1, 2]), 1.25),
    )


@lru_cache(maxsize=1)
def where_newton_turns_negative() -> tuple[Case, ...]:
    """Rows that lack more entropy than their varentropy: Newton's first step from gamma = 1 ends below zero."""
    return (
        _case("one entry of 0.999, two of 0.0005", row([1998, 1, 1]), 1.0),
        _case("0.97, 0.02, 0.01, where a reversed distribution has this entropy too", row([97, 2, 1]), 0.875),
        _case("one large entry among twenty", row([1 if i else 4000 for i in range(20)]), 2.5),
    )


@lru_cache(maxsize=1)
def steep() -> tuple[Case, ...]:
    """Rows with small entries, whose powers are small and far from zero."""
    return (
        _case("entries down to 1e-11, flattened", row([1e-8, 1.0, 1e-11, 1e-2, 1e-5]), 0.125),
        _case("entries down to 1e-11, sharpened", row([1e-8, 1.0, 1e-11, 1e-2, 1e-5]), 0.03125),
    )


@lru_cache(maxsize=1)
def far_from_one() -> tuple[Case, ...]:
    """Rows whose root is a thousandth or a million."""
    return (
        _case("gamma near 0.006, a steep row flattened", row([1.0, 1e-50, 1e-100, 1e-150]), 1.3),
        _case("gamma near one million, a flat row sharpened", row([1000001, 1000002, 1000000, 1000003]), 0.9),
    )


@lru_cache(maxsize=1)
def concentrated() -> tuple[Case, ...]:
    """Nearly equal entries far below one: every power p_i^gamma is negligible unless the largest is divided out."""
    return (
        _case("64 entries within 6 %, powers near 1e-250", row([4096 - 4 * (i * 37 % 64) for i in range(64)]), 3.0),
        _case("64 entries within 0.3 %, powers underflow", row([40960 - 2 * (i * 37 % 64) for i in range(64)]), 3.0),
    )


@lru_cache(maxsize=1)
def underflowing() -> tuple[Case, ...]:
    """Entries down to the denormal range, which a flat target makes matter."""
    return (
        _case("entries down to 1e-200", row([1.0, 1e-100, 1e-200]), 1.0),
        _case("entries down to the smallest double", row([0.6, 0.4, 1e-308, 5e-324]), 1.25),
    )


def long_row() -> FloatArray:
    """One entry in front of 65,536 that are together 0.2 % of it, each below half a float32 ulp of the running sum."""
    tail = 2.0**-25 * (1 + np.arange(65536) % 64 / 256)
    return row(np.concatenate([[1.0], tail]).tolist())


@lru_cache(maxsize=1)
def long() -> Case:
    """The long row, asked for its own entropy."""
    p = long_row()
    own = -fsum(p * np.log(p))
    return _case("65,537 entries, asked for their own entropy", p, own, "entnorm.conformance.cases.long_row()")


@lru_cache(maxsize=1)
def batch() -> tuple[Case, ...]:
    """Six rows of four entries, of different difficulty side by side, for a batch of six or of two by three."""
    rows = ((1, 5, 3, 7), (1, 1, 1, 900), (8, 7, 6, 5), (2, 5, 5, 1), (1, 10, 100, 1000), (4, 3, 2, 1))
    targets = (1.1, 1.25, 0.75, 1.0, 0.5, 1.35)
    return tuple(
        _case(f"row {i} of a batch", row(weights), target)
        for i, (weights, target) in enumerate(zip(rows, targets, strict=True))
    )


@lru_cache(maxsize=1)
def unreachable() -> tuple[tuple[str, Call], ...]:
    """Targets that no exponent reaches, clearly outside the interval (log m, log s)."""
    questions: list[tuple[str, list[float], float]] = [
        ("above log n", [2, 7, 1], 1.2),
        ("far above log n", [1, 5, 3, 7], 30.0),
        ("above the logarithm of the support, below log n", [5, 0, 3, 2, 0], 1.5),
        ("below log 2 where the maximum is tied", [3, 1, 3, 2, 1], 0.5),
        ("another entropy than its own, of a uniform row", [1, 1, 1, 1], 1.0),
        ("positive entropy of a single entry", [0, 1, 0], 0.5),
    ]
    return tuple((name, Call(row(weights), np.array(target))) for name, weights, target in questions)


@lru_cache(maxsize=1)
def recorded() -> tuple[Case, ...]:
    """The certified records of probabilities on which careful double precision in log space is good enough."""
    cases = []
    for record in reference.load():
        if record.kind != "p":
            continue
        case = Case(
            name=record.id,
            p=record.values,
            target=_nats(record),
            gamma=float(record.gamma),
            slope=float(record.slope),
            condition=float(record.condition),
            answer=f"gamma = {nstr(record.gamma_mpf, 20)} (certified)",
            source=f"next(r.values for r in entnorm.reference.load() if r.id == {record.id!r})",
        )
        if _loss_in_log_space(case) <= TIGHT / 1000:
            cases.append(case)
    return tuple(cases)


def _nats(record: reference.Record) -> float:
    """The target entropy, rounded once or twice; that moves the root less than `_loss_in_log_space` allows."""
    value, most = record.target.value, log((record.values > 0).sum())
    return {"entropy": value, "perplexity": log(value), "deficit": most - value, "evenness": value * most}[
        record.target.kind
    ]


def _loss_in_log_space(case: Case) -> float:
    """Relative error of gamma from rounding log p and the entropy once each, where nothing better is done about it."""
    deepest = -log(case.p[case.p > 0].min())
    spread = sqrt(case.varentropy)
    return EPS * (case.gamma * deepest / spread + (1 + case.target) / spread**2)
