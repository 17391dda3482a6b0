"""The exponents of rows of a tensor, on the device of the tensor: one operator of torch, with its derivative.

What is done with sums over entries, `entnorm.steps`, is the same source as for NumPy; the sums are torch's. To torch
the search is one opaque operator: it can be compiled around, batched by `vmap`, and differentiated as often as one
likes, because its derivative is written in differentiable operations. The entries of a row never leave their device;
the host reads how many rows are left, the sizes of supports that occur, and what an error has to say.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from types import FunctionType, SimpleNamespace
from typing import Any

import numpy as np
import torch

from entnorm import steps, targets
from entnorm.answers import out_of_reach
from entnorm.moments import EMPTY
from entnorm.solution import EntnormError, InfeasibleTargetError, name_rows
from entnorm.steps import EPS, GLANCES, LEAN, UNEVEN

Measure = Callable[..., tuple[Any, ...]]

_PATIENCE = 8  # evaluations before every other step halves the bracket, whatever the iteration says
_TALLEST = 500.0  # far from overflow, and far above any logarithm of s q that a solution can have
_SMALL = 0.3  # below this, l e^l - e^l + 1 is summed as a series
_SERIES = [(k + 1) / float(np.prod(np.arange(1.0, k + 3))) for k in range(14)]  # (k+1)/(k+2)!
_BLOCK = (2**26, 2**17)  # entries at a time, elsewhere and on a CPU, where they had better stay in the cache
_NARROWEST, _LARGEST = 1e-290, 1e300


def _in_torch(module: Any) -> SimpleNamespace:
    """The functions of a module that uses NumPy's names for elementwise operations, for tensors."""
    names = {
        **{name: getattr(torch, name) for name in ("abs", "exp", "expm1", "isnan", "log", "log1p", "sqrt", "where")},
        "maximum": lambda a, b: torch.clamp(a, min=b),
        "minimum": lambda a, b: torch.clamp(a, max=b),
    }
    scope = {**vars(module), "np": SimpleNamespace(**names), "pick": torch.where}
    for name, value in vars(module).items():
        if isinstance(value, FunctionType) and name != "pick":
            scope[name] = FunctionType(value.__code__, scope, name, value.__defaults__)
    return SimpleNamespace(**scope)


_steps, _targets = _in_torch(steps), _in_torch(targets)


class _Rows:
    """Some rows with what stays the same about them while they are solved; every attribute has a number per row."""

    def __init__(self, x: Any, masked: bool, **numbers: Any) -> None:
        self.x, self.masked, self.numbers = x, masked, numbers  # masked: some entry is outside its support

    def __getattr__(self, name: str) -> Any:
        try:
            return self.numbers[name]
        except KeyError:
            raise AttributeError(name) from None

    def take(self, which: Any) -> _Rows:
        return _Rows(self.x[which], self.masked, **{name: values[which] for name, values in self.numbers.items()})

    @classmethod
    def survey(cls, x: Any) -> _Rows:
        """Look at rows whose maxima are finite, and scale each by a power of two that makes its range about 1."""
        top, bottom = x.amax(-1), x.amin(-1)
        masked = bool((bottom == -torch.inf).any())
        outside = x == -torch.inf
        if masked:
            bottom = torch.where(outside, top[:, None], x).amin(-1)
        half = (top / 2 - bottom / 2).clamp(min=_NARROWEST)
        scale = torch.frexp(half).mantissa / half
        x, top, bottom = x * scale[:, None], top * scale, bottom * scale
        depths = x - top[:, None]
        ties = (depths == 0).sum(-1)
        if masked:
            depths.masked_fill_(outside, 0.0)
        support = x.shape[1] - outside.sum(-1)
        mean = depths.sum(-1) / support
        variance = torch.linalg.vecdot(depths, depths) / support - mean * mean
        numbers = {"top": top, "scale": scale, "support": support, "ties": ties, "centre": top + mean}
        return cls(x, masked, reach=top - bottom, deviation=variance.clamp(min=0.0).sqrt(), **numbers)


def _logarithms(counts: Sequence[Any]) -> list[tuple[Any, Any]]:
    """Logarithms of counts in two words each."""
    values, where = torch.unique(torch.stack(list(counts)), return_inverse=True)
    words = torch.tensor([targets.log_of_count(count) for count in values.tolist()], dtype=torch.float64)
    return [tuple(words.reshape(-1, 2).to(where.device)[row].unbind(-1)) for row in where]


