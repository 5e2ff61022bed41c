"""Marks from a file in another layout, for a class that the user names.

look = look_at_sheets(wp, data, file="Toan6A1.xls", class_name="6A1", told=Told())
look.kept                                  # mappings that the school once agreed to
reading = read_sheets(look, agreed, convert_fonts=False)      # nothing is written yet
agree(wp, look, agreed, by="staff:...", at=now())             # next time nobody is asked
write_marks(wp, MarksReading(look.of, reading), actor="staff:...", at=now())
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from hocba.issuance.targets import ClassTarget, find_class
from hocba.issuance.workplace import Workplace
from hocba.sector.sheets import (
    ColumnMapping,
    ForeignFile,
    SheetReading,
    Told,
    keep_mapping,
    kept_mapping,
    look_at,
    read_foreign,
    register_of_class,
)
from hocba.sector.sheets.layout import HIDDEN
from hocba.sector.sheets.workbook import SheetFileError, open_workbook


@dataclass(frozen=True)
class ForeignLook:
    """A class, a file that was looked at, and what is already agreed about its columns."""

    of: ClassTarget
    file: ForeignFile
    kept: Mapping[str, ColumnMapping]


def is_ours(data: bytes) -> bool:
    """Whether a file is a workbook of ours, of whatever version and class."""
    try:
        return HIDDEN in open_workbook(data).sheets
    except SheetFileError:
        return False


def look_at_sheets(  # noqa: PLR0913  # which file, of which class, and what is said of it
    wp: Workplace,
    data: bytes,
    *,
    file: str,
    class_name: str,
    school: str | None = None,
    told: Told | None = None,
) -> ForeignLook:
    """Open a file and say what its sheets seem to hold.

    Raises:
        NotFoundError: `class.not_found`, `school.not_found`.
        ConflictError: `school.ambiguous`.
    """
    with wp.database.transaction("import.look") as db:
        of = find_class(db, class_name=class_name, school=school)
        register = register_of_class(db, of.school_id, of.class_id)
        looked = look_at(data, register, file=file, told=told)
        kept = {
            sheet.fingerprint: mapping
            for sheet in looked.sheets
            if (mapping := kept_mapping(db, of.school_id, sheet.fingerprint)) is not None
        }
    return ForeignLook(of, looked, kept)


def read_sheets(
    look: ForeignLook, agreed: Mapping[str, ColumnMapping], *, convert_fonts: bool = False
) -> SheetReading:
    """Read the sheets: those of agreed mappings, and those that the school agreed to before."""
    return read_foreign(look.file, {**look.kept, **agreed}, convert_fonts=convert_fonts)


def agree(
    wp: Workplace, look: ForeignLook, agreed: Mapping[str, ColumnMapping], *, by: str, at: datetime
) -> None:
    """Remember mappings for the school."""
    with wp.database.transaction("import.agree") as db:
        for mapping in agreed.values():
            keep_mapping(db, look.of.school_id, mapping, by=by, at=at)
