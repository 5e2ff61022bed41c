"""Released documents for the people they are about, and codes for families without accounts.

    documents_of(db, pupil.id)                        # newest first, withdrawn ones named so
    code = make_code(wp, school.id, pupil_code, by="staff:...", at=now())   # "7KQ4-M2XD-9H3T-P8RW"
    with_code(wp, code, address=..., at=now())        # what that school issued for the pupil
    released_file(wp, pupil.id, transcript)           # the file's bytes

A code is shown once and kept as its hash: 80 random bits, good for thirty days, replaced when
a new one is made. Wrong codes are counted like wrong passwords (`hocba.kit.access`).
"""

import base64
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import select, true, update
from sqlalchemy.orm import Session

from hocba.issuance.batch import STATUS
from hocba.issuance.models import (
    FrozenClassRow,
    LeafRow,
    ReleaseCodeRow,
    ReleasedRow,
    StatementRow,
    TranscriptRow,
)
from hocba.issuance.stages import TranscriptId
from hocba.issuance.workplace import Workplace
from hocba.kit import audit
from hocba.kit.access import Guess, attempt, forgive
from hocba.kit.errors import NotFoundError, RefusedError
from hocba.sector import queries
from hocba.sector.models import Pupil, School, SchoolClass
from verifier.formats.statements import WITHDRAWN, StatusStatement

LIFETIME: Final = timedelta(days=30)
MOST_WRONG: Final = 10
_BYTES: Final = 10
_GROUP: Final = 4
_LETTERS: Final = str.maketrans(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
)
"""From RFC 4648 to Crockford's alphabet, which has no I, L, O and U to misread."""
_MISREAD: Final = str.maketrans({"O": "0", "I": "1", "L": "1"})


@dataclass(frozen=True)
class IssuedDocument:
    """One released file as a family sees it; `replaced` where a newer version stands."""

    transcript: TranscriptId
    kind: str
    school: str
    class_name: str
    school_year: str
    version: int
    event: str
    issued_on: date
    released_at: datetime
    size: int
    digest: str
    replaced: bool
    withdrawn: bool


def documents_of(db: Session, pupil: UUID, *, school: UUID | None = None) -> list[IssuedDocument]:
    """Every released file of a pupil, or those of one school, newest year and version first."""
    rows = db.execute(
        select(TranscriptRow, FrozenClassRow, ReleasedRow, School.name, SchoolClass.name)
        .join(FrozenClassRow, FrozenClassRow.id == TranscriptRow.frozen_class_id)
        .join(ReleasedRow, ReleasedRow.transcript_id == TranscriptRow.id)
        .join(School, School.id == FrozenClassRow.school_id)
        .join(SchoolClass, SchoolClass.id == FrozenClassRow.class_id)
        .where(
            TranscriptRow.pupil_id == pupil,
            true() if school is None else FrozenClassRow.school_id == school,
        )
        .order_by(FrozenClassRow.school_year.desc(), TranscriptRow.version.desc())
    ).all()
    newest: dict[UUID, int] = {}
    for transcript, *_ in rows:
        newest[transcript.record_id] = max(transcript.version, newest.get(transcript.record_id, 0))
    withdrawn = _withdrawn(db, [transcript.id for transcript, *_ in rows])
    return [
        IssuedDocument(
            TranscriptId(transcript.id),
            frozen.kind,
            school,
            class_name,
            frozen.school_year,
            transcript.version,
            frozen.event,
            frozen.issued_on,
            released.released_at,
            released.size,
            released.digest,
            transcript.version < newest[transcript.record_id],
            transcript.id in withdrawn,
        )
        for transcript, frozen, released, school, class_name in rows
    ]


def released_file(wp: Workplace, pupil: UUID, transcript: UUID) -> bytes:
    """The released file of this pupil's transcript.

    Raises:
        NotFoundError: `record.not_found` for somebody else's as for none.
    """
    with wp.database.transaction("hand_out") as db:
        row = db.get(TranscriptRow, transcript)
        if row is None or row.pupil_id != pupil or db.get(ReleasedRow, transcript) is None:
            raise NotFoundError("record.not_found")
        return wp.store(db).released(TranscriptId(transcript)).pdf


