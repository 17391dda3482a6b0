"""The document says that low entropy makes gradients vanish. Measured here: the spectral norm of the Jacobian of the
weights in the scores, for softmax and for softmax with a prescribed entropy, as the scores grow. 64 scores are drawn
from a normal distribution and multiplied by a scale, from 1/64 to 256; forty draws, of which the medians are shown.

For softmax the Jacobian is diag(q) - q q'. For a prescribed entropy it is applied to the unit vectors by
`Solution.jvp`, whose formula is proved [gradients.along-logits].
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
from matplotlib import pyplot as plt
from matplotlib.figure import Figure
from style import BLUE, GREEN, RED, caption

import entnorm

TITLE = "Vanishing gradients: softmax, and softmax with a prescribed entropy, over the scale of the scores"
PACKAGES = ()
SEED = 0
SIZE, DRAWS = 64, 40
SCALES = [2.0**k for k in range(-6, 9)]
ENTROPIES = (0.5, 2.0, 3.5)

Progress = Callable[[Iterable[Any], str], Iterable[Any]]


def run(progress: Progress) -> dict[str, Any]:
    scores = np.random.default_rng(SEED).normal(size=(DRAWS, SIZE))
    found: dict[str, list[float]] = {"softmax": [], "entropy of softmax": [], **{f"{h} nats": [] for h in ENTROPIES}}
    for scale in progress(SCALES, "scales"):
        plain = np.exp(scale * (scores - scores.max(-1, keepdims=True)))
        plain /= plain.sum(-1, keepdims=True)
        jacobians = plain[:, :, None] * (np.eye(SIZE) - plain[:, None, :])
        found["softmax"].append(median_norm(jacobians))
        found["entropy of softmax"].append(float(np.median(entnorm.entropy(plain))))
        for entropy in ENTROPIES:
            every = np.broadcast_to(scale * scores[:, None], (DRAWS, SIZE, SIZE))
            moved = entnorm.solve(logits=every, entropy=entropy).jvp(np.eye(SIZE))
            found[f"{entropy} nats"].append(median_norm(moved))
    return {"scales": SCALES, "norms": found}


def median_norm(jacobians: Any) -> float:
    return float(f"{np.median(np.linalg.norm(jacobians, ord=2, axis=(-2, -1))):.6g}")


def conclusions(data: dict[str, Any]) -> list[str]:
    scales, norms = np.array(data["scales"]), {name: np.array(values) for name, values in data["norms"].items()}
    soft, calm = norms["softmax"], norms["2.0 nats"]
    product = calm * scales
    steady = product.max() / product.min() - 1
    one = list(scales).index(1.0)
    return [
        f"At scale {scales[-1]:g} the Jacobian of softmax has a norm of {soft[-1]:.2g}, that with 2 nats of {calm[-1]:.2g}. With 2 nats"
        f" norm times scale is constant to {steady:.1g}, over scales from {scales[0]:g} to {scales[-1]:g}; it is proved to be"
        " constant, since the weights do not depend on the scale [gradients.homogeneous].",
        f"For tiny scores the same law makes gradients large: {calm[0]:.2g} at scale {scales[0]:g}, where softmax has {soft[0]:.2g}.",
        f"At scale 1 softmax has {norms['entropy of softmax'][one]:.2f} nats and a norm of {soft[one]:.2g}; asked for 2 nats there the norm is"
        f" {calm[one]:.2g}, for 0.5 nats {norms['0.5 nats'][one]:.2g}.",
        "Comment: a prescribed entropy does not keep gradients of a fixed size, it keeps the effect of a relative change of the scores."
        " Where softmax loses its gradients, it is for the scale of the scores; how low the entropy is, is another matter.",
    ]


def figures(data: dict[str, Any]) -> dict[str, Figure]:
    figure, axis = plt.subplots()
    for name, colour, style in (
        ("softmax", RED, "-"),
        ("0.5 nats", GREEN, "--"),
        ("2.0 nats", BLUE, "-"),
        ("3.5 nats", BLUE, ":"),
    ):
        axis.loglog(data["scales"], np.maximum(data["norms"][name], 1e-12), style, color=colour, label=name, base=2)
    axis.set_yscale("log", base=10)
    axis.set_ylim(1e-10, None)
    axis.set_xlabel("scale of the scores")
    axis.set_ylabel("norm of the Jacobian")
    axis.legend()
    sentence = "Spectral norms, medians of forty draws of 64 scores. With a prescribed entropy they are straight lines of slope -1."
    return {"How the weights answer to the scores": caption(figure, sentence)}
