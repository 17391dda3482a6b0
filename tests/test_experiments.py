"""The harness of the experiments, with small ones of its own: what is run again, what is stored, what is shown."""

from __future__ import annotations

import importlib.util
import json
import re
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import entnorm
from entnorm.report import differences, render
from entnorm.report.experiments import addresses

FOLDER = Path(__file__).parent / "experiments"
REPORTS = Path(__file__).parents[1] / "reports"

TOY = '''"""What was done,
with `code` (https://example.org/x).

A second paragraph: 1 < 2."""

TITLE = "Toy: a title"
PACKAGES = ("numpy",)
SEED = 7
runs = []


def run(progress):
    runs.append(1)
    return {"values": [k * k for k in progress(range(4), "squares")]}


def conclusions(data):
    return [f"The last is {data['values'][-1]}, & `code`."]


def tables(data):
    texts = [{"who": "one", "what": "word " * 40}]
    squares = [{"of": f"{k} is", "is": f"{v}", "said|so": "a_b"} for k, v in enumerate(data["values"])]
    return {"Texts": texts, "Squares": squares}


def figures(data):
    from matplotlib import pyplot as plt
    from style import caption

    figure, axis = plt.subplots()
    axis.plot(data["values"], label="squares 0.12345")
    axis.set_xlabel("k")
    axis.legend()
    other, axis = plt.subplots()
    axis.plot(data["values"])
    axis.set_title("0.12345")
    return {"Squares rise": caption(figure, "They do."), "Again": other}
'''


