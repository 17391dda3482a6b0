"""Moments of an escort distribution in the log domain: pure functions of arrays, free of cancellation.

Every function works on the rows of C-ordered ``(rows, n)`` float64 arrays. Two forms of the same equation are kept,
because neither is accurate everywhere:

* the *excess* ``H - log m`` over the entropy of the m tied maxima, for distributions that lean to one-hot;
* the *deficit* ``log s - H`` below the entropy of the uniform distribution on the s support points, for the others.

Both are sums of terms of one sign, so that each comes out with full relative accuracy where it is small. Reductions
have a fixed order: the moments of a row do not depend on the rows around it, bit for bit.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Mask = NDArray[np.bool_]

EPS = float(np.finfo(np.float64).eps)
EMPTY = -800.0  # exp of it is zero, and its product with zero is too (that of -inf is not)
_CHUNK = 1024  # short enough that a dot product's running sums stay accurate, and that BLAS never wakes its threads
_TALLEST = 500.0  # far from overflow, and far above any logarithm of s q that a solution can have
_SMALL = 0.3  # below this, l e^l - e^l + 1 is summed as a series
_SERIES = [(k + 1) / float(np.prod(np.arange(1.0, k + 3))) for k in range(14)]  # (k+1)/(k+2)!
_FAINT = 1e-290  # a quotient this small may have lost digits to underflow
_LIFT = 32  # powers of two that keep the difference of two finite logits finite, summed over any row


class Cumulants(NamedTuple):
    """An entropy measured from one end, and the 2nd and 3rd cumulant of log q under q; each of shape ``(rows,)``."""

    value: Floats
    second: Floats
    third: Floats


def row_dot(a: Floats, b: Floats) -> Floats:
    """Row by row inner product, in an order that depends on the length of the rows alone."""
    rows, n = a.shape
    whole = n - n % _CHUNK
    total = np.vecdot(a[:, whole:], b[:, whole:])
    if whole:
        shape = (rows, whole // _CHUNK, _CHUNK)
        total = total + np.vecdot(a[:, :whole].reshape(shape), b[:, :whole].reshape(shape)).sum(-1)
    return np.asarray(total, dtype=np.float64)


def log_offsets(values: Floats, centre: Floats, *, logits: bool, scale: Integers | None = None) -> Floats:
    """Logarithms of the entries relative to `centre` (one per row), each right to a few units in its last place.

    `values` are logits, or probabilities whose logarithms are taken here: from the exact difference where entry and
    centre are within a factor of two, since ``log p - log c`` would lose every digit that they share. With `scale`
    (logits only) the result is multiplied by ``2**scale``, without an overflow on the way down.
    """
    if not logits:
        column = centre[:, None]
        quotient = values / column
        out = np.log(quotient)
        faint = quotient < _FAINT
        if faint.any():
            out[faint] = np.log(values[faint]) - np.log(centre)[np.nonzero(faint)[0]]
        np.subtract(values, column, out=quotient)
        quotient /= column
        np.log1p(quotient, out=out, where=np.abs(quotient) <= 0.5)
        return out
    if scale is None or not scale.any():
        return values - centre[:, None]
    lift = np.where(scale < 0, _LIFT, 0)
    difference = np.ldexp(values, -lift[:, None]) - np.ldexp(centre, -lift)[:, None]
    return np.asarray(np.ldexp(difference, (scale + lift)[:, None]))


def excess(below: Floats, ties: Integers, gamma: Floats) -> Cumulants:
    """``H - log m`` of the escort distribution of order `gamma`, from the entries below the maximum.

    With t_i = gamma (log p_i - log p_max) and r_i = exp(t_i) over the entries below the m = `ties` maxima,
    ``H - log m = log1p(sum r_i / m) - sum r_i t_i / Z`` with ``Z = m + sum r_i`` [escort.entropy-from-top]: no term is
    negative, and the maxima, whose part would cancel, are left out.

    Parameters
    ----------
    below : ndarray of shape (rows, n)
        log p_i - log p_max; -inf at the maxima themselves and outside the support.
    ties, gamma : ndarray of shape (rows,)
    """
    t = below * gamma[:, None]
    np.maximum(t, EMPTY, out=t)
    return excess_of(np.exp(t), t, ties)


def excess_of(weight: Floats, t: Floats, ties: Integers) -> Cumulants:
    """The same from the r_i = `weight` and their logarithms `t` (finite, even where r_i is zero), both overwritten."""
    rest = weight.sum(-1)
    total = ties + rest
    mean = row_dot(weight, t) / total
    value = np.log1p(rest / ties) - mean
    np.subtract(t, mean[:, None], out=t)
    np.multiply(weight, t, out=weight)
    second = (ties * mean**2 + row_dot(weight, t)) / total
    np.multiply(weight, t, out=weight)
    third = (row_dot(weight, t) - ties * mean**3) / total
    return Cumulants(value, second, third)


def deficit(
    offsets: Floats, inside: Mask | None, support: Integers, peak: Floats, gamma: Floats
) -> tuple[Cumulants, Floats]:
    """``log s - H`` of the escort distribution of order `gamma`, and the log of the mean of exp(gamma * offsets).

    With l_i = log(s q_i), the deficit is the mean over the support of ``l e^l - e^l + 1 >= 0``, which vanishes to
    second order at l = 0. A common error in the l_i does not matter, so the normalisation may be rounded; but the
    rounding of ``gamma * offset`` and of ``1 + expm1`` does, and is harmless only while the offsets are centred: where
    the second number returned is not small, a caller moves the centre by it.

    Parameters
    ----------
    offsets : ndarray of shape (rows, n)
        log p_i minus any constant of the row.
    inside : ndarray of bool of shape (rows, n), or None
        The support; None when every entry belongs to it.
    support, peak, gamma : ndarray of shape (rows,)
        s, the largest offset, and the order.
    """
    shift = np.maximum(gamma * peak - _TALLEST, 0.0)
    t = offsets * gamma[:, None]
    t -= shift[:, None]
    np.maximum(t, EMPTY, out=t)
    raised = np.expm1(t)
    if inside is not None:
        raised *= inside
    mean = raised.sum(-1) / support
    log_mean = np.log1p(mean)
    np.subtract(t, log_mean[:, None], out=t)
    terms = _convex_terms(t, raised, mean)
    weight = raised
    weight += 1.0
    weight /= (1.0 + mean)[:, None]
    if inside is not None:
        terms *= inside
        weight *= inside
    value = terms.sum(-1) / support
    np.subtract(t, value[:, None], out=t)
    np.multiply(weight, t, out=weight)
    second = row_dot(weight, t) / support
    np.multiply(weight, t, out=weight)
    third = row_dot(weight, t) / support
    return Cumulants(value, second, third), log_mean + shift


def _convex_terms(l: Floats, raised: Floats, mean: Floats) -> Floats:  # noqa: E741
    """``l e^l - e^l + 1`` where ``e^l = (1 + raised) / (1 + mean)``; by its series where the three terms cancel."""
    small = np.abs(l) < _SMALL
    terms = np.empty_like(l)
    if not small.all():
        np.add(raised, 1.0, out=terms)
        terms *= l
        terms -= raised - mean[:, None]
        terms /= (1.0 + mean)[:, None]
    if small.any():
        series = np.full_like(l, _SERIES[-1])
        for coefficient in reversed(_SERIES[:-1]):
            series *= l
            series += coefficient
        series *= l
        series *= l
        np.copyto(terms, series, where=small)
    return terms


def tilt(depths: Floats, gamma: Floats, *, log: bool) -> Floats:
    """The escort distribution of order `gamma`, or its logarithms.

    Parameters
    ----------
    depths : ndarray of shape (rows, n)
        log p_i - log p_max; -inf outside the support. Overwritten.
    gamma : ndarray of shape (rows,)
        Orders in [0, inf]: 0 is the uniform distribution on the support, inf the one on the maxima; NaN fills its row.
    log : bool
        Return log q instead of q.
    """
    uniform, peaked = gamma == 0, gamma == np.inf
    depths[uniform] = np.where(depths[uniform] > -np.inf, 0.0, -np.inf)
    depths[peaked] = np.where(depths[peaked] == 0, 0.0, -np.inf)
    order = np.where(uniform | peaked, 1.0, gamma)
    t = depths
    t *= order[:, None]
    weight = np.exp(t)
    total = weight.sum(-1)
    if log:
        t -= np.log(total)[:, None]
        return t
    weight /= total[:, None]
    return weight
