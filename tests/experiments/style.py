"""How the figures of the experiments look: one style for all, drawn by matplotlib in the colours of the reports.

A figure becomes an SVG inside the report. Its colours are then those of the report's style sheet, light or dark, and
its text is text, in the report's font. `caption` gives it the sentence that stands below it and that is read out.
"""

from __future__ import annotations

import io
import re
from typing import Any

import matplotlib
from matplotlib import pyplot as plt
from matplotlib.figure import Figure

COLOURS = {
    "#1f5fa8": "--link",
    "#a3232b": "--refuted",
    "#1c6b3c": "--proved",
    "#6a3d9a": "--needs",
    "#7a5200": "--assumed",
    "#56595e": "--open",
    "#1d1c1a": "--ink",
    "#5d5a54": "--soft",
    "#dedad2": "--line",
    "#ffffff": "--raised",
}
"""The colours of the style sheet in daylight, by which figures are drawn, and its names for them."""

BLUE, RED, GREEN, PURPLE, BROWN, GREY, INK, SOFT, LINE, PAPER = COLOURS

STYLE: dict[str, Any] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "entnorm",
    "figure.figsize": (8.2, 3.7),
    "figure.constrained_layout.use": True,
    "figure.facecolor": "none",
    "axes.facecolor": "none",
    "axes.edgecolor": LINE,
    "axes.labelcolor": SOFT,
    "axes.titlecolor": INK,
    "axes.titlesize": 11,
    "axes.titlelocation": "left",
    "axes.grid": True,
    "axes.axisbelow": True,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.prop_cycle": matplotlib.cycler(color=[BLUE, RED, GREEN, PURPLE, BROWN, GREY]),
    "grid.color": LINE,
    "grid.linewidth": 0.7,
    "xtick.color": SOFT,
    "ytick.color": SOFT,
    "text.color": INK,
    "legend.frameon": False,
    "lines.linewidth": 1.8,
    "font.size": 10,
}


def caption(figure: Figure, sentence: str) -> Figure:
    """Say below a figure what it shows."""
    figure.set_label(sentence)
    return figure


def drawn(name: str, figure: Figure) -> dict[str, str]:
    """Return a figure as plain data: its title, its caption, and an SVG that can stand in a page with others."""
    buffer = io.StringIO()
    figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    plt.close(figure)
    svg = buffer.getvalue()
    svg = svg[svg.index("<svg ") :].strip()
    prefix = re.sub(r"\W+", "-", name.lower())
    svg = re.sub(
        r"<metadata>.*?</metadata>|<style[^>]*>.*?</style>", "", svg, flags=re.DOTALL
    )  # the rules are for all of a page
    svg = svg.replace("<svg ", '<svg stroke-linejoin="round" ', 1)
    svg = re.sub(r'\bid="', f'id="{prefix}-', svg)
    svg = re.sub(r'(url\(#|href="#)', rf"\g<1>{prefix}-", svg)
    svg = re.sub(
        r"<[^>]*>", lambda tag: re.sub(r"(\d\.\d{2})\d+", r"\1", tag[0]), svg
    )  # places; what is said stays whole
    svg = re.sub(r"font-family: [^;\"]*", "font-family: var(--sans)", svg)
    for colour, variable in COLOURS.items():
        svg = svg.replace(colour, f"var({variable})")
    return {"title": name, "caption": str(figure.get_label()), "svg": svg}
