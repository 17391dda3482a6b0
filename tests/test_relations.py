"""Truncations and sparse relatives of softmax against definitions by force, and the power of the same entropy."""

import itertools
import math
import sys
from fractions import Fraction

import mpmath
import numpy as np
import pytest
import scipy.special
from hypothesis import given, settings
from hypothesis import strategies as st
from oracle import EPS

import entnorm
from entnorm import EntnormError, relations

steady = settings(max_examples=60, derandomize=True, deadline=None, database=None)
few = st.lists(st.sampled_from([1, 2, 3, 5, 8, 13]), min_size=1, max_size=7)  # with ties
scores = st.lists(st.floats(-4, 4), min_size=1, max_size=8)
TRUNCATIONS = {
    "top_k": (relations.top_k, [1, 2, 3, 50]),
    "top_p": (relations.top_p, [0.05, 0.5, 0.9, 1.0]),
    "min_p": (relations.min_p, [0.0, 0.1, 0.5, 1.0]),
    "typical": (relations.typical, [0.05, 0.5, 0.9, 1.0]),
}
EACH = [(call, value) for call, values in TRUNCATIONS.values() for value in values]


def normalised(weights):
    return np.array(weights, dtype=float) / sum(weights)


def smallest(p, ranks, mass):
    """Add the groups of tied rank one after the other, in the order of rank, until they hold the mass."""
    kept = set()
    for _, group in itertools.groupby(sorted(range(len(p)), key=lambda i: ranks[i]), key=lambda i: ranks[i]):
        kept |= {i for i in group if p[i] > 0}
        if math.fsum(p[i] for i in kept) >= mass - 1e-14:
            break
    return kept


def by_force(name, p, value):
    """The entries that a truncation keeps, from its definition."""
    p = p.tolist()
    if name == "top_k":
        return {i for i, x in enumerate(p) if x > 0 and sum(y > x for y in p) < value}
    if name == "min_p":
        return {i for i, x in enumerate(p) if x > 0 and x >= value * max(p)}
    if name == "top_p":
        return smallest(p, [-x for x in p], value)
    entropy = -sum(x * math.log(x) for x in p if x)
    return smallest(p, [abs(-math.log(x) - entropy) if x else math.inf for x in p], value)


