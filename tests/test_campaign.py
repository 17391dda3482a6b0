"""The campaign of `make fuzz`: its quick arithmetic against balls, planted errors that it finds, how it goes on."""

from __future__ import annotations

import itertools
import json
import math
import sys
from collections import defaultdict
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from families import FAMILIES, RNG, drawn, targets

import entnorm
from entnorm import balls, steps, words

sys.path.insert(0, str(Path(__file__).parent / "bench"))

import campaign
import climbing
from enclosed import EPS, Enclosed
from extended import AVAILABLE, Extended

pytestmark = [
    pytest.mark.skipif(not balls.available(), reason="python-flint is not installed: nothing can be judged"),
    pytest.mark.skipif(not AVAILABLE, reason="numbers of 64 bits: this platform has none, and all is judged in balls"),
]


def by_kind(pairs):
    grouped = defaultdict(list)
    for kind, value in pairs:
        grouped[kind].append(value)
    return {kind: np.array(values) for kind, values in grouped.items()}


def off(solution, ulps):
    """The same answers with gammas that are off by so many eps, relatively; one number for each."""
    fields = ("probs", "log_probs", "success")
    return SimpleNamespace(
        gamma=solution.gamma * (1 + ulps * EPS), **{name: getattr(solution, name) for name in fields}
    )


@pytest.mark.parametrize("family", FAMILIES)
def test_quick_arithmetic_agrees_with_balls(family):
    row, pairs = drawn(family, 3)
    quick, certain = Extended(row), Enclosed(row)
    for kind, values in by_kind(pairs).items():
        errors, beyond = quick.errors(campaign.solved(row, kind, values), kind, values)
        assert beyond.all()
        for k, value in enumerate(values.tolist()):
            expected = certain.errors(entnorm.solve(**row, **{kind: value}), kind, value)
            assert abs(errors["gamma"][k] - expected["gamma"]) <= 0.01
            assert -1e-3 <= errors["entropy"][k] - expected["entropy"] <= 0.01  # rounding is counted as an error
            assert abs(errors["probability"][k] - expected["probability"]) <= 2 / 8  # the sum's own rounding is not


@pytest.mark.parametrize("family", FAMILIES)
def test_what_is_just_outside_the_budget_is_in_doubt_and_what_is_well_inside_is_not(family):
    row, pairs = drawn(family, 5)
    quick = Extended(row)
    for kind, values in by_kind(pairs).items():
        solution = campaign.solved(row, kind, values)
        exact = np.array([_root(row, kind, value, solution.gamma[k]) for k, value in enumerate(values.tolist())])
        k = 1 + solution.condition
        for share, fine in ((1.1, False), (-1.1, False), (0.05, True), (-0.05, True)):
            gamma = (exact * (1 + np.longdouble(share) * 8 * EPS * k)).astype(np.longdouble)
            moved = SimpleNamespace(**{**vars(off(solution, 0)), "gamma": gamma})
            _, beyond = quick.errors(moved, kind, values)
            ordinary = 8 * k < 2.0**40  # an error of the order of gamma itself is another matter
            assert (beyond == fine)[ordinary].all(), (kind, values)


def _root(row, kind, value, near):
    """The root in numbers of 64 bits, by Newton's method from the answer."""
    quick = Extended(row)
    excess, deficit = quick.goals(kind, np.array([value]))
    gamma = np.array([near], dtype=np.longdouble)
    for _ in range(3):
        here = quick.at(gamma)
        missed = np.where(deficit < excess, deficit - here.deficit, here.excess - excess)
        gamma = gamma * (1 + missed / here.varentropy)
    return gamma[0]


@pytest.mark.parametrize("entry", ["largest", "smallest", "outside"])
def test_a_probability_that_is_off_is_in_doubt(entry):
    row = {"p": np.array([0.5, 0.3, 0.15, 0.05, 0.0])}
    values = np.array([0.6, 0.9])
    solution = campaign.solved(row, "entropy", values)
    probs = solution.probs.copy()
    if entry == "outside":
        probs[1, 4] = 5e-324
    else:
        probs[1, {"largest": 0, "smallest": 3}[entry]] *= 1 + 300 * EPS
    spoilt = SimpleNamespace(**{**vars(off(solution, 0)), "probs": probs})
    _, beyond = Extended(row).errors(spoilt, "entropy", values)
    assert beyond.tolist() == [True, False]


