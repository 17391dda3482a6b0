"""The exponent of a density to any number of digits, between two exact ends that balls have proved."""

from __future__ import annotations

import math
from fractions import Fraction

import mpmath

from entnorm import balls
from entnorm.integration import Budget, CostError
from entnorm.reference import exact as exact_numbers
from entnorm.reference.attainable import rational
from entnorm.reference.decimals import ends
from entnorm.reference.densities.certificate import (
    FIRST_BITS,
    MOST_BITS,
    MOST_DIGITS,
    CertifiedDensity,
    DensityCertificate,
    allowance,
    uniform_length,
)
from entnorm.reference.densities.density import Density, Domain
from entnorm.reference.densities.expressions import constant
from entnorm.reference.exact import Number
from entnorm.solution import EntnormError

_WIDEST = 200  # logarithm of the odds up to which a root is looked for
_LONGEST = 2  # stride of that search: far beyond the root integrals are costly
_ROUGH_BITS = 16
_CLOSE = 2e-3  # where the secant method takes over from bisection


def solve(density: Density, *, entropy: Number, digits: int = 30) -> CertifiedDensity:
    """
    The exponent at which the escort density has a differential entropy, to `digits` digits, with proof.

    Parameters
    ----------
    density : Density
        One of the named ones of this package, or an expression with bounds of its tails.
    entropy : number
        The target in nats, exact: int, Fraction, float as the binary number that it is, or decimal string.
    digits : int
        The enclosure has relative width at most 10^-digits; from 1 to 300.

    Returns
    -------
    CertifiedDensity

    Raises
    ------
    EntnormError
        If an argument is not what it has to be, or the target is not attained at any exponent that could be looked at
        with a bounded number of values of the integrands.
    ImportError
        If python-flint is not installed.
    ArithmeticError
        If balls could not prove the ends.

    Examples
    --------
    >>> from entnorm.reference import densities
    >>> solution = densities.solve(densities.gamma("2.5"), entropy=1, digits=20)
    >>> solution
    CertifiedDensity(gamma=3.68238092740876347827e0, digits=20: certified in ball arithmetic, given its tails)
    >>> solution.certificate.verify()
    True
    """
    if not isinstance(digits, int) or isinstance(digits, bool) or not 1 <= digits <= MOST_DIGITS:
        raise EntnormError(f"digits must be an int from 1 to {MOST_DIGITS}, got {digits!r}")
    target = exact_numbers.exact(entropy, "entropy")
    density.check_tails()
    if density.length == uniform_length(target):
        return _uniform(density, target, digits)
    _refuse_more_than_uniform(density, target)
    search = _Search(density, target, allowance(digits))
    try:
        gamma = search.refine(search.bracket(), math.ceil((digits + 4) * math.log2(10)))
    except (ArithmeticError, CostError) as error:
        raise EntnormError(
            f"the exponent for the entropy {float(target):.17g} was not found, if there is one: {error}"
        ) from error
    certificate = DensityCertificate(density, target, *ends(rational(gamma), digits), digits)
    if not certificate.verify():
        raise ArithmeticError(
            "the root that was computed could not be confirmed: please report this density and target"
        )
    return CertifiedDensity(gamma, certificate)


def _uniform(density: Density, target: Fraction, digits: int) -> CertifiedDensity:
    """The escort density of order 0, of a density that is not uniform itself."""
    certificate = DensityCertificate(density, target, Fraction(0), Fraction(0), digits)
    if not certificate.verify():
        raise EntnormError(
            f"a uniform density has the entropy {float(target):.17g} at every exponent, and this one could not be told "
            "from it"
        )
    return CertifiedDensity(mpmath.MPContext().zero, certificate)


def _refuse_more_than_uniform(density: Density, target: Fraction) -> None:
    if density.length.is_infinite:
        return
    with balls.working(FIRST_BITS):
        most = balls.log(constant(density.length))
        if balls.sign(balls.ball(target) - most) == 1:
            raise EntnormError(
                f"no escort density has the entropy {float(target):.17g}: on a support of length {density.length} none "
                f"has more than the uniform one, {float(balls.upper(most)):.17g}"
            )


