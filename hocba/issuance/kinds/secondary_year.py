"""One school year of secondary school: marks, results, conduct, promotion.

    body = year_body(assessment, lines, texts, previous_year={"none": "first"})

One body for TT 22/2021, TT 43/2021 and TT 58/2011: what a regulation does not have (means of
all subjects, study topics) is null or empty there.

Pure but for `gather`, which reads the class's registers. A pupil of whom anything is
missing is pending, with the fields that are missing.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass

from hocba.issuance.kinds import Gathered, Ready, Work
from hocba.issuance.sources import first_terms, previous_years
from hocba.issuance.stages import PendingPupil
from hocba.kit.errors import HocbaError, SeveralInputError
from hocba.sector import queries, registers
from hocba.sector.assessment import YearAssessment, assess_year, regulation
from hocba.sector.models import Pupil
from hocba.sector.year_book import YearBook, year_book
from verifier.formats.canonical import Json, JsonObject

_SHOWN_REASONS = 6


@dataclass(frozen=True)
class SubjectLine:
    """What the row of a subject says besides its marks."""

    name: str
    comment: str | None = None
    teacher: str | None = None


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
    of, named = work.of, work.kind.regulation
    if named is None:
        raise AssertionError("a year is assessed under a regulation")
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
        missing = [] if book.homeroom_comment else ["comments.homeroom"]
        if isinstance(before, HocbaError):
            missing.append(before.where.field or before.code)
        try:
            assessment = assess_year(book.year, rules)
        except HocbaError as error:
            missing = [*_fields(error), *missing]
        if missing:
            reason = ", ".join(missing[:_SHOWN_REASONS])
            reason += " …" if len(missing) > _SHOWN_REASONS else ""
            pending.append(PendingPupil(pupil.id, pupil.name, reason))
            continue
        lines = {
            one.code: SubjectLine(one.name, book.comments.get(one.code), one.teacher)
            for one in offerings
        }
        body = year_body(
            assessment,
            lines,
            _texts(book),
            previous_year=before,
            study_form=book.year.study_form,
        )
        body["sources"] = list(came.references) if came else []
        complete.append(Ready(pupil, body))
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


def _fields(error: HocbaError) -> Iterator[str]:
    problems = error.problems if isinstance(error, SeveralInputError) else (error,)
    for problem in problems:
        yield problem.where.field or problem.code
