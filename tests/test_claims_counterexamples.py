"""What a counterexample shows of a claim under a condition: the condition fails there, all else holds, for certain."""

import pytest
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
    Le,
    Log,
    Lt,
    Ne,
    Refuted,
    Root,
    Tends,
    by,
    calc,
    gt,
    n,
)
from entnorm.claims.counterexamples import contradicts, failure, truth
from entnorm.claims.ledger import Needs, Said, outcome
from entnorm.claims.theory import load

needs_balls = pytest.mark.skipif(not balls.available(), reason="irrational numbers are told apart by balls")
HALF = Rational(1, 2)


def claim(statement, *given):
    return Claim("here.claim", statement, calc(x, (x, by.algebra)), given=given)


def refuted(at, statement=None):
    return Refuted("here.refuted", Gt(x, 1) if statement is None else statement, at)


SOUND = claim(Gt(x**2, x), Gt(x, 1))
AT_ONE_HALF = refuted({n: 1, x: HALF})


# ------------------------------------------------------------------------------------------ which hypotheses fail


def test_the_hypotheses_that_fail_are_found():
    found = failure(AT_ONE_HALF, claim(Gt(x**2, x), Gt(x, 0), Gt(x, 1), Lt(x, 2), Ne(x, HALF)), {})
    assert (found.violated, found.problem) == ((Gt(x, 1), Ne(x, HALF)), "")


def test_a_point_that_satisfies_the_condition_is_no_counterexample():
    found = failure(refuted({n: 1, x: 3}), SOUND, {})
    assert (found.violated, found.problem) == ((), "the counterexample violates no hypothesis of here.claim")


def test_what_is_not_certain_is_a_problem():
    """exp(500) is no reason to call 1 + exp(-500) unequal to 1, nor to call it equal."""
    close = Eq(Exp(-500) + x, HALF)
    problem = failure(AT_ONE_HALF, claim(Gt(x, 0), Gt(x, 1), close), {}).problem
    assert problem == f"at the counterexample it is not certain whether {close}"


def test_a_value_that_is_missing_or_none_is_a_problem():
    assert "no value for y" in failure(AT_ONE_HALF, claim(Gt(x, 0), Gt(y, 0)), {}).problem
    assert "not of its sort" in failure(AT_ONE_HALF, claim(Gt(x, 0), Gt(y, 0)), {y: 0.5}).problem
    assert "no value for n" in failure(refuted({x: HALF}), SOUND, {}).problem


def test_what_is_added_to_the_point_of_a_refutation():
    found = failure(AT_ONE_HALF, claim(Gt(x, 0), Le(x, y), Ge(y, 1)), {y: HALF})
    assert (found.violated, found.problem) == ((Ge(y, 1),), "")


def test_what_is_added_makes_no_other_point_of_it():
    problem = "the counterexample: another value for x is another point"
    assert failure(refuted({n: 1, x: 3}), SOUND, {x: HALF}).problem == problem
    assert failure(AT_ONE_HALF, SOUND, {n: 1, x: HALF}).violated == (Gt(x, 1),)
    marked = refuted({n: 2, p: [HALF, 1], i: 0, j: 1}, Gt(p[i], p[j]))  # the positions may have other names
    assert failure(marked, claim(Gt(p[i], p[j]), Gt(p[i], 0), Eq(p[i], p[j])), {i: 1, j: 0}).violated == (
        Eq(p[i], p[j]),
    )


def test_a_hypothesis_without_a_value_fails():
    assert failure(AT_ONE_HALF, claim(Gt(x, 0), Gt(1 / (x - HALF), 0)), {}).violated == (Gt(1 / (x - HALF), 0),)


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
    return claim(Gt(x, 0), Gt(x, 1), Eq(Exp(z), 2 + x), *bounds)


@needs_balls
def test_one_number_may_be_missing_that_is_a_root():
    assert failure(AT_ONE_HALF, given_root(Gt(z, 0), Le(z, 1)), {}).violated == (Gt(x, 1),)
    assert "not certain" in failure(AT_ONE_HALF, given_root(Gt(z, 1), Le(z, 2)), {}).problem
    for bounds in ((), (Gt(z, 0),), (Gt(z, 0), Le(z, 1), Ne(z, HALF)), (Gt(z, 0), Le(y, 1))):
        assert "no value for" in failure(AT_ONE_HALF, given_root(*bounds), {}).problem


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
    assert failure(never, root, at).violated == (Gt(z, y),)
    assert failure(never, root, {**at, z: 3}).problem == f"the counterexample does not certainly satisfy {Le(z, y)}"
    assert "contradicts here.claim there is not seen" in failure(root, root, {**at, z: 3}).problem
    assert "no value for x" in failure(claim(Gt(Exp(x) + y, z), Gt(x, 0)), root, at).problem


# --------------------------------------------------------------------------------------------------------- the ledger


def test_an_entry_whose_counterexample_shows_nothing_is_open():
    right, wrong = (Said("1", "printed", Needs("x > 1", refuted({n: 1, x: v}), SOUND)) for v in (HALF, 3))
    status = {"here.claim": "proved", "here.refuted": "refuted"}
    assert (outcome(right, status), outcome(wrong, status)) == ("needs", "open")
    assert outcome(right, status | {"here.refuted": "broken"}) == "open"
    both = Said(
        "1", "printed", Needs("x > 1", AT_ONE_HALF, (SOUND, Claim("here.more", Gt(x, 0), calc(x, gt(0, by.sign)))))
    )
    assert outcome(both, status | {"here.more": "proved"}) == "needs"
    assert outcome(both, status | {"here.more": "evidence"}) == "open"


def test_what_is_proved_contradicts_at_a_point_or_in_words():
    for more in ({}, {"at": {n: 1}, "in_words": "why"}):
        with pytest.raises(
            TypeError, match=r"here\.claim is proved, and contradicts the statement at a point, or else"
        ):
            Needs("x > 1", SOUND, SOUND, **more)


LEDGER = {s.id: s.settled for section in load("entnorm.derivations:THEORY").sections for s in section.statements}
NEEDS = {id: settled for id, settled in LEDGER.items() if isinstance(settled, Needs)}
IN_WORDS: set[str] = set()  # integrals that diverge are shown to, on the line


@needs_balls
@pytest.mark.parametrize("id", NEEDS)
def test_every_condition_of_the_ledger_fails_where_its_statement_does(id):
    settled = NEEDS[id]
    assert bool(settled.in_words) is (id in IN_WORDS)
    assert settled.failure.problem == ""
    assert bool(settled.failure.violated) is not bool(settled.in_words)


@needs_balls
@pytest.mark.parametrize("id", [id for id in NEEDS if id not in IN_WORDS])
def test_with_the_condition_added_to_its_hypotheses_no_counterexample_is_left(id):
    """Without the hypotheses that fail the claim would apply where its statement fails: that is refused."""
    settled = NEEDS[id]
    kept = tuple(h for h in settled.claims[0].hypotheses if h not in settled.failure.violated)
    weak = Claim("here.weak", settled.claims[0].statement, settled.claims[0].proof, given=kept)
    assert (
        failure(settled.counterexample, weak, settled.at).problem
        == "the counterexample violates no hypothesis of here.weak"
    )
