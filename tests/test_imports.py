import ast
import builtins
import doctest
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
GATES = [f"{name}__init__" for name in ("", "attention/", "conformance/", "continuous/", "joint/", "relations/")]
GATES += ["reference/__init__", "reference/densities/__init__"]  # what they import from their modules is public
WHOLLY_PUBLIC = ["calibration", "reference/joint", "adapters/*"]


def test_importing_entnorm_imports_numpy_only():
    probe = "import sys, entnorm; print(sorted({name.partition('.')[0] for name in sys.modules}))"
    out = subprocess.run([sys.executable, "-c", probe], check=True, capture_output=True, text=True, timeout=300).stdout
    assert "numpy" in out
    for absent in ("sympy", "mpmath", "flint", "scipy", "jinja2", "tqdm", "pebble"):
        assert f"'{absent}'" not in out


def test_every_public_name_exists_and_says_what_it_does():
    import entnorm

    for name in entnorm.__all__:
        assert getattr(entnorm, name).__doc__


@pytest.mark.parametrize(
    ("adapter", "missing", "extra"),
    [
        ("torch", "torch", "torch"),
        ("sklearn", "sklearn", "sklearn"),
        ("sklearn", "scipy", "sklearn"),
        ("opentsne", "openTSNE", "opentsne"),
    ],
)
def test_an_adapter_without_its_host_says_what_to_install(adapter, missing, extra):
    probe = f"import sys; sys.modules[{missing!r}] = None; import entnorm.adapters.{adapter}"
    err = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, timeout=300, check=False).stderr
    said = err.splitlines()[-1]
    assert said.startswith(f"ModuleNotFoundError: {missing} is not installed")
    assert said.endswith(f'pip install "entnorm[{extra}]"')
    project = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text())
    assert extra in project["project"]["optional-dependencies"]


def _public():
    """Where each public function, class and module is written, by its file, with its docstring."""
    trees = {path: ast.parse(path.read_text(encoding="utf-8")) for path in (ROOT / "entnorm").rglob("*.py")}
    gates = {ROOT / "entnorm" / f"{name}.py" for name in GATES}
    pages = gates | {path for name in WHOLLY_PUBLIC for path in (ROOT / "entnorm").glob(f"{name}.py")}
    names = {
        (ROOT.joinpath(*line.module.split(".")).with_suffix(".py"), alias.name)
        for page in gates
        for line in trees[page].body
        if isinstance(line, ast.ImportFrom) and line.module.startswith("entnorm.")
        for alias in line.names
    }
    for path, tree in trees.items():
        if path in pages:
            yield f"{path.relative_to(ROOT)}", ast.get_docstring(tree) or ""
        for top in tree.body:
            if isinstance(top, ast.FunctionDef | ast.ClassDef) and (path in pages or (path, top.name) in names):
                for node in ast.walk(top):
                    if isinstance(node, ast.FunctionDef | ast.ClassDef):
                        yield f"{path.relative_to(ROOT)}: {node.name}", ast.get_docstring(node) or ""


def _loose(docstring):
    """The names that its examples use and do not say where they come from."""
    examples = doctest.DocTestParser().get_examples(docstring)
    bound, used = set(dir(builtins)), set()
    for node in ast.walk(ast.parse("".join(example.source for example in examples))):
        if isinstance(node, ast.Name):
            (used if isinstance(node.ctx, ast.Load) else bound).add(node.id)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            bound |= {(alias.asname or alias.name).partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.FunctionDef | ast.ClassDef):
            bound.add(node.name)
        elif isinstance(node, ast.arg):
            bound.add(node.arg)
        elif isinstance(node, ast.ExceptHandler):
            bound.add(node.name)
    return used - bound


def test_examples_of_what_is_public_can_be_pasted_as_they_are():
    examples = {where: docstring for where, docstring in _public() if ">>>" in docstring}
    assert len(examples) > 60
    assert {where: loose for where, docstring in examples.items() if (loose := _loose(docstring))} == {}
    assert _loose(">>> import numpy as np\n>>> print(np.log(two), [i for i in range(2)])\n") == {"two"}
