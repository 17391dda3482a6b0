"""Densities that are only known as functions: what is found is right to its error, or it is said that nothing is."""

import math
import time

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import stats

from entnorm import continuous
from entnorm.continuous import landmarks
from entnorm.continuous.exponents import Curve, Domain, Level
from entnorm.continuous.roots import find
from entnorm.solution import EntnormError, Status

LINE, ANY = (-math.inf, math.inf), (0, math.inf)
NODES, WEIGHTS = np.polynomial.legendre.leggauss(24)


class Mixture:
    """A normal mixture, and its entropies by Gauss's rule on pieces no longer than the narrowest peak at hand."""

    def __init__(self, peaks):
        self.peaks = peaks  # (place, standard deviation, weight)

    def __repr__(self):
        return f"Mixture({self.peaks})"

    def logpdf(self, x):
        parts = [math.log(w / s) - ((x - m) / s) ** 2 / 2 for m, s, w in self.peaks]
        return np.logaddexp.reduce(parts) - math.log(2 * math.pi) / 2

    def scipy(self):
        components = [stats.Normal(mu=m, sigma=s) for m, s, _ in self.peaks]
        return stats.Mixture(components, weights=[w for *_, w in self.peaks])

    def entropy(self, gamma=1.0):
        ends = np.unique([m + k * s for m, s, _ in self.peaks for k in range(-40, 41)])
        middle, half = (ends[1:] + ends[:-1])[:, None] / 2, np.diff(ends)[:, None] / 2
        values = self.logpdf((middle + half * NODES).ravel()).reshape(middle.size, -1)
        top = values.max()
        mass = np.exp(gamma * (values - top)) * half * WEIGHTS
        return math.log(mass.sum()) - (mass * gamma * (values - top)).sum() / mass.sum()


@st.composite
def mixtures(draw):
    n = draw(st.integers(2, 5))
    sizes = [draw(st.floats(0.05, 1)) for _ in range(n)]
    far = draw(st.sampled_from([1.0, 100.0, 1e5]))
    return Mixture([(draw(st.floats(-far, far)), 10 ** draw(st.floats(-3, 1)), s / sum(sizes)) for s in sizes])


adversarial = settings(derandomize=True, deadline=None, max_examples=40)


@given(mixtures(), st.sampled_from([0.0, -1.0, 0.5]))
@adversarial
def test_a_distribution_is_solved_wherever_its_peaks_are(mixture, offset):
    target = mixture.entropy() + offset
    solution = continuous.solve(mixture.scipy(), entropy=target, gamma_domain=ANY)
    assert solution.success
    assert abs(mixture.entropy(solution.gamma) - target) <= 1e-8
    assert abs(solution.entropy - target) <= 2 * solution.entropy_error
    if offset == 0:
        assert abs(solution.gamma - 1) <= solution.error + 1e-8


@given(mixtures())
@adversarial
def test_a_function_whose_mass_is_one_is_never_wrong(mixture):
    target = mixture.entropy()
    try:
        solution = continuous.solve(mixture.logpdf, entropy=target, support=LINE, gamma_domain=ANY, normalised=True)
    except continuous.IntegrationError:
        assume(False)
    assert abs(solution.gamma - 1) <= solution.error + 1e-8


def test_a_peak_that_no_point_meets_is_noticed_by_the_mass():
    hidden = Mixture([(0.0, 1.0, 0.5), (math.pi * 1e4, 1e-6, 0.5)])
    given_ = {"entropy": hidden.entropy(), "support": LINE, "gamma_domain": ANY}
    with pytest.raises(continuous.IntegrationError, match=r"the mass 0\.5.*, where 1 is said to be: pass points"):
        continuous.solve(hidden.logpdf, normalised=True, **given_)
    told = continuous.solve(hidden.logpdf, normalised=True, points=(math.pi * 1e4,), **given_)
    assert abs(told.gamma - 1) <= told.error + 1e-8


NEEDLE = (
    (0.29268989, stats.gamma(4.152351294417795, -206.79684969390638, 0.013233150605170238)),
    (0.27793113, stats.t(5.146518577293846, -89.09331327035987, 4.106232173738723)),
    (0.42937898, stats.gamma(4.756353448626661, 0.7848465145774076, 400.5467344183675)),
)


