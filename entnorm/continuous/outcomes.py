"""How a search has ended, as a solution: a root, a target that cannot be attained, or an exponent beyond float64."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from entnorm.continuous.arguments import Problem
from entnorm.continuous.exponents import Exponent, Interval, Level
from entnorm.continuous.limits import FLAT
from entnorm.continuous.quadrature import IntegrationError
from entnorm.continuous.solution import DensitySolution
from entnorm.continuous.special import EPS
from entnorm.solution import Status

_ROUGH = 1e-3  # relative error of gamma that is worse than no answer
_SLIGHT = 1e-9  # an error of an entropy, in nats, of which messages do not speak
_HUGE = 1e290  # towards the end of float64: what the search calls the end
TINY = float(np.finfo(np.float64).tiny)


def answer(problem: Problem, target: float, at: Exponent, level: Level, nit: int, known: float) -> DensitySolution:
    """
    A root, if the entropy there is the target (`target` less the logarithm of the scale) as closely as can be told.

    `known` is the error of gamma where a formula says it, or 0 where it follows from that of the entropy.
    """
    if not TINY <= at.gamma < math.inf:
        return overflow(problem, target, at, nit)
    residual = abs(level.entropy - problem.reduced(target))
    resolution = 2 * EPS * (level.varentropy + abs(level.entropy)) if level.varentropy < math.inf else 0.0
    if not known and not residual <= level.error + resolution:
        raise too_rough(at.gamma)
    constant = level.varentropy == 0 and level.error < FLAT
    carried = (level.error + residual) * at.gamma / level.varentropy if level.varentropy > 0 else math.inf
    if carried > _ROUGH * at.gamma and not constant:
        raise too_rough(at.gamma)
    return DensitySolution(
        gamma=at.gamma,
        entropy=level.entropy + math.log(problem.scale),
        entropy_error=level.error,
        error=(known or carried) + 4 * EPS * at.gamma,
        condition=max(1.0, abs(target)) / level.varentropy if level.varentropy > 0 else math.inf,
        gamma_domain=problem.curve.domain.ends,
        attainable=_shifted(problem),
        status=Status.CONVERGED,
        nit=nit,
        message=f"the escort density of order {at.gamma:.17g} has the entropy {target:.17g}{_within(level.error)}",
        _build=_later(problem, at),
    )


def _later(problem: Problem, at: Exponent) -> Callable[[], Any]:
    return lambda: problem.curve.distribution(at)


def _shifted(problem: Problem) -> Interval:
    """The attainable entropies in the scale of the density at hand."""
    shift = math.log(problem.scale)
    low, high = (end + shift for end in problem.curve.attainable)
    return low, high


def _failed(problem: Problem, status: Status, gamma: float, nit: int, message: str) -> DensitySolution:
    nan = math.nan
    ends, attainable = problem.curve.domain.ends, _shifted(problem)
    return DensitySolution(gamma, nan, nan, nan, nan, ends, attainable, status, nit, message, _build=lambda: None)


def overflow(problem: Problem, target: float, at: Exponent, nit: int) -> DensitySolution:
    """A root that is not in the range of float64, or whose odds are not."""
    message = f"the entropy {target:.17g} belongs to an exponent beyond the range of float64"
    gamma = 0.0 if at.gamma < 1 / _HUGE else math.inf if at.gamma > _HUGE else at.gamma
    return _failed(problem, Status.GAMMA_OVERFLOW, gamma, nit, message)


def infeasible(problem: Problem, target: float, nit: int = 0) -> DensitySolution:
    """A target outside the attainable interval, which the message names."""
    (low, high), (below, above) = _shifted(problem), problem.margins
    what = f"the only one attainable is {low:.17g}"
    if low != high:
        what = f"attainable are entropies between {_end(low, below)} and {_end(high, above)}"
    message = f"no escort density has the entropy {target:.17g}: {what}"
    return _failed(problem, Status.INFEASIBLE, math.nan, nit, message)


def _end(limit: float, margin: float) -> str:
    """An end of the attainable interval, with its error if that is worth mentioning."""
    if math.isnan(limit):
        return "an unknown limit"
    return f"{limit:.17g}{_within(margin)}"


def _within(error: float) -> str:
    """An error that is worth mentioning."""
    return f" (to within {error:.1g})" if error > _SLIGHT else ""


def uniform(problem: Problem, target: float) -> DensitySolution:
    """A uniform density, which has one entropy: the float nearest to it, or as close as it is known, is no change."""
    only = _shifted(problem)[0]
    if abs(target - only) > problem.margins[0]:
        return infeasible(problem, target)
    at = problem.curve.domain.exponent(1.0)
    level = Level(problem.reduced(target), 1.0, problem.margins[0])
    return replace(answer(problem, target, at, level, 0, 0.0), entropy=only, error=0.0, condition=0.0)


def _of_order_zero(problem: Problem, target: float) -> DensitySolution:
    """The float nearest to the logarithm of the length on which the density is positive stands for that."""
    at = problem.curve.domain.exponent(0.0)
    ends, error = problem.curve.domain.ends, problem.margins[1] + EPS * abs(target)
    message = f"the escort density of order 0, which is uniform, has the entropy {target:.17g}{_within(error)}"
    return DensitySolution(
        0.0, target, error, 0.0, math.inf, ends, _shifted(problem), Status.CONVERGED, 0, message, _later(problem, at)
    )


def at_the_ends(problem: Problem, target: float) -> DensitySolution | None:
    """A target outside, or within the error of an end that belongs to the domain; None if it is inside."""
    reduced, (low, high), (below, above) = problem.reduced(target), problem.curve.attainable, problem.margins
    outside = reduced <= low - below or reduced >= high + above
    if problem.included[0] is not None and problem.curve.domain.lower == 0 and target == _shifted(problem)[1]:
        return _of_order_zero(problem, target)
    for end, level in zip(problem.curve.domain.ends, problem.included, strict=True):
        if level is not None and end and abs(reduced - level.entropy) <= level.error:
            return answer(problem, target, problem.curve.domain.exponent(end), level, 0, 0.0)
    if outside:
        return infeasible(problem, target)
    if reduced <= low or reduced >= high:
        raise IntegrationError(
            f"the integrals are too rough to tell whether the entropy {target:.17g} can be attained: the limit is "
            f"{_end(low, below) if reduced <= low else _end(high, above)}"
        )
    return None


def unmet(problem: Problem, target: float, at: Exponent, level: Level, nit: int) -> DensitySolution:
    """
    The search went to the end of the range without meeting the target.

    It is beyond float64; unless the entropy has stopped to fall, because the density is constant around its maximum.
    """
    reduced = problem.reduced(target)
    if level.varentropy > FLAT or level.entropy < reduced:
        return overflow(problem, target, at, nit)
    if level.error > FLAT:
        raise too_rough(at.gamma)
    curve = replace(problem.curve, attainable=(level.entropy, problem.curve.attainable[1]))
    return infeasible(problem._replace(curve=curve, margins=(level.error, problem.margins[1])), target, nit)


def too_rough(gamma: float) -> IntegrationError:
    """Integrals that leave gamma open, and what may help."""
    return IntegrationError(
        f"the integrals are too rough to tell an exponent close to gamma = {gamma:.17g}: pass the log-density minus "
        "its maximum, points where it peaks, or another coordinate with log_jacobian"
    )
