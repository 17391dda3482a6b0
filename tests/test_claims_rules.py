"""What each rule accepts, and the falsehoods that it must refuse.

A case is a chain with its hypotheses.  A true line that a rule refuses is a nuisance; a false one that it accepts is
the end of everything, so most cases here are false.
"""

from operator import eq
from operator import ge as at_least
from operator import gt as greater
from operator import le as at_most
from operator import lt as less
from operator import ne as different

import pytest
import sympy
from hypothesis import assume, given
from hypothesis import strategies as st
from sympy import Integer, Rational
from terms import deterministic, environments, i, j, k, m, mean_of, p, r, terms, u, value, x, y, z

from entnorm.claims import (
    At,
    Attained,
    Axiom,
    Claim,
    D,
    Eq,
    Exp,
    ForAll,
    Ge,
    Gt,
    Le,
    Log,
    Lt,
    Ne,
    Operator,
    Power,
    Recursion,
    Refusal,
    Scalar,
    Seq,
    Sum,
    by,
    calc,
    ge,
    gt,
    le,
    lt,
    n,
    ne,
)
from entnorm.claims.citing import foundations_of
from entnorm.claims.context import Context
from entnorm.claims.facts import hypothesis
from entnorm.claims.language import LanguageError
from entnorm.claims.links import links
from entnorm.claims.proofs import Instance

a, b = Scalar("a"), Scalar("b")
HALF, A_BIT = Rational(1, 2), Rational(1, 10**30)
P_POSITIVE, U_POSITIVE = ForAll(i, p[i] > 0), ForAll(i, u[i] > 0)

KINDS = {"=": Eq, "<": Lt, "≤": Le, ">": Gt, "≥": Ge, "≠": Ne}


def chain(start, *lines, given=(), defined=()):
    """Return the claim that the two ends of a chain are related as its last inequality says."""
    proof = calc(start, *lines)
    symbols = [s.symbol for s in proof.steps if s.symbol != "="]
    statement = KINDS[symbols[-1] if symbols else "="](start, proof.steps[-1].line)
    return Claim("rules.case", statement, proof, given, defined=defined)


SQUARE = Axiom("rules.square", Attained(Ge(x**2, 0), Eq(x, 0)), source="for the tests")
LOG_BOUND = Axiom("rules.log-bound", Attained(Le(Log(x), x - 1), Eq(x, 1)), given=(Gt(x, 0),), source="for the tests")
ROOT = Axiom("rules.root", Eq((x**2) ** HALF, x), given=(Gt(x, 0),), source="for the tests")
INVERSE = Axiom("rules.inverse", Ne(x, 0), given=(Eq(x * y, 1),), source="for the tests")
DOUBLE_INVERSE = Axiom("rules.double-inverse", Ne(x, 0), given=(Eq(x, 1 / (1 / x)),), source="for the tests")
NATURAL = Axiom("rules.natural", Ge(k, 0), source="for the tests")

