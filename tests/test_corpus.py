"""The stored references: true, as their schema says, made again byte for byte; and a loader that refuses the rest."""

import gzip
import json
import math
import os
import re
import threading
import time
import tracemalloc
from dataclasses import replace
from fractions import Fraction as F
from pathlib import Path

import jsonschema
import mpmath
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from entnorm import balls
from entnorm.reference import RecordError, exact, fields, generate, load, reading, verify
from entnorm.reference import records as of_rows
from entnorm.reference.densities import records as of_densities
from entnorm.reference.families import _single, rows
from entnorm.reference.records import CORPUS, canonical, checksum, write
from entnorm.reference.tags import are_true
from entnorm.solution import EntnormError

needs_flint = pytest.mark.skipif(not balls.available(), reason="python-flint is not installed (extra `rigorous`)")
deterministic = settings(derandomize=True, deadline=None, max_examples=100)
SCHEMA = json.loads(Path(generate.__file__).with_name("record.schema.json").read_text())


@pytest.fixture(scope="module", name="records")
def _records():
    return load()


@pytest.fixture(scope="module", name="lines")
def _lines():
    return gzip.decompress(CORPUS.read_bytes()).decode("ascii").splitlines()


@needs_flint
def test_every_record_is_proved_again(records):
    assert verify(records) == ()


def test_the_root_of_each_record_is_confirmed_by_mpmath_from_the_definition(records):
    some = [record for record in records if record.values.size <= 100][::7]
    assert len(some) > 400
    assert {record.tags[0] for record in some} == {given.family for given in rows() if given.values.size <= 100}
    mp = mpmath.MPContext()
    for record in some:
        mp.dps = 450 if record.target.value < 1e-20 or "minute" in record.tags else 120
        exact = [None if x == -math.inf else mp.convert(float(x)) for x in record.values]
        top = max(x for x in exact if x is not None)
        if record.kind == "p":
            logs = [mp.log(x / top) for x in exact if x]
        else:
            logs = [x - top for x in exact if x is not None]
        value = mp.convert(record.target.value)
        goal = {
            "entropy": value,
            "perplexity": mp.log(value),
            "deficit": mp.log(len(logs)) - value,
            "evenness": value * mp.log(len(logs)),
        }[record.target.kind]
        entropies = []
        for end in record.enclosure:
            powers = [mp.exp(mp.mpf(end.numerator) / end.denominator * x) for x in logs]
            total = mp.fsum(powers)
            entropies.append(-mp.fsum(q / total * mp.log(q / total) for q in powers))
        assert entropies[0] > goal > entropies[1], record.id


def test_the_corpus_covers_what_it_is_for(records):
    assert len(records) >= 3000
    assert {record.tags[0] for record in records} == {given.family for given in rows()}
    for kind in ("entropy", "perplexity", "deficit", "evenness"):
        assert sum(record.target.kind == kind for record in records) > 600
    for tag in ("near-log-m", "interior", "near-log-s"):
        assert sum(tag in record.tags for record in records) > 800
    for tag in ("plateau", "zeros", "ties", "tied-maximum", "float32", "denormal", "long"):
        assert any(tag in record.tags for record in records)
    sizes = {record.values.size for record in records}
    assert min(sizes) == 2
    assert max(sizes) == 50_000
    gammas = [float(record.gamma) for record in records]
    assert 1e-265 < min(gammas) < 1e-200
    assert 1e200 < max(gammas) < 1e250
    assert min(record.target.value for record in records) < 1e-297
    assert max(float(record.condition) for record in records) > 1e12
    assert CORPUS.stat().st_size < 10**6
    for record in records:
        assert len(record.gamma.split("e")[0]) - 1 in (record.digits, record.digits + 1)
        assert len(record.slope.split("e")[0]) - 2 >= 19
        assert len(record.condition.split("e")[0]) - 1 >= 19


