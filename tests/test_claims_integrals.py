"""Integrals in the kernel: linear and positive, never without convergence, and no more is known of them than that."""

from fractions import Fraction

import pytest
from sympy import Integer

from entnorm import balls
from entnorm.claims import (
    At,
    Attained,
    Axiom,
    Claim,
    D,
    Digamma,
    Eq,
    Exp,
    Family,
    ForAll,
    Function,
    Ge,
    Gt,
    Index,
    Integrable,
    Integral,
    Jet,
    Le,
    Log,
    Lt,
    Natural,
    Ne,
    Operator,
    Point,
    Refusal,
    Refuted,
    Root,
    Rows,
    Scalar,
    Seq,
    Sum,
    by,
    calc,
    check,
    convergence,
    expansion,
    ge,
    gt,
    intermediate,
    monotone,
    mu,
    n,
)
from entnorm.claims.arithmetics import Exact
from entnorm.claims.citing import foundations_of
from entnorm.claims.context import Context
from entnorm.claims.definedness import obligations
from entnorm.claims.evaluation import evaluate
from entnorm.claims.language import (
    Differentiable,
    Entry,
    LanguageError,
    Measure,
    alpha_equal,
    free,
    substitute,
)
from entnorm.claims.links import links
from entnorm.claims.points import points
from entnorm.claims.typeset import latex, mathml, text

f, g = Function("f"), Function("g")
o, q = Point("o"), Point("q")
P = Rows("P")
p = Family("p")
i, j = Index("i"), Index("j")
x, y, z, a, b = Scalar("x"), Scalar("y"), Scalar("z"), Scalar("a"), Scalar("b")
m = Natural("m")
F_POSITIVE = ForAll(o, f[o] > 0)
F_FINITE, G_FINITE = Integrable(f[o], o), Integrable(g[o], o)
SQUARE_FINITE = Integrable(f[o] ** 2, o)
INSIDE = (F_POSITIVE, Lt(a, x), Lt(x, b), Integrable(f[o] ** a, o), Integrable(f[o] ** b, o))
moment = Operator("moment", (m, f, x), Integral(f[o] ** x * Log(f[o]) ** m, o))
mass = Operator("mass", (f, x), Integral(f[o] ** x, o))
FINITE = Axiom("integrals.finite", Integrable(f[o] ** x * Log(f[o]) ** m, o), given=INSIDE, source="for the tests")
HERE = FINITE.at({f: f, x: x, a: a, b: b})
SLOPE = Axiom(
    "integrals.slope",
    Eq(D(moment(m, f, x), x), moment(m + 1, f, x)),
    given=INSIDE,
    source="for the tests",
    defined=(HERE,),
)
SLOPES = SLOPE.at({f: f, a: a, b: b})


def chain(start, *lines, given=(), defined=()):
    """Return the claim that the ends of a chain are related as its last line says."""
    proof = calc(start, *lines)
    kind = {"=": Eq, "≥": Ge, ">": Gt}[proof.steps[-1].symbol]
    return Claim("integrals.case", kind(start, proof.steps[-1].line), proof, given, defined=defined)


