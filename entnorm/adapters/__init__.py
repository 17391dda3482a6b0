"""Entropy normalization where other libraries want it: each module serves one host, and imports it on first use."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def host(extra: str) -> Iterator[None]:
    """Imports of a library that an adapter is for: where it is missing, the error says how it is had."""
    try:
        yield
    except ModuleNotFoundError as error:
        package = (error.name or extra).partition(".")[0]
        raise ModuleNotFoundError(
            f'{package} is not installed, which this adapter is for or needs: pip install "entnorm[{extra}]"',
            name=package,
        ) from error
