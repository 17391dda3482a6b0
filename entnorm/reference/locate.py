"""The root of one row between two exact ends: found on the road of a backend, confirmed on another."""

from __future__ import annotations

from fractions import Fraction
from math import ceil, log2
from typing import NamedTuple

import mpmath

from entnorm import balls
from entnorm.reference.attainable import Gaps, Interval, rational
from entnorm.reference.decimals import ends
from entnorm.reference.enclosure import brackets
from entnorm.reference.exact import Row, Target
from entnorm.reference.newton import Backend, Problem, root


class Located(NamedTuple):
    """
    A root and its enclosure of relative width 10^-digits.

    Attributes
    ----------
    gamma : mpf
        Within the enclosure.
    enclosure : tuple of two Fraction
    rigorous : bool
        Were the signs at the two ends proved by balls, or else found by mpmath at two precisions?
    """

    gamma: mpmath.mpf
    enclosure: Interval
    rigorous: bool


def locate(row: Row, target: Target, room: Gaps, digits: int, backend: Backend) -> Located:
    """
    Enclose gamma*, where `room` says how far the target is from the limits.

    Raises
    ------
    ArithmeticError
        If what was computed could not be confirmed.
    """
    bits = ceil((digits + 3) * log2(10)) + 8
    for extra in (0, 64, 256):
        problem = Problem(row, target, backend)
        gamma = root(problem, room, bits + extra)
        enclosure = ends(rational(gamma), digits)
        if _confirmed(problem, enclosure, backend):
            return Located(gamma, enclosure, balls.available())
    raise ArithmeticError("the root that was computed could not be confirmed: please report this row and target")


def _confirmed(problem: Problem, enclosure: Interval, backend: Backend) -> bool:
    """Do the signs of H - H* at the two ends enclose the root: by balls, or else by mpmath at two precisions?"""
    row, target, bits = problem.row, problem.target, int(problem.mp.prec)
    if balls.available():
        return brackets(row, target, enclosure, bits, problem.distances() if backend == "arb" else None)
    return all(_signs(row, target, enclosure, precision) for precision in (bits + 32, bits + 96))


def _signs(row: Row, target: Target, enclosure: tuple[Fraction, Fraction], bits: int) -> bool:
    problem = Problem(row, target)
    problem.mp.prec = bits
    at_lower, at_upper = (problem.excess(problem.lift(end)) for end in enclosure)
    return bool(at_lower > 0 > at_upper)
