"""Attempts to have something false, or without a value, accepted as proved, in the public language alone.

Each case is an argument that looks sound.  What it claims is false or undefined at the point that its name hints at, so
the rules have to refuse it by themselves: the second witness looks at few points, and seldom at such ones.
"""

import pytest
from sympy import Integer, Rational
from terms import i, j, k, mean_of, p, u, x, y, z

from entnorm.claims import (
    At,
    Attained,
    Axiom,
    Claim,
    D,
    Eq,
    Exp,
    Family,
    ForAll,
    Function,
    Ge,
    Gt,
    Image,
    Index,
    Integrable,
    Integral,
    Jet,
    Le,
    Log,
    Lt,
    Ne,
    Operator,
    Point,
    Power,
    Prints,
    Recursion,
    Refusal,
    Refuted,
    Root,
    Scalar,
    Seq,
    Sum,
    Tends,
    by,
    by_cases,
    calc,
    check,
    convergence,
    expansion,
    ge,
    gt,
    intermediate,
    le,
    lt,
    n,
    ne,
    numeric,
    run,
    squeeze,
)
from entnorm.claims.context import Context
from entnorm.claims.facts import hypothesis
from entnorm.claims.language import Entry, LanguageError, Times, of_sort
from entnorm.claims.layout import Word, call
from entnorm.claims.ledger import Proved
from entnorm.claims.links import links
from entnorm.claims.proofs import Calc, Step
from entnorm.claims.theory import Page, Theory
from entnorm.claims.verification import verify

HALF = Rational(1, 2)


def claim(statement, proof, *given, defined=()):
    return Claim("soundness.case", statement, proof, given, defined=defined)


# ------------------------------------------------------------------------------------------------ what is no number

# True for all x and z.  At x = 1/z**2 it reads z**2 > 0, which may not be used to show that 1/z**2 is a number.
SQUARES = Claim(
    "soundness.squares",
    Gt((x * z**2 - 1) ** 2 + z**2, 0),
    by_cases(
        (Eq(z, 0), calc((x * z**2 - 1) ** 2 + z**2, (1 + 0 * x, by.algebra(Eq(z, 0))), gt(0, by.sign(1 + 0 * x)))),
        (Ne(z, 0), calc((x * z**2 - 1) ** 2 + z**2, gt(0, by.sign))),
    ),
)
INVERSE = SQUARES.at({x: 1 / z**2, z: z})


# ------------------------------------------------------------------------------------------- hypotheses and binders

# x is nonnegative, and zero exactly when the i-th entry of p is, for one i.
TOUCHING = Attained(Ge(x, 0), Eq(p[i], 0))

FALSE = {
    "a claim about an inverse that shows that there is one": lambda: claim(
        Gt(z**2, 0), calc(z**2, gt(0, by.sign(z**2, INVERSE)))
    ),
    "... that only makes it defined": lambda: claim(
        Eq(z**2 / z**2, 1), calc(z**2 / z**2, (Integer(1), by.algebra)), defined=(INVERSE,)
    ),
    "a case of equality at one index, for all": lambda: claim(
        Attained(Ge(Sum(x, i), 0), ForAll(i, Eq(p[i], 0))),
        calc(Sum(x, i), ge(0, by.sign(Sum(x, i), TOUCHING))),
        TOUCHING,
    ),
    # True, but where y is -1 neither case holds.
    "cases that have a value where they hold": lambda: claim(
        Ge((x * y) ** 2, 0),
        by_cases(
            (Eq(x, 0), calc((x * y) ** 2, ge(0, by.sign))),
            (Eq(y * (1 + y) / (1 + y), 0), calc((x * y) ** 2, ge(0, by.sign))),
        ),
        Eq(x * y, 0),
    ),
}

# What follows was refused from the first day.
ROOT_OF_SQUARE = claim(Eq((x**2) ** HALF, x), calc((x**2) ** HALF, (x, by.logs)), Gt(x, 0))
POSITIVE = claim(Gt(x, 0), calc(x, gt(0, by.sign(x, Gt(x, 0)))), Gt(x, 0))
RECIPROCAL = Operator("reciprocal", (x,), 1 / x)
ZERO = 0 * y

