"""``entnorm solve``: what it reads, prints, writes and reports."""

from __future__ import annotations

import fcntl
import io
import json
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import entnorm
from entnorm.cli import main, reading, tally
from entnorm.cli.tally import Spread

X = np.random.default_rng(0).normal(size=(60, 7))
"""Logits that the tests put into files of every kind."""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder, and blocks of a few rows, so that there are many."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(reading, "NUMBERS", 50)
    return tmp_path


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """What is said about input that is not understood; nothing else is printed, and nothing written."""
    before = sorted(Path().iterdir())
    assert main(["solve", *arguments]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert sorted(Path().iterdir()) == before
    return captured.err


def fed(monkeypatch: pytest.MonkeyPatch, content: bytes) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BufferedReader(io.BytesIO(content))))


def solved(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[dict[str, Any]]:
    assert main(["solve", *arguments, "--json"]) == 0
    rows: list[dict[str, Any]] = json.loads(capsys.readouterr().out)
    return rows


def test_solve_says_what_the_library_says(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    p = np.array([[0.7, 0.2, 0.1], [0.25, 0.25, 0.5]])
    np.save(tmp_path / "p.npy", p)
    np.savetxt(tmp_path / "p.csv", p, delimiter=",", fmt="%.17g")
    expected = entnorm.solve(p, perplexity=2.5)
    for file in ("p.npy", "p.csv"):
        rows = solved(capsys, "--p", str(tmp_path / file), "--perplexity", "2.5")
        assert [row["gamma"] for row in rows] == expected.gamma.tolist()
        assert [row["probs"] for row in rows] == expected.probs.tolist()
    (row,) = solved(capsys, "--p", "0.7,0.2,0.1", "--perplexity", "2.5")
    assert row["gamma"] == expected.gamma[0]
    for spelt in (["--logits=-1,0,-inf"], ["--logits", "-1,0,-inf"], ["--logits", "-1 0 -inf"]):
        (row,) = solved(capsys, *spelt, "--evenness", "0.5")
        assert row["gamma"] == entnorm.solve(logits=[-1.0, 0.0, -np.inf], evenness=0.5).gamma
    (row,) = solved(capsys, "--logits", "-inf,0,-1", "--evenness", "0.5")
    assert row["gamma"] == entnorm.solve(logits=[-1.0, 0.0, -np.inf], evenness=0.5).gamma


def test_solve_prints_a_line_for_each_row_and_fails_where_one_fails(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["solve", "--p", "0.7,0.2,0.1", "--entropy", "0.5"]) == 0
    assert capsys.readouterr().out.startswith("gamma 1.6256359768")
    assert main(["solve", "--p", "0.7,0.2,0.1", "--entropy", "2"]) == 1
    captured = capsys.readouterr()
    assert "status infeasible" in captured.out
    assert "out of reach" in captured.err


def test_ends_are_spelt_where_json_has_no_word_for_them(capsys: pytest.CaptureFixture[str]) -> None:
    (row,) = solved(capsys, "--p", "0.7,0.2,0.1", "--entropy", "0")
    assert row["gamma"] == "inf"
    assert row["probs"] == [1.0, 0.0, 0.0]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"0.7,0.2,0.1\n0.5,0.5\n", "x.csv, line 2: 2 numbers, but 3 in the first row"),
        (b"a,b,c\n0.7,0.2,0.1\n", "x.csv, line 1, column 1: 'a' is not a number: if the first line names the columns"),
        (b"0.7,0.2,0.1\n0.5,,0.5\n", "x.csv, line 2, column 2: '' is not a number"),
        (b"", "holds no numbers"),
        (b"\xff\xfe0,1", "does not hold what its name says"),
    ],
)
def test_what_is_wrong_in_a_csv_file_is_named_with_its_place(
    content: bytes, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "x.csv"
    file.write_bytes(content)
    assert main(["solve", "--p", str(file), "--entropy", "0.5"]) == 2
    assert said in capsys.readouterr().err


@pytest.mark.parametrize("content", [b"", b"\x80\x04K\x01.", b"PK\x03\x04", b"\x93NUMPY\x01\x00v\x00{"])
def test_a_file_that_is_no_array_is_refused_and_never_unpickled(tmp_path: Path, content: bytes, capsys: Any) -> None:
    file = tmp_path / "x.npy"
    file.write_bytes(content)
    assert main(["solve", "--p", str(file), "--entropy", "0.5"]) == 2
    assert "x.npy" in capsys.readouterr().err


def test_an_array_with_three_axes_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    np.save(tmp_path / "x.npy", np.full((2, 2, 2), 0.5))
    assert main(["solve", "--p", str(tmp_path / "x.npy"), "--entropy", "0.5"]) == 2
    assert "has 3 axes" in capsys.readouterr().err


# -------------------------------------------------------------------------------------------------------------- reading


def written_as(ending: str, folder: Path) -> list[str]:
    """`X` in a file, and the arguments that name it."""
    file = folder / f"x.{ending}"
    if ending == "npy":
        np.save(file, X)
    elif ending == "npz":
        np.savez_compressed(file, other=X[:, :2], x=X)
        return ["--logits", str(file), "--array", "x"]
    elif ending == "csv":
        np.savetxt(file, X, delimiter=",", fmt="%.17g")
    return ["--logits", str(file)]


@pytest.mark.parametrize("ending", ["npy", "npz", "csv"])
def test_rows_read_block_by_block_are_the_rows_of_the_file(
    ending: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = solved(capsys, *written_as(ending, folder), "--perplexity", "3")
    expected = entnorm.solve(logits=X, perplexity=3)
    assert [row["gamma"] for row in rows] == expected.gamma.tolist()
    assert [row["probs"] for row in rows] == expected.probs.tolist()


@pytest.mark.parametrize("layout", ["C", "F"])
@pytest.mark.parametrize("ending", ["npy", "npz", "stdin"])
def test_the_layout_and_the_dtype_of_an_array_do_not_matter(
    layout: Any, ending: str, folder: Path, capsys: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    single = np.array(X, dtype=">f4", order=layout)
    source = f"x.{ending}"
    if ending == "npz":
        np.savez(source, single)
    else:
        np.save("x.npy", single)
    if ending == "stdin":
        fed(monkeypatch, Path("x.npy").read_bytes())
        source = "-"
    rows = solved(capsys, "--logits", source, "--perplexity", "3")
    assert [row["gamma"] for row in rows] == entnorm.solve(logits=single, perplexity=3).gamma.tolist()


@pytest.mark.parametrize("text", ["0.7,0.2,0.1\n", "0.7 0.2\t0.1", "\n 0.7, 0.2, 0.1\r\n\r\n", '\ufeff"0.7",0.2,0.1'])
def test_standard_input_is_text_with_commas_or_white_space(text: str, capsys: Any, monkeypatch: Any) -> None:
    fed(monkeypatch, text.encode())
    (row,) = solved(capsys, "--p", "-", "--entropy", "0.5")
    assert row["gamma"] == entnorm.solve([0.7, 0.2, 0.1], entropy=0.5).gamma


def test_a_pipe_of_two_commands_keeps_every_digit(folder: Path) -> None:
    np.save("x.npy", X)
    command = [sys.executable, "-m", "entnorm", "solve"]
    first = [*command, "--logits", "x.npy", "--perplexity", "3", "--out", "q.csv"]
    subprocess.run(first, cwd=folder, check=True, timeout=300, capture_output=True)
    with open(folder / "q.csv", "rb") as file:
        second = [*command, "--p", "-", "--perplexity", "3"]
        done = subprocess.run(second, stdin=file, check=True, timeout=300, capture_output=True, text=True)
    gammas = [float(line.split()[1]) for line in done.stdout.splitlines()]
    assert len(gammas) == len(X)
    assert max(abs(gamma - 1) for gamma in gammas) <= 64 * 2.0**-52


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "standard input holds no numbers"),
        (b"\n\n", "standard input holds no numbers"),
        (b"0.7,0.3\n0.5,0.5\n1\n", "standard input, line 3: 1 numbers, but 2 in the first row"),
        (b"0.7 x", "standard input, line 1, column 2: 'x' is not a number"),
        (b"\x93NUMPY\x01\x00", "standard input does not hold what its name says"),
        (b"\x93NUMPY\x07\x00", "standard input does not hold what its name says"),
        (b"\xff\xfe", "standard input does not hold what its name says"),
    ],
)
def test_what_is_wrong_with_standard_input_is_said(content: bytes, said: str, capsys: Any, monkeypatch: Any) -> None:
    fed(monkeypatch, content)
    assert said in refused(capsys, "--p", "-", "--entropy", "0.5")


