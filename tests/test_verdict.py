"""What becomes of a run: containment, announced failures, pytest, and the verdict as files."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from xml.etree import ElementTree as ET

import numpy as np
import pytest
import rogues
import unruly

import entnorm
from entnorm import conformance, report
from entnorm.conformance import Outcome, cases, contained, hard, manners, runner
from entnorm.conformance.contained import Contained, LostError
from entnorm.conformance.foreign import Foreign
from entnorm.conformance.naming import name_of
from entnorm.conformance.runner import imported
from entnorm.solution import EntnormError

pytest_plugins = ["pytester"]


# -------------------------------------------------------------------------------------------- what it seems to speak


def advice(solve: object, deadline: float = 30, name: str | None = None) -> dict[str, object] | None:
    found = conformance.run(solve, "core", deadline=deadline, name=name)
    return conformance.wanted_adapter(found, deadline)


def test_a_solver_that_takes_one_row_at_a_time_is_told_the_adapter_that_it_wants() -> None:
    assert advice(unruly.takes_one_row) == {"rows": "one"}
    wanted = {"takes": "logits", "target": "bits", "returns": "temperature", "rows": "one"}
    assert advice(unruly.temperature_for_bits) == wanted
    adapted = conformance.adapt(unruly.temperature_for_bits, **wanted)
    assert conformance.run(adapted, "smoke").passed


def test_a_function_of_matrices_is_told_so_and_held_behind_its_adapter() -> None:
    assert advice(unruly.takes_a_matrix) == {"rows": "matrix"}
    found = conformance.run(conformance.adapt(unruly.takes_a_matrix, rows="matrix"))
    assert found.passed, [str(failure) for failure in found.failures]
    assert {r.name for r in found.results if r.outcome is Outcome.NOT_APPLICABLE} == {"accepts_any_axis"}
    gammas = conformance.adapt(lambda p, targets: p[:, 0] + targets, rows="matrix")
    p = np.arange(24.0).reshape(2, 3, 4)
    np.testing.assert_array_equal(gammas(p, 1.0, axis=1), p[:, 0, :] + 1)


def test_a_function_of_one_perplexity_for_all_rows_is_told_so_and_held_behind_its_adapter() -> None:
    wanted = {"takes": "squared distances", "target": "perplexity", "rows": "matrix of one target"}
    assert advice(unruly.takes_one_perplexity) == wanted
    found = conformance.run(conformance.adapt(unruly.takes_one_perplexity, **wanted), "edge")
    assert found.passed, [str(failure) for failure in found.failures]
    skipped = {r.name for r in found.results if r.outcome is Outcome.NOT_APPLICABLE}
    assert {"accepts_any_axis", "accepts_an_empty_batch", "an_unreachable_row_leaves_its_batch_alone"} <= skipped
    assert "batch_equals_a_loop_over_rows" not in skipped


def test_rows_of_one_target_are_asked_together() -> None:
    asked = []

    def shares(p, target):
        asked.append((len(p), target))
        return p * target

    p, targets = np.arange(24.0).reshape(2, 4, 3), np.array([[1.0, 2.0, 1.0], [1.0, np.nan, np.nan]])
    answer = conformance.adapt(shares, rows="matrix of one target")(p, targets, axis=1)
    np.testing.assert_array_equal(answer, p * targets[:, None, :])
    assert [count for count, _ in asked] == [3, 1, 2]
    assert [target for _, target in asked] == [1.0, 2.0, pytest.approx(np.nan, nan_ok=True)]


@pytest.mark.parametrize("rows", ["matrix", "matrix of one target"])
def test_a_function_of_matrices_that_confuses_rows_of_one_target_fails(rows: str) -> None:
    def first_row_only(p, target):
        gamma = rogues.careful_gamma(p, np.broadcast_to(target, len(p)))
        same = np.broadcast_to(target, len(p)) == np.ravel(target)[0]
        return np.where(same, gamma[0], gamma)

    solver = Foreign(conformance.adapt(first_row_only, rows=rows))
    found = runner.result(manners.batch_equals_a_loop_over_rows, "core", solver)
    assert found.outcome is Outcome.FAILED
    assert "a batch of one target" in found.case


class Root:
    """What SciPy's `root_scalar` returns."""

    def __init__(self, root):
        self.root, self.converged = root, np.isfinite(root)


@pytest.mark.parametrize("rows", ["one", "matrix", "matrix of one target"])
@pytest.mark.parametrize("made", [Root, lambda gamma: gamma, lambda gamma: list(gamma) if np.ndim(gamma) else gamma])
def test_roots_and_objects_are_read_behind_an_adapter(rows: str, made) -> None:
    def gamma(p, target):
        return made(rogues.careful_gamma(p, np.broadcast_to(target, p.shape[:-1])))

    found = conformance.run(conformance.adapt(gamma, rows=rows))
    assert found.passed, [str(failure) for failure in found.failures]


