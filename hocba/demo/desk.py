"""The demo's accounts: one for each role at the desk, their common password printed at the end."""

from hocba.demo.people import SampleClass, SampleSchool
from hocba.issuance.targets import find_school
from hocba.issuance.workplace import Workplace
from hocba.kit.clock import now
from hocba.kit.errors import ConflictError
from hocba.portals.desk import accounts

PASSWORD = "hoa phuong do"  # noqa: S105  # of invented people, printed on the terminal
"""It protects nothing: the demo's people are invented."""

USERS = {
    "gv": "giáo viên bộ môn",
    "gvcn": "giáo viên chủ nhiệm",
    "ht": "hiệu trưởng",
    "vt": "văn thư",
    "ph": "phụ huynh",
    "so": "Sở Giáo dục và Đào tạo",
}


def open_accounts(wp: Workplace, school: SampleSchool, left: SampleClass) -> None:
    """Open an account for each role of the school; `left` is the class that is not frozen yet."""
    with wp.database.transaction("demo.school") as db:
        school_id = find_school(db, school.code).id
    child = school.classes[0].pupils[0]
    parent = accounts.NewGuardian("Trần Thị Hoa", (child.code,))
    actors = {
        "gv": accounts.staff_actor(wp, school_id, left.teachers["TOAN"].code),
        "gvcn": accounts.staff_actor(wp, school_id, left.homeroom.code),
        "ht": accounts.staff_actor(wp, school_id, school.principal.code),
        "vt": accounts.staff_actor(wp, school_id, school.clerk.code),
        "ph": accounts.guardian_actor(wp, school_id, parent, at=now()),
        "so": "department:so-gd",
    }
    for username in USERS:
        try:
            accounts.open_account(wp, username, actors[username], at=now(), password=PASSWORD)
        except ConflictError:
            continue  # an earlier run of the demo opened it
