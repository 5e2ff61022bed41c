"""Work that happens after the commit: queued in the caller's transaction, retried within limits.

    @task("issuance.anchor", attempts=20)
    def anchor(services: Services, *, batch: str) -> None: ...

    with database.transaction() as session:
        ...
        enqueue(session, "issuance.anchor", once=f"anchor:{batch}", batch=str(batch))

    run(database, services)              # until a signal; what `hocba worker` does
    run_until_idle(database, services)   # until nothing is left; what the demo does

A job is there if and only if its transaction was committed. It may run more than once (a worker
killed between its work and its tick mark), so every task is idempotent. What is unavailable or
cannot be stored for now is tried again, ever later; any other error of ours ends the job at
once, since the same data would fail again; a bug is tried again, since it may be a race. Jobs
of a worker that stopped giving signs of life go to another one.
"""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import procrastinate
from procrastinate import exceptions
from procrastinate.jobs import Job
from psycopg import AsyncConnection
from sqlalchemy import make_url, text
from sqlalchemy.orm import Session

from hocba.kit.db import APP_ROLE, Database
from hocba.kit.errors import ConfigError, HocbaError, StorageError, UnavailableError

Task = Callable[..., None]

_HEARTBEAT: Final = 1.0
_LONGEST_WAIT: Final = 300


@dataclass(frozen=True)
class FailedJob:
    """A job that has used up its attempts, for the operator's list."""

    id: int
    name: str
    arguments: dict[str, Any]
    attempts: int


@dataclass(frozen=True)
class _Entry:
    function: Task
    attempts: int
    wait: float


_tasks: dict[str, _Entry] = {}
_queue = procrastinate.App(connector=procrastinate.SyncPsycopgConnector())


def task(name: str, *, attempts: int = 10, wait: float = 1) -> Callable[[Task], Task]:
    """Make a function a job; it gets the worker's services, then what was enqueued.

    Args:
        name: stable, since it stands in the database: `package.verb`.
        attempts: how often it is tried in all.
        wait: seconds before the second attempt; each further wait is twice as long, up to 5 min.
    """

    def register(function: Task) -> Task:
        known = _tasks.get(name)
        if known is not None and known.function.__qualname__ != function.__qualname__:
            raise ValueError(f"two tasks are named {name}")
        _tasks[name] = _Entry(function, attempts, wait)
        return function

    return register


def enqueue(  # a job is all of these
    session: Session,
    name: str,
    *,
    once: str | None = None,
    lock: str | None = None,
    not_before: datetime | None = None,
    **arguments: str | int,
) -> bool:
    """Queue a job in the session's transaction; return False where it is waiting already.

    Args:
        session: the caller's transaction; a rollback takes the job with it.
        name: a name given to `task`.
        once: jobs of the same `once` wait at most one at a time.
        lock: jobs of the same `lock` run one after another.
        not_before: when the job may start at the earliest.
        arguments: identifiers, never personal data.

    Raises:
        ConfigError: `job.unknown`.
    """
    if name not in _tasks:
        raise ConfigError("job.unknown", name=name)
    session.flush()
    connection = session.connection()
    deferrer = _queue.configure_task(
        name,
        allow_unknown=True,
        lock=lock,
        queueing_lock=once,
        schedule_at=not_before,
        connection=connection.connection.driver_connection,
    )
    try:
        # The session's own savepoint would wait for a statement of the session, and miss this one.
        with connection.begin_nested():
            deferrer.defer(**arguments)
    except exceptions.AlreadyEnqueued:
        return False
    return True


def run(
    database: Database, services: object, *, concurrency: int = 1, stalled_after: float = 10
) -> None:
    """Work until SIGINT or SIGTERM, which let running jobs end."""
    asyncio.run(_work(database, services, concurrency, stalled_after, wait=True))


def run_until_idle(
    database: Database,
    services: object,
    *,
    patience: float = 60,
    concurrency: int = 1,
    stalled_after: float = 10,
) -> bool:
    """Work until no job is left; return False if some still wait after `patience` seconds."""
    deadline = time.monotonic() + patience
    while True:
        asyncio.run(_work(database, services, concurrency, stalled_after, wait=False))
        left, pause = _unfinished(database)
        if left == 0:
            return True
        if time.monotonic() + pause > deadline:
            return False
        time.sleep(min(max(pause, 0.05), 1.0))


