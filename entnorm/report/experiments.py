"""How the findings of experiments are set: their tables, and the addresses in their texts."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

__all__ = ["addresses", "view"]

_FIGURE: Final = re.compile(r"[-+−]?\d|–$")
_LONG: Final = 80  # characters of a cell that is read as a text
_ADDRESS: Final = re.compile(r"(https?://[^\s()<>]*[^\s()<>.,;:])")


def view(model: Mapping[str, Any]) -> dict[str, Any]:
    """Which columns of a table are set flush right, those of figures; and which tables hold texts, and have to wrap."""
    tables = {(e["name"], table["title"]): table["rows"] for e in model["experiments"] for table in e["tables"]}
    return {
        "numeric": {
            name: [column for column in rows[0] if all(_FIGURE.match(row[column]) for row in rows)]
            for name, rows in tables.items()
        },
        "texts": {
            name for name, rows in tables.items() if any(len(cell) > _LONG for row in rows for cell in row.values())
        },
    }


def addresses(text: str) -> list[str]:
    """Cut a text at its web addresses; every second part is one, without the punctuation that follows it."""
    return _ADDRESS.split(text)
