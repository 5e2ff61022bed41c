"""`hocba.record/1`: what is accepted, what is refused and what is merely unknown."""

import copy
import re
from typing import Any

import jsonschema
import pytest
from fakes.records import sample_record, subject
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema.validators import extend
from referencing import Registry, Resource

from verifier.errors import FormatError, UnknownFormatError, VerifierError
from verifier.formats.canonical import canonical
from verifier.formats.record import check_record, parse_record, record_digest
from verifier.formats.schema import FORMATS, compile_schema, is_partial_date, load_schema

SCHEMA = load_schema("record-year-1")
OURS = compile_schema(SCHEMA, prefix="record")


def _ecma_pattern(validator: Any, pattern: str, instance: Any, schema: Any):
    # The library takes Python's `$`, which also matches before a last line break.
    strict = re.sub(r"\$$", r"\\Z", pattern)
    if isinstance(instance, str) and not re.search(strict, instance):
        yield jsonschema.ValidationError("pattern")


def _foreign_validator() -> Any:
    checker = jsonschema.FormatChecker(formats=[])
    for name, test in FORMATS.items():
        checker.checks(name)(lambda v, test=test: not isinstance(v, str) or test(v))
    kind = extend(jsonschema.Draft202012Validator, {"pattern": _ecma_pattern})
    common = Resource.from_contents(load_schema("record-common-1"))
    registry = Registry().with_resource("urn:hocba:schema:record-common-1", common)
    return kind(SCHEMA, format_checker=checker, registry=registry)


THEIRS = _foreign_validator()


def _nodes(value: Any, path: tuple[Any, ...] = ()):
    yield path
    items = value.items() if isinstance(value, dict) else enumerate(value)
    for key, item in items:
        if isinstance(item, dict | list):
            yield from _nodes(item, (*path, key))
        else:
            yield (*path, key)


OTHERS = (1, 2, 3, 4, 5, 6, 7, 8, 10, 11)
"""Rows of the sample that are of the same mode as row 0 or row 9."""
PATHS = [path for path in _nodes(sample_record()) if path]
ODD_VALUES = [
    None, True, False, 0, 1, 5, 6, 9, -1, 10000, "", " ", "8", "8.0", "8.5\n", "08.5", "10.0",
    "10.1", "-1.0", "8,5", "٨.5", "Đ", "CĐ", "M", "T", "K", "đ", "D", "a" * 2001, "x  y", "x ",
    "x\ty", "x\u200by", "x\u202ey", "\u00a0", "2014", "2014-09", "2014-09-05", "2014-9-5",
    "2014-13", "2015-02-29", "20140905", "2014-W01-1", "0000", "seal", [], {}, ["seal"],
    ["seal", "seal"], {"none": "paper"}, {"none": "lost"}, "first", "ab" * 32, "AB" * 32, "year",
    "supplement", "issue", "score", "comment", "gioi", "Y Ƀlô Niê", "2025-2026", "12", "123",
    "031214000001", "0200311311", "0200311311-001", "tt22-2021", "-", "a--b", "demo", "a.b", "6A1",
]  # fmt: skip


@st.composite
def mutated_records(draw: st.DrawFn) -> dict[str, Any]:
    record: dict[str, Any] = copy.deepcopy(sample_record())
    for _ in range(draw(st.integers(1, 3))):
        path = draw(st.sampled_from(PATHS))
        target: Any = record
        try:
            for step in path[:-1]:
                target = target[step]
            target[path[-1]]
        except (KeyError, IndexError, TypeError):
            continue  # an earlier mutation took this place away
        if not isinstance(target, dict | list):
            continue
        action = draw(st.sampled_from(["set", "set", "set", "text", "drop", "add"]))
        if action == "set":
            target[path[-1]] = draw(st.sampled_from(ODD_VALUES))
        elif action == "text":
            target[path[-1]] = draw(st.text(max_size=4))
        elif action == "drop":
            del target[path[-1]]
        elif isinstance(target, dict):
            target[draw(st.sampled_from(["extra", "a/b", "a~b", "type", "none"]))] = 1
    return record


@given(mutated_records())
@settings(max_examples=600, deadline=None)
def test_our_checker_and_the_jsonschema_library_agree_on_mutated_records(record):
    try:
        OURS(record)
        ours = True
    except FormatError:
        ours = False
    assert ours == THEIRS.is_valid(record)


