"""One step of the iteration, in numbers that belong to one row each.

Every function is elementwise, in operators and NumPy's elementary functions alone, so that the same source serves
arrays of rows, the scalars of a single row, and compiled code: there is one algorithm, however its sums are computed.
"""

from math import factorial
from typing import Any

import numpy as np

EPS = 2.0**-52
GLANCES = 6  # evaluations to a few digits before all digits take over, wherever the search is
FINE = 1e-290  # distances from an end below which float64 has too few digits, for lack of normal numbers
_LEAN = 4.2  # rows whose deficit is this much smaller than their excess are solved for the deficit
_SEARCHED = 0.015  # after a step this long, of third order, one more is enough
_SETTLED = 2 * EPS  # a residual that cannot be told from the rounding of the sums in it
_CROWDED = 4.0  # the logarithm of how many entries make a crowd: of normal ones even millions have less
_STRIDE = 2.5  # a longer step in log gamma is not to be believed
_LEAST_FACTOR = -0.95  # no step takes gamma**alpha closer to zero than by 1 + this
_NEGLIGIBLE = EPS  # a sixth of it is what a last step may leave
_SLIGHT = EPS / 2  # likewise of what the second order in a last step leaves of a probability, times 1 + |t|
_UNDERFLOW = 746.0  # exp of minus this is zero
_SHARE = 6.0  # of the 8 rounding errors that the largest probability may be off by: what a sum's may come to
_CLOSE = 2.0  # likewise, if sums are off by three units, and not by half a one: see `is_close`
_NOISE = 3.0  # of 8: what is taken for the rounding errors of an excess has been found to be exceeded by half
TALL = 3.0  # t around a centre above which its rounding would show in the probability, to which most is promised
_SENSITIVE = 2.0  # likewise of the mean below the maximum, if that is made of other exponentials than gamma was
ROUNDED = 0.4  # rounding errors of 1 that a deficit may be off by, however small, in one sum
UNEVEN = 0.03  # deficits above which one that is right to a few rounding errors of 1 is right enough
_STEEP = 0.5  # times the deficit: what the logarithm of mean exp(t) may be, whose rounding errors it is left with
HIGHEST = 22  # power in the series of the deficit
NEAR = 1.4  # largest |t| for which it suffices: NEAR^21 / 21! is below a rounding error
NEARLY = 0.8 * NEAR  # likewise at the start, which may fall short of the root by a fifth
_RECIPROCALS = tuple(1.0 / factorial(k) for k in range(HIGHEST + 1))
# Up to which |t| the series may end at t^2, t^4, ...: what follows is below a quarter of a rounding error of its sum.
_REACHES = tuple((EPS / 4 * factorial(k - 1)) ** (1 / (k - 1)) for k in range(2, HIGHEST, 2))


def leans(excess: Any, deficit: Any) -> Any:
    """Whether a row is to be solved for the deficit, from the uniform distribution, whatever its shape."""
    return deficit * _LEAN < excess


def pick(condition: Any, yes: Any, no: Any) -> Any:
    """`yes` where `condition` holds, `no` elsewhere."""
    if isinstance(condition, np.ndarray):
        return np.where(condition, yes, no)
    return yes if condition else no


def search(gamma: Any, residual: Any, second: Any, third: Any, excess: Any, deficit: Any) -> Any:
    """The next gamma while a few digits are enough, and whether they are still enough there."""
    step = power_step(residual, second, third, excess, deficit)
    length = abs(step)
    stride = pick(length > _STRIDE, pick(step < 0.0, -_STRIDE, _STRIDE), step)
    return pick(length >= 0.0, gamma * np.exp(stride), gamma), length > _SEARCHED  # the step may be NaN


def settle(gamma: Any, residual: Any, second: Any, third: Any, excess: Any, deficit: Any) -> Any:
    """Whether a row is done, and by how much its gamma moves; if it is, what is left of H - H*, and c2 there."""
    step = power_step(residual, second, third, excess, deficit)
    last, by = is_last(step, second, third), gamma * np.expm1(step)
    done = last | ((abs(residual) <= _SETTLED * excess) & (abs(residual) <= _SETTLED * deficit))
    moved = second + (2.0 * second + third) * step
    return done, pick(done, pick(last, by, 0.0), by), pick(last, 0.0, residual), pick(last, moved, second)


