"""The suite itself: its answers against sixty digits, its words, its determinism; and that it never crashes."""

from __future__ import annotations

import inspect
import json
import subprocess
import sys
from decimal import Decimal
from fractions import Fraction
from itertools import count, pairwise
from math import log
from types import SimpleNamespace

import mpmath
import numpy as np
import pytest
import rogues
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from oracle import Exact
from scipy.optimize import OptimizeResult, RootResults

import entnorm
from entnorm import conformance, reference
from entnorm.conformance import cases, findings, hard, regression, runner, stress
from entnorm.conformance.budget import EPS, one_digit_up
from entnorm.conformance.calls import Call, distances
from entnorm.conformance.cases import Case
from entnorm.conformance.foreign import Foreign, ForeignError
from entnorm.conformance.guessing import fitting

EXPLICIT = [
    case
    for family in (
        cases.plain,
        cases.with_zeros,
        cases.with_ties,
        cases.where_newton_turns_negative,
        cases.steep,
        cases.far_from_one,
        cases.concentrated,
        cases.underflowing,
        cases.batch,
    )
    for case in family()
]
HARD = [
    case
    for family in (
        hard.plain,
        hard.near_uniform,
        hard.tiny,
        hard.below_the_maximum,
        hard.above_the_ties,
        hard.many_scales,
        hard.extreme,
    )
    for kind in ("p", "logits")
    for case in family(kind)
]

deterministic = settings(derandomize=True, deadline=None, max_examples=100)
weights = st.lists(st.integers(1, 1000), min_size=2, max_size=12).filter(lambda w: len(set(w)) > 1)


def exact_entropy(p: np.ndarray, gamma: float | mpmath.mpf) -> mpmath.mpf:
    """Entropy of the escort distribution of the exact binary numbers p, from its definition."""
    powers = [mpmath.mpf(float(x)) ** gamma for x in p if x > 0]
    total = mpmath.fsum(powers)
    return -mpmath.fsum(w / total * mpmath.log(w / total) for w in powers)


def test_the_levels_are_nested_and_others_are_refused() -> None:
    levels = ["smoke", "core", "edge", "accuracy", "stress"]
    assert list(conformance.CHECKS) == levels
    for lower, higher in pairwise(levels):
        checks = conformance.up_to(higher)
        assert checks[: len(conformance.up_to(lower))] == conformance.up_to(lower)
        assert {level for level, _ in checks} == set(levels[: levels.index(higher) + 1])
    with pytest.raises(ValueError, match="level='extreme': the levels are smoke < core < edge < accuracy < stress"):
        conformance.run(rogues.careful_gamma, level="extreme")


def test_smoke_holds_units_determinism_unreachable_targets_and_the_exponent() -> None:
    assert {check.__name__ for check in conformance.CHECKS["smoke"]} >= {
        "takes_its_target_in_nats",
        "is_deterministic",
        "reports_unreachable_targets",
        "finds_the_certified_exponent",
    }


def test_every_check_reads_as_a_sentence_and_explains_itself() -> None:
    checks = [check for _, check in conformance.up_to("stress")]
    assert len({check.__name__ for check in checks}) == len(checks) >= 30
    for check in checks:
        assert inspect.getdoc(check).endswith(".")
        assert "`" not in check.__doc__  # it is shown as it is


def test_a_report_is_the_same_bytes_on_every_run() -> None:
    first, second = (json.dumps(conformance.run(rogues.stops_at_1e_5).as_dict(), allow_nan=False) for _ in range(2))
    assert first == second


def test_a_failure_says_what_was_expected_the_right_answer_and_how_to_see_it_again() -> None:
    with pytest.raises(conformance.ConformanceError) as caught:
        conformance.check_solver(rogues.stops_at_1e_5)
    group = caught.value
    assert isinstance(group, ExceptionGroup)
    assert "failed at level core: hits_the_target_entropy, finds_the_certified_exponent" in str(group)
    assert [failure.result.name for failure in group.exceptions] == [
        "hits_the_target_entropy",
        "finds_the_certified_exponent",
    ]
    text = str(group.exceptions[0])
    for part in (
        "expected: entropy = ",
        "got: entropy = ",
        "right answer: gamma = ",
        "times what is allowed",
        "solve(p, target",
    ):
        assert part in text
    assert isinstance(group.subgroup(lambda e: isinstance(e, conformance.CheckFailed)), conformance.ConformanceError)


