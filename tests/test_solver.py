import math
from fractions import Fraction
from typing import ClassVar

import numpy as np
import pytest
from families import FAMILIES, drawn, levels, normalised, targets
from hypothesis import given, settings
from hypothesis import strategies as st
from oracle import EPS, Exact
from scipy import sparse

import entnorm
from entnorm import Status, backend, lone, solver
from entnorm.answers import Answers
from entnorm.equations import DeficitEquation, ExcessEquation
from entnorm.reductions import TILE, WHOLE, Workspace
from entnorm.rows import Rows
from entnorm.solver import _bracket, _iterate
from entnorm.spectrum import Spectrum
from entnorm.targets import Target, _one_goal
from entnorm.tilting import LONG

RNG = np.random.default_rng


@pytest.fixture(autouse=True, params=["numpy", "numba"])
def kernel(request, monkeypatch):
    """Every test of this module, with either kind of innermost loop."""
    if request.param == "numba":
        fast = pytest.importorskip("entnorm.fast", reason="numba is not installed", exc_type=ImportError)
    found = fast if request.param == "numba" else None
    monkeypatch.setattr(backend, "compiled", lambda: found)
    return request.param


MOST = {
    "plateau": 20,
    "crowd": 20,
    "outlier": 28,
    "near ties": 28,
    "next to the maximum": 28,
    "far apart": 28,
}  # scales nine decades apart, or more: a decade may take two


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("family", FAMILIES)
def test_every_number_is_inside_its_budget(family, seed):
    row, goals = drawn(family, seed)
    for kind, value in goals:
        with np.errstate(all="raise"):
            solution = entnorm.solve(**row, **{kind: value})
            solution.probs, solution.log_probs  # noqa: B018
        assert solution.success, (kind, value, solution.message)
        errors = Exact.for_target(**row, kind=kind, value=value).errors(solution, kind, value)
        assert max(errors.values()) <= 1, (kind, value, errors)
        assert solution.nit <= MOST.get(family, 12)


@pytest.mark.parametrize("n", [3, 128, 129, 1000])
@pytest.mark.parametrize("hair", [2.0**-565, 2.0**-600, 2.0**-868])
def test_steps_whose_squares_floats_do_not_hold_leave_distributions_whole(n, hair):
    logits = np.append([0.0, -hair], -0.01 * np.linspace(1, 2, n))
    for entropy in (1e-6, 0.01, 0.3, 0.69):
        solution = entnorm.solve(logits=logits, entropy=entropy)
        errors = Exact.for_target(logits=logits, kind="entropy", value=entropy).errors(solution, "entropy", entropy)
        assert max(errors.values()) <= 1
        assert (entnorm.softmax(np.stack([logits] * 2), entropy=entropy) == solution.probs).all()


@pytest.mark.parametrize("ties", [1, 2])
def test_logits_next_to_the_largest_number_that_are_solved_in_two_words(ties):
    logits = np.full(500, -1e308)
    logits[:ties] = 0.0
    for entropy in (3.434, 3.9, 4.5):
        solution = entnorm.solve(logits=logits, entropy=entropy)
        errors = Exact.for_target(logits=logits, kind="entropy", value=entropy).errors(solution, "entropy", entropy)
        assert max(errors.values()) <= 1


def test_powers_that_floats_do_not_hold_are_no_powers():
    logits = np.append([0.0, 0.0, -1e-261], -5e88 * np.linspace(1, 2, 197))
    solution = entnorm.solve(logits=logits, deficit=4.5)
    assert abs(solution.probs.sum() - 1) <= 8 * 2.0**-52
    assert (solution.probs[3:] == 0).all()


@pytest.mark.parametrize("kind", ["p", "logits"])
def test_a_row_of_a_thousand(kind):
    rng = RNG(5)
    row = {kind: normalised(rng.random(1000) ** 3) if kind == "p" else rng.normal(0, 3, 1000)}
    for target in ({"perplexity": 30}, {"deficit": 1e-9}, {"entropy": 1e-9}):
        ((name, value),) = target.items()
        solution = entnorm.solve(**row, **target)
        errors = Exact.for_target(**row, kind=name, value=value).errors(solution, name, value)
        assert max(errors.values()) <= 1, (target, errors)


@pytest.mark.parametrize("target", [("deficit", 1e-6), ("deficit", 0.05), ("entropy", 2.0), ("perplexity", 1.01)])
@pytest.mark.parametrize("n", [lone.LONG - 1, lone.LONG, TILE, TILE + 1, 2 * TILE + 1, WHOLE, WHOLE + 1])
@pytest.mark.parametrize("kind", ["p", "logits"])
def test_long_rows(kind, n, target):
    """Of a hundred values, which is quick in many digits."""
    x = np.append(0.1, np.minimum(RNG(0).normal(size=n - 1).round(1), 0.0))
    row = {kind: x if kind == "logits" else normalised(np.exp(x))}
    ((name, values),) = row.items()
    solution = entnorm.solve(**row, **dict([target]))
    both = entnorm.solve(**{name: np.stack([values, values]), target[0]: target[1]})
    errors = Exact.for_target(**row, kind=target[0], value=target[1]).errors(solution, *target)
    assert max(errors.values()) <= 1, errors
    assert (both.gamma == solution.gamma).all()
    assert np.array_equal(both.probs[1], solution.probs)


@pytest.mark.parametrize("n", [10, lone.LONG - 1, lone.LONG, WHOLE, WHOLE + 1])
@pytest.mark.parametrize("rows", [None, 1, 2])
def test_sums_of_probabilities_are_checked_in_every_row(n, rows):
    p = RNG(0).random(n if rows is None else (rows, n))
    with pytest.raises(entnorm.EntnormError, match="p does not sum to 1"):
        entnorm.solve(p, perplexity=2)


@pytest.mark.parametrize("n", [2, 3, 10, 1000])
def test_near_uniform_probabilities(n):
    p = (1 + 1e-10 * RNG(n).random(n)) / n
    for kind, value in (
        ("deficit", 1e-300),
        ("deficit", 1e-20),
        ("entropy", 0.5 * math.log(n)),
        ("perplexity", n - 1e-3),
    ):
        solution = entnorm.solve(p, **{kind: value})
        errors = Exact.for_target(p=p, kind=kind, value=value).errors(solution, kind, value)
        assert max(errors.values()) <= 1, (kind, value, errors)


