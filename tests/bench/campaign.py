"""`make fuzz`: a million random rows of every kind, each answer beyond doubt or judged in balls.

A row is a distribution with a target. Most answers are beyond doubt in numbers of 64 bits (`extended`); the rest, and
one draw in fifty, are judged in ball arithmetic (`enclosed`). Hypothesis looks for the rows that nobody thought of, and
a search goes from rows to worse ones (`climbing`). Every draw follows from the seed. A failure is shrunk and stored as
the call that repeats it, from exact numbers. A run that is interrupted goes on where it stopped, as long as the code is
the same.
"""

import argparse
import hashlib
import json
import math
import os
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).parents[1]))

import extended
from climbing import TARGETS, climb
from enclosed import Enclosed
from extended import Extended
from families import FAMILIES, RNG, shoulder, targets
from tqdm import tqdm

import entnorm
from entnorm import reference

ROOT = Path(__file__).parents[2]
JUDGED = 50  # one draw in so many is judged in balls in any case
SAVED = 10.0  # seconds between two savings of the state
LONGEST = 1000  # entries of a stored reference that takes part
EXAMPLES = 5000  # of hypothesis, for each kernel
CLIMBED = {128: 600_000, 1000: 600_000, 6000: 400_000, 100_000: 10_000}  # entries at most: what a search tries

Row = dict[str, np.ndarray]


def stored(rng: np.random.Generator) -> Row:
    """The row of a stored reference."""
    records = [record for record in reference.load() if record.values.size <= LONGEST]
    record = records[rng.integers(len(records))]
    return {record.kind: record.values}


def long(rng: np.random.Generator) -> Row:
    """Many chunks to be summed: of values of their own, or of a few, the terms of which are all rounded alike."""
    n = int(2 ** rng.uniform(11, 16.5))
    values = rng.normal(0, 10 ** rng.uniform(-3, 1.5), n)
    return {"logits": values if rng.random() < 0.5 else values[rng.integers(rng.integers(2, 30), size=n)]}


KINDS: dict[str, Callable[[np.random.Generator], Row]] = {**FAMILIES, "long": long, "stored references": stored}


class Failed(AssertionError):
    """A row whose answer is out of the budget."""

    def __init__(self, row: Row, kind: str, value: float, errors: dict[str, float]) -> None:
        super().__init__(f"{errors}: {call(row, kind, value)}")
        self.row, self.kind, self.value, self.errors = row, kind, value, errors

    def noted(self, family: str, draw: int | None) -> dict[str, Any]:
        """As the state of a run holds it."""
        spelt = call(self.row, self.kind, self.value)
        return {"family": family, "draw": draw, "errors": {k: str(v) for k, v in self.errors.items()}, "call": spelt}


def call(row: Row, kind: str, value: float) -> str:
    """The call that repeats a failure, in exact numbers."""
    ((name, values),) = row.items()
    spelt = [float(x).hex() for x in np.asarray(values).tolist()]
    return f"entnorm.solve({name}=[float.fromhex(x) for x in {spelt}], {kind}=float.fromhex({float(value).hex()!r}))"


def judged(row: Row, kind: str, value: float) -> dict[str, float]:
    """Errors of one answer in units of the budget, in balls."""
    solution = solved(row, kind, np.array([value]))
    if not solution.success[0]:
        return {"status": math.inf}
    alone = entnorm.solve(**{name: np.asarray(values) for name, values in row.items()}, **{kind: value})
    if alone.gamma != solution.gamma[0] or not np.array_equal(alone.probs, solution.probs[0]):
        return {"neighbours": math.inf}
    return Enclosed(row).errors(alone, kind, value)


def solved(row: Row, kind: str, values: np.ndarray) -> entnorm.Solution:
    """The answers to one row for several targets; nothing may overflow, and no NaN arise."""
    ((name, entries),) = row.items()
    batch = np.tile(np.asarray(entries, dtype=np.float64), (len(values), 1))
    with np.errstate(all="raise"):
        solution = entnorm.solve(**{name: batch, kind: values})
        solution.probs, solution.log_probs  # noqa: B018
    return solution


