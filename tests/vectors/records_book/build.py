"""Golden records of kinds `partial` and `book`: bytes, digest and root that must never change.

    python tests/vectors/records_book/build.py [FOLDER]     # writes *.json, digests.json

The first term of a pupil of lower secondary and of primary school; a completed book of
primary school whose earlier years are on paper, with a grade that was done twice. What the
book's references prove is no matter here: their receipts are empty.
A change of any byte means that records already issued would be read differently.
"""

import runpy
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from uuid import UUID

sys.path.insert(0, str(Path(__file__).resolve().parents[3]))

from hocba.issuance.kinds import partial, partial_primary
from hocba.issuance.kinds.reading import SubjectLine
from hocba.issuance.record import Forms, RecordHead, SchoolFacts, Series, build_record
from hocba.sector.assessment import (
    Level,
    PupilYear,
    SubjectMarks,
    TermMarks,
    assess_term,
    regulation,
)
from hocba.sector.subjects import thcs_subjects
from hocba.sector.year_book import PeriodResult, PrimaryBook, YearBook
from tests.vectors.golden import files_of, write
from verifier.formats.canonical import Json, JsonObject

PRIMARY = runpy.run_path(str(Path(__file__).parents[1] / "records_primary" / "build.py"))
TT22 = regulation("tt22-2021", "1", level="thcs")
NO_MARKS = TermMarks((), None, None)


def head(kind: str, level: str, named: tuple[str, str] | None, form: str) -> RecordHead:
    """Return the head of a record of the primary pupil's, on another form."""
    forms = Forms(named, form, "00" * 32, f"{level}-{kind}-2026-1")
    return replace(PRIMARY["HEAD"], kind=kind, level=level, forms=forms)


def first_term(salt: bytes) -> JsonObject:
    """Return the first term of a pupil of grade 7 who leaves in January."""
    rows = tuple(
        SubjectMarks(
            one.code, one.mode,
            TermMarks((mark,) * one.regular_marks(TT22), mark, mark), NO_MARKS,
        )
        for one in thcs_subjects(7)
        if one.required and (mark := "8.4" if one.mode == "score" else "Đ")
    )  # fmt: skip
    year = PupilYear(7, rows, Level("K"), None, None)
    book = YearBook(year, {"TOAN": "Chăm chỉ."}, None, None, None, None, None, None)
    lines = {
        one.code: SubjectLine(one.name, book.comments.get(one.code), "Phạm Thị Hằng")
        for one in thcs_subjects(7)
    }
    body = partial.term_body(assess_term(year, 1, TT22), book, lines)
    of = replace(
        head("partial", "thcs", ("tt22-2021", "1"), "thcs-partial-tt22-1"),
        series=Series(
            UUID("5f0c2f9e-3f63-4b5e-9a39-0f6f3d1f7a10"),
            UUID("8b8a7c55-6d0e-4f0f-8f6d-1c1f5a3f2b99"),
            "31-25-2-0000042-39",
        ),
        school=SchoolFacts(
            "31-11311-01", "Trường THCS Lê Quý Đôn", "Phường Hồng Bàng", "Thành phố Hải Phòng",
            "0200311311",
        ),
        grade=7,
        class_name="7/3",
    )  # fmt: skip
    return build_record(of, body | {"previous_year": {"none": "paper"}}, salt=salt)


def primary_first_term(salt: bytes) -> JsonObject:
    """Return the first term of a primary pupil; two subjects have no test then."""
    year, traits = PRIMARY["year"](4), PRIMARY["TT27"].traits_of(4)
    period = {
        row.code: PeriodResult(Level("H"), "8" if row.code in {"TV", "TOAN"} else None)
        for row in year.subjects
    }
    levels = {trait.code: Level("Đ") for trait in traits}
    book = PrimaryBook(
        year, {}, {"quality": "Yêu quý bạn bè."}, {"CK1": period}, {"CK1": levels}, None, 1, 0,
        None, None, None, None,
    )  # fmt: skip
    body = partial_primary.term_body(book, PRIMARY["names"](4), traits)
    of = head("partial", "th", ("tt27-2020", "1"), "th-partial-tt27-1")
    return build_record(of, body | {"previous_year": {"none": "paper"}}, salt=salt)


def book(salt: bytes) -> JsonObject:
    """Return a book of three years: grade 4 twice, then grade 5 completed."""
    years = [
        _year(place, grade, salt)
        for place, grade in enumerate((4, 4, 5))
    ]  # fmt: skip
    last = years[-1]
    body: JsonObject = {
        "school_year": None,
        "grade": None,
        "class": None,
        "earlier": "paper",
        "years": [{"ref": _ref(place), "record": one} for place, one in enumerate(years)],
        "completion": {
            "completed": True,
            **{key: last[key] for key in ("school_year", "grade", "class")},
        },
    }
    of = head("book", "th", None, "th-book-1")
    signers = replace(of.forms, signers=("principal", "seal"))
    return build_record(replace(of, forms=signers), body, salt=salt)


def _year(place: int, grade: int, salt: bytes) -> JsonObject:
    year = PRIMARY["Year"](
        replace(
            PRIMARY["HEAD"],
            school_year=f"{2025 + place}-{2026 + place}",
            grade=grade,
            class_name=f"{grade}A",
        ),
        PRIMARY["year"](grade),
        PRIMARY["names"](grade),
    )
    record: JsonObject = year.record(salt)
    if place == 0:
        record["promotion"] |= {"promoted": False}
    else:
        record["previous_year"] = _ref(place - 1)
    return record


def _ref(place: int) -> Json:
    return {
        "type": "hocba.ref/1",
        "realm": "demo.hocba.test",
        "leaf": f"{place:02x}" * 32,
        "receipt": "e30=",
        "fields": [],
    }


CASES: dict[str, Callable[[bytes], JsonObject]] = {
    "partial": first_term,
    "partial-primary": primary_first_term,
    "book-primary": book,
}


def build() -> dict[str, bytes]:
    """Return every file by name."""
    return files_of(CASES, salts=31)


if __name__ == "__main__":
    write(build(), Path(__file__).parent)