def test_offsets_are_centred_where_the_bulk_of_a_row_is():
    # a spike over a narrow bulk starts far from the root, and only sums around the bulk are accurate there
    x = np.append(0.1 * RNG(3).normal(size=2000), 30.4)
    solution = entnorm.solve(logits=x, entropy=6.907279027263556)
    errors = Exact(logits=x).errors(solution, "entropy", 6.907279027263556)
    assert max(errors["gamma"], errors["entropy"]) <= 0.5


@pytest.mark.parametrize("n", [12, 31, 58])
def test_one_entry_far_below_a_narrow_bulk(n):
    # the deficit, about 1 / n, is that of the one entry, and small beside the exponents of its terms
    rng = RNG(n)
    for exponent in (5.7, 7.3, 13.0, 20.0, 28.0, 33.0):
        x = np.append(1e-6 * rng.normal(size=n - 1), -1.0) * 10.0 ** rng.uniform(1, 6)
        w = np.exp(exponent * (x - x.max()) / np.ptp(x))
        value = math.log(n) + float((w / w.sum() * np.log(w / w.sum())).sum())
        solution = entnorm.solve(logits=x, deficit=value)
        errors = Exact(logits=x).errors(solution, "deficit", value)
        assert max(errors.values()) <= 0.6, (exponent, errors)


@pytest.mark.parametrize("seed", [451, 487, 6954, 7027, 7415])
def test_equal_terms_add_up_to_all_digits(seed):
    # of 120,000 rows of a few values, those that made some sum, centre or choice of an equation show: by 1.03 to 17
    rng = RNG([5 if seed < 1000 else 77, seed])
    x = levels(rng)
    for kind, value in targets(rng, x.size, np.count_nonzero(x == 0), x.size)[:4]:
        solution = entnorm.solve(logits=x, **{kind: value})
        errors = Exact.for_target(logits=x, kind=kind, value=value).errors(solution, kind, value)
        assert max(errors.values()) <= 1, (kind, value, errors)


@settings(max_examples=150, derandomize=True, deadline=None, database=None)
@given(st.lists(st.floats(-50, 50), min_size=2, max_size=8), st.floats(0.001, 0.999))
def test_any_attainable_target_is_attained(logits, share):
    exact = Exact(logits=logits)
    if exact.support == exact.ties:
        return
    low, high = math.log(exact.ties), math.log(exact.support)
    target = low + share * (high - low)
    with np.errstate(all="raise"):
        solution = entnorm.solve(logits=logits, entropy=target)
    if solution.status is Status.GAMMA_OVERFLOW:  # differences of subnormal size
        assert exact.entropy(np.finfo(float).max) > target
        return
    assert solution.success
    assert 0 < solution.gamma < np.inf
    _, varentropy, _ = exact.moments(float(solution.gamma))
    assert abs(exact.entropy(float(solution.gamma)) - target) <= 4 * EPS * (target + varentropy)


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("seed", range(3))
def test_the_bracket_holds_the_root(family, seed):
    row, goals = drawn(family, seed)
    _, values = next(Rows.checked(row.get("p"), row.get("logits"), -1).blocks())
    for kind, value in goals:
        exact = Exact.for_target(**row, kind=kind, value=value)
        for equation in (ExcessEquation, DeficitEquation):
            with np.errstate(all="ignore"):
                spectrum = Spectrum.survey(values, Workspace(), logits="logits" in row)
                goal = Target.checked((), **{kind: value}).reduce(spectrum.support, spectrum.ties)
                low, high = _bracket(equation, spectrum, goal)
            assert spectrum.scale[0] == 0
            assert exact.entropy(float(low[0])) > exact.target(kind, value) > exact.entropy(float(high[0]))


def test_iterations_are_few():
    x, p = RNG(0).normal(0, 3, (500, 200)), RNG(1).dirichlet(np.ones(200), 500)
    for rows in ({"logits": x}, {"p": p}):
        for share, mean, most in ((0.1, 4.4, 10), (0.5, 3.7, 4), (0.9, 3.0, 3)):  # as measured, rounded up
            solution = entnorm.solve(**rows, evenness=share)
            assert solution.nit.mean() <= mean
            assert solution.nit.max() <= most


def test_plateaus_have_the_right_entropy_and_end():
    # next to log 2 on a staircase, where the entropy hardly depends on gamma over many orders of magnitude
    exact = Exact(logits=[0.0, -1e-9, -1e9], digits=120)
    for value in (np.nextafter(math.log(2), 0), np.nextafter(math.log(2), 1), math.log(2) - 1e-12, math.log(2) + 1e-12):
        solution = entnorm.solve(logits=exact.row, entropy=value)
        assert solution.success
        assert solution.nit <= 60
        assert abs(exact.entropy(float(solution.gamma)) - value) <= 4 * EPS * value


@pytest.mark.parametrize("value", [5e-324, 1e-320, 1e-308])
def test_the_smallest_targets_are_attained(value):
    for kind in ("entropy", "deficit"):
        with np.errstate(all="raise"):
            solution = entnorm.solve(logits=[0.0, -1.0, -2.5], **{kind: value})
        assert solution.success
        assert 0 < solution.gamma < np.inf
        exact = Exact(logits=[0.0, -1.0, -2.5], digits=800)
        assert exact.errors(solution, kind, value)["gamma"] <= 1


class Misleading(ExcessEquation):
    """The right entropies with derivatives that make each step of the iteration ten times too short."""

    def measure(self, gamma):
        found = super().measure(gamma)
        return found._replace(second=10 * found.second)


def test_the_bracket_closes_whatever_the_derivatives_say():
    x = np.array([[0.0, -1.0, -2.5], [0.0, -0.5, -4.0]])
    spectrum = Spectrum.survey(x, Workspace(), logits=True)
    goal = Target.checked((2,), entropy=0.5).reduce(spectrum.support, spectrum.ties)
    answers = Answers.empty(2)
    low, high = np.full(2, 1e-100), np.full(2, 1e100)
    with np.errstate(all="ignore"):
        _iterate(Misleading(spectrum, goal), low, high, np.full(2, 1e-90), np.arange(2), answers)
    # log gamma is known to 460, and to 6e-6 in the end: 27 halvings, every other evaluation after the first eight
    assert (answers.nit <= 62).all()
    for row, gamma in zip(x, answers.gamma.tolist(), strict=True):
        exact = Exact(logits=row)
        # a last step is at most the cube root of eps, and it leaves nine times its length if it is ten times too short
        left = 9.1 * EPS ** (1 / 3)
        assert exact.entropy(gamma * (1 - left)) > 0.5 > exact.entropy(gamma * (1 + left))
        assert abs(exact.entropy(gamma) - 0.5) > 1e-7  # and so the derivatives did mislead


