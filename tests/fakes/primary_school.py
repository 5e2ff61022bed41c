"""A small primary school in a province: grades, one class each, with special pupils.

enter(here)                            # the school file: class 4A and its pupils
fill_class(here, change={...})         # its workbook, filled in and imported
"""

from hocba.issuance import find_class, read_marks, write_marks
from hocba.issuance.sheets import class_template
from hocba.kit.clock import now
from hocba.sector.sheets import fill, register_of_class
from hocba.sector.sheets.layout import plan

HOMEROOM, CLASS = "GV02", "4A"
AN, BLO, CHI, DUNG = (f"311000000{number}" for number in range(4))
PUPILS = (
    (AN, "Trần Văn Ổn", "2016-09-05"),
    (BLO, "Y Ƀlô Niê", "2016"),
    (CHI, "Nguyễn Thị Ánh", "2016-02"),
    (DUNG, "Đặng Đình Đức Đạt", "2015-12-31"),
)
SCHOOL = {"name": "Trường Tiểu học Lê Văn Tám", "level": "th"}
LANGUAGE = {"TDTTS": "Tiếng Ê-đê"}
_TEXT = "Chăm chỉ, biết giúp đỡ bạn; cần mạnh dạn hơn."


def enter(here, *, grade=4, name=CLASS, year="2025-2026", pupils=PUPILS, **other):
    """Bring the school up to a file with one class; `other` names another school's options."""
    people = [{"code": code, "name": who, "birth_date": born} for code, who, born in pupils]
    one = {"name": name, "grade": grade, "homeroom": HOMEROOM, "teachers": {},
           "subjects": LANGUAGE, "pupils": people}  # fmt: skip
    return here.school(school=SCHOOL, school_year=year, classes=[one], options=other)


def first_term(here, pupil, *, name=CLASS, school=None):
    """Return entries of a first term that ended well."""
    with here.wp.database.transaction("test.register") as db:
        of = find_class(db, class_name=name, school=school)
        register = register_of_class(db, of.school_id, of.class_id)
    found = {}
    for page in plan(register):
        subject = page.subject.code if page.subject else None
        for _, column in page.inputs():
            if column.term == 1 and not column.item.endswith("_gk"):
                found[pupil, subject, 1, column.item] = "8" if column.kind == "test" else "T"
    return found


def complete_year(register, *, leave_out=()):
    """Return entries of a year in which everybody has done everything well."""
    found = {}
    for pupil in register.pupils:
        for page in plan(register):
            subject = page.subject.code if page.subject else None
            for _, column in page.inputs():
                if column.required and pupil.code not in leave_out:
                    found[pupil.code, subject, column.term, column.item] = _value(column)
    return found


def workbook(here, *, name=CLASS, change=None, leave_out=(), school=None):
    """Return the class's workbook, filled in."""
    with here.wp.database.transaction("test.register") as db:
        of = find_class(db, class_name=name, school=school)
        register = register_of_class(db, of.school_id, of.class_id)
    entries = complete_year(register, leave_out=leave_out) | (change or {})
    filled = {cell: value for cell, value in entries.items() if value is not None}
    return fill(class_template(here.wp, of, at=now()), filled, register)


def fill_class(here, *, pending=(), **options):
    """Fill the class's workbook and import it; how many cells changed."""
    reading = read_marks(here.wp, workbook(here, **options), file="4A.xlsx", pending=pending)
    return write_marks(here.wp, reading, actor="command", at=now())


def _value(column):
    if column.kind == "test":
        return "9"
    return {"choice": "T", "level": "T", "count": "1", "text": _TEXT, "score": "8.0",
            "comment": "Đ"}[column.kind]  # fmt: skip