FALSE_WITH_HYPOTHESES = {
    "an instance at one index, for all": lambda: claim(
        Gt(Sum(p[i], i), 0), calc(Sum(p[i], i), gt(0, by.sign(Sum(p[i], i), POSITIVE.at({x: p[i]})))), Gt(p[i], 0)
    ),
    "a case at one index, for all": lambda: claim(
        Gt(Sum(p[i], i), 0),
        by_cases((Gt(p[i], 0), calc(Sum(p[i], i), gt(0, by.sign))), (Le(p[i], 0), calc(Sum(p[i], i), gt(0, by.sign)))),
    ),
    "a claim at one point, under a derivative": lambda: claim(
        Eq(D((x**2) ** HALF - x, x), 0),
        calc(D((x**2) ** HALF - x, x), (D(x - x, x), by.algebra(ROOT_OF_SQUARE)), (0, by.calculus)),
        Ge(x, 0),
    ),
    "a point for a bound variable": lambda: claim(
        Eq(At(x * z, x, y), 3 * z), calc(At(x * z, x, y), (3 * z, by.algebra(Eq(x, 3)))), Eq(x, 3)
    ),
    "a weak and an unsigned difference": lambda: claim(Gt(x, z), calc(x, gt(z, by.sign)), Ge(x, y), Ne(y, z)),
    "a weak difference twice": lambda: claim(Gt(2 * x, 2 * y), calc(2 * x, gt(2 * y, by.sign)), Ge(x, y)),
    "up and down": lambda: claim(Lt(x, z), calc(x, lt(y, by.sign), ge(z, by.sign)), Lt(x, y), Ge(y, z)),
    "different twice": lambda: claim(Ne(x, z), calc(x, ne(y, by.sign), ne(z, by.sign)), Ne(x, y), Ne(y, z)),
    "a product of negatives": lambda: claim(
        Eq(Log(x * y), Log(x) + Log(y)), calc(Log(x * y), (Log(x) + Log(y), by.logs)), Lt(x, 0), Lt(y, 0)
    ),
    "a power of a product of negatives": lambda: claim(
        Eq((x * y) ** z, x**z * y**z), calc((x * y) ** z, (x**z * y**z, by.logs)), Gt(x * y, 0)
    ),
}

FALSE_AT_THE_EDGE = {
    "one entry alone": lambda: claim(
        Gt(Sum(p[i], i), p[j]), calc(Sum(p[i], i), gt(p[j], by.sign)), ForAll(i, Gt(p[i], 0))
    ),
    "n = 1": lambda: claim(Eq((n - 1) / (n - 1), 1), calc((n - 1) / (n - 1), (1, by.algebra))),
    "k = 0": lambda: claim(Gt(x**2 + k, 0), calc(x**2 + k, gt(0, by.sign))),
    "0 to the power 0": lambda: claim(
        Eq(x**k, 0), calc(x**k, (Power(0, k), by.algebra(Eq(x, 0))), (0, by.algebra)), Eq(x, 0)
    ),
    "a pole inside an operator": lambda: claim(
        Root(RECIPROCAL(x), x, -1, 1, 0),
        intermediate(
            width=2 + ZERO,
            at_low=calc(RECIPROCAL(-1), lt(0, by.sign(1 + ZERO, RECIPROCAL))),
            at_high=calc(RECIPROCAL(1), gt(0, by.sign(1 + ZERO, RECIPROCAL))),
        ),
    ),
    "a kink": lambda: claim(
        Jet((x**2) ** HALF, x, 0, 0, 1),
        expansion(
            calc(At((x**2) ** HALF, x, 0), (0, by.logs)),
            calc(At(D((x**2) ** HALF, x), x, 0), (D(x, x), ROOT_OF_SQUARE), (1, by.calculus)),
        ),
    ),
    "a rate below zero": lambda: claim(
        Tends(x, x, 0, 1),
        squeeze(-1, below=calc(x, ge(1 - -1 * x, by.sign)), above=calc(x, le(1 + -1 * x, by.sign))),
    ),
    "a rate without a value": lambda: claim(
        Tends(x - x, x, 0, 0),
        squeeze(
            y / y,
            below=calc(x - x, ge(0 - y / y * x, by.sign(x))),
            above=calc(x - x, le(0 + y / y * x, by.sign(x))),
        ),
    ),
}

