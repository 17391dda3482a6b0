"""The rows that a solver is held against: a few explicit ones, each made for one check, and the certified corpus.

Every row is reproducible bit for bit: explicit ones are quotients of integers, records are hex floats. Those of the
levels edge, accuracy and stress are in `entnorm.conformance.hard`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property, lru_cache
from math import fsum, inf, isfinite, log, log1p, nan, sqrt
from typing import Final

import numpy as np
from mpmath import nstr
from numpy.typing import NDArray

from entnorm import reference
from entnorm.conformance.budget import COARSE, EPS, TIGHT
from entnorm.conformance.calls import Call, FloatArray, Kind, distances
from entnorm.reference.attainable import rational

SHARE: Final = 3
"""So many records of each family are asked below the level accuracy, spread over the family."""

LONGEST: Final = 1000
"""And none with more entries: a smoke test is quick."""


@dataclass(frozen=True, eq=False)
class Case:
    """A row, a target, and the right answer.

    Attributes
    ----------
    name : str
        What is special about it, or the id of its record.
    values : ndarray of shape (n,)
        Probabilities or logits; read-only.
    target : float
        Entropy in nats.
    root : Fraction
        A rational number that differs from gamma* by less than 1e-25 gamma*.
    varentropy, condition : float
        gamma*^2 Var, the change of the entropy per relative change of gamma [escort.entropy-log-slope], and
        min(H*, log s - H*) over it, to double precision.
    answer : str
        The root to twenty digits, and how it is known.
    kind : {"p", "logits"}
        What the values are.
    source : str or None
        A Python expression for the values, where they are too long to be written out.
    """

    name: str
    values: FloatArray
    target: float
    root: Fraction
    varentropy: float
    condition: float
    answer: str
    kind: Kind = "p"
    source: str | None = None

    @property
    def call(self) -> Call:
        """The plain question."""
        return Call(self.values, np.array(self.target), kind=self.kind, source=self.source)

    @cached_property
    def gamma(self) -> float:
        """The root, rounded to double."""
        return float(self.root)

    @property
    def inside(self) -> NDArray[np.bool_]:
        """Which entries are in the support."""
        return np.asarray(self.values > (0 if self.kind == "p" else -inf))

    @property
    def has_zeros(self) -> bool:
        """Whether some entries have probability zero."""
        return not self.inside.all()

    @property
    def room(self) -> float:
        """How far the target is from the nearer end of the attainable interval (log m, log s)."""
        ties = (self.values == self.values.max()).sum()
        return min(self.target - log(ties), log(self.inside.sum()) - self.target)

    def off(self, gamma: float) -> float:
        """The relative error of an exponent, signed; infinite for what is no number."""
        if not isfinite(gamma):
            return inf
        off = Fraction(gamma) / self.root - 1
        return float(off) if abs(off) < 1e300 else inf

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


def solved(name: str, values: FloatArray, target: float, kind: Kind = "p", source: str | None = None) -> Case:
    """A case whose answer is computed, and certified where there are balls."""
    asked: dict[str, list[float]] = {kind: values.tolist()}
    found = reference.solve(**asked, entropy=target, digits=30)  # type: ignore[arg-type]
    known = "certified" if found.rigorous else "agreed on at two precisions"
    return Case(
        name=name,
        values=values,
        target=target,
        root=sum(found.enclosure, Fraction(0)) / 2,
        varentropy=float(-rational(found.slope) * rational(found.gamma)),  # whatever the precision of mpmath is now
        condition=float(found.condition),
        answer=f"gamma = {nstr(found.gamma, 20)} ({known})",
        kind=kind,
        source=source,
    )


def _spelt(name: str, expression: str, weights: list[int], target: float) -> Case:
    """A case of probabilities whose weights, whole numbers, are shorter as an expression."""
    return solved(name, row(weights), target, source=f"(w := np.array({expression})) / w.sum()")


def known(name: str, values: FloatArray, gamma: float, kind: Kind = "p", source: str | None = None) -> Case:
    """A case whose exponent is chosen; its target is the entropy that belongs to it [escort.entropy-from-top]."""
    levels, counts = np.unique(values, return_counts=True)
    t = gamma * distances(levels, kind)
    r = counts * np.exp(-t)
    ties, total = float(r[-1]), fsum(r)
    mean = fsum(t * r) / total
    entropy = log(ties) + log1p(fsum(r[:-1]) / ties) + mean
    varentropy = fsum((t - mean) ** 2 * r) / total
    return Case(
        name=name,
        values=values,
        target=entropy,
        root=Fraction(gamma),
        varentropy=varentropy,
        condition=min(entropy, log(values.size) - entropy) / varentropy,
        answer=f"gamma = {gamma:g}, to the rounding of the target",
        kind=kind,
        source=source,
    )


@lru_cache(maxsize=1)
def plain() -> tuple[Case, ...]:
    """Rows without any difficulty, entries out of order, targets above and below their own entropy."""
    harmonic = row([1 / i for i in (3, 1, 7, 2, 12, 5, 4, 9, 6, 11, 8, 10)])
    return (
        solved("three entries, sharpened", row([2, 7, 1]), 0.5),
        solved("three entries, flattened", row([2, 7, 1]), 1.0),
        solved("four entries", row([1, 5, 3, 7]), 1.1),
        solved("twelve harmonic entries, sharpened", harmonic, 1.5),
        solved("twelve harmonic entries, flattened", harmonic, 2.25),
    )


@lru_cache(maxsize=1)
def with_zeros() -> tuple[Case, ...]:
    """Rows with entries outside the support."""
    return (
        solved("two zeros among five", row([5, 0, 3, 2, 0]), 0.75),
        solved("zeros at both ends", row([0, 4, 1, 2, 8, 0]), 1.25),
        _spelt("two entries before sixty zeros, flattened", "[8.0, 1.0] + 60 * [0.0]", [8, 1] + 60 * [0], 0.65),
    )


@lru_cache(maxsize=1)
def with_ties() -> tuple[Case, ...]:
    """Rows with equal entries, at the maximum too."""
    return (
        solved("a tie at the maximum", row([3, 1, 3, 2, 1]), 1.25),
        solved("three equal maxima, two equal minima", row([1, 2, 2, 1, 2]), 1.25),
    )


@lru_cache(maxsize=1)
def where_newton_turns_negative() -> tuple[Case, ...]:
    """Rows that lack more entropy than their varentropy: Newton's first step from gamma = 1 ends below zero."""
    return (
        solved("one entry of 0.999, two of 0.0005", row([1998, 1, 1]), 1.0),
        solved("0.97, 0.02, 0.01, where a reversed distribution has this entropy too", row([97, 2, 1]), 0.875),
        solved("one large entry among twenty", row([1 if i else 4000 for i in range(20)]), 2.5),
    )


