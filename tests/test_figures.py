"""The figures: their data are what the library computes, and their drawings stay within the frame."""

from __future__ import annotations

import re
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import entnorm
from entnorm.claims.theory import load
from entnorm.conformance.example import example
from entnorm.report.charts import APART, chart
from entnorm.report.figures import SPECTRA, figures

FIGURES = {figure["id"]: figure for figure in figures()}
FRAME = {"low": 0, "high": 1, "log": False, "ticks": [0, 1]}


def numbers(path: str) -> list[tuple[float, float]]:
    return [(float(x), float(y)) for x, y in re.findall(r"([-\d.]+) ([-\d.]+)", path)]


def distribution(spectrum: tuple) -> np.ndarray:
    gaps = np.array([np.log(g[1]) if isinstance(g, tuple) else g for g in spectrum], dtype=float)
    return np.exp(-gaps) / np.exp(-gaps).sum()


@pytest.mark.parametrize("number", range(len(SPECTRA)), ids=SPECTRA)
def test_the_curves_are_those_of_the_library(number):
    curve, slope = (FIGURES[name]["series"][number] for name in ("entropy", "slope"))
    p = distribution(SPECTRA[curve["name"]])
    for (gamma, shown), (_, varentropy) in zip(curve["points"], slope["points"], strict=True):
        value = entnorm.entropy(entnorm.escort(p, gamma))
        rounding = 5e-6 * (value + varentropy)  # of both coordinates, to six digits
        assert abs(shown * np.log(p.size) - value) <= 1.01 * rounding


def test_the_slopes_are_those_of_the_curves():
    for curve, slope in zip(FIGURES["entropy"]["series"], FIGURES["slope"]["series"], strict=True):
        spectrum = SPECTRA[curve["name"]]
        x, h = np.array(curve["points"]).T
        differences = -np.gradient(h * np.log(len(spectrum)), np.log(x))[1:-1]
        between = np.array(slope["points"])[1:-1, 1]
        assert np.abs(differences - between).max() < 0.04 * between.max()  # what steps of 0.12 in log gamma can resolve


def test_the_expansions_meet_the_entropy_at_one_and_only_the_tangent_follows_it():
    entropy, *lines = (dict(map(tuple, series["points"])) for series in FIGURES["expansion"]["series"])
    assert entropy[1.0] == pytest.approx(entnorm.entropy(example().p), rel=1e-5)
    assert all(line[1.0] == entropy[1.0] for line in lines)
    errors = [abs(line[1.1] - entropy[1.1]) for line in lines]
    assert errors[0] < 0.1 * min(errors[1:])


def test_figures_cite_claims_that_there_are():
    ids = {claim.id for claim in load("entnorm.derivations:THEORY").claims()}
    for figure in FIGURES.values():
        assert figure["cites"]
        assert set(figure["cites"]) <= ids


@pytest.mark.parametrize("figure", FIGURES.values(), ids=FIGURES)
def test_every_curve_stays_within_the_frame(figure):
    drawn = chart(figure)
    for line, series in zip(drawn.lines, figure["series"], strict=True):
        points = numbers(line.path)
        assert len(points) == len(series["points"])
        assert all(drawn.left <= x <= drawn.right and drawn.top <= y <= drawn.bottom for x, y in points)
        assert [x for x, _ in points] == sorted(x for x, _ in points)


def test_a_curve_is_cut_where_it_leaves_the_frame():
    figure = {"x": FRAME, "y": FRAME, "series": [{"name": "steep", "points": [[0, 0], [1, 2]]}]}
    drawn = chart(figure)
    assert numbers(drawn.lines[0].path) == [(drawn.left, drawn.bottom), ((drawn.left + drawn.right) / 2, drawn.top)]


def test_a_logarithmic_axis_has_equal_steps_for_equal_ratios():
    axis = {"low": 1, "high": 100, "log": True, "ticks": [1, 10, 100]}
    drawn = chart({"x": axis, "y": FRAME, "series": [{"name": "flat", "points": [[1, 0], [100, 0]]}]})
    low, middle, high = (tick.at for tick in drawn.x_ticks)
    assert middle - low == pytest.approx(high - middle)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=8))
def test_names_keep_their_order_and_their_distance(ends):
    series = [{"name": str(k), "points": [[0, 0.5], [1, end]]} for k, end in enumerate(ends)]
    lines = sorted(chart({"x": FRAME, "y": FRAME, "series": series}).lines, key=lambda line: line.label_y)
    assert all(b.label_y - a.label_y >= APART - 0.11 for a, b in pairwise(lines))
    assert [line.end for line in lines] == sorted(line.end for line in lines)
