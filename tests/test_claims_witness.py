"""The second witness evaluates like another evaluator, decides only what it may, and accepts no planted error."""

from fractions import Fraction

import mpmath
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from sympy import Integer, Rational, oo
from terms import deterministic, environments, i, j, k, mean_of, number, p, terms, u, value, x, y, z

from entnorm import balls
from entnorm.claims import (
    At,
    Attained,
    Claim,
    D,
    Eq,
    Exp,
    Family,
    ForAll,
    Ge,
    Gt,
    Index,
    Jet,
    Le,
    Log,
    Lt,
    Ne,
    Operator,
    Power,
    Recursion,
    Refuted,
    Root,
    Seq,
    Sum,
    Tends,
    by,
    calc,
    ge,
    le,
    n,
    numeric,
    squeeze,
)
from entnorm.claims.arithmetics import Balls, Exact, Inexpressible, Logarithms, TwoPrecisions, Undefined
from entnorm.claims.evaluation import evaluate
from entnorm.claims.kernel import check, witnessed
from entnorm.claims.links import links
from entnorm.claims.points import exact_point, points
from entnorm.claims.witness import decide, settle, shown_sides

needs_flint = pytest.mark.skipif(not balls.available(), reason="python-flint is not installed (extra `rigorous`)")
HALF = Rational(1, 2)
A_BIT = Rational(1, 10**30)
SPOT = {n: 2, x: Fraction(3, 2), y: Fraction(2, 3), z: Fraction(-2), p: [Fraction(1, 3), Fraction(2, 3)], i: 0, j: 1}


@pytest.fixture(params=["balls", "two precisions"])
def arithmetic(request, monkeypatch):
    """Both second arithmetics: with python-flint and without."""
    if request.param == "two precisions":
        monkeypatch.setattr(balls, "available", lambda: False)
        return TwoPrecisions
    if not balls.available():
        pytest.skip("python-flint is not installed (extra `rigorous`)")
    return Balls


# ------------------------------------------------------------------------------------------------------ evaluation


@deterministic
@given(terms, environments)
def test_exact_values(term, env):
    assert evaluate(term, env, Exact()) == value(term, env)


@deterministic
@given(terms, environments)
def test_every_arithmetic_agrees_with_the_exact_one(term, env):
    exact = evaluate(term, env, Exact())
    fields = [Logarithms(), TwoPrecisions()] + ([Balls()] if balls.available() else [])
    for field in fields:
        with field.scope():
            found = evaluate(term, env, field)
            assert field.compare(found, field.constant(exact)) == 0
            assert field.compare(found, field.constant(exact + Fraction(1, 10**30))) == -1


smooth = st.recursive(
    st.sampled_from([x, y, Integer(2), Rational(1, 3)]),
    lambda inner: st.one_of(
        st.builds(lambda a, b: a + b, inner.map(lambda t: t + 0 * x), inner),
        st.builds(lambda a, b: (a * x) * b, inner, inner),
        st.builds(lambda a, e: Power(a, e), inner, st.integers(-1, 3)),
        st.builds(lambda a: Exp(a / (4 + 0 * x)), inner),
        st.builds(lambda a: Log(1 + x * a * a), inner),
        st.builds(lambda a, b: Power(1 + x * a * a, b), inner, inner),
    ),
    max_leaves=4,
)


@deterministic
@given(smooth, st.integers(1, 2))
def test_derivatives_by_dual_numbers_are_limits_of_difference_quotients(term, order):
    slope = term
    for _ in range(order):
        slope = D(slope, x)
    field = TwoPrecisions()
    with mpmath.workdps(60):
        try:
            expected = mpmath.diff(lambda at: number(value(term, SPOT | {x: at})), number(SPOT[x]), order)
            found = evaluate(slope, SPOT, field).values[1]
        except (ZeroDivisionError, Undefined):
            assume(False)
        assume(abs(expected) < 1e6)
        assert abs(mpmath.mpf(str(found)) - expected) < mpmath.mpf(10) ** -8 * (1 + abs(expected))


def exactly(term, point=SPOT):
    return evaluate(term, point, Exact())


