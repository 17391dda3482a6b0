"""Reference solutions, held against entropies computed from the definition in mpmath at 60 to 1500 digits."""

import math
import pickle
import sys
import threading
from decimal import Decimal
from fractions import Fraction as F

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from entnorm import balls
from entnorm.reference import Certified, UnattainableTargetError, solve
from entnorm.reference.attainable import gaps
from entnorm.reference.decimals import agreeing, decimal, digits_of, ends
from entnorm.reference.enclosure import slope_and_condition
from entnorm.reference.exact import LONGEST_DECIMAL, Row, Target, exact, row, target
from entnorm.reference.newton import MOST_BITS, _doubled, root
from entnorm.solution import EntnormError, InfeasibleTargetError

needs_flint = pytest.mark.skipif(not balls.available(), reason="python-flint is not installed (extra `rigorous`)")
deterministic = settings(derandomize=True, deadline=None, max_examples=60)

TINY = 2.0**-53


def lift(mp, x):
    x = F(x)
    return mp.mpf(x.numerator) / x.denominator


def escort(mp, gamma, *, p=None, logits=None):
    """The escort distribution, from its definition."""
    if p is not None:
        powers = [mp.power(lift(mp, x), gamma) if F(x) else mp.zero for x in p]
    else:
        top = max(logits)
        powers = [mp.zero if x == -math.inf else mp.exp(gamma * lift(mp, F(x) - F(top))) for x in logits]
    total = mp.fsum(powers)
    return [x / total for x in powers]


def entropy(mp, gamma, **row):
    return -mp.fsum(q * mp.log(q) for q in escort(mp, gamma, **row) if q)


def context(digits):
    mp = mpmath.MPContext()
    mp.dps = digits
    return mp


def assert_encloses(solved, goal, digits=400, **row):
    """H(lower) > goal > H(upper) by the definition, and the enclosure is as narrow as promised."""
    mp = context(digits)
    lower, upper = solved.enclosure
    assert 0 < (upper - lower) * 10**solved.digits <= lower
    assert entropy(mp, lift(mp, lower), **row) > goal(mp) > entropy(mp, lift(mp, upper), **row)


weights = st.lists(st.integers(1, 1000), min_size=2, max_size=8).filter(lambda w: len(set(w)) > 1)
exponents = st.fractions(min_value=F(1, 50), max_value=8, max_denominator=1000)


@deterministic
@given(weights, exponents, st.sampled_from(["entropy", "perplexity", "deficit", "evenness"]))
def test_the_exponent_that_made_the_target_is_recovered(p, gamma, kind):
    mp = context(150)
    h = entropy(mp, lift(mp, gamma), p=p)
    log_s = mp.log(len(p))
    value = {"entropy": h, "perplexity": mp.exp(h), "deficit": log_s - h, "evenness": h / log_s}[kind]
    solved = solve(p, **{kind: mp.nstr(value, 120)})
    assert solved.enclosure[0] < gamma < solved.enclosure[1]
    assert abs(lift(mp, gamma) - solved.gamma) < gamma.numerator * mp.mpf(10) ** -50 / gamma.denominator


@deterministic
@given(st.lists(st.integers(-60, 60), min_size=2, max_size=8).filter(lambda x: len(set(x)) > 1), exponents)
def test_logits_and_shifted_logits_have_the_exponent_that_made_the_target(x, gamma):
    mp = context(200)
    h = mp.nstr(entropy(mp, lift(mp, gamma), logits=x), 180)
    if mp.mpf(h) < mp.mpf(10) ** -100 or mp.log(len(x)) - mp.mpf(h) < mp.mpf(10) ** -100:
        return
    try:
        solved = solve(logits=x, entropy=h)
    except UnattainableTargetError:  # the target, cut to 180 digits, fell on the other side of log m
        assert x.count(max(x)) > 1
        return
    shifted = solve(logits=[k + F(10**9, 7) for k in x], entropy=h)
    assert solved.enclosure == shifted.enclosure
    assert_encloses(solved, lambda mp: mp.mpf(h), logits=x)


