"""entnorm solve."""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from math import isfinite, isnan
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import Any, Final, Protocol

from entnorm.cli.reading import opened
from entnorm.cli.shared import BROKEN, UsageError, add_command, in_options, number
from entnorm.cli.tally import Tally
from entnorm.cli.writing import writing
from entnorm.solution import Solution, Status

_SHOWN: Final = 12
"""Distributions of so many entries are printed; longer ones are written with --out, or printed with --json."""

_PAGE: Final = 2**24
"""Characters of JSON that wait in memory for the last row; more wait in a file."""

_TARGETS: Final = {
    "entropy": "in nats",
    "perplexity": "exp of the entropy",
    "deficit": "log s - entropy, in nats; s counts the support",
    "evenness": "entropy / log s",
}
_EPILOG: Final = """\
ROWS is one of
  0.7,0.2,0.1    one row, spelt
  -              standard input: text as in a .csv file, or what numpy.save writes
  FILE.csv       a row for each line, with commas or white space between the numbers, and no line of names
  FILE.npy       one row, or one for each line
  FILE.npz       likewise; --array chooses among several
  FILE.parquet   the columns are the entries of the rows; or a column of lists, which --array chooses among several
Files are read a block at a time, and what --out and --report name appears whole, or not at all.

A target is a number from 0 up. One that a row cannot attain (a perplexity below 1, or above the size of the support)
fails that row alone. Exit code 0 if every row converged, 1 if one failed, 2 if something could not be read.
"""


def add_solve(commands: Any) -> None:
    """Add ``entnorm solve``."""
    command = add_command(commands, "solve", _solve, "find the exponent that gives a distribution a prescribed entropy")
    command.formatter_class = argparse.RawDescriptionHelpFormatter
    command.epilog = _EPILOG
    row = command.add_mutually_exclusive_group(required=True)
    row.add_argument("--p", metavar="ROWS", help="probabilities")
    row.add_argument("--logits", metavar="ROWS", help="logits, or logarithms of probabilities up to a constant")
    target = command.add_mutually_exclusive_group(required=True)
    for name, help in _TARGETS.items():
        target.add_argument(f"--{name}", type=_target, metavar="X", help=help)
    command.add_argument("--array", metavar="NAME", help="which array of a .npz file, or column of a .parquet file")
    command.add_argument(
        "--out", type=Path, metavar="FILE", help="write the distributions: .npy, .csv, or .npz with the exponents too"
    )
    command.add_argument("--report", type=Path, metavar="FILE.html", help="write a page about the run")
    command.add_argument("--json", action="store_true", help="print everything as JSON, the distributions too")


def joined(arguments: Iterable[str]) -> list[str]:
    """The arguments, with a row that begins with a minus sign joined to its option: argparse takes it for another."""
    found: list[str] = []
    for argument in arguments:
        if found and found[-1] in ("--p", "--logits") and re.match(r"-[\d.i]", argument):
            found[-1] += f"={argument}"
        else:
            found.append(argument)
    return found


def _target(text: str) -> float:
    try:
        value = number(text)
    except ValueError:
        value = -1.0
    if not value >= 0:
        raise argparse.ArgumentTypeError(f"{text!r}: a target is a number from 0 up")
    return value


