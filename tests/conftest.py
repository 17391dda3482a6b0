"""What every test session shares: examples that need an optional library are skipped, visibly, where it is missing.

And no code is tested that was compiled from another source: numba asks for the age of the file of a function alone.
"""

from pathlib import Path

import pytest

from entnorm import balls

SOURCES = Path(balls.__file__).parent


def pytest_configure():
    sources = [*SOURCES.glob("fast/*.py"), SOURCES / "steps.py", SOURCES / "reductions.py"]
    newest = max(path.stat().st_mtime for path in sources)
    for index in SOURCES.glob("fast/__pycache__/*.nbi"):
        if index.stat().st_mtime < newest:
            index.unlink(missing_ok=True)


def pytest_collection_modifyitems(items):
    if balls.available():
        return
    needs_balls = pytest.mark.skip(reason="this example computes balls: python-flint is not installed")
    for item in items:
        if isinstance(item, pytest.DoctestItem) and item.name.startswith(
            (
                *("entnorm.balls", "entnorm.integration"),
                *("entnorm.reference.densities", "entnorm.reference.isolating", "entnorm.reference.records"),
            )
        ):
            item.add_marker(needs_balls)