@pytest.mark.parametrize("rows", ["matrix", "matrix of one target"])
def test_temperatures_of_a_matrix_are_one_for_each_row(rows: str) -> None:
    adapted = conformance.adapt(lambda p, target: p[:, 0] / 2, returns="temperature", rows=rows)
    p = np.arange(1.0, 13.0).reshape(2, 2, 3)
    np.testing.assert_array_equal(adapted(p, 0.5), 2 / p[..., 0])
    with pytest.raises(TypeError, match="temperature, a number for each row, was promised; shape \\(\\) came back"):
        conformance.adapt(lambda p, target: 2.0, returns="temperature", rows=rows)(p, 0.5)


@pytest.mark.parametrize("rows", ["one", "matrix", "matrix of one target"])
def test_gamma_and_distribution_are_both_read_behind_an_adapter(rows: str) -> None:
    adapted = conformance.adapt(lambda p, target: entnorm.solve(p, entropy=target), rows=rows)
    p = np.stack([case.values for case in cases.batch()]).reshape(2, 3, 4).transpose(0, 2, 1)
    answer, right = (solve(p, 1.0, axis=1) for solve in (adapted, unruly.ours))
    np.testing.assert_array_equal(answer.gamma, right.gamma)
    np.testing.assert_array_equal(answer.probs, right.probs)
    found = conformance.run(adapted)
    assert found.passed, [str(failure) for failure in found.failures]
    assert "keeps_ties_tied" in {r.name for r in found.results if r.outcome is Outcome.PASSED}


def test_what_an_object_says_failed_is_no_answer_behind_an_adapter() -> None:
    def gives_up(p, target):
        return SimpleNamespace(gamma=1.0, success=target < 1)

    answer = conformance.adapt(gives_up, rows="one")([[0.5, 0.3, 0.2]] * 2, np.array([0.5, 1.05]))
    np.testing.assert_array_equal(answer, [1.0, np.nan])


@pytest.mark.parametrize(
    ("returned", "said"),
    [
        (lambda p, target: "0.5", "the solver returned str '0.5'"),
        (lambda p, target: SimpleNamespace(root="0.5", converged=True), "the solver returned str '0.5'"),
        (lambda p, target: p if target > 1 else 1.0, "gamma came back for some rows, and a distribution for others"),
    ],
)
def test_what_is_no_answer_behind_an_adapter_is_named(returned, said: str) -> None:
    adapted = conformance.adapt(returned, rows="one")
    with pytest.raises(TypeError, match=said):
        adapted(np.full((2, 4), 0.25), np.array([0.5, 1.2]))


def test_the_wrong_adapter_is_told_the_right_one() -> None:
    assert advice(unruly.wrongly_adapted, name="unruly:wrongly_adapted") == {"rows": "one"}
    assert advice(unruly.takes_no_zeros, name="unruly:takes_no_zeros") is None


def test_who_fails_only_where_there_are_zeros_is_told_that_they_need_not_be_taken() -> None:
    assert advice(unruly.divides_zero_by_zero) == {"zeros": False}


def test_a_failure_without_zeros_is_shown_before_one_with_zeros() -> None:
    def wrong(p, target, *, axis=-1):
        return rogues.careful_gamma(p, target, axis=axis) * (1.5 if (p == 0).any() else 1.01)

    shown = {result.name: result.case for result in conformance.run(wrong).failures}
    assert "zeros" not in shown["finds_the_certified_exponent"]


def test_zeros_that_are_not_taken_are_the_reason_why_they_are_not_asked() -> None:
    found = conformance.run(unruly.takes_no_zeros)
    (reason,) = {r.reason for r in found.results if r.name == "keeps_zeros_zero"}
    assert reason.endswith("does not take them: zeros=False")


def test_nothing_is_advised_where_words_are_not_the_trouble() -> None:
    assert advice(unruly.ours) is None
    assert advice(unruly.hangs_on_batches, 3) is None
    assert conformance.wanted_adapter(conformance.run(lambda p, target, *, axis=-1: 1.0, "smoke"), 9) is None


def test_a_check_that_was_lost_says_nothing_of_the_words(monkeypatch: pytest.MonkeyPatch) -> None:
    found = conformance.run(unruly.takes_one_row, "core", deadline=30)
    (batch,) = (r for r in found.results if r.name == "batch_equals_a_loop_over_rows")
    assert conformance.wanted_adapter(replace(found, results=(batch,)), 30) == {"rows": "one"}
    lost = replace(found, results=(replace(batch, lost=True),))  # a machine may be too busy for a deadline
    monkeypatch.setattr(Contained, "run", None)
    assert conformance.wanted_adapter(lost, 30) is None


# ---------------------------------------------------------------------------------------------------------- containment


def failures(found: conformance.Report) -> dict[str, str]:
    return {result.name: result.got for result in found.failures}


def test_a_solver_in_a_process_of_its_own_has_the_same_verdict() -> None:
    for solve in (unruly.ours, unruly.writes):
        here, there = (conformance.run(solve, "smoke", deadline=deadline).as_dict() for deadline in (None, 60))
        assert here == there
    assert failures(conformance.run(unruly.writes, "smoke", deadline=60)) == {
        "does_not_write_its_input": "p or target changed"
    }