# ------------------------------------------------------------------------------------------------------- integrals

f, g = Function("f"), Function("g")
o, q = Point("o"), Point("q")
nested = Recursion("nested", (k, f), Integer(0), lambda before: before)
SAME = Claim("soundness.same", Integrable(f[o], o), convergence(), (Integrable(f[o], o),))
LINEAR = Axiom(
    "soundness.linear",
    Eq(D(Integral(y * f[o], o), y), Integral(f[o], o)),
    given=(Integrable(f[o], o),),
    source="An integral is linear.",
)
POWERS = (ForAll(o, g[o] > 0), Integrable(g[o] ** x, o))
TWICE_ITS_SLOPE = Integral(x * g[o] ** x, o)
ONE_OF_SIGN = Operator("sign", (x, y), 1 + (x - 1) * y)(x, f[o])
TURNED = Integral(x * (g[o] * ONE_OF_SIGN * (ONE_OF_SIGN**2) ** -HALF), o)
AT_ONE = (
    ForAll(o, ONE_OF_SIGN > 0),
    Integrable(g[o], o),
    Integrable(TURNED.args[0], o),
    Eq(D(TURNED, x), z),
)

# If f is uniform on the numbers above 0, LAPLACE is 1 for all x but 0, where it is 0: "below 1" is no open condition.
LAPLACE = Integral(x**2 * Exp(-(x**2) * f[o]), o)
UNIFORM = Image(f, y, 1)
CONVERGES = Axiom("soundness.converges", Integrable(*LAPLACE.args), given=(UNIFORM,), source="e falls fast.")
JUMP = (UNIFORM, Lt(LAPLACE, 1))
ONLY_THERE = Axiom("soundness.only", Eq(5 * x, 0), given=JUMP, source="Substitution.", defined=(CONVERGES,))


def squared(body, *citations):
    """Return the claim that the square of an integrable function is integrable."""
    return claim(Integrable(body, o), convergence(*citations), Integrable(f[o], o))


def doubled(integral, *defined):
    """Return the claim that an integral, known to converge, has a derivative in x."""
    proof = calc(D(2 * integral, x), (2 * D(integral, x), by.calculus))
    return claim(Eq(D(2 * integral, x), 2 * D(integral, x)), proof, *POWERS, defined=defined)


FALSE_OF_INTEGRALS = {
    # For each point q the integral of f f_q converges; that of f^2 need not.
    "the diagonal, by a function that depends on the point": lambda: squared(
        f[o] ** 2 + 0 * nested(k, Seq(q, f[q] * f[o])), SAME
    ),
    "the diagonal, by a value that names the point": lambda: squared(f[o] ** 2, SAME.at({f: Seq(q, f[q] * f[o])})),
    # The integral of y g^x has a derivative in y; that of x g^x need not have one in x.
    "a derivative along the diagonal": lambda: doubled(
        Integral(TWICE_ITS_SLOPE.args[0] + 0 * nested(k, Seq(q, g[q] ** x)), o), LINEAR
    ),
    "... by a value that names the variable": lambda: doubled(TWICE_ITS_SLOPE, LINEAR.at({f: Seq(q, g[q] ** x)})),
    # The factor u / |u| is 1 at x = 1 alone: f is unbounded, so u is negative somewhere for every other x.
    "what is positive at a point, under a derivative": lambda: claim(
        Eq(z, Integral(g[o], o)),
        calc(
            z,
            (D(TURNED, x), AT_ONE[-1]),
            (D(Integral(x * g[o], o), x), by.logs),
            (Integral(g[o], o), LINEAR.at({f: g})),
        ),
        *AT_ONE,
        defined=(LINEAR.at({f: g}),),
    ),
    "what an integral says at a point where it jumps, under a derivative": lambda: claim(
        Eq(D(5 * x, x), 0),
        calc(D(5 * x, x), (D(0 * x, x), ONLY_THERE), (0, by.calculus)),
        *JUMP,
        defined=(CONVERGES,),
    ),
}
ALL_FALSE = FALSE | FALSE_WITH_HYPOTHESES | FALSE_AT_THE_EDGE | FALSE_OF_INTEGRALS


