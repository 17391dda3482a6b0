"""Proofs that are not one chain: by cases, by squeezing, by an intermediate value."""

from dataclasses import replace

import pytest
from sympy import Integer, Rational, oo

from entnorm.claims import (
    IH,
    At,
    Claim,
    D,
    Digamma,
    Eq,
    Exp,
    ForAll,
    Ge,
    Gt,
    Implicit,
    Index,
    Le,
    Log,
    Lt,
    Natural,
    Ne,
    Power,
    Refusal,
    Refuted,
    Root,
    Scalar,
    Sum,
    Tends,
    by,
    by_cases,
    calc,
    check,
    ge,
    gt,
    induction,
    intermediate,
    le,
    lt,
    monotone,
    n,
    ne,
    numeric,
    solved,
    squeeze,
)
from entnorm.claims.citing import foundations_of
from entnorm.claims.context import Context
from entnorm.claims.facts import hypothesis
from entnorm.claims.foundations import calculus, continuity, implicit, slopes
from entnorm.claims.kernel import witnessed
from entnorm.claims.language import LanguageError, substitute
from entnorm.claims.links import goals, links
from entnorm.claims.mutants import score
from entnorm.claims.proofs import Assumed
from entnorm.claims.typeset import text

w, x, y, c, i = Scalar("w"), Scalar("x"), Scalar("y"), Scalar("c"), Index("i")
BINARY = Eq(w * (1 - w), 0)

IDEMPOTENT = Claim(
    "forms.idempotent",
    Eq(w**3, w),
    given=(BINARY,),
    proof=by_cases(
        (Eq(w, 0), calc(w**3, (0, Eq(w, 0)), (w, Eq(w, 0)))),
        (Eq(w, 1), calc(w**3, (1, Eq(w, 1)), (w, Eq(w, 1)))),
    ),
)

SQUARES = Claim(
    "forms.larger-square",
    Ge(x**2 + y**2, x * y),
    proof=by_cases(
        (Le(x, y), calc(x**2 + y**2, ge(x * y, by.sign(Rational(1, 2) * (x**2 + y**2 + (x - y) ** 2))))),
        (Gt(x, y), calc(x**2 + y**2, ge(x * y, by.sign(Rational(1, 2) * (x**2 + y**2 + (x - y) ** 2))))),
    ),
)

HYPERBOLA = Claim(
    "forms.hyperbola",
    Tends(c + 1 / (1 + x), x, oo, c),
    proof=squeeze(
        1,
        below=calc(
            c + 1 / (1 + x),
            ge(c, by.sign(1 / (1 + x))),
            ge(c - 1 / x, by.sign(1 / x)),
        ),
        above=calc(c + 1 / (1 + x), le(c + 1 / x, by.sign(1 / (x * (1 + x))))),
    ),
)

PARABOLA = Claim(
    "forms.parabola",
    Root(x**2, x, c, c + 1, c**2 + c),
    given=(Gt(c, 0),),
    proof=intermediate(
        width=1 + 0 * c,
        at_low=calc(c**2, lt(c**2 + c, by.sign(c))),
        at_high=calc((c + 1) ** 2, gt(c**2 + c, by.sign(c + 1))),
    ),
)
half = Rational(1, 2)

ROOT_LIMIT = Claim(
    "forms.square-root",
    Tends(x**half * (1 + x), x, 0, 0),
    proof=squeeze(
        2,
        order=half,
        within=1,
        below=calc(x**half * (1 + x), ge(0, by.sign), ge(0 - 2 * x**half, by.sign(2 * x**half))),
        above=calc(x**half * (1 + x), le(0 + 2 * x**half, by.sign(x**half * (1 - x)))),
    ),
)

CUBE = Claim(
    "forms.cube",
    Lt(c**3 - 3 * c, y**3 - 3 * y),
    given=(Gt(c, 1), Lt(c, y)),
    proof=monotone(
        x**3 - 3 * x,
        x,
        low=c,
        high=y,
        slope=calc(
            D(x**3 - 3 * x, x),
            (3 * x**2 - 3, by.calculus),
            gt(0, by.sign(3 * (x - 1) * (2 + (x - 1)))),
        ),
    ),
)

