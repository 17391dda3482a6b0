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
from entnorm.steps import shows

KEPT = 40  # rows of a generation
TARGETS = 16  # of a row, all of which are solved: rounding errors of exponentials fall anew for each
HANDS = (1, 2, 4, 8, 16, 32, 64, 128)  # vectors and chunks are as long as some of these
_NEW = 0.15  # the share of rows that are new, and not neighbours of one that is kept
_LOUD = 0.35  # and of those, the share that is noisy
_TRIED = 200  # gaps of which the worst is taken
_LEAST = 1e-3  # nats that a target is away from the ends
_STRAINED = 2.5, 6.0  # eighths of the promise
_NOISY = 3.0  # how much larger than the promise an excess, and what it is rounded with, may be: see `is_levered`
_ASIDE = 8  # floats that a target is moved by
_TIES = (1, 2, 3, 4, 6, 8, 12, 16, 17)
_DRAWS = 40  # among which a strained one is looked for
KINDS = ("entropy", "perplexity", "deficit", "evenness")


@dataclass(frozen=True)
class Levels:
    """A few maxima, a crowd, and others far below that, as many as make the deficit what it is; in any order.

    Where entries are in runs, each chunk of a sum is of equal ones; where runs are dealt out, chunks are like another.
    """

    runs: tuple[tuple[int, int], ...]  # of equal entries side by side: their level, and how many there are
    hands: int  # to so many, these are dealt out
    gap: float  # from the maxima to the crowd
    depths: tuple[float, ...]  # from the maxima to the other levels, in gaps
    origin: float
    tilt: float  # the exponent times the gap
    kind: str
    probabilities: bool

    @classmethod
    def drawn(cls, rng: np.random.Generator, longest: int) -> Levels:
        """One with at most so many entries, or one or two more."""
        many = int(longest * 10 ** rng.uniform(-2, -0.05))
        below = 1 + int(many * math.expm1(10 ** rng.uniform(-2.5, 0.4)))
        ties = int(rng.choice([1, 1, 2, 3]))
        counts = [many, below, *(1 + int(many * 10 ** rng.uniform(-3, 0)) for _ in range(rng.integers(3)))]
        share = min((longest - ties) / sum(counts), 1.0)
        runs = [(0, ties), *((1 + k, max(int(count * share), 1)) for k, count in enumerate(counts))]
        return cls(
            runs=tuple(runs),
            hands=int(rng.choice(HANDS)),
            gap=10 ** rng.uniform(-2, 1),
            depths=(10 ** rng.uniform(0.5, 2.5), *10 ** rng.uniform(0.01, 1, len(runs) - 3)),
            origin=float(rng.choice([0.0, 1.0, 10 ** rng.uniform(0, 3)])),
            tilt=rng.uniform(0.3, 1.1) * math.log((many + 1) / ties),
            kind=str(rng.choice(KINDS)),
            probabilities=bool(rng.random() < 0.5),
        ).unlucky(rng)

    @classmethod
    def noisy(cls, rng: np.random.Generator, longest: int) -> Levels:
        """One with a crowd next to the maxima, in which nearly all that is promised goes to the rounding of the excess.

        That is just above a power of two, where the last digit is worth most, and the entropy depends on the exponent
        so little that gamma is off by all of it.
        """
        excess = 2.0 ** rng.integers(-1, 3) * (1 + 10 ** rng.uniform(-4, -1.3))
        ties = int(rng.choice(_TIES))
        near = max(1, round(ties * math.expm1(excess)))
        deficit = (excess + min(excess, 1.0)) / _NOISY * (1 + 0.05 * rng.random())
        far = max(1, round((ties + near) * math.expm1(deficit)))
        if ties + near + far > longest:
            return cls.drawn(rng, longest)
        tilt, others = 10 ** rng.uniform(-4, -0.3), int(rng.integers(3))
        return cls(
            runs=((0, ties), (1, near), (2, far), *((3 + k, 1) for k in range(others))),
            hands=int(rng.choice(HANDS)),
            gap=tilt * 10 ** rng.uniform(-1, 1),
            depths=(10 ** rng.uniform(0.9, 2.5) / tilt, *10 ** rng.uniform(-0.5, 1.3, others) / tilt),
            origin=float(rng.choice([0.0, 1.0, 10 ** rng.uniform(0, 3)])),
            tilt=tilt,
            kind=str(rng.choice(KINDS)),
            probabilities=bool(rng.random() < 0.3),
        ).unlucky(rng)

    def changed(self, rng: np.random.Generator) -> Levels:
        """A neighbour."""
        factor = 1 + rng.normal() * 10 ** rng.uniform(-9, -1)
        shares = {"gap": 0.3, "tilt": 0.25, "depths": 0.15, "runs": 0.2, "hands": 0.05, "kind": 0.05}
        what = rng.choice(list(shares), p=list(shares.values()))
        if what == "kind":
            return replace(self, kind=str(rng.choice(KINDS)))
        if what == "hands":
            return replace(self, hands=int(rng.choice(HANDS)))
        if what == "depths":
            which = rng.integers(len(self.depths))
            return replace(self, depths=tuple(d * factor if k == which else d for k, d in enumerate(self.depths)))
        if what == "runs":
            return replace(self, runs=_rearranged(self.runs, rng))
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

    def counts(self) -> np.ndarray:
        """How many entries each level has."""
        level, count = np.array(self.runs).T
        return np.bincount(level, count)

    def logits(self, gap: float) -> np.ndarray:
        """Those of the levels."""
        return self.origin - gap * np.array([0.0, 1.0, *self.depths])

    def values(self, gap: float) -> np.ndarray:
        """What entries of each level are."""
        logits = self.logits(gap)
        if not self.probabilities:
            return logits
        p = np.exp(logits - logits[0])
        return p / (self.counts() * p).sum()

    def moments(self) -> tuple[float, float, float]:
        """Of log q, from that of the maxima: its mean and its variance; and the entropy."""
        logits, counts = self.logits(self.gap), self.counts()
        t = (logits - logits[0]) * (self.tilt / self.gap)
        total = (counts * np.exp(t)).sum()
        shares = counts * np.exp(t) / total
        mean = float((shares * t).sum())
        return mean, float((shares * (t - mean) ** 2).sum()), math.log(total) - mean

    def is_strained(self) -> bool:
        """Whether rounding errors of sums show as much as they may, or half of that: where they are worst."""
        mean, second, entropy = self.moments()
        ends = entropy - math.log(self.counts()[0]), math.log(self.counts().sum()) - entropy
        return bool(shows(mean, second, *ends, _STRAINED[0]) and not shows(mean, second, *ends, _STRAINED[1]))

    def question(self, rng: np.random.Generator) -> tuple[dict[str, np.ndarray], str, np.ndarray] | None:
        """The row, and some targets next to each other, if they are between the ends."""
        logits, counts = self.logits(self.gap), self.counts()
        size, (_, _, entropy) = math.log(counts.sum()), self.moments()
        if logits[1:].max() >= logits[0] or not _LEAST < size - entropy < size - math.log(counts[0]) - _LEAST:
            return None
        values = self.values(self.gap)
        if self.probabilities and values.min() == 0.0:
            return None
        deficit = (size - entropy) * (1 + 1e-7 * rng.normal(size=TARGETS))
        entropy = size - deficit
        target = {"entropy": entropy, "perplexity": np.exp(entropy), "deficit": deficit, "evenness": entropy / size}
        level, count = np.array(self.runs).T
        row = dealt(np.repeat(values[level], count), self.hands)
        return {"p" if self.probabilities else "logits": row}, self.kind, beside(target[self.kind], rng)


