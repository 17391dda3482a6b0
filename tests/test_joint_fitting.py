"""Iterative proportional fitting: marginals, odds, the exact table in fifty digits, and the zeros that forbid it."""

import math

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oracle import EPS

import entnorm
from entnorm import EntnormError, Status, joint

steady = settings(max_examples=40, derandomize=True, deadline=None, database=None)
MP = mpmath.MPContext()
MP.dps = 60


def drawn(rng, shape, scale):
    """A positive table, and marginals that are not its own."""
    p, a, b = (np.exp(scale * rng.normal(size=size)) for size in (shape, shape[0], shape[1]))
    return p / p.sum(), a / a.sum(), b / b.sum()


def exactly_fitted(p, a, b, sweeps=20000):
    """Plain sweeps in sixty digits, of the binary numbers, until nothing moves; b is rescaled to the sum of a."""
    rows = [[MP.mpf(x) for x in row] for row in p.tolist()]
    a, b = [MP.mpf(x) for x in a.tolist()], [MP.mpf(x) for x in b.tolist()]
    b = [y * MP.fsum(a) / MP.fsum(b) for y in b]
    c = [MP.one] * len(b)
    for _ in range(sweeps):
        r = [mass / MP.fdot(row, c) for mass, row in zip(a, rows, strict=True)]
        new = [mass / MP.fdot(column, r) for mass, column in zip(b, zip(*rows, strict=True), strict=True)]
        moved = max(abs(x / y - 1) for x, y in zip(new, c, strict=True))
        c = new
        if moved < MP.mpf(10) ** -40:
            return [[x * r[i] * c[j] for j, x in enumerate(row)] for i, row in enumerate(rows)]
    raise AssertionError("the exact sweeps did not converge")


def coupling(q):
    """1 - sigma, with sigma the second singular value of the normalised table."""
    scaled = q / np.sqrt(q.sum(1, keepdims=True) * q.sum(0, keepdims=True))
    return 1 - np.linalg.svd(scaled, compute_uv=False)[1]


