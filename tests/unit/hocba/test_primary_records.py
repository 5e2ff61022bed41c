"""Records of a primary year: golden bytes, what the schema refuses, what the maker states."""

import runpy
from dataclasses import replace
from pathlib import Path

import pytest
from fakes.primary_records import TEMPLATE_ID, primary_record

from hocba.documents.writer import render
from hocba.issuance.credential import kind_of
from hocba.sector.assessment import Level
from verifier.errors import FormatError, UnknownFormatError
from verifier.formats.canonical import canonical, parse_json
from verifier.formats.pdf.cells import differences
from verifier.formats.pdf.parse import parse
from verifier.formats.record import check_record, fields_root, parse_record, record_digest
from verifier.templates import load

GOLDEN = Path(__file__).parents[2] / "vectors" / "records_primary"
BUILD = runpy.run_path(str(GOLDEN / "build.py"))
MAKE = BUILD["CASES"]
SALT = b"\x07" * 32


@pytest.mark.parametrize("name", MAKE)
def test_golden_primary_records_are_read_as_they_were_issued(name):
    data = (GOLDEN / f"{name}.json").read_bytes()
    record = parse_record(data)
    told = parse_json((GOLDEN / "digests.json").read_bytes())[name]
    assert told == {"sha256": record_digest(data), "fields_root": fields_root(record).hex()}


def test_the_generator_still_writes_the_golden_primary_records():
    written = {path.name: path.read_bytes() for path in GOLDEN.glob("*.json")}
    assert BUILD["build"]() == written


@pytest.mark.parametrize("name", MAKE)
def test_every_golden_primary_record_stands_whole_on_its_form(name):
    template = load(TEMPLATE_ID)
    record = MAKE[name]().record(SALT)
    record["template"]["hash"] = template.hash
    pdf = parse(render(canonical(record), template))
    assert pdf.problems == ()
    assert differences(template, record, pdf.contents) == []


def test_the_special_pupils_are_stated_as_the_circular_has_them():
    records = {name: make().record(SALT) for name, make in MAKE.items()}
    rows = {name: {row["code"]: row for row in one["subjects"]} for name, one in records.items()}
    assert records["not-assessed"]["results"]["overall"] is None
    assert {one["level"] for one in records["not-assessed"]["qualities"]} == {None}
    assert rows["not-assessed-in-one"]["NN1"]["level"] is None
    assert rows["exempt"]["GDTC"]["level"] == "M"
    assert records["exempt"]["pupil"]["birth_date"] == "2016"
    assert records["exempt"]["results"]["overall"] == "HTXS"
    assert rows["ethnic-language"]["TDTTS"]["name"] == "Tiếng Ê-đê"
    assert records["last-grade-anew"]["promotion"]["completed_level"] is True


def test_competencies_of_technology_are_assessed_from_the_third_grade():
    counts = {grade: len(_specific(grade)) for grade in (1, 2, 3, 5)}
    assert counts == {1: 5, 2: 5, 3: 7, 5: 7}


def _specific(grade):
    return primary_record(grade=grade)["competencies"]["specific"]


def test_a_trait_assessed_anew_stands_beside_what_was_there_first():
    year = MAKE["ordinary"]()
    weak = {**year.year.traits, "pc_nhan_ai": Level("C")}
    again = replace(year.year, traits=weak, traits_after={"pc_nhan_ai": Level("Đ")})
    record = replace(year, year=again).record(SALT)
    found = next(one for one in record["qualities"] if one["code"] == "pc_nhan_ai")
    assert (found["level"], found["level_after"]) == ("C", "Đ")
    assert record["results"]["overall_after"] == "HT"


@pytest.mark.parametrize(
    ("changes", "code", "pointer"),
    [
        ({"/subjects/0/test": "8.5"}, "wrong_form", "/subjects/0/test"),
        ({"/subjects/0/test": "11"}, "wrong_form", "/subjects/0/test"),
        ({"/subjects/0/test": "08"}, "wrong_form", "/subjects/0/test"),
        ({"/subjects/0/level": "Đ"}, "wrong_value", "/subjects/0/level"),
        ({"/subjects/0/level": None}, "wrong_type", "/subjects/0/test"),
        ({"/subjects/0/level_after": "M"}, "wrong_value", "/subjects/0/level_after"),
        ({"/subjects/1/code": "TV"}, "repeated", "/subjects/1/code"),
        ({"/qualities/0/level": "H"}, "wrong_value", "/qualities/0/level"),
        ({"qualities": []}, "too_few", "/qualities"),
        ({"/results/overall": None}, "wrong_type", "/results/overall"),
        ({"/results/assessed": False}, "wrong_type", "/results/overall"),
        ({"/promotion/completed_level": True}, "wrong_type", "/promotion/completed_level"),
        ({"/grade": 6}, "out_of_range", "/grade"),
        ({"/health/weight_kg": "28.0"}, "wrong_form", "/health/weight_kg"),
        ({"/awards/title": "gioi"}, "wrong_value", "/awards/title"),
        ({"conduct": {}}, "unexpected", "/conduct"),
        ({"management_code": "31-25-2-0000042-39"}, None, ""),
    ],
    ids=str,
)
def test_what_a_primary_record_may_not_say(changes, code, pointer):
    with pytest.raises(FormatError) as caught:
        check_record(primary_record(**changes))
    if code is not None:
        assert (caught.value.code, caught.value.detail) == (f"record.{code}", pointer)


def test_a_regulation_that_we_do_not_know_needs_a_newer_verifier():
    other = primary_record(**{"/regulation/id": "tt30-2014"})
    with pytest.raises(UnknownFormatError):
        check_record(other)


def test_the_kind_of_a_primary_year_is_data():
    kind = kind_of("year", level="th", regulation=("tt27-2020", "1"))
    assert (kind.template_id, kind.maker) == (TEMPLATE_ID, "primary_year")