@lru_cache(maxsize=1)
def steep() -> tuple[Case, ...]:
    """Rows with small entries, whose powers are small and far from zero."""
    return (
        solved("entries down to 1e-11, flattened", row([1e-8, 1.0, 1e-11, 1e-2, 1e-5]), 0.125),
        solved("entries down to 1e-11, sharpened", row([1e-8, 1.0, 1e-11, 1e-2, 1e-5]), 0.03125),
    )


@lru_cache(maxsize=1)
def far_from_one() -> tuple[Case, ...]:
    """Rows whose root is a thousandth or a million."""
    return (
        solved("gamma near 0.006, a steep row flattened", row([1.0, 1e-50, 1e-100, 1e-150]), 1.3),
        solved("gamma near one million, a flat row sharpened", row([1000001, 1000002, 1000000, 1000003]), 0.9),
    )


@lru_cache(maxsize=1)
def concentrated() -> tuple[Case, ...]:
    """Nearly equal entries far below one: every power p_i^gamma is negligible unless the largest is divided out."""
    return (
        _spelt(
            "64 entries within 6 %, powers near 1e-250",
            "[4096.0 - 4 * (i * 37 % 64) for i in range(64)]",
            [4096 - 4 * (i * 37 % 64) for i in range(64)],
            3.0,
        ),
        _spelt(
            "64 entries within 0.3 %, powers underflow",
            "[40960.0 - 2 * (i * 37 % 64) for i in range(64)]",
            [40960 - 2 * (i * 37 % 64) for i in range(64)],
            3.0,
        ),
    )


