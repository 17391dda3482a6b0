"""What a counterexample shows of a claim under a condition: its conclusion certainly fails there, and the condition."""

import pytest
from entnorm.derivations.notation import p as q
from entnorm.derivations.notation import r, reach, s
from sympy import Rational, oo
from terms import i, j, k, p, x, y, z

from entnorm import balls
from entnorm.claims import (
    Claim,
    Eq,
    Exp,
    ForAll,
    Ge,
    Gt,
    Implicit,
    Le,
    Log,
    Lt,
    Ne,
    Refuted,
    Root,
    Tends,
    by,
    calc,
    check,
    gt,
    n,
)
from entnorm.claims.counterexamples import contradicts, shown, truth
from entnorm.claims.ledger import Needs, Said, outcome
from entnorm.claims.theory import load

needs_balls = pytest.mark.skipif(not balls.available(), reason="irrational numbers are told apart by balls")
HALF = Rational(1, 2)


def claim_of(id, statement, *given):
    return Claim(id, statement, calc(x, (x, by.algebra)), given=given)


def claim(statement, *given):
    return claim_of("here.claim", statement, *given)


def refuted(at, statement=None):
    return Refuted("here.refuted", Gt(x, 1) if statement is None else statement, at)


def failing(counterexample, claim, at):
    """Return the hypotheses that fail with the conclusion of one claim, and the problem."""
    found = shown((counterexample,), (claim,), at)
    assert len(found.failures) == (not found.problem)
    return next((failure.violated for failure in found.failures), ()), found.problem


def problem(counterexample, claim, at):
    return failing(counterexample, claim, at)[1]


SOUND = claim(Gt(x**2, x), Gt(x, 1))
AT_ONE_HALF = refuted({n: 1, x: HALF})


# ----------------------------------------------------------------------------------------------- the conclusion fails


def test_a_refutation_of_something_else_at_a_point_that_violates_the_condition_shows_nothing():
    """Not x > 1 but 1 = 2 is refuted, at a point at which x**2 >= 0 all the same."""
    unrelated = refuted({n: 1, x: HALF}, Eq(Rational(1) + 0 * x, 2))
    needless = claim(Ge(x**2, 0), Gt(x, 1))
    assert problem(unrelated, needless, {}) == "that a claim fails at here.refuted is not seen"


def test_a_bound_that_is_larger_than_it_need_be_makes_no_counterexample():
    """x**2 < 4 holds at 1/2; that the bound 5 exceeds 2 is the choice of whoever wrote it."""
    bounded = claim(Lt(x**2, 4), Gt(x, 0), Le(x, y), Lt(y, 2))
    assert problem(AT_ONE_HALF, bounded, {y: 5}) == "that a claim fails at here.refuted is not seen"
    assert failing(refuted({n: 1, x: 3}), bounded, {y: 5}) == ((Lt(y, 2),), "")
    assert failing(refuted({n: 1, x: 3}), bounded, {y: 1}) == ((Le(x, y),), "")  # some fails, whatever the bound


def test_a_conclusion_without_a_value_fails_and_one_that_is_not_decided_does_not():
    (failure,) = shown((AT_ONE_HALF,), (claim(Eq((x - HALF) / (x - HALF), 1), Ne(x, HALF)),), {}).failures
    assert (failure.violated, failure.values()) == ((Ne(x, HALF),), {"undefined": "division by zero"})
    close = claim(Eq(Exp(-500) + x, HALF), Ne(x, HALF))
    assert problem(AT_ONE_HALF, close, {}) == "that a claim fails at here.refuted is not seen"
    touching = claim(Root((z - HALF) ** 2, z, 0, 1, x - HALF), Ne(x, HALF))  # there is one
    assert problem(AT_ONE_HALF, touching, {}) == "that a claim fails at here.refuted is not seen"


def test_the_two_sides_of_a_conclusion_are_shown():
    (failure,) = shown((AT_ONE_HALF,), (SOUND,), {}).failures
    assert failure.values() == {"lhs": "1/4", "rhs": "1/2"}
    (failure,) = shown((refuted({n: 2, p: [HALF, HALF]}),), (claim(Gt(p[i], 1), Gt(p[i], 2)),), {}).failures
    assert failure.values() == {"lhs": "1/2", "rhs": "1"}  # an index that has no value is the first position


