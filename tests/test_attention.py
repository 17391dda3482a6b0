"""Attention weights: the entropies asked for, what masks mean, and the scale over length."""

import math
import sys

import numpy as np
import pytest
import scipy.special
from hypothesis import given, settings
from hypothesis import strategies as st
from oracle import EPS

import entnorm
from entnorm import EntnormError, InfeasibleTargetError, attention

steady = settings(max_examples=40, derandomize=True, deadline=None, database=None)
RNG = np.random.default_rng(0)
SCORES = RNG.normal(size=(2, 3, 6, 6))  # batch, heads, queries, keys
CAUSAL = attention.causal_mask(6)


class TestNormalised:
    def test_without_a_mask_it_is_softmax(self):
        assert np.array_equal(attention.attention_weights(SCORES, perplexity=3), entnorm.softmax(SCORES, perplexity=3))

    @steady
    @given(st.floats(0.05, 0.95), st.integers(0, 2**32))
    def test_each_causal_row_has_its_share_of_what_its_keys_allow(self, share, seed):
        scores = np.random.default_rng(seed).normal(size=(3, 6, 6))
        weights = attention.attention_weights(scores, mask=CAUSAL, evenness=share)
        assert (weights[:, ~CAUSAL] == 0).all()
        assert (weights[:, 0, 0] == 1).all()  # one key: no choice
        for t in range(1, 6):
            for row, of in zip(weights[:, t, : t + 1], scores[:, t, : t + 1], strict=True):
                assert entnorm.entropy(row) == pytest.approx(share * math.log(t + 1), rel=32 * EPS, abs=0)
                assert np.abs(row - entnorm.softmax(of, evenness=share)).max() <= 64 * EPS

    def test_a_target_per_query(self):
        target = np.linspace(0.2, 0.9, 6)
        weights = attention.attention_weights(SCORES, evenness=target)
        assert entnorm.evenness(weights) == pytest.approx(np.broadcast_to(target, (2, 3, 6)), rel=32 * EPS, abs=0)

    def test_rows_with_too_few_keys(self):
        with pytest.raises(InfeasibleTargetError, match=r"of rows \(0, 0, 0\), \(0, 0, 1\), .*: the first sees 1 keys"):
            attention.attention_weights(SCORES, mask=CAUSAL, perplexity=3)
        clipped = attention.attention_weights(SCORES, mask=CAUSAL, perplexity=3, infeasible="clip")
        assert clipped[..., 1, :2].tolist() == np.full((2, 3, 2), 0.5).tolist()
        assert entnorm.perplexity(clipped[..., 3:, :]) == pytest.approx(np.full((2, 3, 3), 3.0), rel=16 * EPS, abs=0)
        nan = attention.attention_weights(SCORES, mask=CAUSAL, perplexity=3, infeasible="nan")
        assert np.isnan(nan[..., :2, :]).all()
        assert np.isfinite(nan[..., 2:, :]).all()

    def test_queries_that_see_nothing_get_nothing(self):
        mask = CAUSAL.copy()
        mask[2] = False
        for infeasible in ("raise", "clip", "nan"):
            weights = attention.attention_weights(SCORES, mask=mask, evenness=0.5, infeasible=infeasible)
            assert (weights[..., 2, :] == 0).all()
            assert weights[..., 3, :].sum() == pytest.approx(6, rel=EPS, abs=0)
        assert (attention.clipped_attention_weights(SCORES, mask=mask, max=0.5)[..., 2, :] == 0).all()
        with pytest.raises(InfeasibleTargetError, match=r"rows \(0, 0, 0\), \(0, 0, 1\), \(0, 1, 0\)"):  # and not 2
            attention.attention_weights(SCORES, mask=mask, perplexity=3)
        assert (attention.attention_weights(np.full((2, 2), -np.inf), perplexity=1.5) == 0).all()

    def test_masks_by_minus_infinity_and_by_bool_are_the_same(self):
        hidden = np.where(CAUSAL, SCORES, -np.inf)
        assert np.array_equal(
            attention.attention_weights(hidden, evenness=0.7),
            attention.attention_weights(SCORES, mask=CAUSAL, evenness=0.7),
        )

    def test_the_scale_does_not_matter_and_inputs_are_not_written_to(self):
        scores, mask = SCORES.copy(), CAUSAL.copy()
        one = attention.attention_weights(scores, mask=mask, evenness=0.7)
        assert np.abs(one - attention.attention_weights(scores / 8, mask=mask, evenness=0.7)).max() == 0
        assert np.array_equal(scores, SCORES)
        assert np.array_equal(mask, CAUSAL)

    @pytest.mark.parametrize("dtype", [np.float16, np.float32])
    def test_dtypes_are_kept(self, dtype):
        weights = attention.attention_weights(SCORES.astype(dtype), mask=CAUSAL, evenness=0.7)
        assert weights.dtype == dtype


