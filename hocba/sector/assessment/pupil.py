"""What the assessment of a secondary pupil's year looks at, and what is wrong with it.

    second = TermMarks(("8.0", "9.0", "7.5", "8.0"), "7.0", "8.0")
    maths = SubjectMarks("TOAN", "score", TermResult("7.8"), second)
    pupil = PupilYear(7, (maths,), Level("T"), Level("K"), absences=3)
    list(problems(pupil, regulation))         # everything missing or malformed, by field

A first term that another school has signed comes as `TermResult`s, with its conduct and
learning given: it is taken as it is and never typed again. A pupil with a disability who
is not assessed, in a subject or in the whole year, has no results there; the principal
decides on promotion.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from hocba.kit.errors import HocbaError, InputError, Where
from hocba.sector.assessment.marks import (
    EXEMPT,
    NOT_PASSED,
    PASSED,
    SCORE_FORM,
    Mode,
    TermMarks,
    TermResult,
    term_average,
    term_comment,
)
from hocba.sector.assessment.regulation import Level, Regulation

TERMS = ("term1", "term2")
CONDUCTS = ("term1", "term2", "year", "after_summer")


@dataclass(frozen=True)
class SubjectMarks:
    """All marks of one pupil in one subject; `retest` is the summer's new result.

    `topics` are the results of the study topics (chuyên đề) of the year; the one numbered
    `chosen_topic` (from 1) stands among the regular marks too. `part_exempt` lets single
    assessments be M. `assessed` is false where a disability leaves the subject out.
    """

    code: str
    mode: Mode
    term1: TermMarks | TermResult
    term2: TermMarks | TermResult
    retest: str | None = None
    optional: bool = False
    part_exempt: bool = False
    assessed: bool = True
    topics: tuple[str | None, ...] = ()
    chosen_topic: int | None = None


@dataclass(frozen=True)
class PupilYear:
    """Everything that the assessment of a year looks at.

    `conduct_year` is given only where a regulation leaves it to the homeroom teacher
    (TT 58), `promoted_by_principal` only for a pupil who is not assessed in something,
    `learning_term1` and `mean_term1` only from a signed source. `study_form` says how a
    learner of continuing education studies; `special_subject` is that of a gifted class.
    """

    grade: int
    subjects: tuple[SubjectMarks, ...]
    conduct_term1: Level | None
    conduct_term2: Level | None
    absences: int | None
    conduct_after_summer: Level | None = None
    conduct_year: Level | None = None
    learning_term1: Level | None = None
    mean_term1: str | None = None
    assessed: bool = True
    promoted_by_principal: bool | None = None
    study_form: str | None = None
    special_subject: str | None = None

    @property
    def fully_assessed(self) -> bool:
        """Whether no disability leaves anything out."""
        return self.assessed and all(subject.assessed for subject in self.subjects)


def has_conduct(pupil: PupilYear, regulation: Regulation) -> bool:
    """Whether the regulation assesses this pupil's conduct. TT 43/2021."""
    return pupil.study_form not in regulation.data["conduct"]["not_assessed_for"]


def problems(pupil: PupilYear, regulation: Regulation) -> Iterator[HocbaError]:
    """Yield all that is missing or malformed in the year, each with its field."""
    if pupil.assessed:
        for subject in pupil.subjects:
            if subject.assessed:
                yield from _of_terms(subject, TERMS, regulation)
                if subject.retest is not None and not _fits(subject.mode, subject.retest):
                    yield _problem("bad_retest", f"{subject.code}.retest")
                yield from _of_topics(subject)
    yield from _of_conduct(pupil, CONDUCTS, regulation)
    if pupil.conduct_year is not None and regulation.conduct_year is not None:
        yield _problem("conduct_is_computed", "conduct.year")
    yield from _of_source(pupil, regulation)
    if pupil.absences is None or pupil.absences < 0:
        yield _problem("missing_absences", "absences")
    if pupil.fully_assessed and pupil.promoted_by_principal is not None:
        yield _problem("no_decision", "promotion")
    if not pupil.fully_assessed and pupil.promoted_by_principal is None:
        yield _problem("missing_decision", "promotion")


