"""The root gamma* in mpmath: a safeguarded Newton iteration of third order on a ladder of precisions.

Nothing here is a proof, and nothing needs to be: the bracket is kept by the monotonicity of the entropy, the number of
steps is bounded by the precision, and the certificate is checked elsewhere.
"""

from __future__ import annotations

from fractions import Fraction
from operator import mul
from typing import Any, Literal, TypeAlias

import mpmath

from entnorm.reference.arithmetic import Arithmetic, InBalls, InMpmath
from entnorm.reference.attainable import Gaps, rational
from entnorm.reference.escort import Cumulants, Escort, distances, goal
from entnorm.reference.exact import Row, Target

Backend: TypeAlias = Literal["mpmath", "arb"]

GUARD = 16
MOST_BITS = 2**20


class Problem:
    """H(gamma) = H* for one row: sums over the row in the arithmetic of a backend, all else in an mpmath context."""

    def __init__(self, row: Row, target: Target, mp: mpmath.MPContext, backend: Backend = "mpmath") -> None:
        self.mp = mp
        self.row = row
        self.target = target
        self.arithmetic: Arithmetic = InBalls() if backend == "arb" else InMpmath(self.mp)
        self._depth = 0

    def lift(self, x: Fraction) -> mpmath.mpf:
        """`x`, rounded to the working precision."""
        return self.mp.mpf(x.numerator) / x.denominator

    def lower(self, x: Any) -> mpmath.mpf:
        """A number of the arithmetic as one of the context."""
        return self.arithmetic.middle(x, self.mp)

    def distances(self) -> list[Any]:
        """The distance of each level to the maximum, in the arithmetic, to the working precision at least."""
        if self._depth < self.mp.prec:
            with self.arithmetic.working(self.mp.prec):
                self._distances = distances(self.row, self.arithmetic)
                self._goal = self.lower(goal(self.row, self.target, self.arithmetic))
            self._depth = self.mp.prec
        return self._distances

    def goal(self) -> mpmath.mpf:
        """H* to the working precision at least."""
        self.distances()
        return self._goal

    def cumulants(self, gamma: mpmath.mpf) -> Cumulants:
        """Entropy and cumulants at `gamma`, in the working precision."""
        with self.arithmetic.working(self.mp.prec):
            return Cumulants(*map(self.lower, self._at(gamma).cumulants))

    def excess(self, gamma: mpmath.mpf) -> mpmath.mpf:
        """H - H* at `gamma`, in the working precision."""
        with self.arithmetic.working(self.mp.prec):
            return self.lower(self._at(gamma).entropy) - self.goal()

    def bounds(self) -> tuple[mpmath.mpf, mpmath.mpf, mpmath.mpf]:
        """The smallest and the largest distance, and the variance of the distances of all entries."""
        d, row, total = self.distances(), self.row, self.arithmetic.total
        with self.arithmetic.working(64):
            mean = total(map(mul, d, row.counts)) / row.size
            squares = total((x - mean) ** 2 * c for x, c in zip(d, row.counts, strict=True))
            spread = (squares + row.ties * mean**2) / row.size
        return self.lower(d[0]), self.lower(d[-1]), self.lower(spread)

    def _at(self, gamma: mpmath.mpf) -> Escort:
        exact = self.arithmetic.number(rational(gamma))
        return Escort(self.row, self.arithmetic, self.distances(), exact)


