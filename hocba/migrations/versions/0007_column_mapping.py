"""What the columns of foreign sheets mean, as each school has agreed."""

import sqlalchemy as sa
from alembic import op

from hocba.migrations import rights

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "column_mapping",
        sa.Column("school_id", sa.Uuid(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("mapping", sa.Text(), nullable=False),
        sa.Column("kept_by", sa.Text(), nullable=False),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["school_id"], ["school.id"], name=op.f("fk_column_mapping_school_id")
        ),
        sa.PrimaryKeyConstraint("school_id", "fingerprint", name=op.f("pk_column_mapping")),
    )
    rights.no_delete("column_mapping")