def needle(x):
    """A narrow gamma density in the tails of two broad ones, between the points of the grid."""
    with np.errstate(all="ignore"):
        return np.logaddexp.reduce([math.log(weight) + part.logpdf(x) for weight, part in NEEDLE])


@pytest.mark.parametrize("normalised", [False, True])
def test_a_peak_that_integrals_meet_is_known_at_every_exponent(normalised):
    given_ = {"entropy": -2.5, "support": LINE, "gamma_domain": (1 / 6.14, math.inf), "normalised": normalised}
    told = continuous.solve(needle, points=(-206.79684969390638, -206.755), **given_)
    found = continuous.solve(needle, **given_)
    assert 1 < told.gamma < 3
    assert abs(found.gamma - told.gamma) <= found.error + told.error
    assert abs(found.distribution.logpdf(-206.755) - told.distribution.logpdf(-206.755)) < 1e-9


@pytest.mark.parametrize(
    "density",
    [lambda x: (time.sleep(0.05), -x * x)[1], stats.levy_stable(1.5, 0.5), stats.levy_stable(1.5, 0.5).logpdf],
)
def test_patience_with_a_slow_density_has_an_end(density):
    said = {"support": LINE} if callable(density) else {}
    start = time.perf_counter()
    with pytest.raises(continuous.IntegrationError, match=r"took .* s for \d+ points.* or more seconds of patience"):
        continuous.solve(density, entropy=1.0, gamma_domain=(0.4, math.inf), patience=0.01, **said)
    assert time.perf_counter() - start < 30
    for wrong in (0, -1.0, math.nan, None, "long"):
        with pytest.raises(EntnormError, match="patience is a positive number"):
            continuous.solve(density, entropy=1.0, gamma_domain=(0.4, math.inf), patience=wrong, **said)


class Lying(stats.rv_continuous):
    """Twice as much as a density, on top of quantiles of which there are none."""

    def _logpdf(self, x):
        return math.log(2) - x * x

    def _ppf(self, q):
        raise NotImplementedError


def test_a_distribution_that_is_not_normalised_is_refused():
    with pytest.raises(continuous.IntegrationError, match=r"the mass 3\.5449077, where 1"):
        continuous.solve(Lying(name="lying")(), entropy=1.0, gamma_domain=ANY)


def test_quantiles_close_in_on_a_peak_they_do_not_show():
    needle = Mixture([(0.0, 1.0, 0.98), (0.123456, 1e-9, 0.02)]).scipy()
    found = landmarks._half(needle, 1)
    assert abs(found - 0.123456).min() < 1e-8


def test_a_search_whose_residual_stays_says_so():
    """A curve that jumps over the target, with an error that does not admit it."""
    curve = Curve(
        Domain(0.0, math.inf), LINE, lambda at: Level(1.0 if at.gamma < 2 else -1.0, 0.5, 1e-12), lambda at: None
    )
    found = find(curve, 0.0, 1.0)
    assert abs(found.level.entropy) == 1
    jump = lambda x: np.where(abs(x) < 1e-3, 0.0, -1e-9 * x * x)  # noqa: E731
    level = continuous.solve(jump, support=LINE, gamma_domain=ANY, entropy=5.0)
    assert abs(level.entropy - 5) <= level.entropy_error + 1e-14


def own(x):
    """Log of 2 / (x log^3 x)."""
    return math.log(2) - np.log(x) - 3 * np.log(np.log(x))


SLOW = {"support": (math.e, math.inf), "gamma_domain": (1, math.inf), "closed": "left"}


@pytest.mark.parametrize("target", [2.8068, 2.803, 2.79, 2.75, 2.7, 2.5, 1.0, -3.0])
def test_a_slowly_varying_tail_in_its_own_coordinate(target):
    """Half a percent of its entropy is where no float is: the error says so."""
    known = continuous.solve(
        lambda t: math.log(2) - 3 * np.log(t),
        entropy=target,
        support=(1, math.inf),
        gamma_domain=(1, math.inf),
        closed="left",
        log_jacobian=lambda t: t,
    )
    computed = continuous.solve(own, entropy=target, **SLOW)
    assert abs(computed.gamma - known.gamma) <= computed.error + known.error
    assert ("to within" in computed.message) == (target > 2.4)


