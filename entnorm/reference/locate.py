"""The root of one row between two exact ends: found on the road of a backend, confirmed on another."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
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

_OF_THREAD = threading.local()


class Located(NamedTuple):
    """
    A root and its enclosure of relative width 10^-digits.

    Attributes
    ----------
    gamma : mpf
        Within the enclosure; of mpmath's global context, with all the bits that it was computed to.
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
        with _context() as mp:
            problem = Problem(row, target, mp, backend)
            gamma = root(problem, room, bits + extra)
            enclosure = ends(rational(gamma), digits)
            if _confirmed(problem, enclosure, backend):
                return Located(mpmath.mp.make_mpf(gamma._mpf_), enclosure, balls.available())
    raise ArithmeticError("the root that was computed could not be confirmed: please report this row and target")


def _confirmed(problem: Problem, enclosure: Interval, backend: Backend) -> bool:
    """Do the signs of H - H* at the two ends enclose the root: by balls, or else by mpmath at two precisions?"""
    row, target, bits = problem.row, problem.target, int(problem.mp.prec)
    if balls.available():
        return brackets(row, target, enclosure, bits, problem.distances() if backend == "arb" else None)
    return all(_signs(row, target, enclosure, precision) for precision in (bits + 32, bits + 96))


def _signs(row: Row, target: Target, enclosure: tuple[Fraction, Fraction], bits: int) -> bool:
    with _context() as mp:
        problem = Problem(row, target, mp)
        mp.prec = bits
        at_lower, at_upper = (problem.excess(problem.lift(end)) for end in enclosure)
        return bool(at_lower > 0 > at_upper)


@contextmanager
def _context() -> Iterator[mpmath.MPContext]:
    """
    A context of mpmath that is used in this block and nowhere else.

    A thread keeps those that it has made: making one takes longer than a step of the iteration.
    """
    spare: list[mpmath.MPContext] = _OF_THREAD.__dict__.setdefault("spare", [])
    mp = spare.pop() if spare else mpmath.MPContext()
    try:
        yield mp
    finally:
        spare.append(mp)
