"""Making schools, years, staff, classes and pupils; for `hocba init`, imports and the demo.

    school = add_school(session, NewSchool("31-11311-01", "Trường THCS Lê Quý Đôn", ...))
    year = add_school_year(session, school, "2025-2026")
    teacher = add_staff(session, school, code="GV02", name="Vũ Thị Ánh", cccd="031190000012")
    six_a = add_class(session, school, year, name="6A1", grade=6, homeroom=teacher)
    pupil = add_pupil(session, vault, NewPupil("3100000001", "Trần Văn Ổn", "2014"), at=now)
    enrol(session, six_a, pupil, from_date=year.starts_on)

Adding what is there already, by its own code, brings its details up to date and returns it: the
same file read twice changes nothing the second time. What would be a contradiction (two classes
at once, a personal number that is somebody else's) is an error of ours, named by code.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeVar
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from hocba.kit.db import Base
from hocba.kit.errors import ConflictError
from hocba.kit.text import tidy
from hocba.kit.vault import Vault
from hocba.sector.birth_dates import parse_birth_date
from hocba.sector.codes import code as checked_code
from hocba.sector.codes import personal_number as checked_number
from hocba.sector.models import (
    Enrolment,
    EnrolmentStatus,
    Mode,
    Pupil,
    Role,
    School,
    SchoolClass,
    SchoolYear,
    Staff,
    StaffRole,
    Subject,
    SubjectOffering,
)
from hocba.sector.names import clean_name, search_key, sort_key
from hocba.sector.places import place as place_of
from hocba.sector.school_year import parse_school_year, usual_dates

WHOLE_SCHOOL = "school"

_Row = TypeVar("_Row", bound=Base)


@dataclass(frozen=True)
class NewSchool:
    """A school; `place` stands before a date, and is the province's name by default."""

    code: str
    name: str
    commune: str
    province: str
    tax_code: str
    level: str
    place: str | None = None


@dataclass(frozen=True)
class NewSubject:
    """A subject in one grade; `regular_marks` is how many regular marks a term has."""

    program: str
    level: str
    grade: int
    code: str
    name: str
    mode: str
    position: int
    regular_marks: int
    required: bool = True


@dataclass(frozen=True)
class NewPupil:
    """What is known of a pupil before there is a row."""

    code: str
    name: str
    birth_date: str
    personal_number: str | None = None
    register_no: str | None = None
    called_by: str | None = None


def class_scope(year: str, name: str) -> str:
    """How roles and appointments name a class: `2025-2026/6A1`."""
    return f"{year}/{name}"


def add_school(session: Session, new: NewSchool) -> School:
    """Add a school of the sector."""
    details = {
        "name": tidy(new.name),
        "commune": tidy(new.commune),
        "province": tidy(new.province),
        "place": tidy(new.place) if new.place else place_of(new.province),
        "tax_code": tidy(new.tax_code),
        "level": new.level,
    }
    return _put(session, School, {"code": checked_code(new.code)}, details)


def add_school_year(
    session: Session,
    school: School,
    name: str,
    *,
    starts_on: date | None = None,
    ends_on: date | None = None,
) -> SchoolYear:
    """Open a school year, by default from 5 September to 31 May."""
    year = parse_school_year(name)
    first, last = usual_dates(year)
    details = {"starts_on": starts_on or first, "ends_on": ends_on or last}
    return _put(session, SchoolYear, {"school_id": school.id, "name": year}, details)


def add_staff(session: Session, school: School, *, code: str, name: str, cccd: str) -> Staff:
    """Add a member of staff of a school.

    Raises:
        ConflictError: `staff.exists` where the CCCD belongs to another one.
    """
    number, checked = checked_number(cccd), checked_code(code)
    other = session.scalar(select(Staff).where(Staff.cccd == number))
    if other is not None and (other.school_id, other.code) != (school.id, checked):
        raise ConflictError("staff.exists", code=other.code)
    name = clean_name(name)
    details = {"name": name, "cccd": number, **_name_keys(name)}
    return _put(session, Staff, {"school_id": school.id, "code": checked}, details)


def add_role(  # noqa: PLR0913  # a role is all of these
    session: Session,
    school: School,
    staff: Staff,
    role: Role,
    *,
    from_date: date,
    to_date: date | None = None,
    scope: str = WHOLE_SCHOOL,
) -> StaffRole:
    """Give a member of staff a role from a day on."""
    known = {
        "staff_id": staff.id,
        "school_id": school.id,
        "role": Role(role).value,
        "scope": scope,
        "from_date": from_date,
    }
    return _put(session, StaffRole, known, {"to_date": to_date})


