"""A certificate proves what is true, by a road of its own, and refuses whatever was altered."""

import ast
import inspect
import math
import pickle
import sys
import time
from dataclasses import replace
from fractions import Fraction as F

import mpmath
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from entnorm import balls
from entnorm.reference import Certificate, certificate, solve
from entnorm.reference.families import rows

pytestmark = pytest.mark.skipif(not balls.available(), reason="python-flint is not installed (extra `rigorous`)")

QUESTIONS = {
    "p": {"p": [0.5, 0.3, 0.2], "entropy": 0.9},
    "logits": {"logits": [0.5, 0.3, -2.0, 0.1], "entropy": 0.9},
    "zeros": {"p": [0, 0.5, 0.3, 0, 0.2], "perplexity": 2},
    "masked": {"logits": [0.5, -math.inf, 0.3, -2.0], "deficit": 1e-30},
    "ties": {"p": [5, 5, 3, 3, 1], "evenness": 0.75},
    "tiny": {"p": [0.5, 0.3, 0.2], "entropy": 1e-300},
    "close": {"p": [1.0] * 3 + [1 - 2.0**-53] * 4, "entropy": 1.5},
    "staircase": {"logits": [0, F(-1, 1000), -(10**6), -(10**6) - 1], "entropy": "0.7"},
}


@pytest.fixture(params=QUESTIONS, name="proof")
def _proof(request):
    return solve(**QUESTIONS[request.param]).certificate


def test_it_proves_what_is_true(proof):
    assert proof.verify()


def test_shifted_ends_are_refused(proof):
    shift = proof.lower / 10**48
    assert not replace(proof, lower=proof.lower + shift, upper=proof.upper + shift).verify()
    assert not replace(proof, lower=proof.lower - shift, upper=proof.upper - shift).verify()


def test_ends_in_reverse_or_equal_or_not_positive_are_refused(proof):
    assert not replace(proof, lower=proof.upper, upper=proof.lower).verify()
    assert not replace(proof, upper=proof.lower).verify()
    assert not replace(proof, lower=F(0), digits=0).verify()
    assert not replace(proof, lower=-proof.lower, digits=0).verify()


def test_an_enclosure_wider_than_promised_is_refused(proof):
    wide = replace(proof, lower=proof.lower * (1 - F(1, 10**20)))
    assert not wide.verify()
    assert replace(wide, digits=19).verify()


def test_another_target_is_refused(proof):
    assert not replace(proof, target=proof.target * (1 + F(1, 10**40))).verify()
    assert not replace(proof, target=proof.target * (1 - F(1, 10**40))).verify()
    kinds = {"entropy", "perplexity", "deficit", "evenness"} - {proof.target_kind}
    assert not any(replace(proof, target_kind=kind).verify() for kind in kinds)


def test_a_row_with_an_entry_of_the_support_dropped_is_refused():
    proof = solve(**QUESTIONS["p"]).certificate
    for i in range(3):
        assert not replace(proof, values=proof.values[:i] + proof.values[i + 1 :]).verify()


def test_a_row_with_an_altered_entry_is_refused():
    proof = solve(**QUESTIONS["logits"]).certificate
    for i in range(4):
        values = list(proof.values)
        values[i] += F(1, 10**40)
        assert not replace(proof, values=tuple(values)).verify()
    assert not replace(proof, values=(*proof.values, F(-5))).verify()
    assert not replace(proof, values=(*proof.values[:3], None)).verify()


def test_the_other_kind_of_row_is_refused():
    proof = solve(**QUESTIONS["p"]).certificate
    assert not replace(proof, kind="logits").verify()


def test_a_row_that_is_constant_on_its_support_is_refused():
    assert not Certificate("p", (F(1, 2), F(0), F(1, 2)), "entropy", F(1, 2), F(1), F(2), 0).verify()
    assert not Certificate("logits", (F(3),), "entropy", F(0), F(1), F(2), 0).verify()


def test_an_end_on_the_root_itself_is_refused_within_bounded_precision(monkeypatch):
    monkeypatch.setattr(certificate, "MOST_BITS", 1024)
    exact = Certificate("p", (F(1, 2), *[F(1, 8)] * 4), "perplexity", F(4), F(1), F(1) + F(1, 10**9), 5)
    assert not exact.verify()  # gamma* = 1 exactly
    assert not replace(exact, lower=1 - F(1, 10**9), upper=F(1)).verify()
    assert replace(exact, lower=1 - F(1, 10**9)).verify()


@settings(derandomize=True, deadline=None, max_examples=40)
@given(
    st.lists(st.integers(0, 9), min_size=2, max_size=7).filter(lambda w: len(set(w) - {0}) > 1),
    st.integers(1, 9),
    st.integers(3, 60),
)
def test_every_solution_proves_itself(p, tenths, digits):
    support = [x for x in p if x]
    low, high = math.log(support.count(max(support))), math.log(len(support))
    solved = solve(p, entropy=low + (high - low) * tenths / 10, digits=digits)
    assert solved.rigorous
    assert solved.certificate.verify()
    assert (solved.certificate.lower, solved.certificate.upper) == solved.enclosure


@pytest.mark.parametrize("backend", ["mpmath", "arb"])
def test_a_solution_verifies_its_certificate_whatever_computed_it(backend):
    for question in QUESTIONS.values():
        solved = solve(**question, digits=30, backend=backend)
        assert solved.verify()
        shift = solved.enclosure[0] / 10**28
        altered = replace(solved.certificate, lower=solved.enclosure[0] + shift, upper=solved.enclosure[1] + shift)
        assert not replace(solved, certificate=altered).verify()


