"""The map of the iteration: held against the document's own loop in double precision, and drawn the same everywhere."""

from fractions import Fraction

import mpmath
import numpy as np
import pytest

from entnorm.report.iteration import OUTCOMES, RATIOS, SHARES, SPECTRA, context, follow, logarithms, survey
from entnorm.report.plane import draw_plane


@pytest.fixture(scope="module")
def model():
    return survey()


def printed_loop(p, target, steps=40):
    """The document's loop as printed, and the product of its exponents."""
    product = 1.0
    with np.errstate(all="ignore"):
        for _ in range(steps):
            entropy = -(p * np.log(p)).sum()
            gamma = 1 + (target - entropy) / (entropy**2 - (p * np.log(p) ** 2).sum())
            if np.isnan(gamma) or abs(entropy - target) < 1e-12:
                break
            p = p**gamma
            p /= p.sum()
            product *= gamma
        return product, -(p * np.log(p)).sum()


@pytest.mark.parametrize("spectrum", SPECTRA, ids=lambda spectrum: spectrum.name)
def test_double_precision_ends_where_the_map_says(model, spectrum):
    row = next(row for row in model["rows"] if row["name"] == spectrum.name)
    p = np.array([float(x) for x in spectrum.entries])
    p /= p.sum()
    for share, cell in zip(SHARES, row["cells"], strict=True):
        target = float(share) * np.log(len(p))
        product, entropy = printed_loop(p, target)
        arrived = abs(entropy - target) < 1e-12
        if cell["outcome"] == "arrives":
            assert (arrived, product > 0) == (True, True), (share, product, entropy)
        elif cell["outcome"] == "reversed":
            assert (arrived, product < 0) == (True, True), (share, product, entropy)
        else:
            assert np.isnan(entropy), (share, product, entropy)


def test_a_reversed_orbit_has_the_right_entropy_and_the_wrong_order():
    mp = context()
    logs = logarithms(mp, map(Fraction, (19, 1)))
    exponent = follow(mp, logs, mp.mpf(2) / 3).exponents[-1]
    weights = [mpmath.mpf(95) ** mpmath.mpf(exponent), mpmath.mpf(5) ** mpmath.mpf(exponent)]
    q = [w / sum(weights) for w in weights]
    assert q[0] < q[1]
    assert abs(-sum(x * mpmath.log(x) for x in q) - mpmath.mpf(2) / 3) < 1e-14


def test_where_the_theorem_applies_the_exponents_fall_and_never_pass_the_root():
    """[iteration.decreasing], [iteration.stays-above]"""
    mp = context()
    logs = logarithms(mp, map(Fraction, (27, 18, 10)))
    target = mp.mpf(21) / 20
    orbit = follow(mp, logs, target)
    assert orbit.outcome == "arrives"
    assert all(later < before for before, later in zip(orbit.exponents[:-2], orbit.exponents[1:-1], strict=True))
    assert all(x > orbit.exponents[-1] for x in orbit.exponents[:-2])


@pytest.mark.parametrize("steps", [0, 1, 2])
def test_what_is_not_clear_is_not_said_to_be(steps):
    mp = context()
    assert follow(mp, logarithms(mp, map(Fraction, (90, 8, 2))), mp.one, steps).outcome == "wanders"


def test_a_cycle_is_seen_for_what_it_is(model):
    assert [orbit["outcome"] for orbit in model["orbits"]].count("cycles") == 1
    assert {cell["outcome"] for row in model["rows"] for cell in row["cells"]} == {
        "arrives", "reversed", "diverges", "nan",
    }  # fmt: skip


def test_beyond_the_cycle_two_entries_diverge(model):
    """[cycles.alternates]: the third curve is the target at which the loop goes to and fro."""
    plane = model["plane"]
    for height, row in zip(plane["heights"], plane["cells"], strict=True):
        for edge, outcome in zip(plane["curves"]["−1"], row, strict=True):
            if float(height) > edge + 1e-6:
                assert outcome == "diverges", (height, edge)


def test_measured_constants_are_the_proved_ones(model):
    for row in model["orders"]:
        proved, measured, order = (float(row[key]) for key in ("proved", "measured", "order"))
        if row["power"].startswith("2 +"):
            assert abs(measured) < 1e-16
            assert order == 3
        else:
            assert measured == pytest.approx(proved, rel=2e-5)
            assert order == 2
    assert len(model["orders"]) == 15


def test_the_map_is_the_same_every_time(model):
    assert survey() == model


def test_the_plane_is_drawn_cell_by_cell(model):
    plane = draw_plane(model["plane"], {name: glyph for name, (glyph, _) in OUTCOMES.items()})
    assert sum(len(run.glyphs) for run in plane.runs) == len(RATIOS) * len(model["plane"]["heights"])
    assert all(len(run.glyphs) == len(run.centres.split()) for run in plane.runs)
    assert all(run.x + run.width <= plane.right + 0.01 for run in plane.runs)
    assert [curve.name for curve in plane.curves] == ["1", "0", "−1"]
    first = plane.runs[0]
    assert (first.x, first.outcome) == (plane.left, model["plane"]["cells"][0][0])
