"""Loops over the entries of a row: all that is compiled into vector instructions.

Sums are reassociated within chunks of a fixed length, and compensated across them: the compiler chooses an order, but
chooses once, whatever the rows around.
"""

from typing import Any

import numpy as np
from numba import float32, float64, njit

from entnorm.fast.vectors import LOWEST, SUMS, larger, minus_one, plus_one, reduced, reduced_f, wide
from entnorm.steps import HIGHEST

CHUNK = 1024  # entries; short enough that their sum is accurate
PAD = 32  # entries that fill vectors; what is left of a row is filled up to a multiple of this
_SHORT = 256  # rows shorter than this are copied and filled up as a whole

_loop = njit(fastmath=SUMS, error_model="numpy", cache=True, nogil=True)
_LOWEST = LOWEST[float64]
_exact = njit(error_model="numpy", cache=True, nogil=True)


@_loop
def survey_chunk(x, origin):
    """Largest and smallest entry, and sums of x - origin and of its square: NaN if an entry is."""
    wide()
    top, negative = x[0], -x[0]
    first = second = 0.0
    for i in range(x.size):
        top, negative = larger(x[i], top), larger(-x[i], negative)
        d = x[i] - origin
        first += d
        second += d * d
    return top, -negative, first, second


@_loop
def count(x, value):
    """How many entries have this value."""
    wide()
    found = 0
    for i in range(x.size):
        found += 1 if x[i] == value else 0
    return found


def _excess_chunk(reduced: Any, kind: Any) -> Any:
    lowest, zero = LOWEST[kind], kind(0)

    @_loop
    def chunk(x, centre, gamma):
        """Sums of w, w t, w t^2, w t^3 for t = gamma (x - centre) and w = exp(t), but 0 where x is the centre."""
        wide()
        s0 = s1 = s2 = s3 = zero
        for i in range(x.size):
            d = x[i] - centre
            t = larger(d * gamma, lowest)
            s, p = reduced(t)
            w = zero if d == zero else plus_one(s, p)
            w = w if t > lowest else zero
            wt = w * t
            wtt = wt * t
            s0 += w
            s1 += wt
            s2 += wtt
            s3 += wtt * t
        return s0, s1, s2, s3

    return chunk


def _deficit_chunk(reduced: Any, kind: Any) -> Any:
    lowest, zero, one = LOWEST[kind], kind(0), kind(1)

    @_loop
    def chunk(x, centre, gamma):
        """Sums of expm1(t), w t, w t^2, w t^3 for t = gamma (x - centre) and w = exp(t)."""
        wide()
        s0 = s1 = s2 = s3 = zero
        for i in range(x.size):
            t = -larger(-larger((x[i] - centre) * gamma, lowest), lowest)
            s, p = reduced(t)
            wt = plus_one(s, p) * t
            wtt = wt * t
            s0 += minus_one(s, p, one)
            s1 += wt
            s2 += wtt
            s3 += wtt * t
        return s0, s1, s2, s3

    return chunk


@_exact
def add(total, rest, term):
    """A sum and the rounding errors that it has left behind (Neumaier)."""
    found = total + term
    if abs(total) >= abs(term):
        return found, rest + ((total - found) + term)
    return found, rest + ((term - found) + total)