def start(deficit: Any, deviation: Any) -> Any:
    """The root if the deficit were the quadratic function of gamma that it is near the uniform distribution."""
    return np.sqrt(2.0 * deficit) / deviation


def nearer_start(gamma: Any, deficit: Any, mean: Any) -> Any:
    """A start no farther than where what is on top outweighs a crowd far below it, the mean of which is `mean`.

    The deviation of the logarithms is then due to the distance of the two, and says little about the root. Were the
    crowd all alike, with c entries for each on top, the square of their ratio would be c, and log (1 + c) the deficit
    of the top alone.
    """
    crowd = np.log1p(gamma * mean * (gamma * mean) / (2.0 * deficit))
    farthest = crowd / -mean
    return pick((crowd > _CROWDED) & (deficit < crowd) & (farthest < gamma), farthest, gamma)


def power_step(residual: Any, second: Any, third: Any, excess: Any, deficit: Any) -> Any:
    """The step in log gamma of Newton's method for log(excess / deficit) in gamma**alpha.

    In log gamma the slope of H is -c2 [escort.entropy-log-slope], and that of the logit -c2 (1 / excess + 1 / deficit)
    [cumulants.odds-slope]. The logit straightens both tails; alpha, its curvature over its slope
    [cumulants.odds-curvature], cancels the curvature that is left, which makes the iteration one of third order. Of a
    step that would take gamma**alpha beyond zero, most is taken.
    """
    above, below = excess + residual, deficit - residual
    per_above, per_below = 1.0 / above, 1.0 / below
    newton = np.log1p(residual / excess * ((excess + deficit) * per_below)) / (second * (per_above + per_below))
    alpha = 2.0 + third / second + second * (per_above - per_below)
    change = alpha * newton
    change = pick(change < _LEAST_FACTOR, _LEAST_FACTOR, change)
    divisor = pick(alpha == 0.0, 1.0, alpha)  # of which Python's numbers are not picked before they are divided by it
    return pick(abs(alpha) > 1e-8, np.log1p(change) / divisor, newton)


def is_last(step: Any, second: Any, third: Any) -> Any:
    """Whether the step after this one would be below a rounding error: about (1 + (c3/c2)^2) / 6 times its cube."""
    curvature = third / second
    return abs(step * step * step) * (1.0 + curvature * curvature) <= _NEGLIGIBLE


def is_slight(step: Any, depth: Any) -> Any:
    """Whether ``1 + y + y^2 / 2`` is ``exp(y)``, to a rounding error, for ``y = step t`` where no -t is above `depth`.

    The error of a probability is less than ``|y|^3 / 6`` of it, and may be a share of ``1 + |t|`` rounding errors. What
    is farther down than `_UNDERFLOW` has none.
    """
    depth = pick(depth < _UNDERFLOW, depth, _UNDERFLOW)
    return abs(step * step * step) * depth * depth <= _SLIGHT


def advance(base: Any, by: Any) -> Any:
    """Where a step that is shorter than `base` leads, and what rounding has taken from that."""
    gamma = base + by
    return gamma, (base - gamma) + by


def restored_sum(total: Any, gamma: Any, by: Any, entropy: Any) -> Any:
    """The sum of all exp(t) at gamma + `by`, from that at gamma, from which rounding has taken so much.

    t is relative to the maxima. The logarithm of the sum moves by ``by / gamma`` times the mean of t
    [escort.log-partition-slope], which is what it exceeds the entropy by [escort.entropy-in-moments]: over a million
    entries by 14, which would be the larger part of what the largest probability may be off by.
    """
    mean = np.log1p(total - 1.0) - entropy
    return pick(by == 0.0, total, total + total * (by / gamma) * mean)


def stepped_sum(step: Any, ties: Any, rest: Any, first: Any, second: Any, third: Any) -> Any:
    """The sum of all exp((1 + step) t), from those of r, r t, r t^2, r t^3 over the entries that are not `ties`.

    Or from that of expm1(t) for r, and as many `ties` as there are entries.
    """
    return ties + (rest + step * (first + step * (second / 2.0 + step * third / 6.0)))