def _goals(kind: str, value: Any, support: Any, ties: Any) -> tuple[Any, Any, Any, Any]:
    """Distances of the targets from the two ends, and where they are an end: what `Target.reduce` does."""
    top, bottom = _logarithms([support, ties])
    if kind != "evenness":
        reduced = {"entropy": _targets._entropy, "deficit": _targets._deficit, "perplexity": _targets._perplexity}
        goal = reduced[kind](value, support, ties, top, bottom)
        return goal.excess, goal.deficit, goal.at_top, goal.at_bottom
    entropy, error = _targets._two_product(value, top[0])
    excess = (entropy - bottom[0]) + (error + value * top[1] - bottom[1])
    at_top = (value == 1) | ((support == 1) & (value <= 1))
    return excess, (1 - value) * top[0], at_top, value == torch.where(ties == support, -1.0, bottom[0] / top[0])


def _excess(rows: _Rows, gamma: Any, depths: Any) -> tuple[Any, ...]:
    """H - H* with the cumulants and the mean of the logits, from sums over the entries below the maximum."""
    t = (depths * gamma.to(depths.dtype)[:, None]).clamp_(min=EMPTY)
    w = t.exp().masked_fill_(depths == 0, 0.0)
    rest, first, *higher = _sums(w, w, t)
    value, second, third = _steps.excess_cumulants(rest, first, *higher, rows.ties)
    return value - rows.excess, second, third, rows.top + first / (rows.ties + rest) / gamma


def _deficit(rows: _Rows, gamma: Any, offsets: Any, *, fine: bool = False) -> tuple[Any, ...]:
    """The same from the deficit, around the mean of the iterate before; `fine` if it is small."""
    lower = (gamma * (rows.top - rows.centre) - _TALLEST).clamp(min=0.0)
    t = (offsets * gamma.to(offsets.dtype)[:, None]).sub_(lower.to(offsets.dtype)[:, None])
    outside = offsets == -torch.inf if rows.masked else None
    if rows.masked:
        t.masked_fill_(outside, 0.0)
    raised = t.expm1()
    rest, first, *higher = _sums(raised, raised + 1.0, t)
    value, second, third, log_mean = _steps.deficit_cumulants(rest, first, *higher, rows.support)
    if fine:
        terms = _convex_terms(t - log_mean[:, None], raised, (rest / rows.support)[:, None])
        value = (terms.masked_fill(outside, 0.0) if rows.masked else terms).sum(-1) / rows.support
    centre = rows.centre + (lower + first / (rest + rows.support)) / gamma
    return rows.deficit - value, second, third, centre


def _sums(raised: Any, w: Any, t: Any) -> list[Any]:
    """Sums of the first, and of w t, w t^2 and w t^3, in float64. Overwrites w."""
    sums = [raised.sum(-1), torch.linalg.vecdot(w, t)]
    for _ in range(2):
        sums.append(torch.linalg.vecdot(w.mul_(t), t))
    return [one.to(torch.float64) for one in sums]


_fine = partial(_deficit, fine=True)


def _convex_terms(l: Any, raised: Any, mean: Any) -> Any:  # noqa: E741
    """``l e^l - e^l + 1`` where ``e^l = (1 + raised) / (1 + mean)``; by its series where the three terms cancel."""
    series = torch.full_like(l, _SERIES[-1])
    for coefficient in reversed(_SERIES[:-1]):
        series.mul_(l).add_(coefficient)
    return torch.where(l.abs() < _SMALL, series * l * l, ((raised + 1.0) * l - (raised - mean)) / (1.0 + mean))


def _bracket(rows: _Rows) -> tuple[Any, Any]:
    """Ends between which the root lies [rates.bracket-below], [rates.bracket-above]; `entnorm.solver` has the same."""
    depths = rows.x - rows.top[:, None]
    gap = -depths.masked_fill_(depths == 0, -torch.inf).amax(-1)
    crowd = torch.log(rows.ties / (rows.support - rows.ties))
    x = (2 * (np.log(1.2131) - rows.excess.log() - crowd)).clamp(min=1.0)
    low, high = (8.0 * rows.deficit).sqrt() / rows.reach, x / gap
    return low * (1 - 1e-9), (high * (1 + 1e-9)).clamp(max=_LARGEST)


def _search(measure: Measure, base: str, rows: _Rows) -> Any:
    """Next to the roots, as far as float32 shows the way; nothing that matters is decided here."""
    gamma = _steps.start(rows.deficit, rows.deviation)
    offsets = (rows.x - rows.numbers[base][:, None]).to(torch.float32)
    for _ in range(GLANCES):
        found = measure(rows, gamma, offsets)[:3]
        gamma, going = _steps.search(gamma, *found, rows.excess, rows.deficit)
        if not going.any():
            break
    return gamma


