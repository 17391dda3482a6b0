"""solve(): the exponent gamma* of one row to any number of digits, computed by mpmath and certified by balls."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import cast, get_args

import mpmath

from entnorm.reference import exact
from entnorm.reference.attainable import Interval, gaps
from entnorm.reference.certificate import MOST_DIGITS, Certificate
from entnorm.reference.decimals import agreeing
from entnorm.reference.derived import Pair, Quantity, Sizes, each, enclose, largest, middle
from entnorm.reference.exact import Number, Row, Target
from entnorm.reference.locate import locate
from entnorm.reference.newton import Backend
from entnorm.reference.sensitivity import Direction, condition, gradient, target_gradient
from entnorm.solution import EntnormError

_ZERO = (mpmath.mpf(0), mpmath.mpf(0))


@dataclass(frozen=True, repr=False)
class Certified:
    """
    The root gamma* of one row, with what is known about it.

    The numbers are ``mpmath.mpf`` of more bits than `digits` needs; mpmath's own precision is neither used nor changed.
    Only `gamma` and its certificate are computed by `solve`; everything else is, on first use.

    Attributes
    ----------
    gamma : mpf
        The exponent, within the enclosure.
    rigorous : bool
        True if every enclosure is proved by ball arithmetic. False if python-flint is not installed: then mpmath found
        the opposite signs at the two ends, at two precisions, which is strong evidence and no proof.
    certificate : Certificate
        The exact statement, which proves itself again with ``certificate.verify()``.
    """

    gamma: mpmath.mpf
    rigorous: bool
    certificate: Certificate

    @property
    def digits(self) -> int:
        """Every enclosure has relative width at most 10^-digits."""
        return self.certificate.digits

    @property
    def enclosure(self) -> Interval:
        """Exact rational ends on both sides of gamma*."""
        return self.certificate.lower, self.certificate.upper

    def verify(self) -> bool:
        """Prove the certificate anew, see `Certificate.verify`, and that `gamma` is between its ends."""
        if not isinstance(self.gamma, mpmath.mpf) or not self.certificate.verify():
            return False
        lower, upper = self.enclosure
        try:
            return lower < exact.exact(self.gamma, "gamma") < upper
        except EntnormError:  # infinite, or as good as that
            return False

    @cached_property
    def probs_enclosure(self) -> tuple[Pair, ...]:
        """Both ends of each q_i, as exact mpf; a zero outside the support is (0, 0)."""
        found = self._enclose(lambda at, _: at.probabilities, each)
        return tuple(_ZERO if place is None else found[place] for place in self._row.places)

    @cached_property
    def slope_enclosure(self) -> Pair:
        """Both ends of the slope, as exact mpf."""
        return self._enclose(lambda at, _: [at.slope], each)[0]

    @cached_property
    def condition_enclosure(self) -> Pair:
        """Both ends of the condition, as exact mpf."""
        return self._enclose(condition, each)[0]

    @cached_property
    def probs(self) -> tuple[mpmath.mpf, ...]:
        """The escort distribution q_i = p_i^gamma / sum_j p_j^gamma; exactly zero outside the support."""
        return tuple(middle(pair) for pair in self.probs_enclosure)

    @cached_property
    def slope(self) -> mpmath.mpf:
        """dH/dgamma = -gamma Var at gamma* [escort.entropy-slope]."""
        return middle(self.slope_enclosure)

    @cached_property
    def condition(self) -> mpmath.mpf:
        """min(H*, log s - H*) / (gamma*^2 Var): relative change of gamma* per relative change of entropy or deficit."""
        return middle(self.condition_enclosure)

    @cached_property
    def gradient(self) -> tuple[mpmath.mpf, ...]:
        """
        The derivative of gamma* by each logit, -gamma q_i (x_i - E x) / Var x [inverse.exponent-along-logits].

        For a row of probabilities the logits are log p_i; the derivative by p_i itself is p_i times smaller. Right to
        10^-digits of the largest entry; zero outside the support.
        """
        found = self._enclose(lambda at, _: gradient(at), largest)
        return tuple(_ZERO[0] if place is None else middle(found[place]) for place in self._row.places)

    @cached_property
    def target_gradient(self) -> mpmath.mpf:
        """The derivative of gamma* by the target, in the unit in which it was given [inverse.exponent-along-target]."""
        target = self._target
        return middle(self._enclose(lambda at, _: [target_gradient(at, target)], each)[0])

    def jvp(self, dlogits: Iterable[Number] | None = None, dtarget: Number = 0) -> tuple[mpmath.mpf, ...]:
        """
        The derivative of the distribution along a direction of the logits and of the target.

        Parameters
        ----------
        dlogits : iterable of n numbers, optional
            Exact, as in `solve`; entries outside the support do not count. For a row of probabilities, dp_i / p_i.
            Without it, the logits stay.
        dtarget : number
            In the unit in which the target was given.

        Returns
        -------
        tuple of n mpf
            Right to 10^-digits of the largest of the terms q_i gamma dlogits_i and q_i (x_i - E x) dgamma* that each is
            a sum of; zero outside the support.

        Raises
        ------
        EntnormError
            If `dlogits` has another length than the row, or holds what is not an exact number.

        Examples
        --------
        >>> from entnorm.reference import solve
        >>> solved = solve([0.5, 0.25, 0.25], entropy="0.9", digits=20)
        >>> [round(float(dq), 12) for dq in solved.jvp([0, 1, -1])]  # gamma q_i up, gamma q_i down
        [0.0, 0.329891792851, -0.329891792851]
        """
        size = len(self.certificate.values)
        direction = exact.direction([0] * size if dlogits is None else dlogits, size)
        along = Direction(self._row, self._target, direction, exact.exact(dtarget, "dtarget"))
        found = iter(self._enclose(along.derivatives, along.sizes))
        return tuple(_ZERO[0] if place is None else middle(next(found)) for place in self._row.places)

    @cached_property
    def _row(self) -> Row:
        return Row(self.certificate.kind, self.certificate.values)

    @property
    def _target(self) -> Target:
        return Target(self.certificate.target_kind, self.certificate.target)

    def _enclose(self, quantity: Quantity, sizes: Sizes) -> list[Pair]:
        return enclose(self._row, self._target, self.digits, self.rigorous, quantity, sizes)

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

    All input is exact: ints, Fractions, Decimals, floats and mpfs as the binary numbers that they are, and decimal
    strings. ``print(gamma)`` shows 15 digits of it, as mpmath's precision is; ``print(solution)`` shows all. The root
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
    backend : {"mpmath", "arb"}
        What computes the value: mpmath, or arb, which is several times faster. The certificate is always in balls.

    Returns
    -------
    Certified

    Raises
    ------
    UnattainableTargetError
        If no 0 < gamma < infinity attains the target, or every one does; it carries the reason and enclosures that
        prove it.
    ImportError
        If the backend is "arb" and python-flint is not installed.
    EntnormError
        If the input is not exact numbers, not one row, not one target, or a bound is exceeded.

    Examples
    --------
    >>> from entnorm.reference import solve
    >>> solution = solve([0.5, 0.25, 0.25], entropy="0.9", digits=20)
    >>> float(solution.gamma)
    1.844605783883141
    >>> low, high = solution.probs_enclosure[0]
    >>> bool(low <= solution.probs[0] <= high), bool(high - low < low * 1e-20)
    (True, True)
    >>> solve(["0.5", "0.125", "0.125", "0.125", "0.125"], perplexity=4, digits=10).enclosure[0] < 1
    True
    """
    if not isinstance(digits, int) or isinstance(digits, bool) or not 1 <= digits <= MOST_DIGITS:
        raise EntnormError(f"digits must be an int from 1 to {MOST_DIGITS}, got {digits!r}")
    if backend not in get_args(Backend):
        raise EntnormError(f"backend must be one of {', '.join(get_args(Backend))}, got {backend!r}")
    row = exact.row(p, logits)
    target = exact.target(entropy=entropy, perplexity=perplexity, deficit=deficit, evenness=evenness)
    found = locate(row, target, gaps(row, target), digits, cast(Backend, backend))
    certificate = Certificate(row.kind, row.values, target.kind, target.value, *found.enclosure, int(digits))
    return Certified(found.gamma, found.rigorous, certificate)
