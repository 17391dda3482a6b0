"""Failures that are known: announced in a file, with a reason for each, and strict.

The file is TOML, the names of the checks are its keys::

    [expected-failures]
    reports_unreachable_targets = "clips on purpose, issue 12"
"""

from __future__ import annotations

import os
import stat
import tomllib
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Final

from entnorm.conformance.checks import CHECKS
from entnorm.solution import EntnormError

Expected = Mapping[str, str] | str | os.PathLike[str] | None
TABLE: Final = "expected-failures"
_LARGEST: Final = 2**20


def expected_failures(expected: Expected) -> dict[str, str]:
    """The reasons of announced failures by name of the check, from a mapping, or from a file.

    Raises
    ------
    EntnormError
        If the file is not such a file, or a name is not that of a check; it says which.
    OSError
        If the file cannot be read.

    Examples
    --------
    >>> from entnorm.conformance import expected_failures
    >>> expected_failures({"keeps_ties_tied": "known"})
    {'keeps_ties_tied': 'known'}
    """
    if expected is None:
        return {}
    where, reasons = "expected", expected
    if isinstance(expected, str | os.PathLike):
        where, reasons = os.fspath(expected), _table(Path(expected))
    assert isinstance(reasons, Mapping)
    known = [check.__name__ for checks in CHECKS.values() for check in checks]
    for name, reason in reasons.items():
        if name not in known:
            close = get_close_matches(name, known, n=3)
            said = f"did you mean {' or '.join(close)}?" if close else f"they are {', '.join(known)}"
            raise EntnormError(f"{where}: no check is named {name!r}; {said}")
        if not isinstance(reason, str) or not reason.strip():
            raise EntnormError(f"{where}: {name} needs a reason, in words")
    return dict(reasons)


def _table(path: Path) -> Mapping[str, str]:
    if not stat.S_ISREG(path.stat().st_mode):  # a pipe that nobody writes to would be waited for forever
        raise EntnormError(f"{path} is no file")
    with path.open("rb") as file:
        content = file.read(_LARGEST + 1)
    if len(content) > _LARGEST:
        raise EntnormError(f"{path} is larger than {_LARGEST} bytes, which no list of checks is")
    try:
        found = tomllib.loads(content.decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise EntnormError(f"{path} is not TOML: {error}") from error
    if list(found) != [TABLE] or not isinstance(found[TABLE], dict):
        raise EntnormError(f"{path}: one table [{TABLE}] with the names of checks as keys is what is wanted")
    return found[TABLE]