def test_nested_derivatives_keep_their_variables_apart():
    assert exactly(D(x * D(x * y, y), x)) == 3
    assert exactly(D(D(x**2 * y**2, x), y)) == 4 * SPOT[x] * SPOT[y]
    assert exactly(D(x * At(D(x * y, y), y, x), x)) == 2 * SPOT[x]
    assert exactly(D(At(x**2, x, x * y), x)) == 2 * SPOT[x] * SPOT[y] ** 2
    assert exactly(At(D(x**2, x), x, 5)) == 10
    assert exactly(D(x, x) + D(y, x)) == 1


def test_what_an_operator_has_once_been_is_not_remembered_for_other_values():
    square = Operator("square", (z,), z**2)
    assert exactly(At(square(x), x, 3) + At(square(x), x, 4)) == 25
    assert exactly(At(square(x), x, x) + At(square(x), x, x + 1)) == Fraction(9, 4) + Fraction(25, 4)
    assert exactly(D(square(x), x) + square(x)) == 3 + Fraction(9, 4)
    assert exactly(Sum(mean_of(Seq(j, p[i])), i)) == 1


def test_recursions_are_iterated():
    factorial = Recursion("factorial", (k, x), Integer(1), lambda before: before * (k + 1))
    assert [exactly(factorial(c, x)) for c in range(5)] == [1, 1, 2, 6, 24]
    assert exactly(factorial(n + 1, x)) == 6


@deterministic
@given(st.integers(-40, 40))
def test_whole_powers_are_products_of_equal_factors(count):
    assert evaluate(Power(x, count), SPOT, Exact()) == SPOT[x] ** count
    assert evaluate(D(Power(x, count), x), SPOT, Exact()) == count * SPOT[x] ** (count - 1)


def test_powers():
    assert exactly(Power(0, 0)) == 1
    assert exactly(Power(Integer(-2), 3)) == -8
    assert exactly(Power(z, -1)) == -HALF
    for undefined in (Power(0, -1), 1 / (x - x), Log(z), Log(x - x), Power(z, HALF)):
        with pytest.raises(Undefined) as caught:
            exactly(undefined)
        assert not isinstance(caught.value, Inexpressible)
    for irrational in (Log(x), Exp(x), Power(x, HALF)):
        with pytest.raises(Inexpressible):
            exactly(irrational)


WHOLE = [2 + Exp(1) - Exp(1), Log(Exp(2)), Log(4) / Log(2) + Exp(x) - Exp(x)]
BROKEN = [HALF, HALF + Exp(1) - Exp(1), Log(3) / Log(2), Exp(1)]


@needs_flint
@pytest.mark.parametrize("exponent", WHOLE)
def test_a_negative_number_has_a_power_that_may_be_whole(exponent):
    """So the square of a negative number, written in a strange way, is not certainly without a value."""
    for base in (z, z * Exp(1), x - x):
        assert settle(Eq(Power(base, exponent), 1), SPOT)[0] is None
        assert settle(Eq(D(Power(base, exponent), y), 0), SPOT)[0] is None
    true = Eq(Power(z, WHOLE[0]), z**2)
    assert links(Claim("witness.square", true, calc(true.lhs, (z**2, by.algebra)))) == ()
    assert check(Refuted("witness.square", true, {n: 1, z: -2})).status != "refuted"
    assert settle(Eq(D(Power(z, 2 + 0 * y), y), 0), SPOT)[0] is None


@needs_flint
@pytest.mark.parametrize("exponent", BROKEN)
def test_a_negative_number_has_no_power_that_is_not_whole(exponent):
    for base in (z, z * Exp(1)):
        with pytest.raises(Undefined) as caught:
            settle(Eq(Power(base, exponent), 1), SPOT)
        assert not isinstance(caught.value, Inexpressible)


# -------------------------------------------------------------------------------------------------------- decisions

