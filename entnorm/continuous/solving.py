"""solve(), normalize() and escort() for densities: what is asked, what is known, and what has to be computed."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from decimal import Context, Decimal
from typing import Any

import numpy as np

from entnorm.continuous.arguments import Closed, Problem, number, read
from entnorm.continuous.exponents import Exponent, Interval, Level
from entnorm.continuous.quadrature import Function, IntegrationError
from entnorm.continuous.roots import find
from entnorm.continuous.solution import DensitySolution
from entnorm.continuous.special import EPS
from entnorm.solution import EntnormError, Status

_EXACT = Context(prec=60)
_PLATEAU = 1e-6  # nats that the entropy loses as gamma grows by the factor e
_ROUGH = 1e-3  # relative error of gamma that is worse than no answer
_HUGE = 1e290  # towards the end of float64: what the search calls the end
_TINY = float(np.finfo(np.float64).tiny)


def solve(
    density: Any,
    *,
    entropy: float,
    support: Sequence[float] | None = None,
    gamma_domain: Sequence[float] | None = None,
    closed: Closed = "neither",
    log_jacobian: Function | None = None,
    points: Iterable[float] = (),
) -> DensitySolution:
    """
    The exponent at which the power of a density has a prescribed differential entropy.

    The escort density p^gamma / int p^gamma has the entropy h(gamma), which falls at the rate gamma Var_q[log p]
    [densities.entropy-slope] on the interval of exponents at which p^gamma is integrable. Each target between the
    limits of h at the ends of that interval is attained.

    Parameters
    ----------
    density : SciPy distribution, or callable
        A frozen distribution of `scipy.stats`, one of its new infrastructure, or a vectorised function that returns
        the logarithm of a density, normalised or not.
    entropy : float
        The target, in nats. Differential entropies may be negative, and depend on the coordinate: see the Notes.
    support : pair of floats, optional
        Of a callable, which must have one: its ends, which may be infinite.
    gamma_domain : pair of floats, optional
        The ends of the interval of exponents at which the power is integrable, ``(0, inf)`` for many densities. Known
        for the families below. Has to be said for every other density: no computation can tell.
    closed : {"neither", "left", "right", "both"}
        Whether the power is integrable at the ends of `gamma_domain`, too. It then has a finite entropy there, which
        ends what can be attained.
    log_jacobian : callable, optional
        log phi'(t), vectorised, where the entropy and the power are meant in the coordinate x = phi(t) of a density
        that is given in t. The escort density comes back in t.
    points : iterable of floats, optional
        Where a callable has kinks, or narrow peaks: integrals are cut there.

    Returns
    -------
    DensitySolution

    Raises
    ------
    EntnormError
        If an argument is missing, superfluous, or not what it has to be.
    IntegrationError
        If an integral does not converge, or leaves three digits of gamma open; it is an `EntnormError`.

    Notes
    -----
    Exact domains and entropies are known for norm, halfnorm, expon, laplace, gennorm, halfgennorm, multivariate_normal,
    gamma, erlang, chi2, invgamma, gengamma, weibull_min, invweibull, rayleigh, maxwell, chi, beta, powerlaw, arcsine,
    uniform, t, cauchy, pareto, lomax, lognorm, loggamma, gumbel_l, gumbel_r, logistic, and for Normal and Uniform of the
    new infrastructure. There gamma is within `error` of the root, which is at most 128 eps (1 + condition) gamma, as
    long as the logarithm of the scale is not larger than the entropy (eps = 2^-52; tested against 50 digits). The ends
    themselves are not in these domains, and p^gamma is not integrable there. For everything else integrals are
    computed by `scipy.integrate.tanhsinh`, and `error` follows from its estimates.

    **The coordinate.** Neither a differential entropy nor the power transform is invariant under a change of
    variables: to normalise X = exp(Y) is not to normalise Y. The density of Y with ``log_jacobian=lambda y: y`` is X.

    Examples
    --------
    >>> import numpy as np
    >>> from scipy import stats
    >>> from entnorm import continuous
    >>> solution = continuous.solve(stats.norm(0, 2), entropy=1.0)
    >>> print(round(solution.gamma, 12), round(float(solution.distribution.std()), 12))
    9.246151471747 0.657744623479

    A quartic well, of which nothing is known but that its powers are integrable:

    >>> quartic = continuous.solve(
    ...     lambda x: -(x**4) / 4, support=(-np.inf, np.inf), gamma_domain=(0, np.inf), entropy=1.0
    ... )
    >>> print(round(quartic.gamma, 12), quartic.error < 1e-13)
    0.788110158826 True

    The same variable in two coordinates: Y is normal, X = exp(Y) lognormal, and each is given the entropy 1.

    >>> y, x = stats.norm(0.4, 0.9), stats.lognorm(0.9, scale=np.exp(0.4))
    >>> print(round(continuous.solve(y, entropy=1.0).gamma, 4), round(continuous.solve(x, entropy=1.0).gamma, 4))
    1.8723 1.9185
    >>> as_x = continuous.solve(y, entropy=1.0, gamma_domain=(0, np.inf), log_jacobian=lambda y: y)
    >>> print(round(as_x.gamma, 4))
    1.9185

    What cannot be attained is said, with what can:

    >>> print(continuous.solve(stats.beta(2, 3), entropy=0.5).message)
    no escort density has the entropy 0.5: attainable are entropies between -inf and 0
    """
    target = number(entropy, "entropy")
    problem = read(density, support, gamma_domain, closed, log_jacobian, points)
    curve, scale = problem.curve, problem.scale
    reduced = _reduce(target, scale)
    low, high = curve.attainable
    if low == high:
        return _uniform(problem, target)
    if not low < reduced < high:
        return _at_the_ends(problem, target, reduced)
    if curve.closed is not None:
        odds, relative = curve.closed(reduced)
        at = curve.domain.at(odds)
        if not _TINY <= odds < math.inf:
            return _overflow(problem, target, at, 0)
        return _answer(problem, target, at, curve.level(at), 0, relative * curve.domain.rate(at) * at.gamma)
    found = find(curve, reduced, curve.domain.odds(1.0) if 1.0 in curve.domain else 1.0)
    if not found.met:
        return _unmet(problem, target, found.at, found.level, found.nit)
    return _answer(problem, target, found.at, found.level, found.nit, 0.0)


def normalize(
    density: Any,
    *,
    entropy: float,
    support: Sequence[float] | None = None,
    gamma_domain: Sequence[float] | None = None,
    closed: Closed = "neither",
    log_jacobian: Function | None = None,
    points: Iterable[float] = (),
) -> Any:
    """
    The escort density with a prescribed differential entropy.

    Parameters are those of `solve`.

    Returns
    -------
    distribution
        A frozen SciPy distribution where the family is closed under powers, as in the table of
        `entnorm.continuous.families`; an `Escort` otherwise. Both have ``pdf``, ``logpdf``, ``entropy``, ``support``
        and ``rvs``. A ``stats.Normal`` stays one, and has ``sample``.

    Raises
    ------
    InfeasibleTargetError
        If the target cannot be attained; the message says what can.
    EntnormError
        As in `solve`, and if the exponent is beyond the range of float64.

    Examples
    --------
    >>> from scipy import stats
    >>> from entnorm import continuous
    >>> broad = continuous.normalize(stats.t(3), entropy=3.0)
    >>> print(broad.dist.name, round(float(broad.entropy()), 12))
    t 3.0
    """
    return (
        solve(
            density,
            entropy=entropy,
            support=support,
            gamma_domain=gamma_domain,
            closed=closed,
            log_jacobian=log_jacobian,
            points=points,
        )
        .raise_if_failed()
        .distribution
    )


def escort(
    density: Any,
    gamma: float,
    *,
    support: Sequence[float] | None = None,
    gamma_domain: Sequence[float] | None = None,
    closed: Closed = "neither",
    log_jacobian: Function | None = None,
    points: Iterable[float] = (),
) -> Any:
    """
    The escort density p^gamma / int p^gamma of a given order  [densities.sums-to-one].

    Parameters
    ----------
    density, support, gamma_domain, closed, log_jacobian, points
        As in `solve`.
    gamma : float
        The order; inside the domain of the density, or an end that belongs to it.

    Returns
    -------
    distribution
        As `normalize` returns.

    Raises
    ------
    EntnormError
        If p^gamma is not integrable, and as in `solve`.

    Examples
    --------
    >>> from scipy import stats
    >>> from entnorm import continuous
    >>> continuous.escort(stats.expon(scale=3), 2.0).mean()
    1.5
    >>> continuous.escort(stats.cauchy(), 0.5)
    Traceback (most recent call last):
    entnorm.solution.EntnormError: the power gamma = 0.5 is not integrable: gamma has to be between 0.5 and inf
    """
    order = number(gamma, "gamma")
    problem = read(density, support, gamma_domain, closed, log_jacobian, points)
    domain = problem.curve.domain
    ends = [end for end, level in zip(domain.ends, problem.included, strict=True) if level is not None]
    if order not in domain and order not in ends:
        raise EntnormError(
            f"the power gamma = {order:.17g} is not integrable: gamma has to be between "
            f"{domain.lower:.17g} and {domain.upper:.17g}"
        )
    return problem.curve.distribution(domain.exponent(order))


def _reduce(target: float, scale: float) -> float:
    """Target - log(scale), rounded once: the difference may be much smaller than both."""
    if scale == 1.0:
        return target
    return float(_EXACT.subtract(Decimal(target), _EXACT.ln(Decimal(scale))))


def _answer(problem: Problem, target: float, at: Exponent, level: Level, nit: int, known: float) -> DensitySolution:
    """A root: `known` is the error of gamma where a formula gives it, or 0 where it follows from that of the entropy."""
    if not _TINY <= at.gamma < math.inf:
        return _overflow(problem, target, at, nit)
    carried = level.error * at.gamma / level.varentropy if level.varentropy > 0 else math.inf
    if carried > _ROUGH * at.gamma:
        raise _too_rough(at.gamma)
    return DensitySolution(
        gamma=at.gamma,
        entropy=level.entropy + math.log(problem.scale),
        error=(known or carried) + 4 * EPS * at.gamma,
        condition=max(1.0, abs(target)) / level.varentropy if level.varentropy > 0 else math.inf,
        gamma_domain=problem.curve.domain.ends,
        attainable=_shifted(problem),
        status=Status.CONVERGED,
        nit=nit,
        message=f"the escort density of order {at.gamma:.17g} has the entropy {target:.17g}",
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
    return DensitySolution(gamma, nan, nan, nan, ends, attainable, status, nit, message, _build=lambda: None)


def _overflow(problem: Problem, target: float, at: Exponent, nit: int) -> DensitySolution:
    message = f"the entropy {target:.17g} belongs to an exponent beyond the range of float64"
    gamma = 0.0 if at.gamma < 1 / _HUGE else math.inf if at.gamma > _HUGE else at.gamma
    return _failed(problem, Status.GAMMA_OVERFLOW, gamma, nit, message)


def _infeasible(problem: Problem, target: float, nit: int = 0) -> DensitySolution:
    low, high = _shifted(problem)
    brackets = "from {} to {}" if low == high else "between {} and {}"
    if low == high:
        message = f"no escort density has the entropy {target:.17g}: the only one attainable is {low:.17g}"
    else:
        message = (
            f"no escort density has the entropy {target:.17g}: attainable are entropies "
            f"{brackets.format(f'{low:.17g}', f'{high:.17g}')}"
        )
    return _failed(problem, Status.INFEASIBLE, math.nan, nit, message)


def _uniform(problem: Problem, target: float) -> DensitySolution:
    """A uniform density, which has one entropy: the float nearest to it is the target that leaves it unchanged."""
    only = _shifted(problem)[0]
    if target != only:
        return _infeasible(problem, target)
    at = problem.curve.domain.exponent(1.0)
    answer = _answer(problem, target, at, Level(0.0, 1.0, 0.0), 0, 0.0)
    return replace(answer, error=0.0, condition=0.0)


def _at_the_ends(problem: Problem, target: float, reduced: float) -> DensitySolution:
    """A target that is not inside: that of an end which belongs to the domain, to within its error, or infeasible."""
    for end, level in zip(problem.curve.domain.ends, problem.included, strict=True):
        if level is not None and abs(reduced - level.entropy) <= level.error:
            return _answer(problem, target, problem.curve.domain.exponent(end), level, 0, 0.0)
    return _infeasible(problem, target)


def _unmet(problem: Problem, target: float, at: Exponent, level: Level, nit: int) -> DensitySolution:
    """
    The search went to the end of the range without meeting the target.

    It is beyond float64; unless the entropy has stopped to fall, because the density is constant around its maximum.
    """
    if level.varentropy > _PLATEAU or level.entropy < target:
        return _overflow(problem, target, at, nit)
    if level.error > _PLATEAU:
        raise _too_rough(at.gamma)
    curve = replace(problem.curve, attainable=(level.entropy, problem.curve.attainable[1]))
    return _infeasible(problem._replace(curve=curve), target, nit)


def _too_rough(gamma: float) -> IntegrationError:
    return IntegrationError(
        f"the integrals are too rough to tell an exponent close to gamma = {gamma:.17g}: pass the log-density minus its "
        "maximum, points where it peaks, or another coordinate with log_jacobian"
    )
