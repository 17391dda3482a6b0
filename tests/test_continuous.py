"""Densities: exponents against textbook formulas in 60 digits, and everything that a caller may get wrong."""

import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from mpmath import mp, mpf
from scipy import integrate, stats
from scipy import special as scipy_special
from textbook import ENTROPIES, LOG_DENSITIES, SHAPES, encloses

from entnorm import continuous
from entnorm.continuous import shapes, special
from entnorm.continuous.exponents import Domain
from entnorm.continuous.recognition import FAMILIES, recognise
from entnorm.solution import EntnormError, InfeasibleTargetError, Status

EPS = 2.0**-52
LINE = (-math.inf, math.inf)
ANY = (0, math.inf)
PLAIN = {  # one of each family, with its scale last
    "norm": (2.0,), "halfnorm": (3.0,), "expon": (2.0,), "laplace": (3.0,), "gennorm": (3.5, 2.0),
    "halfgennorm": (0.7, 1.0), "gamma": (2.5, 3.0), "chi2": (3.0, 1.0), "invgamma": (2.0, 1.0),
    "gengamma": (2.0, -1.5, 1.0), "weibull_min": (0.5, 1.0), "invweibull": (2.0, 1.0), "rayleigh": (2.0,),
    "maxwell": (1.0,), "chi": (4.0, 1.0), "beta": (2.0, 3.0, 4.0), "powerlaw": (3.0, 1.0), "arcsine": (1.0,),
    "t": (3.0, 1.0), "cauchy": (2.0,), "pareto": (2.0, 1.5), "lomax": (2.0, 1.0), "lognorm": (0.9, 1.5),
    "loggamma": (2.5, 1.0), "gumbel_l": (1.0,), "gumbel_r": (2.0,), "logistic": (2.0,),
}  # fmt: skip


def frozen(name, parameters, loc=0.0):
    *shapes, scale = parameters
    return getattr(stats, name)(*shapes, loc=loc, scale=scale)


def heavy(t):
    """log of the density of T = log X, for X with the density 2 / (x log^3 x) on x > e."""
    return math.log(2) - 3 * np.log(t)


HEAVY = {
    "support": (1, math.inf),
    "gamma_domain": (1, math.inf),
    "closed": "left",
    "log_jacobian": lambda t: t,
}

deterministic = settings(derandomize=True, deadline=None, max_examples=100)
logs = st.floats(-2, 2).map(math.exp)


@pytest.mark.parametrize("name", SHAPES)
@given(data=st.data(), scale=logs, offset=st.floats(-8, 8))
@settings(deterministic, max_examples=25)
def test_the_root_is_within_its_error_and_the_error_within_the_condition(name, data, scale, offset):
    shapes = [data.draw(st.floats(-7, 7).map(math.exp)) for _ in range(SHAPES[name])]
    if name == "gengamma":
        shapes[1] *= data.draw(st.sampled_from([1, -1]))
    assume(name not in ("beta", "powerlaw") or set(shapes) != {1.0})
    with mp.workdps(60):
        start = ENTROPIES[name](mpf(1), *map(mpf, (*shapes, scale)))
    target = float(start) + offset
    solution = continuous.solve(frozen(name, (*shapes, scale)), entropy=target)
    bounded = name in ("beta", "powerlaw", "arcsine")
    if bounded and target >= math.log(scale):
        assert solution.status == Status.INFEASIBLE
        return
    assume(solution.status != Status.GAMMA_OVERFLOW)
    assert solution.success
    with mp.workdps(60):
        gamma, error = mpf(solution.gamma), mpf(solution.error)
        assert encloses(name, (*shapes, scale), target, gamma - error, gamma + error)
    assert solution.error <= 128 * EPS * (1 + solution.condition) * solution.gamma
    spread = max(1, abs(target)) / solution.condition
    tolerance = 128 * EPS * max(1, abs(target)) + spread * solution.error / solution.gamma
    assert abs(solution.entropy - target) <= tolerance


def test_a_shifted_answer_is_not_enclosed():
    solution = continuous.solve(stats.gamma(2.5), entropy=1.0)
    with mp.workdps(60):
        gamma, error = mpf(solution.gamma), mpf(solution.error)
        assert not encloses("gamma", (2.5, 1.0), 1.0, gamma + error, gamma + 3 * error)
        assert not encloses("gamma", (2.5, 1.0), 1.0, gamma - 3 * error, gamma - error)


@pytest.mark.parametrize("name", PLAIN)
@pytest.mark.parametrize("offset", [-1.5, -0.2, 0.1])
def test_the_distribution_is_the_power_and_has_the_entropy(name, offset):
    density = frozen(name, PLAIN[name], loc=0.5)
    target = float(density.entropy()) + offset
    solution = continuous.solve(density, entropy=target)
    q = solution.distribution
    x = density.ppf(np.linspace(0.05, 0.95, 7))
    ratio = q.logpdf(x) - solution.gamma * density.logpdf(x)
    assert np.ptp(ratio) < 1e-12 * (1 + abs(ratio).max())
    assert abs(float(q.entropy()) - target) < 1e-12
    assert continuous.normalize(density, entropy=target).entropy() == q.entropy()
    again = continuous.escort(density, solution.gamma)
    assert abs(again.logpdf(x) - q.logpdf(x)).max() < 1e-12
    assert q.rvs(5, random_state=1).shape == (5,)
    assert q.support() == density.support()


