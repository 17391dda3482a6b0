"""The torch adapter: as accurate as `entnorm.solve`, and differentiable."""

from __future__ import annotations

import doctest
import math
from types import SimpleNamespace

import numpy as np
import pages
import pytest
from families import FAMILIES, drawn
from hypothesis import given, settings
from hypothesis import strategies as st
from oracle import EPS, Exact

import entnorm

torch = pytest.importorskip("torch", reason="torch is not installed: make adapters")

from entnorm.adapters import tensors  # noqa: E402
from entnorm.adapters import torch as adapter  # noqa: E402
from entnorm.adapters.tensor_rows import scales  # noqa: E402

steady = settings(max_examples=60, derandomize=True, deadline=None, database=None)
scripted = pytest.mark.filterwarnings("ignore:.*jit.script")  # torch's own, for its forward mode, of several categories
KINDS = {"entropy": 0.8, "perplexity": 2.2, "deficit": 0.1, "evenness": 0.6}
DOUBLE = torch.float64


def tensor(values, **options):
    return torch.tensor(np.asarray(values), dtype=DOUBLE, **options)


def normal(*shape, seed=0):
    return tensor(np.random.default_rng(seed).normal(size=shape))


def logits_with(seed, shape=(3, 6)):
    return normal(*shape, seed=seed).requires_grad_()


def gamma_of(x, kind, value):
    scale = scales(x)
    target = torch.full(x.shape[:-1], value, dtype=DOUBLE)
    gamma, _ = tensors.exponents(x * scale, target, None, kind, "raise", 0)
    return float(gamma * scale)


def errors_of(logits, kind, value):
    x, target = tensor(logits), {kind: value}
    found = SimpleNamespace(
        gamma=gamma_of(x, kind, value),
        probs=adapter.softmax(x, **target).numpy(),
        log_probs=adapter.log_softmax(x, **target).numpy(),
        entropy=math.nan,
        condition=math.nan,
    )
    return Exact.for_target(logits=logits, kind=kind, value=value).errors(found, kind, value)


def inside(row, kind, value):
    """Whether a target is the caller's way of saying an end, which is no matter of accuracy."""
    gamma = entnorm.solve(**row, **{kind: value}).gamma
    return 0 < gamma < math.inf


class TestAccuracy:
    """In units of the budget of `entnorm.solve`: condition times epsilon."""

    @pytest.mark.parametrize("seed", range(2))
    @pytest.mark.parametrize("family", FAMILIES)
    def test_of_logits_of_every_family(self, family, seed):
        row, goals = drawn(family, seed)
        if "p" in row:
            with np.errstate(divide="ignore"):
                row = {"logits": np.log(row["p"])}
        for kind, value in goals:
            if not inside(row, kind, value):
                continue
            errors = errors_of(row["logits"], kind, value)
            for what in ("gamma", "entropy", "probs", "log_probs"):
                assert errors[what] <= 1, (what, kind, value)

    @pytest.mark.parametrize(("kind", "share"), [("entropy", 0.3), ("entropy", 0.7), ("evenness", 0.5)])
    def test_of_many_equal_entries(self, kind, share):
        n = 10**5
        logits = np.repeat([0.0, -0.3, -7.3, -8.9], [2, 1, n - 10**4, 10**4 - 3])
        value = share * math.log(n) if kind == "entropy" else share
        errors = errors_of(logits, kind, value)
        assert errors["gamma"] <= 1
        assert errors["probs"] <= 2
        assert errors["log_probs"] <= 2

    @steady
    @given(st.integers(0, 10**6), st.sampled_from(sorted(KINDS)))
    def test_of_probabilities(self, seed, kind):
        rng = np.random.default_rng(seed)
        p = rng.dirichlet(np.full(8, 0.7))
        p[rng.integers(8)] = 0
        p /= p.sum()
        q = adapter.normalize(tensor(p), **{kind: KINDS[kind]}).numpy()
        right = entnorm.solve(p, **{kind: KINDS[kind]})
        k = 1 + right.condition
        with np.errstate(divide="ignore"):
            depth = np.where(p > 0, np.log(p.max() / p), 0)
        assert (np.abs(q - right.probs) <= 16 * EPS * k * (1 + right.gamma * depth) * right.probs).all()

    @pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float32])
    def test_narrow_floats_are_rounded_once(self, dtype):
        x = normal(4, 9).to(dtype)
        assert torch.equal(adapter.softmax(x, entropy=1.0), adapter.softmax(x.to(DOUBLE), entropy=1.0).to(dtype))
        p = torch.softmax(x.float(), -1).to(dtype)
        assert adapter.normalize(p, entropy=1.0).dtype == dtype

    def test_many_rows_of_all_sorts_at_once(self):
        x = normal(3000, 40) * torch.logspace(-3, 3, 3000, dtype=DOUBLE)[:, None]
        target = torch.linspace(1e-6, math.log(40) - 1e-6, 3000, dtype=DOUBLE)
        right = entnorm.solve(logits=x.numpy(), entropy=target.numpy())
        q = adapter.softmax(x, entropy=target).numpy()
        k = (1 + right.condition)[:, None]
        t = right.log_probs.max(-1, keepdims=True) - right.log_probs
        normal_ones = right.probs > 1e-307
        off = np.abs(q - right.probs) / (EPS * k * (1 + t) * np.maximum(right.probs, 1e-307))
        assert off[normal_ones].max() <= 16  # eight for each of the two
        assert q[~normal_ones].max() <= 1.1e-307


