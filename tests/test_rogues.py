"""Every rogue fails exactly the checks that its sin breaks, and every check has a rogue that fails it."""

from __future__ import annotations

from functools import cache

import pytest
import rogues

from entnorm.conformance import CHECKS, Outcome, run

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
        "finds_the_certified_exponent": "roots outside",
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
        "finds_the_certified_exponent": "and on the corpus",
    },
    "clips_its_logarithms": {
        "survives_underflow": "entries below 1e-12 move",
        "finds_the_certified_exponent": "denormal records",
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
    "writes_its_input": {
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
}


@cache
def failures(rogue: str) -> frozenset[str]:
    return frozenset(result.name for result in run(getattr(rogues, rogue)).failures)


@pytest.mark.parametrize("rogue", EXPECTED)
def test_a_rogue_fails_the_check_that_names_its_sin_and_no_unrelated_one(rogue: str) -> None:
    assert failures(rogue) == EXPECTED[rogue].keys()


def test_every_rogue_says_its_sin() -> None:
    assert all(getattr(rogues, rogue).__doc__ for rogue in EXPECTED)


def test_every_check_names_the_sin_of_some_rogue() -> None:
    named = {next(iter(checks)) for checks in EXPECTED.values()}
    assert named == {check.__name__ for checks in CHECKS.values() for check in checks}


@pytest.mark.parametrize("careful", ["careful_brentq", "careful_gamma"])
def test_a_careful_brentq_passes_core(careful: str) -> None:
    report = run(getattr(rogues, careful))
    assert report.passed
    assert all(r.error is None or r.error <= 1 for r in report.results if r.outcome is Outcome.PASSED)