def beside(targets: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Floats next to targets: that of a rounded entropy is where its distances from the ends need no rounding."""
    steps = rng.integers(-_ASIDE, _ASIDE + 1, targets.shape)
    return (targets.view(np.int64) + steps).view(np.float64)


def _rearranged(runs: tuple[tuple[int, int], ...], rng: np.random.Generator) -> tuple[tuple[int, int], ...]:
    """The same with other numbers of entries below the maxima, in another order, or with a run cut in two."""
    which, what = rng.integers(len(runs)), rng.integers(4)
    level, count = runs[which]
    if what == 0:
        return tuple(runs[k] for k in rng.permutation(len(runs)))
    if what == 1 and count > 1:
        part = int(rng.integers(1, count))
        return (*runs[:which], (level, part), *runs[which + 1 :], (level, count - part))
    return tuple((k, max(1, int(c * (1 + 0.1 * rng.normal()))) if k else c) for k, c in runs)


def dealt(row: np.ndarray, hands: int) -> np.ndarray:
    """The same entries in an order that repeats, nearly, after so many: the first of each part, the second, ..."""
    whole = row.size - row.size % hands
    return np.append(row[:whole].reshape(hands, -1).T, row[whole:])


def _strained(rng: np.random.Generator, longest: int) -> Levels:
    """New ones, which are strained half of the time."""
    found = Levels.drawn(rng, longest)
    for _ in range(_DRAWS if rng.random() < 0.5 else 0):
        if found.is_strained():
            break
        found = Levels.drawn(rng, longest)
    return found


def climb(
    judge: Callable[[dict[str, np.ndarray], str, np.ndarray], float], rng: np.random.Generator, longest: int
) -> Iterator[float]:
    """What is worst so far, after each row of at most so many entries and its targets, as judged; without end."""
    kept: list[tuple[float, Levels]] = []
    while True:
        new = len(kept) < KEPT or rng.random() < _NEW
        if new:
            levels = (Levels.noisy if rng.random() < _LOUD else _strained)(rng, longest)
        else:
            levels = kept[int(len(kept) * rng.random() ** 2)][1].changed(rng)
        question = levels.question(rng)
        if question and next(iter(question[0].values())).size <= longest:
            kept.append((judge(*question), levels))
            kept = sorted(kept, key=lambda pair: -pair[0])[:KEPT]
            yield kept[0][0]
