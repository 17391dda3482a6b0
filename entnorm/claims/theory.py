"""A theory: pages of claims in reading order, and the ledger of a document."""

from __future__ import annotations

import importlib
import inspect
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from types import ModuleType

from .citing import cited
from .language import Apply, Operator, subterms
from .ledger import Section, claims_of
from .proofs import Assumed, Claim, Refuted

__all__ = ["Page", "Theory", "TheoryError", "load", "pages"]


class TheoryError(ValueError):
    """A theory that cannot be loaded, or whose parts do not fit together."""


@dataclass(frozen=True)
class Page:
    """A page: prose and claims in reading order."""

    name: str
    prose: str
    claims: tuple[Claim | Refuted, ...]


@dataclass(frozen=True)
class Theory:
    """Pages in reading order, the sections of the document that they settle, and the axioms that it accepts.

    What is proved from other axioms is conditional on them.
    """

    title: str
    pages: tuple[Page, ...]
    sections: tuple[Section, ...] = ()
    accepts: tuple[Claim, ...] = ()

    def __post_init__(self) -> None:
        for axiom in self.accepts:
            if not (isinstance(axiom, Claim) and isinstance(axiom.proof, Assumed)):
                raise TheoryError(f"a theory accepts axioms, and {axiom!r} is none")
        counts = Counter(claim.id for claim in self.claims())
        twice = [id for id, count in counts.items() if count > 1]
        if twice:
            raise TheoryError(f"two claims with the same id: {', '.join(twice)}")
        present = set(self.claims())  # claims are compared by identity: another one with the same id is another one
        for claim in self.claims():
            absent = [c.id for c in cited(claim) if c not in present]
            if absent:
                raise TheoryError(f"{claim.id} cites {', '.join(absent)}, which is on no page")
        self._check_definitions()
        said = Counter(s.id for section in self.sections for s in section.statements)
        twice = [id for id, count in said.items() if count > 1]
        if twice:
            raise TheoryError(f"two statements with the same id: {', '.join(twice)}")
        for section in self.sections:
            for s in section.statements:
                absent = [c.id for c in claims_of(s) if c not in present]
                if absent:
                    raise TheoryError(f"statement {s.id} is settled by {', '.join(absent)}, which is on no page")

    def _check_definitions(self) -> None:
        """Refuse two operators of the same name: a report defines each name once."""
        known: dict[str, tuple[Operator, str]] = {}
        for claim in self.claims():
            for part in (part for stated in (claim.statement, *claim.hypotheses) for part in subterms(stated)):
                if isinstance(part, Apply):
                    first, id = known.setdefault(part.operator.name, (part.operator, claim.id))
                    if first != part.operator:
                        raise TheoryError(f"{part.operator.name} is not defined in {claim.id} as it is in {id}")

    def claims(self) -> Iterator[Claim | Refuted]:
        """Yield every claim, in reading order."""
        for p in self.pages:
            yield from p.claims

    def claim(self, id: str) -> Claim | Refuted:
        """Return the claim with that id."""
        for claim in self.claims():
            if claim.id == id:
                return claim
        for section in self.sections:
            for said in section.statements:
                if said.id == id:
                    names = ", ".join(c.id for c in claims_of(said)) or "no claim"
                    raise TheoryError(f"{id} is a statement of the document, settled by {names}")
        raise TheoryError(f"there is no claim or page {id!r}; nearest: {', '.join(self.similar(id)) or 'none'}")

    def named(self, names: list[str]) -> list[Claim | Refuted]:
        """Return the claims with these ids, and all those of pages with these names."""
        on_page = {page.name: page.claims for page in self.pages}
        found = [claim for name in names for claim in on_page.get(name) or (self.claim(name),)]
        return list(dict.fromkeys(found))

    def similar(self, name: str) -> list[str]:
        """Return the ids, or names of pages, that look most like a mistyped one."""
        from difflib import get_close_matches

        known = [*(page.name for page in self.pages), *(claim.id for claim in self.claims())]
        return get_close_matches(name, known, n=3, cutoff=0.4)

    def with_ancestors(self, names: list[str]) -> list[Claim | Refuted]:
        """Return the named claims and everything that they rest on, in reading order."""
        wanted: set[str] = set()
        todo = self.named(names)
        while todo:
            claim = todo.pop()
            if claim.id not in wanted:
                wanted.add(claim.id)
                todo += cited(claim)
        return [claim for claim in self.claims() if claim.id in wanted]


def pages(*modules: ModuleType) -> tuple[Page, ...]:
    """Return the pages that modules are, in reading order: docstring, and the claims that no page before has.

    A module imports claims from pages before its own, so those that are new are those that it states.
    """
    found: list[Page] = []
    known: set[Claim | Refuted] = set()
    for module in modules:
        held = dict.fromkeys(v for v in vars(module).values() if isinstance(v, Claim | Refuted) and v not in known)
        name = module.__name__.rpartition(".")[2]
        found.append(Page(name, inspect.cleandoc(module.__doc__ or ""), tuple(held)))
        known |= held.keys()
    return tuple(found)


def load(spec: str) -> Theory:
    """Return the theory that `pkg.mod:NAME` names.

    Raises
    ------
    TheoryError
        If there is no such module or name, or it is not a theory.
    """
    module_name, colon, attribute = spec.partition(":")
    if not colon or not module_name or not attribute:
        raise TheoryError(f"a theory is named as pkg.mod:NAME, not {spec!r}")
    try:
        module = importlib.import_module(module_name)
    except ModuleNotFoundError as error:
        raise TheoryError(f"there is no module {error.name!r} (asked for by {spec!r})") from error
    theory = getattr(module, attribute, None)
    if not isinstance(theory, Theory):
        raise TheoryError(f"{module_name} has no theory {attribute!r}")
    return theory