def test_a_solver_that_hangs_fails_the_check_in_hand_and_the_next_process_goes_on() -> None:
    start = time.monotonic()
    found = conformance.run(unruly.hangs_on_batches, "core", deadline=3)
    assert time.monotonic() - start < 60
    said = "no answer within 3 s; the process was stopped"
    assert failures(found) == {"batch_equals_a_loop_over_rows": said, "accepts_any_axis": said}
    assert all(result.lost for result in found.failures)
    for result in found.failures:
        assert "from unruly import hangs_on_batches as solve\n" in result.reproducer
        assert "reshape((" in result.reproducer
    after = [r for r in found.results if r.name in ("survives_underflow", "accumulates_in_double")]
    assert [r.outcome for r in after] == [Outcome.PASSED] * 2


def test_a_solver_that_kills_its_process_fails_the_check_in_hand() -> None:
    found = conformance.run(unruly.dies_on_long_rows, "core", deadline=60)
    assert failures(found) == {"accumulates_in_double": "the process died: signal SIGSEGV"}


@pytest.mark.parametrize(
    ("solve", "said"),
    [
        (unruly.ends, "the process ended: exit code 0"),
        (unruly.interrupts, "the call raised KeyboardInterrupt"),
        (unruly.scribbles, "the process wrote to the connection on which its answers come"),
        (unruly.closes_its_files, "the process ended: exit code 0"),
    ],
)
def test_what_a_process_does_instead_of_answering_is_said_at_once(solve: object, said: str) -> None:
    start = time.monotonic()
    found = conformance.run(solve, "smoke", deadline=100)
    assert time.monotonic() - start < 50
    assert failures(found) == {"answers_a_plain_question": said}
    assert found.failures[0].lost


def test_a_process_that_ends_between_two_questions_is_replaced() -> None:
    with Contained(partial(imported, "unruly:dies_when_idle"), 100) as process:
        assert process.run(unruly.call) == 1
        time.sleep(1)
        with pytest.raises(LostError, match="the process ended: exit code 0"):
            process.run(unruly.call)
        assert process.run(unruly.call) == 1


def test_a_copy_of_its_process_that_a_solver_makes_does_not_answer() -> None:
    with Contained(partial(imported, "unruly:forks"), 100) as process:
        assert [process.run(unruly.call) for _ in range(5)] == [1, 2, 3, 4, 5]


def test_what_a_solver_starts_does_not_outlive_it() -> None:
    with Contained(partial(imported, "unruly:starts_another"), 100) as process:
        other = process.run(unruly.call)
        os.kill(other, 0)
    gone(other)  # whoever adopts it may take a moment to notice


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except FileNotFoundError:
        return False


def test_loading_has_a_deadline_too(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "hangs_when_imported.py").write_text("import time\ntime.sleep(600)\n")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(contained, "_STARTING", 5.0)
    with (
        pytest.raises(contained.LoadError, match="while the solver was loaded: no answer within 5 s"),
        Contained(partial(imported, "hangs_when_imported:f"), 1),
    ):
        pass


LOOPS = """
import itertools, os, subprocess
from pathlib import Path

def here():
    Path("pid").write_text(str(os.getpid()))

def in_python(p, target, *, axis=-1):
    here()
    while True:
        pass

def in_another_process(p, target, *, axis=-1):
    subprocess.run(["sh", "-c", "echo $$ > pid.new; mv pid.new pid; exec sleep 600"])

def in_c(p, target, *, axis=-1):  # and no other thread gets a turn
    here()
    sum(itertools.repeat(0))
"""
LOOPS_WHEN_IMPORTED = (
    "import os\nfrom pathlib import Path\nPath('pid').write_text(str(os.getpid()))\nwhile True: pass\n"
)


@pytest.mark.parametrize(
    ("sign", "solver"),
    [
        (signal.SIGTERM, "loops:in_python"),
        (signal.SIGTERM, "at_import:f"),
        (signal.SIGHUP, "loops:in_c"),
        (signal.SIGINT, "loops:in_c"),
        (signal.SIGKILL, "loops:in_python"),
        (signal.SIGKILL, "loops:in_c"),
        (signal.SIGKILL, "at_import:f"),
        (signal.SIGTERM, "loops:in_another_process"),
        *3 * [(signal.SIGKILL, "loops:in_another_process")],
    ],
)
def test_a_solver_that_loops_ends_with_a_run_that_is_stopped(sign: signal.Signals, solver: str, tmp_path: Path) -> None:
    (tmp_path / "loops.py").write_text(LOOPS)
    (tmp_path / "at_import.py").write_text(LOOPS_WHEN_IMPORTED)
    command = [sys.executable, "-m", "entnorm", "conform", solver, "--level", "smoke", "--deadline", "100"]
    heeding = partial(signal.signal, signal.SIGHUP, signal.SIG_DFL)  # though these tests be run by nohup
    with subprocess.Popen(
        command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, preexec_fn=heeding
    ) as run:
        looping = number_in(tmp_path / "pid")
        assert alive(looping)
        run.send_signal(sign)
        said = run.communicate(timeout=30)[1].decode()
    assert run.returncode == (-sign if sign is signal.SIGKILL else 128 + sign)
    assert "Traceback" not in said
    if sign is not signal.SIGKILL:
        assert said.endswith("; no file was left half-written\n")
    gone(looping)