ACCEPTED = {
    "algebra": lambda: chain((x + y) ** 2, (x**2 + 2 * x * y + y**2, by.algebra)),
    "a quotient": lambda: chain(x / (x * y), (1 / y, by.algebra), given=(Ne(x, 0), Ne(y, 0))),
    "a definition": lambda: chain(mean_of(p), (Sum(p[j], j) / n, mean_of)),
    "a hypothesis": lambda: chain(x * z, (y * z, Eq(x, y)), given=(Eq(x, y),)),
    "a hypothesis for every index": lambda: chain(
        mean_of(p), (mean_of(u), ForAll(i, Eq(p[i], u[i]))), given=(ForAll(i, Eq(p[i], u[i])),)
    ),
    "sums": lambda: chain(Sum(x * p[i] + 1, i), (x * Sum(p[j], j) + n, by.termwise)),
    "logs": lambda: chain(Log(p[i] ** x), (x * Log(p[i]), by.logs), given=(P_POSITIVE,)),
    "calculus": lambda: chain(D(x**2 * y, x), (2 * x * y, by.calculus)),
    "a claim inside a derivative": lambda: chain(D((x**2) ** HALF, x), (D(x, x), ROOT), given=(Gt(x, 0),)),
    "a square": lambda: chain((x - y) ** 2, ge(0, by.sign)),
    "a positive sum": lambda: chain(Sum(p[i] * Exp(x), i), gt(0, by.sign), given=(P_POSITIVE,)),
    "one summand decides": lambda: chain(Sum(p[i] ** 2, i), gt(0, by.sign), given=(Ne(p[j], 0),)),
    "a summand is at most the sum": lambda: chain(p[i], le(Sum(p[j], j), by.sign), given=(P_POSITIVE,)),
    "powers grow": lambda: chain(x**a, lt(y**a, by.sign), given=(Gt(x, 0), Lt(x, y), Gt(a, 0), Gt(y, 0))),
    "two differences": lambda: chain(x, gt(z, by.sign), given=(Ge(x, y), Gt(y, z))),
    "increments move together": lambda: chain(
        (Log(x) - Log(y)) * (x**a - y**a), ge(0, by.sign), given=(Gt(x, 0), Gt(y, 0), Gt(a, 0))
    ),
    "an instance": lambda: chain(x - 1 - Log(x), ge(0, by.sign(x - 1 - Log(x), LOG_BOUND)), given=(Gt(x, 0),)),
    "a nonzero quotient": lambda: chain(x / y, ne(0, by.sign), given=(Ne(x, 0), Ne(y, 0))),
}