def test_an_array_that_changes_while_it_is_solved_does_not_keep_the_solver():
    x = np.array([[0.0, -1.0, -2.5]])
    spectrum = Spectrum.survey(x, Workspace(), logits=True)
    goal = Target.checked((1,), entropy=0.5).reduce(spectrum.support, spectrum.ties)
    answers, nan = Answers.empty(1), np.full(1, np.nan)
    _iterate(ExcessEquation(spectrum, goal), nan, nan.copy(), nan.copy(), np.arange(1), answers)
    assert np.isnan(answers.gamma).all()


class TestEnds:
    ROW: ClassVar = (0.4, 0.4, 0.1, 0.06, 0.04, 0.0)
    TOP: ClassVar = {"entropy": math.log(5), "perplexity": 5, "deficit": 0.0, "evenness": 1.0}
    BOTTOM: ClassVar = {
        "entropy": math.log(2),
        "perplexity": 2,
        "deficit": float(Exact(p=ROW).mp.log(2.5)),
        "evenness": math.log(2) / math.log(5),
    }

    @pytest.mark.parametrize("kind", TOP)
    def test_top(self, kind):
        solution = entnorm.solve(self.ROW, **{kind: self.TOP[kind]})
        assert (solution.gamma, solution.temperature, solution.success) == (0, np.inf, True)
        assert solution.probs.tolist() == [0.2] * 5 + [0]
        assert solution.log_probs[-1] == -np.inf

    @pytest.mark.parametrize("kind", BOTTOM)
    def test_bottom(self, kind):
        solution = entnorm.solve(self.ROW, **{kind: self.BOTTOM[kind]})
        assert (solution.gamma, solution.temperature, solution.success) == (np.inf, 0, True)
        assert solution.probs.tolist() == [0.5, 0.5, 0, 0, 0, 0]

    @pytest.mark.parametrize("kind", TOP)
    def test_the_next_float_inside_is_solved(self, kind):
        for end, inwards in ((self.TOP[kind], self.BOTTOM[kind]), (self.BOTTOM[kind], self.TOP[kind])):
            value = np.nextafter(float(end), float(inwards))
            solution = entnorm.solve(self.ROW, **{kind: value})
            assert solution.success
            assert 0 < solution.gamma < np.inf
            exact = Exact.for_target(p=self.ROW, kind=kind, value=value)
            assert exact.errors(solution, kind, value)["gamma"] <= 1

    @pytest.mark.parametrize("kind", TOP)
    def test_the_next_float_outside_is_infeasible(self, kind):
        for end, inwards in ((self.TOP[kind], self.BOTTOM[kind]), (self.BOTTOM[kind], self.TOP[kind])):
            value = np.nextafter(float(end), 2 * float(end) - float(inwards))
            if value >= 0:
                assert entnorm.solve(self.ROW, **{kind: value}).status is Status.INFEASIBLE

    def test_one_hot_limits(self):
        for target in ({"entropy": 0}, {"perplexity": 1}, {"evenness": 0}, {"deficit": math.log(3)}):
            solution = entnorm.solve([0.5, 0.3, 0.2], **target)
            assert (solution.gamma, solution.entropy, solution.condition) == (np.inf, 0, 0)
            assert solution.probs.tolist() == [1, 0, 0]

    def test_uniform_rows_attain_one_entropy(self):
        for target in ({"entropy": math.log(4)}, {"perplexity": 4}, {"deficit": 0}, {"evenness": 1}):
            solution = entnorm.solve(logits=[3.0, 3, 3, 3, -np.inf], **target)
            assert (solution.gamma, solution.success) == (1, True)
            assert solution.probs.tolist() == [0.25] * 4 + [0]
        solution = entnorm.solve([0.25] * 4, perplexity=3)
        assert solution.status is Status.INFEASIBLE
        assert "perplexity=4.0 alone" in solution.message

    def test_a_uniform_row_comes_back_as_it_is(self):
        p = np.full(7, 1 / 7) * (1 + 3e-16)
        assert p.sum() != 1
        for row in (p, np.append(p, 0.0), p.astype(np.float32)):
            solution = entnorm.solve(row, perplexity=7)
            assert (solution.gamma, solution.success) == (1, True)
            assert np.array_equal(solution.probs, row)
            assert np.array_equal(entnorm.normalize(np.stack([row, row]), perplexity=7)[1], row)

    def test_single_entries(self):
        for row in ([1.0], [0.0, 1.0]):
            for target in ({"entropy": 0}, {"perplexity": 1}, {"deficit": 0}, {"evenness": 0}, {"evenness": 1}):
                solution = entnorm.solve(row, **target)
                assert (solution.gamma, solution.success, solution.entropy) == (1, True, 0)
                assert solution.probs.tolist() == row
            assert entnorm.solve(row, entropy=0.1).status is Status.INFEASIBLE


@pytest.mark.parametrize("kind", ["entropy", "perplexity", "deficit", "evenness"])
@pytest.mark.parametrize("value", [np.inf, 1e308, 1e20])
def test_absurd_targets_are_infeasible(kind, value):
    with np.errstate(all="raise"):
        solution = entnorm.solve([[0.5, 0.3, 0.2], [0.5, 0.5, 0.0], [1.0, 0.0, 0.0]], **{kind: value})
    assert (solution.status == Status.INFEASIBLE).all()


@pytest.mark.parametrize("kind", ["entropy", "perplexity", "deficit", "evenness"])
@pytest.mark.parametrize("value", [0.0, 5e-324, 1e-300, 1e-20, 1e305, np.inf])
def test_no_target_of_a_single_row_leaks_a_warning(kind, value):
    _one_goal.cache_clear()
    with np.errstate(all="raise"):
        entnorm.solve([0.7, 0.2, 0.1], **{kind: value})


@pytest.mark.parametrize("axis", [(0,), [0], True, np.True_, 0.0, "0", None])
def test_an_axis_is_an_integer(axis):
    with pytest.raises(entnorm.EntnormError, match="axis must be an integer"):
        entnorm.solve([0.7, 0.2, 0.1], entropy=0.5, axis=axis)


