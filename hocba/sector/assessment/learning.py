"""The level of learning of a term or a year, and the adjustment for one single subject.

    assess_learning(results, regulation)
    # Learning(level="K", before_adjustment="Đ", adjusted_by="TIN")

A better result in any subject never gives a worse level, adjustment included. Why:
the level before adjustment, b, and the level h that the pupil would have without the
bad subject only grow with the marks; the table of adjustments grows with both; and two
subjects can never both be "the only one", because leaving one of them out leaves the
other, which by itself keeps the level down. TT 22/2021 Điều 9 k2, k3.

Under TT 58 the mean and "one of Toán, Ngữ văn, Ngoại ngữ" are those of all subjects; only
"no subject below" leaves the one subject out (Điều 13 k6). A mean that is good enough for
Giỏi is good enough for Khá, so Khá's line of the table holds for it too: a single subject
below 2.0 lifts Kém to Yếu whether the mean is 7.9 or 8.0.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from hocba.sector.assessment.marks import (
    EXEMPT,
    NOT_PASSED,
    Mode,
    mean,
    round_half_up,
    score_text,
)
from hocba.sector.assessment.regulation import Condition, Level, Regulation


@dataclass(frozen=True)
class SubjectResult:
    """What one subject brings to the level: an average, or Đ, CĐ; M is left out of account.

    `special` is the subject of a class for the gifted (môn chuyên).
    """

    code: str
    mode: Mode
    result: str
    optional: bool = False
    special: bool = False


@dataclass(frozen=True)
class Learning:
    """A level of learning; the last two are set only where one subject was made good for.

    A pupil who is not assessed has no level.
    """

    level: Level | None
    before_adjustment: Level | None = None
    adjusted_by: str | None = None


def assess_learning(subjects: Sequence[SubjectResult], regulation: Regulation) -> Learning:
    """Return the level of these results with the adjustment of one single subject."""
    counted = _counted(subjects, regulation)
    base = level_of(counted, regulation)
    lifts = {
        subject.code: lifted
        for subject in counted
        if (lifted := _lifted(subject, counted, base, regulation)) is not None
    }
    if len(lifts) != 1:
        return Learning(base)
    ((code, level),) = lifts.items()
    return Learning(level, before_adjustment=base, adjusted_by=code)


def level_of(
    subjects: Sequence[SubjectResult],
    regulation: Regulation,
    *,
    without: SubjectResult | None = None,
) -> Level:
    """Return the level by the table alone: the first one whose conditions are all met.

    `without` asks what it would be but for one subject.
    """
    others = [subject for subject in subjects if subject is not without]
    left_out = regulation.adjustment.leave_out_of

    def met(condition: Condition) -> bool:
        looked_at = others if condition.kind in left_out else subjects
        return _CONDITIONS[condition.kind](condition, looked_at)

    for candidate in regulation.learning:
        if all(met(condition) for condition in candidate.conditions):
            return candidate.level
    return regulation.lowest_learning


def mean_of(subjects: Sequence[SubjectResult], regulation: Regulation) -> str | None:
    """Return the mean of the scored subjects (TT 58: ĐTBhk, ĐTBcn); None without any."""
    scores = _scores(_counted(subjects, regulation))
    return score_text(mean(scores)) if scores else None


def count_from(subjects: Sequence[SubjectResult], score: Decimal) -> int:
    """Number of scored subjects whose result is at least this score."""
    return sum(1 for value in _scores(subjects) if value >= score)


def _counted(subjects: Sequence[SubjectResult], regulation: Regulation) -> list[SubjectResult]:
    return [
        subject
        for subject in subjects
        if subject.result != EXEMPT and (regulation.optional_subjects_count or not subject.optional)
    ]


def _lifted(
    subject: SubjectResult,
    subjects: Sequence[SubjectResult],
    base: Level,
    regulation: Regulation,
) -> Level | None:
    """Return the level that this subject's pupil is lifted to, or None."""
    without = level_of(subjects, regulation, without=subject)
    lifted = [
        line[base]
        for would_be, line in regulation.adjustment.table.items()
        if base in line and regulation.at_least(without, would_be)
    ]
    return max(lifted, key=regulation.rank, default=None)


def _comment_failed(condition: Condition, subjects: Sequence[SubjectResult]) -> bool:
    failed = sum(1 for s in subjects if s.mode == "comment" and s.result == NOT_PASSED)
    return condition.at_most is not None and failed <= condition.at_most


def _every_score(condition: Condition, subjects: Sequence[SubjectResult]) -> bool:
    lowest = Decimal(str(condition.at_least))
    return all(value >= lowest for value in _scores(subjects))


def _count_of_scores(condition: Condition, subjects: Sequence[SubjectResult]) -> bool:
    wanted = condition.count
    return wanted is not None and count_from(subjects, Decimal(str(condition.at_least))) >= wanted


def _mean(condition: Condition, subjects: Sequence[SubjectResult]) -> bool:
    scores = _scores(subjects)
    return bool(scores) and round_half_up(mean(scores)) >= Decimal(str(condition.at_least))


def _one_of(condition: Condition, subjects: Sequence[SubjectResult]) -> bool:
    wanted = [subject for subject in subjects if subject.code in condition.subjects]
    return any(value >= Decimal(str(condition.at_least)) for value in _scores(wanted))


def _special_subject(condition: Condition, subjects: Sequence[SubjectResult]) -> bool:
    return _every_score(condition, [subject for subject in subjects if subject.special])


def _scores(subjects: Sequence[SubjectResult]) -> list[Decimal]:
    return [Decimal(s.result) for s in subjects if s.mode == "score" and s.result != EXEMPT]


_CONDITIONS: Mapping[str, Callable[[Condition, Sequence[SubjectResult]], bool]] = {
    "comment_failed": _comment_failed,
    "every_score": _every_score,
    "count_of_scores": _count_of_scores,
    "mean": _mean,
    "one_of": _one_of,
    "special_subject": _special_subject,
}
"""What each kind of condition in the data means; another regulation may add kinds."""