REFUSED = {
    # lines of algebra
    "a wrong sign": lambda: chain((x - y) ** 2, (x**2 - 2 * x * y - y**2, by.algebra)),
    "a tiny error": lambda: chain((x + y) ** 2, (x**2 + 2 * x * y + y**2 + A_BIT, by.algebra)),
    "a tiny factor": lambda: chain(x, (x * (1 + A_BIT), by.algebra)),
    "a repeated line": lambda: chain(x + y, (x + y, by.algebra)),
    "n and n + 1": lambda: chain(Sum(x, i), ((n + 1) * x, by.termwise)),
    "a rule that is too weak for sums": lambda: chain(Sum(x * p[i], i), (x * Sum(p[i], i), by.algebra)),
    "a rule that is too weak for logs": lambda: chain(Log(x**2), (2 * Log(x), by.termwise), given=(Gt(x, 0),)),
    "a rule that is too weak for derivatives": lambda: chain(D(x**2, x), (2 * x, by.termwise)),
    "an inequality by algebra": lambda: chain(x**2, ge(0, by.algebra)),
    "an equation by sign": lambda: chain(x - x, (Integer(0) * y, by.sign)),
    "a hypothesis that is not made": lambda: chain(x, (y, Eq(x, y))),
    "a string as a reason": lambda: chain(x, (y, "obvious")),
    # definedness
    "division by what may vanish": lambda: chain(x / x, (Integer(1), by.algebra)),
    "division inside a sum": lambda: chain(Sum(p[i] / p[i], i), (n, by.termwise), given=(Gt(p[i], 0),)),
    "a logarithm of anything": lambda: chain(Log(x) - Log(x), (Integer(0), by.algebra)),
    "a root of anything": lambda: chain(x**HALF - x**HALF, (Integer(0), by.algebra)),
    "zero to the power -1": lambda: chain(Power(0, -1), (Power(0, -1) * 2, by.algebra)),
    "an interior line without a value": lambda: chain(x, (x * y / y, by.algebra), (x * 1, by.algebra)),
    "a certificate without a value": lambda: chain(x, ne(0, by.sign(1 / (1 / x)))),
    "an instance without a value": lambda: chain(x, ne(0, by.sign(x, INVERSE.at({y: 1 / x})))),
    "a hypothesis of an instance without a value": lambda: chain(x, ne(0, by.sign(x, DOUBLE_INVERSE))),
    "a value that is undefined at the point": lambda: chain(At(1 / x, x, y), (1 / y, by.algebra)),
    "a derivative of what has no value": lambda: chain(D(1 / x, x), (-1 / x**2, by.calculus)),
    # sums and indices
    "a factor that depends on the index": lambda: chain(Sum(p[i] * u[i], i), (p[i] * Sum(u[i], i), by.termwise)),
    "clashing indices": lambda: chain(Sum(Sum(p[i] * u[j], j), i), (Sum(Sum(p[i] * u[i], i), i), by.termwise)),
    "a square of a sum": lambda: chain(Sum(p[i], i) ** 2, (Sum(p[i] ** 2, i), by.termwise)),
    "a bound index that looks fixed, in an equation": lambda: chain(
        Sum(p[i], i), (Sum(u[i], i), Eq(p[i], u[i])), given=(Eq(p[i], u[i]),)
    ),
    "a fixed index that would be captured": lambda: chain(
        Sum(x * u[i], i), (Sum(p[i] * u[i], i), Eq(x, p[i])), given=(Eq(x, p[i]),)
    ),
    "a bound index that looks fixed, in a logarithm": lambda: chain(
        Sum((p[i] ** 2) ** HALF, i), (Sum(p[i], i), by.logs), given=(Gt(p[i], 0), ForAll(j, Ne(p[j], 0)))
    ),
    "a bound index that looks fixed, in a sign": lambda: chain(Sum(p[i], i), gt(0, by.sign), given=(Gt(p[i], 0),)),
    "a family from one entry": lambda: chain(mean_of(p), (mean_of(u), Eq(p[i], u[i])), given=(Eq(p[i], u[i]),)),
    "an entry of another family": lambda: chain(Seq(i, p[i] + 1)[j], (p[i] + 1, by.algebra)),
    # logarithms and powers
    "a product of unknown signs": lambda: chain(Log(x * y), (Log(x) + Log(y), by.logs), given=(Gt(x * y, 0),)),
    "a square of unknown sign": lambda: chain(Log(x**2), (2 * Log(x), by.logs), given=(Ne(x, 0),)),
    "a root of a square": lambda: chain((x**2) ** HALF, (x, by.logs), given=(Ne(x, 0),)),
    "exp of a product": lambda: chain(Exp(x * y), (Exp(x) * Exp(y), by.logs)),
    "log of a sum": lambda: chain(Log(x + y), (Log(x) + Log(y), by.logs), given=(Gt(x, 0), Gt(y, 0))),
    # derivatives
    "a point as a function": lambda: chain(D(x * x, x), (D(x * y, x), Eq(x, y)), given=(Eq(x, y),)),
    "a function of the point": lambda: chain(D(x * y, x), (D(x * x, x), Eq(y, x)), given=(Eq(y, x),)),
    "the value of a function that is constant there": lambda: chain(D(At(x**2, x, x), x), (Integer(0), by.calculus)),
    "a value before a derivative": lambda: chain(At(D(x**2, x), x, 3), (D(At(x**2, x, 3), x), by.calculus)),
    "a claim under a weak hypothesis": lambda: chain(D((x**2) ** HALF, x), (D(x, x), ROOT), given=(Ge(x, 0), Ne(x, 0))),
    "a forgotten inner derivative": lambda: chain(D(Exp(2 * x), x), (Exp(2 * x), by.calculus)),
    # signs
    "a square that may vanish": lambda: chain((x - y) ** 2, gt(0, by.sign)),
    "squares keep the order": lambda: chain(x**2, lt(y**2, by.sign), given=(Lt(x, y),)),
    "a product of unknown signs is not negative": lambda: chain(x * y, ge(0, by.sign)),
    "inverses keep the order": lambda: chain(1 / x, lt(1 / y, by.sign), given=(Lt(x, y), Gt(x, 0), Gt(y, 0))),
    "two weak differences": lambda: chain(x, gt(z, by.sign), given=(Ge(x, y), Ge(y, z))),
    "the wrong difference": lambda: chain(x, gt(y, by.sign(x + y)), given=(Gt(x, 0), Gt(y, 0))),
    "an inequality turned round": lambda: chain(x, lt(y, by.sign), given=(Gt(x, y),)),
    "a sum of nonnegative terms": lambda: chain(Sum(p[i] ** 2, i), gt(0, by.sign)),
    "one summand of a sum of anything": lambda: chain(Sum(p[i], i), gt(0, by.sign), given=(Gt(p[j], 0),)),
    "a summand of a sum of anything": lambda: chain(p[i], le(Sum(p[j], j), by.sign)),
    "an odd power of a negative base": lambda: chain(x**3, gt(0, by.sign), given=(Lt(x, 0),)),
    "increments that move apart": lambda: chain(
        (Log(x) - Log(y)) * (x**a - y**a), ge(0, by.sign), given=(Gt(x, 0), Gt(y, 0), Lt(a, 0))
    ),
    "an instance whose hypothesis fails": lambda: chain((x**2) ** HALF, (x, ROOT), given=(Ne(x, 0),)),
    "a natural number that is none": lambda: chain(x, ge(0, by.sign(x, NATURAL))),
}


