"""The checks. Each is a function whose name reads as a sentence about a solver; `CHECKS` says at which level it enters.

A check asks a solver some questions and yields one finding for each. It leaves judging several findings, exceptions of
the solver and presentation to the runner. A check holds its own promise only: a search that stops early is not blamed
for its order, and one that reverses the order is not blamed for its entropy.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from entnorm.conformance import accuracy, edges, manners, properties, stress
from entnorm.conformance.findings import Finding
from entnorm.conformance.foreign import Foreign

Check = Callable[[Foreign], Iterator[Finding]]

CHECKS: Final[dict[str, tuple[Check, ...]]] = {
    "smoke": (
        manners.answers_a_plain_question,
        manners.takes_its_target_in_nats,
        properties.hits_the_target_entropy,
        properties.finds_the_certified_exponent,
        manners.is_deterministic,
        manners.reports_unreachable_targets,
        manners.does_not_write_its_input,
    ),
    "core": (
        properties.solves_every_attainable_row,
        properties.never_reverses_the_order,
        properties.returns_a_distribution,
        properties.returns_a_power_of_its_input,
        properties.keeps_the_order_of_the_entries,
        properties.keeps_zeros_zero,
        properties.keeps_the_support,
        properties.does_not_see_entries_of_probability_zero,
        properties.keeps_ties_tied,
        properties.does_not_depend_on_scale,
        properties.permutes_with_its_input,
        manners.batch_equals_a_loop_over_rows,
        manners.accepts_any_axis,
        properties.survives_concentrated_rows_with_an_offset,
        properties.survives_underflow,
        properties.accumulates_in_double,
    ),
    "edge": (
        edges.keeps_its_digits_near_the_uniform_distribution,
        edges.reaches_tiny_entropies,
        edges.reaches_entropies_just_below_the_largest,
        edges.reaches_entropies_just_above_tied_maxima,
        edges.solves_rows_of_many_scales,
        edges.reaches_extreme_exponents,
        edges.answers_or_reports_the_ends,
        edges.answers_a_uniform_row_that_asks_for_its_entropy,
        edges.counts_equal_entries_as_often_as_they_occur,
        edges.survives_long_rows,
        edges.has_the_gradient_of_the_implicit_function,
        manners.does_not_depend_on_memory_layout,
        manners.accepts_read_only_arrays,
        manners.computes_float32_rows_in_double,
        manners.accepts_an_empty_batch,
        manners.an_unreachable_row_leaves_its_batch_alone,
        manners.answers_from_many_threads_at_once,
    ),
    "accuracy": (
        accuracy.finds_the_exponent_to_the_last_digits,
        accuracy.hits_the_entropy_to_the_last_digits,
        accuracy.computes_probabilities_to_the_last_digits,
        accuracy.sums_to_one_to_the_last_digits,
        accuracy.lowers_gamma_where_the_target_rises,
        accuracy.answers_a_row_bit_for_bit_alone_and_in_any_batch,
    ),
    "stress": (
        stress.survives_a_million_entries,
        stress.solves_thousands_of_rows_at_once,
        stress.solves_rows_that_nobody_chose,
    ),
}
"""The checks that enter at each level; a level holds all those of the levels before it.

The first one is the door: of a solver that does not pass it, nothing else is asked.
"""


def up_to(level: str) -> list[tuple[str, Check]]:
    """Every check of the levels up to this one, with the level at which it enters.

    Raises
    ------
    ValueError
        For an unknown level.
    """
    levels = tuple(CHECKS)
    if level not in levels:
        raise ValueError(f"level={level!r}: the levels are {' < '.join(levels)}")
    return [(entered, check) for entered in levels[: levels.index(level) + 1] for check in CHECKS[entered]]
