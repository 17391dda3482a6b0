"""What the kernel says of a claim: proved only when every link holds, and never more than that."""

from dataclasses import FrozenInstanceError, replace
from fractions import Fraction
from types import ModuleType

import pytest
from sympy import Integer, Rational
from terms import i, k, m, p, x, y, z

from entnorm import balls
from entnorm.claims import (
    IH,
    Assumption,
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
    Jet,
    Le,
    Log,
    Lt,
    Ne,
    Operator,
    Prints,
    Recursion,
    Refusal,
    Refuted,
    Sum,
    by,
    calc,
    check,
    expansion,
    ge,
    gt,
    induction,
    n,
    numeric,
    run,
)
from entnorm.claims.citing import cited, foundations_of
from entnorm.claims.language import LanguageError, Times
from entnorm.claims.ledger import Imprecise, Needs, Proved, Said, Section, Unverifiable, Wrong
from entnorm.claims.links import links
from entnorm.claims.theory import Page, Theory, TheoryError, load, pages
from entnorm.claims.verification import verify

POSITIVE = Assumption("x is positive", Gt(x, 0))
SQUARE = Claim("kernel.square", Ge(x**2, 0), calc(x**2, ge(0, by.sign)))
SELF_LOG = Claim("kernel.log", Eq(Log(x) - Log(x), 0), calc(Log(x) - Log(x), (0, by.algebra)), given=(POSITIVE,))


def status(claim):
    return check(claim).status


def certainly(found, otherwise="evidence"):
    """Return the status that needs python-flint, or the one without it."""
    return found if balls.available() else otherwise


# ------------------------------------------------------------------------------------------------------- statuses


def test_proved():
    verdict = check(SELF_LOG)
    assert (verdict.status, verdict.problem) == ("proved", "")
    assert verdict.obligations == (Gt(x, 0),)
    assert verdict.witness.points == 5


def test_assumed_axioms_are_evaluated_and_have_to_be_defined():
    assert status(Axiom("kernel.axiom", Ge(Exp(x), 1 + x), source="convexity")) == "assumed"
    assert status(Axiom("kernel.axiom", Ge(x, 1 + x), source="nobody")) == "broken"
    undefined = check(Axiom("kernel.axiom", Eq(x / x, 1), source="carelessness"))
    assert (undefined.status, undefined.problem) == ("open", "not shown to be defined: x ≠ 0")


def test_a_true_statement_with_a_gap_is_evidence():
    verdict = check(Claim("kernel.gap", Ge(Exp(x) - x, 1), calc(Exp(x) - x, ge(1, by.sign))))
    assert verdict.status == "evidence"
    assert "not manifestly nonnegative" in verdict.problem


def test_a_false_statement_is_broken_whatever_its_proof():
    assert status(Claim("kernel.false", Eq(x, y), calc(x, (y, by.algebra)))) == "broken"
    assert status(Claim("kernel.false", Gt(x, y), calc(x, gt(y, by.sign)))) == "broken"
    detour = calc(x, (x + y, by.algebra), (x, by.algebra))
    assert status(Claim("kernel.detour", Eq(x, x), detour)) == "broken"  # an interior line is false


def test_contradictory_hypotheses_prove_nothing():
    verdict = check(Claim("kernel.vacuous", Eq(x, 2 * x), calc(x, (2 * x, by.algebra)), given=(Gt(x, 0), Lt(x, 0))))
    assert verdict.status == "open"
    vacuous = Claim("kernel.vacuous", Ge(x, 1), calc(x, ge(1, by.sign)), given=(Gt(x, 1), Lt(x, 1)))
    links(vacuous)  # it does follow
    assert check(vacuous).status == "open"


def test_ends_have_to_match():
    for proof in (calc(y, (0, by.algebra)), calc(x - x, (x * 0, by.algebra)), calc(x - x)):
        with pytest.raises(Refusal, match="has the end"):
            links(Claim("kernel.ends", Eq(x - x, 0), proof))


