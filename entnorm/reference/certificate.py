"""Certificates: an exact statement about a root, and a proof of it that uses nothing of what found the root."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from entnorm import balls
from entnorm.balls import Ball
from entnorm.reference.exact import TARGET_KINDS, Kind, TargetKind

MOST_DIGITS = 1000
FIRST_BITS = 64
MOST_BITS = 2**17
MOST_WORK = 2**28
"""Bits times entries of the last attempt: half a minute's work, and eight times what any record here takes."""


@dataclass(frozen=True, repr=False)
class Certificate:
    """
    The statement that the root gamma* of one row exists, is unique, and lies strictly between two rational numbers.

    Everything in it is exact, so that it can be checked by anyone, anywhere: see `verify`.

    Attributes
    ----------
    kind : {"p", "logits"}
    values : tuple of Fraction or None
        The row; None is a logit of minus infinity.
    target_kind : {"entropy", "perplexity", "deficit", "evenness"}
    target : Fraction
    lower, upper : Fraction
        The ends.
    digits : int
        The relative width of the enclosure is at most 10^-digits; from 1 to 1000.
    """

    kind: Kind
    values: tuple[Fraction | None, ...]
    target_kind: TargetKind
    target: Fraction
    lower: Fraction
    upper: Fraction
    digits: int

    def __repr__(self) -> str:
        """Say what it is about: the numbers themselves may fill pages."""
        return f"Certificate({len(self.values)} {self.kind}, {self.target_kind}, {self.digits} digits)"

    def verify(self) -> bool:
        """
        Prove the statement in ball arithmetic, entry by entry from the definitions, with nothing reused from the solve.

        H(lower) > H* > H(upper) gives existence, since H is continuous; that the entropy of a row that is not constant
        on its support decreases strictly [escort.entropy-decreasing] gives uniqueness. The precision doubles until the
        signs are decided.

        Returns
        -------
        bool
            True if it is proved. False if it is not true, is too wide for `digits`, is no statement about a row at all,
            or is not decided with 2^17 bits, of which rows of more than 2000 entries are given fewer.

        Raises
        ------
        ImportError
            If python-flint is not installed.
        """
        if not self._well_formed():
            return False
        if not (0 < self.lower < self.upper and (self.upper - self.lower) * 10**self.digits <= self.lower):
            return False
        support = tuple(x for x in self.values if x is not None and (self.kind == "logits" or x > 0))
        if all(x == support[0] for x in support):
            return False
        bits = FIRST_BITS + 10 * self.digits // 3
        while bits <= MOST_BITS and bits * len(support) <= MOST_WORK:
            logs = _logarithms(support, self.kind, bits)
            with balls.working(bits):
                goal = self._goal(len(support))
                at_lower = balls.sign(_entropy(logs, balls.ball(self.lower)) - goal)
                at_upper = balls.sign(_entropy(logs, balls.ball(self.upper)) - goal)
            if at_lower is not None and at_upper is not None:
                return at_lower == 1 and at_upper == -1
            bits *= 2
        return False

    def _well_formed(self) -> bool:
        """Exact types: what compares and multiplies as it likes proves nothing."""
        if not (type(self.digits) is int and 1 <= self.digits <= MOST_DIGITS and type(self.values) is tuple):
            return False
        if not all(type(x) is Fraction for x in (self.target, self.lower, self.upper)):
            return False
        if not all(type(x) is str for x in (self.kind, self.target_kind)) or self.target_kind not in TARGET_KINDS:
            return False
        if self.kind == "p":
            return all(type(x) is Fraction and x >= 0 for x in self.values)
        return self.kind == "logits" and all(x is None or type(x) is Fraction for x in self.values)

    def _goal(self, size: int) -> Ball:
        value = balls.ball(self.target)
        if self.target_kind == "entropy":
            return value
        if self.target_kind == "perplexity":
            return balls.log(value)
        largest = balls.log(balls.ball(size))
        return largest - value if self.target_kind == "deficit" else value * largest


@lru_cache(maxsize=2)  # statements about one row are often side by side
def _logarithms(support: tuple[Fraction, ...], kind: Kind, bits: int) -> tuple[Ball, ...]:
    """Log p up to a common constant, which the escort distribution does not see [escort.scale-invariance]."""
    largest = max(support)
    with balls.working(bits):
        if kind == "logits":
            return tuple(balls.ball(x - largest) for x in support)
        return tuple(balls.log(balls.ball(x / largest)) for x in support)


def _entropy(logs: tuple[Ball, ...], gamma: Ball) -> Ball:
    """Log Z - gamma M1 / Z  [escort.entropy-in-moments]."""
    partition = first = balls.ball(0)
    for x in logs:
        power = balls.exp(gamma * x)
        partition += power
        first += x * power
    return balls.log(partition) - gamma * first / partition
