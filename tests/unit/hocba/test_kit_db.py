"""Transactions, times, texts and the rights of the application's role."""

import importlib
import pkgutil
import subprocess
import sys
import traceback
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from uuid import UUID

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Table, text
from sqlalchemy.exc import DBAPIError, ProgrammingError, StatementError
from sqlalchemy.exc import IntegrityError as ConstraintError

import hocba
from hocba import migrations
from hocba.kit.audit import AuditEvent
from hocba.kit.config import Settings
from hocba.kit.db import (
    APP_ROLE,
    PRIVATE_ROLE,
    Base,
    Database,
    driver_url,
    is_append_only,
    open_database,
)
from hocba.kit.errors import ConfigError, ConflictError, UnavailableError
from hocba.kit.vault import WrappedKey

for _module in pkgutil.walk_packages(hocba.__path__, "hocba."):
    if _module.name.endswith(".models"):
        importlib.import_module(_module.name)  # fills the metadata, whoever owns the table


ROOT = Path(hocba.__file__).parents[1]


def _event(at: datetime, target: str = "school:1") -> AuditEvent:
    return AuditEvent(at=at, actor="system", action="test.done", target=target)


def _events(database: Database) -> int:
    with database.transaction() as session:
        return session.query(AuditEvent).count()


def test_a_transaction_is_committed_at_its_end(database, at):
    with database.transaction() as session:
        session.add(_event(at))
    assert _events(database) == 1


def test_an_exception_leaves_nothing_behind(database, at):
    def fail(session):
        session.add(_event(at))
        session.flush()
        raise KeyError

    with pytest.raises(KeyError), database.transaction() as session:
        fail(session)
    assert _events(database) == 0


KILLED = """
import datetime, sys
from hocba.kit import audit
from hocba.kit.db import Database

with Database(sys.argv[1]).transaction("test") as session:
    at = datetime.datetime.now(datetime.UTC)
    audit.record(session, actor="system", action="test.done", target="school:1", at=at)
"""


@pytest.mark.parametrize(("failpoint", "kept"), [("before", 0), ("after", 1)])
def test_a_kill_beside_the_commit_leaves_all_or_nothing(database, failpoint, kept):
    killed = subprocess.run(
        [sys.executable, "-c", KILLED, database.url],
        check=False,
        env={"HOCBA_FAILPOINT": f"test.{failpoint}_commit", "PYTHONPATH": str(ROOT)},
    )
    assert killed.returncode == -9
    assert _events(database) == kept


def test_a_swallowed_database_error_cannot_pass_for_a_commit(database, at):
    def swallow(session):
        session.add(_event(at))
        session.flush()
        with pytest.raises(ProgrammingError):
            session.execute(text("SELECT * FROM no_such_table"))

    with pytest.raises(RuntimeError, match="nobody said so"), database.transaction() as session:
        swallow(session)
    assert _events(database) == 0


def test_times_come_back_in_utc_and_a_time_without_zone_is_refused(db):
    vietnam = timezone(timedelta(hours=7))
    row = _event(datetime(2026, 5, 31, 8, 30, tzinfo=vietnam))
    db.add(row)
    db.flush()
    db.expire(row)
    assert row.at == datetime(2026, 5, 31, 1, 30, tzinfo=UTC)
    assert row.at.tzinfo is UTC
    db.add(_event(datetime(2026, 5, 31)))  # noqa: DTZ001  # the fault under test
    with pytest.raises(StatementError, match="without a zone"):
        db.flush()


def test_every_connection_acts_as_the_application_also_after_a_rollback(database):
    for _ in range(2):
        with database.engine.connect() as connection:
            assert connection.scalar(text("SELECT current_user")) == APP_ROLE
            connection.rollback()
            assert connection.scalar(text("SELECT current_user")) == APP_ROLE


def _rights(db, table: Table, role: str) -> set[str]:
    asked = "SELECT has_table_privilege(:role, :table, :right)"
    return {
        right
        for right in ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER")
        if db.scalar(text(asked), {"role": role, "table": table.name, "right": right})
    }


def test_the_application_has_no_more_rights_on_a_table_than_it_declares(db):
    for table in Base.metadata.sorted_tables:
        rights = _rights(db, table, APP_ROLE)
        if table.info.get("private"):
            assert rights == set(), table.name
            assert _rights(db, table, PRIVATE_ROLE) == {"SELECT", "INSERT", "UPDATE"}
        elif is_append_only(table):
            assert rights == {"SELECT", "INSERT"}, table.name
        else:
            assert {"SELECT", "INSERT", "UPDATE"} <= rights, table.name
            assert rights <= {"SELECT", "INSERT", "UPDATE", "DELETE"}, table.name


def test_marks_records_and_audit_are_append_only():
    declared = {table.name for table in Base.metadata.sorted_tables if is_append_only(table)}
    assert {"mark_event", "frozen_record", "audit_event"} <= declared


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE {table} SET {column} = 'x'",
        "DELETE FROM {table}",
        "TRUNCATE {table} CASCADE",
        "ALTER TABLE {table} DISABLE TRIGGER ALL",
        "DROP TABLE {table} CASCADE",
        "ALTER TABLE {table} RENAME TO other",
    ],
)
@pytest.mark.parametrize(
    ("table", "column"),
    [("frozen_record", "content"), ("mark_event", "new_value"), ("audit_event", "actor")],
)
def test_the_application_can_neither_change_nor_remove_what_is_append_only(
    db, table, column, statement
):
    with pytest.raises(ProgrammingError, match=r"permission denied|must be owner"):
        db.execute(text(statement.format(table=table, column=column)))