def test_a_chain_has_to_show_what_is_said():
    chain = calc(x**2, ge(0, by.sign))
    with pytest.raises(Refusal, match="the chain shows ≥"):
        links(Claim("kernel.kind", Gt(x**2, 0), chain))
    zigzag = calc(x**2, ge(0, by.sign), replace(ge(0, by.sign), symbol="≤", line=y**2))
    with pytest.raises(Refusal, match="says nothing about its ends"):
        links(Claim("kernel.zigzag", Ge(x**2, y**2), zigzag))
    with pytest.raises(Refusal, match="does not prove"):
        links(Claim("kernel.kind", Jet(x, x, 0, 0, 1), chain))


def test_equations_imply_weak_inequalities():
    links(Claim("kernel.weak", Le(x - x, 0), calc(x - x, (0, by.algebra))))


def test_numbers_are_decided_with_certainty_or_not_at_all():
    assert status(Claim("kernel.number", Lt(Log(2), Rational(7, 10)), numeric())) == certainly("proved")
    assert status(Claim("kernel.number", Eq(Log(12), 2 * Log(2) + Log(3)), numeric())) == "proved"
    assert status(Claim("kernel.number", Eq(Exp(1) * Exp(1), Exp(2)), numeric())) == "evidence"
    assert status(Claim("kernel.number", Gt(Log(2) + Exp(-500), Log(2)), numeric())) == "open"
    assert status(Claim("kernel.number", Gt(Log(2), Rational(7, 10)), numeric())) == certainly("broken", "open")
    assert status(Claim("kernel.number", Eq(Log(2) / (Log(4) - 2 * Log(2)), 1), numeric())) == "broken"
    assert status(Claim("kernel.number", Gt(x, 0), numeric())) == "open"
    assert status(Claim("kernel.number", Eq(Sum(1, i), 1), numeric())) == "open"  # it depends on n


def test_programs():
    assert check(Claim("kernel.run", Prints("print(2 + 2)", 0, "4"), run())).status == "computed"
    wrong = check(Claim("kernel.run", Prints("print(2 + 2)", 0, "5"), run()))
    assert (wrong.status, wrong.output) == ("broken", "4")
    assert status(Claim("kernel.run", Prints("print(1)\nprint(2)", 7, "4"), run())) == "broken"
    assert status(Refuted("kernel.run", Prints("print(2 + 2)", 0, "5"))) == "refuted"
    assert status(Refuted("kernel.run", Prints("print(2 + 2)", 0, "4"))) == "broken"
    failing = check(Claim("kernel.run", Prints("import nothing_of_the_kind", 0, ""), run()))
    assert failing.status == "broken"
    assert "ModuleNotFoundError" in failing.problem
    assert status(Claim("kernel.run", Prints("print(1)", 0, "1"), calc(x))) == "open"


# ----------------------------------------------------------------------------------------------------- refutations

REFUTED = Refuted("kernel.refuted", Gt(x**2, 0), {n: 1, x: Fraction(0)})


def test_refuted():
    assert status(REFUTED) == "refuted"
    assert status(Refuted("kernel.refuted", Lt(Exp(x), 1 + x), {n: 1, x: 1})) == certainly("refuted")
    uniform = {n: 2, p: [Fraction(1, 2), Fraction(1, 2)]}
    assert status(Refuted("kernel.refuted", Lt(-Sum(p[i] * Log(p[i]), i), Log(n)), uniform)) == "refuted"


NOT_REFUTED = {
    "true there": ({x: 1}, Gt(x**2, 0), (), "broken", "not false"),
    "a hypothesis fails": ({x: 0}, Gt(x**2, 0), (Gt(x, 0),), "broken", "hypothesis"),
    "a hypothesis has no value": ({x: 0}, Gt(x**2, 0), (Gt(1 / x, 0),), "broken", "no value"),
    "no n": ({n: None, x: 0}, Gt(x**2, 0), (), "broken", "not a positive integer"),
    "n = 0": ({n: 0, x: 0}, Gt(n, 0), (), "broken", "not a positive integer"),
    "a missing value": ({}, Gt(x**2, 0), (), "broken", "no value for x"),
    "a float": ({x: 0.0}, Gt(x**2, 0), (), "broken", "not of its sort"),
    "a long family": ({p: [0, 5], i: 0}, Gt(p[i], 0), (), "broken", "not of its sort"),
    "an index out of range": ({p: [5], i: 1}, Gt(p[i], 6), (), "broken", "not of its sort"),
    "a negative natural number": ({k: -1}, Ge(k, 0), (), "broken", "not of its sort"),
    "hardly true": ({}, Lt(Log(2), Log(2) + Exp(-500)), (), "evidence", "not decided with certainty"),
    "hardly different": ({}, Ne(Log(2), Log(2) + Exp(-500)), (), "evidence", "not decided with certainty"),
    "hardly zero": ({}, Eq(1 / (Exp(-500) + Exp(2) - Exp(1) ** 2), 1), (), "evidence", "not decided"),
    "a hypothesis for all k": ({}, Eq(Integer(1), 2), (ForAll(k, Ne(k, 5)),), "evidence", "not decided with certainty"),
}