class TestClipped:
    def test_moves_only_what_is_outside(self):
        plain = scipy.special.softmax(np.where(CAUSAL, 3 * SCORES, -np.inf), axis=-1)
        weights = attention.clipped_attention_weights(3 * SCORES, mask=CAUSAL, min=0.4, max=1.0)
        before, after = entnorm.entropy(plain), entnorm.entropy(weights)
        inside = (before >= 0.4) & (before <= 1.0)
        assert inside.any()
        assert (before > 1).any()
        assert np.abs(weights[inside] - plain[inside]).max() <= 64 * EPS
        assert after[before > 1.0] == pytest.approx(1.0, rel=16 * EPS, abs=0)
        low = before < 0.4
        low[..., 0] = False  # one key has no entropy to give
        assert after[low] == pytest.approx(0.4, rel=16 * EPS, abs=0)
        assert (weights[..., 0, 0] == 1).all()

    def test_bounds_as_shares_of_each_row(self):
        weights = attention.clipped_attention_weights(3 * SCORES, mask=CAUSAL, min=0.5, max=0.8, unit="evenness")
        share = entnorm.evenness(weights)[..., 1:]
        assert (share >= 0.5 - 16 * EPS).all()
        assert (share <= 0.8 + 16 * EPS).all()
        assert (abs(share - 0.5) < 16 * EPS).any()
        assert (abs(share - 0.8) < 16 * EPS).any()
        assert (weights[..., 0, 0] == 1).all()


class TestScale:
    def test_the_rule(self):
        assert attention.entropy_invariant_scale(512) == 1
        assert attention.entropy_invariant_scale([1, 2], trained=4).tolist() == [0, 0.5]

    def test_exact_factors_keep_the_entropy(self):
        scores = np.random.default_rng(1).normal(scale=2, size=(20, 2048))
        found = attention.compare_scales(scores, [256, 512, 2048])
        assert found.exact[:, 1] == pytest.approx(np.ones(20), rel=64 * EPS, abs=0)
        target = entnorm.entropy(scipy.special.softmax(scores[:, :512], axis=-1))
        for column, size in enumerate([256, 512, 2048]):
            weights = scipy.special.softmax(found.exact[:, column, None] * scores[:, :size], axis=-1)
            assert entnorm.entropy(weights) == pytest.approx(target, rel=256 * EPS, abs=0)
            ruled = scipy.special.softmax(found.rule[column] * scores[:, :size], axis=-1)
            assert found.ruled[:, column] == pytest.approx(entnorm.entropy(ruled), rel=64 * EPS, abs=0)

    def test_normal_scores_need_what_the_notes_say(self):
        """The factor is about sqrt(1 + 2 log(n / n0) / v): twice the rule for v = 1, about the rule for v = log n0."""
        rng, x = np.random.default_rng(2), math.log(4096 / 512)
        rule = float(attention.entropy_invariant_scale(4096))
        one = attention.compare_scales(rng.normal(size=(40, 4096)), [128, 4096])
        assert one.exact[:, 1].mean() == pytest.approx(math.sqrt(1 + 2 * x), rel=0.06)
        assert one.exact[:, 1].mean() > 1.7 * rule
        assert np.isnan(one.exact[:, 0]).all()  # of 128 keys no weights have the entropy that 512 have
        wide = attention.compare_scales(rng.normal(scale=math.sqrt(math.log(512)), size=(200, 4096)), [4096])
        assert wide.exact.mean() == pytest.approx(rule, rel=0.15)

    def test_the_figure_draws_medians(self, tmp_path):
        pytest.importorskip("matplotlib")
        scores = np.random.default_rng(1).normal(scale=2, size=(20, 2048))
        found = attention.compare_scales(scores, [2048, 16, 512])
        figure = attention.plot_scales(found)
        factors, heights = figure.axes
        exact, rule = factors.lines
        assert exact.get_xdata().tolist() == [512, 2048]  # 16 keys do not have that entropy
        assert exact.get_ydata()[1] == np.median(found.exact[:, 0])
        assert rule.get_ydata().tolist() == found.rule[[1, 2, 0]].tolist()
        assert heights.lines[0].get_ydata().tolist() == np.median(found.plain, axis=0)[[1, 2, 0]].tolist()
        figure.savefig(tmp_path / "scales.png")

    def test_without_matplotlib_the_extra_is_named(self, monkeypatch):
        monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
        with pytest.raises(ImportError, match=r"entnorm\[plot\]"):
            attention.plot_scales(attention.compare_scales(SCORES[0, 0], [4], trained=4))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: attention.attention_weights(SCORES, mask=CAUSAL.astype(int), evenness=0.5), "mask has dtype int"),
        (lambda: attention.attention_weights(SCORES, mask=np.ones(5, bool), evenness=0.5), "does not broadcast"),
        (lambda: attention.attention_weights(SCORES), "exactly one target"),
        (lambda: attention.attention_weights([["a"]], evenness=0.5), "scores have dtype"),
        (lambda: attention.attention_weights(1.0, evenness=0.5), "a single number"),
        (lambda: attention.attention_weights([[np.nan, 1.0]], evenness=0.5), "NaN in row 0"),
        (lambda: attention.attention_weights(SCORES, evenness=0.5, infeasible="no"), "infeasible must be"),
        (lambda: attention.clipped_attention_weights(SCORES), "pass min=, max= or both"),
        (lambda: attention.clipped_attention_weights(SCORES, min=1, max=0.5), "min exceeds max"),
        (lambda: attention.clipped_attention_weights(SCORES, min=1, unit="bits"), "unit must be"),
        (lambda: attention.causal_mask(3, 2), "not 3 and 2"),
        (lambda: attention.entropy_invariant_scale(0), "keys must be integers"),
        (lambda: attention.entropy_invariant_scale(2.5), "keys must be integers"),
        (lambda: attention.entropy_invariant_scale(2, trained=1), "trained must be"),
        (lambda: attention.compare_scales(SCORES, [4], trained=4), "must have the shape"),
        (lambda: attention.compare_scales(SCORES[0, 0], [7], trained=4), "for 6 keys only"),
        (lambda: attention.compare_scales(SCORES[0, 0], [1], trained=4), "lengths must be"),
    ],
)
def test_bad_input(call, message):
    with pytest.raises(EntnormError, match=message):
        call()


