"""Pieces of typeset mathematics, each with three renderings: MathML, LaTeX and plain text."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

__all__ = ["Fence", "Frac", "Layout", "Row", "Script", "Word", "call", "name", "phrase", "sign", "tight"]

ATOM, POWER, PRODUCT, SUM, STATEMENT = 5, 4, 3, 2, 1

_GREEK = {
    "gamma": "γ", "Gamma": "Γ", "mu": "μ", "alpha": "α", "beta": "β", "delta": "δ", "epsilon": "ε", "lambda": "λ",
    "psi": "ψ", "sigma": "σ", "tau": "τ", "theta": "θ", "Delta": "Δ", "rho": "ρ", "kappa": "κ", "eta": "η",
    "omega": "ω", "pi": "π",
}  # fmt: skip
_LATEX = {v: f"\\{k} " for k, v in _GREEK.items()} | {
    "∑": r"\sum", "∫": r"\int ", "≤": r"\le ", "≥": r"\ge ", "≠": r"\ne ", "−": "-", "→": r"\to ", "⇔": r"\iff ",
    "∀": r"\forall ", "∞": r"\infty ", "·": r"\cdot ", "*": "*", "∏": r"\prod", "∈": r"\in ", "‖": r"\| ",
}  # fmt: skip


@dataclass(frozen=True)
class Layout:
    """A piece of typeset mathematics; `level` says how tightly it binds."""

    level: int = ATOM

    def mathml(self) -> str:
        raise AssertionError("a layout of no kind")

    latex = text = mathml


@dataclass(frozen=True)
class Word(Layout):
    """A name, a number, a sign or a phrase."""

    content: str = ""
    kind: str = "mi"

    def mathml(self) -> str:
        content = escape(self.content)
        if self.kind == "mtext":
            return f"<mtext>&#160;{content}&#160;</mtext>"
        return f"<{self.kind}>{content}</{self.kind}>"

    def latex(self) -> str:
        if self.kind == "mtext":
            return rf"\text{{ {self.content} }}"
        if self.content.startswith("log"):
            return r"\log "
        if len(self.content) > 1 and self.content.isalpha():
            return rf"\operatorname{{{self.content}}}"
        if self.content.endswith("̃"):
            return rf"\tilde{{{self.content[:-1]}}}"
        return "".join(_LATEX.get(letter, letter) for letter in self.content).replace("′", "'")

    def text(self) -> str:
        return f" {self.content} " if self.kind == "mtext" else self.content


@dataclass(frozen=True)
class Row(Layout):
    """Pieces beside each other; `gap` separates them in plain text and as a thin space elsewhere."""

    items: tuple[Layout, ...] = ()
    gap: bool = False

    def mathml(self) -> str:
        space = '<mspace width="0.17em"/>' if self.gap else ""
        return "<mrow>" + space.join(item.mathml() for item in self.items) + "</mrow>"

    def latex(self) -> str:
        return (r"\," if self.gap else "").join(item.latex() for item in self.items)

    def text(self) -> str:
        return (" " if self.gap else "").join(item.text() for item in self.items)


@dataclass(frozen=True)
class Frac(Layout):
    """A fraction."""

    top: Layout = Layout()
    bottom: Layout = Layout()

    def mathml(self) -> str:
        return f"<mfrac>{self.top.mathml()}{self.bottom.mathml()}</mfrac>"

    def latex(self) -> str:
        return rf"\frac{{{self.top.latex()}}}{{{self.bottom.latex()}}}"

    def text(self) -> str:
        return f"{tight(self.top, PRODUCT).text()} / {tight(self.bottom, POWER).text()}"


@dataclass(frozen=True)
class Script(Layout):
    """A base with a subscript, a superscript or both; `under` puts the subscript below."""

    base: Layout = Layout()
    sub: Layout | None = None
    sup: Layout | None = None
    under: bool = False

    def mathml(self) -> str:
        base = self.base.mathml()
        if self.under and self.sub:
            return f"<munder>{base}{self.sub.mathml()}</munder>"
        if self.sub and self.sup:
            return f"<msubsup>{base}{self.sub.mathml()}{self.sup.mathml()}</msubsup>"
        if self.sub:
            return f"<msub>{base}{self.sub.mathml()}</msub>"
        return f"<msup>{base}{self.sup.mathml()}</msup>" if self.sup else base

    def latex(self) -> str:
        sub = f"_{{{self.sub.latex()}}}" if self.sub else ""
        sup = f"^{{{self.sup.latex()}}}" if self.sup else ""
        return f"{self.base.latex()}{sub}{sup}"

    def text(self) -> str:
        sub = f"_{tight(self.sub, ATOM).text()}" if self.sub else ""
        sup = f"^{tight(self.sup, ATOM).text()}" if self.sup else ""
        return f"{self.base.text()}{sub}{sup}"


@dataclass(frozen=True)
class Fence(Layout):
    """Brackets around something."""

    inner: Layout = Layout()
    left: str = "("
    right: str = ")"

    def mathml(self) -> str:
        return f"<mrow><mo>{self.left}</mo>{self.inner.mathml()}<mo>{self.right}</mo></mrow>"

    def latex(self) -> str:
        return rf"\left{self.left}{self.inner.latex()}\right{self.right}"

    def text(self) -> str:
        return f"{self.left}{self.inner.text()}{self.right}"


def name(content: str) -> Layout:
    """Return the layout of a name: Greek letters by their names, an underscore or trailing digits as a subscript."""
    stem, _, sub = content.partition("_")
    head = stem.rstrip("0123456789")
    if head and head != stem and not sub:
        stem, sub = head, stem[len(head) :]
    primes = len(stem) - len(stem.rstrip("′"))
    bare = stem[: len(stem) - primes]
    if bare.endswith("*"):
        return Script(base=Word(content=_GREEK.get(bare[:-1], bare[:-1])), sup=Word(content="*", kind="mo"))
    base: Layout = Word(content=_GREEK.get(bare, bare) + "′" * primes)
    return (
        Script(base=base, sub=Word(content=_GREEK.get(sub, sub), kind="mn" if sub.isdigit() else "mi")) if sub else base
    )


def sign(content: str) -> Layout:
    """Return the layout of an operator sign."""
    return Word(content=content, kind="mo")


def phrase(content: str) -> Layout:
    """Return the layout of words within a formula."""
    return Word(content=content, kind="mtext")


def call(head: Layout, *arguments: Layout) -> Layout:
    """Return the layout of a function applied to arguments."""
    inner: list[Layout] = []
    for argument in arguments:
        inner += [sign(","), argument] if inner else [argument]
    return Row(items=(head, Fence(inner=Row(items=tuple(inner)))))


def tight(piece: Layout, level: int) -> Layout:
    """Return the piece, in parentheses where it binds less tightly than its place asks for."""
    return piece if piece.level >= level else Fence(inner=piece)
