"""Recipes: long rows as a few integers, from which any language makes the same doubles.

Random integers come from splitmix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number generators", OOPSLA
2014); a quotient of integers rounded to the nearest double and a power of two are the same on every machine and in
every version, which NumPy's streams and the logarithms of a C library are not.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import Any, Literal, TypeAlias, get_args

import numpy as np
from numpy.typing import NDArray

from entnorm.reference.exact import Kind

Form: TypeAlias = Literal["sum", "quotient", "rank"]
FORMS: tuple[Form, ...] = get_args(Form)

EXACT = 2**53
"""Integers up to here are doubles."""

MOST_DRAWS = 2**20

_STEP = 0x9E3779B97F4A7C15
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

    def many(self, size: int, bits: int) -> NDArray[np.uint64]:
        """The next `size` integers below 2**bits, for `bits` up to 64."""
        z = np.arange(1, size + 1, dtype=np.uint64) * np.uint64(_STEP) + np.uint64(self._state)
        self._state = (self._state + size * _STEP) & _MASK
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return (z ^ (z >> np.uint64(31))) >> np.uint64(64 - bits)

    def bits(self, count: int) -> int:
        """The next integer below 2**count, for a count up to 64."""
        return int(self.many(1, count)[0])

    def shuffled(self, values: Sequence[float]) -> list[float]:
        """`values` in another order (Fisher and Yates)."""
        mixed = list(values)
        draws = self.many(max(0, len(mixed) - 1), 32).tolist()
        for i, draw in zip(range(len(mixed) - 1, 0, -1), draws, strict=True):
            j = draw * (i + 1) >> 32
            mixed[i], mixed[j] = mixed[j], mixed[i]
        return mixed


@dataclass(frozen=True)
class Recipe:
    """
    A row of `n` entries by integer arithmetic: first an integer for each entry, in order, then its double.

    ==========  =====================================================================================
    form        the integer of entry i = 0, 1, ..., n - 1
    ==========  =====================================================================================
    "sum"       `add` plus the next `terms` outputs of splitmix64, each its top `bits` bits
    "quotient"  `add` divided by 1 plus the top `bits` bits of the next output, rounded down
    "rank"      `add` divided by i + 1, rounded down
    ==========  =====================================================================================

    A probability is the integer over the sum of all of them, one division of doubles; a logit is the integer times
    2**`exponent`. The generator starts from `seed`.
    """

    form: Form
    n: int
    seed: int = 0
    bits: int = 1
    terms: int = 1
    add: int = 0
    exponent: int = 0

    def __post_init__(self) -> None:
        largest = abs(self.add) + (self.terms * 2**self.bits if self.form == "sum" else 0)
        bounded = (
            self.form in FORMS
            and 1 <= self.n <= 100_000
            and 0 <= self.seed < EXACT
            and 1 <= self.bits <= 53
            and 1 <= self.terms <= 64
            and self.draws <= MOST_DRAWS
            and largest < EXACT
            and abs(self.exponent) <= 960
        )
        if not bounded:
            raise ValueError(f"the recipe {self} is not one, is too long, or leaves the integers up to 2^53")

    @property
    def draws(self) -> int:
        """How many random integers it takes, at the most."""
        return self.n * self.terms

    def values(self, kind: Kind) -> NDArray[np.float64]:
        """
        The doubles of the row, read-only.

        Raises
        ------
        ValueError
            If it is not a row of `kind`: an integer is negative, or their sum is zero or beyond 2^53.

        Examples
        --------
        >>> Recipe("rank", 3, add=6).values("p") * 11
        array([6., 3., 2.])
        """
        return _values(self, kind)

    def as_dict(self) -> dict[str, Any]:
        """The recipe as a file has it."""
        return asdict(self)

    def _integers(self) -> NDArray[np.int64]:
        random = SplitMix64(self.seed)
        if self.form == "sum":
            draws = random.many(self.n * self.terms, self.bits).astype(np.int64).reshape(self.n, self.terms)
            return np.asarray(self.add + draws.sum(axis=1), dtype=np.int64)
        by = np.arange(1, self.n + 1) if self.form == "rank" else 1 + random.many(self.n, self.bits).astype(np.int64)
        integers: NDArray[np.int64] = self.add // by
        return integers


@lru_cache(maxsize=64)
def _values(recipe: Recipe, kind: Kind) -> NDArray[np.float64]:
    integers = recipe._integers()
    if kind == "logits":
        values = np.ldexp(integers.astype(np.float64), recipe.exponent)
    else:
        total = math.fsum(integers.tolist())
        if integers.min() < 0 or not 0 < total < EXACT:
            raise ValueError(f"the recipe {recipe} does not make probabilities")
        values = integers / total
    values.flags.writeable = False
    return values


def row_checksum(values: NDArray[np.float64]) -> str:
    """SHA-256 of the doubles of a row, eight bytes each, least significant first."""
    return hashlib.sha256(values.astype("<f8").tobytes()).hexdigest()