ACCEPTED = {
    "linearity": lambda: chain(
        Integral(x * f[o] - g[o], o),
        (x * Integral(f[q], q) - Integral(g[o], o), by.termwise),
        given=(F_FINITE, G_FINITE),
    ),
    "a product of two integrals": lambda: chain(
        Integral(f[o] * Integral(g[q], q), o),
        (Integral(f[o], o) * Integral(g[o], o), by.termwise),
        given=(F_FINITE, G_FINITE),
    ),
    "a sum of integrals": lambda: chain(
        Sum(Integral(p[i] * f[o], o), i), (Sum(p[i], i) * Integral(f[o], o), by.termwise), given=(F_FINITE,)
    ),
    "a positive integrand": lambda: chain(Integral(f[o], o), gt(0, by.sign), given=(F_POSITIVE, F_FINITE)),
    "a square": lambda: chain(Integral(f[o] ** 2, o), ge(0, by.sign), given=(SQUARE_FINITE,)),
    "logarithms inside": lambda: chain(
        Integral(Log(x * f[o]) * f[o], o),
        (Log(x) * Integral(f[o], o) + Integral(f[o] * Log(f[o]), o), by.logs),
        given=(F_POSITIVE, Gt(x, 0), F_FINITE, Integrable(f[o] * Log(f[o]), o)),
    ),
    "an equation for every point": lambda: chain(
        Integral(f[o], o),
        (Integral(g[o], o), ForAll(o, Eq(f[o], g[o]))),
        given=(F_FINITE, G_FINITE, ForAll(o, Eq(f[o], g[o]))),
    ),
    "rows": lambda: chain(
        Sum(Integral(2 * P[i][o], o), i),
        (2 * Sum(Integral(P[i][o], o), i), by.termwise),
        given=(ForAll(i, Integrable(P[i][o], o)),),
    ),
    "a derivative that is known": lambda: chain(
        D(2 * moment(0, f, x), x), (2 * D(moment(0, f, x), x), by.calculus), (2 * moment(1, f, x), SLOPES),
        given=INSIDE, defined=(HERE, SLOPES),
    ),
    "the same written without its logarithm": lambda: chain(
        D(mass(f, x), x), (D(moment(0, f, x), x), by.algebra(mass, moment)), (moment(1, f, x), SLOPES),
        given=INSIDE, defined=(HERE, SLOPES),
    ),
}  # fmt: skip

REFUSED = {
    "no convergence": lambda: chain(Integral(2 * f[o], o), (2 * Integral(f[o], o), by.termwise)),
    "half of the convergence": lambda: chain(
        Integral(f[o] + g[o], o), (Integral(f[o], o) + Integral(g[o], o), by.termwise), given=(F_FINITE,)
    ),
    "a product of integrable functions": lambda: chain(
        Integral(2 * f[o] * g[o], o), (2 * Integral(f[o] * g[o], o), by.termwise), given=(F_FINITE, G_FINITE)
    ),
    "a square of an integrable function": lambda: chain(
        Integral(f[o] ** 2, o), ge(0, by.sign), given=(F_FINITE,)
    ),
    "a power at another exponent": lambda: chain(
        Integral(f[o] ** y, o), gt(0, by.sign), given=(F_POSITIVE, Integrable(f[o] ** x, o))
    ),
    "convergence of some row": lambda: chain(
        Integral(2 * P[j][o], o), (2 * Integral(P[j][o], o), by.termwise), given=(Integrable(P[i][o], o),)
    ),
    "a factor that depends on the point": lambda: chain(
        Integral(f[o] * g[o], o),
        (f[q] * Integral(g[o], o), by.termwise),
        given=(G_FINITE, Integrable(f[o] * g[o], o)),
    ),
    "a point that is captured": lambda: chain(
        Integral(f[o] * f[q], o), (Integral(f[o] ** 2, o), by.termwise), given=(F_FINITE, SQUARE_FINITE)
    ),
    "the measure of everything": lambda: chain(
        Integral(x, o), (n * x, by.termwise), given=(Integrable(x, o),)
    ),
    "one point decides": lambda: chain(
        Integral(f[o] ** 2, o), gt(0, by.sign), given=(SQUARE_FINITE, Ne(f[q], 0))
    ),
    "a value is at most the integral": lambda: chain(
        Integral(f[o], o), ge(f[q], by.sign), given=(F_POSITIVE, F_FINITE)
    ),
    "integrals that commute": lambda: chain(
        Integral(Integral(Exp(f[o] * g[q]), o), q),
        (Integral(Integral(Exp(f[o] * g[q]), q), o), by.termwise),
        given=(
            ForAll(q, Integrable(Exp(f[o] * g[q]), o)),
            ForAll(o, Integrable(Exp(f[o] * g[q]), q)),
            Integrable(Integral(Exp(f[o] * g[q]), o), q),
            Integrable(Integral(Exp(f[o] * g[q]), q), o),
        ),
    ),
    "an equation at one point": lambda: chain(
        Integral(f[o], o), (Integral(g[o], o), Eq(f[q], g[q])), given=(F_FINITE, G_FINITE, Eq(f[q], g[q]))
    ),
    "an integrand that is not defined": lambda: chain(
        Integral(Log(f[o]) * x, o), (x * Integral(Log(f[o]), o), by.termwise), given=(Integrable(Log(f[o]), o),)
    ),
    "differentiation under the integral sign": lambda: chain(
        D(moment(0, f, x), x), (moment(1, f, x), by.calculus(moment)), given=INSIDE, defined=(HERE,)
    ),
    "a derivative of which nothing is known": lambda: chain(
        D(2 * mass(f, x), x), (2 * D(mass(f, x), x), by.calculus), given=INSIDE, defined=(HERE,)
    ),
    "a derivative elsewhere": lambda: chain(
        At(D(2 * mass(f, x), x), x, y),
        (2 * At(D(mass(f, x), x), x, y), by.calculus),
        given=(*INSIDE, Integrable(f[o] ** y, o)), defined=(HERE, SLOPES),
    ),
    "a derivative outside the interval": lambda: chain(
        D(moment(0, f, x), x), (moment(1, f, x), SLOPES),
        given=(*INSIDE[:2], *INSIDE[3:], Integrable(f[o] ** x, o), Integrable(f[o] ** x * Log(f[o]), o)),
        defined=(SLOPES,),
    ),
    "the end of the interval": lambda: chain(
        D(moment(0, f, x), x), (moment(1, f, x), SLOPES), given=INSIDE[:1] + INSIDE[3:], defined=(HERE, SLOPES),
    ),
}  # fmt: skip


