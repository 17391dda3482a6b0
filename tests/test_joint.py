"""Joint distributions: each reading against its definition in fifty digits, and what it leaves as it is."""

import math

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oracle import EPS, Exact

import entnorm
from entnorm import EntnormError, InfeasibleTargetError, Status, joint

steady = settings(max_examples=40, derandomize=True, deadline=None, database=None)
MP = mpmath.MPContext()
MP.dps = 60


@st.composite
def tables(draw, zeros=False):
    shape = draw(st.tuples(st.integers(2, 5), st.integers(2, 5)))
    entries = st.floats(1e-4, 1)
    weights = draw(st.lists(entries, min_size=shape[0] * shape[1], max_size=shape[0] * shape[1]))
    p = (np.array(weights) * (1 + 0.013 * np.arange(len(weights)))).reshape(
        shape
    )  # apart: ties have tests of their own
    if zeros:
        p[0, 1:] = 0
    return p / math.fsum(p.ravel())


def plogp(values):
    return -MP.fsum(x * MP.log(x) for x in values if x > 0)


def exact_entropies(p):
    """By the definitions, of the table as the binary numbers that it holds."""
    rows = [[MP.mpf(x) for x in row] for row in np.asarray(p).tolist()]
    total = MP.fsum(x for row in rows for x in row)
    rows = [[x / total for x in row] for row in rows]
    of_x, of_y = [MP.fsum(row) for row in rows], [MP.fsum(column) for column in zip(*rows, strict=True)]
    within = MP.fsum(mass * plogp([x / mass for x in row]) for mass, row in zip(of_x, rows, strict=True) if mass)
    columns = [list(column) for column in zip(*rows, strict=True)]
    across = MP.fsum(mass * plogp([x / mass for x in row]) for mass, row in zip(of_y, columns, strict=True) if mass)
    return plogp(of_x), plogp(of_y), plogp([x for row in rows for x in row]), within, across


class TestEntropies:
    @steady
    @given(tables(zeros=True))
    def test_are_those_of_the_definitions(self, p):
        for found, exact in zip(joint.entropies(p), exact_entropies(p), strict=True):
            assert abs(found - exact) <= 16 * EPS * max(exact, EPS)

    def test_a_small_conditional_entropy_keeps_its_digits(self):
        p = np.array([[0.5, 1e-30], [1e-25, 0.5]])
        found = joint.entropies(p).y_given_x
        assert abs(found - exact_entropies(p)[3]) <= 16 * EPS * found

    def test_sums_off_by_rounding_are_divided_out(self):
        p = np.array([[0.5, 0.1], [0.1, 0.3]])
        off = p * (1 + 5e-7)
        for name in ("x", "y", "xy", "y_given_x", "x_given_y"):
            assert getattr(joint.entropies(off), name) == pytest.approx(
                getattr(joint.entropies(p), name), rel=16 * EPS, abs=0
            )
        gammas = [joint.conditional_common(table, entropy=0.5).gamma for table in (p, off)]
        assert gammas[0] == pytest.approx(gammas[1], rel=32 * EPS, abs=0)

    def test_axes_and_stacks(self):
        p = np.random.default_rng(0).dirichlet(np.ones(12), size=5).reshape(5, 3, 4)
        found = joint.entropies(p)
        assert found.x.shape == (5,)
        swapped = joint.entropies(np.moveaxis(p, 0, 1), axes=(2, 0))
        assert np.allclose(found.x, swapped.y, rtol=4 * EPS, atol=0)
        assert np.allclose(found.y_given_x, swapped.x_given_y, rtol=8 * EPS, atol=0)
        assert found.information == pytest.approx(found.y - found.y_given_x, abs=8 * EPS)