@pytest.mark.parametrize("case", ACCEPTED.values(), ids=ACCEPTED)
def test_true_lines_are_accepted(case):
    links(case())


@pytest.mark.parametrize("case", REFUSED.values(), ids=REFUSED)
def test_false_and_undefined_lines_are_refused(case):
    with pytest.raises(Refusal):
        links(case())


def test_derivatives_and_recursions_rest_on_something_wherever_they_stand():
    inside = ACCEPTED["a claim inside a derivative"]()
    assert {f.name for f in foundations_of(inside)} == {"calculus", "field", "order", "sums"}
    slope = Operator("slope", (x,), D(x**3, x))
    assert "calculus" in {f.name for f in foundations_of(chain(slope(x) + x, (x + slope(x), by.algebra)))}
    count = Recursion("count", (k,), Integer(0), lambda before: before + 1)
    assert "induction" in {f.name for f in foundations_of(chain(count(k) + x, (x + count(k), by.algebra)))}
    assert {f.name for f in foundations_of(ACCEPTED["algebra"]())} == {"field"}


def test_plain_sympy_terms_are_refused_when_they_are_written():
    with pytest.raises(LanguageError, match="SymPy's own operators"):
        calc(x, (sympy.Add(x, y, evaluate=False), by.algebra))


def test_an_instance_keeps_to_the_sorts():
    with pytest.raises(LanguageError):
        NATURAL.at({k: -5})
    with pytest.raises(LanguageError):
        NATURAL.at({k: x})
    with pytest.raises(Refusal, match="does not speak of"):
        NATURAL.at({y: 1})
    with pytest.raises(LanguageError):
        Instance(NATURAL, ((k, x),))


# ---------------------------------------------------------------------------------------------- cases of equality


def attained(statement, certificate, *citations, given=()):
    bound = statement.bound
    step = (ge if isinstance(bound, Ge) else le)(bound.rhs, by.sign(certificate, *citations))
    return Claim("rules.case", statement, calc(bound.lhs, step), given)


EQUALITY = {
    "a square": lambda: attained(Attained(Ge(x**2, 0), Eq(x, 0)), x**2),
    "a multiple": lambda: attained(Attained(Ge(x**2, 0), Eq(3 * x, 0)), x**2),
    "a nonzero multiple": lambda: attained(Attained(Ge(x**2, 0), Eq(x * y, 0)), x**2, given=(Ne(y, 0),)),
    "a sum of squares": lambda: attained(Attained(Ge(Sum(p[i] ** 2, i), 0), ForAll(j, Eq(p[j], 0))), Sum(p[i] ** 2, i)),
    "a cited bound": lambda: attained(
        Attained(Ge(p[i] - 1 - Log(p[i]), 0), Eq(p[i], 1)), p[i] - 1 - Log(p[i]), LOG_BOUND, given=(P_POSITIVE,)
    ),
}
NO_EQUALITY = {
    "a multiple that may vanish": lambda: attained(Attained(Ge(x**2, 0), Eq(x * y, 0)), x**2),
    "a divisor of unknown existence": lambda: attained(Attained(Ge((x * y) ** 2, 0), Eq(y, 0)), (x * y) ** 2),
    "another variable": lambda: attained(Attained(Ge(x**2, 0), Eq(y, 0)), x**2),
    "another value": lambda: attained(Attained(Ge(x**2, 0), Eq(x, 1)), x**2),
    "one entry of all": lambda: attained(Attained(Ge(Sum(p[i] ** 2, i), 0), Eq(p[j], 0)), Sum(p[i] ** 2, i)),
    "a cited case elsewhere": lambda: attained(
        Attained(Ge(p[i] - 1 - Log(p[i]), 0), Eq(p[i], 2)), p[i] - 1 - Log(p[i]), LOG_BOUND, given=(P_POSITIVE,)
    ),
    "a strict step": lambda: Claim("rules.case", Attained(Ge(Exp(x), 0), Eq(x, 0)), calc(Exp(x), gt(0, by.sign))),
    "two weak steps": lambda: Claim(
        "rules.case",
        Attained(Ge(x**2 + y**2, 0), Eq(x, 0)),
        calc(x**2 + y**2, ge(x**2, by.sign(y**2)), ge(0, by.sign(x**2))),
    ),
}


