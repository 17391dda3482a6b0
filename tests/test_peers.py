"""The peers: that each is called as it should be, that the report says what was found, and that defects are defects."""

from __future__ import annotations

import json
import re
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from entnorm import conformance, report
from entnorm.conformance import defects
from entnorm.conformance.foreign import Foreign
from entnorm.conformance.peers import PEERS, Neighbours, Peer
from entnorm.conformance.runner import result
from entnorm.report import peers as reporting

REPORTS = Path(__file__).parents[1] / "reports"
BY_NAME = {peer.name: peer for peer in PEERS}
PRESENT = [peer for peer in PEERS if peer.installed]


@cache
def smoke(peer: Peer) -> dict[str, conformance.Outcome]:
    return {r.name: r.outcome for r in conformance.run(peer.solver, "smoke").results}


def test_the_peers_that_scipy_and_numpy_make_are_always_here() -> None:
    assert {peer.name for peer in PRESENT} >= {
        "entnorm",
        "our wrapper of SciPy find_root",
        "our wrapper of SciPy brentq",
        "our wrapper of SciPy newton",
        "the document's loop",
    }


@pytest.mark.parametrize("peer", PRESENT, ids=lambda peer: peer.name)
def test_every_peer_understands_the_question(peer: Peer) -> None:
    found = smoke(peer)
    assert found["answers_a_plain_question"] is conformance.Outcome.PASSED
    assert found["takes_its_target_in_nats"] is conformance.Outcome.PASSED
    assert found["is_deterministic"] is conformance.Outcome.PASSED


@pytest.mark.parametrize("name", ["our wrapper of SciPy find_root", "our wrapper of SciPy brentq"])
def test_scipys_bracketing_methods_pass_core(name: str) -> None:
    report = conformance.run(BY_NAME[name].solver)
    assert not [str(failure) for failure in report.failures]


@pytest.mark.parametrize("name", ["our wrapper of SciPy newton", "the document's loop"])
def test_newton_without_a_bracket_fails_where_it_steps_over_zero(name: str) -> None:
    solver = Foreign(BY_NAME[name].solver)
    (check,) = (c for _, c in conformance.up_to("core") if c.__name__ == "never_reverses_the_order")
    assert result(check, "core", solver).outcome is conformance.Outcome.FAILED


@pytest.mark.parametrize("peer", PRESENT, ids=lambda peer: peer.name)
def test_what_is_timed_solves_the_rows(peer: Peer) -> None:
    points = np.random.default_rng(1).standard_normal((40, 5))
    squared = np.sort(((points[:, None] - points[None]) ** 2).sum(-1), axis=-1)[:, 1:31]
    rows = Neighbours(np.ascontiguousarray(squared), 10.0)
    found = np.asarray(getattr(answer := peer.on(rows), "probs", answer))
    if found.ndim == 1:  # gamma, of the probabilities that were passed
        powers = rows.p ** found[:, None]
        found = powers / powers.sum(-1, keepdims=True)
    entropies = -np.where(found > 0, found * np.log(np.where(found > 0, found, 1)), 0).sum(-1)
    # scikit-learn stops where the entropy is off by 1e-5 and returns float32; the others come closer.
    assert np.abs(entropies - np.log(10)).max() <= (1.1e-5 if peer.name == "scikit-learn" else 1e-8)


@pytest.mark.parametrize("defect", defects.DEFECTS, ids=lambda defect: defect.title)
def test_a_defect_is_one_and_its_program_needs_only_its_library(defect: defects.Defect) -> None:
    module = {"scikit-learn": "sklearn"}.get(defect.library, defect.library)
    assert "entnorm" not in defect.program
    compile(defect.program, "program", "exec")
    right = defect.right()
    assert right
    if find_spec(module) is None:
        pytest.skip(f"{defect.library} is not installed: make peers")
    said = defect.output()
    assert "{" not in defect.titled(said)
    assert said.split(",")[0] != right.split(",")[0]


def test_the_numbers_of_a_title_are_those_that_were_printed() -> None:
    shown = defects.Defect("From {0:.3g} to {1:.3g} instead of 10", "numpy", "", str, "", "")
    assert shown.titled("perplexities from 6.125 to 9.8049") == "From 6.12 to 9.8 instead of 10"
    assert not [d.title for d in defects.DEFECTS if "issue 5165" in d.known.lower()]


def test_a_limitation_is_not_called_a_defect() -> None:
    assert [d.title for d in defects.DEFECTS if d.limitation] == [
        "The search stops at an entropy error of 1e-5, which no argument changes"
    ]


def test_the_right_answer_to_an_offset_does_not_depend_on_it() -> None:
    at = {offset: defects._certified(defects._offsets(offset), 5) for offset in (0, 50, 1000)}
    assert len(set(at.values())) == 1


def test_the_report_is_made_of_runs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    chosen = (BY_NAME["entnorm"], BY_NAME["our wrapper of SciPy brentq"], BY_NAME["torch Newton"])
    shown = defects.Defect("A title", "numpy", "print(1 + 1)", lambda: "3", "A cause", "Unknown")
    monkeypatch.setattr(reporting, "PEERS", chosen)
    monkeypatch.setattr(reporting, "DEFECTS", (shown,))
    monkeypatch.setattr(reporting, "LEVEL", "smoke")
    monkeypatch.setattr(reporting, "_ROUNDS", 1)
    small = Neighbours(np.linspace(0, 9, 60).reshape(3, 20), 5.0)
    monkeypatch.setattr(reporting, "_workloads", lambda: iter([("three rows", small)]))
    model = reporting.peers_model()
    json.dumps(model, allow_nan=False)
    assert [peer["name"] for peer in model["peers"] if peer["installed"]] == [p.name for p in chosen if p.installed]
    ours, brentq = model["accuracy"][:2]
    assert ours["counts"]["last digits"] == ours["rows"] >= 30
    assert ours["worst"]["error"] <= 8 * 2.0**-52
    assert 0 < brentq["counts"]["last digits"] < brentq["rows"]
    assert sum(brentq["counts"].values()) == brentq["rows"]
    assert all(ratio > 0 for ratio in model["cost"][0]["ratios"].values())
    assert (model["defects"][0]["output"], model["defects"][0]["right"]) == ("2", "3")
    files = report.render(model)
    assert set(files) == {"peers.html", "peers.md", "peers.json"}
    assert "was not run: torch is not installed here" in files["peers.html"] or find_spec("torch")


def test_the_committed_report_shows_every_peer_and_every_check() -> None:
    model = json.loads((REPORTS / "peers.json").read_text(encoding="utf-8"))
    assert [peer["name"] for peer in model["peers"]] == [peer.name for peer in PEERS]
    assert [check["name"] for check in model["checks"]] == [c.__name__ for _, c in conformance.up_to("stress")]
    assert all(peer["installed"] for peer in model["peers"])
    libraries = {peer.library for peer in PEERS if peer.library}
    assert set(model["versions"]) == {"python", "entnorm", "numpy", *libraries}
    assert len(model["defects"]) == len(defects.DEFECTS)


def test_each_level_of_the_matrix_names_the_peers_again() -> None:
    model = json.loads((REPORTS / "peers.json").read_text(encoding="utf-8"))
    page = report.render(model)["peers.html"]
    heads = re.findall(r'<tr><th scope="rowgroup">Level (\w+): the solver …</th>(.*)</tr>', page)
    assert [level for level, _ in heads] == list(conformance.CHECKS)
    present = [peer["name"] for peer in model["peers"] if peer["installed"]]
    for _, names in heads:
        assert re.findall(r'<th scope="col">(.*?)</th>', names.replace("&#39;", "'")) == present
