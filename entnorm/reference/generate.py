"""Make the corpus: ``entnorm reference make FILE``.

The same versions of mpmath and python-flint write the same records; other versions differ in the field ``provenance``
and the checksum over it only.

Each record is appended to a journal beside the file as soon as it is proved, and the file is written from the journal
once all are there: whatever kills a making, the next one goes on from the last record.
"""

from __future__ import annotations

import errno
import os
import signal
from collections.abc import Iterable, Iterator
from concurrent.futures import Executor, ProcessPoolExecutor, as_completed
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from importlib.metadata import version
from itertools import cycle, islice
from multiprocessing import get_context, parent_process
from pathlib import Path
from threading import Thread

import numpy as np
from tqdm import tqdm

from entnorm import balls
from entnorm.reference import exact
from entnorm.reference.families import Given, rows
from entnorm.reference.places import PLACES, PLATEAU, Limits, Place, limits
from entnorm.reference.reading import RecordError, record_on
from entnorm.reference.records import Record, RecordTarget, outputs, write
from entnorm.reference.solver import solve
from entnorm.reference.tags import facts, position
from entnorm.solution import EntnormError

DIGITS = 50


@dataclass(frozen=True, eq=False)
class Entry:
    """One record of the corpus before it is computed."""

    given: Given
    place: Place
    target: RecordTarget

    @property
    def id(self) -> str:
        """Its permanent name."""
        return f"{self.given.family}-{self.given.label}-{self.place.kind}-{self.place.label}"

    def record(self) -> Record:
        """Compute and certify it."""
        given, value = self.given, Fraction(self.target.value)
        solved = solve(
            **{given.kind: given.values.tolist(), self.target.kind: value},
            digits=DIGITS,
            backend="arb",
        )
        row = exact.Row(given.kind, solved.certificate.values)
        found = outputs(row, exact.Target(self.target.kind, value), solved.enclosure, DIGITS)
        return Record(
            id=self.id,
            kind=given.kind,
            values=given.values,
            recipe=given.recipe,
            target=self.target,
            gamma=found.gamma,
            enclosure=solved.enclosure,
            slope=found.slope,
            condition=found.condition,
            digits=DIGITS,
            tags=self._tags(row),
            provenance=_provenance(),
        )

    def asks(self, record: Record) -> bool:
        """Is this what `record` answers, in the versions of today?"""
        question = (self.given.kind, self.given.values.tobytes(), self.given.recipe, self.target, _provenance())
        answered = (record.kind, record.values.tobytes(), record.recipe, record.target, record.provenance)
        return question == answered

    def _tags(self, row: exact.Row) -> tuple[str, ...]:
        target = exact.Target(self.target.kind, Fraction(self.target.value))
        where = "plateau" if self.place is PLATEAU else position(row, target)
        return tuple(dict.fromkeys([self.given.family, where, *facts(row, long=self.given.recipe is not None)]))


@cache
def _provenance() -> dict[str, object]:
    return {
        "method": "safeguarded Newton; signs at both ends and every digit proved in ball arithmetic",
        "backend": "python-flint",
        "versions": {name: version(name) for name in ("mpmath", "python-flint")},
        "generator": "entnorm.reference.generate",
    }


@cache
def entries() -> tuple[Entry, ...]:
    """
    The plan of the corpus: each row with the next few places of a cycle that goes through the attainable range.

    Examples
    --------
    >>> entries()[0].id
    'uniformish-p3-entropy-mid5'
    """
    return tuple(_entries())


def _entries() -> Iterator[Entry]:
    places = cycle(PLACES)
    for given in rows():
        x = given.values
        at = limits(int((x > (0 if given.kind == "p" else -np.inf)).sum()), int((x == x.max()).sum()))
        fitting = (entry for place in islice(places, len(PLACES)) if (entry := _entry(given, place, at)))
        yield from islice(fitting, given.targets)
        if given.family == "staircase" and (entry := _entry(given, PLATEAU, at)):
            yield entry


def _entry(given: Given, place: Place, at: Limits) -> Entry | None:
    value = place.value(at)
    return None if value is None else Entry(given, place, RecordTarget(place.kind, value))


