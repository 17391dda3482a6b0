"""Certified exponents of densities: against textbook formulas, and what must not be certified."""

import dataclasses
import json
import math
from fractions import Fraction

import mpmath
import numpy as np
import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st
from mpmath import mp, mpf
from scipy import integrate, stats
from sympy import Rational, exp, log, oo
from textbook import ENTROPIES, encloses

from entnorm import balls, continuous, integration
from entnorm.reference import densities
from entnorm.reference.densities import Density, Tail, X, records
from entnorm.reference.densities.expressions import constant, function
from entnorm.reference.densities.tails import cut
from entnorm.reference.reading import RecordError
from entnorm.reference.records import canonical, checksum
from entnorm.solution import EntnormError

pytestmark = pytest.mark.skipif(not balls.available(), reason="python-flint is not installed (extra `rigorous`)")

NAMED = {  # family with exact parameters, textbook name, its parameters, target
    "normal": (densities.normal(1, 2), "norm", (2,), "1.1"),
    "exponential": (densities.exponential(2), "expon", (2,), "2.5"),
    "laplace": (densities.laplace(3), "laplace", (3,), "1.75"),
    "generalised normal": (densities.generalised_normal("2.5"), "gennorm", (2.5, 1), "0.5"),
    "pointed generalised normal": (densities.generalised_normal("0.5"), "gennorm", (0.5, 1), "3"),
    "gamma": (densities.gamma("2.5", 2), "gamma", (2.5, 2), "1.5"),
    "gamma with a pole": (densities.gamma("0.5"), "gamma", (0.5, 1), "-0.25"),
    "beta": (densities.beta(2, "3.5"), "beta", (2, 3.5, 1), "-1"),
    "beta with poles": (densities.beta("0.5", "0.75"), "beta", (0.5, 0.75, 1), "-0.5"),
    "student": (densities.student(3), "t", (3, 1), "2.5"),
    "pareto": (densities.pareto(2, "1.5"), "pareto", (2, 1.5), "2"),
    "lognormal": (densities.lognormal(0, "0.875"), "lognorm", (0.875, 1), "1"),
    "weibull": (densities.weibull("3.5", 2), "weibull_min", (3.5, 2), "0"),
    "weibull with a pole": (densities.weibull("0.5", 2), "weibull_min", (0.5, 2), "1"),
    "logistic": (densities.logistic(2), "logistic", (2,), "1.7"),
    "gumbel": (densities.gumbel("1.5"), "gumbel_r", (1.5,), "1"),
}
QUARTIC = Density(-(X**4), (-oo, oo), (Tail("exponential", 4, 3), Tail("exponential", 4, 3)))


@pytest.mark.parametrize("case", NAMED)
def test_named_densities_against_textbooks(case):
    density, name, parameters, target = NAMED[case]
    solution = densities.solve(density, entropy=target, digits=30)
    with mp.workdps(60):
        low, high = (mpf(end.numerator) / end.denominator for end in solution.enclosure)
        assert encloses(name, parameters, mpf(target), low, high)
        assert low < solution.gamma < high
        assert high - low <= low * mpf(10) ** -30
    known = continuous.solve(frozen(name, parameters), entropy=float(Fraction(target)))
    nearby = 4 * known.condition * 2.0**-53 * known.gamma  # the float that the target became
    assert abs(float(solution.gamma) - known.gamma) <= known.error + nearby
    assert solution.certificate.verify()


def frozen(name, parameters):
    *shapes, scale = parameters
    return getattr(stats, name)(*shapes, scale=scale)


@pytest.mark.parametrize("case", NAMED)
def test_balls_of_the_entropy_hold_the_formula(case):
    density, name, parameters, _ = NAMED[case]
    low, high = density.gamma_domain
    gamma = Fraction(3, 4) if high is None else high * Fraction(3, 4)
    assert gamma > low
    with balls.working(160):
        found = density.entropy(gamma, 120, integration.Budget(10**6))
        ends = balls.lower(found), balls.upper(found)
    with mp.workdps(60):
        exact = ENTROPIES[name](mpf(gamma.numerator) / gamma.denominator, *map(mpf, parameters))
        assert mpf(ends[0].numerator) / ends[0].denominator <= exact <= mpf(ends[1].numerator) / ends[1].denominator
    assert ends[1] - ends[0] < Fraction(1, 2**90)


