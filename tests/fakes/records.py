"""A complete, valid `hocba.record/1` of kind `year`, to be varied by tests.

    record = sample_record(**{"/pupil/name": "Y Ƀlô Niê", "grade": 7})
    data = canonical(record)

Keys are top-level names or JSON pointers; what is not named keeps its value. The
template's hash is that of the installed template.
"""

import copy
from typing import Any

from verifier.templates import load

TEMPLATE_ID = "thcs-year-tt22-1"

SCHOOL = {
    "code": "31-11311-01",
    "name": "Trường THCS Lê Quý Đôn",
    "commune": "Phường Hồng Bàng",
    "province": "Thành phố Hải Phòng",
    "tax_code": "0200311311",
}

_SCORE = {"mode": "score", "retest": None}
_COMMENT = {"mode": "comment", "retest": None}

SUBJECTS: list[dict[str, Any]] = [
    {"code": "VAN", "name": "Ngữ văn", "term1": "7.8", "term2": "8.1", "year": "8.0", **_SCORE},
    {"code": "TOAN", "name": "Toán", "term1": "8.5", "term2": "9.0", "year": "8.8", **_SCORE},
    {"code": "NN1", "name": "Ngoại ngữ 1 (Tiếng Anh)", "term1": "8.0", "term2": "8.3",
     "year": "8.2", **_SCORE},
    {"code": "GDCD", "name": "Giáo dục công dân", "term1": "9.0", "term2": "9.2", "year": "9.1",
     **_SCORE},
    {"code": "LSDL", "name": "Lịch sử và Địa lí", "term1": "8.1", "term2": "8.6", "year": "8.4",
     **_SCORE},
    {"code": "KHTN", "name": "Khoa học tự nhiên", "term1": "8.4", "term2": "8.8", "year": "8.7",
     **_SCORE},
    {"code": "CN", "name": "Công nghệ", "term1": "9.1", "term2": "9.5", "year": "9.4", **_SCORE},
    {"code": "TIN", "name": "Tin học", "term1": "9.3", "term2": "10.0", "year": "9.8", **_SCORE},
    {"code": "GDTC", "name": "Giáo dục thể chất", "term1": "Đ", "term2": "Đ", "year": "Đ",
     **_COMMENT},
    {"code": "NT", "name": "Nghệ thuật", "term1": "Đ", "term2": "Đ", "year": "Đ", **_COMMENT},
    {"code": "NDGDDP", "name": "Nội dung giáo dục của địa phương", "term1": "Đ", "term2": "Đ",
     "year": "Đ", **_COMMENT},
    {"code": "HDTNHN", "name": "Hoạt động trải nghiệm, hướng nghiệp", "term1": "Đ", "term2": "Đ",
     "year": "Đ", **_COMMENT},
]  # fmt: skip
_TEACHERS = ("Phạm Thị Hằng", "Đỗ Đức Phượng", "Vũ Quỳnh Trang")
_REMARK = "Nắm vững kiến thức, chăm chỉ, tích cực phát biểu; cần trình bày bài rõ ràng hơn."


def sample_record(**changes: Any) -> dict[str, Any]:
    """Return a valid record with the changes made (names, or pointers such as `/pupil/name`)."""
    return vary(copy.deepcopy(_base()), changes)


def vary(record: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    """Make the changes in the record, and return it."""
    for where, value in changes.items():
        parts = where.strip("/").split("/")
        target: Any = record
        for part in parts[:-1]:
            target = target[int(part)] if isinstance(target, list) else target[part]
        target[int(parts[-1]) if isinstance(target, list) else parts[-1]] = value
    return record


def template_hash() -> str:
    """Hash of the installed template."""
    return load(TEMPLATE_ID).hash


def subject(code: str, name: str, **changes: Any) -> dict[str, Any]:
    """Return one subject row with marks, a comment and a teacher."""
    row = {"code": code, "name": name, "term1": "8.0", "term2": "8.0", "year": "8.0", **_SCORE,
           "comment": _REMARK, "teacher": _TEACHERS[0]}  # fmt: skip
    return row | changes


def _base() -> dict[str, Any]:
    subjects = [
        {**row, "comment": _REMARK, "teacher": _TEACHERS[i % len(_TEACHERS)]}
        for i, row in enumerate(SUBJECTS)
    ]
    return {
        "type": "hocba.record/1", "realm": "demo.hocba.test", "kind": "year", "event": "issue",
        "book_id": "5f0c2f9e-3f63-4b5e-9a39-0f6f3d1f7a10",
        "record_id": "8b8a7c55-6d0e-4f0f-8f6d-1c1f5a3f2b21",
        "version": 1, "previous_leaf": None, "management_code": "31-25-2-0000042-39",
        "school": dict(SCHOOL), "issuer": dict(SCHOOL),
        "level": "thcs", "school_year": "2025-2026", "grade": 6, "class": "6A1",
        "regulation": {"id": "tt22-2021", "version": "1"},
        "template": {"id": TEMPLATE_ID, "hash": template_hash()},
        "policy": "thcs-year-2026-1",
        "issued_on": "2026-05-31", "place": "Hải Phòng",
        "pupil": {"code": "3110000001", "personal_number": "031214000001",
                  "name": "Nguyễn Thị Minh Khuê", "birth_date": "2014-09-05",
                  "register_no": "125/THCS"},
        "study_form": None, "subjects": subjects, "study_topics": [],
        "results": {"assessed": True, "term1": "T", "term2": "T", "year": "T",
                    "before_adjustment": None, "adjusted_by": None, "after_retest": None,
                    "mean": None},
        "conduct": {"term1": "T", "term2": "T", "year": "T", "after_summer": None},
        "attendance": {"absences": 3},
        "comments": {"homeroom": "Ngoan, lễ phép, có ý thức tự học; hòa đồng với bạn bè.",
                     "summer": None},
        "promotion": {"promoted": True, "completed": None},
        "awards": {"title": "gioi", "other": None, "certificates": None,
                   "certificate_grade": None, "contests": "Giải Ba Toán cấp trường"},
        "mark_sheets": [],
        "signers": ["homeroom", "principal", "seal"], "sources": [],
        "previous_year": {"none": "first"}, "salt": "5a" * 32,
    }  # fmt: skip
