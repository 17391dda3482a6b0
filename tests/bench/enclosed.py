"""One solved row against ball arithmetic, in units of the promised budget: the judge of `make fuzz` and `make bench`.

Shares nothing with the solver. The entropy at the returned gamma, and what it is short of the target, are enclosed in
balls of as many digits as it takes; one Newton step from there is the error of gamma, and the distribution at the gamma
so corrected is what the entries are held against.
"""

import math

import numpy as np

import entnorm
from entnorm import balls

EPS = 2.0**-52


class Enclosed:
    """One row in balls: distances from the maximum, and how many entries share each."""

    def __init__(self, row: dict[str, np.ndarray]) -> None:
        ((self.kind, values),) = row.items()
        self.values = np.asarray(values, dtype=np.float64)
        inside = self.values[self.values > (-np.inf if self.kind == "logits" else 0)]
        self.levels, self.counts = np.unique(inside, return_counts=True)
        self.support, self.ties = int(self.counts.sum()), int(self.counts[-1])

    def errors(self, solution: entnorm.Solution, kind: str, value: float) -> dict[str, float]:
        """Errors of one solution in units of the budget; infinite where balls exclude nothing else."""
        smallest = min(1.0 if kind == "perplexity" else value, 1e-16, math.log(self.support))
        with balls.working(int(220 - 7 * math.log2(smallest))):
            return self._errors(solution, kind, value)

    def _errors(self, solution: entnorm.Solution, kind: str, value: float) -> dict[str, float]:
        top, gamma = balls.ball(float(self.levels[-1])), balls.ball(float(solution.gamma))
        levels = [balls.ball(float(x)) for x in self.levels]
        distance = [top - x if self.kind == "logits" else balls.log(top / x) for x in levels]
        size, target = balls.log(balls.ball(self.support)), balls.ball(value)
        target = {
            "entropy": lambda: target,
            "perplexity": lambda: balls.log(target),
            "deficit": lambda: size - target,
            "evenness": lambda: target * size,
        }[kind]()
        weights = [balls.exp(-gamma * d) * int(c) for d, c in zip(distance, self.counts, strict=True)]
        z = sum(weights)
        mean = sum(w * d for w, d in zip(weights, distance, strict=True)) / z * gamma
        second = sum(w * (gamma * d - mean) ** 2 for w, d in zip(weights, distance, strict=True)) / z
        missed = balls.log(z) + mean - target
        step = missed / second
        k = 1 + min(float(target / second), float((size - target) / second))
        exact = gamma * (1 + step)
        weights = [balls.exp(-exact * d) for d in distance]
        z = sum(w * int(c) for w, c in zip(weights, self.counts, strict=True))
        return {
            "gamma": _size(step) / (8 * EPS * k),
            "entropy": _size(missed / (target + second)) / (4 * EPS),
            "probability": self._probability_error(solution, [w / z for w in weights], exact, distance, k),
        }

    def _probability_error(self, solution, exact, gamma, distance, k) -> float:
        if not np.isfinite(solution.probs).all() or np.isnan(solution.log_probs).any():
            return math.inf
        worst = abs(math.fsum(solution.probs.tolist()) - 1) / (8 * EPS)
        found = dict(zip(self.values.tolist(), solution.probs.tolist(), strict=True))
        logs = dict(zip(self.values.tolist(), solution.log_probs.tolist(), strict=True))
        for x, q, d in zip(self.levels.tolist(), exact, distance, strict=True):
            t, log_q = float(gamma * d), balls.log(q)
            worst = max(worst, _size(log_q - balls.ball(logs[x])) / (8 * EPS * (1 + _size(log_q)) * k))
            if float(log_q) > -708:
                worst = max(worst, _size(balls.ball(found[x]) / q - 1) / (8 * EPS * (1 + t) * k))
        outside = self.values < self.levels[0]
        return worst if (solution.probs[outside] == 0).all() else math.inf


def _size(x) -> float:
    upper = float(abs(x).upper())
    return upper if upper == upper else math.inf
