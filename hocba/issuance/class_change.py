"""A pupil changes class within the school: the marks so far go along.

    change_class(wp, of, to, pupil="3100000001", by="VT01", at=now())

The enrolment in the old class ends, that in the new one begins, and every present value of
the old register is written into the new one as an event of its own that names the old class
as its source. The old register keeps what it had. The year is then issued with the new
class; a change after the freeze needs a return first.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from hocba.issuance.targets import ClassTarget
from hocba.issuance.transfer import acting_clerk
from hocba.issuance.workplace import Workplace
from hocba.kit import audit
from hocba.kit.clock import local_date
from hocba.kit.errors import ConflictError
from hocba.sector import queries, registers, setup
from hocba.sector.models import Enrolment, EnrolmentStatus
from hocba.sector.registers import Cell, Change, Entry


def change_class(  # noqa: PLR0913  # who goes from where to where, and who says so
    wp: Workplace, of: ClassTarget, to: ClassTarget, *, pupil: str, by: str, at: datetime
) -> int:
    """Move a pupil to another class of the same grade; how many values went along.

    Raises:
        ConflictError: `class_change.other_grade`, `.other_subjects`, `transfer.not_in_class`,
            `class.already_frozen`.
        RefusedError: `transfer.not_allowed`.
        NotFoundError: `pupil.not_found`, `staff.not_found`.
    """
    same = ("school_id", "school_year", "level", "grade")
    if of.class_id == to.class_id or any(getattr(of, one) != getattr(to, one) for one in same):
        raise ConflictError("class_change.other_grade", name=of.class_name, other=to.class_name)
    with wp.database.transaction("class_change") as db:
        actor = acting_clerk(db, of, by, at)
        for class_id in sorted((of.class_id, to.class_id)):
            queries.class_by_id(db, of.school_id, class_id, lock=True)
        moved = queries.pupil_by_code(db, of.school_id, pupil)
        enrolment = _enrolment(db, of, moved.id, pupil)
        if moved.id in registers.closed_registers(db, of.school_id, of.class_id):
            raise ConflictError("class.already_frozen", name=of.class_name)
        changes = _marks(wp, db, of, to, moved.id)
        setup.end_enrolment(db, enrolment, status=EnrolmentStatus.MOVED_CLASS, on=local_date(at))
        school_class = queries.class_by_id(db, to.school_id, to.class_id)
        setup.enrol(db, school_class, moved, from_date=local_date(at))
        entry = Entry(actor, at, source=of.class_name)
        count = registers.write(db, wp.vault, to.school_id, to.class_id, changes, entry=entry)
        target = f"pupil:{moved.id}"
        audit.record(db, actor=actor, action="pupil.changed_class", target=target, at=at)
        return count


def _enrolment(db: Session, of: ClassTarget, pupil: UUID, code: str) -> Enrolment:
    found = db.scalars(
        select(Enrolment).where(
            Enrolment.class_id == of.class_id,
            Enrolment.pupil_id == pupil,
            Enrolment.status == EnrolmentStatus.ACTIVE.value,
        )
    ).one_or_none()
    if found is None:
        raise ConflictError("transfer.not_in_class", code=code, name=of.class_name)
    return found


def _marks(
    wp: Workplace, db: Session, of: ClassTarget, to: ClassTarget, pupil: UUID
) -> list[Change]:
    """The pupil's present values as cells of the new class."""
    old = {one.id: one.code for one in queries.offerings(db, of.school_id, of.class_id)}
    new = {one.code: one.id for one in queries.offerings(db, to.school_id, to.class_id)}
    values = {
        cell: value
        for cell, value in registers.read(db, wp.vault, of.school_id, of.class_id).items()
        if cell.pupil_id == pupil
    }
    codes = {old[cell.offering_id] for cell in values if cell.offering_id is not None}
    if missing := sorted(codes - new.keys()):
        raise ConflictError(
            "class_change.other_subjects", name=to.class_name, subjects=", ".join(missing)
        )
    return [
        Change(
            Cell(
                pupil,
                None if cell.offering_id is None else new[old[cell.offering_id]],
                cell.term,
                cell.item,
            ),
            value,
        )
        for cell, value in values.items()
    ]