TRUE = [
    Eq(Exp(x) * Exp(y), Exp(x + y)),
    Ne(Exp(x), 1 + x),
    Lt(Log(x), x - 1),
    Gt(Exp(x), 1 + x),
    Le(Log(x), Log(x)),
    ForAll(i, Lt(Log(p[i]), 0)),
    Attained(Le(Log(x), x - 1), Eq(x, 1)),
    Attained(Le(Log(y / y), y / y - 1), Eq(x, x)),
    Jet(Exp(x), x, 0, 1, 1, HALF),
    Eq(D(Sum(p[i] ** x, i), x), Sum(p[i] ** x * Log(p[i]), i)),
]
FALSE = [
    Eq(Exp(x) * Exp(y), Exp(x + y) + A_BIT),
    Eq(Exp(x) * Exp(y), Exp(x + y) * (1 + A_BIT)),
    Ne(Exp(x) * Exp(y), Exp(x + y)),
    Lt(Exp(x) * Exp(y), Exp(x + y)),
    Gt(Log(x), x - 1),
    ForAll(i, Lt(Log(p[i]), -1)),
    Attained(Le(Log(x), x - 1), Eq(x, x)),
    Attained(Le(Log(y / y), y / y - 1), Eq(x, y)),
    Attained(Ge(Log(x), x - 1), Eq(x, 1)),
    Jet(Exp(x), x, 0, 1, 1, HALF + A_BIT),
    Eq(D(Exp(2 * x), x), Exp(2 * x)),
]


@pytest.mark.parametrize("statement", TRUE, ids=str)
def test_true_statements_are_decided(statement, arithmetic):
    assert decide(statement, SPOT)[0] is True


@pytest.mark.parametrize("statement", FALSE, ids=str)
def test_false_statements_are_decided(statement, arithmetic):
    assert decide(statement, SPOT)[0] is False


@pytest.mark.parametrize("statement", TRUE + FALSE, ids=str)
def test_what_is_settled_is_what_is_decided(statement, arithmetic):
    settled, _ = settle(statement, SPOT)
    assert settled in (None, decide(statement, SPOT)[0])


@needs_flint
def test_quotients_of_logarithms_are_settled_with_balls():
    assert settle(Eq(Log(12) / Log(18), (2 * Log(2) + Log(3)) / (Log(2) + 2 * Log(3))), SPOT)[0] is True
    assert settle(Lt(Log(12) / Log(18), Log(2) / Log(3)), SPOT)[0] is False


@needs_flint
def test_agreement_of_balls_settles_nothing():
    assert decide(Eq(Exp(x) * Exp(y), Exp(x + y)), SPOT) == (True, "balls")
    assert settle(Eq(Exp(x) * Exp(y), Exp(x + y)), SPOT) == (None, "balls")
    assert settle(Lt(Log(2), Log(2) + Exp(-500)), SPOT)[0] is None
    assert settle(Lt(Exp(x), Exp(x) + A_BIT), SPOT) == (True, "balls")


def test_formal_identities_of_logarithms_are_settled(arithmetic):
    entropy = -Sum(p[i] * Log(p[i]), i)
    assert settle(Eq(entropy, Log(3) - Rational(2, 3) * Log(2)), SPOT) == (True, "exact logarithms")
    assert settle(Eq(Exp(2 * Log(3) - Log(2)), Rational(9, 2)), SPOT) == (True, "exact logarithms")
    with pytest.raises(Undefined, match="division by zero"):
        settle(Eq(1 / (Log(4) - 2 * Log(2)), 1), SPOT)


def test_without_flint_irrational_differences_are_not_settled(monkeypatch):
    monkeypatch.setattr(balls, "available", lambda: False)
    assert settle(Lt(Log(2), 1), SPOT)[0] is None
    assert check(Claim("witness.number", Lt(Log(2), 1), numeric())).status == "evidence"
    assert decide(Lt(Log(2), 1), SPOT) == (True, TwoPrecisions.name)


def test_a_denominator_that_may_be_zero_is_not_certainly_zero(arithmetic):
    with pytest.raises(Inexpressible):
        decide(Eq(1 / (Exp(x) * Exp(y) - Exp(x + y)), 1), SPOT)
    assert settle(Eq(1 / (Exp(x) * Exp(y) - Exp(x + y)), 1), SPOT)[0] is None


def test_what_holds_for_the_first_numbers_is_not_settled_for_all():
    assert decide(ForAll(k, Ne(k, 5)), SPOT)[0] is True
    assert settle(ForAll(k, Ne(k, 5)), SPOT)[0] is None
    assert settle(ForAll(k, Ne(k, 2)), SPOT)[0] is False
    assert settle(ForAll(i, Gt(p[i], 0)), SPOT)[0] is True


