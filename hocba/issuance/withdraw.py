"""Withdraw issued transcripts, or reinstate them, by the school's sealed statement.

    request = StatusRequest(school, ("3100000001",))
    statement = withdraw_issued(wp, request, staff="VT01", pin=pin, at=now())

A status statement stands in the same chain of the school as its batches and is anchored by
the same job. The file itself is not touched: every verification asks for its status. On
the chain stands a state and nothing finer, since it concerns children.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from hocba.issuance.appointments import Signer, acting_school, open_key
from hocba.issuance.batch import STATUS, head_of, lock_school
from hocba.issuance.foreign import foreign_errors
from hocba.issuance.models import AnchorRow, FrozenClassRow, LeafRow, StatementRow, TranscriptRow
from hocba.issuance.queue import ask_for_anchor
from hocba.issuance.seal import find_seal, require_sealer
from hocba.issuance.stages import SealedStatement
from hocba.issuance.workplace import Workplace
from hocba.kit import audit
from hocba.kit.errors import ConflictError
from hocba.kit.failpoints import failpoint
from hocba.sector import queries
from hocba.sector.models import School
from ledger.statements import build_status
from signing.custody import SigningKey
from signing.pades import detached_cades
from verifier.formats.statements import GOOD, WITHDRAWN, StatusEntry

_REASONS = {WITHDRAWN: "withdrawn", GOOD: "reaffirmed"}


@dataclass(frozen=True)
class StatusRequest:
    """Which transcripts get which state, on whose decision (a paper's number, never a name)."""

    school: School
    pupils: tuple[str, ...]
    state: str = WITHDRAWN
    decision: str | None = None
    kind: str = "year"


def withdraw_issued(
    wp: Workplace, request: StatusRequest, *, staff: str, pin: str, at: datetime
) -> SealedStatement:
    """Seal the statement and queue its anchoring.

    Raises:
        RefusedError: `seal.not_allowed`, `custody.wrong_pin`.
        ConflictError: `withdraw.nothing_issued`, `withdraw.newer_pending`.
    """
    with wp.database.transaction("status.look") as db:
        acting = acting_school(db, request.school.id, at=at)
        require_sealer(db, acting, staff, at=at)
    signer = find_seal(wp, acting, at=at)
    with open_key(wp.custody(signer.custody), pin) as key:
        return _state(wp, request, signer, key, at)


def _state(
    wp: Workplace, request: StatusRequest, signer: Signer, key: SigningKey, at: datetime
) -> SealedStatement:
    with wp.database.transaction("status") as db:
        lock_school(db, request.school.id)
        head = head_of(db, request.school.id)
        with foreign_errors():
            built = build_status(
                realm=wp.realm,
                school=request.school.code,
                seq=head.seq + 1,
                previous=head.statement,
                entries=[_entry(db, request, code) for code in sorted(set(request.pupils))],
            )
            failpoint("status.before_signature")
            cades = detached_cades(built.to_bytes(), key, signer.jws, None, at=at)
            failpoint("status.after_signature")
        statement = SealedStatement(built.seq, built.to_bytes(), cades)
        db.add(
            StatementRow(
                digest=statement.digest,
                school_id=request.school.id,
                seq=statement.seq,
                kind=STATUS,
                frozen_class_id=None,
                payload=statement.payload,
                cades=cades,
                roster=None,
                roster_root=None,
                certificate=signer.certificate,
                made_at=at,
            )
        )
        db.flush()
        ask_for_anchor(db)
        audit.record(
            db,
            actor=f"school:{request.school.id}",
            action=f"status.{request.state}",
            target=f"statement:{statement.digest}",
            at=at,
        )
        return statement


def _entry(db: Session, request: StatusRequest, code: str) -> StatusEntry:
    """The newest anchored version of this pupil; to reaffirm it says that none is newer."""
    pupil = queries.pupil_by_code(db, request.school.id, code)
    found = db.execute(
        select(LeafRow.leaf_id, AnchorRow.first_index, LeafRow.position, TranscriptRow.id)
        .join(AnchorRow, AnchorRow.statement == LeafRow.statement)
        .join(TranscriptRow, TranscriptRow.id == LeafRow.transcript_id)
        .join(FrozenClassRow, FrozenClassRow.id == TranscriptRow.frozen_class_id)
        .where(
            TranscriptRow.pupil_id == pupil.id,
            FrozenClassRow.school_id == request.school.id,
            FrozenClassRow.kind == request.kind,
            AnchorRow.first_index.is_not(None),
        )
        .order_by(AnchorRow.entry.desc())
        .limit(1)
    ).one_or_none()
    if found is None or found.first_index is None:
        raise ConflictError("withdraw.nothing_issued", code=code)
    newer = exists().where(
        TranscriptRow.previous_id == found.id, LeafRow.transcript_id == TranscriptRow.id
    )
    if request.state == GOOD and db.scalar(select(newer)):
        raise ConflictError("withdraw.newer_pending", code=code)
    return StatusEntry(
        found.leaf_id,
        found.first_index + found.position,
        request.state,
        _REASONS[request.state],
        request.decision,
    )
