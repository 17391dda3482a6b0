"""Solvers with one sin each, and two careful ones without; the suite must tell them apart by name.

Each is written for one row, as its sin is about a row, a batch or a call; `rowwise` gives it the suite's signature.
Those of the levels up to core are made of Brent's method; from the level edge on, where that loses digits, of entnorm.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from itertools import count
from math import log, nan
from threading import Lock
from time import sleep
from types import SimpleNamespace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq

import entnorm
import entnorm.conformance

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


def writes_its_targets(p, target, *, axis=-1):
    """Works in place on the targets of a batch."""
    found = careful_gamma(p, target, axis=axis)
    if np.ndim(target):
        target[...] = found
    return found


def writes_its_batches(p, target, *, axis=-1):
    """Works in place where there is more than one row."""
    found = careful_gamma(p, target, axis=axis)
    if p.ndim > 1:
        p[...] = 0.0
    return found


def _writes_its_logits(logits, target, axis=-1):
    found = np.array(entnorm.solve(logits=logits.copy(), entropy=target, axis=axis).gamma)
    logits[...] = 0.0
    return found


writes_its_logits = entnorm.conformance.adapt(_writes_its_logits, takes="logits")
writes_its_logits_row_by_row = entnorm.conformance.adapt(
    lambda logits, target: _writes_its_logits(logits, target), takes="logits", rows="one"
)


def _reads_the_buffer_of_its_logits(logits, target, axis=-1):
    """Takes an array with gaps for one without."""
    if logits.base is not None and logits.base.size == 2 * logits.size:
        logits = logits.base.ravel()[: logits.size].reshape(logits.shape)
    return np.array(entnorm.solve(logits=logits, entropy=target, axis=axis).gamma)


reads_the_buffer_of_its_logits = entnorm.conformance.adapt(_reads_the_buffer_of_its_logits, takes="logits")


@rowwise
def overshoots_below_zero(p, target):
    """Zeros come back as negative numbers, minute ones."""
    return np.where(p == 0, -1e-300, power(p, brent(p, target)))


def answers_infinity_for_unreachable(p, target, *, axis=-1):
    """Every target out of reach is said to be at the end of growing exponents."""
    found = careful_gamma(p, target, axis=axis)
    return np.where(np.isnan(found), np.inf, found)


@rowwise
def takes_any_target_below_zero_for_its_size(p, target):
    """The sign of the target is not looked at."""
    return brent(p, abs(target))


@rowwise
def has_a_default_for_what_is_no_number(p, target):
    """A target that is NaN is taken for one that was left out."""
    return brent(p, target) if target == target else 1.0


def squeezes_its_answer(p, target, *, axis=-1):
    """A batch of one row is answered like a row."""
    return np.squeeze(careful_gamma(p, target, axis=axis))


def turns_the_distributions_of_batches(p, target, *, axis=-1):
    """The exponents of a batch are right, its distributions are in reverse."""
    solution = entnorm.solve(p, entropy=target, axis=axis)
    probs = np.flip(solution.probs, axis) if p.ndim > 1 else solution.probs
    return SimpleNamespace(gamma=solution.gamma, success=solution.success, probs=probs)


def turns_the_distributions_of_long_rows(p, target, *, axis=-1):
    """The exponent of a long row is right, its distribution is in reverse."""
    solution = entnorm.solve(p, entropy=target, axis=axis)
    probs = solution.probs[::-1] if p.ndim == 1 and p.size > 1000 else solution.probs
    return SimpleNamespace(gamma=solution.gamma, success=solution.success, probs=probs)


def turns_the_distributions_of_large_batches(p, target, *, axis=-1):
    """The exponents of a large batch are right, its distributions are in reverse."""
    solution = entnorm.solve(p, entropy=target, axis=axis)
    probs = solution.probs[..., ::-1] if p.ndim == 2 and p.shape[0] > 1000 else solution.probs
    return SimpleNamespace(gamma=solution.gamma, success=solution.success, probs=probs)


def needs_two_entries(p, target, *, axis=-1):
    """Compares the first two entries, whether or not there are two."""
    if p.shape[axis] < 2:
        raise IndexError("index 1 is out of bounds")
    return gammas(p, target, axis)


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


def breaks_ties_by_chance(p, target, *, axis=-1):
    """The first entry of a distribution is off in its last bits, in every call by another amount."""
    q = careful_brentq(p, target, axis=axis)
    q[..., 0] *= 1 + 2.0**-50 * (next(_calls) % 7)
    return q


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


# ------------------------------------------------------------------------------------------------- edge, on entnorm


def careful(p, target, *, axis=-1):
    """No sin: entnorm's own solver, with its distributions."""
    return entnorm.solve(p, entropy=target, axis=axis)


