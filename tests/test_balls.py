"""Balls contain what they must, their ends are exact, and the precision of the caller is left alone."""

import importlib.util
import math
import os
import subprocess
import sys
import threading
from fractions import Fraction

import mpmath
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from entnorm import balls

needs_flint = pytest.mark.skipif(not balls.available(), reason="python-flint is not installed (extra `rigorous`)")
deterministic = settings(derandomize=True, deadline=None, max_examples=100)
fractions = st.fractions(min_value=-(10**9), max_value=10**9, max_denominator=10**9)
precisions = st.integers(2, 400)
RADIUS = Fraction(1, 2**26)  # FLINT keeps a radius to 30 bits and rounds it up a few times


def test_importing_the_module_does_not_import_flint():
    code = "import sys, entnorm.balls; entnorm.balls.available(); sys.exit('flint' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_absent_flint_is_named_with_its_remedy(monkeypatch):
    monkeypatch.setitem(sys.modules, "flint", None)
    balls._flint.cache_clear()
    with pytest.raises(ImportError, match=r'pip install "entnorm\[rigorous\]"'), balls.working(53):
        pass
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    assert not balls.available()


@needs_flint
@deterministic
@given(fractions, precisions)
def test_a_fraction_lies_in_its_ball(x, bits):
    with balls.working(bits):
        b = balls.ball(x)
    assert balls.lower(b) <= x <= balls.upper(b)
    assert balls.upper(b) - balls.lower(b) <= abs(x) * Fraction(4, 2**bits)


@needs_flint
@deterministic
@given(st.floats(allow_nan=False, allow_infinity=False) | st.integers(), precisions)
def test_floats_and_ints_are_exact_at_any_precision(x, bits):
    with balls.working(bits):
        b = balls.ball(x)
    assert balls.lower(b) == balls.upper(b) == Fraction(x)


@needs_flint
@deterministic
@given(st.fractions(min_value=-50, max_value=50, max_denominator=10**6), st.integers(10, 200))
def test_exp_log_and_log1p_contain_the_value_found_by_mpmath_at_twice_the_precision(x, bits):
    mp = mpmath.MPContext()
    mp.prec = 4 * bits + 200
    value = mp.mpf(x.numerator) / x.denominator
    slack = Fraction(1, 2 ** (3 * bits))  # far above the error of mpmath here, far below the radius of any inexact ball
    cases = [
        (balls.exp, x, mp.exp(value)),
        (balls.log, abs(x) + 1, mp.log(abs(value) + 1)),
        (balls.log1p, abs(x), mp.log1p(abs(value))),
    ]
    for function, argument, expected in cases:
        with balls.working(bits):
            b = function(balls.ball(argument))
        true = _fraction(expected)
        size = max(1, abs(true))
        assert balls.lower(b) - slack * size <= true <= balls.upper(b) + slack * size


def _fraction(x):
    signed, mantissa, exponent, _ = x._mpf_
    return (-1) ** signed * int(mantissa) * Fraction(2) ** exponent


@needs_flint
def test_exp_is_right_where_the_interval_arithmetic_of_mpmath_is_not():
    x = Fraction(122, 2**49)  # the upper end of iv.exp at 53 bits is 1 + x, which is below e**x (mpmath issue 1181)
    with balls.working(53):
        assert balls.upper(balls.exp(balls.ball(x))) > 1 + x + x * x / 2


@needs_flint
@deterministic
@given(fractions, fractions, fractions.map(lambda x: abs(x) / (abs(x) + 1)), precisions)
def test_the_hull_contains_everything_between(a, b, part, bits):
    with balls.working(bits):
        between = balls.hull(balls.ball(a), balls.ball(b))
    assert balls.lower(between) <= a + part * (b - a) <= balls.upper(between)
    assert balls.upper(between) - balls.lower(between) <= abs(b - a) * (1 + RADIUS) + (abs(a) + abs(b)) * Fraction(
        8, 2**bits
    )


@needs_flint
@deterministic
@given(fractions, fractions, precisions)
def test_ends_middle_and_magnitude_are_those_of_the_ball(a, b, bits):
    with balls.working(bits):
        found = balls.hull(balls.ball(a), balls.ball(b))
        low, high = (mantissa * Fraction(2) ** exponent for mantissa, exponent in balls.ends(found))
        mantissa, exponent = balls.middle(found)
        largest = balls.magnitude(found)
    assert low <= balls.lower(found) <= min(a, b)
    assert max(a, b) <= balls.upper(found) <= high
    width = balls.upper(found) - balls.lower(found)
    assert high - low <= width + (abs(low) + abs(high)) * Fraction(2, 2**bits)
    assert 2 * mantissa * Fraction(2) ** exponent == balls.lower(found) + balls.upper(found)
    true = max(abs(balls.lower(found)), abs(balls.upper(found)))
    assert (
        true * (1 - Fraction(1, 2**52)) <= Fraction(largest) <= true * (1 + Fraction(4, 2**bits) + Fraction(1, 2**52))
    )


