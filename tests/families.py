"""Random rows and targets of every kind that the solver has to expect, for its tests and for the campaign."""

import math

import numpy as np
from oracle import Exact

RNG = np.random.default_rng


def sized(rng, most=100):
    return int(
        rng.choice([2, 3, 5, 10, 30, 100, 300, 1000][: np.searchsorted([2, 3, 5, 10, 30, 100, 300, 1001], most)])
    )


def narrow(rng):
    return rng.normal(size=sized(rng)) * 10.0 ** -rng.integers(0, 6)


def levels(rng):
    """A few values, each as often as chance will have it: equal terms of a sum are rounded in the same direction."""
    counts = np.append(rng.integers(1, 4), (10.0 ** rng.uniform(0, 3.2, rng.integers(2, 5))).astype(int))
    return np.repeat(np.append(0.0, -rng.uniform(0, 10, counts.size - 1)), counts)


def crowd(rng):
    """Tied maxima, a crowd a hair below them, and a few entries far below."""
    ties = int(10 ** rng.uniform(0, 2.5))
    above = ties + max(1, int(ties * 10 ** rng.uniform(-1.5, 1.3)))
    excess = math.log(above / ties)
    below = 1 + int(above * math.expm1((excess + min(excess, 1.0)) / 5 * math.exp(rng.uniform(-0.4, 0.5))))
    hair = 10.0 ** -rng.uniform(1, 7) * np.append(1, rng.random(rng.integers(0, 4)))
    depth = 10.0 ** rng.uniform(-0.3, 2) * (1 + 0.3 * rng.random(below) * rng.choice([0, 1e-4, 1]))
    return np.concatenate([np.zeros(ties), -rng.choice(hair, above - ties), -depth])


def few_above_many(rng):
    """One to three maxima, each of which may have much of a distribution, above a crowd, and another far below that."""
    many = int(10 ** rng.uniform(1, 3.3))
    counts = rng.integers(1, 4), many, 1 + int(many * math.expm1(rng.uniform(0.1, 2.5)))
    depth = 10 ** rng.uniform(-2, 1)
    return rng.choice([0, 1, 10 ** rng.uniform(0, 3)]) - np.repeat(
        [0, depth, depth * 10 ** rng.uniform(0.5, 2.5)], counts
    )


def far_apart(rng):
    """One entry a hair below the maximum, and others so many hairs below it that floats cannot hold the square."""
    hair = 10.0 ** -rng.uniform(100, 245)
    far = hair * 10.0 ** rng.uniform(100, 250)
    return -np.concatenate([[0, hair], far * (1 + rng.random(sized(rng)))])


def shoulder(row):
    """How many entries are above the widest gap between logarithms."""
    ((kind, values),) = row.items()
    values = np.sort(np.asarray(values, dtype=float))[::-1]
    values = values[values > (-np.inf if kind == "logits" else 0)]
    return 1 + int(np.argmax(-np.diff(values if kind == "logits" else np.log(values))))


def normalised(p):
    return p / p.sum()


FAMILIES = {
    "normal": lambda r: {"logits": r.normal(size=sized(r)) * r.choice([1e-3, 0.1, 1, 3, 20])},
    "uniform": lambda r: {"p": normalised(r.random(sized(r)))},
    "near uniform": lambda r: {"p": normalised(1 + 10.0 ** -r.integers(1, 15) * r.random(sized(r)))},
    "near one-hot": lambda r: {"p": normalised(np.append(10.0 ** -r.uniform(1, 300, sized(r)), 1))},
    "ties": lambda r: {"logits": r.integers(0, 4, sized(r) + 3) * r.choice([0.3, 1, 7])},
    "staircase": lambda r: {"logits": np.cumsum(-(10.0 ** r.uniform(-3, 3, 7)))},
    "three steps": lambda r: {"logits": [0.0, -1.0, -30.0]},
    "Zipf": lambda r: {"p": normalised(np.arange(1, 1 + sized(r)) ** -r.uniform(0.5, 3))},
    "offset": lambda r: {"logits": 1e6 + r.normal(size=sized(r)) * r.choice([1e-5, 1, 30])},
    "scaled": lambda r: {"logits": r.normal(size=sized(r, 30)) * 10.0 ** r.uniform(0, 100)},
    "scaled down": lambda r: {"logits": r.normal(size=sized(r, 30)) * 10.0 ** r.uniform(-245, 0)},
    "denormal": lambda r: {"p": [0.7, 0.3, 1e-310, *(5e-324 * r.integers(1, 1000, 5))]},
    "outlier": lambda r: {"logits": np.append(narrow(r), -(10.0 ** r.uniform(1, 12)))},
    "spike": lambda r: {"logits": np.append(narrow(r), 30.5)},
    "near ties": lambda r: {"logits": [0, -(10.0 ** -r.uniform(1, 15)), *(r.normal(size=5) - 20)]},
    "next to the maximum": lambda r: {"logits": [0, -(10.0 ** -r.uniform(15, 60)), *(r.normal(size=5) - 3)]},
    "levels": lambda r: {"logits": levels(r)},
    "zeros": lambda r: {"p": normalised(np.append(r.random(sized(r)) * r.integers(0, 2), [0, 0.3, 1.0]))},
    "plateau": lambda r: {"logits": np.append(narrow(r), -(10.0 ** r.uniform(0, 4)) - r.random(r.integers(1, 5)))},
    "crowd": lambda r: {"logits": crowd(r)},
    "few above many": lambda r: {"logits": few_above_many(r)},
    "far apart": lambda r: {"logits": far_apart(r)},
}  # fmt: skip


def targets(rng, support, ties, shoulder):
    """One target of each kind inside the attainable interval, and some close to its ends and to a plateau in it."""
    low, high = math.log(ties), math.log(support)
    width = high - low
    found = [
        ("entropy", low + width * rng.random()),
        ("entropy", low + width * (1 - 10.0 ** -rng.uniform(1, 14))),
        ("perplexity", ties + (support - ties) * rng.random()),
        ("evenness", (low + width * rng.random()) / high),
        ("deficit", width * 10.0 ** -rng.uniform(0.01, 12)),
        ("deficit", width * 10.0 ** -rng.uniform(12, 299)),
    ]
    if ties == 1:
        found += [
            ("entropy", width * 10.0 ** -rng.uniform(0.01, 12)),
            ("entropy", width * 10.0 ** -rng.uniform(12, 299)),
            ("evenness", 10.0 ** -rng.uniform(1, 299)),
        ]
    if ties < shoulder < support:
        level = math.log(shoulder) + rng.choice([-1, 1], 3) * 10.0 ** -rng.uniform(1, 9, 3)
        found += [("entropy", float(h)) for h in level if low + 1e-9 < h < high - 1e-9]
    return found


def drawn(family, seed):
    """A row that is not uniform on its support, and its targets."""
    rng = RNG([seed, list(FAMILIES).index(family)])
    while True:
        row = FAMILIES[family](rng)
        exact = Exact(**row)
        if exact.support > exact.ties:
            return row, targets(rng, exact.support, exact.ties, shoulder(row))
