"""Derivatives of distributions of prescribed entropy as differences in many digits: shares nothing with the package."""

import math

import mpmath
import numpy as np

EPS = 2.0**-52
TINY = 2.0**-1074


class Differences:
    """One row, with the exact logarithms of what it holds, and the distribution at a target as a function of both.

    `shift` moves the logarithms, entry by entry, and `rise` the target, in the unit of its kind.
    """

    def __init__(self, kind, value, *, p=None, logits=None):
        row = np.asarray(logits if p is None else p, dtype=np.float64).tolist()
        near = {"entropy": value, "deficit": value}.get(kind, 1e-16)
        self.mp = mp = mpmath.MPContext()
        mp.dps = int(400 - math.log10(min(near, 1e-16)))
        self.kind, self.value = kind, mp.mpf(float(value))
        self.places = [i for i, x in enumerate(row) if (x > -math.inf if p is None else x > 0)]
        exact = [mp.mpf(row[i]) for i in self.places]
        self.logs = exact if p is None else [mp.log(x) for x in exact]
        self.support = len(self.places)

    def entropy(self, value):
        mp, size = self.mp, self.mp.log(self.support)
        return {
            "entropy": lambda: value,
            "perplexity": lambda: mp.log(value),
            "deficit": lambda: size - value,
            "evenness": lambda: value * size,
        }[self.kind]()

    def state(self, gamma, logs):
        mp = self.mp
        top = max(logs)
        t = [gamma * (x - top) for x in logs]
        weights = [mp.exp(x) for x in t]
        total = mp.fsum(weights)
        q = [w / total for w in weights]
        mean = mp.fsum(a * b for a, b in zip(q, t, strict=True))
        spread = [x - mean for x in t]
        return q, spread, mp.log(total) - mean, mp.fsum(a * b**2 for a, b in zip(q, spread, strict=True))

    def solve(self, near, shift=(), rise=0):
        """The exponent to about two thirds of the digits, and its distribution; `near` is where to begin."""
        mp = self.mp
        logs = [x + s for x, s in zip(self.logs, shift, strict=True)] if shift else self.logs
        target, gamma = self.entropy(self.value + rise), mp.mpf(near)
        for _ in range(80):
            _, _, h, variance = self.state(gamma, logs)
            step = max(min((h - target) / variance, mp.one), -mp.one)
            gamma *= mp.exp(step)
            if abs(step) < mp.mpf(10) ** (-mp.dps * 2 // 5):
                return gamma, self.state(gamma, logs)[0]
        raise AssertionError("the differences did not converge")

    def along(self, near, direction=None):
        """dq along a direction of the logits, or with the target: a central difference, right to forty digits."""
        mp = self.mp
        gamma, _ = self.solve(near)
        _, _, _, variance = self.state(gamma, self.logs)
        step = mp.mpf(10) ** -40 * (variance if direction is None else mp.sqrt(variance) / gamma)
        found = []
        for signed in (step, -step):
            if direction is None:
                found.append(self.solve(gamma, rise=signed)[1])
            else:
                found.append(self.solve(gamma, [signed * mp.mpf(float(direction[i])) for i in self.places])[1])
        return [(a - b) / (2 * step) for a, b in zip(*found, strict=True)]

    def budgets(self, near, vector):
        """What rounding can do to J f, to dq/dH, and to the slope of f, to first order; in the places of the support.

        Gamma has an error of its condition number k times epsilon; log q_i, f_i - E f and t_i - E t have one of epsilon
        each, the first times 1 + its distance from the maximum. Each shows in an entry itself and, through the means
        of the regression on (1, t), in all of them; the slope is over t, and moves with gamma itself, twice as far as
        the others are taken to. Below float64's normal range q has an absolute error.
        """
        mp = self.mp
        gamma, _ = self.solve(near)
        q, t, h, variance = self.state(gamma, self.logs)

        def mean(values):
            return mp.fsum(w * x for w, x in zip(q, values, strict=True))

        f = [mp.mpf(float(vector[i])) for i in self.places]
        f = [x - y for x, y in zip(f, [mean(f)] * len(f), strict=True)]
        slope = mean([x * y for x, y in zip(f, t, strict=True)]) / variance
        k = 1 + min(h, mp.log(self.support) - h) / variance
        weight = [k * (1 + mp.log(max(q) / w)) for w in q]
        own = [abs(x) + abs(slope * y) + abs(x - slope * y) * z for x, y, z in zip(f, t, weight, strict=True)]

        error = [EPS * w + TINY for w in q]

        def spread(own):
            level = mp.fsum(w * x for w, x in zip(error, own, strict=True)) / EPS
            lean = mp.fsum(w * x * abs(y) for w, x, y in zip(error, own, t, strict=True)) / EPS / variance
            return [w * (x + level + abs(y) * lean) for w, x, y in zip(error, own, t, strict=True)], EPS * lean

        along_logits, along_slope = spread(own)
        along_target, _ = spread([abs(y) * z for y, z in zip(t, weight, strict=True)])
        along_slope += 2 * EPS * k * abs(slope)
        return [gamma * x for x in along_logits], [x / variance for x in along_target], along_slope
