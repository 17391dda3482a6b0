"""What is proved of the exponent of a density: two exact ends, and the integrals in balls that put it between them."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, replace
from fractions import Fraction

import mpmath
import sympy

from entnorm import balls
from entnorm.integration import Budget
from entnorm.reference.attainable import Interval
from entnorm.reference.decimals import agreeing
from entnorm.reference.densities.density import Density
from entnorm.solution import EntnormError

MOST_DIGITS = 300
FIRST_BITS, MOST_BITS = 64, 2**13
_VALUES, _VALUES_PER_DIGIT = 500_000, 50_000  # of integrands that a search, or a proof, may take: seconds to minutes


@dataclass(frozen=True)
class DensityCertificate:
    """
    The statement that every exponent at which the escort density of a density has an entropy lies between two ends.

    Attributes
    ----------
    density : Density
        With the bounds of its tails, which are taken as stated where balls do not refute them at a few points.
    target : Fraction
        The entropy, in nats.
    lower, upper : Fraction
        The ends. Both are 0 where the target is the entropy of the uniform density on a bounded support, which is the
        escort density of order 0.
    digits : int
        Their relative distance is at most 10^-digits.
    """

    density: Density
    target: Fraction
    lower: Fraction
    upper: Fraction
    digits: int

    def verify(self) -> bool:
        """
        Prove the statement by rigorous integration, from what is stored alone.

        The integrals are those that the search uses, here with every rounding counted; the tests hold them against
        textbook formulas.

        h(lower) > H* > h(upper) gives existence, since h is continuous; that h does not increase, its slope being
        -gamma Var [densities.entropy-slope], [densities.variance-nonnegative], puts every root between the ends.
        A target that is the logarithm of the length of the support, as written, is attained at gamma = 0
        [densities.constant]; and at no other if h at some gamma is below it, since the density then is not uniform.

        Returns
        -------
        bool
            True if it is proved. False if it is not true, is too wide for `digits`, or is not decided with 2^13 bits
            and a bounded number of values of the integrands.

        Raises
        ------
        ImportError
            If python-flint is not installed.
        """
        if not self._well_formed():
            return False
        budget = allowance(self.digits)
        with contextlib.suppress(EntnormError):  # it is no density, a bound is refuted, or the cost is too high
            density = replace(self.density)  # without what it has kept of earlier computations
            density.check_tails()
            if self.lower == self.upper == 0:
                return density.length == uniform_length(self.target) and _below(density, self.target, budget)
            low, high = density.gamma_domain
            if not (low < self.lower < self.upper and (high is None or self.upper < high)):
                return False
            at_ends = (_sign(density, self.target, end, budget) for end in (self.lower, self.upper))
            return next(at_ends) == 1 and next(at_ends) == -1
        return False

    def _well_formed(self) -> bool:
        """Exact types, for what compares or integrates as it likes proves nothing; and ends as close as promised."""
        numbers = (self.target, self.lower, self.upper)
        if type(self.density) is not Density or not all(type(x) is Fraction for x in numbers):
            return False
        if type(self.digits) is not int or not 1 <= self.digits <= MOST_DIGITS:
            return False
        return bool((self.upper - self.lower) * 10**self.digits <= self.lower)


@dataclass(frozen=True, repr=False)
class CertifiedDensity:
    """
    A root gamma* with its certificate.

    Attributes
    ----------
    gamma : mpf
        Within the enclosure.
    certificate : DensityCertificate
        The exact statement, which proves itself again with ``certificate.verify()``.
    """

    gamma: mpmath.mpf
    certificate: DensityCertificate

    @property
    def enclosure(self) -> Interval:
        """Exact rational ends on both sides of gamma*."""
        return self.certificate.lower, self.certificate.upper

    @property
    def digits(self) -> int:
        """The enclosure has relative width at most 10^-digits."""
        return self.certificate.digits

    def __repr__(self) -> str:
        digits = agreeing(*self.enclosure, self.digits + 1) if self.gamma else "0"
        return f"CertifiedDensity(gamma={digits}, digits={self.digits}: certified in ball arithmetic, given its tails)"


def uniform_length(target: Fraction) -> sympy.Expr:
    """The length of the support of the uniform density of that entropy."""
    return sympy.exp(sympy.Rational(target.numerator, target.denominator))


def _below(density: Density, target: Fraction, budget: Budget) -> bool:
    """Whether the entropy at an exponent in the middle of the domain is proved to be below the target."""
    low, high = density.gamma_domain
    return _sign(density, target, low + 1 if high is None else (low + high) / 2, budget) == -1


def allowance(digits: int) -> Budget:
    """How many values of integrands a search, or a proof, may take."""
    return Budget(_VALUES + _VALUES_PER_DIGIT * digits)


def _sign(density: Density, target: Fraction, gamma: Fraction, budget: Budget) -> int | None:
    """The sign of h(gamma) - H*, by balls of doubling precision."""
    bits = FIRST_BITS
    while bits <= MOST_BITS:
        with balls.working(bits + 32), contextlib.suppress(ArithmeticError):
            sign = balls.sign(density.entropy(gamma, bits, budget) - balls.ball(target))
            if sign is not None:
                return sign
        bits *= 2
    return None