def check(row: Row, kind: str, values: np.ndarray, *, all_in_balls: bool = False) -> tuple[dict[str, np.ndarray], int]:
    """Errors in units of the budget of a row with several targets, and how many were judged in balls."""
    errors, beyond = Extended(row).errors(solved(row, kind, values), kind, values)
    doubtful = np.flatnonzero(~(beyond & extended.AVAILABLE) | all_in_balls)
    for k in doubtful.tolist():
        certain = judged(row, kind, float(values[k]))
        if max(certain.values()) > 1:
            raise Failed(row, kind, float(values[k]), certain)
        for name, error in certain.items():
            errors[name][k] = error
    return errors, len(doubtful)


def shrunk(failure: Failed) -> Failed:
    """The same failure with fewer entries, as long as one can be left out."""

    def without(part: slice) -> Failed | None:
        ((name, values),) = failure.row.items()
        fewer = np.delete(values, part)
        fewer = fewer / fewer.sum() if name == "p" and fewer.sum() > 0 else fewer
        try:
            excess, deficit = Extended({name: fewer}).goals(failure.kind, np.array([failure.value]))
            if excess > 0 and deficit > 0:
                check({name: fewer}, failure.kind, np.array([failure.value]), all_in_balls=True)
        except Failed as again:
            return again if set(again.errors) == set(failure.errors) else None
        except (ValueError, IndexError):
            return None
        return None

    size = len(next(iter(failure.row.values()))) // 2
    while size:
        start = 0
        while start < len(next(iter(failure.row.values()))):
            smaller = without(slice(start, start + size))
            failure, start = (smaller, start) if smaller else (failure, start + size)
        size //= 2
    return failure


def fingerprint() -> str:
    """Of all that the outcome depends on."""
    files = [*sorted(ROOT.glob("entnorm/*.py")), *sorted(ROOT.glob("entnorm/fast/*.py")), ROOT / "tests/families.py"]
    files += [Path(__file__).with_name(f"{name}.py") for name in ("campaign", "climbing", "extended", "enclosed")]
    content = b"".join(file.read_bytes() for file in files)
    return hashlib.sha256(content + np.__version__.encode()).hexdigest()


def fresh(kernel: str, seed: int) -> dict[str, Any]:
    """The state of a run that has not begun."""
    found = {"kernel": kernel, "seed": seed, "code": fingerprint(), "draw": 0, "rows": 0, "in_balls": 0, "seconds": 0.0}
    return {**found, "worst": {}, "failures": [], "examples": None, "climbed": {}, "finished": False}


def resumed(path: Path, state: dict[str, Any], rows: int) -> dict[str, Any]:
    """What an interrupted run of the same code had found, or the beginning."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        unfinished = found["rows"] < rows or not found["finished"]
        return found if unfinished and found["code"] == state["code"] else state
    except (OSError, ValueError, KeyError):
        return state


def save(path: Path, content: str) -> None:
    """Whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(f".{path.name}.{os.getpid()}.new")
    new.write_text(content, encoding="utf-8")
    os.replace(new, path)


def campaign(state: dict[str, Any], rows: int) -> Iterator[int]:
    """Solve and check rows, a draw at a time, and write down in `state` what is found; yields how many it were."""
    while state["rows"] < rows:
        family = list(KINDS)[state["draw"] % len(KINDS)]
        rng = RNG([state["seed"], state["draw"]])
        row = KINDS[family](rng)
        done = 0
        one = Extended(row)
        if one.support > one.ties:
            grouped = defaultdict(list)
            for kind, value in targets(rng, one.support, one.ties, shoulder(row)):
                grouped[kind].append(value)
            for kind, values in grouped.items():
                done += len(values)
                _note(state, family, row, kind, np.array(values))
        state["rows"] += done
        state["draw"] += 1
        yield done


