"""Attempts to have something false, or without a value, accepted as proved, in the public language alone.

Each case is an argument that looks sound.  What it claims is false or undefined at the point that its name hints at, so
the rules have to refuse it by themselves: the second witness looks at few points, and seldom at such ones.
"""

import pytest
from sympy import Integer
from terms import i, j, k, mean_of, p, x, y, z

from entnorm.claims import (
    Attained,
    Claim,
    Eq,
    ForAll,
    Ge,
    Gt,
    Jet,
    Log,
    Ne,
    Operator,
    Power,
    Recursion,
    Refusal,
    Refuted,
    Root,
    Sum,
    Tends,
    by,
    by_cases,
    calc,
    check,
    ge,
    gt,
    n,
    numeric,
)
from entnorm.claims.language import Entry, LanguageError, of_sort
from entnorm.claims.links import links


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


@pytest.mark.parametrize("case", FALSE.values(), ids=FALSE)
def test_what_is_false_somewhere_is_refused(case):
    with pytest.raises(Refusal):
        links(case())
    assert check(case()).status != "proved"


def test_what_the_false_claims_cite_is_proved():
    assert check(SQUARES).status == "proved"


# ------------------------------------------------------------------------------------------------ ill-formed terms

ILL_FORMED = {
    "an expansion that says nothing of a pole": lambda: Jet(1 / x, x, 0),
    "a value between two natural numbers": lambda: Root(Power(-1, k), k, 0, 1, 0),
    "a root in the number of entries": lambda: Root(Sum(1, i), n, 0, 1, 0),
    "a natural number that falls to 0": lambda: Tends(5 * k + 1, k, 0, 0),
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


# ------------------------------------------------------------------------------------------- numbers and refutations


@pytest.mark.parametrize("nowhere", [1 / (0 * Log(2)), Power(0, -1), Log(Integer(-1)), Log(Log(2) - Log(2))], ids=str)
def test_a_true_statement_is_not_refuted_nowhere(nowhere):
    verdict = check(Refuted("soundness.nowhere", Ge(x**2, 0), {n: 1, x: nowhere}))
    assert (verdict.status, verdict.problem[:35]) == ("broken", "the counterexample: a coordinate ha")


def test_numbers_decide_relations_alone():
    # (-1)**x has the value 1 at x = 2, and no other near it.
    assert check(claim(Jet(Power(-1, x), x, 2, 1), numeric())).status == "open"
    assert check(claim(ForAll(i, Eq(Integer(1), 1)), numeric())).status == "open"
