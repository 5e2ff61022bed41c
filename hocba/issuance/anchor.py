"""Statements to the chain, in the order of each school's own chain, each exactly once.

    anchor_pending(wp, at=now())

The contract takes the same call a single time and `ledger.anchor` looks before it sends,
so a crash on either side of the send, a second worker, or an answer that got lost all end
in one entry. Only then is the place written down, the log brought up to date and the
release of the batch queued, in one transaction. A statement that is refused holds up no
other one.
"""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from hocba.issuance.batch import BATCH
from hocba.issuance.foreign import foreign_errors
from hocba.issuance.models import AnchorRow, LogEntryRow, StatementRow
from hocba.issuance.queue import ask_for_release
from hocba.issuance.workplace import Workplace
from hocba.kit.errors import IntegrityError
from ledger.anchor import Anchored, anchor_batch, set_status
from ledger.chains.events import read_entries
from verifier.formats.canonical import sha256_hex
from verifier.formats.statements import Batch, Roster, StatusStatement


def anchor_pending(wp: Workplace, *, at: datetime) -> int:
    """Anchor every statement that is not on the chain; return how many there were.

    Raises:
        UnavailableError: `anchor.unreachable`; what is anchored stays anchored.
        IntegrityError: of the first that failed, once all others are anchored:
            `anchor.refused`, `statement.changed`, what does not parse.
    """
    with wp.database.transaction("anchor.load") as db:
        waiting = db.scalars(
            select(StatementRow)
            .where(StatementRow.digest.not_in(select(AnchorRow.statement)))
            .order_by(StatementRow.made_at, StatementRow.school_id, StatementRow.seq)
        ).all()
    failed: IntegrityError | None = None
    for row in waiting:
        try:
            anchored = _anchor(wp, row)
        except IntegrityError as error:
            failed = failed or error
            continue
        with wp.database.transaction("anchor") as db:
            note_anchor(wp, db, row, anchored, at=at)
    if failed is not None:
        raise failed
    return len(waiting)


def note_anchor(
    wp: Workplace, db: Session, row: StatementRow, anchored: Anchored, *, at: datetime
) -> None:
    """Write down where a statement stands and queue what follows from it."""
    is_batch = row.kind == BATCH
    db.execute(
        insert(AnchorRow)
        .values(
            statement=row.digest,
            entry=anchored.entry_index,
            first_index=anchored.first_index if is_batch else None,
            block=anchored.block,
            transaction=anchored.transaction,
            anchored_at=at,
        )
        .on_conflict_do_nothing()
    )
    update_log(wp, db)
    if is_batch:
        ask_for_release(db, row.digest)


def update_log(wp: Workplace, db: Session) -> None:
    """Append the chain's new entries to our copy of the log."""
    last = db.scalars(select(LogEntryRow).order_by(LogEntryRow.index.desc()).limit(1)).one_or_none()
    with foreign_errors():
        entries = read_entries(
            wp.outside.chain,
            wp.trust.contract.address,
            realm=wp.realm,
            first_block=wp.trust.contract.from_block if last is None else last.block,
            first_entry=0 if last is None else last.index + 1,
        )
    rows = [
        {"index": entry.index, "block": entry.block, "payload": entry.to_bytes()}
        for entry in entries
    ]
    if rows:
        db.execute(insert(LogEntryRow).on_conflict_do_nothing(), rows)


def _anchor(wp: Workplace, row: StatementRow) -> Anchored:
    if sha256_hex(row.payload) != row.digest:
        raise IntegrityError("statement.changed")
    contract, writer = wp.trust.contract.address, wp.outside.writer
    with foreign_errors():
        if row.kind == BATCH:
            return anchor_batch(
                writer,
                contract,
                batch=Batch.parse(row.payload),
                seal_fingerprint=row.certificate,
                cades=row.cades,
                replaces=Roster.parse(row.roster or b"").replaced(),
            )
        return set_status(
            writer,
            contract,
            statement=StatusStatement.parse(row.payload),
            seal_fingerprint=row.certificate,
            cades=row.cades,
        )
