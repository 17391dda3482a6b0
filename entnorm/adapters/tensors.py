"""The exponents of rows of a tensor, on the device of the tensor: one operator of torch, with its derivative.

What is done with sums over entries, `entnorm.steps`, is the same source as for NumPy; the sums are torch's. To torch
the search is one opaque operator: it can be compiled around, batched by `vmap`, and differentiated as often as one
likes, because its derivative is written in differentiable operations. The entries of a row never leave their device;
the host reads how many rows are left, the sizes of supports that occur, and what an error has to say.
"""

from __future__ import annotations

from collections.abc import Callable
from math import log
from typing import Any

import torch

from entnorm import targets
from entnorm.adapters.tensor_rows import Rows, elementwise, from_bottom, from_top, goals, near_top
from entnorm.answers import Failures
from entnorm.moments import EMPTY
from entnorm.solution import EntnormError, InfeasibleTargetError, Status, name_rows
from entnorm.steps import EPS, GLANCES, UNEVEN, leans

Measure = Callable[..., tuple[Any, ...]]

_PATIENCE = 8  # evaluations before every other step halves the bracket, whatever the iteration says
_BLOCK = (2**26, 2**17)  # entries at a time, elsewhere and on a CPU, where they had better stay in the cache
_LARGEST = 1e300


def _bracket(rows: Rows) -> tuple[Any, Any]:
    """Ends between which the root lies [rates.bracket-below], [rates.bracket-above]; `entnorm.solver` has the same."""
    depths = rows.x - rows.top[:, None]
    gap = -depths.masked_fill_(depths == 0, -torch.inf).amax(-1)
    crowd = torch.log(rows.ties / (rows.support - rows.ties))
    x = (2 * (log(1.2131) - rows.excess.log() - crowd)).clamp(min=1.0)
    low, high = (8.0 * rows.deficit).sqrt() / rows.reach, x / gap
    return low * (1 - 1e-9), (high * (1 + 1e-9)).clamp(max=_LARGEST)


def _search(measure: Measure, base: str, rows: Rows, gamma: Any) -> Any:
    """Next to the roots, as far as float32 shows the way; nothing that matters is decided here."""
    offsets = (rows.x - rows.numbers[base][:, None]).to(torch.float32)
    for _ in range(GLANCES):
        found = measure(rows, gamma, offsets)[:3]
        gamma, going = elementwise.search(gamma, *found, rows.excess, rows.deficit)
        if not going.any():
            break
    return gamma


def _iterate(measure: Measure, base: str, rows: Rows, gamma: Any, gamma_of_all: Any, centre_of_all: Any) -> None:
    """Solve some rows together, in float64; those that are done leave."""
    low, high = _bracket(rows)
    gamma, count = torch.where((low < gamma) & (gamma < high), gamma, low.sqrt() * high.sqrt()), 0
    while rows.x.shape[0]:
        count += 1
        residual, second, third, mean = measure(rows, gamma, rows.x - rows.numbers[base][:, None])
        right = residual > 0  # the entropy decreases [escort.entropy-decreasing]
        low, high = torch.where(right, gamma, low), torch.where(right, high, gamma)
        done, by, _, _ = elementwise.settle(gamma, residual, second, third, rows.excess, rows.deficit)
        proposal, last = gamma + by, torch.where(done, gamma + by, gamma)
        done |= high <= low * (1 + 4 * EPS)
        rows.numbers["centre"] = mean
        gamma_of_all[rows.place], centre_of_all[rows.place] = last, mean
        newton = (low < proposal) & (proposal < high) & (count <= _PATIENCE or count % 2 == 0)
        gamma = torch.where(newton, proposal, low.sqrt() * high.sqrt())
        left = torch.nonzero(~done)[:, 0]
        if left.numel() < done.numel():
            rows, gamma, low, high = rows.take(left), gamma[left], low[left], high[left]


