"""Making the corpus: the same again, resumed where it was killed, on any executor; recipes that anyone can follow."""

import contextlib
import gzip
import json
import os
import signal
import subprocess
import sys
import textwrap
import time
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from math import ldexp
from pathlib import Path
from threading import Thread

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from entnorm import balls
from entnorm.reference import generate, load
from entnorm.reference.families import REAL, rows
from entnorm.reference.places import PLACES
from entnorm.reference.recipes import Recipe, SplitMix64, row_checksum
from entnorm.solution import EntnormError

needs_flint = pytest.mark.skipif(not balls.available(), reason="python-flint is not installed (extra `rigorous`)")
deterministic = settings(derandomize=True, deadline=None, max_examples=60)


@pytest.fixture(name="few")
def _few(monkeypatch):
    """A plan of the first twelve entries."""
    plan = generate.entries()[:12]
    monkeypatch.setattr(generate, "entries", lambda: plan)
    return plan


@pytest.fixture(name="threads")
def _threads():
    with ThreadPoolExecutor(2) as executor:
        yield executor


def test_the_order_of_the_corpus_is_that_of_its_plan():
    assert [record.id for record in load()] == [entry.id for entry in generate.entries()]


@needs_flint
def test_records_are_made_again_as_they_are_stored():
    pairs = [*zip(load(), generate.entries(), strict=True)]
    some = [pair for pair in pairs if pair[0].values.size <= 1000][::31]
    some.append(pairs[-1])
    assert len({record.tags[0] for record, _ in some}) > 25
    for record, entry in some:
        again = replace(entry.record(), provenance=record.provenance)
        assert again.to_json() == record.to_json()


@needs_flint
def test_two_makings_give_the_same_bytes_whatever_computes_them(few, tmp_path, threads):
    assert generate.make(tmp_path / "a.jsonl.gz", executor=threads, progress=False) == 12
    generate.make(tmp_path / "b.jsonl.gz", executor=Backwards())
    assert (tmp_path / "a.jsonl.gz").read_bytes() == (tmp_path / "b.jsonl.gz").read_bytes()
    assert [record.id for record in load(tmp_path / "a.jsonl.gz")] == [entry.id for entry in few]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.jsonl.gz", "b.jsonl.gz"]


class Backwards(ThreadPoolExecutor):
    """An executor that has the last task ready first."""

    def submit(self, function, /, *args):
        future = Future()
        self.__dict__.setdefault("tasks", []).append((future, function, args))
        if len(self.tasks) == 12:
            for future_, function_, args_ in reversed(self.tasks):
                future_.set_result(function_(*args_))
        return future


class Interrupted(ThreadPoolExecutor):
    """An executor that is interrupted while it takes in tasks, none of which it begins."""

    def __init__(self):
        super().__init__(1)
        self.taken = []

    def submit(self, function, /, *args):
        if len(self.taken) == 5:
            raise KeyboardInterrupt
        self.taken.append(Future())
        return self.taken[-1]


@needs_flint
def test_what_was_taken_in_before_an_interrupt_is_not_computed(few, tmp_path):
    executor = Interrupted()
    with pytest.raises(KeyboardInterrupt):
        generate.make(tmp_path / "a.jsonl", executor=executor)
    assert [future.cancelled() for future in executor.taken] == [True] * 5


@needs_flint
def test_processes_make_the_same_records(few, tmp_path):
    with generate.processes(1) as executor:
        generate.make(tmp_path / "a.jsonl", executor=executor, progress=False)
    stored = load()
    for record, before in zip(load(tmp_path / "a.jsonl"), stored[:12], strict=True):
        assert replace(record, provenance=before.provenance).to_json() == before.to_json()