class TestFit:
    @pytest.mark.parametrize("scale", [0.3, 1.0, 2.5])
    @pytest.mark.parametrize("shape", [(2, 2), (3, 5), (6, 4)])
    def test_is_within_its_bound_of_the_exact_table(self, shape, scale):
        rng = np.random.default_rng(7)
        for _ in range(4):
            p, a, b = drawn(rng, shape, scale)
            fit = joint.fit_marginals(p, a, b)
            exact = exactly_fitted(p, a, b)
            found = [x for row in fit.probs.tolist() for x in row]
            distance = MP.fsum(abs(x - y) for x, y in zip(found, (x for row in exact for x in row), strict=True)) / 2
            assert fit.residual <= 64 * EPS
            # of the sums as computed, whose own roundings are 2 eps, and of the entries, another 2
            rho = float(fit.residual) + 2 * EPS
            assert distance <= rho / math.sqrt(2 * coupling(fit.probs)) + 2 * EPS

    @steady
    @given(st.integers(0, 2**32), st.floats(0.1, 6), st.integers(2, 9), st.integers(2, 9))
    def test_has_the_marginals_and_keeps_the_odds(self, seed, scale, nx, ny):
        p, a, b = drawn(np.random.default_rng(seed), (nx, ny), scale)
        fit = joint.fit_marginals(p, a, b)
        q = fit.probs
        assert fit.residual <= 64 * EPS
        assert np.abs([math.fsum(row) for row in q.tolist()] / a - 1).max() <= 68 * EPS
        assert np.abs([math.fsum(row) for row in q.T.tolist()] / b - 1).max() <= 68 * EPS
        ratio = q / p
        odds = ratio * ratio[0, 0] / (ratio[:, :1] * ratio[:1])
        assert np.abs(odds - 1).max() <= 32 * EPS

    def test_is_the_closest_table_with_its_marginals(self):
        p, a, b = drawn(np.random.default_rng(3), (4, 4), 1.0)
        fit = joint.fit_marginals(p, a, b)
        for seed in range(20):
            other = joint.fit_marginals(drawn(np.random.default_rng(seed), (4, 4), 2.0)[0], a, b).probs
            margin = (other * np.log(other / fit.probs)).sum()
            gained = (other * np.log(other / p)).sum() - (fit.probs * np.log(fit.probs / p)).sum()
            assert margin > 0
            assert gained == pytest.approx(margin, abs=256 * EPS)

    @pytest.mark.parametrize("off", [1e-3, 1e-9, 1e-20, 1e-100])
    def test_almost_separate_blocks(self, off):
        """Two by two the odds ratio w gives the table as the root of a quadratic."""
        p = np.array([[0.5, off], [off, 0.5 - 2 * off]])
        fit = joint.fit_marginals(p, [0.75, 0.25], [0.25, 0.75])
        w = MP.mpf(p[0, 0]) * MP.mpf(p[1, 1]) / (MP.mpf(p[0, 1]) * MP.mpf(p[1, 0]))
        # x (x - 0) = w (3/4 - x)(1/4 - x) for the first entry x, since the last is x too
        half = w / (2 * (w - 1))
        x = half - MP.sqrt(half**2 - MP.mpf(3) / 16 * w / (w - 1))
        assert abs(fit.probs[0, 0] - x) <= 16 * EPS * x
        assert abs(fit.probs[1, 0] - (MP.mpf("0.25") - x)) <= 64 * EPS * (MP.mpf("0.25") - x) + 64 * EPS * off

    @steady
    @given(st.integers(0, 2**32), st.sampled_from([0.1, 1, 5, 20]), st.sampled_from([1, 10, 60]))
    def test_spans_of_hundreds_of_orders(self, seed, masses, scale):
        """Neither light rows beside heavy ones nor factors beyond the range of float64 are in the way."""
        rng = np.random.default_rng(seed)
        p = drawn(rng, (6, 7), scale)[0]
        a, b = (weights / weights.sum() for weights in (np.exp(masses * rng.normal(size=n)) for n in (6, 7)))
        q = joint.fit_marginals(p, a, b).probs
        assert np.abs([math.fsum(row) for row in q.tolist()] / a - 1).max() <= 68 * EPS
        assert np.abs([math.fsum(row) for row in q.T.tolist()] / b - 1).max() <= 68 * EPS

    def test_stacks_axes_and_marginals_that_broadcast(self):
        rng = np.random.default_rng(0)
        p = rng.dirichlet(np.ones(12), size=5).reshape(5, 3, 4)
        fit = joint.fit_marginals(p, [0.2, 0.3, 0.5], rng.dirichlet(np.ones(4), size=5))
        assert fit.residual.shape == fit.nit.shape == (5,)
        turned = joint.fit_marginals(np.moveaxis(p, 0, -1), [0.2, 0.3, 0.5], [0.25] * 4, axes=(0, 1))
        assert np.array_equal(turned.probs[..., 2], joint.fit_marginals(p[2], [0.2, 0.3, 0.5], [0.25] * 4).probs)