def test_balls_and_two_precisions_see_the_same_of_a_claim(monkeypatch):
    claim = Claim(
        "witness.claim", Eq(D(Exp(x * y), x), y * Exp(x * y)), calc(D(Exp(x * y), x), (y * Exp(x * y), by.calculus))
    )
    false = Eq(D(Exp(x * y), x), y * Exp(x * y) + A_BIT)
    for flint in (True, False):
        monkeypatch.setattr(balls, "available", lambda flint=flint: flint)
        assert witnessed(claim)[0] is True
        assert witnessed(claim, false)[0] is False


def test_a_point_that_cannot_be_expressed_hides_no_other_where_the_statement_fails():
    """At x = y = 1, which is among the points, nothing tells the denominator from 0."""
    positive, inverse = (Gt(x, 0), Gt(y, 0)), 1 / (Exp(x * y) - Exp(y))
    assert witnessed(Claim("witness.hidden", Eq(inverse, y), calc(inverse), positive), Eq(inverse, y))[0] is False
    with pytest.raises(Inexpressible):
        witnessed(Claim("witness.hidden", Eq(inverse, inverse), calc(inverse), positive), Eq(inverse, inverse))


def test_interior_lines_are_looked_at_too():
    detour = calc(x, (x + y, by.algebra), (x, by.algebra))
    assert witnessed(Claim("witness.detour", Eq(x, x), detour))[0] is False
    through_z = calc(x, (x + z - z, by.algebra), (x, by.algebra))
    assert check(Claim("witness.new-variable", Eq(x, x), through_z)).status == "proved"


# ------------------------------------------------------------------------------------------------------------ points

HYPOTHESES = (ForAll(i, Gt(p[i], 0)), Eq(Sum(p[i], i), 1), Lt(x, y), Ne(p[i], p[j]), Eq(z, x + 1))


def test_points_satisfy_the_hypotheses_and_stay_the_same():
    variables = frozenset({p, x, y, z, i, j})
    found = points(variables, HYPOTHESES, "seed", 3)
    assert found == points(variables, HYPOTHESES, "seed", 3) != points(variables, HYPOTHESES, "another", 3)
    assert len(found) >= 3
    for point in found:
        assert min(point[p]) > 0
        assert sum(point[p]) == 1
        assert point[x] < point[y]
        assert point[z] == point[x] + 1
        assert point[p][point[i]] != point[p][point[j]]


def test_a_single_entry_is_among_the_points():
    assert {point[n] for point in points(frozenset({p}), (), "seed", 3)} == {2, 3, 1}


def test_some_points_are_special():
    assert all(0 not in point[p] for point in points(frozenset({p}), (), "seed", 3)[:3])
    zeros, ones = points(frozenset({p, x, k}), (), "seed", 3)[3:]
    assert {zeros[x], zeros[k], *zeros[p]} == {0}
    assert {ones[x], *ones[p]} == {1}
    for false in (Gt(x**2, 0), Ne(x * y, y), Lt(Sum(p[i] ** 2, i), Sum(p[i], i) ** 2)):
        assert witnessed(Claim("witness.special", false, calc(x)), false)[0] is False


def test_points_are_repaired_where_hypotheses_leave_little_room():
    """Three of the numbers that are drawn are as small as this, and in order, once in fifty thousand times."""
    small = Rational(1, 4)
    narrow = (Gt(x, 0), Lt(x, small), Gt(y, 0), Lt(y, small), Gt(z, 0), Lt(z, small), Lt(x, y), Lt(y, z))
    found = points(frozenset({x, y, z}), narrow, "narrow", 3)
    assert len(found) == 3
    assert all(decide(statement, point)[0] is True for statement in narrow for point in found)


def test_no_point_satisfies_a_contradiction():
    assert points(frozenset({x}), (Gt(x, 0), Lt(x, 0)), "seed", 3) == ()
    assert points(frozenset({x}), (Gt(1 / (x - x), 0),), "seed", 3) == ()


