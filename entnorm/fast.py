"""The innermost loops compiled by numba: one row at a time, while it is in the cache.

What is done with the sums, `entnorm.steps`, is the same source as NumPy's rows go through; so is all that comes before
and after. Reductions are reassociated within chunks of fixed length, whatever the rows around: the compiler may choose
the order, but it chooses once. Compiled code is cached beside this file, or in ``NUMBA_CACHE_DIR``.
"""

import math
from typing import Any

import numpy as np
from llvmlite import ir
from numba import float32, float64, int64, njit, types
from numba.extending import intrinsic, overload, register_jitable

from entnorm import steps
from entnorm.steps import GLANCES, HIGHEST, LEAN, NEAR, NEARLY, UNEVEN

CHUNK = 1024  # entries summed by the vector unit before a compensated sum takes over; its partial sums stay accurate
_EXTREME = 1e140  # numbers between this and its inverse can be squared, and the squares summed
LONGEST = 2**21  # entries of a row: what is kept of it stays below 64 MiB
PAD = 32  # rows are filled up to a multiple of this many entries, so that no vector is left half empty

_VECTOR = {"reassoc", "contract", "nnan", "nsz", "arcp"}  # for sums: reassociated, so that they can be vectors
_SUMS = _VECTOR - {"nnan"}  # for sums of what may be NaN
_EXACT = {"contract", "nnan", "nsz"}  # for elementary functions: whose order of operations is meant
_ROWS = types.Array(float64, 2, "C", readonly=True)
_GIVEN = types.Array(float64, 1, "C", readonly=True)
_NUMBERS, _COUNTS = float64[::1], int64[::1]
_LOG2E, _LN2_HIGH, _LN2_LOW = 1.4426950408889634, 0.693145751953125, 1.42860682030941723212e-6
_SHIFTER = 1.5 * 2.0**52  # added and taken away, it leaves the nearest integer
_LOWEST = -708.0  # below this, exp is not a normal number: 0
_F = np.float32
_LOG2E_F, _LN2_HIGH_F, _LN2_LOW_F, _SHIFTER_F = _F(_LOG2E), _F(0.693359375), _F(-2.12194440e-4), _F(1.5 * 2**23)
_LOWEST_F = _F(-87.0)
_ZERO_F, _ONE_F = _F(0), _F(1)
_C2, _C3, _C4, _C5, _C6, _C7, _C8, _C9, _C10, _C11, _C12, _C13 = (1.0 / math.factorial(k) for k in range(2, 14))
_C2_F, _C3_F, _C4_F, _C5_F, _C6_F = (_F(1.0 / math.factorial(k)) for k in range(2, 7))


for _function in (
    *(steps.start, steps.power_step, steps.is_last, steps.search, steps.settle),
    *(steps.excess_cumulants, steps.deficit_cumulants, steps.deficit_series),
):
    register_jitable(error_model="numpy")(_function)


@overload(steps.pick, strict=False)
def _pick(condition: Any, yes: Any, no: Any) -> Any:
    return lambda condition, yes, no: yes if condition else no


@intrinsic
def _larger(context: Any, a: Any, b: Any) -> Any:
    """max without a branch, and without regard to NaN: vector instructions have it, Python's `max` does not become it."""

    def generate(context: Any, builder: ir.IRBuilder, signature: Any, values: Any) -> Any:
        flags = ("nnan", "nsz")
        return builder.select(builder.fcmp_ordered(">", *values, flags=flags), *values, flags=flags)

    return a(a, a), generate


def _power_of_two(float_type: Any, bits: int, mantissa: int, one: int) -> Any:
    @intrinsic
    def power(context: Any, shifted: Any) -> Any:
        """2**k, from the bits of k + 1.5 * 2**(mantissa)."""

        def generate(context: Any, builder: ir.IRBuilder, signature: Any, values: Any) -> Any:
            integer, real = ir.IntType(bits), values[0].type
            k = builder.shl(builder.bitcast(values[0], integer), ir.Constant(integer, mantissa))
            return builder.bitcast(builder.add(k, ir.Constant(integer, one)), real)

        return float_type(float_type), generate

    return power