def _note(state: dict[str, Any], family: str, row: Row, kind: str, values: np.ndarray) -> None:
    worst = state["worst"].setdefault(family, {})
    try:
        errors, in_balls = check(row, kind, values, all_in_balls=state["draw"] // len(KINDS) % JUDGED == 0)
    except Failed as failure:
        state["failures"].append(shrunk(failure).noted(family, state["draw"]))
        return
    state["in_balls"] += in_balls
    for name, error in errors.items():
        worst[name] = max(worst.get(name, 0.0), float(error.max()))


def hypothesised(state: dict[str, Any], examples: int) -> None:
    """Let hypothesis look for a failure; it shrinks what it finds."""
    tried = 0
    digits = st.integers(-(2**30), 2**30).map(lambda k: k / 2**20)
    small = st.integers(-9, 9).map(float)
    numbers = st.lists(st.one_of(small, digits), min_size=2, max_size=40).filter(lambda x: len(set(x)) > 1)
    weights = st.lists(st.integers(0, 2**40), min_size=2, max_size=40).filter(lambda w: len(set(w) - {0}) > 1)

    @seed(state["seed"])
    @settings(
        max_examples=examples,
        database=None,
        deadline=None,
        phases=(Phase.generate, Phase.target, Phase.shrink),
        suppress_health_check=list(HealthCheck),
        report_multiple_bugs=False,
    )
    @given(st.one_of(numbers, weights), st.integers(-90, 90), st.integers(0, 2**32), st.booleans())
    def holds(values: list[float], decade: int, goals: int, logits: bool) -> None:
        nonlocal tried
        x = np.array(values, dtype=np.float64)
        row = {"logits": x * 10.0**decade} if logits or x.min() < 0 else {"p": x / x.sum()}
        one = Extended(row)
        if one.support > one.ties:
            for kind, value in targets(RNG(goals), one.support, one.ties, shoulder(row)):
                tried += 1
                check(row, kind, np.array([value]))

    try:
        holds()
    except Failed as failure:
        state["failures"].append(failure.noted("hypothesis", None))
    state["examples"] = tried


def climbed(state: dict[str, Any], longest: int, rows: int) -> None:
    """Go from rows to worse ones; note how far that led."""

    def judge(row: Row, kind: str, values: np.ndarray) -> float:
        try:
            errors, _ = check(row, kind, values)
        except Failed as failure:
            state["failures"].append(failure.noted("climbing", None))
            return max(failure.errors.values())
        return max(float(error.max()) for error in errors.values())

    search, worst = climb(judge, RNG([state["seed"], longest]), longest), 0.0
    for _ in tqdm(range(0, rows, TARGETS), unit=" rows", unit_scale=TARGETS, disable=None):
        worst = next(search)
    state["climbed"][str(longest)] = rows, worst


def run(
    rows: int, seed: int, folder: Path, examples: int = EXAMPLES, climbs: dict[int, int] = CLIMBED
) -> dict[str, Any]:
    """Begin, or go on, and finish; the state is in `folder`, and each failure in a file of its own beside it."""
    kernel = "numba" if entnorm.backend.compiled() else "numpy"
    path = folder / f"{kernel}-{seed}.json"
    state = resumed(path, fresh(kernel, seed), rows)
    print(f"kernel {kernel}, seed {seed}: {rows} rows, {state['rows']} of them done before", flush=True)
    begun = saved = time.monotonic()
    before = state["seconds"]
    try:
        with tqdm(total=rows, initial=state["rows"], unit=" rows", disable=None) as bar:
            for done in campaign(state, rows):
                bar.update(done)
                state["seconds"] = before + time.monotonic() - begun
                if time.monotonic() - saved > SAVED:
                    save(path, json.dumps(state))
                    saved = time.monotonic()
    finally:
        save(path, json.dumps(state))
    if state["examples"] is None:
        hypothesised(state, examples)
    for longest, count in climbs.items():
        save(path, json.dumps(state))
        if str(longest) not in state["climbed"]:
            climbed(state, longest, count)
    state["finished"] = True
    save(path, json.dumps(state))
    for number, failure in enumerate(state["failures"]):
        save(folder / "counterexamples" / f"{kernel}-{seed}-{number}.txt", failure["call"] + "\n")
    return state


def told(states: list[dict[str, Any]]) -> str:
    """The report: what was tried, what was found, and the worst of each family."""
    lines = [
        "# Random rows, held against independent arithmetic",
        "",
        "A row is a distribution with a target. The tables say how far answers are off, as a share of what is allowed,",
        "with k = 1 + condition, and H and V the mean and the variance of -log q: gamma by 8 eps k of itself; the",
        "entropy at gamma by 4 eps (H + V); a probability q_i by 8 eps k (1 + log (q_max / q_i)) of itself, log q_i by",
        "8 eps k (1 + |log q_i|), and the sum of all by 8 eps, the worst of which is the last column.",
        "Numbers of 64 bits decide if, judged by them, the entropy is beyond doubt above the target at",
        "gamma (1 - 8 eps k) and below it at gamma (1 + 8 eps k), and all else a hundredth within what is allowed. The",
        "other rows, and one draw in fifty, are judged in ball arithmetic, and solved by themselves as well, to the",
        "same bits. After the random rows hypothesis makes up some of its own, and shrinks what fails.",
        "",
        "| kernel | seed | rows | judged in balls | by hypothesis | failures | worst, of the budget |",
        "|---|---:|---:|---:|---:|---:|---:|",
    ]
    for s in states:
        most = max((error for errors in s["worst"].values() for error in errors.values()), default=math.nan)
        counts = [s["rows"], s["in_balls"], s["examples"], len(s["failures"])]
        lines.append(f"| {s['kernel']} | {s['seed']} | " + " | ".join(f"{c:,}" for c in counts) + f" | {most:.2f} |")
    lines += [
        "",
        "A search among rows of up to five values, in any order or in one that repeats, goes on from the worst that it",
        f"has found; each has {TARGETS} targets next to each other, and what is not beyond doubt is judged in balls:",
        "",
        "| kernel | entries at most | rows and targets | worst, of the budget |",
        "|---|---:|---:|---:|",
    ]
    for s in states:
        lines += [
            f"| {s['kernel']} | {int(n):,} | {rows:,} | {worst:.2f} |" for n, (rows, worst) in s["climbed"].items()
        ]
    lines += ["", "The worst errors by family (`tests/families.py` has what these are), in units of the budget:", ""]
    lines += ["| family | kernel | gamma | entropy | distribution |", "|---|---|---:|---:|---:|"]
    for family in KINDS:
        for s in states:
            errors = s["worst"].get(family, {})
            figures = " | ".join(f"{errors.get(name, math.nan):.2f}" for name in ("gamma", "entropy", "probability"))
            lines.append(f"| {family} | {s['kernel']} | {figures} |")
    for s in states:
        lines += [f"\nFAILED ({s['kernel']}, {f['family']}): `{f['call']}`" for f in s["failures"]]
    return "\n".join([*lines, "", "`make fuzz` repeats this.", ""])


def main() -> int:
    """Run, or tell what runs have found."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=1_000_000, help="rows, each with a target (default 1,000,000)")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--folder", type=Path, default=ROOT / ".fuzz", help="where runs are kept, and counterexamples")
    parser.add_argument("--report", type=Path, help="run nothing; write the report of what the folder holds there")
    options = parser.parse_args()
    if options.report:
        states = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(options.folder.glob("*.json"))]
        states = [s for s in states if s["code"] == fingerprint() and s["finished"]]
        if not states:
            sys.exit(f"no finished run of this code is in {options.folder}")
        save(options.report / "campaign.md", told(states))
        print(options.report / "campaign.md")
        return 0
    try:
        state = run(options.rows, options.seed, options.folder)
    except KeyboardInterrupt:
        print("interrupted; the same command goes on from here", file=sys.stderr)
        return 130
    print(told([state]))
    return bool(state["failures"])


if __name__ == "__main__":
    raise SystemExit(main())
