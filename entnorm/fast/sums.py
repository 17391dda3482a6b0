"""Loops over the entries of a row: all that is compiled into vector instructions.

Sums are reassociated within chunks of a fixed length, and compensated across them: the compiler chooses an order, but
chooses once, whatever the rows around.
"""

import math
from typing import Any

import numpy as np
from numba import float32, float64, njit

from entnorm.fast.building import HELPER, LOOP, VECTOR
from entnorm.fast.lanes import lost
from entnorm.fast.vectors import (
    LOWEST,
    SUMS,
    fetch_to_read,
    fetch_to_write,
    larger,
    minus_one,
    plus_one,
    reduced,
    reduced_f,
    wide,
)
from entnorm.reductions import COARSE, SHORT
from entnorm.steps import TALL

PAD = 32  # entries that fill vectors; what is left of a row is filled up to a multiple of this
LINE = 8  # entries that memory hands over at a time
_SOON = 2**8  # how long before entries are written they are asked for
LONG = 2**12  # entries of a row from which on it pays to ask for them some time before
CHUNK = 16 * VECTOR  # entries whose sums are to have all digits: four by four, a vector's lane adds up to four such


plain = njit(**HELPER)
loop = njit(forceinline=True, **LOOP | {"fastmath": SUMS})  # sums are reassociated
exact = njit(forceinline=True, **LOOP)
part = njit(inline="always", **LOOP)  # of one caller or two, in which alone it is compiled
_LOWEST, _LOWEST_F, _ZERO_F, _ONE_F = LOWEST[float64], LOWEST[float32], np.float32(0.0), np.float32(1.0)


@loop
def survey_chunk(x, seen, origin, single):
    """Largest and smallest of the entries and one seen before, and sums of x - origin and its square: NaN if one is.

    The differences are kept in float32.
    """
    wide()
    top, negative = seen, -seen
    first = second = 0.0
    for i in range(x.size):
        top, negative = larger(x[i], top), larger(-x[i], negative)
        d = x[i] - origin
        single[i] = float32(d)
        first += d
        second += d * d
    return top, -negative, first, second


@loop
def _glance_chunk(x, top, gamma):
    """Sums of w, w t, w t^2, w t^3 for t = gamma (x - top) and w = exp(t), but 0 at the top; all in float32."""
    wide()
    s0 = s1 = s2 = s3 = _ZERO_F
    for i in range(x.size):
        d = x[i] - top
        t = larger(d * gamma, _LOWEST_F)
        s, p = reduced_f(t)
        w = plus_one(s, p) if t > _LOWEST_F else _ZERO_F
        w = _ZERO_F if d == _ZERO_F else w
        wt = w * t
        wtt = wt * t
        s0 += w
        s1 += wt
        s2 += wtt
        s3 += wtt * t
    return s0, s1, s2, s3


@plain
def of_four(terms):
    """A sum that is not reassociated: of equal terms it is exact, and a running sum has a quarter as many to add."""
    a, b, c, d = terms
    return (a + b) + (c + d)


@plain
def _products(a, b):
    return a[0] * b[0], a[1] * b[1], a[2] * b[2], a[3] * b[3]


@njit(**HELPER | {"fastmath": SUMS})
def _moments(w, t):
    """Of four entries, the sums of w t, w t^2 and w t^3; of the latter two a few digits are enough.

    Of the first as well, beside a sum of small terms, which short rows that lean do without.
    """
    first = _products(w, t)
    w = _products(first, t)
    return of_four(first), w[0] + w[1] + w[2] + w[3], w[0] * t[0] + w[1] * t[1] + w[2] * t[2] + w[3] * t[3]


@plain
def if_normal(t, w):
    """The exponential of t, or 0 where that is no normal number."""
    return w if t > _LOWEST else 0.0


@plain
def _from_top(x, place, gamma):
    """For an entry t from the top, t - around, exp(t), and that again but 0 at the top."""
    top, around = place
    d = x - top
    t = d * gamma
    s, p = reduced(t)
    w = if_normal(t, plus_one(s, p))
    return t, t - around, w, 0.0 if d == 0.0 else w


