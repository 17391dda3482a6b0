"""The figures of our own theory: what its claims say, seen on examples.

The curves are computed by mpmath to more digits than are shown and then rounded, so that the data are the same on
every machine.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

from mpmath.ctx_mp import MPContext

from entnorm.conformance.example import example

__all__ = ["figures"]

DIGITS: Final = 30
SHOWN: Final = 6
STEPS: Final = 96

SPECTRA: Final[dict[str, tuple[Any, ...]]] = {
    "two entries, ratio e": (0, 1),
    "Zipf, n = 100": tuple(("log", k) for k in range(1, 101)),
    "two maxima among 20": (0, 0, *(3,) * 18),
    "staircase: 1, 10, 100 entries": (0, *(6,) * 10, *(300,) * 100),
}
"""Distributions by their gaps log p_max - log p_i; ("log", k) stands for log k."""

_Curve = Callable[[MPContext, list[Any], Any], Any]


def figures() -> list[dict[str, Any]]:
    """Return the figures as plain data: what `entnorm.report.charts` draws, with a caption and the claims it shows."""
    return [_entropies(), _slopes(), _expansions()]


def _entropies() -> dict[str, Any]:
    return {
        "id": "entropy",
        "title": "The entropy falls from that of the uniform distribution to that of the tied maxima",
        "caption": "Entropy of the escort distribution as a share of log n, over gamma. It decreases strictly; with two"
        " tied maxima it ends at log 2, not at 0; where the gaps have several scales it falls in steps, with plateaus"
        " between them on which a small change of the target moves gamma by orders of magnitude.",
        "cites": ["escort.entropy-decreasing", "limits.entropy-at-zero", "limits.entropy-at-infinity"],
        "x": {"label": "γ", "low": 0.001, "high": 100, "log": True, "ticks": [0.001, 0.01, 0.1, 1, 10, 100]},
        "y": {"label": "H(γ) / log n", "low": 0, "high": 1, "log": False, "ticks": [0, 0.25, 0.5, 0.75, 1]},
        "series": list(_curves(_evenness)),
    }


def _slopes() -> dict[str, Any]:
    return {
        "id": "slope",
        "title": "The slope of the entropy is the variance of log q, one hump for each scale of the gaps",
        "caption": "gamma^2 Var[log p] = -dH/d log gamma, the heat capacity of physics. Newton's method for H in"
        " gamma, or in log gamma, divides by it: where it is flat and small, the next iterate can land anywhere.",
        "cites": ["escort.entropy-slope", "escort.entropy-log-slope"],
        "x": {"label": "γ", "low": 0.001, "high": 100, "log": True, "ticks": [0.001, 0.01, 0.1, 1, 10, 100]},
        "y": {"label": "γ² Var", "low": 0, "high": 3.5, "log": False, "ticks": [0, 1, 2, 3]},
        "series": list(_curves(_varentropy)),
    }


def _expansions() -> dict[str, Any]:
    mp = _context()
    gaps = _example_gaps(mp)
    entropy, slope = _entropy(mp, gaps, mp.one), _varentropy(mp, gaps, mp.one)
    grid = [mp.mpf(k) / 40 for k in range(8, 81)]
    lines: dict[str, Callable[[Any], Any]] = {
        "H(γ)": lambda g: _entropy(mp, gaps, g),
        "tangent: slope −Var": lambda g: entropy - slope * (g - 1),
        "as printed: constant (4.3.3)": lambda g: entropy,
        "as printed: slope +Var (4.4.4)": lambda g: entropy + slope * (g - 1),
    }
    return {
        "id": "expansion",
        "title": "What the document prints as expansions at gamma = 1, beside the true tangent",
        "caption": "For the document's own example, 100 random numbers. Section 4.3 loses the slope; the middle line of"
        " 4.4 turns its sign around; the update of 4.5 uses the right one.",
        "cites": ["escort.first-order-at-one", "escort.no-first-order-term", "escort.slope-sign"],
        "x": {"label": "γ", "low": 0.2, "high": 2, "log": False, "ticks": [0.2, 0.6, 1, 1.4, 1.8]},
        "y": {"label": "H, in nats", "low": 4, "high": 4.8, "log": False, "ticks": [4, 4.2, 4.4, 4.6, 4.8]},
        "series": [{"name": name, "points": [_rounded(mp, g, f(g)) for g in grid]} for name, f in lines.items()],
    }


def _curves(curve: _Curve) -> Iterator[dict[str, Any]]:
    mp = _context()
    exponents = [mp.mpf(10) ** (mp.mpf(5 * k) / STEPS - 3) for k in range(STEPS + 1)]
    for name, spectrum in SPECTRA.items():
        gaps = [mp.log(g[1]) if isinstance(g, tuple) else mp.mpf(g) for g in spectrum]
        yield {"name": name, "points": [_rounded(mp, g, curve(mp, gaps, g)) for g in exponents]}


def _context() -> MPContext:
    mp = MPContext()
    mp.dps = DIGITS
    return mp


def _example_gaps(mp: MPContext) -> list[Any]:
    weights = [mp.mpf(x) for x in example().p.tolist()]
    top = max(weights)
    return [mp.log(top / w) for w in weights]


def _moments(mp: MPContext, gaps: Sequence[Any], gamma: Any) -> tuple[Any, Any, Any]:
    """Return log Z, mean and variance of gamma d for gaps d [escort.entropy-from-top]; small ones keep their digits."""
    scaled = [gamma * d for d in gaps]
    weights = [mp.exp(-t) for t in scaled]
    ties = weights.count(1)
    below = mp.fsum(w for w in weights if w != 1) / ties
    mean = mp.fsum(w * t for w, t in zip(weights, scaled, strict=True)) / (ties * (1 + below))
    variance = mp.fsum(w * (t - mean) ** 2 for w, t in zip(weights, scaled, strict=True)) / (ties * (1 + below))
    return mp.log(ties) + mp.log1p(below), mean, variance


def _entropy(mp: MPContext, gaps: list[Any], gamma: Any) -> Any:
    log_total, mean, _ = _moments(mp, gaps, gamma)
    return log_total + mean


def _evenness(mp: MPContext, gaps: list[Any], gamma: Any) -> Any:
    return _entropy(mp, gaps, gamma) / mp.log(len(gaps))


def _varentropy(mp: MPContext, gaps: list[Any], gamma: Any) -> Any:
    return _moments(mp, gaps, gamma)[2]


def _rounded(mp: MPContext, x: Any, y: Any) -> list[float]:
    return [float(mp.nstr(x, SHOWN)), float(mp.nstr(y, SHOWN))]
