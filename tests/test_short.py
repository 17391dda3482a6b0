"""Short rows without compiled code: the same bits by itself, in any crowd and anywhere in it."""

import itertools
from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction
from types import SimpleNamespace

import numpy as np
import pytest
from families import drawn
from oracle import EPS, Exact

import entnorm
from entnorm import backend, lone, short, upright
from entnorm.reductions import SHORT, Workspace
from entnorm.steps import leans
from entnorm.targets import Target

LENGTHS = [2, 3, 7, 8, 9, 15, 16, 17, 31, 64, 90, 127, 128]
CROWDS = [1, 2, 3, 7, 8, 9, 300, 1000]
ORDINARY = ("normal", "uniform", "near one-hot", "Zipf", "offset", "scaled", "outlier", "spike", "near ties")


@pytest.fixture(autouse=True)
def numpy_only(monkeypatch):
    monkeypatch.setattr(backend, "compiled", lambda: None)


def drawn_rows(count, n):
    """Rows most of which are ordinary, and that take from one look to all that there may be."""
    rng = np.random.default_rng([count, n])
    return rng.normal(size=(count, n)) * 10.0 ** rng.uniform(-2, 2, (count, 1)) + rng.normal(0, 10, (count, 1))


def is_short(row):
    ((_, values),) = row.items()
    return len(values) <= SHORT


def probabilities(rows):
    p = np.exp(np.maximum(rows - rows.max(-1, keepdims=True), -600))
    return p / p.sum(-1, keepdims=True)


def goals(n):
    """One in the middle by each name, and others that take longer."""
    size = np.log(n)
    middle = {"entropy": 0.5 * size, "perplexity": n**0.6, "deficit": 0.4 * size, "evenness": 0.35}
    return [*middle.items(), ("entropy", 0.02 * size), ("evenness", 1e-6), ("deficit", 0.1 * size)]


def solved(values, *, logits=True, **target):
    """Whether rows are done by the code for many of them, and their distributions."""
    ((kind, value),) = target.items()
    count, n = values.shape
    goal = Target.checked((count,), **{kind: value}).reduce_alike(n, 1)
    found = np.zeros(count, np.bool_), *np.zeros((6, count)), np.zeros(count, np.int64)
    out, wanted = np.full((count, n), np.nan), np.ones(count, np.bool_)
    with np.errstate(all="ignore"):
        upright.solve_rows(values, goal.excess, goal.deficit, wanted, found, out, Workspace(), logits=logits)
    return found, out


def alone(values, *, logits=True, **target):
    """What is found out about each by the code for one."""
    ((kind, value),) = target.items()
    goal = Target.checked((), **{kind: value}).reduce_alike(values.shape[1], 1)
    numbers = goal.excess.item(), goal.deficit.item()
    return [lone.solve_row(row, *numbers, np.empty(0), None, logits=logits) for row in values]


@pytest.mark.parametrize("logits", [True, False])
@pytest.mark.parametrize("n", LENGTHS)
def test_what_is_found_about_a_row_does_not_depend_on_the_crowd(n, logits):
    rows = drawn_rows(40, n)
    rows = rows if logits else probabilities(rows)
    for kind, value in goals(n):
        found, probs = solved(rows, logits=logits, **{kind: value})
        assert not found[0].all() or not np.isnan(probs).any()
        for k, single in enumerate(alone(rows, logits=logits, **{kind: value})):
            lean = kind == "deficit" and leans(np.log(n) - value, value)
            assert found[0][k] == (single[0] and not lean)
            if found[0][k]:
                assert tuple(array[k] for array in found) == single
        order = np.random.default_rng(n).permutation(len(rows))
        again, turned = solved(rows[order], logits=logits, **{kind: value})
        assert all(np.array_equal(a[order], b) for a, b in zip(found, again, strict=True))
        assert np.array_equal(probs[order][again[0]], turned[again[0]])


