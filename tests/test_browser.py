"""The committed reports in a real browser: they are drawn, fit the screen, and ask for nothing from anywhere."""

from __future__ import annotations

import base64
import json
import os
import shutil
import struct
import subprocess
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rogues

from entnorm import conformance
from entnorm.cli.tally import Tally
from entnorm.report import render, write

REPORTS = Path(__file__).parents[1] / "reports"
CHROMIUM = shutil.which("chromium")
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--remote-debugging-pipe",
]
SCREENS = {"desktop, light": (1280, 900, "light"), "phone, dark": (390, 844, "dark")}

pytestmark = [
    pytest.mark.xdist_group("browser"),
    pytest.mark.skipif(
        CHROMIUM is None and not os.environ.get("CI"),
        reason="chromium is not installed: apt-get install chromium",
    ),
]


class Browser:
    """Chromium over its debugging pipe: commands go in on its descriptor 3, answers and events come out on 4."""

    def __init__(self, profile: Path) -> None:
        assert CHROMIUM is not None, "chromium is not installed, and CI must not skip this"
        read_here, write_there = os.pipe()
        read_there, write_here = os.pipe()
        command = f'exec "$0" "$@" 3<&{read_there} 4>&{write_there}'
        self.process = subprocess.Popen(
            ["bash", "-c", command, CHROMIUM, *FLAGS, f"--user-data-dir={profile}", "about:blank"],
            pass_fds=(read_there, write_there),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(read_there)
        os.close(write_there)
        self.requests = os.fdopen(write_here, "wb", buffering=0)
        self.answers = os.fdopen(read_here, "rb")
        self.events: list[dict[str, Any]] = []
        self.count = 0
        (target,) = [t for t in self.send("Target.getTargets", None)["targetInfos"] if t["type"] == "page"]
        attached = self.send("Target.attachToTarget", None, targetId=target["targetId"], flatten=True)
        self.session = attached["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.send(f"{domain}.enable", self.session)

    def send(self, method: str, session: str | None, **parameters: Any) -> Any:
        self.count += 1
        message: dict[str, Any] = {"id": self.count, "method": method, "params": parameters}
        if session:
            message["sessionId"] = session
        self.requests.write(json.dumps(message).encode() + b"\0")
        while True:
            answer = self.receive()
            if answer.get("id") == self.count:
                assert "error" not in answer, answer
                return answer["result"]
            self.events.append(answer)

    def receive(self) -> dict[str, Any]:
        text = b""
        while not text.endswith(b"\0"):
            letter = self.answers.read(1)
            assert letter, "chromium has gone"
            text += letter
        found: dict[str, Any] = json.loads(text[:-1])
        return found

    def open(self, path: Path, width: int, height: int, scheme: str) -> None:
        self.send(
            "Emulation.setDeviceMetricsOverride",
            self.session,
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=width < 500,
        )
        self.send(
            "Emulation.setEmulatedMedia", self.session, features=[{"name": "prefers-color-scheme", "value": scheme}]
        )
        self.events.clear()
        self.send("Page.navigate", self.session, url=path.resolve().as_uri())
        while not any(event["method"] == "Page.loadEventFired" for event in self.events):
            self.events.append(self.receive())

    def value(self, expression: str) -> Any:
        result = self.send("Runtime.evaluate", self.session, expression=expression, returnByValue=True)
        assert "exceptionDetails" not in result, result
        return result["result"].get("value")

    def pixels(self) -> bytes:
        picture = self.send("Page.captureScreenshot", self.session, format="png")
        return unpacked(base64.b64decode(picture["data"]))

    def complaints(self) -> list[str]:
        told = ("Runtime.consoleAPICalled", "Runtime.exceptionThrown", "Log.entryAdded")
        return [json.dumps(event) for event in self.events if event["method"] in told]

    def fetched(self) -> list[str]:
        sent = [event for event in self.events if event["method"] == "Network.requestWillBeSent"]
        return [event["params"]["request"]["url"] for event in sent]

    def close(self) -> None:
        self.process.kill()
        self.process.wait(timeout=30)
        self.requests.close()
        self.answers.close()


def unpacked(png: bytes) -> bytes:
    """The filtered bytes of a picture: all alike where every pixel is."""
    place, data = 8, b""
    while place < len(png):
        (length,) = struct.unpack(">I", png[place : place + 4])
        if png[place + 4 : place + 8] == b"IDAT":
            data += png[place + 8 : place + 8 + length]
        place += length + 12
    return zlib.decompress(data)


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    running = Browser(tmp_path_factory.mktemp("profile"))
    yield running
    running.close()


FORMULAS = """
[...document.querySelectorAll("math")].filter(m => m.checkVisibility()).map(m => m.getBoundingClientRect())
  .map(r => [r.width, r.height])
"""
STACKED = """
(() => { const f = document.querySelector("mfrac"); if (!f) return null;
  const [a, b] = [...f.children].map(c => c.getBoundingClientRect()); return b.top - a.bottom; })()
"""
CONTRAST = """
(() => {
  const part = v => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
  const light = c => { const [r, g, b] = c.match(/[\\d.]+/g).map(v => part(Number(v) / 255));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
  const ratio = s => { const [x, y] = [light(s.color), light(s.backgroundColor)].sort((p, q) => q - p);
    return (x + 0.05) / (y + 0.05); };
  return Math.min(...[document.body, ...document.querySelectorAll(".tag")].map(e => ratio(getComputedStyle(e))));
})()
"""
SPILL = """
Math.max(...[...document.querySelectorAll("svg a")]
  .map(a => a.children[3].getBBox().width + 23 - a.children[1].getBBox().width))
"""
BESIDE = """
(() => {
  const frame = document.querySelector('.matrix').parentElement;
  frame.scrollLeft = frame.scrollWidth;
  const row = document.querySelector('.matrix th[scope=row]').parentElement;
  return [row.firstElementChild, row.lastElementChild, frame].map(e => e.getBoundingClientRect().toJSON());
})()
"""


@pytest.mark.parametrize("screen", SCREENS)
@pytest.mark.parametrize(
    ("report", "headline", "formulas"),
    [
        ("proofs", "Entropy normalization: what is proved", 300),
        ("conformance", "Entropy normalization: the numbers", 3),
        ("peers", "Solvers in use, held against certified references", 0),
        ("experiments", "Experiments: what a prescribed entropy does", 0),
    ],
)
def test_a_report_is_drawn(browser: Browser, report: str, headline: str, formulas: int, screen: str) -> None:
    width, height, scheme = SCREENS[screen]
    path = REPORTS / f"{report}.html"
    assert path.is_file(), "make verify writes the reports"
    browser.open(path, width, height, scheme)
    assert browser.value("document.querySelector('h1').innerText") == headline
    assert len(set(browser.pixels())) > 50
    sizes = browser.value(FORMULAS)
    assert len(sizes) >= formulas
    assert all(w > 0 and h > 0 for w, h in sizes)
    if formulas:
        assert browser.value(STACKED) > -2, "a fraction is drawn as a fraction"
    assert browser.value("document.documentElement.scrollWidth") <= width, "the page must not scroll sideways"
    assert browser.value(CONTRAST) >= 4.5
    dark = browser.value("getComputedStyle(document.body).backgroundColor")
    assert (sum(int(x) for x in dark[4:-1].split(",")) < 200) == (scheme == "dark")
    assert browser.complaints() == []
    assert browser.fetched() == [path.resolve().as_uri()]


@pytest.mark.parametrize("screen", SCREENS)
def test_a_verdict_is_drawn(browser: Browser, screen: str, tmp_path: Path) -> None:
    width, height, scheme = SCREENS[screen]
    expected = {"keeps_zeros_zero": "known", "keeps_ties_tied": "not so"}
    for solver, failures in ((rogues.fills_zeros, 1), (rogues.takes_bits, 10)):
        found = conformance.run(solver, expected=expected)
        (page,) = (path for path in write(tmp_path, render(found.as_dict())) if path.suffix == ".html")
        browser.open(page, width, height, scheme)
        assert browser.value("document.querySelector('h1').innerText") == f"{failures} of 23 checks failed"
        assert browser.value("document.documentElement.scrollWidth") <= width, "the page must not scroll sideways"
        assert browser.value(CONTRAST) >= 4.5
        assert browser.value("document.querySelectorAll('section pre').length") == len(found.failures)
        assert browser.complaints() == []
        assert browser.fetched() == [page.resolve().as_uri()]


@pytest.mark.parametrize("screen", SCREENS)
def test_what_a_solver_promises_stays_in_sight_beside_the_last_of_the_peers(
    browser: Browser, screen: str, tmp_path: Path
) -> None:
    model = json.loads((REPORTS / "peers.json").read_text(encoding="utf-8"))
    (page,) = (path for path in write(tmp_path, render(model)) if path.suffix == ".html")
    width, height, scheme = SCREENS[screen]
    browser.open(page, width, height, scheme)
    promise, verdict, frame = browser.value(BESIDE)
    assert promise["left"] == frame["left"]
    assert promise["width"] < 0.45 * frame["width"]
    assert promise["right"] <= verdict["left"] < verdict["right"] <= frame["right"] + 1


@pytest.mark.parametrize("screen", SCREENS)
def test_the_page_about_a_run_is_drawn(browser: Browser, screen: str, tmp_path: Path) -> None:
    width, height, scheme = SCREENS[screen]
    rows = np.random.default_rng(0).normal(size=(300, 20))
    rows[7] = 0
    tally = Tally("logits", "perplexity", 5.0, measured=True)
    tally.solve(rows)
    (page,) = write(tmp_path, render(tally.model("a-file-with-a-rather-long-name/of-logits.npy")))
    browser.open(page, width, height, scheme)
    assert browser.value("document.querySelector('h1').innerText") == "1 of 300 rows failed"
    assert browser.value("document.documentElement.scrollWidth") <= width, "the page must not scroll sideways"
    assert browser.value(CONTRAST) >= 4.5
    bars = browser.value("[...document.querySelectorAll('.histogram i')].map(i => i.getBoundingClientRect().width)")
    assert len(bars) >= 5
    assert min(bars) > 0
    assert browser.complaints() == []
    assert browser.fetched() == [page.resolve().as_uri()]


def test_the_graphs_are_drawn_and_each_box_leads_to_its_page_or_claim(browser: Browser) -> None:
    browser.open(REPORTS / "proofs.html", 1280, 900, "light")
    boxes = browser.value("[...document.querySelectorAll('.graph svg a')].map(a => a.getAttribute('href'))")
    model = json.loads((REPORTS / "proofs.json").read_text(encoding="utf-8"))
    home = {id: page["name"] for page in model["pages"] for id in page["claims"]}
    inside = {(c["id"], used) for c in model["claims"] for used in c["uses"] if home[used] == home[c["id"]]}
    joined = {id for pair in inside for id in pair}
    assert sorted(boxes) == sorted([f"#{id}" for id in joined] + [f"#page-{name}" for name in set(home.values())])
    atlas = browser.value("document.querySelectorAll('.graph svg path').length") - len(inside)
    assert 0 < atlas < sum(len(c["uses"]) for c in model["claims"]) - len(inside)
    assert browser.value(SPILL) <= 0, "a name must fit its box"


def test_a_blank_page_and_one_that_asks_for_something_are_noticed(browser: Browser, tmp_path: Path) -> None:
    page = tmp_path / "bad.html"
    page.write_text("<!doctype html><title>x</title><body style='background: white'>", encoding="utf-8")
    browser.open(page, 600, 400, "light")
    assert len(set(browser.pixels())) < 10
    page.write_text(
        "<img src='other.png'><script>console.error('no')</script><p style='width: 900px'>x", encoding="utf-8"
    )
    browser.open(page, 600, 400, "light")
    assert len(browser.fetched()) == 2
    assert len(browser.complaints()) >= 1
    assert browser.value("document.documentElement.scrollWidth") > 600
