"""One pupil's year as the class register holds it, ready to be assessed.

    values = read(session, vault, school, class_id)
    book = year_book(values, pupil.id, offerings, grade=10, level="thpt")
    assess_year(book.year, regulation)
    book = primary_book(values, pupil.id, offerings, grade=4)
    assess_primary_year(book.year, primary_regulation("tt27-2020", "1"))

Pure: cells in, the year and the texts of the form out. What is not in the register is
None, and it is the assessment that says what is missing.

Cells of a secondary register, beside the marks of each term (`tx1`.., `gk`, `ck`, and
`dk1`.. before TT 26/2020); `yes` is written out, everything else counts as no:

| of | term | items |
|---|---|---|
| a subject | 0 | comment, retest, cd1..cd3 (study topics), cd_chosen (the number of one), part_exempt, not_assessed, not_taken |
| no subject | 1, 2 | conduct |
| no subject | 0 | absences, conduct_year (TT 58), conduct_after_summer, not_assessed, promotion_decision (yes, no), study_form, special_subject, homeroom_comment, summer_comment, certificates, certificate_grade, contests, other_award |

Cells of a primary register: see `PERIODS` for the term and ending of a period's items.

| of | term | items |
|---|---|---|
| a subject | by period | level (T, H, C, M), test (whole number) |
| a subject | 0 | comment, level_after, test_after, not_assessed, not_taken |
| no subject | by period | each trait by its code: pc_yeu_nuoc, nl_tu_chu, ... |
| no subject | 0 | each trait's code + _after, comment_quality, comment_general, comment_specific, homeroom_comment, absences_with_leave, absences_without_leave, height, weight, award_text, other_award, excellent_in, progress_in, accepted_by_class, not_assessed, promotion_decision |
"""  # noqa: E501  # tables

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, TypeVar, cast
from uuid import UUID

from hocba.sector.assessment import (
    Level,
    Mode,
    PrimarySubject,
    PrimaryYear,
    PupilYear,
    SubjectMarks,
    TermMarks,
    TermResult,
    Trait,
)
from hocba.sector.assessment.regulation import primary_regulation
from hocba.sector.queries import Offering
from hocba.sector.registers import Cell
from hocba.sector.subjects import ProgramSubject, subject_of
from verifier.formats.canonical import Json

_Value = TypeVar("_Value")

YEAR = 0
"""The term number of what belongs to the whole year."""
YES: Final = "yes"
PERIODS: Final[Mapping[str, tuple[int, str]]] = MappingProxyType(
    {"GK1": (1, "_gk"), "CK1": (1, ""), "GK2": (2, "_gk"), "CN": (YEAR, "")}
)
"""Where the four periods of a primary year stand: the term, and what the items end in."""
TRAIT_COMMENTS = ("quality", "general", "specific")


@dataclass(frozen=True)
class FirstTerm:
    """A first term that another school has signed; `subjects` by code, `mean` under TT 58."""

    subjects: Mapping[str, str]
    conduct: Level | None = None
    learning: Level | None = None
    mean: str | None = None


@dataclass(frozen=True)
class YearBook:
    """Everything that the register says about one secondary pupil's year."""

    year: PupilYear
    comments: Mapping[str, str]
    homeroom_comment: str | None
    summer_comment: str | None
    certificates: str | None
    certificate_grade: str | None
    contests: str | None
    other_award: str | None


@dataclass(frozen=True)
class PeriodResult:
    """What one primary pupil has in one subject at the end of a period."""

    level: Level | None
    test: str | None


@dataclass(frozen=True)
class PrimaryBook:
    """Everything that the register says about one primary pupil's year.

    `comments` by subject code; `trait_comments` by group (quality, general, specific);
    `periods` by period (GK1, CK1, GK2, CN) and subject code, `period_traits` by period and
    trait code; height in cm and weight in kg as they were written.
    """

    year: PrimaryYear
    comments: Mapping[str, str]
    trait_comments: Mapping[str, str]
    periods: Mapping[str, Mapping[str, PeriodResult]]
    period_traits: Mapping[str, Mapping[str, Level]]
    homeroom_comment: str | None
    absences_with_leave: int | None
    absences_without_leave: int | None
    height: str | None
    weight: str | None
    award_text: str | None
    other_award: str | None