class TestTruncations:
    @pytest.mark.parametrize("name", TRUNCATIONS)
    @steady
    @given(few, st.data())
    def test_keep_what_the_definition_keeps(self, name, weights, data):
        call, values = TRUNCATIONS[name]
        p, value = normalised([*weights, 0]), data.draw(st.sampled_from(values))
        q = call(p, value)
        kept = by_force(name, p, value)
        assert set(np.flatnonzero(q).tolist()) == kept
        mass = math.fsum(p[i] for i in kept)
        assert np.abs(q - [x / mass if i in kept else 0 for i, x in enumerate(p)]).max() <= 4 * EPS

    @steady
    @given(few, st.sampled_from(EACH), st.randoms())
    def test_do_not_see_the_order_of_the_entries(self, weights, each, random):
        """Since ties stay or go together."""
        call, value = each
        p = normalised(weights)
        order = list(range(len(p)))
        random.shuffle(order)
        assert np.abs(call(p, value)[order] - call(p[order], value)).max() <= 4 * EPS

    @steady
    @given(few, st.sampled_from([each for each in EACH if each[0] is not relations.typical]))
    def test_lower_the_entropy_by_the_mass_kept(self, weights, each):
        """[truncation.lowers-entropy]"""
        call, value = each
        p = normalised(weights)
        q = call(p, value)
        assert entnorm.entropy(p) - entnorm.entropy(q) >= -math.log(p[q > 0].sum()) - 32 * EPS

    def test_typical_may_raise_it(self):
        """Without its largest entry a peaked distribution becomes uniform [truncation.of-any-entries]."""
        p = [0.4, *[0.06] * 10]
        q = relations.typical(p, 0.05)
        assert q.tolist() == [0, *[pytest.approx(0.1, rel=4 * EPS, abs=0)] * 10]
        assert entnorm.entropy(q) > entnorm.entropy(p)

    def test_sums_reach_a_mass_up_to_rounding(self):
        assert 0.7 + 0.1 < 0.8  # in float64
        assert np.count_nonzero(relations.top_p([0.7, 0.1, 0.06, 0.14], 0.84)) == 2
        assert np.count_nonzero(relations.top_p([0.7, 0.1, 0.1, 0.1], 1)) == 4

    def test_axes_dtypes_and_parameters_per_row(self):
        p = np.random.default_rng(0).dirichlet(np.ones(5), size=(3, 4)).astype(np.float32)
        for call, value in EACH:
            whole = call(np.moveaxis(p, -1, 0), value, axis=0)
            assert whole.dtype == np.float32
            assert np.array_equal(np.moveaxis(whole, 0, -1), call(p, value))
        ks = np.array([[1], [2], [3]])
        assert np.array_equal(np.count_nonzero(relations.top_k(p, ks), axis=-1), np.broadcast_to(ks, (3, 4)))

    @pytest.mark.parametrize(
        ("call", "value", "message"),
        [
            (relations.top_k, 0, "k must be a positive integer, not 0.0, in the row"),
            (relations.top_k, 1.5, "k must be a positive integer, not 1.5"),
            (relations.top_k, np.nan, "k must be"),
            (relations.top_p, 0, r"mass must be in \(0, 1\]"),
            (relations.top_p, 1.1, "mass must be"),
            (relations.typical, -1, "mass must be"),
            (relations.min_p, -0.1, r"ratio must be in \[0, 1\]"),
            (relations.min_p, 2, "ratio must be"),
            (relations.temperature_softmax, 0, "temperature must be positive"),
            (relations.temperature_softmax, np.inf, "temperature must be"),
            (relations.temperature_softmax, 1e-310, "beyond the range"),
            (relations.sparse_softmax, 0, "k must be"),
        ],
    )
    def test_bad_parameters(self, call, value, message):
        with pytest.raises(EntnormError, match=message):
            call([0.5, 0.5], value)
        with pytest.raises(EntnormError, match="NaN"):
            call([np.nan, 0.5], 1)


class TestTemperature:
    @steady
    @given(scores, st.floats(0.1, 10))
    def test_is_scipys_softmax(self, z, temperature):
        expected = scipy.special.softmax(np.array(z) / temperature)
        found = relations.temperature_softmax(z, temperature)
        assert np.abs(found / expected - 1).max() <= 8 * EPS * (1 + 8 / temperature)


class TestSparsemax:
    @steady
    @given(scores)
    def test_is_the_projection_of_the_logits(self, z):
        """Of all supports, in exact numbers, the one whose threshold rule comes closest."""
        found, exact = relations.sparsemax(z), [Fraction(x) for x in z]
        assert abs(math.fsum(found) - 1) <= 8 * EPS
        candidates = [
            candidate
            for size in range(1, len(z) + 1)
            for support in itertools.combinations(range(len(z)), size)
            if min(candidate := _on(exact, support)) >= 0
        ]
        best = min(candidates, key=lambda u: sum((x - y) ** 2 for x, y in zip(u, exact, strict=True)))
        assert max(abs(x - y) for x, y in zip(found.tolist(), best, strict=True)) <= 4 * len(z) * EPS

    @steady
    @given(scores, st.integers(0, 2**32))
    def test_no_distribution_is_closer(self, z, seed):
        """[regularisers.sparsemax-is-best]"""
        other = np.random.default_rng(seed).dirichlet(np.ones(len(z)))
        found = relations.sparsemax(z)
        slack = np.square(other - found).sum() - 64 * EPS * (1 + np.square(z).sum())
        assert np.square(other - z).sum() - np.square(found - z).sum() >= slack


def _on(z, support):
    """The threshold rule with this support."""
    threshold = (sum(z[i] for i in support) - 1) / len(support)
    return [x - threshold if i in support else Fraction(0) for i, x in enumerate(z)]


