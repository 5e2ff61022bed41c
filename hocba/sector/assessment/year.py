"""One pupil's year: from marks and conduct to results, promotion and title.

`assess_year` computes everything the transcript states or names every mark that is
missing; it never guesses. Order: averages, learning of both terms and the year,
conduct of the year, title, then what the summer changed, then promotion.

    result = assess_year(pupil_year, regulation)
    result.promoted        # True, False, or None while the summer decides

What the summer brings (re-tests, training) decides promotion and nothing else: the
year's own levels and title stay as they were. A re-test is open only to subjects that
failed, so here alone a better mark can end worse: a pupil with 4.9 may sit again and
reach 6.5, a pupil with 5.0 may not, and under Điều 9 k3 the first can be lifted to Đạt
where the second stays Chưa đạt. That is the circular's own rule (Điều 14); the test
`test_the_right_to_a_retest_is_not_monotone` holds the example.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from hocba.kit.errors import HocbaError, InputError, SeveralInputError, Where
from hocba.sector.assessment.learning import (
    Learning,
    SubjectResult,
    assess_learning,
    count_from,
)
from hocba.sector.assessment.marks import (
    EXEMPT,
    SCORE_FORM,
    Mode,
    TermMarks,
    term_average,
    term_comment,
    year_average,
    year_comment,
)
from hocba.sector.assessment.regulation import Level, Regulation


@dataclass(frozen=True)
class SubjectMarks:
    """All marks of one pupil in one subject; `retest` is the summer's new result."""

    code: str
    mode: Mode
    term1: TermMarks
    term2: TermMarks
    retest: str | None = None
    optional: bool = False


@dataclass(frozen=True)
class PupilYear:
    """Everything that the assessment of a year looks at."""

    grade: int
    subjects: tuple[SubjectMarks, ...]
    conduct_term1: Level | None
    conduct_term2: Level | None
    absences: int | None
    conduct_after_summer: Level | None = None


@dataclass(frozen=True)
class SubjectYear:
    """One row of the transcript: both terms, the year and the re-test."""

    code: str
    mode: Mode
    term1: str
    term2: str
    year: str
    retest: str | None


@dataclass(frozen=True)
class YearAssessment:
    """What the transcript states about a year."""

    subjects: tuple[SubjectYear, ...]
    learning_term1: Learning
    learning_term2: Learning
    learning: Learning
    after_retest: Level | None
    conduct_term1: Level
    conduct_term2: Level
    conduct: Level
    conduct_after_summer: Level | None
    absences: int
    title: str | None
    promoted: bool | None
    completed: bool | None
    may_retest: tuple[str, ...]
    needs_summer_training: bool


def assess_year(pupil: PupilYear, regulation: Regulation) -> YearAssessment:
    """Assess one pupil's year.

    Raises:
        SeveralInputError: everything that is missing or malformed, each with its field
            (`TOAN.term1.gk`, `conduct.term2`, `absences`).
    """
    problems = list(_problems(pupil, regulation))
    if problems:
        raise SeveralInputError(problems)
    rows = tuple(_subject_year(subject, regulation) for subject in pupil.subjects)
    optional = frozenset(s.code for s in pupil.subjects if s.optional)
    by_term = [
        assess_learning([_result(row, part, optional) for row in rows], regulation)
        for part in ("term1", "term2", "year")
    ]
    first, second = _given(pupil.conduct_term1), _given(pupil.conduct_term2)
    conduct = regulation.conduct_year[second][first]
    year_results = [_result(row, "year", optional) for row in rows]
    plain = YearAssessment(
        subjects=rows,
        learning_term1=by_term[0],
        learning_term2=by_term[1],
        learning=by_term[2],
        after_retest=None,
        conduct_term1=first,
        conduct_term2=second,
        conduct=conduct,
        conduct_after_summer=pupil.conduct_after_summer,
        absences=pupil.absences or 0,
        title=award_title(conduct, by_term[2].level, year_results, regulation),
        promoted=None,
        completed=None,
        may_retest=(),
        needs_summer_training=False,
    )
    return _after_summer(plain, pupil.grade, optional, regulation)


def award_title(
    conduct: Level, learning: Level, subjects: Sequence[SubjectResult], regulation: Regulation
) -> str | None:
    """Return the best title that the year earns. TT 22/2021 Điều 15."""
    for award in regulation.awards:
        if (
            regulation.at_least(conduct, award.conduct)
            and regulation.at_least(learning, award.learning)
            and count_from(subjects, award.score) >= award.count
        ):
            return award.title
    return None


def subjects_open_to_retest(
    rows: Sequence[SubjectYear], conduct: Level, learning: Level, regulation: Regulation
) -> tuple[str, ...]:
    """Return the subjects that a pupil may sit again in the summer. TT 22/2021 Điều 14."""
    rule = regulation.data["retest"]
    if regulation.at_least(learning, rule["learning_below"]):
        return ()
    if not regulation.at_least(conduct, rule["conduct"]):
        return ()
    return tuple(row.code for row in rows if _failed(row, regulation))