class _Search:
    """The residual h - H* at numbers of mpmath, as the midpoints of balls say."""

    def __init__(self, density: Density, target: Fraction, budget: Budget) -> None:
        self.density, self.target, self.budget, self.mp = density, target, budget, mpmath.MPContext()
        self.domain: Domain = density.gamma_domain

    def gamma(self, u: mpmath.mpf) -> mpmath.mpf:
        """The exponent at the logarithm of its odds within the domain."""
        low, high = self.domain
        odds, start = self.mp.exp(u), self._lift(low)
        if high is None:
            return start + odds * (start or 1)
        return (start + odds * self._lift(high)) / (1 + odds)

    def residual(self, gamma: mpmath.mpf, bits: int) -> mpmath.mpf:
        """The difference h - H*, right to about 2^-bits."""
        precision = bits + 32 + max(0, math.frexp(float(gamma))[1])
        while precision <= MOST_BITS:
            with balls.working(precision):
                ball = self.density.entropy(rational(gamma), precision - 16, self.budget) - balls.ball(self.target)
                if balls.is_finite(ball) and balls.upper(ball) - balls.lower(ball) < Fraction(1, 2**bits):
                    mantissa, exponent = balls.middle(ball)
                    return self.mp.ldexp(mantissa, exponent)
            precision *= 2
        raise ArithmeticError(f"the entropy at gamma = {float(gamma):.6g} could not be enclosed in {MOST_BITS} bits")

    def bracket(self) -> tuple[mpmath.mpf, mpmath.mpf]:
        """
        Logarithms of odds on both sides of the root, close to each other.

        Towards the root strides double; they are halved where the next point is too close to an end of the domain.
        """
        at, stride = self.mp.mpf(0), self.mp.mpf(1)
        side = 1 if self.residual(self.gamma(at), _ROUGH_BITS) > 0 else -1
        while True:
            try:
                beyond = self._beyond(at + side * stride)
            except ArithmeticError as error:
                if stride < _CLOSE:
                    raise EntnormError(
                        f"the entropy {float(self.target):.17g} is attained at no exponent that could be looked at, "
                        f"which are those up to gamma = {float(self.gamma(at)):.6g}: beyond, {error}"
                    ) from error
                stride /= 4
                continue
            if beyond != side:
                break
            at, stride = at + side * stride, min(2 * stride, _LONGEST)
        low, high = sorted((at, at + side * stride))
        while high - low > _CLOSE:
            at = (low + high) / 2
            low, high = (at, high) if self.residual(self.gamma(at), _ROUGH_BITS) > 0 else (low, at)
        return low, high

    def _beyond(self, u: mpmath.mpf) -> int:
        """The sign of the residual at the logarithm of the odds."""
        if abs(u) > _WIDEST:
            raise ArithmeticError("integrals are too costly")
        for bits in (_ROUGH_BITS, FIRST_BITS):
            value = self.residual(self.gamma(u), bits)
            if abs(value) > self.mp.ldexp(1, -bits):
                return 1 if value > 0 else -1
        raise ArithmeticError("the entropy cannot be told from the target")

    def refine(self, bracket: tuple[mpmath.mpf, mpmath.mpf], bits: int) -> mpmath.mpf:
        """
        The root by the secant method in the logarithm of the odds.

        A step is computed with as many bits as it can use, and changes the slope while it is longer than their noise.
        """
        older, u = bracket
        self.mp.prec = bits + 64
        known, value = (self.residual(self.gamma(x), FIRST_BITS) for x in bracket)
        slope, accuracy = (value - known) / (u - older), FIRST_BITS
        while True:
            step = -value / slope
            if accuracy > bits and abs(step) < self.mp.ldexp(1, -bits):
                return self.gamma(u + step)
            noise = self.mp.ldexp(1, -accuracy // 2)
            accuracy = (
                bits + 16 if step == 0 else min(bits + 16, max(accuracy, math.ceil(-3 * self.mp.log(abs(step), 2))))
            )
            u, known, value = u + step, value, self.residual(self.gamma(u + step), accuracy)
            slope = (value - known) / step if abs(step) > noise else slope

    def _lift(self, x: Fraction) -> mpmath.mpf:
        return self.mp.mpf(x.numerator) / x.denominator
