"""Assessment of pupils: regulations as dated data, rules as pure functions.

Exact decimals, half up, no clock, no database. Each rule names its legal source.

    regulation = regulation_for(level="thcs", grade=6, school_year="2025-2026")
    assess_year(PupilYear(...), regulation).learning.level      # "K"
"""

from hocba.sector.assessment.learning import Learning, SubjectResult, assess_learning, level_of
from hocba.sector.assessment.marks import (
    ABSENT,
    EXEMPT,
    Mode,
    TermMarks,
    round_half_up,
    score_text,
    term_average,
    term_comment,
    year_average,
    year_comment,
)
from hocba.sector.assessment.regulation import Level, Regulation, regulation, regulation_for
from hocba.sector.assessment.year import (
    PupilYear,
    SubjectMarks,
    SubjectYear,
    YearAssessment,
    assess_year,
    award_title,
    may_go_up,
    subjects_open_to_retest,
)

__all__ = [
    "ABSENT",
    "EXEMPT",
    "Learning",
    "Level",
    "Mode",
    "PupilYear",
    "Regulation",
    "SubjectMarks",
    "SubjectResult",
    "SubjectYear",
    "TermMarks",
    "YearAssessment",
    "assess_learning",
    "assess_year",
    "award_title",
    "level_of",
    "may_go_up",
    "regulation",
    "regulation_for",
    "round_half_up",
    "score_text",
    "subjects_open_to_retest",
    "term_average",
    "term_comment",
    "year_average",
    "year_comment",
]
