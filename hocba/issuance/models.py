"""Tables of the issuance spine.

Three rules hold for all of them. What a signature or the chain has seen is appended and
never changed (`append_only`: the application role has no UPDATE and no DELETE there). A
unique index, not the code, forbids two live versions, two places in the ledger and two
open sessions. No column holds a name or a mark: those are in the blobs and in
`frozen_record`, encrypted.
"""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Sequence, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from hocba.kit.db import Base, append_only

MANAGEMENT_SERIAL = Sequence(
    "management_serial", maxvalue=9_999_999, cycle=True, metadata=Base.metadata
)
"""Serials of management codes: never given twice in a year, whoever rolls back; the year in
the code and the unique index see to the rest when they begin again."""


class Appointment(Base):
    """Who may sign for which school in which role: the department's JWS and the key's place."""

    __tablename__ = "appointment"
    __table_args__ = append_only()

    serial: Mapped[str] = mapped_column(primary_key=True)
    school_id: Mapped[UUID] = mapped_column(ForeignKey("school.id"))
    staff_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    role: Mapped[str]
    scope: Mapped[str]
    acts_for: Mapped[str]
    certificate: Mapped[str]
    valid_from: Mapped[datetime]
    valid_to: Mapped[datetime]
    jws: Mapped[str]
    custody: Mapped[str]