@pytest.mark.parametrize("case", ALL_FALSE.values(), ids=ALL_FALSE)
def test_what_is_false_or_undefined_somewhere_is_refused(case):
    with pytest.raises(Refusal):
        links(case())
    assert check(case()).status != "proved"


def test_a_line_that_has_no_relation_is_refused():
    with pytest.raises(Refusal, match="'<>' is no relation"):
        links(claim(Ne(Exp(x), 0), Calc(Exp(x), (Step("<>", Integer(0), by.sign),))))


def test_what_the_false_claims_cite_is_proved():
    assert links(ONLY_THERE)
    assert check(SQUARES).status == "proved"
    assert check(SAME).status == "proved"


# ------------------------------------------------------------------------------------------------ ill-formed terms

ILL_FORMED = {
    "an expansion that says nothing of a pole": lambda: Jet(1 / x, x, 0),
    "a value between two natural numbers": lambda: Root(Power(-1, k), k, 0, 1, 0),
    "a root in the number of entries": lambda: Root(Sum(1, i), n, 0, 1, 0),
    "an image on the numbers above False": lambda: Image(f, x, 1, low=False),
    "a natural number that falls to 0": lambda: Tends(5 * k + 1, k, 0, 0),
    "another n": lambda: Scalar("n"),
    "an index as a family": lambda: Entry(i, j),
    "an index for a family": lambda: of_sort(p, i),
    "an index as an argument": lambda: mean_of(i),
    "an operator that is an index": lambda: Operator("f", (i,), i),
    "a recursion from numbers to families": lambda: Recursion("f", (k, p), Integer(0), lambda before: p),
    "a recursion from families to numbers": lambda: Recursion("f", (k, p), p, lambda before: Sum(before[i], i)),
}


@pytest.mark.parametrize("build", ILL_FORMED.values(), ids=ILL_FORMED)
def test_what_has_no_meaning_cannot_be_written(build):
    with pytest.raises(LanguageError):
        build()


# Each is true as it is checked, and false as it is printed: the sum of i from 1 to n is not n i.
COUNT, HALVED, TWICE = Scalar("i"), Operator("f", (x,), x / 2), Operator("f", (y,), 2 * y)
MISREAD = {
    "two variables": lambda: claim(Eq(Sum(COUNT, i), n * COUNT), calc(Sum(COUNT, i), (n * COUNT, by.termwise))),
    "a variable of a hypothesis": lambda: claim(Gt(Exp(COUNT), 0), calc(Exp(COUNT), gt(0, by.sign)), Gt(p[i], 0)),
    "two operators": lambda: claim(Eq(HALVED(TWICE(x)), x), calc(HALVED(TWICE(x)), (x, by.algebra(HALVED, TWICE)))),
}


@pytest.mark.parametrize("case", MISREAD.values(), ids=MISREAD)
def test_a_name_stands_for_one_thing(case):
    with pytest.raises(Refusal, match="stands for two things"):
        links(case())
    refuted = check(Refuted("soundness.misread", Ne(Sum(COUNT, i), n * COUNT), {n: 1, COUNT: 1}))
    assert (refuted.status, refuted.problem) == ("broken", "i stands for two things in soundness.misread")


def hiding(name):
    """Return an operator that prints nothing of its arguments but the last."""
    return Operator(name, (p, x), x + Sum(p[i], i), typeset=lambda of, at: call(Word(content="G"), at))