def test_targets_are_dense_at_both_ends(records):
    """By the distance from an end, as a part of the interval: 2^-k with k in every stretch of five, and far beyond."""
    for side in ("low", "high"):
        exponents = [int(k) for record in records for k in re.findall(rf"-{side}(\d+)$", record.id)]
        for start in range(3, 46, 5):
            assert sum(start <= k < start + 5 for k in exponents) >= 30
        assert sum(k >= 50 for k in exponents) >= 100
        assert max(exponents) == 990


def test_the_distance_from_an_end_is_what_the_id_says(records):
    mp = mpmath.MPContext()
    mp.prec = 1300
    for record in records[::9]:
        low, high = mp.log(record.row.ties), mp.log(record.row.size)
        for side, k in re.findall(r"-(low|high)(\d+)$", record.id):
            value = mp.mpf(record.target.value)
            goal = {
                "entropy": lambda v: v,
                "perplexity": mp.log,
                "deficit": lambda v, high=high: high - v,
                "evenness": lambda v, high=high: v * high,
            }[record.target.kind](value)
            distance = (goal - low if side == "low" else high - goal) / (high - low)
            assert abs(distance * mp.mpf(2) ** int(k) - 1) < (0.5 if int(k) > 30 else 1e-4), record.id


def test_probabilities_are_distributions_to_rounding(records):
    for record in records:
        if record.kind == "p":
            total = sum(F(float(x)) for x in record.values)
            assert abs(total - 1) < (F(1, 10**7) if "float32" in record.tags else F(record.values.size + 2, 2**52))


def test_no_target_is_a_double_that_stands_for_an_end(records):
    for record in records:
        x = record.values
        s, m = (x > (0 if record.kind == "p" else -np.inf)).sum(), (x == x.max()).sum()
        value = record.target.value
        ends = {
            "entropy": (math.log(m), math.log(s)),
            "perplexity": (m, s),
            "deficit": (0.0, math.log(s) - math.log(m)),
            "evenness": (1.0, math.log(m) / math.log(s)),
        }[record.target.kind]
        assert value not in ends, record.id


def test_a_record_has_what_a_tester_of_solvers_needs(records):
    record = records[0]
    assert record.values.dtype == np.float64
    with pytest.raises(ValueError, match="read-only"):
        record.values[0] = 1
    assert record.gamma_fraction == F(record.gamma)
    assert abs(record.gamma_mpf - mpmath.mpf(record.gamma)) < 1e-14
    with mpmath.workdps(80):
        assert abs(record.gamma_mpf - mpmath.mpf(record.gamma)) < mpmath.mpf(10) ** -58
    low, high = record.enclosure
    assert low < high
    assert float(record.slope) < 0 < float(record.condition)


def test_the_file_is_as_its_schema_says(lines):
    validator = jsonschema.Draft202012Validator(SCHEMA)
    validator.check_schema(SCHEMA)
    for line in lines:
        validator.validate(json.loads(line))


def test_lines_are_canonical_and_distinct(lines):
    found = [json.loads(line) for line in lines]
    assert [canonical(fields) for fields in found] == lines
    assert all(fields["sha256"] == checksum(fields) for fields in found)
    assert len({fields["id"] for fields in found}) == len(found)


def test_reading_and_writing_are_inverse(records, lines, tmp_path):
    path = tmp_path / "again.jsonl"
    write(path, records)
    assert path.read_text(encoding="ascii").splitlines() == lines
    assert [p.name for p in tmp_path.iterdir()] == ["again.jsonl"]


def test_a_compressed_file_is_the_same_wherever_and_whenever_it_is_written(records, tmp_path, monkeypatch):
    (tmp_path / "elsewhere").mkdir()
    for path in (tmp_path / "a.jsonl.gz", tmp_path / "elsewhere" / "b.jsonl.gz"):
        write(path, records[:20])
        monkeypatch.setattr("time.time", lambda: 1e9)
    first, second = (tmp_path / "a.jsonl.gz").read_bytes(), (tmp_path / "elsewhere" / "b.jsonl.gz").read_bytes()
    assert first == second
    assert [record.to_json() for record in load(tmp_path / "a.jsonl.gz")] == [r.to_json() for r in records[:20]]


