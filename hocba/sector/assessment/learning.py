"""The level of learning of a term or a year, and the adjustment for one single subject.

    assess_learning(results, regulation)
    # Learning(level="K", before_adjustment="Đ", adjusted_by="TIN")

A better result in any subject never gives a worse level, adjustment included. Why:
the level before adjustment, b, and the level without one subject, h, only grow with
the marks; the lift gives max(b, b + 1 where h is at least b + 2), which grows with
both; and two subjects can never both be "the only one", because removing one of them
leaves the other, which by itself keeps the level down. TT 22/2021 Điều 9 k2, k3.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from hocba.sector.assessment.marks import EXEMPT, NOT_PASSED, Mode
from hocba.sector.assessment.regulation import Condition, Level, Regulation


@dataclass(frozen=True)
class SubjectResult:
    """What one subject brings to the level: an average, or Đ, CĐ; M is left out of account."""

    code: str
    mode: Mode
    result: str
    optional: bool = False


@dataclass(frozen=True)
class Learning:
    """A level of learning; the last two are set only where one subject was made good for."""

    level: Level
    before_adjustment: Level | None = None
    adjusted_by: str | None = None


def assess_learning(subjects: Sequence[SubjectResult], regulation: Regulation) -> Learning:
    """Return the level of these results with the adjustment of one single subject."""
    counted = _counted(subjects, regulation)
    base = level_of(counted, regulation)
    rule = regulation.adjustment
    causes = [
        subject.code for subject in counted if _pulls_down(subject, counted, base, regulation)
    ]
    if len(causes) != 1:
        return Learning(base)
    lifted = regulation.order[regulation.rank(base) + rule.levels_up]
    return Learning(lifted, before_adjustment=base, adjusted_by=causes[0])


def level_of(subjects: Sequence[SubjectResult], regulation: Regulation) -> Level:
    """Return the level by the table alone: the first one whose conditions are all met."""
    for candidate in regulation.learning:
        if all(_CONDITIONS[c.kind](c, subjects) for c in candidate.conditions):
            return candidate.level
    return regulation.lowest_learning


def count_from(subjects: Sequence[SubjectResult], score: Decimal) -> int:
    """Number of scored subjects whose result is at least this score."""
    return sum(1 for value in _scores(subjects) if value >= score)


def _counted(subjects: Sequence[SubjectResult], regulation: Regulation) -> list[SubjectResult]:
    return [
        subject
        for subject in subjects
        if subject.result != EXEMPT and (regulation.optional_subjects_count or not subject.optional)
    ]


def _pulls_down(
    subject: SubjectResult,
    subjects: Sequence[SubjectResult],
    base: Level,
    regulation: Regulation,
) -> bool:
    rule = regulation.adjustment
    without = level_of([other for other in subjects if other is not subject], regulation)
    gap = regulation.rank(without) - regulation.rank(base)
    return without in rule.would_be and gap >= rule.levels_lower


def _comment_failed(condition: Condition, subjects: Sequence[SubjectResult]) -> bool:
    failed = sum(1 for s in subjects if s.mode == "comment" and s.result == NOT_PASSED)
    return condition.at_most is not None and failed <= condition.at_most


def _every_score(condition: Condition, subjects: Sequence[SubjectResult]) -> bool:
    lowest = Decimal(str(condition.at_least))
    return all(value >= lowest for value in _scores(subjects))


def _count_of_scores(condition: Condition, subjects: Sequence[SubjectResult]) -> bool:
    wanted = condition.count
    return wanted is not None and count_from(subjects, Decimal(str(condition.at_least))) >= wanted


def _scores(subjects: Sequence[SubjectResult]) -> list[Decimal]:
    return [Decimal(s.result) for s in subjects if s.mode == "score" and s.result != EXEMPT]


_CONDITIONS: Mapping[str, Callable[[Condition, Sequence[SubjectResult]], bool]] = {
    "comment_failed": _comment_failed,
    "every_score": _every_score,
    "count_of_scores": _count_of_scores,
}
"""What each kind of condition in the data means; another regulation may add kinds."""
