"""The invented marks as what teachers type into a class workbook.

    entries = class_entries(rng, sample_class, register)
    data = fill(build_template(register, at=now), entries, register)

Everything that a year can hold is there: an exemption, a re-test that was passed, one that
was not, remarks, a comment longer than its cell.
"""

import random

from hocba.demo.people import (
    Fate,
    SampleClass,
    SamplePupil,
    SampleSubject,
    remark,
    term_marks,
    weak_subjects,
)
from hocba.sector.sheets import OVERALL, CellKey, ClassRegister, SheetSubject

EXEMPT = "M"
TERMS = (1, 2)
_AFTER_SUMMER = {Fate.RETEST: "6.5", Fate.REPEATS: "3.0"}


def class_entries(
    rng: random.Random, sample: SampleClass, register: ClassRegister
) -> dict[CellKey, str]:
    """Return every cell that the teachers of this class fill in."""
    entries: dict[CellKey, str] = {}
    for pupil in sample.pupils:
        for subject in register.subjects:
            entries |= _subject(rng, pupil, subject)
        entries |= _summary(pupil)
    return entries


def _subject(rng: random.Random, pupil: SamplePupil, subject: SheetSubject) -> dict[CellKey, str]:
    entries: dict[CellKey, str] = {}
    sample = SampleSubject(subject.code, subject.mode == "score", subject.regular_marks)
    for term in TERMS:
        marks = term_marks(rng, pupil, sample, term=term)
        if marks.overall is None:
            named = {f"tx{i}": mark for i, mark in enumerate(marks.regular, start=1)}
            found = named | {"gk": marks.middle, "ck": marks.final}
        else:
            found = {"tx1" if marks.overall == EXEMPT else OVERALL: marks.overall}
        for item, mark in found.items():
            if mark is not None:
                entries[pupil.code, subject.code, term, item] = mark
    entries[pupil.code, subject.code, 0, "comment"] = remark(rng, pupil)
    if subject.code in weak_subjects(pupil):
        entries[pupil.code, subject.code, 0, "retest"] = _AFTER_SUMMER[pupil.fate]
    return entries


def _summary(pupil: SamplePupil) -> dict[CellKey, str]:
    year = {
        "absences": str(pupil.absences),
        "homeroom_comment": pupil.homeroom_comment,
        "contests": pupil.contests,
    }
    entries: dict[CellKey, str] = {
        (pupil.code, None, 0, item): value for item, value in year.items() if value is not None
    }
    for term, level in zip(TERMS, pupil.conduct, strict=True):
        entries[pupil.code, None, term, "conduct"] = level
    return entries
