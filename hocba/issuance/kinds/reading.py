"""What makers of secondary records read of a class, and how they say what is missing.

rules, books = read_books(work, pupils)
for one in books: assess_year(one.book.year, rules)
waiting(pupil, ["TOAN.term1.gk"])            # a pupil who is still pending
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from hocba.issuance.kinds import Work
from hocba.issuance.sources import first_terms, previous_years
from hocba.issuance.stages import PendingPupil
from hocba.kit.errors import HocbaError, SeveralInputError
from hocba.sector import queries, registers
from hocba.sector.assessment import Regulation, regulation
from hocba.sector.models import Pupil
from hocba.sector.year_book import YearBook, year_book
from verifier.formats.canonical import Json

SHOWN_REASONS = 6


@dataclass(frozen=True)
class SubjectLine:
    """What the row of a subject says besides its marks."""

    name: str
    comment: str | None = None
    teacher: str | None = None


@dataclass(frozen=True)
class PupilBook:
    """A pupil's year as the register has it, and the records that it rests on.

    `before` is the year before, or why nothing can be said of it; `sources` are those of the
    first term, where it was signed elsewhere.
    """

    pupil: Pupil
    book: YearBook
    lines: Mapping[str, SubjectLine]
    before: Json | HocbaError
    sources: tuple[Json, ...]


def read_books(work: Work, pupils: Sequence[Pupil]) -> tuple[Regulation, list[PupilBook]]:
    """Return the rules of the class's cohort and each pupil's book."""
    of, named = work.of, work.kind.regulation
    if named is None:
        raise AssertionError("a year is assessed under a regulation")
    rules = regulation(*named, level=of.level)
    offerings = queries.offerings(work.db, of.school_id, of.class_id)
    values = registers.read(work.db, work.wp.vault, of.school_id, of.class_id)
    previous, brought = previous_years(work, pupils), first_terms(work, pupils)
    found: list[PupilBook] = []
    for pupil in pupils:
        came = brought.get(pupil.id)
        book = year_book(
            values,
            pupil.id,
            offerings,
            grade=of.grade,
            level=of.level,
            program=rules.program,
            first_term=came.first_term if came else None,
        )
        lines = {
            one.code: SubjectLine(one.name, book.comments.get(one.code), one.teacher)
            for one in offerings
        }
        sources = came.references if came else ()
        found.append(PupilBook(pupil, book, lines, previous[pupil.id], sources))
    return rules, found


def waiting(pupil: Pupil, missing: Sequence[str]) -> PendingPupil:
    """A pupil for whom nothing can be frozen yet, with the first fields that are missing."""
    more = " …" if len(missing) > SHOWN_REASONS else ""
    return PendingPupil(pupil.id, pupil.name, ", ".join(missing[:SHOWN_REASONS]) + more)


def fields(error: HocbaError) -> Iterator[str]:
    """The fields that an error is about; its code where it names none."""
    problems = error.problems if isinstance(error, SeveralInputError) else (error,)
    for problem in problems:
        yield problem.where.field or problem.code
