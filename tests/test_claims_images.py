"""Measures with a known image, the Gamma function, and claims of convergence: what is accepted, and what is refused."""

import math
from fractions import Fraction

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sympy import Integer, Rational, oo

from entnorm import balls
from entnorm.claims import (
    Axiom,
    Claim,
    D,
    Digamma,
    Eq,
    Exp,
    ForAll,
    Function,
    Ge,
    Gt,
    Image,
    Integrable,
    Integral,
    Le,
    Log,
    LogGamma,
    Operator,
    Point,
    Refusal,
    Scalar,
    Seq,
    by,
    calc,
    check,
    convergence,
    ge,
    gt,
    mu,
    n,
)
from entnorm.claims.arithmetics import Exact, Inexpressible, Logarithms, TwoPrecisions, Undefined
from entnorm.claims.citing import cited, foundations_of
from entnorm.claims.definedness import obligations
from entnorm.claims.kernel import witnessed
from entnorm.claims.language import Differentiable, LanguageError, alpha_equal, free, match, substitute
from entnorm.claims.links import links
from entnorm.claims.mutants import score
from entnorm.claims.points import points
from entnorm.claims.quadrature import Nodal, Signed, nodes
from entnorm.claims.theory import load
from entnorm.claims.typeset import text
from entnorm.claims.witness import decide, evaluate

t, f, g = Function("t"), Function("f"), Function("g")
o, q = Point("o"), Point("q")
x, y, z, a, c = Scalar("x"), Scalar("y"), Scalar("z"), Scalar("a"), Scalar("c")
POSITIVE = ForAll(o, t[o] > 0)
POWER = Image(t, x, y * x ** (z - 1))
SPACE = (POSITIVE, POWER, Gt(y, 0), Gt(z, 0), Gt(c, 0))
body = Exp(-c * t[o])
FINITE = Axiom("images.finite", Integrable(body, o), given=SPACE, source="for the tests")
VALUE = Axiom(
    "images.value",
    Eq(Integral(body, o), y * Exp(LogGamma(z)) * c**-z),
    given=SPACE,
    source="for the tests",
    defined=(FINITE.at({c: c, t: t, y: y, z: z}),),
)
BY_ID = {claim.id: claim for claim in load("entnorm.derivations:THEORY").claims()}


def chain(start, *lines, given=(), defined=()):
    """Return the claim that the ends of a chain are related as its last line says."""
    proof = calc(start, *lines)
    kind = {"=": Eq, "≥": Ge, ">": Gt}[proof.steps[-1].symbol]
    return Claim("images.case", kind(start, proof.steps[-1].line), proof, given, defined=defined)


def on(image, *others, values=None):
    """Return a use of the two axioms where the measure is said to have that image."""
    known = {c: c, t: t, **({y: Integer(1), z: Integer(1)} if values is None else values)}
    result = substitute(VALUE.statement.rhs, known)
    given = (POSITIVE, Gt(c, 0), image, *others)
    return chain(Integral(body, o), (result, VALUE.at(known)), given=given, defined=(FINITE.at(known),))


ACCEPTED = {
    "the image as it was written": lambda: on(POWER, Gt(y, 0), Gt(z, 0), values={y: y, z: z}),
    "the same density, written in another way": lambda: on(Image(t, x, Integer(1))),
    "another name of the bound variable": lambda: on(Image(t, a, a**0)),
    "a density that is the same for positive numbers": lambda: on(Image(t, x, (x**2) ** Rational(1, 2) / x)),
    "the slope of log Gamma": lambda: chain(
        D(LogGamma(2 * x), x), (2 * Digamma(2 * x), by.calculus), given=(Gt(x, 0),)
    ),
    "Gamma is positive": lambda: chain(Exp(LogGamma(x)), gt(0, by.sign), given=(Gt(x, 0),)),
    "equal arguments": lambda: chain(LogGamma(x + x), (LogGamma(2 * x), by.algebra), given=(Gt(x, 0),)),
    "equal functions": lambda: chain(
        Operator("total", (f,), Integral(f[o], o))(Seq(o, f[o] + f[o])),
        (Operator("total", (f,), Integral(f[o], o))(Seq(q, 2 * f[q])), by.algebra),
        given=(Integrable(f[o], o),),
    ),
    "an integral whose integrand is known as a whole": lambda: chain(
        Integral((f[o] + g[o]) * 2, o),
        (2 * Integral(f[o] + g[o], o), by.termwise),
        given=(Integrable(f[o] + g[o], o), Integrable(2 * (f[o] + g[o]), o)),
    ),
}  # fmt: skip