class TestOneUnknown:
    @steady
    @given(tables(), st.floats(0.05, 0.95))
    def test_power_is_the_pair_as_one_variable(self, p, share):
        found, flat = joint.power(p, evenness=share), entnorm.solve(p.ravel(), evenness=share)
        assert found.gamma == flat.gamma
        assert np.array_equal(found.probs.ravel(), flat.probs)
        assert found.entropies.xy == pytest.approx(share * math.log(p.size), rel=16 * EPS, abs=0)

    @steady
    @given(tables(zeros=True), st.floats(0.05, 0.95))
    def test_marginal_keeps_the_conditionals(self, p, share):
        of_x = np.array([math.fsum(row) for row in p.tolist()])
        solution = joint.marginal(p, evenness=share)
        exact = Exact(p=of_x)
        assert exact.errors(entnorm.solve(of_x, evenness=share), "evenness", share)["gamma"] <= 1
        assert solution.gamma == entnorm.solve(of_x, evenness=share).gamma
        q = solution.probs
        assert exact_entropies(q)[0] == pytest.approx(share * math.log(len(p)), rel=32 * EPS, abs=0)
        kept = [
            abs(a / sum(new) - b / sum(old))
            for new, old in zip(q, p, strict=True)
            for a, b in zip(new, old, strict=True)
        ]
        assert max(kept) <= 8 * EPS

    @steady
    @given(tables(), st.floats(0.1, 0.9), st.integers(0, 2**32))
    def test_marginal_is_the_closest_table_of_its_entropy(self, p, share, seed):
        """KL(q || p) of any other table in which X has that entropy is larger."""
        found = joint.marginal(p, evenness=share)
        draw = np.random.default_rng(seed).dirichlet(np.ones(p.size)).reshape(p.shape)
        other = joint.marginal(draw, evenness=share).probs
        assert _divergence(found.probs, p) <= _divergence(other, p) + 64 * EPS

    @steady
    @given(tables(), st.floats(0.05, 0.95))
    def test_conditional_gives_each_row_its_entropy_and_keeps_the_marginal(self, p, share):
        found = joint.conditional(p, evenness=share)
        assert found.gamma.shape == (len(p),)
        rows = found.probs / found.probs.sum(1, keepdims=True)
        for row, old in zip(rows, p, strict=True):
            if np.ptp(old) > 0:
                assert entnorm.entropy(row) == pytest.approx(share * math.log(len(row)), rel=32 * EPS, abs=0)
        assert np.abs(found.probs.sum(1) - p.sum(1)).max() <= 8 * EPS

    def test_conditional_targets_each_row_and_names_those_out_of_reach(self):
        p = np.array([[0.3, 0.3, 0.1], [0.1, 0.15, 0.05]])
        solution = joint.conditional(p, entropy=[0.9, 0.5])
        assert solution.success.all()
        failed = joint.conditional(p, entropy=0.5)  # below log 2 where the largest entry is there twice
        assert failed.status.tolist() == [Status.INFEASIBLE, Status.CONVERGED]
        assert np.isnan(failed.probs[0]).all()
        with pytest.raises(InfeasibleTargetError, match="row 0"):
            failed.raise_if_failed()
        assert np.isnan(failed.entropies).all()

    def test_rows_of_no_mass_stay_empty(self):
        p = np.array([[0.4, 0.2], [0.0, 0.0], [0.3, 0.1]])
        for found in (joint.conditional(p, entropy=0.6), joint.conditional_common(p, entropy=0.6)):
            assert found.probs[1].tolist() == [0, 0]
            assert found.entropies.y_given_x == pytest.approx(0.6, rel=8 * EPS, abs=0)
        assert joint.conditional(p, entropy=0.6).gamma[1] == 1
        assert joint.marginal(p, entropy=0.5).probs[1].tolist() == [0, 0]
        with pytest.raises(InfeasibleTargetError, match=r"out of reach of rows 0, 2$"):  # row 1 asks for nothing
            joint.conditional(p, entropy=0.8).raise_if_failed()

    def test_stacks_and_axes_are_tables_one_by_one(self):
        p = np.random.default_rng(1).dirichlet(np.ones(12), size=6).reshape(2, 3, 3, 4).astype(np.float32)
        p /= p.sum((2, 3), keepdims=True)
        for call in (joint.power, joint.marginal, joint.conditional, joint.conditional_common):
            whole = call(p, evenness=0.7)
            assert whole.probs.dtype == np.float32
            one = call(p[1, 2], evenness=0.7)
            assert np.array_equal(whole.probs[1, 2], one.probs)
            turned = call(np.moveaxis(p, 1, -1), evenness=0.7, axes=(1, 2))
            assert np.array_equal(np.moveaxis(turned.probs, -1, 1), whole.probs)

    def test_no_tables_are_no_tables(self):
        none = np.zeros((0, 2, 3))
        for call in (joint.power, joint.marginal, joint.conditional, joint.conditional_common):
            found = call(none, evenness=0.5)
            assert found.probs.shape == (0, 2, 3)
            assert found.gamma.shape[0] == 0
        assert joint.marginals(none, evenness=(0.5, 0.5)).gamma.shape == (0, 2)
        assert joint.entropies(none).y_given_x.shape == (0,)
        with pytest.raises(EntnormError, match="empty"):
            joint.power(np.zeros((2, 0)), evenness=0.5)