def root(problem: Problem, gaps: Gaps, bits: int) -> mpmath.mpf:
    """
    gamma* with about `bits` correct bits; the context is left at the precision that this took.

    Each step changes log gamma by log(1 + alpha D) / alpha, where D = (H - H*) / variance and
    alpha = 2 + skew / variance: Newton's step in the variable gamma^alpha, of third order with this alpha. Where that
    leaves the bracket or does not halve the previous step, the bracket is bisected instead. The precision starts low
    and follows the accuracy.

    Raises
    ------
    ArithmeticError
        If the root is so flat that a million bits do not show it.
    """
    mp = problem.mp
    work = 64 + gaps.bits
    mp.prec = work + bits
    problem.distances()
    mp.prec = work
    low, high, gamma = _bracket(problem, gaps)
    previous = mp.inf
    for _ in range(_most_steps(mp, low, high, bits)):
        mp.prec = work
        now = problem.cumulants(gamma)
        excess, noise = now.entropy - problem.goal(), mp.ldexp(1 + problem.goal() ** 2, GUARD - work)
        if excess > noise:
            low = gamma
        elif excess < -noise:
            high = gamma
        elif now.variance <= 256 * noise:  # at this precision the curve is flat and at the target
            work = _doubled(work)
            continue
        step, scale = _step(mp, now, excess, noise)
        blur = noise / now.variance if now.variance > noise else mp.inf
        size, moved = abs(step), gamma * mp.exp(step)
        if not (size <= blur < 1 or (size < previous and low < moved < high)):
            gamma, previous = mp.sqrt(low * high), mp.inf
            continue
        gamma, previous = moved, max(size / 2, 4 * blur)
        accuracy = min(-3 * _log2(mp, size) - 2 * _log2(mp, scale), -_log2(mp, blur)) if size * scale < 1 else 0
        if accuracy >= bits:
            return gamma
        work = max(work, work + _log2(mp, blur) + min(3 * accuracy, bits) + GUARD)
    raise ArithmeticError("the iteration did not end within the steps that its bracket and precision allow")


def _step(mp: mpmath.MPContext, now: Cumulants, excess: mpmath.mpf, noise: mpmath.mpf) -> tuple[mpmath.mpf, mpmath.mpf]:
    """The change of log gamma, infinite where there is none, and the rate 1 + |alpha| at which the terms vary there."""
    if now.variance <= 256 * noise:
        return mp.inf, mp.one
    alpha = 2 + now.skew / now.variance
    x = alpha * excess / now.variance
    if x <= -1:
        return mp.inf, 1 + abs(alpha)
    return (mp.log1p(x) / alpha if alpha else excess / now.variance), 1 + abs(alpha)


def _bracket(problem: Problem, gaps: Gaps) -> tuple[mpmath.mpf, mpmath.mpf, mpmath.mpf]:
    """
    A bracket of gamma* and a start inside it.

    Popoviciu's Var <= R^2 / 4 integrated in dH/dgamma = -gamma Var bounds gamma* from below [rates.bracket-below];
    H - log m <= ((s - m) / m) (1 + x) exp(-x) for x = gamma Delta, from above [rates.bracket-above]; with R the largest
    distance to the maximum and Delta the smallest. The start is exact to second order at gamma = 0
    [cumulants.entropy-jet-at-zero].
    """
    mp, row = problem.mp, problem.row
    nearest, farthest, spread = problem.bounds()
    low_gap, high_gap = problem.lift(gaps.low), problem.lift(gaps.high)
    ratio = row.ties * low_gap / (row.size - row.ties)
    x = max(mp.one, 2 * mp.log(mp.mpf("1.2131") / ratio))
    low, high = mp.sqrt(8 * high_gap) / farthest * mp.mpf("0.99"), x / nearest * mp.mpf("1.01")
    return low, high, min(max(mp.sqrt(2 * high_gap / spread), low), high)


def _most_steps(mp: mpmath.MPContext, low: mpmath.mpf, high: mpmath.mpf, bits: int) -> int:
    """Bisections that bring the bracket to the precision asked for, with a few Newton steps between any two of them."""
    halvings = bits + max(0, _log2(mp, mp.log(high / low)))
    return 100 + 8 * halvings


def _doubled(work: int) -> int:
    if 2 * work > MOST_BITS:
        raise ArithmeticError(f"the entropy is so flat at the root that {MOST_BITS} bits do not show its slope")
    return 2 * work


def _log2(mp: mpmath.MPContext, x: mpmath.mpf) -> int:
    """log2 of a positive x, rounded up; a very negative number for zero."""
    return int(mp.mag(x)) if x else -MOST_BITS
