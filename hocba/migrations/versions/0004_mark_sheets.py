"""Mark sheets: what subject teachers signed."""

import sqlalchemy as sa
from alembic import op

from hocba.migrations import rights

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "mark_sheet",
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("school_id", sa.Uuid(), nullable=False),
        sa.Column("class_id", sa.Uuid(), nullable=False),
        sa.Column("offering_id", sa.Uuid(), nullable=False),
        sa.Column("term", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.Column("cades", sa.LargeBinary(), nullable=False),
        sa.Column("leaves", sa.LargeBinary(), nullable=False),
        sa.Column("appointment", sa.Text(), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["school_id"], ["school.id"], name=op.f("fk_mark_sheet_school_id")),
        sa.ForeignKeyConstraint(
            ["class_id"], ["school_class.id"], name=op.f("fk_mark_sheet_class_id")
        ),
        sa.ForeignKeyConstraint(
            ["offering_id"], ["subject_offering.id"], name=op.f("fk_mark_sheet_offering_id")
        ),
        sa.ForeignKeyConstraint(
            ["appointment"], ["appointment.serial"], name=op.f("fk_mark_sheet_appointment")
        ),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_mark_sheet")),
        sa.UniqueConstraint(
            "offering_id", "term", "seq", name=op.f("uq_mark_sheet_offering_id_term_seq")
        ),
    )
    op.create_index(op.f("ix_mark_sheet_class_id"), "mark_sheet", ["class_id"])
    op.create_table(
        "mark_sheet_line",
        sa.Column("sheet", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("pupil_id", sa.Uuid(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["sheet"], ["mark_sheet.digest"], name=op.f("fk_mark_sheet_line_sheet")
        ),
        sa.ForeignKeyConstraint(
            ["pupil_id"], ["pupil.id"], name=op.f("fk_mark_sheet_line_pupil_id")
        ),
        sa.PrimaryKeyConstraint("sheet", "position", name=op.f("pk_mark_sheet_line")),
    )
    op.create_index(op.f("ix_mark_sheet_line_pupil_id"), "mark_sheet_line", ["pupil_id"])
    rights.append_only("mark_sheet", "mark_sheet_line")
