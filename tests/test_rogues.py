"""Every rogue fails exactly the checks that its sin breaks, and every check has a rogue that fails it."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest
import rogues

import entnorm
from entnorm.conformance import CHECKS, Outcome, Result, adapt, cases, hard, run
from entnorm.conformance.foreign import Foreign
from entnorm.conformance.runner import result

# For each rogue the check that names its sin first, then every other check that it must fail, and why in a word.
EXPECTED = {
    "documents_own_loop": {
        "solves_every_attainable_row": "diverges",
        "never_reverses_the_order": "converges to the negative root",
        "keeps_the_order_of_the_entries": "there",
        "reports_unreachable_targets": "never looks",
        "finds_the_certified_exponent": "diverges",
        "does_not_see_entries_of_probability_zero": "0 log 0",
        "survives_concentrated_rows_with_an_offset": "diverges",
        "survives_underflow": "diverges",
    },
    "stops_at_1e_5": {
        "hits_the_target_entropy": "misses by 1e-5",
        "finds_the_certified_exponent": "and so in gamma",
    },
    "rounds_its_exponent": {
        "finds_the_certified_exponent": "seven digits",
        "hits_the_target_entropy": "seven digits",
    },
    "bisects_between_0_01_and_100": {
        "solves_every_attainable_row": "roots outside",
        "survives_concentrated_rows_with_an_offset": "gamma above 100",
        "survives_underflow": "gamma below 0.01",
    },
    "takes_its_range_from_the_ends": {
        "permutes_with_its_input": "equal ends have no range",
    },
    "accumulates_in_float32": {
        "accumulates_in_double": "small entries vanish",
        "hits_the_target_entropy": "seven digits",
        "finds_the_certified_exponent": "seven digits",
        "permutes_with_its_input": "its rounding depends on the order",
    },
    "adds_epsilon_to_an_unshifted_sum": {
        "survives_concentrated_rows_with_an_offset": "epsilon outweighs the sum",
        "solves_every_attainable_row": "also at gamma near one million",
    },
    "clips_its_logarithms": {
        "survives_underflow": "entries below 1e-12 move",
    },
    "returns_uniform_for_unreachable": {
        "reports_unreachable_targets": "silent",
    },
    "takes_the_negative_root": {
        "never_reverses_the_order": "gamma is negative",
        "keeps_the_order_of_the_entries": "reversed",
        "finds_the_certified_exponent": "another root",
        "solves_every_attainable_row": "negative powers do not reach every entropy",
        "survives_concentrated_rows_with_an_offset": "another root",
        "survives_underflow": "another root",
        "accumulates_in_double": "negative powers do not reach that entropy",
    },
    "swaps_its_smallest_entries": {
        "keeps_the_order_of_the_entries": "two entries swapped",
        "returns_a_power_of_its_input": "and so no power",
        "finds_the_certified_exponent": "and no exponent",
        "survives_underflow": "and no exponent",
    },
    "fills_zeros": {
        "keeps_zeros_zero": "1e-13 instead",
    },
    "drops_small_entries": {
        "keeps_the_support": "truncated",
    },
    "counts_zeros_as_entries": {
        "does_not_see_entries_of_probability_zero": "1e-6 instead",
        "solves_every_attainable_row": "wrong on rows with zeros",
        "finds_the_certified_exponent": "wrong on rows with zeros",
    },
    "breaks_ties": {
        "keeps_ties_tied": "last bits differ",
    },
    "forgets_to_normalise": {
        "returns_a_distribution": "sums to 1 + 1e-6",
    },
    "mixes_with_the_uniform": {
        "returns_a_power_of_its_input": "a mixture",
        "finds_the_certified_exponent": "no exponent",
        "survives_concentrated_rows_with_an_offset": "no exponent",
        "survives_underflow": "no exponent",
    },
    "counts_the_rest_as_an_entry": {
        "does_not_depend_on_scale": "the rest has mass",
    },
    "overshoots_below_zero": {
        "returns_a_distribution": "negative entries",
        "keeps_zeros_zero": "in the place of zeros",
    },
    "answers_infinity_for_unreachable": {
        "reports_unreachable_targets": "above the largest entropy too",
    },
    "writes_its_input": {
        "does_not_write_its_input": "in place",
    },
    "writes_its_targets": {
        "does_not_write_its_input": "those of a batch",
    },
    "writes_its_batches": {
        "does_not_write_its_input": "in place",
    },
    "remembers_the_call_before": {
        "is_deterministic": "last bits differ",
    },
    "warm_starts_from_the_row_before": {
        "batch_equals_a_loop_over_rows": "neighbours show",
        "accepts_any_axis": "asked in batches",
    },
    "ignores_the_axis": {
        "accepts_any_axis": "the last one, always",
    },
    "answers_in_words": {
        "answers_a_plain_question": "text is no number",
    },
    "takes_bits": {
        "takes_its_target_in_nats": "bits",
        "hits_the_target_entropy": "another target",
        "finds_the_certified_exponent": "another target",
        "solves_every_attainable_row": "another target",
        "reports_unreachable_targets": "another interval",
        "survives_concentrated_rows_with_an_offset": "another target",
        "survives_underflow": "another target",
        "accumulates_in_double": "another target",
    },
    "takes_a_perplexity": {
        "takes_its_target_in_nats": "a perplexity",
        "hits_the_target_entropy": "another target",
        "finds_the_certified_exponent": "another target",
        "solves_every_attainable_row": "another target",
        "reports_unreachable_targets": "another interval",
        "survives_concentrated_rows_with_an_offset": "another target",
        "survives_underflow": "another target",
        "accumulates_in_double": "another target",
    },
    "subtracts_logarithms": {
        "keeps_its_digits_near_the_uniform_distribution": "nothing is left",
    },
    "adds_up_to_tiny_entropies": {
        "reaches_tiny_entropies": "rounded at one",
        "reaches_extreme_exponents": "one of them has a tiny target",
    },
    "subtracts_from_the_largest_entropy": {
        "reaches_entropies_just_below_the_largest": "the difference has no digits",
        "reaches_extreme_exponents": "one of them has such a target",
    },
    "gives_up_above_tied_maxima": {
        "reaches_entropies_just_above_tied_maxima": "gives up",
    },
    "newton_from_the_quadratic_start": {
        "solves_rows_of_many_scales": "jumps",
        "reaches_extreme_exponents": "one of them has many scales",
    },
    "bounds_its_exponent": {
        "reaches_extreme_exponents": "a million million",
    },
    "returns_its_bracket_at_the_ends": {
        "answers_or_reports_the_ends": "the bracket",
    },
    "divides_by_the_variance": {
        "answers_a_uniform_row_that_asks_for_its_entropy": "0 / 0",
    },
    "compresses_long_rows": {
        "counts_equal_entries_as_often_as_they_occur": "once each",
        "accumulates_in_double": "a long row with ties",
        "survives_long_rows": "a long row with ties",
        "computes_float32_rows_in_double": "a long row with ties",
    },
    "drops_the_tail_of_long_rows": {
        "survives_long_rows": "ten thousand entries of fifty",
    },
    "detaches_its_exponent": {
        "has_the_gradient_of_the_implicit_function": "a constant temperature",
    },
    "reads_its_buffer": {
        "does_not_depend_on_memory_layout": "memory order",
    },
    "works_in_place_and_tidies_up": {
        "accepts_read_only_arrays": "cannot write",
    },
    "computes_in_the_precision_of_its_input": {
        "computes_float32_rows_in_double": "float32 sums",
    },
    "assumes_a_first_row": {
        "accepts_an_empty_batch": "no first row",
    },
    "spoils_the_whole_batch": {
        "an_unreachable_row_leaves_its_batch_alone": "all NaN",
    },
    "shares_a_buffer": {
        "answers_from_many_threads_at_once": "each other's results",
    },
    "shares_a_workspace": {
        "answers_from_many_threads_at_once": "each other's exponentials",
    },
    "keeps_an_array_for_each_shape": {
        "answers_from_many_threads_at_once": "each other's rows, if they are as long",
    },
    "keeps_an_array_for_each_shape_of_a_batch": {
        "answers_from_many_threads_at_once": "each other's batches",
    },
    "takes_any_target_below_zero_for_its_size": {
        "reports_unreachable_targets": "below zero",
    },
    "has_a_default_for_what_is_no_number": {
        "reports_unreachable_targets": "no number",
    },
    "squeezes_its_answer": {
        "batch_equals_a_loop_over_rows": "a batch of one row",
    },
    "turns_the_distributions_of_batches": {
        "batch_equals_a_loop_over_rows": "the distributions",
        "accepts_any_axis": "the distributions",
    },
    "turns_the_distributions_of_long_rows": {
        "survives_long_rows": "the distribution",
    },
    "turns_the_distributions_of_large_batches": {
        "solves_thousands_of_rows_at_once": "the distributions",
    },
    "needs_two_entries": {
        "answers_a_uniform_row_that_asks_for_its_entropy": "of a single entry",
    },
    "reverses_uniform_rows": {
        "answers_a_uniform_row_that_asks_for_its_entropy": "a negative exponent",
    },
    "fills_what_is_below_the_normal_doubles": {
        "computes_probabilities_to_the_last_digits": "1e-20 in their place",
    },
    "stops_at_1e_12": {
        "finds_the_exponent_to_the_last_digits": "1e-12",
        "hits_the_entropy_to_the_last_digits": "and so the entropy",
    },
    "stops_six_roundings_early": {
        "hits_the_entropy_to_the_last_digits": "the tighter of the two budgets",
    },
    "exponentiates_carelessly": {
        "computes_probabilities_to_the_last_digits": "1e-12 t",
    },
    "normalises_in_passing": {
        "sums_to_one_to_the_last_digits": "16 eps short",
        "computes_probabilities_to_the_last_digits": "and so each entry",
    },
    "dithers": {
        "lowers_gamma_where_the_target_rises": "scatter",
        "finds_the_exponent_to_the_last_digits": "1e-13",
        "hits_the_entropy_to_the_last_digits": "1e-13",
    },
    "rounds_by_position": {
        "answers_a_row_bit_for_bit_alone_and_in_any_batch": "the last bit",
    },
    "samples_the_longest_rows": {
        "survives_a_million_entries": "every third entry",
    },
    "loses_its_place_in_large_batches": {
        "solves_thousands_of_rows_at_once": "moved by one",
    },
    "treats_multiples_as_ties": {
        "solves_rows_that_nobody_chose": "a pattern that no chosen row has",
    },
}


# The careful brentq that the rogues of smoke and core start from does not pass edge; no sin of theirs shall be blamed
# for that.
CAREFUL_AT_THE_EDGE = [
    "keeps_its_digits_near_the_uniform_distribution",
    "reaches_tiny_entropies",
    "reaches_entropies_just_below_the_largest",
    "reaches_extreme_exponents",
    "answers_a_uniform_row_that_asks_for_its_entropy",
]
ANOTHER_TARGET = {
    "answers_or_reports_the_ends": "other ends",
    "computes_float32_rows_in_double": "another target",
    "counts_equal_entries_as_often_as_they_occur": "another target",
    "reaches_entropies_just_above_tied_maxima": "another target",
    "solves_rows_of_many_scales": "another target",
    "survives_long_rows": "another target",
}
# What else a sin of smoke or core breaks at the level edge, beside what the careful brentq fails there.
AT_THE_EDGE = {
    "documents_own_loop": {
        "answers_or_reports_the_ends": "never looks",
        "reaches_entropies_just_above_tied_maxima": "diverges",
        "solves_rows_of_many_scales": "diverges",
    },
    "stops_at_1e_5": {
        "counts_equal_entries_as_often_as_they_occur": "misses by 1e-5",
        "reaches_entropies_just_above_tied_maxima": "the margin is smaller than 1e-5",
        "solves_rows_of_many_scales": "misses by 1e-5",
    },
    "rounds_its_exponent": {
        "counts_equal_entries_as_often_as_they_occur": "seven digits",
        "solves_rows_of_many_scales": "seven digits",
    },
    "bisects_between_0_01_and_100": {
        "solves_rows_of_many_scales": "roots outside",
    },
    "takes_its_range_from_the_ends": {
        "reaches_entropies_just_above_tied_maxima": "equal ends have no range",
        "solves_rows_of_many_scales": "the ends are not the extremes",
    },
    "accumulates_in_float32": {
        "computes_float32_rows_in_double": "seven digits",
        "counts_equal_entries_as_often_as_they_occur": "seven digits",
        "reaches_entropies_just_above_tied_maxima": "the margin drowns",
        "solves_rows_of_many_scales": "seven digits",
        "survives_long_rows": "seven digits",
    },
    "adds_epsilon_to_an_unshifted_sum": {
        "reaches_entropies_just_above_tied_maxima": "epsilon outweighs the sum",
        "solves_rows_of_many_scales": "epsilon outweighs the sum",
    },
    "clips_its_logarithms": {
        "solves_rows_of_many_scales": "entries below 1e-12 move",
    },
    "returns_uniform_for_unreachable": {
        "answers_or_reports_the_ends": "silent",
    },
    "takes_the_negative_root": {
        "computes_float32_rows_in_double": "another root",
        "counts_equal_entries_as_often_as_they_occur": "another root",
        "reaches_entropies_just_above_tied_maxima": "another root",
        "solves_rows_of_many_scales": "another root",
        "survives_long_rows": "another root",
    },
    "swaps_its_smallest_entries": {
        "reaches_entropies_just_above_tied_maxima": "no exponent",
        "solves_rows_of_many_scales": "no exponent",
    },
    "drops_small_entries": {
        "reaches_entropies_just_above_tied_maxima": "the margin is what was dropped",
    },
    "mixes_with_the_uniform": {
        "counts_equal_entries_as_often_as_they_occur": "no exponent",
        "reaches_entropies_just_above_tied_maxima": "no exponent",
        "solves_rows_of_many_scales": "no exponent",
        "survives_long_rows": "no exponent",
    },
    "writes_its_input": {
        "accepts_read_only_arrays": "in place",
        "accepts_an_empty_batch": "a row, whatever the shape",
    },
    "writes_its_batches": {
        "accepts_read_only_arrays": "in place",
    },
    "remembers_the_call_before": {
        "answers_from_many_threads_at_once": "last bits differ",
    },
    "warm_starts_from_the_row_before": {
        "an_unreachable_row_leaves_its_batch_alone": "its neighbour starts from it",
    },
    "takes_bits": ANOTHER_TARGET,
    "takes_a_perplexity": ANOTHER_TARGET,
}


@pytest.fixture
def no_records(monkeypatch: pytest.MonkeyPatch) -> None:
    """Explicit rows alone: which checks a sin fails must not depend on what happens to be in the corpus."""
    monkeypatch.setattr(cases, "recorded", lambda: ())
    monkeypatch.setattr(hard, "certified", lambda kind: ())


LEVEL = {check.__name__: level for level, checks in CHECKS.items() for check in checks}
BELOW_EDGE = [  # of whom anything is asked: not of one that cannot answer a plain question
    rogue
    for rogue, (first, *_) in EXPECTED.items()
    if LEVEL[first] in ("smoke", "core") and first != "answers_a_plain_question"
]


@cache
def results(rogue: str, *levels: str) -> dict[str, Result]:
    """What the checks of these levels find."""
    solver = Foreign(getattr(rogues, rogue))
    return {check.__name__: result(check, level, solver) for level in levels for check in CHECKS[level]}


@pytest.mark.usefixtures("no_records")
@pytest.mark.parametrize("rogue", EXPECTED)
def test_a_rogue_fails_the_check_that_names_its_sin_and_no_unrelated_one_of_its_level(rogue: str) -> None:
    """Of the levels smoke and core and that of the check itself."""
    levels = dict.fromkeys(["smoke", "core", LEVEL[next(iter(EXPECTED[rogue]))]])
    found = results(rogue, *levels)
    if found["answers_a_plain_question"].outcome is Outcome.FAILED:  # then nothing else is asked
        found = {r.name: r for r in run(getattr(rogues, rogue)).results}
    assert {name for name, r in found.items() if r.outcome is Outcome.FAILED} == EXPECTED[rogue].keys()


@pytest.mark.usefixtures("no_records")
@pytest.mark.parametrize("rogue", BELOW_EDGE)
def test_a_rogue_of_a_lower_level_fails_at_the_edge_what_its_base_fails_and_what_its_sin_breaks(rogue: str) -> None:
    failed = {name for name, r in results(rogue, "edge").items() if r.outcome is Outcome.FAILED}
    assert failed - set(CAREFUL_AT_THE_EDGE) == AT_THE_EDGE.get(rogue, {}).keys()


@pytest.mark.parametrize(
    ("check", "level", "records"),
    [
        ("finds_the_certified_exponent", "smoke", cases.recorded),
        ("finds_the_exponent_to_the_last_digits", "accuracy", lambda: hard.certified("p")),
    ],
)
def test_one_record_that_is_solved_wrongly_is_noticed(check: str, level: str, records: Any) -> None:
    victim = records()[-1]

    def solve(p, target, *, axis=-1):
        gamma = rogues.gammas(p, target, axis)
        return gamma * 1.01 if np.array_equal(p, victim.values) and target == victim.target else gamma

    (found,) = (c for c in CHECKS[level] if c.__name__ == check)
    judged = result(found, level, Foreign(solve))
    assert (judged.outcome, judged.case) == (Outcome.FAILED, victim.name)
    assert victim.name in judged.reproducer or str(victim.values[0]) in judged.reproducer


ADAPTED = {
    "writes_its_logits": ["does_not_write_its_input", "accepts_read_only_arrays"],
    "writes_its_logits_row_by_row": ["does_not_write_its_input", "accepts_read_only_arrays"],
    "reads_the_buffer_of_its_logits": ["does_not_depend_on_memory_layout"],
}


@pytest.mark.parametrize("rogue", ADAPTED)
def test_the_manners_of_a_function_show_behind_its_adapter(rogue: str) -> None:
    solver = Foreign(getattr(rogues, rogue))
    asked = ("does_not_write_its_input", "accepts_read_only_arrays", "does_not_depend_on_memory_layout")
    checks = [c for level in ("smoke", "edge") for c in CHECKS[level] if c.__name__ in asked]
    found = {c.__name__ for c in checks if result(c, "edge", solver).outcome is Outcome.FAILED}
    assert found == set(ADAPTED[rogue])


def test_a_gradient_in_distances_is_the_negative_of_that_in_logits() -> None:
    (check,) = (c for c in CHECKS["edge"] if c.__name__ == "has_the_gradient_of_the_implicit_function")
    for solve, outcome in (
        (rogues.differentiates_distances, Outcome.PASSED),
        (rogues.forgets_the_sign_of_distances, Outcome.FAILED),
    ):
        assert result(check, "edge", Foreign(adapt(solve, takes="squared distances"))).outcome is outcome


def test_a_failure_is_told_by_the_clause_that_was_broken() -> None:
    found = results("overshoots_below_zero", "smoke", "core")["returns_a_distribution"]
    assert (found.expected, found.got, found.error) == ("no negative entry", "entry 1 = -1e-300", None)
    found = results("breaks_ties_by_chance", "smoke")["is_deterministic"]
    assert found.got.startswith("entry ")
    found = results("careful_gamma", "smoke")["is_deterministic"]
    assert found.got.startswith("the same, gamma = ")


def test_an_exception_that_only_threads_meet_is_a_failure_with_its_program() -> None:
    (check,) = (c for c in CHECKS["edge"] if c.__name__ == "answers_from_many_threads_at_once")
    judged = result(check, "edge", Foreign(rogues.answers_one_at_a_time))
    assert (judged.outcome, judged.got) == (Outcome.FAILED, "RuntimeError: busy")
    assert "ThreadPoolExecutor" in judged.reproducer


def test_what_has_no_answer_alone_is_not_asked_of_threads() -> None:
    (check,) = (c for c in CHECKS["edge"] if c.__name__ == "answers_from_many_threads_at_once")
    refused = cases.plain()[1].call.target

    def refuses_one(p: np.ndarray, target: np.ndarray, *, axis: int = -1) -> np.ndarray:
        if np.any(target == refused):
            raise RuntimeError("did not converge")
        return entnorm.normalize(p, entropy=target, axis=axis)

    def refuses_all(p: np.ndarray, target: np.ndarray, *, axis: int = -1) -> np.ndarray:
        raise RuntimeError("did not converge")

    assert result(check, "edge", Foreign(refuses_one)).outcome is Outcome.PASSED
    assert result(check, "edge", Foreign(refuses_all)).outcome is Outcome.FAILED


def test_every_rogue_says_its_sin() -> None:
    assert all(getattr(rogues, rogue).__doc__ for rogue in EXPECTED)


def test_every_check_names_the_sin_of_some_rogue() -> None:
    named = {next(iter(checks)) for checks in EXPECTED.values()}
    assert named == LEVEL.keys()


@pytest.mark.parametrize("careful", ["careful_brentq", "careful_gamma"])
def test_a_careful_brentq_passes_core(careful: str) -> None:
    report = run(getattr(rogues, careful))
    assert report.passed
    assert all(r.error is None or r.error <= 1 for r in report.results if r.outcome is Outcome.PASSED)


def test_a_careful_brentq_does_not_pass_edge() -> None:
    failed = [name for name, r in results("careful_gamma", "edge").items() if r.outcome is Outcome.FAILED]
    assert failed == CAREFUL_AT_THE_EDGE


def test_entnorm_passes_stress_and_gives_every_check_something_to_judge() -> None:
    report = run(rogues.differentiates_implicitly, "stress")
    assert not [str(failure) for failure in report.failures]
    assert {r.outcome for r in report.results} == {Outcome.PASSED}
    assert len(report.results) == len(LEVEL) >= 30


@pytest.mark.parametrize("bare", ["careful", "gammas", "normalises"])
@pytest.mark.usefixtures("no_records")
def test_entnorm_passes_accuracy_whatever_it_returns(bare: str) -> None:
    """A solution; gamma alone; a distribution alone."""
    found = results(bare, "smoke", "core", "edge", "accuracy")
    assert not [str(r) for r in found.values() if r.outcome is Outcome.FAILED]


def test_a_clause_without_degrees_has_no_error_to_show() -> None:
    """Gamma is negative by less than the entropy can tell."""
    (check,) = (c for c in CHECKS["edge"] if c.__name__ == "answers_or_reports_the_ends")

    def creeps_below_zero(p, target, *, axis=-1):
        gamma = rogues.gammas(p, target, axis)
        return np.where(gamma == 0, -1e-9, gamma)

    found = result(check, "edge", Foreign(creeps_below_zero))
    assert (found.outcome, found.expected, found.error) == (Outcome.FAILED, "gamma >= 0, or a report", None)