@deterministic
@given(weights, st.integers(1, 10**6), st.integers(1, 9))
def test_scaling_the_row_changes_nothing(p, factor, tenths):
    mp = context(60)
    low, high = mp.log(p.count(max(p))), mp.log(len(p))
    h = mp.nstr(low + (high - low) * tenths / 10, 40)
    assert solve(p, entropy=h).enclosure == solve([F(x, factor) for x in p], entropy=h).enclosure


HARD = {
    "floats 1 + 1e-12 i": ({"p": [1 + 1e-12 * i for i in range(20)], "entropy": 2.0}, 3e11, 4e11),
    "ulp between two levels": ({"p": [1.0] * 5 + [1 - TINY] * 15, "entropy": 2.0}, 3e16, 4e16),
    "rationals 1e-300 apart": ({"p": [1] * 3 + [1 - F(1, 10**300)] * 4, "entropy": "1.5"}, 2e300, 3e300),
    "H* = 1e-30": ({"p": [0.5, 0.3, 0.2], "entropy": 1e-30}, 143, 144),
    "H* = 1e-300": ({"p": [0.5, 0.3, 0.2], "entropy": 1e-300}, 1365, 1366),
    "H* = 5e-324, maxima one ulp apart": ({"p": [1.0, 1 - TINY, 0.3, 0.2], "entropy": 5e-324}, 6.7e18, 6.8e18),
    "next float above log 3, three ties": (
        {"p": [0.3, 0.3, 0.3, 0.1], "entropy": math.nextafter(math.log(3), 2)},
        34,
        35,
    ),
    "float below log n": ({"p": [0.5, 0.3, 0.15, 0.05], "entropy": math.nextafter(math.log(4), 0)}, 2e-8, 3e-8),
    "log n - 1e-30": ({"p": [0.5, 0.3, 0.15, 0.05], "deficit": "1e-30"}, 1.6e-15, 1.7e-15),
    "log n - 1e-24": ({"p": [0.5, 0.3, 0.15, 0.05], "deficit": "1e-24"}, 1.6e-12, 1.7e-12),
    "entries from 1e-285 to 1": ({"p": [F(1, 10 ** (15 * i)) for i in range(20)], "deficit": 1e-20}, 7e-13, 8e-13),
    "zeros and denormals": (
        {"p": [0, 5e-324, 1e-310, 0, 0.25, 0.5, 0.25, 2.2e-308], "entropy": 1.7},
        1.2e-3,
        1.3e-3,
    ),
    "nearly uniform rationals": ({"p": [1 + F(i * i, 10**12) for i in range(10)], "entropy": 1.5}, 4e10, 5e10),
    "deficit 1e-300, nearly uniform": ({"logits": [1e-12 * i for i in range(7)], "deficit": 1e-300}, 7e-139, 8e-139),
    "logits of 1e300": ({"logits": [1e300, -1e300, 0, 5e299], "entropy": 1.0}, 1.6e-300, 1.7e-300),
}


def goal_of(question):
    size = len([x for x in question.get("p", question.get("logits")) if x])
    if "deficit" in question:
        size = len(question.get("p", question.get("logits")))
        return lambda mp: mp.log(size) - lift(mp, question["deficit"])
    return lambda mp: lift(mp, question["entropy"])


BACKENDS = ["mpmath", pytest.param("arb", marks=needs_flint)]


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("name", HARD)
def test_hard_rows_are_solved(name, backend):
    question, low, high = HARD[name]
    solved = solve(**question, backend=backend)
    assert low < solved.gamma < high
    assert solved.rigorous == balls.available()
    row_ = {key: question[key] for key in ("p", "logits") if key in question}
    assert_encloses(solved, goal_of(question), digits=1500, **row_)


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_target_1e_40_above_log_3_with_three_ties_is_solved(backend):
    h = context(80).nstr(context(80).log(3) + context(80).mpf(10) ** -40, 75)
    p = [F(3, 10)] * 3 + [F(1, 10)]
    solved = solve(p, entropy=h, backend=backend)
    assert 86 < solved.gamma < 88
    assert_encloses(solved, lambda mp: mp.mpf(h), p=p)


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_flat_stretch_between_three_and_four_levels_is_solved(backend):
    x = [0, F(-1, 1000), F(-2, 1000), -(10**6), -2 * 10**6, -(10**12)]
    h = context(80).nstr(context(80).log(3) + context(80).mpf(10) ** -20, 75)
    solved = solve(logits=x, entropy=h, backend=backend)
    assert solved.condition > 1e12
    assert_encloses(solved, lambda mp: mp.mpf(h), logits=x)


