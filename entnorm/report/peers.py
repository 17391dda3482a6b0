"""The report of the peers: ``python -m entnorm.report.peers DIR`` runs everything and writes it there."""

from __future__ import annotations

import platform
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import version
from math import isfinite
from typing import Any, Final

import numpy as np
from scipy.special import softmax as softmax_pass

from entnorm import conformance
from entnorm.conformance import hard
from entnorm.conformance.budget import COARSE, EXPONENT, TIGHT, one_digit_up
from entnorm.conformance.cases import Case
from entnorm.conformance.defects import DEFECTS
from entnorm.conformance.findings import NotApplicable, answers, askable
from entnorm.conformance.foreign import Foreign, ForeignError
from entnorm.conformance.peers import PEERS, Neighbours, Peer
from entnorm.report.files import write
from entnorm.report.models import machine
from entnorm.report.render import render

__all__ = ["peers_model"]

FORMAT: Final = "entnorm-peers/1"
LEVEL: Final = "stress"
_DEADLINE: Final = 600.0
"""The first call of a peer imports its library, which on a busy machine may take a minute."""

_ROUNDS: Final = 7
_GRADES: Final = (("last digits", EXPONENT), ("nine digits", TIGHT), ("four digits", COARSE))
"""How good an exponent is: its error is within so much times 1 + condition."""


def peers_model() -> dict[str, Any]:
    """Hold every installed peer against the checks and the certified corpus, time it, and run the defects' programs."""
    present = [peer for peer in PEERS if peer.installed]
    reports = {peer.name: _verdict(peer) for peer in _announced(present)}
    return {
        "format": FORMAT,
        "machine": machine(),
        "versions": _versions(),
        "level": LEVEL,
        "peers": [_described(peer, reports.get(peer.name)) for peer in PEERS],
        "checks": [{"name": check.__name__, "level": level} for level, check in conformance.up_to(LEVEL)],
        "accuracy": [_accuracy(peer) for peer in present],
        "cost": [_cost(label, rows, present) for label, rows in _workloads()],
        "defects": [_defect(defect) for defect in DEFECTS],
    }


def _announced(peers: list[Peer]) -> Iterator[Peer]:
    for peer in peers:
        print(f"{peer.name} ...", file=sys.stderr, flush=True)
        yield peer


def _verdict(peer: Peer) -> conformance.Report:
    name = f"entnorm.conformance.peers:{peer.function}"
    return conformance.run(peer.solver, LEVEL, deadline=_DEADLINE, name=name)


def _versions() -> dict[str, str]:
    libraries = [peer.library for peer in PEERS if peer.library and peer.installed]
    names = dict.fromkeys(["entnorm", "numpy", "scipy", *libraries])
    return {"python": platform.python_version(), **{name: version(name) for name in names}}


def _described(peer: Peer, report: conformance.Report | None) -> dict[str, Any]:
    described: dict[str, Any] = {"name": peer.name, "library": peer.library, "about": peer.about}
    if report is None:
        return described | {"installed": False, "version": None, "results": {}}
    kept = ("outcome", "error", "case", "expected", "got", "answer", "reason")
    results = {check["name"]: {key: check[key] for key in kept} for check in report.as_dict(rounded=True)["checks"]}
    return described | {"installed": True, "version": peer.version, "results": results}


@dataclass(frozen=True)
class _Graded:
    case: Case
    error: float  # relative, of gamma, per 1 + condition; NaN without an answer


def _accuracy(peer: Peer) -> dict[str, Any]:
    """How many certified rows the peer solves, and how well; the worst error is per 1 + condition."""
    solver = Foreign(peer.solver)
    rows = askable(solver, hard.certified(solver.speaks), TIGHT)
    graded = [_Graded(case, _error(solver, case)) for case in rows]
    worst = max(graded, key=lambda one: one.error if isfinite(one.error) else -1.0)
    counts = dict.fromkeys([name for name, _ in _GRADES] + ["wrong", "no answer"], 0)
    for one in graded:
        counts[_grade(one)] += 1
    return {
        "peer": peer.name,
        "rows": len(rows),
        "counts": counts,
        "worst": {"id": worst.case.name, "error": one_digit_up(worst.error), "answer": worst.case.answer},
    }


def _error(solver: Foreign, case: Case) -> float:
    try:
        ((_, answer),) = answers(solver, [case], TIGHT)
    except (ForeignError, NotApplicable):
        return float("nan")
    return abs(case.off(answer.gamma)) / (1 + case.condition) if answer.given else float("nan")


def _grade(one: _Graded) -> str:
    if not isfinite(one.error):
        return "no answer"
    for name, relative in _GRADES:
        if one.error <= relative:
            return name
    return "wrong"


def _workloads() -> Iterator[tuple[str, Neighbours]]:
    """Squared distances of points to their neighbours, as t-SNE has them."""
    random = np.random.default_rng(0)
    for n, k, dimensions in ((2000, 90, 10), (500, 400, 50)):
        points = random.standard_normal((n, dimensions))
        norms = (points**2).sum(-1)
        squared = np.sort(np.maximum(norms[:, None] + norms - 2 * points @ points.T, 0), axis=-1)[:, 1 : k + 1]
        rows = Neighbours(np.ascontiguousarray(squared), 30.0)
        yield f"{n} rows of {k} squared distances in {dimensions} dimensions, perplexity 30", rows


def _cost(label: str, rows: Neighbours, peers: list[Peer]) -> dict[str, Any]:
    """The least processor time of several interleaved rounds, as a ratio to one softmax pass over the same array."""
    least = dict.fromkeys(["", *(peer.name for peer in peers)], float("inf"))
    _ = rows.p, rows.single, rows.distances, rows.entropies
    logits = -rows.squared
    for _round in range(_ROUNDS):
        least[""] = min(least[""], _seconds(lambda: softmax_pass(logits, axis=-1)))
        for peer in peers:
            least[peer.name] = min(least[peer.name], _seconds(lambda peer=peer: _tolerant(peer, rows)))
    unit = least.pop("")
    return {"workload": label, "ratios": {name: float(f"{seconds / unit:.2g}") for name, seconds in least.items()}}


def _tolerant(peer: Peer, rows: Neighbours) -> None:
    """A search that gives up on some row has taken its time all the same."""
    try:
        with np.errstate(all="ignore"):
            peer.on(rows)
    except RuntimeError:
        pass


def _seconds(action: Any) -> float:
    """Of the processor: what else runs on the machine does not count."""
    start = time.process_time()
    action()
    return time.process_time() - start


def _defect(defect: Any) -> dict[str, Any]:
    output = defect.output()
    return {
        "title": defect.titled(output),
        "limitation": defect.limitation,
        "library": defect.library,
        "version": version(defect.library),
        "program": defect.program.strip(),
        "output": output,
        "right": defect.right(),
        "cause": defect.cause,
        "known": defect.known,
    }


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python -m entnorm.report.peers DIR")
    for path in write(sys.argv[1], render(peers_model())):
        print(path)
