"""Softmax with a prescribed entropy for tensors of torch: on their device, and differentiable to any order.

The functions are those of `entnorm` with torch's `dim` for `axis`. A row is solved in float64 on the device that it is
on, by the algorithm of `entnorm.solve`, and comes back in its own dtype; float64 is what a device has to have. They
take part in ``torch.compile`` (as one operator, without a break in the graph), in ``torch.func.vmap``, ``grad``,
``jacrev``, ``jvp``, ``jacfwd`` and ``hessian``, and their derivatives are those of `entnorm.Solution.vjp` and `jvp`, at
any scale of the logits. Forward mode is of first order, as torch's is for functions of this kind: one inside another is
refused, and ``jacfwd`` of ``jacrev``, which ``hessian`` is, goes to second order.

With x the logits, q the distribution and f the gradient of a function in q, its gradient in x is gamma q times the
residual of f in the least-squares regression on (1, x) with the weights q [gradients.pullback], and its gradient in the
entropy minus the slope of the regression on (1, gamma x) [gradients.pullback-entropy]: O(n) for a row. A row at an end
of what it can attain (also by ``infeasible="clip"``) is uniform on its support or on its maxima, and has the gradient 0
in logits and target: it does not move, except for a jump where tied maxima part.

Mask with -inf. A prescribed entropy does not see how far away the entries of a finite mask are, and spreads over them.
Those below half of the least number of their dtype, to which many models mask, are refused; -1e9 is an entry like any
other. A row without any finite logit, such as that of a query in the padding that sees no key, has no distribution: it
is refused, or zeros with ``infeasible="clip"``, as by `entnorm.attention.attention_weights`, or NaN with "nan".

>>> import torch
>>> from entnorm.adapters.torch import softmax
>>> logits = torch.tensor([2.0, 1.0, 0.0], dtype=torch.float64, requires_grad=True)
>>> q = softmax(logits, entropy=0.8)
>>> q[0].backward()
>>> print(q.detach().numpy().round(6), logits.grad.numpy().round(6))
[0.686221 0.233991 0.079788] [ 0.034612 -0.069224  0.034612]
"""

from __future__ import annotations

from typing import TypeAlias

from entnorm.adapters import host
from entnorm.rows import sum_tolerance
from entnorm.solution import EntnormError
from entnorm.transforms import Infeasible, check_choice

with host("torch"):
    import torch

    from entnorm.adapters.tensor_rows import scales
    from entnorm.adapters.tensors import blind_rows, broken_bounds, escort, escort_logarithms, exponents, tilt

Number: TypeAlias = float | torch.Tensor
"""A target: one for all rows, or a tensor that broadcasts to the batch shape."""


def softmax(
    logits: torch.Tensor,
    *,
    entropy: Number | None = None,
    perplexity: Number | None = None,
    deficit: Number | None = None,
    evenness: Number | None = None,
    dim: int = -1,
    infeasible: Infeasible = "raise",
) -> torch.Tensor:
    """Softmax at the temperature that gives each row its prescribed entropy: ``softmax(gamma * logits)``.

    Parameters
    ----------
    logits : Tensor
        Scores along `dim`; an entry of -inf keeps probability zero, and has the gradient zero.
    entropy, perplexity, deficit, evenness : float or Tensor, optional
        The target, exactly one of the four, broadcast to the batch shape (that of `logits` without `dim`): H in nats,
        exp(H), log s - H, or H / log s, where s counts the entries above -inf of a row. A tensor gets a gradient.
    dim : int, default -1
        The dimension along which distributions lie.
    infeasible : {"raise", "clip", "nan"}, default "raise"
        What to do for rows that cannot have the entropy asked for: raise an error that names them, return the uniform
        distribution on their support or on their maxima, whichever is nearer, or return NaN. For rows of -inf alone,
        of which there is no distribution, "clip" returns zeros.

    Returns
    -------
    Tensor
        Shaped as `logits`, of its floating dtype (float64 for integers), on its device.

    Raises
    ------
    InfeasibleTargetError
        If a target cannot be attained and `infeasible` is "raise".
    EntnormError
        If an argument is malformed, with the indices of the rows at fault.

    See Also
    --------
    entnorm.softmax : The same for NumPy's arrays.

    Notes
    -----
    For the logits and the target as the binary numbers that they are, gamma is right to 8 eps k gamma with eps = 2^-52
    and k = 1 + min(H, log s - H) / Var_q[log q], as tested against roots in many digits, and the distribution to twice
    what `entnorm.solve` allows it; one of a narrower dtype is rounded once, at the end. The last digits may depend on
    the batch: the order of torch's sums does.

    Examples
    --------
    >>> import torch
    >>> from entnorm.adapters.torch import softmax
    >>> scores = torch.tensor([[3.0, 1.0, 0.0], [300.0, 100.0, 0.0]])
    >>> print(softmax(scores, entropy=0.5).numpy().round(4))
    [[0.8539 0.1078 0.0383]
     [0.8539 0.1078 0.0383]]
    """
    x = _rows(logits, dim)
    kind, target = _target(x, entropy=entropy, perplexity=perplexity, deficit=deficit, evenness=evenness)
    return _restored(_distribution(x, kind, target, infeasible, log=False, least=_least(logits)), logits, dim)