def test_no_random_row_fails_and_an_interrupted_run_ends_like_one_that_was_not(tmp_path, capsys):
    whole = campaign.run(400, 7, tmp_path / "whole", examples=20, climbs={300: 960})
    assert whole["failures"] == []
    assert whole["rows"] >= 400
    assert whole["in_balls"] >= 1
    state = campaign.fresh(whole["kernel"], 7)
    for _ in zip(range(13), campaign.campaign(state, 400), strict=False):
        pass
    assert 0 < state["rows"] < 400
    campaign.save(tmp_path / "part" / f"{whole['kernel']}-7.json", json.dumps(state))
    again = campaign.run(400, 7, tmp_path / "part", examples=20, climbs={300: 960})
    assert f"{state['rows']} of them done before" in capsys.readouterr().out
    for found in (whole, again):
        found.pop("seconds")
    assert again == whole
    assert campaign.run(400, 7, tmp_path / "part", examples=20, climbs={300: 960})["rows"] == whole["rows"], (
        "a finished run begins anew"
    )


def test_a_run_of_other_code_is_not_gone_on_with(tmp_path):
    state = campaign.fresh("numpy", 0)
    campaign.save(tmp_path / "x.json", json.dumps({**state, "draw": 9, "code": "other"}))
    assert campaign.resumed(tmp_path / "x.json", state, 100) is state
    campaign.save(tmp_path / "x.json", "{")
    assert campaign.resumed(tmp_path / "x.json", state, 100) is state


THREES = [3.0 * 10.0**decade for decade in range(-90, 91)]  # what chance finds often, whatever its source


@pytest.fixture
def broken(monkeypatch):
    """A solver that is off by two budgets where a row has an entry of 3, in any decade."""
    right = entnorm.solve

    def wrong(**question):
        solution = right(**question)
        if np.isin(question.get("logits", np.zeros(1)), THREES).any():
            return off(solution, 16 * (1 + solution.condition))
        return solution

    monkeypatch.setattr(entnorm, "solve", wrong)


def test_a_failure_is_shrunk_and_stored_as_the_call_that_repeats_it(broken, monkeypatch, tmp_path):
    row = {"logits": np.array([0.5, 3.0, *RNG(0).normal(size=40)])}
    monkeypatch.setattr(campaign, "KINDS", {"planted": lambda rng: row})
    state = campaign.run(1, 0, tmp_path, examples=1, climbs={})
    assert len(state["failures"]) >= 1
    first = state["failures"][0]
    assert first["draw"] == 0
    assert first["call"].count("0x") < 42
    assert (3.0).hex() in first["call"]
    files = sorted((tmp_path / "counterexamples").iterdir())
    assert [file.read_text() for file in files] == [f"{failure['call']}\n" for failure in state["failures"]]
    answers = []
    assert (
        eval(first["call"], {"entnorm": SimpleNamespace(solve=lambda **question: answers.append(question) or 1)}) == 1
    )
    assert 3.0 in answers[0]["logits"]
    assert "FAILED (" in campaign.told([state])


def test_hypothesis_finds_and_shrinks_a_planted_error(broken):
    state = campaign.fresh("numpy", 0)
    campaign.hypothesised(state, 1500)
    (failure,) = state["failures"]
    assert failure["family"] == "hypothesis"
    assert failure["call"].count("0x") <= 4, "three entries at most, and the target"


@pytest.mark.parametrize(
    ("family", "draw", "kind", "value"),
    [
        ("outlier", 403, "entropy", 3.3925209177940325),
        ("outlier", 199, "deficit", 0.03126775904070388),
        ("staircase", 1484, "deficit", 0.15816604133968776),
    ],
)
def test_rows_that_a_campaign_has_found(family, draw, kind, value):
    """Nearly uniform but for an entry that is about to vanish: to know the deficit to an eps is not enough there."""
    campaign.check(FAMILIES[family](RNG([99, draw])), kind, np.array([value]))


def test_a_search_goes_on_from_the_worst():
    def judge(row, kind, value):  # the worst is a row of logits the largest of which are 1 apart
        ((name, values),) = row.items()
        return -abs(math.log(float(np.diff(np.unique(values))[-1]))) if name == "logits" else -math.inf

    drawn_alone = [judge(*question) for question in _questions(1500) if question]
    *_, found = itertools.islice(climbing.climb(judge, RNG(0), 300), 1500)
    assert found > max(drawn_alone) / 3, "it has come nearer than as many draws"


def _questions(count):
    rng = RNG(0)
    return [climbing.Levels.drawn(rng, 300).question(rng) for _ in range(count)]


def test_what_is_climbed_to_is_a_row_with_the_entropy_of_its_tilt():
    runs = ((0, 1), (1, 40), (2, 70), (3, 4), (1, 10))
    levels = climbing.Levels(runs, 1, 0.5, (9.0, 2.0), 1.0, tilt=3.0, kind="deficit", probabilities=False)
    row, kind, values = levels.question(RNG(0))
    assert np.array_equal(np.unique(row["logits"], return_counts=True)[1], [70, 4, 50, 1])
    for kind in climbing.KINDS:
        for probabilities in (False, True):
            row, asked, values = replace(levels, kind=kind, probabilities=probabilities).question(RNG(0))
            assert asked == kind
            assert len(set(values.tolist())) == climbing.TARGETS
            for value in values:
                assert entnorm.solve(**row, **{kind: value}).gamma == pytest.approx(6.0, rel=1e-6)
            still = SimpleNamespace(  # of targets that are not moved
                normal=lambda size: np.zeros(size), integers=lambda low, high, size: np.zeros(size, np.int64)
            )
            _, _, values = replace(levels, kind=kind, probabilities=probabilities).question(still)
            assert entnorm.solve(**row, **{kind: values[0]}).gamma == pytest.approx(6.0, rel=1e-12)
    assert replace(levels, tilt=1e-6).question(RNG(0)) is None, "next to the end"


