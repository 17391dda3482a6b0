"""Line charts as SVG, laid out by arithmetic on rounded numbers, so that they are the same everywhere.

Colours come from the style sheet, light and dark; lines also differ by their dashes, and each carries its name at its
right end, so that nothing is said by colour alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log10
from typing import Any

__all__ = ["Chart", "chart"]

WIDTH, HEIGHT = 800.0, 340.0
LEFT, RIGHT, TOP, BOTTOM = 58.0, 236.0, 30.0, 44.0
APART = 15.0  # between the names of two lines


@dataclass(frozen=True)
class Tick:
    """A mark on an axis, and what is written there."""

    at: float
    label: str


@dataclass(frozen=True)
class Line:
    """A curve as the path of an SVG, and where its name stands."""

    name: str
    path: str
    end: float
    label_y: float


@dataclass(frozen=True)
class Chart:
    """Everything that a template needs to draw a chart."""

    width: float
    height: float
    left: float
    right: float
    top: float
    bottom: float
    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class _Axis:
    """Data to pixels."""

    low: float
    high: float
    logarithmic: bool
    start: float
    end: float

    def __call__(self, value: float) -> float:
        share = (self._measure(value) - self._measure(self.low)) / (self._measure(self.high) - self._measure(self.low))
        return round(self.start + share * (self.end - self.start), 1)

    def _measure(self, value: float) -> float:
        return log10(value) if self.logarithmic else value


def chart(figure: Mapping[str, Any]) -> Chart:
    """Lay out a line chart.

    Parameters
    ----------
    figure : mapping
        `x` and `y`, each with `low`, `high`, `ticks` (numbers) and `log`, whether it is logarithmic; `series`, each
        with a `name` and `points`, pairs of numbers. What leaves the frame upwards or downwards is cut off there.
    """
    x = _Axis(figure["x"]["low"], figure["x"]["high"], figure["x"]["log"], LEFT, WIDTH - RIGHT)
    y = _Axis(figure["y"]["low"], figure["y"]["high"], figure["y"]["log"], HEIGHT - BOTTOM, TOP)
    runs = [_inside(series["points"], figure) for series in figure["series"]]
    ends = [y(run[-1][1]) for run in runs]
    names = [series["name"] for series in figure["series"]]
    lines = tuple(
        Line(name, _path([(x(a), y(b)) for a, b in run]), end, spread)
        for name, run, end, spread in zip(names, runs, ends, _spread(ends), strict=True)
    )
    return Chart(
        WIDTH, HEIGHT, LEFT, WIDTH - RIGHT, TOP, HEIGHT - BOTTOM, _ticks(figure["x"], x), _ticks(figure["y"], y), lines
    )


def _ticks(axis: Mapping[str, Any], scale: _Axis) -> tuple[Tick, ...]:
    return tuple(Tick(scale(value), f"{value:g}".replace("-", "−")) for value in axis["ticks"])


def _inside(points: Sequence[Sequence[float]], figure: Mapping[str, Any]) -> list[tuple[float, float]]:
    """Return the points within the frame, and where the line between two of them leaves it upwards or downwards."""
    low, high = figure["y"]["low"], figure["y"]["high"]
    kept: list[tuple[float, float]] = []
    before: tuple[float, float] | None = None
    for a, b in points:
        if before is not None and (low <= b <= high) != (low <= before[1] <= high):
            edge = high if max(b, before[1]) > high else low
            share = (edge - before[1]) / (b - before[1])
            kept.append((before[0] + share * (a - before[0]), edge))
        if low <= b <= high:
            kept.append((a, b))
        before = a, b
    return kept


def _path(points: Sequence[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{a:.1f} {b:.1f}" for a, b in points)


def _spread(heights: Sequence[float]) -> list[float]:
    """Return heights that are far enough apart for the names, in the same order, within the frame."""
    order = sorted(range(len(heights)), key=lambda k: heights[k])
    placed = [0.0] * len(heights)
    above = TOP + 4 - APART
    for k in order:
        placed[k] = above = max(heights[k], above + APART)
    below = HEIGHT - BOTTOM + APART
    for k in reversed(order):
        placed[k] = below = min(placed[k], below - APART)
    return [round(y, 1) for y in placed]
