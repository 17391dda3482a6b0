"""`make bench`: what a prescribed entropy costs, in softmax passes, beside what people use today.

Every ratio is to one pass of `scipy.special.softmax` over the same float64 array. All methods run in turn, in one
process and one thread, again and again, in rounds that lie minutes apart; the least processor time of each counts,
because a disturbance only ever adds, and one that slows down one kind of work more than another can last a minute.
All is measured twice, because the C library has two ways to hand out the memory of arrays: see `memory`; and where
vectors have 512 bits, with half of them used as well: see `narrowed`. Writes `reports/performance.md` and its plots.
"""

import argparse
import ctypes
import importlib.metadata
import math
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
from enclosed import EPS, Enclosed
from goals import GOALS, NARROW, REASONS, SET
from matplotlib import pyplot as plt
from peers import PEERS, installed
from scipy.special import softmax

import entnorm
from entnorm import backend

matplotlib.rcParams["svg.hashsalt"] = "entnorm"
plt.switch_backend("svg")

REPORTS = Path(__file__).parents[2] / "reports"
WRONG = 1e-6  # relative errors of gamma beyond this make a row wrong
SAMPLE = 12  # rows of each workload that are held against balls
MEMORY = ("fresh", "at hand")
M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3  # of glibc's mallopt
ROUNDS = 3
LASTING = 5e-3  # seconds of calls that are timed as one
ENOUGH = 1.0  # seconds spent on one method in a round, after which it is measured no more
COLOURS = [f"C{i}" for i in (0, 1, 2, 3, 4, 5, 6, 8, 9)]  # without grey, which stands for any
KERNELS = {"entnorm, NumPy": None, "entnorm, compiled": backend.compiled()}
SOLVE = "solve and probs of "  # before the name of a kernel: the other public function
FIRST = """
import time

import numpy as np

import entnorm

rows = np.random.default_rng(0).normal(size=(64, 100))
for logits, evenness in ((rows, 0.5), (rows, 0.95), (rows[0], 0.5)):
    begun = time.perf_counter()
    entnorm.softmax(logits, evenness=evenness)
    print(time.perf_counter() - begun)
"""


@dataclass
class Workload:
    """Rows and their targets."""

    name: str
    logits: np.ndarray
    target: dict[str, Any]
    said: str = ""  # of which distribution, and to which target, in two columns

    @property
    def kind(self) -> str:
        """Its name without the shape."""
        return self.name.partition(",")[0]

    @property
    def entropy(self) -> np.ndarray:
        """Targets in nats, one per row."""
        ((kind, value),) = self.target.items()
        n = self.logits.shape[1]
        value = np.broadcast_to(np.asarray(value, dtype=float), len(self.logits))
        return {"entropy": value, "perplexity": np.log(value), "deficit": math.log(n) - value}[kind]


def workloads() -> list[Workload]:
    """What is timed."""
    rng = np.random.default_rng(0)
    cloud = rng.normal(size=(20_000, 90, 10)) - rng.normal(size=(20_000, 1, 10))
    distances = np.sort((cloud**2).sum(-1), axis=1)
    wide, tail = rng.normal(0, 20, (1000, 1000)), rng.normal(0, 1e-3, (1000, 1000))
    neighbours = "less squared distances to 90 points, in order"
    thirty, part = {"entropy": math.log(30)}, {"entropy": 0.8 * math.log(512)}
    near, tiny = {"deficit": 10.0 ** -rng.uniform(1, 8, 1000)}, {"entropy": 10.0 ** -rng.uniform(1, 8, 1000)}
    return [
        Workload("vocabulary, 64 x 50,257", rng.normal(0, 3, (64, 50_257)), thirty, "N(0, 3^2) | log 30"),
        Workload("vocabulary, 24 x 128,256", rng.normal(0, 3, (24, 128_256)), thirty, "N(0, 3^2) | log 30"),
        Workload("attention, 8,192 x 512", rng.normal(0, 2, (8192, 512)), part, "N(0, 2^2) | 0.8 log n"),
        Workload("t-SNE, 20,000 x 90", -distances, {"perplexity": 30}, f"{neighbours} | perplexity 30"),
        Workload("one row of 100", rng.normal(size=(1, 100)), {"entropy": 3.0}, "N(0, 1) | 3"),
        Workload("hard deficits, 1,000 x 1,000", wide, near, "N(0, 20^2) | log n less 10^-1 to 10^-8"),
        Workload("hard one-hot, 1,000 x 1,000", tail, tiny, "N(0, 0.001^2) | 10^-1 to 10^-8"),
    ]