def test_an_expression_of_ones_own():
    solution = densities.solve(QUARTIC, entropy=1, digits=60)
    with mp.workdps(80):
        first = mpf(1) / 4 + mp.log(2 * mp.gamma(mpf(5) / 4))
        exact = mp.exp(4 * (first - 1))  # homogeneous of degree 4
        assert abs(solution.gamma - exact) < mpf(10) ** -60
    assert "certified in ball arithmetic" in repr(solution)
    tilted = Density(-(X**2) - sympy.sin(X), (-oo, oo), (Tail("exponential", 2, 2), Tail("exponential", 2, 2)))
    known = continuous.solve(
        lambda x: -x * x - np.sin(x), support=(-math.inf, math.inf), gamma_domain=(0, math.inf), entropy=0.5
    )
    found = densities.solve(tilted, entropy=Fraction(1, 2), digits=20)
    assert abs(float(found.gamma) - known.gamma) <= known.error


def test_supports_of_every_kind_agree():
    """The same density with its pole on the left, on the right, moved, and cut off."""
    pole = Tail("power", Rational(-1, 2))
    far = Tail("exponential", 1)
    shifted = (
        Density(-log(X) / 2 - X, (0, oo), (pole, far)),
        Density(-log(-X) / 2 + X, (-oo, 0), (far, pole)),
        Density(-log(X - 3) / 2 - (X - 3), (3, oo), (pole, Tail("exponential", 1, 3, 4))),
        Density(-log(-3 - X) / 2 + X + 3, (-oo, -3), (Tail("exponential", 1, 3, 4), pole)),
    )
    found = [densities.solve(density, entropy=1, digits=15).enclosure for density in shifted]
    assert len(set(found)) == 1
    parabola = Density(log(X * (1 - X)), (0, 1), (Tail("power", 1), Tail("power", 1)))
    beta = densities.solve(densities.beta(2, 2), entropy="-0.5", digits=15)
    assert densities.solve(parabola, entropy="-0.5", digits=15).enclosure == beta.enclosure


def test_a_density_that_begins_at_no_rational_number_can_be_shifted():
    heavy = Density(-log(X + sympy.E) - 3 * log(log(X + sympy.E)), (0, oo), (None, Tail("power", 1)))
    found = densities.solve(heavy, entropy=2, digits=10)
    known = continuous.solve(
        lambda x: -np.log(x) - 3 * np.log(np.log(x)),
        support=(math.e, math.inf),
        gamma_domain=(1, math.inf),
        entropy=2.0,
    )
    assert abs(float(found.gamma) - known.gamma) <= known.error + 1e-10


def test_a_finite_end_without_a_bound():
    truncated = Density(-X, (0, 2), (None, None))
    solution = densities.solve(truncated, entropy="0.5", digits=25)
    assert truncated.gamma_domain == (0, None)
    with mp.workdps(40):
        g = solution.gamma
        mass = (1 - mp.exp(-2 * g)) / g
        mean = (1 - mp.exp(-2 * g) * (1 + 2 * g)) / g**2 / mass
        assert abs(mp.log(mass) + g * mean - mpf("0.5")) < mpf(10) ** -24


@given(
    st.sampled_from(["exponential", "infinite", "finite", "pole"]),
    st.fractions(Fraction(1, 2), 3),
    st.fractions(-2, 2),
    st.integers(40, 120),
)
@settings(derandomize=True, deadline=None, max_examples=40)
def test_what_lies_beyond_a_cut_is_within_its_bounds(kind, gamma, height, bits):
    rate = {"exponential": 2, "infinite": 3, "finite": 2, "pole": Rational(-1, 4)}[kind]
    tail = Tail("exponential" if kind == "exponential" else "power", rate, Rational(height))
    finite = kind in ("finite", "pole")
    with balls.working(256):
        beyond, _ = cut(tail, finite, balls.ball(gamma), balls.ball(0), bits, Fraction(1))
        at, mass, first = (float(balls.upper(x)) for x in beyond)
    g, h, r = float(gamma), float(height), float(rate)
    top = {"exponential": h - r * at, "infinite": h - r * math.log(at)}.get(kind, h + r * math.log(at))
    # In s, where x is cut + s or cut exp(+-s), the bound of L is linear: top - r s.
    grow = {"exponential": 0, "infinite": 1}.get(kind, -1)
    unit = 1 if kind == "exponential" else at
    for power, stated in ((0, mass), (1, first)):
        exact, _ = integrate.quad(
            lambda s, p=power: abs(top - r * s) ** p * math.exp((grow - g * r) * s), 0, math.inf, limit=400
        )
        exact *= unit * math.exp(g * top)
        assert exact <= stated * (1 + 1e-9)
        assert stated < 4000 * (1 + bits) ** 2 * 2.0**-bits


