"""Complete, valid records of kind `identity`, to be varied by tests.

record = identity_record(level="th", **{"/pupil/name": "Y Ƀlô Niê"})
amended()                  # version 2, after a change of name
"""

import copy
from typing import Any

from fakes.records import sample_record, vary

from verifier.formats.management_code import make_code
from verifier.templates import load

TEMPLATE_ID, CENTRE_ID = "identity-1", "gdtx-identity-1"
PAPER = "Trích lục cải chính hộ tịch số 12/TLCC-HT ngày 05/10/2026"
HEAD = (
    "type", "realm", "kind", "event", "book_id", "record_id", "version", "previous_leaf",
    "management_code", "school", "issuer", "level", "school_year", "grade", "class",
    "regulation", "template", "policy", "issued_on", "place", "pupil", "signers", "sources",
    "previous_year", "salt",
)  # fmt: skip
"""Members that every record has."""


def identity_record(*, level: str = "thcs", **changes: Any) -> dict[str, Any]:
    """Return a valid record with the changes made (names, or pointers such as `/pupil/name`)."""
    return vary(_base(level), changes)


def change(field: str, before: str | None, after: str | None) -> dict[str, Any]:
    """Return one entry of `amendments`."""
    return {"field": field, "before": before, "after": after, "decision": PAPER,
            "noted_on": "2026-10-12"}  # fmt: skip


def amended(*, level: str = "thcs", **changes: Any) -> dict[str, Any]:
    """Return version 2, after a change of name and guardian."""
    entries = [change("name", "Nguyễn Thị Minh Khuê", "Nguyễn Thị Minh Châu"),
               change("guardian", None, "Nguyễn Văn Bảo")]  # fmt: skip
    work = None if level == "th" else "Công nhân"
    given = {
        "event": "amendment", "version": 2, "previous_leaf": "ab" * 32, "amendments": entries,
        "/pupil/name": "Nguyễn Thị Minh Châu", "issued_on": "2026-10-12",
        "/identity/guardian": {"name": "Nguyễn Văn Bảo", "occupation": work},
    }  # fmt: skip
    return identity_record(level=level, **given | changes)


def _base(level: str) -> dict[str, Any]:
    record = {name: copy.deepcopy(sample_record()[name]) for name in HEAD}
    primary = level == "th"
    form = CENTRE_ID if level.startswith("gdtx") else TEMPLATE_ID
    work = {} if primary else {"father": "Công nhân cơ khí", "mother": "Giáo viên"}
    first = {"th": 1, "thcs": 6, "thpt": 10, "gdtx_thcs": 6, "gdtx_thpt": 10}[level]
    return record | {
        "kind": "identity", "level": level, "school_year": None, "grade": None, "class": None,
        "regulation": None, "template": {"id": form, "hash": load(form).hash},
        "policy": f"{level.replace('_', '-')}-identity-2026-1",
        "management_code": make_code(province="31", opened=2025, level=level, serial=42),
        "identity": {
            "gender": "2", "ethnicity": "01", "nationality": "Việt Nam",
            "birth_place": "Bệnh viện Phụ sản Hải Phòng, Phường Gia Viên, Thành phố Hải Phòng",
            "hometown": "Xã Vĩnh Bảo, Thành phố Hải Phòng" if primary else None,
            "residence": "Số 12 phố Điện Biên Phủ, Phường Hồng Bàng, Thành phố Hải Phòng",
            "policy": None if primary else "Con thương binh",
            "father": {"name": "Nguyễn Đức Toàn", "occupation": work.get("father")},
            "mother": {"name": "Trần Thị Thu Hường", "occupation": work.get("mother")},
            "guardian": None,
        },
        "schooling": [
            {"school_year": f"{2025 + year}-{2026 + year}", "class": f"{first + year}A1",
             "school": record["school"]["name"], "commune": "Phường Hồng Bàng",
             "province": "Thành phố Hải Phòng", "from": f"{2025 + year}-09-05"}
            for year in range(2)
        ],
        "amendments": [], "previous_year": None, "signers": ["principal", "seal"],
    }  # fmt: skip
