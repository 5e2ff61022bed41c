"""Complete, valid records of kind `extract`, to be varied by tests.

record = extract_record(level="th", years=3, **{"/pupil/name": "Y Ƀlô Niê"})
"""

from typing import Any

from fakes.identity_records import identity_record
from fakes.records import vary

from verifier.formats.management_code import GRADES
from verifier.templates import load

TEMPLATE_ID, CENTRE_ID = "extract-1", "gdtx-extract-1"
_BODY = ("identity", "schooling", "amendments")
SECONDARY = ("Toán", "Vật lí", "Sinh học", "Ngữ văn", "Lịch sử", "Địa lí", "Tiếng Anh", "GDCD")
PRIMARY = ("Tiếng Việt", "Toán", "Đạo đức", "Tự nhiên và Xã hội")


def extract_record(*, level: str = "thcs", years: int = 2, **changes: Any) -> dict[str, Any]:
    """Return a valid record of so many years with the changes made."""
    record = identity_record(level=level)
    for part in _BODY:
        del record[part]
    primary = level == "th"
    form = CENTRE_ID if level.startswith("gdtx") else TEMPLATE_ID
    marks = {"term1": "8.0", "term2": "8.5", "year": "8.3", "retest": None}
    levels = {"level": "T", "test": "9"}
    return vary(
        record
        | {
            "kind": "extract",
            "template": {"id": form, "hash": load(form).hash},
            "policy": f"{level.replace('_', '-')}-extract-2026-1",
            "paper": {
                "register_no": "125/THCS", "school": "Trường THCS Trần Phú", "pages": 24,
                "opened_on": "2022-09-05", "corrections": 1, "scan": "5c" * 32,
                "compared_on": "2026-05-20",
            },
            "paper_years": [_year(place, grade) for place, grade in
                            zip(range(years), GRADES[level], strict=False)],
            "paper_marks": None if primary else _rows(SECONDARY, years, marks),
            "paper_levels": _rows(PRIMARY, years, levels) if primary else None,
        },
        changes,
    )  # fmt: skip


def _year(place: int, grade: int) -> dict[str, Any]:
    return {
        "school_year": f"{2022 + place}-{2023 + place}", "grade": grade, "class": f"{grade}A2",
        "school": "Trường THCS Trần Phú", "place": "Quận Lê Chân, Thành phố Hải Phòng",
        "learning": "Giỏi", "conduct": "Tốt", "outcome": "Được lên lớp",
        "awards": "Học sinh giỏi", "remark": "Ngoan, chăm học; cần mạnh dạn hơn.",
    }  # fmt: skip


def _rows(names: tuple[str, ...], years: int, marks: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"name": name, "years": [dict(marks) for _ in range(years)]} for name in names]