def test_certificates_that_are_not_true():
    certificate = densities.solve(QUARTIC, entropy=1, digits=12).certificate
    width = certificate.upper - certificate.lower
    assert certificate.verify()
    for changes in (
        {"lower": certificate.lower + 2 * width, "upper": certificate.upper + 2 * width},
        {"lower": certificate.lower - 2 * width, "upper": certificate.upper - 2 * width},
        {"lower": certificate.upper, "upper": certificate.lower},
        {"lower": certificate.lower * Fraction(99, 100)},
        {"target": certificate.target + Fraction(1, 10**9)},
        {"density": densities.normal()},
        {"digits": 20},
        {"lower": Fraction(-1)},
    ):
        assert not dataclasses.replace(certificate, **changes).verify(), changes


class Obliging(Density):
    """A density of whatever entropy proves the statement."""

    def entropy(self, gamma, bits, budget):
        return balls.ball(2 if gamma < 8 else 0)


def test_what_is_not_of_the_exact_types_or_remembers_another_density_is_not_believed():
    certificate = densities.solve(QUARTIC, entropy=1, digits=12).certificate
    low, high = Fraction(8) - Fraction(1, 10**12), Fraction(8) + Fraction(1, 10**12)
    obliging = Obliging(QUARTIC.log_density, QUARTIC.support, QUARTIC.tails)
    for changes in (
        {"density": obliging, "lower": low, "upper": high},
        {"density": None},
        {"digits": -5, "lower": Fraction(1, 100), "upper": Fraction(100)},
        {"digits": 10**7},
        {"digits": 12.0},
        {"target": 1.0},
        {"lower": float(certificate.lower), "upper": float(certificate.upper)},
        {"lower": "1"},
    ):
        assert dataclasses.replace(certificate, **changes).verify() is False, changes
    turned = Density(QUARTIC.log_density, QUARTIC.support, QUARTIC.tails)
    object.__setattr__(turned, "support", QUARTIC.support[::-1])
    assert dataclasses.replace(certificate, density=turned).verify() is False
    normal = densities.solve(densities.normal(), entropy=1, digits=12).certificate
    posing = Density(QUARTIC.log_density, QUARTIC.support, QUARTIC.tails)
    posing.__dict__["pieces"] = normal.density.pieces
    assert normal.verify()
    assert not dataclasses.replace(normal, density=posing).verify()


def test_a_bound_that_is_too_small_changes_what_is_proved(monkeypatch):
    wrong = dataclasses.replace(QUARTIC, tails=(Tail("exponential", 4000, 3), Tail("exponential", 4, 3)))
    true = densities.solve(QUARTIC, entropy=1, digits=12)
    stated = dataclasses.replace(true.certificate, density=wrong)
    assert not stated.verify()  # balls refute the bound
    monkeypatch.setattr(Density, "check_tails", lambda self: None)
    assert densities.solve(wrong, entropy=1, digits=12).gamma != true.gamma


@pytest.mark.parametrize(
    ("density", "target", "reason"),
    [
        (densities.beta(1, 1), -1, "integrals are too costly"),
        (densities.pareto(2), 10**6, "too close to the end of its domain"),
    ],
)
def test_targets_that_are_not_found_to_be_attained(density, target, reason):
    with pytest.raises(EntnormError, match=f"attained at no exponent that could be looked at.*{reason}"):
        densities.solve(density, entropy=target, digits=10)


@pytest.mark.parametrize("target", [4, 20])
def test_a_small_exponent_of_a_density_that_vanishes_at_an_end(target):
    shape, scale = 3.5, 2.0
    found = densities.solve(densities.weibull("3.5", 2), entropy=target, digits=15)
    known = continuous.solve(stats.weibull_min(shape, scale=scale), entropy=float(target))
    assert abs(float(found.gamma) - known.gamma) <= known.error + known.gamma * 2.0**-53