class Book(Base):
    """One pupil and one level; id and management code are kept across schools."""

    __tablename__ = "book"
    __table_args__ = (UniqueConstraint("pupil_id", "level"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    pupil_id: Mapped[UUID] = mapped_column(ForeignKey("pupil.id"))
    level: Mapped[str]
    management_code: Mapped[str] = mapped_column(unique=True)


class RecordSeries(Base):
    """One series of versions; `record_id` is its global name together with the realm."""

    __tablename__ = "record_series"
    __table_args__ = (
        UniqueConstraint(
            "book_id", "kind", "school_year", "school_id", postgresql_nulls_not_distinct=True
        ),
    )

    record_id: Mapped[UUID] = mapped_column(primary_key=True)
    book_id: Mapped[UUID] = mapped_column(ForeignKey("book.id"))
    school_id: Mapped[UUID] = mapped_column(ForeignKey("school.id"))
    kind: Mapped[str]
    school_year: Mapped[str | None]


class FrozenClassRow(Base):
    """One freeze: what all its records have in common."""

    __tablename__ = "frozen_class"
    __table_args__ = (
        Index(
            "one_first_freeze",
            "class_id",
            "kind",
            unique=True,
            postgresql_where=text("event = 'issue' AND completes IS NULL AND returned_at IS NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    school_id: Mapped[UUID] = mapped_column(ForeignKey("school.id"))
    class_id: Mapped[UUID] = mapped_column(ForeignKey("school_class.id"))
    school_year: Mapped[str]
    kind: Mapped[str]
    level: Mapped[str]
    event: Mapped[str]
    policy_id: Mapped[str]
    template_id: Mapped[str]
    issued_on: Mapped[date]
    frozen_at: Mapped[datetime]
    frozen_by: Mapped[str]
    completes: Mapped[UUID | None] = mapped_column(ForeignKey("frozen_class.id"))
    returned_at: Mapped[datetime | None]


class PendingRow(Base):
    """A pupil for whom nothing could be frozen; the reason never leaves the database."""

    __tablename__ = "frozen_pending"
    __table_args__ = append_only()

    frozen_class_id: Mapped[UUID] = mapped_column(ForeignKey("frozen_class.id"), primary_key=True)
    pupil_id: Mapped[UUID] = mapped_column(ForeignKey("pupil.id"), primary_key=True)
    reason: Mapped[str]


class TranscriptRow(Base):
    """One attempt at one version. `revisions` counts the states of its file; a return ends it."""

    __tablename__ = "transcript"
    __table_args__ = (
        CheckConstraint("version > 0 AND revisions >= 0", name="counts"),
        Index(
            "one_live_version",
            "record_id",
            "version",
            unique=True,
            postgresql_where=text("returned_at IS NULL"),
        ),
        Index("transcripts_of_a_class", "frozen_class_id", "revisions"),
    )

    id: Mapped[UUID] = mapped_column(ForeignKey("frozen_record.id"), primary_key=True)
    frozen_class_id: Mapped[UUID] = mapped_column(ForeignKey("frozen_class.id"))
    pupil_id: Mapped[UUID] = mapped_column(ForeignKey("pupil.id"))
    record_id: Mapped[UUID] = mapped_column(ForeignKey("record_series.record_id"))
    version: Mapped[int]
    position: Mapped[int]
    revisions: Mapped[int]
    record_digest: Mapped[str]
    slot: Mapped[str]
    previous_id: Mapped[UUID | None] = mapped_column(ForeignKey("transcript.id"))
    returned_at: Mapped[datetime | None]


class RevisionRow(Base):
    """One state of a transcript's file: 0 the document, then one for each signature."""

    __tablename__ = "revision"
    __table_args__ = append_only()

    transcript_id: Mapped[UUID] = mapped_column(ForeignKey("transcript.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    digest: Mapped[str]
    size: Mapped[int]
    blob: Mapped[str]
    role: Mapped[str | None]
    certificate: Mapped[str | None]
    appointment: Mapped[str | None] = mapped_column(ForeignKey("appointment.serial"))
    session_id: Mapped[UUID | None] = mapped_column(ForeignKey("signing_session.id"))
    made_at: Mapped[datetime]


class SessionRow(Base):
    """A signing session: what was shown, to whom, under which certificate, until when."""

    __tablename__ = "signing_session"
    __table_args__ = (
        Index(
            "one_open_session",
            "frozen_class_id",
            "step",
            unique=True,
            postgresql_where=text("ended_at IS NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    frozen_class_id: Mapped[UUID] = mapped_column(ForeignKey("frozen_class.id"))
    step: Mapped[int]
    role: Mapped[str]
    staff_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    appointment: Mapped[str] = mapped_column(ForeignKey("appointment.serial"))
    certificate: Mapped[str]
    list_digest: Mapped[str]
    opened_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    outcome: Mapped[str | None]


class SessionItemRow(Base):
    """One line of the list that the signer was shown."""

    __tablename__ = "session_item"

    session_id: Mapped[UUID] = mapped_column(ForeignKey("signing_session.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    transcript_id: Mapped[UUID] = mapped_column(ForeignKey("transcript.id"))
    record_digest: Mapped[str]
    input_digest: Mapped[str]
    signed_at: Mapped[datetime | None]


class StatementRow(Base):
    """A sealed statement of a school, in the order of its chain."""

    __tablename__ = "statement"
    __table_args__ = (UniqueConstraint("school_id", "seq"), append_only())

    digest: Mapped[str] = mapped_column(primary_key=True)
    school_id: Mapped[UUID] = mapped_column(ForeignKey("school.id"))
    seq: Mapped[int]
    kind: Mapped[str]
    frozen_class_id: Mapped[UUID | None] = mapped_column(ForeignKey("frozen_class.id"))
    payload: Mapped[bytes]
    cades: Mapped[bytes]
    roster: Mapped[bytes | None]
    roster_root: Mapped[str | None] = mapped_column(index=True)
    certificate: Mapped[str]
    made_at: Mapped[datetime]


class AnchorRow(Base):
    """Where the contract has a statement; written once its transaction is final."""

    __tablename__ = "anchor"
    __table_args__ = append_only()

    statement: Mapped[str] = mapped_column(ForeignKey("statement.digest"), primary_key=True)
    entry: Mapped[int] = mapped_column(unique=True)
    first_index: Mapped[int | None]
    block: Mapped[int]
    transaction: Mapped[str | None]
    anchored_at: Mapped[datetime]


class LeafRow(Base):
    """A transcript's place in its batch, and the leaf that stands there."""

    __tablename__ = "leaf"
    __table_args__ = (UniqueConstraint("transcript_id"), UniqueConstraint("leaf_id"), append_only())

    statement: Mapped[str] = mapped_column(ForeignKey("statement.digest"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    transcript_id: Mapped[UUID] = mapped_column(ForeignKey("transcript.id"))
    leaf_id: Mapped[str]
    payload: Mapped[bytes]


class LogEntryRow(Base):
    """A contract event in canonical form: a cache of the chain, recomputed by the audit."""

    __tablename__ = "log_entry"
    __table_args__ = append_only()

    index: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    block: Mapped[int]
    payload: Mapped[bytes]


class ReleasedRow(Base):
    """What holders get, with the self-check that let it out."""

    __tablename__ = "released_file"
    __table_args__ = append_only()

    transcript_id: Mapped[UUID] = mapped_column(ForeignKey("transcript.id"), primary_key=True)
    digest: Mapped[str]
    size: Mapped[int]
    blob: Mapped[str]
    index: Mapped[int]
    verdict: Mapped[str]
    released_at: Mapped[datetime]


class ReturnRow(Base):
    """Sent back before the seal: by whom and why, the words encrypted; void from then on."""

    __tablename__ = "return_event"
    __table_args__ = append_only()

    id: Mapped[UUID] = mapped_column(primary_key=True)
    transcript_id: Mapped[UUID] = mapped_column(ForeignKey("transcript.id"))
    reason: Mapped[bytes]
    returned_by: Mapped[str]
    returned_at: Mapped[datetime]


class MarkSheetRow(Base):
    """A subject teacher's signed sheet; `leaves` are the hashes of its rows, in their order."""

    __tablename__ = "mark_sheet"
    __table_args__ = (UniqueConstraint("offering_id", "term", "seq"), append_only())

    digest: Mapped[str] = mapped_column(primary_key=True)
    school_id: Mapped[UUID] = mapped_column(ForeignKey("school.id"))
    class_id: Mapped[UUID] = mapped_column(ForeignKey("school_class.id"), index=True)
    offering_id: Mapped[UUID] = mapped_column(ForeignKey("subject_offering.id"))
    term: Mapped[int]
    seq: Mapped[int]
    payload: Mapped[bytes]
    cades: Mapped[bytes]
    leaves: Mapped[bytes]
    appointment: Mapped[str] = mapped_column(ForeignKey("appointment.serial"))
    signed_at: Mapped[datetime]


class MarkSheetLineRow(Base):
    """A row of a sheet with its salt, under the pupil's key."""

    __tablename__ = "mark_sheet_line"
    __table_args__ = append_only()

    sheet: Mapped[str] = mapped_column(ForeignKey("mark_sheet.digest"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    pupil_id: Mapped[UUID] = mapped_column(ForeignKey("pupil.id"), index=True)
    sealed: Mapped[bytes]


class SuccessionRow(Base):
    """One school took over another's records: from then on it alone issues and corrects them."""

    __tablename__ = "succession"
    __table_args__ = (
        CheckConstraint("school_id <> successor_id", name="two_schools"),
        append_only(),
    )

    school_id: Mapped[UUID] = mapped_column(ForeignKey("school.id"), primary_key=True)
    successor_id: Mapped[UUID] = mapped_column(ForeignKey("school.id"))
    decision: Mapped[str]
    takes_effect: Mapped[datetime]
    recorded_by: Mapped[str]
    recorded_at: Mapped[datetime]


class OpeningRow(Base):
    """Why a next version is made: the event, the decision behind it, the words encrypted."""

    __tablename__ = "opening_event"
    __table_args__ = append_only()

    id: Mapped[UUID] = mapped_column(primary_key=True)
    school_id: Mapped[UUID] = mapped_column(ForeignKey("school.id"))
    class_id: Mapped[UUID] = mapped_column(ForeignKey("school_class.id"))
    pupil_id: Mapped[UUID] = mapped_column(ForeignKey("pupil.id"), index=True)
    event: Mapped[str]
    decision: Mapped[str | None]
    reason: Mapped[bytes]
    opened_by: Mapped[str]
    opened_at: Mapped[datetime]


class ReleaseCodeRow(Base):
    """A code by which a family without an account collects a pupil's documents; only its hash."""

    __tablename__ = "release_code"

    digest: Mapped[str] = mapped_column(primary_key=True)
    school_id: Mapped[UUID] = mapped_column(ForeignKey("school.id"))
    pupil_id: Mapped[UUID] = mapped_column(ForeignKey("pupil.id"), index=True)
    made_by: Mapped[str]
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
