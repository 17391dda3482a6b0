"""Exact input: a row and a target as rational numbers; integers decide ties, zeros and multiplicities."""

from __future__ import annotations

import math
import numbers
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import Literal, NamedTuple, TypeAlias, cast, get_args

import mpmath
from mpmath.ctx_mp_python import _constant, _mpf

from entnorm.solution import EntnormError

Number: TypeAlias = int | Fraction | float | Decimal | mpmath.mpf | str
"""An exact number: a float or an mpf is the binary number that it is, a string is a decimal."""

Kind: TypeAlias = Literal["p", "logits"]
TargetKind: TypeAlias = Literal["entropy", "perplexity", "deficit", "evenness"]
TARGET_KINDS: tuple[TargetKind, ...] = get_args(TargetKind)

_DECIMAL = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE]([+-]?[0-9]+))?")
LONGEST_DECIMAL = 4000
LARGEST_EXPONENT = 10_000


def exact(x: object, name: str) -> Fraction:
    """
    The rational number that `x` is; `name` says in errors what it was given for.

    Raises
    ------
    EntnormError
        If `x` is not finite, not a number of these types, or a string that is not a decimal of bounded size.

    Examples
    --------
    >>> exact("0.1", "p[0]"), exact(0.5, "p[1]")
    (Fraction(1, 10), Fraction(1, 2))
    """
    if isinstance(x, str):
        return _decimal(x, name)
    if type(x) is float and math.isfinite(x):  # the common case, three times faster than by way of the numeric tower
        return Fraction(x)
    if isinstance(x, Decimal) and x.is_finite():
        return _decimal(str(x), name)
    if isinstance(x, _mpf) and not isinstance(x, _constant):  # of any context; pi is another number at each precision
        return _binary(x, name)
    if isinstance(x, Decimal):
        raise EntnormError(f"{name} must be finite, got {x}")
    if isinstance(x, bool | _constant) or not isinstance(x, numbers.Real):
        takes = "an int, a Fraction, a float, a Decimal, an mpf or a decimal string"
        raise EntnormError(f"{name} must be {takes}, got {type(x).__name__}")
    if isinstance(x, numbers.Rational):
        return Fraction(int(x.numerator), int(x.denominator))
    if not math.isfinite(x):
        raise EntnormError(f"{name} must be finite, got {x}")
    return Fraction(*cast(float, x).as_integer_ratio())


def _decimal(text: str, name: str) -> Fraction:
    if len(text) > LONGEST_DECIMAL:
        raise EntnormError(f"{name} has {len(text)} characters; decimals may have {LONGEST_DECIMAL}")
    matched = _DECIMAL.fullmatch(text)
    if not matched:
        raise EntnormError(f"{name} must be a decimal such as '0.25' or '1e-30', got {text[:40]!r}")
    exponent = matched[1]
    if exponent and abs(int(exponent)) > LARGEST_EXPONENT:
        raise EntnormError(f"{name} has the exponent {exponent[:40]}; at most +-{LARGEST_EXPONENT} is accepted")
    return Fraction(text)


def _binary(x: mpmath.mpf, name: str) -> Fraction:
    sign, mantissa, exponent, _ = x._mpf_
    if not mantissa and exponent:  # as infinities and NaN are kept
        raise EntnormError(f"{name} must be finite, got {x}")
    if abs(exponent) > 4 * LARGEST_EXPONENT:
        raise EntnormError(f"{name} has the binary exponent {exponent}; at most +-{4 * LARGEST_EXPONENT} is accepted")
    magnitude = Fraction(int(mantissa)) * Fraction(2) ** int(exponent)
    return -magnitude if sign else magnitude


class Level(NamedTuple):
    """
    The entries of one value below the maximum.

    For probabilities ``a`` the distance to the maximum is ``log1p(numerator / denominator)`` with
    ``(a_max - a) / a``; for logits it is ``numerator / denominator`` itself.
    """

    numerator: int
    denominator: int
    multiplicity: int


