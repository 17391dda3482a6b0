"""What the commands share: exit codes, errors, and how progress is shown."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

T = TypeVar("T")

BROKEN = 1
USAGE = 2
INTERRUPTED = 130


class UsageError(ValueError):
    """The command or its input was not understood; the message says what to write instead."""


class BrokenError(Exception):
    """What was to be checked cannot even be read."""


def add_command(
    commands: Any, name: str, run: Callable[[argparse.Namespace], int], help: str
) -> argparse.ArgumentParser:
    """Add a command, or an action of one."""
    added: argparse.ArgumentParser = commands.add_parser(name, help=help, description=help[0].upper() + help[1:])
    added.set_defaults(run=run)
    return added


def bar(total: int, label: str, items: Iterable[T] | None = None) -> Any:
    """A progress bar on a terminal; elsewhere one line that says what is being done."""
    from tqdm import tqdm

    if not sys.stderr.isatty():
        print(f"{label}: {total}", file=sys.stderr, flush=True)
    return tqdm(items, total=total, desc=label, leave=False, disable=None)


def over(items: Iterable[T], label: str) -> Iterable[T]:
    """Pass items on with a progress bar."""
    items = list(items)
    shown: Iterable[T] = bar(len(items), label, items)
    return shown