def test_a_target_next_to_the_largest_entropy():
    """log 2 less 2.3e-17, where the entropy of exp(-x) on (0, 2) to the power gamma is log 2 - gamma^2 / 6 + ..."""
    found = densities.solve(Density(-X, (0, 2), (None, None)), entropy=math.log(2), digits=10)
    with mp.workdps(40):
        assert abs(found.gamma / mp.sqrt(6 * (mp.log(2) - mpf(math.log(2)))) - 1) < mpf(10) ** -10


def test_a_certificate_that_no_precision_decides_is_not_proved():
    """The exponential density of entropy 1 has the exponent 1, which is no end to the left of it."""
    certificate = densities.solve(densities.weibull(1), entropy=1, digits=10).certificate
    assert certificate.verify()
    assert not dataclasses.replace(certificate, lower=Fraction(1)).verify()


def test_a_target_close_to_the_end_of_the_domain():
    near = densities.solve(densities.pareto(2), entropy=15, digits=10)
    assert 0 < near.gamma - mpmath.mpf(1) / 3 < 0.05


EXPRESSIONS = [
    X**3 - 2 * X + Rational(1, 3), sympy.sqrt(X), X ** Rational(-5, 3), X**X, exp(-(X**2)), log(1 + X), 2**X,
    sympy.Abs(X - 3), sympy.sin(X) * sympy.cos(2 * X), sympy.sinh(X) / sympy.cosh(X), sympy.tanh(X), sympy.erf(X),
    sympy.erfc(X), sympy.gamma(X), sympy.pi * X + sympy.E, sympy.pi**2 * X, sympy.exp(1) ** X, log(3) * X,
    sympy.sqrt(2) * X, sympy.gamma(Rational(1, 3)) * X,
]  # fmt: skip


@pytest.mark.parametrize("expression", EXPRESSIONS, ids=str)
def test_expressions_in_balls(expression):
    for at in (Fraction(1, 3), Fraction(5, 2)):
        with balls.working(120):
            ball = function(expression, X)(integration.complex_ball(balls.ball(at)), True).real
            low, high = balls.lower(ball), balls.upper(ball)
        with mp.workdps(50):
            exact = sympy.lambdify(X, expression, "mpmath")(mpf(at.numerator) / at.denominator)
            assert mpf(low.numerator) / low.denominator - mpf(10) ** -45 <= exact
            assert exact <= mpf(high.numerator) / high.denominator + mpf(10) ** -45
        assert high - low < Fraction(1, 2**90)


@pytest.mark.parametrize("expression", [log(X), sympy.sqrt(X), X ** Rational(1, 3), sympy.Abs(X)], ids=str)
def test_a_branch_cut_is_not_integrated_across(expression):
    with balls.working(60):
        across = integration.complex_ball(balls.hull(balls.ball(-1), balls.ball(1)))
        assert not function(expression, X)(across, True).is_finite()


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        (X + sympy.Symbol("a"), "neither a number nor the variable"),
        (sympy.Float("0.1") * X, "not exact: write it as a Rational"),
        (sympy.loggamma(X), "loggamma is not known here"),
        (sympy.Piecewise((X, X > 0), (0, True)), "Piecewise is not known here"),
        (sympy.I * X, "neither a number nor the variable"),
    ],
)
def test_expressions_that_are_refused(expression, message):
    density = Density(expression, (0, 1), (None, None))
    with pytest.raises(EntnormError, match=message):
        densities.solve(density, entropy=-1)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Density(-X, (0, oo), (None, None)), "an infinite end of the support needs a bound"),
        (lambda: Density(-X, (1, 0), (None, None)), "in increasing order"),
        (lambda: Density(-X, (sympy.E, sympy.exp(1)), (None, None)), r"in increasing order, got \(E, E\)"),
        (lambda: Density(-X, (0, sympy.Float(2)), (None, None)), "end of the support must be an exact real number"),
        (lambda: Density(-X, (0, X), (None, None)), "must be an exact real number, got x"),
        (lambda: Density(-X, (0, sympy.I), (None, None)), "must be an exact real number, got I"),
        (lambda: Density(-X, (0, math.nan), (None, None)), "an end of the support must be finite"),
        (lambda: Density(-X, (0, "one"), (None, None)), "an end of the support must be a decimal"),
        (lambda: Density(-X, (-oo, 0), (Tail("exponential", 1), None), symmetric=True), "has a finite lower end"),
        (lambda: Density(-X, (0, oo), (None, Tail("exponential", -1))), "needs a positive rate, got -1"),
        (lambda: Density(-X, (0, oo), (Tail("exponential", 1), Tail("exponential", 1))), "cannot be exponential"),
        (lambda: Tail("gaussian", 1), "decays as exponential or power"),
        (lambda: Tail("power", 0.5), "rational rate"),
        (lambda: Tail("power", 1, start=0), "positive rational start"),
        (lambda: densities.normal("x"), "mu must be a decimal"),
        (lambda: densities.solve(QUARTIC, entropy=math.nan), "entropy must be finite"),
        (lambda: densities.solve(QUARTIC, entropy=1, digits=0), "digits must be an int from 1 to 300"),
    ],
)
def test_bad_input(make, message):
    with pytest.raises(EntnormError, match=message):
        make()


