"""Stored references of joint distributions: proved again, met by the solver, and refused where they are altered."""

import json
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from entnorm import balls
from entnorm import joint as solver
from entnorm.reference import joint
from entnorm.reference.reading import RecordError
from entnorm.reference.records import canonical, checksum

EPS = np.finfo(float).eps
proving = pytest.mark.skipif(not balls.available(), reason="python-flint is not installed (extra `rigorous`)")
SOLVERS = {"x": solver.power_with_marginal, "y given x": solver.power_with_conditional}


@proving
def test_stored_references_are_proved_again():
    assert joint.verify(joint.load()) == ()


@proving
def test_what_is_not_true_is_not_proved():
    record = joint.load()[0]
    (low, high), middle, last = record.roots
    shifted = (high, high + (high - low))
    for roots in ((shifted, middle, last), (middle, last), (*record.roots, (Fraction(9), Fraction(9) + high - low))):
        assert joint.verify([replace(record, roots=roots)]) == (record.id,)
    assert joint.verify([replace(record, target=0.6875), replace(record, of="y given x")]) == (record.id,) * 2


@proving
def test_that_there_is_no_root_is_proved_too():
    record = joint.load()[0]
    level = ((0.25, 0.25), (0.25, 0.25))  # whose entropy is log 2, which no float is
    for target in (0.5, 0.6931471805599453):
        assert joint.verify([replace(record, p=level, target=target, roots=(), gamma=())]) == ()
    assert joint.verify([replace(record, roots=(), gamma=())]) == (record.id,)


@proving
def test_making_them_again_finds_the_same(tmp_path):
    joint.make(tmp_path / "again.jsonl")
    again = joint.load(tmp_path / "again.jsonl")
    assert [replace(a, provenance={}) for a in again] == [replace(b, provenance={}) for b in joint.load()]


@pytest.mark.parametrize("record", joint.load(), ids=lambda record: record.id)
def test_the_solver_meets_the_stored_references(record):
    roots = SOLVERS[record.of](record.p, entropy=record.target)
    assert roots.settled
    assert len(roots.gamma) == len(record.gamma)
    for gamma, slope, exact in zip(roots.gamma, roots.slopes, record.gamma, strict=True):
        lever = record.target / abs(slope)
        assert abs(Fraction(gamma) - Fraction(exact)) <= 8 * EPS * (gamma + lever)


def test_there_are_records_of_every_number_of_roots_and_of_both_entropies():
    found = {(record.of, len(record.roots)) for record in joint.load()}
    assert found >= {("x", 0), ("x", 1), ("x", 3), ("y given x", 0), ("y given x", 1), ("y given x", 2)}


def test_records_satisfy_their_schema_and_are_what_they_write():
    import jsonschema

    schema = json.loads(joint.CORPUS.with_name("joint.schema.json").read_text(encoding="utf-8"))
    for line, record in zip(joint.CORPUS.read_text(encoding="ascii").splitlines(), joint.load(), strict=True):
        jsonschema.validate(json.loads(line), schema)
        assert record.to_json() == line


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("p", [], "must be a list of rows of one length"),
        ("p", [["0x1.0000000000000p-1"], []], "must be a list of rows of one length"),
        ("p", [["0x1.0000000000000p-1", "-0x1.0000000000000p-1"]], r"p\[0\]\[1\]': must be at least 0"),
        ("p", [["0x0.0p+0", "0x0.0p+0"]], "has no positive entry"),
        ("p", [["0x0.0p+0"] * 5000], "of 1 to 4096 entries"),
        ("p", "0x0.0p+0", "must be a list of rows"),
        ("of", "y", "must be one of x, y given x"),
        ("of", ["x"], "must be one of x, y given x"),
        ("target", "1e999999999", "must be a hexadecimal float"),
        ("digits", 201, "is not an integer from 1 to 200"),
        ("digits", True, "is not an integer"),
        ("roots", {}, "must be a list of objects"),
        ("roots", [{"gamma": "1e0"}], r"roots\[0\]': must have the fields gamma and enclosure"),
        ("roots", [{"gamma": "1e0", "enclosure": ["1e0", "2e0"]}], "is wider than"),
        ("roots", [{"gamma": "1e0", "enclosure": ["1e0", f"1.{'0' * 44}1e0"]}], "both ends of the enclosure round to"),
        ("provenance", {}, "must be an object with the keys"),
        ("id", "Not a name", "is not a name"),
        ("more", "1", "has the fields"),
    ],
)
def test_records_that_are_refused(tmp_path, field, value, reason):
    fields = json.loads(joint.CORPUS.read_text(encoding="ascii").splitlines()[0])
    fields[field] = value
    fields["sha256"] = checksum(fields)
    path = tmp_path / "one.jsonl"
    path.write_text(canonical(fields) + "\n", encoding="ascii")
    with pytest.raises(RecordError, match=reason):
        joint.load(path)


def test_roots_in_the_wrong_order_and_altered_files_are_refused(tmp_path):
    line = joint.CORPUS.read_text(encoding="ascii").splitlines()[0]
    fields = json.loads(line)
    fields["roots"].reverse()
    fields["sha256"] = checksum(fields)
    path = tmp_path / "file.jsonl"
    for text, reason in (
        (canonical(fields), "must rise"),
        (line.replace('"digits":40', '"digits":39'), "is not the checksum"),
        (f"{line}\n{line}", "is there twice"),
        ("x" * (joint.MOST_BYTES + 1), "has more than"),
    ):
        path.write_text(text, encoding="ascii")
        with pytest.raises(RecordError, match=reason):
            joint.load(path)
