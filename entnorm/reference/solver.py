"""solve(): the exponent gamma* of one row to any number of digits, computed by mpmath and certified by balls."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from math import ceil, log2

import mpmath

from entnorm import balls
from entnorm.reference import exact
from entnorm.reference.attainable import Interval, gaps, rational
from entnorm.reference.certificate import Certificate
from entnorm.reference.decimals import agreeing, ends
from entnorm.reference.enclosure import brackets
from entnorm.reference.exact import Number, Row, Target
from entnorm.reference.newton import Problem, root
from entnorm.solution import EntnormError

MOST_DIGITS = 1000
BACKENDS = ("mpmath",)


@dataclass(frozen=True, repr=False)
class Certified:
    """
    The root gamma* of one row, with what is known about it.

    The numbers are ``mpmath.mpf`` of more bits than `digits` needs; mpmath's own precision is neither used nor changed.

    Attributes
    ----------
    gamma : mpf
        The exponent, within the enclosure.
    rigorous : bool
        True if the enclosure is proved by ball arithmetic. False if python-flint is not installed: then mpmath found
        the opposite signs at the two ends, at two precisions, which is strong evidence and no proof.
    certificate : Certificate
        The exact statement, which proves itself again with ``certificate.verify()``.
    """

    gamma: mpmath.mpf
    rigorous: bool
    certificate: Certificate
    _bits: int

    @property
    def digits(self) -> int:
        """The enclosure has relative width at most 10^-digits."""
        return self.certificate.digits

    @property
    def enclosure(self) -> Interval:
        """Exact rational ends on both sides of gamma*."""
        return self.certificate.lower, self.certificate.upper

    @cached_property
    def probs(self) -> tuple[mpmath.mpf, ...]:
        """The escort distribution q_i = p_i^gamma / sum_j p_j^gamma; exactly zero outside the support."""
        problem, gamma = self._at_root()
        mp, row = problem.mp, problem.row
        weights = [mp.one] + [mp.exp(-gamma * d) for d in problem.distances()]
        counts = [row.ties] + [level.count for level in row.levels]
        mass = mp.fdot(weights, counts)
        return tuple(_public(mp.zero if place is None else weights[place] / mass) for place in row.places)

    @cached_property
    def slope(self) -> mpmath.mpf:
        """dH/dgamma = -gamma Var at gamma* [escort.entropy-slope]."""
        problem, gamma = self._at_root()
        return _public(-problem.centred_variance(gamma) / gamma)

    @cached_property
    def condition(self) -> mpmath.mpf:
        """min(H*, log s - H*) / (gamma*^2 Var): relative change of gamma* per relative change of entropy or deficit."""
        problem, gamma = self._at_root()
        goal = problem.goal()
        return _public(min(goal, problem.mp.log(problem.row.size) - goal) / problem.centred_variance(gamma))

    def _at_root(self) -> tuple[Problem, mpmath.mpf]:
        """The problem at the precision that its root took, and `gamma` as a number of its context."""
        stated = self.certificate
        problem = Problem(Row(stated.kind, stated.values), Target(stated.target_kind, stated.target))
        problem.mp.prec = self._bits
        return problem, problem.mp.make_mpf(self.gamma._mpf_)

    def __repr__(self) -> str:
        known = "certified in ball arithmetic" if self.rigorous else "not certified: mpmath at two precisions"
        return (
            f"Certified(gamma={agreeing(*self.enclosure, self.digits + 1)}, digits={self.digits}, "
            f"rigorous={self.rigorous}: {known})"
        )


def solve(
    p: Iterable[Number] | None = None,
    *,
    logits: Iterable[Number] | None = None,
    entropy: Number | None = None,
    perplexity: Number | None = None,
    deficit: Number | None = None,
    evenness: Number | None = None,
    digits: int = 50,
    backend: str = "mpmath",
) -> Certified:
    """
    The exponent gamma* > 0 at which p_i^gamma / sum_j p_j^gamma has the target entropy, to `digits` digits, with proof.

    All input is exact: ints, Fractions, floats as the binary numbers that they are, and decimal strings. The root
    exists and is unique for a target strictly between log m and log s, with m the multiplicity of the maximum and s the
    size of the support [escort.entropy-decreasing].

    Parameters
    ----------
    p : iterable of n numbers, optional
        Probabilities, which need not be normalised [escort.scale-invariance]; zeros are outside the support.
    logits : iterable of n numbers, optional
        Instead of `p`: log p up to a constant; ``-inf`` is outside the support.
    entropy, perplexity, deficit, evenness : number, optional
        Exactly one target: H* in nats, exp(H*), log s - H* in nats, or H* / log s.
    digits : int
        The enclosure has relative width at most 10^-digits; from 1 to 1000.
    backend : {"mpmath"}
        What computes the value. The certificate is always in ball arithmetic.

    Returns
    -------
    Certified

    Raises
    ------
    UnattainableTargetError
        If no 0 < gamma < infinity attains the target; it carries the reason and enclosures that prove it.
    EntnormError
        If the input is not exact numbers, not one row, not one target, or a bound is exceeded.

    Examples
    --------
    >>> solution = solve([0.5, 0.25, 0.25], entropy="0.9", digits=20)
    >>> float(solution.gamma)
    1.844605783883141
    >>> solve(["0.5", "0.125", "0.125", "0.125", "0.125"], perplexity=4, digits=10).enclosure[0] < 1
    True
    """
    if not isinstance(digits, int) or not 1 <= digits <= MOST_DIGITS:
        raise EntnormError(f"digits must be an int from 1 to {MOST_DIGITS}, got {digits!r}")
    if backend not in BACKENDS:
        raise EntnormError(f"backend must be one of {', '.join(BACKENDS)}, got {backend!r}")
    row = exact.row(p, logits)
    target = exact.target(entropy=entropy, perplexity=perplexity, deficit=deficit, evenness=evenness)
    room = gaps(row, target)
    bits = ceil((digits + 3) * log2(10)) + 8
    for extra in (0, 64, 256):
        problem = Problem(row, target)
        gamma = root(problem, room, bits + extra)
        enclosure = ends(rational(gamma), digits)
        if _confirmed(problem, enclosure):
            certificate = Certificate(row.kind, row.values, target.kind, target.value, *enclosure, digits)
            return Certified(_public(gamma), balls.available(), certificate, problem.mp.prec)
    raise ArithmeticError("mpmath's root could not be confirmed: please report this row and target")


def _confirmed(problem: Problem, enclosure: Interval) -> bool:
    """Do the signs of H - H* at the two ends enclose the root: by balls, or else by mpmath at two precisions?"""
    row, target, bits = problem.row, problem.target, int(problem.mp.prec)
    if balls.available():
        return brackets(row, target, enclosure, bits)
    return all(_signs(row, target, enclosure, precision) for precision in (bits + 32, bits + 96))


def _signs(row: Row, target: Target, enclosure: Interval, bits: int) -> bool:
    problem = Problem(row, target)
    problem.mp.prec = bits
    at_lower, at_upper = (problem.excess(problem.lift(end)) for end in enclosure)
    return bool(at_lower > 0 > at_upper)


def _public(x: mpmath.mpf) -> mpmath.mpf:
    """The same number as an mpf of mpmath's global context, to all its bits."""
    return mpmath.mp.make_mpf(x._mpf_)