@contextmanager
def kernel(fast: Any) -> Iterator[None]:
    """Solve with these innermost loops."""
    before = backend.compiled
    backend.compiled = lambda: fast
    try:
        yield
    finally:
        backend.compiled = before


def memory(kind: str) -> None:
    """Let the memory of arrays of up to 32 MiB be fresh from the system, or what the process had before, if it can be.

    glibc begins with fresh pages, which cost more than the exponentials written to them, and from an array that is
    given back learns to keep memory of that size at hand. A softmax pass makes three arrays, and is slower by half or
    more when they are fresh: which of the two it was in is not to be left to what ran before.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        fresh = kind == "fresh"
        mallopt(M_MMAP_THRESHOLD, 2**17 if fresh else 2**25)
        mallopt(M_TRIM_THRESHOLD, 2**17 if fresh else 2**30)


def vectors() -> int:
    """How many bits the processor's have, or those that are used; 0 if there is no compiled code, which would know."""
    if KERNELS["entnorm, compiled"] is None:
        return 0
    from entnorm.fast.building import VECTOR

    return 64 * VECTOR


def narrowed(repetitions: int) -> str:
    """The summary of another process, in which neither NumPy nor compiled code knows of vectors of 512 bits.

    The goals were set where there were none. NumPy's exponentials in float64 have vectors of 512 bits or none at all:
    with them a softmax pass is twice as fast, and a solver that takes most of its exponentials in float32 is not.
    """
    from numba.core.codegen import get_host_cpu_features

    long = [name for name in np._core._multiarray_umath.__cpu_dispatch__ if "512" in name or name == "X86_V4"]
    hidden = {
        "NPY_DISABLE_CPU_FEATURES": " ".join(long),
        "NUMBA_CPU_FEATURES": get_host_cpu_features().replace("+avx512", "-avx512"),
        "OPENBLAS_CORETYPE": "Haswell",
    }
    command = [sys.executable, __file__, "--summary", f"--repetitions={repetitions}"]
    found = subprocess.run(command, env=os.environ | hidden, stdout=subprocess.PIPE, text=True, check=True)
    return f"\n\n{NARROW}\n\n{found.stdout.rstrip()}"


def softened(logits: np.ndarray, target: dict[str, Any]) -> Any:
    """The distributions alone."""
    return entnorm.softmax(logits, **target)


def solved(logits: np.ndarray, target: dict[str, Any]) -> Any:
    """The exponents, and all that is known of them, and the distributions."""
    return entnorm.solve(logits=logits, **target).probs


def normalized(p: np.ndarray, target: dict[str, Any]) -> Any:
    """The distributions, from probabilities."""
    return entnorm.normalize(p, **target)


def available() -> dict[str, Any]:
    """The kernels that can be measured here."""
    return {name: fast for name, fast in KERNELS.items() if fast is not None or name == "entnorm, NumPy"}


def ours(work: Workload, fast: Any, call: Callable[[np.ndarray, dict[str, Any]], Any] = softened) -> Callable[[], Any]:
    """One call of a public function, on one row or on many."""
    logits = work.logits[0] if len(work.logits) == 1 else work.logits

    def chosen() -> Any:
        return fast

    def run() -> Any:
        backend.compiled = chosen  # `kernel` would take a microsecond of the time of a short row
        return call(logits, work.target)

    return run


def compile_all() -> None:
    """Have all that is compiled at first use compiled: it is not what is measured."""
    rows = np.random.default_rng(0).normal(size=(2, 5))
    with kernel(KERNELS["entnorm, compiled"]):
        for logits in (rows, rows[0]):
            _ = entnorm.softmax(logits, entropy=1.0), entnorm.solve(logits=logits, entropy=1.0).probs