FALLING = D(y**3 + x * c + x, y)
CURVE = Claim(
    "forms.curve",  # y**3 + x (c + 1) stays what it is
    Implicit(y**3 + x * c + x, x, 0, y, -(c + 1) / (3 * y**2)),
    given=(Ne(y, 0),),
    proof=solved(
        steepness=calc(At(FALLING, x, 0), (3 * y**2, by.calculus), ne(0, by.sign(3 * y**2))),
        slope=calc(
            -At(D(y**3 + x * c + x, x), x, 0) / At(FALLING, x, 0),
            (-(c + 1) / (3 * y**2), by.calculus),
        ),
    ),
)
FORMS = (IDEMPOTENT, SQUARES, HYPERBOLA, PARABOLA, ROOT_LIMIT, CUBE, CURVE)


@pytest.mark.parametrize("claim", FORMS, ids=lambda claim: claim.id)
def test_a_sound_argument_is_proved_and_its_mutants_are_refused(claim):
    verdict = check(claim)
    assert (verdict.status, verdict.problem) == ("proved", "")
    tried = score(claim)
    assert tried.tried > 0
    assert not tried.missed


def test_each_form_names_what_it_rests_on():
    names = [{f.name for f in foundations_of(claim)} for claim in FORMS]
    assert all(
        expected in found
        for expected, found in zip(
            ("cases", "cases", "squeeze", "continuity", "squeeze", "slopes", "implicit"), names, strict=True
        )
    )


def test_statements_are_printed_as_they_are_read():
    assert text(HYPERBOLA.statement) == "c + 1 / (1 + x) → c as x → ∞"
    assert text(PARABOLA.statement) == "x^2 = c^2 + c for some x with c < x < c + 1"
    assert (
        text(CURVE.statement)
        == "y^3 + x c + x keeps its value near x = 0 along one smooth y of slope −(c + 1) / (3 y^2)"
    )


def refused(claim, why):
    with pytest.raises(Refusal, match=why):
        links(claim)
    assert check(claim).status in {"open", "evidence", "broken"}


def test_cases_must_leave_nothing_out():
    (zero, first), (_, second) = IDEMPOTENT.proof.branches
    refused(replace(IDEMPOTENT, proof=by_cases((zero, first))), "leave something out")
    refused(replace(IDEMPOTENT, proof=by_cases((zero, first), (Eq(w, 2), second))), "leave something out")
    refused(replace(IDEMPOTENT, given=()), "leave something out")
    refused(replace(IDEMPOTENT, given=(Eq(w * (1 - w), 1),)), "leave something out")
    (below, chain), (above, other) = SQUARES.proof.branches
    refused(replace(SQUARES, proof=by_cases((Lt(x, y), chain), (above, other))), "leave something out")
    refused(
        replace(SQUARES, proof=by_cases((below, chain), (Ne(x, y), other), (Gt(x, c), other))), "leave something out"
    )
    refused(replace(SQUARES, proof=by_cases()), "a case is a relation")


def test_a_case_is_a_hypothesis_of_its_own_branch_only():
    (zero, first), (unit, _) = IDEMPOTENT.proof.branches
    refused(replace(IDEMPOTENT, proof=by_cases((zero, first), (unit, first))), "cites a hypothesis")


def test_every_branch_is_checked():
    (zero, first), (unit, _) = IDEMPOTENT.proof.branches
    wrong = calc(w**3, (2, Eq(w, 1)), (w, Eq(w, 1)))
    refused(replace(IDEMPOTENT, proof=by_cases((zero, first), (unit, wrong))), "line 1")


def test_a_factor_counts_up_to_a_rational_multiple_only():
    scaled = replace(IDEMPOTENT, given=(Eq(2 * w * (3 - 3 * w), 0),))
    refused(scaled, "leave something out")  # the factor 2 is never zero, and has no case
    assert links(replace(IDEMPOTENT, given=(Eq(w * (3 - 3 * w), 0),))) is not None