class TestEntmax:
    @steady
    @given(scores, st.sampled_from([1.0, 1 + 1e-12, 1.01, 1.2, 1.5, 1.5 + 1e-9, 1.9, 2.0, 2.5, 4.0]))
    def test_is_that_of_logits_next_to_these(self, z, alpha):
        """On the support z - log_alpha p is one number t, and off it z - t is below where powers end."""
        z = np.array(z) - max(z)
        found = relations.entmax(z, alpha)
        assert abs(math.fsum(found) - 1) <= 8 * EPS
        rise, inside = alpha - 1, found > 0
        with np.errstate(divide="ignore"):
            logs = np.log(found[inside])
            inverse = np.expm1(rise * logs) / rise if rise else logs
        t = z[inside] - inverse
        tolerance = 16 * len(z) * EPS * (1 + np.abs(z))
        assert np.ptp(t) <= 2 * tolerance.max()
        if rise:
            assert (rise * (z[~inside] - t.min()) <= -1 + rise * 2 * tolerance.max()).all()

    @steady
    @given(scores, st.sampled_from([1.1, 1.5, 1.7, 2.0]))
    def test_is_right_to_a_few_roundings_in_fifty_digits(self, z, alpha):
        mp = mpmath.MPContext()
        mp.dps = 50
        exact = [mp.mpf(x) for x in z]
        rise = mp.mpf(alpha) - 1

        def powers(t):
            return [max(1 + rise * (x - t), mp.zero) ** (1 / rise) for x in exact]

        low, high = max(exact), max(exact) + (1 - mp.mpf(len(z)) ** -rise) / rise
        for _ in range(170):
            middle = (low + high) / 2
            low, high = (middle, high) if mp.fsum(powers(middle)) >= 1 else (low, middle)
        bound = 16 * len(z) * EPS * (1 + max(abs(x - max(z)) for x in z if x > max(z) - 12))
        assert all(abs(a - b) <= bound for a, b in zip(relations.entmax(z, alpha).tolist(), powers(low), strict=True))

    @steady
    @given(scores)
    def test_closed_forms_and_bisection_agree(self, z):
        for alpha in (1.5, 2.0):
            by_bisection = relations.entmax(z, np.nextafter(alpha, 9))
            assert np.abs(relations.entmax(z, alpha) - by_bisection).max() <= 64 * len(z) * EPS

    def test_masks_ties_and_range(self):
        for alpha in (1, 1.3, 1.5, 2, 3):
            q = relations.entmax([1.0, -np.inf, 1.0, 0.5, -1e308], alpha)
            assert q[0] == q[2] > q[3]
            assert q[1] == q[4] == 0
            assert relations.entmax([7.0], alpha).tolist() == [1]
        assert relations.entmax([1e308, -1e308], 1.5).tolist() == [1, 0]

    @pytest.mark.parametrize("alpha", [0.9, np.inf, np.nan, "2", True, None])
    def test_bad_alpha(self, alpha):
        with pytest.raises(EntnormError, match="alpha must be"):
            relations.entmax([1.0, 0.0], alpha)

    @steady
    @given(st.lists(st.integers(-9, 9), min_size=1, max_size=8), st.integers(1, 9))
    def test_sparse_softmax_is_the_truncated_softmax(self, z, k):
        """[truncation.sparse-softmax]"""
        truncated = relations.top_k(relations.entmax(z, 1), k)
        assert np.abs(relations.sparse_softmax(z, k) - truncated).max() <= 16 * EPS

    def test_sparse_softmax_tells_logits_apart_that_softmax_does_not(self):
        z = np.array([0.0, 1e-3], dtype=np.float16)
        assert relations.sparse_softmax(z, 1).tolist() == [0, 1]