def excess_cumulants(rest: Any, first: Any, second: Any, third: Any, ties: Any, goal: Any) -> Any:
    """``H - log m - goal``, the 2nd and 3rd cumulant of log q, from sums of r, r t, r t^2, r t^3 below the maximum.

    With t_i = gamma (log p_i - log p_max) and r_i = exp(t_i) over the entries below the m = `ties` maxima,
    ``H - log m = log1p(sum r_i / m) - sum r_i t_i / Z`` with ``Z = m + sum r_i`` [escort.entropy-from-top]: no term is
    negative, and the maxima, whose part would cancel, are left out. Nor can the variance cancel by more than a factor
    of n, because the maxima, at distance |mean| from the mean, have the largest probability. The goal is taken from
    one of the two terms, near the root exactly: their sum would be rounded to the digits of H.
    """
    total = ties + rest
    mean, square, cube = first / total, second / total, third / total
    residual = np.log1p(rest / ties) - (goal + mean)
    return residual, square - mean * mean, cube - 3.0 * mean * square + 2.0 * mean * mean * mean


def few_digits(x: Any) -> Any:
    """The leading half of the digits (Veltkamp): its sum with a number of the same order is exact, or nearly."""
    wide = 134217729.0 * x
    return wide - (wide - x)


def excess_residual(rest: Any, centred: Any, ties: Any, goal: Any, around: Any) -> Any:
    """``H - log m - goal``, from sums of r and of r (t - c) below the maximum, for c = `around`, of `few_digits`.

    The mean of t is ``c + (sum r_i (t_i - c) - m c) / Z``. Where c is near it and the maxima have a small share, the
    terms of that sum are small, and with them their rounding errors, which do not average out where entries are of a
    few levels. Where that share is large, they hardly show in the largest probability.
    """
    return (np.log1p(rest / ties) - (goal + around)) - (centred - ties * around) / (ties + rest)


def is_levered(mean: Any, second: Any, excess: Any, deficit: Any) -> Any:
    """Whether rounding errors of the excess, summed from the top, would show in gamma or the largest probability.

    They move log gamma by a c2-th of their size, and log q_max by that times -mean, the mean of t. What is promised is
    in terms of the smaller condition number: most rows in which they show are solved for the deficit. Where entries are
    alike, so are the errors of their exponentials. The mean is a quotient of sums, of products: off by half a unit for
    each; and the logarithm beside it by half a unit of its own.
    """
    small = pick(excess < 1.0, excess, 1.0)
    promise = second + pick(deficit < excess, deficit, excess)
    return shows(mean, second, excess, deficit, _SHARE) | (excess + small > _NOISE * promise)


def is_close(mean: Any, second: Any, excess: Any, deficit: Any) -> Any:
    """Whether a row is so nearly levered that the mean has to be as exact as is said there: see `excess_residual`.

    A term is rounded six to eight times, by half a unit at most, before it is part of a sum of 64, or of a short row;
    where entries are chosen for it, nearly all of that is to the same side. The two sums are off by three units then,
    one up and one down, and the mean by six. That comes to four times what `is_levered` counts.
    """
    return shows(mean, second, excess, deficit, _CLOSE)


def shows(mean: Any, second: Any, excess: Any, deficit: Any, share: float) -> Any:
    """Whether the largest probability moves by more than so many rounding errors, a share of what is promised."""
    small = pick(excess < 1.0, excess, 1.0)
    promise = second + pick(deficit < excess, deficit, excess)
    return -mean * (0.5 * excess + 2.5 * small - mean) > share * promise


def is_delicate(mean: Any, second: Any, deficit: Any, least: float) -> Any:
    """Whether rounding errors of the deficit would show in the largest probability as well, around whatever centre.

    They do where the entropy hardly depends on gamma, because a crowd of entries is far above all others, and a few are
    so far above the crowd that each of them has much, and all together have little. The error is `least`, however small
    the deficit. Rows of normal logits are not delicate, be there a hundred or a million.
    """
    return -mean * (2.0 * deficit + least) > _SHARE * (second + deficit)


def is_sensitive(mean: Any) -> Any:
    """Whether errors of the exponentials would show in the largest probability, unless that is made of the same ones.

    They move log gamma, and log q_max by that times -mean, the mean of t from the maximum. This is about the largest
    over independent entries, and the logarithm of their number where most of them are a crowd far below.
    """
    return -mean > _SENSITIVE


