"""The first term of a secondary pupil who leaves before the year is over.

    transfer_out(wp, of, pupil="3110000001", ...)      # freezes a `partial`

Only the first term is looked at; what of the second is entered already stays in the
register. The school of arrival builds its year on this record (`sources.py`). A pupil whose
first term is not complete is pending, with the fields that are missing.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from hocba.issuance.kinds import Gathered, Ready, Work
from hocba.issuance.kinds.reading import SubjectLine, fields, read_books, waiting
from hocba.kit.errors import HocbaError
from hocba.sector.assessment import TermAssessment, assess_term
from hocba.sector.models import Pupil
from hocba.sector.year_book import YearBook
from verifier.formats.canonical import JsonObject

if TYPE_CHECKING:
    from hocba.issuance.stages import PendingPupil


def gather(work: Work, pupils: Sequence[Pupil]) -> Gathered:
    """Assess every pupil's first term and part the complete from those still pending."""
    rules, books = read_books(work, pupils)
    complete: list[Ready] = []
    pending: list[PendingPupil] = []
    for one in books:
        try:
            if isinstance(one.before, HocbaError):
                raise one.before
            term = assess_term(one.book.year, 1, rules)
        except HocbaError as error:
            pending.append(waiting(one.pupil, list(fields(error))))
            continue
        body = term_body(term, one.book, one.lines)
        known = {"previous_year": one.before, "sources": list(one.sources)}
        complete.append(Ready(one.pupil, body | known))
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
