"""Where the distributions go: a file that is written block by block, and put in its place when it is whole."""

from __future__ import annotations

import os
import shutil
import zipfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any, Final

import numpy as np

from entnorm.cli.shared import UsageError
from entnorm.solution import Solution

Add = Callable[[Solution], object]
"""What is called with the solution of each block."""

_NUMBERS: Final = ("gamma", "temperature", "entropy", "condition", "nit", "status")


@contextmanager
def writing(path: Path | None) -> Iterator[Add]:
    """Open a file for distributions; without a path nothing is written. It appears whole, or not at all.

    Raises
    ------
    UsageError
        If its ending is none of ``.npy``, ``.npz`` and ``.csv``.
    OSError
        If it cannot be written; an old file of that name is as it was.
    """
    if path is None:
        yield lambda solution: None
        return
    if path.suffix.lower() not in _FORMATS:
        raise UsageError(f"--out {path}: {', '.join(_FORMATS)} are the files that are written")
    new = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        with open(new, "wb") as file, _FORMATS[path.suffix.lower()](file) as add:
            yield add
        os.replace(new, path)
    finally:
        new.unlink(missing_ok=True)


@contextmanager
def _npy(file: IO[bytes]) -> Iterator[Add]:
    """The header is written twice, and the second time knows how many rows there are: NumPy leaves room for that."""
    count, header = 0, {"descr": "<f8", "fortran_order": False, "shape": (0, 0)}

    def add(solution: Solution) -> None:
        nonlocal count
        probs = solution.probs
        if not count:
            header.update(descr=np.lib.format.dtype_to_descr(probs.dtype), shape=(0, probs.shape[1]))
            np.lib.format.write_array_header_1_0(file, header)
        count += len(probs)
        file.write(probs.tobytes())

    yield add
    file.seek(0)
    np.lib.format.write_array_header_1_0(file, {**header, "shape": (count, header["shape"][1])})  # type: ignore[index]


@contextmanager
def _npz(file: IO[bytes]) -> Iterator[Add]:
    """Distributions, and what else is known of each row."""
    numbers: dict[str, list[Any]] = {name: [] for name in _NUMBERS}
    with TemporaryFile(dir=Path(file.name).parent) as probs:
        with _npy(probs) as append:

            def add(solution: Solution) -> None:
                append(solution)
                for name, found in numbers.items():
                    found.append(getattr(solution, name))

            yield add
        probs.seek(0)
        with zipfile.ZipFile(file, "w") as archive:
            with archive.open("probs.npy", "w", force_zip64=True) as member:
                shutil.copyfileobj(probs, member)
            for name, found in numbers.items():
                with archive.open(f"{name}.npy", "w", force_zip64=True) as member:
                    np.lib.format.write_array(member, np.concatenate(found), allow_pickle=False)


@contextmanager
def _csv(file: IO[bytes]) -> Iterator[Add]:
    """As ``entnorm solve --p`` reads it: to the last digit, without names for the columns."""

    def add(solution: Solution) -> None:
        for row in solution.probs.tolist():
            file.write((",".join(map(repr, row)) + "\n").encode())

    yield add


_FORMATS: Final[dict[str, Callable[[IO[bytes]], AbstractContextManager[Add]]]] = {
    ".npy": _npy,
    ".npz": _npz,
    ".csv": _csv,
}