def test_masked_targets_are_refused():
    for target in (np.ma.masked, np.ma.array([0.5, 0.6], mask=[0, 1])):
        with pytest.raises(entnorm.EntnormError, match="entropy is a masked array"):
            entnorm.solve([[0.7, 0.2, 0.1]] * 2, entropy=target)


def test_one_infeasible_row_loses_nothing_of_the_others():
    p = RNG(1).dirichlet(np.ones(6), 5)
    target = np.array([0.9, 2.5, 1.2, 0.3, 1.0])
    solution = entnorm.solve(p, entropy=target)
    assert solution.status.tolist() == [0, 1, 0, 0, 0]
    for row in (0, 2, 3, 4):
        alone = entnorm.solve(p[row], entropy=target[row])
        assert solution.gamma[row] == alone.gamma
        assert np.array_equal(solution.probs[row], alone.probs)
    for numbers in (solution.gamma, solution.entropy, solution.temperature, solution.condition):
        assert np.isnan(numbers).tolist() == [False, True, False, False, False]
    assert np.isnan(solution.probs[1]).all()
    assert "entropy=2.5 is out of reach of row 1: it attains 0.0 <= entropy <= 1.791759469228055" in solution.message


@pytest.mark.parametrize("exponent", [-250, -100, 100, 250])
def test_exponents_from_1e_250_to_1e250(exponent):
    x = np.array([0.3, -1.1, 0.7, 0.2]) * 10.0**-exponent
    solution = entnorm.solve(logits=x, entropy=0.9)
    assert max(Exact(logits=x).errors(solution, "entropy", 0.9).values()) <= 1


@pytest.mark.parametrize(
    "x",
    [
        *([0, -1e-300, -1e300], [0, -1.0, -1e308], [1e308, -1e308, 0], [5e-310, 0, -1e308], [0, -1e-200, -1]),
        *([1.5e308, -1e308, -1.5e308], [1.7e308, -1.7e308, *[-1.5e308] * 4], [1.79e308, -1.79e308, -1.78e308]),
    ],
)
def test_spectra_wider_than_float64_can_square(x):
    for value in (0.3, 0.68, 0.7, 1.0):
        with np.errstate(all="raise"):
            solution = entnorm.solve(logits=x, entropy=value)
            solution.probs  # noqa: B018
        target = Exact(logits=x).target("entropy", value)
        if solution.status is Status.CONVERGED:
            assert Exact(logits=x).errors(solution, "entropy", value)["gamma"] <= 1, value
        else:
            assert solution.status is Status.GAMMA_OVERFLOW
        positive = [q for q in solution.probs.tolist() if q > 0]
        assert abs(-math.fsum(q * math.log(q) for q in positive) - float(target)) <= 1e-15


def test_a_root_beyond_float64_has_its_distribution_all_the_same():
    for x, target, gamma in (([0.0, -5e-324], {"entropy": 0.5}, np.inf), ([1e308, -1e308], {"deficit": 1e-30}, 0.0)):
        solution = entnorm.solve(logits=x, **target)
        assert solution.status is Status.GAMMA_OVERFLOW
        assert not solution.success
        assert solution.gamma == pytest.approx(gamma, abs=1e-320)
        ((kind, value),) = target.items()
        exact = Exact(logits=[0.0, -1.0], digits=150)
        share = 1 / (1 + exact.mp.exp(-exact.root(exact.target(kind, value), 1.5 if kind == "entropy" else 1e-15)))
        assert abs(solution.probs[0] - float(share)) <= 2.0**-50
        with pytest.raises(entnorm.EntnormError, match="beyond the normal range of float64"):
            solution.raise_if_failed()


class TestOneRowOneAnswer:
    """Bit for bit the same alone, in any batch, position and layout."""

    ROWS: ClassVar = {"logits": RNG(0).normal(0, 2, (40, 77)), "p": RNG(1).dirichlet(np.full(77, 0.1), 40)}
    TARGETS: ClassVar = {"entropy": RNG(2).uniform(0.1, 4, 40), "deficit": 10.0 ** -RNG(3).uniform(0, 20, 40)}

    @pytest.mark.parametrize("target", TARGETS)
    @pytest.mark.parametrize("kind", ROWS)
    def test_layouts(self, kind, target):
        rows, goal = self.ROWS[kind], self.TARGETS[target]
        whole = entnorm.solve(**{kind: rows, target: goal})
        order = RNG(4).permutation(40)
        wide = np.zeros((80, 155))
        wide[1::2, 3:157:2] = 0
        wide[::2, 1::2] = rows
        layouts = {
            "permuted": (rows[order], goal[order], order, -1),
            "Fortran": (np.asfortranarray(rows), goal, slice(None), -1),
            "strided": (wide[::2, 1::2], goal, slice(None), -1),
            "transposed": (np.ascontiguousarray(rows.T), goal, slice(None), 0),
            "reversed": (np.ascontiguousarray(rows[::-1])[::-1], goal, slice(None), 1),
            "part": (rows[7:12], goal[7:12], slice(7, 12), -1),
        }
        for name, (values, wanted, which, axis) in layouts.items():
            solution = entnorm.solve(**{kind: values, target: wanted}, axis=axis)
            for field in ("gamma", "entropy", "nit", "condition"):
                assert np.array_equal(getattr(solution, field), getattr(whole, field)[which]), (name, field)
            assert np.array_equal(np.moveaxis(solution.probs, axis, -1), whole.probs[which]), name
            assert np.array_equal(np.moveaxis(solution.log_probs, axis, -1), whole.log_probs[which]), name
        for row in range(40):
            alone = entnorm.solve(**{kind: rows[row], target: goal[row]})
            assert alone.gamma == whole.gamma[row]
            assert np.array_equal(alone.probs, whole.probs[row])

    @pytest.mark.parametrize("n", [33, 1000, 1500, 40_000])
    def test_longer_rows_and_rows_that_other_code_solves(self, n):
        x = RNG(n).normal(0, 2, (9, n))
        x[1, :7], x[3, 5], x[4, :2], x[6] = x[1].max(), -np.inf, 1e200, x[6] * 1e-200  # ties, zeros, extremes
        goal = 10.0 ** -RNG(n).uniform(0, 9, 9)
        goal[8] = 50.0  # out of reach
        for target in ("deficit", "entropy"):
            whole = entnorm.solve(logits=x, **{target: goal})
            at_once = entnorm.softmax(x, **{target: goal}, infeasible="nan")
            assert np.array_equal(at_once, whole.probs, equal_nan=True)
            for row in range(9):
                alone = entnorm.solve(logits=x[row], **{target: goal[row]})
                for field in ("gamma", "entropy", "nit", "condition"):
                    assert np.array_equal(getattr(alone, field), getattr(whole, field)[row], equal_nan=True), field
                assert np.array_equal(alone.probs, whole.probs[row], equal_nan=True)

    def test_blocks(self):
        x = RNG(5).normal(size=(3000, 50))
        whole = entnorm.solve(logits=x, perplexity=20)
        deep = entnorm.solve(logits=np.moveaxis(x.reshape(3, 1000, 50), 2, 1), perplexity=20, axis=1)
        assert deep.gamma.shape == (3, 1000)
        assert np.array_equal(deep.gamma.ravel(), whole.gamma)
        for row in (0, 1309, 1310, 1311, 2999):
            assert entnorm.solve(logits=x[row], perplexity=20).gamma == whole.gamma[row]