@pytest.mark.parametrize(
    "rogue",
    [
        "accumulates_in_float32",
        "ignores_the_axis",
        "bisects_between_0_01_and_100",
        "counts_zeros_as_entries",
        "takes_its_range_from_the_ends",
        "adds_epsilon_to_an_unshifted_sum",
        "counts_the_rest_as_an_entry",
    ],
)
def test_the_reproducer_of_a_failure_runs_as_it_stands(rogue: str) -> None:
    solver = Foreign(getattr(rogues, rogue))
    for failure in conformance.run(solver.solve).failures:
        answers = []

        def solve(p, target, *, axis, answers=answers):
            answers += solver.ask(Call(p, np.array(target), axis, source="p"))

        name = getattr(rogues, rogue).__name__
        program = failure.reproducer.replace(f"from rogues import {name} as solve\n", "")
        assert program != failure.reproducer
        exec(program, {"solve": solve})
        assert any(failure.got in (f"gamma = {a.gamma!r}", f"entropy = {a.entropy!r}", a.words) for a in answers)


def test_the_source_of_a_row_is_that_row() -> None:
    names = {"np": np, "entnorm": entnorm}
    sourced = [*EXPLICIT, *cases.recorded(), cases.long(), *(hard.long(kind) for kind in ("p", "logits"))]
    sourced = [case for case in sourced if case.source]
    assert len(sourced) > 20
    for case in sourced:
        np.testing.assert_array_equal(eval(case.source, names), case.values)


def test_a_solver_that_passes_returns_quietly() -> None:
    conformance.check_solver(rogues.careful_gamma, level="smoke")


def wrong_signature(distances, perplexity):
    return 1.0


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        (wrong_signature, "TypeError: wrong_signature() got an unexpected keyword argument 'axis'"),
        (lambda p, target, *, axis=-1: None, "returned NoneType None; expected () for gamma or (4,)"),
        (lambda p, target, *, axis=-1: [None] * 3, "returned list [None, None, None]; expected"),
        (lambda p, target, *, axis=-1: "0.5", "returned str '0.5'; expected"),
        (lambda p, target, *, axis=-1: (1.0, p), "returned tuple"),
        (lambda p, target, *, axis=-1: {"gamma": 1.0}, "returned dict {'gamma': 1.0}; expected"),
        (lambda p, target, *, axis=-1: np.nan, "gamma = nan"),
        (lambda p, target, *, axis=-1: np.full(p.shape, np.inf), "a distribution, gamma = nan"),
    ],
)
def test_what_does_not_answer_a_plain_question_fails_once_and_is_asked_nothing_else(answers, said: str) -> None:
    first, *rest = conformance.run(answers).results
    assert (first.name, first.outcome) == ("answers_a_plain_question", conformance.Outcome.FAILED)
    assert said in first.got
    assert "adapt" in first.promise
    assert {result.outcome for result in rest} == {conformance.Outcome.NOT_RUN}


def test_a_distribution_that_no_exponent_makes_is_said_to_be_one() -> None:
    case = cases.plain()[0]
    finding = findings.exponent(case, *Foreign(lambda p, target, *, axis=-1: np.eye(p.size)[0]).ask(case.call), 1e-9)
    assert not finding.holds
    assert finding.got == "a distribution that implies no gamma, with 1 of its 3 entries above zero"


def test_an_exception_on_some_row_is_a_failure_of_the_checks_that_ask_for_it() -> None:
    def broken(p, target, *, axis=-1):
        if p.ndim > 1:
            raise RuntimeError("no convergence\nafter 50 steps") if axis == -1 else SystemExit("no convergence")
        return rogues.careful_gamma(p, target, axis=axis)

    failures = conformance.run(broken).failures
    assert [result.name for result in failures] == ["batch_equals_a_loop_over_rows", "accepts_any_axis"]
    for result in failures:
        assert result.got in ("RuntimeError: no convergence\nafter 50 steps", "SystemExit: no convergence")
        assert "solve(p, target, axis=" in result.reproducer


