"""Long acts (hundreds of signatures) in the background, watched on a page of their own.

    run = call.desk.runs.start(actor, "desk.run_sign", total=360, work=work, back="/desk/approval")
    return call.go(f"/desk/runs/{run.id}")

A run lives in this process only. That is enough: every signature is stored with its own
transaction and the signing session outlives the process, so after a crash the same act goes
on with what is left.
"""

import logging
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

from hocba.kit.errors import HocbaError, NotFoundError

if TYPE_CHECKING:
    from fastapi import Response

    from hocba.portals.desk.calls import Call

Progress = Callable[[int, int], None]
KEPT = 200
"""Runs that are remembered; the oldest finished ones are forgotten first."""

_log = logging.getLogger(__name__)


@dataclass
class Run:
    """One act and how far it is; written by its own thread alone."""

    id: UUID
    actor: str
    title: str
    back: str
    total: int
    done: int = 0
    finished: bool = False
    error: HocbaError | None = None
    crashed: bool = False


class Runs:
    """The acts of this process."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(max_workers=2, thread_name_prefix="desk")
        self._runs: dict[UUID, Run] = {}
        self._lock = threading.Lock()

    def start(
        self, actor: str, title: str, *, total: int, work: Callable[[Progress], None], back: str
    ) -> Run:
        """Begin an act; `work` reports how many of how many are done."""
        run = Run(uuid4(), actor, title, back, total)
        with self._lock:
            finished = [each.id for each in self._runs.values() if each.finished]
            for old in finished[: max(0, len(self._runs) - KEPT)]:
                del self._runs[old]
            self._runs[run.id] = run
        self._pool.submit(_work, run, work)
        return run

    def of(self, actor: str, run_id: UUID) -> Run:
        """An act of this person.

        Raises:
            NotFoundError: `page.not_found`.
        """
        run = self._runs.get(run_id)
        if run is None or run.actor != actor:
            raise NotFoundError("page.not_found")
        return run

    def close(self) -> None:
        """Let what runs come to its end."""
        self._pool.shutdown(wait=True)


def progress(call: "Call") -> "Response":
    """How far an act is; a finished one says what came of it."""
    run = call.desk.runs.of(call.person.visit.actor, call.path_id("run_id"))
    problem = run.error.sentence(call.language) if run.error else ""
    if run.crashed:
        problem = call.text("desk.run_crashed")
    return call.page("run.html", run=run, problem=problem)


def _work(run: Run, work: Callable[[Progress], None]) -> None:
    def report(done: int, total: int) -> None:
        run.done, run.total = done, total

    try:
        work(report)
    except HocbaError as error:
        run.error = error
    except Exception as error:  # noqa: BLE001  # the thread's last line: said on the page, logged
        run.crashed = True
        _log.error("desk.run_crashed %s %s", run.id, type(error).__name__)
    finally:
        run.finished = True
