"""solve(), normalize() and escort() for densities: what is asked, what is known, and what has to be computed."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

from entnorm.continuous.arguments import Closed, Problem, number, read
from entnorm.continuous.integrand import Function
from entnorm.continuous.outcomes import TINY, answer, at_the_ends, overflow, uniform, unmet
from entnorm.continuous.quadrature import MissedPeakError
from entnorm.continuous.roots import find
from entnorm.continuous.solution import DensitySolution
from entnorm.solution import EntnormError

_T = TypeVar("_T")


def solve(
    density: Any,
    *,
    entropy: float,
    support: Sequence[float] | None = None,
    gamma_domain: Sequence[float] | None = None,
    closed: Closed = "neither",
    log_jacobian: Function | None = None,
    points: Iterable[float] = (),
    normalised: bool = False,
    patience: float = 120.0,
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
        ends what can be attained: 2 / (x log^3 x) on x > e has the entropy 7/2 - log 2 [heavytail.entropy], and no
        power of order below 1 [heavytail.no-integral].
    log_jacobian : callable, optional
        log phi'(t), vectorised, where the entropy and the power are meant in the coordinate x = phi(t) of a density
        that is given in t. The escort density comes back in t.
    points : iterable of floats, optional
        Where the density has kinks, poles or narrow peaks: integrals are cut there.
    normalised : bool
        Whether the density of a callable has the integral 1 in its own coordinate. That is then checked, which tells
        peaks that were missed; it is checked of every distribution.
    patience : float, default 120
        The seconds that the values of the density may take, all together; inf for no end. Some hundred thousand points
        are looked at, and millions where the values are noisy.

    Returns
    -------
    DensitySolution

    Raises
    ------
    EntnormError
        If an argument is missing, superfluous, or not what it has to be.
    IntegrationError
        If an integral does not converge, leaves three digits of gamma open, misses a part of a mass that has to be 1,
        or takes more than the patience; it is an `EntnormError`.

    Notes
    -----
    Exact domains and entropies are known for norm, halfnorm, expon, laplace, gennorm, halfgennorm, multivariate_normal,
    gamma, erlang, chi2, invgamma, gengamma, weibull_min, invweibull, rayleigh, maxwell, chi, beta, powerlaw, arcsine,
    uniform, t, cauchy, pareto, lomax, lognorm, loggamma, gumbel_l, gumbel_r, logistic, and for Normal and Uniform of
    the new infrastructure. There gamma is within `error` of the root, which is at most 128 eps (1 + condition) gamma
    as long as the logarithm of the scale is not larger than the entropy (eps = 2^-52; tested against 60 digits). The
    ends themselves are not in these domains: p^gamma is not integrable there, but for p^0 on a bounded support, which
    is uniform: the float nearest to its entropy stands for that, and has gamma = 0.

    For everything else integrals are computed by `scipy.integrate.tanhsinh`, on pieces and again on their halves;
    `error` follows from its estimates, from the difference of both, and from what a tail or a pole is estimated to hold
    where no float is; it is an estimate, not a bound. An answer is only given if the entropy there is the target to
    within `entropy_error`. The mass of a distribution is found by its quantiles, by those of the components of a
    `stats.Mixture`, and has to be 1. A function is looked at in some 60,000 points, and where integrals meet it: a peak
    that none of these points shows, perhaps because it is a ten-thousandth as wide as the rest or far out, is in no
    error. With `normalised`, it raises; with `points`, it is found.

    Towards an end of `gamma_domain` that does not belong to it the entropy has no bound, where the integrals are seen
    to diverge there; where they converge even so, its limit is computed. Towards gamma = 0 it rises to the logarithm of
    the length on which the density is positive, which is measured. Towards gamma = inf it falls beyond all bounds
    unless the density is constant around its maximum. Such a plateau is measured, too; that there is none no function
    tells. What is not known of `attainable` is NaN.

    **The coordinate.** Neither a differential entropy nor the power transform is invariant under a change of
    variables: to normalise X = exp(Y) is not to normalise Y. The density of Y with ``log_jacobian=lambda y: y`` is X.

    Examples
    --------
    >>> import numpy as np
    >>> from scipy import stats
    >>> from entnorm import continuous
    >>> solution = continuous.solve(stats.norm(0, 2), entropy=1.0)
    >>> print(round(solution.gamma, 12), round(float(solution.distribution.std()), 12))
    9.245818798327 0.657744623479

    A quartic well, of which nothing is known but that its powers are integrable:

    >>> quartic = continuous.solve(
    ...     lambda x: -(x**4) / 4, support=(-np.inf, np.inf), gamma_domain=(0, np.inf), entropy=1.0
    ... )
    >>> print(round(quartic.gamma, 12), quartic.error < 1e-13)
    2.150705090987 True

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
    cuts = tuple(points)
    return _with_every_peak(
        lambda hints: _solved(
            read(density, support, gamma_domain, closed, log_jacobian, cuts, normalised, patience, hints), target
        )
    )


def normalize(
    density: Any,
    *,
    entropy: float,
    support: Sequence[float] | None = None,
    gamma_domain: Sequence[float] | None = None,
    closed: Closed = "neither",
    log_jacobian: Function | None = None,
    points: Iterable[float] = (),
    normalised: bool = False,
    patience: float = 120.0,
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
            normalised=normalised,
            patience=patience,
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
    normalised: bool = False,
    patience: float = 120.0,
) -> Any:
    """
    The escort density p^gamma / int p^gamma of a given order  [densities.sums-to-one].

    Parameters
    ----------
    density, support, gamma_domain, closed, log_jacobian, points, normalised, patience
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
        If `gamma` is outside of the domain, and as in `solve`.

    Examples
    --------
    >>> from scipy import stats
    >>> from entnorm import continuous
    >>> print(continuous.escort(stats.expon(scale=3), 2.0).mean())
    1.5
    >>> continuous.escort(stats.cauchy(), 0.5)
    Traceback (most recent call last):
    entnorm.solution.EntnormError: the order gamma = 0.5 is outside of the domain: gamma has to be between 0.5 and inf
    """
    order = number(gamma, "gamma")
    cuts = tuple(points)
    problem = _with_every_peak(
        lambda hints: read(density, support, gamma_domain, closed, log_jacobian, cuts, normalised, patience, hints)
    )
    domain = problem.curve.domain
    ends = [end for end, level in zip(domain.ends, problem.included, strict=True) if level is not None]
    if order not in domain and order not in ends:
        raise EntnormError(
            f"the order gamma = {order:.17g} is outside of the domain: gamma has to be between "
            f"{domain.lower:.17g} and {domain.upper:.17g}"
        )
    return problem.curve.distribution(domain.exponent(order))


def _with_every_peak(run: Callable[[tuple[float, ...]], _T]) -> _T:
    """What `run` makes of the peaks that it is told of, of which each that integrals meet on the way is one."""
    hints: tuple[float, ...] = ()
    while True:
        try:
            return run(hints)
        except MissedPeakError as missed:
            hints = (*hints, missed.at)


def _solved(problem: Problem, target: float) -> DensitySolution:
    curve = problem.curve
    low, high = curve.attainable
    if low == high:
        return uniform(problem, target)
    ended = at_the_ends(problem, target)
    if ended is not None:
        return ended
    reduced = problem.reduced(target)
    if curve.closed is not None:
        odds, relative = curve.closed(reduced)
        at = curve.domain.at(odds)
        if not TINY <= odds < math.inf:
            return overflow(problem, target, at, 0)
        return answer(problem, target, at, curve.level(at), 0, relative * curve.domain.rate(at) * at.gamma)
    found = find(curve, reduced, curve.domain.odds(1.0) if 1.0 in curve.domain else 1.0)
    if not found.inside:
        return unmet(problem, target, found.at, found.level, found.nit)
    return answer(problem, target, found.at, found.level, found.nit, 0.0)