@pytest.mark.parametrize(("slope", "found"), [(1, "that a claim fails at here.refuted is not seen"), (1 / z, "")])
def test_an_implicit_function_fails_where_its_slope_has_no_value_and_not_where_the_theorem_is_silent(slope, found):
    """Along y = x the difference of the squares stays 0, though at 0 its partial slope is 0."""
    at = refuted({n: 1, y: 0, z: 0})
    along = claim(Implicit(y**2 - x**2, x, 0, y, slope), Ne(y, 0), Ne(z, 0))
    assert problem(at, along, {}) == found
    assert problem(at, claim(ForAll(i, along.statement), Ne(y, 0), Ne(z, 0)), {}) == found


# -------------------------------------------------------------------------------------------------- several of them


def test_every_claim_fails_or_has_the_hypotheses_of_one_that_does():
    more = claim_of("here.more", Gt(x, 0), Gt(x, 1), Gt(x, -1))
    spared = claim_of("here.spared", Gt(x, 0), Lt(x, 0))
    assert [f.claim.id for f in shown((AT_ONE_HALF,), (SOUND, more), {}).failures] == ["here.claim"]
    assert shown((AT_ONE_HALF,), (more, SOUND), {}).problem == ""
    missed = "that here.spared fails at a counterexample is not seen"
    assert shown((AT_ONE_HALF,), (SOUND, spared), {}).problem == missed
    assert shown((AT_ONE_HALF,), (spared, SOUND), {}).problem == missed
    both = shown((AT_ONE_HALF, refuted({n: 1, x: -1})), (SOUND, claim_of("here.spared", Gt(x, 0), Gt(x, -1))), {})
    assert both.problem == ""
    assert [(f.claim.id, f.point[x], f.violated) for f in both.failures] == [
        ("here.claim", HALF, (Gt(x, 1),)),
        ("here.spared", -1, (Gt(x, -1),)),
    ]


def test_every_counterexample_shows_something():
    idle = refuted({n: 1, x: 3})
    assert shown((AT_ONE_HALF, idle), (SOUND,), {}).problem == "that a claim fails at here.refuted is not seen"
    aside = claim_of("here.aside", Gt(Exp(z), 0))
    at = {n: 1, x: HALF}
    assert shown((AT_ONE_HALF, aside), (SOUND,), at).problem == (
        "that here.aside contradicts a claim at the point is not seen"
    )


# ------------------------------------------------------------------------------------------ which hypotheses fail


def test_the_hypotheses_that_fail_are_found():
    found = failing(AT_ONE_HALF, claim(Gt(x**2, x), Gt(x, 0), Gt(x, 1), Lt(x, 2), Ne(x, HALF)), {})
    assert found == ((Gt(x, 1), Ne(x, HALF)), "")


def test_a_claim_that_fails_though_its_hypotheses_hold_is_none_that_is_proved():
    no_claim = claim(Gt(x**2, x), Gt(x, 0))
    assert failing(AT_ONE_HALF, no_claim, {}) == ((), "the counterexample violates no hypothesis of here.claim")


def test_what_is_not_certain_is_a_problem():
    """exp(500) is no reason to call 1 + exp(-500) unequal to 1, nor to call it equal."""
    close = Eq(Exp(-500) + x, HALF)
    found = problem(AT_ONE_HALF, claim(Gt(x**2, x), Gt(x, 0), Gt(x, 1), close), {})
    assert found == f"at the counterexample it is not certain whether {close}"


def test_a_value_that_is_missing_or_none_is_a_problem():
    of_y = claim(Gt(x**2, x), Gt(x, 0), Gt(y, 0))
    assert "no value for y" in problem(AT_ONE_HALF, of_y, {})
    assert "not of its sort" in problem(AT_ONE_HALF, of_y, {y: 0.5})
    assert "no value for n" in problem(refuted({x: HALF}), SOUND, {})
    assert "no value for y" in problem(AT_ONE_HALF, claim(Gt(x**2, y), Gt(x, 1)), {})