def _solve(options: argparse.Namespace) -> int:
    kind = "p" if options.p is not None else "logits"
    source = getattr(options, kind)
    (target,) = (name for name in _TARGETS if getattr(options, name) is not None)
    if options.report and options.report.suffix != ".html":
        raise UsageError(f"--report {options.report}: the page is HTML, and its name ends in .html")
    for option in ("out", "report"):
        path = getattr(options, option)
        if path and not path.parent.is_dir():
            raise UsageError(f"--{option} {path}: there is no folder {path.parent}")
        if path and os.path.exists(source) and path.exists() and path.samefile(source):
            raise UsageError(f"--{option} {path}: the rows come from this file; choose another name, not to lose them")
    tally = Tally(kind, target, getattr(options, target), measured=options.report is not None)
    with SpooledTemporaryFile(_PAGE, "w+", encoding="utf-8") as page:
        printer: Printer = _Json(page) if options.json else _Silent() if options.out else _Lines()
        with (
            opened(source, options.array) as rows,
            writing(options.out) as write,
            _progress(rows.count, shown=bool(options.out) or not sys.stdout.isatty()) as advance,
        ):
            for block in rows.blocks:
                solution = tally.solve(block)
                write(solution)
                printer.print(solution)
                advance(len(block))
        printer.end()
    if options.report:
        _write_report(options.report, tally.model(source))
    if options.out and not options.json:
        print(tally.told(), options.out, *filter(None, [options.report]), sep="\n")
    for complaint in tally.complaints():
        print(f"entnorm: {in_options(complaint)}", file=sys.stderr)
    return BROKEN if tally.failed else 0


@contextmanager
def _progress(count: int | None, *, shown: bool) -> Iterator[Any]:
    """A bar on a terminal, unless the rows themselves are printed there."""
    from tqdm import tqdm

    with tqdm(total=count, unit=" rows", leave=False, disable=None if shown else True) as bar:
        yield bar.update


def _write_report(path: Path, model: dict[str, Any]) -> None:
    from entnorm.report import render, write

    (content,) = render(model).values()
    write(path.parent, {path.name: content})


class Printer(Protocol):
    """How rows are printed."""

    def print(self, solution: Solution) -> None:
        """Print the rows of a block."""

    def end(self) -> None:
        """Print what comes after the last."""


class _Silent:
    """Nothing: the rows are in a file."""

    def print(self, solution: Solution) -> None:
        """Print nothing."""

    def end(self) -> None:
        """Print nothing."""


class _Json:
    """One list, an object for each row: printed at the end, so that what is printed is a list whatever the last row."""

    def __init__(self, page: Any) -> None:
        self._page, self._before = page, "["

    def print(self, solution: Solution) -> None:
        """Print objects, with a comma before each but the first."""
        probs = solution.probs.tolist()
        for k, q in enumerate(probs):
            row = {**_row(solution, k), "probs": [_plain(x) for x in q]}
            self._page.write(self._before + json.dumps(row, sort_keys=True, allow_nan=False))
            self._before = ", "

    def end(self) -> None:
        """Close the list, and print it."""
        self._page.seek(0)
        shutil.copyfileobj(self._page, sys.stdout)
        print("]")


class _Lines:
    """A line for each row; what a row that failed lacks is left out, and the reason is among the complaints."""

    def __init__(self) -> None:
        self._hidden = False

    def print(self, solution: Solution) -> None:
        """Print numbers by name."""
        short = solution.probs.shape[-1] <= _SHOWN
        self._hidden |= not short
        for k in range(len(solution.gamma)):
            shown = {name: value for name, value in _row(solution, k).items() if value is not None}
            if short and "gamma" in shown:
                shown["probs"] = ",".join(map(repr, solution.probs[k].tolist()))
            print("  ".join(f"{name} {value}" for name, value in shown.items()))

    def end(self) -> None:
        """Say where long distributions are."""
        if self._hidden:
            print("entnorm: --out FILE writes the distributions, --json prints them", file=sys.stderr)


def _plain(value: float) -> float | str | None:
    """A number as JSON can say it: null where there is none, infinity by its name."""
    return value if isfinite(value) else None if isnan(value) else str(value)


def _row(solution: Solution, k: int) -> dict[str, Any]:
    numbers = {name: float(getattr(solution, name)[k]) for name in ("gamma", "temperature", "entropy", "condition")}
    spelt = {name: _plain(value) for name, value in numbers.items()}
    return {**spelt, "nit": int(solution.nit[k]), "status": Status(int(solution.status[k])).name.lower()}