def test_an_exception_is_a_good_report_of_an_unreachable_target() -> None:
    def raises(p, target, *, axis=-1):
        gamma = rogues.careful_gamma(p, target, axis=axis)
        if np.isnan(gamma).any():
            raise ValueError("out of reach")
        return gamma

    assert conformance.run(raises).passed


def test_a_keyboard_interrupt_is_not_a_finding() -> None:
    def interrupted(p, target, *, axis=-1):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        conformance.run(interrupted, "smoke")


def test_warnings_of_the_solver_are_its_own_affair() -> None:
    def warns(p, target, *, axis=-1):
        np.log(np.zeros(1))
        return rogues.careful_gamma(p, target, axis=axis)

    assert conformance.run(warns, "smoke").passed


@pytest.mark.parametrize("shape", [(1,), (3,), (4, 1)])
def test_a_shape_that_is_neither_gamma_nor_distribution_is_named(shape) -> None:
    result = conformance.run(lambda p, target, *, axis=-1: np.ones(shape), "smoke").failures[0]
    assert f"returned shape {shape}; expected () for gamma or (4,) for the distribution" in result.got


@settings(deterministic, max_examples=25)
@given(st.lists(st.floats(), min_size=1, max_size=4), st.booleans())
def test_absurd_answers_fail_but_never_crash_the_suite(values: list[float], distribution: bool) -> None:
    calls = count()

    def absurd(p, target, *, axis=-1):
        if next(calls) == 0:  # or nothing else would be asked
            return 1.0
        return np.resize(values, p.shape if distribution else np.delete(p.shape, axis))

    report = conformance.run(absurd)
    assert {"hits_the_target_entropy", "finds_the_certified_exponent"} <= {r.name for r in report.failures}
    json.dumps(report.as_dict(), allow_nan=False)


def test_a_solver_that_reuses_its_buffer_is_judged_by_what_it_returned() -> None:
    buffers: dict[tuple[int, ...], np.ndarray] = {}

    def reuses(p, target, *, axis=-1):
        buffer = buffers.setdefault(p.shape, np.empty(p.shape))
        buffer[...] = rogues.careful_brentq(p, target, axis=axis) * (1 + 2.0**-48 * len(calls))
        calls.append(None)
        return buffer

    calls: list[None] = []
    assert "is_deterministic" in [r.name for r in conformance.run(reuses, "smoke").failures]


def test_a_shape_is_judged_before_anything_is_copied() -> None:
    huge = np.broadcast_to(1.0, (10**12,))  # eight bytes; a copy would be eight terabytes
    gamma = SimpleNamespace(gamma=huge, success=True)
    success = SimpleNamespace(gamma=1.0, success=np.broadcast_to(True, (10**12,)))
    solvers = [lambda *_, answer=answer, **__: answer for answer in (huge, gamma, success)]
    adapted = [{}, {"rows": "one"}, {"returns": "sigma"}, {"returns": "sigma", "rows": "one"}]
    solvers += [conformance.adapt(solvers[0], **options) for options in adapted]
    for solve in solvers:
        (failure,) = conformance.run(solve, "smoke").failures
        assert "shape (1000000000000,)" in failure.got


def test_scipys_results_count_as_gamma() -> None:
    def root(p, target, *, axis=-1):
        gamma = rogues.careful_gamma(p, target, axis=axis)
        if gamma.ndim:
            return OptimizeResult(x=gamma, success=np.isfinite(gamma))
        return RootResults(root=gamma, iterations=1, function_calls=1, flag=0 if np.isfinite(gamma) else -2, method="")

    assert conformance.run(root).passed


