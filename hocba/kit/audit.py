"""Who did what to which object: rows are only ever added, and hold no personal data.

    record(session, actor=f"staff:{id}", action="class.frozen", target=f"class:{id}", at=now)

Names, marks and free text have no place here: actor and target are `kind:identifier`, and what
does not look like that is refused. The row belongs to the transaction of the deed itself, so
there is never one without the other.
"""

import re
from datetime import datetime

from sqlalchemy import BigInteger, Identity, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from hocba.kit.db import Base, append_only

# ASCII without spaces: an identifier fits, a Vietnamese name does not.
_OBJECT = re.compile(r"[a-z][a-z_]*(:[A-Za-z0-9._/-]{1,80})?")
_ACTION = re.compile(r"[a-z][a-z_]*(\.[a-z_]+)+")


class AuditEvent(Base):
    """One deed."""

    __tablename__ = "audit_event"
    __table_args__ = append_only()

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    actor: Mapped[str]
    action: Mapped[str]
    target: Mapped[str] = mapped_column(index=True)


def record(session: Session, *, actor: str, action: str, target: str, at: datetime) -> None:
    """Add one row to the caller's transaction.

    Raises:
        ValueError: for text that could be personal data; the caller has a bug.
    """
    if not (_OBJECT.fullmatch(actor) and _OBJECT.fullmatch(target) and _ACTION.fullmatch(action)):
        raise ValueError(f"not an identifier in an audit event of {action[:40]!r}")
    session.add(AuditEvent(at=at, actor=actor, action=action, target=target))


def events_of(session: Session, target: str) -> list[AuditEvent]:
    """All deeds to one object, oldest first."""
    found = session.scalars(
        select(AuditEvent).where(AuditEvent.target == target).order_by(AuditEvent.id)
    )
    return list(found)
