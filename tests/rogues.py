"""Solvers with one sin each, and two careful ones without; the suite must tell them apart by name.

Each is written for one row, as its sin is about a row, a batch or a call; `rowwise` gives it the suite's signature.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from itertools import count
from math import log, nan
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq

FloatArray = NDArray[np.float64]
Rogue = Callable[..., Any]


def rowwise(solve_row: Callable[[FloatArray, float], Any]) -> Rogue:
    """Lift a function of one row to any batch along any axis."""

    @wraps(solve_row)
    def solve(p: FloatArray, target: Any, *, axis: int = -1) -> Any:
        rows = np.moveaxis(p, axis, -1)
        targets = np.broadcast_to(target, rows.shape[:-1])
        answers = np.array([solve_row(rows[i], float(targets[i])) for i in np.ndindex(targets.shape)])
        answers = answers.reshape(targets.shape + answers.shape[1:])
        return np.moveaxis(answers, -1, axis) if answers.ndim == p.ndim else answers

    return solve


def entropy_at(x: FloatArray, gamma: float) -> float:
    """Entropy of exp(gamma x) / sum exp(gamma x), shifted to the maximum."""
    t = gamma * (x.max() - x)
    r = np.exp(-t)
    return float(np.log(r.sum()) + (t * r).sum() / r.sum())


def reachable(p: FloatArray, target: float) -> bool:
    return bool(log((p == p.max()).sum()) < target < log((p > 0).sum()))


def brent(p: FloatArray, target: float) -> float:
    """The exponent by Brent's method on its logarithm, to machine precision; NaN if there is none."""
    if not reachable(p, target):
        return nan
    x = np.log(p[p > 0])
    lower, upper = -1.0, 1.0
    while entropy_at(x, np.exp(lower)) < target:
        lower *= 2
    while entropy_at(x, np.exp(upper)) > target:
        upper *= 2
    return float(np.exp(brentq(lambda u: entropy_at(x, np.exp(u)) - target, lower, upper, xtol=1e-15, rtol=1e-15)))


def bisect(excess: Callable[[float], float], lower: float, upper: float, steps: int = 100) -> float:
    """Where a decreasing function changes sign."""
    for _ in range(steps):
        middle = (lower + upper) / 2
        lower, upper = (middle, upper) if excess(middle) > 0 else (lower, middle)
    return (lower + upper) / 2


def power(p: FloatArray, gamma: float) -> FloatArray:
    """The escort distribution of order gamma of one row; NaN for a NaN."""
    if not np.isfinite(gamma):
        return np.full(p.shape, nan)
    x = np.log(p, where=p > 0, out=np.full(p.shape, -np.inf))
    w = np.where(p > 0, np.exp(gamma * (x - x.max())), 0.0)
    return w / w.sum()


careful_gamma = rowwise(brent)
"""No sin: Brent's method in log space to machine precision, returns gamma."""


@rowwise
def careful_brentq(p, target):
    """No sin: the same, returns the distribution."""
    return power(p, brent(p, target))


@rowwise
def documents_own_loop(p, target):
    """Newton's method from gamma = 1 without a safeguard, ten steps: reverses the order, diverges, ends in NaN."""
    for _ in range(10):
        entropy = -(p * np.log(p)).sum()
        gamma = 1 + (target - entropy) / (entropy**2 - (p * np.log(p) ** 2).sum())
        p = p**gamma
        p = p / p.sum()
    return p


@rowwise
def stops_at_1e_5(p, target):
    """A search that stops as soon as the entropy is within 1e-5."""
    if not reachable(p, target):
        return np.full(p.shape, nan)
    x = np.log(p[p > 0])
    gamma, lower, upper = 1.0, 0.0, np.inf
    while abs(excess := entropy_at(x, gamma) - target) > 1e-5:
        lower, upper = (gamma, upper) if excess > 0 else (lower, gamma)
        gamma = 2 * gamma if upper == np.inf else (lower + upper) / 2
    return power(p, gamma)


@rowwise
def rounds_its_exponent(p, target):
    """Returns gamma to seven digits, as it would be printed."""
    return float(f"{brent(p, target):.6e}")


@rowwise
def bisects_between_0_01_and_100(p, target):
    """Fifty bisections of a fixed interval, whether or not the root is inside."""
    if not reachable(p, target):
        return np.full(p.shape, nan)
    x = np.log(p[p > 0])
    return power(p, bisect(lambda gamma: entropy_at(x, gamma) - target, 0.01, 100.0, steps=50))


@rowwise
def takes_its_range_from_the_ends(p, target):
    """Reads the range of the logarithms off the first and the last entry, as if every row were sorted."""
    if not reachable(p, target):
        return np.full(p.shape, nan)
    x = np.log(p[p > 0])
    spread = abs(x[0] - x[-1])
    return power(p, bisect(lambda gamma: entropy_at(x, gamma) - target, 0.0, 2000 / spread if spread else nan))


@rowwise
def accumulates_in_float32(p, target):
    """Single-precision accumulators, one entry after the other."""
    if not reachable(p, target):
        return np.full(p.shape, nan)
    x = np.log(p[p > 0])

    def excess(u):
        t = np.exp(u) * (x.max() - x)
        total, moment = (np.cumsum(terms, dtype=np.float32)[-1] for terms in (np.exp(-t), t * np.exp(-t)))
        return float(np.log(total) + moment / total) - target

    return power(p, np.exp(bisect(excess, -40.0, 40.0)))