class TestCommonExponent:
    @staticmethod
    def check(p, target):
        """The error of the exponent beside its bound."""
        rows = [[MP.mpf(x) for x in row if x > 0] for row in np.asarray(p).tolist()]
        total = MP.fsum(x for row in rows for x in row)
        found = joint.conditional_common(p, entropy=target)
        gamma, height, slope = MP.mpf(found.gamma), MP.zero, MP.zero
        for row in rows:
            powers = [x**gamma for x in row]
            q = [x / MP.fsum(powers) for x in powers]
            logs = [MP.log(x) for x in row]
            mean = MP.fsum(a * b for a, b in zip(q, logs, strict=True))
            height += MP.fsum(row) / total * plogp(q)
            slope += MP.fsum(row) / total * MP.fsum(a * (b - mean) ** 2 for a, b in zip(q, logs, strict=True))
        fall = gamma**2 * slope
        # one Newton step in log gamma is the error, to first order; the target is the binary number
        error = (height - MP.mpf(target)) / fall
        assert abs(error) <= 8 * EPS * (1 + MP.mpf(target) / fall)

    @steady
    @given(tables(zeros=True), st.floats(1e-6, 1 - 1e-6))
    def test_is_within_its_bound_of_the_root(self, p, share):
        total = p.sum()
        largest = sum(row.sum() / total * np.log(np.count_nonzero(row)) for row in p)
        self.check(p, float(share * largest))

    @steady
    @given(st.integers(0, 10**6), st.floats(-9, -1), st.floats(-12, -0.1))
    def test_is_within_it_where_exponents_are_large(self, seed, spread, target):
        """A logarithm of an exponent has fewer digits of it."""
        rng = np.random.default_rng(seed)
        p = 1 + 10**spread * rng.normal(size=(2, 4))
        self.check(p / p.sum(), 10**target)

    def test_is_within_it_where_it_was_not(self):
        p = [[0.3333333055437853, 0.0, 0.3333333853465998, 0.0, 0.33333330910961495]]
        self.check(p, 1.1823434496519916e-09)

    @pytest.mark.parametrize(
        ("kind", "value"), [("perplexity", np.exp(0.6)), ("deficit", np.log(2) - 0.6), ("evenness", 0.6 / np.log(2))]
    )
    def test_takes_every_kind_of_target(self, kind, value):
        p = [[0.5, 0.1], [0.1, 0.3]]
        found = joint.conditional_common(p, **{kind: value})
        assert found.gamma == pytest.approx(joint.conditional_common(p, entropy=0.6).gamma, rel=64 * EPS)
        assert np.isnan(joint.conditional_common(p, **{kind: 0.0 if kind == "perplexity" else 3.0}).gamma)

    @pytest.mark.parametrize("target", [1e-300, 1e-30, 1e-3, 0.5, 0.69])
    def test_small_targets(self, target):
        found = joint.conditional_common([[0.5, 0.1], [0.1, 0.3]], entropy=target)
        assert found.success
        with MP.workdps(700):
            error = exact_entropies(found.probs)[3] / target - 1
        assert abs(error) <= 2048 * EPS  # log q is up to 700, and one rounding of it is one of q

    def test_ends_and_beyond(self):
        p = [[0.5, 0.1], [0.1, 0.3]]
        assert joint.conditional_common(p, evenness=1).gamma == 0
        assert joint.conditional_common(p, entropy=0).gamma == np.inf
        assert joint.conditional_common(p, entropy=0).probs.tolist() == [[0.6, 0], [0, 0.4]]
        assert joint.conditional_common([[0.3, 0.3], [0.2, 0.2]], evenness=1).gamma == 1
        stack = joint.conditional_common([p, p], entropy=[0.5, 0.7])
        assert stack.status.tolist() == [0, 1]
        assert np.isnan(stack.probs[1]).all()
        assert np.isnan(joint.conditional_common([[0.3, 0.2], [0.25, 0.25]], entropy=0.1).probs).all()
        with pytest.raises(InfeasibleTargetError, match=r"out of reach: it attains 0.0 <= .* in table 1"):
            stack.raise_if_failed()