def test_the_order_of_the_corpus_is_that_of_its_plan(records):
    assert [record.id for record in records] == [entry.id for entry in generate.entries()]


def test_a_failed_writing_leaves_the_old_file(tmp_path, records):
    path = tmp_path / "corpus.jsonl"
    path.write_text("old")

    def broken():
        yield records[0]
        raise RuntimeError

    with pytest.raises(RuntimeError):
        write(path, broken())
    assert path.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["corpus.jsonl"]


@needs_flint
def test_verify_names_the_records_that_are_not_true(records):
    first, second, third = records[:3]
    shift = first.enclosure[0] / 10**40
    false = replace(first, enclosure=tuple(end + shift for end in first.enclosure))
    slope = replace(second, slope=second.slope.replace("1", "2"))
    condition = replace(third, condition="1.5e0")
    assert verify([false, second, slope, third, condition]) == (first.id, second.id, third.id)


@needs_flint
def test_the_row_of_a_record_is_its_values_whatever_they_are_kept_in(records):
    record = next(record for record in records if record.kind == "p" and record.row.size == record.values.size == 10)
    other = replace(record, values=record.values.view(np.float32))  # the same bytes
    assert len(other.row.values) == 20
    assert verify([record, other]) == (other.id,)


def test_verify_names_the_records_whose_tags_are_false(records):
    def with_tag(tag):
        return next(record for record in records if tag in record.tags and record.values.size < 200)

    near = with_tag("near-log-m")
    other = tuple("near-log-s" if tag == "near-log-m" else tag for tag in near.tags)
    plateau = with_tag("plateau")
    false = [
        replace(near, tags=other),
        replace(near, tags=()),
        replace(near, tags=(*near.tags, "near-log-s")),
        replace(near, tags=tuple("plateau" if tag == "near-log-m" else tag for tag in near.tags)),
        replace(plateau, tags=tuple("near-log-s" if tag == "plateau" else tag for tag in plateau.tags)),
        *(replace(r, tags=(*r.tags, "long")) for r in [near]),
        *(
            replace(r, tags=tuple(tag for tag in r.tags if tag != fact))
            for fact in ("zeros", "ties", "tied-maximum")
            for r in [with_tag(fact)]
        ),
    ]
    assert verify(false) == tuple(record.id for record in false)
    assert verify([near, plateau, replace(near, tags=("mine", *near.tags[1:]))]) == ()


def test_the_tags_of_every_record_are_those_of_its_row_and_target(records):
    for record in records:
        target = exact.Target(record.target.kind, F(record.target.value))
        assert are_true(record.tags, record.row, target, long=record.recipe is not None), record.id


@pytest.mark.parametrize("name", ["fifo", "pipe"])
def test_a_pipe_that_nobody_writes_to_is_refused(name, tmp_path, monkeypatch, lines):
    monkeypatch.setattr(reading, "PATIENCE", 0.5)
    path = tmp_path / "fifo.jsonl"
    os.mkfifo(path)
    read, written = os.pipe()
    asked = path if name == "fifo" else Path(f"/dev/fd/{read}")
    start = time.monotonic()
    with pytest.raises(RecordError, match=r"is no file, and nothing was written to it for 0\.5 s"):
        load(asked)
    assert time.monotonic() - start < 5
    monkeypatch.setattr(reading, "PATIENCE", 30)

    def write_slowly():
        with path.open("wb") if name == "fifo" else os.fdopen(written, "wb") as file:
            for line in lines[:2]:
                file.write(line.encode() + b"\n")
                file.flush()
                time.sleep(0.3)

    writing = threading.Thread(target=write_slowly)
    writing.start()
    assert len(load(asked)) == 2
    writing.join()
    os.close(read)