def number_in(file: Path) -> int:
    for _ in range(600):
        if file.exists() and (text := file.read_text()):
            return int(text)
        time.sleep(0.05)
    raise AssertionError(f"nothing was written to {file}")


def gone(pid: int) -> None:
    for _ in range(100):
        if not alive(pid):
            return
        time.sleep(0.1)
    os.kill(pid, signal.SIGKILL)
    raise AssertionError(f"process {pid} is still there")


MINE = """
import entnorm
from entnorm.conformance import adapt

def right(p, target, *, axis=-1):
    return entnorm.solve(p, entropy=target, axis=axis)

class Search:
    def fit(self, p, target):
        return 2.0

def row(p, target):
    return 2.0

def for_bits(p, target, *, axis=-1):
    return entnorm.solve(p, entropy=target * 0.6931471805599453, axis=axis)

a = adapt(Search().fit, rows="one")
b = lambda p, target, *, axis=-1: 2.0
box = Search()
"""


def script(tmp_path: Path, text: str, *, by_name: bool = True) -> subprocess.CompletedProcess[str]:
    (tmp_path / "mine.py").write_text(MINE)
    (tmp_path / "script.py").write_text(text)
    command = [sys.executable, "script.py" if by_name else "-"]
    return subprocess.run(command, input=text, cwd=tmp_path, capture_output=True, text=True, timeout=300)


def test_a_script_runs_once_and_needs_no_guard_for_a_solver_that_a_module_has(tmp_path: Path) -> None:
    done = script(
        tmp_path,
        "import mine\nfrom entnorm.conformance import adapt, check_solver, run\nprint('once')\n"
        "print(run(mine.right, 'smoke', deadline=60).passed)\n"
        "check_solver(adapt(mine.for_bits, target='bits'), 'smoke', deadline=60)\n",
    )
    assert (done.stdout, done.stderr) == ("once\nTrue\n", "")


OWN = "import entnorm\nfrom entnorm import conformance\n" + MINE


def test_a_solver_of_the_script_itself_is_imported_from_its_file(tmp_path: Path) -> None:
    done = script(
        tmp_path,
        OWN + "if __name__ == '__main__':\n"
        "    print(conformance.run(right, 'smoke', deadline=60).passed)\n"
        "    print(conformance.run(conformance.adapt(for_bits, target='bits'), 'smoke', deadline=60).passed)\n",
    )
    assert (done.stdout, done.stderr) == ("True\nTrue\n", "")


@pytest.mark.parametrize(
    ("by_name", "said"), [(True, 'below `if __name__ == "__main__":`'), (False, "which imports it: AttributeError")]
)
def test_a_process_that_cannot_start_is_an_error_and_no_verdict(by_name: bool, said: str, tmp_path: Path) -> None:
    done = script(tmp_path, OWN + "print(conformance.run(right, 'smoke', deadline=60).passed)\n", by_name=by_name)
    assert (done.returncode, done.stdout) == (1, "")
    assert "LoadError: the solver cannot be loaded in a process of its own" in done.stderr
    assert said in done.stderr.splitlines()[-1]


def test_a_crash_is_no_report_of_an_unreachable_target() -> None:
    found = conformance.run(unruly.exits_where_it_should_report, "smoke", deadline=60)
    assert failures(found) == {"reports_unreachable_targets": "the process died: exit code 7"}


def test_after_three_losses_nothing_else_is_asked() -> None:
    found = conformance.run(unruly.dies_on_long_rows, "stress", deadline=60)
    assert sum(result.lost for result in found.results) == 3
    last = found.results[-1]
    assert (last.outcome, last.reason) == (Outcome.NOT_RUN, "3 checks ended in a hang or a crash")


def test_a_solver_that_calls_exit_fails_and_does_not_end_the_run() -> None:
    found = conformance.run(unruly.leaves, "smoke")
    assert failures(found) == {"answers_a_plain_question": "SystemExit: no license"}


@pytest.mark.parametrize("deadline", [0, -1, float("nan")])
def test_a_deadline_is_a_time(deadline: float) -> None:
    with pytest.raises(ValueError, match="a number of seconds above zero"):
        conformance.run(unruly.ours, "smoke", deadline=deadline)


