"""Mutants of every claim on the pages are noticed, and so is a kernel whose rules are broken on purpose."""

import pytest
from terms import i, k, p, x, y, z

from entnorm.claims import Claim, Eq, Gt, Le, Log, Refusal, Refuted, Sum, Verdict, by, calc, n
from entnorm.claims.context import Context
from entnorm.claims.facts import ANY, NONZERO, POSITIVE
from entnorm.claims.language import alpha_equal, substitute
from entnorm.claims.links import _check_step, bounds_of_limit, links
from entnorm.claims.mutants import Score, Trial, mutants, score
from entnorm.claims.normal import Normaliser
from entnorm.claims.proofs import Assumed, Convergence, Numeric, Run
from entnorm.claims.theory import load
from entnorm.claims.variants import variants

CLAIMS = [c for c in load("entnorm.derivations:THEORY").claims() if isinstance(c, Claim)]
WITH_CHAINS = [c for c in CLAIMS if not isinstance(c.proof, Assumed | Convergence | Numeric | Run)]
WITH_MUTANTS = [c for c in CLAIMS if not isinstance(c.proof, Assumed | Run)]
BY_ID = {c.id: c for c in CLAIMS}

# Hypotheses without which a proof goes through as well, and why they are there all the same.
UNNEEDED = {
    "escort.uniform-at-zero": ("every entry of p is positive",),  # what is raised to the power 0 does not matter ...
    "escort.entropy-at-zero": ("every entry of p is positive",),  # ... to algebra, but zeros are outside the support
    "listings.quadratic-after-tenfold": ("a > 0",),  # an error, named as one
    # Parts of the setting of a page, which its claims share as a whole.
    "cycles.entropy-reflected": ("y = 2 / n − x",),
    "truncation.entropy-split": ("e marks what is kept: it is 0 or 1",),
    "truncation.most-probable-carry-most": ("e marks what is kept: it is 0 or 1",),
    "regularisers.sparsemax-is-best": ("marked logits are not below the threshold",),
    "nearest.pythagoras": ("its rows are integrable",),
    "nearest.margin": ("its rows are integrable", "... with the logarithms of c"),
    "competitors.deficit": ("every e_i is 0 or 1", "where e_i is 0, u_i is 0"),
    "competitors.divergence-from-escort": ("every e_i is 0 or 1", "where e_i is 0, u_i is 0"),
}


@pytest.mark.parametrize("claim", WITH_MUTANTS, ids=lambda c: c.id)
def test_no_mutant_of_a_claim_is_missed(claim):
    found = score(claim)
    assert found.missed == ()
    assert found.unneeded == UNNEEDED.get(claim.id, ())
    assert found.tried > 0
    assert found.refused_by_rule + sum("the rules prove it, too" in a for a in found.accidents) == found.tried


@pytest.mark.parametrize("claim", WITH_CHAINS[::4], ids=lambda c: c.id)
def test_mutants_agree_with_their_statements_and_are_refused_with_a_reason(claim):
    for mutant in mutants(claim):
        assert mutant.claim.statement == claim.statement or mutant.claim.proof != claim.proof
        try:
            links(mutant.claim)
        except Refusal as refusal:  # and nothing else
            reason = str(refusal)
        else:
            reason = ""
        assert "has the end" not in reason, mutant.change


def test_what_is_true_and_what_is_undecided_are_counted_apart():
    trials = (
        Trial("false", "line 1", True, False),
        Trial("false and accepted", "", True, False),
        Trial("true", "line 1", False, False),
        Trial("true and proved", "", None, False),
        Trial("undecided", "line 1", None, False),
        Trial("a gap", "definedness", False, True),
    )
    found = Score(trials, ()).as_dict()
    assert [trial.seen for trial in trials] == ["false", "false", "true", "true", "undecided", "gap"]
    counts = [found[key] for key in ("refused_by_witness", "true_by_accident", "undecided", "gaps", "missed")]
    assert counts == [2, 2, 1, 1, 1]
    assert len(found["accidents"]) == 3
    scored = score(BY_ID["newton.document-loop"]).as_dict()
    apart = ("refused_by_witness", "true_by_accident", "undecided", "gaps")
    assert sum(scored[key] for key in apart) == scored["tried"] > 0


def test_mutants_are_the_same_every_time():
    claim = BY_ID["escort.entropy-slope"]
    assert [m.change for m in mutants(claim)] == [m.change for m in mutants(claim)]


def test_inductions_are_mutated_at_both_ends_and_inside():
    loop = BY_ID["newton.document-loop"]
    found = {m.change.partition(":")[0] for m in mutants(loop)}
    assert {"right side", "left side", "base, line 1", "step, line 1"} <= found
    for mutant in mutants(loop):
        if mutant.change.startswith("right"):
            last = mutant.claim.proof.step.steps[-1].line
            assert alpha_equal(last, substitute(mutant.claim.statement.rhs, {k: k + 1}))


@pytest.mark.parametrize(
    ("id", "changes"),
    [
        ("limits.entropy-at-infinity", {"value", "rate", "the other point", "goal 1, line 1", "goal 2, right side"}),
        ("limits.existence", {"lower end", "upper end", "value", "width", "goal 1, line 1", "goal 2, left side"}),
        ("limits.weight-above", {"dropped case w = 0", "dropped case w = 1", "right side", "goal 2, line 1"}),
        ("rates.quadratic-growth", {"low", "high", "goal 1, line 1"}),
        ("rates.constant", {"left side", "right side"}),
    ],
)
def test_every_form_of_proof_is_mutated_as_a_statement_and_chain_by_chain(id, changes):
    assert changes <= {m.change.partition(":")[0] for m in mutants(BY_ID[id])}