U, GAMMA, GREEK, HIDING, BASE = Family("u"), Scalar("gamma"), Scalar("γ"), hiding("G"), Scalar("e")
LIKE_ZERO = Operator("o", (x,), x, typeset=lambda at: Word(content="0"))
LIKE_X = Operator("o", (x,), x + 1, typeset=lambda at: Word(content="x"))
TOTALS = Eq(Sum(p[i], i), Sum(U[i], i) + 1)
UNEXPECTED = Eq(HIDING(p, x), HIDING(U, x) + 1)  # reads G(x) = G(x) + 1
MISPRINTED = {
    "hidden arguments": (
        claim(
            UNEXPECTED,
            calc(
                HIDING(p, x),
                (x + Sum(p[i], i), HIDING),
                (x + (Sum(U[i], i) + 1), by.algebra(TOTALS)),
                (HIDING(U, x) + 1, HIDING),
            ),
            TOTALS,
        ),
        "two different terms are printed as G(x)",
    ),
    "hidden arguments of a hypothesis": (
        claim(Gt(x, 0), calc(x, gt(0, by.sign)), Gt(x, 0), Gt(HIDING(p, x), 0), Gt(HIDING(U, x), 1)),
        "two different terms are printed as G(x)",
    ),
    "one line of a proof": (
        claim(
            Eq(Sum(p[i], i) * 0, 0),
            calc(
                Sum(p[i], i) * 0,
                (HIDING(p, x) - HIDING(p, x), by.algebra),
                (HIDING(U, x) - HIDING(U, x), by.algebra),
                (0, by.algebra),
            ),
        ),
        "two different terms are printed as G(x)",
    ),
    "a certificate": (
        claim(Ge(HIDING(p, x) ** 2, 0), calc(HIDING(p, x) ** 2, ge(0, by.sign(HIDING(p, x) ** 2 + 0 * HIDING(U, x))))),
        "two different terms are printed as G(x)",
    ),
    "two spellings": (
        claim(Eq(GAMMA - GREEK + GREEK, GAMMA), calc(GAMMA - GREEK + GREEK, (GAMMA, by.algebra))),
        "two different terms are printed as γ",
    ),
    "two spellings of what is quantified": (
        claim(Gt(x, 0), calc(x, gt(0, by.sign)), Gt(x, 0), ForAll(Index("alpha"), Gt(p[Index("α")], 0))),
        "two different terms are printed as α",
    ),
    "a term and a variable": (
        claim(Gt(LIKE_X(x), x), calc(LIKE_X(x), (x + 1, LIKE_X), gt(x, by.sign(Integer(1))))),
        "two different terms are printed as x",
    ),
    "a term like a number": (
        claim(Gt(LIKE_ZERO(x), 0), calc(LIKE_ZERO(x), (x, LIKE_ZERO), gt(0, by.sign)), Gt(x, 0)),
        "something that is no number is printed as 0",
    ),
    "a variable like a number": (
        claim(Eq(Scalar("1") * 0, 0), calc(Scalar("1") * 0, (0, by.algebra))),
        "something that is no number is printed as 1",
    ),
    "a power of e": (
        claim(Eq(BASE**x, Exp(2 * x)), calc(BASE**x, (Exp(2 * x), by.logs(Eq(BASE, Exp(2))))), Eq(BASE, Exp(2))),
        "two different terms are printed as e^x",
    ),
}


@pytest.mark.parametrize(("case", "problem"), MISPRINTED.values(), ids=MISPRINTED)
def test_two_different_terms_that_are_printed_alike_are_refused(case, problem):
    links(case)  # nothing is wrong with it but that
    verdict = check(case)
    assert (verdict.status, verdict.problem) == ("evidence", f"{problem} in {case.id}")


def test_a_refutation_that_would_be_misread_is_broken():
    at = {n: 1, p: [1], U: [0], x: 0}
    verdict = check(Refuted("soundness.misread", Eq(HIDING(p, x), HIDING(U, x)), at))
    assert (verdict.status, verdict.problem) == (
        "broken",
        "two different terms are printed as G(x) in soundness.misread",
    )
    assert check(Refuted("soundness.read", Eq(HIDING(p, x), Sum(U[i], i)), at)).status == "refuted"