class TestSameEntropy:
    @steady
    @given(st.lists(st.floats(-4, 4), min_size=3, max_size=8, unique=True), st.sampled_from(EACH))
    def test_has_it_or_is_a_limit(self, z, each):
        call, value = each
        p = scipy.special.softmax(z)
        other = call(p, value)
        match = relations.same_entropy_as(other, p=p)
        assert match.target == entnorm.entropy(other)
        if match.limit:
            assert match.gamma in (0, np.inf)
            beyond = match.target - match.entropy
            assert beyond >= -4 * EPS if match.gamma == 0 else beyond <= 4 * EPS
        else:
            assert entnorm.entropy(match.probs) == pytest.approx(match.target, rel=32 * EPS, abs=0)
        off = match.differences
        assert off.outside == pytest.approx(match.probs[other == 0].sum(), rel=8 * EPS, abs=0)
        assert off.total_variation == pytest.approx(np.abs(match.probs - other).sum() / 2, abs=8 * EPS)
        assert off.support_of_other == np.count_nonzero(other)
        assert off.divergence == pytest.approx(scipy.special.rel_entr(other, match.probs).sum(), abs=32 * EPS)
        assert off.reverse == pytest.approx(scipy.special.rel_entr(match.probs, other).sum(), abs=32 * EPS)

    @steady
    @given(st.lists(st.floats(-4, 4), min_size=3, max_size=8, unique=True), st.integers(2, 4))
    def test_is_closer_to_p_than_the_truncation(self, z, k):
        """[relations.closest-at-entropy]"""
        p = scipy.special.softmax(z)
        other = relations.top_k(p, k)
        match = relations.same_entropy_as(other, p=p)
        kl = scipy.special.rel_entr
        assert kl(match.probs, p).sum() <= kl(other, p).sum() + 64 * EPS

    def test_limits_are_said_to_be_so(self):
        p = [0.4, 0.4, 0.1, 0.1]
        to_one = relations.same_entropy_as([1.0, 0, 0, 0], p=p)  # entropy 0, below log 2
        assert (to_one.gamma, to_one.limit, to_one.target) == (np.inf, True, 0)
        assert to_one.entropy == pytest.approx(math.log(2), rel=EPS, abs=0)
        assert to_one.probs.tolist() == [0.5, 0.5, 0, 0]
        both = relations.same_entropy_as(relations.top_k(p, 1), p=p)  # exactly log 2
        assert (both.gamma, both.limit) == (np.inf, True)
        assert both.probs.tolist() == [0.5, 0.5, 0, 0]
        flat = relations.same_entropy_as([0.25] * 4, p=p)
        assert (flat.gamma, flat.limit) == (0, True)

    def test_logits_axes_and_stacks(self):
        z = np.random.default_rng(0).normal(size=(3, 4, 6))
        other = relations.sparsemax(z)
        match = relations.same_entropy_as(other, logits=z)
        assert match.gamma.shape == match.limit.shape == match.differences.outside.shape == (3, 4)
        turned = relations.same_entropy_as(np.moveaxis(other, -1, 0), logits=np.moveaxis(z, -1, 0), axis=0)
        assert np.array_equal(turned.gamma, match.gamma)
        assert np.array_equal(turned.differences.total_variation, match.differences.total_variation)

    @steady
    @given(st.lists(st.floats(-30, 0), min_size=2, max_size=8), st.integers(0, 2**32))
    def test_divergences_are_within_their_bound(self, logs, seed):
        q = scipy.special.softmax(logs)
        r = np.random.default_rng(seed).dirichlet(np.ones(len(q)))
        mp = mpmath.MPContext()
        mp.dps = 40
        found = relations.differences(q, r)
        bound = 4 * len(q) * EPS * (1 - min(np.log(q).min(), np.log(r).min()))
        for value, a, b in ((found.divergence, r, q), (found.reverse, q, r)):
            exact = mp.fsum(x * mp.log(mp.mpf(x) / mp.mpf(y)) for x, y in zip(a.tolist(), b.tolist(), strict=True))
            assert abs(value - exact) <= bound

    def test_bad_input(self):
        with pytest.raises(EntnormError, match=r"other has rows of shape \(2,\), and p of \(3,\)"):
            relations.same_entropy_as([0.5, 0.5], p=[0.5, 0.25, 0.25])
        with pytest.raises(EntnormError, match="pass either p"):
            relations.same_entropy_as([0.5, 0.5])
        with pytest.raises(EntnormError, match="q has shape"):
            relations.differences([0.5, 0.5], [1.0])


