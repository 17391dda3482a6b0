"""Powers with a prescribed marginal or conditional entropy: all roots, none invented, and bounds that bound."""

import math
import sys
from dataclasses import replace
from fractions import Fraction

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oracle import EPS

from entnorm import EntnormError, balls, joint
from entnorm.joint.path import Path
from entnorm.reference import joint_powers
from entnorm.reference.tables import Table

THREE = [[0.5, 0.01], [0.245, 0.245]]  # [pairs.x-root] and its sisters
TWO = [[0.2, 0.001], [0.3995, 0.3995]]  # [pairs.y-root]
FIND = {"x": joint.power_with_marginal, "y given x": joint.power_with_conditional}
MP = mpmath.MPContext()
MP.dps = 50

steady = settings(max_examples=40, derandomize=True, deadline=None, database=None)
needs_balls = pytest.mark.skipif(not balls.available(), reason="python-flint is not installed (extra `rigorous`)")
whose = st.sampled_from(["x", "y given x"])


@st.composite
def tables(draw):
    """Of a few scales, some with zeros and ties: those whose entropies turn most often."""
    nx, ny = draw(st.integers(2, 4)), draw(st.integers(2, 4))
    logs = draw(st.lists(st.sampled_from([0, -0.5, -1, -2, -4, -8, -np.inf]), min_size=nx * ny, max_size=nx * ny))
    p = np.exp(np.array(logs, dtype=float)).reshape(nx, ny)
    p[0, 0] = 1.0 if draw(st.booleans()) else 0.3
    p[-1, -1] = 0.7
    return p / p.sum()


def exact(p, gamma, of):
    """H(X) or H(Y | X) of the power, by the definition, and E |log q_X|."""
    q = [[MP.mpf(x) ** gamma if x else MP.zero for x in row] for row in np.asarray(p).tolist()]
    total = MP.fsum(x for row in q for x in row)
    rows = [[x / total for x in row] for row in q]
    of_x = -MP.fsum(mass * MP.log(mass) for mass in map(MP.fsum, rows) if mass)
    joint_entropy = -MP.fsum(x * MP.log(x) for row in rows for x in row if x)
    return of_x if of == "x" else joint_entropy - of_x


class TestKnown:
    def test_three_roots_of_one_target(self):
        roots = joint.power_with_marginal(THREE, entropy=0.69)
        assert roots.gamma.round(4).tolist() == [0.1732, 0.6378, 1.1807]
        assert np.sign(roots.slopes).tolist() == [-1, 1, -1]
        assert roots.settled
        assert roots.limits == pytest.approx((math.log(2), 0), abs=EPS)
        for gamma, q in zip(roots.gamma, roots.probs, strict=True):
            assert joint.entropies(q).x == pytest.approx(0.69, rel=16 * EPS, abs=0)
            assert q == pytest.approx(np.array(THREE) ** gamma / (np.array(THREE) ** gamma).sum(), rel=16 * EPS, abs=0)

    def test_two_roots_of_a_conditional_entropy(self):
        roots = joint.power_with_conditional(TWO, entropy=0.6)
        assert roots.gamma.size == 2
        assert 0.25 < roots.gamma[0] < 1 < roots.gamma[1] < 3  # [pairs.y-root], [pairs.y-second-root]
        assert roots.settled

    def test_a_smaller_interval_holds_fewer(self):
        roots = joint.power_with_marginal(THREE, entropy=0.69, within=(0.5, 1))
        assert roots.gamma.round(4).tolist() == [0.6378]
        assert roots.only().entropies.x == pytest.approx(0.69, rel=16 * EPS, abs=0)
        assert joint.power_with_marginal(THREE, entropy=0.69, within=(2, math.inf)).gamma.size == 0

    def test_none_is_an_answer_and_one_of_three_is_not(self):
        none = joint.power_with_conditional(TWO, entropy=0.5)
        assert (none.gamma.size, none.settled, none.probs.shape) == (0, True, (0, 2, 2))
        with pytest.raises(EntnormError, match="these: none"):
            none.only()
        with pytest.raises(EntnormError, match=r"not one root between 0 and inf but these: 0.173\S*, 0.637\S*, 1.18"):
            joint.power_with_marginal(THREE, entropy=0.69).only()

    def test_the_power_that_was_there_is_found_at_one(self):
        p = np.array(THREE)
        found = joint.power_with_marginal(p, entropy=float(joint.entropies(p).x))
        assert found.settled
        assert min(abs(found.gamma - 1)) <= 1e-13

    def test_axes_choose_the_variable(self):
        p = np.array([[0.3, 0.1, 0.05], [0.15, 0.3, 0.1]])
        along = joint.power_with_marginal(p, entropy=1.0, axes=(1, 0))
        turned = joint.power_with_marginal(p.T, entropy=1.0)
        assert np.array_equal(along.gamma, turned.gamma)
        assert np.array_equal(along.probs, np.swapaxes(turned.probs, 1, 2))
        assert along.only().entropies.x == pytest.approx(1.0, rel=16 * EPS, abs=0)


