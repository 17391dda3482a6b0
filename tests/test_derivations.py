"""The theory itself: everything on its pages is settled, and what it finally rests on is pinned."""

import ast
import hashlib
import importlib
import json
import pkgutil
import re
from pathlib import Path

import entnorm.derivations
import pytest

import entnorm
from entnorm import balls
from entnorm.claims import Claim, Operator, Refuted
from entnorm.claims.citing import cited
from entnorm.claims.language import Apply, Statement, Variable, subterms
from entnorm.claims.proofs import Numeric
from entnorm.claims.theory import load
from entnorm.claims.verification import verify

pytestmark = pytest.mark.xdist_group("derivations")  # one worker, so that everything is proved once
ROOT = Path(__file__).parents[1]
SPEC = "entnorm.derivations:THEORY"
THEORY = load(SPEC)
SETTLED = {"proved", "assumed", "refuted", "computed"}


def with_balls(status, claim):
    """Return the status that is expected: without python-flint, irrational numbers are compared, not told apart."""
    if balls.available():
        return {status}
    if isinstance(claim, Refuted) or isinstance(claim.proof, Numeric):
        return {status, "evidence"}
    return {status, "open"} if any(isinstance(c.proof, Numeric) for c in cited(claim)) else {status}


@pytest.fixture(scope="module")
def model():
    return verify(THEORY, spec=SPEC, mutants=False)


@pytest.fixture(scope="module")
def by_id(model):
    return {claim["id"]: claim for claim in model["claims"]}


def test_everything_is_settled(model):
    unsettled = {c["id"]: (c["status"], c["problem"]) for c in model["claims"] if c["status"] not in SETTLED}
    for claim in THEORY.claims():
        if unsettled.get(claim.id, ("",))[0] in with_balls("", claim) - {""}:
            del unsettled[claim.id]
    assert unsettled == {}


def test_statuses_are_those_of_their_kind(by_id):
    for claim in THEORY.claims():
        kind = by_id[claim.id]["proof"]["kind"]
        expected = {"counterexample": "refuted", "axiom": "assumed", "run": "computed"}.get(kind, "proved")
        assert by_id[claim.id]["status"] in with_balls(expected, claim), claim.id


def test_nothing_is_assumed_but_the_axioms(by_id):
    assumed = [id for id, c in by_id.items() if c["status"] == "assumed"]
    assert sorted(assumed) == sorted(axiom.id for axiom in THEORY.accepts)
    assert assumed == [
        "setting.log-bound",
        *DENSITIES,
        *GAMMA,
        "named.gamma-at-one",
        *BETA,
        "pareto.recurrence",
        *GAUSS,
    ]


