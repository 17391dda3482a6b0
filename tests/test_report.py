"""The reports: what they show, that it is all there, and that a failure costs nothing that was there before."""

from __future__ import annotations

import copy
import json
import os
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import jinja2
import mpmath
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from entnorm import balls, report
from entnorm.claims import Claim, Eq, Ne, Refuted, by, calc, ge, gt, n
from entnorm.claims.language import Ge, Gt, Le, Scalar
from entnorm.claims.ledger import Needs, Said, Section
from entnorm.claims.theory import Page, Theory, load
from entnorm.claims.typeset import mathml
from entnorm.claims.verification import verify
from entnorm.conformance import example
from entnorm.report import models
from entnorm.report.breaking import breakable
from entnorm.report.graph import draw
from entnorm.report.render import STATUSES

REPORTS = Path(__file__).parents[1] / "reports"
NAMES = ("proofs", "conformance", "peers", "experiments")


def committed(name: str) -> dict[str, Any]:
    model: dict[str, Any] = json.loads((REPORTS / f"{name}.json").read_text(encoding="utf-8"))
    return model


@pytest.fixture(scope="module")
def tiny() -> dict[str, Any]:
    """A real model of five claims, in which one statement of a document is settled and one is open."""
    ours = load(models.THEORY)
    claims = ours.with_ancestors(["entropy.gibbs", "escort.sums-to-one", "escort.identity-at-one"])
    sections = (Section("1", "One", (Said("1.1", "a | b * c", None),)),)
    theory = Theory("Tiny & small", (Page("tiny", "First.\n\nSecond.", tuple(claims)),), sections)
    model = verify(theory)
    more = {"definitions": models._definitions(theory), "outputs": {}, "figures": [], "iteration": None}
    return {"theory": "tests:TINY", **model, **more}


