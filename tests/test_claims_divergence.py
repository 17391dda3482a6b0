"""Integrals that diverge: how that is proved, what is no proof of it, and what it shows of claims about integrals."""

from dataclasses import replace
from fractions import Fraction

import pytest
from sympy import Integer, Rational, oo

from entnorm.claims import (
    Assumption,
    Claim,
    D,
    Divergent,
    Eq,
    Exp,
    ForAll,
    Function,
    Ge,
    Gt,
    Image,
    Index,
    Integrable,
    Integral,
    Le,
    Log,
    Lt,
    Natural,
    Ne,
    Point,
    Power,
    Recursion,
    Refusal,
    Refuted,
    Scalar,
    Seq,
    by,
    calc,
    check,
    ge,
    induction,
    le,
    mu,
    n,
    unbounded,
)
from entnorm.claims.citing import foundations_of
from entnorm.claims.counterexamples import shown
from entnorm.claims.definedness import obligations
from entnorm.claims.divergence import growth_of
from entnorm.claims.kernel import witnessed
from entnorm.claims.language import Differentiable, LanguageError, free
from entnorm.claims.links import goals, links
from entnorm.claims.mutants import score
from entnorm.claims.proofs import IH
from entnorm.claims.typeset import latex, text

t, f = Function("t"), Function("f")
o, q = Point("o"), Point("q")
k = Natural("k")
x, y, z, a = Scalar("x"), Scalar("y"), Scalar("z"), Scalar("a")
ABOVE = ForAll(o, t[o] > 0)
HALF_LINE, LINE = Image(t, x, Integer(1)), Image(t, x, Integer(1), -oo)


def growing(body, function, slope, growth, *given, low=0, high=z, image=HALF_LINE, variable=x, bound=z):
    """Return the claim that an integral diverges over the image; its chains are made from their interior lines."""
    integrand = body.xreplace({t[o]: variable})
    chain = calc(integrand, *slope, (D(function, variable), by.calculus))
    proof = unbounded(function, variable, bound=bound, low=low, high=high, slope=chain, growth=chain)
    proof = replace(proof, growth=calc(growth_of(proof), *growth))
    return Claim("divergence.case", Divergent(body, o), proof, given=(ABOVE, image, *given))


CONSTANT = growing(y + 0 * t[o], y * x, [(y, by.algebra)], [(z, by.algebra)], Gt(y, 0), high=z / y)
RISING = growing(1 + t[o], x, [ge(1, by.sign(x))], [(z, by.algebra)])
FALLING = growing(-1 - t[o], -x, [le(-1, by.sign(x))], [(-z, by.algebra)])
ON_THE_LINE = replace(
    growing(1 + t[o] ** 2, x, [ge(1, by.sign(x**2))], [(z, by.algebra)], low=-z / 2, high=z / 2, image=LINE),
    given=(LINE,),
)
DENSE = growing(1 / t[o], x, [(1, by.algebra)], [(z, by.algebra)], image=Image(t, x, x))
DENSE = replace(DENSE, proof=replace(DENSE.proof, slope=calc(1 / x * x, (1, by.algebra), (D(x, x), by.calculus))))


@pytest.mark.parametrize("claim", [CONSTANT, RISING, FALLING, ON_THE_LINE, DENSE])
def test_what_gathers_every_bound_diverges_and_mutants_are_refused(claim):
    verdict = check(claim)
    assert (verdict.status, verdict.problem) == ("proved", "")
    assert "double precision, with integrals by quadrature" in verdict.witness.arithmetics
    found = score(claim)
    assert found.missed == ()
    assert found.refused_by_witness > 0


def changed(claim=RISING, **parts):
    return replace(claim, proof=replace(claim.proof, **parts))