def _iterate(measure: Measure, base: str, rows: _Rows, gamma: Any, gamma_of_all: Any, centre_of_all: Any) -> None:
    """Solve some rows together, in float64; those that are done leave."""
    low, high = _bracket(rows)
    gamma, count = torch.where((low < gamma) & (gamma < high), gamma, low.sqrt() * high.sqrt()), 0
    while rows.x.shape[0]:
        count += 1
        residual, second, third, mean = measure(rows, gamma, rows.x - rows.numbers[base][:, None])
        right = residual > 0  # the entropy decreases [escort.entropy-decreasing]
        low, high = torch.where(right, gamma, low), torch.where(right, high, gamma)
        done, last, _, _, proposal = _steps.settle(gamma, residual, second, third, rows.excess, rows.deficit)
        done |= high <= low * (1 + 4 * EPS)
        rows.numbers["centre"] = mean
        gamma_of_all[rows.place], centre_of_all[rows.place] = last, mean
        newton = (low < proposal) & (proposal < high) & (count <= _PATIENCE or count % 2 == 0)
        gamma = torch.where(newton, proposal, low.sqrt() * high.sqrt())
        left = torch.nonzero(~done)[:, 0]
        if left.numel() < done.numel():
            rows, gamma, low, high = rows.take(left), gamma[left], low[left], high[left]


