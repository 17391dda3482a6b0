"""Balls around the entropy, its slope and the condition of a row, from the distances to the maximum."""

from __future__ import annotations

from entnorm import balls
from entnorm.balls import Ball
from entnorm.reference.arithmetic import InBalls
from entnorm.reference.attainable import Interval
from entnorm.reference.escort import Escort, distances, goal
from entnorm.reference.exact import Row, Target

_BALLS = InBalls()


def brackets(row: Row, target: Target, ends: Interval, bits: int, known: list[Ball] | None = None) -> bool:
    """
    Is H(lower) > H* > H(upper) proved by balls, at a working precision of `bits` or up to eight times that?

    Then gamma* lies between the ends, and nowhere else [escort.entropy-decreasing]. `known` may be balls around the
    distances that are there already.
    """
    for precision in (bits, 2 * bits, 4 * bits, 8 * bits):
        with balls.working(precision):
            to_top = known if known and precision == bits else distances(row, _BALLS)
            aim = goal(row, target, _BALLS)
            below, above = (balls.sign(Escort(row, _BALLS, to_top, balls.ball(end)).entropy - aim) for end in ends)
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
        at = Escort(row, _BALLS, distances(row, _BALLS), balls.hull(*map(balls.ball, ends)))
        aim, variance, slope = goal(row, target, _BALLS), at.variance, at.slope
        sides = aim / variance, (balls.log(balls.ball(row.size)) - aim) / variance
    low, high = min(balls.lower(b) for b in sides), min(balls.upper(b) for b in sides)
    return (balls.lower(slope), balls.upper(slope)), (low, high)
