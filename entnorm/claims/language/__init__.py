"""The language in which claims are written: terms and statements.

Terms are SymPy expressions of a small closed grammar, and they stay as written: operators build nodes, nothing is
evaluated, cancelled or reordered.  What a page of `derivations/` writes is therefore what the rules check and what the
report prints; in particular a quotient keeps its denominator until a rule has seen it.

    t ::= integer | rational | variable | F[i] | t + t | t * t | t ** t | exp(t) | log(t)
        | LogGamma(t) | Digamma(t)   the logarithm of the Gamma function, and its derivative
        | Sum(t, i)           the sum over i = 1..n
        | Integral(t, x)      the integral over the points x of a space with a measure, mu
        | D(t, x)             the derivative of t with respect to x, at x
        | At(t, x, c)         t with x replaced by the value c (of the derivative, where t is one)
        | f(t, ...)           an operator, applied
    F ::= variable | f(t, ...) | Seq(i, t)        a family: n numbers, indexed by i, or a function of points
        | P[i]                                    the i-th of n functions

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
from .statements import Attained, Differentiable, Divergent, ForAll, Image, Implicit, Integrable, Jet, Root, Tends
from .terms import (
    Digamma,
    Eq,
    Exp,
    Ge,
    Gt,
    LanguageError,
    Le,
    Log,
    LogGamma,
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
from .variables import (
    AMBIENT,
    At,
    D,
    Entry,
    Family,
    Function,
    Index,
    Integral,
    Measure,
    Natural,
    Point,
    Rows,
    Scalar,
    Seq,
    Size,
    Sum,
    Variable,
    is_natural,
    mu,
    n,
    of_sort,
)

__all__ = [
    "AMBIENT",
    "Apply",
    "At",
    "Attained",
    "D",
    "Differentiable",
    "Digamma",
    "Divergent",
    "Entry",
    "Eq",
    "Exp",
    "Family",
    "ForAll",
    "Function",
    "Ge",
    "Gt",
    "Image",
    "Implicit",
    "Index",
    "Integrable",
    "Integral",
    "Jet",
    "LanguageError",
    "Le",
    "Log",
    "LogGamma",
    "Lt",
    "Measure",
    "Natural",
    "Ne",
    "Operator",
    "Plus",
    "Point",
    "Power",
    "Recursion",
    "Relation",
    "Root",
    "Rows",
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
    "is_natural",
    "match",
    "mu",
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