def make(path: str | os.PathLike[str], *, executor: Executor | None = None, progress: bool = True) -> int:
    """
    Compute, certify and write the corpus; returns the number of records.

    Parameters
    ----------
    path : path
        JSON Lines, compressed if the name ends in ``.gz``; written whole or not at all. What a making that did not end
        left in the journal beside it, ``path.journal``, is checked and kept.
    executor : concurrent.futures.Executor, optional
        Where the records are computed, one task each; by default a process on each core. With dask:
        ``make(path, executor=distributed.Client(address).get_executor())``. The bytes do not depend on it.
    progress : bool
        Show a bar, if standard error is a terminal.

    Raises
    ------
    ImportError
        If python-flint is not installed: a record must be certified.
    EntnormError
        If what the executor computed is not what was asked for.
    OSError
        If the file, or the journal beside it, cannot be written.
    """
    if not balls.available():
        raise ImportError('records are certified in balls: pip install "entnorm[rigorous]"')
    plan, path = entries(), Path(path)
    journal = path.with_name(f"{path.name}.journal")
    if path.is_dir():  # now, and not when everything is computed
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    done, computed = _resumed(journal, plan), []
    bar = tqdm(total=len(plan), initial=len(done), desc="references", unit="record", disable=None if progress else True)
    missing = [number for number, entry in enumerate(plan) if entry.id not in done]
    with bar, nullcontext(executor) if executor else processes() as pool, journal.open("a", encoding="ascii") as file:
        for text in _computed(pool, missing):
            file.write(text + "\n")
            file.flush()
            computed.append(text.encode("ascii"))
            bar.update()
    done |= _kept(computed, plan)  # and not from the journal, which another making of this file may have taken
    strange = [entry.id for entry in plan if entry.id not in done]
    if strange:
        raise EntnormError(
            f"{len(strange)} records, {strange[0]} among them, do not answer the plan: "
            "have all workers the versions of entnorm, mpmath and python-flint that this process has?"
        )
    write(path, [done[entry.id] for entry in plan])
    journal.unlink(missing_ok=True)
    return len(plan)


class _Processes(ProcessPoolExecutor):
    """After an interrupt, or an error, tasks that are not begun are dropped.

    One that was kept from being handed over would never be begun, and waited for forever.
    """

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self.shutdown(cancel_futures=kind is not None)


def processes(count: int | None = None) -> Executor:
    """
    So many processes, by default one on each core; they end with this one, even if it is killed.

    An interrupt from a terminal, which goes to all of them, is for this one alone: they finish what they have in hand.
    """
    count = count or os.cpu_count() or 1
    pool = _Processes(count, mp_context=get_context("spawn"), initializer=_end_with_parent)
    with _uninterrupted():
        for _ in range(count):  # each starts one, long before the first is idle, and a process inherits the mask
            pool.submit(os.getpid)
    return pool


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """A block that no interrupt reaches; on Windows, which cannot say so, it reaches what is started here as well."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _end_with_parent() -> None:
    """Else a worker whose pool is gone waits for its next task forever."""
    parent = parent_process()
    assert parent is not None

    def watch() -> None:
        parent.join()
        os._exit(1)

    Thread(target=watch, daemon=True).start()


def _computed(pool: Executor, numbers: list[int]) -> Iterator[str]:
    """The lines of some entries, in the order in which they are ready."""
    futures = []
    try:
        for number in numbers:  # thousands, which takes long enough to be interrupted
            futures.append(pool.submit(line, number))
        for future in as_completed(futures):
            yield future.result()
    finally:
        for future in futures:
            future.cancel()


def line(number: int) -> str:
    """Compute one entry of the plan, as a line of a file: what an executor runs."""
    return entries()[number].record().to_json()


def _resumed(journal: Path, plan: tuple[Entry, ...]) -> dict[str, Record]:
    """What an earlier making left, in a journal that has nothing else in it, not even half a line."""
    if not journal.exists():
        return {}
    kept = _kept(journal.read_bytes().splitlines(), plan)
    write(journal, kept.values())
    return kept


def _kept(lines: Iterable[bytes], plan: tuple[Entry, ...]) -> dict[str, Record]:
    """The records on lines that answer entries of the plan; whatever else there is is left aside."""
    asked, kept = {entry.id: entry for entry in plan}, {}
    for number, text in enumerate(lines, 1):
        try:
            record = record_on(text, "", number)
        except RecordError:
            continue
        if record.id in asked and asked[record.id].asks(record):
            kept[record.id] = record
    return kept