def test_the_end_of_a_slowly_varying_tail_is_named_with_its_error():
    failed = continuous.solve(own, entropy=2.9, **SLOW)
    assert failed.status == Status.INFEASIBLE
    assert "2.80124" in failed.message
    assert "(to within 0.009)" in failed.message
    assert abs(failed.attainable[1] - (3.5 - math.log(2))) < 0.009


@pytest.mark.parametrize("flat", [0.4, 1.0, 3.0])
def test_a_plateau_is_measured_in_the_log_density(flat):
    """Without points at its edges."""

    def plateau(x):
        return -(np.maximum(0, abs(x) - flat / 2) ** 2)

    above = continuous.solve(plateau, support=LINE, gamma_domain=ANY, entropy=math.log(flat) + 0.1)
    below = continuous.solve(plateau, support=LINE, gamma_domain=ANY, entropy=math.log(flat) - 0.1)
    assert above.success
    assert below.status == Status.INFEASIBLE
    assert above.attainable == below.attainable == (pytest.approx(math.log(flat), abs=1e-12), math.inf)


def test_plateaus_of_scipy():
    trapezoid = stats.trapezoid(0.3, 0.7)
    assert continuous.solve(trapezoid, entropy=math.log(0.4) - 0.1, gamma_domain=ANY).status == Status.INFEASIBLE
    solution = continuous.solve(trapezoid, entropy=-0.5, gamma_domain=ANY)
    assert solution.attainable == (pytest.approx(math.log(0.4), abs=1e-4), 0.0)


def test_the_measure_of_a_support_with_a_hole():
    def two(x):
        return np.where((x <= 1) | (x >= 2), -0.1 * x * x, -np.inf)

    failed = continuous.solve(two, entropy=0.9, support=(0, 3), gamma_domain=ANY)
    assert failed.status == Status.INFEASIBLE
    assert failed.attainable[1] == pytest.approx(math.log(2), abs=1e-12)
    assert continuous.solve(two, entropy=0.5, support=(0, 3), gamma_domain=ANY).success


def test_what_cannot_be_known_of_the_ends_is_unknown():
    truncated = continuous.solve(
        lambda x: np.where(abs(x) < 20, -x * x / 2, -np.inf), entropy=1.0, support=LINE, gamma_domain=ANY
    )
    assert np.isnan(truncated.attainable).all()
    overflowing = continuous.solve(lambda x: -np.cosh(x), entropy=1.0, support=LINE, gamma_domain=ANY)
    assert overflowing.attainable[1] == math.inf


def test_the_ends_of_a_part_of_the_domain_are_computed():
    part = continuous.solve(lambda x: -x * x / 2, entropy=3.0, support=LINE, gamma_domain=(0.5, 2))
    normal = [float(stats.norm(scale=gamma**-0.5).entropy()) for gamma in (2, 0.5)]
    assert part.status == Status.INFEASIBLE
    assert part.attainable == pytest.approx(normal, abs=1e-12)
    cauchy = continuous.solve(stats.cauchy().logpdf, entropy=3.0, support=LINE, gamma_domain=(0.5, math.inf))
    assert cauchy.attainable[1] == math.inf


