"""Golden first terms and books, and what the schema of a book refuses."""

import runpy
from pathlib import Path

import pytest
from fakes.book_records import book_record, primary_book
from fakes.partial_records import partial_record, primary_partial
from fakes.world import AT, the_world

from verifier.checks.sheets import judge_sheets
from verifier.errors import FormatError, UnknownFormatError
from verifier.formats.canonical import parse_json
from verifier.formats.policy import PolicyStep
from verifier.formats.record import check_record, fields_root, parse_record, record_digest

GOLDEN = Path(__file__).parents[2] / "vectors" / "records_book"
BUILD = runpy.run_path(str(GOLDEN / "build.py"))


@pytest.mark.parametrize("name", BUILD["CASES"])
def test_golden_first_terms_and_books_are_read_as_they_were_issued(name):
    data = (GOLDEN / f"{name}.json").read_bytes()
    record = parse_record(data)
    told = parse_json((GOLDEN / "digests.json").read_bytes())[name]
    assert told == {"sha256": record_digest(data), "fields_root": fields_root(record).hex()}


def test_the_generator_still_writes_the_golden_first_terms_and_books():
    written = {path.name: path.read_bytes() for path in GOLDEN.glob("*.json")}
    assert BUILD["build"]() == written


@pytest.mark.parametrize("make", [book_record, primary_book, partial_record, primary_partial])
def test_the_samples_are_complete(make):
    check_record(make())


@pytest.mark.parametrize(
    ("changes", "code", "pointer"),
    [
        ({"years": []}, "too_few", "/years"),
        ({"/completion/completed": False}, "wrong_value", "/completion/completed"),
        ({"event": "supplement"}, "wrong_value", "/event"),
        ({"school_year": "2028-2029"}, "wrong_type", "/school_year"),
        ({"/years/1/record/kind": "partial"}, "wrong_value", "/years/1/record/kind"),
        ({"/years/1/record/grade": 13}, "out_of_range", "/years/1/record/grade"),
        ({"/years/2/record/subjects/1/year": "8"}, "wrong_form",
         "/years/2/record/subjects/1/year"),
        ({"level": "thpt", "management_code": "31-25-3-0000042-05"}, "wrong_value",
         "/years/0/record/level"),
    ],
)  # fmt: skip
def test_what_is_wrong_in_a_book_is_named_with_its_place(changes, code, pointer):
    with pytest.raises(FormatError) as caught:
        check_record(book_record(**changes))
    assert (caught.value.code, caught.value.detail) == (f"record.{code}", pointer)


def test_a_ninth_year_is_too_many():
    with pytest.raises(FormatError, match=r"record\.too_many"):
        check_record(book_record(grades=(6, 6, 6, 6, 6, 6, 7, 8, 9)))


def test_a_year_of_a_regulation_that_is_not_known_needs_a_newer_verifier():
    with pytest.raises(UnknownFormatError):
        check_record(book_record(**{"/years/1/record/regulation/id": "tt99-2030"}))


@pytest.mark.parametrize(
    ("changes", "code", "pointer"),
    [
        ({"/subjects/0/term1": "8"}, "wrong_form", "/subjects/0/term1"),
        ({"/subjects/0/term2": "8.0"}, "unexpected", "/subjects/0/term2"),
        ({"event": "supplement"}, "wrong_value", "/event"),
        ({"grade": 10}, "out_of_range", "/grade"),
        ({"/results/term1": "G"}, "wrong_value", "/results/term1"),
    ],
)
def test_what_is_wrong_in_a_first_term_is_named_with_its_place(changes, code, pointer):
    with pytest.raises(FormatError) as caught:
        check_record(partial_record(**changes))
    assert (caught.value.code, caught.value.detail) == (f"record.{code}", pointer)


def test_a_first_term_asks_for_the_sheets_of_the_first_term_alone():
    """Where subject teachers must sign, of what they could sign."""
    record, step = partial_record(), PolicyStep("teacher", "subject", True)
    told = list(judge_sheets(record, step, the_world().trust, at=AT))
    assert {code for code, _ in told} == {"sheet_missing"}
    assert [where for _, where in told] == [f"{one['code']}/1" for one in record["subjects"]]
