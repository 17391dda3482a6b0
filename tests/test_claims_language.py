"""Terms stay as written, substitution never captures, and matching undoes substitution."""

from concurrent.futures import ThreadPoolExecutor

import mpmath
import pytest
import sympy
from hypothesis import assume, given
from hypothesis import strategies as st
from terms import deterministic, environments, i, j, k, m, mean_of, p, r, shifted, terms, u, value, x, y, z

from entnorm.claims import (
    At,
    Attained,
    D,
    Eq,
    Exp,
    Family,
    ForAll,
    Index,
    Jet,
    Log,
    Natural,
    Operator,
    Power,
    Recursion,
    Scalar,
    Seq,
    Sum,
    n,
)
from entnorm.claims.language import (
    LanguageError,
    Plus,
    Size,
    Times,
    abstraction,
    alpha_equal,
    free,
    match,
    of_sort,
    open_binder,
    substitute,
    subterms,
    unfold,
)
from entnorm.claims.normal import Normaliser
from entnorm.claims.typeset import text
from entnorm.claims.variants import variants

REFUSED = [
    ("a float", lambda: x + 0.5),
    ("a truth value", lambda: x * True),
    ("a truth value to subtract", lambda: x - True),
    ("a truth value to divide", lambda: True / x),
    ("a chain of Python's comparisons", lambda: 0 < x < 1),
    ("SymPy's own sum", lambda: x + sympy.Symbol("y")),
    ("SymPy's own product", lambda: Log(sympy.Mul(x, x))),
    ("infinity", lambda: x + sympy.oo),
    ("a family as a number", lambda: p + 1),
    ("an index as a number", lambda: i + 1),
    ("a number as an index", lambda: p[1]),
    ("a sum over a number", lambda: Sum(x, y)),
    ("a derivative by a family", lambda: D(x, p)),
    ("a value for an index", lambda: At(x, i, 2)),
    ("an expansion in an index", lambda: Jet(x, i, 0, 1)),
    ("another size", lambda: Size("m")),
    ("a quantifier over the reals", lambda: ForAll(x, Eq(x, x))),
    ("a quantifier over n", lambda: ForAll(n, Eq(n, 1))),
    ("a hidden parameter", lambda: Operator("f", (x,), x + y)),
    ("a case of equality that is no statement", lambda: Attained(x >= 0, 1)),
    ("n as a parameter", lambda: Operator("f", (n,), n + 1)),
    ("a parameter twice", lambda: Operator("f", (x, x), x)),
    ("too few arguments", lambda: mean_of()),
    ("a number for a family", lambda: mean_of(x)),
    ("recursion on a real number", lambda: Recursion("f", (x,), x, lambda before: before)),
    ("a base case that counts", lambda: Recursion("f", (k,), k, lambda before: before)),
    ("a recursion at a real number", lambda: Recursion("f", (k,), sympy.Integer(0), lambda before: before + 1)(x)),
    ("a fraction for a natural number", lambda: of_sort(k, sympy.Rational(1, 2))),
    ("a negative natural number", lambda: of_sort(k, -1)),
    ("anything for n", lambda: of_sort(n, 3)),
]


@pytest.mark.parametrize("build", [b for _, b in REFUSED], ids=[name for name, _ in REFUSED])
def test_the_grammar_refuses(build):
    with pytest.raises(LanguageError):
        build()


def test_nothing_is_evaluated():
    assert (x - x).args == (x, Times(-1, x))
    assert (x / x).args == (x, Power(x, -1))
    assert Power(x, 0) != 1
    assert Exp(Log(x)) != x
    assert (1 + 2 * x) * y != y * (1 + 2 * x)


@deterministic
@given(terms, terms, environments)
def test_substitution_is_evaluation_with_another_value(term, replacement, env):
    for variable in (x, y):
        inside = env | {variable: value(replacement, env)}
        assert value(substitute(term, {variable: replacement}), env) == value(term, inside)


@deterministic
@given(terms, terms, environments, st.sampled_from([i, j, r]))
def test_families_and_indices_are_substituted_without_capture(term, body, env, index):
    sequence = Seq(index, body)
    assert value(substitute(term, {p: sequence}), env) == value(term, env | {p: value(sequence, env)})
    assert value(substitute(term, {i: index}), env) == value(term, env | {i: env[index]})
    swapped = substitute(term, {i: j, j: i, x: y, y: x})
    assert value(swapped, env) == value(term, env | {i: env[j], j: env[i], x: env[y], y: env[x]})


@deterministic
@given(terms, environments, environments)
def test_a_value_depends_on_the_free_variables_alone(term, env, other):
    mixed = {v: (env if v in free(term) else other)[v] for v in env}
    mixed[n] = env[n]
    assert value(term, env) == value(term, mixed)


@deterministic
@given(terms, terms, environments)
def test_equal_up_to_bound_names_is_equal_in_value(a, b, env):
    for bound, other in ((Sum(a, i), Sum(b, j)), (At(a, x, b), At(b, y, b)), (At(a, x, x), At(a, x, b))):
        if alpha_equal(bound, other):
            assert value(bound, env) == value(other, env)
    first, second = (Sum(substitute(a, {i: index}), index) for index in (Index("s"), Index("t")))
    assert alpha_equal(first, second)


