"""The innermost loops compiled by numba: one row at a time, while it is in the cache.

Logits come here, and which rows of them are ordinary is seen here: all finite, with one maximum and a target inside.
What is done with their sums, `entnorm.steps`, is the same source as NumPy's rows go through; what touches entries has
loops of its own. A row that does not settle soon is left to `entnorm.solver`. Compiled code is cached beside this file,
or in ``NUMBA_CACHE_DIR``; the functions `solve_row`, `solve_rows`, `tilt` and `weigh`, and the equations that the first
two take, `FROM_TOP` and `LEAN`, are compiled, or loaded, when they are first asked for.
"""

from functools import partial
from typing import Any

from entnorm.fast import distributions, groups, lean, sums, tops
from entnorm.fast.groups import room
from entnorm.fast.lanes import FAR

__all__ = ["FAR", "FROM_TOP", "LEAN", "LONGEST", "room", "solve_row", "solve_rows", "sums", "tilt", "weigh"]

LONGEST = 2**21  # entries of a row: what is kept of it, and a copy in float64, stay below 64 MiB
_ENTRIES = {
    "FROM_TOP": partial(groups.address, tops.solve),
    "LEAN": partial(groups.address, lean.solve),
    "solve_row": groups.solve_row,
    "solve_rows": groups.solve_rows,
    "tilt": distributions.tilt,
    "weigh": distributions.weigh,
}


def __getattr__(name: str) -> Any:
    if name not in _ENTRIES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return globals().setdefault(name, _ENTRIES[name]())
