"""The ledger's receipt, put into the seal's CMS of each transcript of an anchored batch.

    batch = load_batch(wp, db, statement)
    receipted = add_receipt(anchored, batch, step=2)

Everything in a receipt can be recomputed, so nothing of it is stored: a repetition builds
it again from statement, leaves and log.
"""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from hocba.issuance.foreign import foreign_errors
from hocba.issuance.models import LeafRow, LogEntryRow
from hocba.issuance.stages import Anchored, Receipted
from hocba.issuance.workplace import Workplace
from hocba.kit.errors import IntegrityError
from hocba.kit.failpoints import failpoint
from ledger.log import Log, sign_checkpoint
from ledger.receipts import ContractPlace, PublishedLog, SealedBatch, build_receipt
from signing.pades import embed_receipt
from verifier.formats.entries import Entry
from verifier.formats.statements import Leaf


@dataclass(frozen=True)
class LoadedBatch:
    """A batch with its leaves, and a signed state of the log that holds its entry."""

    sealed: SealedBatch
    published: PublishedLog


def load_batch(wp: Workplace, db: Session, statement: str) -> LoadedBatch:
    """Read a batch and the log; leaves that do not give the batch's root are refused.

    Raises:
        IntegrityError: `statement.changed`, `receipt.other_batch`, `log.gap`.
    """
    stored = wp.store(db).statement(statement)
    rows = db.scalars(
        select(LeafRow).where(LeafRow.statement == statement).order_by(LeafRow.position)
    ).all()
    with foreign_errors():
        leaves = [Leaf.parse(row.payload) for row in rows]
        sealed = SealedBatch.of(stored.payload, stored.cades, leaves)
    return LoadedBatch(sealed, published_log(wp, db))


def published_log(wp: Workplace, db: Session) -> PublishedLog:
    """Our copy of the log under a signed checkpoint."""
    payloads = db.scalars(select(LogEntryRow.payload).order_by(LogEntryRow.index)).all()
    place = wp.trust.contract
    with foreign_errors():
        log = Log([Entry.parse(payload) for payload in payloads])
        note = sign_checkpoint(log.checkpoint(wp.log_key.public.name), wp.log_key)
    return PublishedLog(log, note, ContractPlace(place.chain_id, place.genesis, place.address))


def add_receipt(anchored: Anchored, batch: LoadedBatch, *, step: int) -> Receipted:
    """Put the receipt into the seal; the ByteRange of every signature stays as it is."""
    sealed = anchored.batched.sealed
    with foreign_errors():
        receipt = build_receipt(
            batch.sealed,
            anchored.batched.position,
            batch.published,
            entry_index=anchored.place.entry,
        )
        if receipt.leaf != sealed.leaf or receipt.index != anchored.index:
            raise IntegrityError("transcript.other_leaf")
        failpoint("receipt.before_embed")
        pdf = embed_receipt(sealed.pdf, step, receipt.to_bytes())
        failpoint("receipt.after_embed")
    return Receipted(anchored, receipt.to_bytes(), pdf)