@lru_cache(maxsize=1)
def underflowing() -> tuple[Case, ...]:
    """Entries down to the denormal range, which a flat target makes matter."""
    return (
        solved("entries down to 1e-200", row([1.0, 1e-100, 1e-200]), 1.0),
        solved("entries down to the smallest double", row([0.6, 0.4, 1e-308, 5e-324]), 1.25),
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
    return solved(
        "65,537 entries, asked for their own entropy", p, own, source="entnorm.conformance.cases.long_row().copy()"
    )


_SIX_ROWS = ((1, 5, 3, 7), (1, 1, 1, 900), (8, 7, 6, 5), (2, 5, 5, 1), (1, 10, 100, 1000), (4, 3, 2, 1))


@lru_cache(maxsize=1)
def batch() -> tuple[Case, ...]:
    """Six rows of four entries, of different difficulty side by side, for a batch of six or of two by three."""
    targets = (1.1, 1.25, 0.75, 1.0, 0.5, 1.35)
    return tuple(
        solved(f"row {i} of a batch", row(weights), target)
        for i, (weights, target) in enumerate(zip(_SIX_ROWS, targets, strict=True))
    )


@lru_cache(maxsize=1)
def batch_of_one_target() -> tuple[Case, ...]:
    """The same rows, which all shall have the same entropy."""
    return tuple(solved(f"row {i} of a batch of one target", row(w), 1.0) for i, w in enumerate(_SIX_ROWS))


@lru_cache(maxsize=1)
def unreachable() -> tuple[tuple[str, Call], ...]:
    """Targets that no exponent reaches, clearly outside the interval (log m, log s), or no number."""
    questions: list[tuple[str, list[float], float]] = [
        ("above log n", [2, 7, 1], 1.2),
        ("far above log n", [1, 5, 3, 7], 30.0),
        ("above the logarithm of the support, below log n", [5, 0, 3, 2, 0], 1.5),
        ("below log 2 where the maximum is tied", [3, 1, 3, 2, 1], 0.5),
        ("another entropy than its own, of a uniform row", [1, 1, 1, 1], 1.0),
        ("positive entropy of a single entry", [0, 1, 0], 0.5),
        ("below zero", [2, 7, 1], -0.5),
        ("not a number", [2, 7, 1], nan),
    ]
    return tuple((name, Call(row(weights), np.array(target))) for name, weights, target in questions)


@lru_cache(maxsize=1)
def recorded() -> tuple[Case, ...]:
    """A few records of each family, away from the ends, for which careful double precision in log space is enough."""
    families: dict[str, list[Case]] = {}
    for record in reference.load():
        if record.kind != "p" or record.values.size > LONGEST:
            continue
        case = from_record(record)
        if _loss_in_log_space(case) <= TIGHT / 1000 and case.room >= COARSE:
            families.setdefault(record.tags[0], []).append(case)
    return tuple(case for members in families.values() for case in spread(members, SHARE))


def spread(cases: list[Case], count: int) -> list[Case]:
    """So many of them, from the first to the last."""
    return [cases[i] for i in sorted({i * (len(cases) - 1) // max(count - 1, 1) for i in range(count)})]


def from_record(record: reference.Record) -> Case:
    """A stored reference as a case; its target, if it is not an entropy, is rounded to one."""
    kind: Kind = record.kind
    return Case(
        name=record.id,
        values=record.values,
        target=_nats(record),
        root=record.gamma_fraction,
        varentropy=float(-Fraction(record.slope) * record.gamma_fraction),
        condition=float(record.condition),
        answer=f"gamma = {nstr(record.gamma_mpf, 20)} (certified)",
        kind=kind,
        source=f"next(r.values for r in entnorm.reference.load() if r.id == {record.id!r}).copy()",
    )


def _nats(record: reference.Record) -> float:
    """The target entropy, rounded once or twice; that moves the root less than `_loss_in_log_space` allows."""
    value, most = record.target.value, log((record.values > (0 if record.kind == "p" else -inf)).sum())
    return {"entropy": value, "perplexity": log(value), "deficit": most - value, "evenness": value * most}[
        record.target.kind
    ]


def _loss_in_log_space(case: Case) -> float:
    """Relative error of gamma from rounding log p and the entropy once each, where nothing better is done about it."""
    deepest = -log(case.values[case.values > 0].min())
    width = sqrt(case.varentropy)
    return EPS * (case.gamma * deepest / width + (1 + case.target) / width**2)
