"""Equal by the laws means equal in value, and SymPy finds the same equalities of rational functions."""

from fractions import Fraction

import mpmath
import pytest
import sympy
from hypothesis import assume, given
from hypothesis import strategies as st
from sympy import Integer, Rational
from terms import deterministic, environments, i, j, k, number, p, r, terms, u, value, x, y, z

from entnorm.claims import At, D, Exp, Log, Power, Refusal, Seq, Sum, n
from entnorm.claims.language import Entry, Plus, Times, substitute
from entnorm.claims.normal import Normaliser, derivative
from entnorm.claims.variants import variants

A_BIT = Rational(1, 10**30)
leaves = st.sampled_from([x, y, z, Integer(2), Integer(-1), Rational(1, 3)])
rational = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.builds(lambda a, b: Plus(a, b), inner, inner),
        st.builds(lambda a, b: Times(a, b), inner, inner),
        st.builds(lambda a, e: Power(a, e), inner, st.integers(-2, 3)),
    ),
    max_leaves=7,
)


def to_sympy(term):
    """Return a rational term, or one with exp and log, as SymPy's own expression."""
    if isinstance(term, Rational):
        return term
    if isinstance(term, Plus | Times | Power):
        head = {Plus: sympy.Add, Times: sympy.Mul, Power: sympy.Pow}[type(term)]
        return head(*map(to_sympy, term.args))
    if isinstance(term, Exp | Log):
        return (sympy.exp if isinstance(term, Exp) else sympy.log)(to_sympy(term.args[0]))
    return sympy.Symbol(term.name, positive=True)


def rearranged(term, draw):
    """Return a term that is equal by the laws of a field: commuted, distributed, with powers written out."""
    if not isinstance(term, Plus | Times | Power):
        return term
    args = [rearranged(arg, draw) for arg in term.args]
    if isinstance(term, Power):
        exponent = int(args[1])
        if exponent > 1 and draw(st.booleans()):
            return Times(*[args[0]] * exponent)
        return Power(*args)
    args = draw(st.permutations(args))
    if isinstance(term, Times) and isinstance(args[0], Plus) and draw(st.booleans()):
        return Plus(*(Times(part, *args[1:]) for part in args[0].args))
    return type(term)(*args)


def is_defined(expression):
    return not expression.has(sympy.nan, sympy.zoo, sympy.oo)


@deterministic
@given(rational, rational, st.data())
def test_rational_functions_are_equal_when_sympy_says_so(a, b, data):
    first = to_sympy(a)
    assume(is_defined(first))
    candidates = [rearranged(a, data.draw), b, *(v for _, v in variants(a) if isinstance(v, sympy.Expr))][:12]
    for candidate in candidates:
        second = to_sympy(candidate)
        if not is_defined(second):
            continue
        same = sympy.cancel(sympy.together(first - second)) == 0
        try:
            assert Normaliser().equal(a, candidate) == same
        except Refusal:  # a denominator that is zero identically, which SymPy cancelled on construction
            assume(False)


@deterministic
@given(rational, st.data())
def test_a_rearrangement_is_recognised(a, data):
    assume(is_defined(to_sympy(a)))
    try:
        assert Normaliser().equal(a, rearranged(a, data.draw))
        assert not Normaliser().equal(a, a + A_BIT)
    except Refusal:
        assume(False)


@deterministic
@given(terms, environments)
def test_equal_with_sums_is_equal_in_value(term, env):
    plain, normal = Normaliser(), Normaliser(sums=True)
    for _, variant in variants(term):
        if isinstance(variant, Plus | Times | Power | Sum) and normal.equal(term, variant):
            assert value(term, env) == value(variant, env)
    assert normal.equal(term, term + y - y)
    assert not normal.equal(term, term + A_BIT)
    assert plain.constant(term) in (None, value(term, env))