def test_invariance_under_shifts_and_powers_of_two_is_exact():
    x = RNG(6).integers(-100, 100, 30) / 16
    plain = entnorm.solve(logits=x, entropy=2.0)
    assert entnorm.solve(logits=x + 1024, entropy=2.0).gamma == plain.gamma
    assert entnorm.solve(logits=x * 2.0**40, entropy=2.0).gamma == plain.gamma * 2.0**-40


class TestShapesAndTypes:
    def test_one_row_gives_scalars(self):
        solution = entnorm.solve([0.7, 0.2, 0.1], entropy=0.5)
        assert isinstance(solution.status, Status)
        for number in (solution.gamma, solution.temperature, solution.entropy, solution.condition):
            assert isinstance(number, np.float64)
        assert isinstance(solution.success, bool | np.bool_)

    def test_targets_broadcast(self):
        x = RNG(0).normal(size=(2, 3, 5))
        assert entnorm.solve(logits=x, entropy=1.0).gamma.shape == (2, 3)
        by_column = entnorm.solve(logits=x, entropy=[0.5, 1.0, 1.5])
        assert by_column.gamma[1, 2] == entnorm.solve(logits=x[1, 2], entropy=1.5).gamma
        assert entnorm.solve(logits=x, entropy=[[0.5], [1.0]], axis=-1).gamma.shape == (2, 3)

    @pytest.mark.parametrize("dtype", [np.float16, np.float32, ">f8", np.float64])
    def test_distributions_keep_the_dtype(self, dtype):
        x = RNG(0).normal(size=(4, 9)).astype(dtype)
        solution, wide = entnorm.solve(logits=x, entropy=1.0), entnorm.solve(logits=x.astype(np.float64), entropy=1.0)
        assert solution.probs.dtype == np.dtype(dtype)
        assert solution.gamma.dtype == solution.entropy.dtype == np.float64
        assert np.array_equal(solution.gamma, wide.gamma)
        assert np.array_equal(solution.probs, wide.probs.astype(dtype))
        assert np.array_equal(entnorm.softmax(x, entropy=1.0), solution.probs)

    def test_integers_give_float64(self):
        solution = entnorm.solve(logits=[3, 1, 0], entropy=0.5)
        assert solution.probs.dtype == np.float64
        assert solution.gamma == entnorm.solve(logits=[3.0, 1.0, 0.0], entropy=0.5).gamma

    def test_empty_batches(self):
        solution = entnorm.solve(logits=np.zeros((0, 3)), entropy=0.5)
        assert solution.gamma.shape == (0,)
        assert solution.probs.shape == (0, 3)
        assert entnorm.solve(np.zeros((2, 0, 3)) + 1 / 3, entropy=np.zeros((2, 0))).gamma.shape == (2, 0)

    def test_inputs_are_not_written_to(self):
        x, target = RNG(0).normal(size=(5, 7)), np.full(5, 1.0)
        x.flags.writeable = target.flags.writeable = False
        entnorm.solve(logits=x, entropy=target).log_probs  # noqa: B018
        p = RNG(0).dirichlet(np.ones(7), 5)
        before = p.copy()
        entnorm.solve(p, deficit=1e-9).probs  # noqa: B018
        assert np.array_equal(p, before)