@pytest.mark.parametrize("name", PLAIN)
def test_integrals_agree_with_the_formulas(name):
    density = frozen(name, PLAIN[name])
    low, high = density.support()
    for offset in (-0.5, 0.2):
        target = float(density.entropy()) + offset
        known = continuous.solve(density, entropy=target)
        if not known.success:
            continue
        computed = continuous.solve(
            density.logpdf, support=(low, high), gamma_domain=known.gamma_domain, entropy=target
        )
        assert abs(computed.gamma - known.gamma) <= computed.error + known.error
        assert computed.error < (1e-4 if name == "arcsine" else 1e-10) * computed.gamma  # it has a pole away from 0
        x = density.ppf([0.1, 0.5, 0.9])
        assert abs(computed.distribution.logpdf(x) - known.distribution.logpdf(x)).max() < 1e-4
        assert abs(computed.distribution.entropy() - target) < 1e-4


@pytest.mark.parametrize("name", PLAIN)
def test_the_slope_of_a_curve_is_minus_its_varentropy(name):
    curve, _ = recognise(frozen(name, PLAIN[name]))
    for odds in (0.1, 1.0, 9.0):
        at = curve.domain.at(odds)
        with mp.workdps(40):
            slope = mp.diff(lambda g: ENTROPIES[name](g, *map(mpf, PLAIN[name])), mpf(at.gamma))
        assert curve.level(at).varentropy == pytest.approx(float(-slope * at.gamma), rel=1e-12)


@given(st.floats(-30, 30).map(math.exp))
@deterministic
def test_log_gamma_entropy_and_varentropy(shape):
    with mp.workdps(60):
        k = mpf(shape)
        entropy = mp.loggamma(k) + k - k * mp.digamma(k)
        varentropy = k**2 * mp.polygamma(1, k) - k
        value, error = special.log_gamma_entropy(shape)
        assert abs(value - entropy) <= error <= 100 * EPS * max(1, abs(value))
        assert abs(special.log_gamma_varentropy(shape) - varentropy) <= 32 * EPS


@given(st.floats(-special.NEAR, special.NEAR))
@deterministic
def test_series_close_to_one_and_two_are_relatively_right(u):
    for series, at, reach in ((special.legendre_at_one, 1, u), (special.legendre_at_two, 2, 2 * u)):
        with mp.workdps(400):
            x = mpf(reach)
            exact = mp.loggamma(at + x) - x * mp.digamma(at + x)
        assert abs(series(reach) - exact) <= 8 * EPS * abs(exact) + 1e-320


def test_a_beta_density_close_to_uniform_loses_no_digits():
    solution = continuous.solve(stats.beta(2, 3), entropy=-1e-30)
    assert solution.error < 1e-14 * solution.gamma
    with mp.workdps(100):
        gamma, error = mpf(solution.gamma), mpf(solution.error)
        assert encloses("beta", (2, 3, 1), -1e-30, gamma - error, gamma + error, digits=100)


@given(st.floats(-600, 600), st.sampled_from([(0.0, math.inf), (0.25, math.inf), (0.0, 4.0), (0.5, 3.0)]))
@deterministic
def test_exponents_keep_their_distances(u, ends):
    domain, odds = Domain(*ends), math.exp(u)
    at = domain.at(odds)
    assert at.above > 0
    assert at.below > 0
    assert ends[0] <= at.gamma <= ends[1]
    if math.isfinite(ends[1]):
        assert at.above / at.below == pytest.approx(odds, rel=4 * EPS)
    else:
        assert at.above == pytest.approx(odds * (ends[0] or 1), rel=2 * EPS)
    if abs(u) < 20:
        step = 1e-6
        change = math.log(domain.at(odds * math.exp(step)).gamma / domain.at(odds * math.exp(-step)).gamma)
        assert domain.rate(at) * 2 * step == pytest.approx(change, rel=1e-3, abs=1e-14)


def test_the_coordinate_matters():
    y, x = stats.norm(0.4, 0.9), stats.lognorm(0.9, scale=math.exp(0.4))
    in_y, in_x = continuous.solve(y, entropy=1.0), continuous.solve(x, entropy=1.0)
    assert round(in_y.gamma, 4) == 1.8723
    assert round(in_x.gamma, 4) == 1.9185
    moved = stats.norm(*[float(v) for v in (np.log(in_x.distribution.median()), in_x.distribution.args[0])])
    assert [round(v, 4) for v in (moved.mean(), moved.var())] == [0.0122, 0.4222]
    by_jacobian = continuous.solve(y, entropy=1.0, gamma_domain=ANY, log_jacobian=lambda t: t)
    assert abs(by_jacobian.gamma - in_x.gamma) <= by_jacobian.error + in_x.error
    t = np.array([-1.0, 0.0, 2.0])
    assert abs(by_jacobian.distribution.logpdf(t) - moved.logpdf(t)).max() < 1e-12
    transformed = continuous.solve(stats.exp(stats.Normal(mu=0.4, sigma=0.9)), entropy=1.0, gamma_domain=ANY)
    assert abs(transformed.gamma - in_x.gamma) <= transformed.error + in_x.error


