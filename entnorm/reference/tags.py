"""The tags of a record that follow from its row and its target: what they say is proved with the rest of it."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

from entnorm.reference.exact import Row, Target
from entnorm.reference.places import PLATEAU, limits

_FACTS = ("zeros", "tied-maximum", "ties", "long")
_POSITIONS = ("near-log-m", "interior", "near-log-s", "plateau")
_NEAR = Fraction(1, 100)


def facts(row: Row, *, long: bool) -> tuple[str, ...]:
    """What there is to say of a row; long is one that a recipe makes."""
    holds = (row.size < len(row.values), row.ties > 1, len(row.levels) + 1 < row.size, long)
    return tuple(tag for tag, true in zip(_FACTS, holds, strict=True) if true)


def position(row: Row, target: Target) -> str:
    """Where a target lies: within a hundredth of the attainable interval from one of its ends, or inside."""
    at = limits(row.size, row.ties)
    entropy, deficit = at.distances(target.kind, target.value)
    near = (at.high - at.low) * _NEAR.numerator / _NEAR.denominator
    if entropy - at.low < near:
        return "near-log-m"
    return "near-log-s" if deficit < near else "interior"


def are_true(tags: Iterable[str], row: Row, target: Target, *, long: bool) -> bool:
    """Are those of these tags there that have to be, and no others of their kind? The family is anyone's to name."""
    found = set(tags).intersection(_FACTS + _POSITIONS)
    plateau = "plateau" in found and PLATEAU.is_at(target.kind, target.value, limits(row.size, row.ties))
    return found == {"plateau" if plateau else position(row, target), *facts(row, long=long)}