class TestFiniteMasks:
    """An entry far below is a key like any other to a prescribed entropy, however softmax would hide it."""

    @pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
    @pytest.mark.parametrize("offset", [0.0, 3.0])
    def test_are_refused(self, dtype, offset):
        least = np.finfo(dtype).min if dtype == np.float16 else max(np.finfo(dtype).min, dtype(-1e9))
        scores = np.array([[1.0, 2.0, 0.5, 0.1], [2.0, 1.0, least + dtype(offset), least]], dtype=dtype)
        for call in (
            lambda: attention.attention_weights(scores, evenness=0.8),
            lambda: attention.clipped_attention_weights(scores, min=0.8),
        ):
            with pytest.raises(EntnormError, match="row 1 look like a finite mask"):
                call()

    @pytest.mark.parametrize("least", [np.finfo(np.float32).min, np.finfo(np.float64).min])
    def test_of_the_least_numbers_too(self, least):
        with pytest.raises(EntnormError, match="row 0 look like a finite mask"):
            attention.attention_weights([[2.0, 1.0, -1.0, least]], evenness=0.8)

    def test_large_scores_are_no_masks(self):
        scores = 1e6 * SCORES
        assert np.array_equal(
            attention.attention_weights(scores, evenness=0.8),
            attention.attention_weights(scores, mask=np.ones(6, dtype=bool), evenness=0.8),
        )


def test_the_advice_is_not_to_pass_what_was_passed():
    with pytest.raises(InfeasibleTargetError) as caught:
        attention.attention_weights([[1.0, 1.0]], evenness=0.5)
    assert "evenness=" not in str(caught.value)
    assert "Pass infeasible='clip'" in str(caught.value)


@pytest.mark.parametrize("counts", [(2.5,), (2, 3.0), ("2",)])
def test_a_causal_mask_has_whole_numbers(counts):
    with pytest.raises(EntnormError, match="whole number of queries"):
        attention.causal_mask(*counts)


@pytest.mark.parametrize("bounds", [{"min": 2.0}, {"max": [0.5] * 5 + [1.5]}])
def test_a_share_is_at_most_one(bounds):
    with pytest.raises(EntnormError, match=r"no share between 0 and 1 in row"):
        attention.clipped_attention_weights(SCORES.reshape(-1, 6)[:6], **bounds, unit="evenness")
