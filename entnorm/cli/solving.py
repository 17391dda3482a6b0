"""entnorm solve."""

from __future__ import annotations

import argparse
import csv
import json
import os
import sys
from math import isfinite, isnan
from typing import Any

import numpy as np

from entnorm.cli.shared import BROKEN, UsageError, add_command
from entnorm.solution import Solution, Status
from entnorm.solver import solve


def add_solve(commands: Any) -> None:
    """Add ``entnorm solve``."""
    command = add_command(commands, "solve", _solve, "find the exponent that gives a distribution a prescribed entropy")
    row = command.add_mutually_exclusive_group(required=True)
    what = "numbers with commas between them, or a .npy or .csv file with one distribution a row"
    row.add_argument("--p", metavar="ROW", help=f"probabilities: {what}")
    row.add_argument(
        "--logits", metavar="ROW", help="logits, likewise; write --logits=-1,0 where the first is negative"
    )
    target = command.add_mutually_exclusive_group(required=True)
    target.add_argument("--entropy", type=float, metavar="X", help="in nats")
    target.add_argument("--perplexity", type=float, metavar="X", help="exp of the entropy")
    target.add_argument("--deficit", type=float, metavar="X", help="log s - entropy, in nats; s counts the support")
    target.add_argument("--evenness", type=float, metavar="X", help="entropy / log s")
    command.add_argument("--json", action="store_true", help="print everything as JSON, the distributions too")


def _solve(options: argparse.Namespace) -> int:
    given = {name: getattr(options, name) for name in ("p", "logits", "entropy", "perplexity", "deficit", "evenness")}
    question = {name: value for name, value in given.items() if value is not None}
    for name in ("p", "logits"):
        if name in question:
            question[name] = _numbers(question[name])
    solution = solve(**question)
    rows = [_row(solution, k) for k in range(len(solution.gamma))]
    if options.json:
        probs = solution.probs.tolist()
        spelt = [{**row, "probs": [_plain(x) for x in q]} for row, q in zip(rows, probs, strict=True)]
        print(json.dumps(spelt, sort_keys=True, allow_nan=False))
    else:
        for row in rows:
            print("  ".join(f"{name} {value}" for name, value in row.items()))
    if not solution.success.all():
        print(f"entnorm: {solution.message}", file=sys.stderr)
        return BROKEN
    return 0


def _numbers(text: str) -> Any:
    """The rows that an argument spells, or that the file has that it names; nothing is ever unpickled."""
    read = _npy if text.endswith(".npy") else _csv if text.endswith(".csv") else _spelt
    try:
        rows = read(text)
    except (EOFError, MemoryError, UnicodeDecodeError, csv.Error) as error:
        raise UsageError(f"{text!r} does not hold what its name says: {error}") from error
    if not rows.size:
        raise UsageError(f"{text!r} holds no numbers")
    if rows.ndim > 2:
        raise UsageError(f"{text!r} has {rows.ndim} axes: one row, or one row for each line, is what is wanted")
    return np.atleast_2d(rows)


def _npy(path: str) -> Any:
    with open(path, "rb") as file:
        try:
            return np.lib.format.read_array(file, allow_pickle=False)
        except ValueError as error:
            raise UsageError(f"{path!r} is not an array in .npy format: {error}") from error


def _csv(path: str) -> Any:
    rows: list[list[float]] = []
    with open(path, newline="", encoding="utf-8-sig") as file:
        for line, cells in enumerate(csv.reader(file), start=1):
            if not cells:
                continue
            where = f"{path}, line {line}"
            rows.append([_cell(cell, f"{where}, column {k}", first=not rows) for k, cell in enumerate(cells, start=1)])
            if len(cells) != len(rows[0]):
                raise UsageError(
                    f"{where}: {len(cells)} numbers, but {len(rows[0])} in the first row; "
                    "fill shorter rows up with 0 for --p, with -inf for --logits"
                )
    return np.array(rows)


def _cell(cell: str, where: str, *, first: bool) -> float:
    try:
        return float(cell)
    except ValueError:
        hint = ": if the first line names the columns, take it out" if first else ""
        raise UsageError(f"{where}: {cell!r} is not a number{hint}") from None


def _spelt(text: str) -> Any:
    try:
        return np.array([float(number) for number in text.split(",")])
    except ValueError as error:
        if os.path.exists(text) or os.path.splitext(text)[1].removeprefix(".").isalpha():
            raise UsageError(f"{text!r} does not end in .npy or .csv, the files that are read") from error
        raise UsageError(f"{text!r} is not a row of numbers with commas between them: {error}") from error


def _plain(value: float) -> float | str | None:
    """A number as JSON can say it: null where there is none, infinity by its name."""
    return value if isfinite(value) else None if isnan(value) else str(value)


def _row(solution: Solution, k: int) -> dict[str, Any]:
    numbers = {name: float(getattr(solution, name)[k]) for name in ("gamma", "temperature", "entropy", "condition")}
    spelt = {name: _plain(value) for name, value in numbers.items()}
    return {**spelt, "nit": int(solution.nit[k]), "status": Status(int(solution.status[k])).name.lower()}