def test_result_objects_with_success_count_as_gamma() -> None:
    class Solved:
        def __init__(self, gamma):
            self.gamma = np.where(np.isnan(gamma), 1.0, gamma)
            self.success = ~np.isnan(gamma)

    assert conformance.run(lambda p, target, *, axis=-1: Solved(rogues.careful_gamma(p, target, axis=axis))).passed


@pytest.mark.parametrize("case", EXPLICIT + HARD, ids=lambda case: case.name)
def test_the_answers_of_explicit_rows_are_right(case: Case) -> None:
    """At many digits, from the definition: on both sides of the root, at a distance of 1e-25 of it."""
    exact = Exact.for_target(**{case.kind: case.values}, kind="entropy", value=case.target)
    mp = exact.mp
    mp.dps += 60  # the levels of some rows are close
    exact = Exact(**{case.kind: case.values}, digits=mp.dps)
    mp = exact.mp
    root = mp.mpf(case.root.numerator) / case.root.denominator
    off = mp.mpf(10) ** -25
    assert exact.entropy(root * (1 - off)) > case.target > exact.entropy(root * (1 + off))
    assert case.gamma == float(root)
    _, varentropy, _ = exact.moments(root)
    assert case.varentropy == pytest.approx(float(varentropy), rel=4 * EPS, abs=0)
    ends = mp.mpf(case.target), mp.log(exact.support) - mp.mpf(case.target)
    assert case.condition == pytest.approx(float(min(ends) / varentropy), rel=4 * EPS, abs=0)
    assert case.off(case.gamma) == pytest.approx(float(mp.mpf(case.gamma) / root - 1), rel=4 * EPS, abs=0)


@pytest.mark.parametrize("kind", ["p", "logits"])
def test_the_answers_of_long_rows_are_right(kind: str) -> None:
    case = hard.long(kind)
    assert case.values.size == 50_000
    exact = Exact(**{case.kind: case.values}, digits=40)
    entropy, varentropy, _ = exact.moments(case.gamma)
    assert abs(entropy - case.target) <= 8 * EPS * entropy
    assert abs(entropy - case.target) <= case.entropy_budget(1e-9) / 1000
    assert case.varentropy == pytest.approx(float(varentropy), rel=64 * EPS, abs=0)
    ends = entropy, exact.mp.log(50_000) - entropy
    assert case.condition == pytest.approx(float(min(ends) / varentropy), rel=72 * EPS, abs=0)
    assert hard.longest(kind).values.size == 1_000_000


@deterministic
@given(weights, st.integers(1, 64))
def test_a_chosen_exponent_is_the_root_of_its_target(w: list[int], eighths: int) -> None:
    case = cases.known("chosen", cases.row(w), eighths / 8)
    entropy, varentropy, z = Exact(p=case.values, digits=40).moments(case.gamma)
    assert abs(entropy - case.target) <= 16 * EPS * entropy
    mean = entropy - mpmath.log(z)
    t = varentropy + mean**2  # of t squared: roundings of t, relative ones, times the condition of the variance
    assert abs(case.varentropy - varentropy) <= 4 * EPS * (varentropy + mpmath.sqrt(varentropy * t))


@pytest.mark.parametrize("precision", [1, 53, 400])
def test_what_is_known_of_a_row_does_not_depend_on_the_precision_of_the_caller(precision: int) -> None:
    """Also of a solver that sets it for itself, and does not put it back."""
    asked = "three entries", cases.row([2, 7, 1]), 0.5
    before = cases.solved(*asked)
    with mpmath.workprec(precision):
        now = cases.solved(*asked)
        assert now.varentropy == before.varentropy == pytest.approx(before.varentropy, rel=EPS)
        assert (now.condition, now.root, now.answer) == (before.condition, before.root, before.answer)
        assert mpmath.mp.prec == precision


def test_the_corpus_is_asked_in_exact_numbers() -> None:
    for kind in ("p", "logits"):
        found = hard.certified(kind)
        assert len(found) >= 30
        by_id = {record.id: record for record in reference.load()}
        for case in found:
            record = by_id[case.name]
            assert record.target.kind == "entropy"
            assert record.target.value == case.target
            assert record.enclosure[0] * (1 - Fraction(1, 10**25)) < case.root
            assert case.root < record.enclosure[1] * (1 + Fraction(1, 10**25))