class TestGradients:
    @pytest.mark.parametrize("kind", KINDS)
    @pytest.mark.parametrize("function", [adapter.softmax, adapter.log_softmax])
    def test_first_and_second_order(self, function, kind):
        target = tensor([KINDS[kind], 1.1 * KINDS[kind], 0.7 * KINDS[kind]], requires_grad=True)
        call = lambda x, t: function(x, **{kind: t})  # noqa: E731
        assert torch.autograd.gradcheck(call, (logits_with(1), target))
        assert torch.autograd.gradgradcheck(call, (logits_with(1), target))

    @pytest.mark.parametrize("kind", KINDS)
    def test_of_probabilities(self, kind):
        p = torch.softmax(normal(2, 5), -1).requires_grad_()
        call = lambda p: adapter.normalize(p / p.sum(-1, keepdim=True), **{kind: KINDS[kind]})  # noqa: E731
        assert torch.autograd.gradcheck(call, (p,))
        assert torch.autograd.gradgradcheck(call, (p,))

    def test_with_masks_and_ties(self):
        x = tensor([[3.0, 1.0, -np.inf, 0.0, 0.5], [2.0, 2.0, 1.0, -np.inf, 0.0]])
        alive = x > -torch.inf
        call = lambda v: adapter.softmax(x.masked_scatter(alive, v), entropy=1.0)  # noqa: E731
        free = x[alive].clone().requires_grad_()
        assert torch.autograd.gradcheck(call, (free,))
        assert torch.autograd.gradgradcheck(call, (free,))
        x.requires_grad_()
        adapter.log_softmax(x, entropy=1.0)[:, :2].sum().backward()
        assert (x.grad[~alive] == 0).all()

    def test_of_probabilities_with_zeros(self):
        alive = tensor([[1, 0, 1, 1, 1], [1, 1, 1, 0, 0]]) > 0
        weights = torch.softmax(normal(2, 5), -1)[alive].requires_grad_()

        def call(w):
            p = torch.zeros(2, 5, dtype=DOUBLE).masked_scatter(alive, w)
            return adapter.normalize(p / p.sum(-1, keepdim=True), entropy=0.7)

        assert torch.autograd.gradcheck(call, (weights,))
        assert torch.autograd.gradgradcheck(call, (weights,))
        p = tensor([0.5, 0.3, 0.2, 0.0], requires_grad=True)
        adapter.normalize(p, entropy=0.8)[0].backward()
        right = entnorm.solve(p.detach().numpy(), entropy=0.8).vjp([1.0, 0.0, 0.0, 0.0], wrt="p")[0]
        assert np.abs(p.grad.numpy() - right).max() <= 64 * EPS
        assert p.grad[3] == 0

    def test_of_probabilities_behind_a_masked_softmax(self):
        x = tensor([2.0, 1.0, 0.5, -np.inf], requires_grad=True)
        adapter.normalize(torch.softmax(x, -1), entropy=0.8)[0].backward()
        right = entnorm.solve(logits=x.detach().numpy(), entropy=0.8).vjp([1.0, 0.0, 0.0, 0.0])[0]
        assert np.abs(x.grad.numpy() - right).max() <= 64 * EPS

    @pytest.mark.parametrize("power", [-300, -160, -100, 100, 200, 300, 307])
    @pytest.mark.parametrize("row", [[1.0, -1.0, 0.0], [1.0, -1.0, 0.0, -np.inf]])
    def test_at_any_scale_of_the_logits(self, power, row):
        x = tensor(np.array(row) * 10.0**power, requires_grad=True)
        h = tensor(0.5, requires_grad=True)
        f = np.array([1.0, 0.5, -2.0, 0.0])[: len(row)]
        q = adapter.softmax(x, entropy=h)
        q.backward(tensor(f))
        right = entnorm.solve(logits=x.detach().numpy(), entropy=0.5)
        gradient, slope = right.vjp(f)
        assert np.abs(q.detach().numpy() - right.probs).max() <= 16 * EPS
        assert np.abs(x.grad.numpy() - gradient).max() <= 64 * EPS * right.gamma + 5e-324
        assert abs(float(h.grad) - slope) <= 64 * EPS

    def test_of_logits_of_which_the_exponent_overflows(self):
        x = tensor([1e-310, -1e-310, 0.0])
        right = entnorm.solve(logits=x.numpy(), entropy=0.5)
        assert np.abs(adapter.softmax(x, entropy=0.5).numpy() - right.probs).max() <= 16 * EPS

    @pytest.mark.parametrize("level", [0.0, 1e20, -1e300])
    def test_of_rows_that_are_level_anywhere(self, level):
        x = torch.full((3,), level, dtype=DOUBLE, requires_grad=True)
        for target in ({"evenness": 1.0}, {"entropy": 0.5, "infeasible": "clip"}):
            q = adapter.softmax(x, **target)
            assert torch.equal(q, torch.full((3,), 1 / 3, dtype=DOUBLE))
            assert (torch.autograd.grad(q[0], x)[0] == 0).all()

    @pytest.mark.parametrize("bad", [math.inf, math.nan])
    def test_what_is_outside_the_support_does_not_count(self, bad):
        x = tensor([2.0, 1.0, 0.5, -np.inf], requires_grad=True)
        for function in (adapter.softmax, adapter.log_softmax):
            x.grad = None
            function(x, entropy=0.8).backward(tensor([1.0, 2.0, 4.0, bad]))
            found = x.grad.clone()
            x.grad = None
            function(x, entropy=0.8).backward(tensor([1.0, 2.0, 4.0, 0.0]))
            assert torch.equal(found, x.grad)
            assert found[3] == 0

    @steady
    @given(st.integers(0, 10**6), st.sampled_from(sorted(KINDS)), st.floats(-6, 6), st.floats(-8, 8))
    def test_are_those_of_the_solution(self, seed, kind, size, offset):
        """To the rounding of the cotangent, of the logits and of gamma, each times what it enters with."""
        rng = np.random.default_rng(seed)
        x, f = rng.normal(size=7) * 10**size + 10**offset, rng.normal(size=7)
        x = x - x.min() + 1.0 if np.ptp(x) == 0 else x
        right = entnorm.solve(logits=x, **{kind: KINDS[kind]})
        gradient, slope = right.vjp(f)
        leaf, target = tensor(x, requires_grad=True), tensor(KINDS[kind], requires_grad=True)
        adapter.softmax(leaf, **{kind: target}).backward(tensor(f))
        k, t = 1 + right.condition, right.log_probs - (right.probs * right.log_probs).sum()
        variance = (right.probs * t**2).sum()
        lever = np.abs(f).max() * (1 + np.abs(t).max() / np.sqrt(variance)) ** 2
        assert (np.abs(leaf.grad.numpy() - gradient) <= 64 * EPS * k * right.gamma * lever).all()
        assert abs(float(target.grad) - slope) <= 64 * EPS * k * lever / np.sqrt(variance) * max(1, math.log(7))

    @pytest.mark.parametrize(
        ("row", "target"),
        [
            ([2.0, 1.0, 0.0], {"deficit": 0.0}),
            ([2.0, 1.0, 0.0], {"entropy": 0.0}),
            ([2.0, 2.0, 0.0], {"perplexity": 2.0}),
            ([2.0, 2.0, 2.0], {"evenness": 1.0}),
            ([2.0, 2.0, 0.0], {"entropy": 0.1, "infeasible": "clip"}),
            ([2.0, 1.0, 0.0], {"entropy": 2.0, "infeasible": "clip"}),
            ([2.0, 2.0, 2.0], {"entropy": 0.5, "infeasible": "clip"}),
        ],
    )
    def test_at_an_end_are_zero(self, row, target):
        kind = next(iter(target))
        rest = {name: value for name, value in target.items() if name != kind}
        x, h = tensor(row, requires_grad=True), tensor(target[kind], requires_grad=True)
        q = adapter.softmax(x, **{kind: h}, **rest)
        assert np.array_equal(q.detach().numpy(), entnorm.softmax(row, **target))
        q.backward(tensor([1.0, -2.0, 4.0]))
        assert (x.grad == 0).all()
        assert h.grad == 0

    def test_of_clipping_follow_the_bound_that_holds(self):
        x = tensor([[4.0, 0.0, -1.0], [1.0, 0.5, 0.0], [0.1, 0.0, 0.0]], requires_grad=True)
        low, high = tensor(0.5, requires_grad=True), tensor(1.05, requires_grad=True)
        call = lambda x, low, high: adapter.clip_entropy(x, min=low, max=high)  # noqa: E731
        assert torch.autograd.gradcheck(call, (x, low, high))
        q = call(x, low, high).detach()
        assert torch.equal(q[1], torch.softmax(x[1], -1))
        found = entnorm.entropy(q.numpy())
        assert found[[0, 2]] == pytest.approx([0.5, 1.05], abs=8 * EPS)
        moved = entnorm.solve_clipped(logits=x.detach().numpy(), min=0.5, max=1.05).probs
        assert np.abs(q.numpy() - moved).max() <= 16 * EPS