@pytest.fixture
def harness(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The runner, over a folder that holds one experiment."""
    pytest.importorskip("matplotlib", reason="matplotlib is not installed: no figures")
    monkeypatch.syspath_prepend(FOLDER)
    monkeypatch.syspath_prepend(tmp_path)
    spec = importlib.util.spec_from_file_location("experiments_run", FOLDER / "run.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    (tmp_path / "toy.py").write_text(TOY)
    monkeypatch.setattr(module, "HERE", tmp_path)
    monkeypatch.setattr(module, "EXPERIMENTS", ("toy", "lacking"))
    (tmp_path / "lacking.py").write_text('"""Doc."""\nTITLE = "Lacking: a library"\nPACKAGES = ("no-such-library",)\n')
    monkeypatch.delitem(sys.modules, "toy", raising=False)
    yield module
    sys.modules.pop("toy", None)


def runs() -> int:
    return len(sys.modules["toy"].runs)


def test_what_is_stored_is_not_run_again_until_the_measurement_changes(harness: Any, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    harness.run("toy", cache, again=False)
    assert json.loads((cache / "toy.json").read_text())["data"] == {"values": [0, 1, 4, 9]}
    harness.run("toy", cache, again=False)
    assert runs() == 1
    shown = TOY.replace("The last is", "The greatest is").replace("What was done", "What we did")
    (tmp_path / "toy.py").write_text(shown)
    harness.run("toy", cache, again=False)
    assert runs() == 1, "what only shows the data may change"
    (tmp_path / "toy.py").write_text(shown.replace("k * k", "k ** 2"))
    harness.run("toy", cache, again=False)
    assert runs() == 2
    harness.run("toy", cache, again=True)
    assert runs() == 3


def test_what_is_stored_is_run_again_when_entnorm_has_changed_but_not_its_reports(
    harness: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("__init__.py", "solver.py", "report/render.py"):
        path = tmp_path / "library" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x = 1\n")
    monkeypatch.setattr(harness.entnorm, "__file__", str(tmp_path / "library" / "__init__.py"))

    def after(name: str, code: str) -> str:
        (tmp_path / "library" / name).write_text(code)
        harness.library.cache_clear()
        return str(harness.fingerprint("toy", {}))

    before = after("solver.py", "x = 1\n")
    assert after("report/render.py", "x = 2\n") == before
    assert after("solver.py", "x = 1  # spelling\n") == before
    assert after("solver.py", "x = 2\n") != before
    assert after("solver.py", "x = 1\n") == before
    assert after("another.py", "") != before


def test_a_run_that_is_stopped_ends_with_a_sentence(
    harness: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    def stopped(name: str, folder: Path, *, again: bool) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(harness, "run", stopped)
    monkeypatch.setattr(sys, "argv", ["run.py", "toy", "--reports", str(tmp_path / "reports")])
    assert harness.main() == 130
    assert not (tmp_path / "reports").exists()
    assert "what is finished is stored" in capsys.readouterr().err


def test_a_run_that_is_stopped_leaves_what_was_stored(harness: Any, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    harness.run("toy", cache, again=False)
    before = (cache / "toy.json").read_bytes()
    sys.modules["toy"].run = lambda progress: (_ for _ in ()).throw(KeyboardInterrupt)
    with pytest.raises(KeyboardInterrupt):
        harness.run("toy", cache, again=True)
    assert (cache / "toy.json").read_bytes() == before
    assert [path.name for path in cache.iterdir()] == ["toy.json"]


def test_an_experiment_whose_library_is_missing_says_so(harness: Any, tmp_path: Path, capsys: Any) -> None:
    harness.run("lacking", tmp_path / "cache", again=False)
    assert "lacking: not run, no-such-library not installed" in capsys.readouterr().err
    assert not (tmp_path / "cache").exists()


def test_the_report_shows_what_was_found_and_what_was_not_run(harness: Any, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    harness.run("toy", cache, again=False)
    files = render(harness.model(cache))
    assert set(files) == {"experiments.html", "experiments.md", "experiments.json"}
    page = files["experiments.html"]
    assert "The last is 9, &amp; <code>code</code>." in page
    assert "1 &lt; 2" in page
    assert '(<a href="https://example.org/x">https://example.org/x</a>).' in page
    assert '<th scope="col" class="number">is</th>' in page
    assert '<th scope="row" class="number">3 is</th>' in page
    assert page.count('<table class="wide">') == 1, "a table of texts wraps"
    assert "Not run here: Lacking: a library." in page
    assert "Seed 7." in page
    assert "has changed since it was run" not in page
    assert 'aria-label="Squares rise. They do."' in page
    assert "| 3 is | 9 | a\\_b |" in files["experiments.md"]
    assert "said\\|so" in files["experiments.md"]
    assert json.loads(files["experiments.json"])["experiments"][0]["data"] == {"values": [0, 1, 4, 9]}


def test_a_result_that_is_older_than_its_measurement_is_marked(harness: Any, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    harness.run("toy", cache, again=False)
    (tmp_path / "toy.py").write_text(TOY.replace("k * k", "k + k"))
    assert "has changed since it was run" in render(harness.model(cache))["experiments.html"]


@pytest.mark.parametrize("after", [").", ");", "):", ",", ".", "", " and"])
def test_an_address_ends_before_the_punctuation_of_its_sentence(after: str) -> None:
    assert addresses(f"see (https://example.org/a.b?c=1;d{after}") == ["see (", "https://example.org/a.b?c=1;d", after]


def test_figures_take_the_colours_and_the_font_of_the_page_and_share_no_identifier(
    harness: Any, tmp_path: Path
) -> None:
    cache = tmp_path / "cache"
    harness.run("toy", cache, again=False)
    page = render(harness.model(cache))["experiments.html"]
    drawings = re.findall(r"<svg .*?</svg>", page, flags=re.DOTALL)
    assert len(drawings) == 2
    for drawing in drawings:
        assert "var(--link)" in drawing
        assert "var(--sans)" in drawing
        assert "DejaVu" not in drawing
        assert "0.12345" in drawing, "what a figure says is not shortened"
        assert not re.search(r"#[0-9a-f]{6}\b", drawing), "every colour has to follow the scheme"
    assert page.count("<style") == 1, "a drawing must not have rules for the page"
    found = re.findall(r'\bid="([^"]*)"', page)
    assert len(found) == len(set(found))
    assert set(re.findall(r'(?:url\(#|href="#)([^")]*)', page)) <= set(found)


def test_the_report_is_the_same_twice(harness: Any, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    harness.run("toy", cache, again=False)
    assert render(harness.model(cache)) == render(harness.model(cache))


def test_every_experiment_states_what_it_is_and_is_in_the_report_and_the_readme(harness: Any) -> None:
    spec = importlib.util.spec_from_file_location("experiments_run_again", FOLDER / "run.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert module.EXPERIMENTS
    for name in module.EXPERIMENTS:
        assert module.constant(name, "TITLE")
        assert len(module.fingerprint(name, {})) == 64
    report = json.loads((REPORTS / "experiments.json").read_text(encoding="utf-8"))
    assert tuple(shown["name"] for shown in report["experiments"]) == module.EXPERIMENTS
    readme = (REPORTS.parent / "README.md").read_text(encoding="utf-8")
    named = readme.partition("\n## Experiments\n")[2].partition("\n## ")[0]
    assert tuple(name for name in re.findall(r"\(`([a-z]+)`\)", named)) == module.EXPERIMENTS


def test_the_sentences_of_the_committed_report_follow_from_its_data(harness: Any) -> None:
    report = json.loads((REPORTS / "experiments.json").read_text(encoding="utf-8"))
    assert report["experiments"]
    for shown in report["experiments"]:
        module = importlib.import_module(shown["name"])
        assert shown["conclusions"] == module.conclusions(shown["data"])
        assert {t["title"]: t["rows"] for t in shown["tables"]} == getattr(module, "tables", lambda _: {})(
            shown["data"]
        )


def test_the_committed_report_is_a_rendering_of_its_model() -> None:
    report = json.loads((REPORTS / "experiments.json").read_text(encoding="utf-8"))
    assert differences(REPORTS, render(report)) == []


@pytest.mark.parametrize(
    ("gain", "noise", "said"), [(1.0, 0.1, "more"), (-1.0, 0.1, "less"), (0.01, 0.1, "same"), (0.01, 0.0, "more")]
)
def test_a_difference_is_claimed_only_beyond_two_standard_errors(
    harness: Any, gain: float, noise: float, said: str
) -> None:
    generation = importlib.import_module("generation")
    openings = np.tile([1.0, -1.0], 8)
    difference = generation.Difference(5 + gain + noise * openings, np.full(openings.size, 5.0))
    assert difference.said("more", "less", "same") == said
    error = noise / 15**0.5
    assert f"{difference:.3f}" == f"from {gain - 2 * error:+.3f} to {gain + 2 * error:+.3f}"


def test_truncations_keep_what_the_report_says(harness: Any) -> None:
    truncation = importlib.import_module("truncation")
    p = np.array([[0.5, 0.3, 0.12, 0.05, 0.03], [0.02, 0.02, 0.9, 0.03, 0.03]])
    kept = {name: (truncated(p) > 0).astype(int).tolist() for name, truncated in truncation.TRUNCATIONS.items()}
    assert kept["top-k 50"] == [[1] * 5, [1] * 5]
    assert kept["top-p 0.9"] == [[1, 1, 1, 0, 0], [0, 0, 1, 0, 0]]
    assert kept["min-p 0.05"] == [[1, 1, 1, 1, 1], [0, 0, 1, 0, 0]]
    # Their entropies are 1.22 and 0.46, their surprises 0.69, 1.20, 2.12, 3.00, 3.51 and 3.91, 3.91, 0.11, 3.51, 3.51.
    assert kept["typical 0.9"] == [[1, 1, 1, 0, 0], [0, 0, 1, 0, 0]]


def test_a_truncation_and_the_escort_of_its_entropy_are_compared_as_defined(harness: Any) -> None:
    truncation = importlib.import_module("truncation")
    p = np.array([[0.5, 0.25, 0.25], [0.6, 0.3, 0.1]])
    t = np.array([[2 / 3, 1 / 3, 0], [1, 0, 0]])
    found = truncation.compared(p, t)
    assert tuple(found) == truncation.MEASURES
    entropy = -(2 / 3 * np.log(2 / 3) + 1 / 3 * np.log(1 / 3))
    assert abs(found["entropy"][0] - entropy) < 1e-12
    q = entnorm.normalize(p[0], entropy=entropy)
    assert abs(found["outside"][0] - q[2]) < 1e-12
    assert abs(found["tv"][0] - np.abs(t[0] - q).sum() / 2) < 1e-12
    assert abs(found["kl"][0] - (t[0, :2] * np.log(t[0, :2] / q[:2])).sum()) < 1e-12
    assert abs(found["far"][0] - (t[0, :2] * np.log(t[0, :2] / p[0, :2])).sum()) < 1e-12
    assert abs(found["near"][0] - (q * np.log(q / p[0])).sum()) < 1e-12
    assert found["near"][0] < found["far"][0]
    assert [found[name][1] for name in ("entropy", "support", "gamma", "outside", "tv")] == [0, 1, 0, 0, 0]
    data = {"found": {"t": {name: values.tolist() for name, values in found.items()}}}
    assert truncation.cut(data, "t")["support"].tolist() == [2], "one token leaves no choice"


def test_the_norm_of_jacobians_is_the_median_of_their_largest_singular_values(harness: Any) -> None:
    vanishing = importlib.import_module("vanishing")
    assert vanishing.median_norm(np.array([np.diag([k, -2.0 * k]) for k in (1, 2, 30)])) == 4


def test_the_norms_with_a_prescribed_entropy_are_in_proportion_to_one_over_the_scale(
    harness: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    vanishing = importlib.import_module("vanishing")
    monkeypatch.setattr(vanishing, "DRAWS", 3)
    monkeypatch.setattr(vanishing, "SIZE", 5)
    monkeypatch.setattr(vanishing, "ENTROPIES", (0.5, 1.0))
    data = vanishing.run(lambda items, what: items)
    norms, scales = data["norms"], np.array(data["scales"])
    product = np.array(norms["1.0 nats"]) * scales
    assert product.max() / product.min() - 1 < 1e-5  # six digits are stored
    # At scale 0 softmax is uniform, and its Jacobian (I - 11'/n) / n has the norm 1/n.
    assert abs(norms["softmax"][0] - 1 / 5) < 0.01
    assert norms["softmax"][-1] < 1e-6
    assert norms["entropy of softmax"][0] > np.log(5) - 0.01


def starts(**ends: list[float]) -> dict[str, Any]:
    """Runs of a layer at scale 1, with the errors at the end of each; the other scales are the same."""
    training = importlib.import_module("training")
    runs = [
        {"weights": weights, "scale": scale, "rate": rate, "ends": [x * factor for x in values]}
        for weights, values in ends.items()
        for scale in training.SCALES
        for rate, factor in ((0.001, 2.0), (0.1, 1.0), (100.0, 3.0))
    ]
    return {"runs": runs}


def test_the_best_step_size_is_that_with_the_least_median_at_the_end(harness: Any) -> None:
    training = importlib.import_module("training")
    data = starts(softmax=[1.0, 2.0, 90.0])
    assert training.best(data, "softmax", 1)["rate"] == 0.1
    assert training.end(data, "softmax", 1) == "2 (1 to 90)"


def test_what_training_says_depends_on_what_was_found(harness: Any) -> None:
    training = importlib.import_module("training")
    low, high = [0.1] * 12, [1.0] * 12
    mixed = [0.1] * 9 + [2.0] * 3  # nine of twelve are no more than chance
    helps = training.conclusions(starts(softmax=high, entropy=low, standardised=high))
    assert "helps against softmax at 3 (1, 100, 1000) of these scales, and at 3 (1, 100, 1000) of those" in " ".join(
        helps
    )
    chance = training.conclusions(starts(softmax=high, entropy=mixed, standardised=low))
    assert "helps against softmax at none of these scales" in " ".join(chance)
    assert "inside the grid" in " ".join(helps)
    edge = starts(softmax=high, entropy=low, standardised=high)
    for run in edge["runs"]:
        run["ends"] = [x / run["rate"] ** 2 for x in run["ends"]]
    assert "at an end of the grid: softmax from 1" in " ".join(training.conclusions(edge))


def test_the_losses_of_starts_are_summed_up_over_the_starts(harness: Any) -> None:
    training = importlib.import_module("training")
    losses = np.array([[4.0] * 180 + [1.0] * 20, [2.0] * 180 + [3.0] * 20])
    found = training.summary({"weights": "softmax", "scale": 1, "rate": 0.1, "losses": losses})
    assert found["ends"] == [1, 3]
    assert (found["least"][0], found["middle"][0], found["most"][0]) == (2, 3, 4)


def test_starts_learn_each_for_itself(harness: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    training = importlib.import_module("training")
    pytest.importorskip("torch", reason="torch is not installed: nothing can be trained")
    monkeypatch.setattr(training, "STEPS", 60)
    for weights in training.WEIGHTS:
        learnt = training.trained(weights, 1, 0.1)
        assert learnt.shape == (training.STARTS, 60)
        assert (learnt[:, -5:].mean(-1) < learnt[:, :5].mean(-1)).all()
        assert len(np.unique(learnt[:, 0])) == training.STARTS


def test_ways_to_choose_an_entropy_are_fitted_to_one_part_and_judged_on_the_other(harness: Any) -> None:
    choosing = importlib.import_module("choosing")
    rng = np.random.default_rng(0)
    logits = [3 * rng.normal(size=(4000, 4)) for _ in range(2)]
    labels = [(x / 3 + rng.gumbel(size=x.shape)).argmax(-1) for x in logits]  # the temperature that they need is 3
    found = choosing.judged(logits, labels, 1e-12)
    ways = found["ways"]
    assert tuple(ways) == choosing.WAYS
    assert abs(ways["temperature"]["value"] - 3) < 0.3
    assert min(ways, key=lambda way: ways[way]["nll"]) == "temperature"
    log_p = logits[1] - np.logaddexp.reduce(logits[1], axis=-1, keepdims=True)
    assert abs(ways["as it is"]["nll"] + log_p[np.arange(4000), labels[1]].mean()) < 1e-12
    assert found["accuracy"] == (logits[1].argmax(-1) == labels[1]).mean()
    assert ways["temperature"]["ece"] < 0.03 < ways["as it is"]["ece"]
    assert sum(ways["entropy"]["reliability"]["count"]) == 4000


def chosen(**values: list[float]) -> dict[str, Any]:
    """What the splits of one classifier would have found: the cost of each way, and the floor that was fitted."""
    choosing = importlib.import_module("choosing")
    floors = values.pop("floors", [0.1] * 10)
    return {
        "found": [
            {
                "data": "wine",
                "classifier": "forest",
                "least": least,
                "ways": {
                    way: {
                        "nll": values[way.replace(" ", "_")][k],
                        "ece": 0.1,
                        "value": floors[k] if way == "floor" else 1.0,
                    }
                    for way in choosing.WAYS
                },
            }
            for least in choosing.LEASTS
            for k in range(10)
        ]
    }


def test_a_way_to_choose_is_called_better_only_beyond_two_standard_errors(harness: Any) -> None:
    choosing = importlib.import_module("choosing")
    noise = np.tile([0.1, -0.1], 5)
    error = 0.1 * (10 / 9) ** 0.5 * (1 / 10 + 1 / 2) ** 0.5  # of Nadeau and Bengio, for ten splits that judge a third
    one = np.ones(10)
    for gain, beyond in ((2.1 * error, 1), (1.9 * error, 0), (-2.1 * error, -1)):
        change = choosing.Difference(one + gain + noise, one)
        assert abs(change.error - error) < 1e-15
        assert change.beyond == beyond
    near, far = (list(1 - gain * error + noise) for gain in (1.9, 2.1))
    flat = [1.0] * 10
    for floor, said in ((near, "in 0 of the 1 cases"), (far, "in 1 of the 1 cases")):
        data = chosen(as_it_is=flat, temperature=flat, entropy=flat, floor=floor)
        assert said in choosing.compared(data, choosing.LEASTS[0])
    starred = choosing.differences(data, choosing.LEASTS[1])[0]
    assert starred["floor − temperature"].endswith(" *")
    assert starred["temperature − as it is"] == "+0.0000 ± 0.0000"


def test_a_floor_of_0_is_the_classifier_as_it_is_and_beats_nothing(harness: Any) -> None:
    choosing = importlib.import_module("choosing")
    ones, twos = [1.0] * 10, [2.0] * 10
    data = chosen(as_it_is=ones, temperature=twos, entropy=twos, floor=ones, floors=[0.0] * 10)
    assert "in 0 of the 0 cases" in choosing.compared(data, choosing.LEASTS[0])
    assert choosing.differences(data, choosing.LEASTS[0])[0]["floor − temperature"] == "–"
    assert "fitted as 0 in every split, and is then the classifier as it is, in 1 of 1" in " ".join(
        choosing.conclusions(data)
    )
    moved = chosen(as_it_is=ones, temperature=twos, entropy=twos, floor=ones, floors=[0.0] * 9 + [0.1])
    assert "in 1 of the 1 cases" in choosing.compared(moved, choosing.LEASTS[0])


def test_what_densities_say_is_what_is_computed(harness: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("scipy", reason="SciPy is not installed: no densities")
    densities = importlib.import_module("densities")
    monkeypatch.setattr(densities, "POINTS", 9)
    data = densities.run(lambda items, what: items)
    powers = data["powers"]["found"]
    assert [one["entropy"] for one in powers] == list(densities.TARGETS)
    assert (np.diff([one["gamma"] for one in powers]) < 0).all()
    normal = data["curves"]["normal"]
    known = 0.5 * np.log(2 * np.pi * np.e / np.array(normal["gamma"]))
    assert np.abs(normal["entropy"] - known).max() < 1e-13
    assert [data["curves"]["Student, ν = 3"]["domain"], data["curves"]["Beta(½, 3)"]["domain"]] == [
        ["0.25", "inf"],
        ["0.0", "2.0"],
    ]
    sigma = np.exp(1.0 - 0.5 * np.log(2 * np.pi * np.e))  # of a normal density of entropy 1
    assert abs(data["coordinates"]["Y"]["gamma"] - (densities.NORMAL[1] / sigma) ** 2) < 1e-12
    said = densities.conclusions(data)
    assert "every curve falls with γ" in said[0]
    data["curves"]["normal"]["entropy"].reverse()
    assert "NOT EVERY CURVE FALLS" in densities.conclusions(data)[0]


def test_groups_of_points_lie_as_far_apart_as_they_are_made(harness: Any) -> None:
    neighbours = importlib.import_module("neighbours")
    x, group = neighbours.points(groups=3, size=4, dimensions=5, apart=1e6, own=7.0)
    assert x.shape == (12, 5 + 12)
    assert group.tolist() == [0] * 4 + [1] * 4 + [2] * 4
    assert (x[:, 5:] == 7 * np.eye(12)).all()
    distances = np.linalg.norm(x[:, None, :5] - x[None, :, :5], axis=-1)
    same = group[:, None] == group
    assert distances[same].max() < 20 < 1e4 < distances[~same].min()
    again, _ = neighbours.points(groups=3, size=4, dimensions=5, apart=1e6, own=7.0)
    assert (x == again).all()


def test_perplexities_are_those_of_rows_whatever_they_sum_to(harness: Any) -> None:
    neighbours = importlib.import_module("neighbours")
    rows = np.array([[0.0, 3, 3, 3], [2, 0, 2, 0], [0, 0, 0, 5]])
    assert np.abs(neighbours.perplexities(rows) - [3, 2, 1]).max() < 1e-14
