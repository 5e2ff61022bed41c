"""Keys, audit, jobs and the sector database."""
# one constraint a line, as Alembic writes them; the formatter folds the rest

from contextlib import closing
from pathlib import Path

import sqlalchemy as sa
from alembic import op

from hocba.migrations import rights

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_JOBS = Path(__file__).parents[1] / "sql" / "procrastinate-3.10.0.sql"


def upgrade() -> None:
    rights.make_roles()
    _jobs()
    _kit()
    _people()
    _pupils()
    _classes()
    _subjects()
    _marks()
    _records()
    rights.no_delete("record_key", "school", "school_year", "school_class", "staff", "pupil")
    rights.no_delete("staff_role", "enrolment", "subject", "register_lock")
    rights.full("subject_offering")
    rights.append_only("audit_event", "mark_event", "frozen_record")
    rights.private("pupil_private")


def _jobs() -> None:
    # Through the driver's cursor: the file is full of colons and percent signs.
    with closing(op.get_bind().connection.cursor()) as cursor:
        cursor.execute(_JOBS.read_text(encoding="utf-8"))
    tables = "procrastinate_jobs, procrastinate_events, procrastinate_workers"
    tables += ", procrastinate_periodic_defers"
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {tables} TO {rights.APP_ROLE}")
    op.execute(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {rights.APP_ROLE}")


def _kit() -> None:
    """Keys and audit; nothing of schools."""
    op.create_table(
        "record_key",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_record_key")),
    )
    op.create_table(
        "audit_event",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("target", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_event")),
    )
    op.create_index(op.f("ix_audit_event_at"), "audit_event", ["at"], unique=False)
    op.create_index(op.f("ix_audit_event_target"), "audit_event", ["target"], unique=False)


def _people() -> None:
    """Schools, years, staff and pupils."""
    op.create_table(
        "school",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("commune", sa.Text(), nullable=False),
        sa.Column("province", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("tax_code", sa.Text(), nullable=False),
        sa.Column("level", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_school")),
        sa.UniqueConstraint("code", name=op.f("uq_school_code")),
        sa.UniqueConstraint("tax_code", name=op.f("uq_school_tax_code")),
    )
    op.create_table(
        "school_year",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("school_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.CheckConstraint("ends_on > starts_on", name=op.f("ck_school_year_dates_in_order")),
        sa.ForeignKeyConstraint(
            ["school_id"], ["school.id"], name=op.f("fk_school_year_school_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_school_year")),
        sa.UniqueConstraint("id", "school_id", name=op.f("uq_school_year_id_school_id")),
        sa.UniqueConstraint("school_id", "name", name=op.f("uq_school_year_school_id_name")),
    )
    op.create_table(
        "staff",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("school_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("cccd", sa.Text(), nullable=False),
        sa.Column("sort_key", sa.Text(collation="C"), nullable=False),
        sa.Column("search_key", sa.Text(collation="C"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff")),
        sa.UniqueConstraint("cccd", name=op.f("uq_staff_cccd")),
        sa.ForeignKeyConstraint(["school_id"], ["school.id"], name=op.f("fk_staff_school_id")),
        sa.UniqueConstraint("school_id", "code", name=op.f("uq_staff_school_id_code")),
    )
    op.create_table(
        "staff_role",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("school_id", sa.Uuid(), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("from_date", sa.Date(), nullable=False),
        sa.Column("to_date", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "role IN ('homeroom', 'teacher', 'principal', 'deputy_principal', 'clerk')",
            name=op.f("ck_staff_role_role"),
        ),
        sa.CheckConstraint("to_date >= from_date", name=op.f("ck_staff_role_dates_in_order")),
        sa.ForeignKeyConstraint(["school_id"], ["school.id"], name=op.f("fk_staff_role_school_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_staff_role_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_role")),
        sa.UniqueConstraint(
            "staff_id",
            "school_id",
            "role",
            "scope",
            "from_date",
            name=op.f("uq_staff_role_staff_id_school_id_role_scope_from_date"),
        ),
    )
    op.create_index(op.f("ix_staff_role_school_id"), "staff_role", ["school_id"], unique=False)


def _pupils() -> None:
    """Pupils, and what only a few may see of them."""
    op.create_table(
        "pupil",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("personal_number", sa.Text(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("called_by", sa.Text(), nullable=True),
        sa.Column("sort_key", sa.Text(collation="C"), nullable=False),
        sa.Column("search_key", sa.Text(collation="C"), nullable=False),
        sa.Column("birth_date", sa.Text(), nullable=False),
        sa.Column("register_no", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "birth_date ~ '^[0-9]{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?)?$'",
            name=op.f("ck_pupil_birth_date"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pupil")),
        sa.UniqueConstraint("code", name=op.f("uq_pupil_code")),
        sa.UniqueConstraint("personal_number", name=op.f("uq_pupil_personal_number")),
    )
    op.create_table(
        "pupil_private",
        sa.Column("pupil_id", sa.Uuid(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["pupil_id"], ["pupil.id"], name=op.f("fk_pupil_private_pupil_id")),
        sa.PrimaryKeyConstraint("pupil_id", name=op.f("pk_pupil_private")),
    )


def _classes() -> None:
    """Classes and who is in them."""
    op.create_table(
        "school_class",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("school_id", sa.Uuid(), nullable=False),
        sa.Column("school_year_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("grade", sa.Integer(), nullable=False),
        sa.Column("homeroom_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint("grade BETWEEN 1 AND 12", name=op.f("ck_school_class_grade")),
        sa.ForeignKeyConstraint(
            ["homeroom_id"], ["staff.id"], name=op.f("fk_school_class_homeroom_id")
        ),
        sa.ForeignKeyConstraint(
            ["school_id"], ["school.id"], name=op.f("fk_school_class_school_id")
        ),
        sa.ForeignKeyConstraint(
            ["school_year_id", "school_id"],
            ["school_year.id", "school_year.school_id"],
            name=op.f("fk_school_class_school_year_id_school_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_school_class")),
        sa.UniqueConstraint("id", "school_id", name=op.f("uq_school_class_id_school_id")),
        sa.UniqueConstraint(
            "school_year_id", "name", name=op.f("uq_school_class_school_year_id_name")
        ),
    )
    op.create_table(
        "enrolment",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("school_id", sa.Uuid(), nullable=False),
        sa.Column("class_id", sa.Uuid(), nullable=False),
        sa.Column("pupil_id", sa.Uuid(), nullable=False),
        sa.Column("from_date", sa.Date(), nullable=False),
        sa.Column("to_date", sa.Date(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "status IN ('active', 'moved_class', 'transferred', 'left', 'finished')",
            name=op.f("ck_enrolment_status"),
        ),
        sa.CheckConstraint("to_date >= from_date", name=op.f("ck_enrolment_dates_in_order")),
        sa.ForeignKeyConstraint(
            ["class_id", "school_id"],
            ["school_class.id", "school_class.school_id"],
            name=op.f("fk_enrolment_class_id_school_id"),
        ),
        sa.ForeignKeyConstraint(["pupil_id"], ["pupil.id"], name=op.f("fk_enrolment_pupil_id")),
        sa.ForeignKeyConstraint(["school_id"], ["school.id"], name=op.f("fk_enrolment_school_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enrolment")),
    )
    op.create_index("enrolments_of_a_class", "enrolment", ["class_id", "pupil_id"], unique=False)
    op.create_index(
        "one_active_enrolment",
        "enrolment",
        ["pupil_id"],
        unique=True,
        postgresql_where=sa.text("status = 'active'"),
    )


def _subjects() -> None:
    """Subjects and who teaches them where."""
    op.create_table(
        "subject",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("program", sa.Text(), nullable=False),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("grade", sa.Integer(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("required", sa.Boolean(), nullable=False),
        sa.Column("regular_marks", sa.Integer(), nullable=False),
        sa.CheckConstraint("mode IN ('score', 'comment')", name=op.f("ck_subject_mode")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subject")),
        sa.UniqueConstraint(
            "program", "level", "grade", "code", name=op.f("uq_subject_program_level_grade_code")
        ),
    )
    op.create_table(
        "subject_offering",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("school_id", sa.Uuid(), nullable=False),
        sa.Column("class_id", sa.Uuid(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("teacher_id", sa.Uuid(), nullable=True),
        sa.Column("name", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["class_id", "school_id"],
            ["school_class.id", "school_class.school_id"],
            name=op.f("fk_subject_offering_class_id_school_id"),
        ),
        sa.ForeignKeyConstraint(
            ["school_id"], ["school.id"], name=op.f("fk_subject_offering_school_id")
        ),
        sa.ForeignKeyConstraint(
            ["subject_id"], ["subject.id"], name=op.f("fk_subject_offering_subject_id")
        ),
        sa.ForeignKeyConstraint(
            ["teacher_id"], ["staff.id"], name=op.f("fk_subject_offering_teacher_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subject_offering")),
        sa.UniqueConstraint(
            "class_id", "subject_id", name=op.f("uq_subject_offering_class_id_subject_id")
        ),
        sa.UniqueConstraint("id", "class_id", name=op.f("uq_subject_offering_id_class_id")),
    )


def _marks() -> None:
    """Marks, and which registers are closed."""
    op.create_table(
        "mark_event",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("school_id", sa.Uuid(), nullable=False),
        sa.Column("class_id", sa.Uuid(), nullable=False),
        sa.Column("pupil_id", sa.Uuid(), nullable=False),
        sa.Column("offering_id", sa.Uuid(), nullable=True),
        sa.Column("term", sa.Integer(), nullable=False),
        sa.Column("item", sa.Text(), nullable=False),
        sa.Column("old_value", sa.LargeBinary(), nullable=True),
        sa.Column("new_value", sa.LargeBinary(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("source", sa.Text(), nullable=True),
        sa.Column("sheet", sa.Text(), nullable=True),
        sa.Column("cell", sa.Text(), nullable=True),
        sa.CheckConstraint("term BETWEEN 0 AND 2", name=op.f("ck_mark_event_term")),
        sa.ForeignKeyConstraint(
            ["class_id", "school_id"],
            ["school_class.id", "school_class.school_id"],
            name=op.f("fk_mark_event_class_id_school_id"),
        ),
        sa.ForeignKeyConstraint(
            ["offering_id", "class_id"],
            ["subject_offering.id", "subject_offering.class_id"],
            name=op.f("fk_mark_event_offering_id_class_id"),
        ),
        sa.ForeignKeyConstraint(["pupil_id"], ["pupil.id"], name=op.f("fk_mark_event_pupil_id")),
        sa.ForeignKeyConstraint(["school_id"], ["school.id"], name=op.f("fk_mark_event_school_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mark_event")),
        sa.UniqueConstraint("seq", name=op.f("uq_mark_event_seq")),
    )
    op.create_index(
        "marks_of_a_class",
        "mark_event",
        ["class_id", "pupil_id", "offering_id", "term", "item", "seq"],
        unique=False,
    )
    op.create_table(
        "register_lock",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("school_id", sa.Uuid(), nullable=False),
        sa.Column("class_id", sa.Uuid(), nullable=False),
        sa.Column("pupil_id", sa.Uuid(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["class_id", "school_id"],
            ["school_class.id", "school_class.school_id"],
            name=op.f("fk_register_lock_class_id_school_id"),
        ),
        sa.ForeignKeyConstraint(["pupil_id"], ["pupil.id"], name=op.f("fk_register_lock_pupil_id")),
        sa.ForeignKeyConstraint(
            ["school_id"], ["school.id"], name=op.f("fk_register_lock_school_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_register_lock")),
    )
    op.create_index(
        "one_closed_register",
        "register_lock",
        ["class_id", "pupil_id"],
        unique=True,
        postgresql_where=sa.text("opened_at IS NULL"),
    )


def _records() -> None:
    """What was frozen."""
    op.create_table(
        "frozen_record",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("school_id", sa.Uuid(), nullable=False),
        sa.Column("class_id", sa.Uuid(), nullable=False),
        sa.Column("pupil_id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("frozen_by", sa.Text(), nullable=False),
        sa.Column("frozen_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["class_id", "school_id"],
            ["school_class.id", "school_class.school_id"],
            name=op.f("fk_frozen_record_class_id_school_id"),
        ),
        sa.ForeignKeyConstraint(["pupil_id"], ["pupil.id"], name=op.f("fk_frozen_record_pupil_id")),
        sa.ForeignKeyConstraint(
            ["school_id"], ["school.id"], name=op.f("fk_frozen_record_school_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_frozen_record")),
    )
    op.create_index(
        "frozen_records_of_a_class", "frozen_record", ["class_id", "pupil_id"], unique=False
    )
