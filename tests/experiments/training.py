"""A layer that has to learn which of 16 keys a query means: attention whose weights are softmax, or softmax with a
prescribed entropy of 0.5 nats. The query is a rotated copy of one key, and the layer learns a matrix that turns it
back; what it is judged by is the squared error of the value it returns. The matrix starts at random, multiplied by 1,
by 100 or by 1000: the larger, the nearer softmax starts to one-hot, with gradients that vanish.

Adam, 200 steps of 64 queries, the step size in proportion to the scale of the start, with four factors from 0.001 to 1
for each of the two: the best is shown. So neither suffers from a step size that suits the other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import product
from typing import Any

import numpy as np
from matplotlib import pyplot as plt
from matplotlib.figure import Figure
from style import BLUE, RED, caption

TITLE = "Training: where a prescribed entropy helps, and where it hinders"
PACKAGES = ("torch",)
SEED = 0
SCALES = (1, 100, 1000)
RATES = (0.001, 0.01, 0.1, 1.0)
ENTROPY = 0.5
KEYS = SIZE = 16
STEPS, BATCH, LAST = 200, 64, 20

Progress = Callable[[Iterable[Any], str], Iterable[Any]]


def run(progress: Progress) -> dict[str, Any]:
    runs = list(product(("softmax", "entropy"), SCALES, RATES))
    found = [
        {"weights": weights, "scale": scale, "rate": rate, "losses": trained(weights, scale, rate)}
        for weights, scale, rate in progress(runs, "runs")
    ]
    return {"runs": found}


def trained(weights: str, scale: float, rate: float) -> list[float]:
    """The loss at each step."""
    import torch

    from entnorm.adapters.torch import softmax

    random = torch.Generator().manual_seed(SEED)
    turn = torch.linalg.qr(torch.randn(SIZE, SIZE, generator=random))[0]
    matrix = (torch.randn(SIZE, SIZE, generator=random) * scale / SIZE**0.5).requires_grad_()
    adam = torch.optim.Adam([matrix], lr=rate * scale)
    losses = []
    for _ in range(STEPS):
        keys = torch.nn.functional.normalize(torch.randn(BATCH, KEYS, SIZE, generator=random), dim=-1)
        values = torch.randn(BATCH, KEYS, 4, generator=random)
        meant = torch.randint(KEYS, (BATCH,), generator=random)
        query = keys[torch.arange(BATCH), meant] @ turn
        scores = torch.einsum("bd,bnd->bn", query @ matrix, keys)
        q = torch.softmax(scores, -1) if weights == "softmax" else softmax(scores, entropy=ENTROPY)
        loss = (torch.einsum("bn,bnv->bv", q, values) - values[torch.arange(BATCH), meant]).square().mean()
        adam.zero_grad()
        loss.backward()
        adam.step()
        losses.append(round(loss.item(), 6))
    return losses


def best(data: dict[str, Any], weights: str, scale: int) -> dict[str, Any]:
    """The run with the step size that suits it, with its loss at the end."""
    runs = [r for r in data["runs"] if (r["weights"], r["scale"]) == (weights, scale)]
    run = min(runs, key=lambda r: float(np.mean(r["losses"][-LAST:])))
    return {**run, "end": float(np.mean(run["losses"][-LAST:]))}


def conclusions(data: dict[str, Any]) -> list[str]:
    ends = {(w, s): best(data, w, s)["end"] for w in ("softmax", "entropy") for s in SCALES}
    large, small = SCALES[-1], SCALES[0]
    verb = {True: "helps", False: "does not help"}
    return [
        f"Started {large} times too large, softmax ends at a squared error of {ends['softmax', large]:.3g}, softmax with a"
        f" prescribed entropy at {ends['entropy', large]:.3g}: there it {verb[ends['entropy', large] < ends['softmax', large]]}."
        " Its weights do not depend on the scale of the scores [escort.composition], so neither does what is learnt.",
        f"Started at an ordinary scale it {verb[ends['entropy', small] < ends['softmax', small]]}: {ends['entropy', small]:.3g}"
        f" against {ends['softmax', small]:.3g} for softmax, which can become as certain as it likes; 0.5 nats always leave some"
        " weight on keys that are not meant.",
        f"In between, at {SCALES[1]}, it is {ends['softmax', SCALES[1]]:.3g} for softmax and {ends['entropy', SCALES[1]]:.3g} with the"
        " entropy prescribed, each with its best step size. What it cures, an ordinary initialisation avoids.",
    ]


def tables(data: dict[str, Any]) -> dict[str, list[dict[str, str]]]:
    rows = []
    for scale in SCALES:
        soft, same = best(data, "softmax", scale), best(data, "entropy", scale)
        rows.append(
            {
                "scale at the start": str(scale),
                "softmax": f"{soft['end']:.4f}",
                "its step size": f"{soft['rate']:g}",
                "entropy of 0.5 nats": f"{same['end']:.4f}",
                "step size of that": f"{same['rate']:g}",
            }
        )
    return {"Squared error over the last 20 steps, with the best of four step sizes": rows}


def figures(data: dict[str, Any]) -> dict[str, Figure]:
    figure, axes = plt.subplots(1, len(SCALES), figsize=(8.6, 3.2), sharex=True, sharey=True)
    for scale, axis in zip(SCALES, axes, strict=True):
        for weights, colour, label in (("softmax", RED, "softmax"), ("entropy", BLUE, "0.5 nats")):
            losses = np.array(best(data, weights, scale)["losses"])
            axis.semilogy(np.convolve(losses, np.ones(5) / 5, "valid"), color=colour, label=label)
        axis.set_title(f"start times {scale}", fontsize=10)
        axis.set_xlabel("step")
    axes[0].set_ylabel("squared error")
    axes[0].legend()
    sentence = "The loss of the best of four step sizes, averaged over five steps, for starts of three scales."
    return {"Learning which key is meant": caption(figure, sentence)}