def year_book(  # noqa: PLR0913  # whose year, of which class, and what came from elsewhere
    values: Mapping[Cell, Json],
    pupil_id: UUID,
    offerings: Iterable[Offering],
    *,
    grade: int,
    level: str = "thcs",
    program: str | None = None,
    first_term: FirstTerm | None = None,
) -> YearBook:
    """Return one secondary pupil's year from the cells of the class.

    `first_term` is taken instead of the register's first term, subject by subject;
    `program` is that of the regulation (`edition.program`).
    """
    cells = _Cells(values, pupil_id)
    taken = _taken(cells, offerings)
    source = first_term or FirstTerm({})
    year = PupilYear(
        grade=grade,
        subjects=tuple(
            _subject(cells, each, subject_of(each.code, level, grade, program=program), source)
            for each in taken
        ),
        conduct_term1=source.conduct or cells.level(None, 1, "conduct"),
        conduct_term2=cells.level(None, 2, "conduct"),
        absences=cells.number("absences"),
        conduct_after_summer=cells.level(None, YEAR, "conduct_after_summer"),
        conduct_year=cells.level(None, YEAR, "conduct_year"),
        learning_term1=source.learning,
        mean_term1=source.mean,
        assessed=not cells.yes(None, "not_assessed"),
        promoted_by_principal=cells.decision("promotion_decision"),
        study_form=cells.text(None, YEAR, "study_form"),
        special_subject=cells.text(None, YEAR, "special_subject"),
    )
    return YearBook(
        year=year,
        comments=cells.comments(taken),
        homeroom_comment=cells.text(None, YEAR, "homeroom_comment"),
        summer_comment=cells.text(None, YEAR, "summer_comment"),
        certificates=cells.text(None, YEAR, "certificates"),
        certificate_grade=cells.text(None, YEAR, "certificate_grade"),
        contests=cells.text(None, YEAR, "contests"),
        other_award=cells.text(None, YEAR, "other_award"),
    )


def primary_book(
    values: Mapping[Cell, Json],
    pupil_id: UUID,
    offerings: Iterable[Offering],
    *,
    grade: int,
    traits: Sequence[Trait] | None = None,
) -> PrimaryBook:
    """Return one primary pupil's year from the cells of the class.

    `traits` are those of the regulation and grade; TT 27's unless others are given.
    """
    cells = _Cells(values, pupil_id)
    taken = _taken(cells, offerings)
    known = traits or primary_regulation("tt27-2020", "1").traits_of(grade)
    codes = [trait.code for trait in known]
    remarks = {group: cells.text(None, YEAR, f"comment_{group}") for group in TRAIT_COMMENTS}
    year = PrimaryYear(
        grade=grade,
        subjects=tuple(_primary_subject(cells, each, grade) for each in taken),
        traits={code: cells.level(None, YEAR, code) for code in codes},
        traits_after=_present({code: cells.level(None, YEAR, f"{code}_after") for code in codes}),
        excellent_in=cells.text(None, YEAR, "excellent_in"),
        progress_in=cells.text(None, YEAR, "progress_in"),
        accepted_by_class=cells.yes(None, "accepted_by_class"),
        assessed=not cells.yes(None, "not_assessed"),
        promoted_by_principal=cells.decision("promotion_decision"),
    )
    return PrimaryBook(
        year=year,
        comments=cells.comments(taken),
        trait_comments=_present(remarks),
        periods={period: _period(cells, taken, period) for period in PERIODS},
        period_traits={
            period: _present({code: cells.level(None, term, code + end) for code in codes})
            for period, (term, end) in PERIODS.items()
        },
        homeroom_comment=cells.text(None, YEAR, "homeroom_comment"),
        absences_with_leave=cells.number("absences_with_leave"),
        absences_without_leave=cells.number("absences_without_leave"),
        height=cells.text(None, YEAR, "height"),
        weight=cells.text(None, YEAR, "weight"),
        award_text=cells.text(None, YEAR, "award_text"),
        other_award=cells.text(None, YEAR, "other_award"),
    )