@_exact
def padded(n):
    """The next multiple of `PAD`."""
    return -(-n // PAD) * PAD


@_exact
def aligned(n):
    """How many entries of a row of n fill vectors where they are; the others are copied to its tail."""
    return n - n % PAD if n >= _SHORT else 0


def _over_chunks(chunk: Any) -> Any:
    @_exact
    def sums(x, centre, tail, gamma):
        """The four sums of a row: of x in chunks, and of its tail, which is centred."""
        wide()
        a, b, c, d = chunk(tail, centre - centre, gamma)
        a, b, c, d = float64(a), float64(b), float64(c), float64(d)
        ra = rb = rc = rd = 0.0
        for left in range(0, x.size, CHUNK):
            s0, s1, s2, s3 = chunk(x[left : left + CHUNK], centre, gamma)
            a, ra = add(a, ra, float64(s0))
            b, rb = add(b, rb, float64(s1))
            c, rc = add(c, rc, float64(s2))
            d, rd = add(d, rd, float64(s3))
        return a + ra, b + rb, c + rc, d + rd

    return sums


excess_sums, deficit_sums = (_over_chunks(make(reduced, float64)) for make in (_excess_chunk, _deficit_chunk))
excess_sums_f, deficit_sums_f = (_over_chunks(make(reduced_f, float32)) for make in (_excess_chunk, _deficit_chunk))


@_loop
def _powers_chunk(x, centre, shift, scale, work, sums):
    """The sums of z^2, z^3, ... for z = scale (x - centre - shift)."""
    wide()
    z, power, higher = work[0, : x.size], work[1, : x.size], work[2, : x.size]
    for i in range(x.size):
        z[i] = power[i] = ((x[i] - centre) - shift) * scale
    for k in range(1, HIGHEST // 2 + 1):
        even = odd = 0.0
        for i in range(x.size):
            p = power[i]
            even += p * p
            h = p * z[i]
            odd += p * h
            higher[i] = h
        sums[2 * k - 2] = even
        if 2 * k < HIGHEST:
            sums[2 * k - 1] = odd
        power, higher = higher, power


@_exact
def power_means(x, n, centre, shift, tail, radius, work, means):
    """Means over a row of n of z^2, z^3, ... for z = (x - centre - shift) / radius; its tail is centred and shifted."""
    sums, rests, scale = work[3, : HIGHEST - 1], work[4, : HIGHEST - 1], 1.0 / radius
    rests[:] = 0.0
    _powers_chunk(tail, 0.0, 0.0, scale, work, means)
    for left in range(0, x.size, CHUNK):
        _powers_chunk(x[left : left + CHUNK], centre, shift, scale, work, sums)
        for k in range(HIGHEST - 1):
            means[k], rests[k] = add(means[k], rests[k], sums[k])
    for k in range(HIGHEST - 1):
        means[k] = (means[k] + rests[k]) / n


@_exact
def fill_tail(x, centre, shift, padding, tail):
    """What is left of a row, less the centre and the shift; then `padding` to the last vector's end."""
    wide()
    whole = aligned(x.size)
    for i in range(x.size - whole):
        tail[i] = (x[whole + i] - centre) - shift
    tail[x.size - whole :] = padding


@_exact
def fill_single(x, centre, shift, single):
    """The whole row in float32, less the centre and the shift, and 0 to the end of the last vector."""
    wide()
    for i in range(x.size):
        single[i] = float32((x[i] - centre) - shift)
    single[x.size :] = float32(0.0)


@_loop
def _tilt_chunk(x, top, gamma, out):
    wide()
    total = 0.0
    for i in range(x.size):
        t = larger((x[i] - top) * gamma, _LOWEST)
        s, p = reduced(t)
        w = plus_one(s, p) if t > _LOWEST else 0.0
        out[i] = w
        total += w
    return total


@_exact
def tilt_row(x, top, gamma, tail, out):
    """The escort distribution of one row; the two rows of `tail` are scratch."""
    wide()
    fill_tail(x, top, 0.0, -np.inf, tail[0])
    total, rest, whole = _tilt_chunk(tail[0], 0.0, gamma, tail[1]), 0.0, aligned(x.size)
    for left in range(0, whole, CHUNK):
        part = slice(left, min(left + CHUNK, whole))
        total, rest = add(total, rest, _tilt_chunk(x[part], top, gamma, out[part]))
    factor = 1.0 / (total + rest)
    for i in range(whole):
        out[i] *= factor
    for i in range(x.size - whole):
        out[whole + i] = tail[1, i] * factor
