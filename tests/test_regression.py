"""Our own solver on the whole corpus: inside its budget everywhere, and as accurate as the committed report says."""

import json
import math
from fractions import Fraction
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from entnorm import balls, reference
from entnorm.conformance import regress, regression
from entnorm.conformance.budget import EPS
from entnorm.solver import solve

REPORT = json.loads((Path(__file__).parents[1] / "reports" / "conformance.json").read_text(encoding="utf-8"))
BEFORE = {family["name"]: family for family in REPORT["regression"]["families"]}
ERRORS = ("gamma", "entropy", "probability")
TWO_BITS = 2.0
"""The committed errors are rounded up by less than a factor of two: what is beyond twice that has lost two bits."""

pytestmark = pytest.mark.xdist_group("regression")  # one worker, so that the corpus is measured once


def records():
    """The corpus; without balls, what mpmath can measure in a minute."""
    return [record for record in reference.load() if balls.available() or record.values.size <= 300]


def lost(family):
    """The errors of a family that are two bits worse than the committed report says."""
    before = BEFORE[family.name]["errors"]
    return [name for name in ERRORS if getattr(family, name) > TWO_BITS * before[name]]


@pytest.fixture(scope="module")
def now():
    return regress(records())


def test_every_record_is_inside_the_budget(now):
    assert len(now.errors) == len(records())
    assert not now.outside


def test_the_report_knows_every_family(now):
    assert {family.name for family in now.families} == set(BEFORE)
    assert REPORT["regression"]["records"] == len(reference.load())


@pytest.mark.parametrize("name", BEFORE)
def test_no_family_loses_two_bits(name, now):
    (family,) = (family for family in now.families if family.name == name)
    assert lost(family) == []


@pytest.mark.parametrize("name", BEFORE)
def test_two_lost_bits_are_noticed_in_every_family(name, monkeypatch):
    """Four times the least error that the report can stand for, which is half of what it shows."""
    record = next(record for record in records() if record.tags[0] == name)
    root = sum(record.enclosure) / 2
    unit = 8 * Fraction(EPS) * (1 + Fraction(record.condition)) * root
    off = 4 * Fraction(BEFORE[name]["errors"]["gamma"]) / 2 * unit

    def worse(**question):
        solution = solve(**question)
        gamma = math.nextafter(float(root + off), math.inf)
        return SimpleNamespace(success=True, gamma=gamma, probs=solution.probs, nit=solution.nit)

    monkeypatch.setattr(regression, "solve", worse)
    (family,) = regress([record]).families
    assert "gamma" in lost(family)


def test_a_row_of_ten_has_the_errors_that_its_definition_gives():
    record = next(r for r in reference.load() if r.values.size == 10 and r.kind == "p" and r.target.kind == "entropy")
    (found,) = regress([record]).errors
    gamma = float(solve(p=record.values, entropy=record.target.value).gamma)
    low, high = record.enclosure
    farthest = max(abs(Fraction(gamma) - low), abs(Fraction(gamma) - high))
    unit = 8 * EPS * (1 + float(record.condition)) * float(record.gamma)
    assert found.gamma == pytest.approx(float(farthest) / unit, rel=8 * EPS, abs=0)
    entropy_off = abs(float(record.slope)) * float(farthest)
    varentropy = -float(record.slope) * float(record.gamma)
    unit, unknown = 4 * EPS * (record.target.value + varentropy), float((high - low) / farthest)
    assert found.entropy == pytest.approx(entropy_off / unit, rel=8 * EPS + unknown, abs=0)


@pytest.mark.skipif(not balls.available(), reason="python-flint is not installed: there is one road only")
def test_balls_and_mpmath_measure_the_same_errors(monkeypatch):
    few = [record for record in reference.load() if record.values.size <= 30][::60]
    assert len(few) > 20
    in_balls = regress(few).errors
    monkeypatch.setattr(balls, "available", lambda: False)
    for one, other in zip(in_balls, regress(few).errors, strict=True):
        for name in ERRORS:
            assert getattr(one, name) == pytest.approx(getattr(other, name), rel=4 * EPS, abs=0)


@pytest.mark.skipif(not balls.available(), reason="python-flint is not installed: long rows are not measured")
def test_the_longest_rows_are_among_what_is_measured(now):
    measured = {error.id for error in now.errors}
    long = [record for record in reference.load() if record.values.size == 50_000]
    assert len(long) >= 5
    assert {record.id for record in long} <= measured
    assert all(math.isfinite(error.worst) for error in now.errors)
    assert np.all([error.evaluations > 0 for error in now.errors])
