"""A density as a SymPy expression with bounds of its tails, and its entropy at an exponent as a ball."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any, NamedTuple, TypeAlias

import sympy

from entnorm import balls, integration
from entnorm.balls import Ball
from entnorm.integration import Budget, Complex
from entnorm.reference import exact as exact_numbers
from entnorm.reference.densities.expressions import constant, function
from entnorm.reference.densities.tails import Tail, cut
from entnorm.reference.exact import Number
from entnorm.solution import EntnormError

X = sympy.Symbol("x", real=True)
"""The variable of a density."""

Domain: TypeAlias = tuple[Fraction, Fraction | None]


class Piece(NamedTuple):
    """A part of the support, in a coordinate y > 0 that is the distance to a finite end or to the origin."""

    log_density: sympy.Expr
    near: sympy.Expr
    """Where it begins; 0 if it is a finite end of the support."""
    far: sympy.Expr | None
    """Where it ends; None is infinity."""
    tail: Tail | None
    """What is stated towards the end of the support in this piece; None if the density is holomorphic there."""


@dataclass(frozen=True)
class Density:
    """
    A density, given by its logarithm up to a constant, for rigorous integration.

    Attributes
    ----------
    log_density : SymPy expression in `X`
        Made of rational numbers, pi, E, sums, products, powers, exp, log, Abs, trigonometric and hyperbolic functions,
        erf, erfc and gamma. Where it is not holomorphic around the inside of the support, integration is slow.
    support : pair of numbers
        Exact, as every number here is, or SymPy's, such as ``E`` and ``oo``.
    tails : pair of Tail or None
        What is stated at the two ends. None is for a finite end at which the log-density is holomorphic.
    symmetric : bool
        True if this is the right half of a density that is even around the lower end, which is finite.

    Examples
    --------
    >>> from sympy import oo
    >>> from entnorm.reference.densities import Density, Tail, X, solve
    >>> tail = Tail("exponential", 4, 3)  # x^4 >= 4 x - 3
    >>> quartic = Density(-(X**4), (-oo, oo), (tail, tail))
    >>> print(solve(quartic, entropy=1, digits=12))  # (2 Gamma(5/4))^4 / e^3
    CertifiedDensity(gamma=5.37676272747e-1, digits=12: certified in ball arithmetic, given its tails)
    """

    log_density: sympy.Expr
    support: tuple[Any, Any]
    tails: tuple[Tail | None, Tail | None]
    symmetric: bool = False

    def __post_init__(self) -> None:
        low, high = (_end(end) for end in self.support)
        if (low < high) is not sympy.true:
            raise EntnormError(f"support must be two numbers in increasing order, got {self.support}")
        if self.symmetric and low.is_infinite:
            raise EntnormError("a symmetric density is given by its right half, which has a finite lower end")
        for end, tail in zip((low, high), self.tails, strict=True):
            if tail is not None:
                tail.check(finite=not end.is_infinite)
            elif end.is_infinite:
                raise EntnormError("an infinite end of the support needs a bound of the tail")
        object.__setattr__(self, "support", (low, high))

    @property
    def gamma_domain(self) -> Domain:
        """The open interval of exponents at which the bounds show the power to be integrable; None is no upper end."""
        ends = [
            tail.domain(finite=not end.is_infinite)
            for end, tail in zip(self.support, self.tails, strict=True)
            if tail is not None
        ]
        uppers = [high for _, high in ends if high is not None]
        return max([low for low, _ in ends], default=Fraction(0)), min(uppers, default=None)

    @property
    def length(self) -> sympy.Expr:
        """That of the support, on both sides of the lower end of a symmetric one."""
        low, high = self.support
        return 2 * (high - low) if self.symmetric else high - low

    @cached_property
    def pieces(self) -> tuple[Piece, ...]:
        """The support in parts that have one end of it each."""
        low, high = self.support
        expression = self.log_density
        zero, one = sympy.S.Zero, sympy.S.One
        at_low = Piece(expression.subs(X, low + X), zero, None, self.tails[0]) if low.is_finite else None
        at_high = Piece(expression.subs(X, high - X), zero, None, self.tails[1]) if high.is_finite else None
        if at_low and at_high:
            half = (high - low) / 2
            return at_low._replace(far=half), at_high._replace(far=half)
        right, left = (Piece(expression.subs(X, s * X), zero, None, tail) for s, tail in self._outer())
        if at_low:
            start = sympy.Max(low + 1, one)
            return at_low._replace(far=start - low), right._replace(near=start)
        if at_high:
            start = sympy.Max(1 - high, one)
            return at_high._replace(far=start + high), left._replace(near=start)
        return left, right

    def _outer(self) -> tuple[tuple[int, Tail | None], tuple[int, Tail | None]]:
        return (1, self.tails[1]), (-1, self.tails[0])

    @cached_property
    def _height(self) -> Fraction:
        """
        About the largest value of the log-density on a grid, where it has no pole.

        An escort density does not see a constant; the integrals do, and without it they may leave every scale.
        """
        found = []
        with balls.working(53):
            for piece in self.pieces:
                log_density = function(piece.log_density, X)
                least = 2 if piece.tail is not None and piece.tail.rate < 0 else 40
                steps = [Fraction(k, 8) * 2**e for e in range(-least, 40) for k in range(4, 8)]
                inside = [y for y in steps if piece.near < y and (piece.far is None or y <= piece.far)]
                values = [log_density(integration.complex_ball(balls.ball(y)), False).real for y in inside]
                found += [float(value) for value in values if balls.is_finite(value)]
        return Fraction(max(filter(math.isfinite, found), default=0.0))

    def check_tails(self) -> None:
        """
        Raise EntnormError if balls refute what is stated of a tail, at one of a few points.

        Raises
        ------
        ImportError
            If python-flint is not installed.
        """
        with balls.working(128):
            for piece in self.pieces:
                if piece.tail is None:
                    continue
                log_density, finite = function(piece.log_density, X), piece.far is not None
                for y in piece.tail.points(finite):
                    value = log_density(integration.complex_ball(balls.ball(y)), False).real
                    if balls.sign(value - piece.tail.bound(finite, y)) == 1:
                        where = "from a finite end" if finite else "from the origin"
                        raise EntnormError(f"{piece.tail} is not true: the log-density is above it {y} {where}")

    def entropy(self, gamma: Fraction, bits: int, budget: Budget) -> Ball:
        """
        A ball that contains the differential entropy of the escort density, in nats  [densities.entropy-form].

        It is not finite where the integrals could not be bounded with integrals to 2^-bits at the working precision.

        Raises
        ------
        CostError
            If nothing is left of the budget.
        """
        order, shift = balls.ball(gamma), balls.ball(self._height)
        mass = first = balls.ball(0)
        for piece in self.pieces:
            part = _integrals(piece, order, shift, bits, budget)
            mass, first = mass + part[0], first + part[1]
        entropy = balls.log(mass) - order * first / mass
        return entropy + balls.log(balls.ball(2)) if self.symmetric else entropy


def _integrals(piece: Piece, gamma: Ball, shift: Ball, bits: int, budget: Budget) -> tuple[Ball, Ball]:
    """Balls around the integrals of exp(g L) and L exp(g L), L less `shift`, with what lies beyond the cut."""
    log_density = function(piece.log_density, X)
    finite = piece.far is not None
    low, high, depth = constant(piece.near), constant(piece.far or sympy.S.Zero), 2 * bits
    mass = first = balls.ball(0)
    if piece.tail is not None:
        beyond, octaves = cut(piece.tail, finite, gamma, shift, bits, float(piece.far or piece.near))
        low, high = (beyond.at, high) if finite else (low, beyond.at)
        depth += octaves
        mass, first = balls.hull(mass, beyond.mass), balls.hull(-beyond.first, beyond.first)

    def power(z: Complex, analytic: bool) -> Complex:
        return (gamma * (log_density(z, analytic) - shift)).exp()

    def moment(z: Complex, analytic: bool) -> Complex:
        value = log_density(z, analytic) - shift
        return value * (gamma * value).exp()

    mass += integration.integral(power, low, high, bits, depth, budget)
    first += integration.integral(moment, low, high, bits, depth, budget)
    return mass, first


def exact(value: Number, name: str) -> sympy.Rational:
    """An exact number as SymPy's; `name` is for the error if it is none."""
    number = exact_numbers.exact(value, name)
    return sympy.Rational(number.numerator, number.denominator)


def _end(value: Any) -> sympy.Expr:
    """An end of a support."""
    if isinstance(value, float) and math.isinf(value):
        return sympy.oo if value > 0 else -sympy.oo
    if not isinstance(value, sympy.Expr):
        return exact(value, "an end of the support")
    if not value.is_extended_real or value.free_symbols or value.atoms(sympy.Float):
        raise EntnormError(f"an end of the support must be an exact real number, got {value}")
    return value