def least_times(methods: dict[str, Callable[[], Any]], repetitions: int) -> tuple[dict[str, float], dict[str, Any]]:
    """The least processor time of each, in turn again and again, of a loop where a call is too short; and a result."""
    loops, best, spent, results = {}, {}, {}, {}
    for name, run in methods.items():
        begun = time.process_time()
        results[name] = run()
        best[name] = spent[name] = time.process_time() - begun
        if spent[name] < ENOUGH / 3:  # the first call may have been the first of its kind
            best[name] = spent[name] = _time_of(run, 1)
        loops[name] = _loops_of(run) if best[name] < LASTING else 1
    for _ in range(repetitions):
        for name, run in methods.items():
            if spent[name] < ENOUGH:
                took = _time_of(run, loops[name])
                best[name], spent[name] = min(best[name], took), spent[name] + took * loops[name]
    return best, results


def _loops_of(run: Callable[[], Any]) -> int:
    """How many calls to time as one, so that the first of them, after other methods, is not what is measured."""
    loops = 1
    while _time_of(run, loops) * loops < LASTING:
        loops *= 2
    return loops


def _time_of(run: Callable[[], Any], times: int) -> float:
    begun = time.process_time()
    for _ in range(times):
        run()
    return (time.process_time() - begun) / times


def errors(work: Workload, gamma: np.ndarray | None, probs: np.ndarray | None, exact: np.ndarray) -> np.ndarray:
    """Relative errors of gamma, row by row; of a distribution alone, those that its entropy amounts to."""
    with np.errstate(all="ignore"):
        if gamma is not None:
            found = np.abs(gamma / exact - 1)
        else:
            h = -np.where(probs > 0, probs * np.log(np.where(probs > 0, probs, 1.0)), 0.0).sum(-1)
            q = softmax(exact[:, None] * work.logits, axis=-1)
            t = exact[:, None] * work.logits
            second = (q * (t - (q * t).sum(-1, keepdims=True)) ** 2).sum(-1)
            found = np.abs(h - work.entropy) / second
    return np.where(np.isfinite(found), found, np.inf)


def certified(work: Workload, fast: Any) -> float:
    """The worst error of a few rows against ball arithmetic, in units of the promised budget."""
    ((kind, value),) = work.target.items()
    value, worst = np.broadcast_to(np.asarray(value, dtype=float), len(work.logits)), 0.0
    sample = SAMPLE if work.logits.shape[1] < 10_000 else 1
    for row in np.linspace(0, len(work.logits) - 1, min(sample, len(work.logits))).astype(int):
        with kernel(fast):
            solution = entnorm.solve(logits=work.logits[row], **{kind: value[row]})
        worst = max(worst, *Enclosed({"logits": work.logits[row]}).errors(solution, kind, float(value[row])).values())
    return worst


def methods(work: Workload, alone: bool) -> dict[str, Callable[[], Any]]:
    """A softmax pass, and all that prescribe an entropy, or `entnorm.softmax` alone."""
    base = {"softmax": lambda: softmax(work.logits[0] if len(work.logits) == 1 else work.logits, axis=-1)}
    base |= {name: ours(work, fast) for name, fast in available().items()}
    if alone:
        return base
    entropy = np.ascontiguousarray(work.entropy)
    alike = len(np.unique(entropy)) == 1
    peers = {
        name: (lambda run=run: run(work.logits, entropy))
        for name, run in installed().items()
        if alike or name not in ("scikit-learn", "openTSNE")
    }
    return base | {SOLVE + name: ours(work, fast, solved) for name, fast in available().items()} | peers


