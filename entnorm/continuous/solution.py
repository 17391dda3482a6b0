"""What solving for a density returns, and the escort density of a log-density that is of no known family."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import pairwise
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import sampling

from entnorm.continuous.exponents import Interval
from entnorm.continuous.integrand import Integrals, Integrand
from entnorm.solution import EntnormError, Status, raise_failures

_PART: dict[str, Any] = {"normalised": False, "quantiles": np.empty(0)}  # of the range has another mass, and others
_NEVER = 2.0**-60  # a share of the mass that is not drawn
_MISSED = 1e-9  # a share of the mass of which the parts may differ from the whole


@dataclass(frozen=True, eq=False)
class DensitySolution:
    """
    The escort density that has the prescribed differential entropy, and the exponent that produces it.

    Attributes
    ----------
    gamma : float
        Exponent: the density is proportional to ``p(x)**gamma``. It is 1 for a uniform density, which has one entropy,
        0 for the entropy of the uniform density on a bounded support, and NaN where the target is infeasible.
    entropy : float
        Differential entropy at `gamma`, in nats, as computed there.
    entropy_error : float
        How far `entropy` may be from the entropy at `gamma`, in nats: a bound on rounding for a family of which all is
        known, an estimate where integrals are computed. The target is not farther away, but for the rounding of gamma.
    error : float
        How far `gamma` may be from the root; inf where every exponent has the same entropy. For a family of which all
        is known a first-order bound on rounding; where integrals are computed their estimated error, carried over by
        dh/dgamma = -gamma Var [densities.entropy-slope]. That is no proof; `entnorm.reference.densities` has one.
    condition : float
        max(1, abs(H)) / (gamma^2 Var_q[log p]): how much an error in the entropy, relative where it is above one nat
        and absolute below, is magnified in gamma.
    gamma_domain : tuple of two floats
        The exponents at which the power is integrable lie between these ends.
    attainable : tuple of two floats
        The entropies of the escort densities lie between these limits, in nats; neither is attained unless the end of
        `gamma_domain` belongs to it, or the power 0 is integrable. NaN is a limit that is not known.
    status : Status
    nit : int
        Evaluations of the entropy in the search; 0 where the exponent is in closed form.
    message : str

    Examples
    --------
    >>> from scipy import stats
    >>> from entnorm import continuous
    >>> solution = continuous.solve(stats.gamma(2.5), entropy=1.0)
    >>> print(round(solution.gamma, 12), solution.success, solution.error < 1e-13)
    3.682380927409 True True
    >>> round(float(solution.distribution.entropy()), 12)
    1.0
    """

    gamma: float
    entropy: float
    entropy_error: float
    error: float
    condition: float
    gamma_domain: Interval
    attainable: Interval
    status: Status
    nit: int
    message: str
    _build: Callable[[], Any] = field(repr=False)

    @property
    def temperature(self) -> float:
        """1 / gamma."""
        return 1 / self.gamma if self.gamma else math.inf

    @property
    def success(self) -> bool:
        """Whether the density has the entropy asked for, at a gamma that float64 can hold."""
        return self.status == Status.CONVERGED

    @cached_property
    def distribution(self) -> Any:
        """
        The escort density: a frozen SciPy distribution where the family is closed, an `Escort` otherwise.

        Raises
        ------
        InfeasibleTargetError, EntnormError
            If there is none, as in `raise_if_failed`.
        """
        self.raise_if_failed()
        return self._build()

    def raise_if_failed(self) -> Self:
        """
        Return the solution itself, or raise what its `message` says.

        Raises
        ------
        InfeasibleTargetError
            If the target cannot be attained.
        EntnormError
            If gamma is beyond the range of float64.
        """
        raise_failures(self.status, self.message)
        return self


@dataclass(frozen=True, eq=False)
class Escort:
    """
    The escort density of order `gamma` of a log-density, with the methods of a frozen SciPy distribution.

    Attributes
    ----------
    gamma : float

    Examples
    --------
    >>> import numpy as np
    >>> from entnorm import continuous
    >>> well = continuous.escort(lambda x: -(x**4), 2.0, support=(-np.inf, np.inf), gamma_domain=(0, np.inf))
    >>> print(round(well.entropy(), 12), round(float(well.pdf(0.0)), 12), well.rvs(3, random_state=1).shape)
    0.671588548998 0.656003897334 (3,)
    """

    gamma: float
    _integrand: Integrand = field(repr=False)

    def support(self) -> Interval:
        """Both ends of the support."""
        return self._integrand.support

    def logpdf(self, x: ArrayLike) -> Any:
        """Logarithm of the density, in the shape of `x`; minus infinity outside the support."""
        points = np.asarray(x, dtype=np.float64)
        low, high = self.support()
        inside = (points >= low) & (points <= high)
        exponents = self._integrand.exponents(np.where(inside, points, self._center).ravel(), self.gamma)
        return np.where(inside, exponents.reshape(points.shape) - self._integrals.log_mass, -np.inf)[()]

    def pdf(self, x: ArrayLike) -> Any:
        """The density, in the shape of `x`."""
        return np.exp(self.logpdf(x))

    def entropy(self) -> float:
        """Differential entropy in nats, in the coordinate that a `log_jacobian` names if there is one."""
        return self._integrals.level.entropy

    @property
    def entropy_error(self) -> float:
        """How far `entropy` may be off, in nats, as the integrals estimate it."""
        return self._integrals.level.error

    @property
    def mass_error(self) -> float:
        """How far the values of `pdf` may be off, relatively, because of the mass by which they are divided."""
        return self._integrals.mass_error

    def rvs(self, size: int | tuple[int, ...] | None = None, random_state: Any = None) -> Any:
        """
        Random variates, by SciPy's numerical inversion (`scipy.stats.sampling.NumericalInversePolynomial`) in parts.

        Each part is drawn as often as its mass says: an inversion by itself ends where the density is next to nothing,
        and knows no other peak.

        Raises
        ------
        EntnormError
            If the distribution function of a part cannot be inverted, for instance because the density has a pole.
        """
        generator = random_state if hasattr(random_state, "choice") else np.random.default_rng(random_state)
        parts, shares = self._parts
        drawn = generator.choice(len(parts), p=shares, size=size)
        found = np.empty(np.shape(drawn))
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error", RuntimeWarning)  # an inversion of which it is not sure
                for i in np.unique(drawn):
                    here = drawn == i
                    found[here] = parts[i]._sampler.rvs(size=int(np.sum(here)), random_state=generator)
        except (sampling.UNURANError, RuntimeWarning) as error:
            raise EntnormError(f"SciPy cannot sample this density by numerical inversion: {error}") from error
        return found[()]

    @cached_property
    def _parts(self) -> tuple[list[Escort], Any]:
        """The density between neighbouring cuts, where that is not negligible, and the shares of the mass."""
        (low, high), integrand = self.support(), self._settled[0]
        found = []
        for ends in pairwise([low, *integrand.cuts(self.gamma)[1], high]):
            part = Escort(self.gamma, replace(integrand, support=ends, points=(), **_PART))
            share = math.exp(part._integrals.log_mass - self._integrals.log_mass) if part._is_anywhere else 0.0
            if share > _NEVER:
                found.append((part, share))
        parts, shares = zip(*found, strict=True)
        total = math.fsum(shares)
        if abs(total - 1) > _MISSED:
            raise EntnormError(
                "this density cannot be sampled by numerical inversion: its parts hold "
                f"{total:.6g} of its mass instead of 1; pass points where it peaks"
            )
        return list(parts), np.array(shares) / total

    @cached_property
    def _is_anywhere(self) -> bool:
        """Whether the density is positive at the cuts of its support."""
        try:
            return bool(np.isfinite(self._center))
        except EntnormError:
            return False

    @cached_property
    def _sampler(self) -> Any:
        return sampling.NumericalInversePolynomial(self, center=self._center, domain=self.support())

    @cached_property
    def _center(self) -> float:
        return self._integrand.center(self.gamma)

    @property
    def _integrals(self) -> Integrals:
        return self._settled[1]

    @cached_property
    def _settled(self) -> tuple[Integrand, Integrals]:
        return self._integrand.settled(self.gamma)
