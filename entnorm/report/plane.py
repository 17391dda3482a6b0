"""A plane of outcomes as SVG: cells with a glyph each, run together where neighbours agree, and curves over them.

Like the line charts it is laid out by arithmetic on rounded numbers, so that it is the same everywhere.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from entnorm.report.charts import Tick

__all__ = ["Curve", "Plane", "Run", "draw_plane"]

CELL, ROW = 17.0, 13.0
LEFT, TOP, RIGHT, BOTTOM = 46.0, 26.0, 60.0, 40.0


@dataclass(frozen=True)
class Run:
    """Neighbouring cells of one row with the same outcome."""

    outcome: str
    x: float
    y: float
    width: float
    glyphs: str
    centres: str


@dataclass(frozen=True)
class Curve:
    """A curve over the cells, and where its name stands."""

    name: str
    path: str
    x: float
    y: float


@dataclass(frozen=True)
class Plane:
    """Everything that a template needs to draw the plane."""

    width: float
    height: float
    left: float
    right: float
    bottom: float
    row: float
    runs: tuple[Run, ...]
    curves: tuple[Curve, ...]
    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]


def draw_plane(plane: Mapping[str, Any], glyphs: Mapping[str, str]) -> Plane:
    """Lay out a plane.

    Parameters
    ----------
    plane : mapping
        `cells`, outcomes row by row from the top; `ratios` and `heights`, what columns and rows stand for, both evenly
        spaced; `curves`, for each name a height in every column. What lies above the cells is left out.
    glyphs : mapping of str to str
        One letter for each outcome.
    """
    cells, rows, columns = plane["cells"], len(plane["heights"]), len(plane["ratios"])
    right, bottom = LEFT + CELL * columns, TOP + ROW * rows
    step = 1 / (rows + 1)  # the rows stand for step, 2 step, ... , 1 - step, from below

    def height(share: float) -> float:
        return round(bottom - ROW * (share / step - 0.5), 1)

    return Plane(
        right + RIGHT,
        bottom + BOTTOM,
        LEFT,
        right,
        bottom,
        ROW,
        tuple(run for k, row in enumerate(cells) for run in _runs(row, TOP + ROW * k, glyphs)),
        tuple(
            _curve(name, [(LEFT + CELL * (k + 0.5), height(y)) for k, y in enumerate(curve)])
            for name, curve in plane["curves"].items()
        ),
        tuple(Tick(LEFT + CELL * (k + 0.5), ratio) for k, ratio in enumerate(plane["ratios"]) if "." not in ratio),
        tuple(Tick(height(share), f"{share:g}") for share in (0.25, 0.5, 0.75)),
    )


def _runs(row: list[str], y: float, glyphs: Mapping[str, str]) -> Iterator[Run]:
    start = 0
    for outcome, group in groupby(row):
        count = len(list(group))
        centres = " ".join(f"{LEFT + CELL * (start + k + 0.5):.1f}" for k in range(count))
        yield Run(outcome, LEFT + CELL * start, y, CELL * count, glyphs[outcome] * count, centres)
        start += count


def _curve(name: str, points: list[tuple[float, float]]) -> Curve:
    inside = [(x, y) for x, y in points if y >= TOP]
    path = "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in inside)
    return Curve(name, path, inside[0][0] + CELL, inside[0][1] + ROW)