def test_targets_are_not_those_of_rounded_entropies():
    """Of which the distances from the ends are floats nearly, where a solver may round them as it likes."""
    levels = climbing.Levels(((0, 1), (1, 6000), (2, 9000)), 1, 0.5, (9.0,), 1.0, 8.0, "perplexity", False)
    _, _, values = levels.question(RNG(0))
    exact = [Decimal(value).ln(words.DIGITS) for value in values.tolist()]
    rounded = [float(e) for e in exact]
    shares = [abs(float(e - Decimal(r))) / np.spacing(r) for e, r in zip(exact, rounded, strict=True)]
    assert 0.35 < max(shares) <= 0.5
    moved = climbing.beside(values, RNG(1))
    assert np.abs((moved - values) / np.spacing(values)).max() <= 8
    assert len(set(((moved - values) / np.spacing(values)).tolist())) > 4


def test_runs_are_dealt_out_one_by_one():
    row = np.repeat([0, 1, 2], [4, 3, 4])
    assert climbing.dealt(row, 1).tolist() == row.tolist()
    assert climbing.dealt(row, 5).tolist() == [0, 0, 1, 1, 2, 0, 0, 1, 2, 2, 2]
    assert sorted(climbing.dealt(row, 4)) == row.tolist()


def test_half_of_what_is_new_is_strained_and_of_the_rest_as_many_as_chance_has_it():
    rng = RNG(0)
    drawn = [climbing.Levels.drawn(rng, 1000).is_strained() for _ in range(400)]
    sought = [climbing._strained(rng, 1000).is_strained() for _ in range(400)]
    assert 0 < np.mean(drawn) < 0.4
    assert np.mean(sought) == pytest.approx((1 + np.mean(drawn)) / 2, abs=0.08)


def test_noisy_rows_have_excesses_just_above_a_power_of_two_and_next_to_nothing_left_of_the_promise():
    shares, excesses, levered = [], [], []
    for seed in range(200):
        found = climbing.Levels.noisy(RNG(seed), 1000)
        mean, second, entropy = found.moments()
        excess, deficit = entropy - math.log(found.counts()[0]), math.log(found.counts().sum()) - entropy
        shares.append((excess + min(excess, 1)) / (second + min(excess, deficit)))
        excesses.append(math.log2(excess) % 1)
        levered.append(steps.is_levered(mean, second, excess, deficit))
    assert 2.5 < np.median(shares) < steps._NOISE == climbing._NOISY
    assert np.median(excesses) < 0.1
    assert 0.05 < np.mean(levered) < 0.5, "rows on both sides of the threshold"


def test_no_row_is_longer_than_asked_and_neighbours_have_the_same_maxima():
    sizes = set()

    def judge(row, kind, value):
        sizes.add(next(iter(row.values())).size)
        return len(sizes)

    for _ in itertools.islice(climbing.climb(judge, RNG(0), 128), 500):
        pass
    assert max(sizes) <= 128
    assert len(sizes) > 50
    rng, levels = RNG(1), climbing.Levels.drawn(RNG(0), 128)
    for _ in range(200):
        changed = levels.changed(rng)
        assert changed.counts()[0] == levels.counts()[0]
        levels = changed
    assert len(levels.runs) > 3


def test_a_failure_that_is_climbed_to_is_noted(monkeypatch):
    right = entnorm.solve
    monkeypatch.setattr(entnorm, "solve", lambda **q: off(s := right(**q), 16 * (1 + s.condition)))
    state = campaign.fresh("numpy", 0)
    campaign.climbed(state, 100, 3 * climbing.TARGETS)
    assert [failure["family"] for failure in state["failures"]] == ["climbing"] * 3
    ((rows, worst),) = state["climbed"].values()
    assert rows == 3 * climbing.TARGETS
    errors = [{name: float(error) for name, error in failure["errors"].items()} for failure in state["failures"]]
    assert all(1.5 < found["gamma"] < 2.5 for found in errors)
    assert worst == pytest.approx(max(max(found.values()) for found in errors))
    state["examples"] = 0
    assert "| numpy | 100 | 48 | " in campaign.told([state])


def test_targets_of_every_kind_are_tried():
    assert {kind for kind, _ in targets(RNG(0), 5, 1, 3)} == {"entropy", "perplexity", "deficit", "evenness"}