S = Sum
EQUAL_WITH_SUMS = [
    (S(p[i] + u[i], i), S(p[j], j) + S(u[r], r)),
    (S(x * p[i], i), x * S(p[i], i)),
    (S(p[i] / (x * y), i), S(p[i], i) / (y * x)),
    (S(1, i), n),
    (S(x, i), n * x),
    (S(S(p[i] * u[j], j), i), S(p[i], i) * S(u[i], i)),
    (S(S(p[i] * u[j], j), i), S(S(p[j] * u[i], j), i)),
    (S(p[i], i) ** 2, S(S(p[i] * p[j], j), i)),
    (S(S((p[i] - p[j]) ** 2, j), i), 2 * n * S(p[i] ** 2, i) - 2 * S(p[i], i) ** 2),
    (S(p[i] * S(p[j] * u[i], j), i), S(p[i] * u[i], i) * S(p[i], i)),
    (S(p[i] / S(p[j], j), i), 1 + 0 * x),
    (S(Seq(j, p[j] + 1)[i], i), S(p[i], i) + n),
]
UNEQUAL_WITH_SUMS = [
    (S(p[i] * u[i], i), S(p[i], i) * S(u[i], i)),
    (S(p[i] * u[i], i), p[i] * S(u[i], i)),
    (S(p[i] ** 2, i), S(p[i], i) ** 2),
    (S(p[i] / u[i], i), S(p[i], i) / S(u[i], i)),
    (S(S(p[i] * u[j], j), i), S(S(p[i] * u[i], i), i)),
    (S(p[i], i), S(p[j], i)),
    (S(p[i] + 1, i), S(p[i], i) + 1),
    (S(Exp(p[i]), i), Exp(S(p[i], i))),
    (S(S(p[i] * p[i] * p[j], j), i), S(S(p[i] * p[j] * p[j], j), i) + A_BIT),
    (S(p[i], i), S(p[i], i) * (1 + A_BIT)),
]


@pytest.mark.parametrize(("a", "b"), EQUAL_WITH_SUMS)
def test_the_laws_of_sums(a, b):
    env = {n: 3, x: Fraction(2, 3), y: Fraction(5), z: Fraction(1), i: 0, j: 2}
    env |= {p: [Fraction(1, 2), Fraction(3), Fraction(-1)], u: [Fraction(2), Fraction(1, 7), Fraction(4)]}
    assert value(a, env) == value(b, env)
    assert Normaliser(sums=True).equal(a, b)
    assert not Normaliser(sums=True).equal(a, b + A_BIT)


@pytest.mark.parametrize(("a", "b"), UNEQUAL_WITH_SUMS)
def test_what_is_no_law_of_sums(a, b):
    assert not Normaliser(sums=True, logs=True, derivatives=True, positive=lambda term: True).equal(a, b)


def with_logs(*positive):
    return Normaliser(sums=True, logs=True, positive=lambda term: isinstance(term, Exp) or term in positive)


def test_the_laws_of_logarithms_need_positive_factors():
    both = with_logs(x, y, x * y, x**2)
    assert both.equal(Log(x * y), Log(x) + Log(y))
    assert both.equal(Log(x**2 / y), 2 * Log(x) - Log(y))
    assert both.equal(Log(Rational(3, 4) * x), Log(3) - 2 * Log(2) + Log(x))
    assert both.equal((x * y) ** z, x**z * y**z)
    assert both.equal(x ** (y + z), x**y * x**z)
    assert both.equal(Exp(z * Log(x)), x**z)
    assert both.equal(Log(Exp(z)), z)
    assert both.equal((x**2) ** Rational(1, 2), x)
    for none in (with_logs(), with_logs(y, x * y, x**2)):
        assert not none.equal(Log(x * y), Log(x) + Log(y))
        assert not none.equal(Log(x**2), 2 * Log(x))
        assert not none.equal((x**2) ** Rational(1, 2), x)
        assert not none.equal(Exp(Log(x) / 2) ** 2, x + A_BIT)
    assert not both.equal(Log(x + y), Log(x) + Log(y))
    assert not both.equal(Log(x) * Log(y), Log(x + y))
    assert not both.equal(Exp(x * y), Exp(x) * Exp(y))


def test_a_bound_index_is_not_the_fixed_one():
    about_i = Normaliser(sums=True, logs=True, positive=lambda term: term in (p[i], p[i] ** 2), fixed=frozenset({i}))
    assert about_i.equal((p[i] ** 2) ** Rational(1, 2), p[i])
    assert not about_i.equal(Sum((p[i] ** 2) ** Rational(1, 2), i), Sum(p[i], i))


def test_what_is_zero_identically_cannot_be_divided_by():
    for term in ((x - x) ** -1, Power(0, -1), 1 / (x * y - y * x)):
        with pytest.raises(Refusal, match="identically zero"):
            Normaliser().equal(term, x)
    with pytest.raises(Refusal, match="identically zero"):
        with_logs().equal(Log(x - x), x)