@pytest.mark.parametrize("target", [{"entropy": 1e-20}, {"perplexity": 30}, {"deficit": 1e-9}, {"evenness": 0.9}])
def test_a_row_of_fifty_thousand_is_solved_and_proved(target):
    p = [float(x) for x in next(g for g in rows() if g.label == "p50000" and g.family == "zipf").values]
    solved = solve(p, **target, backend="arb")
    assert solved.rigorous
    if "perplexity" in target:  # the proof takes as long as the solution, and the corpus has others
        assert solved.verify()
        lower, upper = solved.enclosure
        assert not replace(solved.certificate, lower=upper, upper=upper + (upper - lower)).verify()


def test_what_is_no_statement_about_a_row_is_not_proved():
    proof = solve(**QUESTIONS["ties"]).certificate
    assert proof.verify()
    for change in (
        {"values": (*proof.values, F(-1), F(-7))},
        {"values": (*proof.values, None)},
        {"kind": "bogus"},
        {"target_kind": "bogus"},
        {"digits": 0},
        {"digits": -3, "lower": proof.lower / 2, "upper": 2 * proof.upper},
    ):
        assert not replace(proof, **change).verify(), change


class Agreeable(F):
    """A number that says yes to every comparison."""

    __lt__ = __le__ = __gt__ = __ge__ = lambda self, other: True


class Long(int):
    pass


@pytest.mark.parametrize(
    "change",
    [
        {"digits": 30_000_000},
        {"digits": 1001},
        {"digits": "20"},
        {"digits": 20.0},
        {"digits": True},
        {"digits": Long(20)},
        {"values": None},
        {"values": 7},
        {"values": [F(5), F(3)]},
        {"values": (5.0, 3.0)},
        {"values": (Agreeable(5), F(3))},
        {"target": None},
        {"target": 0.75},
        {"target": Agreeable(3, 4)},
        {"lower": "1", "upper": "2"},
        {"lower": Agreeable(0), "upper": Agreeable(100)},
        {"kind": ["p"]},
        {"kind": None},
        {"target_kind": {}},
    ],
)
@pytest.mark.parametrize("question", ["ties", "logits"])
def test_what_is_not_of_the_exact_types_is_refused_at_once(question, change):
    proof = replace(solve(**QUESTIONS[question]).certificate, **change)
    start = time.monotonic()
    assert proof.verify() is False
    assert time.monotonic() - start < 1


@pytest.mark.parametrize("backend", ["mpmath", "arb"])
@pytest.mark.parametrize("gamma", [7, 0, -1, "inf", "nan", "1e100000"])
def test_another_gamma_than_the_certificate_says_is_not_verified(gamma, backend):
    solved = solve(**QUESTIONS["ties"], backend=backend)
    assert solved.verify()
    assert not replace(solved, gamma=mpmath.mpf(gamma)).verify()
    for no_mpf in (float(solved.gamma), str(solved.gamma), None):
        assert not replace(solved, gamma=no_mpf).verify()
    with mpmath.workdps(80):
        for end, away in zip(solved.enclosure, (-1, 1), strict=True):
            outside = mpmath.mpf(end.numerator) / end.denominator * (1 + away * mpmath.mpf(10) ** -70)
            assert not replace(solved, gamma=outside).verify()


def test_what_cannot_be_decided_takes_bounded_work(monkeypatch):
    wide = Certificate("logits", tuple(map(F, range(300))), "deficit", F(0), F("1.01e-999"), F("1.02e-999"), 1)
    tried = []
    monkeypatch.setattr(certificate, "MOST_WORK", 2**17)
    monkeypatch.setattr(certificate, "_entropy", lambda logs, gamma: tried.append(len(logs)) or balls.ball(5))
    monkeypatch.setattr(balls, "sign", lambda ball: None)
    assert not wide.verify()
    assert tried == [300] * 6


def test_it_is_shown_in_a_line_however_long_its_numbers_are():
    proof = solve(["1e-9000", 1, 2], entropy="0.9", digits=20).certificate
    assert repr(proof) == "Certificate(3 p, entropy, 20 digits)"


def test_it_can_be_sent_elsewhere():
    proof = solve(**QUESTIONS["p"]).certificate
    assert pickle.loads(pickle.dumps(proof)) == proof


def test_the_proof_shares_no_code_with_the_solve():
    imported = {
        f"{node.module}.{name.name}"
        for node in ast.walk(ast.parse(inspect.getsource(certificate)))
        if isinstance(node, ast.ImportFrom) and node.module.startswith("entnorm")
        for name in node.names
    }
    assert imported == {
        "entnorm.balls",
        "entnorm.balls.Ball",
        "entnorm.reference.exact.Kind",
        "entnorm.reference.exact.TARGET_KINDS",
        "entnorm.reference.exact.TargetKind",
    }


def test_without_flint_a_certificate_says_what_is_missing(monkeypatch):
    proof = solve(**QUESTIONS["p"]).certificate
    monkeypatch.setitem(sys.modules, "flint", None)
    balls._flint.cache_clear()
    with pytest.raises(ImportError, match=r"entnorm\[rigorous\]"):
        proof.verify()


def test_a_solution_found_without_flint_has_a_certificate_that_flint_proves(monkeypatch):
    with monkeypatch.context() as absent:
        absent.setattr(balls, "available", lambda: False)
        solved = solve(**QUESTIONS["staircase"])
    assert not solved.rigorous
    assert solved.certificate.verify()