def normalises(p, target, *, axis=-1):
    """No sin: distributions alone."""
    return entnorm.normalize(p, entropy=target, axis=axis, infeasible="nan")


def gammas(p, target, axis=-1):
    """No sin: exponents alone."""
    return np.array(entnorm.solve(p, entropy=target, axis=axis).gamma)


@rowwise
def subtracts_logarithms(p, target):
    """Takes the logarithm of each entry before it subtracts: near the uniform distribution nothing is left."""
    x = np.log(p, where=p > 0, out=np.full(p.shape, -np.inf))
    return float(entnorm.solve(logits=x, entropy=target).gamma)


@rowwise
def adds_up_to_tiny_entropies(p, target):
    """Computes a tiny entropy as log Z plus a mean, both of which are rounded at one."""
    return brent(p, target) if 0 < target < 1e-5 else gammas(p, target)


@rowwise
def subtracts_from_the_largest_entropy(p, target):
    """Compares entropies where only their distance from the largest one has digits."""
    gap = log((p > 0).sum()) - target
    return brent(p, target) if 0 < gap < 1e-5 else gammas(p, target)


@rowwise
def gives_up_above_tied_maxima(p, target):
    """Calls a target within 1e-5 of that of the tied maxima out of reach."""
    ties = (p == p.max()).sum()
    return nan if ties > 1 and 0 < target - log(ties) < 1e-5 else float(gammas(p, target))


@rowwise
def newton_from_the_quadratic_start(p, target):
    """Forty steps of Newton's method from a good start, but without a bracket."""
    if not reachable(p, target) or entropy_range(p) < 30:
        return gammas(p, target)
    d = np.log(p.max()) - np.log(p[p > 0])
    gamma = np.sqrt(2 * (log(d.size) - target) / d.var())
    for _ in range(40):
        r = np.exp(-gamma * d)
        q = r / r.sum()
        mean = (q * d).sum()
        gamma += (np.log(r.sum()) + gamma * mean - target) / (gamma * (q * (d - mean) ** 2).sum())
    return gamma


def entropy_range(p):
    inside = p[p > 0]
    return np.log(inside.max()) - np.log(inside.min())


@rowwise
def bounds_its_exponent(p, target):
    """Takes an exponent beyond a million million for out of reach."""
    gamma = float(gammas(p, target))
    return gamma if not 1e12 < gamma < np.inf else nan


@rowwise
def returns_its_bracket_at_the_ends(p, target):
    """Where the search ends at its bracket, the bracket is the answer."""
    gamma = float(gammas(p, target))
    return 0.001 if gamma == 0 else gamma


@rowwise
def divides_by_the_variance(p, target):
    """Starts with a division by the variance of the logarithms, which a uniform row does not have."""
    return float(gammas(p, target)) if np.ptp(p[p > 0]) else nan


@rowwise
def compresses_long_rows(p, target):
    """Keeps each value of a row of more than 64 entries once."""
    if p.size <= 64:
        return float(gammas(p, target))
    values = np.unique(p)
    return float(gammas(values / values.sum(), target))


@rowwise
def drops_the_tail_of_long_rows(p, target):
    """Looks at the ten thousand largest entries only, as top-k sampling does."""
    kept = np.sort(p)[-10_000:] if 70_000 > p.size > 10_000 and p.max() < 0.5 else p
    return float(gammas(kept / kept.sum(), target))


