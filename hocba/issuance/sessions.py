"""Signing sessions: one list that a person was shown, under one authorisation.

A session holds the list, the signer's certificate, a lock and an expiry in the database.
It outlives the process: after a kill the same person's same command goes on with what is
not signed yet, and nothing is signed twice. It ends when the list is done, when it
expires, or when what it lists was returned.

    offer = propose(db, task, at=now)     # shown to the person, nothing written
    session = open_session(db, offer, at=now)            # after the PIN was right
    for item in session.open_items: ...

Guarantees: at most one open session per class and step (a unique index); a list that
changed between showing and opening is refused, so nobody signs what they did not see.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Select, select, update
from sqlalchemy.orm import Session

from hocba.issuance.models import (
    FrozenClassRow,
    RevisionRow,
    SessionItemRow,
    SessionRow,
    TranscriptRow,
)
from hocba.issuance.stages import FrozenClassId, TranscriptId
from hocba.kit.clock import local_time
from hocba.kit.errors import ConflictError
from verifier.formats.canonical import canonical, sha256_hex

LIFETIME = timedelta(hours=1)


@dataclass(frozen=True)
class Task:
    """One step of one class, and who does it under which appointment and certificate."""

    frozen_class: FrozenClassId
    step: int
    role: str
    appointment: str
    certificate: str
    staff: UUID | None


@dataclass(frozen=True)
class Item:
    """One line of the list: which record, on top of which bytes."""

    transcript: TranscriptId
    position: int
    record_digest: str
    input_digest: str


@dataclass(frozen=True)
class Offer:
    """What a person is asked to sign; `resumes` is the session that it goes on with."""

    task: Task
    items: tuple[Item, ...]
    resumes: UUID | None

    @property
    def list_digest(self) -> str:
        """Hash of exactly what is shown."""
        return sha256_hex(
            canonical([[item.record_digest, item.input_digest] for item in self.items])
        )


@dataclass(frozen=True)
class SigningSession:
    """An open session and what is left of its list."""

    id: UUID
    task: Task
    expires_at: datetime
    open_items: tuple[Item, ...]


def propose(db: Session, task: Task, *, at: datetime) -> Offer:
    """List what waits for this step; nothing is written.

    Raises:
        ConflictError: `session.held_by_other`, `session.earlier_step_missing` or
            `session.nothing_to_sign`.
    """
    held = _held(db, task)
    if held is not None and held.expires_at > at:
        if (held.appointment, held.certificate) != (task.appointment, task.certificate):
            until = f"{local_time(held.expires_at):%H:%M %d/%m/%Y}"
            raise ConflictError("session.held_by_other", until=until)
        items = _left(db, held.id)
        if items:
            return Offer(task, items, held.id)
    items = waiting(db, task.frozen_class, task.step)
    if not items:
        raise _nothing(db, task)
    return Offer(task, items, None)


def open_session(db: Session, offer: Offer, *, new_id: UUID, at: datetime) -> SigningSession:
    """Open or resume the session of an offer; call it once the key is open.

    Raises:
        ConflictError: `session.list_changed` where the list is not what was shown.
    """
    _lock_class(db, offer.task.frozen_class)
    again = propose(db, offer.task, at=at)
    if (again.list_digest, again.resumes) != (offer.list_digest, offer.resumes):
        raise ConflictError("session.list_changed")
    if offer.resumes is None:
        _end_held(db, offer.task, at)
        _insert(db, offer, new_id, at)
    row = db.get_one(SessionRow, offer.resumes or new_id)
    return SigningSession(row.id, offer.task, row.expires_at, offer.items)


def mark_signed(db: Session, session: SigningSession, item: Item, *, at: datetime) -> None:
    """Tick one line of the list in the transaction that stores the signature; the last ends it.

    Raises:
        ConflictError: `session.already_signed`.
    """
    found = db.execute(
        update(SessionItemRow)
        .where(
            SessionItemRow.session_id == session.id,
            SessionItemRow.transcript_id == item.transcript,
            SessionItemRow.signed_at.is_(None),
        )
        .values(signed_at=at)
        .returning(SessionItemRow.position)
    ).all()
    if len(found) != 1:
        raise ConflictError("session.already_signed")
    if not db.scalar(select(_unsigned(session.id).exists())):
        end_session(db, session.id, outcome="done", at=at)


def end_session(db: Session, session_id: UUID, *, outcome: str, at: datetime) -> None:
    """End a session; ending it twice changes nothing."""
    db.execute(
        update(SessionRow)
        .where(SessionRow.id == session_id, SessionRow.ended_at.is_(None))
        .values(ended_at=at, outcome=outcome)
    )


def check_not_expired(session: SigningSession, at: datetime) -> None:
    """Refuse to go on after the end of the session's time.

    Raises:
        ConflictError: `session.expired`.
    """
    if at >= session.expires_at:
        raise ConflictError("session.expired")


def waiting(db: Session, frozen_class: FrozenClassId, step: int) -> tuple[Item, ...]:
    """Transcripts of the class that carry exactly the signatures before this step."""
    rows = db.execute(
        select(TranscriptRow, RevisionRow.digest)
        .join(
            RevisionRow,
            (RevisionRow.transcript_id == TranscriptRow.id) & (RevisionRow.number == step),
        )
        .where(
            TranscriptRow.frozen_class_id == frozen_class,
            TranscriptRow.returned_at.is_(None),
            TranscriptRow.revisions == step + 1,
        )
        .order_by(TranscriptRow.position)
    ).all()
    return tuple(
        Item(TranscriptId(row.id), row.position, row.record_digest, digest) for row, digest in rows
    )


def _left(db: Session, session_id: UUID) -> tuple[Item, ...]:
    rows = db.execute(_unsigned(session_id).order_by(SessionItemRow.position)).all()
    return tuple(
        Item(TranscriptId(row.transcript_id), position, row.record_digest, row.input_digest)
        for row, position in rows
    )


def _unsigned(session_id: UUID) -> Select[SessionItemRow, int]:
    """Lines of a list that are neither signed nor returned."""
    return (
        select(SessionItemRow, TranscriptRow.position)
        .join(TranscriptRow, TranscriptRow.id == SessionItemRow.transcript_id)
        .where(
            SessionItemRow.session_id == session_id,
            SessionItemRow.signed_at.is_(None),
            TranscriptRow.returned_at.is_(None),
        )
    )


def _held(db: Session, task: Task) -> SessionRow | None:
    return db.scalars(
        select(SessionRow).where(
            SessionRow.frozen_class_id == task.frozen_class,
            SessionRow.step == task.step,
            SessionRow.ended_at.is_(None),
        )
    ).one_or_none()


def _nothing(db: Session, task: Task) -> ConflictError:
    live = db.scalars(
        select(TranscriptRow.revisions).where(
            TranscriptRow.frozen_class_id == task.frozen_class,
            TranscriptRow.returned_at.is_(None),
        )
    ).all()
    if any(revisions < task.step + 1 for revisions in live):
        return ConflictError("session.earlier_step_missing")
    return ConflictError("session.nothing_to_sign")


def _lock_class(db: Session, frozen_class: FrozenClassId) -> None:
    db.execute(select(FrozenClassRow.id).where(FrozenClassRow.id == frozen_class).with_for_update())


def _end_held(db: Session, task: Task, at: datetime) -> None:
    held = _held(db, task)
    if held is not None:
        outcome = "expired" if held.expires_at <= at else "done"
        end_session(db, held.id, outcome=outcome, at=at)
        db.flush()


def _insert(db: Session, offer: Offer, new_id: UUID, at: datetime) -> None:
    db.add(
        SessionRow(
            id=new_id,
            frozen_class_id=offer.task.frozen_class,
            step=offer.task.step,
            role=offer.task.role,
            staff_id=offer.task.staff,
            appointment=offer.task.appointment,
            certificate=offer.task.certificate,
            list_digest=offer.list_digest,
            opened_at=at,
            expires_at=at + LIFETIME,
            ended_at=None,
            outcome=None,
        )
    )
    db.flush()
    db.add_all(_item_rows(new_id, offer.items))
    db.flush()


def _item_rows(session_id: UUID, items: Sequence[Item]) -> list[SessionItemRow]:
    return [
        SessionItemRow(
            session_id=session_id,
            position=place,
            transcript_id=item.transcript,
            record_digest=item.record_digest,
            input_digest=item.input_digest,
            signed_at=None,
        )
        for place, item in enumerate(items)
    ]
