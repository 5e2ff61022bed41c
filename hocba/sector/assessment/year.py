"""One pupil's year: from marks and conduct to results, promotion and title.

`assess_year` computes everything the transcript states or names every mark that is
missing; it never guesses. Order: averages, learning of both terms and the year,
conduct of the year, title, then what the summer changed, then promotion.

    result = assess_year(pupil_year, regulation)
    result.promoted        # True, False, or None while the summer decides
    assess_term(pupil_year, 1, regulation).learning.level      # the first term alone

What the summer brings (re-tests, training) decides promotion and nothing else: the
year's own levels and title stay as they were. A re-test is open only to subjects that
failed, so here alone a better mark can end worse: a pupil with 4.9 may sit again and
reach 6.5, a pupil with 5.0 may not, and under Điều 9 k3 the first can be lifted to Đạt
where the second stays Chưa đạt. That is the circular's own rule (Điều 14); the test
`test_the_right_to_a_retest_is_not_monotone` holds the example.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from hocba.kit.errors import InputError, SeveralInputError, Where
from hocba.sector.assessment.learning import (
    Learning,
    SubjectResult,
    assess_learning,
    count_from,
    mean_of,
)
from hocba.sector.assessment.marks import (
    EXEMPT,
    Mode,
    TermMarks,
    TermResult,
    term_average,
    term_comment,
    year_average,
    year_comment,
)
from hocba.sector.assessment.pupil import (
    PupilYear,
    SubjectMarks,
    has_conduct,
    problems,
    problems_of_term,
)
from hocba.sector.assessment.regulation import Level, Regulation


@dataclass(frozen=True)
class SubjectYear:
    """One row of the transcript: both terms, the year and the re-test.

    All are None in a subject in which the pupil is not assessed.
    """

    code: str
    mode: Mode
    term1: str | None
    term2: str | None
    year: str | None
    retest: str | None
    topics: tuple[str, ...] = ()
    chosen_topic: int | None = None


@dataclass(frozen=True)
class Means:
    """Means of all scored subjects, where a regulation has them (TT 58: ĐTBhk, ĐTBcn)."""

    term1: str | None
    term2: str | None
    year: str | None
    after_retest: str | None = None


@dataclass(frozen=True)
class SubjectTerm:
    """One subject's result of one term; None where the pupil is not assessed."""

    code: str
    mode: Mode
    result: str | None


@dataclass(frozen=True)
class TermAssessment:
    """What can be stated after one term, for a pupil who leaves before the year is over."""

    subjects: tuple[SubjectTerm, ...]
    learning: Learning
    conduct: Level | None
    mean: str | None


@dataclass(frozen=True)
class YearAssessment:
    """What the transcript states about a year.

    Levels are None where the pupil is not assessed; `means` is None but under TT 58.
    """

    subjects: tuple[SubjectYear, ...]
    learning_term1: Learning
    learning_term2: Learning
    learning: Learning
    after_retest: Level | None
    conduct_term1: Level | None
    conduct_term2: Level | None
    conduct: Level | None
    conduct_after_summer: Level | None
    absences: int
    title: str | None
    promoted: bool | None
    completed: bool | None
    may_retest: tuple[str, ...]
    needs_summer_training: bool
    means: Means | None = None


def assess_year(pupil: PupilYear, regulation: Regulation) -> YearAssessment:
    """Assess one pupil's year.

    Raises:
        SeveralInputError: everything that is missing or malformed, each with its field
            (`TOAN.term1.gk`, `conduct.term2`, `absences`).
    """
    found = list(problems(pupil, regulation))
    if found:
        raise SeveralInputError(found)
    rows = tuple(_subject_year(subject, pupil, regulation) for subject in pupil.subjects)
    conduct = _conduct_of_year(pupil, regulation)
    plain = YearAssessment(
        subjects=rows,
        learning_term1=Learning(None),
        learning_term2=Learning(None),
        learning=Learning(None),
        after_retest=None,
        conduct_term1=pupil.conduct_term1,
        conduct_term2=pupil.conduct_term2,
        conduct=conduct,
        conduct_after_summer=pupil.conduct_after_summer,
        absences=pupil.absences or 0,
        title=None,
        promoted=None,
        completed=None,
        may_retest=(),
        needs_summer_training=False,
    )
    if pupil.assessed:
        plain = _after_summer(_with_learning(plain, pupil, regulation), pupil, regulation)
    if not pupil.fully_assessed:
        plain = replace(plain, promoted=pupil.promoted_by_principal)
    final = pupil.grade == regulation.final_grade
    return replace(plain, completed=plain.promoted if final else None)