@pytest.mark.parametrize(
    "statement", ["UPDATE {} SET actor = 'x'", "DELETE FROM {}", "TRUNCATE {}"]
)
def test_even_the_owner_is_stopped_by_the_trigger(database, at, statement):
    with database.transaction() as session:
        session.add(_event(at))
    owner = database.owner()
    with owner.connect() as connection, pytest.raises(DBAPIError, match="append-only"):
        connection.execute(text(statement.format("audit_event")))
    assert _events(database) == 1


def test_what_the_trigger_refuses_becomes_an_error_of_ours(database, at):
    with database.transaction() as session:
        session.add(_event(at))
    with pytest.raises(ConflictError) as caught, database.transaction() as session:
        session.execute(text("RESET ROLE; DELETE FROM audit_event"))
    assert caught.value.code == "record.immutable"


def test_the_migrations_make_exactly_the_tables_of_the_models(database):
    def of_ours(_object, name, kind, _reflected, _compared):
        return not (kind == "table" and name.startswith("procrastinate_"))

    owner = database.owner()
    with owner.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "include_object": of_ours}
        )
        assert compare_metadata(context, Base.metadata) == []


def test_migrating_twice_changes_nothing(database):
    owner = database.owner()
    migrations.upgrade(owner)
    assert migrations.is_current(database.engine)


def test_a_constraint_stays_visible_to_the_caller_who_knows_what_it_means(database, at, vault):
    key = WrappedKey(id=UUID(int=1), wrapped=b"1", created_at=at)
    with database.transaction() as session:
        session.add(key)
    with pytest.raises(ConstraintError), database.transaction() as session:
        vault.new_key(session, key.id, at=at)


def test_an_error_does_not_tell_the_values_of_its_statement(database):
    """A traceback is printed and kept in logs; the values are names and numbers of children."""
    with pytest.raises(DBAPIError) as caught, database.transaction() as session:
        session.execute(text("SELECT 1 / :zero, :name"), {"zero": 0, "name": "Trần Văn Ổn"})
    assert "Trần Văn Ổn" not in str(caught.value)


NAME = "Nguyễn Thị Ánh"
ROW = "INSERT INTO audit_event (at, actor, action, target) VALUES (NULL, 'x', 'x', :name)"
QUOTING = {
    ROW: "null value in column",
    "SELECT CAST(:name AS integer)": "invalid input syntax for type integer",
}


@pytest.mark.parametrize("statement", QUOTING)
@pytest.mark.parametrize("role", ["application", "owner"])
def test_no_traceback_quotes_a_row_or_a_value(database, statement, role):
    """The server's answer does: the whole failing row, the value that does not fit."""
    engine = database.owner() if role == "owner" else database.engine
    with pytest.raises(DBAPIError) as caught, engine.connect() as connection:
        connection.execute(text(statement), {"name": NAME})
    shown = "".join(traceback.format_exception(caught.value))
    assert shown.count(QUOTING[statement]) == 2  # the driver's error and SQLAlchemy's
    assert NAME not in shown
    assert "DETAIL" not in shown


def test_the_servers_log_quotes_no_row(database, server):
    name = "Ngô Thị Ẩn"
    with pytest.raises(DBAPIError), database.engine.connect() as connection:
        connection.execute(text(ROW), {"name": name})
    log = (server._folder / "server.log").read_text(encoding="utf-8")
    assert QUOTING[ROW] in log
    assert name not in log


def test_an_unmigrated_database_is_told_apart(server):
    database = Database(server.url("postgres"))
    with pytest.raises(ConfigError) as caught, database.transaction() as session:
        session.query(AuditEvent).count()
    assert caught.value.code == "database.not_migrated"
    assert not migrations.is_current(database.engine)
    database.close()


def test_a_server_that_does_not_answer_is_unavailable(tmp_path):
    settings = Settings(home=tmp_path, database_url=f"postgresql://x@/y?host={tmp_path}")
    with pytest.raises(UnavailableError) as caught:
        open_database(settings)
    assert caught.value.code == "database.unreachable"


def test_a_waiting_lock_is_reported_as_busy(database, at):
    with database.transaction() as session:
        session.add(WrappedKey(id=UUID(int=1), wrapped=b"1", created_at=at))
    with database.transaction() as holder:
        holder.execute(text("UPDATE record_key SET wrapped = '2'"))
        with pytest.raises(UnavailableError) as caught, database.transaction() as session:
            session.execute(text("SET lock_timeout = 50; UPDATE record_key SET wrapped = '3'"))
    assert caught.value.code == "database.busy"


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_any_usual_spelling_of_the_address_gets_our_driver(scheme):
    assert driver_url(f"{scheme}://h/d") == "postgresql+psycopg://h/d"
