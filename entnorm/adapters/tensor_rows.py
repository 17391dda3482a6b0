"""Rows of a tensor, their targets, and H = H* in the forms that are accurate in one place or another.

The sums over entries are torch's; what is done with them is `entnorm.steps` and `entnorm.targets`, the same source as
for NumPy.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from math import factorial
from types import FunctionType, SimpleNamespace
from typing import Any

import numpy as np
import torch

from entnorm import steps, targets, words
from entnorm.moments import EMPTY

_TALLEST = 500.0  # far from overflow, and far above any logarithm of s q that a solution can have
_SMALL = 0.3  # below this, l e^l - e^l + 1 is summed as a series
_SERIES = [(k + 1) / factorial(k + 2) for k in range(14)]
_NARROWEST = 1e-290


def _in_torch(module: Any) -> SimpleNamespace:
    """The functions of a module that uses NumPy's names for elementwise operations, for tensors."""
    names = {
        **{
            name: getattr(torch, name)
            for name in ("abs", "exp", "expm1", "isfinite", "isnan", "log", "log1p", "sqrt", "where")
        },
        "maximum": lambda a, b: torch.clamp(a, min=b),
        "minimum": lambda a, b: torch.clamp(a, max=b),
    }
    scope = {**vars(module), "np": SimpleNamespace(**names), "pick": torch.where}
    for name, value in vars(module).items():
        if isinstance(value, FunctionType) and name != "pick":
            scope[name] = FunctionType(value.__code__, scope, name, value.__defaults__)
    return SimpleNamespace(**scope)


elementwise, reduction, exact = _in_torch(steps), _in_torch(targets), _in_torch(words)


def scales(x: Any) -> Any:
    """The powers of two that make the range of each row about 1, so that neither an exponent nor its square overflows.

    A row whose range is 0 stays as it is, and so do those in which something is not finite.
    """
    top, bottom = x.amax(-1), x.masked_fill(x == -torch.inf, torch.inf).amin(-1)
    half = top / 2 - bottom / 2
    usual = (half > 0) & (half < torch.inf)
    half = torch.where(usual, half, 1.0).clamp(min=_NARROWEST)
    return torch.where(usual, torch.frexp(half).mantissa / half, 1.0)


class Rows:
    """Some rows with what stays the same about them while they are solved; every attribute has a number per row."""

    def __init__(self, x: Any, masked: bool, **numbers: Any) -> None:
        self.x, self.masked, self.numbers = x, masked, numbers  # masked: some entry is outside its support

    def __getattr__(self, name: str) -> Any:
        try:
            return self.numbers[name]
        except KeyError:
            raise AttributeError(name) from None

    def take(self, which: Any) -> Rows:
        """Some of the rows, in their order."""
        return Rows(self.x[which], self.masked, **{name: values[which] for name, values in self.numbers.items()})

    @classmethod
    def survey(cls, x: Any) -> Rows:
        """Look at rows whose maxima are finite, and whose range is about 1."""
        top, bottom = x.amax(-1), x.amin(-1)
        masked = bool((bottom == -torch.inf).any())
        outside = x == -torch.inf
        if masked:
            bottom = torch.where(outside, top[:, None], x).amin(-1)
        depths = x - top[:, None]
        ties = (depths == 0).sum(-1)
        if masked:
            depths.masked_fill_(outside, 0.0)
        support = x.shape[1] - outside.sum(-1)
        mean = depths.sum(-1) / support
        variance = torch.linalg.vecdot(depths, depths) / support - mean * mean
        numbers = {"top": top, "support": support, "ties": ties, "centre": top + mean}
        return cls(x, masked, reach=top - bottom, deviation=variance.clamp(min=0.0).sqrt(), **numbers)


def _logarithms(counts: Sequence[Any]) -> list[tuple[Any, Any]]:
    """Logarithms of counts in two words each."""
    values, where = torch.unique(torch.stack(list(counts)), return_inverse=True)
    words = torch.tensor(np.stack(targets.log_in_two_words(np.array(values.tolist(), dtype=np.int64))))
    return [tuple(words.to(where.device)[:, row]) for row in where]


def goals(kind: str, value: Any, support: Any, ties: Any) -> tuple[Any, Any, Any, Any]:
    """Distances of the targets from the two ends, and where they are an end: what `Target.reduce` does."""
    top, bottom = _logarithms([support, ties])
    if kind != "evenness":
        reduced = {"entropy": reduction._entropy, "deficit": reduction._deficit, "perplexity": reduction._perplexity}
        goal = reduced[kind](value, support, ties, top, bottom)
        return goal.excess, goal.deficit, goal.at_top, goal.at_bottom
    entropy, error = exact.two_product(value, top[0])
    excess = reduction._above(entropy, error + value * top[1], bottom)
    at_top = (value == 1) | ((support == 1) & (value <= 1))
    return excess, (1 - value) * top[0], at_top, value == torch.where(ties == support, -1.0, bottom[0] / top[0])


def from_bottom(rows: Rows, gamma: Any, depths: Any) -> tuple[Any, ...]:
    """H - H* with the cumulants and the mean of the logits, from sums over the entries below the maximum."""
    t = (depths * gamma.to(depths.dtype)[:, None]).clamp_(min=EMPTY)
    w = t.exp().masked_fill_(depths == 0, 0.0)
    rest, first, *higher = _sums(w, w, t)
    residual, second, third = elementwise.excess_cumulants(rest, first, *higher, rows.ties, rows.excess)
    return residual, second, third, rows.top + first / (rows.ties + rest) / gamma


def from_top(rows: Rows, gamma: Any, offsets: Any, *, fine: bool = False) -> tuple[Any, ...]:
    """The same from the deficit, around the mean of the iterate before; `fine` if it is small."""
    lower = (gamma * (rows.top - rows.centre) - _TALLEST).clamp(min=0.0)
    t = (offsets * gamma.to(offsets.dtype)[:, None]).sub_(lower.to(offsets.dtype)[:, None])
    outside = offsets == -torch.inf if rows.masked else None
    if rows.masked:
        t.masked_fill_(outside, 0.0)
    raised = t.expm1()
    rest, first, *higher = _sums(raised, raised + 1.0, t)
    residual, second, third, log_mean = elementwise.deficit_cumulants(
        *(rest, first, *higher), rows.support, rows.deficit
    )
    if fine:
        terms = _convex_terms(t - log_mean[:, None], raised, (rest / rows.support)[:, None])
        value = (terms.masked_fill(outside, 0.0) if rows.masked else terms).sum(-1) / rows.support
        residual = rows.deficit - value
    centre = rows.centre + (lower + first / (rest + rows.support)) / gamma
    return residual, second, third, centre


def _sums(raised: Any, w: Any, t: Any) -> list[Any]:
    """Sums of the first, and of w t, w t^2 and w t^3, in float64. Overwrites w."""
    sums = [raised.sum(-1), torch.linalg.vecdot(w, t)]
    for _ in range(2):
        sums.append(torch.linalg.vecdot(w.mul_(t), t))
    return [one.to(torch.float64) for one in sums]


near_top = partial(from_top, fine=True)


def _convex_terms(l: Any, raised: Any, mean: Any) -> Any:  # noqa: E741
    """``l e^l - e^l + 1`` where ``e^l = (1 + raised) / (1 + mean)``; by its series where the three terms cancel."""
    series = torch.full_like(l, _SERIES[-1])
    for coefficient in reversed(_SERIES[:-1]):
        series.mul_(l).add_(coefficient)
    return torch.where(l.abs() < _SMALL, series * l * l, ((raised + 1.0) * l - (raised - mean)) / (1.0 + mean))