@pytest.mark.parametrize("end", [0, sympy.E, -sympy.pi, sympy.sqrt(2) - 2, 1.5, "-0.75"])
@pytest.mark.parametrize("side", [1, -1])
def test_a_half_line_may_begin_anywhere(end, side):
    """exp(-|x - end|) has the entropy 1 - log gamma; its tail is stated from the origin."""
    exact = Rational(end) if isinstance(end, float | str) else sympy.sympify(end)
    tail, support = Tail("exponential", 1, side * exact), (end, oo) if side == 1 else (-oo, end)
    density = Density(-side * (X - exact), support, (None, tail)[::side])
    solution = densities.solve(density, entropy="0.25", digits=25)
    with mp.workdps(40):
        assert abs(solution.gamma / mp.exp("0.75") - 1) <= mpf(10) ** -25
    assert solution.certificate.verify()


@pytest.mark.parametrize("end", [sympy.E, sympy.pi, sympy.sqrt(2) - sympy.sqrt(3), 2.5])
def test_a_bounded_support_may_lie_anywhere(end):
    """exp(x) on an interval of length b, against its entropy in closed form."""
    exact = sympy.sympify(end) if not isinstance(end, float) else Rational(end)
    length = sympy.exp(Rational(1, 3))
    solution = densities.solve(Density(X, (end, exact + length), (None, None)), entropy="-0.5", digits=25)
    with mp.workdps(50):
        b, (low, high) = mp.exp(mpf(1) / 3), (mpf(g.numerator) / g.denominator for g in solution.enclosure)

        def entropy(g):
            return mp.log(mp.expm1(g * b) / g) - g * b * mp.exp(g * b) / mp.expm1(g * b) + 1

        assert entropy(low) > mpf("-0.5") > entropy(high)


UNIFORM = {
    "beta": (densities.beta(2, 3), 0),
    "beta with poles": (densities.beta("0.5", "0.75"), 0),
    "an interval to E": (Density(-X, (0, sympy.E), (None, None)), 1),
    "an interval elsewhere": (Density(X**2, (sympy.pi, sympy.pi + sympy.exp(Rational(-1, 4))), (None, None)), "-0.25"),
    "both halves": (Density(-X, (0, 0.5), (None, None), symmetric=True), 0),
}


@pytest.mark.parametrize("case", UNIFORM)
def test_the_entropy_of_the_uniform_density_is_that_of_order_0(case):
    density, most = UNIFORM[case]
    solution = densities.solve(density, entropy=most)
    assert (solution.gamma, solution.enclosure) == (0, (0, 0))
    assert "gamma=0, digits=30" in repr(solution)
    assert solution.certificate.verify()
    assert not dataclasses.replace(solution.certificate, target=Fraction(most) - Fraction(1, 10**9)).verify()
    less = densities.solve(density, entropy=Fraction(most) - Fraction(1, 10**9), digits=5)
    assert 0 < less.gamma < 1e-3
    with pytest.raises(EntnormError, match=r"on a support of length .* none has more than the uniform one"):
        densities.solve(density, entropy=Fraction(most) + Fraction(1, 10**9))