REFUSED = {
    "another density": lambda: on(Image(t, x, Integer(2))),
    "another power": lambda: on(Image(t, x, x)),
    "the whole line": lambda: on(Image(t, x, Integer(1), -oo)),
    "the image under another function": lambda: on(Image(f, x, Integer(1))),
    "no image at all": lambda: on(Gt(y, 0)),
    "a density that is the same at some numbers only": lambda: on(Image(t, x, y), Eq(y, x)),
    "a density that is not defined": lambda: on(
        Image(t, x, Integer(1)), values={y: Integer(1), z: x / x}
    ),
    "a parameter that is not positive": lambda: on(POWER, Gt(y, 0), values={y: y, z: z}),
    "under a derivative, where the image is known for one parameter only": lambda: chain(
        D(Log(Integral(body, o)), y), (D(Log(y * Exp(LogGamma(z)) * c**-z), y), VALUE.at({y: y, z: z})),
        given=SPACE, defined=(FINITE.at({y: y, z: z}),),
    ),
    "log Gamma of any number": lambda: chain(LogGamma(x) + 0 * x, (LogGamma(x), by.algebra)),
    "digamma of any number": lambda: chain(Digamma(x) + 0 * x, (Digamma(x), by.algebra)),
    "a recurrence that nobody cites": lambda: chain(
        LogGamma(x + 1), (LogGamma(x) + Log(x), by.logs), given=(Gt(x, 0),)
    ),
    "the sign of log Gamma": lambda: chain(LogGamma(x), gt(0, by.sign), given=(Gt(x, 0),)),
    "the growth of log Gamma": lambda: chain(LogGamma(x), ge(LogGamma(y), by.sign), given=(Gt(x, y), Gt(y, 0))),
    "the slope of digamma": lambda: chain(D(Digamma(x), x), (Digamma(x), by.calculus), given=(Gt(x, 0),)),
    "a slope without the inner one": lambda: chain(
        D(LogGamma(2 * x), x), (Digamma(2 * x), by.calculus), given=(Gt(x, 0),)
    ),
    "functions that differ at some point": lambda: chain(
        Operator("total", (f,), Integral(f[o], o))(Seq(o, f[o] * f[o])),
        (Operator("total", (f,), Integral(f[o], o))(Seq(q, f[q])), by.algebra),
        given=(Integrable(f[o], o), Integrable(f[o] ** 2, o)),
    ),
    "the function of one point": lambda: chain(
        Operator("total", (f,), Integral(f[o], o))(Seq(o, f[o])),
        (Operator("total", (f,), Integral(f[o], o))(Seq(q, f[o])), by.algebra),
        given=(Integrable(f[o], o), Integrable(f[o], q)),
    ),
    "part of an integrand that is known as a whole": lambda: chain(
        Integral(f[o] * 2, o), (2 * Integral(f[o], o), by.termwise), given=(Integrable(f[o] + g[o], o),)
    ),
}  # fmt: skip


@pytest.mark.parametrize("claim", ACCEPTED.values(), ids=ACCEPTED)
def test_what_is_accepted(claim):
    links(claim())


@pytest.mark.parametrize("claim", REFUSED.values(), ids=REFUSED)
def test_what_is_refused(claim):
    with pytest.raises(Refusal):
        links(claim())


