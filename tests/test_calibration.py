"""Fitted targets, temperatures and floors, and the measures by which they are judged."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import entnorm
from entnorm import calibration

steady = settings(max_examples=30, derandomize=True, deadline=None, database=None)
seeds = st.integers(0, 10**6)


def drawn(rng, log_probs):
    return (log_probs + rng.gumbel(size=log_probs.shape)).argmax(-1)


def nll(log_probs, labels):
    return -log_probs[np.arange(len(labels)), labels].mean()


FITS = {
    "temperature": calibration.fit_temperature,
    "floor": calibration.fit_floor,
    **{
        kind: lambda x, y, kind=kind: calibration.fit_target(x, y, kind=kind)
        for kind in ("entropy", "evenness", "perplexity")
    },
}
VALUES = {"temperature": 1.7, "floor": 0.9, "entropy": 0.8, "evenness": 0.6, "perplexity": 2.5}


@pytest.mark.parametrize("kind", FITS)
def test_what_the_labels_were_drawn_from_is_found(kind):
    """Within four standard errors, from the curvature of the likelihood."""
    rng = np.random.default_rng(0)
    x, right = 3 * rng.normal(size=(3000, 6)), calibration.Fit(kind, VALUES[kind], 0.0)
    y = drawn(rng, right.log_probs(x))
    fit = FITS[kind](x, y)
    assert fit.kind == kind
    assert fit.nll == pytest.approx(nll(fit.log_probs(x), y), rel=1e-14)
    assert fit.nll <= nll(right.log_probs(x), y)
    h = 1e-3
    sides = [nll(calibration.Fit(kind, fit.value + step, 0.0).log_probs(x), y) for step in (-h, h)]
    curvature = (sum(sides) - 2 * fit.nll) / h**2
    assert abs(fit.value - VALUES[kind]) <= 4 / np.sqrt(curvature * len(y))


@steady
@given(seeds, st.sampled_from(sorted(FITS)))
def test_nothing_near_fits_better(seed, kind):
    rng = np.random.default_rng(seed)
    x, y = 2 * rng.normal(size=(60, 4)), rng.integers(0, 4, 60)
    fit = FITS[kind](x, y)
    top = {"temperature": 1e3 * np.ptp(x, axis=-1).max(), "evenness": 1.0, "perplexity": 4.0}.get(kind, np.log(4))
    least = {"temperature": 1e-3 * np.ptp(x, axis=-1).min(), "perplexity": 1.0}.get(kind, 0.0)
    for value in fit.value * np.array([0.8, 0.99, 0.9999, 1.0001, 1.01, 1.2]):
        other = calibration.Fit(kind, float(np.clip(value, least, top)), 0.0)
        assert fit.nll <= nll(other.log_probs(x), y) + 1e-12


@steady
@given(seeds)
def test_at_a_fitted_target_the_gradient_is_zero(seed):
    rng = np.random.default_rng(seed)
    x = 2 * rng.normal(size=(200, 5))
    y = drawn(rng, entnorm.log_softmax(x, entropy=rng.uniform(0.4, 1.2)))
    fit = calibration.fit_target(x, y, kind="entropy")
    solution = entnorm.solve(logits=x, entropy=fit.value)
    cotangent = np.zeros(x.shape)
    cotangent[np.arange(200), y] = -1 / (200 * solution.probs[np.arange(200), y])
    _, slopes = solution.vjp(cotangent)
    assert abs(slopes.sum()) <= 1e-5 * np.abs(slopes).sum() + 1e-6


@steady
@given(seeds)
def test_the_kinds_of_target_are_one(seed):
    rng = np.random.default_rng(seed)
    x, y = 2 * rng.normal(size=(80, 5)), rng.integers(0, 5, 80)
    entropy, evenness, perplexity = (FITS[kind](x, y) for kind in ("entropy", "evenness", "perplexity"))
    assert entropy.nll == pytest.approx(evenness.nll, abs=1e-12)
    assert entropy.nll == pytest.approx(perplexity.nll, abs=1e-12)


def test_a_floor_moves_the_confident_rows_alone():
    x = np.array([[9.0, 0.0, 0.0], [1.0, 0.5, 0.0]])
    found = calibration.Fit("floor", 0.6, 0.0).log_probs(x)
    assert entnorm.entropy(np.exp(found)).round(12).tolist()[0] == 0.6
    assert np.abs(found[1] - calibration.Fit("temperature", 1.0, 0.0).log_probs(x[1])).max() <= 1e-15


@steady
@given(seeds, st.integers(1, 30))
def test_reliability_counts_every_row_once(seed, bins):
    rng = np.random.default_rng(seed)
    p, y = rng.dirichlet(np.ones(4), size=50), rng.integers(0, 4, 50)
    found = calibration.reliability(p, y, bins=bins)
    assert found["count"].sum() == 50
    assert (found["accuracy"] * found["count"]).sum() == pytest.approx((p.argmax(-1) == y).sum())
    assert (found["confidence"] * found["count"]).sum() == pytest.approx(p.max(-1).sum())
    assert 0 <= calibration.calibration_error(p, y, bins=bins) <= 1


def test_the_calibration_error_sees_overconfidence():
    rng = np.random.default_rng(1)
    log_p = np.log(rng.dirichlet(np.ones(5), size=20_000))
    y = drawn(rng, log_p)
    sharper = entnorm.escort(np.exp(log_p), 2.0)
    assert calibration.calibration_error(np.exp(log_p), y) < 0.02
    assert calibration.calibration_error(sharper, y) > 0.1


@pytest.mark.parametrize("scale", [1e-300, 1e-4, 1e4, 1e300])
def test_a_temperature_has_the_scale_of_the_logits(scale):
    rng = np.random.default_rng(2)
    x = 3 * rng.normal(size=(500, 5))
    x[::7, 2] = -np.inf
    y = drawn(rng, x / 2)
    fit, scaled = calibration.fit_temperature(x, y), calibration.fit_temperature(scale * x, y)
    assert scaled.value / scale == pytest.approx(fit.value, rel=1e-6)
    assert scaled.nll == pytest.approx(fit.nll, rel=1e-14)
    assert not fit.at_end
    assert not scaled.at_end


@pytest.mark.parametrize("kind", FITS)
def test_what_the_data_do_not_determine_is_said(kind):
    rng = np.random.default_rng(3)
    x = 3 * rng.normal(size=(200, 5))
    separable, against = FITS[kind](x, x.argmax(-1)), FITS[kind](x, x.argmin(-1))
    assert separable.at_end
    assert against.at_end
    assert against.nll == pytest.approx(np.log(5), rel=1e-3)
    assert not FITS[kind](x, drawn(rng, x / 4)).at_end
    assert FITS[kind](np.zeros((4, 3)), [0, 1, 2, 0]).at_end


@pytest.mark.parametrize("kind", FITS)
def test_a_class_that_the_logits_exclude_is_no_label(kind):
    with pytest.raises(entnorm.EntnormError, match="labels of row 1 have the logit -inf"):
        FITS[kind]([[1.0, 0.0], [0.0, -np.inf], [2.0, 1.0]], [0, 1, 1])


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: calibration.fit_target([[1.0, 2.0], [2.0, 1.0]], [0, 2]), "integers from 0 to 1: that of row 1 is 2"),
        (lambda: calibration.fit_target([[1.0, 2.0]], [-1]), "integers from 0 to 1: that of row 0 is -1"),
        (lambda: calibration.fit_target([[1.0, 2.0]], [0.0]), "integers from 0 to 1, and not of dtype float64"),
        (lambda: calibration.fit_temperature(np.zeros((0, 3)), []), "there are no rows"),
        (lambda: calibration.fit_target([[1.0, 2.0]], [0, 1]), r"scores of shape \(1, 2\) and labels of shape \(2,\)"),
        (lambda: calibration.fit_target([[1.0, 2.0]], [0], kind="deficit"), "kind must be"),
        (lambda: calibration.fit_temperature([[np.nan, 2.0]], [0]), "logits contain NaN"),
        (lambda: calibration.reliability([[0.5, 0.6]], [0]), "probs are not distributions"),
        (lambda: calibration.reliability([[1, 0], [np.nan, 0.5]], [0, 0]), "probs are not distributions in row 1"),
        (lambda: calibration.reliability([[0.5, 0.5]], [0], bins=2.5), r"bins=2\.5"),
        (lambda: calibration.Fit("warmth", 1.0, 0.0), "kind must be one of temperature, .*, not 'warmth'"),
        (lambda: calibration.reliability([[0.5, 0.5]], [0], bins=0), "bins=0"),
    ],
)
def test_refusals(call, message):
    with pytest.raises(entnorm.EntnormError, match=message):
        call()