@deterministic
@given(st.lists(st.integers(0, 20), min_size=3, max_size=9).filter(lambda w: len(set(w) - {0}) > 1))
def test_probabilities_slope_and_condition_are_those_of_the_definition(p):
    mp = context(60)
    size = sum(1 for x in p if x)
    low, high = mp.log(p.count(max(p))), mp.log(size)
    h = mp.nstr((low + high) / 2, 30)
    solved = solve(p, entropy=h)
    q = escort(mp, mp.convert(solved.gamma), p=p)
    assert all(abs(mp.convert(a) - b) <= mp.mpf(10) ** -49 * b for a, b in zip(solved.probs, q, strict=True))
    assert all((a == 0) == (x == 0) for a, x in zip(solved.probs, p, strict=True))
    step = mp.mpf(10) ** -15
    gamma = mp.convert(solved.gamma)
    difference = (entropy(mp, gamma + step, p=p) - entropy(mp, gamma - step, p=p)) / (2 * step)
    assert abs(mp.convert(solved.slope) / difference - 1) < mp.mpf(10) ** -20
    condition = min(mp.mpf(h), high - mp.mpf(h)) / (-difference * gamma)
    assert abs(mp.convert(solved.condition) / condition - 1) < mp.mpf(10) ** -20


@needs_flint
@deterministic
@given(weights, st.integers(1, 9))
def test_balls_around_slope_and_condition_contain_what_mpmath_finds(p, tenths):
    mp = context(60)
    low, high = mp.log(p.count(max(p))), mp.log(len(p))
    h = mp.nstr(low + (high - low) * tenths / 10, 30)
    solved = solve(p, entropy=h)
    slope, condition = slope_and_condition(row(p, None), Target("entropy", F(h)), solved.enclosure, 300)
    for enclosure, found in ((slope, solved.slope), (condition, solved.condition)):
        assert lift(mp, enclosure[0]) < found < lift(mp, enclosure[1])
        assert abs(enclosure[1] - enclosure[0]) < abs(enclosure[0]) / 10**45


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("digits", [1, 2, 15, 200, 1000])
def test_any_number_of_digits(digits, backend):
    solved = solve([0.5, 0.3, 0.2], entropy="0.9", digits=digits, backend=backend)
    assert_encloses(solved, lambda mp: mp.mpf("0.9"), digits=digits + 60, p=[0.5, 0.3, 0.2])


def test_every_kind_of_exact_number_means_itself():
    expected = solve([F(1, 2), F(1, 4), F(1, 4)], entropy=F(7, 8)).enclosure
    assert solve(["0.5", ".25", "25e-2"], entropy="0.875").enclosure == expected
    assert solve([2, 1, 1], entropy=0.875).enclosure == expected
    assert solve(np.array([0.5, 0.25, 0.25], dtype=np.float32), entropy=np.float64(0.875)).enclosure == expected
    assert solve(np.array([2, 1, 1]), entropy=0.875).enclosure == expected
    assert solve([0.1, 0.2, 0.7], entropy=0.5).enclosure != solve(["0.1", "0.2", "0.7"], entropy=0.5).enclosure


def test_a_dyadic_row_with_an_exact_root():
    solved = solve(["0.5", *["0.125"] * 4], perplexity=4)  # entropy 2 log 2, so gamma* = 1
    assert solved.enclosure[0] < 1 < solved.enclosure[1]
    assert repr(solved).startswith("Certified(gamma=1.0000")


