"""`hocba import` of identities, and `hocba amend`: the page LÝ LỊCH from a terminal."""

from pathlib import Path

from hocba.commands.terminal import Terminal
from hocba.issuance.civil_status import AmendRequest, amend, enter_identities
from hocba.issuance.identity_file import IDENTITY_FILE, read_identity_file
from hocba.issuance.json_files import type_of
from hocba.issuance.school_file import is_school_file
from hocba.issuance.targets import find_class
from hocba.issuance.workplace import Workplace
from hocba.kit.clock import now
from hocba.kit.errors import InputError, Where


def import_page(
    terminal: Terminal, wp: Workplace, file: Path, *, staff: str | None, dry_run: bool
) -> bool:
    """Read a file of pages, on somebody's behalf; False where it is of another type.

    Raises:
        InputError: `import.no_staff`: private facts are entered by somebody.
    """
    if not is_school_file(file) or type_of(file) != IDENTITY_FILE:
        return False
    given = read_identity_file(file)
    if staff is None:
        raise InputError("import.no_staff", where=Where(file=file.name))
    if not dry_run:
        pages = given.pages()
        count = enter_identities(wp, pages, school=given.school, staff=staff, at=now())
        terminal.say("cli.identities_entered", count=count)
    return True


def amend_pupil(
    terminal: Terminal,
    class_name: str,
    why: tuple[str, str, str, str],
    changes: list[str],
    *,
    school: str | None,
) -> None:
    """Note what a civil-status paper changed; `why` is staff, pupil, paper and reason."""
    request = AmendRequest(*why, changes_of(changes))
    with terminal.workplace() as wp:
        with wp.database.transaction("target") as db:
            of = find_class(db, class_name=class_name, school=school)
        count = amend(wp, of, request, at=now())
    terminal.say("cli.amended", code=request.pupil, count=count)


def changes_of(given: list[str]) -> dict[str, str | None]:
    """`name=Trần Văn Ổn` by field; nothing after the sign blanks it.

    Raises:
        InputError: `amend.unknown_field`.
    """
    found: dict[str, str | None] = {}
    for one in given:
        field, sign, value = one.partition("=")
        if not sign:
            raise InputError("amend.unknown_field", where=Where(field=one))
        found[field.strip()] = value.strip() or None
    return found