def measure(works: list[Workload], repetitions: int, alone: bool = False) -> dict[str, list[dict[str, Any]]]:
    """A table for each workload. With fresh memory all come first: what was once given back is never fresh again."""
    times: dict[str, dict[str, dict[str, float]]] = {work.name: {} for work in works}
    results = {}
    for kind in MEMORY:
        memory(kind)
        for work in works * ROUNDS:
            print(f"{work.name}, memory {kind}", file=sys.stderr)
            took, results[work.name] = least_times(methods(work, alone), repetitions)
            before = times[work.name].get(kind, took)
            times[work.name][kind] = {name: min(before[name], took[name]) for name in took}
    return {work.name: judged(work, times[work.name], results[work.name]) for work in works}


def judged(work: Workload, times: dict[str, dict[str, float]], results: dict[str, Any]) -> list[dict[str, Any]]:
    """One line of the table per method."""
    with kernel(None):
        exact = np.atleast_1d(entnorm.solve(logits=work.logits, **work.target).gamma)
    lines = []
    for name in [name for name in results if name != "softmax"]:
        line = _costs(name, times)
        if name.startswith(SOLVE):
            lines.append(line)
            continue
        if name in KERNELS:
            with kernel(KERNELS[name]):
                gamma, probs = np.atleast_1d(entnorm.solve(logits=work.logits, **work.target).gamma), None
            which = list(KERNELS).index(name)
            line |= {"goal": GOALS[work.kind][which], "reason": REASONS[work.kind][which]}
            line["budget"] = certified(work, KERNELS[name])
        else:
            gamma, probs = results[name]
        off = errors(work, gamma, probs, exact)
        line |= {"wrong": int((off > WRONG).sum()), "rows": len(off)}
        lines.append(line if name in KERNELS else line | {"worst": float(off.max())})
    return [_costs("softmax", times), *lines]


def _costs(name: str, times: dict[str, dict[str, float]]) -> dict[str, Any]:
    """What a method took with either kind of memory."""
    seconds = [times[kind][name] for kind in MEMORY]
    ratios = [times[kind][name] / times[kind]["softmax"] for kind in MEMORY]
    return {"method": name, "ratios": ratios, "seconds": seconds}


def other_inputs(works: list[Workload], repetitions: int) -> str:
    """What float32 logits cost, in passes over them, and probabilities, in passes over the logits."""
    kernels = list(available())
    lines = [f"| workload | {' | '.join(f'float32 logits, {name}' for name in kernels)} | probabilities |"]
    lines.append("|---|" + "---:|" * (len(kernels) + 1))
    for work in works:
        print(f"{work.name}, float32 and probabilities", file=sys.stderr)
        single = Workload("", work.logits.astype(np.float32), work.target)
        likely = Workload("", softmax(work.logits, axis=-1), work.target)
        runs = {"softmax": lambda x=work.logits: softmax(x, axis=-1), "p": ours(likely, None, normalized)}
        runs |= {"single": lambda x=single.logits: softmax(x, axis=-1)}
        runs |= {name: ours(single, fast) for name, fast in available().items()}
        took, _ = least_times(runs, repetitions)
        ratios = [took[name] / took["single"] for name in kernels] + [took["p"] / took["softmax"]]
        lines.append(f"| {work.name} | {' | '.join(f'{ratio:.2f}' for ratio in ratios)} |")
    return "\n".join(lines)


def first_calls() -> str:
    """Seconds until the first distributions are there, in a process that has to compile all, and in the next one."""
    if KERNELS["entnorm, compiled"] is None:
        return "Not installed here: numba, without which nothing is compiled."
    found = []
    with tempfile.TemporaryDirectory() as cache:
        for _ in range(2):
            print("first calls", file=sys.stderr)
            ran = subprocess.run(
                [sys.executable, "-c", FIRST],
                env=os.environ | {"NUMBA_CACHE_DIR": cache},
                stdout=subprocess.PIPE,
                text=True,
                check=True,
            )
            found.append(list(map(float, ran.stdout.split())))
    lines = ["| first `softmax` | compiling | with what is cached |", "|---|---:|---:|"]
    names = "of rows", "of rows nearer to the uniform distribution, after that", "of a single row, after that"
    for name, compiling, loading in zip(names, *found, strict=True):
        lines.append(f"| {name} | {compiling:.1f} s | {loading:.2f} s |")
    return "\n".join(lines)


