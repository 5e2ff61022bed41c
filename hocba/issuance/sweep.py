"""Do everything that waits for the ledger or for release, judged by the tables alone.

    sweep(wp, clock=now)             # `hocba worker --once`: stops at the first obstacle
    requeue(wp)                      # what a starting worker does: every job is there again

Jobs say when to look; whether anything is to be done is read here. So a job that was lost
with a worker, a backup or a restore is made up for, and one too many changes nothing.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from hocba.issuance.anchor import anchor_pending
from hocba.issuance.models import AnchorRow, LeafRow, ReleasedRow, StatementRow
from hocba.issuance.queue import ask_for_anchor, ask_for_release
from hocba.issuance.release import release_batch
from hocba.issuance.workplace import Workplace
from hocba.kit.errors import IntegrityError

Clock = Callable[[], datetime]
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Swept:
    """What was done."""

    anchored: int
    released: int


def sweep(wp: Workplace, *, clock: Clock, progress: Progress = lambda _done, _total: None) -> Swept:
    """Anchor and release whatever waits.

    Raises:
        UnavailableError: chain, timestamping or status service does not answer; what is
            done stays done, and the same call goes on later.
        IntegrityError: as `anchor_pending`, once everything else is done.
    """
    refused: IntegrityError | None = None
    anchored = 0
    try:
        anchored = anchor_pending(wp, at=clock())
    except IntegrityError as error:  # one statement's; what others wait for goes on
        refused = error
    with wp.database.transaction("sweep") as db:
        batches = waiting_batches(db)
    released = sum(release_batch(wp, each, clock=clock, progress=progress) for each in batches)
    if refused is not None:
        raise refused
    return Swept(anchored, released)


def requeue(wp: Workplace) -> None:
    """Queue the jobs for everything that waits; those that are queued already stay one."""
    with wp.database.transaction("requeue") as db:
        ask_for_anchor(db)
        for digest in waiting_batches(db):
            ask_for_release(db, digest)


def waiting_batches(db: Session) -> Sequence[str]:
    """Anchored batches with a transcript that is not released, in the ledger's order."""
    released = exists().where(ReleasedRow.transcript_id == LeafRow.transcript_id)
    waits = exists().where(LeafRow.statement == StatementRow.digest, ~released)
    return db.scalars(
        select(StatementRow.digest)
        .join(AnchorRow, AnchorRow.statement == StatementRow.digest)
        .where(waits)
        .order_by(AnchorRow.entry)
    ).all()
