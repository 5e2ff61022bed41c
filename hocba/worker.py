"""The worker: anchors what is sealed and releases what is anchored, until it is told to stop.

    python -m hocba.worker         # the same as `hocba worker`

As many workers as one likes, on as many hosts; the queue is PostgreSQL's. A starting worker
queues again whatever waits by the tables, so no lost job is lost for good.
"""

from hocba.issuance.sweep import requeue
from hocba.issuance.workplace import open_workplace
from hocba.kit import jobs
from hocba.kit.config import Settings, load


def work(settings: Settings, *, until_idle: bool = False) -> bool:
    """Run jobs; with `until_idle` return when none is left (False: some still wait)."""
    with open_workplace(settings) as wp:
        requeue(wp)
        if until_idle:
            return jobs.run_until_idle(wp.database, wp, concurrency=settings.workers)
        jobs.run(wp.database, wp, concurrency=settings.workers)
    return True


if __name__ == "__main__":
    work(load())
