"""The life of a transcript, one type per stage; read this first.

    marks -> FrozenClass(FrozenRecord) -> Document -> Approved -> Sealed -> Batched
             marks.freeze                 document    approval    seal      batch

          -> Anchored -> Receipted -> Released
             anchor      receipt      release

A step accepts only the stage before it, so a transcript that skips a signature, the
seal or the ledger does not type-check. Every type here is frozen; a stage that comes
out of the database is made again from its bytes (`store.py`), which compares digest,
document and signature structure before it hands anything out. What outsiders check
is in `verifier`; nothing here decides whether a transcript is genuine.

Nobody is named at freeze: who signed stands in each signature's appointment. Before
the seal a class or a pupil can be returned (`returns.py`); a version number is used
up by the seal alone.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import NewType
from uuid import UUID

from hocba.issuance.credential import CredentialKind
from verifier.formats.canonical import sha256_hex
from verifier.formats.statements import Leaf

TranscriptId = NewType("TranscriptId", UUID)
"""One attempt at one version; a return ends it, a new freeze starts another."""

RecordId = NewType("RecordId", UUID)
"""One series of versions (book, kind, year, first school); global name with realm and version."""

FrozenClassId = NewType("FrozenClassId", UUID)
"""One freeze of one class; a later freeze of pupils then pending is another one."""


@dataclass(frozen=True)
class FrozenRecord:
    """What one pupil's record states, as copied from the marks; later marks do not reach it."""

    transcript: TranscriptId
    frozen_class: FrozenClassId
    record_id: RecordId
    version: int
    pupil: UUID
    record: bytes

    @property
    def digest(self) -> str:
        """SHA-256 of record.json, hex: what signers are shown."""
        return sha256_hex(self.record)


@dataclass(frozen=True)
class PendingPupil:
    """A pupil of the class for whom nothing could be frozen, and why; never on chain."""

    pupil: UUID
    name: str
    reason: str


@dataclass(frozen=True)
class FrozenClass:
    """A class at the moment its register was closed, pupils still pending included."""

    id: FrozenClassId
    kind: CredentialKind
    school: str
    school_year: str
    class_name: str
    issued_on: date
    records: tuple[FrozenRecord, ...]
    pending: tuple[PendingPupil, ...]


@dataclass(frozen=True)
class Document:
    """Revision 0: the unsigned document, a pure function of record and template."""

    frozen: FrozenRecord
    kind: CredentialKind
    pdf: bytes


@dataclass(frozen=True)
class Approval:
    """One personal signature that the document carries."""

    step: int
    role: str
    certificate: str
    at: datetime


@dataclass(frozen=True)
class PartlyApproved:
    """A document on its way through the policy's personal steps."""

    document: Document
    pdf: bytes
    approvals: tuple[Approval, ...]


@dataclass(frozen=True)
class Approved:
    """Every personal signature that the policy asks for is there, in its order."""

    document: Document
    pdf: bytes
    approvals: tuple[Approval, ...]


@dataclass(frozen=True)
class Sealed:
    """Under the school's seal: complete as an act, and never changed again."""

    approved: Approved
    pdf: bytes
    leaf: Leaf
    seal_certificate: str


@dataclass(frozen=True)
class SealedStatement:
    """A batch or status statement: canonical bytes and the school's CAdES over them."""

    seq: int
    payload: bytes
    cades: bytes

    @property
    def digest(self) -> str:
        """What `previous` and the contract call the statement, hex."""
        return sha256_hex(self.payload)


@dataclass(frozen=True)
class Batched:
    """Named by a batch statement of its school, at a position of that batch's tree."""

    sealed: Sealed
    position: int
    statement: SealedStatement


@dataclass(frozen=True)
class AnchorPlace:
    """Where the contract recorded a statement."""

    entry: int
    first_index: int
    block: int


@dataclass(frozen=True)
class Anchored:
    """In the ledger: the contract holds the batch's root."""

    batched: Batched
    place: AnchorPlace

    @property
    def index(self) -> int:
        """The leaf's global index."""
        return self.place.first_index + self.batched.position


@dataclass(frozen=True)
class Receipted:
    """The sealed file with the ledger's receipt inside the seal's CMS."""

    anchored: Anchored
    receipt: bytes
    pdf: bytes


@dataclass(frozen=True)
class Released:
    """What a holder gets: validation data and document timestamp added, verified by us first."""

    transcript: TranscriptId
    record_id: RecordId
    version: int
    index: int
    pdf: bytes
    at: datetime

    @property
    def digest(self) -> str:
        """SHA-256 of the released file, hex."""
        return sha256_hex(self.pdf)
