"""The real line as a counterexample: functions of its coordinate, of whose integrals one is proved to diverge.

No measure of finitely many atoms has an integral that diverges, so no point shows what fails for want of convergence.
A claim that an integral diverges does, where its hypotheses about the measure describe the line or the half-line, and
those about numbers hold: what speaks of that integral has no value there.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from .arithmetics import Undefined
from .context import Context
from .definedness import obligations
from .facts import POSITIVE, hypothesis
from .language import (
    Divergent,
    Entry,
    ForAll,
    Gt,
    Image,
    Integrable,
    LanguageError,
    Relation,
    Scalar,
    Seq,
    Statement,
    Variable,
    alpha_equal,
    free,
    match,
    n,
    of_sort,
    open_binder,
    substitute,
)
from .points import exact_point
from .proofs import Claim
from .witness import settle

__all__ = ["Line"]


class Line:
    """A claim that an integral diverges, on the line where `at` gives functions in closed form, and numbers.

    Raises
    ------
    ValueError
        If the hypotheses of the claim do not certainly describe the line, or do not certainly hold for the numbers.
    """

    def __init__(self, diverges: Claim, at: Mapping[Variable, Any]) -> None:
        self.diverges = diverges
        try:
            values = {v: of_sort(v, x) for v, x in at.items()}
        except LanguageError as error:
            raise ValueError(str(error)) from None
        self.functions = {v: x for v, x in values.items() if isinstance(x, Seq)}
        self.numbers = {v: x for v, x in values.items() if v not in self.functions}
        exact_point(frozenset(), {n: 1, **self.numbers})  # which they have to be
        for function in self.functions.keys() & diverges.variables:
            raise ValueError(f"{diverges.id} speaks of {function}, which is what it is there")
        for given in diverges.hypotheses:
            if not self._is_met(given):
                raise ValueError(f"{diverges.id} is no counterexample: that {given} is not certain")

    def deprives_of_value(self, statement: Statement) -> bool:
        """Does a statement say, or take for granted, that the integral converges that is proved to diverge?"""
        statement = substitute(statement, self.functions)
        return any(map(self._diverges, (statement, *obligations(statement))))

    def violated(self, claim: Claim) -> tuple[Statement, ...]:
        """Return the hypotheses of a claim that certainly fail, all others certainly holding.

        Raises
        ------
        ValueError
            If there are none, or of one that is not certain.
        """
        found = {given: self._truth(given) for given in claim.hypotheses}
        undecided = [given for given, holds in found.items() if holds is None]
        if undecided:
            raise ValueError(f"at the counterexample it is not certain whether {undecided[0]}")
        if all(found.values()):
            raise ValueError(f"the counterexample violates no hypothesis of {claim.id}")
        return tuple(given for given, holds in found.items() if not holds)

    def _there(self, statement: Any) -> Any:
        return substitute(substitute(statement, self.functions), self.numbers)

    @cached_property
    def _known(self) -> Context:
        return Context(tuple(hypothesis(self._there(given)) for given in self.diverges.hypotheses))

    def _is_met(self, given: Statement) -> bool:
        """Is a hypothesis true of the coordinate, the measure that has a density there, and the numbers?"""
        images = [h for h in self.diverges.hypotheses if isinstance(h, Image)]
        if isinstance(given, Image):  # by definition of the measure, if it is one
            variable, density = open_binder(self._there(given), free(given))
            above = (hypothesis(Gt(variable, 0)),) if given.args[3] == 0 else ()
            there = Context(above)
            return len(images) == 1 and there.has_value(density) and there.sign(density) == POSITIVE
        if isinstance(given, ForAll):
            point = given.args[0]
            of_half_line = [image.args[0] for image in images if image.args[3] == 0]
            return any(alpha_equal(given, ForAll(point, Gt(Entry(tau, point), 0))) for tau in of_half_line)
        return _of_numbers(self._there(given)) is True

    def _truth(self, given: Statement) -> bool | None:
        if self.deprives_of_value(given):
            return False
        there = self._there(given)
        if self._known.holds(there) and self._known.has_value(there):
            return True
        return _of_numbers(there) if not free(there) else None

    def _diverges(self, needed: Statement) -> bool:
        if not isinstance(needed, Integrable):
            return False
        general = frozenset(v for v in self.diverges.variables if isinstance(v, Scalar))
        values = match(self.diverges.statement, Divergent(*needed.args), general)
        if values is None:
            return False
        return all(self._is_met_for(given, values) for given in self.diverges.hypotheses)

    def _is_met_for(self, given: Statement, values: Mapping[Variable, Any]) -> bool:
        """Does a hypothesis also hold for other numbers, on the same line?"""
        there = self._there(substitute(given, values))
        if isinstance(given, Image | ForAll):  # with another density the measure is another one
            return alpha_equal(there, self._there(given))
        return _of_numbers(there) is True


def _of_numbers(statement: Statement) -> bool | None:
    """Return whether a relation of which nothing is variable is certainly true, or false; None for what is none.

    That something has an integral is true at every point: the measure of a point has finitely many atoms.
    """
    if free(statement):
        missing = ", ".join(sorted(map(str, free(statement))))
        raise ValueError(f"no value for {missing} to decide {statement}")
    if not isinstance(statement, Relation):
        return None
    try:
        return settle(statement, {n: 1})[0]
    except Undefined:
        return False