def make_code(wp: Workplace, school: UUID, pupil_code: str, *, by: str, at: datetime) -> str:
    """Make a code for a pupil who is or was at the school; an older one ends.

    Raises:
        NotFoundError: `pupil.not_found`.
    """
    code = _spelt(wp.random(_BYTES))
    with wp.database.transaction("hand_out.code") as db:
        pupil = queries.pupil_by_code(db, school, pupil_code)
        db.execute(
            update(ReleaseCodeRow)
            .where(
                ReleaseCodeRow.pupil_id == pupil.id,
                ReleaseCodeRow.school_id == school,
                ReleaseCodeRow.ended_at.is_(None),
            )
            .values(ended_at=at)
        )
        db.add(
            ReleaseCodeRow(
                digest=_digest(code),
                school_id=school,
                pupil_id=pupil.id,
                made_by=by,
                made_at=at,
                expires_at=at + LIFETIME,
                ended_at=None,
            )
        )
        audit.record(db, actor=by, action="release_code.made", target=f"pupil:{pupil.id}", at=at)
    return code


@dataclass(frozen=True)
class Opened:
    """What a code opens: the documents that its school issued for a pupil, nothing else."""

    pupil: Pupil
    documents: list[IssuedDocument]


def with_code(wp: Workplace, code: str, *, address: str, at: datetime) -> Opened:
    """Open with a code.

    Raises:
        RefusedError: `release_code.wrong`: unknown, replaced and expired are one answer.
        BusyError: `login.too_many`.
    """
    guesses = (Guess(f"code:{address}", MOST_WRONG),)
    tried = attempt(wp.database, guesses, at=at)
    with wp.database.transaction("hand_out.open") as db:
        found = db.execute(
            select(ReleaseCodeRow, Pupil)
            .join(Pupil, Pupil.id == ReleaseCodeRow.pupil_id)
            .where(
                ReleaseCodeRow.digest == _digest(code),
                ReleaseCodeRow.ended_at.is_(None),
                ReleaseCodeRow.expires_at > at,
            )
        ).one_or_none()
        if found is None:
            raise RefusedError("release_code.wrong")
        row, pupil = found
        forgive(db, tried)
        audit.record(
            db, actor="family", action="release_code.used", target=f"pupil:{pupil.id}", at=at
        )
        return Opened(pupil, documents_of(db, pupil.id, school=row.school_id))


def _withdrawn(db: Session, transcripts: Sequence[UUID]) -> set[UUID]:
    """Those of them whose school has withdrawn them and not reinstated them since."""
    rows = db.execute(
        select(LeafRow.leaf_id, LeafRow.transcript_id, StatementRow.school_id)
        .join(StatementRow, StatementRow.digest == LeafRow.statement)
        .where(LeafRow.transcript_id.in_(list(transcripts)))
    ).all()
    named = db.scalars(
        select(StatementRow.payload)
        .where(
            StatementRow.kind == STATUS,
            StatementRow.school_id.in_({row.school_id for row in rows}),
        )
        .order_by(StatementRow.school_id, StatementRow.seq)
    )
    states = {
        entry.leaf: entry.state
        for payload in named
        for entry in StatusStatement.parse(payload).entries
    }
    return {row.transcript_id for row in rows if states.get(row.leaf_id) == WITHDRAWN}


def _spelt(secret: bytes) -> str:
    letters = base64.b32encode(secret).decode("ascii").translate(_LETTERS)
    groups = [letters[start : start + _GROUP] for start in range(0, len(letters), _GROUP)]
    return "-".join(groups)


def _digest(code: str) -> str:
    read = re.sub(r"[^0-9A-Z]", "", code.upper()).translate(_MISREAD)
    return hashlib.sha256(f"hocba.release_code/1 {read}".encode()).hexdigest()