@pytest.mark.parametrize(("at", "statement", "given", "expected", "problem"), NOT_REFUTED.values(), ids=NOT_REFUTED)
def test_what_is_no_counterexample(at, statement, given, expected, problem):
    verdict = check(Refuted("kernel.refuted", statement, {n: 1} | at, given))
    assert verdict.status == expected
    assert problem in verdict.problem


def test_a_statement_without_a_value_is_refuted_if_that_is_certain():
    verdict = check(Refuted("kernel.refuted", Eq(x / (Log(x) - Log(2)), 1), {n: 1, x: 2}))
    assert verdict.status == "refuted"
    assert "no value" in verdict.output


# ------------------------------------------------------------------------------------------- induction, expansion

power = Recursion("power", (k, x), Integer(1), lambda before: before * x)
harmonic = Recursion("harmonic", (k, x), Integer(0), lambda before: before + 1 / (k - x))
halves = Recursion("halves", (k, x), x, lambda before: before / before)


def by_induction(statement, base, step, counter=k, given=(), defined=()):
    return Claim("kernel.induction", statement, induction(counter, base=base, step=step), given, defined=defined)


POWER = by_induction(
    Eq(power(k, x), x**k),
    calc(power(0, x), (x**0, power)),
    calc(power(k + 1, x), (power(k, x) * x, power), (x**k * x, IH), (x ** (k + 1), by.logs)),
    given=(Gt(x, 0),),
)


def test_induction():
    assert status(POWER) == "proved"
    assert {f.name for f in foundations_of(POWER)} >= {"induction", "field"}


FALSE_INDUCTIONS = {
    "no base": by_induction(
        Eq(power(k, x), 0),
        calc(power(0, x), (0, IH)),
        calc(power(k + 1, x), (power(k, x) * x, power), (0 * x, IH), (0, by.algebra)),
    ),
    "the conclusion as its own hypothesis": by_induction(
        Eq(power(k, x), x**k), calc(power(0, x), (x**0, power)), calc(power(k + 1, x), (x ** (k + 1), IH))
    ),
    "a hypothesis about the counter": by_induction(
        Eq(power(k, x), 1),
        calc(power(0, x), (1, power)),
        calc(power(k + 1, x), (power(k, x) * x, power), (1, by.algebra(IH, Eq(power(k, x) * x, 1)))),
        given=(Eq(power(k, x) * x, 1),),
    ),
    "the hypothesis at another value than that of the givens": by_induction(
        Eq(power(k, x), 1),
        calc(power(0, x), (1, power)),
        calc(power(k + 1, x), (power(k, x) * x, power), (power(k, y) * x, IH), (1, by.algebra(IH, Eq(x, 1)))),
        given=(Eq(x, 1), Gt(y, 1)),
    ),
    "a real counter": by_induction(
        Eq(x * 0, 0), calc(Times(0, 0), (0, by.algebra)), calc((x + 1) * 0, (0, by.algebra)), x
    ),
    "an inequality": by_induction(
        Ge(power(k, x), 0), calc(power(0, x), ge(0, by.sign)), calc(power(k + 1, x), ge(0, by.sign))
    ),
    "a sum without a value": by_induction(
        Eq(harmonic(k, x) - harmonic(k, x), 0),
        calc(harmonic(0, x) - harmonic(0, x), (0, by.algebra)),
        calc(harmonic(k + 1, x) - harmonic(k + 1, x), (0, by.algebra)),
    ),
    "a look ahead": by_induction(
        Eq(halves(k, x), halves(k, x) * 1),
        calc(halves(0, x), (halves(0, x) * 1, by.algebra)),
        calc(
            halves(k + 1, x),
            (halves(k + 1, x) + halves(k + 7, x) - halves(k + 7, x), by.algebra),
            (halves(k + 1, x) * 1, by.algebra),
        ),
        given=(Ne(x, 0),),
    ),
}  # fmt: skip


