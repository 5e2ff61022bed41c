"""The database: one engine, one transaction per action, least rights.

    with open_database(settings) as database, database.transaction("freeze") as session:
        session.add(...)                 # committed at the end, rolled back on any exception

Every connection acts as the role `hocba_app`, which owns nothing: it cannot alter a table, and
has neither UPDATE nor DELETE on what is append-only (`append_only` below; the migration grants,
a test compares). Nobody calls `commit`: the transaction does, between its two failpoints.
Times are aware and UTC, texts are NFC, both by the type of their column.

What the server answers becomes an error of ours here and nowhere else; a violated constraint
stays SQLAlchemy's `IntegrityError`, since only the caller knows what it means. What the server
tells beside its message (DETAIL, CONTEXT) quotes rows, which are names and marks of children:
it is taken out before anybody can print it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Final, Self

from psycopg import Error
from psycopg.pq import TransactionStatus
from sqlalchemy import (
    DateTime,
    Engine,
    ExceptionContext,
    LargeBinary,
    MetaData,
    NullPool,
    Table,
    create_engine,
    event,
    inspect,
)
from sqlalchemy.engine import Dialect
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.types import TypeDecorator

from hocba.kit import clock, postgres
from hocba.kit.config import Settings
from hocba.kit.errors import (
    ConfigError,
    ConflictError,
    HocbaError,
    StorageError,
    UnavailableError,
)
from hocba.kit.failpoints import failpoint
from hocba.kit.text import NfcText

APP_ROLE: Final = "hocba_app"
PRIVATE_ROLE: Final = "hocba_private"
OLDEST_SERVER: Final = 150_000  # no feature of 16 or later is used
IMMUTABLE: Final = "HB001"  # SQLSTATE of the triggers on append-only tables

_APPEND_ONLY = "append_only"
_SESSION_SETTINGS = (
    f"SET ROLE {APP_ROLE}",
    "SET TIME ZONE 'UTC'",
    "SET lock_timeout = '15s'",
)


class UtcDateTime(TypeDecorator[datetime]):
    """A moment: aware on the way in, UTC on the way out."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(
        self,
        value: datetime | None,
        dialect: Dialect,  # noqa: ARG002  # SQLAlchemy's own signature
    ) -> datetime | None:
        """Refuse a time without a zone before the server guesses one."""
        return None if value is None else clock.utc(value)

    def process_result_value(
        self,
        value: datetime | None,
        dialect: Dialect,  # noqa: ARG002  # SQLAlchemy's own signature
    ) -> datetime | None:
        """Hand out UTC whatever zone the session has."""
        return None if value is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """Base of every table of the server; all share one metadata and one migration chain."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {  # noqa: RUF012  # SQLAlchemy's own name and shape
        datetime: UtcDateTime,
        str: NfcText,
        bytes: LargeBinary,
    }


def append_only() -> dict[str, Any]:
    """The `info` of a table to which rows are added and nothing else is ever done."""
    return {"info": {_APPEND_ONLY: True}}


def is_append_only(table: Table) -> bool:
    """Whether the table is declared with `append_only`."""
    return bool(table.info.get(_APPEND_ONLY))


class Database:
    """The engine of one installation; closing it also gives up the embedded server."""

    def __init__(self, url: str, lease: postgres.Lease | None = None) -> None:
        self.url = url
        self.engine = _engine(url, pool_pre_ping=True, pool_size=10, max_overflow=20)
        self._lease = lease
        event.listen(self.engine, "connect", _prepare)

    @contextmanager
    def transaction(self, name: str = "database") -> Iterator[Session]:
        """One action: everything inside is committed together or not at all.

        Failpoints: `<name>.before_commit`, `<name>.after_commit`.

        Raises:
            HocbaError: for what the server refuses or cannot do (`translate`).
        """
        try:
            with Session(self.engine, expire_on_commit=False) as session:
                yield session
                session.flush()
                _refuse_broken(session)
                failpoint(f"{name}.before_commit")
                session.commit()
                failpoint(f"{name}.after_commit")
        except DBAPIError as error:
            known = translate(error)
            if known is None:
                raise
            raise known from error

    def owner(self) -> Engine:
        """An engine with the owner's rights, for migrations and drills; dispose of it."""
        return _engine(self.url, poolclass=NullPool)

    def close(self) -> None:
        """Close all connections and give up the server."""
        self.engine.dispose()
        if self._lease is not None:
            self._lease.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def open_database(settings: Settings) -> Database:
    """Connect to DATABASE_URL, or start the embedded server under HOCBA_HOME.

    Raises:
        UnavailableError: `database.unreachable`, `database.not_started`.
        ConfigError: `database.too_old`.
    """
    if settings.database_url is None:
        lease = postgres.acquire(settings.home / "postgres")
        return Database(lease.url(), lease)
    database = Database(driver_url(settings.database_url))
    try:
        with database.engine.connect():
            return database
    except DBAPIError as error:
        database.close()
        raise translate(error) or UnavailableError("database.unreachable") from error
    except BaseException:
        database.close()
        raise


