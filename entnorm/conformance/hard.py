"""The rows of the levels edge, accuracy and stress: each family as probabilities, and as logits for who takes those.

A solver of logits or distances is asked in logits, because the logarithm of a probability, rounded, is another row.
"""

from __future__ import annotations

from functools import lru_cache
from math import log

import numpy as np

from entnorm import reference
from entnorm.conformance.calls import Call, FloatArray, Kind
from entnorm.conformance.cases import Case, from_record, known, row, solved


def _logits(values: list[float]) -> FloatArray:
    found = np.array(values, dtype=np.float64)
    found.flags.writeable = False
    return found


@lru_cache(maxsize=2)
def near_uniform(kind: Kind) -> tuple[Case, ...]:
    """Rows whose entries agree to six, nine and twelve digits, asked for half of the largest entropy and more."""
    steps = [i * 37 % 16 for i in range(16)]
    found = []
    for digits in (6, 9, 12):
        p, logits = row([10**digits + i for i in steps]), _logits([-i * 2.0 ** -round(digits * 3.33) for i in steps])
        for share in (0.5, 0.9):
            name = f"sixteen entries that agree to {digits} digits, {share:g} log n"
            found.append(solved(name, p if kind == "p" else logits, share * log(16), kind))
    return tuple(found)


@lru_cache(maxsize=2)
def plain(kind: Kind) -> tuple[Case, ...]:
    """Two rows without any difficulty and one with zeros, for targets that are difficult."""
    if kind == "p":
        rows = [row([7, 2, 1]), row([1 / i for i in (3, 1, 7, 2, 12, 5, 4, 9, 6, 11, 8, 10)]), row([5, 0, 3, 1, 0])]
    else:
        rows = [_logits([0, -1.25, -2]), _logits([-i * 37 % 12 / -4 for i in range(12)]), _logits([0, -np.inf, -3, -1])]
    return tuple(solved(f"{len(values)} entries", values, 0.5, kind) for values in rows)


@lru_cache(maxsize=2)
def tiny(kind: Kind) -> tuple[Case, ...]:
    """Entropies from 1e-6 down to the smallest normal numbers."""
    targets = (1e-6, 1e-12, 1e-30, 1e-300)
    return tuple(
        solved(f"{case.name}, entropy {target:g}", case.values, target, kind)
        for case in plain(kind)
        for target in targets
    )


@lru_cache(maxsize=2)
def below_the_maximum(kind: Kind) -> tuple[Case, ...]:
    """Entropies within 1e-6 to 1e-13 of that of the uniform distribution on the support."""
    return tuple(
        solved(f"{case.name}, {gap:g} below the largest entropy", case.values, log(case.inside.sum()) - gap, kind)
        for case in plain(kind)
        for gap in (1e-6, 1e-10, 1e-13)
    )


@lru_cache(maxsize=2)
def above_the_ties(kind: Kind) -> tuple[Case, ...]:
    """Entropies within 1e-3 to 1e-12 of that of the uniform distribution on tied maxima."""
    p, logits = row([3, 1, 3, 2, 3]), _logits([0, -2.5, 0, -1, 0])
    return tuple(
        solved(f"{gap:g} above log 3, three equal maxima", p if kind == "p" else logits, log(3) + gap, kind)
        for gap in (1e-3, 1e-6, 1e-9, 1e-12)
    )


@lru_cache(maxsize=2)
def many_scales(kind: Kind) -> tuple[Case, ...]:
    """Levels far apart, so that the entropy falls in steps with plateaus between them; Newton's method jumps there."""
    spectra = ([0, -1, -30], [0, -1, -30, -32, -600], [0, -0.001, -40, -41], [0, -5, -5.5, -200, -201, -203])
    found = []
    for levels in spectra:
        values = row(np.exp2(levels).tolist()) if kind == "p" else _logits([float(x) for x in levels])
        found += [
            solved(f"levels {levels}, {share:g} log n", values, share * log(len(levels)), kind)
            for share in (0.05, 0.25, 0.45, 0.62, 0.75, 0.98)
        ]
    return tuple(found)


@lru_cache(maxsize=2)
def extreme(kind: Kind) -> tuple[Case, ...]:
    """Roots as far from one as the kind of row allows."""
    if kind == "logits":
        wide, minute = [0, -1e250, -3e250, -7e249], [0, -1e-250, -3e-250, -7e-251]
        return (
            solved("logits of 1e250", _logits(wide), 1.0, kind),
            solved("logits of 1e-250", _logits(minute), 1.0, kind),
            solved("logits of 1e-250, entropy 1e-300", _logits(minute), 1e-300, kind),
        )
    close = [0.25 + i * 2.0**-54 for i in (0, 2, 1, -3)]  # their sum is one
    return (
        solved("four entries, one rounding error apart", row(close), 1.0),
        solved("four entries, one rounding error apart, entropy 1e-300", row(close), 1e-300),
        solved("entries down to the smallest double, almost uniform", row([1.0, 1e-300, 5e-324]), log(3) - 1e-13),
    )


def many_values(n: int) -> FloatArray:
    """Probabilities of n entries: 1024 different ones, mixed."""
    return row((1 + np.arange(n) * 7919 % 1024).tolist())


def many_logits(n: int) -> FloatArray:
    """Logits of n entries from 0 down to -16: 1024 different ones, mixed."""
    return _logits((np.arange(n) * 7919 % 1024 / -64).tolist())


def _long(kind: Kind, n: int) -> Case:
    values = many_values(n) if kind == "p" else many_logits(n)
    source = f"entnorm.conformance.hard.{'many_values' if kind == 'p' else 'many_logits'}({n}).copy()"
    return known(f"{n} entries", values, 2, kind, source)


@lru_cache(maxsize=2)
def long(kind: Kind) -> Case:
    """Fifty thousand entries."""
    return _long(kind, 50_000)


@lru_cache(maxsize=2)
def longest(kind: Kind) -> Case:
    """A million entries."""
    return _long(kind, 1_000_000)


@lru_cache(maxsize=1)
def ends() -> tuple[tuple[str, Call], ...]:
    """The ends of the attainable interval, each as the nearest double."""
    return (
        ("the entropy of the uniform distribution", Call(row([7, 2, 1]), np.array(log(3)))),
        ("the entropy of the uniform distribution on the support", Call(row([5, 0, 3, 1, 0]), np.array(log(3)))),
        ("the entropy of the uniform distribution on two maxima", Call(row([3, 1, 3, 2]), np.array(log(2)))),
        ("entropy zero", Call(row([7, 2, 1]), np.array(0.0))),
    )


@lru_cache(maxsize=2)
def certified(kind: Kind) -> tuple[Case, ...]:
    """Every stored reference whose row is of that kind and whose target is an entropy, so that nothing is rounded."""
    records = (r for r in reference.load() if r.kind == kind and r.target.kind == "entropy" and r.values.size <= 5000)
    return tuple(from_record(record) for record in records)