@loop
def _excess_chunk(x, place, gamma, kept):
    """The sums of w, w (t - around), w t^2, w t^3, w t in float64, for a `place`: the top and around; exp(t) is kept.

    Of lengths divisible by four.
    """
    wide()
    s0 = s1 = s2 = s3 = s4 = 0.0
    far = x.size // 4
    for i in range(far):
        j, k, l = i + far, i + 2 * far, i + 3 * far  # noqa: E741
        ta, small_a, kept[i], a = _from_top(x[i], place, gamma)
        tb, small_b, kept[j], b = _from_top(x[j], place, gamma)
        tc, small_c, kept[k], c = _from_top(x[k], place, gamma)
        td, small_d, kept[l], d = _from_top(x[l], place, gamma)
        t, w, small = (ta, tb, tc, td), (a, b, c, d), (small_a, small_b, small_c, small_d)
        m1, m2, m3 = _moments(w, t)
        s0, s1, s2, s3 = s0 + of_four(w), s1 + m1, s2 + m2, s3 + m3
        s4 += of_four(_products(w, small))
    return s0, s4, s2, s3, s1


@plain
def _around_centre(x, place, gamma):
    """For an entry, t from the centre; t - around, expm1(t), exp(t), as if a large t had not been rounded."""
    centre, top, above, around = place
    t = -larger(-larger((x - centre) * gamma, _LOWEST), _LOWEST)
    rest = lost(t, (x - top) * gamma, above) if t > TALL else 0.0
    s, p = reduced(t)
    p += rest + rest * p
    return t, (t - around) + rest, minus_one(s, p, 1.0), plus_one(s, p)


@plain
def _around_centre_f(d, gamma):
    """The same in float32, from the distance, and of t as it is."""
    t = -larger(-larger(d * gamma, _LOWEST_F), _LOWEST_F)
    s, p = reduced_f(t)
    return t, minus_one(s, p, _ONE_F), plus_one(s, p)


@loop
def _deficit_chunk(x, place, gamma, kept):
    """Sums of expm1(t), w (t - around), w t^2, w t^3, w t for t = gamma (x - centre) and w = exp(t), which is kept.

    Of such lengths, too.
    """
    wide()
    s0 = s1 = s2 = s3 = s4 = 0.0
    far = x.size // 4
    for i in range(far):
        j, k, l = i + far, i + 2 * far, i + 3 * far  # noqa: E741
        ta, small_a, raised_a, a = _around_centre(x[i], place, gamma)
        tb, small_b, raised_b, b = _around_centre(x[j], place, gamma)
        tc, small_c, raised_c, c = _around_centre(x[k], place, gamma)
        td, small_d, raised_d, d = _around_centre(x[l], place, gamma)
        t, w, small = (ta, tb, tc, td), (a, b, c, d), (small_a, small_b, small_c, small_d)
        kept[i], kept[j], kept[k], kept[l] = if_normal(ta, a), if_normal(tb, b), if_normal(tc, c), if_normal(td, d)
        m1, m2, m3 = _moments(w, t)
        s0, s1, s2, s3 = s0 + of_four((raised_a, raised_b, raised_c, raised_d)), s1 + m1, s2 + m2, s3 + m3
        s4 += of_four(_products(w, small))
    return s0, s4, s2, s3, s1


@loop
def _deficit_chunk_f(x, centre, gamma):
    """The same sums in float32, and nothing is kept."""
    wide()
    s0 = s1 = s2 = s3 = _ZERO_F
    for i in range(x.size):
        t, raised, w = _around_centre_f(x[i] - centre, gamma)
        wt = w * t
        wtt = wt * t
        s0 += raised
        s1 += wt
        s2 += wtt
        s3 += wtt * t
    return s0, s1, s2, s3


@exact
def add(total, rest, term):
    """A sum and the rounding errors that it has left behind (Neumaier)."""
    found = total + term
    if abs(total) >= abs(term):
        return found, rest + ((total - found) + term)
    return found, rest + ((term - found) + total)


