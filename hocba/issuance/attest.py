"""The sector database's signed word: same, different or unknown.

    token = attest_version(wp, record_id, 1, digest, at=now())

The digest is computed from the frozen record that stands in the database now, not from
any copy of it, so a mark changed by SQL answers `different`. Asked about a version that is
not sealed, or whose data was erased, the answer is `unknown`. Nobody's data is in it.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from hocba.issuance.models import LeafRow, TranscriptRow
from hocba.issuance.stages import TranscriptId
from hocba.issuance.workplace import Workplace
from hocba.kit.errors import IntegrityError, NotFoundError
from verifier.formats.attestation import DIFFERENT, SAME, UNKNOWN, Attestation
from verifier.formats.times import format_time


def attest_version(
    wp: Workplace, record_id: UUID, version: int, digest: str, *, at: datetime
) -> str:
    """Compare a digest with the database's own and sign the answer (compact JWS)."""
    attestation = Attestation(
        realm=wp.realm,
        record_id=str(record_id),
        version=version,
        digest=digest,
        answer=compare(wp, record_id, version, digest),
        as_of=format_time(at),
    )
    Attestation.parse(attestation.to_bytes())
    return wp.attest_key.sign(attestation.to_bytes())


def compare(wp: Workplace, record_id: UUID, version: int, digest: str) -> str:
    """The answer alone."""
    with wp.database.transaction("attest") as db:
        found = db.scalars(
            select(TranscriptRow.id)
            .join(LeafRow, LeafRow.transcript_id == TranscriptRow.id)
            .where(TranscriptRow.record_id == record_id, TranscriptRow.version == version)
        ).one_or_none()
        if found is None:
            return UNKNOWN
        try:
            held = wp.store(db).frozen(TranscriptId(found)).digest
        except NotFoundError:
            return UNKNOWN
        except IntegrityError:
            return DIFFERENT
    return SAME if held == digest else DIFFERENT
