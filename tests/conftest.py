"""What many tests share: a real PostgreSQL, one for the whole run, and databases from a template.

- `database`: an empty migrated `Database` of the test's own; what is committed stays visible to
  other connections, and is gone after the test (about 40 ms).
- `db`: a `Session` on a database shared by this process's tests; never committed, so faster.
- `vault`, `at`, `home`: a vault with a fixed master key, a fixed time, a folder as HOCBA_HOME.

Workers of pytest-xdist share the server; its settings trade safety for speed.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from hocba import migrations
from hocba.kit import postgres
from hocba.kit.db import Database
from hocba.kit.vault import MasterKey, Vault

TEMPLATE = "hocba_template"
FAST = {
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "autovacuum": "off",
    "max_connections": "200",
    "shared_buffers": "64MB",
}
_numbers = count()


@contextmanager
def _alone(lock: Path) -> Iterator[None]:
    descriptor = os.open(lock, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[postgres.Lease]:
    """The run's PostgreSQL, with a migrated template database in it."""
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent
    lease = postgres.acquire(folder / "pg", settings=FAST)
    try:
        with _alone(folder / "template.lock"), lease.connect("postgres") as connection:
            asked = "SELECT 1 FROM pg_database WHERE datname = %s AND NOT datallowconn"
            if connection.execute(asked, [TEMPLATE]).fetchone() is None:
                connection.execute(f"DROP DATABASE IF EXISTS {TEMPLATE}")
                connection.execute(f"CREATE DATABASE {TEMPLATE}")
                owner = Database(lease.url(TEMPLATE)).owner()
                migrations.upgrade(owner)
                owner.dispose()
                # Nobody may connect from now on, else CREATE DATABASE could not copy it.
                connection.execute(f"ALTER DATABASE {TEMPLATE} ALLOW_CONNECTIONS false")
        yield lease
    finally:
        lease.release()


@contextmanager
def _copy(server: postgres.Lease, name: str) -> Iterator[Database]:
    with server.connect("postgres") as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE} STRATEGY file_copy")
        database = Database(server.url(name))
        try:
            yield database
        finally:
            database.close()
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def database(server: postgres.Lease) -> Iterator[Database]:
    """A migrated database of the test's own."""
    with _copy(server, f"test_{os.getpid()}_{next(_numbers)}") as database:
        yield database


@pytest.fixture(scope="session")
def shared_database(server: postgres.Lease) -> Iterator[Database]:
    """A migrated database that no test commits to."""
    with _copy(server, f"shared_{os.getpid()}") as database:
        yield database


@pytest.fixture
def db(shared_database: Database) -> Iterator[Session]:
    """A session whose work is rolled back at the end of the test."""
    with shared_database.engine.connect() as connection, connection.begin() as outer:
        with Session(
            connection, expire_on_commit=False, join_transaction_mode="create_savepoint"
        ) as session:
            yield session
        outer.rollback()


@pytest.fixture
def vault() -> Vault:
    """A vault whose master key lies in no file."""
    return Vault(MasterKey(bytes(range(32))))


@pytest.fixture
def at() -> datetime:
    """A fixed moment: the last day of the school year, eight o'clock in Viet Nam."""
    return datetime(2026, 5, 31, 1, 0, tzinfo=UTC)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A folder that stands for HOCBA_HOME."""
    folder = tmp_path / "home"
    folder.mkdir(mode=0o700)
    return folder
