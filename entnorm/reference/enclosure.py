"""Balls around the entropy, its slope and the condition of a row, from the distances to the maximum."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from entnorm import balls
from entnorm.balls import Ball
from entnorm.reference.attainable import Interval
from entnorm.reference.exact import Row, Target


@dataclass(frozen=True)
class _Weights:
    """t = gamma d and exp(-t), level by level below the maximum, and the sum A of the weights of all entries."""

    t: list[Ball]
    weights: list[Ball]
    mass: Ball


def brackets(row: Row, target: Target, ends: Interval, bits: int) -> bool:
    """
    Is H(lower) > H* > H(upper) proved by balls, at a working precision of `bits` or up to eight times that?

    Then gamma* lies between the ends, and nowhere else [escort.entropy-decreasing].
    """
    for precision in (bits, 2 * bits, 4 * bits, 8 * bits):
        with balls.working(precision):
            distances, goal = _distances(row), _goal(row, target)
            below, above = (balls.sign(_entropy(row, distances, balls.ball(end)) - goal) for end in ends)
        if (below, above) == (1, -1):
            return True
        if below == -1 or above == 1:
            return False
    return False


def slope_and_condition(row: Row, target: Target, ends: Interval, bits: int) -> tuple[Interval, Interval]:
    """
    Enclosures of dH/dgamma = -gamma Var [escort.entropy-slope] and of min(H*, log s - H*) / (gamma^2 Var), at gamma*.

    `ends` must enclose gamma*; the balls hold for every gamma between them.
    """
    with balls.working(bits):
        gamma = balls.hull(*(balls.ball(end) for end in ends))
        variance = _variance(row, _weights(row, _distances(row), gamma))
        goal = _goal(row, target)
        slope = -variance / gamma
        sides = goal / variance, (balls.log(balls.ball(row.size)) - goal) / variance
    low, high = min(balls.lower(b) for b in sides), min(balls.upper(b) for b in sides)
    return (balls.lower(slope), balls.upper(slope)), (low, high)


def _distances(row: Row) -> list[Ball]:
    quotients = [balls.ball(Fraction(level.numerator, level.denominator)) for level in row.levels]
    return [balls.log1p(x) for x in quotients] if row.kind == "p" else quotients


def _goal(row: Row, target: Target) -> Ball:
    a, b, c = target.form(row.size)
    return balls.ball(a) + balls.ball(b) * balls.log(balls.ball(c))


def _weights(row: Row, distances: list[Ball], gamma: Ball) -> _Weights:
    t = [gamma * d for d in distances]
    weights = [level.count * balls.exp(-x) for level, x in zip(row.levels, t, strict=True)]
    return _Weights(t, weights, sum(weights, balls.ball(row.ties)))


def _entropy(row: Row, distances: list[Ball], gamma: Ball) -> Ball:
    """Log A + T / A  [escort.entropy-from-top]."""
    at = _weights(row, distances, gamma)
    return balls.log(at.mass) + sum((x * w for x, w in zip(at.t, at.weights, strict=True)), balls.ball(0)) / at.mass


def _variance(row: Row, at: _Weights) -> Ball:
    """gamma^2 Var, from squares of deviations from the mean."""
    mean = sum((x * w for x, w in zip(at.t, at.weights, strict=True)), balls.ball(0)) / at.mass
    squares = ((x - mean) ** 2 * w for x, w in zip(at.t, at.weights, strict=True))
    return sum(squares, row.ties * mean**2) / at.mass