BOUNDED = growing(Exp(-t[o]), -Exp(-x), [], [ge(z, by.sign)])
REFUSED = {
    "a function that does not grow": (BOUNDED, "is not manifestly nonnegative"),
    "an integrand that is below the slope": (
        growing(1 + t[o], 2 * x, [ge(2, by.sign(x))], [ge(z, by.sign(z))]),
        "is not the difference",
    ),
    "ends that are not in order": (changed(low=z, high=Integer(0)), "not shown"),
    "an end that is below the half-line": (changed(low=-z), "not shown"),
    "the whole line, where the image is on the half-line": (
        replace(ON_THE_LINE, given=(HALF_LINE,)),
        "not shown",
    ),
    "a bound that is one number only": (
        replace(RISING, given=(*RISING.given, Eq(z, 1))),
        "of which nothing else speaks",
    ),
    "a bound in the integrand": (
        growing(z + t[o], z * x, [ge(z, by.sign(x))], [(z, by.algebra)], high=Integer(1)),
        "nothing else",
    ),
    "a bound that is the variable": (changed(bound=x), "must not depend on x"),
    "an end that depends on the variable": (changed(high=z + x), "must not depend on x"),
    "a variable of which a hypothesis speaks": (replace(RISING, given=(*RISING.given, Gt(x, 1))), "nothing else"),
    "no image": (replace(RISING, given=(ABOVE,)), "one hypothesis gives the image"),
    "two images": (replace(RISING, given=(*RISING.given, Image(f, x, Integer(1)))), "one hypothesis gives the image"),
    "the image under another function": (replace(RISING, given=(ABOVE, Image(f, x, Integer(1)))), "alone"),
    "another density": (replace(RISING, given=(ABOVE, Image(t, x, Exp(-x)))), "has the end"),
    "another function in the integrand": (replace(RISING, statement=Divergent(f[o] + t[o], o)), "alone"),
    "the same function at another point": (replace(RISING, statement=Divergent(t[q] + t[o], o)), "alone"),
    "an integrand that is not defined": (replace(RISING, statement=Divergent(1 / (1 - t[o]), o)), "to be defined"),
    "a function with a pole between the ends": (
        growing(1 + t[o], -1 / (x - 1), [ge((x - 1) ** -2, by.sign(x))], [ge(z, by.sign(z))], high=z + 2),
        "to be defined",
    ),
    "a function that is not defined at an end": (
        growing(1 / t[o], Log(x), [], [ge(z, by.sign)], high=Exp(z)),
        "to be defined",
    ),
    "another statement": (replace(RISING, statement=Integrable(1 + t[o], o)), "one hypothesis gives the image"),
    "a reason that is no chain": (changed(growth=None), "is proved by a chain"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_no_proof_of_divergence(case):
    claim, why = REFUSED[case]
    with pytest.raises(Refusal, match=why):
        links(claim)


def test_directions_are_not_mixed():
    """What is above a slope need not fall with the function."""
    mixed = changed(
        FALLING, slope=calc(-1 - x, le(-1, by.sign(x)), (D(-x, x), by.calculus)), growth=RISING.proof.growth
    )
    with pytest.raises(Refusal):
        links(mixed)


def test_a_value_at_every_point_is_none_at_the_point_of_the_integral():
    """e^(t(q)) is a number, and e^(-t) has an integral; only where both are called t(o) is their product 1."""
    at_point = Recursion("at point", (k, f, q), f[q], lambda before: before + 0 * k)
    step = ((at_point(k, f, q) + 0 * k, by.algebra(at_point)), (f[q], by.algebra(IH)))
    base = calc(at_point(0, f, q), (f[q], by.algebra(at_point)))
    value = Claim(
        "divergence.value",
        Eq(at_point(k, f, q), f[q]),
        induction(k, base=base, step=calc(at_point(k + 1, f, q), *step)),
    )
    assert check(value).status == "proved"
    lines = ((Exp(-x) * Exp(x), by.termwise(value.at({f: Seq(o, x)}))), (1, by.logs))
    rogue = growing(Exp(-t[o]) * Exp(at_point(k, Seq(o, t[o]), q)), x, lines, [(z, by.algebra)])
    with pytest.raises(Refusal, match="does not depend on the value of t alone"):
        links(rogue)


def test_hypotheses_about_points_are_not_carried_to_the_line():
    """That something holds at every point of the space says nothing of the numbers between the ends."""
    claim = replace(RISING, given=(*RISING.given, ForAll(o, f[o] < 1), Lt(y, 1)))
    assert [goal.hypotheses[0] for goal in goals(claim)] == [Lt(y, 1), Lt(y, 1)]


# ---------------------------------------------------------------------------------------------------- the witness


@pytest.mark.parametrize(
    ("body", "diverges"),
    [
        (1 / (1 + t[o]), True),
        (1 / t[o], True),
        (t[o] ** Rational(-1, 2), True),
        (t[o] ** Rational(-3, 2), True),
        (1 / ((2 + t[o]) * Log(2 + t[o])), True),
        (Exp(-t[o]), False),
        ((1 + t[o]) ** Rational(-5, 4), False),
        (t[o] ** Rational(-3, 4) * Exp(-t[o]), False),
        (1 / ((2 + t[o]) * Log(2 + t[o]) ** 2), False),
    ],
)
def test_the_witness_sees_which_integrals_diverge(body, diverges):
    claim = Claim("divergence.seen", Divergent(body, o), calc(x, (x, by.algebra)), given=(ABOVE, HALF_LINE))
    assert witnessed(claim, claim.statement)[0] is diverges


@pytest.mark.parametrize("given", [ForAll(o, f[o] > 0), Gt(Integral(f[q], q), 0)])
def test_another_function_has_no_values_at_the_nodes(given):
    """So no point is found, and the claim stays open: that is no reason to fall over."""
    verdict = check(replace(RISING, given=(*RISING.given, Integrable(f[o], o), given)))
    assert (verdict.status, verdict.problem) == ("open", "no point decides the statement under its hypotheses")


def test_on_finitely_many_atoms_nothing_diverges():
    refuted = Refuted("divergence.finite", Divergent(t[o], o), at={n: 1, t: [1, 2], mu: [Fraction(1), Fraction(3)]})
    assert check(refuted).status == "refuted"
    claim = Claim("divergence.finite", Divergent(t[o], o), calc(x, (x, by.algebra)), given=(ABOVE,))
    assert witnessed(claim, claim.statement)[0] is False


@pytest.mark.parametrize(
    ("given", "status"),
    [
        (Integrable(1 / f[o], o), "broken"),
        (Integrable(1 / (1 + f[o]), o), "refuted"),
        (Differentiable(Log(x), x, x), "broken"),
        (Differentiable((x**2) ** Rational(1, 2), x, x), "broken"),
        (Differentiable(x**2, x, x), "refuted"),
    ],
)
def test_what_has_no_value_at_an_atom_is_no_hypothesis_that_holds_there(given, status):
    at = {n: 1, x: 0, f: [0, 1], mu: [Fraction(1), Fraction(3)]}
    assert check(Refuted("divergence.given", ForAll(o, Ne(f[o], 0)), at, given=(given,))).status == status


def test_without_a_measure_nothing_is_said_of_all_points():
    for said, given in ((ForAll(o, Ne(x, 0)), ()), (Ne(x, 0), (Integrable(x + 1, o),))):
        assert check(Refuted("divergence.unmeasured", said, {n: 1, x: 0}, given=given)).status == "evidence"


# ------------------------------------------------------------------------------------------------ counterexamples

TAIL = replace(
    RISING, id="divergence.tail", statement=Divergent((1 + t[o]) ** a, o), given=(ABOVE, HALF_LINE, Ge(a, 0))
)
F_POSITIVE = Assumption("f is positive", ForAll(o, f[o] > 0))
MEAN = Claim(
    "divergence.mean",
    Eq(Integral(2 * f[o] ** y, o), 2 * Integral(f[o] ** y, o)),
    calc(Integral(2 * f[o] ** y, o), (2 * Integral(f[o] ** y, o), by.termwise)),
    given=(F_POSITIVE, Integrable(f[o] ** y, o)),
)
AT = {f: Seq(o, 1 + t[o]), y: 2, a: 2}


def test_what_speaks_of_an_integral_that_diverges_has_no_value():
    assert check(MEAN).status == "proved"
    found = shown((TAIL,), (MEAN,), AT)
    assert found.problem == ""
    assert [failure.violated for failure in found.failures] == [(Integrable(f[o] ** y, o),)]
    assert [failure.values() for failure in found.failures] == [{"undefined": "an integral in it diverges"}]


@pytest.mark.parametrize(
    ("tail", "claim", "at", "problem"),
    [
        (TAIL, MEAN, AT | {y: -2}, "that divergence.tail contradicts a claim there is not seen"),
        (TAIL, MEAN, AT | {a: -1}, "that a ≥ 0 is not certain"),
        (TAIL, MEAN, {f: Seq(o, 1 + t[o]), y: 2}, "no value for a"),
        (TAIL, MEAN, AT | {f: Seq(o, 2 + t[o])}, "there is not seen"),
        (TAIL, replace(MEAN, given=(*MEAN.given, Gt(x, 0))), AT, "it is not certain whether"),
        (TAIL, replace(MEAN, given=(*MEAN.given, ForAll(o, f[o] > 2))), AT, "it is not certain whether"),
        (TAIL, replace(MEAN, given=(F_POSITIVE,)), AT, "violates no hypothesis"),
        (replace(TAIL, given=(ABOVE, Image(t, x, -x), Ge(a, 0))), MEAN, AT, "is not certain"),
        (replace(TAIL, given=(ABOVE, Image(t, x, Log(x)), Ge(a, 0))), MEAN, AT, "is not certain"),
        (replace(TAIL, given=(ForAll(o, t[o] > 1), HALF_LINE, Ge(a, 0))), MEAN, AT, "is not certain"),
        (replace(TAIL, given=(ABOVE, LINE, Ge(a, 0))), MEAN, AT, "is not certain"),
        (replace(TAIL, given=(ABOVE, HALF_LINE, Image(t, x, x), Ge(a, 0))), MEAN, AT, "is not certain"),
    ],
)
def test_what_does_not_show_that_a_condition_is_needed(tail, claim, at, problem):
    assert problem in shown((tail,), (claim,), at).problem


def test_numbers_for_which_the_measure_is_another_one_say_nothing_of_this_one():
    """With the density e^(ax) no e^(-at) has an integral.  On the line with a = 0 each e^(-yt) has one for y > 0."""
    level = growing(Exp(-a * t[o]), x, [], [(z, by.algebra)], Ge(a, 0), image=Image(t, x, Exp(a * x)))
    lines = ((1, by.logs), (D(x, x), by.calculus))
    level = replace(level, proof=replace(level.proof, slope=calc(Exp(-a * x) * Exp(a * x), *lines)))
    assert check(level).status == "proved"
    said = Eq(Integral(Exp(-y * t[o]), o), y)
    claim = Claim("divergence.said", said, MEAN.proof, given=(ABOVE, HALF_LINE, Gt(y, 5)))
    assert "contradicts a claim there is not seen" in shown((level,), (claim,), {a: 0, y: 2}).problem
    there = replace(claim, given=(ABOVE, Gt(y, 5)))
    assert shown((level,), (there,), {a: 2, y: 2}).problem == ""


FINITE = Integrable(Integer(1), o)


@pytest.mark.parametrize(
    ("tail", "claim", "at", "problem"),
    [
        (TAIL, replace(MEAN, given=(*MEAN.given, FINITE)), AT, "it is not certain whether ∫ |1|"),
        (TAIL, replace(MEAN, given=(*MEAN.given, ForAll(o, Gt(y + 0, 1)))), AT, "it is not certain whether"),
        (replace(TAIL, given=(*TAIL.given, FINITE)), MEAN, AT, "∫ |1| do < ∞ is not certain"),
        (TAIL, replace(MEAN, given=(*MEAN.given, Gt(x, 0))), AT | {x: Power(0, -1)}, "a coordinate has no value"),
        (TAIL, MEAN, AT | {t: Seq(o, t[o] - 1)}, "divergence.tail speaks of t"),
        (TAIL, MEAN, AT | {x: 0.5}, "not exact"),
        (TAIL, MEAN, AT | {n: 1}, "nothing replaces n"),
        (TAIL, MEAN, AT | {f: Seq(Index("i"), Integer(1))}, "is not a family"),
        (TAIL, MEAN, AT | {x: Exp(z)}, "a coordinate speaks of z"),
    ],
)
def test_what_is_true_of_finitely_many_atoms_or_of_no_number_is_not_true_on_the_line(tail, claim, at, problem):
    """The half-line has no finite measure, 1/0 is no number, and its coordinate is what it is."""
    assert problem in shown((tail,), (claim,), at).problem


def test_a_hypothesis_that_has_no_value_fails_too():
    extended = replace(MEAN, given=(*MEAN.given, Ne(Integral(f[o] ** y, o), 0), Le(y, 2)))
    (found,) = shown((TAIL,), (extended,), AT).failures
    assert found.violated == (Integrable(f[o] ** y, o), Ne(Integral(f[o] ** y, o), 0))


# --------------------------------------------------------------------------------------------------- the language


def test_it_is_bound_printed_and_defined_like_the_contrary():
    statement = Divergent(1 / t[o], o)
    assert text(statement) == "∫ |1 / t(o)| do = ∞"
    assert r"= \infty" in latex(statement)
    assert free(statement) == {t}
    assert obligations(statement) == obligations(Integrable(1 / t[o], o))[:1] == (ForAll(o, Ne(t[o], 0)),)
    with pytest.raises(LanguageError, match="is not a point"):
        Divergent(x, x)


def test_it_has_a_foundation_of_its_own():
    assert "divergence" in {foundation.name for foundation in foundations_of(RISING)}
    assert "divergence" not in {foundation.name for foundation in foundations_of(MEAN)}
