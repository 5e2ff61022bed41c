"""Assessment of pupils: regulations as dated data, rules as pure functions.

Exact decimals, half up, no clock, no database. Each rule names its legal source.

    regulation_for(level="thcs", grade=6, school_year="2025-2026").id  # "tt22-2021"
    assess_year(PupilYear(...), regulation("tt22-2021", "1", level="thcs")).learning.level
    assess_primary_year(PrimaryYear(...), primary_regulation("tt27-2020", "1")).overall
"""

from hocba.sector.assessment.learning import (
    Learning,
    SubjectResult,
    assess_learning,
    level_of,
    mean_of,
)
from hocba.sector.assessment.marks import (
    ABSENT,
    EXEMPT,
    Mode,
    TermMarks,
    TermResult,
    round_half_up,
    score_text,
    term_average,
    term_comment,
    year_average,
    year_comment,
)
from hocba.sector.assessment.primary import (
    PrimaryAssessment,
    PrimarySubject,
    PrimarySubjectYear,
    PrimaryYear,
    assess_primary_year,
    primary_result,
    primary_title,
)
from hocba.sector.assessment.pupil import PupilYear, SubjectMarks
from hocba.sector.assessment.regulation import (
    Edition,
    Level,
    PrimaryRegulation,
    Regulation,
    Scale,
    Trait,
    primary_regulation,
    regulation,
    regulation_for,
)
from hocba.sector.assessment.year import (
    Means,
    SubjectTerm,
    SubjectYear,
    TermAssessment,
    YearAssessment,
    assess_term,
    assess_year,
    award_title,
    may_go_up,
    subjects_open_to_retest,
)

__all__ = [
    "ABSENT",
    "EXEMPT",
    "Edition",
    "Learning",
    "Level",
    "Means",
    "Mode",
    "PrimaryAssessment",
    "PrimaryRegulation",
    "PrimarySubject",
    "PrimarySubjectYear",
    "PrimaryYear",
    "PupilYear",
    "Regulation",
    "Scale",
    "SubjectMarks",
    "SubjectResult",
    "SubjectTerm",
    "SubjectYear",
    "TermAssessment",
    "TermMarks",
    "TermResult",
    "Trait",
    "YearAssessment",
    "assess_learning",
    "assess_primary_year",
    "assess_term",
    "assess_year",
    "award_title",
    "level_of",
    "may_go_up",
    "mean_of",
    "primary_regulation",
    "primary_result",
    "primary_title",
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