@needs_flint
def test_a_cluster_makes_the_same_records(few, tmp_path, threads):
    distributed = pytest.importorskip("distributed")
    generate.make(tmp_path / "a.jsonl.gz", executor=threads)
    with (
        distributed.LocalCluster(n_workers=1, threads_per_worker=1, dashboard_address=None) as cluster,
        distributed.Client(cluster) as client,
    ):
        generate.make(tmp_path / "b.jsonl.gz", executor=client.get_executor())
    assert (tmp_path / "a.jsonl.gz").read_bytes() == (tmp_path / "b.jsonl.gz").read_bytes()


@needs_flint
def test_a_killed_making_goes_on_and_loses_no_more_than_the_record_in_hand(tmp_path):
    """Killed without warning as soon as three records are there; then resumed in another process."""
    program = tmp_path / "make.py"
    program.write_text(
        textwrap.dedent(
            """
            import sys, time
            from concurrent.futures import ThreadPoolExecutor
            from entnorm.reference import generate
            plan, compute, computed = generate.entries()[:8], generate.line, []
            generate.entries = lambda: plan
            def line(number):
                time.sleep(float(sys.argv[2]))
                computed.append(number)
                return compute(number)
            generate.line = line
            with ThreadPoolExecutor(1) as executor:
                generate.make(sys.argv[1], executor=executor)
            print(len(computed))
            """
        ),
        encoding="utf-8",
    )
    file, journal = tmp_path / "c.jsonl.gz", tmp_path / "c.jsonl.gz.journal"
    process = subprocess.Popen(
        [sys.executable, program, file, "0.5"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    deadline = time.monotonic() + 60
    while not (journal.exists() and journal.read_bytes().count(b"\n") >= 3) and time.monotonic() < deadline:
        time.sleep(0.02)
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    kept = journal.read_bytes().count(b"\n")
    assert 3 <= kept < 8
    assert not file.exists()
    done = subprocess.run([sys.executable, program, file, "0"], capture_output=True, text=True, check=True, timeout=300)
    assert int(done.stdout) == 8 - kept
    assert [record.id for record in load(file)] == [entry.id for entry in generate.entries()[:8]]
    assert not journal.exists()


def in_session(leader):
    """The processes of a session that are alive, by /proc."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            state, _, _, session = (folder / "stat").read_text().rpartition(")")[2].split()[:4]
        except OSError:  # it has just ended
            continue
        if int(session) == leader and state != "Z":
            found.append(int(folder.name))
    return found


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="processes are listed by /proc")
def test_processes_end_with_the_one_that_asked_even_if_it_is_killed(tmp_path):
    program = tmp_path / "wait.py"
    program.write_text(
        textwrap.dedent(
            """
            import time
            from entnorm.reference import generate
            if __name__ == "__main__":
                with generate.processes(2) as pool:
                    print(list(pool.map(abs, [-1, 2])), flush=True)
                    time.sleep(300)
            """
        ),
        encoding="utf-8",
    )
    process = subprocess.Popen([sys.executable, program], stdout=subprocess.PIPE, start_new_session=True)
    assert process.stdout.readline() == b"[1, 2]\n"
    assert len(in_session(process.pid)) >= 2
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    deadline = time.monotonic() + 60
    while in_session(process.pid) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert in_session(process.pid) == []


@needs_flint
def test_a_journal_is_not_believed(few, tmp_path, threads, monkeypatch):
    """Half a line, an edited record, one of other versions, one of another row: all are computed again."""
    generate.make(tmp_path / "good.jsonl", executor=threads)
    good = (tmp_path / "good.jsonl").read_text().splitlines()
    older = replace(
        load(tmp_path / "good.jsonl")[1], provenance={"method": "", "backend": "", "versions": {}, "generator": ""}
    )
    another = replace(load(tmp_path / "good.jsonl")[2], values=load()[200].values)
    spoiled = [
        good[0],
        good[3].replace('"tags":["', '"tags":["un', 1),
        older.to_json(),
        another.to_json(),
        "[" * 10**5,
        "",
        good[5][:99],
    ]
    (tmp_path / "c.jsonl.journal").write_text("\n".join(spoiled))
    computed = []
    monkeypatch.setattr(generate, "line", lambda number, line=generate.line: computed.append(number) or line(number))
    generate.make(tmp_path / "c.jsonl", executor=threads)
    assert sorted(computed) == list(range(1, 12))
    assert (tmp_path / "c.jsonl").read_text().splitlines() == good


@needs_flint
def test_two_makings_of_one_file_at_once_both_write_it_whole(few, tmp_path, threads):
    path = tmp_path / "c.jsonl"
    with ThreadPoolExecutor(2) as both, ThreadPoolExecutor(1) as slow:
        makings = [both.submit(generate.make, path, executor=executor, progress=False) for executor in (threads, slow)]
        assert [making.result() for making in makings] == [12, 12]
    assert [record.id for record in load(path)] == [entry.id for entry in few]
    assert [left.name for left in tmp_path.iterdir()] == ["c.jsonl"]


def test_a_folder_is_refused_before_anything_is_computed(few, tmp_path, monkeypatch):
    monkeypatch.setattr(generate, "line", lambda number: pytest.fail("computed"))
    with ThreadPoolExecutor(1) as executor, pytest.raises(IsADirectoryError, match=tmp_path.name):
        generate.make(tmp_path, executor=executor)
    assert not tmp_path.with_name(f"{tmp_path.name}.journal").exists()


def test_processes_start_where_signals_cannot_be_held_back(monkeypatch):
    monkeypatch.delattr(signal, "pthread_sigmask")
    with generate.processes(1) as pool:
        assert pool.submit(abs, -1).result() == 1


def test_a_task_that_an_interrupt_kept_from_being_handed_over_is_not_waited_for(monkeypatch):
    def interrupted(_):
        raise KeyboardInterrupt

    def hand_over():
        with contextlib.suppress(KeyboardInterrupt), generate.processes(1) as pool:
            pools.append(pool)
            monkeypatch.setattr(pool._work_ids, "put", interrupted)
            pool.submit(os.getpid)

    pools = []
    thread = Thread(target=hand_over, daemon=True)
    thread.start()
    thread.join(60)
    ended = not thread.is_alive()
    pools[0].shutdown(cancel_futures=True)  # else nothing after this test would end either
    assert ended


@needs_flint
def test_what_goes_wrong_in_a_task_stops_the_making_and_keeps_what_is_proved(few, tmp_path, threads, monkeypatch):
    def line(number, line=generate.line):
        if number == 4:
            raise ArithmeticError("no root")
        return line(number)

    monkeypatch.setattr(generate, "line", line)
    with pytest.raises(ArithmeticError, match="no root"):
        generate.make(tmp_path / "c.jsonl", executor=threads)
    assert [path.name for path in tmp_path.iterdir()] == ["c.jsonl.journal"]
    monkeypatch.undo()
    monkeypatch.setattr(generate, "entries", lambda: few)
    generate.make(tmp_path / "c.jsonl", executor=threads)
    assert len(load(tmp_path / "c.jsonl")) == 12


@needs_flint
def test_records_of_other_versions_are_not_written(few, tmp_path, threads, monkeypatch):
    def line(number):
        return replace(few[number].record(), provenance=load()[0].provenance | {"backend": "another"}).to_json()

    monkeypatch.setattr(generate, "line", line)
    with pytest.raises(EntnormError, match="12 records, uniformish-p3-entropy-mid5 among them"):
        generate.make(tmp_path / "c.jsonl", executor=threads)
    assert not (tmp_path / "c.jsonl").exists()


def test_nothing_is_written_that_is_not_certified(tmp_path, monkeypatch):
    monkeypatch.setattr(balls, "available", lambda: False)
    with pytest.raises(ImportError, match=r"entnorm\[rigorous\]"):
        generate.make(tmp_path / "a.jsonl", progress=False)
    assert not list(tmp_path.iterdir())


def test_the_places_are_distinct_and_reach_both_ends():
    assert len(set(PLACES)) == len(PLACES)
    for side in ("low", "high"):
        exponents = sorted(place.fraction for place in PLACES if place.side == side)
        assert exponents[0] < 2.0**-980


def test_real_rows_are_what_the_stored_file_says():
    stored = json.loads(REAL.read_text(encoding="ascii"))["families"]
    real = [one for one in rows() if one.family in {family["name"] for family in stored}]
    expected = [(family["kind"], row) for family in stored for row in family["rows"]]
    for one, (kind, row) in zip(real, expected, strict=True):
        assert one.kind == kind
        assert one.values.tolist() == [float.fromhex(x) if isinstance(x, str) else x for x in row]
    distances = [one for one in real if one.family == "digits-distances"]
    assert all((one.values == np.round(one.values)).all() for one in distances)
    assert max(one.values.size for one in distances) == 1796


# ------------------------------------------------------------------------------------------------------------- recipes


def by_hand(recipe, kind):
    """The README, word by word, in plain integers."""
    state, outputs = recipe["seed"], []

    def draw():
        nonlocal state
        state = (state + 0x9E3779B97F4A7C15) % 2**64
        z = state
        z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9 % 2**64
        z = (z ^ z >> 27) * 0x94D049BB133111EB % 2**64
        return (z ^ z >> 31) >> (64 - recipe["bits"])

    for i in range(recipe["n"]):
        if recipe["form"] == "sum":
            outputs.append(recipe["add"] + sum(draw() for _ in range(recipe["terms"])))
        else:
            outputs.append(recipe["add"] // (i + 1 if recipe["form"] == "rank" else 1 + draw()))
    if kind == "logits":
        return [ldexp(k, recipe["exponent"]) for k in outputs]
    return [k / sum(outputs) for k in outputs]


def test_the_recipes_of_the_corpus_are_followed_by_hand():
    seen = {}
    for line in gzip.decompress(
        generate.Path(generate.__file__).with_name("corpus.jsonl.gz").read_bytes()
    ).splitlines():
        found = json.loads(line)
        kind = "p" if "p" in found else "logits"
        if isinstance(found[kind], dict) and found[kind]["n"] <= 10_000:
            seen[found["tags"][0], found[kind]["n"]] = (kind, found[kind])
    assert len(seen) == 10
    for kind, recipe in seen.values():
        values = by_hand(recipe, kind)
        assert row_checksum(np.array(values)) == recipe["sha256"]


@deterministic
@given(
    st.sampled_from(["sum", "quotient", "rank"]),
    st.integers(1, 200),
    st.integers(0, 2**53 - 1),
    st.integers(1, 40),
    st.integers(1, 5),
    st.integers(-(2**40), 2**40),
    st.integers(-900, 900),
)
def test_any_recipe_is_followed_by_hand(form, n, seed, bits, terms, add, exponent):
    recipe = Recipe(form, n, seed, bits, terms, add, exponent)
    assert recipe.values("logits").tolist() == by_hand(recipe.as_dict(), "logits")
    if add > 0 and form != "rank":
        try:
            values = recipe.values("p")
        except ValueError:
            return
        assert values.tolist() == by_hand(recipe.as_dict(), "p")


def test_splitmix64_gives_the_published_sequence():
    random = SplitMix64(1234567)
    assert [random.bits(64) for _ in range(3)] == [6457827717110365317, 3203168211198807973, 9817491932198370423]
    again = SplitMix64(1234567)
    assert again.many(2, 64).tolist() == [6457827717110365317, 3203168211198807973]
    assert again.bits(64) == 9817491932198370423


@pytest.mark.parametrize(
    "wrong",
    [
        {"n": 0},
        {"n": 10**6},
        {"seed": -1},
        {"seed": 2**53},
        {"bits": 54},
        {"terms": 65},
        {"add": 2**53},
        {"exponent": 961},
    ],
)
def test_a_recipe_out_of_bounds_is_refused(wrong):
    with pytest.raises(ValueError, match="is not one"):
        Recipe(**{"form": "sum", "n": 5} | wrong)