@pytest.mark.parametrize("read", [load, of_densities.load])
def test_a_pipe_that_stalls_is_refused(read, tmp_path, monkeypatch, lines):
    monkeypatch.setattr(reading, "PATIENCE", 0.5)
    path = tmp_path / "fifo.jsonl"
    os.mkfifo(path)
    held = os.open(path, os.O_RDWR)
    os.write(held, lines[0][:200].encode())
    start = time.monotonic()
    with pytest.raises(RecordError, match=r"fifo\.jsonl: is no file, and nothing was written to it for 0\.5 s"):
        read(path)
    assert time.monotonic() - start < 5
    os.close(held)


def line_with(lines, *, sign=True, **changes):
    """The first line of probabilities with some fields changed (None: removed), with a checksum that fits or not."""
    fields = json.loads(lines[0])
    for key, value in changes.items():
        if value is None:
            del fields[key]
        else:
            fields[key] = value
    if sign:
        fields["sha256"] = checksum(fields)
    return json.dumps(fields)


HALF = "0x1.0000000000000p-1"
RECIPE = {"form": "sum", "n": 9, "seed": 1, "bits": 20, "terms": 1, "add": 1, "exponent": 0, "sha256": "0" * 64}
ALTERED = {
    "gamma too large": ("gamma", {"gamma": "1e999999999"}),
    "gamma not a number": ("gamma", {"gamma": "nan"}),
    "gamma a number": ("gamma", {"gamma": 3}),
    "gamma another": ("gamma", {"gamma": "1.5e0"}),
    "slope infinite": ("slope", {"slope": "-inf"}),
    "slope positive": ("slope", {"slope": "1.5e0"}),
    "condition negative": ("condition", {"condition": "-1.5e0"}),
    "condition zero": ("condition", {"condition": "0.0e0"}),
    "condition an expression": ("condition", {"condition": "__import__('os')"}),
    "enclosure one end": ("enclosure", {"enclosure": ["1.0e0"]}),
    "enclosure reversed": ("enclosure", {"enclosure": ["1.1e0", "1.0e0"]}),
    "enclosure wide": ("enclosure", {"enclosure": ["1.0e0", "1.1e0"]}),
    "enclosure minute": ("enclosure[0]", {"enclosure": ["1.01e-9999", "1.02e-9999"]}),
    "enclosure huge": ("enclosure[1]", {"enclosure": ["1.0e0", "1.0e99999"]}),
    "enclosure negative": ("enclosure[0]", {"enclosure": ["-1.0e0", "1.0e0"]}),
    "enclosure long": ("enclosure[0]", {"enclosure": ["1." + "0" * 2000 + "e0", "1.1e0"]}),
    "digits none": ("digits", {"digits": "50"}),
    "digits many": ("digits", {"digits": 1001}),
    "digits true": ("digits", {"digits": True}),
    "id with a path": ("id", {"id": "../x"}),
    "p empty": ("p", {"p": []}),
    "p a string": ("p", {"p": HALF}),
    "p with a number": ("p[1]", {"p": [HALF, {}]}),
    "p negative": ("p[0]", {"p": ["-" + HALF]}),
    "p NaN": ("p[1]", {"p": [HALF, "nan"]}),
    "p infinite": ("p[0]", {"p": ["-inf"]}),
    "p beyond double": ("p[0]", {"p": ["0x1.0000000000000p+9999"]}),
    "p not as written": ("p[0]", {"p": ["0x1.0p-1"]}),
    "p a decimal": ("p[0]", {"p": ["0.5"]}),
    "p a recipe of another form": ("p.form", {"p": RECIPE | {"form": "eval"}}),
    "p a recipe of a list": ("p.form", {"p": RECIPE | {"form": []}}),
    "p a recipe that is endless": ("p", {"p": RECIPE | {"n": 10**9}}),
    "p a recipe of too many draws": ("p", {"p": RECIPE | {"n": 100_000, "terms": 64}}),
    "p a recipe beyond exact integers": ("p", {"p": RECIPE | {"terms": 64, "bits": 53}}),
    "p a recipe of negative numbers": ("p", {"p": RECIPE | {"add": -(10**12)}}),
    "p a recipe of zeros": ("p", {"p": RECIPE | {"form": "rank", "add": 0}}),
    "p a recipe with a string": ("p.seed", {"p": RECIPE | {"seed": "0"}}),
    "p a recipe with a truth": ("p.terms", {"p": RECIPE | {"terms": True}}),
    "p a recipe with more": ("p", {"p": RECIPE | {"extra": 1}}),
    "p a recipe of another row": ("p.sha256", {"p": RECIPE | {"sha256": "0" * 64}}),
    "p a recipe without a hash": ("sha256", {"p": RECIPE | {"sha256": None}}),
    "p and logits": ("p", {"logits": [HALF]}),
    "neither": ("p", {"p": None}),
    "target a number": ("target", {"target": HALF}),
    "target extra": ("target", {"target": {"kind": "entropy", "value": HALF, "unit": "bit"}}),
    "target kind": ("target.kind", {"target": {"kind": "bits", "value": HALF}}),
    "target kind a list": ("target.kind", {"target": {"kind": [], "value": HALF}}),
    "target value": ("target.value", {"target": {"kind": "entropy", "value": "-" + HALF}}),
    "tags a string": ("tags", {"tags": "zipf"}),
    "tags many": ("tags", {"tags": ["zipf"] * 21}),
    "tags odd": ("tags", {"tags": ["<script>"]}),
    "provenance": ("provenance", {"provenance": {}}),
    "provenance long": (
        "provenance",
        {"provenance": {"backend": "x" * 201, "generator": "", "method": "", "versions": {}}},
    ),
    "versions": ("provenance.versions", {"provenance": {"backend": "", "generator": "", "method": "", "versions": []}}),
    "missing": ("slope", {"slope": None}),
    "unknown": ("extra", {"extra": 1}),
    "checksum": ("sha256", {"sha256": "0" * 64}),
    "checksum no hash": ("sha256", {"sha256": "0"}),
    "another tag": ("sha256", {"tags": ["zipf"]}),
}
UNSIGNED = {"checksum", "checksum no hash", "another tag"}


