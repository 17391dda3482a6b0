"""All targets of a row at once in numbers of 64 bits with a wide exponent: which answers are beyond doubt.

A million rows in balls take an hour. Here the entropy is taken at both ends of what the budget allows, gamma (1 -+ 8
eps k), and has to be above the target at one and below it at the other by more than the rounding of this evaluation;
the distribution is held against that at the root. What is not beyond doubt is judged in balls, so a mistake here can
hide a failure only if it moves a residual by a budget, thousands of roundings; a share of the rows is judged both ways.
Shares nothing with the solver.
"""

from dataclasses import dataclass
from functools import cache

import mpmath
import numpy as np

LD = np.longdouble
AVAILABLE = bool(np.finfo(LD).nmant >= 63)
EPS = LD(2) ** -52
ROUNDING = LD(2) ** -63
SERIES = [LD(1) / (k * (k - 1)) * (-1) ** k for k in range(2, 26)]


@cache
def log_of(count):
    """The logarithm of an integer in two words."""
    with mpmath.workprec(200):
        exact = mpmath.log(count)
        high = LD(mpmath.nstr(exact, 30))
        low = exact - mpmath.mpf(int(high * LD(2) ** 90)) / 2**90
        return high, LD(float(low))


@dataclass
class Sums:
    """What is known at some gammas: arrays of shape (targets,), and weights relative to the largest."""

    excess: np.ndarray  # H - log m
    deficit: np.ndarray  # log s - H
    varentropy: np.ndarray
    rounding: np.ndarray  # of excess and deficit
    weights: np.ndarray
    total: np.ndarray


class Extended:
    """One row: distances from the maximum, and how many entries share each."""

    def __init__(self, row):
        ((self.kind, values),) = row.items()
        self.values = np.asarray(values, dtype=np.float64)
        self.inside = self.values > (-np.inf if self.kind == "logits" else 0)
        levels, where, counts = np.unique(-self.values[self.inside], return_inverse=True, return_counts=True)
        x, self.where, self.counts = -levels.astype(LD), where, counts.astype(LD)
        near = 2 * x > x[0]
        self.d = x[0] - x if self.kind == "logits" else np.where(near, np.log1p((x[0] - x) / x), np.log(x[0] / x))
        self.support, self.ties = int(counts.sum()), int(counts[0])
        self.centre = (self.counts * self.d).sum() / self.support

    def goals(self, kind, values):
        """Distances of targets from both ends."""
        v, s, m = values.astype(LD), self.support, self.ties
        (top, top_low), (bottom, bottom_low) = log_of(s), log_of(m)
        width = (top - bottom) + (top_low - bottom_low)
        return {
            "entropy": lambda: ((v - bottom) - bottom_low, (top - v) + top_low),
            "perplexity": lambda: (np.log1p((v - m) / m), -np.log1p((v - s) / s)),
            "deficit": lambda: (width - v, v),
            "evenness": lambda: ((v * top - bottom) + (v * top_low - bottom_low), (1 - v) * top),
        }[kind]()

    def at(self, gamma):
        """Entropies at gammas, summed from the end that is nearer."""
        t = gamma[:, None] * self.d
        weights = np.exp(-t)
        w = self.counts * weights
        rest, total = w[:, 1:].sum(-1), w.sum(-1)
        mean = (w * t).sum(-1) / total
        excess = np.log1p(rest / self.ties) + mean
        square = (w * t**2).sum(-1) / total
        varentropy = (w * (t - mean[:, None]) ** 2).sum(-1) / total
        steps = ROUNDING * (12 + np.log2(LD(self.support)))
        rounding = steps * (excess + square)
        width = sum(log_of(self.support)) - sum(log_of(self.ties))
        deficit = width - excess
        flat = t[:, -1] < 30
        if flat.any():
            deficit[flat] = self._deficit(gamma[flat])
            rounding[flat] = np.minimum(
                rounding[flat], steps * (deficit[flat] + np.sqrt(deficit[flat]) * gamma[flat] * self.d[-1])
            )
        return Sums(excess, deficit, varentropy, rounding, weights, total)

    def _deficit(self, gamma):
        """Mean of (1 + u) log(1 + u) - u with u = s q - 1, centred at the mean."""
        e = np.expm1(-gamma[:, None] * (self.d - self.centre))
        shift = (self.counts * e).sum(-1, keepdims=True) / self.support
        u = (e - shift) / (1 + shift)
        series = np.zeros_like(u)
        for coefficient in SERIES[::-1]:
            series = series * u + coefficient
        v = np.maximum(u, -1 + ROUNDING)
        terms = np.where(np.abs(u) < 0.1, series * u**2, (1 + v) * np.log1p(v) - v)
        return (self.counts * terms).sum(-1) / self.support

    def errors(self, solution, kind, values):
        """Errors in units of the budget, arrays of shape (targets,), and which answers are beyond doubt."""
        with np.errstate(all="ignore"):  # what cannot be computed is in doubt
            return self._errors(solution, kind, values)

    def _errors(self, solution, kind, values):
        excess, deficit = self.goals(kind, values)
        nearer_top = deficit < excess

        def residual(sums):
            return np.where(nearer_top, deficit - sums.deficit, sums.excess - excess)

        gamma = solution.gamma.astype(LD)
        here = self.at(gamma)
        entropy = excess + log_of(self.ties)[0]
        k = 1 + np.minimum(entropy, deficit) / here.varentropy
        allowed = 8 * EPS * k
        lower, upper = self.at(gamma * np.maximum(1 - allowed, 0)), self.at(gamma * (1 + allowed))
        missed, unsure = residual(here), here.rounding
        step = missed / here.varentropy
        found = {
            "gamma": np.abs(step) / allowed,
            "entropy": (np.abs(missed) + unsure) / (4 * EPS * (entropy + here.varentropy)),
            "probability": self._probability_error(solution, gamma * (1 + step), k),
        }
        beyond = (residual(lower) > lower.rounding) & (residual(upper) < -upper.rounding)
        for errors in found.values():
            beyond &= errors < 0.99
        return {name: errors.astype(np.float64) for name, errors in found.items()}, beyond & solution.success

    def _probability_error(self, solution, gamma, k):
        root = self.at(gamma)
        q = (root.weights / root.total[:, None])[:, self.where]
        t = (gamma[:, None] * self.d)[:, self.where]
        log_q = -t - np.log(root.total)[:, None]
        probs, logs = solution.probs[:, self.inside], solution.log_probs[:, self.inside]
        k = k[:, None]
        worst = np.abs(logs - log_q) / (8 * EPS * (1 + np.abs(log_q)) * k)
        normal = log_q > -708
        relative = np.abs(probs - q) / (8 * EPS * (1 + t) * k * np.where(normal, q, 1))
        worst = np.maximum(worst, np.where(normal, relative, 0)).max(-1)
        total = np.abs(solution.probs.astype(LD).sum(-1) - 1) / (8 * EPS)
        outside = (solution.probs[:, ~self.inside] != 0).any(-1) | (solution.log_probs[:, ~self.inside] != -np.inf).any(
            -1
        )
        return np.where(outside, np.inf, np.maximum(worst, total))
