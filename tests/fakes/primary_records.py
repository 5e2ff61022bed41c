"""Complete, valid records of a primary year, to be varied by tests.

record = primary_record(grade=4, **{"/pupil/name": "Y Ƀlô Niê"})
special_records()          # not assessed, exempt, ethnic language, birth year only
"""

import copy
from typing import Any

from fakes.records import sample_record, vary

from hocba.sector.assessment.regulation import primary_regulation
from hocba.sector.subjects import program_subjects
from verifier.formats.management_code import make_code
from verifier.templates import load

TEMPLATE_ID = "th-year-tt27-1"
REMARK = "Đọc to, rõ ràng; viết đúng chính tả, trình bày sạch sẽ; cần mạnh dạn hơn."


def primary_record(*, grade: int = 4, **changes: Any) -> dict[str, Any]:
    """Return a valid record with the changes made (names, or pointers such as `/pupil/name`)."""
    return vary(_base(grade), changes)


def subject_rows(grade: int, *, optional: tuple[str, ...] = ()) -> list[dict[str, Any]]:
    """Return the rows of subjects of a grade, all completed well."""
    return [
        {"code": one.code, "name": one.name, "level": "T",
         "test": "9" if one.mode == "score" else None,
         "level_after": None, "test_after": None, "comment": REMARK}
        for one in program_subjects("th", grade)
        if one.required or one.code in optional
    ]  # fmt: skip


def traits(grade: int, group: str, level: str | None = "T") -> list[dict[str, Any]]:
    """Return the rows of one group of traits."""
    found = primary_regulation("tt27-2020", "1").traits_of(grade)
    return [
        {"code": one.code, "name": one.name, "level": level, "level_after": None}
        for one in found
        if one.group == group
    ]


def not_assessed(grade: int = 2) -> dict[str, Any]:
    """Return the year of a pupil with a disability who is not assessed."""
    rows = [row | {"level": None, "test": None} for row in subject_rows(grade)]
    none = {"general": traits(grade, "general", None), "specific": traits(grade, "specific", None)}
    return primary_record(
        grade=grade, subjects=rows, qualities=traits(grade, "quality", None), competencies=none,
        results={"assessed": False, "overall": None, "overall_after": None},
        promotion={"completed_grade": None, "promoted": True, "completed_level": None},
        awards={"title": None, "text": None, "other": "Tiến bộ trong giao tiếp"},
    )  # fmt: skip


def _base(grade: int) -> dict[str, Any]:
    record = copy.deepcopy(sample_record())
    for key in ("conduct", "study_form", "study_topics"):
        del record[key]
    school = record["school"] | {"name": "Trường Tiểu học Lê Văn Tám", "code": "31-11311-05"}
    return record | {
        "level": "th", "grade": grade, "class": f"{grade}A",
        "school": school, "issuer": dict(school),
        "management_code": make_code(province="31", opened=2025, level="th", serial=42),
        "regulation": {"id": "tt27-2020", "version": "1"},
        "template": {"id": TEMPLATE_ID, "hash": load(TEMPLATE_ID).hash},
        "policy": "th-year-2026-1",
        "pupil": record["pupil"] | {"birth_date": f"{2019 - grade}-09-05", "register_no": "125/TH"},
        "subjects": subject_rows(grade),
        "qualities": traits(grade, "quality"),
        "competencies": {
            "general": traits(grade, "general"), "specific": traits(grade, "specific"),
        },
        "results": {"assessed": True, "overall": "HTXS", "overall_after": None},
        "attendance": {"with_leave": 2, "without_leave": 0},
        "health": {"height_cm": "132", "weight_kg": "28.5"},
        "comments": {
            "homeroom": "Chăm ngoan, lễ phép, tự giác học tập; biết giúp đỡ bạn bè.",
            "qualities": "Yêu quý bạn bè, kính trọng thầy cô; trung thực trong học tập.",
            "general": "Tự giác, biết hợp tác nhóm.",
            "specific": "Diễn đạt tốt, tính toán nhanh.",
        },
        "promotion": {
            "completed_grade": True, "promoted": True,
            "completed_level": True if grade == 5 else None,
        },
        "awards": {"title": "xuat_sac", "text": None, "other": None},
        "previous_year": {"none": "first" if grade == 1 else "paper"},
    }  # fmt: skip
