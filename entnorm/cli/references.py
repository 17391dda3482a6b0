"""entnorm reference."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Collection
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Any

from entnorm.cli.shared import BROKEN, BrokenError, UsageError, add_command, over

if TYPE_CHECKING:
    from entnorm.reference.records import Record


def add_reference(commands: Any) -> None:
    """Add ``entnorm reference``."""
    parser = commands.add_parser("reference", help="the stored certified references", description="Stored references.")
    actions = parser.add_subparsers(required=True, metavar="ACTION")
    verify = add_command(
        actions,
        "verify",
        _reference_verify,
        "prove every record again, those of densities and of joint distributions too",
    )
    show = add_command(actions, "show", _reference_show, "print records, or the list of them")
    show.add_argument(
        "ids",
        nargs="*",
        metavar="ID",
        help="which, printed whole; or a pattern such as 'zipf-*', which lists them; without any, all are listed",
    )
    show.add_argument("--tag", action="append", default=[], metavar="TAG", help="list those with it alone; repeatable")
    for command in (verify, show):
        command.add_argument(
            "--file", type=Path, metavar="FILE", help="JSON Lines, perhaps compressed (default: what entnorm ships)"
        )
    make = add_command(
        actions, "make", _reference_make, "compute, certify and write the references; go on where a making stopped"
    )
    make.epilog = (
        "On other machines than this one: entnorm.reference.generate.make(FILE, executor=...), with any executor of "
        "concurrent.futures, for instance that of a dask.distributed client. The README.md of entnorm/reference says "
        "how, and how to read the file in any language."
    )
    make.add_argument("file", type=Path, metavar="FILE", help="written whole or not at all; .gz is compressed")
    make.add_argument("--jobs", type=int, default=os.cpu_count() or 1, metavar="N", help="processes")


def _reference_verify(options: argparse.Namespace) -> int:
    from entnorm import balls, reference
    from entnorm.reference import joint
    from entnorm.reference.densities import records as of_densities

    try:
        records = reference.load(options.file)
        densities = of_densities.load() if options.file is None else ()
        pairs = joint.load() if options.file is None else ()
    except reference.RecordError as error:
        if not error.field:  # no file of records at all, as for every other command
            raise
        raise BrokenError(str(error)) from error
    if not records:
        raise UsageError(f"{options.file} holds no references")
    if not balls.available():
        raise UsageError('python-flint is needed to prove the references: pip install "entnorm[rigorous]"')
    unproved = (
        *reference.verify(over(records, "certificates")),
        *of_densities.verify(over(densities, "certificates of densities")),
        *joint.verify(over(pairs, "certificates of joint distributions")),
    )
    for id in unproved:
        print(f"not proved: {id}", file=sys.stderr)
    count = len(records) + len(densities) + len(pairs)
    print(f"{count - len(unproved)} of {count} references proved")
    return BROKEN if unproved else 0


def _reference_show(options: argparse.Namespace) -> int:
    from entnorm import reference

    records = {record.id: record for record in reference.load(options.file)}
    patterns = [id for id in options.ids if any(sign in id for sign in "*?[")]
    if options.tag or patterns or not options.ids:
        _list(records.values(), options.ids, options.tag)
        return 0
    absent = [id for id in options.ids if id not in records]
    if absent:
        raise UsageError(f"no reference is named {', '.join(absent)}: entnorm reference show lists them")
    for id in options.ids:
        print(json.dumps(json.loads(records[id].to_json()), indent=1))
    return 0


def _list(records: Collection[Record], patterns: list[str], tags: list[str]) -> None:
    """Print a line for each record whose id fits one of the patterns, if there are any, and that has all the tags."""
    known = {tag for record in records for tag in record.tags}
    for tag in tags:
        if tag not in known:
            raise UsageError(f"no reference has the tag {tag!r}: they have {', '.join(sorted(known))}")
    chosen = [
        record
        for record in records
        if set(tags) <= set(record.tags)
        and (not patterns or any(fnmatchcase(record.id, pattern) for pattern in patterns))
    ]
    if not chosen:
        raise UsageError("no reference fits: entnorm reference show lists them")
    for record in chosen:
        line = f"{record.id:<48} n = {record.values.size:<6} gamma = {float(record.gamma):<23.17g}"
        print(line, *record.tags[1:])


def _reference_make(options: argparse.Namespace) -> int:
    from entnorm import balls
    from entnorm.reference import generate

    if not balls.available():
        raise UsageError('python-flint is needed to certify references: pip install "entnorm[rigorous]"')
    if options.jobs < 1:
        raise UsageError(f"--jobs {options.jobs}: at least one process is needed")
    with generate.processes(options.jobs) as executor:
        print(f"{generate.make(options.file, executor=executor)} references written to {options.file}")
    return 0
