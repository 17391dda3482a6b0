"""The compiled loops where they differ from NumPy's: elementary functions of their own, and rows solved in groups."""

import math
import os
import subprocess
import sys
import tracemalloc

import mpmath
import numpy as np
import pytest
from oracle import Exact

import entnorm
from entnorm import backend, steps
from entnorm.reductions import Workspace

fast = pytest.importorskip("entnorm.fast", reason="numba is not installed", exc_type=ImportError)
import numba  # noqa: E402
from numba.core.dispatcher import Dispatcher  # noqa: E402

from entnorm.fast import building, distributions, elementary, groups, lanes, lean, sums, tops, vectors  # noqa: E402
from entnorm.fast.building import LOOP  # noqa: E402
from entnorm.steps import EPS  # noqa: E402

RNG = np.random.default_rng
ULPS = {"exp": 1.5, "expm1": 2.5, "log1p": 1.0}


def from_python(function):
    """A helper of compiled code, which Python cannot call."""
    return numba.njit(lambda *arguments: function(*arguments))


def arguments(rng):
    """Of all sizes; log1p, which rounds 1 + x, near the ends of what is not reduced too."""
    small, large = 10.0 ** rng.uniform(-300, 0, 500), 10.0 ** rng.uniform(0, 2.8, 500)
    edges = np.concatenate([e + rng.uniform(-1e-9, 1e-9, 50) for e in (math.sqrt(2) - 1, math.sqrt(0.5) - 1)])
    return np.concatenate([small, -small, large, -large, edges, rng.uniform(-1, 3, 1000)])


@pytest.mark.parametrize("name", ULPS)
def test_elementary_functions_are_right_to_ulps(name):
    ours, worst = from_python(getattr(elementary, name)), 0.0
    with mpmath.workprec(200):
        exact = getattr(mpmath, name)
        for x in arguments(RNG(0)).tolist():
            if name == "log1p" and x <= -1:
                continue
            wanted = exact(mpmath.mpf(x))
            worst = max(worst, float(abs(ours(x) - wanted) / math.ulp(float(wanted))))
    assert worst <= ULPS[name]


def test_elementary_functions_beyond_their_range():
    exp, expm1, log1p = (from_python(f) for f in (elementary.exp, elementary.expm1, elementary.log1p))
    assert log1p(-1.0) == -math.inf
    assert log1p(math.inf) == math.inf
    assert log1p(1e308) == np.log1p(1e308)
    assert math.isnan(log1p(-1.5))
    for f in (exp, expm1, log1p):
        assert math.isnan(f(math.nan))
    assert expm1(-math.inf) == -1.0
    assert exp(-math.inf) < 1e-307
    assert exp(math.inf) > 1e307


EQUATIONS = ("FROM_TOP", "LEAN")


def answers(equation, x, goals, wanted=None):
    """What `solve_rows` finds: numbers and distribution of each row, bit for bit, or None."""
    count, n = x.shape
    done, numbers, nit = np.zeros(count, bool), np.full((6, count), np.nan), np.zeros(count, np.int64)
    out, wanted = np.full((count, n), np.nan), np.ones(count, bool) if wanted is None else wanted
    room = fast.room(Workspace(), n, True)
    fast.solve_rows(getattr(fast, equation), x, *goals, wanted, done, *numbers, nit, out, *room)
    found = zip(done.tolist(), numbers.T.tolist(), nit.tolist(), out, strict=True)
    return [(*row, steps, probs.tobytes()) if settled else None for settled, row, steps, probs in found]


def rows_of_all_kinds(n, count):
    """Neighbours that are solved by different equations, after different numbers of steps, or not at all."""
    rng = RNG(n)
    x = rng.normal(size=(count, n)) * 10.0 ** rng.uniform(-3, 3, (count, 1))
    deficit = rng.choice([1e-9, 1e-3, 0.05, 0.3, 1.0, 3.0], count) * math.log(n) / 4
    ties, broken = rng.integers(count, size=2)
    x[ties, :2] = x[ties].max() + 1.0
    x[broken, -1] = np.nan
    return x, np.array([math.log(n) - deficit, deficit])


