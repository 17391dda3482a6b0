"""Rows of a few values, changed little by little as long as their answer gets worse: what chance does not find.

Where many entries are equal, so are their rounding errors, and all have one sign in some rows out of thousands; those
of their logarithms are chosen. Each generation keeps the worst, and tries neighbours of theirs, and some that are new.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from entnorm.moments import log_offsets

KEPT = 40  # rows of a generation
_NEW = 0.15  # the share of rows that are new, and not neighbours of one that is kept
_TRIED = 200  # gaps of which the worst is taken


@dataclass(frozen=True)
class Levels:
    """A few maxima, a crowd, and as many far below that as make the deficit what it is."""

    counts: tuple[int, int, int]
    gap: float  # from the maxima to the crowd
    depth: float  # from the maxima to the others, in gaps
    origin: float
    tilt: float  # the exponent times the gap
    nudge: float  # of the target, relatively
    probabilities: bool

    @classmethod
    def drawn(cls, rng: np.random.Generator, longest: int) -> Levels:
        """One with at most about so many entries."""
        many = int(longest * 10 ** rng.uniform(-2, -0.05))
        below = 1 + int(many * math.expm1(10 ** rng.uniform(-2.5, 0.4)))
        ties = int(rng.choice([1, 1, 2, 3]))
        return cls(
            counts=(ties, many, min(below, longest)),
            gap=10 ** rng.uniform(-2, 1),
            depth=10 ** rng.uniform(0.5, 2.5),
            origin=float(rng.choice([0.0, 1.0, 10 ** rng.uniform(0, 3)])),
            tilt=rng.uniform(0.3, 1.1) * math.log(many / ties),
            nudge=rng.normal() * 1e-7,
            probabilities=bool(rng.random() < 0.5),
        ).unlucky(rng)

    def changed(self, rng: np.random.Generator) -> Levels:
        """A neighbour."""
        factor = 1 + rng.normal() * 10 ** rng.uniform(-9, -1)
        what = rng.choice(["nudge", "gap", "tilt", "depth", "counts"], p=[0.35, 0.2, 0.2, 0.1, 0.15])
        if what == "nudge":
            return replace(self, nudge=rng.normal() * 1e-7)
        if what == "counts":
            ties, many, below = self.counts
            sizes = [max(1, int(count * (1 + 0.1 * rng.normal()))) for count in (many, below)]
            return replace(self, counts=(ties, *sizes))
        found = replace(self, **{what: getattr(self, what) * factor})
        return found.unlucky(rng) if what == "gap" else found

    def unlucky(self, rng: np.random.Generator) -> Levels:
        """The same with a gap next to it, of many the one that gives the crowd's depth the largest rounding error."""
        gaps = self.gap * (1 + 1e-6 * rng.normal(size=_TRIED))
        values = np.array([self.values(gap) for gap in gaps])
        rounded = log_offsets(values[:, 1:2], values[:, 0], logits=not self.probabilities)[:, 0]
        top, crowd = values[:, :2].T.astype(np.longdouble)
        exact = np.log1p((crowd - top) / top) if self.probabilities else crowd - top
        return replace(self, gap=float(gaps[np.argmax(np.abs(rounded / exact - 1))]))

    def logits(self, gap: float) -> np.ndarray:
        """Those of the three levels."""
        return self.origin - gap * np.array([0.0, 1.0, self.depth])

    def values(self, gap: float) -> np.ndarray:
        """The three that entries have."""
        logits = self.logits(gap)
        if not self.probabilities:
            return logits
        p = np.exp(logits - logits[0])
        return p / (np.array(self.counts) * p).sum()

    def question(self) -> tuple[dict[str, np.ndarray], str, float] | None:
        """The row, and its target, if there is one between the ends."""
        logits = self.logits(self.gap)
        counts = np.array(self.counts)
        t = (logits - logits[0]) * (self.tilt / self.gap)
        q = np.exp(t) / (counts * np.exp(t)).sum()
        entropy = -(counts * q * np.log(q, where=q > 0, out=np.zeros(3))).sum()
        deficit = float((math.log(counts.sum()) - entropy) * (1 + self.nudge))
        if not (logits[0] > logits[1] > logits[2] and 1e-3 < deficit < math.log(counts.sum() / counts[0]) - 1e-3):
            return None
        values = self.values(self.gap)
        if self.probabilities and values[2] == 0.0:
            return None
        return {"p" if self.probabilities else "logits": np.repeat(values, counts)}, "deficit", deficit


def climb(
    judge: Callable[[dict[str, np.ndarray], str, float], float], rng: np.random.Generator, longest: int
) -> Iterator[float]:
    """What is worst so far, after each row that was judged; without end."""
    kept: list[tuple[float, Levels]] = []
    while True:
        new = len(kept) < KEPT or rng.random() < _NEW
        levels = Levels.drawn(rng, longest) if new else kept[int(len(kept) * rng.random() ** 2)][1].changed(rng)
        question = levels.question()
        if question:
            kept.append((judge(*question), levels))
            kept = sorted(kept, key=lambda pair: -pair[0])[:KEPT]
            yield kept[0][0]
