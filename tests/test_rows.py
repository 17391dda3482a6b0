import numpy as np
import pytest

from entnorm.rows import Rows


def gathered(rows):
    blocks = list(rows.blocks())
    assert all(values.flags.c_contiguous and values.dtype == np.float64 for _, values in blocks)
    assert [part.start for part, _ in blocks] == [0, *(part.stop for part, _ in blocks)][: len(blocks)]
    return np.concatenate([values for _, values in blocks])


@pytest.mark.parametrize(
    ("shape", "axis"), [((7,), 0), ((7,), -1), ((3000, 40), -1), ((40, 3000), 0), ((2, 5, 3, 4), 2)]
)
def test_blocks_cover_every_row_once_and_in_order(shape, axis):
    x = np.random.default_rng(0).normal(size=shape)
    rows = Rows.checked(None, x, axis)
    n = shape[axis]
    assert np.array_equal(gathered(rows), np.moveaxis(x, axis, -1).reshape(-1, n))
    assert rows.batch == np.moveaxis(x, axis, -1).shape[:-1]


def test_blocks_are_large_only_of_what_needs_no_copy():
    x = np.zeros((2**14, 2**9))
    sizes = [
        sum(1 for _ in Rows.checked(None, array, -1).blocks(large=True)) for array in (x, x[:, ::2], x.astype("f4"))
    ]
    assert sizes == [1, 4, 8]
    assert len(list(Rows.checked(None, x, -1).blocks())) == 8


def test_other_dtypes_and_layouts_are_read_as_they_are():
    x = np.arange(60).reshape(12, 5)
    for array in (x.astype(np.float32), x.astype(">f8"), np.asfortranarray(x), x.astype(np.int16), x[::-1][::-1]):
        assert np.array_equal(gathered(Rows.checked(None, array, -1)), x)
    packed = np.zeros(12, dtype=[("pad", "u1"), ("row", "f8", 5)])
    packed["row"] = x
    assert np.array_equal(gathered(Rows.checked(None, packed["row"], -1)), x)  # neither aligned nor contiguous


def test_a_memory_map_is_not_read_as_a_whole(tmp_path):
    x = np.memmap(tmp_path / "x", dtype=np.float32, mode="w+", shape=(100, 7))
    x[:] = 1
    rows = Rows.checked(None, x, -1)
    assert np.shares_memory(rows.array, x)
    assert (gathered(rows) == 1).all()


def test_escorts_have_the_callers_shape_and_dtype():
    p = np.random.default_rng(0).dirichlet(np.ones(4), (2, 3)).astype(np.float32)
    rows = Rows.checked(np.moveaxis(p, -1, 1), None, 1)
    q = rows.escort(np.ones(6), np.zeros(6, dtype=np.int64))
    assert q.shape == (2, 4, 3)
    assert q.dtype == np.float32
    assert np.abs(np.moveaxis(q, 1, -1) - p).max() <= 2.0**-23
