"""A figure of what moves along the powers of a table, and where an entropy is met."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from entnorm.drawing import new_figure
from entnorm.joint.roots import Roots
from entnorm.joint.tables import Axes, Tables, entropies
from entnorm.rows import Rows
from entnorm.solution import EntnormError

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_LINES = (
    ("x", "H(X)", "-"),
    ("y", "H(Y)", "--"),
    ("xy", "H(X, Y)", "-."),
    ("y_given_x", "H(Y | X)", ":"),
    ("x_given_y", "H(X | Y)", (0, (6, 2, 1, 2, 1, 2))),
)


def plot_powers(
    p: ArrayLike, roots: Roots | None = None, *, within: tuple[float, float] = (0.05, 20.0), axes: Axes = (-2, -1)
) -> Figure:
    """Draw all entropies along the powers of a table: the joint one falls, the others may turn.

    Parameters
    ----------
    p : array_like of two axes
        One table p(x, y).
    roots : Roots, optional
        Of `power_with_marginal` or `power_with_conditional` for this table: each is marked with a vertical line.
    within : (float, float), default (0.05, 20)
        The exponents to draw, from and to; positive and finite.
    axes : (int, int), default (-2, -1)
        The axis of X and the axis of Y.

    Returns
    -------
    matplotlib.figure.Figure
        It belongs to no window: save it with ``savefig``.

    Raises
    ------
    EntnormError
        If the table is malformed, or there are several, or `within` is no interval of exponents.
    ImportError
        If matplotlib is not installed (extra ``plot``).

    Examples
    --------
    >>> from entnorm import joint
    >>> p = [[0.5, 0.01], [0.245, 0.245]]
    >>> figure = joint.plot_powers(p, joint.power_with_marginal(p, entropy=0.69))
    >>> len(figure.axes[0].lines)  # five entropies, three roots
    8
    """
    tables = Tables.checked(p, axes)
    if tables.batch:
        raise EntnormError(f"a figure is of one table, and p is a stack of the shape {tables.batch}: choose one")
    if not 0 < within[0] < within[1] < math.inf:
        raise EntnormError(f"within={within!r} must be two exponents, rising, positive and finite")
    exponents = np.geomspace(*within, 300)
    rows = Rows.checked(np.broadcast_to(tables.array.ravel(), (exponents.size, tables.array.size)), None, -1)
    powers = rows.escort(exponents, np.zeros(exponents.shape, dtype=np.int64))
    found = entropies(powers.reshape(-1, *tables.array.shape))
    figure = new_figure(7.0, 4.0)
    panel = figure.subplots()
    for name, label, dashes in _LINES:
        panel.plot(exponents, getattr(found, name), linestyle=dashes, label=label)
    for gamma in [] if roots is None else roots.gamma.tolist():
        panel.axvline(gamma, color="#888888", lw=0.8)
    panel.set_xscale("log")
    panel.set_xlabel("exponent")
    panel.set_ylabel("entropy (nats)")
    panel.legend(frameon=False)
    return figure
