"""What is compiled for whom, and when: it takes seconds, for which the first who needs a function has to wait.

numba takes its time for every function, for all that may call it, and again for every caller into which it is linked.
"""

from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

from numba import config, njit
from numba.core.codegen import get_host_cpu_features

if config.DISABLE_JIT:  # for nothing here runs as Python
    raise ImportError("NUMBA_DISABLE_JIT is set")

_FEATURES = (get_host_cpu_features() if config.CPU_FEATURES is None else config.CPU_FEATURES).split(",")
VECTOR = 8 if "+avx512f" in _FEATURES else 4 if "+avx" in _FEATURES else 2  # numbers of float64 that a register holds

# numba asks for the age of the file of a function alone, not of what is compiled into it: its name in the cache tells.
_HERE = Path(__file__).parent
_SOURCES = [*sorted(_HERE.glob("*.py")), _HERE.with_name("steps.py"), _HERE.with_name("reductions.py")]
_STATE = sha256(b"".join(path.read_bytes() for path in _SOURCES)).hexdigest()[:16]

# Helpers are called by compiled code alone, and have no wrappers for others: never call them from Python. One that says
# nothing about the flags of its arithmetic would have those of whichever function calls it first.
HELPER = {"error_model": "numpy", "no_cpython_wrapper": True, "no_cfunc_wrapper": True, "fastmath": False}
# Nor do loops own memory, so references need no counting (_nrt): for short rows it took a quarter of the time.
LOOP = HELPER | {"nogil": True, "_nrt": False}


def named(function: Any) -> Any:
    """Give a function that is cached a name which is its own as long as the sources are these."""
    function.__qualname__ += f"-{_STATE}"
    return function


def entry(signature: Any) -> Any:
    """Compile a function, or load it from the cache, not before what stands for it is called."""

    def put_off(function: Any) -> Callable[[], Any]:
        return lambda: njit(signature, error_model="numpy", cache=True, nogil=True)(named(function))

    return put_off