def test_an_image_that_depends_on_the_variable_may_be_differentiated_in_another():
    slope = chain(
        D(Log(Integral(body, o)), c),
        (D(Log(y * Exp(LogGamma(z)) * c**-z), c), VALUE.at({y: y, z: z})),
        given=SPACE,
        defined=(FINITE.at({y: y, z: z}),),
    )
    with pytest.raises(Refusal, match="has a derivative in c"):  # and nothing else is missing
        links(slope)


# ---------------------------------------------------------------------------------------------------- convergence

known = (Integrable(f[o], o), Integrable(g[o], o))


def converging(integrand, *citations, given=known):
    return Claim("images.converging", Integrable(integrand, o), convergence(*citations), given)


def test_combinations_of_what_converges_converge():
    assert check(converging(x * f[o] - g[o] / (1 + x**2))).status == "proved"
    claim = Claim("images.cited", Integrable(2 * body, o), convergence(FINITE.at({c: c, t: t, y: y, z: z})), SPACE)
    assert check(claim).status == "proved"
    assert cited(claim) == (FINITE,)
    assert "integrals" in {foundation.name for foundation in foundations_of(claim)}


@pytest.mark.parametrize(
    "claim",
    [
        lambda: converging(f[o] * g[o]),
        lambda: converging(f[o] ** 2),
        lambda: converging(f[o] + g[o], given=known[:1]),
        lambda: converging(f[o] + x),
        lambda: converging(f[q]),
        lambda: converging(Log(x) * f[o]),
        lambda: Claim("images.cited", Integrable(body, o), convergence(), SPACE),
        lambda: Claim("images.cited", Integrable(body, o), convergence(FINITE), SPACE[:-1]),
        lambda: Claim("images.cited", Eq(x, x), convergence(), ()),
        lambda: Claim("images.cited", Integrable(body, o), calc(x), SPACE),
    ],
)
def test_nothing_else_is_shown_to_converge(claim):
    with pytest.raises(Refusal):
        links(claim())


def test_claims_of_convergence_have_mutants():
    claim = Claim("images.cited", Integrable(2 * body, o), convergence(FINITE.at({c: c, t: t, y: y, z: z})), SPACE)
    found = score(claim)
    assert found.tried > 2
    assert (found.missed, found.unneeded) == ((), ())
    superfluous = Claim("images.cited", Integrable(f[o], o), convergence(FINITE), (*SPACE, *known))
    assert [change for change in score(superfluous).missed if "without citation" in change]


def test_a_claim_about_a_slope_says_that_there_is_one():
    total = Operator("minus", (f, x), -Integral(f[o] ** x, o))
    slope = Axiom(
        "images.slope",
        Eq(D(total(f, x), x), y),
        given=(ForAll(o, f[o] > 0), Gt(x, 0)),
        source="for the tests",
    )
    given = (ForAll(o, f[o] > 0), Gt(x, 0), Integrable(f[o] ** x, o))
    lines = (D(2 * total(f, x), x), (2 * D(total(f, x), x), by.calculus))
    links(chain(*lines, given=given, defined=(slope.at({f: f, x: x, y: y}),)))
    with pytest.raises(Refusal, match="has a derivative"):
        links(chain(*lines, given=given))
    with pytest.raises(Refusal, match="has a derivative"):  # its hypotheses do not hold
        links(chain(*lines, given=(given[0], given[2]), defined=(slope.at({f: f, x: x, y: y}),)))


# ------------------------------------------------------------------------------------------------------- language


@pytest.mark.parametrize(
    "nonsense",
    [
        lambda: Image(t, x, Integer(1), 1),
        lambda: Image(t, o, Integer(1)),
        lambda: Image(t[o], x, Integer(1)),
        lambda: Image(x, x, Integer(1)),
        lambda: Image(t, x, Integer(1), 0.0),
        lambda: Image(t, x, Integer(1), -float("inf")),
        lambda: LogGamma(t),
        lambda: Digamma(POSITIVE),
    ],
)
def test_sorts_are_kept(nonsense):
    with pytest.raises(LanguageError):
        nonsense()


