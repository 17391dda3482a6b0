"""A layer that has to learn which of 16 keys a query means. Its weights are softmax; softmax with a prescribed entropy of
0.5 nats; or, as a rival that does not depend on the scale of the scores either, softmax of the standardised scores (mean
0, deviation 1, as LayerNorm makes them) times a gain that is learnt, from 1, by steps of 0.1 in its logarithm. The query is a rotated copy of one key, and
the layer learns a matrix that turns it back; what it is judged by is the squared error of the value it returns. The
matrix starts at random, multiplied by 1, by 100 or by 1000: the larger, the nearer softmax starts to one-hot, with
gradients that vanish.

Adam, 200 steps of 64 queries, twelve starts with data of their own, the same for all. The step size is in proportion to
the scale of the start, with six factors from 0.001 to 100; shown is, for each of the three, the one with the least error
over the last 20 steps in the median of the starts. So none suffers from a step size that suits another.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import product
from typing import Any

import numpy as np
from matplotlib import pyplot as plt
from matplotlib.figure import Figure
from style import BLUE, GREEN, RED, caption

TITLE = "Training: where a prescribed entropy helps, and where it hinders"
PACKAGES = ("torch",)
SEED = 0
WEIGHTS = ("softmax", "entropy", "standardised")
SCALES = (1, 100, 1000)
RATES = (0.001, 0.01, 0.1, 1.0, 10.0, 100.0)
ENTROPY = 0.5
KEYS = SIZE = 16
GAIN = 0.1  # step size of the logarithm of a gain
STARTS, STEPS, BATCH, LAST = 12, 200, 64, 20

Progress = Callable[[Iterable[Any], str], Iterable[Any]]


def run(progress: Progress) -> dict[str, Any]:
    import torch

    torch.set_num_threads(1)  # the arrays are small
    runs = list(product(WEIGHTS, SCALES, RATES))
    found = [
        {"weights": weights, "scale": scale, "rate": rate, "losses": trained(weights, scale, rate)}
        for weights, scale, rate in progress(runs, "runs")
    ]
    return {"runs": [summary(run) for run in found]}


def trained(weights: str, scale: float, rate: float) -> Any:
    """The loss of each start at each step, shaped (starts, steps)."""
    import torch

    from entnorm.adapters.torch import softmax

    random = torch.Generator().manual_seed(SEED)
    turn = torch.linalg.qr(torch.randn(STARTS, SIZE, SIZE, generator=random))[0]
    matrix = (torch.randn(STARTS, SIZE, SIZE, generator=random) * scale / SIZE**0.5).requires_grad_()
    gain = torch.zeros(STARTS, 1, 1, requires_grad=True)  # its logarithm
    adam = torch.optim.Adam([{"params": [matrix], "lr": rate * scale}, {"params": [gain], "lr": GAIN}])
    rows, losses = torch.arange(STARTS)[:, None], []
    for _ in range(STEPS):
        keys = torch.nn.functional.normalize(torch.randn(STARTS, BATCH, KEYS, SIZE, generator=random), dim=-1)
        values = torch.randn(STARTS, BATCH, KEYS, 4, generator=random)
        meant = torch.randint(KEYS, (STARTS, BATCH), generator=random)
        which = (rows, torch.arange(BATCH), meant)
        scores = torch.einsum("sbd,sbnd->sbn", keys[which] @ turn @ matrix, keys)
        if weights == "entropy":
            q = softmax(scores, entropy=ENTROPY)
        elif weights == "standardised":
            q = torch.softmax(gain.exp() * torch.nn.functional.layer_norm(scores, (KEYS,)), -1)
        else:
            q = torch.softmax(scores, -1)
        loss = (torch.einsum("sbn,sbnv->sbv", q, values) - values[which]).square().mean((1, 2))
        adam.zero_grad()
        loss.sum().backward()  # no start knows of another
        adam.step()
        losses.append(loss.detach())
    return torch.stack(losses, dim=1).double().numpy()


def summary(run: dict[str, Any]) -> dict[str, Any]:
    """The error of each start at the end, and at each step the least, the middle and the greatest of the starts."""
    losses = run["losses"]
    steps = dict(zip(("least", "middle", "most"), np.quantile(losses, [0, 0.5, 1], axis=0), strict=True))
    ends = {"ends": losses[:, -LAST:].mean(-1)} | steps
    shown = {key: [float(f"{x:.4g}") for x in values] for key, values in ends.items()}
    return {key: run[key] for key in ("weights", "scale", "rate")} | shown


def best(data: dict[str, Any], weights: str, scale: int) -> dict[str, Any]:
    """What the step size that suits it led to."""
    runs = [r for r in data["runs"] if (r["weights"], r["scale"]) == (weights, scale)]
    return min(runs, key=lambda r: float(np.median(r["ends"])))


def conclusions(data: dict[str, Any]) -> list[str]:
    edges = [f"{w} from {s}" for w, s in product(WEIGHTS, SCALES) if best(data, w, s)["rate"] in (RATES[0], RATES[-1])]
    helped = [scale for scale in SCALES if wins(data, "entropy", "softmax", scale) >= SURE]
    gained = [scale for scale in helped if wins(data, "entropy", "standardised", scale) >= SURE]
    return [
        *(
            f"Started at {scale} times the ordinary scale, the squared error ends at {end(data, 'softmax', scale)} with softmax, at"
            f" {end(data, 'entropy', scale)} with the entropy prescribed and at {end(data, 'standardised', scale)} with standardised"
            f" scores (median; all starts). The prescribed entropy is better than softmax in {wins(data, 'entropy', 'softmax', scale)}"
            f" of {STARTS} starts, and better than standardised scores in {wins(data, 'entropy', 'standardised', scale)}."
            for scale in SCALES
        ),
        f"More than chance ({SURE} of {STARTS} or more, a sign test at 5%), a prescribed entropy helps against softmax at"
        f" {listed(helped)} of these scales, and at {listed(gained)} of those it is better than standardised scores, too.",
        f"The best step size lies {'at an end of the grid: ' + ', '.join(edges) if edges else 'inside the grid for every line'}.",
        "Comment: a prescribed entropy frees the layer from the scale of its start [escort.composition], but so does any standardisation;"
        " and with 0.5 nats some weight always stays on keys that are not meant, which softmax and a learnt gain can do away with.",
    ]


SURE = 10
"""Of twelve starts: as many or more by chance, on either side, in 3.9% of the cases."""


def listed(scales: list[int]) -> str:
    return f"{len(scales)} ({', '.join(map(str, scales))})" if scales else "none"


def end(data: dict[str, Any], weights: str, scale: int) -> str:
    ends = best(data, weights, scale)["ends"]
    return f"{np.median(ends):.2g} ({min(ends):.2g} to {max(ends):.2g})"


def wins(data: dict[str, Any], one: str, other: str, scale: int) -> int:
    """In how many starts the first ends with the smaller error; a start gives the same matrix and data to both."""
    return int((np.array(best(data, one, scale)["ends"]) < best(data, other, scale)["ends"]).sum())


NAMES = {"softmax": "softmax", "entropy": f"entropy of {ENTROPY} nats", "standardised": "standardised, with a gain"}


def tables(data: dict[str, Any]) -> dict[str, list[dict[str, str]]]:
    rows = [
        {
            "scale at the start": str(scale),
            "weights": NAMES[weights],
            "error, median": f"{np.median(found['ends']):.2g}",
            "least": f"{min(found['ends']):.2g}",
            "greatest": f"{max(found['ends']):.2g}",
            "step size": f"{found['rate']:g}",
        }
        for scale, weights in product(SCALES, WEIGHTS)
        for found in [best(data, weights, scale)]
    ]
    return {
        f"Squared error over the last {LAST} steps, {STARTS} starts, with the best of {len(RATES)} step sizes": rows
    }


FLOOR = 1e-8  # of what is drawn


def figures(data: dict[str, Any]) -> dict[str, Figure]:
    figure, axes = plt.subplots(1, len(SCALES), figsize=(8.6, 3.2), sharex=True, sharey=True)
    colours = dict(zip(WEIGHTS, (RED, BLUE, GREEN), strict=True))
    for scale, axis in zip(SCALES, axes, strict=True):
        for weights, colour in colours.items():
            found = best(data, weights, scale)
            axis.semilogy(np.maximum(smooth(found["middle"]), FLOOR), color=colour, label=NAMES[weights])
            spread = np.maximum([smooth(found["least"]), smooth(found["most"])], FLOOR)
            axis.fill_between(range(spread.shape[1]), *spread, color=colour, alpha=0.18, linewidth=0)
        axis.set_title(f"start times {scale}", fontsize=10)
        axis.set_xlabel("step")
    axes[0].set_ylabel("squared error")
    axes[0].set_ylim(FLOOR, None)
    figure.legend(*axes[0].get_legend_handles_labels(), loc="outside upper center", ncols=len(WEIGHTS))
    sentence = (
        f"The loss of the best of {len(RATES)} step sizes, averaged over five steps, for starts of three scales: the median of"
        f" {STARTS} starts in a band from the least to the greatest."
    )
    return {"Learning which key is meant": caption(figure, sentence)}


def smooth(losses: list[float]) -> Any:
    return np.convolve(losses, np.ones(5) / 5, "valid")
