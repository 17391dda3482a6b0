"""All powers of a table in which X, or Y given X, has the prescribed entropy: there may be none, one or several."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from entnorm.joint.path import Of, Path
from entnorm.joint.tables import Axes, JointSolution, Tables
from entnorm.moments import Floats
from entnorm.solution import EntnormError, Status
from entnorm.steps import EPS
from entnorm.targets import Target

Interval = tuple[float, float]

_SPLIT = 0.4877  # not in the middle: the exponents that people ask for, 1 above all, should not be ends
_NARROW = 2.0**-30  # relative width below which an interval is not divided again
_FAR = 800.0  # of exp(-_FAR) nothing is left in float64
_ROUNDS = 400
_MOST = 2**12  # intervals at a time: what is still undivided then stays unsettled


@dataclass(frozen=True, eq=False)
class Roots:
    """Every exponent found at which a power of a table has the prescribed entropy, and where one may be missing.

    Attributes
    ----------
    gamma : ndarray of shape (k,)
        The exponents, rising; k may be 0.
    probs : ndarray of shape (k, ...)
        The tables, each shaped as the input.
    slopes : ndarray of shape (k,)
        The derivative of the entropy by gamma at each.
    intervals : tuple of k pairs
        Exponents between which the entropy is monotone, with one root each.
    unsettled : tuple of pairs
        Intervals that were neither cleared of roots nor found to hold exactly one: around a root at which the entropy
        only touches the target, or towards an end at whose limit it has it.
    within : (float, float)
        Where roots were looked for.
    limits : (float, float)
        The entropy at the limits gamma -> 0 and gamma -> inf, wherever `within` ends.
    """

    gamma: Floats
    probs: NDArray[Any]
    slopes: Floats
    intervals: tuple[Interval, ...]
    unsettled: tuple[Interval, ...]
    within: Interval
    limits: tuple[float, float]
    _axes: Axes

    @property
    def settled(self) -> bool:
        """Whether the roots in `within` are these and no others, as far as float64 shows: `unsettled` is empty."""
        return not self.unsettled

    def only(self) -> JointSolution:
        """The root, if it is the only one.

        Raises
        ------
        EntnormError
            If there is none, there are several, or an interval is unsettled.
        """
        low, high = self.within
        if self.gamma.size != 1 or self.unsettled:
            found = ", ".join(f"{gamma:.9g}" for gamma in self.gamma) or "none"
            rest = "".join(f"; unsettled between {a:.9g} and {b:.9g}" for a, b in self.unsettled)
            raise EntnormError(f"not one root between {low:.9g} and {high:.9g} but these: {found}{rest}")
        return JointSolution(self.probs[0], self.gamma[0], Status.CONVERGED, "the only root", self._axes)


def power_with_marginal(
    p: ArrayLike, *, entropy: float, within: Interval = (0.0, math.inf), axes: Axes = (-2, -1)
) -> Roots:
    """All powers ``p(x, y)**gamma / Z`` in which the marginal of X has the prescribed entropy.

    H(X) is not monotone in gamma: its slope is minus the covariance of log q_X and E(log p | X), which may have either
    sign [joint.slope-of-x], since the marginal of a power is not a power of the marginal [joint.marginal-of-power]. So
    there may be none, one, or several answers; one table has three [pairs.x-root], [pairs.x-second-root],
    [pairs.x-third-root]. Everything moves: the marginal of Y and the conditionals too.

    Parameters
    ----------
    p : array_like of two axes
        One table p(x, y), nonnegative with sum 1: different tables have different numbers of roots.
    entropy : float
        H(X) in nats.
    within : (float, float), default (0, inf)
        The open interval of exponents in which to look.
    axes : (int, int), default (-2, -1)
        The axis of the variable whose entropy is prescribed, and the axis of the other.

    Returns
    -------
    Roots
        `Roots.only` is for those who expect one.

    Raises
    ------
    EntnormError
        If an argument is malformed.

    See Also
    --------
    entnorm.reference.joint_powers : The same in ball arithmetic, with a proof.
    marginal : Reweighting the values of X instead, which has one answer.

    Notes
    -----
    Intervals are divided until H - H* has no zero on them, by bounds of H or of its slope; or is monotone, and its
    signs at the ends say whether it has one; or they are narrower than 1e-9, and reported unsettled. The bounds
    hold for every exponent of an interval, up to the last ones, unbounded; they are evaluated in float64, and their
    roundings are not accounted for: roots are found here, and `entnorm.reference.joint_powers` certifies.

    At a root H(X) is right to ``4 eps (1 + gamma R) H*``, R the range of log p over the support, tested against 50
    digits; gamma is right to that divided by the slope.

    Examples
    --------
    >>> from entnorm import joint
    >>> roots = joint.power_with_marginal([[0.5, 0.01], [0.245, 0.245]], entropy=0.69)
    >>> print(roots.gamma.round(4), roots.slopes.round(4), roots.settled)
    [0.1732 0.6378 1.1807] [-0.0239  0.0164 -0.0267] True
    """
    return _roots(p, "x", entropy, within, axes)


def power_with_conditional(
    p: ArrayLike, *, entropy: float, within: Interval = (0.0, math.inf), axes: Axes = (-2, -1)
) -> Roots:
    """All powers ``p(x, y)**gamma / Z`` in which Y given X has the prescribed entropy H(Y | X).

    Besides the mean of the slopes of the rows its slope has a covariance of H(Y | X = x) and E(log p | x)
    [joint.slope-of-y-given-x], so that it is not monotone in gamma, and there may be none, one, or several answers; one
    table has two at least [pairs.y-root], [pairs.y-second-root]. Everything moves, the marginal of X too.

    Parameters
    ----------
    p : array_like of two axes
        One table p(x, y), nonnegative with sum 1: different tables have different numbers of roots.
    entropy : float
        H(Y | X) in nats.
    within : (float, float), default (0, inf)
        The open interval of exponents in which to look.
    axes : (int, int), default (-2, -1)
        The axis of X and the axis of Y.

    Returns
    -------
    Roots
        Found and bounded as for `power_with_marginal`.

    Raises
    ------
    EntnormError
        If an argument is malformed.

    See Also
    --------
    conditional, conditional_common : Keeping the marginal of X instead, which has one answer.

    Examples
    --------
    >>> from entnorm import joint
    >>> roots = joint.power_with_conditional([[0.2, 0.001], [0.3995, 0.3995]], entropy=0.6)
    >>> print(roots.gamma.round(4), roots.settled)
    [0.3519 1.6875] True
    """
    return _roots(p, "y given x", entropy, within, axes)


class _Sorted(NamedTuple):
    """Intervals that may hold roots, as rows of two ends, all of a round or of all rounds."""

    monotone: Floats
    unsettled: Floats


def _roots(p: ArrayLike, of: Of, entropy: float, within: Interval, axes: Axes) -> Roots:
    tables = Tables.checked(p, axes)
    if tables.batch:
        raise EntnormError(f"p has {tables.array.ndim} axes; this takes one table: others may have other roots")
    wanted = float(Target.checked((), entropy=entropy).values[0])
    low, high = _checked(within)
    path = Path(tables.array)
    limits = _heights(path, np.array([0.0, np.inf]), of)
    found = _sort(path, of, wanted, low, high) if path.range > 0 else _Sorted(np.empty((0, 2)), np.empty((0, 2)))
    if path.range == 0 and abs(limits[0] - wanted) <= 4 * EPS * wanted:
        found = _Sorted(np.empty((0, 2)), np.array([[low, high]]))  # every power is the table itself
    intervals, unsettled = _decide(path, of, wanted, found)
    gamma = np.array([_refined(path, of, wanted, *interval) for interval in intervals])
    return Roots(
        gamma,
        np.array([tables.restored(path.table(at)) for at in gamma.tolist()]).reshape(-1, *np.shape(p)),
        path.slopes(gamma, path.rows(gamma), of) if gamma.size else gamma,
        tuple(intervals),
        tuple(unsettled),
        (low, high),
        (float(limits[0]), float(limits[1])),
        axes,
    )


def _decide(path: Path, of: Of, wanted: float, found: _Sorted) -> tuple[list[Interval], list[Interval]]:
    """Which of the intervals where H is monotone hold a root, and what stays unsettled."""
    intervals, unsettled = [], found.unsettled.tolist()
    for a, b in _merged(found.monotone):
        ends = np.array([a, b])
        excess, noise = _heights(path, ends, of) - wanted, _noise(path, wanted, ends)
        clear = np.abs(excess) > noise
        if clear.all() and excess[0] * excess[1] < 0:
            intervals.append((a, b))
        elif not clear.all():
            unsettled.append(_faint(path, of, wanted, (a, b)) if clear.any() else (a, b))
    return intervals, _merged(np.array(unsettled).reshape(-1, 2))


def _faint(path: Path, of: Of, wanted: float, interval: Interval) -> Interval:
    """The part of an interval on which H is monotone, and clear of H* at one end, that rounding does not clear."""
    ends = np.array(interval)
    clear = np.abs(_heights(path, ends, of) - wanted) > _noise(path, wanted, ends)
    start, (dark, light) = float(ends[~clear][0]), (float(ends[~clear][0]), float(ends[clear][0]))
    for _ in range(60):
        centre = np.array([(dark + light) / 2])
        seen = np.abs(_heights(path, centre, of) - wanted) > _noise(path, wanted, centre)
        dark, light = (dark, float(centre[0])) if seen[0] else (float(centre[0]), light)
    return min(start, light), max(start, light)


def _noise(path: Path, wanted: float, gamma: Floats) -> Floats:
    """How far from H* rounding may put a value of H that is H*."""
    return np.asarray(4 * EPS * wanted * (4 + np.minimum(gamma * path.range, _FAR)))


def _checked(within: Interval) -> Interval:
    try:
        low, high = (float(end) for end in within)
    except (TypeError, ValueError):
        raise EntnormError(f"within must be a pair of exponents, not {within!r}") from None
    if not 0 <= low < high:
        raise EntnormError(f"within must be an interval of exponents, 0 <= low < high, not {within!r}")
    return low, high


def _heights(path: Path, gamma: Floats, of: Of) -> Floats:
    return path.heights(path.rows(gamma), of)


def _sort(path: Path, of: Of, wanted: float, low: float, high: float) -> _Sorted:
    """Divide the interval until each part is cleared, monotone, or too narrow to be divided."""
    near, far = _NARROW**2 / path.range, _FAR / path.gap
    boxes, monotone, unsettled = np.array([[low, high]]), [], []
    for _ in range(_ROUNDS):
        if not len(boxes):
            break
        possible, steady = _examine(path, of, wanted, boxes)
        monotone.append(boxes[steady])
        boxes = boxes[possible & ~steady]
        a, b = boxes.T
        last = (b <= near) | (a >= far) | ((b - a <= _NARROW * b) & (b < np.inf))
        unsettled.append(boxes[last])
        a, b = boxes[~last].T
        cut = np.where(b < np.inf, a + _SPLIT * (b - a), np.maximum(a / _SPLIT, _SPLIT / path.range))
        boxes = np.concatenate([np.stack([a, cut], 1), np.stack([cut, b], 1)])
        if len(boxes) > _MOST:
            break
    return _Sorted(np.concatenate(monotone), np.concatenate([*unsettled, boxes]))


def _examine(path: Path, of: Of, wanted: float, boxes: Floats) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """On which intervals may H - H* be zero, and on which is H certainly monotone?"""
    a, b = boxes.T
    low, high = path.rows(a), path.rows(b)
    least, most = path.height_range(low, high, of)
    noise = _noise(path, wanted, b)
    possible, steady = (least - noise <= wanted) & (wanted <= most + noise), np.zeros(len(boxes), dtype=np.bool_)
    which = np.flatnonzero(possible & (b < np.inf))
    if which.size:
        low, high, a, b = low.part(which), high.part(which), a[which], b[which]
        centre = (a + b) / 2
        middle = path.rows(centre)
        falls, rises = path.slope_range((a, b), low, middle, high, of)
        steepest = np.maximum(np.abs(falls), np.abs(rises))
        away = np.abs(path.heights(middle, of) - wanted)
        possible[which] = away <= steepest * (b - a) / 2 + noise[which]
        steady[which] = possible[which] & ((falls > 0) | (rises < 0))
    return possible, steady


def _merged(boxes: Floats) -> list[Interval]:
    """Neighbours joined."""
    joined: list[Interval] = []
    for a, b in boxes[np.argsort(boxes[:, 0], kind="stable")].tolist():
        if joined and joined[-1][1] == a:
            joined[-1] = (joined[-1][0], b)
        else:
            joined.append((a, b))
    return joined


def _refined(path: Path, of: Of, wanted: float, low: float, high: float) -> float:
    """The root between two exponents at which H - H* has opposite signs: Newton's method, kept inside."""
    falling = _heights(path, np.array([low]), of)[0] > wanted
    at = (low + high) / 2
    for count in range(200):
        rows = path.rows(np.array([at]))
        excess = path.heights(rows, of)[0] - wanted
        low, high = (at, high) if (excess > 0) == falling else (low, at)
        step = -excess / path.slopes(np.array([at]), rows, of)[0]
        if abs(step) <= 2 * EPS * at or high - low <= 2 * EPS * high:
            return float(at)
        at = at + step if low < at + step < high and count % 3 < 2 else (low + high) / 2
    return float(at)
