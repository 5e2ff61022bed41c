"""The extract file: paper books as they were entered, for `hocba import` and its freeze.

    {"type": "hocba.extract_file/1", "school": "31-11311-01",
     "books": [{"code": "3100000001",
                "paper": {"register_no": "125/THCS", "school": "Trường THCS Trần Phú",
                          "opened_on": "05/09/2022", "pages": 24, "corrections": 1,
                          "scan": null, "compared_on": "20/05/2026"},
                "years": [{"school_year": "2022-2023", "grade": 6, "class": "6A2",
                           "school": "Trường THCS Trần Phú", "place": "Quận Lê Chân, ...",
                           "learning": "Giỏi", "conduct": "Tốt", "outcome": "Được lên lớp",
                           "marks": {"Toán": {"term1": "8,0", "term2": "8,5", "year": "8,3"}}}]}]}

Marks are typed as on paper (`8,5` or `8.5`; `8` where the paper has no tenth); in primary
school each is `{"level": "T", "test": "9"}`. Rows of subjects stand in the order in which
the years first name them. The verifier's own parser judges the whole at the freeze.
"""

import re
from datetime import datetime
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, Field, StringConstraints
from sqlalchemy.orm import Session

from hocba.issuance.appointments import acting_school
from hocba.issuance.json_files import Closed, Code, Line, parse_file
from hocba.issuance.kinds.extract import PAPER_BOOKS
from hocba.issuance.targets import find_school
from hocba.issuance.workplace import Workplace
from hocba.kit.clock import local_date
from hocba.kit.errors import HocbaError, InputError, Where
from hocba.kit.text import tidy
from hocba.sector import queries
from hocba.sector.birth_dates import parse_birth_date
from hocba.sector.models import School
from hocba.sector.private import read_private, write_private
from verifier.formats.canonical import JsonObject
from verifier.formats.management_code import GRADES
from verifier.formats.schema import load_schema

EXTRACT_FILE: Final = "hocba.extract_file/1"
_MARK = re.compile(load_schema("record-extract-1")["$defs"]["mark"]["pattern"])
_SECONDARY, _PRIMARY = ("term1", "term2", "year", "retest"), ("level", "test")


def _day(text: str) -> str:
    """A date as far as it is known, as people write it or as we keep it."""
    try:
        return parse_birth_date(text)
    except HocbaError as error:
        raise ValueError(error.sentence()) from error


def _mark(text: str) -> str:
    """A mark of paper with a decimal point."""
    mark = tidy(text).replace(",", ".")
    if not _MARK.fullmatch(mark):
        raise ValueError(text)
    return mark


Day = Annotated[str, AfterValidator(_day)]
Mark = Annotated[str, AfterValidator(_mark)]


class MarksInput(Closed):
    """What stands in the row of a subject."""

    term1: Mark | None = None
    term2: Mark | None = None
    year: Mark | None = None
    retest: Mark | None = None
    level: Mark | None = None
    test: Mark | None = None


class PaperInput(Closed):
    """The paper book itself."""

    register_no: Line | None = None
    school: Line
    opened_on: Day | None = None
    pages: int = Field(ge=1, le=200)
    corrections: int = Field(default=0, ge=0, le=999)
    scan: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")] | None = None
    compared_on: Day


class YearInput(Closed):
    """One year of it."""

    school_year: Annotated[str, StringConstraints(pattern=r"^\d{4}-\d{4}$")]
    grade: int = Field(ge=1, le=12)
    class_name: Line = Field(alias="class")
    school: Line
    place: Line | None = None
    learning: Line | None = None
    conduct: Line | None = None
    outcome: Line
    awards: Line | None = None
    remark: Annotated[str, AfterValidator(tidy), StringConstraints(max_length=400)] | None = None
    marks: dict[Line, MarksInput]

    def to_object(self) -> JsonObject:
        """The year without its marks, as the record has it."""
        found: JsonObject = self.model_dump(by_alias=True, exclude={"marks"})
        return found


class BookInput(Closed):
    """One pupil's paper book of one level."""

    code: Code
    paper: PaperInput
    years: tuple[YearInput, ...] = Field(min_length=1, max_length=6)

    def to_object(self, level: str) -> JsonObject:
        """The book as it is kept and stated."""
        keys = _PRIMARY if level == "th" else _SECONDARY
        names = dict.fromkeys(name for year in self.years for name in year.marks)
        return {
            "paper": self.paper.model_dump(),
            "years": [year.to_object() for year in self.years],
            "subjects": [
                {"name": name, "years": [_row(year.marks.get(name), keys) for year in self.years]}
                for name in names
            ],
        }


class ExtractFile(Closed):
    """A whole file."""

    type: Literal["hocba.extract_file/1"]
    school: Code | None = None
    books: tuple[BookInput, ...]


def read_extract_file(path: Path) -> ExtractFile:
    """Read and check a file; nothing is written.

    Raises:
        InputError: `school_file.unreadable`, or all faults at once.
    """
    return parse_file(path, ExtractFile)


def enter_papers(wp: Workplace, file: ExtractFile, *, staff: str, at: datetime) -> int:
    """Keep what was entered of each paper book; how many it were.

    Raises:
        InputError: `extract.other_level`, `extract.not_yet_compared`.
        NotFoundError: `pupil.not_found`, `staff.not_found`.
        RefusedError: `sensitive.not_allowed`.
    """
    with wp.database.transaction("extract.enter") as db:
        school = find_school(db, file.school)
        for book in file.books:
            _check(book, school, today=local_date(at).isoformat())
            _keep(wp, db, school, book, staff, at)
    return len(file.books)


def _check(book: BookInput, school: School, *, today: str) -> None:
    where = Where(field=book.code)
    if any(year.grade not in GRADES[school.level] for year in book.years):
        raise InputError("extract.other_level", where=where)
    if len(book.paper.compared_on) < len(today) or book.paper.compared_on > today:
        raise InputError("extract.not_yet_compared", where=where)


def _keep(  # noqa: PLR0913, PLR0917  # whose book, and on whose behalf
    wp: Workplace,
    db: Session,
    school: School,
    book: BookInput,
    staff: str,
    at: datetime,
) -> None:
    acting = acting_school(db, school.id, at=at)
    writer = queries.staff_by_code(db, acting, staff).id
    pupil = queries.pupil_by_code(db, school.id, book.code).id
    known = read_private(db, wp.vault, school.id, pupil, reader=writer, at=at, acting=acting)
    books = known.get(PAPER_BOOKS, {}) | {school.level: book.to_object(school.level)}
    whole = known | {PAPER_BOOKS: books}
    write_private(db, wp.vault, school.id, pupil, whole, writer=writer, at=at, acting=acting)


def _row(marks: MarksInput | None, keys: tuple[str, ...]) -> JsonObject | None:
    return None if marks is None else {key: getattr(marks, key) for key in keys}
