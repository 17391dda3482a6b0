"""How terms and statements are printed: one layout, three renderings (MathML, LaTeX, plain text).

A term is laid out as it was written, in its own order.  Nothing here is trusted with truth: a report shows the layout
of the very object that the rules checked.  An `Operator` may bring its own layout (`typeset`), a function from the
layouts of its arguments to a layout; for a family-valued operator it also receives `index`, the layout of an index or
None.
"""

from __future__ import annotations

from functools import singledispatch
from typing import Any

from sympy import Basic, Expr, Integer, Rational

from .language import (
    Apply,
    At,
    Attained,
    D,
    Differentiable,
    Digamma,
    Divergent,
    Entry,
    Exp,
    ForAll,
    Image,
    Implicit,
    Integrable,
    Integral,
    Jet,
    Log,
    LogGamma,
    Operator,
    Plus,
    Point,
    Power,
    Relation,
    Root,
    Seq,
    Sum,
    Tends,
    Times,
    Variable,
)
from .layout import (
    ATOM,
    POWER,
    PRODUCT,
    STATEMENT,
    SUM,
    Fence,
    Frac,
    Layout,
    Row,
    Script,
    Word,
    call,
    name,
    phrase,
    sign,
    tight,
)

__all__ = ["latex", "layout", "mathml", "text"]


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
    if isinstance(index, Point):
        return call(base, layout(index))
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
        items.append(tight(piece, PRODUCT) if items else piece)
    return Row(level=SUM, items=tuple(items))


@layout.register
def _(node: Times) -> Layout:
    negative, rest = _leading_minus(node)
    if negative:
        return Row(level=SUM, items=(sign("−"), tight(layout(rest), PRODUCT)))
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
    fenced = [tight(p, POWER if k < len(pieces) - 1 or isinstance(p, Frac) else PRODUCT) for k, p in enumerate(pieces)]
    fenced = [p.inner if isinstance(p, Fence) and isinstance(p.inner, Frac) else p for p in fenced]
    return Row(level=PRODUCT, items=tuple(fenced), gap=True)


@layout.register
def _(node: Power) -> Layout:
    base, exponent = node.args
    if exponent == -1:
        return Frac(level=PRODUCT, top=Word(content="1", kind="mn"), bottom=layout(base))
    inner = layout(base)
    if isinstance(inner, Script) and inner.sup is None and inner.level == ATOM:
        return Script(level=POWER, base=inner.base, sub=inner.sub, sup=layout(exponent))
    return Script(level=POWER, base=tight(inner, ATOM), sup=layout(exponent))


@layout.register
def _(node: Exp) -> Layout:
    if isinstance(node.args[0], LogGamma):
        return _gamma_function(node.args[0])
    return Script(level=POWER, base=Word(content="e"), sup=layout(node.args[0]))


@layout.register
def _(node: Log) -> Layout:
    piece = layout(node.args[0])
    gap = isinstance(piece, Word | Script)
    return Row(level=PRODUCT, items=(Word(content="log"), piece if gap else Fence(inner=piece)), gap=gap)


def _gamma_function(node: LogGamma) -> Layout:
    return call(Word(content="Γ"), layout(node.args[0]))


@layout.register
def _(node: LogGamma) -> Layout:
    return Row(level=PRODUCT, items=(Word(content="log"), _gamma_function(node)), gap=True)


@layout.register
def _(node: Digamma) -> Layout:
    return call(Word(content="ψ"), layout(node.args[0]))


@layout.register
def _(node: Sum) -> Layout:
    body, index = node.args
    big = Script(base=sign("∑"), sub=layout(index), under=True)
    return Row(level=PRODUCT, items=(big, tight(layout(body), PRODUCT)), gap=True)


@layout.register
def _(node: Integral) -> Layout:
    body, point = node.args
    return Row(level=PRODUCT, items=(sign("∫"), tight(layout(body), PRODUCT), _differential(point)), gap=True)


def _differential(point: Point) -> Layout:
    return Row(items=(Word(content="d"), layout(point)))


@layout.register
def _(node: Integrable) -> Layout:
    body, point = node.args
    return _of_absolute_value(body, point, sign(" < "))


@layout.register
def _(node: Divergent) -> Layout:
    body, point = node.args
    return _of_absolute_value(body, point, sign(" = "))


def _of_absolute_value(body: Expr, point: Point, relation: Layout) -> Layout:
    items = (sign("∫"), Fence(inner=layout(body), left="|", right="|"), _differential(point))
    return Row(level=STATEMENT, items=(Row(items=items, gap=True), relation, Word(content="∞", kind="mn")))


@layout.register
def _(node: Image) -> Layout:
    function, variable, density, low = node.args
    where = phrase("for all") if low != 0 else phrase("for")
    above = (layout(variable),) if low != 0 else (layout(variable), sign(" > "), Word(content="0", kind="mn"))
    words = (Word(content="μ"), phrase("has under"), layout(function), phrase("the density"), layout(density))
    return Row(level=STATEMENT, items=(*words, where, *above))


@layout.register
def _(node: Differentiable) -> Layout:
    function, variable, point = node.args
    words = (layout(function), phrase("has a derivative in"), layout(variable), phrase("at"), layout(point))
    return Row(level=STATEMENT, items=words)


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
    return Row(level=PRODUCT, items=(operator, tight(layout(body), POWER)), gap=True)


@layout.register
def _(node: At) -> Layout:
    body, variable, value = node.args
    where = Row(items=(layout(variable), sign("="), tight(layout(value), ATOM)))
    return Script(level=POWER, base=Fence(inner=layout(body), left="[", right="]"), sub=where)


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
        power = step if order == 1 else Script(base=step, sup=Word(content=str(order), kind="mn"))
        if not order:
            items.append(layout(coefficient))
        elif coefficient == 1:
            items += [sign(" + "), power]
        else:
            items += [sign(" + "), Row(items=(tight(layout(coefficient), PRODUCT), power), gap=True)]
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


@layout.register
def _(node: Implicit) -> Layout:
    function, variable, point, unknown, slope = node.args
    near = (phrase("keeps its value near"), layout(variable), sign(" = "), layout(point))
    along = (phrase("along one smooth"), layout(unknown), phrase("of slope"), layout(slope))
    return Row(level=STATEMENT, items=(layout(function), *near, *along))


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
