"""Which entropy should one prescribe? For a classifier that can be asked of held-out data: the target that makes their
labels most likely. Five classifiers of scikit-learn, on the three data sets of classes that it ships; a third of the
data trains each, a third fits, a third judges; ten random splits.

Compared: the classifier as it is; one temperature for all rows (https://arxiv.org/abs/1706.04599, temperature
scaling); one entropy for all rows; one floor under the entropy, which only rows below it feel. Each has one number, fitted by likelihood in the same way. Judged by the negative log-likelihood in nats and by
the expected calibration error (15 bins).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
from matplotlib import pyplot as plt
from matplotlib.figure import Figure
from style import BLUE, GREEN, GREY, RED, SOFT, caption

from entnorm import calibration

TITLE = "Choosing the entropy of a classifier: a target, a floor, or one temperature"
PACKAGES = ("scikit-learn",)
SEED = 0
SPLITS = 10
WAYS = ("as it is", "temperature", "entropy", "floor")
LEAST = 1e-12  # no classifier is that certain; naive Bayes says so all the same

Progress = Callable[[Iterable[Any], str], Iterable[Any]]


def classifiers() -> dict[str, Any]:
    from sklearn.ensemble import RandomForestClassifier
    from sklearn.linear_model import LogisticRegression
    from sklearn.naive_bayes import GaussianNB
    from sklearn.neighbors import KNeighborsClassifier
    from sklearn.neural_network import MLPClassifier
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    return {
        "network": make_pipeline(StandardScaler(), MLPClassifier((64,), alpha=0, max_iter=2000, random_state=SEED)),
        "logistic": make_pipeline(StandardScaler(), LogisticRegression(C=100, max_iter=5000)),
        "naive Bayes": GaussianNB(var_smoothing=1e-3),
        "forest": RandomForestClassifier(60, random_state=SEED),
        "neighbours": KNeighborsClassifier(15),
    }


def run(progress: Progress) -> dict[str, Any]:
    from sklearn.datasets import load_breast_cancer, load_digits, load_wine

    sets = {"digits": load_digits, "wine": load_wine, "tumours": load_breast_cancer}
    todo = [(name, kind, split) for name in sets for kind in classifiers() for split in range(SPLITS)]
    found = []
    for name, kind, split in progress(todo, "splits"):
        data = sets[name]()
        order = np.random.default_rng([SEED, split]).permutation(len(data.target))
        train, fit, judge = np.array_split(order, 3)
        model = classifiers()[kind].fit(data.data[train], data.target[train])
        logits = [np.log(np.maximum(model.predict_proba(data.data[part]), LEAST)) for part in (fit, judge)]
        found.append({"data": name, "classifier": kind, **judged(logits, [data.target[fit], data.target[judge]])})
    return {"found": found}


def judged(logits: list[Any], labels: list[Any]) -> dict[str, Any]:
    """Each way, fitted to the first and judged on the second."""
    fits = {
        "as it is": calibration.Fit("temperature", 1.0, 0.0),
        "temperature": calibration.fit_temperature(logits[0], labels[0]),
        "entropy": calibration.fit_target(logits[0], labels[0], kind="entropy"),
        "floor": calibration.fit_floor(logits[0], labels[0]),
    }
    ways = {}
    for way, fit in fits.items():
        log_probs = np.maximum(fit.log_probs(logits[1]), np.log(LEAST))  # a row with tied maxima may exclude the others
        probs = np.exp(log_probs)
        bins = calibration.reliability(probs, labels[1], bins=10)
        ways[way] = {
            "value": fit.value,
            "nll": float(-log_probs[np.arange(len(labels[1])), labels[1]].mean()),
            "ece": calibration.calibration_error(probs, labels[1]),
            "reliability": {key: values.tolist() for key, values in bins.items()},
        }
    return {"accuracy": float((logits[1].argmax(-1) == labels[1]).mean()), "ways": ways}


def means(data: dict[str, Any], measure: str) -> dict[tuple[str, str], dict[str, float]]:
    """Over the splits, for each data set and classifier."""
    cases: dict[tuple[str, str], dict[str, list[float]]] = {}
    for row in data["found"]:
        case = cases.setdefault((row["data"], row["classifier"]), {way: [] for way in WAYS})
        for way in WAYS:
            case[way].append(row["ways"][way][measure])
    return {case: {way: float(np.mean(values)) for way, values in ways.items()} for case, ways in cases.items()}


def conclusions(data: dict[str, Any]) -> list[str]:
    nll, ece = means(data, "nll"), means(data, "ece")
    best = {way: sum(min(ways, key=ways.__getitem__) == way for ways in nll.values()) for way in WAYS}
    beaten = [case for case, ways in nll.items() if ways["entropy"] < ways["temperature"]]
    floor = [case for case, ways in nll.items() if ways["floor"] < ways["temperature"]]
    count = len(nll)
    loss = np.median([ways["entropy"] - ways["temperature"] for ways in nll.values()])

    def named(cases: list[tuple[str, str]]) -> str:
        return ", ".join(f"{kind} on {name}" for name, kind in cases) or "none"

    verdict = (
        "No target is better than one temperature."
        if not beaten
        else f"A target is better than one temperature in {len(beaten)} of {count} cases ({named(beaten)}), and worse in the others."
    )
    return [
        f"{verdict} One entropy for all rows costs {loss:.3f} nats against one temperature in the median: it takes from the rows what"
        " a classifier knows about its own doubts.",
        f"A floor under the entropy, which leaves the doubts of doubtful rows alone, beats one temperature in {len(floor)} of {count}:"
        f" {named(floor)}. Where one wants likelihood, one temperature is the default; where confident errors are what"
        " hurts, a floor is worth the comparison.",
        f"Best by likelihood, of {count} cases: " + ", ".join(f"{way} in {best[way]}" for way in WAYS) + ".",
        "Calibration error alone does not choose: one entropy for all rows has"
        f" {np.median([ways['entropy'] for ways in ece.values()]):.3f} in the median, against"
        f" {np.median([ways['temperature'] for ways in ece.values()]):.3f} for one temperature and"
        f" {np.median([ways['as it is'] for ways in ece.values()]):.3f} as they are; a row's confidence can be right on average and"
        " say nothing about the row.",
    ]


def tables(data: dict[str, Any]) -> dict[str, list[dict[str, str]]]:
    nll, ece = means(data, "nll"), means(data, "ece")
    rows = [
        {
            "data": name,
            "classifier": kind,
            **{way: f"{nll[name, kind][way]:.3f} / {ece[name, kind][way]:.3f}" for way in WAYS},
        }
        for name, kind in nll
    ]
    return {f"Negative log-likelihood in nats / calibration error, means of {SPLITS} splits": rows}


def figures(data: dict[str, Any]) -> dict[str, Figure]:
    return {"What each way costs": costs(data), "Reliability": diagrams(data)}


def costs(data: dict[str, Any]) -> Figure:
    nll = means(data, "nll")
    figure, axis = plt.subplots(figsize=(8.2, 4.6))
    for way, colour, marker in zip(WAYS[1:], (GREY, RED, GREEN), ("o", "s", "^"), strict=True):
        change = [ways[way] - ways["as it is"] for ways in nll.values()]
        axis.plot(change, range(len(nll)), marker, color=colour, label=way)
    axis.axvline(0, color=SOFT, linewidth=1)
    axis.set_xscale("symlog", linthresh=0.01)
    axis.set_yticks(range(len(nll)), [f"{kind}, {name}" for name, kind in nll])
    axis.set_xlabel("change of the negative log-likelihood against the classifier as it is, nats")
    figure.legend(loc="outside upper right", ncols=len(WAYS) - 1)
    return caption(
        figure, "To the left is better. Means over the splits, on data that neither training nor fitting saw."
    )


def diagrams(data: dict[str, Any]) -> Figure:
    case = next(row for row in data["found"] if (row["data"], row["classifier"]) == ("digits", "naive Bayes"))
    figure, axes = plt.subplots(1, len(WAYS), figsize=(8.6, 2.9), sharex=True, sharey=True)
    for way, axis in zip(WAYS, axes, strict=True):
        found = case["ways"][way]["reliability"]
        axis.plot([0, 1], [0, 1], color=SOFT, linewidth=1)
        sizes = 6 + 120 * np.array(found["count"]) / sum(found["count"])
        axis.scatter(found["confidence"], found["accuracy"], s=sizes, color=BLUE, alpha=0.7)
        axis.set_title(way, fontsize=10)
        axis.set_xlabel("confidence")
    axes[0].set_ylabel("accuracy")
    return caption(
        figure,
        "Naive Bayes on the digits, one split: how often the class is right, against how sure the classifier is. Areas are numbers"
        " of rows; one entropy for all gathers them at nearly one confidence.",
    )