def assess_term(pupil: PupilYear, term: int, regulation: Regulation) -> TermAssessment:
    """Assess term 1 or 2 alone; nothing of the rest of the year is looked at.

    Raises:
        SeveralInputError: everything that is missing or malformed in the term.
    """
    part = f"term{term}"
    found = list(problems_of_term(pupil, part, regulation))
    if found:
        raise SeveralInputError(found)
    rows = tuple(
        SubjectTerm(subject.code, subject.mode, _term_of(subject, part, pupil, regulation))
        for subject in pupil.subjects
    )
    results = _results(rows, pupil, "result")
    learning = assess_learning(results, regulation) if pupil.assessed else Learning(None)
    mean = mean_of(results, regulation) if regulation.with_means else None
    if term == 1 and pupil.learning_term1 is not None:
        learning, mean = Learning(pupil.learning_term1), pupil.mean_term1 or mean
    conduct: Level | None = getattr(pupil, f"conduct_{part}")
    return TermAssessment(rows, learning, conduct, mean)


def award_title(
    conduct: Level | None,
    learning: Level,
    subjects: Sequence[SubjectResult],
    regulation: Regulation,
) -> str | None:
    """Return the best title that the year earns; none without conduct. TT 22/2021 Điều 15."""
    if conduct is None:
        return None
    for award in regulation.awards:
        if (
            regulation.conduct.at_least(conduct, award.conduct)
            and regulation.at_least(learning, award.learning)
            and count_from(subjects, award.score) >= award.count
        ):
            return award.title
    return None


def subjects_open_to_retest(
    rows: Sequence[SubjectYear], conduct: Level | None, learning: Level, regulation: Regulation
) -> tuple[str, ...]:
    """Return the subjects that a pupil may sit again in the summer. TT 22/2021 Điều 14."""
    rule = regulation.data["retest"]
    if regulation.at_least(learning, rule["learning_below"]):
        return ()
    if not regulation.at_least(learning, rule["learning"]):
        return ()
    if conduct is not None and not regulation.conduct.at_least(conduct, rule["conduct"]):
        return ()
    return tuple(row.code for row in rows if _failed(row, regulation))


def may_go_up(
    conduct: Level | None, learning: Level, absences: int, regulation: Regulation
) -> bool:
    """Whether conduct, learning and absences together allow promotion. TT 22/2021 Điều 12."""
    rule = regulation.data["promotion"]
    return (
        (conduct is None or regulation.conduct.at_least(conduct, rule["conduct"]))
        and regulation.at_least(learning, rule["learning"])
        and absences <= int(rule["absences_at_most"])
    )


def _with_learning(
    plain: YearAssessment, pupil: PupilYear, regulation: Regulation
) -> YearAssessment:
    """Add the levels of both terms and the year, the means and the title."""
    parts = {part: _results(plain.subjects, pupil, part) for part in ("term1", "term2", "year")}
    levels = {part: assess_learning(results, regulation) for part, results in parts.items()}
    if pupil.learning_term1 is not None:
        levels["term1"] = Learning(pupil.learning_term1)
    means = None
    if regulation.with_means:
        computed = {part: mean_of(results, regulation) for part, results in parts.items()}
        means = Means(pupil.mean_term1 or computed["term1"], computed["term2"], computed["year"])
    learning = _known(levels["year"].level)
    return replace(
        plain,
        learning_term1=levels["term1"],
        learning_term2=levels["term2"],
        learning=levels["year"],
        means=means,
        title=award_title(plain.conduct, learning, parts["year"], regulation),
    )


