"""Servers that are not ours: DATABASE_URL with an ordinary login, and an older version."""

import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from fakes.schools import build
from procrastinate.schema import SchemaManager
from sqlalchemy import text

from hocba import migrations
from hocba.kit import config, postgres
from hocba.kit.db import Database, driver_url, open_database
from hocba.kit.errors import ConfigError
from hocba.kit.vault import Vault
from hocba.sector import registers

# Logins belong to the whole server, which workers of pytest-xdist share.
PROVINCE, GUEST, FOREIGN = (f"{name}_{os.getpid()}" for name in ("province", "guest", "foreign"))
OLDER = Path("/usr/lib/postgresql/15/bin")
ROOT = Path(__file__).parents[3]


@pytest.fixture
def foreign(server: postgres.Lease) -> Iterator[postgres.Lease]:
    """A database that belongs to a login that is no superuser."""
    with server.connect("postgres") as connection:
        connection.execute(f"CREATE ROLE {PROVINCE} LOGIN CREATEROLE")
        connection.execute(f"CREATE ROLE {GUEST} LOGIN")
        # Roles of the whole server, already made by other tests' owner.
        connection.execute(f"GRANT hocba_app, hocba_private TO {PROVINCE} WITH ADMIN OPTION")
        connection.execute(f"CREATE DATABASE {FOREIGN} OWNER {PROVINCE}")
        yield server
        connection.execute(f"DROP DATABASE {FOREIGN} WITH (FORCE)")
        connection.execute(f"DROP ROLE {PROVINCE}, {GUEST}")


def _url(server: postgres.Lease, login: str) -> str:
    return f"postgresql://{login}@/{FOREIGN}?host={quote(str(server.socket_folder), safe='')}"


def _use(database: Database, vault: Vault, at) -> None:
    """What every installation does: migrate, write as the application, read again."""
    owner = database.owner()
    migrations.upgrade(owner)
    owner.dispose()
    with database.transaction() as session:
        house = build(session, vault, at)
        cell = registers.Cell(house.pupils[0].id, house.maths.id, 1, "tx1")
        entry = registers.Entry("staff:1", at)
        change = [registers.Change(cell, "8.5")]
        registers.write(session, vault, house.school.id, house.six_a.id, change, entry=entry)
    with database.transaction() as session:
        assert session.scalar(text("SELECT current_user")) == "hocba_app"
        found = registers.read(session, vault, house.school.id, house.six_a.id)
    assert found == {cell: "8.5"}


def test_an_ordinary_login_that_owns_its_database_is_enough(foreign, monkeypatch, vault, at):
    monkeypatch.setenv("DATABASE_URL", _url(foreign, PROVINCE))
    with open_database(config.load()) as database:
        _use(database, vault, at)


def test_a_login_without_the_right_to_migrate_is_told_so(foreign):
    with Database(driver_url(_url(foreign, GUEST))) as database:
        owner = database.owner()
        with pytest.raises(ConfigError, match=r"database\.may_not_migrate"):
            migrations.upgrade(owner)


def _as_nobody(*command: str) -> list[str]:
    unshared = ["unshare", "--user", "--map-user=65534", "--map-group=65534", "--"]
    return [*(unshared if os.geteuid() == 0 else []), *command]


@pytest.mark.skipif(not (OLDER / "postgres").exists(), reason="needs Debian's PostgreSQL 15")
def test_no_feature_of_a_version_after_15_is_used(tmp_path, vault, at):
    data, sockets = tmp_path / "data", tmp_path / "s"
    for folder in (data, sockets):
        folder.mkdir(mode=0o700)
    initdb = [str(OLDER / "initdb"), "-D", str(data), "-U", "hocba", "-A", "trust", "-N"]
    initdb += ["--encoding=UTF8", "--locale=C"]
    made = subprocess.run(_as_nobody(*initdb), check=False, capture_output=True)
    if made.returncode != 0:
        pytest.skip("this machine does not let us run another user's server")
    start = [str(OLDER / "postgres"), "-D", str(data), "-k", str(sockets)]
    start += ["-c", "listen_addresses=", "-c", "fsync=off"]
    running = subprocess.Popen(_as_nobody(*start), stderr=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 30
        while not (sockets / ".s.PGSQL.5432").exists() and time.monotonic() < deadline:
            time.sleep(0.05)
        time.sleep(0.3)
        with Database(f"postgresql+psycopg://hocba@/postgres?host={sockets}") as database:
            _use(database, vault, at)
    finally:
        running.terminate()
        running.wait(timeout=30)


def test_the_schema_of_the_jobs_is_the_installed_librarys():
    ours = ROOT / "hocba" / "migrations" / "sql" / "procrastinate-3.10.0.sql"
    _, _, schema = ours.read_text(encoding="utf-8").partition("\n")
    assert schema == SchemaManager.get_schema(), "a new version needs a migration of its own"
