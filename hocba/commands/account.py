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
    guardian: accounts.NewGuardian | None
    pupil: str | None
    department: str | None


def whose(
    staff: str | None,
    guardian: tuple[list[str] | None, str | None, str | None],
    pupil: str | None,
    department: str | None,
) -> Whose:
    """What the options say; `guardian` is the children's codes, the name and the CCCD.

    Raises:
        InputError: `account.no_person`.
    """
    children, name, cccd = guardian
    said = [staff, children or None, pupil, department]
    if sum(each is not None for each in said) != 1 or (children and not name):
        raise InputError("account.no_person")
    new = accounts.NewGuardian(name or "", tuple(children), cccd) if children else None
    return Whose(staff, new, pupil, department)


def account(terminal: Terminal, username: str, of: Whose, *, school: str | None) -> None:
    """Open an account and print its first password, this once."""
    with terminal.workplace() as wp:
        actor = _actor(wp, of, school)
        password = accounts.open_account(wp, username, actor, at=now())
    terminal.say("cli.account_added", username=username, password=password)


def _actor(wp: Workplace, of: Whose, school: str | None) -> str:
    if of.department is not None:
        return f"department:{of.department}"
    with wp.database.transaction("account.school") as db:
        found = find_school(db, school)
    if of.staff is not None:
        return accounts.staff_actor(wp, found.id, of.staff)
    if of.guardian is not None:
        return accounts.guardian_actor(wp, found.id, of.guardian, at=now())
    return accounts.pupil_actor(wp, found.id, of.pupil or "")


def renew(terminal: Terminal, username: str) -> None:
    """Print a new first password for whoever forgot theirs."""
    with terminal.workplace() as wp:
        password = accounts.renew_account(wp, username, at=now())
    terminal.say("cli.account_added", username=username, password=password)


def close(terminal: Terminal, username: str) -> None:
    """Close an account."""
    with terminal.workplace() as wp:
        accounts.close_account(wp, username, at=now())
    terminal.say("cli.account_closed", username=username)
