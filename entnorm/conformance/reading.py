"""What a foreign function returned, as arrays: gamma, a distribution, or an object that has one of them or both."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import nan
from typing import Any, Final

import numpy as np

from entnorm.conformance.calls import FloatArray

_RESULTS: Final = (("gamma", "success"), ("root", "converged"), ("x", "success"))
"""Under which names an object has gamma, and whether that was found."""


@dataclass(frozen=True, eq=False)
class Said:
    """What was returned about some rows: gamma, the distributions, or both; NaN where there is no answer."""

    gamma: FloatArray | None
    probs: FloatArray | None


def read(result: Any, shape: tuple[int, ...], axis: int = -1) -> Said:
    """Read what was returned about values of this shape into arrays of its own.

    Raises
    ------
    TypeError
        If it is nothing of the kind: what it is, and what was expected.
    """
    batch = tuple(int(length) for length in np.delete(shape, axis))
    names = next((names for names in _RESULTS if all(hasattr(result, name) for name in names)), None)
    if names is None:
        values = _numbers(result, batch, shape, fits=(batch, shape))
        return Said(values, None) if values.ndim < len(shape) else Said(None, values)
    root, found = (getattr(result, name) for name in names)
    if np.shape(found) not in ((), batch):
        raise TypeError(f"the result says whether it succeeded in shape {np.shape(found)}; expected {batch}")
    failed = np.broadcast_to(np.logical_not(found), batch)
    gamma = np.where(failed, nan, _numbers(root, batch, shape, fits=(batch,)))
    probs = getattr(result, "probs", None)
    if probs is None:
        return Said(gamma, None)
    return Said(gamma, np.where(np.expand_dims(failed, axis), nan, _numbers(probs, batch, shape, fits=(shape,))))


def put_together(parts: Sequence[tuple[Any, Said]], shape: tuple[int, ...]) -> Said:
    """What was said about each row of a matrix of this shape, from places in it and what was said about the rows there.

    Raises
    ------
    TypeError
        If that is gamma for some rows and a distribution for others.
    """
    gammas = _filled([(where, said.gamma) for where, said in parts], shape[:1])
    return Said(gammas, _filled([(where, said.probs) for where, said in parts], shape))


def _filled(parts: Sequence[tuple[Any, FloatArray | None]], shape: tuple[int, ...]) -> FloatArray | None:
    whole, absent = np.empty(shape), [part is None for _, part in parts]
    if parts and all(absent):
        return None
    if any(absent):
        raise TypeError("gamma came back for some rows, and a distribution for others")
    for where, part in parts:
        whole[where] = part
    return whole


def _numbers(
    result: Any, batch: tuple[int, ...], shape: tuple[int, ...], fits: tuple[tuple[int, ...], ...]
) -> FloatArray:
    expected = f"expected {batch} for gamma or {shape} for the distribution"
    try:
        raw = np.asarray(result)
        right = raw.shape in fits  # before anything is copied: a shape costs its owner nothing, a copy costs us
        loose = (
            raw.dtype.kind == "O" and right and not any(value is None or isinstance(value, str) for value in raw.flat)
        )
        if raw.dtype.kind not in "iuf" and not loose:  # NumPy would make numbers of None and of text
            raise TypeError("no numbers")
        if right:
            return np.array(raw, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise TypeError(f"the solver returned {_described(result)}; {expected}") from error
    raise TypeError(f"the solver returned shape {raw.shape}; {expected}")


def _described(result: Any) -> str:
    """What somebody returned, in a few words."""
    spelt = repr(result)
    return f"{type(result).__name__} {spelt}" if len(spelt) <= 60 and "\n" not in spelt else type(result).__name__
