"""A school of one small class with complete marks: the least that can be issued.

file = school_file(pupils=3)
write_workbook(wp, path)           # the class's workbook, filled in
"""

import json

from hocba.issuance.sheets import class_template
from hocba.issuance.targets import find_class
from hocba.kit.clock import now
from hocba.sector.sheets import fill, register_of_class
from hocba.sector.sheets.layout import plan

PIN = "161803"
CLASS = "6A1"
HOMEROOM, PRINCIPAL, DEPUTY, CLERK, STRANGER = "GV02", "HT01", "PHT1", "VT01", "GV03"
NAMES = ("Trần Văn Ổn", "Y Ƀlô Niê", "Nguyễn Thị Ánh", "Đặng Đình Đức Đạt", "Lê Bảo Ân")


def school_file(*, pupils=3, code="31-11311-01", tax_code="0200311311", digit="1"):
    """The school as `hocba import` reads it."""
    staff = [
        (PRINCIPAL, "Vũ Thị Hồng Nhung", [{"role": "principal"}]),
        (DEPUTY, "Phạm Quang Hải", [{"role": "deputy_principal", "acts_for": ["principal"]}]),
        (HOMEROOM, "Hoàng Minh Châu", [{"role": "teacher"}]),
        (STRANGER, "Đỗ Thu Hà", [{"role": "teacher"}]),
        (CLERK, "Bùi Khánh Linh", [{"role": "clerk"}]),
    ]
    return {
        "type": "hocba.school_file/1",
        "school_year": "2025-2026",
        "school": {
            "code": code,
            "name": "Trường THCS Lê Quý Đôn",
            "commune": "Phường Hồng Bàng",
            "province": "Thành phố Hải Phòng",
            "tax_code": tax_code,
            "level": "thcs",
            "place": "Hải Phòng",
        },
        "staff": [
            {"code": one, "name": name, "cccd": f"03119000{digit}{number:03d}", "roles": roles}
            for number, (one, name, roles) in enumerate(staff)
        ],
        "classes": [
            {
                "name": CLASS,
                "grade": 6,
                "homeroom": HOMEROOM,
                "teachers": {"TOAN": STRANGER},
                "pupils": [
                    {
                        "code": f"31{digit}{number:07d}",
                        "name": NAMES[number % len(NAMES)],
                        "birth_date": "2014-09-05",
                    }
                    for number in range(pupils)
                ],
            }
        ],
    }


def write_school_file(path, **options):
    path.write_text(json.dumps(school_file(**options), ensure_ascii=False), encoding="utf-8")
    return path


def write_workbook(wp, path, *, school=None, change=None, leave_out=()):
    """Write the class's workbook with a complete year for everybody but `leave_out`."""
    with wp.database.transaction("test.register") as db:
        of = find_class(db, class_name=CLASS, school=school)
        register = register_of_class(db, of.school_id, of.class_id)
    entries = {}
    for pupil in register.pupils:
        if pupil.code not in leave_out:
            entries.update(full_year(register, pupil.code))
    entries.update(change or {})
    entries = {cell: value for cell, value in entries.items() if value is not None}
    path.write_bytes(fill(class_template(wp, of, at=now()), entries, register))
    return path


def full_year(register, code):
    """Entries of a complete year of one pupil."""
    entries = {}
    for page in plan(register):
        subject = page.subject.code if page.subject else None
        for _, column in page.inputs():
            value = _VALUES.get(column.kind)
            if column.required and value is not None:
                entries[code, subject, column.term, column.item] = value
    return entries


_VALUES = {
    "score": "8.0",
    "comment": "Đ",
    "level": "T",
    "count": "2",
    "text": "Chăm chỉ, biết giúp đỡ bạn; cần mạnh dạn hơn.",
}
