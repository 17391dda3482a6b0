import mpmath
import numpy as np
import pytest

from entnorm import EntnormError
from entnorm.targets import Target, log_in_two_words

EPS = 2.0**-52
MP = mpmath.MPContext()
MP.dps = 60


def in_nats(kind, value, support):
    value = MP.mpf(value)
    return {
        "entropy": value,
        "perplexity": MP.log(value),
        "deficit": MP.log(support) - value,
        "evenness": value * MP.log(support),
    }[kind]


@pytest.mark.parametrize("count", [1, 2, 3, 10, 1000, 50257, 10**6])
def test_logarithms_have_32_digits(count):
    high, low = (words[0] for words in log_in_two_words(np.array([count])))
    assert abs(MP.mpf(float(high)) + MP.mpf(float(low)) - MP.log(count)) <= 2.0**-104 * MP.log(count)
    assert float(MP.log(count)) == high


@pytest.mark.parametrize(("support", "ties"), [(3, 1), (5, 2), (1000, 1), (1000, 999), (10**6, 17)])
def test_both_distances_keep_full_relative_accuracy(support, ties):
    low, high = float(MP.log(ties)), float(MP.log(support))
    inside = np.array([1e-15, 1e-9, 0.01, 0.5, 0.99, 1 - 1e-9, 1 - 1e-15])
    cases = {
        "entropy": low + (high - low) * inside,
        "perplexity": ties + (support - ties) * inside,
        "evenness": (low + (high - low) * inside) / high,
        "deficit": np.append((high - low) * inside, [1e-300, 5e-324]),
    }
    for kind, values in cases.items():
        full = np.full(values.shape, support), np.full(values.shape, ties)
        goal = Target(kind, values).reduce(*full)
        for i, value in enumerate(values.tolist()):
            h = in_nats(kind, value, support)
            excess, deficit = h - MP.log(ties), MP.log(support) - h
            if kind == "deficit":
                deficit = MP.mpf(value)
            if goal.at_top[i] or goal.at_bottom[i]:
                assert min(abs(excess), abs(deficit)) <= EPS * MP.log(support)
                continue
            assert abs(goal.excess[i] - excess) <= 2 * EPS * abs(excess), (kind, value)
            assert abs(goal.deficit[i] - deficit) <= 2 * EPS * abs(deficit), (kind, value)


def test_distances_from_the_ends_are_rounded_once():
    rng, count = np.random.default_rng(0), 2000
    support, ties = rng.integers(60, 3000, count), rng.integers(1, 20, count)
    share, top = rng.uniform(0.02, 0.98, count), np.log(support)
    h = np.log(ties) + share * (top - np.log(ties))
    for kind, values in (("entropy", h), ("evenness", h / top)):
        goal = Target(kind, values).reduce(support, ties)
        for i, value in enumerate(values.tolist()):
            exact = in_nats(kind, value, int(support[i]))
            excess, deficit = exact - MP.log(int(ties[i])), MP.log(int(support[i])) - exact
            assert abs(goal.excess[i] - excess) <= 0.501 * np.spacing(goal.excess[i]), (kind, value)
            assert abs(goal.deficit[i] - deficit) <= (0.501 if kind == "entropy" else 2) * np.spacing(goal.deficit[i])


def test_ends_are_the_nearest_floats_and_nothing_else():
    support, ties = np.array([7]), np.array([3])
    ends = {
        "entropy": (float(MP.log(3)), float(MP.log(7))),
        "perplexity": (3.0, 7.0),
        "deficit": (float(MP.log(7) - MP.log(3)), 0.0),
        "evenness": (float(MP.log(3) / MP.log(7)), 1.0),
    }
    for kind, (bottom, top) in ends.items():
        for value, expected in ((bottom, (False, True)), (top, (True, False))):
            for neighbour in (value, np.nextafter(value, -1), np.nextafter(value, 9)):
                goal = Target(kind, np.array([neighbour])).reduce(support, ties)
                found = bool(goal.at_top[0]), bool(goal.at_bottom[0])
                assert found == (expected if neighbour == value else (False, False)), (kind, neighbour)
                if neighbour != value and neighbour >= 0:
                    exact = in_nats(kind, float(neighbour), 7)
                    assert (goal.excess[0] > 0) == (exact > MP.log(3))
                    assert (goal.deficit[0] > 0) == (neighbour > 0 if kind == "deficit" else exact < MP.log(7))


def test_targets_broadcast_to_the_batch_and_never_beyond():
    assert Target.checked((2, 3), entropy=[0.1, 0.2, 0.3]).values.tolist() == [0.1, 0.2, 0.3] * 2
    with pytest.raises(EntnormError, match=r"one number per row, an array of shape \(3,\)"):
        Target.checked((3,), entropy=np.zeros((4, 3)))


@pytest.mark.parametrize("shape", [(), (1,), (1, 1), (2, 1), (2, 3)])
def test_what_is_kept_does_not_change_with_the_array_of_the_caller(shape):
    given = np.full(shape, 0.5)
    kept = Target.checked((2, 3), entropy=given).kept()
    given[...] = 0.25
    assert kept.values.tolist() == [0.5] * 6
    assert shape in ((2, 1), (2, 3)) or kept.values.strides == (0,)


def test_intervals_are_in_the_units_of_the_target():
    def interval(kind, support, ties):
        return Target(kind, np.zeros(1)).interval(support, ties)

    assert interval("entropy", 4, 2) == (float(MP.log(2)), float(MP.log(4)))
    assert interval("perplexity", 4, 2) == (2, 4)
    assert interval("deficit", 4, 2) == (0, float(MP.log(4)) - float(MP.log(2)))
    assert interval("evenness", 4, 2) == (0.5, 1)
    assert interval("evenness", 1, 1) == (0, 1)