@pytest.mark.parametrize("claim", ACCEPTED.values(), ids=ACCEPTED)
def test_what_is_accepted(claim):
    assert check(claim()).status == "proved"


@pytest.mark.parametrize("claim", REFUSED.values(), ids=REFUSED)
def test_what_is_refused(claim):
    with pytest.raises(Refusal):
        links(claim())


def test_the_tests_of_refusal_fail_for_their_one_reason():
    """What is missing from some of the refused claims is what makes them hold."""
    links(chain(Integral(f[o] ** 2, o), ge(0, by.sign), given=(SQUARE_FINITE,)))
    links(chain(Integral(f[o] ** y, o), gt(0, by.sign), given=(F_POSITIVE, Integrable(f[o] ** y, o))))
    at_y = (F_POSITIVE, Lt(a, y), Lt(y, b), *INSIDE[3:])
    there = FINITE.at({f: f, x: y, a: a, b: b})
    elsewhere = At(D(2 * mass(f, x), x), x, y)
    lines = (2 * At(D(mass(f, x), x), x, y), by.calculus)
    links(chain(elsewhere, lines, given=at_y, defined=(there, SLOPES)))
    with pytest.raises(Refusal, match="< ∞"):
        links(chain(elsewhere, lines, given=at_y, defined=(SLOPES,)))
    with pytest.raises(Refusal, match="has a derivative in x at y"):
        links(chain(elsewhere, lines, given=at_y, defined=(there,)))


def test_what_is_known_of_one_row_is_not_known_of_all():
    total = Sum(mass(P[i], x), i)
    lines = (D(2 * total, x), (2 * D(total, x), by.calculus))
    every = (ForAll(i, ForAll(o, P[i][o] > 0)), Lt(a, x), Lt(x, b))
    rows = tuple(ForAll(i, Integrable(P[i][o] ** e, o)) for e in (a, b))
    one = tuple(Integrable(P[i][o] ** e, o) for e in (a, b))
    defined = (FINITE.at({x: x, a: a, b: b}), SLOPE.at({a: a, b: b}))
    links(chain(*lines, given=(*every, *rows), defined=defined))
    with pytest.raises(Refusal, match=r"not shown to be defined: .* for every i"):
        links(chain(*lines, given=(*every, *one), defined=defined))
    finite = ForAll(i, Integrable(P[i][o] ** x, o))
    with pytest.raises(Refusal, match="has a derivative in x at x for every i"):
        links(chain(*lines, given=(*every, *one, finite), defined=defined))


