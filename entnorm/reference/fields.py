"""Fields: what stands on a line of a file becomes a record, or is refused with the field named.

Numbers are matched against a pattern before they are converted, sizes are bounded, and nothing is evaluated.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable
from fractions import Fraction
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from entnorm.reference.decimals import agreeing
from entnorm.reference.exact import TARGET_KINDS, Kind
from entnorm.reference.recipes import FORMS, Recipe, row_checksum
from entnorm.reference.records import Record, RecordTarget, checksum

MOST_ENTRIES = 100_000
MOST_DIGITS = 1000

ID = re.compile(r"[a-z0-9][a-z0-9.+-]{0,99}")
_TAG = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
_HEX_FLOAT = re.compile(r"-?0x[01]\.[0-9a-f]{1,13}p[+-][0-9]{1,4}")
_DECIMAL = re.compile(r"-?[0-9](\.[0-9]{1,1010})?e-?[0-9]{1,3}")
_CHECKSUM = re.compile(r"[0-9a-f]{64}")
_ALWAYS = ("id", "target", "gamma", "enclosure", "digits", "slope", "condition", "tags", "provenance", "sha256")
_RECIPE = {"form", "n", "seed", "bits", "terms", "add", "exponent", "sha256"}
_PROVENANCE = ("backend", "generator", "method", "versions")


class Refusal(Exception):
    """What is wrong with one field, before it is known in which record."""

    def __init__(self, field: str, reason: str) -> None:
        self.field = field
        self.reason = reason


def json_object(line: bytes) -> dict[str, Any]:
    """The JSON object on a line, in which no number but a short integer and no key twice is allowed."""
    try:
        found = json.loads(
            line.decode("ascii"),
            parse_int=_short_int,
            parse_float=_no_number,
            parse_constant=_no_number,
            object_pairs_hook=_distinct,
        )
    except (ValueError, RecursionError) as error:
        raise Refusal("", f"is not JSON: {str(error)[:100]}") from None
    if not isinstance(found, dict):
        raise Refusal("", "is not a JSON object")
    return found


def _short_int(text: str) -> int:
    if len(text) > 17:
        raise Refusal("", f"holds an integer of {len(text)} digits")
    return int(text)


def _no_number(text: str) -> NoReturn:
    raise Refusal("", f"holds the number {text[:40]}; numbers are strings here")


def _distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise Refusal("", "holds a key twice")
    return found


def record_of(fields: dict[str, Any]) -> Record:
    """
    The record that a JSON object states.

    Raises
    ------
    Refusal
        If it is not one.
    """
    kind = _keys(fields)
    digits = fields["digits"]
    if not is_count(digits, MOST_DIGITS):
        raise Refusal("digits", f"must be an integer from 1 to {MOST_DIGITS}")
    enclosure = enclosure_of(fields["enclosure"], digits)
    values, recipe = _row(fields[kind], kind)
    record = Record(
        id=_matched(fields, "id", ID),
        kind=kind,
        values=values,
        recipe=recipe,
        target=_target(fields["target"]),
        gamma=_matched(fields, "gamma", _DECIMAL),
        enclosure=enclosure,
        slope=_signed(fields, "slope", -1),
        condition=_signed(fields, "condition", 1),
        digits=digits,
        tags=_tags(fields["tags"]),
        provenance=provenance_of(fields["provenance"]),
    )
    if record.gamma != rounded(enclosure, digits):
        raise Refusal("gamma", "is not the decimal to which both ends of the enclosure round")
    if _matched(fields, "sha256", _CHECKSUM) != checksum(fields):
        raise Refusal("sha256", "is not the checksum of this record: it was altered")
    return record


def _keys(fields: dict[str, Any]) -> Kind:
    kinds = [kind for kind in ("p", "logits") if kind in fields]
    if len(kinds) != 1:
        raise Refusal("p", "there must be exactly one of p and logits")
    for key in _ALWAYS:
        if key not in fields:
            raise Refusal(key, "is missing")
    unknown = sorted(set(fields) - {*_ALWAYS, *kinds})
    if unknown:
        raise Refusal(unknown[0][:40], "is not a field of a record")
    return kinds[0]


def _matched(fields: dict[str, Any], key: str, pattern: re.Pattern[str]) -> str:
    text = fields[key]
    if not isinstance(text, str) or not pattern.fullmatch(text):
        raise Refusal(key, f"must be a string that matches {pattern.pattern}, got {repr(text)[:60]}")
    return text


def _signed(fields: dict[str, Any], key: str, sign: int) -> str:
    text = _matched(fields, key, _DECIMAL)
    if sign * Fraction(text) <= 0:
        raise Refusal(key, f"must be {'positive' if sign > 0 else 'negative'}")
    return text


def double(text: Any, field: str, least: float = -math.inf) -> float:
    """The double that a hexadecimal float is."""
    if not isinstance(text, str) or not _HEX_FLOAT.fullmatch(text):
        raise Refusal(field, f"must be a hexadecimal float such as '0x1.8p+0', got {repr(text)[:60]}")
    try:
        value = float.fromhex(text)
    except OverflowError:
        raise Refusal(field, f"is beyond double precision: {text}") from None
    if value.hex() != text:
        raise Refusal(field, f"is not a double as Python writes it: {text}")
    if value < least:
        raise Refusal(field, f"must be at least {least}")
    return value


def _row(found: Any, kind: Kind) -> tuple[NDArray[np.float64], Recipe | None]:
    if not isinstance(found, dict):
        return _values(found, kind), None
    if set(found) != _RECIPE:
        raise Refusal(kind, f"must be a list, or a recipe with the keys {', '.join(sorted(_RECIPE))}")
    numbers = {key: value for key, value in found.items() if key not in ("form", "sha256")}
    if found["form"] not in FORMS:
        raise Refusal(f"{kind}.form", f"must be one of {', '.join(FORMS)}")
    for key, value in numbers.items():
        if not isinstance(value, int) or isinstance(value, bool):
            raise Refusal(f"{kind}.{key}", "must be an integer")
    try:
        recipe = Recipe(form=found["form"], **numbers)
        values = recipe.values(kind)
    except ValueError as error:
        raise Refusal(kind, str(error)) from None
    if _matched(found, "sha256", _CHECKSUM) != row_checksum(values):
        raise Refusal(f"{kind}.sha256", "is not the checksum of the row that the recipe makes")
    return values, recipe


def _values(texts: Any, kind: Kind) -> NDArray[np.float64]:
    if not isinstance(texts, list) or not 1 <= len(texts) <= MOST_ENTRIES:
        raise Refusal(kind, f"must be a list of 1 to {MOST_ENTRIES} strings")
    least: Callable[[Any, str], float] = _probability if kind == "p" else _logit
    values = np.array([least(text, f"{kind}[{i}]") for i, text in enumerate(texts)], dtype=np.float64)
    values.flags.writeable = False
    return values


def _probability(text: Any, field: str) -> float:
    return double(text, field, least=0.0)


def _logit(text: Any, field: str) -> float:
    return -math.inf if text == "-inf" else double(text, field)


def _target(found: Any) -> RecordTarget:
    if not isinstance(found, dict) or set(found) != {"kind", "value"}:
        raise Refusal("target", "must be an object with the keys kind and value")
    if found["kind"] not in TARGET_KINDS:
        raise Refusal("target.kind", f"must be one of {', '.join(TARGET_KINDS)}")
    return RecordTarget(found["kind"], double(found["value"], "target.value", least=0.0))


def is_count(found: Any, most: int) -> bool:
    """Whether this is an integer from 1 to `most`."""
    return isinstance(found, int) and not isinstance(found, bool) and 1 <= found <= most


def enclosure_of(found: Any, digits: int) -> tuple[Fraction, Fraction]:
    """The ends of an enclosure of relative width at most 10^-digits."""
    if not isinstance(found, list) or len(found) != 2:
        raise Refusal("enclosure", "must be a list of two decimals")
    pair = dict(zip(("enclosure[0]", "enclosure[1]"), found, strict=True))
    lower, upper = (Fraction(_signed(pair, key, 1)) for key in pair)
    if not lower < upper:
        raise Refusal("enclosure", "must have its lower end first")
    if (upper - lower) * 10**digits > lower:
        raise Refusal("enclosure", f"is wider than 10^-{digits} of its lower end")
    return lower, upper


def rounded(enclosure: tuple[Fraction, Fraction], digits: int) -> str:
    """The decimal to which both ends round."""
    try:
        return agreeing(*enclosure, digits + 1)
    except ValueError as error:
        raise Refusal("enclosure", str(error)) from None


def _tags(found: Any) -> tuple[str, ...]:
    if not isinstance(found, list) or len(found) > 20:
        raise Refusal("tags", "must be a list of at most 20 strings")
    return tuple(_matched({"tags": tag}, "tags", _TAG) for tag in found)


def provenance_of(found: Any) -> dict[str, Any]:
    """What made a record, in strings of bounded length."""
    if not isinstance(found, dict) or sorted(found) != list(_PROVENANCE):
        raise Refusal("provenance", f"must be an object with the keys {', '.join(_PROVENANCE)}")
    versions = found["versions"]
    if not isinstance(versions, dict) or len(versions) > 20:
        raise Refusal("provenance.versions", "must be an object of at most 20 strings")
    texts = [*versions, *versions.values(), *(found[key] for key in _PROVENANCE if key != "versions")]
    if not all(isinstance(text, str) and len(text) <= 200 for text in texts):
        raise Refusal("provenance", "must hold strings of at most 200 characters")
    return found