def test_what_is_added_to_the_point_of_a_refutation():
    found = failing(AT_ONE_HALF, claim(Gt(x**2, x), Gt(x, 0), Le(x, y), Ge(y, 1)), {y: HALF})
    assert found == ((Ge(y, 1),), "")


def test_what_is_added_makes_no_other_point_of_it():
    """Neither of its numbers nor of its positions."""
    assert problem(refuted({n: 1, x: 3}), SOUND, {x: HALF}) == "another value for x is another point"
    assert failing(AT_ONE_HALF, SOUND, {n: 1, x: HALF}) == ((Gt(x, 1),), "")
    marked = refuted({n: 2, p: [HALF, 1], i: 0, j: 1}, Gt(p[i], p[j]))
    smaller = claim(Gt(p[i], p[j]), Gt(p[i], 0), Eq(p[i], 2 * p[j]))
    assert failing(marked, smaller, {i: 0}) == ((Eq(p[i], 2 * p[j]),), "")
    assert problem(marked, smaller, {i: 1, j: 0}) == "another value for i, j is another point"


def test_a_hypothesis_without_a_value_fails():
    found = failing(AT_ONE_HALF, claim(Gt(x**2, x), Gt(x, 0), Gt(1 / (x - HALF), 0)), {})
    assert found == ((Gt(1 / (x - HALF), 0),), "")


@needs_balls
def test_a_coordinate_that_the_statement_does_not_speak_of_need_not_be_expressible():
    """Exact fractions decide what is about x, whatever y is."""
    divided = claim(Gt(1 / (x - HALF), 0), Gt(x, HALF))
    assert failing(AT_ONE_HALF, divided, {y: Exp(1)}) == ((Gt(x, HALF),), "")


# ---------------------------------------------------------------------------------------------------------- truth


def test_an_index_without_a_value_is_every_position():
    flat, steep = {n: 2, p: [HALF, HALF]}, {n: 2, p: [HALF, 2 * HALF]}
    assert truth(Ne(p[i], p[j]), flat) is False
    assert truth(Eq(p[i], p[j]), flat) is True
    assert truth(Ne(p[i], p[j]), steep) is None  # it holds for some
    assert truth(Ne(p[i], p[j]), {**steep, i: 0, j: 1}) is True
    assert truth(ForAll(i, Gt(p[i], 0)), steep) is True


def test_equations_that_are_written_alike_hold_though_no_arithmetic_tells():
    assert truth(Eq(x, Exp(y)), {n: 1, x: Exp(y), y: HALF}) is True
    assert truth(Eq(x, Exp(y) + 0 * y), {n: 1, x: Exp(y), y: HALF}) is not False


@needs_balls
def test_terms_that_are_written_alike_need_not_have_a_value():
    """Balls do not tell this zero from a number that is none."""
    zero = {n: 1, x: Exp(1) * Log(2) - Log(2) * Exp(1)}
    for undefined in (1 / x, Log(x)):
        assert truth(Eq(undefined, undefined), zero) is None
    assert truth(Eq(Log(x), Log(x)), {n: 1, x: Exp(1)}) is True


@pytest.mark.parametrize("value", [Exp(z), Exp(x), Exp(y)])
def test_a_coordinate_speaks_of_what_has_a_value(value):
    at = {n: 1, x: value, y: Exp(x)}
    assert "which has no value before it" in check(Refuted("here.refuted", Gt(x, y), at)).problem
    with pytest.raises(ValueError, match="which has no value before it"):
        truth(Gt(x, y), at)


@needs_balls
@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        (Root(Exp(z), z, 0, 1, 2), True),
        (Root(Exp(z), z, 0, HALF, 2), None),  # the same side at both ends
        (Root(Exp(z), z, 1, 0, 2), None),  # an interval the wrong way round
        (Root((z - HALF) ** 2, z, 0, 1, 0), None),  # a root without a change of sign
        (Root(1 / (z - HALF), z, 0, 1, 0), None),  # a change of sign without a root
        (Root(1 / (z - Log(2)), z, 0, 1, 0), None),
        (Root(Log(z - x), z, x + 1, x + 3, 1), True),
        (Root(Log(z - 1), z, 0, 3, 0), None),  # no value at an end, though there is a root
    ],
)
def test_roots_are_found_by_a_change_of_sign_of_what_is_defined_between(statement, expected):
    assert truth(statement, {n: 1, x: HALF}) is expected


