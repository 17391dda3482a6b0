"""The root gamma* in mpmath: a safeguarded Newton iteration of third order on a ladder of precisions.

Nothing here is a proof, and nothing needs to be: the bracket is kept by the monotonicity of the entropy, the number of
steps is bounded by the precision, and the certificate is checked elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import mpmath

from entnorm.reference.attainable import Gaps
from entnorm.reference.exact import Row, Target

GUARD = 16
MOST_BITS = 2**20


@dataclass(frozen=True)
class Moments:
    """
    The entropy at gamma and the cumulants of t = gamma d under the escort distribution, d = log p_max - log p.

    Attributes
    ----------
    entropy : mpf
        log A + T / A with A = sum exp(-t), T = sum t exp(-t)  [escort.entropy-from-top].
    variance : mpf
        gamma^2 Var, which is -dH/dlog gamma  [escort.entropy-log-slope].
    skew : mpf
        The third cumulant of log q = -t + const.
    """

    entropy: mpmath.mpf
    variance: mpmath.mpf
    skew: mpmath.mpf


class Problem:
    """H(gamma) = H* for one row, in an mpmath context of its own."""

    def __init__(self, row: Row, target: Target) -> None:
        self.mp = mpmath.MPContext()
        self.row = row
        self.target = target
        self._depth = 0

    def lift(self, x: Fraction) -> mpmath.mpf:
        """`x`, rounded to the working precision."""
        return self.mp.mpf(x.numerator) / x.denominator

    def distances(self) -> list[mpmath.mpf]:
        """D of each level to the working precision at least, with full relative accuracy however close the level is."""
        if self._depth < self.mp.prec:
            quotients = [self.mp.mpf(level.numerator) / level.denominator for level in self.row.levels]
            log1p = self.mp.log1p
            self._distances = [log1p(x) for x in quotients] if self.row.kind == "p" else quotients
            a, b, c = (self.lift(x) for x in self.target.form(self.row.size))
            self._goal = a + b * self.mp.log(c)
            self._depth = self.mp.prec
        return self._distances

    def goal(self) -> mpmath.mpf:
        """H* to the working precision at least."""
        self.distances()
        return self._goal

    def moments(self, gamma: mpmath.mpf) -> Moments:
        """Entropy and cumulants at `gamma`, in the working precision."""
        mp = self.mp
        t, weights, mass = self._weights(gamma)
        first = [x * w for x, w in zip(t, weights, strict=True)]
        second = [x * w for x, w in zip(t, first, strict=True)]
        mean = mp.fsum(first) / mass
        square = mp.fsum(second) / mass
        cube = mp.fdot(t, second) / mass
        return Moments(
            entropy=mp.log(mass) + mean,
            variance=square - mean**2,
            skew=3 * mean * square - cube - 2 * mean**3,
        )

    def excess(self, gamma: mpmath.mpf) -> mpmath.mpf:
        """H - H* at `gamma`, in the working precision."""
        t, weights, mass = self._weights(gamma)
        return self.mp.log(mass) + self.mp.fdot(t, weights) / mass - self.goal()

    def centred_variance(self, gamma: mpmath.mpf) -> mpmath.mpf:
        """gamma^2 Var from deviations from the mean, without cancellation."""
        t, weights, mass = self._weights(gamma)
        mean = self.mp.fdot(t, weights) / mass
        squares = self.mp.fsum(w * (x - mean) ** 2 for x, w in zip(t, weights, strict=True))
        return (squares + self.row.ties * mean**2) / mass

    def _weights(self, gamma: mpmath.mpf) -> tuple[list[mpmath.mpf], list[mpmath.mpf], mpmath.mpf]:
        """For each level below the maximum t and its multiplicity times exp(-t); their sum A with the maxima's."""
        t = [gamma * d for d in self.distances()]
        weights = [level.count * self.mp.exp(-x) for level, x in zip(self.row.levels, t, strict=True)]
        return t, weights, self.row.ties + self.mp.fsum(weights)


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
    work = 64 - _exponent(min(gaps.low, gaps.high))
    mp.prec = work + bits
    low, high, gamma = _bracket(problem, gaps)
    previous = mp.inf
    for _ in range(_most_steps(mp, low, high, bits)):
        mp.prec = work
        now = problem.moments(gamma)
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
        size = abs(step)
        if not (size <= blur < 1 or (size < previous and low < gamma * mp.exp(step) < high)):
            gamma, previous = mp.sqrt(low * high), mp.inf
            continue
        gamma, previous = gamma * mp.exp(step), max(size / 2, 4 * blur)
        accuracy = min(-3 * _log2(mp, size) - 2 * _log2(mp, scale), -_log2(mp, blur)) if size * scale < 1 else 0
        if accuracy >= bits:
            return gamma
        work = max(work, work + _log2(mp, blur) + min(3 * accuracy, bits) + GUARD)
    raise ArithmeticError("the iteration did not end within the steps that its bracket and precision allow")


def _step(mp: mpmath.MPContext, now: Moments, excess: mpmath.mpf, noise: mpmath.mpf) -> tuple[mpmath.mpf, mpmath.mpf]:
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
    d = problem.distances()
    low_gap, high_gap = problem.lift(gaps.low), problem.lift(gaps.high)
    ratio = row.ties * low_gap / (row.size - row.ties)
    x = max(mp.one, 2 * mp.log(mp.mpf("1.2131") / ratio))
    low, high = mp.sqrt(8 * high_gap) / d[-1] * mp.mpf("0.99"), x / d[0] * mp.mpf("1.01")
    counts = [level.count for level in row.levels]
    mean = mp.fdot(d, counts) / row.size
    spread = (row.ties * mean**2 + mp.fsum(c * (x - mean) ** 2 for c, x in zip(counts, d, strict=True))) / row.size
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


def _exponent(x: Fraction) -> int:
    """log2 of a positive x to within one, but not above zero."""
    return min(0, x.numerator.bit_length() - x.denominator.bit_length())
