"""The rows of the corpus, by what they stress: from integer arithmetic, and real ones from a stored file.

A short row is stored as its doubles, so that nobody needs this file to have it; a long one as its recipe.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from entnorm.reference.exact import Kind
from entnorm.reference.recipes import Recipe, SplitMix64

REAL = Path(__file__).with_name("real.json")


@dataclass(frozen=True, eq=False)
class Given:
    """
    One row of the corpus.

    Attributes
    ----------
    family, label : str
        Together the name of the row.
    kind : {"p", "logits"}
    values : ndarray of shape (n,), float64, read-only
    recipe : Recipe or None
        What makes the values, if the row is long.
    targets : int
        How many records it is good for.
    """

    family: str
    label: str
    kind: Kind
    values: NDArray[np.float64]
    recipe: Recipe | None
    targets: int


Weights: TypeAlias = Callable[[SplitMix64, int], list[int]]
Logits: TypeAlias = Callable[[SplitMix64, int], list[float]]


@dataclass(frozen=True)
class Family:
    """
    Rows of one kind.

    Attributes
    ----------
    name : str
    kind : {"p", "logits"}
    sizes : tuple of int
        One row of each size.
    make : callable
        For probabilities, integer weights; for logits, doubles.
    """

    name: str
    kind: Kind
    sizes: tuple[int, ...]
    make: Weights | Logits

    def row(self, n: int) -> list[float]:
        """The doubles of the row of size `n`, always the same."""
        random = SplitMix64(_seed(self.name, self.kind, n))
        values: Sequence[float] = self.make(random, n)
        if self.kind == "p":
            total = sum(values)
            values = [weight / total for weight in values]
        if self.name == "float32":
            values = [_single(x) for x in values]
        return random.shuffled(values)


def _seed(name: str, kind: Kind, n: int) -> int:
    digest = hashlib.sha256(f"{name} {kind} {n}".encode()).digest()
    return int.from_bytes(digest[:8], "big") >> 11  # below 2**53, which every JSON reader keeps


def _single(x: float) -> float:
    """The nearest double of 24 mantissa bits, for a positive or negative `x` that is normal in single precision."""
    mantissa, exponent = math.frexp(x)
    return math.ldexp(round(Fraction(mantissa) * 2**24), exponent - 24)


def _scaled(integers: Sequence[int], exponent: int) -> list[float]:
    return [math.ldexp(k, exponent) for k in integers]


def _bell(random: SplitMix64) -> int:
    """A sum of twelve uniforms less its mean: nearly normal, of standard deviation 2**30."""
    return sum(random.bits(30) for _ in range(12)) - 6 * 2**30


PROBABILITIES: tuple[Family, ...] = (
    Family("uniformish", "p", (3, 10, 30, 100, 300), lambda r, n: [2**32 + r.bits(31) for _ in range(n)]),
    Family("peaked", "p", (3, 10, 30, 100, 300), lambda r, n: [2**45, *(1 + r.bits(20) for _ in range(n - 1))]),
    Family("ties", "p", (5, 20, 50, 100), lambda r, n: [8, 8, 8, *((1, 3, 5, 8)[r.bits(2)] for _ in range(n - 3))]),
    Family("zeros", "p", (6, 20, 50, 100, 300), lambda r, n: [0 if i % 3 == 1 else 1 + r.bits(32) for i in range(n)]),
    Family(
        "staircase",
        "p",
        (8, 20, 40, 100, 200),
        lambda r, n: [(2**20 + r.bits(8)) << 40 * (4 * i // n) for i in range(n)],
    ),
    Family("zipf", "p", (10, 30, 100, 300), lambda r, n: [2**80 // i for i in range(1, n + 1)]),
    Family("heavy-tail", "p", (10, 30, 100, 300), lambda r, n: [2**80 // (1 + r.bits(32)) for _ in range(n)]),
    Family(
        "denormal",
        "p",
        (6, 30, 100),
        lambda r, n: [(2**20 + r.bits(20)) << 1054 if i % 2 else 2**24 + r.bits(40) for i in range(n)],
    ),
    Family("near-uniform", "p", (5, 20, 50, 100), lambda r, n: [2**50 + r.bits(20) for _ in range(n)]),
    Family("two-point", "p", (2,), lambda r, n: [2, 1]),
    Family("two-point-close", "p", (2,), lambda r, n: [2**40 + 1, 2**40 - 1]),
    Family("two-point-far", "p", (2,), lambda r, n: [2**900, 3]),
    Family("float32", "p", (10, 30, 100, 300), lambda r, n: [1 + r.bits(32) for _ in range(n)]),
)

LOGITS: tuple[Family, ...] = (
    Family("normal", "logits", (3, 10, 30, 100, 300), lambda r, n: _scaled([3 * _bell(r) for _ in range(n)], -30)),
    Family(
        "peaked",
        "logits",
        (3, 10, 30, 100, 300),
        lambda r, n: [40.0, *_scaled([r.bits(40) for _ in range(n - 1)], -40)],
    ),
    Family(
        "ties", "logits", (5, 20, 50, 100), lambda r, n: [0.0, 0.0, *((-5.0, -1.0)[r.bits(1)] for _ in range(n - 2))]
    ),
    Family(
        "masked",
        "logits",
        (6, 20, 50, 100),
        lambda r, n: [-math.inf if i % 3 == 1 else math.ldexp(_bell(r), -29) for i in range(n)],
    ),
    Family(
        "staircase",
        "logits",
        (8, 20, 40, 100, 200),
        lambda r, n: [math.ldexp(r.bits(10), -20) - 32 * (4 * i // n) for i in range(n)],
    ),
    Family("offset", "logits", (10, 30, 100), lambda r, n: [2.0**20 + math.ldexp(r.bits(30), -28) for _ in range(n)]),
    Family("near-uniform", "logits", (5, 20, 50, 100), lambda r, n: _scaled([r.bits(20) for _ in range(n)], -60)),
    Family("minute", "logits", (4, 20, 40), lambda r, n: _scaled([r.bits(30) for _ in range(n)], -730)),
    Family("vast", "logits", (4, 20, 40), lambda r, n: _scaled([r.bits(30) for _ in range(n)], 340)),
    Family(
        "wide", "logits", (10, 30, 100), lambda r, n: _scaled([-(2**50) // (1 + r.bits(20)) for _ in range(n)], -10)
    ),
    Family("two-point", "logits", (2,), lambda r, n: [1.0, -0.5]),
    Family("two-point-close", "logits", (2,), lambda r, n: [2.0**-40, 0.0]),
    Family("two-point-far", "logits", (2,), lambda r, n: [0.0, -(2.0**60)]),
    Family("float32", "logits", (10, 30, 100, 300), lambda r, n: _scaled([_bell(r) for _ in range(n)], -28)),
    Family(
        "distances",
        "logits",
        (10, 30, 90, 300),
        lambda r, n: _scaled([-sum(r.bits(16) ** 2 for _ in range(3)) for _ in range(n)], -28),
    ),
)


def _long() -> Iterator[tuple[str, Kind, Recipe]]:
    """Families of long rows, each at three lengths: what a vocabulary or a neighbourhood graph asks of a solver."""
    for n in (1000, 10_000, 50_000):
        yield "uniformish", "p", Recipe("sum", n, _seed("uniformish", "p", n), bits=31, add=2**32)
        yield "zipf", "p", Recipe("rank", n, add=2**48)
        yield "heavy-tail", "p", Recipe("quotient", n, _seed("heavy-tail", "p", n), bits=20, add=2**36)
        bell = Recipe("sum", n, _seed("normal", "logits", n), bits=30, terms=12, add=-6 * 2**30, exponent=-28)
        yield "normal", "logits", bell
        close = Recipe("sum", n, _seed("near-uniform", "logits", n), bits=20, exponent=-60)
        yield "near-uniform", "logits", close


def _real() -> Iterator[tuple[str, Kind, list[float]]]:
    for family in json.loads(REAL.read_text(encoding="ascii"))["families"]:
        for row in family["rows"]:
            yield family["name"], family["kind"], [float.fromhex(x) if isinstance(x, str) else x for x in row]


def _targets(n: int) -> int:
    """Fewer for a longer row, whose records take longer to prove."""
    return 32 if n <= 100 else 8 if n <= 1000 else 3 if n <= 10_000 else 1


@cache
def rows() -> tuple[Given, ...]:
    """
    Every row of the corpus, always the same.

    Examples
    --------
    >>> rows()[0].family, rows()[0].label
    ('uniformish', 'p3')
    """
    found = [
        _given(family.name, f"{family.kind}{n}", family.kind, family.row(n), _targets(n))
        for family in (*PROBABILITIES, *LOGITS)
        for n in family.sizes
    ]
    for name, kind, recipe in _long():
        values = recipe.values(kind)
        found.append(Given(name, f"{kind}{recipe.n}", kind, values, recipe, _targets(recipe.n)))
    seen: dict[str, int] = {}
    for name, kind, row in _real():
        at = seen[name] = seen.get(name, -1) + 1
        found.append(_given(name, f"{kind}{len(row)}{'abcdefgh'[at]}", kind, row, min(12, _targets(len(row)))))
    return tuple(found)


def _given(family: str, label: str, kind: Kind, row: Sequence[float], targets: int) -> Given:
    values = np.array(row, dtype=np.float64)
    values.flags.writeable = False
    return Given(family, label, kind, values, None, targets)
