"""Which entropy should one prescribe? For a classifier that can be asked of held-out data: the target that makes their
labels most likely. Five classifiers of scikit-learn, on the three data sets of classes that it ships; a third of the
data trains each, a third fits, a third judges; ten random splits.

Compared: the classifier as it is; one temperature for all rows (https://arxiv.org/abs/1706.04599, temperature
scaling); one entropy for all rows; one floor under the entropy, which only rows below it feel, and which
moves none where it is fitted as 0. Each has one number, fitted by likelihood in the same way. Judged by the negative
log-likelihood in nats and by the expected calibration error (15 bins).

Differences are paired, within a split, and given with a standard error. Splits share their data, so it is that of
Nadeau and Bengio (https://doi.org/10.1023/A:1024068626366): sqrt(1/10 + 1/2) deviations of the splits instead of
sqrt(1/10), 1/2 being the ratio of the data that judge to the data that train or fit. One way is called better than
another where the difference is beyond two of them.

A probability of 0, which a forest gives, costs -log of whatever it is replaced by. All is therefore done twice, with
probabilities below 1e-12 and below 1e-3 raised to that.
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
LEASTS = (1e-12, 1e-3)
"""No classifier is as certain as the first; naive Bayes says so all the same. The second is what a few hundred rows allow."""

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
        labels = [data.target[part] for part in (fit, judge)]
        for least in LEASTS:
            logits = [np.log(np.maximum(model.predict_proba(data.data[part]), least)) for part in (fit, judge)]
            found.append({"data": name, "classifier": kind, "least": least, **judged(logits, labels, least)})
    return {"found": found}


def judged(logits: list[Any], labels: list[Any], least: float) -> dict[str, Any]:
    """Each way, fitted to the first and judged on the second."""
    fits = {
        "as it is": calibration.Fit("temperature", 1.0, 0.0),
        "temperature": calibration.fit_temperature(logits[0], labels[0]),
        "entropy": calibration.fit_target(logits[0], labels[0], kind="entropy"),
        "floor": calibration.fit_floor(logits[0], labels[0]),
    }
    ways = {}
    for way, fit in fits.items():
        log_probs = np.maximum(fit.log_probs(logits[1]), np.log(least))  # a row with tied maxima may exclude the others
        log_probs -= np.logaddexp.reduce(log_probs, axis=-1, keepdims=True)
        probs = np.exp(log_probs)
        bins = calibration.reliability(probs, labels[1], bins=10)
        ways[way] = {
            "value": fit.value,
            "nll": float(-log_probs[np.arange(len(labels[1])), labels[1]].mean()),
            "ece": calibration.calibration_error(probs, labels[1]),
            "reliability": {key: values.tolist() for key, values in bins.items()},
        }
    return {"accuracy": float((logits[1].argmax(-1) == labels[1]).mean()), "ways": ways}


def conclusions(data: dict[str, Any]) -> list[str]:
    strict, lenient = LEASTS
    cases = splits(data, "nll", strict)
    ece = splits(data, "ece", strict)
    middle = {way: np.median([values[way].mean() for values in ece.values()]) for way in WAYS}
    entropy = [Difference(values["entropy"], values["temperature"]) for values in cases.values()]
    worse = sum(d.beyond > 0 for d in entropy)
    unmoved = [case for case in cases if idle(data, case, strict)]
    return [
        f"One entropy for all rows is better than one temperature in {sum(d.beyond < 0 for d in entropy)} of {len(cases)} cases, worse in"
        f" {worse}, and within two standard errors in the others; the median of the differences is"
        f" {np.median([d.mean for d in entropy]):+.3f} nats.",
        *(compared(data, least) for least in LEASTS),
        f"The floor was fitted as 0 in every split, and is then the classifier as it is, in {len(unmoved)} of {len(cases)} cases.",
        f"Beyond two standard errors, one temperature is better than the classifier as it is in {better(data, 'temperature', 'as it is', strict)}"
        f" cases, and worse in {better(data, 'as it is', 'temperature', strict)}; with probabilities below {lenient:g} raised to that, in"
        f" {better(data, 'temperature', 'as it is', lenient)}, and worse in {better(data, 'as it is', 'temperature', lenient)}.",
        f"The calibration error is {middle['entropy']:.3f} in the median for one entropy, {middle['temperature']:.3f} for one temperature,"
        f" {middle['floor']:.3f} for a floor and {middle['as it is']:.3f} as they are.",
        "Comment: likelihood charges one entropy for all rows with taking from each row what the classifier knows about its doubts;"
        " the calibration error does not, a confidence can be right on average and say nothing about the row.",
    ]


def compared(data: dict[str, Any], least: float) -> str:
    """Whether a floor is better than one temperature, where it moves anything at all."""
    cases = {case: v for case, v in splits(data, "nll", least).items() if not idle(data, case, least)}
    change = {case: Difference(values["floor"], values["temperature"]) for case, values in cases.items()}
    won = [f"{kind} on {name} ({d})" for (name, kind), d in change.items() if d.beyond < 0]
    return (
        f"With probabilities raised to {least:g}, a floor under the entropy is better than one temperature in {len(won)} of the"
        f" {len(cases)} cases in which it moves a row at all{': ' if won else ''}{', '.join(won)}; worse in"
        f" {sum(d.beyond > 0 for d in change.values())}, and in {sum(not d.beyond for d in change.values())} the difference is within"
        " two standard errors."
    )


def better(data: dict[str, Any], one: str, other: str, least: float) -> int:
    """In how many cases one way has the smaller negative log-likelihood, beyond two standard errors."""
    return sum(Difference(values[one], values[other]).beyond < 0 for values in splits(data, "nll", least).values())


class Difference:
    """The mean of what one way has more than another in the same splits, with its standard error."""

    def __init__(self, one: Any, other: Any) -> None:
        change = np.subtract(one, other)
        self.mean = float(change.mean())
        self.error = float(change.std(ddof=1) * (1 / change.size + 1 / 2) ** 0.5)

    @property
    def beyond(self) -> int:
        """The sign of a difference beyond two standard errors, 0 of a smaller one."""
        return int(np.sign(self.mean)) if abs(self.mean) > 2 * self.error else 0

    def __str__(self) -> str:
        return f"{self.mean:+.4f} ± {self.error:.4f}"


def splits(data: dict[str, Any], measure: str, least: float) -> dict[tuple[str, str], dict[str, Any]]:
    """The measure of each way in each split, for each data set and classifier."""
    cases: dict[tuple[str, str], dict[str, list[float]]] = {}
    for row in data["found"]:
        if row["least"] == least:
            case = cases.setdefault((row["data"], row["classifier"]), {way: [] for way in WAYS})
            for way in WAYS:
                case[way].append(row["ways"][way][measure])
    return {case: {way: np.array(values) for way, values in ways.items()} for case, ways in cases.items()}


def idle(data: dict[str, Any], case: tuple[str, str], least: float) -> bool:
    """Whether the floor was fitted as 0 in every split, so that it is the classifier as it is."""
    return not splits(data, "value", least)[case]["floor"].any()


def tables(data: dict[str, Any]) -> dict[str, list[dict[str, str]]]:
    return {
        title: rows
        for least in LEASTS
        for title, rows in (
            (
                f"Negative log-likelihood in nats, means of {SPLITS} splits; probabilities raised to {least:g}",
                costs(data, least),
            ),
            (
                f"Differences of that, with standard errors, * beyond two of them, – where the floor is 0 in every split; raised to {least:g}",
                differences(data, least),
            ),
        )
    } | {f"Calibration error, means of {SPLITS} splits; raised to {LEASTS[0]:g}": costs(data, LEASTS[0], "ece")}


def costs(data: dict[str, Any], least: float, measure: str = "nll") -> list[dict[str, str]]:
    return [
        {"data": name, "classifier": kind, **{way: f"{values[way].mean():.4f}" for way in WAYS}}
        for (name, kind), values in splits(data, measure, least).items()
    ]


PAIRS = (("temperature", "as it is"), ("entropy", "temperature"), ("floor", "temperature"), ("floor", "as it is"))


def differences(data: dict[str, Any], least: float) -> list[dict[str, str]]:
    """Each pair of ways; nothing to compare where no split has a floor above 0."""
    return [
        {"data": name, "classifier": kind}
        | {
            f"{one} − {other}": "–"
            if one == "floor" and idle(data, (name, kind), least)
            else starred(values[one], values[other])
            for one, other in PAIRS
        }
        for (name, kind), values in splits(data, "nll", least).items()
    ]


def starred(one: Any, other: Any) -> str:
    change = Difference(one, other)
    return f"{change}{' *' if change.beyond else ''}"


def figures(data: dict[str, Any]) -> dict[str, Figure]:
    return {"What each way costs": changes(data), "Reliability": diagrams(data)}


def changes(data: dict[str, Any]) -> Figure:
    figure, axes = plt.subplots(1, len(LEASTS), figsize=(9.2, 5.0), sharex=True, sharey=True)
    for least, axis in zip(LEASTS, axes, strict=True):
        cases = splits(data, "nll", least)
        for lift, (way, colour, marker) in enumerate(zip(WAYS[1:], (GREY, RED, GREEN), ("o", "s", "^"), strict=True)):
            found = [Difference(values[way], values["as it is"]) for values in cases.values()]
            axis.errorbar(
                [d.mean for d in found], np.arange(len(cases)) + 0.24 * (1 - lift), xerr=[2 * d.error for d in found],
                fmt=marker, color=colour, label=way, markersize=4, elinewidth=1,
            )  # fmt: skip
        axis.axvline(0, color=SOFT, linewidth=1)
        axis.set_xscale("symlog", linthresh=0.01)
        axis.set_xticks([-1, -0.1, -0.01, 0, 0.01, 0.1, 1], ["−1", "−.1", "−.01", "0", ".01", ".1", "1"])
        axis.set_title(f"probabilities raised to {least:g}", fontsize=10)
        axis.set_yticks(range(len(cases)), [f"{kind}, {name}" for name, kind in cases])
    figure.supxlabel(
        "change of the negative log-likelihood against the classifier as it is, nats", fontsize=10, color=SOFT
    )
    figure.legend(*axes[0].get_legend_handles_labels(), loc="outside upper right", ncols=len(WAYS) - 1)
    return caption(
        figure,
        "To the left is better. Means over the splits with two standard errors to either side, on data that neither training nor"
        " fitting saw; linear between -0.01 and 0.01, logarithmic beyond.",
    )


def diagrams(data: dict[str, Any]) -> Figure:
    case = next(
        row for row in data["found"] if (row["data"], row["classifier"]) == ("digits", "naive Bayes")
    )  # the first least
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
