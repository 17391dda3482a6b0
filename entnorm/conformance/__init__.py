"""Hold any solver against certified references: named checks, a reproducer with every failure.

>>> import numpy as np
>>> from entnorm import conformance
>>> def half_right(p, target, *, axis=-1):  # gamma = 2, whatever was asked
...     return np.full(np.delete(p.shape, axis), 2.0)
>>> conformance.run(half_right, level="smoke").failures[0].sentence
'hits the target entropy'
"""

from entnorm.conformance.checks import CHECKS
from entnorm.conformance.foreign import Adapted, Solver, adapt
from entnorm.conformance.regression import Errors, Family, Regression, regress
from entnorm.conformance.runner import CheckFailed, ConformanceError, Outcome, Report, Result, check_solver, run

__all__ = [
    "CHECKS",
    "Adapted",
    "CheckFailed",
    "ConformanceError",
    "Errors",
    "Family",
    "Outcome",
    "Regression",
    "Report",
    "Result",
    "Solver",
    "adapt",
    "check_solver",
    "regress",
    "run",
]