def test_what_is_no_text_on_the_path_of_modules_is_passed_over(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(sys, "path", [tmp_path, *sys.path])
    assert conformance.run(unruly.ours, "smoke", deadline=60).passed


@pytest.mark.parametrize("deadline", [1e12, float("inf")])
def test_a_deadline_may_be_as_late_as_one_likes(deadline: float) -> None:
    assert conformance.run(unruly.ours, "smoke", deadline=deadline).passed


def test_memory_is_bounded_where_a_deadline_is_given() -> None:
    found = conformance.run(unruly.takes_four_gigabytes, "smoke", deadline=60, memory=3 * 2**30)
    assert "MemoryError: Unable to allocate 4.00 GiB" in failures(found)["answers_a_plain_question"]
    with pytest.raises(conformance.ConformanceError, match="answers_a_plain_question"):
        conformance.check_solver(unruly.takes_four_gigabytes, "smoke", deadline=60, memory=3 * 2**30)
    with pytest.raises(ValueError, match="give a deadline, too"):
        conformance.check_solver(unruly.ours, "smoke", memory=2**30)
    for memory in (0, -1, float("inf")):
        with pytest.raises(ValueError, match="a number of bytes above zero"):
            conformance.run(unruly.ours, "smoke", deadline=60, memory=memory)


def test_a_bound_of_memory_above_that_of_the_session_changes_nothing() -> None:
    limits = "import resource; print(resource.getrlimit(resource.RLIMIT_AS))"
    bound = f"from entnorm.conformance.contained import _bound; _bound(2**45); {limits}; _bound(2**33); {limits}"
    shell = f'ulimit -v {2**34}; exec "{sys.executable}" -c "{bound}"'
    done = subprocess.run(["sh", "-c", shell], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == [str((2**44, 2**44)), str((2**33, 2**33))]


def test_where_no_process_can_be_made_it_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "fork")
    with pytest.raises(OSError, match="only on POSIX can a solver have a process of its own"):
        conformance.run(unruly.ours, "smoke", deadline=60)
    assert conformance.run(unruly.ours, "smoke").passed


def test_what_cannot_be_sent_to_another_process_is_said() -> None:
    (solve,) = unruly.not_a_function_of_a_module
    with pytest.raises(ValueError, match="needs a solver defined at the top of a module"):
        conformance.run(solve, "smoke", deadline=10)


# --------------------------------------------------------------------------------------------------- announced failures


def test_an_announced_failure_is_no_failure() -> None:
    expected = {"hits_the_target_entropy": "stops early", "finds_the_certified_exponent": "likewise"}
    found = conformance.run(rogues.stops_at_1e_5, expected=expected)
    assert found.passed
    announced = {r.name: r.reason for r in found.results if r.outcome is Outcome.EXPECTED}
    assert announced == expected
    conformance.check_solver(rogues.stops_at_1e_5, expected=expected)


def test_an_announced_failure_that_does_not_come_is_one() -> None:
    found = conformance.run(rogues.careful_gamma, "smoke", expected={"is_deterministic": "it was not"})
    (failure,) = found.failures
    assert (failure.name, failure.outcome, failure.reason) == (
        "is_deterministic",
        Outcome.UNEXPECTED,
        "it was not",
    )
    with pytest.raises(conformance.ConformanceError, match="is_deterministic"):
        conformance.check_solver(rogues.careful_gamma, "smoke", expected={"is_deterministic": "it was not"})


def test_announced_failures_are_read_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "expected.toml"
    file.write_text('[expected-failures]\nkeeps_ties_tied = "see issue 3"\n', encoding="utf-8")
    assert conformance.expected_failures(file) == {"keeps_ties_tied": "see issue 3"}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"[expected-failures]\nkeeps_ties = 'x'\n", "no check is named 'keeps_ties'; did you mean keeps_ties_tied?"),
        (b"[expected-failures]\nkeeps_ties_tied = 3\n", "keeps_ties_tied needs a reason"),
        (b"[expected-failures]\nkeeps_ties_tied = ' '\n", "keeps_ties_tied needs a reason"),
        (b"keeps_ties_tied = 'x'\n", r"one table \[expected-failures\]"),
        (b"expected-failures = 3\n", r"one table \[expected-failures\]"),
        (b"[expected-failures\n", "is not TOML"),
        (b"\xff", "is not TOML"),
        (b"a = " + b"[" * 100_000, "is not TOML"),
        (b"#" * (2**20 + 1), "larger than"),
    ],
)
def test_a_file_of_announced_failures_that_is_none_is_refused(content: bytes, said: str, tmp_path: Path) -> None:
    file = tmp_path / "expected.toml"
    file.write_bytes(content)
    with pytest.raises(EntnormError, match=said) as caught:
        conformance.run(rogues.careful_gamma, "smoke", expected=file)
    assert "expected.toml" in str(caught.value)


def test_a_pipe_is_no_file_of_announced_failures(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "expected.toml")
    with pytest.raises(EntnormError, match=r"expected\.toml is no file"):
        conformance.expected_failures(tmp_path / "expected.toml")
    with pytest.raises(FileNotFoundError, match="none"):
        conformance.expected_failures(tmp_path / "none.toml")


# --------------------------------------------------------------------------------------------------------------- pytest


