"""The command line: verify, report, conform, reference, solve.

Exit codes: 0 all is well; 1 a claim, a check or a row failed; 2 the command or its input was not understood; 130
interrupted. The parts that need SymPy are imported by the commands that use them, because SymPy costs a second.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Iterable, Sequence
from importlib import import_module
from math import isfinite
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from entnorm.solution import EntnormError, Solution, Status
from entnorm.solver import solve

__all__ = ["main"]

T = TypeVar("T")

BROKEN = 1
USAGE = 2
INTERRUPTED = 130


class UsageError(ValueError):
    """The command or its input was not understood; the message says what to write instead."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line.

    Parameters
    ----------
    arguments : sequence of str, optional
        Without it, those of the process.

    Returns
    -------
    int
        The exit code.

    Examples
    --------
    >>> main(["solve", "--p", "0.7,0.2,0.1", "--perplexity", "2", "--json"])  # doctest: +ELLIPSIS
    [{"condition": ..., "entropy": 0.6931471805599453, "gamma": 1.2172989..., "status": "converged", ...}]
    0
    """
    options = _parser().parse_args(arguments)
    if "" not in sys.path:
        sys.path.insert(0, "")  # theories and solvers of the current folder, as with python -m
    try:
        code: int = options.run(options)
    except KeyboardInterrupt:
        print("entnorm: interrupted; no file was left half-written", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # whoever read has stopped: say no more
        return BROKEN
    except (UsageError, EntnormError, OSError) as error:
        print(f"entnorm: {error}", file=sys.stderr)
        return USAGE
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="entnorm", description=__doc__.partition("\n")[0])
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _add_verify(commands)
    _add_report(commands)
    _add_conform(commands)
    _add_reference(commands)
    _add_solve(commands)
    return parser


def _command(commands: Any, name: str, run: Callable[[argparse.Namespace], int], help: str) -> argparse.ArgumentParser:
    command: argparse.ArgumentParser = commands.add_parser(name, help=help, description=help[0].upper() + help[1:])
    command.set_defaults(run=run)
    return command


# ------------------------------------------------------------------------------------------------- verify and report


def _add_verify(commands: Any) -> None:
    help = "prove every claim, certify the references, hold the NumPy solver against them"
    command = _command(commands, "verify", _verify, help)
    command.add_argument("ids", nargs="*", metavar="ID", help="only these claims, and what they rest on")
    _add_theory(command)
    command.add_argument("--reports", type=Path, metavar="DIR", help="write the reports there")
    command.add_argument("--json", action="store_true", help="print the models of the reports instead of the summary")


def _add_report(commands: Any) -> None:
    command = _command(commands, "report", _report, "make the reports again, or compare them with what is there")
    where = command.add_mutually_exclusive_group()
    where.add_argument("--out", type=Path, metavar="DIR", default=Path("reports"), help="write there (default reports)")
    where.add_argument("--check", type=Path, metavar="DIR", help="write nothing; do the files there differ?")
    _add_theory(command)


def _add_theory(command: argparse.ArgumentParser) -> None:
    default = "entnorm.derivations:THEORY"
    command.add_argument("--theory", default=default, metavar="PKG.MOD:NAME", help=f"(default {default})")
    command.add_argument("--jobs", type=int, default=os.cpu_count() or 1, metavar="N", help="processes for the claims")


def _models(options: argparse.Namespace, ids: list[str] | None) -> tuple[dict[str, Any], dict[str, Any] | None]:
    """The model of the proofs, and that of the numbers unless a part or another theory was asked for."""
    from entnorm import report
    from entnorm.claims.theory import TheoryError, load

    if options.jobs < 1:
        raise UsageError(f"--jobs {options.jobs}: at least one process is needed")
    try:
        theory = load(options.theory)
        chosen = list(theory.claims()) if ids is None else theory.with_ancestors(ids)
        with _bar(len(chosen), "claims") as bar:
            proofs = report.proofs_model(
                options.theory, ids=ids, workers=options.jobs, tick=lambda id: bar.update() and None
            )
    except TheoryError as error:
        raise UsageError(str(error)) from error
    everything = ids is None and options.theory == report.THEORY
    return proofs, report.conformance_model(_over) if everything else None


def _verify(options: argparse.Namespace) -> int:
    from entnorm import balls, report

    ids = options.ids or None
    if ids and options.reports:
        raise UsageError("--reports needs the whole theory: leave out the ids")
    proofs, numbers = _models(options, ids)
    broken = report.broken_claims(proofs) + (report.broken_numbers(numbers) if numbers else [])
    written = report.write(options.reports, _rendered(proofs, numbers)) if options.reports else []
    if options.json:
        print(json.dumps({"proofs": proofs, "conformance": numbers, "broken": broken}, ensure_ascii=False))
    else:
        shown = ", ".join(str(path) for path in written if path.suffix == ".html")
        named = [claim for claim in proofs["claims"] if claim["id"] in (ids or ())]
        print(report.summary(proofs=proofs, numbers=numbers, named=named, broken=broken, written=shown,
                             without_balls=not balls.available()), end="")  # fmt: skip
    return BROKEN if broken else 0


def _report(options: argparse.Namespace) -> int:
    from entnorm import report

    proofs, numbers = _models(options, None)
    broken = report.broken_claims(proofs) + (report.broken_numbers(numbers) if numbers else [])
    for line in broken:
        print(line, file=sys.stderr)
    if options.check is None:
        for path in report.write(options.out, _rendered(proofs, numbers)):
            print(path)
        return BROKEN if broken else 0
    expected = report.render(proofs) | (report.expected_there(options.check, numbers) if numbers else {})
    different = report.differences(options.check, expected)
    for difference in different:
        print(difference, file=sys.stderr)
    if different:
        print(
            f"{len(different)} of {len(expected)} files differ: entnorm report --out {options.check} writes them anew"
        )
    else:
        print(f"{options.check}: all {len(expected)} files are what the code writes today")
    return BROKEN if broken or different else 0


def _rendered(proofs: dict[str, Any], numbers: dict[str, Any] | None) -> dict[str, str]:
    from entnorm import report

    return report.render(proofs) | (report.render(numbers) if numbers else {})


# ------------------------------------------------------------------------------------------------------------ conform


def _add_conform(commands: Any) -> None:
    command = _command(commands, "conform", _conform, "hold a solver of yours against certified references")
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


# ---------------------------------------------------------------------------------------------------------- reference


def _add_reference(commands: Any) -> None:
    parser = commands.add_parser("reference", help="the stored certified references", description="Stored references.")
    actions = parser.add_subparsers(required=True, metavar="ACTION")
    verify = _command(actions, "verify", _reference_verify, "prove every record again, in ball arithmetic")
    show = _command(actions, "show", _reference_show, "print records, or the list of them")
    show.add_argument("ids", nargs="*", metavar="ID", help="which; without any, one line for each record")
    for command in (verify, show):
        command.add_argument("--file", type=Path, metavar="FILE", help="JSON Lines (default: what entnorm ships)")
    make = _command(actions, "make", _reference_make, "compute and certify the references, and write them")
    make.add_argument("file", type=Path, metavar="FILE", help="written whole or not at all")


def _records(file: Path | None) -> tuple[Any, ...]:
    from entnorm import reference

    return reference.load(file)


def _reference_verify(options: argparse.Namespace) -> int:
    from entnorm import balls, reference

    try:
        records = _records(options.file)
    except reference.RecordError as error:
        print(f"entnorm: {error}", file=sys.stderr)
        return BROKEN
    if not balls.available():
        raise UsageError('python-flint is needed to prove the references: pip install "entnorm[rigorous]"')
    unproved = reference.verify(_over(records, "certificates"))
    for id in unproved:
        print(f"not proved: {id}", file=sys.stderr)
    print(f"{len(records) - len(unproved)} of {len(records)} references proved")
    return BROKEN if unproved else 0


def _reference_show(options: argparse.Namespace) -> int:
    records = {record.id: record for record in _records(options.file)}
    absent = [id for id in options.ids if id not in records]
    if absent:
        raise UsageError(f"no reference is named {', '.join(absent)}: entnorm reference show lists them")
    for id in options.ids:
        print(json.dumps(json.loads(records[id].to_json()), indent=1))
    if not options.ids:
        for record in records.values():
            print(f"{record.id:<48} n = {record.values.size:<6} gamma = {float(record.gamma):.17g}")
    return 0


def _reference_make(options: argparse.Namespace) -> int:
    from entnorm import balls
    from entnorm.reference import generate

    if not balls.available():
        raise UsageError('python-flint is needed to certify references: pip install "entnorm[rigorous]"')
    print(f"{generate.make(options.file)} references written to {options.file}")
    return 0


# -------------------------------------------------------------------------------------------------------------- solve


def _add_solve(commands: Any) -> None:
    command = _command(commands, "solve", _solve, "find the exponent that gives a distribution a prescribed entropy")
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
            question[name] = np.atleast_2d(_numbers(question[name]))
    solution = solve(**question)
    rows = [_row(solution, k) for k in range(len(solution.gamma))]
    if options.json:
        probs = solution.probs.tolist()
        print(json.dumps([{**row, "probs": q} for row, q in zip(rows, probs, strict=True)], sort_keys=True))
    else:
        for row in rows:
            print("  ".join(f"{name} {value}" for name, value in row.items()))
    if not solution.success.all():
        print(f"entnorm: {solution.message}", file=sys.stderr)
        return BROKEN
    return 0


def _numbers(text: str) -> Any:
    """The numbers that an argument spells, or that the file has that it names."""
    try:
        if text.endswith(".npy"):
            return np.load(text, allow_pickle=False)
        if text.endswith(".csv"):
            return np.loadtxt(text, delimiter=",", ndmin=2)
        return np.array([float(number) for number in text.split(",")])
    except (ValueError, EOFError) as error:
        raise UsageError(f"{text!r} does not hold numbers with commas between them: {error}") from error


def _row(solution: Solution, k: int) -> dict[str, Any]:
    numbers = {name: float(getattr(solution, name)[k]) for name in ("gamma", "temperature", "entropy", "condition")}
    spelt = {name: value if isfinite(value) else str(value) for name, value in numbers.items()}
    return {**spelt, "nit": int(solution.nit[k]), "status": Status(int(solution.status[k])).name.lower()}


# ----------------------------------------------------------------------------------------------------------- progress


def _bar(total: int, label: str, items: Iterable[T] | None = None) -> Any:
    """A progress bar on a terminal; elsewhere one line that says what is being done."""
    from tqdm import tqdm

    if not sys.stderr.isatty():
        print(f"{label}: {total}", file=sys.stderr, flush=True)
    return tqdm(items, total=total, desc=label, leave=False, disable=None)


def _over(items: Iterable[T], label: str) -> Iterable[T]:
    items = list(items)
    bar: Iterable[T] = _bar(len(items), label, items)
    return bar
