"""The proof kernel: a language of statements, a closed set of rules, and the checking of claims.

Trusted, and meant to be read in one sitting, in this order: `language` (what can be said), `quotients` and `normal`
(when two terms are equal), `definedness`, `facts` and `context` (what follows by sign), `rules`, `proofs` and `citing`
(claims as values), `links` (a proof checked), `kernel` (the verdict), `foundations` (what is taken from textbooks).

The second witness (`witness`, `points`, `arithmetics`) shares nothing with the rules but the language.  `theory`
collects claims into pages, `ledger` holds what became of a document's statements, `verification` checks it all in
processes; `layout` and `typeset` print; `mutants` tries to make true claims false.
"""

from .kernel import Verdict, check
from .language import (
    At,
    Attained,
    D,
    Eq,
    Exp,
    Family,
    ForAll,
    Ge,
    Gt,
    Index,
    Jet,
    Le,
    Log,
    Lt,
    Natural,
    Ne,
    Operator,
    Power,
    Recursion,
    Root,
    Scalar,
    Seq,
    Sum,
    Tends,
    n,
)
from .normal import Refusal
from .proofs import (
    IH,
    Assumption,
    Axiom,
    Claim,
    Refuted,
    by_cases,
    calc,
    expansion,
    ge,
    gt,
    induction,
    intermediate,
    le,
    lt,
    ne,
    numeric,
    run,
    squeeze,
)
from .rules import by
from .runs import Prints

__all__ = [
    "IH",
    "Assumption",
    "At",
    "Attained",
    "Axiom",
    "Claim",
    "D",
    "Eq",
    "Exp",
    "Family",
    "ForAll",
    "Ge",
    "Gt",
    "Index",
    "Jet",
    "Le",
    "Log",
    "Lt",
    "Natural",
    "Ne",
    "Operator",
    "Power",
    "Prints",
    "Recursion",
    "Refusal",
    "Refuted",
    "Root",
    "Scalar",
    "Seq",
    "Sum",
    "Tends",
    "Verdict",
    "by",
    "by_cases",
    "calc",
    "check",
    "expansion",
    "ge",
    "gt",
    "induction",
    "intermediate",
    "le",
    "lt",
    "n",
    "ne",
    "numeric",
    "run",
    "squeeze",
]  # fmt: skip