def test_the_long_row_is_asked_for_its_own_entropy() -> None:
    case = cases.long()
    values, counts = np.unique(case.values, return_counts=True)
    with mpmath.workdps(40):
        terms = [(mpmath.mpf(float(x)), int(c)) for x, c in zip(values, counts, strict=True)]
        total = mpmath.fsum(c * x for x, c in terms)
        own = -mpmath.fsum(c * x / total * mpmath.log(x / total) for x, c in terms)
        assert abs(own - case.target) <= 16 * EPS * own
        assert abs(case.gamma - 1) <= 16 * EPS * own / case.varentropy


def test_newton_steps_below_zero_where_the_cases_say_so() -> None:
    for case in cases.where_newton_turns_negative():
        own = -(case.values * np.log(case.values)).sum()
        varentropy = (case.values * (np.log(case.values) + own) ** 2).sum()
        assert case.target - own > varentropy


def test_unreachable_targets_are_out_of_reach() -> None:
    for _, call in cases.unreachable():
        ends = log((call.values == call.values.max()).sum()), log((call.values > 0).sum())
        assert not ends[0] <= float(call.target) <= ends[1]  # NaN is not, either


def test_records_of_the_core_lose_little_in_log_space() -> None:
    recorded = cases.recorded()
    assert len(recorded) >= 20
    assert len({case.name.partition("-p")[0] for case in recorded}) >= 8
    for case in recorded:
        gamma = rogues.brent(case.values, case.target)
        assert abs(gamma - case.gamma) <= case.exponent_budget(1e-9)


@deterministic
@given(weights, st.floats(0.01, 50))
def test_the_exponent_of_a_returned_power_is_recovered(w: list[int], gamma: float) -> None:
    p = cases.row(w)
    solver = Foreign(lambda p, target, *, axis=-1: rogues.power(p, gamma))
    (answer,) = solver.ask(Call(p, np.array(1.0)))
    q = rogues.power(p, gamma)
    x = np.log(p)
    spread = np.sqrt((q * (x - (q * x).sum()) ** 2).sum())
    if gamma * spread > 1e-6:
        assert abs(answer.gamma - gamma) <= 64 * EPS * (1 + gamma * np.ptp(x)) * gamma / min(1, gamma * spread) ** 2
    with mpmath.workdps(60):
        assert abs(answer.entropy - exact_entropy(p, mpmath.mpf(gamma))) <= 16 * EPS * (1 + gamma * np.ptp(x))


@deterministic
@given(weights, st.floats(0.01, 50))
def test_the_entropy_of_a_returned_gamma_is_that_of_the_power(w: list[int], gamma: float) -> None:
    p = cases.row(w)
    (answer,) = Foreign(lambda p, target, *, axis=-1: gamma).ask(Call(p, np.array(1.0)))
    with mpmath.workdps(60):
        assert abs(answer.entropy - exact_entropy(p, mpmath.mpf(gamma))) <= 16 * EPS * (1 + gamma * np.ptp(np.log(p)))


@deterministic
@given(arrays(np.float64, st.integers(2, 6), elements=st.floats(5e-324, 1.0)))
def test_distances_are_accurate_everywhere(p: np.ndarray) -> None:
    with mpmath.workdps(60):
        for d, x in zip(distances(p), p, strict=True):
            right = mpmath.log(mpmath.mpf(float(p.max()))) - mpmath.log(mpmath.mpf(float(x)))
            scale = right if x > p.max() / 2 else abs(mpmath.log(float(x))) + abs(mpmath.log(float(p.max())))
            assert abs(float(d) - right) <= 4 * EPS * scale


@deterministic
@given(arrays(np.float64, st.one_of(st.tuples(st.integers(1, 9)), st.tuples(st.integers(1, 3), st.integers(1, 4)))))
def test_a_reproducer_makes_the_same_call(p: np.ndarray) -> None:
    call = Call(p, p[..., 0].copy(), axis=-1)
    seen = []
    exec(call.reproducer, {"np": np, "solve": lambda *args, axis: seen.append((*args, axis))})
    ((again, target, axis),) = seen
    np.testing.assert_array_equal(again, p)
    np.testing.assert_array_equal(target, call.target)
    assert axis == -1