class TestBadInput:
    P = ((0.5, 0.5), (0.5, 0.5), (0.5, 0.5))

    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            ({"entropy": 0.5}, "either p .* or logits="),
            ({"p": [0.5, 0.5], "logits": [0, 1], "entropy": 0.5}, "either p .* or logits="),
            ({"p": [0.5, 0.5]}, "exactly one target of entropy=.*got none"),
            ({"p": [0.5, 0.5], "entropy": 0.5, "deficit": 0.1}, "got entropy and deficit"),
            ({"p": [[0.5, 0.5], [np.nan, 1], [np.inf, 1]], "entropy": 0.5}, "NaN or inf in rows 1, 2"),
            ({"p": [[0.5, 0.5], [-0.5, 1.5]], "entropy": 0.5}, "negative entries in row 1: .*logits="),
            ({"p": [[0.5, 0.5], [0.0, 0]], "entropy": 0.5}, "zero in row 1"),
            (
                {"p": [[0.5, 0.5], [0.5, 0.6]], "entropy": 0.5},
                r"sum to 1 along axis -1 \(the first sums to 1.1\) in row 1",
            ),
            ({"p": [[3.0, 5.0]], "entropy": 0.5}, "divide weights by their sum, or pass their logarithms as logits="),
            ({"logits": [[0, 1], [np.nan, 1]], "entropy": 0.5}, "NaN in row 1"),
            ({"logits": [[0, 1], [np.inf, 1]], "entropy": 0.5}, r"\+inf in row 1"),
            ({"logits": [[0, 1], [-np.inf, -np.inf]], "entropy": 0.5}, "every logit is -inf in row 1"),
            ({"p": P, "entropy": [0.1, np.nan, np.nan]}, "entropy is NaN for rows 1, 2"),
            ({"p": P, "perplexity": [1, -1, 1]}, "perplexity is negative for row 1"),
            ({"p": P, "entropy": [0.1, 0.2]}, r"shape \(2,\), which does not broadcast to the batch shape \(3,\)"),
            ({"p": P, "entropy": [[0.1], [0.2], [0.3]]}, r"shape \(3, 1\).*an array of shape \(3,\)"),
            ({"p": [0.5, 0.5], "entropy": "0.5"}, "entropy has dtype"),
            ({"p": [0.5, 0.5], "entropy": Fraction(1, 2)}, "entropy has dtype object; it takes float64"),
            ({"p": [0.5, 0.5], "entropy": [[0.5], [0.5, 0.5]]}, "entropy is not an array"),
            ({"p": [[0.5, 0.5], [1.0]], "entropy": 0.5}, "p is not an array"),
            ({"p": [0.5 + 0j, 0.5], "entropy": 0.5}, "p has dtype complex128"),
            ({"p": np.array([0.5, 0.5], dtype=object), "entropy": 0.5}, "p has dtype object"),
            ({"p": 0.5, "entropy": 0.5}, "p is a single number"),
            ({"p": [0.5, 0.5], "entropy": 0.5, "axis": 1}, r"axis=1 does not exist in p, which has shape \(2,\)"),
            ({"p": [0.5, 0.5], "entropy": 0.5, "axis": 0.5}, "axis must be an integer, not 0.5"),
            ({"logits": np.zeros((3, 0)), "entropy": 0.5}, r"shape \(3, 0\).*empty"),
        ],
    )
    def test_is_refused_with_what_and_where(self, arguments, message):
        with pytest.raises(entnorm.EntnormError, match=message):
            entnorm.solve(**arguments)

    def test_masked_arrays_are_refused(self):
        with pytest.raises(entnorm.EntnormError, match="masked array: fill it"):
            entnorm.solve(np.ma.masked_array([0.5, 0.5], [False, True]), entropy=0.1)

    def test_sparse_arrays_and_none_are_refused(self):
        with pytest.raises(entnorm.EntnormError, match=r"logits is a sparse array: pass logits\.toarray\(\)"):
            entnorm.softmax(sparse.csr_array(np.eye(3)), entropy=0.1)
        with pytest.raises(entnorm.EntnormError, match="there is no array"):
            entnorm.softmax(None, entropy=0.1)

    def test_many_rows_are_counted_and_deep_ones_indexed(self):
        with pytest.raises(entnorm.EntnormError, match="rows 0, 1, 2, 3, 4 and 95 more"):
            entnorm.solve(logits=np.full((100, 2), np.nan), entropy=0.1)
        x = np.zeros((2, 2, 3))
        x[1, 0, 2] = np.nan
        with pytest.raises(entnorm.EntnormError, match=r"row \(1, 0\)"):
            entnorm.solve(logits=x, entropy=0.1)

    def test_sums_may_be_off_by_rounding(self):
        p = RNG(0).dirichlet(np.ones(5000)).astype(np.float32)
        assert entnorm.solve(p, perplexity=30).success
        assert entnorm.solve(np.array([0.5, 0.5 + 9e-7]), deficit=1e-20).success
        with pytest.raises(entnorm.EntnormError, match="does not sum to 1"):
            entnorm.solve(np.array([0.5, 0.5 + 2e-6]), deficit=1e-20)

    def test_perplexity_beyond_the_support_names_what_can_be_had(self):
        solution = entnorm.solve(RNG(0).dirichlet(np.ones(10)), perplexity=50)
        assert "perplexity=50.0 is out of reach of the row: it attains 1.0 <= perplexity <= 10.0" in solution.message


def worst(x, kind, value, nudges=60, by=1e-9):
    """The worst error at a target and next to it, as a share of what is promised."""
    found = []
    for target in value * (1 + by * np.arange(nudges)):
        found.append(max(Exact(logits=x).errors(entnorm.solve(logits=x, **{kind: target}), kind, target).values()))
    return max(found)


@pytest.mark.parametrize(
    ("counts", "depths", "kind", "value"),
    [
        (
            [56, 666, 11, 484],
            [1.983270319542234, 1.049561277067569, 3.997167867693802, 2.36030604791929],
            "deficit",
            0.5,
        ),
        ([299, 983], [3.0483287028766597, 1.5170424666531628], "deficit", 0.3416700942117714),
        ([755, 657], [1.067994127004575, 1.9148374949793374], "deficit", 0.6384179899646901),
        ([616, 874, 709], [0.7851673928121079, 1.1092413765934612, 2.088526305127035], "entropy", 7.251879975154862),
        ([100, 83], [1.0, 1.4], "entropy", 4.3),
        ([261, 494], [1.3, 2.1], "deficit", 0.5),
        ([247_896, 752_103], [1.46, 1.96], "deficit", 0.0049),
        ([45_780], [3.3], "deficit", 2.411),
        ([355_492], [2.7], "deficit", 0.0722),
        ([60_191, 31_000], [4.1, 4.2], "deficit", 0.4559),
        ([34_000, 46_000], [0.9, 1.1], "entropy", 8.7),
    ],
)
def test_equal_entries_below_a_maximum_are_rounded_alike(counts, depths, kind, value):
    """However few running sums vectors of the processor have.

    Where the centre is the mean of the logarithms, sums are larger than what they differ by, and so their errors.
    """
    x = np.repeat([0.0, *(-d for d in depths)], [1, *counts])
    assert worst(x, kind, value, nudges=60 if x.size < 10_000 else 12, by=1e-5) < 0.6


@pytest.mark.parametrize(
    ("counts", "depths", "kind", "value"),
    [
        ([13, 9, 3], [0.0, 2.0**-11, 0.5], "perplexity", 22.000194215),
        ([36, 25, 9], [0.0, 2.0**-14, 12.0], "perplexity", 61.004058279),
        ([605, 150, 44], [0.0, 1e-5, 3.0], "perplexity", 755.0035),
        ([8, 37, 1, 1], [0.0, 5.874309854746367e-05, 0.0151704533290758, 7.8], "entropy", 3.8054705313388677),
        ([6, 2, 5, 1, 1], [0.0, 2.1174e-06, 0.00298922, 2.717611, 13.367715], "entropy", 2.6971985178672964),
    ],
)
def test_plateaus_above_a_few_entries_far_below(counts, depths, kind, value):
    """What is promised is in terms of the deficit, of which a few rounding errors of the excess may be most."""
    assert worst(np.repeat(np.negative(depths), counts), kind, value) < 0.6