def _exponents(x: Any, target: Any, sums: Any, kind: str, infeasible: str, tolerance: float) -> tuple[Any, Any]:
    """The exponents of rows of a range of about 1, and centres around which to take these; of the batch shape."""
    batch = tuple(x.shape[:-1])
    x, target = x.detach().reshape(-1, x.shape[-1]), target.detach().reshape(-1)
    _check(x, target, None if sums is None else sums.reshape(-1), kind, tolerance, batch)
    height = max(1, _BLOCK[x.device.type == "cpu"] // x.shape[1])
    blocks = zip(x.split(height), target.split(height), strict=True)
    solved = zip(*(_solve(*block, kind, infeasible) for block in blocks), strict=True)
    gamma, centre, beyond, support, ties = (torch.cat(part) for part in solved)
    if infeasible == "raise" and beyond.any():
        asked = targets.Target(kind, target.cpu().numpy())
        failures, status = Failures(), (beyond * Status.INFEASIBLE.value).cpu().numpy()
        failures.add(0, status, support.cpu().numpy(), ties.cpu().numpy())
        hint = "Pass infeasible='clip' for the nearest limit, or 'nan'"
        raise InfeasibleTargetError(f"{failures.message(batch, asked)}. {hint}")
    return gamma.reshape(batch), centre.reshape(batch)


def _solve(x: Any, target: Any, kind: str, infeasible: str) -> tuple[Any, ...]:
    """The same for a block, with the rows that are out of reach, the sizes of supports and the numbers of maxima."""
    rows = Rows.survey(x)
    excess, deficit, at_top, at_bottom = goals(kind, target, rows.support, rows.ties)
    at_end = at_top | at_bottom
    beyond = ~(at_end | ((excess > 0) & (deficit > 0)))
    gamma = torch.where(at_top | (deficit <= 0), 0.0, torch.inf).to(torch.float64)
    if infeasible == "nan":
        gamma = torch.where(beyond, torch.nan, gamma)
    gamma = gamma.masked_fill(at_end & (rows.ties == rows.support), 0.0)
    centre = torch.where(torch.isinf(gamma), rows.top, rows.centre)
    rows.numbers |= {"excess": excess, "deficit": deficit, "place": torch.arange(len(gamma), device=gamma.device)}
    lean, unsolved = leans(excess, deficit), ~(at_end | beyond)
    even = lean & (deficit < UNEVEN)
    kinds = ((from_bottom, "top", ~lean), (from_top, "centre", lean & ~even), (near_top, "centre", even))
    for measure, base, kin in kinds:
        which = torch.nonzero(kin & unsolved)[:, 0]
        if which.numel():
            some = rows if which.numel() == len(gamma) else rows.take(which)
            found = elementwise.start(some.deficit, some.deviation)
            if measure is not near_top:  # where float32 has no digits left
                found = _search(measure, base, some, found)
            _iterate(measure, base, some, found, gamma, centre)
    return gamma, centre, beyond, rows.support, rows.ties


def _check(x: Any, target: Any, sums: Any, kind: str, tolerance: float, batch: tuple[int, ...]) -> None:
    top = x.amax(-1)
    off = torch.zeros_like(top, dtype=torch.bool) if sums is None else ~((sums - 1).abs() <= tolerance)
    if (~torch.isfinite(top) | off).any() | ~(target >= 0).all():
        _refuse_targets(kind, target, batch)
        _refuse(off, "p does not sum to 1", "divide weights by their sum, or pass scores to softmax", batch)
        _refuse_tops(top, "logits contain" if sums is None else "p has negative entries or", batch)


def _refuse_targets(kind: str, target: Any, batch: tuple[int, ...]) -> None:
    _refuse(~(target >= 0), f"{kind} is negative or NaN", "a target is a nonnegative number", batch)


def _refuse_tops(top: Any, what: str, batch: tuple[int, ...]) -> None:
    _refuse(torch.isnan(top), f"{what} NaN", "remove it", batch)
    _refuse(top == torch.inf, "logits contain +inf", "logits must be finite, or -inf to exclude an entry", batch)


def _refuse(bad: Any, what: str, advice: str, batch: tuple[int, ...]) -> None:
    if bad.any():
        raise EntnormError(f"{what} in {name_rows(torch.nonzero(bad)[:, 0].tolist(), batch)}: {advice}")


def _broken(x: Any, low: Any, high: Any) -> Any:
    """The bounds that entropies of the softmax of rows are outside of: -1 for the lower one, 1 for the upper, or 0."""
    batch = tuple(x.shape[:-1])
    x, low, high = x.detach().reshape(-1, x.shape[-1]), low.detach().reshape(-1), high.detach().reshape(-1)
    _refuse_targets("min", low, batch)
    _refuse_targets("max", high, batch)
    _refuse(low > high, "min exceeds max", "there is no entropy between them", batch)
    top = x.amax(-1)
    _refuse_tops(top, "logits contain", batch)
    found = _entropies(x.masked_fill((top == -torch.inf)[:, None], 0.0))
    return ((found > high).to(torch.int8) - (found < low).to(torch.int8)).reshape(batch)


def _blind(x: Any, least: float, strict: bool) -> Any:
    """Which rows are of -inf alone, to be refused if `strict`; a logit below half of `least` is none but a mask."""
    batch, blind = tuple(x.shape[:-1]), (x == -torch.inf).all(-1)
    masked = ((x <= least / 2) & (x > -torch.inf)).any(-1)
    advice = "their entries would count: set them to -inf"
    _refuse(masked.reshape(-1), "logits are masked with finite numbers", advice, batch)
    if strict:
        advice = "a distribution needs at least one finite logit; infeasible='clip' gives such rows zeros, or 'nan' NaN"
        _refuse(blind.reshape(-1), "every logit is -inf", advice, batch)
    return blind


def _entropies(x: Any) -> Any:
    """Entropies of the softmax of rows [escort.entropy-from-top]."""
    depths = x - x.amax(-1, keepdim=True)
    top, t = depths == 0, depths.clamp(min=EMPTY)
    w = t.exp().masked_fill(top, 0.0)
    rest, ties = w.sum(-1), top.sum(-1)
    return ties.log() + (torch.log1p(rest / ties) - (w * t).sum(-1) / (ties + rest))


def tilt(x: Any, gamma: Any, centre: Any) -> tuple[Any, Any]:
    """Logits relative to a centre, and gamma times that: logarithms of the escort distribution, up to a constant.

    They are taken around a centre that is near their mean and counts as constant: the distribution does not depend on
    it [escort.scale-invariance], nor does any of its derivatives. Where gamma is inf, it is the maximum.
    """
    peaked = torch.isinf(gamma)
    floor = torch.where(peaked, centre, -torch.finfo(torch.float64).max)
    outside = x < floor[..., None]
    offsets = x.masked_fill(outside, 0.0) - centre[..., None]
    t = gamma.masked_fill(peaked, 0.0)[..., None] * offsets
    return offsets, t.masked_fill(outside, -torch.inf)


def escort(t: Any) -> Any:
    """The distribution of the logarithms of `tilt`.

    Divided by its sum once more: torch's softmax adds the entries of a row up one after the other, and equal ones are
    all rounded alike, by hundreds of epsilons in all where `sum` loses one or two.
    """
    q = torch.softmax(t, -1)
    return q / q.sum(-1, keepdim=True)


def escort_logarithms(t: Any) -> Any:
    """The logarithms of `escort`, without ``log_softmax``, which adds up as torch's softmax does."""
    return t - torch.logsumexp(t, -1, keepdim=True)


class Exponents(torch.autograd.Function):  # type: ignore[misc]  # torch may be missing
    """The exponents of `_exponents`, differentiable in logits and target, and their centres.

    With the logits x, d gamma = -gamma Cov(dx, x) / Var x - dH / (gamma Var x) under the escort distribution
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
        ctx.save_for_forward(x, target, *output)

    @staticmethod
    def backward(ctx: Any, grad: Any, *_: Any) -> tuple[Any, ...]:
        """From the left, O(n) for a row."""
        along_logits, along_target = _gradient(ctx.kind, *ctx.saved_tensors)
        return grad[..., None] * along_logits, grad * along_target, None, None, None, None


class _BothWays(Exponents):
    """The same, also from the right: what ``torch.compile`` refuses to trace, and forward mode needs."""

    @staticmethod
    def jvp(ctx: Any, along: Any, rise: Any, *_: Any) -> tuple[Any, None]:
        """From the right, O(n) for a row."""
        x, target, gamma, centre = ctx.saved_tensors
        along_logits, along_target = _gradient(ctx.kind, x, target, gamma, centre)
        push = torch.zeros_like(gamma)
        if along is not None:
            push = push + (along_logits * along).sum(-1)
        if rise is not None:
            push = push + along_target * rise
        return push, None


def exponents(*arguments: Any) -> tuple[Any, Any]:
    """Those of `Exponents`, by the one of the two that the caller's mode can use."""
    function = Exponents
    if not torch.compiler.is_compiling():
        _refuse_nested_forward_modes()
        function = _BothWays
    found: tuple[Any, Any] = function.apply(*arguments)
    return found


def _refuse_nested_forward_modes() -> None:
    """Inside a `jvp` torch follows no other, without a word, and the second derivative would be wrong."""
    stack = torch._C._functorch.get_interpreter_stack() or ()
    if sum(level.key() == torch._C._functorch.TransformType.Jvp for level in stack) > 1:
        raise EntnormError("torch has no forward mode inside another for such functions: take jacfwd of jacrev or grad")


def _gradient(kind: str, x: Any, target: Any, gamma: Any, centre: Any) -> tuple[Any, Any]:
    solved = (gamma > 0) & (gamma < torch.inf)
    gamma = gamma.masked_fill(~solved, 0.0)
    offsets, t = tilt(x, gamma, centre)
    q, outside = escort(t), x == -torch.inf
    offsets = offsets.masked_fill(outside, 0.0)
    offsets = (offsets - (q * offsets).sum(-1, keepdim=True)).masked_fill(outside, 0.0)
    variance = (q * offsets * offsets).sum(-1)
    still = ~(solved & (variance > 0))
    lever = (1 / variance.masked_fill(still, 1.0)).masked_fill(still, 0.0)
    support = x.shape[-1] - outside.sum(-1)
    along_target = -lever / gamma.masked_fill(still, 1.0) * _rise(kind, target, support)
    return -(lever * gamma)[..., None] * q * offsets, along_target


def _rise(kind: str, target: Any, support: Any) -> Any:
    """How fast the entropy rises with the target."""
    if kind == "perplexity":
        return 1 / target
    if kind == "evenness":
        return support.to(target.dtype).log()
    return -1.0 if kind == "deficit" else 1.0


def _shapes(x: Any, *_: Any) -> tuple[Any, Any]:
    return x.new_empty(x.shape[:-1]), x.new_empty(x.shape[:-1])


def _in_front(info: Any, in_dims: Any, tensors: Any) -> list[Any]:
    """Under `vmap` there is one more dimension, which goes in front: the operators take any number of them."""
    return [
        tensor
        if tensor is None
        else tensor.expand(info.batch_size, *tensor.shape)
        if dim is None
        else tensor.movedim(dim, 0)
        for tensor, dim in zip(tensors, in_dims, strict=True)
    ]


def _over_batches(info: Any, in_dims: Any, x: Any, target: Any, sums: Any, *rest: Any) -> tuple[Any, Any]:
    return _operator(*_in_front(info, in_dims[:3], (x, target, sums)), *rest), (0, 0)


_operator = torch.library.custom_op(
    "entnorm::exponents",
    _exponents,
    mutates_args=(),
    schema="(Tensor x, Tensor target, Tensor? sums, str kind, str infeasible, float tolerance) -> (Tensor, Tensor)",
)
_operator.register_fake(_shapes)
_operator.register_vmap(_over_batches)

broken_bounds = torch.library.custom_op(
    "entnorm::broken_bounds", _broken, mutates_args=(), schema="(Tensor x, Tensor low, Tensor high) -> Tensor"
)
broken_bounds.register_fake(lambda x, *_: x.new_empty(x.shape[:-1], dtype=torch.int8))
broken_bounds.register_vmap(lambda info, in_dims, *given: (broken_bounds(*_in_front(info, in_dims, given)), 0))

blind_rows = torch.library.custom_op(
    "entnorm::blind_rows", _blind, mutates_args=(), schema="(Tensor x, float least, bool strict) -> Tensor"
)
blind_rows.register_fake(lambda x, *_: x.new_empty(x.shape[:-1], dtype=torch.bool))
blind_rows.register_vmap(lambda info, in_dims, x, *how: (blind_rows(x.movedim(in_dims[0], 0), *how), 0))