class TestUnsettled:
    def test_a_target_that_is_only_touched(self):
        """Where both rows have the same mass H(X) is log 2, and nowhere more; at gamma -> 0 too."""
        roots = joint.power_with_marginal(THREE, entropy=math.log(2))
        assert roots.gamma.size == 0
        assert not roots.settled
        (low, near), (below, above) = roots.unsettled
        assert (low, near < 1e-6, above - below < 1e-5) == (0, True, True)
        with pytest.raises(EntnormError, match="unsettled between 0 and"):
            roots.only()

    def test_the_limit_for_large_exponents(self):
        roots = joint.power_with_marginal(THREE, entropy=0)
        assert roots.gamma.size == 0
        ((low, high),) = roots.unsettled
        assert (low > 500, high) == (True, math.inf)

    def test_a_table_that_no_power_changes(self):
        uniform = np.full((2, 2), 0.25)
        assert joint.power_with_marginal(uniform, entropy=math.log(2)).unsettled == ((0, math.inf),)
        assert joint.power_with_marginal(uniform, entropy=0.5).settled


class TestFound:
    @steady
    @given(tables(), whose, st.floats(0.02, 0.98))
    def test_roots_are_right_and_complete_on_a_grid(self, p, of, share):
        target = share * math.log(p.shape[0] if of == "x" else p.shape[1])
        roots = FIND[of](p, entropy=target)
        for gamma in roots.gamma:
            error = abs(exact(p, MP.mpf(gamma), of) - MP.mpf(target))
            assert error <= 4 * EPS * (1 + float(gamma) * Path(p).range) * target
        grid = np.concatenate([[1e-6], np.geomspace(1e-3, 200, 600)])
        path = Path(p)
        signs = np.sign(path.heights(path.rows(grid), of) - target)
        for a, b, left, right in zip(grid, grid[1:], signs, signs[1:], strict=False):
            if left * right < 0:
                inside = any(a <= gamma <= b for gamma in roots.gamma)
                assert inside or any(low <= b and a <= high for low, high in roots.unsettled)

    @steady
    @given(tables(), whose, st.floats(1, 120))
    def test_entropies_of_any_smallness_are_found_where_they_are(self, p, of, gamma):
        """Where one row has all but 1e-19 of the mass, too, which no difference from 1 shows."""
        with np.errstate(under="ignore"):
            target = float(Path(p).heights(Path(p).rows(np.array([gamma])), of)[0])
        found = FIND[of](p, entropy=target)
        there = [abs(at - gamma) * max(abs(slope), 1e-300) for at, slope in zip(found.gamma, found.slopes, strict=True)]
        few = 16 * EPS * (1 + gamma * Path(p).range) * target
        assert min(there, default=math.inf) <= few or any(low <= gamma <= high for low, high in found.unsettled)

    def test_a_row_beside_which_nearly_nothing_is_left(self):
        p = [[0.02422904049939441, 0.018327113108205503], [0.5451137821676864, 0.41233006422471374]]
        found = joint.power_with_marginal(p, entropy=5.071221222321923e-18)
        assert found.settled
        assert found.gamma == pytest.approx([14.01058685868], rel=1e-11)

    @needs_balls
    @pytest.mark.parametrize("p", [[[2, 1]], [[1, 0, 2, 0], [1, 0, 1, 1]], [[0, 0], [1, 2], [2, 1]], [[1, 1], [0, 2]]])
    @pytest.mark.parametrize("of", ["x", "y given x"])
    def test_balls_divide_tables_whose_entries_are_in_the_ratio_of_two(self, p, of):
        share = np.array(p) / np.sum(p)
        target = float(exact(share, 1.5, of))
        if target == 0:  # one row has no other entropy
            return
        proved = joint_powers(p, entropy=target, of=of, digits=10)
        assert proved.verify()
        assert FIND[of](share, entropy=target).gamma == pytest.approx([float(low) for low, _ in proved.roots], rel=1e-9)

    @needs_balls
    @steady
    @given(tables(), whose, st.floats(0.02, 0.98))
    def test_balls_prove_the_same_roots(self, p, of, share):
        target = share * math.log(p.shape[0] if of == "x" else p.shape[1])
        found = FIND[of](p, entropy=target)
        proved = joint_powers(p.tolist(), entropy=target, of=of, digits=20)
        if found.settled:
            assert proved.settled
            assert len(proved.roots) == found.gamma.size
            for gamma, (low, high) in zip(found.gamma, proved.roots, strict=True):
                assert abs(gamma - low) <= 1e-6 * low  # as far as the slope allows; the residual is tested above
                assert float(high - low) <= 1e-20 * float(low)
        assert proved.verify()


