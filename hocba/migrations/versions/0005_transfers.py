"""Records that pupils bring along, and schools that took over another's records."""

import sqlalchemy as sa
from alembic import op

from hocba.migrations import rights

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "transfer_source",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("school_id", sa.Uuid(), nullable=False),
        sa.Column("class_id", sa.Uuid(), nullable=False),
        sa.Column("pupil_id", sa.Uuid(), nullable=False),
        sa.Column("realm", sa.Text(), nullable=False),
        sa.Column("leaf", sa.Text(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("school_year", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("received_by", sa.Text(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["school_id"], ["school.id"], name=op.f("fk_transfer_source_school_id")
        ),
        sa.ForeignKeyConstraint(
            ["pupil_id"], ["pupil.id"], name=op.f("fk_transfer_source_pupil_id")
        ),
        sa.ForeignKeyConstraint(
            ["class_id", "school_id"],
            ["school_class.id", "school_class.school_id"],
            name=op.f("fk_transfer_source_class_id_school_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_transfer_source")),
        sa.UniqueConstraint(
            "class_id",
            "pupil_id",
            "leaf",
            name=op.f("uq_transfer_source_class_id_pupil_id_leaf"),
            postgresql_nulls_not_distinct=True,
        ),
    )
    op.create_index(op.f("ix_transfer_source_pupil_id"), "transfer_source", ["pupil_id"])
    op.create_table(
        "succession",
        sa.Column("school_id", sa.Uuid(), nullable=False),
        sa.Column("successor_id", sa.Uuid(), nullable=False),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.Column("takes_effect", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("school_id <> successor_id", name=op.f("ck_succession_two_schools")),
        sa.ForeignKeyConstraint(["school_id"], ["school.id"], name=op.f("fk_succession_school_id")),
        sa.ForeignKeyConstraint(
            ["successor_id"], ["school.id"], name=op.f("fk_succession_successor_id")
        ),
        sa.PrimaryKeyConstraint("school_id", name=op.f("pk_succession")),
    )
    rights.append_only("transfer_source", "succession")
