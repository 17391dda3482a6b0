"""Rows in which rounding errors show in the largest probability: found by a search, not drawn."""

import importlib.util

import numpy as np
import pytest
from bench.climbing import dealt
from oracle import EPS, Exact

import entnorm
from entnorm import backend, lone, refinement, solver, steps, targets, tilting
from entnorm.answers import Answers
from entnorm.moments import IN_WORDS, log_offsets, powers
from entnorm.reductions import TILE, Workspace
from entnorm.spectrum import Spectrum
from entnorm.targets import Target

FAST = importlib.util.find_spec("numba") is not None
ROWS = {  # levels, how many entries there are of each, and the deficit that they are to have
    "three above 2,000": (
        [2.690077048219157, 2.6732534677922257, 2.5815721663486584],
        [3, 2357, 2696],
        1.5176649676173588,
    ),
    "three, and fewer": (
        [2.690077048219157, 2.673123950108396, 2.5807368328092175],
        [3, 2256, 2667],
        1.5618699067378852,
    ),
    "one above 2,000": ([0.0, -0.02047963262219103, -0.08740150623279037], [1, 2603, 19563], 2.171027239952099),
    "one above 60,000": ([1.0, 0.9563992430316149, -3.9734157519478357], [1, 65967, 189344], 1.5047248251714285),
    "one above 5,000": (
        [1.2072925106975014, -1.7705716757942604, -28.07199417236183],
        [1, 4991, 10211],
        1.1462631483268224,
    ),
    "one above 30,000": (
        [101.24066038486231, 101.22935039687692, 101.04105252395911],
        [1, 34261, 71080],
        1.1304227863991736,
    ),
    "two plateaus": (
        [1.0, 0.98975624973807, -1.090318329565316, -4.390487006437905],
        [3, 30953, 79554, 3934],
        1.3464016631556457,
    ),
}
NOISY = {  # levels, runs of these, to how many hands they are dealt, and the target
    "logits": (
        "0x1.ed8fd58bb7aecp+0 0x1.e2cba5c64d476p+0 -0x1.d49a864e47c80p-4 -0x1.4fe4f1da4f49ap+6",
        [(1, 230), (3, 591), (1, 97), (2, 1), (0, 6)],
        32,
        ("evenness", "0x1.b3a89c0ef03d1p-1"),
    ),
    "p": (
        "0x1.8be2c7d43e7ddp-9 0x1.8ac66d66e4268p-9 0x1.e4a4ed44c1172p-61 0x1.ac348c89feaccp-375",
        [(0, 6), (1, 326), (2, 1), (3, 485), (3, 100)],
        8,
        ("entropy", "0x1.738a653772de2p+2"),
    ),
}
CROWDED = (  # levels, how many entries there are of each, dealt to so many hands, and the perplexity
    "0x1.d5dc42b148856p-16 0x1.974d5926d5a00p-16 0x1.657855d97b631p-38 0x1.90161e2a32e1cp-16 0x1.505933a7fb495p-16",
    (1, 38714, 332, 54, 2934),
    4,
    "0x1.86c26735c8a27p+12",
)
ONE_SIDED = {  # values, which of them each entry has, and the deficit: additions in order nearly all err to one side
    "logits": (
        (
            "-0x1.f7baeea91089cp+1 -0x1.f7b943fc8b9b5p+1 -0x1.f7b5d1af618b6p+1 -0x1.f7b3713c432f1p+1 "
            "-0x1.f7aea5720573bp+1 -0x1.f7a18d83688d1p+1 -0x1.f78f7640477cap+1 -0x1.f78e27b89fc1fp+1 "
            "-0x1.f769d9d708574p+1 -0x1.f74fcdab4f2c6p+1 -0x1.f74f330530ef1p+1 -0x1.f749d019faaafp+1 "
            "0x0.0p+0 "
        ),
        (
            "ieleejjeeheekegkkklhlhhlhkaeehekfkhkkaakklkkekleeehlhllhlejkklke"
            "llllllllllllllllllllllllllllllllmbbbbbbbbbbbbbdbbbbbbbbbbbbbbbcb"
        ),
        "0x1.efc0c7711c4fdp-1",
    ),
    "p": (
        (
            "0x1.6f5dfaa4528b5p-8 0x1.6f5dfc4e67d2ap-8 0x1.6f5dffde0df1ep-8 0x1.6f5e03f266c9ep-8 "
            "0x1.6f5e04f389ba3p-8 0x1.6f5e0523cda05p-8 0x1.6f5e05bd58ffap-8 0x1.6f5e05edac8b5p-8 "
            "0x1.6f5e05f97edaep-8 0x1.6f5e061e2de2fp-8 0x1.6f5e0637ce078p-8 0x1.6f5e07a60f9a6p-8 "
            "0x1.6f5e0a3ab80fep-8 0x1.6f5e0ab58dd7ep-8 0x1.6f5e1065fe746p-8 0x1.6f5e147c0cb6ap-8 "
            "0x1.6f5e14916eb38p-8 0x1.6f5e21eedfae5p-8 0x1.6f5e26d07cd35p-8 0x1.27016441af24bp-2 "
        ),
        (
            "sgogmmgomomogkmomogmmomoamommookokmnookmomomkgomomkoomompomqommg"
            "rrrrrrrrrrrrrrrrrrrrrrrrbrrrrrrrtjjjfjdjjjjjiecjjjjjjjjjjjjljjhj"
        ),
        "0x1.e5b52bfa2a01ep-1",
    ),
}
REFINED = [name for name in ROWS if not name.startswith("three")]
SHARED = {  # probabilities, of whose logarithms, products or exponentials all of a crowd have the same rounding errors
    "steep": (
        ["0x1.4e814374778e5p-19", "0x1.f5afefa5ba28bp-20", "0x1.13ce341d4fcf9p-59"],
        [1, 535_064, 64_094],
        "0x1.5dce03df25fbep-3",
    ),
    "nearly even": (
        ["0x1.8785676bbbb5ap-18", "0x1.56934fc7b3bb3p-18", "0x1.78aa69b3a151ep-58"],
        [1, 195_894, 8073],
        "0x1.a224f7094430fp-4",
    ),
    "one far above": (
        ["0x1.67deb8d281e01p-17", "0x1.3adf5b91d1b5ep-17", "0x1.5a34ba212b039p-57"],
        [1, 106_564, 3910],
        "0x1.cb1de6e7ddb40p-4",
    ),
    "less than three nats above": (
        ["0x1.65ecd0d550e02p-12", "0x1.a10b47e85aa0bp-13", "0x1.a9e9d9cb863bfp-16", "0x1.e2da07ac4d70ap-57"],
        [1, 5026, 7, 7],
        "0x1.b912369dc0800p-8",
    ),
}
ALIKE = {  # in the sums of which equal terms, one after the other, would all be rounded alike
    "two near the top": (
        "logits",
        ["0x1.3b3d4c0273522p+0", "-0x1.90fe7565017e0p-1", "-0x1.fc6e0bcb2b644p-1", "-0x1.8c98e48bd2962p+4"],
        [1, 1, 65, 35],
        {"deficit": "0x1.c762906cfdceep-1"},
    ),
    "four levels": (
        "logits",
        [
            "0x0.0p+0",
            "-0x1.e86ddb460268cp+1",
            "-0x1.ee08c0e699b7ep+2",
            "-0x1.d43031b4aaff2p+8",
            "-0x1.ee08c0e699b7ep+2",
        ],
        [1, 73, 46, 5, 1],
        {"perplexity": "0x1.842a76819f5c4p+5"},
    ),
    "two above two crowds": (
        "logits",
        [
            "0x1.c4c04f73b0cc1p+5",
            "0x1.adc641b8d01a2p+5",
            "0x1.9245117d47ad3p+5",
            "0x1.5a2b28038a76dp+5",
            "0x1.9245117d47ad3p+5",
            "0x1.5a2b28038a76dp+5",
        ],
        [1, 1, 14, 1, 25, 85],
        {"evenness": "0x1.9d8900ee28968p-1"},
    ),
    "four levels, close": (
        "logits",
        [
            "0x0.0p+0",
            "-0x1.e558a63abdec8p+1",
            "-0x1.eaea9b793be5fp+2",
            "-0x1.d13bb17b1e5cap+8",
            "-0x1.eaea82f091498p+2",
        ],
        [1, 73, 46, 5, 1],
        {"perplexity": "0x1.842a76819f5c4p+5"},
    ),
    "one above the rest": (
        "p",
        ["0x1.0e421b15f81d6p-7", "0x1.0c938d873930ap-7"],
        [1, 121],
        {"perplexity": "0x1.83743c559ef2dp+5"},
    ),
    "thousands": (
        "p",
        ["0x1.ef3f1ceaa3523p-12", "0x1.e6546357eabe2p-12", "0x1.cec52c2f0816ap-13", "0x1.c0c479caba292p-12"],
        [1, 1223, 1096, 445],
        {"deficit": "0x1.ebce33e88fef8p+0"},
    ),
}