_two_to, _two_to_f = _power_of_two(float64, 64, 52, 0x3FF << 52), _power_of_two(float32, 32, 23, 0x7F << 23)


@intrinsic
def _wide(context: Any) -> Any:
    """Ask LLVM for the widest vectors that there are; by default it takes half of 512 bits."""

    def generate(context: Any, builder: ir.IRBuilder, signature: Any, values: Any) -> Any:
        set.add(builder.function.attributes, '"prefer-vector-width"="512"')
        return context.get_dummy_value()

    return types.void(), generate


@njit(fastmath=_EXACT, error_model="numpy", cache=True)  # inlined by LLVM, with these flags
def _reduced(t):
    """exp(t) = s (1 + p) with s a power of two: Cody and Waite's reduction, Taylor's polynomial of degree 13."""
    shifted = t * _LOG2E + _SHIFTER
    k = shifted - _SHIFTER
    r = (t - k * _LN2_HIGH) - k * _LN2_LOW
    r2 = r * r
    r4 = r2 * r2
    low = (_C2 + _C3 * r) + (_C4 + _C5 * r) * r2
    middle = (_C6 + _C7 * r) + (_C8 + _C9 * r) * r2
    high = (_C10 + _C11 * r) + (_C12 + _C13 * r) * r2
    return _two_to(shifted), r + r2 * (low + r4 * (middle + r4 * high))


@njit(fastmath=_EXACT, error_model="numpy", cache=True)  # inlined by LLVM, with these flags
def _reduced_f(t):
    """The same in float32, degree 6."""
    shifted = t * _LOG2E_F + _SHIFTER_F
    k = shifted - _SHIFTER_F
    r = (t - k * _LN2_HIGH_F) - k * _LN2_LOW_F
    return _two_to_f(shifted), r + r * r * (_C2_F + r * (_C3_F + r * (_C4_F + r * (_C5_F + r * _C6_F))))


@njit(fastmath=_SUMS, error_model="numpy", cache=True, nogil=True)
def _survey_chunk(x, origin):
    """Largest and smallest entry, and sums of x - origin and of its square: NaN if an entry is."""
    _wide()
    top, negative = x[0], -x[0]
    first = second = 0.0
    for i in range(x.size):
        top, negative = _larger(x[i], top), _larger(-x[i], negative)
        d = x[i] - origin
        first += d
        second += d * d
    return top, -negative, first, second


@njit(fastmath=_VECTOR, error_model="numpy", cache=True, nogil=True)
def _count(x, value):
    _wide()
    count = 0
    for i in range(x.size):
        count += 1 if x[i] == value else 0
    return count


@njit(fastmath=_VECTOR, error_model="numpy", cache=True, nogil=True)
def _excess_chunk(x, centre, gamma):
    """Sums of w, w t, w t^2, w t^3 for t = gamma d, d = x - centre and w = exp(t), but 0 where d is."""
    _wide()
    s0 = s1 = s2 = s3 = 0.0
    for i in range(x.size):
        d = x[i] - centre
        t = _larger(d * gamma, _LOWEST)
        s, p = _reduced(t)
        w = 0.0 if d == 0.0 else s + s * p
        w = w if t > _LOWEST else 0.0
        wt = w * t
        wtt = wt * t
        s0 += w
        s1 += wt
        s2 += wtt
        s3 += wtt * t
    return s0, s1, s2, s3