def _after_summer(
    plain: YearAssessment, pupil: PupilYear, regulation: Regulation
) -> YearAssessment:
    """Add what re-tests and training changed, and decide promotion."""
    level = _known(plain.learning.level)
    open_subjects = subjects_open_to_retest(plain.subjects, plain.conduct, level, regulation)
    training = _needs_training(plain.conduct, level, regulation)
    _check_summer(plain, open_subjects, training=training)
    after, means = None, plain.means
    if any(row.retest is not None for row in plain.subjects):
        replaced = _results(
            [replace(row, year=row.retest or row.year) for row in plain.subjects], pupil, "year"
        )
        after = assess_learning(replaced, regulation).level
        means = replace(means, after_retest=mean_of(replaced, regulation)) if means else None
    conduct, learning = plain.conduct_after_summer or plain.conduct, after or level
    promoted: bool | None = may_go_up(conduct, learning, plain.absences, regulation)
    if not promoted:
        waits = training and plain.conduct_after_summer is None
        hoped_conduct = regulation.conduct.order[-1] if waits else conduct
        hoped_learning = regulation.order[-1] if open_subjects and after is None else learning
        if may_go_up(hoped_conduct, hoped_learning, plain.absences, regulation):
            promoted = None
    return replace(
        plain,
        after_retest=after,
        promoted=promoted,
        may_retest=open_subjects,
        needs_summer_training=training,
        means=means,
    )


def _needs_training(conduct: Level | None, learning: Level, regulation: Regulation) -> bool:
    rule = regulation.data["summer_training"]
    return (
        conduct is not None
        and not regulation.conduct.at_least(conduct, rule["conduct_below"])
        and regulation.at_least(learning, rule["learning"])
    )


def _check_summer(plain: YearAssessment, open_subjects: tuple[str, ...], *, training: bool) -> None:
    for row in plain.subjects:
        if row.retest is not None and row.code not in open_subjects:
            raise InputError("assessment.no_retest", where=Where(field=f"{row.code}.retest"))
    if plain.conduct_after_summer is not None and not training:
        raise InputError("assessment.no_training", where=Where(field="conduct.after_summer"))


def _failed(row: SubjectYear, regulation: Regulation) -> bool:
    rule = regulation.data["retest"]
    if row.year is None or row.year == EXEMPT:
        return False
    if row.mode == "comment":
        return bool(row.year == rule["comment"])
    return Decimal(row.year) < Decimal(rule["score_below"])


def _conduct_of_year(pupil: PupilYear, regulation: Regulation) -> Level | None:
    first, second = pupil.conduct_term1, pupil.conduct_term2
    if first is None or second is None or not has_conduct(pupil, regulation):
        return None
    if regulation.conduct_year is None:
        return pupil.conduct_year or second
    return regulation.conduct_year[second][first]


def _subject_year(subject: SubjectMarks, pupil: PupilYear, regulation: Regulation) -> SubjectYear:
    term1 = _term_of(subject, "term1", pupil, regulation)
    term2 = _term_of(subject, "term2", pupil, regulation)
    if term1 is None or term2 is None:
        return SubjectYear(subject.code, subject.mode, None, None, None, None)
    score = subject.mode == "score"
    return SubjectYear(
        subject.code,
        subject.mode,
        term1,
        term2,
        year_average(term1, term2, regulation) if score else year_comment(term1, term2),
        subject.retest,
        tuple(topic for topic in subject.topics if topic is not None),
        subject.chosen_topic,
    )


def _term_of(
    subject: SubjectMarks, part: str, pupil: PupilYear, regulation: Regulation
) -> str | None:
    """Return a term's result in a subject; None where the pupil is not assessed."""
    if not (pupil.assessed and subject.assessed):
        return None
    marks: TermMarks | TermResult = getattr(subject, part)
    if isinstance(marks, TermResult):
        return marks.value
    compute = term_average if subject.mode == "score" else term_comment
    return compute(marks, regulation, part_exempt=subject.part_exempt)


def _results(
    rows: Sequence[SubjectYear] | Sequence[SubjectTerm], pupil: PupilYear, part: str
) -> list[SubjectResult]:
    optional = frozenset(subject.code for subject in pupil.subjects if subject.optional)
    return [
        SubjectResult(
            row.code,
            row.mode,
            result,
            optional=row.code in optional,
            special=row.code == pupil.special_subject,
        )
        for row in rows
        if (result := getattr(row, part)) is not None
    ]


def _known(level: Level | None) -> Level:
    if level is None:
        raise AssertionError("an assessed year has a level")
    return level
