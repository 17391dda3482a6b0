import subprocess
import sys
import tomllib
from pathlib import Path

import pytest


def test_importing_entnorm_imports_numpy_only():
    probe = "import sys, entnorm; print(sorted({name.partition('.')[0] for name in sys.modules}))"
    out = subprocess.run([sys.executable, "-c", probe], check=True, capture_output=True, text=True, timeout=60).stdout
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
    err = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, timeout=60, check=False).stderr
    said = err.splitlines()[-1]
    assert said.startswith(f"ModuleNotFoundError: {missing} is not installed")
    assert said.endswith(f'pip install "entnorm[{extra}]"')
    project = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text())
    assert extra in project["project"]["optional-dependencies"]