@pytest.mark.parametrize("low", [-20.0, -1e40, -1e100, -1e130, -1e300, -np.finfo(np.float64).max])
@pytest.mark.parametrize("gap", [1.0, 0.01, 1e-160, 1e-250, 1e-300])
@pytest.mark.parametrize(
    ("counts", "perplexity"),
    [([13, 9, 3], 21.95), ([100, 8, 3], 107.9), ([100, 8, 1], 107.9), ([1000, 80, 30], 1079.0)],
)
def test_plateaus_however_far_the_others_are_below(counts, perplexity, gap, low):
    """The mean of the logarithms is no place to measure from, and gamma may be as far from 1 as they are."""
    x, kind = np.repeat([0.0, -gap, low], counts), {"perplexity": perplexity}
    among = entnorm.solve(logits=np.stack([x, np.append(np.zeros(x.size - 1), -1.0), x]), perplexity=perplexity - 0.5)
    with np.errstate(all="raise"):
        solution = entnorm.solve(logits=x, **kind)
        assert np.array_equal(solution.probs, entnorm.softmax(x, **kind))
    errors = Exact(logits=x).errors(solution, "perplexity", perplexity)
    if solution.log_probs[-1] == -np.inf:  # float64 has no such number
        del errors["log_probs"]
    assert max(errors.values()) < 0.75
    assert among.gamma[0] == among.gamma[2] == entnorm.solve(logits=x, perplexity=perplexity - 0.5).gamma


@pytest.mark.parametrize(
    ("counts", "step"), [([1, 2919, 39278], 5.241944147254207), ([1, 28109, 251653], 5.4163), ([40, 2919, 3000], 4.0)]
)
def test_neighbouring_logits_that_are_nats_apart(counts, step):
    """No centre is next to where the mean of the exponentials is 1: it is off by factors, and so is their sum."""
    x = np.repeat(1e17 - np.array([0.0, 16.0, 480.0]), counts)
    entropy = float(Exact(logits=x).moments(step / 16)[0])
    assert worst(x, "entropy", entropy, nudges=4) < 0.75


@pytest.mark.parametrize("form", ["logits", "p"])
@pytest.mark.parametrize("copies", [1, 9])
def test_plateaus_with_ties_and_without_all_of_the_support(copies, form):
    x = np.repeat([0.0, -1e-5, -7.0, -np.inf], np.array([13, 9, 3, 2]) * copies)
    values = x if form == "logits" else np.exp(x) / np.exp(x).sum()
    for entropy in math.log(22 * copies) - np.array([1e-9, 1e-7, 1e-5, 1e-3]):
        alone = entnorm.solve(**{form: values}, entropy=entropy)
        both = entnorm.solve(**{form: np.stack([values[::-1], values])}, entropy=entropy)
        assert max(Exact(**{form: values}).errors(alone, "entropy", entropy).values()) < 0.6
        assert (alone.gamma, alone.nit) == (both.gamma[1], both.nit[1])
        assert np.array_equal(alone.probs, both.probs[1])
        array = entnorm.softmax if form == "logits" else entnorm.normalize
        assert np.array_equal(alone.probs, array(values, entropy=entropy))


@pytest.mark.parametrize(
    ("row", "entropy"), [([0.0, 0.0, -1.0, -2.0], math.log(2)), ([0.0, -1.0, -2.0, -np.inf], math.log(3))]
)
def test_rows_at_an_end_have_its_entropy_whatever_was_tried_beside_them(row, entropy):
    x = np.array([[0.0, -1e-9, -2e-9, -1.0]] * 11 + [row] * 9)
    solution = entnorm.solve(logits=x, entropy=np.repeat([math.log(3), entropy], [11, 9]))
    alone = entnorm.solve(logits=row, entropy=entropy)
    assert (solution.entropy[11:] == alone.entropy).all()
    assert abs(alone.entropy - entropy) <= EPS


@pytest.mark.parametrize("cornered", [False, True])
@pytest.mark.parametrize("copies", [1, 6])
@pytest.mark.parametrize("step", [0.35, 0.45])
def test_plateaus_between_neighbouring_logits(step, copies, cornered, monkeypatch):
    """There is no centre between the maxima and the crowd below them; so the deficit is summed term by term."""
    looked, measure = [], DeficitEquation.measure
    if cornered:
        monkeypatch.setattr(solver, "_search", lambda *_: None)
    monkeypatch.setattr(DeficitEquation, "measure", lambda *given: looked.append(given) or measure(*given))
    x = 1.5 * 2.0**20 - np.repeat([0.0, 2.0**-32, 0.5], np.array([13, 9, 3]) * copies)
    w = math.exp(-step)
    entropy = math.log(copies * (13 + 9 * w)) + 9 * w * step / (13 + 9 * w)
    assert worst(x, "entropy", entropy) < 0.6
    assert looked
    solution = entnorm.solve(logits=x, entropy=entropy)
    assert np.array_equal(solution.probs, entnorm.softmax(x, entropy=entropy))


@pytest.mark.parametrize("form", ["logits", "p"])
@pytest.mark.parametrize(("n", "tops"), [(20_001, 4), (300_000, 10)])
def test_entries_above_a_crowd_differ_by_what_they_differ(n, tops, form):
    """From where the crowd is, the logarithms of all of them are rounded, each for itself."""
    rng = RNG(n)
    for _ in range(6):
        x = np.repeat([0.0, -1.0 - rng.uniform(0, 0.03)], [tops, n - tops])
        x[:tops] = rng.uniform(0, 0.02, tops)
        values = {"logits": x} if form == "logits" else {"p": np.exp(x) / np.exp(x).sum()}
        deficit = 0.2 * math.log(0.2 * n / tops) + 0.8 * math.log(0.8 * n / (n - tops))
        assert max(Exact(**values).errors(entnorm.solve(**values, deficit=deficit), "deficit", deficit).values()) < 0.75


