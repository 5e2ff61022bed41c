"""Jobs: one transaction with their cause, retried within limits, taken over from the dead."""

import asyncio
import logging
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import pytest

from hocba.kit import clock, jobs
from hocba.kit.errors import ConfigError, ConflictError, UnavailableError

ROOT = Path(__file__).parents[3]


class Services:
    """What the tasks below are given."""

    def __init__(self) -> None:
        self.done: list[int] = []
        self.fail_times = 0


@jobs.task("test.note", attempts=3, wait=0.05)
def note(services: Services, *, number: int) -> None:
    services.done.append(number)
    if len(services.done) <= services.fail_times:
        raise UnavailableError("database.busy")


@jobs.task("test.hopeless", attempts=3, wait=0.05)
def hopeless(services: Services, *, number: int) -> None:
    services.done.append(number)
    raise ConflictError("record.immutable")


@jobs.task("test.bug", attempts=2, wait=0.05)
def bug(services: Services, *, number: int) -> None:
    services.done.append(number)
    raise ZeroDivisionError


@pytest.fixture(autouse=True)
def _quiet():
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


@pytest.fixture
def services() -> Services:
    return Services()


def _enqueue(database, name="test.note", **options) -> bool:
    with database.transaction() as session:
        return jobs.enqueue(session, name, **options)


def _run(database, services) -> bool:
    return jobs.run_until_idle(database, services, patience=10, stalled_after=1)


def test_a_committed_job_runs_once_with_its_arguments(database, services):
    _enqueue(database, number=7)
    assert _run(database, services)
    assert _run(database, services)
    assert services.done == [7]


def test_a_rollback_takes_the_job_with_it(database, services):
    with pytest.raises(KeyError), database.transaction() as session:
        raise KeyError(jobs.enqueue(session, "test.note", number=1))
    assert _run(database, services)
    assert services.done == []


def test_a_job_that_waits_already_is_not_queued_again(database, services):
    with database.transaction() as session:
        assert jobs.enqueue(session, "test.note", once="n", number=1)
        assert not jobs.enqueue(session, "test.note", once="n", number=2)
        assert jobs.enqueue(session, "test.note", once="other", number=3)
    assert not _enqueue(database, once="n", number=4)
    _run(database, services)
    assert sorted(services.done) == [1, 3]
    assert _enqueue(database, once="n", number=5)


def test_what_is_unavailable_is_tried_again(database, services):
    services.fail_times = 2
    _enqueue(database, number=1)
    assert _run(database, services)
    assert services.done == [1, 1, 1]


@pytest.mark.parametrize(
    ("name", "tries"), [("test.note", 3), ("test.hopeless", 1), ("test.bug", 2)]
)
def test_a_job_is_tried_no_more_often_than_makes_sense(database, services, name, tries):
    services.fail_times = 99
    _enqueue(database, name, number=1)
    assert _run(database, services)
    assert len(services.done) == tries
    with database.transaction() as session:
        (left,) = jobs.failed(session)
    assert (left.name, left.arguments, left.attempts) == (name, {"number": 1}, tries)


def test_a_person_can_have_failed_jobs_tried_again(database, services):
    services.fail_times = 3
    _enqueue(database, number=1)
    _run(database, services)
    with database.transaction() as session:
        assert jobs.retry_failed(session) == 1
    assert _run(database, services)
    assert len(services.done) == 4


def test_a_job_for_later_waits(database, services):
    _enqueue(database, number=1, not_before=clock.now() + timedelta(hours=1))
    assert not jobs.run_until_idle(database, services, patience=0)
    assert services.done == []


def test_an_unknown_job_is_refused_when_it_is_queued(db):
    with pytest.raises(ConfigError, match=r"job\.unknown"):
        jobs.enqueue(db, "test.no_such")


def test_two_tasks_cannot_share_a_name():
    with pytest.raises(ValueError, match="two tasks"):
        jobs.task("test.note")(hopeless)


KILLED = """
import os, signal, sys
from hocba.kit import jobs
from hocba.kit.db import Database

@jobs.task("test.note")
def note(services, *, number):
    os.kill(os.getpid(), signal.SIGKILL)

jobs.run_until_idle(Database(sys.argv[1]), None)
"""


def test_a_job_of_a_killed_worker_goes_to_the_next_one(database, services):
    _enqueue(database, number=1, lock="one at a time")
    _enqueue(database, number=2, lock="one at a time")
    killed = subprocess.run(
        [sys.executable, "-c", KILLED, database.url],
        check=False,
        env={"PYTHONPATH": str(ROOT)},
    )
    assert killed.returncode == -9
    assert _run(database, services)
    assert services.done == [1, 2]


def test_the_workers_own_connections_act_as_the_application(database):
    async def ask() -> list[dict]:
        async with jobs._application(database, None) as app:
            return await app.connector.execute_query_all_async("SELECT current_user AS who")

    assert asyncio.run(ask()) == [{"who": "hocba_app"}]


WORKER = """
import sys
from hocba.kit import jobs
from hocba.kit.db import Database

@jobs.task("test.note")
def note(services, *, number):
    print(number, flush=True)

print("ready", flush=True)
jobs.run(Database(sys.argv[1]), None)
"""


def test_a_worker_works_until_it_is_told_to_stop(database):
    worker = subprocess.Popen(
        [sys.executable, "-c", WORKER, database.url],
        stdout=subprocess.PIPE,
        text=True,
        env={"PYTHONPATH": str(ROOT)},
    )
    assert worker.stdout is not None
    assert worker.stdout.readline() == "ready\n"
    started = time.monotonic()
    _enqueue(database, number=5)
    assert worker.stdout.readline() == "5\n"
    assert time.monotonic() - started < 5
    worker.terminate()
    worker.communicate(timeout=20)
    assert worker.returncode == 0
    with database.transaction() as session:
        assert jobs.failed(session) == []