UNATTAINABLE = [
    ({"p": [5, 3, 2], "entropy": 1.2}, "above log s"),
    ({"p": [5, 3, 2], "perplexity": 4}, "above log s"),
    ({"p": [5, 0, 3, 2], "entropy": 1.2}, "above log s"),
    ({"p": [5, 3, 2], "evenness": 1.5}, "above log s"),
    ({"p": [5, 3, 2], "entropy": 0}, "at log m"),
    ({"p": [5, 3, 2], "evenness": 0}, "at log m"),
    ({"p": [5, 3, 2], "perplexity": 1}, "at log m"),
    ({"p": [5, 5, 2], "perplexity": 2}, "at log m"),
    ({"p": [2, 2, 1, 1], "evenness": 0.5}, "at log m"),
    ({"p": [2, 2, 1, 1, 1, 1, 1, 1], "evenness": F(1, 3)}, "at log m"),
    ({"p": [5, 5, 2], "entropy": 0.5}, "below log m"),
    ({"p": [5, 5, 2], "entropy": math.nextafter(math.log(2), 0)}, "below log m"),
    ({"p": [5, 5, 2], "deficit": 1}, "below log m"),
    ({"p": [5, 3, 2], "deficit": 2}, "below log m"),
    ({"p": [5, 3, 2], "perplexity": 0.5}, "below log m"),
    ({"p": [5, 3, 2], "entropy": "1e5000"}, "above log s"),
    ({"p": [5, 3, 2], "deficit": 0}, "at log s"),
    ({"p": [5, 3, 2], "evenness": 1}, "at log s"),
    ({"p": [5, 3, 2], "perplexity": 3}, "at log s"),
    ({"p": [1, 1, 1], "entropy": 1.0}, "uniform"),
    ({"p": [0, 1, 0], "entropy": 0}, "every gamma"),
    ({"p": [0.5, 0.5], "perplexity": 2}, "every gamma"),
    ({"logits": [3, 3, -math.inf], "deficit": 0}, "every gamma"),
]


@pytest.mark.parametrize(("question", "reason"), UNATTAINABLE)
@pytest.mark.parametrize("with_flint", [pytest.param(True, marks=needs_flint), False])
def test_an_unattainable_target_is_refused_with_its_proof(question, reason, with_flint, monkeypatch):
    if not with_flint:
        monkeypatch.setattr(balls, "available", lambda: False)
    with pytest.raises(UnattainableTargetError) as caught:
        solve(**question)
    error = caught.value
    assert isinstance(error, InfeasibleTargetError)
    assert error.reason == reason
    assert error.rigorous == with_flint
    assert ("not rigorous" in str(error)) == (not with_flint and reason not in ("uniform", "every gamma"))
    values = [x for x in question.get("p", question.get("logits")) if x not in (0, -math.inf)]
    mp = context(60)
    for enclosure, k in zip(error.limits, (values.count(max(values)), len(values)), strict=True):
        assert lift(mp, enclosure[0]) <= mp.log(k) <= lift(mp, enclosure[1])
    if reason == "above log s":
        assert error.target[0] > error.limits[1][1]
    if reason == "below log m":
        assert error.target[1] < error.limits[0][0]
    assert pickle.loads(pickle.dumps(error)).reason == reason


def test_targets_next_to_an_end_are_not_taken_for_it():
    assert solve([5, 5, 2], entropy=math.nextafter(math.log(2), 1), digits=5).gamma > 30
    assert solve([2, 2, 1, 1], evenness=0.5 + TINY, digits=5).gamma > 30
    assert solve([5, 3, 2], evenness=1 - TINY, digits=5).gamma < 1e-6
    assert solve([5, 3, 2], perplexity=F(3) - F(1, 10**100), digits=5).gamma < 1e-45


