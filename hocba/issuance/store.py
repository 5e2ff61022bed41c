"""Stages into the database and out of it again, each re-verified on the way out.

    with wp.database.transaction("x") as db:
        partly = Store(wp.vault, wp.blobs, db).partly_approved(transcript)

A file is stored as what each revision adds: revision 0 without the template's constant
bytes, then one increment for each signature. Loading puts them together, compares the
digest of the whole, renders the document again from the frozen record and reads every
signature (`structure.py`). So a row changed by SQL, a swapped blob or a forgotten step
is an IntegrityError here, before a key or a holder comes near it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from hocba.issuance.credential import CredentialKind, kind_of
from hocba.issuance.models import (
    AnchorRow,
    FrozenClassRow,
    LeafRow,
    ReleasedRow,
    RevisionRow,
    StatementRow,
    TranscriptRow,
)
from hocba.issuance.rendition import make_document, template_of
from hocba.issuance.stages import (
    Anchored,
    AnchorPlace,
    Approved,
    Batched,
    Document,
    FrozenClassId,
    FrozenRecord,
    PartlyApproved,
    RecordId,
    Released,
    Sealed,
    SealedStatement,
    TranscriptId,
)
from hocba.issuance.structure import read_approvals, read_signatures
from hocba.kit.blobs import Blobs
from hocba.kit.errors import ConflictError, IntegrityError, NotFoundError
from hocba.kit.vault import DataKey, Vault
from hocba.sector.models import FrozenRecord as FrozenRecordRow
from verifier.formats.canonical import parse_json, sha256_hex
from verifier.formats.statements import Leaf


@dataclass(frozen=True)
class Signer:
    """Under what a revision was made; None all over for the document."""

    role: str | None = None
    certificate: str | None = None
    appointment: str | None = None
    session: UUID | None = None


@dataclass(frozen=True)
class NewRevision:
    """A revision whose bytes lie in the blob store and whose row is yet to be written."""

    transcript: TranscriptId
    number: int
    digest: str
    size: int
    blob: str


class Store:
    """Reads and writes stages inside one transaction."""

    def __init__(self, vault: Vault, blobs: Blobs, db: Session) -> None:
        self._vault, self._blobs, self._db = vault, blobs, db
        # What the transaction read of rows that never change, held: the session itself
        # forgets an object that nobody holds and asks the database again.
        self._rows: dict[TranscriptId, TranscriptRow] = {}
        self._kinds: dict[UUID, CredentialKind] = {}
        self._keys: dict[UUID, DataKey] = {}

    # --- writing: the blob first, its row in the transaction that needs it

    def put_revision(
        self, frozen: FrozenRecord, number: int, *, before: bytes, pdf: bytes
    ) -> NewRevision:
        """Keep what a revision adds to the bytes before it."""
        if not pdf.startswith(before):
            raise IntegrityError("transcript.other_document")
        context = _revision_context(frozen.transcript, number)
        blob = self._blobs.save(self._key(frozen.record_id), pdf[len(before) :], context=context)
        return NewRevision(frozen.transcript, number, sha256_hex(pdf), len(pdf), blob)

    def add_revision(self, new: NewRevision, signer: Signer, *, at: datetime) -> None:
        """Write the row of a revision and count it; the one before must be the last.

        Raises:
            ConflictError: `transcript.moved_on` where it was signed or returned meanwhile.
        """
        moved = self._db.execute(
            update(TranscriptRow)
            .where(
                TranscriptRow.id == new.transcript,
                TranscriptRow.revisions == new.number,
                TranscriptRow.returned_at.is_(None),
            )
            .values(revisions=new.number + 1)
            .returning(TranscriptRow.id)
        ).one_or_none()
        if moved is None:
            raise ConflictError("transcript.moved_on")
        self._db.add(
            RevisionRow(
                transcript_id=new.transcript,
                number=new.number,
                digest=new.digest,
                size=new.size,
                blob=new.blob,
                role=signer.role,
                certificate=signer.certificate,
                appointment=signer.appointment,
                session_id=signer.session,
                made_at=at,
            )
        )

    def put_released(self, frozen: FrozenRecord, pdf: bytes, kind: CredentialKind) -> str:
        """Keep a released file and return the blob's address."""
        prefix = template_of(kind).prefix
        if not pdf.startswith(prefix):
            raise IntegrityError("transcript.other_document")
        context = _released_context(frozen.transcript)
        return self._blobs.save(self._key(frozen.record_id), pdf[len(prefix) :], context=context)

    # --- reading

    def frozen(self, transcript: TranscriptId) -> FrozenRecord:
        """The frozen record, after comparing its digest with both rows that name it.

        Raises:
            NotFoundError: `record.not_found`.
            IntegrityError: `transcript.record_changed`, `vault.tampered`.
        """
        row = self._row(transcript)
        stored = self._db.get(FrozenRecordRow, transcript)
        if stored is None:
            raise IntegrityError("transcript.record_missing")
        record = self._key(row.record_id).open(stored.content, context=frozen_context(transcript))
        if not sha256_hex(record) == stored.digest == row.record_digest:
            raise IntegrityError("transcript.record_changed")
        stated = parse_json(record)
        if (stated["record_id"], stated["version"]) != (str(row.record_id), row.version):
            raise IntegrityError("transcript.record_changed")
        return FrozenRecord(
            transcript,
            FrozenClassId(row.frozen_class_id),
            RecordId(row.record_id),
            row.version,
            row.pupil_id,
            record,
        )

    def kind(self, transcript: TranscriptId) -> CredentialKind:
        """The kind of credential that a transcript is."""
        frozen_class = self._row(transcript).frozen_class_id
        if frozen_class not in self._kinds:
            row = self._db.get_one(FrozenClassRow, frozen_class)
            self._kinds[frozen_class] = kind_of(row.kind, level=row.level, template=row.template_id)
        return self._kinds[frozen_class]

    def document(self, transcript: TranscriptId) -> Document:
        """The document, rendered again and compared with the stored revision 0."""
        document = make_document(self.frozen(transcript), self.kind(transcript))
        rows = self._revisions(transcript)
        if not rows or rows[0].digest != sha256_hex(document.pdf):
            raise IntegrityError("transcript.other_document")
        return document

    def partly_approved(self, transcript: TranscriptId, roles: Sequence[str]) -> PartlyApproved:
        """The file with exactly the signatures of these roles."""
        document = self.document(transcript)
        pdf = self.file(transcript, len(roles))
        return PartlyApproved(
            document, pdf, read_approvals(pdf, document=document, steps=tuple(roles))
        )

    def approved(self, transcript: TranscriptId, roles: Sequence[str]) -> Approved:
        """The file under all its personal signatures; `roles` are the policy's but the seal."""
        partly = self.partly_approved(transcript, roles)
        return Approved(partly.document, partly.pdf, partly.approvals)

    def sealed(self, transcript: TranscriptId, roles: Sequence[str]) -> Sealed:
        """The sealed file and its leaf, computed from the file's own bytes."""
        *personal, _ = roles
        approved = self.approved(transcript, personal)
        pdf = self.file(transcript, len(roles))
        if not pdf.startswith(approved.pdf):
            raise IntegrityError("transcript.other_document")
        return sealed_from(approved, pdf, tuple(roles))

    def batched(self, transcript: TranscriptId, roles: Sequence[str]) -> Batched:
        """The sealed file at its place in a batch; the stored leaf must be the computed one."""
        sealed = self.sealed(transcript, roles)
        row = self._db.scalars(
            select(LeafRow).where(LeafRow.transcript_id == transcript)
        ).one_or_none()
        if row is None:
            raise ConflictError("transcript.not_in_batch")
        if row.payload != sealed.leaf.to_bytes() or row.leaf_id != sealed.leaf.id():
            raise IntegrityError("transcript.other_leaf")
        return Batched(sealed, row.position, self.statement(row.statement))

    def anchored(self, transcript: TranscriptId, roles: Sequence[str]) -> Anchored:
        """The batched file and where the contract has its batch.

        Raises:
            ConflictError: `transcript.not_anchored` while it waits for the ledger.
        """
        batched = self.batched(transcript, roles)
        place = self.place(batched.statement.digest)
        if place is None:
            raise ConflictError("transcript.not_anchored")
        return Anchored(batched, place)

    def statement(self, digest: str) -> SealedStatement:
        """A stored statement, its bytes compared with its digest."""
        row = self._db.get(StatementRow, digest)
        if row is None or sha256_hex(row.payload) != digest:
            raise IntegrityError("statement.changed")
        return SealedStatement(row.seq, row.payload, row.cades)

    def place(self, digest: str) -> AnchorPlace | None:
        """Where a batch is anchored; None while it waits."""
        row = self._db.get(AnchorRow, digest)
        if row is None or row.first_index is None:
            return None
        return AnchorPlace(row.entry, row.first_index, row.block)

    def released(self, transcript: TranscriptId) -> Released:
        """The released file, its bytes compared with their digest."""
        row = self._db.get(ReleasedRow, transcript)
        if row is None:
            raise ConflictError("transcript.not_released")
        frozen = self.frozen(transcript)
        tail = self._blobs.load(
            self._key(frozen.record_id), row.blob, context=_released_context(transcript)
        )
        pdf = template_of(self.kind(transcript)).prefix + tail
        if sha256_hex(pdf) != row.digest:
            raise IntegrityError("transcript.file_changed")
        return Released(
            transcript, frozen.record_id, frozen.version, row.index, pdf, row.released_at
        )

    def newest_file(self, transcript: TranscriptId) -> bytes:
        """The released file, or what there is before it: to be looked at, not to be handed out.

        Raises:
            ConflictError: `transcript.not_signed` where there is no document yet.
        """
        if self._db.get(ReleasedRow, transcript) is not None:
            return self.released(transcript).pdf
        return self.file(transcript, max(0, len(self._revisions(transcript)) - 1))

    def file(self, transcript: TranscriptId, number: int) -> bytes:
        """The bytes of the file at one revision, compared with their digest.

        Raises:
            ConflictError: `transcript.not_signed` where there is no such revision yet.
            IntegrityError: `transcript.file_changed`, `storage.swapped`.
        """
        rows = self._revisions(transcript)[: number + 1]
        if len(rows) != number + 1:
            raise ConflictError("transcript.not_signed")
        key = self._key(RecordId(self._row(transcript).record_id))
        parts = [template_of(self.kind(transcript)).prefix]
        parts += [
            self._blobs.load(key, row.blob, context=_revision_context(transcript, row.number))
            for row in rows
        ]
        pdf = b"".join(parts)
        if sha256_hex(pdf) != rows[-1].digest:
            raise IntegrityError("transcript.file_changed")
        return pdf

    def _revisions(self, transcript: TranscriptId) -> list[RevisionRow]:
        rows = self._db.scalars(
            select(RevisionRow)
            .where(RevisionRow.transcript_id == transcript)
            .order_by(RevisionRow.number)
        ).all()
        if [row.number for row in rows] != list(range(len(rows))):
            raise IntegrityError("transcript.revision_missing")
        return list(rows)

    def _row(self, transcript: TranscriptId) -> TranscriptRow:
        row = self._rows.get(transcript) or self._db.get(TranscriptRow, transcript)
        if row is None:
            raise NotFoundError("record.not_found")
        self._rows[transcript] = row
        return row

    def _key(self, record: UUID) -> DataKey:
        if record not in self._keys:
            self._keys[record] = self._vault.key(self._db, record)
        return self._keys[record]


def sealed_from(approved: Approved, pdf: bytes, roles: tuple[str, ...]) -> Sealed:
    """Read the seal off a file and compute the leaf that commits to it."""
    signatures = read_signatures(pdf, document=approved.document, steps=roles)
    seal, record = signatures[-1], approved.document.frozen.record
    leaf = Leaf.from_record(
        parse_json(record),
        record,
        seal.parsed.covered_digest.hex(),
        seal.cms.signature_hash().hex(),
    )
    return Sealed(approved, pdf, leaf, seal.cms.signer_fingerprint())


def frozen_context(transcript: UUID) -> str:
    """The place of a frozen record's content, authenticated by its encryption."""
    return f"frozen_record:{transcript}"


def _revision_context(transcript: UUID, number: int) -> str:
    return f"revision:{transcript}:{number}"


def _released_context(transcript: UUID) -> str:
    return f"released_file:{transcript}"
