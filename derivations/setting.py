"""The setting: hypotheses by name, and the one textbook inequality that everything else grows from.

A distribution has finitely many entries.  Those that are zero contribute nothing to its entropy (0 log 0 = 0) and stay
zero under the power transform, so all claims speak of the entries that are positive: `p` is the family of these, and n
counts them.  Where the sum of p does not matter, it is not assumed to be 1: logits are log p up to a constant.
"""

from entnorm.claims import Assumption, Attained, Axiom, Eq, ForAll, Gt, Le, Log, Lt, Ne, Sum

from .notation import e, i, p, r, s, ties, u, v, x

POSITIVE = Assumption("every entry of p is positive", ForAll(i, p[i] > 0))
NORMALISED = Assumption("p sums to 1", Eq(Sum(p[i], i), 1))
NOT_CONSTANT = Assumption("p differs at two positions r and s", Ne(p[r], p[s]))
U_POSITIVE = Assumption("every entry of u is positive", ForAll(i, u[i] > 0))
U_NORMALISED = Assumption("u sums to 1", Eq(Sum(u[i], i), 1))
V_POSITIVE = Assumption("every entry of v is positive", ForAll(i, v[i] > 0))
V_NORMALISED = Assumption("v sums to 1", Eq(Sum(v[i], i), 1))

# The maxima.  Every p has such an r and e: r is a position of its largest entry, and e_i is 1 exactly where p_i = p_r.
MARKS = Assumption("every e_i is 0 or 1", ForAll(i, Eq(e[i] * (1 - e[i]), 0)))
MARKED_EQUAL = Assumption("where e_i is 1, p_i is p_r", ForAll(i, Eq(e[i] * (p[i] - p[r]), 0)))
UNMARKED_BELOW = Assumption("elsewhere p_i is smaller", ForAll(i, Lt((1 - e[i]) * p[i], p[r])))
MAXIMA = (POSITIVE, MARKS, MARKED_EQUAL, UNMARKED_BELOW)
TIES = Assumption("m entries are marked", Eq(Sum(e[i], i), ties))
UNIQUE = Assumption("one entry is marked", Eq(Sum(e[i], i), 1))

LOG_BOUND = Axiom(
    "setting.log-bound",
    Attained(Le(Log(x), x - 1), Eq(x, 1)),
    given=(Gt(x, 0),),
    source="Every analysis textbook: the graph of the strictly concave function log lies below its tangent at 1.",
    title="The logarithm lies below its tangent at 1",
)
