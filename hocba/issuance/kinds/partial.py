"""The first term of a secondary pupil who leaves before the year is over.

    transfer_out(wp, of, pupil="3110000001", ...)      # freezes a `partial`

Only the first term is looked at; what of the second is entered already stays in the
register. The school of arrival builds its year on this record (`sources.py`). A pupil whose
first term is not complete is pending, with the fields that are missing.
"""

from collections.abc import Iterator, Mapping, Sequence

from hocba.issuance.kinds import Gathered, Ready, Work
from hocba.issuance.kinds.secondary_year import SubjectLine
from hocba.issuance.sources import first_terms, previous_years
from hocba.issuance.stages import PendingPupil
from hocba.kit.errors import HocbaError, SeveralInputError
from hocba.sector import queries, registers
from hocba.sector.assessment import TermAssessment, assess_term, regulation
from hocba.sector.models import Pupil
from hocba.sector.year_book import YearBook, year_book
from verifier.formats.canonical import JsonObject

SHOWN_REASONS = 6


def gather(work: Work, pupils: Sequence[Pupil]) -> Gathered:
    """Assess every pupil's first term and part the complete from those still pending."""
    of, named = work.of, work.kind.regulation
    if named is None:
        raise AssertionError("a term is assessed under a regulation")
    rules = regulation(*named, level=of.level)
    offerings = queries.offerings(work.db, of.school_id, of.class_id)
    values = registers.read(work.db, work.wp.vault, of.school_id, of.class_id)
    previous, brought = previous_years(work, pupils), first_terms(work, pupils)
    complete: list[Ready] = []
    pending: list[PendingPupil] = []
    for pupil in pupils:
        before, came = previous[pupil.id], brought.get(pupil.id)
        book = year_book(
            values,
            pupil.id,
            offerings,
            grade=of.grade,
            level=of.level,
            program=rules.program,
            first_term=came.first_term if came else None,
        )
        try:
            if isinstance(before, HocbaError):
                raise before
            term = assess_term(book.year, 1, rules)
        except HocbaError as error:
            pending.append(waiting(pupil, error))
            continue
        lines = {
            one.code: SubjectLine(one.name, book.comments.get(one.code), one.teacher)
            for one in offerings
        }
        body = term_body(term, book, lines)
        body["previous_year"] = before
        body["sources"] = list(came.references) if came else []
        complete.append(Ready(pupil, body))
    return Gathered(tuple(complete), tuple(pending))


def term_body(term: TermAssessment, book: YearBook, lines: Mapping[str, SubjectLine]) -> JsonObject:
    """Return what the record states about the term; `lines` by subject code."""
    return {
        "subjects": [
            {
                "code": row.code,
                "name": lines[row.code].name,
                "mode": row.mode,
                "term1": row.result,
                "comment": lines[row.code].comment,
                "teacher": lines[row.code].teacher,
            }
            for row in term.subjects
        ],
        "results": {"assessed": book.year.assessed, "term1": term.learning.level},
        "conduct": {"term1": term.conduct},
        "attendance": {"absences": book.year.absences},
        "comments": {"homeroom": book.homeroom_comment},
        "mark_sheets": [],
    }


def waiting(pupil: Pupil, error: HocbaError) -> PendingPupil:
    """A pupil for whom nothing can be frozen yet, with the first fields that are missing."""
    missing = list(_fields(error))
    reason = ", ".join(missing[:SHOWN_REASONS])
    return PendingPupil(
        pupil.id, pupil.name, reason + (" …" if len(missing) > SHOWN_REASONS else "")
    )


def _fields(error: HocbaError) -> Iterator[str]:
    problems = error.problems if isinstance(error, SeveralInputError) else (error,)
    for problem in problems:
        yield problem.where.field or problem.code
