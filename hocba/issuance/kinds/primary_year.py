"""One school year of primary school: levels, traits, the overall result (TT 27/2020).

    body = year_body(assessment, book, lines, traits, previous_year={"none": "first"})

What help and assessment anew changed stands beside the first level and test, so that a
supplement after the summer only adds. Pure but for `gather`, which reads the class's
registers. A pupil of whom anything is missing is pending, with the fields that are missing.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from hocba.issuance.kinds import Gathered, Ready, Work
from hocba.issuance.kinds.reading import fields, waiting
from hocba.issuance.sources import previous_years
from hocba.kit.errors import HocbaError
from hocba.sector import queries, registers
from hocba.sector.assessment import Trait
from hocba.sector.assessment.primary import PrimaryAssessment, assess_primary_year
from hocba.sector.assessment.regulation import primary_regulation
from hocba.sector.models import Pupil
from hocba.sector.year_book import PrimaryBook, primary_book
from verifier.formats.canonical import Json, JsonObject

if TYPE_CHECKING:
    from hocba.issuance.stages import PendingPupil


def gather(work: Work, pupils: Sequence[Pupil]) -> Gathered:
    """Assess every pupil's year and part the complete from those still pending."""
    of, named = work.of, work.kind.regulation
    if named is None:
        raise AssertionError("a year is assessed under a regulation")
    rules = primary_regulation(*named, level=of.level)
    traits = rules.traits_of(of.grade)
    offerings = queries.offerings(work.db, of.school_id, of.class_id)
    names = {one.code: one.name for one in offerings}
    values = registers.read(work.db, work.wp.vault, of.school_id, of.class_id)
    previous = previous_years(work, pupils)
    complete: list[Ready] = []
    pending: list[PendingPupil] = []
    for pupil in pupils:
        before = previous[pupil.id]
        book = primary_book(values, pupil.id, offerings, grade=of.grade, traits=traits)
        missing = list(_missing(book))
        if isinstance(before, HocbaError):
            missing.append(before.where.field or before.code)
        try:
            assessment = assess_primary_year(book.year, rules)
        except HocbaError as error:
            missing = [*fields(error), *missing]
        if missing:
            pending.append(waiting(pupil, missing))
            continue
        body = year_body(assessment, book, names, traits, previous_year=before)
        complete.append(Ready(pupil, body))
    return Gathered(tuple(complete), tuple(pending))


def year_body(
    assessment: PrimaryAssessment,
    book: PrimaryBook,
    names: Mapping[str, str],
    traits: Sequence[Trait],
    *,
    previous_year: Json,
) -> JsonObject:
    """Return what the record states about the year; `names` by subject code."""
    remarks = book.trait_comments
    return {
        "previous_year": previous_year,
        "subjects": _subjects(assessment, book, names),
        "qualities": _traits(assessment, traits, "quality"),
        "competencies": {
            "general": _traits(assessment, traits, "general"),
            "specific": _traits(assessment, traits, "specific"),
        },
        "results": {
            "assessed": book.year.assessed,
            "overall": assessment.overall,
            "overall_after": assessment.overall_after,
        },
        "attendance": {
            "with_leave": book.absences_with_leave,
            "without_leave": book.absences_without_leave,
        },
        "health": _health(book),
        "comments": {
            "homeroom": book.homeroom_comment,
            "qualities": remarks.get("quality"),
            "general": remarks.get("general"),
            "specific": remarks.get("specific"),
        },
        "promotion": {
            "completed_grade": assessment.completed,
            "promoted": assessment.promoted,
            "completed_level": assessment.completed_level,
        },
        "awards": {
            "title": assessment.title,
            "text": book.award_text,
            "other": book.other_award,
        },
        "mark_sheets": [],
    }


def _subjects(
    assessment: PrimaryAssessment, book: PrimaryBook, names: Mapping[str, str]
) -> list[Json]:
    return [
        {
            "code": row.code,
            "name": names[row.code],
            "level": row.level,
            "test": row.test,
            "level_after": row.level_after,
            "test_after": row.test_after,
            "comment": book.comments.get(row.code),
        }
        for row in assessment.subjects
    ]


def _traits(assessment: PrimaryAssessment, traits: Sequence[Trait], group: str) -> list[Json]:
    return [
        {
            "code": trait.code,
            "name": trait.name,
            "level": assessment.traits[trait.code],
            "level_after": assessment.traits_after.get(trait.code),
        }
        for trait in traits
        if trait.group == group
    ]


def _health(book: PrimaryBook) -> Json:
    if book.height is None and book.weight is None:
        return None
    return {"height_cm": book.height, "weight_kg": book.weight}


def _missing(book: PrimaryBook) -> Iterator[str]:
    """What the form needs and the assessment does not look at."""
    if not book.homeroom_comment:
        yield "comments.homeroom"
    if book.absences_with_leave is None or book.absences_without_leave is None:
        yield "attendance"