def _striped():
    row = np.full(5769, float.fromhex("-0x1.44964ef4748dcp+3"))
    row[11::32] = row[23::32] = float.fromhex("-0x1.2402957a25b57p+0")
    row[-1] = 0.0
    return {"logits": row}, float.fromhex("0x1.9d4cac0bb42e0p+1")


def _spotted():
    high = np.array(list("11111001100000100000000110001111")) == "1"
    levels = float.fromhex("0x1.01ae0e448f0fap-10"), float.fromhex("0x1.5310479297801p-57")
    row = np.where(np.resize(high, 2127), *levels)
    row[1996] = float.fromhex("0x1.578950399c7b0p-4")
    return {"p": row}, float.fromhex("0x1.dd1b6d86433d5p+0")


REPEATING = {"striped": _striped, "spotted": _spotted}  # in the sums of which chunks are alike
NUDGES = np.linspace(-1e-7, 1e-7, 15)  # of targets: how errors of exponentials fall is up to the processor
SCALES = [1.0, 2.0**-700, 2.0**900]


@pytest.fixture(params=[False, pytest.param(True, marks=pytest.mark.skipif(not FAST, reason="numba is not installed"))])
def kernel(request, monkeypatch):
    """Both kernels."""
    chosen = backend.compiled() if request.param else None
    monkeypatch.setattr(backend, "compiled", lambda: chosen)