@dataclass(frozen=True)
class _Cells:
    """The cells of one pupil."""

    values: Mapping[Cell, Json]
    pupil_id: UUID

    def text(self, offering: Offering | None, term: int, item: str) -> str | None:
        found = self.values.get(Cell(self.pupil_id, offering.id if offering else None, term, item))
        return None if found is None else str(found)

    def level(self, offering: Offering | None, term: int, item: str) -> Level | None:
        found = self.text(offering, term, item)
        return None if found is None else Level(found)

    def number(self, item: str) -> int | None:
        found = self.text(None, YEAR, item)
        return None if found is None else int(found)

    def yes(self, offering: Offering | None, item: str) -> bool:
        return self.text(offering, YEAR, item) == YES

    def decision(self, item: str) -> bool | None:
        found = self.text(None, YEAR, item)
        return None if found is None else found == YES

    def comments(self, taken: Iterable[Offering]) -> dict[str, str]:
        return _present({each.code: self.text(each, YEAR, "comment") for each in taken})


def _taken(cells: _Cells, offerings: Iterable[Offering]) -> tuple[Offering, ...]:
    """Subjects that this pupil takes: a class may offer chosen ones that only some do."""
    return tuple(each for each in offerings if each.required or not cells.yes(each, "not_taken"))


def _subject(
    cells: _Cells, offering: Offering, known: ProgramSubject | None, source: FirstTerm
) -> SubjectMarks:
    signed = source.subjects.get(offering.code)
    topics = tuple(
        cells.text(offering, YEAR, f"cd{number}")
        for number in range(1, (known.topics if known else 0) + 1)
    )
    chosen = cells.text(offering, YEAR, "cd_chosen")
    return SubjectMarks(
        code=offering.code,
        mode=cast("Mode", offering.mode),
        term1=_term(cells, offering, 1) if signed is None else TermResult(signed),
        term2=_term(cells, offering, 2),
        retest=cells.text(offering, YEAR, "retest"),
        optional=known.optional if known else not offering.required,
        part_exempt=cells.yes(offering, "part_exempt"),
        assessed=not cells.yes(offering, "not_assessed"),
        topics=topics if any(topics) or chosen else (),
        chosen_topic=int(chosen) if chosen and chosen.isdecimal() else None,
    )


def _term(cells: _Cells, offering: Offering, term: int) -> TermMarks:
    regular = tuple(
        cells.text(offering, term, f"tx{number}") for number in range(1, offering.regular_marks + 1)
    )
    periodic: list[str] = []
    while (mark := cells.text(offering, term, f"dk{len(periodic) + 1}")) is not None:
        periodic.append(mark)
    return TermMarks(
        regular,
        cells.text(offering, term, "gk"),
        cells.text(offering, term, "ck"),
        tuple(periodic),
    )


def _primary_subject(cells: _Cells, offering: Offering, grade: int) -> PrimarySubject:
    known = subject_of(offering.code, "th", grade)
    return PrimarySubject(
        code=offering.code,
        level=cells.level(offering, YEAR, "level"),
        test=cells.text(offering, YEAR, "test"),
        tested=offering.mode == "score",
        optional=known.optional if known else not offering.required,
        assessed=not cells.yes(offering, "not_assessed"),
        level_after=cells.level(offering, YEAR, "level_after"),
        test_after=cells.text(offering, YEAR, "test_after"),
    )


def _period(cells: _Cells, taken: Iterable[Offering], period: str) -> dict[str, PeriodResult]:
    term, end = PERIODS[period]
    return {
        each.code: PeriodResult(
            cells.level(each, term, f"level{end}"), cells.text(each, term, f"test{end}")
        )
        for each in taken
    }


def _present(found: Mapping[str, _Value | None]) -> dict[str, _Value]:
    return {name: value for name, value in found.items() if value is not None}
