import os
import signal
import subprocess
import sys

import numpy as np
import pytest
from families import FAMILIES, drawn

import entnorm
from entnorm import backend, lone, scalars, steps, tilting
from entnorm.reductions import SHORT, Workspace
from entnorm.steps import EPS
from entnorm.targets import Target

NUMBERS = ("gamma", "entropy", "condition", "nit")
MANY = 14  # short rows that are not solved one by one


@pytest.fixture(autouse=True)
def numpy_only(monkeypatch):
    monkeypatch.setattr(backend, "compiled", lambda: None)


def solved(values, *, logits=True, out=None, **target):
    ((kind, value),) = target.items()
    goal = Target.checked((), **{kind: value}).reduce_alike(len(values), 1)
    with np.errstate(all="ignore"):
        return lone.solve_row(
            np.asarray(values, dtype=float),
            *(goal.excess[0], goal.deficit[0]),
            np.empty(0) if out is None else out,
            lone.Room(len(values), Workspace()) if len(values) >= lone.LONG else None,
            logits=logits,
        )


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("family", FAMILIES)
def test_a_row_alone_is_a_row_among_others(family, seed):
    ((name, row),) = (arguments := drawn(family, seed))[0].items()
    for kind, value in arguments[1]:
        alone = entnorm.solve(**{name: row, kind: value})
        both = entnorm.solve(**{name: np.stack([row] * (MANY if len(row) <= SHORT else 2)), kind: value})
        for number in NUMBERS:
            assert getattr(alone, number) == getattr(both, number)[1], (kind, value, number)
        assert np.array_equal(alone.probs, both.probs[1])
        array = entnorm.softmax if name == "logits" else entnorm.normalize
        assert np.array_equal(array(row, **{kind: value}), both.probs[1])


@pytest.mark.parametrize("n", [2, 3, 15, 16, 31, 33, 48, 90, 100, 127, 509, 511, 512, 1024, 1025, 1500])
@pytest.mark.parametrize("evenness", [0.3, 0.9, 0.9999])
def test_rows_of_any_length_alone_are_rows_among_others(n, evenness):
    rows = np.random.default_rng(n).normal(0, 2, (MANY, n))
    both = entnorm.solve(logits=rows, evenness=evenness)
    q = entnorm.softmax(rows, evenness=evenness)
    assert np.array_equal(both.probs, q)
    for row, gamma, probs in zip(rows, both.gamma, q, strict=True):
        assert entnorm.solve(logits=row, evenness=evenness).gamma == gamma
        assert np.array_equal(entnorm.softmax(row, evenness=evenness), probs)


def beside(row, other, **target):
    """The exponent of a row by itself, and between two others."""
    target["logits"] = row
    both = entnorm.solve(**target | {"logits": np.stack([other, row, other])})
    return entnorm.solve(**target).gamma, both.gamma[1]


@pytest.mark.parametrize("gap", [1e-42, 1e-48, 1e-300])
def test_a_maximum_that_float32_takes_for_two_is_one_beside_rows_that_have_two(gap):
    for n in (5, 90, 300):
        row = np.random.default_rng(n).normal(-3, 1, n)
        row[:2] = 0.0, -gap
        for entropy in np.linspace(0.72, 0.9 * np.log(n), 9):
            alone, among = beside(row, np.append([0.0, 0.0], row[2:]), entropy=entropy)
            assert alone == among, (n, entropy)


@pytest.mark.parametrize("n", [20, 129, 1000, lone.LONG])
def test_the_sum_is_that_of_the_entries_beside_the_maximum_not_beside_one_that_is_all_but_equal(n, monkeypatch):
    """The power of the first entry is rounded to that of the maximum, which is the last."""
    for seed, evenness in enumerate(np.linspace(0.45, 0.95, 12)):
        row = np.random.default_rng([n, seed]).normal(-5, 1, n)
        row[0], row[-1] = -1e-18, 0.0
        alone, many = entnorm.solve(logits=row, evenness=evenness), np.tile(row, (MANY, 1))
        for q in (
            alone.probs,
            entnorm.softmax(many, evenness=evenness)[1],
            entnorm.solve(logits=many, evenness=evenness).probs[1],
        ):
            assert np.array_equal(q, entnorm.softmax(row, evenness=evenness))
        if n >= lone.LONG:  # which may be taken by columns as well
            with monkeypatch.context() as patch:
                patch.setattr(tilting, "LONG", n - 1)
                assert np.array_equal(entnorm.solve(logits=row, evenness=evenness).probs, alone.probs)


