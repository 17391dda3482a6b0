"""One distribution, truncated in every way, beside its powers of the same entropies: a table and a figure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from entnorm.drawing import new_figure
from entnorm.measures import entropy
from entnorm.moments import Floats
from entnorm.relations.matching import same_entropy_as
from entnorm.relations.sparse import entmax, sparse_softmax, sparsemax
from entnorm.relations.truncations import min_p, temperature_softmax, top_k, top_p, typical
from entnorm.rows import Rows
from entnorm.solution import EntnormError

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_HEAD = ("", "entropy", "support", "gamma", "outside", "KL(r, q)", "KL(q, r)", "TV")


class Line(NamedTuple):
    """One method beside the power of its entropy: r is the method's distribution, q the power."""

    name: str
    entropy: float
    """Of r, in nats; that of q, too, unless `limit`."""
    support: int
    """Of r."""
    gamma: float
    """The exponent of q; inf or 0 for a limit."""
    limit: bool
    """Whether q is a limit of powers."""
    outside: float
    """The mass of q where r is zero."""
    divergence: float
    """KL(r || q)"""
    reverse: float
    """KL(q || r)"""
    total_variation: float


class Comparison(NamedTuple):
    """What `compare` makes: a line for each method, with the distributions that it speaks of."""

    lines: tuple[Line, ...]
    p: NDArray[np.float64]
    """What they are made of."""
    methods: Mapping[str, NDArray[np.float64]]
    powers: Mapping[str, NDArray[np.float64]]

    def markdown(self) -> str:
        """The table, with a limit marked by an asterisk behind its exponent."""
        rows = [_HEAD, tuple("---" for _ in _HEAD)]
        for line in self.lines:
            numbers = (line.outside, line.divergence, line.reverse, line.total_variation)
            gamma = f"{line.gamma:.4g}" + ("*" if line.limit else "")
            rows.append((line.name, f"{line.entropy:.4f}", str(line.support), gamma, *(f"{x:.4f}" for x in numbers)))
        return "".join("| " + " | ".join(row) + " |\n" for row in rows)


def compare(
    p: ArrayLike | None = None, *, logits: ArrayLike | None = None, methods: Mapping[str, ArrayLike] | None = None
) -> Comparison:
    """Hold the truncations and sparse relatives of one distribution beside its powers of the same entropies.

    Parameters
    ----------
    p : array_like of one axis, optional
        The distribution.
    logits : array_like of one axis, optional
        Instead of `p`: the scores whose softmax it is.
    methods : mapping of names to distributions, optional
        What to compare; by default one of each kind with customary parameters. The sparse relatives of softmax, which
        are made of scores, are made of log p where there are no others: any scores of that softmax differ from these
        by a common shift, which all of them ignore.

    Returns
    -------
    Comparison
        With ``markdown()`` as a table; `plot` draws it.

    Raises
    ------
    EntnormError
        If there is more than one axis, or an argument is malformed.

    Examples
    --------
    >>> from entnorm import relations
    >>> p = [0.6, 0.2, 0.15, 0.05]
    >>> print(relations.compare(p, methods={"top-k 2": relations.top_k(p, 2)}).markdown())
    |  | entropy | support | gamma | outside | KL(r, q) | KL(q, r) | TV |
    | --- | --- | --- | --- | --- | --- | --- | --- |
    | top-k 2 | 0.5623 | 2 | 1.969 | 0.0613 | 0.1505 | inf | 0.1532 |
    <BLANKLINE>
    """
    rows = Rows.opened(p, logits, -1)
    if rows.array.ndim != 1:
        name = "logits have" if rows.logits else "p has"
        raise EntnormError(f"{name} shape {rows.array.shape}; a comparison is of one distribution")
    rows.check()
    p, z = _both(rows.array.astype(np.float64), rows.logits)
    given = _customary(p, z) if methods is None else methods
    kept = {name: np.asarray(other, dtype=np.float64) for name, other in given.items()}
    lines, powers = [], {}
    for name, other in kept.items():
        match = same_entropy_as(other, logits=z) if rows.logits else same_entropy_as(other, p=p)
        off, powers[name] = match.differences, match.probs
        lines.append(
            Line(
                name,
                float(match.target),
                int(off.support_of_other),
                float(match.gamma),
                bool(match.limit),
                *map(float, (off.outside, off.divergence, off.reverse, off.total_variation)),
            )
        )
    return Comparison(tuple(lines), p, kept, powers)


def _both(given: Floats, logits: bool) -> tuple[Floats, Floats]:
    """A distribution and scores whose softmax it is, from either."""
    if logits:
        return temperature_softmax(given, 1), given
    p = given / given.sum()  # what came in half precision may be off 1 by more than is allowed in double
    with np.errstate(divide="ignore"):
        return p, np.log(p)


def _customary(p: Floats, z: Floats) -> dict[str, Any]:
    return {
        "temperature 0.7": temperature_softmax(z, 0.7),
        "top-k 5": top_k(p, 5),
        "top-p 0.9": top_p(p, 0.9),
        "min-p 0.1": min_p(p, 0.1),
        "typical 0.9": typical(p, 0.9),
        "sparse softmax 5": sparse_softmax(z, 5),
        "1.5-entmax": entmax(z, 1.5),
        "sparsemax": sparsemax(z),
    }


def plot(comparison: Comparison, *, most: int = 30) -> Figure:
    """Draw each method's distribution beside the power of its entropy, entries in falling order of p.

    Parameters
    ----------
    comparison : Comparison
        What `compare` returned.
    most : int, default 30
        How many entries to draw, the largest.

    Returns
    -------
    matplotlib.figure.Figure
        A panel for each method. It belongs to no window: save it with ``savefig``.

    Raises
    ------
    ImportError
        If matplotlib is not installed (extra ``plot``).

    Examples
    --------
    >>> from entnorm import relations
    >>> figure = relations.plot(relations.compare([0.6, 0.2, 0.15, 0.05]))
    >>> len(figure.axes)
    8
    """
    order = np.argsort(-comparison.p, kind="stable")[:most]
    count = len(comparison.lines)
    figure = new_figure(9.0, 2.2 * -(-count // 2))
    panels = figure.subplots(-(-count // 2), 2, sharex=True, squeeze=False).ravel()
    ranks = np.arange(1, len(order) + 1)
    for panel, line in zip(panels, comparison.lines, strict=False):
        panel.bar(ranks, comparison.methods[line.name][order], color="#c9c4b8", label=line.name)
        panel.plot(ranks, comparison.powers[line.name][order], "o-", ms=3, lw=1, color="#1f5fa8", label="power")
        panel.plot(ranks, comparison.p[order], ":", lw=1, color="#444444", label="p")
        exponent = f"$\\gamma$ = {line.gamma:.3g}" + (" (limit)" if line.limit else "")
        panel.set_title(f"{line.name}: H = {entropy(comparison.methods[line.name]):.3f}, {exponent}", fontsize=9)
        panel.legend(frameon=False, fontsize=7)
    for panel in panels[count:]:
        panel.remove()
    figure.supxlabel("entries, the most probable first", fontsize=9)
    figure.supylabel("probability", fontsize=9)
    return figure