def test_a_coordinate_in_which_the_support_is_finite():
    """X = tanh T lies in (-1, 1), so it cannot have more than log 2."""
    normal = stats.norm(0, 0.5)
    to_x = {"gamma_domain": ANY, "log_jacobian": lambda t: 2 * (math.log(2) - np.logaddexp(t, -t))}
    solution = continuous.solve(normal, entropy=0.5, **to_x)
    assert math.isnan(solution.attainable[0])
    assert solution.attainable[1] == pytest.approx(math.log(2), abs=1e-12)
    assert solution.success
    assert not continuous.solve(normal, entropy=0.7, **to_x).success
    in_x = continuous.solve(
        lambda x: normal.logpdf(np.arctanh(x)) - np.log1p(-x * x), support=(-1, 1), gamma_domain=ANY, entropy=0.5
    )
    assert abs(in_x.gamma - solution.gamma) <= in_x.error + solution.error
    exp = continuous.solve(normal, entropy=2.0, gamma_domain=ANY, log_jacobian=lambda t: t)
    assert exp.attainable[1] == math.inf
    inverse = continuous.solve(  # X = 1 / T for T in (0, 1)
        lambda t: 0 * t,
        entropy=2.0,
        support=(0, 1),
        gamma_domain=(0.5, math.inf),
        log_jacobian=lambda t: -2 * np.log(t),
    )
    known = continuous.solve(stats.pareto(1), entropy=2.0)
    assert abs(inverse.gamma - known.gamma) <= inverse.error + known.error


def test_a_heavy_tail_whose_entropy_cannot_be_raised():
    assert continuous.escort(heavy, 1.0, **HEAVY).entropy() == pytest.approx(3.5 - math.log(2), abs=1e-13)
    assert round(continuous.escort(heavy, 1.01, **HEAVY).entropy(), 3) == 2.672
    assert round(continuous.escort(heavy, 2.0, **HEAVY).entropy(), 3) == 0.487
    with pytest.raises(InfeasibleTargetError, match=r"entropy 2\.8999.* between an unknown limit and 2\.80685"):
        continuous.normalize(heavy, entropy=2.9, **HEAVY)
    end = continuous.solve(heavy, entropy=3.5 - math.log(2), **HEAVY)
    assert end.success
    assert end.gamma == pytest.approx(1, abs=1e-9)
    inside = continuous.solve(heavy, entropy=2.7, **HEAVY)
    assert inside.attainable[1] == pytest.approx(3.5 - math.log(2))
    assert continuous.escort(heavy, inside.gamma, **HEAVY).entropy() == pytest.approx(2.7, abs=1e-12)
    with pytest.raises(EntnormError, match="gamma has to be between 1 and inf"):
        continuous.escort(heavy, 0.99, **HEAVY)


def test_a_closed_upper_end():
    def pole(x):  # x^(-1/2) / log^2 x on (0, 1/e): its square still has an integral
        return -0.5 * np.log(x) - 2 * np.log(-np.log(x))

    ends = {"support": (0, math.exp(-1)), "gamma_domain": (0, 2)}
    both = continuous.solve(pole, entropy=-5.0, closed="right", **ends)
    limit = -math.log(3) - 1 / 6  # of the integral of t^-4 from 1, and the mean of t - 4 log t
    assert both.attainable == (pytest.approx(limit, abs=1e-5), pytest.approx(-1))
    assert continuous.solve(pole, entropy=-5.0, **ends).attainable[0] == pytest.approx(limit, abs=1e-5)


@pytest.mark.parametrize("density", [stats.uniform(1, 2), stats.Uniform(a=1, b=3), stats.beta(1, 1, 1, 2)])
def test_a_uniform_density_has_one_entropy(density):
    only = continuous.solve(density, entropy=math.log(2))
    assert only.success
    assert only.gamma == 1
    assert (only.error, only.condition) == (0, 0)
    assert only.attainable == (math.log(2), math.log(2))
    assert tuple(map(float, only.distribution.support())) == (1, 3)
    with pytest.raises(InfeasibleTargetError, match=r"the only one attainable is 0\.6931"):
        continuous.normalize(density, entropy=math.nextafter(math.log(2), 0))