@pytest.mark.parametrize("equation", EQUATIONS)
@pytest.mark.parametrize("n", [2, 3, 31, 90, 255, 256, 300, 1100, 4096, 9000])
def test_a_row_in_a_group_is_the_row_alone(n, equation):
    x, goals = rows_of_all_kinds(n, 29)
    found = answers(equation, x, goals)
    assert sum(row is None for row in found) < 25
    for row, wanted in enumerate(found):
        probs = np.empty(n)
        done, *numbers = fast.solve_row(getattr(fast, equation), x[row], *goals[:, row], probs)
        assert ((*numbers, probs.tobytes()) if done else None) == wanted
        again, *without_room = fast.solve_row(getattr(fast, equation), x[row], *goals[:, row], np.empty(0))
        assert (again, without_room if done else numbers) == (done, numbers)


@pytest.mark.parametrize("equation", EQUATIONS)
@pytest.mark.parametrize("n", [90, 300])
@pytest.mark.parametrize("shift", [1, 3, 8])
def test_a_row_does_not_see_its_group(n, shift, equation):
    x, goals = rows_of_all_kinds(n, 29)
    assert answers(equation, x[shift:], goals[:, shift:]) == answers(equation, x, goals)[shift:]


@pytest.mark.parametrize("equation", EQUATIONS)
def test_rows_that_are_not_wanted_are_left_alone(equation):
    x, goals = rows_of_all_kinds(90, 99)
    wanted = (RNG(0).random(99) < 0.5) & (np.arange(99) // 16 != 2)
    every = answers(equation, x, goals)
    expected = [row if asked else None for row, asked in zip(every, wanted, strict=True)]
    assert answers(equation, x, goals, wanted) == expected


@pytest.mark.parametrize("kind", ["entropy", "perplexity", "deficit", "evenness"])
def test_targets_may_lie_in_memory_as_they_like(kind, monkeypatch):
    monkeypatch.setattr(backend, "compiled", lambda: fast)
    x, target = RNG(0).normal(size=(20, 30)), np.linspace(1.1, 2, 20) / (3 if kind == "evenness" else 1)
    packed = np.zeros(20, [("byte", "u1"), ("target", "f8")])
    packed["target"] = target
    expected = entnorm.softmax(x, **{kind: target})
    for other in (np.repeat(target, 2)[::2], target[::-1].copy()[::-1], packed["target"]):
        np.testing.assert_array_equal(entnorm.softmax(x, **{kind: other}), expected)


def test_small_terms_decide_where_they_are_small():
    sums, excess, deficit = (400.0, -2000.0, 14_000.0, -90_000.0), 6.0, 3.0
    residual, second, _ = steps.excess_cumulants(*sums, 1, excess)
    rest, first, _, _ = sums
    mean = first / (1 + rest)
    assert steps.is_close(mean, second, excess, deficit)
    assert not steps.is_levered(mean, second, excess, deficit)
    around = steps.few_digits(mean)
    for place, near in ((around, True), (0.0, False), (np.nan, False), (2.0 * around, False)):
        centred, room = first - place * rest + 1.0, np.zeros(lanes.PLACES)  # with an error that shows
        for lane, number in (
            *((lanes.ACTIVE, 1.0), (lanes.KIND, lanes.DIRECT), (lanes.EXCESS, excess), (lanes.DEFICIT, deficit)),
            *((lanes.SUM_0, rest), (lanes.SUM_1, first), (lanes.AROUND, place), (lanes.CENTRED, centred)),
            *((lanes.RESIDUAL, residual), (lanes.SECOND, second)),
        ):
            room[lane] = number
        from_python(lanes.find_residual)(room)
        found = steps.excess_residual(rest, centred, 1, excess, around) if near else residual
        assert abs(found - residual) >= 1e-3 or not near
        assert room[lanes.RESIDUAL] == pytest.approx(found, rel=1e-9)
        assert room[lanes.ACTIVE] == near


def test_lanes_that_are_done_keep_their_answers():
    room = np.ones(lanes.PLACES)
    room[lanes.ACTIVE : lanes.ACTIVE + lanes.LANES] = 0.0
    before = room.copy()
    for step in (lanes.find_excess, lanes.find_residual, lanes.search_all, lanes.settle_all):
        from_python(step)(room)
    np.testing.assert_array_equal(room, before)


@pytest.mark.parametrize("n", [90, 300, 1100])
def test_logits_far_from_zero_keep_their_digits(n, monkeypatch):
    monkeypatch.setattr(backend, "compiled", lambda: fast)
    x, deficit = 1e6 + 1e-5 * RNG(n).normal(size=n), 1e-3
    assert fast.solve_row(fast.LEAN, x, math.log(n) - deficit, deficit, np.empty(0))[0]
    solution = entnorm.solve(logits=x, deficit=deficit)
    errors = Exact.for_target(logits=x, kind="deficit", value=deficit).errors(solution, "deficit", deficit)
    assert max(errors.values()) <= 1


@pytest.mark.parametrize("order", ["falling", "rising", "mixed"])
def test_sums_go_on_as_the_maximum_rises(order):
    """Right to the digits of float32, of which each maximum is taken for others that it cannot tell from it."""
    rng = RNG(3)
    x = {"falling": np.sort(rng.normal(size=1200))[::-1], "rising": np.sort(rng.normal(size=1200))}.get(
        order, rng.normal(size=1200)
    )
    gamma, found, top = 3.0, (0.0,) * 4, -math.inf
    go_on = from_python(sums.look_on)
    for left in range(0, 1200, 100):
        piece = x[left : left + 100]
        higher = max(top, piece.max())
        rise = higher - top if left else 0.0
        found = go_on(found, (piece - x[0]).astype(np.float32), rise, np.float32(higher - x[0]), gamma)
        top = higher
    t = gamma * (x - top)
    t = t[t < 0]
    np.testing.assert_allclose(found, [np.sum(np.exp(t) * t**k) for k in range(4)], rtol=1e-5)


def long_rows(n):
    """Rows of which the first sums are taken while they come, some of which mislead."""
    rng = RNG(n)
    x = rng.normal(size=(8, n))
    x[0], x[1] = np.sort(x[0]), np.sort(x[1])[::-1]
    x[2, -1] = 6.0  # the maximum does not fill a vector
    x[3, :2] = 6.0, 6.0 - 1e-9  # and another entry is the same in float32
    x[4] += 1e8
    x[5, 1] = 1e6  # an outlier that the entries looked at may miss
    x[6] *= np.where(np.arange(n) < n // 2, 1e-3, 1.0)
    x[7] = np.round(x[7], 1) + 1e-7 * rng.normal(size=n)
    return x


@pytest.mark.parametrize("n", [4096, 4127])
@pytest.mark.parametrize("evenness", [1e-6, 0.3])
def test_long_rows_are_right_however_they_begin(n, evenness, monkeypatch):
    monkeypatch.setattr(backend, "compiled", lambda: fast)
    for x in long_rows(n):
        solution = entnorm.solve(logits=x, evenness=evenness)
        errors = Exact.for_target(logits=x, kind="evenness", value=evenness).errors(solution, "evenness", evenness)
        assert max(errors.values()) <= 1


@pytest.mark.parametrize("n", [512, 5000])
def test_a_row_that_begins_with_a_mask_takes_no_more_steps(n):
    x, steps = RNG(n).normal(size=n), []
    for place in (0, n // 3):
        masked = x.copy()
        masked[place] = -1e6
        done, *_, nit = fast.solve_row(fast.FROM_TOP, masked, 3.0, math.log(n) - 3.0, np.empty(0))
        assert done
        steps.append(nit)
    assert steps[0] <= steps[1]


def test_a_row_whose_float32_has_ties_is_solved_by_compiled_code():
    x = long_rows(4096)[3]
    assert fast.solve_row(fast.FROM_TOP, x, 2.0, math.log(4096) - 2.0, np.empty(0))[0]
    x[1] = x[0]
    assert not fast.solve_row(fast.FROM_TOP, x, 2.0, math.log(4096) - 2.0, np.empty(0))[0]


def run_compiled(program, folder):
    """What a program prints in a process of its own that caches what it compiles in this folder."""
    environment = os.environ | {"NUMBA_CACHE_DIR": str(folder), "ENTNORM_BACKEND": "numba"}
    return subprocess.run([sys.executable, "-c", program], env=environment, check=True, capture_output=True).stdout


def cached(folder):
    """Names of the functions the compiled code of which is in this folder."""
    return {path.name.partition("-")[0] for path in folder.rglob("*.nbc")}


def test_code_of_other_sources_is_not_taken_from_the_cache(tmp_path):
    """What is compiled into a function may change while the file that it is in does not."""
    program = """
from entnorm.fast import building
building._STATE = {!r}
import numpy, entnorm
entnorm.softmax(numpy.eye(3)[:, :2] + [0.0, 0.5], entropy=0.5)
"""
    for state in ("before", "after"):
        run_compiled(program.format(state), tmp_path)
    equations = {building._STATE}  # which have their names when they are imported
    assert {path.name.split("-")[1] for path in tmp_path.rglob("*.nbi")} == {"before", "after"} | equations


def test_code_that_was_just_compiled_and_code_from_the_cache_agree_to_the_last_bit(tmp_path):
    """In processes of their own: LLVM may order the sums of a function anew wherever it is linked.

    From the cache comes everything, or all but what is called by name, or what calls it.
    """
    program = """
import hashlib, numpy, entnorm
x, digest = numpy.random.default_rng(0).normal(size=(40, 300)), hashlib.sha256()
for target in ({"entropy": 2.0}, {"deficit": 1e-3}, {"deficit": 1e-7}, {"entropy": 1e-3}):
    for rows in (x[:, :90], x, x[0]):
        solution = entnorm.solve(logits=rows, **target)
        for array in (solution.gamma, solution.probs, entnorm.softmax(rows, **target)):
            digest.update(numpy.asarray(array).tobytes())
print(digest.hexdigest())
"""
    answers = {run_compiled(program, tmp_path)}
    every = cached(tmp_path)
    assert every >= {"tops.solve", "lean.solve", "groups.solve_row", "groups.solve_rows", "distributions.tilt"}
    for forgotten in ((), ("tops.solve",), ("lean.solve",), ("groups.solve_row", "groups.solve_rows")):
        for name in forgotten:
            for path in tmp_path.rglob(f"{name}-*"):
                path.unlink()
        answers.add(run_compiled(program, tmp_path))
        assert cached(tmp_path) == every
    assert len(answers) == 1


@pytest.mark.parametrize("way", ["compiled first", "NumPy first"])
@pytest.mark.parametrize("n", [90, 300, 40_000])
def test_distributions_are_right_whoever_makes_them(way, n, monkeypatch):
    """Compiled code steps farther from where its exponentials are than NumPy may."""
    x = RNG(n).normal(0, 2, (6, n))
    kernels = [fast, None] if way == "compiled first" else [None, fast]
    found = []
    for kernel in kernels:
        monkeypatch.setattr(backend, "compiled", lambda kernel=kernel: kernel)
        if not found:
            solution = entnorm.solve(logits=x, evenness=0.5)
            look = solution._look
            look.base[:] = np.where(look.base > 0, solution.gamma * (1 + 3e-6), 0.0)
            look.by[:] = solution.gamma - look.base
        found.append(solution.probs)
    assert (solution._look.base > 0).all()
    one, other = found
    assert np.max(np.abs(one - other) / one / (1 - np.log(one))) <= 8 * EPS


@pytest.mark.parametrize("n", [70, 123, 127, 128, 400])
def test_distributions_without_a_step_add_up(n, monkeypatch):
    """All entries below two maxima are equal, and rounded alike."""
    monkeypatch.setattr(backend, "compiled", lambda: fast)
    x = np.full(n, -1.0)
    x[:2] = 0.0
    for evenness in np.linspace(0.16, 0.95, 60):
        q = entnorm.softmax(x, evenness=evenness, infeasible="clip")
        assert abs(math.fsum([*q.tolist(), -1.0])) <= 4 * EPS


def test_a_function_is_compiled_when_it_is_first_asked_for(tmp_path):
    run_compiled("import entnorm.fast", tmp_path)
    assert cached(tmp_path) == set()
    run_compiled("import numpy, entnorm; entnorm.softmax(numpy.eye(3)[:, :2] + [0.0, 0.5], entropy=0.5)", tmp_path)
    assert cached(tmp_path) == {"tops.solve", "groups.solve_rows"}


@pytest.mark.parametrize("module", [distributions, elementary, groups, lanes, lean, sums, tops, vectors])
def test_every_function_says_what_may_be_done_to_its_arithmetic(module):
    """One that does not takes the flags of its first caller: equal terms are then added one after the other."""
    found = [f for f in vars(module).values() if isinstance(f, Dispatcher)]
    assert len(found) >= 4
    assert all("fastmath" in f.targetoptions for f in found)


def test_an_exception_in_an_equation_is_not_lost():
    @numba.njit(**LOOP)
    def refuse(values, ahead, room, out):
        raise ArithmeticError("no equation")

    place, x, goals = groups.address(refuse), np.array([[0.0, 1.0]] * 2), np.full((2, 2), 0.3)
    with pytest.raises(ArithmeticError, match="no equation"):
        fast.solve_row(place, x[0], 0.3, 0.3, np.empty(0))
    numbers = np.zeros(2, bool), *np.zeros((6, 2)), np.zeros(2, np.int64), np.empty((0, 2))
    with pytest.raises(ArithmeticError, match="no equation"):
        fast.solve_rows(place, x, *goals, np.ones(2, bool), *numbers, *fast.room(Workspace(), 2, False))


def test_what_is_compiled_takes_no_other_types():
    with pytest.raises(TypeError, match="No matching definition"):
        fast.tilt(np.zeros((1, 2), np.float32), np.ones(1), *np.zeros((3, 1)), np.zeros(1, bool), np.empty((1, 2)))
    with pytest.raises(AttributeError, match="solve_column"):
        _ = fast.solve_column


def test_many_rows_are_taken_at_once_and_those_that_are_left_in_pieces(monkeypatch):
    """Rows share nothing but the call; those with two maxima are left to NumPy, in blocks of ordinary size."""
    monkeypatch.setattr(backend, "compiled", lambda: fast)
    x = RNG(5).normal(size=(160, 2**15))
    tied = x.copy()
    tied[:, 7] = tied[:, 9] = 10.0
    mixed = np.where(np.arange(160)[:, None] % 3 == 0, tied, x)
    for rows in (mixed, tied):
        tracemalloc.start()
        probs = entnorm.softmax(rows, entropy=6.0)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert peak - probs.nbytes < 2**26
        for row in (0, 1, 63, 96, 159):
            assert np.array_equal(probs[row], entnorm.softmax(rows[row], entropy=6.0))
        few = entnorm.softmax(rows[90:100].astype(np.float32).astype(np.float64), entropy=6.0)
        assert np.array_equal(few.astype(np.float32), entnorm.softmax(rows[90:100].astype(np.float32), entropy=6.0))