def given_root(*bounds):
    return claim(Gt(x**2, x), Gt(x, 0), Gt(x, 1), Eq(Exp(z), 2 + x), *bounds)


@needs_balls
def test_one_number_may_be_missing_that_is_a_root():
    assert failing(AT_ONE_HALF, given_root(Gt(z, 0), Le(z, 1)), {}) == ((Gt(x, 1),), "")
    assert "not certain" in problem(AT_ONE_HALF, given_root(Gt(z, 1), Le(z, 2)), {})
    for bounds in ((), (Gt(z, 0),), (Gt(z, 0), Le(z, 1), Ne(z, HALF)), (Gt(z, 0), Le(y, 1))):
        assert "no value for" in problem(AT_ONE_HALF, given_root(*bounds), {})


# -------------------------------------------------------------------------------------------------- contradictions

AT = {n: 1, y: 2}


@pytest.mark.parametrize(
    ("proved", "said", "expected"),
    [
        (Gt(Exp(x), y), Root(Exp(x), x, 0, 1, y), True),
        (Ne(Exp(x), y), Root(Exp(x), x, 0, 1, y), True),
        (Ge(Exp(x), y), Root(Exp(x), x, 0, 1, y), False),  # it may be equal
        (Gt(Exp(x), 0), Root(Exp(x), x, 0, 1, y), False),  # another value
        (Gt(Exp(z), y), Root(Exp(x), x, 0, 1, y), False),  # at another argument
        (Gt(Exp(x), x), Root(Exp(x), x, 0, 1, x), False),  # the value moves with the argument
        (Eq(y - 1 / (k + 1), y), Tends(1 / (k + 1), k, oo, y), True),
        (Eq(y - 1 / (k + 1), 0), Tends(1 / (k + 1), k, oo, y), False),  # no distance
        (Eq(y - 1 / (k + 1), y - 2), Tends(1 / (k + 1), k, oo, y), False),  # none at the point
        (Eq(y - 1 / (k + 1), 1 / (k + 1)), Tends(1 / (k + 1), k, oo, y), False),  # one that shrinks
        (Gt(y - 1 / (k + 1), 0), Tends(1 / (k + 1), k, oo, y), False),
        (Gt(y, 3), Eq(y, 2), False),  # refuted at the point, or not at all
    ],
)
def test_what_contradicts_a_root_or_a_limit(proved, said, expected):
    assert contradicts(proved, said, AT) is expected


def test_a_value_at_the_point_is_not_all_values():
    assert not contradicts(Gt(Exp(x), y), Root(Exp(x), x, 0, 1, y), {**AT, x: 5})
    assert not contradicts(Eq(y - k, y), Tends(k * 1, k, oo, y), {**AT, k: 0})


def test_what_is_proved_has_to_apply_and_to_contradict():
    never = claim(Gt(Exp(x) + y, z), Gt(y, 0), Le(z, y))
    root = claim(Root(Exp(x) + y, x, 0, 1, z), Gt(y, 0), Gt(z, y))
    at = {n: 1, y: 2, z: 1}
    assert failing(never, root, at) == ((Gt(z, y),), "")
    assert "that z ≤ y is not certain" in problem(never, root, {**at, z: 3})
    assert problem(root, root, {**at, z: 3}) == "that here.claim contradicts a claim at the point is not seen"
    assert "no value for x" in problem(claim(Gt(Exp(x) + y, z), Gt(x, 0)), root, at)


def test_what_a_root_binds_is_every_number_though_the_point_has_a_value_for_it():
    never, root = claim(Gt(Exp(x) + y, z), Gt(y, z)), claim(Root(Exp(x) + y, x, 0, 1, z), Gt(z, y))
    at = {n: 1, y: 2, z: 1, x: 5}
    assert failing(never, root, at) == ((Gt(z, y),), "")
    there = claim(Gt(Exp(x) + y, z), Gt(x, 0))  # proved where x is positive alone
    assert "no value for x" in problem(there, root, at)