class TestTorchsOwnTools:
    def test_vmap_grad_and_jacrev(self):
        x, w = logits_with(2), normal(6, seed=3)
        loss = lambda x, h: (adapter.softmax(x, entropy=h) * w).sum()  # noqa: E731
        targets = tensor([0.4, 0.9, 1.5])
        per_row = torch.func.vmap(torch.func.grad(loss))(x.detach(), targets)
        adapter.softmax(x, entropy=targets).backward(w.expand(3, 6))
        assert (per_row - x.grad).abs().max() <= 16 * EPS * 10
        jacobian = torch.func.jacrev(lambda x: adapter.softmax(x, entropy=0.9))(x.detach()[1])
        assert (jacobian - jacobian.T).abs().max() <= 64 * EPS  # [gradients.symmetric]
        assert (jacobian.T @ w - x.grad[1]).abs().max() <= 64 * EPS
        second = torch.func.jacrev(torch.func.jacrev(loss))(x.detach()[0], targets[0])
        assert (second - second.T).abs().max() <= 1e-12

    @scripted
    @pytest.mark.parametrize("kind", KINDS)
    @pytest.mark.parametrize("function", [adapter.softmax, adapter.log_softmax])
    def test_forward_mode(self, function, kind):
        target = tensor([KINDS[kind], 1.1 * KINDS[kind], 0.7 * KINDS[kind]], requires_grad=True)
        call = lambda x, t: function(x, **{kind: t})  # noqa: E731
        forward = {"check_forward_ad": True, "check_backward_ad": False, "check_batched_forward_grad": True}
        assert torch.autograd.gradcheck(call, (logits_with(1), target), **forward)
        assert torch.autograd.gradgradcheck(call, (logits_with(1), target), check_fwd_over_rev=True)

    @scripted
    def test_forward_mode_is_that_of_the_solution(self):
        x, dx = normal(6, seed=1), normal(6, seed=2)
        right = entnorm.solve(logits=x.numpy(), entropy=0.9)
        call = lambda x, h: adapter.softmax(x, entropy=h)  # noqa: E731
        _, both = torch.func.jvp(call, (x, tensor(0.9)), (dx, tensor(0.3)))
        _, one = torch.func.jvp(lambda x: call(x, 0.9), (x,), (dx,))
        assert np.abs(both.numpy() - right.jvp(dx.numpy(), 0.3)).max() <= 64 * EPS
        assert np.abs(one.numpy() - right.jvp(dx.numpy())).max() <= 64 * EPS
        jacobians = [way(lambda h: call(x, h))(tensor(0.9)) for way in (torch.func.jacfwd, torch.func.jacrev)]
        assert (jacobians[0] - jacobians[1]).abs().max() <= 64 * EPS

    @scripted
    def test_hessians_in_every_order_that_torch_has(self):
        from torch.func import hessian, jacfwd, jacrev

        x, w = normal(6, seed=1), normal(6, seed=3)
        loss = lambda x: (adapter.softmax(x, entropy=0.9) @ w) ** 2  # noqa: E731
        right = jacrev(jacrev(loss))(x)
        for found in (hessian(loss)(x), jacfwd(jacrev(loss))(x), jacrev(jacfwd(loss))(x)):
            assert (found - right).abs().max() <= 256 * EPS * right.abs().max()
        with pytest.raises(entnorm.EntnormError, match="no forward mode inside another"):
            jacfwd(jacfwd(loss))(x)

    def test_vmap_over_any_dimension(self):
        x = normal(2, 6, 3)
        found = torch.func.vmap(lambda x: adapter.softmax(x, entropy=0.9), in_dims=2, out_dims=2)(x)
        assert (found - adapter.softmax(x, entropy=0.9, dim=1)).abs().max() <= 8 * EPS

    @pytest.mark.filterwarnings("ignore:.*should not be instantiated:DeprecationWarning")  # torch's own
    def test_compiled_as_one_graph(self):
        x = logits_with(4)
        call = lambda x: adapter.softmax(x, entropy=0.9)[:, 0].sum()  # noqa: E731
        compiled = torch.compile(call, backend="aot_eager", fullgraph=True)
        compiled(x).backward()
        found, x.grad = x.grad, None
        call(x).backward()
        assert (found - x.grad).abs().max() <= 16 * EPS

    @pytest.mark.filterwarnings("ignore:.*should not be instantiated:DeprecationWarning")  # torch's own
    def test_the_other_functions_compile_and_batch(self):
        x = 3 * normal(3, 6, seed=5)
        for function in (
            lambda x: adapter.clip_entropy(x, min=0.6, max=1.0),
            lambda x: adapter.normalize(torch.softmax(x, -1), perplexity=2.0),
            lambda x: adapter.log_softmax(x, entropy=5.0, infeasible="clip"),
        ):
            right = function(x)
            for found in (
                torch.func.vmap(function)(x),
                torch.compile(function, backend="aot_eager", fullgraph=True)(x),
            ):
                assert (found - right).abs().max() <= 32 * EPS

    def test_dimensions_and_broadcasting(self):
        x = normal(2, 5, 3)
        target = tensor([0.3, 0.9, 1.4])
        q = adapter.softmax(x, entropy=target, dim=1)
        assert np.abs(q.numpy() - entnorm.softmax(x.numpy(), entropy=target.numpy(), axis=1)).max() <= 32 * EPS
        assert adapter.softmax(torch.zeros(0, 3), entropy=1.0).shape == (0, 3)
        assert adapter.softmax(torch.arange(4), entropy=1.0).dtype == DOUBLE

    def test_the_program_of_the_readme(self):
        names = {"scores": torch.randn(4, 9, requires_grad=True)}
        exec(pages.of_readme("entnorm.adapters.torch", "softmax"), names)
        evenness = entnorm.evenness(names["weights"].detach().double().numpy())
        assert np.abs(evenness / 0.6 - 1).max() <= 1e-6
        assert bool((names["scores"].grad != 0).any(-1).all())

    def test_the_doctests(self):
        for module in (adapter, tensors):
            assert doctest.testmod(module).failed == 0
        assert doctest.testmod(adapter).attempted >= 15