def test_the_variable_of_an_image_is_bound():
    assert free(POWER) == {t, y, z}
    assert alpha_equal(POWER, Image(t, a, y * a ** (z - 1)))
    assert not alpha_equal(POWER, Image(t, y, y * y ** (z - 1)))
    moved = substitute(POWER, {y: x})
    assert free(moved) == {t, x, z}
    assert alpha_equal(moved, Image(t, a, x * a ** (z - 1)))
    assert match(POWER, Image(t, a, 3 * a ** (c - 1)), frozenset({y, z})) == {y: 3, z: c}
    assert match(Image(t, x, y), Image(t, x, x), frozenset({y})) is None
    assert match(POWER, Image(t, x, y * x ** (z - 1), -oo), frozenset({y, z})) is None


def test_what_has_to_be_defined():
    assert obligations(LogGamma(x)) == obligations(Digamma(x)) == (Gt(x, 0),)
    assert obligations(POWER) == ()
    assert not [s for s in obligations(D(LogGamma(x), x)) if isinstance(s, Differentiable)]


def test_how_it_is_printed():
    assert text(Exp(LogGamma(x))) == "Γ(x)"
    assert text(LogGamma(x / 2)) == "log Γ(x / 2)"
    assert text(Digamma(x)) == "ψ(x)"
    assert text(Image(t, x, 2 * x)) == "μ has under t the density 2 x for x > 0"
    assert text(Image(t, x, Exp(x), -oo)) == "μ has under t the density e^x for all x"


# -------------------------------------------------------------------------------------------------------- witness


def test_no_witness_is_named_where_none_can_look():
    """Atoms are finitely many: whatever is said to be integrable is, on them."""
    said = Claim("test.kept", Integrable(f[o], o), convergence(), (Integrable(f[o], o),))
    assert check(said).status == "proved"
    assert check(said).witness is None


AXIOMS = ["potentials.gamma-integral", "betas.beta-integral", "lognormal.gauss-integral"]
REAL = {
    "potentials.gamma-integral": lambda x, v: x ** (v["κ"] - 1 + v["a"]) * mpmath.exp(-v["c"] * x ** v["b"]),
    "betas.beta-integral": lambda x, v: x ** (v["κ"] - 1 + v["a"]) * (1 + x) ** (-v["w"] - v["c"]),
    "lognormal.gauss-integral": lambda x, v: mpmath.exp(v["w"] * x + v["b"] * x - v["c"] * x**2),
}
CASES = [
    {"a": Fraction(1, 2), "b": Fraction(2), "c": Fraction(9, 2), "κ": Fraction(1, 2), "w": Fraction(1, 3)},
    {"a": Fraction(2), "b": Fraction(3, 2), "c": Fraction(7, 2), "κ": Fraction(1), "w": Fraction(2)},
    {"a": Fraction(-1, 4), "b": Fraction(1), "c": Fraction(3), "κ": Fraction(3, 2), "w": Fraction(-1, 2)},
]


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("id", AXIOMS)
def test_the_cited_integrals_agree_with_quadrature_to_thirty_digits(id, case):
    """By mpmath, which shares nothing with the nodes of the witness."""
    claim = BY_ID[id]
    values = {**case, "ω": Fraction(7, 5)}
    at = {v: values[text(v)] for v in claim.variables if text(v) in values}
    with mpmath.workdps(40):
        real = {name: mpmath.mpf(value.numerator) / value.denominator for name, value in values.items()}
        ends = [-mpmath.inf, 0, 1, mpmath.inf] if "gauss" in id else [0, 1, mpmath.inf]
        found = real["ω"] * mpmath.quad(lambda s: REAL[id](s, real), ends, maxdegree=12)
        field = TwoPrecisions()
        wanted = evaluate(claim.statement.rhs, at | {n: 1}, field).values[1]
        assert abs(found / wanted - 1) < mpmath.mpf(10) ** -30


