"""The functions work on the blocks of arrays that are larger than one: in dask, in xarray, and across processes."""

import dask.array as da
import numpy as np
import pytest
import xarray as xr
from distributed import Client, LocalCluster

import entnorm

pytestmark = pytest.mark.xdist_group("cluster")  # one cluster, whoever runs the tests

X = np.random.default_rng(0).normal(scale=3, size=(90, 400))
TARGET = np.linspace(0.5, 5, 90)


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    """Two processes of one thread each, which share nothing with this one."""
    with (
        LocalCluster(
            n_workers=2,
            threads_per_worker=1,
            processes=True,
            dashboard_address=":0",
            local_directory=str(tmp_path_factory.mktemp("workers")),
        ) as cluster,
        Client(cluster) as client,
    ):
        yield client


@pytest.fixture
def blocks():
    array = da.from_array(X, chunks=(20, -1))
    assert array.numblocks == (5, 1)
    return array


def test_map_blocks_on_a_cluster_is_the_answer_for_the_whole(client, blocks):
    assert len({worker["pid"] for worker in client.run(lambda: {"pid": __import__("os").getpid()}).values()}) == 2
    q = blocks.map_blocks(entnorm.softmax, entropy=2.0, dtype=blocks.dtype)
    assert np.array_equal(q.compute(), entnorm.softmax(X, entropy=2.0))
    again = q.map_blocks(entnorm.clip_entropy, min=2.5, dtype=q.dtype).compute()
    assert np.array_equal(again, entnorm.clip_entropy(entnorm.softmax(X, entropy=2.0), min=2.5))


def test_a_target_for_each_row_is_cut_like_the_rows(client, blocks):
    target = da.from_array(TARGET[:, None], chunks=(20, 1))

    def temperatures(x, h):
        return entnorm.solve(logits=x, entropy=h[:, 0]).temperature[:, None]

    found = da.map_blocks(temperatures, blocks, target, chunks=(blocks.chunks[0], 1), dtype=np.float64).compute()
    assert np.array_equal(found[:, 0], entnorm.solve(logits=X, entropy=TARGET).temperature)


def test_solutions_and_their_gradients_travel_between_processes(client):
    futures = client.map(lambda x: entnorm.solve(logits=x, entropy=2.0), [X[:45], X[45:]])
    solutions = client.gather(futures)
    whole = entnorm.solve(logits=X, entropy=2.0)
    for part, solution in ((slice(0, 45), solutions[0]), (slice(45, 90), solutions[1])):
        assert np.array_equal(solution.gamma, whole.gamma[part])
        assert np.array_equal(solution.vjp(X[part])[0], whole.vjp(X)[0][part])
    gradient = client.submit(lambda s: s.vjp(X[:45])[0], futures[0]).result()
    assert np.array_equal(gradient, whole.vjp(X)[0][:45])


def test_apply_ufunc_keeps_names_and_blocks(client, blocks):
    steps = xr.DataArray(blocks.T, dims=("token", "step"), coords={"step": np.arange(90)})
    target = xr.DataArray(TARGET, dims="step")
    q = xr.apply_ufunc(
        lambda x, h: entnorm.softmax(x, entropy=h),
        steps,
        target.chunk(step=20),
        input_core_dims=[["token"], []],
        output_core_dims=[["token"]],
        dask="parallelized",
        output_dtypes=[np.float64],
    )
    assert q.dims == ("step", "token")
    assert q.data.numblocks == (5, 1)
    assert np.array_equal(q.compute(), entnorm.softmax(X, entropy=TARGET))


def test_an_error_in_a_block_arrives_with_its_message(client, blocks):
    q = blocks.map_blocks(entnorm.softmax, entropy=7.0, dtype=blocks.dtype)
    with pytest.raises(entnorm.InfeasibleTargetError, match=r"out of reach of row 0.*400 entries in the support"):
        q.compute()


class Convertible:
    """An array of another library: what NumPy can read is read."""

    def __init__(self, error=None):
        self.error = error

    def __array__(self, dtype=None, copy=None):
        if self.error:
            raise self.error
        return X


def test_other_arrays_are_read_as_numpy_arrays_and_come_back_as_such():
    right = entnorm.softmax(X, entropy=2.0)
    for other in (Convertible(), da.from_array(X, chunks=(20, -1)), xr.DataArray(X), memoryview(X), X.tolist()):
        found = entnorm.softmax(other, entropy=2.0)
        assert type(found) is np.ndarray
        assert np.array_equal(found, right)


def test_a_library_that_refuses_to_be_read_has_the_word():
    with pytest.raises(TypeError, match="on the device"):
        entnorm.softmax(Convertible(TypeError("copy what is on the device first")), entropy=2.0)