def _put(path: tuple[Any, ...], value: Any) -> dict[str, Any]:
    record: dict[str, Any] = sample_record()
    target: Any = record
    for step in path[:-1]:
        target = target[step]
    target[path[-1]] = value
    return record


def _accepts(record: dict[str, Any]) -> bool:
    try:
        OURS(record)
    except FormatError:
        return False
    return True


def test_our_checker_and_the_jsonschema_library_agree_on_odd_values_in_every_kind_of_field():
    # The library takes milliseconds a record: one row of each mode, every seventh pair.
    paths = [
        p for p in PATHS if p[0] != "issuer" and p[:2] not in [("subjects", i) for i in OTHERS]
    ]
    pairs = [(path, value) for path in paths for value in ODD_VALUES][::7]
    answers = {True: 0, False: 0}
    for path, value in pairs:
        record = _put(path, value)
        accepted = _accepts(record)
        answers[accepted] += 1
        assert accepted == THEIRS.is_valid(record), (path, value)
    assert answers[True] > 20 < answers[False]


def test_the_published_schema_is_itself_a_valid_schema():
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


def test_a_complete_record_is_accepted_and_returned_as_it_is():
    record = sample_record()
    assert parse_record(canonical(record)) == record


def test_the_digest_is_the_hash_of_the_bytes():
    assert record_digest(b"") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


@pytest.mark.parametrize("mark", ["0.0", "4.9", "10.0", "M", None])
def test_every_lexical_form_of_a_scored_mark_is_accepted(mark):
    check_record(sample_record(**{"/subjects/0/term1": mark}))


@pytest.mark.parametrize(
    ("mark", "code"),
    [("8", "wrong_form"), ("8,5", "wrong_form"), ("10.5", "wrong_form"), ("08.5", "wrong_form"),
     ("8.50", "wrong_form"), ("8.5\n", "wrong_form"), ("٨.٥", "wrong_form"), ("-1.0", "wrong_form"),
     ("Đ", "wrong_form"), ("", "wrong_form"), (8, "wrong_type"), (True, "wrong_type")],
)  # fmt: skip
def test_any_other_form_of_a_scored_mark_is_refused_with_its_pointer(mark, code):
    record = sample_record(**{"/subjects/3/term2": mark})
    with pytest.raises(FormatError) as caught:
        check_record(record)
    assert (caught.value.code, caught.value.detail) == (f"record.{code}", "/subjects/3/term2")


@pytest.mark.parametrize("mark", ["8.0", "T", "đ", "Đạt"])
def test_a_comment_subject_takes_only_its_letters(mark):
    with pytest.raises(FormatError, match=r"record\.wrong_value: /subjects/8/year"):
        check_record(sample_record(**{"/subjects/8/year": mark}))


def test_an_exemption_is_no_result_of_a_retest():
    with pytest.raises(FormatError, match="/subjects/0/retest"):
        check_record(sample_record(**{"/subjects/0/retest": "M"}))


@pytest.mark.parametrize(
    ("text", "fits"),
    [("2014", True), ("2014-09", True), ("2014-09-05", True), ("2016-02-29", True),
     ("2014-13", False), ("2015-02-29", False), ("14", False), ("2014-9", False),
     ("2014-09-05T00:00", False), ("20140905", False), ("2014-W36", False)],
)  # fmt: skip
def test_a_birth_date_may_be_a_day_a_month_or_a_year(text, fits):
    assert is_partial_date(text) is fits


def test_text_has_one_form_that_the_eye_can_tell():
    for text in ("Nguyễn  An", " An", "An ", "A\nn", "A\u200bn", "A\u202en", "A\u00adn", ""):
        with pytest.raises(FormatError, match=r"record\.wrong_form: /pupil/name"):
            check_record(sample_record(**{"/pupil/name": text}))
    for name in ("Y Ƀlô Niê", "Ksor H’Bia", "K'Pă H-Lim", "M\u0304 Lô"):
        check_record(sample_record(**{"/pupil/name": name}))


def test_bytes_that_are_not_canonical_are_refused():
    data = canonical(sample_record())
    for wrong in (data + b"\n", data.replace(b'"realm"', b' "realm"', 1), b"[]", b"{", b"\xff"):
        with pytest.raises(FormatError, match=r"json\."):
            parse_record(wrong)