@pytest.mark.skipif(not balls.available(), reason="needs python-flint")
@pytest.mark.parametrize("case", CASES[:2])
def test_the_gamma_integral_is_enclosed_by_rigorous_integration(case):
    """In x = exp(u), where the integrand is entire, by arb's integration between u = -140 and x = 32.

    Below, x**(s - 1) alone is integrated.  Above, where b >= 1 and c x > s, the tail is at most x**s exp(-c x).
    """
    from flint import acb, arb, ctx

    def real(fraction):
        return arb(fraction.numerator) / fraction.denominator

    before, ctx.prec = ctx.prec, 120
    try:
        s, b, c = real(case["a"] + case["κ"]), real(case["b"]), real(case["c"])
        low, high = arb(-140), arb(32)
        integrand = lambda u, _: (u * s - (u * b).exp() * c).exp()  # noqa: E731
        piece = acb.integral(integrand, acb(low), acb(high.log())).real
        rest = (low * s).exp() / s + (high.log() * s - high * c).exp()
        enclosed = piece + arb(0, rest.abs_upper())
        assert enclosed.overlaps((s / b).gamma() / b * c ** (-s / b))
        assert enclosed.rad() < arb(2) ** -60
    finally:
        ctx.prec = before


WRONG = {
    "a power too many": lambda r: c * r,
    "a sign": lambda r: -r,
    "a half": lambda r: r / 2,
    "another argument": lambda r: y * Exp(LogGamma(z + 1)) * c**-z,
    "a small slip": lambda r: r * (1 + Rational(1, 10**6)),
}


@pytest.mark.parametrize("change", WRONG.values(), ids=WRONG)
def test_a_wrong_value_of_an_integral_is_seen(change):
    wrong = Axiom(
        "images.value",
        Eq(Integral(body, o), change(VALUE.statement.rhs)),
        given=SPACE,
        source="for the tests",
        defined=VALUE.defined,
    )
    assert (check(VALUE).status, check(wrong).status) == ("assumed", "broken")


TINY = Rational(1, 10**40)
BELOW_ANY_FLOOR = {
    "two integrals that are tiny": lambda r: Eq(TINY * Integral(body, o), 2 * TINY * r),
    "a slip between them": lambda r: Eq(TINY * Integral(body, o), TINY * r * (1 + Rational(1, 10**6))),
    "a tiny integral that is not zero": lambda r: Eq(TINY * Integral(body, o), 0 * r),
    "a tiny integrand": lambda r: Eq(Integral(TINY * body, o), TINY * r + TINY / 10**6),
    "an integral less than itself": lambda r: Le(TINY * Integral(body, o), TINY * r / 2),
    "the power of an integral": lambda r: Eq((TINY * Integral(body, o)) ** 2, 2 * (TINY * r) ** 2),
}


@pytest.mark.parametrize("false", BELOW_ANY_FLOOR.values(), ids=BELOW_ANY_FLOOR)
def test_no_difference_is_too_small_to_be_seen(false):
    """What is compared is relative to what has cancelled: 1e-40 is not 2e-40."""
    statement = false(VALUE.statement.rhs)
    wrong = Axiom("images.value", statement, given=SPACE, source="for the tests", defined=VALUE.defined)
    assert check(wrong).status == "broken"


