"""The command line: what it prints, how it exits, and that it says what is wrong with its input."""

from __future__ import annotations

import contextlib
import dataclasses
import fcntl
import gzip
import html
import json
import os
import pty
import re
import select
import shlex
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import entnorm
from entnorm import balls, reference, report
from entnorm.claims.theory import load
from entnorm.cli import main, verifying
from entnorm.conformance.budget import times
from entnorm.reference.records import CORPUS

TRUE = """
from entnorm.claims import Claim, Eq, Family, Index, Sum, by, calc
from entnorm.claims.theory import Page, Theory

p, i = Family("p"), Index("i")
GOOD = Claim("tiny.twice", Eq(Sum(p[i] + p[i], i), 2 * Sum(p[i], i)),
             proof=calc(Sum(p[i] + p[i], i), (2 * Sum(p[i], i), by.termwise)))
THEORY = Theory("Tiny", (Page("tiny", "One claim.", (GOOD,)),))
"""
FALSE = TRUE.replace("2 * Sum", "3 * Sum")
CONDITIONAL = """
from entnorm.claims import Axiom, Claim, Exp, Ge, Scalar, by, calc, ge
from entnorm.claims.theory import Page, Theory

x, y = Scalar("x"), Scalar("y")
MINE = Axiom("tiny.mine", Ge(Exp(x), 1 + x), source="I say so.")
ABOVE = Claim("tiny.above", Ge(Exp(y), 1 + y), calc(Exp(y), ge(1 + y, by.sign(Exp(y) - (1 + y), MINE))))
THEORY = Theory("Tiny", (Page("tiny", "One claim.", (MINE, ABOVE)),))
ACCEPTED = Theory("Tiny", THEORY.pages, accepts=(MINE,))
"""


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], None]:
    """Write a module into the current folder, which is an empty one."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))

    def write(name: str, source: str) -> None:
        (tmp_path / f"{name}.py").write_text(source, encoding="utf-8")
        monkeypatch.delitem(sys.modules, name, raising=False)

    return write


def run(*arguments: str, folder: Path | None = None) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "entnorm", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300, check=False)


# ---------------------------------------------------------------------------------------------------------------- usage


def test_the_version_is_that_of_the_package(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as exit:
        main(["--version"])
    assert exit.value.code == 0
    assert capsys.readouterr().out == f"entnorm {entnorm.__version__}\n"


@pytest.mark.parametrize("command", [[], ["verify"], ["report"], ["conform"], ["reference"], ["solve"]])
def test_every_command_explains_itself(command: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as exit:
        main([*command, "--help"])
    assert exit.value.code == 0
    assert "usage: entnorm" in capsys.readouterr().out


def test_a_clone_that_hides_the_installed_package_is_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "entnorm.derivations", None)  # type: ignore[arg-type]
    assert main(["verify", "escort.temperature"]) == 2
    assert "hides the package that is installed; run this from another folder" in capsys.readouterr().err


def test_our_own_theory_has_one_name() -> None:
    assert verifying.OURS == report.THEORY


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["verify", "escort.entropy-slop"], "nearest: escort.entropy-slope"),
        (["verify", "newtn"], "nearest: newton"),
        (["verify", "B1.7"], "B1.7 is a statement of the document, settled by escort.order-any-exponent"),
        (["verify", "escort.order", "--reports", "x"], "leave out the ids"),
        (["verify", "--jobs", "0"], "at least one process"),
        (["verify", "non:sense:"], "there is no module 'non'"),
        (["verify", "no.such.module:THEORY"], "there is no module 'no'"),
        (["verify", "entnorm:solve"], "has no theory 'solve'"),
        (["conform", "nonsense"], "named as pkg.mod:function"),
        (["conform", "no_such_module:f"], "there is no module 'no_such_module'"),
        (["conform", "sub/mine.py:f"], "sub/mine.py is a file; its module, from its own folder, is mine:f"),
        (["conform", "entnorm:nothing"], "has no function 'nothing'"),
        (["conform", "entnorm:normalise"], "has no function 'normalise'; did you mean 'normalize'?"),
        (["conform", "entnorm:solve", "--expect", "no-such.toml"], "entnorm: no-such.toml: No such file or directory"),
        (
            ["solve", "--p", "0.7,0.2", "--entropy", "0.5"],
            "pass their logarithms as --logits; scores go to --logits",
        ),
        (["conform", "entnorm:solve", "--level", "extreme"], "the levels are smoke < core"),
        (["conform", "entnorm:solve", "--deadline", "0"], "a number of seconds above zero"),
        (["reference", "show", "no-such-record"], "no reference is named no-such-record"),
        (["reference", "show", "--file", "no/such/file"], "No such file"),
        (["solve", "--p", "0.5,half", "--entropy", "0.1"], "'0.5,half' is not a row of numbers"),
        (["solve", "--p", "no-such-file.npy", "--entropy", "0.1"], "No such file"),
        (["solve", "--p", "no-such-file.csv", "--entropy", "0.1"], "No such file"),
        (["solve", "--p", "rows.txt", "--entropy", "0.1"], "'rows.txt' does not end in .npy, .npz, .csv or .parquet"),
        (["solve", "--p", "0.5,0.6", "--entropy", "0.1"], "row"),
        (["solve", "--logits", "0,nan", "--entropy", "0.1"], "nan"),
    ],
)
def test_what_is_not_understood_exits_with_2_and_says_why(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: Any
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(arguments) == 2
    captured = capsys.readouterr()
    assert message.lower() in captured.err.lower()
    assert captured.out == ""
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("arguments", [["nonsense"], [], ["solve", "--p", "1"], ["solve", "--entropy", "1"]])
def test_what_argparse_refuses_exits_with_2(arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as exit:
        main(arguments)
    assert exit.value.code == 2


# --------------------------------------------------------------------------------------------------- verify and report


def test_verify_one_claim_names_it_and_counts_what_it_rests_on(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify", "escort.sums-to-one"]) == 0
    out = capsys.readouterr().out
    assert "✓ escort.sums-to-one: proved" in out
    assert "Nothing is broken." in out
    assert "references" not in out


def test_verify_a_page_checks_all_its_claims(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify", "powers", "--json"]) == 0
    model = json.loads(capsys.readouterr().out)["proofs"]
    theory = load(verifying.OURS)
    (page,) = (page for page in theory.pages if page.name == "powers")
    assert [claim.id for claim in theory.named(["powers"])] == [claim.id for claim in page.claims]
    assert {claim.id for claim in page.claims} <= {claim["id"] for claim in model["claims"]}
    assert len(model["claims"]) < len(list(theory.claims()))


def test_verify_a_refuted_claim_shows_where_it_fails(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify", "escort.order-any-exponent"]) == 0
    assert "fails at n = 2, p = (2/3, 1/3), i = 1, j = 2, γ = 0: 1/2 against 1/2" in capsys.readouterr().out


def test_verify_json_is_the_model(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify", "escort.sums-to-one", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["broken"] == []
    assert found["conformance"] is None
    assert "escort.sums-to-one" in [claim["id"] for claim in found["proofs"]["claims"]]


def test_a_theory_of_the_current_folder_is_verified_and_reported(
    module: Callable[[str, str], None], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    module("tiny_true", TRUE)
    assert main(["verify", "tiny_true:THEORY", "--reports", "out", "--jobs", "1"]) == 0
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["proofs.html", "proofs.json", "proofs.md"]
    assert "out/proofs.html" in capsys.readouterr().out
    assert main(["report", "tiny_true:THEORY", "--check", "out"]) == 0
    page = tmp_path / "out" / "proofs.md"
    page.write_text(page.read_text(encoding="utf-8").replace("tiny.twice", "tiny.thrice"), encoding="utf-8")
    before = page.read_bytes()
    capsys.readouterr()
    assert main(["report", "tiny_true:THEORY", "--check", "out"]) == 1
    captured = capsys.readouterr()
    assert "proofs.md differs" in captured.err
    assert "+- check it: `entnorm verify tiny_true:THEORY tiny.twice`" in captured.err
    assert "1 of 3 files differ" in captured.out
    assert page.read_bytes() == before
    assert main(["report", "tiny_true:THEORY", "--out", "out"]) == 0
    assert main(["report", "tiny_true:THEORY", "--check", "out"]) == 0


def test_one_claim_of_a_theory_of_the_current_folder_is_verified(
    module: Callable[[str, str], None], capsys: pytest.CaptureFixture[str]
) -> None:
    module("tiny_one", TRUE)
    assert main(["verify", "tiny_one:THEORY", "tiny.twice"]) == 0
    assert "✓ tiny.twice: proved" in capsys.readouterr().out
    assert main(["verify", "tiny_one:THEORY", "tiny.twic"]) == 2
    assert "nearest: tiny.twice" in capsys.readouterr().err


def test_a_theory_that_cannot_be_imported_is_told_with_its_line(
    module: Callable[[str, str], None], capsys: pytest.CaptureFixture[str]
) -> None:
    module("tiny_broken", TRUE + "1 +\n")
    assert main(["verify", "tiny_broken:THEORY"]) == 2
    err = capsys.readouterr().err
    assert "SyntaxError" in err
    assert "tiny_broken.py, line 9" in err


def test_a_claim_that_cannot_be_made_is_told_with_its_id_and_its_line(
    module: Callable[[str, str], None], capsys: pytest.CaptureFixture[str]
) -> None:
    """A hypothesis that was deleted takes its variables along, and whoever gives values to them notices."""
    more = (
        'ABOVE = Claim(\n    "tiny.above", GOOD.statement, GOOD.proof,\n    defined=(GOOD.at({Index("r"): 0}),),\n)\n'
    )
    module("tiny_deleted", TRUE + more)
    assert main(["verify", "tiny_deleted:THEORY"]) == 2
    err = capsys.readouterr().err
    assert "Refusal: tiny.twice does not speak of r" in err
    assert re.search(r"tiny_deleted\.py, line 11, in tiny\.above$", err, flags=re.MULTILINE)


def test_a_claim_of_ours_that_cannot_be_made_is_told_likewise(tmp_path: Path) -> None:
    """Before anything else of ours is imported that needs the theory."""
    spoil = "import entnorm.claims.proofs as p; p.Claim.at = lambda self, values: 1 / 0; "
    call = [sys.executable, "-c", spoil + "from entnorm.cli import main; raise SystemExit(main(['verify']))"]
    found = subprocess.run(call, capture_output=True, text=True, timeout=300, check=False, cwd=tmp_path)
    assert found.returncode == 2
    assert "Traceback" not in found.stderr
    assert re.search(r"derivations/\w+\.py, line \d+, in [a-z]+\.[a-z-]+$", found.stderr, flags=re.MULTILINE)


def test_a_false_claim_is_broken_by_name_and_the_report_shows_it(
    module: Callable[[str, str], None], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    module("tiny_false", FALSE)
    assert main(["verify", "tiny_false:THEORY", "--reports", "out"]) == 1
    out = capsys.readouterr().out
    assert "BROKEN\n  tiny.twice:" in out
    assert "Nothing is broken" not in out
    assert "</span> broken</span>" in (tmp_path / "out" / "proofs.html").read_text(encoding="utf-8")
    assert main(["report", "tiny_false:THEORY", "--check", "out"]) == 1


def test_what_rests_on_an_axiom_of_ones_own_is_conditional_and_not_broken(
    module: Any, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    module("tiny_axiom", CONDITIONAL)
    assert main(["verify", "tiny_axiom:THEORY", "--reports", "out"]) == 0
    out = capsys.readouterr().out
    assert "claims       1 assumed, 1 conditional\n" in out
    assert "CONDITIONAL\n  tiny.above: if tiny.mine, which the theory does not accept\n" in out
    assert "proved\n" not in out
    page = (tmp_path / "out" / "proofs.html").read_text(encoding="utf-8")
    assert "</span> conditional</span>" in page
    assert "if tiny.mine, which the theory does not accept" in page
    assert main(["verify", "tiny_axiom:THEORY", "tiny.above"]) == 0
    assert "tiny.above: conditional\n  if tiny.mine, which" in capsys.readouterr().out
    assert main(["verify", "tiny_axiom:ACCEPTED", "tiny.above"]) == 0
    out = capsys.readouterr().out
    assert "tiny.above: proved" in out
    assert "conditional" not in out.lower()


def test_stored_references_that_cannot_be_read_are_a_failure_not_a_usage_error(
    module: Callable[[str, str], None], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def load(path: Path | None = None) -> None:
        raise reference.RecordError("corpus.jsonl", "a-record", "gamma", "is not what it was")

    module("tiny_whole", TRUE)
    monkeypatch.setattr(verifying, "OURS", "tiny_whole:THEORY")
    monkeypatch.setattr(reference, "load", load)
    assert main(["verify", "tiny_whole:THEORY"]) == 1
    err = capsys.readouterr().err
    assert "a-record" in err
    assert "gamma" in err


def test_progress_is_a_bar_on_a_terminal_and_a_line_elsewhere() -> None:
    command = [sys.executable, "-m", "entnorm", "verify", "escort.sums-to-one"]
    here, terminal = pty.openpty()
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=terminal, timeout=300, check=False)
    assert select.select([here], [], [], 5)[0], "nothing was shown on the terminal"
    shown = os.read(here, 100_000).decode()
    os.close(terminal)
    os.close(here)
    assert done.returncode == 0
    assert "claims:" in shown
    assert "%|" in shown
    assert run("verify", "escort.sums-to-one").stderr == "claims: 1\n"


def test_an_interrupt_leaves_nothing_half_written(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "proofs.md").write_text("old")
    command = [sys.executable, "-m", "entnorm", "verify", "--reports", "out"]
    process = subprocess.Popen(
        command,
        cwd=tmp_path,
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
        # A shell's background job ignores the interrupt, and so would what it starts.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL) and None,
    )
    assert process.stderr is not None
    assert "claims" in process.stderr.readline()
    time.sleep(0.5)
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does: to the workers, too
    out, err = process.communicate(timeout=300)
    assert process.returncode == 130
    assert out == ""
    assert err.strip().splitlines()[-1] == "entnorm: interrupted; no file was left half-written"
    assert "Traceback" not in err
    assert {path.name: path.read_text() for path in (tmp_path / "out").iterdir()} == {"proofs.md": "old"}


# -------------------------------------------------------------------------------------------------------------- conform


def test_conform_passes_a_good_solver_and_fails_a_bad_one_by_name(
    module: Callable[[str, str], None], capsys: pytest.CaptureFixture[str]
) -> None:
    module("mine_good", "import entnorm\ndef f(p, t, *, axis=-1):\n    return entnorm.solve(p, entropy=t, axis=axis)\n")
    module("mine_bad", "import numpy\ndef f(p, t, *, axis=-1):\n    return numpy.ones(numpy.delete(p.shape, axis))\n")
    assert main(["conform", "mine_good:f", "--level", "smoke"]) == 0
    assert "mine_good:f, level smoke: 7 passed" in capsys.readouterr().out
    assert main(["conform", "mine_bad:f", "--level", "smoke"]) == 1
    out = capsys.readouterr().out
    assert "failed  hits the target entropy" in out
    assert "reproducer:" in out
    assert main(["conform", "mine_bad:f", "--level", "smoke", "--json"]) == 1
    found = json.loads(capsys.readouterr().out)
    assert found["passed"] is False
    assert "from mine_bad import f as solve" in found["checks"][2]["reproducer"]


def test_conform_writes_a_verdict_and_knows_what_is_expected(
    module: Callable[[str, str], None], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    module(
        "mine_clips",
        "import entnorm\ndef f(p, t, *, axis=-1):\n"
        "    return entnorm.normalize(p, entropy=t, axis=axis, infeasible='clip')\n",
    )
    command = ["conform", "mine_clips:f", "--level", "smoke", "--out", "out"]
    assert main(command) == 1
    assert "out/verdict.html" in capsys.readouterr().out
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        f"verdict.{kind}" for kind in ("html", "json", "md", "xml")
    ]
    (tmp_path / "known.toml").write_text('[expected-failures]\nreports_unreachable_targets = "clips"\n')
    assert main([*command, "--expect", "known.toml"]) == 0
    assert "6 passed, 1 expected failure" in capsys.readouterr().out
    (tmp_path / "known.toml").write_text('[expected-failures]\nis_fast = "?"\n')
    assert main([*command, "--expect", "known.toml"]) == 2
    assert "no check is named 'is_fast'" in capsys.readouterr().err


def test_a_verdict_says_how_to_ask_again_and_of_what_it_is(
    module: Callable[[str, str], None],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    module(
        "mine_again",
        "import numpy as np\ndef f(p, target, axis=-1):\n    return np.full(np.delete(p.shape, axis), 2.0)\n",
    )
    Path("my file.toml").write_text('[expected-failures]\nis_deterministic = "no"\n', encoding="utf-8")
    command = "entnorm conform mine_again:f --level smoke --expect 'my file.toml' --deadline 7"
    assert main([*shlex.split(command)[1:], "--out", "out"]) == 1
    said = capsys.readouterr().out
    model = json.loads(Path("out/verdict.json").read_text(encoding="utf-8"))
    assert model["command"] == command
    assert {"python", "entnorm", "numpy"} <= model["versions"].keys()
    for name in ("verdict.html", "verdict.md"):
        page = html.unescape(Path("out", name).read_text(encoding="utf-8"))
        assert command in page
        assert f"entnorm {entnorm.__version__}" in page.replace(":", "")
    (error,) = (check["error"] for check in model["checks"] if check["name"] == "hits_the_target_entropy")
    assert float(f"{error:.2g}") != error  # as it is, not rounded
    assert f"error: {times(error)}" in said
    assert times(error) in Path("out/verdict.html").read_text(encoding="utf-8")


def test_what_fails_on_zeros_only_is_told_zeros_false(
    module: Callable[[str, str], None], capsys: pytest.CaptureFixture[str]
) -> None:
    module(
        "mine_zeros",
        """

