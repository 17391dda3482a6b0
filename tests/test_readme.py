"""The README does what it says: its Python runs, its commands exist, and its tables are the project's own."""

from __future__ import annotations

import doctest
import json
import pkgutil
import re
import shlex
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from entnorm.cli import _parser, main

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def section(title: str) -> str:
    return re.split(r"^## ", README.partition(f"\n## {title}\n")[2], flags=re.MULTILINE)[0]


def test_the_python_of_the_readme_runs() -> None:
    results = doctest.testfile(str(ROOT / "README.md"), module_relative=False, encoding="utf-8")
    assert results.failed == 0
    assert results.attempted == 64


def test_the_theory_of_the_readme_is_proved_and_refuted_and_its_mistake_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (program,) = re.findall(r"```python\n# draws.py\n(.*?)```", section("A theory of your own"), re.DOTALL)
    mistaken = program.replace("(Sum((p[i] - 1 / n)", "(Sum((p[i] + 1 / n)")
    assert mistaken != program
    (tmp_path / "draws.py").write_text(program, encoding="utf-8")
    (tmp_path / "mistaken.py").write_text(mistaken, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    assert main(["verify", "draws:THEORY"]) == 0
    out = capsys.readouterr().out
    assert "1 proved, 1 refuted" in out
    assert "variants     16 of proved claims tried: 11 seen to be false, 0 false" in out
    assert main(["verify", "mistaken:THEORY", "draws.agree-at-least"]) == 1
    assert "line 1 (termwise)" in capsys.readouterr().out


def test_what_why_and_for_whom_and_the_two_commands_fit_one_screen() -> None:
    first = README.partition("\n## Ten lines")[0].splitlines()
    assert len(first) <= 40
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    commands = re.findall(r"^make ([a-z-]+)", section("Two commands"), re.MULTILINE)
    assert commands == ["verify", "test"]
    assert set(commands) <= targets


def test_every_command_of_the_readme_is_understood() -> None:
    commands = re.findall(r"`(entnorm [a-z][^`]*)`", README)
    assert len(commands) >= 4
    for command in commands:
        _parser().parse_args(shlex.split(command)[1:])


def test_every_folder_of_the_readme_exists_and_every_folder_is_in_it() -> None:
    named = set(re.findall(r"^\| `([a-z/]+)/` \|", section("Where things are"), re.MULTILINE))
    assert all((ROOT / name).is_dir() for name in named)
    packages = {path.parent for folder in ("entnorm", "derivations") for path in (ROOT / folder).rglob("__init__.py")}
    assert {str(path.relative_to(ROOT)) for path in packages} | {"tests", "reports"} == named


def test_the_table_of_extras_is_that_of_the_project() -> None:
    rows = [row.split("|")[1] for row in section("Extras").splitlines() if row.startswith("| ")]
    named = {name for row in rows for name in re.findall(r"`([a-z]+)`", row)}
    assert named == set(PROJECT["optional-dependencies"])
    core = {re.match(r"[a-z]+", requirement)[0] for requirement in PROJECT["dependencies"]}  # type: ignore[index]
    assert core == set(re.findall(r"[a-z]+", section("Extras").partition("(core) |")[2].partition("|")[0]))


@pytest.mark.parametrize("file", ["CHANGELOG.md", "CITATION.cff", "LICENSE"])
def test_the_papers_are_there(file: str) -> None:
    assert (ROOT / file).is_file()
    if file == "CITATION.cff":
        assert f"version: {PROJECT['version']}" in (ROOT / file).read_text(encoding="utf-8")


# The subsections of the document that are about uses, and its open questions; 6 has two examples, unnumbered.
USES = ["6", "6", "7.1", "7.2", "7.3", "8.1", "8.2", "8.3", "9.1", "9.2", "10.1", "10.2", "10.3", "10.4"]
SETTLED_BY = {"by a run": "computed", "refuted": "refuted"}


def rows_of_the_document() -> list[list[str]]:
    rows = [line.strip("| ").split(" | ") for line in section("The document, section by section").splitlines()]
    return [row for row in rows if len(row) == 5][1:]


def test_the_table_of_the_document_has_every_section_about_uses() -> None:
    assert [row[0] for row in rows_of_the_document()] == USES


def statuses_of(settled: str) -> list[tuple[str, str]]:
    """Each claim that a cell cites, with the status that its words say it has."""
    return [
        (id, next((status for words, status in SETTLED_BY.items() if part.startswith(words)), "proved"))
        for part in settled.split("; ")
        for id in re.findall(r"\[([a-z0-9-]+\.[a-z0-9-]+)\]", part)
    ]


@pytest.mark.parametrize("row", rows_of_the_document(), ids=lambda row: f"{row[0]} {row[1]}")
def test_every_row_of_the_document_rests_on_a_proved_claim_and_is_shown(row: list[str]) -> None:
    claims = json.loads((ROOT / "reports" / "proofs.json").read_text(encoding="utf-8"))["claims"]
    status = {claim["id"]: claim["status"] for claim in claims}
    cited = statuses_of(row[3])
    assert "proved" in dict(cited).values()
    assert [(id, status[id]) for id, _ in cited] == cited
    shown = re.findall(r"\]\(([^)]+)\)", row[4])
    contents = re.findall(r"\]\((#[^)]+)\)", README.partition("**Contents**")[2].partition("\n\n")[0])
    assert all(target in contents if target.startswith("#") else (ROOT / target).is_file() for target in shown)
    experiments = re.findall(r"`([a-z]+)`", row[4])
    assert all((ROOT / "tests" / "experiments" / f"{name}.py").is_file() for name in experiments)
    assert set(shown) & set(contents)


def test_a_row_says_how_a_claim_was_settled() -> None:
    cell = "[a.b], c [d.e]; by a run, what it prints [f.g]; refuted, that it moves [h.i]"
    assert statuses_of(cell) == [("a.b", "proved"), ("d.e", "proved"), ("f.g", "computed"), ("h.i", "refuted")]


def test_the_contents_link_every_section_once() -> None:
    contents = README.partition("**Contents**")[2].partition("\n\n")[0]
    links = re.findall(r"\[([^\]]+)\]\(#([^)]+)\)", contents.replace("\n", " "))
    titles = re.findall(r"^## (.*)$", re.sub(r"```.*?```", "", README, flags=re.DOTALL), re.MULTILINE)
    anchors = [re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles]
    assert [anchor for _, anchor in links] == anchors[1:]


def test_every_link_within_the_readme_leads_somewhere() -> None:
    titles = re.findall(r"^## (.*)$", README, re.MULTILINE)
    anchors = {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}
    for target in re.findall(r"\]\(([^)\s]+)\)", README):
        if target.startswith("#"):
            assert target[1:] in anchors
        elif not target.startswith("http"):
            assert (ROOT / target).exists(), target


def named(runs: str) -> Iterator[str]:
    """The dotted names in a cell of what runs: one without a dot belongs to the module of the name before it."""
    home = ""
    for name in re.findall(r"`([\w.]+)`", runs):
        home, _, last = name.rpartition(".") if "." in name else (home, "", name)
        home = home.removeprefix("entnorm").removeprefix(".")
        yield ".".join(filter(None, ("entnorm", home, last)))


@pytest.mark.parametrize("row", rows_of_the_document(), ids=lambda row: f"{row[0]} {row[1]}")
def test_what_runs_for_a_row_of_the_document_is_there(row: list[str]) -> None:
    names = list(named(row[2]))
    assert names or re.search("`(entnorm|make) |^the lines below$", row[2])
    for name in names:
        if not ROOT.joinpath(*name.split(".")).with_suffix(".py").is_file():  # an adapter may be without its host here
            pkgutil.resolve_name(name)
