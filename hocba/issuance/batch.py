"""What one school seals together: leaves, roster and the statement under the school's seal.

    statement = make_batch(wp, target, key=seal_key, signer=signer, at=now)

Takes every sealed transcript of one freeze that is in no batch yet. Leaves and roster rows
stand in the order of their slots, so that positions tell nothing about names; a pupil
without a leaf has a row "none". Sequence number and predecessor are read, the statement
sealed and everything written in one transaction that holds the school's row, so a school
has one chain of statements however many people press the button. Nothing to do is None.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from hocba.issuance.appointments import Signer
from hocba.issuance.approval import roles_of
from hocba.issuance.foreign import foreign_errors
from hocba.issuance.models import (
    AnchorRow,
    FrozenClassRow,
    LeafRow,
    PendingRow,
    StatementRow,
    TranscriptRow,
)
from hocba.issuance.queue import ask_for_anchor
from hocba.issuance.stages import Sealed, SealedStatement, TranscriptId
from hocba.issuance.targets import FrozenTarget
from hocba.issuance.workplace import Workplace
from hocba.kit import audit
from hocba.kit.errors import ConflictError
from hocba.kit.failpoints import failpoint
from hocba.sector.models import Pupil, School
from ledger.statements import BatchHead, BuiltBatch, build_batch
from signing.custody import SigningKey
from signing.pades import detached_cades
from verifier.formats.policy import SigningPolicy
from verifier.formats.statements import NO_LEAF, RosterRow

BATCH, STATUS = "batch", "status"


@dataclass(frozen=True)
class Head:
    """Where a school's chain of statements ends."""

    seq: int
    statement: str | None


def make_batch(  # noqa: PLR0913  # key and appointment come from the session that sealed
    wp: Workplace,
    target: FrozenTarget,
    *,
    policy: SigningPolicy,
    key: SigningKey,
    signer: Signer,
    at: datetime,
) -> SealedStatement | None:
    """Join what is sealed and in no batch yet; seal the statement and queue its anchoring."""
    roles = roles_of(policy)
    with wp.database.transaction("batch") as db:
        lock_school(db, target.of.school_id)
        rows = sealed_rows(db, target, steps=len(roles))
        if not rows:
            return None
        store = wp.store(db)
        sealed = [(row, store.sealed(TranscriptId(row.id), roles)) for row in rows]
        built = _build(wp, db, target, sealed)
        failpoint("batch.before_signature")
        with foreign_errors():
            cades = detached_cades(built.payload, key, signer.jws, None, at=at)
        failpoint("batch.after_signature")
        statement = SealedStatement(built.batch.seq, built.payload, cades)
        _write(db, target, statement, built, signer, at)
        for position, (row, item) in enumerate(sealed):
            db.add(_leaf_row(statement, position, row.id, item))
        ask_for_anchor(db)
        audit.record(
            db,
            actor=f"school:{target.of.school_id}",
            action="batch.sealed",
            target=f"statement:{statement.digest}",
            at=at,
        )
        return statement


def lock_school(db: Session, school: UUID) -> None:
    """Make whoever else adds to this school's chain wait."""
    db.execute(select(School.id).where(School.id == school).with_for_update(key_share=True))


def head_of(db: Session, school: UUID) -> Head:
    """The last statement of the school."""
    row = db.execute(
        select(StatementRow.seq, StatementRow.digest)
        .where(StatementRow.school_id == school)
        .order_by(StatementRow.seq.desc())
        .limit(1)
    ).one_or_none()
    return Head(0, None) if row is None else Head(row.seq, row.digest)


def sealed_rows(db: Session, target: FrozenTarget, *, steps: int) -> list[TranscriptRow]:
    """Sealed transcripts of the freeze that are in no batch, in the order of their slots."""
    in_batch = select(LeafRow.transcript_id)
    rows = db.scalars(
        select(TranscriptRow).where(
            TranscriptRow.frozen_class_id == target.frozen_class,
            TranscriptRow.revisions == steps + 1,
            TranscriptRow.returned_at.is_(None),
            TranscriptRow.id.not_in(in_batch),
        )
    ).all()
    return sorted(rows, key=lambda row: row.slot)