def test_a_limit_needs_both_sides_and_a_rate_free_of_the_variable():
    proof = HYPERBOLA.proof
    refused(replace(HYPERBOLA, proof=replace(proof, above=proof.below)), "has the end")
    refused(replace(HYPERBOLA, proof=squeeze(x, below=proof.below, above=proof.above)), "must not depend on x")
    refused(replace(HYPERBOLA, given=(Gt(x, 1),)), "must not depend on x")
    refused(replace(HYPERBOLA, statement=Tends(c + 1 / (1 + x), x, oo, x)), "must not depend on x")
    refused(replace(HYPERBOLA, statement=Tends(c + 1 / (1 + x), x, oo, c + 1)), "has the end")
    refused(replace(HYPERBOLA, statement=Tends(c + 1 / (1 + x), x, 0, c)), "has the end")
    for inexact in (0.0, False, float("inf")):  # printed as what it is not
        with pytest.raises(LanguageError, match="at 0 from above or at infinity"):
            Tends(x, x, inexact, 0)
    with pytest.raises(LanguageError, match="at 0 from above or at infinity"):
        Tends(x, x, 1, c)


def test_a_wrong_limit_cannot_be_squeezed():
    false = Claim(
        "forms.wrong-limit",
        Tends(1 / (1 + x), x, 0, 0 * c),
        proof=squeeze(
            1,
            below=calc(1 / (1 + x), ge(0 * c - 1 * x, by.sign)),
            above=calc(1 / (1 + x), le(0 * c + 1 * x, by.sign)),
        ),
    )
    refused(false, "not manifestly nonnegative")


def test_a_limit_is_taken_near_its_point_and_at_a_positive_order():
    proof = ROOT_LIMIT.proof
    refused(replace(ROOT_LIMIT, proof=replace(proof, within=None)), "not manifestly nonnegative")
    refused(replace(ROOT_LIMIT, proof=replace(proof, within=Integer(2))), "not manifestly nonnegative")
    refused(replace(ROOT_LIMIT, proof=replace(proof, within=Integer(0))), "not manifestly positive")
    refused(replace(ROOT_LIMIT, proof=replace(proof, within=c)), "not manifestly positive")
    refused(replace(ROOT_LIMIT, proof=replace(proof, within=1 / (c - c))), "not shown to be defined")
    refused(replace(ROOT_LIMIT, proof=replace(proof, within=x)), "must not depend on x")
    refused(replace(ROOT_LIMIT, proof=replace(proof, order=Integer(1))), "has the end")
    for order in (Integer(0), -half, c):
        refused(replace(ROOT_LIMIT, proof=replace(proof, order=order)), "is not a positive rational number")


def test_at_infinity_a_limit_is_shown_beyond_a_bound():
    shifted = 1 / (1 + (x - 4))
    beyond = Claim(
        "forms.beyond",
        Tends(shifted, x, oo, 0),
        proof=squeeze(
            4,
            within=4,
            below=calc(shifted, ge(0, by.sign(1 / (1 + (x - 4)))), ge(0 - 4 / x, by.sign(4 / x))),
            above=calc(shifted, le(0 + 4 / x, by.sign(3 * (x - 4) / ((1 + (x - 4)) * x)))),
        ),
    )
    assert check(beyond).status == "proved"
    refused(replace(beyond, proof=replace(beyond.proof, within=None)), "not manifestly")
    refused(replace(beyond, proof=replace(beyond.proof, within=Integer(3))), "not manifestly")


def test_an_order_by_slope_needs_ends_in_order_and_a_slope_of_that_sign():
    proof = CUBE.proof
    refused(replace(CUBE, given=(Gt(c, 1),)), "not shown: c < y")
    refused(replace(CUBE, given=(Gt(c, 1), Le(c, y))), "not shown: c < y")
    refused(replace(CUBE, given=(Lt(c, y),)), "not manifestly positive")
    refused(replace(CUBE, statement=Gt(*CUBE.statement.args)), "the chain shows")
    refused(replace(CUBE, statement=Lt(*CUBE.statement.args[::-1])), "the function is")
    refused(replace(CUBE, statement=Lt(c**3 - 3 * c, y**3 - 2 * y)), "the function is")
    refused(replace(CUBE, statement=Eq(*CUBE.statement.args)), "a slope does not prove a Eq")
    refused(replace(CUBE, proof=replace(proof, function=x**3 - 4 * x)), "the function is")
    refused(replace(CUBE, given=(*CUBE.given, Gt(x, 5))), "must not depend on x")
    refused(replace(CUBE, proof=replace(proof, slope=Assumed("because"))), "is proved by a chain")
    weak = replace(CUBE, statement=Le(*CUBE.statement.args), given=(Gt(c, 1), Le(c, y)))
    assert check(weak).status == "proved"
    flat = calc(D(x**3 - 3 * x, x), (3 * x**2 - 3, by.calculus), ge(0, by.sign(3 * (x - 1) * (2 + (x - 1)))))
    refused(replace(CUBE, proof=replace(proof, slope=flat)), "the chain shows")