DENSITIES = ["densities.finite-moments", "densities.moment-slope"]
GAMMA = ["potentials.gamma-finite", "potentials.gamma-integral"]
BETA = ["betas.beta-finite", "betas.beta-integral"]
GAUSS = ["lognormal.gauss-finite", "lognormal.gauss-integral"]
BASE = ["field", "order", "sums"]
HEADLINES = {
    "entropy.maximum": ([*BASE, "logarithms"], ["setting.log-bound"]),
    "entropy.nonnegative": (BASE, []),
    "escort.entropy-slope": ([*BASE, "calculus", "logarithms"], []),
    "escort.variance-positive": (BASE, []),
    "escort.entropy-decreasing": ([*BASE, "logarithms"], ["setting.log-bound"]),
    "escort.composition": ([*BASE, "logarithms"], []),
    "escort.first-order-at-one": ([*BASE, "calculus", "logarithms", "taylor"], []),
    "gradients.along-logits": ([*BASE, "calculus", "logarithms"], []),
    "gradients.along-entropy": ([*BASE, "calculus", "logarithms"], []),
    "implicit.exponent": ([*BASE, "calculus", "implicit", "logarithms"], ["setting.log-bound"]),
    "gradients.pullback": ([*BASE, "calculus", "logarithms"], []),
    "gradients.symmetric": (BASE, []),
    "gradients.positive-semidefinite": (BASE, []),
    "gradients.two-entries": (BASE, []),
    "limits.entropy-at-zero": ([*BASE, "logarithms", "squeeze"], ["setting.log-bound"]),
    "limits.entropy-at-infinity": ([*BASE, "cases", "logarithms", "squeeze"], ["setting.log-bound"]),
    "limits.entry-at-zero": ([*BASE, "logarithms", "squeeze"], ["setting.log-bound"]),
    "limits.entry-at-infinity": ([*BASE, "cases", "logarithms", "squeeze"], ["setting.log-bound"]),
    "limits.largest-entry-at-infinity": ([*BASE, "cases", "logarithms", "squeeze"], ["setting.log-bound"]),
    "limits.existence": ([*BASE, "cases", "continuity", "logarithms"], ["setting.log-bound"]),
    "limits.uniqueness": ([*BASE, "logarithms"], ["setting.log-bound"]),
    "zeros.x-log-x": ([*BASE, "logarithms", "squeeze"], ["setting.log-bound"]),
    "zeros.at-most-log-n": ([*BASE, "cases", "logarithms"], ["setting.log-bound"]),
    "majorisation.share-grows": ([*BASE, "cases", "logarithms"], []),
    "majorisation.power-sum-grows": ([*BASE, "calculus", "logarithms", "slopes"], ["setting.log-bound"]),
    "cumulants.entropy-third-slope": ([*BASE, "calculus", "logarithms"], []),
    "rates.bracket-below": ([*BASE, "calculus", "logarithms", "slopes"], []),
    "rates.bracket-above": ([*BASE, "cases", "logarithms"], ["setting.log-bound"]),
    "newton.step-at-one": ([*BASE, "calculus", "logarithms"], []),
    "newton.document-loop": ([*BASE, "calculus", "induction", "logarithms"], []),
    "iteration.converges": (
        [*BASE, "calculus", "cases", "induction", "logarithms", "slopes", "squeeze"],
        ["setting.log-bound"],
    ),
    "iteration.entropy-converges": (
        [*BASE, "calculus", "cases", "induction", "logarithms", "slopes", "squeeze"],
        ["setting.log-bound"],
    ),
    "lopsided.entropy-converges": (
        [*BASE, "calculus", "cases", "induction", "logarithms", "slopes", "squeeze"],
        ["setting.log-bound"],
    ),
    "arrival.distribution": (
        [*BASE, "calculus", "cases", "induction", "logarithms", "slopes", "squeeze"],
        ["setting.log-bound"],
    ),
    "iteration.quadratic": ([*BASE, "calculus", "cases", "induction", "logarithms", "slopes"], []),
    "lowering.entropy-converges": (
        [*BASE, "calculus", "cases", "induction", "logarithms", "slopes", "squeeze"],
        ["setting.log-bound"],
    ),
    "errors.constant": ([*BASE, "calculus", "logarithms"], []),
    "adaptive.third-order": ([*BASE, "calculus", "logarithms"], []),
    "degenerate.two-entries": ([*BASE, "cases"], []),
    "rebasing.newton-step": ([*BASE, "calculus", "integrals", "logarithms"], DENSITIES),
    "conditional.unique": ([*BASE, "integrals", "logarithms"], ["setting.log-bound"]),
    "ties.jacobian": ([*BASE, "logarithms"], []),
    "strict.divergence-positive": ([*BASE, "cases", "integrals", "logarithms"], ["setting.log-bound"]),
    "strict.conditional-unique": ([*BASE, "cases", "integrals", "logarithms"], ["setting.log-bound"]),
    "cycles.never-arrives": ([*BASE, "calculus", "cases", "induction", "logarithms"], []),
    "powers.best-power": ([*BASE, "calculus", "logarithms", "taylor"], []),
    "truncation.never-raises-entropy": ([*BASE, "cases", "logarithms"], ["setting.log-bound"]),
    "regularisers.softmax-is-best": ([*BASE, "logarithms"], ["setting.log-bound"]),
    "regularisers.sparsemax-is-best": (BASE, []),
    "peaked.through-softmax": (BASE, ["setting.log-bound"]),
    "densities.entropy-slope": ([*BASE, "calculus", "integrals", "logarithms"], DENSITIES),
    "densities.entropy-from-mass": ([*BASE, "calculus", "integrals", "logarithms"], DENSITIES),
    "divergences.not-raised": ([*BASE, "integrals", "logarithms"], ["setting.log-bound"]),
    "potentials.entropy": ([*BASE, "calculus", "gamma", "integrals", "logarithms"], [*DENSITIES, *GAMMA]),
    "named.normal-root": ([*BASE, "calculus", "gamma", "integrals", "logarithms"], [*DENSITIES, *GAMMA]),
    "betas.entropy": ([*BASE, "calculus", "gamma", "integrals", "logarithms"], [*BETA, *DENSITIES]),
    "pareto.root": (
        [*BASE, "calculus", "gamma", "integrals", "logarithms"],
        [*BETA, *DENSITIES, "named.gamma-at-one", "pareto.recurrence"],
    ),
    "lognormal.root": ([*BASE, "calculus", "gamma", "integrals", "logarithms"], [*DENSITIES, *GAUSS]),
    "divergent.pareto": ([*BASE, "calculus", "divergence", "logarithms"], ["setting.log-bound"]),
    "divergent.heavy": ([*BASE, "calculus", "divergence", "logarithms"], ["setting.log-bound"]),
    "divergent.lognormal": ([*BASE, "calculus", "divergence", "logarithms"], ["setting.log-bound"]),
    "heavytail.powers": ([*BASE, "logarithms"], ["setting.log-bound"]),
    "schur.convex-sums-grow": ([*BASE, "cases", "logarithms"], []),
    "schur.gradient-falls": ([*BASE, "calculus", "cases", "logarithms"], []),
    "joint.chain-rule": ([*BASE, "integrals", "logarithms"], []),
    "joint.slope-of-x": ([*BASE, "calculus", "integrals", "logarithms"], DENSITIES),
    "pairs.x-second-root": ([*BASE, "continuity", "enclosures"], []),
}


