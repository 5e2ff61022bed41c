"""`hocba account`: a way into the desk for one person."""

from dataclasses import dataclass

from hocba.commands.terminal import Terminal
from hocba.issuance.targets import find_school
from hocba.issuance.workplace import Workplace
from hocba.kit.clock import now
from hocba.kit.errors import InputError
from hocba.portals.desk import accounts


@dataclass(frozen=True)
class Whose:
    """Exactly one of these is said."""

    staff: str | None
    children: list[str]
    pupil: str | None
    department: str | None


def account(
    terminal: Terminal,
    username: str,
    whose: Whose,
    *,
    school: str | None,
    name: str | None,
    cccd: str | None,
) -> None:
    """Open an account and print its first password, this once."""
    said = [whose.staff, whose.children or None, whose.pupil, whose.department]
    if sum(each is not None for each in said) != 1 or (whose.children and not name):
        raise InputError("account.no_person")
    with terminal.workplace() as wp:
        actor = _actor(wp, whose, school=school, name=name or "", cccd=cccd)
        password = accounts.open_account(wp, username, actor, at=now())
    terminal.say("cli.account_added", username=username, password=password)


def _actor(wp: Workplace, whose: Whose, *, school: str | None, name: str, cccd: str | None) -> str:
    if whose.department is not None:
        return f"department:{whose.department}"
    with wp.database.transaction("account.school") as db:
        found = find_school(db, school)
    if whose.staff is not None:
        return accounts.staff_actor(wp, found.id, whose.staff)
    if whose.pupil is not None:
        return accounts.pupil_actor(wp, found.id, whose.pupil)
    return accounts.guardian_actor(wp, found.id, whose.children, name=name, cccd=cccd, at=now())