def _exponents(x: Any, target: Any, sums: Any, kind: str, infeasible: str, tolerance: float) -> tuple[Any, Any]:
    """The exponents, and for each a centre around which to take the logits; of the batch shape."""
    batch = tuple(x.shape[:-1])
    x, target = x.detach().reshape(-1, x.shape[-1]), target.detach().reshape(-1)
    _check(x, target, None if sums is None else sums.reshape(-1), kind, tolerance, batch)
    height = max(1, _BLOCK[x.device.type == "cpu"] // x.shape[1])
    blocks = zip(x.split(height), target.split(height), strict=True)
    solved = zip(*(_solve(*block, kind, infeasible) for block in blocks), strict=True)
    gamma, centre, beyond, support, ties = (torch.cat(part) for part in solved)
    if infeasible == "raise" and beyond.any():
        asked = targets.Target(kind, target.cpu().numpy())
        which = torch.nonzero(beyond)[:, 0].tolist()
        sentences = out_of_reach(which, batch, asked, support.cpu().numpy(), ties.cpu().numpy())
        hint = "Pass infeasible='clip' for the nearest limit, or 'nan'"
        raise InfeasibleTargetError(f"{'; '.join(sentences)}. {hint}")
    return gamma.reshape(batch), centre.reshape(batch)


def _solve(x: Any, target: Any, kind: str, infeasible: str) -> tuple[Any, ...]:
    """The same for a block, with the rows that are out of reach, the sizes of supports and the numbers of maxima."""
    rows = _Rows.survey(x)
    excess, deficit, at_top, at_bottom = _goals(kind, target, rows.support, rows.ties)
    at_end = at_top | at_bottom
    beyond = ~(at_end | ((excess > 0) & (deficit > 0)))
    gamma = torch.where(at_top | (deficit <= 0), 0.0, torch.inf).to(torch.float64)
    if infeasible == "nan":
        gamma = torch.where(beyond, torch.nan, gamma)
    gamma = gamma.masked_fill(at_end & (rows.ties == rows.support), 0.0)
    centre = torch.where(torch.isinf(gamma), rows.top, rows.centre)
    rows.numbers |= {"excess": excess, "deficit": deficit, "place": torch.arange(len(gamma), device=gamma.device)}
    lean, unsolved = deficit * LEAN < excess, ~(at_end | beyond)
    even = lean & (deficit < UNEVEN)
    for measure, base, kin in ((_excess, "top", ~lean), (_deficit, "centre", lean & ~even), (_fine, "centre", even)):
        which = torch.nonzero(kin & unsolved)[:, 0]
        if which.numel():
            some = rows if which.numel() == len(gamma) else rows.take(which)
            found = _steps.start(some.deficit, some.deviation) if measure is _fine else _search(measure, base, some)
            _iterate(measure, base, some, found, gamma, centre)
    return gamma * rows.scale, centre / rows.scale, beyond, rows.support, rows.ties


def _check(x: Any, target: Any, sums: Any, kind: str, tolerance: float, batch: tuple[int, ...]) -> None:
    top = x.amax(-1)
    off = torch.zeros_like(top, dtype=torch.bool) if sums is None else ~((sums - 1).abs() <= tolerance)
    if not ((~torch.isfinite(top) | off).any() | ~(target >= 0).all()):
        return
    for bad, what, advice in (
        (~(target >= 0), f"{kind} is negative or NaN", "a target is a nonnegative number"),
        (off, "p does not sum to 1", "divide weights by their sum, or pass scores to softmax"),
        (torch.isnan(top), f"{'logits contain' if sums is None else 'p has negative entries or'} NaN", "remove it"),
        (top == torch.inf, "logits contain +inf", "logits must be finite, or -inf to exclude an entry"),
        (top == -torch.inf, "every logit is -inf", "a distribution needs at least one finite logit"),
    ):
        if bad.any():
            raise EntnormError(f"{what} in {name_rows(torch.nonzero(bad)[:, 0].tolist(), batch)}: {advice}")


def entropies(x: Any) -> Any:
    """Entropies of the softmax of rows [escort.entropy-from-top]."""
    depths = x - x.amax(-1, keepdim=True)
    top, t = depths == 0, depths.clamp(min=EMPTY)
    w = t.exp().masked_fill(top, 0.0)
    rest, ties = w.sum(-1), top.sum(-1)
    return ties.log() + (torch.log1p(rest / ties) - (w * t).sum(-1) / (ties + rest))


def tilt(x: Any, gamma: Any, centre: Any) -> Any:
    """Logarithms of the escort distribution, up to a constant per row; differentiable in the rows and in gamma.

    They are taken around a centre that is near their mean and counts as constant: the distribution does not depend on
    it [escort.scale-invariance], nor does any of its derivatives. Where gamma is inf, it is the maximum.
    """
    peaked = torch.isinf(gamma)
    floor = torch.where(peaked, centre, -torch.finfo(torch.float64).max)
    outside = x < floor[..., None]
    t = gamma.masked_fill(peaked, 0.0)[..., None] * (x.masked_fill(outside, 0.0) - centre[..., None])
    return t.masked_fill(outside, -torch.inf)


class Exponents(torch.autograd.Function):  # type: ignore[misc]  # torch may be missing
    """The exponents of `_exponents`, differentiable in logits and target, and their centres.

    With t = gamma log p and its variance under q, d gamma = -gamma Cov(dt, t) / Var t - gamma dH / Var t
    [inverse.exponent-along-logits], [inverse.exponent-along-target]. Rows at an end do not follow anything.
    """

    generate_vmap_rule = True

    @staticmethod
    def forward(x: Any, target: Any, sums: Any, kind: str, infeasible: str, tolerance: float) -> tuple[Any, Any]:
        """See `_exponents`."""
        gamma, centre = _operator(x, target, sums, kind, infeasible, tolerance)
        return gamma, centre

    @staticmethod
    def setup_context(ctx: Any, inputs: Any, output: Any) -> None:
        """Keep gamma, of which derivatives of higher order go through here again."""
        x, target, _, ctx.kind, _, _ = inputs
        ctx.mark_non_differentiable(output[1])
        ctx.save_for_backward(x, target, *output)

    @staticmethod
    def backward(ctx: Any, grad: Any, *_: Any) -> tuple[Any, ...]:
        """From the left, O(n) for a row."""
        along_logits, along_target = _gradient(ctx.kind, *ctx.saved_tensors)
        return grad[..., None] * along_logits, grad * along_target, None, None, None, None


def _gradient(kind: str, x: Any, target: Any, gamma: Any, centre: Any) -> tuple[Any, Any]:
    solved = (gamma > 0) & (gamma < torch.inf)
    gamma = gamma.masked_fill(~solved, 0.0)
    t = tilt(x, gamma, centre)
    q, outside = torch.softmax(t, -1), x == -torch.inf
    t = t.masked_fill(outside, 0.0)
    t = (t - (q * t).sum(-1, keepdim=True)).masked_fill(outside, 0.0)
    variance = (q * t * t).sum(-1)
    still = ~(solved & (variance > 0))
    lever = (gamma / variance.masked_fill(still, 1.0)).masked_fill(still, 0.0)
    support = x.shape[-1] - outside.sum(-1)
    return -(lever * gamma)[..., None] * q * t, -lever * _rise(kind, target, support)


def _rise(kind: str, target: Any, support: Any) -> Any:
    """How fast the entropy rises with the target."""
    if kind == "perplexity":
        return 1 / target
    if kind == "evenness":
        return support.to(target.dtype).log()
    return -1.0 if kind == "deficit" else 1.0


def _shapes(x: Any, *_: Any) -> tuple[Any, Any]:
    return x.new_empty(x.shape[:-1]), x.new_empty(x.shape[:-1])


def _over_batches(info: Any, in_dims: Any, x: Any, target: Any, sums: Any, *rest: Any) -> tuple[Any, Any]:
    """`vmap` puts one more dimension in front: the operator takes any number of them."""

    def in_front(tensor: Any, dim: int | None) -> Any:
        if tensor is None:
            return None
        return tensor.expand(info.batch_size, *tensor.shape) if dim is None else tensor.movedim(dim, 0)

    moved = [in_front(tensor, dim) for tensor, dim in zip((x, target, sums), in_dims[:3], strict=True)]
    return _operator(*moved, *rest), (0, 0)


_operator = torch.library.custom_op(
    "entnorm::exponents",
    _exponents,
    mutates_args=(),
    schema="(Tensor x, Tensor target, Tensor? sums, str kind, str infeasible, float tolerance) -> (Tensor, Tensor)",
)
_operator.register_fake(_shapes)
_operator.register_vmap(_over_batches)