def test_each_check_is_a_test_of_somebodys_suite(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        mine="""
        import entnorm
        import numpy as np

        def solve(p, target, *, axis=-1):  # cannot be told that a row is out of reach
            return entnorm.normalize(p, entropy=target, axis=axis, infeasible="clip")

        def mute(p, target, *, axis=-1):
            return None
        """
    )
    pytester.makefile(".toml", expected='[expected-failures]\nreports_unreachable_targets = "clips"\n')
    pytester.makepyfile(
        test_mine="""
        import mine
        from entnorm.conformance import adapt, parametrize_with_checks

        @parametrize_with_checks([mine.solve], level="core", expected="expected.toml")
        def test_clipping(solver, check):
            check(solver)

        @parametrize_with_checks({"clips": mine.solve, "mute": mine.mute}, level="smoke")
        def test_strictly(solver, check):
            check(solver)
        """
    )
    result = pytester.runpytest_inprocess("-p", "no:cacheprovider", "-rA", "-p", "no:xdist")
    result.assert_outcomes(passed=28, failed=2, xfailed=1, skipped=6)
    said = result.stdout.str()
    assert "PASSED test_mine.py::test_clipping[solve-keeps_ties_tied]" in said
    assert "FAILED test_mine.py::test_strictly[clips-reports_unreachable_targets]" in said
    assert "FAILED test_mine.py::test_strictly[mute-answers_a_plain_question]" in said
    assert "answer = solve(p, target, axis=-1)" in said
    assert "runner.py" not in said


PROGRAMS = (
    "from mine import wrong as solve",
    "from entnorm.conformance import adapt\nfrom mine import wrong_row\nsolve = adapt(wrong_row, rows='one')",
    "from test_mine import held as solve",
)


def test_the_program_of_a_failure_in_pytest_imports_its_solver(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        mine="""
        import numpy as np
        from entnorm.conformance import adapt

        def wrong(p, target, *, axis=-1):
            return np.full(np.delete(p.shape, axis), 2.0)

        def wrong_row(p, target):
            return 2.0
        """,
        test_mine="""
        import mine
        from entnorm.conformance import adapt, parametrize_with_checks

        held = adapt(lambda p, target: 2.0, rows="one")
        adapted = [adapt(mine.wrong_row, rows="one")]

        @parametrize_with_checks([mine.wrong, *adapted, held], level="smoke")
        def test_all(solver, check):
            check(solver)
        """,
    )
    said = pytester.runpytest_inprocess("-p", "no:cacheprovider", "-p", "no:xdist").stdout.str()
    for label, program in zip(("wrong", "wrong_row", "solver2"), PROGRAMS, strict=True):
        assert f"test_all[{label}-hits_the_target_entropy]" in said
        assert all(line in said for line in program.splitlines())


@pytest.mark.parametrize("solve", [rogues.stops_at_1e_5, unruly.wrongly_adapted, unruly.wrong.found])
def test_the_program_of_a_failure_runs_alone(solve: object) -> None:
    failure = conformance.run(solve, "core").failures[0]
    done = subprocess.run(
        [sys.executable, "-c", failure.reproducer], cwd=Path(__file__).parent, capture_output=True, text=True
    )
    assert done.returncode == 0 or failure.got in done.stderr  # an exception


HELD = {
    "mine.a": "from mine import a as solve",
    "mine.b": "from mine import b as solve",
    "mine.box.fit": "from mine import box\nsolve = box.fit",
    "adapt(mine.box.fit, rows='one')": (
        "from entnorm.conformance import adapt\nfrom mine import box\nsolve = adapt(box.fit, rows='one')"
    ),
    "own": "from script import own as solve",
    "adapt(own_row, rows='one')": (
        "from entnorm.conformance import adapt\nfrom script import own_row\nsolve = adapt(own_row, rows='one')"
    ),
    "adapt(mine.Search().fit, rows='one', target='bits')": (
        "from entnorm.conformance import adapt\n"
        "# function is Search.fit, defined in PLACE, line 9, which no module has a name for\n"
        "solve = adapt(function, target='bits', rows='one')"
    ),
}


@pytest.mark.parametrize("held", HELD)
def test_the_program_of_a_failure_imports_what_any_module_has(held: str, tmp_path: Path) -> None:
    done = script(
        tmp_path,
        "import mine\nfrom entnorm.conformance import adapt, run\n"
        "def own(p, target, *, axis=-1):\n    return p[..., 0] * 0 + 2.0\n"
        "def own_row(p, target):\n    return 2.0\n"
        f"def held():\n    return {held}\n"
        "if __name__ == '__main__':\n    print(run(held(), 'smoke').failures[0].reproducer)\n",
    )
    program = HELD[held].replace("PLACE", str(tmp_path / "mine.py"))
    assert f"\n{program}\np = " in done.stdout, done.stderr
    if "# " not in program:
        again = subprocess.run(
            [sys.executable, "-c", done.stdout], cwd=tmp_path, capture_output=True, text=True, timeout=300
        )
        assert "NameError" not in again.stderr
        assert "ImportError" not in again.stderr


@pytest.mark.parametrize(
    ("solve", "level", "check", "shown"),
    [
        (rogues.writes_its_input, "smoke", "does_not_write_its_input", r"as before: False True\n\[0\.\d"),
        (rogues.writes_its_logits, "smoke", "does_not_write_its_input", r"as before: False\n"),
        (unruly.answers_twice, "smoke", "hits_the_target_entropy", r"2\.0 True\n"),
        (
            rogues.keeps_an_array_for_each_shape,
            "edge",
            "answers_from_many_threads_at_once",
            r"[1-9]\d* of 400 answers are not as alone\n",
        ),
    ],
)
def test_the_program_of_a_failure_shows_it(solve: object, level: str, check: str, shown: str) -> None:
    (asked,) = (c for c in conformance.CHECKS[level] if c.__name__ == check)
    found = runner.result(asked, level, Foreign(solve, name_of(solve)))
    done = subprocess.run(
        [sys.executable, "-c", found.reproducer], cwd=Path(__file__).parent, capture_output=True, text=True
    )
    assert re.match(shown, done.stdout), (done.stdout, done.stderr)