@pytest.mark.parametrize("count", CROWDS)
@pytest.mark.parametrize("kind", ["logits", "p"])
def test_distributions_do_not_depend_on_how_many_rows_there_are(kind, count):
    n, array = 90, entnorm.softmax if kind == "logits" else entnorm.normalize
    rows = drawn_rows(count, n) if kind == "logits" else probabilities(drawn_rows(count, n))
    for name, value in goals(n):
        q = array(rows, **{name: value})
        solution = entnorm.solve(**{kind: rows, name: value})
        assert np.array_equal(q, solution.probs)
        for k in range(0, count, max(1, count // 9)):
            assert np.array_equal(q[k], array(rows[k], **{name: value}))
            assert solution.gamma[k] == entnorm.solve(**{kind: rows[k], name: value}).gamma
        turned = array(np.asfortranarray(rows[::-1]), **{name: value})
        assert np.array_equal(q[::-1], turned)


@pytest.mark.parametrize("n", [2, 5, 90, 128])
def test_crowds_of_any_size_stand_upright(n):
    rows = drawn_rows(1000, n)
    whole, probs = solved(rows, evenness=0.35)
    for count in CROWDS:
        found, some = solved(rows[:count], evenness=0.35)
        assert all(np.array_equal(a[:count], b) for a, b in zip(whole, found, strict=True))
        assert np.array_equal(some[found[0]], probs[:count][found[0]])
    assert whole[0].mean() > 0.9


def test_few_rows_are_solved_one_by_one(monkeypatch):
    rows = drawn_rows(20, 10)
    expected = entnorm.softmax(rows, perplexity=3)
    monkeypatch.delattr(upright, "solve_rows")
    assert np.array_equal(entnorm.softmax(rows[:5], perplexity=3), expected[:5])
    with pytest.raises(AttributeError):
        entnorm.softmax(rows, perplexity=3)


def test_more_rows_than_are_taken_at_a_time_each_with_a_goal_of_its_own():
    count = 2 * upright.HEIGHT + upright.WIDTH + 5
    rows, perplexity = drawn_rows(count, 5), np.random.default_rng(0).uniform(1.05, 4.95, count)
    rows[::7, 0] = rows[::7, 1]  # some of which are tied for the maximum
    with np.errstate(all="raise"):
        q = entnorm.softmax(rows, perplexity=perplexity, infeasible="nan")
    for k in [*range(0, count, 97), upright.WIDTH - 1, upright.WIDTH, upright.HEIGHT - 1, upright.HEIGHT, count - 1]:
        single = entnorm.softmax(rows[k], perplexity=perplexity[k], infeasible="nan")
        assert np.array_equal(q[k], single, equal_nan=True)
    fine = ~np.isnan(q[:, 0])
    assert fine.sum() > 0.9 * count
    assert np.abs(entnorm.perplexity(q[fine]) - perplexity[fine]).max() <= 2.0**-48


@pytest.mark.parametrize("n", [64, 90, 121, 127, 128])
def test_distributions_sum_to_one_where_equal_terms_are_all_rounded_the_same_way(n):
    """Onto a one at the head of their running sum: each addition may lose half a rounding error."""
    rows, entropy = np.full((4000, n), -1.0), 10.0 ** np.random.default_rng(n).uniform(-7, -1, 4000)
    rows[:, 0] = 0.0
    q = entnorm.softmax(rows, entropy=entropy)
    short = [abs(Fraction(top) + (n - 1) * Fraction(other) - 1) for top, other in q[:, :2].tolist()]
    assert max(short) <= 6 * EPS


def test_single_precision_comes_from_double():
    rows = drawn_rows(50, 40).astype(np.float32)
    q = entnorm.softmax(rows, perplexity=7)
    assert q.dtype == np.float32
    assert np.array_equal(q, entnorm.softmax(rows.astype(np.float64), perplexity=7).astype(np.float32))


@pytest.mark.parametrize(
    "odd",
    [
        [0.0, 0.0, -1.0],
        [0.0, -1.0, -np.inf],
        [0.0, np.nan, -1.0],
        [0.0, np.inf, -1.0],
        [np.inf, np.inf, np.inf],
        [-np.inf, -np.inf, -np.inf],
        [0.0, -1.0, -1e30],
        [0.0, -1e-30, -2e-30],
        [0.0, -1e-40, -1.0],
        [1.0, 1.0, 1.0],
    ],
)
def test_rows_that_are_not_ordinary_are_left_and_their_neighbours_are_not(odd):
    rows = np.array([[0.0, -1.0, -2.5], odd, [-3.0, -1.0, 0.5]])
    (done, *_), _ = solved(rows, entropy=0.6)
    assert done.tolist() == [True, False, True]
    assert not alone(rows, entropy=0.6)[1][0]


@pytest.mark.parametrize("target", [{"entropy": 1e-300}, {"deficit": 1e-300}, {"entropy": 5.0}, {"deficit": 0.01}])
def test_targets_next_to_an_end_or_close_to_uniform_are_left(target):
    (done, *_), _ = solved(np.array([[0.0, -1.0, -2.5]] * 2), **target)
    assert not done.any()


def test_only_wanted_rows_are_touched():
    rows, out = drawn_rows(6, 10), np.full((6, 10), np.nan)
    wanted = np.array([True, False, True, True, False, True])
    found = np.zeros(6, np.bool_), *np.zeros((6, 6)), np.zeros(6, np.int64)
    goal = Target.checked((6,), perplexity=4.0).reduce_alike(10, 1)
    with np.errstate(all="ignore"):
        upright.solve_rows(rows, goal.excess, goal.deficit, wanted, found, out, Workspace(), logits=True)
    assert np.array_equal(found[0], wanted)
    assert np.array_equal(np.isnan(out).any(-1), ~wanted)
    assert (found[1] > 0).tolist() == wanted.tolist()


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("family", ORDINARY)
def test_every_number_is_inside_its_budget(family, seed):
    row, targets = next(found for k in itertools.count() if is_short((found := drawn(family, 100 * seed + k))[0]))
    ((name, values),) = row.items()
    for kind, value in targets:
        with np.errstate(all="raise"):
            both = entnorm.solve(**{name: np.stack([values] * 14), kind: value})
            parts = ("gamma", "entropy", "condition", "probs", "log_probs")
            one = SimpleNamespace(**{part: getattr(both, part)[1] for part in parts})
        errors = Exact.for_target(**row, kind=kind, value=value).errors(one, kind, value)
        assert max(errors.values()) <= 1, (kind, value, errors)


@pytest.mark.parametrize("off", [-3e-8, 0.0, 2e-8])
def test_whether_sums_from_the_top_are_accurate_enough_is_decided_for_one_as_for_many(off):
    """Next to the border the answer depends on where the sums were taken."""
    rng = np.random.default_rng(0)
    x = np.concatenate([[0.0], -2.2 - 0.05 * rng.random(58), -100 - rng.random(69)])
    rows = np.tile(x, (20, 1))
    for entropy in 3.864325380510759 + off + np.linspace(-1e-8, 1e-8, 21):
        assert np.array_equal(entnorm.softmax(rows, entropy=entropy)[3], entnorm.softmax(x, entropy=entropy))


def test_input_is_not_written_to():
    rows = drawn_rows(30, 12)
    copy = rows.copy()
    rows.flags.writeable = False
    entnorm.softmax(rows, perplexity=4)
    entnorm.softmax(rows[0], perplexity=4)
    assert np.array_equal(rows, copy)


def test_memory_is_lent_to_one_row_at_a_time():
    first, second = short.Alone.lent(11), short.Alone.lent(11)
    assert first is not second
    first.back()
    assert short.Alone.lent(11) is first
    assert short.Alone.lent(11) is not first


def test_threads_do_not_share_it():
    rows = drawn_rows(400, 33)
    expected = entnorm.softmax(rows, perplexity=5)
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda row: entnorm.softmax(row, perplexity=5), rows))
    assert np.array_equal(found, expected)
