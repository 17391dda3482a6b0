"""Entropy normalization: give a distribution the entropy you want, and know that it is right.

The power transform ``p_i**gamma / sum_j p_j**gamma`` (the escort distribution; for logits, softmax at temperature
1/gamma) reaches each entropy between that of its tied maxima and that of the uniform distribution once. The functions
here find that gamma to the last digits, for any number of rows at once, with NumPy alone.

>>> import entnorm
>>> q = entnorm.softmax([2.0, 1.0, 0.0, -1.0], perplexity=3)
>>> print(entnorm.perplexity(q).round(12))
3.0
"""

from entnorm.clipping import solve_clipped
from entnorm.measures import deficit, entropy, evenness, perplexity
from entnorm.solution import EntnormError, InfeasibleTargetError, Solution, Status
from entnorm.solver import solve
from entnorm.transforms import clip_entropy, escort, log_softmax, normalize, softmax

__version__ = "0.1.0"

__all__ = [
    "EntnormError",
    "InfeasibleTargetError",
    "Solution",
    "Status",
    "clip_entropy",
    "deficit",
    "entropy",
    "escort",
    "evenness",
    "log_softmax",
    "normalize",
    "perplexity",
    "softmax",
    "solve",
    "solve_clipped",
]
