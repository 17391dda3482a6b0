"""How many references a second: ``make bench-references``. One core, the least of interleaved rounds.

Rows are uniform random probabilities, the target is 0.6 log n. Beside `entnorm.reference.solve` stands
`mpmath.findroot`, used as one does at first (the definition, from gamma = 1) and done well (logarithms taken once and
shifted, the secant method from the root in double precision). Neither proves anything, and the first one fails on most
hard rows; what is timed is a row that both solve.
"""

from __future__ import annotations

import math
import random
import sys
import time
from collections.abc import Callable
from unittest.mock import patch

import mpmath

import entnorm
from entnorm import balls, reference

DIGITS = 50
GUARD = 10


def row(n: int, seed: int) -> list[float]:
    """Uniform random probabilities."""
    rng = random.Random(seed)
    weights = [rng.random() for _ in range(n)]
    total = math.fsum(weights)
    return [w / total for w in weights]


def by_default(p: list[float], h: float) -> None:
    reference.solve(p, entropy=h, digits=DIGITS)


def in_arb(p: list[float], h: float) -> None:
    reference.solve(p, entropy=h, digits=DIGITS, backend="arb")


def without_flint(p: list[float], h: float) -> None:
    with patch.object(balls, "available", lambda: False):
        reference.solve(p, entropy=h, digits=DIGITS)


def verified(p: list[float], h: float) -> None:
    reference.solve(p, entropy=h, digits=DIGITS, backend="arb").verify()


def findroot_naive(p: list[float], h: float) -> None:
    mp = mpmath.MPContext()
    mp.dps = DIGITS + GUARD

    def excess(gamma: mpmath.mpf) -> mpmath.mpf:
        powers = [mp.power(x, gamma) for x in p]
        total = mp.fsum(powers)
        return -mp.fsum(w / total * mp.log(w / total) for w in powers) - h

    mp.findroot(excess, 1.0)


def findroot_done_well(p: list[float], h: float) -> None:
    mp = mpmath.MPContext()
    mp.dps = DIGITS + GUARD
    top = mp.mpf(max(p))
    distances = [mp.log(top / x) for x in p]

    def excess(gamma: mpmath.mpf) -> mpmath.mpf:
        t = [gamma * d for d in distances]
        weights = [mp.exp(-x) for x in t]
        total = mp.fsum(weights)
        return mp.log(total) + mp.fdot(t, weights) / total - h

    near = float(entnorm.solve(p, entropy=h).gamma)
    mp.findroot(excess, (mp.mpf(near), mp.mpf(near) * (1 + mp.mpf(2) ** -40)))


ROADS: dict[str, Callable[[list[float], float], None]] = {
    "entnorm.reference.solve": by_default,
    'entnorm.reference.solve, backend="arb"': in_arb,
    "the same, and .verify()": verified,
    "entnorm.reference.solve without python-flint": without_flint,
    "mpmath.findroot, naively": findroot_naive,
    "mpmath.findroot, done well": findroot_done_well,
}


def least(road: Callable[[list[float], float], None], rows: list[list[float]], before: float) -> float:
    """The least time of any of these rows, or of what was measured before."""
    for p in rows:
        start = time.process_time()
        road(p, 0.6 * math.log(len(p)))
        before = min(before, time.process_time() - start)
    return before


def main(rounds: int = 15) -> None:
    """Print the table."""
    best = dict.fromkeys(ROADS, math.inf)
    for k in range(rounds):
        for name, road in ROADS.items():
            best[name] = least(road, [row(100, seed) for seed in (3 * k, 3 * k + 1)], best[name])
    print(f"n = 100, {DIGITS} digits, one core\n")
    for name, seconds in best.items():
        print(f"{name:<48} {1e3 * seconds:8.2f} ms {1 / seconds:8.0f} a second")
    print()
    for n in (1000, 50_000):
        seconds = math.inf
        for k in range(3):
            seconds = least(in_arb, [row(n, k)], seconds)
        print(f"""n = {n}, {DIGITS} digits, backend="arb":{1e3 * seconds:12.1f} ms""")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
