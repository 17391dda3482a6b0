"""What a reader of a claim sees: two different terms of it must not be printed alike.

A layout may leave out what is the same throughout, such as the family in H(gamma).  Where it is not, or where a name
looks like a number or like e, a statement would be read as another than what is checked.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sympy import Expr, oo

from .citing import chains, rule_of
from .language import Apply, Exp, Power, Variable, subterms
from .normal import Normaliser, Refusal
from .proofs import Claim, Refuted
from .typeset import text

__all__ = ["check_reading"]


def check_reading(claim: Claim | Refuted) -> None:
    """Refuse a claim that would be misread.

    Raises
    ------
    Refusal
        If two terms of its statement, its hypotheses or its proof are printed alike, and are not equal by algebra; or
        if something else than a number is printed as one.
    """
    seen: dict[str, list[Any]] = {}
    for node in dict.fromkeys(part for shown in _shown(claim) for part in subterms(shown)):
        if not (isinstance(node, Variable) or _is_number(node)):  # families are compared by the numbers made of them
            continue
        printed = text(node)
        if isinstance(node, Variable | Apply) and not any(map(str.isalpha, printed)):
            raise Refusal(f"something that is no number is printed as {printed} in {claim.id}")
        alike = seen.setdefault(printed, [])
        if isinstance(node, Power) and text(Exp(node.args[1])) == printed:
            alike.append(Exp(node.args[1]))
        if not all(_is_equal(node, other) for other in alike):
            raise Refusal(f"two different terms are printed as {printed} in {claim.id}")
        alike.append(node)


def _shown(claim: Claim | Refuted) -> Iterator[Any]:
    yield claim.statement
    yield from claim.hypotheses
    for chain in chains(claim.proof) if isinstance(claim, Claim) else ():
        yield chain.start
        for step in chain.steps:
            yield step.line
            certificate = rule_of(step.reason).certificate
            if certificate is not None:
                yield certificate


def _is_number(node: Any) -> bool:
    return isinstance(node, Expr) and node not in (oo, -oo) and getattr(node, "is_number_valued", True)


def _is_equal(a: Any, b: Any) -> bool:
    return bool(a == b or (_is_number(a) and _is_number(b) and Normaliser(sums=True).equal(a, b)))
