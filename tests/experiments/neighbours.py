"""t-SNE gives each point a distribution over the others, with a prescribed perplexity. In high dimensions distances are
concentrated: they differ by little, and by much less than they are. What comes out of the searches of openTSNE and of
scikit-learn is measured here, beside ours, and what it does to an embedding.

Data: forty groups of eight points, in 20,000 dimensions, say forty cell types by 20,000 genes, with noise that is much
larger than the groups are apart; the same in 4,000 dimensions, twenty groups of 25; forty groups of eight in 20
dimensions, where each point has a large coordinate of its own besides, as an identifier left in a table; and the images
of digits of scikit-learn, 64 dimensions, where nothing is concentrated. Perplexities are those of the conditional
distributions. Embeddings start from the same place: openTSNE's with its own affinities and with
`entnorm.adapters.opentsne`, scikit-learn's with its own neighbours and with those of
`entnorm.adapters.sklearn.CalibratedNeighbors`. They are judged by how often five neighbours in the plane tell the group
(five-fold cross-validation).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from importlib import import_module
from typing import Any

import numpy as np
from matplotlib import pyplot as plt
from matplotlib.figure import Figure
from style import BLUE, BROWN, GREEN, GREY, PURPLE, RED, caption

import entnorm

TITLE = "t-SNE: the perplexity that was asked for, and the one that came out"
PACKAGES = ("scikit-learn", "openTSNE")
SEED = 0
DATA = {
    "40 groups of 8, 20,000 dimensions": {
        "groups": 40,
        "size": 8,
        "dimensions": 20_000,
        "apart": 0.15,
        "perplexity": 15,
    },
    "20 groups of 25, 4,000 dimensions": {
        "groups": 20,
        "size": 25,
        "dimensions": 4_000,
        "apart": 0.22,
        "perplexity": 20,
    },
    "40 groups of 8, an identifier": {
        "groups": 40,
        "size": 8,
        "dimensions": 20,
        "apart": 3.0,
        "own": 30_000.0,
        "perplexity": 15,
    },
    "digits, 64 dimensions": {"perplexity": 30},
}

LIBRARIES = ("openTSNE", "scikit-learn")
WAYS = (*LIBRARIES, *(f"{library} with entnorm" for library in LIBRARIES))

Progress = Callable[[Iterable[Any], str], Iterable[Any]]


def run(progress: Progress) -> dict[str, Any]:
    found = {name: compared(*points(**of), of["perplexity"]) for name, of in progress(DATA.items(), "data")}
    for name in list(found)[1:]:  # only the first are drawn
        for who in WAYS:
            del found[name][who]["embedding"]
    return found


def points(
    groups: int = 0, size: int = 0, dimensions: int = 0, apart: float = 0.0, own: float = 0.0, perplexity: float = 0.0
) -> Any:
    if not groups:
        digits = import_module("sklearn.datasets").load_digits()
        return digits.data[:600], digits.target[:600]
    rng = np.random.default_rng(SEED)
    centres = apart * rng.normal(size=(groups, dimensions))
    group = np.repeat(np.arange(groups), size)
    x = centres[group] + rng.normal(size=(groups * size, dimensions))
    return (np.hstack([x, own * np.eye(len(x))]) if own else x), group


def compared(x: Any, group: Any, perplexity: float) -> dict[str, Any]:
    affinity, ours = import_module("openTSNE.affinity"), import_module("entnorm.adapters.opentsne")
    start = import_module("openTSNE").initialization.pca(x, random_state=SEED)
    found: dict[str, Any] = {"group": group.tolist(), "asked": perplexity}
    for name, kind in (("openTSNE", affinity.PerplexityBasedNN), ("openTSNE with entnorm", ours.PerplexityBasedNN)):
        single = kind(x, perplexity=perplexity, method="exact", symmetrize=False).P.toarray()
        both = kind(x, perplexity=perplexity, method="exact")
        embedding = import_module("openTSNE").TSNE(random_state=SEED).fit(affinities=both, initialization=start)
        found[name] = judged(single, embedding, group, perplexity)
    for name, calibrated in (("scikit-learn", False), ("scikit-learn with entnorm", True)):
        graph, embedding = embedded(x, perplexity, start, calibrated=calibrated)
        found[name] = judged(graph, embedding, group, perplexity)
    return found


def embedded(x: Any, perplexity: float, start: Any, *, calibrated: bool) -> tuple[Any, Any]:
    """The embedding of scikit-learn, and the probabilities that it makes of its squared distances in float32."""
    count = min(len(x) - 1, int(3 * perplexity + 1))
    options = {"perplexity": perplexity, "init": start.astype(np.float32), "random_state": SEED}
    tsne = import_module("sklearn.manifold").TSNE
    if calibrated:
        graph = import_module("entnorm.adapters.sklearn").CalibratedNeighbors(perplexity).fit_transform(x)
        distances = graph.data.reshape(len(x), -1)[:, 1:]
        embedding = tsne(metric="precomputed", **options).fit_transform(graph)
    else:
        distances = import_module("sklearn.neighbors").NearestNeighbors(n_neighbors=count).fit(x).kneighbors()[0]
        embedding = tsne(**options).fit_transform(x)
    search = import_module("sklearn.manifold._utils")._binary_search_perplexity
    return np.asarray(search((distances**2).astype(np.float32), perplexity, 0)), embedding


def judged(p: Any, embedding: Any, group: Any, asked: float) -> dict[str, Any]:
    values = perplexities(p)
    return {
        "perplexities": [float(f"{value:.8g}") for value in values],
        "off": float(f"{np.abs(values / asked - 1).max():.2g}"),
        "told": told(np.asarray(embedding), group),
        "embedding": np.asarray(embedding, dtype=np.float64).round(2).tolist(),
    }


def perplexities(p: Any) -> Any:
    return entnorm.perplexity(p / p.sum(-1, keepdims=True))


def told(embedding: Any, group: Any) -> float:
    nearest = import_module("sklearn.neighbors").KNeighborsClassifier(5)
    return float(import_module("sklearn.model_selection").cross_val_score(nearest, embedding, group).mean())


def conclusions(data: dict[str, Any]) -> list[str]:
    said = []
    for name, found in data.items():
        parts = []
        for library in LIBRARIES:
            own, ours = found[library], found[f"{library} with entnorm"]
            parts.append(
                f"{library} gives its rows {min(own['perplexities']):.6g} to {max(own['perplexities']):.6g}, with entnorm the relative"
                f" error is at most {ours['off']:.0e}; five neighbours in the plane tell the group of {own['told']:.0%} of the"
                f" points, and of {ours['told']:.0%} with entnorm"
            )
        said.append(f"{name}, perplexity {found['asked']:g}: {'; '.join(parts)}.")
    return said


def figures(data: dict[str, Any]) -> dict[str, Figure]:
    name = next(iter(data))
    return {f"The same points, {name}": embeddings(data[name]), "Perplexities": histograms(data)}


GROUPS, MARKERS = (BLUE, RED, GREEN, PURPLE, BROWN, GREY), "o^sD"
"""Colours that the page has in daylight and in the dark, and shapes for more groups than there are colours."""


def embeddings(found: dict[str, Any]) -> Figure:
    figure, axes = plt.subplots(1, 2, figsize=(8.6, 4.3))
    group = np.array(found["group"])
    for who, axis in zip(("openTSNE", "openTSNE with entnorm"), axes, strict=True):
        place = np.array(found[who]["embedding"])
        for which in np.unique(group):
            colour, marker = GROUPS[which % len(GROUPS)], MARKERS[which // len(GROUPS) % len(MARKERS)]
            axis.plot(*place[group == which].T, marker, color=colour, markersize=3.6, markeredgewidth=0)
        axis.set_title(f"{who}: {found[who]['told']:.0%} told", fontsize=10)
        axis.set_xticks([])
        axis.set_yticks([])
        axis.grid(visible=False)
    return caption(
        figure,
        f"t-SNE by openTSNE, from the same start, perplexity {found['asked']:g}; colours and shapes are the groups. Left with its own search,"
        " right with rows that have the perplexity asked for.",
    )


def histograms(data: dict[str, Any]) -> Figure:
    figure, axes = plt.subplots(1, len(data), figsize=(8.8, 3.0))
    shown = {"openTSNE": RED, "scikit-learn": GREY, "openTSNE with entnorm": BLUE}
    for (name, found), axis in zip(data.items(), axes, strict=True):
        sets = [np.array(found[who]["perplexities"]) for who in shown]
        least, most = min(s.min() for s in sets), max(s.max() for s in sets)
        bins = np.linspace(least - 0.05 * (most - least) - 0.5, most + 0.05 * (most - least) + 0.5, 40)
        for values, (who, colour) in zip(sets, shown.items(), strict=True):
            axis.hist(values, bins=bins, color=colour, alpha=0.6, label=who.removeprefix("openTSNE with "))
        axis.set_title(name.replace(", ", ",\n"), fontsize=8.5)
        axis.set_xlabel("perplexity")
    axes[0].set_ylabel("points")
    axes[0].legend(fontsize=8)
    return caption(figure, "The perplexities of the rows; ours all are what was asked for.")
