"""The language in which claims are written: terms and statements.

Terms are SymPy expressions of a small closed grammar, and they stay as written: operators build nodes, nothing is
evaluated, cancelled or reordered.  What a page of `derivations/` writes is therefore what the rules check and what the
report prints; in particular a quotient keeps its denominator until a rule has seen it.

    t ::= integer | rational | variable | F[i] | t + t | t * t | t ** t | exp(t) | log(t)
        | Sum(t, i)           the sum over i = 1..n
        | D(t, x)             the derivative of t with respect to x, at x
        | At(t, x, c)         t with x replaced by the value c (of the derivative, where t is one)
        | f(t, ...)           an operator, applied
    F ::= variable | f(t, ...) | Seq(i, t)        a family: n numbers, indexed by i

Variables carry their sort in their class.  A free variable of a claim is universally quantified over its sort.
`terms` < `variables` < `binding` < `operators`, and `variables` < `statements`.  All of it is trusted.
"""

from .binding import (
    abstraction,
    alpha_equal,
    bound_in,
    free,
    fresh,
    match,
    open_binder,
    reduce_entry,
    substitute,
    subterms,
)
from .operators import Apply, Operator, Recursion, recursions, unfold
from .statements import Attained, ForAll, Jet, Root, Tends
from .terms import (
    Eq,
    Exp,
    Ge,
    Gt,
    LanguageError,
    Le,
    Log,
    Lt,
    Ne,
    Plus,
    Power,
    Relation,
    Statement,
    Term,
    Times,
    scalar,
)
from .variables import At, D, Entry, Family, Index, Natural, Scalar, Seq, Size, Sum, Variable, n, of_sort

__all__ = [
    "Apply",
    "At",
    "Attained",
    "D",
    "Entry",
    "Eq",
    "Exp",
    "Family",
    "ForAll",
    "Ge",
    "Gt",
    "Index",
    "Jet",
    "LanguageError",
    "Le",
    "Log",
    "Lt",
    "Natural",
    "Ne",
    "Operator",
    "Plus",
    "Power",
    "Recursion",
    "Relation",
    "Root",
    "Scalar",
    "Seq",
    "Size",
    "Statement",
    "Sum",
    "Tends",
    "Term",
    "Times",
    "Variable",
    "abstraction",
    "alpha_equal",
    "bound_in",
    "free",
    "fresh",
    "match",
    "n",
    "of_sort",
    "open_binder",
    "recursions",
    "reduce_entry",
    "scalar",
    "substitute",
    "subterms",
    "unfold",
]