@pytest.mark.parametrize("claim", FALSE_INDUCTIONS.values(), ids=FALSE_INDUCTIONS)
def test_false_inductions_are_refused(claim):
    with pytest.raises(Refusal):
        links(claim)


def test_a_recursion_is_defined_by_what_the_induction_has_shown():
    step = calc(
        halves(k + 1, x), (halves(k, x) / halves(k, x), halves), (1 * x, by.algebra(IH, Eq(x, 1))), (x, by.algebra)
    )
    claim = by_induction(Eq(halves(k, x), x), calc(halves(0, x), (x, halves)), step, given=(Eq(x, 1),))
    assert status(claim) == "proved"
    with pytest.raises(Refusal, match="not shown to be defined"):
        links(
            Claim("kernel.no-induction", Eq(halves(k, x) * 0, 0), calc(halves(k, x) * 0, (0, by.algebra)), (Eq(x, 1),))
        )


def test_a_recursion_with_the_counter_as_a_parameter():
    shifted = Recursion("shifted", (m, x), Integer(0), lambda before: before + 1 / (m - x + 1))
    with pytest.raises(Refusal, match="not shown to be defined"):
        links(Claim("kernel.diagonal", Eq(shifted(m, m) * 0, 0), calc(shifted(m, m) * 0, (0, by.algebra))))


EXPANSION = Claim(
    "kernel.expansion",
    Jet(Exp(x), x, 0, 1, 1, Rational(1, 2)),
    expansion(
        calc(At(Exp(x), x, 0), (1, by.logs)),
        calc(At(D(Exp(x), x), x, 0), (Exp(0), by.calculus), (1, by.logs)),
        calc(At(D(D(Exp(x), x), x), x, 0), (Exp(0), by.calculus), (Times(2, Rational(1, 2)), by.logs)),
    ),
)  # fmt: skip


def test_expansion():
    assert status(EXPANSION) == "proved"
    assert "taylor" in {f.name for f in foundations_of(EXPANSION)}


def test_false_expansions_are_refused():
    chains = EXPANSION.proof.chains
    with pytest.raises(Refusal, match="as many chains"):
        links(replace(EXPANSION, proof=expansion(*chains[:2])))
    with pytest.raises(Refusal, match="has the end"):
        links(replace(EXPANSION, statement=Jet(Exp(x), x, 0, 1, 1, 1)))
    with pytest.raises(Refusal, match="has the end"):
        links(replace(EXPANSION, proof=expansion(chains[0], chains[2], chains[1])))
    weak = Claim("kernel.jet", Jet(x**2, x, 0, 0), expansion(calc(At(x**2, x, 0), ge(0, by.sign))))
    with pytest.raises(Refusal, match="chain of equations"):
        links(weak)


def test_a_case_of_equality_is_part_of_the_statement():
    proof = calc(x**2, ge(0, by.sign(x**2)))
    assert status(Claim("kernel.attained", Attained(Ge(x**2, 0), Eq(x, 0)), proof)) == "proved"
    assert status(Claim("kernel.attained", Attained(Ge(x**2, 0), Eq(x, 1)), proof)) in ("evidence", "broken")


# -------------------------------------------------------------------------------------------------------- citations


def test_claims_are_values():
    with pytest.raises(FrozenInstanceError):
        SQUARE.statement = Ge(x, 0)


def test_edges_are_read_off_the_reasons():
    citing = Claim(
        "kernel.citing", Ge(y**2, 0), calc(y**2, ge(0, by.sign(y**2, SQUARE.at({x: y})))), defined=(SELF_LOG,)
    )
    assert cited(citing) == (SQUARE, SELF_LOG)
    assert status(citing) == "proved"


def test_a_refuted_statement_is_no_reason():
    with pytest.raises(Refusal, match="not a reason"):
        links(Claim("kernel.citing", Gt(x**2, 0), calc(x**2, gt(0, by.sign(x**2, REFUTED)))))