@pytest.mark.parametrize("name", ALTERED)
def test_an_altered_record_is_refused_with_file_record_and_field(name, lines, tmp_path):
    field, changes = ALTERED[name]
    path = tmp_path / "altered.jsonl"
    path.write_text(lines[1] + "\n" + line_with(lines, sign=name not in UNSIGNED, **changes) + "\n")
    with pytest.raises(RecordError) as caught:
        load(path)
    error = caught.value
    assert isinstance(error, EntnormError)
    assert error.field == field
    assert error.path == str(path)
    assert error.record == ("on line 2" if field == "id" else json.loads(lines[0])["id"])
    assert str(path) in str(error)
    assert repr(field) in str(error)
    assert len(str(error)) < 600


RAW = {
    "not JSON": "{",
    "not an object": "[]",
    "an array": "[" * 10**6,
    "deeply nested": '{"id":' + "[" * 10**6 + "]" * 10**6 + "}",
    "a huge integer": '{"digits":' + "9" * 10**6 + "}",
    "a float": '{"digits":1e999999999}',
    "NaN": '{"digits":NaN}',
    "a key twice": '{"id":"a","id":"b"}',
    "not ASCII": '{"id":"é"}',
    "empty line": "",
}


@pytest.mark.parametrize("name", RAW)
def test_a_hostile_line_is_refused(name, tmp_path):
    path = tmp_path / "hostile.jsonl"
    path.write_text(RAW[name] + "\n", encoding="utf-8")
    with pytest.raises(RecordError, match="on line 1"):
        load(path)


