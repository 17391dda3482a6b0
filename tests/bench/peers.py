"""What people use today, each as a function from logits and a target to exponents and distributions.

A method returns ``(gamma, probs)``, one of which may be None. Each is written as its users write it, vectorised where
the library lets one; none is slowed down.
"""

import importlib.util
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
from scipy.optimize import brentq, newton
from scipy.special import softmax


def entropy_of(t: np.ndarray) -> np.ndarray:
    """Entropy of softmax(t), row by row."""
    t = t - t.max(-1, keepdims=True)
    w = np.exp(t)
    z = w.sum(-1)
    return np.log(z) - (w * t).sum(-1) / z


def brentq_per_row(x: np.ndarray, target: np.ndarray) -> Any:
    """A careful loop: brentq to machine precision in log gamma, for each row."""
    gamma = np.empty(len(x))
    for i, (row, h) in enumerate(zip(x, target.tolist(), strict=True)):
        scale = row.std() or 1.0

        def off(u: float, row: np.ndarray = row, h: float = h, scale: float = scale) -> float:
            return float(entropy_of(np.exp(u) / scale * row[None])[0]) - h

        gamma[i] = np.exp(brentq(off, -25, 25, xtol=1e-15, rtol=1e-15)) / scale
    return gamma, softmax(gamma[:, None] * x, axis=-1)


def find_root(x: np.ndarray, target: np.ndarray) -> Any:
    """`scipy.optimize.elementwise.find_root` in log gamma, all rows at once."""
    from scipy.optimize.elementwise import find_root as solve

    scale, which = x.std(-1), np.arange(len(x))

    def off(u: np.ndarray, rows: np.ndarray) -> np.ndarray:
        rows = rows.astype(int)
        return entropy_of((np.exp(u) / scale[rows])[:, None] * x[rows]) - target[rows]

    found = solve(off, (np.full(len(x), -25.0), np.full(len(x), 25.0)), args=(which,))
    gamma = np.exp(found.x) / scale
    return gamma, softmax(gamma[:, None] * x, axis=-1)


def scipy_newton(x: np.ndarray, target: np.ndarray) -> Any:
    """`scipy.optimize.newton` with the derivative, from the inverse standard deviation."""

    def pieces(gamma: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        q = softmax(gamma[:, None] * x, axis=-1)
        mean = (q * x).sum(-1)
        return q, mean

    def slope(gamma: np.ndarray) -> np.ndarray:
        q, mean = pieces(gamma)
        return -gamma * (q * (x - mean[:, None]) ** 2).sum(-1)

    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        gamma = newton(
            lambda g: entropy_of(g[:, None] * x) - target,
            1 / x.std(-1),
            slope,
            full_output=True,
            disp=False,
            maxiter=50,
        )[0]
        return gamma, softmax(gamma[:, None] * x, axis=-1)


def documents_loop(x: np.ndarray, target: np.ndarray) -> Any:
    """The loop of the document: ten times p**gamma, as printed, a row at a time made all rows at once."""
    p = softmax(x, axis=-1)
    with np.errstate(all="ignore"):
        for _ in range(10):
            log_p = np.log(p)
            h = -(p * log_p).sum(-1)
            gamma = 1 + (target - h) / (h**2 - (p * log_p**2).sum(-1))
            p = p ** gamma[:, None]
            p /= p.sum(-1, keepdims=True)
    return None, p


def scikit_learn(x: np.ndarray, target: np.ndarray) -> Any:
    """Perplexity calibration of `sklearn.manifold.TSNE`: one perplexity, float32 squared distances."""
    from sklearn.manifold._utils import _binary_search_perplexity

    distances = np.ascontiguousarray(x.max(-1, keepdims=True) - x, dtype=np.float32)
    return None, np.asarray(_binary_search_perplexity(distances, float(np.exp(target[0])), 0))


def open_tsne(x: np.ndarray, target: np.ndarray) -> Any:
    """The same of openTSNE, in float64, one thread."""
    from openTSNE._tsne import compute_gaussian_perplexity

    distances = np.sqrt(x.max(-1, keepdims=True) - x)
    return None, np.asarray(compute_gaussian_perplexity(distances, np.array([float(np.exp(target[0]))]), num_threads=1))


def torch_bisection(x: np.ndarray, target: np.ndarray) -> Any:
    """25 careful lines of torch: Newton in log gamma with bisection as a safeguard."""
    import torch

    torch.set_num_threads(1)
    values, wanted = torch.from_numpy(x), torch.from_numpy(target)
    values = values - values.amax(-1, keepdim=True)
    scale = values.std(-1)
    low, high = torch.full_like(scale, -25.0), torch.full_like(scale, 25.0)
    u = torch.zeros_like(scale)
    for _ in range(60):
        log_q = torch.log_softmax((u.exp() / scale)[:, None] * values, -1)
        q = log_q.exp()
        h = -(q * log_q).nan_to_num().sum(-1)
        off = h - wanted
        variance = (q * (log_q + h[:, None]) ** 2).nan_to_num().sum(-1)
        low, high = torch.where(off > 0, u, low), torch.where(off > 0, high, u)
        step = u + off / variance
        u = torch.where((step >= low) & (step <= high), step, (low + high) / 2)
        if bool((off.abs() <= 1e-14 * (wanted + variance)).all()):
            break
    return (u.exp() / scale).numpy(), torch.softmax((u.exp() / scale)[:, None] * values, -1).numpy()


PEERS: dict[str, tuple[Callable[[np.ndarray, np.ndarray], Any], str | None]] = {
    "scikit-learn": (scikit_learn, "sklearn"),
    "openTSNE": (open_tsne, "openTSNE"),
    "SciPy find_root": (find_root, None),
    "SciPy newton": (scipy_newton, None),
    "brentq per row": (brentq_per_row, None),
    "the document's loop": (documents_loop, None),
    "torch, 25 lines": (torch_bisection, "torch"),
}


def installed() -> dict[str, Callable[[np.ndarray, np.ndarray], Any]]:
    """The peers that can be measured here."""
    return {name: run for name, (run, module) in PEERS.items() if not module or importlib.util.find_spec(module)}
