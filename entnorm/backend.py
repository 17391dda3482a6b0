"""Which innermost loops are used: NumPy's, or compiled ones."""

import os
from functools import lru_cache
from types import ModuleType

from entnorm.solution import EntnormError


@lru_cache(maxsize=1)
def compiled() -> ModuleType | None:
    """`entnorm.fast` if numba is installed, which the extra ``entnorm[fast]`` sees to, else None.

    The environment variable ``ENTNORM_BACKEND``, read once, is the switch: ``numpy`` leaves numba alone, ``numba``
    insists on it.

    Raises
    ------
    EntnormError
        If the variable has another value, or insists in vain.
    """
    choice = os.environ.get("ENTNORM_BACKEND", "")
    if choice not in ("", "numpy", "numba"):
        raise EntnormError(f"the environment variable ENTNORM_BACKEND must be numpy or numba, not {choice!r}")
    if choice == "numpy":
        return None
    try:
        from entnorm import fast
    except ImportError as error:
        if choice == "numba":
            raise EntnormError("ENTNORM_BACKEND=numba, but numba is missing: pip install 'entnorm[fast]'") from error
        return None
    return fast
