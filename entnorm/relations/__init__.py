"""What others do to a distribution, and the power that has the same entropy.

Temperature, the truncations of samplers, and the sparse relatives of softmax, as small reference functions over the
last axis (or another); `same_entropy_as` finds the exponent at which entropy normalization reaches the entropy of any
of them, and says how the two differ; `compare` and `plot` make a table and a figure of that.

Truncations lower the entropy [truncation.never-raises-entropy] by cutting off; the power transform lowers it and keeps
every entry and its rank [escort.order].

>>> from entnorm import relations
>>> p = [0.4, 0.3, 0.2, 0.1]
>>> match = relations.same_entropy_as(relations.top_k(p, 3), p=p)
>>> print(round(match.gamma, 4), round(match.differences.outside, 4), round(match.differences.total_variation, 4))
2.0864 0.0301 0.1293
"""

from entnorm.relations.comparison import Comparison, Line, compare, plot
from entnorm.relations.matching import Differences, Match, differences, same_entropy_as
from entnorm.relations.sparse import entmax, sparse_softmax, sparsemax
from entnorm.relations.truncations import min_p, temperature_softmax, top_k, top_p, typical

__all__ = [
    "Comparison",
    "Differences",
    "Line",
    "Match",
    "compare",
    "differences",
    "entmax",
    "min_p",
    "plot",
    "same_entropy_as",
    "sparse_softmax",
    "sparsemax",
    "temperature_softmax",
    "top_k",
    "top_p",
    "typical",
]
