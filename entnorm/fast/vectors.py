"""What loops over entries need to become vector instructions: exponentials and maxima without branches."""

import math
from typing import Any

import numpy as np
from llvmlite import ir
from numba import float32, float64, njit, types
from numba.core.imputils import impl_ret_borrowed
from numba.extending import intrinsic

from entnorm.fast.building import HELPER

SUMS = {"reassoc", "contract", "nsz", "arcp"}  # for sums: reassociated, so that they can be vectors
_EXACT = {"contract", "nnan", "nsz"}  # for elementary functions, whose order of operations is meant

LOWEST = {float64: -708.3964, float32: np.float32(-87.0)}  # below this, exp is not a normal number: 0

_LOG2E, _LN2_HIGH, _LN2_LOW = 1.4426950408889634, 0.693145751953125, 1.42860682030941723212e-6
_SHIFTER = 1.5 * 2.0**52  # added and taken away, it leaves the nearest integer
_F = np.float32
_LOG2E_F, _LN2_HIGH_F, _LN2_LOW_F, _SHIFTER_F = _F(_LOG2E), _F(0.693359375), _F(-2.12194440e-4), _F(1.5 * 2**23)
# (exp(r) - 1 - r) / r^2 for |r| <= log(2) / 2, interpolated in Chebyshev's points: r times the error is below 4e-17
_A0, _A1, _A2, _A3, _A4, _A5, _A6, _A7, _A8, _A9 = (
    *(0.5000000000000001, 0.16666666666666669, 0.04166666666662413, 0.008333333333330062, 0.0013888888917213717),
    *(1.9841269863053618e-4, 2.4801521295954376e-5, 2.7557268459997064e-6, 2.762008844540975e-7, 2.510038549551032e-8),
)
_C2_F, _C3_F, _C4_F, _C5_F, _C6_F = (_F(1.0 / math.factorial(k)) for k in range(2, 7))

_ONE, _ROOT_HALF, _BIAS = 0x3FF << 52, 0x3FE6A09E << 32, 0x433 << 52  # the bits of 1, about sqrt(1/2), and 2**52


@intrinsic
def larger(context: Any, a: Any, b: Any) -> Any:
    """Max without a branch and without regard to NaN, which vector instructions have; Python's `max` is neither."""

    def generate(context: Any, builder: ir.IRBuilder, signature: Any, values: Any) -> Any:
        flags = ("nnan", "nsz")
        return builder.select(builder.fcmp_ordered(">", *values, flags=flags), *values, flags=flags)

    return a(a, a), generate


@intrinsic
def mutable(context: Any, x: Any) -> Any:
    """An array that may be read only, as one that need not be: what is compiled for scratch serves rows too."""

    def generate(context: Any, builder: ir.IRBuilder, signature: Any, values: Any) -> Any:
        return impl_ret_borrowed(context, builder, signature.return_type, values[0])  # which counts a reference more

    return x.copy(readonly=False)(x), generate


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
def parted(context: Any, u: Any) -> Any:
    """The k and m of u = 2**k m, m between sqrt(1/2) and sqrt(2), for a positive normal number."""

    def generate(context: Any, builder: ir.IRBuilder, signature: Any, values: Any) -> Any:
        integer, real = ir.IntType(64), ir.DoubleType()
        lifted = builder.add(builder.bitcast(values[0], integer), ir.Constant(integer, _ONE - _ROOT_HALF))
        biased = builder.or_(builder.lshr(lifted, ir.Constant(integer, 52)), ir.Constant(integer, _BIAS))
        k = builder.fsub(builder.bitcast(biased, real), ir.Constant(real, 2.0**52 + 1023))
        fraction = builder.and_(lifted, ir.Constant(integer, (1 << 52) - 1))
        m = builder.bitcast(builder.add(fraction, ir.Constant(integer, _ROOT_HALF)), real)
        return context.make_tuple(builder, signature.return_type, (k, m))

    return types.UniTuple(float64, 2)(float64), generate


def _fetching(write: int) -> Any:
    @intrinsic
    def fetch(context: Any, array: Any, index: Any) -> Any:
        """Have the cache line of an entry on its way from memory, to be read or to be written."""

        def generate(context: Any, builder: ir.IRBuilder, signature: Any, values: Any) -> Any:
            data = context.make_array(signature.args[0])(context, builder, values[0]).data
            place, word = builder.bitcast(builder.gep(data, [values[1]]), ir.IntType(8).as_pointer()), ir.IntType(32)
            prefetch = ir.FunctionType(ir.VoidType(), [place.type, word, word, word])
            hints = (ir.Constant(word, hint) for hint in (write, 2, 1))  # in the second-level cache; it is data
            builder.call(builder.module.declare_intrinsic("llvm.prefetch", [place.type], prefetch), [place, *hints])
            return context.get_dummy_value()

        return types.void(array, types.intp), generate

    return fetch


fetch_to_read, fetch_to_write = _fetching(0), _fetching(1)


@intrinsic
def wide(context: Any) -> Any:
    """Ask LLVM for the widest vectors that there are; by default it takes half of 512 bits."""

    def generate(context: Any, builder: ir.IRBuilder, signature: Any, values: Any) -> Any:
        set.add(builder.function.attributes, '"prefer-vector-width"="512"')
        return context.get_dummy_value()

    return types.void(), generate


@njit(**HELPER | {"fastmath": _EXACT})  # inlined by LLVM, with these flags
def reduced(t):
    """exp(t) = s (1 + p) with s a power of two, for a t that has one: Cody and Waite's reduction, degree 11."""
    shifted = t * _LOG2E + _SHIFTER
    k = shifted - _SHIFTER
    r = (t - k * _LN2_HIGH) - k * _LN2_LOW
    r2 = r * r
    even = _A0 + r2 * (_A2 + r2 * (_A4 + r2 * (_A6 + r2 * _A8)))
    odd = _A1 + r2 * (_A3 + r2 * (_A5 + r2 * (_A7 + r2 * _A9)))
    return _two_to(shifted), r + r2 * (even + r * odd)


@njit(**HELPER | {"fastmath": _EXACT})  # inlined by LLVM, with these flags
def reduced_f(t):
    """The same in float32, degree 6."""
    shifted = t * _LOG2E_F + _SHIFTER_F
    k = shifted - _SHIFTER_F
    r = (t - k * _LN2_HIGH_F) - k * _LN2_LOW_F
    return _two_to_f(shifted), r + r * r * (_C2_F + r * (_C3_F + r * (_C4_F + r * (_C5_F + r * _C6_F))))


@njit(**HELPER | {"fastmath": _EXACT})
def plus_one(s, p):
    """exp(t) from what `reduced` gives."""
    return s + s * p


@njit(**HELPER | {"fastmath": _EXACT})
def minus_one(s, p, one):
    """expm1(t) likewise, right to the last digits where it is small; were this reassociated, it would not be."""
    return s * p + (s - one)