def test_a_rational_multiple_is_told_from_a_multiple():
    plain = Normaliser()
    assert plain.constant_between(-3 * x * y, x * y / 2) == -6
    assert plain.constant_between(x * y, x) is None
    assert plain.constant_between(x - x, x) is None
    assert plain.factors_between(x * y, y * z) == (x, z)
    assert plain.factors_between(x + y, x - y) is None
    assert plain.constant((x - x) / y + Rational(1, 2)) == Rational(1, 2)
    assert plain.constant(x / x) == 1
    assert plain.constant(x) is None


smooth = st.recursive(
    st.sampled_from([x, y, Integer(2), Rational(1, 3)]),
    lambda inner: st.one_of(
        st.builds(lambda a, b: Plus(a, b), inner, inner),
        st.builds(lambda a, b: Times(a, b), inner, inner),
        st.builds(lambda a, e: Power(a, e), inner, st.integers(-1, 3)),
        st.builds(lambda a: Exp(a / 4), inner),
        st.builds(lambda a: Log(a * a + 1), inner),
        st.builds(lambda a, b: Power(a * a + 1, b), inner, inner),
    ),
    max_leaves=5,
)
SPOT = {n: 1, x: Fraction(3, 2), y: Fraction(2, 3)}


@deterministic
@given(smooth)
def test_derivatives_are_those_of_sympy_and_of_difference_quotients(term):
    found = derivative(term, x)
    with mpmath.workdps(40):
        try:
            here = number(value(term, SPOT))
            slope = number(value(found, SPOT))
        except ZeroDivisionError:
            assume(False)
        assume(abs(here) < 1e6 and abs(slope) < 1e6)
        spot = {
            sympy.Symbol(v.name, positive=True): sympy.Rational(t.numerator, t.denominator) for v, t in SPOT.items()
        }
        exact = sympy.diff(to_sympy(term), sympy.Symbol("x", positive=True)).subs(spot)
        assert abs(slope - mpmath.mpf(sympy.N(exact, 40))) < mpmath.mpf(10) ** -30 * (1 + abs(slope))
        quotient = value(D(term, x), SPOT)
        assert abs(slope - quotient) < mpmath.mpf(10) ** -12 * (1 + abs(slope) + abs(here))


def test_derivatives_of_sums_values_and_derivatives():
    calculus = Normaliser(sums=True, derivatives=True)
    assert calculus.equal(D(Sum(p[i] ** x, i), x), Sum(p[i] ** x * Log(p[i]), i))
    assert calculus.equal(D(D(x**3 * y, x), y), 3 * x**2)
    assert calculus.equal(D(At(x**2, x, y), y), 2 * y)
    assert calculus.equal(At(D(x**2 * y, x), x, 3), 6 * y)
    assert calculus.equal(D(At(D(x**3, x), x, y**2), y), 12 * y**3)
    assert calculus.equal(D(x**k, x), k * x ** (k - 1))
    assert not calculus.equal(D(At(x**2, x, x), x), Integer(0))
    assert not calculus.equal(At(D(x**2, x), x, 3), D(At(x**2, x, 3), x))
    assert not calculus.equal(D(x * y, x), y + A_BIT)
    assert not Normaliser(sums=True).equal(D(x**2, x), 2 * x)  # not without the law


def test_entries_of_equal_families_are_equal():
    assert Normaliser().equal(Entry(Seq(i, p[i] + x), j), x + p[j])
    assert not Normaliser().equal(Entry(Seq(i, p[i] + x), j), x + p[i])
    assert substitute(Entry(p, i), {p: Seq(j, u[j] * x)}) == u[i] * x


@deterministic
@given(st.lists(rational, min_size=2, max_size=4), st.data())
def test_a_sum_of_two_terms_is_found_and_nothing_else_is(parts, data):
    first, second = (data.draw(st.integers(0, len(parts) - 1)) for _ in range(2))
    sign = data.draw(st.sampled_from([1, -1]))
    total, normaliser = sign * rearranged(Plus(parts[first], parts[second]), data.draw), Normaliser()
    try:
        found = list(normaliser.sums_of_two(total, parts))
    except Refusal:
        assume(False)
    assert (min(first, second), max(first, second), sign) in found
    places = [(i, j, s) for i in range(len(parts)) for j in range(i, len(parts)) for s in (1, -1)]
    assert found == [(i, j, s) for i, j, s in places if normaliser.equal(total, Times(s, Plus(parts[i], parts[j])))]
    assert not list(normaliser.sums_of_two(total + A_BIT, parts))
