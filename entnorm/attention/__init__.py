"""Attention weights of prescribed or bounded entropy, masks included, and how the scale has to grow with the length.

Every head and every query has a row of scores, one for each key that it may see. A causal row t sees t keys, so no
single entropy suits all rows: ``evenness``, the share of the largest entropy that the row's own keys allow, is
attainable whatever their number (unless several keys are tied at the top).

>>> import numpy as np
>>> from entnorm import attention
>>> scores = np.random.default_rng(0).normal(size=(2, 4, 4))              # heads, queries, keys
>>> weights = attention.attention_weights(scores, mask=attention.causal_mask(4), evenness=0.8)
>>> print(weights[0].round(3))
[[1.    0.    0.    0.   ]
 [0.243 0.757 0.    0.   ]
 [0.406 0.064 0.529 0.   ]
 [0.04  0.527 0.151 0.282]]
"""

from entnorm.attention.scales import Scales, compare_scales, entropy_invariant_scale, plot_scales
from entnorm.attention.weights import attention_weights, causal_mask, clipped_attention_weights

__all__ = [
    "Scales",
    "attention_weights",
    "causal_mask",
    "clipped_attention_weights",
    "compare_scales",
    "entropy_invariant_scale",
    "plot_scales",
]
