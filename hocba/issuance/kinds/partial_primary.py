"""The first term of a primary pupil who leaves before the year is over (TT 27/2020).

What stands at the end of the first term: levels and tests by subject, traits, and what was
remarked up to then. A pupil of whom a level or a test is missing is pending.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from hocba.issuance.kinds import Gathered, Ready, Work
from hocba.issuance.kinds.reading import waiting
from hocba.issuance.sources import previous_years
from hocba.kit.errors import HocbaError
from hocba.sector import queries, registers
from hocba.sector.assessment import Trait
from hocba.sector.assessment.marks import EXEMPT
from hocba.sector.assessment.regulation import primary_regulation
from hocba.sector.models import Pupil
from hocba.sector.subjects import subject_of
from hocba.sector.year_book import PrimaryBook, primary_book
from verifier.formats.canonical import Json, JsonObject

if TYPE_CHECKING:
    from hocba.issuance.stages import PendingPupil

PERIOD = "CK1"


def gather(work: Work, pupils: Sequence[Pupil]) -> Gathered:
    """Part those whose first term is complete from those still pending."""
    of, named = work.of, work.kind.regulation
    if named is None:
        raise AssertionError("a term is assessed under a regulation")
    traits = primary_regulation(*named, level=of.level).traits_of(of.grade)
    offerings = queries.offerings(work.db, of.school_id, of.class_id)
    names = {one.code: one.name for one in offerings}
    values = registers.read(work.db, work.wp.vault, of.school_id, of.class_id)
    previous = previous_years(work, pupils)
    complete: list[Ready] = []
    pending: list[PendingPupil] = []
    for pupil in pupils:
        before = previous[pupil.id]
        book = primary_book(values, pupil.id, offerings, grade=of.grade, traits=traits)
        missing = list(_missing(book, traits)) if book.year.assessed else []
        if isinstance(before, HocbaError):
            missing.append(before.where.field or before.code)
        if missing:
            pending.append(waiting(pupil, missing))
            continue
        body = term_body(book, names, traits)
        complete.append(Ready(pupil, {**body, "previous_year": before}))
    return Gathered(tuple(complete), tuple(pending))


def term_body(book: PrimaryBook, names: Mapping[str, str], traits: Sequence[Trait]) -> JsonObject:
    """Return what the record states about the term; `names` by subject code."""
    remarks = book.trait_comments
    return {
        "subjects": [_subject(book, row.code, names) for row in book.year.subjects],
        "qualities": _traits(book, traits, "quality"),
        "competencies": {
            "general": _traits(book, traits, "general"),
            "specific": _traits(book, traits, "specific"),
        },
        "results": {"assessed": book.year.assessed},
        "attendance": {
            "with_leave": book.absences_with_leave,
            "without_leave": book.absences_without_leave,
        },
        "comments": {
            "homeroom": book.homeroom_comment,
            "qualities": remarks.get("quality"),
            "general": remarks.get("general"),
            "specific": remarks.get("specific"),
        },
        "mark_sheets": [],
    }


def _missing(book: PrimaryBook, traits: Sequence[Trait]) -> Iterator[str]:
    """What the end of the term needs: a level for all, a test where the term has one."""
    found = book.periods[PERIOD]
    for subject in book.year.subjects:
        result, known = found[subject.code], subject_of(subject.code, "th", book.year.grade)
        if not subject.assessed or result.level == EXEMPT:
            continue
        if result.level is None:
            yield f"{subject.code}.term1.level"
        tests = known.tests if known else ()
        if subject.tested and PERIOD in tests and result.test is None:
            yield f"{subject.code}.term1.test"
    for trait in traits:
        if trait.code not in book.period_traits[PERIOD]:
            yield f"{trait.code}.term1"


def _subject(book: PrimaryBook, code: str, names: Mapping[str, str]) -> JsonObject:
    result = book.periods[PERIOD][code]
    shown = book.year.assessed and _assessed(book, code)
    return {
        "code": code,
        "name": names[code],
        "level": result.level if shown else None,
        "test": result.test if shown else None,
        "comment": book.comments.get(code),
    }


def _assessed(book: PrimaryBook, code: str) -> bool:
    return next(one.assessed for one in book.year.subjects if one.code == code)


def _traits(book: PrimaryBook, traits: Sequence[Trait], group: str) -> list[Json]:
    found = book.period_traits[PERIOD]
    return [
        {
            "code": trait.code,
            "name": trait.name,
            "level": found.get(trait.code) if book.year.assessed else None,
        }
        for trait in traits
        if trait.group == group
    ]