def test_a_function_with_a_pole_between_the_ends_need_not_follow_its_slope():
    hyperbola = Claim(
        "forms.falling-across-a-pole",
        Gt(1 / c, 1 / y),
        given=(Lt(c, 0), Gt(y, 0)),
        proof=monotone(
            1 / x,
            x,
            low=c,
            high=y,
            slope=calc(D(1 / x, x), (-1 / x**2, by.calculus), lt(0, by.sign(1 / x**2))),
        ),
    )
    refused(hyperbola, "not shown to be defined")


def test_a_limit_is_of_a_function_that_is_defined():
    below = calc(Log(x) - Log(x), (0, by.algebra), ge(0 - 1 / x, by.sign(1 / x)))
    above = calc(Log(x) - Log(x), (0, by.algebra), le(0 + 1 / x, by.sign(1 / x)))
    assert check(
        Claim("forms.log", Tends(Log(x) - Log(x), x, oo, 0), proof=squeeze(1, below=below, above=above))
    ).status
    shifted = Log(x - 1) - Log(x - 1)
    bad = Claim(
        "forms.log-undefined",
        Tends(shifted, x, oo, 0),
        proof=squeeze(
            1,
            below=calc(shifted, (0, by.algebra), ge(0 - 1 / x, by.sign(1 / x))),
            above=calc(shifted, (0, by.algebra), le(0 + 1 / x, by.sign(1 / x))),
        ),
    )
    refused(bad, "not shown to be defined")


def test_a_root_needs_a_width_that_is_the_distance_and_positive():
    proof = PARABOLA.proof
    refused(replace(PARABOLA, proof=replace(proof, width=2 + 0 * c)), "is not the distance")
    backwards = replace(PARABOLA, statement=Root(x**2, x, c + 1, c, c**2 + c))
    refused(replace(backwards, proof=replace(proof, width=0 * c - 1)), "not manifestly positive")


def test_a_root_needs_values_on_both_sides():
    proof = PARABOLA.proof
    same = calc((c + 1) ** 2, gt(c**2 + c, by.sign(c + 1)))
    refused(replace(PARABOLA, proof=replace(proof, at_low=same)), "has the end")
    weak = calc(c**2, le(c**2 + c, by.sign(c)))
    refused(replace(PARABOLA, proof=replace(proof, at_low=weak)), "the chain shows")


def test_a_function_with_a_pole_between_the_ends_has_no_intermediate_values():
    pole = Claim(
        "forms.pole",
        Root(1 / x, x, -c, c, 0),
        given=(Gt(c, 0),),
        proof=intermediate(
            width=2 * c,
            at_low=calc(1 / (-c), lt(0, by.sign(1 / c))),
            at_high=calc(1 / c, gt(0, by.sign(1 / c))),
        ),
    )
    refused(pole, "not shown to be defined: x ≠ 0")


def test_the_ends_may_not_depend_on_the_unknown():
    refused(replace(PARABOLA, given=(Gt(c, 0), Gt(x, 0))), "must not depend on x")
    refused(replace(PARABOLA, statement=Root(x**2, x, x, c + 1, c**2 + c)), "must not depend on x")


def test_a_form_proves_only_its_own_kind_of_statement():
    refused(replace(HYPERBOLA, statement=PARABOLA.statement), "a squeeze does not prove a Root")
    refused(replace(PARABOLA, statement=HYPERBOLA.statement), "do not prove a Tends")
    chain = calc(Exp(x), ge(0, by.sign))
    refused(replace(PARABOLA, proof=chain), "a Calc does not prove a Root")
    assert goals(replace(PARABOLA, proof=chain)) is None


