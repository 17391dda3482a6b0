"""`make experiments`: what entropy normalization does on real models and data, as reports/experiments.*.

    python tests/experiments/run.py                        what has not been run yet, or has changed; then the report
    python tests/experiments/run.py generation --again     this one anew, whatever is there
    python tests/experiments/run.py --report               the report alone, from what is there

What an experiment finds is stored as JSON in `.experiments/` as soon as it is finished, so that a run which was
stopped goes on where it was. It is run again when the code of the measurement or of entnorm, or a version of what it uses,
has changed.

An experiment is a module beside this one, with

- a docstring: what was done, in paragraphs;
- `TITLE`; `PACKAGES`, the distributions that it uses; `HELPERS`, the modules beside it on which the measurement depends;
  and, if anything is drawn at random, `SEED`;
- `run(progress) -> dict`, the measurement, as JSON has it; ``progress(items, what)`` passes items on, and is seen;
- `conclusions(data) -> list of str`: sentences that are computed from the data, whatever these turn out to be; what they
  do not say, but someone thinks, begins with "Comment:". The measurement stands above it; what stands below only shows
  the data, and may change without a new run;
- `figures(data) -> dict of title to Figure`, and, if numbers are to be read, `tables(data) -> dict of title to rows`,
  each row a dict from column to cell.
"""

from __future__ import annotations

import argparse
import ast
import hashlib
import importlib
import json
import platform
import sys
import time
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from types import ModuleType
from typing import Any, TypeVar

import matplotlib
import style
from tqdm import tqdm

import entnorm
from entnorm.report.files import write
from entnorm.report.models import machine
from entnorm.report.render import render

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
FORMAT = "entnorm-experiments/1"
EXPERIMENTS = (
    *("generation", "attention", "truncation", "vocabulary"),
    *("neighbours", "choosing", "vanishing", "training", "densities"),
)
"""In the order of the report."""

T = TypeVar("T")


def main() -> int:
    parser = argparse.ArgumentParser(prog="experiments", description=__doc__.partition("\n")[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(EXPERIMENTS)}; all, if none is named")
    parser.add_argument("--again", action="store_true", help="run them whether or not they have been")
    parser.add_argument("--report", action="store_true", help="run nothing, report what is there")
    parser.add_argument("--cache", type=Path, default=ROOT / ".experiments", help="where results are kept")
    parser.add_argument("--reports", type=Path, default=ROOT / "reports", help="where the report is written")
    asked = parser.parse_args()
    unknown = sorted(set(asked.names) - set(EXPERIMENTS))
    if unknown:
        parser.error(f"there is no experiment {', '.join(unknown)}; there are {', '.join(EXPERIMENTS)}")
    try:
        for name in () if asked.report else asked.names or EXPERIMENTS:
            run(name, asked.cache, again=asked.again)
    except KeyboardInterrupt:
        print("\nstopped: what is finished is stored, and the same command goes on from there", file=sys.stderr)
        return 130
    for path in write(asked.reports, render(model(asked.cache))):
        print(path)
    return 0


def run(name: str, folder: Path, *, again: bool) -> None:
    """Run an experiment and store what it found, unless that is there already or something it needs is not."""
    found = versions(name)
    absent = [package for package, here in found.items() if here is None]
    if absent:
        print(f"{name}: not run, {', '.join(absent)} not installed (make experiments sets that up)", file=sys.stderr)
        return
    key = fingerprint(name, found)
    if not again and stored(name, folder).get("fingerprint") == key:
        print(f"{name}: as stored", file=sys.stderr)
        return
    module = importlib.import_module(name)
    start = time.perf_counter()
    data = module.run(lambda items, what: watched(items, f"{name}: {what}"))
    record = {
        "fingerprint": key,
        "versions": found,
        "machine": machine(),
        "seconds": round(time.perf_counter() - start, 1),
        "data": data,
    }
    write(folder, {f"{name}.json": json.dumps(record, ensure_ascii=False, allow_nan=False)})


def watched(items: Iterable[T], what: str) -> Iterator[T]:
    """Pass items on, with their progress on a terminal."""
    return iter(tqdm(items, desc=what, file=sys.stderr, dynamic_ncols=True))


def stored(name: str, folder: Path) -> dict[str, Any]:
    """What an experiment found the last time, or nothing."""
    try:
        found: dict[str, Any] = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    return found


def constant(name: str, what: str, default: Any = None) -> Any:
    """A constant of an experiment, read without importing it: what it imports may not be installed."""
    for node in parsed(name).body:
        if isinstance(node, ast.Assign) and any(isinstance(t, ast.Name) and t.id == what for t in node.targets):
            return ast.literal_eval(node.value)
    return default


def parsed(name: str) -> ast.Module:
    return ast.parse((HERE / f"{name}.py").read_text(encoding="utf-8"))


def measurement(name: str) -> str:
    """The code of a module without its docstring, down to `conclusions` if it has them; spelling apart."""
    body = parsed(name).body
    ends = [k for k, node in enumerate(body) if isinstance(node, ast.FunctionDef) and node.name == "conclusions"]
    return "".join(ast.dump(node) for node in body[1 : ends[0] if ends else None])


@cache
def library() -> str:
    """The code of entnorm, but for what only writes reports; spelling apart."""
    folder = Path(entnorm.__file__).parent
    code = {path.relative_to(folder): path for path in folder.rglob("*.py")}
    kept = sorted(where for where in code if where.parts[0] != "report")
    return "".join(f"{where.as_posix()}\0{ast.dump(ast.parse(code[where].read_bytes()))}\0" for where in kept)


def versions(name: str) -> dict[str, str | None]:
    """The versions of what an experiment uses; None for what is not installed."""
    return {package: _version(package) for package in ("entnorm", "numpy", *constant(name, "PACKAGES", ()))}


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def fingerprint(name: str, found: dict[str, str | None]) -> str:
    """Changes when the code of a measurement does, or of what it imports from beside it or from entnorm, or a version."""
    said = [measurement(name), *map(measurement, constant(name, "HELPERS", ())), library(), json.dumps(found)]
    return hashlib.sha256("\0".join(said).encode()).hexdigest()


def model(folder: Path) -> dict[str, Any]:
    """Return everything that the report shows, from what is stored."""
    records = {name: stored(name, folder) for name in EXPERIMENTS}
    return {
        "format": FORMAT,
        "python": platform.python_version(),
        "experiments": [described(name, record) for name, record in records.items() if record],
        "absent": [{"name": name, "title": constant(name, "TITLE")} for name, record in records.items() if not record],
    }


def described(name: str, record: dict[str, Any]) -> dict[str, Any]:
    module: ModuleType = importlib.import_module(name)
    data = record["data"]
    with matplotlib.rc_context(style.STYLE):
        figures = [style.drawn(title, figure) for title, figure in module.figures(data).items()]
    return {
        "name": name,
        "title": module.TITLE,
        "about": [" ".join(paragraph.split()) for paragraph in (module.__doc__ or "").split("\n\n")],
        "current": record["fingerprint"] == fingerprint(name, versions(name)),
        "seed": getattr(module, "SEED", None),
        "seconds": record["seconds"],
        "versions": record["versions"],
        "machine": record["machine"],
        "conclusions": module.conclusions(data),
        "figures": figures,
        "tables": [
            {"title": title, "rows": rows} for title, rows in getattr(module, "tables", lambda _: {})(data).items()
        ],
        "data": data,
    }


if __name__ == "__main__":
    matplotlib.use("svg")
    raise SystemExit(main())
