"""What an installation holds, without what may differ between two honest runs.

Keys, salts, identifiers, signature values and times are left out; everything else counts.
"""

import json
from collections import Counter

from sqlalchemy import select

from hocba.issuance.models import (
    AnchorRow,
    Appointment,
    FrozenClassRow,
    LeafRow,
    ReleasedRow,
    RevisionRow,
    SessionItemRow,
    SessionRow,
    StatementRow,
    TranscriptRow,
)
from hocba.issuance.stages import TranscriptId
from hocba.sector.models import MarkEvent, Pupil
from ledger.chains.events import read_entries
from verifier.formats.statements import Roster

_OWN = ("management_code", "salt", "record_id", "book_id", "previous_leaf")


def end_state(wp):
    """Everything that has to be equal, as plain data."""
    with wp.database.transaction("test.state") as db:
        return {
            "marks": len(db.scalars(select(MarkEvent.id)).all()),
            "appointments": Counter(
                (row.role, row.scope) for row in db.scalars(select(Appointment))
            ),
            "freezes": len(db.scalars(select(FrozenClassRow.id)).all()),
            "transcripts": sorted(_transcript(wp, db, row) for row in _live(db)),
            "returned": len(
                db.scalars(
                    select(TranscriptRow.id).where(TranscriptRow.returned_at.is_not(None))
                ).all()
            ),
            "sessions": sorted(_sessions(db)),
            "statements": _statements(db),
            "chain": _chain(wp),
        }


def _live(db):
    return db.scalars(select(TranscriptRow).where(TranscriptRow.returned_at.is_(None))).all()


def _transcript(wp, db, row):
    pupil = db.get_one(Pupil, row.pupil_id).code
    record = json.loads(wp.store(db).frozen(TranscriptId(row.id)).record)
    for key in _OWN:
        del record[key]
    leaf = db.scalars(select(LeafRow).where(LeafRow.transcript_id == row.id)).one_or_none()
    released = db.get(ReleasedRow, row.id)
    numbers = db.scalars(
        select(RevisionRow.number)
        .where(RevisionRow.transcript_id == row.id)
        .order_by(RevisionRow.number)
    ).all()
    return (
        pupil,
        row.version,
        row.revisions,
        tuple(numbers),
        leaf is not None,
        released is not None and released.verdict,
        json.dumps(record, sort_keys=True, ensure_ascii=False),
    )


def _sessions(db):
    for row in db.scalars(select(SessionRow)):
        items = db.scalars(select(SessionItemRow).where(SessionItemRow.session_id == row.id)).all()
        signed = sum(item.signed_at is not None for item in items)
        yield row.role, row.outcome, row.ended_at is not None, len(items), signed


def _statements(db):
    rows = db.scalars(select(StatementRow).order_by(StatementRow.seq)).all()
    anchored = {row.statement: row for row in db.scalars(select(AnchorRow))}
    told = []
    for row in rows:
        roster = Roster.parse(row.roster) if row.roster else None
        place = anchored.get(row.digest)
        told.append(
            (
                row.seq,
                row.kind,
                len(db.scalars(select(LeafRow).where(LeafRow.statement == row.digest)).all()),
                sorted(one.slot for one in roster.rows) if roster else None,
                place is not None and (place.entry, place.first_index, place.block),
            )
        )
    return told


def _chain(wp):
    entries = read_entries(
        wp.outside.chain,
        wp.trust.contract.address,
        realm=wp.realm,
        first_block=wp.trust.contract.from_block,
    )
    return [(entry.index, entry.data.event) for entry in entries]
