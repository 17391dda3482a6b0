"""The wheel, built and installed into an empty environment with the core dependencies alone."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tomllib
import venv
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

import entnorm

ROOT = Path(__file__).parents[1]
SHIPPED = ("derivations", "entnorm", "CHANGELOG.md", "CITATION.cff", "LICENSE", "README.md", "pyproject.toml")

pytestmark = pytest.mark.xdist_group("packaging")  # one worker, so that there is one environment


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """An sdist, and the wheel that is built from it, from a copy of the sources."""
    folder = tmp_path_factory.mktemp("build")
    source = folder / "source"
    source.mkdir()
    for name in SHIPPED:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy2(ROOT / name, source / name)
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder / "dist"), str(source)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    yield folder / "dist"
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def core(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of programs of an environment with the wheel and the core dependencies, in their locked versions."""
    home = tmp_path_factory.mktemp("core")
    venv.create(home, with_pip=True)
    versions = re.findall(r"^([a-z0-9-]+==\S+(?: ; [^\\\n]+)?)", (ROOT / "requirements.lock").read_text(), re.MULTILINE)
    constraints = home / "constraints.txt"
    constraints.write_text("\n".join(versions))
    (wheel,) = built.glob("*.whl")
    pip = [home / "bin" / "python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "--only-binary", ":all:", "--constraint", constraints, wheel], check=True, timeout=500)
    return home / "bin"


def run(command: list[object], folder: Path, seconds: int = 1200) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "COV"))}
    return subprocess.run(
        list(map(str, command)), cwd=folder, env=clean, capture_output=True, text=True, timeout=seconds, check=False
    )


def test_the_wheel_has_one_top_level_and_everything_in_it(built: Path) -> None:
    (wheel,) = built.glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    assert {name.partition("/")[0] for name in names if ".dist-info/" not in name} == {"entnorm"}
    expected = {"entnorm/py.typed", "entnorm/reference/corpus.jsonl.gz", "entnorm/reference/record.schema.json"}
    expected |= {"entnorm/derivations/contents.py", "entnorm/derivations/source/section_06.py"}
    modules = {str(path.relative_to(ROOT)) for path in (ROOT / "entnorm").rglob("*.py")}
    templates = {str(path.relative_to(ROOT)) for path in (ROOT / "entnorm" / "report" / "templates").iterdir()}
    pages = {f"entnorm/{path.relative_to(ROOT)}" for path in (ROOT / "derivations").rglob("*.py")}
    assert expected | modules | templates | pages <= set(names)
    assert sorted(name for name in names if name.startswith("entnorm/")) == sorted(set(names) - dist_info(names))


def dist_info(names: list[str]) -> set[str]:
    return {name for name in names if ".dist-info/" in name}


def test_the_sdist_can_be_built_from(built: Path) -> None:
    (sdist,) = built.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert {"pyproject.toml", "LICENSE", "README.md", "derivations/contents.py", "entnorm/cli/__init__.py"} <= names
    assert list(built.glob("*.whl"))  # made from the sdist, not from the sources


def test_the_wheel_declares_what_the_design_says(built: Path) -> None:
    (wheel,) = built.glob("*.whl")
    archive = zipfile.ZipFile(wheel)
    (metadata,) = (archive.read(name).decode() for name in archive.namelist() if name.endswith("METADATA"))
    required = [line for line in metadata.splitlines() if line.startswith("Requires-Dist:") and "extra ==" not in line]
    names = {re.match(r"Requires-Dist: ([\w.-]+)", line)[1].lower() for line in required}  # type: ignore[index]
    assert names == {"numpy", "sympy", "mpmath", "jinja2", "tqdm", "pebble"}
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = set(re.findall(r"^Provides-Extra: (\S+)", metadata, re.MULTILINE))
    assert extras == set(project["optional-dependencies"])
    assert "torch" not in " ".join(project["optional-dependencies"]["all"])


def test_the_version_is_the_same_wherever_it_is_written() -> None:
    assert entnorm.__version__ == tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    assert f"\nversion: {entnorm.__version__}\n" in (ROOT / "CITATION.cff").read_text()


def test_import_and_types_with_the_core_alone(core: Path, tmp_path: Path) -> None:
    probe = "import entnorm, entnorm.derivations as d, pathlib; print(entnorm.__file__); print(d.THEORY.title)"
    done = run([core / "python", "-c", probe], tmp_path)
    assert done.returncode == 0, done.stderr
    assert str(core.parent) in done.stdout
    assert "Entropy normalization" in done.stdout
    installed = run([core / "python", "-m", "pip", "list", "--format", "json"], tmp_path)
    assert {row["name"] for row in json.loads(installed.stdout)} >= {"entnorm", "numpy"}
    assert "python-flint" not in installed.stdout


def test_verify_from_an_empty_folder_with_the_core_alone(core: Path, tmp_path: Path) -> None:
    done = run([core / "entnorm", "verify", "--reports", "out"], tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Nothing is broken." in done.stdout
    absent = [line for line in done.stdout.splitlines() if "python-flint" in line]
    assert len(absent) == 1, "what the absent extra would have added is one line"
    names = {path.name for path in (tmp_path / "out").iterdir()}
    assert names == {f"{report}.{kind}" for report in ("proofs", "conformance") for kind in ("html", "md", "json")}
    proofs = json.loads((tmp_path / "out" / "proofs.json").read_text(encoding="utf-8"))
    ours = json.loads((ROOT / "reports" / "proofs.json").read_text(encoding="utf-8"))
    assert [(c["id"], c["statement"]) for c in proofs["claims"]] == [(c["id"], c["statement"]) for c in ours["claims"]]
    for here, there in zip(proofs["claims"], ours["claims"], strict=True):
        # Without balls what only they decide is seen, not certain, and what rests on it is open; no status may become
        # stronger.
        left_to_balls = here["status"] == "open" and here["problem"].startswith("rests on ")
        assert left_to_balls or here["status"] in (there["status"], "evidence"), here["id"]
    numbers = json.loads((tmp_path / "out" / "conformance.json").read_text(encoding="utf-8"))
    assert numbers["references"]["rigorous"] is False
    assert "nothing was proved" in (tmp_path / "out" / "conformance.html").read_text(encoding="utf-8")


def test_the_editable_install_has_the_same_import_name(tmp_path: Path) -> None:
    probe = "import entnorm.derivations as d; print(d.__file__)"
    done = run([sys.executable, "-c", probe], tmp_path)
    assert done.returncode == 0, done.stderr
    assert Path(done.stdout.strip()) == ROOT / "derivations" / "__init__.py"
