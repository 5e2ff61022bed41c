"""Who a session stands for today: name, school, roles, children. Read at every request."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from hocba.kit.access import Visit
from hocba.portals.desk.roles import DeskRole
from hocba.sector import queries
from hocba.sector.models import Guardian, Pupil, Role, School, Staff, SubjectOffering

_ROLES = {
    Role.TEACHER: DeskRole.TEACHER,
    Role.HOMEROOM: DeskRole.HOMEROOM,
    Role.PRINCIPAL: DeskRole.PRINCIPAL,
    Role.DEPUTY_PRINCIPAL: DeskRole.PRINCIPAL,
    Role.CLERK: DeskRole.OFFICE,
}


@dataclass(frozen=True)
class Employment:
    """Somebody at work: the school, the code there, the classes in their care."""

    staff_id: UUID
    code: str
    school_id: UUID
    school_code: str
    school_name: str
    homeroom_of: frozenset[str]


@dataclass(frozen=True)
class Person:
    """Who is asking."""

    visit: Visit
    name: str
    roles: frozenset[DeskRole]
    work: Employment | None = None

    @property
    def at_work(self) -> Employment:
        """The employment that every role of a school has."""
        if self.work is None:
            raise AssertionError("a role of a school without a school")
        return self.work

    @property
    def own_id(self) -> UUID:
        """The identifier behind the actor: of a guardian or a pupil."""
        return UUID(self.visit.actor.partition(":")[2])

    @property
    def is_pupil(self) -> bool:
        """Whether a pupil asks, and not a guardian."""
        return self.visit.actor.startswith("pupil:")


def person_of(db: Session, visit: Visit, *, on: date) -> Person:
    """Read what the holder of a session is on that day; nobody has a role by default."""
    kind, _, identifier = visit.actor.partition(":")
    if kind == "staff":
        return _staff(db, visit, UUID(identifier), on)
    if kind == "department":
        return Person(visit, identifier, frozenset((DeskRole.DEPARTMENT,)))
    if kind in {"guardian", "pupil"}:
        model = Guardian if kind == "guardian" else Pupil
        name = db.scalar(select(model.name).where(model.id == UUID(identifier)))
        roles = frozenset((DeskRole.FAMILY,)) if name else frozenset[DeskRole]()
        return Person(visit, name or "", roles)
    return Person(visit, visit.username, frozenset())


def _staff(db: Session, visit: Visit, staff_id: UUID, on: date) -> Person:
    staff = db.get(Staff, staff_id)
    if staff is None:
        return Person(visit, visit.username, frozenset())
    school = db.get_one(School, staff.school_id)
    held = queries.roles_of(db, school.id, staff.id, on=on)
    roles = {_ROLES[Role(each.role)] for each in held}
    teaches = select(SubjectOffering.id).where(SubjectOffering.teacher_id == staff.id).limit(1)
    if held and db.scalar(teaches) is not None:
        roles.add(DeskRole.TEACHER)
    classes = frozenset(each.scope for each in held if each.role == Role.HOMEROOM)
    work = Employment(staff.id, staff.code, school.id, school.code, school.name, classes)
    return Person(visit, staff.name, frozenset(roles), work)