@exact
def padded(n):
    """The next multiple of `PAD`."""
    return -(-n // PAD) * PAD


@exact
def aligned(n):
    """How many entries of a row of n fill vectors where they are; the others are copied to its tail."""
    return n - n % PAD if n >= SHORT else 0


@exact
def _add_sums(totals, rests, sums):
    """Four sums more; the first two, which the entropy is made of, to all digits."""
    (a, ra), (b, rb) = add(totals[0], rests[0], float64(sums[0])), add(totals[1], rests[1], float64(sums[1]))
    return (a, b, totals[2] + float64(sums[2]), totals[3] + float64(sums[3])), (ra, rb)


@exact
def _first(sums):
    return (float64(sums[0]), float64(sums[1]), float64(sums[2]), float64(sums[3])), (0.0, 0.0)


@exact
def _ended(totals, rests):
    return totals[0] + rests[0], totals[1] + rests[1], totals[2], totals[3]


@exact
def look_on(sums, single, rise, top, gamma):
    """Go on with such sums over more entries, the largest of which may be above the old top by `rise`.

    With a new top all t are lower, and the old one has a term: nothing changes its sign, and nothing cancels.
    """
    a, b, c, d = sums
    if rise > 0.0:
        by, a = gamma * rise, a + 1.0
        factor = math.exp(-by)
        d = factor * (d - by * (3.0 * c - by * (3.0 * b - by * a)))
        c = factor * (c - by * (2.0 * b - by * a))
        a, b = factor * a, factor * (b - by * a)
    s0, s1, s2, s3 = _glance_chunk(single, top, float32(gamma))
    return a + float64(s0), b + float64(s1), c + float64(s2), d + float64(s3)


@exact
def glance_sums(single, top, tail, gamma):
    """The sums over a row that is stored in float32, and its tail, which is less the top."""
    wide()
    totals, rests = _first(_glance_chunk(tail, _ZERO_F, gamma))
    for left in range(0, single.size, COARSE):
        totals, rests = _add_sums(totals, rests, _glance_chunk(single[left : left + COARSE], top, gamma))
    return _ended(totals, rests)


@exact
def deficit_sums_f(single, centre, tail, gamma):
    """The sums around the centre, likewise; the tail is less that."""
    wide()
    totals, rests = _first(_deficit_chunk_f(tail, _ZERO_F, gamma))
    for left in range(0, single.size, CHUNK):
        totals, rests = _add_sums(totals, rests, _deficit_chunk_f(single[left : left + CHUNK], centre, gamma))
    return _ended(totals, rests)


@exact
def fetch(x, left, right):
    """Have some of a row on its way from memory."""
    for i in range(left, min(right, x.size), LINE):
        fetch_to_read(x, i)


@exact
def _add_five(totals, rests, sums):
    """The same, and a fifth, to all digits as well."""
    four, two = _add_sums(totals[:4], rests[:2], sums[:4])
    fifth, rest = add(totals[4], rests[2], sums[4])
    return (*four, fifth), (*two, rest)


@exact
def _first_five(sums):
    four, rests = _first(sums[:4])
    return (*four, sums[4]), (*rests, 0.0)


def _in_chunks(chunk: Any) -> Any:
    @exact
    def sums(x, place, tails, gamma, kept):
        """The sums over a row and its tail, and beside them that of w (t - around), for the last number of `place`.

        The exponentials are kept, those of the tail below it.
        """
        wide()
        part = slice(0, min(CHUNK, tails.shape[1]))
        totals, rests = _first_five(chunk(tails[0, part], place, gamma, tails[1, part]))
        for left in range(CHUNK, tails.shape[1], CHUNK):
            part = slice(left, min(left + CHUNK, tails.shape[1]))
            totals, rests = _add_five(totals, rests, chunk(tails[0, part], place, gamma, tails[1, part]))
        ahead = _SOON if x.size >= LONG else x.size  # of a shorter row, memory does better alone
        for left in range(0, x.size, CHUNK):
            part = slice(left, min(left + CHUNK, x.size))
            fetch(kept, left + ahead, left + ahead + CHUNK)
            totals, rests = _add_five(totals, rests, chunk(x[part], place, gamma, kept[part]))
        rest, centred, second, third = _ended(totals[:4], rests[:2])
        return (rest, totals[4] + rests[2], second, third), centred

    return sums


excess_sums, _deficit_sums = _in_chunks(_excess_chunk), _in_chunks(_deficit_chunk)


@exact
def deficit_sums(x, centre, top, around, tails, gamma, kept):
    """Those around a centre, of a row with such a maximum."""
    return _deficit_sums(x, (centre, top, (top - centre) * gamma, around), tails, gamma, kept)


@exact
def _centre_chunk(x, centre, shift, scale, z):
    """Reassociated, the differences would be rounded to the digits of the centre."""
    wide()
    for i in range(x.size):
        z[i] = ((x[i] - centre) - shift) * scale


@loop
def _powers_chunk(z, power, higher, highest, sums):
    """The sums of z, z^2, ... up to an even power; `power` and `higher` are scratch."""
    wide()
    first = 0.0
    for i in range(z.size):
        power[i] = z[i]
        first += z[i]
    sums[0] = first
    for k in range(1, highest // 2 + 1):
        even = odd = 0.0
        for i in range(z.size):
            p = power[i]
            even += p * p
            h = p * z[i]
            odd += p * h
            higher[i] = h
        sums[2 * k - 1] = even
        if 2 * k < highest:
            sums[2 * k] = odd
        power, higher = higher, power


@exact
def power_means(x, n, centre, shift, tail, radius, highest, work, means):
    """Means over a row of n of z, z^2, ..., z^highest for z = (x - centre - shift) / radius, and zeros beyond.

    Its tail is centred and shifted already.
    """
    power, higher, sums, rests, scale = work[1], work[2], work[3], work[4], 1.0 / radius
    for k in range(means.size):
        means[k] = rests[k] = 0.0
    z = work[0, : tail.size]
    _centre_chunk(tail, 0.0, 0.0, scale, z)
    _powers_chunk(z, power, higher, highest, means)
    for left in range(0, x.size, CHUNK):
        z = work[0, : min(CHUNK, x.size - left)]
        _centre_chunk(x[left : left + CHUNK], centre, shift, scale, z)
        _powers_chunk(z, power, higher, highest, sums)
        for k in range(highest):
            means[k], rests[k] = add(means[k], rests[k], sums[k])
    for k in range(highest):
        means[k] = (means[k] + rests[k]) / n


@exact
def fetch_row(x, write):
    """Have a short row on its way from memory, to be read or written."""
    if x.size < SHORT:
        for i in range(0, x.size, LINE):
            if write:
                fetch_to_write(x, i)
            else:
                fetch_to_read(x, i)


@exact
def fill_tail(x, padding, tail):
    """What is left of a row; then `padding` to the last vector's end."""
    whole = aligned(x.size)
    left = x.size - whole
    for i in range(left):
        tail[i] = x[whole + i]
    for i in range(left, tail.size):
        tail[i] = padding


@exact
def centre_tail(left, top, centre, shift, moved, tail, single):
    """The tail's `left` entries less the centre and the shift, then zeros, in float32, and if `moved` in the tail too.

    If not, that is filled up with the centre. Returns how many entries are at the top. Not reassociated either, see
    `_centre_chunk`.
    """
    wide()
    ties = 0
    for i in range(tail.size):
        x = tail[i] if i < left else centre
        t = (x - centre) - shift if i < left else 0.0
        ties += 1 if (x == top) & (i < left) else 0
        tail[i] = t if moved else x
        single[i] = float32(t)
    return ties


@loop
def count_top(x, top):
    """How many entries are at the top."""
    wide()
    ties = 0
    for i in range(x.size):
        ties += 1 if x[i] == top else 0
    return ties
