"""How much memory a solve takes, and what threads, forks and interrupts do to it."""

import multiprocessing
import threading
import tracemalloc
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

import entnorm
from entnorm import solver, tilting

RNG = np.random.default_rng
MIB = 2**20


@pytest.fixture(params=["numpy", "numba"])
def kernel(request, monkeypatch):
    """With either kind of innermost loop."""
    fast = None
    if request.param == "numba":
        fast = pytest.importorskip("entnorm.fast", reason="numba is not installed", exc_type=ImportError)
    for module in (solver, tilting):
        monkeypatch.setattr(module, "compiled", lambda: fast)
    return request.param


def peak(run):
    """The most memory that Python and NumPy held at a time while it ran, in bytes."""
    tracemalloc.start()
    try:
        run()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("target", [{"evenness": 0.6}, {"deficit": 1e-6}])
@pytest.mark.parametrize("shape", [(500_000, 3), (300, 10_000), (1, 3_000_000)])
def test_working_memory_is_bounded(kernel, shape, target):
    x = RNG(0).normal(size=shape)
    entnorm.solve(logits=x[:1], **target)
    answers = 10 * 8 * shape[0] * 2  # the fields of a solution, and the numbers that they come from
    assert peak(lambda: entnorm.solve(logits=x, **target)) <= 64 * MIB + answers
    out = x.nbytes
    assert peak(lambda: entnorm.softmax(x, **target, infeasible="nan")) <= 64 * MIB + answers + out


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
    def chosen(self, monkeypatch, value):
        from entnorm import backend

        if value is None:
            monkeypatch.delenv("ENTNORM_BACKEND", raising=False)
        else:
            monkeypatch.setenv("ENTNORM_BACKEND", value)
        return backend.compiled.__wrapped__()

    def test_numpy_leaves_numba_alone(self, monkeypatch):
        assert self.chosen(monkeypatch, "numpy") is None

    def test_numba_is_used_if_it_is_there(self, monkeypatch):
        fast = pytest.importorskip("entnorm.fast", reason="numba is not installed", exc_type=ImportError)
        assert self.chosen(monkeypatch, None) is fast
        assert self.chosen(monkeypatch, "numba") is fast

    def test_without_numba_numpy_is_used_unless_numba_was_insisted_on(self, monkeypatch):
        import sys

        monkeypatch.delattr(entnorm, "fast", raising=False)
        monkeypatch.setitem(sys.modules, "entnorm.fast", None)
        assert self.chosen(monkeypatch, None) is None
        with pytest.raises(entnorm.EntnormError, match=r"numba cannot be used .* pip install 'entnorm\[fast\]'"):
            self.chosen(monkeypatch, "numba")

    def test_anything_else_is_refused(self, monkeypatch):
        with pytest.raises(entnorm.EntnormError, match="must be numpy or numba, not 'jax'"):
            self.chosen(monkeypatch, "jax")


def test_both_kernels_give_the_same_to_a_few_rounding_errors(monkeypatch):
    fast = pytest.importorskip("entnorm.fast", reason="numba is not installed", exc_type=ImportError)
    x = RNG(3).normal(0, 3, (200, 300))
    found = {}
    for name, used in (("numpy", None), ("numba", fast)):
        for module in (solver, tilting):
            monkeypatch.setattr(module, "compiled", lambda used=used: used)
        found[name] = entnorm.solve(logits=x, entropy=RNG(4).uniform(0.01, 5.6, 200))
    one, other = found["numpy"], found["numba"]
    assert (np.abs(one.gamma - other.gamma) <= 8 * 2.0**-52 * (1 + one.condition) * one.gamma).all()
    assert (one.nit == other.nit).mean() > 0.95  # float32 sums differ in order, and a row may need one look more
