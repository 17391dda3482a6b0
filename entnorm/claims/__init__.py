"""The proof kernel: a language of statements, a closed set of rules, and the checking of claims.

Trusted, and meant to be read in one sitting: `language`, `normal`, `definedness`, `facts`, `rules`, `kernel`.  The second witness
(`witness`) shares nothing with the rules but the language.  `theory` collects claims into pages and verifies them in
processes; `typeset` prints; `mutants` tries to make true claims false.
"""

from .kernel import (
    IH,
    Assumption,
    Axiom,
    Claim,
    Refuted,
    Verdict,
    calc,
    check,
    expansion,
    ge,
    gt,
    induction,
    le,
    lt,
    ne,
    numeric,
    run,
)
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
    Scalar,
    Seq,
    Sum,
    n,
)
from .normal import Refusal
from .rules import by
from .runs import Prints

__all__ = [
    "IH", "Assumption", "At", "Attained", "Axiom", "Claim", "D", "Eq", "Exp", "Family", "ForAll", "Ge", "Gt", "Index",
    "Jet", "Le", "Log", "Lt", "Natural", "Ne", "Operator", "Power", "Prints", "Recursion", "Refusal", "Refuted", "Scalar", "Seq",
    "Sum", "Verdict", "by", "calc", "check", "expansion", "ge", "gt", "induction", "le", "lt", "n", "ne", "numeric", "run",
]  # fmt: skip
