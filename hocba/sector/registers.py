"""Class registers: marks as events, and registers that are closed or open.

    with database.transaction("marks") as session:
        count = write(session, vault, school.id, six_a.id, changes, entry=Entry("staff:...", now))
    values = read(session, vault, school.id, six_a.id)
    values[Cell(pupil.id, maths.id, 1, "tx1")]          # "8.5"

A value is never overwritten: a change adds an event that holds the old and the new one, both
under the pupil's key. The value of a cell is that of its last event; null empties it. Whoever
writes, closes or opens a register holds the class's row until commit, so a mark cannot slip in
between reading and freezing.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import insert, select, update
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from hocba.kit.errors import ConflictError, NotFoundError, Where
from hocba.kit.vault import DataKey, Vault
from hocba.sector.models import (
    Enrolment,
    MarkEvent,
    RegisterLock,
    SchoolClass,
    SchoolYear,
    SubjectOffering,
    TransferSource,
)
from hocba.sector.queries import class_by_id
from verifier.formats.canonical import Json


@dataclass(frozen=True)
class Cell:
    """One place of a register; without a subject for conduct, absences and the like."""

    pupil_id: UUID
    offering_id: UUID | None
    term: int
    item: str


@dataclass(frozen=True)
class Change:
    """A value for a cell, and where in the teacher's file it stood."""

    cell: Cell
    value: Json
    sheet: str | None = None
    address: str | None = None


@dataclass(frozen=True)
class Entry:
    """Who wrote, when, and from which file."""

    actor: str
    at: datetime
    source: str | None = None


@dataclass(frozen=True)
class Past:
    """One event of a cell, opened."""

    old: Json
    new: Json
    actor: str
    at: datetime
    source: str | None
    sheet: str | None
    address: str | None


def read(session: Session, vault: Vault, school: UUID, class_id: UUID) -> dict[Cell, Json]:
    """The present value of every cell that has one.

    Raises:
        NotFoundError: `class.not_found`.
    """
    class_by_id(session, school, class_id)
    event = MarkEvent
    last = (
        select(event.id, event.pupil_id, event.offering_id, event.term, event.item, event.new_value)
        .where(event.class_id == class_id)
        .ext(distinct_on(event.pupil_id, event.offering_id, event.term, event.item))
        .order_by(event.pupil_id, event.offering_id, event.term, event.item, event.seq.desc())
    )
    rows = session.execute(last).all()
    keys = vault.keys(session, {row.pupil_id for row in rows})
    values: dict[Cell, Json] = {}
    for row in rows:
        key = keys.get(row.pupil_id)
        if key is None:
            continue  # erased: nobody can read these any more
        value = key.open_json(row.new_value, context=_context(row.id, "new"))
        if value is not None:
            values[Cell(row.pupil_id, row.offering_id, row.term, row.item)] = value
    return values


def write(  # noqa: PLR0913  # whose register, what, and on whose behalf
    session: Session,
    vault: Vault,
    school: UUID,
    class_id: UUID,
    changes: Iterable[Change],
    *,
    entry: Entry,
) -> int:
    """Add an event for every cell whose value differs; return how many there were.

    Raises:
        NotFoundError: `class.not_found`, `pupil.not_found`, `offering.not_found`.
        ConflictError: `class.already_frozen` for a cell of a closed register, where the value
            differs: reading the same file again is no offence; `marks.signed_elsewhere` for
            a first term that another school signed.
    """
    found = class_by_id(session, school, class_id, lock=True)
    wanted = {change.cell: change for change in changes}
    _refuse_strangers(session, class_id, wanted)
    present = read(session, vault, school, class_id)
    differing = [each for each in wanted.values() if present.get(each.cell) != each.value]
    closed = closed_registers(session, school, class_id)
    _refuse_signed_terms(session, class_id, differing)
    for change in differing:
        if change.cell.pupil_id in closed:
            where = Where(sheet=change.sheet, cell=change.address)
            raise ConflictError("class.already_frozen", where=where, name=found.name)
    keys = vault.keys(session, {change.cell.pupil_id for change in differing})
    rows = [
        _row(change, keys[change.cell.pupil_id], present, entry)
        | {"school_id": school, "class_id": class_id}
        for change in differing
    ]
    if rows:
        session.execute(insert(MarkEvent), rows)
    return len(rows)


def history(session: Session, vault: Vault, school: UUID, class_id: UUID, cell: Cell) -> list[Past]:
    """All events of one cell, oldest first.

    Raises:
        NotFoundError: `class.not_found`.
    """
    class_by_id(session, school, class_id)
    events = session.scalars(
        select(MarkEvent)
        .where(
            MarkEvent.class_id == class_id,
            MarkEvent.pupil_id == cell.pupil_id,
            MarkEvent.offering_id.is_not_distinct_from(cell.offering_id),
            MarkEvent.term == cell.term,
            MarkEvent.item == cell.item,
        )
        .order_by(MarkEvent.seq)
    ).all()
    if not events:
        return []
    key = vault.key(session, cell.pupil_id)
    return [_past(event, key) for event in events]


