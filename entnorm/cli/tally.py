"""What became of the rows of a run, counted block by block in little memory: for the last lines, and for a report."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from math import inf
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

import entnorm
from entnorm.measures import entropy
from entnorm.solution import EntnormError, Solution, Status
from entnorm.solver import solve

FORMAT: Final = "entnorm-solve/1"
LISTED: Final = 100
"""So many rows that failed are named with the reason."""

_PER_DECADE: Final = 50
_STEPS: Final = (1, 2, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000)
_BARS: Final = 24


@dataclass
class Spread:
    """A histogram of positive numbers in fiftieths of a decade; zeros and infinities are counted apart."""

    bins: Counter[int] = field(default_factory=Counter)
    zero: int = 0
    infinite: int = 0
    low: float = inf
    high: float = 0.0

    def add(self, numbers: NDArray[np.float64]) -> None:
        """Count numbers; none is negative or NaN."""
        inside = numbers[(numbers > 0) & (numbers < inf)]
        self.zero += int((numbers == 0).sum())
        self.infinite += int((numbers == inf).sum())
        if inside.size:
            self.low, self.high = min(self.low, float(inside.min())), max(self.high, float(inside.max()))
            self.bins.update(np.floor(np.log10(inside) * _PER_DECADE).astype(np.int64).tolist())

    def as_dict(self, finest: int = 1) -> dict[str, Any]:
        """The least number and the largest, and at most two dozen bars between them, of `finest` bins or more."""
        if not self.bins:
            return {"zero": self.zero, "infinite": self.infinite, "low": None, "high": None, "bars": []}
        first, last = min(self.bins), max(self.bins)
        step = next(step for step in _STEPS if step >= finest and last // step - first // step < _BARS)
        bars: Counter[int] = Counter()
        for place, count in self.bins.items():
            bars[place // step] += count
        found = [
            {"low": _power(k * step), "high": _power((k + 1) * step), "count": bars[k]}
            for k in range(first // step, last // step + 1)
        ]
        return {"zero": self.zero, "infinite": self.infinite, "low": self.low, "high": self.high, "bars": found}


def _power(place: int) -> float:
    """Where a bin begins, within the range of float64."""
    return float(10 ** min(max(place / _PER_DECADE, -323.0), 308.25))


@dataclass
class Tally:
    """The rows of a run so far.

    Attributes
    ----------
    kind, target, value
        What was asked: "p" or "logits", the kind of target, and the number.
    measured : bool
        Whether the entropies of the distributions are taken too, for a report.
    """

    kind: str
    target: str
    value: float
    measured: bool
    rows: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    iterations: Counter[int] = field(default_factory=Counter)
    condition: float = 0.0
    gamma: Spread = field(default_factory=Spread)
    errors: Spread = field(default_factory=Spread)
    worst: int | None = None
    failures: list[dict[str, Any]] = field(default_factory=list)

    def solve(self, rows: NDArray[Any]) -> Solution:
        """Solve a block, and count it.

        Raises
        ------
        EntnormError
            If a row is malformed; it is named by its place in the whole source.
        """
        try:
            solution = self._asked(rows)
        except EntnormError:
            self._name(rows)
            raise
        for number, count in enumerate(np.bincount(solution.status, minlength=len(Status)).tolist()):
            self.counts[Status(number).name.lower()] += count
        self.iterations.update(solution.nit.tolist())
        given = ~np.isnan(solution.gamma)
        self.gamma.add(solution.gamma[given])
        self.condition = float(np.max(solution.condition[given], initial=self.condition))
        if self.measured and given.any():
            self._measure(rows[given], np.flatnonzero(given), solution.probs[given])
        for k in np.flatnonzero(~solution.success)[: LISTED - len(self.failures)].tolist():
            status = Status(int(solution.status[k])).name.lower()
            message = self._asked(rows[k]).message
            self.failures.append({"row": self.rows + k, "status": status, "message": message})
        self.rows += len(rows)
        return solution

    def _asked(self, rows: NDArray[Any]) -> Solution:
        question: dict[str, Any] = {self.kind: rows, self.target: self.value}
        return solve(**question)

    def _name(self, rows: NDArray[Any]) -> None:
        """Raise what is wrong with the first row that is malformed, if it is one row's fault."""
        for k, row in enumerate(rows):
            try:
                self._asked(row)
            except EntnormError as error:
                if "the row" in str(error):
                    raise EntnormError(str(error).replace("the row", f"row {self.rows + k}", 1)) from error
                return

    def _measure(self, rows: NDArray[Any], places: NDArray[np.intp], probs: NDArray[Any]) -> None:
        """How far the entropies of the distributions are from the targets, both as float64 has them."""
        support = np.log((rows > (0 if self.kind == "p" else -inf)).sum(-1))
        wanted = {
            "entropy": np.float64(self.value),
            "perplexity": np.log(self.value) if self.value > 0 else np.float64(-inf),
            "deficit": support - self.value,
            "evenness": self.value * support,
        }[self.target]
        found = np.abs(entropy(probs.astype(np.float64)) - wanted)
        if found.max() > self.errors.high or self.worst is None:
            self.worst = self.rows + int(places[np.argmax(found)])
        self.errors.add(found)

    @property
    def failed(self) -> int:
        """How many rows did not converge."""
        return self.rows - self.counts["converged"]

    def told(self) -> str:
        """The sum of the run in one line."""
        counts = ", ".join(f"{count} {status}" for status, count in self._by_status().items() if count)
        range = f"; gamma from {self.gamma.low:.6g} to {self.gamma.high:.6g}" if self.gamma.bins else ""
        return f"{_rows(self.rows)}: {counts}{range}"

    def _by_status(self) -> dict[str, int]:
        return {name: self.counts[name] for name in (status.name.lower() for status in Status)}

    def complaints(self, most: int = 3) -> list[str]:
        """Why the first few rows failed, and how many did."""
        lines = [f["message"].replace("the row", f"row {f['row']}", 1) for f in self.failures[:most]]
        return lines if self.failed <= most else [*lines, f"{self.failed} of {_rows(self.rows)} failed"]

    def model(self, source: str) -> dict[str, Any]:
        """Everything, as plain data for a report."""
        return {
            "format": FORMAT,
            "source": source,
            "kind": self.kind,
            "target": {"kind": self.target, "value": self.value},
            "rows": self.rows,
            "counts": self._by_status(),
            "gamma": self.gamma.as_dict(),
            "errors": {**self.errors.as_dict(finest=25), "worst": self.worst},
            "iterations": dict(sorted(self.iterations.items())),
            "condition": self.condition,
            "failures": [{**f, "message": f["message"].replace("the row", "it", 1)} for f in self.failures],
            "versions": {
                "entnorm": entnorm.__version__,
                "numpy": np.__version__,
                "kernel": "numba" if entnorm.backend.compiled() else "numpy",
            },
        }


def _rows(count: int) -> str:
    return "1 row" if count == 1 else f"{count} rows"