def test_equal_terms_may_be_printed_alike():
    """-(1/2) and (-1)/2, or a product that is written in one piece or in two, are read as what they are."""
    half = Times(-1, Rational(1, 2))
    assert half != Rational(-1, 2)
    same = claim(Eq(x * half, x * Rational(-1, 2)), calc(x * half, (x * Rational(-1, 2), by.algebra)))
    assert check(same).status == "proved"


# ------------------------------------------------------------------------------------------- numbers and refutations


@pytest.mark.parametrize("nowhere", [1 / (0 * Log(2)), Power(0, -1), Log(Integer(-1)), Log(Log(2) - Log(2))], ids=str)
def test_a_true_statement_is_not_refuted_nowhere(nowhere):
    verdict = check(Refuted("soundness.nowhere", Ge(x**2, 0), {n: 1, x: nowhere}))
    assert (verdict.status, verdict.problem[:35]) == ("broken", "the counterexample: a coordinate ha")


def test_numbers_decide_relations_alone():
    # (-1)**x has the value 1 at x = 2, and no other near it.
    assert check(claim(Jet(Power(-1, x), x, 2, 1), numeric())).status == "open"
    assert check(claim(ForAll(i, Eq(Integer(1), 1)), numeric())).status == "open"


# -------------------------------------------------------------------------------------- means of means, and no end

r, s = Index("r"), Index("s")


def mean_over(index, body):
    """Return the mean of a body over an index, as an operator of a family."""
    return mean_of(Seq(index, body))


NESTED = {
    "a mean of means, and one of a number": mean_over(i, mean_over(j, p[j])) + 0 * x - mean_over(j, Integer(1)),
    "one more level": mean_over(i, mean_over(j, mean_over(r, p[r] * u[j] + p[i]))) - mean_over(r, mean_over(i, u[r])),
    "values of functions": At(D(mean_over(i, At(D(mean_over(j, p[j] * x**2), x), x, y) * x), x), x, z)
    - At(D(mean_over(i, x * p[i]), x), x, 1),
    "many": sum(mean_over(i, mean_over(j, mean_over(r, p[r] * u[j] ** a + p[b]))) for a in range(2, 5) for b in (i, r))
    - mean_over(j, mean_over(i, mean_over(s, p[s]))),
}


@pytest.mark.parametrize("term", NESTED.values(), ids=NESTED)
def test_families_of_families_are_compared_in_the_end(term):
    # Each comparison used to make new names, and so new terms to compare with what holds a copy of them.
    assert Context((hypothesis(Lt(x, 0)),)).sign(term) == {-1, 0, 1}


def test_families_are_still_compared_by_the_laws():
    laws = Context().normaliser(sums=True)
    assert laws.equal(mean_over(i, mean_over(j, 2 * p[j] + p[i])), mean_over(r, mean_over(i, p[r] + p[i] + p[i])))
    assert not laws.equal(mean_over(i, mean_over(j, p[j])), mean_over(j, Integer(1)))


# ----------------------------------------------------------------------------------- what is settled, and by nothing


def test_nothing_is_proved_by_no_claim():
    with pytest.raises(TypeError, match="by a claim"):
        Proved()


@pytest.mark.parametrize("line", ["(no such line)", "", "1"])
def test_a_line_that_is_not_printed_is_no_line(line):
    verdict = check(claim(Prints("print(1)", 1, line), run()))
    assert (verdict.status, verdict.problem) == ("broken", "the program prints 1 lines, and none of number 1")


def test_an_axiom_rests_on_what_makes_it_defined():
    unproved = Claim("soundness.unproved", Gt(x**2 + 1, 0), calc(x**2 + 1, gt(0, by.algebra)))
    inverse = Eq(x * (1 / (x**2 + 1)), x / (x**2 + 1))
    axiom = Axiom("soundness.axiom", inverse, source="Assumed.", defined=(unproved,))
    model = verify(Theory("A chain", (Page("chain", "", (unproved, axiom)),)), mutants=False)
    assert {c["id"]: c["status"] for c in model["claims"]}["soundness.axiom"] == "open"