@pytest.mark.parametrize(
    ("changes", "code"),
    [({"type": "hocba.record/2"}, "record.unknown_type"),
     ({"kind": "identity"}, "record.unknown_kind"),
     ({"level": "gdtx_thpt"}, "record.unknown_kind"),
     ({"/regulation/id": "tt43-2021"}, "record.unknown_kind"),
     ({"/regulation/id": "tt99-2031"}, "record.unknown_kind"),
     ({"previous_year": {"type": "hocba.ref/2", "leaf": "ab" * 32}}, "record.unknown_reference"),
     ({"sources": [{"type": "hocba.ref/2", "leaf": "ab" * 32}]}, "record.unknown_reference")],
)  # fmt: skip
def test_what_a_newer_version_may_know_is_unknown_and_not_wrong(changes, code):
    with pytest.raises(UnknownFormatError) as caught:
        parse_record(canonical(sample_record(**changes)))
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("changes", "code", "pointer"),
    [({"version": 2}, "wrong_value", "/version"),
     ({"previous_leaf": "ab" * 32}, "wrong_type", "/previous_leaf"),
     ({"event": "correction", "version": 1, "previous_leaf": "ab" * 32}, "out_of_range",
      "/version"),
     ({"event": "supplement", "version": 2}, "wrong_type", "/previous_leaf"),
     ({"school_year": "2025-2027"}, "wrong_value", "/school_year"),
     ({"/promotion/completed": True}, "wrong_type", "/promotion/completed"),
     ({"/results/adjusted_by": "TIN"}, "wrong_type", "/results/before_adjustment"),
     ({"/results/before_adjustment": "K"}, "wrong_type", "/results/before_adjustment"),
     ({"/results/adjusted_by": "HOA", "/results/before_adjustment": "K"}, "wrong_value",
      "/results/adjusted_by"),
     ({"/subjects/4/code": "VAN"}, "repeated", "/subjects/4/code"),
     ({"subjects": []}, "too_few", "/subjects"),
     ({"subjects": [subject(f"M{i}", f"Môn {i}") for i in range(17)]}, "too_many", "/subjects"),
     ({"/attendance/absences": -1}, "out_of_range", "/attendance/absences"),
     ({"kind": None}, "missing", "/kind"), ({"level": 1}, "wrong_type", "/level"),
     ({"regulation": "tt22"}, "missing", "/regulation/id"),
     ({"/pupil/a~b": 1}, "unexpected", "/pupil/a~0b"), ({"signers": ["seal", "seal"]}, "repeated",
      "/signers"), ({"signers": []}, "too_few", "/signers")],
)  # fmt: skip
def test_each_rule_names_its_own_field(changes, code, pointer):
    with pytest.raises(FormatError) as caught:
        check_record(sample_record(**changes))
    assert (caught.value.code, caught.value.detail) == (f"record.{code}", pointer)


def test_a_later_version_names_its_predecessor():
    check_record(sample_record(event="supplement", version=2, previous_leaf="ab" * 32))


def test_only_grade_nine_says_whether_the_level_is_completed():
    check_record(sample_record(grade=9, **{"/promotion/completed": True}))


def test_no_error_shows_the_value_that_it_refuses():
    shown = set()
    for path in PATHS:
        try:
            check_record(_put(path, "Nguyễn\u200bBí Mật"))
        except VerifierError as error:
            if "Bí Mật" in str(error):
                shown.add(path)
    # What is unknown is named, since it concerns nobody.
    assert shown == {("type",), ("kind",), ("level",), ("regulation", "id")}


def test_a_schema_with_a_keyword_that_we_do_not_know_is_refused():
    with pytest.raises(KeyError):
        compile_schema({"oneOf": []}, prefix="x")
    with pytest.raises(ValueError, match="additionalProperties"):
        compile_schema({"properties": {}, "additionalProperties": True}, prefix="x")


@pytest.mark.parametrize(
    "schema",
    [{"required": ["a"]}, {"additionalProperties": False, "properties": {}},
     {"properties": {"a": {"type": "null"}}}, {"items": {"type": "null"}}],
)  # fmt: skip
def test_a_keyword_about_containers_says_nothing_about_a_scalar(schema):
    compile_schema(schema, prefix="x")(5)