def driver_url(url: str) -> str:
    """The address with our driver named, as SQLAlchemy wants it."""
    scheme, separator, rest = url.partition("://")
    if scheme in {"postgres", "postgresql"}:
        scheme = "postgresql+psycopg"
    return f"{scheme}{separator}{rest}"


def translate(error: DBAPIError) -> HocbaError | None:
    """The error of ours that this answer of the server means; None if it is a bug or a constraint.

    https://www.postgresql.org/docs/current/errcodes-appendix.html
    """
    state = getattr(error.orig, "sqlstate", None) or ""
    if state == IMMUTABLE:
        return ConflictError("record.immutable")
    if state == "53100":
        return StorageError("storage.full")
    if state in {"55P03", "40P01", "40001", "57014"}:
        return UnavailableError("database.busy")
    if state == "42P01":
        return ConfigError("database.not_migrated")
    lost = state[:2] in {"08", "57", "53"} or error.connection_invalidated
    if lost or (not state and isinstance(error, OperationalError | InterfaceError)):
        return UnavailableError("database.unreachable")
    return None


def _engine(url: str, **options: Any) -> Engine:  # noqa: ANN401  # SQLAlchemy's own options
    """An engine whose errors can be printed: without parameters, without what they quote."""
    engine = create_engine(url, hide_parameters=True, **options)
    event.listen(engine, "handle_error", _without_rows)
    return engine


def _without_rows(context: ExceptionContext) -> None:
    """Leave of the server's answer its first line, and of that no value (SQLSTATE class 22)."""
    error, wrapped = context.original_exception, context.sqlalchemy_exception
    if not isinstance(error, Error) or error.diag.message_primary is None:
        return
    told, kept = str(error), error.diag.message_primary
    if (error.sqlstate or "").startswith("22"):
        kept = kept.partition(":")[0]
    error.args = (kept,)
    if wrapped is not None:
        wrapped.args = (str(wrapped.args[0]).replace(told, kept), *wrapped.args[1:])


def _refuse_broken(session: Session) -> None:
    """Stop a commit after a swallowed error, which the server would turn into a silent rollback."""
    if not session.in_transaction():
        return
    driver = session.connection().connection.driver_connection
    if driver is not None and driver.info.transaction_status is TransactionStatus.INERROR:
        raise RuntimeError("a statement of this transaction failed and nobody said so")


def _prepare(connection: Any, _record: object) -> None:  # noqa: ANN401  # the driver's connection
    found = connection.info.server_version
    if found < OLDEST_SERVER:
        raise ConfigError("database.too_old", found=found // 10_000, needed=OLDEST_SERVER // 10_000)
    # Outside a transaction, else the pool's first rollback would give the owner's rights back.
    connection.autocommit = True
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [APP_ROLE])
            if cursor.fetchone() is None:
                raise ConfigError("database.not_migrated")
            for statement in _SESSION_SETTINGS:
                cursor.execute(statement)
    finally:
        connection.autocommit = False


def has_tables(engine: Engine) -> bool:
    """Whether any migration has run."""
    return inspect(engine).has_table("alembic_version")
