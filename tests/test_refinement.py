"""Rows in which the rounding errors of sums show in the largest probability: climbed to, not drawn."""

import importlib.util

import numpy as np
import pytest
from oracle import EPS, Exact

import entnorm
from entnorm import backend, refinement, solver
from entnorm.answers import Answers
from entnorm.reductions import Workspace
from entnorm.spectrum import Spectrum
from entnorm.targets import Target

FAST = importlib.util.find_spec("numba") is not None
ROWS = {  # levels, how many entries there are of each, and the deficit that they are to have
    "three above 2,000": (
        [2.690077048219157, 2.6732534677922257, 2.5815721663486584],
        [3, 2357, 2696],
        1.5176649676173588,
    ),
    "three, and fewer": (
        [2.690077048219157, 2.673123950108396, 2.5807368328092175],
        [3, 2256, 2667],
        1.5618699067378852,
    ),
    "one above 2,000": ([0.0, -0.02047963262219103, -0.08740150623279037], [1, 2603, 19563], 2.171027239952099),
    "one above 60,000": ([1.0, 0.9563992430316149, -3.9734157519478357], [1, 65967, 189344], 1.5047248251714285),
    "one above 5,000": (
        [1.2072925106975014, -1.7705716757942604, -28.07199417236183],
        [1, 4991, 10211],
        1.1462631483268224,
    ),
    "one above 30,000": (
        [101.24066038486231, 101.22935039687692, 101.04105252395911],
        [1, 34261, 71080],
        1.1304227863991736,
    ),
    "two plateaus": (
        [1.0, 0.98975624973807, -1.090318329565316, -4.390487006437905],
        [3, 30953, 79554, 3934],
        1.3464016631556457,
    ),
}
SCALES = [1.0, 2.0**-700, 2.0**900]


@pytest.fixture(params=[False, pytest.param(True, marks=pytest.mark.skipif(not FAST, reason="numba is not installed"))])
def kernel(request, monkeypatch):
    """Both kernels."""
    chosen = backend.compiled() if request.param else None
    monkeypatch.setattr(backend, "compiled", lambda: chosen)


def repeated(name):
    levels, counts, deficit = ROWS[name]
    return np.repeat(levels, counts), deficit


def worst(row, kind, value):
    """The largest of all errors, in units of what is promised."""
    exact, solution = Exact.for_target(**row, kind=kind, value=value), entnorm.solve(**row, **{kind: value})
    assert solution.success
    return max(exact.errors(solution, kind, value).values())


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("name", ROWS)
def test_rows_that_were_climbed_to_are_far_within_the_promise(kernel, name, scale):
    row, deficit = repeated(name)
    for nudge in (0.0, 1e-9, -3e-9):
        assert worst({"logits": row * scale}, "deficit", deficit * (1 + nudge)) <= 0.5


@pytest.mark.parametrize("kind", ["entropy", "perplexity", "evenness"])
def test_the_target_is_what_the_caller_said_to_the_last_digit(kernel, kind):
    row, deficit = repeated("one above 60,000")
    size = np.log(row.size)
    value = {"entropy": size - deficit, "perplexity": np.exp(size - deficit), "evenness": 1 - deficit / size}[kind]
    assert worst({"logits": row}, kind, float(value)) <= 0.5


@pytest.mark.parametrize("name", ROWS)
def test_probabilities_too_and_what_is_outside_the_support(kernel, name):
    row, deficit = repeated(name)
    p = np.exp(row - row.max())
    assert worst({"p": np.append(p / p.sum(), 0.0)}, "deficit", deficit) <= 0.5
    assert worst({"logits": np.append(row, -np.inf)}, "deficit", deficit) <= 0.5


@pytest.mark.parametrize("name", ["one above 5,000", "one above 30,000"])
def test_without_it_the_largest_probability_is_beyond_the_promise(monkeypatch, name):
    row, deficit = repeated(name)
    monkeypatch.setattr(backend, "compiled", lambda: None)
    monkeypatch.setattr(solver, "refine", lambda *_: None)
    assert worst({"logits": row}, "deficit", deficit) > 1


@pytest.mark.parametrize("name", ["three above 2,000", "one above 2,000"])
def test_a_row_that_is_refined_is_the_same_among_others(kernel, name):
    row, deficit = repeated(name)
    others = np.random.default_rng(0).normal(size=(2, row.size))
    alone = entnorm.solve(logits=row, deficit=deficit)
    batch = entnorm.solve(logits=np.stack([others[0], row, others[1], row]), deficit=deficit)
    for k in (1, 3):
        assert batch.gamma[k] == alone.gamma
        assert np.array_equal(batch.probs[k], alone.probs)
        assert np.array_equal(batch.log_probs[k], alone.log_probs)
    assert np.array_equal(entnorm.softmax(row, deficit=deficit), alone.probs)


@pytest.mark.parametrize("logits", [True, False])
@pytest.mark.parametrize("gamma", [0.3, 1.0, 40.0])
def test_residuals_have_more_digits_than_float64(logits, gamma):
    values = np.random.default_rng(1).normal(size=70_000).round(1)  # longer than a tile; with ties
    values = values if logits else np.exp(values) / np.exp(values).sum()
    target = Target.checked((1,), entropy=5.0)
    with np.errstate(all="ignore"):
        spectrum = Spectrum.survey(values[None], Workspace(), logits=logits)
    found = refinement._residual(spectrum, target, 0, gamma, 0)
    exact = Exact(**{"logits" if logits else "p": values})
    assert abs(found - (exact.entropy(gamma) - 5)) <= 2.0**-57 + EPS * abs(found)


def test_a_step_leads_to_the_root_wherever_it_starts_nearby():
    row, deficit = repeated("one above 2,000")
    target, answers = Target.checked((1,), deficit=deficit), Answers.empty(1)
    solution, exact = entnorm.solve(logits=row, deficit=deficit), Exact(logits=row)
    root = exact.root(exact.target("deficit", deficit), solution.gamma)
    answers.gamma[0], answers.varentropy[0] = float(root) * (1 + 1e-9), exact.moments(root)[1]
    with np.errstate(all="ignore"):
        refinement.refine(Spectrum.survey(row[None], Workspace(), logits=True), target, np.array([0]), answers)
    assert abs(exact.mp.mpf(answers.gamma[0]) + exact.mp.mpf(answers.by[0]) - root) <= 1e-15 * root
