"""Small schools for tests: one class of two pupils, a homeroom teacher and a principal."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from hocba.kit.vault import Vault
from hocba.sector import setup
from hocba.sector.models import (
    Mode,
    Pupil,
    Role,
    School,
    SchoolClass,
    SchoolYear,
    Staff,
    Subject,
    SubjectOffering,
)
from hocba.sector.setup import NewPupil, NewSchool, NewSubject

YEAR = "2025-2026"
FIRST_DAY = date(2025, 9, 5)


@dataclass(frozen=True)
class House:
    """One school with a class of two pupils."""

    school: School
    year: SchoolYear
    homeroom: Staff
    principal: Staff
    six_a: SchoolClass
    maths: SubjectOffering
    pupils: list[Pupil]


def new_subject(session: Session, code: str = "TOAN", position: int = 1) -> Subject:
    new = NewSubject("gdpt2018", "thcs", 6, code, f"Môn {code}", Mode.SCORE, position, 4)
    return setup.add_subject(session, new)


def build(session: Session, vault: Vault, at: datetime, number: int = 1) -> House:
    school = setup.add_school(
        session,
        NewSchool(
            f"31-11311-{number:02}", "Trường THCS Lê Quý Đôn", "Phường Hồng Bàng",
            "Thành phố Hải Phòng", f"02000000{number:02}", "thcs",
        ),
    )  # fmt: skip
    year = setup.add_school_year(session, school, YEAR)
    homeroom = setup.add_staff(
        session, school, code="GV01", name="Vũ Thị Ánh", cccd=f"0311900000{number:02}"
    )
    principal = setup.add_staff(
        session, school, code="GV02", name="Đỗ Văn Dũng", cccd=f"0311700000{number:02}"
    )
    setup.add_role(session, school, principal, Role.PRINCIPAL, from_date=FIRST_DAY)
    six_a = setup.add_class(session, school, year, name="6A1", grade=6, homeroom=homeroom)
    maths = setup.add_offering(session, six_a, new_subject(session), teacher=homeroom)
    pupils = setup.add_pupils(
        session,
        vault,
        [
            NewPupil(f"31000000{number}1", "Trần Văn Ổn", "5/9/2014", f"0312140000{number}1"),
            NewPupil(f"31000000{number}2", "Lê Thị Hoà", "2014"),
        ],
        at=at,
    )
    setup.enrol_all(session, six_a, pupils, from_date=FIRST_DAY)
    return House(school, year, homeroom, principal, six_a, maths, pupils)