@pytest.mark.parametrize("reach", [1e37, 1e39, 1e44, 1e46])
def test_depths_that_float32_cannot_hold_are_taken_alike_whatever_is_beside_them(reach):
    for n in (90, 129, 300):
        row = np.append(np.random.default_rng(n).normal(size=n - 1), -reach)
        for perplexity in np.linspace(0.3, 0.9, 9) * n:
            alone, among = beside(row, np.append(row[:-1], -np.inf), perplexity=perplexity)
            assert alone == among, (n, perplexity)


@pytest.mark.parametrize("logits", [True, False])
@pytest.mark.parametrize("evenness", [0.78, 0.8])
@pytest.mark.parametrize("n", [300, 1000, 3000, lone.LONG])
def test_a_row_that_needs_a_centre_finds_it_alone_as_among_others(n, evenness, logits):
    """An entry far above a crowd moves with gamma many times as far."""
    x = np.concatenate([[0.0], -1 - np.random.default_rng(n).random(n // 3) / n, np.full(n - 1 - n // 3, -20.0)])
    values = x if logits else entnorm.softmax(x, evenness=0.9)
    out = np.empty(n)
    done, gamma, base, by, centre, *_, nit = solved(values, out=out, logits=logits, evenness=evenness)
    given = {"logits" if logits else "p": np.stack([values] * MANY), "evenness": evenness}
    solution = entnorm.solve(**given)
    assert done
    assert centre < np.inf
    assert (gamma, nit, base, by, centre) == (
        *(solution.gamma[0], solution.nit[0]),
        *(column[0] for column in solution._look),
    )
    assert np.array_equal(out, solution.probs[0])


@pytest.mark.parametrize(
    ("values", "target"),
    [
        ([0.0, -1.0, -2.5], {"entropy": 0.5}),
        (np.linspace(-3, 0, 40), {"deficit": 1e-6}),
        (np.append(np.linspace(-1, 0, 400), -8.0), {"deficit": 0.03}),
        (np.log(np.random.default_rng(0).random(lone.LONG)), {"perplexity": 30}),
    ],
)
def test_ordinary_rows_are_done(values, target):
    out = np.empty(len(values))
    done, gamma, base, by, centre, residual, varentropy, nit = solved(values, out=out, **target)
    solution = entnorm.solve(logits=np.stack([values] * MANY), **target)
    assert done
    assert (gamma, nit) == (solution.gamma[0], solution.nit[0])
    assert (base, by, centre) == tuple(column[0] for column in solution._look)
    if base:
        assert base + by == gamma
        assert steps.is_slight(by / base, base * np.ptp(values))
        assert (centre == np.inf) == ("deficit" not in target)
    else:
        assert gamma + by == gamma
        assert abs(centre - solution.entropy[0]) <= 4 * EPS * centre
    assert abs(residual) <= 2.0**-50
    assert varentropy > 0
    assert np.array_equal(out, solution.probs[0])


@pytest.mark.parametrize(
    "values",
    [
        [0.0, 0.0, -1.0],
        [0.0, -1.0, -np.inf],
        [0.0, np.nan, -1.0],
        [0.0, np.inf, -1.0],
        [0.0, -1.0, -1e200],
        [0.0, -1e-200, -2e-200],
        [0.0, -1e-9, -1e9],
    ],
)
def test_others_are_left(values):
    assert not solved(values, entropy=0.6)[0]


def test_targets_next_to_an_end_are_left():
    assert not solved([0.0, -1.0, -2.5], entropy=1e-300)[0]
    assert not solved([0.0, -1.0, -2.5], deficit=1e-300)[0]
    assert not solved([0.0, -1.0, -2.5], entropy=5.0)[0]


UNEVEN = """
import math, numpy as np, entnorm
from entnorm.steps import EPS
rng, worst = np.random.default_rng(0), 0.0
for n, count in ((100, 60), (200, 60), (16_000, 40)):
    x = np.zeros(n)
    x[1] = 1.0
    for entropy, order in zip(rng.uniform(0.3, 0.99, count) * math.log(n), rng.uniform(0.3, 1.5, count)):
        q = entnorm.softmax(x, entropy=entropy)
        for q in (q, entnorm.escort(q, order), entnorm.softmax(np.tile(x, (20, 1)), entropy=entropy)[7]):
            worst = max(worst, abs(math.fsum([*q.tolist(), -1.0])) / (8 * EPS))
print(worst)
"""


@pytest.mark.parametrize("processor", ["Nehalem", "Haswell", "SkylakeX"])
def test_distributions_add_up_however_few_running_sums_a_processor_has(processor):
    """A maximum among many equal entries: beside it, all of these would be rounded alike."""
    chosen = {**os.environ, "OPENBLAS_CORETYPE": processor, "ENTNORM_BACKEND": "numpy"}
    done = subprocess.run([sys.executable, "-c", UNEVEN], env=chosen, capture_output=True, text=True)
    if done.returncode == -signal.SIGILL:
        pytest.skip("this one has not such instructions")
    assert float(done.stdout) < 0.6


@pytest.mark.parametrize("evenness", [0.7, 0.9])
@pytest.mark.parametrize("n", [3000, lone.LONG])
def test_a_maximum_far_above_a_crowd_is_made_by_a_step_in_any_case(n, evenness, monkeypatch):
    x = np.append(np.random.default_rng(n).normal(0, 0.01, (2, n - 1)), [[7.0], [7.0]], axis=1)
    plain = entnorm.solve(logits=x, evenness=evenness)
    monkeypatch.setattr(steps, "_SLIGHT", 1e-25)
    solution = entnorm.solve(logits=x, evenness=evenness)
    assert (solution._look.base > 0).all()
    assert (solution.nit > plain.nit).any()
    for row in range(2):
        alone = entnorm.solve(logits=x[row], evenness=evenness)
        assert (alone.gamma, alone.nit) == (solution.gamma[row], solution.nit[row])
        assert np.array_equal(alone.probs, solution.probs[row])
        assert np.array_equal(entnorm.softmax(x, evenness=evenness)[row], solution.probs[row])


@pytest.mark.parametrize("evenness", [0.5, 0.9])
@pytest.mark.parametrize("n", [3, 20, 100, 128, 129, 300, lone.LONG])
@pytest.mark.parametrize("limit", [-1.0, 1e-22, steps._SLIGHT])
@pytest.mark.parametrize("logits", [True, False])
def test_distributions_are_the_same_whether_they_are_made_by_a_step_or_not(n, limit, logits, evenness, monkeypatch):
    """Of rows of both kinds beside each other, at once or afterwards, and of a row alone; and close to each other.

    Short rows that lean to the uniform distribution are made without a step.
    """
    rows = np.random.default_rng(n).normal(0, 3, (3 if n > 1000 else 40, n))
    values = {"logits": rows} if logits else {"p": entnorm.softmax(rows, evenness=0.6)}
    ((name, values),) = values.items()
    array = entnorm.softmax if logits else entnorm.normalize
    plain = array(values, evenness=evenness)
    monkeypatch.setattr(steps, "_SLIGHT", limit)
    solution, q = entnorm.solve(**{name: values}, evenness=evenness), array(values, evenness=evenness)
    stepped, may = solution._look.base > 0, evenness == 0.5 or n > SHORT
    assert (limit > 0.0 and may) or not stepped.any()
    assert limit < EPS / 2 or not may or stepped.mean() > 0.8
    assert limit != 1e-22 or not may or n == 3 or n > 1000 or 0 < stepped.mean() < 1
    assert np.array_equal(solution.probs, q)
    assert np.array_equal(entnorm.solve(**{name: values[0]}, evenness=evenness).probs, q[0])
    assert np.array_equal(array(values[0], evenness=evenness), q[0])
    assert np.abs(q - plain).max() <= 16 * EPS
    with np.errstate(divide="ignore", invalid="ignore"):
        assert np.nanmax(np.abs(np.log(q) - np.log(plain)) / (1 - np.log(plain))) <= 8 * EPS


def test_the_steps_of_one_row_are_those_of_many():
    """At the power 0 too, which an array divides by and picks what it does not divide."""
    rng = np.random.default_rng(1)
    others = rng.uniform(0.1, 2, (50, 6)) * [1, 0.05, 1, -1, 1, 1]
    numbers = [(1.0, 0.0, 0.5, -1.0, 1.0, 1.0), *others.tolist()]
    for name in ("search", "settle"):
        many = getattr(steps, name)(*np.array(numbers).T)
        for row, single in enumerate(numbers):
            assert getattr(scalars, name)(*single) == tuple(column[row] for column in many)