def test_long_rows_are_named_in_reproducers_not_written_out() -> None:
    with pytest.raises(ValueError, match="give the call a source"):
        _ = Call(np.ones(1000), np.array(1.0)).reproducer
    case = cases.long()
    seen = []
    exec(case.call.reproducer, {"np": np, "entnorm": entnorm, "solve": lambda p, *_, **__: seen.append(p)})
    np.testing.assert_array_equal(seen[0], case.values)


@deterministic
@given(st.floats(0, 1e300))
def test_one_digit_up_is_above_by_less_than_one_digit(x: float) -> None:
    rounded = one_digit_up(x)
    assert Fraction(repr(rounded)) >= Fraction(x)
    assert len(Decimal(repr(rounded)).normalize().as_tuple().digits) == 1
    assert rounded <= 2 * x * (1 + EPS)


@pytest.mark.parametrize(
    "options",
    [
        {"takes": "logits"},
        {"target": "bits"},
        {"target": "perplexity"},
        {"returns": "temperature"},
        {"returns": "sigma"},
        {"returns": "beta", "takes": "squared distances", "target": "perplexity"},
        {"returns": "gamma", "rows": "one"},
        {"takes": "logits", "target": "bits", "returns": "temperature"},
        {"takes": "logits", "target": "perplexity", "returns": "temperature", "rows": "one"},
    ],
    ids=str,
)
def test_a_careful_solver_behind_any_adapter_passes_core(options: dict[str, str]) -> None:
    nats = {"bits": lambda b: b * np.log(2), "perplexity": np.log, "entropy": lambda h: h}

    def foreign(values, target, axis=-1):
        p = {"logits": np.exp, "squared distances": lambda d: np.exp(-d)}.get(options.get("takes"), np.array)(values)
        gamma = rogues.careful_gamma(p, nats[options.get("target", "entropy")](target), axis=axis)
        said = {"temperature": lambda g: 1 / g, "sigma": lambda g: 1 / np.sqrt(2 * g)}
        return said.get(options.get("returns"), np.array)(gamma)

    understood = {option: choice for option, choice in options.items() if choice not in ("beta", "gamma")}
    assert fitting(foreign if "rows" not in options else lambda row, goal: foreign(row, goal)) == understood
    report = conformance.run(conformance.adapt(foreign, **options))
    assert report.passed, [str(failure) for failure in report.failures]
    skipped = {r.name for r in report.results if r.outcome is conformance.Outcome.NOT_APPLICABLE}
    assert ({"batch_equals_a_loop_over_rows", "accepts_any_axis"} <= skipped) == (options.get("rows") == "one")


def test_no_adapter_makes_a_wrong_solver_right_or_is_wanted_for_an_error_of_1e_5() -> None:
    for wrong in (
        rogues.stops_at_1e_5,
        lambda p, target, *, axis=-1: np.ones(np.delete(p.shape, axis)),
        wrong_signature,
    ):
        assert fitting(wrong) is None


@deterministic
@given(arrays(np.float64, (2, 3, 4), elements=st.floats(0.1, 1)), st.sampled_from([-1, 0, 1, 2]))
def test_one_row_at_a_time_fills_the_batch_in_place(p: np.ndarray, axis: int) -> None:
    targets = np.arange(np.delete(p.shape, axis).prod(), dtype=float).reshape(np.delete(p.shape, axis))
    distribution = conformance.adapt(lambda row, target: row * target, rows="one")(p, targets, axis=axis)
    np.testing.assert_array_equal(distribution, p * np.expand_dims(targets, axis))
    gamma = conformance.adapt(lambda row, target: row[0] + target, rows="one")(p, targets, axis=axis)
    np.testing.assert_array_equal(gamma, p.take(0, axis) + targets)


