"""Reading the sector database: every question is asked on behalf of one school.

    school = school_by_code(session, "31-11311-01")
    six_a = school_class(session, school.id, "2025-2026", "6A1")
    for pupil in pupils_of_class(session, school.id, six_a.id): ...

What belongs to another school is not found, in the same words as what does not exist. A function
without a `school` argument is one of the two doors, `school_by_code` and `schools`; a test walks
all others with another school's identifiers.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import Select, and_, or_, select
from sqlalchemy.orm import Session

from hocba.kit.errors import NotFoundError
from hocba.sector.models import (
    Enrolment,
    EnrolmentStatus,
    FrozenRecord,
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
from hocba.sector.names import matches, tokens

_SEARCH_LIMIT = 50


@dataclass(frozen=True)
class Offering:
    """A subject as a class takes it, in the order of the form."""

    id: UUID
    code: str
    name: str
    mode: str
    position: int
    required: bool
    regular_marks: int
    teacher_id: UUID | None
    teacher: str | None


def school_by_code(session: Session, code: str) -> School:
    """The school that somebody has proved to act for.

    Raises:
        NotFoundError: `school.not_found`.
    """
    found = session.scalar(select(School).where(School.code == code))
    if found is None:
        raise NotFoundError("school.not_found", code=code)
    return found


def schools(session: Session) -> list[School]:
    """All schools, by code; for the department and the command line."""
    return list(session.scalars(select(School).order_by(School.code)))


def school_year(session: Session, school: UUID, name: str) -> SchoolYear:
    """A year of the school.

    Raises:
        NotFoundError: `school_year.not_found`.
    """
    found = session.scalar(
        select(SchoolYear).where(SchoolYear.school_id == school, SchoolYear.name == name)
    )
    if found is None:
        raise NotFoundError("school_year.not_found", year=name)
    return found


def school_class(session: Session, school: UUID, year: str, name: str) -> SchoolClass:
    """A class of the school by the names that people use.

    Raises:
        NotFoundError: `class.not_found`.
    """
    found = session.scalar(
        select(SchoolClass)
        .join(SchoolYear, SchoolYear.id == SchoolClass.school_year_id)
        .where(SchoolClass.school_id == school, SchoolYear.name == year, SchoolClass.name == name)
    )
    if found is None:
        raise NotFoundError("class.not_found", name=name)
    return found


def class_by_id(
    session: Session, school: UUID, class_id: UUID, *, lock: bool = False
) -> SchoolClass:
    """A class of the school; `lock` makes writers of its marks and freezes wait for each other.

    Raises:
        NotFoundError: `class.not_found`.
    """
    wanted = select(SchoolClass).where(SchoolClass.school_id == school, SchoolClass.id == class_id)
    found = session.scalar(wanted.with_for_update(key_share=True) if lock else wanted)
    if found is None:
        raise NotFoundError("class.not_found", name=class_id)
    return found


def classes(session: Session, school: UUID, year: str) -> list[SchoolClass]:
    """Classes of one year, by grade and name."""
    found = session.scalars(
        select(SchoolClass)
        .join(SchoolYear, SchoolYear.id == SchoolClass.school_year_id)
        .where(SchoolClass.school_id == school, SchoolYear.name == year)
    )
    return sorted(found, key=lambda each: (each.grade, len(each.name), each.name))


def year_of_class(session: Session, school: UUID, class_id: UUID) -> SchoolYear:
    """The year that a class belongs to.

    Raises:
        NotFoundError: `class.not_found`.
    """
    found = session.scalar(
        select(SchoolYear)
        .join(SchoolClass, SchoolClass.school_year_id == SchoolYear.id)
        .where(SchoolClass.school_id == school, SchoolClass.id == class_id)
    )
    if found is None:
        raise NotFoundError("class.not_found", name=class_id)
    return found


def pupils_of_class(
    session: Session, school: UUID, class_id: UUID, *, left: Sequence[str] = ()
) -> list[Pupil]:
    """Pupils whose year ends, or ended, in this class, in the order of a class list.

    Of those who moved to another school only the ones whose codes are in `left`.

    Raises:
        NotFoundError: `class.not_found`.
    """
    class_by_id(session, school, class_id)
    stayed = (EnrolmentStatus.ACTIVE.value, EnrolmentStatus.FINISHED.value)
    gone = and_(Enrolment.status == EnrolmentStatus.TRANSFERRED.value, Pupil.code.in_(list(left)))
    found = session.scalars(
        select(Pupil)
        .join(Enrolment, Enrolment.pupil_id == Pupil.id)
        .where(Enrolment.class_id == class_id, or_(Enrolment.status.in_(stayed), gone))
        .order_by(Pupil.sort_key, Pupil.code)
    )
    return list(found)


def pupil_by_code(session: Session, school: UUID, code: str) -> Pupil:
    """A pupil who is or was at the school.

    Raises:
        NotFoundError: `pupil.not_found`.
    """
    found = session.scalar(_pupils_of(school).where(Pupil.code == code))
    if found is None:
        raise NotFoundError("pupil.not_found", code=code)
    return found


def pupil_by_id(session: Session, school: UUID, pupil_id: UUID) -> Pupil:
    """A pupil who is or was at the school.

    Raises:
        NotFoundError: `pupil.not_found`.
    """
    found = session.scalar(_pupils_of(school).where(Pupil.id == pupil_id))
    if found is None:
        raise NotFoundError("pupil.not_found", code=pupil_id)
    return found


def enrolments_of_pupil(session: Session, school: UUID, pupil_id: UUID) -> list[Enrolment]:
    """When the pupil was in which class of this school, oldest first."""
    found = session.scalars(
        select(Enrolment)
        .where(Enrolment.school_id == school, Enrolment.pupil_id == pupil_id)
        .order_by(Enrolment.from_date)
    )
    return list(found)


def search_pupils(session: Session, school: UUID, query: str) -> list[Pupil]:
    """Pupils of the school whose name matches, or whose code or personal number this is."""
    wanted = _pupils_of(school).order_by(Pupil.sort_key, Pupil.code)
    text = query.strip()
    if text and text.replace(" ", "").isdigit():
        number = text.replace(" ", "")
        exact = or_(Pupil.code == number, Pupil.personal_number == number)
        return list(session.scalars(wanted.where(exact).limit(_SEARCH_LIMIT)))
    words = tokens(text)
    for index, word in enumerate(words):
        end = "%" if index == len(words) - 1 else " %"
        wanted = wanted.where(Pupil.search_key.like(f"% {_escaped(word)}{end}", escape="\\"))
    # The index knows no diacritics and no tone styles; the rule itself is in one place.
    found = (pupil for pupil in session.scalars(wanted) if matches(text, pupil.name))
    return [pupil for pupil, _ in zip(found, range(_SEARCH_LIMIT), strict=False)]


def offerings(session: Session, school: UUID, class_id: UUID) -> list[Offering]:
    """Subjects that a class takes, in the order of the form.

    Raises:
        NotFoundError: `class.not_found`.
    """
    class_by_id(session, school, class_id)
    rows = session.execute(
        select(SubjectOffering, Subject, Staff.name)
        .join(Subject, Subject.id == SubjectOffering.subject_id)
        .outerjoin(Staff, Staff.id == SubjectOffering.teacher_id)
        .where(SubjectOffering.class_id == class_id)
        .order_by(Subject.position, Subject.code)
    )
    return [
        Offering(
            id=offering.id,
            code=subject.code,
            name=offering.name or subject.name,
            mode=subject.mode,
            position=subject.position,
            required=subject.required,
            regular_marks=subject.regular_marks,
            teacher_id=offering.teacher_id,
            teacher=teacher,
        )
        for offering, subject, teacher in rows
    ]


def staff_by_code(session: Session, school: UUID, code: str) -> Staff:
    """A member of staff of the school.

    Raises:
        NotFoundError: `staff.not_found`.
    """
    found = session.scalar(select(Staff).where(Staff.school_id == school, Staff.code == code))
    if found is None:
        raise NotFoundError("staff.not_found", code=code)
    return found


def staff_by_id(session: Session, school: UUID, staff_id: UUID) -> Staff:
    """A member of staff of the school.

    Raises:
        NotFoundError: `staff.not_found`.
    """
    found = session.scalar(select(Staff).where(Staff.school_id == school, Staff.id == staff_id))
    if found is None:
        raise NotFoundError("staff.not_found", code=staff_id)
    return found


def staff(session: Session, school: UUID) -> list[Staff]:
    """All members of staff, in the order of given names."""
    found = session.scalars(
        select(Staff).where(Staff.school_id == school).order_by(Staff.sort_key, Staff.code)
    )
    return list(found)


def roles_of(session: Session, school: UUID, staff_id: UUID, *, on: date) -> list[StaffRole]:
    """Roles that a member of staff holds at the school that day."""
    return list(
        session.scalars(
            _roles_on(school, on)
            .where(StaffRole.staff_id == staff_id)
            .order_by(StaffRole.role, StaffRole.scope)
        )
    )


def holders(
    session: Session, school: UUID, role: Role, *, on: date, scope: str = "school"
) -> list[Staff]:
    """Who holds a role at the school that day, in the order of given names."""
    held = _roles_on(school, on).where(StaffRole.role == role.value, StaffRole.scope == scope)
    found = session.scalars(
        select(Staff)
        .where(Staff.id.in_(held.with_only_columns(StaffRole.staff_id)))
        .order_by(Staff.sort_key, Staff.code)
    )
    return list(found)


def frozen_record(session: Session, school: UUID, record_id: UUID) -> FrozenRecord:
    """One frozen record of the school, still encrypted.

    Raises:
        NotFoundError: `record.not_found`.
    """
    found = session.scalar(
        select(FrozenRecord).where(FrozenRecord.school_id == school, FrozenRecord.id == record_id)
    )
    if found is None:
        raise NotFoundError("record.not_found")
    return found


def frozen_records(
    session: Session, school: UUID, record_ids: Iterable[UUID]
) -> dict[UUID, FrozenRecord]:
    """Many frozen records of the school by id; those of other schools are left out."""
    wanted = FrozenRecord.id.in_(list(record_ids))
    found = session.scalars(select(FrozenRecord).where(FrozenRecord.school_id == school, wanted))
    return {record.id: record for record in found}


def _pupils_of(school: UUID) -> Select[Pupil]:
    enrolled = select(Enrolment.pupil_id).where(Enrolment.school_id == school)
    return select(Pupil).where(Pupil.id.in_(enrolled))


def _roles_on(school: UUID, on: date) -> Select[StaffRole]:
    return select(StaffRole).where(
        StaffRole.school_id == school,
        StaffRole.from_date <= on,
        or_(StaffRole.to_date.is_(None), StaffRole.to_date >= on),
    )


def _escaped(word: str) -> str:
    return word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