def log_softmax(
    logits: torch.Tensor,
    *,
    entropy: Number | None = None,
    perplexity: Number | None = None,
    deficit: Number | None = None,
    evenness: Number | None = None,
    dim: int = -1,
    infeasible: Infeasible = "raise",
) -> torch.Tensor:
    """Natural logarithm of `softmax` with a prescribed entropy, finite where the probability underflows.

    Parameters
    ----------
    logits : Tensor
        Scores along `dim`; an entry of -inf stays -inf.
    entropy, perplexity, deficit, evenness : float or Tensor, optional
        The target, exactly one of the four, as in `softmax`.
    dim : int, default -1
        The dimension along which distributions lie.
    infeasible : {"raise", "clip", "nan"}, default "raise"
        What to do for rows that cannot have the entropy asked for, as in `softmax`.

    Returns
    -------
    Tensor
        Shaped as `logits`, of its floating dtype (float64 for integers), on its device.

    Raises
    ------
    InfeasibleTargetError
        If a target cannot be attained and `infeasible` is "raise".
    EntnormError
        If an argument is malformed, with the indices of the rows at fault.

    Examples
    --------
    >>> import torch
    >>> from entnorm.adapters.torch import log_softmax
    >>> print(log_softmax(torch.tensor([3.0, 1.0, -3000.0]), entropy=0.5).numpy().round(2))
    [-2.20000e-01 -1.61000e+00 -2.08447e+03]
    """
    x = _rows(logits, dim)
    kind, target = _target(x, entropy=entropy, perplexity=perplexity, deficit=deficit, evenness=evenness)
    return _restored(_distribution(x, kind, target, infeasible, log=True, least=_least(logits)), logits, dim)


def normalize(
    p: torch.Tensor,
    *,
    entropy: Number | None = None,
    perplexity: Number | None = None,
    deficit: Number | None = None,
    evenness: Number | None = None,
    dim: int = -1,
    infeasible: Infeasible = "raise",
) -> torch.Tensor:
    """Rescale distributions by the power transform so that their entropy is the prescribed one.

    Parameters
    ----------
    p : Tensor
        Probabilities along `dim`, nonnegative with sum 1. Zeros stay zero, and have the gradient zero.
    entropy, perplexity, deficit, evenness : float or Tensor, optional
        The target, exactly one of the four, as in `softmax`; s counts the nonzero entries of a row.
    dim : int, default -1
        The dimension along which distributions lie.
    infeasible : {"raise", "clip", "nan"}, default "raise"
        What to do for rows that cannot have the entropy asked for, as in `softmax`.

    Returns
    -------
    Tensor
        Shaped as `p`, of its floating dtype, on its device.

    Raises
    ------
    InfeasibleTargetError
        If a target cannot be attained and `infeasible` is "raise".
    EntnormError
        If an argument is malformed, with the indices of the rows at fault.

    Notes
    -----
    Logarithms are taken relative to the largest entry of a row, each right to a rounding error of itself. Where you
    have logits, pass them to `softmax`.

    Examples
    --------
    >>> import torch
    >>> from entnorm.adapters.torch import normalize
    >>> p = torch.tensor([0.7, 0.2, 0.1], dtype=torch.float64, requires_grad=True)
    >>> q = normalize(p, perplexity=2)
    >>> q[0].backward()
    >>> print(p.grad.numpy().round(6))
    [ 0.018391 -0.180702  0.23267 ]
    """
    rows = _rows(p, dim)
    kind, target = _target(rows, entropy=entropy, perplexity=perplexity, deficit=deficit, evenness=evenness)
    epsilon = torch.finfo(p.dtype if p.is_floating_point() else torch.float64).eps
    tolerance = sum_tolerance(rows.shape[-1], epsilon)
    found = _distribution(_logarithms(rows), kind, target, infeasible, log=False, sums=rows.sum(-1), within=tolerance)
    return _restored(found, p, dim)