def test_two_solvers_of_one_name_are_both_held_and_text_is_refused() -> None:
    mark = conformance.parametrize_with_checks([unruly.ours, lambda *_, **__: 1.0, unruly.ours], "smoke")
    labels = {parameter.id.partition("-")[0] for parameter in mark.args[1]}
    assert labels == {"ours", "solver1", "ours2"}
    for refused in ("mine:solve", ["mine:solve"], {"mine": "mine:solve"}):
        with pytest.raises(TypeError, match=r"entnorm conform pkg\.mod:function"):
            conformance.parametrize_with_checks(refused, "smoke")
    for held in (conformance.run, conformance.check_solver, conformance.adapt):
        with pytest.raises(TypeError, match="a solver is a function, not 'mine:solve'"):
            held("mine:solve")
        with pytest.raises(TypeError, match="a solver is a function, not 3"):
            held(3)


def test_an_expected_file_lies_beside_its_test(pytester: pytest.Pytester) -> None:
    folder = pytester.mkdir("tests_of_mine")
    (folder / "expected.toml").write_text('[expected-failures]\nis_deterministic = "no"\n', encoding="utf-8")
    (folder / "test_there.py").write_text(
        "import rogues\nfrom entnorm.conformance import parametrize_with_checks\n"
        "@parametrize_with_checks(rogues.remembers_the_call_before, 'smoke', expected='expected.toml')\n"
        "def test_all(solver, check):\n    check(solver)\n",
        encoding="utf-8",
    )
    result = pytester.runpytest_inprocess("-p", "no:cacheprovider", "-p", "no:xdist", "tests_of_mine")
    result.assert_outcomes(passed=6, xfailed=1)


def test_an_announced_failure_that_does_not_come_fails_in_pytest_too(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import rogues
        from entnorm.conformance import parametrize_with_checks

        @parametrize_with_checks([rogues.careful_gamma], "smoke", expected={"is_deterministic": "no"})
        def test_conformance(solver, check):
            check(solver)
        """
    )
    result = pytester.runpytest_inprocess("-p", "no:cacheprovider", "-p", "no:xdist")
    result.assert_outcomes(passed=6, failed=1)
    result.stdout.fnmatch_lines(["*XPASS(strict)*"])


def test_with_a_deadline_a_solver_that_dies_fails_its_test_and_no_other(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import unruly
        from entnorm.conformance import parametrize_with_checks

        @parametrize_with_checks([unruly.exits_where_it_should_report], "smoke", deadline=60)
        def test_conformance(solver, check):
            check(solver)
        """
    )
    result = pytester.runpytest_inprocess("-p", "no:cacheprovider", "-p", "no:xdist")
    result.assert_outcomes(passed=6, failed=1)
    result.stdout.fnmatch_lines(["*the process died: exit code 7*"])