def problems_of_term(pupil: PupilYear, term: str, regulation: Regulation) -> Iterator[HocbaError]:
    """Yield all that is missing or malformed in `term1` or `term2` alone."""
    if pupil.assessed:
        for subject in pupil.subjects:
            if subject.assessed:
                yield from _of_terms(subject, (term,), regulation)
    yield from _of_conduct(pupil, (term,), regulation)
    if term == TERMS[0]:
        yield from _of_source(pupil, regulation)


def _of_source(pupil: PupilYear, regulation: Regulation) -> Iterator[HocbaError]:
    if pupil.learning_term1 is not None and pupil.learning_term1 not in regulation.order:
        yield _problem("bad_source", "results.term1")
    if pupil.mean_term1 is not None and not SCORE_FORM.fullmatch(pupil.mean_term1):
        yield _problem("bad_source", "results.mean_term1")


def _of_conduct(
    pupil: PupilYear, parts: Sequence[str], regulation: Regulation
) -> Iterator[HocbaError]:
    assessed = has_conduct(pupil, regulation)
    for part in parts:
        level: Level | None = getattr(pupil, f"conduct_{part}")
        needed = part in TERMS and pupil.assessed and assessed
        if level is None and needed:
            yield _problem("missing_conduct", f"conduct.{part}")
        elif level is not None and not assessed:
            yield _problem("no_conduct", f"conduct.{part}")
        elif level is not None and level not in regulation.conduct.order:
            yield _problem("missing_conduct", f"conduct.{part}")


def _of_terms(
    subject: SubjectMarks, terms: Sequence[str], regulation: Regulation
) -> Iterator[HocbaError]:
    for term in terms:
        place, marks = f"{subject.code}.{term}", getattr(subject, term)
        if isinstance(marks, TermMarks):
            yield from _of_marks(place, subject, marks, regulation)
        elif not (marks.value == EXEMPT or _fits(subject.mode, marks.value)):
            yield _problem("bad_source", place)


def _of_marks(
    place: str, subject: SubjectMarks, marks: TermMarks, regulation: Regulation
) -> Iterator[HocbaError]:
    missing = marks.missing
    for kind in missing:
        yield _problem("missing_mark", f"{place}.{kind}")
    if missing:
        return
    compute = term_average if subject.mode == "score" else term_comment
    try:
        compute(marks, regulation, part_exempt=subject.part_exempt)
    except InputError as error:
        where = Where(field=f"{place}.{error.where.field}")
        yield InputError(error.code, where=where, **error.params)


def _of_topics(subject: SubjectMarks) -> Iterator[HocbaError]:
    if not subject.topics:
        return
    for number, mark in enumerate(subject.topics, start=1):
        field = f"{subject.code}.cd{number}"
        if mark is None:
            yield _problem("missing_mark", field)
        elif not _fits(subject.mode, mark):
            yield _problem("bad_topic", field)
    chosen = subject.chosen_topic
    if chosen is None or not 1 <= chosen <= len(subject.topics):
        yield _problem("missing_topic_choice", f"{subject.code}.cd_chosen")
        return
    terms = (subject.term1, subject.term2)
    regular = [mark for each in terms if isinstance(each, TermMarks) for mark in each.regular]
    all_here = all(isinstance(each, TermMarks) for each in terms)
    if all_here and subject.topics[chosen - 1] not in regular:
        yield _problem("topic_not_entered", f"{subject.code}.cd_chosen")


def _fits(mode: Mode, mark: str) -> bool:
    return bool(SCORE_FORM.fullmatch(mark)) if mode == "score" else mark in (PASSED, NOT_PASSED)


def _problem(code: str, field: str) -> InputError:
    return InputError(f"assessment.{code}", where=Where(field=field))