@pytest.mark.parametrize("option", ["takes", "target", "returns", "rows", "arrays"])
def test_unknown_options_of_an_adapter_are_named(option: str) -> None:
    with pytest.raises(ValueError, match=f"{option}='parsecs': choose one of"):
        conformance.adapt(rogues.careful_gamma, **{option: "parsecs"})


def test_a_foreign_error_keeps_the_call() -> None:
    call = cases.plain()[0].call
    with pytest.raises(ForeignError) as caught:
        Foreign(lambda p, target: p).ask(call)
    assert caught.value.call is call
    assert "unexpected keyword argument 'axis'" in str(caught.value)
    assert not caught.value.lost


def test_the_suite_runs_with_the_core_alone() -> None:
    code = "import sys, entnorm.conformance; print(*{'pytest', 'hypothesis', 'scipy', 'torch'} & set(sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "\n"


def stored(family: str, **columns: object) -> SimpleNamespace:
    """A record as the corpus has them, made from a certified solve."""
    kind = "p" if "p" in columns else "logits"
    (target,) = (name for name in columns if name != kind)
    values = np.array(columns[kind], dtype=np.float64)
    solved = reference.solve(**{kind: values.tolist(), target: columns[target]}, digits=40)
    return SimpleNamespace(
        id=f"{family}-1",
        tags=(family,),
        kind=kind,
        values=values,
        target=SimpleNamespace(kind=target, value=columns[target]),
        enclosure=solved.enclosure,
        slope=solved.slope,
        condition=solved.condition,
        exact=solved,
    )


RECORDS = [
    stored("zeros and ties", p=[0.0, 0.25, 0.25, 0.125, 0.375], entropy=1.25),
    stored("logits", logits=[1.0, -np.inf, 3.5, 3.25, -400.0], perplexity=2.5),
    stored("near uniform", p=[0.25, 0.25 + 2.0**-50, 0.25 - 2.0**-50, 0.25], deficit=1e-12),
    stored("near one-hot", logits=[0.0, -1.0, -2.0], entropy=1e-200),
    stored("fraction of the maximum", p=[0.5, 0.25, 0.125, 0.125], evenness=0.5),
]


def answered(record: SimpleNamespace, gamma_ulps: float = 0.0, prob_ulps: float = 0.0) -> SimpleNamespace:
    """What a solver would return that is off by so many eps, in gamma and in its smallest positive probability."""
    with mpmath.workdps(60):
        gamma = float(record.exact.gamma * (1 + gamma_ulps * mpmath.mpf(EPS)))
        probs = np.array([float(q) for q in record.exact.probs])
    smallest = np.argmin(np.where(probs > 2.0**-1022, probs, 2))
    probs[smallest] *= 1 + prob_ulps * EPS
    return SimpleNamespace(success=True, gamma=gamma, probs=probs, nit=3)


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.tags[0])
def test_a_right_answer_is_inside_the_budget(record, monkeypatch) -> None:
    monkeypatch.setattr(regression, "solve", lambda **question: answered(record))
    result = conformance.regress([record])
    assert result.inside
    assert result.errors[0].worst < 0.5
    assert result.families[0].evaluations == 3


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.tags[0])
def test_errors_are_those_of_the_definitions(record, monkeypatch) -> None:
    answer = answered(record, gamma_ulps=1000.0, prob_ulps=500.0)
    monkeypatch.setattr(regression, "solve", lambda **question: answer)
    (errors,) = conformance.regress([record]).errors
    with mpmath.workdps(260):
        root, k = record.exact.gamma, 1 + record.exact.condition
        x = [mpmath.mpf(v) for v in record.values.tolist() if v > (0 if record.kind == "p" else -np.inf)]
        logs = [mpmath.log(v) for v in x] if record.kind == "p" else x

        def escort(gamma):
            powers = [mpmath.exp(gamma * v) for v in logs]
            return [w / mpmath.fsum(powers) for w in powers]

        def entropy(q):
            return -mpmath.fsum(v * mpmath.log(v) for v in q)

        q = escort(root)
        varentropy = mpmath.fsum(v * mpmath.log(v) ** 2 for v in q) - entropy(q) ** 2
        assert errors.gamma == pytest.approx(float(abs(answer.gamma - root) / (8 * EPS * k * root)), rel=4 * EPS, abs=0)
        missed = abs(entropy(escort(mpmath.mpf(answer.gamma))) - entropy(q))
        assert errors.entropy == pytest.approx(
            float(missed / (4 * EPS * (entropy(q) + varentropy))), rel=4 * EPS, abs=0
        )
        given = [v for v in answer.probs.tolist() if v > 0]
        right = [v for v in q if v > 2.0**-1022]
        t = [root * (max(logs) - v) for v, p in zip(logs, q, strict=True) if p > 2.0**-1022]
        worst = max(abs(a - b) / (8 * EPS * (1 + u) * k * b) for a, b, u in zip(given, right, t, strict=True))
        assert errors.probability == pytest.approx(float(worst), rel=4 * EPS, abs=0)


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.tags[0])
def test_lost_bits_are_reported_by_family(record, monkeypatch) -> None:
    lost = 44.0 * float(1 + record.exact.condition)
    monkeypatch.setattr(regression, "solve", lambda **question: answered(record, gamma_ulps=lost))
    result = conformance.regress([record])
    assert not result.inside
    assert [error.id for error in result.outside] == [record.id]
    (family,) = result.as_dict()["families"]
    assert (family["name"], family["inside"], family["errors"]["gamma"]) == (record.tags[0], 0, 6.0)


