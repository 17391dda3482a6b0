"""The README does what it says: its Python runs, its commands exist, and its tables are the project's own."""

from __future__ import annotations

import doctest
import re
import shlex
import tomllib
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
    assert results.attempted == 58


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
