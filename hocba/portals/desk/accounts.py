"""Opening accounts: for staff, a guardian of a pupil, a pupil, or the department.

password = open_account(wp, "gv02", staff_actor(wp, school, "GV02"), at=now())
"""

import secrets
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from hocba.issuance.workplace import Workplace
from hocba.kit import access
from hocba.kit.clock import local_date
from hocba.sector import families, queries

_WORDS = 4
_BYTES = 3


def staff_actor(wp: Workplace, school: UUID, code: str) -> str:
    """A member of staff. Raises: NotFoundError."""
    with wp.database.transaction("account.staff") as db:
        return f"staff:{queries.staff_by_code(db, school, code).id}"


def pupil_actor(wp: Workplace, school: UUID, code: str) -> str:
    """A pupil. Raises: NotFoundError."""
    with wp.database.transaction("account.pupil") as db:
        return f"pupil:{queries.pupil_by_code(db, school, code).id}"


@dataclass(frozen=True)
class NewGuardian:
    """A guardian as the school knows them, and the codes of the children."""

    name: str
    children: tuple[str, ...]
    cccd: str | None = None


def guardian_actor(wp: Workplace, school: UUID, new: NewGuardian, *, at: datetime) -> str:
    """A guardian of these pupils, added where there is none yet. Raises: NotFoundError."""
    with wp.database.transaction("account.guardian") as db:
        guardian = families.add_guardian(db, name=new.name, cccd=new.cccd)
        for code in new.children:
            pupil = queries.pupil_by_code(db, school, code)
            families.add_child(db, guardian, pupil, from_date=local_date(at))
        return f"guardian:{guardian.id}"


def open_account(
    wp: Workplace, username: str, actor: str, *, at: datetime, password: str | None = None
) -> str:
    """Open an account; return its first password, made here where none is given.

    Raises:
        InputError: `account.*`.
        ConflictError: `account.exists`.
    """
    first = password or _new_password()
    with wp.database.transaction("account.open") as db:
        access.add_account(db, username, actor=actor, password=first, at=at)
    return first


def renew_account(wp: Workplace, username: str, *, at: datetime) -> str:
    """Give an account a new first password and return it. Raises: NotFoundError."""
    password = _new_password()
    with wp.database.transaction("account.renew") as db:
        access.reset_password(db, username, password, at=at)
    return password


def close_account(wp: Workplace, username: str, *, at: datetime) -> None:
    """Close an account. Raises: NotFoundError."""
    with wp.database.transaction("account.close") as db:
        access.close_account(db, username, at=at)


def _new_password() -> str:
    return "-".join(secrets.token_hex(_BYTES) for _ in range(_WORDS))