BOUNDED = (
    (stats.beta(2, 3), {}),
    (stats.beta(0.5, 0.75, loc=1, scale=3), {}),
    (stats.arcsine(), {}),
    (stats.powerlaw(2.5, scale=0.1), {}),
    (stats.truncnorm(-1, 2), {"gamma_domain": ANY}),
    (lambda x: -x * x, {"support": (-1, 2), "gamma_domain": ANY}),
)


@pytest.mark.parametrize(("density", "said"), BOUNDED)
def test_the_float_nearest_to_the_entropy_of_the_uniform_density_stands_for_it(density, said):
    low, high = map(float, said.get("support") or density.support())
    whole = math.log(high - low)
    end = continuous.solve(density, entropy=whole, **said)
    assert (end.success, end.gamma, end.error, end.entropy, end.temperature) == (True, 0, 0, whole, math.inf)
    assert end.entropy_error < 1e-13
    assert end.distribution.pdf([low + 0.1 * (high - low), high - 0.1 * (high - low)]) == pytest.approx(
        1 / (high - low)
    )
    assert float(end.distribution.entropy()) == pytest.approx(whole, abs=1e-14)
    assert float(continuous.escort(density, 0.0, **said).entropy()) == pytest.approx(whole, abs=1e-14)
    above = continuous.solve(density, entropy=whole + 1e-9, **said)
    assert above.status == Status.INFEASIBLE
    below = continuous.solve(density, entropy=whole - 1e-9, **said)
    assert 0 < below.gamma < 0.01


def test_a_family_without_parameters_is_frozen_and_any_other_asked_for():
    assert continuous.solve(stats.norm, entropy=1.0).gamma == continuous.solve(stats.norm(), entropy=1.0).gamma
    counts = stats.rv_histogram((np.array([1.0, 2.0, 1.0]), np.array([0.0, 1.0, 2.0, 3.0])))
    found = continuous.solve(counts, entropy=1.0, gamma_domain=ANY)
    assert found.distribution.entropy() == pytest.approx(1.0, abs=1e-10)
    with pytest.raises(EntnormError, match=r"freeze it, gamma\(a\)"):
        continuous.solve(stats.gamma, entropy=1.0)


def test_a_constant_log_density_has_one_entropy():
    for constant in (0.0, -3.7):
        flat = {"support": (0, 2), "gamma_domain": ANY}
        solution = continuous.solve(lambda x, c=constant: 0 * x + c, entropy=math.log(2), **flat)
        assert solution.success
        assert (solution.gamma, solution.error) == (1, 0)
        assert solution.attainable == (pytest.approx(math.log(2), abs=solution.entropy_error),) * 2
        assert solution.entropy_error < 1e-13
        assert solution.distribution.pdf(0.3) == pytest.approx(0.5)
        other = continuous.solve(lambda x, c=constant: 0 * x + c, entropy=math.log(2) - 1e-9, **flat)
        assert other.status == Status.INFEASIBLE
        assert "the only one attainable is 0.693147180559945" in other.message
    cut = continuous.solve(stats.truncate(stats.Uniform(a=0, b=3), 1, 2), entropy=0.0, gamma_domain=ANY)
    assert cut.success
    in_x = continuous.solve(
        lambda t: t, support=(0, 1), gamma_domain=ANY, log_jacobian=lambda t: t, entropy=math.log(math.e - 1)
    )
    assert in_x.attainable[0] == pytest.approx(math.log(math.e - 1), abs=1e-14)


def test_a_plateau_ends_what_is_attainable():
    def plateau(x):
        return -(np.maximum(0, abs(x) - 1) ** 2)

    given_ = {"support": LINE, "gamma_domain": ANY, "points": (-1, 1)}
    assert continuous.solve(plateau, entropy=0.8, **given_).success
    below = continuous.solve(plateau, entropy=0.5, **given_)
    assert below.status == Status.INFEASIBLE
    assert below.attainable[0] == pytest.approx(math.log(2), abs=1e-12)
    assert math.isnan(below.gamma)


@pytest.mark.parametrize("target", [-900.0, 900.0])
def test_exponents_beyond_float64(target):
    for solution in (
        continuous.solve(stats.norm(), entropy=target),
        continuous.solve(stats.logistic(), entropy=target),
        continuous.solve(stats.multivariate_normal([0.0]), entropy=target),
        continuous.solve(lambda x: -x * x, support=LINE, gamma_domain=ANY, entropy=target),
    ):
        assert solution.status == Status.GAMMA_OVERFLOW
        assert solution.gamma == (math.inf if target < 0 else 0)
        with pytest.raises(EntnormError, match="beyond the range of float64"):
            _ = solution.distribution


@pytest.mark.parametrize("name", PLAIN)
@pytest.mark.parametrize("target", [-1e100, -1500.0, -750.0, -380.0, -300.0, 300.0, 650.0, 715.0, 1500.0, 1e290])
def test_no_target_is_too_large(name, target):
    """The ends of float64 are an answer, or an error of this package's own."""
    solution = continuous.solve(frozen(name, PLAIN[name]), entropy=target)
    assert solution.success or solution.status in (Status.GAMMA_OVERFLOW, Status.INFEASIBLE)
    if solution.success:
        assert solution.entropy == pytest.approx(target, rel=1e-12)
        try:
            assert solution.distribution.entropy() == pytest.approx(target, rel=1e-12)
        except EntnormError as error:
            assert "range of float64" in str(error)  # noqa: PT017