def add_subject(session: Session, new: NewSubject) -> Subject:
    """Add a subject of a programme in one grade."""
    known = {
        "program": new.program,
        "level": new.level,
        "grade": new.grade,
        "code": checked_code(new.code),
    }
    details = {
        "name": tidy(new.name),
        "mode": Mode(new.mode).value,
        "position": new.position,
        "required": new.required,
        "regular_marks": new.regular_marks,
    }
    return _put(session, Subject, known, details)


def add_class(  # noqa: PLR0913  # a class is all of these
    session: Session,
    school: School,
    year: SchoolYear,
    *,
    name: str,
    grade: int,
    homeroom: Staff | None = None,
    level: str | None = None,
) -> SchoolClass:
    """Add a class; its homeroom teacher gets the role for this class and year."""
    name = tidy(name)
    details = {
        "school_id": school.id,
        "grade": grade,
        "level": level or school.level,
        "homeroom_id": homeroom.id if homeroom else None,
    }
    made = _put(session, SchoolClass, {"school_year_id": year.id, "name": name}, details)
    if homeroom is not None:
        scope = class_scope(year.name, name)
        add_role(session, school, homeroom, Role.HOMEROOM, from_date=year.starts_on, scope=scope)
    return made


def add_offering(
    session: Session,
    school_class: SchoolClass,
    subject: Subject,
    *,
    teacher: Staff | None = None,
    name: str | None = None,
) -> SubjectOffering:
    """Have a class take a subject; `name` says which, where the subject leaves it open."""
    known = {"class_id": school_class.id, "subject_id": subject.id}
    details = {
        "school_id": school_class.school_id,
        "teacher_id": teacher.id if teacher else None,
        "name": tidy(name) if name else None,
    }
    return _put(session, SubjectOffering, known, details)


def add_pupil(session: Session, vault: Vault, new: NewPupil, *, at: datetime) -> Pupil:
    """Add one pupil of the sector, with the key that their data are sealed under."""
    return add_pupils(session, vault, [new], at=at)[0]


def add_pupils(
    session: Session, vault: Vault, new: Sequence[NewPupil], *, at: datetime
) -> list[Pupil]:
    """Add many pupils in a few statements, in the order given.

    Raises:
        ConflictError: `pupil.exists` where a personal number belongs to another pupil.
        InputError: for a name, date or number that cannot be.
    """
    wanted = [_pupil_details(pupil) for pupil in new]
    known = _pupils_by_code(session, [details["code"] for details in wanted])
    _refuse_foreign_numbers(session, wanted)
    pupils: list[Pupil] = []
    fresh: list[Pupil] = []
    for details in wanted:
        pupil = known.get(details["code"])
        if pupil is None:
            pupil = known[details["code"]] = Pupil(id=uuid4(), **details)
            fresh.append(pupil)
        else:
            _set(pupil, details)
        pupils.append(pupil)
    session.add_all(fresh)
    vault.new_keys(session, [pupil.id for pupil in fresh], at=at)
    session.flush()
    return pupils


def enrol(
    session: Session, school_class: SchoolClass, pupil: Pupil, *, from_date: date
) -> Enrolment:
    """Put one pupil into a class from a day on; see `enrol_all`."""
    return enrol_all(session, school_class, [pupil], from_date=from_date)[0]


def enrol_all(
    session: Session, school_class: SchoolClass, pupils: Sequence[Pupil], *, from_date: date
) -> list[Enrolment]:
    """Put pupils into a class; those who are in it already stay as they are.

    Who moved to another school after that day has left: the same list read again brings
    nobody back. An enrolment of an earlier school year ends with that year: it is finished here.

    Raises:
        ConflictError: `pupil.already_enrolled` for one who is in another class of this or a
            later year now.
    """
    _finish_earlier_years(session, school_class, pupils)
    active = {
        enrolment.pupil_id: enrolment
        for enrolment in session.scalars(
            select(Enrolment).where(
                Enrolment.pupil_id.in_([pupil.id for pupil in pupils]),
                Enrolment.status == EnrolmentStatus.ACTIVE.value,
            )
        )
    }
    left = _left_since(session, school_class, pupils, from_date)
    for pupil in pupils:
        found = active.get(pupil.id)
        if pupil.id in left:
            active[pupil.id] = left[pupil.id]
            continue
        if found is not None and found.class_id != school_class.id:
            # The other class may be another school's: its name is not ours to tell.
            raise ConflictError("pupil.already_enrolled", code=pupil.code)
        if found is None:
            active[pupil.id] = Enrolment(
                school_id=school_class.school_id,
                class_id=school_class.id,
                pupil_id=pupil.id,
                from_date=from_date,
                status=EnrolmentStatus.ACTIVE.value,
            )
            session.add(active[pupil.id])
    session.flush()
    return [active[pupil.id] for pupil in pupils]


