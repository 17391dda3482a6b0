"""The rows of the corpus, by what they stress, from integer arithmetic only.

Random integers come from splitmix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number generators", OOPSLA
2014); an integer quotient rounded to the nearest double and a power of two are the same on every machine and in every
version, which NumPy's streams and the logarithms of a C library are not.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeAlias

from entnorm.reference.exact import Kind

_MASK = 2**64 - 1


class SplitMix64:
    """
    Random integers; `seed` may be any integer.

    Examples
    --------
    >>> hex(SplitMix64(0).bits(64))
    '0xe220a8397b1dcdaf'
    """

    def __init__(self, seed: int) -> None:
        self._state = seed & _MASK

    def bits(self, count: int) -> int:
        """The next integer below 2**count, for a count up to 64."""
        self._state = (self._state + 0x9E3779B97F4A7C15) & _MASK
        z = self._state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & _MASK
        return (z ^ (z >> 31)) >> (64 - count)

    def shuffled(self, values: Sequence[float]) -> list[float]:
        """`values` in another order (Fisher and Yates)."""
        mixed = list(values)
        for i in range(len(mixed) - 1, 0, -1):
            j = self.bits(32) * (i + 1) >> 32
            mixed[i], mixed[j] = mixed[j], mixed[i]
        return mixed


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
        seed = hashlib.sha256(f"{self.name} {self.kind} {n}".encode()).digest()[:8]
        random = SplitMix64(int.from_bytes(seed, "big"))
        values: Sequence[float] = self.make(random, n)
        if self.kind == "p":
            total = sum(values)
            values = [weight / total for weight in values]
        if self.name == "float32":
            values = [_single(x) for x in values]
        return random.shuffled(values)


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
    Family("uniformish", "p", (3, 10, 100, 1000), lambda r, n: [2**32 + r.bits(31) for _ in range(n)]),
    Family("peaked", "p", (3, 30, 300), lambda r, n: [2**45, *(1 + r.bits(20) for _ in range(n - 1))]),
    Family("ties", "p", (5, 20, 100), lambda r, n: [8, 8, 8, *((1, 3, 5, 8)[r.bits(2)] for _ in range(n - 3))]),
    Family("zeros", "p", (6, 50, 400), lambda r, n: [0 if i % 3 == 1 else 1 + r.bits(32) for i in range(n)]),
    Family("staircase", "p", (8, 40, 200), lambda r, n: [(2**20 + r.bits(8)) << 40 * (4 * i // n) for i in range(n)]),
    Family("zipf", "p", (10, 100, 1000), lambda r, n: [2**80 // i for i in range(1, n + 1)]),
    Family("heavy-tail", "p", (10, 100, 500), lambda r, n: [2**80 // (1 + r.bits(32)) for _ in range(n)]),
    Family(
        "denormal",
        "p",
        (6, 30, 100),
        lambda r, n: [(2**20 + r.bits(20)) << 1054 if i % 2 else 2**24 + r.bits(40) for i in range(n)],
    ),
    Family("near-uniform", "p", (5, 50, 500), lambda r, n: [2**50 + r.bits(20) for _ in range(n)]),
    Family("two-point", "p", (2,), lambda r, n: [2, 1]),
    Family("two-point-close", "p", (2,), lambda r, n: [2**40 + 1, 2**40 - 1]),
    Family("two-point-far", "p", (2,), lambda r, n: [2**900, 3]),
    Family("float32", "p", (10, 100, 500), lambda r, n: [1 + r.bits(32) for _ in range(n)]),
)

LOGITS: tuple[Family, ...] = (
    Family("normal", "logits", (3, 10, 100, 1000), lambda r, n: _scaled([3 * _bell(r) for _ in range(n)], -30)),
    Family("peaked", "logits", (3, 30, 200), lambda r, n: [40.0, *_scaled([r.bits(40) for _ in range(n - 1)], -40)]),
    Family("ties", "logits", (5, 20, 100), lambda r, n: [0.0, 0.0, *((-5.0, -1.0)[r.bits(1)] for _ in range(n - 2))]),
    Family(
        "masked",
        "logits",
        (6, 50, 300),
        lambda r, n: [-math.inf if i % 3 == 1 else math.ldexp(_bell(r), -29) for i in range(n)],
    ),
    Family(
        "staircase",
        "logits",
        (8, 40, 200),
        lambda r, n: [math.ldexp(r.bits(10), -20) - 32 * (4 * i // n) for i in range(n)],
    ),
    Family("offset", "logits", (10, 100), lambda r, n: [2.0**20 + math.ldexp(r.bits(30), -28) for _ in range(n)]),
    Family("near-uniform", "logits", (5, 50, 300), lambda r, n: _scaled([r.bits(20) for _ in range(n)], -60)),
    Family("minute", "logits", (4, 40), lambda r, n: _scaled([r.bits(30) for _ in range(n)], -730)),
    Family("vast", "logits", (4, 40), lambda r, n: _scaled([r.bits(30) for _ in range(n)], 340)),
    Family("wide", "logits", (10, 100), lambda r, n: _scaled([-(2**50) // (1 + r.bits(20)) for _ in range(n)], -10)),
    Family("two-point", "logits", (2,), lambda r, n: [1.0, -0.5]),
    Family("two-point-close", "logits", (2,), lambda r, n: [2.0**-40, 0.0]),
    Family("two-point-far", "logits", (2,), lambda r, n: [0.0, -(2.0**60)]),
    Family("float32", "logits", (10, 100), lambda r, n: _scaled([_bell(r) for _ in range(n)], -28)),
    Family(
        "distances",
        "logits",
        (10, 90, 500),
        lambda r, n: _scaled([-sum(r.bits(16) ** 2 for _ in range(3)) for _ in range(n)], -28),
    ),
)