NOTHING_IS_LEFT = {
    "of an integral": lambda r: Eq(Integral(body, o) - r, 0),
    "of a tiny one": lambda r: Eq(TINY * (Integral(body, o) - r), 0),
    "of one in a difference of large ones": lambda r: Eq((Integral(body, o) + 10**6) - (r + 10**6), 0),
    "times a large number": lambda r: Eq(10**40 * (Integral(body, o) - r), 0),
    "in an exponent": lambda r: Eq(Exp(10**3 * (Integral(body, o) - r)), 1),
    "in a logarithm": lambda r: Eq(Log(1 + Integral(body, o) - r), 0),
    "in a square": lambda r: Eq((Integral(body, o) - r) ** 2, 0),
}


@pytest.mark.parametrize("true", NOTHING_IS_LEFT.values(), ids=NOTHING_IS_LEFT)
def test_what_cancels_is_nothing_whatever_has_been_done_to_it_since(true):
    statement = true(VALUE.statement.rhs)
    said = Axiom("images.value", statement, given=SPACE, source="for the tests", defined=VALUE.defined)
    assert witnessed(said, statement)[0] is True


def test_points_have_the_image_that_they_should():
    for point in points(frozenset({t, y, z, c, o}), SPACE, "seed", 3):
        assert decide(POWER, point)[0]
        for other in (Image(t, x, 2 * y * x ** (z - 1)), Image(t, x, y * x**z), Image(f, x, y), Image(t, x, y, -oo)):
            assert decide(other, point | {f: point[t] * Signed.of(np.float64(2))})[0] is False
        assert decide(POSITIVE, point)[0]
        assert decide(ForAll(o, t[o] < 5), point)[0] is False
    plain = {n: 1, mu: [Fraction(1)], t: [Fraction(1)], y: Fraction(1), z: Fraction(1)}
    assert decide(POWER, plain)[0] is False


@pytest.mark.parametrize("b", [0.2, 0.5, 1, 2, 3.7, 4.8])
@pytest.mark.parametrize("s", [0.1, 1, 3.3])
def test_the_rule_of_the_half_line_is_accurate(b, s):
    """It integrates x**(s - 1) exp(-x**b) to a relative error of 1e-11, whose tail beyond the nodes is below that."""
    places, weights = nodes(0)
    total = (
        weights * Signed(np.ones_like(places.log), (s - 1) * places.log - np.exp(b * places.log.clip(-800, 140)))
    ).total()
    assert abs(total.log - (math.lgamma(s / b) - math.log(b))) < 1e-11


@pytest.mark.parametrize(("mean", "spread"), [(0, 1), (3, 0.3), (-20, 2), (0.5, 0.15)])
def test_the_rule_of_the_line_is_accurate(mean, spread):
    places, weights = nodes(-oo)
    exponent = -(((places.value - mean) / spread) ** 2) / 2
    total = (weights * Signed(np.ones_like(exponent), exponent)).total()
    assert abs(total.log - math.log(spread * math.sqrt(2 * math.pi))) < 1e-11


numbers = st.floats(-50, 50, allow_nan=False).map(lambda v: 0.0 if abs(v) < 1e-30 else v)


@settings(derandomize=True, deadline=None, max_examples=100)
@given(numbers, numbers)
def test_numbers_by_sign_and_logarithm_are_numbers(v, w):
    """Each operation to 1e-14 of the size of its operands, which lose an ulp or two in the logarithm."""
    field = Nodal()
    with field.scope():
        first, second = Signed.of(np.float64(v)), Signed.of(np.float64(w))
        assert abs((first + second).value - (v + w)) <= 1e-14 * (abs(v) + abs(w))
        assert abs((first - second).value - (v - w)) <= 1e-14 * (abs(v) + abs(w))
        assert abs((first * second).value - v * w) <= 2e-14 * abs(v * w)
        if w:
            assert abs((first / second).value - v / w) <= 2e-14 * abs(v / w)
        assert abs(field.exp(first).log - v) <= 1e-14 * abs(v)
        if v > 0:
            assert abs(field.log(field.exp(first)).value - v) <= 1e-13 * abs(v)


def both_ways(value):
    with Nodal().scope():
        return value, Nodal().constant(value)


