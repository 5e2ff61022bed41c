"""Recompute everything and compare it with the chain; name what differs.

    found = run_audit(wp, now=now())
    for difference in found.differences: print(difference.code, difference.target)

1. Each transcript: its frozen record, document, signatures, leaf and released file are
   made again from what is stored and compared, step by step; the first that differs is
   named, since those behind it follow.
2. Each statement: its digest, the chain of sequence numbers, the root over the stored
   leaves, the roster and the school's signature.
3. The contract's own events, read anew: each must have its statement here and agree with
   it, and our copies of events and places must agree with the chain. An event that does not
   agree was sent by another account than ours, and says that this one is stolen; it blocks
   nobody and counts for nothing.
4. Slots over all rosters: one live leaf each, and each slot that of its pupil.

Only reads. What SQL changed, deleted or doubled, and what was swapped in the store, shows.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from hocba.issuance.approval import roles_of
from hocba.issuance.credential import kind_of
from hocba.issuance.foreign import foreign_errors
from hocba.issuance.models import (
    AnchorRow,
    FrozenClassRow,
    LeafRow,
    LogEntryRow,
    ReleasedRow,
    StatementRow,
    TranscriptRow,
)
from hocba.issuance.sources import changed_sources
from hocba.issuance.stages import TranscriptId
from hocba.issuance.store import sealed_from
from hocba.issuance.workplace import Workplace
from hocba.kit.errors import HocbaError, IntegrityError
from hocba.sector.models import FrozenRecord as FrozenRecordRow
from hocba.sector.models import Pupil, School
from ledger.audit import differences
from ledger.chains.events import read_entries
from verifier.errors import VerifierError
from verifier.formats.cades import verify_detached
from verifier.formats.canonical import sha256_hex
from verifier.formats.entries import BatchAnchored, Entry, StatusChanged
from verifier.formats.merkle import root_from_leaves
from verifier.formats.statements import NO_LEAF, Batch, Leaf, Roster, StatusStatement

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Difference:
    """One thing that is not what it must be: a stable code, what it is about, and details."""

    code: str
    target: str
    detail: str = ""


@dataclass(frozen=True)
class Audit:
    """What was looked at, and what differs."""

    transcripts: int
    statements: int
    entries: int
    differences: tuple[Difference, ...]


def run_audit(wp: Workplace, *, progress: Progress = lambda _done, _total: None) -> Audit:
    """Look at everything once.

    Raises:
        UnavailableError: `chain.unreachable`; what the chain says is then unknown.
    """
    with foreign_errors():
        entries = read_entries(
            wp.outside.chain,
            wp.trust.contract.address,
            realm=wp.realm,
            first_block=wp.trust.contract.from_block,
        )
    with wp.database.transaction("audit.list") as db:
        transcripts = db.scalars(select(TranscriptRow.id).order_by(TranscriptRow.id)).all()
        statements = db.scalars(
            select(StatementRow).order_by(StatementRow.school_id, StatementRow.seq)
        ).all()
        found = [*_orphans(db), *_log(db, entries)]
    for done, transcript in enumerate(transcripts):
        progress(done, len(transcripts))
        found += _transcript(wp, transcript)
    with wp.database.transaction("audit.ledger") as db:
        found += _statements(wp, db, statements, entries)
        found += _slots(wp, db, statements)
        found += [
            Difference("transfer.source_changed", f"transfer_source:{row}", code)
            for row, code in changed_sources(wp, db)
        ]
    progress(len(transcripts), len(transcripts))
    return Audit(len(transcripts), len(statements), len(entries), tuple(found))


# --- 1. transcripts


def _transcript(wp: Workplace, transcript: UUID) -> Iterator[Difference]:
    target = f"transcript:{transcript}"
    try:
        with wp.database.transaction("audit.transcript") as db:
            _remake(wp, db, transcript)
    except HocbaError as error:
        if error.code != "vault.erased":
            yield Difference(error.code, target, str(error.params.get("reason", "")))
    except (KeyError, ValueError, VerifierError) as error:
        yield Difference("transcript.unreadable", target, type(error).__name__)


def _remake(wp: Workplace, db: Session, transcript: UUID) -> None:
    """Load the furthest stage, which makes every earlier one again."""
    row = db.get_one(TranscriptRow, transcript)
    store, key = wp.store(db), TranscriptId(transcript)
    roles = _roles(wp, db, row)
    if row.revisions == 0:
        store.frozen(key)
        return
    signed = min(row.revisions - 1, len(roles))
    leaf = db.scalars(select(LeafRow).where(LeafRow.transcript_id == transcript)).one_or_none()
    if signed < len(roles):
        store.partly_approved(key, roles[:signed])
        return
    sealed = store.sealed(key, roles) if leaf is None else store.batched(key, roles).sealed
    released = db.get(ReleasedRow, transcript)
    if released is not None:
        again = sealed_from(sealed.approved, store.released(key).pdf, roles)
        if again.leaf != sealed.leaf:
            raise IntegrityError("transcript.file_changed")


def _roles(wp: Workplace, db: Session, row: TranscriptRow) -> tuple[str, ...]:
    freeze = db.get_one(FrozenClassRow, row.frozen_class_id)
    kind = kind_of(freeze.kind, level=freeze.level, template=freeze.template_id)
    return roles_of(kind.policy(wp.trust, at=freeze.frozen_at))


def _orphans(db: Session) -> Iterator[Difference]:
    """Rows whose counterpart is gone: deleted by SQL past the foreign keys."""
    known = select(TranscriptRow.id)
    for record in db.scalars(select(FrozenRecordRow.id).where(FrozenRecordRow.id.not_in(known))):
        yield Difference("transcript.missing", f"frozen_record:{record}")
    stored = select(FrozenRecordRow.id)
    for transcript in db.scalars(select(TranscriptRow.id).where(TranscriptRow.id.not_in(stored))):
        yield Difference("transcript.record_missing", f"transcript:{transcript}")
    for leaf in db.scalars(select(LeafRow).where(LeafRow.transcript_id.not_in(known))):
        yield Difference("leaf.without_transcript", f"leaf:{leaf.leaf_id}")
    statements = select(StatementRow.digest)
    for digest in db.scalars(
        select(AnchorRow.statement).where(AnchorRow.statement.not_in(statements))
    ):
        yield Difference("statement.missing", f"statement:{digest}")


# --- 2. and 3. statements and chain


def _statements(
    wp: Workplace, db: Session, rows: Sequence[StatementRow], entries: list[Entry]
) -> Iterator[Difference]:
    schools = {row.id: row for row in db.scalars(select(School))}
    previous: dict[UUID, tuple[int, str | None]] = defaultdict(lambda: (0, None))
    for row in rows:
        target = f"statement:{row.digest}"
        if sha256_hex(row.payload) != row.digest:
            yield Difference("statement.changed", target)
            continue
        try:
            stated = _parse(row)
        except VerifierError as error:
            yield Difference("statement.malformed", target, error.code)
            continue
        if (stated.seq - 1, stated.previous) != previous[row.school_id]:
            yield Difference("statement.chain_broken", target, f"seq {stated.seq}")
        previous[row.school_id] = (stated.seq, row.digest)
        if stated.school != schools[row.school_id].code or stated.realm != wp.realm:
            yield Difference("statement.other_school", target)
        if isinstance(stated, Batch):
            yield from _batch(db, row, stated)
        yield from _seal(wp, row, target)
    yield from _chain(db, rows, entries)


def _parse(row: StatementRow) -> Batch | StatusStatement:
    if row.kind == "batch":
        return Batch.parse(row.payload)
    return StatusStatement.parse(row.payload)


def _batch(db: Session, row: StatementRow, batch: Batch) -> Iterator[Difference]:
    """Leaves against the root, roster against its root and against the leaves."""
    target = f"statement:{row.digest}"
    leaves = db.scalars(
        select(LeafRow).where(LeafRow.statement == row.digest).order_by(LeafRow.position)
    ).all()
    positions = [leaf.position for leaf in leaves]
    if positions != list(range(batch.leaf_count)):
        yield Difference("batch.leaf_missing", target, f"{len(leaves)} / {batch.leaf_count}")
    for leaf in leaves:
        try:
            computed = Leaf.parse(leaf.payload).id()
        except VerifierError:
            computed = ""
        if computed != leaf.leaf_id:
            yield Difference("leaf.changed", f"leaf:{leaf.leaf_id}")
    hashes = [bytes.fromhex(leaf.leaf_id) for leaf in leaves]
    if root_from_leaves(hashes).hex() != batch.root:
        yield Difference("batch.other_root", target)
    try:
        roster = Roster.parse(row.roster or b"")
    except VerifierError as error:
        yield Difference("batch.roster_changed", target, error.code)
        return
    listed = {(one.index, one.leaf) for one in roster.rows if one.leaf != NO_LEAF}
    stored = {(leaf.position, leaf.leaf_id) for leaf in leaves}
    if roster.root().hex() != batch.roster_root or row.roster_root != batch.roster_root:
        yield Difference("batch.roster_changed", target)
    elif listed != stored:
        yield Difference("batch.roster_differs", target)


def _seal(wp: Workplace, row: StatementRow, target: str) -> Iterator[Difference]:
    try:
        signer = verify_detached(row.cades, row.payload, wp.trust, row.made_at)
    except VerifierError as error:
        yield Difference("statement.not_sealed", target, error.code)
        return
    if signer.fingerprint != row.certificate:
        yield Difference("statement.other_seal", target)


def _chain(
    db: Session,
    rows: Sequence[StatementRow],
    entries: list[Entry],
) -> Iterator[Difference]:
    """Every event of a school against its statement, every place that we noted against it."""
    held = {row.digest: row for row in rows}
    places = {row.statement: row for row in db.scalars(select(AnchorRow))}
    on_chain = set[str]()
    for entry in entries:
        if not isinstance(entry.data, BatchAnchored | StatusChanged):
            continue
        row = held.get(entry.data.statement)
        target = f"entry:{entry.index}"
        if row is None:
            if isinstance(entry.data, BatchAnchored) or entry.data.school is not None:
                yield Difference("statement.missing", target, entry.data.statement)
            continue
        other = differences(entry, row.payload, row.roster, cades=row.cades)
        for name in other:
            yield Difference("chain.differs", target, name)
        place = places.get(row.digest)
        if not other or (place is not None and place.entry == entry.index):
            on_chain.add(row.digest)
            yield from _place(place, entry)
    for digest in places.keys() - on_chain:
        yield Difference("anchor.not_on_chain", f"statement:{digest}")


def _place(noted: AnchorRow | None, entry: Entry) -> Iterator[Difference]:
    if noted is None:
        return  # the anchoring job has not written it down yet
    first = entry.data.first_index if isinstance(entry.data, BatchAnchored) else None
    if (noted.entry, noted.first_index, noted.block) != (entry.index, first, entry.block):
        yield Difference("anchor.changed", f"statement:{noted.statement}")


def _log(db: Session, entries: list[Entry]) -> Iterator[Difference]:
    """Our copy of the log against the chain."""
    on_chain = {entry.index: entry.to_bytes() for entry in entries}
    copies = {row.index: row.payload for row in db.scalars(select(LogEntryRow))}
    for index, payload in sorted(copies.items()):
        if on_chain.get(index) != payload:
            yield Difference("log.entry_changed", f"entry:{index}")
    if copies and sorted(copies) != list(range(max(copies) + 1)):
        yield Difference("log.entry_missing", "log")


# --- 4. slots


def _slots(wp: Workplace, db: Session, rows: Sequence[StatementRow]) -> Iterator[Difference]:
    """One live leaf for each slot, and each slot the one that the department computes."""
    places = {row.statement: row for row in db.scalars(select(AnchorRow))}
    live: dict[str, dict[int, str]] = defaultdict(dict)
    gone: set[int] = set()
    for row in rows:
        if row.kind != "batch":
            continue
        try:
            roster = Roster.parse(row.roster or b"")
        except VerifierError:
            continue  # named before
        gone.update(roster.replaced())
        place = places.get(row.digest)
        for one in roster.rows:
            if one.index is not None:
                first = place.first_index if place and place.first_index is not None else -(10**9)
                live[one.slot][first + one.index] = one.leaf
    for slot, leaves in live.items():
        left = [leaf for index, leaf in leaves.items() if index not in gone]
        if len(left) > 1:
            yield Difference("slot.used_twice", f"slot:{slot}", ", ".join(sorted(left)))
    yield from _wrong_slots(wp, db)


def _wrong_slots(wp: Workplace, db: Session) -> Iterator[Difference]:
    found = db.execute(
        select(TranscriptRow, FrozenClassRow, Pupil.code, School.code)
        .join(FrozenClassRow, FrozenClassRow.id == TranscriptRow.frozen_class_id)
        .join(Pupil, Pupil.id == TranscriptRow.pupil_id)
        .join(School, School.id == FrozenClassRow.school_id)
    )
    for row, freeze, pupil, school in found:
        kind = kind_of(freeze.kind, level=freeze.level, template=freeze.template_id)
        key = wp.slot_key(freeze.school_year)
        if row.slot != kind.slot(key, pupil=pupil, school_year=freeze.school_year, school=school):
            yield Difference("slot.of_another_pupil", f"transcript:{row.id}")