def closed_registers(session: Session, school: UUID, class_id: UUID) -> frozenset[UUID]:
    """Pupils of the class whose marks are closed."""
    found = session.scalars(
        select(RegisterLock.pupil_id).where(
            RegisterLock.school_id == school,
            RegisterLock.class_id == class_id,
            RegisterLock.opened_at.is_(None),
        )
    )
    return frozenset(found)


def close_registers(
    session: Session, school: UUID, class_id: UUID, pupils: Iterable[UUID], *, at: datetime
) -> None:
    """Close the marks of these pupils; closing twice is harmless.

    Raises:
        NotFoundError: `class.not_found`.
    """
    class_by_id(session, school, class_id, lock=True)
    closed = closed_registers(session, school, class_id)
    rows = [
        {"school_id": school, "class_id": class_id, "pupil_id": pupil, "closed_at": at}
        for pupil in dict.fromkeys(pupils)
        if pupil not in closed
    ]
    if rows:
        session.execute(insert(RegisterLock), rows)


def open_registers(
    session: Session, school: UUID, class_id: UUID, pupils: Iterable[UUID], *, at: datetime
) -> None:
    """Open closed registers again, after a return or for a re-test.

    Raises:
        NotFoundError: `class.not_found`.
    """
    class_by_id(session, school, class_id, lock=True)
    session.execute(
        update(RegisterLock)
        .where(
            RegisterLock.class_id == class_id,
            RegisterLock.pupil_id.in_(list(pupils)),
            RegisterLock.opened_at.is_(None),
        )
        .values(opened_at=at)
    )


def _refuse_strangers(session: Session, class_id: UUID, wanted: Mapping[Cell, Change]) -> None:
    """Only pupils who are or were in the class, only subjects that it takes."""
    pupils = set(session.scalars(select(Enrolment.pupil_id).where(Enrolment.class_id == class_id)))
    taken = set(
        session.scalars(select(SubjectOffering.id).where(SubjectOffering.class_id == class_id))
    )
    for cell, change in wanted.items():
        where = Where(sheet=change.sheet, cell=change.address)
        if cell.pupil_id not in pupils:
            raise NotFoundError("pupil.not_found", where=where, code=cell.pupil_id)
        if cell.offering_id is not None and cell.offering_id not in taken:
            raise NotFoundError("offering.not_found", where=where, code=cell.offering_id)


def signed_elsewhere(session: Session, class_id: UUID) -> frozenset[UUID]:
    """Pupils of a class whose first term came along as a signed record of another school."""
    rows = session.scalars(
        select(TransferSource.pupil_id)
        .join(SchoolClass, SchoolClass.id == TransferSource.class_id)
        .join(SchoolYear, SchoolYear.id == SchoolClass.school_year_id)
        .where(
            TransferSource.class_id == class_id,
            TransferSource.leaf.is_not(None),
            TransferSource.school_year == SchoolYear.name,
        )
    )
    return frozenset(rows)


def _refuse_signed_terms(session: Session, class_id: UUID, differing: Iterable[Change]) -> None:
    """What another school signed is never typed again, nor emptied."""
    first_term = [change for change in differing if change.cell.term == 1]
    signed = signed_elsewhere(session, class_id) if first_term else frozenset()
    for change in first_term:
        if change.cell.pupil_id in signed and change.value is not None:
            where = Where(sheet=change.sheet, cell=change.address)
            raise ConflictError("marks.signed_elsewhere", where=where)


def _row(
    change: Change, key: DataKey, present: Mapping[Cell, Json], entry: Entry
) -> dict[str, object]:
    event_id = uuid4()
    old = present.get(change.cell)
    return {
        "id": event_id,
        "pupil_id": change.cell.pupil_id,
        "offering_id": change.cell.offering_id,
        "term": change.cell.term,
        "item": change.cell.item,
        "old_value": None if old is None else key.seal_json(old, context=_context(event_id, "old")),
        "new_value": key.seal_json(change.value, context=_context(event_id, "new")),
        "actor": entry.actor,
        "at": entry.at,
        "source": entry.source,
        "sheet": change.sheet,
        "cell": change.address,
    }


def _past(event: MarkEvent, key: DataKey) -> Past:
    old = event.old_value
    return Past(
        old=None if old is None else key.open_json(old, context=_context(event.id, "old")),
        new=key.open_json(event.new_value, context=_context(event.id, "new")),
        actor=event.actor,
        at=event.at,
        source=event.source,
        sheet=event.sheet,
        address=event.cell,
    )


def _context(event_id: UUID, side: str) -> str:
    return f"mark_event:{event_id}:{side}"