class TestZeros:
    P = ((0.5, 0.0), (0.25, 0.25))

    def test_that_admit_the_marginals(self):
        fit = joint.fit_marginals(self.P, [0.5, 0.5], [0.7, 0.3])
        assert fit.probs == pytest.approx(np.array([[0.5, 0], [0.2, 0.3]]), rel=8 * EPS, abs=0)
        assert fit.probs[0, 1] == 0

    def test_blocks_are_fitted_one_by_one(self):
        p = np.array([[0.2, 0, 0.1], [0, 0.4, 0], [0.1, 0, 0.2]])
        fit = joint.fit_marginals(p, [0.25, 0.5, 0.25], [0.1, 0.5, 0.4])
        assert fit.probs.sum(0) == pytest.approx([0.1, 0.5, 0.4], rel=8 * EPS, abs=0)
        assert (fit.probs == 0).tolist() == (p == 0).tolist()

    def test_values_of_no_mass_are_emptied(self):
        fit = joint.fit_marginals([[0.25, 0.25], [0.25, 0.25]], [1.0, 0.0], [0.3, 0.7])
        assert fit.probs.tolist() == [
            [pytest.approx(0.3, rel=4 * EPS, abs=0), pytest.approx(0.7, rel=4 * EPS, abs=0)],
            [0.0, 0.0],
        ]

    @pytest.mark.parametrize(
        ("p", "x", "y", "message"),
        [
            (P, [0.5, 0.5], [0.3, 0.7], "rows 0 ask for 0.5, where the columns that they reach, 0, can give 0.3"),
            (P, [0.5, 0.5], [0.5, 0.5], "except as a limit .*: rows 0 ask for 0.5, which is all"),
            ([[0.5, 0], [0, 0.5]], [0.5, 0.5], [0.3, 0.7], "rows 0 ask for 0.5, .* 0, can give 0.3"),
            ([[0.5, 0.5], [0, 0]], [0.3, 0.7], [0.3, 0.7], "columns 0, 1 ask for 1, .* 0, can give 0.3"),
            ([[1.0, 0], [0, 0]], [1.0, 0], [0.5, 0.5], "rows 0 ask for 1, .* 0, can give 0.5"),
        ],
    )
    def test_that_do_not(self, p, x, y, message):
        with pytest.raises(EntnormError, match=f"zeros of the table do not admit these marginals.*{message}"):
            joint.fit_marginals(p, x, y)

    def test_small_masses_beside_large_ones_are_told_from_none(self):
        """Row 0 asks for 1e-20 of a column that has twice as much: the other half of it is not zero."""
        fit = joint.fit_marginals(self.P, [1e-20, 1.0], [2e-20, 1.0])
        assert fit.probs[:, 0] == pytest.approx([1e-20, 1e-20], rel=64 * EPS, abs=0)

    def test_the_table_of_a_stack_is_named(self):
        with pytest.raises(EntnormError, match="zeros of table 1 do"):
            joint.fit_marginals([[[0.25, 0.25], [0.25, 0.25]], self.P], [0.5, 0.5], [0.3, 0.7])

    @steady
    @given(st.integers(0, 2**32))
    def test_feasible_exactly_when_a_flow_is(self, seed):
        """Every set of rows must ask for less than its columns give: all sets, by force."""
        rng = np.random.default_rng(seed)
        p = rng.dirichlet(np.ones(12)).reshape(4, 3) * (rng.random((4, 3)) < 0.55)
        if not p.any():
            return
        p /= p.sum()
        a, b = rng.dirichlet(np.ones(4)), rng.dirichlet(np.ones(3))
        sets = [[i for i in range(4) if k >> i & 1] for k in range(1, 15)]
        feasible = all(a[s].sum() < b[(p[s] > 0).any(0)].sum() - 1e-9 for s in sets) and (p.sum(0) > 0).all()
        if feasible:
            assert joint.fit_marginals(p, a, b).residual <= 64 * EPS
        else:
            with pytest.raises(EntnormError, match="zeros of the table do not admit"):
                joint.fit_marginals(p, a, b)


class TestMarginals:
    @steady
    @given(st.integers(0, 2**32), st.floats(0.05, 0.95), st.floats(0.05, 0.95))
    def test_both_entropies_by_an_exponent_each(self, seed, x, y):
        p = drawn(np.random.default_rng(seed), (4, 5), 1.0)[0]
        found = joint.marginals(p, evenness=(x, y))
        assert found.success.all()
        assert found.entropies.x == pytest.approx(x * math.log(4), rel=256 * EPS, abs=0)
        assert found.entropies.y == pytest.approx(y * math.log(5), rel=256 * EPS, abs=0)
        escort = entnorm.escort(p.sum(1) / p.sum(), found.gamma[0])
        assert found.probs.sum(1) == pytest.approx(escort, rel=1024 * EPS, abs=0)

    def test_one_after_the_other_would_not_do(self):
        p = np.array([[0.4, 0.1, 0.1], [0.05, 0.15, 0.2]])
        x = joint.marginal(p, entropy=0.5)
        then_y = joint.marginal(x.probs, entropy=0.9, axes=(1, 0))
        assert abs(then_y.entropies.x - 0.5) > 1e-3
        both = joint.marginals(p, entropy=(0.5, 0.9)).entropies
        assert (both.x, both.y) == pytest.approx((0.5, 0.9), rel=64 * EPS, abs=0)

    def test_targets_out_of_reach(self):
        p = np.array([[0.4, 0.1, 0.1], [0.05, 0.15, 0.2]])
        found = joint.marginals([p, p], entropy=([0.5, 0.8], 0.9))
        assert found.status.tolist() == [[0, 0], [Status.INFEASIBLE, 0]]
        assert np.isfinite(found.probs[0]).all()
        assert np.isnan(found.probs[1]).all()
        with pytest.raises(entnorm.InfeasibleTargetError, match=r"X: entropy=0.8 is out of reach of row 1"):
            found.raise_if_failed()
