import numpy as np
import pytest
from oracle import EPS, Exact

from entnorm.spectrum import DeficitEquation, ExcessEquation, Spectrum
from entnorm.targets import Goal


def survey(*, p=None, logits=None):
    with np.errstate(all="ignore"):
        return Spectrum.survey(np.array([logits if p is None else p], dtype=np.float64), logits=p is None)


def goal(excess, deficit):
    return Goal(np.array([excess]), np.array([deficit]), np.array([False]), np.array([False]))


def test_survey():
    found = survey(logits=[2.0, -np.inf, 5.0, 5.0, 4.5, -3.0])
    assert (found.support[0], found.ties[0], found.top[0], found.reach[0], found.gap[0]) == (5, 2, 5, 8, 0.5)
    assert found.below.tolist() == [[-3, -np.inf, -np.inf, -np.inf, -0.5, -8]]
    assert found.inside.tolist() == [[True, False, True, True, True, True]]
    found = survey(p=[0.25, 0.5, 0.25, 0.0])
    assert (found.support[0], found.ties[0], found.reach[0]) == (3, 1, found.gap[0])
    assert found.gap[0] == np.log(2)


def test_survey_beyond_the_range_of_float64():
    found = survey(logits=[1.5e308, -1.5e308])
    assert found.reach[0] == np.inf
    assert abs(found.log_reach[0] - (np.log(1.5e308) + np.log(2))) <= 2 * EPS * 710
    assert found.gap[0] == np.finfo(float).max
    found.rescale(np.array([0]), np.array([-900]))
    assert sorted(found.below[0]) == [-np.inf, -(1.5e308 * 2.0**-900) * 2]


@pytest.mark.parametrize("kind", [ExcessEquation, DeficitEquation])
@pytest.mark.parametrize("row", [{"p": [0.5, 0.3, 0.15, 0.05, 0.0]}, {"logits": [1, 1, 0, -3, -np.inf]}])
def test_equations_measure_the_same_entropy(kind, row):
    exact = Exact(**row)
    with np.errstate(all="ignore"):
        equation = kind(survey(**row), goal(0.25, 0.125))
        deviation = equation.deviation[0]
        for gamma in (0.1, 1.0, 3.0):
            h, second, _ = exact.moments(gamma)
            low, high = exact.mp.log(exact.ties), exact.mp.log(exact.support)
            wanted = h - low - 0.25 if kind is ExcessEquation else h - high + 0.125
            found = equation.measure(np.array([gamma]))
            assert abs(found.value[0] - wanted) <= 8 * EPS * (1 + second)
            assert abs(found.second[0] - second) <= 16 * EPS * (1 + second)
    small = exact.mp.mpf(10) ** -20
    assert abs(deviation - exact.mp.sqrt(exact.moments(small)[1]) / small) <= 64 * EPS * deviation


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
        equation = kind(Spectrum.survey(x, logits=True), three)
        before = equation.measure(np.array([0.5, 0.6, 0.7]))
        equation.keep(np.array([True, False, True]))
        after = equation.measure(np.array([0.5, 0.7]))
        for one, two in zip(before, after, strict=True):
            assert one[[0, 2]].tolist() == two.tolist()