def test_nothing_is_known_of_second_derivatives_continuity_or_smoothness():
    second = D(D(mass(f, x), x), x)
    with pytest.raises(Refusal, match="has a derivative"):
        links(chain(2 * second, (second + second, by.algebra), given=INSIDE, defined=(HERE, SLOPES)))
    jet = Jet(mass(f, x), x, y, mass(f, y))
    with pytest.raises(Refusal, match="need not be continuous"):
        links(Claim("integrals.jet", jet, expansion(calc(At(mass(f, x), x, y), (mass(f, y), by.algebra)))))
    root = Root(mass(f, x), x, 0, 1, y)
    with pytest.raises(Refusal, match="need not be continuous"):
        links(
            Claim(
                "integrals.root",
                root,
                intermediate(
                    width=1, at_low=calc(mass(f, 0), gt(y, by.sign)), at_high=calc(mass(f, 1), gt(y, by.sign))
                ),
                (F_POSITIVE,),
            )
        )
    order = monotone(mass(f, x), x, low=a, high=b, slope=calc(D(mass(f, x), x), ge(0, by.sign)))
    with pytest.raises(Refusal, match="need not be continuous"):
        links(Claim("integrals.order", Le(mass(f, a), mass(f, b)), order, (F_POSITIVE, Lt(a, b))))


X_INTEGRAL, Z_INTEGRAL = Integral(x * f[o], o), Integral(z * f[o], o)
AN_EQUATION = Eq(X_INTEGRAL * Integral(x * f[o] ** 2, o) + x * Log(1 + x**2), 0)


@pytest.mark.parametrize(
    ("vanishing", "conditions"),
    [
        (x, (Eq(X_INTEGRAL, 0),)),
        (x, (AN_EQUATION,)),
        (x * z, (Integrable(x * f[o], o), AN_EQUATION, Eq(Z_INTEGRAL * X_INTEGRAL + x * Log(1 + z**2), 0))),
    ],
    ids=["a number with an integral", "a number with several", "a product"],
)
def test_an_equation_that_fits_many_terms_does_not_multiply_the_search(monkeypatch, vanishing, conditions):
    """Its conditions are equations too, and their terms are terms that it fits: a search without end, once."""
    fact = Axiom("integrals.many", Eq(vanishing, 0), given=(F_POSITIVE, *conditions), source="for the tests")
    mass_y = Integral(f[o] ** y, o)
    start = mass_y * y + Log(y) * Exp(y * mass_y) + Integral(f[o] ** y * Log(f[o]) ** 2, o) / mass_y
    given = (F_POSITIVE, Gt(y, 0), Integrable(f[o] ** y, o), Integrable(f[o] ** y * Log(f[o]) ** 2, o))
    count = 0

    def counted(question):
        def asked(self, *arguments):
            nonlocal count
            count += 1
            assert count < 50_000
            return question(self, *arguments)

        return asked

    for name in ("rewrite", "sign"):
        monkeypatch.setattr(Context, name, counted(getattr(Context, name)))
    links(chain(start, (start + 0 * x, fact.at({f: f})), given=given))