@rowwise
def adds_epsilon_to_an_unshifted_sum(p, target):
    """Guards its division by adding machine epsilon to a sum of powers that may be far below it."""
    if not reachable(p, target):
        return np.full(p.shape, nan)
    x = np.log(p[p > 0])

    def excess(u):
        w = np.exp(np.exp(u) * x)
        total = w.sum() + 2.0**-52
        return float(np.log(total) - np.exp(u) * (w * x).sum() / total) - target

    return power(p, np.exp(bisect(excess, -40.0, 40.0)))


@rowwise
def clips_its_logarithms(p, target):
    """Guards its logarithm: log(max(p, 1e-12))."""
    clipped = np.where(p > 0, np.maximum(p, 1e-12), 0.0)
    return power(clipped, brent(clipped, target))


@rowwise
def returns_uniform_for_unreachable(p, target):
    """A target that cannot be reached is answered with the uniform distribution, silently."""
    q = power(p, brent(p, target))
    return q if np.isfinite(q).all() else np.full(p.shape, 1 / p.size)


@rowwise
def takes_the_negative_root(p, target):
    """Finds the other exponent with that entropy, the negative one, which reverses the order."""
    if not reachable(p, target):
        return np.full(p.shape, nan)
    inverse = np.where(p > 0, p[p > 0].min() / np.where(p > 0, p, 1.0), 0.0)
    return power(inverse, brent(inverse, target))


@rowwise
def swaps_its_smallest_entries(p, target):
    """The two smallest entries of the support change places."""
    q = power(p, brent(p, target))
    order = np.argsort(np.where(p > 0, p, 2.0), kind="stable")
    q[order[:2]] = q[order[1::-1]]
    return q


@rowwise
def fills_zeros(p, target):
    """Puts 1e-13 in the place of every zero."""
    return np.where(p == 0, 1e-13, power(p, brent(p, target)))


@rowwise
def drops_small_entries(p, target):
    """Truncates: what is below 1e-8 becomes zero."""
    q = power(p, brent(p, target))
    return np.where(q < 1e-8, 0.0, q) / q[~(q < 1e-8)].sum()


@rowwise
def counts_zeros_as_entries(p, target):
    """Replaces zeros by 1e-6 for the search, though they come back as zeros."""
    if not reachable(p, target):
        return np.full(p.shape, nan)
    return power(p, brent(np.where(p > 0, p, 1e-6), target))


@rowwise
def breaks_ties(p, target):
    """Tells equal entries apart by their position, in the last bits."""
    return power(p, brent(p, target)) * (1 + 2.0**-46 * np.arange(p.size) / p.size)


@rowwise
def forgets_to_normalise(p, target):
    """The answer sums to 1 + 1e-6."""
    return (1 + 1e-6) * power(p, brent(p, target))


@rowwise
def mixes_with_the_uniform(p, target):
    """Reaches the entropy by mixing with the uniform distribution, or with that of the maxima: not a power."""
    if not reachable(p, target):
        return np.full(p.shape, nan)

    def entropy(q):
        return float(-(q[q > 0] * np.log(q[q > 0])).sum())

    p = p / p.sum()
    corner = p > 0 if target > entropy(p) else p == p.max()
    end = corner / corner.sum()
    share = bisect(
        lambda a: entropy((1 - a) * end + a * p) - target, *((0.0, 1.0) if target > entropy(p) else (1.0, 0.0))
    )
    return (1 - share) * end + share * p


@rowwise
def counts_the_rest_as_an_entry(p, target):
    """What a row lacks of one is taken for one more entry."""
    rest = 1 - p.sum()
    return power(p, brent(np.append(p, rest if rest > 1e-9 else 0.0), target))


def writes_its_input(p, target, *, axis=-1):
    """Works in place."""
    p[...] = careful_brentq(p, target, axis=axis)
    return p.copy()


_calls = count()


def remembers_the_call_before(p, target, *, axis=-1):
    """State between calls shows in the last bits."""
    return careful_gamma(p, target, axis=axis) * (1 + 2.0**-48 * (next(_calls) % 7))


def warm_starts_from_the_row_before(p, target, *, axis=-1):
    """Starts from the root of the row before and stops a little early, so that neighbours in a batch show."""
    gamma = np.asarray(careful_gamma(p, target, axis=axis))
    before = np.roll(gamma.ravel(), 1).reshape(gamma.shape)
    return gamma + 1e-6 * (before - gamma)


def ignores_the_axis(p, target, *, axis=-1):
    """Always works along the last axis."""
    if axis in (-1, p.ndim - 1):
        return careful_brentq(p, target)
    return careful_brentq(p, np.full(p.shape[:-1], np.ravel(target)[0]))


def answers_in_words(p, target, *, axis=-1):
    """Returns text."""
    return f"{careful_gamma(p, target, axis=axis)}"


def takes_bits(p, target, *, axis=-1):
    """Reads the target as bits."""
    return careful_brentq(p, np.asarray(target) * log(2), axis=axis)


def takes_a_perplexity(p, target, *, axis=-1):
    """Reads the target as a perplexity."""
    return careful_brentq(p, np.log(target), axis=axis)