@pytest.mark.parametrize("id", HEADLINES)
def test_what_the_headlines_finally_rest_on(by_id, id):
    foundations, axioms = HEADLINES[id]
    assert (by_id[id]["foundations"], by_id[id]["axioms"]) == (sorted(foundations), axioms)


# ------------------------------------------------------------------------------------------------------------ pages


def test_the_prefix_of_an_id_is_its_page_or_an_earlier_one():
    known = []
    for page in THEORY.pages:
        assert page.prose
        assert page.claims
        known.append(page.name)
        for claim in page.claims:
            assert re.fullmatch(rf"({'|'.join(known)})\.[a-z0-9]+(-[a-z0-9]+)*", claim.id)


def test_every_claim_that_a_module_holds_is_on_a_page():
    present = set(THEORY.claims())
    for info in pkgutil.walk_packages(entnorm.derivations.__path__, "entnorm.derivations."):
        for name, value in vars(importlib.import_module(info.name)).items():
            assert not isinstance(value, Claim | Refuted) or value in present, f"{info.name}.{name}"


def nodes(statement):
    yield from subterms(statement)


def test_a_name_means_one_thing():
    """Two operators, or two variables, that are printed alike would make a report ambiguous."""
    operators, variables = {}, {}
    for claim in THEORY.claims():
        for statement in (claim.statement, *claim.hypotheses):
            for node in nodes(statement) if isinstance(statement, Statement) else ():
                if isinstance(node, Variable):
                    assert variables.setdefault(node.name.rstrip("′"), type(node)) is type(node), node.name
                if isinstance(node, Apply):
                    operator: Operator = node.operator
                    assert operators.setdefault(operator.name, operator) == operator, operator.name


def test_every_id_that_the_code_or_the_readme_cites_is_proved(by_id):
    pages = "|".join(page.name for page in THEORY.pages)
    cited = re.compile(rf"\[((?:{pages})\.[a-z0-9-]+)\](?!\()")
    code = [path for folder in ("entnorm", "derivations") for path in (ROOT / folder).rglob("*.py")]
    found = {
        (path.relative_to(ROOT).as_posix(), id)
        for path in (ROOT / "README.md", *code)
        for id in cited.findall(path.read_text(encoding="utf-8"))
        if not re.fullmatch(r"(claim|page|self)\..*", id)
    }
    assert found
    assert {(path, id) for path, id in found if id not in by_id or by_id[id]["status"] not in SETTLED} == set()


# ----------------------------------------------------------------------------------------------------------- ledger


# SHA-256 of the permanent ids of the document's statements, in their order, joined by blanks.
STATEMENT_IDS = "fcd9b6dea62b1c28acbfba2d94ded80bae0367aba3e1468bc4d8eb7e5d9db4f8"


def test_the_ledger_holds_every_statement_once_and_in_order(model):
    ids = [s["id"] for section in model["ledger"] for s in section["statements"]]
    assert len(ids) == len(set(ids)) == 176
    assert hashlib.sha256(" ".join(ids).encode()).hexdigest() == STATEMENT_IDS
    outcomes = {s["outcome"] for section in model["ledger"] for s in section["statements"]}
    assert outcomes <= {"proved", "refuted", "needs", "imprecise", "unverifiable", "open"}


def test_settled_entries_name_what_settles_them(model, by_id):
    for section in model["ledger"]:
        for s in section["statements"]:
            states = [by_id[id]["status"] for id in s["claims"]]
            if s["outcome"] in ("proved", "refuted", "needs", "imprecise"):
                assert states
                assert set(states) <= SETTLED
                assert s["reads"]
            if s["outcome"] == "needs":
                assert s["assumption"]
                assert by_id[s["counterexample"]]["status"] in ("refuted", "proved")
                assert by_id[s["correction"]]["status"] == "proved"
            if s["outcome"] == "unverifiable":
                assert s["reason"]


# ------------------------------------------------------------------------------------------------------------ model


def test_the_model_is_plain_data_without_places(model):
    written = json.dumps(model, sort_keys=True)
    assert json.loads(written) == model
    assert str(ROOT) not in written
    assert str(Path.home()) + "/" not in written
    assert "0x" not in written


def test_the_model_is_deterministic(model):
    some = ["escort.entropy-slope", "newton.document-loop"]
    once, again = (verify(THEORY, ids=some, mutants=True) for _ in range(2))
    assert once == again
    assert {c["id"] for c in once["claims"]} < {c["id"] for c in model["claims"]}


BANNED = {"simplify", "equals", "nsimplify", "limit", "doit", "subs", "diff", "evalf"}


def test_nothing_is_simplified_behind_the_rules():
    for folder in (ROOT / "entnorm" / "claims", ROOT / "derivations"):
        for path in folder.rglob("*.py"):
            tree = ast.parse(path.read_text(encoding="utf-8"))
            called = {
                f.attr if isinstance(f, ast.Attribute) else getattr(f, "id", "")
                for f in (node.func for node in ast.walk(tree) if isinstance(node, ast.Call))
            }
            assert not called & BANNED, f"{path.name}: {called & BANNED}"