def test_memory_is_bounded_in_pytest_too(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import unruly
        from entnorm.conformance import parametrize_with_checks

        @parametrize_with_checks(unruly.takes_four_gigabytes, "smoke", deadline=60, memory=3 * 2**30)
        def test_conformance(solver, check):
            check(solver)
        """
    )
    result = pytester.runpytest_inprocess("-p", "no:cacheprovider", "-p", "no:xdist", "-k", "plain_question")
    result.assert_outcomes(failed=1, deselected=6)
    result.stdout.fnmatch_lines(["*MemoryError: Unable to allocate 4.00 GiB*"])


# ----------------------------------------------------------------------------------------------- adapters and questions


def test_rows_with_zeros_are_not_put_to_who_does_not_take_them() -> None:
    def no_zeros(p, target, axis=-1):
        assert p.all()
        return rogues.careful_brentq(p, target, axis=axis)

    found = conformance.run(conformance.adapt(no_zeros, zeros=False))
    assert found.passed
    skipped = {r.name for r in found.results if r.outcome is Outcome.NOT_APPLICABLE}
    assert skipped == {"keeps_zeros_zero", "does_not_see_entries_of_probability_zero"}


def test_a_question_that_its_translation_rounds_is_not_asked() -> None:
    adapted = conformance.adapt(
        lambda p, perplexity, axis: entnorm.solve(p, perplexity=perplexity, axis=axis), target="perplexity"
    )
    found = conformance.run(adapted, "edge")
    assert found.passed, [str(failure) for failure in found.failures]
    outcomes = {r.name: r.outcome for r in found.results}
    assert outcomes["reaches_entropies_just_below_the_largest"] is Outcome.NOT_APPLICABLE
    assert outcomes["answers_a_uniform_row_that_asks_for_its_entropy"] is Outcome.NOT_APPLICABLE
    assert outcomes["reaches_entropies_just_above_tied_maxima"] is Outcome.PASSED


@pytest.mark.parametrize("takes", ["logits", "squared distances"])
def test_hard_rows_are_put_in_logits_to_who_takes_logits(takes: str, monkeypatch: pytest.MonkeyPatch) -> None:
    records = hard.certified("logits")
    monkeypatch.setattr(hard, "certified", lambda kind: cases.spread(list(records), 30))
    solvers = {
        "logits": lambda x, target, axis: entnorm.solve(logits=x, entropy=target, axis=axis),
        "squared distances": rogues.differentiates_distances,
    }
    adapted = conformance.adapt(solvers[takes], takes=takes)
    found = conformance.run(adapted, "accuracy")
    assert found.passed, [str(failure) for failure in found.failures]


class Tensor:
    """As much of a tensor as the adapter uses."""

    def __init__(self, values):
        self.values = np.array(values, dtype=np.float64)

    def detach(self):
        return self

    def cpu(self):
        return self

    def numpy(self):
        return self.values


def test_tensors_go_in_and_come_out(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def as_tensor(values, dtype):
        asked.append(dtype)
        return Tensor(values)

    monkeypatch.setitem(sys.modules, "torch", SimpleNamespace(as_tensor=as_tensor, float64="float64"))

    def solve(logits: Tensor, target: Tensor, axis: int) -> Tensor:
        return Tensor(entnorm.softmax(logits.values, entropy=target.values, axis=axis, infeasible="nan"))

    adapted = conformance.adapt(solve, takes="logits", returns="distribution", arrays="torch")
    assert conformance.run(adapted, "core").passed
    assert set(asked) == {"float64"}


@pytest.mark.parametrize(
    ("returns", "said"),
    [
        ("distribution", "a distribution of shape (4,) was promised"),
        ("temperature", "temperature, a number for each row, was promised"),
        ("sigma", "sigma, a number for each row, was promised"),
    ],
)
def test_what_is_not_returned_as_promised_is_named(returns: str, said: str) -> None:
    other = {"distribution": lambda p, h, axis: 1.0}.get(returns, lambda p, h, axis: p)
    first = conformance.run(conformance.adapt(other, returns=returns), "smoke").results[0]
    assert first.outcome is Outcome.FAILED
    assert said in first.got


@pytest.mark.parametrize("returns", ["answer", "temperature", "sigma"])
@pytest.mark.parametrize("rows", ["one", "batch"])
def test_none_is_no_number_behind_an_adapter_either(returns: str, rows: str) -> None:
    mute = conformance.adapt(lambda *args, **kwargs: None, returns=returns, rows=rows)
    first = conformance.run(mute, "smoke").results[0]
    assert (first.outcome, first.got) == (Outcome.FAILED, "TypeError: the function returned None")


# ------------------------------------------------------------------------------------------------- the verdict as files


@pytest.fixture(scope="module")
def verdict() -> dict:
    expected = {"keeps_zeros_zero": "known", "keeps_ties_tied": "not so"}
    return conformance.run(rogues.fills_zeros, expected=expected).as_dict()


def test_a_verdict_is_written_in_four_formats(verdict: dict) -> None:
    files = report.render(verdict)
    assert set(files) == {"verdict.html", "verdict.md", "verdict.json", "verdict.xml"}
    assert json.loads(files["verdict.json"]) == verdict
    for name in ("verdict.html", "verdict.md"):
        page = files[name]
        assert "keeps ties tied" in page
        assert "from rogues import fills_zeros as solve" in page
        assert "1 of 23 checks failed" in page
        assert "None" not in page
    assert "<script" not in files["verdict.html"]
    assert "http" not in files["verdict.html"]


def test_junit_counts_what_failed_and_what_was_skipped(verdict: dict) -> None:
    suite = ET.fromstring(report.render(verdict)["verdict.xml"]).find("testsuite")
    assert suite is not None
    assert {name: suite.get(name) for name in ("tests", "failures", "errors", "skipped")} == {
        "tests": "23",
        "failures": "1",
        "errors": "0",
        "skipped": "1",
    }
    cases = {case.get("name"): case for case in suite.iter("testcase")}
    assert cases["keeps_ties_tied"].find("failure") is not None
    assert cases["keeps_zeros_zero"].find("skipped").get("message") == "expected failure: known"
    assert len(cases["is_deterministic"]) == 0


def test_junit_holds_whatever_a_solver_says() -> None:
    def rude(p, target, *, axis=-1):
        raise ValueError("\x00\x1b[31m]]> & <b>\ud800 \ufffe\uffff\r\U0010fffe")

    xml = report.render(conformance.run(rude, "smoke").as_dict())["verdict.xml"]
    failure = ET.fromstring(xml.encode("utf-8")).find(".//failure")
    assert failure is not None
    assert "]]> & <b>" in failure.get("message")
    assert failure.get("message").endswith(" \ufffd\ufffd\ufffd\U0010fffe")


def test_a_loss_is_an_error_in_junit() -> None:
    found = conformance.run(unruly.exits_where_it_should_report, "smoke", deadline=60)
    suite = ET.fromstring(report.render(found.as_dict())["verdict.xml"]).find("testsuite")
    assert (suite.get("errors"), suite.get("failures")) == ("1", "0")
