"""Draw what normalising the entropy of a density does: ``python tests/experiments/densities.py FILE.svg``.

Left, one density at five entropies. In the middle, the entropy over the exponent: where a curve begins or ends, the
power has no integral; where it is bounded, so is what can be attained. Right, the same variable normalised in two
coordinates. Needs the extras `continuous` and `plot`.
"""

from __future__ import annotations

import math
import sys

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
from scipy import stats

from entnorm import continuous

plt.rcParams.update({"svg.hashsalt": "entnorm", "font.size": 9, "axes.spines.top": False, "axes.spines.right": False})


def heavy(t):
    """log of the density of log X, for X with the density 2 / (x log^3 x) on x > e."""
    return math.log(2) - 3 * np.log(t)


HEAVY = {"support": (1, np.inf), "gamma_domain": (1, np.inf), "closed": "left", "log_jacobian": lambda t: t}


def powers(axes):
    """One density at five entropies."""
    x = np.linspace(0, 8, 800)
    for target in (0.5, 1.0, 1.5, 2.0, 2.5):
        solution = continuous.solve(stats.gamma(2.5), entropy=target)
        axes.plot(x, solution.distribution.pdf(x), label=f"h = {target}: γ = {solution.gamma:.3g}")
    axes.set(title="powers of Gamma(2.5)", xlabel="x", ylabel="density")
    axes.legend(frameon=False)


def curves(axes):
    """The entropy over the exponent, where it exists."""
    gammas = np.geomspace(0.02, 20, 200)
    for density, name in (
        (stats.norm(), "normal: any γ"),
        (stats.t(3), "Student, ν = 3: γ > 1/4"),
        (stats.beta(0.5, 3), "Beta(½, 3): γ < 2, h < 0"),
    ):
        low, high = continuous.solve(density, entropy=-1.0).gamma_domain
        inside = gammas[(gammas > low) & (gammas < high)]
        axes.plot(inside, [continuous.escort(density, g).entropy() for g in inside], label=name)
    inside = np.concatenate([[1.0], gammas[gammas > 1]])
    entropies = [continuous.escort(heavy, g, **HEAVY).entropy() for g in inside]
    axes.plot(inside, entropies, label="2 / (x log³x): γ ≥ 1, h ≤ 2.81")
    axes.plot(1, entropies[0], "o", color=axes.lines[-1].get_color(), markersize=4)
    axes.set(title="entropy over the exponent", xlabel="γ", ylabel="nats", xscale="log", ylim=(-4, 9))
    axes.legend(frameon=False, loc="upper right")


def coordinates(axes):
    """X = exp(Y) normalised as X, and as Y."""
    y = np.linspace(-2.5, 3, 600)
    normal, target = stats.norm(0.4, 0.9), 1.0
    moved = continuous.solve(normal, entropy=target, gamma_domain=(0, np.inf), log_jacobian=lambda t: t)
    narrowed = continuous.solve(normal, entropy=target)
    axes.plot(y, normal.pdf(y), color="0.6", label="Y = log X")
    axes.plot(y, narrowed.distribution.pdf(y), label=f"h(Y) = 1: γ = {narrowed.gamma:.4f}")
    axes.plot(y, moved.distribution.pdf(y), label=f"h(X) = 1: γ = {moved.gamma:.4f}")
    axes.set(title="the coordinate matters", xlabel="y = log x", ylabel="density of Y", ylim=(None, 0.95))
    axes.legend(frameon=False, loc="upper left")


def main() -> None:
    """Write the figure to the file that is named."""
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    figure, axes = plt.subplots(1, 3, figsize=(12, 3.6), layout="constrained")
    for draw, part in zip((powers, curves, coordinates), axes, strict=True):
        draw(part)
    figure.savefig(sys.argv[1], metadata={"Date": None} if sys.argv[1].endswith(".svg") else None)


if __name__ == "__main__":
    main()
