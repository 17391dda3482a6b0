"""entnorm verify and entnorm report."""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path
from typing import Any

from entnorm.cli.shared import BROKEN, BrokenError, UsageError, add_command, bar, imported, over

OURS = "entnorm.derivations:THEORY"


def add_verify(commands: Any) -> None:
    """Add ``entnorm verify``."""
    help = "prove every claim, certify the references, hold the NumPy solver against them"
    command = add_command(commands, "verify", _verify, help)
    command.add_argument(
        "names",
        nargs="*",
        metavar="NAME",
        help="claims by id, or pages with all their claims: only these, and what they rest on; "
        "before them, as PKG.MOD:THEORY, a theory of yours",
    )
    _add_jobs(command)
    command.add_argument("--reports", type=Path, metavar="DIR", help="write the reports there")
    command.add_argument("--json", action="store_true", help="print the models of the reports instead of the summary")


def add_report(commands: Any) -> None:
    """Add ``entnorm report``."""
    command = add_command(commands, "report", _report, "make the reports again, or compare them with what is there")
    command.add_argument("theory", nargs="?", default=OURS, metavar="PKG.MOD:THEORY", help=f"(default {OURS})")
    where = command.add_mutually_exclusive_group()
    where.add_argument("--out", type=Path, metavar="DIR", default=Path("reports"), help="write there (default reports)")
    where.add_argument("--check", type=Path, metavar="DIR", help="write nothing; do the files there differ?")
    _add_jobs(command)


def _add_jobs(command: argparse.ArgumentParser) -> None:
    command.add_argument("--jobs", type=int, default=os.cpu_count() or 1, metavar="N", help="processes for the claims")


def _evidence(spec: str, ids: list[str] | None, jobs: int) -> tuple[list[dict[str, Any]], list[str]]:
    """The model of the proofs, that of the numbers unless only a part was asked for; and what is broken."""
    if jobs < 1:
        raise UsageError(f"--jobs {jobs}: at least one process is needed")
    imported(spec, "theory")  # before the reports, which import ours

    from entnorm import reference, report
    from entnorm.claims.theory import TheoryError, load

    numbers: list[dict[str, Any]] = []

    def beside() -> None:
        if ids is None and spec == OURS:
            numbers.append(report.conformance_model(over))

    try:
        theory = load(spec)
        count = len(list(theory.claims()) if ids is None else theory.with_ancestors(ids))
        with bar(count, "claims") as shown:
            proofs = report.proofs_model(spec, ids=ids, workers=jobs, tick=lambda _: shown.update(), meanwhile=beside)
    except TheoryError as error:
        raise UsageError(str(error)) from error
    except reference.RecordError as error:
        raise BrokenError(str(error)) from error
    broken = report.broken_claims(proofs)
    for model in numbers:
        broken += report.broken_numbers(model)
    return [proofs, *numbers], broken


def _verify(options: argparse.Namespace) -> int:
    spec, *names = options.names if ":" in "".join(options.names[:1]) else [OURS, *options.names]
    if names and options.reports:
        raise UsageError("--reports needs the whole theory: leave out the ids")
    models, broken = _evidence(spec, names or None, options.jobs)

    from entnorm import balls, report

    proofs, numbers = (*models, None)[:2]
    pages = {page["name"]: page["claims"] for page in models[0]["pages"]}
    named = {id for name in names for id in pages.get(name, [name])}
    written = report.write(options.reports, report.render(*models)) if options.reports else []
    if options.json:
        print(json.dumps({"proofs": proofs, "conformance": numbers, "broken": broken}, ensure_ascii=False))
        return BROKEN if broken else 0
    found = {
        "proofs": proofs,
        "numbers": numbers,
        "named": [claim for claim in models[0]["claims"] if claim["id"] in named],
        "written": ", ".join(str(path) for path in written if path.suffix == ".html"),
        "without_balls": not balls.available(),
    }
    print(report.summary(**found, broken=broken), end="")
    return BROKEN if broken else 0


def _report(options: argparse.Namespace) -> int:
    models, broken = _evidence(options.theory, None, options.jobs)

    from entnorm import balls, report

    for line in broken:
        print(line, file=sys.stderr)
    if options.check is None:
        for path in report.write(options.out, report.render(*models)):
            print(path)
        return BROKEN if broken else 0
    expected = report.expected_there(options.check, *models)
    different = report.differences(options.check, expected)
    for difference in different:
        print(difference, file=sys.stderr)
    if not different:
        print(f"{options.check}: all {len(expected)} files are what the code writes today")
        return BROKEN if broken else 0
    reason = "" if balls.available() else ", perhaps because python-flint is not installed here"
    print(f"{len(different)} of {len(expected)} files differ{reason}: entnorm report --out {options.check} writes them")
    return BROKEN