def test_equal_up_to_bound_names_looks_at_the_point():
    assert not alpha_equal(At(x**2, x, x), At(x**2, x, 5))
    assert alpha_equal(At(x**2, x, y), At(z**2, z, y))
    assert free(At(x**2, x, x)) == {x}
    assert not alpha_equal(Sum(p[i] * u[j], i), Sum(p[j] * u[j], j))
    assert not alpha_equal(Sum(Sum(p[i] * u[j], j), i), Sum(Sum(p[i] * u[i], i), i))


@deterministic
@given(terms, terms, terms, environments)
def test_matching_undoes_substitution(pattern, first, second, env):
    node = substitute(pattern, {x: first, y: second})
    found = match(pattern, node, frozenset({x, y}))
    assume(found is not None)  # a variable under a binder may stand for nothing that is bound there
    assert value(substitute(pattern, found), env) == value(node, env)


def test_matching_is_exact():
    assert match(x + y, z + 1, frozenset({x, y})) == {x: z, y: 1}
    assert match(x + x, z + 1, frozenset({x})) is None
    assert match(Sum(x, i), Sum(p[i], i), frozenset({x})) is None  # the bound index would escape
    assert match(Sum(x * p[i], i), Sum(y * p[j], j), frozenset({x})) == {x: y}
    assert match(At(x**2, x, x), At(x**2, x, 5), frozenset()) is None
    assert match(At(z**2, z, x), At(x**2, x, y), frozenset({x})) == {x: y}
    assert match(D(x**2, x), D(y**2, y), frozenset({x})) == {x: y}
    assert match(D(x**2, x), D(y**2, y), frozenset()) is None
    assert match(D(x * z, z), D(y * y, y), frozenset({x, z})) is None  # x would be the moving variable
    assert match(mean_of(p), mean_of(Seq(i, u[i] + 1)), frozenset({p})) == {p: Seq(i, u[i] + 1)}
    assert match(k, x, frozenset({k})) is None
    assert match(k, m + 1, frozenset({k})) == {k: m + 1}


@deterministic
@given(terms, environments)
def test_unfolding_keeps_the_value(term, env):
    opened = unfold(term, frozenset({mean_of, shifted}))
    assert value(opened, env) == value(term, env)
    assert "mean" not in text(opened)


def test_a_recursion_unfolds_at_zero_and_at_a_successor():
    power = Recursion("power", (k, x), sympy.Integer(1), lambda before: before * x)
    assert unfold(power(0, y), frozenset({power})) == 1
    assert unfold(power(m + 1, y), frozenset({power})) == power(m, y) * y
    assert unfold(power(m, y), frozenset({power})) == power(m, y)


def test_a_derivative_is_taken_before_a_value_is_put_in():
    slope = D(x**2 * y, x)
    assert substitute(slope, {x: sympy.Integer(3)}) == At(slope, x, 3)
    assert substitute(slope, {x: z}) == D(z**2 * y, z)
    moved = substitute(slope, {y: x})  # y is a constant of the derivative, whatever its value
    env = {x: mpmath.mpf(5), n: 1}
    assert mpmath.almosteq(value(moved, env), 2 * 5 * 5)


def test_opening_a_binder_avoids_what_is_free_inside():
    name, scope = open_binder(Sum(p[i] * u[j], i), frozenset({i}))
    assert name not in {i, j}
    assert scope == p[name] * u[j]


def test_parts_come_outermost_first_and_in_their_order():
    assert list(subterms(x * Exp(y) + z)) == [x * Exp(y) + z, x * Exp(y), x, Exp(y), y, z]


def test_the_entries_of_a_family_are_the_family():
    assert abstraction(i, p[i]) == p
    assert abstraction(i, p[i] + 1) == Seq(i, p[i] + 1)
    assert abstraction(i, p[j]) == Seq(i, p[j])


@deterministic
@given(terms)
def test_what_is_written_alike_is_one_object(term):
    again = term if not term.args else term.func(*term.args)
    assert again is term
    assert Log(term + x) is Log(term + x)


def test_what_is_written_alike_in_threads_is_one_object():
    with ThreadPoolExecutor(8) as pool:
        built = list(pool.map(lambda k: Eq(Scalar(f"in threads {k % 50}") + 1, Log(x)), range(2000)))
    assert len(set(map(id, built))) == len(set(built)) == 50


def test_sorts_are_told_apart_by_more_than_names():
    assert Scalar("a") != Natural("a") != Family("a")
    assert free(Sum(p[i], i)) == {p, n}
    assert mean_of(p) != Operator("mean", (p,), Sum(p[i], i))(p)


def test_the_value_of_a_variable_ends_where_it_ends():
    assert text(At(x, x, y + 1)) == "[x]_x=(y + 1)"
    assert text(At(x, x, y) + 1) == "[x]_x=y + 1"
    assert text(At(x, x, y**2)) == "[x]_x=(y^2)"
    assert text(At(x, x, y) ** 2) == "([x]_x=y)^2"


@deterministic
@given(terms)
def test_what_prints_alike_is_alike(term):
    for _, variant in variants(term):
        if isinstance(variant, Plus | Times | Power) and text(variant) == text(term):
            assert Normaliser(sums=True).equal(variant, term)
