import numpy as np
import pytest
from oracle import EPS, Exact

from entnorm.equations import DeficitEquation, DeficitSeries, DirectDeficit, ExcessEquation
from entnorm.reductions import Workspace
from entnorm.spectrum import Spectrum
from entnorm.steps import NEAR, NEARLY, UNEVEN
from entnorm.targets import Goal


def survey(*, p=None, logits=None):
    values = np.array([logits if p is None else p], dtype=np.float64)
    with np.errstate(all="ignore"):
        return Spectrum.survey(values, Workspace(), logits=p is None)


def depths(spectrum):
    return spectrum.read()(slice(None), slice(None)).tolist()


def goal(excess, deficit):
    return Goal(np.array([excess]), np.array([deficit]), np.array([False]), np.array([False]))


def test_survey():
    found = survey(logits=[2.0, -np.inf, 5.0, 5.0, 4.5, -3.0])
    assert (found.support[0], found.ties[0], found.top[0], found.reach[0], found.gap()[0]) == (5, 2, 5, 8, 0.5)
    assert (found.mean[0], found.radius()[0]) == (-2.3, 5.7)
    assert depths(found) == [[-3, -np.inf, 0, 0, -0.5, -8]]
    found = survey(p=[0.25, 0.5, 0.25, 0.0])
    assert (found.support[0], found.ties[0], found.reach[0]) == (3, 1, found.gap()[0])
    assert found.gap()[0] == np.log(2)


def test_survey_beyond_the_range_of_float64():
    found = survey(logits=[1.5e308, -1.5e308, -np.inf])
    assert found.reach[0] == np.inf
    with np.errstate(all="ignore"):
        assert abs(found.log_reach()[0] - (np.log(1.5e308) + np.log(2))) <= 2 * EPS * 710
        assert found.gap()[0] == np.finfo(float).max
        assert depths(found) == [[0, -np.finfo(float).max, -np.inf]]  # inside the support, and outside
        found.rescale(np.array([0]), np.array([-900]))
        assert depths(found) == [[0, -(1.5e308 * 2.0**-900) * 2, -np.inf]]
        assert found.mean[0] == pytest.approx(-1.5e308 * 2.0**-900, rel=4 * EPS)


def test_rows_are_taken_without_their_entries():
    values = np.random.default_rng(0).normal(size=(6, 4))
    found = Spectrum.survey(values, Workspace(), logits=True).take(np.array([1, 3, 4])).take(np.array([0, 2]))
    assert found.values is values
    assert np.array_equal(found.entries(values, slice(None)), values[[1, 4]])
    assert np.array_equal(found.top, values[[1, 4]].max(-1))


@pytest.mark.parametrize("n", [3, 2**15, 2**15 + 1, 100_000])
def test_how_a_row_is_read_depends_on_its_length_alone(n):
    values = np.random.default_rng(n).normal(size=(3, n))
    three = Spectrum.survey(values, Workspace(), logits=True)
    alone = Spectrum.survey(values[1:2].copy(), Workspace(), logits=True)
    for name in ("top", "bottom", "support", "ties", "reach", "mean", "deviation"):
        assert getattr(three, name)[1] == getattr(alone, name)[0]


@pytest.mark.parametrize("kind", [ExcessEquation, DirectDeficit, DeficitEquation])
@pytest.mark.parametrize("row", [{"p": [0.5, 0.3, 0.15, 0.05, 0.0]}, {"logits": [1, 1, 0, -3, -np.inf]}])
def test_equations_measure_the_same_entropy(kind, row):
    exact = Exact(**row)
    with np.errstate(all="ignore"):
        spectrum = survey(**row)
        equation = kind(spectrum, goal(0.25, 0.5))
        for gamma in (0.1, 1.0) if kind is DirectDeficit else (0.1, 1.0, 3.0):
            h, second, _ = exact.moments(gamma)
            low, high = exact.mp.log(exact.ties), exact.mp.log(exact.support)
            wanted = h - low - 0.25 if kind is ExcessEquation else h - high + 0.5
            found = equation.measure(np.array([gamma]))
            assert abs(found.value[0] - wanted) <= 8 * EPS * (1 + second)
            assert abs(found.second[0] - second) <= 16 * EPS * (1 + second)
            if kind is not DeficitEquation:
                glance = equation.glance(np.array([0]), np.array([gamma]))
                for rough, fine in zip(glance, found, strict=True):
                    assert abs(rough[0] - fine[0]) <= 2.0**-20
    small = exact.mp.mpf(10) ** -20
    deviation = spectrum.deviation[0]
    assert abs(deviation - exact.mp.sqrt(exact.moments(small)[1]) / small) <= 64 * EPS * deviation


