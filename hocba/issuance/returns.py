"""Send a class or one pupil back before the seal, with a reason.

    request = ReturnRequest(staff="GV01", reason="Sai điểm Toán")
    returned = return_class(wp, target, request, at=now())

Revisions are void from then on, but stay as evidence; the registers open again and the
version number is free for the next freeze. What carries the seal cannot be returned: it
can be withdrawn or corrected by a new version.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session, aliased

from hocba.issuance.appointments import acting_school
from hocba.issuance.approval import roles_of
from hocba.issuance.events import note_opening
from hocba.issuance.models import FrozenClassRow, ReturnRow, SessionRow, TranscriptRow
from hocba.issuance.record import Event
from hocba.issuance.sessions import end_session
from hocba.issuance.targets import ClassTarget, FrozenTarget, frozen_target
from hocba.issuance.workplace import Workplace
from hocba.kit import audit
from hocba.kit.clock import local_date
from hocba.kit.errors import ConflictError, InputError, RefusedError
from hocba.kit.text import nfc
from hocba.sector import queries, registers
from hocba.sector.models import Pupil, Role

LONGEST_REASON = 500
NO_REGISTER = ("identity", "extract", "book")
"""Kinds that are made from no register of marks."""


@dataclass(frozen=True)
class ReturnRequest:
    """Who sends back what, and why; without a pupil's code the whole class.

    After issue `event` says what the next version is for, `decision` names the paper behind it.
    """

    staff: str
    reason: str
    pupil: str | None = None
    kind: str = "year"
    event: Event = "correction"
    decision: str | None = None


def return_class(wp: Workplace, of: ClassTarget, request: ReturnRequest, *, at: datetime) -> int:
    """Return what is not sealed yet, of the class or of one pupil; how many it were.

    Raises:
        InputError: `return.no_reason`.
        RefusedError: `return.not_allowed`.
        ConflictError: `return.nothing`, `return.already_sealed`.
    """
    with wp.database.transaction("return") as db:
        actor = actor_of(db, of, request, at)
        queries.class_by_id(db, of.school_id, of.class_id, lock=True)
        rows = _returnable(wp, db, of, request, at)
        _void(db, wp, rows, reason=request.reason, actor=actor, at=at)
        if request.kind not in NO_REGISTER:
            pupils = [row.pupil_id for row in rows]
            registers.open_registers(db, of.school_id, of.class_id, pupils, at=at)
    return len(rows)


def open_for_correction(
    wp: Workplace, of: ClassTarget, request: ReturnRequest, *, at: datetime
) -> None:
    """Open one pupil's register after issue, so that a next version can state something else.

    Raises:
        InputError: `return.no_reason`, `return.no_pupil`, `event.no_decision`.
        RefusedError: `return.not_allowed`.
    """
    if request.pupil is None:
        raise InputError("return.no_pupil")
    with wp.database.transaction("correct") as db:
        actor = actor_of(db, of, request, at)
        pupil = queries.pupil_by_code(db, of.school_id, request.pupil)
        note_opening(
            wp,
            db,
            class_id=of.class_id,
            school_id=of.school_id,
            pupil=pupil.id,
            event=request.event,
            reason=request.reason,
            decision=request.decision,
            actor=actor,
            at=at,
        )
        if request.event != "amendment" and request.kind not in NO_REGISTER:
            registers.open_registers(db, of.school_id, of.class_id, [pupil.id], at=at)
        audit.record(db, actor=actor, action="register.opened", target=f"pupil:{pupil.id}", at=at)


def actor_of(db: Session, of: ClassTarget, request: ReturnRequest, at: datetime) -> str:
    """The member of staff, if they may send back and say why.

    Raises:
        InputError: `return.no_reason`.
        NotFoundError: `staff.not_found`.
        RefusedError: `return.not_allowed`.
    """
    if not request.reason.strip() or len(request.reason) > LONGEST_REASON:
        raise InputError("return.no_reason", limit=LONGEST_REASON)
    acting = acting_school(db, of.school_id, at=at)
    member = queries.staff_by_code(db, acting, request.staff)
    held = queries.roles_of(db, acting, member.id, on=local_date(at))
    if not any(_may_return(role.role, role.scope, of) for role in held):
        raise RefusedError("return.not_allowed")
    return f"staff:{member.id}"


def _may_return(role: str, scope: str, of: ClassTarget) -> bool:
    if role == Role.HOMEROOM.value:
        return scope == of.scope
    return role in (Role.PRINCIPAL.value, Role.DEPUTY_PRINCIPAL.value)


def _returnable(
    wp: Workplace, db: Session, of: ClassTarget, request: ReturnRequest, at: datetime
) -> list[TranscriptRow]:
    query = (
        select(TranscriptRow, FrozenClassRow)
        .join(FrozenClassRow, FrozenClassRow.id == TranscriptRow.frozen_class_id)
        .where(
            FrozenClassRow.class_id == of.class_id,
            FrozenClassRow.kind == request.kind,
            TranscriptRow.returned_at.is_(None),
        )
        .order_by(TranscriptRow.position)
    )
    if request.pupil is not None:
        found = queries.pupil_by_code(db, of.school_id, request.pupil)
        query = query.where(TranscriptRow.pupil_id == found.id)
    live = [(row, frozen_target(of, freeze)) for row, freeze in db.execute(query)]
    rows = [row for row, target in live if row.revisions <= _steps(wp, target, at)]
    if not rows:
        raise ConflictError("return.already_sealed" if live else "return.nothing")
    return rows


def _steps(wp: Workplace, target: FrozenTarget, at: datetime) -> int:
    return len(roles_of(target.kind.policy(wp.trust, at=at)))


def _void(  # noqa: PLR0913  # who, why and when belong to the evidence
    db: Session,
    wp: Workplace,
    rows: Sequence[TranscriptRow],
    *,
    reason: str,
    actor: str,
    at: datetime,
) -> None:
    ids = [row.id for row in rows]
    db.execute(update(TranscriptRow).where(TranscriptRow.id.in_(ids)).values(returned_at=at))
    for row in rows:
        event = wp.new_id()
        sealed = wp.vault.key(db, row.record_id).seal_json(
            nfc(reason.strip()), context=reason_context(event)
        )
        db.add(
            ReturnRow(
                id=event,
                transcript_id=row.id,
                reason=sealed,
                returned_by=actor,
                returned_at=at,
            )
        )
        audit.record(
            db, actor=actor, action="transcript.returned", target=f"transcript:{row.id}", at=at
        )
    db.flush()
    for frozen_class in {row.frozen_class_id for row in rows}:
        _end_if_empty(db, frozen_class, at)


@dataclass(frozen=True)
class Returned:
    """Who was sent back, why and when."""

    name: str
    reason: str
    at: datetime


def returned_of(wp: Workplace, db: Session, of: ClassTarget) -> list[Returned]:
    """What was sent back in a class and not frozen again since, newest first."""
    again = aliased(TranscriptRow)
    live = select(again.id).where(
        again.record_id == TranscriptRow.record_id, again.returned_at.is_(None)
    )
    rows = db.execute(
        select(ReturnRow, TranscriptRow.record_id, Pupil.name)
        .join(TranscriptRow, TranscriptRow.id == ReturnRow.transcript_id)
        .join(FrozenClassRow, FrozenClassRow.id == TranscriptRow.frozen_class_id)
        .join(Pupil, Pupil.id == TranscriptRow.pupil_id)
        .where(FrozenClassRow.class_id == of.class_id, ~live.exists())
        .order_by(ReturnRow.returned_at.desc(), TranscriptRow.position)
    ).all()
    found: dict[UUID, Returned] = {}
    for row, record_id, name in rows:
        reason = wp.vault.key(db, record_id).open_json(row.reason, context=reason_context(row.id))
        found.setdefault(record_id, Returned(name, str(reason), row.returned_at))
    return list(found.values())


def reason_context(event: UUID) -> str:
    """The place of a reason, authenticated by its encryption."""
    return f"return_event:{event}"


def _end_if_empty(db: Session, frozen_class: UUID, at: datetime) -> None:
    """End the sessions of a freeze, and the freeze itself where nothing of it is left."""
    for session_id in db.scalars(
        select(SessionRow.id).where(
            SessionRow.frozen_class_id == frozen_class, SessionRow.ended_at.is_(None)
        )
    ):
        end_session(db, session_id, outcome="returned", at=at)
    left = db.scalars(
        select(TranscriptRow.id).where(
            TranscriptRow.frozen_class_id == frozen_class, TranscriptRow.returned_at.is_(None)
        )
    ).first()
    if left is None:
        db.execute(
            update(FrozenClassRow).where(FrozenClassRow.id == frozen_class).values(returned_at=at)
        )
