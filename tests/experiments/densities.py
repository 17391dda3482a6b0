"""What normalising the entropy of a density does. Densities have no shared vocabulary, as tokens are: entropies are
differential, may be negative, and depend on the coordinate, and a power of a density need not have an integral.

Drawn: one density at five entropies; the entropy over the exponent, where it exists, for densities with light, heavy
and very heavy tails and with a pole; and the same variable normalised in two coordinates, as X = exp(Y) and as Y.
Computed by `entnorm.continuous`: by formulas that are proved for the families of SciPy that have one, by numerical
integration with an error estimate otherwise.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
from matplotlib import pyplot as plt
from matplotlib.figure import Figure
from style import BLUE, BROWN, GREEN, GREY, PURPLE, RED, caption

TITLE = "Densities: what can be had depends on the tails, and on the coordinate"
PACKAGES = ("scipy",)
TARGETS = (0.5, 1.0, 1.5, 2.0, 2.5)
SHAPE = 2.5  # of the gamma density
NORMAL = (0.4, 0.9)  # mean and deviation of Y
POINTS = 121

Progress = Callable[[Iterable[Any], str], Iterable[Any]]


def run(progress: Progress) -> dict[str, Any]:
    parts = {"powers": powers, "curves": curves, "coordinates": coordinates}
    return {name: parts[name]() for name in progress(list(parts), "parts")}


def powers() -> dict[str, Any]:
    """One density at several entropies."""
    from scipy import stats

    from entnorm import continuous

    x = np.linspace(0, 8, POINTS)
    found = [continuous.solve(stats.gamma(SHAPE), entropy=target) for target in TARGETS]
    return {
        "x": x.tolist(),
        "found": [
            {"entropy": h, "gamma": s.gamma, "pdf": s.distribution.pdf(x).tolist()}
            for h, s in zip(TARGETS, found, strict=True)
        ],
    }


def curves() -> dict[str, Any]:
    """The entropy over the exponent, where the power has an integral."""
    from scipy import stats

    from entnorm import continuous

    def heavy(t: Any) -> Any:
        """log of the density of log X, for X with the density 2 / (x log^3 x) on x > e."""
        return math.log(2) - 3 * np.log(t)

    gammas = np.geomspace(0.02, 20, POINTS)
    found = {}
    for name, density in {
        "normal": stats.norm(),
        "Student, ν = 3": stats.t(3),
        "Beta(½, 3)": stats.beta(0.5, 3),
    }.items():
        low, high = continuous.solve(density, entropy=-1.0).gamma_domain
        inside = gammas[(gammas > low) & (gammas < high)]
        found[name] = curve(inside, [continuous.escort(density, g) for g in inside], (low, high))
    inside = np.concatenate([[1.0], gammas[gammas > 1]])
    known = {"support": (1, np.inf), "gamma_domain": (1, np.inf), "closed": "left", "log_jacobian": lambda t: t}
    found["2 / (x log³x)"] = curve(inside, [continuous.escort(heavy, g, **known) for g in inside], (1, math.inf))
    return found


def curve(gammas: Any, escorts: list[Any], domain: tuple[float, float]) -> dict[str, Any]:
    return {
        "gamma": gammas.tolist(),
        "entropy": [float(escort.entropy()) for escort in escorts],
        "domain": [str(end) for end in domain],
    }


def coordinates() -> dict[str, Any]:
    """X = exp(Y) normalised as X, and as Y: densities of Y."""
    from scipy import stats

    from entnorm import continuous

    y, normal, target = np.linspace(-2.5, 3, POINTS), stats.norm(*NORMAL), 1.0
    found = {
        "X": continuous.solve(normal, entropy=target, gamma_domain=(0, np.inf), log_jacobian=lambda t: t),
        "Y": continuous.solve(normal, entropy=target),
    }
    said = {name: {"gamma": s.gamma, "pdf": s.distribution.pdf(y).tolist()} for name, s in found.items()}
    return {"y": y.tolist(), "given": normal.pdf(y).tolist(), "entropy": target, **said}


def conclusions(data: dict[str, Any]) -> list[str]:
    heavy, student, beta = (data["curves"][name] for name in ("2 / (x log³x)", "Student, ν = 3", "Beta(½, 3)"))
    two = data["coordinates"]
    ends = data["powers"]["found"]
    falls = all(np.diff(c["entropy"]).max() < 0 for c in data["curves"].values())
    return [
        f"Gamma({SHAPE}) has an entropy of {ends[0]['entropy']} at γ = {ends[0]['gamma']:.3g} and of {ends[-1]['entropy']} at"
        f" γ = {ends[-1]['gamma']:.3g}; {'every curve falls' if falls else 'NOT EVERY CURVE FALLS'} with γ, as is proved"
        " [densities.entropy-slope].",
        f"Powers have an integral for γ > {number(student['domain'][0])} of Student's density with 3 degrees of freedom, for"
        f" γ < {number(beta['domain'][1])} of Beta(½, 3), for γ ≥ {number(heavy['domain'][0])} of 2 / (x log³x), whose powers have an"
        f" entropy of at most {max(heavy['entropy']):.4f} nats, at γ = {heavy['gamma'][int(np.argmax(heavy['entropy']))]:g}.",
        f"The same variable normalised to {two['entropy']:g} nat has γ = {two['X']['gamma']:.4f} in the coordinate X = exp(Y) and"
        f" γ = {two['Y']['gamma']:.4f} in the coordinate Y.",
        "Comment: tails bound the exponents from below, poles from above, and where a density is defined at its end, as the last one is,"
        " its own entropy is the most that can be had. A differential entropy is that of a variable in a coordinate, which has to be chosen.",
    ]


def number(end: str) -> str:
    return f"{float(end):g}"


def figures(data: dict[str, Any]) -> dict[str, Figure]:
    return {
        "Powers of one density": drawn_powers(data["powers"]),
        "The entropy over the exponent": drawn_curves(data["curves"]),
        "The coordinate matters": drawn_coordinates(data["coordinates"]),
    }


def drawn_powers(found: dict[str, Any]) -> Figure:
    figure, axis = plt.subplots()
    for one, colour in zip(found["found"], (RED, BROWN, GREEN, BLUE, PURPLE), strict=True):
        axis.plot(found["x"], one["pdf"], color=colour, label=f"h = {one['entropy']}: γ = {one['gamma']:.3g}")
    axis.set(xlabel="x", ylabel="density", xlim=(0, 8), ylim=(0, None))
    axis.legend()
    return caption(
        figure, f"Powers of Gamma({SHAPE}), scaled to integral 1, at five entropies in nats; the exponent of each."
    )


def drawn_curves(found: dict[str, Any]) -> Figure:
    figure, axis = plt.subplots()
    for (name, curve), colour in zip(found.items(), (BLUE, GREEN, BROWN, RED), strict=True):
        low, high = map(number, curve["domain"])
        ends = f"{low} ≤ γ" if name.startswith("2 /") else f"{low} < γ" + (f" < {high}" if high != "inf" else "")
        axis.plot(curve["gamma"], curve["entropy"], color=colour, label=f"{name}: {ends}")
        if name.startswith("2 /"):
            axis.plot(curve["gamma"][0], curve["entropy"][0], "o", color=colour, markersize=5)
    axis.set(xlabel="γ", ylabel="entropy, nats", xscale="log", ylim=(-4, 9))
    figure.legend(*axis.get_legend_handles_labels(), loc="outside upper left", ncols=2)
    return caption(
        figure,
        "Each curve over the exponents whose power has an integral. The dot: the last one is defined at its end, and highest there.",
    )


def drawn_coordinates(found: dict[str, Any]) -> Figure:
    figure, axis = plt.subplots()
    axis.plot(found["y"], found["given"], color=GREY, label="Y = log X, as given")
    for name, colour in (("Y", BLUE), ("X", RED)):
        label = f"h({name}) = {found['entropy']:g}: γ = {found[name]['gamma']:.4f}"
        axis.plot(found["y"], found[name]["pdf"], color=colour, label=label)
    axis.set(xlabel="y = log x", ylabel="density of Y", ylim=(0, None))
    axis.legend(loc="upper left")
    return caption(
        figure,
        f"Y is normal with mean {NORMAL[0]} and deviation {NORMAL[1]}; X = exp(Y). All three curves are densities of Y.",
    )