@pytest.mark.parametrize("case", EQUALITY.values(), ids=EQUALITY)
def test_cases_of_equality(case):
    links(case())


@pytest.mark.parametrize("case", NO_EQUALITY.values(), ids=NO_EQUALITY)
def test_cases_of_equality_that_are_none(case):
    with pytest.raises(Refusal):
        links(case())


# ------------------------------------------------------------------------------------------------------- contexts


def context(*hypotheses):
    return Context(tuple(map(hypothesis, hypotheses)))


def test_only_finitely_many_strict_inequalities_are_open():
    assert hypothesis(ForAll(i, Gt(p[i], x))).is_open
    assert not hypothesis(ForAll(k, Gt(1 / (k + 1), x))).is_open  # that is x <= 0
    assert not hypothesis(Ge(x, 0)).is_open
    near = context(ForAll(k, Gt(1 / (k + 1), x)), Gt(y, 0), Ge(x, 0)).near(x)
    assert [f.relation for f in near.facts] == [Gt(y, 0)]


def test_a_hypothesis_is_known_at_indices_and_natural_numbers():
    known = context(ForAll(k, Ne(x + k, 0)), P_POSITIVE)
    assert known.holds(Ne(x + (m + 1), 0))
    assert known.holds(ForAll(r, Gt(p[r], 0)))
    assert not known.holds(Ne(x + y, 0))
    assert not known.holds(ForAll(i, Gt(u[i], 0)))


def test_an_equality_case_is_not_assumed_with_its_bound():
    bare, full = Ge(x, 0), Attained(Ge(x, 0), Eq(y, 0))
    assert context(full).holds(full)
    assert not context(bare).holds(full)
    assert not context(full).holds(Attained(Ge(x, 0), Eq(z, 0)))


def test_definitions_give_signs():
    square = Operator("square", (a,), a**2)
    assert context().holds(Ge(square(b), 0))
    assert not context().holds(Gt(square(b), 0))
    assert context(Ne(b, 0)).holds(Gt(square(b), 0))
    assert context(U_POSITIVE).holds(Gt(mean_of(u), 0))


# ---------------------------------------------------------------------- what is known is true, for anything at all

COMPARED = {Eq: eq, Ne: different, Lt: less, Le: at_most, Gt: greater, Ge: at_least}
SUPPOSITIONS = [
    *(kind(left, right) for kind in COMPARED for left, right in ((x, 0), (y, x), (p[i], 0), (p[j], u[i]), (x, p[i]))),
    *(ForAll(i, kind(left, right)) for kind in COMPARED for left, right in ((p[i], 0), (u[i], x), (p[i], u[i]))),
    *(ForAll(r, kind(p[i], p[r])) for kind in (Le, Ge)),
    Eq(Sum(p[i], i), 1),
    Eq(y, x * x),
    Gt(Sum(p[i], i), x),
    Ge(mean_of(p), mean_of(u)),
    Eq(p[j], x + 1),
]
wide = st.one_of(
    terms,
    st.builds(lambda a, b: a - b, terms.map(lambda t: t + 0 * x), terms),
    st.builds(lambda a, b: (0 * x + a) * b, terms, terms),
    st.builds(lambda a, e: Power(a, e), terms, st.sampled_from([-1, -2, 2, 3])),
    st.builds(lambda a: Sum(a, i) - a, terms),
    st.builds(lambda a, b: Power(a, 3) - Power(b, 3), terms, terms),
)