def detaches_its_exponent(p, target, *, axis=-1):
    """Its gradient is that of a softmax at a constant temperature."""
    solution = entnorm.solve(p, entropy=target, axis=axis)

    def vjp(cotangent):
        q = solution.probs
        return solution.gamma * q * (cotangent - (q * cotangent).sum()), 0.0

    return SimpleNamespace(gamma=solution.gamma, success=solution.success, probs=solution.probs, vjp=vjp)


def differentiates_implicitly(p, target, *, axis=-1):
    """No sin: the gradient as well."""
    solution = entnorm.solve(p, entropy=target, axis=axis)

    def vjp(cotangent):
        q, gamma = solution.probs, solution.gamma
        x = np.log(p) - (q * np.log(p)).sum()
        c = cotangent - (q * cotangent).sum()
        b = (q * c * x).sum() / (q * x * x).sum()
        return gamma * q * (c - b * x), -b / gamma

    return SimpleNamespace(gamma=solution.gamma, success=solution.success, probs=solution.probs, vjp=vjp)


def reads_its_buffer(p, target, *, axis=-1):
    """Reads memory in the order in which it lies there."""
    return gammas(p.ravel(order="K").reshape(p.shape), target, axis)


def works_in_place_and_tidies_up(p, target, *, axis=-1):
    """Writes into its input, and puts it back."""
    p *= 2.0
    p *= 0.5
    return gammas(p, target, axis)


@rowwise
def computes_in_the_precision_of_its_input(p, target):
    """Float32 in, float32 sums, one entry after the other."""
    if p.dtype == np.float64:
        return float(gammas(p, target))
    x = np.log(p[p > 0])

    def excess(u):
        t = np.exp(u).astype(np.float32) * (x.max() - x)
        total, moment = np.cumsum(np.exp(-t))[-1], np.cumsum(t * np.exp(-t))[-1]
        return float(np.log(total) + moment / total) - target

    return float(np.exp(bisect(lambda u: excess(np.float32(u)), -40.0, 40.0)))


def assumes_a_first_row(p, target, *, axis=-1):
    """Looks at the first row, which an empty batch does not have."""
    np.moveaxis(p, axis, -1).reshape(-1, p.shape[axis])[0].max()
    return gammas(p, target, axis)


def spoils_the_whole_batch(p, target, *, axis=-1):
    """One row out of reach, and no row has an answer."""
    found = gammas(p, target, axis)
    return np.full(found.shape, nan) if np.isnan(found).any() else found


_shared = np.zeros(1)


def shares_a_buffer(p, target, *, axis=-1):
    """Keeps intermediate results where the next call puts its own."""
    found = gammas(p, target, axis)
    if found.ndim:
        return found
    _shared[0] = found
    sleep(0.002)
    return float(_shared[0])


_workspace = np.empty(100_000)


def shares_a_workspace(p, target, *, axis=-1):
    """Prepares its row in an array of the module, and never pauses."""
    if p.ndim > 1 or p.size > _workspace.size:
        return gammas(p, target, axis)
    row = _workspace[: p.size]
    row[...] = p
    for _ in range(20):
        row *= 2.0
        row *= 0.5
    return gammas(row.copy(), target)


_copies: dict[tuple[int, ...], FloatArray] = {}


def keeps_an_array_for_each_shape(p, target, *, axis=-1):
    """Copies its input into an array of the module, one for each shape, and waits before it looks at it again."""
    copy = _copies.setdefault(p.shape, np.empty(p.shape))
    copy[...] = p
    sleep(5e-4)
    return gammas(copy.copy(), target, axis)


def keeps_an_array_for_each_shape_of_a_batch(p, target, *, axis=-1):
    """The same, where there is more than one row."""
    return keeps_an_array_for_each_shape(p, target, axis=axis) if p.ndim > 1 else gammas(p, target, axis)


_busy = Lock()


def answers_one_at_a_time(p, target, *, axis=-1):
    """Raises where it is asked while it is still busy."""
    if not _busy.acquire(blocking=False):
        raise RuntimeError("busy")
    try:
        sleep(5e-4)
        return gammas(p, target, axis)
    finally:
        _busy.release()