@pytest.mark.parametrize(
    "density", [densities.beta(1, 1), Density(sympy.sin(X) ** 2 + sympy.cos(X) ** 2, (0, 1), (None, None))]
)
def test_a_uniform_density_has_no_exponent_to_certify(density, monkeypatch):
    monkeypatch.setattr("entnorm.reference.densities.certificate._VALUES", 5000)
    monkeypatch.setattr("entnorm.reference.densities.certificate._VALUES_PER_DIGIT", 0)
    with pytest.raises(EntnormError, match="has the entropy 0 at every exponent"):
        densities.solve(density, entropy=0)
    assert not densities.DensityCertificate(density, Fraction(0), Fraction(0), Fraction(0), 10).verify()
    with pytest.raises(EntnormError, match=r"the entropy -1 (is attained at no exponent|was not found)"):
        densities.solve(density, entropy=-1)


def test_constants_that_are_not_real_are_refused():
    with balls.working(60), pytest.raises(EntnormError, match="is not real"):
        constant(sympy.Pow(-1, Rational(1, 3)))
    with balls.working(60), pytest.raises(EntnormError, match="is not real"):
        constant(1 + sympy.Pow(-2, Rational(2, 3), evaluate=False))


def test_constants_are_enclosed():
    with balls.working(100):
        ball = constant(sympy.exp(sympy.sqrt(2)) + sympy.pi**3 / 7)
        low, high = balls.lower(ball), balls.upper(ball)
    with mp.workdps(50):
        exact = mp.exp(mp.sqrt(2)) + mp.pi**3 / 7
        assert mpf(low.numerator) / low.denominator < exact < mpf(high.numerator) / high.denominator


def test_stored_references_are_proved_again():
    found = records.load()
    assert {record.family for record in found} == set(records.FAMILIES)
    assert records.verify(found) == ()


def test_the_solver_meets_the_stored_references():
    scipy_of = {
        "normal": lambda mu, sigma: stats.norm(mu, sigma),
        "exponential": lambda scale: stats.expon(scale=scale),
        "laplace": lambda scale: stats.laplace(scale=scale),
        "generalised-normal": stats.gennorm,
        "gamma": lambda shape, scale: stats.gamma(shape, scale=scale),
        "beta": stats.beta,
        "student": stats.t,
        "pareto": lambda a, scale: stats.pareto(a, scale=scale),
        "lognormal": lambda mu, sigma: stats.lognorm(sigma, scale=math.exp(mu)),
        "weibull": lambda shape, scale: stats.weibull_min(shape, scale=scale),
        "logistic": lambda scale: stats.logistic(scale=scale),
        "gumbel": lambda scale: stats.gumbel_r(scale=scale),
    }
    for record in records.load():
        solution = continuous.solve(scipy_of[record.family](*record.parameters), entropy=record.target)
        assert abs(Fraction(solution.gamma) - Fraction(record.gamma)) <= Fraction(solution.error), record.id


def test_records_satisfy_their_schema_and_are_what_they_write():
    import jsonschema

    schema = json.loads(records.CORPUS.with_name("densities.schema.json").read_text(encoding="utf-8"))
    lines = records.CORPUS.read_text(encoding="ascii").splitlines()
    for line, record in zip(lines, records.load(), strict=True):
        jsonschema.validate(json.loads(line), schema)
        assert record.to_json() == line
    assert schema["properties"]["family"]["enum"] == list(records.FAMILIES)


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("family", "cauchy", "is none of normal"),
        ("family", ["normal"], "is none of normal"),
        ("parameters", {"mu": "0x1.0p+0"}, "are not mu, sigma"),
        ("parameters", {"mu": "0x1.0000000000000p+0", "sigma": 2}, "must be a hexadecimal float"),
        ("target", "1e999999999", "must be a hexadecimal float"),
        ("target", "0x1.0000000000000p+9999", "is beyond double precision"),
        ("parameters", {"mu": "0x0.0p+0", "sigma": "-0x1.0000000000000p+0"}, "'parameters.sigma': must be positive"),
        ("parameters", {"mu": "0x0.0p+0", "sigma": "0x0.0p+0"}, "'parameters.sigma': must be positive"),
        ("enclosure", ["0e0", "1e0"], "must be positive"),
        ("enclosure", ["1.0e0", "9.0e0"], "is wider than"),
        ("provenance", {"a": [1]}, "must be an object with the keys"),
        ("digits", 10**4, "is not an integer from 1 to 300"),
        ("gamma", "9.9e-1", "is not what both ends"),
        ("enclosure", ["1.0e0"], "must be a list of two"),
        ("enclosure", ["2.0e0", "1.0e0"], "must have its lower end first"),
        ("id", "../x", "is not a name"),
        ("provenance", [], "must be an object"),
        ("more", 1, "has the fields"),
    ],
)
def test_records_that_are_refused(tmp_path, field, value, reason):
    fields = json.loads(records.CORPUS.read_text(encoding="ascii").splitlines()[0])
    fields[field] = value
    fields["sha256"] = checksum(fields)
    path = tmp_path / "one.jsonl"
    path.write_text(canonical(fields) + "\n", encoding="ascii")
    with pytest.raises(RecordError, match=reason):
        records.load(path)


