"""Reports as files: written all or none, and compared with what is there."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from difflib import unified_diff
from pathlib import Path
from typing import Any

from jinja2 import TemplateError

from entnorm.report.render import render

__all__ = ["differences", "expected_there", "write"]

SHOWN = 12
WIDTH = 160


def write(folder: str | os.PathLike[str], files: Mapping[str, str]) -> list[Path]:
    """Write every file, or none: all are on the disk under other names before the first is put in place.

    Parameters
    ----------
    folder : path
        Made if it does not exist.
    files : mapping of str to str
        Contents by file name.

    Returns
    -------
    list of Path
        The files that were written.

    Raises
    ------
    OSError
        If one cannot be written; the old files are as they were.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    finals = [folder / name for name in files]
    news, olds = ([folder / f".{final.name}.{os.getpid()}.{kind}" for final in finals] for kind in ("new", "old"))
    moved: list[tuple[Path, Path]] = []
    try:
        for new, content in zip(news, files.values(), strict=True):
            new.write_text(content, encoding="utf-8", newline="\n")
        for final, old in zip(finals, olds, strict=True):
            if final.exists():
                os.link(final, old)
        for new, final, old in zip(news, finals, olds, strict=True):
            os.replace(new, final)
            moved.append((final, old))
    except BaseException:
        for final, old in moved:
            if old.exists():
                os.replace(old, final)
            else:
                final.unlink()
        raise
    finally:
        for path in (*news, *olds):
            path.unlink(missing_ok=True)
    return finals


def differences(folder: str | os.PathLike[str], files: Mapping[str, str]) -> list[str]:
    """Say how the files of a folder differ from `files`: one entry for each that does, with its first different lines.

    Parameters
    ----------
    folder : path
    files : mapping of str to str
        Contents by file name, as they should be.

    Returns
    -------
    list of str
        Empty if all are the same, byte for byte.
    """
    found = (_difference(Path(folder) / name, content) for name, content in files.items())
    return [difference for difference in found if difference]


def expected_there(folder: str | os.PathLike[str], *models: Mapping[str, Any]) -> dict[str, str]:
    """Return what the reports in a folder should be: those of `models`.

    Figures that were measured on another kind of machine may differ in their last digit. Then what is left to ask is
    whether the files show the figures of the model that is stored beside them.
    """
    return render(*(_as_stored(folder, model) if "machine" in model else model for model in models))


def _as_stored(folder: str | os.PathLike[str], model: Mapping[str, Any]) -> Mapping[str, Any]:
    """The stored model instead of `model`, if it can be shown and comes from another machine."""
    try:
        stored: Mapping[str, Any] = json.loads((Path(folder) / "conformance.json").read_text(encoding="utf-8"))
        elsewhere = stored["machine"] != model["machine"]
        render(stored)
    except (OSError, ValueError, TypeError, KeyError, AttributeError, TemplateError):
        return model
    return stored if elsewhere else model


def _difference(path: Path, content: str) -> str:
    try:
        there = path.read_bytes()
    except FileNotFoundError:
        return f"{path} is missing"
    if there == content.encode("utf-8"):
        return ""
    old, new = there.decode("utf-8", errors="replace").splitlines(), content.splitlines()
    lines = list(unified_diff(old, new, "in the folder", "as the code writes it today", n=0, lineterm=""))
    shown = [line if len(line) <= WIDTH else line[:WIDTH] + "…" for line in lines[:SHOWN]]
    rest = [f"… and {len(lines) - SHOWN} lines more"] if len(lines) > SHOWN else []
    return "\n".join([f"{path} differs:", *shown, *rest])