def test_exponents_are_named_where_they_leave_float64():
    for density, target in ((stats.pareto(2), -750.0), (stats.lomax(2), -750.0), (stats.lognorm(1), -380.0)):
        assert continuous.solve(density, entropy=target).status == Status.GAMMA_OVERFLOW
    with pytest.raises(EntnormError, match=r"the distribution is not: lognorm of .*'scale': inf"):
        continuous.normalize(stats.lognorm(1), entropy=715)


def test_several_dimensions():
    covariance = np.array([[2.0, 0.3], [0.3, 1.0]])
    solution = continuous.solve(stats.multivariate_normal([0, 1], covariance), entropy=1.0)
    expected = np.exp(2 * (stats.multivariate_normal([0, 1], covariance).entropy() - 1) / 2)
    assert solution.gamma == pytest.approx(expected, rel=1e-14)
    assert solution.distribution.entropy() == pytest.approx(1, abs=1e-14)
    assert np.allclose(solution.distribution.cov, covariance / solution.gamma)
    with pytest.raises(EntnormError, match="singular covariance"):
        continuous.solve(stats.multivariate_normal([0, 0], np.ones((2, 2)), allow_singular=True), entropy=1.0)


def test_the_new_infrastructure():
    narrow = continuous.normalize(stats.Normal(mu=1, sigma=2), entropy=1.0)
    assert isinstance(narrow, stats.Normal)
    assert narrow.entropy() == pytest.approx(1, abs=1e-14)
    assert narrow.sample(3, rng=1).shape == (3,)
    assert continuous.normalize(stats.Normal(mu=1, sigma=2) * -3 + 1, entropy=1.0).mean() == pytest.approx(-2)
    mixture = stats.Mixture([stats.Normal(mu=-3, sigma=0.1), stats.Normal(mu=3, sigma=0.2)], weights=[0.3, 0.7])
    solution = continuous.solve(mixture, entropy=0.0, gamma_domain=ANY)
    q = solution.distribution
    spans = [integrate.quad(lambda x: -q.pdf(x) * q.logpdf(x), m - 2, m + 2, points=[m])[0] for m in (-3, 3)]
    assert sum(spans) == pytest.approx(0, abs=1e-8)


@pytest.mark.parametrize("name", PLAIN)
def test_families_of_the_new_infrastructure_are_recognised(name):
    *parameters, _ = PLAIN[name]
    family = getattr(stats, name)
    made = stats.make_distribution(family)(**dict(zip((family.shapes or "").split(", "), parameters, strict=False)))
    target = float(family(*parameters).entropy()) - 1
    known = continuous.solve(family(*parameters), entropy=target)
    for factor, shift in ((1, 0), (3, 1), (-2, 0.5)):
        density = made if factor == 1 else factor * made + shift
        solution = continuous.solve(density, entropy=target + math.log(abs(factor)))
        assert solution.gamma == pytest.approx(known.gamma, rel=1e-12 * (1 + known.condition))
        assert solution.error < 1e-12 * solution.gamma * (1 + solution.condition)
        x = known.distribution.ppf([0.2, 0.6])
        expected = known.distribution.logpdf(x) - math.log(abs(factor))
        assert np.allclose(solution.distribution.logpdf(factor * x + shift), expected, rtol=1e-10, atol=1e-10)
        assert solution.distribution.sample(3, rng=1).shape == (3,)
        assert np.allclose(solution.distribution.cdf(factor * x + shift), [0.2, 0.6] if factor > 0 else [0.8, 0.4])


def test_a_far_and_narrow_second_peak_is_found():
    def peaks(x):
        return np.logaddexp(-((x - 1e6) ** 2) / 2, -((x + 3) ** 2) / 2e-4)

    gamma = continuous.solve(peaks, support=LINE, gamma_domain=ANY, entropy=1.0).gamma
    s, weights = 1 / math.sqrt(gamma), np.array([1, 0.01]) / 1.01
    entropy = 0.5 + math.log(math.sqrt(2 * math.pi) * s * 1.01)  # both peaks have the same height
    assert weights.sum() == pytest.approx(1)
    assert entropy == pytest.approx(1, abs=1e-8)