# --------------------------------------------------------------------------------------------------------- theories


def theory(*claims, sections=(), accepts=()):
    return Theory("Test", (Page("kernel", "prose", claims),), sections, accepts)


def test_what_rests_on_something_open_is_open():
    gap = Claim("kernel.gap", Ge(Exp(x), 1 + x), calc(Exp(x), ge(1 + x, by.sign)))
    above = Claim("kernel.above", Ge(Exp(y), 1 + y), calc(Exp(y), ge(1 + y, by.sign(Exp(y) - (1 + y), gap))))
    top = Claim("kernel.top", Ge(Exp(z), 1 + z), calc(Exp(z), ge(1 + z, by.sign(Exp(z) - (1 + z), above))))
    assert status(top) == "proved"  # as far as its own links go
    model = verify(theory(top, above, gap, SQUARE), mutants=False)
    assert {c["id"]: c["status"] for c in model["claims"]} == {
        "kernel.top": "open",
        "kernel.above": "open",
        "kernel.gap": "evidence",
        "kernel.square": "proved",
    }
    assert model["claims"][0]["problem"] == "rests on kernel.above"


AXIOM = Axiom("kernel.axiom", Ge(Exp(x), 1 + x), source="convexity")
ABOVE = Claim("kernel.above", Ge(Exp(y), 1 + y), calc(Exp(y), ge(1 + y, by.sign(Exp(y) - (1 + y), AXIOM))))
TOP = Claim("kernel.top", Ge(Exp(z), 1 + z), calc(Exp(z), ge(1 + z, by.sign(Exp(z) - (1 + z), ABOVE))))


def test_what_rests_on_an_axiom_that_is_accepted_is_proved_and_says_so():
    entry = verify(theory(AXIOM, ABOVE, accepts=(AXIOM,)), mutants=False)["claims"][1]
    assert (entry["status"], entry["axioms"], entry["problem"]) == ("proved", ["kernel.axiom"], "")
    assert entry["foundations"] == ["field", "order", "sums"]


def test_what_rests_on_any_other_axiom_is_conditional_all_the_way_up():
    other = Axiom("kernel.other", Ge(Exp(x), 1 + x), source="convexity")
    refuted = replace(REFUTED, correction=TOP)
    said = (
        Said("a", "printed", Proved(TOP)),
        Said("b", "printed", Proved(SQUARE)),
        Said("c", "printed", Wrong(refuted)),
    )
    whole = theory(TOP, ABOVE, AXIOM, other, SQUARE, refuted, sections=(Section("1", "One", said),), accepts=(other,))
    model = verify(whole, mutants=False)
    because = "if kernel.axiom, which the theory does not accept"
    assert {c["id"]: (c["status"], c["problem"]) for c in model["claims"]} == {
        "kernel.top": ("conditional", because),
        "kernel.above": ("conditional", because),
        "kernel.axiom": ("assumed", "the theory does not accept it: what rests on it is conditional"),
        "kernel.other": ("assumed", ""),
        "kernel.square": ("proved", ""),
        "kernel.refuted": ("refuted", ""),
    }
    assert model["counts"]["claims"] == {"assumed": 2, "conditional": 2, "proved": 1, "refuted": 1}
    assert [s["outcome"] for s in model["ledger"][0]["statements"]] == ["open", "proved", "refuted"]


def test_an_axiom_is_accepted_itself_and_not_its_name():
    namesake = Axiom("kernel.axiom", Ge(Exp(x), 1 + x), source="convexity")
    model = verify(theory(AXIOM, ABOVE, accepts=(namesake,)), mutants=False)
    assert [c["status"] for c in model["claims"]] == ["assumed", "conditional"]


def test_a_theory_accepts_axioms_and_nothing_else():
    for claim in (SQUARE, REFUTED, "kernel.axiom"):
        with pytest.raises(
            TheoryError, match=f"a theory accepts axioms, and .*{getattr(claim, 'id', claim)}.* is none"
        ):
            theory(SQUARE, REFUTED, accepts=(claim,))