BAD = [
    ({}, "exactly one of p and logits"),
    ({"p": [1, 2], "logits": [1, 2], "entropy": 0.5}, "exactly one of p and logits"),
    ({"p": [1, 2]}, "exactly one target"),
    ({"p": [1, 2], "entropy": 0.5, "deficit": 0.1}, "got entropy, deficit"),
    ({"p": [1, -2], "entropy": 0.5}, r"p\[1\]"),
    ({"p": [0, 0.0, "0"], "entropy": 0.5}, "no entry in the support"),
    ({"p": [], "entropy": 0.5}, "no entry in the support: a row needs one above zero"),
    ({"logits": [-math.inf], "entropy": 0.5}, "no entry in the support: a row needs a finite one"),
    ({"logits": [0, math.inf], "entropy": 0.5}, r"logits\[1\] must be finite"),
    ({"p": [1, math.nan], "entropy": 0.5}, r"p\[1\] must be finite"),
    ({"p": [1, 2j], "entropy": 0.5}, r"p\[1\] must be an int"),
    ({"p": [1, True], "entropy": 0.5}, r"p\[1\] must be an int"),
    ({"p": [[1, 2]], "entropy": 0.5}, "got list"),
    ({"p": np.ones((2, 3)), "entropy": 0.5}, r"p\[0\] must be an int.* got ndarray"),
    ({"logits": np.ones((2, 3)), "entropy": 0.5}, r"logits\[0\] must be an int.* got ndarray"),
    ({"logits": [0, Decimal("sNaN")], "entropy": 0.5}, r"logits\[1\] must be finite"),
    ({"p": 0.5, "entropy": 0.5}, "p must be a sequence"),
    ({"logits": "12", "entropy": 0.5}, "logits must be a sequence"),
    ({"p": [1, "1/3"], "entropy": 0.5}, "decimal such as"),
    ({"p": [1, "nan"], "entropy": 0.5}, "decimal such as"),
    ({"p": [1, "1e999999999"], "entropy": 0.5}, "has the exponent"),
    ({"p": [1, "1e10001"], "entropy": 0.5}, "exponent 10001"),
    ({"p": [1, "1" * (LONGEST_DECIMAL + 1)], "entropy": 0.5}, "characters"),
    ({"p": [1, 2], "entropy": -0.5}, "entropy must not be negative"),
    ({"p": [1, 2], "entropy": math.nan}, "entropy must be finite"),
    ({"p": [1, 2], "perplexity": 0}, "perplexity must be positive"),
    ({"p": [1, 2], "entropy": 0.5, "digits": 0}, "digits must be"),
    ({"p": [1, 2], "entropy": 0.5, "digits": 1001}, "digits must be"),
    ({"p": [1, 2], "entropy": 0.5, "digits": 20.0}, "digits must be"),
    ({"p": [1, 2], "entropy": 0.5, "digits": True}, "digits must be"),
    ({"p": [1, 2], "entropy": 0.5, "backend": "iv"}, "backend must be one of mpmath, arb"),
]


@pytest.mark.parametrize(("question", "message"), BAD)
def test_bad_input_is_refused_by_name(question, message):
    with pytest.raises(EntnormError, match=message):
        solve(**question)


@pytest.mark.parametrize("name", HARD)
def test_without_flint_the_answer_is_the_same_and_says_that_it_is_not_certified(name, monkeypatch):
    question, _, _ = HARD[name]
    expected = solve(**question).enclosure
    monkeypatch.setattr(balls, "available", lambda: False)
    monkeypatch.setattr(balls, "working", lambda bits: pytest.fail("balls were used"))
    solved = solve(**question)
    assert solved.enclosure == expected
    assert not solved.rigorous
    assert "rigorous=False" in repr(solved)
    assert "not certified" in repr(solved)


@needs_flint
def test_with_flint_the_answer_says_that_it_is_certified():
    solved = solve([5, 3, 2], entropy="0.9", digits=10)
    assert solved.rigorous
    assert "rigorous=True: certified in ball arithmetic" in repr(solved)


@pytest.mark.parametrize("with_flint", [pytest.param(True, marks=needs_flint), False])
def test_a_root_that_is_off_is_never_returned(with_flint, monkeypatch):
    if not with_flint:
        monkeypatch.setattr(balls, "available", lambda: False)

    def wrong(problem, room, bits):
        return root(problem, room, bits) * (1 + problem.mp.mpf(10) ** -20)

    monkeypatch.setattr("entnorm.reference.locate.root", wrong)
    with pytest.raises(ArithmeticError, match="could not be confirmed"):
        solve([5, 3, 2], entropy="0.9")
    assert solve([5, 3, 2], entropy="0.9", digits=15).digits == 15


@needs_flint
def test_the_arb_backend_names_what_it_needs(monkeypatch):
    monkeypatch.setitem(sys.modules, "flint", None)
    balls._flint.cache_clear()
    monkeypatch.setattr(balls, "available", lambda: False)
    with pytest.raises(ImportError, match=r"entnorm\[rigorous\]"):
        solve([5, 3, 2], entropy="0.9", backend="arb")