def repeated(name):
    levels, counts, deficit = ROWS[name]
    return np.repeat(levels, counts), deficit


def shared(name):
    levels, counts, deficit = SHARED[name]
    return np.repeat([float.fromhex(level) for level in levels], counts), float.fromhex(deficit)


def worst(row, kind, value):
    """The largest of all errors, in units of what is promised."""
    exact, solution = Exact.for_target(**row, kind=kind, value=value), entnorm.solve(**row, **{kind: value})
    assert solution.success
    return max(exact.errors(solution, kind, value).values())


def refined(solution):
    """Which rows were."""
    return np.atleast_1d(solution._look.base == IN_WORDS)


@pytest.mark.parametrize("name", ROWS)
def test_which_rows_are_refined(kernel, name):
    row, deficit = repeated(name)
    assert refined(entnorm.solve(logits=row, deficit=deficit)).all() == (name in REFINED)


@pytest.mark.parametrize("name", SHARED)
def test_no_error_is_shared_by_a_crowd(name):
    row, deficit = shared(name)
    if name in ("steep", "nearly even"):  # others are if no slight step leads to them, and that is up to the processor
        assert refined(entnorm.solve(row, deficit=deficit)).all()
    nudges = NUDGES if row.size < 10_000 else [0.0]
    assert max(worst({"p": row}, "deficit", deficit * (1 + nudge)) for nudge in nudges) <= 0.25


@pytest.mark.parametrize("name", ALIKE)
def test_equal_entries_do_not_have_equal_rounding_errors_in_a_sum(kernel, name):
    kind, levels, counts, targets = ALIKE[name]
    row = np.repeat([float.fromhex(level) for level in levels], counts)
    for target, value in targets.items():
        assert worst({kind: row}, target, float.fromhex(value)) <= 0.6