def test_errors_are_honest_where_floats_do_not_resolve_the_density():
    pole = stats.beta(0.5, 0.3)  # at x = 1
    computed = continuous.solve(pole.logpdf, support=(0, 1), gamma_domain=(0, 1 / 0.7), entropy=-0.8)
    known = continuous.solve(pole, entropy=-0.8)
    assert known.error < abs(computed.gamma - known.gamma) < computed.error
    far = stats.t(0.5)  # its tail goes on beyond float64
    computed = continuous.solve(far.logpdf, support=LINE, gamma_domain=(1 / 1.5, math.inf), entropy=30.0)
    known = continuous.solve(far, entropy=30.0)
    assert known.error < abs(computed.gamma - known.gamma) < computed.error
    rounded = continuous.solve(stats.norm(1e6, 1e-3).logpdf, support=LINE, gamma_domain=ANY, entropy=-5.0)
    known = continuous.solve(stats.norm(1e6, 1e-3), entropy=-5.0)
    assert known.error < abs(rounded.gamma - known.gamma) < rounded.error
    with pytest.raises(continuous.IntegrationError, match="minus its maximum"):
        continuous.solve(stats.norm().logpdf, support=LINE, gamma_domain=ANY, entropy=-50.0)
    assert continuous.solve(lambda x: -x * x / 2, support=LINE, gamma_domain=ANY, entropy=-50.0).success


def test_a_domain_that_is_wrong_is_noticed():
    with pytest.raises(continuous.IntegrationError, match="does not converge in float64: is gamma inside"):
        continuous.solve(stats.cauchy().logpdf, support=LINE, gamma_domain=ANY, entropy=300.0)
    with pytest.raises(EntnormError, match="not finite anywhere"):
        continuous.solve(lambda x: np.full_like(x, np.nan), support=(0, 1), gamma_domain=ANY, entropy=-1)


def test_samples_follow_the_density():
    well = continuous.escort(lambda x: -(x**4), 2.0, support=LINE, gamma_domain=ANY)
    expected = integrate.quad(lambda x: x * x * well.pdf(x), -5, 5)[0]
    assert np.var(well.rvs(20_000, random_state=1)) == pytest.approx(expected, rel=0.03)
    assert well.pdf(np.zeros((2, 3))).shape == (2, 3)
    half = continuous.escort(lambda x: -x, 2.0, support=(0, math.inf), gamma_domain=ANY)
    assert half.logpdf([-1.0, 1.0]).tolist() == [-math.inf, pytest.approx(math.log(2) - 2)]
    pole = continuous.escort(lambda x: -0.99 * np.log(x), 1.0, support=(0, 1), gamma_domain=(0, 1 / 0.99))
    with pytest.raises(EntnormError, match="numerical inversion"):
        pole.rvs(3)


@pytest.mark.parametrize("name", LOG_DENSITIES)
@given(scale=logs, offset=st.floats(-30, 20), normal=st.floats(-6, 6))
@settings(deterministic, max_examples=60)
def test_a_narrow_density_keeps_its_digits(name, scale, offset, normal):
    """What comes back is the escort density at a point at most four ulps away, down to the narrowest."""
    parameters = (2.0, 3.0, scale) if name in ("beta", "gengamma") else (2.5, scale)[-SHAPES[name] - 1 :]
    density = frozen(name, parameters)
    offset = min(offset, 0.0) if name == "beta" else offset
    solution = continuous.solve(density, entropy=float(density.entropy()) + offset)
    q = solution.distribution
    x = float(q.ppf(scipy_special.ndtr(normal)))
    assume(0 < abs(x) < 1e300)
    mp.dps = 90
    exact, below, above = (
        LOG_DENSITIES[name](mpf(x) * (1 + mpf(ulps) * EPS), mpf(solution.gamma), *map(mpf, parameters))
        for ulps in (0, -4, 4)
    )
    moved = max(abs(below - exact), abs(above - exact))
    assert abs(q.logpdf(x) - exact) <= moved + 64 * EPS * (1 + abs(exact))
    assert q.pdf(x) == pytest.approx(math.exp(q.logpdf(x)), rel=1e-12)
    assert abs(float(q.entropy()) - solution.entropy) <= 16 * EPS * (1 + abs(solution.entropy) + abs(math.log(scale)))


@pytest.mark.parametrize(
    "name", ["loggamma", "gumbel_l", "gumbel_r", "logistic", "beta", "gamma", "invgamma", "gengamma", "chi"]
)
@pytest.mark.parametrize("offset", [-30, -22, -17, -12, -11.3, -9, -3, 0])
def test_distribution_functions_of_narrow_densities(name, offset):
    """The density is the slope of the distribution function, which ends at 0 and 1 and has its inverse."""
    density = frozen(name, (2.0, 3.0, 1.0) if name == "beta" else PLAIN[name])
    q = continuous.normalize(density, entropy=float(density.entropy()) + offset)
    p = scipy_special.ndtr(np.linspace(-5, 5, 21))
    x = q.ppf(p)
    loss = 1e-7 if name == "beta" else 1e-10  # of SciPy's inverse, for shapes of 10^9
    rounded = 8 * EPS * abs(x) * q.pdf(x)  # what an ulp of x makes
    assert (abs(q.cdf(x) - p) <= loss * p + rounded).all()
    assert (abs(q.cdf(x) + q.sf(x) - 1) <= 1e-14 + rounded).all()
    assert (abs(q.isf(p)[::-1] - q.ppf(1 - p[::-1])) <= 1e-9 * np.ptp(x) + 8 * EPS * abs(x)).all()
    nodes, weights = np.polynomial.legendre.leggauss(20)
    middles, halves = (x[1:] + x[:-1]) / 2, np.diff(x) / 2
    masses = (q.pdf(middles + nodes[:, None] * halves) * weights[:, None]).sum(0) * halves
    assert (abs(masses - np.diff(q.cdf(x))) <= 1e-10 * masses + 2 * (rounded[1:] + rounded[:-1])).all()
    assert stats.kstest(q.rvs(2000, random_state=1), q.cdf).pvalue > 1e-3