class TestFigure:
    def test_draws_the_entropies_along_powers(self, tmp_path):
        pytest.importorskip("matplotlib")
        roots = joint.power_with_marginal(THREE, entropy=0.69)
        figure = joint.plot_powers(THREE, roots, within=(0.1, 2))
        (panel,) = figure.axes
        gammas, heights = panel.lines[0].get_data()
        for gamma, height in [*zip(gammas, heights, strict=True)][::50]:
            assert abs(exact(THREE, MP.mpf(gamma), "x") - height) <= 16 * EPS
        assert [line.get_xdata()[0] for line in panel.lines[5:]] == roots.gamma.tolist()
        assert len(joint.plot_powers(THREE).axes[0].lines) == 5
        figure.savefig(tmp_path / "powers.png")

    def test_without_matplotlib_the_extra_is_named(self, monkeypatch):
        monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
        with pytest.raises(ImportError, match=r"entnorm\[plot\]"):
            joint.plot_powers(THREE)


class TestBounds:
    @steady
    @given(tables(), whose, st.one_of(st.floats(0, 3), st.floats(3, 60)), st.floats(0.01, 3), st.floats(0, 1))
    def test_ranges_contain_what_they_bound(self, p, of, low, width, share):
        path, ends = Path(p), np.array([low, low + width])
        rows = path.rows(ends)
        first, last, middle = rows.part([0]), rows.part([1]), path.rows(ends[:1] + width / 2)
        inside = np.array([low + share * width])
        at = path.rows(inside)
        height, slope = path.heights(at, of)[0], path.slopes(inside, at, of)[0]
        least, most = path.height_range(first, last, of)
        few = 8 * EPS * (1 + ends[1] * path.range) * height
        assert least[0] - few <= height <= most[0] + few
        falls, rises = path.slope_range((ends[:1], ends[1:]), first, middle, last, of)
        slack = 64 * EPS * (1 + path.range) ** 2
        assert falls[0] - slack <= slope <= rises[0] + slack
        least, most = path.height_range(first, path.rows(np.array([np.inf])), of)
        assert least[0] - few <= height <= most[0] + few

    @steady
    @given(tables(), whose, st.floats(0.05, 3))
    def test_slopes_are_those_of_the_entropies(self, p, of, gamma):
        path = Path(p)
        rows = path.rows(np.array([gamma]))
        step = MP.mpf(10) ** -15
        difference = (exact(p, gamma + step, of) - exact(p, gamma - step, of)) / (2 * step)
        assert abs(path.slopes(np.array([gamma]), rows, of)[0] - difference) <= 256 * EPS * (1 + path.range) ** 2

    @needs_balls
    @steady
    @given(tables(), whose, st.fractions(0, 3, max_denominator=50), st.fractions("1/50", 3, max_denominator=50))
    def test_balls_contain_what_they_bound(self, p, of, low, width):
        table = Table(joint_powers(p.tolist(), entropy=0, of=of, within=(0, 1)).table)
        inside = low + width / 3
        with balls.working(128):
            first, last = table.at(low), table.at(low + width)
            rows = table.at(inside)
            height, slope = table.height(inside, of), table.slope_between((inside, inside), rows, rows, of)
            assert not balls.disjoint(table.height_between(first, last, of), height)
            assert not balls.disjoint(table.height_between(first, table.at(None), of), height)
            assert not balls.disjoint(table.slope_between((low, low + width), first, last, of), slope)
            reference = exact(p, MP.mpf(inside.numerator) / inside.denominator, of)
            assert abs(MP.mpf(float(balls.lower(height))) - reference) <= 1e-15


