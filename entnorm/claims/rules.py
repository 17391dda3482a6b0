"""The closed set of rules by which a line of a proof may follow from the line before it.

    by.algebra      equal in the field of fractions of their atoms
    by.termwise     ... and finite sums are linear and commute
    by.logs         ... and, besides, the laws of log, exp and powers, of terms known to be positive
    by.calculus     ... and derivatives are carried out, sums termwise
    by.sign         an inequality whose difference is a manifest certificate

A rule may cite operators, which it unfolds, and claims and hypotheses, with whose equations it first rewrites both
lines: `by.termwise(ENTROPY, NORMALISED)`.  A claim that stands where a rule is expected means `by.algebra(claim)`.
This module is trusted.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from types import SimpleNamespace
from typing import Any

from sympy import Expr

from .context import Context
from .facts import NONNEGATIVE, NONZERO, POSITIVE, Fact
from .foundations import Foundation, calculus, field, logarithms, order, sums
from .language import Operator, Plus, Statement, Times, alpha_equal, unfold
from .normal import Refusal

__all__ = ["Rule", "by", "check_equality", "check_order"]


@dataclass(frozen=True)
class Rule:
    """A rule with what it cites; `laws` are those of the normal form, `certificate` the difference of an inequality."""

    name: str
    laws: tuple[str, ...]
    foundations: tuple[Foundation, ...]
    citations: tuple[Any, ...] = ()
    certificate: Expr | None = None

    def __call__(self, *citations: Any) -> Rule:
        """Return the rule with citations; `by.sign` takes its certificate first."""
        if self.name == "sign" and citations and isinstance(citations[0], Expr):
            return replace(self, certificate=citations[0], citations=self.citations + citations[1:])
        return replace(self, citations=self.citations + citations)


by = SimpleNamespace(
    algebra=Rule("algebra", (), (field,)),
    termwise=Rule("termwise", ("sums",), (field, sums)),
    logs=Rule("logs", ("sums", "logs"), (field, sums, logarithms)),
    calculus=Rule("calculus", ("sums", "derivatives"), (field, sums, calculus)),
    sign=Rule("sign", ("sums",), (field, sums, order)),
)


def _rewritten(term: Expr, operators: frozenset[Operator], facts: tuple[Fact, ...], context: Context) -> Expr:
    for fact in facts:
        term = context.rewrite(term, fact)
    return unfold(term, operators) if operators else term


def _prepared(rule: Rule, lines: tuple[Expr, Expr], facts: tuple[Fact, ...], context: Context) -> tuple[Expr, ...]:
    """Return both lines with the cited equations applied and the cited operators unfolded.

    Equations come first, as they were written, and again after unfolding, which may bring their left sides to light.
    """
    operators = frozenset(c for c in rule.citations if isinstance(c, Operator))
    first = [_rewritten(line, operators, facts, context) for line in lines]
    if operators and facts:
        return tuple(_rewritten(line, operators, facts, context) for line in first)
    return tuple(first)


def check_equality(before: Expr, after: Expr, rule: Rule, facts: tuple[Fact, ...], context: Context) -> None:
    """Refuse the line `after` unless it equals `before` by the rule.

    `facts` are the equations the rule cites; `context` also holds them, for hypotheses and signs.
    """
    if rule.name == "sign":
        raise Refusal("by.sign proves inequalities, not equations")
    if alpha_equal(before, after):
        raise Refusal("the line repeats the one before: there is nothing to prove, or it was lost in writing")
    lhs, rhs = _prepared(rule, (before, after), facts, context)
    if not context.normaliser(**dict.fromkeys(rule.laws, True)).equal(lhs, rhs):
        raise Refusal(f"{lhs} does not equal {rhs} by {rule.name}")


_NEEDED = {
    "<": (POSITIVE, "positive"), ">": (POSITIVE, "positive"), "≤": (NONNEGATIVE, "nonnegative"),
    "≥": (NONNEGATIVE, "nonnegative"), "≠": (NONZERO, "nonzero"),
}  # fmt: skip


def check_order(
    before: Expr, symbol: str, after: Expr, rule: Rule, facts: tuple[Fact, ...], context: Context
) -> Statement | None:
    """Refuse the line unless `before symbol after` is manifest; return when a weak inequality is an equation."""
    if symbol not in _NEEDED:
        raise Refusal(f"{symbol!r} is no relation")
    if rule.name != "sign":
        raise Refusal(f"an inequality needs by.sign, not by.{rule.name}")
    lhs, rhs = _prepared(rule, (before, after), facts, context)
    upward = symbol in "<≤"
    gap = Plus(rhs, Times(-1, lhs)) if upward else Plus(lhs, Times(-1, rhs))
    certificate = gap
    if rule.certificate is not None:
        certificate = rule.certificate
        operators = frozenset(c for c in rule.citations if isinstance(c, Operator))
        shown = _rewritten(certificate, operators, facts, context)
        if not context.normaliser(sums=True).equal(gap, shown):
            raise Refusal(f"the certificate {certificate} is not the difference {gap}")
    needed, word = _NEEDED[symbol]
    if not context.sign(certificate) <= needed:
        raise Refusal(f"{certificate} is not manifestly {word}")
    return context.zero_when(certificate) if symbol in "≤≥" else None
