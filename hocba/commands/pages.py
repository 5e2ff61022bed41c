"""`hocba import` of identities and paper books, and `hocba amend`, from a terminal."""

from pathlib import Path

from hocba.commands.terminal import Terminal
from hocba.issuance.civil_status import AmendRequest, amend, enter_identities
from hocba.issuance.extract_file import EXTRACT_FILE, enter_papers, read_extract_file
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
    kind = type_of(file) if is_school_file(file) else None
    if kind not in (IDENTITY_FILE, EXTRACT_FILE):
        return False
    if staff is None:
        raise InputError("import.no_staff", where=Where(file=file.name))
    if kind == IDENTITY_FILE:
        given = read_identity_file(file)
        if not dry_run:
            pages = given.pages()
            count = enter_identities(wp, pages, school=given.school, staff=staff, at=now())
            terminal.say("cli.identities_entered", count=count)
        return True
    papers = read_extract_file(file)
    if not dry_run:
        terminal.say("cli.papers_entered", count=enter_papers(wp, papers, staff=staff, at=now()))
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