def combined(name, first, second):
    with Nodal().scope():
        return tuple(getattr(v, name)(w) for v, w in zip(first, second, strict=True))


operations = st.recursive(
    st.fractions(-9, 9, max_denominator=9).map(both_ways),
    lambda inner: st.builds(
        combined,
        st.sampled_from(["__add__", "__sub__", "__mul__"]),
        inner,
        inner | st.fractions(-1, 1, max_denominator=10**12).map(both_ways),
    ),
    max_leaves=12,
)


@settings(derandomize=True, deadline=None, max_examples=300)
@given(operations)
def test_the_error_of_a_number_is_relative_to_what_has_cancelled(pair):
    exact, found = pair
    error = abs(Fraction(float(found.value)) - exact)
    assert error <= Fraction(1, 10**13) * Fraction(math.exp(found.gross))
    assert found.gross >= found.log - 1e-14


def test_nothing_overflows_and_what_is_undefined_is_said_to_be():
    field = Nodal()
    with field.scope():
        huge = field.exp(field.constant(Fraction(10**6)))
        assert field.compare(huge, huge * huge) == -1
        assert field.compare(field.log(huge), field.constant(Fraction(10**6))) == 0
        assert field.integer(field.constant(Fraction(3))) == 3
        assert field.integer(field.constant(Fraction(5, 2))) is None
        assert field.integer(huge) is None
        with pytest.raises(Undefined):
            field.log(field.constant(Fraction(-1)))
        with pytest.raises(Inexpressible):
            field.log(field.constant(Fraction(0)))
        with pytest.raises(Undefined):
            field.digamma(field.constant(Fraction(-1)))
        with pytest.raises(Inexpressible):
            field.log_gamma(nodes(0)[0])
        assert field.compare(nodes(0)[0], field.constant(Fraction(0))) == 1
        assert field.compare(nodes(-oo)[0], field.constant(Fraction(0))) is None
        with pytest.raises(Inexpressible):
            field.compare(Signed(1.0, np.nan), huge)


def test_the_other_arithmetics_know_the_gamma_function_where_they_can():
    assert decide(Eq(LogGamma(x + 1), LogGamma(x) + Log(x)), {x: Fraction(5, 3), n: 1})[0]
    assert decide(Eq(D(LogGamma(x), x), Digamma(x)), {x: Fraction(5, 3), n: 1})[0]
    assert decide(Eq(D(LogGamma(x), x), Digamma(x + 1)), {x: Fraction(5, 3), n: 1})[0] is False
    with pytest.raises(Undefined):
        decide(Eq(LogGamma(x), x), {x: Fraction(-1, 2), n: 1})
    with pytest.raises(Inexpressible):
        decide(Eq(D(Digamma(x), x), x), {x: Fraction(1, 2), n: 1})
    with pytest.raises(Undefined):
        Exact().log_gamma(Fraction(0))
    for field in (Exact(), Logarithms()):
        with pytest.raises(Inexpressible):
            field.digamma(field.constant(Fraction(1, 2)))
    pair = TwoPrecisions()
    assert pair.compare(pair.log_gamma(pair.constant(Fraction(5))), pair.log(pair.constant(Fraction(24)))) == 0
    with pytest.raises(Inexpressible):
        pair.digamma(pair.constant(Fraction(-1)))


def test_a_bound_below_an_entry_is_satisfied_by_construction():
    from entnorm.claims import Family, Index

    p, u, i = Family("p"), Family("u"), Index("i")
    bound = ForAll(i, Ge(u[i], Exp(p[i])))
    found = points(frozenset({p, u}), (bound,), "seed", 3)
    assert len(found) == 5
    assert all(decide(bound, point)[0] for point in found)


def test_foundations_name_the_gamma_function():
    names = {foundation.name for foundation in foundations_of(ACCEPTED["the slope of log Gamma"]())}
    assert {"gamma", "calculus"} <= names
