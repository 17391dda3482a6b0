"""Entropies of joint distributions p(x, y): each reading of "give it that entropy" under its own name.

A pair has several entropies, and an entropy can be given to it in several ways, which are different problems:

========================  =====================  ======================  ==========================================
function                  prescribes             stays                   answers, between the ends
========================  =====================  ======================  ==========================================
`power`                   H(X, Y)                odds, up to the power   one [limits.uniqueness]
`marginal`                H(X)                   p(y | x)                one [limits.uniqueness]
`marginals`               H(X) and H(Y)          odds ratios             one, if zeros admit it
`conditional`             H(Y | X = x), every x  p_X                     one [limits.uniqueness]
`conditional_common`      H(Y | X)               p_X                     one [joint.conditional-falls]
`power_with_marginal`     H(X)                   odds, up to the power   any number [joint.slope-of-x]
`power_with_conditional`  H(Y | X)               odds, up to the power   any number [joint.slope-of-y-given-x]
========================  =====================  ======================  ==========================================

What does not stay moves: `JointSolution.entropies` says how far. The last two return `Roots`, all that there are, and
never one of several in silence. X is along the first of ``axes`` and Y along the second: to prescribe H(Y) or H(X | Y),
swap them.

>>> from entnorm import joint
>>> p = [[0.5, 0.01], [0.245, 0.245]]
>>> print(round(joint.marginal(p, entropy=0.69).gamma, 6))
3.97258
>>> print(joint.power_with_marginal(p, entropy=0.69).gamma.round(6))
[0.173227 0.637764 1.180706]
"""

from entnorm.joint.common import conditional_common
from entnorm.joint.figure import plot_powers
from entnorm.joint.fitting import FittedTables, fit_marginals, marginals
from entnorm.joint.readings import conditional, marginal, power
from entnorm.joint.roots import Roots, power_with_conditional, power_with_marginal
from entnorm.joint.tables import Entropies, JointSolution, entropies

__all__ = [
    "Entropies",
    "FittedTables",
    "JointSolution",
    "Roots",
    "conditional",
    "conditional_common",
    "entropies",
    "fit_marginals",
    "marginal",
    "marginals",
    "plot_powers",
    "power",
    "power_with_conditional",
    "power_with_marginal",
]
