"""How terms and statements are printed: one layout, three renderings (MathML, LaTeX, plain text).

A term is laid out as it was written, in its own order.  Nothing here is trusted with truth: a report shows the layout
of the very object that the rules checked.  An `Operator` may bring its own layout (`typeset`), a function from the
layouts of its arguments to a layout; for a family-valued operator it also receives `index`, the layout of an index or
None.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import singledispatch
from html import escape
from typing import Any

from sympy import Basic, Integer, Rational

from .language import (
    Apply,
    At,
    Attained,
    D,
    Entry,
    Exp,
    ForAll,
    Jet,
    Log,
    Operator,
    Plus,
    Power,
    Relation,
    Root,
    Seq,
    Sum,
    Tends,
    Times,
    Variable,
)

__all__ = ["Fence", "Frac", "Layout", "Row", "Script", "Word", "call", "latex", "layout", "mathml", "text"]

ATOM, POWER, PRODUCT, SUM, STATEMENT = 5, 4, 3, 2, 1

_GREEK = {
    "gamma": "γ", "Gamma": "Γ", "mu": "μ", "alpha": "α", "beta": "β", "delta": "δ", "epsilon": "ε", "lambda": "λ",
    "psi": "ψ", "sigma": "σ", "tau": "τ", "theta": "θ", "Delta": "Δ", "rho": "ρ", "kappa": "κ", "eta": "η",
}  # fmt: skip
_LATEX = {v: f"\\{k} " for k, v in _GREEK.items()} | {
    "∑": r"\sum", "≤": r"\le ", "≥": r"\ge ", "≠": r"\ne ", "−": "-", "→": r"\to ", "⇔": r"\iff ", "∀": r"\forall ",
    "∞": r"\infty ", "·": r"\cdot ", "*": "*", "∏": r"\prod", "∈": r"\in ", "‖": r"\| ",
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
        return f"{_tight(self.top, PRODUCT).text()} / {_tight(self.bottom, POWER).text()}"


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
        sub = f"_{_tight(self.sub, ATOM).text()}" if self.sub else ""
        sup = f"^{_tight(self.sup, ATOM).text()}" if self.sup else ""
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


def _tight(piece: Layout, level: int) -> Layout:
    return piece if piece.level >= level else Fence(inner=piece)


@singledispatch
def layout(node: Basic) -> Layout:
    """Return the layout of a term or a statement."""
    if isinstance(node, Integer) and node >= 0:
        return Word(content=str(node), kind="mn")
    if isinstance(node, Integer):
        return Row(level=SUM, items=(sign("−"), Word(content=str(-node), kind="mn")))
    if isinstance(node, Rational):
        fraction = Frac(level=PRODUCT, top=layout(Integer(abs(node.p))), bottom=layout(Integer(node.q)))
        return fraction if node.p > 0 else Row(level=SUM, items=(sign("−"), fraction))
    raise TypeError(f"no layout for {type(node).__name__}")


@layout.register
def _(node: Variable) -> Layout:
    return name(node.name)


@layout.register
def _(node: Operator) -> Layout:
    return name(node.name)


@layout.register
def _(node: Entry) -> Layout:
    sequence, index = node.args
    if isinstance(sequence, Apply):
        return _applied(sequence, layout(index))
    base = layout(sequence)
    if isinstance(base, Script):
        base = Fence(inner=base)
    return Script(base=base, sub=layout(index))


@layout.register
def _(node: Apply) -> Layout:
    return _applied(node, None)


def _applied(node: Apply, index: Layout | None) -> Layout:
    arguments = [layout(arg) for arg in node.args[1:]]
    if node.operator.typeset:
        extra = {} if node.is_number_valued else {"index": index}
        result: Layout = node.operator.typeset(*arguments, **extra)
        return result
    applied = call(layout(node.operator), *arguments)
    return Script(base=applied, sub=index) if index else applied


@layout.register
def _(node: Seq) -> Layout:
    index, body = node.args
    return Script(base=Fence(inner=layout(body)), sub=layout(index))


def _leading_minus(node: Any) -> tuple[bool, Any]:
    """Split a leading minus sign off a summand."""
    if isinstance(node, Rational) and node < 0:
        return True, -node
    if isinstance(node, Times) and isinstance(node.args[0], Rational) and node.args[0] < 0:
        first, rest = -node.args[0], node.args[1:]
        if first == 1:
            return True, rest[0] if len(rest) == 1 else Times(*rest)
        return True, Times(first, *rest)
    return False, node


@layout.register
def _(node: Plus) -> Layout:
    items: list[Layout] = []
    for arg in node.args:
        negative, rest = _leading_minus(arg)
        if items or negative:
            items.append(Word(content=" − " if negative else " + ", kind="mo") if items else sign("−"))
        piece = layout(rest)
        items.append(_tight(piece, PRODUCT) if items else piece)
    return Row(level=SUM, items=tuple(items))


@layout.register
def _(node: Times) -> Layout:
    negative, rest = _leading_minus(node)
    if negative:
        return Row(level=SUM, items=(sign("−"), _tight(layout(rest), PRODUCT)))
    over: list[Layout] = []
    under: list[Layout] = []
    for arg in node.args:
        if isinstance(arg, Power) and isinstance(arg.args[1], Integer) and arg.args[1] < 0:
            base, exponent = arg.args
            under.append(layout(base if exponent == -1 else Power(base, -exponent)))
        else:
            over.append(layout(arg))
    top = _product(over) if over else Word(content="1", kind="mn")
    return Frac(level=PRODUCT, top=top, bottom=_product(under)) if under else top


def _product(pieces: list[Layout]) -> Layout:
    if len(pieces) == 1:
        return pieces[0]
    # A big operator swallows what follows it, so it is fenced unless it comes last.
    fenced = [_tight(p, POWER if k < len(pieces) - 1 or isinstance(p, Frac) else PRODUCT) for k, p in enumerate(pieces)]
    fenced = [p.inner if isinstance(p, Fence) and isinstance(p.inner, Frac) else p for p in fenced]
    return Row(level=PRODUCT, items=tuple(fenced), gap=True)


@layout.register
def _(node: Power) -> Layout:
    base, exponent = node.args
    if exponent == -1:
        return Frac(level=PRODUCT, top=Word(content="1", kind="mn"), bottom=layout(base))
    inner = layout(base)
    if isinstance(inner, Script) and inner.sup is None:
        return Script(level=POWER, base=inner.base, sub=inner.sub, sup=layout(exponent))
    return Script(level=POWER, base=_tight(inner, ATOM), sup=layout(exponent))


@layout.register
def _(node: Exp) -> Layout:
    return Script(level=POWER, base=Word(content="e"), sup=layout(node.args[0]))


@layout.register
def _(node: Log) -> Layout:
    piece = layout(node.args[0])
    gap = isinstance(piece, Word | Script)
    return Row(level=PRODUCT, items=(Word(content="log"), piece if gap else Fence(inner=piece)), gap=gap)


@layout.register
def _(node: Sum) -> Layout:
    body, index = node.args
    big = Script(base=sign("∑"), sub=layout(index), under=True)
    return Row(level=PRODUCT, items=(big, _tight(layout(body), PRODUCT)), gap=True)


@layout.register
def _(node: D) -> Layout:
    body, variable = node.args
    order = 1
    while isinstance(body, D) and body.args[1] == variable:
        body, order = body.args[0], order + 1
    d, power = Word(content="d"), Word(content=str(order), kind="mn")
    top = d if order == 1 else Script(base=d, sup=power)
    below = layout(variable) if order == 1 else Script(base=layout(variable), sup=power)
    operator = Frac(level=ATOM, top=top, bottom=Row(items=(d, below)))
    return Row(level=PRODUCT, items=(operator, _tight(layout(body), POWER)), gap=True)


@layout.register
def _(node: At) -> Layout:
    body, variable, value = node.args
    where = Row(items=(layout(variable), sign("="), layout(value)))
    return Script(base=Fence(inner=layout(body), left="[", right="]"), sub=where)


@layout.register
def _(node: Relation) -> Layout:
    return Row(level=STATEMENT, items=(layout(node.lhs), Word(content=f" {node.symbol} ", kind="mo"), layout(node.rhs)))


@layout.register
def _(node: ForAll) -> Layout:
    variable, statement = node.args
    return Row(level=STATEMENT, items=(layout(statement), phrase("for every"), layout(variable)))


@layout.register
def _(node: Attained) -> Layout:
    return Row(
        level=STATEMENT, items=(layout(node.bound), phrase("with equality if and only if"), layout(node.condition))
    )


@layout.register
def _(node: Jet) -> Layout:
    function, variable, point = node.args[:3]
    step = Fence(inner=layout(variable - point))
    items: list[Layout] = [layout(function), sign(" = ")]
    for order, coefficient in enumerate(node.coefficients):
        piece = layout(coefficient)
        if order:
            power = step if order == 1 else Script(base=step, sup=Word(content=str(order), kind="mn"))
            items += [sign(" + "), Row(items=(_tight(piece, PRODUCT), power), gap=True)]
        else:
            items.append(piece)
    rest = Script(base=step, sup=Word(content=str(len(node.coefficients)), kind="mn"))
    items += [sign(" + "), call(Word(content="O"), rest), phrase("as"), layout(variable), sign(" → "), layout(point)]
    return Row(level=STATEMENT, items=tuple(items))


@layout.register
def _(node: Tends) -> Layout:
    function, variable, point, value = node.args
    end = Word(content="0+" if point == 0 else "∞", kind="mn")
    items = (layout(function), sign(" → "), layout(value), phrase("as"), layout(variable), sign(" → "), end)
    return Row(level=STATEMENT, items=items)


@layout.register
def _(node: Root) -> Layout:
    function, variable, low, high, value = node.args
    between = (layout(low), sign(" < "), layout(variable), sign(" < "), layout(high))
    equation = (layout(function), sign(" = "), layout(value))
    return Row(level=STATEMENT, items=(*equation, phrase("for some"), layout(variable), phrase("with"), *between))


def mathml(node: Basic, *, block: bool = False) -> str:
    """Return a `<math>` element."""
    display = ' display="block"' if block else ""
    return f"<math{display}>{layout(node).mathml()}</math>"


def latex(node: Basic) -> str:
    """Return LaTeX, without delimiters."""
    return layout(node).latex()


def text(node: Basic) -> str:
    """Return plain text in Unicode."""
    return layout(node).text()