class TestFailedTables:
    P = np.array([[0.5, 0.1], [0.1, 0.3]])

    @pytest.mark.parametrize("dtype", [np.float32, np.float64])
    def test_have_no_entropies_and_leave_the_others_theirs(self, dtype):
        for call in (joint.power, joint.marginal, joint.conditional_common):
            stack = call(np.array([self.P, self.P], dtype=dtype), entropy=[0.5, 9.0])
            for found, right in zip(stack.entropies, joint.entropies(stack.probs[0]), strict=True):
                assert found[0] == right
                assert np.isnan(found[1])
            assert all(np.isnan(found) for found in call(self.P, entropy=9.0).entropies)

    def test_are_called_tables(self):
        for call in (joint.power, joint.marginal):
            with pytest.raises(InfeasibleTargetError, match=r"out of reach of table 1"):
                call([self.P, self.P], entropy=[0.5, 9.0]).raise_if_failed()


def _divergence(q, p):
    some = q > 0
    return float((q[some] * np.log(q[some] / p[some])).sum())


class TestBadInput:
    @pytest.mark.parametrize(
        ("p", "message"),
        [
            ([0.5, 0.5], "an axis for X and one for Y"),
            ([[0.5, 0.6]], "does not sum to 1"),
            ([[0.5, -0.5, 1.0]], "negative"),
            ([[np.nan, 1.0]], "NaN"),
            (np.array([[0.5 + 0j, 0.5]]), "complex"),
        ],
    )
    def test_tables(self, p, message):
        for call in (joint.power, joint.marginal, joint.conditional_common, joint.power_with_marginal):
            with pytest.raises(EntnormError, match=message):
                call(p, entropy=0.5)

    def test_a_figure_is_of_one_table_and_an_interval(self):
        p = [[0.5, 0.2], [0.2, 0.1]]
        with pytest.raises(EntnormError, match=r"a figure is of one table, and p is a stack of the shape \(2,\)"):
            joint.plot_powers([p, p])
        for within in ((0, 5), (2, 1), (1, np.inf), (np.nan, 1)):
            with pytest.raises(EntnormError, match="within="):
                joint.plot_powers(p, within=within)

    def test_axes_targets_and_intervals(self):
        p = [[0.5, 0.2], [0.2, 0.1]]
        for axes in ((0, 0), (0, 2), 1):
            with pytest.raises(EntnormError, match="axes="):
                joint.power(p, entropy=0.5, axes=axes)
        with pytest.raises(EntnormError, match="exactly one target"):
            joint.marginal(p)
        with pytest.raises(EntnormError, match="must be a pair"):
            joint.marginals(p, entropy=0.5)
        with pytest.raises(EntnormError, match="exactly one target"):
            joint.marginals(p)
        for within in ((1, 1), (-1, 2), (2, 1), (0,), (np.nan, 1), "ab"):
            with pytest.raises(EntnormError, match="within"):
                joint.power_with_marginal(p, entropy=0.5, within=within)
        with pytest.raises(EntnormError, match="one table"):
            joint.power_with_marginal([p, p], entropy=0.5)
        with pytest.raises(EntnormError, match=r"the marginal x: .*sum to 1"):
            joint.fit_marginals(p, [0.5, 0.6], [0.5, 0.5])
        with pytest.raises(EntnormError, match=r"the marginal y has shape \(3,\)"):
            joint.fit_marginals(p, [0.5, 0.5], [0.5, 0.25, 0.25])