WELLS = {
    "two alike": (lambda x: -((x * x - 9) ** 2), LINE, -1.0),
    "narrow and wide": (
        lambda x: np.logaddexp(math.log(0.8) - 2 * x**2, math.log(0.6) - (x - 7) ** 2 / 2),
        LINE,
        1.0,
    ),
    "three": (lambda x: np.cos(9 * x), (-1, 1), -2.0),
    "far apart": (lambda x: np.logaddexp(-((x - 100) ** 2), -((x + 30) ** 2)), LINE, 0.0),
}


@pytest.mark.parametrize("name", WELLS)
def test_samples_come_from_every_well(name):
    log_density, support, target = WELLS[name]
    q = continuous.normalize(log_density, support=support, gamma_domain=ANY, entropy=target)
    x = q.rvs(4000, random_state=3)
    grid = np.linspace(max(support[0], -120), min(support[1], 120), 400_001)
    cdf = integrate.cumulative_trapezoid(q.pdf(grid), grid, initial=0)
    assert cdf[-1] == pytest.approx(1, abs=1e-6)
    assert stats.kstest(x, lambda t: np.interp(t, grid, cdf)).pvalue > 1e-3
    assert q.rvs((2, 3), random_state=np.random.RandomState(1)).shape == (2, 3)
    assert np.ndim(q.rvs(random_state=1)) == 0
    assert (q.rvs(5, random_state=1) == q.rvs(5, random_state=1)).all()


@pytest.mark.parametrize(
    "distribution",
    [shapes.logistic_iii(0.3), shapes.logistic_iii(4.0), shapes.mirrored_log_gamma(0.3, 1, 2), shapes.log_gamma(9.0)],
)
def test_distributions_that_scipy_does_not_have(distribution):
    q = np.linspace(0.01, 0.99, 9)
    x = distribution.ppf(q)
    assert np.allclose(distribution.cdf(x), q, rtol=1e-12)
    assert np.allclose(distribution.sf(x), 1 - q, rtol=1e-12)
    low, high = distribution.ppf([1e-14, 1 - 1e-14])

    def mean_of(f):
        return integrate.quad(lambda t: f(t) * distribution.pdf(t), low, high, limit=500, epsabs=1e-12)[0]

    assert mean_of(lambda t: 1) == pytest.approx(1, abs=1e-9)
    mean, variance = (float(v) for v in distribution.stats("mv"))
    assert mean_of(lambda t: t) == pytest.approx(mean, abs=1e-8)
    assert mean_of(lambda t: (t - mean) ** 2) == pytest.approx(variance, rel=1e-8)
    assert mean_of(lambda t: -distribution.logpdf(t)) == pytest.approx(float(distribution.entropy()), abs=1e-8)
    moments = [mean_of(lambda t, k=k: ((t - mean) / math.sqrt(variance)) ** k) for k in (3, 4)]
    assert [float(v) for v in distribution.stats("sk")] == pytest.approx([moments[0], moments[1] - 3], abs=1e-5)
    assert stats.kstest(distribution.rvs(2000, random_state=1), distribution.cdf).pvalue > 1e-3


def test_extreme_parameters_do_not_stop_the_search():
    for density, target in [
        (stats.gamma(1e12), 20.0),
        (stats.gamma(1e-8), -1e8),
        (stats.weibull_min(1e-3), -1000.0),
        (stats.beta(1e9, 1e-3), -1e5),
        (stats.t(1e-6), 1e4),
        (stats.gamma(2.5, scale=1e100), 1.0),
        (stats.lognorm(50.0), -2000.0),
        (stats.gennorm(1e-3), -1e4),
    ]:
        solution = continuous.solve(density, entropy=target)
        name, shapes = density.dist.name, density.args
        with mp.workdps(400):
            gamma, error = mpf(solution.gamma), mpf(solution.error)
            parameters = (*shapes, density.kwds.get("scale", 1.0))
            assert encloses(name, parameters, target, gamma - error, gamma + error, digits=400), name
        assert solution.error < 1e-10 * solution.gamma