@dataclass(frozen=True)
class Row:
    """
    One row of exact probabilities or logits.

    Probabilities need not be normalised, and logits may be shifted: the escort distribution is the same
    [escort.scale-invariance].

    Attributes
    ----------
    kind : {"p", "logits"}
    values : tuple of Fraction or None
        None is a logit of minus infinity; it and a probability of zero are outside the support.
    """

    kind: Kind
    values: tuple[Fraction | None, ...]

    @cached_property
    def support(self) -> tuple[int, ...]:
        """The indices of the entries that are not zero."""
        return tuple(i for i, x in enumerate(self.values) if x is not None and (self.kind == "logits" or x != 0))

    @cached_property
    def _counts(self) -> list[tuple[int, int]]:
        """Distinct values on the support in units of `_unit`, from the largest down, each with its multiplicity."""
        on_support = [cast(Fraction, self.values[i]) for i in self.support]
        return sorted(Counter(x.numerator * (self._unit // x.denominator) for x in on_support).items(), reverse=True)

    @cached_property
    def _unit(self) -> int:
        return math.lcm(*(cast(Fraction, self.values[i]).denominator for i in self.support))

    @cached_property
    def size(self) -> int:
        """The size s of the support."""
        return len(self.support)

    @cached_property
    def ties(self) -> int:
        """The multiplicity m of the maximum."""
        return self._counts[0][1]

    @cached_property
    def levels(self) -> tuple[Level, ...]:
        """The values below the maximum, in falling order; empty if the row is constant on its support."""
        (top, _), *below = self._counts
        if self.kind == "p":
            return tuple(Level(top - a, a, count) for a, count in below)
        return tuple(Level(top - a, self._unit, count) for a, count in below)

    @cached_property
    def counts(self) -> tuple[int, ...]:
        """How many entries each level has."""
        return tuple(count for _, _, count in self.levels)

    @cached_property
    def distinct(self) -> bool:
        """Is every value below the maximum there once only?"""
        return all(count == 1 for count in self.counts)

    @cached_property
    def places(self) -> tuple[int | None, ...]:
        """For each entry, its place among the distinct values (0 is the maximum), or None outside the support."""
        order = {a: k for k, (a, _) in enumerate(self._counts)}
        inside = set(self.support)
        return tuple(
            order[x.numerator * (self._unit // x.denominator)] if x is not None and i in inside else None
            for i, x in enumerate(self.values)
        )


@dataclass(frozen=True)
class Target:
    """
    A target, exactly as it was given.

    Attributes
    ----------
    kind : {"entropy", "perplexity", "deficit", "evenness"}
    value : Fraction
        Nats for an entropy or a deficit; a perplexity and an evenness have no unit.
    """

    kind: TargetKind
    value: Fraction

    def form(self, size: int) -> tuple[Fraction, Fraction, Fraction]:
        """The target entropy as exact numbers (a, b, c) with H* = a + b log c, for a support of `size` entries."""
        forms: dict[str, tuple[Fraction, Fraction, Fraction]] = {
            "entropy": (self.value, Fraction(0), Fraction(1)),
            "perplexity": (Fraction(0), Fraction(1), self.value),
            "deficit": (-self.value, Fraction(1), Fraction(size)),
            "evenness": (Fraction(0), self.value, Fraction(size)),
        }
        return forms[self.kind]


def row(p: Iterable[Number] | None, logits: Iterable[Number] | None) -> Row:
    """
    The exact row that was given as `p` or as `logits`.

    Raises
    ------
    EntnormError
        If both or neither is given, an entry is not an exact number, a probability is negative, a logit is NaN or
        plus infinity, or no entry is left in the support.

    Examples
    --------
    >>> row(["0.5", "0.25", "0.25", 0], None).ties
    1
    """
    if (p is None) == (logits is None):
        raise EntnormError("give exactly one of p and logits")
    if p is not None:
        probabilities = tuple(exact(x, f"p[{i}]") for i, x in _entries("p", p))
        negative = [i for i, x in enumerate(probabilities) if x < 0]
        if negative:
            raise EntnormError(f"p must not be negative, but p[{negative[0]}] is")
        made = Row("p", probabilities)
    else:
        entries = _entries("logits", logits)
        made = Row("logits", tuple(None if _nothing(x) else exact(x, f"logits[{i}]") for i, x in entries))
    if not made.size:
        wanted = "one above zero" if made.kind == "p" else "a finite one"
        raise EntnormError(f"{made.kind} has no entry in the support: a row needs {wanted}")
    return made


def _nothing(logit: object) -> bool:
    """Is it minus infinity?"""
    if isinstance(logit, str):
        return logit.lower() in ("-inf", "-infinity")
    if isinstance(logit, Decimal):
        return logit.is_infinite() and logit.is_signed()
    return isinstance(logit, numbers.Real) and bool(logit == -math.inf)


def _entries(name: str, given: object) -> list[tuple[int, object]]:
    if isinstance(given, str) or not isinstance(given, Iterable):
        raise EntnormError(f"{name} must be a sequence of numbers, got {type(given).__name__}")
    return list(enumerate(given))


def direction(given: Iterable[Number], length: int) -> tuple[Fraction, ...]:
    """
    A direction of a row of `length` entries.

    Raises
    ------
    EntnormError
        If it has another length, or an entry is not an exact number.

    Examples
    --------
    >>> direction(["0.5", -1], 2)
    (Fraction(1, 2), Fraction(-1, 1))
    """
    found = tuple(exact(x, f"dlogits[{i}]") for i, x in _entries("dlogits", given))
    if len(found) != length:
        raise EntnormError(f"dlogits has {len(found)} entries, the row has {length}")
    return found


def target(**given: Number | None) -> Target:
    """
    The exact target among the four keywords, of which exactly one is not None.

    Raises
    ------
    EntnormError
        If none or several are given, or the value is negative or not an exact number, or is a perplexity of zero.

    Examples
    --------
    >>> target(entropy=None, perplexity="2.5", deficit=None, evenness=None)
    Target(kind='perplexity', value=Fraction(5, 2))
    """
    chosen = [(kind, given[kind]) for kind in TARGET_KINDS if given.get(kind) is not None]
    if len(chosen) != 1:
        got = ", ".join(kind for kind, _ in chosen) or "none"
        raise EntnormError(f"give exactly one target of {', '.join(TARGET_KINDS)}; got {got}")
    kind, value = chosen[0]
    number = exact(cast(Number, value), kind)
    if number < 0:
        raise EntnormError(f"{kind} must not be negative")
    if kind == "perplexity" and number == 0:
        raise EntnormError("perplexity must be positive")
    return Target(kind, number)