def may_go_up(conduct: Level, learning: Level, absences: int, regulation: Regulation) -> bool:
    """Whether conduct, learning and absences together allow promotion. TT 22/2021 Điều 12."""
    rule = regulation.data["promotion"]
    return (
        regulation.at_least(conduct, rule["conduct"])
        and regulation.at_least(learning, rule["learning"])
        and absences <= int(rule["absences_at_most"])
    )


def _after_summer(
    plain: YearAssessment, grade: int, optional: frozenset[str], regulation: Regulation
) -> YearAssessment:
    """Add what re-tests and training changed, and decide promotion."""
    level = plain.learning.level
    training = not regulation.at_least(
        plain.conduct, regulation.data["summer_training"]["conduct_below"]
    )
    open_subjects = subjects_open_to_retest(plain.subjects, plain.conduct, level, regulation)
    _check_summer(plain, open_subjects, training=training)
    after = None
    if any(row.retest is not None for row in plain.subjects):
        replaced = [
            replace(_result(row, "year", optional), result=row.retest or row.year)
            for row in plain.subjects
        ]
        after = assess_learning(replaced, regulation).level
    conduct, learning = plain.conduct_after_summer or plain.conduct, after or level
    promoted: bool | None = may_go_up(conduct, learning, plain.absences, regulation)
    if not promoted:
        best = regulation.order[-1]
        hoped_conduct = best if training and plain.conduct_after_summer is None else conduct
        hoped_learning = best if open_subjects and after is None else learning
        if may_go_up(hoped_conduct, hoped_learning, plain.absences, regulation):
            promoted = None
    return replace(
        plain,
        after_retest=after,
        promoted=promoted,
        completed=promoted if grade == regulation.final_grade else None,
        may_retest=open_subjects,
        needs_summer_training=training,
    )


def _check_summer(plain: YearAssessment, open_subjects: tuple[str, ...], *, training: bool) -> None:
    for row in plain.subjects:
        if row.retest is not None and row.code not in open_subjects:
            raise InputError("assessment.no_retest", where=Where(field=f"{row.code}.retest"))
    if plain.conduct_after_summer is not None and not training:
        raise InputError("assessment.no_training", where=Where(field="conduct.after_summer"))


def _failed(row: SubjectYear, regulation: Regulation) -> bool:
    rule = regulation.data["retest"]
    if row.year == EXEMPT:
        return False
    if row.mode == "comment":
        return bool(row.year == rule["comment"])
    return Decimal(row.year) < Decimal(rule["score_below"])


def _subject_year(subject: SubjectMarks, regulation: Regulation) -> SubjectYear:
    if subject.mode == "score":
        term1 = term_average(subject.term1, regulation)
        term2 = term_average(subject.term2, regulation)
        year = year_average(term1, term2, regulation)
    else:
        term1 = term_comment(subject.term1, regulation)
        term2 = term_comment(subject.term2, regulation)
        year = year_comment(term1, term2)
    return SubjectYear(subject.code, subject.mode, term1, term2, year, subject.retest)


def _result(row: SubjectYear, part: str, optional: frozenset[str]) -> SubjectResult:
    return SubjectResult(row.code, row.mode, getattr(row, part), row.code in optional)


def _given(level: Level | None) -> Level:
    if level is None:
        raise AssertionError("checked before")
    return level


def _problems(pupil: PupilYear, regulation: Regulation) -> Iterator[HocbaError]:
    for subject in pupil.subjects:
        for term, marks in (("term1", subject.term1), ("term2", subject.term2)):
            yield from _mark_problems(f"{subject.code}.{term}", subject.mode, marks, regulation)
        if subject.retest is not None and not _fits(subject.mode, subject.retest):
            yield InputError("assessment.bad_retest", where=Where(field=f"{subject.code}.retest"))
    levels = (
        ("conduct.term1", pupil.conduct_term1, True),
        ("conduct.term2", pupil.conduct_term2, True),
        ("conduct.after_summer", pupil.conduct_after_summer, False),
    )
    for field, level, needed in levels:
        if (level is None and needed) or (level is not None and level not in regulation.order):
            yield InputError("assessment.missing_conduct", where=Where(field=field))
    if pupil.absences is None or pupil.absences < 0:
        yield InputError("assessment.missing_absences", where=Where(field="absences"))


def _mark_problems(
    place: str, mode: Mode, marks: TermMarks, regulation: Regulation
) -> Iterator[HocbaError]:
    missing = marks.missing
    for kind in missing:
        yield InputError("assessment.missing_mark", where=Where(field=f"{place}.{kind}"))
    if missing:
        return
    try:
        (term_average if mode == "score" else term_comment)(marks, regulation)
    except InputError as error:
        yield InputError(
            error.code, where=Where(field=f"{place}.{error.where.field}"), **error.params
        )


def _fits(mode: Mode, mark: str) -> bool:
    return bool(SCORE_FORM.fullmatch(mark)) if mode == "score" else mark in ("Đ", "CĐ")
