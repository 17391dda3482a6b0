"""Where a long formula may go on in the next line: browsers break lines between formulas, and never within one.

A formula is cut before its relations and signs, and each piece that is still long before those inside it; a piece is
one box, so that a line ends within it only if the box alone does not fit. The numerator of a wide fraction, which no
browser can break, is stacked.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final
from xml.etree.ElementTree import Element, SubElement, fromstring, tostring

__all__ = ["breakable"]

SHORT: Final = 9.0
"""Pieces are not cut below this width, in em: about half of what a phone shows."""

WIDEST: Final = 34.0
"""Fractions wider than this, in em, are stacked: a sheet of paper holds a little more."""

_SCRIPT: Final = 0.71
_LETTER: Final = 0.55
_INFIX: Final = frozenset([" = ", " ≠ ", " < ", " ≤ ", " > ", " ≥ ", " + ", " − "])
_SWALLOWS: Final = frozenset(["log", "∑", "∫", "−", "d"])


def breakable(mathml: str) -> str:
    """Return a formula as HTML in which lines can end: formulas one after the other, in boxes within boxes."""
    math = fromstring(mathml)
    _stack(math)
    return _boxes(list(math), math.attrib)


def _boxes(nodes: list[Element], attributes: dict[str, str]) -> str:
    pieces = _cut(nodes)
    if len(pieces) == 1:
        math = Element("math", attributes)
        SubElement(math, "mrow").extend(pieces[0])
        return tostring(math, encoding="unicode")
    inner = (_boxes(piece, attributes) for piece in pieces)
    return "<wbr>".join(f'<span class="piece">{box}</span>' if "<wbr>" in box else box for box in inner)


def _cut(nodes: list[Element]) -> list[list[Element]]:
    """The pieces of a row: one if it is short, or has no place to cut; rows within it are opened, the widest first."""
    while _width(nodes) > SHORT:
        pieces = _apart(nodes)
        if len(pieces) > 1:
            return pieces
        widest = max(nodes, key=lambda node: _width(_opened(node)))
        if _width(_opened(widest)) <= SHORT:
            return _factors(nodes)
        place = nodes.index(widest)
        nodes = [*nodes[:place], *_opened(widest), *nodes[place + 1 :]]
    return [nodes]


def _opened(node: Element) -> list[Element]:
    """What a row holds; a bracket that closes it keeps the index or exponent of the whole. Nothing, if it is none."""
    if node.tag == "mrow":
        return list(node)
    if node.tag not in ("msub", "msup") or node[0].tag != "mrow" or node[0][-1].tag != "mo":
        return []
    *inner, bracket = node[0]
    closing = Element(node.tag)
    closing.append(Element("mo", {"form": "postfix"}))
    closing[0].text = bracket.text
    closing.append(node[1])
    return [*inner, closing]


def _apart(nodes: Sequence[Element]) -> list[list[Element]]:
    """Cut before relations, signs between terms, and words."""
    pieces: list[list[Element]] = [[]]
    for node in nodes:
        infix = node.tag == "mo" and node.text in _INFIX
        if pieces[-1] and (infix or node.tag == "mtext"):
            pieces.append([])
        if infix:
            node.set("form", "infix")  # the space on both its sides, though it comes first
        pieces[-1].append(node)
    return pieces


def _factors(nodes: Sequence[Element]) -> list[list[Element]]:
    """Cut a product between its factors, but not behind what takes the next one as its argument."""
    pieces: list[list[Element]] = [[]]
    depth = 0
    for before, node in zip([None, *nodes], nodes, strict=False):
        text = node.text or ""
        depth += (node.tag == "mo") * ((text == "(") - (text == ")"))
        free = node.tag == "mspace" and before is not None and not _swallows(before) and depth == 0
        if free and _width(pieces[-1]) > SHORT:
            pieces.append([])
        else:
            pieces[-1].append(node)
    return [piece for piece in pieces if piece]


def _swallows(node: Element) -> bool:
    return any((part.text or "").strip() in _SWALLOWS for part in node.iter()) and node.tag != "mrow"


def _stack(node: Element) -> None:
    """Set the sums over and under the bars of wide fractions in several rows."""
    for child in node:
        _stack(child)
    if node.tag == "mfrac":
        for place, part in enumerate(list(node)):
            if _width([part]) > WIDEST:
                node[place] = _stacked(part)


def _stacked(part: Element) -> Element:
    pieces = _cut([part])
    if len(pieces) == 1:
        return part
    table = Element("mtable")
    for row in _joined(pieces):
        SubElement(SubElement(SubElement(table, "mtr"), "mtd"), "mrow").extend(row)
    return table


def _joined(pieces: list[list[Element]]) -> Iterator[list[Element]]:
    """Rows as full as the width allows."""
    row: list[Element] = []
    for piece in pieces:
        if row and _width([*row, *piece]) > WIDEST:
            yield row
            row = []
        row = row + piece
    yield row


def _width(nodes: Sequence[Element]) -> float:
    """A guess, in em."""
    return sum(map(_width_of, nodes))


def _width_of(node: Element) -> float:
    match node.tag:
        case "mrow" | "math" | "mtd" | "mtr":
            return _width(list(node))
        case "mfrac" | "mtable":
            return max(map(_width_of, node))
        case "msub" | "msup":
            return _width_of(node[0]) + _SCRIPT * _width_of(node[1])
        case "msubsup":
            return _width_of(node[0]) + _SCRIPT * max(map(_width_of, node[1:]))
        case "munder":
            return max(1.2, _SCRIPT * _width_of(node[1]))
        case "mspace":
            return 0.17
        case _:
            text = node.text or ""
            return _LETTER * len(text.strip()) + (0.5 if text in _INFIX else 0)