@pytest.mark.parametrize("gamma", [800.0, 1e5, 1e300])
@pytest.mark.parametrize("low", [-1.0, -1e60, -1e130, -np.finfo(np.float64).max])
def test_the_deficit_is_measured_however_far_the_mean_is_below_the_maximum(low, gamma):
    row = {"logits": [1.0, 1.0, 1.0 - 0.5 / gamma, low]}
    w = np.exp(gamma * (row["logits"][2] - 1.0))
    wanted = np.log(2 + w) - w * np.log(w) / (2 + w) - np.log(4)
    with np.errstate(all="ignore"):
        equation = DeficitEquation(survey(**row), goal(0.25, 0.5))
        found = equation.measure(np.array([gamma]))
    assert abs(found.value[0] - (wanted + 0.5)) <= 4 * EPS
    assert found.second[0] == pytest.approx(2 * w * np.log(w) ** 2 / (2 + w) ** 2, abs=16 * EPS)


@pytest.mark.parametrize("offset", [0.0, 1e6])
@pytest.mark.parametrize("tau", [1e-160, 1e-9, 1e-4, 1e-3, 0.01, 0.03, 0.1, 0.3, NEARLY])
def test_the_series_is_right_to_the_last_digits_or_says_so(tau, offset):
    x = np.array([0.0, -1.0, -2.5, -0.75, 0.5, -np.inf]) + offset
    exact = Exact(logits=x, digits=400)
    spectrum = survey(logits=x)
    start = tau / spectrum.radius()
    with np.errstate(all="ignore"):
        equation = DeficitSeries(spectrum, goal(1.0, float((start * spectrum.deviation)[0]) ** 2 / 2))
        gamma = start * (NEAR / NEARLY) * (1 - 1e-6)  # as far as the series has been made for
        found = equation.measure(gamma)
        assert np.isnan(equation.measure(gamma * 1.01).value[0])
    h, second, _ = exact.moments(float(gamma[0]))
    scale, wanted = float(equation.unit[0]), exact.mp.log(5) - h
    assert abs((equation.goal.deficit[0] - found.value[0]) / exact.mp.mpf(scale) - wanted) <= 8 * EPS * wanted
    assert abs(found.second[0] / exact.mp.mpf(scale) - second) <= 8 * EPS * second


def test_a_sum_too_near_uniform_to_be_accurate_is_nan():
    with np.errstate(all="ignore"):
        even = survey(logits=[0.0, 1.0, 2.0])
        assert np.isnan(DirectDeficit(even, goal(1.0, 0.01)).measure(np.array([0.1])).value[0])


@pytest.mark.parametrize("far", [30.0, -30.0, -3000.0])
def test_a_sum_far_off_its_centre_is_centred_anew(far):
    x = np.append(np.zeros(1000) + [0, 1e-3] * 500, far)
    exact = Exact(logits=x)
    with np.errstate(all="ignore"):
        found = DirectDeficit(survey(logits=x), goal(3.0, UNEVEN)).measure(np.array([1.0]))
    wanted = exact.mp.log(1001) - exact.moments(1)[0]
    assert abs(UNEVEN - found.value[0] - wanted) <= 4 * EPS * max(wanted, 1)


def test_near_uniform_rows_are_centred_anew():
    # at this exponent the mean is 1e12 away from where it is over the support, and the structure is 1e-3 wide
    x = np.append(1e-3 * np.arange(10), -1e13)
    exact = Exact(logits=x)
    with np.errstate(all="ignore"):
        equation = DeficitEquation(survey(logits=x), goal(1.0, 0.0))
        found = equation.measure(np.array([5.0]))
    h, second, _ = exact.moments(5)
    wanted = exact.mp.log(11) - h
    assert abs(-found.value[0] - wanted) <= 4 * EPS * wanted
    assert abs(found.second[0] - second) <= 8 * EPS * second


def test_rows_can_be_forgotten():
    x = np.random.default_rng(0).normal(size=(3, 5))
    three = Goal(np.full(3, 0.5), np.full(3, 0.1), np.zeros(3, bool), np.zeros(3, bool))
    for kind in (ExcessEquation, DeficitEquation):
        equation = kind(Spectrum.survey(x, Workspace(), logits=True), three)
        before = equation.measure(np.array([0.5, 0.6, 0.7]))
        equation.keep(np.array([True, False, True]))
        after = equation.measure(np.array([0.5, 0.7]))
        for one, two in zip(before, after, strict=True):
            assert one[[0, 2]].tolist() == two.tolist()
