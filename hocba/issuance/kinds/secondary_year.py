"""One school year of secondary school: marks, results, conduct, promotion.

    body = year_body(assessment, lines, texts, previous_year={"none": "first"})

One body for TT 22/2021, TT 43/2021 and TT 58/2011: what a regulation does not have (means of
all subjects, study topics) is null or empty there.

Pure but for `gather`, which reads the class's registers. A pupil of whom anything is
missing is pending, with the fields that are missing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from hocba.issuance.kinds import Gathered, Ready, Work
from hocba.issuance.kinds.reading import SubjectLine, fields, read_books, waiting
from hocba.kit.errors import HocbaError
from hocba.sector.assessment import YearAssessment, assess_year
from hocba.sector.models import Pupil
from hocba.sector.year_book import YearBook
from verifier.formats.canonical import Json, JsonObject

if TYPE_CHECKING:
    from hocba.issuance.stages import PendingPupil


@dataclass(frozen=True)
class Texts:
    """What people wrote about the year."""

    homeroom: str
    summer: str | None = None
    other_award: str | None = None
    certificates: str | None = None
    certificate_grade: str | None = None
    contests: str | None = None


def gather(work: Work, pupils: Sequence[Pupil]) -> Gathered:
    """Assess every pupil's year and part the complete from those still pending."""
    rules, books = read_books(work, pupils)
    complete: list[Ready] = []
    pending: list[PendingPupil] = []
    for one in books:
        before, book = one.before, one.book
        missing = [] if book.homeroom_comment else ["comments.homeroom"]
        if isinstance(before, HocbaError):
            missing.append(before.where.field or before.code)
        try:
            assessment = assess_year(book.year, rules)
        except HocbaError as error:
            missing = [*fields(error), *missing]
        if isinstance(before, HocbaError) or missing:
            pending.append(waiting(one.pupil, missing))
            continue
        body = year_body(
            assessment,
            one.lines,
            _texts(book),
            previous_year=before,
            study_form=book.year.study_form,
        )
        complete.append(Ready(one.pupil, {**body, "sources": list(one.sources)}))
    return Gathered(tuple(complete), tuple(pending))


def year_body(
    assessment: YearAssessment,
    lines: Mapping[str, SubjectLine],
    texts: Texts,
    *,
    previous_year: Json,
    study_form: str | None = None,
) -> JsonObject:
    """Return what the record states about the year; `lines` by subject code."""
    return {
        "previous_year": previous_year,
        "study_form": study_form,
        "subjects": _subjects(assessment, lines),
        "study_topics": _study_topics(assessment, lines),
        "results": {
            "assessed": assessment.learning.level is not None,
            "term1": assessment.learning_term1.level,
            "term2": assessment.learning_term2.level,
            "year": assessment.learning.level,
            "before_adjustment": assessment.learning.before_adjustment,
            "adjusted_by": assessment.learning.adjusted_by,
            "after_retest": assessment.after_retest,
            "mean": None if assessment.means is None else asdict(assessment.means),
        },
        "conduct": {
            "term1": assessment.conduct_term1,
            "term2": assessment.conduct_term2,
            "year": assessment.conduct,
            "after_summer": assessment.conduct_after_summer,
        },
        "attendance": {"absences": assessment.absences},
        "comments": {"homeroom": texts.homeroom, "summer": texts.summer},
        "promotion": {"promoted": assessment.promoted, "completed": assessment.completed},
        "awards": {
            "title": assessment.title,
            "other": texts.other_award,
            "certificates": texts.certificates,
            "certificate_grade": texts.certificate_grade,
            "contests": texts.contests,
        },
        "mark_sheets": [],
    }


def _subjects(assessment: YearAssessment, lines: Mapping[str, SubjectLine]) -> list[JsonObject]:
    return [
        {
            "code": row.code,
            "name": lines[row.code].name,
            "mode": row.mode,
            "term1": row.term1,
            "term2": row.term2,
            "year": row.year,
            "retest": row.retest,
            "comment": lines[row.code].comment,
            "teacher": lines[row.code].teacher,
        }
        for row in assessment.subjects
    ]


def _study_topics(assessment: YearAssessment, lines: Mapping[str, SubjectLine]) -> list[JsonObject]:
    """The clusters of study topics (chuyên đề) and the result chosen of each."""
    return [
        {
            "code": row.code,
            "name": lines[row.code].name,
            "results": list(row.topics),
            "chosen": row.topics[row.chosen_topic - 1],
        }
        for row in assessment.subjects
        if row.topics and row.chosen_topic is not None
    ]


def _texts(book: YearBook) -> Texts:
    return Texts(
        homeroom=book.homeroom_comment or "",
        summer=book.summer_comment,
        other_award=book.other_award,
        certificates=book.certificates,
        certificate_grade=book.certificate_grade,
        contests=book.contests,
    )