@njit(fastmath=_VECTOR, error_model="numpy", cache=True, nogil=True)
def _excess_chunk_f(d, centre, gamma):
    _wide()
    s0 = s1 = s2 = s3 = _ZERO_F
    for i in range(d.size):
        t = _larger(d[i] * gamma, _LOWEST_F)
        s, p = _reduced_f(t)
        w = _ZERO_F if d[i] == _ZERO_F else s + s * p
        w = w if t > _LOWEST_F else _ZERO_F
        wt = w * t
        wtt = wt * t
        s0 += w
        s1 += wt
        s2 += wtt
        s3 += wtt * t
    return s0, s1, s2, s3


@njit(fastmath=_VECTOR, error_model="numpy", cache=True, nogil=True)
def _deficit_chunk(x, centre, gamma):
    """Sums of expm1(t), w t, w t^2, w t^3 for t = gamma (x - centre) and w = exp(t)."""
    _wide()
    s0 = s1 = s2 = s3 = 0.0
    for i in range(x.size):
        t = -_larger(-_larger((x[i] - centre) * gamma, _LOWEST), _LOWEST)
        s, p = _reduced(t)
        raised = s * p + (s - 1.0)
        wt = (raised + 1.0) * t
        wtt = wt * t
        s0 += raised
        s1 += wt
        s2 += wtt
        s3 += wtt * t
    return s0, s1, s2, s3


@njit(fastmath=_VECTOR, error_model="numpy", cache=True, nogil=True)
def _deficit_chunk_f(d, centre, gamma):
    _wide()
    s0 = s1 = s2 = s3 = _ZERO_F
    for i in range(d.size):
        t = -_larger(-_larger(d[i] * gamma, _LOWEST_F), _LOWEST_F)
        s, p = _reduced_f(t)
        raised = s * p + (s - _ONE_F)
        wt = (raised + _ONE_F) * t
        wtt = wt * t
        s0 += raised
        s1 += wt
        s2 += wtt
        s3 += wtt * t
    return s0, s1, s2, s3


@njit(fastmath=_VECTOR, error_model="numpy", cache=True, nogil=True)
def _powers_chunk(x, centre, shift, scale, work, sums):
    """The sums of z^2, z^3, ... for z = scale (x - centre - shift)."""
    _wide()
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


@njit(error_model="numpy", cache=True, nogil=True)
def _add(total, rest, term):
    """A sum and the rounding errors that it has left behind (Neumaier)."""
    found = total + term
    if abs(total) >= abs(term):
        return found, rest + ((total - found) + term)
    return found, rest + ((term - found) + total)


def _over_chunks(chunk: Any) -> Any:
    @njit(error_model="numpy", cache=True, nogil=True)
    def sums(x, centre, tail, gamma):
        """The four sums of a row, over chunks of one length whatever the row; `tail` has what is left, centred."""
        _wide()
        a, b, c, e = chunk(tail, tail.dtype.type(0), gamma)
        total = float64(a), float64(b), float64(c), float64(e)
        rest = 0.0, 0.0, 0.0, 0.0
        for right in range(CHUNK, x.size + 1, CHUNK):
            a, b, c, e = chunk(x[right - CHUNK : right], centre, gamma)
            (t0, r0), (t1, r1) = _add(total[0], rest[0], float64(a)), _add(total[1], rest[1], float64(b))
            (t2, r2), (t3, r3) = _add(total[2], rest[2], float64(c)), _add(total[3], rest[3], float64(e))
            total, rest = (t0, t1, t2, t3), (r0, r1, r2, r3)
        return total[0] + rest[0], total[1] + rest[1], total[2] + rest[2], total[3] + rest[3]

    return sums


_excess_sums, _excess_sums_f = _over_chunks(_excess_chunk), _over_chunks(_excess_chunk_f)
_deficit_sums, _deficit_sums_f = _over_chunks(_deficit_chunk), _over_chunks(_deficit_chunk_f)