def _build(
    wp: Workplace,
    db: Session,
    target: FrozenTarget,
    sealed: list[tuple[TranscriptRow, Sealed]],
) -> BuiltBatch:
    head = head_of(db, target.of.school_id)
    rows = [
        RosterRow(position, row.slot, item.leaf.id(), _replaced_index(db, row))
        for position, (row, item) in enumerate(sealed)
    ]
    rows += [RosterRow(None, slot, NO_LEAF, None) for slot in _without_leaf(wp, db, target, sealed)]
    batch_head = BatchHead(
        realm=wp.realm,
        school=target.of.school,
        year=target.of.school_year,
        class_name=target.of.class_name,
        kind=target.kind.kind,
        seq=head.seq + 1,
        previous=head.statement,
        completes=_completed(db, target),
        issuer=sealed[0][1].leaf.issuer,
    )
    with foreign_errors():
        return build_batch(
            batch_head,
            [item.leaf for _, item in sealed],
            sorted(rows, key=lambda row: row.slot),
        )


def _replaced_index(db: Session, row: TranscriptRow) -> int | None:
    """The global index of the version that this one follows.

    Raises:
        ConflictError: `batch.predecessor_not_anchored`.
    """
    if row.previous_id is None:
        return None
    found = db.execute(
        select(AnchorRow.first_index, LeafRow.position)
        .join(LeafRow, LeafRow.statement == AnchorRow.statement)
        .where(LeafRow.transcript_id == row.previous_id)
    ).one_or_none()
    if found is None:
        raise ConflictError("batch.predecessor_not_anchored")
    return int(found.first_index) + int(found.position)


def _without_leaf(
    wp: Workplace,
    db: Session,
    target: FrozenTarget,
    sealed: list[tuple[TranscriptRow, Sealed]],
) -> list[str]:
    """Slots of the freeze's pupils who have no leaf in this batch."""
    codes = db.scalars(
        select(Pupil.code)
        .join(PendingRow, PendingRow.pupil_id == Pupil.id)
        .where(PendingRow.frozen_class_id == target.frozen_class)
    ).all()
    key = wp.slot_key(target.of.school_year)
    pending = {
        target.kind.slot(
            key, pupil=code, school_year=target.of.school_year, school=target.of.school
        )
        for code in codes
    }
    frozen = set(
        db.scalars(
            select(TranscriptRow.slot).where(TranscriptRow.frozen_class_id == target.frozen_class)
        )
    )
    return sorted((pending | frozen) - {row.slot for row, _ in sealed})


def _completed(db: Session, target: FrozenTarget) -> str | None:
    """The earlier batch of the same class that this one completes."""
    freeze = db.get_one(FrozenClassRow, target.frozen_class)
    rows = db.scalars(
        select(StatementRow.digest)
        .where(StatementRow.frozen_class_id.in_([target.frozen_class, freeze.completes]))
        .order_by(StatementRow.seq.desc())
        .limit(1)
    )
    return rows.one_or_none()


def _write(  # noqa: PLR0913, PLR0917  # one row is made of these
    db: Session,
    target: FrozenTarget,
    statement: SealedStatement,
    built: BuiltBatch,
    signer: Signer,
    at: datetime,
) -> None:
    db.add(
        StatementRow(
            digest=statement.digest,
            school_id=target.of.school_id,
            seq=statement.seq,
            kind=BATCH,
            frozen_class_id=target.frozen_class,
            payload=statement.payload,
            cades=statement.cades,
            roster=built.roster_bytes,
            roster_root=built.batch.roster_root,
            certificate=signer.certificate,
            made_at=at,
        )
    )
    db.flush()


def _leaf_row(
    statement: SealedStatement, position: int, transcript: UUID, sealed: Sealed
) -> LeafRow:
    return LeafRow(
        statement=statement.digest,
        position=position,
        transcript_id=transcript,
        leaf_id=sealed.leaf.id(),
        payload=sealed.leaf.to_bytes(),
    )