@pytest.mark.parametrize("form", ["logits", "p"])
@pytest.mark.parametrize(("tops", "holes"), [(1, 0), (1, 2), (2, 0), (3, 1)])
@pytest.mark.parametrize("n", [900, 21_740, 70_000, 700_000, 1_100_000, 2_200_000])
def test_whatever_is_above_a_crowd_has_the_digits_that_are_promised(n, tops, holes, form):
    """Errors of gamma show in the largest probability log n times as large: those of the exponentials, and its own."""
    rng = RNG(n)
    for k in range(4):
        crowd = int(rng.uniform(0.2, 0.8) * n)
        x = np.repeat([0.0, -1.0 - rng.uniform(), -2.5 - rng.uniform(), -np.inf], [tops, crowd, n - crowd, holes])
        values = {"logits": x} if form == "logits" else {"p": np.exp(x) / np.exp(x).sum()}
        kind, value = ("deficit", 10 ** rng.uniform(-1, 0.5)) if k else ("evenness", rng.uniform(0.4, 0.95))
        solution = entnorm.solve(**values, **{kind: value})
        assert max(Exact(**values).errors(solution, kind, value).values()) < 0.75
        array = entnorm.softmax if form == "logits" else entnorm.normalize
        assert np.array_equal(array(x if form == "logits" else values["p"], **{kind: value}), solution.probs)


@pytest.mark.parametrize("form", ["logits", "p"])
@pytest.mark.parametrize(("kind", "value"), [("deficit", 0.05), ("deficit", 3.0), ("evenness", 0.6)])
def test_rows_that_had_to_be_cornered_have_the_same_digits(monkeypatch, form, kind, value):
    """Their distributions, too, are made of the exponentials that decided."""
    x = np.repeat([0.0, -1.7, -2.9, -np.inf], [2, 900, 1200, 1])
    values = {"logits": x} if form == "logits" else {"p": np.exp(x) / np.exp(x).sum()}
    cornered = []
    monkeypatch.setattr(solver, "_search", lambda *_: None)
    monkeypatch.setattr(solver, "_iterate", lambda *given: cornered.append(given) or _iterate(*given))
    solution = entnorm.solve(**values, **{kind: value})
    assert cornered
    assert (solution._look.base > 0).all()
    assert max(Exact(**values).errors(solution, kind, value).values()) < 0.75
    array = entnorm.softmax if form == "logits" else entnorm.normalize
    assert np.array_equal(array(next(iter(values.values())), **{kind: value}), solution.probs)


@pytest.mark.parametrize(("mask", "steps"), [(-30.0, 3), (-1e3, 5), (-1e4, 7)])
def test_a_crowd_far_below_does_not_lead_the_search_astray(mask, steps):
    for n, inside, evenness in ((10_000, 150, 0.52), (100_000, 1000, 0.55)):
        x = np.full(n, mask)
        x[:inside] = RNG(n).normal(size=inside)
        assert entnorm.solve(logits=x, evenness=evenness).nit <= steps


@pytest.mark.parametrize("mask", [-1e65, -1e100, -1e139])
def test_a_distribution_has_no_nan_where_the_logits_are_far_down(mask):
    rng = RNG(0)
    for n in rng.integers(10, 200, 100).tolist():
        x = np.where(rng.random(n) < 0.4, mask, rng.normal(0, 2, n))
        x[0] = 3.0
        with np.errstate(all="raise"):
            solution = entnorm.solve(logits=x, evenness=rng.uniform(0.1, 0.6))
            assert (solution.probs >= 0).all()


@pytest.mark.parametrize(
    ("kind", "value"), [("deficit", 0.05), ("deficit", 0.5), ("evenness", 0.75), ("evenness", 0.6)]
)
@pytest.mark.parametrize("n", [200, 5000, 40_000])
def test_one_entry_above_a_crowd_is_found_at_once(n, kind, value):
    """The deviation of all logarithms, from which the search would start, is that of the one entry."""
    x = np.append(RNG(n).choice([-0.01, 0.0, 0.02], n - 1), 3.0)
    solution = entnorm.solve(logits=np.stack([x, x[::-1]]), **{kind: value})
    assert solution.nit.max() <= 4
    assert (solution._look.base != 0).all()  # nor are its exponentials taken anew in float64
    assert np.array_equal(solution.probs, entnorm.softmax(np.stack([x, x[::-1]]), **{kind: value}))
    one = entnorm.solve(logits=x, **{kind: value})
    assert (one.gamma, one.nit) == (solution.gamma[0], solution.nit[0])
    assert max(Exact(logits=x).errors(one, kind, value).values()) <= 1


@pytest.mark.parametrize("n", [2, 30, 300, 70_000, LONG + 3, 2 * LONG + 3])
@pytest.mark.parametrize(
    "target", [{"evenness": 0.4}, {"evenness": 0.95}, {"deficit": 1e-9}, {"deficit": 0.0}, {"entropy": 0.0}]
)
@pytest.mark.parametrize("form", ["p", "logits", "logits with holes"])
def test_logarithms_differ_from_those_of_probabilities_by_their_rounding(kernel, n, target, form):
    x = RNG(n).normal(size=n)
    x[3 if form == "logits with holes" else n :: 5] = -np.inf
    row = {"p": np.exp(x) / np.exp(x).sum()} if form == "p" else {"logits": x}
    solution, support = entnorm.solve(**row, **target), x > -np.inf
    q, log_q = solution.probs, solution.log_probs
    assert log_q.max() == np.log(q.max())
    given = support & (q > 0) if "entropy" in target else support
    assert (np.abs(log_q[given] - np.log(q[given])) <= 4 * EPS * (1 - log_q[given])).all()
    assert (log_q[~given] == -np.inf).all()
    others = entnorm.solve(**{what: np.stack([values[::-1], values]) for what, values in row.items()}, **target)
    assert np.array_equal(others.log_probs[1], log_q)
    if form != "p":
        assert np.array_equal(entnorm.log_softmax(x, **target), log_q)
        small = entnorm.log_softmax(x.astype(np.float32), **target)
        wide = entnorm.log_softmax(x.astype(np.float32).astype(np.float64), **target)
        assert np.array_equal(small, wide.astype(np.float32))


def test_uniform_rows_have_the_logarithm_of_their_size(kernel):
    """Whatever they add up to, as far as that is let pass; and rounded once."""
    for n in range(1, 400):
        for dtype in (np.float16, np.float32):
            solution = entnorm.solve(np.full(n, 1 / n, dtype), evenness=1.0)
            assert (solution.log_probs == dtype(-np.log(n))).all()
        for size in (1 / n, (1 + 4e-7) / n):
            found = entnorm.solve(np.full(n, size), evenness=1.0)
            assert (found.probs == size).all()
            assert np.abs(found.log_probs + np.log(n)).max() <= EPS * (1 + np.log(n))