class Elements(HTMLParser):
    """Everything that a page contains, as (tag, attributes) pairs, and its text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.all: list[tuple[str, dict[str, str]]] = []
        self.words: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.all.append((tag, {name: value or "" for name, value in attrs}))

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    def values(self, name: str) -> list[str]:
        return [attributes[name] for _, attributes in self.all if name in attributes]


def pages() -> Iterator[tuple[str, Elements]]:
    for name in NAMES:
        yield name, Elements(report.render(committed(name))[f"{name}.html"])


# ---------------------------------------------------------------------------------------------------------- rendering


@pytest.mark.parametrize("name", ["proofs", "conformance"])
def test_the_committed_reports_are_renderings_of_the_committed_models(name: str) -> None:
    assert report.differences(REPORTS, report.render(committed(name))) == []


@pytest.mark.parametrize("name", NAMES)
def test_rendering_twice_gives_the_same_bytes(name: str) -> None:
    assert report.render(committed(name)) == report.render(committed(name))


def test_a_page_is_one_file_that_loads_and_runs_nothing() -> None:
    for name, page in pages():
        tags = {tag for tag, _ in page.all}
        assert not tags & {"script", "iframe", "object", "embed", "img", "audio", "video", "base"}, name
        assert [a["href"] for tag, a in page.all if tag == "link"] == ["data:,"], name
        assert not [a for _, a in page.all if any(key.startswith("on") for key in a)], name
        source = report.render(committed(name))[f"{name}.html"]
        assert not re.search(r"url\((?!#)", source)  # parts of a drawing may name one another
        assert "@import" not in source
        assert not page.values("src")


def test_every_link_leads_somewhere() -> None:
    ids = {name: page.values("id") for name, page in pages()}
    for name, page in pages():
        assert len(ids[name]) == len(set(ids[name])), f"{name} has an id twice"
        for link in page.values("href"):
            file, _, anchor = link.partition("#")
            if anchor:
                assert anchor in ids[file.removesuffix(".html") or name], f"{name}: {link} leads nowhere"
        for labels in page.values("aria-labelledby"):
            assert labels in ids[name]


def test_headings_go_down_one_level_at_a_time_and_graphics_have_words() -> None:
    for name, page in pages():
        levels = [int(tag[1]) for tag, _ in page.all if re.fullmatch("h[1-6]", tag)]
        assert levels[0] == 1
        assert levels.count(1) == 1, name
        assert all(after <= before + 1 for before, after in pairwise(levels)), name
        for tag, attributes in page.all:
            if attributes.get("role") == "img":
                assert attributes.get("aria-label") or attributes.get("aria-labelledby"), (name, tag)


def test_a_status_is_a_glyph_and_a_word_and_never_a_colour_alone() -> None:
    for name in NAMES:
        html = report.render(committed(name))[f"{name}.html"]
        whole = re.findall(r'<span class="tag [^"]*"><span aria-hidden="true">\S</span> \w[\w ]*</span>', html)
        assert len(whole) == html.count('<span class="tag ')
    assert len({glyph for glyph, _ in STATUSES.values()}) >= len(STATUSES) - 4  # passed, failed and others repeat four


def test_nothing_of_python_shows_through() -> None:
    for name in NAMES:
        for kind, content in report.render(committed(name)).items():
            for leak in ("<built-in", "&lt;built-in", "object at 0x", "Undefined", "Fraction(", "mpf("):
                assert leak not in content, (kind, leak)


def test_the_ledger_is_whole_in_the_documents_order_and_counts_what_is_open() -> None:
    model = committed("proofs")
    said = [s for section in model["ledger"] for s in section["statements"]]
    assert len(said) == 176
    html, markdown = (report.render(model)[f"proofs.{kind}"] for kind in ("html", "md"))
    places = [html.index(f'<tr id="s-{s["id"]}">') for s in said]
    assert places == sorted(places)
    rows = [markdown.index(f"\n| {s['id']} |") for s in said]
    assert rows == sorted(rows)
    open_ones = sum(s["outcome"] == "open" for s in said)
    assert model["counts"]["ledger"].get("open", 0) == open_ones
    assert ("are open" in html) == (open_ones > 0)


def test_every_claim_shows_statement_steps_rules_and_how_to_check_it() -> None:
    model = committed("proofs")
    html, markdown = (report.render(model)[f"proofs.{kind}"] for kind in ("html", "md"))
    for claim in model["claims"]:
        article = html[html.index(f'id="{claim["id"]}" aria-labelledby') :]
        article = article[: article.index("</article>")]
        assert f"entnorm verify {claim['id']}" in article
        for chain in claim["proof"].get("chains", ()):
            for step in chain["steps"]:
                assert breakable(step["line"]["mathml"]) in article
                assert step["rule"] in article
                assert step["line"]["text"] in markdown
        for used in claim["uses"]:
            assert claim["id"] in model["claims"][[c["id"] for c in model["claims"]].index(used)]["used_by"]


def test_every_operator_that_a_step_cites_is_defined_on_the_page() -> None:
    model = committed("proofs")
    cited = {
        cite["name"]
        for claim in model["claims"]
        for chain in claim["proof"].get("chains", ())
        for step in chain["steps"]
        for cite in step["cites"]
        if cite["kind"] == "definition"
    }
    assert cited <= {definition["name"] for definition in model["definitions"]}


def test_every_correction_sets_the_printed_beside_the_true() -> None:
    model = committed("proofs")
    html = report.render(model)["proofs.html"]
    corrections = html[html.index('id="corrections"') : html.index('id="graph"')]
    for section in model["ledger"]:
        for said in section["statements"]:
            assert (f'id="c-{said["id"]}"' in corrections) == (said["outcome"] in ("refuted", "needs"))
    for name, output in model["outputs"].items():
        assert output.strip() in html.replace("&#34;", '"').replace("&#39;", "'"), name


def test_corrections_say_what_is_printed_and_what_is_our_proof_of_the_contrary() -> None:
    model = committed("proofs")
    status = {claim["id"]: claim["status"] for claim in model["claims"]}
    html = report.render(model)["proofs.html"]
    cards = re.findall(r'<article class="correction .*?</article>', html, flags=re.DOTALL)
    saids = {said["id"]: said for section in model["ledger"] for said in section["statements"]}
    for card in cards:
        group = [saids[id] for id in re.findall(r'id="c-([^"]*)"', card)]
        assert len({(said["counterexample"], said.get("correction")) for said in group}) == 1
        assert ("Why it fails" in card) == (status[group[0]["counterexample"]] != "refuted")
    assert any(len(re.findall('id="c-', card)) > 1 for card in cards)
    assert any("Why it fails" in card for card in cards)


def test_a_condition_is_shown_with_the_point_at_which_it_fails() -> None:
    """And where it fails to be so, that is said."""
    x = Scalar("x")
    positive = Claim("tiny.positive", Gt(x, 0), calc(x, gt(0, by.sign)), given=(Gt(x, 0), Gt(x + 1, 0)))
    square = Claim("tiny.square", Ge(x**2, 0), calc(x**2, ge(0, by.sign)))
    larger = Claim("tiny.larger", Gt(x + 1, 0), calc(x + 1, gt(0, by.sign)), given=positive.given)
    defined = Claim("tiny.defined", Eq(x / x, 1), calc(x / x, (1, by.algebra)), given=(Ne(x, 0),))
    at_zero = Refuted("tiny.at-zero", Gt(x, 0), {n: 1, x: 0})
    needs = (
        Needs("x is positive", at_zero, (positive, larger)),
        Needs("nothing", at_zero, square),
        Needs("x is not 0", at_zero, defined),
    )
    said = tuple(Said(str(k), f"printed {k}", settled) for k, settled in enumerate(needs, 1))
    claims = (positive, square, larger, defined, at_zero)
    theory = Theory("Tiny", (Page("tiny", "Prose.", claims),), (Section("1", "One", said),))
    more: dict[str, Any] = {"theory": "tests:TINY", "definitions": [], "figures": [], "iteration": None}
    model = {**verify(theory, mutants=False), **more}
    assert [s["outcome"] for s in model["ledger"][0]["statements"]] == ["needs", "open", "needs"]
    files = report.render(model)
    cards = files["proofs.md"].split("### ")
    first, third = (next(card for card in cards if card.startswith(f"{k}: + needs")) for k in (1, 3))
    assert "[tiny.at-zero](#tiny.at-zero).\n\n`x > 0`\n\nFails at `n = 1`, `x = 0`" in first
    false = "[tiny.positive](#tiny.positive) is false at the point of [tiny.at-zero](#tiny.at-zero)"
    assert f"{false}, left side `0`, right side `0`. Of its hypotheses `x > 0` fails, and no other." in first
    assert [f"[tiny.{name}]" in first for name in ("positive", "larger")] == [True, True]
    assert "[tiny.defined](#tiny.defined) has no value (division by zero) at the point of" in third
    words = " ".join("".join(Elements(files["proofs.html"]).words).split())
    shown = ("Fails there", "is false at the point of", "left side 0", "has no value (division by zero)", "no other")
    assert [part in words for part in shown] == [True] * 5
    assert "really prints" not in words
    problem = "that a claim fails at tiny.at-zero is not seen"
    assert all(problem in content for content in files.values())
    assert report.broken_claims(model) == ([f"2: open: {problem}"] if balls.available() else [])


def test_text_is_escaped_in_html(tiny: dict[str, Any]) -> None:
    hostile = {**tiny, "title": "<script>alert(1)</script>"}
    hostile["ledger"][0]["statements"][0]["printed"] = "<b>&"
    html = report.render(hostile)["proofs.html"]
    assert "<script" not in html
    assert "&lt;b&gt;&amp;" in html


def test_every_status_can_be_shown(tiny: dict[str, Any]) -> None:
    for status in ("proved", "computed", "conditional", "evidence", "refuted", "open", "broken", "assumed"):
        model = copy.deepcopy(tiny)
        model["claims"][0] |= {"status": status, "problem": "why it is so"}
        model["counts"]["claims"] = {status: 1}
        rendered = report.render(model)
        assert status in rendered["proofs.md"]
        assert f"</span> {status}</span>" in rendered["proofs.html"]
        assert "why it is so" in rendered["proofs.html"]


def test_markdown_tables_survive_bars_and_stars(tiny: dict[str, Any]) -> None:
    model = copy.deepcopy(tiny)
    model["ledger"][0]["statements"][0]["printed"] = "a | b * c"
    assert "| 1.1 | a \\| b \\* c | ○ open |" in report.render(model)["proofs.md"]


def test_what_is_no_model_is_refused() -> None:
    with pytest.raises(ValueError, match="no report shows a model of format 'entnorm-other/1'"):
        report.render({"format": "entnorm-other/1"})
    with pytest.raises(ValueError, match="no report shows"):
        report.render({})


def test_a_field_that_is_missing_is_an_error_not_an_empty_place(tiny: dict[str, Any]) -> None:
    with pytest.raises(jinja2.UndefinedError):
        report.render({name: value for name, value in tiny.items() if name != "foundations"})


# -------------------------------------------------------------------------------------------------------------- graph


@st.composite
def graphs(draw_from: st.DrawFn) -> dict[str, list[str]]:
    count = draw_from(st.integers(0, 14))
    names = [f"page.claim-{'x' * (k % 5)}{k}" for k in range(count)]
    return {
        name: draw_from(st.lists(st.sampled_from(names[:k]), unique=True, max_size=4)) if k else []
        for k, name in enumerate(names)
    }


@settings(derandomize=True, deadline=None, max_examples=150)
@given(graphs())
def test_a_drawing_has_every_node_and_edge_none_overlapping_all_pointing_right(uses: dict[str, list[str]]) -> None:
    names = list(uses)
    drawing = draw(names, uses, {name: name for name in names})
    assert drawing == draw(names, uses, {name: name for name in names})
    boxes = {box.name: box for box in drawing.boxes}
    assert list(boxes) == names
    assert {(edge.source, edge.target) for edge in drawing.edges} == {(u, v) for v, us in uses.items() for u in us}
    for box in drawing.boxes:
        assert box.x >= -1e-6
        assert box.x + box.width <= drawing.width + 1e-6
        assert box.y >= -1e-6
        assert box.y + box.height <= drawing.height + 1e-6
    for edge in drawing.edges:
        assert boxes[edge.source].x + boxes[edge.source].width < boxes[edge.target].x
        numbers = [float(x) for x in re.findall(r"-?\d+\.\d", edge.path)]
        source, target = boxes[edge.source], boxes[edge.target]
        assert numbers[:2] == pytest.approx([source.x + source.width, source.y + source.height / 2], abs=0.06)
        assert numbers[-2:] == pytest.approx([target.x, target.y + target.height / 2], abs=0.06)
    for a in drawing.boxes:
        for b in drawing.boxes:
            if a.name < b.name:
                apart_x = a.x + a.width <= b.x or b.x + b.width <= a.x
                apart_y = a.y + a.height <= b.y + 1e-6 or b.y + b.height <= a.y + 1e-6
                assert apart_x or apart_y, (a, b)


# -------------------------------------------------------------------------------------------------------------- files


def test_files_are_written_and_compared(tmp_path: Path) -> None:
    contents = {"a.md": "eins\nzwei\n", "b.md": "ü\r\n"}
    written = report.write(tmp_path / "new" / "folder", contents)
    assert [path.name for path in written] == ["a.md", "b.md"]
    assert report.differences(tmp_path / "new" / "folder", contents) == []
    assert sorted(path.name for path in (tmp_path / "new" / "folder").iterdir()) == ["a.md", "b.md"]


def test_a_difference_names_the_file_and_the_lines(tmp_path: Path) -> None:
    report.write(tmp_path, {"a.md": "one\ntwo\nthree\n"})
    (difference,) = report.differences(tmp_path, {"a.md": "one\n2\nthree\n"})
    assert "a.md differs" in difference
    assert "-two" in difference
    assert "+2" in difference
    assert report.differences(tmp_path, {"b.md": ""}) == [f"{tmp_path / 'b.md'} is missing"]
    (longer,) = report.differences(tmp_path, {"a.md": "\n".join(map(str, range(100)))})
    assert "lines more" in longer


def test_a_failed_report_leaves_the_old_one_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    report.write(tmp_path, {"a.md": "old", "b.md": "old"})
    with pytest.raises(UnicodeEncodeError):
        report.write(tmp_path, {"a.md": "new", "b.md": "\ud800"})
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {"a.md": "old", "b.md": "old"}

    def full(self: Path, *args: object, **kwargs: object) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr(Path, "write_text", full)
    with pytest.raises(OSError, match="no space"):
        report.write(tmp_path, {"a.md": "new"})
    monkeypatch.undo()
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {"a.md": "old", "b.md": "old"}


@pytest.mark.parametrize("error", [OSError("input/output error"), KeyboardInterrupt()])
def test_a_report_that_fails_halfway_is_rolled_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    report.write(tmp_path, {"a.md": "old", "c.md": "old"})
    move = os.replace

    def fails_at_c(source: Path, target: Path) -> None:
        if Path(source).suffix == ".new" and Path(target).name == "c.md":
            raise error
        move(source, target)

    monkeypatch.setattr(os, "replace", fails_at_c)
    with pytest.raises(type(error)):
        report.write(tmp_path, {"a.md": "new", "b.md": "new", "c.md": "new"})
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {"a.md": "old", "c.md": "old"}


def test_figures_from_another_machine_are_kept_and_their_rendering_checked(tmp_path: Path) -> None:
    model = committed("conformance")
    elsewhere = copy.deepcopy(model)
    elsewhere["machine"]["processor"] = "another"
    elsewhere["worst"]["error"] = 0.123
    report.write(tmp_path, report.render(elsewhere))
    assert report.differences(tmp_path, report.expected_there(tmp_path, model)) == []
    page = tmp_path / "conformance.md"
    page.write_text(page.read_text(encoding="utf-8").replace("0.123", "0.001"), encoding="utf-8")
    assert len(report.differences(tmp_path, report.expected_there(tmp_path, model))) == 1


@pytest.mark.parametrize("content", ["", "{", "[]", '{"machine": {}}', '{"format": "entnorm-conformance/1"}'])
def test_a_stored_model_that_cannot_be_read_is_a_difference_not_a_crash(tmp_path: Path, content: str) -> None:
    (tmp_path / "conformance.json").write_text(content)
    model = committed("conformance")
    assert len(report.differences(tmp_path, report.expected_there(tmp_path, model))) == 3


# ------------------------------------------------------------------------------------------------------------- models


def test_what_is_broken_is_named(tiny: dict[str, Any]) -> None:
    assert report.broken_claims(tiny) == []
    model = copy.deepcopy(tiny)
    model["claims"][0] |= {"status": "broken", "problem": "line 2 does not follow"}
    model["claims"][-1]["mutants"]["missing"] = ["left side: sign"]
    first, second = report.broken_claims(model)
    assert first == f"{model['claims'][0]['id']}: broken: line 2 does not follow"
    assert "nobody notices" in second


def test_without_balls_only_what_they_decide_is_excused(tiny: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    model = copy.deepcopy(tiny)
    number, resting, other = (copy.deepcopy(model["claims"][0]) | {"id": f"tiny.{k}", "mutants": None} for k in "nro")
    number |= {"status": "evidence", "problem": "not decided", "proof": {"kind": "numeric"}}
    resting |= {"status": "open", "problem": "rests on tiny.n", "uses": ["tiny.n"]}
    other |= {"status": "open", "problem": "rests on tiny.n, tiny.x", "uses": ["tiny.n", "tiny.x"]}
    absent = copy.deepcopy(other) | {"id": "tiny.x", "problem": "a gap", "uses": []}
    model["claims"] += [number, absent, resting, other]
    for available, expected in ((True, ["tiny.n", "tiny.x", "tiny.r", "tiny.o"]), (False, ["tiny.x", "tiny.o"])):
        monkeypatch.setattr("entnorm.balls.available", lambda available=available: available)
        assert [line.partition(":")[0] for line in report.broken_claims(model)] == expected


def test_broken_numbers_are_named() -> None:
    model = committed("conformance")
    assert report.broken_numbers(model) == []
    model["references"]["unproved"] = ["r1"]
    model["references"]["different"] = ["r2"]
    model["regression"]["outside"] = ["r3"]
    model["checks"]["checks"][0] |= {"outcome": "failed", "got": "nonsense"}
    lines = report.broken_numbers(model)
    assert [line.partition(":")[0] for line in lines] == ["r1", "r2", "r3", model["checks"]["checks"][0]["name"]]


def test_definitions_unfold_to_what_they_abbreviate() -> None:
    shown = {d["name"]: [e["text"] for e in d["equations"]] for d in models._definitions(load(models.THEORY))}
    assert shown["S"] == ["S(p) = −∑_i p_i log p_i"]
    assert shown["Z"] == ["Z(γ) = ∑_i p_i^γ"]
    assert shown["tilde"] == ["p̃_i(γ) = p_i^γ / Z(γ)"]
    assert shown["p"][0] == "p_i^(0) = p_i"


def test_the_summary_says_what_happened(tiny: dict[str, Any]) -> None:
    numbers = committed("conformance")
    found = {"proofs": tiny, "numbers": numbers, "named": [], "written": "x.html", "without_balls": False}
    good = report.summary(**found, broken=[])
    assert "Nothing is broken." in good
    assert f"worst error {numbers['worst']['error']:g} of the condition x eps budget" in good
    assert "1 open" in good
    counted = tiny["counts"]["mutants"] | {"true_by_accident": 5, "undecided": 7, "gaps": 3}
    apart = {**found, "proofs": tiny | {"counts": tiny["counts"] | {"mutants": counted}}}
    others = "the others: 5 true wherever they were looked at, 7 not decided at the points, 3 gaps made in a proof"
    assert others in report.summary(**apart, broken=[])
    assert "BROKEN" in report.summary(**found, broken=["a: b"])
    assert "python-flint" in report.summary(**{**found, "without_balls": True}, broken=[])


def test_the_stored_references_are_found_again_and_another_root_is_noticed() -> None:
    from dataclasses import replace

    from entnorm import reference

    record = reference.load()[0]
    assert models._found_again(record)
    low, high = record.enclosure
    assert not models._found_again(replace(record, enclosure=(high + (high - low), high + 2 * (high - low))))


# ----------------------------------------------------------------------------------------------- the document's example


@pytest.fixture(scope="module")
def shown() -> dict[str, Any]:
    return example.run_example()


def test_the_example_shows_what_the_code_prints_beside_what_the_document_prints(shown: dict[str, Any]) -> None:
    printed = [line["printed"] for line in shown["outputs"]]
    real = [line["real"] for line in shown["outputs"]]
    assert printed[0] == "初始熵: 3.9124"
    assert real[1] == "最大可能熵: 4.6052"  # log 100, the one line that is right
    assert sum(a == b for a, b in zip(printed, real, strict=True)) == 1
    assert len(real) == 7
    assert len([line for line in printed if line]) == 5


def test_the_roots_of_the_example_agree_with_the_definition(shown: dict[str, Any]) -> None:
    mp = mpmath.MPContext()
    mp.dps = 80
    weights = [mp.mpf(x) for x in example.example().p.tolist()]
    root = mp.mpf(shown["reference"]["gamma"])
    powers = [w**root for w in weights]
    total = mp.fsum(powers)
    entropy = -mp.fsum(x / total * mp.log(x / total) for x in powers)
    assert abs(entropy - mp.mpf(example.example().target)) < mp.mpf(10) ** -48
    allowed = 8 * 2.0**-52 * (1 + mp.mpf(shown["reference"]["condition"]))
    assert abs(mp.mpf(shown["solver"]["gamma"]) / root - 1) <= allowed
    assert shown["solver"]["budget"] <= 1


def test_both_sides_of_every_identity_agree_to_47_digits(shown: dict[str, Any]) -> None:
    assert {identity["claim"] for identity in shown["identities"]} == set(example.CITED)
    for identity in shown["identities"]:
        left, right = (re.sub(r"[\[\]]|about | \+/-.*", "", identity[side]) for side in ("lhs", "rhs"))
        mp = mpmath.MPContext()
        mp.dps = 60
        assert abs(mp.mpf(left) - mp.mpf(right)) <= abs(mp.mpf(left)) * mp.mpf(10) ** -47
        assert isinstance(load(example.THEORY).claim(identity["claim"]), Claim)


def test_formulas_may_break_before_relations_and_lose_nothing() -> None:
    x, y = Scalar("a_long_name_of_a_number"), Scalar("another_long_name")
    whole = mathml(Le(x, y), block=True)
    first, second = breakable(whole).split("<wbr>")
    assert "≤" not in first
    assert ElementTree.fromstring(second)[0][0].text.strip() == "≤"
    inner = [re.sub(r"</?math[^>]*>|</?mrow>| form=\"infix\"", "", part) for part in (whole, first + second)]
    assert inner[0] == inner[1]
    assert "<wbr>" not in breakable(mathml(Scalar("x") * Scalar("y")))