def test_an_equation_for_whatever_number_is_used_where_it_is_cited():
    """In the line whose rule cites it, and in a condition where it is cited at the number."""
    zero = Axiom("integrals.zero", Eq(x, 0), given=(Le(x, 0), Ge(x, 0)), source="for the tests")
    both, square = (Le(y, 0), Ge(y, 0)), y**2 + 1
    links(chain(square, (Integer(1), zero), given=both))
    with pytest.raises(Refusal, match="does not equal"):
        links(chain(square, (Integer(1), zero), given=both[:1]))
    needing = Axiom("integrals.needing", Eq(z, 1), given=(Eq(z * y, y),), source="for the tests")
    lines = (z + 1, (Integer(2), by.algebra(needing.at({z: z, y: y}), zero.at({x: y}))))
    links(chain(*lines, given=both))
    with pytest.raises(Refusal):
        links(chain(*lines, given=both[:1]))


def test_the_measures_of_points_are_positive():
    for point in points(frozenset({f, x}), (), "seed", 20):
        assert all(weight > 0 for weight in point[mu])


def test_a_derivative_at_a_value_is_a_derivative_there():
    inner = At(mass(f, y), y, x**2)
    found = set(obligations(D(inner, x)))
    assert Differentiable(Integral(f[o] ** y, o), y, x**2) in {
        s if not isinstance(s, Differentiable) else Differentiable(substitute(s.args[0], {s.args[1]: y}), y, s.args[2])
        for s in found
    }


def test_a_case_of_equality_is_not_one_for_every_point():
    statement = Attained(Ge(Integral(f[o] ** 2, o), 0), ForAll(o, Eq(f[o], 0)))
    claim = Claim("integrals.equality", statement, calc(Integral(f[o] ** 2, o), ge(0, by.sign)), given=(SQUARE_FINITE,))
    with pytest.raises(Refusal, match="certificate"):
        links(claim)


def test_what_converges_may_be_a_combination_and_no_less():
    combination = Integral((x * f[o] - y) * g[o] / (1 + x**2), o)
    given = (G_FINITE, Integrable(f[o] * g[o], o))
    claim = chain(combination, (combination + 0 * x, by.algebra), given=given)
    links(claim)
    for k in range(2):
        with pytest.raises(Refusal, match="not shown to be defined: ∫"):
            links(Claim("integrals.case", claim.statement, claim.proof, given[:k] + given[k + 1 :]))


def test_axioms_about_derivatives_say_that_these_exist_and_nothing_else_is_excused():
    assert check(SLOPE).status == "assumed"
    undefined = Axiom("integrals.slope", SLOPE.statement, given=INSIDE, source="for the tests")
    assert "not shown to be defined" in check(undefined).problem
    wrong = Axiom(
        "integrals.slope", Eq(D(mass(f, x), x), mass(f, x)), given=INSIDE, source="for the tests", defined=(HERE,)
    )
    assert check(wrong).status == "broken"


def test_a_proof_of_convergence_rests_on_what_compares_integrands():
    # Terms are compared by algebra and logarithms where they are positive; and the coefficient is a value of digamma.
    scaled = Claim("integrals.scaled", Integrable(Digamma(x) * f[o], o), convergence(), (F_FINITE, Gt(x, 0)))
    assert check(scaled).status == "proved"
    assert {"field", "logarithms", "order", "integrals", "gamma"} <= {c.name for c in foundations_of(scaled)}


def test_integrals_are_a_foundation_of_their_own():
    names = {c.name for c in foundations_of(ACCEPTED["linearity"]())}
    assert "integrals" in names
    assert "integrals" not in {c.name for c in foundations_of(chain(Sum(2 * p[i], i), (2 * Sum(p[i], i), by.termwise)))}


# ------------------------------------------------------------------------------------------------------- language


@pytest.mark.parametrize(
    "nonsense",
    [
        lambda: f[i],
        lambda: p[o],
        lambda: P[o],
        lambda: P[i][j],
        lambda: Integral(f[o], i),
        lambda: Integral(f, o),
        lambda: Sum(f[o], o),
        lambda: Integral(P[i], o),
        lambda: Integrable(f[o], i),
        lambda: Measure("nu"),
        lambda: Operator("bad", (mu,), x),
        lambda: Operator("bad", (x,), f[o]),
        lambda: mass(p, x),
        lambda: mass(P, x),
        lambda: Operator("mean", (p,), Sum(p[i], i))(f),
        lambda: Operator("mean", (p,), Sum(p[i], i))(P),
        lambda: Entry(Seq(o, f[o]), i),
        lambda: mass(f, x) + f,
        lambda: ForAll(x, Gt(x, 0)),
    ],
)
def test_sorts_are_kept(nonsense):
    with pytest.raises(LanguageError):
        nonsense()