@needs_flint
@deterministic
@given(
    st.lists(st.integers(0, 10**6), min_size=2, max_size=30).filter(lambda w: len(set(w) - {0}) > 1),
    st.fractions(min_value=F(1, 10**9), max_value=1 - F(1, 10**9)),
    st.sampled_from([3, 20, 50, 120, 400]),
)
def test_the_two_backends_find_the_same_root(p, part, digits):
    size, ties = sum(x > 0 for x in p), p.count(max(p))
    mp = context(40)
    h = mp.nstr(mp.log(ties) + (mp.log(size) - mp.log(ties)) * lift(mp, part), 40)
    one, other = (solve(p, entropy=h, digits=digits, backend=backend) for backend in ("mpmath", "arb"))
    assert max(one.enclosure[0], other.enclosure[0]) < min(one.enclosure[1], other.enclosure[1])
    mp = context(digits + 10)
    assert abs(lift(mp, F(1)) - mp.convert(other.gamma) / mp.convert(one.gamma)) < mp.mpf(10) ** -digits


def test_precision_of_the_caller_is_neither_used_nor_changed():
    with mpmath.workdps(1):
        coarse = solve([5, 3, 2], entropy="0.9")
        found = (coarse.gamma, coarse.probs, coarse.slope, coarse.condition, coarse.gradient, coarse.jvp([1, 0, 2], 1))
        assert mpmath.mp.dps == 1
    with mpmath.workdps(100):
        fine = solve([5, 3, 2], entropy="0.9")
        assert found == (fine.gamma, fine.probs, fine.slope, fine.condition, fine.gradient, fine.jvp([1, 0, 2], 1))
        assert abs(sum(fine.probs) - 1) < mpmath.mpf(10) ** -50
        assert mpmath.mp.dps == 100
    if balls.available():
        import flint

        with flint.ctx.workprec(77):
            for backend in ("mpmath", "arb"):
                solved = solve([5, 3, 2], entropy="0.9", backend=backend)
                assert solved.enclosure == fine.enclosure
                assert solved.probs == fine.probs
                assert solved.verify()
            assert flint.ctx.prec == 77