def test_an_equation_defines_a_function_where_its_slope_in_the_unknown_is_not_zero():
    proof = CURVE.proof
    refused(replace(CURVE, given=()), "not manifestly nonzero|not shown to be defined")
    flat = calc(At(FALLING, x, 0), (3 * y**2, by.calculus), ge(0, by.sign(3 * y**2)))
    refused(replace(CURVE, proof=replace(proof, steepness=flat)), "the chain shows")
    elsewhere = calc(At(FALLING, x, 1), (3 * y**2, by.calculus), ne(0, by.sign(3 * y**2)))
    refused(replace(CURVE, proof=replace(proof, steepness=elsewhere)), "has the end")
    refused(replace(CURVE, statement=Implicit(*CURVE.statement.args[:4], -(c + 1) / y**2)), "has the end")
    refused(replace(CURVE, statement=Implicit(*CURVE.statement.args[:4], x)), "must not depend on x")
    refused(replace(CURVE, given=(Ne(y, 0), Gt(x, 1))), "must not depend on x")
    refused(replace(CURVE, statement=PARABOLA.statement), "two partial slopes do not prove a Root")
    refused(replace(CURVE, proof=replace(proof, slope=Assumed("because"))), "is proved by a chain")
    with pytest.raises(LanguageError, match="not a function of itself"):
        Implicit(x**2, x, 0, x, 1)
    with pytest.raises(LanguageError, match="not a real variable"):
        Implicit(Power(2, Natural("k")), x, 0, Natural("k"), 1)


def test_an_equation_is_solved_where_it_is_defined():
    root = Log(y) + x
    steep, drift = D(root, y), D(root, x)
    undefined = Claim(
        "forms.logarithm",
        Implicit(root, x, 0, y, -y),
        given=(Ne(y, 0),),
        proof=solved(
            steepness=calc(At(steep, x, 0), (1 / y, by.calculus), ne(0, by.sign(1 / y))),
            slope=calc(-At(drift, x, 0) / At(steep, x, 0), (-y, by.calculus)),
        ),
    )
    refused(undefined, "not shown to be defined")
    assert check(replace(undefined, given=(Gt(y, 0),))).status == "proved"


def test_the_witness_sees_a_wrong_slope():
    wrong = replace(CURVE, statement=Implicit(*CURVE.statement.args[:4], (c + 1) / (3 * y**2)))
    assert witnessed(wrong, wrong.statement)[0] is False
    assert witnessed(CURVE, CURVE.statement)[0] is True


def test_the_witness_follows_the_curve_and_trusts_no_rule_for_its_slope(monkeypatch):
    """What the theorem asks for is what the rules prove; were it written down wrong, the witness would see that."""
    y_squared = Implicit(y**2 - x, x, 4, y, 1 / (2 * y))
    on_curve = Claim("forms.square-root", y_squared, CURVE.proof, given=(Eq(y, 2),))
    assert witnessed(on_curve, y_squared)[0] is True
    wrong_sign = property(lambda it: (Ne(At(D(it.args[0], it.args[3]), x, it.args[2]), 0), Eq(-it.args[4], it.args[4])))
    monkeypatch.setattr(Implicit, "conditions", wrong_sign)
    assert witnessed(on_curve, y_squared)[0] is True
    wrong = Implicit(y**2 - x, x, 4, y, -1 / (2 * y))
    assert witnessed(replace(on_curve, statement=wrong), wrong)[0] is False
    flat = Implicit((y - 2) ** 2 - x + x, x, 4, y, 1)
    assert witnessed(replace(on_curve, statement=flat), flat)[0] is False


def test_mutants_of_an_implicit_function_change_all_that_it_says():
    changes = {trial.change.partition(":")[0]: trial for trial in score(CURVE).trials}
    assert {"slope", "function", "point", "another variable", "another unknown"} <= set(changes)
    assert all(changes[name].refused_at for name in ("variable and unknown swapped", "another variable"))