@njit
def _padded(n):
    return -(-n // PAD) * PAD


@njit(error_model="numpy", cache=True, nogil=True)
def _survey(x):
    """The numbers of a row, whether it is an ordinary one: all entries finite, one maximum, no extreme numbers."""
    origin = x[0]
    top, bottom, first, second = _survey_chunk(x[:CHUNK], origin)
    for left in range(CHUNK, x.size, CHUNK):
        high, low, s1, s2 = _survey_chunk(x[left : left + CHUNK], origin)
        top, bottom, first, second = max(top, high), min(bottom, low), first + s1, second + s2
    average = first / x.size
    deviation = np.sqrt(max(second / x.size - average * average, 0.0))
    reach = top - bottom
    ordinary = np.isfinite(second) and 1.0 / _EXTREME < deviation and reach < _EXTREME and _count(x, top) == 1
    return ordinary, top, reach, average + (origin - top), deviation


@njit(error_model="numpy", cache=True, nogil=True)
def _fill(x, centre, shift, tail, single):
    """The offsets after the last whole chunk, and all of them in float32; 0 up to the end of the last vector."""
    _wide()
    whole = x.size - x.size % CHUNK
    for i in range(x.size):
        single[i] = float32((x[i] - centre) - shift)
    for i in range(x.size - whole):
        tail[i] = (x[whole + i] - centre) - shift
    single[x.size :] = _ZERO_F
    tail[x.size - whole :] = 0.0


@njit(error_model="numpy", cache=True, nogil=True)
def _power_means(x, centre, shift, tail, radius, work, sums, means):
    rests, scale = work[3, : HIGHEST - 1], 1.0 / radius
    rests[:] = 0.0
    _powers_chunk(tail, 0.0, 0.0, scale, work, means)
    for right in range(CHUNK, x.size + 1, CHUNK):
        _powers_chunk(x[right - CHUNK : right], centre, shift, scale, work, sums)
        for k in range(HIGHEST - 1):
            means[k], rests[k] = _add(means[k], rests[k], sums[k])
    for k in range(HIGHEST - 1):
        means[k] = (means[k] + rests[k]) / x.size


@njit(error_model="numpy", cache=True, nogil=True)
def _solve_excess(x, top, tail, single, gamma, excess, deficit):
    count, going, whole = 0, True, x.size - x.size % CHUNK
    while going and count < GLANCES:
        value, second, third = steps.excess_cumulants(*_excess_sums_f(single[:whole], _ZERO_F, single[whole:], float32(gamma)), 1)
        gamma, going = steps.search(gamma, value - excess, second, third, excess, deficit)
        count += 1
    value, second, third = steps.excess_cumulants(*_excess_sums(x, top, tail, gamma), 1)
    done, gamma, residual, second, _ = steps.settle(gamma, value - excess, second, third, excess, deficit)
    return done, gamma, residual, second, count + 1


@njit(error_model="numpy", cache=True, nogil=True)
def _solve_deficit(x, centre, tail, single, gamma, excess, deficit):
    count, going, size, whole = 0, True, x.size, x.size - x.size % CHUNK
    while going and count < GLANCES:
        value, second, third, _ = steps.deficit_cumulants(*_deficit_sums_f(single[:whole], _ZERO_F, single[whole:], float32(gamma)), size)
        gamma, going = steps.search(gamma, deficit - value, second, third, excess, deficit)
        count += 1
    value, second, third, drift = steps.deficit_cumulants(*_deficit_sums(x, centre, tail, gamma), size)
    done, gamma, residual, second, _ = steps.settle(gamma, deficit - value, second, third, excess, deficit)
    return done and deficit >= UNEVEN and drift <= 1.0, gamma, residual, second, count + 1


@njit(error_model="numpy", cache=True, nogil=True)
def _solve_series(means, radius, gamma, excess, deficit):
    count, going = 0, True
    while going and count < GLANCES:
        value, second, third = steps.deficit_series(means, gamma * radius)
        gamma, going = steps.search(gamma, deficit - value, second, third, excess, deficit)
        count += 1
    near = gamma * radius <= NEAR
    value, second, third = steps.deficit_series(means, gamma * radius)
    done, gamma, residual, second, _ = steps.settle(gamma, deficit - value, second, third, excess, deficit)
    return done and near, gamma, residual, second, count + 1


@njit(fastmath=_VECTOR, error_model="numpy", cache=True, nogil=True)
def _tilt_chunk(x, top, gamma, out):
    _wide()
    total = 0.0
    for i in range(x.size):
        t = _larger((x[i] - top) * gamma, _LOWEST)
        s, p = _reduced(t)
        w = s + s * p if t > _LOWEST else 0.0
        out[i] = w
        total += w
    return total


@njit(error_model="numpy", cache=True, nogil=True)
def _tilt(x, top, gamma, out):
    _wide()
    total = rest = 0.0
    for left in range(0, x.size, CHUNK):
        part = _tilt_chunk(x[left : left + CHUNK], top, gamma, out[left : left + CHUNK])
        total, rest = _add(total, rest, part)
    factor = 1.0 / (total + rest)
    for i in range(x.size):
        out[i] *= factor


@njit(
    types.void(_ROWS, _GIVEN, _GIVEN, *(types.boolean[::1],) * 2, *(_NUMBERS,) * 3, _COUNTS, float64[:, ::1]),
    error_model="numpy", cache=True, nogil=True,
)  # fmt: skip
def solve_rows(values, excess, deficit, wanted, done, gamma, residual, varentropy, nit, out):
    """Solve the rows that are `wanted` and ordinary, and say which are `done`; their distributions, if `out` has rows.

    The goals are those of rows of full support with one maximum.
    """
    n = values.shape[1]
    single, tail = np.empty(_padded(n), np.float32), np.empty(_padded(n % CHUNK))
    work = np.empty((4, CHUNK))
    sums, means = np.empty(HIGHEST - 1), np.empty(HIGHEST - 1)
    for row in range(values.shape[0]):
        x, e, d = values[row], excess[row], deficit[row]
        done[row] = False
        if not (wanted[row] and e > 1.0 / _EXTREME and d > 1.0 / _EXTREME):
            continue
        ordinary, top, reach, mean, deviation = _survey(x)
        if not ordinary:
            continue
        g = steps.start(d, deviation)
        if not d * LEAN < e:
            _fill(x, top, 0.0, tail, single)
            found = _solve_excess(x, top, tail, single, g, e, d)
        else:
            centre, radius = top + mean, max(-mean, reach + mean)
            if g * radius < NEARLY:
                shift = mean - (centre - top)  # of the mean from the centre, which is rounded
                _fill(x, centre, shift, tail, single)
                _power_means(x, centre, shift, tail, radius, work, sums, means)
                found = _solve_series(means, radius, g, e, d)
            else:
                _fill(x, centre, 0.0, tail, single)
                found = _solve_deficit(x, centre, tail, single, g, e, d)
        done[row], gamma[row], residual[row], varentropy[row], nit[row] = found
        nit[row] *= done[row]
        if done[row] and out.shape[0]:
            _tilt(x, top, gamma[row], out[row])


@njit(types.void(_ROWS, _GIVEN, float64[:, ::1]), error_model="numpy", cache=True, nogil=True)
def tilt(values, gamma, out):
    """Escort distributions of logits."""
    _wide()
    for row in range(values.shape[0]):
        x = values[row]
        top = x[0]
        for i in range(x.size):
            top = _larger(x[i], top)
        if 0.0 < gamma[row] < np.inf:
            _tilt(x, top, gamma[row], out[row])
            continue
        count = 0
        for i in range(x.size):
            inside = x[i] > -np.inf if gamma[row] == 0.0 else x[i] == top
            out[row, i] = 1.0 if inside else 0.0
            count += 1 if inside else 0
        for i in range(x.size):
            out[row, i] = out[row, i] / count if gamma[row] == gamma[row] else np.nan
