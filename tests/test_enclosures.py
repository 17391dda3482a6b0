"""Probabilities, slope, condition and derivatives: enclosed, as narrow as promised, and what the definitions give."""

import math
import pickle
import sys
from fractions import Fraction as F

import mpmath
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from entnorm import balls
from entnorm.reference import solve
from entnorm.solution import EntnormError

needs_flint = pytest.mark.skipif(not balls.available(), reason="python-flint is not installed (extra `rigorous`)")
deterministic = settings(derandomize=True, deadline=None, max_examples=25)
roads = pytest.mark.parametrize("with_flint", [pytest.param(True, marks=needs_flint), False])

QUESTIONS = {
    "p": {"p": [0.5, 0.3, 0.2], "entropy": 0.9},
    "logits": {"logits": [0.5, 0.3, -2.0, 0.1], "perplexity": 3},
    "zeros and ties": {"p": [0, 5, 3, 0, 5, 3, 1], "evenness": 0.75},
    "masked": {"logits": [0.5, -math.inf, 0.3, -2.0], "deficit": 1e-30},
    "one-hot": {"p": [0.5, 0.3, 0.2], "entropy": 1e-300},
    "deep": {"p": [1.0, 1 - 2.0**-53, 0.3, 1e-300], "entropy": 0.25},
    "flat": {"p": [1.0] * 3 + [1 - 2.0**-53] * 4, "entropy": 1.5},
    "plateau": {"logits": [0, F(-1, 1000), -(10**6), -(10**6) - 1], "entropy": "0.7"},
    "uniform": {"logits": [0, 1, 2], "deficit": 1e-300},
}


@pytest.fixture(autouse=True)
def _without_flint(request, monkeypatch):
    if not getattr(request.node, "callspec", None) or request.node.callspec.params.get("with_flint", True):
        return
    monkeypatch.setattr(balls, "available", lambda: False)
    monkeypatch.setattr(balls, "working", lambda bits: pytest.fail("balls were used"))


class Direct:
    """A row in 1500 digits, from the definitions: shares nothing with the package."""

    def __init__(self, p=None, logits=None, **target):
        self.mp = mp = mpmath.MPContext()
        mp.dps = 1500
        exact = [None if x == -math.inf else mp.mpf(F(x).numerator) / F(x).denominator for x in p or logits]
        self.x = [None if y is None or (p and not y) else mp.log(y) if p else y for y in exact]
        ((self.kind, value),) = target.items()
        self.value = mp.mpf(F(value).numerator) / F(value).denominator

    def goal(self, value=None, size=None):
        mp, value = self.mp, self.value if value is None else value
        most = mp.log(sum(x is not None for x in self.x))
        forms = {"entropy": value, "deficit": most - value, "evenness": value * most}
        return mp.log(value) if self.kind == "perplexity" else forms[self.kind]

    def escort(self, gamma, x=None):
        mp, x = self.mp, x or self.x
        top = max(y for y in x if y is not None)
        powers = [mp.zero if y is None else mp.exp(gamma * (y - top)) for y in x]
        total = mp.fsum(powers)
        return [w / total for w in powers]

    def entropy(self, gamma, x=None):
        return -self.mp.fsum(q * self.mp.log(q) for q in self.escort(gamma, x) if q)

    def variance(self, gamma):
        q = self.escort(gamma)
        mean = self.mp.fsum(a * b for a, b in zip(q, self.x, strict=True) if a)
        return self.mp.fsum(a * (b - mean) ** 2 for a, b in zip(q, self.x, strict=True) if a)

    def root(self, near, x=None, goal=None):
        """Newton's method from a near gamma, to the last digits."""
        gamma, goal = self.mp.convert(near), self.goal() if goal is None else goal
        for _ in range(9):
            gamma += (self.entropy(gamma, x) - goal) / (gamma * self.variance(gamma))
        return gamma


def close(mp, got, expected, digits, size=None):
    return abs(mp.convert(got) - expected) <= mp.mpf(10) ** -digits * abs(expected if size is None else size)


def inside(mp, pair, expected):
    low, high = map(mp.convert, pair)
    return low <= expected <= high


@roads
@pytest.mark.parametrize("name", QUESTIONS)
def test_enclosures_hold_the_values_of_the_definition_and_are_narrow(name, with_flint):
    solved, direct = solve(**QUESTIONS[name], digits=40), Direct(**QUESTIONS[name])
    mp = direct.mp
    gamma = direct.root(solved.gamma)
    variance = direct.variance(gamma)
    goal = direct.goal()
    most = mp.log(sum(x is not None for x in direct.x))
    condition = min(goal, most - goal) / (gamma**2 * variance)
    expected = [*direct.escort(gamma), -gamma * variance, condition]
    pairs = [*solved.probs_enclosure, solved.slope_enclosure, solved.condition_enclosure]
    values = [*solved.probs, solved.slope, solved.condition]
    for pair, value, right in zip(pairs, values, expected, strict=True):
        assert inside(mp, pair, right)
        assert mp.convert(pair[1]) - mp.convert(pair[0]) <= mp.mpf(10) ** -40 * abs(right)
        assert close(mp, value, right, 40)
        assert (value == 0) == (right == 0)