import numpy as np, entnorm
def f(p, target, axis=-1):
    return entnorm.solve(p, entropy=target, axis=axis).gamma + np.where((p == 0).any(axis), np.nan, 0)
""",
    )
    assert main(["conform", "mine_zeros:f"]) == 1
    assert "  solve = adapt(f, zeros=False)\n" in capsys.readouterr().out


def test_an_adapted_solver_is_told_the_adapter_of_the_function_behind_it(
    module: Callable[[str, str], None], capsys: pytest.CaptureFixture[str]
) -> None:
    module(
        "mine_wrapped",
        """

import entnorm
from entnorm.conformance import adapt
def f(p, bits):
    assert p.ndim == 1
    return float(entnorm.solve(p, entropy=bits * 0.6931471805599453).gamma)
solve = adapt(f, rows="one")
""",
    )
    assert main(["conform", "mine_wrapped:solve"]) == 1
    said = capsys.readouterr().out
    assert '  from mine_wrapped import solve\n  solve = adapt(solve, target="bits", rows="one")\n' in said


def test_conform_contains_a_solver_that_dies(
    module: Callable[[str, str], None], capsys: pytest.CaptureFixture[str]
) -> None:
    module("mine_dies", "import os\ndef f(p, t, *, axis=-1):\n    os._exit(5)\n")
    assert main(["conform", "mine_dies:f", "--level", "smoke"]) == 1
    assert "got: the process died: exit code 5" in capsys.readouterr().out
    module(
        "mine_shy",
        "import os\nassert os.getpid() != os.getsid(0)\ndef f(p, t, *, axis=-1): ...\n",  # not in a session of its own
    )
    assert main(["conform", "mine_shy:f", "--level", "smoke"]) == 2
    assert "mine_shy cannot be imported: AssertionError" in capsys.readouterr().err


def test_conform_bounds_the_memory_of_a_solver_if_asked_to(
    module: Callable[[str, str], None], capsys: pytest.CaptureFixture[str]
) -> None:
    source = "import numpy\nimport entnorm\ndef f(p, t, *, axis=-1):\n    numpy.ones(2**29)\n"
    module("mine_large", source + "    return entnorm.solve(p, entropy=t, axis=axis)\n")
    assert main(["conform", "mine_large:f", "--level", "smoke", "--memory", "3", "--json"]) == 1
    verdict = json.loads(capsys.readouterr().out)
    assert "MemoryError: Unable to allocate 4.00 GiB" in verdict["checks"][0]["got"]
    assert verdict["command"].endswith(" --memory 3")
    for refused in ("0", "1e-12", "nan", "inf", "1e300"):
        assert main(["conform", "mine_large:f", "--memory", refused]) == 2
        assert "a number of GiB above zero" in capsys.readouterr().err


def test_conform_finds_a_method_of_an_object(
    module: Callable[[str, str], None], capsys: pytest.CaptureFixture[str]
) -> None:
    source = "import entnorm\nclass Box:\n    def fit(self, p, t, *, axis=-1):\n"
    module("mine_boxed", source + "        return entnorm.solve(p, entropy=t, axis=axis)\nbox = Box()\n")
    assert main(["conform", "mine_boxed:box.fit", "--level", "smoke"]) == 0
    assert main(["conform", "mine_boxed:box.fitt", "--level", "smoke"]) == 2
    assert "mine_boxed.box has no function 'fitt'; did you mean 'fit'?" in capsys.readouterr().err


def test_the_adapter_that_a_method_wants_is_told_as_a_module(
    module: Callable[[str, str], None], capsys: pytest.CaptureFixture[str]
) -> None:
    source = "import entnorm\nclass Box:\n    def fit(self, p, t):\n        assert p.ndim == 1\n"
    module("mine_boxed_row", source + "        return float(entnorm.solve(p, entropy=t).gamma)\nbox = Box()\n")
    assert main(["conform", "mine_boxed_row:box.fit"]) == 1
    said = capsys.readouterr().out
    assert '  from mine_boxed_row import box\n  solve = adapt(box.fit, rows="one")\n' in said


def test_conform_does_not_import_a_solver_in_its_own_process(
    module: Callable[[str, str], None], capsys: pytest.CaptureFixture[str]
) -> None:
    module("mine_crashes", "import os\nos.kill(os.getpid(), 11)\n")
    assert main(["conform", "mine_crashes:f", "--level", "smoke"]) == 2
    assert "while the solver was loaded: the process died: signal SIGSEGV" in capsys.readouterr().err


def test_conform_makes_the_folder_of_the_verdict_before_it_runs(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["conform", "no_such_module:f", "--level", "smoke", "--out", "/proc/nope"]) == 2
    assert "/proc/nope" in capsys.readouterr().err


def test_what_a_solver_prints_is_not_part_of_the_verdict(module: Callable[[str, str], None], tmp_path: Path) -> None:
    module("mine_loud", "print('loaded')\ndef f(p, t, *, axis=-1):\n    print('here', p.shape)\n    return 1.0\n")
    done = run("conform", "mine_loud:f", "--level", "smoke", "--json", folder=tmp_path)
    assert json.loads(done.stdout)["passed"] is False
    assert "here (4,)" in done.stderr


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("x = 1\ndef f(p, t:\n", ["SyntaxError: '(' was never closed", "mine_broken.py, line 2"]),
        ("x = 1\nraise RuntimeError('no data')\n", ["RuntimeError: no data", "mine_broken.py, line 2"]),
        ("import no_such_package\n", ["no module named 'no_such_package'", "mine_broken.py, line 1"]),
        ("import sys\nsys.exit('bye')\n", ["SystemExit: bye", "mine_broken.py, line 2"]),
        ("import mine_helper\n", ["mine_broken.py, line 1", "mine_helper.py, line 3"]),
        ("f = 3\n", ["mine_broken:f cannot be called: it is int"]),
    ],
)
def test_what_keeps_a_solver_from_being_imported_is_said_with_file_and_line(
    source: str, said: list[str], module: Callable[[str, str], None], capsys: pytest.CaptureFixture[str]
) -> None:
    module("mine_helper", "\n\n1 / 0\n")
    module("mine_broken", source)
    assert main(["conform", "mine_broken:f"]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "importlib" not in captured.err
    for part in said:
        assert part.lower() in captured.err.lower()


def test_conform_help_says_what_a_solver_receives_and_returns(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["conform", "--help"])
    said = capsys.readouterr().out
    assert "solve(p, target, axis=-1)" in said
    assert "from entnorm.conformance import adapt" in said
    assert "or a minute if that is longer" in said
    for word in ("receives", "returns", "gamma", "nats", "batch", "--memory", "PKG.MOD:OBJECT.METHOD"):
        assert word in said


def test_a_solver_that_cannot_be_called_is_told_once(
    module: Callable[[str, str], None], capsys: pytest.CaptureFixture[str]
) -> None:
    module("mine_other", "def f(distances, perplexity):\n    return 1.0\n")
    assert main(["conform", "mine_other:f"]) == 1
    out = capsys.readouterr().out
    assert out.count("TypeError: f() got an unexpected keyword argument 'axis'") == 1
    assert "adapt" in out


def test_a_solver_that_speaks_of_bits_is_told_the_adapter_that_it_wants(
    module: Callable[[str, str], None], capsys: pytest.CaptureFixture[str]
) -> None:
    source = "import numpy\nimport entnorm\ndef f(x, bits):\n    x = numpy.asarray(x)\n"
    module("mine_bits", source + "    return entnorm.solve(logits=x, entropy=bits * numpy.log(2)).temperature\n")
    assert main(["conform", "mine_bits:f"]) == 1
    out = capsys.readouterr().out
    assert "behind this adapter it hits the targets" in out
    (advised,) = (line for line in out.splitlines() if "solve = adapt(" in line)
    program = f"from entnorm.conformance import adapt\nfrom mine_bits import f\n{advised.strip()}\n"
    module("mine_adapted", program)
    assert main(["conform", "mine_adapted:solve", "--level", "smoke"]) == 0


# ------------------------------------------------------------------------------------------------------------ reference


@pytest.fixture
def few(tmp_path: Path) -> Path:
    """A file with the first three records."""
    file = tmp_path / "few.jsonl"
    file.write_bytes(b"".join(gzip.decompress(CORPUS.read_bytes()).splitlines(keepends=True)[:3]))
    return file


def test_references_are_listed_and_shown(few: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["reference", "show", "--file", str(few)]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 3
    record = reference.load(few)[1]
    assert main(["reference", "show", record.id, "--file", str(few)]) == 0
    assert json.loads(capsys.readouterr().out)["gamma"] == record.gamma


def test_references_are_chosen_by_pattern_and_tag(capsys: pytest.CaptureFixture[str]) -> None:
    records = reference.load()

    def listed(*arguments: str) -> list[str]:
        assert main(["reference", "show", *arguments]) == 0
        return [line.split()[0] for line in capsys.readouterr().out.splitlines()]

    assert listed("zipf-*") == [record.id for record in records if record.id.startswith("zipf-")]
    assert listed("--tag", "ties", "--tag", "zeros") == [r.id for r in records if {"ties", "zeros"} <= set(r.tags)]
    assert listed("long-*", "*-deficit-*", "--tag", "zeros") == [
        r.id for r in records if (r.id.startswith("long-") or "-deficit-" in r.id) and "zeros" in r.tags
    ]
    for arguments, said in ((["no-*"], "no reference fits"), (["--tag", "tie"], "no reference has the tag 'tie'")):
        assert main(["reference", "show", *arguments]) == 2
        assert said in capsys.readouterr().err


@pytest.mark.skipif(not balls.available(), reason="python-flint is not installed: nothing can be proved")
def test_references_are_proved_again(few: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["reference", "verify", "--file", str(few)]) == 0
    assert capsys.readouterr().out == "3 of 3 references proved\n"


@pytest.mark.skipif(not balls.available(), reason="python-flint is not installed: nothing can be certified")
def test_references_are_made_by_as_many_processes_as_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from entnorm.reference import generate

    plan = generate.entries()[:3]
    monkeypatch.setattr(generate, "entries", lambda: plan)
    file = tmp_path / "made.jsonl.gz"
    assert main(["reference", "make", str(file), "--jobs", "1"]) == 0
    assert capsys.readouterr().out == f"3 references written to {file}\n"
    assert main(["reference", "verify", "--file", str(file)]) == 0
    assert main(["reference", "make", str(file), "--jobs", "0"]) == 2


@pytest.mark.skipif(not balls.available(), reason="python-flint is not installed: nothing can be proved")
def test_making_is_told_to_take_any_executor(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["reference", "make", "--help"])
    said = " ".join(capsys.readouterr().out.split())
    assert "generate.make(FILE, executor=...)" in said
    assert "dask.distributed" in said


@pytest.mark.parametrize("seconds", [0.2, 3.0])
def test_an_interrupted_making_says_no_more_than_that(seconds: float, tmp_path: Path) -> None:
    """While its workers start, and while they compute."""
    process = subprocess.Popen(
        [sys.executable, "-m", "entnorm", "reference", "make", "made.jsonl", "--jobs", "2"],
        cwd=tmp_path,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL) and None,
    )
    journal = tmp_path / "made.jsonl.journal"
    try:
        while not journal.exists():
            assert process.poll() is None
            time.sleep(0.02)
        time.sleep(seconds)
        os.killpg(process.pid, signal.SIGINT)  # as a terminal does: to the workers, too
        err = process.communicate(timeout=300)[1]
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    assert process.returncode == 130
    assert err == "entnorm: interrupted; no file was left half-written\n"
    assert list(tmp_path.iterdir()) == [journal]


@pytest.mark.skipif(not balls.available(), reason="python-flint is not installed: nothing can be certified")
def test_references_of_densities_and_joint_distributions_are_proved_with_the_others(
    few: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from entnorm.reference import joint
    from entnorm.reference.densities import records

    rows, (first, second, *_), (pair, *_) = reference.load(few), records.load(), joint.load()
    monkeypatch.setattr(reference, "load", lambda file: rows)
    monkeypatch.setattr(records, "load", lambda: (first, second))
    monkeypatch.setattr(joint, "load", lambda: (pair,))
    assert main(["reference", "verify"]) == 0
    assert capsys.readouterr().out == "6 of 6 references proved\n"
    monkeypatch.setattr(records, "load", lambda: (first, dataclasses.replace(second, target=second.target + 1)))
    monkeypatch.setattr(joint, "load", lambda: (dataclasses.replace(pair, roots=pair.roots[1:]),))
    assert main(["reference", "verify"]) == 1
    out, err = capsys.readouterr()
    assert out == "4 of 6 references proved\n"
    assert f"not proved: {second.id}\nnot proved: {pair.id}\n" in err


@pytest.mark.parametrize(("content", "said"), [("", "holds no references"), ("nonsense\n", "is not JSON")])
def test_what_is_no_file_of_references_is_not_understood(
    content: str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "file.jsonl"
    file.write_text(content)
    assert main(["reference", "verify", "--file", str(file)]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert said in captured.err


def test_an_edited_reference_is_named(few: Path, capsys: pytest.CaptureFixture[str]) -> None:
    record = reference.load(few)[1]
    few.write_text(few.read_text().replace(record.slope, record.slope.replace("1", "2", 1)))
    assert main(["reference", "verify", "--file", str(few)]) == 1
    err = capsys.readouterr().err
    assert record.id in err
    assert str(few) in err


def test_the_module_runs_as_a_program() -> None:
    done = run("solve", "--p", "0.7,0.2,0.1", "--entropy", "0.5")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("gamma 1.6256359768")
