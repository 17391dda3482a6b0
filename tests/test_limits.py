"""How much memory a solve takes, and what threads, forks and interrupts do to it."""

import multiprocessing
import os
import subprocess
import sys
import threading
import tracemalloc
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

import entnorm
from entnorm import backend, reductions, rows, tilting
from entnorm.moments import IN_WORDS, LastLook

RNG = np.random.default_rng
MIB = 2**20


@pytest.fixture(params=["numpy", "numba"])
def kernel(request, monkeypatch):
    """With either kind of innermost loop."""
    fast = None
    if request.param == "numba":
        fast = pytest.importorskip("entnorm.fast", reason="numba is not installed", exc_type=ImportError)
    monkeypatch.setattr(backend, "compiled", lambda: fast)
    return request.param


def peak(run):
    """The most memory that Python and NumPy held at a time while it ran, in bytes."""
    tracemalloc.start()
    try:
        run()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


KEPT = 7 * 8 + 3  # bytes of a row in a solution: its fields, and what its distributions are made of


@pytest.mark.parametrize("target", [{"evenness": 0.6}, {"deficit": 1e-6}])
@pytest.mark.parametrize("shape", [(500_000, 3), (300, 10_000), (1, 3_000_000)])
def test_working_memory_is_bounded(kernel, shape, target):
    x = RNG(0).normal(size=shape)
    entnorm.solve(logits=x[:1], **target)
    assert peak(lambda: entnorm.solve(logits=x, **target)) <= 64 * MIB + KEPT * shape[0]
    assert peak(lambda: entnorm.softmax(x, **target, infeasible="nan")) <= 64 * MIB + x.nbytes