def test_ids_are_unique_and_citations_stay_on_the_pages():
    with pytest.raises(TheoryError, match=r"two claims with the same id: kernel\.square"):
        theory(SQUARE, replace(SQUARE))
    citing = Claim("kernel.citing", Ge(y**2, 0), calc(y**2, ge(0, by.sign(y**2, SQUARE))))
    with pytest.raises(TheoryError, match=r"kernel\.citing cites kernel\.square, which is on no page"):
        theory(citing)
    impostor = Claim("kernel.square", Ge(x, 0), calc(x, ge(0, by.sign)))
    with pytest.raises(TheoryError, match=r"kernel\.citing cites kernel\.square, which is on no page"):
        theory(citing, impostor)
    with pytest.raises(TheoryError, match="statement 1 is settled by"):
        theory(SQUARE, sections=(Section("1", "One", (Said("1", "printed", Proved(impostor)),)),))
    with pytest.raises(TheoryError, match="two statements with the same id: 1"):
        theory(SQUARE, sections=(Section("1", "One", (Said("1", "a"), Said("1", "b"))),))


def test_an_operator_is_defined_once_in_a_theory():
    def twice(body):
        operator = Operator("twice", (x,), body)
        return Claim(f"kernel.twice-{body}", Gt(operator(x), 0), calc(operator(x), gt(0, by.sign)), given=(POSITIVE,))

    theory(twice(2 * x), replace(twice(2 * x), id="kernel.again"))
    with pytest.raises(TheoryError, match=r"^twice is not defined in kernel\.twice-3 x as it is in kernel\.twice-2 x$"):
        theory(twice(2 * x), twice(3 * x))


def test_loading_says_what_is_missing():
    for spec, problem in (
        ("entnorm.derivations", "pkg.mod:NAME"),
        ("entnorm.nowhere:THEORY", "no module 'entnorm.nowhere'"),
        ("entnorm.derivations:NOTHING", "has no theory 'NOTHING'"),
    ):
        with pytest.raises(TheoryError, match=problem):
            load(spec)
    with pytest.raises(TheoryError, match=r"nearest: kernel\.square"):
        theory(SQUARE).claim("kernel.sqare")


def test_a_claim_is_on_the_first_page_that_has_it():
    first, second = ModuleType("somewhere.first", "  Prose.\n\n  More."), ModuleType("somewhere.second", "")
    other = replace(SQUARE, id="other.square")
    first.ONE, first.AGAIN = SQUARE, SQUARE
    second.IMPORTED, second.OWN = SQUARE, other
    assert pages(first, second) == (Page("first", "Prose.\n\nMore.", (SQUARE,)), Page("second", "", (other,)))


def test_outcomes_of_the_ledger_are_computed():
    broken = Claim("kernel.broken", Gt(x, 0), calc(x, gt(0, by.sign)))
    statements = (
        Said("a", "printed", Proved(SQUARE)),
        Said("b", "printed", Proved(broken)),
        Said("c", "printed", Wrong(REFUTED, SQUARE)),
        Said("d", "printed", Needs("x is positive", REFUTED, SELF_LOG)),
        Said("e", "printed", Unverifiable("a question")),
        Said("f", "printed"),
        Said("g", "printed", Wrong(REFUTED, broken)),
        Said("h", "printed", Needs("x is not 0", REFUTED, SQUARE)),
    )
    model = verify(
        theory(SQUARE, SELF_LOG, broken, REFUTED, sections=(Section("1", "One", statements),)), mutants=False
    )
    entries = {s["id"]: s for s in model["ledger"][0]["statements"]}
    expected = ("proved", "open", "refuted", "needs", "unverifiable", "open", "open", "open")
    assert [entry["outcome"] for entry in entries.values()] == list(expected)
    violated, nothing = entries["d"]["failure"], entries["h"]["failure"]
    (fails,) = violated["claims"]
    assert [h["text"] for h in fails.pop("violated")] == ["x > 0"]
    assert fails == {
        "id": "kernel.log",
        "counterexample": "kernel.refuted",
        "contradicted": False,
        "values": {"undefined": "the logarithm of a number that is not positive"},
    }
    assert (nothing["claims"], nothing["problem"]) == ([], "that a claim fails at kernel.refuted is not seen")


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        (lambda: Proved(REFUTED), f"what proves a statement is a Claim, not the Refuted {REFUTED.id}"),
        (lambda: Needs("x", SQUARE, REFUTED), f"the claim of Needs is a Claim, not the Refuted {REFUTED.id}"),
        (lambda: Needs("x", "x = 0", SQUARE), "the counterexample of Needs is a Refuted or Claim, not the str 'x = 0'"),
        (lambda: Wrong("x = 0", SQUARE), "the refutation of Wrong is a Refuted or Claim, not the str 'x = 0'"),
        (lambda: Wrong(None), "the refutation of Wrong is a Refuted or Claim, not the NoneType None"),
        (
            lambda: Wrong(REFUTED, REFUTED),
            f"the correction of Wrong is a Claim or NoneType, not the Refuted {REFUTED.id}",
        ),
        (lambda: Imprecise((SQUARE, "a reading")), "a reading of Imprecise is a Claim or Refuted, not the str"),
        (lambda: Imprecise(SQUARE), f"what holds the readings of Imprecise is a tuple, not the Claim {SQUARE.id}"),
        (lambda: Unverifiable("why", REFUTED), "the fragment of Unverifiable is a Claim or NoneType, not the Refuted"),
        (lambda: Said("4.1", "printed", SQUARE), f"what settles 4.1 is a .*, not the Claim {SQUARE.id}"),
    ],
)
def test_an_entry_says_what_in_it_is_not_what_it_must_be(entry, message):
    with pytest.raises(TypeError, match=message):
        entry()