def test_a_limit_is_mutated_together_with_both_its_bounds():
    claim = BY_ID["limits.entropy-at-zero"]
    for mutant in mutants(claim):
        if not mutant.change.startswith("goal"):
            lower, upper = bounds_of_limit(mutant.claim.statement, mutant.claim.proof)
            assert alpha_equal(mutant.claim.proof.below.steps[-1].line, lower)
            assert alpha_equal(mutant.claim.proof.above.steps[-1].line, upper)


def test_variants_differ_in_one_place():
    found = [str(variant) for _, variant in variants(Sum(p[i] * x, i) - 2)]
    assert {"∑_i p_i x", "∑_i x − 2", "∑_i p_i − 2", "∑_i p_r x − 2", "∑_i p_i x − 1"} <= set(found)


# -------------------------------------------------------------------------------------------- the test of the test


@pytest.fixture(autouse=True)
def _forgetful_kernel():
    """Let no step that one kernel accepts be remembered by another, sane or broken."""
    _check_step.cache_clear()
    yield
    _check_step.cache_clear()


def is_noticed(claim):
    """Are mutants that a broken rule lets through listed as missed?"""
    return bool(score(claim).missed)


def blind_to_signs(self, a, b):
    top, bottom = self._of(a), self._of(b)
    return all(
        {m: abs(c) for m, c in s.over.items()} == {m: abs(c) for m, c in t.over.items()} for s, t in [(top, bottom)]
    )


def blind_to_everything(self, a, b):
    return True


SUM_OF_SQUARES = Claim(
    "mutants.squares",
    Eq((x - y) ** 2, x**2 - 2 * x * y + y**2),
    calc((x - y) ** 2, (x**2 - 2 * x * y + y**2, by.algebra)),
)
ORDER = Claim(
    "mutants.order", Gt(x - z, 0), calc(x - z, (x - z + 0 * y, by.algebra), (x - z, by.algebra)), given=(Gt(x, z),)
)
LOGS = Claim(
    "mutants.logs",
    Eq(Log(x * y), Log(x) + Log(y)),
    calc(Log(x * y), (Log(x) + Log(y), by.logs)),
    given=(Gt(x, 0), Gt(y, 0)),
)


@pytest.mark.parametrize("equal", [blind_to_signs, blind_to_everything])
def test_a_normaliser_that_is_blind_is_noticed(monkeypatch, equal):
    assert not is_noticed(SUM_OF_SQUARES)
    _check_step.cache_clear()
    monkeypatch.setattr(Normaliser, "equal", equal)
    assert is_noticed(SUM_OF_SQUARES)


@pytest.mark.parametrize("signs", [POSITIVE, NONZERO & POSITIVE])
def test_a_sign_that_is_always_positive_is_noticed(monkeypatch, signs):
    claim = BY_ID["escort.variance-positive"]
    assert not is_noticed(claim)
    monkeypatch.setattr(Context, "sign", lambda self, term: signs)
    assert is_noticed(claim)


def test_a_kernel_that_lets_cases_be_left_out_is_noticed(monkeypatch):
    claim = BY_ID["limits.weight-at-mark"]
    assert not is_noticed(claim)
    monkeypatch.setattr("entnorm.claims.links._check_exhaustive", lambda claim, cases: None)
    assert is_noticed(claim)


@pytest.mark.parametrize("id", ["limits.smaller-entry-at-infinity", "limits.existence", "rates.quadratic-growth"])
def test_a_kernel_that_takes_every_bound_and_every_end_is_noticed(monkeypatch, id):
    assert not is_noticed(BY_ID[id])
    monkeypatch.setattr(Normaliser, "equal", blind_to_everything)
    monkeypatch.setattr(Context, "sign", lambda self, term: POSITIVE)
    monkeypatch.setattr(Context, "holds", lambda self, statement: True)
    assert any(not change.startswith("goal") for change in score(BY_ID[id]).missed)


def test_a_number_that_nothing_decides_is_noticed(monkeypatch):
    claim = BY_ID["rates.constant"]
    assert not is_noticed(claim)
    monkeypatch.setattr("entnorm.claims.mutants.check", lambda claim: Verdict(claim.id, "proved"))
    assert is_noticed(claim)


def test_sums_that_commute_with_products_are_noticed(monkeypatch):
    claim = Claim(
        "mutants.linear",
        Eq(Sum(x * p[i] + 1, i), x * Sum(p[i], i) + n),
        calc(Sum(x * p[i] + 1, i), (x * Sum(p[i], i) + n, by.termwise)),
    )
    assert not is_noticed(claim)
    monkeypatch.setattr("entnorm.claims.variants.PER_LINE", 100)
    monkeypatch.setattr(Normaliser, "_sum_of", lambda self, kind, bound, inner, index: self._atom(n))
    assert is_noticed(claim)


def test_a_kernel_that_drops_hypotheses_is_noticed(monkeypatch):
    unproved = Claim("mutants.unneeded", Le(x, x + 0 * y), calc(x, (x + 0 * y, by.algebra)), given=(Gt(x, 0),))
    assert score(unproved).unneeded == ("x > 0",)
    assert score(LOGS).unneeded == ()
    monkeypatch.setattr(Context, "sign", lambda self, term: POSITIVE)
    assert score(LOGS).unneeded == ("x > 0", "y > 0")


def test_a_kernel_that_refuses_everything_proves_nothing(monkeypatch):
    monkeypatch.setattr(Normaliser, "equal", lambda self, a, b: False)
    monkeypatch.setattr(Context, "sign", lambda self, term: ANY)
    for claim in WITH_CHAINS:
        with pytest.raises(Refusal):
            links(claim)


def test_refutations_have_no_mutants():
    assert not any(isinstance(c, Refuted) for c in CLAIMS)