def above_mean(gamma: Any, deficit: Any, mean: Any) -> Any:
    """How far above the mean of the logarithms, which is `mean` below the top, to centre them for `deficit_cumulants`.

    From the mean itself, terms of the sums are larger than what they differ by: the logarithm of mean exp(t) is about
    as large as the deficit. Over normal logarithms, it is 0 around this centre.
    """
    by = deficit / gamma
    return pick(by < -mean, by, -mean)


def balance(gamma: Any, mean: Any) -> Any:
    """How far above the top the centre is around which the mean of exp(t) is 1: negative, for it is below.

    `mean` is that of exp(t) around the top.
    """
    return np.log(mean) / gamma


def lost(t: Any, depth: Any, above: Any) -> Any:
    """What rounding has taken from t, where that is gamma times the distance to a centre.

    It is no less than `depth`, which has more digits, that to the maximum, and `above`, the maximum's: all maxima and
    entries next to them are off by the same then, as the one that is measured.
    """
    return depth - (t - above)


def deficit_cumulants(raised: Any, first: Any, second: Any, third: Any, support: Any, goal: Any) -> Any:
    """``goal - (log s - H)``, the two cumulants, and ``log mean exp(t)``, from sums of expm1(t), t e^t, ...

    Right to a few rounding errors of 1 or of the deficit, whichever is more: good enough away from the uniform
    distribution, while the logarithm returned last is of order 1. Near the root, the difference that is taken first is
    exact.
    """
    total = support + raised
    mean, square, cube = first / total, second / total, third / total
    log_mean = np.log1p(raised / support)
    residual = (goal - mean) + log_mean
    return residual, square - mean * mean, cube - 3.0 * mean * square + 2.0 * mean * mean * mean, log_mean


def deficit_residual(raised: Any, centred: Any, support: Any, goal: Any, around: Any) -> Any:
    """``goal - (log s - H)``, from sums of expm1(t) and of w (t - c) for c = `around`, of `few_digits`.

    The mean of t is near the goal: see `excess_residual`.
    """
    return ((goal - around) - centred / (support + raised)) + np.log1p(raised / support)


def is_sound(deficit: Any, log_mean: Any) -> Any:
    """Whether `deficit_cumulants` are right, to a few rounding errors of the deficit, at a deficit like this.

    Where it is `UNEVEN` but they are not, they would be from a centre that is higher by `log_mean`, or lower where that
    is negative: around one that was right for a larger exponent.
    """
    return (deficit >= UNEVEN) & (abs(log_mean) <= 1.0) & (abs(log_mean) <= _STEEP * deficit)


def farthest(gamma: Any, radius: Any) -> Any:
    """The largest |t| that the deficit's series has to reach, from a start at gamma, which falls short of the root."""
    return gamma * radius * (NEAR / NEARLY)


def highest_power(t: Any) -> Any:
    """The power, an even one, at which the series of the deficit may end where no |t| is larger than this."""
    power = 2
    for reach in _REACHES:
        power = power + pick(t > reach, 2, 0)
    return power


def deficit_series(powers: Any, tau: Any) -> Any:
    """``log s - H`` and the two cumulants, from the means of z^k (k = 1, 2, ...) where t = tau z and mean z is about 0.

    ``(1 + a) D = sum (k - 1) tau^k mean(z^k) / k! - ((1 + a) log1p(a) - a)`` with ``a = mean expm1(t)``: the first sum
    is of second order in tau, the rest of fourth, and nothing cancels. What rounding has left of mean z is part of a.
    """
    a = d = second = third = 0.0 * tau
    for k in range(HIGHEST, 1, -1):
        mean = powers[k - 1] * _RECIPROCALS[k]
        a = a * tau + mean
        d = d * tau + (k - 1) * mean
        second = second * tau + k * (k - 1) * mean
        third = third * tau + k * (k - 1) * (k - 2) * mean
    square = tau * tau
    a, d, second, third = a * square + tau * powers[0], d * square, second * square, third * square
    total = 1.0 + a
    mean, second, third = (d + a) / total, second / total, third / total
    value = (d - (total * np.log1p(a) - a)) / total
    return value, second - mean * mean, third - 3.0 * mean * second + 2.0 * mean * mean * mean
