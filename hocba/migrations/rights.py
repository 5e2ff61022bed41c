"""What the application may do with a table, given by the migration that makes it.

    rights.full("school", "staff")       # select, insert, update, delete
    rights.append_only("mark_event")     # select, insert; a trigger refuses the rest to all

The trigger stands behind the missing grant: it stops the owner's own slips too, and answers
with SQLSTATE HB001. A superuser who disables it leaves traces that the audit finds by hash.
"""

from alembic import op

APP_ROLE = "hocba_app"
PRIVATE_ROLE = "hocba_private"


def make_roles() -> None:
    """Make the two roles, which belong to the whole server, and let the owner act as them."""
    for role in (APP_ROLE, PRIVATE_ROLE):
        op.execute(f"""
            DO $$ BEGIN
                CREATE ROLE {role} NOLOGIN NOINHERIT;
            EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
            END $$""")
        # Since PostgreSQL 16 whoever makes a role does not yet become a member that may act as it.
        op.execute(f"""
            DO $$ BEGIN
                EXECUTE format('GRANT {role} TO %I', current_user);
            EXCEPTION WHEN insufficient_privilege THEN NULL;  -- an administrator has seen to it
            END $$""")
        op.execute(f"GRANT USAGE ON SCHEMA public TO {role}")
    op.execute(f"GRANT SELECT ON alembic_version TO {APP_ROLE}")
    op.execute("""
        CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'HB001';
        END $$""")


def full(*tables: str) -> None:
    """Rows may be added, changed and deleted."""
    for table in tables:
        op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO {APP_ROLE}")


def no_delete(*tables: str) -> None:
    """Rows may be added and changed."""
    for table in tables:
        op.execute(f"GRANT SELECT, INSERT, UPDATE ON {table} TO {APP_ROLE}")


def append_only(*tables: str) -> None:
    """Rows may be added; nothing else, to anybody."""
    for table in tables:
        op.execute(f"GRANT SELECT, INSERT ON {table} TO {APP_ROLE}")
        op.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table}"
            " FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        )
        op.execute(
            f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )


def private(*tables: str) -> None:
    """Only the role for private data may read and write; the application has no right at all."""
    for table in tables:
        op.execute(f"GRANT SELECT, INSERT, UPDATE ON {table} TO {PRIVATE_ROLE}")