def test_points_are_bound_and_never_captured():
    term = Integral(f[o] * g[q], o)
    assert free(term) == {f, g, q, mu}
    assert alpha_equal(term, Integral(f[Point("r")] * g[q], Point("r")))
    assert not alpha_equal(substitute(term, {q: o}), Integral(f[o] * g[o], o))
    assert alpha_equal(substitute(term, {f: Seq(q, g[q] ** 2)}), Integral(g[o] ** 2 * g[q], o))
    assert alpha_equal(mass(P[i], x).operator.instance((P[i], x)), Integral(P[i][o] ** x, o))


# -------------------------------------------------------------------------------------------------------- witness

POINT = {n: 2, mu: [Fraction(1, 2), Fraction(3)], f: [Fraction(2), Fraction(5)], P: [[1, 2], [3, 4]], o: 1, i: 1}


def test_the_second_witness_adds_over_the_atoms_of_a_measure():
    assert evaluate(Integral(f[o] ** 2, o), POINT, Exact()) == Fraction(1, 2) * 4 + 3 * 25
    assert evaluate(Integral(Integer(1) + 0 * x, o), POINT | {x: 0}, Exact()) == Fraction(7, 2)
    assert evaluate(P[i][o], POINT, Exact()) == 4
    assert evaluate(Sum(Integral(P[j][o], o), j), POINT, Exact()) == Fraction(1, 2) * 4 + 3 * 6


@pytest.mark.skipif(not balls.available(), reason="a derivative of powers needs balls")
def test_the_second_witness_differentiates_integrals():
    assert check(SLOPE).witness.points == 3


def test_false_statements_about_integrals_are_broken_or_refuted():
    product = Eq(Integral(f[o] * g[o], o), Integral(f[o], o) * Integral(g[o], o))
    given = (F_FINITE, G_FINITE, Integrable(f[o] * g[o], o))
    claim = Claim("integrals.false", product, calc(product.lhs, (product.rhs, by.termwise)), given)
    assert check(claim).status == "broken"
    at = {n: 1, mu: [1, 1], f: [1, 2], g: [1, 3]}
    assert check(Refuted("integrals.false", product, at, given)).status == "refuted"
    assert "no value for" in check(Refuted("integrals.false", product, {n: 1}, given)).problem
    assert check(Refuted("integrals.false", Eq(Integral(Integer(1), o), 2), {n: 1})).status == "broken"


@pytest.mark.parametrize("weights", [[0, 1], [-1, 2], [1], "ab", [0.5, 0.5]])
def test_measures_of_counterexamples_are_positive_and_fit(weights):
    at = {n: 1, mu: weights, f: [1, 2]}
    verdict = check(Refuted("integrals.false", Eq(Integral(f[o], o), 0), at, (F_FINITE,)))
    assert (verdict.status, "not of its sort" in verdict.problem) == ("broken", True)


# ------------------------------------------------------------------------------------------------------- printing


def test_how_integrals_are_printed():
    assert text(Integral(x * f[o] + g[o], o)) == "∫ (x f(o) + g(o)) do"
    assert text(Integrable(f[o], o)) == "∫ |f(o)| do < ∞"
    assert text(Differentiable(Integral(f[o], o), x, y)) == "∫ f(o) do has a derivative in x at y"
    assert text(P[i][o]) == "P_i(o)"
    assert latex(Integral(f[o], o)) == r"\int \,f\left(o\right)\,do"
    assert mathml(Integral(f[o], o)).startswith("<math><mrow><mo>∫</mo>")