def test_an_array_is_chosen_by_name(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    np.savez("two.npz", a=X, b=X)
    np.savez("none.npz")
    assert "'two.npz' holds 2 arrays: choose one with --array, of a, b" in refused(
        capsys, "--logits", "two.npz", "--entropy", "0.5"
    )
    assert "no array 'c': it has a, b" in refused(capsys, "--logits", "two.npz", "--array", "c", "--entropy", "1")
    assert "holds 0 arrays" in refused(capsys, "--logits", "none.npz", "--entropy", "0.5")
    assert "'1,2' is no .npz or .parquet file" in refused(capsys, "--p", "1,2", "--array", "c", "--entropy", "0.5")


@pytest.mark.parametrize("ending", ["npy", "npz"])
def test_objects_are_never_unpickled(ending: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    class Trap:
        def __reduce__(self) -> Any:
            return Path.touch, (Path("sprung"),)

    save = {"npy": np.save, "npz": np.savez}[ending]
    save(f"x.{ending}", np.array([[Trap()]], dtype=object), allow_pickle=True)
    assert f"x.{ending}" in refused(capsys, "--p", f"x.{ending}", "--entropy", "0.5")
    assert not Path("sprung").exists()


@pytest.mark.parametrize("source", ["cut.npy", "cut.npz", "-"])
def test_a_truncated_array_is_refused_and_nothing_is_written(
    source: str, folder: Path, capsys: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    np.save("x.npy", X)
    content = Path("x.npy").read_bytes()[:-8]
    Path("cut.npy").write_bytes(content)
    with reading.zipfile.ZipFile("cut.npz", "w") as archive:
        archive.writestr("x.npy", content)
    fed(monkeypatch, content)
    said = refused(capsys, "--logits", source, "--perplexity", "3", "--out", "q.npy")
    assert "does not hold what its name says" in said


def test_a_header_that_promises_more_than_there_is_costs_nothing(folder: Path, capsys: Any, monkeypatch: Any) -> None:
    content = io.BytesIO()
    shape = {"descr": "<f8", "fortran_order": False, "shape": (10**12, 7)}
    np.lib.format.write_array_header_1_0(content, shape)
    Path("x.npy").write_bytes(content.getvalue())
    assert "x.npy" in refused(capsys, "--logits", "x.npy", "--perplexity", "3")
    fed(monkeypatch, content.getvalue())
    assert "it ends within rows 0 to 6 of 1000000000000" in refused(capsys, "--logits", "-", "--perplexity", "3")


def test_parquet_without_pyarrow_says_what_to_install(folder: Path, capsys: Any, monkeypatch: Any) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    Path("x.parquet").write_bytes(b"PAR1")
    said = refused(capsys, "--p", "x.parquet", "--entropy", "0.5")
    assert "'x.parquet' is read by pyarrow, which is not installed" in said
    assert 'pip install "entnorm[parquet]"' in said


@pytest.fixture
def arrow(folder: Path) -> Any:
    """The two modules of pyarrow that the tests write with."""
    pyarrow = pytest.importorskip("pyarrow", reason='pip install "entnorm[parquet]"')
    return pyarrow, pytest.importorskip("pyarrow.parquet")


def test_parquet_has_rows_in_columns_or_in_one_column_of_lists(arrow: Any, capsys: Any) -> None:
    pyarrow, parquet = arrow
    expected = entnorm.solve(logits=X, perplexity=3).gamma.tolist()
    wide = pyarrow.table({f"entry {k}": X[:, k] for k in range(X.shape[1])})
    lists = pyarrow.array(X.tolist())
    long = pyarrow.table({"id": np.arange(len(X)), "x": lists})
    fixed = pyarrow.table({"x": lists.cast(pyarrow.list_(pyarrow.float64(), X.shape[1])), "y": lists})
    for name, table, chosen in (("wide", wide, []), ("long", long, []), ("fixed", fixed, ["--array", "x"])):
        parquet.write_table(table, f"{name}.parquet", row_group_size=13)
        rows = solved(capsys, "--logits", f"{name}.parquet", "--perplexity", "3", *chosen)
        assert [row["gamma"] for row in rows] == expected
    assert "2 columns of lists: choose one with --array, of " in refused(
        capsys, "--p", "fixed.parquet", "--entropy", "0.5"
    )
    assert "no column of lists 'z'" in refused(capsys, "--p", "long.parquet", "--array", "z", "--entropy", "0.5")


def test_what_is_wrong_in_a_parquet_file_is_named(arrow: Any, capsys: Any, monkeypatch: Any) -> None:
    pyarrow, parquet = arrow
    monkeypatch.setattr(reading, "NUMBERS", 2**20)  # or the rows before would be printed
    tables = {
        "1 numbers are missing": {"a": [0.5, None], "b": [0.5, 0.5]},
        "and name is not": {"name": ["x"], "b": [0.5]},
        "lists of 2 to 3 numbers": {"x": [[0.5, 0.5], [0.5, 0.25, 0.25]]},
        "1 of them are missing": {"x": [[0.5, 0.5], None]},
        "holds no rows": {"x": pyarrow.array([], pyarrow.float64())},
    }
    for said, columns in tables.items():
        parquet.write_table(pyarrow.table(columns), "x.parquet")
        assert said in refused(capsys, "--p", "x.parquet", "--entropy", "0.5")
    Path("x.parquet").write_bytes(b"nonsense")
    assert "does not hold what its name says" in refused(capsys, "--p", "x.parquet", "--entropy", "0.5")


def test_parquet_is_read_a_row_group_at_a_time(arrow: Any) -> None:
    """What pyarrow holds while the rows go by, beside the size of the file."""
    pyarrow, parquet = arrow
    columns = np.random.default_rng(0).normal(size=(8, 200_000))
    parquet.write_table(pyarrow.table(dict(zip("abcdefgh", columns, strict=True))), "x.parquet", row_group_size=5000)
    pool, most = pyarrow.default_memory_pool(), 0
    before = pool.bytes_allocated()
    with reading.opened("x.parquet", None) as rows:
        for _ in rows.blocks:
            most = max(most, pool.bytes_allocated() - before)
    assert 0 < most < Path("x.parquet").stat().st_size / 5


def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    """A quarter of a gigabyte goes through a process that may not grow by as much."""
    rows = np.lib.format.open_memmap(tmp_path / "x.npy", mode="w+", dtype=np.float64, shape=(32 * 1024, 1024))
    rows[:] = np.random.default_rng(0).normal(size=1024)
    rows.flush()
    program = (
        "import resource, sys; from entnorm.cli import main;"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss;"
        "code = main(sys.argv[1:]);"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before); sys.exit(code)"
    )
    arguments = ["solve", "--logits", "-", "--perplexity", "30", "--out", str(tmp_path / "q.npy")]
    with open(tmp_path / "x.npy", "rb") as file:
        command = [sys.executable, "-c", program, *arguments]
        done = subprocess.run(command, stdin=file, capture_output=True, text=True, check=True, timeout=300)
    assert np.load(tmp_path / "q.npy", mmap_mode="r").shape == rows.shape
    assert int(done.stdout.splitlines()[-1]) < 160 * 1024, "KiB beyond what importing takes"


# ------------------------------------------------------------------------------------------------- printing and writing


@pytest.mark.parametrize("text", ["-1", "nan", "-inf", "much"])
@pytest.mark.parametrize("target", ["entropy", "perplexity", "deficit", "evenness"])
def test_a_target_is_a_number_from_0_up(target: str, text: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as exit:
        main(["solve", "--p", "0.5,0.5", f"--{target}={text}"])
    assert exit.value.code == 2
    assert f"{text!r}: a target is a number from 0 up" in capsys.readouterr().err


@pytest.mark.parametrize("target", ["--perplexity=0.5", "--entropy=inf", "--evenness=1.5", "--deficit=9"])
def test_what_a_row_cannot_attain_fails_that_row_and_prints_no_number(target: str, capsys: Any) -> None:
    assert main(["solve", "--p", "0.7,0.2,0.1", target]) == 1
    captured = capsys.readouterr()
    assert captured.out == "nit 0  status infeasible\n"
    assert re.search("out of reach of row 0: it attains .* <= .* <= ", captured.err)


def test_a_short_distribution_is_printed_and_a_long_one_is_not(capsys: Any, monkeypatch: Any) -> None:
    assert main(["solve", "--p", "0.7,0.2,0.1", "--entropy", "0.5"]) == 0
    spelt = capsys.readouterr().out.split("probs ")[1]
    assert [float(x) for x in spelt.split(",")] == entnorm.solve([0.7, 0.2, 0.1], entropy=0.5).probs.tolist()
    fed(monkeypatch, (b"1 " * 40 + b"2 \n") * 2)
    assert main(["solve", "--logits", "-", "--entropy", "3"]) == 0
    captured = capsys.readouterr()
    assert "probs" not in captured.out
    assert captured.err.count("--out FILE writes the distributions") == 1


def test_distributions_are_written_in_every_format(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    x = X.astype(np.float32)
    np.save("x.npy", x)
    expected = entnorm.solve(logits=x, perplexity=3)
    for ending in ("npy", "npz", "csv"):
        assert main(["solve", "--logits", "x.npy", "--perplexity", "3", "--out", f"q.{ending}"]) == 0
        assert re.match(r"60 rows: 60 converged; gamma from \S+ to \S+\nq\.", capsys.readouterr().out)
    assert np.array_equal(np.load("q.npy"), expected.probs)
    assert np.load("q.npy").dtype == np.float32
    assert np.array_equal(np.loadtxt("q.csv", delimiter=","), expected.probs)
    with np.load("q.npz") as found:
        assert set(found) == {"probs", "gamma", "temperature", "entropy", "condition", "nit", "status"}
        for name in found:
            assert np.array_equal(found[name], getattr(expected, name)), name
    before = Path("q.npz").read_bytes()
    assert main(["solve", "--logits", "x.npy", "--perplexity", "3", "--out", "q.npz"]) == 0
    assert Path("q.npz").read_bytes() == before
    assert not list(folder.glob(".*"))


@pytest.mark.parametrize("name", ["x.npy", "./x.npy", "link.npy"])
def test_the_file_that_the_rows_come_from_is_not_written(name: str, folder: Path, capsys: Any) -> None:
    np.save("x.npy", X)
    Path("link.npy").symlink_to("x.npy")
    assert "the rows come from this file" in refused(capsys, "--logits", "x.npy", "--perplexity", "3", "--out", name)
    assert np.array_equal(np.load("x.npy"), X)


def test_what_is_spelt_may_be_longer_than_a_name_of_a_file(folder: Path, capsys: Any) -> None:
    assert main(["solve", "--logits", ",".join(map(repr, range(2000))), "--perplexity", "3", "--out", "q.npy"]) == 0
    assert np.load("q.npy").shape == (1, 2000)


def test_json_is_printed_whole_or_not_at_all(folder: Path, capsys: Any) -> None:
    Path("x.csv").write_text("0.5,0.3,0.2\n" * 100 + "0.5,0.3\n")
    assert "line 101: 2 numbers" in refused(capsys, "--p", "x.csv", "--perplexity", "2", "--json")


def test_an_underscore_is_no_part_of_a_number(folder: Path, capsys: Any) -> None:
    Path("x.csv").write_text("1_0,0.5\n")
    assert "line 1, column 1: '1_0' is not a number" in refused(capsys, "--logits", "x.csv", "--perplexity", "2")
    assert "not a row of numbers" in refused(capsys, "--logits", "1_0,0.5", "--perplexity", "2")
    with pytest.raises(SystemExit):
        main(["solve", "--logits", "1,0.5", "--entropy", "0_1"])


def test_an_old_file_stays_when_a_later_row_is_malformed(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    x = X.copy()
    x[47, 2] = np.nan
    np.save("x.npy", x)
    Path("q.npy").write_bytes(b"old")
    Path("r.html").write_bytes(b"old")
    said = refused(capsys, "--logits", "x.npy", "--perplexity", "3", "--out", "q.npy", "--report", "r.html")
    assert "logits contain NaN in row 47" in said
    assert (Path("q.npy").read_bytes(), Path("r.html").read_bytes()) == (b"old", b"old")


def test_files_of_other_kinds_are_not_written(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "--out q.txt: .npy, .npz, .csv are the files" in refused(
        capsys, "--p", "0.5,0.3,0.2", "--entropy", "0.5", "--out", "q.txt"
    )
    assert "--report r.pdf: the page is HTML" in refused(
        capsys, "--p", "0.5,0.3,0.2", "--entropy", "0.5", "--report", "r.pdf"
    )
    for option, name in (("--out", "no/such/q.npy"), ("--report", "no/such/page.html")):
        said = refused(capsys, "--p", "0.5,0.3,0.2", "--entropy", "0.5", option, name)
        assert said == f"entnorm: {option} {name}: there is no folder no/such\n"


def test_rows_that_failed_are_named_by_their_place_in_the_whole(folder: Path, capsys: Any) -> None:
    x = X.copy()
    x[[8, 30, 31, 59]] = 0
    np.save("x.npy", x)
    assert main(["solve", "--logits", "x.npy", "--perplexity", "3", "--out", "q.npz"]) == 1
    captured = capsys.readouterr()
    assert captured.out.startswith("60 rows: 56 converged, 4 infeasible; gamma from ")
    complaints = captured.err.splitlines()
    assert [re.search(r"row \d+|4 of 60 rows failed", line)[0] for line in complaints] == [  # type: ignore[index]
        "row 8", "row 30", "row 31", "4 of 60 rows failed",
    ]  # fmt: skip
    with np.load("q.npz") as found:
        assert np.isnan(found["probs"][[8, 30, 31, 59]]).all()
        assert np.flatnonzero(found["status"]).tolist() == [8, 30, 31, 59]


# --------------------------------------------------------------------------------------------------------------- report


def test_a_report_is_one_file_that_says_what_became_of_the_rows(folder: Path, capsys: Any) -> None:
    x = X.copy()
    x[[8, 31]] = 0
    np.save("x<&>.npy", x)
    assert main(["solve", "--logits", "x<&>.npy", "--perplexity", "3", "--report", "r.html"]) == 1
    assert capsys.readouterr().out.count("status") == 60
    page = Path("r.html").read_text(encoding="utf-8")
    assert "2 of 60 rows failed" in page
    assert "x&lt;&amp;&gt;.npy" in page
    assert "x<&>" not in page
    for row in (8, 31):
        assert f'<th scope="row" class="number">{row}</th>' in page
    assert "perplexity=3.0 is out of reach of it: it is uniform on its support" in page
    assert not re.search(r"<script|src=|https?://", page)
    gamma = entnorm.solve(logits=np.delete(x, [8, 31], axis=0), perplexity=3).gamma
    assert f"γ from {gamma.min():.17g} to {gamma.max():.17g}" in page


def test_the_tally_counts_what_the_blocks_hold() -> None:
    x = np.vstack([X, np.zeros((1, 7)), np.eye(7)[:1]])
    counted = tally.Tally("logits", "perplexity", 3.0, measured=True)
    for block in np.array_split(x, 9):
        counted.solve(block)
    model = counted.model("x")
    solution = entnorm.solve(logits=x, perplexity=3)
    gamma = solution.gamma[solution.success]
    assert (model["rows"], model["counts"]) == (62, {"converged": 61, "infeasible": 1, "gamma_overflow": 0})
    assert (model["gamma"]["low"], model["gamma"]["high"]) == (gamma.min(), gamma.max())
    assert sum(bar["count"] for bar in model["gamma"]["bars"]) == 61
    for bar in model["gamma"]["bars"]:
        inside = (gamma >= bar["low"] * (1 - 1e-12)) & (gamma < bar["high"] * (1 - 1e-12))
        assert inside.sum() == bar["count"]
    missed = np.abs(entnorm.entropy(solution.probs[solution.success]) - np.log(3))
    assert model["errors"]["high"] == missed.max() <= 16 * 2.0**-52
    assert np.flatnonzero(solution.success)[missed.argmax()] == model["errors"]["worst"]
    assert model["errors"]["zero"] == (missed == 0).sum()
    assert sum(model["iterations"].values()) == 62
    assert [f["row"] for f in model["failures"]] == [60]
    json.dumps(model, allow_nan=False)


@pytest.mark.parametrize(
    ("target", "value"), [("entropy", 1.0), ("perplexity", 3.0), ("deficit", 0.5), ("evenness", 0.5)]
)
@pytest.mark.parametrize("kind", ["p", "logits"])
def test_differences_are_taken_from_the_target_whatever_its_kind(kind: str, target: str, value: float) -> None:
    rows = X if kind == "logits" else entnorm.normalize(np.full((60, 7), 1 / 7), evenness=1)
    if kind == "p":
        rows = entnorm.softmax(X, perplexity=4)
        rows[:, 0] = 0
        rows /= rows.sum(-1, keepdims=True)
    counted = tally.Tally(kind, target, value, measured=True)
    counted.solve(rows)
    assert counted.errors.high <= 16 * 2.0**-52
    assert counted.errors.zero + sum(counted.errors.bins.values()) == 60


@pytest.mark.parametrize("ends", [(1.0, 1.0), (0.99, 1.01), (1e-300, 1e300), (5e-324, 1.7e308)])
def test_a_histogram_has_few_bars_whatever_its_range(ends: tuple[float, float]) -> None:
    spread = Spread()
    spread.add(np.array([*ends, 0.0, np.inf]))
    found = spread.as_dict()
    assert 1 <= len(found["bars"]) <= 24
    assert (found["low"], found["high"], found["zero"], found["infinite"]) == (*ends, 1, 1)
    assert sum(bar["count"] for bar in found["bars"]) == 2


# -------------------------------------------------------------------------------------------------------- while it runs


def test_progress_is_a_bar_on_a_terminal_and_nothing_elsewhere(folder: Path) -> None:
    np.save("x.npy", X)
    command = [sys.executable, "-m", "entnorm", "solve", "--logits", "x.npy", "--perplexity", "3", "--out", "q.npy"]
    here, terminal = pty.openpty()
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    subprocess.run(command, stdout=subprocess.PIPE, stderr=terminal, timeout=300, check=True)
    assert select.select([here], [], [], 5)[0], "nothing was shown on the terminal"
    shown = os.read(here, 100_000).decode()
    os.close(terminal)
    os.close(here)
    assert "0/60" in shown
    assert "rows" in shown
    assert subprocess.run(command, capture_output=True, timeout=300, check=True).stderr == b""


@pytest.mark.parametrize(
    ("number", "code", "said"),
    [
        (signal.SIGINT, 130, "entnorm: interrupted; no file was left half-written"),
        (signal.SIGTERM, 143, "entnorm: stopped by SIGTERM; no file was left half-written"),
    ],
)
def test_a_signal_leaves_the_old_file_and_no_other(number: int, code: int, said: str, folder: Path) -> None:
    Path("q.csv").write_bytes(b"old")
    command = [sys.executable, "-m", "entnorm", "solve", "--p", "-", "--perplexity", "2", "--out", "q.csv"]
    process = subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # A shell's background job ignores the interrupt, and so would what it starts.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL) and None,
    )
    assert process.stdin is not None
    process.stdin.write("0.7 0.2 0.1\n")
    process.stdin.flush()
    deadline = time.monotonic() + 60
    while len(list(folder.iterdir())) < 2:  # until the new file is begun
        assert time.monotonic() < deadline
        time.sleep(0.1)
    process.send_signal(number)
    _, err = process.communicate(timeout=300)
    assert process.returncode == code
    assert err.strip() == said
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == {"q.csv": b"old"}


@pytest.mark.parametrize("option", ["--out", "--report"])
def test_errors_name_the_file_that_was_meant(
    option: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    name = {"--out": "q.npy", "--report": "page.html"}[option]
    too_long = "x" * 250 + Path(name).suffix  # fits, but not with what is added until it is whole
    assert main(["solve", "--p", "0.7,0.2,0.1", "--entropy", "0.5", option, too_long]) == 2
    assert capsys.readouterr().err == f"entnorm: {too_long}: File name too long\n"


def test_logits_are_multiplied_and_rows_without_difference_have_a_bar(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for kind, row in (("p", "0.7,0.2,0.1"), ("logits", "0,-1,-2")):
        assert main(["solve", f"--{kind}", row, "--entropy", "0.5", "--report", f"{kind}.html"]) == 0
    assert "each raised to the power γ that" in Path("p.html").read_text(encoding="utf-8")
    assert "each multiplied by the γ that" in Path("logits.html").read_text(encoding="utf-8")
    assert main(["solve", "--logits", "0,0", "--evenness", "1", "--report", "zero.html"]) in (0, 1)
    page = Path("zero.html").read_text(encoding="utf-8")
    for line in page.splitlines():
        if "exactly 0" in line:
            assert '<i style="width: 100.0%"></i>' in line