@needs_flint
@deterministic
@given(fractions, fractions, precisions)
def test_the_least_of_two_balls_contains_the_smaller_number(a, b, bits):
    with balls.working(bits):
        found = balls.least(balls.ball(a), balls.ball(b))
    assert balls.lower(found) <= min(a, b) <= balls.upper(found)


@needs_flint
def test_a_ball_without_ends_has_no_middle_and_an_infinite_magnitude():
    endless = balls.ball(1) / balls.ball(0)
    assert balls.magnitude(endless) == math.inf
    for function in (balls.middle, balls.ends):
        with pytest.raises(ValueError, match="no finite end"):
            function(endless)


@needs_flint
def test_signs_are_decided_or_not():
    with balls.working(30):
        assert balls.sign(balls.ball(Fraction(-1, 3))) == -1
        assert balls.sign(balls.ball(Fraction(1, 3))) == 1
        assert balls.sign(balls.ball(0)) == 0
        assert balls.sign(balls.ball(0) * balls.ball(Fraction(1, 3))) == 0
        assert balls.sign(balls.ball(1) / 3 - balls.ball(1) / 3) is None
        assert balls.sign(balls.ball(1) / 0) is None


@needs_flint
def test_disjoint_only_when_certain():
    with balls.working(30):
        third = balls.ball(Fraction(1, 3))
        assert not balls.disjoint(third, third)
        assert not balls.disjoint(third, third + balls.ball(Fraction(1, 2**40)))
        assert not balls.disjoint(third, balls.ball(1) / 0)
        assert balls.disjoint(third, third + balls.ball(Fraction(1, 2**20)))
        assert balls.disjoint(balls.ball(2), third)


@needs_flint
@pytest.mark.parametrize("x", [math.nan, math.inf, -math.inf])
def test_a_float_that_is_no_number_is_refused(x):
    with pytest.raises(ValueError, match="finite"):
        balls.ball(x)


@needs_flint
def test_other_types_are_refused():
    with pytest.raises(TypeError, match="not from str"):
        balls.ball("0.1")


@needs_flint
def test_ends_that_do_not_exist_are_refused():
    with pytest.raises(ValueError, match="no finite end"):
        balls.lower(balls.log(balls.ball(0)))
    with balls.working(30), pytest.raises(OverflowError, match="exact fraction"):
        balls.upper(balls.exp(balls.ball(-(10**15))))


@needs_flint
def test_precision_is_nested_and_restored_even_after_an_error():
    import flint

    before = flint.ctx.prec
    with balls.working(100):
        with balls.working(200):
            assert flint.ctx.prec == 200
        assert flint.ctx.prec == 100
        with pytest.raises(ZeroDivisionError), balls.working(300):
            _ = 1 / 0
        assert flint.ctx.prec == 100
    assert flint.ctx.prec == before
    with pytest.raises(ValueError, match="at least 2 bits"), balls.working(1):
        pass


@needs_flint
def test_threads_never_see_the_precision_of_another():
    import flint

    wrong = []

    def worker(bits):
        for _ in range(300):
            with balls.working(bits):
                b = balls.exp(balls.ball(Fraction(1, 3)))
                if flint.ctx.prec != bits or balls.upper(b) - balls.lower(b) > Fraction(8, 2**bits):
                    wrong.append(bits)

    before = flint.ctx.prec
    threads = [threading.Thread(target=worker, args=(bits,)) for bits in (64, 128, 256, 512)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
    assert flint.ctx.prec == before


FORKS = """
import os, signal, threading
from entnorm import balls

inside, leave = threading.Event(), threading.Event()

def stay():
    with balls.working(500):
        inside.set()
        leave.wait()

thread = threading.Thread(target=stay)
thread.start()
inside.wait()
child = os.fork()
if not child:
    signal.alarm(20)
    with balls.working(64):
        os._exit(7)
leave.set()
thread.join()
print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""


@needs_flint
@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
def test_a_process_forked_while_a_thread_computes_does_not_wait_for_it():
    command = [sys.executable, "-W", "ignore::DeprecationWarning", "-c", FORKS]  # that forking threads is no good idea
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout == "7\n"
