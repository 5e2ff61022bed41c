"""Marks from a class workbook, for a class that the workbook itself names.

    reading = read_marks(wp, data, file="6A1.xlsx")       # a dry run: nothing is written
    written = write_marks(wp, reading, actor="staff:...", at=now())

Which class it is stands in the workbook's hidden sheet; a sheet of another school or year
is refused by the reader, cell by cell problems come all at once.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from hocba.issuance.targets import ClassTarget, find_class
from hocba.issuance.workplace import Workplace
from hocba.kit.errors import InputError, Where
from hocba.sector import queries
from hocba.sector.registers import Entry, signed_elsewhere
from hocba.sector.sheets import (
    MarksSheet,
    SheetReading,
    apply,
    build_template,
    fill,
    present_marks,
    read_sheet,
    register_of_class,
)
from hocba.sector.sheets.layout import HIDDEN, TEMPLATE
from hocba.sector.sheets.workbook import SheetFileError, open_workbook


@dataclass(frozen=True)
class MarksReading:
    """A class, and what the workbook says about it."""

    of: ClassTarget
    reading: SheetReading

    def clean(self) -> MarksSheet:
        """The sheet without a single problem.

        Raises:
            InputError: the problem, or all of them.
        """
        return self.reading.clean()


def read_marks(
    wp: Workplace, data: bytes, *, file: str, pending: Iterable[str] = ()
) -> MarksReading:
    """Find the class that the workbook names and read it; `pending` pupils may lack marks.

    Raises:
        InputError: `sheet.*` where it is no workbook of ours.
        NotFoundError: `school.not_found`, `class.not_found`.
    """
    said = _identity(data, file)
    with wp.database.transaction("import.read") as db:
        of = find_class(
            db, class_name=said["class"], school=said["school"], year=said["school_year"]
        )
        register = register_of_class(db, of.school_id, of.class_id)
        came = signed_elsewhere(db, of.class_id)  # their first term stays empty here
        pupils = queries.pupils_of_class(db, of.school_id, of.class_id)
        may_lack = {*pending, *(pupil.code for pupil in pupils if pupil.id in came)}
    return MarksReading(of, read_sheet(data, register, file=file, pending=may_lack))


def write_marks(wp: Workplace, reading: MarksReading, *, actor: str, at: datetime) -> int:
    """Write a clean sheet; how many cells changed.

    Raises:
        ConflictError: `class.already_frozen`, `sheet.roster_moved`.
    """
    sheet, of = reading.clean(), reading.of
    with wp.database.transaction("import") as db:
        entry = Entry(actor, at, sheet.file)
        return apply(db, wp.vault, of.school_id, of.class_id, sheet, entry=entry)


def class_template(wp: Workplace, of: ClassTarget, *, at: datetime, filled: bool = False) -> bytes:
    """The workbook that the class's teachers fill in, empty or with the present marks."""
    with wp.database.transaction("template") as db:
        register = register_of_class(db, of.school_id, of.class_id)
        marks = present_marks(db, wp.vault, of.school_id, of.class_id) if filled else {}
    empty = build_template(register, at=at)
    return fill(empty, marks, register) if marks else empty


def _identity(data: bytes, file: str) -> dict[str, str]:
    try:
        book = open_workbook(data)
    except SheetFileError as error:
        raise error.problem.error(file) from error
    said = {str(row[0]): str(row[1]) for row in book.rows(HIDDEN) if len(row) > 1}
    wanted = ("school", "school_year", "class")
    if said.get("template") != TEMPLATE or not all(said.get(key) for key in wanted):
        raise InputError("sheet.not_ours", where=Where(file=file))
    return said