def normal_rows(count: int, n: int) -> Workload:
    """Rows of normal logits."""
    return Workload("", np.random.default_rng(n).normal(0, 2, (count, n)), {"entropy": 0.7 * math.log(n)})


def plateau_rows(condition: float) -> Workload:
    """Rows of 30 entries and a crowd far below, with the entropy that they have where these 30 are nearly even.

    The entropy is then below log 30 by half the square of gamma, nearly, and its slope that square.
    """
    logits = np.random.default_rng(0).normal(size=(1000, 1000))
    logits[:, 30:] -= 1e8
    gamma = math.sqrt(math.log(30) / condition)
    q = softmax(gamma * logits[:, :30], axis=-1)
    return Workload("", logits, {"entropy": -(q * np.log(q)).sum(-1)})


def curves(works: Iterable[Workload], repetitions: int) -> dict[str, list[float]]:
    """Ratios for each of these, one after the other: the largest need gigabytes."""
    found: dict[str, list[float]] = {name: [] for name in KERNELS}
    for work in works:
        print(f"curves, {len(work.logits):,} x {work.logits.shape[1]:,}", file=sys.stderr)
        mine = {name: ours(work, fast) for name, fast in available().items()}
        times, _ = least_times({"softmax": lambda x=work.logits: softmax(x, axis=-1)} | mine, repetitions)
        for name in KERNELS:
            found[name].append(times.get(name, math.nan) / times["softmax"])
    return found


def plot_curves(path: Path, label: str, at: list[int] | list[float], found: dict[str, list[float]]) -> None:
    figure, axes = plt.subplots(figsize=(7, 4), layout="constrained")
    for name, marker in zip(KERNELS, "os", strict=True):
        axes.plot(at, found[name], marker=marker, label=name)
    axes.axhline(1, color="grey", linewidth=1, linestyle="--", label="one softmax pass")
    axes.set(xscale="log", yscale="log", xlabel=label, ylabel="cost in softmax passes over the same array")
    axes.grid(alpha=0.3)
    axes.legend()
    figure.savefig(path, metadata={"Date": None})
    plt.close(figure)