def clip_entropy(
    logits: torch.Tensor, *, min: Number | None = None, max: Number | None = None, dim: int = -1
) -> torch.Tensor:
    """Softmax with its entropy kept between bounds: rows that are between them already are those of plain softmax.

    Parameters
    ----------
    logits : Tensor
        Scores along `dim`; an entry of -inf keeps probability zero.
    min, max : float or Tensor, optional
        Bounds of the Shannon entropy in nats, either or both, broadcast to the batch shape. A tensor gets a gradient,
        from the rows that it holds.
    dim : int, default -1
        The dimension along which distributions lie.

    Returns
    -------
    Tensor
        Shaped as `logits`, of its floating dtype (float64 for integers), on its device. Rows whose softmax is outside
        the bounds have the entropy of the bound that it broke, or are uniform on their support or on their maxima where
        that is out of reach. Rows of -inf alone are zeros.

    Raises
    ------
    EntnormError
        If `min` is greater than `max` in some row, or an argument is malformed, with the indices of the rows at fault.

    Examples
    --------
    >>> import torch
    >>> from entnorm.adapters.torch import clip_entropy
    >>> print(clip_entropy(torch.tensor([[4.0, 0.0, 0.0], [1.0, 0.5, 0.0]]), min=0.5).numpy().round(4))
    [[0.8608 0.0696 0.0696]
     [0.5065 0.3072 0.1863]]
    """
    x = _rows(logits, dim)
    if min is None and max is None:
        raise EntnormError("pass min=, max= or both: the entropies between which distributions stay as they are")
    low = _target(x, min=0.0 if min is None else min)[1]
    high = _target(x, max=torch.inf if max is None else max)[1]
    broken = broken_bounds(x.detach(), low.detach(), high.detach())
    target = torch.where(broken < 0, low, torch.where(broken > 0, high, torch.inf))  # where none is, nothing is solved
    kept = torch.softmax(x, -1).masked_fill(x == -torch.inf, 0.0)
    solved = _distribution(x, "entropy", target, "clip", log=False, least=_least(logits))
    return _restored(torch.where((broken != 0)[..., None], solved, kept), logits, dim)


def _rows(values: torch.Tensor, dim: int) -> torch.Tensor:
    """The distributions along the last dimension, in float64."""
    if not isinstance(values, torch.Tensor) or values.is_complex():
        raise EntnormError(f"pass a tensor of real numbers, not {getattr(values, 'dtype', type(values).__name__)}")
    if values.ndim == 0 or not -values.ndim <= dim < values.ndim:
        raise EntnormError(f"dim={dim} does not exist in a tensor of shape {tuple(values.shape)}")
    if values.shape[dim] == 0:
        raise EntnormError(f"a tensor of shape {tuple(values.shape)} has empty rows along dim {dim}")
    return values.movedim(dim, -1).to(torch.float64)


def _least(logits: torch.Tensor) -> float:
    """The least number that an entry may have."""
    return float(torch.finfo(logits.dtype).min) if logits.is_floating_point() else -torch.inf


def _restored(found: torch.Tensor, like: torch.Tensor, dim: int) -> torch.Tensor:
    return found.movedim(-1, dim).to(like.dtype if like.is_floating_point() else torch.float64)


def _target(x: torch.Tensor, **kinds: Number | None) -> tuple[str, torch.Tensor]:
    given = {kind: value for kind, value in kinds.items() if value is not None}
    if len(given) != 1:
        names = ", ".join(f"{kind}=" for kind in kinds)
        raise EntnormError(f"pass exactly one target of {names}; got {' and '.join(given) or 'none'}")
    ((kind, value),) = given.items()
    target = torch.as_tensor(value, dtype=torch.float64, device=x.device)
    try:
        return kind, target.expand(x.shape[:-1])
    except RuntimeError:
        batch = tuple(x.shape[:-1])
        raise EntnormError(f"{kind} has shape {tuple(target.shape)}, which does not broadcast to {batch}") from None


def _logarithms(p: torch.Tensor) -> torch.Tensor:
    """The logarithms log p - log max p; from the exact difference where the two are within a factor of two."""
    top = p.detach().amax(-1, keepdim=True)
    alive = p != 0
    ratio = torch.where(alive, p / top, 1.0)
    near = alive & ((ratio - 1).abs() <= 0.5)  # a zero has no logarithm, whose derivative a `where` would not keep out
    close = torch.log1p(torch.where(near, (p - top) / top, 0.0))
    return torch.where(alive, torch.where(near, close, torch.log(torch.where(near, 1.0, ratio))), -torch.inf)


def _distribution(
    x: torch.Tensor,
    kind: str,
    target: torch.Tensor,
    infeasible: Infeasible,
    *,
    log: bool,
    least: float = -torch.inf,
    sums: torch.Tensor | None = None,
    within: float = 0.0,
) -> torch.Tensor:
    check_choice(infeasible)
    outside = x == -torch.inf
    blind = blind_rows(x.detach(), least, infeasible == "raise" and sums is None)
    x = x.masked_fill(blind[..., None], 0.0)  # zeros, to be masked below
    scaled = x * scales(x.detach())[..., None]
    gamma, centre = exponents(scaled, target, sums, kind, infeasible, within)
    _, t = tilt(scaled, gamma, centre)
    found = escort_logarithms(t) if log else escort(t)
    found = found.masked_fill(outside, -torch.inf if log else 0.0)  # whatever the gradient there, it is 0
    failed = (torch.isnan(gamma) | blind)[..., None]
    return found.masked_fill(failed, torch.nan) if infeasible == "nan" else found