def test_poles_inside_and_distributions_on_a_circle():
    pole = continuous.solve(
        lambda x: -0.5 * np.log(abs(x - 0.3)), entropy=-0.3, support=(0, 1), gamma_domain=(0, 2), points=(0.3,)
    )
    mass = 1 - pole.gamma / 2  # of abs(x)^(-gamma / 2) on both sides: side^mass / mass
    total = sum(side**mass for side in (0.3, 0.7)) / mass
    logs = sum(side**mass * (math.log(side) / mass - mass**-2) for side in (0.3, 0.7)) / total
    assert abs(math.log(total) + pole.gamma / 2 * logs + 0.3) <= pole.entropy_error
    both = continuous.solve(stats.dgamma(0.5), entropy=0.3, gamma_domain=(0, 2))
    half = continuous.solve(stats.gamma(0.5), entropy=0.3 - math.log(2))
    assert abs(both.gamma - half.gamma) <= both.error + half.error
    circle = continuous.solve(stats.vonmises(2, loc=1, scale=3), entropy=1.0, gamma_domain=ANY)
    assert float(stats.vonmises(2 * circle.gamma).entropy()) + math.log(3) == pytest.approx(1, abs=1e-9)


def test_functions_may_insist_on_one_dimension():
    estimate = stats.gaussian_kde(np.random.default_rng(0).normal(size=9))
    solution = continuous.solve(estimate.logpdf, entropy=0.0, support=LINE, gamma_domain=ANY, normalised=True)
    assert solution.success
    assert solution.entropy_error < 1e-12


def test_an_escort_says_how_far_it_may_be_off():
    rough = continuous.escort(own, 1.0, **SLOW)
    assert abs(rough.entropy() - (3.5 - math.log(2))) <= rough.entropy_error
    assert rough.entropy_error < 0.01
    assert abs(rough.pdf(3.0) / (2 / (3 * math.log(3) ** 3)) - 1) <= rough.mass_error < 1e-4
    smooth = continuous.escort(lambda x: -(x**4), 1.0, support=LINE, gamma_domain=ANY)
    assert 0 < smooth.mass_error < smooth.entropy_error < 1e-13


@pytest.mark.parametrize("gamma", [0.02, 0.0314, 0.05, 1.0])
def test_a_density_that_underflows_has_an_error_that_says_so(gamma):
    """SciPy's Laplace log-density is the logarithm of a density, which ends 745 nats below its peak."""
    computed = continuous.escort(stats.laplace(1, 3).logpdf, gamma, support=LINE, gamma_domain=ANY)
    assert abs(computed.entropy() - 1 - math.log(6 / gamma)) <= computed.entropy_error < 1e-4


@pytest.mark.parametrize("b", [4.0, 9.851765302194925, 30.0])
def test_an_entropy_beyond_where_a_density_underflows_is_not_said_to_be_out_of_reach(b):
    """SciPy's Pareto log-density is -inf from 1e-308 on; that powers of it go on, nobody can tell from that."""
    density = stats.pareto(b, scale=0.15)
    density_alone = {"support": (0.15, math.inf), "gamma_domain": (1 / (b + 1), math.inf)}
    assert continuous.solve(density, entropy=53.4).success
    with pytest.raises(continuous.IntegrationError, match="does not converge in float64"):
        continuous.solve(density.logpdf, entropy=53.4, **density_alone)
    known, found = (
        continuous.solve(d, entropy=0, **more) for d, more in ((density, {}), (density.logpdf, density_alone))
    )
    assert abs(found.gamma - known.gamma) <= found.error
    assert found.attainable[1] == math.inf


@pytest.mark.parametrize(
    "density",
    [stats.alpha(3.6), stats.burr(10.5, 4.3), stats.genextreme(-0.1),
     stats.johnsonsu(2.6, 2.2), stats.skewnorm(4.0), stats.wald(), stats.argus(1.0)],
    ids=lambda density: density.dist.name,
)  # fmt: skip
def test_distributions_of_scipy_keep_their_own_entropy(density):
    """Their entropy is an integral over the unit interval, by quantiles, of smooth functions."""
    shares = (NODES + 1) / 2
    ends = 2.0 ** np.arange(-46.0, 0)  # beyond is less than 1e-12
    own = 0.0
    for low, width in zip(ends[:-1], np.diff(ends), strict=True):
        below, above = density.ppf(low + width * shares), density.isf(low + width * shares)
        own -= (density.logpdf(below) + density.logpdf(above)) @ WEIGHTS * width / 2
    solution = continuous.solve(density, entropy=own, gamma_domain=(0.9, 1.2))
    assert abs(solution.gamma - 1) <= solution.error + 1e-8
