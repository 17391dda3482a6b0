"""The entropy of each step of a generation: schedules and step counters, which no host is needed for."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

import entnorm
from entnorm.adapters.generation import EntropySchedule, StepCounter
from entnorm.solution import EntnormError

EPS = np.finfo(float).eps

steady = settings(max_examples=150, derandomize=True, deadline=None, database=None)

scores = arrays.arrays(
    np.float64, st.tuples(st.integers(1, 3), st.integers(2, 40)), elements=st.floats(-30, 30), unique=True
)


def probabilities(logits: np.ndarray) -> np.ndarray:
    """Softmax as a sampler computes it, which knows nothing of entnorm."""
    weights = np.exp(logits - logits.max(-1, keepdims=True))
    return weights / weights.sum(-1, keepdims=True)


def entropy(logits: np.ndarray) -> np.ndarray:
    q = probabilities(logits)
    return -(q * np.log(np.where(q > 0, q, 1))).sum(-1)


def rounding(logits: np.ndarray) -> np.ndarray:
    """How much the entropy of a softmax may be off: each score by half an ulp of the largest, and the sums."""
    largest = np.abs(np.where(np.isfinite(logits), logits, 0)).max(-1)
    return 8 * EPS * (1 + largest) * np.log(logits.shape[-1])


@steady
@given(scores, st.floats(0.01, 0.99))
def test_every_row_has_the_entropy_asked_for_in_its_order(logits: np.ndarray, evenness: float) -> None:
    rescaled = EntropySchedule(evenness=evenness).rescale(logits, 0)
    target = evenness * np.log(logits.shape[-1])
    assert (np.abs(entropy(rescaled) - target) <= rounding(rescaled)).all()
    order = np.argsort(logits, axis=-1)
    assert (np.diff(np.take_along_axis(rescaled, order, axis=-1), axis=-1) >= 0).all()


@steady
@given(scores, st.floats(0, 3), st.floats(0, 3))
def test_rows_within_bounds_are_left_alone_and_others_meet_the_bound(
    logits: np.ndarray, one: float, two: float
) -> None:
    low, high = sorted((one, two))
    rescaled = EntropySchedule(min=low, max=high).rescale(logits, 0)
    before, most = entnorm.solve_clipped(logits=logits, min=0).entropy, np.log(logits.shape[-1])
    for row, was, found, out in zip(logits, before, entropy(rescaled), rescaled, strict=True):
        if low <= was <= high:
            assert (out == row).all()
        else:
            assert abs(found - min(np.clip(was, low, high), most)) <= rounding(out)


@steady
@given(scores, st.floats(0.05, 0.95), st.data())
def test_masked_tokens_stay_masked_and_do_not_count(logits: np.ndarray, evenness: float, data: st.DataObject) -> None:
    masked = data.draw(arrays.arrays(bool, logits.shape), label="masked")
    masked[:, 0] = False
    logits[masked] = -np.inf
    rescaled = EntropySchedule(evenness=evenness).rescale(logits, 0)
    assert (np.isneginf(rescaled) == masked).all()
    left = (~masked).sum(-1)
    assert (np.abs(entropy(rescaled) - evenness * np.log(left)) <= rounding(rescaled)).all()


dyadic = arrays.arrays(np.int64, st.integers(2, 40), elements=st.integers(-240, 240), unique=True)


@steady
@given(dyadic, st.floats(0.05, 0.95), st.integers(-1000, 1000), st.integers(-10, 10))
def test_shift_and_scale_of_the_scores_do_not_matter(
    eighths: np.ndarray, evenness: float, shift: int, doublings: int
) -> None:
    logits = eighths / 8
    moved = shift + np.ldexp(logits, doublings)  # exact
    schedule = EntropySchedule(evenness=evenness)
    one, other = schedule.rescale(logits, 0), schedule.rescale(moved, 0)
    budget = 8 * EPS * (1 + np.abs(one)) * (1 + entnorm.solve(logits=logits, evenness=evenness).condition)
    assert (np.abs(one - other) <= 2 * budget).all()


def test_out_of_reach_is_the_nearest_limit() -> None:
    tied = np.array([[3.0, 3.0, 1.0, -np.inf], [3.0, 2.0, 1.0, 0.0]])
    most = EntropySchedule(entropy=9.0).rescale(tied, 0)
    np.testing.assert_allclose(np.exp(most), [[1 / 3, 1 / 3, 1 / 3, 0], [1 / 4] * 4], rtol=4 * EPS)
    least = EntropySchedule(entropy=0.0).rescale(tied, 0)
    np.testing.assert_allclose(np.exp(least), [[1 / 2, 1 / 2, 0, 0], [1, 0, 0, 0]], rtol=4 * EPS)
    bounded = EntropySchedule(max=0.1).rescale(tied, 0)
    np.testing.assert_allclose(np.exp(bounded[0]), [1 / 2, 1 / 2, 0, 0], rtol=4 * EPS)


def test_schedules_are_numbers_sequences_or_functions_of_the_step() -> None:
    assert [EntropySchedule(entropy=2).at(k) for k in (0, 7)] == [{"entropy": 2.0}] * 2
    falling = EntropySchedule(perplexity=[9, 4, 2])
    assert [falling.at(k)["perplexity"] for k in (0, 1, 2, 3, 99)] == [9, 4, 2, 2, 2]
    warming = EntropySchedule(min=lambda k: k / 10, max=[3.0, 2.0])
    assert warming.at(5) == {"min": 0.5, "max": 2.0}
    logits = np.array([0.0, 1.0, 3.0, 4.5])
    found = [float(entropy(EntropySchedule(entropy=lambda k: 1 / (1 + k)).rescale(logits, k))) for k in range(4)]
    np.testing.assert_allclose(found, [1, 1 / 2, 1 / 3, 1 / 4], rtol=32 * EPS)


def test_rows_of_a_batch_may_have_targets_of_their_own() -> None:
    logits = np.random.default_rng(0).normal(size=(3, 50))
    per_row = EntropySchedule(entropy=lambda step: [1.0, 2.0, 3.0]).rescale(logits, 0)
    over_steps = EntropySchedule(entropy=[[9.0, 9.0, 9.0], [1.0, 2.0, 3.0]]).rescale(logits, 1)
    np.testing.assert_allclose(entropy(per_row), [1, 2, 3], rtol=64 * EPS)
    assert (per_row == over_steps).all()


def test_the_floating_type_of_the_scores_is_kept_and_they_are_not_written_to() -> None:
    logits = np.random.default_rng(1).normal(size=(2, 30)).astype(np.float32)
    before = logits.copy()
    for schedule in (EntropySchedule(entropy=1.5), EntropySchedule(max=1.5), EntropySchedule(min=0, max=9)):
        assert schedule.rescale(logits, 0).dtype == np.float32
    assert (logits == before).all()


@pytest.mark.parametrize(
    ("targets", "said"),
    [
        ({}, "pass one of entropy, perplexity, deficit, evenness, or one or both of min and max; got nothing"),
        ({"entropy": 1, "perplexity": 2}, "got entropy, perplexity"),
        ({"entropy": 1, "max": 2}, "got entropy, max"),
        ({"entrpy": 1}, "got entrpy"),
        ({"entropy": []}, "entropy: a sequence of targets needs at least one entry"),
        ({"entropy": -1.0}, "entropy must be nonnegative, not -1.0$"),
        ({"entropy": "1"}, "entropy must be a number, a sequence of numbers or a function of the step, not '1'"),
        ({"entropy": [True]}, "entropy must be a number"),
        ({"entropy": [[1.0], [1.0, 2.0]]}, "entries of a sequence of targets have different shapes"),
        ({"max": [2.0, float("nan")]}, "max must be nonnegative, not nan at step 1"),
    ],
)
def test_targets_that_make_no_schedule_are_refused(targets: dict[str, object], said: str) -> None:
    with pytest.raises(EntnormError, match=said):
        EntropySchedule(**targets)  # type: ignore[arg-type]


@pytest.mark.parametrize("targets", [{"entropy": 1.5}, {"evenness": [0.2, 0.5]}, {"min": 0.5, "max": [1.0, 0.9]}])
def test_schedules_can_be_pickled(targets: dict[str, object]) -> None:
    schedule = EntropySchedule(**targets)
    again = pickle.loads(pickle.dumps(schedule))
    logits = np.array([2.0, 1.5, 0.3, -np.inf])
    for step in (0, 1, 5):
        assert np.array_equal(again.rescale(logits, step), schedule.rescale(logits, step))


@pytest.mark.parametrize("mask", [-1e9, np.finfo(np.float32).min, -1e9 + 5])
@pytest.mark.parametrize("targets", [{"entropy": 0.6}, {"min": 0.6}])
def test_a_finite_mask_is_refused(mask: float, targets: dict[str, float]) -> None:
    with pytest.raises(EntnormError, match="at step 2: scores at or below -5e\\+08 in row 1 look like a finite mask"):
        EntropySchedule(**targets).rescale(np.array([[1.0, 0, 0.5], [1.0, 0, mask]], dtype=np.float32), 2)


def test_errors_name_the_step() -> None:
    with pytest.raises(EntnormError, match="at step 4: entropy is negative"):
        EntropySchedule(entropy=lambda step: 3 - step).rescale([1.0, 2.0], 4)
    with pytest.raises(EntnormError, match=r"at step 2: min exceeds max"):
        EntropySchedule(min=[0, 0, 2], max=1).rescale([1.0, 2.0], 2)
    with pytest.raises(EntnormError, match=r"at step 0: .*row 1"):
        EntropySchedule(entropy=0.1).rescale([[1.0, 2.0], [np.nan, 0.0]], 0)


@pytest.mark.parametrize("step", [-1, 1.5, None])
def test_steps_are_counted_from_0(step: object) -> None:
    with pytest.raises(EntnormError, match=f"step must be an integer from 0 up, not {step}"):
        EntropySchedule(max=[0.1, 0.01]).rescale([1.0, 2.0], step)  # type: ignore[arg-type]
    assert EntropySchedule(max=[0.1, 0.01]).at(np.int64(0)) == {"max": 0.1}


def test_a_schedule_shows_what_it_was_made_of() -> None:
    assert repr(EntropySchedule(min=1, max=2.5)) == "EntropySchedule(min=1, max=2.5)"


def test_steps_are_counted_and_a_new_generation_begins_at_zero() -> None:
    count = StepCounter()
    assert [count([1, 2, 3, 4][:k]) for k in (2, 3, 4)] == [0, 1, 2]
    assert count([1, 2]) == 0  # the same prompt again
    assert count([1, 2, 9]) == 1
    assert count([8, 8, 8, 8]) == 0  # longer by one token, and of another text
    assert count([8, 8, 8, 8, 1, 1, 1]) == 0  # the next turn of a conversation
    assert count(np.array([[8, 8, 8, 8, 1, 1, 1, 5]], dtype=np.int32)) == 1


def test_beams_that_are_reordered_and_dropped_are_still_the_same_generation() -> None:
    count = StepCounter()
    assert count([[1, 2], [1, 2]]) == 0
    assert count([[1, 2, 3], [1, 2, 4]]) == 1
    assert count([[1, 2, 4, 0], [1, 2, 4, 1]]) == 2
    assert count([[1, 2, 4, 0, 7]]) == 3
    assert count([[1, 2, 4, 0, 7, 7], [1, 2, 3, 3, 3, 3]]) == 0