def test_a_truncated_file_is_refused(lines, tmp_path):
    path = tmp_path / "truncated.jsonl"
    path.write_text(lines[0] + "\n" + lines[1])
    with pytest.raises(RecordError, match="line 2: has no end of line: the file is truncated"):
        load(path)


def test_a_record_twice_is_refused(lines, tmp_path):
    path = tmp_path / "twice.jsonl"
    path.write_text(lines[0] + "\n" + lines[0] + "\n")
    with pytest.raises(RecordError, match="is there twice, again on line 2"):
        load(path)


def test_sizes_are_bounded(lines, tmp_path, monkeypatch):
    path = tmp_path / "large.jsonl"
    path.write_text("\n".join(lines[:3]) + "\n")
    assert len(load(path)) == 3
    for name, bound, message in (
        ("MOST_BYTES", 100, "at most 100 are read"),
        ("MOST_LINE", 100, "longer than 100 bytes"),
        ("MOST_RECORDS", 2, "more than 2 records"),
    ):
        with monkeypatch.context() as smaller:
            smaller.setattr(reading, name, bound)
            with pytest.raises(RecordError, match=message):
                load(path)
    with monkeypatch.context() as smaller:
        smaller.setattr(reading, "MOST_DRAWS", 10_000)
        path.write_text("\n".join(line for line in lines if '"form":"sum","n":1000,' in line) + "\n")
        with pytest.raises(RecordError, match="more than 10000 draws in this file"):
            load(path)
    path.write_text("\n".join(lines[:3]) + "\n")
    monkeypatch.setattr(fields, "MOST_ENTRIES", 2)
    with pytest.raises(RecordError, match="list of 1 to 2"):
        load(path)


def test_a_missing_file_is_an_error_of_the_system(tmp_path):
    with pytest.raises(FileNotFoundError):
        load(tmp_path / "none.jsonl")


