"""entnorm conform."""

from __future__ import annotations

import argparse
import json
from typing import Any, Final

from entnorm.cli.shared import BROKEN, UsageError, add_command, imported

_EPILOG: Final = """\
A solver is called as solve(p, target, axis=-1).

It receives
  p       float64 array, probabilities that sum to one along the axis; one row, or a batch of any shape
  target  the entropy in nats that each row shall have: a float for one row, an array of the batch shape for a batch
It returns one of
  gamma            of the batch shape, such that p**gamma / sum p**gamma has that entropy: a float for one row
  a distribution   of the shape of p
  an object        with gamma and success, of the batch shape
Where no gamma > 0 reaches the target it raises, or returns NaN there, or says success = False.

A function that speaks otherwise, of logits, bits, perplexity or temperature, or of one row at a time, is wrapped:

  # mysolver.py
  from entnorm.conformance import adapt
  from mypackage import find_temperature               # (logits, perplexity) of one row -> temperature
  solve = adapt(find_temperature, takes="logits", target="perplexity", returns="temperature", rows="one")

  $ entnorm conform mysolver:solve
"""


def add_conform(commands: Any) -> None:
    """Add ``entnorm conform``."""
    command = add_command(commands, "conform", _conform, "hold a solver of yours against certified references")
    command.formatter_class = argparse.RawDescriptionHelpFormatter
    command.epilog = _EPILOG
    command.add_argument("solver", metavar="PKG.MOD:FUNCTION", help="found as Python finds it from the current folder")
    command.add_argument("--level", default="core", help="smoke or core (default core)")
    command.add_argument("--json", action="store_true", help="print the result as JSON")


def _conform(options: argparse.Namespace) -> int:
    from entnorm import conformance

    if options.level not in conformance.CHECKS:
        raise UsageError(f"--level {options.level}: the levels are {' < '.join(conformance.CHECKS)}")
    solver = imported(options.solver, "function")
    if not callable(solver):
        raise UsageError(f"{options.solver} cannot be called: it is {type(solver).__name__}")
    report = conformance.run(solver, options.level)
    if options.json:
        print(json.dumps(report.as_dict(), ensure_ascii=False))
        return 0 if report.passed else BROKEN
    for result in report.results:
        print(f"{result.outcome:>14}  {result.sentence}")
    for result in report.failures:
        print(f"\n{result}")
    print(f"\n{len(report.failures)} of {len(report.results)} checks failed at level {report.level}")
    return 0 if report.passed else BROKEN
