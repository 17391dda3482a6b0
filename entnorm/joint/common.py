"""One exponent for all conditional distributions, with the marginal of the other variable as it is."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from entnorm.joint.tables import Axes, JointSolution, Tables
from entnorm.moments import Floats, Integers, log_offsets
from entnorm.rows import quietly
from entnorm.solution import Status, name_rows
from entnorm.steps import EPS
from entnorm.targets import Target, log_in_two_words

_STEPS = 200  # bisections of an interval of exponents from 2**-1000 to 2**1000, down to neighbouring floats
_CLOSE = 4 * EPS
_LAST = 2.0**-32  # after a relative step this small, or smaller, what is left is its square, times |log q| at most


def conditional_common(
    p: ArrayLike,
    *,
    entropy: ArrayLike | None = None,
    perplexity: ArrayLike | None = None,
    deficit: ArrayLike | None = None,
    evenness: ArrayLike | None = None,
    axes: Axes = (-2, -1),
) -> JointSolution:
    """Give H(Y | X) the prescribed value by one exponent for all x: ``p_X(x) p(y | x)**gamma / Z(x)``.

    The marginal of X stays [joint.marginal-transformed], and so do the odds between conditionals up to the power. In
    gamma the slope of H(Y | X) is ``-gamma sum_x p_X(x) Var(log p(y | x))`` [joint.conditional-slope], so that it falls
    [joint.conditional-falls], strictly unless every conditional is uniform on its support [escort.entropy-decreasing]:
    one exponent at most has the entropy, and one does between ``sum p_X log m_x`` and ``sum p_X log s_x``, with m_x the
    multiplicity of the largest and s_x the number of the positive entries p(x, .). The marginal of Y moves.

    Parameters
    ----------
    p : array_like
        One table p(x, y), or a stack of them: nonnegative, each with sum 1.
    entropy, perplexity, deficit, evenness : array_like, optional
        The target, exactly one of the four, broadcast to the batch shape (that of `p` without `axes`): H(Y | X) in
        nats, exp(H(Y | X)), what H(Y | X) lacks of the largest, ``sum p_X log s_x``, or its share of that.
    axes : (int, int), default (-2, -1)
        The axis of X and the axis of Y.

    Returns
    -------
    JointSolution
        ``gamma`` has the batch shape: 0 or inf for a target within 4 eps (relative) of an end of the interval, and 1
        for a table of uniform conditionals, asked for the entropy that it has. A table whose target is out of reach is
        NaN.

    Raises
    ------
    EntnormError
        If an argument is malformed.

    Notes
    -----
    Newton's method in log gamma for ``log((H - low) / (high - H))``, inside a bracket. Tested against 50 digits:
    ``gamma`` is right to ``8 eps (1 + H* / (gamma^2 sum p_X Var))``, relatively. Close to the largest entropy that is
    less than `conditional` promises, which solves for the deficit there.

    Examples
    --------
    >>> from entnorm import joint
    >>> found = joint.conditional_common([[0.5, 0.1], [0.1, 0.3]], entropy=0.6)
    >>> print(round(found.gamma, 6), round(found.entropies.y_given_x, 12))
    0.638998 0.6
    """
    tables = Tables.checked(p, axes)
    target = Target.checked(tables.batch, entropy=entropy, perplexity=perplexity, deficit=deficit, evenness=evenness)
    gamma, status = np.empty(target.values.shape), np.zeros(target.values.shape, dtype=np.int8)
    probs, failures = np.empty(tables.flat.shape), []
    with quietly():
        for k, (table, mass) in enumerate(zip(tables.flat, tables.x.reshape(-1, tables.array.shape[-2]), strict=True)):
            rows = _Rows.of(table, mass)
            low, high = rows.interval()
            gamma[k] = _solve(rows, _wanted(target.kind, target.values[k], high), low, high)
            probs[k] = rows.escort(gamma[k], table.shape)
            if np.isnan(gamma[k]):
                probs[k] = np.nan  # a conditional that is uniform, or of no mass, too
                status[k] = Status.INFEASIBLE
                failures.append(f"it attains {low!r} <= H(Y|X) <= {high!r} in {name_rows([k], tables.batch)}")
    message = "converged" if not failures else f"{target.kind} is out of reach: {'; '.join(failures)}"
    batch = tables.batch
    return JointSolution(
        tables.restored(probs.reshape(tables.array.shape)),
        gamma.reshape(batch)[()],
        status.reshape(batch) if batch else Status(int(status[0])),
        message.replace("row", "table"),
        axes,
    )


def _wanted(kind: str, value: float, high: float) -> float:
    """H(Y | X) in nats."""
    wanted = {"entropy": value, "perplexity": np.log(value), "deficit": high - value, "evenness": value * high}
    return float(wanted[kind])


class _Rows(NamedTuple):
    """The conditional distributions of one table, those of no mass left out."""

    present: NDArray[np.intp]  # where they are
    mass: Floats
    depths: Floats  # log p_max - log p in each, inf for zeros
    ties: Integers

    @classmethod
    def of(cls, table: Floats, mass: Floats) -> _Rows:
        present = np.flatnonzero(mass > 0)
        rows = table[present]
        top = rows.max(-1)
        depths = np.where(rows > 0, -log_offsets(rows, top, logits=False), np.inf)
        return cls(present, mass[present], depths, (depths == 0).sum(-1))

    @property
    def share(self) -> Floats:
        """The distribution of X: a sum of the table off 1 by rounding is divided out."""
        return np.asarray(self.mass / self.mass.sum())

    def interval(self) -> tuple[float, float]:
        """The least and the largest H(Y | X)."""
        support = np.isfinite(self.depths).sum(-1)
        low, high = (math.fsum((self.share * log_in_two_words(counts)[0]).tolist()) for counts in (self.ties, support))
        return low, high

    def measure(self, gamma: float) -> tuple[float, float]:
        """H(Y | X) and minus its slope in log gamma, both as sums of positive terms."""
        t = np.where(self.depths < np.inf, gamma * self.depths, np.inf)
        weights = np.where(self.depths > 0, np.exp(-t), 0.0)
        t = np.where(weights > 0, t, 0.0)
        below = weights.sum(-1)
        total = self.ties + below
        mean = (t * weights).sum(-1) / total
        heights = log_in_two_words(self.ties)[0] + np.log1p(below / self.ties) + mean
        squares = ((t - mean[:, None]) ** 2 * weights).sum(-1) + self.ties * mean**2
        return float((self.share * heights).sum()), float((self.share * squares / total).sum())

    def escort(self, gamma: float, shape: tuple[int, ...]) -> Floats:
        """The table at an exponent."""
        out = np.zeros(shape)
        inside = self.depths < np.inf
        t = np.where(self.depths > 0, gamma * self.depths, 0.0)
        weights = np.where(inside, np.exp(-np.where(inside, t, 0.0)), 0.0)
        out[self.present] = self.mass[:, None] * weights / weights.sum(-1, keepdims=True)
        return out


def _solve(rows: _Rows, wanted: float, low: float, high: float) -> float:
    """The exponent, an end of the attainable interval, or NaN beyond it."""
    at_top, at_bottom = abs(wanted - high) <= _CLOSE * high, abs(wanted - low) <= _CLOSE * low
    if at_top or at_bottom:
        return 1.0 if at_top and at_bottom else 0.0 if at_top else np.inf
    if not low < wanted < high:
        return np.nan
    left, right = 2.0**-1000, 2.0**1000
    gamma = float(1 / rows.depths[np.isfinite(rows.depths)].max())
    for _ in range(_STEPS):
        height, fall = rows.measure(gamma)
        left, right = (gamma, right) if height > wanted else (left, gamma)
        if fall > 0 and abs(height - wanted) <= _LAST * fall:
            return gamma + gamma * (height - wanted) / fall  # the logarithm of gamma would have fewer digits of it
        newton = gamma * math.exp(min(_step(height, fall, wanted, low, high), 700.0))
        gamma = newton if left < newton < right else math.sqrt(left) * math.sqrt(right)
        if right <= left * (1 + _CLOSE):
            break
    return gamma


def _step(height: float, fall: float, wanted: float, low: float, high: float) -> float:
    """Newton's step in log gamma for log((H - low) / (high - H)), which is straight where H itself is flat."""
    below, above = height - low, high - height
    if not (below > 0 and above > 0 and fall > 0):
        return np.nan
    odds = math.log(below / (wanted - low)) - math.log(above / (high - wanted))
    return odds / (fall * (1 / below + 1 / above))
