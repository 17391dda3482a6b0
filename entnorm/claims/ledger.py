"""The ledger: what became of each statement of a source document.

An entry quotes the document (`printed`) and names what settles it.  Its outcome is computed from the verdicts of the
claims that it names: an entry whose claims are not what they should be is open, whatever its author hoped.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from .counterexamples import Shown, shown
from .language import Variable
from .proofs import Claim, Refuted

__all__ = [
    "Imprecise",
    "Needs",
    "Proved",
    "Said",
    "Section",
    "Settlement",
    "Unverifiable",
    "Wrong",
    "claims_of",
    "outcome",
]


def _are(kind: Any, place: str, *claims: object) -> None:
    """Refuse a refutation that stands for a proof, a proof that stands for a refutation, and whatever is neither."""
    for claim in claims:
        if not isinstance(claim, kind):
            found = f"{type(claim).__name__} {getattr(claim, 'id', repr(claim))}"
            wanted = " or ".join(kind.__name__ for kind in getattr(kind, "__args__", (kind,)))
            raise TypeError(f"{place} is a {wanted}, not the {found}")


@dataclass(frozen=True)
class Proved:
    """True as printed: the claims together say exactly this."""

    claims: tuple[Claim, ...]

    def __init__(self, *claims: Claim) -> None:
        if not claims:
            raise TypeError("what is proved is proved by a claim")
        _are(Claim, "what proves a statement", *claims)
        object.__setattr__(self, "claims", claims)


@dataclass(frozen=True)
class Needs:
    """True once a condition on the inputs is added: false at a point without it, proved with it.

    A counterexample is what is refuted at its own point, to which `at` may add values; or what is proved, and
    contradicts a claim at the point `at`.  There the conclusion of some claim certainly fails, and of its hypotheses
    some fail and the others hold.  Every claim fails at a counterexample, or has all the hypotheses of one that does.
    """

    assumption: str
    counterexample: Refuted | Claim | tuple[Refuted | Claim, ...]
    claim: Claim | tuple[Claim, ...]
    at: Mapping[Variable, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        _are(Refuted | Claim, "the counterexample of Needs", *self.counterexamples)
        _are(Claim, "the claim of Needs", *self.claims)
        proved = [c.id for c in self.counterexamples if isinstance(c, Claim)]
        if proved and not self.at:
            raise TypeError(f"Needs: {proved[0]} is proved, and contradicts the statement at a point: at=")
        if not (self.counterexamples and self.claims):
            raise TypeError("Needs: a condition is needed where something fails, and serves to prove something")

    @property
    def counterexamples(self) -> tuple[Refuted | Claim, ...]:
        """What fails without the condition, or shows that something does."""
        return self.counterexample if isinstance(self.counterexample, tuple) else (self.counterexample,)

    @property
    def claims(self) -> tuple[Claim, ...]:
        """What is true under the condition."""
        return self.claim if isinstance(self.claim, tuple) else (self.claim,)

    @cached_property
    def shown(self) -> Shown:
        """Where the claims fail, and which of their hypotheses with them."""
        return shown(self.counterexamples, self.claims, self.at)


@dataclass(frozen=True)
class Wrong:
    """False as printed: a counterexample, or the proof of the contrary, and what is true instead."""

    refutation: Refuted | Claim
    correction: Claim | None = None

    def __post_init__(self) -> None:
        _are(Refuted | Claim, "the refutation of Wrong", self.refutation)
        _are(Claim | None, "the correction of Wrong", self.correction)


@dataclass(frozen=True)
class Imprecise:
    """Not sharp enough to be true or false as it stands; every sharp version that it may mean is settled."""

    readings: tuple[Claim | Refuted, ...]
    note: str = ""

    def __post_init__(self) -> None:
        _are(tuple, "what holds the readings of Imprecise", self.readings)
        _are(Claim | Refuted, "a reading of Imprecise", *self.readings)


@dataclass(frozen=True)
class Unverifiable:
    """Nothing in it can be formalised: why, and the fragment that can, if there is one."""

    reason: str
    fragment: Claim | None = None

    def __post_init__(self) -> None:
        _are(Claim | None, "the fragment of Unverifiable", self.fragment)


Settlement = Proved | Needs | Wrong | Imprecise | Unverifiable


@dataclass(frozen=True)
class Said:
    """One statement of the document: its permanent id, what is printed there, what settles it, and what it means."""

    id: str
    printed: str
    settled: Settlement | None = None
    english: str = ""

    def __post_init__(self) -> None:
        _are(Settlement | None, f"what settles {self.id}", self.settled)


@dataclass(frozen=True)
class Section:
    """A section of the document, with its statements in order."""

    id: str
    title: str
    statements: tuple[Said, ...]


def claims_of(said: Said) -> tuple[Claim | Refuted, ...]:
    """Return the claims that an entry names."""
    match said.settled:
        case Proved():
            return said.settled.claims
        case Needs():
            return (*said.settled.counterexamples, *said.settled.claims)
        case Wrong(refutation, correction):
            return (refutation, correction) if correction else (refutation,)
        case Imprecise(readings, _):
            return readings
        case Unverifiable(_, fragment):
            return (fragment,) if fragment else ()
        case _:
            return ()


_TRUE = {"proved", "computed"}


def outcome(said: Said, status: Mapping[str, str]) -> str:
    """Return the outcome of an entry, given the status of every claim."""
    states = [status[c.id] for c in claims_of(said)]
    wanted = [{"refuted"} if isinstance(c, Refuted) else _TRUE for c in claims_of(said)]
    if any(state not in good for state, good in zip(states, wanted, strict=True)):
        return "open"
    match said.settled:
        case Proved():
            return "proved"
        case Needs():
            return "open" if said.settled.shown.problem else "needs"
        case Wrong():
            return "refuted"
        case Imprecise(readings, _):
            return "imprecise" if readings else "open"
        case Unverifiable():
            return "unverifiable"
        case _:
            return "open"