@pytest.mark.parametrize("backend", BACKENDS)
def test_four_threads_get_what_one_gets(backend):
    questions = [{"p": [5, 3, 2, k], "entropy": "0.9", "digits": 20 + 30 * (k % 4)} for k in range(6, 26)]

    def answers():
        solved = [solve(**question, backend=backend) for question in questions]
        return [(s.gamma, s.enclosure, s.slope, s.probs) for s in solved]

    expected = answers()
    found: dict[int, list] = {}

    def work(name):
        found[name] = answers()

    threads = [threading.Thread(target=work, args=(k,)) for k in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert list(found.values()) == [expected] * 4


def test_the_result_is_frozen_and_can_be_sent_elsewhere():
    solved = solve([5, 3, 2], entropy="0.9", digits=10)
    assert isinstance(solved, Certified)
    again = pickle.loads(pickle.dumps(solved))
    assert again == solved
    assert again.slope == solved.slope
    assert again.probs == solved.probs
    assert pickle.loads(pickle.dumps(solved)).condition == solved.condition
    with pytest.raises(AttributeError):
        solved.gamma = 1


def test_ties_zeros_and_multiplicities_are_decided_exactly():
    tiny = F(1, 10**400)
    made = row([F(1, 3), 0, F(1, 3) + tiny, F(1, 3), F(1, 3) + tiny], None)
    assert (made.size, made.ties, len(made.levels)) == (4, 2, 1)
    assert made.places == (1, None, 0, 1, 0)
    assert row(None, [1.0, -math.inf, 1]).levels == ()


def test_gaps_are_lower_bounds_sharp_to_a_factor_of_two():
    found = gaps(row([5, 3, 2], None), Target("deficit", F(1, 10**100)))
    assert F(1, 2 * 10**100) < found.high < F(1, 10**100)
    mp = context(1000)
    assert lift(mp, found.low) < mp.log(3) - mp.mpf(10) ** -100 < 2 * lift(mp, found.low)


def test_the_precision_is_bounded():
    assert _doubled(64) == 128
    with pytest.raises(ArithmeticError, match="so flat"):
        _doubled(MOST_BITS)


@deterministic
@given(st.fractions(min_value=F(1, 10**30), max_value=10**30), st.integers(1, 60))
def test_decimals_are_the_nearest_and_the_ends_lie_on_both_sides(x, count):
    mantissa, exponent = digits_of(x, count)
    assert 10 ** (count - 1) <= mantissa < 10**count
    assert abs(mantissa * F(10) ** exponent - x) <= F(10) ** exponent / 2
    lower, upper = ends(x, count)
    assert lower < x < upper
    assert (upper - lower) * 10**count <= lower
    assert F(decimal(lower)) == lower
    assert F(decimal(upper)) == upper


@deterministic
@given(st.fractions(min_value=F(1, 10**9), max_value=10**9), st.integers(1, 40), st.sampled_from([1, -1]))
def test_both_ends_round_to_the_digits_on_which_they_agree(x, digits, sign):
    low, high = sorted(sign * end for end in ends(x, digits))
    text = agreeing(low, high, digits + 1)
    shown = len(text.strip("-").split("e")[0].replace(".", ""))
    place = F(10) ** (int(text.split("e")[1]) - shown + 1)
    assert abs(F(text) - low) <= place / 2
    assert abs(F(text) - high) <= place / 2
    assert shown in (digits, digits + 1)


def test_ends_of_different_sign_have_no_digits():
    with pytest.raises(ValueError, match="no digit"):
        agreeing(F(-1), F(1), 10)
    with pytest.raises(ValueError, match="no digit"):
        agreeing(F(1), F(20), 10)


def test_targets_are_exact_forms():
    assert target(entropy="0.1").form(5) == (F(1, 10), 0, 1)
    assert target(perplexity=2.5).form(5) == (0, 1, F(5, 2))
    assert target(deficit=1).form(5) == (-1, 1, 5)
    assert target(evenness=F(1, 3)).form(5) == (0, F(1, 3), 5)
    assert exact(np.float32(0.1), "x") == F(float(np.float32(0.1)))
    assert Row("p", (F(1), F(0))).support == (0,)


def test_every_exact_number_is_taken_exactly():
    with mpmath.workprec(200):
        third = mpmath.mpf(1) / 3
    taken = row([third, Decimal("0.1"), Decimal("1e-30"), mpmath.mpf(5), mpmath.mpf(0)], None)
    _, mantissa, exponent, _ = third._mpf_
    assert taken.values == (F(int(mantissa), 2**-exponent), F(1, 10), F(1, 10**30), 5, 0)
    another = mpmath.MPContext()
    assert row([another.mpf("0.25"), third], None).values == (F(1, 4), taken.values[0])
    assert row(None, [another.mpf("-inf"), 1]).support == (1,)
    assert row(None, ["0", "-inf", -math.inf, mpmath.mpf("-inf"), Decimal("-Infinity")]).support == (0,)


@pytest.mark.parametrize(
    ("x", "said"),
    [
        ("1e-100000", "has the exponent -100000; at most"),
        (Decimal("1e-100000"), "has the exponent -100000; at most"),
        (Decimal("nan"), "must be finite"),
        (mpmath.mpf("inf"), "must be finite"),
        (mpmath.MPContext().mpf("nan"), "must be finite"),
        (mpmath.pi, "must be an int"),  # another number at every precision
        (mpmath.ldexp(mpmath.mpf(1), 10**9), "has the binary exponent"),
        (mpmath.mpc(1, 2), "must be an int"),
    ],
)
def test_numbers_that_are_none_or_too_long_are_refused_by_what_they_are(x, said):
    with pytest.raises(EntnormError, match=said):
        exact(x, "p[0]")


def test_what_is_no_number_is_told_all_that_would_be():
    said = "p\\[0\\] must be an int, a Fraction, a float, a Decimal, an mpf or a decimal string, got complex"
    with pytest.raises(EntnormError, match=said):
        solve([1j, 1], entropy=0.5)
    for number in (Decimal("0.25"), mpmath.mpf(0.25), "0.25", F(1, 4), 0.25):
        assert solve([number, 1], entropy="0.5", digits=5).certificate.values[0] == F(1, 4)
