"""Escort entropies of exact binary inputs in many digits, by definition: shares nothing with the package."""

import math

import mpmath
import numpy as np

EPS = 2.0**-52


class Exact:
    """One row, taken as the binary numbers that it holds; numbers of `mp`, which has `digits` digits."""

    def __init__(self, p=None, logits=None, digits=60):
        self.mp = mp = mpmath.MPContext()
        mp.dps = digits
        self.row = np.asarray(logits if p is None else p, dtype=np.float64)
        self.inside = self.row > (-np.inf if p is None else 0)
        values, counts = np.unique(self.row[self.inside], return_counts=True)
        self.support, self.ties = int(counts.sum()), int(counts[-1])
        exact = [mp.mpf(value) for value in values.tolist()]
        distances = [exact[-1] - x for x in exact] if p is None else [mp.log(exact[-1] / x) for x in exact]
        self.distance = dict(zip(values.tolist(), distances, strict=True))
        self.levels = list(zip(distances, counts.tolist(), strict=True))

    @classmethod
    def for_target(cls, *, p=None, logits=None, kind, value):
        """With as many digits as it takes to see the target's distance from the ends."""
        row = cls(p, logits)
        size = math.log(row.support)
        near = {"entropy": value, "deficit": value, "perplexity": 1e-16, "evenness": value}[kind]
        lost = -math.log10(min(1e-16, near, size))
        return cls(p, logits, digits=int(60 + 2 * lost))

    def target(self, kind, value):
        """H* in nats."""
        mp, value = self.mp, self.mp.mpf(float(value))
        size = mp.log(self.support)
        return {
            "entropy": lambda: value,
            "perplexity": lambda: mp.log(value),
            "deficit": lambda: size - value,
            "evenness": lambda: value * size,
        }[kind]()

    def moments(self, gamma):
        """H, gamma^2 Var and Z = sum exp(-t) of the escort distribution."""
        mp = self.mp
        gamma = mp.mpf(gamma)
        terms = [(gamma * d, count * mp.exp(-gamma * d)) for d, count in self.levels]
        z = mp.fsum(r for _, r in terms)
        mean = mp.fsum(t * r for t, r in terms) / z
        return mp.log(z) + mean, mp.fsum((t - mean) ** 2 * r for t, r in terms) / z, z

    def entropy(self, gamma):
        return self.moments(gamma)[0]

    def root(self, target, near):
        """The root to forty digits, certified by the sign of H - H* on either side of it; `near` only saves time."""
        mp = self.mp
        gamma = mp.mpf(near)
        for _ in range(60):
            h, varentropy, _ = self.moments(gamma)
            step = max(min((h - target) / varentropy, mp.one), -mp.one)
            gamma *= mp.exp(step)
            if abs(step) < mp.mpf(10) ** -45:
                break
        off = mp.mpf(10) ** -40
        assert self.entropy(gamma * (1 - off)) > target > self.entropy(gamma * (1 + off))
        return gamma

    def errors(self, solution, kind, value):
        """Errors of gamma, of the entropy, of probs and of log_probs (one row), in units of the budget."""
        mp, target = self.mp, self.target(kind, value)
        gamma = self.root(target, float(solution.gamma))
        _, varentropy, z = self.moments(gamma)
        k = 1 + min(target, mp.log(self.support) - target) / varentropy
        found = mp.mpf(float(solution.gamma))
        probability, logarithm = [abs(math.fsum(solution.probs.tolist()) - 1) / (8 * EPS)], [mp.zero]
        found_of = zip(self.row.tolist(), solution.probs.tolist(), solution.log_probs.tolist(), strict=True)
        for x, q, log_q in set(found_of):
            if x not in self.distance:
                assert q == 0
                assert log_q == -np.inf
                continue
            t = gamma * self.distance[x]
            exact_log = -t - mp.log(z)
            logarithm.append(abs(log_q - exact_log) / (8 * EPS * (1 + abs(exact_log)) * k))
            if exact_log > -708:
                exact = mp.exp(exact_log)
                probability.append(abs(q - exact) / (8 * EPS * (1 + t) * k * exact))
        return {
            "gamma": float(abs(found - gamma) / (8 * EPS * k * gamma)),
            "entropy": float(abs(self.entropy(found) - target) / (4 * EPS * (target + varentropy))),
            "reported entropy": float(abs(float(solution.entropy) - target) / (4 * EPS * (target + varentropy))),
            "probs": float(max(probability)),
            "log_probs": float(max(logarithm)),
            "condition": float(abs(float(solution.condition) - (k - 1)) / (1e-6 * k)),
        }