def test_a_printed_line_has_a_number_from_0_and_the_whole_output_has_minus_1():
    program = "print(1)\nprint(2)"
    for number, line in ((0, "1"), (1, "2"), (-1, "1\n2")):
        assert status(Claim("kernel.run", Prints(program, number, line), run())) == "computed"
    assert status(Claim("kernel.run", Prints(program, -1, "2"), run())) == "broken"
    for number in (-2, -3, 0.0, "1", True, None):
        with pytest.raises(LanguageError, match=f"Prints: {number!r} is no number of a line"):
            Prints(program, number, "2")
    with pytest.raises(LanguageError, match="Prints: what it prints is a text, not 2"):
        Prints(program, 0, 2)


def test_a_check_that_hangs_or_dies_stops_no_other():
    trouble = load("trouble:THEORY")
    seen = []
    model = verify(trouble, spec="trouble:THEORY", workers=2, deadline=2.0, tick=seen.append)
    found = {c["id"]: (c["status"], c["problem"]) for c in model["claims"]}
    assert found["trouble.endless"] == ("broken", "not checked within 2 s")
    assert found["trouble.deadly"] == ("broken", "the process that checked it died with exit code 3")
    assert found["trouble.right"] == ("proved", "")
    assert found["trouble.dependent"] == ("open", "rests on trouble.endless")
    assert sorted(seen) == sorted(found)


def test_a_check_that_breaks_down_is_broken_by_name(monkeypatch):
    def breakdown(claim):
        if claim is SQUARE:
            raise ZeroDivisionError("an accident")
        return check(claim)

    monkeypatch.setattr("entnorm.claims.verification.check", breakdown)
    model = verify(theory(SQUARE, SELF_LOG), mutants=False)
    assert [(c["status"], c["problem"]) for c in model["claims"]] == [
        ("broken", "ZeroDivisionError: an accident"),
        ("proved", ""),
    ]


def test_the_model_is_the_same_in_one_process_and_in_several():
    here = verify(load("entnorm.derivations:THEORY"), ids=["entropy.maximum"])
    there = verify(load("entnorm.derivations:THEORY"), spec="entnorm.derivations:THEORY", ids=["entropy.maximum"])
    assert here == there
    assert [c["id"] for c in here["claims"]][-1] == "entropy.maximum"


def test_a_step_that_was_accepted_is_refused_where_less_is_known():
    chain = calc(x, gt(0, by.sign))
    known = Claim("memo.known", Gt(x, 0), chain, given=(Gt(x, 0),))
    for _ in range(2):
        assert links(known) == ()
        with pytest.raises(Refusal, match="not manifestly positive"):
            links(replace(known, given=()))
        with pytest.raises(Refusal, match="not manifestly positive"):
            links(replace(known, given=(Ge(x, 0),)))