BAD = {
    "a target that is NaN": (lambda: continuous.solve(stats.norm(), entropy=math.nan), "entropy must be one finite"),
    "two targets": (lambda: continuous.solve(stats.norm(), entropy=[1, 2]), "entropy must be one finite number"),
    "text": (lambda: continuous.solve(stats.norm(), entropy="1"), "entropy must be one finite number"),
    "no density": (lambda: continuous.solve(3.0, entropy=1), "must be a frozen SciPy distribution or a function"),
    "not frozen": (lambda: continuous.solve(stats.gamma, entropy=1), "must be a frozen SciPy distribution"),
    "discrete": (lambda: continuous.solve(stats.poisson(3), entropy=1), "no differential entropy"),
    "discrete, new": (lambda: continuous.solve(stats.Binomial(n=3, p=0.5), entropy=1), "no differential entropy"),
    "an array of scales": (lambda: continuous.solve(stats.norm(0, [1, 2]), entropy=1), "norm: parameter scale must be"),
    "a negative shape": (lambda: continuous.solve(stats.gamma(-1.0), entropy=1), "gamma: its parameters .* out of"),
    "no support": (lambda: continuous.solve(np.cos, entropy=1, gamma_domain=ANY), "support is missing"),
    "no domain": (lambda: continuous.solve(np.cos, entropy=1, support=(0, 1)), "gamma_domain is missing: say at"),
    "no domain of a distribution": (lambda: continuous.solve(stats.dweibull(2), entropy=1), "gamma_domain is missing"),
    "a superfluous domain": (lambda: continuous.solve(stats.norm(), entropy=1, gamma_domain=ANY), "must not be passed"),
    "a superfluous support": (lambda: continuous.solve(stats.norm(), entropy=1, support=(0, 1)), "has its own"),
    "a superfluous mass": (lambda: continuous.solve(stats.norm(), entropy=1, normalised=True), "and the mass 1"),
    "several variables": (lambda: continuous.solve(stats.dirichlet([1, 2]), entropy=1), "dirichlet_frozen has no supp"),
    "a kernel estimate": (lambda: continuous.solve(stats.gaussian_kde([1.0, 2.0, 4.0]), entropy=1), "has no support"),
    "an array of shapes": (
        lambda: continuous.solve(stats.dweibull([2, 3]), entropy=1),
        "must be a single distribution",
    ),
    "a coordinate of several variables": (
        lambda: continuous.solve(stats.multivariate_normal([0, 0]), entropy=1, log_jacobian=np.cos),
        "needs a density of one variable",
    ),
    "a support in reverse": (
        lambda: continuous.solve(np.cos, entropy=1, support=(1, 0), gamma_domain=ANY),
        "support must be two numbers in increasing order",
    ),
    "a support of words": (
        lambda: continuous.solve(np.cos, entropy=1, support=("0", "1"), gamma_domain=ANY),
        "support must be two numbers in increasing order",
    ),
    "a support of one number": (
        lambda: continuous.solve(np.cos, entropy=1, support=3.0, gamma_domain=ANY),
        "support must be two numbers in increasing order",
    ),
    "a negative domain": (
        lambda: continuous.solve(np.cos, entropy=1, support=(0, 1), gamma_domain=(-1, 1)),
        "gamma_domain must not be negative",
    ),
    "a domain without 1": (
        lambda: continuous.solve(stats.dweibull(2), entropy=1, gamma_domain=(2, 3)),
        "gamma_domain of a density holds 1",
    ),
    "an unknown end": (lambda: continuous.solve(stats.norm(), entropy=1, closed="up"), "closed must be one of neither"),
    "a function of scalars": (
        lambda: continuous.solve(lambda x: 0.0, entropy=-1, support=(0, 1), gamma_domain=ANY),
        "has to be vectorised",
    ),
    "a function that branches": (
        lambda: continuous.solve(lambda x: -x if x > 0 else x, entropy=1, support=LINE, gamma_domain=ANY),
        "has to be vectorised: it fails for .* points: The truth value of an array",
    ),
    "a function of math": (
        lambda: continuous.solve(lambda x: -math.cosh(x), entropy=1, support=LINE, gamma_domain=ANY),
        "has to be vectorised: it fails for",
    ),
    "an order outside": (lambda: continuous.escort(stats.pareto(2), 0.25), "0.25 is outside of the domain"),
    "an order at an open end": (lambda: continuous.escort(stats.cauchy(), 0.5), "0.5 is outside of the domain"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_input(case):
    call, message = BAD[case]
    with pytest.raises(EntnormError, match=message):
        call()


def test_every_family_of_the_table_is_tested():
    aliases = {"erlang", "uniform"}
    assert set(FAMILIES) - aliases == set(SHAPES) == set(PLAIN)
    erlang = continuous.solve(stats.erlang(3), entropy=1.0)
    assert erlang.gamma == continuous.solve(stats.gamma(3), entropy=1.0).gamma


def test_a_family_that_only_shares_a_name_is_not_recognised():
    class Impostor(stats.rv_continuous):
        def _logpdf(self, x):
            return -(x**4)

    impostor = Impostor(name="norm")()
    with pytest.raises(EntnormError, match="gamma_domain is missing"):
        continuous.solve(impostor, entropy=1.0)