def test_the_distance_from_a_limit_is_shown():
    stays = claim(Eq(y - 1 / (k + 1), y))
    limit = claim(Tends(1 / (k + 1), k, oo, y), Lt(y, 1))
    (failure,) = shown((stays,), (limit,), {n: 1, y: 2}).failures
    assert (failure.contradicted, failure.values()) == (True, {"distance": "2"})


def test_what_contradicts_a_root_is_shown_at_one_argument():
    root = claim(Root(x**2 + y, x, 0, 1, z), Gt(z, y))
    (failure,) = shown((claim(Gt(x**2 + y, z), Le(z, y)),), (root,), {n: 1, y: 2, z: 1}).failures
    assert failure.values() == {"where": "x = 1", "lhs": "3", "rhs": "1"}


# --------------------------------------------------------------------------------------------------------- the ledger


def test_an_entry_whose_counterexample_shows_nothing_is_open():
    right, wrong = (Said("1", "printed", Needs("x > 1", refuted({n: 1, x: v}), SOUND)) for v in (HALF, 3))
    status = {"here.claim": "proved", "here.refuted": "refuted"}
    assert (outcome(right, status), outcome(wrong, status)) == ("needs", "open")
    assert outcome(right, status | {"here.refuted": "broken"}) == "open"
    more = Claim("here.more", Gt(x, 1), calc(x, gt(1, by.sign)), given=SOUND.given)
    both = Said("1", "printed", Needs("x > 1", AT_ONE_HALF, (SOUND, more)))
    assert outcome(both, status | {"here.more": "proved"}) == "needs"
    assert outcome(both, status | {"here.more": "evidence"}) == "open"
    spared = Said("1", "printed", Needs("x > 1", AT_ONE_HALF, (SOUND, Claim("here.more", Gt(x, 0), more.proof))))
    assert outcome(spared, status | {"here.more": "proved"}) == "open"


def test_a_condition_has_a_counterexample_and_a_claim():
    for parts in (((), SOUND), (AT_ONE_HALF, ())):
        with pytest.raises(TypeError, match="a condition is needed where something fails"):
            Needs("x > 1", *parts)


def test_what_is_proved_contradicts_at_a_point():
    with pytest.raises(TypeError, match=r"here\.claim is proved, and contradicts the statement at a point: at="):
        Needs("x > 1", SOUND, SOUND)


LEDGER = {s.id: s.settled for section in load("entnorm.derivations:THEORY").sections for s in section.statements}
NEEDS = {id: settled for id, settled in LEDGER.items() if isinstance(settled, Needs)}


@needs_balls
@pytest.mark.parametrize("id", NEEDS)
def test_every_condition_of_the_ledger_fails_where_its_statement_does(id):
    settled = NEEDS[id]
    assert settled.shown.problem == ""
    assert settled.shown.failures
    for failure in settled.shown.failures:
        assert failure.values()
        assert failure.violated


@needs_balls
@pytest.mark.parametrize("id", NEEDS)
def test_with_the_condition_added_to_its_hypotheses_no_counterexample_is_left(id):
    """Without the hypotheses that fail a claim would apply where it fails: that is refused."""
    settled = NEEDS[id]
    for failure in settled.shown.failures:
        kept = tuple(h for h in failure.claim.hypotheses if h not in failure.violated)
        weak = Claim("here.weak", failure.claim.statement, failure.claim.proof, given=kept)
        claims = tuple(weak if c is failure.claim else c for c in settled.claims)
        found = shown((failure.counterexample,), claims, settled.at).problem
        assert found == "the counterexample violates no hypothesis of here.weak"


@needs_balls
def test_a_point_at_which_hypotheses_fail_settles_nothing_without_what_contradicts_the_claim():
    """1 = 2 is false there, too; that no exponent has the entropy is another matter."""
    settled = NEEDS["B3.10"]
    rogue = Needs(settled.assumption, refuted({}, Eq(Rational(1) + 0 * x, 2)), settled.claim, settled.at)
    assert rogue.shown.problem == "that a claim fails at here.refuted is not seen"


@needs_balls
def test_the_bound_by_which_the_loop_does_not_arrive_is_the_least():
    at = NEEDS["B2.7"].at
    assert truth(Eq(reach, Log(q[r]) - Log(q[s])), at) is True
