"""entnorm conform."""

from __future__ import annotations

import argparse
import json
import shlex
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from entnorm.cli.shared import BROKEN, UsageError, add_command, bar, imported, named

if TYPE_CHECKING:
    from entnorm.conformance import Report

_DEADLINE: Final = 30.0
_WRAP: Final = """\
A function that speaks otherwise, of logits, squared distances, bits, perplexity, temperature or torch tensors, or of
one row at a time, of matrices of rows, or of one target for all rows, is wrapped by adapt, of which
help(entnorm.conformance.adapt) has every option:

  # mysolver.py
  from entnorm.conformance import adapt
  from mypackage import find_temperature               # (logits, perplexity) of one row -> temperature
  solve = adapt(find_temperature, takes="logits", target="perplexity", returns="temperature", rows="one")

  $ entnorm conform mysolver:solve
"""
_EPILOG: Final = f"""\
A solver is called as solve(p, target, axis=-1).

It receives
  p       float64 array, probabilities that sum to one along the axis; one row, or a batch of any shape
  target  the entropy in nats that each row shall have: a float for one row, an array of the batch shape for a batch
It returns one of
  gamma            of the batch shape, such that p**gamma / sum p**gamma has that entropy: a float for one row
  a distribution   of the shape of p
  an object        with gamma and success, of the batch shape
Where no gamma > 0 reaches the target it raises, or returns NaN there, or says success = False.

{_WRAP}
Checks that are known to fail are announced in a file for --expect; one of them that passes is a failure then:

  [expected-failures]
  reports_unreachable_targets = "clips on purpose"

The solver runs in a process of its own: one that hangs or crashes fails the check in hand. Its import has as long as a
call, or a minute if that is longer. Its memory has no bound unless --memory sets one: it limits the address space, of
which libraries for tensors reserve much more than they use. Exit code 0 if nothing
failed, 1 if something did, 2 if the solver could not be found. In pytest: entnorm.conformance.parametrize_with_checks.
"""


def add_conform(commands: Any) -> None:
    """Add ``entnorm conform``."""
    command = add_command(commands, "conform", _conform, "hold a solver of yours against certified references")
    command.formatter_class = argparse.RawDescriptionHelpFormatter
    command.epilog = _EPILOG
    command.add_argument(
        "solver",
        metavar="PKG.MOD:FUNCTION",
        help="found as Python finds it from the current folder; also PKG.MOD:OBJECT.METHOD",
    )
    command.add_argument("--level", default="core", help="smoke < core < edge < accuracy < stress (default core)")
    command.add_argument("--expect", type=Path, metavar="FILE", help="TOML: checks that are known to fail, and why")
    command.add_argument(
        "--deadline",
        type=float,
        default=_DEADLINE,
        metavar="SECONDS",
        help="for each call of the solver (default %(default)g); its import may take as long, or a minute",
    )
    command.add_argument(
        "--memory", type=float, metavar="GIB", help="address space of the process of the solver (default: no limit)"
    )
    command.add_argument("--out", type=Path, metavar="DIR", help="write verdict.html, .md, .json, and .xml for JUnit")
    command.add_argument("--json", action="store_true", help="print the verdict as JSON")


def _conform(options: argparse.Namespace) -> int:
    from entnorm import conformance
    from entnorm.conformance.contained import LoadError
    from entnorm.conformance.runner import run_elsewhere

    if options.level not in conformance.CHECKS:
        raise UsageError(f"--level {options.level}: the levels are {' < '.join(conformance.CHECKS)}")
    if not options.deadline > 0:
        raise UsageError(f"--deadline {options.deadline:g}: a number of seconds above zero")
    if options.memory is not None and not 2**-30 <= options.memory < 2**33:  # bytes
        raise UsageError(f"--memory {options.memory:g}: a number of GiB above zero")
    named(options.solver, "function")
    expected = conformance.expected_failures(options.expect)
    if options.out is not None:
        options.out.mkdir(parents=True, exist_ok=True)  # now, for a verdict that cannot be written is lost
    with bar(len(conformance.up_to(options.level)), "checks") as shown:
        try:
            report = run_elsewhere(
                partial(_loaded, options.solver),
                options.level,
                expected=expected,
                deadline=options.deadline,
                memory=None if options.memory is None else int(options.memory * 2**30),
                name=options.solver,
                tick=lambda _: shown.update(),
            )
        except LoadError as error:
            raise UsageError(str(error)) from error
    model = report.as_dict() | {"command": _command(options)}
    written = _written(model, options.out)
    if options.json:
        print(json.dumps(model, ensure_ascii=False))
    else:
        print(_told(report, written, conformance.wanted_adapter(report, options.deadline)))
    return 0 if report.passed else BROKEN


def _loaded(spec: str) -> Any:
    """The solver, in the process that holds it; what keeps it from being loaded is said in the words of the command."""
    from entnorm.conformance.contained import LoadError

    try:
        solver = imported(spec, "function")
    except UsageError as error:
        raise LoadError(str(error)) from None
    if not callable(solver):
        raise LoadError(f"{spec} cannot be called: it is {type(solver).__name__}")
    return solver


def _command(options: argparse.Namespace) -> str:
    """What was asked, as it can be asked again; options at their default are left out."""
    words = ["entnorm", "conform", options.solver, "--level", options.level]
    if options.expect:
        words += ["--expect", str(options.expect)]
    if options.deadline != _DEADLINE:
        words += ["--deadline", f"{options.deadline:g}"]
    if options.memory is not None:
        words += ["--memory", f"{options.memory:g}"]
    return shlex.join(words)


def _written(model: dict[str, Any], folder: Path | None) -> list[Path]:
    if folder is None:
        return []
    from entnorm.report import render, write

    return write(folder, render(model))


def _told(report: Report, written: list[Path], adapter: dict[str, Any] | None) -> str:
    """A line for each check, the failures at length, what may be behind them, and the sum of it."""
    asked = [result for result in report.results if result.outcome != "not run"]
    lines = [f"{result.outcome:>16}  {result.sentence}" for result in asked]
    lines += [f"{'not run':>16}  {reason}" for reason in {r.reason for r in report.results if r.outcome == "not run"}]
    for result in report.failures:
        lines += ["", str(result)]
    if adapter:
        lines += ["", _advice(str(report.solver), adapter)]
    elif report.results[0] in report.failures:
        lines += ["", _WRAP]
    counts = [f"{count} {outcome}" for outcome, count in report.as_dict()["counts"].items() if count]
    lines += ["", f"{report.solver}, level {report.level}: {', '.join(counts)}"]
    lines += [str(path) for path in written]
    return "\n".join(lines)


def _advice(solver: str, adapter: dict[str, Any]) -> str:
    """The module to write, where the right adapter is known."""
    module, _, function = solver.partition(":")
    options = ", ".join(f"{option}={json.dumps(choice) if choice else choice}" for option, choice in adapter.items())
    why = "It seems to speak another language: behind this adapter it hits the targets that it missed above."
    if adapter == {"zeros": False}:
        why = "It fails where entries have probability zero. If it need not take them, its adapter can say so."
    return f"""\
{why}

  # mysolver.py
  from entnorm.conformance import adapt
  from {module} import {function.partition(".")[0]}
  solve = adapt({function}, {options})

  $ entnorm conform mysolver:solve"""