@pytest.mark.parametrize("name", REPEATING)
def test_nor_do_chunks_that_are_alike(kernel, name):
    row, deficit = REPEATING[name]()
    for nudge in NUDGES:
        assert worst(row, "deficit", deficit * (1 + nudge)) <= 0.5


@pytest.mark.parametrize("change", ["two maxima", "a hole", "many tiles"])
@pytest.mark.parametrize("name", REPEATING)
def test_nor_if_the_row_is_not_ordinary(kernel, name, change):
    row, deficit = REPEATING[name]()
    ((form, values),) = row.items()
    if change == "two maxima":
        values[0] = values.max()
    if change == "a hole":
        values[1] = -np.inf if form == "logits" else 0.0
    if change == "many tiles":
        values = np.concatenate([*np.tile(np.delete(values, values.argmax()), (TILE // values.size + 1, 1)), values])
        deficit += 0.5
    values = values / values.sum() if form == "p" else values
    for nudge in NUDGES[::5]:
        assert worst({form: values}, "deficit", deficit * (1 + nudge)) <= 0.6


@pytest.mark.parametrize("name", REPEATING)
def test_rows_whose_chunks_are_alike_have_the_same_digits_among_others(kernel, name):
    row, deficit = REPEATING[name]()
    ((form, values),), targets = row.items(), deficit * (1 + NUDGES)
    found = entnorm.solve(**{form: np.tile(values, (NUDGES.size, 1))}, deficit=targets)
    alone = [entnorm.solve(**row, deficit=target) for target in targets]
    assert np.array_equal(found.gamma, [solution.gamma for solution in alone])
    assert np.array_equal(found.probs, [solution.probs for solution in alone])


def test_without_a_sum_of_small_terms_they_do(monkeypatch):
    row, deficit = _spotted()
    targets = deficit * (1 + NUDGES)
    with_it = max(worst(row, "deficit", value) for value in targets)
    monkeypatch.setattr(lone, "is_close", lambda *_: False)
    assert max(worst(row, "deficit", value) for value in targets) > max(3 * with_it, 0.5)


def _noisy(form):
    """How far answers are off for some targets next to each other."""
    levels, runs, hands, (kind, value) = NOISY[form]
    which = dealt(np.repeat(*np.array(runs).T), hands)
    row = {form: np.array([float.fromhex(level) for level in levels.split()])[which]}
    return max(worst(row, kind, float.fromhex(value) * (1 + nudge)) for nudge in NUDGES)


@pytest.mark.parametrize("form", NOISY)
def test_rows_whose_last_digits_of_the_excess_are_large_beside_the_promise_keep_it(kernel, form):
    assert _noisy(form) <= 0.5


@pytest.mark.parametrize("form", NOISY)
def test_they_would_not_if_targets_were_rounded_twice_and_more_rows_thought_to_be_quiet(form, monkeypatch):
    with_it = _noisy(form)
    monkeypatch.setattr(targets, "_one_goal", targets._one_goal.__wrapped__)
    monkeypatch.setattr(targets, "_above", lambda h, low, end: (h - end[0]) + (low - end[1]))
    monkeypatch.setattr(steps, "_NOISE", 5.0)
    assert _noisy(form) > max(3 * with_it, 0.5)


def _crowded():
    levels, counts, hands, perplexity = CROWDED
    row = dealt(np.repeat([float.fromhex(level) for level in levels.split()], counts), hands)
    return {"p": row}, float.fromhex(perplexity)


def test_logarithms_keep_the_promise_where_a_crowd_shares_the_rounding_of_its_exponentials(monkeypatch):
    row, perplexity = _crowded()
    assert worst(row, "perplexity", perplexity) <= 0.5

    def afresh(asked, top, largest, out):
        exponents = powers(log_offsets(asked.values, top, logits=asked.logits, scale=asked.scale), asked.gamma)
        np.subtract(exponents, np.log(np.exp(exponents).sum(-1))[:, None], out=out)

    monkeypatch.setattr(tilting, "_log", afresh)
    assert worst(row, "perplexity", perplexity) > 0.9, "they would leave nothing of it"


def _one_sided(form):
    values, order, deficit = ONE_SIDED[form]
    values = [float.fromhex(value) for value in values.split()]
    return {form: np.array([values[ord(letter) - ord("a")] for letter in order])}, float.fromhex(deficit)


@pytest.mark.parametrize("form", ONE_SIDED)
def test_short_rows_whose_additions_all_err_to_one_side_keep_the_promise(kernel, form):
    row, deficit = _one_sided(form)
    assert worst(row, "deficit", deficit) <= 0.5


@pytest.mark.parametrize("form", ONE_SIDED)
def test_they_do_not_where_fewer_rows_count_as_close(form, monkeypatch):
    row, deficit = _one_sided(form)
    monkeypatch.setattr(backend, "compiled", lambda: None)
    with_it = worst(row, "deficit", deficit)
    monkeypatch.setattr(steps, "_CLOSE", 4.5)
    assert worst(row, "deficit", deficit) > max(3 * with_it, 0.5)


@pytest.mark.parametrize("gap", [1e-2, 1e-6, 1e-12])
def test_a_crowd_may_be_a_hair_below_the_maximum(gap):
    p = np.repeat([1 + gap, 1.0, 1e-12], [1, 40_000, 20_000])
    p /= p.sum()
    depth = np.log1p((p[0] - p[1]) / p[1])
    q = np.exp([0.0, -6.5])
    q /= q[0] + 40_000 * q[1]
    deficit = float(np.log(60_001) + q[0] * np.log(q[0]) + 40_000 * q[1] * np.log(q[1]))
    solution = entnorm.solve(p, deficit=deficit)
    assert refined(solution).all()
    assert solution.gamma == pytest.approx(6.5 / depth, rel=1e-6)
    assert worst({"p": p}, "deficit", deficit) <= 0.25


def test_a_deficit_that_is_summed_term_by_term_may_be_delicate(kernel):
    row = np.repeat([4.0, 0.0, -90.0], [1, 300_000, 6000])
    deficit = entnorm.deficit(np.exp(row) / np.exp(row).sum())
    assert deficit < 0.03
    assert refined(entnorm.solve(logits=row, deficit=deficit)).all()
    assert worst({"logits": row}, "deficit", float(deficit)) <= 0.25


def test_what_is_far_below_does_not_count_and_what_is_farther_has_its_digits(kernel):
    row, deficit = repeated("one above 5,000")
    gamma = entnorm.solve(logits=row, deficit=deficit).gamma
    row[-3:] = row.max() - np.array([690.0, 704.0, 900.0]) / gamma
    assert refined(entnorm.solve(logits=row, deficit=deficit)).all()
    assert worst({"logits": row}, "deficit", deficit) <= 0.5


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("name", ROWS)
def test_rows_that_were_climbed_to_are_far_within_the_promise(kernel, name, scale):
    row, deficit = repeated(name)
    for nudge in (0.0, 1e-9, -3e-9):
        assert worst({"logits": row * scale}, "deficit", deficit * (1 + nudge)) <= 0.5


@pytest.mark.parametrize("kind", ["entropy", "perplexity", "evenness"])
def test_the_target_is_what_the_caller_said_to_the_last_digit(kernel, kind):
    row, deficit = repeated("one above 60,000")
    size = np.log(row.size)
    value = {"entropy": size - deficit, "perplexity": np.exp(size - deficit), "evenness": 1 - deficit / size}[kind]
    assert worst({"logits": row}, kind, float(value)) <= 0.5


@pytest.mark.parametrize("name", ROWS)
def test_probabilities_too_and_what_is_outside_the_support(kernel, name):
    row, deficit = repeated(name)
    p = np.exp(row - row.max())
    assert worst({"p": np.append(p / p.sum(), 0.0)}, "deficit", deficit) <= 0.5
    assert worst({"logits": np.append(row, -np.inf)}, "deficit", deficit) <= 0.5


def test_rows_to_which_no_slight_step_leads_are_refined_if_they_are_sensitive(monkeypatch):
    row, deficit = shared("one far above")
    for module in (solver, lone):
        monkeypatch.setattr(module, "is_slight", lambda step, depth: np.zeros(np.shape(step), np.bool_))
    assert refined(entnorm.solve(row, deficit=deficit)).all()
    assert worst({"p": row}, "deficit", deficit) <= 0.25
    assert not refined(entnorm.solve(np.full(200, 0.005) + np.linspace(-1e-3, 1e-3, 200), deficit=0.5)).any()


def test_without_it_errors_are_several_times_as_large(monkeypatch):
    row, deficit = shared("steep")
    targets = deficit * (1 + NUDGES)
    with_it = max(worst({"p": row}, "deficit", value) for value in targets)
    monkeypatch.setattr(solver, "refine", lambda *_: None)
    assert max(worst({"p": row}, "deficit", value) for value in targets) > max(4 * with_it, 0.5)


def test_exponentials_of_one_word_cost_a_crowd_most_of_what_is_promised():
    row, deficit = shared("steep")
    shares = []
    for value in deficit * (1 + NUDGES):
        solution = entnorm.solve(row, deficit=value)
        in_one_word = solution._source.escort(solution._gamma, solution._scale)
        promise = 8 * EPS * (1 + solution.condition)
        shares.append(abs(in_one_word.max() / solution.probs.max() - 1) / promise)
    assert max(shares) > 0.4


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("name", ["one above 5,000", "one above 2,000"])
def test_a_row_that_is_refined_is_the_same_among_others(kernel, name, dtype):
    row, deficit = repeated(name)
    row = row.astype(dtype)
    others = np.random.default_rng(0).normal(size=(2, row.size))
    alone = entnorm.solve(logits=row, deficit=deficit)
    assert refined(alone).all()
    batch = entnorm.solve(logits=np.stack([others[0], row, others[1], row]).astype(dtype), deficit=deficit)
    assert refined(batch).tolist() == [False, True, False, True]
    for k in (1, 3):
        assert batch.gamma[k] == alone.gamma
        assert np.array_equal(batch.probs[k], alone.probs)
        assert np.array_equal(batch.log_probs[k], alone.log_probs)
    assert np.array_equal(entnorm.softmax(row, deficit=deficit), alone.probs)
    assert np.array_equal(entnorm.log_softmax(row, deficit=deficit), alone.log_probs)
    clipped = entnorm.clip_entropy(logits=row, max=alone.entropy)
    assert np.array_equal(clipped, entnorm.softmax(row, entropy=alone.entropy))


@pytest.mark.parametrize("logits", [True, False])
@pytest.mark.parametrize("gamma", [0.3, 1.0, 40.0])
def test_residuals_have_more_digits_than_float64(logits, gamma):
    values = np.random.default_rng(1).normal(size=70_000).round(1)  # longer than a tile; with ties
    values = values if logits else np.exp(values) / np.exp(values).sum()
    target = Target.checked((1,), entropy=5.0)
    with np.errstate(all="ignore"):
        spectrum = Spectrum.survey(values[None], Workspace(), logits=logits)
    found = refinement._residual(spectrum, target, 0, gamma, 0)
    exact = Exact(**{"logits" if logits else "p": values})
    assert abs(found - (exact.entropy(gamma) - 5)) <= 2.0**-57 + EPS * abs(found)


def test_a_step_leads_to_the_root_wherever_it_starts_nearby():
    row, deficit = repeated("one above 2,000")
    target, answers = Target.checked((1,), deficit=deficit), Answers.empty(1)
    solution, exact = entnorm.solve(logits=row, deficit=deficit), Exact(logits=row)
    root = exact.root(exact.target("deficit", deficit), solution.gamma)
    answers.gamma[0], answers.varentropy[0] = float(root) * (1 + 1e-9), exact.moments(root)[1]
    with np.errstate(all="ignore"):
        refinement.refine(Spectrum.survey(row[None], Workspace(), logits=True), target, np.array([0]), answers)
    assert abs(exact.mp.mpf(answers.gamma[0]) + exact.mp.mpf(answers.by[0]) - root) <= 1e-15 * root
