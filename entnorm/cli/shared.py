"""What the commands share: exit codes, errors, and how progress is shown."""

from __future__ import annotations

import argparse
import ast
import importlib
import linecache
import re
import sys
import traceback
from collections.abc import Callable, Iterable
from difflib import get_close_matches
from pathlib import Path
from typing import Any, TypeVar

import entnorm

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


def named(spec: str, what: str) -> tuple[str, str]:
    """The module and the name in ``pkg.mod:NAME``, neither of them looked up."""
    module_name, colon, attribute = spec.partition(":")
    if not (module_name and colon and attribute):
        raise UsageError(f"a {what} is named as pkg.mod:{what}, not {spec!r}")
    if module_name.endswith(".py") or "/" in module_name:
        here = module_name.removesuffix(".py").rpartition("/")[2]
        raise UsageError(f"{module_name} is a file; its module, from its own folder, is {here}:{attribute}")
    return module_name, attribute


def imported(spec: str, what: str) -> Any:
    """The object that ``pkg.mod:NAME`` names; whatever keeps its module from being imported is said with its place."""
    module_name, attribute = named(spec, what)
    try:
        module = importlib.import_module(module_name)
    except ModuleNotFoundError as error:
        if error.name == "entnorm.derivations":  # of a clone, which has them beside the package
            hides = f"{Path(entnorm.__file__).parent} hides the package that is installed"
            raise UsageError(f"there is no module {error.name!r}: {hides}; run this from another folder") from error
        if error.name and f"{module_name}.".startswith(f"{error.name}."):
            raise UsageError(f"there is no module {error.name!r} (asked for by {spec!r})") from error
        raise UsageError(_why_not_imported(module_name, error)) from error
    except (Exception, SystemExit) as error:
        raise UsageError(_why_not_imported(module_name, error)) from error
    found, where = module, module_name
    for part in attribute.split("."):
        if not hasattr(found, part):
            raise UsageError(f"{where} has no {what} {part!r}{close_to(part, dir(found))}")
        found, where = getattr(found, part), f"{where}.{part}"
    return found


def in_options(message: str) -> str:
    """A message of the library, with the options of the commands in the place of its keywords.

    >>> in_options("pass their logarithms as logits=, or entropy=1.5")
    'pass their logarithms as --logits, or --entropy 1.5'
    """
    named = re.sub(r"\b(p|logits|entropy|perplexity|deficit|evenness)=(?=[\w.-])", r"--\1 ", message)
    return re.sub(r"\b(p|logits|entropy|perplexity|deficit|evenness)=(?!=)", r"--\1", named)


def number(text: str) -> float:
    """The number that a text spells, underscores being Python's spelling and nobody else's.

    >>> number(" -1e3 ")
    -1000.0
    """
    if "_" in text:
        raise ValueError(f"could not convert string to float: {text!r}")
    return float(text)


def close_to(name: str, names: Iterable[str]) -> str:
    """What was perhaps meant, as the end of a message."""
    found = get_close_matches(name, names, n=3, cutoff=0.7)
    return f"; did you mean {' or '.join(map(repr, found))}?" if found else ""


def _in_claim(frame: traceback.FrameSummary) -> str:
    """Which claim is being made there: the first argument of the call that a name of the module is given to."""
    lines = "".join(linecache.getlines(frame.filename))
    for node in ast.parse(lines).body if frame.name == "<module>" else ():
        match node:
            case ast.Assign(value=ast.Call(args=[ast.Constant(value=str(id)), *_])):
                if node.lineno <= (frame.lineno or 0) <= (node.end_lineno or 0):
                    return f", in {id}"
    return ""


def _why_not_imported(module_name: str, error: BaseException) -> str:
    """One line for the error, and one for each line of somebody's code on the way to it."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = (importlib.__file__, __file__)
    theirs = [f for f in frames if f.filename not in ours and not f.filename.startswith("<frozen importlib")]
    places = [f"{f.filename}, line {f.lineno}{_in_claim(f)}" for f in theirs]
    if isinstance(error, SyntaxError) and error.filename:
        places.append(f"{error.filename}, line {error.lineno}")
    said = error.msg if isinstance(error, SyntaxError) else str(error)
    return "\n  ".join([f"{module_name} cannot be imported: {type(error).__name__}: {said}", *places])
