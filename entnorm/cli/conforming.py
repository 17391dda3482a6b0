"""entnorm conform."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from importlib import import_module
from typing import Any

from entnorm.cli.shared import BROKEN, UsageError, add_command


def add_conform(commands: Any) -> None:
    """Add ``entnorm conform``."""
    command = add_command(commands, "conform", _conform, "hold a solver of yours against certified references")
    command.add_argument("solver", metavar="PKG.MOD:FUNCTION", help="called as solve(p, target, *, axis=-1)")
    command.add_argument("--level", default="core", help="smoke or core (default core)")
    command.add_argument("--json", action="store_true", help="print the result as JSON")


def _conform(options: argparse.Namespace) -> int:
    from entnorm import conformance

    if options.level not in conformance.CHECKS:
        raise UsageError(f"--level {options.level}: the levels are {' < '.join(conformance.CHECKS)}")
    report = conformance.run(_imported(options.solver), options.level)
    if options.json:
        print(json.dumps(report.as_dict(), ensure_ascii=False))
        return 0 if report.passed else BROKEN
    for result in report.results:
        print(f"{result.outcome:>14}  {result.sentence}")
    for result in report.failures:
        print(f"\n{result}")
    print(f"\n{len(report.failures)} of {len(report.results)} checks failed at level {report.level}")
    return 0 if report.passed else BROKEN


def _imported(name: str) -> Callable[..., Any]:
    module_name, colon, attribute = name.partition(":")
    if not (module_name and colon and attribute):
        raise UsageError(f"a solver is named as pkg.mod:function, not {name!r}")
    try:
        found = getattr(import_module(module_name), attribute, None)
    except ModuleNotFoundError as error:
        raise UsageError(f"there is no module {error.name!r} (asked for by {name!r})") from error
    if not callable(found):
        raise UsageError(f"{module_name} has no function {attribute!r}")
    return found  # type: ignore[no-any-return]