@rowwise
def reverses_uniform_rows(p, target):
    """Where every exponent does it takes a negative one."""
    gamma = float(gammas(p, target))
    return -7.0 if np.ptp(p) == 0 and np.isfinite(gamma) else gamma


def forgets_the_sign_of_distances(squared, target, axis=-1):
    """The derivative is that in logits, though distances were given."""
    solution = entnorm.solve(logits=-squared, entropy=target, axis=axis)
    return SimpleNamespace(gamma=solution.gamma, success=solution.success, probs=solution.probs, vjp=solution.vjp)


def differentiates_distances(squared, target, axis=-1):
    """No sin: the derivative in the distances."""
    solution = entnorm.solve(logits=-squared, entropy=target, axis=axis)

    def vjp(cotangent):
        dlogits, dtarget = solution.vjp(cotangent)
        return -dlogits, dtarget

    return SimpleNamespace(gamma=solution.gamma, success=solution.success, probs=solution.probs, vjp=vjp)


# --------------------------------------------------------------------------------------- accuracy and stress, likewise


def fills_what_is_below_the_normal_doubles(p, target, *, axis=-1):
    """Where a probability is no normal double it puts in 1e-20."""
    q = np.array(entnorm.solve(p, entropy=target, axis=axis).probs)
    return np.where((p > 0) & (q < 2.0**-1022), 1e-20, q)


def stops_at_1e_12(p, target, *, axis=-1):
    """Stops when the exponent is right to 1e-12 of itself."""
    return gammas(p, target, axis) * (1 + 1e-12)


def stops_six_roundings_early(p, target, *, axis=-1):
    """Is content with the exponent where the entropy is not yet there."""
    solution = entnorm.solve(p, entropy=target, axis=axis)
    return np.array(solution.gamma) * (1 + 6 * 2.0**-52 * (1 + np.array(solution.condition)))


def exponentiates_carelessly(p, target, *, axis=-1):
    """Its exponential has an error that grows with its argument."""
    solution = entnorm.solve(p, entropy=target, axis=axis)
    q = solution.probs
    with np.errstate(all="ignore"):
        q = q * np.exp(-1e-12 * np.log(q.max(axis, keepdims=True) / q))
        return np.where(solution.probs > 0, q / q.sum(axis, keepdims=True), solution.probs)


def normalises_in_passing(p, target, *, axis=-1):
    """The sum by which it divides is a little short."""
    return entnorm.solve(p, entropy=target, axis=axis).probs * (1 + 2.0**-48)


def dithers(p, target, *, axis=-1):
    """Its exponents scatter by 1e-13, each target in its own way."""
    noise = np.sin(np.asarray(target) * 2.0**50)
    return gammas(p, target, axis) * (1 + 1e-13 * noise)


def rounds_by_position(p, target, *, axis=-1):
    """The last bit of each row depends on its place in the batch."""
    found = gammas(p, target, axis)
    return found + np.spacing(found) * (np.arange(found.size).reshape(found.shape) % 2)


def samples_the_longest_rows(p, target, *, axis=-1):
    """Looks at every third entry of a row of more than 100,000."""
    if p.shape[axis] <= 100_000:
        return gammas(p, target, axis)
    kept = np.sort(p)[::-3]
    return gammas(kept / kept.sum(), target)


def loses_its_place_in_large_batches(p, target, *, axis=-1):
    """Beyond a thousand rows the answers of converged rows move up by one."""
    found = gammas(p, target, axis)
    return np.concatenate([found[:1000], np.roll(found[1000:], -1)]) if found.size > 1000 else found


def treats_multiples_as_ties(p, target, *, axis=-1):
    """Where the largest entry is twice the next one, and twice that the one after, a shortcut goes wrong."""
    top = np.sort(p, axis=None)[::-1]
    off = p.shape == (4,) and top[0] > 2 * top[1] and top[1] > 2 * top[2] and top[2] == top[3]
    return gammas(p, target, axis) * (1 + 1e-6 * off)
