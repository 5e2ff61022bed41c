"""Guardians and their children: who may be told what about whom, and until when.

    mother = add_guardian(db, name="Trần Thị Hoa", cccd=None)
    add_child(db, mother, pupil, from_date=today)
    children(db, mother.id, on=today)                # pupils, by given name

A question about a pupil is always asked on behalf of the guardian or pupil who asks; what is
not theirs is not found, in the same words as what does not exist.
"""

from datetime import date
from uuid import UUID

from sqlalchemy import Select, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from hocba.kit.errors import ConflictError, NotFoundError
from hocba.sector.codes import personal_number
from hocba.sector.models import Guardian, Guardianship, Pupil
from hocba.sector.names import clean_name


def add_guardian(db: Session, *, name: str, cccd: str | None = None) -> Guardian:
    """Add a guardian, or return the one with this CCCD.

    Raises:
        ConflictError: `guardian.other_name` where the CCCD is somebody else's.
    """
    number = personal_number(cccd) if cccd else None
    known = (
        db.scalars(select(Guardian).where(Guardian.cccd == number)).one_or_none()
        if number
        else None
    )
    tidied = clean_name(name)
    if known is not None and known.name != tidied:
        raise ConflictError("guardian.other_name")
    if known is not None:
        return known
    guardian = Guardian(name=tidied, cccd=number)
    db.add(guardian)
    db.flush()
    return guardian


def add_child(
    db: Session, guardian: Guardian, pupil: Pupil, *, from_date: date, to_date: date | None = None
) -> None:
    """Say whose child a pupil is; said again, it sets the end."""
    values = {"guardian_id": guardian.id, "pupil_id": pupil.id, "from_date": from_date}
    put = insert(Guardianship).values(**values, to_date=to_date)
    db.execute(
        put.on_conflict_do_update(
            index_elements=["guardian_id", "pupil_id"], set_={"to_date": to_date}
        )
    )


def children(db: Session, guardian: UUID, *, on: date) -> list[Pupil]:
    """The children of a guardian that day, in the order of given names."""
    return list(db.scalars(_children(guardian, on).order_by(Pupil.sort_key, Pupil.code)))


def child(db: Session, guardian: UUID, pupil: UUID, *, on: date) -> Pupil:
    """One child of a guardian.

    Raises:
        NotFoundError: `pupil.not_found`.
    """
    found = db.scalars(_children(guardian, on).where(Pupil.id == pupil)).one_or_none()
    if found is None:
        raise NotFoundError("pupil.not_found", code=pupil)
    return found


def _children(guardian: UUID, on: date) -> Select[Pupil]:
    return (
        select(Pupil)
        .join(Guardianship, Guardianship.pupil_id == Pupil.id)
        .where(
            Guardianship.guardian_id == guardian,
            Guardianship.from_date <= on,
            or_(Guardianship.to_date.is_(None), Guardianship.to_date >= on),
        )
    )
