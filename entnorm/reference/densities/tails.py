"""What an integral leaves out beyond a cut, bounded by what is stated of the density there."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal, NamedTuple, get_args

import sympy

from entnorm import balls
from entnorm.balls import Ball
from entnorm.reference.densities.expressions import constant
from entnorm.solution import EntnormError

Decay = Literal["exponential", "power"]
_LOG2 = math.log(2)
_LOOKED_AT = 16  # octaves
_FARTHEST = 2**12  # octaves, each of which an integral is halved by


@dataclass(frozen=True)
class Tail:
    """
    A bound of a log-density L towards an end of its support; stated, not proved.

    Points at which balls refute it are an error where the density is integrated; that there are none proves nothing.

    ==============  ===========================================  ==========================
    decay           bound                                        where
    ==============  ===========================================  ==========================
    "exponential"   L(x) <= height - rate abs(x)                 abs(x) >= start
    "power"         L(x) <= height - rate log(abs(x))            abs(x) >= start
    "power"         L(x) <= height + rate log(abs(x - end))      abs(x - end) <= start
    ==============  ===========================================  ==========================

    The last row is that of a finite end. At an infinite one the rate is positive; at a finite one it may be negative,
    if the density has a pole there.

    Attributes
    ----------
    decay : {"exponential", "power"}
    rate : Rational
        Also decides at which exponents the power is taken to be integrable.
    height : SymPy expression
        A real number.
    start : Rational
    """

    decay: Decay
    rate: sympy.Rational
    height: sympy.Expr = sympy.S.Zero
    start: sympy.Rational = sympy.S.One

    def __post_init__(self) -> None:
        for name in ("rate", "height", "start"):
            object.__setattr__(self, name, sympy.sympify(getattr(self, name)))
        if not (self.rate.is_Rational and self.start.is_Rational and self.start > 0):
            raise EntnormError(
                f"a tail has a rational rate and a positive rational start, got {self.rate}, {self.start}"
            )
        if self.decay not in get_args(Decay):
            raise EntnormError(f"a tail decays as {' or '.join(get_args(Decay))}, got {self.decay!r}")

    def domain(self, finite: bool) -> tuple[Fraction, Fraction | None]:
        """The open interval of exponents at which the bound shows the power to be integrable; None is no upper end."""
        rate = Fraction(int(self.rate.p), int(self.rate.q))
        if finite:
            return Fraction(0), (-1 / rate if rate < 0 else None)
        return (1 / rate if self.decay == "power" else Fraction(0)), None

    def check(self, finite: bool) -> None:
        """Raise EntnormError if this bounds nothing at such an end."""
        if finite and self.decay != "power":
            raise EntnormError(f"at a finite end a tail is a power, it cannot be {self.decay}")
        if not finite and not self.rate > 0:
            raise EntnormError(f"a tail at an infinite end needs a positive rate, got {self.rate}")

    def bound(self, finite: bool, distance: Fraction) -> Ball:
        """The bound at that distance from a finite end, or from the origin."""
        steepness = balls.ball(distance) if self.decay == "exponential" else balls.log(balls.ball(distance))
        return constant(self.height) + (1 if finite else -1) * constant(self.rate) * steepness

    def points(self, finite: bool) -> list[Fraction]:
        """Where the bound is looked at: from its start on."""
        start = Fraction(int(self.start.p), int(self.start.q))
        return [start * Fraction(2) ** (-k if finite else k) for k in range(_LOOKED_AT)]


class Cut(NamedTuple):
    """Where an integral is cut, and what lies beyond: bounds of the integrals of exp(g L) and of abs(L) exp(g L)."""

    at: Ball
    mass: Ball
    first: Ball


def cut(tail: Tail, finite: bool, gamma: Ball, shift: Ball, bits: int, edge: float) -> tuple[Cut, int]:
    """
    A cut beyond which hardly more than 2^-bits is left of L less `shift`, and the binary logarithm of its place.

    It lies where the tail is stated, and beyond `edge`, where the integral that it cuts begins or ends. With
    v = -bound(cut) >= 1/g, which is checked in balls, u exp(-g u) falls for u >= v, so that the bound of L bounds
    abs(L) exp(g L), too; both integrals are then elementary. At a finite end v would grow with 1/g far beyond what the
    integrals need, if g is small: there abs(L) is split at L = 0 instead, and below it u exp(-g u) <= 1/(e g).

    Raises
    ------
    ArithmeticError
        If that is farther than 2^4096, because the exponent is too close to the end of its domain.
    """
    bound = constant(tail.height) - shift
    g, rate, height = float(gamma), float(tail.rate), float(bound)
    octaves = math.ceil(max(abs(math.log2(tail.start)), abs(math.log2(edge or 1)))) + 1
    if tail.decay == "exponential":
        enough = (bits * _LOG2 / g + height + 2 / g) / rate
        octaves = max(octaves, math.ceil(math.log2(max(1.0, enough))))
        return _exponential(tail, bound, gamma, balls.ball(2**octaves)), octaves
    kappa = 1 + g * rate if finite else g * rate - 1
    enough = (bits + max(0.0, g * height / _LOG2)) / kappa if kappa > 0 else math.inf
    enough = max(enough, bits if finite else (height + 2 / g) / (rate * _LOG2))
    if enough > _FARTHEST:
        raise ArithmeticError(f"gamma = {g:.17g} is too close to the end of its domain")
    octaves = max(octaves, math.ceil(enough))
    at = balls.ball(Fraction(1, 2**octaves) if finite else 2**octaves)
    return (_finite if finite else _infinite)(tail, bound, gamma, at), octaves


def _exponential(tail: Tail, height: Ball, gamma: Ball, at: Ball) -> Cut:
    rate = constant(tail.rate)
    v = rate * at - height
    _require(balls.sign(v * gamma - 1) == 1)
    left = balls.exp(-gamma * v)
    return Cut(at, left / (gamma * rate), left * (v / gamma + 1 / gamma**2) / rate)


def _infinite(tail: Tail, height: Ball, gamma: Ball, at: Ball) -> Cut:
    rate = constant(tail.rate)
    v = rate * balls.log(at) - height
    kappa = gamma * rate - 1
    _require(balls.sign(v * gamma - 1) == 1 and balls.sign(kappa) == 1)
    left, k = at * balls.exp(-gamma * v), kappa / rate
    return Cut(at, left / kappa, left * (v / k + 1 / k**2) / rate)


def _finite(tail: Tail, height: Ball, gamma: Ball, at: Ball) -> Cut:
    rate = constant(tail.rate)
    kappa = gamma * rate + 1
    _require(balls.sign(kappa) == 1)
    left = at * balls.exp(gamma * (height + rate * balls.log(at)))
    size = abs(height) / kappa + abs(rate) * (abs(balls.log(at)) / kappa + 1 / kappa**2)
    return Cut(at, left / kappa, left * size + at / (gamma * balls.exp(balls.ball(1))))


def _require(decided: bool) -> None:
    if not decided:
        raise ArithmeticError("the bound of a tail could not be used: the balls are too wide")
