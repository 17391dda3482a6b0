import subprocess
import sys


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