def _left_since(
    session: Session, school_class: SchoolClass, pupils: Sequence[Pupil], day: date
) -> dict[UUID, Enrolment]:
    found = session.scalars(
        select(Enrolment).where(
            Enrolment.class_id == school_class.id,
            Enrolment.pupil_id.in_([pupil.id for pupil in pupils]),
            Enrolment.status == EnrolmentStatus.TRANSFERRED.value,
            Enrolment.to_date > day,
        )
    )
    return {enrolment.pupil_id: enrolment for enrolment in found}


def _finish_earlier_years(
    session: Session, school_class: SchoolClass, pupils: Sequence[Pupil]
) -> None:
    year = session.get_one(SchoolYear, school_class.school_year_id)
    rows = session.execute(
        select(Enrolment, SchoolYear.ends_on)
        .join(SchoolClass, SchoolClass.id == Enrolment.class_id)
        .join(SchoolYear, SchoolYear.id == SchoolClass.school_year_id)
        .where(
            Enrolment.pupil_id.in_([pupil.id for pupil in pupils]),
            Enrolment.status == EnrolmentStatus.ACTIVE.value,
            SchoolYear.name < year.name,
        )
    )
    for enrolment, ends_on in rows:
        end_enrolment(session, enrolment, status=EnrolmentStatus.FINISHED, on=ends_on)


def end_enrolment(
    session: Session, enrolment: Enrolment, *, status: EnrolmentStatus, on: date
) -> None:
    """Say how and when an enrolment ended; the marks stay with the class."""
    enrolment.status, enrolment.to_date = EnrolmentStatus(status).value, on
    session.flush()


def change_pupil(session: Session, pupil: Pupil, changes: Mapping[str, str | None]) -> None:
    """Change name, birth date or personal number, which a civil-status paper may do.

    Raises:
        InputError: as the parsers of names, dates and numbers.
        ConflictError: `pupil.exists`: the personal number is somebody else's.
    """
    known = ("code", "name", "birth_date", "personal_number", "register_no", "called_by")
    given = {name: getattr(pupil, name) for name in known} | dict(changes)
    if "name" in changes:
        given["called_by"] = None  # what they were called by may be gone with the old name
    details = _pupil_details(NewPupil(**given))
    _refuse_foreign_numbers(session, [details])
    _set(pupil, details)
    session.flush()


def _pupil_details(new: NewPupil) -> dict[str, Any]:
    name = clean_name(new.name)
    called_by = tidy(new.called_by) if new.called_by else None
    return {
        "code": checked_code(new.code),
        "name": name,
        "called_by": called_by,
        "birth_date": parse_birth_date(new.birth_date),
        "personal_number": checked_number(new.personal_number) if new.personal_number else None,
        "register_no": tidy(new.register_no) if new.register_no else None,
        **_name_keys(name, called_by),
    }


def _pupils_by_code(session: Session, codes: Iterable[str]) -> dict[str, Pupil]:
    found = session.scalars(select(Pupil).where(Pupil.code.in_(list(codes))))
    return {pupil.code: pupil for pupil in found}


def _refuse_foreign_numbers(session: Session, wanted: Sequence[dict[str, Any]]) -> None:
    owners: dict[str, str] = {}
    numbers = [details["personal_number"] for details in wanted if details["personal_number"]]
    stored = select(Pupil.personal_number, Pupil.code).where(Pupil.personal_number.in_(numbers))
    owners.update({number: code for number, code in session.execute(stored) if number})
    for details in wanted:
        number = details["personal_number"]
        if number and owners.setdefault(number, details["code"]) != details["code"]:
            raise ConflictError("pupil.exists", code=owners[number])


def _name_keys(name: str, called_by: str | None = None) -> dict[str, str]:
    return {"sort_key": sort_key(name, called_by=called_by), "search_key": search_key(name)}


def _put(
    session: Session, kind: type[_Row], known: dict[str, Any], details: dict[str, Any]
) -> _Row:
    """The row with these identifying values, made or brought up to date."""
    row = session.scalar(select(kind).filter_by(**known))
    if row is None:
        row = kind(**known, **details)
        session.add(row)
    else:
        _set(row, details)
    session.flush()
    return row


def _set(row: Base, details: dict[str, Any]) -> None:
    for name, value in details.items():
        if getattr(row, name) != value:
            setattr(row, name, value)