@pytest.mark.parametrize("spoil", ["fill a zero", "nan", "fail"])
def test_an_answer_that_is_none_is_an_infinite_error(spoil: str, monkeypatch) -> None:
    answer = answered(RECORDS[0])
    if spoil == "fail":
        answer.success = False
    else:
        answer.probs[0] = 5e-324 if spoil == "fill a zero" else np.nan
    monkeypatch.setattr(regression, "solve", lambda **question: answer)
    result = conformance.regress(RECORDS[:1])
    assert result.errors[0].probability == np.inf
    assert result.as_dict()["families"][0]["errors"]["probability"] is None
    json.dumps(result.as_dict(), allow_nan=False)


def test_the_regression_is_the_same_bytes_twice() -> None:
    first, second = (json.dumps(conformance.regress(reference.load()[::9]).as_dict(), allow_nan=False) for _ in "ab")
    assert first == second


OURS = {
    "solve": lambda p, target, *, axis=-1: entnorm.solve(p, entropy=target, axis=axis),
    "normalize": lambda p, target, *, axis=-1: entnorm.normalize(p, entropy=target, axis=axis),
    "softmax": conformance.adapt(lambda x, h, *, axis: entnorm.softmax(x, entropy=h, axis=axis), takes="logits"),
    "log_softmax in bits": conformance.adapt(
        lambda x, bits, *, axis: np.exp(entnorm.log_softmax(x, entropy=bits * np.log(2), axis=axis, infeasible="nan")),
        takes="logits",
        target="bits",
    ),
}


@pytest.mark.parametrize("name", OURS)
def test_our_own_functions_pass_core(name: str) -> None:
    conformance.check_solver(OURS[name], level="core")


def test_clipping_is_no_report_of_an_unreachable_target() -> None:
    def clips(p, target, *, axis=-1):
        return entnorm.normalize(p, entropy=target, axis=axis, infeasible="clip")

    assert [r.name for r in conformance.run(clips).failures] == ["reports_unreachable_targets"]


def test_a_solver_that_is_wrong_now_and_then_is_told_that_it_is_not_the_same_twice() -> None:
    turns = count(1)

    def moody(p, target, *, axis=-1):
        gamma = np.array(entnorm.solve(p, entropy=target, axis=axis).gamma)
        return gamma * 1.01 if next(turns) % 40 == 0 else gamma

    found = runner.result(stress.solves_rows_that_nobody_chose, "stress", Foreign(moody))
    assert found.outcome is conformance.Outcome.FAILED
    assert found.got.startswith("not the same twice: gamma = ")