@roads
@pytest.mark.parametrize("name", QUESTIONS)
def test_the_gradient_is_how_the_root_moves(name, with_flint):
    solved, direct = solve(**QUESTIONS[name], digits=30), Direct(**QUESTIONS[name])
    mp = direct.mp
    gamma = direct.root(solved.gamma)
    q = direct.escort(gamma)
    mean = mp.fsum(a * b for a, b in zip(q, direct.x, strict=True) if a)
    expected = [
        -gamma * a * (b - mean) / direct.variance(gamma) if a else mp.zero for a, b in zip(q, direct.x, strict=True)
    ]
    largest = max(map(abs, expected))
    assert all(close(mp, a, b, 30, largest) for a, b in zip(solved.gradient, expected, strict=True))
    assert all((a == 0) == (b is None) for a, b in zip(solved.gradient, direct.x, strict=True))


@pytest.mark.parametrize("name", ["p", "logits", "zeros and ties", "masked", "plateau"])
def test_derivatives_are_the_limits_of_difference_quotients(name):
    solved, direct = solve(**QUESTIONS[name], digits=30), Direct(**QUESTIONS[name])
    mp, step = direct.mp, direct.mp.mpf(10) ** -400
    n = len(direct.x)
    direction, dtarget = (
        [F(3 * i + 1, 7) * (-1) ** i for i in range(n)],
        F(2, 3) * F(10) ** (-31 if name == "masked" else 0),
    )
    moved = [
        None if x is None else x + step * mp.mpf(d.numerator) / d.denominator
        for x, d in zip(direct.x, direction, strict=True)
    ]
    goal = direct.goal(direct.value + step * mp.mpf(dtarget.numerator) / dtarget.denominator)
    before, after = direct.root(solved.gamma), direct.root(solved.gamma, moved, goal)
    along = mp.fsum(
        mp.convert(g) * d.numerator / d.denominator for g, d in zip(solved.gradient, direction, strict=True)
    )
    along += mp.convert(solved.target_gradient) * dtarget.numerator / dtarget.denominator
    assert close(mp, along, (after - before) / step, 25)
    quotients = [(b - a) / step for a, b in zip(direct.escort(before), direct.escort(after, moved), strict=True)]
    found = solved.jvp(direction, dtarget)
    largest = max(map(abs, quotients))
    assert all(close(mp, a, b, 25, largest) for a, b in zip(found, quotients, strict=True))
    assert all((a == 0) == (x is None) for a, x in zip(found, direct.x, strict=True))


@deterministic
@given(st.lists(st.integers(1, 60), min_size=3, max_size=8).filter(lambda w: len(set(w)) > 2), st.integers(1, 9))
def test_the_distribution_does_not_follow_what_changes_no_order(p, tenths):
    low, high = math.log(p.count(max(p))), math.log(len(p))
    solved = solve(p, entropy=low + (high - low) * tenths / 10, digits=20)
    assert max(map(abs, solved.jvp([1] * len(p)))) < 1e-18  # a shift of all logits
    mp = mpmath.MPContext()
    mp.dps = 60
    logs = [F(mp.nstr(mp.log(x), 50)) for x in p]
    assert max(map(abs, solved.jvp(logs))) < 1e-17  # a change of scale, which gamma* undoes
    assert abs(sum(solved.jvp([0] * len(p), 1))) < 1e-15


def test_without_a_direction_the_logits_stay():
    solved = solve([5, 3, 2], entropy="0.9", digits=20)
    assert solved.jvp(dtarget=2) == solved.jvp([0, 0, 0], 2)
    assert max(map(abs, solved.jvp())) == 0


def test_two_entries_keep_their_distribution():
    solved = solve([3, 1], entropy="0.5", digits=20)
    assert max(map(abs, solved.jvp([1, F(-1, 3)]))) < 1e-18


def test_a_direction_that_does_not_fit_is_refused():
    solved = solve([5, 3, 2], entropy="0.9", digits=10)
    with pytest.raises(EntnormError, match="dlogits has 2 entries, the row has 3"):
        solved.jvp([1, 2])
    with pytest.raises(EntnormError, match=r"dlogits\[1\] must be finite"):
        solved.jvp([1, math.inf, 0])
    with pytest.raises(EntnormError, match="dtarget must be"):
        solved.jvp([1, 2, 3], None)


@needs_flint
def test_what_was_certified_elsewhere_is_not_enclosed_without_flint(monkeypatch):
    solved = solve([5, 3, 2], entropy="0.9", digits=10)
    monkeypatch.setitem(sys.modules, "flint", None)
    balls._flint.cache_clear()
    with pytest.raises(ImportError, match=r"entnorm\[rigorous\]"):
        _ = solved.probs


@needs_flint
def test_what_was_not_certified_is_not_enclosed_in_balls(monkeypatch):
    with monkeypatch.context() as absent:
        absent.setattr(balls, "available", lambda: False)
        solved = solve([5, 3, 2], entropy="0.9", digits=10)
    monkeypatch.setattr(balls, "ends", lambda ball: pytest.fail("balls were used"))
    assert abs(sum(solved.probs) - 1) < 1e-9
    assert not solved.rigorous


def test_derived_numbers_survive_pickling_and_are_equal():
    solved = solve([5, 3, 2], entropy="0.9", digits=10)
    again = pickle.loads(pickle.dumps(solved))
    assert again == solved
    assert (again.slope, again.probs, again.gradient) == (solved.slope, solved.probs, solved.gradient)
