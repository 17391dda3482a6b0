"""Programs that README and docstrings show without their output, for the tests that have the libraries they need."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

README = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")


def of_readme(module: str, name: str) -> str:
    """What the README shows of an adapter: from the line that imports a name, to the next program."""
    (found,) = re.findall(
        rf"^from {re.escape(module)} import [^\n]*\b{name}\b.*?(?=^```|^from entnorm\.adapters|^import )",
        README,
        re.DOTALL | re.MULTILINE,
    )
    return str(found)


def of_docstring(documented: object) -> str:
    """The block behind ``::`` in a docstring."""
    (found,) = re.findall(r"::\n\n((?: {4}.*\n?|\n)+)", inspect.getdoc(documented) or "")
    return inspect.cleandoc("\n" + found)
