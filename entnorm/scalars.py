"""`entnorm.steps` for one row, in Python's numbers: they cost a third of NumPy's scalars, and do not divide by zero."""

from collections.abc import Callable
from types import FunctionType, SimpleNamespace
from typing import Any

import numpy as np

from entnorm import steps


def _in_floats(function: Any) -> Callable[[float], float]:
    return lambda x: float(function(x))


def _pick(condition: bool, yes: float, no: float) -> float:
    return yes if condition else no


_ELEMENTARY = {name: _in_floats(getattr(np, name)) for name in ("exp", "expm1", "log1p", "sqrt")}
_NAMES = ("power_step", "is_last", "search", "settle", "start", "excess_cumulants", "excess_residual", "restored_sum")
_SCOPE = vars(steps) | {"np": SimpleNamespace(**_ELEMENTARY), "pick": _pick}
_SCOPE |= {name: FunctionType(getattr(steps, name).__code__, _SCOPE, name) for name in _NAMES}
_, _, search, settle, start, excess_cumulants, excess_residual, restored_sum = (_SCOPE[name] for name in _NAMES)
