"""Jobs of the spine: anchor, then release. The state decides what is to do, not the job.

A job only says "look": what it finds to anchor or to release is read from the tables, so
one job too many does nothing and one that ran twice changes nothing. An outage of chain or
timestamping service is waited out for days; meanwhile sealing goes on.

    ask_for_anchor(db)               # in the transaction that sealed a statement
"""

from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from hocba.kit import clock
from hocba.kit.jobs import enqueue, task

if TYPE_CHECKING:
    from hocba.issuance.workplace import Workplace

ANCHOR, RELEASE = "issuance.anchor", "issuance.release"
PATIENCE = 1000
"""Attempts, the later ones five minutes apart: three days."""


def ask_for_anchor(db: Session) -> None:
    """Have every statement that is not on the chain anchored, in order."""
    enqueue(db, ANCHOR, once=ANCHOR, lock=ANCHOR)


def ask_for_release(db: Session, statement: str) -> None:
    """Have the transcripts of an anchored batch finished and released."""
    name = f"{RELEASE}:{statement}"
    enqueue(db, RELEASE, once=name, lock=name, statement=statement)


@task(ANCHOR, attempts=PATIENCE)
def _anchor(wp: "Workplace") -> None:
    from hocba.issuance.anchor import anchor_pending  # noqa: PLC0415  # loads an EVM

    anchor_pending(wp, at=clock.now())


@task(RELEASE, attempts=PATIENCE)
def _release(wp: "Workplace", *, statement: str) -> None:
    from hocba.issuance.release import release_batch  # noqa: PLC0415  # loads the signing library

    release_batch(wp, statement, clock=clock.now)