def failed(session: Session) -> list[FailedJob]:
    """Jobs that nobody will try again by themselves."""
    rows = session.execute(
        text(
            "SELECT id, task_name, args, attempts FROM procrastinate_jobs"
            " WHERE status = 'failed' ORDER BY id"
        )
    )
    return [FailedJob(*row) for row in rows]


def retry_failed(session: Session) -> int:
    """Queue all failed jobs again, as a person asked for; return how many."""
    done = session.execute(
        text(
            "UPDATE procrastinate_jobs SET status = 'todo', attempts = 0, scheduled_at = NULL"
            " WHERE status = 'failed' RETURNING id"
        )
    )
    return len(done.all())


class _Retry(procrastinate.BaseRetryStrategy):
    def __init__(self, attempts: int, wait: float) -> None:
        self._attempts, self._wait = attempts, wait

    def get_retry_decision(
        self, *, exception: BaseException, job: Job
    ) -> procrastinate.RetryDecision | None:
        hopeless = isinstance(exception, HocbaError) and not isinstance(
            exception, UnavailableError | StorageError
        )
        if hopeless or job.attempts + 1 >= self._attempts:
            return None
        seconds = min(self._wait * 2**job.attempts, _LONGEST_WAIT)
        return procrastinate.RetryDecision(
            retry_in={"milliseconds": int(seconds * 1000)}  # whole seconds would slow tests
        )


async def _work(
    database: Database, services: object, concurrency: int, stalled_after: float, *, wait: bool
) -> None:
    async with _application(database, services) as app, _rescue(app, stalled_after):
        await app.run_worker_async(
            wait=wait,
            concurrency=concurrency,
            update_heartbeat_interval=_HEARTBEAT,
            stalled_worker_timeout=stalled_after,
            fetch_job_polling_interval=1.0,
            listen_notify=wait,
            install_signal_handlers=wait,
            delete_jobs="successful",
        )


@contextlib.asynccontextmanager
async def _application(database: Database, services: object) -> AsyncIterator[procrastinate.App]:
    url = make_url(database.url).set(drivername="postgresql")
    connector = procrastinate.PsycopgConnector(
        conninfo=url.render_as_string(hide_password=False), configure=_as_application
    )
    app = procrastinate.App(connector=connector)
    for name, entry in _tasks.items():
        app.task(name=name, retry=_Retry(entry.attempts, entry.wait))(_bound(entry, services))
    async with app.open_async():
        yield app


def _bound(entry: _Entry, services: object) -> Task:
    def call(**arguments: str | int) -> None:
        entry.function(services, **arguments)

    return call


async def _as_application(connection: AsyncConnection[Any]) -> None:
    await connection.set_autocommit(True)
    await connection.execute(f"SET ROLE {APP_ROLE}".encode())


@contextlib.asynccontextmanager
async def _rescue(app: procrastinate.App, stalled_after: float) -> AsyncIterator[None]:
    """Give jobs of dead workers to the living: now, and as long as this worker runs."""
    await _requeue(app, stalled_after)
    watch = asyncio.create_task(_watch(app, stalled_after))
    try:
        yield
    finally:
        watch.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await watch


async def _watch(app: procrastinate.App, stalled_after: float) -> None:
    while True:
        await asyncio.sleep(max(stalled_after / 4, 0.2))
        with contextlib.suppress(exceptions.ConnectorException):  # the worker itself reports it
            await _requeue(app, stalled_after)


async def _requeue(app: procrastinate.App, stalled_after: float) -> None:
    manager = app.job_manager
    for job in await manager.get_stalled_jobs(seconds_since_heartbeat=stalled_after):
        with contextlib.suppress(exceptions.ConnectorException):  # another worker was faster
            await manager.retry_job(job)


def _unfinished(database: Database) -> tuple[int, float]:
    """How many jobs wait or run, and in how many seconds the next one may start."""
    with database.engine.connect() as connection:
        left, soonest = connection.execute(
            text(
                "SELECT count(*), min(coalesce(scheduled_at, now()) - now())"
                " FROM procrastinate_jobs WHERE status IN ('todo', 'doing')"
            )
        ).one()
    return left, (soonest or timedelta()).total_seconds()