@needs_balls
class TestProved:
    def test_an_altered_proof_is_refused(self):
        from dataclasses import replace
        from fractions import Fraction

        proof = joint_powers(THREE, entropy="0.69", digits=10)
        assert proof.verify()
        (low, high), *others = proof.roots
        beside = (high, high + (high - low))
        assert not replace(proof, roots=(beside, *others)).verify()
        assert not replace(proof, roots=tuple(others)).verify()
        assert not replace(proof, entropy=Fraction(1, 2)).verify()
        assert not replace(proof, parts=proof.parts[1:]).verify()
        assert not replace(proof, parts=proof.parts[:-1]).verify()
        turned = tuple(
            part._replace(verdict="monotone" if part.verdict == "cleared" else "cleared") for part in proof.parts
        )
        assert not replace(proof, parts=turned).verify()
        hidden = joint_powers(THREE, entropy=0, digits=10)
        assert hidden.unsettled
        assert hidden.verify()
        assert not replace(hidden, unsettled=()).verify()

    def test_what_is_not_of_the_exact_types_is_refused(self):
        import pickle
        from dataclasses import replace
        from fractions import Fraction

        proof = joint_powers(THREE, entropy="0.69", digits=10)
        assert pickle.loads(pickle.dumps(proof)).verify()
        (first, second, *others), turned = proof.parts, proof.parts[0]._replace(lower=Fraction(1), upper=Fraction(0))
        for change in (
            {"table": None},
            {"table": tuple(tuple(map(float, row)) for row in proof.table)},
            {"table": tuple(tuple(-x for x in row) for row in proof.table)},
            {"entropy": 0.69},
            {"of": ["x"]},
            {"digits": 10.0},
            {"digits": 10**7},
            {"digits": -5},
            {"roots": (("a", "b"),)},
            {"roots": list(proof.roots)},
            {"within": (0, None)},
            {"parts": ((1, 2),)},
            {"parts": (turned, first, second, *others)},
            {"unsettled": None},
        ):
            assert replace(proof, **change).verify() is False, change

    @pytest.mark.parametrize(
        ("p", "of"), [([[1], [3]], "y given x"), ([[1, 3]], "x"), ([[1]], "x"), ([[2, 2], [2, 2]], "y given x")]
    )
    def test_where_every_power_has_the_entropy_nothing_is_cleared(self, p, of, monkeypatch):
        """An entropy that is zero, exactly, is the target zero, and not apart from it."""
        monkeypatch.setattr("entnorm.reference.isolating._MOST", 50)  # it would divide for seconds
        flat = p == [[2, 2], [2, 2]]
        entropy = math.log(2) if flat else 0
        found = joint_powers(p, entropy=entropy, of=of, digits=5)
        assert found.roots == ()
        assert found.settled == flat  # log 2 is not a float
        assert found.verify()

    def test_what_it_says_of_itself(self):
        assert "settled=True, digits=10" in repr(joint_powers(TWO, entropy="0.6", of="y given x", digits=10))

    @pytest.mark.parametrize(
        ("p", "more", "message"),
        [
            ([], {}, "must be a table"),
            ([[1, 2], [3]], {}, "must be a table"),
            ([1, 2], {}, "a sequence of rows"),
            ([[1, -1]], {}, r"p\[0\]\[1\] is"),
            ([[0, 0]], {}, "no positive entry"),
            ([["x"]], {}, r"p\[0\]\[0\] must be a decimal"),
            (THREE, {"of": "y"}, "of must be"),
            (THREE, {"digits": 0}, "digits must be"),
            (THREE, {"within": (1, 1)}, "within must be an interval"),
            (THREE, {"within": 1}, "within must be a pair"),
        ],
    )
    def test_bad_input(self, p, more, message):
        with pytest.raises(EntnormError, match=message):
            joint_powers(p, **({"entropy": "0.5"} | more))


@needs_balls
def test_roots_that_are_too_wide_or_out_of_order_are_not_proved():
    found = joint_powers([["0.5", "0.01"], ["0.245", "0.245"]], entropy="0.69", digits=12)
    assert found.verify()
    (low, high), *others = found.roots
    for change in (
        {"roots": ((low * Fraction(99, 100), high * Fraction(101, 100)), *others)},
        {"roots": (*others, (low, high))},
        {"roots": ((high, low), *others)},
        {"roots": tuple(others)},
        {"parts": ()},
        {"of": "z"},
        {"digits": 0},
    ):
        assert not replace(found, **change).verify(), change


@pytest.mark.skipif(not balls.available(), reason="python-flint is not installed (extra `rigorous`)")
@pytest.mark.parametrize("entropy", ["0.69314718", "0.6931471805", 0.6931471805599453])
def test_roots_closer_than_the_digits_asked_for_are_told_apart(entropy):
    table = [["0.5", "0.01"], ["0.245", "0.245"]]
    few, many = (joint_powers(table, entropy=entropy, digits=digits) for digits in (1, 40))
    assert len(few.roots) == len(many.roots) == 3
    assert few.verify()
    for wide, narrow in zip(few.roots, many.roots, strict=True):
        assert wide[0] < narrow[0] < narrow[1] < wide[1]
