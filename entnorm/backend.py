"""Which innermost loops are used: NumPy's, or compiled ones."""

import os
from functools import lru_cache
from types import ModuleType

from entnorm.solution import EntnormError


@lru_cache(maxsize=1)
def choice() -> str:
    """What ``ENTNORM_BACKEND`` says: ``numpy``, ``numba``, or nothing.

    Raises
    ------
    EntnormError
        If it says something else.
    """
    found = os.environ.get("ENTNORM_BACKEND", "")
    if found not in ("", "numpy", "numba"):
        raise EntnormError(f"the environment variable ENTNORM_BACKEND must be numpy or numba, not {found!r}")
    return found


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
    if choice() == "numpy":
        return None
    try:
        from entnorm import fast
    except (ImportError, RuntimeError) as error:  # the latter where there is no place to cache what is compiled
        if choice() == "numba":
            hint = "pip install 'entnorm[fast]', and let NUMBA_CACHE_DIR be a writable folder"
            raise EntnormError(f"ENTNORM_BACKEND=numba, but numba cannot be used ({error}): {hint}") from error
        return None
    return fast