def test_a_written_point_is_checked():
    point = exact_point(frozenset({x, p, i, k}), {n: 2, x: HALF, p: [1, Fraction(1, 3)], i: 1, k: 0})
    assert point == {n: 2, x: Fraction(1, 2), p: [Fraction(1), Fraction(1, 3)], i: 1, k: 0}
    assert exact_point(frozenset({x}), {n: 2, x: Log(2)})[x] == Log(2)
    for wrong in ({n: 2}, {x: 1}, {n: True, x: 1}, {n: 2, x: 0.5}, {n: 2, x: "1"}, {n: 2, x: [1]}, {n: 2, x: p}):
        with pytest.raises(ValueError, match=r"no value|is not"):
            exact_point(frozenset({x}), wrong)


def test_sides_are_shown_as_they_are():
    assert shown_sides(Eq(x, y), SPOT) == {"lhs": "3/2", "rhs": "2/3"}
    assert shown_sides(Eq(1 / (x - x), y), SPOT) is None
    assert shown_sides(ForAll(i, Eq(p[i], 1)), SPOT) is None
    sides = shown_sides(Lt(Log(2), 1), SPOT)
    assert sides["lhs"].strip("[").startswith(("0.693147", "about 0.693147"))
    assert u not in SPOT


# ------------------------------------------------------------------------------------------------- limits and roots


@pytest.mark.parametrize(
    ("statement", "truth"),
    [
        (Tends(x * Log(x), x, 0, 0), True),
        (Tends(x * Log(x), x, 0, A_BIT + Rational(1, 1000)), False),
        (Tends(y + 1 / (1 + x), x, oo, y), True),
        (Tends(y + 1 / (1 + x), x, 0, y), False),
        (Tends(Log(x), x, 0, 0), False),
        (Tends(p[i] ** x, x, 0, 1), True),
        (Tends(p[i] ** x, x, oo, 1), False),
        (Root(x**2, x, 1, 2, 2), True),
        (Root(x**2, x, 1, 2, 5), False),
        (Root(x**2, x, 2, 1, 2), False),
        (Root(x**2, x, -2, 2, 1), True),  # the ends are on the same side, but what is between them is not
        (Root(x - 1, x, 0, 2, 0), True),
        (Root(x, x, 0, 1, 0), False),  # at an end is not between the ends
    ],
)
def test_limits_and_roots_are_looked_at_closely_and_only_a_change_of_sign_in_balls_is_certain(
    arithmetic, statement, truth
):
    assert decide(statement, SPOT)[0] is truth
    changes_sign = statement in (Root(x**2, x, 1, 2, 2), Root(x - 1, x, 0, 2, 0))
    assert settle(statement, SPOT)[0] is (True if changes_sign and balls.available() else None)


def test_a_limit_that_is_claimed_wrongly_is_broken_whatever_its_bounds_say():
    near = Claim(
        "witness.wrong-limit",  # the bounds are false only where nobody draws a point
        Tends(x + Rational(1, 10**4), x, 0, 0),
        squeeze(1, below=calc(x + Rational(1, 10**4), ge(0 - 1 * x, by.sign)), above=calc(x, le(0 + 2 * x, by.sign))),
    )
    assert check(near).status == "broken"


def test_marks_are_drawn_before_what_they_mark():
    """Products that vanish are made to: marks are 0 or 1, and where they are 1 the entry is that at r."""
    e, r = Family("e"), Index("r")
    given = (
        ForAll(i, Eq(e[i] * (1 - e[i]), 0)),
        ForAll(i, Eq(e[i] * (p[i] - p[r]), 0)),
        ForAll(i, Lt((1 - e[i]) * p[i], p[r])),
    )
    found = points(frozenset({e, p, r}), (ForAll(i, Gt(p[i], 0)), *given), "seed", 30)
    assert 30 <= len(found) <= 32  # in general position, and up to two that are not
    for point in found:
        top = max(point[p])
        assert point[p][point[r]] == top
        assert point[e] == [int(entry == top) for entry in point[p]]
    assert any(sum(point[e]) > 1 for point in found)


def test_the_derivative_by_which_an_expansion_fails_is_shown():
    assert shown_sides(Jet(x**2, x, 3, 9, 6, 1), {n: 1}) is None
    assert shown_sides(Jet(x**2, x, 3, 9, 5, 2), {n: 1}) == {"lhs": "6", "rhs": "5", "order": "1"}
    assert shown_sides(Jet(x**2, x, 3, 9, 6, 2), {n: 1}) == {"lhs": "2", "rhs": "4", "order": "2"}
