"""`hocba init`, `import` and `template`: the installation, its schools, their marks."""

from dataclasses import dataclass
from pathlib import Path

from hocba.commands.foreign import ForeignImport, read_foreign_file, remember
from hocba.commands.pages import import_page
from hocba.commands.terminal import Terminal
from hocba.issuance.enrol import DEV_PIN, enrol_school
from hocba.issuance.foreign_sheets import is_ours
from hocba.issuance.founding import PERSONAL, found, write_whole
from hocba.issuance.school_file import is_school_file, read_school_file
from hocba.issuance.sheets import class_template, read_marks, write_marks
from hocba.issuance.targets import find_class, find_school
from hocba.issuance.workplace import Workplace
from hocba.kit.blobs import storage_errors
from hocba.kit.clock import now
from hocba.kit.config import load
from hocba.kit.errors import InputError, Where
from hocba.sector import queries
from hocba.sector.sheets import SheetReading, Told, mark_problems


def init(terminal: Terminal) -> None:
    """Make the installation, or mend what is missing of it."""
    settings = load()

    def step(name: str) -> None:
        terminal.out.print(f"… {terminal.text(f'label.step.{name}')}", markup=False)

    trust = found(settings, at=now(), step=step)
    terminal.say("cli.founded", realm=trust.realm, home=settings.home, pin=DEV_PIN)


@dataclass(frozen=True)
class MarksImport:
    """How to read a mark sheet: on whose behalf, who may lack marks, where to show faults."""

    staff: str | None
    pending: tuple[str, ...]
    marked: Path | None
    write: bool
    foreign: ForeignImport | None = None
    dry_run: bool = False


def foreign_import(
    class_name: str | None,
    *,
    school: str | None,
    about: tuple[str | None, int | None, str | None],
    columns: tuple[str, ...],
    agreed: tuple[bool, bool],
) -> ForeignImport | None:
    """What was said about a file in another layout; None where no class was named."""
    if class_name is None:
        return None
    return ForeignImport(class_name, school, Told(*about), columns, *agreed)


def import_file(
    terminal: Terminal, file: Path, *, marks: MarksImport, pin_file: Path | None, dry_run: bool
) -> None:
    """Read a school file or a mark sheet: first dry, then (with yes) for good."""
    with terminal.workplace() as wp:
        if import_page(terminal, wp, file, staff=marks.staff, dry_run=dry_run):
            return
        if is_school_file(file):
            _import_school(terminal, wp, file, pin_file=pin_file, dry_run=dry_run)
        else:
            _import_marks(terminal, wp, file, marks)


def template(
    terminal: Terminal, class_name: str, *, school: str | None, out: Path | None, filled: bool
) -> None:
    """Write the workbook of a class."""
    with terminal.workplace() as wp:
        with wp.database.transaction("template.look") as db:
            of = find_class(db, class_name=class_name, school=school)
        data = class_template(wp, of, at=now(), filled=filled)
    path = out or Path(f"{of.school_year}-{of.class_name}.xlsx")
    with storage_errors():
        write_whole(path, data, mode=PERSONAL)
    terminal.say("cli.template_written", name=of.class_name, path=path)


def _import_school(
    terminal: Terminal, wp: Workplace, file: Path, *, pin_file: Path | None, dry_run: bool
) -> None:
    given = read_school_file(file)
    if dry_run:
        return
    pin = terminal.pin_given(pin_file) or DEV_PIN
    with terminal.progress("appoint") as progress:
        done = enrol_school(wp, given, pin=pin, at=now(), progress=progress)
    terminal.say("cli.enrolled", **vars(done))


def _import_marks(terminal: Terminal, wp: Workplace, file: Path, asked: MarksImport) -> None:
    try:
        data = file.read_bytes()
    except OSError as error:
        raise InputError(
            "import.no_file", where=Where(file=file.name), reason=error.strerror
        ) from error
    look, agreed = None, None
    if asked.foreign is not None and not is_ours(data):
        reading, look, agreed = read_foreign_file(terminal, wp, file, data, asked.foreign)
    else:
        reading = read_marks(wp, data, file=file.name, pending=asked.pending)
    if asked.marked is not None and reading.reading.problems:
        _show_faults(terminal, data, reading.reading, asked.marked)
    sheet = reading.clean()
    name = reading.of.class_name
    terminal.say("cli.sheet_clean", name=name, cells=len(sheet.entries))
    actor = _actor(wp, reading.of.school, asked.staff)
    if look is not None and agreed and not asked.dry_run:
        remember(wp, look, agreed, by=actor)
    if not asked.write:
        terminal.say("import.not_confirmed")
        return
    count = write_marks(wp, reading, actor=actor, at=now())
    terminal.say("cli.marks_written", name=name, count=count)


def _actor(wp: Workplace, school: str, staff: str | None) -> str:
    if staff is None:
        return "command"
    with wp.database.transaction("import.staff") as db:
        return f"staff:{queries.staff_by_code(db, find_school(db, school).id, staff).id}"


def _show_faults(terminal: Terminal, data: bytes, reading: SheetReading, out: Path) -> None:
    """Hand the teacher's own file back with its faults coloured."""
    marked = mark_problems(data, reading.problems)
    if marked is not None:
        with storage_errors():
            write_whole(out, marked, mode=PERSONAL)
        terminal.say("cli.marked_written", path=out)