def with_digamma(place):
    function = Digamma(x) + y
    steep, drift = (At(D(function, v), x, place) for v in (y, x))
    proof = solved(
        steepness=calc(steep, (1, by.calculus), ne(0, by.sign(Integer(1)))),
        slope=calc(-drift / steep, (-drift, by.calculus)),
    )
    return Claim("forms.digamma", Implicit(function, x, place, y, -drift), proof)


def test_digamma_is_as_smooth_as_the_theorem_asks():
    links(with_digamma(2))
    refused(with_digamma(-2), "not shown to be defined")
    assert all("digamma" in base.statement for base in (continuity, calculus, slopes, implicit))


def test_where_its_theorem_says_nothing_an_implicit_function_is_not_refuted():
    flat = Refuted("test.flat", Implicit((y - x) ** 3, x, 0, y, 1), at={n: 1, y: 0})  # and yet y = x, smoothly
    assert check(flat).status == "open"
    everywhere = Refuted("test.flat", ForAll(i, Implicit((y - x) ** 3, x, 0, y, 1)), at={n: 1, y: 0})
    assert check(everywhere).status == "open"
    wrong = Refuted("test.wrong-slope", Implicit(y - x, x, 0, y, 2), at={n: 1, y: 0})
    assert check(wrong).status == "refuted"


def test_an_undefined_width_shows_nothing():
    y, z = Scalar("y"), Scalar("z")
    nothing = Sum(0 * y, i)
    for factor, given in ((nothing / nothing, ()), (w / w, (Eq(w, 0),))):
        backwards = Claim(
            "forms.zero-of-a-hyperbola",
            Root(1 / x, x, y, z, 0),
            given=(Gt(y, 0), Lt(z, 0), *given),
            proof=intermediate(
                width=(z - y) * factor,
                at_low=calc(1 / y, gt(0, by.sign)),
                at_high=calc(1 / z, lt(0, by.sign(-1 / z))),
            ),
        )
        refused(backwards, "not shown to be defined")


def test_every_part_of_a_form_is_a_chain():
    assumed = Assumed("because")
    cases = Claim("forms.assumed", Gt(Exp(x), x), proof=by_cases((Gt(x, 0), assumed), (Le(x, 0), assumed)))
    limit = Claim("forms.assumed", Tends(x / (x + 7), x, oo, 0), proof=squeeze(9, below=assumed, above=assumed))
    for claim in (cases, limit):
        refused(claim, "is proved by a chain")
        assert check(claim).status == "open"


def test_no_number_decides_a_limit_or_a_root():
    for statement in (Tends(x, x, 0, 5), Root(x, x, 0, 1, 5)):
        assert check(Claim("forms.numeric", statement, proof=numeric())).status == "open"
        assert check(Refuted("forms.refuted", statement, at={n: 1})).status == "open"


def test_the_induction_hypothesis_does_not_capture_a_fixed_variable():
    fixed, k = Scalar("y°"), Natural("k")
    product = k * (k - 1) * (k - 2) * (k - 3)
    whole = fixed + product * (y - fixed)
    at_zero, at_next = (substitute(whole, {k: count}) for count in (Integer(0), k + 1))
    line = substitute(product, {k: k + 1}) * y
    claim = Claim(
        "forms.captured",  # false from k = 4 on
        Eq(whole, 0),
        given=(Eq(fixed, 0),),
        proof=induction(
            k,
            base=calc(at_zero, (fixed, by.algebra), (0, Eq(fixed, 0))),
            step=calc(
                at_next,
                (line, by.algebra(Eq(fixed, 0))),
                (line + product * (line - line), by.algebra),
                (0, by.algebra(IH)),
            ),
        ),
    )
    refused(claim, "line 3")


def test_what_is_equal_is_at_most_and_at_least_as_large():
    """As a condition of what is cited, where the difference has no sign that one could read off."""
    known = Context((hypothesis(Gt(c, 0)),))
    assert known.holds(Le(c * (1 / c), 1))
    assert known.holds(Ge(c * (1 / c), 1))
    assert not known.holds(Lt(c * (1 / c), 1))
    assert not known.holds(Ne(c * (1 / c), 1))
    assert not known.holds(Le(c * (2 / c), 1))
    assert not known.holds(Ge(c * (1 / c), 2))
