"""Open a file that somebody handed in, whatever it is, as grids.

    book = open_grids(data)          # SheetFileError("sheet.not_a_workbook")
    book.format, book.grids[0].name  # "xlsx", "Toán"

The content decides what a file is, never its name: a ZIP with a workbook is .xlsx, one with
an OpenDocument type is .ods, a compound file is .xls, the rest is text with separators.
Size, unpacked size, rows and columns are bounded before anything is parsed.
"""

import io
import zipfile

import python_calamine

from hocba.sector.sheets.csv_text import read_csv
from hocba.sector.sheets.grid import Block, Grid, GridFile, square
from hocba.sector.sheets.hidden import SheetFacts, facts_of
from hocba.sector.sheets.register import SheetProblem, problem
from hocba.sector.sheets.workbook import (
    LARGEST_FILE,
    MOST_ROWS,
    SheetFileError,
    refuse_bombs,
)

MOST_COLUMNS = 400
_COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def open_grids(data: bytes) -> GridFile:
    """Open a file.

    Raises:
        SheetFileError: `sheet.too_large`, `.not_a_workbook`, `.encrypted`, `.empty_file`.
    """
    if len(data) > LARGEST_FILE:
        raise SheetFileError("sheet.too_large", megabytes=LARGEST_FILE // 1_000_000)
    if not data.strip():
        raise SheetFileError("sheet.empty_file")
    found = kind_of_file(data)
    if found == "csv":
        return read_csv(data)
    refuse_bombs(data)
    facts = facts_of(data, found)
    try:
        book = python_calamine.load_workbook(io.BytesIO(data))
        grids = [
            _grid(book.get_sheet_by_name(one.name), one, facts.get(one.name, SheetFacts()))
            for one in book.sheets_metadata
            if one.typ == python_calamine.SheetTypeEnum.WorkSheet
        ]
    except python_calamine.PasswordError as error:
        raise SheetFileError("sheet.encrypted") from error
    except (python_calamine.CalamineError, OSError, ValueError) as error:
        raise SheetFileError("sheet.not_a_workbook") from error
    notes = [note for grid in grids for note in _size_notes(grid)]
    return GridFile(found, tuple(grids), tuple(notes))


def kind_of_file(data: bytes) -> str:
    """`xlsx`, `ods`, `xls` or `csv`, by content.

    Raises:
        SheetFileError: `sheet.not_a_workbook` for what is none of them.
    """
    if data.startswith(_COMPOUND):
        return "xls"
    if data.startswith(b"PK"):
        try:
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                return "ods" if "content.xml" in archive.namelist() else "xlsx"
        except (zipfile.BadZipFile, ValueError) as error:
            raise SheetFileError("sheet.not_a_workbook") from error
    if data.startswith(
        (b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"<html", b"<?xml", b"<!DOC")
    ):
        raise SheetFileError("sheet.not_a_workbook")
    return "csv"


def _grid(
    sheet: python_calamine.CalamineSheet,
    about: python_calamine.SheetMetadata,
    facts: SheetFacts,
) -> Grid:
    rows = sheet.to_python(skip_empty_area=False, nrows=MOST_ROWS + 1)
    told = sheet.merged_cell_ranges
    merged = tuple(Block(*first, *last) for first, last in told) if told else facts.merged
    return Grid(
        name=about.name,
        rows=square(row[: MOST_COLUMNS + 1] for row in rows),
        merged=merged,
        hidden_rows=facts.hidden_rows,
        hidden_columns=facts.hidden_columns,
        uncomputed=facts.uncomputed,
        hidden=about.visible != python_calamine.SheetVisibleEnum.Visible,
    )


def _size_notes(grid: Grid) -> list[SheetProblem]:
    if len(grid.rows) > MOST_ROWS or grid.width > MOST_COLUMNS:
        return [problem("sheet.cut_off", grid.name, None, rows=MOST_ROWS, columns=MOST_COLUMNS)]
    return []
