"""Variants of a term: what it might say if someone had slipped in one place."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Any

from sympy import Expr, Rational

from .language import Entry, Index, LanguageError, Plus, Power, Sum, Times, alpha_equal

__all__ = ["chosen", "variants"]

PER_LINE = 4


def variants(term: Any) -> Iterator[tuple[str, Any]]:
    """Yield terms that differ from `term` in one place: a sign, factor, exponent, constant or index, an omission."""
    if isinstance(term, Rational):
        yield "constant + 1", term + 1
        return
    if isinstance(term, Expr) and getattr(term, "is_number_valued", False):
        yield "sign", Times(-1, term)
        yield "factor 2", Times(2, term)
    if isinstance(term, Plus) and len(term.args) > 1:
        for k in range(len(term.args)):
            rest = term.args[:k] + term.args[k + 1 :]
            yield "dropped term", rest[0] if len(rest) == 1 else Plus(*rest)
        if len(term.args) == 2:
            yield "swapped terms", Plus(Times(-1, term.args[0]), Times(-1, term.args[1]))
    if isinstance(term, Times) and len(term.args) > 1:
        for k, arg in enumerate(term.args):
            if arg != -1:
                rest = term.args[:k] + term.args[k + 1 :]
                yield "dropped factor", rest[0] if len(rest) == 1 else Times(*rest)
    if isinstance(term, Power):
        yield "exponent + 1", Power(term.args[0], Plus(term.args[1], 1))
    if isinstance(term, Entry):
        kind = type(term.args[1])
        yield "another index", Entry(term.args[0], kind("r" if term.args[1] != kind("r") else "s"))
    if not isinstance(term, Sum | Entry) and not term.args:
        return
    for k, arg in enumerate(term.args):
        if isinstance(arg, Index) or not isinstance(arg, Expr):
            continue
        for change, variant in variants(arg):
            try:
                yield change, term.func(*term.args[:k], variant, *term.args[k + 1 :])
            except LanguageError:
                continue  # the place has room for one sort of term only


def chosen(line: Expr, random: Random) -> list[tuple[str, Expr]]:
    """Return a few variants of a line that are not the line."""
    found: dict[Expr, str] = {}
    for change, variant in variants(line):
        if not alpha_equal(variant, line):
            found.setdefault(variant, change)
    several = [(change, variant) for variant, change in found.items()]
    return random.sample(several, min(PER_LINE, len(several)))