def is_true(statement, env):
    if isinstance(statement, ForAll):
        variable, scope = statement.args
        return all(is_true(scope, env | {variable: at}) for at in range(env[n]))
    return COMPARED[type(statement)](value(statement.lhs, env), value(statement.rhs, env))


def evaluated(term, env):
    try:
        return value(term, env)
    except ZeroDivisionError:
        assume(False)


@deterministic
@given(wide, environments, st.lists(st.sampled_from(SUPPOSITIONS), max_size=8))
def test_a_sign_is_among_those_that_are_shown(term, env, supposed):
    known = context(*(s for s in supposed if is_true(s, env)))
    here = evaluated(term, env)
    assert (here > 0) - (here < 0) in known.sign(term)
    vanishes = known.zero_when(term) if known.sign(term) <= {0, 1} else None
    if vanishes is not None:
        assert is_true(vanishes, env) == (here == 0)


@deterministic
@given(wide, environments, st.lists(st.sampled_from(SUPPOSITIONS), min_size=1, max_size=8))
def test_rewriting_with_what_is_true_keeps_the_value(term, env, supposed):
    known = context(*(s for s in supposed if is_true(s, env)))
    here = evaluated(term, env)
    assert evaluated(known.rewrite_all(term), env) == here
    about_x = D(term * x, x)
    for fact in known.facts:
        if isinstance(fact.relation, Eq) and x in fact.tied:
            assert known.rewrite(about_x, fact) == about_x


@deterministic
@given(terms, terms, environments, st.lists(st.sampled_from(SUPPOSITIONS), max_size=8), st.sampled_from(list(COMPARED)))
def test_what_follows_is_true(left, right, env, supposed, kind):
    known = context(*(s for s in supposed if is_true(s, env)))
    for statement in (kind(left, right), ForAll(i, kind(left, right)), *SUPPOSITIONS):
        if known.holds(statement):
            assert is_true(statement, env)


# ---------------------------------------------------------------------------- hypotheses that cited claims discharge

SCALED = Claim(
    "rules.scaled",
    Eq(Sum(p[i], i), x * Sum(Exp(u[i]), i)),
    calc(Sum(p[i], i), (x * Sum(Exp(u[i]), i), by.termwise(ForAll(i, Eq(p[i], x * Exp(u[i])))))),
    given=(ForAll(i, Eq(p[i], x * Exp(u[i]))),),
)
FROM_LOGS = Claim(
    "rules.from-logs",
    Eq(p[i], p[r] * Exp(Log(p[i]) - Log(p[r]))),
    calc(p[i], (p[r] * Exp(Log(p[i]) - Log(p[r])), by.logs)),
    given=(P_POSITIVE,),
)
EXPONENTS = Seq(i, Log(p[i]) - Log(p[r]))


def scaled(*more, exponents=EXPONENTS, given=(P_POSITIVE,)):
    reason = by.termwise(SCALED.at({p: p, x: p[r], u: exponents}), *more)
    return chain(Sum(p[i], i), (p[r] * Sum(Exp(exponents[i]), i), reason), given=given)


def test_a_cited_claim_grants_the_hypotheses_of_another():
    """An equation that a claim states is known where its own hypotheses hold, although no normal form shows it."""
    assert links(scaled(FROM_LOGS)) is not None
    for unproved in (
        scaled(),
        scaled(FROM_LOGS, given=()),
        scaled(FROM_LOGS, exponents=Seq(i, Log(p[r]) - Log(p[i]))),
        scaled(FROM_LOGS, exponents=Seq(i, Log(p[i]) - Log(p[r]) + x)),
    ):
        with pytest.raises(Refusal, match=r"does not equal|not shown to be defined"):
            links(unproved)