@deterministic
@given(data=st.data())
def test_any_changed_character_is_noticed(data, lines, tmp_path_factory):
    line = data.draw(st.sampled_from([line for line in lines[::150] if len(line) < 5000]))
    at = data.draw(st.integers(0, len(line) - 1))
    new = data.draw(st.characters(min_codepoint=32, max_codepoint=126).filter(lambda c: c != line[at]))
    path = tmp_path_factory.mktemp("fuzz") / "fuzz.jsonl"
    path.write_text(line[:at] + new + line[at + 1 :] + "\n")
    with pytest.raises(RecordError):
        load(path)


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=20)
    | st.sampled_from(["1e999999999", "nan", "-inf", "0x1p99999", "1e-9999", "9" * 5000, "[" * 2000, "\x00", "\ud800"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)


FIELDS = ["id", "p", "logits", "target", "gamma", "enclosure", "digits", "slope", "condition", "tags", "provenance"]


@settings(deterministic, max_examples=400)
@given(
    which=st.integers(0, 20),
    key=st.sampled_from([*FIELDS, "sha256", "kind", "value", "method", "versions", "seed"]),
    value=json_values,
)
def test_any_value_in_any_field_is_refused_by_name(which, key, value, lines, tmp_path_factory):
    found = json.loads([line for line in lines[::150] if len(line) < 5000][which])
    if key in ("kind", "value"):
        place = found["target"]
    else:
        place = found["provenance"] if key in ("method", "versions") else found
    assume(json.dumps(value) != json.dumps(place.get(key)))
    place[key] = value
    if key != "sha256":
        found["sha256"] = checksum_or_none(found)
    path = tmp_path_factory.mktemp("fuzz") / "fuzz.jsonl"
    path.write_text(json.dumps(found) + "\n")
    if key in ("id", "tags", "method", "versions") and accepted(key, value):
        assert load(path)
        return
    with pytest.raises(RecordError) as caught:
        load(path)
    assert caught.value.path == str(path)
    assert len(str(caught.value)) < 700


def accepted(key, value):
    """Is this what the field may hold, by the schema?"""
    schema = SCHEMA["properties"]["provenance"]["properties"][key] if key in ("method", "versions") else None
    return jsonschema.Draft202012Validator(schema or SCHEMA["properties"][key]).is_valid(value)


def checksum_or_none(found):
    """The checksum that fits, so that the loader has to find the field itself; NaN and infinity have none."""
    try:
        return checksum(found)
    except ValueError:
        return "0" * 64


@settings(deterministic, max_examples=200)
@given(data=st.data())
def test_any_bytes_are_refused(data, lines, tmp_path_factory):
    line = lines[0].encode("ascii")
    start, stop = sorted(data.draw(st.tuples(st.integers(0, len(line)), st.integers(0, len(line)))))
    spoiled = line[:start] + data.draw(st.binary(max_size=60)) + line[stop:] + b"\n"
    if spoiled == line + b"\n":
        return
    folder = tmp_path_factory.mktemp("fuzz")
    for name, content in (("a.jsonl", spoiled), ("b.jsonl.gz", gzip.compress(spoiled)), ("c", b"\x1f\x8b" + spoiled)):
        (folder / name).write_bytes(content)
        with pytest.raises(RecordError):
            load(folder / name)


def test_a_truncated_or_altered_compressed_file_is_refused(records, tmp_path):
    path = tmp_path / "broken.jsonl.gz"
    write(path, records[:50])
    whole = path.read_bytes()
    for content in (whole[:100], whole[: len(whole) // 2], whole[:-4], whole[:-8] + b"\0" * 8):
        path.write_bytes(content)
        with pytest.raises(RecordError, match="cannot be decompressed"):
            load(path)


def test_what_grows_without_end_when_decompressed_is_refused_in_bounded_memory(tmp_path):
    path = tmp_path / "bomb.jsonl.gz"
    with gzip.open(path, "wb") as file:
        for _ in range(100):
            file.write(b"[" * 2**20)
    assert path.stat().st_size < 2**20
    tracemalloc.start()
    with pytest.raises(RecordError, match="longer than"):
        load(path)
    assert tracemalloc.get_traced_memory()[1] < 4 * reading.MOST_LINE
    tracemalloc.stop()


def test_single_precision_rows_are_exactly_that(records):
    for record in records:
        if "float32" in record.tags:
            assert (record.values.astype(np.float32).astype(np.float64) == record.values).all()


@deterministic
@given(st.floats(1e-30, 1e30))
def test_rounding_to_single_precision_is_that_of_the_machine(x):
    assert _single(x) == float(np.float32(x))
    assert _single(-x) == float(np.float32(-x))


def test_an_enclosure_that_fixes_no_digit_of_the_slope_is_not_proved(lines, tmp_path, monkeypatch):
    fields = json.loads(lines[0])
    fields |= {"id": "wide", "enclosure": ["1.8e0", "1.95e0"], "digits": 1, "gamma": "2e0", "slope": "-1e0"}
    fields |= {"condition": "1e0", "target": {"kind": "entropy", "value": (0.9).hex()}}
    fields |= {"p": [x.hex() for x in (0.5, 0.25, 0.125, 0.125)], "tags": ["wide", "interior", "ties"]}
    fields.pop("logits", None)
    fields["sha256"] = checksum(fields)
    file = tmp_path / "wide.jsonl"
    file.write_text(canonical(fields) + "\n")
    (record,) = load(file)
    assert record.certificate.verify()
    assert are_true(record.tags, record.row, exact.Target("entropy", F(0.9)), long=False)
    computed = []
    sharper = of_rows.slope_and_condition
    monkeypatch.setattr(of_rows, "slope_and_condition", lambda *given: computed.append(given[-1]) or sharper(*given))
    assert verify([record]) == ("wide",)
    assert computed == [256, 512], "more bits make nothing narrower"
