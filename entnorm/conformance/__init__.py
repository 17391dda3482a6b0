"""Hold any solver against certified references: named checks, a reproducer with every failure.

>>> import numpy as np
>>> from entnorm import conformance
>>> def half_right(p, target, *, axis=-1):  # gamma = 2, whatever was asked
...     return np.full(np.delete(p.shape, axis), 2.0)
>>> conformance.run(half_right, level="smoke").failures[0].sentence
'hits the target entropy'
"""

from entnorm.conformance.adapting import Adapted, adapt
from entnorm.conformance.checks import CHECKS, up_to
from entnorm.conformance.contained import LoadError
from entnorm.conformance.expectations import expected_failures
from entnorm.conformance.foreign import Solver
from entnorm.conformance.guessing import wanted_adapter
from entnorm.conformance.parametrize import parametrize_with_checks
from entnorm.conformance.regression import Errors, Family, Regression, regress
from entnorm.conformance.runner import check_solver, run
from entnorm.conformance.verdict import CheckFailed, ConformanceError, Outcome, Report, Result

__all__ = [
    "CHECKS",
    "Adapted",
    "CheckFailed",
    "ConformanceError",
    "Errors",
    "Family",
    "LoadError",
    "Outcome",
    "Regression",
    "Report",
    "Result",
    "Solver",
    "adapt",
    "check_solver",
    "expected_failures",
    "parametrize_with_checks",
    "regress",
    "run",
    "up_to",
    "wanted_adapter",
]
