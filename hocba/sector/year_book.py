"""One pupil's year as the class register holds it, ready to be assessed.

    book = year_book(read(session, vault, school, class_id), pupil.id, offerings, grade=6)
    assess_year(book.year, regulation)

Pure: cells in, `PupilYear` and the texts of the form out. What is not in the register is
None, and it is the assessment that says what is missing.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import cast
from uuid import UUID

from hocba.sector.assessment import Level, Mode, PupilYear, SubjectMarks, TermMarks
from hocba.sector.queries import Offering
from hocba.sector.registers import Cell
from verifier.formats.canonical import Json

YEAR = 0
"""The term number of what belongs to the whole year."""


@dataclass(frozen=True)
class YearBook:
    """Everything that the register says about one pupil's year."""

    year: PupilYear
    comments: Mapping[str, str]
    homeroom_comment: str | None
    summer_comment: str | None
    certificates: str | None
    certificate_grade: str | None
    contests: str | None
    other_award: str | None


def year_book(
    values: Mapping[Cell, Json], pupil_id: UUID, offerings: Iterable[Offering], *, grade: int
) -> YearBook:
    """Return one pupil's year from the cells of the class."""
    taken = tuple(offerings)

    def of(offering: Offering | None, term: int, item: str) -> str | None:
        value = values.get(Cell(pupil_id, offering.id if offering else None, term, item))
        return None if value is None else str(value)

    def level(term: int, item: str) -> Level | None:
        value = of(None, term, item)
        return None if value is None else Level(value)

    def marks(offering: Offering, term: int) -> TermMarks:
        count = offering.regular_marks
        regular = tuple(of(offering, term, f"tx{number}") for number in range(1, count + 1))
        return TermMarks(regular, of(offering, term, "gk"), of(offering, term, "ck"))

    absences = of(None, YEAR, "absences")
    year = PupilYear(
        grade=grade,
        subjects=tuple(
            SubjectMarks(
                code=offering.code,
                mode=cast("Mode", offering.mode),
                term1=marks(offering, 1),
                term2=marks(offering, 2),
                retest=of(offering, YEAR, "retest"),
                optional=not offering.required,
            )
            for offering in taken
        ),
        conduct_term1=level(1, "conduct"),
        conduct_term2=level(2, "conduct"),
        absences=None if absences is None else int(absences),
        conduct_after_summer=level(YEAR, "conduct_after_summer"),
    )
    remarks = {each.code: of(each, YEAR, "comment") for each in taken}
    return YearBook(
        year=year,
        comments={code: remark for code, remark in remarks.items() if remark is not None},
        homeroom_comment=of(None, YEAR, "homeroom_comment"),
        summer_comment=of(None, YEAR, "summer_comment"),
        certificates=of(None, YEAR, "certificates"),
        certificate_grade=of(None, YEAR, "certificate_grade"),
        contests=of(None, YEAR, "contests"),
        other_award=of(None, YEAR, "other_award"),
    )