def test_a_file_without_end_is_refused():
    with pytest.raises(RecordError, match="has more than"):
        records.load("/dev/zero")


def test_files_that_are_refused(tmp_path):
    line = records.CORPUS.read_text(encoding="ascii").splitlines()[0]
    path = tmp_path / "file.jsonl"
    for text, reason in (
        (line.replace('"digits":30', '"digits":31'), "is not the checksum"),
        (f"{line}\n{line}", "is there twice"),
        ("[]", "is not a JSON object"),
        ("x" * (records.MOST_BYTES + 1), "has more than"),
    ):
        path.write_text(text, encoding="ascii")
        with pytest.raises(RecordError, match=reason):
            records.load(path)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: densities.pareto("-0.5"), "a must be positive"),
        (lambda: densities.pareto(2, scale=-1), "scale must be positive"),
        (lambda: densities.gamma(-1), "shape must be positive"),
        (lambda: densities.beta(-1, 2), "a must be positive"),
        (lambda: densities.beta(1, 0), "b must be positive"),
        (lambda: densities.lognormal(0, -1), "sigma must be positive"),
        (lambda: densities.student("-0.5"), "nu must be positive"),
        (lambda: densities.generalised_normal(0), "beta must be positive"),
        (lambda: densities.weibull(2, "-1"), "scale must be positive"),
        (lambda: densities.exponential(0), "scale must be positive"),
        (lambda: densities.laplace(-2), "scale must be positive"),
        (lambda: densities.logistic(-2), "scale must be positive"),
        (lambda: densities.gumbel(0), "scale must be positive"),
        (lambda: densities.normal(0, 0), "sigma must be positive"),
        (lambda: densities.normal("x"), "mu"),
    ],
)
def test_parameters_of_no_density_are_refused(make, message):
    with pytest.raises(EntnormError, match=message):
        make()


@pytest.mark.parametrize(
    "question", [(densities.beta(2, 2), -20), (densities.normal(), -50), (densities.gamma("0.5"), -50)]
)
def test_a_search_ends(question, monkeypatch):
    monkeypatch.setattr("entnorm.reference.densities.certificate._VALUES", 20_000)
    monkeypatch.setattr("entnorm.reference.densities.certificate._VALUES_PER_DIGIT", 0)
    density, target = question
    with pytest.raises(EntnormError, match=r"for the entropy -[25]0 was not found, if there is one"):
        densities.solve(density, entropy=target, digits=10)


def test_a_proof_ends(monkeypatch):
    certificate = densities.solve(densities.gamma("2.5"), entropy=1, digits=5).certificate
    assert certificate.verify()
    monkeypatch.setattr("entnorm.reference.densities.certificate._VALUES", 100)
    monkeypatch.setattr("entnorm.reference.densities.certificate._VALUES_PER_DIGIT", 0)
    assert not certificate.verify()


@pytest.mark.parametrize(
    ("expression", "support", "tails"),
    [
        (-(X**2), (-oo, oo), (Tail("exponential", 100, 0),) * 2),
        (-(X**2), (-oo, oo), (Tail("exponential", 4, 4), Tail("exponential", 4, 3))),  # 4 is right, 3 is not
        (-2 * log(X), (1, oo), (None, Tail("power", 3))),
        (log(X) / 2 - X, (0, oo), (Tail("power", 1), Tail("exponential", Rational(1, 2)))),
    ],
)
def test_tails_that_balls_refute_are_refused(expression, support, tails):
    with pytest.raises(EntnormError, match="is not true: the log-density is above it"):
        densities.solve(Density(expression, support, tails), entropy=1)


def test_what_is_taken_as_stated_is_said():
    assert "given its tails" in repr(densities.solve(densities.exponential(), entropy=2, digits=5))
