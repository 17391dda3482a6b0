"""Inductions that carry inequalities, several together; what they define for later claims; limits of sequences."""

from dataclasses import replace

import pytest
from sympy import Integer, Rational, oo
from terms import i, k, p, x, y

from entnorm.claims import (
    IH,
    At,
    Claim,
    ForAll,
    Ge,
    Gt,
    Le,
    Lt,
    Ne,
    Recursion,
    Refusal,
    Tends,
    beside,
    by,
    calc,
    check,
    ge,
    gt,
    induction,
    le,
    ne,
    squeeze,
)
from entnorm.claims.language import LanguageError, bound_in, recursions
from entnorm.claims.links import links
from entnorm.claims.mutants import score

power = Recursion("power", (k, x), Integer(1), lambda before: before * x)
halfway = Recursion("halfway", (k, x), x, lambda before: (before + 1) / 2)
turned = Recursion("turned", (k, x), x, lambda before: 1 / before)


def status(claim):
    return check(claim).status


def inductive(statement, base, step, given=()):
    return Claim("induction.alone", statement, induction(k, base=base, step=step), given)


AT_LEAST_ONE = (Gt(x, 0), Ge(x, 1))

GROWS = inductive(
    Ge(power(k, x), 1),
    calc(power(0, x), (1, power)),
    calc(power(k + 1, x), (power(k, x) * x, power), ge(x, by.sign((power(k, x) - 1) * x, IH)), ge(1, by.sign)),
    given=AT_LEAST_ONE,
)
BELOW_START = beside(
    Le(halfway(k, x), x),
    base=calc(halfway(0, x), (x, halfway)),
    step=calc(
        halfway(k + 1, x),
        ((halfway(k, x) + 1) / 2, halfway),
        le(halfway(k, x), by.sign(Rational(1, 2) * (halfway(k, x) - 1), IH)),
        le(x, by.sign(x - halfway(k, x), IH)),
    ),
)
TOGETHER = Claim(
    "induction.together",
    Ge(halfway(k, x), 1),
    induction(
        k,
        base=calc(halfway(0, x), (x, halfway), ge(1, by.sign)),
        step=calc(
            halfway(k + 1, x),
            ((halfway(k, x) + 1) / 2, halfway),
            ge(1, by.sign(Rational(1, 2) * (halfway(k, x) - 1), IH)),
        ),
        beside=(BELOW_START,),
    ),
    AT_LEAST_ONE,
)
TURNED = inductive(
    Gt(turned(k, x), 0),
    calc(turned(0, x), (x, turned), gt(0, by.sign)),
    calc(turned(k + 1, x), (1 / turned(k, x), turned), gt(0, by.sign(1 / turned(k, x), IH))),
    given=(Gt(x, 0),),
)


@pytest.mark.parametrize("claim", [GROWS, TOGETHER, TURNED], ids=["alone", "together", "defined on the way"])
def test_an_induction_may_carry_inequalities(claim):
    assert status(claim) == "proved"
    tried = score(claim)
    assert tried.refused_by_rule > 0
    assert not tried.missed


def changed(claim, **parts):
    return replace(claim, proof=replace(claim.proof, **parts))


FALSE_BESIDE = {
    "the step cites itself": changed(GROWS, step=calc(power(k + 1, x), ge(1, by.sign(power(k + 1, x) - 1, IH)))),
    "the step does not cite the hypothesis": changed(
        GROWS, step=calc(power(k + 1, x), (power(k, x) * x, power), ge(1, by.sign(power(k, x) * x - 1)))
    ),
    "the base cites the hypothesis": changed(GROWS, base=calc(power(0, x), ge(1, by.sign(power(0, x) - 1, IH)))),
    "more than is shown": replace(GROWS, statement=Gt(power(k, x), 1)),
    "a relation beside it with a base that fails": changed(
        TOGETHER, beside=(replace(BELOW_START, relation=Le(halfway(k, x), 1), base=calc(halfway(0, x), (x, halfway))),)
    ),
    "a relation beside it with a step that says less": changed(
        TOGETHER, beside=(replace(BELOW_START, relation=Lt(halfway(k, x), x)),)
    ),
    "something beside it that is no relation": changed(
        TOGETHER, beside=(replace(BELOW_START, relation=ForAll(k, Le(halfway(k, x), x))),)
    ),
    "nothing beside it": changed(TOGETHER, beside=(), step=BELOW_START.step),
    "a step through zero": replace(TURNED, given=(Ge(x, 0),)),
}


@pytest.mark.parametrize("claim", FALSE_BESIDE.values(), ids=FALSE_BESIDE)
def test_false_inductions_of_inequalities_are_refused(claim):
    with pytest.raises(Refusal):
        links(claim)


def test_what_an_induction_has_shown_defines_a_recursion_for_later_claims():
    line = calc(turned(k, x), ne(0, by.sign))
    later = Claim("induction.later", Ne(turned(k, x), 0), line, (Gt(x, 0),), defined=(TURNED,))
    assert status(later) == "proved"
    with pytest.raises(Refusal):
        links(replace(later, given=()))
    with pytest.raises(Refusal, match="not shown to be defined"):
        links(
            replace(later, statement=Ge(turned(k, x) ** 2, 0), proof=calc(turned(k, x) ** 2, ge(0, by.sign)), given=())
        )


def test_recursions_that_depend_on_a_bound_variable_are_not_taken_for_those_that_do_not():
    inside = At(turned(k, x), x, 1)
    assert recursions(inside) == frozenset()
    assert recursions(inside + turned(k, y)) == {turned(k, y)}
    assert recursions(ForAll(k, Ne(turned(k, x), 0))) == frozenset()
    assert bound_in(inside) == {x}


def test_a_sequence_has_its_limit_at_infinity():
    below = calc(1 / (k + 1), ge(0, by.sign), ge(0 - 1 / k, by.sign(1 / k)))
    above = calc(1 / (k + 1), le(0 + 1 / k, by.sign(1 / (k * (k + 1)))))
    claim = Claim("induction.sequence", Tends(1 / (k + 1), k, oo, 0), squeeze(1, below=below, above=above))
    assert status(claim) == "proved"
    assert not score(claim).missed
    wrong = replace(claim, statement=Tends(1 / (k + 1), k, oo, 1))
    assert status(wrong) == "broken"
    with pytest.raises(Refusal):
        links(wrong)
    for variable, point in ((k, 0), (p, oo), (i, oo)):
        with pytest.raises(LanguageError):
            Tends(1 / (x + 1), variable, point, 0)