class TestComparison:
    Z = np.random.default_rng(0).normal(scale=2, size=50)

    def test_the_table_says_what_the_functions_say(self):
        found = relations.compare(logits=self.Z)
        by_name = {line.name: line for line in found.lines}
        assert by_name["temperature 0.7"].gamma == pytest.approx(1 / 0.7, rel=64 * EPS, abs=0)
        assert by_name["temperature 0.7"].total_variation <= 64 * EPS
        match = relations.same_entropy_as(relations.sparsemax(self.Z), logits=self.Z)
        assert by_name["sparsemax"].gamma == match.gamma
        assert by_name["sparsemax"].outside == match.differences.outside
        lines = found.markdown().splitlines()
        assert len(lines) == 2 + len(found.lines)
        assert all(line.count("|") == 9 for line in lines)

    def test_a_limit_is_marked(self):
        found = relations.compare([0.9, 0.1], methods={"greedy": [1.0, 0.0]})
        assert found.lines[0].limit
        assert "| inf* |" in found.markdown()

    def test_one_distribution_only(self):
        with pytest.raises(EntnormError, match=r"logits have shape \(5, 10\); a comparison is of one distribution"):
            relations.compare(logits=self.Z.reshape(5, 10))
        with pytest.raises(EntnormError, match=r"p has shape \(1, 2\)"):
            relations.compare([[0.5, 0.5]])

    @steady
    @given(st.lists(st.floats(-4, 4), min_size=2, max_size=8, unique=True), st.sampled_from([np.float16, np.float64]))
    def test_of_probabilities_is_that_of_their_logarithms(self, z, dtype):
        p = np.append(scipy.special.softmax(z), 0).astype(dtype)
        with np.errstate(divide="ignore"):
            logs = np.log(p.astype(float))
        found, expected = relations.compare(p), relations.compare(logits=logs)
        assert found.p == pytest.approx(p.astype(float) / p.astype(float).sum(), rel=EPS, abs=0)
        assert [line.name for line in found.lines] == [line.name for line in expected.lines]
        for name, method in found.methods.items():
            assert method == pytest.approx(expected.methods[name], abs=512 * EPS)

    def test_scores_are_not_taken_for_probabilities_nor_probabilities_for_scores(self):
        with pytest.raises(EntnormError, match="logits="):
            relations.compare([2.0, 1.0, 0.5])
        with pytest.raises(EntnormError, match="negative"):
            relations.compare(self.Z)
        with pytest.raises(EntnormError, match="either p"):
            relations.compare()
        with pytest.raises(EntnormError, match="either p"):
            relations.compare([0.5, 0.5], logits=[0.0, 0.0])
        p = [0.75, 0.25]  # as scores they are another distribution
        assert relations.compare(p).p.tolist() == p
        assert relations.compare(logits=p).p == pytest.approx(scipy.special.softmax(p), rel=8 * EPS, abs=0)

    def test_the_figure_draws_both(self, tmp_path):
        pytest.importorskip("matplotlib")
        found = relations.compare(logits=self.Z)
        figure = relations.plot(found, most=12)
        assert len(figure.axes) == len(found.lines)
        panel = figure.axes[2]
        order = np.argsort(-found.p)[:12]
        heights = [bar.get_height() for bar in panel.patches]
        assert heights == found.methods["top-p 0.9"][order].tolist()
        assert panel.lines[0].get_ydata().tolist() == found.powers["top-p 0.9"][order].tolist()
        figure.savefig(tmp_path / "comparison.png")
        assert (tmp_path / "comparison.png").stat().st_size > 10_000

    def test_without_matplotlib_the_extra_is_named(self, monkeypatch):
        monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
        with pytest.raises(ImportError, match=r"entnorm\[plot\]"):
            relations.plot(relations.compare(logits=self.Z))
