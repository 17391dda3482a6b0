"""A layered drawing of a directed acyclic graph: every edge points right, long edges bend around what lies between.

Layers by longest path, order within a layer by barycentres, heights by averages of neighbours; after Sugiyama, Tagawa
and Toda (1981).  Everything is a function of the names and the edges, so that the drawing is the same everywhere.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

__all__ = ["Drawing", "draw"]

ROW = 34.0  # from one node to the next in its layer
BEND = 14.0  # room for a passing edge
HEIGHT = 24.0
LETTER = 6.7  # the width of a letter at 11 pixels, on the safe side
PADDING = 34.0  # glyph and margins of a node
GAP = 46.0  # between layers
SWEEPS = 12


@dataclass(frozen=True)
class Box:
    """A node: its name, what is written into it, the corner at its upper left, and its size."""

    name: str
    label: str
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class Edge:
    """An edge as the path of an SVG."""

    source: str
    target: str
    path: str


@dataclass(frozen=True)
class Drawing:
    """Boxes and edges within a frame."""

    width: float
    height: float
    boxes: tuple[Box, ...]
    edges: tuple[Edge, ...]


@dataclass
class _Place:
    """A node, or (without a name) a bend of an edge, while it is being placed."""

    name: str
    before: list[_Place] = field(default_factory=list)
    after: list[_Place] = field(default_factory=list)
    rank: float = 0.0
    y: float = 0.0

    @property
    def room(self) -> float:
        return ROW if self.name else BEND


def draw(names: Sequence[str], uses: Mapping[str, Sequence[str]], labels: Mapping[str, str]) -> Drawing:
    """Lay out a graph.

    Parameters
    ----------
    names : sequence of str
        The nodes; ties are broken in this order.
    uses : mapping of str to sequence of str
        For each node those that it points from, which are drawn to its left; without cycles.
    labels : mapping of str to str
        What is written into each node, which decides its width.

    Returns
    -------
    Drawing

    Examples
    --------
    >>> drawing = draw(["a", "b"], {"a": [], "b": ["a"]}, {"a": "a", "b": "b"})
    >>> [box.name for box in drawing.boxes], drawing.edges[0].source
    (['a', 'b'], 'a')
    """
    depth = _depths(names, uses)
    layers: list[list[_Place]] = [[] for _ in range(max(depth.values(), default=-1) + 1)]
    places = {name: _Place(name) for name in names}
    for name in names:
        layers[depth[name]].append(places[name])
    chains = {
        (used, name): _chain(places[used], places[name], layers[depth[used] + 1 : depth[name]])
        for name in names
        for used in uses[name]
    }
    _order(layers)
    height = _heights(layers)
    widths = [max((PADDING + LETTER * len(labels[p.name]) for p in layer if p.name), default=0.0) for layer in layers]
    lefts = [sum(widths[:k]) + GAP * k for k in range(len(widths))]
    boxes = [
        Box(
            name,
            labels[name],
            lefts[depth[name]],
            places[name].y - HEIGHT / 2,
            PADDING + LETTER * len(labels[name]),
            HEIGHT,
        )
        for name in names
    ]
    right = {box.name: box.x + box.width for box in boxes}
    edges = [
        Edge(used, name, _path(chain, right[used], lefts[depth[used] : depth[name] + 1], widths[depth[used] :]))
        for (used, name), chain in chains.items()
    ]
    return Drawing(sum(widths) + GAP * max(len(widths) - 1, 0), height, tuple(boxes), tuple(edges))


def _depths(names: Sequence[str], uses: Mapping[str, Sequence[str]]) -> dict[str, int]:
    depth: dict[str, int] = {}

    def settle(name: str) -> int:
        if name not in depth:
            depth[name] = 1 + max((settle(used) for used in uses[name]), default=-1)
        return depth[name]

    for name in names:
        settle(name)
    return depth


def _chain(source: _Place, target: _Place, between: list[list[_Place]]) -> list[_Place]:
    chain = [source, *(_Place("") for _ in between), target]
    for place, layer in zip(chain[1:-1], between, strict=True):
        layer.append(place)
    for left, right in pairwise(chain):
        left.after.append(right)
        right.before.append(left)
    return chain


def _order(layers: list[list[_Place]]) -> None:
    for layer in layers:
        _number(layer)
    for sweep in range(SWEEPS):
        forward = sweep % 2 == 0
        for layer in layers if forward else reversed(layers):
            barycentre = {}
            for place in layer:
                neighbours = place.before if forward else place.after
                ranks = [n.rank for n in neighbours] or [place.rank]
                barycentre[id(place)] = sum(ranks) / len(ranks)
            layer.sort(key=lambda place: barycentre[id(place)])
            _number(layer)


def _number(layer: list[_Place]) -> None:
    """Ranks from 0 to 1, so that long and short layers can be compared."""
    for k, place in enumerate(layer):
        place.rank = (k + 0.5) / len(layer)


def _heights(layers: list[list[_Place]]) -> float:
    for layer in layers:
        _settle(layer, [0.0] * len(layer))
    for sweep in range(SWEEPS):
        forward = sweep % 2 == 0
        for layer in layers if forward else reversed(layers):
            wanted = []
            for place in layer:
                neighbours = (place.before if forward else place.after) or [place]
                wanted.append(sum(n.y for n in neighbours) / len(neighbours))
            _settle(layer, wanted)
    top = min((p.y - p.room / 2 for layer in layers for p in layer), default=0.0)
    bottom = max((p.y + p.room / 2 for layer in layers for p in layer), default=0.0)
    for layer in layers:
        for place in layer:
            place.y -= top
    return bottom - top


def _settle(layer: list[_Place], wanted: list[float]) -> None:
    """Put the places of a layer as near to where they want to be as their order and their room allow.

    Neighbours that would overlap form a block, which takes the average of what its members want.
    """
    blocks: list[tuple[list[_Place], list[float]]] = []  # members, and where each wants the middle of the block
    middles: list[float] = []
    lengths: list[float] = []
    for place, want in zip(layer, wanted, strict=True):
        members, tops = [place], [want - place.room / 2]
        length = place.room
        while blocks and middles[-1] + lengths[-1] > sum(tops) / len(tops):
            above, above_tops = blocks.pop()
            above_length = lengths.pop()
            middles.pop()
            tops = above_tops + [top - above_length for top in tops]
            members = above + members
            length += above_length
        blocks.append((members, tops))
        middles.append(sum(tops) / len(tops))
        lengths.append(length)
    for (members, _), top in zip(blocks, middles, strict=True):
        edge = top
        for place in members:
            place.y = edge + place.room / 2
            edge += place.room


def _path(chain: list[_Place], start: float, lefts: list[float], widths: list[float]) -> str:
    """A smooth line: flat while it passes a layer, an S between two layers."""
    x, y = start, chain[0].y
    pieces = [f"M{x:.1f} {y:.1f}"]
    for k, place in enumerate(chain[1:], start=1):
        column = lefts[k]
        turn = lefts[k] - GAP
        if turn > x + 0.05:
            pieces.append(f"H{turn:.1f}")
        middle = column - GAP / 2
        pieces.append(f"C{middle:.1f} {y:.1f} {middle:.1f} {place.y:.1f} {column:.1f} {place.y:.1f}")
        x, y = column, place.y
        if not place.name:
            x = column + widths[k]
            pieces.append(f"H{x:.1f}")
    return "".join(pieces)