def plot_all_curves(repetitions: int) -> None:
    """What a solution costs against the length of a row, their number, and the condition."""
    lengths = [2, 5, 10, 30, 100, 300, 1000, 3000, 10_000, 100_000, 1_000_000]
    counts = [1, 3, 10, 30, 100, 1000, 10_000, 100_000, 1_000_000]
    conditions = [10.0**k for k in range(0, 13, 2)]
    for name, label, at, works in (
        ("length", "entries of a row", lengths, (normal_rows(1_000_000 // n, n) for n in lengths)),
        ("rows", "rows of 100 entries", counts, (normal_rows(count, 100) for count in counts)),
        ("condition", "condition number, nearly", conditions, map(plateau_rows, conditions)),
    ):
        plot_curves(REPORTS / f"performance-{name}.svg", label, at, curves(works, repetitions))


def plot_errors(path: Path, tables: dict[str, list[dict[str, Any]]]) -> None:
    figure, axes = plt.subplots(figsize=(7, 5.5), layout="constrained")
    names = [*KERNELS, *PEERS]
    for marker, (work, lines) in zip("o^sD", tables.items(), strict=False):
        for line in lines[1:]:
            if line["method"] not in names:
                continue
            colour = COLOURS[names.index(line["method"])]
            worst = line["worst"] if "worst" in line else 8 * EPS * line["budget"]
            axes.scatter(line["ratios"][-1], max(min(worst, 10.0), 1e-16), color=colour, marker=marker)
        axes.scatter([], [], color="grey", marker=marker, label=work)
    for i, name in enumerate(names):
        if any(line["method"] == name for lines in tables.values() for line in lines):
            axes.scatter([], [], color=COLOURS[i], marker="o", label=name)
    axes.set(xscale="log", yscale="log", xlabel="cost in softmax passes", ylabel="worst relative error of gamma")
    axes.grid(alpha=0.3)
    figure.legend(loc="outside lower center", fontsize="small", ncols=3)
    figure.savefig(path, metadata={"Date": None})
    plt.close(figure)


def described(works: list[Workload]) -> str:
    """What was solved."""
    return "\n".join(f"| {work.name} | {work.said} |" for work in works)


def told(ratio: float, goal: float) -> str:
    """A ratio in so many digits that one tells on which side of the goal it is."""
    return f"{ratio:.{2 if (round(ratio, 2) <= goal) == (ratio <= goal) else 4}f}"


def missed(tables: dict[str, list[dict[str, Any]]]) -> str:
    """Each goal that was not reached, with its figures and the reason."""
    found = []
    for work, lines in tables.items():
        for line in lines:
            short = [
                f"{told(ratio, line['goal'])} with memory {kind}"
                for kind, ratio in zip(MEMORY, line["ratios"], strict=True)
                if "goal" in line and ratio > line["goal"]
            ]
            if short:
                reason = " ".join(line["reason"].split())
                found.append(f"- {work}, {line['method']}: {', '.join(short)} instead of {line['goal']:g}. {reason}")
    return "\n".join(["Not reached, and why:", "", *found]) if found else "All goals were reached."


def summary(tables: dict[str, list[dict[str, Any]]]) -> str:
    """Ratios beside goals."""
    rows = [
        "| workload | kernel | softmax passes, memory fresh | at hand | goal | worst error, of the allowed |",
        "|---|---|---:|---:|---:|---:|",
    ]
    for work, lines in tables.items():
        for line in lines:
            if "goal" in line:
                goal = line["goal"]
                ratios = " | ".join(
                    f"{told(ratio, goal)}{'' if ratio <= goal else ' (missed)'}" for ratio in line["ratios"]
                )
                rows.append(f"| {work} | {line['method']} | {ratios} | {goal:g} | {line['budget']:.2f} |")
    return "\n".join(rows)


def other_costs(works: list[Workload], repetitions: int) -> str:
    """What the tables of workloads do not have."""
    return f"""Other input, memory at hand: float32 logits in softmax passes over the same float32 array; probabilities,
which are solved by NumPy in any case, in passes over the logits that they are of.

{other_inputs(works, repetitions)}

First calls, by the clock, in a process that finds nothing compiled, and in the next one:

{first_calls()}"""


def report(
    works: list[Workload], tables: dict[str, list[dict[str, Any]]], repetitions: int, quiet: bool, more: str
) -> str:
    versions = ", ".join(
        f"{name} {importlib.metadata.version(name)}"
        for name in ("numpy", "scipy", "numba", "scikit-learn", "openTSNE", "torch")
        if _has(name)
    )
    absent = [name for name in PEERS if name not in installed()]
    parts, bits = [], f" with vectors of {vectors()} bits" if vectors() else ""
    for work, lines in tables.items():
        rows_ = []
        for line in lines:
            wrong = f"{line['wrong']} of {line['rows']}" if "wrong" in line else ""
            worst = f"{line['worst']:.1e}" if "worst" in line else ""
            ratios = " | ".join(f"{ratio:.2f}" for ratio in line["ratios"])
            seconds = " | ".join(map(_time, line["seconds"]))
            rows_.append(f"| {line['method']} | {ratios} | {seconds} | {wrong} | {worst} |")
        parts.append(
            f"## {work}\n\n| method | softmax passes, memory fresh | at hand | time, memory fresh | at hand "
            "| rows wrong | worst error of gamma |\n|---|---:|---:|---:|---:|---:|---:|\n" + "\n".join(rows_)
        )
    machine = "" if quiet else " The machine was shared with other work while this ran; a quiet one is fairer to all."
    return f"""# What a prescribed entropy costs

Ratios to one pass of `scipy.special.softmax` over the same float64 array, distributions included: of entnorm, one call
of `entnorm.softmax`, and in the tables further down one of `entnorm.solve` with `probs` of its result as well. Peers
are as `tests/bench/peers.py` has them. All methods in turn in one process and one thread, {repetitions} times or until
one has taken {ENOUGH:g} s, in each of {ROUNDS} rounds through all the workloads; the least processor time of each
counts.{machine}

Everything is measured twice: on memory *fresh* from the system, as a process that has not yet given back an array of
this size gets it, and on memory *at hand*, as the C library keeps it from then on, for arrays of up to 32 MiB. A
softmax pass makes three arrays and is slowed down most by fresh ones. A row is wrong if the relative error of its gamma
is above {WRONG:g}. Errors of the peers are measured from entnorm's gamma; its own, of a sample of rows, from ball
arithmetic: the last column of the second table is the worst of them as a share of the error that the documentation
allows, so that 1 would be just within it.

{platform.processor() or platform.machine()}, {os.cpu_count()} processors{bits},
Python {platform.python_version()}, {versions}.

| workload | logits | target |
|---|---|---|
{described(works)}

{SET}

{summary(tables)}

{missed(tables)}{more}

![Cost against the length of a row](performance-length.svg)

Cost against the length of a row: 10^6 normal logits in all, target 0.7 log n; memory at hand. Rows of more than 2^19
entries are not copied as a whole, to stay within 64 MiB: NumPy sums them in pieces, three or four times in float64.

![Cost against the number of rows](performance-rows.svg)

Cost against the number of rows of 100 logits; memory at hand, but for the largest array. A call takes half a
millisecond and more with NumPy, and a tenth compiled, however few its rows are; unless it is a single one, or NumPy
has a dozen at most, which it solves one by one.

![Cost against the condition number](performance-condition.svg)

Cost against the condition number of rows on a plateau, 1,000 x 1,000: 30 normal logits, and 970 that are 10^8 farther
down, so that the entropy stays just below log 30 while gamma changes by orders of magnitude. Compiled code leaves rows
such as these to NumPy.

![Error against cost](performance-errors.svg)

Each method's worst relative error of gamma in four of the workloads against its cost with memory at hand; errors beyond
10 are drawn at 10, and those of entnorm at their share of the budget for a condition of 0, which is 8 times 2^-52.

{(chr(10) * 2).join(parts)}

scikit-learn and openTSNE take one target for all rows: they are not in the tables of hard ones, where each row has its
own. Not installed here, and so not measured: {", ".join(absent) or "none"}. Reproduce with `make bench`.
"""


def _time(seconds: float) -> str:
    for unit, size in (("s", 1.0), ("ms", 1e-3), ("us", 1e-6)):
        if seconds >= size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds * 1e9:.3g} ns"


def _has(name: str) -> bool:
    try:
        importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return False
    return True


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repetitions", type=int, default=12)
    parser.add_argument("--only", help="workloads whose name contains this; writes nothing")
    parser.add_argument("--summary", action="store_true", help="entnorm alone, and its goals; writes nothing")
    parser.add_argument("--shared", action="store_true", help="say that the machine was not quiet")
    options = parser.parse_args()
    if os.environ.get("OMP_NUM_THREADS") != "1":
        parser.error("set OMP_NUM_THREADS=1 and OPENBLAS_NUM_THREADS=1, as `make bench` does: one thread is measured")
    memory("fresh")  # before any memory has been given back
    compile_all()
    chosen = [work for work in workloads() if not options.only or options.only in work.name]
    tables = measure(chosen, options.repetitions, alone=options.summary)
    if options.summary:
        print(summary(tables))
        return 0
    narrow = narrowed(options.repetitions) if vectors() > 256 and not options.only else ""
    more = f"{narrow}\n\n{other_costs(chosen, options.repetitions)}"
    text = report(chosen, tables, options.repetitions, quiet=not options.shared, more=more)
    if options.only:
        print(text)
        return 0
    plot_all_curves(max(3, options.repetitions // 2))
    plot_errors(REPORTS / "performance-errors.svg", {name: tables[name] for name in list(tables)[:4]})
    temporary = REPORTS / "performance.md.part"
    temporary.write_text(text, encoding="utf-8")
    temporary.replace(REPORTS / "performance.md")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
