"""Between a class workbook and the sector database.

    register = register_of_class(session, school.id, six_a.id)
    written = apply(session, vault, school.id, six_a.id, sheet, entry=Entry(actor, now))

Only cells whose value differs become mark events, each with the sheet and cell it came
from; reading the same file twice writes nothing the second time. A cell that is empty
in the file empties the register's, if the reader was asked about that term.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, cast
from uuid import UUID

from sqlalchemy.orm import Session

from hocba.kit.errors import ConflictError
from hocba.kit.vault import Vault
from hocba.sector.assessment import regulation_for
from hocba.sector.models import School
from hocba.sector.queries import (
    Offering,
    class_by_id,
    offerings,
    pupils_of_class,
    staff_by_id,
    year_of_class,
)
from hocba.sector.registers import Cell, Change, Entry, read, write
from hocba.sector.sheets.layout import GUIDE, HIDDEN, SUMMARY, plan
from hocba.sector.sheets.register import (
    CellKey,
    ClassRegister,
    MarksSheet,
    SheetPupil,
    SheetSubject,
)
from hocba.sector.subjects import program_subjects

if TYPE_CHECKING:
    from hocba.sector.assessment import Mode

_LONGEST_TAB = 31


def register_of_class(session: Session, school: UUID, class_id: UUID) -> ClassRegister:
    """Return the class as its workbook shows it.

    Raises:
        NotFoundError: `class.not_found`.
    """
    found = class_by_id(session, school, class_id)
    of_school = session.get_one(School, school)
    homeroom = staff_by_id(session, school, found.homeroom_id).name if found.homeroom_id else None
    taken = offerings(session, school, class_id)
    year = year_of_class(session, school, class_id).name
    rules = regulation_for(level=found.level, grade=found.grade, school_year=year)
    known = program_subjects(found.level, found.grade, program=rules.program)
    tabs = _tabs(taken, {subject.code: subject.short for subject in known})
    return ClassRegister(
        school_code=of_school.code,
        school_name=of_school.name,
        school_year=year,
        class_name=found.name,
        grade=found.grade,
        pupils=tuple(
            SheetPupil(pupil.code, pupil.name, pupil.birth_date)
            for pupil in pupils_of_class(session, school, class_id)
        ),
        subjects=tuple(_subject(each, tabs[each.code]) for each in taken),
        homeroom=homeroom,
        level=found.level,
    )


def apply(  # noqa: PLR0913  # whose register, what, and on whose behalf
    session: Session,
    vault: Vault,
    school: UUID,
    class_id: UUID,
    sheet: MarksSheet,
    *,
    entry: Entry,
) -> int:
    """Write a clean sheet as mark events; return how many cells changed.

    Raises:
        ConflictError: `class.already_frozen`, or `sheet.roster_moved` where the class list
            changed since the sheet was read.
        NotFoundError: `class.not_found`.
    """
    class_by_id(session, school, class_id, lock=True)
    now = register_of_class(session, school, class_id)
    if (now.roster, now.plan) != (sheet.register.roster, sheet.register.plan):
        raise ConflictError("sheet.roster_moved", name=now.class_name)
    pupils = {pupil.code: pupil.id for pupil in pupils_of_class(session, school, class_id)}
    subjects = {each.code: each.id for each in offerings(session, school, class_id)}
    changes = [
        Change(
            Cell(
                pupils[item.pupil],
                subjects[item.subject] if item.subject else None,
                item.term,
                item.item,
            ),
            item.value,
            sheet=item.sheet,
            address=item.cell,
        )
        for item in sheet.entries
    ]
    source = entry if entry.source else replace(entry, source=sheet.file)
    return write(session, vault, school, class_id, changes, entry=source)


def present_marks(
    session: Session, vault: Vault, school: UUID, class_id: UUID
) -> dict[CellKey, str]:
    """Return what the register holds of the pupils and columns of the class's workbook.

    Raises:
        NotFoundError: `class.not_found`.
    """
    pages = plan(register_of_class(session, school, class_id))
    pupils = {pupil.id: pupil.code for pupil in pupils_of_class(session, school, class_id)}
    subjects = {each.id: each.code for each in offerings(session, school, class_id)}
    columns = {
        (page.subject.code if page.subject else None, column.term, column.item)
        for page in pages
        for _, column in page.inputs()
    }
    values: dict[CellKey, str] = {}
    for cell, value in read(session, vault, school, class_id).items():
        subject = subjects.get(cell.offering_id) if cell.offering_id else None
        known = cell.pupil_id in pupils and (subject, cell.term, cell.item) in columns
        if known and (subject is not None) == (cell.offering_id is not None):
            values[pupils[cell.pupil_id], subject, cell.term, cell.item] = str(value)
    return values


def _tabs(taken: Sequence[Offering], short: Mapping[str, str]) -> dict[str, str]:
    """Give each subject a tab that Excel allows: short, plain, each only once."""
    tabs: dict[str, str] = {}
    used = {name.casefold() for name in (GUIDE, SUMMARY, HIDDEN)}
    for offering in taken:
        name = short.get(offering.code, offering.name)
        plain = " ".join(re.sub(r"[\[\]:*?/\\']", " ", name).split())[:_LONGEST_TAB].strip()
        tab = plain or offering.code
        if tab.casefold() in used:
            tab = f"{tab[: _LONGEST_TAB - len(offering.code) - 1]} {offering.code}"
        used.add(tab.casefold())
        tabs[offering.code] = tab
    return tabs


def _subject(offering: Offering, tab: str) -> SheetSubject:
    return SheetSubject(
        code=offering.code,
        name=offering.name,
        tab=tab,
        mode=cast("Mode", offering.mode),
        regular_marks=offering.regular_marks,
        teacher=offering.teacher,
    )
