"""What every test session shares: examples that need an optional library are skipped, visibly, where it is missing."""

import pytest

from entnorm import balls


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