class Reading(torch.overrides.TorchFunctionMode):
    """Counts the numbers that the host reads at a time."""

    WAYS = frozenset({"tolist", "item", "numpy", "cpu", "__array__", "__bool__", "__float__", "__int__"})

    def __init__(self):
        super().__init__()
        self.most = 0

    def __torch_function__(self, func, types, args=(), kwargs=None):
        if getattr(func, "__name__", "") in self.WAYS:
            self.most = max(self.most, args[0].numel())
        return func(*args, **(kwargs or {}))


@pytest.mark.parametrize("kind", KINDS)
def test_the_host_reads_single_numbers(kind):
    x, target = normal(60, 300), torch.full((60,), KINDS[kind], dtype=DOUBLE)
    with Reading() as reading:
        tensors._exponents(x, target, None, kind, "raise", 0.0)
    assert 1 <= reading.most <= 2  # how many rows are left, and the sizes of supports and of sets of maxima
    with Reading() as reading:
        tensors._exponents(x, target, x.tolist() and None, kind, "raise", 0.0)
    assert reading.most == x.numel(), "what reads the entries is seen"


class TestRefusals:
    X = normal(4, 3)

    def test_a_target_out_of_reach(self):
        target = tensor([0.5, 2.0, 0.5, -0.0])
        message = r"entropy=2\.0 is out of reach of row 1: it attains 0\.0 <= entropy <= 1\.0986122886681098"
        with pytest.raises(entnorm.InfeasibleTargetError, match=message):
            adapter.softmax(self.X, entropy=target)
        clipped = adapter.softmax(self.X, entropy=target, infeasible="clip")
        assert torch.equal(clipped[1], torch.full((3,), 1 / 3, dtype=DOUBLE))
        blank = adapter.log_softmax(self.X, entropy=target, infeasible="nan")
        assert torch.isnan(blank[1]).all()
        assert not torch.isnan(blank[[0, 2, 3]]).any()

    def test_rows_are_named_in_any_block(self, monkeypatch):
        monkeypatch.setattr(tensors, "_BLOCK", (6, 6))
        with pytest.raises(entnorm.InfeasibleTargetError, match="row 3: it attains"):
            adapter.softmax(self.X, entropy=tensor([0.5, 0.5, 0.5, 9.0]))
        whole = adapter.softmax(self.X, entropy=0.5)
        monkeypatch.undo()
        assert (whole - adapter.softmax(self.X, entropy=0.5)).abs().max() <= 8 * EPS

    def test_rows_without_a_key_are_zeros_or_nan_by_option(self):
        x = tensor([[-np.inf] * 3, [2.0, 1.0, 0.0], [-np.inf] * 3], requires_grad=True)
        for target in ({"entropy": 0.5}, {"evenness": 1.0}, {"deficit": 0.2}):
            with pytest.raises(entnorm.EntnormError, match=r"every logit is -inf in rows 0, 2: .*'clip' gives"):
                adapter.softmax(x, **target)
            q = adapter.softmax(x, **target, infeasible="clip")
            assert (q[[0, 2]] == 0).all()
            assert torch.equal(q[1], adapter.softmax(x[1], **target))
            assert (adapter.log_softmax(x, **target, infeasible="clip")[[0, 2]] == -torch.inf).all()
            assert torch.isnan(adapter.softmax(x, **target, infeasible="nan")[[0, 2]]).all()
            x.grad = None
            q[:, 0].sum().backward()
            assert (x.grad[[0, 2]] == 0).all()
            assert torch.isfinite(x.grad).all()
        clipped = adapter.clip_entropy(x, min=0.9)
        assert (clipped[[0, 2]] == 0).all()
        assert torch.equal(clipped[1], adapter.clip_entropy(x[1], min=0.9))

    @pytest.mark.parametrize("dtype", [torch.float64, torch.float32, torch.bfloat16, torch.float16])
    @pytest.mark.filterwarnings("ignore:.*should not be instantiated:DeprecationWarning")  # torch's own
    def test_the_masks_of_models_are_no_logits(self, dtype):
        """They are the least number of their dtype, which a score may have been added to."""
        least = torch.finfo(dtype).min
        hidden = torch.zeros(4, 3, dtype=dtype)
        hidden[2, 1:] = least
        scores = torch.linspace(-9, 9, 12).reshape(4, 3).to(dtype)
        for function in (
            lambda x: adapter.softmax(x, evenness=0.6),
            lambda x: adapter.log_softmax(x, entropy=0.2, infeasible="clip"),
            lambda x: adapter.clip_entropy(x, min=0.2),
        ):
            for call in (function, torch.func.vmap(function), torch.compile(function, backend="aot_eager")):
                for masked in (hidden + scores, scores.masked_fill(hidden < 0, least)):
                    with pytest.raises(entnorm.EntnormError, match="masked with finite numbers in row"):
                        call(masked)
            assert torch.isfinite(function(scores)).all()
        assert torch.isfinite(adapter.softmax(torch.tensor([0.0, 1.0, least / 4]).to(dtype), entropy=0.2)).all()

    @pytest.mark.parametrize(
        ("call", "message"),
        [
            (lambda x: adapter.softmax(x), "pass exactly one target"),
            (lambda x: adapter.softmax(x, entropy=1.0, deficit=0.1), "got entropy and deficit"),
            (lambda x: adapter.softmax(x, entropy=-1.0), "entropy is negative or NaN in rows 0, 1, 2, 3"),
            (lambda x: adapter.softmax(x, entropy=torch.ones(3)), r"entropy has shape \(3,\)"),
            (lambda x: adapter.softmax(x, entropy=1.0, infeasible="no"), "infeasible must be"),
            (lambda x: adapter.softmax(x, entropy=1.0, dim=2), "dim=2 does not exist"),
            (lambda x: adapter.softmax(x[:, :0], entropy=1.0), "empty rows"),
            (lambda x: adapter.softmax(x.numpy(), entropy=1.0), "pass a tensor of real numbers"),
            (lambda x: adapter.softmax(x + 1j, entropy=1.0), "pass a tensor of real numbers, not torch.complex128"),
            (lambda x: adapter.softmax(x / 0, entropy=1.0), r"logits contain \+inf in rows"),
            (lambda x: adapter.softmax(x * math.nan, entropy=1.0), "logits contain NaN in rows"),
            (lambda x: adapter.softmax(x - math.inf, entropy=1.0), "every logit is -inf"),
            (lambda x: adapter.normalize(x, entropy=1.0), "p does not sum to 1"),
            (lambda x: adapter.normalize(tensor([1.5, -0.5]), entropy=0.1), "p has negative entries or NaN"),
            (lambda x: adapter.normalize(tensor([0.0, 0.0]), entropy=0.1), "p does not sum to 1"),
            (lambda x: adapter.clip_entropy(x), "pass min=, max= or both"),
            (lambda x: adapter.clip_entropy(x * math.nan, min=0.5), "logits contain NaN in rows 0, 1, 2, 3"),
            (lambda x: adapter.clip_entropy(x / 0, min=0.5), r"logits contain \+inf in rows"),
            (lambda x: adapter.clip_entropy(x, min=-1.0), "min is negative or NaN in rows 0, 1, 2, 3"),
            (lambda x: adapter.clip_entropy(x, max=tensor([1, 1, math.nan, 1])), "max is negative or NaN in row 2"),
            (lambda x: adapter.clip_entropy(x, min=tensor([0, 0, 1, 0]), max=0.5), "min exceeds max in row 2"),
        ],
    )
    def test_say_what_and_where(self, call, message):
        with pytest.raises(entnorm.EntnormError, match=message):
            call(self.X)
