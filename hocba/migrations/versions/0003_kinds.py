"""Kinds beside the year: management codes of books, and series that belong to no year."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.schema import CreateSequence, Sequence

from hocba.migrations import rights

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_UNIQUE = "uq_record_series_book_id_kind_school_year_school_id"


def upgrade() -> None:
    serial = Sequence("management_serial", maxvalue=9_999_999, cycle=True)
    op.execute(CreateSequence(serial))
    op.execute(f"GRANT USAGE ON SEQUENCE management_serial TO {rights.APP_ROLE}")
    # Books made before codes were given keep one that no check accepts: it is visible, not wrong.
    op.add_column("book", sa.Column("management_code", sa.Text(), nullable=True))
    op.execute("UPDATE book SET management_code = id::text")
    op.alter_column("book", "management_code", nullable=False)
    op.create_unique_constraint(op.f("uq_book_management_code"), "book", ["management_code"])
    op.alter_column("record_series", "school_year", nullable=True)
    op.drop_constraint(op.f(_UNIQUE), "record_series")
    op.create_unique_constraint(
        op.f(_UNIQUE),
        "record_series",
        ["book_id", "kind", "school_year", "school_id"],
        postgresql_nulls_not_distinct=True,
    )