@pytest.mark.parametrize("n", [16, 64])
def test_working_memory_is_bounded_where_short_rows_of_single_precision_lean_on_their_maximum(kernel, n):
    x = RNG(0).normal(size=(2**20 // n + 2**14, n)).astype(np.float32)
    x[:, 0] = x.max(-1) + 1e-6
    entnorm.softmax(x[:20], entropy=1e-3)
    assert peak(lambda: entnorm.softmax(x, entropy=1e-3)) <= 64 * MIB + x.nbytes


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("n", [2**20, 2**21, 2**21 + 1])
def test_working_memory_is_bounded_for_long_rows_some_entries_of_which_are_excluded(kernel, n, dtype):
    x = RNG(0).normal(size=n).astype(dtype)
    x[::3] = -np.inf
    for evenness in (0.6, 0.95):
        solution = entnorm.solve(logits=x, evenness=evenness)
        assert (solution._look.base > 0).all()
        for call, kept in ((entnorm.softmax, "probs"), (entnorm.log_softmax, "log_probs")):
            q = call(x, evenness=evenness)  # what it needs is compiled
            for run in (lambda e=evenness, c=call: c(x, evenness=e), lambda s=solution, k=kept: getattr(s, k)):
                assert peak(run) <= 64 * MIB + x.nbytes
                assert np.array_equal(q, run())


@pytest.mark.parametrize("rows", [1, 2])
@pytest.mark.parametrize("evenness", [0.5, 0.95])
def test_working_memory_is_bounded_for_long_rows_of_single_precision(kernel, rows, evenness):
    x = RNG(0).normal(size=(rows, 2**20)).astype(np.float32)
    p = entnorm.softmax(x, evenness=0.8)
    for run in (
        lambda: entnorm.softmax(x, evenness=evenness),
        lambda: entnorm.log_softmax(x, evenness=evenness),
        lambda: entnorm.normalize(p, evenness=evenness),
        lambda: entnorm.clip_entropy(p, max=5.0),
    ):
        run()  # what it needs is compiled
        assert peak(run) <= 64 * MIB + x.nbytes


@pytest.mark.parametrize("kind", ["some zeros", "in two words"])
def test_working_memory_is_bounded_where_a_long_row_of_single_precision_is_worked_on_as_a_whole(kernel, kind):
    n = reductions.WHOLE
    p = RNG(0).exponential(size=(2, n)) if kind == "some zeros" else np.ones((2, n))
    if kind == "some zeros":
        p[:, [0, 5, 77]] = 0.0
    else:
        p[:, 0], p[:, -n // 3 :] = 1.5, 1e-17
    p = (p / p.sum(-1, keepdims=True)).astype(np.float32)
    assert (entnorm.solve(p, deficit=0.5)._look.base == IN_WORDS).all() == (kind == "in two words")
    with np.errstate(divide="ignore"):
        logits = np.log(p)
    for run in (lambda: entnorm.normalize(p, deficit=0.5), lambda: entnorm.softmax(logits, deficit=0.5)):
        run()  # what it needs is compiled
        assert peak(run) <= 64 * MIB + p.nbytes


@pytest.mark.parametrize("what", ["nearly all excluded", "nearly all tied"])
def test_working_memory_is_bounded_where_most_of_a_row_that_is_worked_on_as_a_whole_is(kernel, what):
    x = np.minimum(RNG(0).standard_normal((2, reductions.WHOLE), dtype=np.float32), np.float32(2.9))
    mass = RNG(1).random(x.shape) < 0.98
    x[mass] = -np.inf if what == "nearly all excluded" else 3.0
    target = {"evenness": 0.95}
    if what == "nearly all tied":
        target = {"entropy": 0.7 * np.log(mass.sum(-1).max()) + 0.3 * np.log(x.shape[1])}
    assert (entnorm.solve(logits=x, **target)._look.base > 0).all(), "there is a last step"
    for call in (entnorm.softmax, entnorm.log_softmax):
        call(x, **target)  # what it needs is compiled
        assert peak(lambda call=call: call(x, **target)) <= 64 * MIB + x.nbytes


def test_working_memory_is_bounded_for_rows_of_hardly_any_support(kernel):
    """Of which logarithms have no extent: they are measured apart from others."""
    p = np.where(RNG(0).random((16_259, 129)) < 0.999, 0.0, 1.0)
    p[:, 0] = 1.0
    p /= p.sum(-1, keepdims=True)
    for call in (entnorm.entropy, lambda p: entnorm.solve(p, evenness=0.7)):
        call(p[:9])
        assert peak(lambda call=call: call(p)) <= 64 * MIB + KEPT * len(p)


def test_working_memory_is_bounded_where_compiled_code_cannot_step_to_a_long_row(kernel):
    x = RNG(0).standard_normal((1, 2**21), dtype=np.float32)
    x[0, :2] = x.max() + 1
    x *= np.float32(1e-43)
    x[0, 7] = -3.3e38  # logarithms that a last step moves by more than compiled code can
    for call in (entnorm.softmax, entnorm.log_softmax):
        found = call(x, evenness=0.3)
        assert found[0, 0] == found.max()
        assert peak(lambda call=call: call(x, evenness=0.3)) <= 64 * MIB + x.nbytes


def test_working_memory_is_bounded_where_rows_of_middling_length_lean_to_either_side(kernel):
    x = RNG(0).normal(size=(16_256, 129)) * RNG(1).uniform(0.1, 6, (16_256, 1))
    p = entnorm.softmax(x, entropy=np.linspace(0.5, 4.8, len(x))).astype(">f8")
    entnorm.softmax(x[:9], entropy=3.0)
    assert peak(lambda: entnorm.softmax(x, entropy=np.linspace(0.1, 4.85, len(x)))) <= 64 * MIB + x.nbytes
    assert peak(lambda: entnorm.clip_entropy(p, min=2.0, max=4.0)) <= 64 * MIB + p.nbytes


BOUNDED = {
    "solve": lambda x, p: (entnorm.solve(logits=x, evenness=0.6), KEPT * len(x)),
    "softmax": lambda x, p: (entnorm.softmax(x, evenness=0.6, infeasible="clip"), x.nbytes),
    "log_softmax": lambda x, p: (entnorm.log_softmax(x, evenness=0.6, infeasible="clip"), x.nbytes),
    "normalize": lambda x, p: (entnorm.normalize(p, evenness=0.6, infeasible="clip"), p.nbytes),
    "escort": lambda x, p: (entnorm.escort(p, 0.5), p.nbytes),
    "entropy": lambda x, p: (entnorm.entropy(p), 8 * len(p)),
    "solve_clipped": lambda x, p: (entnorm.solve_clipped(logits=x, max=0.5), (KEPT + 12) * len(x)),
    "clip_entropy": lambda x, p: (entnorm.clip_entropy(p, max=0.5), p.nbytes),
    "clip_entropy of logits": lambda x, p: (entnorm.clip_entropy(logits=x, max=0.5), x.nbytes),
}


@pytest.mark.parametrize("call", BOUNDED.values(), ids=BOUNDED)
@pytest.mark.parametrize("shape", [(1_000_000, 2), (1, 5_000_000)])
def test_working_memory_grows_neither_with_rows_nor_with_their_length(kernel, shape, call):
    x = RNG(0).standard_normal(shape, dtype=np.float32)
    p = np.exp(x)
    p /= p.sum(-1, keepdims=True, dtype=np.float64)
    returned = []
    assert peak(lambda: returned.append(call(x, p)[1])) - returned[0] <= 48 * MIB


@pytest.mark.parametrize("dtype", [">f8", "f4", "f2"])
def test_long_rows_of_any_layout_have_one_answer(kernel, dtype):
    x = RNG(0).normal(size=(2, 1, 1_100_003)).astype(dtype)
    x[1, 0, ::3] = -np.inf
    plain = x.astype(np.float64)
    for target in ({"evenness": 0.7}, {"deficit": 1e-4}, {"deficit": 0.0}):
        right, wide = entnorm.solve(logits=plain, **target), np.asfortranarray(np.moveaxis(x, 0, 2))
        for array, axis in ((x, -1), (wide, 1)):
            found = entnorm.solve(logits=array, axis=axis, **target)
            assert np.array_equal(found.gamma.ravel(), right.gamma.ravel())
            q = np.moveaxis(entnorm.softmax(array, axis=axis, **target), axis, -1).reshape(2, -1)
            assert np.array_equal(q, right.probs.astype(x.dtype).reshape(2, -1))


@pytest.mark.parametrize("gamma", [0.0, 0.7, 1.0, np.inf, np.nan])
@pytest.mark.parametrize("n", [2**16, 150_000, 200_007])
def test_by_columns_distributions_are_the_same_bit_for_bit(kernel, gamma, n, monkeypatch):
    x = RNG(n).normal(size=(1, n))
    x[0, 7::11] = -np.inf
    p = np.exp(x) / np.exp(x).sum()
    level = np.where(x > 0, 1.0, 0.0) / np.count_nonzero(x > 0)

    def tilted(log=False):
        for values, logits in ((x, True), (p, False), (level, False)):
            out = np.empty((1, n))
            with rows.quietly():
                lost = 1e-14 if 0 < gamma < np.inf else 0.0
                numbers = np.array([gamma]), LastLook(*np.array([[0.0], [lost], [9.0]])), np.zeros(1, np.int64)
                tilting.tilt_rows(values, *numbers, out, logits=logits, log=log)
            yield out

    right = [*tilted(), *tilted(log=True)]
    monkeypatch.setattr(tilting, "LONG", 1)
    for one, other in zip(right, [*tilted(), *tilted(log=True)], strict=True):
        assert np.array_equal(one, other, equal_nan=True)


def test_hard_rows_that_are_long_take_no_more(kernel):
    x = 1e-3 * RNG(0).normal(size=(1, 3_000_000))
    x[0, 0], x[0, 1] = -1e9, 40.0  # far outliers on both sides of a narrow bulk: nothing but the robust sums will do
    assert peak(lambda: entnorm.solve(logits=x, deficit=1e-3)) <= 64 * MIB
    p = RNG(1).dirichlet(np.ones(2_000_000))[None]
    assert peak(lambda: entnorm.solve(p, perplexity=1000)) <= 64 * MIB


def test_a_memory_map_streams(kernel, tmp_path):
    x = np.memmap(tmp_path / "x", dtype=np.float64, mode="w+", shape=(3000, 5000))
    x[:] = RNG(0).normal(size=x.shape)
    x.flush()
    mapped = np.memmap(tmp_path / "x", dtype=np.float64, mode="r", shape=x.shape)
    assert peak(lambda: entnorm.solve(logits=mapped, perplexity=50)) <= 64 * MIB
    assert entnorm.solve(logits=mapped, perplexity=50).gamma[7] == entnorm.solve(logits=mapped[7], perplexity=50).gamma


def test_a_million_rows_and_a_row_of_a_million(kernel):
    one = entnorm.solve(logits=np.zeros((1_000_000, 1)), entropy=0.0)
    assert (one.gamma == 1).all()
    x = RNG(0).normal(0, 3, 1_000_000)
    wide = entnorm.softmax(x, perplexity=1000)
    assert abs(entnorm.perplexity(wide) - 1000) <= 1e-10
    assert abs(wide.sum() - 1) <= 8 * 2.0**-52


def test_threads_do_not_disturb_one_another(kernel):
    x = RNG(0).normal(0, 2, (300, 700))
    whole = entnorm.softmax(x, entropy=3.0)
    start = threading.Barrier(4)

    def solve(part):
        start.wait()
        return [entnorm.softmax(x[part::4], entropy=3.0) for _ in range(5)]

    with ThreadPoolExecutor(4) as pool:
        for part, found in enumerate(pool.map(solve, range(4))):
            assert all(np.array_equal(probs, whole[part::4]) for probs in found)


def _child(connection, x):
    connection.send(entnorm.softmax(x, entropy=1.0).tolist())


@pytest.mark.skipif("fork" not in multiprocessing.get_all_start_methods(), reason="this system cannot fork")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_forked_process_can_solve(kernel):
    x = RNG(0).normal(size=50)
    wanted = entnorm.softmax(x, entropy=1.0).tolist()
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("fork").Process(target=_child, args=(theirs, x))
    process.start()
    assert ours.poll(60)
    assert ours.recv() == wanted
    process.join()
    assert process.exitcode == 0


def test_buffers_and_error_handling_are_the_callers_own_again(kernel):
    before = np.getbufsize(), np.geterr()
    entnorm.softmax([1.0, 2.0, 4.0], entropy=0.5)
    assert (np.getbufsize(), np.geterr()) == before
    with pytest.raises(entnorm.EntnormError):
        entnorm.solve(logits=[np.nan, 1.0], entropy=0.5)
    assert (np.getbufsize(), np.geterr()) == before


class TestTheSwitch:
    @pytest.fixture(autouse=True)
    def read_anew(self):
        backend.choice.cache_clear()
        yield
        backend.choice.cache_clear()

    def chosen(self, monkeypatch, value):
        if value is None:
            monkeypatch.delenv("ENTNORM_BACKEND", raising=False)
        else:
            monkeypatch.setenv("ENTNORM_BACKEND", value)
        backend.choice.cache_clear()
        return backend.compiled.__wrapped__()

    def test_numpy_leaves_numba_alone(self, monkeypatch):
        assert self.chosen(monkeypatch, "numpy") is None

    def test_numba_is_used_if_it_is_there(self, monkeypatch):
        fast = pytest.importorskip("entnorm.fast", reason="numba is not installed", exc_type=ImportError)
        assert self.chosen(monkeypatch, None) is fast
        assert self.chosen(monkeypatch, "numba") is fast

    def test_without_numba_numpy_is_used_unless_numba_was_insisted_on(self, monkeypatch):
        monkeypatch.delattr(entnorm, "fast", raising=False)
        monkeypatch.setitem(sys.modules, "entnorm.fast", None)
        assert self.chosen(monkeypatch, None) is None
        with pytest.raises(entnorm.EntnormError, match=r"numba cannot be used .* pip install 'entnorm\[fast\]'"):
            self.chosen(monkeypatch, "numba")

    def test_a_wrong_name_is_told_by_rows_that_need_no_compiled_code(self, monkeypatch):
        monkeypatch.setenv("ENTNORM_BACKEND", "NumPy")
        for p in ([0.7, 0.2, 0.1], [[0.7, 0.2, 0.1], [0.5, 0.3, 0.2]]):
            with pytest.raises(entnorm.EntnormError, match="must be numpy or numba, not 'NumPy'"):
                entnorm.solve(p, entropy=0.5)

    def test_numba_that_is_not_to_compile_is_not_used(self):
        pytest.importorskip("entnorm.fast", reason="numba is not installed", exc_type=ImportError)
        program = "import entnorm, entnorm.backend as b; print(b.compiled(), entnorm.solve(logits=[0, 1], entropy=0.5))"
        environment = {name: os.environ[name] for name in os.environ if name != "ENTNORM_BACKEND"}
        command = [sys.executable, "-c", program]
        found = subprocess.run(command, env=environment | {"NUMBA_DISABLE_JIT": "1"}, check=True, capture_output=True)
        assert found.stdout.startswith(b"None ")

    def test_switched_off_nothing_compiled_runs(self, monkeypatch):
        fast = pytest.importorskip("entnorm.fast", reason="numba is not installed", exc_type=ImportError)
        for name in ("solve_row", "solve_rows", "tilt", "weigh"):
            monkeypatch.delattr(fast, name)
        monkeypatch.setattr(backend, "compiled", lambda: None)
        for shape in ((50,), (7, 50), (2, tilting.LONG + 1)):
            x = RNG(0).normal(size=shape)
            x[..., 0] = x[..., 1] = 5.0  # a tie, which no fast path takes
            assert np.array_equal(entnorm.solve(logits=x, entropy=2.0).probs, entnorm.softmax(x, entropy=2.0))

    def test_anything_else_is_refused(self, monkeypatch):
        with pytest.raises(entnorm.EntnormError, match="must be numpy or numba, not 'jax'"):
            self.chosen(monkeypatch, "jax")


def test_both_kernels_give_the_same_to_a_few_rounding_errors(monkeypatch):
    fast = pytest.importorskip("entnorm.fast", reason="numba is not installed", exc_type=ImportError)
    x = RNG(3).normal(0, 3, (200, 300))
    found = {}
    for name, used in (("numpy", None), ("numba", fast)):
        monkeypatch.setattr(backend, "compiled", lambda used=used: used)
        found[name] = entnorm.solve(logits=x, entropy=RNG(4).uniform(0.01, 5.6, 200))
    one, other = found["numpy"], found["numba"]
    assert (np.abs(one.gamma - other.gamma) <= 8 * 2.0**-52 * (1 + one.condition) * one.gamma).all()
    assert (one.nit == other.nit).mean() > 0.95  # float32 sums differ in order, and a row may need one look more
