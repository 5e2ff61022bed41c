"""Issuance: appointments, freezes, sessions, revisions, statements."""

import sqlalchemy as sa
from alembic import op

from hocba.migrations import rights

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _people()
    _freezes()
    _sessions()
    _revisions()
    _ledger()
    rights.append_only("appointment", "frozen_pending", "revision", "return_event")
    rights.append_only("released_file", "statement", "leaf", "anchor", "log_entry")
    rights.no_delete("book", "record_series", "frozen_class", "transcript")
    rights.no_delete("signing_session", "session_item")


def _people() -> None:
    """Appointments, and which record is whose."""
    op.create_table(
        "appointment",
        sa.Column("serial", sa.Text(), nullable=False),
        sa.Column("school_id", sa.Uuid(), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=True),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("acts_for", sa.Text(), nullable=False),
        sa.Column("certificate", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("valid_to", sa.DateTime(timezone=True), nullable=False),
        sa.Column("jws", sa.Text(), nullable=False),
        sa.Column("custody", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["school_id"], ["school.id"], name=op.f("fk_appointment_school_id")
        ),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_appointment_staff_id")),
        sa.PrimaryKeyConstraint("serial", name=op.f("pk_appointment")),
    )
    op.create_table(
        "book",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("pupil_id", sa.Uuid(), nullable=False),
        sa.Column("level", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["pupil_id"], ["pupil.id"], name=op.f("fk_book_pupil_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_book")),
        sa.UniqueConstraint("pupil_id", "level", name=op.f("uq_book_pupil_id_level")),
    )
    op.create_table(
        "record_series",
        sa.Column("record_id", sa.Uuid(), nullable=False),
        sa.Column("book_id", sa.Uuid(), nullable=False),
        sa.Column("school_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("school_year", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["book_id"], ["book.id"], name=op.f("fk_record_series_book_id")),
        sa.ForeignKeyConstraint(
            ["school_id"], ["school.id"], name=op.f("fk_record_series_school_id")
        ),
        sa.PrimaryKeyConstraint("record_id", name=op.f("pk_record_series")),
        sa.UniqueConstraint(
            "book_id",
            "kind",
            "school_year",
            "school_id",
            name=op.f("uq_record_series_book_id_kind_school_year_school_id"),
        ),
    )


def _freezes() -> None:
    """Frozen classes, who is pending, and each attempt at a version."""
    op.create_table(
        "frozen_class",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("school_id", sa.Uuid(), nullable=False),
        sa.Column("class_id", sa.Uuid(), nullable=False),
        sa.Column("school_year", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("policy_id", sa.Text(), nullable=False),
        sa.Column("template_id", sa.Text(), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("frozen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("frozen_by", sa.Text(), nullable=False),
        sa.Column("completes", sa.Uuid(), nullable=True),
        sa.Column("returned_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["class_id"], ["school_class.id"], name=op.f("fk_frozen_class_class_id")
        ),
        sa.ForeignKeyConstraint(
            ["completes"], ["frozen_class.id"], name=op.f("fk_frozen_class_completes")
        ),
        sa.ForeignKeyConstraint(
            ["school_id"], ["school.id"], name=op.f("fk_frozen_class_school_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_frozen_class")),
    )
    op.create_index(
        "one_first_freeze",
        "frozen_class",
        ["class_id", "kind"],
        unique=True,
        postgresql_where=sa.text("event = 'issue' AND completes IS NULL AND returned_at IS NULL"),
    )
    op.create_table(
        "frozen_pending",
        sa.Column("frozen_class_id", sa.Uuid(), nullable=False),
        sa.Column("pupil_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["frozen_class_id"], ["frozen_class.id"], name=op.f("fk_frozen_pending_frozen_class_id")
        ),
        sa.ForeignKeyConstraint(
            ["pupil_id"], ["pupil.id"], name=op.f("fk_frozen_pending_pupil_id")
        ),
        sa.PrimaryKeyConstraint("frozen_class_id", "pupil_id", name=op.f("pk_frozen_pending")),
    )
    op.create_table(
        "transcript",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("frozen_class_id", sa.Uuid(), nullable=False),
        sa.Column("pupil_id", sa.Uuid(), nullable=False),
        sa.Column("record_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("revisions", sa.Integer(), nullable=False),
        sa.Column("record_digest", sa.Text(), nullable=False),
        sa.Column("slot", sa.Text(), nullable=False),
        sa.Column("previous_id", sa.Uuid(), nullable=True),
        sa.Column("returned_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("version > 0 AND revisions >= 0", name=op.f("ck_transcript_counts")),
        sa.ForeignKeyConstraint(
            ["frozen_class_id"], ["frozen_class.id"], name=op.f("fk_transcript_frozen_class_id")
        ),
        sa.ForeignKeyConstraint(["id"], ["frozen_record.id"], name=op.f("fk_transcript_id")),
        sa.ForeignKeyConstraint(
            ["previous_id"], ["transcript.id"], name=op.f("fk_transcript_previous_id")
        ),
        sa.ForeignKeyConstraint(["pupil_id"], ["pupil.id"], name=op.f("fk_transcript_pupil_id")),
        sa.ForeignKeyConstraint(
            ["record_id"], ["record_series.record_id"], name=op.f("fk_transcript_record_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_transcript")),
    )
    op.create_index(
        "one_live_version",
        "transcript",
        ["record_id", "version"],
        unique=True,
        postgresql_where=sa.text("returned_at IS NULL"),
    )
    op.create_index(
        "transcripts_of_a_class", "transcript", ["frozen_class_id", "revisions"], unique=False
    )


def _sessions() -> None:
    """What signers were shown."""
    op.create_table(
        "signing_session",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("frozen_class_id", sa.Uuid(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=True),
        sa.Column("appointment", sa.Text(), nullable=False),
        sa.Column("certificate", sa.Text(), nullable=False),
        sa.Column("list_digest", sa.Text(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["appointment"], ["appointment.serial"], name=op.f("fk_signing_session_appointment")
        ),
        sa.ForeignKeyConstraint(
            ["frozen_class_id"],
            ["frozen_class.id"],
            name=op.f("fk_signing_session_frozen_class_id"),
        ),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name=op.f("fk_signing_session_staff_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signing_session")),
    )
    op.create_index(
        "one_open_session",
        "signing_session",
        ["frozen_class_id", "step"],
        unique=True,
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "session_item",
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("transcript_id", sa.Uuid(), nullable=False),
        sa.Column("record_digest", sa.Text(), nullable=False),
        sa.Column("input_digest", sa.Text(), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["session_id"], ["signing_session.id"], name=op.f("fk_session_item_session_id")
        ),
        sa.ForeignKeyConstraint(
            ["transcript_id"], ["transcript.id"], name=op.f("fk_session_item_transcript_id")
        ),
        sa.PrimaryKeyConstraint("session_id", "position", name=op.f("pk_session_item")),
    )


def _revisions() -> None:
    """Files, returns, releases."""
    op.create_table(
        "revision",
        sa.Column("transcript_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("blob", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=True),
        sa.Column("certificate", sa.Text(), nullable=True),
        sa.Column("appointment", sa.Text(), nullable=True),
        sa.Column("session_id", sa.Uuid(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["appointment"], ["appointment.serial"], name=op.f("fk_revision_appointment")
        ),
        sa.ForeignKeyConstraint(
            ["session_id"], ["signing_session.id"], name=op.f("fk_revision_session_id")
        ),
        sa.ForeignKeyConstraint(
            ["transcript_id"], ["transcript.id"], name=op.f("fk_revision_transcript_id")
        ),
        sa.PrimaryKeyConstraint("transcript_id", "number", name=op.f("pk_revision")),
    )
    op.create_table(
        "return_event",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("transcript_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.LargeBinary(), nullable=False),
        sa.Column("returned_by", sa.Text(), nullable=False),
        sa.Column("returned_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["transcript_id"], ["transcript.id"], name=op.f("fk_return_event_transcript_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_return_event")),
    )
    op.create_table(
        "released_file",
        sa.Column("transcript_id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("blob", sa.Text(), nullable=False),
        sa.Column("index", sa.Integer(), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["transcript_id"], ["transcript.id"], name=op.f("fk_released_file_transcript_id")
        ),
        sa.PrimaryKeyConstraint("transcript_id", name=op.f("pk_released_file")),
    )


def _ledger() -> None:
    """Statements, leaves, and where the contract has them."""
    op.create_table(
        "statement",
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("school_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("frozen_class_id", sa.Uuid(), nullable=True),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.Column("cades", sa.LargeBinary(), nullable=False),
        sa.Column("roster", sa.LargeBinary(), nullable=True),
        sa.Column("roster_root", sa.Text(), nullable=True),
        sa.Column("certificate", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["frozen_class_id"], ["frozen_class.id"], name=op.f("fk_statement_frozen_class_id")
        ),
        sa.ForeignKeyConstraint(["school_id"], ["school.id"], name=op.f("fk_statement_school_id")),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_statement")),
        sa.UniqueConstraint("school_id", "seq", name=op.f("uq_statement_school_id_seq")),
    )
    op.create_index(op.f("ix_statement_roster_root"), "statement", ["roster_root"], unique=False)
    op.create_table(
        "leaf",
        sa.Column("statement", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("transcript_id", sa.Uuid(), nullable=False),
        sa.Column("leaf_id", sa.Text(), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["statement"], ["statement.digest"], name=op.f("fk_leaf_statement")
        ),
        sa.ForeignKeyConstraint(
            ["transcript_id"], ["transcript.id"], name=op.f("fk_leaf_transcript_id")
        ),
        sa.PrimaryKeyConstraint("statement", "position", name=op.f("pk_leaf")),
        sa.UniqueConstraint("leaf_id", name=op.f("uq_leaf_leaf_id")),
        sa.UniqueConstraint("transcript_id", name=op.f("uq_leaf_transcript_id")),
    )
    op.create_table(
        "anchor",
        sa.Column("statement", sa.Text(), nullable=False),
        sa.Column("entry", sa.Integer(), nullable=False),
        sa.Column("first_index", sa.Integer(), nullable=True),
        sa.Column("block", sa.Integer(), nullable=False),
        sa.Column("transaction", sa.Text(), nullable=True),
        sa.Column("anchored_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["statement"], ["statement.digest"], name=op.f("fk_anchor_statement")
        ),
        sa.PrimaryKeyConstraint("statement", name=op.f("pk_anchor")),
        sa.UniqueConstraint("entry", name=op.f("uq_anchor_entry")),
    )
    op.create_table(
        "log_entry",
        sa.Column("index", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("block", sa.Integer(), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("index", name=op.f("pk_log_entry")),
    )
